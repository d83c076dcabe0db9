"""∂L_t/∂h_t of a loss of one time that is defined: what h_t does to L_t at this time alone.

Everything of an earlier time is held: what is read of it becomes an array of its own, so that only
the paths within one time are left.  The derivative of the sum of all L_t is then that of L_t.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from symbolic.array_edits import everywhere
from symbolic.array_verdicts import Judge
from symbolic.arrays import Definition, Given, Program, Rule
from symbolic.errors import InputError
from symbolic.indexed import Affine, Expr, Get, Num, Sort, Sum, Var, walk
from symbolic.labelling import TooLargeError
from symbolic.reading.arrays.values import Index
from symbolic.reading.source import NotUnderstood
from symbolic.shapes import Letters, put

PAST = " of earlier times"


@dataclass(frozen=True)
class LocalSlope:
    """∂L_t/∂array[letters] as a formula."""

    letters: tuple[Var, ...]
    body: Expr

    def element(self, at: tuple[Index, ...], letters: Letters) -> Expr:
        """The formula at these indices; its sums get letters of their own."""
        table: dict[Var, Index] = dict(zip(self.letters, at, strict=True))
        for part in walk(self.body):
            if isinstance(part, Sum):
                table[part.over] = letters.new(part.over.sort)
        return put(self.body, table)


def local_slope(program: Program, loss: str, array: str, time: Sort) -> LocalSlope:
    """The partial derivative of loss[t] by array[t, …]; raises `NotUnderstood`."""
    unread = NotUnderstood("The derivative of the loss of one time by this is not found.", "", 0)
    given = {g.array: g for g in program.given}
    definitions = []
    for d in program.definitions:
        if isinstance(d, Definition):
            for part in walk(d.body):
                step = _step(part, time)
                if isinstance(part, Get) and step < 0:
                    given[part.array + PAST] = Given(part.array + PAST, program.arrays[part.array])
                elif step > 0:
                    raise unread
            d = replace(d, body=everywhere(d.body, lambda part: _held(part, time)))
        definitions.append(d)
    t = Var("t", time)
    letters = tuple(Var(f"{s.name}{n}", s) for n, s in enumerate(program.arrays[array]))
    try:
        cut = Program(tuple(given.values()), tuple(definitions), Sum(t, Get(loss, (t,))))
        rule = Judge(cut).true_rule(Rule(array, letters, Num(Fraction(0))))
    except (InputError, TooLargeError):
        raise unread from None
    if rule is None or any(
        isinstance(part, Get) and part.array.startswith("∂") for part in walk(rule.body)
    ):
        raise unread
    return LocalSlope(letters, everywhere(rule.body, _freed))


def _step(part: Expr, time: Sort) -> int:
    """How many times later something is read."""
    first = part.at[0] if isinstance(part, Get) and part.at else None
    if not isinstance(first, Affine):
        return 0
    letters = [p for p, _ in first.terms if isinstance(p, Var) and p.sort == time]
    return first.const if letters else 0


def _held(part: Expr, time: Sort) -> Expr:
    if isinstance(part, Get) and _step(part, time) < 0:
        return Get(part.array + PAST, part.at)
    return part


def _freed(part: Expr) -> Expr:
    if isinstance(part, Get):
        return Get(part.array.removesuffix(PAST), part.at)
    return part
