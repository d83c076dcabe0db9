r"""A function that a document about arrays defines by its formula: σ(z) = 1/(1 + e^{-z}).

The formula is one of the functions that are known, in one of the ways in which these are written;
then its sign is that function in the whole document.  Of any other formula nothing is known, so
that no line is called wrong that may rest on it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from symbolic.indexed import Add, Expr, Fn, Get, Mul, Num
from symbolic.indices import Calculus
from symbolic.labelling import TooLargeError
from symbolic.partials import is_zero
from symbolic.reading.arrays.profile import ArrayProfile
from symbolic.reading.chains import Chain, chains
from symbolic.reading.documents import Document, Mathematics
from symbolic.reading.far_sums import far_reaching
from symbolic.reading.grammar import parse
from symbolic.reading.indexed.elaborate import Array, Elaborator, Names
from symbolic.reading.indexed.entries import Letters
from symbolic.reading.indexed.own import is_formula, powers_of_e
from symbolic.reading.indexed.own_function import ARGUMENT
from symbolic.reading.indexed.profile import index_profile
from symbolic.reading.macros import expanded
from symbolic.reading.notes import unframed
from symbolic.reading.source import NotUnderstood
from symbolic.reading.tokens import Tok, tokens

_X = Get(ARGUMENT, ())
_E = Fn("exp", _X)
_WAYS: dict[str, tuple[Expr, ...]] = {
    "logistic": (Fn("logistic", _X), 1 / (1 + Fn("exp", -_X)), _E / (1 + _E)),
    "tanh": (
        Fn("tanh", _X),
        (_E - Fn("exp", -_X)) / (_E + Fn("exp", -_X)),
        (1 - Fn("exp", -2 * _X)) / (1 + Fn("exp", -2 * _X)),
        (Fn("exp", 2 * _X) - 1) / (Fn("exp", 2 * _X) + 1),
    ),
    "relu": (Fn("relu", _X),),
    "softplus": (Fn("softplus", _X), Fn("ln", 1 + _E)),
    "exp": (_E,),
    "ln": (Fn("ln", _X),),
}
"""How the functions are written."""


@dataclass(frozen=True)
class OwnFunctions:
    """What the document says: signs and their functions; signs whose formula is not known.

    `lines` are the characters where such definitions begin.
    """

    known: tuple[tuple[str, str], ...] = ()
    unknown: tuple[str, ...] = ()
    lines: frozenset[int] = frozenset()


def own_functions(document: Document, profile: ArrayProfile) -> OwnFunctions:
    """The functions that a document defines by formulas, each by the first one."""
    known: dict[str, str] = {}
    unknown: dict[str, None] = {}
    lines: set[int] = set()
    for chain in document_chains(document, profile):
        found = _defined(chain, profile)
        if found is None or found[0] in known or found[0] in unknown:
            continue
        sign, function = found
        if profile.functions[sign] != "any" and function in ("", profile.functions[sign]):
            continue  # it recalls what the notation says of its sign
        lines.add(chain.at)
        if function:
            known[sign] = function
        else:
            unknown[sign] = None
    return OwnFunctions(tuple(known.items()), tuple(unknown), frozenset(lines))


def with_functions(profile: ArrayProfile, own: OwnFunctions) -> ArrayProfile:
    """The profile in which these signs are the functions that the document says."""
    return replace(profile, functions={**profile.functions, **dict(own.known)})


def entry_by_entry(chain: Chain, profile: ArrayProfile) -> Chain:
    """σ'(z) = σ(z)(1 - σ(z)), which shows functions of one letter alone, as entries multiply."""
    argument = _called(chain.members[0], profile)
    shown = (token for member in chain.members for token in member if token.kind == "SYM")
    if not argument or not all(t.text == argument or t.text in profile.functions for t in shown):
        return chain
    return replace(chain, members=tuple(tuple(_multiplied(m, profile)) for m in chain.members))


def _multiplied(member: Sequence[Tok], profile: ArrayProfile) -> Iterator[Tok]:
    """The tokens with ⊙ between factors that are values of functions."""
    for n, token in enumerate(member):
        before = member[n - 1] if n else None
        starts = token.kind == "LP" or token.text in profile.functions
        called = before is not None and before.kind == "RP"
        if starts and called:
            yield Tok("ODOT", "\\odot", token.at, token.at)
        yield token


def _called(member: Sequence[Tok], profile: ArrayProfile) -> str:
    """The letter of a side such as σ'(z), empty for any other."""
    kinds = [token.kind for token in member if token.kind != "PRIME"]
    letters = [token.text for token in member if token.kind == "SYM"]
    alone = kinds == ["SYM", "LP", "SYM", "RP"] and letters[0] in profile.functions
    return letters[1] if alone else ""


def document_chains(document: Document, profile: ArrayProfile) -> Iterator[Chain]:
    """The relations of a document whose signs are all read."""
    for piece in document.pieces:
        if not isinstance(piece, Mathematics):
            continue
        offsets: Sequence[int] = range(piece.at, piece.at + len(piece.text))
        try:
            text, offsets = expanded(unframed(piece.text), offsets, document.macros)
            found = chains(profile.costs.put(tokens(text, offsets)))
        except NotUnderstood:
            continue
        yield from (far_reaching(one) for one in found if isinstance(one, Chain))


def _defined(chain: Chain, profile: ArrayProfile) -> tuple[str, str] | None:
    """The sign of a function and what it is; None where the line defines none by a formula."""
    if len(chain.members) != 2 or chain.relations[0].text not in ("=", ":=") or chain.cases:
        return None
    left, right = chain.members
    argument = _called(left, profile)
    if not argument or any(token.kind == "PRIME" for token in left) or not right:
        return None
    try:
        tree = parse(right)
    except NotUnderstood:
        return None
    sign = left[0].text
    if not is_formula(tree, argument, ()):
        return None
    elementary = index_profile("indices").functions
    names = Names(
        Letters({}, frozenset(), {}, elementary), {}, {(argument, ""): Array(ARGUMENT, ())}, ""
    )
    try:
        body = Elaborator(names).read(powers_of_e(tree, {argument}))
        calculus = Calculus({ARGUMENT: ()})
        for function, ways in _WAYS.items():
            if function in profile.functions.values() and any(
                is_zero(calculus, calculus.normal(Add((body, Mul((Num(Fraction(-1)), way))))))
                for way in ways
            ):
                return sign, function
    except (NotUnderstood, TooLargeError):
        pass
    return sign, ""
