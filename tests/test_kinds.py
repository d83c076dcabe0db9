"""Single neurons that differ in names alone are written out once, and none is passed over."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from page_example import Checked

from reports import report
from reports.derivation_page import page
from reports.document import Document, EquationLines, Fold, Line, Math
from reports.family_parts import by_name
from reports.kinds import pattern_of
from reports.report_page import Choice
from reports.reporting import Report
from reports.text import text
from symbolic.notation import delta, slope, v, w, y
from symbolic.verdicts import Finding, Open

EXAMPLES = Path(__file__).parents[1] / "examples"


@cache
def lstm() -> Report:
    return report(str(EXAMPLES / "lstm.toml"))


def printed(document: Document) -> list[tuple[bool, Line]]:
    """The numbered lines, and whether each stands under a fold."""
    found = []
    for block in document.blocks:
        inside = block.blocks if isinstance(block, Fold) else (block,)
        lines = [line for part in inside if isinstance(part, EquationLines) for line in part.lines]
        found += [(isinstance(block, Fold), line) for line in lines if line.number]
    return found


def test_one_neuron_of_a_kind_is_written_out_and_the_others_by_their_results() -> None:
    made = lstm()
    shown = printed(made.document)
    numbers = {line.number for _, line in shown}
    goals = {number + 1 for number in made.checked.derivation.goal}
    assert goals <= numbers  # every δ_j and Δw is on the page
    folded = [line for inside, line in shown if inside]
    assert len(folded) == 10  # seven gates like i[1], two like o[1], one like c[1]
    assert len(numbers) < len(made.checked.derivation.steps) // 2 + 10


def test_a_neuron_with_a_line_that_is_not_proved_is_no_other_of_its_kind() -> None:
    checked = lstm().checked
    steps = checked.derivation.steps
    (last,) = (n for n in checked.derivation.goal if by_name(steps[n]) == ("g_t2",))
    findings = list(checked.findings)
    findings[last - 2] = Finding(Open("spoilt"))
    spoilt = page(
        Checked(checked.derivation, tuple(findings), checked.hypotheses, checked.rests_on)
    )
    numbers = {line.number for inside, line in printed(spoilt) if not inside}
    assert {last - 1, last, last + 1} <= numbers
    assert "spoilt" in text(spoilt)


def test_what_differs_in_more_than_names_is_not_alike() -> None:
    def rule(j: str, k: str, by: str) -> tuple[object, ...]:
        return (delta(j), slope(j) * delta(k) * y(by))

    def alike(*terms: tuple[object, ...]) -> bool:
        return len({pattern_of(each) for each in terms}) == 1  # type: ignore[arg-type]

    assert alike(rule("i", "c", "g"), rule("f", "c", "b"))
    assert not alike(rule("i", "c", "g"), rule("i", "c", "c"))  # two names become one
    assert not alike(rule("i", "c", "g"), (delta("i"), -(slope("i") * delta("c") * y("g"))))
    assert not alike(rule("i", "c", "g"), (delta("i"), slope("g") * delta("c") * y("g")))
    assert not alike((v("i"), w("i", "0") * y("0")), (v("i"), w("i", "x") * y("x")))


def test_a_neuron_that_is_asked_for_is_written_out() -> None:
    made = report(str(EXAMPLES / "lstm.toml"), choice=Choice(neurons=("g_t2",)))
    plain = {line.number for inside, line in printed(lstm().document) if not inside}
    asked = {line.number for inside, line in printed(made.document) if not inside}
    assert len(asked - plain) == 6
    assert all(isinstance(line.right, Math) for _, line in printed(made.document))
