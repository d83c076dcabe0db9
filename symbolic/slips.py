"""The well-known slips in a back-propagation rule, each with the edit that undoes it.

`MISTAKES` is the table.  A row takes the claim and offers sentences with repaired right sides; it
does not know whether any of them is true.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from symbolic.network import Network
from symbolic.notation import ETA, LETTERS, N, d, delta, e, slope, v, w, y
from symbolic.terms import (
    Add,
    Frac,
    Index,
    Mul,
    Num,
    Partial,
    Phi,
    Range,
    RangeKind,
    Sign,
    Sum,
    Term,
    Var,
    children,
    num,
    rebuilt,
    replaced,
    walk,
)


@dataclass(frozen=True)
class Scene:
    """The claim's network, its member, its own letters j (and i) and the letters its sums bind."""

    network: Network
    member: tuple[str, ...]
    env: dict[str, str]
    left: Term
    right: Term

    @property
    def own(self) -> tuple[Index, ...]:
        """The indices of the left side: j of δ_j, j and i of Δw_ji."""
        of = self.left.by if isinstance(self.left, Partial) else self.left
        return of.at if isinstance(of, Sign) else ()

    @property
    def letters(self) -> tuple[Index, ...]:
        """Every index that occurs in the claim."""
        spoken = [*self.own]
        for part in walk(self.right):
            match part:
                case Sign(_, at):
                    spoken += at
                case Phi(neuron):
                    spoken.append(neuron)
        return tuple(dict.fromkeys(spoken))

    def name(self, index: Index) -> str:
        """The unit that an index stands for, its own letter if a sum binds it."""
        return index if isinstance(index, str) else self.env.get(index.name, "")


T = TypeVar("T", Sign, Phi, Sum)
Repair = tuple[str, Term]
Mistake = Callable[[Scene], Iterable[Repair]]


def somewhere(term: Term, change: Callable[[Term], Iterable[Term]]) -> Iterator[Term]:
    """The term with one part changed, in every way and at every place, outermost first.

    >>> doubled = somewhere(y("a") + y("b"), lambda part: (2 * part,))
    >>> [written(term) for term in doubled]
    ['2 (y_a + y_b)', '2 y_a + y_b', 'y_a + 2 y_b']
    """
    yield from change(term)
    if isinstance(term, Partial | Phi | Frac):  # one symbol to a reader's eye
        return
    inside = children(term)
    for place, part in enumerate(inside):
        for new in somewhere(part, change):
            yield rebuilt(term, (*inside[:place], new, *inside[place + 1 :]))


def _negated(scene: Scene) -> Iterator[Repair]:
    yield "the sign is wrong", -scene.right

    def flip(part: Term) -> Iterator[Term]:
        if isinstance(part, Add):
            for place, term in enumerate(part.terms):
                yield Add((*part.terms[:place], -term, *part.terms[place + 1 :]))

    for right in somewhere(scene.right, flip):
        yield "the sign of one term is wrong", right


def _other_owner(scene: Scene) -> Iterator[Repair]:
    for phi in _parts(scene.right, Phi):
        for other in scene.letters:
            if other != phi.neuron and phi.order:
                moved = Phi(other, phi.order, replaced(phi.argument, {v(phi.neuron): v(other)}))
                bad, good = _index(phi.neuron), _index(other)
                sentence = f"φ' of neuron {bad} stands where that of neuron {good} belongs"
                yield sentence, replaced(scene.right, {phi: moved})


def _other_argument(scene: Scene) -> Iterator[Repair]:
    for phi in _parts(scene.right, Phi):
        own = v(phi.neuron)
        at = written(phi.argument)
        sentence = f"φ' is taken at {at}, not at {written(own)}"
        yield sentence, replaced(scene.right, {phi: Phi(phi.neuron, phi.order, own)})


def _other_order(scene: Scene) -> Iterator[Repair]:
    for phi in _parts(scene.right, Phi):
        for order in {0, 1, 2} - {phi.order}:
            good = Phi(phi.neuron, order, phi.argument)
            sentence = f"{written(phi)} stands where {written(good)} belongs"
            yield sentence, replaced(scene.right, {phi: good})


def _swapped(scene: Scene) -> Iterator[Repair]:
    pairs = [s for s in _parts(scene.right, Sign) if s.letter == "w" and len(s.at) == 2]
    for bad in pairs:
        good = w(bad.at[1], bad.at[0])
        sentence = f"index pattern wrong in w: {written(bad)} where {written(good)} belongs"
        yield sentence, replaced(scene.right, {bad: good})


def _other_index(scene: Scene) -> Iterator[Repair]:
    for bad in _parts(scene.right, Sign):
        for place, index in enumerate(bad.at):
            for other in scene.letters:
                if other == index:
                    continue
                good = Sign(bad.letter, (*bad.at[:place], other, *bad.at[place + 1 :]))
                sentence = f"{written(bad)} stands where {written(good)} belongs"
                yield sentence, replaced(scene.right, {bad: good})


def _other_letter(scene: Scene) -> Iterator[Repair]:
    for bad in _parts(scene.right, Sign):
        if len(bad.at) == 1 and bad.letter in ("v", "y", "d", "e", "delta"):
            for make in (delta, e, y, d, v):
                good = make(bad.at[0])
                sentence = f"{written(bad)} stands where {written(good)} belongs"
                yield sentence, replaced(scene.right, {bad: good})


def _missing_sum(scene: Scene) -> Iterator[Repair]:
    """Σ_k over the neurons fed by j, around any part that speaks of k, or of one k by name."""
    bound = {letter for s in _parts(scene.right, Sum) for letter in s.over.bound}
    for j in scene.own[:1]:
        free = [k for k in scene.letters if k not in scene.own and k not in bound]
        for k in free:
            if isinstance(k, str) and k not in scene.network.successors.get(scene.name(j), ()):
                continue
            letter = k if isinstance(k, Var) else Var("k")
            over = Range(RangeKind.FED_BY, (letter,), (j,))
            for right in somewhere(scene.right, _wrap(over, {k: letter})):
                if isinstance(k, str):
                    others = _absent(scene, j)
                    if others:
                        yield f"{_successors(others)} missing in the sum over k", right
                yield f"the sum over {_index(letter)} is missing", right


def _wrap(over: Range, rename: dict[Index, Var]) -> Callable[[Term], Iterator[Term]]:
    def change(part: Term) -> Iterator[Term]:
        yield Sum(over, renamed(part, rename))
        if isinstance(part, Mul):  # only the factors that speak of the letter
            inside = tuple(f for f in part.factors if renamed(f, rename) != f or _speaks(f, over))
            outside = tuple(f for f in part.factors if f not in inside)
            if inside and outside:
                yield Mul((*outside, Sum(over, renamed(Mul(inside), rename))))

    return change


def _speaks(part: Term, over: Range) -> bool:
    return any(
        (isinstance(p, Sign) and over.bound[0] in p.at)
        or (isinstance(p, Phi) and p.neuron == over.bound[0])
        for p in walk(part)
    )


def renamed(term: Term, table: dict[Index, Var]) -> Term:
    """The term with other index letters."""
    signs: dict[Term, Term] = {
        s: Sign(s.letter, tuple(table.get(index, index) for index in s.at))
        for s in _parts(term, Sign)
    }
    phis: dict[Term, Term] = {
        phi: Phi(table.get(phi.neuron, phi.neuron), phi.order, replaced(phi.argument, signs))
        for phi in _parts(term, Phi)
    }
    return replaced(term, signs | phis)


def _absent(scene: Scene, j: Index) -> list[str]:
    """The successors of j that the claim does not speak of."""
    return [k for k in scene.network.successors.get(scene.name(j), ()) if k not in scene.letters]


def _successors(names: list[str]) -> str:
    return f"successor{'s' if len(names) > 1 else ''} {', '.join(names)}"


def _missing_successor(scene: Scene) -> Iterator[Repair]:
    """+ δ_k w_kj for every successor k that a sum written out leaves out."""
    for j in scene.own[:1]:
        absent = _absent(scene, j)
        lost: tuple[Term, ...] = tuple(delta(k) * w(k, j) for k in absent)
        if lost:
            for right in somewhere(scene.right, _plus(*lost)):
                yield f"{_successors(absent)} missing in the sum over k", right


def _missing_samples(scene: Scene) -> Iterator[Repair]:
    if not (isinstance(scene.left, Sign) and scene.left.letter == "dw"):
        return
    over = Range(RangeKind.SAMPLES)
    for right in somewhere(scene.right, lambda part: (Sum(over, part),)):
        yield "the sum over the samples is missing", right


def _other_range(scene: Scene) -> Iterator[Repair]:
    for total in _parts(scene.right, Sum):
        for kind in RangeKind:
            of = scene.own[:1] if kind in (RangeKind.FED_BY, RangeKind.FEEDING) else ()
            if kind in RANGES and kind != total.over.kind and len(total.over.bound) == 1:
                good = Sum(Range(kind, total.over.bound, of), total.body)
                letter = _index(total.over.bound[0])
                sentence = f"the sum over {letter} must run over {RANGES[kind]}"
                yield sentence, replaced(scene.right, {total: good})


def _one_use(scene: Scene) -> Iterator[Repair]:
    """δ_j y_i of one synapse becomes the sum over all synapses that carry the weight."""
    to, source = Var("j"), Var("i")
    over = Range(RangeKind.USES, (to, source), scene.own)
    places = scene.network.uses.get(scene.name(scene.own[0]), ()) if len(scene.own) == 1 else ()
    if len(scene.own) == 2:
        at = (scene.name(scene.own[0]), scene.name(scene.own[1]))
        places = scene.network.uses.get(scene.network.weight_of.get(at, ""), ())
        to, source = Var("k"), Var("m")
        over = Range(RangeKind.USES, (to, source), scene.own)
    if len(places) < 2:
        return
    written_out: list[tuple[Index, ...]] = [(to, source), *places, scene.own]
    for pair in written_out:
        if len(pair) == 2:
            table: dict[Index, Var] = {pair[0]: to, pair[1]: source}
            for right in somewhere(scene.right, _wrapped_uses(over, table)):
                yield "only one use of the shared weight is counted", right


def _wrapped_uses(over: Range, table: dict[Index, Var]) -> Callable[[Term], Iterable[Term]]:
    return lambda part: (Sum(over, renamed(part, table)),)


def _missing_factor(scene: Scene) -> Iterator[Repair]:
    """A factor put in at one place: 1/N, η, φ_j'(v_j), e_j, y_i."""
    factors: list[tuple[str, Term]] = [("1/N is missing", Frac(num(1), N))]
    learned = isinstance(scene.left, Sign) and scene.left.letter == "dw"
    if learned and ETA not in walk(scene.right):
        factors.append(("the learning rate η is missing", ETA))
    for index in scene.letters:
        for make in (slope, e, y, delta):
            lost: Term = make(index)
            factors.append((f"factor {written(lost)} missing", lost))
    for sentence, factor in factors:
        for right in somewhere(scene.right, _times(factor)):
            yield sentence, right


def _times(factor: Term) -> Callable[[Term], Iterator[Term]]:
    def change(part: Term) -> Iterator[Term]:
        yield Mul((factor, *(part.factors if isinstance(part, Mul) else (part,))))

    return change


def _too_much(scene: Scene) -> Iterator[Repair]:
    """A factor or a term taken out at one place."""

    def drop(part: Term) -> Iterator[tuple[Term, Term]]:
        inside = children(part)
        if isinstance(part, Add | Mul) and len(inside) > 1:
            for place, lost in enumerate(inside):
                rest = (*inside[:place], *inside[place + 1 :])
                yield lost, rest[0] if len(rest) == 1 else rebuilt(part, rest)

    for part in walk(scene.right):
        for lost, rest in drop(part):
            kind = "factor" if isinstance(part, Mul) else "term"
            yield f"the {kind} {written(lost)} is too much", replaced(scene.right, {part: rest})


def _number(scene: Scene) -> Iterator[Repair]:
    """A wrong number in front, of the whole or of one term."""
    yield "the term is doubled (factor 2)", num("1/2") * scene.right
    yield "a factor 2 is missing", num(2) * scene.right
    for number in ("1/3", "3", "1/4", "4", "-2", "-1/2"):
        sentence = f"the right side must be multiplied by {number}"
        yield sentence, num(number) * scene.right
    for number, sentence in (
        ("1/2", "one term is doubled (factor 2)"),
        ("2", "one term is halved"),
    ):
        for right in somewhere(scene.right, _times(num(number))):
            yield sentence, right
    yield "1/N is too much", N * scene.right
    for right in somewhere(scene.right, _times(N)):
        yield "1/N is too much", right
    yield "the learning rate η is too much", scene.right / ETA


def _missing_error(scene: Scene) -> Iterator[Repair]:
    """An output neuron that feeds others needs its own error as well as the sum."""
    k = Var("k")
    for j in scene.own[:1]:
        if scene.name(j) not in scene.network.output_set:
            continue
        for own in (Frac(num(1), N) * e(j), Frac(num(1), N) * (d(j) - y(j))):
            for lost in (own, own * slope(j)):
                for right in somewhere(scene.right, _plus(lost)):
                    yield "the neuron's own error term is missing", right
        fed = Sum(Range(RangeKind.FED_BY, (k,), (j,)), delta(k) * w(k, j))
        for rest in (fed, slope(j) * fed):
            for right in somewhere(scene.right, _plus(rest)):
                yield "the sum over the neurons that it feeds is missing", right


def _plus(*lost: Term) -> Callable[[Term], Iterable[Term]]:
    return lambda part: (Add((*(part.terms if isinstance(part, Add) else (part,)), *lost)),)


MISTAKES: tuple[Mistake, ...] = (  # the plainest explanation first
    _negated,
    _other_argument,
    _other_owner,
    _swapped,
    _missing_sum,
    _other_range,
    _missing_successor,
    _one_use,
    _missing_factor,
    _missing_samples,
    _number,
    _other_index,
    _other_letter,
    _other_order,
    _missing_error,
    _too_much,
)

RANGES: dict[RangeKind, str] = {
    RangeKind.FED_BY: "the neurons fed by j",
    RangeKind.FEEDING: "the units that j reads",
    RangeKind.NEURONS: "all neurons",
    RangeKind.OUTPUTS: "the outputs",
    RangeKind.HIDDEN: "the hidden neurons",
}


def _parts(term: Term, kind: type[T]) -> list[T]:
    return list(dict.fromkeys(part for part in walk(term) if isinstance(part, kind)))


# words ---------------------------------------------------------------------------------------


def written(term: Term) -> str:
    """A letter or a slope in plain text, for use inside a sentence.

    >>> written(w(Var("k"), Var("j"))), written(slope(Var("j"))), written(delta("h1"))
    ('w_kj', "φ'_j(v_j)", 'δ_h1')
    """
    match term:
        case Num(value):
            return str(value)
        case Sign(letter, at):
            names = [_index(index) for index in at]
            comma = "," if any(len(name) > 1 for name in names) else ""
            text = LETTERS[letter].text if letter in LETTERS else letter
            return f"{text}_{comma.join(names)}" if names else text
        case Phi(neuron, order, argument):
            return f"φ{chr(39) * order}_{_index(neuron)}({written(argument)})"
        case Frac(above, below):
            return f"{written(above)}/{written(below)}"
        case Mul(factors):
            inside = ((written(f), isinstance(f, Add)) for f in factors)
            return " ".join(f"({text})" if sum_ else text for text, sum_ in inside)
        case Add(terms):
            return " + ".join(written(part) for part in terms)
        case Sum():
            return "Σ …"
    return "…"


def _index(index: Index) -> str:
    return index if isinstance(index, str) else index.name
