"""The well-known slips in a gradient rule in index notation, each with the edit that undoes it.

`MISTAKES` is the table.  A row takes the claim and offers sentences with repaired right sides; it
does not know whether any of them is true.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from itertools import combinations

from symbolic.array_edits import (
    Letters,
    Repair,
    distributed,
    everywhere,
    flat,
    fresh,
    moved,
    rebuilt,
    somewhere,
    tidied,
)
from symbolic.arrays import Definition, Program, Rule
from symbolic.indexed import (
    Add,
    Affine,
    Count,
    Expr,
    Fn,
    Get,
    Mul,
    Num,
    Opaque,
    Shifted,
    Sort,
    Sum,
    affine,
    free_letters,
    inside,
    walk,
)
from symbolic.indices import Calculus
from symbolic.model_notation import plain
from symbolic.partials import derivative, written


@dataclass(frozen=True)
class Scene:
    """The claim, and the true right side written out; `missing` is true − claimed."""

    program: Program
    rule: Rule
    true: Expr
    missing: Expr
    sizes: tuple[str, ...]

    @property
    def steps(self) -> frozenset[str]:
        """The names of derivatives."""
        named = {m.name for m in self.program.multipliers}
        return frozenset(named | {f"∂{array}" for array in self.program.arrays})

    def sorts_of(self, get: Get) -> tuple[Sort, ...]:
        """The sorts of the indices of an array or a derivative."""
        arrays = self.program.arrays
        return arrays[get.array if get.array in arrays else get.array.removeprefix("∂")]


Mistake = Callable[[Scene], Iterable[Repair]]


# ------------------------------------------------------------------------------------- the rows


def _sign(scene: Scene) -> Iterator[Repair]:
    yield "The sign is wrong.", -scene.rule.body

    def flip(part: Expr, _: Letters) -> Iterator[Repair]:
        if isinstance(part, Add):
            for place, term in enumerate(part.terms):
                words = f"The sign of the term {_plain(term)} is wrong."
                yield words, Add((*part.terms[:place], -term, *part.terms[place + 1 :]))

    yield from somewhere(scene.rule.body, flip, scene.rule.at)


def _numbers(scene: Scene) -> Iterator[Repair]:
    factors: list[tuple[str, Expr]] = []
    for size in scene.sizes:
        one = Count(size)
        factors += [
            (f"The factor 1/{size} is missing", 1 / one),
            (f"The factor 1/{size} is one too many", one),
        ]
    factors += [
        ("A factor 2 is missing", Num(Fraction(2))),
        ("A factor 2 is one too many", Num(Fraction(1, 2))),
    ]
    for words, factor in factors:
        yield f"{words}.", scene.rule.body * factor
        yield f"{words}, and the sign is wrong.", -(scene.rule.body * factor)

    def in_term(part: Expr, _: Letters) -> Iterator[Repair]:
        if isinstance(part, Add):
            for place, term in enumerate(part.terms):
                for words, factor in factors:
                    new = Add((*part.terms[:place], term * factor, *part.terms[place + 1 :]))
                    yield f"{words} in the term {_plain(term)}.", new

    yield from somewhere(scene.rule.body, in_term, scene.rule.at)


def _argument(scene: Scene) -> Iterator[Repair]:
    """φ' is taken at another array, such as the output y for the field v."""
    functions = {(type(p), inside(p)) for p in walk(scene.rule.body) if isinstance(p, Fn | Opaque)}
    for kind, arguments in sorted(functions, key=str):
        for place, old in enumerate(arguments):
            if not isinstance(old, Get):
                continue
            for array in _alike(scene, old):
                new = Get(array, old.at)
                swapped = (*arguments[:place], new, *arguments[place + 1 :])

                def change(
                    part: Expr,
                    kind: type[Expr] = kind,
                    arguments: tuple[Expr, ...] = arguments,
                    swapped: tuple[Expr, ...] = swapped,
                ) -> Expr:
                    return (
                        rebuilt(part, swapped)
                        if isinstance(part, kind) and inside(part) == arguments
                        else part
                    )

                words = f"The slope is taken at {plain(old)}; it belongs at {plain(new)}."
                yield words, everywhere(scene.rule.body, change)


def _own_letters(scene: Scene) -> Iterator[Repair]:
    """δ_i y_j for δ_j y_i."""
    for a, b in combinations(scene.rule.at, 2):
        if a.sort == b.sort:
            aside = fresh(a, scene.rule.body + Get("", (a, b)))
            body = moved(moved(moved(scene.rule.body, a, aside), b, a), aside, b)
            yield f"The indices {a.name} and {b.name} are swapped: the result is transposed.", body


def _indices(scene: Scene) -> Iterator[Repair]:
    def change(part: Expr, letters: Letters, derivatives: bool = False) -> Iterator[Repair]:
        if not isinstance(part, Get) or (part.array in scene.steps) != derivatives:
            return
        for at in _other_places(part.at, scene.sorts_of(part), letters):
            new = Get(part.array, at)
            if set(at) == set(part.at):
                words = f"The indices of {part.array} are swapped: {part.array} is transposed here."
            elif any(isinstance(b, Affine) for b in at if b not in part.at):
                words = "An index is off by one."
            else:
                words = "An index is wrong."
            yield f"{words} {plain(part)} stands where {plain(new)} belongs.", new

    yield from somewhere(scene.rule.body, change, scene.rule.at)
    yield from somewhere(scene.rule.body, partial(change, derivatives=True), scene.rule.at)


def _other_places(
    at: tuple[Shifted | int, ...], sorts: tuple[Sort, ...], letters: Letters
) -> Iterator[tuple[Shifted | int, ...]]:
    for a, b in combinations(range(len(at)), 2):
        if at[a] != at[b] and sorts[a] == sorts[b]:
            swapped = list(at)
            swapped[a], swapped[b] = at[b], at[a]
            yield tuple(swapped)
    for place, (index, sort) in enumerate(zip(at, sorts, strict=True)):
        others: list[Shifted | int] = []
        if sort.ordered:
            others += [affine(index) - 1, affine(index) + 1]
        others += [letter for letter in letters if letter.sort == sort and letter != index]
        for other in others:
            yield (*at[:place], tidied(other), *at[place + 1 :])


def _other_array(scene: Scene) -> Iterator[Repair]:
    def change(part: Expr, _: Letters) -> Iterator[Repair]:
        if isinstance(part, Get):
            for array in _alike(scene, part):
                new = Get(array, part.at)
                for sign, other in (("", new), ("-", -new)):
                    words = f"{plain(part)} stands where {sign}{plain(new)} belongs."
                    yield words, other

    yield from somewhere(scene.rule.body, change, scene.rule.at)


def _alike(scene: Scene, get: Get) -> list[str]:
    """The other arrays with the same sorts of indices."""
    arrays = scene.program.arrays
    return [a for a in arrays if a != get.array and arrays[a] == arrays.get(get.array)]


SLOPES_BY_VALUE: dict[str, Callable[[Expr, Expr], Expr]] = {  # f'(u) from the argument and a = f(u)
    "logistic": lambda u, a: a * (1 - a),
    "tanh": lambda u, a: 1 - a**2,
    "exp": lambda u, a: a,
    "relu": lambda u, a: Fn("step", u),
}


def _slopes(scene: Scene) -> dict[Expr, str]:
    """The slopes of the activations of the program, with the name of what has that slope."""
    found: dict[Expr, str] = {}
    for part in walk(scene.true):
        if isinstance(part, Opaque) and any(part.orders):
            found[part] = part.name
    for d in scene.program.definitions:
        if isinstance(d, Definition) and isinstance(d.body, Opaque) and len(d.body.arguments) == 1:
            found[replace(d.body, orders=(1,))] = d.body.name
        if isinstance(d, Definition) and isinstance(d.body, Fn) and d.body.name in SLOPES_BY_VALUE:
            u, a = d.body.argument, Get(d.array, d.at)
            found[SLOPES_BY_VALUE[d.body.name](u, a)] = d.body.name
    return found


def _missing_slope(scene: Scene) -> Iterator[Repair]:
    for slope, name in _slopes(scene).items():
        for words, body in _times(scene, slope):
            yield f"The factor {name}' is missing: {plain(slope)}{words}.", body


def _missing_link(scene: Scene) -> Iterator[Repair]:
    """One quotient of a chain is left out: that of an array by the only other that it reads."""
    calculus = Calculus(scene.program.arrays)
    for d in scene.program.definitions:
        if not isinstance(d, Definition) or isinstance(d.body, Opaque | Fn):
            continue
        read = {part for part in walk(d.body) if isinstance(part, Get)}
        if len(read) != 1:
            continue
        (inner,), outer = read, Get(d.array, d.at)
        at = tuple(calculus.index(index) for index in inner.at)
        slope = derivative(calculus, calculus.normal(d.body), inner.array, at)
        by_value = [SLOPES_BY_VALUE[name](inner, outer) for name in ("logistic", "tanh")]
        for factor in (*by_value, written(calculus, slope, d.at)):
            for words, body in _times(scene, factor):
                yield f"The factor ∂{plain(outer)}/∂{plain(inner)} is missing{words}.", body


def _missing_factor(scene: Scene) -> Iterator[Repair]:
    found = dict.fromkeys(
        factor
        for term in distributed(scene.true)
        for part in (walk(term) if isinstance(term, Sum) else (term,))
        for factor in (part.factors if isinstance(part, Mul) else (part,))
        if not isinstance(factor, Num | Sum | Add)
    )
    for factor in found:
        for words, body in _times(scene, factor):
            yield f"The factor {plain(factor)} is missing{words}.", body


def _times(scene: Scene, factor: Expr) -> Iterator[Repair]:
    """The right side, one of its terms or the body of one of its sums times the factor."""
    for variant in _fitted(factor, scene.rule.at):
        yield "", scene.rule.body * variant

    def change(part: Expr, letters: Letters) -> Iterator[Repair]:
        if isinstance(part, Add):
            for place, term in enumerate(part.terms):
                for variant in _fitted(factor, letters):
                    new = Add((*part.terms[:place], term * variant, *part.terms[place + 1 :]))
                    yield _missing_in(term, variant), new
        if isinstance(part, Sum):
            for variant in _fitted(factor, (*letters, part.over)):
                if part.over in free_letters(variant):
                    yield (
                        f" inside the sum over {part.over.name}",
                        Sum(part.over, part.body * variant),
                    )

    yield from somewhere(scene.rule.body, change, scene.rule.at)


def _missing_in(term: Expr, factor: Expr) -> str:
    """Where a factor is missing, in words; one that stands there already is meant twice."""
    factors = term.factors if isinstance(term, Mul) else (term,)
    if factor not in factors:
        return f" in the term {_plain(term)}"
    place = factors.index(factor)
    twice = (*factors[:place], factor**2, *factors[place + 1 :])
    return f": {_plain(term)} stands where {_plain(Mul(twice))} belongs"


def _fitted(factor: Expr, letters: Letters) -> list[Expr]:
    """The factor with its free letters renamed to letters that are bound here."""
    fitted = [factor]
    for letter in sorted(free_letters(factor) - {*letters}, key=lambda v: v.name):
        same = [other for other in letters if other.sort == letter.sort]
        fitted = [moved(f, letter, other) for f in fitted for other in same]
    return fitted


def _extra_factor(scene: Scene) -> Iterator[Repair]:
    slopes = _slopes(scene)

    def change(part: Expr, _: Letters) -> Iterator[Repair]:
        if isinstance(part, Mul):
            for place, factor in enumerate(part.factors):
                words = f"The factor {plain(factor)} is one too many."
                if factor in slopes:
                    words = f"The factor {slopes[factor]}' is one too many: {plain(factor)}."
                yield words, Mul((*part.factors[:place], *part.factors[place + 1 :]))

    yield from somewhere(scene.rule.body, change, scene.rule.at)


def _missing_sum(scene: Scene) -> Iterator[Repair]:
    """A product in which an own index stands where a sum over it belongs: lost cross terms."""
    terms = distributed(scene.rule.body)
    for place, term in enumerate(terms):
        factors = term.factors if isinstance(term, Mul) else (term,)
        for letter in scene.rule.at:
            summed = fresh(letter, term)
            having = [n for n, f in enumerate(factors) if letter in free_letters(f)]
            for size in (1, 2, 3):
                for chosen in combinations(having, size):
                    inner = Mul(flat(moved(factors[n], letter, summed) for n in chosen))
                    rest = [f for n, f in enumerate(factors) if n not in chosen]
                    new = Mul((*rest, Sum(summed, inner)))
                    other = Add((*terms[:place], new, *terms[place + 1 :]))
                    alone = plain(Mul(tuple(factors[n] for n in chosen)))
                    right = plain(Sum(summed, inner))
                    words = f"Cross terms are lost: {right} belongs where {alone} stands."
                    yield words, other


def _extra_sum(scene: Scene) -> Iterator[Repair]:
    def change(part: Expr, letters: Letters) -> Iterator[Repair]:
        if isinstance(part, Sum):
            for letter in letters:
                if letter.sort == part.over.sort:
                    words = f"The sum over {part.over.name} is too many: each {letter.name} apart."
                    yield words, moved(part.body, part.over, letter)

    yield from somewhere(scene.rule.body, change, scene.rule.at)


def _extra_term(scene: Scene) -> Iterator[Repair]:
    def change(part: Expr, _: Letters) -> Iterator[Repair]:
        if isinstance(part, Add) and len(part.terms) > 1:
            for place, term in enumerate(part.terms):
                words = f"The term {_plain(term)} is too many."
                if any(isinstance(p, Get) and p.array in scene.steps for p in walk(term)):
                    words += " Is this a weight already updated? The derivative wants the old one."
                rest = (*part.terms[:place], *part.terms[place + 1 :])
                yield words, Add(rest) if len(rest) > 1 else rest[0]

    yield from somewhere(scene.rule.body, change, scene.rule.at)


def _lost_term(scene: Scene) -> Iterator[Repair]:
    """The claim is the true rule without one of its terms."""
    if isinstance(scene.missing, Add):
        return
    lost = scene.missing
    words = f"The term {_plain(lost)} is lost."
    later = [
        index
        for part in walk(lost)
        if isinstance(part, Get) and part.array in scene.steps
        for index in part.at
        if isinstance(index, Affine) and index.const > 0 and index.terms
    ]
    if later:
        words += " It is the path through the next step in time."
    elif _crossed(lost):
        words += " These are the cross terms."
    else:
        words += " The contributions of all uses are added, none replaces another."
    yield words, scene.rule.body + lost


def _crossed(term: Expr) -> bool:
    """Whether one array is read both at the own index and at the one summed over."""
    read = [p for p in walk(term) if isinstance(p, Get) and p.at]
    summed = {p.over for p in walk(term) if isinstance(p, Sum)}
    return any(
        a.array == b.array and a.at != b.at and not summed.isdisjoint((*a.at, *b.at))
        for a, b in combinations(read, 2)
    )


def _wrong_slope(scene: Scene) -> Iterator[Repair]:
    """One or two factors that are meant to be a slope and are not it."""
    for slope, name in _slopes(scene).items():

        def change(
            part: Expr, letters: Letters, slope: Expr = slope, name: str = name
        ) -> Iterator[Repair]:
            if not isinstance(part, Mul):
                return
            for size in (1, 2):
                for chosen in combinations(range(len(part.factors)), size):
                    wrong = Mul(tuple(part.factors[n] for n in chosen))
                    rest = tuple(f for n, f in enumerate(part.factors) if n not in chosen)
                    for right in _fitted(slope, letters):
                        words = f"{plain(wrong)} is not {name}'; that is {plain(right)}."
                        yield words, Mul((*rest, right))

        yield from somewhere(scene.rule.body, change, scene.rule.at)


def _value_for_slope(scene: Scene) -> Iterator[Repair]:
    def change(part: Expr, _: Letters) -> Iterator[Repair]:
        if isinstance(part, Fn) and part.name in SLOPES_BY_VALUE:
            slope = SLOPES_BY_VALUE[part.name](part.argument, part)
            yield f"{part.name} stands where its derivative belongs.", slope
        if isinstance(part, Opaque) and len(part.arguments) == 1 and not any(part.orders):
            yield (
                f"{part.name} stands where its derivative belongs.",
                Opaque(part.name, part.at, part.arguments, (1,)),
            )

    yield from somewhere(scene.rule.body, change, scene.rule.at)


def _plain(term: Expr) -> str:
    """A term without its sign."""
    return plain(term).removeprefix("-")


MISTAKES: tuple[Mistake, ...] = (
    _sign,
    _argument,
    _numbers,
    _own_letters,
    _indices,
    _missing_slope,
    _missing_link,
    _other_array,
    _extra_term,
    _extra_factor,
    _value_for_slope,
    _missing_factor,
    _extra_sum,
    _lost_term,
    _missing_sum,
    _wrong_slope,
)
"""Each row: what went wrong in words, with the right side that undoes it; the likeliest first."""
EDITS: tuple[Mistake, ...] = (
    _sign,
    _numbers,
    _indices,
    _other_array,
    _extra_term,
    _extra_factor,
    _extra_sum,
)
"""The slips that are looked for in a definition, of which no right form is known."""
