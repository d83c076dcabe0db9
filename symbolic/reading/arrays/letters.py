"""Letters that a text introduces itself: what it defines needs no line in the profile.

    T = X U             T is an array as its definition makes it: as many rows as X, as many columns
                        as U
    O = A V             of which no V is defined: V is given
    ∂C/∂W               C is the loss

A letter that the profile declares keeps its shape; only one that is a single number by its
definition, and that the text differentiates, is the loss.  Profiles with times are left alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from symbolic.reading.anywhere import EULER
from symbolic.reading.arrays import formulas as w
from symbolic.reading.arrays.claims import ArrayReading
from symbolic.reading.arrays.elaborate import Elaborator
from symbolic.reading.arrays.own_functions import document_chains
from symbolic.reading.arrays.profile import OPEN, ArrayProfile, ArraySymbol
from symbolic.reading.arrays.signing import prepared
from symbolic.reading.arrays.stacks import marked
from symbolic.reading.chains import Chain
from symbolic.reading.documents import Document
from symbolic.reading.grammar import parse
from symbolic.reading.source import NotUnderstood
from symbolic.reading.tokens import Tok
from symbolic.reading.tree import Letter, Scripted

Extent = tuple[str | None, str | None]
"""The sizes of rows and columns, None for one."""
NOTHING: Extent = (None, None)


def with_letters(profile: ArrayProfile, document: Document) -> ArrayProfile:
    """The profile with the letters of a document."""
    if profile.time:
        return profile
    found = [*document_chains(document)]
    chains = [one for one in found if one.members[0] and one.relations[0].text in ("=", ":=")]
    losses = {sign for chain in found for sign in _differentiated(chain)}
    heads: set[str] = set()
    for chain in chains:
        head = _head(chain.members[0], profile)
        if not head:
            continue
        heads.add(head)
        made = _symbol(head, chain, profile, head in losses)
        if made is not None:
            profile = replace(profile, symbols={**profile.symbols, head: made})
    symbols = dict(profile.symbols)
    functions = dict(profile.functions)
    shown = {token.text for one in found for member in one.members for token in member}
    for sign in sorted({"I", "\\mathbf{I}", "\\mathbb{I}"} & shown - heads):
        if _is_free(sign, profile):
            functions[sign] = "eye"
    for sign in sorted(losses - symbols.keys()):
        if _is_free(sign, profile):
            symbols[sign] = ArraySymbol(sign, "loss", "loss")
    powers = not any(_is_numbered(member) for one in found for member in one.members)
    return replace(profile, symbols=symbols, functions=functions, powers=powers)


def _is_numbered(member: Sequence[Tok]) -> bool:
    """Whether a number other than 2 stands above a letter, as those of layers do."""
    for n, token in enumerate(member[:-2]):
        if (token.kind, member[n + 1].kind) == ("SYM", "SUP"):
            above = member[n + 3] if member[n + 2].kind == "LB" else member[n + 2]
            if above.kind == "NUM" and above.text != "2":
                return True
    return False


def _is_free(sign: str, profile: ArrayProfile) -> bool:
    """Whether a sign means nothing in the notation."""
    taken = (
        *(profile.symbols, profile.functions, profile.letters, profile.sizes),
        *(profile.time, profile.derivatives, (profile.last, "\\pi"), EULER),
    )
    return not any(sign in signs for signs in taken)


def _head(member: Sequence[Tok], profile: ArrayProfile) -> str:
    """The sign that a side consists of, with its scripts; empty where it is no such."""
    try:
        node = parse(prepared(member, profile))
    except NotUnderstood:
        return ""
    base = node.base if isinstance(node, Scripted) and not node.primes else node
    return base.name if isinstance(base, Letter) else ""


def _symbol(head: str, chain: Chain, profile: ArrayProfile, loss: bool) -> ArraySymbol | None:
    """What a definition makes of a sign, None where it stays what it is."""
    known = profile.symbols.get(head)
    if known is None and not _is_free(head, profile):
        return None
    if known is not None and (known.kind != "value" or not loss):
        return None
    provisional = ArraySymbol(head, "value", "", (OPEN, OPEN))
    trial = replace(profile, symbols={**profile.symbols, head: known or provisional})
    for member in chain.members[1:]:
        try:
            left, right = (
                Elaborator(trial).read(parse(prepared(marked(side), trial)))
                for side in (chain.members[0], member)
            )
            rows, cols = extent(right, trial)
        except NotUnderstood:
            continue
        at = left.at if isinstance(left, w.Quantity) else ()
        if at:
            rest = [size for size in (rows, cols) if size is not None]
            shape = (*(profile.letters[letter] for letter in at), *rest)
        else:
            shape = tuple(size for size in (rows, cols) if size is not None)
        if len(shape) > 2:
            continue
        if known is not None:
            return ArraySymbol(head, "loss", "loss") if shape == () else None
        upright = len(shape) == 1 and not at and cols is None
        kind = "loss" if loss and not shape else "value"
        columns = profile.vectors == "columns"
        if len(shape) == 1 and not at and columns and not upright:
            continue  # a row, where vectors are columns
        return ArraySymbol(head, kind, "as it is defined", shape, upright=upright and not columns)
    return None


def _differentiated(chain: Chain) -> Iterator[str]:
    """The signs of which derivatives are written."""
    for member in chain.members:
        for n, token in enumerate(member[:-1]):
            following = member[n + 1]
            if token.kind != "PARTIAL" or following.kind != "SYM":
                continue
            ends = member[n + 2].kind if n + 2 < len(member) else ""
            above = n > 1 and (member[n - 2].kind, member[n - 1].kind) == ("FRAC", "LB")
            if (above and ends == "RB") or ends == "SLASH":
                yield following.text


# ------------------------------------------------------------------------------------------ sizes


def extent(formula: w.Formula, profile: ArrayProfile) -> Extent:
    """How many rows and columns a formula has; raises `NotUnderstood` where that is not clear."""
    match formula:
        case w.Number() | w.Size() | w.SquaredNorm():
            return NOTHING
        case w.Quantity():
            return _of_quantity(formula, profile)
        case w.Gradient(of) | w.Change(of):
            return _of_quantity(of, profile)
        case w.Plus(terms):
            return _together(terms, profile)
        case w.Elementwise(left, right) | w.Over(left, right):
            return _together((left, right), profile)
        case w.Product(left, right):
            one, other = extent(left, profile), extent(right, profile)
            if NOTHING in (one, other):
                return other if one == NOTHING else one
            return one[0], other[1]
        case w.Transposed(body):
            return extent(body, profile)[::-1]
        case w.Minus(body) | w.Power(body) | w.Positive(body):
            return extent(body, profile)
        case w.Applied(function, _, body):
            rows, cols = extent(body, profile)
            change = _APPLIED.get(function)
            return (rows, cols) if change is None else change(rows, cols)
        case w.Total(letter, body):
            rows, cols = extent(body, profile)
            if not letter:
                return NOTHING
            return (rows, cols) if w.occurs(letter, body) else (None, cols)
        case w.Element(body, at):
            sizes = [size for size in extent(body, profile) if size is not None][len(at) :]
            return _vector(sizes[0], profile) if sizes else NOTHING
        case w.Leaky(_, body):
            return extent(body, profile)
        case w.Ones():
            return OPEN, None
        case w.Eye():
            return OPEN, OPEN
    raise NotUnderstood("Of which shape this is is not clear.", "", 0)


_APPLIED: dict[str, Callable[[str | None, str | None], Extent]] = {
    "sum": lambda r, c: NOTHING,
    "trace": lambda r, c: NOTHING,
    "sum_along": lambda r, c: (r, None),
    "sum_down": lambda r, c: (None, c),
    "diag": lambda r, c: (r or c, r or c),
}


def _of_quantity(one: w.Quantity, profile: ArrayProfile) -> Extent:
    symbol = profile.symbols[one.sign]
    if one.label == w.EACH:
        return NOTHING if one.at else (profile.examples_size, None)
    sizes = symbol.shape[len(one.at) :]
    if profile.examples and len(one.at) == 1 and len(symbol.shape) == 2:  # the column of an example
        sizes = symbol.shape[:1]
    if len(sizes) == 2:
        return sizes[0], sizes[1]
    if not sizes:
        return NOTHING
    return (sizes[0], None) if symbol.upright else _vector(sizes[0], profile)


def _vector(size: str, profile: ArrayProfile) -> Extent:
    return (None, size) if profile.vectors == "rows" else (size, None)


def _together(parts: Sequence[w.Formula], profile: ArrayProfile) -> Extent:
    """The rows and the columns that any of the parts has."""
    extents = [extent(part, profile) for part in parts]
    rows = [r for r, _ in extents if r is not None]
    cols = [c for _, c in extents if c is not None]
    return _best(rows), _best(cols)


def _best(sizes: Sequence[str]) -> str | None:
    """A size with a name before one without."""
    return next((size for size in sizes if size != OPEN), sizes[0] if sizes else None)


# ------------------------------------------------------------------------------------------ given


def with_given(reading: ArrayReading) -> ArrayReading:
    """The document, in which values that it reads and defines under no label are given."""
    if reading.profile.time:
        return reading
    symbols = dict(reading.profile.symbols)
    defined = {one.left.sign for one in reading.definitions if isinstance(one.left, w.Quantity)}
    named = (one.left for one in reading.claims if w.differentiates(one.right))
    defined |= {left.sign for left in named if isinstance(left, w.Quantity)}
    unclear = reading.spoiled_signs | {key[0] for key in reading.spoiled}
    for sign in sorted(_read_in(reading) - defined - unclear):
        if symbols[sign].kind == "value" and not symbols[sign].definition:
            shape = (OPEN,) * len(symbols[sign].shape)
            symbols[sign] = replace(symbols[sign], kind="data", shape=shape, given=True)
    return replace(reading, profile=replace(reading.profile, symbols=symbols))


def _read_in(reading: ArrayReading) -> set[str]:
    """The signs whose values are read, and not only derivatives by them."""
    found: set[str] = set()
    waiting = [side for claim in reading.claims for side in (claim.left, claim.right)]
    while waiting:
        part = waiting.pop()
        if isinstance(part, w.Quantity):
            found.add(part.sign)
        if not isinstance(part, w.Gradient | w.Change):
            waiting += w.inside(part)
    return found
