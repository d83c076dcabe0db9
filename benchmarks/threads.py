"""Compiled training by one thread and by two: the ratio of wall times, by turns in one process.

Run from the root of the checkout:
  python -m benchmarks.threads [--rounds N] [--always] [NAME …]

More than 1 is faster with two.  The first figure is the ratio of the least times, which says what
two free processors do; the second is the median over the rounds, which says what they did here.
Training times both ways and takes the faster one; --always has two threads do all of it.  The last
line is a product of matrices by NumPy's BLAS, which says what this machine gives to two threads.
"""

from __future__ import annotations

import argparse
import importlib.util
import statistics
import time
from typing import Any

import numpy as np

from benchmarks.trainer import WORK, work_of
from benchmarks.work import ETA, Work
from numeric.backends import prepared
from numeric.lowering import lower
from symbolic.verification import rule_of

LEAST = 0.01
SIZE = 768


def sides(work: Work, always: bool) -> list[Any]:
    """A pass over all batches by one thread, and by two; from the same weights, the same bits."""
    kind = str(work.X.dtype)
    program = lower(rule_of(work.network), kind)
    count = len(work.X)
    X = np.ascontiguousarray(work.X.reshape(count * work.batch, -1))
    order = [work.network.outputs.index(j) for j in program.layout.outputs]
    D = np.ascontiguousarray(work.D.reshape(count * work.batch, -1)[:, order])
    found, ends = [], []
    for threads in (1, 2):
        weights = work.start.copy()
        machine: Any = prepared(program, "native", threads)(program, work.batch, weights, ETA)
        if always:
            machine.together = threads > 1
        seen = np.empty(D.T.shape, kind), np.empty(D.T.shape, kind)

        def run(machine: Any = machine, seen: Any = seen) -> None:
            machine.epoch(X, D, None, 0, count, *seen)

        run()
        found.append(run)
        ends.append(weights.copy())
    assert np.array_equal(*ends), "the threads change the numbers"
    return found


def blas() -> list[Any]:
    """A product of matrices by one thread of NumPy's BLAS, and by two."""
    import threadpoolctl

    x = np.random.default_rng(0).random((SIZE, SIZE), np.float32)
    out = np.empty_like(x)

    def by(threads: int) -> Any:
        def run() -> None:
            with threadpoolctl.threadpool_limits(threads, "blas"):
                np.dot(x, x, out)

        return run

    return [by(1), by(2)]


def compared(title: str, both: list[Any], rounds: int) -> None:
    """Print the ratio of the least times, and the median of the ratios."""
    begin = time.perf_counter()
    both[0]()
    count = max(1, round(LEAST / max(1e-9, time.perf_counter() - begin)))
    taken: list[tuple[float, float]] = []
    for _ in range(rounds):
        pair = []
        for run in both:
            begin = time.perf_counter()
            for _ in range(count):
                run()
            pair.append((time.perf_counter() - begin) / count)
        taken.append((pair[0], pair[1]))
    best = min(one for one, _ in taken) / min(two for _, two in taken)
    usual = statistics.median(one / two for one, two in taken)
    print(f"{title}{best:>6.2f}{usual:>6.2f}", flush=True)


def main() -> None:
    """Print a line for each workload and dtype."""
    reading = argparse.ArgumentParser(description="Two threads against one.")
    reading.add_argument("names", nargs="*", choices=[[], *WORK], help="workloads; none: all")
    reading.add_argument("--rounds", type=int, default=15)
    reading.add_argument("--always", action="store_true", help="two also where one is faster")
    given = reading.parse_args()
    for name in given.names or WORK:
        for dtype in ("float32", "float64"):
            work = work_of(name, dtype)
            both = sides(work, given.always)
            compared(f"{work.title:<37}{dtype:<9}", both, given.rounds)
    if importlib.util.find_spec("threadpoolctl") is not None:
        compared(f"{f'NumPy, {SIZE} by {SIZE}':<37}{'float32':<9}", blas(), given.rounds)


if __name__ == "__main__":
    main()
