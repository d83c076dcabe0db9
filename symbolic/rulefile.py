"""A rule file → claims: one equation for δ or Δw on each line, `#` begins a comment.

A line that begins with `assume` is no claim; it says under what the claims are judged.
"""

from __future__ import annotations

from dataclasses import dataclass

from symbolic.derivation import Family, Source
from symbolic.errors import InputError
from symbolic.network import Network
from symbolic.ruleline import Line
from symbolic.terms import Equation, Sign, Var

MOST_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One line of a rule file: the claim, whom it speaks of, where it was read.

    An assumed line is no claim: it restricts what the claims are judged on.
    """

    claim: Equation
    over: Family
    source: Source
    text: str
    assumed: bool = False


def read_rule(text: str, network: Network, file: str | None = None) -> tuple[RuleLine, ...]:
    """The claims and assumptions of a rule file, in the order they are written.

    Every letter is checked for every member of its family: e and d belong to outputs, δ, v and φ
    to neurons.  A correction is claimed once: dw[j,i] and dw[w] of the same weight are one.
    Raises `InputError` with file, line and column for anything that is no claim.

    >>> from symbolic.activations import activation
    >>> from symbolic.costs import cost
    >>> from symbolic.network import Neuron, Synapse
    >>> o, w = Neuron("o", activation("tanh")), Synapse("o", "x", "w_a")
    >>> net = Network(("x",), (o,), ("o",), (w,), cost("squared_error"))
    >>> read_rule("delta[j] = e[j] for output j", net)[0].over.members
    (('o',),)
    >>> read_rule("δ[j] = δ[x]", net)
    Traceback (most recent call last):
    symbolic.errors.InputError: 1:10: The unit 'x' is an input, so it has no local gradient.
    """
    if len(text) > MOST_BYTES:
        raise InputError("A rule file may have up to 1 MB.", file=file)
    lines: list[RuleLine] = []
    claimed: dict[tuple[str, str], tuple[int, str]] = {}
    for number, written in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
        content = written.split("#")[0].rstrip()
        if not content.strip():
            continue
        line = Line(content, network, file, number)
        claim, family = line.read()
        column = len(content) - len(content.lstrip()) + 1
        source = Source(file or "<rule>", number, column)
        lines.append(RuleLine(claim, family, source, content.strip(), line.assumed))
        if not line.assumed:
            _claim_once(lines[-1], claimed, network, file)
    if all(line.assumed for line in lines):
        raise InputError(
            "The rule file claims nothing; write delta[j] = ….", file=file, line=1, column=1
        )
    return tuple(lines)


def _claim_once(
    line: RuleLine,
    claimed: dict[tuple[str, str], tuple[int, str]],
    network: Network,
    file: str | None,
) -> None:
    """Refuse a second line about the same δ or the same Δw, however it is spelled."""
    head, source = line.claim.left, line.source
    assert isinstance(head, Sign)
    for member in line.over.members:
        put = dict(zip(line.over.letters, member, strict=True))
        at = tuple(put[i.name] if isinstance(i, Var) else i for i in head.at)
        name = network.weight_of[at[0], at[1]] if len(at) == 2 else at[0]
        spelled = f"{head.letter}[{','.join(at)}]"
        number, earlier = claimed.setdefault((head.letter, name), (source.line, spelled))
        if number == source.line:
            continue
        what = f"{spelled} is claimed on line {number} and again on line {source.line}"
        if spelled != earlier:
            what += f" ({earlier} is the same weight, {name!r})"
        shared = head.letter == "dw" and len(network.uses[name]) > 1
        hint = "; `for unshared j i` leaves shared weights out" if shared else ""
        raise InputError(
            f"{what}; keep one{hint}.", file=file, line=source.line, column=source.column
        )
