"""A checked derivation → the page, in the order of the textbook.

Which section a step falls into follows from its family; how it is drawn, from its justification.
Verdicts are shown as found: nothing is decided, solved or corrected here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Protocol

from reports.document import (
    Block,
    Bullets,
    Document,
    EquationLines,
    Heading,
    Line,
    Mark,
    Math,
    Paragraph,
    RuleBox,
    Table,
    VerdictBox,
    runs,
)
from reports.instances import written_out
from reports.network_parts import (
    SMALL,
    cost_section,
    forward_section,
    network_section,
)
from reports.verdict_parts import SAID, mark_of, objection, verdict_rows, worst_of
from reports.wording import (
    MARKS,
    TITLES,
    counted,
    here,
    listed,
    numbered,
    prose,
    reason,
)
from symbolic.derivation import (
    ByCertificate,
    ByDifferentiation,
    ByLocalDerivative,
    Derivation,
    Family,
    Step,
)
from symbolic.notation import J, delta
from symbolic.terms import Cases, Equation, Partial, RangeKind, Sign, Sum, Term, walk
from symbolic.verdicts import WORST_FIRST, Finding, Hypothesis, Proved, Refuted, Verdict


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
    "": "Further lines",
}


NAMED = 8  # neurons with a rule of their own that the box of the rule lists
ADJOINT = (
    " For the adjoint identity all v_j are moved at the same time and the forward definitions are"
    " differentiated; taken as multipliers, the claimed δ_j must cancel every movement but that of"
    " the cost itself."
)


def page(checked: Judged, *, marks: bool | None = None) -> Document:
    """The page: result, network, forward pass, cost, the steps by family, rule, proof, hypotheses.

    `marks` puts a mark beside every line; by default only where some line is not proved.
    """
    shown = worst(checked) is not Mark.PROVED if marks is None else marks
    return Document(
        checked.derivation.title,
        (
            verdict_box(checked),
            *network_section(checked.derivation),
            *forward_section(checked.derivation),
            *cost_section(checked.derivation),
            *(block for blocks in families(checked, shown) for block in blocks),
            *rule_section(checked),
            *proof_section(checked, shown),
            *scope_section(checked),
        ),
        checked.derivation.network,
    )


def worst(checked: Judged) -> Mark:
    """The mark of the worst verdict of all steps and members; open where nothing was checked."""
    verdicts = [v for f in checked.findings for v in (f.verdict, *f.members.values())]
    for kind in WORST_FIRST:
        if any(isinstance(verdict, kind) for verdict in verdicts):
            return MARKS[kind]
    return Mark.OPEN


def verdict_box(checked: Judged) -> VerdictBox:
    """The result with its counts, its scope and its hypotheses."""
    mark = worst(checked)
    network = checked.derivation.network
    neurons = covered(checked, "delta")
    weights = covered(checked, "dw")
    lines = sum(isinstance(finding.verdict, Proved) for finding in checked.findings)
    words = [
        f"The local gradients of {len(neurons):,} of {len(network.neurons):,} neurons, "
        f"the corrections of {len(weights):,} of {len(network.uses):,} weights, and {lines} of "
        f"{len(checked.findings)} lines of the derivation are proved."
    ]
    names = listed([hypothesis.name for hypothesis in checked.hypotheses])
    if mark is Mark.PROVED:
        words.append("They hold for all weights, inputs, desired responses and batch sizes.")
    for kind, said in SAID.items():
        bad = [n for n, finding in enumerate(checked.findings) if mark_of(finding) is kind]
        if bad:
            many = "s" if len(bad) > 1 else ""
            said = said.replace("is ", "are ").replace("does ", "do ") if many else said
            words.append(f"Line{many} {numbered(bad)} {said}.")
    slips = (worst_of(finding) for finding in checked.findings)
    named = next((v.diagnosis for v in slips if isinstance(v, Refuted) and v.diagnosis), "")
    if named:
        words.append(f"What is wrong: {named.rstrip('.')}.")
    if names:
        words.append(f"Hypotheses: {names}.")
    return VerdictBox(mark, TITLES[mark], prose(" ".join(words)))


Numbered = tuple[int, Step, Finding]
OwnRules = Callable[[list[Numbered], Derivation], Iterable[Block]]
"""Writes out what the lines of a family say of single neurons."""


def _direct(item: Numbered) -> bool:
    return isinstance(item[1].because, ByDifferentiation)


def numbered_steps(checked: Judged) -> list[Numbered]:
    pairs = zip(checked.derivation.steps, checked.findings, strict=True)
    return [(n, step, finding) for n, (step, finding) in enumerate(pairs)]


def families(
    checked: Judged, marks: bool, own: OwnRules | None = None
) -> Iterator[tuple[Block, ...]]:
    """For each family in the order of the derivation: heading, members, steps, its own rules."""
    written = own_rules if own is None else own
    steps = [item for item in numbered_steps(checked) if not _direct(item)]
    before = ""
    for family, group in groupby(steps, key=lambda item: item[1].over):
        heading = HEADINGS.get(family.title, family.title[:1].upper() + family.title[1:])
        items = list(group)
        yield (
            *([Heading(heading)] if heading != before else []),
            *_introduction(family, items),
            *written_steps(items, checked.derivation, marks),
            *written(items, checked.derivation),
        )
        before = heading


def _introduction(family: Family, items: list[Numbered]) -> tuple[Block, ...]:
    """Whom the next lines speak of."""
    if not family.letters:
        return ()
    names = [member[0] for member in family.members]
    if family.letters != ("j",):
        count = f", {len(names):,} in all:" if len(names) > 1 else ":"
        return (Paragraph(prose(f"For {family.title}{count}"), keep=True),)
    if family.title.startswith("every "):
        return (Paragraph(prose(f"For {family.title} (here ", here("j", names), "):"), keep=True),)
    who, article = _one_of(family)
    terms = (part for _, step, _ in items for part in walk(step.claim.right))
    fed = any(isinstance(part, Sum) and part.over.kind is RangeKind.FED_BY for part in terms)
    tail = "), and let k run over the neurons that j feeds." if fed else ")."
    return (Paragraph(prose(f"Let j be {article} {who} (here ", here("j", names), tail), True),)


def _one_of(family: Family) -> tuple[str, str]:
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
            yield _lines(lines, derivation, marks)
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


def _lines(items: list[Numbered], derivation: Derivation, marks: bool) -> EquationLines:
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
        if _letter(s) == "delta"
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


def goals(checked: Judged, letter: str) -> list[tuple[int, Step, Finding]]:
    """The goal steps whose left side is this letter; without goals, the last of each family."""
    goal = set(checked.derivation.goal)
    steps = [item for item in numbered_steps(checked) if _letter(item[1]) == letter]
    if goal:
        return [item for item in steps if item[0] in goal]
    last = {item[1].over: item for item in steps if not _direct(item)}
    return list(last.values())


def covered(checked: Judged, letter: str) -> dict[tuple[str, ...], Verdict]:
    """The members (neurons, or one place of each weight) for which a goal is proved."""
    return {
        member: verdict
        for member, verdict in _members(checked, letter).items()
        if isinstance(verdict, Proved)
    }


def _members(checked: Judged, letter: str) -> dict[tuple[str, ...], Verdict]:
    return {
        (member or _by_name(step)): finding.at(member)
        for _, step, finding in goals(checked, letter)
        for member in step.over.members
    }


def _by_name(step: Step) -> tuple[str, ...]:
    """The neuron or weight that a line without index letters names on its left."""
    return tuple(map(str, step.claim.left.at)) if isinstance(step.claim.left, Sign) else ()


def rule_section(checked: Judged) -> tuple[Block, ...]:
    cases = []
    left: Term | None = None
    deltas = goals(checked, "delta")
    corrections = goals(checked, "dw")
    named = [step for _, step, _ in deltas if not step.over.letters]
    for _, step, _ in deltas:
        if step in named[NAMED:]:
            continue
        if not step.over.letters:
            left = left or delta(J)
            cases.append((step.claim.right, prose("if ", here("j", _by_name(step)))))
            continue
        left = step.claim.left
        who, article = _one_of(step.over)
        names = [member[0] for member in step.over.members if member]
        tail = (" (here ", here("j", names), ")") if names else ()
        cases.append((step.claim.right, prose(f"if j is {article} {who}", *tail)))
    if left is None:
        return ()
    more = len(named) - NAMED
    lines = tuple(step.claim for _, step, _ in corrections)
    apart = tuple(_corrections(corrections)) if len(lines) > 1 else ()
    proved = all(mark_of(finding) is Mark.PROVED for _, _, finding in (*deltas, *corrections))
    title = "The rule" if proved else "The rule as claimed, not proved"
    box = (Heading(title), *apart, RuleBox(() if apart else lines, left, tuple(cases)))
    sums = (part for case, _ in cases for part in walk(case) if isinstance(part, Sum))
    said = []
    if any(part.over.kind is RangeKind.FED_BY for part in sums):
        said.append("The sum over k runs over the neurons that j feeds.")
    if more > 0:
        said.append(
            f"{counted(more, 'more neuron has', 'more neurons have')} a rule by name above."
        )
    return (*box, Paragraph(prose(" ".join(said)))) if said else box


def _corrections(goals: Sequence[tuple[int, Step, Finding]]) -> Iterator[Block]:
    """The correction of each kind of weight, and of which it is one."""
    for _, step, _ in goals:
        if step.over.title:
            yield Paragraph(prose(f"For {step.over.title}:"), keep=True)
        yield EquationLines((Line(Math(step.claim.left), Math(step.claim.right)),))


def proof_section(checked: Judged, marks: bool) -> tuple[Block, ...]:
    direct = [item for item in numbered_steps(checked) if _direct(item)]
    words = "Every line above was checked on its own: only what it cites may be used in it."
    if any(isinstance(step.because, ByCertificate) for step in checked.derivation.steps):
        words += ADJOINT
    blocks: list[Block] = [Heading("Proof"), Paragraph(prose(words))]
    if direct:
        words = "Besides, the cost was written out as one expression in the weights and "
        good = sum(mark_of(finding) is Mark.PROVED for _, _, finding in direct)
        words += (
            f"differentiated without the rule: {good:,} of {len(direct):,} such lines are proved. "
        )
        chosen = _representatives(direct, checked)
        shown = [item for item in chosen if _is_printed(item)]
        long = len(chosen) - len(shown)
        rest = len(direct) - len(chosen)
        said = [f"printed: {len(shown)}"] if rest or long else []
        said += [f"too long to print: {long}"] if long else []
        said += [f"like these: the other {rest:,}"] if rest else []
        words += f"{'; '.join(said).capitalize()}." if said else ""
        lines = _lines(shown, checked.derivation, marks).lines
        bare = tuple(replace(line, reason=()) for line in lines)
        blocks.append(Paragraph(runs(words.strip()), keep=bool(bare)))
        blocks += [EquationLines(bare)] if bare else []
        blocks += [block for item in shown for block in objection(*item, checked.derivation)]
    rows = [
        *verdict_rows(_members(checked, "delta"), "delta", "neurons"),
        *verdict_rows(_members(checked, "dw"), "dw", "weights"),
    ]
    if rows:
        blocks.append(Paragraph(runs("Claim by claim:"), keep=True))
        blocks.append(Table((runs("claim"), runs("verdict")), tuple(rows), wide=1))
    return tuple(blocks)


LONGEST = 50
"""Parts of a formula up to which the derivative of the whole cost is printed."""


def _is_printed(item: Numbered) -> bool:
    """Whether a line is short enough to be read, or is not proved and so must be seen."""
    long = sum(1 for _ in walk(item[1].claim.right)) > LONGEST
    return not long or mark_of(item[2]) is not Mark.PROVED


def _representatives(direct: list[Numbered], checked: Judged) -> list[Numbered]:
    """One direct derivative for each role, and every one that is not proved."""
    outputs = checked.derivation.network.output_set
    seen: set[tuple[str, bool]] = set()
    shown = []
    for item in direct:
        partials = (p.by for p in walk(item[1].claim.left) if isinstance(p, Partial))
        by = next(partials, Sign(""))
        role = (by.letter, bool(by.at) and by.at[0] in outputs)
        if role not in seen or mark_of(item[2]) is not Mark.PROVED:
            shown.append(item)
        seen.add(role)
    return shown


def scope_section(checked: Judged) -> tuple[Block, ...]:
    blocks: list[Block] = []
    if checked.hypotheses:
        items = tuple(prose(f"{h.name}: {h.sentence}") for h in checked.hypotheses)
        blocks += [Heading("Hypotheses"), Bullets(items)]
    if checked.rests_on:
        rests = tuple(prose(words) for words in checked.rests_on)
        blocks += [Heading("What this rests on"), Bullets(rests)]
    return tuple(blocks)


def _letter(step: Step) -> str:
    return step.claim.left.letter if isinstance(step.claim.left, Sign) else ""


__all__ = [
    "HEADINGS",
    "Judged",
    "Numbered",
    "families",
    "page",
    "proof_section",
    "rule_section",
    "scope_section",
    "verdict_box",
    "worst",
]
