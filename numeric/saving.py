"""A trainer as one .npz file: written all or nothing, read without trusting a byte of it."""

from __future__ import annotations

import importlib
import json
import os
import tempfile
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symbolic.errors import InputError
from symbolic.network import Network

LARGEST_FILE = 1 << 30
"""Bytes that a saved trainer may unpack to."""

_FORMAT = "proofprop trainer 1"
_PARTS = ("format", "network", "names", "weights", "moved", "seed", "random")
DAMAGE = (
    *(OSError, EOFError, KeyError, TypeError, ValueError, OverflowError, RuntimeError),
    *(zipfile.BadZipFile, zlib.error),
)
"""What a damaged or foreign file makes the readers of zip, .npy and JSON raise."""


@dataclass(frozen=True)
class Saved:
    """What a file holds: the network, the weights by name and the last Δw, the random state."""

    network: Network
    names: list[str]
    weights: NDArray[Any]
    moved: NDArray[Any]
    seed: int
    random: dict[str, Any]


def write(path: str | os.PathLike[str], saved: Saved) -> None:
    """Write one .npz file, all or nothing."""
    spec = importlib.import_module("symbolic.spec")
    parts = {
        "format": np.array(_FORMAT),
        "network": np.array(spec.write(saved.network)),
        "names": np.array(saved.names),
        "weights": saved.weights,
        "moved": saved.moved,
        "seed": np.array(str(saved.seed)),
        "random": np.array(json.dumps(saved.random)),
    }
    target = Path(path)
    try:
        handle, name = tempfile.mkstemp(".tmp", f".{target.name}.", target.parent)
    except OSError as error:
        raise InputError(f"Cannot write here: {error.strerror}.", file=str(target)) from None
    try:
        with os.fdopen(handle, "wb") as file:
            saver: Any = np.savez  # its annotations take no mapping of names to arrays
            saver(file, **parts)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, target)
    except BaseException:
        os.unlink(name)
        raise


def read(path: str | os.PathLike[str]) -> Saved:
    """What `write` wrote; raises one of `DAMAGE` or `InputError` for any other file."""
    spec = importlib.import_module("symbolic.spec")
    with zipfile.ZipFile(path) as archive:
        if sum(item.file_size for item in archive.infolist()) > LARGEST_FILE:
            raise InputError("The file is too large for a saved trainer.", file=os.fspath(path))
    with np.load(path, allow_pickle=False) as archive:
        parts = {name: archive[name] for name in _PARTS}
    if str(parts["format"]) != _FORMAT:
        raise ValueError("another format")
    weights, moved, names = parts["weights"], parts["moved"], parts["names"].tolist()
    if not (
        weights.shape == moved.shape == (len(names),)
        and weights.dtype == moved.dtype
        and np.isfinite(weights).all()
        and np.isfinite(moved).all()
    ):
        raise ValueError("the weights are not whole")
    network = spec.parse(str(parts["network"]), "toml")
    seed, random = int(str(parts["seed"])), json.loads(str(parts["random"]))
    return Saved(network, names, weights, moved, seed, random)
