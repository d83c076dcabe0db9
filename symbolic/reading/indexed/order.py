"""Definitions in the order of their computation, whatever order the document tells them in."""

from __future__ import annotations

from collections.abc import Sequence

from symbolic.arrays import Abstract, Definition
from symbolic.indexed import Get, walk

Any = Definition | Abstract


def in_order(definitions: Sequence[Any]) -> tuple[Any, ...]:
    """Each definition after those that it reads, as far as they stand in no circle.

    In a circle, such as v_j = Σ_i w_ji y_i and y_j = φ(v_j), what is read at the same letters
    comes first; otherwise the order of the document stays.
    """
    by_name = {d.array: d for d in definitions}
    reads = {d.array: _reads(d) & by_name.keys() for d in definitions}
    reach = _closure(reads)
    before = {
        name: {
            other for other in others if name not in reach[other] or other in _alike(by_name[name])
        }
        for name, others in reads.items()
    }
    found: dict[str, None] = {}
    for start in by_name:
        stack = [(start, iter(sorted(before[start], key=[*by_name].index)))]
        opened = {start}
        while stack:
            name, further = stack[-1]
            other = next((n for n in further if n not in found and n not in opened), None)
            if other is None:
                found.setdefault(name)
                stack.pop()
            else:
                opened.add(other)
                stack.append((other, iter(sorted(before[other], key=[*by_name].index))))
    return tuple(by_name[name] for name in found)


def _reads(d: Any) -> set[str]:
    if isinstance(d, Abstract):
        return {local.array for local in d.partials}
    return {part.array for part in walk(d.body) if isinstance(part, Get)}


def _alike(d: Any) -> set[str]:
    """What is read at letters of its own head alone."""
    if isinstance(d, Abstract):
        return set()
    entries = [part for part in walk(d.body) if isinstance(part, Get)]
    return {entry.array for entry in entries if set(entry.at) <= set(d.at)}


def _closure(reads: dict[str, set[str]]) -> dict[str, set[str]]:
    """What is read from each, over any number of definitions."""
    found = {}
    for start in reads:
        seen: set[str] = set()
        waiting = list(reads[start])
        while waiting:
            name = waiting.pop()
            if name not in seen:
                seen.add(name)
                waiting += reads[name]
        found[start] = seen
    return found
