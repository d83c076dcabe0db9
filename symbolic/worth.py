"""What a term is worth: every kind of term, its letters looked up, its sums taken member by member.

The letters, the φ_j and the partials come from whoever asks; `evaluation.py` is the one who does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from symbolic.duals import (
    ONE,
    Dual,
    Number,
    Scalar,
    Undecided,
    apply,
    inverse,
    multiply,
    pi,
    plain,
    power,
    sign,
    subtract,
    total,
)
from symbolic.errors import InputError
from symbolic.network import Network
from symbolic.terms import (
    Add,
    Call,
    Cases,
    Condition,
    Constant,
    Frac,
    Index,
    Mul,
    Num,
    Partial,
    Phi,
    Pow,
    Range,
    RangeKind,
    Relation,
    Sign,
    Sum,
    Term,
)

Env = Mapping[str, str]
"""What each index letter stands for: the name of a unit or of a weight."""

Lookup = Callable[[Sign, Env, int | None], Scalar]


class Undefined(InputError):  # noqa: N818 - the term has no meaning here; nothing went wrong
    """The term speaks of what this network does not have, such as e of a hidden neuron."""


class Ground(Protocol):
    """What a term stands on: the network, the batch size, its φ_j and its partial derivatives."""

    network: Network
    N: int

    def phi(self, neuron: str, order: int, x: Number) -> Number:
        """φ_j, φ_j' or φ_j'' at x."""

    def partial(self, term: Partial, env: Env, sample: int | None) -> Scalar:
        """∂of/∂by."""


def evaluate(term: Term, letter: Lookup, env: Env, sample: int | None, at: Ground) -> Scalar:
    """The value of a term, each letter looked up; it recurses over the term, never the network."""
    match term:
        case Num(value):
            return value
        case Constant(name):
            if name != "pi":
                raise Undefined(f"There is no constant {name!r}; the only one is 'pi'.")
            return pi()
        case Sign():
            return letter(term, env, sample)
        case Add(terms):
            return total(evaluate(part, letter, env, sample, at) for part in terms)
        case Mul(factors):
            product: Scalar = ONE
            for factor in factors:
                product = multiply(product, evaluate(factor, letter, env, sample, at))
            return product
        case Frac(numerator, denominator):
            below = inverse(evaluate(denominator, letter, env, sample, at))
            return multiply(evaluate(numerator, letter, env, sample, at), below)
        case Pow(base, exponent):
            return power(evaluate(base, letter, env, sample, at), exponent)
        case Call(function, argument):
            return apply(function, evaluate(argument, letter, env, sample, at))
        case Phi(neuron, order, argument):
            x = evaluate(argument, letter, env, sample, at)
            owner = bound(neuron, env)
            if isinstance(x, Dual):
                slope = at.phi(owner, order + 1, plain(x.real))
                return Dual(at.phi(owner, order, plain(x.real)), multiply(slope, x.tangent))
            return at.phi(owner, order, x)
        case Cases():
            return _piece(term, letter, env, sample, at)
        case Partial():
            return at.partial(term, env, sample)
        case Sum(over, body):
            places = members(over, env, at.network, at.N)
            return total(
                evaluate(body, letter, {**env, **more}, sample if xi is None else xi, at)
                for more, xi in places
            )


ARITY: dict[RangeKind, tuple[int, ...]] = {
    RangeKind.FED_BY: (1,),
    RangeKind.FEEDING: (1,),
    RangeKind.NEURONS: (0,),
    RangeKind.OUTPUTS: (0,),
    RangeKind.HIDDEN: (0,),
    RangeKind.SAMPLES: (0,),
    RangeKind.USES: (1, 2),
}
"""How many indices the set of a sum may have of its own."""


def members(over: Range, env: Env, network: Network, N: int) -> list[tuple[Env, int | None]]:
    """What the bound letters of a sum stand for, term by term: (letters, sample)."""
    of = tuple(bound(index, env) for index in over.of)
    places: Iterable[tuple[str, ...]]
    if len(of) not in ARITY[over.kind]:
        raise Undefined(
            f"A sum over what is {over.kind.value!r} cannot belong to {len(of)} indices."
        )
    match over.kind:
        case RangeKind.SAMPLES:
            return [({}, xi) for xi in range(N)]
        case RangeKind.USES:
            name = of[0] if len(of) == 1 else network.weight_of.get((of[0], of[1]), "")
            places = network.uses.get(name, ())
        case RangeKind.FED_BY:
            places = ((k,) for k in network.successors.get(of[0], ()))
        case RangeKind.FEEDING:
            places = ((i,) for i in network.sources.get(of[0], ()))
        case RangeKind.NEURONS:
            places = ((neuron.name,) for neuron in network.neurons)
        case RangeKind.OUTPUTS:
            places = ((name,) for name in network.outputs)
        case RangeKind.HIDDEN:
            places = ((name,) for name in network.hidden)
    letters = tuple(letter.name for letter in over.bound)
    return [(dict(zip(letters, place, strict=True)), None) for place in places]


def bound(index: Index, env: Env) -> str:
    """The unit or weight that an index stands for."""
    if isinstance(index, str):
        return index
    if index.name not in env:
        raise Undefined(f"The index {index.name!r} is bound by nothing: a sum over it is missing.")
    return env[index.name]


def _piece(term: Cases, letter: Lookup, env: Env, sample: int | None, at: Ground) -> Scalar:
    """The piece that holds; where two pieces meet a derivative exists only if both agree."""
    found: list[Scalar] = []
    for condition, piece in term.pieces:
        holds, meeting = _decide(condition, letter, env, sample, at)
        if holds or meeting:
            found.append(evaluate(piece, letter, env, sample, at))
        if holds and not meeting:
            break
    else:
        found.append(evaluate(term.otherwise, letter, env, sample, at))
    if any(other != found[0] for other in found[1:]):
        raise Undecided("two pieces meet here and their derivatives differ")
    return found[0]


def _decide(
    condition: Condition, letter: Lookup, env: Env, sample: int | None, at: Ground
) -> tuple[bool, bool]:
    """Whether the condition holds, and whether a derivative is asked for on its very border."""
    left = evaluate(condition.left, letter, env, sample, at)
    gap = subtract(left, evaluate(condition.right, letter, env, sample, at))
    side = sign(plain(gap))
    return HOLDS[condition.relation](side), side == 0 and isinstance(gap, Dual)


HOLDS: dict[Relation, Callable[[int], bool]] = {
    Relation.LESS: lambda side: side < 0,
    Relation.AT_MOST: lambda side: side <= 0,
    Relation.GREATER: lambda side: side > 0,
    Relation.AT_LEAST: lambda side: side >= 0,
    Relation.EQUAL: lambda side: side == 0,
}
