r"""What stands at a node or a branch: words, or a sign such as w_{kj} or φ_j'(v_j).

A label holds its LaTeX, which the printers of reports made, and the same as runs of letters with
their size and height, read back from that LaTeX.  Names of the user are words in both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from reports.escaping import escaped
from reports.figures.glyphs import width
from reports.latex_printer import OPERATORS, RELATIONS, LatexPrinter, index_latex
from reports.plain import plain_of
from reports.printer import Level, Written, decimal
from reports.text import cleaned
from symbolic.terms import Call, Cases, Equation, Index, Sign, Term

SMALL = 0.7
"""The size of a script against that of its base."""
DROP, RISE = 0.2, 0.36
"""How far a subscript goes down and a superscript up, for a base of size 1."""
MOST_TERMS, WIDEST = 5, 46.0
"""The terms of a sum that are all written, and the widest equation, in em."""
THIN, MEDIUM = 0.167, 0.278

SIGNS = {
    "varphi": ("φ", True),
    "delta": ("δ", True),
    "eta": ("η", True),
    "xi": ("ξ", True),
    "pi": ("π", True),
    "sigma": ("σ", True),
    "partial": ("∂", False),
    "sum": ("Σ", False),
    "le": ("≤", False),
    "ge": ("≥", False),
    "cdot": ("⋅", False),
    "cdots": ("⋯", False),
    "vdots": ("⋮", False),
    "dots": ("…", False),
    "times": ("×", False),
    "Delta": ("Δ", False),
    "alpha": ("α", True),
    "lambda": ("λ", True),
    "varepsilon": ("ε", True),
    "Sigma": ("Σ", False),
    "textbackslash": ("\\", False),
    "textasciitilde": ("~", False),
    "textasciicircum": ("^", False),
    "textasciigrave": ("`", False),
}
BLANKS = {",": THIN, ";": MEDIUM, ":": MEDIUM, " ": 0.25}
UPRIGHT = frozenset(("mathrm", "text", "operatorname", "ensuremath"))
COST = "ℰ"
BINARY = ("+", "−", "×")
OPENING = ("(", "/", ",", "=", "<", ">", "+", "−", "")
SPACED = ("=", "<", ">", "≤", "≥")


@dataclass(frozen=True)
class InlinePrinter(LatexPrinter):
    """LaTeX on one line, without fractions and roots; with the iteration (n) where `timed`.

    Long names of units and weights are cut in their middle.
    """

    timed: bool = False

    def sign(self, sign: Sign, exponent: str = "") -> str:
        at = tuple(cut(index) if isinstance(index, str) else index for index in sign.at)
        text = super().sign(Sign(sign.letter, at), exponent)
        return text if self.timed else text.replace("(n)", "")

    def phi(self, neuron: Index, order: int) -> str:
        return super().phi(cut(neuron) if isinstance(neuron, str) else neuron, order)

    def ratio(self, numerator: Term, denominator: Term) -> Written:
        over = self.term(numerator, Level.FACTOR), self.term(denominator, Level.FACTOR)
        return "/".join(over), Level.MUL

    def number(self, value: Fraction) -> Written:
        if value.denominator == 1 or decimal(abs(value)):
            return super().number(value)
        return str(value), Level.MUL if value > 0 else Level.ADD

    def power(self, base: Term, exponent: Fraction) -> str:
        if isinstance(base, Sign):
            return self.sign(base, f"{{{exponent}}}")
        if isinstance(base, Call) and base.function in OPERATORS and exponent > 0:
            return rf"{OPERATORS[base.function]}^{{{exponent}}}({self.term(base.argument)})"
        return f"{self.term(base, Level.ATOM)}^{{{exponent}}}"

    def call(self, function: str, argument: Term) -> Written:
        return rf"\operatorname{{{escaped(function)}}}({self.term(argument)})", Level.FACTOR

    def cases(self, cases: Cases) -> str:
        rows = [
            rf"{self.term(piece)}\text{{ if }}{self.term(c.left)} {RELATIONS[c.relation]} "
            rf"{self.term(c.right)}"
            for c, piece in cases.pieces
        ]
        rows.append(rf"\text{{else }}{self.term(cases.otherwise)}")
        return r",\ ".join(rows)

    def joined(self, line: str, text: str) -> str:
        return super().joined(line, text).replace(f"{line} {text}", rf"{line}\, {text}")

    def fence(self, text: str, split: bool = False) -> tuple[str, str]:
        return "(", ")"


@dataclass(frozen=True)
class Run:
    """Letters of one size (of a base of 1), `shift` above the line, after a gap (or back step)."""

    letters: str
    italic: bool
    size: float = 1.0
    shift: float = 0.0
    gap: float = 0.0

    @property
    def advance(self) -> float:
        """How far the pen goes on."""
        return self.gap + self.size * width(self.letters, self.italic)


@dataclass(frozen=True)
class Label:
    """A text in both targets: LaTeX, and runs of letters; `plain` is for the ear.

    `least` is its width where TeX writes letters that it has not by their codes.
    """

    latex: str
    runs: tuple[Run, ...]
    plain: str
    least: float = 0.0

    @cached_property
    def width(self) -> float:
        """How wide it is for letters of size 1."""
        pen, widest = 0.0, self.least
        for run in self.runs:
            pen += run.advance
            widest = max(widest, pen)
        return widest

    @cached_property
    def sunk(self) -> bool:
        """Whether a script hangs below its line."""
        return any(run.shift < 0 for run in self.runs)


def words(text: str) -> Label:
    r"""Words: nothing in them is a command or markup in any target.

    >>> words("a_b%").latex
    'a\\_b\\%'
    """
    kept = cleaned(text)
    coded = (escaped(c) if escaped(c).startswith("[U+") else c for c in kept)
    return Label(escaped(kept), (Run(kept, False),), kept, width("".join(coded)))


def sign(term: Term, timed: bool = False) -> Label:
    r"""A sign of the notation; without its (n) unless it is `timed`.

    >>> from symbolic.notation import w
    >>> sign(w("6", "3")).latex, "".join(run.letters for run in sign(w("6", "3")).runs)
    ('$w_{63}$', 'w63')
    """
    return formula(InlinePrinter(timed=timed).term(term), plain_of(term))


def formula(latex: str, plain: str) -> Label:
    """A formula that our own printers wrote."""
    return Label(f"${latex}$", tuple(runs_of(latex)), plain)


def inline(term: Term | Equation, printer: LatexPrinter | None = None) -> Label:
    """A formula on one line, by a printer of one's own where one is given.

    Of a long sum the first two terms and the last are written, of what is too wide still only dots.

    >>> from symbolic.terms import Frac, num
    >>> inline(Frac(num(1), num(2)) * Sign("v", ("h",))).latex
    '$(1/2)\\\\, v_h$'
    """
    printer = printer or InlinePrinter(most=MOST_TERMS)
    if not isinstance(term, Equation):
        return formula(printer.term(term), plain_of(term))
    whole = formula(printer.equation(term), plain_of(term))
    if whole.width <= WIDEST:
        return whole
    return formula(rf"{printer.term(term.left)} = \cdots", f"{plain_of(term.left)} = ⋯")


def slope(neuron: str, order: int = 1) -> Label:
    r"""The slope φ_j'(v_j), or for the order 0 the function φ_j(·).

    >>> slope("3").latex, slope("3", 0).latex
    ("$\\varphi_3'(v_3)$", '$\\varphi_3(\\cdot)$')
    """
    inside = InlinePrinter().sign(Sign("v", (neuron,))) if order else r"\cdot"
    latex = f"{InlinePrinter().phi(neuron, order)}({inside})"
    return formula(latex, f"φ_{neuron}'(v_{neuron})" if order else f"φ_{neuron}")


def ratio(of: Term, by: Term, prefix: str = "") -> Label:
    r"""∂of/∂by on one line.

    >>> from symbolic.notation import E, y
    >>> ratio(E, y("6"), "-").latex
    '$-\\partial \\mathcal{E}/\\partial y_6$'
    """
    above, below = (InlinePrinter().term(part) for part in (of, by))
    return formula(
        rf"{prefix}\partial {above}/\partial {below}", f"{prefix}∂{plain_of(of)}/∂{plain_of(by)}"
    )


def name(unit: str, most: float) -> Label:
    """The name of a unit as an index is written; a long one is cut in its middle.

    >>> name("h1", 5).plain, name("a_very_long_name", 5).plain
    ('h1', 'a_ve…ame')
    """
    whole = formula(index_latex(unit), unit)
    if whole.width <= most:
        return whole
    keep, short = len(unit) - 1, whole
    while keep > 2 and short.width > most:
        keep -= 1
        shorter = cut(unit, keep)
        short = formula(rf"\mathrm{{{escaped(shorter)}}}", shorter)
    return short


def cut(name: str, keep: int = 10) -> str:
    """A name with at most so many letters and … in its middle.

    >>> cut("a_very_long_name"), cut("short")
    ('a_ver…_name', 'short')
    """
    if len(name) <= keep + 1:
        return name
    return f"{name[: (keep + 1) // 2]}…{name[len(name) - keep // 2 :]}"


_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|.", re.DOTALL)


@dataclass
class _Atom:
    """A letter (or word) with its scripts, or a blank."""

    letters: str
    italic: bool = False
    blank: float = 0.0
    below: tuple[_Atom, ...] = ()
    above: tuple[_Atom, ...] = ()


def runs_of(latex: str) -> Iterator[Run]:
    """The letters of a formula of our own printers, with their sizes and heights."""
    atoms, _ = _read(_TOKEN.findall(latex.replace(r"{\char34}", '"')), 0, False)
    runs, _ = _set(atoms, 1.0, 0.0, 0.0)
    return iter(runs)


def _read(tokens: list[str], at: int, upright: bool) -> tuple[list[_Atom], int]:
    """The atoms up to the end of a group; our printers nest groups a few deep at most."""
    atoms: list[_Atom] = []
    while at < len(tokens) and tokens[at] != "}":
        token = tokens[at]
        at += 1
        if token in ("_", "^") and atoms:
            script, at = _argument(tokens, at, upright)
            if token == "_":
                atoms[-1].below = tuple(script)
            else:
                atoms[-1].above += tuple(script)
        elif token == "'" and atoms and not upright:
            atoms[-1].above += (_Atom("′"),)
        elif token == "{":
            inside, at = _read(tokens, at, upright)
            atoms += inside
            at += 1
        elif token == r"\mathcal":
            _, at = _argument(tokens, at, True)
            atoms.append(_Atom(COST))
        elif token[1:] in UPRIGHT:
            inside, at = _argument(tokens, at, token[1:] != "ensuremath")
            atoms += inside
        else:
            atoms += _drawn(token, upright)
    return atoms, at


def _argument(tokens: list[str], at: int, upright: bool) -> tuple[list[_Atom], int]:
    """The group or the single token that a command or a script takes."""
    if at < len(tokens) and tokens[at] == "{":
        inside, at = _read(tokens, at + 1, upright)
        return inside, at + 1
    if at < len(tokens) and tokens[at][1:] in UPRIGHT:
        return _argument(tokens, at + 1, True)
    return (_drawn(tokens[at], upright) if at < len(tokens) else []), at + 1


def _drawn(token: str, upright: bool) -> list[_Atom]:
    """What a token that opens nothing puts on the line."""
    if token[0] != "\\" or len(token) == 1:
        if token == " ":
            return [_Atom(" ")] if upright else []
        if token == "-" and not upright:
            return [_Atom("−")]
        return [_Atom(token, token.isalpha() and not upright)]
    command = token[1:]
    if command in SIGNS:
        letters, italic = SIGNS[command]
        return [_Atom(letters, italic)]
    if command in BLANKS:
        return [_Atom("", blank=BLANKS[command])]
    return [_Atom(command)]


def _set(atoms: Sequence[_Atom], size: float, shift: float, gap: float) -> tuple[list[Run], float]:
    """The runs of atoms in a row, and the gap that is left after them."""
    runs: list[Run] = []
    for n, atom in enumerate(atoms):
        if atom.blank:
            gap += atom.blank * size
            continue
        around = MEDIUM * size if atom.letters in SPACED and n else 0.0
        if size == 1.0 and n and atom.letters in BINARY and atoms[n - 1].letters not in OPENING:
            around = 0.8 * MEDIUM
        runs.append(Run(atom.letters, atom.italic, size, shift, gap + around))
        low, after = _set(atom.below, size * SMALL, shift - DROP * size, 0.0)
        under = sum(run.advance for run in low) + after
        high, left = _set(atom.above, size * SMALL, shift + RISE * size, -under)
        if not high:
            left = 0.0
        over = under + sum(run.advance for run in high) + left if high else 0.0
        runs += [*low, *high]
        gap = around + (max(under, over) - over if high else after)
    return runs, gap
