"""What is written of no neuron: φ(v) with a bare letter, which stands for any field, and e^x."""

from __future__ import annotations

from itertools import pairwise

from symbolic.indexed import Var
from symbolic.reading.context import Context
from symbolic.reading.formulas import NEURON, SORTS, UNWRITTEN, Read
from symbolic.reading.profile import Profile
from symbolic.reading.tree import (
    Addition,
    Group,
    Letter,
    Mark,
    Node,
    Product,
    Quotient,
    Scripted,
    mapped,
    outside_scripts,
)

EULER = ("e", "\\mathrm{e}")


def bare_argument(following: Node | None, profile: Profile) -> str:
    """The letter in the brackets after φ, where it stands for any field; else empty."""
    if not isinstance(following, Group) or len(following.items) != 1:
        return ""
    letter = following.items[0]
    fields = any(symbol.kind == "field" for symbol in profile.symbols.values())
    taken = {*profile.letters, *profile.sizes, *profile.arguments}
    if not fields or not isinstance(letter, Letter) or letter.name in taken:
        return ""
    return letter.name if may_be_any(letter.name, profile) else ""


def may_be_any(sign: str, profile: Profile) -> bool:
    """Whether a sign alone may be any number: σ(x) where only x_i is an input."""
    symbol = profile.symbol(sign)
    if symbol is None or symbol.kind == "field":
        return True
    scripts = symbol.subscript + symbol.superscript
    needs = "neuron" in scripts and "neuron" not in symbol.optional and "layer" not in scripts
    return needs and symbol.kind in ("signal", "target")


def speaks_of_any_field(node: Node, profile: Profile) -> bool:
    """Whether φ(v) stands somewhere in it, with a bare letter."""
    for part in outside_scripts(node):
        factors = part.factors if isinstance(part, Product) else ()
        for one, following in pairwise(factors):
            base = one.base if isinstance(one, Scripted) and one.sup is None else one
            symbol = profile.symbol(base.name) if isinstance(base, Letter) else None
            applied = symbol is not None and symbol.kind == "activation" and not symbol.diagonal
            if applied and bare_argument(following, profile):
                return True
    return False


def with_slopes(node: Node, profile: Profile) -> Node:
    """The tree with φ'(z) for dφ/dz, where φ has no index and z is a bare letter."""

    def slope(part: object) -> Node | None:
        match part:
            case Quotient(
                Product((sign, over), ("", "")), Product((again, Letter() as by), ("", ""))
            ):
                return _slope(sign, over, again, by, profile)
            case Quotient(
                Product((sign, over, Group() as inside), ("", "", "")),
                Product((again, Letter() as by), ("", "")),
            ) if inside.items == (Letter(by.name, inside.items[0].at),):
                return _slope(sign, over, again, by, profile)
        return None

    made: Node = mapped(node, slope)
    return made


def _slope(sign: Node, over: Node, again: Node, by: Letter, profile: Profile) -> Node | None:
    """φ'(z), where φ is the activation and z may stand for any field."""
    symbol = profile.symbol(over.name) if isinstance(over, Letter) else None
    plain = all(isinstance(one, Mark) or one == Letter("d", one.at) for one in (sign, again))
    argument = Group((by,), by.at)
    if symbol is None or symbol.kind != "activation" or not plain:
        return None
    if not bare_argument(argument, profile):
        return None
    return Product((Scripted(over, None, None, 1, over.at), argument), ("", ""), over.at)


def of_any_neuron(array: str, context: Context) -> Read:
    """The field or the signal of any neuron, of which nothing else is said."""
    profile = context.profile
    symbol = profile.of_array(array)
    neurons = ["j", *(n for n, sort in profile.letters.items() if sort == "neuron")]
    known = profile.letters
    name = next((n for n in neurons if n in known and not context.role(n)), "·")
    layers = (n for n, sort in known.items() if sort == "layer")
    layered = "layer" in symbol.subscript + symbol.superscript
    layer = tuple(Var(n, SORTS["layer"]) for n in layers if layered)[:1]
    return Read(array, (*layer, Var(name, NEURON), UNWRITTEN), symbol.sign)


def exponent(node: Scripted, profile: Profile) -> Node | None:
    """The x of e^x, where e is not the error signal of a sample x."""
    assert isinstance(node.base, Letter)
    if node.base.name not in EULER or node.sub is not None or node.primes:
        return None
    above = node.sup
    if isinstance(above, Addition | Product | Quotient | Scripted):
        return above
    plain = isinstance(above, Letter) and above.name not in profile.letters
    return above if plain else None
