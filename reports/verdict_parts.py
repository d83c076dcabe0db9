"""How verdicts are drawn: a line's mark, what speaks against it, the table of members."""

from __future__ import annotations

from collections.abc import Iterator

from reports.document import Block, Drawn, Mark, Math, Paragraph, Runs, Table, runs
from reports.instances import renamed
from reports.wording import MARKS, member_sign, prose, sentence, value
from symbolic.derivation import WORST_FIRST, Finding, Proved, Refuted, Step, Verdict
from symbolic.notation import ETA, N
from symbolic.terms import Sign

ROWS = 6  # members listed one by one; more are counted


def worst_of(finding: Finding) -> Verdict:
    verdicts = (finding.verdict, *finding.members.values())
    return min(verdicts, key=lambda verdict: WORST_FIRST.index(type(verdict)))


def mark_of(finding: Finding) -> Mark:
    return MARKS[type(worst_of(finding))]


def objection(number: int, step: Step, finding: Finding) -> Iterator[Block]:
    """What is wrong with a line that is not proved, with the numbers that show it."""
    verdict = worst_of(finding)
    if isinstance(verdict, Proved):
        return
    yield Paragraph(prose(f"Line ({number + 1}): {sentence(verdict)}."))
    if isinstance(verdict, Refuted):
        witness = verdict.witness
        rows: list[tuple[Runs, ...]] = [((Math(N),), runs(str(len(witness.inputs))))]
        if witness.eta != 1:
            rows.append(((Math(ETA),), runs(str(witness.eta))))
        rows += [
            ((Math(Sign("w", (name,))),), runs(str(number)))
            for name, number in witness.weights.items()
        ]
        for xi, (inputs, targets) in enumerate(
            zip(witness.inputs, witness.targets, strict=True), 1
        ):
            tag = f" (sample {xi})" if len(witness.inputs) > 1 else ""
            for letter, numbers in (("y", inputs), ("d", targets)):
                for name, given in numbers.items():
                    rows.append(((Math(Sign(letter, (name,))), *runs(tag)), runs(str(given))))
        names = dict(zip(step.over.letters, verdict.member, strict=False))
        left = renamed(step.claim.left, names)
        rows.append((runs("left side ", Math(left)), runs(value(verdict.left))))
        rows.append((runs("right side"), runs(value(verdict.right))))
        yield Table((runs("with"), runs("value")), tuple(rows))
        yield Paragraph(prose("Every weight, input and desired response not listed is 0."))
        if verdict.nearest is not None:
            yield Paragraph(runs("A right form close to it, itself proved: ", verdict.nearest, "."))


def verdict_rows(
    members: dict[tuple[str, ...], Verdict], letter: str, many: str
) -> Iterator[tuple[Runs, ...]]:
    """One row per verdict: the members that share it, a long list shortened with its count."""
    said: dict[str, list[tuple[str, ...]]] = {}
    for member, verdict in members.items():
        said.setdefault(sentence(verdict), []).append(member)
    for verdict_words, names in said.items():
        signs = [member_sign(letter, member).formula for member in names]
        drawn = [sign for sign in signs if isinstance(sign, Drawn)]
        if len(drawn) > ROWS:
            dots = Drawn(r"\dots", "…")
            drawn = [*drawn[:2], dots, drawn[-1]]
        claim = Drawn(",\\ ".join(s.latex for s in drawn), ", ".join(s.text for s in drawn))
        count = f" ({len(names)} {many})" if len(names) > 1 else ""
        yield ((Math(claim),), prose(verdict_words + count))
