"""Who has what: an output has d and e, a neuron has v, δ and φ, every unit has y.

A rule line is read letter by letter; here every unit that an index letter may stand for is
checked at once, by sets, so that a line about ten thousand neurons costs one pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from symbolic.network import Network
from symbolic.terms import RangeKind

Where = tuple[str, int]
"""What went wrong and the column of the letter it went wrong at."""
TO_OUTPUTS = "Write `for output j` at the end of the line, or sum(k in outputs, …)."


@dataclass(eq=False)
class Scope:
    """Letters bound together, what they run over, and every place where one of them is read.

    `sort` is unit, weight or sample.  `of` holds the indices of the set itself, each with the
    scope of its letter (None for a name).  `members` is given for the family of a line and worked
    out for a sum, whose set may depend on letters further out.
    """

    letters: tuple[str, ...]
    words: str
    sort: str = "unit"
    kind: RangeKind | None = None
    of: tuple[tuple[str, Scope | None], ...] = ()
    members: Iterable[tuple[str, ...]] = ()
    reads: list[tuple[str, str, int]] = field(default_factory=list)
    pairs: list[tuple[str, tuple[tuple[str, Scope | None], ...], int]] = field(default_factory=list)
    values: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def close(self, network: Network) -> None:
        """Work out which units or weights each letter may stand for; outer scopes come first."""
        if self.kind is not None:
            self.members = _members(network, self.kind, self.of)
        columns = list(zip(*self.members, strict=True)) or [()] * len(self.letters)
        self.values = {c: frozenset(col) for c, col in zip(self.letters, columns, strict=False)}


@dataclass(frozen=True)
class Roles:
    """The sets of one network that a letter's index must belong to."""

    network: Network

    def allowed(self, role: str) -> tuple[str, Iterable[str]]:
        """The sort of index that a role takes, and those that have it."""
        net = self.network
        match role:
            case "d" | "e":
                return "unit", net.output_set
            case "weight":
                return "weight", net.uses
            case "phi":
                return "unit", {n.name for n in net.neurons if not n.activation.group}
            case "v" | "delta" | "sources":
                return "unit", net.neuron
            case _:
                return "unit", net.units

    def lacks(self, role: str, name: str) -> str:
        """Why the unit of this name has no such quantity."""
        net = self.network
        if name not in net.units:
            return f"there is no unit {name!r}"
        if role in ("d", "e"):
            what = {"d": "desired response d", "e": "error signal e"}[role]
            return f"{name!r} is no output neuron, so it has no {what}"
        kind = "the bias unit" if name == "0" else "an input"
        if name in net.neuron:
            return f"{name!r} is a softmax neuron, which has no φ of its own: write y[{name}]"
        what = {"v": "local field v", "delta": "local gradient", "phi": "φ"}.get(role, "sources")
        return f"{name!r} is {kind}, so it has no {what}"

    def complaint(self, scope: Scope) -> Where | None:
        """The first letter of the scope that is written where some member has no such thing."""
        for role, letter, column in scope.reads:
            sort, allowed = self.allowed(role)
            if sort != scope.sort:
                return f"{letter} stands for a {scope.sort}, not for a {sort}.", column
            strange = scope.values[letter].difference(allowed)
            if strange:
                what = f"{letter} stands for {scope.words}, but {self.lacks(role, min(strange))}."
                return f"{what} {TO_OUTPUTS}" if role in ("d", "e") else what, column
        for words, ends, column in scope.pairs:
            missing = self._unlinked(ends)
            if missing:
                to, source = missing
                return f"{words}, but there is no synapse to {to} from {source}.", column
        return None

    def _unlinked(self, ends: tuple[tuple[str, Scope | None], ...]) -> tuple[str, str] | None:
        """The first pair (to, source) that the two indices may stand for and no synapse joins."""
        (a, over_a), (b, over_b) = ends
        known = self.network.weight_of
        if over_a is not None and over_a is over_b:
            places = over_a.letters.index(a), over_a.letters.index(b)
            pairs = ((m[places[0]], m[places[1]]) for m in over_a.members)
        elif _follows(over_a, RangeKind.FED_BY, (b, over_b)) or _follows(
            over_b, RangeKind.FEEDING, (a, over_a)
        ):
            return None
        else:
            first = (a,) if over_a is None else sorted(over_a.values[a])
            second = (b,) if over_b is None else sorted(over_b.values[b])
            pairs = ((x, y) for x in first for y in second)
        return next((pair for pair in pairs if pair not in known), None)


def _follows(scope: Scope | None, kind: RangeKind, other: tuple[str, Scope | None]) -> bool:
    return scope is not None and scope.kind is kind and scope.of == (other,)


def _members(
    network: Network, kind: RangeKind, of: tuple[tuple[str, Scope | None], ...]
) -> Iterable[tuple[str, ...]]:
    """Everything that the letters of a sum may run over, whatever the outer letters are."""
    chosen = [(name,) if scope is None else scope.values[name] for name, scope in of]
    match kind:
        case RangeKind.FED_BY:
            return {(k,) for j in chosen[0] for k in network.successors.get(j, ())}
        case RangeKind.FEEDING:
            return {(i,) for j in chosen[0] for i in network.sources.get(j, ())}
        case RangeKind.OUTPUTS:
            return {(k,) for k in network.outputs}
        case RangeKind.HIDDEN:
            return {(k,) for k in network.hidden}
        case RangeKind.NEURONS:
            return {(k,) for k in network.neuron}
        case RangeKind.USES if len(of) == 1:
            return {place for w in chosen[0] for place in network.uses.get(w, ())}
        case RangeKind.USES:
            ends = [set(names) for names in chosen]
            synapses = network.weight_of.items()
            shared = {w for (j, i), w in synapses if j in ends[0] and i in ends[1]}
            return {place for w in shared for place in network.uses[w]}
        case _:
            return set()
