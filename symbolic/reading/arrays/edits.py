"""A line about arrays with one thing in it changed, as it is written: slips undone.

Nothing here knows shapes or whether a change is right.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction

from symbolic.reading.arrays.alike import everywhere
from symbolic.reading.arrays.changes import chained, elements, negated, timed
from symbolic.reading.arrays.formulas import (
    Applied,
    Change,
    Elementwise,
    Formula,
    Gradient,
    LocalError,
    Minus,
    Number,
    Ones,
    Over,
    Plus,
    Positive,
    Power,
    Product,
    Quantity,
    Size,
    Time,
    Total,
    Transposed,
    inside,
    rebuilt,
    walk,
)
from symbolic.reading.arrays.offers import (
    ONE,
    SQUARE,
    Derivative,
    Offers,
    Scope,
    chain,
    near,
)
from symbolic.reading.arrays.pools import Pools
from symbolic.reading.arrays.rendering import render

TWO, HALF = Number(Fraction(2)), Number(Fraction(1, 2))


@dataclass(frozen=True)
class Edit:
    """A formula with one change, how far it is from the old one, and what was changed.

    Formulas within the words are LaTeX.
    """

    formula: Formula
    cost: int
    what: str


@dataclass
class Editor:
    """Every formula that one change makes of a formula; the `far` changes put in what is lost."""

    by: Offers
    far: bool = False
    pools: Pools = field(init=False)
    _said: dict[Formula, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.pools = Pools(self.by)

    def edits(self, formula: Formula, scope: Scope) -> Iterator[Edit]:
        """The changes, those of the whole first."""
        yield from self._turned(formula)
        yield from self._scaled(formula)
        yield from self._somewhere(formula, scope, Total)

    def said(self, formula: Formula) -> str:
        """A formula within the words of an edit."""
        if formula not in self._said:
            self._said[formula] = render(formula, self.by.profile)
        return self._said[formula]

    # -- everywhere

    def _somewhere(self, formula: Formula, scope: Scope, above: type[Formula]) -> Iterator[Edit]:
        """One part changed, in every way and at every place; `above` is the kind it stands in."""
        yield from self._here(formula, scope)
        yield from self._around(formula, scope, above)
        inner = scope.within(formula, self.by.profile) if isinstance(formula, Total) else scope
        if isinstance(formula, Gradient | Change):
            return
        product = isinstance(formula, Product | Elementwise)
        parts = chain(formula) if isinstance(formula, Product | Elementwise) else inside(formula)
        for n, part in enumerate(parts):
            for edit in self._somewhere(part, inner, type(formula)):
                changed = (*parts[:n], edit.formula, *parts[n + 1 :])
                whole = chained(formula, changed) if product else rebuilt(formula, changed)
                yield replace(edit, formula=whole)

    def _around(self, formula: Formula, scope: Scope, above: type[Formula]) -> Iterator[Edit]:
        """What may be done with any part: transposed, summed, a factor or a term more."""
        yield from self._transposed(formula)
        if above not in (Product, Elementwise):
            yield from self._summed(formula)
        if self.far:
            yield from self._more(formula, scope, above)

    def _more(self, formula: Formula, scope: Scope, above: type[Formula]) -> Iterator[Edit]:
        """A term or a factor more."""
        if above not in (Product, Elementwise, Plus) or isinstance(formula, Plus):
            yield from self._more_terms(formula, scope)
        elif isinstance(formula, Quantity):
            for array in self.pools.of("array", scope):
                difference = Plus((formula, Minus(array)))
                yield Edit(difference, 3, f"a term {self.said(array)} more, taken away")
        if not isinstance(formula, Product) and above is not Product:
            for factor in self.pools.of("product", scope):
                what = f"a factor {self.said(factor)} more"
                yield Edit(Product(factor, formula), 3, what)
                yield Edit(Product(formula, factor), 3, what)
        if not isinstance(formula, Elementwise) and above is not Elementwise:
            for factor in self.pools.of("elementwise", scope):
                what = f"a factor {self.said(factor)} more"
                yield Edit(Elementwise(formula, factor), self._far(factor), what)

    def _far(self, factor: Formula) -> int:
        """How far a lost factor is: a slope is lost more often than others."""
        return 2 if factor in self.by.slopes else 3

    def _turned(self, formula: Formula) -> Iterator[Edit]:
        if isinstance(formula, Minus):
            return
        if isinstance(formula, Plus):
            turned = [negated(term) for term in formula.terms]
            turned.sort(key=lambda term: isinstance(term, Minus))
            yield Edit(Plus(tuple(turned)), 1, "the sign")
        else:
            yield Edit(Minus(formula), 1, "the sign")

    def _scaled(self, formula: Formula) -> Iterator[Edit]:
        """A lost number in front."""
        for name in self.by.sizes:
            size = Size(name)
            yield Edit(Product(Over(ONE, size), formula), 2, f"a factor 1/{name} more")
            yield Edit(Product(size, formula), 2, f"a factor {name} more")
        yield Edit(Product(TWO, formula), 3, "a factor 2 more")
        yield Edit(Product(HALF, formula), 3, "a factor 1/2 more")

    def _transposed(self, formula: Formula) -> Iterator[Edit]:
        if isinstance(formula, Transposed):
            yield Edit(formula.body, 1, f"{self.said(formula.body)} not transposed")
        elif not isinstance(formula, Number | Size):
            yield Edit(Transposed(formula), 1, f"{self.said(formula)} transposed")

    def _summed(self, formula: Formula) -> Iterator[Edit]:
        profile = self.by.profile
        letters = [letter for letter, size in profile.letters.items() if size in profile.sizes]
        for letter in (*profile.time[:1], *letters):
            yield Edit(Total(letter, formula), 2, f"summed over {letter}")
        yield Edit(Product(Transposed(Ones()), formula), 3, "summed over the rows")
        yield Edit(Product(formula, Ones()), 3, "summed over the columns")

    def _more_terms(self, formula: Formula, scope: Scope) -> Iterator[Edit]:
        terms = formula.terms if isinstance(formula, Plus) else (formula,)
        for term in self.pools.of("term", scope):
            for signed, sign in ((term, "more"), (Minus(term), "more, taken away")):
                what = f"a term {self.said(term)} {sign}"
                yield Edit(Plus((*terms, signed)), 3, what)

    # -- one part

    def _here(self, formula: Formula, scope: Scope) -> Iterator[Edit]:
        match formula:
            case Number(value):
                others = (-value, value + 1, value - 1, value * 2, value / 2)
                for number in dict.fromkeys(others):
                    yield self._instead(formula, Number(number), 1 if number > 1 else 2)
            case Size():
                yield self._instead(formula, Over(ONE, formula), 1)
            case Quantity():
                yield from self._of_quantity(formula, scope)
            case Gradient() | LocalError():
                yield from self._of_derivative(formula, scope)
            case Plus(terms):
                yield from self._of_plus(terms)
            case Minus(body):
                yield Edit(body, 1, "the sign")
            case Product() | Elementwise():
                yield from self._of_chain(formula, scope)
            case Over(left, right):
                yield self._instead(formula, left, 2)
                yield self._instead(formula, right, 2)
                yield self._instead(formula, Over(right, left), 1)
            case Power(body, exponent):
                yield self._instead(formula, body, 1)
                yield self._instead(formula, Power(body, exponent + 1), 2)
            case Applied(_, _, body, primes):
                yield self._instead(formula, replace(formula, primes=1 - min(primes, 1)), 1)
                yield self._instead(formula, body, 2)
            case Positive(body):
                for other in self.pools.of("slope", scope):
                    if isinstance(other, Positive):
                        yield self._instead(formula, other, 1)
            case Total():
                yield from self._of_total(formula, scope)

    def _instead(self, old: Formula, new: Formula, cost: int) -> Edit:
        return Edit(new, cost, f"{self.said(new)} for {self.said(old)}")

    def _of_quantity(self, old: Quantity, scope: Scope) -> Iterator[Edit]:
        for time in self._times(old.time, scope):
            yield self._instead(old, replace(old, time=time), 1)
        if len(old.at) == 2:
            yield self._instead(old, replace(old, at=old.at[::-1]), 1)
        for other in self.by.arrays:
            alike = (other.time is None) == (old.time is None)
            if other.key != old.key and alike:
                yield self._instead(old, replace(other, time=old.time, at=old.at), 2)
        for derivative in self.by.derivatives:
            if isinstance(derivative, Gradient) and derivative.of.key == old.key:
                loss = derivative.loss
                if loss is not None and loss.time is not None:
                    loss = replace(loss, time=old.time)
                yield self._instead(old, replace(derivative, of=old, loss=loss), 1)
        for new in self.pools.of("derivative", scope):
            yield self._instead(old, new, 2)
        if scope.times and old.time is None:
            for new in self.pools.of("array", scope):
                yield self._instead(old, new, 2)
        for number in self.by.numbers if old not in self.by.numbers else ():
            yield self._instead(old, number, 2)
        yield self._instead(old, Power(old, SQUARE), 2)
        yield self._instead(old, Elementwise(old, old), 2)
        for function in self.by.functions:
            yield self._instead(old, replace(function, body=old), 2)

    def _times(self, time: Time | None, scope: Scope) -> Iterator[Time]:
        """The time before and after, and those of the line."""
        if time is None:
            return
        profile = self.by.profile
        found = dict.fromkeys(near(time, profile))
        found |= dict.fromkeys(other for one in scope.times for other in near(one, profile))
        yield from (other for other in found if other != time)

    def _of_derivative(self, old: Derivative, scope: Scope) -> Iterator[Edit]:
        of = old.of if isinstance(old, Gradient) else None
        time = old.time if isinstance(old, LocalError) else old.of.time
        for other_time in self._times(time, scope):
            shifted = timed(old, other_time)
            if shifted is not None:
                yield self._instead(old, shifted, 1)
        for other in self.by.derivatives:
            new = timed(other, time)
            if new is not None and new != old:
                at = old.at if isinstance(old, LocalError) else old.of.at
                yield self._instead(old, elements(new, at), 2)
        if of is not None:
            yield self._instead(old, of, 1)
        else:
            for quantity in self.pools.of("array", scope):
                yield self._instead(old, quantity, 2)

    def _of_plus(self, terms: tuple[Formula, ...]) -> Iterator[Edit]:
        for n, term in enumerate(terms):
            rest = (*terms[:n], *terms[n + 1 :])
            body = term.body if isinstance(term, Minus) else term
            less = Plus(rest) if len(rest) > 1 else rest[0]
            yield Edit(less, 2, f"a term {self.said(body)} less")
            if not isinstance(term, Minus):
                turned = Plus((*terms[:n], Minus(term), *terms[n + 1 :]))
                yield Edit(turned, 1, f"the sign of {self.said(body)}")
        for new, cost, what in everywhere(terms, self.by, self.said):
            yield Edit(new, cost, what)

    def _of_chain(self, old: Product | Elementwise, scope: Scope) -> Iterator[Edit]:
        factors = chain(old)
        kind = type(old)
        for n, factor in enumerate(factors):
            rest = (*factors[:n], *factors[n + 1 :])
            yield Edit(chained(old, rest), 2, f"a factor {self.said(factor)} less")
        for n in range(1, len(factors)):
            left, right = factors[:n], factors[n:]
            one, other = chained(old, left), chained(old, right)
            if kind is Product:
                new: Formula = Elementwise(one, other)
                yield Edit(new, 1, f"{self.said(new)} elementwise")
                turned = (*left[:-1], right[0], left[-1], *right[1:])
                said = f"{self.said(left[-1])} and {self.said(right[0])} change places"
                yield Edit(chained(old, turned), 1, said)
            else:
                pair = Product(left[-1], right[0])
                yield self._instead(old, chained(old, (*left[:-1], pair, *right[1:])), 1)
        pool = "product" if kind is Product else "elementwise"
        for factor in self.pools.of(pool, scope) if self.far else ():
            what = f"a factor {self.said(factor)} more"
            places = range(len(factors) + 1) if kind is Product else (len(factors),)
            for n in places:
                new = chained(old, (*factors[:n], factor, *factors[n:]))
                yield Edit(new, self._far(factor), what)
        if isinstance(old, Elementwise):
            yield from self._other_slopes(old, factors, scope)

    def _other_slopes(
        self, old: Elementwise, factors: tuple[Formula, ...], scope: Scope
    ) -> Iterator[Edit]:
        """A slope in the place of one or two factors."""
        for slope in self.pools.of("slope", scope):
            for long in (1, 2):
                for n in range(len(factors) - long + 1):
                    gone = chained(old, factors[n : n + long])
                    new = chained(old, (*factors[:n], slope, *factors[n + long :]))
                    yield Edit(new, 2, f"{self.said(slope)} for {self.said(gone)}")

    def _of_total(self, old: Total, scope: Scope) -> Iterator[Edit]:
        profile = self.by.profile
        yield Edit(old.body, 2, f"not summed over {old.letter}" if old.letter else "not summed")
        if old.letter in profile.time:
            first, last = Time("", 1), Time(profile.last)
            bounds = [(None, None), (Time("", 2), last), (first, replace(last, shift=-1))]
            for low, high in bounds:
                if (low, high) != (old.low, old.high):
                    new = replace(old, low=low, high=high)
                    said = "over all times" if low is None else f"{self.said(new)}"
                    yield Edit(new, 1, said)
        elif old.letter:
            for letter in profile.letters:
                if letter != old.letter:
                    yield Edit(replace(old, letter=letter), 1, f"summed over {letter}")


def length(edit: Edit) -> int:
    """How many parts it has; a slope rather stands as its value writes it than with a prime."""
    return sum(
        1 + 8 * (isinstance(part, Applied) and part.primes > 0) for part in walk(edit.formula)
    )
