"""What is said of a case where a text leaves something open: whom it means, what its words say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from symbolic.reading.argued import Case
from symbolic.reading.argument import numbered
from symbolic.reading.claims import Claim
from symbolic.reading.findings import Judged, Reached


def of_one_kind(claim: Claim, found: list[Case]) -> tuple[list[Case], tuple[Reached, ...]]:
    """The cases that are meant, and those in which the line fails.

    Of one letter j nothing is said: where the line is proved for j a hidden neuron and fails for
    j an output neuron, it is one about hidden neurons.
    """
    if any(case.settled.layers is not None for case in found):
        return found, ()
    kinds: dict[str, list[Case]] = {}
    for case in found:
        kinds.setdefault(case.settled.said, []).append(case)
    roles = [set(case.settled.roles) for case in found]
    open_ = {role[0].name for one in roles for role in one if not all(role in s for s in roles)}
    if len(kinds) != 2 or len(open_) != 1 or any(map(claim.role, open_)):
        return found, ()
    words = {said: word_of(claim, cases) for said, cases in kinds.items()}
    if {*words.values()} != {"proved", "refuted"}:
        return found, ()
    [meant] = [said for said, word in words.items() if word == "proved"]
    fails = next(case.reached for case in found if case.settled.said != meant)
    return kinds[meant], (fails,)


def doubted(case: Reached, claim: Claim) -> Reached:
    """A line beside words that may deny it or be its condition.

    Words that narrow what is said leave a line true that is proved for more networks.
    """
    if claim.narrow and case.word == "proved":
        return case if () in case.under else replace(case, against=None)
    held = {"proved": "it holds", "refuted": "it fails"}.get(case.word)
    if held is None:
        return case
    with_ = " under assumptions" if case.under and case.under[0] else ""
    why = f"{held}{with_} as it stands, but {claim.doubt}"
    return Reached("open", case.roles, case.span, why=why)


def unused(case: Reached, idle: Sequence[int]) -> Reached:
    """A line that is wrong without assumptions that are not used may be right with them."""
    if case.word != "refuted":
        return case
    why = f"it fails without {numbered(idle)}, which is assumed and not used here"
    return Reached("open", case.roles, case.span, why=why)


def of_a_layer(case: Reached, letter: str) -> Reached:
    """A line that fails for hidden neurons may be right for those of a certain layer."""
    why = f"it fails for a hidden neuron {letter} of another layer than the text says"
    return replace(case, word="open", why=why) if case.word == "refuted" else case


def unless(case: Reached, beyond: str) -> Reached:
    """A line that is wrong for this range of a sum may be right for one that was not tried."""
    if case.word != "refuted":
        return case
    return replace(
        case, word="open", why=f"it fails for this range; another was not tried: {beyond}"
    )


def word_of(claim: Claim, cases: Iterable[Case]) -> str:
    """What is said of a claim in one word, by its cases."""
    return Judged(claim, tuple(case.reached for case in cases)).word
