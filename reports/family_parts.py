"""The lines of a derivation family by family: whom they speak of, each with its reason and mark.

Lines about single neurons or weights that differ in names alone are written out once for each kind.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Protocol

from reports.document import (
    Block,
    EquationLines,
    Fold,
    Heading,
    Line,
    Mark,
    Math,
    Paragraph,
    Table,
    runs,
)
from reports.instances import written_out
from reports.kinds import pattern_of
from reports.network_parts import SMALL
from reports.verdict_parts import mark_of, objection
from reports.wording import counted, here, member_sign, numbered, prose, reason, units
from symbolic.derivation import (
    ByDifferentiation,
    ByLocalDerivative,
    Derivation,
    Family,
    Step,
)
from symbolic.terms import Cases, Equation, Partial, RangeKind, Sign, Sum, Term, walk
from symbolic.verdicts import Finding, Hypothesis


class Judged(Protocol):
    """What the page is drawn from: `proof.Checked` is one."""

    @property
    def derivation(self) -> Derivation: ...
    @property
    def findings(self) -> Sequence[Finding]: ...
    @property
    def hypotheses(self) -> Sequence[Hypothesis]: ...
    @property
    def rests_on(self) -> Sequence[str]: ...


HEADINGS = {
    "the output neurons j": "Output neurons",
    "the output neurons j that feed others": "Output neurons that feed others",
    "the hidden neurons j": "Hidden neurons",
    "every neuron j": "Local gradients",
    "every neuron k fed by j": "Local gradients",
    "every synapse to j from i": "Weight corrections",
    "every unshared synapse to j from i": "Weight corrections",
    "every shared weight w": "Shared weights",
}


Numbered = tuple[int, Step, Finding]
OwnRules = Callable[[list[Numbered], Derivation], Iterable[Block]]
"""Writes out what the lines of a family say of single neurons."""


def direct(item: Numbered) -> bool:
    return isinstance(item[1].because, ByDifferentiation)


def numbered_steps(checked: Judged) -> list[Numbered]:
    pairs = zip(checked.derivation.steps, checked.findings, strict=True)
    return [(n, step, finding) for n, (step, finding) in enumerate(pairs)]


def families(
    checked: Judged, marks: bool, own: OwnRules | None = None, chosen: Sequence[str] = ()
) -> Iterator[tuple[Block, ...]]:
    """For each family in the order of the derivation: heading, members, steps, its own rules.

    Of single neurons, and of single weights, one of each kind and the `chosen` are written out.
    """
    written = own_rules if own is None else own
    steps = [item for item in numbered_steps(checked) if not direct(item)]
    before = ""
    for single, group in groupby(steps, key=lambda item: _single(item[1].over)):
        items = list(group)
        if single:
            yield tuple(_one_by_one(items, checked.derivation, marks, chosen))
            before = ""
            continue
        for family, lines in groupby(items, key=lambda item: item[1].over):
            heading = HEADINGS.get(family.title, family.title[:1].upper() + family.title[1:])
            mine = list(lines)
            yield (
                *([Heading(heading)] if heading != before else []),
                *_introduction(family, mine),
                *written_steps(mine, checked.derivation, marks),
                *written(mine, checked.derivation),
            )
            before = heading


SINGLE = "neuron "
"""How the title of a family begins that is one neuron with lines of its own."""
ROWS = 12
"""Units alike that are listed; more are counted."""


def _single(family: Family) -> str:
    """The heading under which families of one unit stand together; empty for other families."""
    if family.letters:
        return ""
    if family.title.startswith(SINGLE):
        return "Neurons one by one"
    return "" if family.title else "Weights one by one"


def _unit(item: Numbered) -> tuple[str, str]:
    """Whom a line is about: a neuron by the title of its family, or the weight it moves."""
    title, left = item[1].over.title, item[1].claim.left
    if title:
        return "delta", title.removeprefix(SINGLE)
    sign = left.by if isinstance(left, Partial) else left
    weight = isinstance(sign, Sign) and sign.letter in ("w", "dw") and len(sign.at) == 1
    return ("dw", str(sign.at[0])) if isinstance(sign, Sign) and weight else ("", "")


def _one_by_one(
    items: list[Numbered], derivation: Derivation, marks: bool, chosen: Sequence[str]
) -> Iterator[Block]:
    """The lines of the first unit of each kind, then the results of the others of that kind."""
    kinds: dict[Hashable, list[tuple[tuple[str, str], list[Numbered]]]] = {}
    title = ""
    for unit, group in groupby(items, key=_unit):
        lines = list(group)
        title = title or (_single(lines[0][1].over) if unit[0] else "Further lines")
        pairs = [(number, step) for number, step, _ in lines]
        alone = unit[1] if not unit[0] or unit[1] in chosen else ""
        told = tuple(mark_of(finding) for _, _, finding in lines)
        kinds.setdefault((pattern_of((), pairs), told, alone), []).append((unit, lines))
    yield Heading(title)
    for (unit, lines), *others in kinds.values():
        if unit[0]:
            more = "In full for " if others else "For "
            yield Paragraph(prose(more, *_named(unit), ":"), keep=True)
        yield from written_steps(lines, derivation, marks)
        if others:
            what = "neuron" if unit[0] == "delta" else "weight"
            summary = f"The same for {counted(len(others), f'other {what}')}"
            yield Fold(summary, tuple(_alike(lines, [own for _, own in others], derivation, marks)))


def _named(unit: tuple[str, str]) -> tuple[str | Math, ...]:
    if unit[0] == "delta":
        return ("neuron ", units([unit[1]]))
    return ("the weight ", Math(member_sign("w", (unit[1],))))


def _alike(
    first: list[Numbered], others: list[list[Numbered]], derivation: Derivation, marks: bool
) -> Iterator[Block]:
    """The last line of each unit, which is its result, and the lines it is like."""
    like = runs("like " + numbered([number for number, _, _ in first]))
    rows = []
    for lines in others[:ROWS]:
        (line,) = equation_lines(lines[-1:], derivation, marks).lines
        rows.append(Line(line.left, line.right, like, line.mark, line.number))
    yield EquationLines(tuple(rows))
    if len(others) > ROWS:
        rest = others[ROWS:]
        last = numbered([rest[0][-1][0], rest[-1][-1][0]])
        yield Paragraph(runs(f"Likewise {len(rest):,} more, up to the lines {last}."))


def _introduction(family: Family, items: list[Numbered]) -> tuple[Block, ...]:
    """Whom the next lines speak of."""
    if not family.letters:
        return ()
    names = [member[0] for member in family.members]
    if family.letters != ("j",):
        what = "pairs" if family.letters == ("k", "j") else "in all"
        count = f" ({len(names):,} {what}):" if len(names) > 1 else ":"
        return (Paragraph(prose(f"For {family.title}{count}"), keep=True),)
    if family.title.startswith("every "):
        return (Paragraph(prose(f"For {family.title} (here ", here("j", names), "):"), keep=True),)
    who, article = one_of(family)
    terms = (part for _, step, _ in items for part in walk(step.claim.right))
    fed = any(isinstance(part, Sum) and part.over.kind is RangeKind.FED_BY for part in terms)
    tail = "), and let k run over the neurons that j feeds." if fed else ")."
    return (Paragraph(prose(f"Let j be {article} {who} (here ", here("j", names), tail), True),)


def one_of(family: Family) -> tuple[str, str]:
    """The family's title for one of it, with its article: "output neuron that feeds others"."""
    who = family.title.removeprefix("the ").replace("neurons j", "neuron")
    who = who.replace("that feed ", "that feeds ")
    return who, "an" if who[:1] in "aeiou" else "a"


def written_steps(items: list[Numbered], derivation: Derivation, marks: bool) -> Iterator[Block]:
    """Lines with reasons; two or more local derivatives in a row become a table term by term."""
    runs_of: list[list[Numbered]] = []
    for is_local, run in groupby(items, key=_local):
        lines = list(run)
        alone = not is_local or len(lines) == 1
        if alone and runs_of and not _tabled(runs_of[-1]):
            runs_of[-1] += lines
        else:
            runs_of.append(lines)
    after_table = False
    for lines in runs_of:
        if _tabled(lines):
            yield Paragraph(runs("Term by term:"), keep=True)
            yield _term_by_term(lines, derivation, marks)
        else:
            if after_table:
                yield Paragraph(runs("Together:"), keep=True)
            yield equation_lines(lines, derivation, marks)
        after_table = _tabled(lines)
        for number, step, finding in lines:
            yield from objection(number, step, finding, derivation)


def _local(item: Numbered) -> bool:
    return isinstance(item[1].because, ByLocalDerivative)


def _tabled(lines: list[Numbered]) -> bool:
    """Whether the lines are factors of a product, each narrow enough for a table."""
    wide = any(isinstance(part, Cases) for _, step, _ in lines for part in walk(step.claim.right))
    return len(lines) > 1 and all(map(_local, lines)) and not wide


def _term_by_term(items: list[Numbered], derivation: Derivation, marks: bool) -> Table:
    rows = tuple(
        (
            (Math(step.claim.left),),
            (Math(step.claim.right),),
            reason(step, derivation),
            runs(f"({number + 1})" + (f" {mark_of(finding).value}" if marks else "")),
        )
        for number, step, finding in items
    )
    return Table((runs("factor"), runs("value"), runs("because"), ()), rows)


def equation_lines(items: list[Numbered], derivation: Derivation, marks: bool) -> EquationLines:
    lines = []
    before: Term | None = None
    for number, step, finding in items:
        left = None if step.claim.left == before else Math(step.claim.left)
        before = step.claim.left
        mark = mark_of(finding) if marks else Mark.NONE
        right = Math(step.claim.right, braces=_names(step.claim))
        lines.append(Line(left, right, reason(step, derivation), mark, number + 1))
    return EquationLines(tuple(lines))


def _names(claim: Equation) -> tuple[tuple[Term, str], ...]:
    """In a weight correction δ_j is named: the local gradient."""
    if isinstance(claim.left, Sign) and claim.left.letter == "dw":
        return ((Sign("delta", claim.left.at[:1]), r"\substack{\text{local}\\\text{gradient}}"),)
    return ()


def own_rules(items: list[Numbered], derivation: Derivation) -> Iterator[Block]:
    """The last proved claim about δ_j for each neuron, in a small network."""
    claims = [
        (s.claim, s.over, s.over.members)
        for _, s, finding in items
        if letter_in(s) == "delta"
        and mark_of(finding) is Mark.PROVED
        and not any(isinstance(part, Partial) for part in walk(s.claim.right))
    ]
    if not claims or len(derivation.network.neurons) > SMALL:
        return
    claim, family, members = claims[-1]
    if len(family.letters) != 1 or family.members == ((),):
        return
    lines = []
    for (name,) in members:
        own = written_out(claim, {family.letters[0]: name}, derivation.network)
        lines.append(Line(Math(own.left), Math(own.right)))
    word = "Written out for each of them:" if len(lines) > 1 else "Written out:"
    yield Paragraph(runs(word), keep=True)
    yield EquationLines(tuple(lines))


def letter_in(step: Step) -> str:
    return step.claim.left.letter if isinstance(step.claim.left, Sign) else ""


def by_name(step: Step) -> tuple[str, ...]:
    """The neuron or weight that a line without index letters names on its left."""
    return tuple(map(str, step.claim.left.at)) if isinstance(step.claim.left, Sign) else ()


def of_one_kind(steps: Iterable[Step]) -> list[list[Step]]:
    """The lines, those of single units that differ in names alone together."""
    kinds: dict[Hashable, list[Step]] = {}
    for step in steps:
        alike = pattern_of((step.claim.left, step.claim.right))
        kinds.setdefault(step if step.over.letters else alike, []).append(step)
    return list(kinds.values())
