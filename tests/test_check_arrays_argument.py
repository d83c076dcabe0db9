"""Documents about arrays: which wrong line has its error from where, and what mends most."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reports.cli import main
from symbolic.reading.arrays.findings import ArrayJudgement
from symbolic.reading.arrays.judgement import Court, judge_arrays
from symbolic.reading.arrays.profile import array_profile
from symbolic.reading.arrays.program import base_of
from symbolic.reading.arrays.reading import read_arrays
from symbolic.reading.arrays.rendering import render
from tests.test_check_arrays import GATES, ROWS

SLOPE = r"(1 - H \odot H)"
INHERITED = [  # lines after the forward pass, and for each wrong one where its error is from
    # a sign, carried on in written-out form
    (ROWS, "cs231n", (r"dH = -dS_2 W_2^T", rf"dS_1 = -(dS_2 W_2^T) \odot {SLOPE}"), (0, 1)),
    # two steps on: dS_1 is not written
    (ROWS, "cs231n", (r"dH = -dS_2 W_2^T", rf"dW_1 = -X^T ((dS_2 W_2^T) \odot {SLOPE})"), (0, 1)),
    # a third line has its error from the first, not from the second
    (ROWS, "cs231n", (r"dH = 2 dS_2 W_2^T", rf"dS_1 = 2 (dS_2 W_2^T) \odot {SLOPE}",
                      rf"db_1 = 2 \sum_n ((dS_2 W_2^T) \odot {SLOPE})"), (0, 1, 1)),
    # another slip of its own
    (ROWS, "cs231n", (r"dH = -dS_2 W_2^T", r"dS_1 = -(dS_2 W_2^T) \odot (1 - H)"), (0, 0)),
    # the same slip elsewhere follows from nothing
    (ROWS, "cs231n", (r"dH = -dS_2 W_2^T", r"dW_2 = -H^T dS_2"), (0, 0)),
    # what names the quantity and does not write it out is true
    (ROWS, "cs231n", (r"dH = -dS_2 W_2^T", rf"dS_1 = dH \odot {SLOPE}"), (0, None)),
    # an earlier line has its error from no later one
    (ROWS, "cs231n", (rf"dS_1 = -(dS_2 W_2^T) \odot {SLOPE}", r"dH = -dS_2 W_2^T"), (0, 0)),
    # in a chain what follows a wrong member is only compared with it
    (ROWS, "cs231n", (rf"dS_1 = dH \odot (1 - H) = dH \odot {SLOPE}",), (0, 1)),
    (ROWS, "cs231n", (r"dS_1 = dH \odot (1 - H) = dH \odot H",), (0, 0)),
    # through time
    (GATES, "lstm", (r"\delta_t = dh_t \odot h_t",
                     r"dU = \sum_t (dh_t \odot h_t) h_{t-1}^T"), (0, 1)),
    (GATES, "lstm", (r"\delta_t = dh_t \odot h_t", r"dU = \sum_t (dh_t \odot h_t) h_t^T"), (0, 0)),
]  # fmt: skip


def judged(forward: str, lines: tuple[str, ...], profile: str) -> ArrayJudgement:
    text = forward + "".join(f"$${line}$$\n" for line in lines)
    reading = read_arrays(text, array_profile(profile))
    assert reading.problems == ()
    return judge_arrays(reading)


@pytest.mark.parametrize(("forward", "profile", "lines", "sources"), INHERITED)
def test_a_wrong_line_that_is_right_given_an_earlier_one_has_its_error_from_there(
    forward: str, profile: str, lines: tuple[str, ...], sources: tuple[int | None, ...]
) -> None:
    text = forward + "".join(f"$${line}$$\n" for line in lines)
    reading = read_arrays(text, array_profile(profile))
    assert reading.problems == ()
    found = Court(reading, base_of(reading)).lines(reading.claims)
    claims = [line for line in found if line.cases]
    first = claims[0].claim.number
    assert len(claims) == len(sources)
    for line, source in zip(claims, sources, strict=True):
        assert line.word == ("proved" if source is None else "refuted")
        assert line.inherits == (first if source else None)


def test_the_definition_that_mends_most_wrong_lines_is_named() -> None:
    forward = ROWS.replace(r"\frac{1}{2N}", r"\frac{1}{2}")
    lines = (
        r"dW_2 = \frac{1}{N} H^T (S_2 - Y)",
        r"db_2 = \frac{1}{N} \sum_n (S_2 - Y)",
        r"dH = \frac{1}{N} (S_2 - Y) W_2^T",
        rf"dS_1 = dH \odot {SLOPE}",
    )
    judgement = judged(forward, lines, "cs231n")
    repair = judgement.repair
    assert repair is not None
    definition = next(o.claim for o in judgement.lines if o.claim.number == repair.definition)
    assert render(definition.left, array_profile("cs231n")) == "L"
    assert render(repair.right, array_profile("cs231n")).startswith(r"\frac{1}{N}")
    assert judgement.broken == repair.definition
    wrong = [line for line in judgement.lines if line.word == "refuted"]
    assert [line.claim.number for line in wrong] == list(repair.mends)
    assert {line.inherits for line in wrong} == {repair.definition}


@pytest.mark.slow
@pytest.mark.parametrize(
    "lines",
    [
        # one wrong line is a slip of its own
        (r"dS_2 = S_2 - Y",),
        # two slips that no one definition explains
        (r"dW_2 = -H^T dS_2", r"dS_1 = dH"),
        # a line that is right would not be any more
        (
            r"dS_2 = \frac{1}{N} (S_2 - Y)",
            r"dW_2 = H^T (S_2 - Y)",
            r"db_2 = \sum_n (S_2 - Y)",
            r"dH = (S_2 - Y) W_2^T",
        ),
    ],
)
def test_no_definition_is_blamed_where_none_explains_it(lines: tuple[str, ...]) -> None:
    judgement = judged(ROWS, lines, "cs231n")
    assert judgement.repair is None
    assert judgement.broken is not None


@pytest.mark.slow
def test_pages_and_json_say_where_an_error_comes_from(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, copy = tmp_path / "notes.md", tmp_path / "fixed.md"
    forward = ROWS.replace(r"\frac{1}{2N}", r"\frac{1}{2}")
    lines = r"""$dW_2 = \frac{1}{N} H^T (S_2 - Y)$, $db_2 = \frac{1}{N} \sum_n
(S_2 - Y)$ and $dH = \frac{1}{N} (S_2 - Y) W_2^T$."""
    file.write_text(f"{forward}{lines}\n", "utf-8")
    assert main(["check", str(file), "--profile", "cs231n", "--json"]) == 1
    result = json.loads(capsys.readouterr().out)
    assert result["broken"] == result["repair"]["definition"] == "4"
    assert result["repair"]["mends"] == ["5", "6", "7"]
    assert [i.get("inherits") for i in result["items"] if i["verdict"] == "refuted"] == ["4"] * 3
    assert main(["check", str(file), "--profile", "cs231n"]) == 1
    out = " ".join(capsys.readouterr().out.split())
    assert "It first goes wrong in the definition (4)" in out
    assert "One edit of the definition (4) makes lines (5), (6) and (7) true: L = " in out
    assert main(["check", str(file), "--profile", "cs231n", "--fix", "-o", str(copy)]) == 1
    assert (
        "one place changed and marked; checked again, no line is wrong" in capsys.readouterr().err
    )
    assert main(["check", str(copy), "--profile", "cs231n"]) == 0


def test_the_mark_of_a_change_stands_within_no_formula(tmp_path: Path) -> None:
    file, copy = tmp_path / "notes.md", tmp_path / "fixed.md"
    file.write_text(f"{ROWS}$dH = -dS_2 W_2^T$ and $dX\n= dS_1 W_1^T$.\n", "utf-8")
    assert main(["check", str(file), "--profile", "cs231n", "--fix", "-o", str(copy)]) == 1
    assert "and $dX\n= dS_1 W_1^T$.\n<!-- proofprop" in copy.read_text("utf-8")
    assert main(["check", str(copy), "--profile", "cs231n"]) == 0
