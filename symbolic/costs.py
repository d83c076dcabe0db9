"""The costs 𝓔(n) = (1/N) Σ_ξ Σ_j c(d_j, y_j): the loss c, its slope, what it asks of the targets.

Every row's ∂c/∂y is a claim; `verify` hands it to `fields.py` and a test proves every row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from symbolic.calculus import derivative, reads
from symbolic.errors import InputError, did_you_mean
from symbolic.fields import Counterexample, Decision, Identity, decide, pieces
from symbolic.ranges import Interval
from symbolic.terms import Call, Frac, Num, Sign, Term, num, replaced, walk
from symbolic.verdicts import Open

D, Y, E = Sign("d"), Sign("y"), Sign("e")
SHARE = Interval(Fraction(0), Fraction(1))
RANGES: Mapping[str, Interval] = {"logistic": SHARE, "softmax": SHARE}  # where y lies


@dataclass(frozen=True, slots=True)
class Cost:
    """The loss c of one output neuron and one sample, in `Sign("d")`, `Sign("y")`, `Sign("e")`.

    `slope` is ∂c/∂y in its published form.  `outputs` names the activation every output neuron
    must have ("" for any).  `distribution` says that the targets of a sample must add up to one.
    """

    name: str
    loss: Term
    slope: Term
    outputs: str = ""
    distribution: bool = False
    source: str = ""
    written: str = ""


COSTS: dict[str, Cost] = {
    row.name: row
    for row in (
        Cost(
            "squared_error",
            num("1/2") * E**2,
            -E,
            source="Haykin, Neural Networks and Learning Machines, 3rd ed., ch. 4",
            written="e²/2",
        ),
        Cost(
            "cross_entropy",
            -(D * Call("ln", Y) + (1 - D) * Call("ln", 1 - Y)),
            Frac(Y - D, Y * (1 - Y)),
            outputs="logistic",
            source="Bishop, Pattern Recognition and Machine Learning, sect. 5.2",
            written="-(d ln y + (1 - d) ln(1 - y))",
        ),
        Cost(
            "softmax_cross_entropy",
            -(D * Call("ln", Y)),
            -Frac(D, Y),
            outputs="softmax",
            distribution=True,
            source="Bishop, Pattern Recognition and Machine Learning, sect. 5.2",
            written="-d ln y",
        ),
    )
}


def cost(name: str) -> Cost:
    """The row of this name.

    >>> cost("squared_error").slope == -Sign("e")
    True
    >>> cost("cross_entropi")
    Traceback (most recent call last):
    symbolic.errors.InputError: There is no cost 'cross_entropi'. Did you mean 'cross_entropy'?
    """
    if name not in COSTS:
        raise InputError(f"There is no cost {name!r}. {did_you_mean(name, COSTS)}")
    return COSTS[name]


def own(name: str, loss: Term, written: str = "") -> Cost:
    """A cost of the user's own, in d, y and e = d - y; its slope is ∂loss/∂y.

    >>> own("half the square", num("1/2") * (Sign("y") - Sign("d"))**2).outputs
    ''
    """
    strange = [p.letter for p in walk(loss) if isinstance(p, Sign) and p not in (D, Y, E)]
    if strange:
        raise InputError(
            f"The cost {name!r} reads {strange[0]!r}; a cost is written in d, y and e = d - y."
        )
    plain = in_d_and_y(loss)
    if not reads(plain, Y):
        raise InputError(f"The cost {name!r} does not read y, so it teaches the network nothing.")
    return Cost(name, loss, derivative(plain, Y), source="your own", written=written)


def in_d_and_y(term: Term) -> Term:
    """The term with e replaced by d - y."""
    return replaced(term, {E: D - Y})


@lru_cache(maxsize=256)
def verify(claim: Cost) -> Decision:
    """Whether the slope is ∂c/∂y, with e = d - y, for every y that the outputs can have.

    What c itself needs to have a value is among the conditions.  A cost in pieces must be
    continuous where they meet; the points themselves are listed as `off`.

    >>> verify(cost("cross_entropy"))
    Identity(requires=(), off=())
    >>> from symbolic.terms import Call
    >>> verify(own("absolute error", Call("abs", D - Y))).off
    ((Sign(letter='e', at=()), Fraction(0, 1)),)
    """
    within = {Y: RANGES[claim.outputs]} if claim.outputs in RANGES else {}
    loss, slope = in_d_and_y(claim.loss), in_d_and_y(claim.slope)
    found = _decided(loss, slope, within)
    if isinstance(found, Open):  # pieces that meet at values of d - y: d is put as y + e
        table: dict[Term, Term] = {D: Y + E}
        found = _decided(replaced(loss, table), replaced(slope, table), within, derivative(loss, Y))
    if isinstance(found, Counterexample) and E in found.at:
        at = dict(found.at)
        at[D] = at.get(Y, Fraction(0)) + at.pop(E)
        return Counterexample(at, found.left, found.right)
    return found


def _decided(
    loss: Term, slope: Term, within: Mapping[Sign, Interval], rate: Term | None = None
) -> Decision:
    """The decision in the variables that the loss is written in; `rate` is ∂c/∂y in d and y."""
    true_slope = derivative(loss, Y) if rate is None else replaced(rate, {D: Y + E})
    domain = decide(loss, loss, within=within)
    found = decide(true_slope, slope, within=within)
    if not isinstance(domain, Identity):
        return domain
    if not isinstance(found, Identity):
        return found
    for sign, at in domain.off:
        if not _continuous(loss, sign, at, within):
            return Open(f"the cost jumps at {sign.letter} = {at}, so it has no slope there")
    return Identity(tuple(dict.fromkeys((*domain.requires, *found.requires))), found.off)


def _continuous(loss: Term, sign: Sign, at: Fraction, within: Mapping[Sign, Interval]) -> bool:
    """Whether the pieces on both sides of a point and the value there are all the same."""
    signs = {part for part in walk(loss) if isinstance(part, Sign)}
    region = {one: within.get(one, Interval()) for one in sorted(signs, key=lambda one: one.letter)}
    sides = [
        replaced(piece.terms[0], {sign: Num(at)})
        for piece in pieces((loss,), region).pieces
        if at in (piece.region[sign].low, piece.region[sign].high)
    ]
    here = replaced(loss, {sign: Num(at)})
    return all(isinstance(decide(side, here, within=within), Identity) for side in sides)
