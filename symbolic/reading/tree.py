"""A formula as written: what stands beside, above and below what, and no meaning yet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Number:
    text: str
    at: int


@dataclass(frozen=True, slots=True)
class Letter:
    """One sign, such as e, \\xi or \\mathcal{E}."""

    name: str
    at: int


@dataclass(frozen=True, slots=True)
class Mark:
    """A sign that is no quantity: ∂, ∇, ⊤, a function such as \\exp, words."""

    kind: str
    text: str
    at: int


@dataclass(frozen=True, slots=True)
class Scripted:
    """base with what stands below, above, and its primes."""

    base: Node
    sub: Node | None
    sup: Node | None
    primes: int
    at: int


@dataclass(frozen=True, slots=True)
class Group:
    """(a, b): what stands in brackets; `{…}` is no group."""

    items: tuple[Node, ...]
    at: int


@dataclass(frozen=True, slots=True)
class Quotient:
    over: Node
    under: Node
    at: int


@dataclass(frozen=True, slots=True)
class Product:
    """Factors side by side; before each stands "", "*", "/" or "o" (elementwise)."""

    factors: tuple[Node, ...]
    signs: tuple[str, ...]
    at: int


@dataclass(frozen=True, slots=True)
class Addition:
    terms: tuple[Node, ...]
    signs: tuple[str, ...]
    at: int


@dataclass(frozen=True, slots=True)
class BigSum:
    """Σ with what stands below and above; it takes the rest of its product."""

    below: Node | None
    above: Node | None
    body: Node
    at: int


@dataclass(frozen=True, slots=True)
class Listed:
    """a, b in a script."""

    items: tuple[Node, ...]
    at: int


@dataclass(frozen=True, slots=True)
class Related:
    """j = 0, k ∈ S or (j, i): w_ji = w in a script; without left side a label such as "= δ_k"."""

    left: Node | None
    relation: str
    right: Node
    at: int


@dataclass(frozen=True, slots=True)
class Braced:
    """\\underbrace or \\overbrace around a body; the label is its script."""

    body: Node
    at: int


@dataclass(frozen=True, slots=True)
class Root:
    body: Node
    at: int


@dataclass(frozen=True, slots=True)
class Condition:
    """[S > 0]: 1 where the relation holds, else 0."""

    relation: Related
    at: int


@dataclass(frozen=True, slots=True)
class Norm:
    """‖body‖, also |body| of arrays, which is `single`."""

    body: Node
    at: int
    single: bool = False


@dataclass(frozen=True, slots=True)
class Inner:
    """⟨left, right⟩."""

    left: Node
    right: Node
    at: int


@dataclass(frozen=True, slots=True)
class Absolute:
    """|body|."""

    body: Node
    at: int


@dataclass(frozen=True, slots=True)
class Pieces:
    """The rows of a function in pieces: a value and its condition, None for all the rest."""

    rows: tuple[tuple[Node, Related | None], ...]
    at: int


Node = (
    Number
    | Letter
    | Mark
    | Scripted
    | Group
    | Quotient
    | Product
    | Addition
    | BigSum
    | Listed
    | Related
    | Braced
    | Root
    | Condition
    | Norm
    | Inner
    | Absolute
    | Pieces
)


def outside_scripts(node: Node) -> Iterator[Node]:
    """The nodes of a formula without those in scripts."""
    stack = [node]
    while stack:
        top = stack.pop()
        yield top
        match top:
            case Product(parts) | Addition(parts) | Group(parts):
                stack += parts
            case Quotient(over, under) | Inner(over, under):
                stack += [over, under]
            case BigSum(_, _, body) | Root(body) | Braced(body) | Norm(body) | Absolute(body):
                stack.append(body)
            case Scripted(base) if not isinstance(base, Letter):
                stack.append(base)
            case Pieces(rows):
                for value, said in rows:
                    stack += [value] if said is None else [value, said.right]
                    stack += [said.left] if said is not None and said.left is not None else []


Change = Callable[[Any], Any]
"""What a part of a tree becomes; None where it stays and its own parts are looked at."""


def mapped(value: Any, change: Change) -> Any:
    """A tree with its parts changed, outermost first."""
    made = change(value)
    if made is not None:
        return made
    if isinstance(value, tuple):
        return tuple(mapped(part, change) for part in value)
    if is_dataclass(value) and not isinstance(value, type):
        parts = {f.name: mapped(getattr(value, f.name), change) for f in fields(value)}
        return replace(value, **parts)
    return value


def with_parts(node: Node, change: Callable[[Node], Node]) -> Node:
    """The node with what it is directly made of changed, but what stands below a sign."""
    match node:
        case Scripted(base, _, above):
            return replace(node, base=change(base), sup=None if above is None else change(above))
        case Product(parts):
            return replace(node, factors=tuple(map(change, parts)))
        case Addition(parts):
            return replace(node, terms=tuple(map(change, parts)))
        case Group(parts):
            return replace(node, items=tuple(map(change, parts)))
        case Quotient(over, under):
            return replace(node, over=change(over), under=change(under))
        case Root(body) | Absolute(body):
            return replace(node, body=change(body))
    return node
