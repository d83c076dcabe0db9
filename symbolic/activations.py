"""The activation functions a network may use, and whether φ' is the derivative of φ.

`activation` takes a row of the table, `own` a formula of the user's; `verify` has the pair decided
in `fields.py`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from functools import cache, lru_cache

from symbolic.activation_table import ACTIVATIONS, Activation, Kink, Row, V, Y
from symbolic.calculus import derivative
from symbolic.enclosure import Undecided, Undefined, enclose
from symbolic.errors import InputError, did_you_mean
from symbolic.fields import Counterexample, Decision, Identity, decide, pieces
from symbolic.ranges import Interval, TooHard
from symbolic.terms import Cases, Num, Sign, Term, replaced, walk
from symbolic.tower import Requirement
from symbolic.verdicts import Open

__all__ = [
    "ACTIVATIONS",
    "Activation",
    "Kink",
    "activation",
    "is_genuine",
    "kinks_of",
    "own",
    "poles",
    "row",
    "symbolic",
    "verify",
    "verify_symbolic",
]

MOST_JOINTS = 20
"""Up to so many abs, max, min and where the kinks of an activation are found in seconds."""
_NUMBER = re.compile(
    r"[+-]?(?:\d{1,30}/\d{1,30}|(?:\d{1,30}(?:\.\d{0,30})?|\.\d{1,30})(?:[eE][+-]?\d{1,2})?)"
)


def row(name: str) -> Row:
    """The row of this name, or an error that knows a nearby one."""
    if name not in ACTIVATIONS:
        raise InputError(f"There is no activation {name!r}. {did_you_mean(name, ACTIVATIONS)}")
    return ACTIVATIONS[name]


def activation(name: str, **parameters: Fraction | int | str) -> Activation:
    """The activation of this name with these parameters, each an exact number.

    >>> activation("tanh", a="1.7159", b="2/3").parameters
    (('a', Fraction(17159, 10000)), ('b', Fraction(2, 3)))
    >>> activation("logistic").slope == Sign("y") * (1 - Sign("y"))
    True
    >>> activation("tahn")
    Traceback (most recent call last):
    symbolic.errors.InputError: There is no activation 'tahn'. Did you mean 'tanh'?
    """
    return _made(name, parameters) if parameters else _usual(name)


@cache
def _usual(name: str) -> Activation:
    """The activation with the parameters of the table: one object for all neurons that have it."""
    return _made(name, {})


def _made(name: str, parameters: Mapping[str, Fraction | int | str]) -> Activation:
    chosen = row(name)
    numbers = dict(chosen.parameters)
    for letter, given in parameters.items():
        if letter not in numbers:
            hint = did_you_mean(letter, numbers)
            raise InputError(f"The activation {name!r} has no parameter {letter!r}. {hint}")
        numbers[letter] = _exact(name, letter, given)
        if chosen.positive and numbers[letter] <= 0:
            raise InputError(f"The parameter {letter!r} of {name!r} must be > 0, not {given}.")
    phi, slope = chosen.formulas({letter: Num(value) for letter, value in numbers.items()})
    return Activation(
        name,
        phi,
        slope,
        chosen.kinks(numbers),
        tuple(numbers.items()),
        chosen.group,
        chosen.source,
        chosen.written,
    )


def symbolic(name: str) -> tuple[Term, Term | None, tuple[Sign, ...]]:
    """φ and φ' of a row with every parameter left as a letter, and those letters.

    >>> symbolic("logistic")[2]
    (Sign(letter='a', at=()),)
    """
    chosen = row(name)
    letters = tuple(Sign(letter) for letter, _ in chosen.parameters)
    phi, slope = chosen.formulas({sign.letter: sign for sign in letters})
    return phi, slope, letters


def _exact(name: str, letter: str, given: object) -> Fraction:
    """The parameter as an exact number; a float is refused, since 0.1 would not be 1/10."""
    if isinstance(given, bool) or not isinstance(given, Fraction | int | str):
        raise InputError(
            f"The parameter {letter!r} of {name!r} must be exact, not {given!r}: "
            f'write {letter}="{given}".'
        )
    try:
        if isinstance(given, str) and not _NUMBER.fullmatch(given.strip()):
            raise ValueError("a number such as 1e999999999 would fill the memory")
        return Fraction(given)
    except (ValueError, ZeroDivisionError):
        raise InputError(f"The parameter {letter!r} of {name!r} is no number: {given!r}.") from None


def own(
    name: str, phi: Term, slope: Term | None = None, written: str = "", source: str = "your own"
) -> Activation:
    """An activation of the user's own, φ in v; without a slope it gets the derivative of φ.

    φ must be continuous where its pieces meet; where the one-sided slopes differ there is a kink.

    >>> from symbolic.terms import Call
    >>> own("V", Call("abs", Sign("v"))).kinks
    (Kink(at=Fraction(0, 1), slope=Fraction(0, 1)),)
    """
    _only(name, "φ", phi, (V,))
    joints = sum(isinstance(p, Cases) or getattr(p, "function", "") == "abs" for p in walk(phi))
    if joints > MOST_JOINTS:
        raise InputError(
            f"The activation {name!r} has {joints} abs, max, min and where; at most {MOST_JOINTS} "
            "are put together."
        )
    if slope is None:
        slope = derivative(phi, V)
    _only(name, "φ'", slope, (V, Y))
    return Activation(name, phi, slope, kinks_of(name, phi, slope), source=source, written=written)


def kinks_of(name: str, phi: Term, slope: Term) -> tuple[Kink, ...]:
    """Where the one-sided slopes of φ differ, with the value that the written slope takes there.

    >>> row = activation("relu")
    >>> row.slope is not None and kinks_of("relu", row.phi, row.slope) == row.kinks
    True
    """
    try:
        found = pieces((phi,), {V: Interval()})
    except TooHard as reason:
        raise InputError(f"The pieces of {name!r} cannot be told apart: {reason}.") from None
    kinks: list[Kink] = []
    for _, at in found.off:
        left, right = (
            next(p.terms[0] for p in found.pieces if getattr(p.region[V], end) == at)
            for end in ("high", "low")
        )
        here = Num(at)
        value = replaced(phi, {V: here})
        if not all(_same(name, at, replaced(side, {V: here}), value) for side in (left, right)):
            raise InputError(
                f"The activation {name!r} is not continuous at v = {at}, "
                "so it has no slope there and no gradient can be propagated through it."
            )
        before, after = (replaced(derivative(side, V), {V: here}) for side in (left, right))
        if not _same(name, at, before, after):
            kinks.append(Kink(at, _convention(name, at, slope, phi)))
    return tuple(kinks)


@lru_cache(maxsize=1024)
def verify(claim: Activation) -> Decision:
    """Whether φ' with y = φ(v) is the derivative of φ, at every v off the listed kinks.

    What φ itself needs to have a value is among the conditions.
    For a `group` activation, which has no slope of its own, the claim is φ' = φ: all that the
    Jacobian of the shares rests on.

    >>> verify(activation("tanh", a="1.7159", b="2/3"))
    Identity(requires=(), off=())
    >>> [at for _, at in verify(activation("relu")).off], verify(activation("elu")).off
    ([Fraction(0, 1)], ())
    """
    written = _slope_in_v(claim)
    domain = decide(claim.phi, claim.phi)
    if not isinstance(domain, Identity):
        return domain
    found = decide(derivative(claim.phi, V), written)
    if isinstance(found, Counterexample) and not _has_value(claim.phi, found.at):
        return Open(f"the slope of {claim.name!r} was seen to differ only where φ has no value")
    if not isinstance(found, Identity):
        return found
    found = Identity(tuple(dict.fromkeys((*domain.requires, *found.requires))), found.off)
    if not found.off:
        return found
    try:
        kinks = kinks_of(claim.name, claim.phi, written)
    except InputError as reason:
        return Open(reason.what)
    if kinks != claim.kinks:
        return Open(f"the kinks of {claim.name!r} are not the listed ones")
    listed = {kink.at for kink in kinks}
    for _, at in found.off:
        if at not in listed:
            there = _at_meeting(claim.phi, written, at)
            if not isinstance(there, Identity):
                return there
    return Identity(found.requires, tuple(entry for entry in found.off if entry[1] in listed))


def poles(claim: Activation) -> tuple[Requirement, ...]:
    """What the published φ' needs that neither φ nor its derivative does.

    >>> poles(own("square", V**2 / 2, V**2 / V))
    (Requirement(term=Sign(letter='v', at=()), relation='≠'),)
    """
    needs: list[tuple[Requirement, ...]] = []
    for term in (claim.phi, derivative(claim.phi, V), _slope_in_v(claim)):
        found = decide(term, term)
        needs.append(found.requires if isinstance(found, Identity) else ())
    phi, rate, written = needs
    return tuple(need for need in written if need not in (*phi, *rate))


def is_genuine(claim: Activation) -> bool:
    """Whether the activation is the row of the table whose name it bears.

    >>> is_genuine(activation("logistic", a=2)), is_genuine(own("logistic", V))
    (True, False)
    """
    chosen, given = ACTIVATIONS.get(claim.name), dict(claim.parameters)
    if chosen is None or given.keys() != dict(chosen.parameters).keys():
        return False
    formulas = chosen.formulas({letter: Num(value) for letter, value in given.items()})
    return formulas == (claim.phi, claim.slope) and chosen.group == claim.group


def _slope_in_v(claim: Activation) -> Term:
    """φ' as published with y = φ(v) put in; φ itself where a group activation has none."""
    return replaced(claim.phi if claim.slope is None else claim.slope, {Y: claim.phi})


def _has_value(term: Term, at: dict[Sign, Fraction]) -> bool:
    """Whether a function of v has a value there; where the point leaves v open, at v = 1."""
    try:
        enclose(term, {V: Fraction(1), **at})
    except (Undefined, Undecided):
        return False
    return True


def _at_meeting(phi: Term, slope: Term, at: Fraction) -> Decision:
    """Whether the written slope is φ' at a point where pieces meet smoothly."""
    for piece in pieces((phi,), {V: Interval()}).pieces:
        interval = piece.region[V]
        if interval.high == at or interval.inside(at):
            here: dict[Term, Term] = {V: Num(at)}
            one = replaced(derivative(piece.terms[0], V), here)
            found = decide(one, replaced(slope, here))
            if isinstance(found, Counterexample):
                return Counterexample({V: at}, found.left, found.right)
            return found
    return Open(f"no piece of φ reaches v = {at}")


def verify_symbolic(name: str) -> Decision:
    """Whether the row holds for every value of its parameters, those > 0 that must be.

    >>> verify_symbolic("elu")
    Identity(requires=(), off=((Sign(letter='v', at=()), Fraction(0, 1)),))
    """
    phi, slope, letters = symbolic(name)
    written = replaced(phi if slope is None else slope, {Y: phi})
    positive = frozenset(letters) if row(name).positive else frozenset()
    return decide(derivative(phi, V), written, positive)


def _only(name: str, side: str, term: Term, signs: tuple[Sign, ...]) -> None:
    strange = [p.letter for p in walk(term) if isinstance(p, Sign) and p not in signs]
    if strange:
        letters = " and ".join(sign.letter for sign in signs)
        raise InputError(
            f"The {side} of {name!r} reads {strange[0]!r}; it is written in {letters}."
        )


def _same(name: str, at: Fraction, one: Term, other: Term) -> bool:
    """Whether two numbers, the values of φ or φ' on the two sides of a point, are equal."""
    match decide(one, other):
        case Identity():
            return True
        case Counterexample():
            return False
        case Open(why):
            raise InputError(f"The activation {name!r} cannot be followed at v = {at}: {why}.")


def _convention(name: str, at: Fraction, slope: Term, phi: Term) -> Fraction:
    """The value of the written slope at a kink: what a trainer that follows it uses there."""
    try:
        value = enclose(replaced(slope, {Y: phi}), {V: at})
    except (Undefined, Undecided):
        raise InputError(f"The slope of {name!r} has no value at its kink v = {at}.") from None
    if not value.exact:
        raise InputError(f"The slope of {name!r} at its kink v = {at} must be a rational number.")
    return value.low
