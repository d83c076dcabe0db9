"""A trainer as one .npz file: written all or nothing, read without trusting a byte of it.

A file holds vectors by name and one JSON text about them.  Weights stand in the order of their
names.  A checksum over all of it tells a damaged file; it is no signature.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symbolic import archive, spec
from symbolic.derivation import ByCertificate, Derivation, Step
from symbolic.errors import InputError
from symbolic.exposition import proposal
from symbolic.forward import definitions
from symbolic.rules import Rule
from symbolic.verification import rule_of

Array = NDArray[Any]
LARGEST_FILE = 4 << 30
"""Bytes that a saved trainer may unpack to."""

_FRESH = os.O_CREAT | os.O_TRUNC | os.O_WRONLY | getattr(os, "O_NOFOLLOW", 0)
_FRESH |= getattr(os, "O_BINARY", 0)
FORMAT, VERSION = "proofprop trainer", 2
_ABOUT, _CHECKSUM = "about", "checksum"
DAMAGE = (
    *(OSError, EOFError, KeyError, TypeError, ValueError, OverflowError, RuntimeError),
    *(IndexError, AttributeError, MemoryError, zipfile.BadZipFile, zlib.error),
)
"""What a damaged or foreign file makes the readers of zip, .npy and JSON raise."""


def write(
    path: str | os.PathLike[str],
    about: Mapping[str, Any],
    vectors: Mapping[str, Array],
    temporary: str | None = None,
) -> None:
    """Write one .npz file, all or nothing: a file beside it, fsync, rename, fsync of the folder.

    `temporary` is the name of the file beside it, for a writer that is alone there; else a fresh
    one.  Raises `InputError` where it cannot be written; what stood there before stays.
    """
    text = json.dumps({"format": FORMAT, "version": VERSION, **about}, allow_nan=False)
    parts = {_ABOUT: np.frombuffer(text.encode(), np.uint8), **vectors}
    parts[_CHECKSUM] = np.array(_checksum(parts))
    target = Path(path)
    name = ""
    try:
        if temporary is None:
            handle, name = tempfile.mkstemp(".tmp", f".{target.name}.", target.parent)
        else:
            name = str(target.parent / temporary)
            handle = os.open(name, _FRESH, 0o600)
        with os.fdopen(handle, "wb") as file:
            saver: Any = np.savez  # its annotations take no mapping of names to arrays
            saver(file, **parts)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o644)
        os.replace(name, target)
        name = ""
        _sync_folder(target.parent)
    except OSError as error:
        raise InputError(f"Cannot write here: {error.strerror}.", file=str(target)) from None
    finally:
        if name:
            Path(name).unlink(missing_ok=True)


def read(path: str | os.PathLike[str]) -> tuple[dict[str, Any], dict[str, Array]]:
    """What `write` was given; raises `InputError` for any other file."""
    shown = os.fspath(path)
    if not os.path.lexists(path):
        raise InputError("There is no such file.", file=shown)
    with damaged(shown):
        with zipfile.ZipFile(path) as packed:
            if sum(item.file_size for item in packed.infolist()) > LARGEST_FILE:
                raise ValueError("the file is too large")
        with np.load(path, allow_pickle=False) as packed:
            parts: dict[str, Array] = {name: packed[name] for name in packed.files}
        if not {_ABOUT, _CHECKSUM} <= set(parts):
            raise ValueError("it has other parts")
        checksum = str(parts.pop(_CHECKSUM))
        about = json.loads(parts[_ABOUT].tobytes())
        if about["format"] != FORMAT:
            raise ValueError("another format")
        if about["version"] != VERSION:
            raise ValueError(f"its version is {about['version']}, this program reads {VERSION}")
        if checksum != _checksum(parts):
            raise ValueError("its checksum is wrong")
        del parts[_ABOUT]
    return about, parts


def rule_text(rule: Rule) -> str:
    """The rule as a derivation to be checked again; empty for the recursive rule of the network."""
    own = proposal(rule.network, directly=False)
    goal = tuple((own.steps[n].claim, own.steps[n].over) for n in own.goal)
    claims = rule.local_gradients + rule.weight_corrections
    if claims == goal:
        return ""
    steps = tuple(Step(claim, ByCertificate(), over) for claim, over in claims)
    given = definitions(rule.network)
    return archive.dumps(
        Derivation("A rule in use", rule.network, given, steps, tuple(range(len(steps))))
    )


def proved_again(about: Mapping[str, Any], shown: str) -> Rule:
    """The rule of a file, proved anew.

    Raises `InputError` where it is not proved, or the network cannot be read.
    """
    with damaged(shown):
        text = about["rule"]
        if not text:
            return rule_of(spec.parse(about["network"], "toml"))
        return Rule(archive.loads(text).theorem())


@contextmanager
def damaged(shown: str) -> Iterator[None]:
    """Turn whatever a damaged or foreign file raises into one `InputError` about it."""
    try:
        yield
    except InputError as error:
        raise InputError(f"This is no saved trainer: {error.what}", file=shown) from None
    except DAMAGE as error:
        raise InputError(
            f"This is no saved trainer, or it is damaged ({error}).", file=shown
        ) from None


def _checksum(parts: Mapping[str, Array]) -> str:
    total = hashlib.sha256()
    for name in sorted(parts):
        part = np.ascontiguousarray(parts[name])
        total.update(f"{name} {part.dtype.str} {part.shape}\n".encode())
        total.update(part.tobytes())
    return total.hexdigest()


def _sync_folder(folder: Path) -> None:
    """Make the rename last; a system that cannot open a folder does so by itself."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
