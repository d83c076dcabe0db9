"""Real numbers that are exact where possible, rigorously enclosed where not, and their duals.

A `Number` is a `Fraction` or an `arb` ball that contains the true value.  A `Dual` is a + b·ε with
ε² = 0, so f(a + ε) = f(a) + f'(a)·ε.  Nothing here knows terms, networks or the recursion.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt

from flint import arb, fmpq

from symbolic.errors import InputError
from symbolic.verdicts import Value

ZERO, ONE = Fraction(0), Fraction(1)
HIGHEST = 1_000
"""The largest exponent whose power is computed."""
MOST_BITS = 100_000
"""A number of more bits is not written out."""

Number = Fraction | arb


class Undecided(ArithmeticError):  # noqa: N818 - no error, the third answer
    """The value or the derivative does not exist here, or the enclosure is too wide to tell."""


class TooWide(Undecided):
    """The enclosure is too wide to tell; more bits may help."""


@dataclass(frozen=True, slots=True)
class Dual:
    """real + tangent·ε with ε² = 0; both parts may be duals again, for second derivatives.

    >>> multiply(Dual(Fraction(3), ONE), Dual(Fraction(3), ONE)).tangent  # (x²)' at 3
    Fraction(6, 1)
    """

    real: Scalar
    tangent: Scalar


Scalar = Number | Dual


def real(x: Scalar) -> Scalar:
    """The part without ε."""
    return x.real if isinstance(x, Dual) else x


def tangent(x: Scalar) -> Scalar:
    """The factor of ε."""
    return x.tangent if isinstance(x, Dual) else ZERO


def plain(x: Scalar) -> Number:
    """The number itself, every ε set to 0."""
    while isinstance(x, Dual):
        x = x.real
    return x


def ball(x: Number) -> arb:
    """An enclosure of the number."""
    return x if isinstance(x, arb) else arb(fmpq(x.numerator, x.denominator))


def vanishes(x: Number) -> bool:
    """Whether it is the rational number 0.

    >>> vanishes(ZERO), vanishes(ONE), vanishes(ball(ZERO))
    (True, False, False)
    """
    return not isinstance(x, arb) and not x


def add(a: Scalar, b: Scalar) -> Scalar:
    """a + b."""
    if isinstance(a, Dual) or isinstance(b, Dual):
        return Dual(add(real(a), real(b)), add(tangent(a), tangent(b)))
    if isinstance(a, arb) or isinstance(b, arb):
        return ball(a) + ball(b)
    return a + b


def multiply(a: Scalar, b: Scalar) -> Scalar:
    """a · b, with (a + a'ε)(b + b'ε) = ab + (a'b + ab')ε."""
    if isinstance(a, Dual) or isinstance(b, Dual):
        first = multiply(tangent(a), real(b))
        return Dual(multiply(real(a), real(b)), add(first, multiply(real(a), tangent(b))))
    if isinstance(a, arb) or isinstance(b, arb):
        return ZERO if vanishes(a) or vanishes(b) else ball(a) * ball(b)
    return a * b


def inverse(a: Scalar) -> Scalar:
    """1 / a, with (1/a)' = −a' / a²; raises `Undecided` unless a ≠ 0 is certain."""
    if isinstance(a, Dual):
        reciprocal = inverse(a.real)
        slope = multiply(Fraction(-1), multiply(reciprocal, reciprocal))
        return Dual(reciprocal, multiply(slope, a.tangent))
    if sign(a) == 0:
        raise Undecided("division by zero")
    return 1 / a


def subtract(a: Scalar, b: Scalar) -> Scalar:
    """a − b."""
    return add(a, multiply(Fraction(-1), b))


def power(a: Scalar, exponent: Fraction) -> Scalar:
    """a to a rational exponent, with (aʳ)' = r aʳ⁻¹ a'.

    >>> power(Fraction(4, 9), Fraction(-3, 2))
    Fraction(27, 8)
    """
    if abs(exponent.numerator) > HIGHEST:
        raise Undecided(f"the power {exponent} is too large")
    if isinstance(a, Dual):
        if exponent == 0:
            return ONE
        slope = multiply(exponent, power(a.real, exponent - 1))
        return Dual(power(a.real, exponent), multiply(slope, a.tangent))
    if exponent < 0:
        return inverse(power(a, -exponent))
    if exponent.denominator == 1:
        return a**exponent.numerator if isinstance(a, Fraction) else a ** int(exponent)
    if sign(a) < 0:
        raise Undecided(f"a negative number has no real power {exponent}")
    if exponent.denominator == 2:
        return power(apply("sqrt", a), exponent * 2)
    return ZERO if sign(a) == 0 else finite(ball(a) ** ball(exponent))


def sign(x: Number) -> int:
    """−1, 0 or +1; raises `TooWide` where the ball holds zero and more."""
    if not isinstance(x, arb):
        return (x > 0) - (x < 0)
    if x.is_zero():
        return 0
    if x > 0:
        return 1
    if x < 0:
        return -1
    raise TooWide("the enclosure is too wide to tell the sign")


def differ(a: Number, b: Number) -> bool:
    """Whether the two numbers are certainly different.

    >>> differ(Fraction(1, 2), Fraction(1, 3)), differ(ball(ONE), ONE)
    (True, False)
    """
    if isinstance(a, arb) or isinstance(b, arb):
        return not (ball(a) - ball(b)).contains(0)
    return a != b


def enclosure(x: Number) -> Value:
    """The number as two rational ends.

    >>> enclosure(Fraction(1, 3)).exact
    True
    """
    return Value(x, x) if isinstance(x, Fraction) else Value(_end(x.lower()), _end(x.upper()))


def finite(x: arb) -> arb:
    """The ball, if it is bounded; raises `Undecided` at a pole."""
    if not x.is_finite():
        raise Undecided("the value is not finite here")
    return x


def total(parts: Iterable[Scalar]) -> Scalar:
    """The sum of the parts, 0 for none."""
    result: Scalar = ZERO
    for part in parts:
        result = add(result, part)
    return result


def pi() -> arb:
    """An enclosure of π at the working precision."""
    return arb.pi()


def apply(function: str, x: Scalar) -> Scalar:
    """An elementary function, its derivative carried along.

    >>> apply("exp", Dual(ZERO, ONE)), apply("sqrt", Fraction(9, 4))
    (Dual(real=Fraction(1, 1), tangent=Fraction(1, 1)), Fraction(3, 2))
    """
    if function not in FUNCTIONS:
        raise InputError(f"There is no elementary function {function!r}; known are {_KNOWN}.")
    value, slope = FUNCTIONS[function]
    if isinstance(x, Dual):
        return Dual(apply(function, x.real), multiply(slope(x.real), x.tangent))
    return value(x)


def _end(x: arb) -> Fraction:
    if not x.is_finite():
        raise Undecided("the enclosure has no end")
    mantissa, exponent = (int(part) for part in x.man_exp())
    if abs(exponent) > MOST_BITS:
        raise Undecided("the number is too large or too small to be written out")
    return mantissa * (Fraction(2) ** exponent)


def _at(point: int, value: int, enclosed: Callable[[arb], arb]) -> Callable[[Number], Number]:
    """A function whose only rational value worth knowing is at one point."""

    def function(x: Number) -> Number:
        if isinstance(x, Fraction) and x == point:
            return Fraction(value)
        return finite(enclosed(ball(x)))

    return function


def _ln(x: Number) -> Number:
    if sign(x) <= 0:
        raise Undecided("the logarithm of a number that is not positive")
    return ZERO if x == 1 else finite(ball(x).log())


def _sqrt(x: Number) -> Number:
    if sign(x) < 0:
        raise Undecided("the square root of a negative number")
    if isinstance(x, Fraction):
        root = Fraction(isqrt(x.numerator), isqrt(x.denominator))
        if root * root == x:
            return root
    return finite(ball(x).sqrt())


def _abs(x: Number) -> Number:
    return abs(x) if isinstance(x, Fraction) else abs(ball(x))


def _sign_off_zero(x: Scalar) -> Scalar:
    side = sign(plain(x))
    if side == 0:
        raise Undecided("|x| has no derivative at 0")
    return Fraction(side)


def _one_minus_square(x: Scalar) -> Scalar:
    value = apply("tanh", x)
    return subtract(ONE, multiply(value, value))


def _bell(x: Scalar) -> Scalar:
    """2/√π · exp(−x²), the derivative of erf."""
    top = apply("exp", multiply(Fraction(-1), multiply(x, x)))
    return multiply(multiply(Fraction(2), 1 / pi().sqrt()), top)


FUNCTIONS: dict[str, tuple[Callable[[Number], Number], Callable[[Scalar], Scalar]]] = {
    # name: (value, derivative)
    "exp": (_at(0, 1, lambda x: x.exp()), lambda x: apply("exp", x)),
    "ln": (_ln, lambda x: inverse(x)),
    "sqrt": (_sqrt, lambda x: inverse(multiply(Fraction(2), apply("sqrt", x)))),
    "abs": (_abs, _sign_off_zero),
    "tanh": (_at(0, 0, lambda x: x.tanh()), _one_minus_square),
    "erf": (_at(0, 0, lambda x: x.erf()), _bell),
    "arctan": (
        _at(0, 0, lambda x: x.atan()),
        lambda x: inverse(add(ONE, multiply(x, x))),
    ),
    "sin": (_at(0, 0, lambda x: x.sin()), lambda x: apply("cos", x)),
    "cos": (_at(0, 1, lambda x: x.cos()), lambda x: multiply(Fraction(-1), apply("sin", x))),
    "sinh": (_at(0, 0, lambda x: x.sinh()), lambda x: apply("cosh", x)),
    "cosh": (_at(0, 1, lambda x: x.cosh()), lambda x: apply("sinh", x)),
}
_KNOWN = ", ".join(FUNCTIONS)
