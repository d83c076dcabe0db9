"""A run that writes itself down all the time, for tests that stop it at random moments.

python kill_me.py FOLDER SEED: trains with checkpoints, goes on where FOLDER/run.npz says, and
writes the weights and the history to FOLDER/end.npz.  It prints "ready" when training begins.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from numeric.checkpoints import Checkpoints
from numeric.trainer import History, Trainer, one_hot
from symbolic import rule_of, shorthand


def run(
    seed: int, epochs: int, begins: Callable[[], None] = lambda: None, **more: Any
) -> tuple[Trainer, History]:
    """Everything that has a state at once: batches, Adam, schedule, watching, the best weights.

    `begins` is called when the rule is proved and training begins.
    """
    draw = np.random.default_rng(0)
    labels = draw.integers(0, 3, 2500)
    points = draw.normal(np.eye(3)[labels], 0.8)
    trainer = Trainer(rule_of(shorthand("3-6:tanh-3:softmax")), "float32", seed)
    begins()
    history = trainer.fit(
        points,
        one_hot(labels, 3),
        epochs,
        16,
        0.01,
        optimiser="adam",
        schedule="cosine",
        class_weight={0: 1.0, 1: 2.0, 2: 1.5},
        validation_split=0.1,
        patience=1000,
        **more,
    )
    return trainer, history


if __name__ == "__main__":
    folder, seed, epochs = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    keep = Checkpoints(folder / "run.npz", seconds=0)
    trainer, history = run(
        seed, epochs, lambda: print("ready", flush=True), checkpoint=keep, resume=True
    )
    np.savez(
        folder / "half.npz",
        weights=list(trainer.weights.values()),
        **{name: np.array(values) for name, values in vars(history).items()},
    )
    os.replace(folder / "half.npz", folder / "end.npz")
