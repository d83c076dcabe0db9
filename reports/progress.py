"""A clock or a bar on stderr for work that takes longer than two seconds."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")

WAIT = 2.0
"""Seconds of silence before the clock appears."""


@contextmanager
def clock(what: str) -> Iterator[None]:
    """Say what is being done and for how long, where someone watches; leave no trace after."""
    if not sys.stderr.isatty():
        yield
        return
    done = threading.Event()
    shown = threading.Thread(target=_tick, args=(what, done), daemon=True)
    shown.start()
    try:
        yield
    finally:
        done.set()
        shown.join()


def bar(what: str, items: Iterable[T]) -> Iterator[T]:
    """The items one after the other, and how many are done, where someone watches."""
    from tqdm import tqdm  # only where a bar may be shown

    yield from tqdm(items, what, delay=WAIT, leave=False, disable=None, unit=" lines")


def _tick(what: str, done: threading.Event) -> None:
    start, width = time.monotonic(), 0
    wait = WAIT
    while not done.wait(wait):
        line = f"{what} … {time.monotonic() - start:.0f} s"
        width = max(width, len(line))
        print(f"\r{line}", end="", file=sys.stderr, flush=True)
        wait = 1.0
    if width:
        print(f"\r{' ' * width}\r", end="", file=sys.stderr, flush=True)
