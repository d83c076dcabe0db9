"""What a line needs in order to have a value at all: hypotheses read off the terms as written.

Nothing is cancelled before it is looked at: v/v needs v ≠ 0 though the quotient is 1.
"""

from __future__ import annotations

from functools import cached_property

from symbolic.activations import is_genuine
from symbolic.calculus import derivative
from symbolic.costs import Cost, in_d_and_y
from symbolic.derivation import Family
from symbolic.network import Network
from symbolic.terms import (
    Add,
    Call,
    Cases,
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
    walk,
)
from symbolic.verdicts import Hypothesis

DIFFERENTIABLE = Hypothesis("differentiable", "every φ_j is differentiable at v_j")
BATCH = Hypothesis("N ≥ 1", "the batch has N ≥ 1 samples")
SMOOTH_COST = Hypothesis(
    "differentiable cost", "the cost is differentiable at the outputs it is taken at"
)
DISTRIBUTION = Hypothesis(
    "Σ_k d_k = 1", "the targets of every sample add up to one, in each softmax group"
)
NONZERO = Hypothesis("denominators ≠ 0", "no denominator that is written vanishes")
DEFINED = Hypothesis("every term has a value", "what is written has a value, slopes included")
FIELDS = Hypothesis(
    "differentiable formulas",
    "every v_j that has a formula of its own has a value and is differentiable there",
)
UNENFORCED = frozenset({NONZERO, DEFINED, FIELDS})
"""What no training run can promise; the others it checks, or meets by the convention at a kink."""

_SHARES = frozenset({"logistic", "softmax"})


def off_the_kinks(name: str, points: tuple[str, ...]) -> Hypothesis:
    """An activation's φ' in its published form was put in, which holds off these points."""
    listed = " and ".join(points)
    kinks = "kink" if len(points) == 1 else "kinks"
    return Hypothesis(f"v off {listed}", f"each {name} neuron has v off the {kinks} at {listed}")


def standing(network: Network) -> tuple[Hypothesis, ...]:
    """What every derivative in this network rests on."""
    smooth = _smooth(network.cost.loss, None if network.cost.outputs in _SHARES else ())
    return (DIFFERENTIABLE, BATCH) if smooth else (DIFFERENTIABLE, SMOOTH_COST, BATCH)


class Needs:
    """What the claims about one network need; what depends on the network alone is found once."""

    def __init__(self, network: Network) -> None:
        self.network = network

    @cached_property
    def always(self) -> tuple[Hypothesis, ...]:
        """What every line needs: that the formulas of neurons have values and slopes."""
        fields = self.network.formulas.values()
        return () if all(_smooth(field, self.shares) for field in fields) else (FIELDS,)

    @cached_property
    def shares(self) -> frozenset[str]:
        """The neurons whose y lies strictly between 0 and 1."""
        return _share(self.network)

    @cached_property
    def bottoms(self) -> frozenset[Term]:
        """The denominators of ∂c/∂y."""
        return _bottoms(self.network.cost)

    def of(self, claim: Equation, over: Family) -> tuple[Hypothesis, ...]:
        """What the two sides of a claim need to have a value, beyond `standing`.

        >>> from symbolic.forward import neurons
        >>> from symbolic.notation import J, v
        >>> from symbolic.topologies import shorthand
        >>> claim = Equation(v(J) / v(J), num(1))
        >>> [h.name for h in Needs(shorthand("2-1")).of(claim, neurons("output j", ("3",)))]
        ['denominators ≠ 0']
        """
        found: dict[Hypothesis, None] = dict.fromkeys(self.always)
        parts = [part for side in (claim.left, claim.right) for part in walk(side)]
        if not any(isinstance(part, _CAREFUL) for part in parts):
            return tuple(found)
        shares = _units_with(claim, over, self.shares)
        outputs = _units_with(claim, over, self.network.output_set)

        def vanishes(below: Term) -> bool:
            """Whether a denominator may be 0, as far as its form tells."""
            factors = below.factors if isinstance(below, Mul) else (below,)
            for factor in factors:
                base = factor.base if isinstance(factor, Pow) else factor
                if not (_positive(base, shares) or _bare(base, outputs) in self.bottoms):
                    return True
            return False

        for part in parts:
            match part:
                case Frac(_, below) if vanishes(below):
                    found[NONZERO] = None
                case Pow(base, exponent) if not _positive(base, shares):
                    if exponent < 0:
                        found[NONZERO] = None
                    if exponent.denominator != 1:
                        found[DEFINED] = None
                case Call("ln" | "sqrt", argument) if not _positive(argument, shares):
                    found[DEFINED] = None
                case Phi(neuron, order, argument):
                    usual = order < 2 and argument == Sign("v", (neuron,))
                    if not usual:
                        found[DEFINED] = None
        return tuple(found)


_CAREFUL = (Frac, Pow, Call, Phi)
"""The kinds of term that need not have a value."""


def _bottoms(cost: Cost) -> frozenset[Term]:
    """The denominators of ∂c/∂y, which do not vanish where the cost is differentiable."""
    slopes = (cost.slope, derivative(in_d_and_y(cost.loss), Sign("y")))
    return frozenset(
        part.denominator for slope in slopes for part in walk(slope) if isinstance(part, Frac)
    )


def _bare(term: Term, outputs: frozenset[Index]) -> Term:
    """The term with the index of an output neuron left out, as the cost writes it."""
    table: dict[Term, Term] = {
        part: Sign(part.letter)
        for part in walk(term)
        if isinstance(part, Sign) and len(part.at) == 1 and part.at[0] in outputs
    }
    return replaced(term, table)


def _smooth(term: Term, shares: _Shares) -> bool:
    """Whether a loss or a formula is differentiable whatever it reads, as far as its form tells."""
    for part in walk(term):
        match part:
            case Frac(_, below) if not _positive(below, shares):
                return False
            case Pow(base, exponent) if exponent < 0 or exponent.denominator != 1:
                if not _positive(base, shares):
                    return False
            case Call("ln" | "sqrt", argument) if not _positive(argument, shares):
                return False
            case Call("abs") | Cases():
                return False
    return True


_Shares = frozenset[Index] | frozenset[str] | tuple[()] | None
"""The units whose y lies strictly between 0 and 1; None where every y does."""


def _share(network: Network) -> frozenset[str]:
    """Logistic neurons, and the outputs of a softmax over two or more."""
    kinds = {id(n.activation): n.activation for n in network.neurons}  # few, shared by many
    genuine = {key for key, phi in kinds.items() if phi.name in _SHARES and is_genuine(phi)}
    return frozenset(
        neuron.name
        for neuron in network.neurons
        if id(neuron.activation) in genuine and len(network.peers.get(neuron.name, "ab")) > 1
    )


def _units_with(claim: Equation, over: Family, units: frozenset[str]) -> frozenset[Index]:
    """The units, and the free letters of the line that stand for these units alone."""
    if not over.letters:
        return units
    parts = (part for side in (claim.left, claim.right) for part in walk(side))
    bound = {letter for part in parts if isinstance(part, Sum) for letter in part.over.bound}
    letters = (
        Var(letter)
        for place, letter in enumerate(over.letters)
        if units and all(member[place] in units for member in over.members)
    )
    return frozenset((*units, *(letter for letter in letters if letter not in bound)))


def _positive(term: Term, shares: _Shares) -> bool:
    """Whether the term is above 0 whatever the numbers, as far as its form tells."""
    match term:
        case Num(value):
            return value > 0
        case Constant() | Sign("N") | Call("exp" | "cosh"):
            return True
        case Mul(factors):
            return all(_positive(part, shares) for part in factors)
        case Add((Num() as one, Mul((Num() as minus, Sign("y") as y)))):
            return one == num(1) and minus == num(-1) and _positive(y, shares)
        case Add(terms):
            fine = all(_positive(part, shares) or _square(part) for part in terms)
            return fine and any(_positive(part, shares) for part in terms)
        case Frac(above, below):
            return _positive(above, shares) and _positive(below, shares)
        case Pow(base):
            return _positive(base, shares)
        case Call("sqrt", argument):
            return _positive(argument, shares)
        case Sign("y", at):
            return shares is None or (bool(at) and at[0] in shares)
        case Sum(Range(RangeKind.OUTPUTS | RangeKind.SAMPLES | RangeKind.NEURONS), body):
            return _positive(body, shares)
        case _:
            return False


def _square(term: Term) -> bool:
    """Whether the term is never below 0 because it is an even power."""
    return isinstance(term, Pow) and term.exponent.denominator == 1 and term.exponent % 2 == 0
