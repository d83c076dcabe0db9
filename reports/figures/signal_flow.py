"""One neuron as Haykin draws it: dots for signals, branches for what happens to them.

y_i → w_ji → v_j → φ_j(·) → y_j, then −1 to the error signal e_j beside d_j of an output, and the
neurons k that a hidden neuron feeds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports.figures import labels
from reports.figures.drawing import Drawing, clear
from reports.figures.labels import Label
from reports.figures.rows import DOTS, rows, shortened
from reports.figures.scene import SIZE, Node, Point, Scene
from reports.figures.units import (
    called,
    field_label,
    read_by,
    require_neuron,
    signal,
    spoken,
    tie_kinds,
    weight_label,
)
from symbolic.errors import InputError
from symbolic.network import BIAS, Network
from symbolic.notation import d, e, v
from symbolic.terms import Sign, walk

SOURCES, FED, PEERS = 5, 3, 3
"""Up to so many sources, fed neurons and members of a softmax group are drawn one by one."""
DOWN, APART = 44.0, 112.0
TO_V, TO_Y, TO_E = 138.0, 116.0, 104.0


def output_neuron(network: Network, name: str) -> Scene:
    """An output neuron j with its error signal.

    Raises `InputError` where no output neuron has this name.
    """
    require_neuron(network, name)
    if name not in network.output_set:
        ends = ", ".join(network.outputs[:6])
        raise InputError(f"{name!r} is no output neuron; the outputs are {ends}.")
    return clear(lambda room: _Flow(network, Drawing(), room).scene(name))


def hidden_neuron(network: Network, name: str) -> Scene:
    """A neuron j that feeds others, with the neurons k that it feeds.

    Raises `InputError` where no neuron has this name or it feeds none.
    """
    require_neuron(network, name)
    if not network.successors[name]:
        raise InputError(f"{name!r} feeds no neuron; `output_neuron` draws it.")
    return clear(lambda room: _Flow(network, Drawing(), room).scene(name))


def _step(least: float, *beside: Label) -> float:
    """How long a branch is that has these labels beside it."""
    return max([least, *(SIZE * label.width + 56 for label in beside)])


@dataclass(frozen=True)
class _Flow:
    network: Network
    drawing: Drawing
    room: float

    def scene(self, name: str) -> Scene:
        network, drawing = self.network, self.drawing
        ties = tie_kinds(network)
        shown, dots = shortened(read_by(network, name), SOURCES)
        weights = [weight_label(network, name, unit, timed=True) for unit in shown
                   if (name, unit) in network.weight_of]  # fmt: skip
        reach = Point(self.room * _step(TO_V, *weights) + 10 * len(shown), 0)
        at_v = drawing.dot(reach, labels.sign(v(name), timed=True), "any", name)
        heights, at_dots = rows(len(shown), dots, DOWN * self.room)
        for unit, height in zip(shown, heights, strict=True):
            dot = drawing.dot(Point(0, height), signal(unit, timed=True), "left", unit)
            if name in network.formulas:
                drawing.branch(
                    (dot.at, at_v.at), dot, at_v, "formula", synapses=((name, unit),), dashed=True
                )
                continue
            weight = network.weight_of[(name, unit)]
            drawing.branch(
                (dot.at, at_v.at),
                dot,
                at_v,
                "bias" if unit == BIAS else ties.get(weight, "ink"),
                weight_label(network, name, unit, timed=True),
                near=0.45,
                weight=weight,
                synapses=((name, unit),),
                said=f"weight {weight}, to {name} from {unit}",
            )
        if at_dots is not None:
            drawing.write(Point(-14, at_dots + 5), DOTS)
        at_y = self.activation(name, at_v)
        fed = list(dict.fromkeys(network.successors[name]))
        if name in network.output_set:
            self.error(name, at_y, 0.0 if not fed else -APART)
        if fed:
            self.fed(name, fed, at_y)
        lines = [unit for unit in (name, *fed[:FED]) if unit in network.formulas]
        low = max([text.at.y for text in drawing.texts] + [n.at.y for n in drawing.nodes])
        for n, unit in enumerate(lines):
            at = Point(0, low + 34 + 22 * n)
            drawing.write(at, field_label(network, unit), "formula", "start", 14, unit)
        what = spoken(network, name)
        more = ", with the neurons that it feeds" if fed else ", with its error signal"
        return drawing.scene(
            f"Signal flow of {what} in {called(network)}{more}.",
            "Of all that those neurons read only this signal is drawn." if fed else "",
        )

    def activation(self, name: str, at_v: Node) -> Node:
        """The branch φ_j(·) from v_j to y_j; in a softmax group from v of every member."""
        drawing, peers = self.drawing, self.network.peers.get(name, ())
        label = self.function(name)
        at = Point(at_v.at.x + _step(TO_Y, label, signal(name, timed=True)), at_v.at.y)
        at_y = drawing.dot(at, signal(name, timed=True), "any", name)
        drawing.branch((at_v.at, at), at_v, at_y, "ink", label)
        others = [peer for peer in peers if peer != name]
        if others:
            shown, dots = shortened(others, PEERS)
            for n, peer in enumerate(shown):
                gap = 0.6 if dots is not None and n >= dots else 0.0
                place = Point(at_v.at.x, at_v.at.y + DOWN * (n + 1.25 + gap))
                dot = drawing.dot(place, labels.sign(v(peer), timed=True), "left", peer)
                drawing.branch((place, at), dot, at_y, "quiet")
            if dots is not None:
                height = at_v.at.y + DOWN * (dots + 0.25 + 0.8)
                drawing.write(Point(at_v.at.x - 14, height + 5), DOTS)
        return at_y

    def function(self, name: str) -> Label:
        """What stands on the branch from v to y."""
        return labels.words("softmax") if name in self.network.peers else labels.slope(name, 0)

    def error(self, name: str, at_y: Node, height: float) -> None:
        """−1 to e_j, which d_j enters with +1; of another cost both enter the cost of j."""
        drawing = self.drawing
        at = Point(at_y.at.x + TO_E, at_y.at.y + height)
        plain = any(part == Sign("e") for part in walk(self.network.cost.loss))
        end = labels.sign(e(name) if plain else Sign("Ej", (name,)), timed=True)
        at_e = drawing.dot(at, end, "right", name)
        minus = labels.formula("-1", "−1") if plain else None
        drawing.branch((at_y.at, at), at_y, at_e, "ink", minus)
        above = Point(at.x, at.y - 62)
        at_d = drawing.dot(above, labels.sign(d(name), timed=True), "above", name)
        plus = labels.formula("+1", "+1") if plain else None
        drawing.branch((above, at), at_d, at_e, "ink", plus, side=1)

    def fed(self, name: str, fed: Sequence[str], at_y: Node) -> None:
        """The neurons k, each with its own v_k, φ_k(·), y_k and, of an output, e_k."""
        network, drawing = self.network, self.drawing
        ties = tie_kinds(network)
        shown, dots = shortened(fed, FED)
        both = name in network.output_set
        apart = APART if any(k in network.output_set for k in shown) else DOWN * 1.4 * self.room
        heights, at_dots = rows(len(shown), dots, apart)
        shift = apart * (len(shown) - 1) / 2 + 30 if both else 0.0
        weights = [weight_label(network, k, name, timed=True) for k in shown
                   if (k, name) in network.weight_of]  # fmt: skip
        to_v = self.room * _step(TO_V, *weights)
        to_y = max(_step(TO_Y, self.function(k), labels.sign(v(k), timed=True)) for k in shown)
        for k, height in zip(shown, heights, strict=True):
            at = Point(at_y.at.x + to_v, at_y.at.y + height + shift)
            at_v = drawing.dot(at, labels.sign(v(k), timed=True), "any", k)
            if k in network.formulas:
                drawing.branch(
                    (at_y.at, at), at_y, at_v, "formula", synapses=((k, name),), dashed=True
                )
            else:
                weight = network.weight_of[(k, name)]
                drawing.branch(
                    (at_y.at, at),
                    at_y,
                    at_v,
                    ties.get(weight, "ink"),
                    weight_label(network, k, name, timed=True),
                    weight=weight,
                    synapses=((k, name),),
                    said=f"weight {weight}, to {k} from {name}",
                )
            end = Point(at.x + to_y, at.y)
            end_y = drawing.dot(end, signal(k, timed=True), "any", k)
            drawing.branch((at, end), at_v, end_y, "ink", self.function(k))
            if k in network.output_set:
                self.error(k, end_y, 0.0)
            else:
                far = Point(end.x + 46, end.y)
                drawing.branch((end, far), end_y, None, "quiet", tip=0.98)
                drawing.write(Point(far.x + 16, far.y + 4), labels.formula(r"\cdots", "⋯"), "quiet")
        if at_dots is not None:
            drawing.write(Point(at_y.at.x + to_v, at_y.at.y + at_dots + shift + 5), DOTS)
