"""Linear forms in index letters, and sets of inequalities between them: part of the trusted kernel.

A linear form is (const, ((base, coefficient), …)), its bases sorted.  A base is a tuple that
begins with its kind:

    ("b", height, number, sort)   a bound letter
    ("f", name, sort)             a free letter
    ("g", map, sort, (form, …))   a fixed map of indices
    ("n", name, sort)             a named element
    ("s", size)                   a size, at least 1

An inequality is a form that is ≥ 0.  Every rule below is an equivalence of sets of inequalities
over the integers, so the product of the 0/1 indicators does not change.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from math import gcd
from typing import Any

Base = tuple[Any, ...]
Linear = tuple[int, tuple[tuple[Base, int], ...]]


def constant(value: int) -> Linear:
    """The form without letters."""
    return (value, ())


def single(base: Base) -> Linear:
    """The form that is one letter."""
    return (0, ((base, 1),))


def combined(left: Linear, m: int, right: Linear, n: int) -> Linear:
    """m · left + n · right.

    >>> t, T = ("f", "t", "T"), ("s", "T")
    >>> combined((1, ((t, 1),)), 1, (0, ((t, 1), (T, -1))), -1)
    (1, ((('s', 'T'), 1),))
    """
    if not right[1] and n and m == 1:
        return (left[0] + n * right[0], left[1])
    merged = {base: m * c for base, c in left[1]} if m else {}
    for base, c in right[1]:
        total = merged.get(base, 0) + n * c
        if total:
            merged[base] = total
        else:
            merged.pop(base, None)
    return (m * left[0] + n * right[0], tuple(sorted(merged.items())))


def replaced(form: Linear, table: Mapping[Base, Linear]) -> Linear:
    """The form with letters replaced, all at once; also inside fixed maps."""
    const, terms = form
    for base, _ in terms:
        if base in table or base[0] == "g":
            break
    else:
        return form
    if len(terms) == 1 and terms[0][1] == 1 and const == 0 and terms[0][0] in table:
        return table[terms[0][0]]
    result: Linear = (const, ())
    for base, c in terms:
        if base in table:
            result = combined(result, 1, table[base], c)
        elif base[0] == "g":
            mapped = (*base[:3], tuple(replaced(part, table) for part in base[3]))
            image = table.get(mapped, single(mapped))
            result = combined(result, 1, image, c)
        else:
            result = combined(result, 1, single(base), c)
    return result


def letters(form: Linear) -> Iterable[Base]:
    """The letters that occur, also inside fixed maps."""
    for base, _ in form[1]:
        yield base
        if base[0] == "g":
            for part in base[3]:
                yield from letters(part)


def equation(form: Linear) -> Linear | bool:
    """form = 0 in one of its equivalent shapes; True or False where that is certain.

    >>> equation((0, ((("n", "a", "J"), 1), (("n", "b", "J"), -1))))
    False
    """
    const, terms = form
    if not terms:
        return const == 0
    if const == 0 and len(terms) == 2 and terms[0][0][0] == terms[1][0][0] == "n":
        return False  # different names are different elements
    common = gcd(*(c for _, c in terms))
    if const % common:
        return False
    sign = common if terms[0][1] > 0 else -common
    return (const // sign, tuple((base, c // sign) for base, c in terms))


def solution(form: Linear, base: Base, coefficient: int) -> Linear:
    """base from form = 0, where its coefficient there is 1 or -1."""
    return combined(form, -coefficient, single(base), 1)


def pivot(form: Linear, bounds: list[Base]) -> tuple[Base, int] | None:
    """The letter for which form = 0 is solved, and its coefficient: a bound one, else the last.

    It has coefficient ±1 and does not occur in the rest of the form.
    """
    best: tuple[Base, int] | None = None
    for base, c in form[1]:
        if c not in (1, -1):
            continue
        rest = letters((0, tuple(term for term in form[1] if term[0] != base)))
        if base in rest:
            continue
        if base in bounds:
            return base, c
        if base[0] in "bfg" and (best is None or base > best[0]):
            best = (base, c)
    return best


def never_negative(form: Linear) -> bool:
    """Whether the form is ≥ 0 because every size is ≥ 1; False says nothing.

    >>> never_negative((-1, ((("s", "T"), 1),)))
    True
    """
    const, terms = form
    for base, c in terms:
        if base[0] != "s" or c < 0:
            return False
        const += c
    return const >= 0


@lru_cache(maxsize=4096)
def reduced(forms: tuple[Linear, ...]) -> tuple[tuple[Linear, ...], tuple[Linear, ...]] | None:
    """The inequalities without those that follow from one or two others; and forced equations.

    None where they contradict each other.

    >>> t, T = ("f", "t", "T"), ("s", "T")
    >>> at_least = lambda k: (-k, ((t, 1),))
    >>> reduced((at_least(1), at_least(2)))[0] == (at_least(2),)
    True
    """
    strongest: dict[tuple[tuple[Base, int], ...], int] = {}
    for const, terms in forms:
        if terms:
            common = gcd(*(c for _, c in terms))
            if common > 1:  # 2k - 3 >= 0 exactly where k - 2 >= 0
                const, terms = const // common, tuple((b, c // common) for b, c in terms)
            if terms not in strongest or const < strongest[terms]:
                strongest[terms] = const
        elif const < 0:
            return None
    forced = []
    for terms, const in strongest.items():
        other = tuple((base, -c) for base, c in terms)
        if other in strongest:
            slack = const + strongest[other]
            if slack < 0:
                return None
            if slack == 0 and terms[0][1] > 0:
                forced.append((const, terms))
    kept = [(const, terms) for terms, const in sorted(strongest.items())]
    kept = [form for form in kept if not never_negative(form)]
    for form in kept:
        if never_negative((-1 - form[0], tuple((base, -c) for base, c in form[1]))):
            return None
    if len(kept) > 1:
        for form in tuple(kept):
            rest = [other for other in kept if other is not form]
            if _follows(form, rest):
                kept = rest
        if _contradict(kept):
            return None
    return tuple(kept), tuple(forced)


def implied(form: Linear, known: Iterable[Linear]) -> bool:
    """Whether form ≥ 0 follows from one or two of the known inequalities; False says nothing."""
    return never_negative(form) or _follows(form, list(known))


def _follows(form: Linear, known: list[Linear]) -> bool:
    """form = a + something ≥ 0, or a + b + something ≥ 0, with known a and b."""
    for n, a in enumerate(known):
        rest = combined(form, 1, a, -1)
        if never_negative(rest):
            return True
        for b in known[n + 1 :]:
            if never_negative(combined(rest, 1, b, -1)):
                return True
    return False


def _contradict(known: list[Linear]) -> bool:
    """Whether two inequalities add up to something negative."""
    minus_one = constant(-1)
    for n, a in enumerate(known):
        for b in known[n + 1 :]:
            if never_negative(combined(minus_one, 1, combined(a, 1, b, 1), -1)):
                return True
    return False
