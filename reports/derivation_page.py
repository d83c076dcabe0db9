"""A checked derivation → the page, in the order of the textbook.

The lines are drawn in `family_parts.py`; here is what stands before and after them.
Verdicts are shown as found: nothing is decided, solved or corrected here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

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
    Run,
    Runs,
    Table,
    VerdictBox,
    runs,
)
from reports.family_parts import (
    Judged,
    Numbered,
    by_name,
    direct,
    equation_lines,
    families,
    letter_in,
    numbered_steps,
    of_one_kind,
    one_of,
)
from reports.network_parts import (
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
    members_in_a_row,
    numbered,
    prose,
    units,
)
from symbolic.derivation import (
    ByCertificate,
    Step,
)
from symbolic.notation import J, delta
from symbolic.terms import Partial, RangeKind, Sign, Sum, walk
from symbolic.verdicts import WORST_FIRST, Finding, Proved, Refuted, Verdict

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
    names = listed([h.sentence if h.name in h.sentence else h.name for h in checked.hypotheses])
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


def goals(checked: Judged, letter: str) -> list[tuple[int, Step, Finding]]:
    """The goal steps whose left side is this letter; without goals, the last of each family."""
    goal = set(checked.derivation.goal)
    steps = [item for item in numbered_steps(checked) if letter_in(item[1]) == letter]
    if goal:
        return [item for item in steps if item[0] in goal]
    last = {item[1].over: item for item in steps if not direct(item)}
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
        (member or by_name(step)): finding.at(member)
        for _, step, finding in goals(checked, letter)
        for member in step.over.members
    }


def rule_section(checked: Judged) -> tuple[Block, ...]:
    """The boxed rule: a case for each family, and for each kind of single neurons."""
    deltas, corrections = goals(checked, "delta"), goals(checked, "dw")
    neurons, weights = (of_one_kind(s for _, s, _ in found) for found in (deltas, corrections))
    cases = [(first.claim.right, _condition(first, more)) for first, *more in neurons[:NAMED]]
    if not cases:
        return ()
    lines = tuple(first.claim for first, *_ in weights)
    apart = tuple(_corrections([first for first, *_ in weights])) if len(lines) > 1 else ()
    proved = all(mark_of(finding) is Mark.PROVED for _, _, finding in (*deltas, *corrections))
    title = "The rule" if proved else "The rule as claimed, not proved"
    single = all(not step.over.letters for _, step, _ in deltas)
    left = delta(J) if single else next(s.claim.left for _, s, _ in deltas if s.over.letters)
    sums = (part for case, _ in cases for part in walk(case) if isinstance(part, Sum))
    said: list[str | Run] = []
    if any(part.over.kind is RangeKind.FED_BY for part in sums):
        said.append("The sum over k runs over the neurons that j feeds. ")
    if any(len(steps) > 1 for steps in neurons):
        said.append("Rules that are alike differ in the names of neurons and weights alone. ")
    for first, *more in weights:
        names = [by_name(step) for step in more]
        if names:
            own = members_in_a_row("dw", [by_name(first)])
            said += ["Like ", *own, ": ", *members_in_a_row("dw", names), ". "]
    rest = sum(map(len, neurons[NAMED:]))
    if rest:
        many = counted(rest, "more neuron has", "more neurons have").capitalize()
        said.append(f"{many} a rule by name above.")
    box = (
        Heading(title, aside=not proved),
        *apart,
        RuleBox(() if apart else lines, left, tuple(cases)),
    )
    return (*box, Paragraph(prose(*said))) if said else box


def _condition(first: Step, more: Sequence[Step]) -> Runs:
    """For which neurons a case of the rule holds."""
    if not first.over.letters:
        others = [by_name(step)[0] for step in more]
        alike = (" (alike for ", units(others), ")") if others else ()
        return prose("if ", here("j", by_name(first)), *alike)
    who, article = one_of(first.over)
    names = [member[0] for member in first.over.members if member]
    tail = (" (here ", here("j", names), ")") if names else ()
    return prose(f"if j is {article} {who}", *tail)


def _corrections(steps: Sequence[Step]) -> Iterator[Block]:
    """The correction of each kind of weight, and of which it is one."""
    for step in steps:
        if step.over.title:
            yield Paragraph(prose(f"For {step.over.title}:"), keep=True)
        yield EquationLines((Line(Math(step.claim.left), Math(step.claim.right)),))


def proof_section(checked: Judged, marks: bool) -> tuple[Block, ...]:
    directly = [item for item in numbered_steps(checked) if direct(item)]
    words = "Every line above was checked on its own: only what it cites may be used in it."
    if any(isinstance(step.because, ByCertificate) for step in checked.derivation.steps):
        words += ADJOINT
    blocks: list[Block] = [Heading("Proof"), Paragraph(prose(words))]
    if directly:
        good = sum(mark_of(finding) is Mark.PROVED for _, _, finding in directly)
        chosen = _representatives(directly, checked)
        shown = [item for item in chosen if _is_printed(item)]
        words = (
            "Besides, the cost was written out as one expression in the weights and "
            f"differentiated without the rule: {good:,} of {len(directly):,} such lines are proved."
        )
        if len(shown) < len(directly):
            few = counted(len(shown), "of them is", "of them are") if shown else "none is"
            words += f" {few.capitalize()} printed here"
            words += "; the others are like them." if shown else ", since they are long."
        lines = equation_lines(shown, checked.derivation, marks).lines
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


LONGEST = 24
"""Parts of a formula up to which the derivative of the whole cost is printed."""


def _is_printed(item: Numbered) -> bool:
    """Whether a line is short enough to be read, or is not proved and so must be seen."""
    return _length(item) <= LONGEST or mark_of(item[2]) is not Mark.PROVED


def _representatives(direct: list[Numbered], checked: Judged) -> list[Numbered]:
    """Of each role the first direct derivative that is not long, and every one not proved."""
    outputs = checked.derivation.network.output_set
    best: dict[tuple[str, bool], int] = {}
    for n, item in enumerate(direct):
        partials = (p.by for p in walk(item[1].claim.left) if isinstance(p, Partial))
        by = next(partials, Sign(""))
        role = (by.letter, bool(by.at) and by.at[0] in outputs)
        before = _length(direct[best[role]]) if role in best else LONGEST + 1
        if role not in best or (before > LONGEST and _length(item) < before):
            best[role] = n
    kept = set(best.values())
    return [
        item for n, item in enumerate(direct) if n in kept or mark_of(item[2]) is not Mark.PROVED
    ]


def _length(item: Numbered) -> int:
    """How many parts the right side of a line has."""
    return sum(1 for _ in walk(item[1].claim.right))


def scope_section(checked: Judged) -> tuple[Block, ...]:
    blocks: list[Block] = []
    if checked.hypotheses:
        items = tuple(
            prose(h.sentence if h.name in h.sentence else f"{h.name}: {h.sentence}")
            for h in checked.hypotheses
        )
        blocks += [Heading("Hypotheses"), Bullets(items)]
    if checked.rests_on:
        rests = tuple(prose(words) for words in checked.rests_on)
        blocks += [Heading("What this rests on"), Bullets(rests)]
    return tuple(blocks)


__all__ = [
    "page",
    "proof_section",
    "rule_section",
    "scope_section",
    "verdict_box",
    "worst",
]
