"""Element-wise work: a term about neuron j → one expression over the rows of the neurons it reads.

φ and φ' are put in as the tables write them; φ'(v_j) reads the stored y_j = φ(v_j) where its
published form speaks of y.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from numeric.linear import Space, Units
from numeric.program import DIVISOR, WEIGHTS, Instruction, Map, Pick, Rows, Total
from symbolic.activations import Activation
from symbolic.errors import InputError
from symbolic.terms import (
    Add,
    Call,
    Cases,
    Condition,
    Constant,
    Frac,
    Index,
    Mul,
    Num,
    Phi,
    Pow,
    Range,
    RangeKind,
    Relation,
    Sign,
    Sum,
    Term,
    children,
    num,
    rebuilt,
    replaced,
    walk,
)

V, Y = Sign("v"), Sign("y")
LINKED = (RangeKind.FED_BY, RangeKind.FEEDING)


def refuse(term: Term) -> InputError:
    """The error for a proved term that has no array form."""
    return InputError(
        f"The rule is proved, but the trainer cannot compute a {type(term).__name__} of this "
        "shape; write the sums as Σ_k δ_k w_kj over the neurons fed by j, or over the outputs."
    )


def mentions(term: Term, index: Index) -> bool:
    """Whether the term speaks of the index, also as the set of a sum."""
    return any(
        (isinstance(part, Sign) and index in part.at)
        or (isinstance(part, Phi) and part.neuron == index)
        or (isinstance(part, Sum) and index in part.over.of)
        for part in walk(term)
    )


def factors(term: Term) -> tuple[Term, ...]:
    """The factors of a product, a fraction a / b being a · (1 / b); else the term alone."""
    match term:
        case Mul(parts):
            return tuple(inner for part in parts for inner in factors(part))
        case Frac(above, below) if above != num(1):
            return (*factors(above), Frac(num(1), below))
        case _:
            return (term,)


def distributed(term: Term) -> Term:
    """The same value with each sum over a product of what depends on its letters, and no more.

    Σ (a + b) = Σ a + Σ b, and Σ_k c g_k = c Σ_k g_k where c does not depend on k.
    """
    inside = tuple(distributed(part) for part in children(term))
    whole = rebuilt(term, inside) if inside else term
    if not isinstance(whole, Sum) or not whole.over.bound:
        return whole
    if isinstance(whole.body, Add):
        return Add(tuple(distributed(Sum(whole.over, part)) for part in whole.body.terms))
    parts = factors(whole.body)
    outer = tuple(p for p in parts if not any(mentions(p, letter) for letter in whole.over.bound))
    inner = tuple(p for p in parts if p not in outer)
    if not inner:
        return whole
    total = Sum(whole.over, inner[0] if len(inner) == 1 else Mul(inner))
    return Mul((*outer, total)) if outer else total


def bare(letter: Index) -> tuple[Term, ...]:
    """The signals that stand in a buffer of their own."""
    return Sign("v", (letter,)), Sign("y", (letter,)), Sign("delta", (letter,))


class _Reads:
    """The signs of the rows that a term reads, and what each stands for: (letter, index), or a sum.

    None: neither.
    """

    def __init__(self) -> None:
        self.signs: dict[Rows | Pick, Sign] = {}
        self.sources: list[tuple[str, Index] | Sum | None] = []

    def read(self, rows: Rows | Pick, source: tuple[str, Index] | Sum | None = None) -> Sign:
        """The sign of these rows."""
        if rows not in self.signs:
            self.signs[rows] = Sign(f"x{len(self.signs)}")
            self.sources.append(source)
        return self.signs[rows]

    def letters(self, index: Index) -> tuple[str | Sum, ...] | None:
        """What is read, by letters of the index and sums, each in a buffer of its own; or None."""
        if len({rows.buffer for rows in self.signs}) < len(self.signs):
            return None
        found: list[str | Sum] = []
        for source in self.sources:
            if isinstance(source, tuple) and source[1] == index:
                found.append(source[0])
            elif isinstance(source, Sum):
                found.append(source)
            else:
                return None
        return tuple(found)


class Elements:
    """The element-wise instructions of one pass; they are appended to its code."""

    def __init__(self, space: Space, code: list[Instruction]) -> None:
        self.space, self.network, self.code = space, space.layout.network, code
        self._made: dict[tuple[Any, ...], tuple[Term, Term, tuple[int | str, ...]]] = {}

    def write(
        self,
        out: Rows | Pick,
        body: Term,
        bound: Mapping[Index, Units],
        known: Mapping[Sum, Rows | None],
    ) -> _Reads:
        """out := body for these units; `known` are the rows of its linked sums, None: empty."""
        reads = _Reads()
        expr = self._over(body, bound, known, reads)
        expr = self.space.terms.setdefault(expr, expr)  # the same term is the same object
        self.code.append(Map(out, expr, tuple(reads.signs)))
        return reads

    def write_alike(
        self,
        out: Rows,
        body: Term,
        index: Index,
        units: Units,
        known: Mapping[Sum, Rows | None],
    ) -> None:
        """The same for neurons j of one activation, with j for index.

        Where the term reads rows of other buffers at each place, it is put together once; from
        then on it has only new rows.  Networks of very many levels have it very many times.
        """
        sums = tuple(known.values())
        kind = id(self.network.neuron[units[0]].activation)
        key = id(body), kind, tuple(rows is None for rows in sums)
        made = self._made.get(key)
        if made is None:
            reads = self.write(out, body, {index: units}, known)
            letters, last = reads.letters(index), self.code[-1]
            if letters is not None and isinstance(last, Map):
                number = list(known).index
                found = tuple(s if isinstance(s, str) else number(s) for s in letters)
                self._made[key] = body, last.expr, found
            return
        _, expr, sources = made
        rows: list[Any] = [
            sums[s] if isinstance(s, int) else self.space.where(s, units) for s in sources
        ]
        self.code.append(Map(out, expr, tuple(rows)))

    def vector(self, parts: tuple[Term, ...], letter: Index, units: Units) -> str:
        """The buffer with the product of the factors in the row of each of the units."""
        if not parts:
            raise refuse(Sum(Range(RangeKind.NEURONS), Mul(parts)))
        first = parts[0] if len(parts) == 1 else None
        if first in bare(letter):
            assert isinstance(first, Sign)
            return first.letter
        buffer = self.space.fresh("g", self.space.layout.rows).buffer
        for run in self.space.runs(self.space.sorted(units)):
            for same in self.same_activation(Mul(parts), run):
                self.write(self.space.rows(buffer, same), Mul(parts), {letter: same}, {})
        return buffer

    def same_activation(self, body: Term, units: Units) -> list[Units]:
        """The units, cut where the activation changes, if the body speaks of activations."""
        if not any(isinstance(part, Phi) for part in walk(body)):
            return [units]
        if not all(unit in self.network.neuron for unit in units):
            raise refuse(body)
        return self.cut(units)

    def cut(self, units: Units) -> list[Units]:
        """The neurons, cut where the activation changes."""
        found: list[list[str]] = []
        kind: Activation | None = None
        for unit in units:
            here = self.network.neuron[unit].activation
            if not found or (here is not kind and here != kind):
                kind = here
                found.append([])
            found[-1].append(unit)
        return [tuple(part) for part in found]

    def _over(
        self,
        term: Term,
        bound: Mapping[Index, Units],
        known: Mapping[Sum, Rows | None],
        reads: _Reads,
    ) -> Term:
        """The term over `x0`, `x1`, …, the signs of the rows that are read."""
        read = reads.read

        def again(part: Term) -> Term:
            return self._over(part, bound, known, reads)

        match term:
            case Sign("N", ()) if DIVISOR in self.space.buffers:
                return read(Rows(DIVISOR, 0, 1))
            case Num() | Constant() | Sign("N" | "eta", ()):
                return term
            case Sign("e", (at,)):
                return again(Sign("d", (at,)) - Sign("y", (at,)))
            case Sign("w", at):
                return read(self._weight(term, bound))
            case Sign(letter, (at,)) if letter in self.space.buffers:
                units = bound.get(at, (str(at),))
                known_to = self.space.known(letter)
                if known_to is not None and not all(unit in known_to for unit in units):
                    raise refuse(term)
                return read(self.space.where(letter, units), (letter, at))
            case Phi(neuron, order, argument) if order in (0, 1):
                units = bound.get(neuron, (str(neuron),))
                activation = self.network.neuron[units[0]].activation
                inside = again(argument)
                stored = Sign("y", (neuron,)) if argument == Sign("v", (neuron,)) else None
                if order == 0:
                    return replaced(activation.phi, {V: inside})
                if activation.slope is None:
                    raise refuse(term)
                signal: Term = replaced(activation.phi, {V: inside})
                if stored is not None and any(part == Y for part in walk(activation.slope)):
                    signal = again(stored)
                slope = replaced(activation.slope, {V: inside, Y: signal})
                return with_kinks(activation, slope, inside)
            case Sum() if term in known:
                rows = known[term]
                return Num(Fraction(0)) if rows is None else read(rows, term)
            case Sum(over, body) if over.kind not in LINKED:
                return read(self._total(over, body))
            case Add() | Mul() | Frac() | Pow() | Call():
                return rebuilt(term, tuple(again(part) for part in children(term)))
            case _:
                raise refuse(term)

    def _weight(self, term: Sign, bound: Mapping[Index, Units]) -> Rows:
        """The one entry of a weight that is named; weights of many synapses belong in sums."""
        names = tuple(unit for index in term.at for unit in bound.get(index, (str(index),)))
        name = self.network.weight_of.get((names[0], names[-1])) if len(term.at) == 2 else names[0]
        if len(names) != len(term.at) or name not in self.network.uses:
            raise refuse(term)
        entry = self.space.layout.entry[name]
        return Rows(WEIGHTS, entry, entry + 1)

    def _total(self, over: Range, body: Term) -> Rows:
        """The one row of Σ_k g_k over the outputs, the hidden or all neurons."""
        sets = {
            RangeKind.OUTPUTS: self.network.outputs,
            RangeKind.NEURONS: self.network.order,
            RangeKind.HIDDEN: self.network.hidden,
        }
        if over.kind not in sets or not sets[over.kind]:
            raise refuse(Sum(over, body))
        units = self.space.sorted(sets[over.kind])
        parts = self.space.fresh("t", len(units))
        start = 0
        for run in self.space.runs(units):
            for same in self.same_activation(body, run):
                rows = Rows(parts.buffer, start, start + len(same))
                self.write(rows, body, {over.bound[0]: same}, {})
                start = rows.stop
        total = self.space.fresh("t", 1)
        self.code.append(Total(total, parts))
        return total


def with_kinks(activation: Activation, slope: Term, at: Term) -> Term:
    """φ' with the agreed value where φ has a kink, unless it takes that value there by itself."""
    pieces = []
    for kink in activation.kinks:
        if activation.slope is None or _at(activation.slope, kink.at) != kink.slope:
            pieces.append((Condition(at, Relation.EQUAL, Num(kink.at)), Num(kink.slope)))
    return Cases(tuple(pieces), slope) if pieces else slope


def _at(slope: Term, at: Fraction) -> Fraction | None:
    """The number that a slope in pieces takes at a point, where it is plain to see."""
    if not isinstance(slope, Cases) or len(slope.pieces) != 1:
        return None
    condition, piece = slope.pieces[0]
    if condition.left != V or not isinstance(condition.right, Num):
        return None
    gap = at - condition.right.value
    holds = {
        Relation.LESS: gap < 0,
        Relation.AT_MOST: gap <= 0,
        Relation.GREATER: gap > 0,
        Relation.AT_LEAST: gap >= 0,
        Relation.EQUAL: gap == 0,
    }[condition.relation]
    chosen = piece if holds else slope.otherwise
    return chosen.value if isinstance(chosen, Num) else None
