"""A rule file → claims: one equation for δ or Δw on each line, `#` begins a comment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NoReturn

from symbolic.derivation import Family, Source
from symbolic.errors import InputError, did_you_mean
from symbolic.forward import OVER_SAMPLES
from symbolic.grammar import FUNCTIONS, Parser, Token, shown
from symbolic.network import Network
from symbolic.notation import LETTERS
from symbolic.terms import (
    Equation,
    Index,
    Partial,
    PartialKind,
    Phi,
    Range,
    RangeKind,
    Sign,
    Sum,
    Term,
    Var,
    walk,
)

MOST_BYTES = 1_000_000
USABLE = ("v", "y", "d", "e", "delta", "w", "dw", "eta", "N", "E")
SETS = {
    "fed": RangeKind.FED_BY,
    "sources": RangeKind.FEEDING,
    "outputs": RangeKind.OUTPUTS,
    "hidden": RangeKind.HIDDEN,
    "neurons": RangeKind.NEURONS,
    "uses": RangeKind.USES,
}
Members = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One line of a rule file: the claim, whom it speaks of, where it was read."""

    claim: Equation
    over: Family
    source: Source
    text: str


class _Line(Parser):
    def __init__(self, text: str, network: Network, file: str | None, line: int) -> None:
        super().__init__(text, file, line, 1)
        self.network = network
        self.scope: set[str] = set()

    def claim(self) -> tuple[Equation, Family]:
        letter = self.take()
        if letter.text not in ("delta", "dw"):
            self.refuse(f"A line claims delta[…] or dw[…], not {shown(letter)}.", letter.column)
        places = self._written_indices()
        if len(places) not in LETTERS[letter.text].arity:
            self._arity(letter, len(places))
        family = self._said() or self._family(letter, places)
        self.scope = set(family.letters)
        names = [name.text for name in places]
        if family.letters and not set(family.letters) <= set(names):
            what = ", ".join(family.letters)
            self.refuse(f"The left side has no index {what}, which `for` names.", letter.column)
        self.expect("=")
        at = tuple(self._index(name, letter.text, len(places)) for name in places)
        if any(isinstance(index, str) for index in at) and self._for is not None:
            self.refuse("A claim about one member by name takes no `for`.", letter.column)
        right = self.whole()
        if self._for is not None and self.here.column == self._for:
            return Equation(Sign(letter.text, at), right), family
        self.end()
        return Equation(Sign(letter.text, at), right), family

    def _said(self) -> Family | None:
        """The family that `for …` names at the end of the line, read ahead."""
        self._for: int | None = None
        begins = [n for n, token in enumerate(self._tokens) if token.text == "for"]
        if not begins:
            return None
        token = self._tokens[begins[0]]
        self._for = token.column
        words = [t.text for t in self._tokens[begins[0] + 1 : -1] if t.text != ","]
        net = self.network
        outputs = net.outputs
        every = tuple(n.name for n in net.neurons)
        tied = tuple(w for w, places in net.uses.items() if len(places) > 1)
        match words:
            case ["output", j]:
                title, letters, names = f"the output neurons {j}", (j,), outputs
            case ["output", j, "that", "feeds"]:
                title, letters = f"the output neurons {j} that feed others", (j,)
                names = tuple(n for n in outputs if net.successors[n])
            case ["output", j, "that", "ends"]:
                title, letters = f"the output neurons {j} that feed no other", (j,)
                names = tuple(n for n in outputs if not net.successors[n])
            case ["hidden", j]:
                title, letters, names = f"the hidden neurons {j}", (j,), net.hidden
            case ["neuron", j]:
                title, letters, names = f"every neuron {j}", (j,), every
            case ["shared", w]:
                title, letters, names = f"every shared weight {w}", (w,), tied
            case ["weight", w]:
                title, letters, names = f"every weight {w}", (w,), tuple(net.uses)
            case ["synapse", j, i] if j != i:
                return Family(f"every synapse to {j} from {i}", (j, i), tuple(net.weight_of))
            case _:
                self.refuse(
                    "After `for` write output j, hidden j, neuron j, output j that feeds, "
                    "output j that ends, shared w, weight w or synapse j i.",
                    token.column,
                )
        if not names:
            self.refuse(f"This network has no member for `for {' '.join(words)}`.", token.column)
        return Family(title, letters, tuple((name,) for name in names))

    def _family(self, letter: Token, places: list[Token]) -> Family:
        net, names = self.network, [place.text for place in places]
        if letter.text == "dw" and len(names) == 1:
            if names[0] in net.uses:
                return Family(f"the weight {names[0]}")
            hint = did_you_mean(names[0], net.uses)
            what = f"There is no weight {names[0]!r}. {hint} Or add `for shared w`."
            self.refuse(what, places[0].column)
        free = [p for p in places if p.text not in net.units]
        for place in free:
            if len(place.text) > 1 or not place.text.isalpha():
                hint = did_you_mean(place.text, net.units)
                self.refuse(f"There is no unit {place.text!r}. {hint}", place.column)
        if letter.text == "delta":
            if not free:
                return Family(f"the neuron {names[0]}")
            every: Members = tuple((n.name,) for n in net.neurons)
            return Family(f"every neuron {names[0]}", (names[0],), every)
        if not free:
            return Family(f"the synapse to {names[0]} from {names[1]}")
        if len(free) == 1 or names[0] == names[1]:
            self.refuse("Name both units of the synapse, or two letters.", places[0].column)
        title = f"every synapse to {names[0]} from {names[1]}"
        return Family(title, (names[0], names[1]), tuple(net.weight_of))

    def named(self, name: Token) -> Term:
        if name.text == "sum" and self.at("("):
            return self._sum()
        if name.text == "D" and self.at("("):
            self.take()
            of = self._sign()
            self.expect(",")
            by = self._sign()
            self.expect(")")
            return Partial(of, by, PartialKind.TOTAL)
        if name.text == "phi":
            order = 0
            while self.at("'"):
                self.take()
                order += 1
            if order > 2:
                self.refuse("phi has up to two primes here.", name.column)
            places = self._written_indices()
            if len(places) != 1:
                self.refuse("phi takes one index: phi[j](v[j]).", name.column)
            neuron = self._index(places[0], "phi", 1)
            self.expect("(")
            argument = self.sum_of_products()
            self.expect(")")
            return Phi(neuron, order, argument)
        if name.text in USABLE:
            places = self._written_indices() if self.at("[") else []
            allowed = [
                n for n in LETTERS[name.text].arity if n or 1 not in LETTERS[name.text].arity
            ]
            if len(places) not in allowed:
                self._arity(name, len(places))
            at = tuple(self._index(p, name.text, len(places)) for p in places)
            if (
                len(at) == 2
                and all(isinstance(i, str) for i in at)
                and at not in (self.network.weight_of)
            ):
                self.refuse(f"There is no synapse to {at[0]} from {at[1]}.", name.column)
            return Sign(name.text, at)
        if name.text in self.network.uses and not self.at("(", "["):
            return Sign("w", (name.text,))
        known: Iterable[str] = (*USABLE, "phi", "sum", "D", "pi", *FUNCTIONS, *self.network.uses)
        hint = did_you_mean(name.text, known)
        return self.refuse(f"There is no {name.text!r} in the notation. {hint}", name.column)

    def _sign(self) -> Sign:
        name = self.take()
        term = self.named(name) if name.text in USABLE else None
        if not isinstance(term, Sign):
            self.refuse("D takes two letters of the notation: D(E, v[j]).", name.column)
        return term

    def _sum(self) -> Term:
        self.take()
        start = self.here
        bound = self._between("(", ")") if self.at("(") else [self.take()]
        for token in bound:
            if token.kind != "name":
                self.refuse("A sum begins with its letter: sum(k, …).", token.column)
            if token.text in self.scope:
                self.refuse(f"The letter {token.text} is bound already.", token.column)
            self.scope.add(token.text)
        letters = tuple(Var(token.text) for token in bound)
        over: Range | None = None
        if self.here.text == "in":
            self.take()
            over = self._set(letters, {t.text for t in bound})
        elif bound[0].text == "xi":
            over = OVER_SAMPLES
        self.expect(",")
        body = self.sum_of_products()
        self.expect(")")
        self.scope -= {token.text for token in bound}
        if over is None and len(letters) != 1:
            self.refuse("Say what these letters run over: sum((j,i) in uses(w), …).", start.column)
        return Sum(over or self._implied(letters[0], body), body)

    def _implied(self, k: Var, body: Term) -> Range:
        for part in walk(body):
            if isinstance(part, Sign) and part.letter == "w" and len(part.at) == 2:
                to, source = part.at
                for other, kind, here in (
                    (source, RangeKind.FED_BY, to),
                    (to, RangeKind.FEEDING, source),
                ):
                    known = isinstance(other, str) or other.name in self.scope
                    if kind is RangeKind.FEEDING and not _only_signals(body, k):
                        continue
                    if here == k and other != k and known:
                        return Range(kind, (k,), (other,))
        return Range(RangeKind.NEURONS, (k,))

    def _set(self, letters: tuple[Var, ...], bound: set[str]) -> Range:
        name = self.take()
        kind = SETS.get(name.text)
        if kind is None:
            hint = did_you_mean(name.text, SETS)
            self.refuse(f"There is no set {shown(name)}. {hint}", name.column)
        if len(letters) != (2 if kind is RangeKind.USES else 1):
            self.refuse(f"The set {name.text} does not run over {len(letters)}.", name.column)
        if name.text not in ("fed", "sources", "uses"):
            return Range(kind, letters)
        self.scope -= bound
        self.expect("(")
        if kind is RangeKind.USES and self.here.text == "w" and self.after.text == "[":
            self.take()
            places = self._written_indices()
        else:
            places = [self._name()]
        if len(places) > 2:
            self.refuse("uses takes a weight: uses(w) or uses(w[j,i]).", name.column)
        of = tuple(
            self._index(p, "w" if kind is RangeKind.USES else "phi", len(places)) for p in places
        )
        self.expect(")")
        self.scope |= bound
        return Range(kind, letters, of)

    def _written_indices(self) -> list[Token]:
        return self._between("[", "]")

    def _between(self, left: str, right: str) -> list[Token]:
        self.expect(left)
        names = [self._name()]
        while self.at(","):
            self.take()
            names.append(self._name())
        self.expect(right)
        return names

    def _name(self) -> Token:
        first = self.take()
        if first.kind not in ("name", "number"):
            self.refuse(f"Expected an index, but found {shown(first)}.", first.column)
        text = first.text
        while self.here.kind in ("name", "number") and self.here.column == first.column + len(text):
            text += self.take().text
        return Token("name", text, first.column) if text != first.text else first

    def _index(self, place: Token, letter: str, arity: int) -> Index:
        name, net = place.text, self.network
        if name in self.scope:
            return Var(name)
        if letter in ("w", "dw") and arity == 1:
            known: tuple[str, ...] = tuple(net.uses)
        elif letter in ("d", "e"):
            known = net.outputs
        elif letter in ("y", "w", "dw"):
            known = net.units
        else:
            known = tuple(net.neuron)
        if name in known:
            return name
        if name in net.units:
            self.refuse(f"The unit {name!r} has no {letter}.", place.column)
        if len(name) == 1 and name.isalpha():
            self.refuse(f"{name} is free on the right; did you mean sum({name}, …)?", place.column)
        hint = did_you_mean(name, known)
        return self.refuse(f"There is no {name!r} here. {hint}", place.column)

    def _arity(self, letter: Token, count: int) -> NoReturn:
        arity = LETTERS[letter.text].arity
        takes = " or ".join(str(n) for n in arity if n) or "no"
        self.refuse(f"{letter.text} takes {takes} indices, not {count}.", letter.column)


def read_rule(text: str, network: Network, file: str | None = None) -> tuple[RuleLine, ...]:
    """The claims of a rule file, in the order they are written.

    Raises `InputError` with file, line and column for anything that is no claim.

    >>> from symbolic.activations import activation
    >>> from symbolic.costs import cost
    >>> from symbolic.network import Neuron, Synapse
    >>> o, w = Neuron("o", activation("tanh")), Synapse("o", "x", "w_a")
    >>> net = Network(("x",), (o,), ("o",), (w,), cost("squared_error"))
    >>> read_rule("delta[j] = e[j] for output j", net)[0].over.members
    (('o',),)
    """
    if len(text) > MOST_BYTES:
        raise InputError("A rule file may have up to 1 MB.", file=file)
    lines: list[RuleLine] = []
    claimed: dict[tuple[str, tuple[str, ...]], int] = {}
    for number, written in enumerate(text.split("\n"), start=1):
        content = written.split("#")[0].rstrip()
        if not content.strip():
            continue
        claim, family = _Line(content, network, file, number).claim()
        column = len(content) - len(content.lstrip()) + 1
        head = claim.left
        assert isinstance(head, Sign)
        for member in family.members:
            put = dict(zip(family.letters, member, strict=True))
            at = tuple(put[i.name] if isinstance(i, Var) else i for i in head.at)
            earlier = claimed.setdefault((head.letter, at), number)
            if earlier != number:
                raise InputError(
                    f"{head.letter}[{','.join(at)}] is claimed on line {earlier} and again on "
                    f"line {number}; keep one.",
                    file=file,
                    line=number,
                    column=column,
                )
        source = Source(file or "<rule>", number, column)
        lines.append(RuleLine(claim, family, source, content.strip()))
    if not lines:
        raise InputError(
            "The rule file claims nothing; write delta[j] = ….", file=file, line=1, column=1
        )
    return tuple(lines)


def _only_signals(body: Term, k: Var) -> bool:
    """Whether k appears only in w and y, which an input and the bias unit have as well."""
    return all(
        k not in getattr(part, "at", ()) or getattr(part, "letter", "") in ("w", "y")
        for part in walk(body)
    ) and not any(isinstance(part, Phi) and part.neuron == k for part in walk(body))
