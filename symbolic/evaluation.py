"""The slow obvious truth: a network evaluated exactly, its derivatives by dual numbers.

It shares no line with the symbolic differentiation or the recursion of the project.  ∂𝓔/∂x is
found by intervention: x is replaced by x + ε, everything downstream is recomputed, and the factor
of ε is read off.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

from flint import arb, ctx

from symbolic.activations import Activation
from symbolic.duals import (
    ONE,
    ZERO,
    Dual,
    Number,
    Scalar,
    TooWide,
    Undecided,
    add,
    apply,
    inverse,
    multiply,
    plain,
    sign,
    subtract,
    tangent,
    total,
)
from symbolic.errors import InputError, did_you_mean
from symbolic.forward import definitions
from symbolic.network import BIAS, Network
from symbolic.notation import LETTERS
from symbolic.terms import Partial, PartialKind, Sign, Term, Var
from symbolic.verdicts import Witness
from symbolic.worth import Env, Undefined, bound, evaluate

BITS = 200
"""The precision of an enclosure at first; it is doubled while a case cannot be decided."""


class Quantity(NamedTuple):
    """A letter with names for its indices: what can be looked up, and what ε can be added to."""

    letter: str
    at: tuple[str, ...] = ()


class Instance:
    """A network with numbers put in; every quantity of the notation has its true value here.

    Weights, inputs and targets that the witness leaves out are 0, and only weights other than 0
    cost time.  δ_j^ξ is −∂𝓔/∂v_j^ξ and Δw is −η ∂𝓔/∂w, both by dual numbers.

    >>> from symbolic.activations import Activation
    >>> from symbolic.costs import Cost
    >>> from symbolic.network import Neuron, Synapse
    >>> from symbolic.terms import Num
    >>> v, e = Sign("v"), Sign("e")
    >>> square = Neuron("o", Activation("square", v * v, None))
    >>> half = Cost("half_square", Num(Fraction(1, 2)) * e**2, -e)
    >>> net = Network(("x",), (square,), ("o",), (Synapse("o", "x", "w"),), half)
    >>> put = Instance(net, Witness({"w": Fraction(1)}, ({"x": Fraction(3)},), ({"o": ONE},)))
    >>> put.value(Sign("delta", ("o",)))  # e φ'(v) = (1 − 9) · 6
    Fraction(-48, 1)
    """

    def __init__(
        self, network: Network, witness: Witness, *, eta: Fraction = ONE, bits: int = BITS
    ) -> None:
        self.network, self.witness, self.eta, self.bits = network, witness, eta, bits
        self.N = len(witness.inputs)
        if not self.N or len(witness.targets) != self.N:
            raise InputError("A witness needs at least one sample, and targets for every sample.")
        self._into, self._out_of = _active(network, witness)
        self._forget()

    def value(self, term: Term, env: Env | None = None, sample: int | None = None) -> Number:
        """The value of a term: index letters bound by `env`, ξ by `sample` (counted from 0).

        Raises `Undecided` where it has no value (a kink, a zero denominator) and `Undefined` where
        the term speaks of what the network does not have.
        """
        while True:
            try:
                with ctx.workprec(self.bits):
                    return plain(evaluate(term, self._letter, env or {}, sample, self))
            except TooWide:
                if self.bits >= 8 * BITS:
                    raise
                self.bits *= 2
                self._forget()

    def _forget(self) -> None:
        self._phis: dict[tuple[int, Fraction, int], Number] = {}
        self._passes: dict[tuple[Quantity | None, int], _Pass] = {}
        self._deltas: dict[tuple[str, int], Scalar] = {}

    # letters -------------------------------------------------------------------------------

    def _letter(self, letter: Sign, env: Env, sample: int | None) -> Scalar:
        """The value of one letter of the notation."""
        at = tuple(bound(index, env) for index in letter.at)
        if letter.letter not in LETTERS or len(at) not in LETTERS[letter.letter].arity:
            raise Undefined(f"The letter {letter.letter!r} has no value with {len(at)} indices.")
        match letter.letter:
            case "N":
                return Fraction(self.N)
            case "eta":
                return self.eta
            case "w":
                name = self._weight(at)
                return self.witness.weights.get(name, ZERO) if name else ZERO
            case "dw":
                name = self._weight(at)
                if not name:
                    raise Undefined(f"There is no synapse to {at[0]!r} from {at[1]!r}.")
                return self._total(Quantity("E"), Quantity("w", (name,)), -self.eta, 0)
            case "E":
                return self._cost(None)
        xi = self._sample(sample)
        if letter.letter == "delta":
            return self._delta(at[0], xi)
        return self._signal(Quantity(letter.letter, at), self.forward(xi))

    def _signal(self, letter: Quantity, run: _Pass) -> Scalar:
        """v_j, y_j, d_j, e_j, 𝓔_j or 𝓔^ξ in one forward pass."""
        match letter.letter, letter.at:
            case "v", (j,):
                return run.v(self._known(j))
            case "y", (j,):
                return run.y(j)
            case "d", (j,):
                return run.d(j)
            case "e", (j,):
                return run.e(j)
            case "Ej", (j,):
                return run.loss(j)
            case "Es", ():
                return run.total()
        raise Undefined(f"The letter {letter.letter!r} with {len(letter.at)} indices has no value.")

    def _delta(self, j: str, xi: int) -> Scalar:
        if (j, xi) not in self._deltas:
            by = Quantity("v", (self._known(j),))
            self._deltas[j, xi] = self._total(Quantity("E"), by, Fraction(-1), xi)
        return self._deltas[j, xi]

    def _cost(self, by: Quantity | None) -> Scalar:
        """𝓔(n) = (1/N) Σ_ξ 𝓔^ξ."""
        sums = (self.forward(xi, by).total() for xi in range(self.N))
        return multiply(Fraction(1, self.N), total(sums))

    def _total(self, of: Quantity, by: Quantity, factor: Fraction, xi: int) -> Scalar:
        """factor · ∂of/∂by: `by` + ε in sample ξ (a weight: in all), and `of` recomputed."""
        if by.letter in ("e", "Ej"):
            self.forward(xi).d(by.at[0])
        if of.letter == "E":
            samples = range(self.N) if by.letter == "w" else (xi,)
            moved = total(self.forward(n, by).drift() for n in samples)
            return multiply(factor / self.N, moved)
        return multiply(factor, tangent(self._signal(of, self.forward(xi, by))))

    # names ---------------------------------------------------------------------------------

    def _known(self, name: str) -> str:
        if name not in self.network.neuron:
            hint = did_you_mean(name, self.network.neuron)
            raise Undefined(f"There is no neuron {name!r}. {hint}")
        return name

    def _weight(self, at: tuple[str, ...]) -> str | None:
        """The name of w_ji or of a weight given by name; None where no synapse is."""
        if len(at) == 2:
            return self.network.weight_of.get((at[0], at[1]))
        if at[0] not in self.network.uses:
            hint = did_you_mean(at[0], self.network.uses)
            raise Undefined(f"There is no weight {at[0]!r}. {hint}")
        return at[0]

    def _sample(self, sample: int | None) -> int:
        if sample is None and self.N > 1:
            raise Undefined("The term belongs to one sample; say which.")
        return sample or 0

    # the forward pass ----------------------------------------------------------------------

    def forward(self, xi: int, by: Quantity | None = None) -> _Pass:
        """The forward pass of sample ξ, with ε added to `by`."""
        if (by, xi) not in self._passes:
            run = _Pass(self, xi, by)
            if by is not None and len(self._passes) > 64:
                return run
            self._passes[by, xi] = run
        return self._passes[by, xi]

    def activate(self, neuron: str, x: Scalar) -> Scalar:
        """φ_j(x), with φ_j(a + bε) = φ_j(a) + φ_j'(a) b ε."""
        if isinstance(x, Dual):
            value = self.activate(neuron, x.real)
            return Dual(value, multiply(self.phi(neuron, 1, plain(x.real)), x.tangent))
        return self.phi(neuron, 0, x)

    def phi(self, neuron: str, order: int, x: Number) -> Number:
        """φ_j, φ_j' or φ_j'' at x, by duals of duals; raises `Undecided` at a kink."""
        activation = self.network.neuron[self._known(neuron)].activation
        if activation.group:
            raise Undefined(
                f"Neuron {neuron!r} is normalised over the outputs ({activation.name}): "
                "it has no φ of its own.  Write y, or its softmax form."
            )
        if isinstance(x, arb):
            return self._phi_at(activation, order, x)
        key = (id(activation), x, order)
        if key not in self._phis:
            self._phis[key] = self._phi_at(activation, order, x)
        return self._phis[key]

    def _phi_at(self, activation: Activation, order: int, x: Number) -> Number:
        for kink in activation.kinks if order else ():
            if sign(plain(subtract(x, kink.at))) == 0:
                raise Undecided(f"{activation.name} has no derivative at v = {kink.at}")
        at: Scalar = x
        for _ in range(order):
            at = Dual(at, ONE)
        y = evaluate(activation.phi, lambda letter, env, xi: at, {}, None, self)
        for _ in range(order):
            y = tangent(y)
        return plain(y)

    # derivatives written in a claim --------------------------------------------------------

    def partial(self, term: Partial, env: Env, sample: int | None) -> Scalar:
        """∂of/∂by, total or of the one definition."""
        of, by = (
            Quantity(s.letter, tuple(bound(i, env) for i in s.at)) for s in (term.of, term.by)
        )
        if by.letter == "w":
            name = self._weight(by.at)
            if name is None:
                raise Undefined(f"There is no synapse to {by.at[0]!r} from {by.at[1]!r}.")
            by = Quantity("w", (name,))
        xi = 0 if of.letter == "E" and by.letter == "w" else self._sample(sample)
        if term.kind is PartialKind.TOTAL:
            if by.letter not in MOVABLE:
                raise Undefined(f"∂/∂{by.letter} is not a derivative by a signal or a weight.")
            return self._total(of, by, ONE, xi)
        return self._local(of, by, sample)

    def _local(self, of: Quantity, by: Quantity, sample: int | None) -> Scalar:
        """The definition of `of` with `by` + ε in it and every other argument held."""
        body, env = self._body(of)
        own = sample if by.letter in ("w", "E") else self._sample(sample)

        def lookup(letter: Sign, inside: Env, xi: int | None) -> Scalar:
            value = self._letter(letter, inside, xi)
            at = tuple(bound(index, inside) for index in letter.at)
            if letter.letter == "w" and by.letter == "w":
                return Dual(value, ONE) if self._weight(at) == by.at[0] else value
            return Dual(value, ONE) if Quantity(letter.letter, at) == by and xi == own else value

        return tangent(evaluate(body, lookup, env, own, self))

    def _body(self, of: Quantity) -> tuple[Term, Env]:
        for head, body, members in self._definitions:
            if head.letter == of.letter and of.at in members:
                letters = (index.name for index in head.at if isinstance(index, Var))
                return body, dict(zip(letters, of.at, strict=True))
        raise Undefined(f"{of.letter} of {of.at} has no definition in this network.")

    @cached_property
    def _definitions(self) -> tuple[tuple[Sign, Term, frozenset[tuple[str, ...]]], ...]:
        return tuple((d.head, d.body, frozenset(d.over.members)) for d in definitions(self.network))


MOVABLE = ("v", "y", "e", "w", "Ej", "Es")


class _Pass:
    """One forward pass of one sample, with ε added to `by`; only what ε reaches is recomputed."""

    def __init__(self, instance: Instance, xi: int, by: Quantity | None) -> None:
        self.at, self.xi, self.by = instance, xi, by
        self.base = instance.forward(xi) if by is not None else None
        self._v: dict[str, Scalar] = {}
        self._y: dict[str, Scalar] = {}
        self._losses: dict[str, Scalar] = {}
        self._group: Scalar | None = None
        self._complete = False
        self._extra: dict[str, list[tuple[str, str]]] = {}
        touched = set(instance._into) if by is None else self._reached(by)
        for k in sorted(touched, key=instance.network.position.__getitem__):
            self._v[k] = self._moved(Quantity("v", (k,)), self._field(k))
            if not instance.network.neuron[k].activation.group:
                self._y[k] = self._moved(Quantity("y", (k,)), instance.activate(k, self._v[k]))
        self._complete = True

    def v(self, j: str) -> Scalar:
        """v_j = Σ_i w_ji y_i over the synapses whose weight is not 0."""
        if j in self._v:
            return self._v[j]
        return self.base.v(j) if self.base else ZERO

    def y(self, j: str) -> Scalar:
        """y_0 = 1, y of an input is the input, y_j = φ_j(v_j), softmax over the outputs."""
        if j in self._y:
            return self._y[j]
        if j == BIAS:
            return ONE
        neuron = self.at.network.neuron.get(j)
        if neuron is not None and neuron.activation.group:
            share = apply("exp", self.v(j))
            self._y[j] = self._moved(
                Quantity("y", (j,)), multiply(share, inverse(self._normaliser()))
            )
        elif self.base is not None:
            self._y[j] = self._moved(Quantity("y", (j,)), self.base.y(j))
        elif neuron is not None:
            self._y[j] = self.at.activate(j, ZERO)
        elif j in self.at.network.inputs:
            self._y[j] = self.at.witness.inputs[self.xi].get(j, ZERO)
        else:
            hint = did_you_mean(j, self.at.network.units)
            raise Undefined(f"There is no unit {j!r}. {hint}")
        return self._y[j]

    def d(self, j: str) -> Scalar:
        """The target of output j."""
        if j not in self.at.network.output_set:
            raise Undefined(f"{j!r} is no output neuron: it has no desired response and no error.")
        return self.at.witness.targets[self.xi].get(j, ZERO)

    def e(self, j: str) -> Scalar:
        """e_j = d_j − y_j."""
        gap = subtract(self.d(j), self.y(j))
        return self._moved(Quantity("e", (j,)), gap)

    def loss(self, j: str) -> Scalar:
        """𝓔_j = c(d_j, y_j)."""
        if j not in self._losses:
            own = {"d": self.d, "y": self.y, "e": self.e}
            loss = self.at.network.cost.loss
            value = evaluate(loss, lambda s, env, xi: own[s.letter](j), {}, None, self.at)
            self._losses[j] = self._moved(Quantity("Ej", (j,)), value)
        return self._losses[j]

    def total(self) -> Scalar:
        """𝓔^ξ = Σ_j 𝓔_j over the outputs."""
        return self._moved(Quantity("Es"), total(self.loss(j) for j in self.at.network.outputs))

    def drift(self) -> Scalar:
        """The ε part of 𝓔^ξ: the sum over the outputs that ε reaches."""
        by = self.by
        if by is None:
            return ZERO
        if by.letter == "Es":
            return ONE
        moved = [j for j in self.at.network.outputs if self._reaches(j, by)]
        return total(tangent(self.loss(j)) for j in moved)

    def _reaches(self, j: str, by: Quantity) -> bool:
        group = self.at.network.neuron[j].activation.group
        return j in self._v or j in by.at or (group and bool(self._v))

    def _normaliser(self) -> Scalar:
        """Σ_k exp(v_k) over the outputs."""
        if not self._complete:
            raise Undefined("A softmax output feeds another neuron: no order of the signals.")
        if self._group is None:
            self._group = total(apply("exp", self.v(k)) for k in self.at.network.outputs)
        return self._group

    def _moved(self, quantity: Quantity, value: Scalar) -> Scalar:
        return add(value, Dual(ZERO, ONE)) if quantity == self.by else value

    def _field(self, k: str) -> Scalar:
        field: Scalar = ZERO
        for source, name in (*self.at._into.get(k, ()), *self._extra.get(k, ())):
            weight: Scalar = self.at.witness.weights.get(name, ZERO)
            field = add(
                field, multiply(self._moved(Quantity("w", (name,)), weight), self.y(source))
            )
        return field

    def _reached(self, by: Quantity) -> set[str]:
        """The neurons that ε reaches through synapses whose weight is not 0."""
        network = self.at.network
        start: Iterable[str] = ()
        if by.letter == "w":
            start = [to for to, _ in network.uses[by.at[0]]]
            if not self.at.witness.weights.get(by.at[0], ZERO):
                for to, source in network.uses[by.at[0]]:
                    self._extra.setdefault(to, []).append((source, by.at[0]))
        elif by.letter in ("v", "y"):
            if by.at[0] not in network.neuron and by.at[0] not in network.inputs:
                raise Undefined(f"There is no signal of {by.at[0]!r} that can be varied.")
            start = by.at if by.at[0] in network.neuron else self.at._out_of.get(by.at[0], ())
        reached = set(start)
        waiting = list(reached)
        while waiting:
            for k in self.at._out_of.get(waiting.pop(), ()):
                if k not in reached:
                    reached.add(k)
                    waiting.append(k)
        return reached


def _active(
    network: Network, witness: Witness
) -> tuple[dict[str, list[tuple[str, str]]], dict[str, list[str]]]:
    """The synapses whose weight is not 0, by the neuron they lead to and the unit they leave."""
    into: dict[str, list[tuple[str, str]]] = {}
    out_of: dict[str, list[str]] = {}
    for name, weight in witness.weights.items():
        if name not in network.uses:
            hint = did_you_mean(name, network.uses)
            raise InputError(f"The witness gives a weight {name!r} that is not there. {hint}")
        for to, source in network.uses[name] if weight else ():
            into.setdefault(to, []).append((source, name))
            out_of.setdefault(source, []).append(to)
    return into, out_of
