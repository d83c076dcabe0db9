"""A user's own Python function as mathematics, drawn by latexify-py from its stored source text.

Nothing of the user's is imported or run: the text is parsed, and what the drawing could get wrong
or let through to TeX (string constants, letters outside ASCII) is refused.
"""

from __future__ import annotations

import ast
from typing import Any

from reports.document import Drawn

ALLOWED_LENGTH = 4000


def drawn_source(source: str) -> Drawn | None:
    r"""The definition of the one function in the source, or None where it cannot be drawn.

    >>> print(drawn_source("def s(v):\n    return 1 / (1 + math.exp(-v))").latex)
    s(v) = \frac{1}{1 + e^{-v}}
    >>> drawn_source("max(0, v)") is None
    True
    """
    function = _function(source)
    if function is None:
        return None
    try:
        codegen, trimmer, expander = _latexify()
    except ImportError:  # Python 3.14 and later: latexify-py needs ast.Num
        return None
    tree = ast.Module(body=[function], type_ignores=[])
    try:
        tree = expander({"exp", "sqrt"}).visit(trimmer({"math", "np", "numpy"}).visit(tree))
        latex = str(codegen(use_math_symbols=True).visit(tree))
    except Exception:  # it refuses by several exceptions of its own; any of them means our form
        return None
    if not latex.isascii() or not latex.isprintable():
        return None
    latex = latex.replace(r"\mathopen{}", "").replace(r"\mathclose{}", "")
    return Drawn(latex, ast.unparse(function))


def is_python(source: str) -> bool:
    """Whether the text is one Python function, to be shown as code."""
    return _function(source) is not None


def _function(source: str) -> ast.FunctionDef | None:
    if len(source) > ALLOWED_LENGTH:
        return None
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    if len(tree.body) != 1 or not isinstance(tree.body[0], ast.FunctionDef):
        return None
    words = (node for node in ast.walk(tree) if isinstance(node, ast.Constant))
    if any(isinstance(word.value, str | bytes) for word in words):
        return None
    return tree.body[0]


def _latexify() -> tuple[Any, Any, Any]:
    from latexify.codegen import FunctionCodegen
    from latexify.transformers import FunctionExpander, PrefixTrimmer

    return FunctionCodegen, PrefixTrimmer, FunctionExpander
