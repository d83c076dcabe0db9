"""What may be assumed of a network, as laws for the index calculus.

A weight is 0 where there is no connection, the network has no cycles, an input neuron is fed by
none and its signal is given, an output neuron is not an input neuron.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from fractions import Fraction
from functools import cache

from symbolic.indexed import Delta, Get, Mul, Num, Sort, Var
from symbolic.indices import Calculus, Hypothesis, Law, SizeOne
from symbolic.reading.formulas import NEURON, SAMPLE
from symbolic.reading.pathways import PATHS

J, K, M, R = (Var(name, NEURON) for name in ("j", "k", "m", "r"))
S = Var("s", SAMPLE)
NOTHING = Num(Fraction(0))
OPEN = ("E", SAMPLE.name)
COST, SLOPE = ":".join(OPEN), "slope"
"""The cost of one sample, and ∂𝓔/∂y of an output where the document does not say what 𝓔 is."""
SORTS = (NEURON, SAMPLE)
INDICATORS = ("out", "unit", "edge", "last", "beside", "deep", "apart")
ARRAYS = {
    "w": (NEURON, NEURON),
    "b": (NEURON,),
    "d": (NEURON, SAMPLE),
    "x": (NEURON, SAMPLE),
    "eta": (),
    "same": (NEURON, NEURON),  # 1 where they are the same neuron
    "out": (NEURON,),
    "unit": (NEURON,),  # every neuron but the inputs
    "edge": (NEURON, NEURON),  # to, from
    "last": (NEURON,),  # feeds output neurons only; of layers: in the one before the last
    "beside": (NEURON, NEURON),  # in the same layer
    "deep": (NEURON,),  # in a layer after the second: no input feeds it
    "apart": (NEURON, NEURON),  # to, from: two layers later
    SLOPE: (NEURON, SAMPLE),
    PATHS: (NEURON, NEURON, SAMPLE),
}
"""What is given with the network, and the paths through it."""


class Assumption(StrEnum):
    """What a line of a derivation may need without saying so."""

    N1 = "N = 1"
    OT = "outputs feed no neuron"
    NP = "no path runs parallel to a connection"
    LH = "the neuron is in the last hidden layer"
    SO = "a single output neuron"
    DT = "the desired responses of a sample add up to 1"
    TL = "there are two layers of weights and no other connections"


Sets = tuple[tuple[Assumption, ...], ...]
"""Sets of assumptions, each of which is enough."""


def _w(to: Var, source: Var) -> Get:
    return Get("w", (to, source))


def _edge(to: Var, source: Var) -> Get:
    return Get("edge", (to, source))


def _out(neuron: Var) -> Get:
    return Get("out", (neuron,))


def _last(neuron: Var) -> Get:
    return Get("last", (neuron,))


def _paths(to: Var, source: Var) -> Get:
    return Get(PATHS, (to, source, S))


_W_KJ, _W_MJ, _EDGE_KJ = _w(K, J), _w(M, J), _edge(K, J)
FACTS: tuple[Law, ...] = (
    Law("a weight is that of a connection", (), (_W_KJ, _EDGE_KJ), _W_KJ),
    Law("input neurons are fed by none", (), (_W_KJ, Get("unit", (K,))), _W_KJ),
    Law("no connection ends at an input", (), (_EDGE_KJ, Get("unit", (K,))), _EDGE_KJ),
    Law("an output neuron is no input", (), (_out(K), Get("unit", (K,))), _out(K)),
    Law("no neuron feeds itself", (), (_w(K, K),), NOTHING),
    Law("no connection leads to its own start", (), (_edge(K, K),), NOTHING),
    Law("no connection leads back", (), (_W_KJ, _w(J, K)), NOTHING),
    Law("no connection leads back", (), (_EDGE_KJ, _w(J, K)), NOTHING),
    Law("no connection leads back", (), (_EDGE_KJ, _edge(J, K)), NOTHING),
    Law("∂v/∂v = 1", (), (_paths(K, K),), Num(Fraction(1))),
    Law("no path leads back", (), (_W_KJ, _paths(J, K)), NOTHING),
    Law("no path leads back over a connection", (), (_EDGE_KJ, _paths(J, K)), NOTHING),
)
_OUTPUTS_END: tuple[Law, ...] = (
    Law(Assumption.OT, (), (_out(J), _W_KJ), NOTHING),
    Law(Assumption.OT, (), (_out(J), _EDGE_KJ), NOTHING),
    Law(Assumption.OT, (), (_out(J), _paths(K, J)), _out(J) * Delta(K, J)),
)
_LAST_HIDDEN: tuple[Law, ...] = (
    Law(Assumption.LH, (), (_last(J), _W_KJ, _out(K)), _last(J) * _W_KJ),
    Law(Assumption.LH, (), (_last(J), _EDGE_KJ, _out(K)), _last(J) * _EDGE_KJ),
)
_BOTH: tuple[Law, ...] = (  # what follows from the two together
    Law(Assumption.LH, (), (_last(J), _W_MJ, _w(K, M)), NOTHING),
    Law(Assumption.LH, (), (_last(J), _W_MJ, _edge(K, M)), NOTHING),
    Law(Assumption.LH, (), (_last(J), _W_MJ, _paths(K, M)), _last(J) * _W_MJ * Delta(K, M)),
    Law(
        Assumption.LH,
        (),
        (_last(J), _edge(M, J), _paths(K, M)),
        _last(J) * _edge(M, J) * Delta(K, M),
    ),
)
_NO_PARALLEL = Law(
    Assumption.NP, (), (_EDGE_KJ, _paths(K, M), _W_MJ), _EDGE_KJ * _W_MJ * Delta(K, M)
)
_SHARES = Law(Assumption.DT, (K,), (_out(K), Get("d", (K, S))), Num(Fraction(1)))
_TWO_LAYERS: tuple[Law, ...] = tuple(  # no input feeds an output
    Law(Assumption.TL, (), (known, link, Get("unit", (J,))), known * link)
    for link in (_W_KJ, _EDGE_KJ)
    for known in (_out(K), _last(J))
)
_SINGLE = Law(Assumption.SO, (), (_out(J), _out(K)), _out(J) * Delta(J, K))


def _beside(one: Var, other: Var) -> Get:
    return Get("beside", (one, other))


_DEEP, _APART = Get("deep", (K,)), Get("apart", (K, J))
_FROM_TO = ((_w, _w), (_w, _edge), (_edge, _w), (_edge, _edge))


def _one_layer() -> tuple[Law, ...]:
    """Neurons that one neuron feeds, or that feed one, are in one layer: no path between them.

    So are a neuron that feeds K and one that is fed by J, where K is two layers after J.
    """
    name = "no path leads along a layer"
    found: list[Law] = []
    for one, other in _FROM_TO:
        for pair in ((one(M, J), other(M, K)), (one(J, M), other(K, M))):
            same = Mul((*pair, Delta(K, J)))
            found.append(Law(name, (), (*pair, _paths(K, J)), same))
        pair = one(K, M), other(R, J)
        same = Mul((_APART, *pair, Delta(M, R)))
        found.append(Law(name, (), (_APART, *pair, _paths(M, R)), same))
    return tuple(found)


LAYERED: tuple[Law, ...] = (
    *_one_layer(),
    Law("no path leads along a layer", (), (_last(J), _last(K), _paths(K, J)),
        _last(J) * _last(K) * Delta(K, J)),
    Law("no path leads along a layer", (), (_beside(K, J), _paths(K, J)), Delta(K, J)),
    Law("no path leads along a layer", (), (_beside(K, J), _paths(J, K)), Delta(K, J)),
    Law("a neuron is in its own layer", (), (_beside(J, J),), Num(Fraction(1))),
    *(
        Law("a layer does not feed itself", (), (_beside(K, J), link), NOTHING)
        for link in (_w(K, J), _w(J, K), _edge(K, J), _edge(J, K))
    ),
    *(
        Law("no connection skips a layer", (), (_APART, link), NOTHING)
        for link in (_w(K, J), _w(J, K), _edge(K, J), _edge(J, K))
    ),
    Law("outputs are a layer", (), (_beside(K, J), _out(J), _out(K)), _beside(K, J) * _out(J)),
    Law("inputs are a layer", (), (_beside(K, J), Get("unit", (J,)), Get("unit", (K,))),
        _beside(K, J) * Get("unit", (J,))),
    Law("a layer is fed by all", (), (_beside(K, J), _edge(J, M), _edge(K, M)),
        _beside(K, J) * _edge(J, M)),
    Law("a layer feeds all", (), (_beside(K, J), _edge(M, J), _edge(M, K)),
        _beside(K, J) * _edge(M, J)),
    *(
        Law("no input feeds a later layer", (), (_DEEP, link, Get("unit", (J,))), _DEEP * link)
        for link in (_w(K, J), _edge(K, J))
    ),
    Law("the last hidden layer is not the last", (), (_last(J), _out(J)), NOTHING),
    Law("the last hidden layer feeds all", (), (_last(J), _out(K), _edge(K, J)),
        _last(J) * _out(K)),
)  # fmt: skip
"""What holds in a network of layers, besides that outputs end and that no paths run parallel."""


def laws(chosen: Iterable[Assumption], layered: bool = False) -> tuple[Hypothesis, ...]:
    """What the assumptions say, for the index calculus; `layered` says that there are layers."""
    given = set(chosen)
    found: list[Hypothesis] = [*FACTS]
    if layered:
        given |= {Assumption.OT, Assumption.NP, Assumption.LH}
        found += LAYERED
    if Assumption.N1 in given:
        found.append(SizeOne(Assumption.N1, "N"))
    if Assumption.OT in given:
        found += _OUTPUTS_END
    if Assumption.LH in given:
        found += _LAST_HIDDEN
    if {Assumption.OT, Assumption.LH} <= given:
        found += _BOTH
    if Assumption.NP in given:
        found.append(_NO_PARALLEL)
    if Assumption.DT in given:
        found.append(_SHARES)
    if Assumption.TL in given:
        found += _TWO_LAYERS
    return (*found, _SINGLE) if Assumption.SO in given else tuple(found)


def lawful(
    arrays: Mapping[str, tuple[Sort, ...]], chosen: Iterable[Assumption], layered: bool
) -> Calculus:
    """A calculus under what the assumptions say, with these arrays beside those of a network."""
    if any(arrays.get(name, sorts) != sorts for name, sorts in ARRAYS.items()):
        return Calculus({**ARRAYS, **arrays}, INDICATORS, laws(chosen, layered))
    return _lawful(frozenset(chosen), layered).beside(arrays)


@cache
def _lawful(chosen: frozenset[Assumption], layered: bool) -> Calculus:
    """The laws are read once: there are many, and each has to be shown to be one."""
    return Calculus(ARRAYS, INDICATORS, laws(chosen, layered))
