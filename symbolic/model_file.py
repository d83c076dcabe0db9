"""Model files: statements in order, read into an array program and claims about it.

    sizes N, J, K                    sets; their elements are n, j, k, n2, …
    index m : J                      one more letter
    time t : T                       the integers 1 … T, with shifts such as h[t-1,j]
    position r : R = P - KW + 1      the integers 1 … P - KW + 1
    given x[n,i]                     data          weights W[j,i]       parameters
    pattern out[j]                   0 or 1        acyclic w[k,j]       weights of a graph, to k
    map tok(n) : V                   a fixed map   functions phi, C     any differentiable ones
    initial h[0,j] = h0[j]           what is read before the first element
    v[n,j] = sum(i, W[j,i]*x[n,i])   a definition  arrays a[t,j]        declares one ahead
    cost = …                         or: cost = any function of h[t,j] with slope G[t,j]
    delta[n,j] := -D(v[n,j])         names a derivative of the cost
    assume N = 1                     offered to every claim
    D(W[j,i]) = …                    a claim, also with: for l < L, assuming sum(k, d[n,k]) = 1

An array is 0 outside the range of its indices, and 1/0 counts as 0.  Letters of a hypothesis stand
for all elements.  An indented line continues the one before; # begins a comment.
"""

from __future__ import annotations

from symbolic.arrays import Acyclic, Given, Program
from symbolic.errors import InputError
from symbolic.formulas import Formulas
from symbolic.model_claims import claim, hypotheses, name_derivative
from symbolic.model_declarations import declared, heads, read_initial
from symbolic.model_definitions import define, read_cost
from symbolic.model_draft import Draft, is_defined, patterns
from symbolic.models import Model

MOST_CHARACTERS = 200_000
MOST_STATEMENTS = 500


def read_model(text: str, file: str | None = None) -> Model:
    """The model that a text describes, every index and shape checked.

    Raises `InputError` with the line and column of what does not fit.

    >>> model = read_model('''
    ... sizes N, I, J
    ... given x[n,i], d[n,j]
    ... weights W[j,i]
    ... y[n,j] = sum(i, W[j,i]*x[n,i])
    ... cost = (1/2)*sum(n, j, (y[n,j] - d[n,j])^2)
    ... D(W) = (y - d).T @ x
    ... ''')
    >>> model.claims[0].text
    'D(W) = (y - d).T @ x'
    >>> read_model("sizes N, J\\ngiven a[n], B[n,j]\\ny = a @ B.T", "my.model")
    Traceback (most recent call last):
    symbolic.errors.InputError: my.model:3:7: The product @ sums over N on the left (N), but ...
    """
    return whole(Draft(file), text)


def whole(draft: Draft, text: str) -> Model:
    read = statements(draft, text)
    later = [s for s in read if not declared(draft, s)]
    heads(draft, later)
    later = [s for s in later if not read_initial(draft, s)]
    for statement in later:
        read_statement(draft, statement)
        statement.end()
    if draft.cost is None:
        last = read[-1] if read else None
        raise InputError(
            "There is no cost. Write `cost = …`, or `cost = any function of y[n,k]`.",
            file=draft.file,
            line=last.line if last else 1,
        )
    undefined = [name for name in draft.ahead if not is_defined(draft, name)]
    if undefined:
        raise InputError(f"{undefined[0]!r} is declared, but not defined.", file=draft.file)
    return finished(draft)


def statements(draft: Draft, text: str) -> list[Formulas]:
    """The statements with their lines, comments taken off."""
    if len(text) > MOST_CHARACTERS:
        raise InputError(
            f"A model file has at most {MOST_CHARACTERS:,} characters.", file=draft.file
        )
    groups: list[list[tuple[int, str]]] = []
    for line, raw in enumerate(text.splitlines(), 1):
        code = raw.split("#", 1)[0].rstrip()
        if not code:
            continue
        if code[0] in " \t" and groups:
            groups[-1].append((line, code))
        else:
            groups.append([(line, code)])
    if len(groups) > MOST_STATEMENTS:
        raise InputError(f"A model file has at most {MOST_STATEMENTS} statements.", file=draft.file)
    return [Formulas(group, draft.file, draft.scope) for group in groups]


def read_statement(draft: Draft, s: Formulas) -> None:
    """Read a statement that is no declaration."""
    if s.word("cost") and s.after.text == "=":
        read_cost(draft, s)
    elif s.word("assume") and s.after.kind != "mark":
        s.take()
        draft.assumed += hypotheses(draft, s)
    elif s.has(":="):
        name_derivative(draft, s)
    elif s.here.text in draft.scope.multipliers or (s.word("D") and s.after.text == "("):
        claim(draft, s)
    else:
        define(draft, s)


def finished(draft: Draft) -> Model:
    scope = draft.scope
    assert draft.cost is not None
    program = Program(
        tuple(Given(name, scope.arrays[name]) for name in scope.given),
        tuple(draft.definitions),
        draft.cost,
        tuple(scope.multipliers.values()),
        patterns(draft),
        tuple(map(Acyclic, scope.acyclic)),
    )
    weights = tuple(name for name, kind in scope.given.items() if kind == "weights")
    return Model(program, tuple(draft.claims), weights, scope.stems())
