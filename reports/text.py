"""Document → text for the terminal: aligned equations, reasons on the right, marks, a drawn box."""

from __future__ import annotations

import re
import textwrap
import unicodedata

from reports.breaking import fitted
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
from reports.plain import PlainPrinter
from symbolic.terms import Equation

COLOURS = {
    Mark.NONE: "",
    Mark.PROVED: "\033[32m",
    Mark.REFUTED: "\033[31m",
    Mark.UNJUSTIFIED: "\033[33m",
    Mark.OPEN: "\033[33m",
    Mark.GIVEN: "",
}
RESET = "\033[0m"
MOST_TERMS = 8  # of a sum; a longer one is shortened with dots


def text(document: Document, width: int = 80, color: bool = False) -> str:
    """The page as text of at most `width` columns where words can be wrapped."""
    title = [cleaned(document.title), "═" * columns(cleaned(document.title))]
    number = 0
    blocks = ["\n".join(title)]
    for block in document.blocks:
        if isinstance(block, Heading) and block.level == 1:
            number += 1
            block = Heading(f"{number}  {block.text}")
        blocks.append(block_text(block, width, color))
    return "\n\n".join(blocks) + "\n"


def block_text(block: Block, width: int, color: bool = False) -> str:
    """One block."""
    match block:
        case Heading(words, level):
            line = cleaned(words)
            return f"{line}\n{'─' * columns(line)}" if level == 1 else f"{line}:"
        case Paragraph(words):
            return wrapped(runs_text(words), width)
        case EquationLines(lines):
            return _equations(lines, width, color)
        case Table():
            return _table(block, width)
        case RuleBox():
            return _rule(block, width)
        case Boxed(lines):
            return _boxed(lines, width)
        case VerdictBox(mark, title, words):
            head = coloured(f"{mark.value} {cleaned(title)}".strip(), mark, color)
            return f"{head}\n{wrapped(runs_text(words), width, '  ')}"
        case CodeBlock(code):
            rows = [f"    {cleaned(row)}" for row in code.rstrip().split("\n")]
            return "\n".join(row for one in rows for row in _cut(one, width))
        case Annotated():
            return _annotated(block, width, color)
        case Bullets(items):
            return "\n".join(wrapped(runs_text(item), width, "    ", "  • ") for item in items)
        case Figure(_, _, caption, seen):
            told = [wrapped(runs_text(item), width, "    ", "  • ") for item in seen]
            return "\n".join((wrapped(f"[Figure: {runs_text(caption)}]", width), *told))
        case Algorithm(lines):
            return "\n".join(
                wrapped(runs_text(words), width, " " * (8 + 4 * deep), f"  {n:2}  {'    ' * deep}")
                for n, (deep, words) in enumerate(lines, 1)
            )
        case Fold(summary, blocks):
            inside = [block_text(part, width, color) for part in blocks]
            return "\n\n".join((f"{cleaned(summary)}:", *inside))


NARROW = 24
"""A column of a table that wraps has so many columns at least."""
MARGIN = 14
"""The columns for the mark, the number and the place of a line of the reader's text."""


def _annotated(block: Annotated, width: int, color: bool) -> str:
    """✓ (12) line 43, the formula, below it the notes."""
    number = "" if block.number is None else f"({block.number})"
    head = f"{block.mark.value} {cleaned(block.place)} {number}".strip()
    margin = max(MARGIN, columns(head) + 1)
    rows = [_padded(head, margin)]
    room = width - margin
    if isinstance(block.right, Code):
        first, *rest = wrapped(cleaned(block.right.text), room - 2).split("\n")
        rows[0] += first + (" …" if rest else "")
    else:
        sign = RELATIONS[block.relation][0]
        left = "" if block.left is None else math_text(block.left)
        whole = f"{left} {sign} {math_text(block.right)}".strip()
        if columns(whole) <= room:
            rows[0] += whole
        else:
            parts = [*(_broken(block.left, room) if block.left else [])]
            right = _broken(block.right, room - 4)
            parts += [f"  {sign} {right[0]}", *(f"    {part}" for part in right[1:])]
            rows[0] += parts[0]
            rows += [" " * margin + part for part in parts[1:]]
    rows[0] = coloured(block.mark.value, block.mark, color) + rows[0][len(block.mark.value) :]
    rows += [_unbroken(note, width, " " * margin) for note in block.notes]
    inner = [block_text(part, width - 4, color) for part in block.blocks]
    shifted = ["\n".join(f"    {row}".rstrip() for row in part.split("\n")) for part in inner]
    return "\n".join(("\n".join(rows), *shifted))


def _unbroken(words: Runs, width: int, indent: str) -> str:
    """Words in lines; a short formula such as N = 1 stays on one."""
    parts = [run_text(run) for run in words]
    for n, run in enumerate(words):
        if isinstance(run, Math) and columns(parts[n]) < 12:
            parts[n] = parts[n].replace(" ", "\u00a0")
    return wrapped("".join(parts), width, indent).replace("\u00a0", " ")


def runs_text(words: Runs) -> str:
    """Words and formulas in a row."""
    return "".join(run_text(run) for run in words)


def run_text(run: Run) -> str:
    """One run."""
    match run:
        case Text(words) | Emphasis(words) | Strong(words) | Code(words):
            return cleaned(words)
        case Math():
            return math_text(run)


def math_text(math: Math) -> str:
    """A formula as text."""
    formula, printer = math.formula, _printer(math.sample)
    if isinstance(formula, Drawn):
        return formula.text
    if isinstance(formula, Equation):
        return printer.equation(formula)
    return printer.term(formula)


def _printer(sample: bool = False) -> PlainPrinter:
    return PlainPrinter(sample=sample, most=MOST_TERMS)


def _broken(math: Math, room: int) -> list[str]:
    """A formula in lines of at most `room` columns, broken before its outermost signs."""
    whole = math_text(math)
    if isinstance(math.formula, Drawn) and math.formula.text_pieces and columns(whole) > room:
        return broken_lines(math.formula.text_pieces, room, _spaced, "⋯", most=None)
    if isinstance(math.formula, Drawn | Equation) or columns(whole) <= room:
        return textwrap.wrap(whole, room, break_long_words=False, break_on_hyphens=False) or [""]
    printer = _printer(math.sample)
    return broken_lines(printer.pieces(math.formula), room, columns, printer.dots)


def _spaced(words: str) -> float:
    """The columns of a piece with the space before it, of which a line counts only a part."""
    return columns(words) + 0.4


def cleaned(words: str) -> str:
    r"""Words without control characters and without marks that turn the writing direction.

    >>> cleaned("a\x1b[2Jb\u202ec")
    'a[2Jbc'
    """
    kept = (" " if c in "\n\t" else c for c in words)
    return "".join(c for c in kept if unicodedata.category(c) not in ("Cc", "Cf", "Cs"))


def columns(words: str) -> int:
    """How many terminal columns the words take."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in words
    )


WIDE = "\ue000"
"""Stands for the second column of a wide letter while words are put into lines."""


def wrapped(words: str, width: int, indent: str = "", first: str | None = None) -> str:
    """Words in lines of at most `width` columns; only a longer word is broken.

    >>> wrapped("漢漢漢 漢 漢", 6)
    '漢漢漢\\n漢 漢'
    """
    doubled = (c + WIDE if columns(c) > 1 else c for c in words.replace(WIDE, ""))
    return textwrap.fill(
        "".join(doubled),
        max(width, len(indent) + 1),
        initial_indent=indent if first is None else first,
        subsequent_indent=indent,
        break_on_hyphens=False,
    ).replace(WIDE, "")


def coloured(words: str, mark: Mark, color: bool) -> str:
    """Words in the colour of a mark, where colour is asked for."""
    return f"{COLOURS[mark]}{words}{RESET}" if color and COLOURS[mark] else words


def _cut(row: str, width: int) -> list[str]:
    """A row of code in pieces that fit, each after the first two columns further in."""
    pieces = []
    while columns(row) > width:
        at = next(n for n in range(len(row), 0, -1) if columns(row[:n]) <= width)
        pieces.append(row[:at])
        row = " " * 6 + row[at:]
    return [*pieces, row]


def _padded(words: str, width: int) -> str:
    return words + " " * (width - columns(words))


def _equations(lines: tuple[Line, ...], width: int, color: bool) -> str:
    """Aligned at the equals signs; reasons in a column, or below where there is no room."""
    lefts = ["" if line.left is None else math_text(line.left) for line in lines]
    rights = [math_text(line.right) for line in lines]
    left_width = max(map(columns, lefts))
    numbered = max((len(str(line.number)) + 4 for line in lines if line.number), default=0)
    note = min(max(columns(runs_text(line.reason)) for line in lines), 26) + numbered
    room = max(width - left_width - note - 12, 20)
    fitting = [columns(right) for right in rights if columns(right) <= room]
    start = left_width + 7 + max(fitting, default=room) + 3
    rows = []
    for line, left in zip(lines, lefts, strict=True):
        head = "    " + " " * (left_width - columns(left)) + f"{left} = "
        gap = columns(head)
        shown = _broken(line.right, max(width - gap, 24))
        pieces = [head + shown[0], *(" " * gap + part for part in shown[1:])]
        notes = _notes(line, width - start - (2 if line.mark.value else 0), color)
        if notes and columns(pieces[-1]) < start - 1:
            pieces[-1] = _padded(pieces[-1], start) + notes[0]
            notes = notes[1:]
        rows += [row.rstrip() for row in pieces]
        rows += [" " * start + note for note in notes]
    return "\n".join(rows)


def _notes(line: Line, room: int, color: bool) -> list[str]:
    """The number, the mark and the reason of a line, wrapped."""
    number = "" if line.number is None else f"({line.number})"
    reason = runs_text(line.reason)
    indent = " " * (len(number) + 2) if number and reason else ""
    notes = textwrap.wrap(f"{number}  {reason}".strip(), max(room, 20), subsequent_indent=indent)
    if not line.mark.value:
        return notes
    mark = coloured(line.mark.value, line.mark, color)
    return [f"{mark} {notes[0]}" if notes else mark, *(f"  {more}" for more in notes[1:])]


def _table(table: Table, width: int) -> str:
    """Columns side by side; the last one wraps, and so does the wide one where it must.

    Where that is not enough all columns stand closer, and the widest wrap.
    """
    rows = [[runs_text(cell) for cell in row] for row in (table.head, *table.rows)]
    natural = [max(columns(row[n]) for row in rows) for n in range(len(table.head))]
    last = len(natural) - 1
    widths, gap = natural[:], 3
    room = width - 2 - gap * last
    narrow = (table.wide, last, 1) if 0 <= table.wide < last else (last,)
    words = [max(columns(w) for row in rows for w in _words(row[n])) for n in range(last + 1)]
    for n in dict.fromkeys(narrow):
        least = max(min(widths[n], NARROW), words[n], room - sum(widths) + widths[n])
        widths[n] = min(widths[n], least)
    if sum(widths) > room:
        gap = 2
        widths = [int(one) for one in fitted(natural, words, width - 2 - gap * last)]
    lines = []
    for at, row in enumerate(rows):
        parts = [_wrapped(words, widths[n]) for n, words in enumerate(row)]
        for k in range(max(map(len, parts))):
            cells = (
                _padded(part[k] if k < len(part) else "", widths[n]) for n, part in enumerate(parts)
            )
            lines.append(f"  {(' ' * gap).join(cells)}".rstrip())
        if at == 0:
            lines.append("  " + (" " * gap).join("─" * w for w in widths))
    return "\n".join(lines)


_SIGN = re.compile(r"(?:(?<=^)|(?<= ))([-+−·=≈]) ")
"""A sign before a term, with which a line begins."""


def _words(text: str) -> list[str]:
    """The parts of a cell between which a line may end."""
    return _SIGN.sub("\\1\u00a0", text).split(" ")


def _wrapped(text: str, width: int) -> list[str]:
    """The lines of a cell."""
    if columns(text) <= width:
        return [text]
    lines = textwrap.wrap(" ".join(_words(text)), max(width, 1), break_long_words=False)
    return [line.replace("\u00a0", " ") for line in lines] or [""]


def _rule(box: RuleBox, limit: int) -> str:
    """The rule in a drawn box; where it is too wide, each condition stands below its case."""
    left = f"{math_text(Math(box.left))} = "
    room = limit - 6 - columns(left) - 3
    said = [runs_text(words) for _, words in box.cases]
    drawn = [_broken(Math(case), room) for case, _ in box.cases]
    width = max(columns(part) for parts in drawn for part in parts) + 1
    beside = width + 2 + max(map(columns, said)) <= room
    rows = []
    for parts, words in zip(drawn, said, strict=True):
        *before, last = parts
        if beside:
            rows.append([*before, f"{_padded(last + ',', width)}  {words}"])
        else:
            below = textwrap.wrap(words, room - 4, break_long_words=False)
            rows.append([*before, f"{last},", *(f"    {part}" for part in below)])
    top = [*(math_text(Math(line)) for line in box.lines), ""] if box.lines else []
    return _framed([*top, *_braced(left, rows)])


def _boxed(lines: tuple[Line, ...], limit: int) -> str:
    """Equations in a drawn box, each with its condition beside it or, where it is wide, below."""
    lefts = ["" if line.left is None else math_text(line.left) for line in lines]
    gap = max(map(columns, lefts)) + 3
    room = limit - 6 - gap
    rows: list[str] = []
    for line, left in zip(lines, lefts, strict=True):
        parts = _broken(line.right, room)
        head = " " * (gap - 3 - columns(left)) + f"{left} = "
        said = runs_text(line.reason)
        rows += [head + parts[0], *(" " * gap + part for part in parts[1:])]
        if said and columns(rows[-1]) + 3 + columns(said) <= limit - 6:
            rows[-1] += f"   {said}"
        elif said:
            rows.append(" " * (gap + 2) + said)
    return _framed(rows)


def _framed(body: list[str]) -> str:
    """Rows in a drawn frame."""
    inner = max(columns(row) for row in body)
    lines = [f"  │ {_padded(row, inner)} │" for row in body]
    return "\n".join((f"  ┌{'─' * (inner + 2)}┐", *lines, f"  └{'─' * (inner + 2)}┘"))


def _braced(left: str, cases: list[list[str]]) -> list[str]:
    """left = { with one or more rows for each case; the head of the brace is beside the middle."""
    rows = [row for case in cases for row in case]
    if len(rows) == 1:
        return [f"{left}{rows[0]}"]
    middle = (len(rows) - 1) // 2
    shape = ["⎧", *["⎪"] * (len(rows) - 2), "⎩"]
    shape[middle] = "⎨" if middle > 0 else shape[middle]
    blank = " " * columns(left)
    return [
        f"{left if n == middle else blank}{brace} {row}"
        for n, (brace, row) in enumerate(zip(shape, rows, strict=True))
    ]
