"""The types of `orders.h` and `driver.h`, as `ctypes` passes them."""

from __future__ import annotations

import ctypes
from typing import Any

PLACE, WHOLE = ctypes.c_void_p, ctypes.c_int64


def setting_of(number: Any) -> Any:
    """The type `Setting`."""
    fields = [("n", number), ("eta", number), ("stride", WHOLE), ("batch", WHOLE)]
    fields += [("lanes", WHOLE)]
    fields += [(name, PLACE) for name in ("index", "reads", "factor", "map")]
    return type("Setting", (ctypes.Structure,), {"_fields_": fields})


class Samples(ctypes.Structure):
    """The type `Samples`."""

    _fields_ = (
        *((name, PLACE) for name in ("X", "D", "S", "order")),
        *((name, WHOLE) for name in ("inputs", "outputs")),
        *((name, PLACE) for name in ("y", "d", "n", "out_y", "out_v")),
        ("at", WHOLE),
        *((name, PLACE) for name in ("seen_y", "seen_v")),
        ("samples", WHOLE),
        ("blocks", PLACE),
        ("many", WHOLE),
        ("begin", PLACE),
        ("begins", WHOLE),
        ("then", PLACE),
    )


class Part(ctypes.Structure):
    """The type `Part`."""

    _fields_ = (
        *((name, PLACE) for name in ("setting", "ahead", "first", "next")),
        *((name, WHOLE) for name in ("aheads", "sums")),
    )


class Worker(ctypes.Structure):
    """The type `Worker`."""

    _fields_ = (
        *((name, PLACE) for name in ("own", "all", "ahead", "share")),
        *((name, WHOLE) for name in ("aheads", "shares")),
        ("samples", Samples),
        ("lane", WHOLE),
        *((name, WHOLE) for name in ("start", "updates")),
    )


class Step(ctypes.Structure):
    """The type `Step`."""

    _fields_ = (
        *((name, PLACE) for name in ("setting", "orders")),
        ("count", WHOLE),
        *((name, PLACE) for name in ("samples", "tiny", "weights")),
        ("many", WHOLE),
    )
