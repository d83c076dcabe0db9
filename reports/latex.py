r"""Document → LaTeX that compiles with amsmath alone: a whole page, or a body to \input.

Every word passes `escaped`; formulas come from our own printer.  Equal documents give equal bytes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from reports.breaking import lines as broken_lines
from reports.document import (
    RELATIONS,
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
    return f"{PREAMBLE}\\begin{{document}}\n{head}\n\n{body(document)}\n\\end{{document}}\n"


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
        case CodeBlock(code):
            rows = [_code_line(row) for row in code.rstrip().split("\n")]
            return r"\begin{quote}\ttfamily\small\raggedright " + r"\\".join(rows) + r"\end{quote}"
        case Annotated():
            return _annotated(block)
        case Bullets(items):
            rows = [rf"\item {runs_latex(item)}" for item in items]
            return "\n".join((r"\begin{itemize}", *rows, r"\end{itemize}"))
        case Fold(summary, blocks):
            lead = Paragraph((Strong(summary),), keep=True)
            return blocks_latex((lead, *blocks)).rstrip("\n")


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


def _table(table: Table) -> str:
    """A table at the indent of the formulas; an unnamed last column stands at the right margin."""
    count = len(table.head)
    columns = ["l"] * count
    wrap = {table.wide} if 0 <= table.wide < count else set()
    if wrap:
        widths = [max(_cell_em(row[n]) for row in (table.head, *table.rows)) for n in range(count)]
        wrap |= {n for n, width in enumerate(widths) if width > LINE_WIDTH / 2}
        taken = sum(
            0.45 if n in wrap else 1.1 * w / LINE_WIDTH
            for n, w in enumerate(widths)
            if n != table.wide
        )
        for n in wrap:
            share = 0.9 - 0.06 * (count - 2) - taken if n == table.wide else 0.45
            columns[n] = rf"p{{{share:.2f}\linewidth}}"
    begin, end = rf"\begin{{tabular}}{{{''.join(columns)}}}", r"\end{tabular}"
    if not table.head[-1]:
        columns[-1] = r"@{\extracolsep{\fill}}r@{}"
        begin = rf"\begin{{tabular*}}{{\dimexpr\linewidth-1em\relax}}{{{''.join(columns)}}}"
        end = r"\end{tabular*}"
    head = " & ".join(rf"\textit{{{runs_latex(cell)}}}" for cell in table.head)
    rows = [
        " & ".join(
            (r"\raggedright " if n in wrap else "") + _cell(cell) for n, cell in enumerate(row)
        )
        + r"\tabularnewline"
        for row in table.rows
    ]
    return "\n".join(
        (
            r"{\par\nobreak\vskip3pt\nobreak\renewcommand{\arraystretch}{1.25}",
            r"\noindent\hspace*{1em}%",
            begin,
            rf"\hline {head}\tabularnewline \hline",
            *rows,
            r"\hline",
            end + r"\par}\medskip",
        )
    )


def _cell_em(cell: Runs) -> float:
    """About how wide a cell prints, in em; a letter of text is about half an em."""
    return sum(
        width_em(math_latex(run)) if isinstance(run, Math) else 0.48 * len(run.text) for run in cell
    )


def _cell(cell: Runs) -> str:
    """A formula alone in its cell is set in display style, with room around a fraction."""
    match cell:
        case (Math() as math,) if r"\frac" in math_latex(math):
            return rf"\rule[-13pt]{{0pt}}{{33pt}}$\displaystyle {math_latex(math)}$"
    return runs_latex(cell)


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
