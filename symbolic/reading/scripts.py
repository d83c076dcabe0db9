"""Scripts → indices: which index stands where, by what the profile declares for the symbol."""

from __future__ import annotations

import re

from symbolic.errors import did_you_mean
from symbolic.indexed import Shifted, Size, Var, affine
from symbolic.reading.context import Context, Fail, Notes
from symbolic.reading.formulas import LAYER, NEURON, SORTS, UNWRITTEN
from symbolic.reading.profile import SAMPLED, Profile, Symbol
from symbolic.reading.source import Fault, NotUnderstood
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

Index = Shifted | int


OF_LAYER = re.compile(r".[_^]\{\(?((\\?[a-z]+)[-+0-9]*)\)?\}")
"""A number of units of a layer: s_{l+1}, n^{(l)}."""


_NUMBERED = re.compile(r"@(\d)([+-]\d+)?")


def spelled(node: Node) -> str:
    """A sign with its scripts as a name, for a size such as n_l; empty where it is none."""
    match node:
        case Letter(name) | Number(name):
            return name
        case Scripted(Letter(name), below, None, 0) if _place(below):
            return f"{name}_{{{_place(below)}}}"
        case Scripted(Letter(name), None, above, 0) if _place(above):
            return f"{name}^{{({_place(above)})}}"
    return ""


def _place(script: Node | None) -> str:
    """The letter of a script, or a layer such as l+1; empty where it is something else."""
    match script:
        case Letter(name) | Number(name):
            return name
        case Group((inside,)):
            return _place(inside)
        case Addition((Letter(name), Number(step)), ("+", sign)):
            return f"{name}{sign}{step}"
    return ""


def parts(script: Node | None) -> list[Node]:
    """The indices of a script: w_{ji} and w_{j,i} have two."""
    match script:
        case None:
            return []
        case Listed(items):
            return list(items)
        case Product(factors, signs) if not any(signs):
            return list(factors)
        case Group((inside,)):
            return parts(inside)
    return [script]


def index(node: Node, sort: str, context: Context) -> Index:
    """The index that a node is, of this sort."""
    profile = context.profile
    units = profile.units if sort == "neuron" else None
    match node:
        case Letter(name) if units is not None and name in units.numbers:
            return units.numbers[name]
        case Number(name) if units is not None:
            if name in units.numbers:
                return units.numbers[name]
            raise units.unknown(name, node.at)
        case Letter(name):
            if profile.letters.get(name) == sort:
                return Var(name, SORTS[sort])
            if profile.sizes.get(name) == sort and SORTS[sort].ordered:
                return SORTS[sort].extent()
            if name in profile.letters:
                what = (
                    f"{name} is an index of sort {profile.letters[name]}, and here stands a {sort}."
                )
                raise NotUnderstood(what, "Check the order of the indices.", node.at, Fault.INDEX)
            if units is not None:
                raise units.unknown(name, node.at)
            known = [letter for letter, s in profile.letters.items() if s == sort]
            raise NotUnderstood(
                f"{name} is no index of sort {sort}.", did_you_mean(name, known), node.at
            )
        case Number(text) if sort == "neuron" and text.isdigit() and len(text) < 6:
            return int(text)
        case Scripted() if SORTS[sort].ordered and profile.sizes.get(spelled(node)) == sort:
            return SORTS[sort].extent()
        case Addition((first, second), ("+", sign)) if SORTS[sort].ordered and isinstance(
            second, Number
        ):
            base = index(first, sort, context)
            if isinstance(base, int) or not second.text.isdigit():
                raise _no_index(node, sort)
            step = int(second.text)
            return base + step if sign == "+" else base - step
    if units is not None:
        raise units.unknown(re.sub(r"\{(.)\}", r"\1", spelled(node)) or "of this name", node.at)
    raise _no_index(node, sort)


def _no_index(node: Node, sort: str) -> NotUnderstood:
    return NotUnderstood(f"This is no index of sort {sort}.", "Write a letter.", node.at)


def power_of(node: Node | None) -> int | None:
    """The exponent that a superscript is, None where it is none."""
    match node:
        case Number(text) if text.isdigit() and len(text) <= 2 and int(text) <= 12:
            return int(text)
        case Addition((Number(text),), ("-",)) if text.isdigit() and int(text[:3]) <= 12:
            return -int(text)
    return None


def indices(
    symbol: Symbol, node: Scripted, context: Context, notes: Notes
) -> tuple[tuple[Index, ...], Node | None]:
    """The indices of a symbol, layer first, then neurons (to, from), then the sample.

    Also gives the superscript that is left over: a power.
    """
    found: dict[str, list[Index]] = {"layer": [], "neuron": [], "sample": []}
    places: dict[str, list[int]] = {"layer": [], "neuron": [], "sample": []}
    left_over: Node | None = None
    below = _digits(symbol, parts(node.sub))
    _match(symbol, symbol.subscript, below, node, context, found, places)
    if node.sup is not None:
        above = parts(node.sup)
        if symbol.superscript and not _is_power(symbol, node.sup):
            _match(symbol, symbol.superscript, above, node, context, found, places)
        else:
            left_over = node.sup
    for sort in symbol.subscript + symbol.superscript:
        if not found[sort] and sort not in symbol.optional:
            raise NotUnderstood(
                f"{symbol.sign} stands without its index of sort {sort}.",
                f"Write {_example(symbol)}.",
                node.at,
            )
    neurons, spots = found["neuron"], places["neuron"]
    if symbol.kind == "weight" and symbol.order == "from to":
        neurons, spots = neurons[::-1], spots[::-1]
    _check_layers(symbol, found["layer"], neurons, spots, notes)
    for one, at in zip(neurons, spots, strict=True):
        _check_role(symbol, one, at, context, notes)
    sample = found["sample"]
    if not sample and symbol.kind in SAMPLED:
        sample = [UNWRITTEN]
    layer = [later(one, symbol.step) for one in found["layer"]]
    return (*layer, *neurons, *sample), left_over


def later(layer: Index, step: int) -> Index:
    """The layer so many layers later."""
    if not step or isinstance(layer, int):
        return layer + step if isinstance(layer, int) else layer
    moved = layer + step
    match moved.terms:
        case ((Var() | Size() as bare, 1),) if not moved.const:
            return bare
    return moved


def from_last_layer(index: Index) -> int | None:
    """How many layers after the last an index is, -1 for L-1; None where it is no such layer.

    >>> from_last_layer(LAYER.extent() - 1)
    -1
    """
    if isinstance(index, int):
        return None
    whole = affine(index)
    return whole.const if whole.terms == ((LAYER.extent(), 1),) else None


def _digits(symbol: Symbol, below: list[Node]) -> list[Node]:
    """w_{30} has two neurons: there is but one way to cut two digits."""
    match below:
        case [Number(text, at)] if len(text) == 2 and symbol.subscript == ("neuron", "neuron"):
            return [Number(digit, at) for digit in text]
    return below


def _is_power(symbol: Symbol, script: Node) -> bool:
    """A number above is a power, unless it may be a layer."""
    if power_of(script) is None:
        return False
    if "layer" in symbol.superscript and "layer" not in symbol.optional:
        raise NotUnderstood(
            f"Is the number above {symbol.sign} a layer or a power?",
            f"Write ({symbol.sign}^l_j)^2 for a power, and layers as letters.",
            script.at,
        )
    return True


def _match(
    symbol: Symbol,
    sorts: tuple[str, ...],
    nodes: list[Node],
    node: Scripted,
    context: Context,
    found: dict[str, list[Index]],
    places: dict[str, list[int]],
) -> None:
    """Give the nodes to the sorts in their order; an optional sort may have none."""
    wanted = list(sorts)
    if len(nodes) > len(wanted):
        at = nodes[len(wanted)].at
        most = len(wanted) or "no"
        raise NotUnderstood(
            f"{symbol.sign} has {most} such {'index' if most == 1 else 'indices'}, here "
            f"{'is' if len(nodes) == 1 else 'are'} {len(nodes)}.",
            f"Write {_example(symbol)}.",
            at,
            Fault.NOT_UNDERSTOOD,
        )
    for sort in [s for s in wanted if s in symbol.optional]:
        if len(nodes) < len(wanted) and not _of_sort(nodes, wanted.index(sort), sort, context):
            wanted.remove(sort)
    if len(nodes) != len(wanted):
        if nodes and isinstance(nodes[0], Number) and len(nodes[0].text) > 1:
            raise NotUnderstood(
                f"{nodes[0].text} below {symbol.sign} may be one index or several.",
                "Separate them with commas.",
                nodes[0].at,
            )
        raise NotUnderstood(
            f"{symbol.sign} has not all its indices.",
            f"Write {_example(symbol)}; matrix formulas are not read.",
            node.at,
        )
    for sort, one in zip(wanted, nodes, strict=True):
        if isinstance(one, Mark):
            raise NotUnderstood(
                f"{one.text} above or below {symbol.sign} is no index and no power.",
                "Matrix formulas are not read; write the indices.",
                one.at,
            )
        if sort == "sample" and not _of_sort([one], 0, sort, context) and one.at != node.at:
            raise NotUnderstood(
                f"Is this script of {symbol.sign} a power or an index?",
                f"Index letters of samples are {_letters(context, sort)}.",
                one.at,
            )
        found[sort].append(index(one, sort, context))
        places[sort].append(one.at)


def _of_sort(nodes: list[Node], n: int, sort: str, context: Context) -> bool:
    node = nodes[n] if n < len(nodes) else None
    return isinstance(node, Letter) and context.profile.letters.get(node.name) == sort


def _letters(context: Context, sort: str) -> str:
    return ", ".join(s for s, of in context.profile.letters.items() if of == sort) or "not declared"


def _example(symbol: Symbol) -> str:
    letters = {"neuron": ["j", "i"], "sample": ["(sample)"], "layer": ["l"]}
    below = "".join(letters[s].pop(0) if letters[s] else "?" for s in symbol.subscript)
    above = "".join(letters[s].pop(0) if letters[s] else "?" for s in symbol.superscript)
    return symbol.sign + (f"^{{{above}}}" if above else "") + (f"_{{{below}}}" if below else "")


def _check_layers(
    symbol: Symbol, layer: list[Index], neurons: list[Index], spots: list[int], notes: Notes
) -> None:
    """A neuron letter lives in one layer."""
    if not layer or not symbol.layers:
        return
    for one, at, step in zip(neurons, spots, symbol.layers, strict=False):
        if not isinstance(one, Var):
            continue
        own = layer[0]
        assert not isinstance(own, int)
        here = shown(own + step if step else own)
        before = notes.layers.setdefault(one.name, here)
        if before != here:
            what = f"{one.name} is used with layers {numbered(before)} and {numbered(here)}."
            step_ = "Check the layer of each factor and the order of the indices of the weight."
            notes.fails.append(Fail(Fault.INDEX, what, step_, at))


def shown(layer: Index) -> str:
    """A layer as it is written: l+1."""
    if isinstance(layer, int):
        return str(layer)
    if isinstance(layer, Var | Size):
        return layer.name
    terms = getattr(layer, "terms", ())
    const = getattr(layer, "const", 0)
    name = "+".join(getattr(part, "name", "?") for part, _ in terms)
    return f"{name}{const:+d}" if const else name


def numbered(layer: str) -> str:
    """A layer in words: by its number, where it is counted from the inputs.

    >>> numbered("l+1"), numbered("@0+3"), numbered("@1")
    ('l+1', '3', '1')
    """
    found = _NUMBERED.fullmatch(layer)
    return str(int(found[1]) + int(found[2] or 0)) if found else layer


def _check_role(symbol: Symbol, one: Index, at: int, context: Context, notes: Notes) -> None:
    """e and d belong to output neurons, δ, v and φ to no input neuron; a unit has its own kind."""
    units = context.profile.units
    if units is not None and isinstance(one, int) and one in units.kinds:
        said, kind = context.role(_name(one, context)), units.kinds[one]
        if said == "every":
            what = f"The text speaks of every {_name(one, context)}, and it is one unit of "
            what += f"{units.network}."
            notes.fails.append(Fail(Fault.INDEX, what, "Take another letter.", at))
        if said in ("output", "hidden", "input") and said != kind:
            what = (
                f"The text calls {_name(one, context)} {said}, and in {units.network} it is {kind}."
            )
            notes.fails.append(Fail(Fault.TYPE, what, "Check the name.", at))
    role = context.role(one.name) if isinstance(one, Var) else ""
    if symbol.only and role in ("output", "hidden", "input") and role != symbol.only:
        name = _name(one, context)
        what = f"{symbol.sign} belongs to {symbol.only} neurons, and {name} is {role}."
        step = f"Check the index; {name} was declared in the text before."
        notes.fails.append(Fail(Fault.TYPE, what, step, at))
    elif symbol.kind in ("field", "local gradient", "activation", "bias") and (
        role == "input" or one == context.profile.bias_neuron
    ):
        what = f"{_name(one, context)} is an input, so it has no {symbol.meaning}."
        notes.fails.append(Fail(Fault.TYPE, what, "Check the index.", at))


def _name(one: Index, context: Context) -> str:
    if isinstance(one, Var):
        return one.name
    units = context.profile.units
    return units.latex[one] if units is not None and isinstance(one, int) else str(one)


def kronecker(node: Scripted, profile: Profile) -> tuple[Var, Var] | None:
    """The two neurons of δ_{kj} where δ_j is a local gradient: 1 where they are one, else 0."""
    layered = "layer" in profile.letters.values()
    if node.sub is None or node.sup is not None or node.primes or layered:
        return None
    letters = [one.name for one in parts(node.sub) if isinstance(one, Letter)]
    neurons = [name for name in letters if profile.letters.get(name) == "neuron"]
    if len(neurons) != 2 or len(parts(node.sub)) != 2:
        return None
    return Var(neurons[0], NEURON), Var(neurons[1], NEURON)
