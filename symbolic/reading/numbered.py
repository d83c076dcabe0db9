"""The quantities of one given network: every neuron has arrays of its own, over the samples.

What the document defines for all neurons is put in for each, unless the network has a formula of
its own there.  How derivatives are taken is left to `written.py`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from fractions import Fraction

from symbolic.indexed import Expr, Num, Shifted, Var
from symbolic.indices import Calculus, SizeOne
from symbolic.integers import Base as Letter
from symbolic.monomials import Normal
from symbolic.partials import written
from symbolic.reading.activation import Activation, owner
from symbolic.reading.base import Base, name_of
from symbolic.reading.formulas import (
    FROM,
    NEURON,
    SAMPLE,
    TO,
    UNWRITTEN,
    Applied,
    Formula,
    Partial,
    Range,
    Read,
    SumOver,
    Times,
    as_indexed,
    inside,
    plus,
    put,
    rebuilt,
    walk,
)
from symbolic.reading.given import Given
from symbolic.reading.normals import bases
from symbolic.reading.pathways import CORE
from symbolic.reading.reach import require_reach
from symbolic.reading.source import BeyondError
from symbolic.reading.theory import Assumption

NOTHING = Num(Fraction(0))
GRADIENT = "∂"
"""What ∂𝓔/∂v_j is called, as long as it stays a sign."""
ANY = Var("j", NEURON)


class NoSuchError(BeyondError):
    """The line speaks of what the given network does not have."""


class FixedError(BeyondError):
    """A derivative by the fixed signal of a bias: where a letter stands for it, nothing is said."""


class Numbered(ABC):
    """The definitions of a document for the neurons of one network, `under` N = 1, Σ d = 1 or both.

    With its `functions` every φ_j is that of the network, else any.

    Its methods raise `BeyondError` where a line is not in reach, `TooLargeError` where it is too
    long.
    """

    def __init__(
        self,
        base: Base,
        network: Given,
        under: Collection[Assumption] = frozenset(),
        functions: bool = False,
    ) -> None:
        self.base, self.network, self.under = base, network, under
        known = network.functions if functions and base.activation is None else ()
        self._functions = {n: Activation(body, 0) for n, body in known}
        self.world = network.world(1)
        sizes = [SizeOne(Assumption.N1, "N")] if Assumption.N1 in under else []
        self.calculus = Calculus({}, (), sizes)
        self.calculus.know(SAMPLE)
        self._own: dict[str, tuple[str, tuple[int, ...]]] = {}  # array: the quantity it is
        self._bodies: dict[str, tuple[tuple[Var, ...], Normal]] = {}
        self._tangents: dict[tuple[str, str, bool], Normal] = {}
        self._gradients: dict[str, tuple[str, str]] = {}  # array: of what, by what
        self._fresh = 0

    @abstractmethod
    def _partial(self, partial: Partial) -> Normal:
        """∂of/∂by, both at numbered neurons."""

    @abstractmethod
    def _gradient(self, of: str, by: str) -> Normal:
        """∂of/∂by of a cost, by gradients of later neurons."""

    def _weight(self, pair: tuple[int, int]) -> str:
        """The array of the weight of a connection."""
        name = f"w[{pair[0]},{pair[1]}]"
        self._own[name] = "w", pair
        self.calculus.arrays.setdefault(name, ())
        return name

    def _letters(self, name: str, which: str) -> tuple[Var, ...]:
        """Letters for the samples of an array; c is made anew for every sum."""
        if which == "c":
            self._fresh += 1
            which = f"c{self._fresh}"
        sorts = self.calculus.arrays[name]
        return tuple(Var(f"@{which}.{n}", sort) for n, sort in enumerate(sorts))

    # ------------------------------------------------------------------ reading

    def _normal(self, formula: Formula, at: Mapping[Var, int], defines: str = "") -> Normal:
        """The formula at these neurons, in normal form."""
        return self._indexed(self.flat(formula, at, defines))

    def flat(self, formula: Formula, at: Mapping[Var, int], defines: str = "") -> Formula:
        """The formula at these neurons: arrays of their own, and sums over neurons written out."""
        for part in walk(formula):
            require_reach(part)
        return self._flat(formula, at, defines)

    def _indexed(self, flat: Formula) -> Normal:
        """The normal form of a formula whose neurons are numbers already."""

        def named(part: Partial | SumOver) -> Expr:
            if isinstance(part, Partial):
                return written(self.calculus, self._partial(part))
            raise BeyondError(f"A sum over {part.over.name} is not in reach.")

        return self.calculus.normal(as_indexed(flat, named, phi=self.base.phi))

    def _flat(self, formula: Formula, at: Mapping[Var, int], defines: str) -> Formula:
        """The formula with arrays of numbered neurons and with sums over neurons written out."""
        match formula:
            case SumOver(letter, span, body) if letter.sort == NEURON:
                flat = (
                    self._flat(body, {**at, letter: n}, defines)
                    for n in self._range(span, at, defines)
                )
                terms = tuple(term for term in flat if term != NOTHING)
                return plus(*terms) if terms else NOTHING
            case Times(factors) if self._unconnected(factors, at):
                return NOTHING
            case Read():
                return self._read(formula, at)
            case Partial(of, by, reading):
                below = self._flat(by, at, defines)
                if not isinstance(below, Read):
                    raise FixedError("Nothing is differentiated by the fixed signal of a bias.")
                return Partial(self._flat(of, at, defines), below, reading)
            case Applied(function, places, argument, order, sign):
                numbers = tuple(self._number(i, at) for i in places)
                inner = self._flat(argument, at, defines)
                own = owner(Applied(function, numbers, inner, order, sign), True)
                if len(own) == 1 and own[0] in self._functions:
                    return self._functions[int(own[0])].at(inner, order)
                if len(own) == 1 and isinstance(own[0], int) and self.base.of_outputs is not None:
                    known = self.base.function(self.world.kind(own[0]))
                    assert known is not None
                    return known.at(inner, order)
                return Applied(function, numbers, inner, order, sign)
        return rebuilt(formula, [self._flat(part, at, defines) for part in inside(formula)])

    def _unconnected(self, factors: tuple[Formula, ...], at: Mapping[Var, int]) -> bool:
        """Whether a weight of a sum belongs to no connection: nothing else need be defined then."""
        return any(
            isinstance(factor, Read)
            and factor.array == "w"
            and any(isinstance(i, Var) for i in factor.at)
            and tuple(self._number(i, at) for i in factor.at) not in self.world.strength
            for factor in factors
        )

    def _read(self, read: Read, at: Mapping[Var, int]) -> Formula:
        """The quantity of a numbered neuron as an array of its own, over samples."""
        samples = tuple(i for i in read.at if isinstance(i, Var) and i.sort == SAMPLE)
        numbers = tuple(self._number(i, at) for i in read.at if i not in samples)
        general = name_of(Read(read.array, (*(ANY for _ in numbers), *samples)))
        self._require(read, numbers)
        if read.array == "same":
            return Num(Fraction(int(numbers[0] == numbers[1])))
        if read.array == "y" and numbers == (self.network.bias,):
            return Num(Fraction(1))
        name = f"{general}[{','.join(map(str, numbers))}]"
        sorts = tuple(i.sort for i in samples)
        self._own[name] = general, numbers
        if self.calculus.arrays.setdefault(name, sorts) != sorts:
            raise BeyondError(f"{read.sign or name} is used with and without its sample.")
        return Read(name, samples, read.sign)

    @staticmethod
    def _number(index: Shifted | int, at: Mapping[Var, int]) -> int:
        if isinstance(index, int):
            return index
        if isinstance(index, Var) and index in at:
            return at[index]
        raise BeyondError("An index that is neither a neuron nor a sample is not in reach.")

    def _range(self, span: Range, at: Mapping[Var, int], defines: str) -> tuple[int, ...]:
        world = self.world
        if defines == CORE or span.kind in ("all", "interval"):
            return world.neurons
        if span.kind == "uses":
            known = {v.name: n for v, n in at.items()}
            if not {TO, FROM} <= at.keys():
                raise BeyondError("A sum over the uses of a weight does not say of which.")
            pairs = world.uses((at[TO], at[FROM]))
            if not span.of:
                return tuple(dict.fromkeys(to for to, _ in pairs))
            return tuple(source for to, source in pairs if to == known[span.of])
        if span.kind in ("fed", "feeding"):
            known = {v.name: n for v, n in at.items()}
            if span.of not in known:
                raise BeyondError("The range of a sum is not in reach.")
            of = known[span.of]
            return world.fed(of) if span.kind == "fed" else world.feeding(of)
        wanted = "hidden" if span.kind == "hidden" else "output"
        return tuple(n for n in world.neurons if self._kind(n) == wanted)

    def _kind(self, neuron: int) -> str:
        return self.world.kind(neuron)

    def _require(self, read: Read, numbers: tuple[int, ...]) -> None:
        """The network must have the neurons, and these the quantity."""
        sign, called = read.sign or read.array, self.network.called
        if read.array in ("w", "dw") and numbers[:2] in self.network.own:
            return
        for n in numbers:
            if n not in self.world.neurons:
                raise NoSuchError(f"The network {self.network.name} has no neuron {called(n)}.")
        if not numbers:
            return
        one = called(numbers[0])
        if read.array in ("e", "d", "E") and self._kind(numbers[0]) != "output":
            raise NoSuchError(f"Neuron {one} is no output neuron, so it has no {sign}.")
        if read.array in (CORE, "delta", "b", "db") and self._kind(numbers[0]) == "input":
            raise NoSuchError(f"Unit {one} is an input, so it has no {sign}.")
        if read.array in ("w", "dw") and numbers[:2] not in self.world.edges:
            raise NoSuchError(f"There is no connection to {one} from {called(numbers[1])}.")

    # ------------------------------------------------------------------ definitions

    def defined(self, name: str) -> bool:
        general, numbers = self._own[name]
        if general == GRADIENT:
            return True
        given_ = general == "y" and self._kind(numbers[0]) == "input"
        return general in self.base.definitions and not given_

    def _body(self, name: str) -> tuple[tuple[Var, ...], Normal]:
        """The definition of a numbered quantity: its sample and its normal form."""
        if name not in self._bodies and name in self._gradients:
            of, by = self._gradients[name]
            letters = (*self._letters(of, "a"), *self._letters(by, "b"))
            self._bodies[name] = letters, self._gradient(of, by)
        if name not in self._bodies:
            samples, flat = self.definition(name)
            self._bodies[name] = samples, self._indexed(flat)
        return self._bodies[name]

    def definition(self, name: str) -> tuple[tuple[Var, ...], Formula]:
        """What defines a numbered quantity: its sample and a formula, its derivatives whole."""
        general, numbers = self._own[name]
        head, body = self.base.definitions[general]
        own = self._by_itself(general, numbers)
        if own is not None:
            [sample] = [i for i in head.at if isinstance(i, Var) and i.sort == SAMPLE]
            body = put(own, {UNWRITTEN: sample})
        elif general == "y" and self._kind(numbers[0]) == "output":
            body = self._of_output(body)
        samples = tuple(i for i in head.at if isinstance(i, Var) and i.sort == SAMPLE)
        neurons = [i for i in head.at if isinstance(i, Var) and i.sort == NEURON]
        return samples, self.flat(body, dict(zip(neurons, numbers, strict=True)), general)

    def _by_itself(self, general: str, numbers: tuple[int, ...]) -> Formula | None:
        """The formula that a neuron of the network has for v or y."""
        table = {CORE: self.network.fields, "y": self.network.signals}.get(general, ())
        return dict(table).get(numbers[0]) if table else None

    def _of_output(self, body: Formula) -> Formula:
        """The signal of an output neuron, where the text says that it differs."""
        if self.base.outer is None:
            return body
        if self.base.shared_out and not self.world.satisfies(Assumption.OT, ()):
            raise BeyondError("An output feeds a neuron here, and its signal reads all outputs.")
        return self.base.outer

    def _lawful(self, name: str) -> tuple[tuple[Letter, ...], Normal]:
        letters, body = self._body(name)
        return bases(self.calculus, letters), body
