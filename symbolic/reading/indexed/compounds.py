r"""Signs made of several: \sigma^2 = …, where nothing says what \sigma is, and \mu_B with a label.

The square is read as a sign of its own, and \sigma as its root.  A capital letter that stands
nowhere but below this sign, which stands nowhere without it, is no index.  A cost may show what it
depends on, L(w).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import fields, is_dataclass, replace
from functools import partial
from typing import Any

from symbolic.reading.indexed.letters import declared, letter_of
from symbolic.reading.indexed.lines import Gathered, Line, Unknown, trees_of
from symbolic.reading.indexed.undeclared import USUAL
from symbolic.reading.tree import (
    Change,
    Condition,
    Group,
    Letter,
    Node,
    Number,
    Product,
    Related,
    Root,
    Scripted,
    mapped,
)

STEP = "\\mathrm{step}"
_CAPITAL = re.compile(r"[A-Z]|\\mathcal\{[A-Z]\}")


def with_compounds(one: Gathered, costs: Collection[str] = ()) -> Gathered:
    """The section with each of these as one sign, a cost L(w) without its argument, and steps."""
    known = {letter for letter, _ in declared(" ".join(one.words.split()))}
    one = _changed(one, partial(_without_argument, costs=costs, indices={*known, *USUAL}))
    one = _changed(one, _with_step)
    labelled = dict(_labels(one, known))
    if labelled:
        one = _changed(one, partial(_with_label, labelled=labelled))
    for sign in dict.fromkeys(_squares(one)):
        one = _changed(one, partial(_with_square, sign=sign))
    return one


def _with_step(part: Any) -> Any:
    """step(z_j) for [z_j > 0], where z_j is no index."""
    match part:
        case Condition(Related(Scripted(Letter(), below) as left, ">" | ">=", Number("0")), at):
            if below is None or letter_of(left):
                return None
            return Product((Letter(STEP, at), Group((left,), at)), ("", ""), at)
    return None


def _without_argument(part: Any, costs: Collection[str], indices: Collection[str]) -> Any:
    """The product without the bracket behind a cost, but for the time or the sample of one."""
    if not isinstance(part, Product):
        return None
    kept: list[tuple[str, Node]] = []
    for sign, node in zip(part.signs, part.factors, strict=True):
        before = kept[-1][1] if kept else None
        alone = isinstance(node, Group) and all(
            isinstance(one, Letter) and one.name not in indices for one in node.items
        )
        if alone and not sign and isinstance(before, Letter) and before.name in costs:
            continue
        kept.append((sign, node))
    if len(kept) == len(part.factors):
        return None
    factors = tuple(
        mapped(node, partial(_without_argument, costs=costs, indices=indices)) for _, node in kept
    )
    if len(factors) == 1:
        return factors[0]
    return Product(factors, tuple(sign for sign, _ in kept), part.at)


def _labels(one: Gathered, known: Collection[str]) -> Iterator[tuple[str, str]]:
    """Each sign with the label that always stands below it."""
    trees = [tree for line in (*one.lines, *one.assumed) for tree in trees_of(line)]
    below: dict[str, set[str]] = {}
    free: set[str] = set()  # letters that stand anywhere but alone below a sign
    for part in (part for tree in trees for part in _walk(tree, labels=False)):
        match part:
            case Scripted(Letter(sign), Letter(label), _, _) if _CAPITAL.fullmatch(label):
                below.setdefault(sign, set()).add(label)
            case Scripted(Letter(sign), None, _, _):
                below.setdefault(sign, set()).add("")
            case Scripted(Letter(sign)):
                below.setdefault(sign, set()).add("")
            case Letter(sign):
                free.add(sign)
    for sign, labels in below.items():
        if len(labels) == 1 and "" not in labels and sign not in free and not labels & free:
            [label] = labels
            if label not in known:
                yield sign, label.removeprefix("\\mathcal{").removesuffix("}")


def _with_label(part: Any, labelled: dict[str, str]) -> Any:
    match part:
        case Scripted(Letter(sign, at), Letter(), above, primes, _) if sign in labelled:
            letter = Letter(f"{sign}_{labelled[sign]}", at)
            return Scripted(letter, None, above, primes, at) if above or primes else letter
    return None


def _squares(one: Gathered) -> Iterator[str]:
    """The signs that a line defines the square of.

    They stand in no line before it, or nowhere without their square.
    """
    seen: set[str] = set()
    bare = {name for line in one.lines for tree in trees_of(line) for name in _bare(tree)}
    for line in one.lines:
        signs = {part.name for tree in trees_of(line) for part in _letters(tree)}
        match line.left:
            case Scripted(Letter(sign), _, Number("2")) if sign not in bare:
                yield sign
            case Scripted(Letter(sign), _, Number("2"), 0) if line.head is None:
                right = () if isinstance(line.right, Unknown) else _letters(line.right)
                if sign not in seen | {part.name for part in right}:
                    yield sign
        seen |= signs


def _bare(value: Any) -> Iterator[str]:
    """The signs in a tree that stand there without a 2 above them."""
    match value:
        case Letter(sign):
            yield sign
        case Scripted(Letter(), below, Number("2")):
            yield from _bare(below)
        case _:
            for part in _parts(value):
                yield from _bare(part)


def _with_square(part: Any, sign: str) -> Any:
    """The square as a sign, and the sign alone as its root."""
    match part:
        case Scripted(Letter(name, at), below, Number("2"), 0) if name == sign:
            return _square(sign, below, at)
        case Scripted(Letter(name, at), below, above, 0) if name == sign and above is not None:
            return Scripted(Root(_square(sign, below, at), at), None, above, 0, at)
        case Scripted(Letter(name, at), below, None, 0) if name == sign:
            return Root(_square(sign, below, at), at)
        case Letter(name, at) if name == sign:
            return Root(_square(sign, None, at), at)
    return None


def _square(sign: str, below: Node | None, at: int) -> Node:
    letter = Letter(f"{sign}^2", at)
    return letter if below is None else Scripted(letter, below, None, 0, at)


# -- trees


def _parts(value: Any) -> tuple[Any, ...]:
    if isinstance(value, tuple):
        return value
    return tuple(getattr(value, f.name) for f in fields(value)) if is_dataclass(value) else ()


def _walk(value: Any, labels: bool = True) -> Iterator[Any]:
    """A part of a tree and all its parts; without `labels` no single letters above or below."""
    yield value
    alone = isinstance(value, Scripted) and not labels
    if alone and isinstance(value.base, Letter):
        inner = [one for one in (value.sub, value.sup) if one is not None]
        inner = [one for one in inner if one is not value.sub or not isinstance(one, Letter)]
    else:
        inner = [*_parts(value)]
    for part in inner:
        yield from _walk(part, labels)


def _letters(value: Any) -> Iterator[Letter]:
    return (part for part in _walk(value) if isinstance(part, Letter))


def _changed(one: Gathered, change: Change) -> Gathered:
    lines, assumed = ([_line(line, change) for line in of] for of in (one.lines, one.assumed))
    return replace(one, lines=lines, assumed=assumed)


def _line(line: Line, change: Change) -> Line:
    left = mapped(line.left, change)
    right: Node | Unknown
    if isinstance(line.right, Unknown):
        pairs = ((mapped(of, change), mapped(slope, change)) for of, slope in line.right.of)
        right = Unknown(tuple(pairs))
    else:
        right = mapped(line.right, change)
    head = left if line.head is line.left else mapped(line.head, change)
    return replace(line, left=left, right=right, head=head)
