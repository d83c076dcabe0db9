r"""What a document of entries has to say before it is read: over what its letters run.

    Write: Here $n$ runs over the samples; $i, j$ run over the units.

Letters that stand at the same place of the same sign run over the same set.  The names of the sets
are a proposal; any words do.  Where a document says nothing at all of its letters this is taken:
sets that have nothing to do with each other are the most general.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from symbolic.reading import function_words
from symbolic.reading.indexed.entries import walk
from symbolic.reading.indexed.letters import FUNCTIONS as CALLED
from symbolic.reading.indexed.letters import RUNS, letter_of, spelled_out
from symbolic.reading.indexed.lines import Gathered, trees_of
from symbolic.reading.indexed.own import own_functions
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
    Quotient,
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
    called = {sign for match in CALLED.finditer(one.words) for sign in _signs(match["signs"])}
    if RUNS.search(spelled_out(one.words)) or not called <= {*profile.cost} or one.lost:
        return one, profile, ""
    trees = [tree for line in (*one.lines, *one.assumed) for tree in trees_of(line)]
    heads = (n.base if isinstance(n, Scripted) else n for n in (line.left for line in one.lines))
    defined = {head.name for head in heads if isinstance(head, Letter)}
    own = own_functions(one.lines, (), {*profile.functions, *profile.cost})
    known = {
        *profile.functions,
        *defined,
        *own,
    }  # g_j = q z is no function, and g_j (1 - g_j) a product
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
    said = _sentence(trees, (), known, of_letters=True, defined=defined)
    if not said:
        return one, profile, ""
    words = f"{applied[0]} is {SHOWN[taken]}; " if taken else ""
    shown = (words + said[len("Here ") : -1]).replace("$", "").replace("over the ", "over ")
    return replace(one, words=f"{one.words} {said}"), profile, shown


def _signs(mentions: str) -> list[str]:
    """The signs between dollars."""
    return [mention.strip() for mention in mentions.split("$")[1::2]]


def declaration(trees: Iterable[Node], known: Iterable[str], functions: Iterable[str]) -> str:
    """The sentence that says what is missing; empty where nothing is.

    `known` are the letters whose sets the text says, `functions` the signs that it calls so.
    """
    said = _sentence(trees, known, functions)
    return f"Write: {said}" if said else ""


def _sentence(
    trees: Iterable[Node],
    known: Iterable[str],
    functions: Iterable[str],
    of_letters: bool = False,
    defined: Collection[str] = (),
) -> str:
    """The sentence; the set of i is called I where sets are named `of_letters`.

    Then it also has the size that means show, but none that is `defined`.
    """
    trees = tuple(trees)
    groups = _groups(trees, frozenset(known))
    sizes = _sizes(trees, groups)
    said = []
    named: dict[str, int] = {}
    for group in groups:
        usual = next((USUAL[letter] for letter in group if letter in USUAL), "")
        usual = usual or (group[0].upper() if of_letters and group[0].isalpha() else "")
        last = sizes.get(group, "") if of_letters else ""
        if last and last not in defined and "…" not in usual:
            usual = f"{usual} 1 … ${last}$"
        over = usual or next((one for one in OTHERS if one not in named), OTHERS[-1])
        named[over] = named.get(over, 0) + 1
        over = over if named[over] == 1 else f"other {over}"
        verb = "run" if len(group) > 1 else "runs"
        said.append(f"${', '.join(group)}$ {verb} over the {over}")
    applied = dict.fromkeys(_applied(trees))
    said += [f"${s}$ is any differentiable function" for s in applied if s not in {*functions}]
    return f"Here {'; '.join(said)}." if said else ""


def _sizes(trees: Sequence[Node], groups: Sequence[tuple[str, ...]]) -> dict[tuple[str, ...], str]:
    r"""The n of \frac{1}{n} \sum_i and of \sum_{i=1}^n for the letters of a set, where it is one.

    It has no index, and no other set has it.
    """
    found: dict[tuple[str, ...], set[str]] = {}
    for node in (part for tree in trees for part in walk(tree)):
        for letter, size in _counted(node):
            for group in groups:
                if letter in group:
                    found.setdefault(group, set()).add(size)
    indexed = {
        part.base.name
        for tree in trees
        for part in walk(tree)
        if isinstance(part, Scripted) and isinstance(part.base, Letter)
    }
    every = [size for sizes in found.values() for size in sizes]
    return {
        group: min(sizes)
        for group, sizes in found.items()
        if len(sizes) == 1 and every.count(min(sizes)) == 1 and min(sizes) not in indexed
    }


def _counted(node: Node) -> Iterator[tuple[str, str]]:
    """The letters of sums with what they are divided by, and with where they end."""
    match node:
        case BigSum(Related(Letter(letter), "=", Number("1")), Letter(size), _):
            yield letter, size
        case Quotient(over, Letter(size)):
            yield from ((letter, size) for letter in _summed(over))
        case Product(factors):
            for one, following in pairwise(factors):
                if isinstance(one, Quotient) and isinstance(one.under, Letter):
                    yield from ((letter, one.under.name) for letter in _summed(following))


def _summed(node: Node) -> Iterator[str]:
    if isinstance(node, BigSum) and isinstance(node.below, Letter):
        yield node.below.name


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
            case BigSum(Related(one, "!=" | "\\neq" | "\\ne" as apart, other)):
                names = [letter_of(letter) for letter in (one, other) if letter is not None]
                yield from (((apart, node.at, 0), name) for name in names if name)
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
    """The usual signs of functions that always stand before a bracket, and others that do.

    These stand before a bracket with one entry alone, s(a_n), wherever they stand.
    """
    every = Counter(p.name for tree in trees for p in walk(tree) if isinstance(p, Letter))
    called = Counter(name for tree in trees for p in walk(tree) for name in _called(p))
    yield from (name for name, count in called.items() if count == every[name])
    usual = Counter(name for tree in trees for p in walk(tree) for name in _before_brackets(p))
    yield from (name for name, count in usual.items() if count == every[name])


def _before_brackets(node: Node) -> Iterator[str]:
    """The usual signs of functions in a product that stand before a bracket, but for h_j(t)."""
    for one, following in pairwise(node.factors if isinstance(node, Product) else ()):
        base = one.base if isinstance(one, Scripted) else one
        inner = following.items if isinstance(following, Group) else ()
        timed = len(inner) == 1 and letter_of(inner[0]) in USUAL
        if isinstance(base, Letter) and base.name in FUNCTIONS and inner and not timed:
            yield base.name


def _called(node: Node) -> Iterator[str]:
    """The letters of a product that stand before a bracket with one entry alone."""
    factors = node.factors if isinstance(node, Product) else ()
    for one, following in pairwise(factors):
        bare = isinstance(one, Scripted) and one.sub is None and one.sup is None
        base = one.base if isinstance(one, Scripted) and bare else one
        inner = following.items if isinstance(following, Group) else ()
        lone = len(inner) == 1 and isinstance(inner[0], Letter | Scripted)
        if isinstance(base, Letter) and lone and letter_of(inner[0]) not in USUAL:
            yield base.name
