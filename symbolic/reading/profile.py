"""Notation profiles: what each letter of a textbook stands for, as TOML data.

A profile is declared, never guessed.  A user's own profile has the same keys as the files in
`profiles/`; every error in it names its file, line and column.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from symbolic.errors import InputError, did_you_mean
from symbolic.reading.formulas import SORTS
from symbolic.reading.renaming import renamed
from symbolic.reading.tables import TomlReader

if TYPE_CHECKING:
    from symbolic.reading.units import Units

ARRAYS = {  # what a symbol is: the name of its array
    "error": "e",
    "target": "d",
    "signal": "y",
    "field": "v",
    "weight": "w",
    "bias": "b",
    "cost": "E",
    "local gradient": "delta",
    "learning rate": "eta",
    "activation": "phi",
    "change": "",
    "constant": "constant",
    "identity": "same",
    "own": "own",
}
OWN = "own "
"""Before the sign of a quantity that a document defines for itself."""
GIVEN = ("identity", "target", "weight", "bias", "learning rate", "activation")
"""What a document may not define: it is what the network is made of."""
SAMPLED = ("error", "target", "signal", "field", "local gradient")
"""What has a value for every sample, whether it is written or not."""
SETS = ("output", "hidden")
"""The sets of neurons that a profile may give a letter: k ∈ C."""
SAMPLES = ("written", "left out")
"""Whether the sample of a signal must be written beside a cost that carries its own."""
DERIVATIVES = ("total", "direct")
ORDERS = ("to from", "from to")
_KEYS = ("name", "title", "derivative", "arguments", "bias_neuron", "words", "letters", "sizes",
         "sets", "constants", "symbols", "note", "samples", "network",
         "spare")  # fmt: skip
_RENAMED_KEYS = ("name", "title", "like", "renamed", "note")
_BOLD = re.compile(r"\\mathbf\{(\\?[A-Za-z]+)\}")
_SYMBOL_KEYS = ("is", "meaning", "subscript", "superscript", "optional", "only", "also", "layers",
                "order", "definition", "diagonal")  # fmt: skip
MOST_BYTES = 200_000


@dataclass(frozen=True, slots=True)
class Symbol:
    """One letter: what it is, what its scripts mean in their order, and its usual definition.

    `optional` are the sorts of scripts that may be left out, `only` the role that a neuron must
    have, `layers` the layers of its neurons relative to its own (0 and -1 for Nielsen's w),
    `order` which index of a weight comes first; a `diagonal` activation is the matrix that has the
    activations of a vector on its diagonal.
    """

    sign: str
    kind: str
    meaning: str
    subscript: tuple[str, ...] = ()
    superscript: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    only: str = ""
    also: tuple[str, ...] = ()
    layers: tuple[int, ...] = ()
    order: str = "to from"
    definition: str = ""
    diagonal: bool = False
    place: tuple[int, int] = field(default=(1, 1), compare=False)  # of its definition

    @property
    def step(self) -> int:
        """How many layers later than it is written it belongs: 1 where W^l leads to layer l+1."""
        return self.layers[0] if self.layers else 0

    @property
    def array(self) -> str:
        """The name of the array in formulas; every constant is one of its own."""
        alone = self.kind in ("constant", "own")
        return f"{ARRAYS[self.kind]} {self.sign}" if alone else ARRAYS[self.kind]


@dataclass(frozen=True)
class Profile:
    """A notation: letters and their sorts, sizes, symbols, and how ∂ is read.

    `spare` are letters of neurons where a document writes them below its signs (`with_spare`).
    `network` are the signs of what the network computes, h_{W,b}(x): the signals of the last layer.
    `units` are the names of a given network, where its neurons have names; `direct` are the pairs
    of arrays A, B for which the document says that ∂A/∂B is the slope of the formula of A alone;
    `depth` is how many layers a document has that counts them, z^{[1]}, z^{[2]}, else 0;
    `first_example` says that its cost is always C_0, that of one example; `from_zero` whether the
    inputs are layer 0 in a document or layer 1, None where that is not said; `bias_apart` whether a
    document writes the bias of neuron j as w_{j0}, `two_layers` whether it numbers the weights of
    two layers; `outer_sign` is the φ of its output neurons, where others have another; `alone`
    whether it is about a single neuron; `inputs` is the letter of the layer of inputs, and
    `numbers` says that layers are numbers as well; `each_example` says that J(W,b; x, y) is the
    cost of one example beside a total.
    """

    name: str
    title: str
    derivative: str
    letters: Mapping[str, str]
    sizes: Mapping[str, str]
    symbols: Mapping[str, Symbol]
    arguments: tuple[str, ...] = ()
    bias_neuron: int | None = None
    words: tuple[str, ...] = ()
    note: str = ""
    sets: Mapping[str, str] = field(default_factory=dict)
    samples: str = "written"
    network: tuple[str, ...] = ()
    spare: tuple[str, ...] = ()
    file: str | None = field(default=None, compare=False)
    units: Units | None = field(default=None, compare=False)
    depth: int = 0
    first_example: bool = False
    from_zero: bool | None = None
    bias_apart: bool = False
    two_layers: bool = False
    inputs: str = ""
    numbers: bool = False
    each_example: bool = False
    outer_sign: str = ""
    direct: frozenset[tuple[str, str]] = frozenset()
    alone: bool = False

    def symbol(self, sign: str) -> Symbol | None:
        """The symbol of a sign or of one of its other spellings; a bold letter is the letter.

        >>> open_profile("nielsen").symbol("\\\\mathbf{z}").meaning
        'weighted input'
        """
        if sign in self.symbols:
            return self.symbols[sign]
        found = next((s for s in self.symbols.values() if sign in s.also), None)
        bold = _BOLD.fullmatch(sign)
        return self.symbol(bold[1]) if found is None and bold else found

    def sense(self, of: object, by: str) -> str:
        """How ∂of/∂by is read."""
        return "direct" if (of, by) in self.direct else self.derivative

    def of_array(self, array: str) -> Symbol:
        """The first symbol for an array."""
        return next(s for s in self.symbols.values() if s.array == array)

    @property
    def constants(self) -> tuple[str, ...]:
        """The letters of constants."""
        return tuple(sign for sign, one in self.symbols.items() if one.kind == "constant")

    @property
    def writes_samples(self) -> bool:
        """Whether signals carry the letter of their sample, as a cost does."""
        if self.samples == "left out":
            return False
        signals = (s for s in self.symbols.values() if s.kind in SAMPLED)
        return any("sample" in s.superscript + s.subscript for s in signals)


@cache
def known_profiles() -> tuple[str, ...]:
    """The names of the profiles that come with the package."""
    folder = files("symbolic.reading").joinpath("profiles")
    return tuple(sorted(f.name[:-5] for f in folder.iterdir() if f.name.endswith(".toml")))


def open_profile(argument: str) -> Profile:
    """The profile of this name, else of this file.

    >>> open_profile("haykin").symbols["e"].meaning
    'error signal'
    """
    if argument in known_profiles():
        source = files("symbolic.reading").joinpath("profiles", f"{argument}.toml")
        return parse_profile(source.read_text(encoding="utf-8"), f"{argument}.toml")
    path = Path(argument)
    if path.suffix != ".toml":
        raise InputError(
            f"There is no profile {argument!r}. {did_you_mean(argument, known_profiles())} "
            "One of your own is a .toml file."
        )
    try:
        if path.stat().st_size > MOST_BYTES:
            raise InputError("a profile may have up to 200 kB", file=argument)
        return parse_profile(path.read_text(encoding="utf-8-sig"), argument)
    except UnicodeDecodeError:
        raise InputError("this is no UTF-8 text, so no profile", file=argument) from None
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", file=argument) from None


def parse_profile(text: str, file: str | None = None) -> Profile:
    """The profile that a TOML text describes; raises `InputError` with line and column.

    One that is `like` another has its letters `renamed`.
    """
    reader = _Reader(text, file)
    return reader.renamed() if "like" in reader.data else reader.profile()


class _Reader(TomlReader):
    def renamed(self) -> Profile:
        """A profile that comes with the package, in other letters."""
        self._keys(self.data, _RENAMED_KEYS)
        base = open_profile(self._one(self._text("like"), known_profiles(), "like"))
        letters = {old: self._text("renamed", old) for old in self._table("renamed")}
        try:
            found = renamed(base, letters)
        except ValueError as error:
            self.refuse(str(error), "renamed")
        return replace(
            found,
            name=self._text("name"),
            title=self._text("title"),
            note=self._text("note", default=base.note),
            file=self.file,
        )

    def profile(self) -> Profile:
        self._keys(self.data, _KEYS)
        derivative = self._one(self._text("derivative"), DERIVATIVES, "derivative")
        letters: dict[str, str] = {}
        for sort, signs in self._table("letters").items():
            self._one(sort, tuple(SORTS), "letters", sort)
            for n, sign in enumerate(self._texts("letters", sort, given=signs)):
                if sign in letters:
                    self.refuse(
                        f"the letter {sign} is an index of two sorts, {letters[sign]} and {sort}",
                        "letters", sort, n,
                    )  # fmt: skip
                letters[sign] = sort
        sizes = {}
        for sign, sort in self._table("sizes").items():
            braced = re.sub(r"_([A-Za-z])$", r"_{\1}", sign)  # n_l is written n_{l} as well
            sizes[braced] = self._one(sort, tuple(SORTS), "sizes", sign)
        symbols = {sign: self._symbol(sign) for sign in self._table("symbols")}
        sets = {
            sign: self._one(kind, SETS, "sets", sign) for sign, kind in self._table("sets").items()
        }
        for n, sign in enumerate(self._texts("constants")):
            if sign in symbols or sign in letters:
                self.refuse(f"the constant {sign} has another meaning too", "constants", n)
            symbols[sign] = Symbol(sign, "constant", "constant")
        self._unique(symbols, letters, sizes)
        bias = self.data.get("bias_neuron")
        if bias is not None and (not isinstance(bias, int) or isinstance(bias, bool)):
            self.refuse("bias_neuron is the number of the bias neuron, such as 0", "bias_neuron")
        return Profile(
            self._text("name"),
            self._text("title"),
            derivative,
            letters,
            sizes,
            symbols,
            self._texts("arguments"),
            bias,
            tuple(word.lower() for word in self._texts("words")),
            self._text("note", default=""),
            sets,
            self._one(self._text("samples", default="written"), SAMPLES, "samples"),
            self._texts("network"),
            self._texts("spare"),
            self.file,
        )

    def _symbol(self, sign: str) -> Symbol:
        path = ("symbols", sign)
        table = self.data["symbols"][sign]
        if not isinstance(table, dict):
            self.refuse(f"{sign} is described by a table", *path)
        self._keys(table, _SYMBOL_KEYS, *path)
        kinds = tuple(kind for kind in ARRAYS if kind != "own")
        kind = self._one(self._text(*path, "is"), kinds, *path, "is")
        scripts = {}
        for key in ("subscript", "superscript", "optional"):
            scripts[key] = self._texts(*path, key)
            for n, sort in enumerate(scripts[key]):
                self._one(sort, tuple(SORTS), *path, key, n)
        layers = table.get("layers", [])
        if not isinstance(layers, list) or not all(isinstance(n, int) for n in layers):
            self.refuse("layers are numbers such as [0, -1]", *path, "layers")
        only = self._text(*path, "only", default="")
        if only:
            self._one(only, ("output", "hidden", "input"), *path, "only")
        diagonal = table.get("diagonal", False)
        if not isinstance(diagonal, bool) or (diagonal and kind != "activation"):
            self.refuse("only an activation may be diagonal = true", *path, "diagonal")
        return Symbol(
            sign,
            kind,
            self._text(*path, "meaning"),
            scripts["subscript"],
            scripts["superscript"],
            scripts["optional"],
            only,
            self._texts(*path, "also"),
            tuple(layers),
            self._one(self._text(*path, "order", default=ORDERS[0]), ORDERS, *path, "order"),
            self._text(*path, "definition", default=""),
            diagonal,
            self.places.values.get((*path, "definition"), (1, 1)),
        )

    def _unique(
        self, symbols: Mapping[str, Symbol], letters: Mapping[str, str], sizes: Mapping[str, str]
    ) -> None:
        seen: dict[str, str] = {}
        for sign, symbol in symbols.items():
            for spelled in (sign, *symbol.also):
                if spelled in seen:
                    self.refuse(f"{spelled} stands for two symbols", "symbols", sign)
                if spelled in sizes:
                    self.refuse(f"{spelled} is a size and a symbol", "symbols", sign)
                seen[spelled] = sign
        for sign, sort in sizes.items():
            if sign in letters:
                self.refuse(f"{sign} is a size and an index of sort {sort}", "sizes", sign)
        if not any(symbol.kind == "weight" for symbol in symbols.values()):
            self.refuse('a profile needs a symbol that is = "weight"', "symbols")


def explain(profile: Profile) -> str:
    """The profile in words: every symbol, its scripts, its usual definition, how ∂ is read."""
    lines = [f"{profile.title} (profile {profile.name})", ""]
    for symbol in profile.symbols.values():
        if symbol.kind == "constant":
            continue
        lines.append(f"  {_written(symbol):<22} {symbol.meaning}{_facts(symbol)}")
        if symbol.definition:
            lines.append(f"  {'':<22} usually {symbol.definition}")
    lines.append("")
    for sort in SORTS:
        signs = [sign for sign, of in profile.letters.items() if of == sort]
        if signs:
            lines.append(f"  {sort} indices: {', '.join(signs)}")
    lines += [f"  {sign}: the number of {sort}s" for sign, sort in profile.sizes.items()]
    lines += [f"  {sign}: the set of all {kind} neurons" for sign, kind in profile.sets.items()]
    if profile.constants:
        lines.append(f"  any positive constants: {', '.join(profile.constants)}")
    if profile.arguments:
        lines.append(f"  ({', '.join(profile.arguments)}) after a symbol is an argument, not read")
    if profile.samples == "left out":
        lines.append("  a signal beside a cost of one sample is of that sample, written or not")
    if profile.bias_neuron is not None:
        lines.append(f"  neuron {profile.bias_neuron} is the bias: its signal is 1")
    meaning = {
        "total": "through every path of the network, all that is not downstream held",
        "direct": "through the direct connection only",
    }
    lines.append(f"  ∂A/∂B is the {profile.derivative} derivative: {meaning[profile.derivative]}")
    if profile.note:
        lines += ["", f"  {profile.note}"]
    return "\n".join(lines) + "\n"


def _written(symbol: Symbol) -> str:
    below = ",".join(symbol.subscript)
    above = ",".join(symbol.superscript)
    return symbol.sign + (f"_{{{below}}}" if below else "") + (f"^{{{above}}}" if above else "")


def _facts(symbol: Symbol) -> str:
    facts = [f"of {symbol.only} neurons only"] if symbol.only else []
    facts += [f"{sort} may be left out" for sort in symbol.optional]
    facts += [f"also written {sign}" for sign in symbol.also]
    if symbol.kind == "weight":
        facts.append("first the neuron it goes " + symbol.order.replace(" ", ", then "))
    return f" ({'; '.join(facts)})" if facts else ""
