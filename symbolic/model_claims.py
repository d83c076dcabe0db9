"""The names of derivatives in a model file, the claims about them and their hypotheses."""

from __future__ import annotations

from symbolic.arrays import ONE, Multiplier, Rule, require_letters
from symbolic.derivation import Source
from symbolic.formulas import Formulas
from symbolic.indexed import Count, Expr, Get, Mul, Sum, Var, arrays_read
from symbolic.indices import Calculus, Hypothesis, Law, SizeOne
from symbolic.model_draft import Draft, axes, left_letters, new_name, patterns
from symbolic.models import Claim
from symbolic.shapes import constant, named
from symbolic.shapes import shown as shape

MOST_ASSUMED = 6


def name_derivative(draft: Draft, s: Formulas) -> None:
    """delta[n,j] := factor * D(v[n,j])."""
    name = new_name(draft, s, "the name of a derivative")
    at = left_letters(s, name, axes(s))
    s.expect(":=")
    factor: list[Expr] = []
    while s.at("-", "+"):
        if s.take().text == "-":
            factor.append(-ONE)
    while not s.word("D"):
        column = s.here.column
        value = s.factor()
        if value.axes:
            s.refuse("A derivative is multiplied by a number.", column)
        if constant(value.element(())) == 0:
            s.refuse("A derivative times 0 says nothing.", column)
        factor.append(value.element(()))
        s.expect("*")
    s.take()
    array, place = s.differentiated()
    if place != at:
        s.refuse("Both sides have the same indices, in the same order.", array.column)
    if any(m.array == array.text for m in draft.scope.multipliers.values()):
        s.refuse(f"The derivative by {array.text!r} has a name already.", array.column)
    whole = factor[0] if len(factor) == 1 else Mul(tuple(factor)) if factor else ONE
    s.fitting(name.column, require_letters, "the factor", whole, ())
    draft.scope.multipliers[name.text] = Multiplier(array.text, name.text, whole)
    draft.scope.arrays[name.text] = draft.scope.arrays[array.text]


def claim(draft: Draft, s: Formulas) -> None:
    """D(v[n,j]) = formula, or delta[n,j] = formula, with its conditions and hypotheses."""
    s.claims = True
    scope = draft.scope
    start = s.take()
    if draft.cost is None:
        s.refuse("Claims stand after the cost.", start.column)
    factor: Expr = ONE
    if start.text in scope.multipliers:
        array = scope.multipliers[start.text].array
        place = s.indices(start.text, scope.arrays[start.text])
    else:
        token, place = s.differentiated()
        array = token.text
        factor = scope.multiplier(array).factor
    s.fitting(start.column, scope.read, array, place)
    if not all(isinstance(index, Var) for index in place):
        s.refuse(
            "The indices on the left side are letters. For one place write a condition: "
            "delta[l,u] = … for l = L.",
            start.column,
        )
    at = left_letters(s, start, tuple(i for i in place if isinstance(i, Var)))
    s.expect("=")
    column = s.here.column
    value = s.formula()
    if not s.word("for", "assuming"):
        s.end()
    axes = scope.arrays[array][len(at) :]
    if value.axes not in (axes, ()):
        s.refuse(f"The left side is {shape(axes)}, the right side {shape(value.axes)}.", column)
    opened = tuple(map(scope.letters.new, axes))
    body = value.element(opened if value.axes else ())
    if factor != ONE:
        body = factor * body
    at, body = named(body, (*at, *opened), scope.stems())
    s.fitting(column, require_letters, "the claim", body, at)
    where = conditions(draft, s, at)
    assuming = list(draft.assumed)
    if s.word("assuming"):
        s.take()
        assuming += hypotheses(draft, s)
    if len(assuming) > MOST_ASSUMED:
        s.refuse(f"At most {MOST_ASSUMED} hypotheses are tried for a claim.", start.column)
    text = " ".join(s.text.split())
    source = Source(draft.file, s.line, start.column) if draft.file else None
    rule = Rule(array, at, body, where)
    draft.claims.append(Claim(rule, text, tuple(dict.fromkeys(assuming)), source))


def conditions(draft: Draft, s: Formulas, at: tuple[Var, ...]) -> Expr:
    """for l < L and l > 1"""
    if not s.word("for"):
        return ONE
    found: list[Expr] = []
    while s.word("for", "and"):
        s.take()
        column = s.here.column
        found.append(s.comparison())
        s.fitting(column, require_letters, "the condition", found[-1], at)
    return found[0] if len(found) == 1 else Mul(tuple(found))


def hypotheses(draft: Draft, s: Formulas) -> list[Hypothesis]:
    """N = 1 and sum(k, d[n,k]) = 1"""
    found = [hypothesis(draft, s)]
    while s.word("and"):
        s.take()
        found.append(hypothesis(draft, s))
    return found


def hypothesis(draft: Draft, s: Formulas) -> Hypothesis:
    """A size that is 1, or a law about given arrays such as sum(k, d[n,k]) = 1."""
    start = s.here.column
    s.claims = False
    left = s.formula()
    s.expect("=")
    right = s.formula()
    text = " ".join(s.text[start - 1 : s.here.column - 1].split())
    if left.axes != right.axes and right.axes:
        s.refuse(f"{shape(left.axes)} = {shape(right.axes)} does not fit.", start)
    opened = tuple(map(draft.scope.letters.new, left.axes))
    _, pair = named(
        Mul((left.element(opened), right.element(opened if right.axes else ()))),
        opened,
        draft.scope.stems(),
    )
    assert isinstance(pair, Mul)
    expr, value = pair.factors
    if isinstance(expr, Count):
        if expr.size not in draft.scope.sorts or value != ONE:
            s.refuse("Of a size only N = 1 can be assumed.", start)
        return SizeOne(text, expr.size)
    bound: list[Var] = []
    while isinstance(expr, Sum):
        bound.append(expr.over)
        expr = expr.body
    pattern = expr.factors if isinstance(expr, Mul) else (expr,)
    gets = tuple(part for part in pattern if isinstance(part, Get))
    if len(gets) < len(pattern) or not arrays_read(pair) <= draft.scope.given.keys():
        s.refuse(
            "A hypothesis is about given arrays: a product of them, or its sum, on the left.",
            start,
        )
    law = Law(text, tuple(bound), gets, value)
    s.fitting(start, Calculus, draft.scope.arrays, patterns(draft), [law])
    return law
