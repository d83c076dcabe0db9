"""One line of a rule file → an equation and whom it speaks of.

An index is the name of a unit, else a letter bound by the left side, by `for` or by a sum.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NoReturn

from symbolic.derivation import Family
from symbolic.errors import did_you_mean
from symbolic.families import AFTER_FOR, neurons, said, synapses
from symbolic.forward import OVER_SAMPLES
from symbolic.grammar import FUNCTIONS, Parser, Token, shown
from symbolic.network import Network
from symbolic.notation import LETTERS
from symbolic.roles import Roles, Scope
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

USABLE = ("v", "y", "d", "e", "delta", "w", "eta", "N", "E")
SETS = {
    "fed": (RangeKind.FED_BY, "the neurons that are fed"),
    "sources": (RangeKind.FEEDING, "the units that are read"),
    "outputs": (RangeKind.OUTPUTS, "the outputs"),
    "hidden": (RangeKind.HIDDEN, "the hidden neurons"),
    "neurons": (RangeKind.NEURONS, "every neuron"),
    "uses": (RangeKind.USES, "the ends of a weight's synapses"),
}
SIGNS = {
    "Δw": "dw",
    "δ": "delta",
    "φ": "phi",
    "η": "eta",
    "ξ": "xi",
    "Σ": "sum",
    "∑": "sum",
    "𝓔": "E",
    "′": "'",
}
"""How the textbook's signs may be written, and the name each stands for."""


class Line(Parser):
    """A claim delta[…] = … or dw[…] = …, or an assumption."""

    signs = SIGNS

    def __init__(self, text: str, network: Network, file: str | None, line: int) -> None:
        super().__init__(text, file, line, 1)
        self.network = network
        self.roles = Roles(network)
        self.scope: dict[str, Scope] = {}
        self._entered: list[Scope] = []
        self._for: Token | None = None
        self._sort = "unit"
        self.assumed = False

    def read(self) -> tuple[Equation, Family]:
        """The equation of the line and the family it speaks of."""
        if self.here.text == "assume":
            self.take()
            self.assumed = True
            family = self._said() or Family("what is assumed")
            self._enter_family(family)
            left = self.whole()
        else:
            left, family = self._head()
        self.expect("=")
        right = self.whole()
        if self._for is None or self.here != self._for:
            self.end()
        self._check_roles()
        return Equation(left, right), family

    def _head(self) -> tuple[Sign, Family]:
        """The left side of a claim."""
        letter = self.take()
        if letter.text not in ("delta", "dw"):
            what = f"A line claims delta[…] or dw[…], or begins with assume; not {shown(letter)}."
            self.refuse(what, letter.column)
        places = self._written_indices()
        if len(places) not in LETTERS[letter.text].arity:
            self._arity(letter, len(places))
        family = self._said() or self._unsaid(letter, places)
        self._enter_family(family)
        names = [name.text for name in places]
        if not set(family.letters) <= set(names):
            what = ", ".join(family.letters)
            self.refuse(f"The left side has no index {what}, which `for` names.", letter.column)
        ends = [(self._index(name, letter.text, len(places)), name.column) for name in places]
        at = tuple(index for index, _ in ends)
        if all(isinstance(index, str) for index in at) and self._for is not None:
            self.refuse("A claim about one member by name takes no `for`.", letter.column)
        if len(at) == 2:
            self._synapse(letter, at, f"This line speaks of {family.title}")
        return Sign(letter.text, at), family

    def _enter_family(self, family: Family) -> None:
        scope = Scope(family.letters, family.title, self._sort, members=family.members)
        self.scope.update((name, scope) for name in family.letters)
        self._entered.append(scope)

    def _check_roles(self) -> None:
        """Refuse a letter whose index may stand for something that has no such quantity."""
        for scope in self._entered:
            scope.close(self.network)
        for scope in self._entered:
            wrong = self.roles.complaint(scope)
            if wrong is not None:
                self.refuse(*wrong)

    def _said(self) -> Family | None:
        """The family that `for …` names at the end of the line, read ahead."""
        inside, begins = 0, None
        for n, token in enumerate(self._tokens):
            inside += (token.text == "[") - (token.text == "]")
            if token.text == "for" and inside == 0:
                begins = n
                break
        if begins is None:
            return None
        self._for = token = self._tokens[begins]
        words = [t.text for t in self._tokens[begins + 1 : -1] if t.text != ","]
        family = said(words, self.network)
        if family is None:
            self.refuse(f"After `for` write {AFTER_FOR}.", token.column)
        if not family.members:
            self.refuse(f"This network has no member for `for {' '.join(words)}`.", token.column)
        self._sort = "weight" if words[0] in ("shared", "weight") else "unit"
        return family

    def _unsaid(self, letter: Token, places: list[Token]) -> Family:
        """The family of a left side alone: a name is one member, a letter every one."""
        net, names = self.network, [place.text for place in places]
        if letter.text == "dw" and len(names) == 1:
            if names[0] in net.uses:
                return Family(f"the weight {names[0]}")
            hint = did_you_mean(names[0], net.uses)
            what = f"There is no weight {names[0]!r}. {hint} Or add `for weight w`."
            self.refuse(what, places[0].column)
        for place in places:
            if place.text not in net.units and (len(place.text) > 1 or not place.text.isalpha()):
                hint = did_you_mean(place.text, net.units)
                self.refuse(f"There is no unit {place.text!r}. {hint}", place.column)
        if letter.text == "delta":
            return neurons(names[0], net)
        if names[0] == names[1]:
            self.refuse("A synapse has two ends; write two letters: dw[j,i].", places[1].column)
        family = synapses(names[0], names[1], net)
        if not family.members:
            self.refuse(f"There is no synapse to {names[0]} from {names[1]}.", letter.column)
        return family

    def named(self, name: Token) -> Term:
        if name.text == "sum" and self.at("("):
            return self._sum()
        if name.text == "D" and self.at("("):
            return self._derivative(name)
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
            return self._letter(name)
        if name.text == "dw":
            self.refuse("dw stands on the left side only.", name.column)
        if name.text in self.network.uses and not self.at("(", "["):
            return Sign("w", (name.text,))
        known: Iterable[str] = (*USABLE, "phi", "sum", "D", "pi", *FUNCTIONS, *self.network.uses)
        hint = did_you_mean(name.text, known)
        return self.refuse(f"There is no {name.text!r} in the notation. {hint}", name.column)

    def _letter(self, name: Token) -> Sign:
        """A letter with its indices."""
        if name.text == "delta" and self.assumed:
            what = "An assumption may not speak of delta: that would assume what is to be proved."
            self.refuse(what, name.column)
        places = self._written_indices() if self.at("[") else []
        arity = LETTERS[name.text].arity
        if len(places) not in [n for n in arity if n or 1 not in arity]:
            self._arity(name, len(places))
        at = tuple(self._index(p, name.text, len(places)) for p in places)
        if len(at) == 2 and all(isinstance(i, str) for i in at):
            self._synapse(name, at, "")
        return Sign(name.text, at)

    def _synapse(self, name: Token, at: tuple[Index, ...], words: str) -> None:
        """Every pair of units that these two indices may stand for must be a synapse."""
        if all(isinstance(i, str) for i in at):
            if at not in self.network.weight_of:
                self.refuse(f"There is no synapse to {at[0]} from {at[1]}.", name.column)
            return
        ends = tuple(self._end(index) for index in at)
        last = max((s for _, s in ends if s is not None), key=self._entered.index)
        last.pairs.append((words, ends, name.column))

    def _end(self, index: Index) -> tuple[str, Scope | None]:
        return (index, None) if isinstance(index, str) else (index.name, self.scope[index.name])

    def _derivative(self, name: Token) -> Term:
        """D(E, v[j]): the total derivative of the cost; D(v[k], y[j]): of the one formula of v."""
        if self.assumed:
            what = "An assumption may not speak of D: that would assume what is to be proved."
            self.refuse(what, name.column)
        self.take()
        of, start = self._sign(), self.here
        if of.letter not in ("E", "v"):
            what = "The cost is differentiated here, or a local field: D(E, v[j]), D(v[k], y[j])."
            self.refuse(what, name.column)
        self.expect(",")
        start = self.here
        by = self._sign()
        self.expect(")")
        if of.letter == "v":
            if by.letter not in ("y", "w"):
                self.refuse("v is differentiated by y or w: D(v[k], y[j]).", start.column)
            return Partial(of, by, PartialKind.LOCAL)
        if by.letter not in ("v", "y", "e", "w"):
            self.refuse("𝓔 is differentiated by v, y, e or w: D(E, v[j]).", start.column)
        if by.letter == "e" and Sign("e") not in set(walk(self.network.cost.loss)):
            what = "The cost of this network is not written in e; write D(E, y[j])."
            self.refuse(what, start.column)
        if len(by.at) == 2:
            self._synapse(start, by.at, "D(E, w[…]) is asked for each pair")
        return Partial(of, by, PartialKind.TOTAL)

    def _sign(self) -> Sign:
        name = self.take()
        if name.text not in USABLE:
            self.refuse("D takes two letters of the notation: D(E, v[j]).", name.column)
        return self._letter(name)

    def _sum(self) -> Term:
        self.take()
        start = self.here
        bound = self._between("(", ")") if self.at("(") else [self.take()]
        names = tuple(token.text for token in bound)
        for n, token in enumerate(bound):
            if token.kind != "name":
                self.refuse("A sum begins with its letter: sum(k, …).", token.column)
            if token.text in self.scope or token.text in names[:n]:
                self.refuse(f"The letter {token.text} is bound already.", token.column)
        letters = tuple(Var(name) for name in names)
        over: Range | None = None
        scope = Scope(names, "")
        if self.here.text == "in":
            self.take()
            over = self._set(letters, scope)
        elif names == ("xi",):
            over, scope.sort, scope.words = OVER_SAMPLES, "sample", "every sample"
        elif len(letters) != 1:
            self.refuse("Say what these letters run over: sum((j,i) in uses(w), …).", start.column)
        self.expect(",")
        self.scope.update(dict.fromkeys(names, scope))
        self._entered.append(scope)
        body = self.sum_of_products()
        self.expect(")")
        if over is None:
            over = self._implied(letters[0], body)
            scope.kind, scope.of = over.kind, tuple(self._end(index) for index in over.of)
            scope.words = next(words for kind, words in SETS.values() if kind is over.kind)
        for name in names:
            del self.scope[name]
        return Sum(over, body)

    def _implied(self, k: Var, body: Term) -> Range:
        """In sum(k, … w[k,j] …) k runs over the neurons that j feeds, and the like."""
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

    def _set(self, letters: tuple[Var, ...], scope: Scope) -> Range:
        """The set after `in`, which a letter further out may choose."""
        name = self.take()
        if name.text not in SETS:
            hint = did_you_mean(name.text, SETS)
            self.refuse(f"There is no set {shown(name)}. {hint}", name.column)
        scope.kind, scope.words = kind, _ = SETS[name.text]
        if len(letters) != (2 if kind is RangeKind.USES else 1):
            wanted = "(j,i) in uses(w)" if kind is RangeKind.USES else f"k in {name.text}"
            self.refuse(f"The set {name.text} is written {wanted}.", name.column)
        if name.text not in ("fed", "sources", "uses"):
            return Range(kind, letters)
        self.expect("(")
        if kind is RangeKind.USES and self.here.text == "w" and self.after.text == "[":
            self.take()
            places = self._written_indices()
        else:
            places = [self._name()]
        if len(places) > 2:
            self.refuse("uses takes a weight: uses(w) or uses(w[j,i]).", name.column)
        role = "w" if kind is RangeKind.USES else name.text
        of = tuple(self._index(place, role, len(places)) for place in places)
        self.expect(")")
        scope.of = tuple(self._end(index) for index in of)
        if len(of) == 2:
            self._synapse(places[0], of, "uses(w[…]) is asked for each pair")
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
        """An index; a name such as 2b is two tokens side by side."""
        first = self.take()
        if first.kind not in ("name", "number"):
            self.refuse(f"Expected an index, but found {shown(first)}.", first.column)
        text = first.text
        while self.here.kind in ("name", "number") and self.here.column == first.column + len(text):
            text += self.take().text
        return Token("name", text, first.column) if text != first.text else first

    def _index(self, place: Token, letter: str, arity: int) -> Index:
        """The unit or the bound letter that an index names, its role kept for the check."""
        name = place.text
        role = "weight" if letter in ("w", "dw") and arity == 1 else letter
        if name in self.scope:
            self.scope[name].reads.append((role, name, place.column))
            return Var(name)
        sort, known = self.roles.allowed(role)
        if name in known:
            return name
        if sort == "unit" and name in self.network.units:
            self.refuse(f"The unit {self.roles.lacks(role, name)}.", place.column)
        if len(name) == 1 and name.isalpha():
            self.refuse(f"{name} is free; did you mean sum({name}, …)?", place.column)
        hint = did_you_mean(name, known)
        return self.refuse(f"There is no {sort} {name!r} here. {hint}", place.column)

    def _arity(self, letter: Token, count: int) -> NoReturn:
        arity = LETTERS[letter.text].arity
        takes = " or ".join(str(n) for n in arity if n) or "no"
        word = "index" if takes == "1" else "indices"
        self.refuse(f"{letter.text} takes {takes} {word}, not {count}.", letter.column)


def _only_signals(body: Term, k: Var) -> bool:
    """Whether k appears only in w and y, which an input and the bias unit have as well."""
    return all(
        k not in getattr(part, "at", ()) or getattr(part, "letter", "") in ("w", "y")
        for part in walk(body)
    ) and not any(isinstance(part, Phi) and part.neuron == k for part in walk(body))
