"""Scripts of a sign → its label, its time, its elements, a transposition, a power."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from symbolic.reading.arrays.formulas import Time
from symbolic.reading.arrays.profile import ArrayProfile
from symbolic.reading.scripts import parts, power_of
from symbolic.reading.source import NotUnderstood
from symbolic.reading.tree import (
    Addition,
    Group,
    Letter,
    Listed,
    Mark,
    Node,
    Number,
    Product,
    Scripted,
)


@dataclass(frozen=True, slots=True)
class Scripts:
    """What stands below and above a sign."""

    label: str = ""
    time: Time | None = None
    at: tuple[str, ...] = ()
    transposed: bool = False
    power: Node | None = None


def scripts_of(
    node: Scripted, timed: bool, profile: ArrayProfile, labels: Mapping[str, str]
) -> Scripts:
    """The scripts of a sign that has a time or not; `labels` are letters that stand for labels.

    Raises `NotUnderstood` where a script may mean two things.
    """
    above, transposed, power = _above(node.sup, timed, profile)
    pieces = [*_below(node.sub, profile), *above]
    times = [n for n, one in enumerate(pieces) if timed and _time(one, profile)]
    if len(times) > 1:  # a letter of time before a number
        lettered = [n for n in times if not isinstance(pieces[n], Number)]
        times = lettered if len(lettered) == 1 else times
    if len(times) > 1:
        raise NotUnderstood("Two scripts may be the time here.", "Write one time.", node.at)
    time = _time(pieces[times[0]], profile) if times else None
    if timed and time is None:
        letters = profile.time[0]
        raise NotUnderstood(
            "The time is missing here.", f"Write it below the sign, as in h_{letters}.", node.at
        )
    at: list[str] = []
    names = []
    for n, one in enumerate(pieces):
        name = one.name if isinstance(one, Letter) else ""
        if n in times:
            continue
        if not timed and name not in labels and _time(one, profile) and not _is_number(one):
            raise NotUnderstood("This sign has no time.", "Check its scripts.", one.at)
        if name not in labels and name in profile.letters:
            at.append(name)
        else:
            names.append(labels[name] if name in labels else label_of(one))
    close = isinstance(node.sub, Product) and not above  # W_{xh}, unlike W_{x,h} and W^{(1)}_h
    label = ("" if close else ",").join(names)
    return Scripts(label, time, tuple(at), transposed, power)


def _below(script: Node | None, profile: ArrayProfile) -> list[Node]:
    """The pieces below a sign; a name of several letters is one."""
    if script is None:
        return []
    found: list[Node] = []
    waiting = [script]
    while waiting:
        one = waiting.pop(0)
        if isinstance(one, Group | Listed | Product) and not _is_word(one, profile):
            inner = parts(one)
            waiting = [*inner, *waiting] if inner != [one] else waiting
            found += [] if inner != [one] else [one]
        else:
            found.append(one)
    return found


def _is_word(node: Node, profile: ArrayProfile) -> bool:
    """Whether letters side by side are a name such as pre or hid, and no indices."""
    if not isinstance(node, Product) or any(node.signs):
        return False
    letters = [one.name for one in node.factors if isinstance(one, Letter)]
    plain = len(letters) == len(node.factors)
    indices = {*profile.letters, *profile.time, profile.last}
    return plain and ("".join(letters) == "in" or (len(letters) > 2 and not indices >= {*letters}))


def _above(
    script: Node | None, timed: bool, profile: ArrayProfile
) -> tuple[list[Node], bool, Node | None]:
    """The pieces above a sign, whether one of them transposes it, and a power."""
    if script is None:
        return [], False, None
    if is_transpose(script):
        return [], True, None
    if power_of(script) is not None:
        return [], False, script
    pieces = list(parts(script))
    power: Node | None = None
    match pieces[-1]:
        case Scripted(Group() as label, None, above, 0) if above is not None:  # W^{[2]^T}
            pieces[-1:] = [label, above]
            power = None if is_transpose(above) else above
        case Number("2") as above if len(pieces) == 2 and isinstance(pieces[0], Group):  # A^{[1]2}
            power = above
    transposed = len(pieces) > 1 and is_transpose(pieces[-1])
    found: list[Node] = []
    for one in pieces[:-1] if transposed or power is not None else pieces:
        found += parts(one) if isinstance(one, Group) else [one]
    return found, transposed, power


def is_transpose(script: Node) -> bool:
    """^T or ^\\top, which are never a label or the last time."""
    if isinstance(script, Mark):
        return script.kind == "TOP"
    return isinstance(script, Letter) and script.name in ("T", "\\mathsf{T}", "\\mathrm{T}")


def _time(node: Node, profile: ArrayProfile) -> Time | None:
    """The time that a node is, None where it is none."""
    match node:
        case Letter(name) if name in (*profile.time, profile.last):
            return Time(name)
        case Number(text) if text.isdigit() and len(text) <= 4:
            return Time("", int(text))
        case Addition((first, Number(text)), ("+", sign)) if text.isdigit() and len(text) <= 4:
            base = _time(first, profile)
            if base is None or not base.letter:
                return None
            step = int(text)
            return Time(base.letter, base.shift + (step if sign == "+" else -step))
    return None


def _is_number(node: Node) -> bool:
    return isinstance(node, Number)


def time_of(node: Node, profile: ArrayProfile) -> Time:
    """The time that a bound of a sum is."""
    found = _time(node, profile)
    if found is None:
        raise NotUnderstood("This is no time.", "Write t, T or a number.", node.at)
    return found


def label_of(node: Node) -> str:
    """A letter, number or word as part of a name."""
    match node:
        case Letter(name):
            return name
        case Number(text) if text.isdigit():
            return text
        case Mark("TEXT", text) if text.strip().isalnum():
            return f"\\text{{{text.strip()}}}"
        case Product(factors, signs) if not any(signs):
            return "".join(map(label_of, factors))
        case Mark(text=text):
            raise NotUnderstood(f"{text} cannot stand here.", "", node.at)
    raise NotUnderstood("This script is not understood.", "Write a letter or a number.", node.at)
