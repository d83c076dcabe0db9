r"""Which index of a weight comes first, where a text writes it otherwise than its notation.

    z_k = \sum_j W_{kj} h_j        W_{kj} leads to k: the sum is over where it comes from
    \sum_k W_{kj} \delta_k         likewise: the sum is over where it leads
    ∂L/∂W_{kj} = \delta_k h_j      likewise: the gradient is that of where it leads

Only where a sum over signals says so and one of the others, and none says the order of the
notation.  A slip in a text therefore stays one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from symbolic.reading.chains import Chain, chains
from symbolic.reading.profile import Profile, Symbol
from symbolic.reading.source import NotUnderstood
from symbolic.reading.tokens import Tok, script_end, tokens

TO, FROM = "to from", "from to"
MEANINGS = {
    TO: "weight to the first neuron from the second, as the text writes it",
    FROM: "weight from the first neuron to the second, as the text writes it",
}
_Pair = tuple[str, str]


def with_order(formulas: Iterable[str], profile: Profile) -> Profile:
    r"""The notation with the order of the text.

    >>> from symbolic.reading.profile import open_profile
    >>> text = [r"z_k = \sum_j W_{kj} h_j", r"\frac{\partial L}{\partial W_{kj}} = \delta_k h_j"]
    >>> with_order(text, open_profile("plain")).symbols["W"].order
    'to from'
    """
    weights = [one for one in profile.symbols.values() if one.kind == "weight"]
    if len(weights) != 1 or weights[0].subscript != ("neuron", "neuron") or weights[0].layers:
        return profile
    [weight] = weights
    said = {one for formula in formulas for one in _said(formula, profile, weight)}
    other = FROM if weight.order == TO else TO
    if {order for order, _ in said} != {other} or len(said) < 2 or (other, "field") not in said:
        return profile
    turned = replace(weight, order=other, meaning=MEANINGS[other])
    symbols = {
        sign: replace(one, definition=_turned(one.definition, weight))
        for sign, one in profile.symbols.items()
    }
    return replace(profile, symbols={**symbols, weight.sign: turned})


def _turned(definition: str, weight: Symbol) -> str:
    """A usual definition with the indices of the weight the other way round."""
    sign = re.escape(weight.sign)
    return re.sub(rf"({sign}_\{{)([A-Za-z])([A-Za-z])\}}", r"\g<1>\3\2}", definition)


def _said(formula: str, profile: Profile, weight: Symbol) -> Iterator[tuple[str, str]]:
    """The orders that the members of a formula show, and by what."""
    try:
        found = [one for one in chains(tokens(formula)) if isinstance(one, Chain)]
    except NotUnderstood:
        return
    for chain in found:
        head = _weights(chain.members[0], weight)
        for member in chain.members:
            signals = _letters(member, profile, ("signal",))
            errors = _letters(member, profile, ("local gradient",))
            summed = _summed(member)
            for pair in _weights(member, weight) if len(summed) == 1 else ():
                yield from _of_sum(pair, summed[0], signals, errors)
            if len(head) == 1 and not summed and member is not chain.members[0]:
                yield from _of_gradient(head[0], signals, errors)


def _of_sum(
    pair: _Pair, letter: str, signals: set[str], errors: set[str]
) -> Iterator[tuple[str, str]]:
    """Σ over where the weight comes from, beside a signal, or where it leads, beside a δ."""
    if letter not in pair or pair[0] == pair[1] or (letter in signals) == (letter in errors):
        return
    first = pair[0] == letter
    comes = letter in signals
    yield FROM if first == comes else TO, "field" if comes else "error"


def _of_gradient(pair: _Pair, signals: set[str], errors: set[str]) -> Iterator[tuple[str, str]]:
    """δ_k h_j beside the derivative by W_{kj}, or W_{jk}."""
    leads, comes = errors & {*pair}, signals & {*pair}
    if len(leads) == len(comes) == 1 and leads != comes:
        yield TO if pair[0] in leads else FROM, "gradient"


def _weights(member: Sequence[Tok], weight: Symbol) -> list[_Pair]:
    """The two indices of every weight that is written with two letters."""
    signs = {weight.sign, *weight.also}
    found = []
    for n, token in enumerate(member):
        below = _below(member, n) if token.text in signs else []
        if len(below) == 2:
            found.append((below[0], below[1]))
    return found


def _letters(member: Sequence[Tok], profile: Profile, kinds: Sequence[str]) -> set[str]:
    """The letters below the signs of these kinds."""
    found: set[str] = set()
    for n, token in enumerate(member):
        symbol = profile.symbol(token.text) if token.kind == "SYM" else None
        if symbol is not None and symbol.kind in kinds:
            found |= {letter for letter in _below(member, n) if len(letter) == 1}
    return found


def _below(member: Sequence[Tok], n: int) -> list[str]:
    if n + 1 >= len(member) or member[n + 1].kind != "SUB":
        return []
    inside = member[n + 2 : script_end(member, n + 2)]
    return [t.text for t in inside if t.kind not in ("LB", "RB", "COMMA")]


def _summed(member: Sequence[Tok]) -> list[str]:
    """The letters that are summed over."""
    found = []
    for n, token in enumerate(member):
        if token.kind == "SUM":
            found += _below(member, n)[:1]
    return found
