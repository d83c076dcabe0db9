"""A network and its terms over the numbers modulo the prime 2^61 − 1, at one random assignment.

Every y_j is a number of its own: φ is opaque, and so is every elementary function.  Derivatives
are forward tangents of the definitions, by plain recursion on numbers; nothing here knows a
polynomial or the kernel.  Only `audit.py` uses it, and it proves nothing.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Hashable, Iterator, Mapping
from fractions import Fraction

from symbolic.activations import verify
from symbolic.errors import InputError
from symbolic.fields import Identity
from symbolic.network import BIAS, Network, letters_of
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
)

P = 2**61 - 1
Env = Mapping[str, str]


class Unaudited(InputError):  # noqa: N818 - no error: the audit cannot speak of this line
    """The line speaks of what has no value here, such as a partial derivative."""


class Assignment:
    """Random numbers for weights, inputs, targets, signals and slopes of N samples.

    φ_j' is the published form of the slope where that is proved, else a number of its own.  Where
    the cost asks for it the targets of a sample add up to one.  `delta[ξ]` is filled by whoever
    audits: the δ_j that a claim may read.

    >>> from symbolic.topologies import shorthand
    >>> at = Assignment(shorthand("2-3-1"), seed=0)
    >>> at.tangent(0, {"6": 2}) == 2 * at.tangent(0, {"6": 1}) % P
    True
    """

    def __init__(self, network: Network, seed: int, N: int = 2) -> None:
        self.network, self.N = network, N
        self._draw = random.Random(seed)
        self._opaque: dict[Hashable, int] = {}
        self.weight = {name: self.random() for name in network.uses}
        self.eta = self.random()
        self.over_n = inverse(N)
        self.into = {
            k: [(i, network.weight_of[k, i]) for i in network.sources[k]]
            for k in network.order
            if k not in network.formulas
        }
        self._reads = {k: letters_of(term) for k, term in network.formulas.items()}
        self.place = network.position
        self._closed_by = {
            max(peers, key=network.position.__getitem__): peers for peers in network.groups.values()
        }
        self.delta: tuple[dict[str, int], ...] = tuple({} for _ in range(N))
        self.v: tuple[dict[str, int], ...] = tuple({} for _ in range(N))
        self.y: tuple[dict[str, int], ...] = tuple({} for _ in range(N))
        self.d = tuple(self._targets() for _ in range(N))
        self.slope: tuple[dict[str, int], ...] = tuple({} for _ in range(N))
        self.send: tuple[dict[str, int], ...] = tuple({} for _ in range(N))
        for xi in range(N):
            self._forward(xi)

    @property
    def functions(self) -> int:
        """How many values of elementary functions were drawn."""
        return len(self._opaque)

    def random(self) -> int:
        """A number from 1 to p − 1."""
        return self._draw.randrange(1, P)

    def _targets(self) -> dict[str, int]:
        found = {name: self.random() for name in self.network.outputs}
        for outputs in self.network.distributions:
            found[outputs[-1]] = (1 - sum(found[name] for name in outputs[:-1])) % P
        return found

    def _forward(self, xi: int) -> None:
        """v_k = Σ_i w_ki y_i or its formula, y_k and φ_k'(v_k); at the outputs ∂c/∂y."""
        network, y, v, weight = self.network, self.y[xi], self.v[xi], self.weight
        y[BIAS] = 1
        y.update((name, self.random()) for name in network.inputs)
        shares: dict[str, int] = {}
        for k in network.order:
            if k in network.formulas:
                v[k] = self._formula(k, xi, {}, {})[0]
            else:
                v[k] = sum(weight[w] * y[i] for i, w in self.into[k]) % P
            phi = network.neuron[k].activation
            if phi.group:
                shares[k] = self.opaque("exp", v[k])
                peers = network.peers[k]
                if all(peer in shares for peer in peers):
                    over = inverse(sum(shares[peer] for peer in peers))
                    y.update((peer, shares[peer] * over % P) for peer in peers)
                continue
            y[k] = v[k] if phi.phi == Sign("v") else self.random()
            self.slope[xi][k] = self._slope(k, xi)
        for k in network.outputs:
            letters = {"d": (self.d[xi][k], 0), "y": (y[k], 1)}
            letters["e"] = ((self.d[xi][k] - y[k]) % P, P - 1)
            self.send[xi][k] = self._dual(network.cost.loss, letters)[1]

    def _formula(
        self, k: str, xi: int, moved: Mapping[str, int], weights: Mapping[str, int]
    ) -> tuple[int, int]:
        """v_k by its own formula, and its tangent when signals and weights move."""
        letters = {f"y {i}": (self.y[xi][i], moved.get(i, 0)) for i in self._reads[k]["y"]}
        for name in self._reads[k]["w"]:
            letters[f"w {name}"] = (self.weight[name], weights.get(name, 0))
        return self._dual(self.network.formulas[k], letters)

    def _slope(self, k: str, xi: int) -> int:
        activation = self.network.neuron[k].activation
        if activation.slope is None or not isinstance(verify(activation), Identity):
            return self.random()
        letters = {"v": (self.v[xi][k], 0), "y": (self.y[xi][k], 0)}
        return self._dual(activation.slope, letters)[0]

    # --- derivatives ---------------------------------------------------------------------------

    def tangent(self, xi: int, kicks: Mapping[str, int], weights: Mapping[str, int] = {}) -> int:
        """The tangent of 𝓔(n) when every v_j of sample ξ gets + u_j ε and every w gets + r_w ε.

        v̇_k = Σ_i (w_ki ẏ_i + ẇ_ki y_i) + u_k, or the tangent of its formula + u_k, and
        ẏ_k = φ_k' v̇_k; in a softmax group ẏ_k = y_k (v̇_k − Σ_m y_m v̇_m).
        """
        y, slope, weight = self.y[xi], self.slope[xi], self.weight
        moved: dict[str, int] = {}
        shares: dict[str, int] = {}
        start = 0 if weights else min((self.place[k] for k in kicks), default=0)
        for k in self.network.order[start:]:
            rate = kicks.get(k, 0)
            if k in self._reads:
                rate += self._formula(k, xi, moved, weights)[1]
            for i, w in self.into.get(k, ()):
                if i in moved:
                    rate += weight[w] * moved[i]
                if w in weights:
                    rate += weights[w] * y[i]
            if rate:
                if k in slope:
                    moved[k] = slope[k] * rate % P
                else:
                    shares[k] = rate % P
            peers = self._closed_by.get(k, ())
            if any(peer in shares for peer in peers):
                mean = sum(y[peer] * shares.get(peer, 0) for peer in peers)
                for peer in peers:
                    moved[peer] = y[peer] * (shares.get(peer, 0) - mean) % P
        total = sum(self.send[xi][k] * moved.get(k, 0) for k in self.network.outputs)
        return total * self.over_n % P

    # --- terms ---------------------------------------------------------------------------------

    def value(self, term: Term, env: Env, xi: int | None) -> int:
        """The value of a term; raises `Unaudited` where it has none, also where 0 divides."""
        match term:
            case Num(value):
                return number(value)
            case Sign():
                return self._letter(term, env, xi)
            case Mul(factors):
                product = 1
                for factor in factors:
                    product = product * self.value(factor, env, xi) % P
                return product
            case Add(terms):
                return sum(self.value(part, env, xi) for part in terms) % P
            case Sum(over, body) if over.kind is RangeKind.SAMPLES:
                return sum(self.value(body, env, sample) for sample in range(self.N)) % P
            case Sum(over, body):
                letters = [letter.name for letter in over.bound]
                inner = dict(env)
                total = 0
                for member in self._members(over, env):
                    inner.update(zip(letters, member, strict=True))
                    total += self.value(body, inner, xi)
                return total % P
            case Frac(above, below):
                return self.value(above, env, xi) * inverse(self.value(below, env, xi)) % P
            case Phi(neuron, order, argument):
                return self._phi(unit(neuron, env), order, argument, env, xi)
            case Pow(base, exponent):
                return self._power(self.value(base, env, xi), exponent)
            case Call(function, argument):
                return self.called(function, self.value(argument, env, xi))
            case Constant(name):
                return self.opaque("constant", name)
            case Cases(pieces, otherwise):
                rows = tuple(
                    (
                        (self.value(c.left, env, xi) - self.value(c.right, env, xi)) % P,
                        c.relation,
                        self.value(piece, env, xi),
                    )
                    for c, piece in pieces
                )
                return self.cases(rows, self.value(otherwise, env, xi))
            case Partial():
                raise Unaudited("the line speaks of a partial derivative")

    def _letter(self, sign: Sign, env: Env, xi: int | None) -> int:
        at = [unit(index, env) for index in sign.at]
        match sign.letter, at:
            case "w", [to, source]:
                return self.weight.get(self.network.weight_of.get((to, source), ""), 0)
            case "w", [name]:
                return self.weight[name]
            case "N", []:
                return self.N
            case "eta", []:
                return self.eta
            case ("y" | "v" | "d" | "delta") as letter, [name] if xi is not None:
                table = {"y": self.y, "v": self.v, "d": self.d, "delta": self.delta}[letter][xi]
                if name in table:
                    return table[name]
            case "e", [name] if xi is not None and name in self.d[xi]:
                return (self.d[xi][name] - self.y[xi][name]) % P
        raise Unaudited(f"{sign.letter} of {', '.join(at) or 'the whole'} has no value here")

    def _phi(self, neuron: str, order: int, argument: Term, env: Env, xi: int | None) -> int:
        own = isinstance(argument, Sign) and argument.letter == "v" and len(argument.at) == 1
        if xi is not None and own and unit(argument.at[0], env) == neuron:  # type: ignore[union-attr]  # own says it is a Sign
            if order == 0:
                return self.y[xi][neuron]
            if order == 1 and neuron in self.slope[xi]:
                return self.slope[xi][neuron]
        return self.opaque("phi", neuron, order, self.value(argument, env, xi))

    def _members(self, over: Range, env: Env) -> Iterator[tuple[str, ...]]:
        network, of = self.network, [unit(index, env) for index in over.of]
        match over.kind:
            case RangeKind.FED_BY:
                yield from ((k,) for k in network.successors[of[0]])
            case RangeKind.FEEDING:
                yield from ((i,) for i in network.sources[of[0]])
            case RangeKind.OUTPUTS:
                yield from ((k,) for k in network.outputs)
            case RangeKind.HIDDEN:
                yield from ((k,) for k in network.hidden)
            case RangeKind.USES:
                name = of[0] if len(of) == 1 else network.weight_of[of[0], of[1]]
                yield from network.uses[name]
            case _:
                yield from ((neuron.name,) for neuron in network.neurons)

    # --- opaque functions and their tangents ---------------------------------------------------

    def opaque(self, *key: Hashable) -> int:
        """A number of its own for every function and argument."""
        if key not in self._opaque:
            self._opaque[key] = self.random()
        return self._opaque[key]

    def _power(self, base: int, exponent: Fraction) -> int:
        if exponent.denominator > 1:
            base = self.opaque("root", base, exponent.denominator)
        return pow(base if exponent >= 0 else inverse(base), abs(exponent.numerator), P)

    def called(self, function: str, value: int) -> int:
        if function == "sqrt":
            return self._power(value, Fraction(1, 2))
        return self.opaque(function, value)

    def cases(self, rows: tuple[tuple[int, object, int], ...], otherwise: int) -> int:
        """One of the pieces by chance, always the same one for the same conditions."""
        guards = tuple((gap, str(relation)) for gap, relation, _ in rows)
        chosen = self.opaque("cases", guards) % (len(rows) + 1)
        return (*(value for _, _, value in rows), otherwise)[chosen]

    def _dual(self, term: Term, letters: Mapping[str, tuple[int, int]]) -> tuple[int, int]:
        """Value and tangent of an elementary term, those of its letters given."""
        match term:
            case Num(given):
                return number(given), 0
            case Constant():
                return self.value(term, {}, None), 0
            case Sign(letter, at):
                return letters[" ".join((letter, *map(str, at)))]
            case Add(terms):
                parts = [self._dual(part, letters) for part in terms]
                return sum(a for a, _ in parts) % P, sum(b for _, b in parts) % P
            case Mul(factors):
                value, rate = 1, 0
                for factor in factors:
                    a, b = self._dual(factor, letters)
                    value, rate = value * a % P, (rate * a + value * b) % P
                return value, rate
            case Frac(above, below):
                (a, b), (c, d) = self._dual(above, letters), self._dual(below, letters)
                over = inverse(c)
                return a * over % P, (b - a * over * d) * over % P
            case Pow(base, exponent):
                a, b = self._dual(base, letters)
                rate = number(exponent) * self._power(a, exponent - 1) * b % P if b else 0
                return self._power(a, exponent), rate
            case Call(function, argument):
                a, b = self._dual(argument, letters)
                rate = SLOPES[function](self, a) * b % P if b else 0
                return self.called(function, a), rate
            case Cases(pieces, otherwise):
                gaps = [
                    (self._dual(c.left, letters)[0] - self._dual(c.right, letters)[0]) % P
                    for c, _ in pieces
                ]
                inside = [self._dual(piece, letters) for _, piece in pieces]
                last = self._dual(otherwise, letters)
                value, rate = (
                    self.cases(
                        tuple(
                            (gap, c.relation, part[n])
                            for gap, (c, _), part in zip(gaps, pieces, inside, strict=True)
                        ),
                        last[n],
                    )
                    for n in (0, 1)
                )
                return value, rate
            case _:
                raise Unaudited(f"{type(term).__name__} is no part of an elementary function")


def inverse(value: int) -> int:
    """1/value modulo p; raises `Unaudited` for 0."""
    if value % P == 0:
        raise Unaudited("the line divides by zero")
    return pow(value, -1, P)


def number(value: Fraction) -> int:
    """A rational number modulo p.

    >>> 3 * number(Fraction(1, 3)) % P
    1
    """
    return value.numerator * inverse(value.denominator) % P


def unit(index: Index, env: Env) -> str:
    """The unit or weight that an index stands for."""
    if isinstance(index, str):
        return index
    if index.name not in env:
        raise Unaudited(f"the index {index.name} is bound by nothing")
    return env[index.name]


SLOPES: dict[str, Callable[[Assignment, int], int]] = {  # f: f' at u, f(u) a number of its own
    "exp": lambda at, u: at.opaque("exp", u),
    "ln": lambda at, u: inverse(u),
    "sqrt": lambda at, u: inverse(2 * at.called("sqrt", u)),
    "sin": lambda at, u: at.opaque("cos", u),
    "cos": lambda at, u: -at.opaque("sin", u),
    "sinh": lambda at, u: at.opaque("cosh", u),
    "cosh": lambda at, u: at.opaque("sinh", u),
    "tanh": lambda at, u: 1 - at.opaque("tanh", u) ** 2,
    "arctan": lambda at, u: inverse(1 + u * u),
    "erf": lambda at, u: (
        2 * inverse(at.called("sqrt", at.opaque("constant", "pi"))) * at.opaque("exp", -u * u % P)
    ),
    "abs": lambda at, u: at.cases(((u, ">", 1), (u, "<", P - 1)), 0),
}
