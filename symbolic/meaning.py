"""What a written term means for one network: a polynomial over atoms.

The forward definitions are read here, their derivatives taken by the forward rules
(sum, product, reciprocal, dφ = φ'dv and the table of elementary functions), and the successors
computed.  This module is part of the trusted kernel; SymPy is not used.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import cached_property

from symbolic.algebra import ONE, Frozen, Number, Poly, Ring, add, freeze, scale, subtract
from symbolic.calculus import FUNCTIONS, derivative
from symbolic.derivation import Definition
from symbolic.errors import InputError
from symbolic.forward import definitions
from symbolic.network import BIAS, Network
from symbolic.terms import (
    Add,
    Call,
    Cases,
    Constant,
    Frac,
    Index,
    Mul,
    Num,
    Partial,
    PartialKind,
    Phi,
    Pow,
    Range,
    RangeKind,
    Sign,
    Sum,
    Term,
    Var,
)

Env = Mapping[str, str]
Plan = tuple[tuple[str, str, str], ...]


class Meaning:
    """The meaning of terms for one network.

    With `opaque` set, partial derivatives and δ stay atoms (what a cited line may replace); else
    ∂𝓔/∂v_k is −δ_k and every other partial derivative is computed from the definitions.
    """

    def __init__(self, network: Network) -> None:
        self.network = network
        self.ring = Ring()
        self._n = self.ring.number(("N",))
        self.n: Poly = {(self._n,): 1}
        self.over_n = self.ring.reciprocal(self.n)
        self.eta = self.ring.atom(("eta",))
        self.bodies: dict[tuple[str, str], Definition] = {}
        for definition in definitions(network):
            for member in definition.over.members:
                self.bodies[definition.head.letter, "".join(member)] = definition
        self._plans: dict[int, tuple[tuple[Term, ...], Plan]] = {}

    # --- terms ---------------------------------------------------------------------------------

    def poly(
        self, term: Term, env: Env, opaque: bool = False, bound: Mapping[Sign, Poly] | None = None
    ) -> Poly:
        """The polynomial of a term under an assignment of its index letters."""
        ring = self.ring
        match term:
            case Mul(factors):
                quick = None if bound else self._monomial(factors, env)
                if quick is not None:
                    return quick
                result = ONE
                for factor in factors:
                    result = ring.multiply(result, self.poly(factor, env, opaque, bound))
                    if not result:
                        return {}
                return result
            case Sign():
                if bound is not None and term in bound:
                    return bound[term]
                return self._sign(term, env)
            case Sum(over, body):
                return self._sum(over, body, env, opaque, bound)
            case Num(value):
                return {(): _tidy(value)} if value else {}
            case Phi(neuron, order, argument):
                return self._phi(self.unit(neuron, env), order, argument, env, opaque, bound)
            case Add(terms):
                return add(*(self.poly(part, env, opaque, bound) for part in terms))
            case Frac(numerator, denominator):
                below = self.poly(denominator, env, opaque, bound)
                above = self.poly(numerator, env, opaque, bound)
                return ring.multiply(above, ring.reciprocal(below))
            case Pow(base, exponent):
                return self._power(self.poly(base, env, opaque, bound), exponent)
            case Call(function, argument):
                return self.call(function, self.poly(argument, env, opaque, bound))
            case Constant(name):
                return ring.atom(("constant", name))
            case Cases(pieces, otherwise):
                key: tuple[object, ...] = tuple(
                    (
                        freeze(
                            subtract(
                                self.poly(guard.left, env, opaque, bound),
                                self.poly(guard.right, env, opaque, bound),
                            )
                        ),
                        guard.relation,
                        freeze(self.poly(piece, env, opaque, bound)),
                    )
                    for guard, piece in pieces
                )
                rest = freeze(self.poly(otherwise, env, opaque, bound))
                return ring.atom(("cases", key, rest), sampled=True)
            case Partial():
                return self._partial(term, env, opaque)

    def _monomial(self, factors: tuple[Term, ...], env: Env) -> Poly | None:
        """A product of plain letters in one go: the case that a large network is made of."""
        kept = self._plans.get(id(factors))  # by identity: hashing a term costs more than reading
        if kept is None:
            kept = self._plans[id(factors)] = (factors, _plan(factors))
        plan = kept[1]
        if not plan:
            return None
        atoms: list[int] = []
        number, weight_of = self.ring.number, self.network.weight_of
        for letter, first, second in plan:
            unit = env.get(first)
            if unit is None:
                return None
            if letter == "w":
                weight = weight_of.get((unit, env.get(second, "")))
                if weight is None:
                    return None
                atoms.append(number(("w", weight)))
            elif letter == "delta" and unit not in self.network.neuron:
                return None
            elif unit != BIAS:
                atoms.append(number((letter, unit), True))
        atoms.sort()
        return {tuple(atoms): 1}

    def unit(self, index: Index, env: Env) -> str:
        """The unit or weight that an index stands for."""
        if isinstance(index, str):
            return index
        if index.name not in env:
            raise InputError(f"The index {index.name} is free: bind it by a sum or on the left.")
        return env[index.name]

    def weight(self, sign: Sign, env: Env) -> str:
        """The name of the weight that w or Δw with these indices stands for."""
        units = tuple(self.unit(index, env) for index in sign.at)
        return units[0] if len(units) == 1 else self.network.weight_of[units[0], units[1]]

    def _sign(self, sign: Sign, env: Env) -> Poly:
        letter, at = sign.letter, [self.unit(index, env) for index in sign.at]
        ring, network = self.ring, self.network
        match letter, at:
            case "w", [to, source]:
                weight = network.weight_of.get((to, source))
                return {} if weight is None else ring.atom(("w", weight))
            case "w", [weight]:
                return ring.atom(("w", weight))
            case "delta", [unit]:
                if unit not in network.neuron:
                    raise InputError(f"δ is defined for neurons; {unit!r} is none.")
                return ring.atom(("delta", unit), sampled=True)
            case "y", [unit]:
                return dict(ONE) if unit == BIAS else ring.atom(("y", unit), sampled=True)
            case "e" | "d" | "Ej", [unit]:
                if unit not in network.output_set:
                    raise InputError(
                        f"{letter[0]} is defined for output neurons; {unit!r} is none. "
                        "Let the index run over the outputs: sum(k in outputs, …)."
                    )
                if letter == "e":
                    return subtract(self._sign(Sign("d", (unit,)), env), self.y(unit))
                return ring.atom((letter, unit), sampled=True)
            case "v", [unit]:
                return ring.atom(("v", unit), sampled=True)
            case "eta", []:
                return self.eta
            case "N", []:
                return self.n
            case (("E" | "Es"), []):
                return ring.atom((letter,), sampled=letter == "Es")
            case "dw", [to, source]:
                return ring.atom(("dw", network.weight_of[to, source]))
            case "dw", [weight]:
                return ring.atom(("dw", weight))
        raise InputError(f"{letter} with {len(at)} indices has no meaning in a network.")

    def y(self, unit: str) -> Poly:
        """The function signal y_unit."""
        return dict(ONE) if unit == BIAS else self.ring.atom(("y", unit), sampled=True)

    def _phi(
        self,
        neuron: str,
        order: int,
        argument: Term,
        env: Env,
        opaque: bool,
        bound: Mapping[Sign, Poly] | None,
    ) -> Poly:
        if neuron not in self.network.neuron:
            raise InputError(f"φ is defined for neurons; {neuron!r} is none.")
        inside = self.poly(argument, env, opaque, bound)
        if inside == self.ring.atom(("v", neuron), sampled=True):
            if order == 0 and not self.network.neuron[neuron].activation.group:
                return self.y(neuron)
            return self.ring.atom(("phi", neuron, order), sampled=True)
        return self.ring.atom(("phi", neuron, order, freeze(inside)), self._is_sampled(inside))

    def call(self, function: str, inside: Poly) -> Poly:
        """f of a polynomial; exp(a + b) is written exp(a) exp(b), so that equal ones are one."""
        if function == "exp" and (len(inside) != 1 or not _is_unit(inside)):
            return self.ring.product(
                self._power(
                    self._atomic_call("exp", {monomial: _tidy(Fraction(1, bottom))}), Fraction(top)
                )
                for monomial, coefficient in inside.items()
                for top, bottom in (Fraction(coefficient).as_integer_ratio(),)
            )
        return self._atomic_call(function, inside)

    def _atomic_call(self, function: str, inside: Poly) -> Poly:
        key = ("call", function, freeze(inside))
        return self.ring.atom(key, sampled=self._is_sampled(inside))

    def _power(self, base: Poly, exponent: Fraction) -> Poly:
        if exponent.denominator == 1:
            if exponent < 0:
                base = self.ring.reciprocal(base)
            return self.ring.product([base] * abs(int(exponent)))
        key = ("power", freeze(base), exponent)
        return self.ring.atom(key, sampled=self._is_sampled(base))

    def _is_sampled(self, poly: Poly) -> bool:
        return any(self.ring.sampled[atom] for monomial in poly for atom in monomial)

    # --- sums ----------------------------------------------------------------------------------

    def _sum(
        self, over: Range, body: Term, env: Env, opaque: bool, bound: Mapping[Sign, Poly] | None
    ) -> Poly:
        if over.kind is RangeKind.SAMPLES:
            return self.over_samples(self.poly(body, env, opaque, bound))
        inner = dict(env)
        total: Poly = {}
        for member in self.members(over, env):
            for letter, unit in zip(over.bound, member, strict=True):
                inner[letter.name] = unit
            for monomial, coefficient in self.poly(body, inner, opaque, bound).items():
                value = total.get(monomial, 0) + coefficient
                if value:
                    total[monomial] = value
                else:
                    del total[monomial]
        return total

    def members(self, over: Range, env: Env) -> list[tuple[str, ...]]:
        """What the bound letters of a range run over."""
        network = self.network
        match over.kind:
            case RangeKind.FED_BY:
                return [(k,) for k in network.successors[self.unit(over.of[0], env)]]
            case RangeKind.FEEDING:
                return [(i,) for i in network.sources[self.unit(over.of[0], env)]]
            case RangeKind.OUTPUTS:
                return [(k,) for k in network.outputs]
            case RangeKind.HIDDEN:
                return [(k,) for k in network.hidden]
            case RangeKind.USES:
                units = tuple(self.unit(index, env) for index in over.of)
                weight = units[0] if len(units) == 1 else network.weight_of[units[0], units[1]]
                return list(network.uses[weight])
            case _:
                return [(neuron.name,) for neuron in network.neurons]

    def over_samples(self, poly: Poly) -> Poly:
        """Σ_ξ of a polynomial: what does not depend on ξ comes out, Σ_ξ 1 = N."""
        sampled = self.ring.sampled
        result: Poly = {}
        number = self.ring.number
        for monomial, coefficient in poly.items():
            inside = tuple([atom for atom in monomial if sampled[atom]])
            outside = tuple([atom for atom in monomial if not sampled[atom]])
            moment = (number(("sum", inside)) if inside else self._n,)
            m = self.ring.join(outside, moment) if outside else moment
            value = result.get(m, 0) + coefficient
            if value:
                result[m] = value
            else:
                del result[m]
        return result

    # --- derivatives ---------------------------------------------------------------------------

    def body(self, letter: str, unit: str) -> Poly:
        """The definition of a quantity as a polynomial in what it reads directly."""
        definition = self.bodies[letter, unit]
        return self.poly(definition.body, dict(zip(definition.over.letters, (unit,), strict=False)))

    def differentiated(self, poly: Poly, by: int) -> Poly:
        """The partial derivative of a polynomial by an atom, all other plain atoms held."""
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
                slope = self.differentiated(_thaw(inside), by)
                return scale(ring.multiply({(atom, atom): 1}, slope), -1) if slope else {}
            case ("call", str(function), inside):
                slope = self.differentiated(_thaw(inside), by)
                if not slope:
                    return {}
                outer = self.poly(FUNCTIONS[function], {}, bound={Sign("u"): _thaw(inside)})
                return ring.multiply(outer, slope)
            case ("power", inside, Fraction() as exponent):
                slope = self.differentiated(_thaw(inside), by)
                outer = self._power(_thaw(inside), exponent - 1)
                return scale(ring.multiply(outer, slope), _tidy(exponent)) if slope else {}
            case ("phi", neuron, int(order)):
                if self.ring.keys[by] == ("v", neuron):
                    return ring.atom(("phi", neuron, order + 1), sampled=True)
                return {}
            case ("phi", neuron, int(order), inside):
                slope = self.differentiated(_thaw(inside), by)
                outer = ring.atom(("phi", neuron, order + 1, inside), ring.sampled[atom])
                return ring.multiply(outer, slope) if slope else {}
            case ("cases", tuple(pieces), rest):
                slopes = [self.differentiated(_thaw(p), by) for _, _, p in pieces]
                last = self.differentiated(_thaw(rest), by)
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
        for k in self.network.order:
            slopes: dict[int, Poly] = {}
            for monomial, coefficient in self.body("v", k).items():
                for place, atom in enumerate(monomial):
                    rest = monomial[:place] + monomial[place + 1 :]
                    slope = slopes.setdefault(atom, {})
                    slope[rest] = slope.get(rest, 0) + coefficient
            for atom, slope in slopes.items():
                kind, name = keys[atom]
                table = by_y if kind == "y" else by_w
                table[str(name)].append((k, slope))
        return by_y, by_w

    def backward(self, unit: str) -> Poly:
        """−∂𝓔/∂y_unit: what its own cost and the neurons that read it send back."""
        parts: Poly = {}
        if unit in self.network.output_set:
            atom = self.ring.number(("y", unit), sampled=True)
            slope = self.differentiated(self.body("Ej", unit), atom)
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
        by = self.ring.number(("v", neuron), sampled=True)
        parts = [
            self.ring.multiply(self.differentiated(self.body("y", m), by), self.backward(m))
            for m in self.network.outputs
        ]
        return add(*parts)

    def weight_truth(self, weight: str) -> Poly:
        """−∂𝓔/∂w = Σ_ξ Σ δ_k ∂v_k/∂w over the neurons k whose v_k the weight enters."""
        parts: Poly = {}
        for k, slope in self.carries[weight]:
            self._send(k, slope, parts)
        return self.over_samples({m: c for m, c in parts.items() if c})

    def _partial(self, partial: Partial, env: Env, opaque: bool) -> Poly:
        of, by = partial.of, partial.by
        whole = tuple(self.unit(index, env) for index in of.at)
        part = tuple(self.unit(index, env) for index in by.at)
        if by.letter == "w" and len(part) == 2:
            part = (self.network.weight_of[part[0], part[1]],)
        sampled = by.letter != "w"
        if opaque:
            key = ("partial", partial.kind.value, of.letter, whole, by.letter, part)
            return self.ring.atom(key, sampled or of.letter != "E")
        if partial.kind is PartialKind.LOCAL:
            if of.letter == "y" and by.letter == "v" and not self._grouped(whole[0]):
                return self.ring.atom(("phi", whole[0], 1), sampled=True) if whole == part else {}
            if of.letter == "e" and by.letter == "y":
                return {(): -1} if whole == part else {}
            by_atom = next(iter(self._sign(Sign(by.letter, part), env)))[0]
            return self.differentiated(self.body(of.letter, "".join(whole)), by_atom)
        return self._total(of.letter, by.letter, part[0])

    def _total(self, of: str, by: str, unit: str) -> Poly:
        if of != "E":
            raise InputError("Only the total derivatives of 𝓔 have a meaning here.")
        match by:
            case "v":
                return scale(self.ring.atom(("delta", unit), sampled=True), -1)
            case "y":
                return scale(self.backward(unit), -1)
            case "w":
                return scale(self.weight_truth(unit), -1)
            case "e":
                loss = {Sign("e"): self._sign(Sign("e", (unit,)), {})}
                for letter in ("d", "y"):
                    loss[Sign(letter)] = self._sign(Sign(letter, (unit,)), {})
                slope = derivative(self.network.cost.loss, Sign("e"))
                return self.ring.multiply(self.over_n, self.poly(slope, {}, bound=loss))
            case _:
                raise InputError(f"∂𝓔/∂{by} is not known to the kernel; use v, y, e or w.")

    def _grouped(self, neuron: str) -> bool:
        return self.network.neuron[neuron].activation.group


def _plan(factors: tuple[Term, ...]) -> Plan:
    """The letters y, δ and w_ji of a product with their index letters; empty for any other."""
    plan: list[tuple[str, str, str]] = []
    for factor in factors:
        if not isinstance(factor, Sign) or factor.letter not in ("w", "y", "delta"):
            return ()
        letters = [index.name for index in factor.at if isinstance(index, Var)]
        if len(letters) < len(factor.at) or len(letters) != 1 + (factor.letter == "w"):
            return ()
        plan.append((factor.letter, letters[0], letters[-1]))
    return tuple(plan)


def _thaw(inside: object) -> Poly:
    frozen: Frozen = inside  # type: ignore[assignment]  # keys of compound atoms hold frozen polys
    return dict(frozen)


def _is_unit(inside: Poly) -> bool:
    """Whether a single monomial has a coefficient 1/q, so that exp of it is an atom."""
    return all(Fraction(coefficient).numerator == 1 for coefficient in inside.values())


def _tidy(value: Fraction) -> Number:
    return value.numerator if value.denominator == 1 else value
