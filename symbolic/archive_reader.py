"""Plain data read as a derivation: every part looked at, every mistake named with its path.

The shapes here are also what `archive.py` writes.  Nothing is checked but that it is well formed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from fractions import Fraction
from typing import Any, NoReturn

from symbolic.calculus import FUNCTIONS
from symbolic.derivation import (
    JUSTIFICATIONS,
    Definition,
    Derivation,
    Family,
    Justification,
    Source,
    Step,
)
from symbolic.errors import InputError, did_you_mean
from symbolic.forward import definitions
from symbolic.grammar import MOST_DEEP, MOST_POWER
from symbolic.network import Network, Synapse
from symbolic.notation import LETTERS
from symbolic.spec import from_data
from symbolic.terms import (
    KINDS,
    Add,
    Call,
    Cases,
    Condition,
    Constant,
    Equation,
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
    Relation,
    Sign,
    Sum,
    Term,
    Var,
)

FORMAT, VERSION = "proofprop derivation", 1
MOST_DIGITS = 2_000
MOST_CHARACTERS = 400
_LETTERS = {letter: letter for letter in LETTERS}
_FUNCTIONS = {name: name for name in FUNCTIONS}
KEYS = ("format", "version", "title", "network", "families", "given", "steps", "goal")

FIELDS: dict[type, dict[str, str]] = {  # kind of term: its fields and how each is written
    Num: {"value": "rational"},
    Constant: {"name": "constant"},
    Sign: {"letter": "letter", "at": "indices"},
    Add: {"terms": "terms"},
    Mul: {"factors": "terms"},
    Frac: {"numerator": "term", "denominator": "term"},
    Pow: {"base": "term", "exponent": "exponent"},
    Call: {"function": "function", "argument": "term"},
    Phi: {"neuron": "index", "order": "order", "argument": "term"},
    Cases: {"pieces": "pieces", "otherwise": "term"},
    Partial: {"of": "sign", "by": "sign", "kind": "partial"},
    Sum: {"over": "range", "body": "term"},
}
ARITY: dict[RangeKind, tuple[int, tuple[int, ...]]] = {  # kind: bound letters, own indices
    RangeKind.FED_BY: (1, (1,)),
    RangeKind.FEEDING: (1, (1,)),
    RangeKind.NEURONS: (1, (0,)),
    RangeKind.OUTPUTS: (1, (0,)),
    RangeKind.HIDDEN: (1, (0,)),
    RangeKind.SAMPLES: (0, (0,)),
    RangeKind.USES: (2, (1, 2)),
}
_RATIONAL = re.compile(rf"-?\d{{1,{MOST_DIGITS}}}(/\d{{1,{MOST_DIGITS}}})?\Z", re.ASCII)
_LETTER = re.compile(r"[A-Za-z]\w{0,19}\Z")


_KIND = {kind.__name__: kind for kind in KINDS}
_BECAUSE = {kind.__name__: kind for kind in JUSTIFICATIONS}


@dataclass
class Reader:
    """Plain data taken apart; `where` is always the path to what is being read."""

    file: str | None
    network: Network = field(init=False)
    families: tuple[Family, ...] = ()
    scope: set[str] = field(default_factory=set)

    def derivation(self, data: Any) -> Derivation:
        data = self.table(data, "", KEYS)
        if data["format"] != FORMAT:
            self.refuse("format", f"this is no saved derivation: format is {FORMAT!r}")
        if data["version"] != VERSION or type(data["version"]) is not int:
            self.refuse("version", f"only version {VERSION} of the format is known")
        title = self.text(data["title"], "title")
        self.network = self.read_network(data["network"])
        self.families = self.each(data["families"], "families", self.family)
        given = self.each(data["given"], "given", self.definition)
        own = definitions(self.network)
        for n, line in enumerate(given):
            if n >= len(own) or line != own[n]:
                self.refuse(f"given[{n}]", "this is not the network's own definition")
        if len(given) < len(own):
            self.refuse("given", f"{len(own) - len(given)} definitions of the network are missing")
        steps = self.each(data["steps"], "steps", self.step)
        if not steps:
            self.refuse("steps", "nothing is claimed")
        for n, step in enumerate(steps):
            for place, cited in enumerate(step.uses):
                if cited >= n:
                    self.refuse(f"steps[{n}].uses[{place}]", "a line may cite earlier lines only")
        goal = self.each(data["goal"], "goal", self.number)
        for place, n in enumerate(goal):
            if n >= len(steps):
                self.refuse(f"goal[{place}]", f"there is no step {n}")
        return Derivation(title, self.network, given, steps, goal)

    def read_network(self, data: Any) -> Network:
        if not isinstance(data, dict):
            self.refuse("network", "this is no object")
        plain = {key: value for key, value in data.items() if key not in ("layers", "synapses")}
        try:
            network = from_data(plain, self.file)
        except InputError as error:
            self.refuse("network", error.what)
        if "layers" in data:
            layers = self.each(data["layers"], "network.layers", self.names)
            if sorted(u for layer in layers for u in layer) != sorted(network.units[1:]):
                self.refuse("network.layers", "the layers do not hold every unit once")
            network = replace(network, layers=layers)
        if "synapses" in data:
            pairs = self.each(data["synapses"], "network.synapses", self.names)
            if sorted(pairs) != sorted(network.weight_of):
                self.refuse("network.synapses", "these are not the synapses of the neurons")
            order = tuple(Synapse(j, i, network.weight_of[j, i]) for j, i in pairs)
            network = replace(network, synapses=order)
        return network

    def family(self, data: Any, where: str) -> Family:
        data = self.table(data, where, ("title", "letters", "members"))
        letters = self.each(data["letters"], f"{where}.letters", self.text)
        if len(set(letters)) < len(letters) or not all(map(_LETTER.match, letters)):
            self.refuse(f"{where}.letters", "these are no distinct index letters")
        members = self.each(data["members"], f"{where}.members", self.names)
        known = {*self.network.units, *self.network.uses}
        for n, member in enumerate(members):
            if len(member) != len(letters):
                what = f"a member has a name for each of the {len(letters)} letters"
                self.refuse(f"{where}.members[{n}]", what)
            if not known.issuperset(member):
                self.refuse(f"{where}.members[{n}]", "the network has no such unit or weight")
        return Family(self.text(data["title"], f"{where}.title"), letters, members)

    def over(self, data: Any, where: str) -> Family:
        n = self.number(data, where)
        if n >= len(self.families):
            self.refuse(where, f"there is no family {n}")
        family = self.families[n]
        self.scope = set(family.letters)
        return family

    def definition(self, data: Any, where: str) -> Definition:
        data = self.table(data, where, ("head", "body", "over"))
        over = self.over(data["over"], f"{where}.over")
        head = self.sign(data["head"], f"{where}.head")
        return Definition(head, self.term(data["body"], f"{where}.body"), over)

    def step(self, data: Any, where: str) -> Step:
        data = self.table(data, where, ("claim", "because", "over", "uses"), ("source",))
        over = self.over(data["over"], f"{where}.over")
        claim = self.table(data["claim"], f"{where}.claim", ("left", "right"))
        left = self.term(claim["left"], f"{where}.claim.left")
        right = self.term(claim["right"], f"{where}.claim.right")
        because = self.because(data["because"], f"{where}.because")
        uses = self.each(data["uses"], f"{where}.uses", self.number)
        source = None
        if "source" in data:
            place = self.table(data["source"], f"{where}.source", ("file", "line", "column"))
            file = self.text(place["file"], f"{where}.source.file")
            line = self.number(place["line"], f"{where}.source.line")
            source = Source(file, line, self.number(place["column"], f"{where}.source.column"))
        return Step(Equation(left, right), because, over, uses, source)

    def because(self, data: Any, where: str) -> Justification:
        kind = self.kind(data, where, "kind", _BECAUSE)
        names = tuple(f.name for f in fields(kind))
        data = self.table(data, where, ("kind", *names))
        made: Justification = kind(*(self.text(data[name], f"{where}.{name}") for name in names))
        return made

    # --- terms ---------------------------------------------------------------------------------

    def term(self, data: Any, where: str, depth: int = 0) -> Term:
        if depth > MOST_DEEP:
            self.refuse(where, f"this term is nested more than {MOST_DEEP} deep")
        kind = self.kind(data, where, "term", _KIND)
        data = self.table(data, where, ("term", *FIELDS[kind]))
        bound: set[str] = set()
        values: list[Any] = []
        for name, how in FIELDS[kind].items():
            value = _PARTS[how](self, data[name], f"{where}.{name}", depth + 1)
            if isinstance(value, Range):
                bound = {letter.name for letter in value.bound} - self.scope
                self.scope |= bound
            values.append(value)
        self.scope -= bound
        made: Term = kind(*values)
        if isinstance(made, Sign):
            takes = LETTERS[made.letter].arity
            takes = tuple(count for count in takes if count or 1 not in takes)
            if len(made.at) not in takes:
                said = " or ".join(map(str, takes))
                self.refuse(where, f"{made.letter} takes {said} indices, not {len(made.at)}")
        return made

    def terms(self, data: Any, where: str, depth: int) -> tuple[Term, ...]:
        return self.each(data, where, lambda part, at: self.term(part, at, depth))

    def pieces(self, data: Any, where: str, depth: int) -> tuple[tuple[Condition, Term], ...]:
        def piece(part: Any, at: str) -> tuple[Condition, Term]:
            part = self.table(part, at, ("if", "then"))
            guard = self.table(part["if"], f"{at}.if", ("left", "right", "relation"))
            left = self.term(guard["left"], f"{at}.if.left", depth)
            right = self.term(guard["right"], f"{at}.if.right", depth)
            relation = self.choice(guard["relation"], f"{at}.if.relation", Relation)
            then = self.term(part["then"], f"{at}.then", depth)
            return Condition(left, relation, right), then

        return self.each(data, where, piece)

    def sign(self, data: Any, where: str, depth: int = 0) -> Sign:
        found = self.term(data, where, depth)
        if not isinstance(found, Sign):
            self.refuse(where, "here stands a single letter of the notation, a Sign")
        return found

    def range(self, data: Any, where: str, depth: int) -> Range:
        data = self.table(data, where, ("kind", "bound", "of"))
        kind = self.choice(data["kind"], f"{where}.kind", RangeKind)
        of = self.each(data["of"], f"{where}.of", self.index)
        names = self.each(data["bound"], f"{where}.bound", self.text)
        if not all(name[:1] == "$" and _LETTER.match(name[1:]) for name in names):
            self.refuse(f"{where}.bound", 'a bound letter is written "$k"')
        count, own = ARITY[kind]
        if len(set(names)) != count or len(names) != count or len(of) not in own:
            self.refuse(where, f"a sum over {str(kind)!r} binds {count} letters, of {own} indices")
        return Range(kind, tuple(Var(name[1:]) for name in names), of)

    def index(self, data: Any, where: str, depth: int = 0) -> Index:
        name = self.text(data, where)
        if name.startswith("$"):
            if name[1:] not in self.scope:
                self.refuse(where, f"the index {name} is bound by nothing")
            return Var(name[1:])
        if name not in self.network.units and name not in self.network.uses:
            known = (*self.network.units, *self.network.uses)
            self.refuse(where, f"there is no {name!r} in the network. {did_you_mean(name, known)}")
        return name

    # --- plain values --------------------------------------------------------------------------

    def rational(self, data: Any, where: str, depth: int = 0) -> Fraction:
        if not isinstance(data, str) or not _RATIONAL.match(data):
            self.refuse(where, 'a number is a text such as "2" or "-1/3"')
        try:
            return Fraction(data)
        except ZeroDivisionError:
            self.refuse(where, "the denominator is zero")

    def exponent(self, data: Any, where: str, depth: int) -> Fraction:
        found = self.rational(data, where)
        if max(abs(found.numerator), found.denominator) > MOST_POWER:
            self.refuse(where, f"an exponent may go up to {MOST_POWER}, in both its parts")
        return found

    def number(self, data: Any, where: str, depth: int = 0) -> int:
        if type(data) is not int or not 0 <= data < 2**31:
            self.refuse(where, "here stands a whole number, 0 or more")
        return data

    def order(self, data: Any, where: str, depth: int) -> int:
        if self.number(data, where) > 2:
            self.refuse(where, "φ has order 0, 1 or 2")
        return int(data)

    def text(self, data: Any, where: str, depth: int = 0) -> str:
        if not isinstance(data, str) or len(data) > MOST_CHARACTERS or not data.isprintable():
            what = f"here stands a printable text of up to {MOST_CHARACTERS} characters"
            self.refuse(where, what)
        return data

    def names(self, data: Any, where: str) -> tuple[str, ...]:
        if not isinstance(data, list) or not all(isinstance(name, str) for name in data):
            self.refuse(where, "here stands a list of names")
        return tuple(data)

    def choice(self, data: Any, where: str, kinds: Any) -> Any:
        return self.known(data, where, {str(kind): kind for kind in kinds})

    def known(self, data: Any, where: str, table: Mapping[str, Any]) -> Any:
        if not isinstance(data, str) or data not in table:
            self.refuse(where, f"{str(data)[:40]!r} is not known. {did_you_mean(str(data), table)}")
        return table[data]

    def kind(self, data: Any, where: str, key: str, table: Mapping[str, Any]) -> Any:
        if not isinstance(data, dict) or key not in data:
            self.refuse(where, f"here stands an object with the key {key!r}")
        return self.known(data[key], f"{where}.{key}", table)

    def each(self, data: Any, where: str, one: Callable[[Any, str], Any]) -> tuple[Any, ...]:
        if not isinstance(data, list):
            self.refuse(where, "here stands a list")
        return tuple(one(entry, f"{where}[{n}]") for n, entry in enumerate(data))

    def table(
        self, data: Any, where: str, keys: tuple[str, ...], more: tuple[str, ...] = ()
    ) -> dict[str, Any]:
        if not isinstance(data, dict):
            self.refuse(where, f"here stands an object with the keys {', '.join(keys)}")
        for key in keys:
            if key not in data:
                self.refuse(where, f"the key {key!r} is missing")
        for key in data:
            if key not in keys and key not in more:
                extra = " (verdicts are not read: they are made anew)" * (key == "verdict")
                self.refuse(where, f"the key {key[:40]!r} is not known{extra}")
        return data

    def refuse(self, where: str, what: str) -> NoReturn:
        raise InputError(f"{where}: {what}" if where else what, file=self.file)


_PARTS: dict[str, Callable[[Reader, Any, str, int], Any]] = {
    "term": Reader.term,
    "terms": Reader.terms,
    "sign": Reader.sign,
    "pieces": Reader.pieces,
    "range": Reader.range,
    "index": Reader.index,
    "indices": lambda reader, data, where, depth: reader.each(data, where, reader.index),
    "rational": Reader.rational,
    "exponent": Reader.exponent,
    "order": Reader.order,
    "letter": lambda reader, data, where, depth: reader.known(data, where, _LETTERS),
    "constant": lambda reader, data, where, depth: reader.known(data, where, {"pi": "pi"}),
    "function": lambda reader, data, where, depth: reader.known(data, where, _FUNCTIONS),
    "partial": lambda reader, data, where, depth: reader.choice(data, where, PartialKind),
}
