"""A trained network as one Python file for PyTorch: an `nn.Module` with the proved backward pass.

The file needs PyTorch alone.  Its text is written by `dataflow.py` in words that write lines
instead of computing, so it is the code that the audit modulo 2^61 - 1 has run.

What comes back from any loss L(y) is the rule of a network too.  For g = ∂L/∂y held fixed, the
derivative of L by a weight is that of 𝓔 = Σ_ξ Σ_j g_j y_j, the cost c(d, y) = d y with d = g and
N = 1; the rule of the network with this cost is proved before it is exported.  ∂L/∂x_i is read
there too: an identity neuron with the fixed weight 1 stands behind each input, and -δ of it is the
derivative.  `Network.cost(X, D)` is the network's own 𝓔, with the rule that it was trained by.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from importlib import resources

import numpy as np

from numeric.dataflow import begin, numbers_of, run, value
from numeric.lowering import lower
from numeric.native.formulas import real
from numeric.program import CORRECTIONS, Matrix, Program
from numeric.residue_words import require_flow
from numeric.trainer import Trainer
from symbolic.activations import activation
from symbolic.costs import COSTS, in_d_and_y, own
from symbolic.network import Network, Neuron, Synapse
from symbolic.terms import Call, Num, Relation, Sign, Term, replaced
from symbolic.verification import rule_of

D, Y, V = Sign("d"), Sign("y"), Sign("v")
NAMES = {"ln": "log", "arctan": "atan", "expit": "sigmoid"}
"""Functions that PyTorch calls otherwise."""
COMPARE = {
    Relation.LESS: "<",
    Relation.AT_MOST: "<=",
    Relation.GREATER: ">",
    Relation.AT_LEAST: ">=",
    Relation.EQUAL: "==",
}


class TorchWords:
    """See `dataflow.Words`: a value is a Python expression; `k` is the table of lists of rows.

    Buffers are changed in place; one that came from elsewhere is copied before that.
    """

    def __init__(self, rows: Rows, prefix: str) -> None:
        self.lines: list[str] = []
        self._rows, self._prefix = rows, prefix
        self._own: set[str] = set()

    def line(self, text: str) -> str:
        """A new name for a value."""
        name = f"{self._prefix}{len(self.lines)}"
        self.lines.append(f"{name} = {text}")
        return name

    def number(self, term: Term) -> str:
        found = real(term)
        return repr(found) if math.isfinite(found) else f"float({str(found)!r})"

    def add(self, a: str, b: str) -> str:
        return self.line(f"{a} + {b}")

    def subtract(self, a: str, b: str) -> str:
        return self.line(f"{a} - {b}")

    def multiply(self, a: str, b: str) -> str:
        return self.line(f"{a} * {b}")

    def divide(self, a: str, b: str) -> str:
        return self.line(f"{a} / {b}")

    def power(self, a: str, exponent: Fraction) -> str:
        return self.line(f"{a} ** {float(exponent)!r}")

    def call(self, name: str, a: str) -> str:
        if name == "softplus":
            return self.line(f"torch.logaddexp({a}, torch.zeros_like({a}))")
        return self.line(f"torch.{NAMES.get(name, name)}({a})")

    def xlogy(self, a: str, b: str) -> str:
        return self.line(f"torch.xlogy({a}, {b})")

    def choose(self, relation: Relation, left: str, right: str, here: str, otherwise: str) -> str:
        chosen = [f"w.new_tensor({a})" if _is_number(a) else a for a in (here, otherwise)]
        return self.line(f"torch.where({left} {COMPARE[relation]} {right}, {', '.join(chosen)})")

    def zeros(self, size: int, sampled: bool) -> str:
        name = self.line(f"w.new_zeros({size}, n)" if sampled else f"w.new_zeros({size})")
        self._own.add(name)
        return name

    def rows(self, a: str, start: int, stop: int) -> str:
        return f"{a}[{start}:{stop}]"

    def pick(self, a: str, at: tuple[int, ...]) -> str:
        return f"{a}[{self._rows.at(at)}]"

    def put(self, a: str, start: int, stop: int, part: str) -> str:
        a = self._owned(a)
        self.lines.append(f"{a}[{start}:{stop}] = {part}")
        return a

    def place(self, a: str, at: tuple[int, ...], part: str) -> str:
        a = self._owned(a)
        self.lines.append(f"{a}[{self._rows.at(at)}] = {part}")
        return a

    def _owned(self, a: str) -> str:
        if a not in self._own:
            a = self.line(f"{a}.clone()")
            self._own.add(a)
        return a

    def matrix(self, flat: str, matrix: Matrix) -> str:
        shape = f"({matrix.height}, {matrix.width}), ({matrix.stride}, 1)"
        return f"{flat}[{matrix.first}:].as_strided({shape})"

    def product(self, matrix: str, x: str, transposed: bool) -> str:
        return self.line(f"{matrix}.T @ {x}" if transposed else f"{matrix} @ {x}")

    def outer(self, left: str, right: str) -> str:
        return self.line(f"({left} @ {right}.T).reshape(-1)")

    def dots(self, left: str, right: str) -> str:
        return self.line(f"({left} * {right}).sum(1)")

    def total(self, a: str) -> str:
        return self.line(f"{a}.sum(0, keepdim=True)")

    def softmax(self, a: str) -> str:
        return self.line(f"torch.softmax({a}, 0)")

    def sparse(self, data: str, x: str, pointer: tuple[int, ...], index: tuple[int, ...]) -> str:
        count = np.diff(pointer)
        to = self._rows.at(np.repeat(np.arange(len(count)), count).tolist())
        parts = f"{data}[:, None] * {x}[{self._rows.at(index)}]"
        return self.line(f"w.new_zeros({len(count)}, n).index_add_(0, {to}, {parts})")

    def run_sums(self, flat: str, starts: tuple[int, ...], size: int) -> str:
        run = np.searchsorted(np.array(starts), np.arange(size), side="right") - 1
        return self.line(
            f"w.new_zeros({len(starts)}).index_add_(0, {self._rows.at(run.tolist())}, {flat})"
        )


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return text.startswith("float(")
    return True


def torch_text(trainer: Trainer) -> str:
    """The file of a trained network.

    Raises `InputError` where a rule has a shape that cannot be laid out.
    """
    network, program = trainer.network, trainer.program
    behind = behind_neurons(network)
    passing = lower(rule_of(behind), program.dtype)
    for one in (passing, program):
        require_flow(one)
    rows = Rows()
    learnt = [name for name in passing.layout.entry if name in program.layout.entry]
    prepared = trainer.preparation
    table = {
        "DTYPE": program.dtype,
        "NETWORK": repr(network.name),
        "INPUTS": repr(prepared.inputs or network.inputs),
        "OUTPUTS": repr(network.outputs),
        "CLASSES": repr(prepared.classes),
        "MEANS": repr(prepared.means),
        "SCALES": repr(prepared.scales),
        "NAMES": repr(tuple(learnt)),
        "WEIGHTS": repr([trainer.weights[name] for name in learnt]),
        "ENTRIES": str(len(passing.layout.entry)),
        "PLACES": rows.at([passing.layout.entry[name] for name in learnt]),
        "OWN": rows.at([learnt.index(name) for name in program.layout.entry]),
        **_signals(passing, network, learnt, rows),
        "COSTING": _costing(program, learnt, rows),
    }
    table["ROWS"] = "[\n" + "".join(f"    {list(at)},\n" for at in rows.known) + "]"
    text = (resources.files("numeric") / "torch_module.txt").read_text("utf-8")
    return re.sub(r"<([A-Z]+)>", lambda found: table[found[1]], text)


def behind_neurons(network: Network) -> Network:
    """The network with an identity neuron behind each input, and the cost Σ_j d_j y_j.

    >>> from symbolic.topologies import shorthand
    >>> made = behind_neurons(shorthand("2-1"))
    >>> [neuron.name for neuron in made.neurons], made.weight_of["3", "1_in"]
    (['1_in', '2_in', '3'], 'w_3_1')
    """
    behind = _fresh(network.inputs, "in", {*network.units})
    fixed = _fresh(network.inputs, "one", {*network.uses})
    signs: dict[Term, Term] = {Sign("y", (i,)): Sign("y", (name,)) for i, name in behind.items()}
    neurons = tuple(
        n if n.field is None else replace(n, field=replaced(n.field, signs))
        for n in network.neurons
    )
    synapses = tuple(replace(s, source=behind.get(s.source, s.source)) for s in network.synapses)
    return Network(
        network.inputs,
        (*(Neuron(name, activation("identity")) for name in behind.values()), *neurons),
        network.outputs,
        (*(Synapse(name, i, fixed[i]) for i, name in behind.items()), *synapses),
        own("what comes back", D * Y),
    )


def _fresh(names: Sequence[str], ending: str, taken: set[str]) -> dict[str, str]:
    """A new name for each."""
    found = {name: f"{name[:40]}_{ending}" for name in names}
    while taken & set(found.values()) or len(set(found.values())) < len(names):
        ending += "_"
        found = {name: f"{name[:40]}_{ending}{n}" for n, name in enumerate(names)}
    return found


class Rows:
    """The lists of rows that the text refers to, each once."""

    def __init__(self) -> None:
        self.known: dict[tuple[int, ...], int] = {}

    def at(self, rows: Sequence[int]) -> str:
        """The expression of a list."""
        return f"k[{self.known.setdefault(tuple(rows), len(self.known))}]"


def _signals(
    program: Program, network: Network, learnt: Sequence[str], rows: Rows
) -> dict[str, str]:
    """The forward pass, and the backward pass from g = ∂L/∂Y: d = g, N = 1 and η = -1."""
    layout = program.layout
    words = TorchWords(rows, "t")
    state = begin(program, words, "w", "x", "ones")
    run(program, program.forward, words, state, {})
    outputs = rows.at([layout.row[name] for name in network.outputs])
    lines = [*words.lines, f"y = {state['y']}[{outputs}].T"]
    back = TorchWords(rows, "b")
    forward = set(state.values()) - {"w"}
    order = rows.at([network.outputs.index(name) for name in layout.outputs])
    state["d"] = back.line(f"g.T[{order}]")
    run(program, program.backward, back, state, numbers_of("1.0", "-1.0"))
    inputs = rows.at([layout.row[program_input] for program_input in _behind(program)])
    entries = rows.at([layout.entry[name] for name in learnt])
    ends = f"return -{state['delta']}[{inputs}].T, {state[CORRECTIONS]}[{entries}], None"
    used = set(re.findall(r"\bt\d+\b", "\n".join((*back.lines, ends))))
    return {
        "SIGNALS": _body(lines),
        "KEPT": ", ".join(sorted(forward & used)),
        "RETURNED": _body([*back.lines, ends]),
    }


def _behind(program: Program) -> list[str]:
    """The neurons behind the inputs, in the order of the inputs."""
    network = program.layout.network
    return [network.successors[i][0] for i in network.inputs]


def _costing(program: Program, learnt: Sequence[str], rows: Rows) -> str:
    """𝓔 and its gradient, η being -1."""
    layout, network = program.layout, program.layout.network
    words = TorchWords(rows, "t")
    state = begin(program, words, "w", "x", "ones")
    order = rows.at([network.outputs.index(name) for name in layout.outputs])
    state["d"] = words.line(f"D.T[{order}]")
    for code in (program.forward, program.backward):
        run(program, code, words, state, numbers_of("n", "-1.0"))
    outputs = rows.at([layout.row[name] for name in layout.outputs])
    y, v = (words.line(f"{state[letter]}[{outputs}]") for letter in ("y", "v"))
    cost = _cost(network, words, state["d"], y, v)
    entries = rows.at([layout.entry[name] for name in learnt])
    ends = f"ctx.save_for_backward({state[CORRECTIONS]}[{entries}])", f"return {cost}.sum() / n"
    return _body([*words.lines, *ends])


def _cost(network: Network, words: TorchWords, d: str, y: str, v: str) -> str:
    """c(d_j, y_j), in the forms of `measures.py` that lose no digits."""
    loss, kinds = network.cost.loss, {network.neuron[j].activation for j in network.outputs}
    kind = next(iter(kinds))
    if loss == COSTS["softmax_cross_entropy"].loss and network.shares_alone:
        return words.line(f"{d} * (torch.logsumexp({v}, 0, keepdim=True) - {v})")
    if loss == COSTS["cross_entropy"].loss and len(kinds) == 1 and kind.name == "logistic":
        u = Num(Fraction(dict(kind.parameters)["a"])) * V
        loss = D * Call("ln", 1 + Call("exp", -u)) + (1 - D) * Call("ln", 1 + Call("exp", u))
    return value(in_d_and_y(loss), words, {D: d, Y: y, V: v})


def _body(lines: Sequence[str]) -> str:
    return "\n        ".join(lines)
