r"""Words → LaTeX words: whatever they hold, nothing in them is a command.

What amsmath and a bare TeX cannot set is written as its code, such as [U+1F408].
"""

from __future__ import annotations

import unicodedata

ESCAPES = {
    "\\": r"\textbackslash{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\ensuremath{<}",
    ">": r"\ensuremath{>}",
    "|": r"\ensuremath{|}",
    '"': r"{\char34}",
    "`": r"\textasciigrave{}",
    "–": "--",
    "—": "---",
    "’": "'",
    "‘": "`",
    "“": "``",
    "”": "''",
    "…": r"\dots{}",
    "−": r"\ensuremath{-}",
    "·": r"\ensuremath{\cdot}",
    "×": r"\ensuremath{\times}",
    "≥": r"\ensuremath{\ge}",
    "≤": r"\ensuremath{\le}",
    "≠": r"\ensuremath{\neq}",
    "≈": r"\ensuremath{\approx}",
    "→": r"\ensuremath{\to}",
    "←": r"\ensuremath{\gets}",
    "∈": r"\ensuremath{\in}",
    "∂": r"\ensuremath{\partial}",
    "Σ": r"\ensuremath{\Sigma}",
    "Δ": r"\ensuremath{\Delta}",
    "α": r"\ensuremath{\alpha}",
    "λ": r"\ensuremath{\lambda}",
    "δ": r"\ensuremath{\delta}",
    "η": r"\ensuremath{\eta}",
    "ξ": r"\ensuremath{\xi}",
    "φ": r"\ensuremath{\varphi}",
    "ϕ": r"\ensuremath{\phi}",
    "ε": r"\ensuremath{\varepsilon}",
    "𝓔": r"\ensuremath{\mathcal{E}}",
    "½": r"\ensuremath{\frac12}",
    "²": r"\ensuremath{^2}",
    "✓": r"$\checkmark$",
    "✗": r"$\boldsymbol{\times}$",
    "\n": " ",
    "\t": " ",
    "\u00a0": "~",
}


def escaped(text: str) -> str:
    r"""Words for LaTeX: nothing in them is a command, whatever they hold.

    >>> print(escaped("50% of a_b & \\input{x} 🐈"))
    50\% of a\_b \& \textbackslash{}input\{x\} [U+1F408]
    """
    return "".join(_letter(letter) for letter in text)


def _letter(letter: str) -> str:
    if letter in ESCAPES:
        return ESCAPES[letter]
    if " " <= letter <= "~":
        return letter
    plain = unicodedata.normalize("NFKD", letter)
    if plain != letter and plain.isascii() and plain.isprintable():
        return "".join(_letter(part) for part in plain)
    return f"[U+{ord(letter):04X}]"
