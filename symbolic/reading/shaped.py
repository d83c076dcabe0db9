"""The shape of a part of a formula with its components, and how shapes combine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from symbolic.reading.layers import Level, said_as
from symbolic.reading.source import Fault, NotUnderstood
from symbolic.reading.tree import Addition, BigSum, Group, Node, Product

Built = Callable[[str, str, frozenset[str]], Node]


@dataclass(frozen=True)
class Shaped:
    """A part of a formula: the layers of its rows and columns, None for a single one.

    `build` gives the component in a row and a column; its third argument are the letters in use.
    A `diagonal` matrix is 0 beside its diagonal, where `build` is the component of its row.
    """

    rows: Level | None
    columns: Level | None
    build: Built
    diagonal: bool = False

    def __str__(self) -> str:
        match self.rows, self.columns:
            case None, None:
                return "a number"
            case rows, None if rows is not None:
                return f"a column of layer {said_as(rows)}"
            case None, columns if columns is not None:
                return f"a row of layer {said_as(columns)}"
        assert self.rows is not None
        assert self.columns is not None
        return f"a matrix with rows of layer {said_as(self.rows)} and columns of layer " + said_as(
            self.columns
        )

    @property
    def number(self) -> bool:
        """Whether it has one component."""
        return self.rows is None and self.columns is None


def require_equal(one: Shaped, other: Shaped, at: int) -> None:
    if (one.rows, one.columns) != (other.rows, other.columns):
        raise shape_error(f"This is {other}, beside {one}.", "Check shapes and layers.", at)


def shape_error(what: str, step: str, at: int) -> NotUnderstood:
    return NotUnderstood(what, step, at, Fault.TYPE)


def as_factor(node: Node) -> Node:
    """A factor: sums keep to themselves."""
    return Group((node,), node.at) if isinstance(node, Addition | BigSum) else node


def product(*factors: Node) -> Node:
    return Product(tuple(map(as_factor, factors)), ("",) * len(factors), factors[0].at)


def scalar(node: Node) -> Shaped:
    return Shaped(None, None, lambda row, column, used: node)


def after(node: Node, one: Shaped) -> Built:
    return lambda row, column, used: product(node, one.build(row, column, used))


def before(one: Shaped, node: Node) -> Built:
    """The component with its argument after it."""

    def build(row: str, column: str, used: frozenset[str]) -> Node:
        component = one.build(row, column, used)
        return Product((component, node), ("", ""), node.at)

    return build


def grouped(one: Shaped, at: int) -> Built:
    return lambda row, column, used: Group((one.build(row, column, used),), at)


def turned(one: Shaped) -> Built:
    if one.diagonal:
        return one.build
    return lambda row, column, used: one.build(column, row, used)


def elementwise(one: Shaped, other: Shaped, at: int) -> Shaped:
    require_equal(one, other, at)
    if one.diagonal or other.diagonal:
        raise shape_error("A diagonal matrix in ⊙.", "Write a product of matrices.", at)

    def build(row: str, column: str, used: frozenset[str]) -> Node:
        return product(one.build(row, column, used), other.build(row, column, used))

    return Shaped(one.rows, one.columns, build)


def diagonal(one: Shaped, other: Shaped, at: int) -> Shaped:
    """A diagonal matrix stretches the rows of what follows it, the columns of what it follows."""
    if one.columns != other.rows:
        raise shape_error(f"{one} is multiplied by {other}.".capitalize(), "Check both.", at)

    def build(row: str, column: str, used: frozenset[str]) -> Node:
        left = one.build(row, column, used)
        right = other.build(row if one.diagonal else column, column, used)
        return product(left, right)

    return Shaped(one.rows, other.columns, build, one.diagonal and other.diagonal)
