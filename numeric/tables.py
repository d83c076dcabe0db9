"""The tables that can be read, by the ending of the file: CSV, Parquet, NPY and NPZ."""

from __future__ import annotations

import importlib
import os
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numeric.columns import Columns
from numeric.csv_table import read_csv_columns
from numeric.sources import Lazy
from symbolic.errors import InputError

Array = NDArray[Any]
Choose = Callable[[Sequence[str] | None, Sequence[str]], Columns]
"""From the header, if any, and the first row to the columns that are read."""


@dataclass(frozen=True)
class Table:
    """What was read: `numbers` [samples, columns] in the order of `columns.numbers`.

    `codes` are the places in `words` of what the target column holds, where it holds words.
    `numbers` are rows of the file read when they are asked for, where the file is mapped.
    """

    columns: Columns
    numbers: Array | Lazy
    codes: Array | None = None
    words: tuple[str, ...] = ()


def read(path: str | os.PathLike[str], choose: Choose) -> Table:
    """The chosen columns of a file; raises `InputError` with file, line and column."""
    reader = READERS.get(Path(path).suffix.lower(), _csv)
    try:
        return reader(path, choose)
    except OSError as error:
        raise InputError(
            f"Cannot read it: {error.strerror or error}.", file=os.fspath(path)
        ) from None


def _csv(path: str | os.PathLike[str], choose: Choose) -> Table:
    columns, numbers, codes, words = read_csv_columns(path, choose)
    return Table(columns, numbers, codes, words)


def _npy(path: str | os.PathLike[str], choose: Choose) -> Table:
    """A table of numbers, mapped into memory: its rows are read when they are asked for."""
    shown = os.fspath(path)
    try:
        table = np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, EOFError) as error:
        raise InputError(f"This is no .npy file of numbers: {error}.", file=shown) from None
    if table.ndim != 2 or table.dtype.kind not in "biuf" or not len(table):
        raise InputError(
            f"Expected is a table of numbers, [samples, columns]; this is {table.dtype} of the "
            f"shape {table.shape}.",
            file=shown,
        )
    columns = _chosen(choose, None, [repr(float(cell)) for cell in table[0]], shown, None)
    places = list(columns.numbers)
    return Table(columns, Lazy(len(table), lambda at: table[at][:, places]))


def _npz(path: str | os.PathLike[str], choose: Choose) -> Table:
    """The arrays X, and D or y: [samples, inputs] and [samples, outputs] or one class each."""
    shown = os.fspath(path)
    try:
        with np.load(path, allow_pickle=False) as packed:
            arrays = {name: packed[name] for name in ("X", "D", "y") if name in packed.files}
    except (ValueError, EOFError, KeyError, zipfile.BadZipFile) as error:
        raise InputError(f"This is no .npz file of numbers: {error}.", file=shown) from None
    X, D = arrays.get("X"), arrays.get("D", arrays.get("y"))
    if X is None or X.ndim != 2 or X.dtype.kind not in "biuf" or not len(X):
        raise InputError(
            "An .npz file needs an array X of numbers, [samples, inputs], and to learn from an "
            "array D or y.",
            file=shown,
        )
    first = [repr(float(cell)) for cell in X[0]]
    parts: list[Array] = [X.astype(np.float64)]
    if D is not None:
        if len(D) != len(X) or D.ndim > 2:
            raise InputError(f"X has {len(X)} samples and D has the shape {D.shape}.", file=shown)
        table = D.reshape(len(D), -1)
        first += [str(cell) for cell in table[0]]
        if table.dtype.kind not in "biuf":
            raise InputError(
                "The targets must be numbers; words are read from CSV and Parquet.", file=shown
            )
        parts.append(table.astype(np.float64))
    columns = _chosen(choose, None, first, shown, None)
    whole = np.concatenate(parts, axis=1)[:, list(columns.numbers)]
    _check(whole, columns.numbers, shown)
    return Table(columns, whole)


def _parquet(path: str | os.PathLike[str], choose: Choose) -> Table:
    """A Parquet file, by pyarrow (the extra `parquet`)."""
    shown = os.fspath(path)
    try:
        parquet = importlib.import_module("pyarrow.parquet")
    except ImportError:
        raise InputError(
            "Parquet is read by pyarrow, which is missing: pip install 'proofprop[parquet]'.",
            file=shown,
        ) from None
    try:
        file = parquet.ParquetFile(path)
        names = [str(name) for name in file.schema_arrow.names]
        head = next(iter(file.iter_batches(1)), None)
        if head is None or not head.num_rows:
            raise InputError("There is no sample in this file.", file=shown)
        first = ["" if cell is None else str(cell) for (cell,) in head.to_pydict().values()]
        columns = _chosen(choose, names, first, shown, 1)
        target = columns.targets[0] if columns.words else None
        wanted = [*columns.numbers, *(() if target is None else (target,))]
        found = file.read([names[n] for n in dict.fromkeys(wanted)])
    except (ValueError, NotImplementedError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"This is no Parquet table: {_line(error)}.", file=shown) from None
    parts = [_numeric(found.column(names[n]), names[n], n, shown) for n in columns.numbers]
    numbers = np.stack(parts, axis=1) if parts else np.empty((found.num_rows, 0))
    _check(numbers, columns.numbers, shown)
    if target is None:
        return Table(columns, numbers)
    cells = found.column(names[target]).to_pylist()
    if None in cells:
        row = cells.index(None) + 1
        raise InputError("The class is missing.", file=shown, line=row, column=target + 1)
    known = {str(cell): n for n, cell in enumerate(dict.fromkeys(map(str, cells)))}
    codes = np.array([known[str(cell)] for cell in cells])
    return Table(columns, numbers, codes, tuple(known))


READERS: Mapping[str, Callable[[str | os.PathLike[str], Choose], Table]] = {
    ".npy": _npy,
    ".npz": _npz,
    ".parquet": _parquet,
}
"""The reader of each ending; any other file is taken for CSV."""


def _numeric(column: Any, name: str, n: int, shown: str) -> Array:
    if column.null_count:
        row = column.is_null().to_pylist().index(True) + 1
        raise InputError(f"{name!r} is missing here.", file=shown, line=row, column=n + 1)
    cells = column.to_numpy()
    if cells.dtype.kind not in "biuf":
        raise InputError(f"The column {name!r} holds no numbers.", file=shown, column=n + 1)
    result: Array = cells.astype(np.float64)
    return result


def _check(table: Array, places: Sequence[int], shown: str) -> None:
    """Refuse what is not finite, with its row (counted from 1) and column."""
    finite = np.isfinite(table)
    if not finite.all():
        row, column = (int(n) for n in np.argwhere(~finite)[0])
        raise InputError(
            f"'{table[row, column]}' is no finite number.",
            file=shown,
            line=row + 1,
            column=places[column] + 1,
        )


def _chosen(
    choose: Choose, header: Sequence[str] | None, first: Sequence[str], shown: str, line: int | None
) -> Columns:
    try:
        return choose(header, first)
    except InputError as error:
        raise InputError(error.what, file=shown, line=line) from None


def _line(error: Exception) -> str:
    return str(error).splitlines()[0].rstrip(".") if str(error) else type(error).__name__
