"""The command: its exit codes, its bytes and its complaints."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from subprocess import PIPE, Popen

import pytest

from reports.cli import main

ROOT = str(Path(__file__).parent.parent)
WRONG = "delta[j] = sum(k, delta[k] * w[k,j]) for hidden j\n"


def test_derive_prints_the_derivation_and_the_same_bytes_twice(capsys):
    assert main(["derive", "2-3-1"]) == 0
    first = capsys.readouterr().out
    assert main(["derive", "2-3-1"]) == 0
    assert first == capsys.readouterr().out
    assert "δ" in first


def test_json_is_one_object_with_a_row_for_each_line(capsys):
    assert main(["prove", "2-3-1", "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["verdict"] == "proved"
    assert result["items"]
    for row in result["items"]:
        assert {"id", "verdict", "statement", "under"} <= set(row)


def test_the_output_file_is_whole_and_nothing_else_is_left(tmp_path, capsys):
    assert main(["derive", "2-3-1", "-o", str(tmp_path / "file.tex")]) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["file.tex"]
    assert r"\end{document}" in (tmp_path / "file.tex").read_text(encoding="utf-8")
    assert capsys.readouterr().out == ""


def test_a_wrong_rule_exits_with_1_and_a_counterexample(tmp_path, capsys):
    rule = tmp_path / "wrong.rule"
    rule.write_text(WRONG, encoding="utf-8")
    assert main(["prove", "2-3-1", "--rule", str(rule), "--json"]) == 1
    result = json.loads(capsys.readouterr().out)
    assert result["verdict"] == "refuted"
    assert result["items"][0]["counterexample"]["left"] == "-1/32"


def test_a_model_file_is_derived_and_proved(capsys, tmp_path):
    assert main(["prove", f"{ROOT}/examples/nielsen.model"]) == 0
    assert "proved for all sizes" in capsys.readouterr().out
    assert main(["derive", f"{ROOT}/examples/nielsen.model"]) == 0
    assert "delta[l] = sigma'(z[l]) * D(a[l])" in capsys.readouterr().out
    page = tmp_path / "page.json"
    assert main(["prove", f"{ROOT}/examples/softmax_net.model", "--json", "-o", str(page)]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result == json.loads(page.read_text(encoding="utf-8"))
    assert result["verdict"] == "proved"
    assert result["items"][0]["under"] == ["sum(k, Y[n,k]) = 1", "off the kinks"]
    assert result["items"][0]["source"]["line"] == 16


def test_a_claim_of_a_model_file_that_does_not_follow_is_refuted(capsys, tmp_path):
    wrong = tmp_path / "wrong.model"
    wrong.write_text("sizes N\nweights w[n]\ncost = sum(n, w[n]^2)\nD(w) = w\n", encoding="utf-8")
    assert main(["prove", str(wrong), "--json"]) == 1
    (row,) = json.loads(capsys.readouterr().out)["items"]
    assert row["verdict"] == "refuted"
    assert row["nearest"] == "D(w[n]) = 2*w[n]"
    wrong.write_text("sizes N\nweights w[n]\ncost = w\n", encoding="utf-8")
    assert main(["prove", str(wrong)]) == 2
    assert f"{wrong}:3:8: The cost is a number, this is N" in capsys.readouterr().err
    assert main(["prove", str(wrong), "--rule", "x"]) == 2
    assert main(["derive", str(wrong), "-o", "page.tex"]) == 2


@pytest.mark.parametrize("network", ["2-three-1", "missing.toml"])
def test_bad_input_exits_with_2_and_one_line(network, capsys):
    assert main(["prove", network]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert len(told.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["prov"], "there is no command 'prov'; did you mean 'prove'?"),
        (["xyz"], "there is no command 'xyz'; known are demo, derive, prove, report, check, draw"),
        (["prove", "2-3-1", "--jsn"], "there is no option '--jsn'; did you mean '--json'?"),
        (["derive", "2-3-1", "--outputt=a.tex"], "did you mean '--output'?"),
        (["derive", "2-3-1", "more"], "no use for 'more'"),
        (["derive"], "NET"),
        (["train", "2-3-1"], "--data"),
    ],
)
def test_a_mistyped_word_is_answered_with_the_nearest(arguments, what, capsys):
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    told = capsys.readouterr()
    assert what in told.err
    assert (told.out, len(told.err.splitlines())) == ("", 1)


@pytest.mark.parametrize("command", ["", "demo", "derive", "prove", "train", "predict"])
def test_the_help_fits_a_terminal_and_shows_examples(command, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    with pytest.raises(SystemExit) as caught:
        main([command, "--help"] if command else ["--help"])
    assert caught.value.code == 0
    told = capsys.readouterr().out
    assert max(map(len, told.splitlines())) <= 80
    assert f"  proofprop {command}" in told
    assert "exit codes: 0 proved" in told


def test_the_command_alone_prints_its_help_and_knows_its_version(capsys):
    assert main([]) == 0
    assert capsys.readouterr().out.startswith("usage: proofprop")
    with pytest.raises(SystemExit):
        main(["--version"])
    assert capsys.readouterr().out.startswith("proofprop ")


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("missing/file.tex", "there is no folder"),
        ("file.docx", "the endings known are .tex, .txt, .json"),
        ("folder.tex", "a folder"),
    ],
)
def test_a_file_that_cannot_be_written_is_refused_before_any_work(name, what, tmp_path, capsys):
    (tmp_path / "folder.tex").mkdir()
    assert main(["derive", "2-3-1", "-o", str(tmp_path / name)]) == 2
    told = capsys.readouterr()
    assert what in told.err
    assert len(told.err.splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["folder.tex"]


def test_a_stop_by_the_user_says_what_was_not_written(tmp_path, capsys, monkeypatch):
    def stopped(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("reports.prove_command.prove", stopped)
    goal = tmp_path / "proof.tex"
    assert main(["prove", "2-3-1", "-o", str(goal)]) == 130
    assert f"stopped; {goal} was not written." in capsys.readouterr().err
    assert not goal.exists()


def test_a_reader_that_has_seen_enough_is_no_error():
    command = [sys.executable, "-m", "reports", "derive", "2-3-1"]
    run = Popen(command, cwd=ROOT, stdout=PIPE, stderr=PIPE, env={**os.environ, "PYTHONPATH": ROOT})
    run.stdout.close()
    assert run.stderr.read() == b""
    run.stderr.close()
    assert run.wait() == 141


ODD = """name = "odd 50% & <x> $y$ {z}"
inputs = ["I", "S"]
outputs = ["lambda"]
[neurons.E]
from = ["I", "S"]
[neurons.N]
from = { I = "pi", S = "pi", E = "for" }
bias = "eta"
[neurons.lambda]
from = { E = "delta", N = "sum" }
bias = "None"
"""


def test_names_that_are_words_elsewhere_work_in_every_command(tmp_path, capsys):
    net = tmp_path / "odd.toml"
    net.write_text(ODD, encoding="utf-8")
    for command in ("derive", "prove"):
        for ending in ("tex", "txt", "json"):
            goal = tmp_path / f"{command}.{ending}"
            assert main([command, str(net), "-o", str(goal)]) == 0
            assert goal.stat().st_size > 500
    tex = (tmp_path / "derive.tex").read_text(encoding="utf-8")
    assert r"odd 50\% \&" in tex
    rule = tmp_path / "odd.rule"
    rule.write_text("delta[E] = phi'[E](v[E]) * sum(k, delta[k] * w[k,E])\n", encoding="utf-8")
    assert main(["prove", str(net), "--rule", str(rule)]) == 0
    data = tmp_path / "odd.csv"
    data.write_text("S,I,lambda\n0,1,0.5\n1,0,0.25\n", encoding="utf-8")
    weights = str(tmp_path / "odd.npz")
    assert main(["train", str(net), "--data", str(data), "--epochs", "3", "-o", weights]) == 0
    assert "2 samples, 3 epochs" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("data", "place"),
    [
        ("0,0,0\n0,x,1\n", ":2:2: 'x' is no finite number"),
        ("0,0,0\n0,nan,1\n", ":2:2: 'nan' is no finite number"),
        ("0,0,0\n0,1\n", ":2: This row has 2 cells"),
        ("", ": There is no sample"),
    ],
)
def test_bad_data_is_named_with_its_place_and_nothing_is_trained(data, place, tmp_path, capsys):
    file, weights = tmp_path / "data.csv", tmp_path / "w.npz"
    file.write_text(data, encoding="utf-8")
    assert main(["train", "2-3-1", "--data", str(file), "-o", str(weights)]) == 2
    told = capsys.readouterr()
    assert f"{file}{place}" in told.err
    assert told.out == ""
    assert not weights.exists()


def test_the_demo_learns_xor(capsys):
    assert main(["demo"]) == 0
    assert "0 of 4 patterns wrong" in capsys.readouterr().out


def test_a_wrong_claim_of_a_model_exits_with_1_and_numbers_anyone_can_put_in(tmp_path, capsys):
    model = tmp_path / "line.model"
    model.write_text(
        "sizes N\ngiven x[n], d[n]\nweights w\n"
        "cost = (1/(2*N))*sum(n, (d[n] - w*x[n])^2)\n"
        "D(w) = -sum(n, (d[n] - w*x[n])*x[n])\n",
        encoding="utf-8",
    )
    assert main(["prove", str(model), "--json"]) == 1
    (item,) = json.loads(capsys.readouterr().out)["items"]
    assert item["verdict"] == "refuted"
    assert item["counterexample"]["sizes"] == {"N": "2"}
    assert item["counterexample"]["left"] != item["counterexample"]["right"]
    assert "1/N" in item["diagnosis"]
    assert main(["prove", str(model)]) == 1
    assert "right is D(w) = " in capsys.readouterr().out
