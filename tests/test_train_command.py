"""`proofprop train` and `proofprop predict` from the terminal: flags, files, errors."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from numeric.trainer import Trainer
from reports.cli import main

NET = "2-5:tanh-3:softmax"
NAMES = ("ash", "birch", "cedar")


@pytest.fixture
def trees(tmp_path: Path) -> Path:
    """A table with a header, a class by name, and a column of no use."""
    draw = np.random.default_rng(0)
    labels = draw.integers(0, 3, 90)
    middles = np.array([[0, 0], [40, 0], [0, 400]])
    points = middles[labels] + draw.normal(size=(90, 2)) * [5, 50]
    path = tmp_path / "trees.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(("height", "note", "age", "kind"))
        for (height, age), label in zip(points.tolist(), labels, strict=True):
            rows.writerow((height, "-", age, NAMES[label]))
    return path


def trained(trees: Path, *more: str) -> list[str]:
    return [
        *("train", NET, "--data", str(trees), "--target", "kind", "--inputs", "height,age"),
        *("--standardise", "--epochs", "40", "--batch-size", "16", "--optimiser", "adam"),
        *("--learning-rate", "0.05", *more),
    ]


def test_training_and_predicting_by_names_from_the_table_to_the_answers(trees, tmp_path, capsys):
    model, answers = tmp_path / "trees.npz", tmp_path / "answers.csv"
    assert main(trained(trees, "-o", str(model))) == 0
    told = capsys.readouterr().out
    assert "90 samples, 40 epochs" in told
    wrong = int(told.split("Wrong: ")[1].split()[0])
    assert wrong < 10
    assert main(["predict", str(model), "--data", str(trees), "-o", str(answers)]) == 0
    assert "90 answers written" in capsys.readouterr().err
    with answers.open(encoding="utf-8") as found, trees.open(encoding="utf-8") as given:
        pairs = list(zip(csv.DictReader(found), csv.DictReader(given), strict=True))
    assert sum(row["kind"] != truth["kind"] for row, truth in pairs) == wrong
    first = pairs[0][0]
    assert list(first) == ["kind", *NAMES]
    assert sum(float(first[name]) for name in NAMES) == pytest.approx(1)
    assert max(NAMES, key=lambda name: float(first[name])) == first["kind"]
    assert main(["predict", str(model), "--data", str(trees)]) == 0
    assert capsys.readouterr().out == answers.read_text(encoding="utf-8")


def test_every_flag_of_a_run_reaches_the_trainer(trees, tmp_path, capsys):
    history, model = tmp_path / "h.json", tmp_path / "m.npz"
    flags = (
        *("--schedule", "cosine:low=0.1", "--warmup", "2", "--decay", "0.01", "--clip-norm", "1"),
        *("--validation-split", "0.2", "--patience", "5", "--seed", "3", "--dtype", "float32"),
        *("--class-weight", "ash=1,birch=2,cedar=1.5", "--history", str(history)),
        *("-o", str(model), "--json"),
    )
    assert main(trained(trees, *flags)) == 0
    result = json.loads(capsys.readouterr().out)
    rows = json.loads(history.read_text(encoding="utf-8"))
    assert result["epochs"] == len(rows)
    assert result["cost_after"] < result["cost_before"]
    assert set(rows[0]) == {"epoch", "cost", "accuracy", "validation_cost", "learning_rate"}
    assert rows[0]["learning_rate"] < rows[2]["learning_rate"]
    assert Trainer.load(model).program.dtype == "float32"
    plain = tmp_path / "h.csv"
    assert main(trained(trees, "--history", str(plain))) == 0
    assert len(plain.read_text(encoding="utf-8").splitlines()) == 41


def test_a_run_is_resumed_to_the_same_bytes_and_never_overwritten(trees, tmp_path, capsys):
    run, one, two = (tmp_path / name for name in ("run.npz", "one.npz", "two.npz"))
    keep = ("--checkpoint", str(run))
    assert main(trained(trees, *keep, "--resume", "--epochs", "15")) == 0
    assert main(trained(trees, *keep, "--resume", "-o", str(one))) == 0
    assert main(trained(trees, "-o", str(two))) == 0
    assert Trainer.load(one).weights == Trainer.load(two).weights
    capsys.readouterr()
    assert main(trained(trees, *keep)) == 2
    assert "an earlier run; resume it, or remove the file" in capsys.readouterr().err
    assert main(trained(trees, *keep, "--resume", "--l2", "0.1")) == 2
    assert "another run: there l2 is 0.0, here it is 0.1" in capsys.readouterr().err


def test_a_run_stopped_by_ctrl_c_says_how_to_go_on(trees, tmp_path, capsys, monkeypatch):
    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Trainer, "fit", stopped)
    assert main(trained(trees, "--checkpoint", str(tmp_path / "run.npz"))) == 130
    assert "run.npz, --resume goes on with it" in capsys.readouterr().err
    assert main(trained(trees)) == 130


@pytest.mark.parametrize(
    ("flags", "what"),
    [
        (("--learning-rate", "-1"), "The learning rate must be > 0"),
        (("--optimiser", "adm"), "There is no optimiser 'adm'. Did you mean 'adam'?"),
        (("--schedule", "step:each=3"), "no setting 'each'"),
        (("--patience", "3"), "patience needs samples to watch"),
        (("--clip-norm", "0"), "clip_norm must be > 0"),
        (("--momentum", "0.9"), "momentum= belongs"),
        (("--target", "kynd"), "There is no column 'kynd'. Did you mean 'kind'?"),
        (("--inputs", "height"), "2 inputs and there are 1 columns"),
        (("--class-weight", "oak=1"), "there is no class 'oak'. Known are ash, birch, cedar"),
        (("--class-weight", "ash=x"), "'x' is no number"),
        (("--class-weight", "ash=2,cedar=1"), "there is no weight for the class 'birch'"),
        (("--resume",), "--resume needs --checkpoint"),
        (("--history", "h.txt"), "the endings known are .csv, .json"),
        (("--checkpoint", "none/run.npz"), "there is no folder"),
        (("--checkpoint", "a.npz", "-o", "./a.npz"), "two files; give -o another name"),
        (("--batch-size", "0"), "batch_size must be an integer ≥ 1"),
        (("--seed", "-1"), "The seed must be an integer ≥ 0"),
        (("--learning-rate", "nan"), "The learning rate must be finite"),
        (("--epochs", "-3"), "epochs must be an integer ≥ 0"),
    ],
)
def test_a_bad_value_is_one_clear_error_with_exit_code_2(flags, what, trees, capsys):
    assert main(trained(trees, *flags)) == 2
    told = capsys.readouterr()
    assert what in told.err
    assert (told.out, len(told.err.splitlines())) == ("", 1)


def test_numbers_that_are_lost_end_with_2_and_the_neuron(tmp_path, capsys):
    path, model = tmp_path / "line.csv", tmp_path / "line.npz"
    path.write_text("x,y\n0,0.1\n1e200,0.4\n", encoding="utf-8")
    given = ["train", "1-1:identity", "--data", str(path), "--epochs", "5", "-o", str(model)]
    assert main(given) == 2
    told = capsys.readouterr().err
    assert "diverged in epoch 1" in told
    assert "of neuron '2'" in told
    assert not model.exists()


def test_what_is_wrong_with_a_table_is_said(tmp_path, capsys):
    path = tmp_path / "table.csv"
    for text, net, flags, told in (
        ("x,y\n0,a\n1,a\n", "1-1", ("--target", "y"), "'y' has one class, 'a'; the outputs tell 2"),
        (
            "x,y\n1e39,0\n1,1\n",
            "1-1",
            ("--dtype", "float32"),
            "X is too large for float32 in row 0",
        ),
    ):
        path.write_text(text, encoding="utf-8")
        assert main(["train", net, "--data", str(path), *flags]) == 2
        assert told in capsys.readouterr().err


def test_targets_that_are_no_classes_are_not_counted_as_wrong(tmp_path, capsys):
    path = tmp_path / "line.csv"
    path.write_text("x,y\n0,0.1\n1,0.4\n2,0.9\n", encoding="utf-8")
    assert main(["train", "1-1:identity", "--data", str(path), "--epochs", "5", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["wrong"] is None


def test_a_file_that_is_no_model_is_refused(trees, capsys):
    assert main(["predict", str(trees), "--data", str(trees)]) == 2
    assert "This is no saved trainer" in capsys.readouterr().err
