"""What a document's claims rest on: its definitions as one system, and what may be assumed.

A weight is 0 where there is no connection, the network has no cycles, an input neuron is fed by
none and its signal is given, an output neuron is not an input neuron.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from symbolic.errors import InputError
from symbolic.indexed import Delta, Get, Mul, Num, Sort, Var
from symbolic.indices import Hypothesis, Law, SizeOne
from symbolic.reading.activation import Activation, stated
from symbolic.reading.claims import Claim, Outcome, Reading
from symbolic.reading.definitions import Key, key
from symbolic.reading.formulas import (
    NEURON,
    SAMPLE,
    Applied,
    Call,
    Formula,
    Range,
    Read,
    SumOver,
    put,
    walk,
    with_range,
)
from symbolic.reading.layers import flat_definition, with_layers
from symbolic.reading.pathways import CORE, PATHS
from symbolic.reading.profile import GIVEN, Profile
from symbolic.reading.source import BeyondError, Place

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
)
_NO_PARALLEL = Law(
    Assumption.NP, (), (_EDGE_KJ, _paths(K, M), _W_MJ), _EDGE_KJ * _W_MJ * Delta(K, M)
)
_SHARES = Law(Assumption.DT, (K,), (_out(K), Get("d", (K, S))), Num(Fraction(1)))
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
    return (*found, _SINGLE) if Assumption.SO in given else tuple(found)


@dataclass(frozen=True)
class Base:
    """The definitions of a document and, where it has none, the usual ones: head → body.

    `definitions` speak of neurons; `written` are the same as written, in layer notation where
    `layered`.  A cost that is `open` has no definition: it is any differentiable function of the
    signals of the output neurons on one sample.  `activation` is that of all neurons, where the
    document says which one it is; `constants` are the arrays of the positive numbers that the
    document leaves open, such as the slope a of φ(v) = 1/(1 + e^{-av}).  `outer` is the signal of
    an output neuron where it differs from that of others, in the letters of the definition of y.
    """

    definitions: Mapping[str, tuple[Read, Formula]]
    written: Mapping[str, tuple[Read, Formula]]
    layered: bool = False
    open: bool = False
    activation: Activation | None = None
    constants: tuple[str, ...] = ()
    outer: Formula | None = None

    @property
    def shared_out(self) -> bool:
        """Whether the signal of an output reads the fields of all outputs, as softmax does.

        Then outputs feed no neuron: a signal would else depend on itself.
        """
        return self.outer is not None and any(isinstance(p, SumOver) for p in walk(self.outer))

    @property
    def arrays(self) -> dict[str, tuple[Sort, ...]]:
        """What is given: with the network, and the constants of the document."""
        return {**ARRAYS, **dict.fromkeys(self.constants, ())}

    @property
    def elementary(self) -> bool:
        """Whether elementary functions occur, so that numbers are enclosed and no fractions."""
        bodies = [body for _, body in self.definitions.values()]
        bodies += [self.activation.body] if self.activation else []
        bodies += [self.outer] if self.outer is not None else []
        return any(isinstance(part, Call) for body in bodies for part in walk(body))

    def rests_on(self, *formulas: Formula) -> dict[str, Formula]:
        """All that formulas speak of, directly or through definitions: array → its definition.

        What has no definition stands for itself.
        """
        found: dict[str, Formula] = {}
        waiting = [*formulas]
        while waiting:
            for part in walk(waiting.pop()):
                name = part.function if isinstance(part, Applied) else ""
                name = name_of(part) if isinstance(part, Read) else name
                if name and name not in found:
                    body = self.definitions[name][1] if name in self.definitions else part
                    if isinstance(part, Applied) and self.activation is not None:
                        body = self.activation.body
                    found[name] = body
                    waiting.append(body)
                    if name == "y" and self.outer is not None:
                        found["y:outputs"] = self.outer
                        waiting.append(self.outer)
        return found

    @property
    def shared(self) -> bool:
        """Whether all neurons have one activation function: it is written without an index."""
        signal = self.definitions.get("y")
        found = [p for p in walk(signal[1]) if isinstance(p, Applied)] if signal else []
        return bool(found) and not any(part.at for part in found)

    @property
    def biased(self) -> bool:
        """Whether the induced local field has a bias."""
        field = self.definitions.get(CORE)
        return field is not None and any(
            isinstance(part, Read) and part.array == "b" for part in walk(field[1])
        )


def name_of(read: Read) -> str:
    """The name of an array: the costs of an output, of a sample and of the batch are three."""
    return ":".join(key(read))


def base_of(reading: Reading) -> Base:
    """The definitions that the claims of a document are judged by.

    Raises `InputError` where it defines one quantity twice, for outputs and for hidden neurons, or
    defines fields and signals in a way that this prover does not reach.
    """
    layered = _is_layered(reading.profile)
    found: dict[Key, Claim] = {}
    usual = {key(claim.head): claim for claim in reading.standard if claim.head is not None}
    for claim in reading.definitions:
        if claim.head is not None and not claim.problems and not claim.outer:
            if key(claim.head) in found:
                raise InputError(f"{claim.head.sign} has two definitions, each for some neurons.")
            found[key(claim.head)] = claim
    given = {(name,) for name in ARRAYS} | {OPEN}
    given |= {(one.array,) for one in reading.profile.symbols.values() if one.kind == "constant"}
    while True:  # what is usual, but rests on what nobody defined, defines nothing either
        known = {*found, *usual} | given
        idle = [one for one, claim in usual.items() if not _reads(claim) <= known]
        if not idle:
            break
        for one in idle:
            del usual[one]
    for defined, claim in usual.items():
        found.setdefault(defined, claim)
    definitions: dict[str, tuple[Read, Formula]] = {}
    written: dict[str, tuple[Read, Formula]] = {}
    for claim in found.values():
        head, body = claim.head, claim.right
        assert head is not None
        name = name_of(head)
        definitions[name] = written[name] = head, body
        if layered:
            try:
                definitions[name] = flat_definition(head, body)
                written[name] = head, with_layers(body)
            except BeyondError as error:
                raise InputError(f"The definition of {head.sign}: {error}") from None
        if any(not isinstance(i, Var) or i.sort not in SORTS for i in definitions[name][0].at):
            raise InputError(f"{head.sign} is defined by layers, which this prover does not reach.")
    waiting, seen = [CORE, "y"], set[str]()
    while waiting:
        name = waiting.pop()
        if name in definitions and name not in seen:
            seen.add(name)
            _require_one_sample(*definitions[name])
            parts = walk(definitions[name][1])
            waiting += [name_of(part) for part in parts if isinstance(part, Read)]
    sides = [side for claim in reading.claims for side in (claim.left, claim.right)]
    sides += [body for _, body in definitions.values()]
    used = {name_of(part) for side in sides for part in walk(side) if isinstance(part, Read)}
    open_cost = COST in used - definitions.keys()
    constants = tuple(
        symbol.array
        for symbol in reading.profile.symbols.values()
        if symbol.kind == "constant" and symbol.array in used - definitions.keys()
    )
    activation = _activation(reading)
    outer = _outer(reading, definitions)
    return Base(definitions, written, layered, open_cost, activation, constants, outer)


def _outer(reading: Reading, definitions: Mapping[str, tuple[Read, Formula]]) -> Formula | None:
    """The signal of an output neuron, where the document says that it differs."""
    claim = next((claim for claim in reading.definitions if claim.outer), None)
    if claim is None or claim.head is None or "y" not in definitions:
        return None
    pairs = zip(claim.head.at, definitions["y"][0].at, strict=True)
    letters = {a: b for a, b in pairs if isinstance(a, Var) and isinstance(b, Var)}
    return with_range(put(claim.right, letters), Range("output"))


def _activation(reading: Reading) -> Activation | None:
    """The first formula for φ that holds for every neuron."""
    for claim in reading.definitions:
        body = stated(claim.left, claim.right)
        if body is not None and not claim.outer:
            return Activation(body, claim.number)
    return None


def _is_layered(profile: Profile) -> bool:
    """Whether the notation writes layers; raises `InputError` where they are counted otherwise."""
    layered = [s for s in profile.symbols.values() if "layer" in s.superscript + s.subscript]
    for symbol in layered:
        if symbol.layers != ((0, -1) if symbol.kind == "weight" else (0,)):
            raise InputError(
                f"The layers of {symbol.sign} are not in reach. A weight leads to its own layer "
                "from the one before it: layers = [0, -1]; all else has layers = [0]."
            )
    return bool(layered)


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


def missed_definitions(reading: Reading) -> Mapping[str, Place]:
    """What the document may define in words or formulas that are not used: array → where.

    That is what has no definition in it and stands on the left of a formula that was not
    understood; of φ, also after y_j = ….
    """
    made = {claim.head.array for claim in reading.definitions if claim.head is not None}
    if any(stated(c.left, c.right) for c in reading.definitions if not c.outer):
        made.add("phi")
    found: dict[str, Place] = {}
    missed = [e for e in reading.ledger if e.outcome is Outcome.NOT_UNDERSTOOD and "=" in e.text]
    for symbol in reading.profile.symbols.values():
        if symbol.array in made or (symbol.kind in GIVEN and symbol.array != "phi"):
            continue
        signs = [symbol.sign, *symbol.also]
        if symbol.array == "phi":  # also y_j = …, after y_j = φ(v_j)
            signs += [one.sign for one in reading.profile.symbols.values() if one.array == "y"]
        for entry in missed:
            opening = _opening(entry.text)
            slope = symbol.array == "phi" and "'" in opening  # that defines no φ
            if not slope and any(_begins(opening, sign) for sign in signs):
                found.setdefault(symbol.array, entry.place)
    outputs = any(claim.outer for claim in reading.definitions)
    for array, place in reading.named:
        if array == "outputs":
            array = "y" if outputs else "phi"  # what is said of them is used, or may be meant
        if array not in made:
            found.setdefault(array, place)
    for claim in reading.claims:
        if claim.problems and "phi" not in made and stated(claim.left, claim.right):
            found.setdefault("phi", claim.place)
    return found


def _opening(text: str) -> str:
    """The first sign of a formula, with its scripts."""
    bare = re.sub(
        r"^(?:\s|[$&{(\[]|\\[(\[]|\\begin\{[^}]*\}(?:\{[^}]*\})?|\\displaystyle)+", "", text
    )
    return bare.split("=")[0] if re.match(r"[^\s+\-]*\s*(?:\([^)]*\))?\s*:?=", bare) else ""


def _begins(text: str, sign: str) -> bool:
    """Whether a formula begins with this sign, and not with a longer one."""
    following = text[len(sign) : len(sign) + 1]
    longer = sign.startswith("\\") and sign[-1].isalpha() and following.isalpha()
    return text.startswith(sign) and not longer
