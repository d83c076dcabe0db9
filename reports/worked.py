"""A worked example in numbers: forward, backward, one update, from the printed digits alone.

A value is rounded once, where it is printed, and every later line is computed from what is
printed.  So each line can be checked with a calculator, and the exact values stay within a few
units of the last place.  The formulas are the definitions and the proved rule; nothing is derived
here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from reports.instances import written_out
from reports.number_printers import digits
from symbolic.activation_table import V, Y
from symbolic.derivation import Definition, Derivation, Step
from symbolic.enclosure import Undecided, Undefined, enclose
from symbolic.evaluation import Instance
from symbolic.network import BIAS
from symbolic.notation import ETA, E, N, v, y
from symbolic.terms import (
    Add,
    Cases,
    Condition,
    Equation,
    Frac,
    Mul,
    Num,
    Phi,
    RangeKind,
    Relation,
    Sign,
    Sum,
    Term,
    Var,
    children,
    num,
    rebuilt,
    replaced,
    walk,
)
from symbolic.verdicts import Value, Witness

PLACES, MORE_PLACES = 5, 15
SIGNIFICANT = 4
"""The decimals of a value, and those where they are too few; a small one has so many digits."""
UNROUNDED = 40
STEP = Fraction(1, 10**6)
"""What a weight is moved by, up and down, for the difference quotient."""
OPPOSITE = {
    Relation.LESS: Relation.AT_LEAST,
    Relation.AT_MOST: Relation.GREATER,
    Relation.GREATER: Relation.AT_MOST,
    Relation.AT_LEAST: Relation.LESS,
}
Names = dict[str, str]


@dataclass(frozen=True)
class Row:
    """left = right, where the letters of `right` have the numbers that were printed before.

    `value` is printed as `text`; where it is not `exact`, it is rounded.  `where` is the condition
    under which a piece of a function was taken.
    """

    left: Term
    right: Term
    value: Fraction
    exact: bool
    text: str
    where: tuple[Condition, ...] = ()


class Working:
    """The numbers of one sample, N = 1, line by line; `places` is the number of decimals.

    Raises `Undefined` or `Undecided` where a line has no value, as at a kink.
    """

    def __init__(self, derivation: Derivation, sample: Witness, places: int = PLACES) -> None:
        self.derivation, self.network = derivation, derivation.network
        self.sample, self.places = sample, places
        self.numbers: dict[Term, Fraction] = {}
        self.texts: dict[Term, str] = {}
        self._given: dict[tuple[str, tuple[str, ...]], Definition] = {}
        for line in derivation.given:
            named = tuple(i for i in line.head.at if isinstance(i, str))
            for member in line.over.members:
                self._given[line.head.letter, member or named] = line
        self._rules = dict(_rules(derivation))
        self._plain: dict[int, tuple[Sign, ...]] = {}
        self._put_in()

    def _put_in(self) -> None:
        """The sample, the weights by their names and by their synapses, and η."""
        self.set(ETA, self.sample.eta)
        for letter, numbers in (("y", self.sample.inputs[0]), ("d", self.sample.targets[0])):
            for name, number in numbers.items():
                self.set(Sign(letter, (name,)), number)
        for weight, number in self.sample.weights.items():
            self.set(Sign("w", (weight,)), number)
            for place in self.network.uses[weight]:
                self.set(Sign("w", place), number)

    def set(self, sign: Term, number: Fraction, text: str = "") -> None:
        """Give a letter its number."""
        self.numbers[sign] = number
        self.texts[sign] = text or digits(number, decimals(number))

    # the lines -------------------------------------------------------------------------------

    def forward(self) -> Iterator[tuple[str, Row]]:
        """v_j and y_j of each neuron in order, then its part of the cost; the cost under ""."""
        for j in self.network.order:
            yield j, self.line(self.definition("v", j))
            if j not in self.network.peers:
                yield j, self.signal(j)
                continue
            peers = self.network.peers[j]
            if all(v(m) in self.numbers for m in peers):  # the last of its softmax group
                for m in peers:
                    yield m, self.line(self.definition("y", m))
        loss = self._given["Ej", (self.network.outputs[0],)].body
        for j in self.network.outputs:
            if any(isinstance(part, Sign) and part.letter == "e" for part in walk(loss)):
                yield j, self.line(self.definition("e", j))
        single = len(self.network.outputs) == 1
        for j in () if single else self.network.outputs:
            yield j, self.line(self.definition("Ej", j))
        whole = Add(tuple(Sign("Ej", (j,)) for j in self.network.outputs))
        last = self.definition("Ej", self.network.outputs[0]).right if single else whole
        yield "", self.line(Equation(E, last))

    def backward(self) -> Iterator[tuple[str, Row]]:
        """φ_j'(v_j) where the rule reads it, and δ_j, from the last neuron to the first."""
        for j in reversed(self.network.order):
            claim = self.rule("delta", (j,))
            for part in walk(claim.right):
                if isinstance(part, Phi) and part not in self.numbers:
                    yield j, self.signal(str(part.neuron), part.order)
            yield j, self.line(claim)

    def changes(self, weights: Iterable[str] | None = None) -> Iterator[tuple[str, Row]]:
        """Δw of each weight, or of these, by its name."""
        for weight in self.network.uses if weights is None else weights:
            places = self.network.uses[weight]
            member = places[0] if len(places) == 1 else (weight,)
            yield weight, self.line(self.rule("dw", member))

    def changed(self) -> Iterator[tuple[str, Fraction]]:
        """The values of `changes`; a plain product such as η δ_j y_i needs no line of its own."""
        for weight, places in self.network.uses.items():
            step, member = self._step("dw", places[0] if len(places) == 1 else (weight,))
            value = self._product(step, member)
            if value is None:
                value = self.line(self.rule("dw", member)).value
            yield weight, value

    def _product(self, step: Step, member: tuple[str, ...]) -> Fraction | None:
        """The rounded value of a rule that is a product of signs; None for any other."""
        kept = self._plain.get(id(step))
        if kept is None:
            term = of_one_sample(step.claim.right)
            factors = term.factors if isinstance(term, Mul) else ()
            signs = tuple(part for part in factors if isinstance(part, Sign))
            kept = self._plain[id(step)] = signs if len(signs) == len(factors) else ()
        if not kept:
            return None
        names = dict(zip(step.over.letters, member, strict=False))
        whole = Fraction(1)
        for sign in kept:
            at = tuple(names.get(i.name, i) if isinstance(i, Var) else i for i in sign.at)
            known = Fraction(1) if (sign.letter, at) == ("y", (BIAS,)) else None
            known = known or self.numbers.get(Sign(sign.letter, at))
            if known is None:
                return None
            whole *= known
        return self._rounded(Num(whole))[0]

    # one line --------------------------------------------------------------------------------

    def definition(self, letter: str, j: str) -> Equation:
        """The definition of a letter of neuron j, written out for it."""
        line = self._given[letter, (j,)]
        names = {line.over.letters[0]: j} if line.over.letters else {}
        return self._own(Equation(line.head, line.body), names)

    def rule(self, letter: str, member: tuple[str, ...]) -> Equation:
        """The proved rule for δ_j or Δw, written out."""
        step, member = self._step(letter, member)
        return self._own(step.claim, dict(zip(step.over.letters, member, strict=False)))

    def _step(self, letter: str, member: tuple[str, ...]) -> tuple[Step, tuple[str, ...]]:
        """The goal line about δ_j or Δw, and what it calls the member."""
        step = self._rules.get((letter, member))
        if step is None and letter == "dw":  # a weight with a claim by its own name
            member = (self.network.weight_of.get((member[0], member[-1]), member[0]),)
            step = self._rules[letter, member]
        assert step is not None
        return step, member

    def _own(self, claim: Equation, names: Names) -> Equation:
        own = written_out(claim, names, self.network)
        return Equation(own.left, of_one_sample(own.right))

    def signal(self, j: str, order: int = 0) -> Row:
        """y_j = φ_j(v_j), or φ_j'(v_j)."""
        activation = self.network.neuron[j].activation
        whole = activation.phi if order == 0 else activation.slope
        assert whole is not None
        left = y(j) if order == 0 else Phi(j, order, v(j))
        formula = replaced(whole, {V: v(j), Y: y(j)})
        piece, where = self._piece(formula)
        return self.line(Equation(left, piece), where=where)

    def _piece(self, formula: Term) -> tuple[Term, tuple[Condition, ...]]:
        """Of a formula in pieces, the one that holds here and its condition."""
        if not isinstance(formula, Cases):
            return formula, ()
        passed: list[Condition] = []
        for guard, piece in formula.pieces:
            if self._holds(guard):
                return piece, (guard,)
            relation = OPPOSITE.get(guard.relation)
            if relation is not None:
                passed.append(Condition(guard.left, relation, guard.right))
        return formula.otherwise, tuple(passed[-1:])

    def _holds(self, guard: Condition) -> bool:
        gap = self._value(guard.left - guard.right)
        if gap.low <= 0 <= gap.high:
            raise Undecided("a piece begins just here")
        if guard.relation is Relation.EQUAL:
            return False
        return (gap.low > 0) == (guard.relation in (Relation.GREATER, Relation.AT_LEAST))

    def line(self, claim: Equation, where: tuple[Condition, ...] = ()) -> Row:
        """The value of a line from the numbers printed before; its left side gets it."""
        value, exact = self._rounded(claim.right)
        text = digits(value, decimals(value) if exact else self._decimals(value))
        self.set(claim.left, value, text)
        return Row(claim.left, claim.right, value, exact, text, where)

    def _value(self, term: Term, bits: int = 256) -> Value:
        rational = self._rational(term)
        if rational is not None:
            return Value(rational, rational)
        return enclose(replaced(term, {k: Num(x) for k, x in self._used(term)}), {}, bits)

    def _rational(self, term: Term) -> Fraction | None:
        """The value of a sum of products of known numbers, which most lines are."""
        if term in self.numbers:
            return self.numbers[term]
        match term:
            case Num(number):
                return number
            case Add(parts) | Mul(parts):
                product = isinstance(term, Mul)
                whole = Fraction(product)
                for part in parts:
                    value = self._rational(part)
                    if value is None:
                        return None
                    whole = whole * value if product else whole + value
                return whole
        return None

    def _used(self, term: Term) -> Iterator[tuple[Term, Fraction]]:
        for part in walk(term):
            if part in self.numbers:
                yield part, self.numbers[part]

    def _rounded(self, term: Term) -> tuple[Fraction, bool]:
        value = self._value(term)
        if value.exact and decimals(value.low, self.places + 1) <= self.places:
            return value.low, True
        if value.low == 0 == value.high:
            return value.low, True
        places = self._decimals(value.low)
        low, high = nearest(value.low, places), nearest(value.high, places)
        if low != high:
            low = nearest(self._value(term, 2048).low, places)
        return low, False

    def _decimals(self, number: Fraction) -> int:
        """How many decimals of a number are printed."""
        places = 0
        while number and abs(number) * 10**places < 1 and places < 60:
            places += 1
        return max(self.places, places - 1 + SIGNIFICANT)


def decimals(number: Fraction, most: int = 60) -> int:
    """How many decimals a number has, at most so many.

    >>> decimals(Fraction(5, 4)), decimals(Fraction(1, 3), 7)
    (2, 7)
    """
    rest, twos, fives = number.denominator, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    return min(max(twos, fives), most) if rest == 1 else most


def nearest(number: Fraction, places: int) -> Fraction:
    """The number with so many decimals, a half rounded away from 0 as by hand.

    >>> nearest(Fraction(-25, 1000), 2)
    Fraction(-3, 100)
    """
    scaled = (2 * abs(number) * 10**places + 1) // 2
    return Fraction(scaled if number >= 0 else -scaled, 10**places)


def of_one_sample(term: Term) -> Term:
    """The term for N = 1, without the sum over samples, the factor 1/N and the factor y_0 = +1.

    >>> of_one_sample(Frac(num(1), N) * Sign("e", ("5",)))
    Sign(letter='e', at=('5',))
    """
    match term:
        case Sum(over, body) if over.kind is RangeKind.SAMPLES:
            return of_one_sample(body)
        case Frac(numerator, denominator) if denominator == N:
            return of_one_sample(numerator)
        case Mul(factors):
            kept: list[Term] = []
            for factor in map(of_one_sample, factors):
                kept += factor.factors if isinstance(factor, Mul) else (factor,)
            kept = [f for f in kept if f not in (num(1), y(BIAS))]
            return kept[0] if len(kept) == 1 else Mul(tuple(kept)) if kept else num(1)
        case Sign() if term == y(BIAS):
            return num(1)
        case _:
            inside = tuple(map(of_one_sample, children(term)))
            return rebuilt(term, inside) if inside else term


def _rules(derivation: Derivation) -> Iterator[tuple[tuple[str, tuple[str, ...]], Step]]:
    """The goal lines about δ_j and Δw, by what they are about."""
    for number in derivation.goal:
        step = derivation.steps[number]
        left = step.claim.left
        if isinstance(left, Sign) and left.letter in ("delta", "dw"):
            named = tuple(i for i in left.at if isinstance(i, str))
            for member in step.over.members:
                yield (left.letter, member or named), step


def is_whole(derivation: Derivation) -> bool:
    """Whether a goal gives the δ of every neuron, and one the Δw of every weight."""
    rules, network = dict(_rules(derivation)), derivation.network
    weights = all(
        ("dw", places[0]) in rules if len(places) == 1 else ("dw", (weight,)) in rules
        for weight, places in network.uses.items()
        if ("dw", (weight,)) not in rules
    )
    return weights and all(("delta", (j,)) in rules for j in network.order)


class Difference:
    """−η Δ𝓔/Δw by a central difference of the exact cost: no rounding, and no derivative."""

    def __init__(self, derivation: Derivation, sample: Witness) -> None:
        self.network, self.sample = derivation.network, sample

    def of(self, weight: str) -> Fraction:
        """What Δw would be, to within the square of the step."""
        up, down = (self._cost(weight, sign * STEP) for sign in (1, -1))
        return -self.sample.eta * (up - down) / (2 * STEP)

    def _cost(self, weight: str, move: Fraction) -> Fraction:
        weights = {**self.sample.weights, weight: self.sample.weights[weight] + move}
        moved = Witness(weights, self.sample.inputs, self.sample.targets, self.sample.eta)
        value = Instance(self.network, moved).value(E)
        if isinstance(value, Fraction):
            return value
        middle, exponent = (int(part) for part in value.mid().man_exp())
        return Fraction(middle) * Fraction(2) ** exponent


__all__ = ["Difference", "Row", "Undecided", "Undefined", "Working", "is_whole"]
