r"""Targets that are classes: \mathbf{1}_{i = y^{(t)}} is y_i of a y with a 1 at its class.

Such a y is read as any y whose elements add up to 1.  What is proved of all of these holds of the
classes.  What is refuted is refuted of a class too where both sides are linear in each y: a linear
function that is 0 at every class is 0 wherever the elements add up to 1.  So lines in which targets
or derivatives are multiplied with each other are not taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from symbolic.reading.arrays.claims import ArrayClaim
from symbolic.reading.arrays.formulas import (
    Applied,
    Change,
    Elementwise,
    Formula,
    Gradient,
    LocalError,
    Over,
    Positive,
    Power,
    Product,
    Quantity,
    SquaredNorm,
    Transposed,
    inside,
)
from symbolic.reading.claims import Kind
from symbolic.reading.source import Fault, NotUnderstood, Problem
from symbolic.reading.tree import Letter, Related, Scripted

if TYPE_CHECKING:
    from symbolic.reading.arrays.elaborate import Elaborator


def class_element(by: Elaborator, node: Related) -> Formula:
    """The 1 of i = y^{(t)} is the element y_i of a target with a 1 at its class."""
    letter, right = node.left, node.right
    right = Scripted(right, None, None, 0, right.at) if isinstance(right, Letter) else right
    known = isinstance(letter, Letter) and letter.name in by.profile.letters
    target = isinstance(right, Scripted) and isinstance(right.base, Letter)
    if not (known and target and node.relation == "="):
        raise NotUnderstood("This 1 is not understood.", "Write \\mathbf{1}_{i = y}.", node.at)
    assert isinstance(letter, Letter)
    assert isinstance(right, Scripted)
    return replace(chosen(by, right), at=(letter.name,))


def chosen(by: Elaborator, node: Scripted) -> Quantity:
    r"""The target whose 1 stands at its class: the y^{(t)} of \hat{y}_{y^{(t)}}."""
    quantity, _ = by.quantity(node)
    symbol = by.profile.symbols[quantity.sign]
    if not symbol.sums_to_one or quantity.at:
        raise NotUnderstood(f"{quantity.sign} is no target.", "Write the index.", node.at)
    by.classes.add(quantity.sign)
    return quantity


def of_class(by: Elaborator, applied: Applied) -> Formula:
    r"""\log of the element at a class is the sum of y_k \log of each."""
    match applied.body:
        case Product(Transposed(Quantity(sign)) as one, whole) if sign in by.classes:
            return Product(one, replace(applied, body=whole), place=applied.place)
    return applied


def of_classes(claims: Sequence[ArrayClaim], target: str) -> list[ArrayClaim]:
    """The claims, those not taken that are not linear in the targets; `target` is their sign."""
    signs = {target}
    while True:  # and what is made of them
        more = {
            one.left.sign
            for one in claims
            if one.kind is Kind.DEFINITION and isinstance(one.left, Quantity)
            if _degree(one.right, signs)
        }
        if more <= signs:
            return [_linear(claim, signs) for claim in claims]
        signs |= more


def _linear(claim: ArrayClaim, signs: set[str]) -> ArrayClaim:
    if max(_degree(claim.left, signs), _degree(claim.right, signs)) < 2:
        return claim
    what = "Targets that are classes are multiplied here, and read as any that add up to 1."
    problem = Problem(Fault.NOT_UNDERSTOOD, what, "Write y_i for the target.", claim.place)
    return replace(claim, kind=Kind.CLAIM, problems=(*claim.problems, problem))


def _degree(formula: Formula, signs: set[str]) -> int:
    """How many targets are multiplied, 2 for more; a derivative of the loss has one."""
    below = [_degree(part, signs) for part in inside(formula)]
    match formula:
        case Quantity(sign):
            return 1 if sign in signs else 0
        case Gradient(of, _, loss) if loss is not None and of.sign == loss.sign:
            return 0  # ∂L/∂L_t
        case Gradient() | LocalError() | Change():
            return 1
        case Product() | Elementwise():
            return sum(below)
        case Over():
            return below[0] + 2 * below[1]
        case Applied() | Power() | Positive() | SquaredNorm():
            return 2 * below[0]
    return max(below, default=0)
