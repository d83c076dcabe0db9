"""The estimators in scikit-learn's own checks, its pipelines, its searches and its pickles."""

from __future__ import annotations

import copy
import pickle
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("sklearn", "1.6", reason="needs the extra sklearn")

from sklearn.datasets import load_digits, load_iris, make_regression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import estimator_checks_generator

from numeric import saving
from numeric.estimators import BackpropClassifier, BackpropRegressor
from symbolic.errors import InputError
from symbolic.spec import open_network
from symbolic.topologies import shorthand

ROOT = Path(__file__).parent.parent
KINDS: dict[str, Any] = {"classifier": BackpropClassifier, "regressor": BackpropRegressor}
CHECKS = [
    pytest.param(name, n, id=f"{name}-{getattr(check, 'func', check).__name__}")
    for name, kind in KINDS.items()
    for n, (_, check) in enumerate(estimator_checks_generator(kind()))
]


@pytest.mark.parametrize(("name", "n"), CHECKS)
def test_scikit_learns_own_checks_pass_without_an_exception(name, n):
    found = list(estimator_checks_generator(KINDS[name]()))
    estimator, check = found[n]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the checks provoke warnings and look for them themselves
        check(estimator)


def test_the_list_of_checks_is_the_whole_one():
    checks = (check for _, check in estimator_checks_generator(BackpropClassifier()))
    names = {getattr(check, "func", check).__name__ for check in checks}
    assert len(CHECKS) > 100
    assert "check_sample_weight_equivalence_on_dense_data" in names
    assert "check_classifiers_train" in names


def test_a_pipeline_a_search_and_a_cross_validation_learn_the_irises():
    X, y = load_iris(return_X_y=True)
    pipe = make_pipeline(StandardScaler(), BackpropClassifier((8,), epochs=60, random_state=0))
    search = GridSearchCV(pipe, {"backpropclassifier__l2": [0.0, 10.0]}, cv=3)
    search.fit(X, y)
    assert search.best_params_ == {"backpropclassifier__l2": 0.0}
    assert search.best_score_ > 0.9
    words = np.array(["setosa", "versicolor", "virginica"])[y]
    scores = cross_val_score(BackpropClassifier(epochs=60, random_state=0), X, words, cv=3)
    assert scores.mean() > 0.9


def test_the_digits_are_learned_to_97_in_a_hundred_in_under_two_seconds():
    X, y = load_digits(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(X))
    X, y = X[order] / 16, y[order]
    found = BackpropClassifier((64,), epochs=100, random_state=0)
    if found.fit(X[:64], y[:64]).trainer_.backend != "native":  # what is compiled is compiled now
        pytest.skip("no C compiler here")
    begin = time.process_time()
    found.fit(X[:1400], y[:1400])
    assert time.process_time() - begin < 2
    assert found.score(X[1400:], y[1400:]) >= 0.97


def test_the_regressor_learns_one_target_and_several():
    X, y = make_regression(150, 4, n_targets=2, noise=1.0, random_state=0)
    several = BackpropRegressor((), epochs=400, learning_rate=0.05, random_state=0).fit(X, y)
    assert several.score(X, y) > 0.99
    assert several.predict(X).shape == (150, 2)
    one = BackpropRegressor(random_state=0).fit(X, y[:, 0])
    assert one.predict(X).shape == (150,)
    assert one.score(X, y[:, 0]) > 0.95


def test_partial_fit_learns_on_with_the_memory_of_the_optimiser():
    X, y = load_iris(return_X_y=True)
    whole = BackpropClassifier(epochs=5, batch_size=None, random_state=0).fit(X, y)
    parts = BackpropClassifier(batch_size=None, random_state=0)
    for n in range(5):
        parts.partial_fit(X, y, classes=[0, 1, 2] if n == 0 else None)
    assert parts.trainer_.weights == whole.trainer_.weights
    assert parts.history_.cost == whole.history_.cost
    with pytest.raises(InputError, match=r"The class .* is not one of the classes"):
        parts.partial_fit(X, y + 1)
    with pytest.raises(InputError, match="needs all the classes"):
        BackpropClassifier().partial_fit(X, y)
    with pytest.raises(InputError, match="not those of the first call"):
        parts.partial_fit(X, y, classes=[0, 1])


@pytest.mark.parametrize("kind", KINDS)
def test_a_sample_of_weight_three_is_three_samples(kind):
    draw = np.random.default_rng(0)
    X, y = draw.normal(size=(30, 3)), np.arange(30) % 2
    counts = draw.integers(0, 4, 30)
    settings = {"batch_size": None, "epochs": 30, "random_state": 0}
    one = KINDS[kind](**settings).fit(X, y, sample_weight=counts)
    two = KINDS[kind](**settings).fit(np.repeat(X, counts, axis=0), np.repeat(y, counts))
    assert one.trainer_.weights == pytest.approx(two.trainer_.weights, rel=1e-8, abs=1e-10)
    plain = KINDS[kind](**settings).fit(X, y)
    assert one.trainer_.weights != pytest.approx(plain.trainer_.weights, rel=1e-3)


def test_class_weights_are_those_of_scikit_learn():
    X, y = load_iris(return_X_y=True)
    keep = (y > 0) & (np.arange(150) % 5 < np.where(y == 1, 1, 5))
    settings = {"random_state": 0, "epochs": 20, "batch_size": None}
    one = BackpropClassifier(class_weight="balanced", **settings).fit(X[keep], y[keep])
    counts = np.bincount(y[keep])[y[keep]]
    two = BackpropClassifier(**settings).fit(X[keep], y[keep], sample_weight=1 / counts)
    assert one.trainer_.weights == pytest.approx(two.trainer_.weights, rel=1e-8, abs=1e-10)


def test_a_pickle_is_proved_again_and_goes_on_alike(monkeypatch):
    X, y = load_iris(return_X_y=True)
    made = BackpropClassifier(epochs=5, random_state=0).fit(X, y)
    asked: list[str] = []
    original = saving.rule_of
    monkeypatch.setattr(saving, "rule_of", lambda net: asked.append(net.name) or original(net))
    for again in (pickle.loads(pickle.dumps(made)), copy.deepcopy(made)):
        assert np.array_equal(again.predict_proba(X), made.predict_proba(X))
        assert again.trainer_.weights == made.trainer_.weights
        again.partial_fit(X, y)
    assert asked == ["4-16:tanh-3:softmax"] * 2


def test_any_topology_can_be_given():
    X, y = np.array([[0, 0], [0, 1], [1, 0], [1, 1]] * 5, float), np.array([0, 1, 1, 0] * 5)
    skip = open_network(f"{ROOT}/examples/skip.toml")
    for network in (skip, f"{ROOT}/examples/skip.toml"):
        found = BackpropRegressor(network=network, standardise=False, random_state=1)
        found.set_params(epochs=2000, learning_rate=0.05).fit(X, y)
        assert ((found.predict(X) > 0.5) == y).all()
    with pytest.raises(InputError, match="2 units for features; here are 3 features"):
        BackpropClassifier(network="2-3-2:softmax").fit(np.zeros((4, 3)), [0, 1, 0, 1])
    with pytest.raises(InputError, match="3 units for targets; here are 2 targets"):
        BackpropClassifier(network=shorthand("2-3:softmax")).fit(X, y)


def test_watching_stops_early_and_bad_settings_are_value_errors():
    X, y = load_iris(return_X_y=True)
    found = BackpropClassifier(validation_split=0.3, patience=3, epochs=2000, random_state=0)
    assert len(found.fit(X, y).history_.cost) < 2000
    with pytest.raises(ValueError, match="There is no optimiser"):
        BackpropClassifier(optimiser="lbfgs").fit(X, y)
    with pytest.raises(ValueError, match="one class only"):
        BackpropClassifier().fit(X, np.zeros(150))
