"""What the verdicts of a checked document are called, and said in sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Protocol

from reports.document import Mark, Math, Runs, runs
from reports.formula_text import drawn, joined
from reports.wording import counted, listed, prose
from symbolic.array_conditions import OFF_KINKS, POSITIVE
from symbolic.reading.argument import Argument
from symbolic.reading.claims import Claim, Entry, Kind
from symbolic.reading.findings import Judged, Reached
from symbolic.reading.named import taken_words
from symbolic.reading.nearest import Nearest
from symbolic.reading.profile import Profile
from symbolic.reading.repairs import Repair
from symbolic.reading.source import DEFINITE, Fault, Place
from symbolic.reading.theory import Assumption

MARKS = {
    "proved": Mark.PROVED,
    "refuted": Mark.REFUTED,
    "open": Mark.OPEN,
    "unjustified": Mark.UNJUSTIFIED,
    "definition": Mark.GIVEN,
    "assumption": Mark.GIVEN,
}
TITLES = {
    "proved": "Proved.",
    "refuted": "Refuted.",
    "unjustified": "True, but the argument does not show all of it.",
    "open": "Not decided.",
}
WITH_VALUE = "all of it has a value"
FAULTY = "A line cannot be meant as it stands."
SAID: Mapping[str, str] = {
    Assumption.SO: "there is a single output neuron",
    OFF_KINKS.name: "no argument stands at a kink",
    POSITIVE.name: "what stands under ln or a root is positive",
}
Roles = tuple[tuple[str, str], ...]
_SUM = re.compile(r"sum\((\w+), (\w+)\[([\w,]+)\]\)")
ROLES = {
    "output": "an output neuron",
    "hidden": "a hidden neuron",
    "input": "an input neuron",
    "feeder": "a neuron that is no output",
    "both": "an output or a hidden neuron",
}


def condition(under: Sequence[str]) -> str:
    """Assumptions as a condition: N = 1 and outputs feed no neuron.

    >>> condition(("sum(k, Y[n,k]) = 1", "off the kinks"))
    'Σ_k Y_n,k = 1 and no argument stands at a kink'
    """
    return listed([_SUM.sub(r"Σ_\1 \2_\3", SAID.get(one, str(one))) for one in under])


def alternatives(sets: Sequence[Sequence[str]]) -> str:
    """The least sets of assumptions as one condition, empty where none is needed.

    >>> alternatives(((Assumption.N1, Assumption.OT), (Assumption.N1, Assumption.SO)))
    'N = 1, and outputs feed no neuron or there is a single output neuron'
    """
    if not sets or any(not one for one in sets):
        return ""
    shared = [one for one in sets[0] if all(one in other for other in sets)]
    rest = [[one for one in other if one not in shared] for other in sets]
    if len(sets) == 1 or not all(rest):
        return condition(shared or sets[0])
    either = ", or ".join(condition(one) for one in rest)
    if all(len(one) == 1 for one in rest):
        either = " or ".join(condition(one) for one in rest)
    return f"{condition(shared)}, and {either}" if shared else either


def scope(case: Reached) -> str:
    """Which neurons and which range a verdict is about: for j an output neuron."""
    words = []
    for role in case.roles.split(", ") if case.roles else ():
        letter, _, kind = role.partition(": ")
        words.append(f"{letter} {ROLES.get(kind, kind)}".strip())
    return listed([*words, *([case.span] if case.span else [])])


def scopes(cases: Sequence[Reached]) -> list[str]:
    """The scope of each case; one that holds alike of output and of hidden neurons is said once.

    >>> scopes([Reached("proved", f"j: {kind}") for kind in ("output", "hidden")])
    ['j an output or a hidden neuron']
    """
    found = list(dict.fromkeys((_roles(one), one.span) for one in cases))
    for letter in sorted({letter for roles, _ in found for letter, kind in roles if kind}):
        rest: dict[object, set[str]] = {}
        for roles, span in found:
            others = tuple(role for role in roles if role[0] != letter)
            rest.setdefault((others, span), set()).update(k for name, k in roles if name == letter)
        if all(kinds == {"output", "hidden"} for kinds in rest.values()):
            merged = ((_as(roles, letter, "both"), span) for roles, span in found)
            found = list(dict.fromkeys(merged))
    return [
        scope(Reached("", ", ".join(": ".join(filter(None, role)) for role in roles), span))
        for roles, span in found
    ]


def _roles(case: Reached) -> Roles:
    pairs = (role.partition(": ") for role in case.roles.split(", "))
    return tuple((name, kind) for name, _, kind in pairs)


def _as(roles: Roles, letter: str, kind: str) -> Roles:
    return tuple((name, kind if name == letter else own) for name, own in roles)


def case_words(case: Reached, *like: Reached) -> Runs:
    """The verdict of one case, and of others like it, as a sentence."""
    where = scopes((case, *like))
    for_ = f" for {', and for '.join(where)}" if all(where) else ""
    if case.word == "proved":
        needed = alternatives(case.under)
        if case.partly:
            for_ += f", wherever {WITH_VALUE}"
        if case.here:
            for_ += " in this network"
        if case.taking:
            for_ += f", with {taken_words(case.taking)}"
        return prose(f"Proved{for_}" + (f", if {needed}." if needed else "."))
    if case.word == "refuted":
        for_ += f", with {taken_words(case.taking)}" if case.taking else ""
        return prose(f"Wrong{for_}", f": {case.why.rstrip('.')}." if case.why else ".")
    return prose(f"Not decided{for_}: ", case.why.rstrip(".") + ".")


def elsewhere_words(case: Reached) -> Runs:
    """That a line fails for neurons of which the text does not say whether they are meant.

    >>> from reports.text import runs_text
    >>> runs_text(elsewhere_words(Reached("refuted", "j: output")))
    'It is wrong for j an output neuron, and the text does not say which are meant.'
    """
    others = {kind for _, kind in _roles(case)} == {"other"}
    where = "other neurons" if others else scope(replace(case, span=""))
    return prose(f"It is wrong for {where}, and the text does not say which are meant.")


def _cases(cases: Sequence[Reached]) -> Iterator[Runs]:
    """A sentence for all cases that have one verdict under the same assumptions."""
    for _, group in groupby(cases, key=lambda case: (case.word, case.under, case.why)):
        yield case_words(*group)


class Case(Protocol):
    """One case of a line: what it needs to be true."""

    @property
    def under(self) -> Sequence[Sequence[str]]: ...


class Argued(Protocol):
    """A line with both of its verdicts."""

    @property
    def word(self) -> str: ...

    @property
    def cases(self) -> Sequence[Case]: ...

    @property
    def argument(self) -> Argument | None: ...


def argument_words(one: Argued) -> Runs:
    """The second verdict: whether the lines before show the line."""
    argument = one.argument
    if argument is None:
        return ()
    uses = numbered(argument.uses)
    why = f": {argument.why.rstrip('.')}" if argument.why else ""
    if argument.fault:
        return prose("True, but its argument does not hold", f"{why}.")
    if argument.word == "unjustified" and argument.under:
        from_ = f" from {uses}" if uses else ""
        needed = alternatives(argument.under)
        return prose(f"True, but your argument{from_} shows it only if {needed}.")
    if argument.word == "unjustified" and uses:
        return prose(f"True, but your argument from {uses} does not show it", f"{why}.")
    if argument.word == "unjustified":
        true = "True, but the" if one.word == "proved" else "The"
        return prose(f"{true} lines before do not show it", f"{why}.")
    if argument.word == "open":
        return prose("Whether it follows from the lines before is not decided", f"{why}.")
    follows = f"It follows from {uses}" if uses else "It is a step of its own"
    needed = alternatives(argument.under)
    if not needed:
        return prose(f"{follows}", f", {argument.why}." if uses and argument.why else ".")
    if needed == alternatives(one.cases[0].under):
        return prose(f"{follows}, under the same condition.")
    return prose(f"Your argument{f' from {uses}' if uses else ''} shows it only if {needed}.")


def argued(said: list[Runs], one: Argued) -> list[Runs]:
    """What is said of a line and then its second verdict, in a row where both are good."""
    more = argument_words(one)
    good = one.argument is not None and one.argument.word == "follows"
    if more and said and good and one.word == "proved":
        return [*said[:-1], (*said[-1], *runs(" "), *more)]
    return [*said, more] if more else said


class Placed(Protocol):
    """What has a number and a place."""

    @property
    def number(self) -> int: ...

    @property
    def place(self) -> Place: ...


class Inheriting(Protocol):
    """A line that may have its error from another."""

    @property
    def claim(self) -> Placed: ...

    @property
    def argument(self) -> Argument | None: ...

    @property
    def inherits(self) -> int | None: ...


def place(at: Place) -> str:
    """Where a line stands, without its column."""
    return f"cell {at.cell}, line {at.line}" if at.cell else f"line {at.line}"


class Lines(Protocol):
    """The lines of a document."""

    @property
    def lines(self) -> Sequence[Inheriting]: ...


class Paper(Protocol):
    """A document with its verdicts."""

    @property
    def verdict(self) -> str: ...

    @property
    def judgement(self) -> Lines: ...


def unshown(paper: Paper) -> Runs:
    """Where the argument of a true document first fails."""
    if paper.verdict != "unjustified":
        return ()
    for one in paper.judgement.lines:
        if one.argument is not None and one.argument.word == "unjustified":
            at = f"({one.claim.number}), {place(one.claim.place)}"
            return runs(f" The argument first fails in {at}.")
    return ()


def sources(lines: Sequence[Inheriting]) -> list[Runs]:
    """Which lines have their error from which."""
    found: dict[int, list[int]] = {}
    for one in lines:
        if one.inherits is not None:
            found.setdefault(one.inherits, []).append(one.claim.number)
    said = []
    for source, numbers in found.items():
        have = "has its error" if len(numbers) == 1 else "have their errors"
        said.append(runs(f"{numbered(numbers)} {have} from ({source})."))
    return said


def mended_words(definition: int, mends: Sequence[int], form: Math, edit: str) -> Runs:
    """One edit of a definition, to this form, that makes lines true."""
    lines = "line" if len(mends) == 1 else "lines"
    lead = f"One edit of the definition ({definition}) makes {lines} {numbered(mends)} true: "
    said = f" ({edit.rstrip('.')})" if edit else ""
    return (*runs(lead, form), *prose(f"{said}."))


def numbered(numbers: Sequence[int]) -> str:
    """The formulas as the page numbers them.

    >>> numbered((8,)), numbered((1, 4, 9))
    ('(8)', '(1), (4) and (9)')
    """
    return listed([f"({number})" for number in numbers], most=8)


def nearest_words(claim: Claim, nearest: Nearest, profile: Profile, right: bool) -> Runs:
    """The right form, what was changed, what it needs; of a `right` line one that needs less."""
    edit = f" ({nearest.edit.rstrip('.')})" if nearest.edit else ""
    under = condition(nearest.under)
    lead = "The nearest right form: "
    if right:
        lead = "This needs less: "
    elif claim.kind is Kind.LABEL:
        lead = "The brace should stand over all of its product: "
    return (
        *runs(lead, corrected(claim, nearest, profile), edit),
        *prose(f", if {under}." if under else "."),
    )


def corrected(claim: Claim, nearest: Nearest, profile: Profile) -> Math:
    """The line with the right form in place; of a brace, what it should name."""
    if claim.kind is Kind.LABEL:
        return Math(joined(drawn(nearest.right, profile), "=", drawn(claim.right, profile)))
    return Math(joined(drawn(claim.left, profile), claim.relation, drawn(nearest.right, profile)))


def statement(claim: Claim, profile: Profile) -> Math:
    """The whole relation within words."""
    return Math(joined(drawn(claim.left, profile), claim.relation, drawn(claim.right, profile)))


def repair_words(repair: Repair, claim: Claim, profile: Profile) -> Runs:
    """One edit of a definition that makes lines true."""
    form = Math(joined(drawn(claim.left, profile), claim.relation, drawn(repair.right, profile)))
    return mended_words(repair.definition, repair.mends, form, repair.edit)


def kind_words(claim: Claim) -> Runs:
    """What a line without a verdict is."""
    if claim.kind is Kind.ASSUMPTION:
        return runs("Assumed.")
    return runs("Definition, for output neurons." if claim.outer else "Definition.")


def _fault(claim: Claim) -> Runs:
    """Why a line cannot be meant as it stands."""
    problem = claim.fault or claim.problems[0]
    said = f"{str(problem.fault).capitalize()}: {problem.what} {problem.next_step}".strip()
    return prose(f"{said} So it is neither proved nor refuted.")


def notes(one: Judged, profile: Profile) -> tuple[Runs, ...]:
    """All that is said of a line, but for its numbers."""
    claim = one.claim
    found: list[Runs] = []
    if claim.kind is Kind.RESTATEMENT and claim.of is not None:
        found.append(runs(f"Restates ({claim.of})."))
    if claim.kind is Kind.LABEL:
        found.append(runs("What the brace says."))
    if not one.cases:
        return (*found, kind_words(claim))
    found += [_fault(claim)] if claim.problems else _cases(one.told)
    found += [elsewhere_words(case) for case in one.elsewhere]
    found = argued(found, one)
    if one.inherits is not None:
        found.append(runs(f"It has its error from ({one.inherits})."))
    free = {case.roles for case in one.cases if () in case.under}
    for case in one.cases:
        if case.nearest is not None and case.roles not in free:
            found.append(nearest_words(claim, case.nearest, profile, case.word == "proved"))
    return tuple(dict.fromkeys(note for note in found if note))


def faults(lines: Sequence[Judged], unread: Sequence[Entry]) -> list[Fault]:
    """The type and index errors, one for each formula that has one."""
    found = [one.claim.fault.fault for one in lines if one.claim.fault is not None]
    return found + [entry.fault for entry in unread if entry.fault in DEFINITE]


def counts(lines: Sequence[Judged], unread: Sequence[Entry]) -> str:
    """How many formulas have which verdict."""
    words = [one.word for one in lines]
    faulty = faults(lines, unread)
    kinds = listed(sorted(map(str, dict.fromkeys(faulty))))
    needing = sum(
        one.word == "proved" and any(alternatives(case.under) for case in one.cases)
        for one in lines
    )
    proved = words.count("proved")
    parts = []
    if proved:
        some = f" ({counted(needing, 'of them', 'of them')} under assumptions)" if needing else ""
        some = " (under assumptions)" if needing == proved == 1 else some
        parts.append(f"{_are(proved)} proved{some}")
    for number, said in (
        (words.count("refuted"), "wrong"),
        (len(faulty), f"faulty ({kinds})"),
        (words.count("open"), "not decided"),
        (sum(entry.fault not in DEFINITE for entry in unread), "not understood"),
    ):
        if number:
            parts.append(f"{_are(number)} {said}")
    for number, one_, many in (
        (words.count("definition"), "a definition", "definitions"),
        (words.count("assumption"), "an assumption", "assumptions"),
    ):
        if number:
            parts.append(f"{_are(number)} {one_ if number == 1 else many}")
    text = listed(parts, most=9)
    return f"Of the formulas, {text}." if text else "There is no formula in it."


def _are(number: int) -> str:
    return f"{counted(number, 'is', 'are')}"
