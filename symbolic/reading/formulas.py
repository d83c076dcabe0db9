"""What a formula means, for a network of any shape: quantities, sums with ranges, ∂ as a node.

Indices are those of `indexed.py`.  Nothing here simplifies; `as_indexed` hands a formula to the
index calculus once its partial derivatives have been named.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from symbolic import indexed
from symbolic.indexed import Count, Num, Shifted, Sort, Var, letters_in

NEURON = Sort("neuron", "n")
SAMPLE = Sort("sample", "N")
LAYER = Sort("layer", "L", ordered=True)
SORTS = {sort.name: sort for sort in (NEURON, SAMPLE, LAYER)}
UNWRITTEN = Var("·", SAMPLE)
"""The sample of a quantity written without one: the one sample, or every sample alike."""
TO, FROM = Var("to", NEURON), Var("from", NEURON)
"""Where a weight leads that is spoken of as a whole, wherever it occurs: w without indices."""
TYPED = "typed"
"""The array of what is kept as it was typed; its sign is the LaTeX."""


@dataclass(frozen=True, slots=True)
class Range:
    """What a bound index runs over.

    `kind` is samples, layers, output, hidden, fed (the neurons that `of` feeds), feeding (those
    that feed it), beside (those of its layer), layer (the neurons of the layer `of`), uses (the
    connections with one weight: first where they lead, then from which neurons they lead to `of`),
    interval (first … last), or unsaid: the document gives no range, and the prover must try each.
    """

    kind: str
    first: str = ""
    last: str = ""
    of: str = ""


@dataclass(frozen=True, slots=True)
class Read:
    """array[at], such as e[j, ξ]; `sign` is how the document writes the array."""

    array: str
    at: tuple[Shifted | int, ...] = ()
    sign: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Plus:
    terms: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Times:
    factors: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Power:
    base: Formula
    exponent: Fraction


@dataclass(frozen=True, slots=True)
class Call:
    """An elementary function, such as exp."""

    name: str
    argument: Formula


@dataclass(frozen=True, slots=True)
class Applied:
    """φ_j(argument), differentiated `order` times."""

    function: str
    at: tuple[Shifted | int, ...]
    argument: Formula
    order: int = 0
    sign: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class SumOver:
    """Σ of the body over an index and its range."""

    over: Var
    range: Range
    body: Formula


@dataclass(frozen=True, slots=True)
class Partial:
    """∂of/∂by; `reading` is total (through the network) or direct (this connection only)."""

    of: Formula
    by: Read
    reading: str = "total"


Formula = Num | Count | Read | Plus | Times | Power | Call | Applied | SumOver | Partial
KINDS: tuple[type[Formula], ...] = (
    Num, Count, Read, Plus, Times, Power, Call, Applied, SumOver, Partial,
)  # fmt: skip
ONE = Num(Fraction(1))


QUARTER = Call("arctan", ONE)
"""π/4, so that π needs no sign of its own."""


def plus(*terms: Formula) -> Formula:
    """The sum as one flat list of terms."""
    flat: list[Formula] = []
    for term in terms:
        flat.extend(term.terms if isinstance(term, Plus) else (term,))
    return flat[0] if len(flat) == 1 else Plus(tuple(flat))


def times(*factors: Formula) -> Formula:
    """The product as one flat list of factors, its number in front and no factor 1.

    >>> times(Num(Fraction(-1)), Num(Fraction(1, 2)), Read("eta"))
    Times(factors=(Num(value=Fraction(-1, 2)), Read(array='eta', at=(), sign='')))
    """
    number = Fraction(1)
    flat: list[Formula] = []
    for factor in factors:
        for part in factor.factors if isinstance(factor, Times) else (factor,):
            if isinstance(part, Num):
                number *= part.value
            else:
                flat.append(part)
    if number != 1 or not flat:
        flat.insert(0, Num(number))
    return flat[0] if len(flat) == 1 else Times(tuple(flat))


PI = times(Num(Fraction(4)), QUARTER)


def over(numerator: Formula, denominator: Formula) -> Formula:
    """numerator · denominator⁻¹; a number divides at once."""
    if isinstance(denominator, Num) and denominator.value:
        return times(numerator, Num(1 / denominator.value))
    return times(numerator, Power(denominator, Fraction(-1)))


def inside(formula: Formula) -> tuple[Formula, ...]:
    """The formulas directly inside, in the order they are written."""
    match formula:
        case Num() | Count() | Read():
            return ()
        case Plus(parts) | Times(parts):
            return parts
        case Power(part) | Call(_, part) | SumOver(_, _, part):
            return (part,)
        case Applied(_, _, part):
            return (part,)
        case Partial(of, by):
            return (of, by)


def rebuilt(formula: Formula, parts: Sequence[Formula]) -> Formula:
    """The formula with other formulas directly inside.

    >>> rebuilt(Power(ONE, Fraction(2)), [Read("eta")])
    Power(base=Read(array='eta', at=(), sign=''), exponent=Fraction(2, 1))
    """
    match formula:
        case Num() | Count() | Read():
            return formula
        case Plus():
            return plus(*parts)
        case Times():
            return times(*parts)
        case Power(_, exponent):
            return Power(parts[0], exponent)
        case Call(name):
            return Call(name, parts[0])
        case SumOver(letter, span):
            return SumOver(letter, span, parts[0])
        case Applied(function, at, _, order, sign):
            return Applied(function, at, parts[0], order, sign)
        case Partial(reading=reading):
            of, by = parts
            assert isinstance(by, Read), "a derivative is taken by one quantity"
            return Partial(of, by, reading)


def walk(formula: Formula) -> Iterator[Formula]:
    """The formula and every one inside it, outermost first."""
    stack = [formula]
    while stack:
        top = stack.pop()
        yield top
        stack.extend(reversed(inside(top)))


def free(formula: Formula) -> frozenset[Var]:
    """The letters that no sum inside binds, `UNWRITTEN` among them."""
    match formula:
        case Read(_, at):
            return _letters(at)
        case SumOver(letter, _, body):
            return free(body) - {letter}
        case Applied(_, at, argument):
            return _letters(at) | free(argument)
        case _:
            return frozenset().union(*map(free, inside(formula)))


def _letters(at: tuple[Shifted | int, ...]) -> frozenset[Var]:
    found = set[Var]()
    for index in at:
        found |= {index} if isinstance(index, Var) else letters_in(index)
    return frozenset(found)


def with_range(formula: Formula, span: Range) -> Formula:
    """The formula whose sums over neurons of unsaid range have this one."""
    made = rebuilt(formula, tuple(with_range(part, span) for part in inside(formula)))
    if isinstance(made, SumOver) and made.range.kind == "unsaid":
        return SumOver(made.over, span, made.body)
    return made


def put(formula: Formula, letters: Mapping[Var, Var]) -> Formula:
    """Other letters for free ones, all at once; a sum that binds one of the new ones is renamed."""
    if isinstance(formula, SumOver):
        inner = {old: new for old, new in letters.items() if old != formula.over}
        over = formula.over
        if over in inner.values() and free(formula.body) & inner.keys():
            over = _unused(over, free(formula.body) | {*inner.values()})
            inner[formula.over] = over
        limits = formula.range
        of = next((new.name for old, new in letters.items() if old.name == limits.of), limits.of)
        return SumOver(over, replace(limits, of=of), put(formula.body, inner))
    made = rebuilt(formula, tuple(put(part, letters) for part in inside(formula)))
    if isinstance(made, Read | Applied):
        return replace(made, at=tuple(_put_index(index, letters) for index in made.at))
    return made


def at_numbers(formula: Formula, numbers: Mapping[Var, int]) -> Formula:
    """Numbers of neurons for free letters; a sum that is said to be over what such a letter feeds
    keeps its range by the letter, so it is left as it is.
    """
    if isinstance(formula, SumOver):
        numbers = {letter: n for letter, n in numbers.items() if letter != formula.over}
    made = rebuilt(formula, tuple(at_numbers(part, numbers) for part in inside(formula)))
    if not isinstance(made, Read | Applied):
        return made
    at = (numbers.get(i, i) if isinstance(i, Var) else i for i in made.at)
    return replace(made, at=tuple(at))


def _put_index(index: Shifted | int, letters: Mapping[Var, Var]) -> Shifted | int:
    return letters.get(index, index) if isinstance(index, Var) else index


def _unused(letter: Var, taken: Collection[Var]) -> Var:
    found = letter
    while found in taken:
        found = Var(f"{found.name}'", letter.sort)
    return found


def bound(formula: Formula) -> tuple[SumOver, ...]:
    """The sums, outermost first."""
    return tuple(part for part in walk(formula) if isinstance(part, SumOver))


_SAMPLE = frozenset({UNWRITTEN})


def canonical(*sides: Formula) -> tuple[str, ...]:
    """The sides with letters numbered in the order they are met and factors in a fixed order.

    Equal results mean equal up to the names of letters, with ranges left aside, and with the one
    sample of a signal written or not; nothing else is decided.
    """
    names: dict[Var, int] = {}
    dropped = frozenset(v for v in free(sides[0]) if v.sort == SAMPLE)
    return tuple(_canonical(side, names, dropped) for side in sides)


def _canonical(formula: Formula, names: dict[Var, int], dropped: frozenset[Var]) -> str:
    def indices(at: tuple[Shifted | int, ...], left_out: frozenset[Var]) -> str:
        return ",".join(
            repr(i)
            if not isinstance(i, Var) or i == UNWRITTEN
            else str(names.setdefault(i, len(names)))
            for i in at
            if i not in left_out
        )

    def inner(part: Formula) -> str:
        return _canonical(part, names, dropped)

    match formula:
        case Num(value):
            return str(value)
        case Count():
            return "count"
        case Read(array, at):
            left_out = _SAMPLE if array.startswith("E") else _SAMPLE | dropped
            return f"{array!r}[{indices(at, left_out)}]"
        case Applied(function, at, argument, order):
            return f"phi({function!r},{order},[{indices(at, frozenset())}],{inner(argument)})"
        case SumOver(letter, _, body):
            outer = names.pop(letter, None)
            names[letter] = 1000 + len(names)
            summed = inner(body)
            del names[letter]
            if outer is not None:
                names[letter] = outer
            return f"sum({letter.sort.name},{summed})"
        case Plus(parts) | Times(parts):
            return f"{type(formula).__name__}({','.join(sorted(map(inner, parts)))})"
        case Power(base, exponent):
            return f"power({inner(base)},{exponent})"
        case Call(name, argument):
            return f"call({name!r},{inner(argument)})"
        case Partial(of, by, reading):
            return f"partial({inner(of)},{inner(by)},{reading})"


def _secant(formula: Formula) -> tuple[Formula, Fraction] | None:
    """u and n where the formula is (1/cosh u)^(2n) with a whole n > 0."""
    power = Fraction(1)
    while isinstance(formula, Power):
        power, formula = power * formula.exponent, formula.base
    half = -power / 2
    if isinstance(formula, Call) and formula.name == "cosh" and half > 0 and half.denominator == 1:
        return formula.argument, half
    return None


def as_indexed(
    formula: Formula,
    named: Callable[[Partial | SumOver], indexed.Expr],
    array_of: Callable[[Read], str] = lambda read: read.array,
    phi: Callable[[Applied], Formula] | None = None,
) -> indexed.Expr:
    """The formula for the index calculus.

    `named` says what stands for a partial derivative and for a sum that is no sum over all
    elements of a sort; it is asked for every one of them.  `array_of` names the arrays.  `phi` is
    what an activation function that is known comes to.
    """

    def put(part: Formula) -> indexed.Expr:
        match part:
            case Num() | Count():
                return part
            case Read("same", (one, other)):
                return indexed.Delta(one, other)
            case Read(_, at):
                return indexed.Get(array_of(part), at)
            case Plus(terms):
                return indexed.Add(tuple(map(put, terms)))
            case Times(factors):
                return indexed.Mul(tuple(map(put, factors)))
            case Power(base, exponent):
                secant = _secant(part)
                if secant is not None:  # (1/cosh u)² = 1 - tanh² u
                    tangent = indexed.Pow(indexed.Fn("tanh", put(secant[0])), Fraction(2))
                    slope = indexed.Add((Num(Fraction(1)), Num(Fraction(-1)) * tangent))
                    return indexed.Pow(slope, secant[1])
                return indexed.Pow(put(base), exponent)
            case Call(name, argument):
                return indexed.Fn(name, put(argument))
            case Applied(function, at, argument, order):
                if phi is not None:
                    return put(phi(part))
                orders = (order,) if order else ()
                return indexed.Opaque(function, at, (put(argument),), orders)
            case SumOver(letter, Range("samples" | "layers"), body):
                return indexed.Sum(letter, put(body))
            case SumOver() | Partial():
                return named(part)

    return put(formula)
