"""A general line written out for one neuron: letters by names, small sums term by term.

This is still drawing: the range of a sum is looked up in the network, nothing is multiplied out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from symbolic.network import Network
from symbolic.terms import (
    Add,
    Equation,
    Index,
    Mul,
    Partial,
    Phi,
    Range,
    RangeKind,
    Sign,
    Sum,
    Term,
    Var,
    children,
    num,
    rebuilt,
)

Names = Mapping[str, Index]


def written_out(claim: Equation, names: Names, network: Network) -> Equation:
    """The line for the neuron (or synapse) that the letters name, its sums over neurons expanded.

    The sum over samples stays a sum.
    """
    return Equation(_named(claim.left, names, network), _named(claim.right, names, network))


def renamed(term: Term, names: Names) -> Term:
    """The term with its free letters renamed and every sum left as written."""
    return _named(term, names, None)


def _named(term: Term, names: Names, network: Network | None) -> Term:
    match term:
        case Sign():
            return _sign(term, names, network)
        case Partial(of, by, kind):
            return Partial(_sign(of, names, network), _sign(by, names, network), kind)
        case Phi(neuron, order, argument):
            return Phi(_name(neuron, names), order, _named(argument, names, network))
        case Sum(over, body):
            return _sum(over, body, names, network)
        case Mul(factors):
            flat: list[Term] = []
            for factor in factors:
                inside = _named(factor, names, network)
                single = isinstance(factor, Sum) and isinstance(inside, Mul)
                flat += inside.factors if single and isinstance(inside, Mul) else (inside,)
            return Mul(tuple(flat))
        case _:
            return rebuilt(term, tuple(_named(part, names, network) for part in children(term)))


def _sum(over: Range, body: Term, names: Names, network: Network | None) -> Term:
    of = tuple(_name(index, names) for index in over.of)
    places = None if network is None else _places(over.kind, of, network)
    if places is None:
        inner = {name: value for name, value in names.items() if Var(name) not in over.bound}
        return Sum(replace(over, of=of), _named(body, inner, network))
    letters = [letter.name for letter in over.bound]
    terms = [
        _named(body, {**names, **dict(zip(letters, place, strict=True))}, network)
        for place in places
    ]
    if len(terms) == 1:
        return terms[0]
    return Add(tuple(terms)) if terms else num(0)


def _places(
    kind: RangeKind, of: tuple[Index, ...], network: Network
) -> tuple[tuple[str, ...], ...] | None:
    """The members of a range whose own indices are names; None where the sum stays written."""
    if any(isinstance(index, Var) for index in of):
        return None
    at = str(of[0]) if of else ""
    match kind:
        case RangeKind.SAMPLES:
            return None
        case RangeKind.FED_BY:
            return tuple((name,) for name in network.successors[at])
        case RangeKind.FEEDING:
            return tuple((name,) for name in network.sources[at])
        case RangeKind.NEURONS:
            return tuple((neuron.name,) for neuron in network.neurons)
        case RangeKind.OUTPUTS:
            return tuple((name,) for name in network.outputs)
        case RangeKind.HIDDEN:
            return tuple((name,) for name in network.hidden)
        case RangeKind.USES:
            weight = at if len(of) == 1 else network.weight_of[(at, str(of[1]))]
            return network.uses[weight]


def _sign(sign: Sign, names: Names, network: Network | None) -> Sign:
    """The sign with names for letters; a weight that has a name of its own goes by it."""
    at = tuple(_name(index, names) for index in sign.at)
    if network is not None and sign.letter in ("w", "dw") and len(at) == 2:
        to, source = at
        if isinstance(to, str) and isinstance(source, str):
            weight = network.weight_of.get((to, source), "")
            if weight and weight != f"w_{to}_{source}":
                return Sign(sign.letter, (weight,))
    return Sign(sign.letter, at)


def _name(index: Index, names: Names) -> Index:
    return names.get(index.name, index) if isinstance(index, Var) else index
