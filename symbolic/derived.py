"""What `derive` hands back: the checked derivation, and each δ_j and Δw as a SymPy expression."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from symbolic import exposition
from symbolic.derivation import Family
from symbolic.errors import InputError
from symbolic.network import Network
from symbolic.proof import Checked, check
from symbolic.terms import Equation

if TYPE_CHECKING:
    from symbolic.literal import Literal

MOST_PATHS, MOST_NEURONS = 400, 24
"""𝓔(n) becomes one SymPy expression up to so many paths from a weight to the cost, and neurons."""


@dataclass(frozen=True)
class Derived:
    """The derivation of a network's rule, written and as SymPy expressions.

    `checked` holds every line with its reason and verdict; `equations` are its results.  The SymPy
    expressions are 𝓔 composed down to the inputs and differentiated directly; they know nothing of
    the recursion.  Their symbols are y_i of an input i, d_j, v_j, N, eta, and a weight's name.

    Raises `InputError` where an expression is asked of a network too large to be written as one.
    """

    checked: Checked

    @property
    def network(self) -> Network:
        """The network the derivation is about."""
        return self.checked.network

    @property
    def equations(self) -> tuple[tuple[Equation, Family], ...]:
        """The results as written terms: δ_j = … and Δw = …, each with those it speaks of."""
        derivation = self.checked.derivation
        lines = (derivation.steps[number] for number in derivation.goal)
        return tuple(
            (line.claim, line.over)
            for line in lines
            if getattr(line.claim.left, "letter", "") in ("delta", "dw")
        )

    @cached_property
    def cost(self) -> Any:
        """𝓔 of one sample, Σ_j c(d_j, y_j), in weights, inputs and targets."""
        literal = self._literal
        return literal.elementary(literal.composed()[0])

    @cached_property
    def local_gradient(self) -> Mapping[str, Any]:
        """δ_j = −∂𝓔/∂v_j of one sample for each neuron j, with its 1/N and with v_j left free."""
        literal = self._literal
        names = [neuron.name for neuron in self.network.neurons]
        return MappingProxyType({j: literal.elementary(literal.gradient(j)) for j in names})

    @cached_property
    def correction(self) -> Mapping[str, Any]:
        """What one sample adds to Δw = −η ∂𝓔/∂w, for each weight by its name, with its 1/N."""
        import sympy as sp  # SymPy loads slowly: only when an expression is asked for

        literal, eta = self._literal, sp.Symbol("eta", positive=True)
        return MappingProxyType(
            {w: eta * literal.elementary(literal.correction(w)) for w in self.network.uses}
        )

    @cached_property
    def _literal(self) -> Literal:
        paths, count = exposition.paths_to_cost(self.network), len(self.network.neurons)
        if paths > MOST_PATHS or count > MOST_NEURONS:
            raise InputError(
                f"One SymPy expression holds up to {MOST_NEURONS} neurons and {MOST_PATHS} paths "
                f"from a weight to the cost; this network has {count:,} and {paths:,}"
                f"{' or more' if paths >= 10**6 else ''}. The written terms are in `equations`."
            )
        from symbolic.literal import Literal  # SymPy loads slowly: only when it is asked for

        return Literal(self.network)


def derive(network: Network) -> Derived:
    """The textbook derivation of a network, every line checked, with its SymPy expressions.

    >>> from symbolic.topologies import shorthand
    >>> found = derive(shorthand("1-1:identity"))
    >>> found.cost
    (d_2 - w_2_0 - w_2_1*y_1)**2/2
    >>> found.local_gradient["2"]
    (d_2 - v_2)/N
    >>> found.correction["w_2_1"]
    eta*y_1*(d_2 - w_2_0 - w_2_1*y_1)/N
    """
    return Derived(check(exposition.derive(network)))
