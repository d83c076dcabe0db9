"""The formulas of a model file: index notation and whole arrays, read with their shapes.

Precedence, loosest first: + and −, then * / @, then a sign in front, then ^, then .T.  Every
shape or index that does not fit is an error at its column, before any algebra.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import NoReturn

from symbolic.errors import did_you_mean
from symbolic.grammar import MOST_POWER, Token
from symbolic.index_notation import Indices
from symbolic.indexed import (
    Expr,
    Fn,
    Mul,
    Num,
    Opaque,
    Pow,
    Var,
    free_letters,
    total,
)
from symbolic.partials import SLOPES
from symbolic.shapes import (
    MOST_PARTS,
    MOST_SUMS,
    Place,
    Shaped,
    bound,
    constant,
    each,
    elementwise,
    matmul,
    number,
    outer,
    parts,
    put,
    sums,
    transposed,
)

Intermediate = Callable[[str, tuple[Var, ...], Expr], Expr]

SAME = {"log": "ln", "sigmoid": "logistic", "atan": "arctan", "ReLU": "relu"}
HALF = Fraction(1, 2)


def apply(name: str) -> Callable[[Expr], Expr]:
    """The function of the table by this name."""
    return lambda u: Fn(name, u)


PRIMES: dict[str, Callable[[Expr], Expr]] = {  # f: f'(u); a test proves each row
    "exp": apply("exp"),
    "ln": lambda u: 1 / u,
    "tanh": lambda u: 1 - Fn("tanh", u) ** 2,
    "logistic": lambda u: Fn("logistic", u) * (1 - Fn("logistic", u)),
    "softplus": apply("logistic"),
    "sin": apply("cos"),
    "cos": lambda u: -Fn("sin", u),
    "sinh": apply("cosh"),
    "cosh": apply("sinh"),
    "arctan": lambda u: 1 / (1 + u**2),
    "erf": lambda u: 2 / (4 * Fn("arctan", Num(Fraction(1)))) ** HALF * Fn("exp", -(u**2)),
    "abs": lambda u: u / Fn("abs", u),
    "relu": apply("step"),
}
SUMS = ("sum", "mean", "var", "softmax")
BUILT_IN = (*SLOPES, *SAME, *SUMS, "sqrt", "outer", "D")


class Formulas(Indices):
    """The formulas of one statement."""

    claims = False
    """Whether derivatives D(…) may be spoken of."""
    intermediate: Intermediate | None = None
    """Where a definition keeps the sum of a softmax or a mean under a name of its own."""

    def formula(self) -> Shaped:
        """product (+ product | − product)*, not too large to be worked on."""
        column = self.here.column
        value = self._terms()
        if len(value.axes) > 2:
            self.refuse(
                f"This has {len(value.axes)} open axes; write the indices of arrays of rank 3 "
                "and more.",
                column,
            )
        places = tuple(map(self.scope.letters.new, value.axes))
        if sums(value.element(places)) > MOST_SUMS:
            self.refuse(
                f"More than {MOST_SUMS} sums multiply each other here; define parts of it before.",
                column,
            )
        return value

    def factor(self) -> Shaped:
        """One factor of a product."""
        return self._raised()

    def _terms(self) -> Shaped:
        value = self._factors()
        while self.at("+", "-"):
            mark = self.take()
            value = self._both(mark, value, self._factors())
        return value

    def _factors(self) -> Shaped:
        value = self._signed_factor()
        while self.at("*", "/", "@"):
            mark = self.take()
            if mark.text == "@":
                self._deeper(mark)  # for good: a chain of products is nested as well
            value = self._both(mark, value, self._signed_factor())
        return value

    def _both(self, mark: Token, left: Shaped, right: Shaped) -> Shaped:
        if mark.text == "@":
            return self.fitting(mark.column, matmul, left, right, self.scope.letters)
        if mark.text == "/" and not right.axes and constant(right.element(())) == 0:
            self.refuse("This divides by zero.", mark.column)
        operation = OPERATIONS[mark.text]
        return self.fitting(mark.column, elementwise, operation, mark.text, left, right)

    def _signed_factor(self) -> Shaped:
        if not self.at("+", "-"):
            return self._raised()
        sign = self.take()
        self._deeper(sign)
        value = self._signed_factor()
        self._nested -= 1
        return value if sign.text == "+" else each(lambda e: -e, value)

    def _raised(self) -> Shaped:
        base = self._with_transposes()
        if not self.at("^"):
            return base
        mark = self.take()
        self._deeper(mark)
        column = self.here.column
        power = self._signed_factor()
        self._nested -= 1
        exponent = None if power.axes else constant(power.element(()))
        if exponent is None:
            self.refuse("An exponent must be a rational constant, such as 2 or (1/2).", column)
        if max(abs(exponent.numerator), exponent.denominator) > MOST_POWER:
            self.refuse(f"An exponent may go up to {MOST_POWER}, in both its parts.", column)
        return each(lambda e: Pow(e, exponent), base)

    def _with_transposes(self) -> Shaped:
        value = self._first()
        while self.at(".T"):
            mark = self.take()
            self._deeper(mark)
            value = self.fitting(mark.column, transposed, value)
        return value

    def _first(self) -> Shaped:
        token = self.here
        if self.at("("):
            self._deeper(self.take())
            value = self._terms()
            self.expect(")")
            self._nested -= 1
            return value
        if self.at("["):
            self._deeper(self.take())
            condition = self.comparison()
            self.expect("]")
            self._nested -= 1
            return number(condition)
        if token.kind == "number":
            return number(Num(self._number(self.take())))
        self._deeper(token)
        value = self._named(self.name("a number, a name, '(' or '['"))
        self._nested -= 1
        return value

    def _named(self, name: Token) -> Shaped:
        scope = self.scope
        if name.text == "D" and "D" not in scope.arrays:
            return self._derivative(name)
        if name.text in SUMS and self.at("("):
            return self._summed(name)
        if name.text == "outer" and self.at("("):
            self.take()
            left = self._terms()
            self.expect(",")
            right = self._terms()
            self.expect(")")
            return self.fitting(name.column, outer, left, right)
        if name.text in scope.functions:
            return self._unknown_function(name)
        if name.text in scope.arrays:
            if self.at("("):
                self.refuse(f"{name.text!r} is no function; write * between factors.", name.column)
            return self._read(name)
        if name.text in scope.sorts:
            return number(scope.size(name.text))
        table = SAME.get(name.text, name.text)
        if table in SLOPES or table == "sqrt":
            return self._function(name, table)
        return self._unknown(name)

    def _unknown(self, name: Token) -> NoReturn:
        scope = self.scope
        if self.at("("):
            hint = did_you_mean(name.text, (*scope.functions, *BUILT_IN))
            self.refuse(
                f"There is no function {name.text!r}. {hint} An unknown one is declared by "
                f"`functions {name.text}`.",
                name.column,
            )
        if scope.letter(name.text) is not None:
            self.refuse(
                f"{name.text!r} is an index; it stands in [ ] or is summed over.", name.column
            )
        hint = did_you_mean(name.text, (*scope.arrays, *scope.sorts))
        self.refuse(f"There is no array {name.text!r} here. {hint}", name.column)

    def _read(self, name: Token) -> Shaped:
        at = self.indices(name.text, self.scope.arrays[name.text])
        value = self.fitting(name.column, self.scope.read, name.text, at)
        if name.text in self.scope.multipliers and not self.claims:
            self.refuse("A definition cannot speak of derivatives; a claim can.", name.column)
        return value

    def _derivative(self, name: Token) -> Shaped:
        if not self.claims:
            self.refuse("A definition cannot speak of derivatives; a claim can.", name.column)
        array, at = self.differentiated()
        return self.fitting(array.column, self.scope.derivative, array.text, at)

    def differentiated(self) -> tuple[Token, Place]:
        """The (array[indices]) behind a D."""
        self.expect("(")
        array = self.name("the name of an array")
        scope = self.scope
        if array.text not in scope.arrays or array.text in scope.multipliers:
            known = [name for name in scope.arrays if name not in scope.multipliers]
            hint = did_you_mean(array.text, known)
            self.refuse(
                f"There is no array {array.text!r} to differentiate by. {hint}", array.column
            )
        kind = scope.given.get(array.text)
        if kind in ("pattern", "slope"):
            what = "0 or 1" if kind == "pattern" else "a slope"
            self.refuse(f"{array.text!r} is {what}: there is no derivative by it.", array.column)
        at = self.indices(array.text, scope.arrays[array.text])
        self.expect(")")
        return array, at

    def _function(self, name: Token, table: str) -> Shaped:
        prime = self._primes(name, most=1)
        if not self.at("("):
            self.refuse(f"Write {name.text} with parentheses: {name.text}(…).", name.column)
        (argument,) = self._arguments(name, 1)
        if table == "sqrt":
            if prime:
                self.refuse("Write 1/(2*sqrt(u)) for the derivative of sqrt.", name.column)
            return each(lambda u: Pow(u, HALF), argument)
        if not prime:
            return self._small(name, each(apply(table), argument))
        if table not in PRIMES:
            self.refuse(f"{name.text} has no derivative that is written {name.text}'.", name.column)
        return self._small(name, each(PRIMES[table], argument))

    def _primes(self, name: Token, most: int) -> int:
        count = 0
        while self.at("'"):
            mark = self.take()
            count += 1
            if count > most:
                self.refuse(f"{name.text} may have {most} prime here.", mark.column)
        return count

    def _unknown_function(self, name: Token) -> Shaped:
        """phi(u), phi[j](u), phi'(u), C(y, d); C' is the derivative by the first argument."""
        prime = self._primes(name, most=2)
        at = self.indices(name.text, None)
        if not self.at("("):
            self.refuse(f"{name.text!r} is a function; write {name.text}(…).", name.column)
        arguments = self._arguments(name, None)
        shape = (len(at), len(arguments))
        first = self.scope.functions[name.text]
        if first is None:
            self.scope.functions[name.text] = first = shape
        if first != shape:
            self.refuse(
                f"{name.text!r} had {first[0]} indices and {first[1]} arguments before, "
                f"here {shape[0]} and {shape[1]}.",
                name.column,
            )
        orders = (prime, *(0 for _ in arguments[1:])) if prime else ()
        if len(arguments) == 1:
            return each(lambda u: Opaque(name.text, at, (u,), orders), arguments[0])
        for argument in arguments:
            if argument.axes:
                self.refuse("A function of several arguments wants numbers.", name.column)
        values = tuple(argument.element(()) for argument in arguments)
        return number(Opaque(name.text, at, values, orders))

    def _arguments(self, name: Token, wanted: int | None) -> list[Shaped]:
        self.expect("(")
        found = [self._terms()]
        while self.at(","):
            self.take()
            found.append(self._terms())
        self.expect(")")
        if wanted is not None and len(found) != wanted:
            self.refuse(f"{name.text} wants {wanted} argument, not {len(found)}.", name.column)
        return found

    def _small(self, name: Token, value: Shaped) -> Shaped:
        """Refuse what would be too large written out."""
        places = tuple(map(self.scope.letters.new, value.axes))
        if parts(value.element(places)) > MOST_PARTS:
            self.refuse(f"This has more than {MOST_PARTS:,} parts when written out.", name.column)
        return value

    # -- sums

    def _summed(self, name: Token) -> Shaped:
        """sum(k, …), sum(n, k, …), mean(i, …), var(i, …), softmax(k, …)."""
        self.take()
        letters: list[tuple[Var, int]] = []
        while self.here.kind == "name" and self.after.kind == "mark" and self.after.text == ",":
            token = self.take()
            letters.append((self.letter(token), token.column))
            self.take()
        if not letters:
            self.refuse(
                f"{name.text} begins with its index and a comma: {name.text}(k, …).",
                self.here.column,
            )
        if name.text != "sum" and len(letters) > 1:
            self.refuse(f"{name.text} goes over one index.", letters[1][1])
        value = self._terms()
        self.expect(")")
        for letter, column in reversed(letters):
            make = {"sum": self._sum, "mean": self._mean, "var": self._variance}.get(
                name.text, self._softmax
            )
            value = self._small(name, self.fitting(column, make, letter, value))
        return value

    def _sum(self, letter: Var, value: Shaped) -> Shaped:
        over, inner = bound(letter, value, self.scope.letters)
        return each(lambda e: total(over, e), inner)

    def _mean(self, letter: Var, value: Shaped) -> Shaped:
        size = self.scope.size(letter.sort.name)
        return each(lambda e: e / size, self._sum(letter, value))

    def _variance(self, letter: Var, value: Shaped) -> Shaped:
        over, inner = bound(letter, value, self.scope.letters)
        places = tuple(map(self.scope.letters.new, inner.axes))
        mean = self._kept("mean", self._mean(over, inner).element(places))
        square = number((inner.element(places) - mean) ** 2)
        return self._open(places, self._mean(over, square).element(()))

    def _softmax(self, letter: Var, value: Shaped) -> Shaped:
        """exp(value) / Σ exp(value); its shape is that of the value."""
        letters = self.scope.letters
        over, inner = bound(letter, value, letters)
        places = tuple(map(letters.new, inner.axes))
        exponent = inner.element(places)
        own = letters.new(letter.sort)
        whole = self._kept("sum", total(own, Fn("exp", put(exponent, {over: own}))))
        ratio = Fn("exp", exponent) / whole
        if over == letter:
            return self._open(places, ratio)
        axes = value.axes
        return self._open(tuple(sorted((*places, over), key=lambda v: axes.index(v.sort))), ratio)

    def _kept(self, what: str, expr: Expr) -> Expr:
        """The expression, in a definition under a name of its own."""
        if self.intermediate is None:
            return expr
        at = tuple(sorted(free_letters(expr), key=lambda v: (v.sort.name, v.name)))
        return self.intermediate(what, at, expr)

    def _open(self, places: tuple[Var, ...], expr: Expr) -> Shaped:
        """The expression as a function of these letters, which nobody wrote."""
        axes = tuple(v.sort for v in places)
        return Shaped(axes, lambda at: put(expr, dict(zip(places, at, strict=True))))


OPERATIONS: dict[str, Callable[[Expr, Expr], Expr]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a * inverse(b),
}


def inverse(expr: Expr) -> Expr:
    """1/expr, factor by factor, so that 1/u^(3/2) is the power u^(-3/2)."""
    match expr:
        case Mul(factors):
            return Mul(tuple(map(inverse, factors)))
        case Pow(base, exponent) if exponent > 0:
            return Pow(base, -exponent)
        case _:
            return 1 / expr
