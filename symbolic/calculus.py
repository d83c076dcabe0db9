"""The derivative of an elementary term, by a table of functions and the rules of the first course.

The result is written to be read (no zero terms, no unit factors); whether it equals some other
formula is decided in `fields.py`.
"""

from __future__ import annotations

from fractions import Fraction

from symbolic.terms import (
    Add,
    Call,
    Cases,
    Condition,
    Constant,
    Frac,
    Mul,
    Num,
    Pow,
    Relation,
    Sign,
    Term,
    num,
    replaced,
    walk,
)

U = Sign("u")
ZERO, ONE = num(0), num(1)
FUNCTIONS: dict[str, Term] = {  # f: f'(u)
    "exp": Call("exp", U),
    "ln": Frac(ONE, U),
    "sqrt": Frac(ONE, 2 * Call("sqrt", U)),
    "sin": Call("cos", U),
    "cos": -Call("sin", U),
    "sinh": Call("cosh", U),
    "cosh": Call("sinh", U),
    "tanh": 1 - Call("tanh", U) ** 2,
    "arctan": Frac(ONE, 1 + U**2),
    "erf": Frac(num(2), Call("sqrt", Constant("pi"))) * Call("exp", -(U**2)),
    "abs": Cases(
        (
            (Condition(U, Relation.GREATER, ZERO), ONE),
            (Condition(U, Relation.LESS, ZERO), num(-1)),
        ),
        ZERO,
    ),
}


def derivative(term: Term, by: Sign) -> Term:
    """∂term/∂by, every other sign held.

    Where a function is given in pieces the derivative is taken piece by piece: it is the
    derivative off the points where the pieces meet.

    >>> v = Sign("v")
    >>> derivative(v**2 + 3 * v + 1, v) == 2 * v + 3
    True
    >>> derivative(Call("exp", 2 * v), v) == 2 * Call("exp", 2 * v)
    True
    >>> derivative(Call("tanh", Sign("d")), v)
    Num(value=Fraction(0, 1))
    """
    if not reads(term, by):
        return ZERO
    match term:
        case Sign():
            return ONE
        case Add(terms):
            return plus(*(derivative(part, by) for part in terms))
        case Mul(factors):
            held = tuple(factor for factor in factors if not reads(factor, by))
            moving = tuple(factor for factor in factors if reads(factor, by))
            turns = (
                times(*moving[:n], derivative(factor, by), *moving[n + 1 :])
                for n, factor in enumerate(moving)
            )
            return times(*held, plus(*turns))
        case Frac(numerator, denominator):
            return _quotient(numerator, denominator, by)
        case Pow(base, exponent):
            inner = derivative(base, by)
            return times(Num(exponent), power(base, exponent - 1), inner)
        case Call(function, argument):
            inner = derivative(argument, by)
            return times(inner, replaced(FUNCTIONS[function], {U: argument}))
        case Cases(pieces, otherwise):
            again = tuple((guard, derivative(piece, by)) for guard, piece in pieces)
            return Cases(again, derivative(otherwise, by))
        case _:
            raise TypeError(f"{type(term).__name__} is no elementary term")


def reads(term: Term, sign: Sign) -> bool:
    """Whether the sign occurs in the term."""
    return any(part == sign for part in walk(term))


def plus(*terms: Term) -> Term:
    """The sum, its zeros left out and its numbers gathered at the first of them.

    >>> plus(ZERO, Sign("v"), num(1), num(2)) == Sign("v") + 3
    True
    """
    flat = [part for term in terms for part in (term.terms if isinstance(term, Add) else (term,))]
    number = sum((part.value for part in flat if isinstance(part, Num)), Fraction(0))
    kept: list[Term] = []
    pending = bool(number)
    for part in flat:
        if not isinstance(part, Num):
            kept.append(part)
        elif pending and part.value:
            kept.append(Num(number))
            pending = False
    return kept[0] if len(kept) == 1 else Add(tuple(kept)) if kept else ZERO


def times(*factors: Term) -> Term:
    """The product, its ones left out and its numbers gathered in front; zero if a factor is.

    >>> times(num(2), Sign("v"), num(-1)) == num(-2) * Sign("v")
    True
    """
    flat = [part for f in factors for part in (f.factors if isinstance(f, Mul) else (f,))]
    number = Fraction(1)
    for part in flat:
        if isinstance(part, Num):
            number *= part.value
    if not number:
        return ZERO
    rest = tuple(part for part in flat if not isinstance(part, Num))
    kept = rest if number == 1 else (Num(number), *rest)
    return kept[0] if len(kept) == 1 else Mul(kept) if kept else ONE


def over(numerator: Term, denominator: Term) -> Term:
    """The quotient; a number stands in front of nothing, and nothing is divided by one.

    >>> over(num(2), num(4)) == num("1/2"), over(Sign("b"), num(1)) == Sign("b")
    (True, True)
    """
    if isinstance(denominator, Num) and denominator.value:
        if isinstance(numerator, Num):
            return Num(numerator.value / denominator.value)
        if denominator.value == 1:
            return numerator
    return Frac(numerator, denominator)


def power(base: Term, exponent: Fraction | int) -> Term:
    """The power; the zeroth is one and the first is the base.

    >>> power(Sign("v"), 1) == Sign("v")
    True
    """
    if exponent in (0, 1):
        return base if exponent else ONE
    if isinstance(base, Pow) and Fraction(exponent).denominator == base.exponent.denominator == 1:
        return power(base.base, base.exponent * exponent)
    return Pow(base, Fraction(exponent))


def _quotient(numerator: Term, denominator: Term, by: Sign) -> Term:
    """(f/g)' = f'/g where g is held, -f g'/g² where f is, else (f' g - f g')/g²."""
    if not reads(denominator, by):
        return over(derivative(numerator, by), denominator)
    falling = times(num(-1), numerator, derivative(denominator, by))
    if not reads(numerator, by):
        return over(falling, power(denominator, 2))
    rising = times(derivative(numerator, by), denominator)
    return over(plus(rising, falling), power(denominator, 2))
