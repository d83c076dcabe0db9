r"""Document → LaTeX that compiles with amsmath alone: a whole page, or a body to \input.

Every word passes `escaped`; formulas come from our own printer.  Equal documents give equal bytes.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence

from reports.breaking import lines as broken_lines
from reports.document import (
    RELATIONS,
    Algorithm,
    Annotated,
    Block,
    Boxed,
    Bullets,
    Code,
    CodeBlock,
    Document,
    Drawn,
    Emphasis,
    EquationLines,
    Figure,
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
from reports.escaping import escaped
from reports.latex_printer import LatexPrinter
from reports.latex_width import width_em
from reports.printer import Piece
from symbolic.terms import Equation

PREAMBLE = r"""\documentclass[11pt,a4paper]{article}
\usepackage[T1]{fontenc}
\IfFileExists{lmodern.sty}{\usepackage{lmodern}}{}
\usepackage[fleqn]{amsmath}
\setlength{\textwidth}{160mm}\setlength{\oddsidemargin}{-0.4mm}\setlength{\evensidemargin}{-0.4mm}
\setlength{\topmargin}{-12mm}\setlength{\textheight}{240mm}
\setlength{\parindent}{0pt}\setlength{\parskip}{5pt plus 2pt}
\setlength{\mathindent}{1em}\setlength{\jot}{5pt}
\clubpenalty=10000\widowpenalty=10000\allowdisplaybreaks[1]\emergencystretch=2em
"""
FIGURE_PREAMBLE = r"""\usepackage{graphicx}
\newsavebox{\derivationbox}
\newcommand{\derivationfigure}[1]{\sbox{\derivationbox}{#1}%
  \ifdim\wd\derivationbox>\linewidth\resizebox{\linewidth}{!}{\usebox{\derivationbox}}%
  \else\usebox{\derivationbox}\fi}
"""
BODY_PREAMBLE = r"""\providecommand{\derivationnote}[2]{\tag*{%
  \parbox[t]{0.37\linewidth}{\raggedright\small #1}\makebox[2.7em][r]{#2}}}
"""
MARKS = {
    Mark.NONE: "",
    Mark.PROVED: r"$\surd$",
    Mark.REFUTED: r"$\boldsymbol{\times}$",
    Mark.UNJUSTIFIED: r"\textbf{!}",
    Mark.OPEN: r"\textbf{?}",
    Mark.GIVEN: r"$\cdot$",
}
LINE_WIDTH = 41.0  # em, of the page set up in PREAMBLE
ROOM = 37.0  # em for one line of a formula; a reason that does not fit beside it stands below
MOST_TERMS = 8  # of a sum; a longer one is shortened with dots


def latex(document: Document) -> str:
    r"""The whole page, from \documentclass on."""
    head = rf"\begin{{center}}\LARGE {wrappable(document.title)}\end{{center}}"
    start = PREAMBLE + (_figure_preamble() if _has_figure(document.blocks) else "")
    return f"{start}\\begin{{document}}\n{head}\n\n{body(document)}\n\\end{{document}}\n"


def _figure_preamble() -> str:
    from reports.figures import TIKZ_PREAMBLE  # only a page with figures needs them

    return FIGURE_PREAMBLE + TIKZ_PREAMBLE


def _has_figure(blocks: Sequence[Block]) -> bool:
    inside = (block.blocks for block in blocks if isinstance(block, Fold))
    return any(isinstance(block, Figure) for block in blocks) or any(map(_has_figure, inside))


def body(document: Document) -> str:
    r"""What a page of one's own can \input where amsmath is loaded: no preamble, no title."""
    return f"{BODY_PREAMBLE}{blocks_latex(document.blocks)}\n"


def blocks_latex(blocks: Sequence[Block]) -> str:
    """Blocks one after the other; a paragraph that announces the next block stays with it."""
    rows: list[str] = []
    before: Block | None = None
    for block in blocks:
        kept = isinstance(before, Paragraph) and before.keep
        if isinstance(block, EquationLines):
            rows.append(_equations(block.lines, follows=kept))
        else:
            kept = kept and not isinstance(block, Table)  # a table stays with its words anyway
            rows.append((r"\par\nobreak" + "\n" if kept else "") + block_latex(block))
        rows.append("\n" if isinstance(block, Paragraph) and block.keep else "\n\n")
        before = block
    return "".join(rows).rstrip("\n") + "\n"


def block_latex(block: Block) -> str:
    """One block."""
    match block:
        case Heading(text, level):
            command = {1: "section", 2: "subsection*"}.get(level, "paragraph*")
            return rf"\{command}{{{escaped(text)}}}"
        case Paragraph(words):
            return runs_latex(words)
        case EquationLines(lines):
            return _equations(lines, follows=False)
        case Table():
            return _table(block)
        case RuleBox():
            return _rule(block)
        case Boxed(lines):
            return _boxed(lines)
        case VerdictBox(_, title, words):
            inside = rf"\textbf{{{escaped(title)}}} {runs_latex(words)}"
            width = r"\dimexpr\linewidth-2\fboxsep-2\fboxrule\relax"
            return (
                r"{\setlength{\fboxsep}{7pt}\noindent\fbox{\parbox{" + width + "}{" + inside + "}}}"
            )
        case CodeBlock(_, Drawn(drawn)):
            bare = drawn.removeprefix(r"\begin{array}{l} ").removesuffix(r" \end{array}")
            steps = r"\\".join(f"${row}$" for row in bare.split(r" \\ "))
            return rf"\begin{{quote}}\small\raggedright {steps}\end{{quote}}"
        case CodeBlock(code):
            rows = [_code_line(row) for row in code.rstrip().split("\n")]
            return r"\begin{quote}\ttfamily\small\raggedright " + r"\\".join(rows) + r"\end{quote}"
        case Annotated():
            return _annotated(block)
        case Bullets(items):
            rows = [rf"\item {runs_latex(item)}" for item in items]
            return "\n".join((r"\begin{itemize}", *rows, r"\end{itemize}"))
        case Figure():
            return _figure(block)
        case Algorithm(lines):
            return _algorithm(lines)
        case Fold(summary, blocks):
            lead = Paragraph((Strong(summary),), keep=True)
            return blocks_latex((lead, *blocks)).rstrip("\n")


def _figure(block: Figure) -> str:
    """The drawing in the middle, scaled down where it is too wide, its caption below."""
    from reports.figures import tikz  # only a page with figures needs them

    drawing = rf"\derivationfigure{{{tikz(block.scene)}}}"
    caption = rf"\parbox{{0.9\linewidth}}{{\centering\small {runs_latex(block.caption)}}}"
    return rf"\begin{{center}}{drawing}\par\nobreak\medskip{caption}\end{{center}}"


def _algorithm(lines: Sequence[tuple[int, Runs]]) -> str:
    rows = []
    for n, (deep, words) in enumerate(lines, 1):
        indent = f"{1.5 * deep:g}em"
        width = rf"\dimexpr\linewidth-{indent}\relax"
        inside = rf"\raggedright {runs_latex(words)}"
        rows.append(rf"\item[{n}]\hspace*{{{indent}}}\parbox[t]{{{width}}}{{{inside}}}")
    begin = r"\begin{list}{}{\leftmargin=2.5em \itemsep=1pt \parsep=0pt}"
    whole = "\n".join((begin, *rows, r"\end{list}"))
    if len(lines) > TOGETHER:
        return whole
    return f"\\noindent\\begin{{minipage}}{{\\linewidth}}\n{whole}\n\\end{{minipage}}\\medskip"


def _annotated(block: Annotated) -> str:
    """The mark and the place in the margin, the formula, the notes in small type."""
    number = "" if block.number is None else rf"\enspace({block.number})"
    place = rf"{MARKS[block.mark]}{number}\\{escaped(block.place)}"
    margin = rf"\mbox{{}}\marginpar{{\raggedright\small {place}}}"
    if isinstance(block.right, Code):
        rows = [run_latex(block.right)]
    else:
        sign = RELATIONS[block.relation][1]
        left = "" if block.left is None else math_latex(block.left)
        room = LINE_WIDTH - 3
        if width_em(left) + 2 + width_em(math_latex(block.right)) <= room:
            rows = [rf"$\displaystyle {left} {sign} {math_latex(block.right)}$"]
        else:
            rows = [
                rf"$\displaystyle {part}$"
                for part in (broken(block.left, room) if block.left else ())
            ]
            first, *more = broken(block.right, room - 3)
            rows += [rf"\quad$\displaystyle {sign} {first}$"]
            rows += [rf"\qquad$\displaystyle {part}$" for part in more]
    lines = r"\\*[3pt]".join((margin + rows[0], *rows[1:]))
    notes = "".join(
        rf"\par\nobreak{{\small\leftskip=1.5em {runs_latex(n)}\par}}" for n in block.notes
    )
    inner = blocks_latex(block.blocks).rstrip("\n") if block.blocks else ""
    body = "\n" + rf"{{\small\leftskip=1.5em {inner}\par}}" if inner else ""
    return rf"\medskip\noindent {lines}{notes}{body}"


def runs_latex(words: Runs) -> str:
    """Words and formulas in a row."""
    row = [run_latex(run) for run in words]
    for n, run in enumerate(words[1:], 1):
        if isinstance(run, Math) and row[n - 1].endswith(" ") and len(row[n]) <= 3:
            row[n - 1] = row[n - 1][:-1] + "~"  # "neuron j" stays on one line
        if isinstance(run, Math) and isinstance(words[n - 1], Math):
            row[n - 1] += "{}"  # two dollars in a row would begin a display
    return "".join(row)


def run_latex(run: Run) -> str:
    """One run."""
    match run:
        case Text(text):
            return wrappable(text)
        case Emphasis(text):
            return rf"\emph{{{escaped(text)}}}"
        case Strong(text):
            return rf"\textbf{{{escaped(text)}}}"
        case Code(text):
            return rf"\texttt{{{wrappable(text, _typed)}}}"
        case Math(formula=Drawn(latex_pieces=(first, *more))) if more:
            parts = (rf"{piece.joint}\allowbreak {piece.text}" for piece in more)
            return f"${first.text}{''.join(parts)}$"
        case Math():
            return f"${math_latex(run)}$"


LONG_WORD = 24  # signs; a longer word may be broken


def wrappable(text: str, write: Callable[[str], str] = escaped) -> str:
    """Words; one that is too long for a line, such as a name of a file, may be broken."""
    parts = []
    for part in re.split(r"(\S+)", text):
        whole = write(part)
        if part.isspace() or len(part) + 8 * whole.count("[U+") <= LONG_WORD:
            parts.append(whole)
            continue
        scraps = re.findall(r"[A-Za-z0-9]{1,3}|[^A-Za-z0-9]", part)
        parts.append(r"\allowbreak{}".join(map(write, scraps)))
    return "".join(parts)


def math_latex(math: Math) -> str:
    """The LaTeX of a formula, without dollars."""
    formula, printer = math.formula, _printer(math)
    if isinstance(formula, Drawn):
        return formula.latex
    if isinstance(formula, Equation):
        return printer.equation(formula)
    return printer.term(formula)


def _printer(math: Math) -> LatexPrinter:
    return LatexPrinter(sample=math.sample, braces=math.braces, most=MOST_TERMS)


def broken(right: Math, room: float) -> list[str]:
    """A formula in lines of at most `room` em, broken before its outermost signs or factors."""
    whole = math_latex(right)
    if isinstance(right.formula, Drawn) and right.formula.latex_pieces and width_em(whole) > room:
        pieces = right.formula.latex_pieces
        return broken_lines(pieces, room, width_em, r"\cdots", indent=2.0, most=None)
    if isinstance(right.formula, Drawn | Equation) or width_em(whole) <= room:
        return [whole]
    printer = _printer(right)
    return broken_lines(printer.pieces(right.formula), room, width_em, printer.dots, indent=2.0)


def _equations(lines: tuple[Line, ...], follows: bool) -> str:
    """The lines aligned at their equals signs; a page may break between them.

    A display that no words announce begins a paragraph, whose empty line is its space above.
    """
    rows = []
    lefts = ["" if line.left is None else math_latex(line.left) for line in lines]
    room = ROOM - max(map(width_em, lefts))
    for line, left in zip(lines, lefts, strict=True):
        number = "" if line.number is None else rf"({line.number})"
        reason = " ".join(p for p in (MARKS[line.mark], runs_latex(line.reason)) if p)
        note = rf" \derivationnote{{{reason}}}{{{number}}}" if reason or number else ""
        parts = broken(line.right, room)
        texts = [f"{left} &= {parts[0]}", *(rf"&\quad {part}" for part in parts[1:])]
        texts[-1] += note
        rows += texts
    inside = " \\\\\n".join(rows)
    display = f"\\begin{{align*}}\n{inside}\n\\end{{align*}}"
    if follows:
        return display
    tight = r"\setlength{\abovedisplayskip}{0pt}\setlength{\abovedisplayshortskip}{0pt}"
    return f"{{{tight}%\n{display}}}"


SIZES = (("", 1.0), (r"\small", 0.92), (r"\footnotesize", 0.84), (r"\scriptsize", 0.74))
"""The letters of a table and how large they are; a table of many columns has small ones."""
COLUMN_GAP = 1.15  # em between two columns of a table
TOGETHER = 16  # lines of an algorithm between which no page breaks
TALLEST = 10  # lines; a taller table may be broken between its rows


def _table(table: Table) -> str:
    """A table at the indent of the formulas; an unnamed last column stands at the right margin.

    Where it is wider than the page, its widest columns are narrowed and wrap; where it is tall, the
    page may break between its rows.
    """
    count = len(table.head)
    grid = [table.head, *table.rows]
    widths = [max(_cell_em(row[n]) for row in grid) for n in range(count)]
    least = [max(_least(row[n]) for row in grid) for n in range(count)]
    room = LINE_WIDTH - 1.5 - COLUMN_GAP * count
    size, letter = next(one for one in SIZES if sum(least) * one[1] <= room or one is SIZES[-1])
    if SIZES[1][1] * sum(widths) <= room < sum(widths):  # a little smaller, and nothing wraps
        size, letter = SIZES[1]
    fitted = _fitted(widths, least, room / letter)
    heights = [_height(row, fitted) for row in table.rows]
    wrap = {n for n, width in enumerate(widths) if width > fitted[n]}
    if not table.head[-1]:
        wrap -= {count - 1}
    elif sum(heights) > TALLEST:
        wrap = set(range(count))
    columns = [f"p{{{fitted[n]:.1f}em}}" if n in wrap else "l" for n in range(count)]
    begin, end = rf"\begin{{tabular}}{{{''.join(columns)}}}", r"\end{tabular}"
    if not table.head[-1]:
        columns[-1] = r"@{\extracolsep{\fill}}r@{}"
        begin = rf"\begin{{tabular*}}{{\dimexpr\linewidth-1em\relax}}{{{''.join(columns)}}}"
        end = r"\end{tabular*}"
    head = " & ".join(rf"\textit{{{runs_latex(cell)}}}" for cell in table.head)
    rows = [
        " & ".join(
            (r"\raggedright " if n in wrap else "") + _cell(cell, n in wrap)
            for n, cell in enumerate(row)
        )
        + r"\tabularnewline"
        for row in table.rows
    ]
    apart = f"{end}\\par\\nointerlineskip\n\\noindent\\hspace*{{1em}}%\n{begin}"
    if len(wrap) == count and len(rows) > 4:  # equal columns: between its rows a page may break
        rows = [*rows[:2], *(part for row in rows[2:-1] for part in (apart, row)), rows[-1]]
    return "\n".join(
        (
            rf"{{\par\nobreak\vskip5pt\nobreak{size}\parskip=0pt"
            r"\renewcommand{\arraystretch}{1.25}",
            r"\noindent\hspace*{1em}%",
            begin,
            rf"\hline {head}\tabularnewline \hline",
            *rows,
            r"\hline",
            end + r"\par}\medskip",
        )
    )


def _fitted(widths: Sequence[float], least: Sequence[float], room: float) -> list[float]:
    """The widths of columns within the room: the widest are narrowed to one width, down to `least`.

    >>> _fitted([2, 10, 30], [2, 4, 6], 24)
    [2, 10, 12.0]
    >>> _fitted([10, 10], [2, 4], 20)
    [10.0, 10.0]
    """
    low, high = 0.0, max(widths)
    if sum(widths) <= room:
        return [width * min(1.12, room / sum(widths)) for width in widths]
    for _ in range(40):
        cap = (low + high) / 2
        total = sum(max(some, min(w, cap)) for w, some in zip(widths, least, strict=True))
        low, high = (cap, high) if total <= room else (low, cap)
    return [max(some, min(w, round(low, 3))) for w, some in zip(widths, least, strict=True)]


def _least(cell: Runs) -> float:
    """The widest part of a cell within which no line breaks, in em."""
    widest = 0.0
    for run in cell:
        if isinstance(run, Math):
            pieces = _pieces(run)
            parts = [piece.text for piece in pieces] if pieces else [math_latex(run)]
            widest = max(widest, *(1.1 * width_em(part) + 0.3 for part in parts))
        else:
            widest = max(widest, *(0.55 * len(word) for word in (*run.text.split(), "")))
    return widest


def _height(row: Sequence[Runs], widths: Sequence[float]) -> float:
    """About how many lines a row takes."""
    cells = [_cell_em(cell) / max(width, 1) for cell, width in zip(row, widths, strict=True)]
    tall = any(r"\frac" in _cell(cell) for cell in row)
    return max(1, *(math.ceil(cell - 0.05) for cell in cells)) * (2.2 if tall else 1.25)


def _cell_em(cell: Runs) -> float:
    """About how wide a cell prints, in em; a letter of text is about half an em."""
    return sum(
        1.06 * width_em(math_latex(run)) if isinstance(run, Math) else 0.5 * len(run.text)
        for run in cell
    )


def _cell(cell: Runs, wraps: bool = False) -> str:
    """A formula alone in its cell is set in display style, with room around a fraction."""
    match cell:
        case (Math() as one,):
            shown = _wrapping(one) if wraps else math_latex(one)
            if r"\frac" in shown:
                return rf"\rule[-13pt]{{0pt}}{{33pt}}$\displaystyle {shown}$"
            return f"${shown}$"
    return runs_latex(cell)


def _wrapping(formula: Math) -> str:
    """The formula with places where a line may break."""
    pieces = _pieces(formula)
    if len(pieces) < 2:
        return math_latex(formula)
    first, *more = pieces
    return first.text + "".join(rf"{piece.joint}\allowbreak {piece.text}" for piece in more)


def _pieces(formula: Math) -> Sequence[Piece]:
    """The parts between which a formula may be broken, if any are known."""
    term = formula.formula
    if isinstance(term, Drawn):
        return term.latex_pieces
    return () if isinstance(term, Equation) else _printer(formula).pieces(term)


def _rule(box: RuleBox) -> str:
    """The boxed rule; where it is too wide, each condition stands below its case."""
    top = [math_latex(Math(line)) for line in box.lines]
    left = math_latex(Math(box.left))
    room = LINE_WIDTH - width_em(left) - 7
    cases = [broken(Math(case), room - 2) for case, _ in box.cases]
    said = [runs_latex(words) for _, words in box.cases]
    widest = max((width_em(row) for rows in cases for row in rows), default=0.0)
    beside = widest + max((_cell_em(words) for _, words in box.cases), default=0.0) + 2 <= room
    rows = []
    for parts, words in zip(cases, said, strict=True):
        parts = [rf"\displaystyle {parts[0]}", *(rf"\displaystyle \quad {p}" for p in parts[1:])]
        parts[-1] += rf", & \text{{{words}}}" if beside else ","
        rows.append(r" \\[6pt] ".join(parts if beside else (*parts, rf"\quad\text{{{words}}}")))
    columns = r"@{}l@{\quad}l@{}" if beside else "@{}l@{}"
    array = rf"\begin{{array}}{{{columns}}} " + r" \\[10pt] ".join(rows) + r" \end{array}"
    brace = r"\left\{" if len(box.cases) > 1 else r"\left."
    inner = r" \\[8pt] ".join((*top, rf"{left} = {brace}{array}\right."))
    return (
        r"{\setlength{\fboxsep}{10pt}\noindent\hspace*{1em}$\displaystyle\boxed{\begin{gathered} "
        + inner
        + r" \end{gathered}}$\par}\smallskip"
    )


def _boxed(lines: Sequence[Line]) -> str:
    """Equations in a box; a condition stands beside its equation."""
    lefts = ["" if line.left is None else math_latex(line.left) for line in lines]
    room = LINE_WIDTH - 5 - max(map(width_em, lefts))
    room -= max(_cell_em(line.reason) for line in lines)
    rows = []
    for line, left in zip(lines, lefts, strict=True):
        parts = broken(line.right, room)
        rows += [f"{left} &= {parts[0]}", *(rf"&\quad {part}" for part in parts[1:])]
        if line.reason:
            rows[-1] += rf" && \text{{{runs_latex(line.reason)}}}"
    inside = " \\\\[4pt]\n".join(rows)
    return (
        r"{\setlength{\fboxsep}{8pt}\noindent\hspace*{1em}$\displaystyle\boxed{\begin{aligned} "
        + inside
        + r" \end{aligned}}$\par}\smallskip"
    )


def _typed(text: str) -> str:
    """Typed text: no two signs of it become one, such as -- a dash."""
    return re.sub(r"([-,'])(?=\1)", r"\1{}", escaped(text))


def _code_line(row: str) -> str:
    indent = len(row) - len(row.lstrip(" "))
    return r"\mbox{}" + r"\ " * indent + wrappable(row.lstrip(" "), _typed)
