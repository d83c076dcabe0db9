"""Whose sample a quantity without one belongs to: the cost of one sample, and books that leave it.

A cost that is written without its sample, and is made of signals without theirs, is the cost of
the one sample that the signals have, and the changes of the weights are those for that sample.
So is a cost that the document leaves undefined.  Where the notation cannot write the sample of a
signal, a signal beside C_x is that of the sample x.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from symbolic.indexed import Var, letters_in
from symbolic.reading.claims import Claim, Kind, Reading
from symbolic.reading.definitions import CHANGES, Key, key
from symbolic.reading.formulas import (
    NEURON,
    SAMPLE,
    UNWRITTEN,
    Applied,
    Formula,
    Read,
    SumOver,
    free,
    inside,
    rebuilt,
    walk,
)

WHOLE: Key = ("E",)
"""The cost without a sample."""
OUTPUT: Key = ("E", NEURON.name)
"""The cost of one output without a sample."""


def meant(reading: Reading) -> Reading:
    """The document with the samples that its notation leaves out.

    >>> from symbolic.reading.profile import open_profile
    >>> from symbolic.reading.reading import read_document
    >>> text = "let $C = \\\\sum_j (a^L_j - y_j)^2$"
    >>> [claim] = meant(read_document(text, open_profile("nielsen"))).claims
    >>> claim.left == Read("E", (UNWRITTEN,))
    True
    """
    if not reading.profile.writes_samples:
        reading = _throughout(reading, lambda claim: _beside(changed(claim, _within_sums)))
        if any(_is_change(claim.left) and _sampled(claim.left) for claim in reading.claims):
            reading = _throughout(reading, lambda claim: changed(claim, _changes_of_one_sample))
    if _is_of_one_sample(reading):
        reading = _throughout(reading, lambda claim: changed(claim, _of_one_sample))
    if any(_defines(claim, OUTPUT) and UNWRITTEN in free(claim.right) for claim in reading.claims):
        reading = _throughout(reading, lambda claim: changed(claim, _of_one_output))
    return _once(reading)


def _once(reading: Reading) -> Reading:
    """A definition of what is defined already, now that its sample is seen, is a claim."""
    made: set[Key] = set()
    claims = []
    for claim in reading.claims:
        if claim.kind is Kind.DEFINITION and claim.head is not None and not claim.problems:
            again = key(claim.head) in made and claim.head.array == "E"
            made.add(key(claim.head))
            claim = replace(claim, kind=Kind.CLAIM) if again else claim
        claims.append(claim)
    return replace(reading, claims=tuple(claims))


def _defines(claim: Claim, name: Key) -> bool:
    made = claim.kind is Kind.DEFINITION and not claim.problems
    return made and claim.head is not None and key(claim.head) == name


def _throughout(reading: Reading, step: Callable[[Claim], Claim]) -> Reading:
    return replace(
        reading,
        claims=tuple(map(step, reading.claims)),
        standard=tuple(map(step, reading.standard)),
    )


def changed(claim: Claim, step: Callable[[Formula], Formula]) -> Claim:
    others = tuple(step(other) for other in claim.others)
    return replace(claim, left=step(claim.left), right=step(claim.right), others=others)


def _is_of_one_sample(reading: Reading) -> bool:
    """Whether the cost without a sample is that of one sample."""
    whole = [claim for claim in reading.claims if _defines(claim, WHOLE)]
    if whole:
        return all(UNWRITTEN in free(claim.right) for claim in whole)
    if any(claim.head is not None and key(claim.head) == WHOLE for claim in reading.standard):
        return False
    costs = {
        key(part)
        for claim in reading.claims
        for side in (claim.left, claim.right)
        for part in walk(side)
        if isinstance(part, Read) and part.array == "E"
    }
    return costs <= {WHOLE}


def _of_one_sample(formula: Formula) -> Formula:
    if isinstance(formula, Read) and key(formula) == WHOLE:
        return replace(formula, at=(UNWRITTEN,))
    if _is_change(formula):
        return _changes_of_one_sample(formula)
    return rebuilt(formula, tuple(_of_one_sample(part) for part in inside(formula)))


def _changes_of_one_sample(formula: Formula) -> Formula:
    """The formula in which the changes of weights are those for one sample."""
    if isinstance(formula, Read) and _is_change(formula) and not _sampled(formula):
        return replace(formula, at=(*formula.at, UNWRITTEN))
    return rebuilt(formula, tuple(_changes_of_one_sample(part) for part in inside(formula)))


def _is_change(formula: Formula) -> bool:
    return isinstance(formula, Read) and formula.array in CHANGES


def _sampled(formula: Formula) -> bool:
    """Whether a quantity has a sample."""
    at = formula.at if isinstance(formula, Read) else ()
    return any(v.sort == SAMPLE for i in at for v in letters_in(i))


def _of_one_output(formula: Formula) -> Formula:
    if isinstance(formula, Read) and key(formula) == OUTPUT:
        return replace(formula, at=(*formula.at, UNWRITTEN))
    return rebuilt(formula, tuple(_of_one_output(part) for part in inside(formula)))


def _within_sums(formula: Formula) -> Formula:
    """The formula in which what a sum over samples shows is of the sample it runs over."""
    new = rebuilt(formula, tuple(_within_sums(part) for part in inside(formula)))
    if isinstance(new, SumOver) and new.over.sort == SAMPLE:
        return replace(new, body=_with_sample(new.body, new.over))
    return new


def _beside(claim: Claim) -> Claim:
    """A claim about C_x, its signals those of x."""
    samples = {v for v in free(claim.left) | free(claim.right) if v.sort == SAMPLE}
    named = samples - {UNWRITTEN}
    bare = any(_is_change(p) and not _sampled(p) for p in (*walk(claim.left), *walk(claim.right)))
    if len(named) != 1 or not (UNWRITTEN in samples or bare):
        return claim
    return changed(claim, lambda side: _with_sample(side, next(iter(named))))


def _with_sample(formula: Formula, sample: Var) -> Formula:
    """The formula with this sample wherever none is written."""
    new = rebuilt(formula, tuple(_with_sample(part, sample) for part in inside(formula)))
    if isinstance(new, Read) and _is_change(new) and not _sampled(new):
        return replace(new, at=(*new.at, sample))
    if isinstance(new, Read | Applied):
        return replace(new, at=tuple(sample if i == UNWRITTEN else i for i in new.at))
    return new
