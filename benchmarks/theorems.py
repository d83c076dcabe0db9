"""Milliseconds for each theorem of the array programs, and how the proof grows with depth.

Run from the root of the checkout: python -m benchmarks.theorems
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from array_theorems import ELMAN, LSTM, THEOREMS  # the tests are no package on the path

from symbolic.adjoints import Checker, Proved  # the path comes first
from symbolic.arrays import Definition, Given, Multiplier, Program, Rule  # likewise
from symbolic.indexed import Expr, Get, Opaque, Sort, Var, total  # likewise


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
    begin = time.perf_counter()
    proved = work()
    taken = 1000 * (time.perf_counter() - begin)
    print(f"{title:62} {taken:10.2f} ms  {'proved' if proved else 'NOT PROVED'}", flush=True)
    return taken


def main() -> None:
    """Every theorem (the best of three), then the dense nets."""
    print(f"{'theorem (all its rules, setting up included)':62} {'time':>10}")
    everything = 0.0
    for theorem in THEOREMS:
        times = []
        for _ in range(3):
            begin = time.perf_counter()
            checker = Checker(theorem.program, theorem.hypotheses)
            verdicts = [checker.check(rule) for rule in theorem.rules]
            times.append(1000 * (time.perf_counter() - begin))
            assert all(isinstance(verdict, Proved) for verdict in verdicts), theorem.name
        everything += min(times)
        count = len(theorem.rules)
        print(f"{theorem.name:62} {min(times):10.2f} ms  {count} rules proved", flush=True)
    print(f"{'all':62} {everything:10.2f} ms")
    for layers in (5, 20, 100):
        program, rules = dense(layers)

        def work(program: Program = program, rules: tuple[Rule, ...] = rules) -> bool:
            checker = Checker(program)
            return all(isinstance(checker.check(rule), Proved) for rule in rules)

        measure(f"{layers} layers, each fed by all earlier ones, any widths", work)
    for theorem in (ELMAN, LSTM):
        checker = Checker(theorem.program)
        rule = theorem.rules[1]

        def again(checker: Checker = checker, rule: Rule = rule) -> bool:
            return isinstance(checker.check(rule), Proved)

        measure(f"{theorem.name}: one rule (so for T = 1,000 too)", again)
    print("SymPy was not imported:", "sympy" not in sys.modules)


if __name__ == "__main__":
    main()
