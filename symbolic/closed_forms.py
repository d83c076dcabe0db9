"""What a nonzero residual may still hide: δ unfolded, φ' in closed form, denominators, Σ_k d_k = 1.

Each is an exact rewriting of polynomials, so a residual that vanishes is an identity under the
hypotheses that are returned with it.  Part of the trusted kernel.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, MutableMapping, Sequence
from functools import cached_property
from typing import cast

from symbolic.activations import Activation, verify
from symbolic.algebra import ONE, Poly, TooLargeError, add, subtract
from symbolic.conditions import DEFINED, DISTRIBUTION, off_the_kinks
from symbolic.fields import Identity
from symbolic.tangents import Tangents
from symbolic.terms import Sign
from symbolic.verdicts import Hypothesis

BUDGET = 5_000
"""Monomials beyond which unfolding stops and the answer is open."""

DOWNSTREAM = 64
"""Neurons downstream of a line beyond which its δ are not unfolded."""


class ClosedForms:
    """Exact rewritings of a residual for one network."""

    def __init__(self, meaning: Tangents) -> None:
        self.meaning = meaning
        self._unfolded: dict[str, Poly] = {}
        self._alone = False

    def resolve(
        self, residual: Poly, facts: Sequence[dict[int, Poly]] = ()
    ) -> tuple[Hypothesis, ...] | None:
        """What the residual vanishes under; None says nothing about falsehood.

        In turn: as it is, δ unfolded, φ' put in, Σ_k d_k = 1 where the cost asks for it; and
        after each of these the facts of cited lines, each a table of atoms and their values.
        """
        under: dict[Hypothesis, None] = {}
        stages: tuple[Callable[[Poly], Poly], ...] = (
            self.summand,
            self.unfold_gradients,
            lambda poly: self.meaning.ring.cleared(self.close(poly, under)),
        )
        if self.meaning.network.cost.distribution:
            stages += (lambda poly: self._distributed(poly, under),)
        try:
            for stage in stages:
                residual = self._with(facts, stage(residual))
                if not self.meaning.ring.cleared(residual):
                    return tuple(under)
        except TooLargeError:
            return None
        return None

    def _with(self, facts: Sequence[dict[int, Poly]], poly: Poly) -> Poly:
        for table in facts:
            poly = self.substitute(poly, table)
        return poly

    def _distributed(self, poly: Poly, under: dict[Hypothesis, None]) -> Poly:
        under[DISTRIBUTION] = None
        return self.substitute(poly, self.one_in_total)

    def summand(self, residual: Poly) -> Poly:
        """P where the residual is c Σ_ξ P, c without ξ; a sum over ξ vanishes if P does."""
        ring, result = self.meaning.ring, []
        for monomial, coefficient in residual.items():
            sums = [atom for atom in monomial if ring.keys[atom][0] == "sum"]
            if len(sums) != 1 or any(ring.sampled[atom] for atom in monomial):
                return residual
            inner: tuple[int, ...] = tuple(ring.keys[sums[0]][1])  # type: ignore[arg-type]  # its monomial
            outer = tuple(atom for atom in monomial if atom != sums[0])
            result.append({ring.join(outer, inner): coefficient})
        return add(*result)

    @cached_property
    def one_in_total(self) -> dict[int, Poly]:
        """d of the last output as 1 − the sum of the others."""
        ring, outputs = self.meaning.ring, self.meaning.network.outputs
        rest: Poly = {(): 1}
        for output in outputs[:-1]:
            rest = subtract(rest, ring.atom(("d", output), sampled=True))
        return {ring.number(("d", outputs[-1]), sampled=True): rest}

    def unfold_gradients(self, poly: Poly) -> Poly:
        """Every δ_k by its value in terms of the output neurons, last layer first."""
        ring, network = self.meaning.ring, self.meaning.network
        keys = [ring.keys[atom] for atom in atoms(self.meaning, poly)]
        present = [str(key[1]) for key in keys if key[0] == "delta"]
        if not present:
            return poly
        for neuron in self._downstream(set(present)):
            truth = self.meaning.truth(neuron)
            table = {
                ring.number(("delta", k), sampled=True): self._unfolded[k]
                for k in (network.successors[neuron])
            }
            self._unfolded.setdefault(neuron, self.substitute(truth, table))
        table = {
            ring.number(("delta", unit), sampled=True): self._unfolded[unit] for unit in present
        }
        return self.substitute(poly, table)

    def _downstream(self, start: set[str]) -> list[str]:
        """The neurons that a set of neurons leads to, itself included, last layer first."""
        network, seen, stack = self.meaning.network, set(start), list(start)
        while stack:
            for k in network.successors[stack.pop()]:
                if k not in seen:
                    seen.add(k)
                    stack.append(k)
            if len(seen) > DOWNSTREAM:
                raise TooLargeError
        return [unit for unit in reversed(network.order) if unit in seen]

    def close(self, poly: Poly, under: dict[Hypothesis, None]) -> Poly:
        """φ_j'(v_j) by the activation's own φ', and the signals of a softmax by their quotient.

        What the published φ' holds under is added to `under`.
        """
        meaning = self.meaning
        ring, network = meaning.ring, meaning.network
        table: dict[int, Poly] = {}
        for atom in atoms(meaning, poly):
            match ring.keys[atom]:
                case ("phi", str(unit), 1):
                    activation = network.neuron[unit].activation
                    holds = verify(activation)
                    if activation.slope is not None and isinstance(holds, Identity):
                        bound = {
                            Sign("v"): ring.atom(("v", unit), sampled=True),
                            Sign("y"): meaning.y(unit),
                        }
                        table[atom] = meaning.poly(activation.slope, {}, bound=bound)
                        under.update(dict.fromkeys(_holding(activation, holds)))
                case ("y", str(unit)) if (
                    unit in network.neuron and network.neuron[unit].activation.group
                ):
                    table[atom] = meaning.body("y", (unit,))
        return self.substitute(poly, table)

    def substitute(self, poly: Poly, table: dict[int, Poly]) -> Poly:
        """The polynomial with atoms replaced, inside reciprocals, calls and Σ_ξ as well.

        Where N becomes 1 the batch has one sample, and Σ_ξ of a quantity is the quantity.
        """
        self._alone = table.get(next(iter(self.meaning.n))[0]) == ONE
        return self._put_in(poly, ChainMap({}, cast(dict[int, Poly | None], table)))

    def _put_in(self, poly: Poly, memo: MutableMapping[int, Poly | None]) -> Poly:
        ring = self.meaning.ring
        result: Poly = {}
        for monomial, coefficient in poly.items():
            part: Poly = {(): coefficient}
            for atom in monomial:
                value = self._image(atom, memo)
                part = ring.multiply(part, value if value is not None else {(atom,): 1})
            for m, c in part.items():
                total = result.get(m, 0) + c
                if total:
                    result[m] = total
                else:
                    del result[m]
            if len(result) > BUDGET:
                raise TooLargeError
        return result

    def _image(self, atom: int, memo: MutableMapping[int, Poly | None]) -> Poly | None:
        """What an atom becomes, or None if it stays."""
        if atom in memo:
            return memo[atom]
        key = self.meaning.ring.keys[atom]
        rebuild = _COMPOUND.get(str(key[0]))
        image: Poly | None = None
        if rebuild is not None:
            place, make = rebuild
            inside: Poly = (
                {tuple(key[1]): 1} if key[0] == "sum" else dict(key[place])  # type: ignore[arg-type,call-overload]  # atoms hold frozen polys
            )
            moved = self._put_in(inside, memo)
            if self._alone and key[0] == "sum":
                image = moved
            elif moved != inside:
                image = make(self.meaning, key, moved)
        memo[atom] = image
        return image


_Make = Callable[[Tangents, tuple[object, ...], Poly], Poly]
_COMPOUND: dict[str, tuple[int, _Make]] = {
    # kind of atom: where its key holds the inside, how the atom is made again
    "1/": (1, lambda meaning, key, inside: meaning.ring.reciprocal(inside)),
    "sum": (1, lambda meaning, key, inside: meaning.over_samples(inside)),
    "call": (2, lambda meaning, key, inside: meaning.call(str(key[1]), inside)),
    "power": (1, lambda meaning, key, inside: meaning.power(inside, key[2])),  # type: ignore[arg-type]
}


def atoms(meaning: Tangents, poly: Poly) -> list[int]:
    """Every atom of a polynomial, those inside compound atoms too, in order of first sight."""
    found: dict[int, None] = {}
    stack = [atom for monomial in poly for atom in monomial]
    while stack:
        atom = stack.pop()
        if atom in found:
            continue
        found[atom] = None
        key = meaning.ring.keys[atom]
        if key[0] == "sum":
            stack.extend(key[1])  # type: ignore[arg-type]  # the sampled monomial
        elif str(key[0]) in _COMPOUND:
            place = _COMPOUND[str(key[0])][0]
            stack.extend(a for monomial, _ in key[place] for a in monomial)  # type: ignore[attr-defined]
    return list(found)


def _holding(activation: Activation, holds: Identity) -> list[Hypothesis]:
    """What the published φ' of an activation needs: its own conditions, and no kink."""
    under = [DEFINED] if holds.requires else []
    points = tuple(str(point) for _, point in holds.off)
    return [*under, off_the_kinks(activation.name, points)] if points else under
