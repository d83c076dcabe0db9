"""How verdicts are drawn: a line's mark, what speaks against it, the table of members."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from reports.document import (
    Block,
    Drawn,
    EquationLines,
    Line,
    Mark,
    Math,
    Paragraph,
    Run,
    Runs,
    Strong,
    Table,
    runs,
)
from reports.instances import renamed, written_out
from reports.latex_printer import latex_of
from reports.plain import plain_of
from reports.wording import MARKS, listed, member_sign, members_in_a_row, prose, sentence, value
from symbolic.derivation import Derivation, Step
from symbolic.network import Network
from symbolic.terms import Equation, Num, Partial, Sign, Term, num, walk
from symbolic.verdicts import (
    WORST_FIRST,
    Finding,
    Open,
    Proved,
    Refuted,
    Unjustified,
    Verdict,
    Witness,
)

ROWS = 6  # members listed one by one; more are counted
SAID = {  # a line's verdict in words
    Mark.REFUTED: "is refuted",
    Mark.UNJUSTIFIED: "does not follow from what it cites",
    Mark.OPEN: "is not decided",
}


def worst_of(finding: Finding) -> Verdict:
    verdicts = (finding.verdict, *finding.members.values())
    return min(verdicts, key=lambda verdict: WORST_FIRST.index(type(verdict)))


def mark_of(finding: Finding) -> Mark:
    return MARKS[type(worst_of(finding))]


def objection(number: int, step: Step, finding: Finding, derivation: Derivation) -> Iterator[Block]:
    """What is wrong with a line: the verdict, numbers that show it, the nearest right form."""
    verdict = worst_of(finding)
    if isinstance(verdict, Proved):
        return
    head = Strong(f"Line ({number + 1}) {SAID[MARKS[type(verdict)]]}")
    match verdict:
        case Refuted():
            yield Paragraph((head, *prose(_extent(step, finding), *_fault(verdict))))
            yield from _counterexample(step, verdict, derivation.network)
        case Unjustified(member, where):
            at = f" for {', '.join(member)}" if member else ""
            yield Paragraph((head, *prose(f"{at}: {where}.")))
        case Open(why):
            yield Paragraph((head, *prose(f": {why}.")))


def _extent(step: Step, finding: Finding) -> str:
    """For how many members the line fails."""
    members = step.over.members
    if len(members) < 2:
        return "."
    kinds = Counter(type(finding.at(member)) for member in members)
    fails, good, unknown = kinds[Refuted], kinds[Proved], kinds[Open] + kinds[Unjustified]
    what = {("j",): "neurons", ("j", "i"): "synapses"}.get(step.over.letters, "cases")
    if fails == len(members):
        return f" for both {what}." if fails == 2 else f" for all {fails} {what}."
    words = [f" for {fails} of {len(members)} {what}"]
    words += [f"holds for {good}"] if good else []
    words += [f"{unknown} more {'was' if unknown == 1 else 'were'} not decided"] if unknown else []
    return listed(words) + "."


def _fault(verdict: Refuted) -> Runs:
    diagnosis = verdict.diagnosis.rstrip(".")
    return prose(f" What is wrong: {diagnosis}.") if diagnosis else ()


def _counterexample(step: Step, verdict: Refuted, network: Network) -> Iterator[Block]:
    """Numbers to put in, both values, the nearest right form."""
    names = dict(zip(step.over.letters, verdict.member, strict=False))
    left, right = (renamed(side, names) for side in (step.claim.left, step.claim.right))
    yield from _put_in(tuple(_numbers(verdict)))
    yield Paragraph(prose("Then the two sides differ:"), keep=True, aside=True)
    true = runs("the left side, differentiated" if _measured(left) else "the left side")
    yield EquationLines(
        (
            Line(Math(left), value(verdict.left), true),
            Line(Math(right), value(verdict.right), runs("the right side, as claimed")),
        ),
        aside=True,
    )
    whole = written_out(step.claim, names, network).right
    absent = dict.fromkeys(part for part in walk(whole) if _absent(part, network))
    if absent:
        said = listed([plain_of(part) for part in absent], most=4)
        belong = "belongs" if len(absent) == 1 else "belong"
        counts = "counts" if len(absent) == 1 else "count"
        words = f"Here {said} {belong} to no synapse of the network and {counts} as 0."
        yield Paragraph(prose(words), aside=True)
    nearest = verdict.nearest
    if isinstance(nearest, Equation):
        yield Paragraph(prose("The nearest right form, itself proved:"), keep=True)
        yield EquationLines((Line(Math(nearest.left), Math(nearest.right)),))


def _put_in(rows: tuple[tuple[Drawn, Runs, Num], ...]) -> Iterator[Block]:
    """The numbers of the witness: a few in a row, more in a table."""
    others = "0 for every other weight and signal"
    if len(rows) > 10:
        yield Paragraph(prose(f"Put in these numbers, and {others}:"), keep=True, aside=True)
        table = tuple(((Math(sign), *tag), (Math(number),)) for sign, tag, number in rows)
        yield Table((runs("quantity"), runs("value")), table, aside=True)
        return
    parts: list[str | Run] = []
    for sign, tag, number in rows:
        latex, text = (f"{a} = {b}" for a, b in zip(_both(sign), _both(number), strict=True))
        parts += [Math(Drawn(latex, text)), *tag, ", "]
    yield Paragraph(prose("Put in ", *parts, f"and {others}."), aside=True)


def _measured(left: Term) -> bool:
    """Whether the left side has a value of its own: a derivative of the cost."""
    return isinstance(left, Partial) or (isinstance(left, Sign) and left.letter in ("delta", "dw"))


def _absent(part: Term, network: Network) -> bool:
    if not (isinstance(part, Sign) and part.letter == "w" and len(part.at) == 2):
        return False
    named = all(isinstance(index, str) for index in part.at)
    return named and tuple(map(str, part.at)) not in network.weight_of


def _both(formula: Drawn | Num) -> tuple[str, str]:
    if isinstance(formula, Drawn):
        return formula.latex, formula.text
    return latex_of(formula), plain_of(formula)


def _numbers(verdict: Refuted) -> Iterator[tuple[Drawn, Runs, Num]]:
    """The witness as rows: N, then every number that is not 0."""
    witness = verdict.witness
    assert isinstance(witness, Witness)  # the lines are about a network
    samples = len(witness.inputs)
    yield Drawn("N", "N"), (), num(samples)
    if witness.eta != 1:
        yield Drawn(r"\eta", "η"), (), Num(witness.eta)
    for name, given in witness.weights.items():
        if given:
            yield member_sign("w", (name,)), (), Num(given)
    for xi, (inputs, targets) in enumerate(zip(witness.inputs, witness.targets, strict=True), 1):
        tag = runs(f" (sample {xi})") if samples > 1 else ()
        for letter, numbers in (("y", inputs), ("d", targets)):
            for name, given in numbers.items():
                if given:
                    yield member_sign(letter, (name,)), tag, Num(given)


def verdict_rows(
    members: Mapping[tuple[str, ...], Verdict], letter: str, many: str
) -> Iterator[tuple[Runs, ...]]:
    """One row per kind of verdict: the members that share it, a long list shortened."""
    said: dict[str, list[tuple[str, ...]]] = {}
    for member, verdict in members.items():
        said.setdefault(sentence(verdict), []).append(member)
    for words, names in said.items():
        claim = members_in_a_row(letter, names, ROWS)
        count = f" ({len(names):,}\u00a0{many})" if len(names) > 1 else ""
        mark = MARKS[type(members[names[0]])].value
        yield (claim, prose(f"{mark} {words}{count}"))
