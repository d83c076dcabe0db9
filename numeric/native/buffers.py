"""The arrays of a program: what the kernels work on, in rows of so many samples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numeric.program import DIVISOR, Program

Array = NDArray[Any]
ALIGNED = 64
"""Bytes: rows begin where a vector may."""


def aligned(size: int, kind: Any) -> Array:
    """Zeros that begin at a multiple of 64 bytes, with a vector to spare behind them."""
    item = np.dtype(kind).itemsize
    raw = np.zeros(size * item + 2 * ALIGNED + 64, np.uint8)
    start = -raw.ctypes.data % ALIGNED
    whole: Array = raw[start : start + size * item].view(kind)
    return whole


def stride_of(batch: int, lanes: int) -> int:
    """From one row to the next: whole vectors, or where no vector is filled a power of two.

    >>> [stride_of(batch, 16) for batch in (1, 5, 8, 16, 17)]
    [1, 8, 8, 16, 32]
    """
    if batch < lanes:
        return 1 << (batch - 1).bit_length()
    return -(-batch // lanes) * lanes


@dataclass(frozen=True, eq=False)
class Buffers:
    """`flat`: every buffer; `rows`: those with samples, as [rows, stride].

    `given`: the rows that samples are put into: inputs, targets and, where samples have weights,
    N/s of each.
    """

    flat: dict[str, Array]
    rows: dict[str, Array]
    given: tuple[Array, ...]


def buffers_of(
    program: Program, stride: int, kind: Any, held: dict[str, Array], without: set[str]
) -> Buffers:
    """New arrays, but for those that are `held` already and those that are not needed."""
    flat, rows = {}, {}
    for buffer in program.buffers:
        if buffer.name in without:
            continue
        size = buffer.size * (stride if buffer.sampled else 1)
        flat[buffer.name] = held[buffer.name] if buffer.name in held else aligned(size, kind)
        if buffer.sampled:
            rows[buffer.name] = flat[buffer.name].reshape(buffer.size, stride)
    layout = program.layout
    rows["y"][list(layout.ones)] = 1
    inputs = slice(1, 1 + len(layout.network.inputs))
    given = [rows["y"][inputs], rows["d"]]
    if DIVISOR in rows:
        given.append(rows[DIVISOR])
    return Buffers(flat, rows, tuple(given))
