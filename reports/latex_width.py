r"""How wide LaTeX prints, estimated in em: no TeX is needed to break a line sensibly."""

from __future__ import annotations

import re

GROUP = r"\{((?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*)\}"
FRACTION = re.compile(rf"\\frac{GROUP}{GROUP}")
BRACED = re.compile(rf"\\underbrace{GROUP}_{GROUP}")
SUM = re.compile(rf"\\sum(?:_{GROUP})?(?:\^(?:{GROUP}|.))?")
SCRIPT = re.compile(rf"[_^](?:{GROUP}|(\\[A-Za-z]+|.))")
HSPACE = re.compile(r"\\underline\{\\hspace\{([\d.]+)em\}\}")
ROWS = re.compile(r"\\begin\{cases\}((?:(?!\\begin\{cases\}).)*?)\\end\{cases\}")
SIZES = re.compile(r"\\(?:[bB]igg?[lr]?|left|right)(?![A-Za-z])")
SINGLE = dict.fromkeys(".,|i'", 0.28) | dict.fromkeys("()[]jlt", 0.39)
SINGLE |= {" ": 0.0, "w": 0.72, "m": 0.88, "N": 0.84, "E": 0.75}
COMMANDS: dict[str, float] = dict.fromkeys(("mathrm", "text", "displaystyle", "phantom"), 0.0)
COMMANDS |= {"operatorname": 0.2, "approx": 1.4, "gets": 1.6}
WORDS = {"ln": 1.1, "sin": 1.4, "cos": 1.4, "sinh": 1.9, "cosh": 1.9, "tanh": 2.1, "arctan": 3.0}


def width_em(latex: str) -> float:
    r"""About how wide a formula prints, in em: of a fraction or of cases the widest part counts.

    >>> 5.0 < width_em(r"\varphi_j'\bigl(v_j(n)\bigr)\, y_i(n)") < 9.0
    True
    """
    text = SIZES.sub("", latex).replace(r"\_", "u")
    fixed = 0.0  # what is measured here and taken out of the text
    for gap in HSPACE.findall(text):
        fixed += float(gap)
    text = HSPACE.sub("", text)
    while found := ROWS.search(text):
        rows = [row.split("&") for row in re.split(r"\\\\(?:\[\w+\])?", found[1])]
        fixed += 1.8 + sum(max(width_em(row[n]) for row in rows if n < len(row)) for n in (0, 1))
        text = text[: found.start()] + text[found.end() :]
    while found := FRACTION.search(text):
        fixed += 0.25 + max(width_em(found[1]), width_em(found[2]))
        text = text[: found.start()] + text[found.end() :]
    while found := BRACED.search(text):
        fixed += max(width_em(found[1]), 0.75 * width_em(found[2]))
        text = text[: found.start()] + text[found.end() :]
    while found := SUM.search(text):
        fixed += 0.2 + max(1.45, 0.7 * width_em(found[1] or ""))
        text = text[: found.start()] + text[found.end() :]
    while found := SCRIPT.search(text):
        fixed += 0.72 * width_em(found[1] or found[2] or "")
        text = text[: found.start()] + text[found.end() :]
    words = "".join(re.findall(r"\\text\{([^{}]*)\}", text))
    text = re.sub(r"\\text\{[^{}]*\}", "", text)
    fixed += 0.5 * len(words)
    for command in re.findall(r"\\([A-Za-z]+)", text):
        fixed += WORDS.get(command, COMMANDS.get(command, 0.62))
    text = re.sub(r"\\[A-Za-z]+", "", text)
    fixed += 0.17 * len(re.findall(r"\\[,;: ]", text))
    text = re.sub(r"\\.", "", text)
    fixed += 0.66 * len(re.findall(r"(?<=[^({\s]) ?[-+=<>]", text))
    return fixed + sum(SINGLE.get(c, 0.53) for c in text if c not in "{}&")
