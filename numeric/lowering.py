"""A proved rule → an array program.  The terms of the rule are what is lowered, nothing else.

A claim about j becomes arrays [batch, members]; Σ_k δ_k w_kj and Σ_i w_ji y_i become matrix
products, one for each dense level, and a sparse matrix where the levels are irregular.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import sparse

from numeric.functions import function
from numeric.program import Array, Instruction, Layout, Level, Program, State
from symbolic.derivation import Definition, Family
from symbolic.errors import InputError
from symbolic.forward import definitions
from symbolic.rules import Rule
from symbolic.terms import (
    Add,
    Call,
    Constant,
    Equation,
    Frac,
    Mul,
    Num,
    Phi,
    Pow,
    Range,
    RangeKind,
    Sign,
    Sum,
    Term,
    Var,
    walk,
)

Units = tuple[str, ...]
Value = Callable[[State], Any]
_SAMPLED = ("v", "y", "d", "e", "delta")


def lower(rule: Rule, dtype: str = "float64") -> Program:
    """The program of a proved rule, in float64 or float32.

    Raises `TypeError` for anything but a `Rule`, and `InputError` for a rule that is proved but
    has a shape that cannot be turned into arrays, or leaves a neuron or a weight without a claim
    or with two.
    """
    if not isinstance(rule, Rule):
        raise TypeError("Only a Rule can be lowered; prove the network first.")
    if dtype not in ("float32", "float64"):
        raise InputError(f"The dtype {dtype!r} is not offered; use 'float64' or 'float32'.")
    _check_coverage(rule)
    layout = Layout.of(rule.network)
    work = _Lowering(layout)
    claims = rule.local_gradients
    forward = [step for level in layout.levels for step in work.forward(level)]
    back = [
        step
        for level in reversed(layout.levels)
        for claim, family in claims
        for step in work.assign(claim.left, claim.right, family, level)
    ]
    weights = [work.correction(claim, family) for claim, family in rule.weight_corrections]
    return Program(layout, np.dtype(dtype), tuple(forward), tuple(back), tuple(weights))


def _check_coverage(rule: Rule) -> None:
    """Exactly one δ_j for every neuron and exactly one Δw for every weight."""
    network = rule.network
    neurons = Counter(
        member[0] for claim, family in rule.local_gradients for member in _members(claim, family)
    )
    weights: Counter[str] = Counter()
    for claim, family in rule.weight_corrections:
        names = (
            network.weight_of.get((member[0], member[1])) if len(member) == 2 else member[0]
            for member in _members(claim, family)
        )
        weights.update({name for name in names if name is not None})
    for what, claims, wanted in (
        ("neuron", neurons, network.neuron.keys()),
        ("weight", weights, network.uses.keys()),
    ):
        for name in wanted:
            if claims[name] != 1:
                raise InputError(
                    f"The rule has {claims[name]} claims for the {what} {name!r}; training needs "
                    "exactly one for every neuron and every weight."
                )


def _members(claim: Equation, family: Family) -> tuple[tuple[str, ...], ...]:
    if family.letters:
        return family.members
    assert isinstance(claim.left, Sign)
    return (tuple(str(index) for index in claim.left.at),)


def _refuse(term: Term) -> InputError:
    return InputError(
        f"The rule is proved, but the trainer cannot compute a {type(term).__name__} of this "
        "shape; write the sums as Σ_k δ_k w_kj over the neurons fed by j, or over the outputs."
    )


class _Lowering:
    def __init__(self, layout: Layout) -> None:
        self.layout, self.network = layout, layout.network
        self.defined: tuple[Definition, ...] = definitions(layout.network)

    def forward(self, level: Level) -> list[Instruction]:
        """The definitions of v_j and y_j for the neurons of a level."""
        steps: list[Instruction] = []
        for line in self.defined:
            if line.head.letter in ("v", "y"):
                steps += self.assign(line.head, line.body, line.over, level)
        return steps

    def assign(self, head: Term, body: Term, family: Family, level: Level) -> list[Instruction]:
        """head := body for the members of the family in this level."""
        assert isinstance(head, Sign)
        here = set(level.neurons)
        if family.letters:
            members = [member[0] for member in family.members if member[0] in here]
        else:
            members = [str(index) for index in head.at if index in here]
        if not members:
            return []
        units = tuple(sorted(members, key=self.layout.column.__getitem__))
        bound = {head.at[0]: units} if isinstance(head.at[0], Var) else {}
        value, columns = self.value(body, bound), self.layout.columns(units)
        letter = head.letter
        if letter == "y" and isinstance(body, Frac) and self._is_softmax(body):
            value = _softmax(columns)

        def run(state: State) -> None:
            result = value(state)
            array = state.letters[letter]
            if np.ndim(result) == 1:
                result = result[:, np.newaxis]
            array[:, columns] = result

        return [Instruction(f"{letter} of {len(units)} neurons", run)]

    def _is_softmax(self, body: Frac) -> bool:
        """exp(v_j) / Σ_k exp(v_k): computed with the largest v_k subtracted, an identity."""
        top, below = body.numerator, body.denominator
        return isinstance(top, Call) and isinstance(below, Sum) and top.function == "exp"

    def value(self, term: Term, bound: dict[Any, Units]) -> Value:
        """The array of a term: [batch, members] for one bound letter, a number for none."""
        layout = self.layout
        match term:
            case Num(number):
                exact = float(number)
                return lambda state: state.weights.dtype.type(exact)
            case Constant():
                return lambda state: state.weights.dtype.type(np.pi)
            case Sign(letter, ()) if letter in ("N", "eta"):
                return lambda state: state.numbers[letter]
            case Sign(letter, (at,)) if letter in _SAMPLED:
                columns = layout.columns(bound.get(at, (str(at),)))
                return lambda state: state.letters[letter][:, columns]
            case Add(terms):
                parts = [self.value(part, bound) for part in terms]
                return lambda state: _fold(np.add, [part(state) for part in parts])
            case Mul(factors):
                parts = [self.value(part, bound) for part in factors]
                return lambda state: _fold(np.multiply, [part(state) for part in parts])
            case Frac(numerator, denominator):
                above, below = self.value(numerator, bound), self.value(denominator, bound)
                return lambda state: above(state) / below(state)
            case Pow(base, exponent):
                inside, power = self.value(base, bound), float(exponent)
                return lambda state: inside(state) ** power
            case Call(name, argument):
                inside, call = self.value(argument, bound), function(Call(name, Sign("u")), ("u",))
                return lambda state: call(np.asarray(inside(state)))
            case Phi(neuron, order, argument) if order in (0, 1):
                return self._phi(order, argument, bound.get(neuron, (str(neuron),)), bound)
            case Sum(over, body):
                return self._sum(over, body, bound)
            case _:
                raise _refuse(term)

    def _phi(self, order: int, argument: Term, units: Units, bound: dict[Any, Units]) -> Value:
        inside = self.value(argument, bound)
        kinds: dict[Any, list[int]] = {}
        for n, unit in enumerate(units):
            kinds.setdefault(self.network.neuron[unit].activation, []).append(n)
        rows = []
        for activation, places in kinds.items():
            written = activation.phi if order == 0 else activation.slope
            if written is None:
                raise _refuse(argument)
            needs_y = order == 1 and any(part == Sign("y") for part in walk(written))
            phi = function(activation.phi, ("v",))
            wanted = function(written, ("v", "y") if needs_y else ("v",))
            rows.append((np.array(places), phi if needs_y else None, wanted, activation.kinks))

        def run(state: State) -> Array:
            v = np.asarray(inside(state))
            result = np.empty_like(v)
            for places, phi, wanted, kinks in rows:
                part = v if len(rows) == 1 else v[:, places]
                found = wanted(part) if phi is None else wanted(part, phi(part))
                for kink in kinks if order == 1 else ():
                    found = np.where(part == float(kink.at), part.dtype.type(kink.slope), found)
                if len(rows) == 1:
                    return found
                result[:, places] = found
            return result

        return run

    def _sum(self, over: Range, body: Term, bound: dict[Any, Units]) -> Value:
        if isinstance(body, Add):
            parts = [self._sum(over, part, bound) for part in body.terms]
            return lambda state: _fold(np.add, [part(state) for part in parts])
        letter = over.bound[0] if over.bound else Var("j")
        fixed = {
            RangeKind.OUTPUTS: self.network.outputs,
            RangeKind.NEURONS: self.network.order,
            RangeKind.HIDDEN: self.network.hidden,
        }
        factors = body.factors if isinstance(body, Mul) else (body,)
        inner = [part for part in factors if _mentions(part, letter)]
        outer = [part for part in factors if not _mentions(part, letter)]
        if over.kind in fixed:
            if any(isinstance(part, Sign) and part.letter == "w" for part in factors):
                raise _refuse(Sum(over, body))
            inside = self.value(Mul(tuple(inner)), {letter: fixed[over.kind]})
            total: Value = lambda state: inside(state).sum(axis=1, keepdims=True)  # noqa: E731
        elif over.kind in (RangeKind.FED_BY, RangeKind.FEEDING):
            total = self._linked(over, letter, inner, bound)
        else:
            raise _refuse(Sum(over, body))
        if not outer:
            return total
        rest = self.value(Mul(tuple(outer)), bound)
        return lambda state: rest(state) * total(state)

    def _linked(
        self, over: Range, letter: Var, inner: list[Term], bound: dict[Any, Units]
    ) -> Value:
        """Σ_k g_k w_kj over the neurons k fed by j, or Σ_i w_ji g_i over the units that feed j."""
        here = over.of[0]
        fed = over.kind is RangeKind.FED_BY
        link = Sign("w", (letter, here) if fed else (here, letter))
        rest = [part for part in inner if part != link]
        weighted = len(inner) - len(rest)
        if weighted > 1 or any(_mentions(part, here) for part in rest):
            raise _refuse(Sum(over, Mul(tuple(inner))))
        units = bound.get(here, (str(here),))
        table = self.network.successors if fed else self.network.sources
        column = self.layout.column
        others = tuple(sorted({k for j in units for k in table[j]}, key=column.__getitem__))
        if not others:
            return lambda state: state.weights.dtype.type(0)
        g = self.value(Mul(tuple(rest)), {letter: others})
        pairs = [(k, j) for j in units for k in table[j]]
        matrix = self._matrix(others, units, pairs, fed, weighted == 1)
        return lambda state: _times(np.asarray(g(state)), matrix(state), len(others), state)

    def _matrix(
        self, rows: Units, columns: Units, pairs: list[tuple[str, str]], fed: bool, weighted: bool
    ) -> Value:
        """[rows, columns]: a view of the weights where it can be, else gathered, else CSR."""
        entry, weight_of = self.layout.entry, self.network.weight_of
        used = [entry[weight_of[(k, j) if fed else (j, k)]] for k, j in pairs]
        if weighted and len(pairs) == len(rows) * len(columns):
            to, source = (rows, columns) if fed else (columns, rows)
            places = self.layout.entries(to, source)
            first, width = int(places[0, 0]), int(places.shape[1])
            stride = int(places[1, 0]) - first if len(to) > 1 else width
            even = first + stride * np.arange(len(to))[:, None] + np.arange(width)
            if stride >= width and np.array_equal(places, even):
                size = stride * (len(to) - 1) + width

                def view(state: State) -> Array:
                    segment = state.weights[first : first + size]
                    item = segment.itemsize
                    block = np.lib.stride_tricks.as_strided(
                        segment, (len(to), width), (stride * item, item), writeable=False
                    )
                    return block if fed else block.T

                return view
            return lambda state: state.weights[places] if fed else state.weights[places].T
        row = {name: n for n, name in enumerate(rows)}
        col = {name: n for n, name in enumerate(columns)}
        at = ([row[k] for k, _ in pairs], [col[j] for _, j in pairs])
        order = sparse.csr_array((np.arange(1, len(pairs) + 1), at), (len(rows), len(columns)))
        pick = np.array(used)[order.data - 1]

        def compressed(state: State) -> Any:
            data = state.weights[pick] if weighted else np.ones(len(pick), state.weights.dtype)
            return sparse.csr_array((data, order.indices, order.indptr), order.shape)

        return compressed

    def correction(self, claim: Equation, family: Family) -> Instruction:
        """Δw_ji = η Σ_ξ a_j b_i for the synapses of a family; shared: over all uses."""
        head, scale, body = claim.left, [], claim.right
        assert isinstance(head, Sign)
        letters: tuple[Any, ...] = tuple(Var(letter) for letter in family.letters) or head.at
        members = family.members if family.letters else (tuple(str(at) for at in head.at),)
        while not (isinstance(body, Sum) and body.over.kind is RangeKind.SAMPLES):
            sums = (
                [part for part in body.factors if isinstance(part, Sum)]
                if isinstance(body, Mul)
                else []
            )
            if not isinstance(body, Mul) or len(sums) != 1:
                raise _refuse(body)
            scale += [part for part in body.factors if part is not sums[0]]
            body = sums[0]
        body = body.body
        edges = [member for member in members if len(member) == 2]
        if isinstance(body, Sum) and body.over.kind is RangeKind.USES:
            letters, body = tuple(body.over.bound), body.body
            edges = [place for member in members for place in self.network.uses[member[-1]]]
        if len(letters) != 2 or not edges:
            raise _refuse(body)
        factors = body.factors if isinstance(body, Mul) else (body,)
        if any(_mentions(part, letters[0]) and _mentions(part, letters[1]) for part in factors):
            raise _refuse(body)
        at_i = tuple(part for part in factors if _mentions(part, letters[1]))
        at_j = tuple(part for part in factors if part not in at_i)
        number = self.value(Mul(tuple(scale)), {})
        blocks = self._blocks(edges)
        lowered = [
            (
                self.value(Mul(at_j), {letters[0]: to}),
                self.value(Mul(at_i), {letters[1]: source}),
                places,
                len(to),
                len(source),
            )
            for to, source, places in blocks
        ]

        def run(state: State) -> None:
            for left, right, places, rows, width in lowered:
                batch = len(state.letters["y"])
                a = np.broadcast_to(left(state), (batch, rows))
                b = np.broadcast_to(right(state), (batch, width))
                if isinstance(places, slice):
                    state.corrections[places] += number(state) * (a.T @ b).ravel()
                elif places.ndim == 2:
                    np.add.at(state.corrections, places, number(state) * (a.T @ b))
                else:
                    part = number(state) * np.einsum("nj,nj->j", a, b)
                    np.add.at(state.corrections, places, part)

        return Instruction(f"Δw of {len(edges)} synapses", run)

    def _blocks(self, edges: list[Any]) -> list[tuple[Units, Units, slice | Array]]:
        """Dense levels as whole matrices; the remaining edges as one list of pairs."""
        left = set(edges)
        blocks: list[tuple[Units, Units, slice | Array]] = []
        for level in self.layout.levels:
            inside = [(j, i) for j in level.neurons for i in level.sources]
            if inside and left.issuperset(inside):
                left.difference_update(inside)
                places = self.layout.entries(level.neurons, level.sources)
                where = places if level.segment is None else level.segment
                blocks.append((level.neurons, level.sources, where))
        pairs = [edge for edge in edges if edge in left]
        if pairs:
            names = [self.layout.entry[self.network.weight_of[edge]] for edge in pairs]
            to, source = (tuple(edge[n] for edge in pairs) for n in (0, 1))
            blocks.append((to, source, np.array(names)))
        return blocks


def _mentions(term: Term, index: Any) -> bool:
    return any(
        (isinstance(part, Sign) and index in part.at)
        or (isinstance(part, Phi) and part.neuron == index)
        or (isinstance(part, Sum) and index in part.over.of)
        for part in walk(term)
    )


def _fold(operation: Any, parts: list[Any]) -> Any:
    result = parts[0] if parts else 1
    for part in parts[1:]:
        result = operation(result, part)
    return result


def _times(left: Array, right: Any, width: int, state: State) -> Array:
    if left.ndim < 2:
        left = np.broadcast_to(left, (len(state.letters["y"]), width)).astype(state.weights.dtype)
    product: Array = left @ right
    return product


def _softmax(columns: slice | Array) -> Value:
    def run(state: State) -> Array:
        v = state.letters["v"][:, columns]
        with np.errstate(under="ignore"):
            share = np.exp(v - v.max(axis=1, keepdims=True))
        result: Array = share / share.sum(axis=1, keepdims=True)
        return result

    return run
