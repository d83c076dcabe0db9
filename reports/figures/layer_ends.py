"""A layered network too large for single units: the ends of each layer, dots, matrix sizes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from reports.figures import labels
from reports.figures.drawing import NOTE, Drawing
from reports.figures.labels import Label
from reports.figures.rows import DOTS, rows, shortened
from reports.figures.scene import Node, Point, Scene
from reports.figures.units import (
    LETTERS,
    RADIUS,
    activations,
    called,
    columns,
    counts,
    inner_label,
    kind_of,
    spoken,
    unit_node,
)
from symbolic.errors import InputError
from symbolic.network import BIAS, Network
from symbolic.notation import delta

SMALL = 13.5
ACROSS, DOWN, CUT = 138.0, 48.0, 34.0
"""From layer to layer, from unit to unit, and what more stands where layers are left out."""
MOST_LAYERS, MOST_UNITS = 5, 4


def is_layered(network: Network) -> bool:
    """Whether every neuron reads all units of the layer before and, at most, its bias."""
    if network.formulas or any(len(places) > 1 for places in network.uses.values()):
        return False
    for before, layer in pairwise(columns(network)):
        whole = set(before)
        for name in layer:
            if {unit for unit in network.sources[name] if unit != BIAS} != whole:
                return False
    return True


def ellipsis(network: Network, *, backward: bool = False) -> Scene:
    """A layered network by the first two units and the last of every layer, with matrix sizes.

    Raises `InputError` where a neuron does not read just the whole layer before.
    """
    if not is_layered(network):
        raise InputError(
            f"{called(network)} is not made of full layers; `blocks` and `matrix` draw any network."
        )
    return _Ends(network, backward).scene()


@dataclass
class _Ends:
    network: Network
    backward: bool
    drawing: Drawing = field(default_factory=Drawing)
    shown: dict[int, list[Node]] = field(default_factory=dict)
    """The units that are drawn of each layer that is drawn."""
    x: dict[int, float] = field(default_factory=dict)

    def scene(self) -> Scene:
        network = self.network
        layers = columns(network)
        first = 1 if self.backward else 0
        chosen, _ = shortened([str(n) for n in range(first, len(layers))], MOST_LAYERS)
        numbers = [int(n) for n in chosen]
        x = 0.0
        for before, n in zip([numbers[0], *numbers], numbers, strict=False):
            x += ACROSS * (n > before) + CUT * (n > before + 1)
            self.x[n] = x
            self.layer(n, layers[n])
        high = max(node.at.y for column in self.shown.values() for node in column)
        for n in numbers:
            self.words(n, layers[n], high + RADIUS + 26)
        for a, b in pairwise(numbers):
            middle = (self.x[a] + self.x[b]) / 2
            if b > a + 1:
                self.drawing.write(Point(middle, 6), labels.formula(r"\cdots", "⋯"), size=22)
                continue
            self.branches(a, b)
            biased = all(BIAS in network.sources[name] for name in layers[b])
            sizes = len(layers[b]), len(layers[a]) + (biased and not self.backward)
            self.matrix(Point(middle, -high - RADIUS - 28), b, sizes)
        self.ends(numbers[-1])
        return self.finished()

    def layer(self, n: int, layer: Sequence[str]) -> None:
        """The first units of a layer, dots, and the last."""
        units, dots = shortened(layer, MOST_UNITS)
        heights, at_dots = rows(len(units), dots, DOWN)
        self.shown[n] = []
        for unit, height in zip(units, heights, strict=True):
            label = labels.sign(delta(unit)) if self.backward else inner_label(self.network, unit)
            at = Point(self.x[n], height)
            said = spoken(self.network, unit)
            node = unit_node(at, kind_of(self.network, unit), label, unit, said)
            self.shown[n].append(self.drawing.unit(node, label, LETTERS))
        if at_dots is not None:
            self.drawing.write(Point(self.x[n], at_dots + 5), DOTS)

    def branches(self, a: int, b: int) -> None:
        """Every unit that is drawn of a layer to every one of the next."""
        for source in self.shown[a]:
            for to in self.shown[b]:
                pair = (to.neuron, source.neuron)
                ends = (to, source) if self.backward else (source, to)
                self.drawing.branch(
                    (ends[0].at, ends[1].at),
                    *ends,
                    "backward" if self.backward else "quiet",
                    tip=0.5 if self.backward else None,
                    weight=self.network.weight_of[pair],
                    synapses=(pair,),
                )

    def matrix(self, at: Point, layer: int, sizes: tuple[int, int]) -> None:
        """W of a layer and its size, transposed where the error flows back."""
        letter = f"W^{{({layer})}}"
        if self.backward:
            letter, sizes = rf"W^{{({layer})\mathrm{{T}}}}", sizes[::-1]
        sign = labels.formula(letter, f"W^({layer})" + " transposed" * self.backward)
        size = labels.formula(rf"{sizes[0]} \times {sizes[1]}", f"{sizes[0]} × {sizes[1]}")
        self.drawing.write(at, sign, size=SMALL)
        self.drawing.write(Point(at.x, at.y + 17), size, "quiet", size=NOTE)

    def words(self, n: int, layer: Sequence[str], y: float) -> None:
        """How many units a layer has, and their activation."""
        first, second = _words(self.network, layer, n)
        self.drawing.write(Point(self.x[n], y), first, size=SMALL)
        if second is not None:
            self.drawing.write(Point(self.x[n], y + 18), second, "quiet", size=NOTE)

    def ends(self, last: int) -> None:
        """An arrow behind every output that is drawn, turned where the error flows back."""
        for node in self.shown[last]:
            end = Point(node.box.right + 46, node.at.y)
            if self.backward:
                self.drawing.branch((end, node.at), None, node, "backward")
            else:
                self.drawing.branch((node.at, end), node, None, "quiet", tip=0.6)

    def finished(self) -> Scene:
        what = f"{called(self.network)}: {counts(self.network)}"
        if self.backward:
            return self.drawing.scene(
                f"Backward flow of the error in {what}, with the ends of each layer.",
                "δ of a layer is its slope φ'(v), unit by unit, times the transposed matrix of the "
                "next layer, without the biases, times its δ.",
            )
        said = "Every unit feeds every unit of the next layer."
        if any(BIAS in self.network.sources[name] for name in self.network.neuron):
            said += " A matrix has one more column where there are biases."
        return self.drawing.scene(f"Signal flow of {what}, with the ends of each layer.", said)


def _words(network: Network, layer: Sequence[str], n: int) -> tuple[Label, Label | None]:
    one = len(layer) == 1
    if n == 0:
        return labels.words("1 input" if one else f"{len(layer):,} inputs"), None
    word = "hidden"
    if all(name in network.output_set for name in layer):
        word = "output" if one else "outputs"
    return labels.words(f"{len(layer):,} {word}"), labels.words(activations(network, layer, 16))
