r"""The names that texts give a cost: J(\theta), L(y, \hat{y}), CE(y, \hat{y}), \text{loss}.

    J(w, b) = …           the same as J = …, where J stands with these arguments alone
    CE, MSE, \text{CE}    one sign, \mathrm{CE}
    J = L(y, a) = …       L is J
    E_{total}, L_\text{CE}    E and L, where no other E or L is written

What a cost is a function of says nothing that its formula does not say.  A cost that stands with
other arguments elsewhere, L(y, a) and L(y_n, a_n), or is given no formula, is left as it is.  On
tokens, before the grammar.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from symbolic.reading.chains import Chain, chains
from symbolic.reading.documents import Document, Mathematics
from symbolic.reading.macros import expanded
from symbolic.reading.notes import unframed
from symbolic.reading.source import NotUnderstood
from symbolic.reading.tokens import Tok, script_end, sign_end, tokens

ABBREVIATED = ("BCE", "CE", "MSE", "NLL", "RSS", "SSE")
WRITTEN = ("cost", "Cost", "error", "Error", "loss", "Loss")
LABELS = (*ABBREVIATED, "total", "tot", "data", "train")
"""Words that are typed below a cost as letters."""
_SIGNS = {word: rf"\mathrm{{{word}}}" for word in (*ABBREVIATED, *WRITTEN)}
_ARGUMENTS = frozenset(("SYM", "SUB", "SUP", "LB", "RB", "NUM", "COMMA", "LP", "RP"))
_SCRIPTS = ("SUB", "SUP")


@dataclass(frozen=True)
class CostNames:
    """The costs of a document that stand with the same arguments wherever they have any.

    `words` are those of them that are words, as signs; `same` the second names of a cost, each with
    the tokens of the first; `each` the signs of those that are applied to one example.
    """

    heads: frozenset[str] = frozenset()
    words: tuple[str, ...] = ()
    same: Mapping[str, tuple[Tok, ...]] = field(default_factory=dict)
    each: frozenset[str] = frozenset()

    def put(self, formula: Sequence[Tok]) -> tuple[Tok, ...]:
        """The formula with one sign for each cost."""
        found: list[Tok] = []
        n, signed = 0, _signed(formula)
        while n < len(signed):
            name = _name(signed, n)
            if name is None or not ({name.head} & (self.heads | self.same.keys())):
                found.append(signed[n])
                n += 1
                continue
            of_nabla = bool(found) and found[-1].kind == "NABLA"  # ∇J(w)
            called = name.head in self.heads and not of_nabla
            own = signed[n : name.begin]
            end = name.end if called else name.begin
            first = self.same.get(name.head)
            if first is not None:
                own = tuple(replace(token, at=own[0].at, end=own[0].end) for token in first)
            n = end
            if first is not None and _ends_with(found, first):
                found.pop()  # J = L = …
            else:
                found += own
        return tuple(found)

    @property
    def said(self) -> tuple[str, ...]:
        """What is taken for what, in words."""
        return tuple(f"{_shown(name)} is {_shown(_spelled(to))}" for name, to in self.same.items())


def _ends_with(found: Sequence[Tok], first: Sequence[Tok]) -> bool:
    """Whether the name of the cost and an = stand last."""
    before = found[-len(first) - 1 :]
    return [t.text for t in before] == [*(t.text for t in first), "="]


def cost_names(document: Document, costs: Collection[str], labels: bool = True) -> CostNames:
    """The costs that a document gives formulas for; `costs` are their signs in the notation.

    Without `labels`, words below a cost are left to whoever reads the formula.
    """
    known = {*costs, *_SIGNS.values()}
    uses: dict[str, set[str]] = {}
    each: set[str] = set()
    given: list[str] = []
    words: dict[str, None] = {}
    same: dict[str, tuple[Tok, ...]] = {}
    forms: dict[str, dict[str, bool]] = {}  # of each sign, and whether it has a word below it
    for formula in map(_signed, _formulas(document)):
        words |= dict.fromkeys(token.text for token in formula if token.text in _SIGNS.values())
        for n in range(len(formula)):
            name = _name(formula, n)
            if name is None or formula[n].text not in known:
                continue
            labelled = _is_labelled(formula[n + 1 : name.begin])
            forms.setdefault(formula[n].text, {})[name.head] = labelled
            if name.arguments:
                uses.setdefault(name.head, set()).add(name.arguments)
                each |= {name.head} if name.indexed else set()
        for members, last in _defining(formula):
            heads = {}
            for member in members:
                name = _name(member, 0) if member else None
                if name is not None and name.end == len(member):
                    heads[name.head] = member[: name.begin]
            given += heads
            costs_here = [head for head, sign in heads.items() if sign[0].text in known]
            if len(costs_here) > 1 and last and _name(last, 0) is None:
                same |= dict.fromkeys(costs_here[1:], heads[costs_here[0]])
    one = {head for head, arguments in uses.items() if len(arguments) == 1} - each
    named = {_spelled(to) for to in same.values()}
    same = {s: to for s, to in same.items() if given.count(s) == 1 and s not in named}
    for sign, written in forms.items():
        [head, *others] = written
        if (
            labels
            and not others
            and written[head]
            and head in given
            and head not in {*same, *named}
        ):
            same[head] = (Tok("SYM", sign, 0, 0),)
    return CostNames(frozenset(one & {*given}), tuple(words), same, frozenset(each))


@dataclass(frozen=True)
class _Name:
    """A sign with its scripts, and a bracket of arguments behind it, if any, from `begin`.

    `indexed` where the arguments have indices.
    """

    head: str
    arguments: str
    begin: int
    end: int
    indexed: bool = False


def _formulas(document: Document) -> Iterator[tuple[Tok, ...]]:
    for piece in document.pieces:
        if not isinstance(piece, Mathematics):
            continue
        offsets: Sequence[int] = range(piece.at, piece.at + len(piece.text))
        try:
            yield tokens(*expanded(unframed(piece.text), offsets, document.macros))
        except NotUnderstood:  # it is told where the formula is read
            continue


def _signed(formula: Sequence[Tok]) -> tuple[Tok, ...]:
    """The formula in which a word for a cost is one sign; a label below a sign is left."""
    found: list[Tok] = []
    n, labels = 0, _labels(formula)
    while n < len(formula):
        token = formula[n]
        word = token.text.strip() if token.kind == "TEXT" else ""
        count = 1
        if token.kind == "SYM":
            word = next((w for w in ABBREVIATED if _is_typed(formula[n:], w)), "")
            count = len(word)
        if word in _SIGNS and n not in labels:
            last = formula[n + count - 1]
            found.append(Tok("SYM", _SIGNS[word], token.at, last.end))
            n += count
            continue
        found.append(token)
        n += 1
    return tuple(found)


def _labels(formula: Sequence[Tok]) -> set[int]:
    """The places of tokens in scripts."""
    return {
        inside
        for n, token in enumerate(formula)
        if token.kind in _SCRIPTS
        for inside in range(n + 1, script_end(formula, n + 1))
    }


def _is_typed(rest: Sequence[Tok], word: str) -> bool:
    """Whether the letters of a word stand here without a gap, and no more letters behind."""
    letters = rest[: len(word)]
    if [token.text for token in letters] != [*word]:
        return False
    if any(one.end != other.at for one, other in pairwise(letters)):
        return False
    behind = rest[len(word) : len(word) + 1]
    return not any(token.kind == "SYM" and token.at == letters[-1].end for token in behind)


def _name(formula: Sequence[Tok], n: int) -> _Name | None:
    """The sign that begins here, with its arguments: J, L(y, a), E_n(w)."""
    begin = sign_end(formula, n)
    if begin == n:
        return None
    head = _spelled(formula[n:begin])
    depth, end = 0, begin
    while end < len(formula) and (depth or formula[end].kind == "LP"):
        depth += (formula[end].kind == "LP") - (formula[end].kind == "RP")
        end += 1
        if depth == 0:
            break
    inside = formula[begin + 1 : end - 1]
    if depth or not inside or not _is_list(inside):
        return _Name(head, "", begin, begin)
    indexed = any(inside[n].kind == "SYM" for n in _labels(inside))
    return _Name(head, _spelled(inside), begin, end, indexed)


def _is_labelled(scripts: Sequence[Tok]) -> bool:
    """Whether a word stands below a sign and nothing else."""
    inside = [token for token in scripts if token.kind not in ("LB", "RB")]
    if len(inside) < 2 or inside[0].kind != "SUB" or any(t.kind in _SCRIPTS for t in inside[1:]):
        return False
    word = _spelled(inside[1:])
    return inside[1].kind == "TEXT" or word.startswith("\\mathrm") or word in LABELS


def _is_list(inside: Sequence[Tok]) -> bool:
    """Whether signs, or functions of signs, stand there with commas between them."""
    scripts = _labels(inside)
    plain = [token for n, token in enumerate(inside) if n not in scripts]
    plain = [token for token in plain if token.kind not in _SCRIPTS]
    if {token.kind for token in inside} - _ARGUMENTS or any(t.kind == "NUM" for t in plain):
        return False
    return not any(
        one.kind in ("SYM", "RP") and other.kind == "SYM" for one, other in pairwise(plain)
    )


def _spelled(part: Iterable[Tok]) -> str:
    return "".join(token.text for token in part if token.kind not in ("LB", "RB"))


def _shown(sign: str) -> str:
    return re.sub(r"\\[A-Za-z]+\{?|[{}]", "", sign) or sign.strip("\\")


def _defining(formula: Sequence[Tok]) -> Iterator[tuple[Sequence[tuple[Tok, ...]], Sequence[Tok]]]:
    """The members of chains that something stands behind, and that, if it is no case."""
    try:
        found = chains(formula)
    except NotUnderstood:
        return
    for one in found:
        if isinstance(one, Chain):
            yield (one.members, ()) if one.cases else (one.members[:-1], one.members[-1])
