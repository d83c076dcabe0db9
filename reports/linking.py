r"""Which symbols of a page belong to which unit or weight, so that pointing at one lights all.

The table goes with the page; `page.js` marks the formulas by it when it sets them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape

from reports.latex_printer import latex_of
from symbolic.network import Network
from symbolic.terms import Phi, Sign

_SYMBOL = re.compile(
    r"(?:\\varphi|\\delta|\\Delta w|(?<![\\A-Za-z])[A-Za-z])"
    r"_(?:\{(?:[^{}]|\{[^{}]*\})*\}|[A-Za-z0-9])'*"
)
"""What `page.js` looks up as well."""
LARGEST = 400
"""Neurons up to which symbols are linked."""


def table(network: Network, page: str) -> str:
    """The symbols of a page with their marks, as data that no browser runs; "" for none."""
    if len(network.neurons) > LARGEST:
        return ""
    there = {found[0] for found in _SYMBOL.finditer(unescape(page))}
    used = {sign: mark for sign, mark in _marks(network) if sign in there}
    if not used:
        return ""
    data = json.dumps(used, ensure_ascii=True, separators=(",", ":"))
    safe = data.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return f'<script type="application/json" id="marks">{safe}</script>\n'


def _marks(network: Network) -> Iterator[tuple[str, str]]:
    """Each symbol as our printer writes it, without (n), and its mark."""
    from reports.figures import mark  # only a page with figures needs it

    for unit in network.units:
        for letter in ("v", "y", "e", "d", "delta"):
            yield _bare(latex_of(Sign(letter, (unit,)))), mark("n", unit)
        for order in (0, 1):
            yield latex_of(Phi(unit, order, Sign("v"))).partition("(")[0], mark("n", unit)
    for weight, places in network.uses.items():
        marked = mark("w", weight)
        for member in ((weight,), *places):
            sign = _bare(latex_of(Sign("w", member)))
            yield sign, marked
            yield rf"\Delta {sign}", marked


def _bare(latex: str) -> str:
    return latex.replace("(n)", "")
