"""How large the degree of a rule minus its derivative can be: the error bound of the audit."""

from __future__ import annotations

from symbolic.network import Network
from symbolic.recursion import Claim
from symbolic.terms import Add, Call, Cases, Frac, Mul, Num, Phi, Pow, Sign, Sum, Term


def degree(network: Network, claims: tuple[Claim, ...]) -> int:
    """A generous bound on the degree of claim − derivative, cleared of all denominators.

    A path to the cost has at most depth + 1 neurons, each with a weight and a slope; every
    denominator stands in a slope or at an output, once for each.
    """
    deepest = max(network.depth.values())
    identity = any(n.activation.phi == Sign("v") for n in network.neurons)
    letter = deepest + 2 if identity else 2  # the degree of v in the random numbers
    if network.formulas:
        letter = max(letter, _of_fields(network))
    slopes = [n.activation.slope for n in network.neurons]
    top = bottom = letter
    for slope in dict.fromkeys(s for s in slopes if s is not None):
        above, below = _size(slope, letter, 1)
        top, bottom = max(top, above), max(bottom, below)
    for field in dict.fromkeys(network.formulas.values()):  # of its derivative: f'g − fg' over g²
        above, below = _size(field, letter, 1)
        top, bottom = max(top, above + below), max(bottom, 2 * below)
    if network.groups:  # y_k (δ_kj − y_j), each y a quotient of values of exp
        top, bottom = top + 2, bottom + 2
    ends = sum(_size(network.cost.slope, letter, 1)) + sum(_size(network.cost.loss, letter, 1))
    size = len(network.units)
    sizes = [_size(claim.right, top + bottom, size) for claim, _ in claims] or [(1, 0)]
    path = (deepest + 1) * (top + max(above + below for above, below in sizes) + 1)
    below = len(network.neurons) * (bottom + max(below for _, below in sizes))
    return path + below + 2 * len(network.outputs) * (ends + letter)


def _of_fields(network: Network) -> int:
    """The largest degree of a v, numerator or denominator, where formulas multiply signals.

    A signal is a random number of its own, but that of an identity is its v.
    """
    size: dict[str, int] = {}
    largest = 2
    for k in network.order:
        most = max([1, *(size.get(i, 1) for i in network.sources[k])])
        field = network.formulas.get(k)
        # every summand may have denominators of its own
        whole = (1 + most) * max(1, len(network.sources[k]))
        if field is not None:
            whole = max(1, *_size(field, most, 1))
        largest = max(largest, whole)
        if network.neuron[k].activation.phi == Sign("v"):
            size[k] = whole
    return largest


def _size(term: Term, letter: int, many: int) -> tuple[int, int]:
    """Bounds on the degrees of numerator and denominator, every sign of degree `letter`."""
    match term:
        case Num():
            return 0, 0
        case Add(terms):
            parts = [_size(part, letter, many) for part in terms]
            below = sum(b for _, b in parts)
            return max(a + below - b for a, b in parts), below
        case Mul(factors):
            parts = [_size(part, letter, many) for part in factors]
            return sum(a for a, _ in parts), sum(b for _, b in parts)
        case Frac(above, Sign("N")):
            return _size(above, letter, many)
        case Frac(above, below_):
            (a, b), (c, d) = _size(above, letter, many), _size(below_, letter, many)
            return a + d, b + c
        case Pow(base, exponent) if exponent.denominator == 1:
            a, b = _size(base, letter, many)
            power = abs(exponent.numerator)
            return (a * power, b * power) if exponent >= 0 else (b * power, a * power)
        case Sum(_, body):
            a, b = _size(body, letter, many)
            return a + b * many, b * many
        case Phi() | Call() | Cases():
            return letter, letter
        case _:
            return letter, 0
