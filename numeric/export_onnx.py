"""A trained network as ONNX: the forward pass of its program, for inference in any runtime.

`dataflow.py` runs the program in words that write nodes instead of computing: what is emitted is
the code that the audit modulo 2^61 - 1 has run (`residue_words.py`), with the weights folded in.
Numbers are rounded to 32 bits.  Standardised inputs are part of the graph, so it takes the table
that `proofprop predict` takes: X [samples, inputs] → Y [samples, outputs].  The same model gives
the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numeric.dataflow import begin, run
from numeric.native.formulas import real
from numeric.program import Matrix
from numeric.residue_words import places, require_flow
from numeric.trainer import Trainer
from symbolic.errors import InputError
from symbolic.terms import Relation, Term

Array = NDArray[Any]
OPSET, IR = 18, 9
CALLS = {
    "exp": "Exp",
    "ln": "Log",
    "sqrt": "Sqrt",
    "sin": "Sin",
    "cos": "Cos",
    "sinh": "Sinh",
    "cosh": "Cosh",
    "tanh": "Tanh",
    "arctan": "Atan",
    "erf": "Erf",
    "abs": "Abs",
    "softplus": "Softplus",
    "expit": "Sigmoid",
}
COMPARE = {
    Relation.LESS: "Less",
    Relation.AT_MOST: "LessOrEqual",
    Relation.GREATER: "Greater",
    Relation.AT_LEAST: "GreaterOrEqual",
    Relation.EQUAL: "Equal",
}
FOLD: dict[str, Callable[[Any, Any], Any]] = {
    "Add": np.add,
    "Sub": np.subtract,
    "Mul": np.multiply,
    "Div": np.divide,
}


@dataclass(frozen=True)
class Node:
    """What a node computes: its name, and how many rows [rows, batch] it has."""

    name: str
    rows: int


@dataclass(frozen=True)
class Sheet:
    """A buffer in pieces: the rows from each start on are a node; the others are 0."""

    size: int
    pieces: tuple[tuple[int, Node], ...] = ()

    def held(self) -> Array:
        """The rows that some piece has, in the order of the pieces."""
        spans = [np.arange(start, start + node.rows) for start, node in self.pieces]
        return np.concatenate(spans) if spans else np.zeros(0, int)


Value = Any  # a Node, a Sheet, or a constant: an array of NumPy


class OnnxWords:
    """See `dataflow.Words`; what no input reaches is computed here and now."""

    def __init__(self) -> None:
        from onnx import helper, numpy_helper

        self._helper, self._numpy = helper, numpy_helper
        self.nodes: list[Any] = []
        self.constants: dict[tuple[str, tuple[int, ...], bytes], Any] = {}
        self.ones = Node("ones", 1)

    def node(self, kind: str, given: list[str], rows: int, **more: Any) -> Node:
        """One more node of the graph."""
        name = f"t{len(self.nodes)}"
        self.nodes.append(self._helper.make_node(kind, given, [name], **more))
        return Node(name, rows)

    def constant(self, numbers: Any, kind: Any = np.float32) -> str:
        """The name of a constant; equal constants are one."""
        table = np.ascontiguousarray(numbers, kind)
        key = table.dtype.str, table.shape, table.tobytes()
        if key not in self.constants:
            name = f"c{len(self.constants)}"
            self.constants[key] = self._numpy.from_array(table, name)
        return str(self.constants[key].name)

    # element by element -----------------------------------------------------------------------

    def _name(self, value: Value) -> str:
        if isinstance(value, Node):
            return value.name
        table = np.asarray(value)
        return self.constant(table[:, np.newaxis] if table.ndim == 1 and len(table) > 1 else table)

    def _rows(self, *values: Value) -> int:
        return max(v.rows if isinstance(v, Node) else np.size(v) for v in values)

    def _both(self, kind: str, a: Value, b: Value) -> Value:
        if not isinstance(a, Node | Sheet) and not isinstance(b, Node | Sheet):
            return FOLD[kind](a, b)
        if kind == "Add" and isinstance(a, Sheet):  # rows that nothing has written yet
            return b
        return self.node(kind, [self._name(a), self._name(b)], self._rows(a, b))

    def number(self, term: Term) -> Value:
        return np.float64(real(term))

    def add(self, a: Value, b: Value) -> Value:
        return self._both("Add", a, b)

    def subtract(self, a: Value, b: Value) -> Value:
        return self._both("Sub", a, b)

    def multiply(self, a: Value, b: Value) -> Value:
        return self._both("Mul", a, b)

    def divide(self, a: Value, b: Value) -> Value:
        return self._both("Div", a, b)

    def power(self, a: Value, exponent: Fraction) -> Value:
        return self.node("Pow", [self._name(a), self.constant(float(exponent))], self._rows(a))

    def call(self, name: str, a: Value) -> Value:
        return self.node(CALLS[name], [self._name(a)], self._rows(a))

    def xlogy(self, a: Value, b: Value) -> Value:
        zero = self.constant(0)
        share = self.multiply(a, self.call("ln", b))
        none = self.node("Equal", [self._name(a), zero], self._rows(a))
        return self.node("Where", [none.name, zero, share.name], self._rows(a, b))

    def choose(
        self, relation: Relation, left: Value, right: Value, here: Value, otherwise: Value
    ) -> Value:
        rows = self._rows(left, right, here, otherwise)
        holds = self.node(COMPARE[relation], [self._name(left), self._name(right)], rows)
        return self.node("Where", [holds.name, self._name(here), self._name(otherwise)], rows)

    # rows -------------------------------------------------------------------------------------

    def zeros(self, size: int, sampled: bool) -> Value:
        return Sheet(size) if sampled else np.zeros(size)

    def _slice(self, node: Node, start: int, stop: int) -> Node:
        if (start, stop) == (0, node.rows):
            return node
        ends = [self.constant([n], np.int64) for n in (start, stop, 0)]
        return self.node("Slice", [node.name, *ends], stop - start)

    def _joined(self, nodes: list[Node]) -> Node:
        if len(nodes) == 1:
            return nodes[0]
        names, rows = [node.name for node in nodes], sum(node.rows for node in nodes)
        return self.node("Concat", names, rows, axis=0)

    def rows(self, a: Value, start: int, stop: int) -> Value:
        if isinstance(a, Node):
            return self._slice(a, start, stop)
        if not isinstance(a, Sheet):
            return a[start:stop]
        found = [
            self._slice(node, max(start - at, 0), min(stop - at, node.rows))
            for at, node in a.pieces
            if at < stop and at + node.rows > start
        ]
        if not found:
            return Sheet(stop - start)
        if sum(node.rows for node in found) != stop - start:
            raise AssertionError("a row is read that is not written")
        return self._joined(found)

    def pick(self, a: Value, at: tuple[int, ...]) -> Value:
        if not isinstance(a, Sheet):
            return a[list(at)]
        whole = self._joined([node for _, node in a.pieces])
        place = {row: n for n, row in enumerate(a.held().tolist())}
        index = self.constant([place[row] for row in at], np.int64)
        return self.node("Gather", [whole.name, index], len(at), axis=0)

    def put(self, a: Value, start: int, stop: int, part: Value) -> Value:
        if not isinstance(a, Sheet):
            fresh = a.copy()
            fresh[start:stop] = part
            return fresh
        if isinstance(part, Sheet):
            return a
        count = stop - start
        if not isinstance(part, Node):
            column = np.broadcast_to(np.reshape(part, (-1, 1)), (count, 1))
            part = self.node("Mul", [self.ones.name, self.constant(column)], count)
        elif part.rows != count:
            part = self.node("Add", [part.name, self.constant(np.zeros((count, 1)))], count)
        pieces = [(start, part)]
        for at, node in a.pieces:
            if at < start:
                kept = min(at + node.rows, start)
                pieces.append((at, self._slice(node, 0, kept - at)))
            if at + node.rows > stop:
                first = max(at, stop)
                pieces.append((first, self._slice(node, first - at, node.rows)))
        return Sheet(a.size, tuple(sorted(pieces, key=lambda piece: piece[0])))

    def place(self, a: Value, at: tuple[int, ...], part: Value) -> Value:
        for n, row in enumerate(at):
            one = part.rows if isinstance(part, Node) else np.size(part)
            a = self.put(a, row, row + 1, part if one == 1 else self.rows(part, n, n + 1))
        return a

    # sums -------------------------------------------------------------------------------------

    def matrix(self, flat: Value, matrix: Matrix) -> Value:
        return flat[places(matrix)]

    def product(self, matrix: Value, x: Value, transposed: bool) -> Value:
        table = matrix.T if transposed else matrix
        return self.node("MatMul", [self.constant(table), self._name(x)], len(table))

    def total(self, a: Value) -> Value:
        return self.node("ReduceSum", [a.name, self.constant([0], np.int64)], 1, keepdims=1)

    def softmax(self, a: Value) -> Value:
        return self.node("Softmax", [a.name], a.rows, axis=0)

    def sparse(
        self, data: Value, x: Value, pointer: tuple[int, ...], index: tuple[int, ...]
    ) -> Value:
        """The rows of one length together: gathered, weighted and summed."""
        count, parts, order = np.diff(pointer), [], []
        for length in np.unique(count).tolist():
            rows = np.flatnonzero(count == length)
            at = np.array(pointer)[rows][:, np.newaxis] + np.arange(length)
            order.append(rows)
            if length == 0:
                column = self.constant(np.zeros((len(rows), 1)))
                parts.append(self.node("Mul", [self.ones.name, column], len(rows)))
                continue
            taken = self.pick(x, tuple(np.array(index)[at].ravel().tolist()))
            shape = self.constant([len(rows), length, -1], np.int64)
            cut = self.node("Reshape", [taken.name, shape], len(rows))
            weights = self.constant(data[at][:, :, np.newaxis])
            each = self.node("Mul", [cut.name, weights], len(rows))
            axis = self.constant([1], np.int64)
            parts.append(self.node("ReduceSum", [each.name, axis], len(rows), keepdims=0))
        whole, places_of = self._joined(parts), np.argsort(np.concatenate(order))
        if (np.diff(places_of) == 1).all():
            return whole
        back = self.constant(places_of, np.int64)
        return self.node("Gather", [whole.name, back], len(count), axis=0)

    def outer(self, left: Value, right: Value) -> Value:
        raise NotImplementedError("only the forward pass is exported")

    dots = outer

    def run_sums(self, flat: Value, starts: tuple[int, ...], size: int) -> Value:
        raise NotImplementedError("only the forward pass is exported")


def onnx_bytes(trainer: Trainer) -> bytes:
    """The file of a trained network; raises `InputError` where the package onnx is not there."""
    try:
        import onnx
        from onnx import TensorProto, helper
    except ModuleNotFoundError:
        raise InputError(
            "An ONNX file needs a package that is not here: pip install 'proofprop[onnx]'."
        ) from None
    program, network = trainer.program, trainer.network
    require_flow(program)
    words, layout = OnnxWords(), program.layout
    before = _inputs(words, trainer)
    entry = layout.entry
    weights = np.array([trainer.weights[name] for name in entry]).astype(np.float32)
    state: dict[str, Value] = begin(program, words, weights, before, words.ones)
    run(program, program.forward, words, state, {})
    y = words.pick(state["y"], tuple(layout.row[name] for name in network.outputs))
    words.nodes.append(helper.make_node("Transpose", [y.name], ["Y"], perm=[1, 0]))
    tensors = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, ["samples", count])
        for name, count in (("X", len(network.inputs)), ("Y", len(network.outputs)))
    ]
    graph = helper.make_graph(
        words.nodes,
        network.name or "network",
        tensors[:1],
        tensors[1:],
        list(words.constants.values()),
    )
    model = helper.make_model(
        graph,
        producer_name="proofprop",
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR,
    )
    prepared = trainer.preparation
    helper.set_model_props(
        model,
        {
            "classes": json.dumps(prepared.classes, ensure_ascii=False),
            "inputs": json.dumps(prepared.inputs or network.inputs, ensure_ascii=False),
            "outputs": json.dumps(network.outputs, ensure_ascii=False),
        },
    )
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString(deterministic=True))


def _inputs(words: OnnxWords, trainer: Trainer) -> Node:
    """The inputs [inputs, samples], scaled where they were, and a row of ones beside them."""
    prepared, name = trainer.preparation, "X"
    if prepared.means:
        less = words.node("Sub", ["X", words.constant(prepared.means)], 0)
        name = words.node("Div", [less.name, words.constant(prepared.scales)], 0).name
    shape = words.node("Shape", ["X"], 1, start=0, end=1)
    size = words.node("Concat", [words.constant([1], np.int64), shape.name], 1, axis=0)
    one = words._numpy.from_array(np.ones(1, np.float32), "one")
    words.ones = words.node("ConstantOfShape", [size.name], 1, value=one)
    count = len(trainer.network.inputs)
    return words.node("Transpose", [name], count, perm=[1, 0])
