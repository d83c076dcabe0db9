"""Is the compiled text the theorem?  The same kernels over a finite field, against tangents.

`validation.py` says what is compared.  Here the machine is the compiled one: its text over
`field.h`, and beside the text nothing differs but the type of the numbers.  What this leaves to
trust is the arithmetic of `real.h` and `functions.h` (rounding, and each stable form as the
function it stands for), and the compiler.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import cache
from importlib import resources
from operator import attrgetter
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from numeric.lowering import lower
from numeric.modular import P, Residues
from numeric.native import compiler
from numeric.native.machine import LEVELS, TINY, NativeMachine, words
from numeric.native.single import Single
from numeric.native.text import FIELD, kernels
from numeric.native.unrolled import fits, unrolled
from numeric.program import Instruction, Matrix, Pick, Program, Rows
from numeric.validation import Agrees, Differs, validate
from symbolic.topologies import random_dag, shorthand
from symbolic.verification import rule_of

Array = NDArray[Any]
BATCHES = (1, 5, 9)
"""One sample; two vectors of the field, which threads halve; and more than a panel, in parts."""
LISTED = 64
"""So many numbers are no longer spelled one by one in the name of a program."""
PLAIN, PARTS = {str, int, bool}, {Pick, Matrix, *get_args(Instruction)}
"""What is spelled as it stands, and what is spelled piece by piece."""
EVERY_BATCH = (1, 2, 3, 4, 5, 8, 9, 12, 16, 17, 27)
"""Every way in which the kernels cut a batch into vectors of the field."""


class FieldMachine:
    """The compiled program over the field, as `validate` wants a machine."""

    def __init__(
        self,
        program: Program,
        batch: int,
        weights: Residues,
        eta: int,
        texts: tuple[str, str] | None = None,
    ) -> None:
        self._given, self._one = weights, batch == 1
        self._weights = weights.astype(np.uint64)
        self._machine = NativeMachine(
            program, batch, self._weights, eta, FIELD, texts, threads=2, together=False
        )
        shape = self._machine.inputs.shape, self._machine.targets.shape
        self.inputs, self.targets = (np.zeros(s, np.int64) for s in shape)
        self.corrections = np.zeros(len(weights), np.int64)
        weighs = self._machine.divisor is not None
        self.divisor: Residues | None = np.ones((1, batch), np.int64) if weighs else None
        self.trained: Differs | None = None
        self._turn, self._parts = False, self._machine.in_parts

    def letter(self, letter: str) -> Residues:
        """v, y or delta of every row of the layout."""
        return self._machine.letter(letter).astype(np.int64)

    def learn(self) -> None:
        """One update as training does it, w += Δw, in each way; then δ and Δw alone.

        The ways: the whole batch by one thread, part by part, and by two threads.  Their order
        turns with every call, so that nothing right is left behind for one by the way before.
        """
        self._turn = not self._turn
        done = []
        ways = [(False, False)] + [(False, True)] * self._parts
        ways += [(True, False)] * self._machine.divided
        for together, in_parts in ways[:: 1 if self._turn else -1]:
            self._weights[:] = self._given
            self._machine.together, self._machine.in_parts = together, in_parts
            seen = self._epoch()
            done.append(((self._weights.astype(np.int64) - self._given) % P, seen))
        if self.divisor is None:
            done.append(self._one_call())
        if self._one:
            self._one_after_the_other()
        self._weights[:] = self._given
        self._machine.inputs[:], self._machine.targets[:] = self.inputs, self.targets
        if self._machine.divisor is not None:
            self._machine.divisor[:] = self.divisor
        self._machine.learn()
        self._machine.require_defined()
        self.corrections = self._machine.corrections.astype(np.int64)
        outputs = tuple(np.zeros(self.targets.shape, np.uint64) for _ in range(2))
        self._machine.outputs(*outputs)
        for moved, seen in done:
            if self.trained is None and not np.array_equal(moved, self.corrections):
                entry = int(np.argmax(moved != self.corrections))
                self.trained = Differs("the update", str(entry), None)
            if self.trained is None and not all(map(np.array_equal, outputs, seen)):
                self.trained = Differs("what training reports", "the outputs", None)

    def _one_call(self) -> tuple[Residues, tuple[Array, Array]]:
        """One update as `single.py` does it: by how much the weights moved, and y and v."""
        self._weights[:] = self._given
        single = Single(self._machine, self._weights)
        single.X[:], single.D[:] = self.inputs.T, self.targets.T
        single.run()
        return (self._weights.astype(np.int64) - self._given) % P, (single.y, single.v)

    def _one_after_the_other(self) -> None:
        """Two updates in one call are those of two calls: what one leaves for the next is right."""
        X, D = (
            np.array([rows[:, 0], (rows[:, 0] * 3 + 5) % P], np.uint64)
            for rows in (self.inputs, self.targets)
        )
        shares = None if self.divisor is None else np.array([self.divisor[0, 0], 7], np.uint64)
        order = np.array([1, 0]) if self._turn else None
        ends = []
        for calls in (((0, 2),), ((0, 1), (1, 1))):
            self._weights[:] = self._given
            y, v = (np.zeros((len(self.targets), 2), np.uint64) for _ in range(2))
            for start, updates in calls:
                self._machine.epoch(X, D, order, start, updates, y, v, shares)
            ends.append((self._weights.copy(), y, v))
        if self.trained is None and not all(map(np.array_equal, *ends)):
            entry = int(np.argmax(ends[0][0] != ends[1][0]))
            self.trained = Differs("the update", str(entry), None)

    def _epoch(self) -> tuple[Array, Array]:
        """One update in training; y and v that it reports."""
        y, v = (np.zeros(self.targets.shape, np.uint64) for _ in range(2))
        X, D = (np.ascontiguousarray(rows.T, np.uint64) for rows in (self.inputs, self.targets))
        shares = None if self.divisor is None else self.divisor[0].astype(np.uint64)
        self._machine.epoch(X, D, None, 0, 1, y, v, shares)
        return y, v


def audit(
    program: Program,
    points: int = 1,
    seed: int = 0,
    texts: tuple[str, str] | None = None,
    batches: tuple[int, ...] = BATCHES,
) -> Agrees | Differs:
    """Compare the compiled program with independent derivatives; `texts` stand for what is emitted.

    Raises `CannotCompileError` where there is no compiler.
    """
    made: list[FieldMachine] = []

    def build(program: Program, batch: int, weights: Residues, eta: int) -> FieldMachine:
        made.append(FieldMachine(program, batch, weights, eta, texts))
        return made[-1]

    for batch in batches:
        found = validate(program, points, seed, build, batch)
        if isinstance(found, Differs):
            return found
        for machine in made:
            if machine.trained is not None:
                return _named(program, machine.trained)
    return Agrees(points)


def _named(program: Program, found: Differs) -> Differs:
    if found.quantity != "the update":
        return found
    return replace(found, name=list(program.layout.entry)[int(found.name)])


def samples_of_all_kernels() -> list[Program]:
    """Small programs that between them use every kernel, in every way it cuts rows and columns."""
    networks = (
        shorthand("27-22:tanh-20:tanh-13:softmax"),
        random_dag(40, 300, 3, ties=0.2),
    )
    return [lower(rule_of(network)) for network in networks]


def require_kernels() -> None:
    """Audit the kernels at every kind of batch, once for each text of theirs.

    The kernels of a program are those of any other; which of them run, and where, does not depend
    on the size of a batch beyond one sample.  So a program is then audited at `BATCHES` alone.
    """
    _, path = compiler.library(kernels(FIELD), LEVELS[1][0])
    digest = hashlib.sha256(_emitter() + repr(EVERY_BATCH).encode()).hexdigest()
    if compiler.is_checked(path, digest):
        return
    for program in samples_of_all_kernels():
        found = audit(program, batches=EVERY_BATCH)
        if isinstance(found, Differs):
            raise AssertionError(f"{found} The kernels of the native backend are wrong.")
    compiler.mark_checked(path, digest)


def require(program: Program) -> None:
    """Audit the program unless this very one passed before; raises `AssertionError` if it fails.

    What it trains with is compiled too, so that a compiler that refuses it is known now.
    """
    require_kernels()
    text = words(program)
    compiler.library(kernels(program.dtype), LEVELS[0][0])
    compiler.library(text.formulas(program.dtype), LEVELS[0][1])
    if fits(program):
        compiler.library(unrolled(program, program.dtype), TINY)
    _, path = compiler.library(text.formulas(FIELD), LEVELS[1][1])
    digest = _digest(program)
    if compiler.is_checked(path, digest):
        return
    found = audit(program)
    if isinstance(found, Differs):  # a fault of ours: nothing may be trained with it
        raise AssertionError(f"{found} The compiled code is not the proved rule.")
    compiler.mark_checked(path, digest)


@cache
def _emitter() -> bytes:
    """A digest of all that writes and compares C: when it changes, every audit is made anew."""
    whole = hashlib.sha256()
    files = [*resources.files("numeric.native").iterdir()]
    files += [resources.files("numeric").joinpath(name) for name in ("validation.py", "modular.py")]
    for file in sorted(files, key=lambda file: file.name):
        if file.name.endswith((".py", ".h")):
            whole.update(file.read_bytes())
    return whole.digest()


def _digest(program: Program) -> str:
    """A name for the program, all that it computes and where, and for who writes it as C."""
    layout, network = program.layout, program.layout.network
    whole = hashlib.sha256(_emitter())
    spelled: dict[int, str] = {}
    for code in (program.forward, program.backward):
        said: list[str] = []
        for line in code:
            _say(said, line, spelled)
        whole.update("\n".join(said).encode() + b"\0")
    kinds: dict[int, int] = {}
    for neuron in network.neurons:
        kinds.setdefault(id(neuron.activation), len(kinds))
    called = {kinds[id(n.activation)]: n.activation for n in network.neurons}
    for names in (
        *(layout.row, layout.entry, network.inputs, network.outputs, layout.outputs),
        *(map(attrgetter(end), network.synapses) for end in ("to", "source", "weight")),
        [f"{n.name} {kinds[id(n.activation)]} {n.group}" for n in network.neurons],
    ):
        whole.update("\n".join(names).encode() + b"\0")
    for numbers in (layout.row, layout.entry):
        whole.update(np.array([*numbers.values()], np.int64).tobytes())
    parts = (called, network.formulas, network.cost, program.buffers, layout.ones, BATCHES)
    whole.update(repr(parts).encode())
    return whole.hexdigest()


def _digest_of(numbers: tuple[int, ...]) -> str:
    return hashlib.sha256(np.array(numbers, np.int64).tobytes()).hexdigest()


def _say(said: list[str], part: Any, spelled: dict[int, str]) -> None:
    """All of an instruction, each piece with its end; long lists of numbers by their digest.

    `spelled`: the terms of this program that were spelled before, by their identity.
    """
    say = said.append
    say(type(part).__name__)
    for inner in vars(part).values():
        kind = type(inner)
        if kind is Rows:
            say(f"{inner.buffer} {inner.start}:{inner.stop}")
        elif kind in PLAIN:
            say(repr(inner))
        elif kind in PARTS:
            _say(said, inner, spelled)
        elif kind is tuple and inner and type(inner[0]) is int:
            say(repr(inner) if len(inner) < LISTED else _digest_of(inner))
        elif kind is tuple:
            say(f"{len(inner)} of")
            for rows in inner:
                _say(said, rows, spelled)
        else:
            if id(inner) not in spelled:
                spelled[id(inner)] = repr(inner)
            say(spelled[id(inner)])
    say(")")
