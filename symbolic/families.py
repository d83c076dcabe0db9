"""Whom a rule line speaks of: the words after `for`, else what its left side says by itself."""

from __future__ import annotations

from symbolic.derivation import Family
from symbolic.network import Network

AFTER_FOR = (
    "output j, output j that feeds, output j that ends, hidden j, neuron j, synapse j i, "
    "unshared j i, shared w or weight w"
)


def said(words: list[str], network: Network) -> Family | None:
    """The family that the words after `for` name, None if they name none.

    It may have no member in this network.
    """
    single = _units(words, network) or _weights(words, network)
    if single is not None:
        title, names = single
        return Family(title, (words[1],), tuple((name,) for name in names))
    match words:
        case ["synapse", j, i] if j != i:
            return Family(f"every synapse to {j} from {i}", (j, i), tuple(network.weight_of))
        case ["unshared", j, i] if j != i:
            alone = tuple(places[0] for places in network.uses.values() if len(places) == 1)
            return Family(f"every unshared synapse to {j} from {i}", (j, i), alone)
    return None


def _units(words: list[str], network: Network) -> tuple[str, tuple[str, ...]] | None:
    outputs, feeds = network.outputs, network.successors
    match words:
        case ["output", j]:
            return f"the output neurons {j}", outputs
        case ["output", j, "that", "feeds"]:
            title = f"the output neurons {j} that feed others"
            return title, tuple(name for name in outputs if feeds[name])
        case ["output", j, "that", "ends"]:
            title = f"the output neurons {j} that feed no other"
            return title, tuple(name for name in outputs if not feeds[name])
        case ["hidden", j]:
            return f"the hidden neurons {j}", network.hidden
        case ["neuron", j]:
            return f"every neuron {j}", tuple(n.name for n in network.neurons)
    return None


def _weights(words: list[str], network: Network) -> tuple[str, tuple[str, ...]] | None:
    match words:
        case ["shared", w]:
            tied = tuple(name for name, places in network.uses.items() if len(places) > 1)
            return f"every shared weight {w}", tied
        case ["weight", w]:
            return f"every weight {w}", tuple(network.uses)
    return None


def neurons(name: str, network: Network) -> Family:
    """What delta[name] speaks of: the neuron of that name, else every neuron."""
    if name in network.units:
        return Family(f"the neuron {name}")
    return Family(f"every neuron {name}", (name,), tuple((n.name,) for n in network.neurons))


def synapses(to: str, source: str, network: Network) -> Family:
    """What dw[to,source] speaks of: the synapses that fit, a letter standing for every unit."""
    letters = tuple(name for name in (to, source) if name not in network.units)
    if not letters:
        return Family(f"the synapse to {to} from {source}")
    members = tuple(
        tuple(unit for unit, name in zip(pair, (to, source), strict=True) if name in letters)
        for pair in network.weight_of
        if all(n in letters or n == u for u, n in zip(pair, (to, source), strict=True))
    )
    return Family(f"every synapse to {to} from {source}", letters, members)
