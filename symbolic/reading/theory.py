"""What a document's claims rest on: its definitions as one system, and what may be assumed.

A weight is 0 where there is no connection, the network has no cycles, an input neuron is fed by
none and its signal is given, an output neuron is not an input neuron.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from symbolic.errors import InputError
from symbolic.indexed import Delta, Get, Num, Var
from symbolic.indices import Hypothesis, Law, SizeOne
from symbolic.reading.claims import Claim, Reading
from symbolic.reading.definitions import Key, key
from symbolic.reading.formulas import NEURON, SAMPLE, Formula, Read, SumOver, walk
from symbolic.reading.pathways import CORE, PATHS

J, K, M = (Var(name, NEURON) for name in ("j", "k", "m"))
S = Var("s", SAMPLE)
NOTHING = Num(Fraction(0))
INDICATORS = ("out", "unit", "edge", "last")
ARRAYS = {
    "w": (NEURON, NEURON),
    "b": (NEURON,),
    "d": (NEURON, SAMPLE),
    "x": (NEURON, SAMPLE),
    "eta": (),
    "out": (NEURON,),
    "unit": (NEURON,),  # every neuron but the inputs
    "edge": (NEURON, NEURON),  # to, from
    "last": (NEURON,),  # feeds output neurons only
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
)
_NO_PARALLEL = Law(
    Assumption.NP, (), (_EDGE_KJ, _paths(K, M), _W_MJ), _EDGE_KJ * _W_MJ * Delta(K, M)
)
_SINGLE = Law(Assumption.SO, (), (_out(J), _out(K)), _out(J) * Delta(J, K))


def laws(chosen: Iterable[Assumption]) -> tuple[Hypothesis, ...]:
    """What the assumptions say, for the index calculus."""
    given = set(chosen)
    found: list[Hypothesis] = [*FACTS]
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
    return (*found, _SINGLE) if Assumption.SO in given else tuple(found)


@dataclass(frozen=True)
class Base:
    """The definitions of a document and, where it has none, the usual ones: head → body."""

    definitions: Mapping[str, tuple[Read, Formula]]


def name_of(read: Read) -> str:
    """The name of an array: the costs of an output, of a sample and of the batch are three."""
    return ":".join(key(read))


def base_of(reading: Reading) -> Base:
    """The definitions that the claims of a document are judged by.

    Raises `InputError` where it defines one quantity twice, for outputs and for hidden neurons, or
    defines fields and signals in a way that this prover does not reach.
    """
    found: dict[Key, Claim] = {}
    usual = {key(claim.head): claim for claim in reading.standard if claim.head is not None}
    for claim in reading.definitions:
        if claim.head is not None and not claim.problems:
            if key(claim.head) in found:
                raise InputError(f"{claim.head.sign} has two definitions, each for some neurons.")
            found[key(claim.head)] = claim
    while True:  # what is usual, but rests on what nobody defined, defines nothing either
        known = {*found, *usual} | {(name,) for name in ARRAYS}
        idle = [one for one, claim in usual.items() if not _reads(claim) <= known]
        if not idle:
            break
        for one in idle:
            del usual[one]
    for defined, claim in usual.items():
        found.setdefault(defined, claim)
    definitions: dict[str, tuple[Read, Formula]] = {}
    for claim in found.values():
        head = claim.head
        assert head is not None
        if any(not isinstance(i, Var) or i.sort not in (NEURON, SAMPLE) for i in head.at):
            raise InputError(f"{head.sign} is defined by layers, which this prover does not reach.")
        definitions[name_of(head)] = head, claim.right
    waiting, seen = [CORE, "y"], set[str]()
    while waiting:
        name = waiting.pop()
        if name in definitions and name not in seen:
            seen.add(name)
            _require_one_sample(*definitions[name])
            parts = walk(definitions[name][1])
            waiting += [name_of(part) for part in parts if isinstance(part, Read)]
    return Base(definitions)


def _reads(claim: Claim) -> set[Key]:
    return {key(part) for part in walk(claim.right) if isinstance(part, Read)}


def _require_one_sample(head: Read, body: Formula) -> None:
    """The samples must not mix on the way from the inputs to the outputs."""
    own = {i for i in head.at if isinstance(i, Var) and i.sort == SAMPLE}
    for part in walk(body):
        letters = {i for i in getattr(part, "at", ()) if isinstance(i, Var)}
        mixed = {i for i in letters if i.sort == SAMPLE} - own
        if mixed or (isinstance(part, SumOver) and part.over.sort == SAMPLE):
            raise InputError(f"The definition of {head.sign} mixes samples.")
        if isinstance(part, SumOver) and part.range.kind in ("output", "fed"):
            raise InputError(f"The definition of {head.sign} does not sum over what feeds it.")
