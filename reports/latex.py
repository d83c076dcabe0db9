r"""Document → LaTeX: a whole page, or a body to \input that compiles with amsmath alone.

Every word passes `escaped`; formulas come from our own printer.  Equal documents give equal bytes.
"""

from __future__ import annotations

from collections.abc import Sequence

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
    EquationLines,
    Figure,
    Fold,
    Heading,
    Line,
    Mark,
    Math,
    Paragraph,
    RuleBox,
    Runs,
    Strong,
    Table,
    VerdictBox,
    with_asides,
)
from reports.escaping import escaped
from reports.latex_runs import (
    broken,
    guarded,
    has_gap,
    math_latex,
    run_latex,
    runs_latex,
    typed,
    width_of,
    wrappable,
)
from reports.latex_tables import LINE_WIDTH, is_tall, table_latex
from reports.latex_width import width_em
from symbolic.reading.documents import CLAIMS, NO_CLAIMS

PREAMBLE = r"""\documentclass[11pt,a4paper]{article}
\usepackage[T1]{fontenc}
\IfFileExists{lmodern.sty}{\usepackage{lmodern}}{}
\IfFileExists{amssymb.sty}{\usepackage{amssymb}}{}
\usepackage{color}
\usepackage[fleqn]{amsmath}
\usepackage{longtable}
\setlength{\textwidth}{160mm}\setlength{\oddsidemargin}{-0.4mm}\setlength{\evensidemargin}{-0.4mm}
\setlength{\topmargin}{-12mm}\setlength{\textheight}{240mm}
\setlength{\parindent}{0pt}\setlength{\parskip}{5pt plus 2pt}
\setlength{\mathindent}{1em}\setlength{\jot}{5pt}
\AtBeginDocument{\setlength{\abovedisplayshortskip}{\abovedisplayskip}}
\clubpenalty=10000\widowpenalty=10000\allowdisplaybreaks[1]\emergencystretch=2em
\newcommand{\derivationproved}{\leavevmode\color[rgb]{0.114,0.478,0.243}}
\newcommand{\derivationrefuted}{\leavevmode\color[rgb]{0.702,0.149,0.118}}
\newcommand{\derivationopen}{\leavevmode\color[rgb]{0.541,0.353,0}}
\newcommand{\derivationneed}{\par\penalty0\relax\ifdim\pagetotal>0pt
  \ifdim\dimexpr\pagegoal-\pagetotal\relax<130pt \newpage\fi\fi}
"""
FIGURE_PREAMBLE = r"""\usepackage{graphicx}
\newsavebox{\derivationbox}
\newcommand{\derivationfigure}[1]{\sbox{\derivationbox}{#1}%
  \ifdim\wd\derivationbox>\linewidth\resizebox{\linewidth}{!}{\usebox{\derivationbox}}%
  \else\usebox{\derivationbox}\fi}
"""
BODY_PREAMBLE = r"""\providecommand{\derivationnote}[2]{\tag*{%
  \parbox[t]{0.37\linewidth}{\raggedright\small #1}\makebox[2.7em][r]{#2}}}
\providecommand{\checkmark}{\surd}
\providecommand{\derivationproved}{}
\providecommand{\derivationrefuted}{}
\providecommand{\derivationopen}{}
\providecommand{\derivationhold}{\csname @itempenalty\endcsname=10000\relax}
\providecommand{\derivationfree}{\csname @itempenalty\endcsname=-51\relax}
"""
COLOURS = {
    Mark.NONE: "",
    Mark.PROVED: r"\derivationproved ",
    Mark.REFUTED: r"\derivationrefuted ",
    Mark.UNJUSTIFIED: r"\derivationopen ",
    Mark.OPEN: r"\derivationopen ",
    Mark.GIVEN: "",
}
SIGNS = {
    Mark.NONE: "",
    Mark.PROVED: r"$\checkmark$",
    Mark.REFUTED: r"$\boldsymbol{\times}$",
    Mark.UNJUSTIFIED: r"\textbf{!}",
    Mark.OPEN: r"\textbf{?}",
    Mark.GIVEN: r"$\cdot$",
}
MARKS = {mark: f"{{{COLOURS[mark]}{sign}}}" if sign else "" for mark, sign in SIGNS.items()}
ROOM = 37.0  # em for one line of a formula; a reason that does not fit beside it stands below

WIDEST = 455.0
"""The width of a figure in pt, as wide as the page."""
TOGETHER = 24  # lines of an algorithm between which no page breaks


def latex(document: Document) -> str:
    r"""The whole page, from \documentclass on."""
    head = rf"\begin{{center}}\LARGE {wrappable(document.title)}\end{{center}}"
    start = PREAMBLE + (_figure_preamble() if _has_figure(document.blocks) else "")
    inside = f"{BODY_PREAMBLE}{blocks_latex(document.blocks, long=True)}\n"
    return f"{start}\\begin{{document}}\n{head}\n\n{inside}\n\\end{{document}}\n"


def _figure_preamble() -> str:
    from reports.figures import TIKZ_PREAMBLE  # only a page with figures needs them

    return FIGURE_PREAMBLE + TIKZ_PREAMBLE


def _has_figure(blocks: Sequence[Block]) -> bool:
    inside = (block.blocks for block in blocks if isinstance(block, Fold))
    return any(isinstance(block, Figure) for block in blocks) or any(map(_has_figure, inside))


def body(document: Document) -> str:
    r"""What a page of one's own can \input where amsmath is loaded: no preamble, no title."""
    return f"{BODY_PREAMBLE}{blocks_latex(document.blocks)}\n"


def blocks_latex(blocks: Sequence[Block], long: bool = False) -> str:
    """Blocks one after the other; a paragraph that announces the next block stays with it.

    With `long` a table may be a longtable; the page breaks before what announces it.
    """
    rows: list[str] = []
    before: Block | None = None
    inside = False
    lead = 0
    for block in with_asides(blocks):
        if isinstance(block, bool):
            inside = block
            rows.append(f"% {NO_CLAIMS if block else CLAIMS}\n")
            continue
        kept = isinstance(before, Paragraph) and before.keep
        if not (kept or isinstance(before, Heading)):
            lead = len(rows)
        if long and isinstance(block, Table) and is_tall(block):
            rows.insert(lead, "\\derivationneed\n")
        if isinstance(before, RuleBox):  # a sentence about the rule stays with it
            rows.append("\\nobreak\n" if isinstance(block, Paragraph) else "\\penalty0\n")
        if isinstance(block, EquationLines):
            rows.append(_equations(block.lines, follows=kept))
        elif isinstance(block, Annotated):
            rows.append(_annotated(block, inside))
        else:
            kept = kept and not isinstance(block, Table)  # a table stays with its words anyway
            rows.append((r"\par\nobreak" + "\n" if kept else "") + block_latex(block, long))
        rows.append("\n" if isinstance(block, Paragraph) and block.keep else "\n\n")
        before = block
    return "".join(rows).rstrip("\n") + "\n"


def block_latex(block: Block, long: bool = False) -> str:
    """One block; with `long` a table may be a longtable."""
    match block:
        case Heading(text, level):
            command = {1: "section", 2: "subsection*"}.get(level, "paragraph*")
            return rf"\{command}{{{escaped(text)}}}"
        case Paragraph(words):
            return runs_latex(words)
        case EquationLines(lines):
            return _equations(lines, follows=False)
        case Table():
            return table_latex(block, long)
        case RuleBox():
            return _rule(block)
        case Boxed(lines):
            return _boxed(lines)
        case VerdictBox(mark, title, words):
            inside = rf"{{{COLOURS[mark]}\textbf{{{escaped(title)}}}}} {runs_latex(words)}"
            width = r"\dimexpr\linewidth-2\fboxsep-2\fboxrule\relax"
            box = rf"\fbox{{\parbox{{{width}}}{{{inside}}}}}"
            return rf"{{\setlength{{\fboxsep}}{{7pt}}\noindent{box}\par}}\medskip"
        case CodeBlock(_, Drawn(drawn)):
            bare = drawn.removeprefix(r"\begin{array}{l} ").removesuffix(r" \end{array}")
            steps = r"\\".join(f"${row}$" for row in bare.split(r" \\ "))
            return _together(
                rf"\begin{{quote}}\small\raggedright {steps}\end{{quote}}", bare.count(r"\\")
            )
        case CodeBlock(code):
            rows = [_code_line(row) for row in code.rstrip().split("\n")]
            typed_rows = r"\\".join(rows)
            quote = rf"\begin{{quote}}\ttfamily\small\raggedright {typed_rows}\end{{quote}}"
            return _together(quote, len(rows))
        case Annotated():
            return _annotated(block, within=False)
        case Bullets(items):
            rows = [rf"\item {guarded(runs_latex(item))}" for item in items]
            held = {1, len(rows) - 1}  # no item stands alone on a page
            rows[1:] = [
                (r"\derivationhold" if n in held else r"\derivationfree") + row
                for n, row in enumerate(rows[1:], 1)
            ]
            return "\n".join((r"\begin{itemize}", *rows, r"\end{itemize}"))
        case Figure():
            return _figure(block)
        case Algorithm(lines):
            return _algorithm(lines)
        case Fold(summary, blocks):
            lead = Paragraph((Strong(summary),), keep=True)
            return blocks_latex((lead, *blocks), long).rstrip("\n")


def _figure(block: Figure) -> str:
    """The drawing in the middle, scaled down where it is too wide, its caption below."""
    from reports.figures import tikz  # only a page with figures needs them

    drawing = rf"\derivationfigure{{{tikz(block.scene, WIDEST)}}}"
    caption = rf"\parbox{{0.9\linewidth}}{{\centering\small {runs_latex(block.caption)}}}"
    return rf"\begin{{center}}{drawing}\par\nobreak\medskip{caption}\end{{center}}"


def _algorithm(lines: Sequence[tuple[int, Runs]]) -> str:
    rows = []
    for n, (deep, words) in enumerate(lines, 1):
        indent = f"{1.5 * deep:g}em"
        width = rf"\dimexpr\linewidth-{indent}\relax"
        inside = rf"\raggedright {runs_latex(words)}"
        rows.append(rf"\item[{n}]\hspace*{{{indent}}}\parbox[t]{{{width}}}{{{inside}}}")
    begin = r"\begin{list}{}{\setlength{\leftmargin}{2.5em}\setlength{\itemsep}{2pt}"
    begin += r"\setlength{\parsep}{0pt}}"
    whole = "\n".join((begin, *rows, r"\end{list}"))
    return _together(whole, len(lines))


def _together(whole: str, lines: int) -> str:
    """What a page does not break, unless it is long."""
    if lines > TOGETHER:
        return whole
    return f"\\noindent\\begin{{minipage}}{{\\linewidth}}\n{whole}\n\\end{{minipage}}\\medskip"


def _aside(text: str, inside: bool) -> str:
    """What stands beside a user's formula claims nothing, as all does `inside` an aside."""
    return f"%\n% {NO_CLAIMS}\n{text}%\n% {CLAIMS}\n" if text and not inside else text


def _annotated(block: Annotated, within: bool) -> str:
    """The mark and the place in the margin, the formula, the notes in small type."""
    number = "" if block.number is None else rf"\enspace({block.number})"
    place = rf"{MARKS[block.mark]}{number}\\{guarded(escaped(block.place))}"
    inside = rf"\parbox[t]{{20mm}}{{\raggedright\small {place}}}"
    margin = rf"\rlap{{\hspace*{{\linewidth}}\enspace\smash{{{inside}}}}}"
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
            rows += [rf"\qquad$\displaystyle {{}} {part}$" for part in more]
    lines = r"\\*[3pt]".join((_aside(margin, within) + rows[0], *rows[1:]))
    notes = "".join(
        rf"\par\nobreak{{\small\leftskip=1.5em {runs_latex(n)}\par}}" for n in block.notes
    )
    inner = blocks_latex(block.blocks).rstrip("\n") if block.blocks else ""
    body = "\n" + rf"{{\small\leftskip=1.5em {inner}\par}}" if inner else ""
    return rf"\medskip\noindent {lines}{_aside(notes + body, within)}"


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
    inside = (" \\\\[9pt]\n" if any(has_gap(x.right) for x in lines) else " \\\\\n").join(rows)
    display = f"\\begin{{align*}}\n{inside}\n\\end{{align*}}"
    if follows:
        return display
    tight = r"\setlength{\abovedisplayskip}{0pt}\setlength{\abovedisplayshortskip}{0pt}"
    return f"{{{tight}%\n{display}}}"


def _rule(box: RuleBox) -> str:
    """The boxed rule; where it is too wide, each condition stands below its case."""
    top = [math_latex(Math(line)) for line in box.lines]
    left = math_latex(Math(box.left))
    room = LINE_WIDTH - width_em(left) - 7
    cases = [broken(Math(case), room - 2) for case, _ in box.cases]
    said = [runs_latex(words) for _, words in box.cases]
    widest = max((width_em(row) for rows in cases for row in rows), default=0.0)
    beside = widest + max((width_of(words) for _, words in box.cases), default=0.0) + 2 <= room
    rows = []
    wide = [width_of(words) > room - 3 for _, words in box.cases]
    for parts, words, long in zip(cases, said, wide, strict=True):
        parts = [
            rf"\displaystyle {parts[0]}",
            *(rf"\displaystyle \quad {{}} {p}" for p in parts[1:]),
        ]
        parts[-1] += rf", & \text{{{words}}}" if beside else ","
        below = rf"\quad\text{{{words}}}"
        if long:
            below = rf"\quad\parbox[t]{{{room - 3:.0f}em}}{{\raggedright {words}}}"
        low = r" \\[15pt] " if r"\sum" in parts[-1] else r" \\[6pt] "  # its limit hangs low
        rows.append(r" \\[6pt] ".join(parts) + ("" if beside else low + below))
    columns = r"@{}l@{\quad}l@{}" if beside else "@{}l@{}"
    gaps = [r" \\[16pt] " if r"\sum" in row and beside else r" \\[10pt] " for row in rows[:-1]]
    inner = "".join(f"{row}{gap}" for row, gap in zip(rows, [*gaps, ""], strict=True))
    array = rf"\begin{{array}}{{{columns}}} {inner} \end{{array}}"
    brace = r"\left\{" if len(box.cases) > 1 else r"\left."
    inner = r" \\[8pt] ".join((*top, rf"{left} = {brace}{array}\right."))
    return (
        r"{\setlength{\fboxsep}{10pt}\noindent\hspace*{1em}$\displaystyle\boxed{\begin{gathered} "
        + inner
        + r" \end{gathered}}$\par}\nobreak\medskip"
    )


def _boxed(lines: Sequence[Line]) -> str:
    """Equations in a box; a condition stands beside its equation."""
    lefts = ["" if line.left is None else math_latex(line.left) for line in lines]
    room = LINE_WIDTH - 5 - max(map(width_em, lefts))
    room -= max(width_of(line.reason) for line in lines)
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
        + r" \end{aligned}}$\par}\medskip"
    )


def _code_line(row: str) -> str:
    indent = len(row) - len(row.lstrip(" "))
    return r"\mbox{}" + r"\ " * indent + wrappable(row.lstrip(" "), typed)
