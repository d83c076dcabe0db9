"""Words and formulas in a row → HTML: what a page in `html.py` is made of.

Every word passes `safe`; a formula is a mark with its LaTeX, which KaTeX sets, around its text.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from reports.breaking import held
from reports.document import RELATIONS, Code, Emphasis, Math, Run, Runs, Strong, Text
from reports.latex_runs import math_latex, pieces_of
from reports.latex_width import width_em
from reports.printer import Piece
from reports.text import math_text

STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def safe(words: str) -> str:
    """Words for HTML: nothing in them is markup, and nothing turns the writing direction around.

    >>> safe('</script><b> & "x" \\u202e')
    '&lt;/script&gt;&lt;b&gt; &amp; &quot;x&quot; '
    """
    return html.escape(STEERING.sub("", words), quote=True)


_GLUED = re.compile(
    r'(\(|\b[a-z]{1,8} |\b\d/)?(<span class="m(?: s)?" data-tex="[^"]*">([^<]*)</span>)([).,;:]*)'
)


def glued(line: str) -> str:
    """No line ends between a short formula and the "(" or "neuron" before it or the ")" after."""
    return _GLUED.sub(_glued, line)


def _glued(found: re.Match[str]) -> str:
    before, formula, shown, after = found.groups("")
    if before not in ("", "(") and len(shown) > LETTERS:
        formula, before, start = found[0].removeprefix(before), "", before
    else:
        formula, start = found[0], ""
    listed = before == "(" or after.startswith(")")
    most = LISTED if listed else EQUATION if after else SHORT
    held = (before or after) and len(shown) < most
    return f'{start}<span class="g">{formula}</span>' if held else found[0]


def runs_html(words: Runs) -> str:
    """Words and formulas in a row."""
    return glued("".join(map(run_html, words)))


def run_html(run: Run) -> str:
    """One run."""
    match run:
        case Text(text):
            return safe(text)
        case Emphasis(text):
            return f"<em>{safe(text)}</em>"
        case Strong(text):
            return f"<strong>{safe(text)}</strong>"
        case Code(text):
            return f"<code>{safe(text)}</code>"
        case Math():
            return set_formula(_breakable(run, LONG_TERM), math_text(run))


def display(math: Math, relation: str = "", end: str = "", longest: float | None = None) -> str:
    """A formula that stands alone, maybe after its relation; it may wrap between its pieces."""
    latex = _WORDS.sub(_apart, _breakable(math, longest or LONG_TERM)) + end
    shown = math_text(math) + end
    if relation:
        sign, command = RELATIONS[relation]
        latex, shown = rf"{{}} {command} {latex}", f" {sign} {shown}"
    return set_formula(rf"\displaystyle {latex}", shown)


def _breakable(math: Math, longest: float) -> str:
    """The formula with the places where a line may break."""
    pieces = pieces_of(math)
    return _flowing(pieces, longest) if len(pieces) > 1 else math_latex(math)


def _flowing(pieces: Sequence[Piece], longest: float) -> str:
    """Pieces in a row: a line may break before the outermost, within one only where it is long."""
    parts = []
    for n, group in enumerate(held(pieces, longest, width_em)):
        for m, piece in enumerate(group):
            joint = _joint(piece, breaks=not m) if n or m else ""
            parts.append(joint + _held_together(piece.text))
    return "".join(parts)


def _joint(piece: Piece, breaks: bool) -> str:
    """What stands before a piece; a line breaks before a dot, not behind it.

    Between factors without a dot the break is marked, and a line that ends there ends in one.
    """
    allowed = r"\allowbreak " if breaks else ""
    if r"\cdot" in piece.joint:
        return allowed + piece.joint.replace(r"\cdot", r"\cdot \nobreak")
    return piece.joint + allowed * (2 if piece.lead else 1)


def _held_together(text: str) -> str:
    """A piece within which no line breaks: KaTeX would break it behind a sign."""
    found = _SIGN.match(text)
    sign, rest = (rf"{found[1]} \nobreak ", text[found.end() :]) if found else ("", text)
    inside = _INNER.search(rest) is not None and width_em(rest) <= LONG_TERM
    return sign + (f"{{{rest}}}" if inside else rest)


LONG_TERM = 11.0
"""Em of a term that may be broken between its factors."""
_SIGN = re.compile(r"([+-]) ")
"""The sign before a piece."""
_INNER = re.compile(r" [+-] ")
_WORDS = re.compile(r"\\text\{([^{}]* [^{}]* [^{}]*)\}(?![^{}]*\})")
"""Words in a formula, in no braces, between which a line may break."""


def _apart(found: re.Match[str]) -> str:
    words = re.findall(r"\S+ ?| ", found[1])
    return r"\allowbreak ".join(rf"\text{{{word}}}" for word in words)


SHORT = 14
"""Signs of a formula within words that stays on one line."""
LISTED = 32
"""Signs of a formula in brackets, such as (j = 3, 4), that stays on one line."""
EQUATION = 24
"""Signs of a formula before a comma or stop, such as y_3 = 0.64566, that stays on one line."""
LETTERS = 5
"""Signs of a formula that stays with the word before it."""
GAP = '<span class="gap" role="img" aria-label="gap" style="width:{wide}em">____</span>'
_CONDITION = re.compile(r"(?<![A-Za-z\\])\[[^][]*(?:\\(?:in|to|ge)\b|[=>])[^][]*\]")
"""[j \\in \\mathcal{O}], which is 1 where it holds and 0 elsewhere."""


_GAP = re.compile(r"\\underline\{\\hspace\{(\d+)em\}\}")


def set_formula(latex: str, shown: str) -> str:
    """A formula for KaTeX, which breaks a line after any relation that stands in no braces.

    A gap to write in is a line of its own, which is shorter where there is less room.
    """
    parts = _GAP.split(latex)
    if len(parts) > 1:
        texts = re.split("_{4,}", shown)
        gaps = [GAP.format(wide=wide) for wide in parts[1::2]] + [""]
        signs = zip(parts[::2], texts, gaps, strict=True)
        return "".join(
            (set_formula(tex, text) if text.strip() else "") + gap for tex, text, gap in signs
        )
    whole = _CONDITION.sub(lambda match: f"{{{match[0]}}}", latex)
    short = " s" if len(shown) < SHORT else ""
    return f'<span class="m{short}" data-tex="{safe(whole)}">{safe(shown)}</span>'
