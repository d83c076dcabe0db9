"""Formulas of an HTML page set when it is written, by KaTeX in quickjs, so that no script need run.

The same few lines set them on a live page (`formulas.js`); where one cannot be set its text stays.
"""

from __future__ import annotations

import re
from functools import cache
from html import unescape
from importlib.resources import files
from importlib.util import find_spec
from typing import Any

from symbolic.errors import InputError

_FORMULA = re.compile(r'(<span class="m(?: s)?" data-tex="([^"]*)">)([^<]*)(</span>)')
_MARKS = re.compile(r'<script type="application/json" id="marks">(.*?)</script>')
MEMORY = 256_000_000
"""Bytes that the formulas of a page may take while they are set."""
MOST_SET = 400
"""Formulas that are set when a page is written, unless it is asked for: one takes 4 kilobytes."""


def quickjs_is_here() -> bool:
    """Whether the package can be used."""
    try:
        return find_spec("quickjs") is not None
    except ValueError:  # it is there as None: switched off
        return False


def formulas_set(page: str, linked: str, katex: str) -> str:
    """The page with its formulas set; `linked` holds the table of marks.

    Raises `InputError` where quickjs is not there.
    """
    context = _context(katex)
    found = _MARKS.search(linked)
    context.get("useMarks")(found[1] if found else "")
    set_formula = context.get("setFormula")

    @cache
    def drawn(tex: str, shown: str) -> str:
        try:
            return str(set_formula(tex))
        except Exception:  # quickjs has one exception of its own for all that KaTeX refuses
            return shown

    return _FORMULA.sub(lambda f: f[1] + drawn(unescape(f[2]), f[3]) + f[4], page)


def _context(katex: str) -> Any:
    try:
        import quickjs
    except ImportError:
        raise InputError(
            "Formulas are set when a page is written by quickjs, which is not here: "
            "pip install proofprop[static], or leave out --static."
        ) from None
    context = quickjs.Context()
    context.set_memory_limit(MEMORY)
    context.eval(katex)
    context.eval(files("reports").joinpath("formulas.js").read_text(encoding="utf-8"))
    return context
