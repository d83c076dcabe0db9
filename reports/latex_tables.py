r"""A table → LaTeX: columns within the page, small letters where many, rows a page may part."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from reports.breaking import fitted, held
from reports.document import Math, Runs, Table
from reports.latex_runs import (
    broken,
    guarded,
    has_gap,
    math_latex,
    pieces_of,
    runs_latex,
    width_of,
    wrapping,
)
from reports.latex_width import width_em

LINE_WIDTH = 41.0  # em, of the page set up in PREAMBLE
SIZES = (("", 1.0), (r"\small", 0.92), (r"\footnotesize", 0.84), (r"\scriptsize", 0.74))
"""The letters of a table and how large they are; a table of many columns has small ones."""
COLUMN_GAP = 1.15  # em between two columns of a table
LONG_PART = 10.0
"""Em of a part of a formula that may be broken in a cell."""
TALLEST = 10  # lines; a taller table may be broken between its rows


def is_tall(table: Table) -> bool:
    """Whether a page may break between the rows of a table."""
    return bool(table.head[-1]) and len(table.rows) > 6 and sum(_laid(table)[2]) > TALLEST


def _laid(table: Table) -> tuple[tuple[str, float], list[float], list[float]]:
    """The letters of a table, the widths of its columns and the heights of its rows."""
    count = len(table.head)
    grid = [table.head, *table.rows]
    widths = [max(width_of(row[n]) for row in grid) for n in range(count)]
    least = [max(least_width(row[n]) for row in grid) for n in range(count)]
    room = LINE_WIDTH - 1.5 - COLUMN_GAP * count
    size = next(one for one in SIZES if sum(least) * one[1] <= room or one is SIZES[-1])
    if size == SIZES[0] and room < sum(widths):  # a little smaller, and less is wrapped
        size = SIZES[1]
    narrowed = shared([*zip(*grid, strict=True)], widths, least, room / size[1], _used)
    return size, narrowed, [_height(row, narrowed) * _stretch(table) for row in table.rows]


def shared(
    columns: Sequence[Sequence[Runs]],
    widths: Sequence[float],
    least: Sequence[float],
    room: float,
    used: Callable[[Runs, float], float],
) -> list[float]:
    """The widths of columns within the room: what one does not use of its own, the widest has."""
    first = fitted(widths, least, room)
    if sum(widths) <= room:
        return first
    widths, least = [*widths], [*least]
    for n, cells in enumerate(columns):
        if widths[n] < max(widths):
            taken = max(used(cell, first[n]) for cell in cells)
            widths[n] = least[n] = max(least[n], min(widths[n], taken))
    return fitted(widths, least, room)


def _used(cell: Runs, room: float) -> float:
    """Em that a cell takes of its room, its formula broken into lines."""
    match cell:
        case (Math() as one,):
            return 1.12 * max(map(width_em, broken(one, 0.9 * room, indent=0.0))) + 0.3
    return min(width_of(cell), room)


def _stretch(table: Table) -> float:
    """How far apart rows stand: twice as far where something is to be written by hand."""
    cells = (run for row in table.rows for cell in row for run in cell)
    return 2.1 if any(isinstance(run, Math) and has_gap(run) for run in cells) else 1.25


def table_latex(table: Table, long: bool = False) -> str:
    """A table at the indent of the formulas; an unnamed last column stands at the right margin.

    Where it is wider than the page, its widest columns are narrowed and wrap; where it is tall, the
    page may break between its rows.  With `long` the package longtable is there, and the head of a
    tall one stands again on the next page.
    """
    count = len(table.head)
    widths = [max(map(width_of, column)) for column in zip(table.head, *table.rows, strict=True)]
    (size, _), narrowed, heights = _laid(table)
    wrap = {n for n, width in enumerate(widths) if width > narrowed[n]}
    if not table.head[-1]:
        wrap -= {count - 1}
    elif sum(heights) > TALLEST:
        wrap = set(range(count))
    columns = [f"p{{{narrowed[n]:.1f}em}}" if n in wrap else "l" for n in range(count)]
    begin, end = rf"\begin{{tabular}}{{{''.join(columns)}}}", r"\end{tabular}"
    if not table.head[-1]:
        columns[-1] = r"@{\extracolsep{\fill}}r@{}"
        begin = rf"\begin{{tabular*}}{{\dimexpr\linewidth-1em\relax}}{{{''.join(columns)}}}"
        end = r"\end{tabular*}"
    head = " & ".join(rf"\textit{{{runs_latex(cell)}}}" for cell in table.head)
    rows = [
        " & ".join(
            (
                r"\raggedright " + guarded(_cell(cell, narrowed[n]))
                if n in wrap
                else guarded(_cell(cell))
            )
            for n, cell in enumerate(row)
        )
        + r"\tabularnewline"
        for row in table.rows
    ]
    start = (
        rf"{{\par\nobreak\vskip5pt\nobreak{size}\setlength{{\parskip}}{{0pt}}"
        rf"\renewcommand{{\arraystretch}}{{{_stretch(table)}}}"
    )
    if long and is_tall(table):
        for n in (0, 1, -3, -2, -1):  # no row or two stand alone on a page, nor the last rule
            rows[n] += "*"
        return "\n".join(
            (
                start + r"\setlength{\LTleft}{1em minus 0.4em}",
                r"\setlength{\LTpre}{0pt}\setlength{\LTpost}{0pt}%",
                rf"\begin{{longtable}}{{{''.join(columns)}}}",
                rf"\hline {head}\tabularnewline \hline \endhead",
                *rows,
                rf"\cline{{1-{count}}}",  # at \hline a page would break
                r"\end{longtable}\par}\medskip",
            )
        )
    apart = f"{end}\\par\\nointerlineskip\n\\noindent\\hspace*{{1em}}%\n{begin}"
    if len(wrap) == count and len(rows) > 6:  # equal columns: between its rows a page may break
        rows = [*rows[:4], *(part for row in rows[4:-1] for part in (apart, row)), rows[-1]]
    return "\n".join(
        (
            start,
            r"\noindent\hspace*{1em}%",
            begin,
            rf"\hline {head}\tabularnewline \hline",
            *rows,
            r"\hline",
            end + r"\par}\medskip",
        )
    )


def least_width(cell: Runs) -> float:
    """The widest part of a cell within which no line breaks, in em."""
    widest = 0.0
    for run in cell:
        if isinstance(run, Math):
            pieces = pieces_of(run)
            groups = held(pieces, LONG_PART, width_em) if pieces else []
            parts = [" ".join(piece.text for piece in group) for group in groups]
            parts = parts or [math_latex(run)]
            widest = max(widest, *(1.1 * width_em(part) + 0.3 for part in parts))
        else:
            widest = max(widest, *(0.55 * len(word) for word in (*run.text.split(), "")))
    return widest


def _height(row: Sequence[Runs], widths: Sequence[float]) -> float:
    """About how many lines a row takes."""
    cells = [width_of(cell) / max(width, 1) for cell, width in zip(row, widths, strict=True)]
    tall = any(r"\frac" in _cell(cell) for cell in row)
    return max(1, *(math.ceil(cell - 0.05) for cell in cells)) * (1.76 if tall else 1.0)


def _cell(cell: Runs, room: float = 0.0) -> str:
    """A formula alone in its cell is set in display style, with room around a fraction.

    Where so many em of room are given, it wraps.
    """
    match cell:
        case (Math() as one,):
            shown = wrapping(one, max(LONG_PART, 0.9 * room)) if room else math_latex(one)
            if r"\frac" in shown:
                return rf"\rule[-13pt]{{0pt}}{{33pt}}$\displaystyle {shown}$"
            return f"${shown}$"
    return runs_latex(cell)
