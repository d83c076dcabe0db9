r"""Our own LaTeX → Typst mathematics: one formula read token by token, for pages set without TeX.

Only what our printers write is known; anything else is refused, and the page shows the text.
"""

from __future__ import annotations

import re
from functools import lru_cache

_TOKEN = re.compile(r"\\(?:[A-Za-z]+|.)|\d+(?:\.\d+)?|[A-Za-z]|\S")
SIGNS = {  # what prints as one sign
    r"\alpha": "α",
    r"\beta": "β",
    r"\gamma": "γ",
    r"\delta": "δ",
    r"\varepsilon": "ε",
    r"\epsilon": "ϵ",
    r"\zeta": "ζ",
    r"\eta": "η",
    r"\theta": "θ",
    r"\kappa": "κ",
    r"\lambda": "λ",
    r"\mu": "μ",
    r"\nu": "ν",
    r"\xi": "ξ",
    r"\pi": "π",
    r"\rho": "ρ",
    r"\sigma": "σ",
    r"\tau": "τ",
    r"\varphi": "φ",
    r"\phi": "ϕ",
    r"\chi": "χ",
    r"\psi": "ψ",
    r"\omega": "ω",
    r"\Gamma": "Γ",
    r"\Delta": "Δ",
    r"\Theta": "Θ",
    r"\Lambda": "Λ",
    r"\Sigma": "Σ",
    r"\Phi": "Φ",
    r"\Psi": "Ψ",
    r"\Omega": "Ω",
    r"\prime": "prime",
    r"\odot": "⊙",
    r"\otimes": "⊗",
    r"\times": "×",
    r"\top": "⊤",
    r"\ldots": "…",
    r"\partial": "∂",
    r"\sum": "∑",
    r"\cdot": "⋅",
    r"\cdots": "⋯",
    r"\dots": "…",
    r"\approx": "≈",
    r"\gets": "←",
    r"\ge": "≥",
    r"\le": "≤",
    r"\neq": "≠",
    r"\in": "∈",
    r"\to": "→",
    r"\,": "thin",
    r"\;": "med",
    r"\ ": "space",
    r"\quad": "quad",
    r"\lvert": 'class("opening", bar.v)',
    r"\rvert": 'class("closing", bar.v)',
    "(": "paren.l",
    ")": "paren.r",
    "[": "bracket.l",
    "]": "bracket.r",
    "|": "bar.v",
    ",": "comma",
    ";": "semi",
    ":": "colon",
    "-": "−",
    "/": "slash",
    "&": "&",
}
WORDS = ("ln", "log", "exp", "max", "min", "sin", "cos", "sinh", "cosh", "tanh", "arctan")
OPERATORS = {rf"\{name}": name for name in WORDS}
SILENT = frozenset((r"\displaystyle", r"\allowbreak", r"\nobreak"))
SIZES = {
    rf"\{size}{side}": em
    for size, em in (("big", 1.2), ("Big", 1.75), ("bigg", 2.35), ("Bigg", 2.95))
    for side in "lr"
}
ACCENTS = {r"\dot": "dot", r"\hat": "hat", r"\tilde": "tilde", r"\bar": "macron"}
NAMED = {**ACCENTS, r"\frac": "frac", r"\sqrt": "sqrt", r"\mathcal": "cal", r"\boxed": ""}


class UnknownError(ValueError):
    """A command that our printers do not write."""


@lru_cache(maxsize=4096)
def typst_of(latex: str) -> str:
    r"""The formula in Typst, without dollars.

    >>> typst_of(r"\varphi_j'\bigl(v_j\bigr)\, \frac{1}{N}")
    "φ'_(j) lr(size: #1.2em, paren.l) v_(j) lr(size: #1.2em, paren.r) thin frac(1, N)"
    >>> typst_of(r"\mathrm{a\_b} = \text{so}")
    'upright("a_b")="so"'

    Raises `UnknownError` for a command that is not known.
    """
    reader = _Reader(latex)
    whole = reader.row(())
    if reader.at < len(reader.tokens):
        raise UnknownError(reader.tokens[reader.at])
    return whole


def quoted(text: str) -> str:
    r"""A string of Typst: nothing in it is markup.

    >>> print(quoted('a "b" \\ #c'))
    "a \"b\" \\ #c"
    """
    inside = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
    return f'"{inside}"'


def _apart(before: str, part: str) -> str:
    """The blank between two parts: beside words it would be seen."""
    words = before.endswith(('"', '")')) or part.startswith('"')
    return "" if words or part == "[" or not before else " "


class _Reader:
    def __init__(self, latex: str) -> None:
        self.words: list[str] = []
        text = re.sub(r"\\(text|math(?:rm|bf)|operatorname)\{((?:[^{}]|\\.)*)\}", self._word, latex)
        self.tokens = [found[0] for found in _TOKEN.finditer(text)]
        self.at = 0

    def _word(self, found: re.Match[str]) -> str:
        """Words are taken out first, since their spaces count."""
        words = re.sub(r" *\\ +|~", " ", found[2]).replace(r"\_", "_").replace("$", "")
        shown = quoted(re.sub(r"\\ensuremath\{([^{}]*)\}", r"\1", words))
        if found[1] == "mathrm":
            shown = f"upright({shown})"
        if found[1] == "mathbf":
            shown = f"bold({shown})"
        if found[1] == "operatorname":
            shown = f"op({shown})"
        self.words.append(shown)
        return f"\x01{len(self.words) - 1}\x02"

    def next(self) -> str:
        if self.at >= len(self.tokens):
            raise UnknownError("the end")
        self.at += 1
        return self.tokens[self.at - 1]

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def row(self, stop: tuple[str, ...]) -> str:
        """Atoms up to one of these tokens, which is left."""
        parts: list[str] = []
        while self.at < len(self.tokens) and self.peek() not in stop:
            part = self.scripted()
            if part:
                parts.append(_apart(parts[-1] if parts else "", part) + part)
        return "".join(parts)

    def scripted(self) -> str:
        """An atom with its primes, subscript and superscript."""
        base = self.atom()
        primes, scripts = "", ""
        while self.peek() in ("_", "^", "'"):
            mark = self.next()
            if mark == "'":
                primes += "'"
            else:
                scripts += f"{mark}({self.group()})"
        return (base or '""' if primes or scripts else base) + primes + scripts

    def group(self) -> str:
        """{…} or one atom."""
        if self.peek() != "{":
            return self.atom()
        self.next()
        inside = self.row(("}",))
        self.next()
        return inside

    def atom(self) -> str:
        token = self.next()
        if token == "\x01":
            word = self.words[int(self.next())]
            self.next()
            return word
        if token == "{":
            self.at -= 1
            return self.group()
        if token in SIGNS:
            return SIGNS[token]
        if token in OPERATORS:
            return OPERATORS[token]
        if token in SILENT:
            return ""
        if token in SIZES:
            return f"lr(size: #{SIZES[token]}em, {self.atom()})"
        if token == r"\left":
            left, inside = self.atom(), self.row((r"\right",))
            self.next()
            return f"lr({left} {inside} {self.atom()})"
        if token in NAMED:
            count = 2 if token == r"\frac" else 1
            return f"{NAMED[token]}({', '.join(self.group() for _ in range(count))})"
        if token == r"\tfrac":
            return f"inline(frac({self.group()}, {self.group()}))"
        if token == r"\underbrace":
            base = self.group()
            if self.peek() != "_":
                return f"underbrace({base})"
            self.next()
            return f"underbrace({base}, {self.group()})"
        if token == r"\substack":
            self.next()
            lines = [self.row((r"\\", "}"))]
            while self.next() == r"\\":
                lines.append(self.row((r"\\", "}")))
            rows = ", ".join(f"$script({line})$" for line in lines)
            return f"#align(center, stack(spacing: 3pt, {rows}))"
        if token == r"\phantom":
            return f"#hide(${self.group()}$)"
        if token == r"\underline":
            return self.gap()
        if token == r"\begin":
            return self.cases()
        if token.startswith("\\") or token in "}_^'#$\"`":
            raise UnknownError(token)
        return token

    def gap(self) -> str:
        """A line to write on."""
        wide = "".join(self.next() for _ in range(8))
        found = re.fullmatch(r"\{\\hspace\{([\d.]+)em\}\}", wide)
        if found is None:
            raise UnknownError(wide)
        return f"#box(width: {found[1]}em, stroke: (bottom: 0.5pt))"

    def cases(self) -> str:
        if "".join(self.next() for _ in range(7)) != "{cases}":
            raise UnknownError(r"\begin")
        rows, stop = [], (r"\\", r"\end")
        rows.append(self.row(stop))
        while self.next() == r"\\":
            if self.peek() == "[":
                while self.next() != "]":
                    pass
            rows.append(self.row(stop))
        for _ in range(7):
            self.next()
        return f"cases({', '.join(rows)})"
