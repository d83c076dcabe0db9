"""Programs in exact arithmetic: whole numbers modulo the prime 2^61 - 1, φ and its like opaque.

The instructions are those that a backend runs.  Where floating point calls tanh or compares two
numbers, here stands a fixed table of arbitrary values, the same for the same arguments; sums,
products and quotients are exact.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numeric.program import (
    CORRECTIONS,
    DIVISOR,
    WEIGHTS,
    Clear,
    EdgeDots,
    Instruction,
    Map,
    Matrix,
    Outer,
    Pick,
    Product,
    Program,
    Rows,
    RunSums,
    Softmax,
    Sparse,
    Take,
    Total,
)
from symbolic.terms import (
    Add,
    Call,
    Cases,
    Constant,
    Frac,
    Mul,
    Num,
    Pow,
    Relation,
    Sign,
    Term,
)

P = 2**61 - 1
"""2^61 = 1 modulo p, so a product of two residues is put together from halves in 64 bits."""
HALF, LOW, LOWER = 31, 2**31 - 1, 2**30 - 1

Residues = NDArray[np.int64]


class NoInverseError(ArithmeticError):
    """A denominator is 0 modulo p at this point; take another point."""


def opaque(name: str, value: Residues) -> Residues:
    """An arbitrary value, other than 0, for each argument: what a function is without its name.

    >>> a, b = opaque("tanh", np.array([3, 3]))
    >>> bool(a == b != opaque("exp", np.array([3]))[0])
    True
    """
    mixed = value.astype(np.uint64) ^ np.uint64(zlib.crc32(name.encode()) << 31)
    with np.errstate(over="ignore"):  # the mixing of splitmix64 is meant to wrap around
        for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
            mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    mixed ^= mixed >> np.uint64(31)
    return (mixed % np.uint64(P - 1)).astype(np.int64) + 1


def times(a: Any, b: Any) -> Residues:
    """a · b modulo p, element by element.

    With a = 2^31 a1 + a0, b likewise: a b = 2 a1 b1 + 2^31 (a1 b0 + a0 b1) + a0 b0, since 2^62 = 2;
    the middle part again is 2^30 m1 + m0, and 2^31 2^30 = 1.  The sum is less than 2^63.

    >>> int(times(np.array(P - 2), np.array(P - 3)))
    6
    """
    a1, a0, b1, b0 = a >> HALF, a & LOW, b >> HALF, b & LOW
    middle = a1 * b0 + a0 * b1
    whole = 2 * (a1 * b1) + (middle >> 30) + ((middle & LOWER) << HALF) + a0 * b0
    result: Residues = ((whole & P) + (whole >> 61)) % P
    return result


def total(a: Residues, axis: int = 0, keepdims: bool = False) -> Residues:
    """The sum along an axis modulo p: of the high and the low halves, so nothing overflows."""
    high = (a >> HALF).sum(axis=axis, keepdims=keepdims)
    low = (a & LOW).sum(axis=axis, keepdims=keepdims)
    return _joined(high, low)


def run_sums(a: Residues, starts: Any) -> Residues:
    """The sums modulo p of the rows from one start to the next; none is empty."""
    return _joined(np.add.reduceat(a >> HALF, starts), np.add.reduceat(a & LOW, starts))


def _joined(high: Residues, low: Residues) -> Residues:
    return (times(np.asarray(high) % P, np.array(1 << HALF)) + low) % P


def power(base: Residues, exponent: int) -> Residues:
    """base ** exponent, exponent ≥ 0, by repeated squaring."""
    result = np.ones_like(base)
    while exponent:
        if exponent & 1:
            result = times(result, base)
        base = times(base, base)
        exponent >>= 1
    return result


def inverse(value: Residues) -> Residues:
    """1 / value; raises `NoInverseError` where the value is 0."""
    if not value.all():
        raise NoInverseError
    return power(value, P - 2)


def evaluate(term: Term, at: Mapping[Sign, Residues]) -> Residues:
    """The value of an element-wise term, each sign given."""
    match term:
        case Num(value):
            if value.denominator % P == 0:
                raise NoInverseError
            return np.array(value.numerator * pow(value.denominator, -1, P) % P)
        case Constant(name):
            return opaque(name, np.array(0))
        case Sign():
            return at[term]
        case Add(terms):
            whole = np.array(0)
            for part in terms:
                whole = (whole + evaluate(part, at)) % P
            return whole
        case Mul(factors):
            product = np.array(1)
            for part in factors:
                product = times(product, evaluate(part, at))
            return product
        case Frac(numerator, denominator):
            return times(evaluate(numerator, at), inverse(evaluate(denominator, at)))
        case Pow(base, exponent) if exponent.denominator == 1:
            raised = power(evaluate(base, at), abs(int(exponent)))
            return raised if exponent >= 0 else inverse(raised)
        case Pow(base, exponent):
            return opaque(f"power {exponent}", evaluate(base, at))
        case Call(name, argument):
            return opaque(name, evaluate(argument, at))
        case Cases(pieces, otherwise):
            result = evaluate(otherwise, at)
            for condition, piece in reversed(pieces):
                gap = (evaluate(condition.left, at) - evaluate(condition.right, at)) % P
                holds = gap == 0
                if condition.relation is not Relation.EQUAL:
                    holds = opaque(condition.relation, gap) % 2 == 1
                result = np.where(holds, evaluate(piece, at), result)
            return result
        case _:
            raise TypeError(f"{type(term).__name__} is not element-wise")


class ModularMachine:
    """See `backends.Machine`; weights, inputs and targets are residues, and so is η."""

    def __init__(self, program: Program, batch: int, weights: Residues, eta: int) -> None:
        layout = program.layout
        self._program = program
        self._numbers = {Sign("N"): np.array(batch), Sign("eta"): np.array(eta)}
        self.buffers: dict[str, Residues] = {
            buffer.name: np.zeros((buffer.size, batch) if buffer.sampled else buffer.size, np.int64)
            for buffer in program.buffers
        }
        self.buffers[WEIGHTS] = weights
        self.buffers["y"][list(layout.ones)] = 1
        self.inputs = self.buffers["y"][1 : 1 + len(layout.network.inputs)]
        self.targets = self.buffers["d"]
        self.corrections = self.buffers[CORRECTIONS]
        self.divisor = self.buffers.get(DIVISOR)

    def learn(self) -> None:
        """Forward, then δ and Δw."""
        for line in (*self._program.forward, *self._program.backward):
            self._run(line)

    def letter(self, letter: str) -> Residues:
        """The buffer of a letter: v, y or delta of every row of the layout."""
        return self.buffers[letter]

    def _run(self, line: Instruction) -> None:
        read, write = self._read, self._write
        match line:
            case Clear(buffer):
                self.buffers[buffer][:] = 0
            case Map(out, expr, reads):
                at = {Sign(f"x{n}"): read(rows) for n, rows in enumerate(reads)}
                write(out, evaluate(expr, {**self._numbers, **at}))
            case Take(out, of):
                write(out, read(of))
            case Product(out, matrix, x, transposed):
                w = self._matrix(matrix)
                write(out, matrix_product(w.T if transposed else w, read(x)))
            case Sparse(out, pointer, index, data, x):
                parts = times(read(data)[:, np.newaxis], self.buffers[x][list(index)])
                sums, starts = read(out).copy(), np.array(pointer[:-1])
                full = np.diff(pointer) > 0
                if full.any():
                    sums[full] = (sums[full] + run_sums(parts, starts[full])) % P
                write(out, sums)
            case Total(out, x):
                write(out, total(read(x), keepdims=True))
            case Softmax(out, x):
                share = opaque("exp", read(x))
                write(out, times(share, inverse(total(share, keepdims=True))))
            case Outer(out, left, right):
                write(out, matrix_product(read(left), read(right).T).ravel())
            case EdgeDots(out, left, right):
                write(out, total(times(read(left), read(right)), 1))
            case RunSums(out, of, order, starts):
                write(out, run_sums(self.buffers[of][list(order)], starts))

    def _read(self, rows: Rows | Pick) -> Residues:
        buffer = self.buffers[rows.buffer]
        return buffer[rows.start : rows.stop] if isinstance(rows, Rows) else buffer[list(rows.at)]

    def _write(self, rows: Rows | Pick, value: Any) -> None:
        buffer = self.buffers[rows.buffer]
        if isinstance(rows, Rows):
            buffer[rows.start : rows.stop] = value
        else:
            buffer[list(rows.at)] = value

    def _matrix(self, matrix: Matrix) -> Residues:
        row = np.arange(matrix.height)[:, np.newaxis] * matrix.stride
        at: Residues = self.buffers[matrix.buffer][matrix.first + row + np.arange(matrix.width)]
        return at


def matrix_product(left: Residues, right: Residues) -> Residues:
    """left @ right modulo p, in pieces that fit in the cache."""
    rows, columns = left.shape[0], right.shape[1]
    whole = np.zeros((rows, columns), np.int64)
    size = max(1, (1 << 18) // (rows * columns))
    for start in range(0, left.shape[1], size):
        part, other = left[:, start : start + size], right[start : start + size]
        parts = times(part[:, :, np.newaxis], other[np.newaxis])
        whole = (whole + total(parts, 1)) % P
    return whole
