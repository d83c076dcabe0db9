"""Is an equation of a derivation true for every network, whatever its shape, N and φ?

Both sides become normal forms of the index calculus, with the quantities of the document replaced
by their definitions and total derivatives by sums over paths (`pathways.py`).  The equation is
proved where their difference is zero, at once or after the paths at a named neuron are followed
for one step.  What is not proved here is not refuted by that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

from symbolic.arrays import Acyclic, Definition, Given, Program
from symbolic.errors import InputError
from symbolic.indexed import Expr, Get, Num, Sort, Sum, Var, free_letters
from symbolic.indices import Calculus, SizeOne
from symbolic.integers import Base as Letter
from symbolic.integers import Linear
from symbolic.monomials import ONE, Normal, add, scale
from symbolic.partials import (
    arrays_of,
    derivative,
    free_entries,
    is_zero,
    renewed,
    unfolded,
    written,
)
from symbolic.reading.base import Base, name_of
from symbolic.reading.cases import BeyondError, Settled, condition, within
from symbolic.reading.formulas import (
    NEURON,
    SAMPLE,
    Formula,
    Partial,
    Range,
    Read,
    SumOver,
    as_indexed,
    free,
    walk,
)
from symbolic.reading.pathways import CORE, PATHS, Pathways
from symbolic.reading.reach import require_reach
from symbolic.reading.theory import COST, INDICATORS, SLOPE, Assumption, laws
from symbolic.vanishing import has_calls, vanishes
from symbolic.wellfounded import require_order

J, S = Var("j", NEURON), Var("s", SAMPLE)
OPEN_COST = Sum(J, Get("out", (J,)) * Get(SLOPE, (J, S)) * Get("y", (J, S)))
"""What stands for a cost without definition where it is differentiated, once: its tangent."""


@dataclass(frozen=True, slots=True)
class Proof:
    """The equation holds under these assumptions; `steps` says how its difference became zero."""

    under: tuple[Assumption, ...]
    steps: tuple[str, ...]


class Prover:
    """Proves claims of one document.

    Raises `InputError` where its definitions have no order.
    """

    def __init__(self, base: Base) -> None:
        self.base = base
        self._written: dict[bool, _Written] = {}
        self._written[False] = _Written(base, one_sample=False)
        self._lawful: dict[tuple[tuple[Assumption, ...], bool], Calculus] = {}

    def prove(self, claim: Settled, under: tuple[Assumption, ...] = ()) -> Proof | None:
        """A proof under these assumptions, or None.

        An equation about neurons that no network has is empty: before a proof is reported, an
        exact network that has such neurons must have been seen.

        Raises `BeyondError` where the claim is not in reach, `TooLargeError` where it is too long.
        """
        taken = tuple(one for one in Assumption if one in (*claim.given, *under))
        written = self._written_for(taken)
        calculus = self._under(taken, written, claim.layers is not None)
        where = calculus.normal(condition(claim, Assumption.LH in taken))
        if not where:
            return None  # no network has such neurons: nothing is claimed
        gap = add(written.read(claim.left), scale(written.read(claim.right), -1))

        def settled(form: Normal) -> Normal:
            return calculus.multiply(where, renewed(calculus, form))

        gap = settled(gap)
        steps: list[str] = []
        for name, step in self._steps(claim, written, calculus):
            if _is_nothing(calculus, gap):
                return Proof(under, tuple(steps))
            again = calculus.multiply(where, step(gap))
            if again != gap:
                steps.append(name)
                gap = again
        return Proof(under, tuple(steps)) if _is_nothing(calculus, gap) else None

    def assumptions(
        self,
        claim: Settled,
        possible: Callable[[tuple[Assumption, ...]], bool] = lambda chosen: True,
        among: tuple[Assumption, ...] = tuple(Assumption),
        broken: Callable[[tuple[Assumption, ...]], bool] = lambda chosen: False,
    ) -> tuple[Proof, ...]:
        """Proofs under the smallest sets of assumptions `among` these; none holds another.

        Where a set is not `possible`, because a network that meets it breaks the claim, no proof
        is looked for; nor anywhere, where a network is known that meets all of them and by which
        it is `broken`.  Raises as `prove` does.
        """
        found: list[Proof] = []
        offered = self.offered(claim, among)
        tried: dict[tuple[Assumption, ...], Proof | None] = {}

        def proof_under(chosen: tuple[Assumption, ...]) -> Proof | None:
            if chosen not in tried:
                tried[chosen] = self.prove(claim, chosen)
            return tried[chosen]

        for size in range(len(offered) + 1):
            if size == 1 and self._hopeless(claim, offered, proof_under, broken):
                break
            for chosen in combinations(offered, size):
                if any(set(proof.under) <= set(chosen) for proof in found):
                    continue
                proof = proof_under(chosen) if possible(chosen) else None
                if proof is not None:
                    found.append(proof)
            if found and not found[0].under:
                break
        return tuple(found)

    def offered(
        self, claim: Settled, among: tuple[Assumption, ...] = tuple(Assumption)
    ) -> tuple[Assumption, ...]:
        """What may be assumed for a claim; outputs of a softmax feed no neuron anyway."""
        found = claim.assumptions
        if self.base.shared_out:
            found = tuple(one for one in found if one is not Assumption.OT)
            found += (Assumption.DT,) if Assumption.DT not in claim.given else ()
        return tuple(one for one in found if one in among)

    def _hopeless(
        self,
        claim: Settled,
        offered: tuple[Assumption, ...],
        proof_under: Callable[[tuple[Assumption, ...]], Proof | None],
        broken: Callable[[tuple[Assumption, ...]], bool],
    ) -> bool:
        """Whether all that may be assumed gives no proof, so that less is not looked at."""
        most = tuple(one for one in offered if one is not Assumption.SO)
        every = [one for one in (most, offered) if not self._empty(claim, one)]
        if not every:  # such neurons are in no last hidden layer
            fewer = [tuple(a for a in one if a is not Assumption.LH) for one in (most, offered)]
            every = [one for one in fewer if not self._empty(claim, one)]
        return bool(every) and all(broken(one) or proof_under(one) is None for one in every)

    def _empty(self, claim: Settled, under: tuple[Assumption, ...]) -> bool:
        """Whether no network has the neurons that the claim speaks of."""
        taken = tuple(one for one in Assumption if one in (*claim.given, *under))
        calculus = self._under(taken, self._written_for(taken), claim.layers is not None)
        return not calculus.normal(condition(claim, Assumption.LH in taken))

    def _written_for(self, taken: tuple[Assumption, ...]) -> _Written:
        one_sample = Assumption.N1 in taken
        if one_sample not in self._written:
            self._written[one_sample] = _Written(self.base, one_sample)
        return self._written[one_sample]

    def _under(self, under: tuple[Assumption, ...], written: _Written, layered: bool) -> Calculus:
        layered = layered or self.base.layered  # so is a line without layers in such a document
        if self.base.shared_out and Assumption.OT not in under:
            under = (*under, Assumption.OT)
        if (under, layered) not in self._lawful:
            known = laws(under, layered)
            self._lawful[under, layered] = Calculus(written.calculus.arrays, INDICATORS, known)
        return self._lawful[under, layered]

    @staticmethod
    def _steps(
        claim: Settled, written: _Written, calculus: Calculus
    ) -> list[tuple[str, Callable[[Normal], Normal]]]:
        """What may be put in, in order; each is an identity of the network."""
        named = {
            calculus.index(v)
            for v in free(claim.left) | free(claim.right)
            if v.sort == NEURON
        }  # fmt: skip

        def definitions(gap: Normal) -> Normal:
            for name in written.order:
                if name in arrays_of(gap):
                    if name == "y" and written.outputs is not None:
                        gap = written.signals(calculus, gap)
                        continue
                    gap = unfolded(calculus, gap, {name: written.lawful(calculus, name)})
            return gap

        def paths(place: int) -> Callable[[Normal], Normal]:
            def step(gap: Normal) -> Normal:
                body = written.paths(calculus, place)
                chosen = unfolded(calculus, gap, {PATHS: body}, lambda at: at[place] in named)
                return definitions(chosen)

            return step

        def onward(gap: Normal) -> Normal:
            body = written.paths(calculus, 1)
            return definitions(unfolded(calculus, gap, {PATHS: body}, where=fed, place=1))

        def fed(whole: Normal, index: Linear) -> bool:
            """Whether the weight from a named neuron to this one stands in the product."""
            return index not in named and any(
                atom[0] == "x" and atom[1] == "w" and atom[2][0] == index and atom[2][1] in named
                for monomial in whole
                for atom, _ in monomial[2]
            )

        def fields(gap: Normal) -> Normal:
            body = written.lawful(calculus, CORE)
            return definitions(unfolded(calculus, gap, {CORE: body}, lambda at: at[0] in named))

        return [
            ("by the definitions", definitions),
            ("by the neurons that the paths lead through first", paths(1)),
            ("by the neurons that the paths lead through last", paths(0)),
            ("by the definition of the induced local field", fields),
            ("by the neurons that the paths lead on to", onward),
        ]


class _Written:
    """The definitions of a document as normal forms, where derivatives are taken.

    Assumptions hold at a network, not around it, so none is used here but the number of samples.
    """

    def __init__(self, base: Base, one_sample: bool) -> None:
        arrays = base.arrays
        for name, (head, _) in base.definitions.items():
            arrays[name] = tuple(i.sort for i in head.at if isinstance(i, Var))
        if base.open:
            arrays[COST] = (SAMPLE,)
        sizes = [SizeOne(Assumption.N1, "N")] if one_sample else []
        self.calculus = Calculus(arrays, INDICATORS, sizes)
        self.base = base
        self.bodies: dict[str, tuple[tuple[Var, ...], Normal]] = {}
        self._pending: list[str] = []
        self._paths: dict[int, tuple[tuple[Var, ...], Normal]] = {}
        self._renewed: dict[tuple[int, str | int], Normal] = {}  # by calculus, for its whole life
        self.differentiating = _differentiating(base)
        plain = [name for name in base.definitions if name not in self.differentiating]
        expressions: list[Definition] = []
        for name in plain:
            head, body = base.definitions[name]
            for part in walk(body):
                require_reach(part)
            letters = tuple(i for i in head.at if isinstance(i, Var))
            expression = _whole(name, letters, self.expression(body, name))
            if not free_letters(expression) <= set(letters):
                raise InputError(f"The definition of {head.sign} has a letter that its left lacks.")
            expressions.append(Definition(name, letters, expression))
            self.bodies[name] = letters, self.calculus.normal(expression)
        self._require_order(arrays, expressions)  # of softmax too: its outputs feed no neuron
        self.outputs: tuple[tuple[Var, ...], Normal] | None = None
        if base.outer is not None:
            letters, self.others = self.bodies["y"]
            out = Get("out", letters[:1])
            self.outputs = letters, self.calculus.normal(self.expression(base.outer, "y"))
            others = self.calculus.multiply(self.calculus.normal(1 - out), self.others)
            signals = self.calculus.multiply(self.calculus.normal(out), self.outputs[1])
            self.bodies["y"] = letters, add(others, signals)
        tangent = {COST: ((S,), self.calculus.normal(OPEN_COST))} if base.open else {}
        self.pathways = Pathways(self.calculus, {**self.bodies, **tangent})
        for name in base.definitions:
            if name not in self.bodies:
                self._define(name)
        self.order = self._sorted()

    def _require_order(
        self, arrays: Mapping[str, tuple[Sort, ...]], definitions: list[Definition]
    ) -> None:
        """The definitions can be computed one after the other, and only v goes round by w."""
        made = {d.array for d in definitions}
        own = self.base.arrays
        given = tuple(Given(n, s) for n, s in arrays.items() if n in own and n not in made)
        given += (Given(COST, (SAMPLE,)),) if self.base.open else ()
        read = set().union(*(arrays_of(body) for _, body in self.bodies.values()))
        known = {g.array for g in given} | made
        if not read <= known:
            raise InputError(f"{', '.join(sorted(read - known))} is used and never defined.")
        indicators = frozenset(INDICATORS)
        program = Program(
            given, tuple(definitions), Num(Fraction(0)), (), indicators, (Acyclic("w"),)
        )
        require_order(program, self.calculus, {n: body for n, (_, body) in self.bodies.items()})
        self._sorted()

    def _define(self, name: str) -> None:
        """The normal form of a definition that holds derivatives, such as δ := −∂𝓔/∂v."""
        if name in self.bodies:
            return
        if name in self._pending:
            raise InputError(f"{name} is defined through itself.")
        self._pending.append(name)
        head, body = self.base.definitions[name]
        letters = tuple(i for i in head.at if isinstance(i, Var))
        self.bodies[name] = letters, self.read(body)
        self._pending.remove(name)

    def _sorted(self) -> tuple[str, ...]:
        """The defined arrays but v, each before those that its definition speaks of."""
        found: list[str] = []
        waiting = [name for name in self.bodies if name != CORE]
        while waiting:
            free_ = [
                name
                for name in waiting
                if not any(name in arrays_of(self.bodies[other][1]) for other in waiting)
            ]
            if not free_:
                raise InputError(f"{', '.join(waiting)} are defined through each other.")
            found += free_
            waiting = [name for name in waiting if name not in free_]
        return tuple(found)

    def lawful(self, calculus: Calculus, name: str) -> tuple[tuple[Letter, ...], Normal]:
        """A definition in the shape that `unfolded` wants."""
        letters, body = self.bodies[name]
        return bases(calculus, letters), self._kept(calculus, name, body)

    def signals(self, calculus: Calculus, gap: Normal) -> Normal:
        """The signals put in, where outputs have another than others and it is known which is one.

        The signals of neurons that may be either stay as they are.
        """
        assert self.outputs is not None
        letters, body = self.outputs
        outer = bases(calculus, letters), self._kept(calculus, "outputs", body)
        inner = bases(calculus, letters), self._kept(calculus, "others", self.others)

        def out(whole: Normal, index: Linear) -> Normal:
            return calculus.multiply(whole, calculus.read("out", (index,)))

        gap = unfolded(calculus, gap, {"y": outer}, where=lambda m, i: out(m, i) == m)
        return unfolded(calculus, gap, {"y": inner}, where=lambda m, i: not out(m, i))

    def _kept(self, calculus: Calculus, key: str | int, body: Normal) -> Normal:
        """The body under the laws of a calculus, worked out once."""
        at = id(calculus), key
        if at not in self._renewed:
            self._renewed[at] = renewed(calculus, body)
        return self._renewed[at]

    def paths(self, calculus: Calculus, place: int) -> tuple[tuple[Letter, ...], Normal]:
        """∂v_a/∂v_b = [a = b] + the paths by their first step (place 1) or by their last (0)."""
        letters = Var("@a", NEURON), Var("@b", NEURON), Var("@s", SAMPLE)
        if place not in self._paths:
            a, b, s = map(self.calculus.index, letters)
            same = self.calculus.delta(a, b)
            if place == 1:
                onward = self.pathways.back(CORE, (a, s), CORE, (b, s))
            else:
                onward = self.pathways.of(self.pathways.body(CORE, (a, s)), CORE, (b, s))
            self._paths[place] = letters, add(same, onward)
        return bases(calculus, letters), self._kept(calculus, place, self._paths[place][1])

    # ------------------------------------------------------------------ reading

    def read(self, formula: Formula) -> Normal:
        """A formula as a normal form."""
        for part in walk(formula):
            if isinstance(part, Read):
                self._require(part)
            require_reach(part)
        return self.calculus.normal(self.expression(formula))

    def expression(self, formula: Formula, defines: str = "") -> Expr:
        """A formula for the index calculus; `defines` is the array that it defines."""

        def named(part: Partial | SumOver) -> Expr:
            if isinstance(part, Partial):
                return written(self.calculus, self._partial(part))
            feeding = part.range.kind == "feeding"
            limits = Range("interval") if defines == CORE and not feeding else part.range
            body = self.expression(part.body, defines)
            return Sum(part.over, within(part.over, limits) * body)

        phi = self.base.activation.at if self.base.activation else None
        return as_indexed(formula, named, name_of, phi)

    def _require(self, read: Read) -> None:
        name = name_of(read)
        if name in self.base.definitions and name not in self.bodies:
            self._define(name)
        if len(self.calculus.arrays.get(name, "?" * 9)) != len(read.at):
            raise BeyondError(f"{read.sign or name} has no definition here.")

    def _partial(self, partial: Partial) -> Normal:
        """∂of/∂by, through the network or of the definition alone."""
        name = name_of(partial.by)
        at = tuple(map(self.calculus.index, partial.by.at))
        if name in INDICATORS:
            raise BeyondError(f"There is no derivative by {partial.by.sign or name}.")
        form = self.read(partial.of)
        if arrays_of(form) & {PATHS, SLOPE}:
            raise BeyondError("A derivative of a derivative is not in reach.")
        if name == "d" and self.base.open:
            raise BeyondError("The cost has no definition, so not by what else it changes.")
        if (arrays_of(form) | {name}) & self.differentiating:
            raise BeyondError("A derivative of or by a derivative is not in reach.")
        if partial.reading == "total":
            return self.pathways.of(form, name, at)
        if not isinstance(partial.of, Read) or name_of(partial.of) not in self.bodies:
            raise BeyondError("A direct derivative is one of a quantity with a definition.")
        place = tuple(map(self.calculus.index, partial.of.at))
        body = self.pathways.body(name_of(partial.of), place)
        return derivative(self.calculus, body, name, at)


def _whole(name: str, letters: tuple[Var, ...], body: Expr) -> Expr:
    """The signal of an input neuron is given, whatever is said of the others."""
    if name != "y":
        return body
    unit = Get("unit", letters[:1])
    return unit * body + (1 - unit) * Get("x", letters)


def _differentiating(base: Base) -> frozenset[str]:
    """What is defined by a derivative, or by something that is."""
    found = {
        name
        for name, (_, body) in base.definitions.items()
        if any(isinstance(part, Partial) for part in walk(body))
    }
    while True:
        more = {
            name
            for name, (_, body) in base.definitions.items()
            if any(isinstance(part, Read) and name_of(part) in found for part in walk(body))
        }
        if more <= found:
            return frozenset(found)
        found |= more


def _is_nothing(calculus: Calculus, gap: Normal) -> bool:
    """Whether the form is 0 as it stands, or by what its functions are."""
    return is_zero(calculus, gap) or (
        has_calls(gap) and (vanishes(gap) or vanishes(_with_known(calculus, gap)))
    )


def _with_known(calculus: Calculus, gap: Normal) -> Normal:
    """The form with 1 for each 0/1 factor i where gap · i = gap, within functions as well.

    Where i is 0 the gap is 0 anyway, so that it is 0 if this form is.
    """
    found = [
        (array, at)
        for array in sorted(arrays_of(gap) & {*INDICATORS})
        for at in sorted({*free_entries(gap, array)})
        if calculus.multiply(gap, calculus.read(array, at)) == gap
    ]
    for array, at in found:
        letters = tuple(base for form in at for base, _ in form[1])
        gap = unfolded(calculus, gap, {array: (letters, ONE)}, at.__eq__)
    return gap


def bases(calculus: Calculus, letters: tuple[Var, ...]) -> tuple[Letter, ...]:
    """The letters in normal forms; () where a sort has one element."""
    forms = (calculus.index(letter)[1][0][0] for letter in letters)
    return tuple(base if base[0] == "f" else () for base in forms)
