"""The worked example of a network in time: one step is shown, and what it uses of the others.

Every step is worked; the steps between the first and the last are alike.
"""

from __future__ import annotations

from collections.abc import Sequence

from reports.document import Run
from reports.wording import units
from reports.worked import Row
from symbolic.network import Network
from symbolic.terms import Phi, Sign, Term, walk
from symbolic.unit_signs import at_step_of

FEWEST = 3
"""Steps from which one stands for all."""
WORKED = frozenset(("v", "y", "e", "Ej", "delta"))
"""Letters whose numbers come out of lines of the example."""


def middle(network: Network) -> int:
    """The step that is shown, which reads a step and is read by one; 0 where all are."""
    steps = 0 if network.recurrent is None else network.recurrent.steps
    return (steps + 1) // 2 if steps >= FEWEST else 0


def of_one_step(network: Network) -> list[str]:
    """The neurons of that step, and the outputs where all of them come later."""
    step = str(middle(network))
    own = [j for j in network.order if (at_step_of(j) or ("", ""))[1] == step]
    rest = () if any(j in network.output_set for j in own) else network.outputs
    return [*own, *(j for j in rest if j not in own)]


def said(network: Network, shown: Sequence[str]) -> list[str | Run]:
    """Which step is shown."""
    step = str(middle(network))
    late = [j for j in shown if (at_step_of(j) or ("", ""))[1] != step]
    whole = f" All {len(network.neurons)} neurons were worked; shown is step {step}"
    if not late:
        return [f"{whole}."]
    what = "output neuron" if len(late) == 1 else "output neurons"
    return [f"{whole} with the {what} ", units(late), "."]


def borrowed(shown: Sequence[Row], rows: Sequence[Row], inputs: Sequence[str]) -> list[Row]:
    """The rows that are not shown, but whose numbers stand in those that are."""
    there = {row.left for row in shown}
    used: dict[Term, None] = {}
    for row in shown:
        for part in walk(row.right):
            if part not in there and _is_worked(part, inputs):
                used[part] = None
    return [row for row in rows if row.left in used]


def _is_worked(part: Term, inputs: Sequence[str]) -> bool:
    if isinstance(part, Phi):
        return True
    return isinstance(part, Sign) and part.letter in WORKED and part.at[0] not in inputs
