"""The command lines of `proofprop train`, `proofprop predict` and `proofprop export`."""

from __future__ import annotations

import argparse
from typing import Any

from reports.options import Command, Option


def _train(options: argparse.Namespace) -> int:
    from reports.train_command import train_command  # NumPy loads only for training

    return train_command(options)


def _predict(options: argparse.Namespace) -> int:
    from reports.train_command import predict_command  # NumPy loads only for training

    return predict_command(options)


def _export(options: argparse.Namespace) -> int:
    from reports.train_command import export_command  # NumPy loads only for training

    return export_command(options)


def _number(flag: str, kind: type, what: str, default: float | None = None) -> Option:
    """An option that takes a number."""
    letter = "N" if kind is int else "X"
    return (flag,), {"type": kind, "metavar": letter, "default": default, "help": what}


def _word(flag: str, letter: str, what: str, **more: Any) -> Option:
    return (flag,), {"metavar": letter, "help": what, **more}


def _switch(flag: str, what: str) -> Option:
    return (flag,), {"action": "store_true", "help": what}


NETWORK: Option = (("network",), {"metavar": "NET", "help": "a shorthand or a file"})
DATA = (
    _word("--data", "FILE", "a .csv, .npz, .npy or .parquet table", required=True),
    _word("--target", "COLUMN", "what is learned: a column of numbers or of classes, or A,B,…"),
    _word("--inputs", "A,B,…", "the columns that are read (all others)"),
    _word("--weight", "COLUMN", "what each sample counts"),
    _word("--class-weight", "W", "balanced, or class=number,class=number,…"),
    _switch("--standardise", "mean 0 and deviation 1 for every input"),
)
UPDATES = (
    _number("--epochs", int, "passes over the data (1000)", 1000),
    _number("--batch-size", int, "samples per update (all)"),
    _number("--learning-rate", float, "η (0.5; adam and rmsprop 0.001, rprop 0.1)"),
    _word(
        "--optimiser", "O", "sgd, momentum, nesterov, adam, rmsprop, rprop; adam:beta1=0.8 (sgd)"
    ),
    _number("--momentum", float, "share of the last Δw, with sgd (0)", 0.0),
    _word(
        "--schedule",
        "S",
        "constant, step, exponential, cosine, inverse; step:every=30,drop=0.1 (constant)",
        default="constant",
    ),
    _number("--warmup", float, "epochs in which η rises from 0 (0)", 0.0),
    _number("--l2", float, "λ of (λ/2) Σ w² added to the cost (0)", 0.0),
    _number("--decay", float, "λ of w ← (1 - ηλ) w beside the update (0)", 0.0),
    _number("--clip-value", float, "largest entry of the gradient"),
    _number("--clip-norm", float, "largest length of the gradient"),
)
STOPPING = (
    _number("--goal", float, "stop where the cost of an epoch is so small"),
    _number("--validation-split", float, "share of the samples to watch (0)", 0.0),
    _number("--patience", int, "stop after so many epochs without a better watched cost"),
    _number("--gain", float, "what counts as better (0)", 0.0),
)
RUN = (
    _number("--seed", int, "of the first weights and the order (0)", 0),
    (("--dtype",), {"choices": ["float64", "float32"], "default": "float64", "help": "(float64)"}),
    (
        ("--backend",),
        {
            "choices": ["auto", "native", "numpy", "jax"],
            "default": "auto",
            "help": "compiled C, NumPy, JAX, or C where there is a compiler (auto)",
        },
    ),
    _number("--threads", int, "at most so many, for compiled plain steps (1)", 1),
    _word("--checkpoint", "FILE.npz", "write the run down as it goes on"),
    _number("--checkpoint-epochs", int, "after every so many epochs"),
    _number("--checkpoint-seconds", float, "after every so many seconds (60)", 60.0),
    _switch("--resume", "go on with the run in the checkpoint, if there is one"),
)
OUTPUT: tuple[Option, ...] = (
    (("-o", "--output"), {"metavar": "FILE.npz", "help": "save weights, network and rule"}),
    _word("--history", "FILE", "write what was measured, as .csv or .json"),
    _word("--report", "FILE", "write a page about the run: .html, .pdf, .tex, .md or .txt"),
    _switch("--json", "print one JSON object"),
)

TRAIN = Command(
    _train,
    "train with the proved rule",
    "Prove the rule of a network, then train with it on a table.  Columns are found\n"
    "by --target and --inputs, else by the names of the units, else by their order:\n"
    "inputs, then targets, or one column of classes.",
    "  proofprop train 2-3-1 --data examples/xor.csv --epochs 3000 --learning-rate 2\n"
    "  proofprop train 4-8:tanh-3:softmax --data iris.csv --target species \\\n"
    "      --standardise --optimiser adam --batch-size 16 -o iris.npz\n"
    "  proofprop train 2-3-1 --data my.csv --checkpoint run.npz --resume\n"
    "  proofprop train 2-3-1 --data my.csv --report run.html",
    (NETWORK,),
    {
        "data": DATA,
        "updates": UPDATES,
        "stopping": STOPPING,
        "run": RUN,
        "output": OUTPUT,
    },
)
PREDICT = Command(
    _predict,
    "the answers of a trained network for a table",
    "Read a model that `proofprop train -o` saved, prove its rule again, and write\n"
    "the answer for every row of a table: the class by name where it learned classes,\n"
    "and the output signals.",
    "  proofprop predict iris.npz --data new.csv\n"
    "  proofprop predict iris.npz --data new.parquet -o answers.csv",
    (
        (("model",), {"metavar": "MODEL", "help": "a file of `proofprop train -o`"}),
        DATA[0],
        (("-o", "--output"), {"metavar": "FILE.csv", "help": "write the answers there"}),
    ),
)
EXPORT = Command(
    _export,
    "a trained network for other programs",
    "Read a model that `proofprop train -o` saved, prove its rule again, and write it\n"
    "for other programs: .onnx for inference (pip install 'proofprop[onnx]'), or .py,\n"
    "one file for PyTorch whose backward pass is the proved rule.",
    "  proofprop export iris.npz -o iris.onnx\n  proofprop export iris.npz -o iris_network.py",
    (
        PREDICT.options[0],
        (("-o", "--output"), {"metavar": "FILE", "help": "write a .onnx or .py file"}),
    ),
)
