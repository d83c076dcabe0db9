"""The definitions of a document as one system, with what is usual where it says nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from symbolic.errors import InputError
from symbolic.indexed import Sort, Var
from symbolic.reading.activation import MINUS, Activation, owner, stated
from symbolic.reading.claims import Claim, Outcome, Reading
from symbolic.reading.context import Named
from symbolic.reading.definitions import Key, key, stated_of_last
from symbolic.reading.formulas import (
    ONE,
    SAMPLE,
    UNWRITTEN,
    Applied,
    Call,
    Formula,
    Power,
    Range,
    Read,
    SumOver,
    plus,
    put,
    times,
    walk,
    with_range,
)
from symbolic.reading.layers import flat_definition, of_last_layer, with_layers
from symbolic.reading.pathways import CORE
from symbolic.reading.profile import GIVEN, OWN, Profile
from symbolic.reading.source import DEFINITE, BeyondError, Fault, Place
from symbolic.reading.theory import ARRAYS, COST, OPEN, SORTS

KINKED = frozenset(("abs", "relu", "step"))
"""Functions with a kink at 0, whose values are exact."""


@dataclass(frozen=True)
class Base:
    """The definitions of a document and, where it has none, the usual ones: head → body.

    `definitions` speak of neurons; `written` are the same as written, in layer notation where
    `layered`.  A cost that is `open` has no definition: it is any differentiable function of the
    signals of the output neurons on one sample.  `activation` is that of all neurons, where the
    document says which one it is, `of_outputs` that of output neurons where it is another;
    `constants` are the arrays of the positive numbers that the
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
    of_outputs: Activation | None = None

    def function(self, kind: str) -> Activation | None:
        """φ of a kind of neurons, output or another, where it is known."""
        return self.of_outputs if kind == "output" and self.of_outputs else self.activation

    @property
    def phi(self) -> Callable[[Applied], Formula] | None:
        """What φ comes to, where it is known: out_j φ_out(v_j) + (1 − out_j) φ(v_j) where outputs
        have another function than the rest."""
        if self.activation is None:
            return None
        inner, outer = self.activation, self.of_outputs

        def known(part: Applied) -> Formula:
            plain = inner.at(part.argument, part.order)
            if outer is None:
                return plain
            own = owner(part, True)
            if len(own) != 1:
                raise BeyondError("Outputs have another function, and whose is meant is not said.")
            out = Read("out", own)
            other = plus(ONE, times(MINUS, out))
            return plus(times(out, outer.at(part.argument, part.order)), times(other, plain))

        return known

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
        """Whether functions occur whose values are enclosed and no fractions."""
        return needs_balls(*self._bodies)

    @property
    def kinked(self) -> bool:
        """Whether a function with a kink at 0 occurs."""
        return has_kink(*self._bodies)

    @property
    def _bodies(self) -> list[Formula]:
        bodies = [body for _, body in self.definitions.values()]
        bodies += [one.body for one in (self.activation, self.of_outputs) if one]
        return [*bodies, self.outer] if self.outer is not None else bodies

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
                        if self.of_outputs is not None:
                            found["phi:outputs"] = self.of_outputs.body
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


def has_kink(*bodies: Formula) -> bool:
    """Whether a function with a kink at 0 occurs in one of them."""
    return bool(_calls(*bodies) & KINKED)


def _calls(*bodies: Formula) -> set[str]:
    return {part.name for body in bodies for part in walk(body) if isinstance(part, Call)}


def needs_balls(*bodies: Formula) -> bool:
    """Whether they have functions or roots whose values are no fractions.

    >>> needs_balls(Call("abs", Read("v"))), needs_balls(Call("exp", Read("v")))
    (False, True)
    """
    roots = (
        isinstance(part, Power) and part.exponent.denominator > 1
        for body in bodies
        for part in walk(body)
    )
    return bool(_calls(*bodies) - KINKED) or any(roots)


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
    usual = {
        key(claim.head): claim
        for claim in reading.standard
        if claim.head is not None and not claim.outer
    }
    for claim in reading.definitions:
        own = claim.head is not None and claim.head.array.startswith(OWN)
        if claim.head is not None and not claim.problems and not claim.outer and not own:
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
    for claim in found.values():
        _require_cost(claim, {*found} | given)
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
    of_outputs = _of_outputs(reading)
    return Base(definitions, written, layered, open_cost, activation, constants, outer, of_outputs)


def _require_cost(claim: Claim, known: set[Key]) -> None:
    """What a cost is made of must be defined: E = Σ_p E_p, where p is a sample here."""
    for part in walk(claim.right):
        if isinstance(part, Read) and part.array.startswith("E") and key(part) not in known:
            indices = "".join(i.name for i in part.at if isinstance(i, Var) and i != UNWRITTEN)
            raise InputError(
                f"{claim.place}: this defines a cost by {part.sign}_{indices}, which no line "
                "defines. Define it, or say with --profile which notation is meant."
            )


def _outer(reading: Reading, definitions: Mapping[str, tuple[Read, Formula]]) -> Formula | None:
    """The signal of an output neuron, where the document says that it differs."""
    said = (*reading.definitions, *reading.standard)
    claim = next((claim for claim in said if claim.outer), None)
    if claim is None or "y" not in definitions:
        return None
    own = _of_outputs(reading)
    if own is not None:
        return own.at(Read("v", definitions["y"][0].at))
    head, right = of_last_layer(claim.left), of_last_layer(claim.right)
    assert isinstance(head, Read)
    assert right is not None
    pairs = zip(head.at, definitions["y"][0].at, strict=True)
    letters = {a: b for a, b in pairs if isinstance(a, Var) and isinstance(b, Var)}
    return with_range(put(right, letters), Range("output"))


def _of_outputs(reading: Reading) -> Activation | None:
    """φ of output neurons, where it is said to differ: σ(z) = z in the output layer."""
    claim = next((c for c in reading.definitions if c.outer and isinstance(c.left, Applied)), None)
    if claim is None:
        return None
    body = stated(claim.left, claim.right) or stated_of_last(claim)
    if body is None:
        raise InputError(f"{claim.place}: this is no function of the field.")
    return Activation(body, claim.number)


def _functions(reading: Reading) -> list[tuple[Claim, Activation]]:
    """The definitions of φ."""
    bodies = ((c, stated(c.left, c.right)) for c in reading.definitions if not c.outer)
    return [(c, Activation(body, c.number)) for c, body in bodies if body is not None]


def _activation(reading: Reading) -> Activation | None:
    """The first formula for φ, where none of them is said of some neurons alone."""
    found = _functions(reading)
    return found[0][1] if found and not any(claim.some for claim, _ in found) else None


def activations_of_some(reading: Reading) -> dict[Named | None, Activation]:
    """What the document says φ to be of some neurons: these → the function."""
    return {claim.some: one for claim, one in reversed(_functions(reading)) if claim.some}


def _is_layered(profile: Profile) -> bool:
    """Whether the notation writes layers; raises `InputError` where they are counted otherwise."""
    layered = [s for s in profile.symbols.values() if "layer" in s.superscript + s.subscript]
    for symbol in layered:
        weight = symbol.kind == "weight"
        steps = (symbol.step, symbol.step - 1) if weight else (symbol.step,)
        if symbol.layers != steps or (symbol.step and symbol.kind not in ("weight", "bias")):
            raise InputError(
                f"The layers of {symbol.sign} are not in reach. A weight leads to one layer from "
                "the one before it: layers = [0, -1], or [1, 0] where W^l leads to layer l+1; a "
                "bias has [0] or [1], and all else has layers = [0]."
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


def missed_definitions(reading: Reading, whole: bool = False) -> Mapping[str, Place]:
    """What the document may define in words or formulas that are not used: array → where.

    That is what has no definition in it and stands on the left of a formula that was not
    understood; of φ, also after y_j = ….  A φ of some neurons is used where that is the `whole`
    network.
    """
    defined = [claim for claim in reading.definitions if claim.head is not None]
    lost = [one for one in defined if any(p.fault is Fault.NOT_UNDERSTOOD for p in one.problems)]
    made = {claim.head.array for claim in defined if claim.head and claim not in lost}
    functions = _functions(reading)
    if functions and (whole or not any(claim.some for claim, _ in functions)):
        made.add("phi")
    found: dict[str, Place] = {}
    if functions and "phi" not in made:
        found["phi"] = functions[0][0].place
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
            rule = symbol.array in _DERIVATIVES and entry.fault in DEFINITE
            if not (slope or rule) and any(_begins(opening, sign) for sign in signs):
                found.setdefault(symbol.array, entry.place)
    outer = any(claim.outer for claim in reading.definitions)
    signals = [one for one in reading.profile.symbols.values() if one.array == "y"]
    for entry in missed:  # it may be what the outputs have, whatever the others have
        opening = _opening(entry.text)
        if not outer and any(_begins(opening, sign) for s in signals for sign in (s.sign, *s.also)):
            found.setdefault("y", entry.place)
    for one in reading.named:
        array, place = one.array, one.place
        if array == "outputs":  # what words say of them is used, or it may be φ that is meant
            if outer:
                continue
            array = "phi"
        if array not in made:
            found.setdefault(array, place)
    for claim in lost:
        if claim.head is not None and claim.head.array not in made:
            found.setdefault(claim.head.array, claim.place)
    for claim in reading.claims:
        if claim.problems and "phi" not in made and stated(claim.left, claim.right):
            found.setdefault("phi", claim.place)
    return found


def lost_definitions(reading: Reading) -> Mapping[str, Place]:
    """What the document may define otherwise than usual, in formulas that were not understood.

    A proof holds for any φ.  A formula whose types do not fit defines nothing, and one for δ or Δw
    is a definition only where it shows a derivative.
    """
    ledger = tuple(entry for entry in reading.ledger if entry.fault not in DEFINITE)
    texts = {entry.place: entry.text for entry in ledger}
    found = missed_definitions(replace(reading, ledger=ledger))
    return {
        array: place
        for array, place in found.items()
        if array != "phi"
        and (array not in _DERIVATIVES or _SHOWS_SLOPE.search(texts.get(place, "")) is not None)
    }


_DERIVATIVES = ("delta", "dw", "db")
_SHOWS_SLOPE = re.compile(r"\\partial|\\nabla|:=")


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
