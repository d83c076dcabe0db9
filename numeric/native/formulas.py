"""Element-wise terms as C: φ, φ' and every other term of the rule, in the names of `functions.h`.

A term becomes a list of assignments, one for each distinct part, in the order of the term.  Only
generated names and numbers are written; text of the user's never is.  The rewritings are those of
`numeric/functions.py`: 1 / (1 + exp u) = expit(-u), ln(1 + exp u) = softplus(u), and x ln z = 0
where x = 0.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from numeric.modular import evaluate
from symbolic.terms import (
    Add,
    Call,
    Cases,
    Constant,
    Frac,
    Mul,
    Num,
    Pow,
    Relation,
    Sign,
    Term,
    num,
    walk,
)

FUNCTIONS: dict[str, Callable[[float], float]] = {
    "exp": math.exp,
    "ln": math.log,
    "sqrt": math.sqrt,
    "sin": math.sin,
    "cos": math.cos,
    "sinh": math.sinh,
    "cosh": math.cosh,
    "tanh": math.tanh,
    "arctan": math.atan,
    "erf": math.erf,
    "abs": abs,
}
"""The functions of `functions.h`, and what they are for a number."""
RELATIONS = {
    Relation.LESS: "less",
    Relation.AT_MOST: "at_most",
    Relation.GREATER: "greater",
    Relation.AT_LEAST: "at_least",
    Relation.EQUAL: "equal",
}
NUMBERS = {Sign("N"): "n", Sign("eta"): "eta"}
ONE = num(1)


@dataclass(frozen=True)
class Value:
    """A C name; `single`: the same number for every lane and row, so computed once."""

    name: str
    single: bool


class Lines:
    """The assignments of a term, the parts that are single numbers apart from the others.

    >>> lines = Lines({Sign("x0"): Value("x0", False)})
    >>> lines.value(Sign("x0") * (1 - Sign("x0")) / Sign("N")).name
    'a2'
    >>> lines.once
    ['V c0 = v_set(K(1.0, 1u));', 'T b0 = s_div(K(1.0, 1u), n);', 'V c1 = v_set(b0);']
    >>> lines.each
    ['V a0 = v_sub(c0, x0);', 'V a1 = v_mul(x0, a0);', 'V a2 = v_mul(a1, c1);']
    """

    def __init__(self, known: dict[Sign, Value], scalar: bool = False, prefix: str = "") -> None:
        self._known: dict[Term, Value] = {}
        self._known.update({sign: Value(name, True) for sign, name in NUMBERS.items()})
        for sign, value in known.items():
            self._known[sign] = value
        self._scalar, self._prefix = scalar, prefix
        self.once: list[str] = []
        self.each: list[str] = []
        self.lanes: dict[str, str] = {}
        self._counts = {"a": 0, "b": 0, "c": 0}
        self.powers: dict[Fraction, str] = {}

    def value(self, term: Term) -> Value:
        """The C name of a term, computed by the lines."""
        if term not in self._known:
            self._known[term] = self._written(stable(term))
        return self._known[term]

    def lane(self, value: Value) -> str:
        """The name as an operand beside vectors."""
        if not value.single or self._scalar:
            return value.name
        if value.name not in self.lanes:
            self.lanes[value.name] = self._fresh("c")
            self.once.append(f"V {self.lanes[value.name]} = v_set({value.name});")
        return self.lanes[value.name]

    def _fresh(self, letter: str) -> str:
        self._counts[letter] += 1
        return f"{self._prefix}{letter}{self._counts[letter] - 1}"

    def _call(self, name: str, *given: Value) -> Value:
        single = all(value.single for value in given)
        if single or self._scalar:
            return Value(f"s_{name}({', '.join(value.name for value in given)})", single)
        return Value(f"v_{name}({', '.join(self.lane(value) for value in given)})", False)

    def _assigned(self, value: Value) -> Value:
        if "(" not in value.name or value.name.startswith("K("):
            return value
        if value.single:
            fresh = Value(self._fresh("b"), True)
            self.once.append(f"T {fresh.name} = {value.name};")
        else:
            fresh = Value(self._fresh("a"), False)
            self.each.append(f"{'T' if self._scalar else 'V'} {fresh.name} = {value.name};")
        return fresh

    def _written(self, term: Term) -> Value:
        if not any(isinstance(part, Sign | Cases) for part in walk(term)):
            return Value(f"K({_number(term)}, {int(evaluate(term, {}))}u)", True)
        match term:
            case Add(terms):
                total = self.value(terms[0])
                for part in terms[1:]:
                    if isinstance(part, Mul) and part.factors[0] == num(-1):
                        total = self._call("sub", total, self.value(_product(part.factors[1:])))
                    else:
                        total = self._call("add", total, self.value(part))
                return self._assigned(total)
            case Mul(factors) if (parts := logarithm(factors)) is not None:
                share = self._call("xlogy", self.value(parts[1]), self.value(parts[2]))
                return self._assigned(
                    self._call("mul", self.value(parts[0]), self._assigned(share))
                )
            case Mul(factors):
                singles = [part for part in factors if self.value(part).single]
                others = [part for part in factors if part not in singles]
                values = [self.value(part) for part in others]
                if len(singles) > 1 and others:
                    values.append(self.value(Mul(tuple(singles))))
                else:
                    values += [self.value(part) for part in singles]
                product = values[0]
                for value in values[1:]:
                    product = self._call("mul", product, value)
                return self._assigned(product)
            case Frac(above, below):
                under = self.value(below)
                if under.single and not self.value(above).single:
                    share = self._assigned(self._call("div", self.value(ONE), under))
                    return self._assigned(self._call("mul", self.value(above), share))
                return self._assigned(self._call("div", self.value(above), under))
            case Pow(base, exponent) if exponent.denominator == 1:
                power = self._power(self.value(base), abs(int(exponent)))
                if exponent < 0:
                    power = self._call("div", self.value(ONE), power)
                return self._assigned(power)
            case Pow(base, exponent):
                name = f"power_{'m' if exponent < 0 else ''}{abs(exponent.numerator)}"
                name += f"_{exponent.denominator}"
                self.powers[exponent] = name
                return self._assigned(self._call(name, self.value(base)))
            case Call(name, argument):
                return self._assigned(self._call(name, self.value(argument)))
            case Cases(pieces, otherwise):
                chosen = self.value(otherwise)
                for condition, piece in reversed(pieces):
                    left, right = self.value(condition.left), self.value(condition.right)
                    here, single = self.value(piece), chosen.single and left.single and right.single
                    if not single and not self._scalar:  # a mask is as wide as what it chooses from
                        left, right = (Value(self.lane(side), False) for side in (left, right))
                        here = Value(self.lane(here), False)
                        chosen = Value(self.lane(chosen), False)
                    holds = self._call(RELATIONS[condition.relation], left, right)
                    chosen = self._assigned(self._call("choose", holds, here, chosen))
                return chosen
            case _:
                raise TypeError(f"{type(term).__name__} is not element-wise")

    def _power(self, base: Value, exponent: int) -> Value:
        """base ** exponent by repeated squaring."""
        result: Value | None = None
        while exponent:
            if exponent & 1:
                result = base if result is None else self._assigned(self._call("mul", result, base))
            exponent >>= 1
            if exponent:
                base = self._assigned(self._call("mul", base, base))
        return self.value(ONE) if result is None else result


def _product(factors: tuple[Term, ...]) -> Term:
    return factors[0] if len(factors) == 1 else Mul(factors)


def _number(term: Term) -> str:
    """A term without letters as a C number."""
    try:
        value = real(term)
    except OverflowError:
        value = math.inf
    if math.isinf(value):
        return "-INFINITY" if value < 0 else "INFINITY"
    return repr(value)


def real(term: Term) -> float:
    match term:
        case Num(value):
            return float(value)
        case Constant("pi"):
            return math.pi
        case Add(terms):
            return math.fsum(real(part) for part in terms)
        case Mul(factors):
            return math.prod(real(part) for part in factors)
        case Frac(above, below):
            return real(above) / real(below)
        case Pow(base, exponent):
            return float(real(base) ** float(exponent))
        case Call(name, argument):
            return FUNCTIONS[name](real(argument))
        case _:
            raise TypeError(f"{type(term).__name__} is no number")


def stable(term: Term) -> Term:
    """The same function, with the functions that lose no digits where a pattern allows it.

    >>> from symbolic.terms import Call
    >>> stable(Call("ln", 1 + Call("exp", Sign("v")))).function
    'softplus'
    """
    match term:
        case Call("ln", Add() as inside) if (u := _one_plus_exp(inside)) is not None:
            return Call("softplus", u)
        case Frac(above, below) if (u := _one_plus_exp(below)) is not None:
            share = Call("expit", _minus(u))
            return share if above == ONE else Mul((above, share))
        case Pow(base, exponent) if exponent < 0 and exponent.denominator == 1:
            if (u := _one_plus_exp(base)) is not None:
                return Pow(Call("expit", _minus(u)), -exponent)
    return term


def logarithm(factors: tuple[Term, ...]) -> tuple[Term, Term, Term] | None:
    """(number, x, z) where the product is number · x · ln z and x is no number, else None."""
    logs = [p for p in factors if isinstance(p, Call) and p.function == "ln" and stable(p) == p]
    numbers = tuple(p for p in factors if not any(isinstance(q, Sign) for q in walk(p)))
    others = tuple(p for p in factors if p not in logs and p not in numbers)
    if len(logs) != 1 or not others or logs[0] in numbers:
        return None
    return (_product(numbers) if numbers else ONE), _product(others), logs[0].argument


def _one_plus_exp(term: Term) -> Term | None:
    """u where the term is 1 + exp u, else None."""
    if isinstance(term, Add) and len(term.terms) == 2 and ONE in term.terms:
        other = term.terms[1] if term.terms[0] == ONE else term.terms[0]
        if isinstance(other, Call) and other.function == "exp":
            return other.argument
    return None


def _minus(term: Term) -> Term:
    """-term, without a second sign.

    >>> _minus(-Sign("v")) == Sign("v")
    True
    """
    match term:
        case Num(value):
            return Num(-value)
        case Mul((Num(value), *rest)):
            return _product(tuple(rest)) if value == -1 else Mul((Num(-value), *rest))
        case _:
            return -term
