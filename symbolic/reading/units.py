"""The units and weights of a given network as our pages write them: h_1[3], x_1, w_a.

A name is one sign, however many letters it has.  Below another sign a name is a unit; elsewhere it
is the signal of an input or a weight.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from symbolic.errors import InputError, did_you_mean
from symbolic.network import Network
from symbolic.reading.profile import Profile
from symbolic.reading.source import Fault, NotUnderstood
from symbolic.reading.tokens import Tok, closing_brace, script_end, tokens
from symbolic.unit_signs import input_latex, unit_latex, unit_name, weight_latex, weight_name

Pair = tuple[int, int]


@dataclass(frozen=True)
class Units:
    """What the names of a network stand for, in LaTeX as it is `spelled`.

    `latex` is how the unit of each number is written, and `names` in words, as are the softmax
    `groups`; `signals` are the inputs with a sign of their own, `weights` where each weight leads
    first: to, from; `kinds` says which unit is an output, hidden or an input; whether some weights
    are `shared`.
    """

    network: str
    latex: Mapping[int, str]
    names: tuple[str, ...]
    groups: tuple[str, ...]
    signals: Mapping[str, int]
    weights: Mapping[str, Pair]
    kinds: Mapping[int, str]
    shared: bool = False

    @cached_property
    def called(self) -> tuple[tuple[int, str], ...]:
        """How every number is written: a unit, or a weight that only formulas of neurons read."""
        alone = {pair[0]: sign for sign, pair in self.weights.items() if pair[0] < 0}
        return (*self.latex.items(), *alone.items())

    @cached_property
    def numbers(self) -> dict[str, int]:
        """The number of the unit that is written so."""
        return {spelled(tokens(latex)): n for n, latex in self.latex.items()}

    @cached_property
    def own(self) -> dict[tuple[str, tuple[int, ...]], str]:
        """The signs that stand for y or w and its indices."""
        found: dict[tuple[str, tuple[int, ...]], str] = {}
        found.update({("w", pair): latex for latex, pair in self.weights.items()})
        found.update({("y", (n,)): latex for latex, n in self.signals.items()})
        return found

    @cached_property
    def signs(self) -> dict[str, tuple[str, tuple[int, ...]]]:
        """What is written so outside of scripts: an array and its indices."""
        return {spelled(tokens(latex)): meant for meant, latex in self.own.items()}

    def unnamed(self, words: str) -> str:
        """Words in which a neuron is spoken of and not named: "for neuron h1" as "for neuron"."""
        return self._grouped.sub(r"\1", self._named.sub(r"\1", words))

    @cached_property
    def _grouped(self) -> re.Pattern[str]:
        names = "|".join(map(re.escape, sorted(self.groups, key=len, reverse=True)))
        return re.compile(rf"\b(softmax group) (?:{names})(?!\w)" if names else r"(?!)()")

    @cached_property
    def _named(self) -> re.Pattern[str]:
        names = "|".join(map(re.escape, sorted(self.names, key=len, reverse=True)))
        names = names.replace(r"\]", r"\\?\]")  # Markdown escapes a bracket
        return re.compile(rf"\b((?:neuron|unit)s?) (?:{names})(?![\w\[])", re.IGNORECASE)

    def number(self, latex: str) -> int | None:
        """The number of the unit that is written so or has this name, None where there is none."""
        named = dict(zip(self.names, self.latex, strict=True))
        try:
            return self.numbers.get(spelled(tokens(latex)), named.get(latex.strip()))
        except NotUnderstood:
            return None

    def unknown(self, name: str, at: int) -> NotUnderstood:
        """There is no unit of this name."""
        return NotUnderstood(
            f"The network {self.network} has no unit {name}.",
            did_you_mean(name, list(self.latex.values())),
            at,
            Fault.INDEX,
        )


def units_of(
    network: Network, numbers: Mapping[str, int], pairs: Mapping[str, Pair], name: str
) -> Units:
    """The names of a network whose units have these numbers and whose weights these places.

    Raises `InputError` where two names would be written alike.
    """
    latex = {n: unit_latex(unit) for unit, n in numbers.items()}
    if len({*latex.values()}) < len(latex):
        raise InputError(f"{name}: two units are written alike, such as h1 and h_1. Rename one.")
    signals = {input_latex(unit): numbers[unit] for unit in network.inputs if input_latex(unit)}
    written = {unit_latex(unit): unit for unit in numbers}
    weights: dict[str, Pair] = {}
    for weight in network.uses:
        sign, pair = weight_latex(weight), _pair(weight, written)
        other = pair and network.weight_of.get(pair, weight) != weight
        if sign in weights or sign in signals or other:
            raise InputError(
                f"{name}: the weight {weight} is written {sign}, and so is something else. Give it "
                "another name."
            )
        weights[sign] = pairs[weight]
    kinds = {
        n: "output"
        if unit in network.output_set
        else "hidden"
        if unit in network.neuron
        else "input"
        for unit, n in numbers.items()
    }
    shared = any(len(places) > 1 for places in network.uses.values())
    called = tuple(map(unit_name, numbers))
    groups = tuple(group for group in network.groups if group)
    return Units(name, latex, called, groups, signals, weights, kinds, shared)


def _pair(weight: str, written: Mapping[str, str]) -> tuple[str, str] | None:
    """The two units that the name of a weight shows below its w, whatever it is the weight of."""
    shown = weight_name(weight)[1]
    if len(shown) == 1 and len(shown[0]) == 2 and shown[0].isdigit():
        shown = shown[0][0], shown[0][1]
    units = [written[unit_latex(one)] for one in shown if unit_latex(one) in written]
    return (units[0], units[1]) if len(units) == len(shown) == 2 else None


def with_units(profile: Profile, units: Units) -> Profile:
    """The notation with these names; a letter that is a name stands for no other neuron.

    Raises `InputError` where a name has another meaning in it.
    """
    name = units.network
    if "layer" in profile.letters.values():
        raise InputError(
            f"{name} has neurons with names, and the notation {profile.name} writes neurons by "
            "their layers. Take a notation without layers, such as haykin."
        )
    for letter, sort in profile.letters.items():
        if sort == "neuron" and f"\\mathrm{{{letter}}}" in units.numbers:
            raise InputError(
                f"{name} has a neuron {letter}, and {letter} is also the index of any neuron. "
                "Give it another name."
            )
    for sign, (array, _) in units.signs.items():
        head, _, below = sign.partition("_")
        symbol = profile.symbol(head)
        if symbol is None or symbol.array == array or (below and below not in units.numbers):
            continue
        raise InputError(
            f"{name}: {sign} is written for {'a weight' if array == 'w' else 'an input'}, and in "
            f"the notation {profile.name} it is the {symbol.meaning}. Give it another name."
        )
    letters = {one: sort for one, sort in profile.letters.items() if one not in units.numbers}
    return replace(profile, letters=letters, units=units)


# ---------------------------------------------------------------------- tokens


def spelled(found: Sequence[Tok]) -> str:
    r"""How a name is spelled: braces around a single sign do not count.

    >>> spelled(tokens(r"h_{1}[3]")), spelled(tokens(r"w_{h, x_1}"))
    ('h_1[3]', 'w_{h,x_1}')
    """
    text, n = "", 0
    while n < len(found):
        if found[n].kind == "LB" and n + 2 < len(found) and found[n + 2].kind == "RB":
            text += found[n + 1].text
            n += 3
            continue
        text += found[n].text
        n += 1
    return text


def with_names(found: Sequence[Tok], units: Units | None) -> list[Tok]:
    """The tokens in which every name of the network is one sign."""
    if units is None:
        return list(found)
    return list(_named(found, units, False))


def _named(found: Sequence[Tok], units: Units, below: bool) -> Iterator[Tok]:
    """Names in a formula, or `below` a sign."""
    known: Mapping[str, object] = units.numbers if below else units.signs
    n = 0
    braced = -1  # where the braces of \underbrace end
    while n < len(found):
        token = found[n]
        if token.kind == "BRACE":
            braced = closing_brace(found, n + 1)
        if token.kind == "SUB":
            end = script_end(found, n + 1)
            yield token
            yield from _named(found[n + 1 : end], units, n != braced + 1)
            n = end
            continue
        end = next((end for end in _ends(found, n) if spelled(found[n:end]) in known), n)
        if end > n:
            yield Tok("SYM", spelled(found[n:end]), token.at, found[end - 1].end)
            n = end
            continue
        yield token
        n += 1


def _ends(found: Sequence[Tok], n: int) -> Iterator[int]:
    """Where a name that begins here may end, the longest one first: h_1[3], h_1, h[3], h."""
    if found[n].kind != "SYM":
        return
    ends = [n + 1]
    if n + 1 < len(found) and found[n + 1].kind == "SUB":
        ends.append(script_end(found, n + 2))
    for end in reversed(ends):
        step = [token.kind for token in found[end : end + 3]]
        if step == ["LSQ", "NUM", "RSQ"]:
            yield end + 3
        yield end
