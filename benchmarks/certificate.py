"""Time and memory of the proof for large graphs: it should grow linearly with the edges.

Run from the root of the checkout: python -m benchmarks.certificate
"""

from __future__ import annotations

import resource
import time
from collections.abc import Callable

from symbolic.network import Network
from symbolic.topologies import chain, random_dag
from symbolic.verdicts import Proved
from symbolic.verification import prove


def measure(title: str, make: Callable[[], Network]) -> float:
    """Print one row; the seconds of the proof."""
    begin = time.perf_counter()
    network = make()
    built = time.perf_counter()
    verdict = prove(network).verdict
    end = time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # Linux counts in KiB
    said = type(verdict).__name__.lower() if isinstance(verdict, Proved) else repr(verdict)
    print(f"{title:26} {built - begin:8.2f} {end - built:8.2f} {peak:10.0f}  {said}", flush=True)
    return end - built


def main() -> None:
    """Two random graphs, their ratio, and a deep chain; the memory is the peak so far."""
    print(f"{'graph':26} {'build s':>8} {'proof s':>8} {'peak MiB':>10}  verdict")
    small = measure("1,000 / 10,000 edges", lambda: random_dag(1_000, 10_000, seed=0))
    large = measure("10,000 / 100,000 edges", lambda: random_dag(10_000, 100_000, seed=0))
    measure("chain of 100,000", lambda: chain(100_000))
    print(f"ten times the edges take {large / small:.1f} times as long (linear: 10)")


if __name__ == "__main__":
    main()
