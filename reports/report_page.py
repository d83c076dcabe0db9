"""The report: a checked derivation with figures, a worked example and the training step.

It is the page of `derivation_page.py` with more between its sections; nothing is derived here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from reports.derivation_page import (
    proof_section,
    rule_section,
    scope_section,
    verdict_box,
    worst,
)
from reports.document import (
    Block,
    CodeBlock,
    Document,
    EquationLines,
    Fold,
    Heading,
    Line,
    Mark,
    Math,
    Paragraph,
    RuleBox,
    Runs,
    Table,
    runs,
)
from reports.exercise import exercise
from reports.family_parts import HEADINGS, Judged, Numbered, families
from reports.figure_parts import (
    DRAWN,
    backward_figure,
    neighbourhood_figures,
    overview_figures,
    role_figure,
)
from reports.instances import written_out
from reports.latex_runs import math_latex, rule_latex
from reports.network_parts import SMALL, cost_section, forward_section, network_section
from reports.notations import in_notation
from reports.training_parts import training_section
from reports.verdict_parts import mark_of
from reports.wording import counted, members_in_a_row, prose, units
from reports.worked_parts import worked_section
from reports.worked_sample import chosen_sample
from symbolic.derivation import ByChainRule, ByDefinition, Derivation, Step
from symbolic.errors import InputError, did_you_mean
from symbolic.network import Network
from symbolic.terms import Partial, RangeKind, Sign, Sum, walk

ROWS = 12
"""Rows of a table of neurons that are alike; the rest is counted."""


class Detail(StrEnum):
    """How much of the report is written."""

    RULE = "rule"
    SUMMARY = "summary"
    FULL = "full"


@dataclass(frozen=True)
class Choice:
    """What the reader asked for: detail, neurons that are written out, the sample in numbers.

    `notation` is a key of `NOTATIONS`; `blank` makes an exercise sheet of it.
    """

    detail: Detail = Detail.FULL
    neurons: tuple[str, ...] = ()
    sample: str = ""
    figures: bool = True
    notation: str = "haykin"
    blank: bool = False


def report_page(checked: Judged, choice: Choice = Choice()) -> Document:
    """The whole report.

    Raises `InputError` for a neuron or a sample that the network does not have.
    """
    network = checked.derivation.network
    for name in choice.neurons:
        if name not in network.neuron:
            known = did_you_mean(name, network.neuron)
            raise InputError(f"There is no neuron {name!r} to be written out. {known}")
    whole = Document(checked.derivation.title, tuple(_blocks(checked, choice)), network)
    return in_notation(exercise(whole) if choice.blank else whole, choice.notation)


def _blocks(checked: Judged, choice: Choice) -> Iterator[Block]:
    derivation, network = checked.derivation, checked.derivation.network
    proved = worst(checked) is Mark.PROVED
    sample = chosen_sample(network, choice.sample)  # refused before anything is written
    full = choice.detail is Detail.FULL
    yield verdict_box(checked)
    yield from _network(derivation, choice)
    yield from forward_section(derivation)
    yield from cost_section(derivation)
    if full:
        for blocks in families(checked, not proved, InFull(choice.neurons), choice.neurons):
            yield from _with_figure(blocks, checked, choice)
        drawn = proved and choice.figures and len(network.neurons) <= DRAWN
        if drawn and not network.formulas:
            yield Heading("Backward flow")
            yield backward_figure(network)
    yield from rule_section(checked)
    if full:
        yield from proof_section(checked, not proved)
    yield from scope_section(checked)
    if choice.detail is not Detail.RULE and proved:
        yield from worked_section(derivation, sample, choice.neurons)
    if full and proved:
        yield from training_section(derivation)


def _network(derivation: Derivation, choice: Choice) -> Iterator[Block]:
    """The network in words and as a figure, then the symbols."""
    heading, words, *symbols = network_section(derivation)
    yield from (heading, words)
    if choice.figures:
        yield from overview_figures(derivation.network)
        yield from neighbourhood_figures(derivation.network, choice.neurons)
    if choice.detail is not Detail.RULE:
        yield from symbols


ROLES = {"Output neurons": "output", "Hidden neurons": "hidden"}


def _with_figure(blocks: Sequence[Block], checked: Judged, choice: Choice) -> Iterator[Block]:
    """The blocks of a family; below the heading of a kind of neuron stands its figure."""
    network = checked.derivation.network
    for block in blocks:
        yield block
        if not isinstance(block, Heading) or not choice.figures:
            continue
        role = ROLES.get(block.text)
        if role:
            names = _members(checked.derivation, block)
            chosen = [name for name in choice.neurons if name in names]
            yield role_figure(network, role, (*chosen, *names)[0])


def _members(derivation: Derivation, heading: Heading) -> list[str]:
    """The neurons of the family whose section has this heading."""
    steps = [step for step in derivation.steps if HEADINGS.get(step.over.title) == heading.text]
    return [member[0] for step in steps[:1] for member in step.over.members]


@dataclass(frozen=True)
class InFull:
    """Writes a family out: one neuron line by line (or the chosen ones), the others in a table."""

    chosen: tuple[str, ...]

    def __call__(self, items: list[Numbered], derivation: Derivation) -> Iterator[Block]:
        steps = [step for _, step, finding in items if mark_of(finding) is Mark.PROVED]
        rule = next((s for s in reversed(steps) if _is_rule(s)), None)
        if rule is None or len(rule.over.letters) != 1 or rule.over.members == ((),):
            return
        names = [member[0] for member in rule.over.members]
        shown = [name for name in self.chosen if name in names] or names[:1]
        for name in shown:
            lines = tuple(_own_lines(steps, name, derivation.network))
            who = runs("In full for neuron ", units([name]), ":")
            yield Paragraph(who if len(names) > 1 else runs("Written out:"), keep=True)
            yield EquationLines(lines)
        others = [name for name in names if name not in shown]
        if others:
            yield Fold(_summary(others), (_alike(rule, others, derivation.network),))


def _summary(others: Sequence[str]) -> str:
    return f"The same for {counted(len(others), 'other neuron')}"


def _is_rule(step: Step) -> bool:
    """Whether the line gives δ_j, not as a derivative of the cost."""
    left = step.claim.left
    direct = any(isinstance(part, Partial) for part in walk(step.claim.right))
    return isinstance(left, Sign) and left.letter == "delta" and not direct


def _own_lines(steps: Sequence[Step], name: str, network: Network) -> Iterator[Line]:
    """The lines of one neuron that have a sum over others in them, and its δ."""
    before = None
    for step in steps:
        sums = [part for part in walk(step.claim.right) if isinstance(part, Sum)]
        over_neurons = any(part.over.kind is not RangeKind.SAMPLES for part in sums)
        because = isinstance(step.because, ByChainRule | ByDefinition) or not _is_rule(step)
        if (because and not over_neurons) or step.over.letters != ("j",):
            continue
        own = written_out(step.claim, {"j": name}, network)
        left = None if own.left == before else Math(own.left)
        before = own.left
        yield Line(left, Math(own.right))


def _alike(rule: Step, names: Sequence[str], network: Network) -> Table | EquationLines:
    """A line for each neuron; of many, a row for those that feed the same ones."""
    if len(names) <= SMALL:
        single = [written_out(rule.claim, {rule.over.letters[0]: n}, network) for n in names]
        return EquationLines(tuple(Line(Math(one.left), Math(one.right)) for one in single))
    groups: dict[tuple[str, ...], list[str]] = {}
    for name in names:
        groups.setdefault(network.successors[name], []).append(name)
    rows: list[tuple[Runs, ...]] = []
    for members in list(groups.values())[:ROWS]:
        own = written_out(rule.claim, {rule.over.letters[0]: members[0]}, network)
        who = members_in_a_row("delta", [(name,) for name in members])
        feeds = members_in_a_row("v", [(k,) for k in network.successors[members[0]]])
        rows.append((who, feeds or runs("none"), (Math(own.right),)))
    if len(groups) > ROWS:
        rest = sum(map(len, list(groups.values())[ROWS:]))
        rows.append((runs(f"{rest:,} more"), runs("…"), runs("likewise")))
    head = runs("the first of them is" if len(groups) < len(names) else "value")
    return Table((runs("local gradient"), runs("feeds"), head), tuple(rows), wide=2)


def sources_section(document: Document) -> Iterator[Block]:
    """The LaTeX of the rule and of every numbered line, to be copied."""
    rows = [
        f"({line.number})  "
        + (math_latex(line.left) if line.left else "")
        + " = "
        + math_latex(line.right)
        for block in document.blocks
        if isinstance(block, EquationLines)
        for line in block.lines
        if line.number is not None
    ]
    rules = [rule_latex(block) for block in document.blocks if isinstance(block, RuleBox)]
    yield Heading("Sources")
    kept = " and ".join(["the rule"] * bool(rules) + ["the numbered lines"] * bool(rows))
    kept = f"; here {'are' if rows else 'is'} {kept}" if kept else ""
    yield Paragraph(prose(f"Every formula can be copied as LaTeX{kept}."))
    for what, code in (("the rule", rules), ("the numbered lines", rows)):
        if code:
            yield Fold(f"LaTeX of {what}", (CodeBlock("\n".join(code)),))


__all__ = ["Choice", "Detail", "report_page", "sources_section"]
