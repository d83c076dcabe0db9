"""The array program: a list of typed instructions on named buffers.  Data, and nothing else.

It knows nothing of back-propagation; `lowering.py` writes it from a proved rule, a backend runs
it, and `validation.py` runs the very same list in exact arithmetic.
"""

from __future__ import annotations

from dataclasses import dataclass

from numeric.layout import Layout
from symbolic.terms import Term

WEIGHTS, CORRECTIONS = "w", "dw"
"""The flat vectors: the weights of the network, and Δw of each."""
DIVISOR = "n"
"""The row of a weighted program that stands for N: N/s_ξ, so that sample ξ counts s_ξ times."""


@dataclass(frozen=True)
class Buffer:
    """A named array: [size, batch], or the flat vector [size] where it belongs to no sample."""

    name: str
    size: int
    sampled: bool = True


@dataclass(frozen=True)
class Rows:
    """Neighbouring rows start, …, stop - 1 of a buffer (elements, where it is a flat vector)."""

    buffer: str
    start: int
    stop: int

    @property
    def count(self) -> int:
        """How many rows."""
        return self.stop - self.start


@dataclass(frozen=True)
class Pick:
    """Any rows of a buffer, by number."""

    buffer: str
    at: tuple[int, ...]

    @property
    def count(self) -> int:
        """How many rows."""
        return len(self.at)


@dataclass(frozen=True)
class Matrix:
    """[height, width] inside a flat vector: entry first + r·stride + c in row r and column c."""

    buffer: str
    first: int
    height: int
    width: int
    stride: int


@dataclass(frozen=True)
class Clear:
    """buffer := 0."""

    buffer: str


@dataclass(frozen=True)
class Map:
    """out := expr, element by element; `x0`, `x1`, … of expr are what is read, `N`, `eta` numbers.

    A single row that is read beside several stands for all of them.
    """

    out: Rows | Pick
    expr: Term
    reads: tuple[Rows | Pick, ...]


@dataclass(frozen=True)
class Take:
    """out := the picked rows, in this order."""

    out: Rows
    of: Pick


@dataclass(frozen=True)
class Product:
    """out := W x, or Wᵀ x where `transposed`."""

    out: Rows
    matrix: Matrix
    x: Rows
    transposed: bool = False


@dataclass(frozen=True)
class Sparse:
    """out += Σ data[e] x[index[e]], for row r over the e from pointer[r] to pointer[r + 1] - 1."""

    out: Rows
    pointer: tuple[int, ...]
    index: tuple[int, ...]
    data: Rows
    x: str


@dataclass(frozen=True)
class Total:
    """out := Σ of the rows, one row."""

    out: Rows
    x: Rows


@dataclass(frozen=True)
class Softmax:
    """out_j := exp(x_j) / Σ_k exp(x_k), computed with the largest x_k subtracted: an identity."""

    out: Rows
    x: Rows


@dataclass(frozen=True)
class Outer:
    """out[r, c] := Σ_ξ left[r, ξ] right[c, ξ], written row by row into a flat vector."""

    out: Rows
    left: Rows
    right: Rows


@dataclass(frozen=True)
class EdgeDots:
    """out[e] := Σ_ξ left[e, ξ] right[e, ξ]."""

    out: Rows
    left: Pick
    right: Pick


@dataclass(frozen=True)
class RunSums:
    """out[n] := Σ of[order[e]] for the e from starts[n] to starts[n + 1] - 1: shared weights."""

    out: Pick
    of: str
    order: tuple[int, ...]
    starts: tuple[int, ...]


Instruction = Clear | Map | Take | Product | Sparse | Total | Softmax | Outer | EdgeDots | RunSums


@dataclass(frozen=True)
class Program:
    """Forward pass, local gradients and weight corrections of one network, lowered from a rule.

    The buffers "v", "y" and "delta" have a row for each row of the layout, "d" one for each
    output in the order `layout.outputs`.  After `backward` the vector "dw" holds Δw.  A weighted
    program has also the row "n", which is filled before a run.
    """

    layout: Layout
    dtype: str
    buffers: tuple[Buffer, ...]
    forward: tuple[Instruction, ...]
    backward: tuple[Instruction, ...]
