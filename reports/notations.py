r"""A page in the letters of another textbook: v_j becomes z_j or a_j, φ becomes σ or h, and so on.

Only letters change, in formulas and never in indices, so that every line says what it said.  The
sign of δ stays −∂𝓔/∂v, and a sentence on the page says so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from reports.document import (
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
    Formula,
    Line,
    Math,
    Paragraph,
    RuleBox,
    Run,
    Runs,
    Table,
    Text,
    VerdictBox,
    runs,
)
from reports.latex_printer import LatexPrinter
from reports.latex_runs import MOST_TERMS
from reports.plain import PlainPrinter
from reports.printer import Piece, Printer
from reports.wording import prose
from symbolic.terms import Equation

if TYPE_CHECKING:
    from reports.figures import Scene
    from reports.figures.labels import Label


@dataclass(frozen=True)
class Notation:
    """The letters of a book for ours, as LaTeX and as text, its words for ours, and a sentence.

    In the sentence every second part is a letter.  `profile` is the notation in which such a page
    is read back.
    """

    latex: Mapping[str, str]
    text: Mapping[str, str]
    words: Mapping[str, str]
    note: tuple[str, ...]
    profile: str


OPPOSITE = " The sign of δ is ours, minus the derivative of the cost; {} has the other one."
_FIELD_WORDS = {", the weighted sum entering neuron": " of neuron"}
NOTATIONS: dict[str, Notation | None] = {
    "haykin": None,
    "nielsen": Notation(
        {"v": "z", "y": "a", "d": "y", r"\varphi": r"\sigma", r"\mathcal{E}": "C"},
        {"v": "z", "y": "a", "d": "y", "φ": "σ", "𝓔": "C"},
        {
            **_FIELD_WORDS,
            "induced local field": "weighted input",
            "function signal": "activation",
            "desired response": "desired output",
        },
        (
            "In the letters of Nielsen: weighted input ",
            "z",
            ", activation ",
            "a",
            ", desired output ",
            "y",
            ", cost ",
            "C",
            "." + OPPOSITE.format("Nielsen"),
        ),
        "nielsen_letters",
    ),
    "bishop": Notation(
        {"v": "a", "y": "z", "d": "t", r"\varphi": "h", r"\mathcal{E}": "E"},
        {"v": "a", "y": "z", "d": "t", "φ": "h", "𝓔": "E"},
        {
            **_FIELD_WORDS,
            "induced local field": "activation",
            "function signal": "output",
            "desired response": "target",
        },
        (
            "In the letters of Bishop: activation ",
            "a",
            ", output ",
            "z",
            " of a unit, target ",
            "t",
            ", error ",
            "E",
            "." + OPPOSITE.format("Bishop"),
        ),
        "bishop_letters",
    ),
    "plain": Notation(
        {"v": "z", "y": "h", "d": "y", r"\varphi": "f", r"\mathcal{E}": "L"},
        {"v": "z", "y": "h", "d": "y", "φ": "f", "𝓔": "L"},
        {
            **_FIELD_WORDS,
            "induced local field": "score",
            "function signal": "output",
            "desired response": "target",
        },
        (
            "In the letters of machine-learning courses: score ",
            "z",
            ", output ",
            "h",
            " of a unit, target ",
            "y",
            ", loss ",
            "L",
            "." + OPPOSITE.format("a course that writes δ for the derivative itself"),
        ),
        "plain_letters",
    ),
}
_LATEX = re.compile(
    r"(_\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}|_.|\\(?:text|mathrm|mathbf|operatorname|begin|end|hspace)\{[^{}]*\})"
    r"|(\\mathcal\{E\}|\\[A-Za-z]+|[A-Za-z])"
)
_COMMAND = re.compile(r"\\[A-Za-z]+\Z")
_TEXT = re.compile(r"(?<![\w,^])(?:[vyd](?![A-Za-zφ])|φ|𝓔)|(?<=\bd)[φv](?!\w)")


def in_notation(document: Document, name: str) -> Document:
    """The page in the letters of that name; in ours it is the page itself."""
    notation = NOTATIONS[name]
    if notation is None:
        return document
    head, *rest = document.blocks
    said = [Math(Drawn(part, part)) if n % 2 else part for n, part in enumerate(notation.note)]
    read = " This page is written in the notation "
    note = Paragraph((*prose(*said, read), Code(notation.profile), *runs(".")))
    first, *others = _Letters(notation).blocks((head, *rest))
    return replace(document, blocks=(first, note, *others), network=None)


def latex_in(latex: str, letters: Mapping[str, str]) -> str:
    r"""LaTeX in other letters, all at once, without (n).

    >>> latex_in(r"\varphi_j'\bigl(v_j(n)\bigr)\, y_{y}(n)", {r"\varphi": "h", "v": "a", "y": "z"})
    "h_j'(a_j)\\, z_{y}"
    >>> latex_in(r"\Delta\mathcal{E}", {r"\mathcal{E}": "E"})
    '\\Delta E'
    """
    bare = re.sub(r"\\bigl(\()([^()]*)\\bigr(\))", r"\1\2\3", latex.replace("(n)", ""))

    def other(found: re.Match[str]) -> str:
        if found[1]:
            return found[1]
        new = letters.get(found[2], found[2])
        glued = new[0].isalpha() and _COMMAND.search(bare, 0, found.start()) is not None
        return f" {new}" if glued and new != found[2] else new

    return _LATEX.sub(other, bare)


def text_in(text: str, letters: Mapping[str, str]) -> str:
    """Text in other letters.

    >>> text_in("∂𝓔/∂v_j = −δ_j y_i^ξ", {"v": "a", "y": "z", "𝓔": "E"})
    '∂E/∂a_j = −δ_j z_i^ξ'
    """
    return _TEXT.sub(lambda found: letters.get(found[0], found[0]), text)


_NAMES = {"σ": "sigma", "φ": "phi"}
"""How a Greek letter is called in code."""


def code_in(code: str, letters: Mapping[str, str]) -> str:
    """Code whose names are the letters of the page in other letters, all at once.

    >>> code_in("y[j] = phi(v[j])", {"v": "z", "y": "a", "φ": "σ"})
    'a[j] = sigma(z[j])'
    """
    names = {_NAMES.get(old, old): _NAMES.get(new, new) for old, new in letters.items()}
    return re.sub(r"[A-Za-z]\w*", lambda found: names.get(found[0], found[0]), code)


@dataclass(frozen=True)
class _Letters:
    notation: Notation

    def blocks(self, blocks: tuple[Block, ...]) -> tuple[Block, ...]:
        return tuple(map(self.block, blocks))

    def block(self, block: Block) -> Block:
        match block:
            case Paragraph() | VerdictBox():
                return replace(block, runs=self.runs(block.runs))
            case EquationLines(lines):
                return EquationLines(tuple(map(self.line, lines)))
            case Boxed(lines):
                return Boxed(tuple(map(self.line, lines)))
            case Table(head, rows):
                new = tuple(tuple(map(self.runs, row)) for row in rows if not _is_iteration(row))
                return replace(block, head=tuple(map(self.runs, head)), rows=new)
            case RuleBox(lines, left, cases):
                return RuleBox(
                    tuple(map(self.formula, lines)),
                    self.formula(left),
                    tuple((self.formula(case), self.runs(words)) for case, words in cases),
                )
            case Bullets(items):
                return Bullets(tuple(map(self.runs, items)))
            case Algorithm(lines):
                return Algorithm(tuple((deep, self.runs(words)) for deep, words in lines))
            case Figure():
                seen = tuple(map(self.runs, block.seen))
                scene = self.scene(block.scene)
                return replace(block, scene=scene, caption=self.runs(block.caption), seen=seen)
            case Fold(summary, inside):
                return Fold(summary, self.blocks(inside))
            case CodeBlock(code, drawn, True):
                other = None if drawn is None else self.formula(drawn)
                return replace(block, code=code_in(code, self.text), drawn=other)
            case Annotated():
                raise ValueError("a reader's own text keeps its letters")
            case _:
                return block

    def scene(self, scene: Scene) -> Scene:
        """The drawing with its formulas in the other letters; names of units stay."""
        texts = tuple(
            text if text.label.plain == text.neuron else replace(text, label=self.label(text.label))
            for text in scene.texts
        )
        return replace(scene, texts=texts, description=text_in(scene.description, self.text))

    def label(self, label: Label) -> Label:
        from reports.figures.labels import formula  # only a page with figures needs them

        if not label.latex.startswith("$"):
            return label
        latex = latex_in(label.latex[1:-1], self.notation.latex)
        return formula(latex, text_in(label.plain, self.text))

    @property
    def text(self) -> Mapping[str, str]:
        return self.notation.text

    def line(self, line: Line) -> Line:
        left = None if line.left is None else self.math(line.left)
        return replace(line, left=left, right=self.math(line.right), reason=self.runs(line.reason))

    def runs(self, words: Runs) -> Runs:
        return tuple(map(self.run, words))

    def run(self, run: Run) -> Run:
        """A formula in the other letters, words in the words of the book."""
        match run:
            case Math():
                return self.math(run)
            case Text(text):
                for ours, theirs in self.notation.words.items():
                    text = text.replace(ours, theirs)
                return Text(text)
        return run

    def math(self, math: Math) -> Math:
        return Math(self.formula(math.formula, math))

    def formula(self, formula: Formula, math: Math | None = None) -> Drawn:
        """The formula drawn in the other letters, with its places for a break."""
        if isinstance(formula, Drawn):
            latex, text = formula.latex, formula.text
            parts, words = formula.latex_pieces, formula.text_pieces
        else:
            sample, braces = (math.sample, math.braces) if math else (False, ())
            first = LatexPrinter(sample=sample, braces=braces, most=MOST_TERMS)
            second = PlainPrinter(sample=sample, braces=braces, most=MOST_TERMS)
            latex, parts = _drawn(first, formula)
            text, words = _drawn(second, formula)
        return Drawn(
            latex_in(latex, self.notation.latex),
            text_in(text, self.notation.text),
            tuple(replace(p, text=latex_in(p.text, self.notation.latex)) for p in parts),
            tuple(replace(p, text=text_in(p.text, self.notation.text)) for p in words),
        )


def _drawn(printer: Printer, formula: Formula) -> tuple[str, tuple[Piece, ...]]:
    assert not isinstance(formula, Drawn)
    if isinstance(formula, Equation):
        return printer.equation(formula), ()
    pieces = tuple(printer.pieces(formula))
    return printer.term(formula), pieces if len(pieces) > 1 else ()


def _is_iteration(row: tuple[Runs, ...]) -> bool:
    """The row of the table of symbols about n, which other books do not write."""
    return bool(row[0]) and row[0] == (Math(Drawn("n", "n")),)
