"""Cold starts, the median of five fresh processes: a proof, and a trained XOR."""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import time

XOR = """
from numeric.trainer import Trainer
from symbolic import rule_of, shorthand
trainer = Trainer(rule_of(shorthand("2-2-1")), seed=1)
X, D = [[0, 0], [0, 1], [1, 0], [1, 1]], [0.1, 0.9, 0.9, 0.1]
trainer.fit(X, D, epochs=2000, batch_size=1, learning_rate=0.5, progress=False)
"""
COMMANDS = {
    "prove 2-3-1": (sys.executable, "-m", "reports", "prove", "2-3-1"),
    "XOR, 8,000 updates": (sys.executable, "-c", XOR),
    "for comparison, import numpy": (sys.executable, "-c", "import numpy"),
}


def main() -> None:
    """Run from the root of the checkout; the commands take turns."""
    seconds: dict[str, list[tuple[float, float]]] = {name: [] for name in COMMANDS}
    for _ in range(6):
        for name, command in COMMANDS.items():
            begin, used = time.perf_counter(), processor()
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            seconds[name].append((time.perf_counter() - begin, processor() - used))
    for name, taken in seconds.items():  # the first compiles, and fills the caches of the disk
        wall, cpu = (statistics.median(each) for each in zip(*taken[1:], strict=True))
        print(f"{name}: {wall:.2f} s, of which the processor {cpu:.2f} s")


def processor() -> float:
    """The seconds of the processor that children have used."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
