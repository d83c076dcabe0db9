r"""What a document of entries has to say before it is read: over what its letters run.

    Write: Here $n$ runs over the samples; $i, j$ run over the units.

Letters that stand at the same place of the same sign run over the same set.  The names of the sets
are a proposal; any words do.  Where a document says nothing at all of its letters this is taken:
sets that have nothing to do with each other are the most general.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from symbolic.reading import function_words
from symbolic.reading.indexed.entries import walk
from symbolic.reading.indexed.letters import FUNCTIONS as CALLED
from symbolic.reading.indexed.letters import RUNS, letter_of
from symbolic.reading.indexed.lines import Gathered, trees_of
from symbolic.reading.indexed.profile import IndexProfile
from symbolic.reading.named import SHOWN
from symbolic.reading.prose import plainly
from symbolic.reading.scripts import parts
from symbolic.reading.tree import (
    BigSum,
    Group,
    Letter,
    Listed,
    Node,
    Number,
    Product,
    Related,
    Scripted,
)

USUAL = {
    **dict.fromkeys(("n", "s", "p", "\\xi"), "samples"),
    **dict.fromkeys(("t", "\\tau"), "times 1 … $T$"),
    **dict.fromkeys(("l", "\\ell"), "layers 1 … $L$"),
}
"""The set that a letter usually runs over."""
OTHERS = ("units", "inputs", "outputs", "places")
FUNCTIONS = ("\\varphi", "\\phi", "\\sigma", "f", "g")


def supplied(one: Gathered, profile: IndexProfile) -> tuple[Gathered, IndexProfile, str]:
    """The section with what it leaves unsaid, where it says nothing of letters and functions.

    A function that words name, and no other, is that of the sign; else the sign is any function.
    """
    if RUNS.search(one.words) or CALLED.search(one.words) or one.lost:
        return one, profile, ""
    trees = [tree for line in (*one.lines, *one.assumed) for tree in trees_of(line)]
    numbers = {line.left.name for line in one.lines if isinstance(line.left, Letter)}
    known = {*profile.functions, *numbers}  # f = q z is no function, and f (1 - f) a product
    applied = [s for s in dict.fromkeys(_applied(trees)) if s not in known]
    named = [found for found in function_words.named(one.words) if found[0] == "phi"]
    taken = ""
    if named and applied:
        names = {name for _, name, _ in named}
        plain = (plainly(one.words[:at], one.words[at:], profile.words) for *_, at in named)
        if len(names) > 1 or len(applied) != 1 or not min(names) or not all(plain):
            return one, profile, ""
        [taken] = names
        profile = replace(profile, functions={**profile.functions, applied[0]: taken})
        known.add(applied[0])
    said = _sentence(trees, (), known, of_letters=True)
    if not said:
        return one, profile, ""
    words = f"{applied[0]} is {SHOWN[taken]}; " if taken else ""
    shown = (words + said[len("Here ") : -1]).replace("$", "").replace("over the ", "over ")
    return replace(one, words=f"{one.words} {said}"), profile, shown


def declaration(trees: Iterable[Node], known: Iterable[str], functions: Iterable[str]) -> str:
    """The sentence that says what is missing; empty where nothing is.

    `known` are the letters whose sets the text says, `functions` the signs that it calls so.
    """
    said = _sentence(trees, known, functions)
    return f"Write: {said}" if said else ""


def _sentence(
    trees: Iterable[Node], known: Iterable[str], functions: Iterable[str], of_letters: bool = False
) -> str:
    """The sentence; the set of i is called I where sets are named `of_letters`."""
    trees = tuple(trees)
    groups = _groups(trees, frozenset(known))
    ends = dict(_ends(trees)) if of_letters else {}
    said = []
    named: dict[str, int] = {}
    for group in groups:
        usual = next((USUAL[letter] for letter in group if letter in USUAL), "")
        usual = usual or (group[0].upper() if of_letters and group[0].isalpha() else "")
        last = next((ends[letter] for letter in group if letter in ends), "")
        if last and "…" not in usual:
            usual = f"{usual} 1 … ${last}$"
        over = usual or next((one for one in OTHERS if one not in named), OTHERS[-1])
        named[over] = named.get(over, 0) + 1
        over = over if named[over] == 1 else f"other {over}"
        verb = "run" if len(group) > 1 else "runs"
        said.append(f"${', '.join(group)}$ {verb} over the {over}")
    applied = dict.fromkeys(_applied(trees))
    said += [f"${s}$ is any differentiable function" for s in applied if s not in {*functions}]
    return f"Here {'; '.join(said)}." if said else ""


def _ends(trees: Sequence[Node]) -> Iterator[tuple[str, str]]:
    """The last number that a letter runs to in a sum from 1, where it is one letter."""
    for node in (part for tree in trees for part in walk(tree)):
        match node:
            case BigSum(Related(Letter(name), "=", Number("1")), Letter(last)) if last != name:
                yield name, last


def _groups(trees: Sequence[Node], known: frozenset[str]) -> list[tuple[str, ...]]:
    """The letters that are not known, those of one set together, in the order they are met."""
    column: dict[tuple[str, int, int], str] = {}
    parent: dict[str, str] = {}

    def root(letter: str) -> str:
        while parent[letter] != letter:
            letter = parent[letter]
        return letter

    for tree in trees:
        for place, letter in _places(tree):
            if letter in known:
                continue
            parent.setdefault(letter, letter)
            if place is not None:
                first = column.setdefault(place, letter)
                parent[root(letter)] = root(first)
    found: dict[str, list[str]] = {}
    for letter in parent:
        found.setdefault(root(letter), []).append(letter)
    return [tuple(sorted(group)) for group in found.values()]


def _places(tree: Node) -> Iterator[tuple[tuple[str, int, int] | None, str]]:
    """Each letter that is an index, with the sign it stands at and where, None below Σ."""
    for node in walk(tree):
        match node:
            case BigSum(below=below) if below is not None:
                heads = parts(getattr(below, "left", None) or below)
                yield from ((None, name) for one in heads if (name := letter_of(one)))
            case Scripted(Letter(sign), below, _, _) if below is not None:
                scripts = [p for one in parts(below) for p in _spread(one)]
                for n, one in enumerate(scripts):
                    if name := letter_of(one):
                        yield (sign, len(scripts), n), name
            case Product(factors):
                for one, following in pairwise(factors):  # h_j(t)
                    base = one.base if isinstance(one, Scripted) else one
                    inner = following.items if isinstance(following, Group) else ()
                    called = isinstance(base, Letter) and base.name not in FUNCTIONS
                    name = letter_of(inner[0]) if len(inner) == 1 else ""
                    if called and name in USUAL and isinstance(base, Letter):
                        yield (base.name, 0, 0), name


def _spread(node: Node) -> list[Node]:
    return parts(node) if isinstance(node, Product | Listed) else [node]


def _applied(trees: Sequence[Node]) -> Iterator[str]:
    """The usual signs of functions that stand before a bracket."""
    for node in (part for tree in trees for part in walk(tree)):
        if not isinstance(node, Product):
            continue
        for one, following in pairwise(node.factors):
            base = one.base if isinstance(one, Scripted) else one
            inner = following.items if isinstance(following, Group) else ()
            timed = len(inner) == 1 and letter_of(inner[0]) in USUAL
            if isinstance(base, Letter) and base.name in FUNCTIONS and inner and not timed:
                yield base.name
