"""What has been read of a model file so far, and what several kinds of statement share."""

from __future__ import annotations

from dataclasses import dataclass, field

from symbolic.arrays import Abstract, Definition
from symbolic.formulas import SUMS, Formulas
from symbolic.grammar import Token, shown
from symbolic.indexed import Expr, Var
from symbolic.indices import Hypothesis
from symbolic.models import Claim
from symbolic.scope import Scope

RESERVED = (*SUMS, "outer", "D", "any", "for", "assuming", "and", "cost")


@dataclass
class Draft:
    """A model that is being read."""

    file: str | None
    scope: Scope = field(default_factory=Scope)
    definitions: list[Definition | Abstract] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    assumed: list[Hypothesis] = field(default_factory=list)
    cost: Expr | Abstract | None = None
    ahead: dict[str, str] = field(default_factory=dict)
    """Arrays that are defined later, and how their shape is known: `arrays` or `head`."""


def is_defined(draft: Draft, name: str) -> bool:
    """Whether there is a definition of the array."""
    return any(d.array == name for d in draft.definitions)


def new_name(draft: Draft, s: Formulas, what: str) -> Token:
    """A name that means nothing yet."""
    name = s.name(what)
    if name.text in RESERVED:
        s.refuse(f"{name.text!r} has a meaning of its own here.", name.column)
    s.fitting(name.column, draft.scope.declare, name.text)
    return name


def axes(s: Formulas) -> tuple[Var, ...]:
    """[n, j], each a letter; only the sets of the letters matter."""
    if not s.at("["):
        return ()
    s.take()
    letters = [s.letter(s.name("an index letter"))]
    while s.at(","):
        s.take()
        letters.append(s.letter(s.name("an index letter")))
    s.expect("]")
    return tuple(letters)


def left_letters(s: Formulas, name: Token, at: tuple[Var, ...]) -> tuple[Var, ...]:
    """The letters, which must be different."""
    if len(set(at)) < len(at):
        s.refuse("The indices on the left side are different letters.", name.column)
    return at


def take_word(s: Formulas, word: str) -> None:
    """Take this word, or say what stands in its place."""
    if not s.word(word):
        s.refuse(f"Expected {word!r}, but found {shown(s.here)}.", s.here.column)
    s.take()


def patterns(draft: Draft) -> frozenset[str]:
    """The arrays that are 0 or 1."""
    return frozenset(name for name, kind in draft.scope.given.items() if kind == "pattern")
