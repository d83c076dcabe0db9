"""Figures of random networks: gates, softmax groups, ties, dead ends, late signals, long names."""

from __future__ import annotations

import json
import random
import xml.etree.ElementTree as ET
from collections import Counter

import pytest
from test_figures import reads, scenes

from reports import figures
from reports.figures.scene import clashes
from reports.figures.tikz_writer import document
from symbolic.errors import InputError
from symbolic.network import Network
from symbolic.spec import parse


def random_network(seed: int) -> Network | None:
    """A network as a file would describe it; None where the file is refused."""
    draw = random.Random(seed)
    inputs = [f"{draw.choice(['x', 'in', '1'])}{n}" for n in range(draw.randint(1, 4))]
    in_time = draw.random() < 0.4
    neurons: dict[str, dict[str, object]] = {}
    for n in range(draw.randint(1, 14)):
        pool = inputs + list(neurons)
        late = [f"{unit}[-{draw.randint(1, 2)}]" for unit in neurons] if in_time else []
        name = f"{draw.choice(['h', 'long_hidden_unit_name_', 'n', 'g'])}{n}"
        kind = draw.random()
        if kind < 0.2 and len(pool) > 1:
            a, b = draw.sample(pool + late, 2)
            known = (f"{a}*{b}", f"w_q*{a} + ({b} - w_z)^2", f"exp(-{a})/(1 + {b}^2)")
            field = f"{a}*{b}" if in_time else draw.choice(known)
            neurons[name] = {"field": field, "activation": "identity"}
        elif kind < 0.35:
            read = draw.sample(pool, min(len(pool), draw.randint(1, 3)))
            for member in range(draw.randint(2, 4)):
                row = {"from": read, "activation": "softmax", "group": f"<{name}> & \\x"}
                neurons[f"{name}_{member}"] = row
        else:
            read = draw.sample(pool + late, min(len(pool + late), draw.randint(1, 4)))
            weights = ["w_a", "w_b", "share", *(f"k{m}" for m in range(60))]
            source = read if draw.random() < 0.6 else {i: draw.choice(weights) for i in read}
            neurons[name] = {"from": source, "bias": draw.choice([True, False, "b0"])}
    outputs = draw.sample(list(neurons), draw.randint(1, min(3, len(neurons))))
    data = {"name": f"{seed} <&%_>", "inputs": inputs, "outputs": outputs, "neurons": neurons}
    if in_time:
        data |= {"steps": draw.randint(1, 6), "outputs_at": draw.choice(["every", "last"])}
    try:
        return parse(json.dumps(data), "json")
    except InputError:
        return None


def check(network: Network) -> None:
    for name, scene in scenes(network):
        assert list(clashes(scene)) == [], name
        ET.fromstring(figures.svg(scene))
        assert document(scene).isascii()
    drawn = Counter(pair for e in figures.overview(network).edges for pair in e.synapses)
    assert set(drawn.values()) <= {1}
    if network.recurrent is None:
        assert set(drawn) == reads(network)


@pytest.mark.slow
def test_random_networks_are_drawn_clearly() -> None:
    networks = [network for network in map(random_network, range(40)) if network is not None]
    assert len(networks) > 12
    for network in networks[:12]:
        check(network)


@pytest.mark.whole
@pytest.mark.parametrize("start", range(0, 400, 100))
def test_many_random_networks_are_drawn_clearly(start: int) -> None:
    found = [network for network in map(random_network, range(start, start + 100)) if network]
    assert len(found) > 20
    for network in found:
        check(network)
