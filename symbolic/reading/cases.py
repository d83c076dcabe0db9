"""The cases of a claim: what kinds of neurons its letters stand for, what its sums run over."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from symbolic.indexed import Expr, Get, Mul, Num, Shifted, Var
from symbolic.reading.claims import Claim
from symbolic.reading.formulas import (
    FROM,
    NEURON,
    TO,
    Applied,
    Formula,
    Partial,
    Range,
    Read,
    SumOver,
    bound,
    free,
    inside,
    rebuilt,
    walk,
    with_range,
)
from symbolic.reading.layers import Layers, flattened, is_layered
from symbolic.reading.source import BeyondError as BeyondError
from symbolic.reading.theory import Assumption
from symbolic.reading.two_layers import is_of_two_layers

TWO_LAYERS = (Assumption.TL, Assumption.OT, Assumption.NP, Assumption.LH)
"""What holds where there are two layers of weights: outputs end, all hidden neurons are last."""


@dataclass(frozen=True)
class Settled:
    """A claim with one reading: what its letters are, and what its open sums run over.

    `roles` are output, hidden, input, feeder (any neuron but an output) or source (any neuron);
    `edges` are connections (to, from) that exist; `given` is what the document itself assumes here;
    `layers` are those of a claim in layer notation.  `among` are the neurons of the given network
    that a letter stands for, where the document names them; `unshared` are connections whose weight
    no other one has.
    """

    left: Formula
    right: Formula
    roles: tuple[tuple[Var, str], ...]
    edges: tuple[tuple[Var, Var], ...] = ()
    given: tuple[Assumption, ...] = ()
    layers: Layers | None = None
    among: tuple[tuple[Var, tuple[int, ...]], ...] = ()
    unshared: tuple[tuple[Var, Var], ...] = ()

    def meets(self, letters: Mapping[Var, int], shared: Collection[tuple[int, int]]) -> bool:
        """Whether it speaks of these neurons of a given network, which has `shared` weights."""
        apart = all((letters[to], letters[source]) not in shared for to, source in self.unshared)
        return apart and all(letters.get(v, n[0]) in n for v, n in self.among)

    @property
    def said(self) -> str:
        """The case in words, empty where there is but one."""
        if self.layers is not None:
            return self.layers.said
        said = [f"{v.name}: {role}" for v, role in self.roles if role != "source"]
        return ", ".join([*said, *["two layers of weights"] * (Assumption.TL in self.given)])

    @property
    def assumptions(self) -> tuple[Assumption, ...]:
        """Those that have something to say of the claim and are neither known nor given.

        Where a softmax is, also Σ d = 1 may have; that is not known here.
        """
        idle = {*self.given, Assumption.DT, Assumption.TL}
        if self.layers is not None:
            idle |= {Assumption.OT, Assumption.NP, Assumption.LH}
        sums = (*bound(self.left), *bound(self.right))
        if not self.edges and not any(total.range.kind == "fed" for total in sums):
            idle.add(Assumption.NP)
        if not any(role == "hidden" for _, role in self.roles):
            idle.add(Assumption.LH)
        return tuple(one for one in Assumption if one not in idle)


def settled(claim: Claim, span: str = "output", numbered: bool = False) -> tuple[Settled, ...]:
    """The claim for each kind of neuron that its letters may stand for.

    `span` is output, fed or all; `numbered` neurons are those of a given network.  Raises
    `BeyondError` where that settles not every sum.

    A letter of unsaid role that has an induced local field stands for an output neuron and for a
    hidden one; any other letter of unsaid role for every neuron.
    """
    sides = (claim.left, claim.right)
    letters = sorted({v for side in sides for v in free(side) if v.sort == NEURON}, key=_by_name)
    if claim.relation not in ("=", ":="):
        raise BeyondError("Only equations are proved.")
    given = (Assumption.N1,) * claim.one_sample + (Assumption.DT,) * claim.shares
    given += (Assumption.SO,) * claim.alone
    given += TWO_LAYERS * is_of_two_layers(*sides)
    if is_layered(*sides):
        return tuple(
            Settled(one.left, one.right, one.roles, one.edges, given, one.layers)
            for one in flattened(claim)
        )
    if not numbered and is_numbered(*sides):
        raise BeyondError("A numbered neuron is one of a given network, and no network is given.")
    computing = computing_letters(claim.left, claim.right)
    errors = {letter for side in sides for letter in _of_errors(side)}
    if any(claim.role(letter.name) in ("hidden", "input") for letter in errors):
        raise BeyondError("Only an output neuron has an error signal and a desired response.")
    cases: list[tuple[tuple[Var, str], ...]] = [()]
    for letter in letters:
        said = claim.role(letter.name)
        kinds: tuple[str, ...] = ("source",)
        if said in ("output", "hidden", "input"):
            kinds = (said,)
        elif letter in errors:
            kinds = ("output",)
        elif letter in computing and said != "source":
            kinds = ("output", "hidden")
        cases = [(*case, (letter, kind)) for case in cases for kind in kinds]
    pairs = {
        (to, source)
        for side in sides
        for part in walk(side)
        if isinstance(part, Partial) and part.by.array == "w"
        for to, source in (part.by.at,)
        if isinstance(to, Var) and isinstance(source, Var) and {to, source} <= {*letters}
    }
    pairs |= {(TO, FROM)} if TO in letters else set()
    pairs |= {
        pair
        for pair in _beside_weights(*sides)
        if {*pair} <= {*letters} and not all(claim.role(letter.name) for letter in pair)
    }
    for role in claim.roles:
        if role.role == "fed" and {role.letter, role.of} <= {v.name for v in letters}:
            pairs.add((Var(role.letter, NEURON), Var(role.of, NEURON)))
    edges = tuple(sorted(pairs, key=repr))
    named = [natural(side) for side in sides]
    named = [_fed_by_weights(side) for side in named] if span == "fed" else named
    left, right = (with_range(side, _span(span, letters)) for side in named)
    apart = tuple(
        (Var(role.letter, NEURON), Var(role.of, NEURON))
        for role in claim.roles
        if role.role == "unshared" and {role.letter, role.of} <= {v.name for v in letters}
    )
    if any(total.range.kind == "unsaid" for side in (left, right) for total in bound(side)):
        raise BeyondError("The range of a sum is not said, and more than one may be meant.")
    for total in (*bound(left), *bound(right)):
        if total.range.kind != "output" and total.over in _of_errors(total.body):
            raise BeyondError("Only an output neuron has an error signal and a desired response.")
    return tuple(Settled(left, right, case, edges, given, unshared=apart) for case in cases)


def among(
    claim: Claim, number: Callable[[str], int | None]
) -> tuple[tuple[Var, tuple[int, ...]], ...]:
    """The neurons that the document names for letters of the claim, where all of them are known."""
    found: list[tuple[Var, tuple[int, ...]]] = []
    for role in claim.roles:
        numbers = tuple(n for n in map(number, role.names) if n is not None)
        if numbers and len(numbers) == len(role.names):
            found.append((Var(role.letter, NEURON), numbers))
    return tuple(found)


def is_numbered(*sides: Formula) -> bool:
    """Whether a neuron stands there by its number."""
    return any(isinstance(i, int) for side in sides for i in _indices(side))


def natural(formula: Formula) -> Formula:
    """The formula whose sums over what feeds a neuron say so: Σ_i w_ji … is over every i."""
    made = rebuilt(formula, tuple(map(natural, inside(formula))))
    if isinstance(made, SumOver) and made.range.kind == "unsaid" and made.over.sort == NEURON:
        weights = (p for p in walk(made.body) if isinstance(p, Read) and p.array in ("w", "dw"))
        if any(made.over in weight.at[1:2] for weight in weights):
            return replace(made, range=Range("interval"))
    return made


def _indices(formula: Formula) -> Iterator[Shifted | int]:
    for part in walk(formula):
        if isinstance(part, Read | Applied):
            yield from part.at


def _span(span: str, letters: list[Var]) -> Range:
    """What the sums of unsaid range run over; those that j feeds, if j is the only letter."""
    if span != "fed":
        return Range("interval" if span == "all" else span)
    return Range("fed", of=letters[0].name) if len(letters) == 1 else Range("unsaid")


def _fed_by_weights(formula: Formula) -> Formula:
    """The sums of unsaid range over what j feeds, where they have w_kj: Σ_k δ_k w_kj."""
    made = rebuilt(formula, tuple(map(_fed_by_weights, inside(formula))))
    if isinstance(made, SumOver) and made.range.kind == "unsaid" and made.over.sort == NEURON:
        weights = (part for part in walk(made.body) if isinstance(part, Read) and part.array == "w")
        sources = {part.at[1] for part in weights if part.at[0] == made.over}
        [source] = sources if len(sources) == 1 else [None]
        if isinstance(source, Var):
            return replace(made, range=Range("fed", of=source.name))
    return made


def _by_name(letter: Var) -> str:
    return letter.name


def _beside_weights(*sides: Formula) -> set[tuple[Var, Var]]:
    """The pairs k, j of ∂v_k/∂y_j = w_kj: of a weight it is said where it connects."""
    parts = [part for side in sides for part in walk(side)]
    weights = {part.at for part in parts if isinstance(part, Read) and part.array == "w"}
    return {
        (to, source)
        for part in parts
        if isinstance(part, Partial) and isinstance(part.of, Read) and part.of.at and part.by.at
        for to, source in ((part.of.at[0], part.by.at[0]),)
        if isinstance(to, Var) and isinstance(source, Var) and (to, source) in weights
    }


def computing_letters(*sides: Formula) -> set[Var]:
    """The letters of neurons that must have an induced local field, or be fed."""
    found: set[Var] = set()
    for side in sides:
        for part in walk(side):
            if isinstance(part, Read) and part.array in ("v", "delta", "w", "dw", "e", "b"):
                found |= {i for i in part.at[:1] if isinstance(i, Var)}
            if isinstance(part, Applied):
                found |= {i for i in part.at if isinstance(i, Var)}
    return found


def condition(claim: Settled, last_hidden: bool) -> Expr:
    """1 for the neurons and connections that the claim speaks of, else 0."""
    factors: list[Expr] = [Num(Fraction(1))]
    for letter, role in claim.roles:
        out, unit = Get("out", (letter,)), Get("unit", (letter,))
        if role == "output":
            factors.append(out)
        if role == "hidden":
            factors += [unit, 1 - out]
        if role == "input":
            factors.append(1 - unit)
        if role == "feeder":
            factors.append(1 - out)
        if last_hidden and role == "hidden":
            factors.append(Get("last", (letter,)))
    factors += [Get("edge", pair) for pair in claim.edges]
    if claim.layers is not None:
        for name, places in claim.layers.known:
            factors += [Get(name, at) for at in places]
    return Mul(tuple(factors))


def within(letter: Var, limits: Range) -> Expr:
    """1 for the elements that a sum runs over; the sum of a cost runs over the outputs."""
    kind = "output" if limits.kind == "unsaid" else limits.kind
    if letter.sort != NEURON or kind in ("all", "interval"):
        return Num(Fraction(1))
    out, unit = Get("out", (letter,)), Get("unit", (letter,))
    if kind == "output":
        return out
    if kind == "hidden":
        return unit * (1 - out)
    if kind == "fed" and limits.of:
        return Get("edge", (letter, Var(limits.of, NEURON)))
    if kind == "feeding" and limits.of:
        return Get("edge", (Var(limits.of, NEURON), letter))
    if kind == "beside" and limits.of:
        return Get("beside", (letter, Var(limits.of, NEURON)))
    raise BeyondError(f"The range of {letter.name} is not in reach.")


def _of_errors(formula: Formula) -> set[Var]:
    """The letters of neurons that must be outputs: those of e, d and the cost of one output."""
    return {
        letter
        for part in walk(formula)
        if isinstance(part, Read) and part.array in ("e", "d", "E")
        for letter in part.at
        if isinstance(letter, Var) and letter.sort == NEURON
    }
