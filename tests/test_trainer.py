"""The trainer: it learns, repeats itself bit by bit, refuses bad samples, saves and loads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from numeric.trainer import History, Trainer, one_hot
from symbolic.errors import InputError
from symbolic.topologies import random_dag, shorthand
from symbolic.verification import rule_of

X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
D = np.array([0, 1, 1, 0])
RULE = rule_of(shorthand("2-3-1"))
SOFT = rule_of(shorthand("2-4:tanh-3:softmax"))


@pytest.mark.parametrize("net", ["2-2-1", "2-3-1"])
def test_xor_is_learned_without_an_error(net: str) -> None:
    trainer = Trainer(rule_of(shorthand(net)))
    history = trainer.fit(X, D, 5000, learning_rate=2.0, momentum=0.9, goal=1e-3)
    assert ((trainer.predict(X)[:, 0] > 0.5) == D).all()
    assert history.cost[-1] <= 1e-3 < history.cost[-2]
    assert len(history.cost) < 5000


@pytest.mark.parametrize("batch_size", [None, 1, 3])
def test_the_same_seed_gives_the_same_bits(batch_size: int | None) -> None:
    runs = [Trainer(RULE, seed=5) for _ in range(2)]
    costs = [t.fit(X, D, 20, batch_size, momentum=0.5, progress=False).cost for t in runs]
    assert costs[0] == costs[1]
    assert runs[0].weights == runs[1].weights != Trainer(RULE, seed=6).weights


def test_an_update_is_momentum_times_the_last_plus_eta_times_the_gradient() -> None:
    trainer = Trainer(RULE, seed=1)
    moved = dict.fromkeys(trainer.weights, 0.0)
    expected = trainer.weights
    other = Trainer(RULE, seed=1)
    for _ in range(3):
        other.set_weights(expected)
        gradient = other.gradient(X, D)
        moved = {w: 0.5 * moved[w] + 0.2 * gradient[w] for w in moved}
        expected = {w: expected[w] + moved[w] for w in moved}
    trainer.fit(X, D, 3, learning_rate=0.2, momentum=0.5)
    assert trainer.weights == pytest.approx(expected, rel=1e-12)


def test_batches_follow_the_rule_of_their_own_samples() -> None:
    trainer, other = Trainer(RULE), Trainer(RULE)
    trainer.fit(X, D, 1, batch_size=3, learning_rate=0.3, shuffle=False)
    for part in (slice(0, 3), slice(3, 4)):
        step = other.gradient(X[part], D[part])
        other.set_weights({w: value + 0.3 * step[w] for w, value in other.weights.items()})
    assert trainer.weights == pytest.approx(other.weights, rel=1e-12)


def test_the_history_has_accuracy_validation_and_a_csv(tmp_path: Path) -> None:
    targets = one_hot([0, 1, 2, 0], 3)
    seen: list[int] = []

    def stop(epoch: int, history: History) -> bool:
        seen.append(len(history.cost))
        return epoch == 4

    trainer = Trainer(SOFT, "float32")
    history = trainer.fit(X, targets, 9, 2, validation=(X, targets), callback=stop)
    assert seen == [1, 2, 3, 4]
    assert history.validation_cost[-1] == pytest.approx(trainer.cost(X, targets))
    assert set(history.accuracy) <= {0, 0.25, 0.5, 0.75, 1}
    history.to_csv(tmp_path / "h.csv")
    lines = (tmp_path / "h.csv").read_text().splitlines()
    assert lines[0] == "epoch,cost,accuracy,validation_cost"
    assert [float(c) for c in lines[4].split(",")][:2] == [4, history.cost[3]]
    assert trainer.predict(X).dtype == np.float32


def test_biases_begin_at_zero_and_the_others_spread_by_their_fan_in() -> None:
    weights = Trainer(rule_of(shorthand("100-50-1"))).weights
    assert {value for name, value in weights.items() if name.endswith("_0")} == {0.0}
    first = [v for w, v in weights.items() if not w.startswith("w_151_") and v]
    assert np.std(first) == pytest.approx(0.1, rel=0.05)


def test_a_random_graph_with_ties_learns() -> None:
    network = random_dag(30, 120, 4, ties=0.2)
    draw = np.random.default_rng(0)
    inputs = draw.normal(size=(20, 3))
    targets = np.tile(draw.uniform(0.2, 0.8, len(network.outputs)), (20, 1))
    cost = Trainer(rule_of(network)).fit(inputs, targets, 60, 5, 0.05).cost
    assert cost[-1] < 0.5 * cost[0]


def test_divergence_names_the_epoch_and_keeps_the_weights() -> None:
    trainer = Trainer(rule_of(shorthand("1-1:identity")))
    kept: list[dict[str, float]] = [trainer.weights]
    with pytest.raises(InputError, match=r"diverged in epoch \d+.*smaller learning rate") as error:
        trainer.fit(
            [[3.0], [-2.0]],
            [1.0, 2.0],
            2000,
            learning_rate=9.0,
            callback=lambda epoch, history: kept.append(trainer.weights),
        )
    assert f"epoch {len(kept)}:" in str(error.value)
    assert trainer.weights == kept[-1]


BAD: list[tuple[Any, Any, dict[str, Any], str]] = [
    (np.zeros((4, 3)), D, {}, r"X has the shape \(4, 3\); .* for each input: 1, 2"),
    (X, np.zeros((4, 2)), {}, "for each output: 6"),
    (X, D[:3], {}, "X has 4 samples and D has 3"),
    (np.zeros((0, 2)), np.zeros((0, 1)), {}, "X is empty"),
    ([[0, 1], [np.nan, 1]], [0, 1], {}, r"row 1, column 0 \(input '1'\): nan"),
    ([["a", "b"]], [0], {}, "real numbers"),
    (X.astype(complex), D, {}, "real numbers"),
    (X, D, {"learning_rate": 0}, "must be > 0"),
    (X, D, {"learning_rate": float("inf")}, "finite"),
    (X, D, {"momentum": 1.0}, "momentum"),
    (X, D, {"epochs": -1}, "epochs"),
    (X, D, {"epochs": 1.5}, "epochs"),
    (X, D, {"batch_size": 0}, "batch_size"),
]


@pytest.mark.parametrize(("inputs", "targets", "settings", "message"), BAD)
def test_what_cannot_be_trained_is_refused(
    inputs: Any, targets: Any, settings: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        Trainer(RULE).fit(inputs, targets, **{"epochs": 1, **settings})


def test_targets_of_classes() -> None:
    with pytest.raises(InputError, match=r"one_hot\(D, 3\)"):
        Trainer(SOFT).cost(X, D)
    with pytest.raises(InputError, match="sample 1 add up to 2"):
        Trainer(SOFT).cost(X[:2], [[1, 0, 0], [1, 1, 0]])
    with pytest.raises(InputError, match="Label 3 of sample 1"):
        one_hot([0, 3], 3)
    with pytest.raises(InputError, match="integers"):
        one_hot([0.5], 3)  # type: ignore[list-item]


def test_the_settings_of_a_trainer() -> None:
    with pytest.raises(TypeError, match="rule_of"):
        Trainer(RULE.theorem)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="seed"):
        Trainer(RULE, seed=-1)
    with pytest.raises(InputError, match="dtype"):
        Trainer(RULE, "float16")
    trainer = Trainer(RULE)
    before = trainer.weights
    with pytest.raises(InputError, match="no weight 'w_3_9'"):
        trainer.set_weights({"w_3_1": 2.0, "w_3_9": 1.0})
    with pytest.raises(InputError, match="finite"):
        trainer.set_weights({"w_3_1": float("nan")})
    assert trainer.weights == before


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_loaded_trainer_goes_on_bit_by_bit(tmp_path: Path, dtype: str) -> None:
    path = tmp_path / "xor.model"
    trainer = Trainer(RULE, dtype, seed=7)
    trainer.fit(X, D, 5, 2, momentum=0.9)
    trainer.save(path)
    again = Trainer.load(path)
    assert [p.name for p in tmp_path.iterdir()] == ["xor.model"]
    assert (again.weights, again.seed) == (trainer.weights, 7)
    costs = [t.fit(X, D, 5, 2, momentum=0.9).cost for t in (trainer, again)]
    assert costs[0] == costs[1]


def test_a_damaged_or_foreign_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "xor.npz"
    with pytest.raises(InputError, match="no such file"):
        Trainer.load(path)
    Trainer(RULE).save(path)
    whole = path.read_bytes()
    for damaged in (b"", b"PK", whole[:-30], whole[: len(whole) // 2]):
        path.write_bytes(damaged)
        with pytest.raises(InputError, match="no saved trainer"):
            Trainer.load(path)
    turned = bytearray(whole)
    turned[whole.index(b"weights.npy") + 160] ^= 255
    path.write_bytes(bytes(turned))
    with pytest.raises(InputError, match="no saved trainer"):
        Trainer.load(path)
    np.savez(path, weights=np.zeros(3))
    with pytest.raises(InputError, match="no saved trainer"):
        Trainer.load(path)
    np.savez(path, format=np.array([{}], dtype=object))
    with pytest.raises(InputError, match="no saved trainer"):
        Trainer.load(path)
    with pytest.raises(InputError, match="Cannot write"):
        Trainer(RULE).save(tmp_path / "none" / "xor.npz")
