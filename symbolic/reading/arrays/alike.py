"""One thing changed in all terms that are alike: a sum over gates is written once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from symbolic.reading.arrays.changes import chained, negated
from symbolic.reading.arrays.formulas import (
    Elementwise,
    Formula,
    Gradient,
    LocalError,
    Minus,
    Plus,
    Product,
    Quantity,
    Transposed,
    inside,
    rebuilt,
)
from symbolic.reading.arrays.offers import Offers, chain

Terms = tuple[Formula, ...]
Change = Callable[[Formula], Terms]
"""What stands in the place of one factor."""
Said = Callable[[Formula], str]


def everywhere(terms: Terms, by: Offers, said: Said) -> Iterator[tuple[Formula, int, str]]:
    """The sums with one thing changed in all products of a kind: cost and words beside them."""
    for kind in (Product, Elementwise):
        chains = [chain(one) for one in map(bare, terms) if isinstance(one, kind)]
        if len(chains) < 2:
            continue
        turned = [negated(term) if isinstance(bare(term), kind) else term for term in terms]
        yield Plus(tuple(turned)), 1, "the sign of every product"
        for place in range(min(map(len, chains))):
            factors = [factors[place] for factors in chains]
            shown = ", ".join(dict.fromkeys(map(said, factors)))
            for change, words in CHANGES:
                yield _each(terms, kind, place, change), 1, words.format(shown)
            for sign in _other_signs(factors, by):
                words = f"{sign} for {_named(factors[0]).sign} in every term"
                yield _each(terms, kind, place, _signed(sign)), 2, words
        yield from _one_more(terms, chains, by, said)


def bare(term: Formula) -> Product | Elementwise | None:
    """The product of a term, with its sign or without."""
    body = term.body if isinstance(term, Minus) else term
    return body if isinstance(body, Product | Elementwise) else None


def _each(terms: Terms, kind: type[Formula], place: int, change: Change) -> Formula:
    return Plus(tuple(_within(term, kind, place, change) for term in terms))


def _within(term: Formula, kind: type[Formula], place: int, change: Change) -> Formula:
    """A term with one factor changed, where it is a product of this kind."""
    body = bare(term)
    if body is None or not isinstance(body, kind):
        return term
    factors = chain(body)
    new = chained(body, (*factors[:place], *change(factors[place]), *factors[place + 1 :]))
    return Minus(new) if isinstance(term, Minus) else new


# -- one factor


def _flipped(factor: Formula) -> Terms:
    """The transpose, and of a transpose what it is of."""
    return (factor.body if isinstance(factor, Transposed) else Transposed(factor),)


def _shifted(step: int) -> Change:
    """The factor at another time, if it has one."""

    def change(factor: Formula) -> Formula:
        match factor:
            case Quantity(time=time) | LocalError(time=time) if time is not None:
                return replace(factor, time=replace(time, shift=time.shift + step))
            case Gradient(of, _, None) if of.time is not None:
                time = replace(of.time, shift=of.time.shift + step)
                return replace(factor, of=replace(of, time=time))
            case Transposed(body):
                return Transposed(change(body))
        return factor

    return lambda factor: (change(factor),)


def _lost(_: Formula) -> Terms:
    return ()


CHANGES: tuple[tuple[Change, str], ...] = (
    (_flipped, "{} in every term transposed, or no longer"),
    (_shifted(1), "{} one time later in every term"),
    (_shifted(-1), "{} one time earlier in every term"),
    (_lost, "a factor {} less in every term"),
)
"""What may be done with one factor of every term."""


# -- other signs and other labels


def _named(factor: Formula) -> Quantity:
    """The array of a factor, transposed or not; one without a name for anything else."""
    body = factor.body if isinstance(factor, Transposed) else factor
    return body if isinstance(body, Quantity) else Quantity("")


def _signed(sign: str) -> Change:
    """W_i becomes U_i."""

    def change(factor: Formula) -> Terms:
        new = replace(_named(factor), sign=sign)
        return (Transposed(new) if isinstance(factor, Transposed) else new,)

    return change


def _other_signs(factors: list[Formula], by: Offers) -> list[str]:
    """The signs of other arrays that have all the labels of these: U of U_i, U_f for W_i, W_f."""
    arrays = [_named(factor) for factor in factors]
    if len({array.sign for array in arrays}) > 1 or not all(array.label for array in arrays):
        return []
    known = {(array.sign, array.label) for array in by.arrays}
    labels = {array.label for array in arrays}
    signs = dict.fromkeys(array.sign for array in by.arrays if array.sign != arrays[0].sign)
    return [sign for sign in signs if all((sign, label) in known for label in labels)]


def _one_more(
    terms: Terms, chains: list[Terms], by: Offers, said: Said
) -> Iterator[tuple[Formula, int, str]]:
    """The term of one more label: W_o^T δ_o beside W_i^T δ_i and W_f^T δ_f."""
    arrays = [_named(factors[0]) for factors in chains]
    used = {array.label for array in arrays}
    last = next(term for term in reversed(terms) if bare(term) is not None)
    old = _named(chain(_product(last))[0])
    for array in by.arrays:
        if old.label and array.sign == old.sign and array.label not in used:
            new = _relabelled(last, old.label, array.label)
            yield Plus((*terms, new)), 2, f"a term {said(_product(new))} more"


def _product(term: Formula) -> Product | Elementwise:
    found = bare(term)
    assert found is not None
    return found


def _relabelled(formula: Formula, old: str, new: str) -> Formula:
    """The formula of another gate."""
    match formula:
        case Quantity(label=label) | LocalError(label=label) if label == old:
            return replace(formula, label=new)
        case Gradient(of):
            return replace(formula, of=replace(of, label=new)) if of.label == old else formula
    return rebuilt(formula, [_relabelled(part, old, new) for part in inside(formula)])
