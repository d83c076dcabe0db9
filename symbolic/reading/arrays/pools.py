"""What may be put at a place of a line about arrays, by what it is put there as."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain as joined

from symbolic.reading.arrays.formulas import Elementwise, Formula, Over, Product, Size, Transposed
from symbolic.reading.arrays.offers import ONE, Offers, Scope, placed


@dataclass
class Pools:
    """What one document offers; what was put together once is kept."""

    by: Offers
    _found: dict[tuple[str, Scope], tuple[Formula, ...]] = field(default_factory=dict)

    def of(self, kind: str, scope: Scope) -> tuple[Formula, ...]:
        """An array, a derivative, a slope, a factor of either product, or a term."""
        if (kind, scope) not in self._found:
            found = (one for t in self._templates(kind) for one in placed(t, scope, self.by))
            self._found[kind, scope] = tuple(dict.fromkeys(found))
        return self._found[kind, scope]

    def _templates(self, kind: str) -> Iterator[Formula]:
        by = self.by
        match kind:
            case "array":
                yield from by.arrays
            case "derivative":
                yield from by.derivatives
            case "slope":
                yield from by.slopes
            case "elementwise":
                yield from dict.fromkeys((*by.slopes, *by.factors, *by.derivatives, *by.arrays))
            case "product":
                for name in by.sizes:
                    yield from (Over(ONE, Size(name)), Size(name))
                yield from by.numbers
                arrays = [a for a in by.arrays if by.rank(a)]
                for one in joined(arrays, by.derivatives):
                    yield from (one, Transposed(one))
            case "term":
                yield from by.terms
                yield from self._products()

    def _products(self) -> Iterator[Formula]:
        """Terms that are often lost: what arrives through a weight, a decay, a slope, a 1."""
        by = self.by
        yield ONE
        yield from by.derivatives
        weights = [a for a in by.arrays if by.profile.symbols[a.sign].kind == "weight"]
        for weight in weights:
            if by.rank(weight) == 2:
                for one in by.derivatives:
                    if by.profile.vectors == "columns":
                        yield Product(Transposed(weight), one)
                    else:
                        yield Product(one, Transposed(weight))
            yield from (Product(number, weight) for number in by.numbers)
        for array in by.arrays:
            if array not in weights and by.rank(array):
                yield array
                yield from (Elementwise(one, array) for one in by.derivatives)
