"""Texts about a single neuron: it is the output, and ½ e_j² without a sum is its cost."""

from __future__ import annotations

import re
from collections.abc import Mapping

from symbolic.reading.cases import computing_letters
from symbolic.reading.context import Role
from symbolic.reading.formulas import NEURON, Formula, Range, Read, SumOver, free, walk

_ONE = re.compile(
    r"\b(?:single|one|lone|only one|just one)[- ](?:\w+[- ]){0,2}?(?:neuron|unit|perceptron)\b"
    r"|\bthe (?:delta|LMS|Widrow[-–]Hoff) rule\b|\badaline\b",
    re.IGNORECASE,
)
_MORE = re.compile(
    r"\bhidden\b|\blayers?\b|\bmulti|\bneurons\b|\bunits\b|\bone (?:of|neuron to|unit to)",
    re.IGNORECASE,
)


def speaks_of_one(words: str) -> bool:
    """Whether a text is about one neuron and no other.

    >>> speaks_of_one("A single linear neuron computes"), speaks_of_one("a single hidden unit")
    (True, False)
    """
    return _ONE.search(words) is not None and _MORE.search(words) is None


def as_outputs(roles: Mapping[str, Role], *sides: Formula) -> dict[str, Role]:
    """The roles, with every neuron that computes as the output."""
    said = {letter.name: Role(letter.name, "output", -1) for letter in computing_letters(*sides)}
    return {**said, **roles}


def over_the_output(left: Formula, right: Formula) -> Formula:
    """Σ_j ½ e_j² for ½ e_j² where it is the whole cost: there is one output."""
    letters = [letter for letter in free(right) - free(left) if letter.sort == NEURON]
    whole = isinstance(left, Read) and left.array == "E" and len(letters) == 1
    own = (part for part in walk(right) if isinstance(part, Read) and part.array in ("e", "d", "y"))
    if not whole or not all(letters[0] in part.at for part in own):
        return right
    return SumOver(letters[0], Range("output"), right)
