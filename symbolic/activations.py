"""The activation functions: φ, φ' as published, where φ is not differentiable.

Every row's φ' is a claim; `fields.py` decides it and a test proves every row.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from symbolic.calculus import ONE, ZERO, derivative, over, plus, power, times
from symbolic.derivation import Open
from symbolic.enclosure import Undecided, Undefined, enclose
from symbolic.errors import InputError, did_you_mean
from symbolic.fields import Counterexample, Decision, Identity, decide, pieces
from symbolic.ranges import Interval, TooHard
from symbolic.terms import (
    Call,
    Cases,
    Condition,
    Constant,
    Num,
    Relation,
    Sign,
    Term,
    num,
    replaced,
    walk,
)

V, Y = Sign("v"), Sign("y")
HAYKIN = "Haykin, Neural Networks and Learning Machines, 3rd ed., "


MOST_JOINTS = 20
"""Up to so many abs, max, min and where the kinks of an activation are found in seconds."""
_NUMBER = re.compile(
    r"[+-]?(?:\d{1,30}/\d{1,30}|(?:\d{1,30}(?:\.\d{0,30})?|\.\d{1,30})(?:[eE][+-]?\d{1,2})?)"
)


@dataclass(frozen=True, slots=True)
class Kink:
    """A point where φ' does not exist, and the value the trainer uses there by convention."""

    at: Fraction
    slope: Fraction


@dataclass(frozen=True, slots=True)
class Activation:
    """y = φ(v) with its derivative.

    `phi` is written in `Sign("v")`; `slope` is φ' in its published form, written in `Sign("v")`
    and, where the textbook does so, `Sign("y")` for φ(v).  A `group` activation is normalised over
    the output neurons, y_j = φ(v_j) / Σ_k φ(v_k): softmax, with φ = exp; it has no slope of its
    own.
    """

    name: str
    phi: Term
    slope: Term | None
    kinks: tuple[Kink, ...] = ()
    parameters: tuple[tuple[str, Fraction], ...] = ()
    group: bool = False
    source: str = ""
    written: str = ""


Parameters = Mapping[str, Term]
Numbers = Mapping[str, Fraction]


@dataclass(frozen=True, slots=True)
class Row:
    """One activation of the table, its parameters still open.

    `formulas` takes the parameters, as numbers or as letters, to φ and φ'; `kinks` takes them as
    numbers.  A parameter in `positive` must be > 0.
    """

    formulas: Callable[[Parameters], tuple[Term, Term | None]]
    source: str
    written: str
    parameters: tuple[tuple[str, Fraction], ...] = ()
    positive: bool = True
    kinks: Callable[[Numbers], tuple[Kink, ...]] = lambda numbers: ()
    group: bool = False


def _exp(term: Term) -> Term:
    return Call("exp", term)


def _minus(term: Term) -> Term:
    return times(num(-1), term)


def _sigma(argument: Term) -> Term:
    return over(ONE, 1 + _exp(_minus(argument)))


def _right_of_zero(right: Term, left: Term) -> Term:
    return Cases(((Condition(V, Relation.GREATER, ZERO), right),), left)


def _identity(p: Parameters) -> tuple[Term, Term]:
    return V, ONE


def _logistic(p: Parameters) -> tuple[Term, Term]:
    return _sigma(times(p["a"], V)), times(p["a"], Y, 1 - Y)


def _tanh(p: Parameters) -> tuple[Term, Term]:
    a, b = p["a"], p["b"]
    phi = times(a, Call("tanh", times(b, V)))
    return phi, times(over(b, a), plus(a, _minus(Y)), plus(a, Y))


def _relu(p: Parameters) -> tuple[Term, Term]:
    return _right_of_zero(V, ZERO), _right_of_zero(ONE, ZERO)


def _leaky_relu(p: Parameters) -> tuple[Term, Term]:
    return _right_of_zero(V, times(p["slope"], V)), _right_of_zero(ONE, p["slope"])


def _softplus(p: Parameters) -> tuple[Term, Term]:
    return Call("ln", 1 + _exp(V)), _sigma(V)


def _elu(p: Parameters) -> tuple[Term, Term]:
    falling = times(p["alpha"], _exp(V) - 1)
    return _right_of_zero(V, falling), _right_of_zero(ONE, plus(Y, p["alpha"]))


def _silu(p: Parameters) -> tuple[Term, Term]:
    return over(V, 1 + _exp(_minus(V))), plus(Y, times(_sigma(V), 1 - Y))


def _gelu(p: Parameters) -> tuple[Term, Term]:
    share = times(num("1/2"), 1 + Call("erf", over(V, Call("sqrt", num(2)))))
    root = Call("sqrt", times(num(2), Constant("pi")))
    density = over(_exp(_minus(over(power(V, 2), num(2)))), root)
    return times(V, share), plus(share, times(V, density))


def _gaussian(p: Parameters) -> tuple[Term, Term]:
    return _exp(_minus(V**2)), times(num(-2), V, Y)


def _arctan(p: Parameters) -> tuple[Term, Term]:
    return Call("arctan", V), over(ONE, 1 + V**2)


def _softsign(p: Parameters) -> tuple[Term, Term]:
    return over(V, 1 + Call("abs", V)), power(1 - Call("abs", Y), 2)


def _softmax(p: Parameters) -> tuple[Term, Term | None]:
    return _exp(V), None


def _no_kink_if_one(letter: str) -> Callable[[Numbers], tuple[Kink, ...]]:
    """The kink at 0 of a row whose left slope is the parameter and whose right slope is 1."""
    return lambda p: () if p[letter] == 1 else (Kink(Fraction(0), p[letter]),)


_ONE = Fraction(1)
ACTIVATIONS: dict[str, Row] = {
    "identity": Row(_identity, HAYKIN + "ch. 3", "v"),
    "logistic": Row(_logistic, HAYKIN + "sect. 4.4", "1/(1 + exp(-a v))", (("a", _ONE),)),
    "tanh": Row(_tanh, HAYKIN + "sect. 4.4", "a tanh(b v)", (("a", _ONE), ("b", _ONE))),
    "relu": Row(
        _relu,
        "Nair & Hinton, ICML 2010",
        "max(0, v)",
        kinks=lambda p: (Kink(Fraction(0), Fraction(0)),),
    ),
    "leaky_relu": Row(
        _leaky_relu,
        "Maas, Hannun & Ng, ICML 2013",
        "v for v > 0, else slope · v",
        (("slope", Fraction(1, 100)),),
        positive=False,
        kinks=_no_kink_if_one("slope"),
    ),
    "softplus": Row(_softplus, "Dugas et al., NIPS 2000", "ln(1 + exp(v))"),
    "elu": Row(
        _elu,
        "Clevert, Unterthiner & Hochreiter, ICLR 2016",
        "v for v > 0, else alpha (exp(v) - 1)",
        (("alpha", _ONE),),
        kinks=_no_kink_if_one("alpha"),
    ),
    "silu": Row(_silu, "Elfwing, Uchibe & Doya, Neural Networks 107, 2018", "v/(1 + exp(-v))"),
    "gelu": Row(_gelu, "Hendrycks & Gimpel, 2016, arXiv:1606.08415", "v (1 + erf(v/√2))/2"),
    "gaussian": Row(_gaussian, HAYKIN + "ch. 5", "exp(-v²)"),
    "arctan": Row(_arctan, "elementary calculus", "arctan(v)"),
    "softsign": Row(_softsign, "Bergstra et al., 2009", "v/(1 + |v|)"),
    "softmax": Row(_softmax, "Bridle, 1990", "exp(v_j)/Σ_k exp(v_k)", group=True),
}


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

    For a `group` activation, which has no slope of its own, the claim is φ' = φ: all that the
    Jacobian of the shares rests on.

    >>> verify(activation("tanh", a="1.7159", b="2/3"))
    Identity(requires=(), off=())
    >>> [at for _, at in verify(activation("relu")).off], verify(activation("elu")).off
    ([Fraction(0, 1)], ())
    """
    written = replaced(claim.phi if claim.slope is None else claim.slope, {Y: claim.phi})
    found = decide(derivative(claim.phi, V), written)
    if not isinstance(found, Identity) or not found.off:
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
