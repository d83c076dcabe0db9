"""How long reports take and how large they are, in processes of their own, beside a bare start.

`python -m benchmarks.reports` prints the seconds and bytes of each page, the seconds of a bare
`import sympy` to compare them with, and whether each page has its size and the same bytes again.
What Python compiles is kept, as it is where a package is installed; the first run does not count.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from reports.document import Math
from reports.latex_printer import latex_of
from reports.latex_runs import broken
from symbolic.notation import d, w
from symbolic.spec_writer import as_data
from symbolic.terms import Add
from symbolic.topologies import random_dag

RUNS = 3
LARGE = 10_000
PAGES = {  # name: (NET, the most bytes, options); quickjs takes most of the time of a static page
    "2-2-1": ("2-2-1", 1_500_000, "--no-static"),
    "2-2-1, static": ("2-2-1", 1_500_000, "--static"),
    "64-32-10": ("64-32-10", 1_500_000, "--no-static"),
    "64-32-10, static": ("64-32-10", 1_500_000, "--static"),
    "10,000 neurons": ("large.json", 3_000_000, "--no-static"),
}


def seconds(command: list[str]) -> tuple[float, float]:
    """The medians of a few runs of a process: seconds on the clock, and of the processor."""
    clock, processor = [], []
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    subprocess.run(command, check=True, capture_output=True, env=kept)
    for _ in range(RUNS):
        start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, check=True, capture_output=True, env=kept)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        clock.append(time.perf_counter() - start)
        processor.append(after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)
    return statistics.median(clock), statistics.median(processor)


def large(path: Path) -> None:
    """A file of a random network of 10,000 neurons."""
    network = random_dag(LARGE, 4 * LARGE, seed=1)
    path.write_text(json.dumps(as_data(network)), encoding="utf-8")


def long_sum(terms: int = 5_000) -> tuple[float, float]:
    """Seconds of the processor in which a sum of so many terms is printed whole, and shortened."""
    whole = Add(tuple(d(str(n)) * w(str(n), str(n + 1)) for n in range(terms)))
    start = time.process_time()
    assert latex_of(whole).count("+") == terms - 1
    middle = time.process_time()
    broken(Math(whole), 37)
    return middle - start, time.process_time() - middle


def main() -> None:
    clock, bare = seconds([sys.executable, "-c", "import sympy"])
    print(f"{'import sympy':>16}  {clock:6.2f} s, of the processor {bare:5.2f} s")
    with tempfile.TemporaryDirectory() as folder:
        large(Path(folder) / "large.json")
        for name, (net, most, *options) in PAGES.items():
            given = str(Path(folder) / net) if net.endswith(".json") else net
            pages = [Path(folder) / f"{n}.html" for n in (1, 2)]
            command = [sys.executable, "-m", "reports", "report", given, *options, "-o"]
            clock, taken = seconds([*command, str(pages[0])])
            other = {**os.environ, "PYTHONHASHSEED": "7"}  # no order of a set is seen
            subprocess.run([*command, str(pages[1])], check=True, capture_output=True, env=other)
            one, two = (page.read_bytes() for page in pages)
            size = f"{len(one):9,} bytes, {'within' if len(one) <= most else 'OVER'} {most:,}"
            same = "the same again" if one == two else "NOT the same again"
            ratio = f"{taken:5.2f} s, {taken / bare:5.2f} x sympy"
            print(f"{name:>16}  {clock:6.2f} s, of the processor {ratio}; {size}, {same}")
    whole, short = long_sum()
    print(f"{'5,000-term sum':>16}  {whole:6.2f} s of the processor, with dots {short:.2f} s")


if __name__ == "__main__":
    main()
