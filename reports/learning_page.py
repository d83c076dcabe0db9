"""The page of a training run: how the cost fell, what is wrong, the weights, the rule used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from reports.document import (
    Block,
    Document,
    Figure,
    Heading,
    Mark,
    Paragraph,
    Table,
    VerdictBox,
    runs,
)
from reports.family_parts import Judged
from reports.figures import charts
from reports.report_page import Choice, Detail, report_page
from reports.wording import prose
from symbolic.network import Network

CLASSES = 12
"""Up to so many classes every pair of them has a cell."""


@dataclass(frozen=True)
class Learned:
    """What a run did.  `curves` are costs by epoch; the weights are by name.

    `confusion` counts the samples of class r that were taken for class c, r and c in the order of
    `classes`; where the targets are no classes, `residuals` are d - y of each output.
    """

    samples: int
    cost_before: float
    cost_after: float
    curves: Mapping[str, Sequence[float]]
    before: Mapping[str, float]
    after: Mapping[str, float]
    settings: Sequence[tuple[str, str]]
    classes: Sequence[str] = ()
    confusion: Sequence[Sequence[int]] = ()
    residuals: Mapping[str, Sequence[float]] | None = None

    @property
    def wrong(self) -> int:
        """How many samples were taken for another class."""
        rows = enumerate(self.confusion)
        return sum(n for r, row in rows for c, n in enumerate(row) if r != c)


def learning_page(checked: Judged, run: Learned) -> Document:
    """The page; the rule is drawn as the report of the network draws it."""
    network = checked.derivation.network
    rule = report_page(checked, Choice(Detail.RULE))
    name = network.name or "a network"
    blocks = (*_blocks(network, run), Heading("The rule that was used"), *rule.blocks)
    return Document(f"Training of {name}", blocks, network)


def _blocks(network: Network, run: Learned) -> Iterator[Block]:
    epochs = max((len(line) for line in run.curves.values()), default=0)
    words = [
        f"{run.samples:,} samples, {epochs:,} epochs. The cost was {run.cost_before:.6g} before "
        f"and is {run.cost_after:.6g} after."
    ]
    if run.confusion:
        words.append(f" Wrong: {run.wrong:,} of {run.samples:,} samples.")
    yield VerdictBox(Mark.PROVED, "Trained with the proved rule.", runs("".join(words)))
    yield Heading("How it was trained")
    yield Table(
        (runs("setting"), runs("value")),
        tuple((runs(name), runs(value)) for name, value in run.settings),
    )
    if epochs:
        yield Heading("Learning curve")
        caption = prose("The cost 𝓔 of each epoch, every sample taken just before its update.")
        yield Figure("learning", charts.curves(run.curves, "The cost"), caption)
    yield Heading("What it says of the samples")
    yield from _confusion(run) if run.confusion else _residuals(run)
    yield Heading("The weights")
    yield from _weights(network, run)


def _confusion(run: Learned) -> Iterator[Block]:
    """The confusion matrix, or of many classes what each is mostly taken for."""
    names = list(run.classes)
    if len(names) <= CLASSES:
        yield Paragraph(runs("Rows are the classes of the samples, columns what they were taken "
                             "for."), keep=True)  # fmt: skip
        yield Table(
            (runs("class"), *(runs(name) for name in names)),
            tuple(
                (runs(name), *(runs(str(n)) for n in row))
                for name, row in zip(names, run.confusion, strict=True)
            ),
        )
        return
    rows = []
    for r, row in enumerate(run.confusion):
        wrong = [(n, names[c]) for c, n in enumerate(row) if c != r and n]
        most = max(wrong, default=(0, "none"), key=lambda pair: pair[0])
        taken = f"{most[1]} ({most[0]})" if most[0] else ""
        cells = (names[r], f"{sum(row):,}", f"{sum(n for n, _ in wrong):,}", taken)
        rows.append(tuple(runs(cell) for cell in cells))
    head = ("class", "samples", "wrong", "mostly taken for")
    yield Table(tuple(runs(cell) for cell in head), tuple(rows))


def _residuals(run: Learned) -> Iterator[Block]:
    """Size and distribution of d − y."""
    residuals = run.residuals or {}
    rows = []
    for name, values in residuals.items():
        mean = sum(values) / len(values)
        square = (sum(value * value for value in values) / len(values)) ** 0.5
        numbers = (mean, square, max(map(abs, values)))
        rows.append((runs(name), *(runs(f"{number:.4g}".replace("-", "−")) for number in numbers)))
    head = ("output", "mean of d − y", "root mean square", "largest")
    yield Table(tuple(prose(cell) for cell in head), tuple(rows))
    every = [value for values in residuals.values() for value in values]
    caption = prose("The residuals d − y of all samples.")
    yield Figure("residuals", charts.histogram(every, "The residuals"), caption)


def _weights(network: Network, run: Learned) -> Iterator[Block]:
    """Before and after, on one scale."""
    largest = max((abs(w) for w in (*run.before.values(), *run.after.values())), default=0.0)
    small = len(network.units) <= charts.DIAGRAM and not network.formulas
    for when, weights in (("before", run.before), ("after", run.after)):
        what = f"{when} training"
        if small:
            scene = charts.hinton(network, weights, largest, what)
            said = (
                f"The weights {what}: row j, column i is the weight to j from i. The area of a box "
                f"is its size; a negative one is hollow. The largest is {largest:.3g}."
            )
        else:
            scene = charts.histogram(list(weights.values()), f"The weights {what}")
            said = f"The {len(weights):,} weights {what}."
        yield Figure(f"weights-{when}", scene, prose(said))
