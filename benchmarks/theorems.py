"""Milliseconds of processor time for each general theorem, and how a proof grows with depth.

Run from the root of the checkout: python -m benchmarks.theorems
Where tensorgrad 0.3 is installed, it differentiates the small dense nets in the same run.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec

from symbolic.adjoint_checks import Checker, Proved
from symbolic.arrays import Definition, Given, Multiplier, Program, Rule
from symbolic.general import check
from symbolic.indexed import Expr, Get, Opaque, Sort, Var, total
from symbolic.statements import Statement
from symbolic.theorems import GENERAL, LIBRARY
from symbolic.verdicts import Proved as Holds

BAR, ALL_BAR = 5.0, 50.0  # ms, for one general theorem and for all of them


def dense(layers: int) -> tuple[Program, tuple[Rule, ...]]:
    """Layer n is fed by all earlier layers, each with a weight matrix of its own; any widths."""
    sorts = [Sort(f"J{n}") for n in range(layers + 1)]
    to = [Var(f"j{n}", sort) for n, sort in enumerate(sorts)]
    given = [Given("y0", (sorts[0],)), Given("G", (sorts[layers],))]
    definitions: list[Definition] = []
    for n in range(1, layers + 1):
        terms: list[Expr] = []
        for m in range(n):
            given.append(Given(f"w{n}_{m}", (sorts[n], sorts[m])))
            weight = Get(f"w{n}_{m}", (to[n], to[m]))
            terms.append(total(to[m], weight * Get(f"y{m}", (to[m],))))
        definitions.append(Definition(f"v{n}", (to[n],), _sum(terms)))
        active = Opaque(f"phi{n}", (to[n],), (Get(f"v{n}", (to[n],)),))
        definitions.append(Definition(f"y{n}", (to[n],), active))
    last = layers
    cost = total(to[last], Get("G", (to[last],)) * Get(f"y{last}", (to[last],)))
    names = tuple(Multiplier(f"v{n}", f"d{n}") for n in range(1, layers + 1))
    rules = []
    for m in range(1, layers + 1):
        back = [
            total(to[n], Get(f"w{n}_{m}", (to[n], to[m])) * Get(f"d{n}", (to[n],)))
            for n in range(m + 1, layers + 1)
        ]
        if m == last:
            back = [Get("G", (to[last],))]
        slope = Opaque(f"phi{m}", (to[m],), (Get(f"v{m}", (to[m],)),), (1,))
        rules.append(Rule(f"v{m}", (to[m],), slope * _sum(back)))
    return Program(tuple(given), tuple(definitions), cost, names), tuple(rules)


def _sum(terms: list[Expr]) -> Expr:
    result = terms[0]
    for term in terms[1:]:
        result = result + term
    return result


def measure(title: str, work: Callable[[], bool]) -> float:
    """Print one row; the milliseconds."""
    begin = time.process_time()
    proved = work()
    taken = 1000 * (time.process_time() - begin)
    print(f"{title:62} {taken:10.2f} ms  {'proved' if proved else 'NOT PROVED'}", flush=True)
    return taken


def unrolled(steps: int) -> tuple[Program, tuple[Rule, ...]]:
    """A recurrent network with every time step written out, its weights shared; any width."""
    H = Sort("H")
    j, k = Var("j", H), Var("k", H)
    lines: list[Definition] = []
    for t in range(1, steps + 1):
        drive: Expr = Get(f"x{t}", (j,))
        if t > 1:
            drive = total(k, Get("U", (j, k)) * Get(f"h{t - 1}", (k,))) + drive
        lines.append(Definition(f"a{t}", (j,), drive))
        lines.append(Definition(f"h{t}", (j,), Opaque("phi", (j,), (Get(f"a{t}", (j,)),))))
    given = (
        Given("U", (H, H)),
        Given("G", (H,)),
        *(Given(f"x{t}", (H,)) for t in range(1, steps + 1)),
    )
    cost = total(j, Get("G", (j,)) * Get(f"h{steps}", (j,)))
    names = tuple(Multiplier(f"a{t}", f"d{t}") for t in range(1, steps + 1))
    rules = []
    for t in range(1, steps + 1):
        back: Expr = Get("G", (j,))
        if t < steps:
            back = total(k, Get("U", (k, j)) * Get(f"d{t + 1}", (k,)))
        rules.append(Rule(f"a{t}", (j,), Opaque("phi", (j,), (Get(f"a{t}", (j,)),), (1,)) * back))
    uses = [Get(f"d{t}", (j,)) * Get(f"h{t - 1}", (k,)) for t in range(2, steps + 1)]
    rules.append(Rule("U", (j, k), _sum(list(uses))))
    return Program(given, tuple(lines), cost, names), tuple(rules)


def best(statement: Statement) -> float:
    """Milliseconds to check a statement, the best of five."""
    times = []
    for _ in range(5):
        begin = time.process_time()
        checked = check(statement)
        times.append(1000 * (time.process_time() - begin))
        assert isinstance(checked.verdict, Holds), statement.id
    return min(times)


def main() -> None:
    """Every theorem, then nets whose proof must not grow with the number of paths."""
    print(f"{'theorem (all its rules, setting up included)':62} {'time':>10}")
    for title, statements in (("general theorems", GENERAL), ("library", LIBRARY)):
        everything = 0.0
        for statement in statements:
            taken = best(statement)
            everything += taken
            late = f"  over {BAR} ms" if statements is GENERAL and taken > BAR else ""
            print(f"{statement.title:62} {taken:10.2f} ms  {len(statement.rules)} rules{late}")
        bar = f"  (bar {ALL_BAR} ms)" if statements is GENERAL else ""
        print(f"{'all ' + title:62} {everything:10.2f} ms{bar}\n", flush=True)
    for layers in (5, 20, 100):
        program, rules = dense(layers)
        measure(f"{layers} layers, each fed by all earlier ones, any widths", proof(program, rules))
    for steps in (4, 100, 1000):
        program, rules = unrolled(steps)
        title = f"recurrent, {steps:,} steps written out, by the shared weight"
        measure(title, proof(program, rules))
    for name in ("bptt", "lstm"):
        statement = next(s for s in (*GENERAL, *LIBRARY) if s.id == name)
        measure(
            f"{statement.title} at once", lambda s=statement: isinstance(check(s).verdict, Holds)
        )
    print("SymPy was not imported:", "sympy" not in sys.modules)
    if find_spec("tensorgrad") is None:
        print("tensorgrad is not installed: no comparison")
        return
    for layers in (1, 2, 3, 4):
        measure(f"tensorgrad, {layers} layers, derivative by the input", peer(layers))


def peer(layers: int) -> Callable[[], bool]:
    """The same net in tensorgrad: it derives and simplifies, which we count as its proof."""
    tensorgrad, functions = import_module("tensorgrad"), import_module("tensorgrad.functions")
    axes = tensorgrad.symbols(" ".join(f"i{n}" for n in range(layers + 1)))
    signals = [tensorgrad.Variable("x", axes[0])]
    for n in range(1, layers + 1):
        weights = [tensorgrad.Variable(f"w{n}_{m}", axes[n], axes[m]) for m in range(n)]
        signals.append(functions.tanh(sum(w @ y for w, y in zip(weights, signals, strict=True))))
    cost = tensorgrad.Variable("G", axes[layers]) @ signals[layers]

    def work() -> bool:
        return bool(tensorgrad.Derivative(cost, signals[0]).full_simplify())

    return work


def proof(program: Program, rules: tuple[Rule, ...]) -> Callable[[], bool]:
    """All rules of a program checked."""

    def work() -> bool:
        checker = Checker(program)
        return all(isinstance(checker.check(rule), Proved) for rule in rules)

    return work


if __name__ == "__main__":
    main()
