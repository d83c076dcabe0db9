r"""∂a/∂b of two entries of which a is no cost, by the definitions: forward, through every path.

    ∂a_i/∂b_j = Σ over the arrays c that a reads, Σ_k (slope of a_i by c_k) · ∂c_k/∂b_j

While a text is read such a derivative is the array ↓a b; once all definitions are known it is put
in.  What is not defined depends on nothing that is known, and what runs through time has paths of
every length: then the derivative is not understood.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import count

from symbolic.array_edits import everywhere
from symbolic.arrays import ONE, Abstract, Definition
from symbolic.errors import InputError
from symbolic.indexed import (
    Add,
    Delta,
    Expr,
    Get,
    Mul,
    Num,
    Sort,
    Sum,
    Var,
    arrays_read,
    total,
    walk,
)
from symbolic.indices import Calculus
from symbolic.labelling import TooLargeError
from symbolic.partials import derivative, written
from symbolic.reading.source import Fault, NotUnderstood
from symbolic.shapes import put

ZERO = Num(Fraction(0))
SLOPE = "↓"
"""Before the names of two arrays: the derivatives of the first by the second."""
CURVATURE = "⇊"
"""Before the names of three arrays: the second derivatives of the first by the others."""
FORMULA = "§"
"""Before the number of a formula that is differentiated as it stands."""
MOST_DEEP = 60
"""Through how many definitions a derivative goes."""


def curvature_name(of: str, by: str, again: str) -> str:
    """The name of ∂²of/(∂by ∂again) while definitions are still being read."""
    return f"{CURVATURE}{of} {by} {again}"


def slope_name(of: str, by: str) -> str:
    """The name of ∂of/∂by while definitions are still being read."""
    return f"{SLOPE}{of} {by}"


class Slopes:
    """The derivatives among what these definitions define; `arrays` are the axes of every array.

    >>> z = Definition("z", (), Get("w") * Get("x"))
    >>> slopes = Slopes((z,), {}, dict.fromkeys("zwx", ()))
    >>> slopes.put_in(Get(slope_name("z", "w")), 0) == Get("x")
    True
    """

    def __init__(
        self,
        definitions: Sequence[Definition | Abstract],
        asides: Mapping[str, Expr],
        arrays: Mapping[str, tuple[Sort, ...]],
    ) -> None:
        self.made = {d.array: d for d in definitions}
        self.asides = asides  # of numbers: what is defined by derivatives, δ = ∂C/∂a · σ'(z)
        self.arrays = {**arrays, "cost": ()}
        self.arrays |= {d.array: tuple(v.sort for v in d.at) for d in definitions}
        self.calculus = Calculus(self.arrays)
        self.known: dict[tuple[str, str], Expr] = {}
        self.within: list[str] = []  # what is being differentiated
        self.opened: list[str] = []  # the asides that are being put in
        self.fresh = count(1)

    def put_in(self, expr: Expr, at: int) -> Expr:
        """The expression without derivatives of this kind; raises `NotUnderstood`."""

        def change(part: Expr) -> Expr:
            if not isinstance(part, Get):
                return part
            if part.array in self.asides and not part.at:
                return self._aside(part.array, at)
            if part == Get("cost") and "cost" in self.made:
                return self.body("cost") or part
            if part.array.startswith(CURVATURE):
                one, first, other = part.array.removeprefix(CURVATURE).split(" ")
                return self.curvature(one, first, other, at)
            if not part.array.startswith(SLOPE):
                return part
            of, by = part.array.removeprefix(SLOPE).split(" ")
            if of != by and of not in self.made:
                raise NotUnderstood(
                    f"It is not said what {of} is, so that nothing is known of its derivative.",
                    f"Define {of}.",
                    at,
                )
            self.within.clear()
            slope = self.slope(of, by, at)
            letters = (*self._letters(of, "o"), *self._letters(by, "b"))
            table = dict(zip(letters, part.at, strict=True))
            for inner in walk(slope):
                if isinstance(inner, Sum):
                    table[inner.over] = Var(f"via{next(self.fresh)}", inner.over.sort)
            return put(slope, table)

        return everywhere(expr, change)

    @property
    def read(self) -> frozenset[str]:
        """What the formulas read that are differentiated as they stand."""
        made = [d for d in self.made.values() if d.array.startswith(FORMULA)]
        return frozenset(a for d in made if isinstance(d, Definition) for a in arrays_read(d.body))

    def body(self, name: str) -> Expr | None:
        """What a number is by its definition."""
        made = self.made.get(name)
        if name in self.asides:
            return self.asides[name]
        return made.body if isinstance(made, Definition) else None

    def slope(self, of: str, by: str, at: int = 0) -> Expr:
        """∂of[@o…]/∂by[@b…] as a formula in these letters."""
        if of == by:
            pairs = zip(self._letters(of, "o"), self._letters(of, "b"), strict=True)
            bits = tuple(Delta(*pair) for pair in pairs)
            return Mul(bits) if len(bits) > 1 else bits[0] if bits else ONE
        if of not in self.made:
            return ZERO
        if (of, by) not in self.known:
            if of in self.within:
                raise NotUnderstood(
                    f"{of} is defined through itself.",
                    "Derivatives of the cost are read of it.",
                    at,
                    Fault.NOT_UNDERSTOOD if self.arrays[of] else Fault.DEFINITION,
                )
            if len(self.within) == MOST_DEEP:
                raise NotUnderstood("This derivative goes through too much.", "Split it.", at)
            self.within.append(of)
            try:
                self.known[of, by] = self._by_rule(self.made[of], by, at)
            except (InputError, TooLargeError) as error:
                raise NotUnderstood(f"This derivative is too large: {error}.", "", at) from None
            self.within.pop()
        return self.known[of, by]

    def curvature(self, of: str, by: str, again: str, at: int) -> Expr:
        """∂²of/(∂by ∂again) of numbers: what ∂of/∂by reads, each by its derivative."""
        self.within.clear()
        first = self.slope(of, by, at)
        form = self.calculus.normal(first)
        terms = []
        for name in sorted(arrays_read(first)):
            local = written(self.calculus, derivative(self.calculus, form, name, ()))
            terms.append(Mul((local, self.slope(name, again, at))))
        whole = Add(tuple(terms)) if terms else ZERO
        return written(self.calculus, self.calculus.normal(whole))

    def _aside(self, name: str, at: int) -> Expr:
        if name in self.opened or len(self.opened) == MOST_DEEP:
            raise NotUnderstood(f"{name} is defined through itself.", "", at, Fault.DEFINITION)
        self.opened.append(name)
        try:
            return self.put_in(self.asides[name], at)
        finally:
            self.opened.pop()

    def _letters(self, array: str, mark: str) -> tuple[Var, ...]:
        return tuple(Var(f"@{mark}{n}", sort) for n, sort in enumerate(self.arrays[array]))

    def _by_rule(self, made: Definition | Abstract, by: str, at: int) -> Expr:
        """The chain rule over what a definition reads."""
        terms = []
        for name in sorted(_reads(made)):
            inner = self.slope(name, by, at)
            if inner == ZERO:
                continue
            depth = len(self.within)
            own, below = self._letters(name, "o"), self._letters(name, "b")
            through = tuple(Var(f"@t{depth}{v.name}", v.sort) for v in own)
            outer = put(self._local(made, name), dict(zip(below, through, strict=True)))
            after = put(_apart(inner, depth), dict(zip(own, through, strict=True)))
            terms.append(total(through, Mul((outer, after))))
        whole = terms[0] if len(terms) == 1 else Add(tuple(terms)) if terms else ZERO
        return ZERO if whole == ZERO else written(self.calculus, self.calculus.normal(whole))

    def _local(self, made: Definition | Abstract, name: str) -> Expr:
        """The slope of one definition at @o by what it reads at @b."""
        own = dict(zip(made.at, self._letters(made.array, "o"), strict=True))
        letters = self._letters(name, "b")
        if isinstance(made, Abstract):
            [local] = [one for one in made.partials if one.array == name]
            return put(local.slope, {**own, **dict(zip(local.at, letters, strict=True))})
        normal = self.calculus.normal(put(_apart(made.body, 0), own))
        at = tuple(map(self.calculus.index, letters))
        return written(self.calculus, derivative(self.calculus, normal, name, at))


def _apart(expr: Expr, depth: int) -> Expr:
    """The expression with bound letters that nothing else has."""
    bound = {part.over for part in walk(expr) if isinstance(part, Sum)}
    return put(expr, {v: Var(f"{v.name}’{depth}", v.sort) for v in bound})


def _reads(made: Definition | Abstract) -> frozenset[str]:
    if isinstance(made, Abstract):
        return frozenset(local.array for local in made.partials)
    return arrays_read(made.body)
