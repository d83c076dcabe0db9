"""The training step on a page: the algorithm line by line from the proved rule, then as code."""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from importlib.resources import files

from reports.document import (
    Algorithm,
    Block,
    CodeBlock,
    Drawn,
    Fold,
    Heading,
    Math,
    Paragraph,
    Runs,
    runs,
)
from reports.family_parts import by_name, of_one_kind
from reports.latex_printer import LatexPrinter, latex_of
from reports.plain import plain_of
from reports.wording import counted, here, member_sign, prose, units
from symbolic.derivation import Derivation, Step
from symbolic.forward import OVER_SOURCES
from symbolic.network import Network
from symbolic.notation import I, J, v, w, y
from symbolic.terms import Phi, Sign, Sum, Term

NAMED = 4
"""Rules of single neurons that have a line of their own."""


def training_section(derivation: Derivation) -> Iterator[Block]:
    """The algorithm, and the same step as Python where it is short enough to be read."""
    yield Heading("The training step", aside=True)
    words = "One update of the weights with the rule above:"
    yield Paragraph(runs(words), keep=True)
    yield Algorithm(tuple(_lines(derivation)))
    if _is_plain(derivation.network):
        words = "The same step for one sample as code, drawn by latexify-py"
        yield Fold(words, (CodeBlock(_source(), _drawn(), ours=True),))


def _lines(derivation: Derivation) -> Iterator[tuple[int, Runs]]:
    network = derivation.network
    order = here("j", list(network.order))
    yield 0, runs("repeat until the cost is small enough:")
    yield 1, prose("take the next N samples, and for each of them:")
    own = " (or its own formula)" if network.formulas else ""
    shares = " (softmax within a group)" if network.groups else ""
    yield (
        2,
        prose(
            "forward, ",
            order,
            ": ",
            _set(v(J), Sum(OVER_SOURCES, w(J, I) * y(I))),
            f"{own}, ",
            _set(y(J), Phi(J, 0, v(J))),
            shares,
        ),
    )
    yield from ((2, line) for line in _backward(derivation))
    for step, *alike in of_one_kind(_goals(derivation, "dw")):
        left = step.claim.left
        assert isinstance(left, Sign)
        weight = Sign("w", left.at)
        more = f" and {counted(len(alike), 'weight')} alike" if alike else ""
        who: list[str | Math] = [step.over.title]
        if not step.over.title:
            who = ["weight ", Math(member_sign("w", by_name(step))), more]
        yield 1, prose("for ", *who, ": ", _set(weight, weight + step.claim.right))


def _backward(derivation: Derivation) -> Iterator[Runs]:
    """A line for each kind of neuron, outputs first."""
    kinds = of_one_kind(_goals(derivation, "delta"))
    named = [kind for kind in kinds if not kind[0].over.letters]
    for kind in kinds:
        step = kind[0]
        if kind in named[NAMED:]:
            continue
        first = step.over.title.startswith("the output neurons j") and "feed" not in step.over.title
        back = "" if first else "backward, "
        who: list[str | Math] = [step.over.title.removeprefix("the ")]
        if kind in named:
            more = f" and {counted(len(kind) - 1, 'neuron')} alike" if kind[1:] else ""
            who = ["neuron ", units(by_name(step)), more]
        yield prose(f"{back}for ", *who, ": ", _set(step.claim.left, step.claim.right))
    rest = sum(map(len, named[NAMED:]))
    if rest:
        yield runs(f"backward, for {counted(rest, 'more neuron')}: their own rules above")


def _goals(derivation: Derivation, letter: str) -> list[Step]:
    """The lines that the derivation is about; of single weights, the first few."""
    steps = [derivation.steps[n] for n in derivation.goal]
    return [s for s in steps if isinstance(s.claim.left, Sign) and s.claim.left.letter == letter]


def _set(left: Term, right: Term) -> Math:
    """left ← right."""
    latex, text = (f(left) for f in (latex_of, plain_of))
    first, *more = LatexPrinter(most=8).pieces(right)
    pieces = (replace(first, text=rf"{latex} \gets \nobreak {first.text}"), *more)
    shown = rf"{latex} \gets {latex_of(right, most=8)}"
    return Math(Drawn(shown, f"{text} ← {plain_of(right, most=8)}", pieces))


def _is_plain(network: Network) -> bool:
    """Whether the reference step is about such a network."""
    shared = any(len(places) != 1 for places in network.uses.values())
    one = len({neuron.activation for neuron in network.neurons}) == 1
    return (
        one
        and not shared
        and not network.formulas
        and not network.groups
        and network.cost.name == "squared_error"
    )


@cache
def _source() -> str:
    """The function as it stands in `reference_step.py`, without types and docstring."""
    function = _function()
    for argument in function.args.args:
        argument.annotation = None
    function.returns = None
    text = re.sub(r"sum\(\((.*)\)\)$", r"sum(\1)", ast.unparse(function), flags=re.MULTILINE)
    head, _, rest = text.partition("\n")
    return f"{textwrap.fill(head, 72, subsequent_indent=' ' * 11)}\n{rest}"


def _function() -> ast.FunctionDef:
    text = files("reports").joinpath("reference_step.py").read_text(encoding="utf-8")
    found = next(n for n in ast.parse(text).body if isinstance(n, ast.FunctionDef))
    found.body = found.body[1:]
    return found


@cache
def _drawn() -> Drawn | None:
    """The function as latexify-py draws it; None where it is not there (Python 3.14)."""
    try:
        from latexify.codegen.algorithmic_codegen import IPythonAlgorithmicCodegen
    except ImportError:
        return None
    function = _function()
    function.args.args = [a for a in function.args.args if a.arg in ("w", "y", "d", "eta")]
    tree = ast.Module(body=[function], type_ignores=[])
    latex = str(IPythonAlgorithmicCodegen(use_math_symbols=True).visit(tree))
    for old, new in (
        (r"\mathopen{}\left", ""),
        (r"\mathclose{}\right", ""),
        ("({", "("),
        ("}})", "})"),
        (r"}^{} ", "} "),
        (r"\phi", r"\varphi"),
        (r"\mathrm{slope}", r"\varphi'"),
    ):
        latex = latex.replace(old, new)
    return Drawn(latex, "update, line by line:")
