"""The notation of entries, as data: the signs of the cost and of elementary functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from symbolic.partials import SLOPES
from symbolic.reading.tables import TomlReader

_KEYS = ("name", "title", "calculus", "note", "words", "cost", "functions", "scripts", "signs")
SCRIPTS = ("indices", "names")


OPERATORS = {
    r"\frac{\partial E}{\partial v_j}": "the derivative through all that reads v_j",
    r"\delta_j = -\frac{\partial E}{\partial v_j}": "names a derivative",
    "[i = j]": "1 where it is true, else 0; so are [t >= 1] and the two below",
    r"[j \in O]": "1 where j is an output neuron",
    r"[j \to k]": "1 where k reads what j gives",
    r"\dot{v}_j": "the movement of v_j when all that is defined moves",
}
"""What signs mean in every document."""


@dataclass(frozen=True)
class IndexProfile:
    """A notation of entries; `cost` are the signs of the cost, of which a document uses one.

    What stands below and above a sign are its indices, or part of its name where `scripts` are
    names.  `signs` are words that are one sign each.
    """

    name: str
    title: str
    cost: tuple[str, ...]
    functions: Mapping[str, str]
    words: tuple[str, ...] = ()
    note: str = ""
    scripts: str = SCRIPTS[0]
    signs: tuple[str, ...] = ()
    file: str | None = field(default=None, compare=False)


@cache
def known_index_profiles() -> tuple[str, ...]:
    """The names of the profiles of entries that come with the package."""
    folder = files("symbolic.reading.indexed").joinpath("profiles")
    return tuple(sorted(f.name[:-5] for f in folder.iterdir() if f.name.endswith(".toml")))


@cache
def index_profile(name: str) -> IndexProfile:
    r"""The profile of this name.

    >>> index_profile("indices").functions["\\tanh"]
    'tanh'
    """
    source = files("symbolic.reading.indexed").joinpath("profiles", f"{name}.toml")
    return parse_index_profile(source.read_text(encoding="utf-8"), f"{name}.toml")


def parse_index_profile(text: str, file: str | None = None) -> IndexProfile:
    """The profile that a TOML text describes; raises `InputError` with line and column."""
    return _Reader(text, file).profile()


class _Reader(TomlReader):
    def profile(self) -> IndexProfile:
        self._keys(self.data, _KEYS)
        self._one(self._text("calculus"), ("indices",), "calculus")
        functions: dict[str, str] = {}
        for name in self._table("functions"):
            self._one(name, tuple(SLOPES), "functions", name)
            functions |= dict.fromkeys(self._texts("functions", name), name)
        return IndexProfile(
            self._text("name"),
            self._text("title"),
            self._texts("cost"),
            functions,
            tuple(word.lower() for word in self._texts("words")),
            self._text("note", default=""),
            self._one(self._text("scripts", default=SCRIPTS[0]), SCRIPTS, "scripts"),
            self._texts("signs"),
            self.file,
        )


def explain_indices(profile: IndexProfile) -> str:
    """The profile in words.

    >>> explain_indices(index_profile("indices")).splitlines()[0]
    'Index notation: entries of arrays, sets of any size (profile indices)'
    """
    rows = [f"{profile.title} (profile {profile.name})", ""]
    rows.append(_row(profile.cost[0], f"the cost; so are {', '.join(profile.cost[1:])}"))
    if profile.scripts == "names":
        rows.append(_row("out_{o1}, a^{(L-1)}", "names: every sign with its scripts is a number"))
        rows.append(_row(profile.signs[0], f"one sign; so are {', '.join(profile.signs[1:])}"))
        rows.append(_row(r"\frac{\partial A}{\partial B}", "through every path from B to A"))
    else:
        rows += [_row(sign, what) for sign, what in OPERATORS.items()]
    rows.append("")
    for function in dict.fromkeys(profile.functions.values()):
        signs = [sign for sign, name in profile.functions.items() if name == function]
        rows.append(_row(signs[0], f"{function} of a number"))
    rows += ["", f"  {profile.note}"]
    return "\n".join(rows) + "\n"


def _row(sign: str, what: str) -> str:
    return f"  {sign:<22}  {what}"
