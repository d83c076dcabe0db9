"""A formula in the hand of its author: what is unchanged stays as it was typed, macros and all.

What is new is written as the profile writes it, with the argument (n) where the author gives one to
such a sign.  What comes out is a proposal: whoever uses it reads it again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from symbolic.indexed import Var
from symbolic.reading.claims import Claim
from symbolic.reading.context import Context, Role
from symbolic.reading.elaborate import Elaborator
from symbolic.reading.formulas import Formula, Plus, Range, Read, SumOver, Times, walk
from symbolic.reading.grammar import parse
from symbolic.reading.macros import Macro, call_end, expanded
from symbolic.reading.profile import Profile
from symbolic.reading.rendering import Writer
from symbolic.reading.source import NotUnderstood
from symbolic.reading.tokens import Tok, tokens
from symbolic.reading.vocabulary import CLOSES, OPENS

MOST_WINDOWS = 1500
"""So many pieces of one side are read to find what the author wrote for what."""
_SIZED = re.compile(r"\\(?:left|[bB]igg?l?)\s*$")
_INNER = frozenset(("SUB", "SUP", "PRIME", "RB", "RP", "RSQ", "REL", "COMMA"))


@dataclass(frozen=True)
class Typed:
    """Characters of the document that mean this formula; `bare` without an argument such as (n)."""

    formula: Formula
    text: str
    bare: str

    @property
    def argument(self) -> str:
        return self.text.removeprefix(self.bare) if self.text.startswith(self.bare) else ""


@dataclass(frozen=True)
class Page:
    """A document as it was typed, and what it is read with."""

    text: str
    profile: Profile
    macros: Mapping[str, Macro] = field(default_factory=dict)

    def end(self, token: Tok) -> int:
        """The character after a token, of a macro after its call."""
        end = call_end(self.text, token.at, self.macros)
        return end if end >= 0 else token.end

    def typed(self, side: Sequence[Tok], claim: Claim, wanted: set[Formula]) -> Iterator[Typed]:
        """What of this side means one of the wanted formulas, the longest of its kind."""
        reader = Context(self.profile, {role.letter: role for role in claim.roles})
        count = 0
        for first, token in enumerate(side):
            if token.kind in _INNER or token.kind == "PLUS":  # a sum adds its own signs
                continue
            found: dict[Formula, tuple[str, str]] = {}
            for last in _balanced(side, first):
                if token.kind == "LP" and last == next(_balanced(side, first)):
                    continue  # brackets alone: who needs them writes them
                count += 1
                if count > MOST_WINDOWS:
                    return
                window = side[first : last + 1]
                formula = _meaning(window, reader)
                if formula in wanted and formula is not None:
                    text = self._text(window)
                    if text:
                        found[formula] = (found.get(formula, (text,))[0], text)
            yield from (Typed(formula, text, bare) for formula, (bare, text) in found.items())

    def _text(self, window: Sequence[Tok]) -> str:
        """The characters of some tokens; empty where these characters say more."""
        start = window[0].at
        before = _SIZED.search(self.text, max(0, start - 12), start)
        text = self.text[before.start() if before else start : self.end(window[-1])]
        try:
            again = tokens(expanded(text, range(len(text)), self.macros)[0])
        except NotUnderstood:
            return ""
        same = [(t.kind, t.text) for t in again] == [(t.kind, t.text) for t in window]
        return text if same else ""


def _balanced(side: Sequence[Tok], first: int) -> Iterator[int]:
    """The last tokens of the pieces that begin here, with all their brackets closed."""
    depth = 0
    for n in range(first, len(side)):
        depth += (side[n].kind in OPENS) - (side[n].kind in CLOSES)
        if depth < 0:
            return
        if depth == 0:
            yield n


def _meaning(window: Sequence[Tok], context: Context) -> Formula | None:
    try:
        return Elaborator(context).read(parse(window))
    except (NotUnderstood, RecursionError):
        return None


class Hand(Writer):
    """Writes formulas as their author does, as far as is known what was `typed`."""

    def __init__(self, page: Page, typed: Sequence[Typed], roles: Sequence[Role] = ()) -> None:
        super().__init__(page.profile)
        self.roles = {role.letter: role for role in roles}
        self.known: dict[Formula, str] = {}
        self.arguments: dict[str, str] = {}  # (n) by array
        for one in typed:
            if len(one.text) >= len(self.known.get(one.formula, "")):
                self.known[one.formula] = one.text
            if isinstance(one.formula, Read):
                self.arguments[one.formula.array] = one.argument
        said = set(self.arguments.values())
        self.usual = said.pop() if len(said) == 1 else ""

    def product(self, formula: Formula) -> str:
        if isinstance(formula, Times) and formula in self.known:
            return self.known[formula]
        return super().product(formula)

    def factor(self, formula: Formula, last: bool = False) -> str:
        if formula not in self.known or isinstance(formula, Times | Plus):
            return super().factor(formula, last)
        text = self.known[formula]
        return text if last or not isinstance(formula, SumOver) else f"({text})"

    def quantity(self, read: Read) -> str:
        return super().quantity(read) + self.arguments.get(read.array, self.usual)

    def span(self, letter: Var, span: Range) -> str:
        """No range where the document has said it of the letter."""
        role = self.roles.get(letter.name)
        if role is not None and role.role == span.kind and role.of == span.of:
            return f"_{{{letter.name}}}"
        return super().span(letter, span)


def hands(
    page: Page, sides: Sequence[Sequence[Tok]], claim: Claim, right: Formula
) -> Iterator[str]:
    """Ways to write the right form of a claim, the author's own first, the profile's last."""
    wanted = {part for formula in (right, claim.left, claim.right) for part in walk(formula)}
    typed = [one for side in sides for one in page.typed(side, claim, wanted)]
    for writer in (
        Hand(page, typed, claim.roles),
        Hand(page, typed),
        Writer(page.profile),
    ):
        yield writer.sum(right)
