"""The tangent system of a network: its definitions differentiated by the forward rules alone.

The rules are sum, product, reciprocal, power, dφ = φ'dv and the table of elementary functions;
the successors of a neuron are computed, never believed.  Part of the trusted kernel; no SymPy.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cached_property

from symbolic.algebra import ONE, Poly, add, freeze, scale, subtract
from symbolic.calculus import FUNCTIONS, derivative
from symbolic.errors import InputError
from symbolic.meaning import Env, Meaning, thaw, tidy
from symbolic.network import BIAS, letters_of
from symbolic.terms import Partial, PartialKind, Sign


class Tangents(Meaning):
    """The meaning of terms with every derivative computed: ∂𝓔/∂v_k is −δ_k, the others unfold."""

    def differentiated(self, poly: Poly, by: int) -> Poly:
        """The partial derivative of a polynomial by an atom, all other plain atoms held.

        An atom of one sample moves the summand of a Σ_ξ at that sample only.
        """
        result: Poly = {}
        for monomial, coefficient in poly.items():
            for place, atom in enumerate(monomial):
                inner = self._atom_slope(atom, by)
                if inner:
                    rest = {monomial[:place] + monomial[place + 1 :]: coefficient}
                    result = add(result, self.ring.multiply(rest, inner))
        return result

    def _atom_slope(self, atom: int, by: int) -> Poly:
        """d(atom)/d(by) by the rule of the atom's kind."""
        if atom == by:
            return ONE
        key, ring = self.ring.keys[atom], self.ring
        match key:
            case ("1/", inside):
                slope = self.differentiated(thaw(inside), by)
                return scale(ring.multiply({(atom, atom): 1}, slope), -1) if slope else {}
            case ("sum", tuple(inside)):
                slope = self.differentiated({inside: 1}, by)
                return slope if ring.sampled[by] else self.over_samples(slope)
            case ("call", str(function), inside):
                slope = self.differentiated(thaw(inside), by)
                if not slope:
                    return {}
                outer = self.poly(FUNCTIONS[function], {}, bound={Sign("u"): thaw(inside)})
                return ring.multiply(outer, slope)
            case ("power", inside, Fraction() as exponent):
                slope = self.differentiated(thaw(inside), by)
                outer = self.power(thaw(inside), exponent - 1)
                return scale(ring.multiply(outer, slope), tidy(exponent)) if slope else {}
            case ("phi", neuron, int(order)):
                if ring.keys[by] == ("v", neuron):
                    return ring.atom(("phi", neuron, order + 1), sampled=True)
                return {}
            case ("phi", neuron, int(order), inside):
                slope = self.differentiated(thaw(inside), by)
                outer = ring.atom(("phi", neuron, order + 1, inside), ring.sampled[atom])
                return ring.multiply(outer, slope) if slope else {}
            case ("cases", tuple(pieces), rest):
                slopes = [self.differentiated(thaw(p), by) for _, _, p in pieces]
                last = self.differentiated(thaw(rest), by)
                if not last and not any(slopes):
                    return {}
                again = tuple(
                    (guard, relation, freeze(slope))
                    for (guard, relation, _), slope in zip(pieces, slopes, strict=True)
                )
                return ring.atom(("cases", again, freeze(last)), sampled=True)
        return {}

    @cached_property
    def reads(self) -> dict[str, list[tuple[str, Poly]]]:
        """For each unit m the neurons k that read y_m, each with ∂v_k/∂y_m."""
        return self._tangents[0]

    @cached_property
    def carries(self) -> dict[str, list[tuple[str, Poly]]]:
        """For each weight the neurons k whose v_k it enters, each with ∂v_k/∂w."""
        return self._tangents[1]

    @cached_property
    def _tangents(
        self,
    ) -> tuple[dict[str, list[tuple[str, Poly]]], dict[str, list[tuple[str, Poly]]]]:
        """The tangent system: every v_k differentiated by all that it reads, in one pass."""
        keys = self.ring.keys
        by_y: dict[str, list[tuple[str, Poly]]] = {unit: [] for unit in self.network.units}
        by_w: dict[str, list[tuple[str, Poly]]] = {weight: [] for weight in self.network.uses}
        formulas = self.network.formulas
        for k in self.network.order:
            if k in formulas:
                self._by_rules(k, by_y, by_w)
                continue
            slopes: dict[int, Poly] = {}
            for monomial, coefficient in self.body("v", (k,)).items():
                for place, atom in enumerate(monomial):
                    rest = monomial[:place] + monomial[place + 1 :]
                    slope = slopes.setdefault(atom, {})
                    slope[rest] = slope.get(rest, 0) + coefficient
            for atom, slope in slopes.items():
                kind, name = keys[atom]
                table = by_y if kind == "y" else by_w
                table[str(name)].append((k, slope))
        return by_y, by_w

    def _by_rules(
        self,
        k: str,
        by_y: dict[str, list[tuple[str, Poly]]],
        by_w: dict[str, list[tuple[str, Poly]]],
    ) -> None:
        """The formula of v_k differentiated by every signal and every weight written in it."""
        body, read = self.body("v", (k,)), letters_of(self.network.formulas[k])
        for letter, table in (("y", by_y), ("w", by_w)):
            for name in read[letter]:
                atom = self.ring.number((letter, name), letter == "y")
                slope = self.differentiated(body, atom)
                if slope:
                    table[name].append((k, slope))

    def backward(self, unit: str) -> Poly:
        """−∂𝓔/∂y_unit: what its own cost and the neurons that read it send back."""
        parts: Poly = {}
        if unit in self.network.output_set:
            atom = self.ring.number(("y", unit), sampled=True)
            slope = self.differentiated(self.body("Ej", (unit,)), atom)
            parts = scale(self.ring.multiply(self.over_n, slope), -1)
        for k, slope in self.reads[unit]:
            self._send(k, slope, parts)
        return {m: c for m, c in parts.items() if c}

    def _send(self, k: str, slope: Poly, parts: Poly) -> None:
        """Add δ_k · slope to the parts."""
        delta = self.ring.number(("delta", k), sampled=True)
        for monomial, coefficient in slope.items():
            sent = tuple(sorted((delta, *monomial)))
            parts[sent] = parts.get(sent, 0) + coefficient

    def truth(self, neuron: str) -> Poly:
        """−∂𝓔/∂v_neuron over the δ of the neurons it feeds, from the tangent system."""
        if not self.network.neuron[neuron].activation.group:
            slope = self.ring.atom(("phi", neuron, 1), sampled=True)
            return self.ring.multiply(slope, self.backward(neuron))
        if self.network.shares_alone:
            by = self.ring.number(("v", neuron), sampled=True)
            parts = [
                self.ring.multiply(self.differentiated(self.body("y", (m,)), by), self.backward(m))
                for m in self.network.outputs
            ]
            return add(*parts)
        peers = self.network.peers[neuron]
        self._require_shares(peers)
        mean = add(*(self.ring.multiply(self.y(m), self.backward(m)) for m in peers))
        return self.ring.multiply(self.y(neuron), subtract(self.backward(neuron), mean))

    def _require_shares(self, peers: tuple[str, ...]) -> None:
        """∂y_k/∂v_j = y_k (δ_kj − y_j), of the definitions of one group: for k = j and for k ≠ j.

        The definitions of a group differ in names alone, so these two stand for all.
        """
        if peers in self._shares:
            return
        ring, first = self.ring, peers[0]
        by = ring.number(("v", first), sampled=True)
        for k in peers[:2]:
            share, own = self.body("y", (k,)), self.body("y", (first,))
            wanted = ring.multiply(share, subtract(ONE if k == first else {}, own))
            residual = subtract(self.differentiated(share, by), wanted)
            if ring.cleared(residual):
                raise InputError("The signals of this group are no shares of their exponentials.")
        self._shares.add(peers)

    @cached_property
    def _shares(self) -> set[tuple[str, ...]]:
        """The groups whose definitions were differentiated."""
        return set()

    def weight_truth(self, weight: str) -> Poly:
        """−∂𝓔/∂w = Σ_ξ Σ δ_k ∂v_k/∂w over the neurons k whose v_k the weight enters."""
        parts: Poly = {}
        for k, slope in self.carries[weight]:
            self._send(k, slope, parts)
        return self.over_samples({m: c for m, c in parts.items() if c})

    # --- derivatives as they are written -------------------------------------------------------

    def partial(self, partial: Partial, env: Env, opaque: bool) -> Poly:
        """∂of/∂by: of the one definition, or of 𝓔 with everything downstream recomputed.

        Raises `InputError` where the network gives the derivative no meaning.
        """
        if opaque:
            return super().partial(partial, env, opaque)
        of, by = partial.of, partial.by
        part = (self.weight(by, env),) if by.letter == "w" else self.units(by, env)
        if partial.kind is PartialKind.TOTAL:
            return self._total(of.letter, by.letter, part)
        return self._local(of.letter, self.units(of, env), by.letter, part)

    def _local(self, of: str, whole: tuple[str, ...], by: str, part: tuple[str, ...]) -> Poly:
        """The definition of `of` differentiated by one letter that it reads."""
        if (of, whole) not in self.bodies:
            raise InputError(f"{of} has no definition here that could be differentiated.")
        if of == "y" and by == "v" and not self.network.neuron[whole[0]].activation.group:
            return self.ring.atom(("phi", whole[0], 1), sampled=True) if whole == part else {}
        if of == "Ej" and by in ("d", "y", "e"):
            return self._loss_by(by, whole[0]) if whole == part else {}
        key = ("w", *part) if by == "w" else (by, *part)
        if by not in _READ or part == (BIAS,):
            raise InputError(f"{of} is not differentiated by {by} here; use {', '.join(_READ)}.")
        return self.differentiated(self.body(of, whole), self.ring.number(key, by != "w"))

    def _total(self, of: str, by: str, part: tuple[str, ...]) -> Poly:
        """∂𝓔/∂by from the tangent system."""
        if of != "E" or part == (BIAS,) or by not in ("v", "y", "e", "w"):
            raise InputError("The derivatives known in full are those of 𝓔 by v, y, e or w.")
        (unit,) = part
        match by:
            case "v":
                return scale(self._sign(Sign("delta", (unit,)), {}), -1)
            case "y":
                return scale(self.backward(unit), -1)
            case "w":
                return scale(self.weight_truth(unit), -1)
            case _:
                return self.ring.multiply(self.over_n, self._loss_by("e", unit))

    def _loss_by(self, letter: str, unit: str) -> Poly:
        """∂c/∂d, ∂c/∂y or ∂c/∂e of the loss as it is written, the other two held."""
        loss = {Sign(c): self._sign(Sign(c, (unit,)), {}) for c in ("e", "d", "y")}
        return self.poly(derivative(self.network.cost.loss, Sign(letter)), {}, bound=loss)


_READ = ("v", "y", "d", "w", "Ej", "Es")
"""The letters that some definition reads and that have an atom of their own."""
