"""The indices of a model file: letters, shifts such as t - 1, maps such as tok(n), comparisons."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from typing import NoReturn, TypeVar

from symbolic.errors import InputError, did_you_mean
from symbolic.grammar import Reader, Token, shown
from symbolic.indexed import AtLeast, Delta, Expr, Gather, Shifted, Size, Sort, Var, affine
from symbolic.scope import Scope, require_alike, require_sort
from symbolic.shapes import MOST_PARTS, Place

Made = TypeVar("Made")


class Indices(Reader):
    """One statement, which may go over several lines, and the indices in it."""

    signs = {":=": ":=", ":": ":", "@": "@", ".T": ".T", "⊙": "*"}  # noqa: RUF012 (a constant)

    def __init__(self, lines: list[tuple[int, str]], file: str | None, scope: Scope) -> None:
        self.scope = scope
        self._lines = [number for number, _ in lines]
        self._starts = [1]
        for _, text in lines:
            self._starts.append(self._starts[-1] + len(text) + 1)
        self.text = " ".join(text for _, text in lines)
        super().__init__(self.text, file, self._lines[0], 1)

    def refuse(self, what: str, column: int) -> NoReturn:
        """Raise the error at the line and column that this place of the text came from."""
        row = min(bisect_right(self._starts, column), len(self._lines)) - 1
        raise InputError(
            what, file=self.file, line=self._lines[row], column=column - self._starts[row] + 1
        )

    def fitting(self, column: int, make: Callable[..., Made], *of: object) -> Made:
        """make(*of), whose error is given this place."""
        try:
            return make(*of)
        except InputError as error:
            if error.line is not None:
                raise
            self.refuse(error.what, column)

    def word(self, *words: str) -> bool:
        """Whether one of these words comes next."""
        return self.here.kind == "name" and self.here.text in words

    def has(self, mark: str) -> bool:
        """Whether the mark stands anywhere in the statement."""
        return any(token.kind == "mark" and token.text == mark for token in self._tokens)

    def head(self) -> tuple[str, tuple[Var, ...]] | None:
        """The name[letters] before the = of a definition, nothing taken; None for anything else."""
        texts = [token.text for token in self._tokens]
        if texts[1:2] != ["["] or self.here.kind != "name" or "]" not in texts:
            return None
        end = texts.index("]")
        letters = [self.scope.letter(text) for text in texts[2:end:2]]
        found = tuple(letter for letter in letters if letter is not None)
        plain = set(texts[3:end:2]) <= {","} and len(found) == len(letters)
        return (texts[0], found) if plain and texts[end + 1] == "=" else None

    def name(self, what: str) -> Token:
        """Take a name, or say what is missing."""
        if self.here.kind != "name":
            self.refuse(f"Expected {what}, but found {shown(self.here)}.", self.here.column)
        return self.take()

    def indices(self, name: str, sorts: tuple[Sort, ...] | None) -> Place:
        """[t - 1, tok(n)], or nothing; each of the set that its axis wants."""
        if not self.at("["):
            return ()
        self._deeper(self.take())
        found: list[Shifted | int] = []
        while True:
            column = self.here.column
            index = self.index()
            if sorts is not None and len(found) < len(sorts):
                sort = sorts[len(found)]
                self.fitting(column, require_sort, name, index, sort)
            found.append(index)
            if not self.at(","):
                break
            self.take()
        self.expect("]")
        self._nested -= 1
        return tuple(found)

    def index(self) -> Shifted | int:
        """A letter, a size or a number, their sums and multiples, or map(index)."""
        value: Shifted | int = 0
        first = True
        while first or self.at("+", "-"):
            sign = -1 if self.at("-") else 1
            if self.at("+", "-"):
                self.take()
            column = self.here.column
            part = self._multiple()
            alone = first and sign == 1
            value = part if alone else self.fitting(column, _sum, value, part, sign)
            first = False
        return value

    def _multiple(self) -> Shifted | int:
        if self.here.kind != "number":
            return self._index_name()
        token = self.take()
        value = self._number(token)
        if value.denominator != 1 or value > MOST_PARTS:
            self.refuse("An index is a whole number, and no large one.", token.column)
        if not self.at("*"):
            return int(value)
        self.take()
        return affine(self._index_name()) * int(value)

    def _index_name(self) -> Shifted:
        name = self.name("an index")
        scope = self.scope
        if self.at("(") or name.text in scope.maps:
            if name.text not in scope.maps:
                hint = did_you_mean(name.text, scope.maps)
                self.refuse(f"There is no map {name.text!r}. {hint}", name.column)
            return self._mapped(name)
        if name.text in scope.sorts:
            last = scope.sorts[name.text].bounds()[1]
            return affine(last) if isinstance(last, int) else last
        return self.letter(name)

    def letter(self, name: Token) -> Var:
        """The index letter that is written."""
        scope = self.scope
        letter = scope.letter(name.text)
        if letter is None:
            implied = [sort.name.lower() for sort in scope.sorts.values()]
            hint = did_you_mean(name.text, (*scope.letter_sorts, *implied))
            self.refuse(f"There is no index {name.text!r}. {hint}", name.column)
        return letter

    def _mapped(self, name: Token) -> Gather:
        wanted, sort = self.scope.maps[name.text]
        self._deeper(self.expect("("))
        at: list[Shifted | int] = []
        for n, one in enumerate(wanted):
            if n:
                self.expect(",")
            column = self.here.column
            index = self.index()
            self.fitting(column, require_sort, name.text, index, one)
            at.append(index)
        self.expect(")")
        self._nested -= 1
        return Gather(name.text, sort, tuple(at))

    def comparison(self) -> Expr:
        """index = index, or with <, >, <=, >=: 1 where it holds, else 0."""
        left = self.index()
        mark = self.here
        if mark.text not in COMPARISONS or mark.kind != "mark":
            self.refuse(f"Expected =, <, >, <= or >=, but found {shown(mark)}.", mark.column)
        self.take()
        right = self.index()
        ordered = mark.text != "="
        self.fitting(mark.column, require_alike, left, right, ordered)
        return COMPARISONS[mark.text](left, right)


COMPARISONS: dict[str, Callable[[Shifted | int, Shifted | int], Expr]] = {
    "=": Delta,
    ">=": AtLeast,
    "<=": lambda a, b: AtLeast(b, a),
    ">": lambda a, b: AtLeast(a, affine(b) + 1),
    "<": lambda a, b: AtLeast(b, affine(a) + 1),
}


def _sum(left: Shifted | int, right: Shifted | int, sign: int) -> Shifted | int:
    """left + sign · right, of integers only."""
    for index in (left, right):
        for part, _ in affine(index).terms:
            if not isinstance(part, Size) and not part.sort.ordered:
                raise InputError(f"The set {part.sort.name!r} has no order: no index arithmetic.")
    return left + right * sign
