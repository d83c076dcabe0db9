"""Figures of a network of 10,000 neurons and 200,000 synapses: seconds to draw one against seconds
to make the network, and how large the file is.

Run from the root of the checkout: python -m benchmarks.figures
"""

from __future__ import annotations

import time

from reports import figures
from symbolic.topologies import random_dag

NEURONS, SYNAPSES = 10_000, 200_000
VIEWS = (figures.overview, figures.backward, figures.blocks, figures.matrix)


def main() -> None:
    """Print one line for each view."""
    begin = time.process_time()
    network = random_dag(NEURONS, SYNAPSES, seed=1)
    made = time.process_time() - begin
    print(f"the network itself: {made:.2f} s of process time")
    for draw in VIEWS:
        begin = time.process_time()
        text = figures.svg(draw(network), alone=True)
        took = time.process_time() - begin
        size = len(text) / 1000
        print(f"{draw.__name__}: {took:.2f} s, {took / made:.2f} of that, {size:.0f} kB")


if __name__ == "__main__":
    main()
