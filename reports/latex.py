r"""Document → LaTeX that compiles with amsmath alone, or a body to \input.

Every word passes `escaped`; formulas come from our own printer.  Equal documents give equal bytes.
"""

from __future__ import annotations

import re
import unicodedata

from reports.document import (
    Block,
    Bullets,
    Code,
    CodeBlock,
    Document,
    Drawn,
    Emphasis,
    EquationLines,
    Fold,
    Heading,
    Line,
    Mark,
    Math,
    Paragraph,
    RuleBox,
    Run,
    Runs,
    Strong,
    Table,
    Text,
    VerdictBox,
)
from reports.printer import latex_of
from symbolic.terms import Add, Equation, Term

PREAMBLE = r"""\documentclass[11pt,a4paper]{article}
\usepackage[T1]{fontenc}
\IfFileExists{lmodern.sty}{\usepackage{lmodern}}{}
\usepackage{amsmath}
\setlength{\textwidth}{160mm}\setlength{\oddsidemargin}{-0.4mm}\setlength{\evensidemargin}{-0.4mm}
\setlength{\topmargin}{-12mm}\setlength{\textheight}{240mm}
\setlength{\parindent}{0pt}\setlength{\parskip}{5pt plus 2pt}
\clubpenalty=10000\widowpenalty=10000\allowdisplaybreaks
"""
MARKS = {
    Mark.NONE: "",
    Mark.PROVED: r"$\surd$",
    Mark.REFUTED: r"$\boldsymbol{\times}$",
    Mark.UNJUSTIFIED: r"\textbf{!}",
    Mark.OPEN: r"\textbf{?}",
}
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
    '"': r"\textquotedbl{}",
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
    "→": r"\ensuremath{\to}",
    "∂": r"\ensuremath{\partial}",
    "Σ": r"\ensuremath{\Sigma}",
    "Δ": r"\ensuremath{\Delta}",
    "δ": r"\ensuremath{\delta}",
    "η": r"\ensuremath{\eta}",
    "ξ": r"\ensuremath{\xi}",
    "φ": r"\ensuremath{\varphi}",
    "ε": r"\ensuremath{\varepsilon}",
    "𝓔": r"\ensuremath{\mathcal{E}}",
    "½": r"\ensuremath{\frac12}",
    "²": r"\ensuremath{^2}",
    "✓": MARKS[Mark.PROVED],
    "✗": MARKS[Mark.REFUTED],
    "\n": " ",
    "\t": " ",
}
LINE_WIDTH = 41.0  # em, of the page set up in PREAMBLE
ROOM = 23.0  # em for left = right beside its reason


def escaped(text: str) -> str:
    r"""Words for LaTeX: nothing in them is a command, whatever they hold.

    >>> print(escaped("50% of a_b & \\input{x} 🐈"))
    50\% of a\_b \& \textbackslash{}input\{x\} [U+1F408]
    """
    return "".join(_letter(letter) for letter in text)


def latex(document: Document, body_only: bool = False) -> str:
    """The whole page, or only what stands between begin and end of the document."""
    body = "\n\n".join(block_latex(block) for block in document.blocks)
    title = escaped(document.title)
    if body_only:
        return body + "\n"
    head = rf"\begin{{center}}\LARGE {title}\end{{center}}"
    return f"{PREAMBLE}\\begin{{document}}\n{head}\n\n{body}\n\n\\end{{document}}\n"


def block_latex(block: Block) -> str:
    """One block."""
    match block:
        case Heading(text, level):
            command = {1: "section", 2: "subsection*"}.get(level, "paragraph*")
            return rf"\{command}{{{escaped(text)}}}"
        case Paragraph(words, keep):
            return runs_latex(words) + (r"\par\nopagebreak" if keep else "")
        case EquationLines(lines):
            return _equations(lines)
        case Table():
            return _table(block)
        case RuleBox():
            return _rule(block)
        case VerdictBox(_, title, words):
            inside = rf"\textbf{{{escaped(title)}}} {runs_latex(words)}"
            width = r"\dimexpr\linewidth-2\fboxsep-2\fboxrule\relax"
            return (
                r"{\setlength{\fboxsep}{7pt}\noindent\fbox{\parbox{" + width + "}{" + inside + "}}}"
            )
        case CodeBlock(code):
            rows = [_code_line(row) for row in code.rstrip().split("\n")]
            return r"\begin{quote}\ttfamily\small\raggedright " + r"\\".join(rows) + r"\end{quote}"
        case Bullets(items):
            rows = [rf"\item {runs_latex(item)}" for item in items]
            return "\n".join((r"\begin{itemize}", *rows, r"\end{itemize}"))
        case Fold(summary, blocks):
            head = rf"\textbf{{{escaped(summary)}}}\par\nopagebreak"
            return "\n\n".join((head, *(block_latex(inside) for inside in blocks)))


def runs_latex(words: Runs) -> str:
    """Words and formulas in a row."""
    row = [run_latex(run) for run in words]
    for n, run in enumerate(words[1:], 1):
        if isinstance(run, Math) and row[n - 1].endswith(" ") and len(row[n]) <= 3:
            row[n - 1] = row[n - 1][:-1] + "~"  # "neuron j" stays on one line
    return "".join(row)


def run_latex(run: Run) -> str:
    """One run."""
    match run:
        case Text(text):
            return escaped(text)
        case Emphasis(text):
            return rf"\emph{{{escaped(text)}}}"
        case Strong(text):
            return rf"\textbf{{{escaped(text)}}}"
        case Code(text):
            return rf"\texttt{{{escaped(text)}}}"
        case Math():
            return f"${math_latex(run)}$"


def math_latex(math: Math) -> str:
    """The LaTeX of a formula, without dollars."""
    if isinstance(math.formula, Drawn):
        return math.formula.latex
    return latex_of(math.formula, sample=math.sample, braces=math.braces)


def width_em(latex_text: str) -> float:
    r"""About how wide a formula prints, in em: a fraction counts its wider part.

    >>> 5.0 < width_em(r"\varphi_j'\bigl(v_j(n)\bigr)\, y_i(n)") < 9.0
    True
    """
    text = re.sub(r"\\(?:[bB]igg?[lr]?|left|right|begin|end)\b(?:\{\w+\})?", "", latex_text)
    fraction = re.compile(r"\\frac\{((?:[^{}]|\{[^{}]*\})*)\}\{((?:[^{}]|\{[^{}]*\})*)\}")
    while found := fraction.search(text):
        wider = max(found.groups(), key=width_em)
        text = f"{text[: found.start()]}{wider}{text[found.end() :]}"
    text = re.sub(r"\\underbrace\{(.*?)\}_\{.*?\}", r"\1", text)
    small = sum(
        len(re.sub(r"\\[A-Za-z]+", "x", s)) for s in re.findall(r"[_^](\{[^{}]*\}|.)", text)
    )
    text = re.sub(r"[_^](\{[^{}]*\}|.)", "", text)
    text = re.sub(r"\\sum", "XXX", text)
    text = re.sub(r"\\[,;: ]", ".", text)
    text = re.sub(r"\\[A-Za-z]+", "x", text)
    body = sum(
        {"(": 0.39, ")": 0.39, ".": 0.2, " ": 0.0}.get(c, 0.62) for c in text if c not in "{}"
    )
    operators = sum(text.count(sign) for sign in "+-=")
    return body + 0.38 * small + 0.6 * operators


def _equations(lines: tuple[Line, ...]) -> str:
    """Blocks of a few rows each, so that a page can break between them."""
    most = 10
    return "\n\n".join(
        _equation_rows(lines[start : start + most]) for start in range(0, len(lines), most)
    )


def _equation_rows(lines: tuple[Line, ...]) -> str:
    rows = []
    reasons = any(line.reason or line.mark is not Mark.NONE for line in lines)
    for line in lines:
        left = "" if line.left is None else math_latex(line.left)
        number = "" if line.number is None else rf"({line.number})"
        reason = " ".join(p for p in (MARKS[line.mark], runs_latex(line.reason)) if p)
        note = rf"\raggedright\small {reason}" if reason else ""
        parts = broken(line.right, (ROOM if reasons else LINE_WIDTH - 5) - width_em(left))
        for n, part in enumerate(parts):
            start = rf"$\displaystyle {left}$ & $=$" if n == 0 else r" & $\quad$"
            row = rf"{_strut(left + part)}{start} & $\displaystyle {part}$"
            rows.append(f"{row} & {note if n == 0 else ''} & {number if n == 0 else ''}")
    note_column = r"p{0.36\linewidth}" if reasons else "l"
    columns = r"@{\hspace{1em}}r@{\;}c@{\;}l@{\extracolsep{\fill}}" + note_column
    columns += r"@{\extracolsep{0pt}\quad}r@{}"
    joined = "\\tabularnewline[3pt]\n".join(rows)
    begin = rf"\noindent\begin{{tabular*}}{{\linewidth}}{{{columns}}}"
    return f"{begin}\n{joined}\n\\end{{tabular*}}\\par\\smallskip"


STRUTS = (  # what a row holds, the room it needs below and above its baseline in points
    (r"\underbrace", 27, 20),
    (r"\sum_{\xi=1}^{N}", 17, 21),
    (r"\sum_{(", 18, 15),
    (r"\sum", 18, 14),
    (r"\frac", 13, 20),
)


def _strut(latex_text: str) -> str:
    """An invisible bar that keeps tall rows apart."""
    found = [(below, above) for sign, below, above in STRUTS if sign in latex_text]
    below = max((low for low, _ in found), default=5)
    above = max((high for _, high in found), default=11)
    return rf"\rule[-{below}pt]{{0pt}}{{{below + above}pt}}"


def broken(right: Math, room: float) -> list[str]:
    """The right side in lines of at most `room` em, broken before a + or − of its outermost sum.

    More than six lines become the first two, dots and the last.
    """
    whole = math_latex(right)
    formula = right.formula
    if not isinstance(formula, Add) or len(formula.terms) < 2 or width_em(whole) <= room:
        return [whole]
    rows = [""]
    for n, term in enumerate(formula.terms):
        text = math_latex(Math(term, right.sample, right.braces))
        text = text if n == 0 or text.startswith("-") else f"+ {text}"
        if rows[-1] and width_em(rows[-1]) + width_em(text) > room:
            rows.append(text)
        else:
            rows[-1] = f"{rows[-1]} {text}".lstrip()
    return rows if len(rows) <= 6 else [*rows[:2], r"+ \cdots", rows[-1]]


def _table(table: Table) -> str:
    count = len(table.head)
    columns = ["l"] * count
    if 0 <= table.wide < count:
        rest = (n for n in range(count) if n != table.wide)
        taken = sum(max(_cell_em(row[n]) for row in (table.head, *table.rows)) + 2 for n in rest)
        share = max(0.25, 0.95 - taken / LINE_WIDTH)
        columns[table.wide] = rf"p{{{share:.2f}\linewidth}}"
    wrap = table.wide
    head = " & ".join(rf"\textit{{{runs_latex(cell)}}}" for cell in table.head)
    rows = [
        " & ".join(
            (r"\raggedright " if n == wrap else "") + _cell(cell) for n, cell in enumerate(row)
        )
        + r"\tabularnewline"
        for row in table.rows
    ]
    return "\n".join(
        (
            r"\begin{center}\renewcommand{\arraystretch}{1.25}",
            rf"\begin{{tabular}}{{{''.join(columns)}}}",
            rf"\hline {head}\tabularnewline \hline",
            *rows,
            r"\hline",
            r"\end{tabular}\end{center}",
        )
    )


def _cell_em(cell: Runs) -> float:
    parts = (math_latex(run) if isinstance(run, Math) else run.text for run in cell)
    return sum(width_em(part) for part in parts)


def _cell(cell: Runs) -> str:
    """A formula alone in its cell is set in display style, with room around a fraction."""
    match cell:
        case (Math() as math,) if r"\frac" in math_latex(math):
            return rf"\rule[-13pt]{{0pt}}{{33pt}}$\displaystyle {math_latex(math)}$"
    return runs_latex(cell)


def _rule(box: RuleBox) -> str:
    top = [
        rf"{latex_of(line.left)} = {latex_of(line.right)}" if isinstance(line, Equation) else ""
        for line in box.lines
    ]
    rows = [rf"\displaystyle {_of(case)}, & {_in_text(words)}" for case, words in box.cases]
    cases = r"\left\{\begin{array}{@{}l@{\quad}l@{}} " + r" \\[10pt] ".join(rows)
    cases += r" \end{array}\right."
    inner = r" \\[8pt] ".join((*top, rf"{_of(box.left)} = {cases}"))
    return (
        r"\begin{displaymath}\setlength{\fboxsep}{10pt}\boxed{\begin{gathered} "
        + inner
        + r" \end{gathered}}\end{displaymath}"
    )


def _of(term: Term) -> str:
    return latex_of(term)


def _in_text(words: Runs) -> str:
    return rf"\text{{{runs_latex(words)}}}"


def _letter(letter: str) -> str:
    if letter in ESCAPES:
        return ESCAPES[letter]
    if " " <= letter <= "~":
        return letter
    plain = unicodedata.normalize("NFKD", letter)
    if plain != letter and plain.isascii() and plain.isprintable():
        return "".join(_letter(part) for part in plain)
    return f"[U+{ord(letter):04X}]"


def _code_line(row: str) -> str:
    indent = len(row) - len(row.lstrip(" "))
    return r"\mbox{}" + r"\ " * indent + escaped(row.lstrip(" ")).replace("--", "-{}-")
