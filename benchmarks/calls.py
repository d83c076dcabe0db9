"""One update for each call of Python, `step(X, D)`: microseconds of the processor.

Run from the root of the checkout: python -m benchmarks.calls
The last line is a call that does nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from numeric.trainer import Trainer
from symbolic.topologies import shorthand
from symbolic.verification import rule_of

ROUNDS, LEAST = 15, 0.02
WORK = (("2-2-1", 1), ("64-32-10", 1), ("64-32-10", 32))


def microseconds(call: Callable[[], object]) -> float:
    """The least of so many rounds: what the call takes where nobody disturbs it."""
    begin = time.process_time()
    call()
    count = max(1, round(LEAST / max(1e-6, time.process_time() - begin)))
    found = []
    for _ in range(ROUNDS):
        begin = time.process_time()
        for _ in range(count):
            call()
        found.append((time.process_time() - begin) / count)
    return min(found) * 1e6


def main() -> None:
    """Print a line for each network, batch and dtype."""
    print(f"{'network':<12}{'batch':>6}  {'dtype':<9}{'call':>7}")
    for net, batch in WORK:
        for dtype in ("float32", "float64"):
            trainer = Trainer(rule_of(shorthand(net)), dtype, backend="native")
            draw = np.random.default_rng(1)
            X = draw.uniform(size=(batch, len(trainer.network.inputs))).astype(dtype)
            D = draw.uniform(0.1, 0.9, (batch, len(trainer.network.outputs))).astype(dtype)
            step = trainer.stepper(learning_rate=0.01)
            step(X, D)
            whole = microseconds(lambda step=step, X=X, D=D: step(X, D))  # type: ignore[misc]
            print(f"{net:<12}{batch:>6}  {dtype:<9}{whole:>7.2f}", flush=True)
    print(f"{'a call that does nothing':<29}{microseconds(lambda: None):>7.2f}")


if __name__ == "__main__":
    main()
