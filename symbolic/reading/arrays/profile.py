"""Notation profiles for whole arrays: what each letter stands for, and its shape, as TOML data.

A profile says `calculus = "arrays"`.  A letter that it does not declare is what the definitions of
the document make of it (`letters.py`); axes that it leaves open (`?`) follow from these too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files

from symbolic.reading.cost_names import CostNames
from symbolic.reading.tables import TomlReader

OPEN = "?"
KINDS = ("data", "weight", "value", "number", "loss", "delta", "change", "running")
VECTORS = ("columns", "rows")
SIGNS = ("+", "-")
FUNCTIONS = ("logistic", "tanh", "relu", "softplus", "softmax", "exp", "ln", "sin", "cos", "sinh",
             "cosh", "arctan", "erf", "abs", "sign", "any", "sum", "sum_along", "sum_down", "trace",
             "diag", "ones", "eye")  # fmt: skip
_KEYS = ("name", "title", "calculus", "vectors", "note", "words", "widths", "time", "last",
         "derivatives", "rate", "letters", "sizes", "functions", "symbols", "loss_of",
         "examples", "elementwise", "above", "per_example", "layers", "counts", "applied",
         "features", "last_also")  # fmt: skip
_SYMBOL_KEYS = ("is", "meaning", "shape", "time", "alike", "definition", "through", "of", "sign",
                "sums_to_one")  # fmt: skip


@dataclass(frozen=True, slots=True)
class ArraySymbol:
    """One letter: what it is, its axes without time, whether it has one value for each time.

    `through`: δ with this letter is the derivative by what its function is applied to.  `of` are
    the letters by which a bare δ differentiates.  `sums_to_one`: its rows may be assumed to.
    """

    sign: str
    kind: str
    meaning: str
    shape: tuple[str, ...] = ()
    time: bool = False
    definition: str = ""
    through: bool = False
    of: tuple[str, ...] = ()
    factor: int = 1
    sums_to_one: bool = False
    upright: bool = False  # a column, where vectors are rows
    given: bool = False  # a value that the text does not define
    place: tuple[int, int] = field(default=(1, 1), compare=False)  # of its definition


@dataclass(frozen=True)
class ArrayProfile:
    """A notation of whole arrays.

    `vectors` are columns or rows; rows are added to every row of a matrix.  `letters` are those of
    elements, with the size they run over or ?; `time` those of time, up to `last`, which a
    document may write as one of `last_also` instead.  `derivatives`
    are the signs that stand before what the loss is differentiated by, `rate` the learning rate.
    An unsaid loss is any function of `loss_of` where nothing else tells.

    `examples` are letters of one column, x^{(i)} of X; `elementwise` signs that mean ⊙; labels and
    times stand `above` in these brackets.  `layers` are letters of time that count layers
    (`layering`).  `counts` are letters for the number of examples, of which a document uses one,
    `applied` signs that are applied to an example, h_θ(x^{(i)}), `features` the axis that there is
    not where an input is one number (`one_example`).  `per_example`: dQ of what has a column for
    each example is m ∂J/∂Q.

    A document adds `powers`: a 2 above a matrix is a power, since no layers stand there;
    `lengths`, letters for the number of elements of an axis; and `costs`, what it calls its loss.
    """

    name: str
    title: str
    vectors: str
    symbols: Mapping[str, ArraySymbol]
    letters: Mapping[str, str]
    sizes: tuple[str, ...]
    widths: tuple[str, ...]
    functions: Mapping[str, str]
    time: tuple[str, ...] = ()
    last: str = ""
    derivatives: tuple[str, ...] = ()
    rate: str = ""
    loss_of: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    note: str = ""
    examples: Mapping[str, str] = field(default_factory=dict)
    elementwise: tuple[str, ...] = ()
    above: str = ""
    layers: tuple[str, ...] = ()
    per_example: bool = False
    counts: tuple[str, ...] = ()
    applied: tuple[str, ...] = ()
    features: str = ""
    last_also: tuple[str, ...] = ()
    powers: bool = False
    lengths: tuple[str, ...] = ()
    costs: CostNames = field(default_factory=CostNames)
    file: str | None = field(default=None, compare=False)

    @property
    def examples_size(self) -> str:
        """How many examples there are: the first size, empty where there is none."""
        return self.sizes[0] if self.sizes else ""


@cache
def known_array_profiles() -> tuple[str, ...]:
    """The names of the array profiles that come with the package."""
    folder = files("symbolic.reading.arrays").joinpath("profiles")
    return tuple(sorted(f.name[:-5] for f in folder.iterdir() if f.name.endswith(".toml")))


@cache
def array_profile(name: str) -> ArrayProfile:
    """The array profile of this name.

    >>> array_profile("lstm").symbols["h"].shape
    ('H',)
    """
    source = files("symbolic.reading.arrays").joinpath("profiles", f"{name}.toml")
    return parse_array_profile(source.read_text(encoding="utf-8"), f"{name}.toml")


def parse_array_profile(text: str, file: str | None = None) -> ArrayProfile:
    """The profile that a TOML text describes; raises `InputError` with line and column."""
    return _Reader(text, file).profile()


class _Reader(TomlReader):
    def profile(self) -> ArrayProfile:
        self._keys(self.data, _KEYS)
        self._one(self._text("calculus"), ("arrays",), "calculus")
        functions: dict[str, str] = {}
        for name in self._table("functions"):
            self._one(name, FUNCTIONS, "functions", name)
            functions |= dict.fromkeys(self._texts("functions", name), name)
        letters: dict[str, str] = {}
        for size in self._table("letters"):
            letters |= dict.fromkeys(self._texts("letters", size), size)
        symbols: dict[str, ArraySymbol] = {}
        for sign in self._table("symbols"):
            for other in (sign, *self._texts("symbols", sign, "alike")):
                if other in symbols:
                    self.refuse(f"{other} is declared twice", "symbols", sign)
                symbols[other] = self._symbol(sign, other)
        found = ArrayProfile(
            self._text("name"),
            self._text("title"),
            self._one(self._text("vectors"), VECTORS, "vectors"),
            symbols,
            letters,
            self._texts("sizes"),
            self._texts("widths"),
            functions,
            self._texts("time"),
            self._text("last", default=""),
            self._texts("derivatives"),
            self._text("rate", default=""),
            self._texts("loss_of"),
            tuple(word.lower() for word in self._texts("words")),
            self._text("note", default=""),
            self._examples(symbols),
            self._texts("elementwise"),
            self._text("above", default=""),
            self._texts("layers"),
            self._bool("per_example"),
            self._texts("counts"),
            self._texts("applied"),
            self._text("features", default=""),
            self._texts("last_also"),
            file=self.file,
        )
        self._unique(found)
        return found

    def _examples(self, symbols: dict[str, ArraySymbol]) -> dict[str, str]:
        """The letters of one column, which become symbols: x is read as X at its example."""
        found = {letter: self._text("examples", letter) for letter in self._table("examples")}
        for letter, whole in found.items():
            if whole not in symbols or letter in symbols:
                self.refuse(f"{letter} is a column of a declared matrix", "examples", letter)
            meaning = f"a column of {whole}, that of one example"
            symbols[letter] = replace(symbols[whole], meaning=meaning, definition="")
        return found

    def _symbol(self, table: str, sign: str) -> ArraySymbol:
        path = ("symbols", table)
        if not isinstance(self.data["symbols"][table], dict):
            self.refuse(f"{table} is described by a table", *path)
        self._keys(self.data["symbols"][table], _SYMBOL_KEYS, *path)
        shape = self._texts(*path, "shape")
        if len(shape) > 2:
            self.refuse("a shape has at most two axes besides time", *path, "shape")
        return ArraySymbol(
            sign,
            self._one(self._text(*path, "is"), KINDS, *path, "is"),
            self._text(*path, "meaning"),
            shape,
            self._bool(*path, "time"),
            self._text(*path, "definition", default="") if sign == table else "",
            self._bool(*path, "through"),
            self._texts(*path, "of"),
            -1 if self._one(self._text(*path, "sign", default="+"), SIGNS, *path, "sign") == "-"
            else 1,
            self._bool(*path, "sums_to_one"),
            place=self.places.values.get((*path, "definition"), (1, 1)),
        )  # fmt: skip

    def _unique(self, found: ArrayProfile) -> None:
        """No sign has two meanings; T is time's end only where it is not looked at as a sign."""
        seen: dict[str, str] = {}
        groups = (
            ("a symbol", found.symbols),
            ("an index letter", found.letters),
            ("a letter of time", found.time),
            ("a size", found.sizes),
            ("a function", found.functions),
        )
        for what, signs in groups:
            for sign in signs:
                if sign in seen:
                    self.refuse(f"{sign} is {seen[sign]} and {what}", "name")
                seen[sign] = what
        if not any(symbol.kind == "loss" for symbol in found.symbols.values()):
            self.refuse('a profile needs a symbol that is = "loss"', "symbols")
        if any(symbol.time for symbol in found.symbols.values()) and not (
            found.time and found.last
        ):
            self.refuse("symbols with a time need `time`, its letters, and `last`", "symbols")
        for sign, symbol in found.symbols.items():
            for size in symbol.shape:
                if size != OPEN and size not in (*found.sizes, *found.widths):
                    self.refuse(f"{size} is no size of this profile", "symbols", sign)

    def _bool(self, *path: str) -> bool:
        value = self._get(path)
        if value not in (None, True, False):
            self.refuse(f"{path[-1]} is true or false", *path)
        return bool(value)
