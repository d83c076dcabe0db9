r"""Words and formulas → LaTeX, within a line; formulas that are wider are broken into lines.

Every word passes `escaped`; formulas come from our own printer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from reports.breaking import held
from reports.breaking import lines as broken_lines
from reports.document import Code, Drawn, Emphasis, Math, RuleBox, Run, Runs, Strong, Text
from reports.escaping import escaped
from reports.latex_printer import LatexPrinter
from reports.latex_width import width_em
from reports.printer import Piece
from symbolic.terms import Equation

MOST_TERMS = 8  # of a sum; a longer one is shortened with dots


def runs_latex(words: Runs) -> str:
    """Words and formulas in a row."""
    row = [run_latex(run) for run in words]
    for n, run in enumerate(words[1:], 1):
        if isinstance(run, Math) and row[n - 1].endswith(" ") and len(row[n]) <= 3:
            row[n - 1] = row[n - 1][:-1] + "~"  # "neuron j" stays on one line
        if r"\allowbreak" in row[n] and row[n - 1] == "since ":
            row[n - 1] = "since~"  # the line breaks within the formula, before a sign
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
            return rf"\texttt{{{wrappable(text, typed)}}}"
        case Math(formula=Drawn(latex_pieces=(first, *more))) if more:
            parts = (f"{jointed(piece)}{piece.text}" for piece in more)
            return f"${first.text}{''.join(parts)}$"
        case Math(formula=Equation()) if width_em(math_latex(run)) > LONG_EQUATION:
            return f"${wrapping(run, LONG_EQUATION)}$"
        case Math():
            return f"${math_latex(run)}$"


LONG_EQUATION = 12.0
"""Em of an equation among words from which a line breaks before its signs, not behind them."""


def wrapping(formula: Math, longest: float) -> str:
    """The formula with places where a line may break; a part is broken where it is longer."""
    parts = []
    for n, group in enumerate(held(pieces_of(formula), longest, width_em)):
        for m, piece in enumerate(group):
            joint = piece.joint if n or m else ""
            parts.append((jointed(piece) if n and not m else joint) + piece.text)
    return "".join(parts) or math_latex(formula)


def parted(formula: Math, longest: float) -> list[str]:
    """The formula in parts, each of which begins with a sign or a dot, so that a line may too."""
    parts: list[str] = []
    for group in held(pieces_of(formula), longest, width_em):
        first = group[0]
        text = "".join(piece.joint * (n > 0) + piece.text for n, piece in enumerate(group))
        if not parts or r"\cdot" in first.joint:
            parts.append(first.joint * bool(parts) + text)
        elif first.lead:
            parts[-1] += first.joint + text
        else:
            parts.append(text)
    return parts


def jointed(piece: Piece) -> str:
    r"""What stands before a piece where a line may break: before a dot, or with a sign at its end.

    >>> [jointed(Piece("b", 1, joint, r"\cdot ")) for joint in (r"\, ", r" \cdot ")]
    ['\\, \\* ', '\\allowbreak  \\cdot\\nobreak ']
    >>> jointed(Piece("+ b", 0))
    ' \\allowbreak '
    """
    if r"\cdot" in piece.joint:
        return r"\allowbreak " + piece.joint.replace(r"\cdot", r"\cdot\nobreak")
    return piece.joint + (r"\* " if piece.lead else r"\allowbreak ")


def guarded(latex: str) -> str:
    r"""What stands behind a command with an optional argument, such as \\ or \item.

    >>> guarded("[a] b"), guarded("a"), guarded("*")
    ('{}[a] b', 'a', '{}*')
    """
    return "{}" + latex if latex.lstrip().startswith(("[", "*")) else latex


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
    formula, printer = math.formula, printer_of(math)
    if isinstance(formula, Drawn):
        return formula.latex
    if isinstance(formula, Equation):
        return printer.equation(formula)
    return printer.term(formula)


def has_gap(math: Math) -> bool:
    """Whether something is to be written there by hand."""
    return isinstance(math.formula, Drawn) and r"\underline{\hspace" in math.formula.latex


def rule_latex(box: RuleBox) -> str:
    """The rule as LaTeX to be copied: the lines, then the cases."""
    cases = " \\\\\n  ".join(
        rf"{math_latex(Math(case))}, & \text{{{runs_latex(words)}}}" for case, words in box.cases
    )
    whole = rf"{math_latex(Math(box.left))} = \begin{{cases}}" + f"\n  {cases}\n" + r"\end{cases}"
    return "\n".join((*(math_latex(Math(line)) for line in box.lines), whole))


def printer_of(math: Math) -> LatexPrinter:
    return LatexPrinter(sample=math.sample, braces=math.braces, most=MOST_TERMS)


def broken(right: Math, room: float, indent: float = 2.0) -> list[str]:
    """A formula in lines of at most `room` em, broken before its outermost signs or factors.

    All lines but the first are `indent` em shorter.
    """
    whole = math_latex(right)
    if isinstance(right.formula, Drawn) and right.formula.latex_pieces and width_em(whole) > room:
        pieces = right.formula.latex_pieces
        return broken_lines(pieces, room, width_em, r"\cdots", indent, most=None)
    if isinstance(right.formula, Drawn | Equation) or width_em(whole) <= room:
        return [whole]
    printer = printer_of(right)
    return broken_lines(printer.pieces(right.formula), room, width_em, printer.dots, indent)


def pieces_of(formula: Math) -> Sequence[Piece]:
    """The parts between which a formula may be broken, if any are known."""
    term, printer = formula.formula, printer_of(formula)
    match term:
        case Drawn():
            return term.latex_pieces
        case Equation(left, right):
            first, *more = printer.pieces(right)
            return (replace(first, text=f"{printer.term(left)} = {first.text}"), *more)
        case _:
            return printer.pieces(term)


def width_of(words: Runs) -> float:
    """About how wide words and formulas print in a row, in em; a letter is about half an em."""
    return sum(
        1.06 * width_em(math_latex(run)) if isinstance(run, Math) else 0.5 * len(run.text)
        for run in words
    )


def typed(text: str) -> str:
    """Typed text: no two signs of it become one, such as -- a dash."""
    return re.sub(r"([-,'])(?=\1)", r"\1{}", escaped(text))
