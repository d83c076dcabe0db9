r"""∂a/∂b of two numbers that are no cost, by the definitions: forward, through every path.

    ∂a/∂b = Σ over the signs c that a reads of (the slope of its definition by c) · ∂c/∂b

While a text is read such a derivative is the array ↓a b; once all definitions are known it is put
in.  What is not defined depends on nothing that is known: then the derivative is not understood.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from symbolic.array_edits import everywhere
from symbolic.arrays import Abstract, Definition
from symbolic.indexed import Add, Expr, Get, Mul, Num, arrays_read
from symbolic.indices import Calculus
from symbolic.partials import derivative, written
from symbolic.reading.source import Fault, NotUnderstood

_ONE = Fraction(1)
SLOPE = "↓"
"""Before the names of two numbers: the derivative of the first by the second."""
MOST_DEEP = 60
"""Through how many definitions a derivative goes."""


def slope_name(of: str, by: str) -> str:
    """The name of ∂of/∂by while definitions are still being read."""
    return f"{SLOPE}{of} {by}"


class Slopes:
    """The derivatives among the numbers that these definitions define.

    >>> z = Definition("z", (), Get("w") * Get("x"))
    >>> Slopes((z,), {}).put_in(Get(slope_name("z", "w")), 0) == Get("x")
    True
    """

    def __init__(
        self, definitions: Sequence[Definition | Abstract], asides: Mapping[str, Expr]
    ) -> None:
        self.made = {d.array: d for d in definitions if not d.at}
        self.asides = asides  # what is defined by derivatives, such as δ = ∂C/∂a · σ'(z)
        arrays = dict.fromkeys(self.made, ())
        for d in self.made.values():
            arrays |= dict.fromkeys(_reads(d), ())
        self.calculus = Calculus(arrays)
        self.known: dict[tuple[str, str], Expr] = {}
        self.within: list[str] = []  # what is being differentiated

    def put_in(self, expr: Expr, at: int) -> Expr:
        """The expression without derivatives of this kind; raises `NotUnderstood`."""

        def change(part: Expr) -> Expr:
            if isinstance(part, Get) and part.array in self.asides and not part.at:
                if part.array in self.within or len(self.within) == MOST_DEEP:
                    raise NotUnderstood(
                        f"{part.array} is defined through itself.", "", at, Fault.DEFINITION
                    )
                self.within.append(part.array)
                found = self.put_in(self.asides[part.array], at)
                self.within.pop()
                return found
            if part == Get("cost") and "cost" in self.made:
                return self._cost()
            if not isinstance(part, Get) or not part.array.startswith(SLOPE):
                return part
            of, by = part.array.removeprefix(SLOPE).split(" ")
            if of != by and of not in self.made:
                raise NotUnderstood(
                    f"It is not said what {of} is, so that nothing is known of its derivative.",
                    f"Define {of}.",
                    at,
                )
            return self.slope(of, by, at)

        return everywhere(expr, change)

    def slope(self, of: str, by: str, at: int = 0) -> Expr:
        """∂of/∂by as a formula."""
        if of == by:
            return Num(_ONE)
        if of not in self.made:
            return Num(_ONE - 1)
        if (of, by) not in self.known:
            if of in self.within:
                raise NotUnderstood(f"{of} is defined through itself.", "", at, Fault.DEFINITION)
            if len(self.within) == MOST_DEEP:
                raise NotUnderstood("This derivative goes through too much.", "Split it.", at)
            self.within.append(of)
            self.known[of, by] = self._by_rule(self.made[of], by, at)
            self.within.pop()
        return self.known[of, by]

    def _cost(self) -> Expr:
        made = self.made["cost"]
        return made.body if isinstance(made, Definition) else Get("cost")

    def body(self, name: str) -> Expr | None:
        """What a number is by its definition."""
        made = self.made.get(name)
        if name in self.asides:
            return self.asides[name]
        return made.body if isinstance(made, Definition) else None

    def _by_rule(self, made: Definition | Abstract, by: str, at: int) -> Expr:
        terms = []
        for name in sorted(_reads(made)):
            inner = self.slope(name, by, at)
            if inner == Num(_ONE - 1):
                continue
            outer = self._local(made, name)
            terms.append(outer if inner == Num(_ONE) else Mul((outer, inner)))
        return terms[0] if len(terms) == 1 else Add(tuple(terms)) if terms else Num(_ONE - 1)

    def _local(self, made: Definition | Abstract, name: str) -> Expr:
        """The slope of one definition by what it reads."""
        if isinstance(made, Abstract):
            [local] = [one for one in made.partials if one.array == name]
            return local.slope
        normal = self.calculus.normal(made.body)
        return written(self.calculus, derivative(self.calculus, normal, name, ()))


def _reads(made: Definition | Abstract) -> frozenset[str]:
    if isinstance(made, Abstract):
        return frozenset(local.array for local in made.partials)
    return arrays_read(made.body)
