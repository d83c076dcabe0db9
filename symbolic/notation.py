"""The one registry of Haykin's letters: name in code, LaTeX, what it means, what it depends on."""

from __future__ import annotations

from dataclasses import dataclass

from symbolic.terms import Index, Phi, Sign, Term, Var


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter of the notation.

    `sampled`: the quantity belongs to one sample ξ of the batch.  `timed`: it belongs to one
    iteration n and is printed with (n).
    """

    code: str
    latex: str
    text: str
    meaning: str
    arity: tuple[int, ...]
    sampled: bool = False
    timed: bool = True


LETTERS: dict[str, Letter] = {
    letter.code: letter
    for letter in (
        Letter("E", r"\mathcal{E}", "𝓔", "cost, averaged over the batch", (0,)),
        Letter(
            "Es", r"\mathcal{E}", "𝓔", "total instantaneous cost of a sample", (0,), sampled=True
        ),
        Letter("Ej", r"\mathcal{E}", "𝓔", "instantaneous cost of an output", (1,), sampled=True),
        Letter("v", "v", "v", "induced local field", (0, 1), sampled=True),
        Letter("y", "y", "y", "function signal; y_0 = +1", (0, 1), sampled=True),
        Letter("d", "d", "d", "desired response", (0, 1), sampled=True),
        Letter("e", "e", "e", "error signal", (0, 1), sampled=True),
        Letter("delta", r"\delta", "δ", "local gradient, −∂𝓔/∂v", (1,), sampled=True),
        Letter("w", "w", "w", "synaptic weight, to the first from the second", (1, 2)),
        Letter("dw", r"\Delta w", "Δw", "correction of a weight", (1, 2)),
        Letter("eta", r"\eta", "η", "learning rate", (0,), timed=False),
        Letter("N", "N", "N", "batch size", (0,), timed=False),
    )
}

ETA, N, E, ES = Sign("eta"), Sign("N"), Sign("E"), Sign("Es")
I, J, K, M, W = Var("i"), Var("j"), Var("k"), Var("m"), Var("w")  # noqa: E741 - textbook's i


def v(j: Index) -> Sign:
    """Induced local field v_j."""
    return Sign("v", (j,))


def y(j: Index) -> Sign:
    """Function signal y_j; of an input it is the input itself, of the bias unit it is +1."""
    return Sign("y", (j,))


def d(j: Index) -> Sign:
    """Desired response d_j."""
    return Sign("d", (j,))


def e(j: Index) -> Sign:
    """Error signal e_j = d_j − y_j."""
    return Sign("e", (j,))


def delta(j: Index) -> Sign:
    """Local gradient δ_j = −∂𝓔/∂v_j."""
    return Sign("delta", (j,))


def w(j: Index, i: Index) -> Sign:
    """Synaptic weight w_ji, to j from i."""
    return Sign("w", (j, i))


def dw(j: Index, i: Index) -> Sign:
    """Correction Δw_ji."""
    return Sign("dw", (j, i))


def slope(j: Index, argument: Term | None = None) -> Phi:
    """φ_j'(v_j)."""
    return Phi(j, 1, v(j) if argument is None else argument)
