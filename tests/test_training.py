"""What a run does beyond plain descent: weights, schedules, watching, stopping, losing numbers."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from numeric.lowering import lower
from numeric.optimisers import CHOICE, Memory
from numeric.program import Buffer
from numeric.trainer import Trainer, one_hot
from numeric.validation import Agrees, Differs, validate
from symbolic.errors import InputError
from symbolic.rules import Rule
from symbolic.spec import open_network
from symbolic.topologies import random_dag, shorthand
from symbolic.verification import prove, rule_of

ROOT = Path(__file__).parent.parent
RULE = rule_of(shorthand("2-3-1"))
SOFT = rule_of(shorthand("3-5:tanh-3:softmax"))
X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
D = np.array([0, 1, 1, 0])


def blobs(count: int = 90, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Three clouds of points with a label each, in a mixed order."""
    draw = np.random.default_rng(seed)
    labels = draw.integers(0, 3, count)
    return draw.normal(np.eye(3)[labels] * 2, 0.7), one_hot(labels, 3)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("word", ["sgd", "momentum", "nesterov", "adam", "rmsprop", "rprop"])
def test_every_optimiser_learns_from_the_proved_gradient(word, dtype):
    points, wanted = blobs()
    rate = {"sgd": 0.5, "momentum": 0.1, "nesterov": 0.1}.get(word, 0.02)
    trainer = Trainer(SOFT, dtype)
    history = trainer.fit(points, wanted, 60, None if word == "rprop" else 16, rate, optimiser=word)
    assert history.cost[-1] < 0.3 * history.cost[0]
    assert history.accuracy[-1] > 0.9


@pytest.mark.parametrize("word", ["adam", "nesterov", "rmsprop"])
def test_an_update_of_a_run_is_the_optimiser_on_the_proved_gradient(word):
    points, wanted = blobs(8)
    trainer, other = Trainer(SOFT), Trainer(SOFT)
    names = list(trainer.weights)
    trainer.fit(points, wanted, 2, 4, 0.01, optimiser=word, shuffle=False, schedule="step:every=1")
    optimiser = CHOICE.read(word)
    weights = np.array(list(other.weights.values()))
    memory = Memory(optimiser, weights)
    for epoch in range(2):
        for part in (slice(0, 4), slice(4, 8)):
            g = np.array([other.gradient(points[part], wanted[part])[name] for name in names])
            optimiser.update(weights, g, 0.01 * 0.5**epoch, memory)
            memory.steps += 1
            other.set_weights(dict(zip(names, weights, strict=True)))
    assert trainer.weights == pytest.approx(other.weights, rel=1e-11, abs=1e-13)


def test_the_same_seed_gives_the_same_bits_with_everything_turned_on():
    points, wanted = blobs()
    made = []
    for _ in range(2):
        trainer = Trainer(SOFT, "float32", seed=3)
        history = trainer.fit(
            points,
            wanted,
            5,
            7,
            0.01,
            optimiser="adam",
            schedule="cosine:low=0.1",
            warmup=1,
            decay=0.01,
            clip_norm=1.0,
            class_weight="balanced",
            validation_split=0.2,
            patience=3,
        )
        made.append((trainer.weights, history))
    assert made[0] == made[1]
    assert made[0][1].learning_rate[-1] < 0.01


NETS = {
    "layers": lambda: rule_of(shorthand("3-4:tanh-2:logistic")),
    "softmax": lambda: SOFT,
    "ties": lambda: rule_of(random_dag(12, 40, 2, ties=0.3)),
    "lstm": lambda: rule_of(open_network(f"{ROOT}/examples/lstm.toml")),
    "claimed": lambda: Rule(
        prove(
            shorthand("2-2-1"),
            "delta[j] = phi'[j](v[j]) * e[j] / N for output j\n"
            "delta[j] = phi'[j](v[j]) * sum(k, w[k,j] * delta[k]) for hidden j\n"
            "dw[j,i] = eta * sum(xi, y[i] * delta[j])",
        ).theorem()
    ),
}


@pytest.mark.parametrize("name", NETS)
def test_a_weighted_program_agrees_with_independent_derivatives_of_the_weighted_cost(name):
    rule = NETS[name]()
    assert validate(lower(rule, weighted=True)) == Agrees(2)


def test_a_program_that_forgets_the_weights_of_its_samples_is_found_out():
    program = lower(RULE)
    forgetful = dataclasses.replace(program, buffers=(*program.buffers, Buffer("n", 1)))
    found = validate(forgetful)
    assert isinstance(found, Differs)
    assert found.quantity == "delta"


def test_a_rule_that_divides_by_n_outside_the_samples_takes_no_weights():
    odd = Rule(
        prove(
            shorthand("2-1"),
            "delta[j] = phi'[j](v[j]) * e[j] / N for output j\n"
            "dw[j,i] = (eta / N) * sum(xi, N * y[i] * delta[j])",
        ).theorem()
    )
    assert validate(lower(odd)) == Agrees(2)
    with pytest.raises(InputError, match="trainer cannot compute"):
        Trainer(odd).fit(X, D, 1, sample_weight=[1, 2, 3, 4])


@pytest.mark.parametrize("name", ["layers", "softmax", "ties"])
def test_a_sample_of_weight_three_is_three_samples(name):
    rule = NETS[name]()
    draw = np.random.default_rng(1)
    net = rule.network
    inputs = draw.normal(size=(4, len(net.inputs)))
    targets = one_hot(draw.integers(0, len(net.outputs), 4), len(net.outputs))
    counts = np.array([3, 1, 0, 2])
    many = [np.repeat(table, counts, axis=0) for table in (inputs, targets)]
    trainer = Trainer(rule)
    assert trainer.gradient(inputs, targets, counts) == pytest.approx(trainer.gradient(*many))
    trainer.fit(inputs, targets, 5, learning_rate=0.5, momentum=0.5, sample_weight=counts * 7)
    other = Trainer(rule)
    history = other.fit(*many, 5, learning_rate=0.5, momentum=0.5)
    assert trainer.weights == pytest.approx(other.weights, rel=1e-9, abs=1e-12)
    again = Trainer(rule).fit(
        inputs, targets, 5, learning_rate=0.5, momentum=0.5, sample_weight=counts
    )
    assert again.cost == pytest.approx(history.cost)


def test_balanced_classes_weigh_the_same():
    points, wanted = blobs(60)
    classes = wanted.argmax(axis=1)
    keep = np.flatnonzero((classes != 1) | (np.cumsum(classes == 1) <= 3))
    points, wanted, classes = points[keep], wanted[keep], classes[keep]
    counts = np.bincount(classes)
    runs = [
        Trainer(SOFT).fit(points, wanted, 3, **given).cost
        for given in (
            {"class_weight": "balanced"},
            {"class_weight": {k: 5 / counts[k] for k in range(3)}},
            {"sample_weight": (2 / counts)[classes]},
        )
    ]
    assert runs[0] == pytest.approx(runs[1])
    assert runs[0] == pytest.approx(runs[2])
    assert runs[0] != pytest.approx(Trainer(SOFT).fit(points, wanted, 3).cost)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"sample_weight": [1, 2]}, r"shape \(2,\); expected is one number for each of the 4"),
        ({"sample_weight": [1, 2, -1, 0]}, "sample 2 must be ≥ 0"),
        ({"sample_weight": [0, 0, 0, 0]}, "nothing is left"),
        ({"class_weight": {0: 1.0}}, "no weight for class 1"),
        ({"class_weight": "even"}, "'balanced', not 'even'"),
        ({"validation_split": 1.0}, "less than 1"),
        ({"validation_split": 0.01}, "sets 0 aside"),
        ({"validation_split": 0.5, "validation": (X, D)}, "not both"),
        ({"patience": 3}, "needs samples to watch"),
        ({"optimiser": "adam", "momentum": 0.5}, "momentum= belongs"),
        ({"schedule": "cosinus"}, "Did you mean 'cosine'"),
    ],
)
def test_what_cannot_be_meant_is_refused_and_nothing_is_learned(given, message):
    trainer = Trainer(RULE)
    before = trainer.weights
    with pytest.raises(InputError, match=message):
        trainer.fit(X, D, 3, **given)
    assert trainer.weights == before


def test_patience_stops_and_brings_the_best_weights_back():
    points, wanted = blobs(40)
    noisy = one_hot(np.random.default_rng(5).integers(0, 3, 40), 3)
    trainer = Trainer(SOFT, seed=1)
    kept: list[dict[str, float]] = []
    history = trainer.fit(
        points,
        noisy,
        400,
        4,
        0.05,
        optimiser="adam",
        validation=(points, wanted),
        patience=6,
        callback=lambda *_: kept.append(trainer.weights),
    )
    watched = history.validation_cost
    best = int(np.argmin(watched))
    assert len(watched) == best + 1 + 6 < 400
    assert trainer.weights == kept[best]
    assert trainer.cost(points, wanted) == pytest.approx(min(watched), rel=1e-12)


def test_what_is_set_aside_is_a_seeded_share_that_is_not_learned_from():
    points, wanted = blobs(50)
    aside = np.sort(np.random.default_rng((4, 1)).permutation(50)[:10])
    rest = np.setdiff1d(np.arange(50), aside)
    one, two = Trainer(SOFT, seed=4), Trainer(SOFT, seed=4)
    by_share = one.fit(points, wanted, 4, 8, validation_split=0.2)
    outright = two.fit(points[rest], wanted[rest], 4, 8, validation=(points[aside], wanted[aside]))
    assert by_share == outright
    assert one.weights == two.weights


def test_several_callbacks_are_all_called_and_any_may_stop():
    seen: list[str] = []
    history = Trainer(RULE).fit(
        X,
        D,
        9,
        callback=[
            lambda epoch, _: epoch == 2 or None,
            lambda epoch, history: seen.append(f"{epoch} of {len(history.cost)}"),
        ],
    )
    assert seen == ["1 of 1", "2 of 2"]
    assert len(history.cost) == 2


def test_the_history_is_written_as_csv_and_json_with_the_same_numbers(tmp_path):
    history = Trainer(SOFT).fit(*blobs(30), 3, 8, schedule="inverse:half=2", validation_split=0.2)
    history.write(tmp_path / "h.json")
    history.write(tmp_path / "h.csv")
    rows = json.loads((tmp_path / "h.json").read_text(encoding="utf-8"))
    lines = (tmp_path / "h.csv").read_text(encoding="utf-8").splitlines()
    names = ["epoch", "cost", "accuracy", "validation_cost", "learning_rate"]
    assert lines[0].split(",") == names == list(rows[0])
    for row, line in zip(rows, lines[1:], strict=True):
        assert [float(cell) for cell in line.split(",")] == list(row.values())
    assert [row["cost"] for row in rows] == history.cost
    with pytest.raises(InputError, match="Cannot write"):
        history.to_csv(tmp_path / "none" / "h.csv")


def test_lost_numbers_are_named_with_epoch_neuron_and_advice():
    net = shorthand("1-2:identity-1:identity")
    trainer = Trainer(rule_of(net))
    before = trainer.weights
    with pytest.raises(InputError) as error:
        trainer.fit([[1e200], [1.0]], [0.0, 1.0], 5, learning_rate=1e10)
    told = str(error.value)
    assert "diverged in epoch 1" in told
    assert "neuron '" in told
    assert "smaller learning rate than 1e+10, or clip" in told
    assert trainer.weights == before


def test_the_first_neuron_that_overflows_is_the_one_named():
    trainer = Trainer(rule_of(shorthand("2-2:identity-1:identity")))
    trainer.set_weights({"w_3_1": 1e200, "w_4_2": 1.0, "w_5_3": 1.0, "w_5_4": 1.0})
    with pytest.raises(InputError, match="field v of neuron '3' in sample 2"):
        trainer.fit([[0, 1], [1, 1], [1e200, 1]], [0.0, 1.0, 1.0], 3)


def test_a_trainer_learns_on_from_a_mapped_file_to_the_same_bits(tmp_path):
    points, wanted = blobs(50)
    np.save(tmp_path / "x.npy", points)
    np.save(tmp_path / "d.npy", wanted)
    there = [np.load(tmp_path / f"{name}.npy", mmap_mode="r") for name in "xd"]
    one, two = Trainer(SOFT), Trainer(SOFT)
    given = {"optimiser": "adam", "validation_split": 0.2, "class_weight": "balanced"}
    assert one.fit(points, wanted, 3, 8, **given) == two.fit(*there, 3, 8, **given)
    assert one.weights == two.weights
    assert np.array_equal(one.predict(points), two.predict(there[0]))
    assert one.cost(points, wanted) == two.cost(*there)
    points[33, 1] = np.nan
    np.save(tmp_path / "x.npy", points)
    bad = np.load(tmp_path / "x.npy", mmap_mode="r")
    with pytest.raises(InputError, match=r"In sample 33.*not finite.*column 1"):
        two.fit(bad, there[1], 3, 8)


def test_the_bar_counts_the_epochs_on_stderr_and_is_silent_elsewhere(monkeypatch, capsys):
    import tqdm

    bars = []

    class Shown(tqdm.tqdm):
        def __init__(self, **given):
            super().__init__(**given | {"delay": 0, "mininterval": 0})
            bars.append(self)

    monkeypatch.setattr(tqdm, "tqdm", Shown)
    trainer = Trainer(rule_of(shorthand("2-2-1")), seed=1)
    for progress, shown in ((True, 1), (False, 1), (None, 1)):  # stderr is no terminal here
        trainer.fit([[0, 1], [1, 1]], [1, 0], epochs=3, progress=progress)
        assert len(bars) == shown
    assert bars[0].n == bars[0].total == 3
    said = capsys.readouterr()
    assert "training" in said.err
    assert not said.out
