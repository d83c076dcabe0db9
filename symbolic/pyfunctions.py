"""A plain Python function of the user's own → a term, read from its source.

The source is read once and parsed, never executed for reading.  What was read is then compared
with the running function at fixed points, which catches an edited file or a shadowed name.
"""

from __future__ import annotations

import ast
import inspect
import math
import textwrap
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import NoReturn

from symbolic import activations, costs
from symbolic.activations import Activation
from symbolic.costs import Cost
from symbolic.enclosure import Undecided, Undefined, enclose
from symbolic.errors import InputError, did_you_mean
from symbolic.grammar import FUNCTIONS, MOST_PARTS, excess
from symbolic.terms import (
    Call,
    Cases,
    Condition,
    Constant,
    Frac,
    Mul,
    Num,
    Pow,
    Relation,
    Sign,
    Term,
    children,
    num,
)

MODULES = ("math", "np", "numpy")
CALLS = {
    **{name: name for name in ("exp", "sqrt", "sin", "cos", "sinh", "cosh", "tanh", "erf", "abs")},
    "log": "ln",
    "atan": "arctan",
    "arctan": "arctan",
    "fabs": "abs",
}
OPERATORS: dict[type[ast.operator], Callable[[Term, Term], Term]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: Frac(a, b),
}
COMPARISONS: dict[type[ast.cmpop], Relation] = {
    ast.Lt: Relation.LESS,
    ast.LtE: Relation.AT_MOST,
    ast.Gt: Relation.GREATER,
    ast.GtE: Relation.AT_LEAST,
    ast.Eq: Relation.EQUAL,
}
MOST_IFS = 10
"""Every if statement doubles the ways through a function."""
POINTS = tuple(Fraction(number, 7) for number in range(-35, 36, 2))


def activation_from(function: Callable[[float], float], name: str = "") -> Activation:
    """The activation φ(v) that a Python function of one number computes; φ' is derived.

    Raises `InputError`, naming the line, for whatever is no elementary expression.
    """
    term, source = read(function, ("v",))
    return activations.own(name or function.__name__, term, written=source)


def cost_from(function: Callable[[float, float], float], name: str = "") -> Cost:
    """The cost c(d, y) that a Python function of two numbers computes; its slope is derived."""
    term, source = read(function, ("d", "y"))
    return costs.own(name or function.__name__, term, written=source)


def read(function: Callable[..., float], letters: tuple[str, ...]) -> tuple[Term, str]:
    """The term of a function, its parameters taken as these letters in order, and its source."""
    try:
        source = textwrap.dedent(inspect.getsource(function))
        tree = ast.parse(source)
    except (OSError, TypeError, SyntaxError, RecursionError, MemoryError):
        raise InputError(
            f"The source of {getattr(function, '__name__', function)!r} cannot be read; "
            "define it with `def` in a file, or give an expression such as 'v/(1 + abs(v))'."
        ) from None
    term = read_source(source, letters, tree)
    _compare(function, term, letters)
    return term, source


def read_source(source: str, letters: tuple[str, ...], tree: ast.Module | None = None) -> Term:
    """The term of a function given as source text; nothing is executed.

    >>> read_source("def f(x):\\n    return x / (1 + abs(x))", ("v",)) == (
    ...     Sign("v") / (1 + Call("abs", Sign("v"))))
    True
    """
    try:
        body = (tree or ast.parse(source)).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise InputError("This is no Python that can be read.") from None
    definition = body[0] if len(body) == 1 else None
    if not isinstance(definition, ast.FunctionDef):
        raise InputError("Give one plain function, written with `def`.")
    given = definition.args
    names = [argument.arg for argument in (*given.posonlyargs, *given.args)]
    extra = given.vararg or given.kwarg or given.kwonlyargs or given.defaults
    if len(names) != len(letters) or extra:
        raise InputError(
            f"{definition.name} must take just {len(letters)} plain parameters, as in "
            f"def {definition.name}({', '.join(letters)})."
        )
    known: dict[str, Term] = {n: Sign(c) for n, c in zip(names, letters, strict=True)}
    if sum(isinstance(node, ast.If) for node in ast.walk(definition)) > MOST_IFS:
        _refuse(definition, f"a function may have up to {MOST_IFS} if statements")
    try:
        term = _block(definition.body, known, definition)
    except RecursionError:
        _refuse(definition, "this function nests too deeply")
    too_much = excess(term)
    if too_much:
        _refuse(definition, f"what it returns {too_much}")
    return term


def _block(statements: list[ast.stmt], known: Mapping[str, Term], parent: ast.AST) -> Term:
    """What a run of statements returns."""
    names = dict(known)
    for place, statement in enumerate(statements):
        match statement:
            case ast.Return(value=ast.expr() as value):
                return _value(value, names)
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                names[name] = _value(value, names)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                names[name] = _value(value, names)
            case ast.AugAssign(target=ast.Name(id=name), op=op, value=value) if name in names:
                names[name] = _operated(names[name], op, _value(value, names), statement)
            case ast.If(test=test, body=body, orelse=orelse):
                rest = statements[place + 1 :]
                yes = _block([*body, *rest], names, statement)
                no = _block([*orelse, *rest], names, statement)
                return Cases(((_condition(test, names), yes),), no)
            case ast.Expr(value=ast.Constant(value=str())):
                continue
            case _:
                _refuse(statement, f"a {type(statement).__name__} statement cannot be read")
    return _refuse(parent, "not every way through the function returns a value")


def _value(node: ast.expr, names: Mapping[str, Term]) -> Term:
    match node:
        case ast.Constant(value=bool()):
            _refuse(node, "a truth value is no number")
        case ast.Constant(value=int() | float() as value):
            return num(str(value)) if math.isfinite(value) else _refuse(node, "no finite number")
        case ast.Name(id=name):
            if name in names:
                return names[name]
            if name == "pi":
                return Constant("pi")
            _refuse(node, f"the name {name!r} is no parameter. {did_you_mean(name, names)}")
        case ast.Attribute(value=ast.Name(id=module), attr="pi") if module in MODULES:
            return Constant("pi")
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand, names)
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return _value(operand, names)
        case ast.BinOp(left=left, op=op, right=right):
            return _operated(_value(left, names), op, _value(right, names), node)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            guard = _condition(test, names)
            return Cases(((guard, _value(body, names)),), _value(orelse, names))
        case ast.Call(func=function, args=arguments, keywords=[]):
            return _call(node, _called(function), arguments, names)
    return _refuse(node, f"{ast.unparse(node)!r} is no elementary expression")


def _operated(left: Term, op: ast.operator, right: Term, node: ast.AST) -> Term:
    if isinstance(op, ast.Pow):
        exponent = _exponent(right)
        if exponent is None:
            _refuse(node, "an exponent must be a number; write exp(b * log(a)) for a ** b")
        return Pow(left, exponent)
    if len(children(left)) + len(children(right)) > MOST_PARTS:
        _refuse(node, f"this has more than {MOST_PARTS:,} parts when it is written out")
    if type(op) not in OPERATORS:
        _refuse(node, f"the operator {type(op).__name__} cannot be read")
    return OPERATORS[type(op)](left, right)


def _exponent(term: Term) -> Fraction | None:
    match term:
        case Num(value):
            return value
        case Frac(Num(top), Num(bottom)) if bottom:
            return top / bottom
        case Mul((Num(sign), Num(value))):
            return sign * value
    return None


def _called(function: ast.expr) -> str:
    match function:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=ast.Name(id=module), attr=name) if module in MODULES:
            return name
    return ""


def _call(node: ast.Call, name: str, arguments: list[ast.expr], names: Mapping[str, Term]) -> Term:
    values = [] if name == "where" else [_value(argument, names) for argument in arguments]
    if name in CALLS and len(values) == 1:
        return Call(CALLS[name], values[0])
    if name in ("max", "maximum", "min", "minimum") and len(values) == 2:
        relation = Relation.GREATER if name.startswith("max") else Relation.LESS
        return Cases(((Condition(values[0], relation, values[1]), values[0]),), values[1])
    if name == "where" and len(arguments) == 3:
        guard = _condition(arguments[0], names)
        return Cases(((guard, _value(arguments[1], names)),), _value(arguments[2], names))
    hint = did_you_mean(name or ast.unparse(node.func), FUNCTIONS)
    return _refuse(
        node, f"{ast.unparse(node.func)!r} is no known function of these arguments. {hint}"
    )


def _condition(test: ast.expr, names: Mapping[str, Term]) -> Condition:
    match test:
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in COMPARISONS:
            return Condition(_value(left, names), COMPARISONS[type(op)], _value(right, names))
    return _refuse(test, "a condition is one comparison, such as v > 0")


def _refuse(node: ast.AST, what: str) -> NoReturn:
    raise InputError(
        f"{what}.".replace("..", "."), file="your function", line=getattr(node, "lineno", None)
    )


def _compare(function: Callable[..., float], term: Term, letters: tuple[str, ...]) -> None:
    """Refuse a reading that disagrees with the running function at some point."""
    for place, point in enumerate(POINTS):
        values = (point, POINTS[(5 * place + 3) % len(POINTS)])[: len(letters)]
        try:
            ours = enclose(term, {Sign(c): x for c, x in zip(letters, values, strict=True)})
            theirs = float(function(*(float(x) for x in values)))
        except (Undecided, Undefined, ArithmeticError, ValueError):
            continue
        middle = float((ours.low + ours.high) / 2)
        if not math.isclose(middle, theirs, rel_tol=1e-6, abs_tol=1e-9):
            at = ", ".join(f"{c} = {float(x):.4g}" for c, x in zip(letters, values, strict=True))
            raise InputError(
                f"What the source of {function.__name__!r} says is not what it computes: at {at} "
                f"the source gives {middle:.6g}, the function {theirs:.6g}. Was the file edited "
                "after it was loaded, or a name shadowed?"
            )
