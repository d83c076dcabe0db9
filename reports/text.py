"""Document → text for the terminal: aligned equations, reasons on the right, marks, a drawn box."""

from __future__ import annotations

import textwrap
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
from reports.plain import plain_of
from symbolic.terms import Equation

COLOURS = {
    Mark.NONE: "",
    Mark.PROVED: "\033[32m",
    Mark.REFUTED: "\033[31m",
    Mark.UNJUSTIFIED: "\033[33m",
    Mark.OPEN: "\033[33m",
}
RESET = "\033[0m"


def text(document: Document, width: int = 88, color: bool = False) -> str:
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
        case VerdictBox(mark, title, words):
            head = coloured(f"{mark.value} {cleaned(title)}".strip(), mark, color)
            return f"{head}\n{wrapped(runs_text(words), width, '  ')}"
        case CodeBlock(code):
            return "\n".join(f"    {cleaned(row)}" for row in code.rstrip().split("\n"))
        case Bullets(items):
            return "\n".join(wrapped(runs_text(item), width, "    ", "  • ") for item in items)
        case Fold(summary, blocks):
            inside = [block_text(part, width, color) for part in blocks]
            return "\n\n".join((f"{cleaned(summary)}:", *inside))


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
    if isinstance(math.formula, Drawn):
        return math.formula.text
    return plain_of(math.formula, sample=math.sample)


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


def wrapped(words: str, width: int, indent: str = "", first: str | None = None) -> str:
    """Words in lines of at most `width` columns."""
    return textwrap.fill(
        words,
        width,
        initial_indent=indent if first is None else first,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def coloured(words: str, mark: Mark, color: bool) -> str:
    """Words in the colour of a mark, where colour is asked for."""
    return f"{COLOURS[mark]}{words}{RESET}" if color and COLOURS[mark] else words


def _padded(words: str, width: int) -> str:
    return words + " " * (width - columns(words))


def _equations(lines: tuple[Line, ...], width: int, color: bool) -> str:
    lefts = ["" if line.left is None else math_text(line.left) for line in lines]
    rights = [math_text(line.right) for line in lines]
    left_width = max(map(columns, lefts))
    full = max(columns(right) for right in rights)
    note = min(max(columns(runs_text(line.reason)) for line in lines), 26)
    right_width = min(full, max(width - left_width - note - 18, 20))
    rows = []
    for line, left, right in zip(lines, lefts, rights, strict=True):
        head = "    " + " " * (left_width - columns(left)) + f"{left} = "
        number = f"({line.number})  " if line.number is not None else ""
        mark = coloured(line.mark.value, line.mark, color)
        reason = number + runs_text(line.reason)
        shown = textwrap.wrap(
            right, max(width - columns(head), 24), break_long_words=False, break_on_hyphens=False
        )
        if len(shown) > 6:
            shown = [*shown[:2], "⋯", shown[-1]]
        gap = columns(head)
        pieces = [head + shown[0], *(" " * gap + part for part in shown[1:])]
        start = gap + right_width + 3
        notes = textwrap.wrap(reason, max(width - start - 2, 20))
        if mark:
            notes = [f"{mark} {notes[0]}" if notes else mark, *(f"  {n}" for n in notes[1:])]
        if notes and len(pieces) == 1 and columns(shown[0]) <= right_width:
            pieces = [_padded(pieces[0], start) + notes[0]]
            notes = notes[1:]
        rows += [row.rstrip() for row in pieces]
        rows += [" " * start + note for note in notes]
    return "\n".join(rows)


def _table(table: Table, width: int) -> str:
    rows = [[runs_text(cell) for cell in row] for row in (table.head, *table.rows)]
    widths = [max(columns(row[n]) for row in rows) for n in range(len(table.head))]
    last = len(widths) - 1
    room = max(width - 2 - sum(widths[:last]) - 3 * last, 24)
    widths[last] = min(widths[last], room)
    lines = []
    for at, row in enumerate(rows):
        start = "  " + "   ".join(_padded(row[n], widths[n]) for n in range(last))
        parts = textwrap.wrap(row[last], room, break_long_words=False) or [""]
        lines.append((start + ("   " if last else "") + parts[0]).rstrip())
        lines += [" " * (columns(start) + 3) + part for part in parts[1:]]
        if at == 0:
            lines.append("  " + "   ".join("─" * w for w in widths))
    return "\n".join(lines)


def _rule(box: RuleBox, limit: int) -> str:
    """The rule in a drawn box; where it is too wide, each condition stands below its case."""
    cases = [(plain_of(case) + ",", runs_text(words)) for case, words in box.cases]
    width = max(columns(case) for case, _ in cases)
    left = f"{plain_of(box.left)} = "
    rows = [_top(line) for line in box.lines] + [""]
    for n, (case, words) in enumerate(cases):
        brace = "⎧" if n == 0 else "⎩" if n == len(cases) - 1 else "⎨"
        brace = "{" if len(cases) == 1 else brace
        at = left if n == (len(cases) - 1) // 2 else " " * columns(left)
        if max(columns(said) for _, said in cases) + columns(left) + width + 10 <= limit:
            rows.append(f"{at}{brace} {_padded(case, width)}  {words}")
        else:
            bar = " " if n == len(cases) - 1 else "⎪"
            rows += [f"{at}{brace} {case}", f"{' ' * columns(left)}{bar}     {words}"]
    inner = max(columns(row) for row in rows)
    body = [f"  │ {_padded(row, inner)} │" for row in rows]
    return "\n".join((f"  ┌{'─' * (inner + 2)}┐", *body, f"  └{'─' * (inner + 2)}┘"))


def _top(line: Equation) -> str:
    return plain_of(line)
