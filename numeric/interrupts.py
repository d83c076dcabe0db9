"""Ctrl-C and SIGTERM, put off until what is being done can be written down."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType
from typing import Any

STOPPING = (signal.SIGINT, signal.SIGTERM)


class Interrupts:
    """Inside, the first such signal is only noted; a second one acts at once.

    Only the main thread can do so; elsewhere, and where a signal is ignored, nothing changes.
    """

    def __init__(self) -> None:
        self._noted: int | None = None
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Interrupts:
        if threading.current_thread() is threading.main_thread():
            for number in STOPPING:
                if signal.getsignal(number) not in (signal.SIG_IGN, None):
                    self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._give_back()

    @property
    def noted(self) -> bool:
        """Whether a signal waits."""
        return self._noted is not None

    def act(self) -> None:
        """Let the signal that waits, if any, do what it would have done."""
        if self._noted is not None:
            number, self._noted = self._noted, None
            signal.raise_signal(number)
            self.__enter__()  # whoever handles it may let the run go on

    def _note(self, number: int, frame: FrameType | None) -> None:
        self._noted = number
        self._give_back()

    def _give_back(self) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._before = {}
