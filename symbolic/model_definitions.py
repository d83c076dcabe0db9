"""The definitions and the cost of a model file, and functions of which only slopes are known."""

from __future__ import annotations

from symbolic.arrays import Abstract, Definition, Local, require_closed, require_letters
from symbolic.errors import did_you_mean
from symbolic.formulas import Formulas, Intermediate
from symbolic.grammar import Token
from symbolic.indexed import Expr, Get, Sort, Var
from symbolic.model_declarations import DECLARATIONS
from symbolic.model_draft import RESERVED, Draft, axes, is_defined, left_letters, take_word
from symbolic.shapes import named
from symbolic.shapes import shown as shape


def read_cost(draft: Draft, s: Formulas) -> None:
    name = s.take()
    if draft.cost is not None:
        s.refuse("The cost is given twice.", name.column)
    s.expect("=")
    if s.word("any"):
        draft.cost = Abstract("cost", (), any_function(draft, s))
        s.fitting(name.column, require_closed, draft.cost)
        return
    s.intermediate = keeping(draft, "cost")
    column = s.here.column
    value = s.formula()
    if value.axes:
        s.refuse(f"The cost is a number, this is {shape(value.axes)}; sum over it.", column)
    _, draft.cost = named(value.element(()), (), draft.scope.stems())
    s.fitting(column, require_letters, "the cost", draft.cost, ())


def define(draft: Draft, s: Formulas) -> None:
    """name[letters] = formula; the axes left open on the right are the last axes."""
    name = s.name("a statement")
    scope = draft.scope
    if is_defined(draft, name.text) or name.text in scope.given:
        s.refuse(
            f"{name.text!r} is known already; a claim about its derivative begins with "
            f"D({name.text}[…]).",
            name.column,
        )
    if draft.cost is not None:
        known = (*scope.multipliers, "D")
        s.refuse(
            f"After the cost stand claims, and {name.text!r} names no derivative. "
            f"{did_you_mean(name.text, known)}",
            name.column,
        )
    if name.text not in draft.ahead:
        if name.text in RESERVED:
            s.refuse(f"{name.text!r} has a meaning of its own here.", name.column)
        if s.at(":"):
            hint = did_you_mean(name.text, DECLARATIONS)
            s.refuse(f"There is no statement {name.text!r}. {hint}", name.column)
        s.fitting(name.column, scope.declare, name.text)
    at = left_letters(s, name, axes(s))
    s.expect("=")
    if s.word("any"):
        partials = any_function(draft, s)
        settle_shape(draft, s, name, at, ())
        draft.definitions.append(Abstract(name.text, at, partials))
        s.fitting(name.column, require_closed, draft.definitions[-1])
        return
    s.intermediate = keeping(draft, name.text)
    column = s.here.column
    value = s.formula()
    s.end()
    settle_shape(draft, s, name, at, value.axes)
    opened = tuple(map(scope.letters.new, value.axes))
    at, body = named(value.element(opened), (*at, *opened), scope.stems())
    s.fitting(column, require_letters, repr(name.text), body, at)
    draft.definitions.append(Definition(name.text, at, body))


def settle_shape(
    draft: Draft, s: Formulas, name: Token, at: tuple[Var, ...], axes: tuple[Sort, ...]
) -> None:
    """The shape of a new array; it must be the one that was relied on."""
    found = (*(letter.sort for letter in at), *axes)
    if draft.ahead.get(name.text) == "arrays" or name.text in draft.scope.relied:
        expected = draft.scope.arrays[name.text]
        if expected != found:
            s.refuse(
                f"{name.text!r} is {shape(expected)} where it is declared or read before, "
                f"here it is {shape(found)}. Declare it: arrays {name.text}[…].",
                name.column,
            )
    draft.scope.arrays[name.text] = found


def keeping(draft: Draft, head: str) -> Intermediate:
    """Where the sums of softmax and the means of var are kept: head_sum, head_mean."""

    def keep(what: str, at: tuple[Var, ...], expr: Expr) -> Expr:
        names = (
            f"{head}_{what}",
            *(f"{head}_{what}{n}" for n in range(2, len(draft.definitions) + 3)),
        )
        name = next(n for n in names if n not in draft.scope.arrays)
        draft.scope.arrays[name] = tuple(letter.sort for letter in at)
        letters, body = named(expr, at, draft.scope.stems())
        draft.definitions.append(Definition(name, letters, body))
        return Get(name, at)

    return keep


def any_function(draft: Draft, s: Formulas) -> tuple[Local, ...]:
    """any function of x[i] with slope B[k,i], y[j] with slope …."""
    for word in ("any", "function", "of"):
        take_word(s, word)
    found = [local_slope(draft, s)]
    while s.at(","):
        s.take()
        found.append(local_slope(draft, s))
    return tuple(found)


def local_slope(draft: Draft, s: Formulas) -> Local:
    name = s.name("the name of an array")
    sorts = draft.scope.arrays.get(name.text)
    if sorts is None:
        hint = did_you_mean(name.text, draft.scope.arrays)
        s.refuse(f"There is no array {name.text!r}. {hint}", name.column)
    draft.scope.relied.add(name.text)
    at = left_letters(s, name, axes(s))
    if tuple(letter.sort for letter in at) != sorts:
        wanted = ", ".join(sort.name for sort in sorts) or "none"
        s.refuse(f"{name.text!r} wants different letters of {wanted} here.", name.column)
    if not s.word("with"):
        slope = f"slope_{name.text}"
        s.fitting(name.column, draft.scope.declare, slope)
        add_slope(draft, slope, at)
        return Local(name.text, at, Get(slope, at))
    for word in ("with", "slope"):
        take_word(s, word)
    own = s.name("the name of the slope")
    if own.text in draft.scope.multipliers:
        s.refuse("A slope cannot be a derivative of the cost.", own.column)
    if own.text not in draft.scope.arrays:
        s.fitting(own.column, draft.scope.declare, own.text)
        letters = axes(s)
        add_slope(draft, own.text, letters)
        return Local(name.text, at, Get(own.text, letters))
    letters = axes(s)
    entry = s.fitting(own.column, draft.scope.read, own.text, letters)
    if entry.axes:
        s.refuse(f"Write all indices of the slope {own.text!r}.", own.column)
    return Local(name.text, at, entry.element(()))


def add_slope(draft: Draft, name: str, at: tuple[Var, ...]) -> None:
    draft.scope.arrays[name] = tuple(letter.sort for letter in at)
    draft.scope.given[name] = "slope"
