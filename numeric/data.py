"""Samples from a CSV file, for one network: which column is which unit, and where a cell is bad."""

from __future__ import annotations

import csv
import math
import os
from collections.abc import Iterator

import numpy as np

from numeric.samples import Array, one_hot
from symbolic.errors import InputError
from symbolic.network import Network

LARGEST_FILE = 256 << 20
"""Bytes of the largest CSV file that is read."""

Row = tuple[int, list[str]]


def read_csv(path: str | os.PathLike[str], network: Network) -> tuple[Array, Array]:
    """X and D of a comma-separated file, with or without a header.

    A first row with a cell that is no number is a header.  Where it names every input and every
    output, the columns are found by name, in any order and among others; else the first columns
    are the inputs and the rest the targets, in the order of the network.  Where the network has
    several outputs and there is one target column, it holds the class 0, 1, … of each sample.

    Raises `InputError` with file, line and column (counted in cells) of what cannot be used.
    """
    shown = os.fspath(path)
    try:
        if os.path.getsize(path) > LARGEST_FILE:
            raise InputError(f"The file has more than {LARGEST_FILE >> 20} MiB.", file=shown)
        with open(path, newline="", encoding="utf-8-sig") as file:
            rows = list(_rows(file, shown))
    except OSError as error:
        raise InputError(f"Cannot read it: {error.strerror}.", file=shown) from None
    except UnicodeDecodeError:
        raise InputError("This is no text in UTF-8.", file=shown) from None
    header = None
    if rows and not all(_is_number(cell) for cell in rows[0][1]):
        header = rows.pop(0)
    if not rows:
        raise InputError("There is no sample in this file.", file=shown)
    width = len(header[1] if header else rows[0][1])
    columns = _columns(network, header, width, shown, rows[0][0])
    table = np.array([_numbers(row, width, columns, shown) for row in rows])
    count = len(network.inputs)
    inputs, targets = table[:, :count], table[:, count:]
    if targets.shape[1] == 1 and len(network.outputs) > 1:
        classes = len(network.outputs)
        for (line, _), label in zip(rows, targets[:, 0], strict=True):
            if label != int(label) or not 0 <= label < classes:
                raise InputError(
                    f"{label:g} is no class; with {classes} outputs and one target column it must "
                    f"be an integer from 0 to {classes - 1}.",
                    file=shown,
                    line=line,
                    column=columns[-1] + 1,
                )
        targets = one_hot(targets[:, 0].astype(np.int64), classes)
    return np.ascontiguousarray(inputs), np.ascontiguousarray(targets)


def _rows(lines: Iterator[str], shown: str) -> Iterator[Row]:
    """The rows that are not blank, each with the line it ends on."""
    reader = csv.reader(lines, strict=True)
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield reader.line_num, [cell.strip() for cell in row]
    except csv.Error as error:
        raise InputError(f"This is no CSV: {error}.", file=shown, line=reader.line_num) from None


def _columns(network: Network, header: Row | None, width: int, shown: str, line: int) -> list[int]:
    """The numbers of the columns: the inputs, then the outputs or the one class column."""
    inputs, outputs = len(network.inputs), len(network.outputs)
    if header is not None:
        names = header[1]
        for n, name in enumerate(names):
            if name and name in names[:n]:
                raise InputError(
                    f"The column {name!r} is there twice.", file=shown, line=header[0], column=n + 1
                )
        wanted = (*network.inputs, *network.outputs)
        if set(wanted) <= set(names):
            return [names.index(name) for name in wanted]
    if width == inputs + outputs or (width == inputs + 1 and outputs > 1):
        return list(range(width))
    one = " or 1 class" if outputs > 1 else ""
    raise InputError(
        f"There are {width} columns; the network needs {inputs} inputs and {outputs} targets{one}, "
        "or a header that names them.",
        file=shown,
        line=header[0] if header else line,
    )


def _numbers(row: Row, width: int, columns: list[int], shown: str) -> list[float]:
    line, cells = row
    if len(cells) != width:
        raise InputError(
            f"This row has {len(cells)} cells; the first one has {width}.", file=shown, line=line
        )
    values = []
    for n in columns:
        value = float(cells[n]) if _is_number(cells[n]) else math.nan
        if not math.isfinite(value):
            raise InputError(
                f"{cells[n][:40]!r} is no finite number.", file=shown, line=line, column=n + 1
            )
        values.append(value)
    return values


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
