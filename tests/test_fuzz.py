"""Random lines about random small networks: every Proved and every Refuted one is held to account.

A proved line must agree with exact instances of one, two and three samples and must have a value
at some of them; a refuted one must fail at its own witness, which meets what the line assumes.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from itertools import chain

import pytest

from symbolic import costs
from symbolic.activations import activation, own
from symbolic.costs import cost
from symbolic.derivation import (
    JUSTIFICATIONS,
    ByAssumption,
    ByDifferentiation,
    Derivation,
    Family,
    Step,
)
from symbolic.duals import Undecided, differ
from symbolic.errors import InputError
from symbolic.evaluation import Instance
from symbolic.exposition import derive, local, total
from symbolic.forward import OVER_SAMPLES, definitions, neurons
from symbolic.instances import contradicts
from symbolic.network import BIAS, Network, Neuron, Synapse
from symbolic.notation import ES, ETA, E, J, K, N, d, delta, e, slope, v, w, y
from symbolic.proof import KernelDisagreementError, check
from symbolic.recursion import OVER_FED, local_gradients, weight_corrections
from symbolic.terms import (
    Add,
    Call,
    Cases,
    Condition,
    Equation,
    Frac,
    Mul,
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
from symbolic.verdicts import Finding, Open, Proved, Refuted, Unjustified, Witness
from symbolic.worth import Undefined

V, Y, D = Sign("v"), Sign("y"), Sign("d")
PHIS = [
    activation("identity"),
    own("square", V**2),
    own("cube", V**3 / 3 + V),
    activation("logistic"),
    activation("tanh"),
    activation("leaky_relu", slope="1/3"),
    activation("softsign"),
]
COSTS = [cost("squared_error"), costs.own("quartic", (D - Y) ** 4 + D * Y)]
SMALL = [Fraction(text) for text in ("1", "-1", "2", "1/2", "-3/2", "3")]
Line = tuple[Step, Finding]


def network(draw: random.Random) -> Network:
    """Up to five neurons with skips, ties, biases and outputs that feed on."""
    inputs = ("x", "z")[: draw.randint(1, 2)]
    grouped = draw.random() < 0.2
    names = tuple("abcde"[: draw.randint(1, 3 if grouped else 5)])
    units, wires = list(inputs), list[Synapse]()
    for j in names:
        read = draw.sample(units, min(len(units), draw.randint(1, 3)))
        for i in read + [BIAS] * draw.randint(0, 1):
            tied = wires and draw.random() < 0.25
            wires.append(Synapse(j, i, draw.choice(wires).weight if tied else f"w_{j}{i}"))
        units.append(j)
    if grouped:
        ends = tuple(j for j in names if all(s.source != j for s in wires))
        made = tuple(
            Neuron(j, activation("softmax") if j in ends else draw.choice(PHIS)) for j in names
        )
        return Network(inputs, made, ends, tuple(wires), cost("softmax_cross_entropy"))
    ends = tuple(j for j in names if j == names[-1] or draw.random() < 0.3)
    if draw.random() < 0.15:
        made = tuple(
            Neuron(j, activation("logistic") if j in ends else draw.choice(PHIS)) for j in names
        )
        return Network(inputs, made, ends, tuple(wires), cost("cross_entropy"))
    made = tuple(Neuron(j, draw.choice(PHIS)) for j in names)
    return Network(inputs, made, ends, tuple(wires), draw.choice(COSTS))


def with_formulas(net: Network, draw: random.Random) -> Network:
    """Some neurons, never all, with a local field of a formula instead of a weighted sum."""
    chosen = {n.name for n in net.neurons[:-1] if draw.random() < 0.6}
    made = tuple(
        Neuron(n.name, n.activation, formula(net, n.name, draw) if n.name in chosen else None)
        for n in net.neurons
    )
    wires = tuple(s for s in net.synapses if s.to not in chosen)
    return Network(net.inputs, made, net.outputs, wires, net.cost)


def formula(net: Network, name: str, draw: random.Random) -> Term:
    """A formula of the signals and the weights of one neuron, smooth or not."""
    read = [y(i) for i in net.sources[name] if i != BIAS]
    weights = [Sign("w", (s.weight,)) for s in net.synapses if s.to == name]
    a, b, c = draw.choice(read), draw.choice(read), draw.choice(weights)
    whole = Mul(tuple(read)) if len(read) > 1 else read[0]
    ways: list[Term] = [
        whole,
        c * whole + draw.choice(weights),
        Add(tuple((i - c) ** 2 for i in read)),
        a * Call("tanh", c * b),
        c * Frac(a, 1 + b**2),
        Call("sqrt", 1 + a**2) * c,
        Call("exp", -(a**2)) * b,
        a * b - b * a + c * a,
        Frac(a, c),
        Call("abs", a - c),
        Cases(((Condition(a, Relation.AT_LEAST, b), a * c),), b * c),
    ]
    return draw.choice(ways) + num(0) * whole  # reads all that the sum read


def with_a_group(net: Network, draw: random.Random) -> Network:
    """Two or three neurons as one softmax group that may feed the others, where that can be."""
    size = min(len(net.neurons), draw.randint(2, 3))
    chosen = {n.name for n in draw.sample(net.neurons, size)}
    made = tuple(
        Neuron(n.name, activation("softmax"), n.field, "p") if n.name in chosen else n
        for n in net.neurons
    )
    try:
        return Network(net.inputs, made, net.outputs, net.synapses, net.cost)
    except InputError:  # one of them reads another, or the cost asks for other outputs
        return net


def witnesses(net: Network, draw: random.Random) -> Iterator[Witness]:
    """Small rational numbers for one, two and three samples; distributions where asked for."""
    for size in (1, 2, 3, 2):
        weights = {name: draw.choice(SMALL) / 2 for name in net.uses}
        inputs = tuple({name: draw.choice(SMALL) for name in net.inputs} for _ in range(size))
        targets = []
        for _ in range(size):
            put = {name: draw.choice(SMALL) for name in net.outputs}
            if net.cost.distribution:
                put[net.outputs[-1]] = 1 - sum((put[k] for k in net.outputs[:-1]), Fraction(0))
            targets.append(put)
        yield Witness(weights, inputs, tuple(targets), draw.choice(SMALL))


class Writer:
    """Writes terms about one network; every letter it writes has a meaning there."""

    def __init__(self, net: Network, draw: random.Random) -> None:
        self.net, self.draw = net, draw
        self.names = tuple(neuron.name for neuron in net.neurons)
        self.single = tuple(n.name for n in net.neurons if not n.activation.group)

    def letter(self) -> Term:
        """A letter, a weight, φ, or a partial derivative of either kind."""
        draw, net = self.draw, self.net
        j, o = draw.choice(self.names), draw.choice(net.outputs)
        wire = draw.choice(net.synapses)
        kinds: list[Term] = [
            *(delta(j), v(j), y(j), y(draw.choice(net.units)), d(o), e(o), Sign("Ej", (o,))),
            *(w(wire.to, wire.source), ETA, N, ES, E, num(draw.choice(SMALL))),
            *(total(v(j)), total(y(j)), total(w(wire.to, wire.source)), total(e(o))),
            *(local(e(o), y(o)), local(v(wire.to), w(wire.to, wire.source))),
            *(local(y(o), v(draw.choice(net.outputs))), local(ES, Sign("Ej", (o,)))),
            *(local(E, ES), local(Sign("Ej", (o,)), draw.choice((y(o), e(o), d(o))))),
        ]
        if wire.source != BIAS:
            kinds.append(local(v(wire.to), y(wire.source)))
        for g in net.formulas:
            kinds += [local(v(g), y(i)) for i in net.sources[g]]
        for name, readers in net.readers.items():
            by = Sign("w", (name,))
            kinds += [by, total(by), *(local(v(g), by) for g in readers)]
        if self.single:
            k = draw.choice(self.single)
            kinds += [slope(k), Phi(k, draw.choice((0, 1, 2)), draw.choice((v(k), v(j))))]
        return draw.choice(kinds)

    def term(self, depth: int = 2) -> Term:
        """A random term."""
        draw = self.draw
        if depth == 0 or draw.random() < 0.25:
            return self.letter()
        one, other = self.term(depth - 1), self.term(depth - 1)
        match draw.randrange(9):
            case 0 | 1:
                return Mul((one, other))
            case 2:
                return Add((one, other))
            case 3:
                return Frac(one, other)
            case 4:
                return Sum(OVER_SAMPLES, one)
            case 5:
                return Pow(one, draw.choice((Fraction(2), Fraction(-1), Fraction(1, 2))))
            case 6:
                return Call(draw.choice(("exp", "ln", "tanh", "abs", "sqrt")), one)
            case 7:
                over = Range(draw.choice((RangeKind.OUTPUTS, RangeKind.NEURONS)), (K,))
                return Sum(over, Mul((draw.choice((y(K), v(K), delta(K))), other)))
            case _:
                return Mul((one, Sum(OVER_SAMPLES, other)))

    def nothing(self) -> Term:
        """What looks like zero, and may or may not be."""
        a, b = self.letter(), self.letter()
        total_a, total_b = Sum(OVER_SAMPLES, a), Sum(OVER_SAMPLES, b)
        k = self.draw.choice(self.names)
        ways: list[Term] = [
            a - a,
            total_a * b - total_b * a,
            Sum(OVER_SAMPLES, a * b) - total_a * b,
            Sum(OVER_SAMPLES, a * total_b) - total_a * total_b,
            total_a * total_b - N * Sum(OVER_SAMPLES, a * b),
            Sum(OVER_SAMPLES, num(1)) - N,
            Frac(a, b) * b - a,
            Frac(a * b, b + 1) - a + Frac(a, b + 1),
            Call("sqrt", a**2) - a,
            Call("ln", Call("exp", a)) - a,
            num(0) * Frac(a, b - b),
            delta(k) + total(v(k)),
            Sum(Range(RangeKind.OUTPUTS, (K,)), d(K)) - 1,
            Frac(a, Sum(Range(RangeKind.OUTPUTS, (K,)), d(K)) - 1) * num(0),
        ]
        return self.draw.choice(ways)

    def about(self, term: Term) -> Term:
        """The term with a few changes, most of which do not alter its value."""
        for _ in range(self.draw.randint(0, 2)):
            match self.draw.randrange(7):
                case 0 | 1:
                    term = term + self.nothing()
                case 2:
                    term = Frac(term * (factor := self.letter()), factor)
                case 3:
                    term = replaced(term, {e(J): d(J) - y(J)})
                case 4:
                    term = self.slip(term)
                case 5:
                    term = term * (1 + self.nothing())
                case _:
                    term = Sum(OVER_SAMPLES, Frac(term, N))
        return term

    def slip(self, term: Term) -> Term:
        """Some part of the term replaced by another letter."""
        inside = children(term)
        if not inside or self.draw.random() < 0.3:
            return self.letter()
        place = self.draw.randrange(len(inside))
        again = (*inside[:place], self.slip(inside[place]), *inside[place + 1 :])
        return rebuilt(term, again)


def lines(net: Network, draw: random.Random, count: int) -> list[Step]:
    """True lines of the book, altered; random lines; each with a reason and citations by chance."""
    writer = Writer(net, draw)
    if draw.random() < 0.4:
        return page(net, writer)
    true = [(s.claim, s.over, s.because) for s in derive(net).steps]
    true += [(claim, family, None) for claim, family in local_gradients(net)]
    true += [(claim, family, None) for claim, family in weight_corrections(net)]
    inner = [n.name for n in net.neurons if net.successors[n.name]]
    if inner:
        spread = Sum(OVER_FED, total(v(K)) * local(v(K), y(J)))
        true.append((Equation(total(y(J)), spread), neurons("inner", tuple(inner)), None))
    made: list[Step] = []
    for place in range(count):
        reason = draw.choice([kind for kind in JUSTIFICATIONS if kind is not ByAssumption])()
        uses = tuple(sorted(draw.sample(range(place), min(place, draw.randint(0, 4)))))
        if place == 0 and draw.random() < 0.3:
            made.append(Step(Equation(N, num(1)), ByAssumption("N = 1")))
            continue
        if draw.random() < 0.75:
            claim, over, because = draw.choice(true)
            if because is not None and draw.random() < 0.6:
                reason = because
            right = claim.right if draw.random() < 0.3 else writer.about(claim.right)
            claim = Equation(claim.left, right)
        else:
            over = Family("")
            left = writer.term(1)
            claim = Equation(left, writer.about(left) if draw.random() < 0.6 else writer.term())
        if not any(isinstance(part, Sign) and part.letter == "dw" for part in walk(claim.right)):
            made.append(Step(claim, reason, over, uses))
        else:
            made.append(Step(Equation(N, N), reason, Family(""), ()))
    return made


def page(net: Network, writer: Writer) -> list[Step]:
    """The derivation of the book in its order, a few of its lines or citations altered."""
    draw = writer.draw
    made = [s for s in derive(net).steps if not isinstance(s.because, ByDifferentiation)][:16]
    for place in draw.sample(range(len(made)), min(len(made), draw.randint(1, 3))):
        step = made[place]
        uses = tuple(n for n in step.uses if draw.random() < 0.8)
        right = writer.about(step.claim.right) if draw.random() < 0.7 else step.claim.right
        claim = Equation(step.claim.left, right)
        made[place] = Step(claim, step.because, step.over, uses)
    return made


def values(net: Network, step: Step, member: tuple[str, ...], at: Witness) -> tuple[int, bool]:
    """In how many samples both sides have a value, and whether they differ in one of them."""
    env = dict(zip(step.over.letters, member, strict=True))
    instance, seen = Instance(net, at, eta=at.eta), 0
    for xi in range(len(at.inputs)):
        try:
            left = instance.value(step.claim.left, env, xi)
            right = instance.value(step.claim.right, env, xi)
        except (Undecided, Undefined):
            continue
        seen += 1
        if differ(left, right):
            return seen, True
    return seen, False


def faults(seed: int, tally: Counter[str]) -> Iterator[str]:
    """What is wrong with the verdicts on a few random lines."""
    draw = random.Random(seed)
    net = network(draw)
    if seed % 3 == 0 and len(net.neurons) > 1:
        net = with_formulas(net, draw)
        tally["with formulas"] += bool(net.formulas)
    if seed % 4 == 1 and len(net.neurons) > 2 and not net.groups:
        net = with_a_group(net, draw)
        tally["with a group"] += not net.shares_alone
    steps = tuple(lines(net, draw, 6))
    whole = Derivation("fuzz", net, definitions(net), steps)
    try:
        findings = check(whole, refute=seed % 4 == 0).findings
    except KernelDisagreementError:
        yield f"seed {seed}: an instance contradicted line {_stopped(net, steps)}"
        return
    except InputError as told:  # every letter that is written has a meaning
        yield f"seed {seed}: {told}"
        return
    trials = tuple(witnesses(net, draw))
    for n, (step, finding) in enumerate(zip(steps, findings, strict=True)):
        where = f"seed {seed}: line {n + 1}, {step.because}"
        tally[type(finding.verdict).__name__] += 1
        if isinstance(step.because, ByAssumption):
            continue
        single = _assumes_one(steps, n)
        for member in step.over.members:
            verdict = finding.at(member)
            if isinstance(verdict, Proved):
                tally[type(step.because).__name__] += 1
                alone = any(hypothesis.assumed is not None for hypothesis in verdict.under)
                assert single or not alone, "no assumption without a line that is cited"
                if _false(net, step, member, trials, alone, tally):
                    yield f"proved, yet false, {where}"
            elif isinstance(verdict, Refuted):
                tally["re-evaluated"] += 1
                at = verdict.witness
                if contradicts(net, step.claim, step.over, verdict.member, at) is None:
                    yield f"refuted without a difference, {where}"
                if single and len(at.inputs) > 1:
                    yield f"refuted by numbers that break N = 1, {where}"
                if net.cost.distribution and any(sum(t.values()) != 1 for t in at.targets):
                    yield f"refuted by targets that do not add up to one, {where}"
            else:
                assert isinstance(verdict, Open | Unjustified)


def _stopped(net: Network, steps: tuple[Step, ...]) -> str:
    """The first line at which the kernel contradicts an instance."""
    for n, step in enumerate(steps):
        try:
            check(Derivation("fuzz", net, definitions(net), steps[: n + 1]), refute=False)
        except KernelDisagreementError:
            return f"{n + 1}, {step.because}"
    return "found only with counterexamples"


def _false(
    net: Network,
    step: Step,
    member: tuple[str, ...],
    trials: tuple[Witness, ...],
    single: bool,
    tally: Counter[str],
) -> bool:
    """Whether an exact instance contradicts a proved member."""
    seen = 0
    for at in trials:
        if single and len(at.inputs) > 1:
            continue
        count, wrong = values(net, step, member, at)
        seen += count
        if wrong:
            return True
    tally["held against instances"] += bool(seen)
    tally["has a value at no instance"] += not seen
    return False


def _assumes_one(steps: tuple[Step, ...], n: int) -> bool:
    """Whether line n cites the assumption N = 1, directly or by what it cites."""
    waiting = [n]
    while waiting:
        here = waiting.pop()
        if isinstance(steps[here].because, ByAssumption):
            return True
        waiting += steps[here].uses
    return False


def _run(seeds: range) -> Counter[str]:
    tally: Counter[str] = Counter()
    found = list(chain.from_iterable(faults(seed, tally) for seed in seeds))
    assert not found, f"{len(found)} faults, such as:\n" + "\n".join(sorted(found, key=len)[:8])
    return tally


def _ran(tally: Counter[str], seeds: int) -> None:
    """The fuzzer has really held verdicts of every kind to account."""
    assert tally["held against instances"] >= 4 * seeds
    assert min(tally[kind.__name__] for kind in (Proved, Unjustified, Open)) >= seeds // 4
    assert tally["re-evaluated"] >= seeds // 10
    assert tally["with formulas"] >= seeds // 8
    assert tally["with a group"] >= seeds // 60
    proved = [tally[kind.__name__] for kind in JUSTIFICATIONS if kind is not ByAssumption]
    assert min(proved) > 0
    assert tally["has a value at no instance"] <= tally["held against instances"] // 10


@pytest.mark.slow
def test_no_random_line_gets_a_false_verdict():
    _ran(_run(range(60)), 60)


@pytest.mark.slow
def test_no_random_line_of_thousands_gets_a_false_verdict():
    _ran(_run(range(1000, 3000)), 2000)
