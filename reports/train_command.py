"""The work of `proofprop train`, `proofprop predict` and `proofprop export`."""

from __future__ import annotations

import argparse
import csv
import io
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numeric.checkpoints import Checkpoints
from numeric.columns import Roles
from numeric.data import Samples, read_inputs, read_samples
from numeric.sources import Lazy
from numeric.trainer import History, Trainer
from reports.derivation_page import page
from reports.document import Document
from reports.files import writable, write
from reports.html import page_html
from reports.jsonout import EXIT_CODES, report
from reports.latex import latex
from reports.markdown import page_markdown
from reports.pdf import page_pdf, settable
from reports.progress import clock
from reports.text import text
from symbolic.errors import InputError, did_you_mean
from symbolic.rules import Rule
from symbolic.spec import open_network
from symbolic.verdicts import Proved
from symbolic.verification import prove

Array = NDArray[Any]
RATES = {"adam": 0.001, "rmsprop": 0.001, "rprop": 0.1}
"""The learning rate of an optimiser where none is given."""
RATE = 0.5
AT_ONCE = 1 << 14
PAGES: dict[str, Callable[[Document], str | bytes]] = {
    ".html": page_html,
    ".pdf": page_pdf,
    ".tex": latex,
    ".md": page_markdown,
    ".txt": text,
}
"""The endings of the page about a run, and what writes each."""
STRAIGHT = (
    *("epochs", "batch_size", "momentum", "optimiser", "schedule", "warmup", "l2", "decay"),
    *("clip_value", "clip_norm", "goal", "validation_split", "patience", "gain", "resume"),
)
"""The options that `Trainer.fit` takes as they are."""


def train_command(options: argparse.Namespace) -> int:
    """Prove the rule, train with it, say how it went; save what was asked for."""
    writable(options.output, (".npz",))
    writable(options.history, (".csv", ".json"))
    writable(options.checkpoint, (".npz",))
    writable(options.report, (*PAGES,))
    settable(options.report)
    if options.output and options.checkpoint and _same(options.output, options.checkpoint):
        raise InputError("The model and the checkpoint are two files; give -o another name.")
    network = open_network(options.network)
    roles = Roles(_names(options.inputs), _names(options.target), options.weight or "")
    with clock(f"Reading {options.data}"):
        data = read_samples(options.data, network, roles, options.standardise)
    with clock("Proving the rule"):
        checked = prove(network, directly=False)
    if not isinstance(checked.verdict, Proved):
        print("proofprop: the rule is not proved, so nothing is trained.", file=sys.stderr)
        result = report(checked.derivation.steps, checked.findings)
        print(json.dumps(result, ensure_ascii=False) if options.json else text(page(checked)))
        return EXIT_CODES[str(result["verdict"])]
    rule = Rule(checked.theorem())
    trainer = Trainer(rule, options.dtype, options.seed, options.backend, options.threads)
    trainer.preparation = data.preparation
    before, start = trainer.cost(data.X, data.D), trainer.weights
    try:
        history = _fitted(trainer, data, options)
    except KeyboardInterrupt:
        if options.checkpoint is None:
            raise
        print(
            f"\nproofprop: stopped; the run is in {options.checkpoint}, --resume goes on with it.",
            file=sys.stderr,
        )
        return 130
    if options.history:
        history.write(options.history)
    if options.output:
        trainer.save(options.output)
    after, wrong = trainer.cost(data.X, data.D), _wrong(trainer, data)
    if options.report:
        from reports.learned import learned  # the page and its figures load only for this
        from reports.learning_page import learning_page

        run = learned(trainer, data, history, options, start, before)
        write(Path(options.report), _page(learning_page(checked, run), options.report))
    if options.json:
        result = {
            "verdict": "proved",
            "items": [],
            "samples": len(data.X),
            "epochs": len(history.cost),
            "cost_before": before,
            "cost_after": after,
            "wrong": wrong,
        }
        print(json.dumps(result, indent=2))
        return 0
    print(f"The rule is proved; {len(data.X)} samples, {len(history.cost)} epochs.")
    print(f"Cost 𝓔: {before:.6g} before, {after:.6g} after.")
    if history.validation_cost:
        best = int(np.argmin(history.validation_cost))
        print(
            f"Cost of the samples set aside: {history.validation_cost[best]:.6g} at best, in "
            f"epoch {best + 1}."
        )
    if wrong is not None:
        print(f"Wrong: {wrong} of {len(data.X)} samples.")
    if options.output:
        print(f"Weights and network saved in {options.output}.")
    if options.report:
        print(f"Report written to {options.report}.")
    return 0


def _page(document: Document, path: str) -> str | bytes:
    """The page in the format of the file's ending."""
    return PAGES[Path(path).suffix](document)


def predict_command(options: argparse.Namespace) -> int:
    """The answers of a saved model for the rows of a table, as CSV."""
    writable(options.output, (".csv",))
    with clock(f"Proving the rule of {options.model}"):
        trainer = Trainer.load(options.model)
    X = read_inputs(options.data, trainer.network, trainer.preparation)
    lines = _answers(trainer, X, options.data)
    if options.output is None:
        for line in lines:
            sys.stdout.write(line)
        return 0
    write(Path(options.output), lines)
    print(f"{len(X)} answers written to {options.output}.", file=sys.stderr)
    return 0


def export_command(options: argparse.Namespace) -> int:
    """A saved model as a file for other programs."""
    if options.output is None:
        raise InputError("export needs -o FILE.onnx or -o FILE.py, the file to write.")
    writable(options.output, (".onnx", ".py"))
    with clock(f"Proving the rule of {options.model}"):
        trainer = Trainer.load(options.model, "numpy")
    content: str | bytes
    if options.output.endswith(".onnx"):
        from numeric.export_onnx import onnx_bytes  # each loads only where it is asked for

        content = onnx_bytes(trainer)
    else:
        from numeric.export_torch import torch_text

        content = torch_text(trainer)
    write(Path(options.output), content)
    print(f"Written to {options.output}.", file=sys.stderr)
    return 0


def _fitted(trainer: Trainer, data: Samples, options: argparse.Namespace) -> History:
    """Train as the options say."""
    rate = options.learning_rate
    if rate is None:
        rate = RATES.get(str(options.optimiser).partition(":")[0], RATE)
        options.learning_rate = rate
    checkpoint = None
    if options.checkpoint is not None:
        checkpoint = Checkpoints(
            options.checkpoint, options.checkpoint_epochs, options.checkpoint_seconds
        )
    elif options.resume:
        raise InputError("--resume needs --checkpoint FILE.npz, the run to go on with.")
    return trainer.fit(
        data.X,
        data.D,
        learning_rate=rate,
        sample_weight=data.weights,
        class_weight=_class_weight(options.class_weight, data.preparation.classes),
        checkpoint=checkpoint,
        **{name: getattr(options, name) for name in STRAIGHT},
    )


def _same(one: str, other: str) -> bool:
    return Path(one).absolute() == Path(other).absolute()


def _names(text: str | None) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",")) if text else ()


def _class_weight(text: str | None, classes: tuple[str, ...]) -> dict[int, float] | str | None:
    """`balanced`, or the weight of each class by its name, or by its number where it has none."""
    if text is None or "=" not in text:
        return text
    known = classes or tuple(str(n) for n in range(1000))
    found: dict[int, float] = {}
    for part in text.split(","):
        name, _, number = (piece.strip() for piece in part.rpartition("="))
        if name not in known:
            hint = did_you_mean(name, classes)
            raise InputError(f"--class-weight: there is no class {name!r}. {hint}")
        try:
            found[known.index(name)] = float(number)
        except ValueError:
            raise InputError(f"--class-weight: {number!r} is no number.") from None
    for n, name in enumerate(classes):
        if n not in found:
            raise InputError(f"--class-weight: there is no weight for the class {name!r}.")
    return found


def _pieces(table: Array | Lazy) -> Iterator[slice]:
    return (slice(n, n + AT_ONCE) for n in range(0, len(table), AT_ONCE))


def _wrong(trainer: Trainer, data: Samples) -> int | None:
    """How many samples are classified wrongly; None where the targets are no classes.

    With several outputs the largest one is the answer, with one output of two target levels the
    nearer level.
    """
    X, D = data.X, data.D
    several = len(trainer.network.outputs) > 1
    middle = 0.0
    if several and len(trainer.network.groups) > 1:
        return None
    if not several:
        levels = np.unique(np.concatenate([D[piece] for piece in _pieces(D)]))
        if len(levels) > 2:
            return None
        middle = float(levels.mean())
    wrong = 0
    for piece in _pieces(X):
        answers, wanted = trainer.predict(X[piece]), np.asarray(D[piece])
        if several:
            wrong += int(np.sum(answers.argmax(axis=1) != wanted.argmax(axis=1)))
        else:
            wrong += int(np.sum((answers > middle) != (wanted > middle)))
    return wrong


def _answers(trainer: Trainer, X: Array | Lazy, file: str) -> Iterator[str]:
    """A header, then a line for each row of X."""
    prepared, network = trainer.preparation, trainer.network
    classes = prepared.classes
    several = len(network.outputs) > 1
    outputs = classes if classes and several else network.outputs
    yield _line([prepared.target or "class", *outputs] if classes else list(outputs))
    for piece in _pieces(X):
        try:
            answers = trainer.predict(X[piece])
        except InputError as error:
            raise InputError(f"From row {piece.start} on: {error.what}", file=file) from None
        named = prepared.answers(answers) if classes else None
        for n, row in enumerate(answers.tolist()):
            yield _line([*([named[n]] if named else []), *map(repr, row)])


def _line(cells: list[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerow(cells)
    return buffer.getvalue()
