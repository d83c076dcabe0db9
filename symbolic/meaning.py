"""What a written term means for one network: a polynomial over atoms.

Sums are written out member by member, letters become atoms, e_j is d_j − y_j and φ_j(v_j) is y_j.
Derivatives are atoms here; `tangents.py` computes them.  Part of the trusted kernel; no SymPy.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from symbolic.algebra import ONE, Frozen, Number, Poly, Ring, add, freeze, subtract
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

    With `opaque` set, every partial derivative stays an atom (what a cited line may replace);
    without it a subclass says what it is worth.
    """

    def __init__(self, network: Network) -> None:
        self.network = network
        self.ring = Ring()
        self._n = self.ring.number(("N",))
        self.n: Poly = {(self._n,): 1}
        self.over_n = self.ring.reciprocal(self.n)
        self.eta = self.ring.atom(("eta",))
        self._units = frozenset(network.units)
        self.definitions = definitions(network)
        self.bodies: dict[tuple[str, tuple[str, ...]], Definition] = {}
        for definition in self.definitions:
            for member in definition.over.members:
                self.bodies[definition.head.letter, member] = definition
        self._last: tuple[Definition | None, tuple[str, ...], Poly] = None, (), {}
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
                return result
            case Sign():
                if bound is not None and term in bound:
                    return bound[term]
                return self._sign(term, env)
            case Sum(over, body):
                return self._sum(over, body, env, opaque, bound)
            case Num(value):
                return {(): tidy(value)} if value else {}
            case Phi(neuron, order, argument):
                return self._phi(self.unit(neuron, env), order, argument, env, opaque, bound)
            case Add(terms):
                return add(*(self.poly(part, env, opaque, bound) for part in terms))
            case Frac(numerator, denominator):
                below = self.poly(denominator, env, opaque, bound)
                above = self.poly(numerator, env, opaque, bound)
                return ring.multiply(above, ring.reciprocal(below))
            case Pow(base, exponent):
                return self.power(self.poly(base, env, opaque, bound), exponent)
            case Call(function, argument):
                return self.call(function, self.poly(argument, env, opaque, bound))
            case Constant("pi"):
                return ring.atom(("constant", "pi"))
            case Constant(name):
                raise InputError(f"There is no constant {name!r}; the only one is pi.")
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
                return self.partial(term, env, opaque)

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
            elif unit not in (self._units if letter == "y" else self.network.neuron):
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
        units = self.units(sign, env)
        name = units[0] if len(units) == 1 else self.network.weight_of.get((units[0], units[1]))
        if name not in self.network.uses:
            raise InputError(f"There is no weight on a synapse to {' from '.join(units)}.")
        return name

    def _sign(self, sign: Sign, env: Env) -> Poly:
        letter, at = sign.letter, [self.unit(index, env) for index in sign.at]
        ring, network = self.ring, self.network
        match letter, at:
            case "w", [to, source]:
                weight = network.weight_of.get((to, source))
                return {} if weight is None else ring.atom(("w", weight))
            case "w", [_]:
                return ring.atom(("w", self.weight(sign, env)))
            case "delta", [unit]:
                if unit not in network.neuron:
                    raise InputError(f"δ is defined for neurons; {unit!r} is none.")
                return ring.atom(("delta", unit), sampled=True)
            case "y", [unit] if unit in self._units:
                return self.y(unit)
            case "e" | "d" | "Ej", [unit]:
                if unit not in network.output_set:
                    raise InputError(
                        f"{letter[0]} is defined for output neurons; {unit!r} is none. "
                        "Let the index run over the outputs: sum(k in outputs, …)."
                    )
                if letter == "e":
                    return subtract(self._sign(Sign("d", (unit,)), env), self.y(unit))
                return ring.atom((letter, unit), sampled=True)
            case "v", [unit] if unit in network.neuron:
                return ring.atom(("v", unit), sampled=True)
            case "eta", []:
                return self.eta
            case "N", []:
                return self.n
            case (("E" | "Es"), []):
                return ring.atom((letter,), sampled=letter == "Es")
            case "dw", _:
                return ring.atom(("dw", self.weight(sign, env)))
        of = f" of {', '.join(at)}" if at else ""
        raise InputError(f"There is no {letter}{of} in this network.")

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
        if self.network.neuron[neuron].activation.group:
            raise InputError(f"A softmax has no φ of its own; write y of {neuron!r} instead.")
        inside = self.poly(argument, env, opaque, bound)
        if inside == self.ring.atom(("v", neuron), sampled=True):
            if order == 0:
                return self.y(neuron)
            return self.ring.atom(("phi", neuron, order), sampled=True)
        return self.ring.atom(("phi", neuron, order, freeze(inside)), self._is_sampled(inside))

    def call(self, function: str, inside: Poly) -> Poly:
        """f of a polynomial; exp(a + b) is exp(a) exp(b) and √a is a^(1/2): equal ones are one."""
        if function == "sqrt":
            return self.power(inside, Fraction(1, 2))
        if function == "exp" and (len(inside) != 1 or not _is_unit(inside)):
            return self.ring.product(
                self.power(
                    self._atomic_call("exp", {monomial: tidy(Fraction(1, bottom))}), Fraction(top)
                )
                for monomial, coefficient in inside.items()
                for top, bottom in (Fraction(coefficient).as_integer_ratio(),)
            )
        return self._atomic_call(function, inside)

    def _atomic_call(self, function: str, inside: Poly) -> Poly:
        key = ("call", function, freeze(inside))
        return self.ring.atom(key, sampled=self._is_sampled(inside))

    def power(self, base: Poly, exponent: Fraction) -> Poly:
        """base ** exponent; base^(p/q) is the p-th power of one atom, the q-th root of the base."""
        if exponent.denominator != 1:
            key = ("power", freeze(base), Fraction(1, exponent.denominator))
            base = self.ring.atom(key, sampled=self._is_sampled(base))
        return self.ring.power(base, exponent.numerator)

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
        if len(over.of) not in _OF.get(over.kind, (0,)):
            raise InputError(f"A sum over {over.kind.value} belongs to no {len(over.of)} indices.")
        match over.kind:
            case RangeKind.FED_BY:
                return [(k,) for k in self._of(network.successors, over, env)]
            case RangeKind.FEEDING:
                return [(i,) for i in self._of(network.sources, over, env)]
            case RangeKind.OUTPUTS:
                return [(k,) for k in network.outputs]
            case RangeKind.HIDDEN:
                return [(k,) for k in network.hidden]
            case RangeKind.USES:
                return list(network.uses[self.weight(Sign("w", over.of), env)])
            case _:
                return [(neuron.name,) for neuron in network.neurons]

    def _of(self, table: Mapping[str, tuple[str, ...]], over: Range, env: Env) -> tuple[str, ...]:
        unit = self.unit(over.of[0], env)
        if unit not in table:
            raise InputError(f"There is nothing {over.kind.value} {unit!r} in this network.")
        return table[unit]

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

    def body(self, letter: str, member: tuple[str, ...]) -> Poly:
        """The definition of a quantity as a polynomial in what it reads directly.

        The last one is kept, since the members of a line that read it follow each other.
        """
        definition = self.bodies[letter, member]
        if self._last[0] is not definition or self._last[1] != member:
            env = dict(zip(definition.over.letters, member, strict=True))
            self._last = definition, member, self.poly(definition.body, env)
        return self._last[2]

    def partial(self, partial: Partial, env: Env, opaque: bool) -> Poly:
        """∂of/∂by as an atom; a subclass computes it where it is not to stay opaque."""
        of, by = partial.of, partial.by
        part = (self.weight(by, env),) if by.letter == "w" else self.units(by, env)
        key = ("partial", partial.kind.value, of.letter, self.units(of, env), by.letter, part)
        return self.ring.atom(key, by.letter != "w" or of.letter != "E")

    def units(self, sign: Sign, env: Env) -> tuple[str, ...]:
        """The units that the indices of a sign stand for."""
        return tuple(self.unit(index, env) for index in sign.at)


_OF = {RangeKind.FED_BY: (1,), RangeKind.FEEDING: (1,), RangeKind.USES: (1, 2)}
"""How many indices the set of a sum has of its own."""


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


def thaw(inside: object) -> Poly:
    """The polynomial inside a compound atom's key."""
    frozen: Frozen = inside  # type: ignore[assignment]  # keys of compound atoms hold frozen polys
    return dict(frozen)


def _is_unit(inside: Poly) -> bool:
    """Whether a single monomial has a coefficient 1/q, so that exp of it is an atom."""
    return all(Fraction(coefficient).numerator == 1 for coefficient in inside.values())


def tidy(value: Fraction) -> Number:
    """The number as an int where it is whole."""
    return value.numerator if value.denominator == 1 else value
