"""Symbolic derivation and proof of back-propagation rules; the public names, loaded when used.

>>> from symbolic import prove, shorthand
>>> prove(shorthand("2-3-1")).verdict.by
'the adjoint certificate'
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from symbolic.activations import activation
    from symbolic.costs import cost
    from symbolic.derived import derive
    from symbolic.errors import InputError
    from symbolic.model_file import read_model
    from symbolic.models import judged
    from symbolic.network import Network, Neuron, Synapse
    from symbolic.recurrence import Recurrent
    from symbolic.spec import load
    from symbolic.topologies import layered, shorthand
    from symbolic.verification import prove, rule_of

__all__ = [
    "InputError",
    "Network",
    "Neuron",
    "Recurrent",
    "Synapse",
    "activation",
    "cost",
    "derive",
    "judged",
    "layered",
    "load",
    "prove",
    "read_model",
    "rule_of",
    "shorthand",
]

_HOME = {
    "InputError": "errors",
    "Network": "network",
    "Neuron": "network",
    "Recurrent": "recurrence",
    "Synapse": "network",
    "activation": "activations",
    "cost": "costs",
    "derive": "derived",
    "judged": "models",
    "layered": "topologies",
    "load": "spec",
    "prove": "verification",
    "read_model": "model_file",
    "rule_of": "verification",
    "shorthand": "topologies",
}


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'symbolic' has no attribute {name!r}")
    from importlib import import_module  # only where a public name is asked for

    return getattr(import_module(f"symbolic.{_HOME[name]}"), name)
