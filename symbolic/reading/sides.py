"""The sides of a chain of equations as formulas: with indices, as whole arrays, by cases."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from symbolic.reading.anywhere import speaks_of_any_field, with_slopes
from symbolic.reading.arguments import with_argument, with_indicators, with_signs, without_arguments
from symbolic.reading.chains import Case, Chain
from symbolic.reading.context import Context, Notes, Role
from symbolic.reading.elaborate import Elaborator
from symbolic.reading.formulas import Formula, Range, with_range
from symbolic.reading.grammar import parse
from symbolic.reading.hearing import Hearing, here
from symbolic.reading.matrices import components, is_whole, normed
from symbolic.reading.pairs import Pair, of_row
from symbolic.reading.profile import Profile
from symbolic.reading.prose import Lead, after
from symbolic.reading.relations import Relations
from symbolic.reading.roles_said import said
from symbolic.reading.source import NotUnderstood
from symbolic.reading.tokens import Tok

NEAR = 40
"""So many characters before a formula may ask for what it says."""
_CONDITION = re.compile(r"(?:,|and|;)*\s*(?:if|for|when|where)?\s*")


class Sides:
    """Reads the sides of chains, and adds those by cases to the relations of a document."""

    def __init__(
        self, profile: Profile, relations: Relations, hearing: Hearing, sets: Mapping[str, str]
    ) -> None:
        self.profile, self.relations, self.hearing = profile, relations, hearing
        self.sets = sets

    def members(
        self, members: Sequence[Sequence[Tok]], context: Context, notes: Notes
    ) -> list[Formula | None]:
        """The sides of a chain; whole vectors and matrices by their components."""
        layered = "layer" in self.profile.letters.values()
        bare = [
            with_signs(
                with_indicators(
                    with_argument(without_arguments(member, self.profile), self.profile)
                )
            )
            for member in members
        ]
        trees = [parse(normed(m) if layered else m) if m else None for m in bare]
        trees = [None if tree is None else with_slopes(tree, self.profile) for tree in trees]
        written = [tree for tree in trees if tree is not None]
        everywhere = any(speaks_of_any_field(tree, self.profile) for tree in written)
        if not everywhere and any(is_whole(tree, context) for tree in written):
            if "*" in self.hearing.local:
                raise NotUnderstood(
                    "It is said of some neurons, and shows whole vectors.",
                    "Write it with indices.",
                    next(member for member in members if member)[0].at,
                )
            trees = components(trees, context)
        reader = Elaborator(context, notes)
        return [None if tree is None else reader.read(tree) for tree in trees]

    def cases(self, chain: Chain, context: Context, words: Lead, span: str, piece: int) -> None:
        """One claim for each row, under the roles that its condition gives."""
        last: tuple[str, str] | None = None
        pair: Pair | None = None
        for case in chain.cases:
            condition = of_units(case.condition, self.profile)
            pair = of_row(condition, pair, self.profile.letters)
            if pair is not None:
                row = replace(words, pairs=(*words.pairs, pair))
                self._row(chain, case, context, row, span, piece)
                continue
            trouble = after(condition, True, self.profile.words).why
            if trouble:
                raise NotUnderstood(trouble.capitalize() + ".", "Write if j is …", chain.at)
            roles = dict(context.roles)
            heard = list(said(condition))
            for one in heard:
                letter = first_letter(chain, self.profile) if one.letter == "*" else one.letter
                names = here(" ".join(condition.split())[one.end :], letter)
                roles[letter] = Role(letter, one.role, chain.at, one.of, names)
                last = letter, one.role
            if not heard and last and "otherwise" in condition.lower():
                letter, role = last
                opposite = {"output": "hidden", "hidden": "output"}.get(role, "any")
                roles[letter] = Role(letter, opposite, chain.at)
            elif not heard:
                raise NotUnderstood(
                    "The condition of a case is not understood.",
                    "Write \\text{if } j \\text{ is an output neuron}.",
                    chain.at,
                )
            inner = Context(self.profile, roles, self.sets)
            self._row(chain, case, inner, words, span, piece)
        self.relations.chain = None

    def _row(
        self, chain: Chain, case: Case, context: Context, words: Lead, span: str, piece: int
    ) -> None:
        notes = Notes()
        members = self.members((*chain.members, case.tokens), context, notes)
        if span:
            members = [with_range(m, Range(span)) if m else None for m in members]
        self.relations.add(chain, members, context, notes, words, piece)


def of_units(condition: str, profile: Profile) -> str:
    """A condition that names units of the given network, if $j = p$, as words about these."""
    units = profile.units
    match = re.search(r"\b(?:if|when)[ ~]+\$\s*([A-Za-z])\s*=([^$]*)\$", condition)
    if units is None or match is None or profile.letters.get(match[1]) != "neuron":
        return condition
    if any(units.number(name) is None for name in match[2].split(",")):
        return condition
    words = f"if ${match[1]}$ is any one of these (here ${match[1]} = {match[2].strip()}$)"
    return condition[: match.start()] + words + condition[match.end() :]


def named_units(text: str, words: str, profile: Profile) -> str:
    """The letter that is said to stand for units of the network: if $j = p$; else empty."""
    units = profile.units
    match = re.fullmatch(r"\s*([A-Za-z])\s*=([^$]*)", text) if units is not None else None
    if units is None or match is None:
        return ""
    if re.search(r"\b(?:if|when|for)\s*$", words[-NEAR:], re.IGNORECASE) is None:
        return ""
    known = all(units.number(name) is not None for name in match[2].split(","))
    return match[1] if known and profile.letters.get(match[1]) == "neuron" else ""


def paired(
    found: Sequence[Chain], letters: Mapping[str, str]
) -> tuple[list[Chain], list[tuple[Pair, ...]]]:
    """The chains but those that say of which pairs the one before them is: if i = j."""
    kept: list[Chain] = []
    pairs: list[tuple[Pair, ...]] = []
    for one in found:
        pair = of_row(_typed(one), None, letters)
        if pair is not None and kept and _CONDITION.fullmatch(one.before.strip().lower()):
            pairs[-1] = (*pairs[-1], pair)
        else:
            kept.append(one)
            pairs.append(())
    return kept, pairs


def _typed(chain: Chain) -> str:
    """A chain as it stands."""
    found = [*chain.members[0]]
    for relation, member in zip(chain.relations, chain.members[1:], strict=False):
        found += [relation, *member]
    return " ".join(token.text for token in found)


def first_letter(chain: Chain, profile: Profile) -> str:
    """The neuron of the left side: its first index letter, of a weight where it leads to."""
    base, below = "", False
    found: list[str] = []
    for token in chain.members[0]:
        if below and token.kind == "SYM" and profile.letters.get(token.text) == "neuron":
            found.append(token.text)
        elif found and token.kind not in ("LB", "COMMA"):
            break
        elif token.kind == "SYM":
            base = token.text
        below = token.kind == "SUB" or (below and token.kind in ("LB", "SYM", "COMMA"))
    symbol = profile.symbol(base)
    turned = symbol is not None and symbol.kind == "weight" and symbol.order == "from to"
    return found[-1 if turned else 0] if found else ""
