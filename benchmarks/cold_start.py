"""`proofprop prove 2-3-1` from a cold start: the median of five runs in seconds."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

COMMAND = (sys.executable, "-m", "reports", "prove", "2-3-1")


def main() -> None:
    """Run from the root of the checkout."""
    seconds = []
    for _ in range(5):
        begin = time.perf_counter()
        subprocess.run(COMMAND, check=True, stdout=subprocess.DEVNULL)
        seconds.append(time.perf_counter() - begin)
    print(f"prove 2-3-1, cold: median {statistics.median(seconds):.2f} s of 5 runs")


if __name__ == "__main__":
    main()
