r"""\delta_{ij} as 1 where i = j, else 0, where \delta with two letters is nothing else.

It has two letters of one set below it and nothing above, and no line says what it is: δ_{nj}, with
a sample and a unit, is a local gradient, and so is what stands on the left of a definition.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from symbolic.reading.indexed.entries import walk
from symbolic.reading.indexed.letters import Range, letter_of
from symbolic.reading.indexed.lines import Line, Unknown, trees_of
from symbolic.reading.scripts import parts
from symbolic.reading.tree import Condition, Letter, Node, Related, Scripted, mapped

SIGN = "\\delta"


def with_kronecker(lines: Sequence[Line], ranges: Mapping[str, Range]) -> list[Line]:
    """The lines with [i = j] for δ_{ij}."""
    trees = [tree for line in lines for tree in trees_of(line)]
    found = {pair for tree in trees for node in walk(tree) if (pair := _pair(node)) is not None}
    if not found or any(_is_defined(line) for line in lines):
        return [*lines]
    alike = _alike(trees, ranges)
    if any(frozenset(pair) not in alike for pair in found):
        return [*lines]
    return [_changed(line) for line in lines]


def _pair(node: Node) -> tuple[str, str] | None:
    """The two letters of δ_{ij}."""
    match node:
        case Scripted(Letter(name), below, None, 0) if name == SIGN and below is not None:
            letters = [letter_of(one) for one in parts(below)]
            return (letters[0], letters[1]) if len(letters) == 2 and all(letters) else None
    return None


def _is_defined(line: Line) -> bool:
    """Whether a line says what δ with two letters is."""
    return line.head is None or line.head is line.left if _pair(line.left) else False


def _alike(trees: Sequence[Node], ranges: Mapping[str, Range]) -> set[frozenset[str]]:
    """The pairs of letters of one set: it is said of both, or both stand at the same place."""
    places: dict[tuple[str, int], set[str]] = defaultdict(set)
    for tree in trees:
        for node in walk(tree):
            if (
                isinstance(node, Scripted)
                and isinstance(node.base, Letter)
                and node.sub is not None
            ):
                for n, one in enumerate(parts(node.sub)):
                    if node.base.name != SIGN and letter_of(one):
                        places[node.base.name, n].add(letter_of(one))
    said: dict[Range, set[str]] = defaultdict(set)
    for letter, over in ranges.items():
        said[over].add(letter)
    return {pair for letters in (*places.values(), *said.values()) for pair in _pairs(letters)}


def _pairs(letters: set[str]) -> Iterator[frozenset[str]]:
    yield from (frozenset((one, other)) for one in letters for other in letters if one != other)


def _changed(line: Line) -> Line:
    if not any(_pair(node) for tree in trees_of(line) for node in walk(tree)):
        return line
    left = mapped(line.left, _bracket)
    right = line.right if isinstance(line.right, Unknown) else mapped(line.right, _bracket)
    return replace(line, left=left, right=right, head=left if line.head is line.left else line.head)


def _bracket(node: Any) -> Condition | None:
    if not isinstance(node, Scripted) or _pair(node) is None:
        return None
    one, other = parts(node.sub)
    return Condition(Related(one, "=", other, node.at), node.at)
