r"""Lines with numbers in a text about single numbers: do they agree to the digits that are printed?

A number that the text gives to a sign which it does not compute is exact.  Any other decimal is
known to half a unit in its last place.  "… = 0.0822" says that the left side, worked out with the
numbers as they are printed, is 0.0822 to half a unit; it is refuted where it is not, whatever the
rounded numbers in it stand for.  "a b = 0.74 \cdot 0.19" puts numbers in the place of a and b: each
must be the value of what it stands for, to half a unit; the first number in the place of a sign
that is given says what its value is.  All bounds are exact (`enclosure`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from symbolic import terms
from symbolic.enclosure import Undecided, Undefined, enclose
from symbolic.indexed import Expr, Get, Mul, walk
from symbolic.reading.arrays.findings import ArrayReached
from symbolic.reading.claims import Kind
from symbolic.reading.elementary import NotElementaryError, as_term
from symbolic.reading.indexed.claims import IndexClaim, Section
from symbolic.reading.indexed.decimals import (
    DECIMAL,
    ZERO,
    face,
    half_unit,
    is_number,
    number_of,
    pairs,
    shown,
    typed,
)
from symbolic.reading.indexed.findings import IndexJudged
from symbolic.reading.indexed.slopes import SLOPE
from symbolic.reading.source import NotUnderstood
from symbolic.verdicts import Value

DIGITS = "= is meant to the digits that are printed"
ROUNDED = "the numbers in it are rounded"
"""Said of a result that the rounded numbers before it do not give, and the exact ones do."""


class _NoValue(Exception):  # noqa: N818 - a fact about the text, not a failure of ours
    """What has no value, in words."""


def decimals(expr: Expr) -> bool:
    """Whether a decimal occurs."""
    return any(isinstance(p, Get) and p.array.startswith(DECIMAL) for p in walk(expr))


def letters(expr: Expr) -> bool:
    """Whether a sign occurs."""
    return any(isinstance(p, Get) and not p.array.startswith(DECIMAL) for p in walk(expr))


def is_numeric(claim: IndexClaim) -> bool:
    """Whether it speaks of numbers: a decimal occurs, or a side without signs."""
    sides = claim.typed or ()
    return any(decimals(side) or not letters(side) for side in sides)


@dataclass
class Figures:
    """The numbers of one section, line by line."""

    section: Section
    given: dict[str, Fraction] = field(init=False)
    printed: dict[Expr, Expr] = field(default_factory=dict)  # what a text says it is, the last time
    forms: dict[Expr, list[Expr]] = field(default_factory=dict)  # what it was said to be
    chain: list[Expr] = field(default_factory=list)  # the members before, with signs
    before: Expr | None = None
    bad: dict[Expr, list[tuple[Expr, int]]] = field(default_factory=dict)  # wrong forms
    wrong: dict[Expr, tuple[Expr, int]] = field(default_factory=dict)  # and by which line
    known: dict[str, Value] = field(default_factory=dict)
    exact: set[Fraction] = field(default_factory=set)  # results that are not rounded

    def __post_init__(self) -> None:
        self.given = dict(self.section.values)
        program = self.section.program
        for d in program.definitions if program is not None else ():
            body = getattr(d, "body", None)
            if body is not None and not d.at:
                self.forms.setdefault(Get(d.array), []).append(body)

    def line(self, one: IndexJudged) -> IndexJudged:
        """The line, by its numbers where it does not hold whatever they are.

        Only what is proved of a member is used for others; what is wrong is remembered.
        """
        claim = one.claim
        if claim.typed is None or claim.relation not in ("=", "\\approx"):
            self.before = None
            return self.held(one)
        left, right = claim.typed
        if left != self.before:
            self.chain = []
        self.before = right
        if letters(left):
            self.chain.append(left)
        known = one.word in ("proved", "definition")
        found = None if known or not is_numeric(claim) else self._judged(claim, left, right)
        one = self.held(one) if found is None else found
        if one.word in ("refuted", "open"):
            if is_number(right) and one.word == "refuted":
                source = claim.number if one.inherits is None else one.inherits
                self.wrong |= dict.fromkeys(self.chain, (right, source))
            if one.word == "refuted" and letters(right):
                self.bad.setdefault(left, []).append((right, claim.number))
            self.chain = []
            return one
        if letters(left) and letters(right):
            self.forms.setdefault(left, []).append(right)
        if is_number(right):
            self.printed |= dict.fromkeys(self.chain, right)
        return one

    def _judged(self, claim: IndexClaim, left: Expr, right: Expr) -> IndexJudged | None:
        try:
            if is_number(right):
                return IndexJudged(claim, (self._result(left, right, claim.relation),))
            return self._put_in(claim, left, right)
        except _NoValue as error:
            if not decimals(left) and not decimals(right) and not self.given:
                return None
            return IndexJudged(claim, (ArrayReached("open", why=str(error)),))
        except (Undefined, Undecided, NotUnderstood, RecursionError) as error:
            why = str(error) if isinstance(error, Undecided) else "it has no value that is known"
            return IndexJudged(claim, (ArrayReached("open", why=why),))

    def held(self, one: IndexJudged) -> IndexJudged:
        """A line that speaks of signs without a formula where others of their letter have one.

        What out_h2 depends on is not said where it is given by a number: derivatives are proved
        and refuted where it is held.  A line that speaks of h2 itself may mean its formula.
        """
        sides = one.claim.typed
        if sides is None or one.word not in ("proved", "refuted"):
            return one
        made = {_stem(name) for name in self._made}
        read = [n for n in self._reads(sides) if n not in self._made and _stem(n) in made]
        plain = not any(map(_differentiates, sides))
        alone = read if plain else [n for n in read if n in self.given]
        if not alone or (plain and one.word == "proved"):
            return one
        case = one.cases[0]
        if one.word == "proved":
            known = case.under[0] if case.under else ()
            names = (*known, *(f"{name} is held" for name in alone))
            return replace(one, cases=(replace(case, under=(names,)),))
        own = {_scripts(n) for side in sides for n in _signs(side)}
        meant = [name for name in alone if _scripts(name) in own]
        if meant:
            why = f"the text has no formula for {meant[0]}"
            return replace(one, cases=(ArrayReached("open", why=why),))
        return one

    def _reads(self, sides: Sequence[Expr]) -> list[str]:
        """Every sign that a line speaks of, at least through definitions."""
        slopes = self.section.slopes
        waiting = [part.array for s in sides for part in walk(s) if isinstance(part, Get)]
        found: dict[str, None] = {}
        while waiting:
            name = waiting.pop()
            if name in found:
                continue
            found[name] = None
            if name.startswith(SLOPE):
                waiting.append(name.removeprefix(SLOPE).split(" ")[0])
            elif name.startswith("∂"):
                waiting.append("cost")
            elif slopes is not None and (body := slopes.body(name)) is not None:
                waiting += [part.array for part in walk(body) if isinstance(part, Get)]
        return sorted(found)

    # -- … = 0.0822

    def _result(self, left: Expr, right: Expr, relation: str) -> ArrayReached:
        number, half = number_of(right), half_unit(right)
        if relation != "=" and not half:
            half = Fraction(1, 2)
        try:
            value = self._value(left, self._exact, face)
        except _NoValue:
            value = self._value(left, self._said, face)
        if value.low == value.high == number:
            self.exact.add(abs(number))
            return ArrayReached("proved")
        if _within(value, number, half):
            return ArrayReached("proved", under=((DIGITS,),))
        if letters(left) and _within(self._value(left, self._said, face), number, half):
            return ArrayReached("proved", under=((DIGITS,),))
        wide = self._value(left, self._about, self._wide)
        near = wide.low <= number + half and number - half <= wide.high
        if near and any(self._is_about(member, number, half) for member in self.chain):
            return ArrayReached("proved", under=((DIGITS, ROUNDED),))
        if wide.high < number - half or wide.low > number + half:
            said = f"The left side is {shown(value, right)}, not {typed(right)}."
            return ArrayReached("refuted", why=said)
        why = f"with the numbers as they stand the left side is {shown(value, right)}, and the "
        return ArrayReached("open", why=f"{why}printed digits do not say more")

    def _is_about(self, member: Expr, number: Fraction, half: Fraction) -> bool:
        """Whether a member before it, worked out from what is given, rounds to the number."""
        try:
            return _within(self._value(member, self._exact, face), number, half)
        except (_NoValue, Undefined, Undecided):
            return False

    # -- a b = 0.74 · 0.19

    def _put_in(self, claim: IndexClaim, left: Expr, right: Expr) -> IndexJudged:
        for form in self._forms(left):
            found = pairs(form, right)
            if found is None:
                continue
            taken = dict(self.given)
            for what, number in found:
                bad = self._stands(what, number)
                if bad:
                    self.given = taken
                    said, source = self.wrong.get(what, (None, None))
                    source = source if said == number else None
                    reached = ArrayReached("refuted", why=bad)
                    return IndexJudged(claim, (reached,), inherits=source)
            if self.given != taken:
                return IndexJudged(replace(claim, kind=Kind.ASSUMPTION))
            exact = all(not half_unit(number) for _, number in found)
            return IndexJudged(
                claim, (ArrayReached("proved", under=() if exact else ((DIGITS,),)),)
            )
        source = self._source(left, right)
        one = self._value(left, self._exact, face)
        other = self._value(right, self._exact, face)
        if one == other and one.low == one.high:
            return IndexJudged(claim, (ArrayReached("proved"),))
        one = self._value(left, self._about, self._wide)
        other = self._value(right, self._about, self._wide)
        if one.high < other.low or other.high < one.low:
            why = f"The left side is {shown(one, None)}, the right side {shown(other, None)}."
            return IndexJudged(claim, (ArrayReached("refuted", why=why),), inherits=source)
        why = "it is not seen which number stands for what"
        return IndexJudged(claim, (ArrayReached("open", why=why),))

    def _source(self, left: Expr, right: Expr) -> int | None:
        """The wrong line whose right side has these numbers in the place of its signs."""
        for form, number in self.bad.get(left, ()):
            found, taken = pairs(form, right), dict(self.given)
            if found is not None and not any(self._stands(*pair) for pair in found):
                self.given = taken
                return number
        return None

    def _forms(self, left: Expr) -> Iterator[Expr]:
        """What the numbers may stand in: the member itself, those before it, what it was said."""
        yield left
        yield from reversed(self.chain)
        known, n = list(self.chain), 0
        while n < len(known):  # and what that was said to be
            for one in self.forms.get(known[n], ()):
                if one not in known:
                    known.append(one)
                    yield one
            n += 1

    def _stands(self, what: Expr, number: Expr) -> str:
        """Why a number cannot stand for this; empty where it does.  A sign may get its value."""
        n, half = number_of(number), half_unit(number)
        sign = what.array if isinstance(what, Get) else ""
        if sign in self.given:
            right = abs(self.given[sign] - n) <= half
            return (
                ""
                if right
                else f"{typed(number)} stands for {sign}, which is {_short(what, self)}."
            )
        before = self.printed.get(what)
        if before is not None and abs(number_of(before) - n) <= half:
            return ""
        try:
            value = self._value(what, self._exact, face)
        except _NoValue:
            if before is not None:
                return f"{typed(number)} stands for what is {typed(before)} above."
            if sign and not sign.startswith(("∂", SLOPE)) and sign not in self._made:
                self.given[sign] = n
                return ""
            raise
        if _within(value, n, half) or _within(self._value(what, self._said, face), n, half):
            return ""
        wide = self._value(what, self._about, self._wide)
        if wide.high < n - half or wide.low > n + half:
            return f"{typed(number)} stands for what is {shown(value, number)}."
        raise Undecided("the digits do not tell")

    @property
    def _made(self) -> frozenset[str]:
        program = self.section.program
        return frozenset() if program is None else frozenset(d.array for d in program.definitions)

    # -- values

    def _value(
        self, expr: Expr, of: Callable[[Expr], Value], number: Callable[[str], Value]
    ) -> Value:
        """The value of an expression, `of` its signs and of a decimal `number`."""
        at: dict[terms.Sign, Value] = {}

        def sign(part: Get) -> terms.Term:
            name = terms.Sign(part.array)
            if name not in at:
                decimal = part.array.startswith(DECIMAL)
                at[name] = number(part.array) if decimal else of(part)
            return name

        try:
            return enclose(as_term(expr, sign), at)
        except NotElementaryError as error:
            raise _NoValue(str(error)) from None

    def _exact(self, sign: Expr) -> Value:
        """By the definitions, from what is given."""
        assert isinstance(sign, Get)
        if sign.array in self.given:
            return Value(self.given[sign.array], self.given[sign.array])
        if sign.array not in self.known:
            body = self._body(sign)
            found = self._value(body, self._exact, face)
            if self.given == dict(self.section.values):
                self.known[sign.array] = found
            return found
        return self.known[sign.array]

    def _said(self, sign: Expr) -> Value:
        """As the text prints it; what it does not print, by the definitions."""
        if sign in self.printed:
            number = number_of(self.printed[sign])
            return Value(number, number)
        assert isinstance(sign, Get)
        if sign.array in self.given:
            return Value(self.given[sign.array], self.given[sign.array])
        return self._value(self._body(sign), self._said, face)

    def _about(self, sign: Expr) -> Value:
        """Everything that it may be, as far as the text tells."""
        assert isinstance(sign, Get)
        if sign.array in self.given:
            return Value(self.given[sign.array], self.given[sign.array])
        found = []
        if sign in self.printed:
            number, half = number_of(self.printed[sign]), half_unit(self.printed[sign])
            found.append(Value(number - half, number + half))
        try:
            found.append(self._value(self._body(sign), self._about, face))
        except _NoValue:
            if not found:
                raise
        return Value(min(v.low for v in found), max(v.high for v in found))

    def _wide(self, decimal: str) -> Value:
        number = Fraction(decimal.removeprefix(DECIMAL))
        made = [one for sign, one in self.printed.items() if not self._is_given(sign)]
        results = {abs(number_of(one)) for one in made} - self.exact
        given = number in map(abs, self.given.values()) and number not in results
        exact = number in self.exact or given
        half = ZERO if exact else half_unit(Get(decimal))
        return Value(number - half, number + half)

    def _is_given(self, sign: Expr) -> bool:
        return isinstance(sign, Get) and sign.array in self.given

    def _body(self, sign: Get) -> Expr:
        """What a sign is by the definitions; a derivative is worked out."""
        slopes, program = self.section.slopes, self.section.program
        assert program is not None
        assert slopes is not None
        if sign.array.startswith(SLOPE):
            return slopes.put_in(sign, 0)
        by = {m.name: m for m in program.multipliers}.get(sign.array)
        if by is not None:
            return Mul((by.factor, slopes.slope("cost", by.array)))
        if sign.array.startswith("∂"):
            return slopes.slope("cost", sign.array.removeprefix("∂"))
        body = slopes.body(sign.array)
        if body is None:
            raise _NoValue(f"the text does not say what {_spelled(sign)} is")
        return body


def _stem(name: str) -> str:
    """The name of a sign without its scripts: out of out_h2."""
    return name.partition("_")[0].partition("^")[0]


def _scripts(name: str) -> str:
    return name.removeprefix(_stem(name))


def _signs(side: Expr) -> Iterator[str]:
    """The signs that are typed in a side, in derivatives too."""
    for part in walk(side):
        if isinstance(part, Get):
            yield from part.array.removeprefix(SLOPE).removeprefix("∂").split(" ")


def _differentiates(side: Expr) -> bool:
    return any(isinstance(p, Get) and p.array[0] in f"∂{SLOPE}" for p in walk(side))


def _within(value: Value, number: Fraction, half: Fraction) -> bool:
    return max(abs(value.low - number), abs(value.high - number)) <= half


def _short(what: Expr, figures: Figures) -> str:
    assert isinstance(what, Get)
    number = figures.given[what.array]
    return shown(Value(number, number), None)


def _spelled(sign: Expr) -> str:
    assert isinstance(sign, Get)
    if sign.array.startswith(SLOPE):
        of, by = sign.array.removeprefix(SLOPE).split(" ")
        return f"∂{of}/∂{by}"
    return sign.array


def with_numbers(lines: Sequence[IndexJudged], section: Section) -> list[IndexJudged]:
    """The lines of a section, those that do not hold whatever its numbers are by the numbers."""
    figures = Figures(section)
    return [figures.line(one) for one in lines]
