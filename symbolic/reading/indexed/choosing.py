"""Which of the formulas for one number is its definition: the one that reads most other numbers.

f = (x + y) z,  q = x + y,  f = q z        ∂f/∂q is z by the last one; the first is a claim.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from symbolic.reading.indexed.entries import Entry, Key, walk
from symbolic.reading.indexed.lines import Line, Unknown
from symbolic.reading.tree import Letter, Mark, Node


def chosen(lines: Sequence[Line], entry: Callable[[Node], Entry | None]) -> dict[Key, Line]:
    """The line that defines each number, the first of those that read most of what is defined."""
    found: dict[Key, list[Line]] = {}
    for line in lines:
        head = entry(line.left if line.head is None else line.head)
        if head is not None and not head.moved and _is_formula(line.right):
            found.setdefault(head.key, []).append(line)
    heads = {sign for sign, _ in found}

    def reads(line: Line, own: str) -> int:
        assert not isinstance(line.right, Unknown)
        names = {node.name for node in walk(line.right) if isinstance(node, Letter)}
        return -1 if own in names else len(names & heads)

    return {key: max(many, key=lambda line: reads(line, key[0])) for key, many in found.items()}


def _is_formula(right: Node | Unknown) -> bool:
    """Whether it has signs, and no derivative."""
    if isinstance(right, Unknown):
        return False
    nodes = list(walk(right))
    if any(isinstance(node, Mark) and node.kind == "PARTIAL" for node in nodes):
        return False
    return any(isinstance(node, Letter) for node in nodes)
