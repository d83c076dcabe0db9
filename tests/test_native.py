"""Compiled code does what NumPy does; where it is not the theorem, it is refused."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from test_validation import (
    BUGS,
    NETS,
    broken,
    next_weight,
    other_source,
)

from numeric import backends
from numeric.backends import builder, prepared
from numeric.lowering import lower
from numeric.native import audit as audit_module
from numeric.native import compiler, sharing
from numeric.native import machine as native_machine
from numeric.native.audit import EVERY_BATCH, audit, require, samples_of_all_kernels
from numeric.native.machine import NativeMachine, words
from numeric.native.text import FIELD, kernels
from numeric.native.unrolled import unrolled
from numeric.program import Map, Product, Program, Sparse
from numeric.trainer import Trainer
from numeric.validation import Agrees, Differs
from reports.cli import main
from symbolic.activations import ACTIVATIONS, activation
from symbolic.errors import InputError
from symbolic.network import Network
from symbolic.topologies import layered, random_dag, shorthand
from symbolic.verification import rule_of

pytestmark = pytest.mark.skipif(
    compiler.compiler() is None, reason="no C compiler here: CC, cc, gcc, clang, ziglang"
)
FUNCTIONS = tuple(name for name in ACTIVATIONS if name != "softmax")


def every_function() -> Network:
    """One network whose neurons have all functions, each inside and at an output."""
    found = layered([2, len(FUNCTIONS), len(FUNCTIONS)])
    chosen = map(activation, (*FUNCTIONS, *FUNCTIONS))
    neurons = (replace(n, activation=own) for n, own in zip(found.neurons, chosen, strict=True))
    return replace(found, neurons=tuple(neurons))


MORE: dict[str, Network] = {
    **{name: network for name, network in NETS.items() if not name.startswith("all ")},
    "every function": every_function(),
    "small": shorthand("2-2-1"),
    "digits": shorthand("64-32:tanh-10:softmax"),
    "graph": random_dag(120, 500, 0),
}
EXACT = {"float64": 5e-15, "float32": 5e-6}


def both(network: Network, dtype: str, batch: int) -> tuple[Any, NativeMachine]:
    """The machines of NumPy and of C, with the same weights and the same samples."""
    program = lower(rule_of(network), dtype)
    draw = np.random.default_rng(batch)
    weights = (draw.normal(size=len(program.layout.entry)) * 0.3).astype(dtype)
    plain = builder("numpy")(program, batch, weights.copy(), 0.5)
    native = NativeMachine(program, batch, weights.copy(), 0.5)
    X = draw.normal(size=plain.inputs.shape)
    D = draw.uniform(0.1, 0.9, size=plain.targets.shape)
    D /= D.sum(axis=0)
    for machine in (plain, native):
        machine.inputs[:], machine.targets[:] = X, D
    return plain, native


@pytest.mark.parametrize("dtype", EXACT)
@pytest.mark.parametrize("name", MORE)
def test_compiled_corrections_are_those_of_numpy(name: str, dtype: str) -> None:
    levels = max(MORE[name].depth.values())
    allowed = EXACT[dtype] * max(1, levels / 10)  # δ is a product over the levels: each rounds
    for batch in (1, 2, 7, 16, 33, 70):
        plain, native = both(MORE[name], dtype, batch)
        for machine in (plain, native):
            machine.learn()
            machine.learn()
        largest = np.abs(plain.corrections).max()
        gap = np.abs(plain.corrections - native.corrections).max()
        assert gap <= allowed * largest, batch


@pytest.mark.parametrize("name", MORE)
def test_the_compiled_text_is_the_theorem(name: str) -> None:
    assert audit(lower(rule_of(MORE[name]))) == Agrees(1)


@pytest.mark.parametrize(("name", "kind", "change"), BUGS)
def test_a_program_with_a_bug_does_not_pass_as_compiled_code(
    name: str, kind: type, change: Any
) -> None:
    programs = broken(lower(rule_of(NETS[name])), kind, change)
    for program in (programs[0], programs[-1]):
        assert isinstance(audit(program), Differs)


KERNEL_BUGS = [
    # (network, right text, wrong text, what is wrong)
    ("sparse", "x + index[e] * S;", "x + index[e + 1] * S;", "a wrong index"),
    ("sparse", "w[order[e]] : w[e]", "w[e] : w[e]", "weights in another order"),
    ("sparse", "e < pointer[r + 1]; e++", "e < pointer[r + 1] - 1; e++", "a lost term"),
    ("sparse", "a[6] ? v_fma(scale, all,", "a[6] ? v_fma(all, all,", "a lost factor"),
    ("layered", "for (int64_t k = f.depth; k;", "for (int64_t k = f.depth - 1; k;", "a lost term"),
    ("layered", "v_sums(sum + l), height", "sum[l], height", "one sum for all"),
    ("layered", "*w = W + r * step;", "*w = W + r * (step - 1);", "a wrong row"),
    ("digits", "v_fma(a, x[l], v_load(W + l * LANES))", "v_mul(a, x[l])", "a forgotten weight"),
    ("softmax", "sum = v_add(sum, e);", "sum = e;", "a share of one alone"),
    ("tied", "sum = s_add(sum, AT(2)[order[e]])", "sum = AT(2)[order[e]]", "one use of a weight"),
    ("layered", "load_rows(s, d->d, d->D, d->outputs,", "load_rows(s, d->d, d->X, d->outputs,", ""),
    ("digits", "h_fma(b, w, sum[p][l])", "h_fma(a, w, sum[p][l])", "the sample before"),
    ("digits", "l * FEW, w = h_fma(a, d[l], w)", "l * FEW, h_fma(a, d[l], w)", "stale weights"),
    (
        "digits",
        "p < 2; p++, W += step) if (!p ||",
        "p < 2; p++, W += step) if (!p &&",
        "a lost row",
    ),
    ("digits", "updates > 1 ? start + 1 : start", "start", "the same sample again"),
    ("graph", "back[i] = s_fma(was, here, back[i]);", "back[i] = s_mul(was, here);", "a lost sum"),
    ("graph", "s_fma(was, here, back", "s_fma(s_fma(step, y[i], was), here, back", "stale order"),
    ("graph", "w[e] = s_fma(step, y[i], was);", "w[e] = s_fma(here, y[i], was);", "a lost factor"),
    ("graph", "int more = (int)o->a[8];", "int more = 0;", "what was pushed before is lost"),
]


@pytest.fixture
def quickly_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Broken kernels over the field as they are written: a bug needs no optimiser."""
    monkeypatch.setattr(native_machine, "LEVELS", (native_machine.LEVELS[0], ("-O0", "-O0")))


@pytest.mark.usefixtures("quickly_compiled")
@pytest.mark.parametrize(("name", "right", "wrong", "what"), KERNEL_BUGS)
def test_a_bug_in_a_kernel_is_caught(name: str, right: str, wrong: str, what: str) -> None:
    program = lower(rule_of(MORE[name]))
    text = kernels(FIELD)
    assert text.count(right) >= 1, f"the kernels no longer say {right!r}"
    found = audit(program, texts=(text.replace(right, wrong), words(program).formulas(FIELD)))
    assert isinstance(found, Differs), what


VECTOR_BUGS = [
    ("for (; c + 4 * LANES <= S; c += 4 * LANES)", "for (; c + 4 * LANES <= S; c += 8 * LANES)"),
    ("4 * LANES && !one) dots_4(", "4 * LANES && !one) dots_2("),
    ("if (s->batch == LANES) (one ? half_1 :", "if (s->batch <= LANES) (one ? half_1 :"),
    ("if (middle < n) sum =", "if (middle + LANES < n) sum ="),
    ("STRIP(strip_3, 3, 0)", "STRIP(strip_3, 2, 0)"),
    ("more, c}, rows, columns - rest);", "more, c}, rows, columns - rest - 1);"),
    ("M -= height, A += height * f.up,", "M -= height, A += (height - 1) * f.up,"),
    ("a[m / 4] = A; A += 4 * f.up;", "a[m / 4] = A; A += 3 * f.up;"),
    ("a[m / 4] += f.across;", "a[m / 4] += 1;"),
    ("part, k > 0, K(1, 1)};", "part, 0, K(1, 1)};"),
    ("A += CHUNK * f->up, C", "C"),
    ("beside + (r * wide + n) * LANES", "beside + (r * 3 + n) * LANES"),
    ("own.row = f->row;", "own.row = f->row - 1;"),
    ("else v_store_to(out, sum[l], s->lanes - c);", "else v_store(out, sum[l]);"),
    ("wide, x + c, step, rows - r,", "wide, x, step, rows - r,"),
    ("here += l + 1 < rows ? S : 0;", "here += l + 2 < rows ? S : 0;"),
    ("if (i + l < width) v_store_to(out", "if (i + l + 1 < width) v_store_to(out"),
]


@pytest.fixture(scope="module")
def samples() -> list[Program]:
    return samples_of_all_kernels()


@pytest.mark.usefixtures("quickly_compiled")
@pytest.mark.parametrize(("right", "wrong"), VECTOR_BUGS)
def test_a_bug_in_how_a_kernel_cuts_a_batch_is_caught(
    right: str, wrong: str, samples: list[Program]
) -> None:
    text = kernels(FIELD)
    assert text.count(right) == 1, f"the kernels no longer say {right!r}"
    broken_text = text.replace(right, wrong)
    found = (  # the first that is wrong is enough
        audit(program, texts=(broken_text, words(program).formulas(FIELD)), batches=EVERY_BATCH)
        for program in samples
    )
    assert any(isinstance(one, Differs) for one in found)


STALE = [
    ("digits", "exchange(d->blocks, d->many, 0);", "a copy of the weights from before"),
    ("digits", "exchange(d->blocks, d->many, 1);", "weights that never come back"),
    ("graph", "run(s, o, count);\n    see", "the last corrections are lost"),
]


@pytest.mark.usefixtures("quickly_compiled")
@pytest.mark.parametrize(("name", "right", "what"), STALE)
def test_stale_weights_are_caught_and_the_place_is_named(name: str, right: str, what: str) -> None:
    program = lower(rule_of(MORE[name]))
    text = kernels(FIELD)
    assert text.count(right) == 1, f"the kernels no longer say {right!r}"
    wrong = right.replace("count", "count - 1") if "count" in right else ""
    found = audit(program, texts=(text.replace(right, wrong), words(program).formulas(FIELD)))
    assert isinstance(found, Differs), what
    named = program.layout.entry if found.quantity == "the update" else program.layout.row
    assert found.name in named


def test_a_bug_in_a_formula_is_caught_and_its_place_is_named() -> None:
    program = lower(rule_of(NETS["layered"]))
    right = words(program).formulas(FIELD)
    wrong = right.replace("v_sub(", "v_add(", 1)
    assert wrong != right
    found = audit(program, texts=(kernels(FIELD), wrong))
    assert isinstance(found, Differs)
    assert found.quantity in ("y", "delta")
    assert found.name in program.layout.network.neuron


def test_a_program_that_is_not_the_rule_is_never_trained() -> None:
    program = broken(lower(rule_of(NETS["layered"])), Product, next_weight)[-1]
    with pytest.raises(AssertionError, match="not the proved rule"):
        prepared(program, "native")


def test_an_audit_that_passed_is_remembered_for_that_program_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    program = lower(rule_of(NETS["sparse"]))
    require(program)
    monkeypatch.setattr(audit_module, "audit", lambda program: Differs("nothing", "asked", None))
    require(program)
    other = broken(program, Sparse, other_source)[0]
    with pytest.raises(AssertionError, match="asked"):
        require(other)


@pytest.mark.parametrize("size", [1, 4, 5, None])
@pytest.mark.parametrize("name", ["layered", "softmax", "sparse", "tied"])
def test_training_in_c_ends_where_training_in_numpy_ends(name: str, size: int | None) -> None:
    network = NETS[name]
    draw = np.random.default_rng(3)
    X = draw.normal(size=(23, len(network.inputs)))
    D = draw.uniform(0.1, 0.9, size=(23, len(network.outputs)))
    D /= D.sum(axis=1, keepdims=True)
    ends = []
    for backend in ("numpy", "native", "native"):
        trainer = Trainer(rule_of(network), seed=4, backend=backend)
        history = trainer.fit(X, D, epochs=7, batch_size=size, learning_rate=0.05, progress=False)
        ends.append((np.array(list(trainer.weights.values())), history.cost, trainer.predict(X)))
    for one, other in zip(ends[0], ends[1], strict=True):
        assert np.allclose(one, other, rtol=1e-12, atol=1e-14)
    for one, other in zip(ends[1], ends[2], strict=True):
        assert np.array_equal(one, other)  # bit for bit the same again


@pytest.mark.parametrize("size", [1, 5])
@pytest.mark.parametrize("name", ["small", "layered", "sparse"])
def test_samples_with_weights_are_learned_in_c_as_in_numpy(name: str, size: int) -> None:
    network = MORE[name]
    program = lower(rule_of(network), weighted=True)
    assert audit(program) == Agrees(1)
    draw = np.random.default_rng(5)
    X = draw.normal(size=(23, len(network.inputs)))
    D = draw.uniform(0.1, 0.9, size=(23, len(network.outputs)))
    counts = draw.integers(1, 5, size=23)
    ends = []
    for backend in ("numpy", "native"):
        trainer = Trainer(rule_of(network), seed=2, backend=backend)
        history = trainer.fit(X, D, 4, batch_size=size, sample_weight=counts, progress=False)
        ends.append((np.array(list(trainer.weights.values())), history.cost))
    assert np.allclose(ends[0][0], ends[1][0], rtol=1e-12, atol=1e-14)
    assert np.allclose(ends[0][1], ends[1][1], rtol=1e-12)
    machine = NativeMachine(program, 5, np.zeros(len(program.layout.entry)), 0.1)
    seen = [np.zeros(D.T.shape) for _ in range(2)]
    with pytest.raises(ValueError, match="weights"):
        machine.epoch(X, D, None, 0, 1, *seen)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("x = then;", ""),
        ("at = next;", ""),
        ("then[0], K(1.0, 1u)", "then[1], K(1.0, 1u)"),
        ("t1 = s_fma(t16,", "t1 = s_fma(t15,"),
        ("order[start + 1] : start + 1", "order[start + 1] : start"),
    ],
)
def test_what_one_sample_leaves_for_the_next_is_audited(
    monkeypatch: pytest.MonkeyPatch, right: str, wrong: str
) -> None:
    def broken_text(program: Program, arithmetic: str) -> str:
        text = unrolled(program, arithmetic)
        assert text.count(right) == 1, f"the text no longer says {right!r}"
        return text.replace(right, wrong)

    monkeypatch.setattr(native_machine, "unrolled", broken_text)
    assert isinstance(audit(lower(rule_of(MORE["small"])), points=2, batches=(1,)), Differs)


@pytest.mark.parametrize("wrong", ["", "if (d->S) load_rows(s, d->n, d->X, 1, d->order, start);"])
def test_weights_of_samples_that_are_left_behind_are_caught(wrong: str) -> None:
    program = lower(rule_of(MORE["layered"]), weighted=True)
    text, right = kernels(FIELD), "if (d->S) load_rows(s, d->n, d->S, 1, d->order, start);"
    assert text.count(right) == 1
    texts = text.replace(right, wrong), words(program).formulas(FIELD)
    assert isinstance(audit(program, texts=texts), Differs)


@pytest.mark.parametrize(
    ("name", "dtype"),
    [
        *((name, "float32") for name in ("softmax", "digits", "graph", "deep")),
        *((name, "float64") for name in ("layered", "sparse")),
    ],
)
def test_any_number_of_threads_gives_the_same_bits(name: str, dtype: str) -> None:
    network, batch = MORE[name], 70
    program = lower(rule_of(network), dtype)
    draw = np.random.default_rng(1)
    X = draw.normal(size=(3 * batch + 5, len(network.inputs))).astype(dtype)
    D = draw.uniform(0.1, 0.9, size=(len(X), len(network.outputs))).astype(dtype)
    start = (draw.normal(size=len(program.layout.entry)) * 0.3).astype(dtype)
    order = draw.permutation(len(X))
    ends = []
    for threads in (1, 2, 3):
        weights = start.copy()
        machine = NativeMachine(program, batch, weights, 0.1, threads=threads, together=True)
        most = 2 if name in ("graph", "sparse") else 3  # what is listed is halved, see `Halves`
        assert len(machine._shares) == (min(threads, most) if threads > 1 else 0)
        seen = [np.zeros((len(network.outputs), len(X)), dtype) for _ in range(2)]
        machine.epoch(X, D, order, 2, 3, *seen)
        ends.append((weights, *seen))
    for end in ends[1:]:
        assert all(np.array_equal(one, other) for one, other in zip(ends[0], end, strict=True))


FORKED = """
import os, signal
import numpy as np
from numeric.lowering import lower
from numeric.native.machine import NativeMachine
from symbolic.topologies import shorthand
from symbolic.verification import rule_of

network = shorthand("64-32-10")
program = lower(rule_of(network))
draw = np.random.default_rng(1)
X, D = (draw.normal(size=(64, len(units))) for units in (network.inputs, network.outputs))
start = draw.normal(size=len(program.layout.entry))

def trained():
    weights = start.copy()
    machine = NativeMachine(program, 32, weights, 0.1, threads=2, together=True)
    machine.epoch(X, D, None, 0, 2, *(np.empty((len(D.T), 64)) for _ in range(2)))
    return weights

first = trained()
child = os.fork()
if not child:
    signal.alarm(60)  # threads that are not there would be waited for
    os._exit(0 if np.array_equal(first, trained()) else 1)
assert os.waitpid(child, 0)[1] == 0
assert np.array_equal(first, trained())
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_forked_process_has_threads_of_its_own() -> None:
    """In a process of its own: what other tests load has threads that no fork may have."""
    done = subprocess.run([sys.executable, "-c", FORKED], timeout=120, check=False)
    assert done.returncode == 0


def test_the_passes_hold_their_common_orders_once() -> None:
    program = lower(rule_of(MORE["graph"]))
    weights = np.ones(len(program.layout.entry))
    passes = NativeMachine(program, 5, weights, 0.1)._passes
    assert np.shares_memory(passes.forward, passes.train)


THREAD_BUGS = [
    ("run(w->own, w->ahead, w->aheads);", "run(w->own, w->ahead, w->aheads - 1);", "digits"),
    ("run(w->all, w->share, w->shares);", "run(w->all, w->share, w->shares - 1);", "graph"),
    ("load(w->own, &w->samples, start + w->lane);", "load(w->own, &w->samples, start);", "digits"),
    ("see(w->own, &w->samples, start + w->lane);", "see(w->own, &w->samples, start);", "softmax"),
    ("v_add(v_load_to(x + e, n - e), v_load_to(y + e, n - e))", "v_load_to(x + e, n - e)", "graph"),
]


@pytest.mark.usefixtures("quickly_compiled")
@pytest.mark.parametrize(("right", "wrong", "name"), THREAD_BUGS)
def test_a_bug_in_how_threads_share_is_caught(right: str, wrong: str, name: str) -> None:
    program = lower(rule_of(MORE[name]))
    text = kernels(FIELD)
    assert text.count(right) == 1, f"the driver no longer says {right!r}"
    found = audit(program, texts=(text.replace(right, wrong), words(program).formulas(FIELD)))
    assert isinstance(found, Differs)


@pytest.mark.parametrize(("name", "dtype"), [("digits", "float32"), ("graph", "float64")])
def test_parts_of_a_batch_give_the_bits_of_the_whole(name: str, dtype: str) -> None:
    network = MORE[name]
    program = lower(rule_of(network), dtype)
    draw = np.random.default_rng(1)
    start = (draw.normal(size=len(program.layout.entry)) * 0.3).astype(dtype)
    ends = []
    for threads, in_parts in ((1, True), (1, False), (2, False)):
        weights = start.copy()
        machine = NativeMachine(program, 1100, weights, 0.1, threads=threads, together=threads > 1)
        assert machine.in_parts
        machine.in_parts = in_parts
        draw = np.random.default_rng(2)
        X = draw.normal(size=(2300, len(network.inputs))).astype(dtype)
        D = draw.uniform(0.1, 0.9, size=(len(X), len(network.outputs))).astype(dtype)
        seen = [np.zeros((len(network.outputs), len(X)), dtype) for _ in range(2)]
        machine.epoch(X, D, draw.permutation(len(X)), 7, 2, *seen)
        assert seen[0][:, 7:2207].all()
        ends.append((weights, *seen))
    for end in ends[1:]:
        assert all(np.array_equal(one, other) for one, other in zip(ends[0], end, strict=True))


PART_BUGS = [
    ("at ? part->next : part->first", "part->first", "the parts before are forgotten"),
    ("run(whole->setting, add, 1);", "", "weights that are never corrected"),
    ("load(s, d, start + at);", "load(s, d, start);", "the first samples for all parts"),
    ("see(s, d, start + at);", "see(s, d, start);", "what one part saw over another"),
    ("at + PANEL < batch ? whole : last", "last", "the last part for all"),
]


@pytest.mark.usefixtures("quickly_compiled")
@pytest.mark.parametrize(("right", "wrong", "what"), PART_BUGS)
def test_a_bug_in_how_a_batch_goes_part_by_part_is_caught(
    right: str, wrong: str, what: str
) -> None:
    program = lower(rule_of(MORE["layered"]))
    text = kernels(FIELD)
    assert text.count(right) == 1, f"the driver no longer says {right!r}"
    texts = text.replace(right, wrong), words(program).formulas(FIELD)
    assert isinstance(audit(program, texts=texts, batches=(9,)), Differs), what


def test_threads_that_stay_slower_are_tried_ever_more_rarely() -> None:
    pace, tried = sharing.Pace(), []
    for turn in range(1000):
        several = pace.several()
        pace.took(several, 9.0 if several else 1.0)
        if several:
            tried.append(turn)
    assert tried == [1, 3, 36, 100, 228, 484, 996]
    for _ in range(2000):  # now they are faster
        several = pace.several()
        pace.took(several, 0.5 if several else 1.0)
    assert several


def test_no_more_threads_than_processors_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing.os, "sched_getaffinity", lambda process: {0, 1, 2}, raising=False)
    assert [sharing.at_most(n) for n in (1, 2, 3, 99)] == [1, 2, 3, 3]
    with pytest.raises(InputError, match="threads must be an integer ≥ 1"):
        Trainer(rule_of(shorthand("2-1")), threads=0)


def test_momentum_after_learning_without_it_goes_on_from_the_last_change() -> None:
    X, D = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]
    ends = []
    for backend in ("numpy", "native"):
        trainer = Trainer(rule_of(shorthand("2-3-1")), seed=4, backend=backend)
        trainer.fit(X, D, epochs=3, batch_size=3, progress=False)
        trainer.fit(X, D, epochs=3, batch_size=3, momentum=0.9, progress=False)
        ends.append(list(trainer.weights.values()))
    assert np.allclose(*ends, rtol=1e-12)


def test_a_text_says_nothing_of_the_names_in_a_network() -> None:
    network = shorthand("2-3-1")
    names = {"1": "system", "2": "V", "3": "T", "4": "out", "5": "int", "6": "v_exp"}
    inputs = tuple(names[i] for i in network.inputs)
    neurons = tuple(replace(n, name=names[n.name]) for n in network.neurons)
    synapses = tuple(
        replace(s, to=names[s.to], source=names.get(s.source, s.source)) for s in network.synapses
    )
    renamed = Network(inputs, neurons, (names["6"],), synapses, network.cost)
    texts = [words(lower(rule_of(n))).formulas("float64") for n in (network, renamed)]
    assert texts[0] == texts[1]


def test_the_text_does_not_grow_with_the_network() -> None:
    small, large = (
        words(lower(rule_of(random_dag(n, 8 * n, 1)))).formulas("float32") for n in (60, 600)
    )
    assert len(large) < 2 * len(small)
    program: Program = lower(rule_of(shorthand("2-3-1")))
    assert any(isinstance(line, Map) for line in program.forward)


def test_without_a_compiler_numpy_trains_and_one_line_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(compiler, "compiler", lambda: None)
    compiler.library.cache_clear()
    backends._say.cache_clear()
    for _ in range(2):
        trainer = Trainer(rule_of(shorthand("3-2-1")))
        trainer.fit([[0, 1, 2]], [1], epochs=1)
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 1
    assert "NumPy trains" in said[0]
    with pytest.raises(InputError, match="no C compiler"):
        Trainer(rule_of(shorthand("3-2-1")), backend="native")


def test_compiled_training_loads_no_sympy() -> None:
    program = (
        "import sys\n"
        "from numeric.trainer import Trainer\n"
        "from symbolic import rule_of, shorthand\n"
        "trainer = Trainer(rule_of(shorthand('2-2-1')), backend='native')\n"
        "trainer.fit([[0, 1], [1, 1]], [1, 0], epochs=3, batch_size=1)\n"
        "assert 'sympy' not in sys.modules, 'SymPy was loaded'\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=120)


@pytest.mark.parametrize("backend", ["auto", "native", "numpy"])
def test_the_command_trains_with_each_backend(
    backend: str, capsys: pytest.CaptureFixture[str]
) -> None:
    data = str(Path(__file__).parents[1] / "examples" / "xor.csv")
    settings = ["--epochs", "3000", "--learning-rate", "2", "--backend", backend]
    assert main(["train", "2-3-1", "--data", data, *settings]) == 0
    assert "Wrong: 0 of 4 samples." in capsys.readouterr().out


def test_samples_that_do_not_fit_never_reach_the_c_code() -> None:
    _, native = both(NETS["layered"], "float64", 4)
    X, D, seen = np.zeros((8, 3)), np.zeros((8, 2)), np.zeros((2, 8))
    native.epoch(X, D, None, 0, 2, seen, seen.copy())
    for wrong in (
        (X, D, None, 0, 3, seen, seen.copy()),
        (X[:, :2], D, None, 0, 2, seen, seen.copy()),
        (X.astype(np.float32), D, None, 0, 2, seen, seen.copy()),
        (X, D, np.arange(4), 0, 2, seen, seen.copy()),
        (X, D, None, 0, 2, seen[:1], seen.copy()),
    ):
        with pytest.raises(ValueError, match="do not fit"):
            native.epoch(*wrong)


def test_where_the_compiler_refuses_the_text_numpy_trains(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    right = kernels("float64")
    audit_module.require_kernels()
    monkeypatch.setattr(audit_module, "kernels", lambda kind: right + "nonsense")
    monkeypatch.setattr(audit_module, "require_kernels", lambda: None)
    backends._say.cache_clear()
    trainer = Trainer(rule_of(shorthand("3-2-1")))
    trainer.fit([[0, 1, 2]], [1], epochs=1)
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "NumPy trains" in said
    with pytest.raises(InputError, match="compiled here"):
        Trainer(rule_of(shorthand("3-2-1")), backend="native")
