"""An array profile in words: what each sign, index, function and operator means."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from symbolic.reading.arrays.profile import OPEN, ArrayProfile, ArraySymbol

NAMED = {
    "logistic": "1/(1 + exp(-x)) of every element",
    "tanh": "hyperbolic tangent of every element",
    "relu": "max(0, x) of every element",
    "softplus": "ln(1 + exp(x)) of every element",
    "softmax": "exp over its sum",
    "exp": "exponential of every element",
    "ln": "natural logarithm of every element",
    "sin": "sine of every element",
    "cos": "cosine of every element",
    "sinh": "hyperbolic sine of every element",
    "cosh": "hyperbolic cosine of every element",
    "arctan": "arc tangent of every element",
    "erf": "error function of every element",
    "abs": "absolute value of every element",
    "sign": "x/|x| of every element",
    "any": "any differentiable function of every element",
    "sum": "the sum of all elements",
    "sum_along": "np.sum(…, axis=1): every row is added up",
    "sum_down": "np.sum(…, axis=0): every column is added up",
    "trace": "the sum of the diagonal",
    "diag": "the matrix with a vector on its diagonal",
    "eye": "the identity matrix, as large as it has to be",
    "ones": "a column of ones, as long as it has to be",
}
"""What each function of a profile is."""
OPERATORS = {
    "A B": "the product of matrices, or a number times an array",
    r"A \odot B": "the elementwise product",
    "A + B": "of equal shapes; a number is added to every element",
    "A / B": "by a number, or element by element",
    "A^T": "transposed",
    "A^2": "every element squared; of a matrix write (A)^2",
    "[A > 0]": "1 where the element is positive, else 0",
    "‖A‖^2": "the sum of the squares of all elements",
}


def explain_arrays(profile: ArrayProfile) -> str:
    """The profile in words.

    >>> from symbolic.reading.arrays.profile import array_profile
    >>> explain_arrays(array_profile("lstm")).splitlines()[2]
    '  x_{t}                  input: X; one for each time'
    """
    return "\n".join(_rows(profile)) + "\n"


def _rows(profile: ArrayProfile) -> Iterator[str]:
    yield f"{profile.title} (profile {profile.name})"
    yield ""
    for symbol, others in _groups(profile):
        below = f"_{{{profile.time[0]}}}" if symbol.time and profile.time else ""
        yield _row(f"{symbol.sign}{below}", f"{symbol.meaning}{_facts(symbol)}{_also(others)}")
        if symbol.definition:
            yield _row("", f"usually {symbol.definition}")
    for letter, whole in profile.examples.items():
        example = next(s for s, size in profile.letters.items() if size == profile.examples_size)
        yield _row(f"{letter}^{{({example})}}", f"the column of {whole} of example {example}")
    yield ""
    for name, what in NAMED.items():
        signs = [sign for sign, function in profile.functions.items() if function == name]
        if signs:
            first = _name(signs[0])
            once = {_name(sign): sign for sign in reversed(signs) if _name(sign) != first}
            yield _row(signs[0], what + _also([*once.values()][::-1]))
    yield ""
    for sign, what in OPERATORS.items():
        yield _row(sign, what)
    if profile.vectors == "rows":
        yield _row("A + b", "the row b is added to every row of A")
    if profile.examples:
        yield _row("A + b", "the column b is added to every column of A")
    yield ""
    yield from _indices(profile)
    if profile.derivatives:
        prefixes = ", ".join(
            f"{sign}Q" if sign == "d" else f"{sign} Q" for sign in profile.derivatives
        )
        yield f"  {prefixes}: the derivative of the loss by Q, in the shape of Q"
    yield "  ∂L/∂Q, ∇_Q L: the same, written out"
    yield "  a sum over an index that does not occur runs along the axis of its size"
    if profile.rate:
        yield f"  W ← W - {profile.rate} dW: the update of a weight"
    if profile.note:
        yield ""
        yield f"  {profile.note}"


def _row(sign: str, what: str) -> str:
    return f"  {sign:<22} {what}"


def _groups(profile: ArrayProfile) -> list[tuple[ArraySymbol, list[str]]]:
    """Each symbol with the signs that are alike."""
    found: dict[ArraySymbol, tuple[ArraySymbol, list[str]]] = {}
    for sign, symbol in profile.symbols.items():
        if sign in profile.examples:
            continue
        kind = replace(symbol, sign="", definition="")
        found.setdefault(kind, (symbol, []))[1].append(sign)
    return [(symbol, signs[1:]) for symbol, signs in found.values()]


def _facts(symbol: ArraySymbol) -> str:
    facts = [" × ".join(symbol.shape)] if symbol.shape else []
    facts += ["one for each time"] if symbol.time else []
    facts += ["its δ is by what its function is applied to"] if symbol.through else []
    facts += [f"by {' or '.join(symbol.of)}"] if symbol.of else []
    facts += ["with a minus"] if symbol.factor == -1 else []
    facts += ["may be assumed to sum to 1"] if symbol.sums_to_one else []
    return f": {'; '.join(facts)}" if facts else ""


def _name(sign: str) -> str:
    r"""A function without its style: \log and \mathrm{log} are shown once."""
    return re.sub(r"\\math[a-z]+\{(.*)\}|\\", r"\1", sign)


def _also(signs: list[str]) -> str:
    return f" (so are {', '.join(signs)})" if signs else ""


def _indices(profile: ArrayProfile) -> Iterator[str]:
    sizes = dict.fromkeys(profile.letters.values())
    for size in sizes:
        letters = ", ".join(s for s, of in profile.letters.items() if of == size)
        over = "an axis that follows from where they stand" if size == OPEN else f"1 … {size}"
        yield f"  {letters}: indices of {over}"
    if profile.time:
        yield f"  {', '.join(profile.time)}: times, 1 … {profile.last}"
