"""Handwritten digits: prove the rule of a 64-32-10 network, then learn by it.

Run it with `python examples/digits.py`; it needs scikit-learn for the data and takes seconds.
"""

from __future__ import annotations

import sys
import time

import numpy as np

from numeric.trainer import History, Trainer, one_hot
from symbolic.topologies import shorthand
from symbolic.verification import rule_of


def main() -> int:
    """Prove, train, and print the accuracy on samples never seen in training."""
    try:
        from sklearn.datasets import load_digits
    except ImportError:
        print("This example needs scikit-learn: pip install 'proofprop[examples]'", file=sys.stderr)
        return 2
    data = load_digits()
    order = np.random.default_rng(0).permutation(len(data.data))
    X, labels = data.data[order] / 8 - 1, data.target[order]
    train, test = slice(0, 1347), slice(1347, None)

    start = time.perf_counter()
    rule = rule_of(shorthand("64-32:tanh-10:softmax"))
    print(f"Rule proved in {time.perf_counter() - start:.2f} s.")

    start = time.perf_counter()
    trainer = Trainer(rule, seed=0)
    history: History = trainer.fit(
        X[train],
        one_hot(labels[train], 10),
        epochs=60,
        batch_size=32,
        learning_rate=0.05,
        momentum=0.9,
        progress=False,
    )
    print(f"Trained for {len(history.cost)} epochs in {time.perf_counter() - start:.2f} s.")
    right = trainer.predict(X[test]).argmax(axis=1) == labels[test]
    print(f"Cost {history.cost[-1]:.4f}; test accuracy {right.mean():.1%} of {len(right)} digits.")
    return 0 if right.mean() >= 0.97 else 1


if __name__ == "__main__":
    sys.exit(main())
