"""X ∈ ℝ^{N×D}: what a document says of the shapes of its arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from symbolic.reading.arrays.formulas import Formula, Quantity
from symbolic.reading.grammar import parse
from symbolic.reading.scripts import spelled
from symbolic.reading.source import NotUnderstood
from symbolic.reading.tokens import Tok
from symbolic.reading.tree import Node, Number, Product
from symbolic.reading.vocabulary import CLOSES, OPENS

REALS = ("\\mathbb{R}", "\\mathbf{R}")


def stated(
    tokens: Sequence[Tok], read: Callable[[Sequence[Tok]], Formula]
) -> list[tuple[Quantity, tuple[str, ...]]] | None:
    """The arrays and the names of their axes, None where it is no such statement.

    `read` reads a quantity; what it refuses is no statement about shapes.
    """
    places = [n for n, token in enumerate(tokens) if token.kind == "IN"]
    if len(places) != 1 or any(token.kind == "REL" for token in tokens):
        return None
    members, space = _split(tokens[: places[0]]), tokens[places[0] + 1 :]
    sizes = _sizes(space)
    if sizes is None or not all(members):
        return None
    found = []
    for member in members:
        try:
            quantity = read(member)
        except (NotUnderstood, RecursionError):
            return None
        if not isinstance(quantity, Quantity) or quantity.at:
            return None
        found.append((quantity, sizes))
    return found


def _split(tokens: Sequence[Tok]) -> list[list[Tok]]:
    """What stands between commas."""
    found: list[list[Tok]] = [[]]
    depth = 0
    for token in tokens:
        depth += (token.kind in OPENS) - (token.kind in CLOSES)
        if token.kind == "COMMA" and depth == 0:
            found.append([])
        else:
            found[-1].append(token)
    return found


def _sizes(space: Sequence[Tok]) -> tuple[str, ...] | None:
    """The names of the axes of ℝ^{…}; an axis of length 1 is none."""
    if not space or space[0].text not in REALS:
        return None
    if len(space) == 1:
        return ()
    inner = space[2:]
    if len(inner) > 2 and inner[0].kind == "LB" and inner[-1].kind == "RB":
        inner = inner[1:-1]
    if space[1].kind != "SUP" or not inner:
        return None
    try:
        node = parse(inner)
    except NotUnderstood:
        return None
    factors = node.factors if isinstance(node, Product) else (node,)
    if isinstance(node, Product) and set(node.signs[1:]) != {"*"}:
        return None
    names = [_name(factor) for factor in factors]
    return None if "" in names else tuple(name for name in names if name != "1")


def _name(node: Node) -> str:
    """The name of a size; a number other than 1 would be a size that is known."""
    return "" if isinstance(node, Number) and node.text != "1" else spelled(node)
