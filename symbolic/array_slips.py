"""The well-known slips in a gradient rule in index notation, each with the edit that undoes it.

`MISTAKES` is the table.  A row takes the claim and offers sentences with repaired right sides; it
does not know whether any of them is true.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

from symbolic.array_text import shown
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
    Pow,
    Shifted,
    Sort,
    Sum,
    Var,
    affine,
    free_letters,
    inside,
    letters_in,
    walk,
)

Repair = tuple[str, Expr]
Letters = tuple[Var, ...]
Change = Callable[[Expr, Letters], Iterable[tuple[str, Expr]]]


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


Mistake = Callable[[Scene], Iterable[Repair]]


def rebuilt(expr: Expr, parts: tuple[Expr, ...]) -> Expr:
    """The expression with other expressions directly inside it."""
    match expr:
        case Add():
            return Add(parts)
        case Mul():
            return Mul(parts)
        case Pow(_, exponent):
            return Pow(parts[0], exponent)
        case Fn(name, _):
            return Fn(name, parts[0])
        case Opaque(name, at, _, orders):
            return Opaque(name, at, parts, orders)
        case Sum(over, _):
            return Sum(over, parts[0])
        case _:
            return expr


def somewhere(expr: Expr, change: Change, letters: Letters) -> Iterator[Repair]:
    """The expression with one part changed, in every way and at every place, outermost first.

    >>> doubled = somewhere(Get("a") + Get("b"), lambda part, _: [("", 2 * part)], ())
    >>> [shown(expr) for _, expr in doubled]
    ['2 (a + b)', '2 a + b', 'a + 2 b']
    """
    yield from change(expr, letters)
    if isinstance(expr, Sum):
        letters = (*letters, expr.over)
    parts = inside(expr)
    for place, part in enumerate(parts):
        for words, new in somewhere(part, change, letters):
            yield words, rebuilt(expr, (*parts[:place], new, *parts[place + 1 :]))


def everywhere(expr: Expr, change: Callable[[Expr], Expr]) -> Expr:
    """The expression with every part changed, innermost first."""
    return change(rebuilt(expr, tuple(everywhere(part, change) for part in inside(expr))))


def moved(expr: Expr, old: Var, new: Shifted) -> Expr:
    """The expression with a free letter replaced."""

    def index(i: Shifted | int) -> Shifted | int:
        if i == old:
            return new
        if isinstance(i, Affine):
            result = Affine(i.const)
            for part, c in i.terms:
                result = result + c * (affine(new) if part == old else affine(part))
            return result
        return i

    def change(part: Expr) -> Expr:
        match part:
            case Get(array, at):
                return Get(array, tuple(map(index, at)))
            case Opaque(name, at, arguments, orders):
                return Opaque(name, tuple(map(index, at)), arguments, orders)
            case _:
                return part

    if any(isinstance(part, Sum) and part.over == old for part in walk(expr)):
        return expr
    return everywhere(expr, change)


def distributed(expr: Expr) -> list[Expr]:
    """The terms of an expression, products of sums multiplied out, sums over indices kept."""
    match expr:
        case Add(terms):
            return [part for term in terms for part in distributed(term)]
        case Mul(factors):
            result: list[tuple[Expr, ...]] = [()]
            for factor in factors:
                result = [(*a, b) for a in result for b in distributed(factor)][:64]
            return [Mul(_flat(parts)) for parts in result]
        case Pow(base, exponent) if exponent in (2, 3):
            return [Mul((base,) * int(exponent))]
        case _:
            return [expr]


def _flat(parts: Iterable[Expr]) -> tuple[Expr, ...]:
    factors: list[Expr] = []
    for part in parts:
        factors += part.factors if isinstance(part, Mul) else (part,)
    return tuple(factors)


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

                words = f"The slope is taken at {shown(old)}; it belongs at {shown(new)}."
                yield words, everywhere(scene.rule.body, change)


def _indices(scene: Scene) -> Iterator[Repair]:
    def change(part: Expr, letters: Letters) -> Iterator[Repair]:
        if not isinstance(part, Get):
            return
        for at in _other_places(part.at, letters):
            new = Get(part.array, at)
            if set(at) == set(part.at):
                words = f"The indices of {part.array} are swapped: {part.array} is transposed here."
            elif any(isinstance(b, Affine) for b in at if b not in part.at):
                words = "The time index is off by one."
            else:
                words = "An index is wrong."
            yield f"{words} {shown(part)} stands where {shown(new)} belongs.", new

    yield from somewhere(scene.rule.body, change, scene.rule.at)


def _other_places(
    at: tuple[Shifted | int, ...], letters: Letters
) -> Iterator[tuple[Shifted | int, ...]]:
    for a, b in combinations(range(len(at)), 2):
        if at[a] != at[b] and _sort(at[a]) == _sort(at[b]):
            swapped = list(at)
            swapped[a], swapped[b] = at[b], at[a]
            yield tuple(swapped)
    for place, index in enumerate(at):
        others: list[Shifted | int] = []
        sort = _sort(index)
        if sort is not None and sort.ordered:
            others += [affine(index) - 1, affine(index) + 1]
        others += [letter for letter in letters if letter.sort == sort and letter != index]
        for other in others:
            yield (*at[:place], _tidy(other), *at[place + 1 :])


def _tidy(index: Shifted | int) -> Shifted | int:
    if isinstance(index, Affine) and index.const == 0 and len(index.terms) == 1:
        part, c = index.terms[0]
        return part if c == 1 else index
    return index


def _sort(index: Shifted | int) -> Sort | None:
    found = [letter.sort for letter in letters_in(index)] if not isinstance(index, int) else []
    return found[0] if len(found) == 1 else None


def _other_array(scene: Scene) -> Iterator[Repair]:
    def change(part: Expr, _: Letters) -> Iterator[Repair]:
        if isinstance(part, Get):
            for array in _alike(scene, part):
                new = Get(array, part.at)
                for sign, other in (("", new), ("-", -new)):
                    words = f"{shown(part)} stands where {sign}{shown(new)} belongs."
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
        if isinstance(d, Definition) and isinstance(d.body, Fn) and d.body.name in SLOPES_BY_VALUE:
            u, a = d.body.argument, Get(d.array, d.at)
            found[SLOPES_BY_VALUE[d.body.name](u, a)] = d.body.name
    return found


def _missing_slope(scene: Scene) -> Iterator[Repair]:
    for slope, name in _slopes(scene).items():
        for words, body in _times(scene, slope):
            yield f"The factor {name}' is missing: {shown(slope)}{words}.", body


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
            yield f"The factor {shown(factor)} is missing{words}.", body


def _times(scene: Scene, factor: Expr) -> Iterator[Repair]:
    """The right side, one of its terms or the body of one of its sums times the factor."""
    for variant in _fitted(factor, scene.rule.at):
        yield "", scene.rule.body * variant

    def change(part: Expr, letters: Letters) -> Iterator[Repair]:
        if isinstance(part, Add):
            for place, term in enumerate(part.terms):
                for variant in _fitted(factor, letters):
                    new = Add((*part.terms[:place], term * variant, *part.terms[place + 1 :]))
                    yield f" in the term {_plain(term)}", new
        if isinstance(part, Sum):
            for variant in _fitted(factor, (*letters, part.over)):
                if part.over in free_letters(variant):
                    yield (
                        f" inside the sum over {part.over.name}",
                        Sum(part.over, part.body * variant),
                    )

    yield from somewhere(scene.rule.body, change, scene.rule.at)


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
                words = f"The factor {shown(factor)} is one too many."
                if factor in slopes:
                    words = f"The factor {slopes[factor]}' is one too many: {shown(factor)}."
                yield words, Mul((*part.factors[:place], *part.factors[place + 1 :]))

    yield from somewhere(scene.rule.body, change, scene.rule.at)


def _missing_sum(scene: Scene) -> Iterator[Repair]:
    """A product in which an own index stands where a sum over it belongs: lost cross terms."""
    terms = distributed(scene.rule.body)
    for place, term in enumerate(terms):
        factors = term.factors if isinstance(term, Mul) else (term,)
        for letter in scene.rule.at:
            fresh = Var(f"{letter.name}'", letter.sort)
            having = [n for n, f in enumerate(factors) if letter in free_letters(f)]
            for size in (1, 2, 3):
                for chosen in combinations(having, size):
                    inner = Mul(_flat(moved(factors[n], letter, fresh) for n in chosen))
                    rest = [f for n, f in enumerate(factors) if n not in chosen]
                    new = Mul((*rest, Sum(fresh, inner)))
                    other = Add((*terms[:place], new, *terms[place + 1 :]))
                    summed = shown(Mul(tuple(factors[n] for n in chosen)))
                    words = f"Cross terms are lost: {summed} must be summed over {letter.name}."
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
        if isinstance(index, Affine) and index.const > 0
    ]
    if later:
        words += " It is the path through the next step in time."
    else:
        words += " The contributions of all uses are added, none replaces another."
    yield words, scene.rule.body + lost


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
    return shown(term).removeprefix("-")


MISTAKES: tuple[Mistake, ...] = (
    _sign,
    _argument,
    _numbers,
    _indices,
    _missing_slope,
    _other_array,
    _extra_term,
    _extra_factor,
    _value_for_slope,
    _missing_factor,
    _extra_sum,
    _lost_term,
    _missing_sum,
)
"""Each row: what went wrong in words, with the right side that undoes it; the likeliest first."""
