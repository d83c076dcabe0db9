"""Right forms in the signs, the places of indices and the letters of a document of entries."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Self

from reports.array_alphabets import LatexArrays
from reports.array_printer import Index
from reports.formula_text import unicode_of
from reports.printer import Level, Written
from symbolic.arrays import ONE
from symbolic.indexed import affine
from symbolic.reading.arrays.findings import Derived
from symbolic.reading.indexed.claims import Hand, IndexClaim, IndexReading, Spelling
from symbolic.reading.indexed.elaborate import EDGE, IN, OUT
from symbolic.reading.indexed.findings import IndexJudged
from symbolic.reading.indexed.repairs import IndexRepair

BRACKETS = {OUT: r"{} \in \mathcal{{O}}", EDGE: r"{1} \to {0}", IN: r"{1} \in {0}"}
"""How the 0/1 arrays of the notation are written."""


def right_form(reading: IndexReading, one: IndexJudged) -> str | None:
    """The right side of the nearest right form in the signs of its section, None without one."""
    nearest, hand = one.cases[0].nearest, reading.sections[one.claim.section].hand
    if not isinstance(nearest, Derived) or hand is None:
        return None
    if nearest.rule.where != (one.claim.where or ONE):
        return None
    if {*nearest.rule.at} != {*one.claim.at}:
        return None
    return AsTyped.of(hand).at(nearest.rule.at).expr(nearest.rule.body)


_ENTRY = re.compile(r"\b(?P<name>[A-Za-z]\w*)(?:\[(?P<at>[^\[\]]*)\])?")


def in_signs(words: str, reading: IndexReading, one: IndexJudged) -> str:
    """Words about entries in the signs of the section: h_j for h[j]."""
    hand = reading.sections[one.claim.section].hand
    if hand is None:
        return words
    typed = AsTyped.of(hand)

    def entry(match: re.Match[str]) -> str:
        name, at = match["name"], match["at"]
        if name not in typed.spellings:
            return match[0]
        texts = [typed.letters.get(index, index) for index in (at or "").split(",") if index]
        return unicode_of(typed.spelled(name, texts))

    return _ENTRY.sub(entry, words)


def mended_right(reading: IndexReading, repair: IndexRepair) -> str:
    """The right side of a definition with its edit, in the signs of its section."""
    hand = reading.sections[_of(reading, repair.definition).section].hand
    assert hand is not None
    return AsTyped.of(hand).at(repair.at).expr(repair.right)


def mended_form(reading: IndexReading, repair: IndexRepair) -> str:
    """The definition with its edit."""
    claim = _of(reading, repair.definition)
    return f"{claim.left_text} {claim.relation} {mended_right(reading, repair)}"


def _of(reading: IndexReading, number: int) -> IndexClaim:
    return next(claim for claim in reading.claims if claim.number == number)


@dataclass(frozen=True)
class AsTyped(LatexArrays):
    """LaTeX with the signs, the places of indices and the letters of one section."""

    spellings: Mapping[str, Spelling] = field(default_factory=dict)
    functions: Mapping[str, str] = field(default_factory=dict)
    letters: Mapping[str, str] = field(default_factory=dict)
    cost: str = "E"

    @classmethod
    def of(cls, hand: Hand) -> Self:
        """The alphabet of a section."""
        pools: dict[str, tuple[str, ...]] = {}
        for _, letter in hand.letters:
            pools[letter.sort.name] = (*pools.get(letter.sort.name, ()), letter.name)
        return cls(
            pools=pools,
            spellings=hand.arrays,
            functions=hand.functions,
            letters={letter.name: sign for sign, letter in hand.letters},
            cost=hand.cost,
        )

    def letter(self, name: str) -> str:
        if name in self.letters:
            return self.letters[name]
        stem = name.rstrip("0123456789")
        return f"{self.letters.get(stem, stem)}_{{{name[len(stem) :]}}}"

    def entry(self, array: str, at: tuple[Index, ...]) -> Written:
        if array.startswith("∂"):
            below = self.sign(array.removeprefix("∂"), at)
            return rf"\frac{{\partial {self.cost}}}{{\partial {below}}}", Level.ATOM
        names = [self.index(index) for index in at]
        if array in BRACKETS and array not in self.spellings:
            return self.bracket(BRACKETS[array].format(*names)), Level.ATOM
        spelling = self.spellings.get(array)
        if spelling is not None and spelling.label == "power":
            exponent = self.index(affine(at[0]) - affine(at[1]))
            return self.power(spelling.sign, exponent), Level.ATOM
        return self.sign(array, at), Level.ATOM

    def sign(self, array: str, at: tuple[Index, ...]) -> str:
        return self.spelled(array, [self.index(index) for index in at])

    def spelled(self, array: str, texts: list[str]) -> str:
        """The array with these indices, as they are written."""
        spelling = self.spellings.get(array, Spelling(array))
        beside = texts[len(texts) - spelling.beside :]
        rest = texts[: len(texts) - spelling.beside]
        above = rest[len(rest) - spelling.above :]
        below = rest[: len(rest) - spelling.above]
        label = spelling.label
        if label.startswith("_"):
            below, label = [label[1:]], ""
        text = spelling.sign + (f"_{{{_row(below)}}}" if below else "")
        high = [*([label] if label else []), *above]
        text += f"^{{{','.join(high)}}}" if high else ""
        return text + (f"({','.join(beside)})" if beside else "")

    def family(self, name: str, at: tuple[Index, ...], orders: tuple[int, ...]) -> str:
        low = [self.index(index) for index in at]
        head = self.functions.get(name, name) + (f"_{{{_row(low)}}}" if low else "")
        if len(orders) == 1:
            return head + "'" * orders[0]
        return "".join(rf"\partial_{n} " for n, k in enumerate(orders, 1) for _ in range(k)) + head

    def call(self, head: str, arguments: tuple[str, ...]) -> str:
        if head.rstrip("'").startswith("\\") or head in self.functions.values() or "'" in head:
            return head + self.fence(", ".join(arguments))
        return super().call(head, arguments)

    def power(self, base: str, exponent: Fraction | str) -> str:
        return f"{base}^{{{exponent}}}" if "^" not in base else f"({base})^{{{exponent}}}"


def _row(names: list[str]) -> str:
    """Indices side by side; between long ones there are commas."""
    return ("" if all(len(name) == 1 for name in names) else ",").join(names)
