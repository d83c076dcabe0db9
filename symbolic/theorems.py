"""The general theorems: those of the textbook, then a library of published layers."""

from __future__ import annotations

from symbolic.statements import Statement
from symbolic.theorems_blocks import BLOCKS
from symbolic.theorems_gates import GATES
from symbolic.theorems_networks import NETWORKS
from symbolic.theorems_units import UNITS
from symbolic.theorems_updates import UPDATES

GENERAL: tuple[Statement, ...] = (*NETWORKS, *UNITS, *UPDATES)
LIBRARY: tuple[Statement, ...] = (*BLOCKS, *GATES)
