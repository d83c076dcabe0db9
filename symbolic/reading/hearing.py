"""What the words of a document have said of index letters so far, for good and for one sentence."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from symbolic.reading.context import Named, Role
from symbolic.reading.markup import ends
from symbolic.reading.profile import Profile
from symbolic.reading.roles_said import plainly_said, said
from symbolic.reading.spans import span_from

_BOLD = r"(?:\*\*|__)?"
_PART = rf"(?:(?:\([a-z0-9]{{1,3}}\)|\d{{1,2}}[.)]|(?:step|part) \d{{1,2}}[.:]?){_BOLD}[ \t]*)?"
_FRAGMENT = (
    rf"(?<=\n\n)[ \t]*(?!for [^\n.:]*(?:\n|$)){_BOLD}{_PART}{_BOLD}(?:(?:for )?the )?"
    r"((?:output|hidden)[- ](?:layer|neuron|unit|node)s?)"
    rf"[.:]?{_BOLD}[.:]?(?=[ \t]*(?:$|(?-i:[A-Z])))"
)
"""A paragraph that begins as a heading would: (b) Hidden layer.

A line "For the output units" is none: it leads up to its formula."""
HEADING = re.compile(rf"^#{{1,6}} |\\(?:sub)*section\b|{_FRAGMENT}", re.MULTILINE | re.IGNORECASE)
_END = re.compile(r"[.!?](?:\s|$)|\n\s*\n\s*\S")
_TITLE = re.compile(rf"^# (.*)$|{_FRAGMENT}", re.MULTILINE | re.IGNORECASE)
_CAPTION = re.compile(r"[a-z][^.!?:;]*\b(?:of|at) ?")  # the error signal of output neuron j
_KIND = re.compile(
    r"\b(output|hidden)(?:[- ]layer)?[- ](?:neuron|unit|node|layer)s?\b", re.IGNORECASE
)

_STEM = r"(?:[A-Za-z]|\\[a-z]+(?:\{(?:\w|\\_|[ '-])*\})?)(?:_(?:\w|\{[\w,]*\}))?"
_NAME = rf"(?:\d+|{_STEM}(?:\[\d+\])?)"
NAMED = re.compile(rf"\s*[A-Za-z]\s*=\s*({_NAME}(?:\s*,\s*(?:\\[, ]\s*)?(?:{_NAME}|\\l?dots))*)\s*")
"""The neurons that are meant, by number or name: j = 3, 4."""
_HERE = re.compile(r"\(here \$([A-Za-z])\s*=\s*([^$]*)\$\)")
"""All the neurons of a given network that are meant: (here j = h_1, h_2)."""
_OF_SOME = re.compile(r"\b(?:neuron|unit)s? \$([^$]*)\$")


def some_neurons(words: str) -> Named | None:
    """The neurons that the last sentence of some words speaks of by name.

    >>> some_neurons("The activation function of the neurons $j = 3, 4$ is")
    Named(letter='j', names=('3', '4'))
    """
    last = _END.split(" ".join(words.split()))[-1]
    for mention in _OF_SOME.findall(last):
        letter, relation, names = mention.partition("=")
        if relation and letter.strip().isalpha():
            return Named(letter.strip(), tuple(name.strip() for name in names.split(",")))
    return None


_EVERY = re.compile(r"\b(?:every|each|any|all)\b", re.IGNORECASE)
_RUNS = re.compile(
    r"\$\s*([^$]{1,40}?)\s*\$ (?:now )?(?:(?:be|is|are|denotes?|stands for)"
    r" (?:any|every|each|all|some|an arbitrary|arbitrary)\b|(?:runs?|ranges?) over\b)",
    re.IGNORECASE,
)
"""A letter that is said to stand for more than one neuron."""
_CAPTIONED = re.compile(r"\s*[a-z][^.:;$]*\bof neuron \$([A-Za-z])\$[^.:;$]*(?=\(here )")
"""Words below a formula: function signal of neuron j of the softmax group (here j = o_1, o_2)."""


def here(after: str, letter: str) -> tuple[str, ...]:
    """The neurons that are listed behind the words about a letter; none where some are left out."""
    found = _HERE.search(after)
    if found is None or found[1] != letter or "$" in after[: found.start()] or "dots" in found[2]:
        return ()
    return tuple(name.strip() for name in found[2].split(","))


_OPPOSITE = {"output", "hidden"}
_CARRIED = ("output", "hidden", "input")
_OTHERS = re.compile(
    r"\b(?:output|hidden|input)\b|\b(?:all|any|every|each)(?: of)?(?: the| other)*"
    r" (?:\w+ )?(?:neuron|unit|node|layer)|\b(?:any|every|each) \$",
    re.IGNORECASE,
)


@dataclass
class Hearing:
    """`local` roles were said with if or for every, and hold until their sentence ends.

    `passed` is what the sentence before said of its neurons: "for hidden units", "for hidden j".

    `kind` is that of the neurons which the last heading names, at the character `section`;
    `counts` are letters that are also numbers of neurons, and where; `since` those of which
    something was said after the last words about neurons without a letter.
    """

    profile: Profile
    roles: dict[str, Role] = field(default_factory=dict)
    local: dict[str, Role] = field(default_factory=dict)
    passed: dict[str, Role] = field(default_factory=dict)
    kind: str = ""
    section: int = -1
    counts: list[tuple[str, int]] = field(default_factory=list)
    since: set[str] = field(default_factory=set)

    def listen(self, words: str, mentions: Sequence[int], claimed: bool) -> bool:
        """Take in the words before a formula; whether a sentence ended among them.

        `mentions` are where the formulas among the words stand; `claimed` says whether something
        was claimed in the sentence that goes on.
        """
        ended = ends(words, claimed)
        last = [0, *ends(words.rstrip(" .!?;\n"), claimed)][-1]
        if ended:
            last = max(last, ended[0]) if claimed else last  # the end of what was claimed before
            self.hear(words[:last], mentions, -1)
            self.ends()
        self.hear(words[last:], mentions[words[:last].count("$") // 2 :], -1)
        for title in _TITLE.finditer(plainly_said(words)):
            kinds = {kind.lower() for kind in _KIND.findall(title[0])}
            self.kind = kinds.pop() if len(kinds) == 1 else ""
        return bool(ended)

    def ends(self) -> None:
        """The sentence ends: what it said of its neurons may be carried to the next."""
        self.passed = {name: one for name, one in self.local.items() if one.role in _CARRIED}
        self.local.clear()

    def carried(self, letter: str, words: str) -> Role | None:
        """What the sentence before said of the first neuron, where the next goes on from there.

        A sentence with "then" or "therefore" that names no neurons speaks of those before it.
        What is found holds to the end of the sentence.
        """
        found = self.passed.get(letter) or self.passed.get("*")
        if not letter or found is None or letter in self.local or "*" in self.local:
            return None
        others = _OTHERS.search(re.split(r"(?<=[.!?])\s", words)[-1])
        if others or (letter in self.roles and self.roles[letter].at > found.at):
            return None
        return replace(found, letter=letter)

    def hear(self, words: str, mentions: Sequence[int], at: int, trailing: bool = False) -> None:
        """Take in some words; `trailing` ones speak of the formula before them alone."""
        passed = 0
        for paragraph in re.split(r"\n\s*\n", words):
            flat = " ".join(paragraph.split())
            in_table = flat.startswith("|") or " & " in flat
            if not in_table:
                self._paragraph(flat, mentions[passed:], at, trailing)
            passed += flat.count("$") // 2

    def _paragraph(self, flat: str, mentions: Sequence[int], at: int, trailing: bool) -> None:
        units = self.profile.units
        for name in _RUNS.findall(flat) if units is not None else ():
            if units is not None and name in units.numbers:
                self.roles[name] = Role(name, "every", max(at, 0))
        for one in said(flat):
            sort = self.profile.letters.get(one.letter)
            named = units is not None and one.letter in units.numbers
            if named and self.profile.symbol(one.letter) is not None:
                continue  # "output h of a unit" where signals are written h
            if one.letter != "*" and sort not in ("neuron", "layer") and not named:
                continue
            if _CAPTION.fullmatch(flat[: one.start]) and flat[-1] not in ".:;,":
                continue
            before = flat[: one.start].count("$") // 2
            place = mentions[before] if before < len(mentions) else max(at, 0)
            role = Role(one.letter, one.role, place, one.of, here(flat[one.end :], one.letter))
            before_it = self.roles.get(one.letter)
            if named and before_it is not None and before_it.role == "every":
                continue
            if named and _EVERY.search(flat[max(0, one.start - 12) : one.end]):
                self.roles[one.letter] = replace(role, role="every")
                continue
            self.local.pop(one.letter, None)
            local = one.local or trailing or (one.summed and self._layered)
            if one.role == "within" and not local and span_from(one.letter, one.of).late != 1:
                role = replace(role, role="any", of="")  # it counts the layers
            if local and before_it is not None and {role.role, before_it.role} == _OPPOSITE:
                del self.roles[one.letter]  # the text has gone on to the others
            (self.local if local else self.roles)[one.letter] = role
            self.since = set() if one.letter == "*" else {*self.since, one.letter}
            if one.count:
                self.counts.append((one.letter, place))

    def caption(self, words: str, at: int) -> None:
        """Take in what words below a formula say of the neurons that it is about."""
        found = _CAPTIONED.match(" ".join(words.split()))
        names = here(" ".join(words.split())[found.end() :], found[1]) if found else ()
        if found and names:
            known = self.local.get(found[1]) or self.roles.get(found[1])
            role = known.role if known is not None else "any"
            self.local[found[1]] = Role(found[1], role, at, names=names)

    @property
    def _layered(self) -> bool:
        """Whether sums have their range by layers: what words say of one is said of it alone."""
        return "layer" in self.profile.letters.values()

    def titled(self, letter: str, roles: Mapping[str, Role]) -> Role | None:
        """What the heading says of the first neuron of a formula, if nothing below it does."""
        said_of = roles.get(letter)
        if not (letter and self.kind) or self._layered or "*" in self.local:
            return None
        if letter in self.local or (said_of is not None and said_of.at > self.section):
            return None
        return Role(letter, self.kind, max(self.section, 0))
