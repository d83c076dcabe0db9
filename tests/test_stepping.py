"""One update for each call is the update of a run; what cannot be learned from is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from test_validation import NETS

from numeric.lowering import lower
from numeric.native.audit import audit
from numeric.native.compiler import compiler
from numeric.native.machine import words
from numeric.native.text import FIELD, kernels
from numeric.trainer import Trainer
from numeric.validation import Differs
from symbolic.errors import InputError
from symbolic.topologies import shorthand
from symbolic.verification import rule_of

COMPILES = compiler() is not None
SMALL = rule_of(shorthand("2-2-1"))
SOFT = rule_of(shorthand("3-20:tanh-3:softmax"))
BACKENDS = ["numpy", *(["native"] if COMPILES else [])]


def batches(rule: Any, size: int, count: int, dtype: str = "float64") -> tuple[Any, Any]:
    draw = np.random.default_rng(size)
    X = draw.normal(size=(count * size, len(rule.network.inputs)))
    D = draw.uniform(0.1, 0.9, size=(count * size, len(rule.network.outputs)))
    if rule.network.distributions:
        D /= D.sum(axis=1, keepdims=True)
    return X.astype(dtype), D.astype(dtype)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    ("name", "size"),
    [
        *(("small", 1), ("soft", 1), ("soft", 1100), ("sparse", 4)),
        pytest.param("sparse", 1, marks=pytest.mark.slow),
    ],
)
def test_steps_end_with_the_bits_of_a_run(name: str, size: int, dtype: str, backend: str) -> None:
    rule = {"small": SMALL, "soft": SOFT}.get(name) or rule_of(NETS[name])
    count = 3 if size > 100 else 70
    X, D = batches(rule, size, count, dtype)
    one, other = (Trainer(rule, dtype, seed=2, backend=backend) for _ in range(2))
    step, costs = one.stepper(learning_rate=0.05), []
    for n in range(0, len(X), size):
        step(X[n : n + size], D[n : n + size])
        costs.append(step.cost)
    history = other.fit(X, D, 1, size, 0.05, shuffle=False, progress=False)
    if name == "small" and size == 1:  # see `look_ahead` of `unrolled.py`
        near = 1e-4 if dtype == "float32" else 1e-12
        assert one.weights == pytest.approx(other.weights, rel=near)
    else:
        assert one.weights == other.weights
    assert np.mean(costs) == pytest.approx(history.cost[0], rel=1e-5)
    assert step.updates == count


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_step_has_the_settings_of_a_run(backend: str) -> None:
    X, D = batches(SMALL, 4, 6)
    settings: dict[str, Any] = {"optimiser": "adam", "l2": 0.01, "decay": 0.1, "clip_norm": 0.2}
    one, other = (Trainer(SMALL, seed=2, backend=backend) for _ in range(2))
    step = one.stepper(0.05, **settings)
    for n in range(0, len(X), 4):
        step(X[n : n + 4].tolist(), D[n : n + 4, 0])  # lists, and one number for one output
    other.fit(X, D, 1, 4, 0.05, shuffle=False, progress=False, **settings)
    assert one.weights == other.weights


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_learning_rate_may_change_between_steps(backend: str) -> None:
    X, D = batches(SMALL, 2, 1)
    trainer = Trainer(SMALL, seed=1, backend=backend)
    step = trainer.stepper(0.5)
    for rate in (0.5, 0.25):
        step.learning_rate = rate
        before, gradient = trainer.weights, trainer.gradient(X, D)
        step(X, D)
        expected = {w: before[w] + rate * g for w, g in gradient.items()}
        assert trainer.weights == pytest.approx(expected, rel=1e-13)
    with pytest.raises(InputError, match="must be > 0"):
        step.learning_rate = 0


@pytest.mark.parametrize("backend", BACKENDS)
def test_what_cannot_be_learned_from_changes_nothing(backend: str) -> None:
    X, D = batches(SOFT, 5, 1)
    trainer = Trainer(SOFT, seed=1, backend=backend)
    step = trainer.stepper()
    with pytest.raises(InputError, match="before the first update"):
        _ = step.cost
    step(X, D)
    before = trainer.weights
    for table, place in ((X, "X"), (D, "D")):
        for value in (np.nan, np.inf, -np.inf):
            for at in np.ndindex(table.shape):
                wrong = {"X": X.copy(), "D": D.copy()}
                wrong[place][at] = value
                said = f"{place} is not finite in row {at[0]}, column {at[1]}"
                with pytest.raises(InputError, match=said):
                    step(wrong["X"], wrong["D"])
    for bad, message in (
        ((X[:, :2], D), "expected is"),
        ((X, D[:4]), "X has 5 samples and D has 4"),
        ((X, D * 1.01), "add up to 1.01"),
        ((X.astype(complex), D), "real numbers"),
        ((X, D[:, :1]), "expected is"),
        ((X[:0], D[:0]), "empty"),
        ((X, D[0]), "shape"),
    ):
        with pytest.raises(InputError, match=message):
            step(*bad)
    assert trainer.weights == before
    assert step.updates == 1


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("optimiser", ["sgd", "adam"])
def test_a_step_takes_weights_of_samples_as_they_are(optimiser: str, backend: str) -> None:
    X, D = batches(SOFT, 6, 1)
    counts = np.array([0.5, 2.0, 0.25, 1.25, 0.5, 1.5])  # the mean is 1, as a run makes it
    one, other, third = (Trainer(SOFT, seed=2, backend=backend) for _ in range(3))
    step = one.stepper(0.05, optimiser=optimiser)
    step(X, D, sample_weight=counts)
    history = other.fit(
        *(X, D, 1, 6, 0.05), optimiser=optimiser, sample_weight=counts, shuffle=False
    )
    assert one.weights == other.weights
    assert step.cost == pytest.approx(history.cost[0])
    if optimiser == "sgd":  # (1/6) Σ_ξ s_ξ (…), also where some of the weights are 0
        step, before = third.stepper(0.05), third.weights
        gradient = third.gradient(X[2:], D[2:], sample_weight=counts[2:])
        step(X, D, [0, 0, *(8 * counts[2:])])
        scale = 0.05 * 8 * counts[2:].sum() / 6
        expected = {w: before[w] + scale * g for w, g in gradient.items()}
        assert third.weights == pytest.approx(expected, rel=1e-12)
        step(X, D)  # and without them again
    kept = third.weights
    for wrong, message in (([1] * 5, "shape"), ([-1] * 6, "must be ≥ 0"), ([0] * 6, "Every")):
        with pytest.raises(InputError, match=message):
            third.stepper(0.05)(X, D, wrong)
    assert third.weights == kept


def _until_it_fails(step: Any, X: Any, D: Any, trainer: Trainer, seen: list[Any]) -> None:
    while True:
        step(X, D)
        seen.append(trainer.weights)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_lost_weight_is_named_and_the_last_good_ones_come_back(backend: str) -> None:
    trainer = Trainer(rule_of(shorthand("1-1:identity")), backend=backend)
    step = trainer.stepper(learning_rate=9.0)
    X, D = np.array([[3.0], [-2.0]]), np.array([[1.0], [2.0]])
    trainer.set_weights({"w_2_1": 0.25})  # by hand: these are what is gone back to
    seen = [trainer.weights]
    with pytest.raises(InputError, match=r"update (\d+): a weight .* of neuron '2'") as error:
        _until_it_fails(step, X, D, trainer, seen)
    assert f"update {len(seen)}:" in str(error.value)
    good = (len(seen) - 1) // 64 * 64
    assert f"after update {good};" in str(error.value)
    assert trainer.weights == seen[good]
    step(X * 0, D * 0)


@pytest.mark.skipif(not COMPILES, reason="no C compiler here")
@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("else pp_train(s, p->orders, p->count,", "else pp_train(s, p->orders, p->count - 1,"),
        ("p->orders, p->count, d, 0, 1);", "p->orders, p->count, d, 0, 0);"),
        ("p->tiny(s, p->weights, d->X, d->D,", "p->tiny(s, p->weights, d->X, d->X,"),
    ],
)
def test_a_bug_in_one_update_is_caught(right: str, wrong: str) -> None:
    text = kernels(FIELD)
    assert text.count(right) == 1, f"the driver no longer says {right!r}"
    found = []
    for name in ("layered", "small"):
        program = lower(SMALL if name == "small" else rule_of(NETS[name]))
        texts = text.replace(right, wrong), words(program).formulas(FIELD)
        found.append(audit(program, texts=texts))
    assert any(isinstance(one, Differs) for one in found)
