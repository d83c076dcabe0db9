"""JAX trains as NumPy does, alone and shared out; its step is the rule's, and jax.grad agrees."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("jax")

import jax
import jax.numpy as jnp
from test_validation import BUGS, NETS, broken

from numeric import backends, jax_audit, jax_backend, jax_words
from numeric.backends import builder, prepared
from numeric.dataflow import begin, run, value
from numeric.jax_words import CALLS, JaxWords
from numeric.lowering import lower
from numeric.native.formulas import FUNCTIONS
from numeric.residue_words import FlowMachine
from numeric.trainer import Trainer
from numeric.validation import Agrees, Differs, validate
from symbolic.costs import in_d_and_y
from symbolic.errors import InputError
from symbolic.network import Network
from symbolic.notation import N
from symbolic.spec import open_network
from symbolic.terms import Relation, Sign
from symbolic.topologies import random_dag, shorthand
from symbolic.verification import rule_of

EXAMPLES = Path(__file__).parent.parent / "examples"
SMALL: dict[str, Network] = {
    "layers": shorthand("3-4:tanh-3:softmax"),
    "own cost": NETS["own cost"],
    "ties and skips": random_dag(6, 15, 3, ties=0.3),
    **{
        name: open_network(EXAMPLES / f"{name}.toml")
        for name in ("partial", "elman", "experts", "rbf")
    },
}


def some_slow(name: str) -> Any:
    """The networks whose kind others have too are left to the slow tests: XLA compiles long."""
    marks = [pytest.mark.slow] if name in ("own cost", "partial", "rbf") else []
    return pytest.param(name, marks=marks)


def samples(network: Network, count: int) -> tuple[Any, Any]:
    draw = np.random.default_rng(count)
    X = draw.normal(size=(count, len(network.inputs)))
    D = draw.uniform(0.1, 0.9, size=(count, len(network.outputs)))
    return X, D / D.sum(axis=1, keepdims=True)


def machines(network: Network, dtype: str, *names: str) -> list[Any]:
    """A machine of each backend with the same weights and samples, after `learn`."""
    program = lower(rule_of(network), dtype)
    weights = np.random.default_rng(0).normal(size=len(program.layout.entry)) * 0.4
    made = [builder(name)(program, 4, weights.astype(dtype), 0.5) for name in names]
    X, D = samples(network, 4)
    for machine in made:
        machine.inputs[:], machine.targets[:] = X.T, D.T
        machine.learn()
    return made


@pytest.mark.parametrize("name", [some_slow(name) for name in SMALL])
def test_every_kind_of_network_has_the_corrections_of_numpy(name: str) -> None:
    plain, ours = machines(SMALL[name], "float64", "numpy", "jax")
    assert ours.corrections == pytest.approx(plain.corrections, rel=1e-12, abs=1e-15)


def test_floats_of_32_bits_stay_so() -> None:
    plain, ours = machines(SMALL["layers"], "float32", "numpy", "jax")
    assert ours.corrections.dtype == np.float32
    gap = np.abs(ours.corrections - plain.corrections).max()
    assert gap <= 5e-6 * np.abs(plain.corrections).max()
    assert not jax.config.jax_enable_x64


@pytest.mark.parametrize("name", ["layers", pytest.param("partial", marks=pytest.mark.slow)])
def test_the_proved_backward_pass_is_what_jax_grad_finds(name: str) -> None:
    network = SMALL[name]
    (ours,) = machines(network, "float64", "jax")
    program, layout = ours._steps.program, ours._steps.program.layout
    loss, words = in_d_and_y(network.cost.loss), JaxWords(4, "float64")

    def cost(weights: Any) -> Any:
        state = begin(program, words, weights, ours.inputs, jnp.ones((1, 4)))
        run(program, program.forward, words, state, {N: 4.0})
        y = state["y"][np.array([layout.row[o] for o in layout.outputs])]
        return value(loss, words, {Sign("d"): ours.targets, Sign("y"): y}).sum() / 4

    with jax.enable_x64(True):
        found = -0.5 * np.asarray(jax.grad(cost)(ours._weights))
    assert ours.corrections == pytest.approx(found, rel=1e-12, abs=1e-15)


def test_training_ends_where_numpy_ends_with_every_optimiser() -> None:
    network, size = SMALL["layers"], 5
    X, D = samples(network, 10)
    ends = []
    for backend in ("numpy", "jax"):
        trainer = Trainer(rule_of(network), seed=4, backend=backend)
        assert trainer.backend == backend
        history = trainer.fit(X, D, 4, size, progress=False)
        for chosen in ("adam", "rprop"):
            trainer.fit(X, D, 2, size, 0.01, optimiser=chosen, l2=0.01, progress=False)
        trainer.fit(X, D, 2, size, sample_weight=np.linspace(0.5, 1.5, 10), progress=False)
        ends.append((list(trainer.weights.values()), history.cost, trainer.predict(X)))
    for one, other in zip(*ends, strict=True):
        assert np.allclose(one, other, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("name", ["softmax", "tied"])
def test_the_code_that_flows_is_the_theorem(name: str, weighted: bool) -> None:
    program = lower(rule_of(NETS[name]), weighted=weighted)
    assert validate(program, points=1, build=FlowMachine) == Agrees(1)


@pytest.mark.parametrize(("name", "kind", "change"), BUGS[::8])
def test_a_program_with_a_bug_is_refused(name: str, kind: type, change: Any) -> None:
    program = broken(lower(rule_of(NETS[name])), kind, change)[-1]
    assert isinstance(validate(program, points=1, build=FlowMachine), Differs)
    with pytest.raises(AssertionError, match="wrongly"):
        prepared(program, "jax")


@pytest.mark.parametrize("operation", ["put", "sparse", "choose"])
def test_an_operation_that_does_something_else_is_named(
    operation: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong(self: JaxWords, *given: Any) -> Any:
        if operation == "choose":
            return right(self, Relation.LESS, *given[1:])
        return right(self, *given) + 1

    right = getattr(JaxWords, operation)
    jax_audit.require.cache_clear()
    monkeypatch.setattr(jax_words.JaxWords, operation, wrong)
    with pytest.raises(AssertionError, match="wrongly on this machine"):
        jax_audit.require("float32")
    jax_audit.require.cache_clear()


def test_every_function_has_its_name() -> None:
    u = np.array([0.25, 1.5])
    assert set(CALLS) == {*FUNCTIONS, "softplus", "expit"}
    for name, function in FUNCTIONS.items():
        assert CALLS[name](u) == pytest.approx([function(x) for x in u], rel=1e-6)
    assert CALLS["expit"](u) == pytest.approx(1 / (1 + np.exp(-u)), rel=1e-6)
    assert CALLS["softplus"](u) == pytest.approx(np.log(1 + np.exp(u)), rel=1e-6)


def test_without_jax_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> Any:
        raise ModuleNotFoundError("No module named 'jax'", name="jax")

    monkeypatch.setattr(backends.importlib, "import_module", absent)
    with pytest.raises(InputError, match="pip install 'proofprop\\[jax\\]'"):
        Trainer(rule_of(shorthand("2-1")), backend="jax")


def test_a_batch_goes_to_as_many_devices_as_share_it_evenly(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(jax_backend.jax, "devices", lambda: [jax.local_devices()[0]] * 6)
    monkeypatch.setattr(jax_backend, "Mesh", lambda devices, axes: len(devices))
    assert [jax_backend.mesh_for(n) for n in (1, 4, 6, 9, 12)] == [1, 2, 6, 3, 6]


SHARED = """
import sys
import numpy as np
import jax

if len(sys.argv) > 2:
    jax.distributed.initialize(sys.argv[2], 2, int(sys.argv[3]))
from numeric.trainer import Trainer
from symbolic import rule_of, shorthand

assert len(jax.devices()) == 2, jax.devices()
draw = np.random.default_rng(1)
X, D = draw.normal(size=(14, 3)), draw.uniform(size=(14, 2))
trainer = Trainer(rule_of(shorthand("3-5:tanh-2")), seed=2, backend="jax")
trainer.fit(X, D, 6, 4, progress=False)       # the last batch of each epoch has two samples
trainer.fit(X, D, 3, 4, 0.01, optimiser="adam", progress=False)
trainer.fit(X, D, 3, 7, progress=False)       # seven samples cannot be shared by two
np.save(sys.argv[1], [*trainer.weights.values(), trainer.cost(X, D)])
"""


def alone() -> list[float]:
    """The same training in one process on one device, by NumPy."""
    draw = np.random.default_rng(1)
    X, D = draw.normal(size=(14, 3)), draw.uniform(size=(14, 2))
    trainer = Trainer(rule_of(shorthand("3-5:tanh-2")), seed=2, backend="numpy")
    trainer.fit(X, D, 6, 4, progress=False)
    trainer.fit(X, D, 3, 4, 0.01, optimiser="adam", progress=False)
    trainer.fit(X, D, 3, 7, progress=False)
    return [*trainer.weights.values(), trainer.cost(X, D)]


def started(folder: Path, name: str, devices: int, *more: str) -> subprocess.Popen[str]:
    flags = f"--xla_force_host_platform_device_count={devices}"
    environment = {**os.environ, "XLA_FLAGS": flags, "JAX_PLATFORMS": "cpu"}
    return subprocess.Popen(
        [sys.executable, "-c", SHARED, str(folder / name), *more],
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process: subprocess.Popen[str]) -> None:
    _, said = process.communicate(timeout=240)
    assert process.returncode == 0, said


@pytest.mark.slow
def test_two_devices_end_where_one_ends(tmp_path: Path) -> None:
    ended(started(tmp_path, "two.npy", 2))
    assert np.load(tmp_path / "two.npy") == pytest.approx(alone(), rel=1e-11)


@pytest.mark.slow
def test_two_processes_end_where_one_ends(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    both = [started(tmp_path, f"{n}.npy", 1, address, str(n)) for n in range(2)]
    for process in both:
        ended(process)
    first, second = (np.load(tmp_path / f"{n}.npy") for n in range(2))
    assert np.array_equal(first, second)
    assert first == pytest.approx(alone(), rel=1e-11)


def graphics_processors() -> list[Any]:
    """The graphics processors that JAX sees."""
    try:
        return jax.devices("gpu")
    except RuntimeError:
        return []


@pytest.mark.skipif(not graphics_processors(), reason="JAX sees no graphics processor here")
def test_a_graphics_processor_ends_where_numpy_ends() -> None:
    network = shorthand("3-5:tanh-3:softmax")
    X, D = samples(network, 24)
    ends = []
    for backend in ("jax", "numpy"):
        trainer = Trainer(rule_of(network), seed=2, backend=backend)
        trainer.fit(X, D, 20, 8, progress=False)
        ends.append([*trainer.weights.values(), trainer.cost(X, D)])
    assert jax.devices()[0].platform == "gpu"
    assert ends[0] == pytest.approx(ends[1], rel=1e-9)
