"""What may be defined in what was not understood: it has no usual definition any more."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from symbolic.reading.arrays.formulas import (
    Formula,
    Gradient,
    Key,
    LocalError,
    Minus,
    Quantity,
)
from symbolic.reading.arrays.profile import ArrayProfile
from symbolic.reading.arrays.sorting import DEFINING
from symbolic.reading.chains import Chain
from symbolic.reading.source import NotUnderstood
from symbolic.reading.tokens import Tok


class Spoiled:
    """The arrays of one document by key and by sign; `read` reads a side of a relation."""

    def __init__(self, profile: ArrayProfile, read: Callable[[Sequence[Tok]], Formula]) -> None:
        self.profile, self.read = profile, read
        self.keys: set[Key] = set()
        self.signs: set[str] = set()
        self.functions: dict[str, None] = {}  # whose definition or slope may stand there

    def by_chain(self, chain: Chain) -> None:
        """Whatever a refused relation may define has no usual definition any more."""
        member = chain.members[0]
        self.function("".join(token.text for token in member[:2]))
        defines = chain.relations[0].text in DEFINING
        if not member or not defines or self.differentiates(member):
            return
        try:
            head = self.read(member)
        except (NotUnderstood, RecursionError):
            self.all_of(" ".join(token.text for token in member))
            return
        if isinstance(head, Quantity):
            self.keys.add(head.key)
        elif isinstance(head, LocalError) and self._may_name(chain):
            self.keys.add((head.sign, head.label, True))

    def differentiates(self, member: Sequence[Tok]) -> bool:
        """Whether a side begins with the sign of a derivative, which defines no array."""
        first = member[0]
        if first.kind == "FRAC":
            return any(token.kind == "PARTIAL" for token in member)
        prefix = (
            first.text in self.profile.derivatives and member[1:2] and (member[1].kind == "SYM")
        )
        return first.kind == "NABLA" or bool(prefix)

    def _may_name(self, chain: Chain) -> bool:
        """Whether a refused relation may say what its δ is."""
        try:
            right = self.read(chain.members[1])
        except (NotUnderstood, RecursionError, IndexError):
            return True
        return isinstance(right.body if isinstance(right, Minus) else right, Gradient)

    def function(self, text: str) -> None:
        """The same of a function of which nothing else is known, at the head of a formula."""
        for sign, function in self.profile.functions.items():
            behind = text.strip().removeprefix(sign)
            if function == "any" and behind != text.strip() and behind[:1] in ("(", "'", "^", "\\"):
                self.functions.setdefault(sign)

    def all_of(self, text: str) -> None:
        """The same where not even the tokens were understood."""
        signs = re.findall(r"\\[A-Za-z]+\s*\{[^{}]*\}|\\[A-Za-z]+|[A-Za-z]", text)
        self.by_signs("".join(sign.split()) for sign in signs)
        self.by_signs(re.findall(r"\\[A-Za-z]+|[A-Za-z]", text))

    def by_signs(self, signs: Iterable[str]) -> None:
        """The same for all arrays of these signs."""
        for sign in signs:
            if sign in self.profile.symbols:
                self.signs.add(sign)
