"""A generic line decided once for all its members: letters stay letters, Σ over a set one atom.

Where the definitions are the same formula for every neuron (v_j = Σ_i w_ji y_i, y_j = φ_j(v_j)),
the adjoint identity of a whole family is one comparison of normal forms; that the members fit is a
comparison of sets.  A family that feeds a neuron with a formula of its own is not compared here.
A difference says nothing: the line is then decided member by member.
Part of the trusted kernel.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from enum import IntEnum
from fractions import Fraction

from symbolic.algebra import Poly, Ring, TooLargeError, add, freeze, subtract
from symbolic.calculus import derivative
from symbolic.costs import in_d_and_y
from symbolic.derivation import Family
from symbolic.forward import OVER_SAMPLES
from symbolic.meaning import tidy
from symbolic.network import Network
from symbolic.notation import ETA, I, J, K, N, W, delta, slope, w, y
from symbolic.terms import (
    Add,
    Call,
    Constant,
    Equation,
    Frac,
    Index,
    Mul,
    Num,
    Phi,
    Pow,
    Range,
    RangeKind,
    Sign,
    Sum,
    Term,
    Var,
    num,
    replaced,
)

BACK = Sum(Range(RangeKind.FED_BY, (K,), (J,)), delta(K) * w(K, J))
"""Σ_k δ_k ∂v_k/∂y_j over the neurons k that read y_j: each reads it once, so ∂v_k/∂y_j = w_kj."""
CARRIED = Sum(Range(RangeKind.USES, (J, I), (W,)), delta(J) * y(I))


class NotGeneric(Exception):  # noqa: N818 - the line is decided member by member instead
    """The line has a part that is not compared letter by letter."""


class Kind(IntEnum):
    """What an index may stand for; each kind includes the ones after it."""

    UNIT = 0
    NEURON = 1
    OUTPUT = 2


_ASKS = {"y": Kind.UNIT, "v": Kind.NEURON, "delta": Kind.NEURON, "d": Kind.OUTPUT}
"""The kind of unit that a letter of one sample belongs to."""
_RUNS: dict[RangeKind, tuple[Kind, ...]] = {
    RangeKind.FED_BY: (Kind.NEURON,),
    RangeKind.FEEDING: (Kind.UNIT,),
    RangeKind.NEURONS: (Kind.NEURON,),
    RangeKind.HIDDEN: (Kind.NEURON,),
    RangeKind.OUTPUTS: (Kind.OUTPUT,),
    RangeKind.USES: (Kind.NEURON, Kind.UNIT),
}


@dataclass(frozen=True)
class Truth:
    """The adjoint identity of a family, its letters in the textbook's names, their kinds.

    `silent` where no member feeds a neuron; `sloped` are the letters whose φ is a function of
    one variable, None for every letter.
    """

    term: Term
    letters: tuple[Var, ...]
    kinds: tuple[Kind, ...]
    silent: bool = False
    sloped: tuple[Var, ...] | None = None


def holds(claim: Equation, over: Family, network: Network) -> bool:
    """Whether δ_j = … or Δw = … is the adjoint identity of every member, seen at one glance.

    >>> from symbolic.recursion import local_gradients
    >>> from symbolic.topologies import shorthand
    >>> net = shorthand("2-3-1")
    >>> [holds(claim, over, net) for claim, over in local_gradients(net)]
    [True, True]
    """
    try:
        truth = _truth(claim.left, over, network)
        if any(neuron.activation.group for neuron in network.neurons):
            truth = replace(truth, sloped=truth.letters if truth.letters == (J,) else ())
        generic = _Generic(truth)
        mine: dict[Index, Index] = {
            Var(letter): own for letter, own in zip(over.letters, truth.letters, strict=True)
        }
        return generic.poly(truth.term, {}) == generic.poly(claim.right, mine)
    except (NotGeneric, TooLargeError, ZeroDivisionError):
        return False


def _truth(left: Term, over: Family, network: Network) -> Truth:
    """The adjoint identity that the left side of a claim asks for."""
    if not isinstance(left, Sign) or left.at != tuple(Var(letter) for letter in over.letters):
        raise NotGeneric
    if left.letter == "delta" and len(left.at) == 1:
        return _gradient([j for (j,) in over.members], network)
    if left.letter == "dw" and len(left.at) == 2:
        names = [network.weight_of.get((j, i), "") for j, i in over.members]
        if all(_carried(name, network) and len(network.uses[name]) == 1 for name in names):
            once = ETA * Sum(OVER_SAMPLES, delta(J) * y(I))
            return Truth(once, (J, I), (Kind.NEURON, Kind.UNIT))
    if (
        left.letter == "dw"
        and len(left.at) == 1
        and all(_carried(w, network) for (w,) in over.members)
    ):
        return Truth(ETA * Sum(OVER_SAMPLES, CARRIED), (W,), (Kind.UNIT,))
    raise NotGeneric


def _carried(weight: str, network: Network) -> bool:
    """Whether synapses alone carry the weight, so that ∂v_j/∂w_ji = y_i is all there is."""
    return weight in network.uses and weight not in network.readers


def _gradient(names: list[str], network: Network) -> Truth:
    """−∂𝓔/∂v_j = φ_j' (−∂𝓔/∂y_j): from the cost if j is an output, from each k that reads y_j."""
    if not all(j in network.neuron and not network.neuron[j].activation.group for j in names):
        raise NotGeneric
    formulas = network.formulas
    if formulas and any(k in formulas for j in names for k in network.successors[j]):
        raise NotGeneric
    outputs = sum(j in network.output_set for j in names)
    if outputs == 0:
        return Truth(slope(J) * BACK, (J,), (Kind.NEURON,))
    if outputs < len(names):
        raise NotGeneric
    rate = derivative(in_d_and_y(network.cost.loss), Sign("y"))
    own = replaced(rate, {Sign(c): Sign(c, (J,)) for c in ("d", "y")})
    silent = not any(network.successors[j] for j in names)
    return Truth(slope(J) * (BACK - Frac(num(1), N) * own), (J,), (Kind.OUTPUT,), silent)


class _Generic:
    """The normal form of a generic term about the letters of one family."""

    def __init__(self, truth: Truth) -> None:
        self.ring = Ring()
        self._kinds: dict[Index, Kind] = dict(zip(truth.letters, truth.kinds, strict=True))
        self._silent, self._sloped = truth.silent, truth.sloped
        self._free: dict[int, frozenset[Index]] = {}
        self.n = self._known(("N",), frozenset(), False)
        self._over_n = next(iter(self.ring.reciprocal(self.n)))[0]
        self._free[self._over_n] = frozenset()

    def poly(self, term: Term, names: dict[Index, Index]) -> Poly:
        """The polynomial of a term; `names` gives each letter the name it goes by here."""
        ring = self.ring
        match term:
            case Num(value):
                return {(): tidy(value)} if value else {}
            case Constant(name):
                return self._known(("constant", name), frozenset(), False)
            case Add(terms):
                return add(*(self.poly(part, names) for part in terms))
            case Mul(factors):
                return ring.product(self.poly(part, names) for part in factors)
            case Frac(above, below):
                under = ring.reciprocal(self.poly(below, names))
                if any(atom not in self._free for monomial in under for atom in monomial):
                    raise NotGeneric  # only N and numbers stand below a line here
                return ring.multiply(self.poly(above, names), under)
            case Pow(base, Fraction(denominator=1) as exponent) if exponent >= 0:
                return ring.power(self.poly(base, names), int(exponent))
            case Sign(letter, at):
                return self._sign(letter, tuple(names.get(index, index) for index in at))
            case Phi(neuron, order, argument):
                return self._phi(names.get(neuron, neuron), order, self.poly(argument, names))
            case Call(function, argument):
                inside = self.poly(argument, names)
                return self._compound(("call", function, freeze(inside)), inside)
            case Sum(over, body):
                return self._sum(over, body, names)
            case _:
                raise NotGeneric

    def _sign(self, letter: str, at: tuple[Index, ...]) -> Poly:
        match letter, at:
            case "N", ():
                return self.n
            case "eta", ():
                return self._known(("eta",), frozenset(), False)
            case "e", (_,):
                return subtract(self._sign("d", at), self._sign("y", at))
            case "y", ("0",):
                return {(): 1}
            case "w", (to, source) if to in self._kinds and source in self._kinds:
                return self._known(("w", to, source), frozenset(at), False)
            case _, (index,) if letter in _ASKS:
                self._require(index, _ASKS[letter])
                return self._known((letter, index), frozenset(at), True)
        raise NotGeneric

    def _phi(self, neuron: Index, order: int, inside: Poly) -> Poly:
        self._require(neuron, Kind.NEURON)
        if self._sloped is not None and neuron not in self._sloped:
            raise NotGeneric
        if order == 0 or inside != self._sign("v", (neuron,)):
            raise NotGeneric
        return self._known(("phi", neuron, order), frozenset((neuron,)), True)

    def _require(self, index: Index, kind: Kind) -> None:
        if self._kinds.get(index, -1) < kind:
            raise NotGeneric

    def _compound(self, key: tuple[Hashable, ...], inside: Poly) -> Poly:
        atoms = {atom for monomial in inside for atom in monomial}
        free = frozenset(index for atom in atoms for index in self._free[atom])
        return self._known(key, free, any(self.ring.sampled[atom] for atom in atoms))

    def _known(self, key: tuple[Hashable, ...], free: frozenset[Index], sampled: bool) -> Poly:
        number = self.ring.number(key, sampled)
        self._free[number] = free
        return {(number,): 1}

    def _sum(self, over: Range, body: Term, names: dict[Index, Index]) -> Poly:
        """Σ over a set: what does not mention the bound letters comes out of it."""
        if over.kind is RangeKind.SAMPLES:
            return self._over_samples(self.poly(body, names))
        of = tuple(names.get(index, index) for index in over.of)
        if any(index not in self._kinds for index in of):
            raise NotGeneric
        if (over.kind is RangeKind.USES) is not (of == (W,)):
            raise NotGeneric
        if self._silent and over.kind is RangeKind.FED_BY and of == (J,):
            return {}
        depth = sum(isinstance(index, str) for index in self._kinds)
        fresh = tuple(f"#{depth + n}" for n in range(len(over.bound)))
        self._kinds.update(zip(fresh, _RUNS[over.kind], strict=True))
        inner = self.poly(body, {**names, **dict(zip(over.bound, fresh, strict=True))})
        for index in fresh:
            del self._kinds[index]
        total: Poly = {}
        for monomial, coefficient in inner.items():
            inside = tuple(a for a in monomial if not self._free[a].isdisjoint(fresh))
            outside = tuple(a for a in monomial if a not in inside)
            summand = ("Σ", over.kind, of, inside)
            atom = self._compound(summand, {inside: 1})
            number = next(iter(atom))[0]
            self._free[number] = (self._free[number] - frozenset(fresh)) | frozenset(of)
            total = add(total, self.ring.multiply({outside: coefficient}, atom))
        return total

    def _over_samples(self, poly: Poly) -> Poly:
        total: Poly = {}
        for monomial, coefficient in poly.items():
            inside = tuple(atom for atom in monomial if self.ring.sampled[atom])
            outside = tuple(atom for atom in monomial if not self.ring.sampled[atom])
            free = frozenset(index for atom in inside for index in self._free[atom])
            moment = self._known(("sum", inside), free, False) if inside else self.n
            total = add(total, self.ring.multiply({outside: coefficient}, moment))
        return total
