"""Network files in TOML or JSON: data only, every error with file, line and column.

name = "xor with a skip"
inputs = ["x1", "x2"]
outputs = ["o"]
activation = "logistic"              # or { name = "tanh", a = "1.7159", b = "2/3" }
cost = "squared_error"               # or { loss = "(d - y)^4 / 4" }
[neurons.h]
from = ["x1", "x2"]                  # weights w_h_x1, … unless given
activation = { phi = "v/(1 + abs(v))" }
[neurons.o]
from = { x1 = "w_a", x2 = "w_b", h = "w_c" }   # naming a weight twice ties it
bias = false                         # or the name of the bias weight
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from symbolic import activations, costs
from symbolic.activations import ACTIVATIONS, Activation
from symbolic.costs import COSTS, Cost
from symbolic.errors import InputError, did_you_mean
from symbolic.grammar import expression
from symbolic.network import BIAS, Network, Neuron, Synapse
from symbolic.topologies import shorthand

LARGEST = 16_000_000
KEYS = ("name", "inputs", "outputs", "activation", "cost", "bias", "neurons")
NEURON_KEYS = ("from", "activation", "bias")


def open_network(argument: str) -> Network:
    """The network that an argument of the command names: a file, else a shorthand."""
    path = Path(argument)
    if path.suffix in (".toml", ".json") or path.exists():
        return load(path)
    return shorthand(argument)


def load(path: str | Path) -> Network:
    """The network in a .toml or .json file.

    Raises `InputError` with file, line and column for whatever is wrong in it.
    """
    path = Path(path)
    name = str(path)
    try:
        if path.is_dir():
            raise InputError("this is a folder; name the network file in it", file=name)
        if path.stat().st_size > LARGEST:
            size = LARGEST // 1_000_000
            raise InputError(f"the file is larger than {size} MB: no network", file=name)
        text = path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        raise InputError("there is no such file; a shorthand looks like 2-3-1", file=name) from None
    except UnicodeDecodeError:
        raise InputError("this is no UTF-8 text, so no network file", file=name) from None
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", file=name) from None
    return parse(text, "json" if path.suffix == ".json" else "toml", name)


def parse(text: str, kind: str = "toml", file: str | None = None) -> Network:
    """The network that a text describes; `kind` is toml or json."""
    return _Reader(text, _data(text, kind, file), file).network()


def write(network: Network) -> str:
    """The network as a TOML text that `parse` reads back to an equal network."""
    data = as_data(network)
    neurons = data.pop("neurons")
    lines = [f"{key} = {_toml(value)}" for key, value in data.items()]
    for name, row in neurons.items():
        lines.append(f"[neurons.{_quoted(name)}]")
        lines += [f"{key} = {_toml(value)}" for key, value in row.items()]
    return "\n".join(lines) + "\n"


def as_data(network: Network) -> dict[str, Any]:
    """The keys of a network file with their values, as `write` writes them."""
    neurons: dict[str, Any] = {}
    for neuron in network.neurons:
        pairs = {i: network.weight_of[neuron.name, i] for i in network.sources[neuron.name]}
        neurons[neuron.name] = {"from": pairs, "activation": _activation_data(neuron.activation)}
    return {
        "name": network.name,
        "inputs": list(network.inputs),
        "outputs": list(network.outputs),
        "cost": _cost_data(network.cost),
        "bias": False,
        "neurons": neurons,
    }


def from_data(data: dict[str, Any], file: str | None = None) -> Network:
    """The network of what `as_data` gave; errors name the file but no line."""
    return _Reader("", data, file).network()


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=True)


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        pairs = (f"{_quoted(key)} = {_toml(inside)}" for key, inside in value.items())
        return f"{{ {', '.join(pairs)} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    return _quoted(value) if isinstance(value, str) else str(value).lower()


def _activation_data(activation: Activation) -> dict[str, str]:
    if activation.name in ACTIVATIONS:
        return {"name": activation.name} | {k: str(value) for k, value in activation.parameters}
    _expressible(activation.name, activation.written)
    return {"phi": activation.written}


def _cost_data(cost: Cost) -> str | dict[str, str]:
    if cost.name in COSTS:
        return cost.name
    _expressible(cost.name, cost.written)
    return {"loss": cost.written}


def _expressible(name: str, written: str) -> None:
    if not written or "\n" in written:
        raise InputError(
            f"{name!r} is given by a Python function; a network file holds expressions only. "
            "Give it as an expression to save it."
        )


def _data(text: str, kind: str, file: str | None) -> dict[str, Any]:
    """The text as plain data, decimals kept as text."""
    if kind == "json":
        found = json_data(text, file)
    else:
        try:
            found = tomllib.loads(text, parse_float=_Decimal)
        except tomllib.TOMLDecodeError as error:
            where = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
            what = re.sub(r" \(at .*\)$", "", str(error))
            line, column = (int(where[1]), int(where[2])) if where else (None, None)
            what = f"this is no TOML: {what}"
            raise InputError(what, file=file, line=line, column=column) from None
        except RecursionError:
            raise InputError("the data nests too deeply for a network", file=file) from None
        except ValueError:  # an integer beyond the digits that Python reads
            raise InputError("a number in this file is too long", file=file) from None
    if not isinstance(found, dict):
        raise InputError("a network file holds one object with the keys of a network", file=file)
    return found


def json_data(text: str, file: str | None) -> Any:
    """The JSON text as plain data: decimals as text, no NaN, no key twice.

    Raises `InputError` with line and column for what is no JSON.
    """
    try:
        return json.loads(
            text, parse_float=_Decimal, parse_constant=_no_constant, object_pairs_hook=_unique
        )
    except json.JSONDecodeError as error:
        raise InputError(
            f"this is no JSON: {error.msg}", file=file, line=error.lineno, column=error.colno
        ) from None
    except RecursionError:
        raise InputError("the data nests too deeply", file=file) from None
    except InputError as error:
        raise InputError(error.what, file=file) from None
    except ValueError:  # an integer beyond the digits that Python reads
        raise InputError("a number in this file is too long", file=file) from None


class _Decimal(str):
    """A decimal number as it is written, so that 0.1 is 1/10."""

    __slots__ = ()


def _no_constant(name: str) -> NoReturn:
    raise InputError(f"{name} is no number that a file can hold")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise InputError(f"the key {key!r} is given twice")
        found[key] = value
    return found


@dataclass(frozen=True)
class _Reader:
    text: str
    data: dict[str, Any]
    file: str | None

    def network(self) -> Network:
        data = self.data
        self._known_keys(data, KEYS, "")
        for key in ("inputs", "outputs", "neurons"):
            if key not in data:
                self._refuse(f"The key {key!r} is missing.")
        default = self._activation(data.get("activation", "logistic"), "activation")
        bias = data.get("bias", True)
        if not isinstance(bias, bool):
            self._refuse("bias of the whole network is true or false.", "bias")
        table = data["neurons"]
        if not isinstance(table, dict) or not table:
            self._refuse("neurons is a table: [neurons.h], [neurons.o], …", "neurons")
        neurons: list[Neuron] = []
        synapses: list[Synapse] = []
        for name, row in table.items():
            if not isinstance(row, dict):
                self._refuse(f"The neuron {name!r} is a table with the key `from`.", name)
            self._known_keys(row, NEURON_KEYS, name)
            given = row.get("activation")
            phi = default if given is None else self._activation(given, "activation", name)
            neurons.append(Neuron(name, phi))
            synapses += self._synapses(name, row, bias)
        title = data.get("name", "")
        if not isinstance(title, str) or len(title) > 200:
            self._refuse("name is a text of at most 200 characters.", "name")
        try:
            return Network(
                self._names("inputs"),
                tuple(neurons),
                self._names("outputs"),
                tuple(synapses),
                self._cost(data.get("cost", "squared_error")),
                title,
            )
        except InputError as error:
            if error.line is not None:
                raise
            suspect = re.findall(r"'([^']+)'", error.what)
            self._refuse(error.what, *suspect[:1])

    def _synapses(self, name: str, row: Mapping[str, Any], default: bool) -> list[Synapse]:
        found: list[Synapse] = []
        bias = row.get("bias", default)
        if not isinstance(bias, bool | str):
            self._refuse("bias is true, false or the name of the bias weight.", "bias", name)
        if bias:
            weight = bias if isinstance(bias, str) else f"w_{name}_{BIAS}"
            found.append(Synapse(name, BIAS, weight))
        given = row.get("from")
        if isinstance(given, list) and all(isinstance(i, str) for i in given):
            pairs = [(i, f"w_{name}_{i}") for i in given]
        elif isinstance(given, dict) and all(isinstance(weight, str) for weight in given.values()):
            pairs = list(given.items())
        else:
            self._refuse(
                f'Neuron {name!r} needs from = ["unit", …] or from = {{ unit = "weight", … }}.',
                name,
            )
        return found + [Synapse(name, i, weight) for i, weight in pairs]

    def _activation(self, given: Any, key: str, under: str = "") -> Activation:
        where = (key, under) if under else (key,)
        try:
            if isinstance(given, str):
                return activations.activation(given)
            if isinstance(given, dict) and "phi" in given:
                self._known_keys(given, ("phi", "slope"), key)
                phi = self._expression(given["phi"], ("v",))
                slope = given.get("slope")
                read = None if slope is None else self._expression(slope, ("v", "y"))
                return activations.own(str(given["phi"]), phi, read, written=str(given["phi"]))
            if isinstance(given, dict) and isinstance(given.get("name"), str):
                rest = {k: str(value) for k, value in given.items() if k != "name"}
                return activations.activation(given["name"], **rest)
        except InputError as error:
            if error.line is not None:
                raise
            self._refuse(error.what, *(str(v) for v in (given,) if isinstance(v, str)), *where)
        return self._refuse(
            'An activation is a name, { name = "tanh", a = "1.7" } or { phi = "…" }.', *where
        )

    def _cost(self, given: Any) -> Cost:
        try:
            if isinstance(given, str):
                return costs.cost(given)
            if isinstance(given, dict) and set(given) == {"loss"}:
                loss = self._expression(given["loss"], ("d", "y", "e"))
                return costs.own(str(given["loss"]), loss, written=str(given["loss"]))
        except InputError as error:
            if error.line is not None:
                raise
            self._refuse(error.what, "cost")
        return self._refuse('cost is a name or { loss = "…" } in d and y.', "cost")

    def _expression(self, text: Any, variables: tuple[str, ...]) -> Any:
        if not isinstance(text, str):
            self._refuse("An expression is a text in quotes.", str(text))
        line, column = self._place((text,))
        return expression(text, variables, self.file, line or 1, (column or 0) + 1)

    def _names(self, key: str) -> tuple[str, ...]:
        names = self.data[key]
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            self._refuse(f'{key} is a list of names: {key} = ["x1", "x2"].', key)
        return tuple(names)

    def _known_keys(self, table: Mapping[str, Any], known: tuple[str, ...], under: str) -> None:
        for key in table:
            if key not in known:
                self._refuse(f"The key {key!r} is not known. {did_you_mean(key, known)}", key)

    def _refuse(self, what: str, *words: str) -> NoReturn:
        line, column = self._place(words)
        raise InputError(what, file=self.file, line=line, column=column)

    def _place(self, words: tuple[str, ...]) -> tuple[int | None, int | None]:
        """Line and column of the first of the words that the text holds, for the error."""
        for word in words:
            if not word:
                continue
            quoted = re.escape(json.dumps(word, ensure_ascii=False))
            bare = re.escape(word)
            found = re.search(
                rf"{quoted}|(?m:^\s*\[neurons\.(?=[\"']?{bare}[\"']?\]))|(?<![\w\"']){bare}(?!\w)",
                self.text,
            )
            if found:
                start = found.start() + len(found[0]) - len(found[0].lstrip())
                line = self.text.count("\n", 0, start) + 1
                return line, start - (self.text.rfind("\n", 0, start) + 1) + 1
        return None, None
