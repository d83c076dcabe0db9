"""A proved rule → an array program.  The terms of the rule are what is lowered, nothing else.

A claim about j becomes element-wise work on the rows of the neurons it speaks of
(`elements.py`); the sums over k or i inside it become matrix products and sparse rows
(`linear.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any

from numeric.elements import LINKED, Elements, bare, distributed, factors, mentions, refuse
from numeric.layout import adjacent
from numeric.linear import Linear, Space, Units
from numeric.program import (
    CORRECTIONS,
    DIVISOR,
    Clear,
    EdgeDots,
    Instruction,
    Map,
    Pick,
    Program,
    Rows,
    Softmax,
)
from symbolic.derivation import Family
from symbolic.errors import InputError
from symbolic.forward import definitions
from symbolic.network import BIAS, Network
from symbolic.notation import ETA, N
from symbolic.rules import Rule
from symbolic.terms import (
    Add,
    Call,
    Equation,
    Frac,
    Index,
    Mul,
    Phi,
    RangeKind,
    Sign,
    Sum,
    Term,
    Var,
    walk,
)

DTYPES = ("float64", "float32")
DEEP = 8
"""In a network of more levels than this, what δ_j reads besides other δ is computed ahead."""
WIDE = 256
"""With so many weights for each unit, η is multiplied into δ_j, not into each Δw_ji."""


def lower(rule: Rule, dtype: str = "float64", weighted: bool = False) -> Program:
    """The program of a proved rule, in float64 or float32.

    The rule holds for 𝓔 = (1/N) Σ_ξ 𝓔_ξ whatever N stands for in the share of one sample.
    `weighted`: N is N/s_ξ there, so that what is learned is (1/N) Σ_ξ s_ξ 𝓔_ξ.

    Raises `TypeError` for anything but a `Rule`, and `InputError` for a rule that is proved but
    has a shape that cannot be turned into arrays, or leaves a neuron or a weight without a claim
    or with two.
    """
    if not isinstance(rule, Rule):
        raise TypeError("Only a Rule can be lowered; prove the network first.")
    if dtype not in DTYPES:
        raise InputError(f"The dtype {dtype!r} is not offered; use 'float64' or 'float32'.")
    _check_coverage(rule)
    space = Space(rule.network, weighted)
    depths = range(len(space.layout.levels))
    forward, backward = _Pass(space), _Pass(space)
    defined = definitions(rule.network)
    forward.lines(
        [_Line(d.head, d.body, d.over) for d in defined if d.head.letter in ("v", "y")], depths
    )
    gradients = [_line(claim, family) for claim, family in rule.local_gradients]
    if len(depths) > DEEP:
        gradients = [backward.hoisted(line) for line in gradients]
    backward.lines(gradients, depths[::-1])
    backward.corrections([_line(claim, family) for claim, family in rule.weight_corrections])
    steps = forward.finished(), backward.finished()
    return Program(space.layout, dtype, tuple(space.buffers.values()), *steps)


def _check_coverage(rule: Rule) -> None:
    """Exactly one δ_j for every neuron and exactly one Δw for every weight."""
    network = rule.network
    weight_of: Any = network.weight_of.get
    neurons = [[member[0] for member in _line(*line).members] for line in rule.local_gradients]
    weights: list[Any] = []
    for line in rule.weight_corrections:
        members = _line(*line).members
        if _each_synapse(members, network):
            weights.append(network.uses.keys())
            continue
        alone = [member[0] for member in members if len(member) == 1]
        weights.append({*map(weight_of, members), *alone} - {None})
    for what, claims, wanted in (
        ("neuron", neurons, network.neuron.keys()),
        ("weight", weights, network.uses.keys()),
    ):
        if sum(map(len, claims)) == len(wanted) and wanted <= set().union(*claims):
            continue
        counts = Counter(chain.from_iterable(claims))
        for name in wanted:
            if counts[name] != 1:
                raise InputError(
                    f"The rule has {counts[name]} claims for the {what} {name!r}; training needs "
                    "exactly one for every neuron and every weight."
                )


def _each_synapse(members: tuple[tuple[str, ...], ...], network: Network) -> bool:
    """Whether these are all synapses, each has a weight of its own, and there is no formula."""
    plain = len(network.uses) == len(network.synapses) == len(members) and not network.formulas
    return plain and members == tuple(network.weight_of)


@dataclass(frozen=True)
class _Line:
    """head := body for the members of the family."""

    head: Sign
    body: Term
    over: Family

    @cached_property
    def sums(self) -> tuple[Sum, ...]:
        """The sums over the neurons fed by j or the units that feed j."""
        linked = (p for p in walk(self.body) if isinstance(p, Sum) and p.over.kind in LINKED)
        return tuple(dict.fromkeys(linked))

    @cached_property
    def links(self) -> tuple[_Link, ...]:
        """These sums, taken apart."""
        return tuple(_link(term, self.index) for term in self.sums)

    @cached_property
    def activated(self) -> bool:
        """Whether the body speaks of activations."""
        return any(isinstance(part, Phi) for part in walk(self.body))

    @property
    def index(self) -> Index:
        """The letter, or the name, that the line speaks of."""
        return self.head.at[0]

    @cached_property
    def members(self) -> tuple[tuple[str, ...], ...]:
        """Whom the line speaks of."""
        if self.over.letters:
            return self.over.members
        return (tuple(str(index) for index in self.head.at),)


@dataclass(frozen=True)
class _Link:
    """Σ over what j feeds, or what feeds j, of w · rest with this letter.

    `bare`: the rest is a signal that stands in a buffer already.
    """

    term: Sum
    fed: bool
    letter: Index
    rest: tuple[Term, ...]
    bare: bool


def _link(term: Sum, index: Index) -> _Link:
    fed = term.over.kind is RangeKind.FED_BY
    if term.over.of != (index,):
        raise refuse(term)
    letter, parts = term.over.bound[0], factors(term.body)
    link = Sign("w", (letter, index) if fed else (index, letter))
    rest = tuple(part for part in parts if part != link)
    if len(parts) - len(rest) != 1 or any(mentions(part, index) for part in rest):
        raise refuse(term)
    return _Link(term, fed, letter, rest, len(rest) == 1 and rest[0] in bare(letter))


def _line(claim: Equation, family: Family) -> _Line:
    assert isinstance(claim.left, Sign)
    return _Line(claim.left, claim.right, family)


class _Pass:
    """The instructions of one pass, forward or backward, in the making."""

    def __init__(self, space: Space) -> None:
        self.space, self.layout, self.network = space, space.layout, space.layout.network
        self.code: list[Instruction] = []
        self.linear, self.elements = Linear(space, self.code), Elements(space, self.code)

    def finished(self) -> tuple[Instruction, ...]:
        """The pass: first the weights gathered, and cleared what is added to."""
        cleared = (Clear(name) for name in self.linear.cleared)
        return (*self.linear.ahead(), *cleared, *self.code)

    # claims about neurons ---------------------------------------------------------------------

    def lines(self, lines: Sequence[_Line], depths: Sequence[int]) -> None:
        """The lines for all their members, level by level."""
        at: dict[int, dict[int, list[str]]] = {}
        for n, line in enumerate(lines):
            for member in line.members:
                row = at.setdefault(self.space.level[member[0]], {})
                row.setdefault(n, []).append(member[0])
        spread = [_Line(line.head, distributed(line.body), line.over) for line in lines]
        for depth in depths:
            for n, names in at.get(depth, {}).items():
                for part in self.space.runs(self.space.sorted(names)):
                    self._assign(spread[n], part)

    def _assign(self, line: _Line, units: Units) -> None:
        """head := body for neighbouring neurons of one level."""
        letter, body = line.head.letter, line.body
        target = self.space.rows(letter, units)
        if letter == "y" and _is_softmax(body):
            if len(units) < len(self.network.peers[units[0]]):
                raise InputError(
                    f"The softmax group of {units[0]!r} is proved, but the trainer cannot lay it "
                    "out: its neurons must all read the same units, or all have formulas."
                )
            self.code.append(Softmax(target, self.space.rows("v", units)))
            return
        known: dict[Sum, Rows | None] = {}
        for link in line.links:
            place = target if len(line.links) == 1 else self.space.fresh("t", len(units))
            known[link.term] = self._linked(link, units, place)
        if isinstance(body, Sum) and known.get(body) == target:
            return
        pieces = self.elements.cut(units) if line.activated else [units]
        if len(pieces) == 1:
            self.elements.write_alike(target, body, line.index, units, known)
            return
        start = 0
        for same in pieces:
            stop = start + len(same)
            cut = {
                term: rows and Rows(rows.buffer, rows.start + start, rows.start + stop)
                for term, rows in known.items()
            }
            self.elements.write_alike(self.space.rows(letter, same), body, line.index, same, cut)
            start = stop

    def _linked(self, link: _Link, units: Units, place: Rows) -> Rows | None:
        """Where a sum over the neurons fed by j, or the units that feed j, is; None: empty."""
        fed, formulas = link.fed, self.network.formulas
        table = self.network.successors if fed else self.network.sources
        if not any(table[unit] for unit in units):
            return None
        others: Units = ()
        if formulas or not link.bare:
            others = tuple(dict.fromkeys(other for unit in units for other in table[unit]))
        if formulas and any(unit in formulas for unit in (others if fed else units)):
            raise refuse(link.term)
        source = self.elements.vector(link.rest, link.letter, others)
        (self.linear.fed if fed else self.linear.feeding)(units, source, place)
        return place

    def hoisted(self, line: _Line) -> _Line:
        """The line with what does not depend on other δ computed beforehand, for all members."""
        if not line.over.letters:  # one neuron by name: nothing to gain
            return line
        body = distributed(line.body)
        parts = body.factors if isinstance(body, Mul) else ()
        ahead = tuple(p for p in parts if not any(isinstance(inner, Sum) for inner in walk(p)))
        late = tuple(part for part in parts if part not in ahead)
        if not ahead or not late or any(isinstance(p, Phi) for t in late for p in walk(t)):
            return line
        kinds: dict[object, list[str]] = {}
        same: dict[int, list[str]] = {}  # the very same object is compared but once
        for name in self.space.sorted(member[0] for member in line.members):
            activation = self.network.neuron[name].activation
            if id(activation) not in same:
                same[id(activation)] = kinds.setdefault(activation, [])
            same[id(activation)].append(name)
        buffer = self.space.fresh("h", self.layout.rows).buffer
        for names in kinds.values():
            units = tuple(names)
            where = self.space.where(buffer, units)
            self.elements.write(where, Mul(ahead), {line.index: units}, {})
        return _Line(line.head, Mul((Sign(buffer, (line.index,)), *late)), line.over)

    # claims about weights ---------------------------------------------------------------------

    def corrections(self, lines: Sequence[_Line]) -> None:
        """Δw_ji = η Σ_ξ a_j b_i for the synapses of each line; shared: over all uses."""
        scales = [self._correction(line) for line in lines]
        if len(set(scales)) == 1:
            scales, places = scales[:1], [tuple(range(len(self.layout.entry)))]
        else:
            places = [tuple(sorted({self._entry(m) for m in line.members})) for line in lines]
        for scale, at in zip(scales, places, strict=True):
            where: Rows | Pick = Pick(CORRECTIONS, at)
            if adjacent(at):
                where = Rows(CORRECTIONS, at[0], at[-1] + 1)
            if scale:
                self.code.append(Map(where, Mul((*scale, Sign("x0"))), (where,)))

    def _entry(self, member: tuple[str, ...]) -> int:
        name = member[0] if len(member) == 1 else self.network.weight_of[member[0], member[1]]
        return self.layout.entry[name]

    def _correction(self, line: _Line) -> tuple[Term, ...]:
        """The sums over the samples; what they are multiplied with is returned."""
        letters: tuple[Index, ...] = tuple(Var(letter) for letter in line.over.letters)
        letters = letters or line.head.at
        scale: list[Term] = []
        body: Term = line.body
        while not (isinstance(body, Sum) and body.over.kind is RangeKind.SAMPLES):
            parts = factors(body)
            sums = [part for part in parts if isinstance(part, Sum)]
            if len(sums) != 1 or body == sums[0]:
                raise refuse(body)
            scale += [part for part in parts if part is not sums[0]]
            body = sums[0]
        for part in scale:
            known = (ETA,) if DIVISOR in self.space.buffers else (N, ETA)
            if any(isinstance(p, Sign) and p not in known for p in walk(part)):
                raise refuse(part)
        body = distributed(body.body)
        if not line.over.letters and line.head.at[0] in self.network.readers:
            self._by_name(str(line.head.at[0]), body)
            return tuple(scale)
        whole = _each_synapse(line.members, self.network)
        edges = [] if whole else [(m[0], m[1]) for m in line.members if len(m) == 2]
        uses = isinstance(body, Sum) and body.over.kind is RangeKind.USES
        if isinstance(body, Sum) and uses:
            letters, body, whole = tuple(body.over.bound), body.body, False
            edges = [place for member in line.members for place in self._uses(member)]
        if len(letters) != 2 or not (edges or whole):
            raise refuse(body)
        parts = factors(body)
        if any(mentions(part, letters[0]) and mentions(part, letters[1]) for part in parts):
            raise refuse(body)
        at_i = tuple(part for part in parts if mentions(part, letters[1]))
        at_j = tuple(part for part in parts if part not in at_i)
        if len(self.layout.entry) >= WIDE * self.layout.rows:
            at_j, scale = (*scale, *at_j), []
        to, source = (
            dict.fromkeys(ends) for ends in (zip(*edges, strict=True) if edges else ((), ()))
        )
        if whole:
            to, source = (
                {u: None for u, at in table.items() if at}
                for table in (self.network.sources, self.network.successors)
            )
        left = self.elements.vector(at_j, letters[0], tuple(to))
        right = self.elements.vector(at_i, letters[1], tuple(source))
        if whole:
            self.linear.correct_all(left, right)
        else:
            (self.linear.shared if uses else self.linear.correct)(edges, left, right)
        return tuple(scale)

    def _by_name(self, weight: str, body: Term) -> None:
        """Σ_ξ of an element-wise term, one row, for a weight that formulas read."""
        row = self.space.fresh("t", 1)
        self.elements.write(row, body, {}, {})
        entry = self.layout.entry[weight]
        ones = Pick("y", (self.layout.row[BIAS],))
        self.code.append(
            EdgeDots(Rows(CORRECTIONS, entry, entry + 1), Pick(row.buffer, (0,)), ones)
        )

    def _uses(self, member: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
        name = member[0] if len(member) == 1 else self.network.weight_of[member[0], member[1]]
        return self.network.uses[name]


def _is_softmax(body: Term) -> bool:
    """exp(v_j) / Σ_k exp(v_k): the whole group at once, an identity makes it stable."""
    return (
        isinstance(body, Frac)
        and isinstance(body.numerator, Call)
        and body.numerator.function == "exp"
        and isinstance(body.denominator, Sum | Add)
    )
