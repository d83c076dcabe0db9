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
[neurons.g]
field = "w_a*x1*x2 + w_b*h"          # v of its own formula: signals by name, weights begin with w
[neurons.p1]
activation = "softmax"
group = "p"                          # normalised together; a group may feed others or be outputs

A recurrent network says steps = 5 and reads late signals as from = { x = "w_x", "h[-1]" = "w_h" };
initial = { h = "h0" } names an input for h before the first step, else 0, and outputs_at = "last"
compares the last step alone.
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path as FilePath
from typing import Any, NoReturn

from symbolic import activations, costs
from symbolic.activations import Activation
from symbolic.costs import Cost
from symbolic.errors import InputError, did_you_mean
from symbolic.formula import formula
from symbolic.grammar import expression
from symbolic.network import BIAS, Network, Neuron, Synapse, letters_of
from symbolic.places import Path, Places
from symbolic.plaindata import plain_data
from symbolic.recurrence import EVERY, Recurrent, late
from symbolic.spec_writer import as_data as as_data
from symbolic.spec_writer import quoted
from symbolic.spec_writer import write as write
from symbolic.terms import Term
from symbolic.topologies import shorthand

LARGEST = 16_000_000
ENDING = ".derivation.json"
"""How the name of a saved derivation ends; `archive.py` reads it."""
KEYS = ("name", "inputs", "outputs", "activation", "cost", "bias", "neurons")
IN_TIME = ("steps", "initial", "outputs_at")
NEURON_KEYS = ("from", "activation", "bias", "field", "group")


_SHORTHAND = re.compile(r"\d+(?:[-:].*)?")


def open_network(argument: str) -> Network:
    """The network that an argument of the command names: a file, else a shorthand.

    Whatever begins as a shorthand does is one; a file of such a name is written ./2-3-1.
    """
    path = FilePath(argument)
    if path.suffix in (".toml", ".json"):
        return load(path)
    if _SHORTHAND.fullmatch(argument) or not _is_there(path):
        return shorthand(argument)
    return load(path)


def load(path: str | FilePath) -> Network:
    """The network in a .toml or .json file.

    Raises `InputError` with file, line and column for whatever is wrong in it.
    """
    path = FilePath(path)
    name = str(path)
    try:
        if path.is_dir():
            raise InputError("this is a folder; name the network file in it", file=name)
        if path.suffix in (".yaml", ".yml"):
            raise InputError("YAML is not read here; write the network as TOML", file=name)
        with path.open("rb") as stream:
            size = os.fstat(stream.fileno()).st_size
            data = b"" if size > LARGEST else stream.read(LARGEST + 1)
        if size > LARGEST or len(data) > LARGEST:
            most = LARGEST // 1_000_000
            raise InputError(f"the file is larger than {most} MB: no network", file=name)
        text = data.decode("utf-8-sig")
    except FileNotFoundError:
        raise InputError(f"there is no such file. {_nearby(path)}", file=name) from None
    except UnicodeDecodeError:
        raise InputError("this is no UTF-8 text, so no network file", file=name) from None
    except (OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        why = error.strerror if isinstance(error, OSError) else error
        raise InputError(f"cannot be read: {why}", file=name) from None
    if not text.strip():
        raise InputError("the file is empty; a network has inputs, outputs and neurons", file=name)
    is_json = path.suffix == ".json" or text.lstrip().startswith("{")
    return parse(text, "json" if is_json else "toml", name)


def _is_there(path: FilePath) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # a name that no file can have
        return False


def _nearby(path: FilePath) -> str:
    """A hint for a file that is not there."""
    try:
        files = [p.name for p in path.parent.iterdir() if p.suffix in (".toml", ".json")]
    except OSError:
        files = []
    near = difflib.get_close_matches(path.name, sorted(files), n=1)
    if near:
        return f"Did you mean {str(path.with_name(near[0]))!r}?"
    return "A shorthand looks like 2-3-1."


def parse(text: str, kind: str = "toml", file: str | None = None) -> Network:
    """The network that a text describes; `kind` is toml or json."""
    return _Reader(text, plain_data(text, kind, file), kind == "json", file).network()


def from_data(data: dict[str, Any], file: str | None = None) -> Network:
    """The network of what `as_data` gave; errors name the file but no line."""
    return _Reader("", data, True, file).network()


@dataclass(frozen=True)
class _Reader:
    text: str
    data: dict[str, Any]
    is_json: bool
    file: str | None

    def network(self) -> Network:
        data = self.data
        self._known_keys(data, (*KEYS, *IN_TIME), ())
        for key in ("inputs", "outputs", "neurons"):
            if key not in data:
                self._refuse(f"The key {key!r} is missing.")
        default = self._activation(data.get("activation", "logistic"), ("activation",))
        bias = data.get("bias", True)
        if not isinstance(bias, bool):
            self._refuse("bias of the whole network is true or false.", ("bias",))
        table = data["neurons"]
        if not isinstance(table, dict) or not table:
            self._refuse("neurons is a table: [neurons.h], [neurons.o], …", ("neurons",))
        neurons: list[Neuron] = []
        synapses: list[Synapse] = []
        unnamed: dict[str, Synapse] = {}
        for name, row in table.items():
            path = ("neurons", name)
            if not isinstance(row, dict):
                self._refuse(f"The neuron {name!r} is a table with the key `from`.", path)
            self._known_keys(row, NEURON_KEYS, path)
            given = row.get("activation")
            phi = default if given is None else self._activation(given, (*path, "activation"))
            group = row.get("group", "")
            if not isinstance(group, str):
                self._refuse('group is a name: group = "g1".', (*path, "group"))
            if "field" in row:
                neurons.append(Neuron(name, phi, self._field(name, row), group))
                continue
            neurons.append(Neuron(name, phi, None, group))
            synapses += self._synapses(name, row, bias, unnamed)
        title = data.get("name", "")
        if not isinstance(title, str) or len(title) > 200 or not title.isprintable():
            self._refuse("name is a text of at most 200 characters, on one line.", ("name",))
        inputs, outputs = self._names("inputs"), self._names("outputs")
        cost = self._cost(data.get("cost", "squared_error"))
        drawn = (inputs, tuple(neurons), outputs, tuple(synapses), cost)
        try:
            if any(key in data for key in IN_TIME):
                return Recurrent(*drawn, *self._in_time(), title).unrolled()
            self._no_delay(neurons, synapses)
            return Network(*drawn, title)
        except InputError as error:
            if error.line is not None:
                raise
            by_key = error.about[:1] in (("unit",), ("synapse",))
            self._refuse(error.what, *self._paths(error.about), by_key=by_key)

    def _in_time(self) -> tuple[int, dict[str, str], str]:
        """How many steps, what stands before the first, and where the outputs are compared."""
        steps, initial = self.data.get("steps"), self.data.get("initial", {})
        at = self.data.get("outputs_at", EVERY)
        if type(steps) is not int:
            self._refuse("steps is a whole number, the steps in time: steps = 5.", ("steps",))
        if not isinstance(initial, dict) or _not_text(initial):
            what = 'initial names an input for each unit: initial = { h = "h0" }.'
            self._refuse(what, ("initial",))
        return steps, initial, at

    def _no_delay(self, neurons: list[Neuron], synapses: list[Synapse]) -> None:
        reads = [(s.to, s.source, self._paths(("synapse", s.to, s.source))) for s in synapses]
        for neuron in neurons:
            signals = letters_of(neuron.field)["y"] if neuron.field is not None else ()
            reads += [(neuron.name, i, self._paths(("field", neuron.name))) for i in signals]
        for to, source, places in reads:
            if late(source)[1]:
                self._refuse(
                    f"Neuron {to!r} reads {source!r}, which is a delay in time; say over how many "
                    "steps the network runs: steps = 5.",
                    *places,
                )

    def _field(self, name: str, row: Mapping[str, Any]) -> Term:
        """The formula of v of one neuron."""
        path = ("neurons", name)
        for key in ("from", "bias"):
            if key in row and row[key] is not False:
                what = f"Neuron {name!r} has a formula of its own for v; what {key!r} gives belongs"
                self._refuse(f"{what} in there.", (*path, key), by_key=True)
        text = row["field"]
        if not isinstance(text, str):
            self._refuse('field is a formula in quotes: field = "w_a*x1*x2".', (*path, "field"))
        inputs = self.data["inputs"] if isinstance(self.data["inputs"], list) else []
        units = [i for i in (*inputs, *self.data["neurons"]) if isinstance(i, str)]
        line, column = self._places.values.get((*path, "field"), (1, 0))
        return formula(text, units, self.file, line, column + 1)

    def _synapses(
        self, name: str, row: Mapping[str, Any], default: bool, unnamed: dict[str, Synapse]
    ) -> list[Synapse]:
        """The synapses of one neuron; two weights that no one named must not become one."""
        path = ("neurons", name)
        bias = row.get("bias", default)
        if not isinstance(bias, bool | str) or bias == "":
            what = "bias is true, false or the name of the bias weight."
            self._refuse(what, (*path, "bias"))
        given: list[tuple[str, str | None]] = []
        if bias:
            given.append((BIAS, bias if isinstance(bias, str) else None))
        match row.get("from"):
            case [*sources] if all(isinstance(i, str) for i in sources):
                given += [(i, None) for i in sources]
            case dict(pairs) if all(isinstance(weight, str) for weight in pairs.values()):
                given += pairs.items()
            case wrong:
                self._refuse(
                    f'Neuron {name!r} needs from = ["unit", …] or from = {{ unit = "weight", … }}.',
                    *((*path, "from", key) for key in _not_text(wrong)),
                    (*path, "from"),
                    path,
                )
        found = [Synapse(name, i, w or f"w_{name}_{late(i)[0]}") for i, w in given]
        for synapse, (source, weight) in zip(found, given, strict=True):
            if weight is not None:
                continue
            other = unnamed.setdefault(synapse.weight, synapse)
            if other is not synapse and (other.to, other.source) != (name, source):
                self._refuse(
                    f"Two synapses, to {other.to!r} from {other.source!r} and to {name!r} from "
                    f"{source!r}, would both have the weight {synapse.weight!r}; give one a name: "
                    f'from = {{ {quoted(source) if "[" in source else source} = "w_a" }}.',
                    *self._paths(("weight", name, source)),
                )
        return found

    def _activation(self, given: Any, path: Path) -> Activation:
        try:
            if isinstance(given, str):
                return activations.activation(given)
            if isinstance(given, dict) and "phi" in given:
                self._known_keys(given, ("phi", "slope"), path)
                phi = self._expression(given["phi"], ("v",), (*path, "phi"))
                slope = given.get("slope")
                read = None
                if slope is not None:
                    read = self._expression(slope, ("v", "y"), (*path, "slope"))
                return activations.own(given["phi"], phi, read, written=given["phi"])
            if isinstance(given, dict) and isinstance(given.get("name"), str):
                rest = {k: str(value) for k, value in given.items() if k != "name"}
                return activations.activation(given["name"], **rest)
        except InputError as error:
            if error.line is not None:
                raise
            self._refuse(error.what, path)
        return self._refuse(
            'An activation is a name, { name = "tanh", a = "1.7" } or { phi = "…" }.', path
        )

    def _cost(self, given: Any) -> Cost:
        try:
            if isinstance(given, str):
                return costs.cost(given)
            if isinstance(given, dict) and set(given) == {"loss"}:
                loss = self._expression(given["loss"], ("d", "y", "e"), ("cost", "loss"))
                return costs.own(given["loss"], loss, written=given["loss"])
        except InputError as error:
            if error.line is not None:
                raise
            self._refuse(error.what, ("cost",))
        return self._refuse('cost is a name or { loss = "…" } in d and y.', ("cost",))

    def _expression(self, text: Any, variables: tuple[str, ...], path: Path) -> Term:
        if not isinstance(text, str):
            self._refuse("An expression is a text in quotes.", path)
        line, column = self._places.values.get(path, (1, 0))
        return expression(text, variables, self.file, line, column + 1)

    def _names(self, key: str) -> tuple[str, ...]:
        names = self.data[key]
        if not isinstance(names, list) or _not_text(names):
            wrong = [(key, n) for n in _not_text(names)]
            self._refuse(f'{key} is a list of names: {key} = ["x1", "x2"].', *wrong, (key,))
        return tuple(names)

    def _known_keys(self, table: Mapping[str, Any], known: tuple[str, ...], under: Path) -> None:
        for key in table:
            if key not in known:
                place = self._places.keys.get((*under, key), (None, None))
                raise InputError(
                    f"The key {key!r} is not known. {did_you_mean(key, known)}",
                    file=self.file,
                    line=place[0],
                    column=place[1],
                )

    def _paths(self, about: tuple[str, ...]) -> list[Path]:
        """Where in the data a part of the network is given, the likeliest place first."""
        data = self.data
        match about:
            case ("unit", name):
                again = [n for n, i in enumerate(data["inputs"]) if i == name]
                return [("neurons", name), *(("inputs", n) for n in reversed(again))]
            case ("output", name):
                again = [n for n, o in enumerate(data["outputs"]) if o == name]
                return [*(("outputs", n) for n in reversed(again)), ("outputs",)]
            case ("output",):
                return [("outputs",)]
            case ("field" | "group" as key, name):
                return [("neurons", name, key), ("neurons", name)]
            case (("steps" | "outputs_at" | "initial"), *_):
                return [about, about[:1]]
            case ("synapse" | "weight", to, source):
                path = ("neurons", to, "from")
                given = data["neurons"][to].get("from", [])
                listed = [] if isinstance(given, dict) else given
                again = [n for n, i in enumerate(listed) if i == source]
                places: list[Path] = [("neurons", to, "field")]
                places += [(*path, n) for n in reversed(again)]
                return [*places, (*path, source), ("neurons", to, "bias"), ("neurons", to)]
            case ("activation", name):
                return [("neurons", name, "activation"), ("activation",), ("neurons", name)]
        return []

    def _refuse(self, what: str, *paths: Path, by_key: bool = False) -> NoReturn:
        """Raise the error at the first of these paths that the text holds, its value or its key."""
        tables = [self._places.values, self._places.keys]
        if by_key:
            tables.reverse()
        found = (table[path] for path in paths for table in tables if path in table)
        line, column = next(found, (None, None))
        raise InputError(what, file=self.file, line=line, column=column)

    @cached_property
    def _places(self) -> Places:
        return Places(self.text, json=self.is_json)


def _not_text(given: Any) -> list[Any]:
    """The keys or numbers of the items that are no text."""
    if isinstance(given, dict):
        return [key for key, value in given.items() if not isinstance(value, str)]
    if isinstance(given, list):
        return [n for n, value in enumerate(given) if not isinstance(value, str)]
    return []
