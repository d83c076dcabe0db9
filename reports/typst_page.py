r"""Document → Typst, and from it a PDF where there is no TeX: the same page, set by the package.

Every word is a string literal, so that nothing in it is markup; a formula that cannot be turned
into Typst stands as its text.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from importlib.util import find_spec
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

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
    Formula,
    Heading,
    Line,
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
from reports.html_formulas import STEERING
from reports.latex_runs import LONG_EQUATION, broken, has_gap, math_latex, parted, width_of
from reports.latex_tables import LONG_PART, least_width, shared
from reports.latex_width import width_em
from reports.text import math_text, runs_text
from reports.typst_figures import drawing, figures_of
from reports.typst_math import UnknownError, quoted, typst_of
from reports.typst_style import COLOURS, PREAMBLE
from symbolic.errors import InputError

if TYPE_CHECKING:
    from reports.figures import Scene

WIDTH = 42.0
"""Em of a line of the page."""
PAGE = 453.0
"""The same in pt."""
WHOLE, ENDS = 8, 3
"""Rows of a table that no page breaks, and those that stay together at the ends of a longer one."""
SHORT = 14
"""Signs of a formula within words that stays on one line."""
BESIDE = 0.62
"""The share of the page that formulas beside reasons have; a longer one has its reason below."""
SURE = 0.86
"""The share of its room that a line may fill by its estimated width, which is a little short."""
SURE_CELL = 0.95
"""The same within a cell, where most is numbers."""
SMALLEST = 0.86
"""The size of the letters of a table that is wider than the page."""
INSET = 1.0
"""Em that a cell of a table has on its sides together."""
TIGHT = "#set par(leading: 0.1em)"
"""Typst lets a tall formula reach into the lines beside it by a share of the leading."""


def page_typst(document: Document) -> str:
    """The whole page; its drawings are files beside it, NAME.svg."""
    title = word(document.title)
    head = f"#block(width: 100%, below: 1.6em, align(center, text(size: 1.6em, {title})))\n"
    body = _blocks(document.blocks)
    return f"{PREAMBLE.format(title=title)}{head}\n{body}\n"


def typst_is_here() -> bool:
    """Whether the package can be used."""
    try:
        return find_spec("typst") is not None
    except ValueError:  # it is there as None: switched off
        return False


def set_by_typst(document: Document) -> bytes:
    """The page as PDF.

    Raises `InputError` where the package `typst` is not there.
    """
    try:
        import typst
    except ImportError:
        raise InputError("The package typst is not here: pip install proofprop[pdf].") from None
    with tempfile.TemporaryDirectory(prefix="proofprop-") as folder:
        for figure in figures_of(document.blocks):
            file = Path(folder) / f"{figure.name}.svg"
            file.write_text(drawing(figure.scene), encoding="utf-8")
        page = Path(folder) / "page.typ"
        page.write_text(page_typst(document), encoding="utf-8")
        return bytes(typst.compile(str(page), root=folder))


def word(text: str) -> str:
    """Words as a string of Typst."""
    return quoted(STEERING.sub("", text))


def _blocks(blocks: Sequence[Block]) -> str:
    """Blocks one after the other; a sentence about the rule stays with its box."""
    drawn = [
        _sticky(block_typst(block))
        if isinstance(block, RuleBox) and isinstance(after, Paragraph)
        else block_typst(block)
        for block, after in zip_longest(blocks, blocks[1:])
    ]
    return "\n\n".join(drawn)


def _sticky(block: str) -> str:
    return block.replace("#block(", "#block(sticky: true, ", 1)


def block_typst(block: Block) -> str:
    """One block."""
    match block:
        case Heading(text, level):
            return f"#heading(level: {level}, {word(text)})"
        case Paragraph(words, keep):
            sticky = "sticky: true, " if keep else ""
            return f"#block({sticky}above: 0.9em, below: 0.9em)[{runs_typst(words)}]"
        case EquationLines(lines):
            return _equations(lines)
        case Table():
            return _table(block)
        case RuleBox(lines, left, cases):
            return _rule([Math(line) for line in lines], Math(left), cases)
        case Boxed(lines):
            return _framed([_equations(lines)])
        case VerdictBox(mark, title, words):
            inside = f"#text(fill: {COLOURS[mark]}, weight: {quoted('bold')}, {word(title)}) "
            frame = f"stroke: (left: 3pt + {COLOURS[mark]}, rest: 0.5pt + gray), inset: 8pt"
            return f"#block(width: 100%, {frame})[{inside}{runs_typst(words)}]"
        case CodeBlock(_, Drawn(drawn)):
            return _steps(drawn)
        case CodeBlock(code):
            raw = quoted(STEERING.sub("", code.rstrip()).replace("\n", "\x00")).replace(
                "\x00", "\\n"
            )
            typed = f"#text(size: 0.9em, raw(block: true, {raw}))"
            return f"#block(breakable: false, inset: (left: 1em))[{typed}]"
        case Annotated():
            return _annotated(block)
        case Bullets(items):
            rows = "".join(f"list([{runs_typst(item)}]), " for item in items)
            return f"#block[#set block(spacing: 0.62em)\n#held(0.62em, ({rows}))]"
        case Figure(name, scene, caption, _):
            image = f"image({quoted(name + '.svg')}, width: {_wide(scene):.1f}pt)"
            return f"#figure({image}, caption: [{runs_typst(caption)}], numbering: none)"
        case Algorithm(lines):
            rows = ", ".join(
                f"[{n}], pad(left: {1.4 * deep:g}em)[{runs_typst(words)}]"
                for n, (deep, words) in enumerate(lines, 1)
            )
            grid = f"grid(columns: (1.5em, 1fr), row-gutter: 7pt, {rows})"
            ragged = "#set par(justify: false)"
            return f"#block(breakable: false, inset: (left: 1em))[{ragged}\n#{grid}]"
        case Fold(summary, blocks):
            lead = f"#block(sticky: true, strong({word(summary)}))"
            return f"{lead}\n\n{_blocks(blocks)}"


_TWO_WORDS = re.compile(r"(\\math(?:rm|bf)\{[^{}]*\}) \\ (\\math(?:rm|bf)\{)")
"""Their blank goes into the second; one between a word and a sign is seen anyway."""


def _steps(drawn: str) -> str:
    """An algorithm as latexify-py draws it: an array of rows that begin with their indent."""
    bare = drawn.removeprefix(r"\begin{array}{l} ").removesuffix(r" \end{array}")
    bare = _TWO_WORDS.sub(r"\1\2\\ ", bare).replace(r"} \ ", r"\ } ").replace(r" \ ", " ")
    rows = (re.fullmatch(r" *(?:\\hspace\{(\d+)em\})?(.*)", row) for row in bare.split(r" \\ "))
    lines = ", ".join(
        f"pad(left: {found[1] or 0}em, $ {typst_of(found[2])} $)" for found in rows if found
    )
    return f"#block(inset: (left: 1em), stack(spacing: 6pt, {lines}))"


def _wide(scene: Scene) -> float:
    """The width of a drawing in pt: its labels are as high as those of TeX where there is room."""
    from reports.figures.tikz_writer import POINTS  # only a page with figures needs them

    return min(scene.width * POINTS, PAGE)


def runs_typst(words: Runs) -> str:
    """Words and formulas in a row, as content."""
    return "".join(map(run_typst, words))


def run_typst(run: Run) -> str:
    """One run."""
    match run:
        case Text(text):
            return f"#{word(text)};"
        case Emphasis(text):
            return f"#emph({word(text)});"
        case Strong(text):
            return f"#strong({word(text)});"
        case Code(text):
            return f"#raw({word(text)});"
        case Math() if width_em(math_latex(run)) > LONG_EQUATION:
            return _flowing(run)
        case Math():
            whole = f"${_formula(run)}$"
            return f"#box[{whole}];" if len(math_text(run)) < SHORT else whole


def _flowing(math: Math) -> str:
    """A long formula among words: its line ends before a sign, not behind one."""
    try:
        parts = [_line(part) for part in parted(math, LONG_PART)]
    except UnknownError:
        return f"${_formula(math)}$"
    return "".join(f"#box[${part}$]" for part in parts) + ";"


def _formula(math: Math) -> str:
    try:
        return typst_of(math_latex(math))
    except UnknownError:
        return word(math_text(math))


def _lines(math: Math, room: float, indent: float = 2.0) -> list[str]:
    """A formula in lines of at most `room` em; one that is not known stands as its text."""
    try:
        return [_line(part) for part in broken(math, room, indent)]
    except UnknownError:
        return [word(math_text(math))]


def _line(latex: str) -> str:
    """A part of a broken formula; a sign that begins a line has room behind it."""
    return '"" ' * latex.startswith(("+ ", "- ", "= ", r"\approx ")) + typst_of(latex)


def _display(math: Math) -> str:
    return f"$ {_formula(math)} $"


def _rule(lines: Sequence[Math], left: Math, cases: Sequence[tuple[Formula, Runs]]) -> str:
    """The boxed rule; where it is too wide, each condition stands below its case."""
    room = WIDTH - width_em(math_latex(left)) - 6
    widest = max((width_em(math_latex(Math(case))) for case, _ in cases), default=0.0)
    said = max((0.5 * len(runs_text(words)) for _, words in cases), default=0.0)
    beside = widest + said < room
    rows = []
    for case, words in cases:
        *before, last = (f"display({line})" for line in _lines(Math(case), room))
        tail = f"{last} comma & quad {_said(words)}"
        rows += [*before, *((tail,) if beside else (f"{last} comma", f"quad {_said(words)}"))]
    whole = f"$ {_formula(left)} = cases(gap: #0.8em, {', '.join(rows)}) $"
    return _framed([*map(_display, lines), whole])


def _said(words: Runs) -> str:
    """Words within a formula."""
    return "".join(_formula(run) if isinstance(run, Math) else word(run.text) for run in words)


def _equations(lines: Sequence[Line]) -> str:
    """Lines aligned at their equals signs, each with its reason and number."""
    told = any(line.reason for line in lines)
    lefts = [0.0 if line.left is None else width_em(math_latex(line.left)) for line in lines]
    whole, room = (SURE * (wide - max(lefts) - 3.5) for wide in (WIDTH, BESIDE * WIDTH))
    rows = []
    for line in lines:
        under = bool(line.reason) and room < width_em(math_latex(line.right))
        first, *more = _lines(line.right, whole if under or not told else room)
        left = "" if line.left is None else f"$display({_formula(line.left)})$"
        later = "".join(f"[$display({part})$], " for part in more)
        number = "" if line.number is None else f"({line.number})"
        mark = f" {line.mark.value}" if line.mark.value else ""
        rows.append(
            f"([{left}], [$display(= {first})$], ({later}),"
            f" [{runs_typst(line.reason)}], [{number}{mark}], {str(under).lower()})"
        )
    inside = ",\n  ".join(rows)
    return (
        f"#block(above: 0.9em, below: 1.1em)[#equations({'36%' if told else '0pt'},\n  {inside})]"
    )


def _table(table: Table) -> str:
    head = ", ".join(f"[#emph[{runs_typst(cell)}]]" for cell in table.head)
    rooms, size = _rooms(table)
    cells = [", ".join(map(_cell, row, rooms)) for row in table.rows]
    whole = len(cells) <= WHOLE
    rows = ",\n  ".join(cells if whole else _ends_held(cells))
    wide = table.wide % len(table.head) if table.wide >= 0 else -1
    columns = ", ".join(
        "auto" if room is None and n != wide else "1fr" if room is None else f"{room:.1f}em"
        for n, room in enumerate(rooms)
    )
    first, bare = ("", "") if whole else ("0pt, ", f"{_bare(1)}, ")
    header = f"table.hline(), table.header({bare}{head}), table.hline(stroke: 0.5pt)"
    drawn = f"table(columns: ({first}{columns}), {header},\n  {rows}, table.hline())"
    taken = sum(room for room in rooms if room is not None)
    size = min(size, (WIDTH - 1) / taken) if taken else size
    small = f"#set text(size: {size:.2f}em)\n" if size < 1 else ""
    if any(
        isinstance(run, Math) and has_gap(run) for row in table.rows for cell in row for run in cell
    ):
        small += "#set table(inset: (x: 5pt, y: 8pt))\n"
    frame = f"breakable: {'false' if whole else 'true'}, inset: (left: 1em)"
    return f"#block({frame})[{small}#set par(justify: false)\n#{drawn}]"


def _ends_held(cells: Sequence[str]) -> list[str]:
    """Rows with an empty column in front, whose cells hold the first rows and the last together."""
    last = len(cells) - ENDS
    fronts = {n: _bare(1) for n in range(ENDS, last)} | {0: _bare(ENDS), last: _bare(ENDS)}
    return [f"{fronts[n]}, {row}" if n in fronts else row for n, row in enumerate(cells)]


def _bare(rows: int) -> str:
    return f"table.cell(rowspan: {rows}, inset: 0pt)[]"


def _rooms(table: Table) -> tuple[Sequence[float | None], float]:
    """The width of each column in em, inset included, None where it is as wide as it needs.

    A table that is a little wider than the page has smaller letters, whose size stands behind.
    """
    columns = list(zip(table.head, *table.rows, strict=True))
    widths = [max(map(width_of, cells)) + INSET for cells in columns]
    if sum(widths) * SMALLEST <= WIDTH - 1:
        return [None] * len(columns), min(1.0, (WIDTH - 1) / sum(widths))
    least = [max(map(least_width, cells)) / SURE + INSET for cells in columns]
    room = (WIDTH - 1) / SMALLEST
    return shared(columns, widths, least, room, _used), SMALLEST


def _used(cell: Runs, room: float) -> float:
    """Em that a cell takes of its room."""
    match cell:
        case (Math() as math,):
            parts = broken(math, SURE_CELL * (room - INSET), indent=0.0)
            return max(map(width_em, parts)) / SURE_CELL + INSET + 0.4
    return min(width_of(cell) + INSET, room)


def _cell(cell: Runs, room: float | None) -> str:
    match cell:
        case (Math() as math,):
            if room is None:
                return f"[{TIGHT}\n$display({_formula(math)})$]"
            parts = _lines(math, SURE_CELL * (room - INSET), indent=0.0)
            lines = ", ".join(f"$display({part})$" for part in parts)
            return f"[{TIGHT}\n#stack(spacing: 5pt, {lines})]"
    return f"[{runs_typst(cell)}]"


def _framed(parts: Sequence[str]) -> str:
    inside = "\n".join(parts)
    return f"#block(stroke: 0.8pt, inset: 10pt, breakable: false, width: 100%)[{inside}]"


def _annotated(block: Annotated) -> str:
    """The mark, the formula, where it stands, then the notes."""
    if isinstance(block.right, Code):
        formula = run_typst(block.right)
    else:
        left = "" if block.left is None else _formula(block.left)
        sign = RELATIONS[block.relation][0]
        formula = f"$display({left} {word(sign)} {_formula(block.right)})$"
    number = "" if block.number is None else f"({block.number}) "
    place = f"#text(size: 0.85em, {word(number + block.place)})"
    said = (
        f"#block(above: 0.6em, inset: (left: 1.1em), text(size: 0.9em)[{runs_typst(n)}])"
        for n in block.notes
    )
    notes = "\n".join(said)
    inner = _blocks(block.blocks)
    mark = f"#text(fill: {COLOURS[block.mark]}, {word(block.mark.value)});"
    head = f"{mark} {formula} #h(1fr) {place}"
    return f"#block(above: 1.3em)[{head}\n{notes}\n{inner}]"
