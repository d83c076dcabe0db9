"""One page as one tree: what is written, for every emitter the same.

`latex.py`, `text.py` and `html.py` draw it; each has a case for every kind of block and of run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from reports.printer import Piece
from symbolic.terms import Equation, Term

if TYPE_CHECKING:  # the tree holds a scene; only who draws it needs the figures
    from reports.figures import Scene
    from symbolic.network import Network


class Mark(Enum):
    """The small sign beside a line."""

    NONE = ""
    PROVED = "✓"
    REFUTED = "✗"
    UNJUSTIFIED = "!"
    OPEN = "?"
    GIVEN = "·"


@dataclass(frozen=True)
class Drawn:
    """A formula that is no term, such as `j = 3, 4, 5`: drawn by our own code, never a user's.

    Where it may be broken into lines it also comes in pieces.
    """

    latex: str
    text: str
    latex_pieces: tuple[Piece, ...] = ()
    text_pieces: tuple[Piece, ...] = ()


Formula = Term | Equation | Drawn


@dataclass(frozen=True)
class Text:
    """Words."""

    text: str


@dataclass(frozen=True)
class Emphasis:
    """Words that are introduced or stressed."""

    text: str


@dataclass(frozen=True)
class Strong:
    """Words in bold."""

    text: str


@dataclass(frozen=True)
class Code:
    """A name or command as typed."""

    text: str


@dataclass(frozen=True)
class Math:
    """A formula within words; `sample` writes the superscript ξ, `braces` names parts of it."""

    formula: Formula
    sample: bool = False
    braces: tuple[tuple[Term, str], ...] = ()


Run = Text | Emphasis | Strong | Code | Math
RUNS: tuple[type[Run], ...] = (Text, Emphasis, Strong, Code, Math)
Runs = tuple[Run, ...]


@dataclass(frozen=True)
class Heading:
    """A section title; level 1 is numbered.

    What stands under an `aside`, up to the next such title, claims nothing: numbers of an example,
    the steps of a program.  Markdown and LaTeX say so in a comment, for `proofprop check`.
    """

    text: str
    level: int = 1
    aside: bool = False


@dataclass(frozen=True)
class Paragraph:
    """Running text; `keep` asks that it stays with the block that follows.

    As an `aside` it claims nothing, as what stands under such a heading.
    """

    runs: Runs
    keep: bool = False
    aside: bool = False


@dataclass(frozen=True)
class Line:
    """left = right with its reason and mark; no left side continues the line above."""

    left: Math | None
    right: Math
    reason: Runs = ()
    mark: Mark = Mark.NONE
    number: int | None = None


@dataclass(frozen=True)
class EquationLines:
    """Lines aligned at their equals signs; as an `aside` they claim nothing."""

    lines: tuple[Line, ...]
    aside: bool = False


@dataclass(frozen=True)
class Table:
    """Rows of cells; `wide` is the column that may wrap; as an `aside` it claims nothing."""

    head: tuple[Runs, ...]
    rows: tuple[tuple[Runs, ...], ...]
    wide: int = -1
    aside: bool = False


@dataclass(frozen=True)
class RuleBox:
    """The boxed rule: lines on top, then left = one case per kind of neuron."""

    lines: tuple[Formula, ...]
    left: Formula
    cases: tuple[tuple[Formula, Runs], ...]


@dataclass(frozen=True)
class Boxed:
    """Boxed equations aligned at their equals signs, each with the condition it holds under."""

    lines: tuple[Line, ...]


@dataclass(frozen=True)
class VerdictBox:
    """The result, first on the page; as an `aside` it claims nothing of its own."""

    mark: Mark
    title: str
    runs: Runs
    aside: bool = False


@dataclass(frozen=True)
class CodeBlock:
    """Source text as it was written; `drawn` is the same as mathematics, where there is such.

    `ours` says that its names are the letters of the page: v, y, d and phi.
    """

    code: str
    drawn: Drawn | None = None
    ours: bool = False


@dataclass(frozen=True)
class Annotated:
    """A formula of the reader's own text: its mark, number and place, then what is said of it.

    Without a left side it continues the formula above; text that is no formula stands as code.
    `blocks` are the numbers behind the notes.
    """

    mark: Mark
    number: int | None
    place: str
    left: Math | None
    relation: str
    right: Math | Code
    notes: tuple[Runs, ...] = ()
    blocks: tuple[Block, ...] = ()


@dataclass(frozen=True)
class Bullets:
    """A list."""

    items: tuple[Runs, ...]


@dataclass(frozen=True)
class Figure:
    """A drawing with its caption; `seen` says in words what is drawn, for who sees no drawing.

    `name` is what a file of the drawing is called, without its ending.
    """

    name: str
    scene: Scene
    caption: Runs
    seen: tuple[Runs, ...] = ()


@dataclass(frozen=True)
class Algorithm:
    """Numbered lines of pseudo-code, each with how far it is indented."""

    lines: tuple[tuple[int, Runs], ...]


@dataclass(frozen=True)
class Fold:
    """Blocks that a screen may hide behind their summary; on paper they follow it."""

    summary: str
    blocks: tuple[Block, ...]


Block = (
    Heading
    | Paragraph
    | EquationLines
    | Table
    | RuleBox
    | Boxed
    | VerdictBox
    | CodeBlock
    | Annotated
    | Bullets
    | Figure
    | Algorithm
    | Fold
)
BLOCKS: tuple[type[Block], ...] = (
    Heading,
    Paragraph,
    EquationLines,
    Table,
    RuleBox,
    Boxed,
    VerdictBox,
    CodeBlock,
    Annotated,
    Bullets,
    Figure,
    Algorithm,
    Fold,
)


RELATIONS = {  # how a relation is typed: (text, LaTeX)
    "=": ("=", "="),
    ":=": ("≔", ":="),
    "<": ("<", "<"),
    ">": (">", ">"),
    "<=": ("≤", r"\le"),
    ">=": ("≥", r"\ge"),
    "!=": ("≠", r"\neq"),
    "\\approx": ("≈", r"\approx"),
}


@dataclass(frozen=True)
class Document:
    """A title and its blocks; on a screen the symbols of the network's units are linked."""

    title: str
    blocks: tuple[Block, ...]
    network: Network | None = None


def with_asides(blocks: Sequence[Block]) -> Iterator[Block | bool]:
    """The blocks, with True where an aside begins and False where it ends."""
    inside: Heading | None = None
    alone = False
    for block in blocks:
        own = isinstance(block, Paragraph | EquationLines | Table) and block.aside
        if inside is None and own != alone:
            yield own
            alone = own
        if isinstance(block, VerdictBox) and block.aside and inside is None:
            yield from (True, block, False)
            continue
        if isinstance(block, Heading):
            if inside is not None and block.level <= inside.level:
                inside = None
                yield False
            if block.aside and inside is None:
                inside = block
                yield True
        yield block
    if inside is not None or alone:
        yield False


def runs(*parts: str | Run | Term | Equation) -> Runs:
    """Words and formulas in a row: a string is text, a term or equation is maths.

    >>> runs("plain")
    (Text(text='plain'),)
    """
    row: list[Run] = []
    for part in parts:
        match part:
            case str():
                row.append(Text(part))
            case Text() | Emphasis() | Strong() | Code() | Math():
                row.append(part)
            case _:
                row.append(Math(part))
    return tuple(row)
