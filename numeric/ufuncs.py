"""A SymPy expression as one nested call of NumPy's ufuncs, each writing into a given buffer.

`1 - y` times `y` becomes `multiply(subtract(1.0, x0, t0), x0, out)`: no array is allocated.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import sympy as sp
from scipy import special

EXPIT, SOFTPLUS, XLOGY, MAXIMUM = (
    sp.Function(name) for name in ("pp_expit", "pp_softplus", "pp_xlogy", "pp_maximum")
)
_ELEMENTARY: dict[Any, str] = {
    sp.exp: "exp",
    sp.log: "log",
    sp.sin: "sin",
    sp.cos: "cos",
    sp.sinh: "sinh",
    sp.cosh: "cosh",
    sp.tanh: "tanh",
    sp.atan: "arctan",
    sp.Abs: "absolute",
}
_SPECIAL: dict[Any, str] = {sp.erf: "erf", EXPIT: "expit", XLOGY: "xlogy"}
_ARITHMETIC = ("add", "subtract", "multiply", "divide", "negative", "positive", "square", "sqrt")
CALLS: dict[str, Any] = {
    **{name: getattr(np, name) for name in (*_ARITHMETIC, *_ELEMENTARY.values())},
    **{name: getattr(np, name) for name in ("power", "maximum", "logaddexp")},
    **{name: getattr(special, name) for name in _SPECIAL.values()},
}
"""What the printed code calls."""
_NAMES = {**_ELEMENTARY, **_SPECIAL, MAXIMUM: "maximum"}


class Printed:
    """The code of an expression into `out`, and how many temporaries t0, t1, … it needs.

    `numbers` are the symbols of single Python floats; every other symbol is an array.

    >>> x = sp.Symbol("x0", real=True)
    >>> Printed(x * (1 - x), frozenset()).code
    'multiply(x0, subtract(1.0, x0, t0), out)'
    """

    def __init__(self, expr: sp.Expr, numbers: frozenset[sp.Symbol]) -> None:
        self._numbers = numbers
        self.temporaries = 0
        leaf = self._leaf(expr)
        self.code = self._write(expr, "out", 0) if leaf is None else f"positive({leaf}, out)"

    @property
    def single(self) -> tuple[str, tuple[str, ...]] | None:
        """The name and the arguments, where the code is one call of plain arguments."""
        if self.code.count("(") != 1 or "=" in self.code:
            return None
        name, _, given = self.code.rstrip(")").partition("(")
        return name, tuple(given.split(", "))

    def _leaf(self, expr: sp.Expr) -> str | None:
        """The code of a number or a symbol."""
        if expr.free_symbols <= self._numbers:
            return self._number(expr)
        return str(expr) if expr.is_Symbol else None

    def _number(self, expr: sp.Expr) -> str:
        if not expr.free_symbols:
            return repr(float(expr))
        if expr.is_Symbol:
            return str(expr)
        parts = [self._number(part) for part in expr.args]
        if expr.is_Pow:
            return f"(1.0 / {parts[0]})" if expr.exp == -1 else f"({parts[0]} ** {parts[1]})"
        return "(" + (" + " if expr.is_Add else " * ").join(parts) + ")"

    def _operand(self, expr: sp.Expr, depth: int) -> tuple[str, int]:
        """The code of an operand and the first temporary that is free beside it."""
        leaf = self._leaf(expr)
        if leaf is not None:
            return leaf, depth
        self.temporaries = max(self.temporaries, depth + 1)
        return self._write(expr, f"t{depth}", depth), depth + 1

    def _chain(
        self, first: str, free: int, steps: list[tuple[str, sp.Expr]], into: str, depth: int
    ) -> str:
        """first op operand op operand …, the last result in `into`."""
        code = first
        for n, (name, operand) in enumerate(steps):
            other, _ = self._operand(operand, free)
            last = n == len(steps) - 1
            if not last:
                self.temporaries = max(self.temporaries, depth + 1)
            code = f"{name}({code}, {other}, {into if last else f't{depth}'})"
            free = depth + 1
        return code

    def _write(self, expr: sp.Expr, into: str, depth: int) -> str:
        """The code that leaves the value in `into`; temporaries below `depth` are in use."""
        if expr.is_Add:
            return self._sum(expr, into, depth)
        if expr.is_Mul:
            return self._product(expr, into, depth)
        if expr.is_Pow:
            return self._power(expr.base, expr.exp, into, depth)
        if expr.func == SOFTPLUS:
            return f"logaddexp(0.0, {self._operand(expr.args[0], depth)[0]}, {into})"
        first, free = self._operand(expr.args[0], depth)
        others = [self._operand(part, free)[0] for part in expr.args[1:]]
        name = _NAMES[expr.func] if expr.func in _NAMES else str(expr.func)
        target = f"out={into}" if expr.func == MAXIMUM else into  # NumPy asks for the keyword there
        return f"{name}({', '.join([first, *others, target])})"

    def _sum(self, expr: sp.Expr, into: str, depth: int) -> str:
        constant = sp.Add(*(part for part in expr.args if part.free_symbols <= self._numbers))
        parts = [part for part in expr.args if not part.free_symbols <= self._numbers]
        plus = [part for part in parts if not part.could_extract_minus_sign()]
        minus = [-part for part in parts if part.could_extract_minus_sign()]
        if constant != 0 and not (plus and constant.could_extract_minus_sign()):
            plus.append(constant) if plus else plus.insert(0, constant)
        elif constant != 0:
            minus.append(-constant)
        if not plus:
            inner, _ = self._operand(sp.Add(*minus), depth)
            return f"negative({inner}, {into})"
        first, free = self._operand(plus[0], depth)
        steps = [("add", part) for part in plus[1:]] + [("subtract", part) for part in minus]
        return self._chain(first, free, steps, into, depth)

    def _product(self, expr: sp.Expr, into: str, depth: int) -> str:
        number = sp.Mul(*(part for part in expr.args if part.free_symbols <= self._numbers))
        parts = [part for part in expr.args if not part.free_symbols <= self._numbers]
        below = [part for part in parts if part.is_Pow and part.exp.could_extract_minus_sign()]
        above = [part for part in parts if part not in below]
        steps = [("divide", 1 / part) for part in below]
        if not above:
            first, free = self._operand(number, depth)
            return self._chain(first, free, steps, into, depth)
        if number == -1 and len(parts) == 1:
            return f"negative({self._operand(above[0], depth)[0]}, {into})"
        first, free = self._operand(above[0], depth)
        steps = [("multiply", part) for part in above[1:]] + steps
        if number != 1:
            steps.append(("multiply", number))
        return self._chain(first, free, steps, into, depth)

    def _power(self, base: sp.Expr, exponent: sp.Expr, into: str, depth: int) -> str:
        if exponent == -1:
            return f"divide(1.0, {self._operand(base, depth)[0]}, {into})"
        inner, _ = self._operand(base, depth)
        if exponent == 2:
            return f"square({inner}, {into})"
        if exponent == sp.Rational(1, 2):
            return f"sqrt({inner}, {into})"
        return f"power({inner}, {float(exponent)!r}, {into})"
