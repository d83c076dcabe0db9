"""The sorts, the sizes and the named elements that a program and a rule speak of."""

from __future__ import annotations

from symbolic.arrays import Abstract, Definition, Program, Rule
from symbolic.indexed import (
    INTEGERS,
    Affine,
    AtLeast,
    Count,
    Delta,
    Expr,
    Gather,
    Get,
    Name,
    Opaque,
    Shifted,
    Size,
    Sort,
    Sum,
    walk,
)
from symbolic.indices import Law


def vocabulary(program: Program, rule: Rule) -> tuple[list[Sort], list[str], list[Name]]:
    """The sorts, the names of the sizes and the named elements that occur, in order."""
    exprs: list[Expr] = [rule.body, rule.where, *(m.factor for m in program.multipliers)]
    sorts = {sort for sorts in program.arrays.values() for sort in sorts}
    for definition in (*program.definitions, program.cost):
        if isinstance(definition, Abstract):
            exprs += [local.slope for local in definition.partials]
            sorts |= {v.sort for local in definition.partials for v in local.at}
        else:
            exprs.append(definition.body if isinstance(definition, Definition) else definition)
    exprs += [law.value for law in program.facts if isinstance(law, Law)]
    sizes: set[str] = set()
    indices: list[Shifted | int] = []
    for expr in exprs:
        for part in walk(expr):
            match part:
                case Count(size):
                    sizes.add(size)
                case Sum(over):
                    sorts.add(over.sort)
                case Get(_, at) | Opaque(_, at):
                    indices += at
                case Delta(left, right) | AtLeast(left, right):
                    indices += (left, right)
                case _:
                    pass
    sorts.discard(INTEGERS)
    names: set[Name] = set()
    for sort in sorts:
        first, last = sort.bounds() if sort.ordered else (1, sort.extent())
        indices += (first, last)
    while indices:
        match indices.pop():
            case Affine(_, terms):
                indices += [part for part, _ in terms]
            case Size(name):
                sizes.add(name)
            case Name() as name:
                names.add(name)
            case Gather(_, _, at):
                indices += at
            case _:
                pass
    in_order = sorted(sorts, key=lambda s: s.name)
    return in_order, sorted(sizes), sorted(names, key=lambda n: (n.sort.name, n.name))
