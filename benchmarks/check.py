"""Seconds that `proofprop check` takes: one document from a cold start, and one of 1,000 formulas.

Run from the root of the checkout: python -m benchmarks.check
The bars: 2 s for the document, 60 s and 1 GB for the long one, which repeats it.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from symbolic.reading.judgement import judge
from symbolic.reading.profile import open_profile
from symbolic.reading.reading import read_document

DOCUMENT = Path(__file__).parents[1] / "tests" / "documents" / "generalizing.md"
COPIES = 37
"""So many copies hold 1,000 formulas."""


def main() -> None:
    """Print one line for each measurement."""
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "reports", "check", str(DOCUMENT)], capture_output=True, check=False
    )
    print(f"cold start, {DOCUMENT.name}: {time.perf_counter() - start:.2f} s (bar 2)")
    text = "\n\n".join([DOCUMENT.read_text("utf-8")] * COPIES)
    start = time.perf_counter()
    reading = read_document(text, open_profile("haykin"))
    judgement = judge(reading)
    seconds = time.perf_counter() - start
    formulas = len({claim.piece for claim in reading.claims})
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    words = dict(Counter(one.word for one in judgement.lines))
    print(f"{formulas:,} formulas with {len(reading.claims):,} claims: {seconds:.1f} s (bar 60)")
    print(f"  peak memory {memory:.2f} GB (bar 1); {words}")


if __name__ == "__main__":
    main()
