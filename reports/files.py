"""Files of the command: read with a limit, refused before the work, written whole or not at all."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from symbolic.errors import InputError

STDIN = "-"


def read(
    name: str, what: str = "a rule file", megabytes: int = 1, *, encoding: str = "utf-8-sig"
) -> str:
    """The text of a file or of stdin (-); refused where it is too long or no text.

    A byte order mark is taken away unless the `encoding` is utf-8.
    """
    most = megabytes * 1_000_000
    try:
        if name == STDIN:
            data = sys.stdin.buffer.read(most + 1)
        else:
            with open(name, "rb") as stream:
                data = stream.read(most + 1)
        if len(data) > most:
            raise InputError(f"{what} has at most {megabytes} MB", file=name)
        return data.decode(encoding)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", file=name) from None
    except UnicodeDecodeError:
        raise InputError("this is no UTF-8 text", file=name) from None


def writable(name: str | None, endings: tuple[str, ...]) -> None:
    """Refuse a file that could not be written before the work begins."""
    if name is None:
        return
    path, why = Path(name), ""
    if path.suffix not in endings:
        why = f"cannot be written: the endings known are {', '.join(endings)}"
    elif path.is_dir():
        why = "cannot be written: this is a folder"
    elif not path.parent.is_dir():
        why = f"cannot be written: there is no folder {str(path.parent)!r}"
    elif not os.access(path.parent, os.W_OK | os.X_OK):
        why = f"cannot be written: no permission in {str(path.parent)!r}"
    if why:
        raise InputError(why, file=name)


def write(path: Path, content: str | bytes | Iterable[str]) -> None:
    """All of it or nothing, also of pieces: a temporary file beside it, then one rename."""
    temporary = None
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        pieces = [content] if isinstance(content, str | bytes) else content
        with os.fdopen(handle, "wb") as stream:
            stream.writelines(p if isinstance(p, bytes) else p.encode("utf-8") for p in pieces)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
        temporary = None
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror}", file=str(path)) from None
    finally:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)
