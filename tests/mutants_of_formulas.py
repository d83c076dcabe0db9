"""Formulas with one thing in them wrong, and what is said of the lines that have them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction

from symbolic.indexed import Num
from symbolic.reading.base import base_of
from symbolic.reading.cases import BeyondError, settled
from symbolic.reading.claims import Kind, Reading
from symbolic.reading.formulas import (
    Applied,
    Formula,
    Partial,
    Plus,
    Power,
    Read,
    SumOver,
    Times,
    times,
)
from symbolic.reading.prover import Prover
from symbolic.reading.refuter import Counterexample, Refuter, Tried


def mutants(formula: Formula) -> Iterator[Formula]:
    """The formula with one thing in it wrong."""
    match formula:
        case Num(value):
            yield Num(value + 1)
            yield Num(-value)
        case Read(array, at, sign):
            if len(at) == 2 and at[0] != at[1] and array in ("w", "dw"):
                yield Read(array, (at[1], at[0]), sign)
            for other in {"e": "d", "y": "v", "delta": "v"}.get(array, ""):
                yield Read(other, at, sign)
        case Applied(name, at, argument, order, sign):
            yield Applied(name, at, argument, 1 - order, sign)
        case Plus(parts) | Times(parts):
            kind = type(formula)
            for n, part in enumerate(parts):
                yield kind((*parts[:n], *parts[n + 1 :])) if len(parts) > 2 else parts[1 - n]
                for other in mutants(part):
                    yield kind((*parts[:n], other, *parts[n + 1 :]))
        case Power(base, exponent):
            yield Power(base, exponent + 1) if exponent > 0 else base
        case SumOver(letter, limits, body):
            for other in mutants(body):
                yield SumOver(letter, limits, other)
        case Partial(of, by, reading) if isinstance(of, Read) and of.array in ("v", "y", "e"):
            yield Partial(by, of, reading)
    if not isinstance(formula, Num):
        yield times(Num(Fraction(-1)), formula)


def judged_mutants(
    reading: Reading, wrong: Callable[[Formula], Iterator[Formula]], kinds: tuple[Kind, ...]
) -> list[str]:
    """What is said of each claim of these kinds with each wrong right side.

    The prover looks at every set of assumptions, also where a network breaks the line: no exact
    network that meets them contradicts a proof.
    """
    prover = Prover(base_of(reading))
    refuter = Refuter(prover.base)
    words: list[str] = []
    for claim in reading.claims:
        for right in wrong(claim.right) if claim.kind in kinds else ():
            try:
                cases = settled(replace(claim, right=right))
                proofs = [(case, proof) for case in cases for proof in prover.assumptions(case)]
            except BeyondError:
                words.append("beyond")
                continue
            for case, proof in proofs:
                met = refuter.find(case, proof.under)
                assert isinstance(met, Tried), (claim.number, right, proof.under)
            broken = any(isinstance(refuter.find(case), Counterexample) for case in cases)
            words.append("refuted" if broken else "proved" if proofs else "open")
    return words
