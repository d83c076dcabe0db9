r"""A function that a document defines by its formula: σ(z) = 1/(1 + e^{-z}), f(x) = \tanh x.

The letter in its bracket is any number, also where an array of this name has indices elsewhere.
Wherever the function is applied its formula stands for it, and σ' is its derivative by the rules of
the first course.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from symbolic.reading.anywhere import EULER
from symbolic.reading.indexed.entries import base_of, walk
from symbolic.reading.indexed.lines import Line, Unknown
from symbolic.reading.tree import (
    Absolute,
    Addition,
    Group,
    Letter,
    Mark,
    Node,
    Number,
    Product,
    Quotient,
    Root,
    Scripted,
    with_parts,
)

ANY = "_any"
"""The end of the name of a letter that stands for any number, where an array has the same sign."""
CONSTANTS = ("\\pi", *EULER)


def own_functions(
    lines: Sequence[Line], letters: Collection[str], known: Collection[str]
) -> dict[str, Line]:
    """The signs of functions and the lines that define them by a formula in one letter.

    `letters` are indices and `known` are the functions that words name.
    """
    found: dict[str, Line] = {}
    for line in lines:
        sign, argument = _head(line.left)
        taken = {*letters, *known, *found}
        if not sign or {sign, argument} & taken or isinstance(line.right, Unknown):
            continue
        if line.head is None and line.where is None and is_formula(line.right, argument, found):
            found[sign] = line
    return found


def argument_of(line: Line) -> str:
    """The letter in the bracket of a line that defines a function."""
    return _head(line.left)[1]


def _head(node: Node) -> tuple[str, str]:
    match node:
        case Product((Letter(sign), Group((Letter(argument),))), ("", "")) if sign != argument:
            return sign, argument
    return "", ""


def is_formula(node: Node, argument: str, known: Collection[str]) -> bool:
    """Whether it shows nothing but numbers, functions and this letter."""
    match node:
        case Letter(name):
            return name in (argument, *CONSTANTS)
        case Number() | Mark("FUNC"):
            return True
        case Scripted(base, None, above, 0):
            return all(is_formula(one, argument, known) for one in (base, above) if one)
        case Product(parts):
            heads = {n for n, one in enumerate(parts[:-1]) if isinstance(parts[n + 1], Group)}
            return all(
                (n in heads and base_of(one) in known) or is_formula(one, argument, known)
                for n, one in enumerate(parts)
            )
        case Addition(parts) | Group(parts):
            return all(is_formula(one, argument, known) for one in parts)
        case Quotient(over, under):
            return all(is_formula(one, argument, known) for one in (over, under))
        case Root(body) | Absolute(body):
            return is_formula(body, argument, known)
    return False


def with_any(
    lines: Sequence[Line], functions: Mapping[str, Line], indexed: Collection[str]
) -> list[Line]:
    """The lines in which a letter alone in the bracket of a function stands for any number.

    That is a letter whose sign is that of an array with indices, as z in σ'(z) where z_j is one;
    it then is any number in the whole line.
    """
    own = functions.values()
    return [line if line in own else _with_any(line, functions, indexed) for line in lines]


def _with_any(line: Line, functions: Mapping[str, Line], indexed: Collection[str]) -> Line:
    if isinstance(line.right, Unknown):
        return line
    trees = (line.left, line.right)
    letters = {name for tree in trees for name in _arguments(tree, functions)}
    left, right = (_renamed(powers_of_e(tree, letters), letters & {*indexed}) for tree in trees)
    head = None if line.head is None else _renamed(line.head, letters & {*indexed})
    return replace(line, left=left, right=right, head=head) if letters else line


def powers_of_e(node: Node, letters: Collection[str]) -> Node:
    """The tree in which e^z is the exponential, which else may be an e with a label."""
    match node:
        case Scripted(Letter(name), None, Letter(power), 0) if name in EULER and power in letters:
            return replace(node, sup=Addition((Letter(power, node.at),), ("+",), node.at))
    return with_parts(node, lambda part: powers_of_e(part, letters))


def _arguments(tree: Node, functions: Collection[str]) -> Iterator[str]:
    """The letters that stand alone in brackets of functions, with a sign before them or not."""
    for node in walk(tree):
        if not isinstance(node, Product):
            continue
        for first, beside in pairwise(node.factors):
            group = beside.base if isinstance(beside, Scripted) else beside
            if base_of(first) in functions and isinstance(group, Group):
                for one in group.items:
                    inner = one.terms[0] if isinstance(one, Addition) else one
                    if isinstance(inner, Letter):
                        yield inner.name


def _renamed(node: Node, letters: Collection[str]) -> Node:
    """The tree with other names for these letters where they stand alone."""
    match node:
        case Letter(name) if name in letters:
            return replace(node, name=name + ANY)
        case Scripted(Letter(), sub, _, _) if sub is not None:  # an entry of the array
            return node
    return with_parts(node, lambda part: _renamed(part, letters))
