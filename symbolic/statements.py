"""What a general theorem claims, as data: a program with symbolic sizes and rules for it.

Whether the rules hold is decided in `general.py`; the statements are in `theorems.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

from symbolic.arrays import Closed, Program, Rule
from symbolic.indices import Hypothesis

Claim = Rule | Closed


@dataclass(frozen=True)
class Statement:
    """Rules of one program, with the hypotheses that some of them may need.

    `sources` say where the rule is published.  `mistakes` are wrong rules close to the right ones:
    no proof may be found for them.
    """

    id: str
    title: str
    words: str
    program: Program
    rules: tuple[Claim, ...]
    sources: tuple[str, ...] = ()
    mistakes: tuple[Claim, ...] = ()
    offered: tuple[Hypothesis, ...] = ()
