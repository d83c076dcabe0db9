"""Every optimiser against its published equation, worked out number by number beside it."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from numeric.optimisers import CHOICE, OPTIMISERS, Memory
from numeric.schedules import SCHEDULES, warmed
from numeric.settings import Settings, Update, optimiser_of
from symbolic.errors import InputError

GRADIENTS = ([0.5, -1.0], [0.25, 0.5], [-0.5, 0.5], [1.0, -0.25])
"""Powers of two, so that floats are exact wherever the equation has no root."""
FIRST = (1.0, -2.0)
Step = Callable[[Any, Any, dict[str, Any], int], Any]


def sgd(w: Any, g: Any, kept: dict[str, Any], n: int) -> Any:
    return w + g / 4


def momentum(w: Any, g: Any, kept: dict[str, Any], n: int) -> Any:
    kept["m"] = kept.get("m", 0) / 2 + g / 4
    return w + kept["m"]


def nesterov(w: Any, g: Any, kept: dict[str, Any], n: int) -> Any:
    kept["m"] = kept.get("m", 0) / 2 + g / 4
    return w + kept["m"] / 2 + g / 4


def rprop(w: Any, g: Any, kept: dict[str, Any], n: int) -> Any:
    step, last = kept.get("step", Fraction(1, 4)), kept.get("last", Fraction(0))
    if g * last > 0:
        step = min(step * Fraction(3, 2), Fraction(1, 2))
    if g * last < 0:
        step, g = max(step / 2, Fraction(1, 8)), Fraction(0)
    kept["step"], kept["last"] = step, g
    return w + (step if g > 0 else -step if g < 0 else 0)


def adam(w: float, g: float, kept: dict[str, Any], n: int) -> float:
    kept["m"] = 0.9 * kept.get("m", 0) + 0.1 * g
    kept["s"] = 0.99 * kept.get("s", 0) + 0.01 * g * g
    mean, square = kept["m"] / (1 - 0.9**n), kept["s"] / (1 - 0.99**n)
    return w + 0.25 * mean / (math.sqrt(square) + 0.001)


def rmsprop(w: float, g: float, kept: dict[str, Any], n: int) -> float:
    kept["s"] = 0.75 * kept.get("s", 0) + 0.25 * g * g
    return w + 0.25 * g / (math.sqrt(kept["s"]) + 0.001)


EXACT: dict[str, Step] = {
    "sgd": sgd,
    "momentum:share=0.5": momentum,
    "nesterov:share=0.5": nesterov,
    "rprop:up=1.5,down=0.5,smallest=0.125,largest=0.5": rprop,
}
ROUNDED: dict[str, Step] = {
    "adam:beta1=0.9,beta2=0.99,epsilon=0.001": adam,
    "rmsprop:rho=0.75,epsilon=0.001": rmsprop,
}


def run(settings: Settings, dtype: str = "float64", decays: Any = (1, 1)) -> list[float]:
    weights = np.array(FIRST, dtype)
    memory = Memory(settings.optimiser, weights)
    update = Update(settings, weights, memory, np.array(decays, dtype))
    for g in GRADIENTS:
        update(np.array(g, dtype), settings.learning_rate)
    assert memory.steps == len(GRADIENTS)
    return [float(w) for w in weights]


def by_hand(step: Step, number: Callable[[float], Any]) -> list[Any]:
    found = []
    for place, first in enumerate(FIRST):
        w, kept = number(first), {}
        for n, g in enumerate(GRADIENTS, start=1):
            w = step(w, number(g[place]), kept, n)
        found.append(w)
    return found


def test_every_optimiser_has_an_equation_here():
    names = {word.partition(":")[0] for word in (*EXACT, *ROUNDED)}
    assert names == set(OPTIMISERS)


@pytest.mark.parametrize("word", EXACT)
def test_without_roots_the_update_is_exactly_its_equation_in_fractions(word):
    found = run(Settings(1, learning_rate=0.25, optimiser=CHOICE.read(word)))
    assert [Fraction(w) for w in found] == by_hand(EXACT[word], Fraction)


@pytest.mark.parametrize(("dtype", "near"), [("float64", 1e-14), ("float32", 1e-6)])
@pytest.mark.parametrize("word", ROUNDED)
def test_with_roots_the_update_is_its_equation_in_floats(word, dtype, near):
    found = run(Settings(1, learning_rate=0.25, optimiser=CHOICE.read(word)), dtype)
    assert found == pytest.approx(by_hand(ROUNDED[word], float), rel=near)


def test_a_wrong_equation_is_told_apart():
    found = run(Settings(1, learning_rate=0.25, optimiser=CHOICE.read("nesterov:share=0.5")))
    assert [Fraction(w) for w in found] != by_hand(momentum, Fraction)
    assert run(Settings(1, learning_rate=0.25, optimiser=CHOICE.read("adam"))) != pytest.approx(
        by_hand(rmsprop, float), rel=1e-3
    )


def test_the_first_step_of_adam_is_eta_in_the_direction_of_the_sign():
    weights = np.array([0.0, 0.0])
    adam = CHOICE.read("adam:epsilon=1e-30")
    adam.update(weights, np.array([3.0, -1e-5]), 0.5, Memory(adam, weights))
    assert weights == pytest.approx([0.5, -0.5])


def test_l2_is_the_gradient_of_half_lambda_w_squared_and_spares_what_is_no_link():
    def step(w: Any, g: Any, kept: dict[str, Any], n: int) -> Any:
        return w + (g - w / 8) / 4

    found = run(Settings(1, learning_rate=0.25, l2=0.125), decays=(1, 0))
    assert Fraction(found[0]) == by_hand(step, Fraction)[0]
    assert Fraction(found[1]) == by_hand(sgd, Fraction)[1]


def test_decoupled_decay_shrinks_by_eta_lambda_beside_the_update():
    def step(w: Any, g: Any, kept: dict[str, Any], n: int) -> Any:
        kept["m"] = kept.get("m", 0) / 2 + g / 4
        return w * (1 - Fraction(1, 32)) + kept["m"]

    chosen = CHOICE.read("momentum:share=0.5")
    found = run(Settings(1, learning_rate=0.25, optimiser=chosen, decay=0.125))
    assert [Fraction(w) for w in found] == by_hand(step, Fraction)


def test_adam_with_decay_is_adamw_and_not_adam_with_l2():
    def adamw(w: float, g: float, kept: dict[str, Any], n: int) -> float:
        return adam(w - 0.25 * 0.5 * w, g, kept, n)

    chosen = CHOICE.read("adam:beta1=0.9,beta2=0.99,epsilon=0.001")
    decayed = run(Settings(1, learning_rate=0.25, optimiser=chosen, decay=0.5))
    assert decayed == pytest.approx(by_hand(adamw, float), rel=1e-14)
    assert run(Settings(1, learning_rate=0.25, optimiser=chosen, l2=0.5)) != pytest.approx(decayed)


def test_clipping_by_value_and_by_the_length_of_the_whole():
    def clipped(w: Any, g: Any, kept: dict[str, Any], n: int) -> Any:
        return w + max(min(g, Fraction(3, 8)), -Fraction(3, 8)) / 4

    found = run(Settings(1, learning_rate=0.25, clip_value=0.375))
    assert [Fraction(w) for w in found] == by_hand(clipped, Fraction)
    weights = np.array([0.0, 0.0])
    settings = Settings(1, clip_norm=1.0)
    Update(settings, weights, Memory(settings.optimiser, weights), np.ones(2))(
        np.array([3.0, -4.0]), 1.0
    )
    assert weights == pytest.approx([0.6, -0.8])
    settings = Settings(1, clip_norm=5.5)
    Update(settings, weights, Memory(settings.optimiser, weights), np.ones(2))(
        np.array([3.0, -4.0]), 1.0
    )
    assert weights == pytest.approx([3.6, -4.8])


def test_a_long_gradient_in_float32_is_clipped_without_overflow():
    weights = np.zeros(2, np.float32)
    settings = Settings(1, clip_norm=1.0)
    huge = np.array([3e30, 4e30], np.float32)
    Update(settings, weights, Memory(settings.optimiser, weights), np.ones(2, np.float32))(huge, 1)
    assert weights == pytest.approx([0.6, 0.8])


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("adamm", "Did you mean 'adam'"),
        ("adamw", "AdamW is adam with a decay"),
        ("adam:epsilom=1", "no setting 'epsilom'. Did you mean 'epsilon'"),
        ("adam:beta1=1", "beta1 must be at least 0 and less than 1"),
        ("adam:beta1=x", "must be a finite number, not 'x'"),
        ("adam:epsilon=0", "epsilon must be a finite number > 0"),
        ("momentum:share=nan", "must be a finite number"),
        ("rprop:up=1", "up > 1"),
        ("sgd:share=1", "has no setting 'share'"),
    ],
)
def test_a_word_that_names_no_optimiser_is_refused(word, message):
    with pytest.raises(InputError) as error:
        CHOICE.read(word)
    assert message in str(error.value)


@pytest.mark.parametrize("word", [*EXACT, *ROUNDED])
def test_an_optimiser_is_written_as_the_word_that_reads_back(word):
    assert CHOICE.read(CHOICE.write(CHOICE.read(word))) == CHOICE.read(word)


def test_settings_that_cannot_be_meant_are_refused():
    for settings, message in (
        ({"l2": -1}, "l2 must be ≥ 0"),
        ({"clip_norm": 0}, "clip_norm must be > 0"),
        ({"warmup": float("nan")}, "finite"),
        ({"patience": 0}, "patience must be an integer ≥ 1"),
        ({"optimiser": CHOICE.read("rprop"), "warmup": 2}, "leave out the schedule"),
    ):
        with pytest.raises(InputError, match=message):
            Settings(1, **settings)
    with pytest.raises(InputError, match="momentum= belongs"):
        optimiser_of("adam", 0.5)


def test_every_schedule_begins_at_the_rate_given_and_never_rises():
    for kind in SCHEDULES.values():
        factors = [kind().factor(t / 4, 30) for t in range(121)]
        assert factors[0] == 1
        assert all(0 <= after <= before for before, after in pairwise(factors))
    settings = Settings(10, learning_rate=0.5, schedule=SCHEDULES["exponential"](0.5), warmup=2)
    assert settings.rate(1, 1.5) == 0.5 * 0.5 * 0.75
    assert settings.rate(3, 3.5) == 0.5 / 8
    assert warmed(0, 0.25, 0) == 1
