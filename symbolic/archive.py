"""A derivation as JSON text and back.  Loading re-checks: no verdict is ever stored or believed.

The text says what is claimed and why, exactly: rationals as texts, every kind of term by its name,
one line for each step.  Index letters are written "$j", names of units "j".
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import Any, NoReturn

from symbolic.archive_reader import FIELDS, FORMAT, VERSION, Reader
from symbolic.derivation import Derivation, Family, Step
from symbolic.errors import InputError
from symbolic.grammar import MOST_DEEP
from symbolic.network import Network
from symbolic.plaindata import plain_data
from symbolic.proof import Checked, check
from symbolic.spec import as_data, from_data
from symbolic.terms import (
    Condition,
    Range,
    Var,
)

LARGEST = 64_000_000


def dumps(derivation: Derivation) -> str:
    """The derivation as JSON text, the same bytes every time.

    Raises `InputError` for what the text could not give back exactly, such as a network with an
    activation that is a Python function, or a term nested too deeply.

    >>> from symbolic.exposition import proposal
    >>> from symbolic.topologies import shorthand
    >>> text = dumps(proposal(shorthand("2-3-1")))
    >>> loads(text).verdict.by
    'the adjoint certificate'
    """
    over = [line.over for line in derivation.given] + [step.over for step in derivation.steps]
    families = {family: n for n, family in enumerate(dict.fromkeys(over))}
    parts: dict[str, object] = {
        "format": FORMAT,
        "version": VERSION,
        "title": derivation.title,
        "network": _network_data(derivation.network),
        "families": [_family_data(family) for family in families],
        "given": [
            {"head": _data(line.head), "body": _data(line.body), "over": families[line.over]}
            for line in derivation.given
        ],
        "steps": [_step_data(step, families) for step in derivation.steps],
        "goal": list(derivation.goal),
    }
    text = "{\n" + ",\n".join(f'"{key}": {_laid_out(value)}' for key, value in parts.items())
    text += "\n}\n"
    if read(text) != derivation:
        raise InputError("This derivation cannot be written so that it reads back the same.")
    return text


def loads(text: str, file: str | None = None) -> Checked:
    """The derivation in a text of `dumps`, every line checked again.

    Raises `InputError` with the place (a path such as `steps[2].claim.right`, or line and column)
    for a text that holds no derivation, `KernelDisagreementError` as `check` does.
    """
    derivation = read(text, file)
    try:
        return check(derivation)
    except InputError as error:
        raise InputError(error.what, file=file) from None
    except LookupError as error:
        what = f"A line speaks of {error.args[0]!r}, which this network does not have there."
        raise InputError(what, file=file) from None


def load(path: str | Path) -> Checked:
    """The derivation in a file, every line checked again; raises as `loads` does."""
    path = Path(path)
    try:
        if path.stat().st_size > LARGEST:
            _too_large(str(path))
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        raise InputError("this is no UTF-8 text, so no derivation", file=str(path)) from None
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", file=str(path)) from None
    return loads(text, str(path))


def read(text: str, file: str | None = None) -> Derivation:
    """The derivation that a text claims, not yet checked."""
    if len(text) > LARGEST:
        _too_large(file)
    return Reader(file).derivation(plain_data(text, "json", file, "derivation"))


def _too_large(file: str | None) -> NoReturn:
    size = LARGEST // 1_000_000
    raise InputError(f"this is larger than {size} MB: no derivation is", file=file)


# --- writing -----------------------------------------------------------------------------------


def _laid_out(value: object) -> str:
    """JSON with one line for each entry of a list of objects."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "[\n" + ",\n".join(_laid_out(entry) for entry in value) + "\n]"
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _network_data(network: Network) -> dict[str, Any]:
    """A network file, and beside it what such a file leaves out: layers and order of synapses."""
    data = as_data(network)
    plain = from_data(data)
    if plain.synapses != network.synapses:
        data["synapses"] = [[synapse.to, synapse.source] for synapse in network.synapses]
    if network.layers:
        data["layers"] = [list(layer) for layer in network.layers]
    for mine, again in zip(network.neurons, plain.neurons, strict=True):
        if mine != again:
            raise InputError(
                f"The activation {mine.activation.name!r} of {mine.name!r} is not what its text "
                "says (a slope or a name of its own), so it cannot be saved exactly."
            )
    if plain.cost != network.cost:
        raise InputError(f"The cost {network.cost.name!r} is not what its text says; not saved.")
    return data


def _family_data(family: Family) -> dict[str, Any]:
    return {
        "title": family.title,
        "letters": list(family.letters),
        "members": [list(member) for member in family.members],
    }


def _step_data(step: Step, families: Mapping[Family, int]) -> dict[str, Any]:
    data: dict[str, Any] = {
        "claim": {"left": _data(step.claim.left), "right": _data(step.claim.right)},
        "because": {"kind": type(step.because).__name__}
        | {f.name: getattr(step.because, f.name) for f in fields(step.because)},
        "over": families[step.over],
        "uses": list(step.uses),
    }
    if step.source is not None:
        data["source"] = {f.name: getattr(step.source, f.name) for f in fields(step.source)}
    return data


def _data(value: Any, depth: int = 0) -> Any:
    """A term, or a part of one, as plain data."""
    if depth > MOST_DEEP:
        raise InputError(f"A term is nested more than {MOST_DEEP} deep; write it in parts.")
    match value:
        case Var(name):
            return f"${name}"
        case Fraction() | StrEnum():
            return str(value)
        case Range(kind, bound, of):
            return {"kind": str(kind), "bound": _data(bound), "of": _data(of)}
        case (Condition(left, relation, right), then):
            sides = {"left": _data(left, depth + 1), "right": _data(right, depth + 1)}
            return {"if": sides | {"relation": str(relation)}, "then": _data(then, depth + 1)}
        case tuple():
            return [_data(part, depth) for part in value]
        case str() | int():
            return value
    inside = {name: _data(getattr(value, name), depth + 1) for name in FIELDS[type(value)]}
    return {"term": type(value).__name__} | inside
