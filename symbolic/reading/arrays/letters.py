r"""Letters that a text introduces itself, with the shapes that its definitions give them.

    T = X U        T has as many rows as X and as many columns as U
    s = u^T h + c  u is a column, s and c are numbers, since else this does not fit
    O = A V        of which no V is defined: V is given
    ∂C/∂W          C is the loss

A letter that the profile declares keeps its shape where the definitions fit with it.  Targets,
biases and what is defined may be single numbers else.  Profiles with times are left alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, pairwise

from symbolic.reading.anywhere import EULER
from symbolic.reading.arrays import formulas as w
from symbolic.reading.arrays.claims import ArrayReading
from symbolic.reading.arrays.elaborate import Elaborator
from symbolic.reading.arrays.own_functions import document_chains
from symbolic.reading.arrays.profile import OPEN, ArrayProfile, ArraySymbol
from symbolic.reading.arrays.ranks import NUMBER, Extent, extent
from symbolic.reading.arrays.signing import prepared
from symbolic.reading.arrays.stacks import marked
from symbolic.reading.chains import Chain
from symbolic.reading.documents import Document
from symbolic.reading.grammar import parse
from symbolic.reading.source import NotUnderstood
from symbolic.reading.tokens import Tok, script_end

MOST_TRIED = 3_000
"""How many choices of shapes are tried."""
EYES = frozenset(("I", "\\mathbf{I}", "\\mathbb{I}"))
GIVES = ("\\leftarrow", "\\gets", ":=")


def with_letters(profile: ArrayProfile, document: Document) -> ArrayProfile:
    """The profile with the letters of a document."""
    if profile.time:
        return profile
    found = [*document_chains(document, profile)]
    sides = [prepared(side, profile) for one in found for side in one.members]
    lefts = [prepared(side, profile) for one in found for side in one.members[:-1]]
    profile = _without_running(profile, found)
    profile = _without_indices(profile, lefts, sides)
    lengths = _lengths(profile, {side[0].text for side in lefts if _is_sign(side)}, sides)
    symbols = {sign: one for sign, one in profile.symbols.items() if sign not in lengths}
    profile = replace(profile, lengths=lengths, symbols=symbols)
    exponential = any(_is_exponential(side) for side in sides)
    losses = {sign for side in sides for sign in _differentiated(side)}
    heads = {side[0].text for side in lefts if _is_sign(side)}
    shown = {token.text for side in sides for token in _outside_scripts(side)}
    followed = {
        token.text
        for side in sides
        for token, behind in pairwise(side)
        if behind.kind in ("LP", "SUB", "SUP")
    }
    below = {sign for side in sides for sign in _differentiated_by(side)}
    profile = _without_losses(profile, losses, heads, shown - followed, below)
    profile = _without_functions(profile, heads, sides)
    functions, symbols = dict(profile.functions), dict(profile.symbols)
    for sign in sorted(shown & EYES - heads):
        if _is_free(sign, profile):
            functions[sign] = "eye"
    profile = replace(profile, functions=functions, powers=not any(map(_is_numbered, sides)))
    applied = {sign for side in sides for sign in _applied(side)}
    for sign in sorted(shown):
        word = sign.startswith("\\math") and len(sign.rstrip("}").rsplit("{", 1)[-1]) > 1
        function = sign not in heads and (word or sign in applied)
        if sign in EULER and (exponential or sign not in heads):
            continue
        if _is_free(sign, profile) and not function:
            kind = "value" if sign in heads else "loss" if sign in losses else "data"
            symbols[sign] = ArraySymbol(sign, kind, "", (OPEN, OPEN))
    trial = replace(profile, symbols=symbols)
    made = _Shapes(trial, profile, losses, [*_definitions(found, trial)]).found()
    return replace(profile, symbols=made)


def _without_running(profile: ArrayProfile, found: Sequence[Chain]) -> ArrayProfile:
    """The profile without the sign of algorithms where the document has none: g = ∂L/∂h."""
    if any(relation.text in GIVES for one in found for relation in one.relations):
        return profile
    symbols = {s: symbol for s, symbol in profile.symbols.items() if symbol.kind != "running"}
    return replace(profile, symbols=symbols)


def _without_losses(
    profile: ArrayProfile, losses: set[str], heads: set[str], alone: set[str], below: set[str]
) -> ArrayProfile:
    """The profile without losses that this document neither defines nor differentiates.

    It has another then; an E that stands `alone`, of no example and applied to nothing, is an array
    of its own.  So is the C of ∂L/∂C, by which is differentiated, where C = A B.
    """
    declared = {sign for sign, symbol in profile.symbols.items() if symbol.kind == "loss"}
    if not declared & (losses | heads):
        return profile
    others = ((declared & alone) - losses - heads) | ((declared & below) - losses)
    return replace(
        profile, symbols={s: one for s, one in profile.symbols.items() if s not in others}
    )


def _without_functions(
    profile: ArrayProfile, heads: set[str], sides: Sequence[Sequence[Tok]]
) -> ArrayProfile:
    """The profile without functions whose letters are arrays here: f = h W, applied to nothing."""
    applied = {
        token.text
        for side in sides
        for token, behind in pairwise(side)
        if behind.kind in ("LP", "PRIME")
    }
    functions = {
        sign: one
        for sign, one in profile.functions.items()
        if one != "any" or sign not in heads - applied
    }
    return replace(profile, functions=functions)


def _without_indices(
    profile: ArrayProfile, lefts: Sequence[Sequence[Tok]], sides: Sequence[Sequence[Tok]]
) -> ArrayProfile:
    """The profile without index letters that this document defines as quantities: p = f(z)."""
    heads = {side[0].text for side in lefts if len(side) == 1 and side[0].kind == "SYM"}
    inside = {token.text for side in sides for token in _scripts(side)}
    letters = {s: size for s, size in profile.letters.items() if s not in heads or s in inside}
    return replace(profile, letters=letters)


def _lengths(
    profile: ArrayProfile, heads: set[str], sides: Sequence[Sequence[Tok]]
) -> tuple[str, ...]:
    r"""The D of \\frac{1}{D} \\sum_j, which says how many elements are summed."""
    values = {s for s, one in profile.symbols.items() if one.kind != "value" or s in heads}
    known = {*values, *profile.functions, *profile.letters, *profile.sizes}
    found: dict[str, None] = {}
    for side in sides:
        for n in range(len(side) - 6):
            kinds = [token.kind for token in side[n : n + 8]]
            mean = kinds[:5] == ["FRAC", "LB", "NUM", "RB", "LB"] and kinds[6:8] == ["RB", "SUM"]
            if mean and side[n + 2].text == "1" and side[n + 5].text not in known:
                found.setdefault(side[n + 5].text)
    return tuple(found)


def _is_free(sign: str, profile: ArrayProfile) -> bool:
    """Whether a sign means nothing in the notation."""
    plain = (len(sign) == 1 and sign.isalpha()) or sign.startswith("\\")
    taken = (
        *(profile.symbols, profile.functions, profile.letters, profile.sizes, profile.lengths),
        *(profile.time, profile.derivatives, (profile.last, "\\pi")),
    )
    return plain and not any(sign in signs for signs in taken)


def _is_sign(side: Sequence[Tok]) -> bool:
    """Whether a side is one sign with its scripts."""
    n = 1
    while n + 1 < len(side) and side[n].kind in ("SUB", "SUP"):
        n = script_end(side, n + 1)
    return bool(side) and side[0].kind == "SYM" and n >= len(side)


def _outside_scripts(side: Sequence[Tok]) -> Iterator[Tok]:
    """The signs that are no part of what stands below or above another."""
    n = 0
    while n < len(side):
        if side[n].kind in ("SUB", "SUP"):
            n = script_end(side, n + 1)
            continue
        if side[n].kind == "SYM":
            yield side[n]
        n += 1


def _applied(side: Sequence[Tok]) -> Iterator[str]:
    """The signs that may be functions, as the q of q(z) is."""
    for n, token in enumerate(side[:-1]):
        if token.kind == "SYM" and side[n + 1].kind == "LP" and not token.text.isupper():
            yield token.text


def _scripts(side: Sequence[Tok]) -> Iterator[Tok]:
    """The signs below and above others."""
    n = 0
    while n < len(side):
        if side[n].kind in ("SUB", "SUP"):
            end = script_end(side, n + 1)
            yield from (token for token in side[n:end] if token.kind == "SYM")
            n = end
            continue
        n += 1


def _is_numbered(side: Sequence[Tok]) -> bool:
    """Whether a number other than 2 stands above a letter, as those of layers do."""
    for n, token in enumerate(side[:-2]):
        if (token.kind, side[n + 1].kind) == ("SYM", "SUP"):
            above = side[n + 3] if side[n + 2].kind == "LB" else side[n + 2]
            if above.kind == "NUM" and above.text != "2":
                return True
    return False


def _is_exponential(side: Sequence[Tok]) -> bool:
    """Whether e^x stands there, and no e^T."""
    rows = zip(side, side[1:], side[2:], strict=False)
    return any(
        e.text in EULER and above.kind == "SUP" and what.text not in ("T", "\\top")
        for e, above, what in rows
    )


def _differentiated(side: Sequence[Tok]) -> Iterator[str]:
    """The signs of which derivatives are written."""
    for n, token in enumerate(side[:-1]):
        following = side[n + 1]
        if token.kind != "PARTIAL" or following.kind != "SYM":
            continue
        ends = side[n + 2].kind if n + 2 < len(side) else ""
        above = n > 1 and (side[n - 2].kind, side[n - 1].kind) == ("FRAC", "LB")
        if (above and ends == "RB") or ends == "SLASH":
            yield following.text
    for n, token in enumerate(side):
        end = script_end(side, n + 2) if token.kind == "NABLA" else len(side)
        if end < len(side) and side[end].kind == "SYM":
            yield side[end].text


def _differentiated_by(side: Sequence[Tok]) -> Iterator[str]:
    """The signs below a derivative."""
    for n, token in enumerate(side[:-4]):
        if token.kind != "FRAC" or side[n + 1].kind != "LB":
            continue
        end = script_end(side, n + 1)
        below = side[end : end + 3]
        if [t.kind for t in below] == ["LB", "PARTIAL", "SYM"]:
            yield below[2].text


def _definitions(
    found: Sequence[Chain], profile: ArrayProfile
) -> Iterator[tuple[w.Quantity, w.Formula]]:
    """The first line of each sign that may define it, as far as they can be read."""
    seen: set[w.Key] = set()
    for chain in found:
        if chain.relations[0].text not in ("=", ":=") or not chain.members[0]:
            continue
        for member in chain.members[1:]:
            try:
                left, right = (
                    Elaborator(profile).read(parse(prepared(marked(side), profile)))
                    for side in (chain.members[0], member)
                )
            except (NotUnderstood, RecursionError):
                continue
            known = isinstance(left, w.Quantity) and left.key not in seen
            if known and isinstance(left, w.Quantity) and not w.differentiates(right):
                seen.add(left.key)
                yield left, right
                break


@dataclass
class _Shapes:
    """Looks for the shapes of letters with which all definitions fit; the likeliest first."""

    trial: ArrayProfile
    declared: ArrayProfile
    losses: set[str]
    definitions: list[tuple[w.Quantity, w.Formula]]

    def found(self) -> dict[str, ArraySymbol]:
        symbols = dict(self.declared.symbols)
        best: tuple[int, dict[str, ArraySymbol]] | None = None
        given = self._given()
        for choice in islice(self._choices(given), MOST_TRIED):
            cost = sum(cost for cost, _ in choice)
            if best is not None and cost >= best[0]:
                continue
            shapes = {**self.trial.symbols, **{one.sign: one for _, one in choice}}
            more = self._fitted(shapes)
            if more is not None and (best is None or cost + more < best[0]):
                best = cost + more, shapes
        if best is None:
            return symbols | self._alone()
        made = {*given, *self.losses, *(left.sign for left, _ in self.definitions)}
        made |= {s for s, one in self.trial.symbols.items() if one.kind == "value"}
        return symbols | {sign: one for sign, one in best[1].items() if sign in made}

    def _given(self) -> list[str]:
        """The signs whose shapes are chosen: those that no definition is of."""
        heads = {left.sign for left, _ in self.definitions}
        used = {
            part.sign
            for _, right in self.definitions
            for part in w.walk(right)
            if isinstance(part, w.Quantity)
        }
        return sorted(sign for sign in used - heads if len(self._ways(sign)) > 1)

    def _ways(self, sign: str) -> list[tuple[int, ArraySymbol]]:
        """The shapes that a sign may have, with how unlikely each is."""
        symbol = self.trial.symbols[sign]
        if sign in self.declared.symbols:
            lower = symbol.sums_to_one or (symbol.kind == "weight" and len(symbol.shape) == 1)
            found = [(0, symbol)]
            if symbol.kind == "weight" and lower and self.trial.vectors == "rows":
                found.append((1, replace(symbol, upright=True)))  # the b of 1 b^T
            number = replace(symbol, shape=(), sums_to_one=False)
            return [*found, (2, number)] if lower else found
        bare = sign.rsplit("{", 1)[-1].rstrip("}")
        if bare[:1].isupper():
            order = (0, 3, 2)
        elif sign.startswith("\\") and "{" not in sign:
            order = (3, 1, 0)
        else:
            order = (3, 0, 1)
        kinds = ("data", "data", "data")
        shapes = ((OPEN, OPEN), (OPEN,), ())
        rows = zip(order, kinds, shapes, strict=True)
        return [(cost, ArraySymbol(sign, kind, "given", s, given=True)) for cost, kind, s in rows]

    def _choices(self, signs: Sequence[str]) -> Iterator[tuple[tuple[int, ArraySymbol], ...]]:
        if not signs:
            yield ()
            return
        for way in sorted(self._ways(signs[0]), key=lambda one: one[0]):
            for rest in self._choices(signs[1:]):
                yield (way, *rest)

    def _fitted(self, shapes: dict[str, ArraySymbol]) -> int | None:
        """How unlikely the shapes of what is defined are, None where a definition does not fit.

        The shapes get those of what is defined.
        """
        cost = 0
        for left, right in self.definitions:
            try:
                own = extent(right, shapes, self.trial)
            except NotUnderstood:
                return None
            made = self._made(left, own)
            if made is None:
                return None
            known = shapes[left.sign]
            if left.sign in self.declared.symbols or known.meaning:
                if len(known.shape) == len(made.shape):
                    continue
                if made.shape or known.kind not in ("value", "loss"):
                    return None
                cost += 1
            shapes[left.sign] = made
        return cost

    def _made(self, left: w.Quantity, own: Extent) -> ArraySymbol | None:
        """What a definition makes of its sign."""
        profile, sign = self.trial, left.sign
        rest = [size for size in own if size is not None]
        shape = (*(profile.letters[letter] for letter in left.at), *rest)
        loss = self.trial.symbols[sign].kind == "loss" or (sign in self.losses and own == NUMBER)
        row = not left.at and len(rest) == 1 and own[1] is not None
        if len(shape) > 2 or (loss and own != NUMBER) or (row and profile.vectors == "columns"):
            return None
        column = not left.at and len(rest) == 1 and own[0] is not None
        if loss:
            return replace(self.trial.symbols[sign], kind="loss", meaning="loss", shape=())
        upright = column and profile.vectors == "rows"
        return ArraySymbol(sign, "value", "as it is defined", shape, upright=upright)

    def _alone(self) -> dict[str, ArraySymbol]:
        """Where not all fits together: what each definition makes of a letter of its own."""
        shapes = dict(self.trial.symbols)
        found: dict[str, ArraySymbol] = {}
        for left, right in self.definitions:
            if left.sign in self.declared.symbols or left.sign in found:
                continue
            try:
                made = self._made(left, extent(right, shapes, self.trial))
            except NotUnderstood:
                continue
            if made is not None:
                found[left.sign] = shapes[left.sign] = made
        return found


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
