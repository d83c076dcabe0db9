r"""Stacked vectors, W [h_{t-1}; x_t] and [i; f; o; g] = [σ; σ; σ; tanh] W [h; x], taken apart.

A weight that multiplies a stack has a block for each part, a weight in a stack of relations one for
each row: W_{fh} and W_{fx} of W_f, W_{ih} … W_{gx} of one W.  A relation between stacks is one
relation for each block, and each of them is judged by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from symbolic.reading.arrays.claims import ArrayClaim
from symbolic.reading.arrays.formulas import (
    Applied,
    Change,
    Formula,
    Gradient,
    Key,
    LocalError,
    Plus,
    Product,
    Quantity,
    Stack,
    Transposed,
    inside,
    rebuilt,
    walk,
)
from symbolic.reading.arrays.profile import ArrayProfile
from symbolic.reading.source import Fault, NotUnderstood
from symbolic.reading.tokens import Tok

MATRICES = ("bmatrix", "pmatrix", "matrix")


def marked(tokens: Sequence[Tok]) -> tuple[Tok, ...]:
    r"""The tokens with stacks as lists in braces: [a; b], [a, b] and \begin{bmatrix} a \\ b ….

    >>> from symbolic.reading.tokens import tokens
    >>> [t.kind for t in marked(tokens("[a; b]"))]
    ['LSET', 'SYM', 'COMMA', 'SYM', 'RSET']
    """
    found = list(tokens)
    opened: list[tuple[int, list[int]]] = []
    for n, token in enumerate(found):
        if token.kind in ("LP", "LB", "LSQ", "LSET", "BEGIN"):
            opened.append((n, []))
        elif token.kind in ("RP", "RB", "RSQ", "RSET", "END") and opened:
            start, between = opened.pop()
            first = found[start]
            matrix = first.kind == "BEGIN" and first.text in MATRICES
            last = n - 1 if between and between[-1] == n - 1 else None  # \\ at the end
            cuts = [k for k in between if k != last]
            if matrix and any(found[k].kind == "AMP" for k in cuts):
                raise NotUnderstood("A matrix of blocks is not read.", "Name them.", first.at)
            if (matrix or first.kind == "LSQ") and cuts:
                found[start], found[n] = _as(first, "LSET"), _as(token, "RSET")
                for k in cuts:
                    found[k] = _as(found[k], "COMMA")
                if last is not None:
                    found[last] = _as(found[last], "GONE")
        elif token.kind in ("COMMA", "SEMI", "ROW", "AMP") and opened:
            start, between = opened[-1]
            if (found[start].kind == "LSQ" and token.kind in ("COMMA", "SEMI")) or (
                found[start].kind == "BEGIN" and token.kind in ("ROW", "AMP")
            ):
                between.append(n)
    return tuple(token for token in found if token.kind != "GONE")


def _as(token: Tok, kind: str) -> Tok:
    return replace(token, kind=kind)


@dataclass
class Stacks:
    """Takes relations apart; remembers in which order each weight multiplies the parts."""

    profile: ArrayProfile
    orders: dict[Key, tuple[str, ...]] = field(default_factory=dict)
    rows: dict[Key, tuple[str, ...]] = field(default_factory=dict)
    whole: dict[Key, str] = field(default_factory=dict)
    """The blocks of weights, with the label of the whole weight."""

    def trouble(self, claim: ArrayClaim) -> NotUnderstood | None:
        """What is wrong with a relation that is no block and speaks of a weight made of blocks."""
        split = {key for table in (self.orders, self.rows) for key, names in table.items() if names}
        for side in (claim.left, claim.right) if not claim.block else ():
            for part in walk(side):
                if isinstance(part, Quantity) and part.key in split | {*self.whole}:
                    return NotUnderstood(
                        f"{part.sign} multiplies a stack elsewhere and stands here without one.",
                        "Write the stack here too, or the blocks by names of their own everywhere.",
                        part.place,
                        Fault.TYPE,
                    )
        return None

    def apart(self, members: Sequence[Formula | None]) -> list[list[Formula | None]]:
        """The relations that a chain says, one for each block; raises `NotUnderstood`."""
        flat = [None if m is None else self._columns(m) for m in members]
        every = [part for m in flat if m is not None for part in walk(m)]
        across = [p.body for p in every if isinstance(p, Transposed) and isinstance(p.body, Stack)]
        down = [p for p in every if isinstance(p, Stack) and not any(p is one for one in across)]
        rows, columns = _names(down), _names(across)
        if not rows and not columns:
            return [flat]
        target = self._target(flat[0])
        if target is not None:
            self._in_order(target, columns, self.orders)
            self._in_order(target, rows, self.rows)
        elif columns:
            raise NotUnderstood(
                "A stack that lies down is read in the derivative by a weight.",
                "Write dW = … [h; x]^T.",
                next(p for p in across).place,
            )
        else:
            for part in every:
                if isinstance(part, Quantity) and self._is_weight(part):
                    bare = replace(part, label=self.whole.get(part.key, part.label))
                    self._in_order(bare, rows, self.rows)
        return [
            [None if m is None else self._block(m, r, c, rows, columns) for m in flat]
            for r in range(max(len(rows), 1))
            for c in range(max(len(columns), 1))
        ]

    def _is_weight(self, part: Quantity) -> bool:
        symbol = self.profile.symbols.get(part.sign)
        return symbol is not None and symbol.kind == "weight"

    def _target(self, left: Formula | None) -> Quantity | None:
        of = left.of if isinstance(left, Gradient | Change) else None
        return of if of is not None and self._is_weight(of) else None

    def _columns(self, formula: Formula) -> Formula:
        """W [h; x] as W_h h + W_x x."""
        parts = [self._columns(part) for part in inside(formula)]
        formula = rebuilt(formula, parts) if parts else formula
        match formula:
            case Product(Quantity() as weight, Stack(inner), _, place) if self._is_weight(weight):
                names = _names([formula.right]) if isinstance(formula.right, Stack) else ()
                self._in_order(weight, names, self.orders)
                terms = []
                for name, part in zip(names, inner, strict=True):
                    block = replace(weight, label=weight.label + name)
                    self.whole[block.key] = weight.label
                    terms.append(Product(block, part, False, place))
                return Plus(tuple(terms), place)
        return formula

    def _in_order(
        self, weight: Quantity, names: tuple[str, ...], orders: dict[Key, tuple[str, ...]]
    ) -> None:
        """One order of the parts for each weight."""
        known = orders.setdefault(weight.key, names)
        if known != names:
            raise NotUnderstood(
                f"Here the parts of {weight.sign} stand as {', '.join(names) or 'one'}, elsewhere "
                f"as {', '.join(known) or 'one'}.",
                "Use one order.",
                weight.place,
                Fault.TYPE,
            )

    def _block(
        self, formula: Formula, r: int, c: int, rows: tuple[str, ...], columns: tuple[str, ...]
    ) -> Formula:
        match formula:
            case Stack(parts):
                return self._block(parts[r], r, c, rows, columns)
            case Transposed(Stack(parts)):
                return replace(formula, body=self._block(parts[c], r, c, (), ()))
            case Quantity() if self._is_weight(formula):
                return self._labelled(formula, r, rows)
            case Gradient(of) | Change(of) if self._is_weight(of):
                own = self._labelled(of, r, rows)
                name = columns[c] if columns else ""
                return replace(formula, of=replace(own, label=own.label + name))
        inner = [self._block(part, r, c, rows, columns) for part in inside(formula)]
        return rebuilt(formula, inner) if inner else formula

    def _labelled(self, weight: Quantity, r: int, rows: tuple[str, ...]) -> Quantity:
        if not rows:
            return weight
        found = replace(weight, label=rows[r] + weight.label)
        self.whole[found.key] = weight.label
        return found


def _names(stacks: Iterable[Stack]) -> tuple[str, ...]:
    """The names of the parts; all stacks of a relation have as many, the first names them."""
    found: tuple[str, ...] = ()
    for stack in stacks:
        names = tuple(_name(part) for part in stack.parts)
        if found and len(names) != len(found):
            raise NotUnderstood(
                f"One stack has {len(found)} parts and one {len(names)}.",
                "",
                stack.place,
                Fault.TYPE,
            )
        if not found and len(set(names)) == len(names) and all(names):
            found = names
    if not found and any(True for _ in stacks):
        raise NotUnderstood("The parts of this stack have no names.", "Name each of them.", 0)
    return found


def _name(part: Formula) -> str:
    """The letter of a part: the gate of its δ, or the last array in it."""
    if isinstance(part, Applied):
        return ""
    name = ""
    for inner in walk(part):
        if isinstance(inner, LocalError):
            name = inner.label or inner.sign
        elif isinstance(inner, Quantity):
            name = inner.sign
    return name
