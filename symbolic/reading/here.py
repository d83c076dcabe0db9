"""What the lines of a document about one given network show of the next one.

A line is written out for each neuron it speaks of: v_3 and v_4 are two quantities here, a shared
weight is one.  Besides the lines only the chain rule at one neuron is used, for the cost:
∂𝓔/∂v_3 = ∂𝓔/∂y_3 φ_3'(v_3), and ∂𝓔/∂w = Σ_ξ Σ ∂𝓔/∂v_j y_i over the uses of a weight.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice, product

from symbolic.arrays import ONE
from symbolic.indexed import Add, Expr, Get, Sum, Var
from symbolic.labelling import TooLargeError
from symbolic.reading.argued import Argued, Case, Found
from symbolic.reading.argument import Argument
from symbolic.reading.base import Base, name_of
from symbolic.reading.cases import Settled, settled
from symbolic.reading.claims import Claim, Reading
from symbolic.reading.equations import Equation, Line, Quantities, keeps_to_the_field
from symbolic.reading.findings import Reached
from symbolic.reading.formulas import (
    NEURON,
    SAMPLE,
    Applied,
    Formula,
    Partial,
    Read,
    put,
    walk,
)
from symbolic.reading.given import Given
from symbolic.reading.inference import Inference
from symbolic.reading.pathways import CORE
from symbolic.reading.source import BeyondError
from symbolic.reading.written import Written

MOST_NEURONS = 40
"""A larger network is not argued about."""
MOST_ARGUED, MOST_INSTANCES = 12, 40
"""Nor is a line that speaks of more neurons; one that speaks of still more is not used either."""
S = Var("s", SAMPLE)


class ArguedHere(Argued):
    """The lines of a document about one network so far."""

    look = staticmethod(Inference.just)
    """Under no more than a case needs; finding nothing says nothing."""

    def __init__(self, base: Base, reading: Reading, network: Given) -> None:
        self.written, self.network = Written(base, network), network
        super().__init__(base, reading)

    def _quantities(self, reading: Reading) -> Quantities:
        return _OfOne(self.base, self.written, self.network, reading)

    def define(self, claim: Claim, number: int) -> None:
        """A definition, for each neuron that has no formula of its own."""
        if claim.head is None or claim.problems or len(self.network.neurons) > MOST_NEURONS:
            return
        name = name_of(claim.head)
        if name not in self.base.definitions:
            return
        head, _ = self.base.definitions[name]
        letters = [i for i in head.at if isinstance(i, Var) and i.sort == NEURON]
        for numbers in product(self.network.neurons, repeat=len(letters)):
            if len(numbers) > 1 and numbers not in self.network.edges:
                continue
            try:
                line = self._definition(head, dict(zip(letters, numbers, strict=True)))
            except BeyondError:  # it has no such quantity
                continue
            own = bool(numbers) and numbers[0] in self.network.own_formulas(name)
            self._add(Line(0 if own else number, line, ((),), given=True))

    def _definition(self, head: Read, at: dict[Var, int]) -> Settled:
        left = self.written.flat(head, at)
        if not isinstance(left, Read) or not self.written.defined(left.array):
            raise BeyondError("Nothing defines it.")
        samples, right = self.written.definition(left.array)
        return Settled(replace(left, at=samples), self.written.united(right), ())

    def _add(self, line: Line) -> None:
        for side in (line.claim.left, line.claim.right):
            self.inference.quantities.learn(side)
        self.inference.lines.append(line)

    # -- lines

    def argument(self, claim: Claim, found: Sequence[Case]) -> Argument | None:
        """What the lines before it show, None of a line that speaks of too many neurons."""
        each = self._each(found)
        if 0 < len(each) <= MOST_ARGUED:
            found_ = super().argument(claim, each)
            return found_ if found_ is None else self._least(found_, claim, each)
        self._learn(claim, [(one, ()) for one in each if one.reached.word == "proved"])
        return None

    def _least(self, argument: Argument, claim: Claim, each: Sequence[Case]) -> Argument:
        """What shows the line, without the lines that it does not need: each one left is needed."""
        if argument.word != "follows":
            return argument
        for one in argument.uses:
            if one not in argument.uses:
                continue
            part = self.inference.only(n for n in argument.uses if n != one)
            other = self._by_all(self._shown(part, claim, each))
            if other is not None and (other.word, other.under) == ("follows", argument.under):
                argument = replace(argument, uses=other.uses)
        return argument

    def source(self, claim: Claim, found: Sequence[Case]) -> int | None:
        """The wrong line that this wrong line follows from."""
        each = self._each(found)
        return super().source(claim, each if len(each) <= MOST_ARGUED else ())

    def mend(self, claim: Claim, found: Sequence[Case], cases: Sequence[Reached]) -> None:
        """Note the right forms of a wrong line."""
        for one, case in zip(found, cases, strict=True):
            each = self._each((one,))
            super().mend(claim, each, [case] * len(each))

    def _each(self, found: Sequence[Case]) -> list[Case]:
        """The cases at each choice of neurons, none where these are too many."""
        result: list[Case] = []
        try:
            for one in found:
                for settled, said in self._instances(one.settled):
                    result.append(
                        replace(one, settled=settled, reached=replace(one.reached, roles=said))
                    )
        except (BeyondError, TooLargeError):
            return []
        return result if len(result) <= MOST_INSTANCES else []

    def _instances(self, case: Settled) -> Iterator[tuple[Settled, str]]:
        """The case at each choice of neurons, and which these are."""
        if case.layers is not None:
            raise BeyondError("A line in layer notation is not written out for neurons.")
        for at in islice(self.written.instances(case), MOST_INSTANCES + 1):
            left, right = (
                self.written.united(self.written.flat(side, at)) for side in (case.left, case.right)
            )
            self.inference.quantities.learn(left)
            self.inference.quantities.learn(right)
            said = ", ".join(f"{letter.name} = {n}" for letter, n in sorted(at.items(), key=str))
            yield Settled(left, right, (), given=case.given), said

    def _with(self, claim: Claim, right: Formula, case: Case) -> Sequence[Settled]:
        """The line at the same neurons with another right side."""
        try:
            found = settled(replace(claim, right=right), case.span, numbered=True)
            instances = [one for other in found for one in self._instances(other)]
        except (BeyondError, TooLargeError):
            return ()
        return [other for other, said in instances if said == case.reached.roles]

    def _all(self, shown: Found) -> Argument | None:
        """A line is shown where it is shown for each of its neurons."""
        return self._by_all(shown)


class _OfOne(Quantities):
    """The quantities of one network, each neuron with its own."""

    def __init__(self, base: Base, written: Written, network: Given, reading: Reading) -> None:
        super().__init__(base, called=lambda read: read.array)
        self._written, self._network = written, network
        if keeps_to_the_field(base) and len(network.neurons) <= MOST_NEURONS:
            try:
                costs = [*self._costs(base, reading)]
                self.chain_rule = [one for cost in costs for one in self._of_cost(cost)]
            except BeyondError:
                self.chain_rule = ()  # its signals are none that derivatives are taken of here

    def _costs(self, base: Base, reading: Reading) -> Iterator[Read]:
        """The costs whose derivatives the document speaks of."""
        sides = [side for claim in reading.claims for side in (claim.left, claim.right)]
        sides += [body for _, body in base.definitions.values()]
        named = {
            name_of(part.of)
            for side in sides
            for part in walk(side)
            if isinstance(part, Partial) and isinstance(part.of, Read)
        }
        for name in sorted(named & base.definitions.keys()):
            head, _ = base.definitions[name]
            letters = [i for i in head.at if isinstance(i, Var) and i.sort == NEURON]
            for numbers in product(self._network.outputs, repeat=len(letters)):
                found = self._written.flat(head, dict(zip(letters, numbers, strict=True)))
                if isinstance(found, Read) and name.startswith("E"):
                    yield found

    def _of_cost(self, cost: Read) -> Iterator[Equation]:
        """∂𝓔/∂v of each neuron, and ∂𝓔/∂w of each weight that local fields alone read."""
        own = tuple(Var(f"@{n}", SAMPLE) for n, _ in enumerate(cost.at))
        weights: dict[str, list[tuple[int, int]]] = {}
        hidden: set[str] = set()  # weights that formulas of neurons read
        for to, source in self._network.edges:
            flat = self._written.united(self._at("w", (to, source)))
            assert isinstance(flat, Read)
            weights.setdefault(flat.array, []).append((to, source))
            if to in self._network.own_formulas(CORE):
                hidden.add(flat.array)
        for neuron in sorted({to for to, _ in self._network.edges}):
            if slope := self._slope(neuron):
                by_signal = self._by(cost, own, self._at("y", (neuron,)))
                field = self._by(cost, own, self._at(CORE, (neuron,)))
                yield Equation(0, field.array, (*own, S), ONE, by_signal * slope)
        for weight in sorted(weights.keys() - hidden):
            terms = [
                self._by(cost, own, self._at(CORE, (to,)))
                * self.expression(self._at("y", (source,)))
                for to, source in weights[weight]
            ]
            by_weight = self._by(cost, own, Read(weight))
            yield Equation(0, by_weight.array, own, ONE, Sum(S, Add(tuple(terms))))

    def _at(self, array: str, numbers: tuple[int, ...]) -> Formula:
        letters = tuple(Var(f"#{n}", NEURON) for n, _ in enumerate(numbers))
        read = Read(array, letters if array == "w" else (*letters, S))
        flat = self._written.flat(read, dict(zip(letters, numbers, strict=True)))
        self.learn(flat)
        return flat

    def _by(self, cost: Read, own: tuple[Var, ...], by: Formula) -> Get:
        """∂cost/∂by as an array over samples."""
        assert isinstance(by, Read)
        name = f"∂{cost.array}/∂{by.array}"
        self.arrays.setdefault(name, tuple(v.sort for v in (*own, *by.at) if isinstance(v, Var)))
        return Get(name, (*own, *by.at))

    def _slope(self, neuron: int) -> Expr | None:
        """φ_j'(v_j), where the signal is φ_j(v_j) and no other signal reads v_j."""
        if neuron in self._network.own_formulas("y"):
            return None
        signal = self._at("y", (neuron,))
        assert isinstance(signal, Read)
        [sample], body = self._written.definition(signal.array)
        if not isinstance(body, Applied) or body.order or not isinstance(body.argument, Read):
            return None
        slope = put(replace(body, order=1), {sample: S})
        self.learn(slope)
        return self.expression(slope)
