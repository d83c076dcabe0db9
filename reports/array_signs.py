"""How the arrays and letters of a program are called on a page: one table for both alphabets."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Sign:
    """A sign in text and in LaTeX, and what always stands above it."""

    text: str
    latex: str = ""
    high: str = ""


LETTERS = {  # Greek letters by their names in code: text, LaTeX
    "alpha": ("α", r"\alpha"),
    "beta": ("β", r"\beta"),
    "gamma": ("γ", r"\gamma"),
    "delta": ("δ", r"\delta"),
    "eps": ("ε", r"\varepsilon"),
    "zeta": ("ζ", r"\zeta"),
    "eta": ("η", r"\eta"),
    "theta": ("θ", r"\theta"),
    "lam": ("λ", r"\lambda"),
    "mu": ("μ", r"\mu"),
    "nu": ("ν", r"\nu"),
    "xi": ("ξ", r"\xi"),
    "rho": ("ρ", r"\rho"),
    "sigma": ("σ", r"\sigma"),
    "tau": ("τ", r"\tau"),
    "psi": ("ψ", r"\psi"),
    "omega": ("ω", r"\omega"),
    "phi": ("φ", r"\varphi"),
}
SIGNS = {
    **{name: Sign(*pair) for name, pair in LETTERS.items()},
    "cost": Sign("𝓔", r"\mathcal{E}"),
    "E0": Sign("𝓔_0", r"\mathcal{E}_0"),
    "dw": Sign("Δw", r"\Delta w"),
    "var": Sign("s", "s"),
    "hat": Sign("x̂", r"\hat{x}"),
    "power": Sign("α^(n−t)", r"\alpha^{n-t}"),
    "prod": Sign("P", "P"),
    "others": Sign("Q", "Q"),
    "net": Sign("v", "v"),
    "target": Sign("d", "d"),
    "h0": Sign("h", "h", "0"),
    "x0": Sign("x", "x", "0"),
    **{f"{a}1": Sign(a, a, "l") for a in "zag"},
    **{f"{a}2": Sign(a, a, "l+1") for a in "zwbg"},
    **{f"{a}l": Sign(a, a) for a in "zag"},
    **{f"{a}3": Sign(a, a) for a in "Wb"},
    **{f"{head}{gate}": Sign(head, head, gate) for head in "zWRbp" for gate in "ifogrn"},
    **{f"{head}z": Sign(head, head, "z") for head in ("z", "W", "R", "b")},
    **{f"{head}{gate}": Sign(head, head, gate.upper()) for head in ("z", "W") for gate in "th"},
    "WT": Sign("W", "W", "T"),
    "WH": Sign("W", "W", "H"),
    "tg": Sign("τ", r"\tau"),
    "hg": Sign("h", "h"),
}
PREDICATES = {  # 0/1 arrays: text, LaTeX, of their indices
    "out": ("{0} ∈ O", r"{0} \in \mathcal{{O}}"),
    "edge": ("{1} → {0}", r"{1} \to {0}"),
    "in": ("{1} ∈ {0}", r"{1} \in {0}"),
}
HIGH_SORTS = frozenset({"N", "L"})
"""Indices that stand above: the sample ξ, the layer l."""
ARGUMENT_SORTS = {"T", "Steps"}
"""Indices that stand in brackets: time, the number of the update."""
RANGES = {  # sort: what its letters run over
    "J": "the neurons",
    "N": "the samples 1 … N",
    "T": "the times 1 … T",
    "Steps": "the updates 0, 1, 2, …",
    "L": "the layers 1 … L",
    "U": "the neurons of a layer",
    "Below": "the neurons of layer l",
    "Above": "the neurons of layer l + 1",
    "K": "the classes",
    "H": "the hidden units",
    "X": "the inputs",
    "O": "the outputs",
    "Theta": "the parameters",
    "Rbf": "the basis functions",
    "Conjunct": "the sets",
    "C": "the channels",
    "Q": "the queries",
    "M": "the keys",
    "D": "the features",
    "Vd": "the value features",
    "P": "the positions",
    "P2": "the positions of the other axis",
    "KW": "the kernel",
    "KH": "the kernel's other axis",
    "R": "the output positions",
    "R2": "the output positions of the other axis",
    "CI": "the input channels",
    "CO": "the output channels",
    "Vocabulary": "the words",
    "Text": "the places of the text",
}
