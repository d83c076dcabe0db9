r"""The field of a neuron that is written out within its activation function, as the field.

    \varphi(\sum_i w_{ji} y_i + b_j)   is   \varphi(v_j)

Both are one number for every neuron but an input, by the definition of v_j; where j is bound by a
sum, the prover would not write v_j out.
"""

from __future__ import annotations

from symbolic.indexed import Var
from symbolic.reading.base import Base
from symbolic.reading.formulas import (
    NEURON,
    SAMPLE,
    Applied,
    Formula,
    Read,
    Times,
    bound,
    canonical,
    free,
    inside,
    rebuilt,
    times,
)
from symbolic.reading.pathways import CORE
from symbolic.reading.two_layers import leaves_hidden


def folded(formula: Formula, base: Base) -> Formula:
    """The formula with v_j for its definition, in the argument of every activation function."""
    made = rebuilt(formula, tuple(folded(part, base) for part in inside(formula)))
    if isinstance(made, Times):
        return _signals(made, base)
    if not isinstance(made, Applied) or isinstance(made.argument, Read):
        return made
    field = _field(made.argument, base)
    if field is None:
        return made
    return Applied(made.function, made.at, field, made.order, made.sign)


def _signals(product: Times, base: Base) -> Formula:
    """A product with z_j for h(a_j) beside w_{kj}^{(2)}: there j is a hidden neuron."""
    defined = base.definitions.get("y")
    sources = {
        part.at[1]
        for part in product.factors
        if isinstance(part, Read) and part.array == "w" and leaves_hidden(part.sign)
    }
    if defined is None or not sources:
        return product
    head, body = defined

    def signal(part: Formula) -> Formula:
        field = part.argument if isinstance(part, Applied) and not part.order else None
        if not isinstance(field, Read) or field.array != CORE or field.at[0] not in sources:
            return part
        one = Read("y", field.at, head.sign)
        return one if canonical(one, part) == canonical(head, body) else part

    return times(*map(signal, product.factors))


def _field(argument: Formula, base: Base) -> Read | None:
    """v_j, where the argument is what defines it."""
    if CORE not in base.definitions or base.layered:
        return None
    head, body = base.definitions[CORE]
    letters = free(argument)
    neurons = [letter for letter in letters if letter.sort == NEURON]
    samples = [letter for letter in letters if letter.sort == SAMPLE]
    everywhere = all(total.range.kind == "interval" for total in bound(argument))
    if not everywhere or len(neurons) != 1 or len(samples) != 1:
        return None
    own = {NEURON: neurons[0], SAMPLE: samples[0]}
    at = tuple(own[i.sort] if isinstance(i, Var) and i.sort in own else i for i in head.at)
    field = Read(CORE, at, head.sign)
    return field if canonical(field, argument) == canonical(head, body) else None
