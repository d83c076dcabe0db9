"""Formulas of an HTML page set when it is written, by KaTeX in quickjs, so that no script need run.

The same few lines set them on a live page (`formulas.js`); where one cannot be set its text stays.
Threads set them side by side, each with a KaTeX of its own: quickjs lets Python go on meanwhile.
"""

from __future__ import annotations

import json
import os
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from html import unescape
from importlib.resources import files
from importlib.util import find_spec
from itertools import chain

from symbolic.errors import InputError

_FORMULA = re.compile(r'(<span class="m(?: s)?" data-tex="([^"]*)">)([^<]*)(</span>)')
_MARKS = re.compile(r'<script type="application/json" id="marks">(.*?)</script>')
MEMORY = 256_000_000
"""Bytes that the formulas of a page may take in one thread while they are set."""
MOST_SET = 400
"""Formulas that are set when a page is written, unless it is asked for: one takes 4 kilobytes."""
AT_ONCE = 32
"""Formulas that a thread sets in one call."""
THREADS = min(4, os.cpu_count() or 1)
_ALL = """
function setAll(known, list) {
  useMarks(known);
  return JSON.stringify(JSON.parse(list).map((tex) => {
    try { return setFormula(tex); } catch { return null; }
  }));
}
"""


def quickjs_is_here() -> bool:
    """Whether the package can be used."""
    try:
        return find_spec("quickjs") is not None
    except ValueError:  # it is there as None: switched off
        return False


def formulas_set(page: str, linked: str) -> str:
    """The page with its formulas set; `linked` holds the table of marks.

    Raises `InputError` where quickjs is not there.
    """
    try:
        import quickjs  # noqa: F401  # the threads need it
    except ImportError:
        raise InputError(
            "Formulas are set when a page is written by quickjs, which is not here: "
            "pip install proofprop[static], or leave out --static."
        ) from None
    found = _MARKS.search(linked)
    marks = found[1] if found else ""
    different = list(dict.fromkeys(unescape(f[2]) for f in _FORMULA.finditer(page)))
    parts = [different[n : n + AT_ONCE] for n in range(0, len(different), AT_ONCE)]
    set_parts = _setters().map(lambda part: _set(marks, part), parts)
    drawn = dict(zip(different, chain.from_iterable(set_parts), strict=True))
    return _FORMULA.sub(lambda f: f[1] + (drawn[unescape(f[2])] or f[3]) + f[4], page)


def ready() -> None:
    """Let the threads load KaTeX while the page is made."""
    for _ in range(THREADS):
        _setters().submit(int)


_own = threading.local()
"""The KaTeX of a thread: a context of quickjs belongs to the thread that made it."""


@cache
def _setters() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(THREADS, initializer=_load)


def _load() -> None:
    import quickjs

    _own.context = quickjs.Context()
    _own.context.set_memory_limit(MEMORY)
    for script in ("katex/katex.min.js", "formulas.js"):
        _own.context.eval(files("reports").joinpath(script).read_text(encoding="utf-8"))
    _own.context.eval(_ALL)


def _set(marks: str, part: list[str]) -> list[str | None]:
    """Formulas as HTML, None for one that KaTeX refuses."""
    try:
        drawn: list[str | None] = json.loads(_own.context.get("setAll")(marks, json.dumps(part)))
    except Exception:  # quickjs has one exception of its own for all that goes wrong
        return [None] * len(part)
    return drawn
