r"""The signs of a program whose names somebody chose: each name has its own, and no other's.

z1 becomes z^{(1)}, Wi becomes W^{i}, P_sum becomes P^{sum}, gamma becomes γ; a name that would
look like another one, or whose label would look like an index, is written out.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from reports.array_signs import LETTERS, PREDICATES, SIGNS, Sign
from symbolic.arrays import Abstract, Definition, Local, Program
from symbolic.indexed import Expr, Opaque, walk

_TAKEN = ("cost", "delta")
"""Names that keep their sign, whatever else there is."""


def signs_of(program: Program, letters: Collection[str]) -> dict[str, Sign]:
    """A sign for each array and function; `letters` are the indices of the page.

    >>> from symbolic.arrays import Given
    >>> from symbolic.indexed import Num
    >>> program = Program((Given("W1"), Given("Wi"), Given("eps"), Given("net")), (), Num(0))
    >>> [sign.latex or sign.text for sign in signs_of(program, ("i",)).values()]
    ['\\\\mathcal{E}', '\\\\delta', 'W', '\\\\mathrm{Wi}', '\\\\varepsilon', '\\\\mathrm{net}']
    >>> program = Program((Given("P_sum"), Given("W_i"), Given("W_q"), Given("gate_q")), (), Num(0))
    >>> [(sign.text, sign.high) for sign in signs_of(program, ("i",)).values()][2:]
    [('P', 'sum'), ('W_i', ''), ('W', 'q'), ('gate_q', '')]
    """
    found: dict[str, Sign] = {name: SIGNS[name] for name in _TAKEN}
    for name in dict.fromkeys((*program.arrays, *_functions(program))):
        if name not in found:
            used = {_drawn(sign) for sign in found.values()}
            found[name] = next(s for s in _offers(name, letters) if _drawn(s) not in used)
    return found


def predicates_of(program: Program) -> dict[str, tuple[str, str]]:
    """The 0/1 arrays that are printed as a relation of their indices."""
    sizes = {"out": 1, "edge": 2, "in": 2}
    arrays = program.arrays
    return {
        name: PREDICATES[name]
        for name, size in sizes.items()
        if name in program.indicators and len(arrays[name]) == size
    }


def _offers(name: str, letters: Collection[str]) -> Iterator[Sign]:
    """Signs for a name, the best first."""
    usual = SIGNS.get(name)
    plain = usual is not None and usual.text in (name, LETTERS.get(name, ("",))[0])
    gate = usual is not None and len(name) == 2 and name.isalpha() and usual.text == name[0]
    if usual is not None and (plain or (gate and usual.high.lower() not in letters)):
        yield usual
    if name == "xhat":
        yield SIGNS["hat"]
    stem = name.rstrip("0123456789")
    number = name[len(stem) :]
    if number and stem in LETTERS:
        yield Sign(*LETTERS[stem], high=f"({number})")
    if number and len(stem) == 1:
        yield Sign(stem, high=f"({number})")
    if len(name) == 1:
        yield Sign(name)
    head, _, label = name.partition("_")
    if len(head) == 1 and label.isalpha() and (len(label) > 1 or label.lower() not in letters):
        yield Sign(head, high=label)
    word = rf"\mathrm{{{re.sub('[^A-Za-z]', '', stem) or 'q'}}}"
    yield Sign(name if not number else stem, word, high=f"({number})" if number else "")
    yield from (Sign(name, word, high=f"({n})") for n in range(2, 9_999))


def _drawn(sign: Sign) -> tuple[str, str]:
    return sign.latex or sign.text, sign.high


def _functions(program: Program) -> list[str]:
    found = []
    for expr in _bodies(program):
        found += [part.name for part in walk(expr) if isinstance(part, Opaque)]
    return found


def _bodies(program: Program) -> Iterator[Expr]:
    for d in program.definitions:
        yield from (d.body,) if isinstance(d, Definition) else _slopes(d.partials)
    cost = program.cost
    yield from _slopes(cost.partials) if isinstance(cost, Abstract) else (cost,)


def _slopes(partials: tuple[Local, ...]) -> Iterator[Expr]:
    return (local.slope for local in partials)
