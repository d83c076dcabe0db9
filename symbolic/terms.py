"""Expressions as they are written: ordered products, sums over index sets, primes, partials.

Terms are data and never simplify themselves.  What a term *means* is decided in `meaning.py`,
how it *looks* in `reports/printer.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Var:
    """An index letter such as j in w_ji.  A plain `str` index is the name of a unit."""

    name: str


Index = Var | str


class _Written:
    """Arithmetic that only writes: `a * b` is the product as written, never a simplified one."""

    __slots__ = ()

    def __add__(self, other: Term | int) -> Add:
        return Add((*_parts(self, Add), *_parts(_term(other), Add)))

    def __radd__(self, other: int) -> Add:
        return Add((_term(other), *_parts(self, Add)))

    def __sub__(self, other: Term | int) -> Add:
        return Add((*_parts(self, Add), -_term(other)))

    def __rsub__(self, other: int) -> Add:
        return Add((_term(other), -self))

    def __mul__(self, other: Term | int) -> Mul:
        return Mul((*_parts(self, Mul), *_parts(_term(other), Mul)))

    def __rmul__(self, other: int) -> Mul:
        return Mul((_term(other), *_parts(self, Mul)))

    def __truediv__(self, other: Term | int) -> Frac:
        return Frac(_itself(self), _term(other))

    def __rtruediv__(self, other: int) -> Frac:
        return Frac(_term(other), _itself(self))

    def __pow__(self, exponent: int | Fraction) -> Pow:
        return Pow(_itself(self), Fraction(exponent))

    def __neg__(self) -> Mul:
        return Mul((Num(Fraction(-1)), *_parts(self, Mul)))


@dataclass(frozen=True, slots=True)
class Num(_Written):
    """A rational number."""

    value: Fraction


@dataclass(frozen=True, slots=True)
class Constant(_Written):
    """A named real number that is not rational; `pi` is the only one."""

    name: str


@dataclass(frozen=True, slots=True)
class Sign(_Written):
    """A letter of the notation with its indices: v_j, y_j, e_j, d_j, w_ji, delta_j, eta, N, E.

    `Sign("w", (j, i))` is the weight *to* j *from* i; `Sign("w", ("w_a",))` is the weight of that
    name.  v, y, e, d and delta belong to one sample ξ, which stays unwritten outside a sum over ξ.
    Inside the expression of an activation or a cost, v, y and d stand without an index.
    """

    letter: str
    at: tuple[Index, ...] = ()


@dataclass(frozen=True, slots=True)
class Add(_Written):
    """terms[0] + terms[1] + … in this order."""

    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Mul(_Written):
    """factors[0] · factors[1] · … in this order."""

    factors: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Frac(_Written):
    """numerator / denominator."""

    numerator: Term
    denominator: Term


@dataclass(frozen=True, slots=True)
class Pow(_Written):
    """base ** exponent with a rational exponent."""

    base: Term
    exponent: Fraction


@dataclass(frozen=True, slots=True)
class Call(_Written):
    """An elementary function of the table `calculus.FUNCTIONS`, such as exp or tanh."""

    function: str
    argument: Term


@dataclass(frozen=True, slots=True)
class Phi(_Written):
    """φ_j, φ_j' or φ_j'' (order 0, 1, 2), the activation function of neuron j, at `argument`."""

    neuron: Index
    order: int
    argument: Term


class Relation(StrEnum):
    """How the two sides of a condition compare."""

    LESS = "<"
    AT_MOST = "<="
    GREATER = ">"
    AT_LEAST = ">="
    EQUAL = "="


@dataclass(frozen=True, slots=True)
class Condition:
    """left relation right, the guard of one piece of a function given in pieces."""

    left: Term
    relation: Relation
    right: Term


@dataclass(frozen=True, slots=True)
class Cases(_Written):
    """A function in pieces: the first piece whose condition holds, else `otherwise`."""

    pieces: tuple[tuple[Condition, Term], ...]
    otherwise: Term


class PartialKind(StrEnum):
    """TOTAL: `by` is replaced and everything downstream recomputed.

    LOCAL: only the definition of `of` is differentiated, its other arguments held.
    """

    TOTAL = "total"
    LOCAL = "local"


@dataclass(frozen=True, slots=True)
class Partial(_Written):
    """∂of/∂by in one of two senses; the sense is part of the term, never guessed."""

    of: Sign
    by: Sign
    kind: PartialKind


class RangeKind(StrEnum):
    """What a bound index of a sum runs over."""

    FED_BY = "fed by"  # k: the neurons that read y_j
    FEEDING = "feeding"  # i: the units that neuron j reads, the bias unit 0 included
    NEURONS = "neurons"  # every neuron
    OUTPUTS = "outputs"  # the output neurons
    HIDDEN = "hidden"  # the neurons that are no output
    SAMPLES = "samples"  # ξ = 1 … N
    USES = "uses"  # (k, i): the synapses that carry the weight of synapse (j, i), or of a name


@dataclass(frozen=True, slots=True)
class Range:
    """The bound letters and the set they run over; `of` holds the set's own indices.

    >>> Range(RangeKind.FED_BY, (Var("k"),), (Var("j"),)).kind.value
    'fed by'
    """

    kind: RangeKind
    bound: tuple[Var, ...] = ()
    of: tuple[Index, ...] = ()


@dataclass(frozen=True, slots=True)
class Sum(_Written):
    """Σ over a range of the body."""

    over: Range
    body: Term


Term = Num | Constant | Sign | Add | Mul | Frac | Pow | Call | Phi | Cases | Partial | Sum
KINDS: tuple[type[Term], ...] = (
    Num,
    Constant,
    Sign,
    Add,
    Mul,
    Frac,
    Pow,
    Call,
    Phi,
    Cases,
    Partial,
    Sum,
)


@dataclass(frozen=True, slots=True)
class Equation:
    """left = right, as written.

    >>> v, w, y = Sign("v", ("h",)), Sign("w", ("h", "x")), Sign("y", ("x",))
    >>> Equation(v, w * y).right == Mul((w, y))
    True
    """

    left: Term
    right: Term


def num(value: int | str | Fraction) -> Num:
    """The number, exactly: `num("0.1")` is 1/10."""
    return Num(Fraction(value))


def children(term: Term) -> tuple[Term, ...]:
    """The terms directly inside a term, in the order they are written."""
    match term:
        case Num() | Constant() | Sign():
            return ()
        case Add(terms):
            return terms
        case Mul(factors):
            return factors
        case Frac(numerator, denominator):
            return (numerator, denominator)
        case Pow(base):
            return (base,)
        case Call(_, argument) | Phi(_, _, argument):
            return (argument,)
        case Cases(pieces, otherwise):
            inside: list[Term] = []
            for condition, piece in pieces:
                inside += (piece, condition.left, condition.right)
            return (*inside, otherwise)
        case Partial(of, by):
            return (of, by)
        case Sum(_, body):
            return (body,)


def walk(term: Term) -> Iterator[Term]:
    """The term and every term inside it, outermost first."""
    stack = [term]
    while stack:
        top = stack.pop()
        yield top
        stack.extend(reversed(children(top)))


def height(term: Term) -> int:
    """How deep the term is nested, counted without recursion.

    >>> height(Sign("v") + 1)
    2
    """
    count, level = 0, [term]
    while level:
        count += 1
        level = list({id(part): part for above in level for part in children(above)}.values())
    return count


def rebuilt(term: Term, inside: tuple[Term, ...]) -> Term:
    """The same kind of term around other children: the inverse of `children`."""
    match term:
        case Num() | Constant() | Sign() | Partial():
            return term
        case Add():
            return Add(inside)
        case Mul():
            return Mul(inside)
        case Frac():
            return Frac(*inside)
        case Pow(_, exponent):
            return Pow(inside[0], exponent)
        case Call(function):
            return Call(function, inside[0])
        case Phi(neuron, order):
            return Phi(neuron, order, inside[0])
        case Cases(pieces):
            again = tuple(
                (Condition(inside[3 * n + 1], condition.relation, inside[3 * n + 2]), inside[3 * n])
                for n, (condition, _) in enumerate(pieces)
            )
            return Cases(again, inside[-1])
        case Sum(over):
            return Sum(over, inside[0])


def replaced(term: Term, table: dict[Term, Term]) -> Term:
    """The term with every occurrence of a key of the table replaced, all at once.

    >>> v = Sign("v")
    >>> replaced(Call("exp", v), {v: num(0)})
    Call(function='exp', argument=Num(value=Fraction(0, 1)))
    """
    if term in table:
        return table[term]
    inside = children(term)
    if not inside or isinstance(term, Partial):
        return term
    return rebuilt(term, tuple(replaced(part, table) for part in inside))


def _term(value: Term | int) -> Term:
    return num(value) if isinstance(value, int) else value


def _itself(value: _Written) -> Term:
    assert isinstance(value, KINDS)
    return value


def _parts(value: _Written | Term, kind: type[Add] | type[Mul]) -> tuple[Term, ...]:
    """The parts of a sum or product of that very kind, else the term alone."""
    term = _itself(value)
    if isinstance(term, Add) and kind is Add:
        return term.terms
    if isinstance(term, Mul) and kind is Mul:
        return term.factors
    return (term,)
