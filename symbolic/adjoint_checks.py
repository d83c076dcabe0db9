"""Does a claimed gradient rule, or a closed form, follow for an array program, and under what?

The equations of the derivatives are those of `adjoints.py`.  A rule is proved under the fewest of
the hypotheses that are offered; one that is not proved is not refuted by that.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from symbolic.adjoints import Adjoints
from symbolic.arrays import ONE, Closed, Definition, Program, Rule, require_letters
from symbolic.errors import InputError, did_you_mean
from symbolic.indexed import AtLeast, Delta, Expr, Get, Mul, Sort, walk
from symbolic.indices import Hypothesis
from symbolic.partials import written
from symbolic.wellfounded import require_order


@dataclass(frozen=True)
class Proved:
    """The rule holds under these hypotheses of those offered; without any one it is not proved."""

    under: tuple[str, ...]
    unfolded: tuple[str, ...] = ()  # arrays replaced by their definitions
    eliminated: tuple[str, ...] = ()  # derivatives replaced by their own equations


@dataclass(frozen=True)
class Unproved:
    """claimed - derived is not zero as a normal form; this alone does not refute the rule."""

    residual: Expr
    claimed: Expr
    derived: Expr


class Checker:
    """Decides rules of one program; what they share is worked out once.

    Raises `InputError` where the program has no order.
    """

    def __init__(self, program: Program, hypotheses: Iterable[Hypothesis] = ()) -> None:
        self.program = program
        self.plain = Adjoints(program)
        require_order(program, self.plain.written, self.plain.bodies)
        self._offered = tuple(hypotheses)
        self._adjoints: dict[tuple[Hypothesis, ...], Adjoints] = {(): self.plain}

    def under(self, chosen: tuple[Hypothesis, ...]) -> Adjoints:
        """The equations of the derivatives under these hypotheses."""
        if chosen not in self._adjoints:
            self._adjoints[chosen] = Adjoints(self.program, chosen, self.plain)
        return self._adjoints[chosen]

    def check(self, claim: Rule | Closed, further: bool = False) -> Proved | Unproved:
        """Whether the claim follows, under none of the offered hypotheses that it can do without.

        With `further` it is looked for longer, for a claim that no instance breaks.  Raises
        `InputError` where the claim is ill-formed, `TooLargeError` where a budget runs out.
        """
        require_rule(self.program, claim)
        gap, opened, gone = self.plain.residual(claim, further)
        if not gap:
            return Proved((), opened, gone)
        found = self._proved(claim, self._offered, further) if self._offered else None
        if found is not None:
            chosen = self._offered
            for hypothesis in self._offered:
                fewer = tuple(h for h in chosen if h != hypothesis)
                less = self._proved(claim, fewer, further) if fewer else None
                if less is not None:
                    chosen, found = fewer, less
            return found
        calculus = self.plain.calculus
        return Unproved(
            written(calculus, gap),
            written(calculus, calculus.normal(claim.body)),
            written(calculus, self.plain.derived_for(claim)),
        )

    def _proved(
        self, claim: Rule | Closed, chosen: tuple[Hypothesis, ...], further: bool
    ) -> Proved | None:
        gap, opened, gone = self.under(chosen).residual(claim, further)
        return None if gap else Proved(tuple(h.name for h in chosen), opened, gone)


def check(
    program: Program, rule: Rule | Closed, hypotheses: Iterable[Hypothesis] = ()
) -> Proved | Unproved:
    """Whether one rule of a program follows; see `Checker.check`."""
    return Checker(program, hypotheses).check(rule)


def require_rule(program: Program, rule: Rule | Closed) -> None:
    """Raises `InputError` where the rule speaks of no array of the program, or of other indices."""
    arrays = {a: s for a, s in program.arrays.items() if a in program.readable}
    if rule.array not in arrays:
        raise InputError(f"There is no array {rule.array!r}. {did_you_mean(rule.array, arrays)}")
    if rule.array in program.indicators:
        raise InputError(f"{rule.array!r} is 0 or 1: there is no derivative by it.")
    have: tuple[Sort, ...] = tuple(v.sort for v in rule.at)
    if have != arrays[rule.array] or len(set(rule.at)) < len(rule.at):
        wanted = ", ".join(sort.name for sort in arrays[rule.array])
        raise InputError(f"A rule for {rule.array!r} needs different letters of {wanted}.")
    require_letters(f"the rule for {rule.array!r}", rule.body, rule.at)
    if isinstance(rule, Rule):
        require_letters(f"the rule for {rule.array!r}", rule.where, rule.at)
        _require_condition(program, rule)
    elif not any(isinstance(d, Definition) and d.array == rule.array for d in program.definitions):
        raise InputError(f"{rule.array!r} has no definition, so it has no closed form either.")


def _require_condition(program: Program, rule: Rule) -> None:
    """A condition is a product of comparisons and of 0/1 entries or 1 minus one."""
    for factor in rule.where.factors if isinstance(rule.where, Mul) else (rule.where,):
        if factor == ONE or isinstance(factor, AtLeast | Delta):
            continue
        entries = [part for part in walk(factor) if isinstance(part, Get)]
        if len(entries) != 1 or factor not in (entries[0], 1 - entries[0]):
            raise InputError(
                f"The rule for {rule.array!r} may hold where indices compare, or where a 0/1 array "
                "is 1, or is 0."
            )
        if entries[0].array not in program.indicators:
            name = entries[0].array
            raise InputError(f"{name!r} is no 0/1 array, so it is no condition of a rule.")
