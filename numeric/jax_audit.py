"""Do the words in JAX do what they are called?  On whole numbers, where floats are exact.

The same operations run on the same whole numbers as floats, compiled by XLA, and as residues; the
results must be equal, not close.  Functions such as exp are not asked for: they round.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from functools import cache
from itertools import product
from typing import Any

import jax
import numpy as np

from numeric.dataflow import Words
from numeric.jax_words import JaxWords, PieceWords
from numeric.modular import P
from numeric.program import Matrix
from numeric.residue_words import ResidueWords
from symbolic.terms import Relation

BATCH = 3
OPERATORS: dict[Relation, Callable[[Any, Any], Any]] = {
    Relation.LESS: operator.lt,
    Relation.AT_MOST: operator.le,
    Relation.GREATER: operator.gt,
    Relation.AT_LEAST: operator.ge,
    Relation.EQUAL: operator.eq,
}
EVEN, RAGGED = (0, 2, 3, 5), (0, 7, 7, 8)
"""Where the rows of two sparse matrices begin: nearly of one length, and not at all."""


def everything(words: Words[Any], a: Any, b: Any, flat: Any) -> dict[str, Any]:
    """Every operation that is exact; a and b are [4, batch], flat is [12]."""
    held = words.put(words.zeros(4, True), 0, 4, a)

    def all_of(buffer: Any) -> Any:
        return words.rows(buffer, 0, 4)

    tables: dict[str, Any] = {
        "add": words.add(a, words.rows(b, 1, 2)),
        "subtract": words.subtract(a, b),
        "multiply": words.multiply(a, b),
        "zeros": words.add(all_of(words.zeros(4, True)), a),
        "rows": words.rows(a, 1, 3),
        "pick": words.pick(held, (3, 0, 0, 2)),
        "put": all_of(words.put(held, 1, 3, words.rows(b, 0, 2))),
        "put part": words.rows(words.put(words.zeros(4, True), 2, 3, words.rows(b, 0, 1)), 1, 4),
        "put one": all_of(words.put(held, 1, 4, words.rows(b, 3, 4))),
        "put all": all_of(words.put(held, 0, 4, b)),
        "place": all_of(words.place(held, (3, 1), words.rows(b, 0, 2))),
        "outer": words.outer(a, b),
        "dots": words.dots(a, b),
        "total": words.total(a),
        "run_sums": words.run_sums(flat, (0, 1, 5, 6), 12),
    }
    for matrix in (
        Matrix("", 1, 2, 4, 4),
        Matrix("", 0, 2, 4, 5),
        Matrix("", 1, 3, 3, 4),
        Matrix("", 2, 1, 4, 9),
    ):
        taken = words.matrix(flat, matrix)
        tables[f"matrix {matrix}"] = taken
        tables[f"transposed {matrix}"] = words.product(taken, words.rows(b, 0, matrix.height), True)
        if matrix.width == 4:
            tables[f"product {matrix}"] = words.product(taken, b, False)
    for pointer in (EVEN, RAGGED):
        data = words.pick(flat, tuple(range(pointer[-1])))
        index = tuple(n * 3 % 4 for n in range(pointer[-1]))
        tables[f"sparse {pointer}"] = words.sparse(data, held, pointer, index)
    return tables


@cache
def require(dtype: str) -> None:
    """Compare every operation; raises `AssertionError` with the name of the one that differs."""
    draw = np.random.default_rng(0)
    given = [draw.integers(-9, 10, shape) for shape in ((4, BATCH), (4, BATCH), 12)]
    kinds = JaxWords(BATCH, dtype), PieceWords(BATCH, dtype)

    def computed(a: Any, b: Any, flat: Any) -> tuple[list[dict[str, Any]], dict[Relation, Any]]:
        chosen = {r: kinds[0].choose(r, a, b, a, b) for r in Relation}
        return [everything(words, a, b, flat) for words in kinds], chosen

    with jax.enable_x64(dtype == "float64"):
        both, chosen = jax.jit(computed)(*(numbers.astype(dtype) for numbers in given))
    exact = everything(ResidueWords(BATCH), *(numbers % P for numbers in given))
    for (name, right), tables in product(exact.items(), both):
        found = np.asarray(tables[name])
        if found.dtype != dtype or not np.array_equal(found.astype(np.int64) % P, right % P):
            raise AssertionError(f"JAX computes {name.split()[0]!r} wrongly on this machine.")
    for relation, found in chosen.items():
        right = np.where(OPERATORS[relation](given[0], given[1]), given[0], given[1])
        if not np.array_equal(found, right):
            raise AssertionError(f"JAX compares {relation.value!r} wrongly on this machine.")
