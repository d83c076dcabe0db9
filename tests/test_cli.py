"""The command: its exit codes, its bytes and its complaints."""

from __future__ import annotations

import json

import pytest

from reports.cli import main

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


@pytest.mark.parametrize("network", ["2-three-1", "missing.toml"])
def test_bad_input_exits_with_2_and_one_line(network, capsys):
    assert main(["prove", network]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert len(told.err.splitlines()) == 1


def test_an_unknown_command_is_answered_with_the_nearest(capsys, monkeypatch):
    monkeypatch.setattr("sys.argv", ["proofprop", "prov"])
    with pytest.raises(SystemExit) as caught:
        main(["prov"])
    assert caught.value.code == 2
    assert "did you mean 'prove'" in capsys.readouterr().err


def test_the_demo_learns_xor(capsys):
    assert main(["demo"]) == 0
    assert "0 of 4 patterns wrong" in capsys.readouterr().out
