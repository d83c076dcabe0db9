"""The lowered program is the theorem; a program with a bug is caught, and the place is named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from numeric import trainer
from numeric.lowering import lower
from numeric.modular import P, evaluate, inverse, opaque, run_sums, times, total
from numeric.program import (
    Clear,
    EdgeDots,
    Instruction,
    Map,
    Outer,
    Pick,
    Product,
    Program,
    RunSums,
    Softmax,
    Sparse,
    Take,
)
from numeric.validation import Agrees, Differs, validate
from symbolic.activations import ACTIVATIONS, activation
from symbolic.costs import cost, own
from symbolic.errors import InputError
from symbolic.network import Network
from symbolic.rules import Rule
from symbolic.terms import Add, Mul, Sign, num, walk
from symbolic.topologies import chain, layered, random_dag, shorthand
from symbolic.verification import prove, rule_of

FOURTH = own("fourth power", (Sign("d") - Sign("y")) ** 4 / num(4))
NETS: dict[str, Network] = {
    "layered": shorthand("3-4:tanh-3:gelu-2"),
    "softmax": shorthand("3-4:tanh-3:softmax"),
    "cross-entropy": layered([3, 4, 2], activation("logistic", a="3/2"), cost("cross_entropy")),
    "own cost": layered([2, 3, 2], activation("arctan"), FOURTH),
    "deep": chain(100),
    "sparse": random_dag(40, 160, 4),
    "tied": random_dag(40, 160, 3, ties=0.4),
    "without biases": layered([2, 3, 1], bias=False),
    **{
        f"all {name}": layered([2, 3, 2], activation(name))
        for name in ACTIVATIONS
        if name != "softmax"
    },
}


@pytest.mark.parametrize("name", NETS)
def test_every_program_agrees_with_independent_tangents(name: str) -> None:
    assert validate(lower(rule_of(NETS[name])), points=3) == Agrees(3)


@pytest.mark.parametrize("seed", range(12))
def test_random_graphs_agree(seed: int) -> None:
    network = random_dag(6 + 3 * seed, 20 + 14 * seed, seed, ties=0.1 * (seed % 4))
    assert validate(lower(rule_of(network))) == Agrees(2)


def broken(
    program: Program, kind: type, change: Callable[..., Instruction | None]
) -> list[Program]:
    """The program with one instruction of this kind changed (None: lost), one program for each."""
    found = []
    for name in ("forward", "backward"):
        code = getattr(program, name)
        for n, line in enumerate(code):
            if isinstance(line, kind):
                new = change(line)
                if new != line:
                    lines = (*code[:n], *(() if new is None else (new,)), *code[n + 1 :])
                    found.append(replace(program, **{name: lines}))
    return found


def without_a_factor(line: Map) -> Map | None:
    """A product or a sum that has lost its last part."""
    for part in walk(line.expr):
        if part == line.expr and isinstance(part, Mul | Add):
            parts = part.factors if isinstance(part, Mul) else part.terms
            return replace(line, expr=type(part)(parts[:-1]))
    return line


def turned(line: Map) -> Map:
    return replace(line, expr=-line.expr)


def next_weight(line: Product) -> Product:
    """One entry further: what a wrong index is."""
    first = line.matrix.first + (-1 if line.matrix.first else 1)
    return replace(line, matrix=replace(line.matrix, first=first))


def other_source(line: Sparse) -> Sparse:
    return replace(line, index=(line.index[0] - 1 if line.index[0] else 1, *line.index[1:]))


def stale(line: Take) -> Take | None:
    """Weights that are not gathered: those of the update before stay."""
    return None


def turned_pick(line: Take) -> Take:
    return replace(line, of=Pick(line.of.buffer, line.of.at[::-1]))


def one_neuron_less(line: Outer) -> Outer:
    return replace(
        line, left=replace(line.left, start=line.left.start - 1, stop=line.left.stop - 1)
    )


def other_end(line: EdgeDots) -> EdgeDots:
    return replace(line, right=Pick(line.right.buffer, line.right.at[1:] + line.right.at[:1]))


def lost(line: Instruction) -> None:
    return None


def dropped_use(line: RunSums) -> RunSums:
    return replace(line, order=(line.order[-1], *line.order[1:]))


BUGS = [
    ("layered", Map, turned),
    ("layered", Map, without_a_factor),
    ("layered", Product, next_weight),
    ("layered", Product, lost),
    ("layered", Outer, one_neuron_less),
    ("layered", Outer, lost),
    ("softmax", Softmax, lost),
    ("softmax", Map, without_a_factor),
    ("cross-entropy", Map, without_a_factor),
    pytest.param("sparse", Map, turned, marks=pytest.mark.slow),
    pytest.param("sparse", Map, without_a_factor, marks=pytest.mark.slow),
    pytest.param("sparse", Sparse, other_source, marks=pytest.mark.slow),
    pytest.param("sparse", Sparse, lost, marks=pytest.mark.slow),
    ("sparse", Take, stale),
    ("sparse", Take, turned_pick),
    ("sparse", EdgeDots, other_end),
    ("tied", RunSums, lost),
    ("tied", RunSums, dropped_use),
    ("tied", Take, stale),
    ("tied", EdgeDots, lost),
]


@pytest.mark.parametrize(("name", "kind", "change"), BUGS)
def test_an_injected_bug_is_caught(
    name: str, kind: type, change: Callable[..., Instruction | None]
) -> None:
    programs = broken(lower(rule_of(NETS[name])), kind, change)
    assert programs
    for program in programs:
        assert isinstance(validate(program, points=1), Differs)


def test_the_place_of_a_bug_is_named() -> None:
    network = NETS["sparse"]
    program = lower(rule_of(network))
    lines = [line for line in program.backward if isinstance(line, Sparse)]
    wrong = other_source(lines[5])
    code = tuple(wrong if line == lines[5] else line for line in program.backward)
    found = validate(replace(program, backward=code))
    assert isinstance(found, Differs)
    row = program.layout.row
    assert found.quantity == "delta"
    assert lines[5].out.start <= row[found.name] < lines[5].out.stop
    assert found.name in str(found)


def test_the_weight_of_a_bug_is_named() -> None:
    program = lower(rule_of(NETS["layered"]))
    last = program.backward[-1]
    assert isinstance(last, Map)
    entry = program.layout.entry["w_5_2"]
    short = replace(
        last, out=replace(last.out, start=entry + 1), reads=(replace(last.out, start=entry + 1),)
    )
    early = replace(last, out=replace(last.out, stop=entry), reads=(replace(last.out, stop=entry),))
    found = validate(replace(program, backward=(*program.backward[:-1], early, short)))
    assert isinstance(found, Differs)
    assert (found.quantity, found.name) == ("dw", "w_5_2")


def test_a_sum_that_is_added_to_the_one_of_the_run_before_is_caught() -> None:
    programs = broken(lower(rule_of(NETS["sparse"])), Clear, lost)
    assert programs
    for program in programs:
        assert isinstance(validate(program, points=1), Differs)


def test_the_trainer_stops_where_its_program_is_not_the_rule(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rule = rule_of(NETS["layered"])

    def lower_wrongly(rule: Rule, dtype: str) -> Program:
        return broken(lower(rule, dtype), Product, next_weight)[-1]

    monkeypatch.setattr(trainer, "lower", lower_wrongly)
    with pytest.raises(AssertionError, match="delta"):
        trainer.Trainer(rule)


SPELLINGS = [
    # the error written out, φ' behind the sum and inside it
    "delta[j] = (d[j] - y[j]) * phi'[j](v[j]) / N for output j\n"
    "delta[j] = sum(k, phi'[j](v[j]) * w[k,j] * delta[k]) for hidden j\n",
    # a sum of two sums, and a factor 1/2
    "delta[j] = 1/N * e[j] * phi'[j](v[j]) for output j\n"
    "delta[j] = phi'[j](v[j]) * sum(k, 1/2 * delta[k] * w[k,j] + w[k,j] * delta[k] / 2)"
    " for hidden j\n",
    # neuron by neuron, without a sum
    "delta[6] = 1/N * e[6] * phi'[6](v[6])\n"
    "delta[3] = phi'[3](v[3]) * delta[6] * w[6,3]\n"
    "delta[4] = phi'[4](v[4]) * w[6,4] * delta[6]\n"
    "delta[5] = delta[6] * w[6,5] * phi'[5](v[5])\n",
]
DW = "dw[j,i] = eta * sum(xi, delta[j] * y[i])"


@pytest.mark.parametrize("corrections", [DW, "dw[j,i] = sum(xi, y[i] * eta * delta[j])"])
@pytest.mark.parametrize("gradients", SPELLINGS)
def test_a_rule_in_another_spelling_lowers_to_the_same_derivatives(
    gradients: str, corrections: str
) -> None:
    network = shorthand("2-3-1")
    rule = Rule(prove(network, gradients + corrections).theorem())
    assert validate(lower(rule)) == Agrees(2)


def test_a_proved_rule_without_an_array_form_is_refused() -> None:
    lines = (
        "delta[j] = 1/N * e[j] * phi'[j](v[j]) for output j\n"
        "delta[j] = phi'[j](v[j]) * sum(k in outputs, delta[k] * w[k,j]) for hidden j\n"
    )
    checked = prove(shorthand("2-3-2"), lines + DW)
    with pytest.raises(InputError, match="proved, but the trainer cannot compute"):
        lower(Rule(checked.theorem()))


def test_arithmetic_modulo_p_is_exact() -> None:
    a = np.array([3, P - 1, 123456789])
    assert (times(inverse(a), a) == 1).all()
    x = Sign("x0")
    assert (evaluate((x + 1) ** 2 - x**2 - 2 * x, {x: a}) == 1).all()
    assert (opaque("tanh", a) == opaque("tanh", a)).all()
    assert (opaque("tanh", a) != opaque("tanh", a + 1)).all()


def test_products_and_sums_modulo_p_are_those_of_whole_numbers() -> None:
    draw = np.random.default_rng(0)
    ends = np.array([0, 1, P - 1, P - 2, 2**31 - 1, 2**31, 2**30 - 1, 2**60])
    a = np.concatenate((np.repeat(ends, len(ends)), draw.integers(0, P, 1000)))
    b = np.concatenate((np.tile(ends, len(ends)), draw.integers(0, P, 1000)))
    pairs = list(zip(a.tolist(), b.tolist(), strict=True))
    assert times(a, b).tolist() == [x * y % P for x, y in pairs]
    assert int(total(a)) == sum(a.tolist()) % P
    assert run_sums(a, [0, 5]).tolist() == [sum(a[:5].tolist()) % P, sum(a[5:].tolist()) % P]
