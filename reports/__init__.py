"""Reports of derivations with their verdicts; the public name, loaded when used.

>>> from reports import report
>>> report("2-2-1").json()["verdict"]
'proved'
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reports.reporting import Report, report

__all__ = ["Report", "report"]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'reports' has no attribute {name!r}")
    from reports import reporting  # only where a public name is asked for

    return getattr(reporting, name)
