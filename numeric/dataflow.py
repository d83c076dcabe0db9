"""A program as values that flow: the instructions in the words of any library of arrays.

`Words` are the few operations that such a library must have; JAX, PyTorch, ONNX and the residues
modulo 2^61 - 1 each have theirs.  What is done with them, in which order and on which rows, is
written here once, so that the audit over the residues is one of the very code that trains.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Protocol, TypeVar

from numeric.layout import adjacent
from numeric.native.formulas import logarithm, stable
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
from symbolic.notation import ETA, N
from symbolic.terms import (
    Add,
    Call,
    Cases,
    Frac,
    Mul,
    Pow,
    Relation,
    Sign,
    Term,
    num,
    walk,
)

A = TypeVar("A")
ONE, MINUS = num(1), num(-1)


class Words(Protocol[A]):
    """The operations of a library of arrays; a sampled array is [rows, batch], a flat one [size].

    None changes what it is given, unless nobody else holds it.
    """

    def number(self, term: Term) -> A:
        """A term without letters."""

    def add(self, a: A, b: A) -> A:
        """a + b, one row of either standing for all."""

    def subtract(self, a: A, b: A) -> A:
        """a - b."""

    def multiply(self, a: A, b: A) -> A:
        """a b, element by element."""

    def divide(self, a: A, b: A) -> A:
        """a / b."""

    def power(self, a: A, exponent: Fraction) -> A:
        """a to a power that is no whole number."""

    def call(self, name: str, a: A) -> A:
        """A function of `formulas.FUNCTIONS`, or softplus u = ln(1 + exp u), expit u."""

    def xlogy(self, a: A, b: A) -> A:
        """a ln b, and 0 where a = 0."""

    def choose(self, relation: Relation, left: A, right: A, here: A, otherwise: A) -> A:
        """`here` where the relation holds, else `otherwise`."""

    def zeros(self, size: int, sampled: bool) -> A:
        """Zeros."""

    def rows(self, a: A, start: int, stop: int) -> A:
        """The rows start, …, stop - 1."""

    def pick(self, a: A, at: tuple[int, ...]) -> A:
        """These rows, in this order."""

    def put(self, a: A, start: int, stop: int, part: A) -> A:
        """a with the rows start, …, stop - 1 replaced; a single row is put into each."""

    def place(self, a: A, at: tuple[int, ...], part: A) -> A:
        """a with these rows replaced."""

    def matrix(self, flat: A, matrix: Matrix) -> A:
        """[height, width] out of a flat vector."""

    def product(self, matrix: A, x: A, transposed: bool) -> A:
        """W x, or Wᵀ x."""

    def outer(self, left: A, right: A) -> A:
        """Σ_ξ left[r, ξ] right[c, ξ], row by row in one flat vector."""

    def dots(self, left: A, right: A) -> A:
        """Σ_ξ left[e, ξ] right[e, ξ], a flat vector."""

    def total(self, a: A) -> A:
        """The sum of the rows, one row."""

    def softmax(self, a: A) -> A:
        """exp a_j / Σ_k exp a_k over the rows."""

    def sparse(self, data: A, x: A, pointer: tuple[int, ...], index: tuple[int, ...]) -> A:
        """Σ_e data[e] x[index[e]] for each row."""

    def run_sums(self, flat: A, starts: tuple[int, ...], size: int) -> A:
        """The sums of a vector of this size from one start to the next."""


def begin(program: Program, words: Words[A], weights: A, inputs: A, ones: A) -> dict[str, A]:
    """The buffers before a forward pass: y_0 = 1 in every row that stands for it, and y = x."""
    size = {buffer.name: buffer.size for buffer in program.buffers}
    y = words.zeros(size["y"], True)
    for row in program.layout.ones:
        y = words.put(y, row, row + 1, ones)
    count = len(program.layout.network.inputs)
    y = words.put(y, 1, 1 + count, inputs)
    return {WEIGHTS: weights, "y": y}


def run(
    program: Program,
    code: Sequence[Instruction],
    words: Words[A],
    state: dict[str, A],
    numbers: Mapping[Sign, A],
) -> None:
    """Carry out instructions on the buffers of a state; `numbers` are N and η."""
    missing = {buffer.name: buffer for buffer in program.buffers if buffer.name not in state}

    def whole(name: str) -> A:
        if name in missing and name not in state:
            state[name] = words.zeros(missing[name].size, missing[name].sampled)
        return state[name]

    def read(rows: Rows | Pick) -> A:
        if isinstance(rows, Rows):
            return words.rows(whole(rows.buffer), rows.start, rows.stop)
        if adjacent(rows.at):
            return words.rows(whole(rows.buffer), rows.at[0], rows.at[-1] + 1)
        return words.pick(whole(rows.buffer), rows.at)

    def write(rows: Rows | Pick, value: A) -> None:
        name = rows.buffer
        if isinstance(rows, Rows):
            state[name] = words.put(whole(name), rows.start, rows.stop, value)
        elif adjacent(rows.at):
            state[name] = words.put(whole(name), rows.at[0], rows.at[-1] + 1, value)
        else:
            state[name] = words.place(whole(name), rows.at, value)

    for line in code:
        match line:
            case Clear(buffer):
                kind = next(b for b in program.buffers if b.name == buffer)
                state[buffer] = words.zeros(kind.size, kind.sampled)
            case Map(out, expr, reads):
                at = {Sign(f"x{n}"): read(rows) for n, rows in enumerate(reads)}
                write(out, value(expr, words, {**numbers, **at}))
            case Take(out, of):
                write(out, read(of))
            case Product(out, matrix, x, transposed):
                w = words.matrix(whole(matrix.buffer), matrix)
                write(out, words.product(w, read(x), transposed))
            case Sparse(out, pointer, index, data, name):
                sums = words.sparse(read(data), whole(name), pointer, index)
                write(out, words.add(read(out), sums))
            case Total(out, x):
                write(out, words.total(read(x)))
            case Softmax(out, x):
                write(out, words.softmax(read(x)))
            case Outer(out, left, right):
                write(out, words.outer(read(left), read(right)))
            case EdgeDots(out, left, right):
                write(out, words.dots(read(left), read(right)))
            case RunSums(out, of, order, starts):
                write(out, words.run_sums(words.pick(whole(of), order), starts, len(order)))


def learned(
    program: Program,
    words: Words[A],
    weights: A,
    inputs: A,
    targets: A,
    ones: A,
    numbers: Mapping[Sign, A],
    divisor: A | None = None,
) -> dict[str, A]:
    """All buffers after the forward and the backward pass; "dw" is Δw."""
    state = begin(program, words, weights, inputs, ones)
    state["d"] = targets
    if divisor is not None:
        state[DIVISOR] = divisor
    run(program, program.forward, words, state, numbers)
    run(program, program.backward, words, state, numbers)
    if CORRECTIONS not in state:  # a network without weights
        state[CORRECTIONS] = words.zeros(len(program.layout.entry), False)
    return state


def value(term: Term, words: Words[A], known: Mapping[Sign, A]) -> A:
    """The value of an element-wise term, each distinct part computed once.

    The rewritings are those of `native/formulas.py`: identities that lose no digits.
    """
    found: dict[Term, A] = {}

    def again(part: Term) -> A:
        if part not in found:
            found[part] = known[part] if isinstance(part, Sign) else written(stable(part))
        return found[part]

    def product(parts: Sequence[Term]) -> A:
        result = again(parts[0])
        for part in parts[1:]:
            result = words.multiply(result, again(part))
        return result

    def written(part: Term) -> A:
        if not any(isinstance(inner, Sign | Cases) for inner in walk(part)):
            return words.number(part)
        match part:
            case Add(terms):
                result = again(terms[0])
                for other in terms[1:]:
                    if isinstance(other, Mul) and other.factors[0] == MINUS:
                        result = words.subtract(result, product(other.factors[1:]))
                    else:
                        result = words.add(result, again(other))
                return result
            case Mul(factors) if (log := logarithm(factors)) is not None:
                number, x, z = log
                share = words.xlogy(again(x), again(z))
                return share if number == ONE else words.multiply(again(number), share)
            case Mul(factors):
                return product(factors)
            case Frac(above, below):
                return words.divide(again(above), again(below))
            case Pow(base, exponent) if exponent.denominator == 1:
                raised = whole_power(again(base), abs(int(exponent)))
                return words.divide(again(ONE), raised) if exponent < 0 else raised
            case Pow(base, exponent):
                return words.power(again(base), exponent)
            case Call(name, argument):
                return words.call(name, again(argument))
            case Cases(pieces, otherwise):
                result = again(otherwise)
                for condition, piece in reversed(pieces):
                    sides = again(condition.left), again(condition.right)
                    result = words.choose(condition.relation, *sides, again(piece), result)
                return result
            case _:
                raise TypeError(f"{type(part).__name__} is not element-wise")

    def whole_power(base: A, exponent: int) -> A:
        """By repeated squaring."""
        result: A | None = None
        while exponent:
            if exponent & 1:
                result = base if result is None else words.multiply(result, base)
            exponent >>= 1
            if exponent:
                base = words.multiply(base, base)
        return again(ONE) if result is None else result

    return again(term)


def numbers_of(batch: A, eta: A) -> dict[Sign, A]:
    """N and η."""
    return {N: batch, ETA: eta}
