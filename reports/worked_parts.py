"""The worked example as blocks: the numbers put in, forward, backward, one update, the check."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

from reports.document import (
    Block,
    Drawn,
    Heading,
    Math,
    Paragraph,
    Run,
    Runs,
    Table,
    runs,
)
from reports.latex_printer import RELATIONS as LATEX
from reports.latex_printer import LatexPrinter
from reports.number_printers import MOST_TERMS, Texts, digits, with_numbers
from reports.plain import RELATIONS as PLAIN
from reports.plain import PlainPrinter
from reports.wording import counted, listed, member_sign, prose
from reports.worked import (
    MORE_PLACES,
    PLACES,
    UNROUNDED,
    Difference,
    Row,
    Undefined,
    Working,
    decimals,
    is_whole,
    nearest,
)
from reports.worked_step import borrowed, middle, of_one_step, said
from symbolic.derivation import Derivation
from symbolic.network import Network
from symbolic.notation import E
from symbolic.terms import Condition, Num, Sign, Term
from symbolic.unit_signs import unit_name
from symbolic.verdicts import Witness

LARGEST, MOST_SYNAPSES = 400, 20_000
"""Neurons and synapses up to which an example is worked at all."""
WHOLE = 24
"""Neurons up to which every one is shown."""
WEIGHTS = 60
"""Weights up to which every one is shown; of more, `EACH` of each neuron that is shown."""
EACH = 3
GENERAL = (r"\Delta w_{ji} = \eta\, \delta_j\, y_i", "Δw_ji = η δ_j y_i")
INTRODUCTION = (
    "One sample, so that N = 1; the factors 1/N and y_0 = +1 are left out. A rounded value is"
    " marked ",
    Math(Drawn(r"\approx", "≈")),
    ", and each line uses the digits as they are printed, so that all of it can be checked"
    " with a calculator. The iteration (n) is not written.",
)


@dataclass(frozen=True)
class Worked:
    """All lines of a worked example with the numbers they use."""

    working: Working
    forward: tuple[tuple[str, Row], ...]
    backward: tuple[tuple[str, Row], ...]
    after: Row
    """The cost with the new weights."""

    @cached_property
    def changes(self) -> dict[str, Row]:
        """The line of Δw of every weight."""
        return dict(self.working.changes())


def worked(derivation: Derivation, sample: Witness) -> Worked:
    """The example, and the cost once more with the weights after the update.

    An output so near to 1 that its rounded value has no logarithm gets more decimals.
    Raises `Undefined` or `Undecided` where a line has no value.
    """
    try:
        return _worked(derivation, sample, PLACES)
    except Undefined:
        return _worked(derivation, sample, MORE_PLACES)


def _worked(derivation: Derivation, sample: Witness, places: int) -> Worked:
    first = Working(derivation, sample, places)
    forward, backward = tuple(first.forward()), tuple(first.backward())
    new = {name: sample.weights[name] + change for name, change in first.changed()}
    again = Working(derivation, Witness(new, sample.inputs, sample.targets, sample.eta), places)
    *_, (_, after) = again.forward()
    return Worked(first, forward, backward, after)


def unrounded(derivation: Derivation, sample: Witness, weights: Sequence[str]) -> dict[str, Row]:
    """Δw of these weights from unrounded values."""
    working = Working(derivation, sample, UNROUNDED)
    for _ in (*working.forward(), *working.backward()):
        pass
    return dict(working.changes(weights))


def worked_section(
    derivation: Derivation, sample: Witness, chosen: Sequence[str] = ()
) -> Iterator[Block]:
    """The example; of a large network the lines of the chosen neurons, or of one of each kind."""
    network = derivation.network
    yield Heading("Worked example", aside=True)
    if len(network.neurons) > LARGEST or len(network.synapses) > MOST_SYNAPSES:
        words = f"An example is worked in numbers for up to {LARGEST} neurons and "
        words += f"{MOST_SYNAPSES:,} connections."
        yield Paragraph(runs(words))
        return
    if not is_whole(derivation):
        words = "An example is worked of a rule that gives the δ of every neuron and every Δw."
        yield Paragraph(prose(words))
        return
    shown = _shown(derivation, chosen)
    try:
        example = worked(derivation, sample)
        update = tuple(_update(derivation, sample, example, shown))
    except ArithmeticError as reason:  # a kink, or a number that has no logarithm
        words = f"With these numbers the example has no value: {reason}. Choose another sample."
        yield Paragraph(runs(words))
        return
    one_step = not chosen and middle(network) > 0 and [*shown] == of_one_step(network)
    which = said(network, [*shown]) if one_step else [_shortened(network, shown)]
    yield Paragraph(prose(*INTRODUCTION, *which))
    small = one_step or (len(network.neurons) <= WHOLE and len(network.uses) <= WEIGHTS)
    yield from _put_in(network, sample, small)
    if small:
        yield from _borrowed(network, example, shown, "steps" if one_step else "neurons")
    texts = example.working.texts
    for title, lines in (("Forward", example.forward), ("Backward", example.backward)):
        rows = tuple(_row(row, texts) for j, row in lines if not j or j in shown)
        yield Heading(title, 2)
        head = (runs("symbol"), runs("formula"), runs("with numbers"), runs("value"))
        yield Table(head, level(rows), wide=2)
    yield Heading("One update", 2)
    yield from update


def _shown(derivation: Derivation, chosen: Sequence[str]) -> dict[str, None]:
    network = derivation.network
    if chosen:
        return dict.fromkeys(chosen)
    if middle(network) and len(network.uses) <= WEIGHTS and len(of_one_step(network)) <= WHOLE:
        return dict.fromkeys(of_one_step(network))
    if len(network.neurons) <= WHOLE and len(network.uses) <= WEIGHTS:
        return dict.fromkeys(network.order)
    firsts: dict[str, None] = {}
    for number in derivation.goal:
        step = derivation.steps[number]
        left = step.claim.left
        if isinstance(left, Sign) and left.letter == "delta" and len(firsts) < WHOLE:
            firsts[(step.over.members[0] or tuple(map(str, left.at)))[0]] = None
    kinds: dict[object, str] = {}
    for neuron in network.neurons:
        kinds.setdefault((neuron.activation, neuron.name in network.output_set), neuron.name)
    return {**dict.fromkeys(list(kinds.values())[:WHOLE]), **firsts}


def _shortened(network: Network, shown: dict[str, None]) -> str:
    if len(shown) == len(network.neurons):
        return ""
    names = listed([unit_name(j) for j in shown])
    which = f"is neuron {names}" if len(shown) == 1 else f"are {names}"
    words = f" All {len(network.neurons)} neurons were worked; shown {which}."
    if any(len(network.sources[j]) > 8 for j in shown):
        words += " A sum of more than eight terms is shortened by dots; all its terms were added."
    return words


def _borrowed(
    network: Network, example: Worked, shown: dict[str, None], others: str
) -> Iterator[Block]:
    """The numbers of steps or neurons that are not shown, where the shown lines use them."""
    rows = [row for _, row in (*example.forward, *example.backward)]
    own = [row for j, row in (*example.forward, *example.backward) if not j or j in shown]
    own += [row for w, row in example.changes.items() if _belongs(network, w, shown)]
    found = borrowed(own, rows, network.inputs)
    if found:
        parts = [part for row in found for part in (", ", Math(_equation_of(row)))][1:]
        yield Paragraph(runs(f"Of the other {others} the lines below use ", *parts, "."))


def _equation_of(row: Row) -> Drawn:
    """left = value, or ≈."""
    left = _bare(row.left)
    sign, command = ("=", "=") if row.exact else ("≈", r"\approx")
    return Drawn(
        f"{left.latex} {command} {row.text}", f"{left.text} {sign} {row.text}".replace("-", "−")
    )


def _put_in(network: Network, sample: Witness, all_weights: bool) -> Iterator[Block]:
    """The sample, η and the weights in rows of equations."""
    given = [
        *((member_sign("y", (name,)), x) for name, x in sample.inputs[0].items()),
        *((member_sign("d", (name,)), x) for name, x in sample.targets[0].items()),
        (Drawn(r"\eta", "η"), sample.eta),
    ]
    yield Paragraph(runs("The sample: ", *_equal(given)))
    weights = [(member_sign("w", (w,)), x) for w, x in sample.weights.items()]
    if len(weights) <= WEIGHTS and all_weights:
        yield Paragraph(runs("The weights: ", *_equal(weights)))


def _equal(given: Sequence[tuple[Drawn, Fraction]], most: int = WEIGHTS) -> Iterator[str | Run]:
    """x = 0.5, y = −1 in a row; a long one shortened."""
    shown = given if len(given) <= most else given[:4]
    for n, (sign, number) in enumerate(shown):
        text = digits(number, decimals(number))
        equal = Drawn(f"{sign.latex} = {text}", f"{sign.text} = {text}".replace("-", "−"))
        yield ", " if n else ""
        yield Math(equal)
    yield ", …" if len(given) > len(shown) else "."


def _row(row: Row, texts: Texts) -> tuple[Runs, ...]:
    formula: tuple[Run, ...] = (Math(_bare(row.right)),)
    for guard in row.where:
        formula += runs(", as ", Math(_condition(guard)))
    numbers = () if isinstance(row.right, Num) else (Math(with_numbers(row.right, texts)),)
    return (Math(_bare(row.left)),), formula, numbers, value_of(row)


def _bare(term: Term) -> Drawn:
    """A term without (n)."""
    latex, plain = LatexPrinter(most=MOST_TERMS), PlainPrinter(most=MOST_TERMS)
    pieces = [replace(piece, text=_without(piece.text)) for piece in latex.pieces(term)]
    return Drawn(
        _without(latex.term(term)),
        plain.term(term),
        tuple(pieces) if len(pieces) > 1 else (),
        tuple(plain.pieces(term)),
    )


def _without(latex: str) -> str:
    """LaTeX without (n); a bracket that only (n) made large gets small."""
    return re.sub(r"\\bigl(\()([^()]*)\\bigr(\))", r"\1\2\3", latex.replace("(n)", ""))


_NUMBER = re.compile(r"((?:=|\\approx) )?(-?)\d+(?:\.\d+)?")


def level(rows: Sequence[tuple[Runs, ...]]) -> tuple[tuple[Runs, ...], ...]:
    """The rows; in a column of numbers some of which are negative the others leave room for a sign.

    So the points stand below each other.
    """
    columns = [
        [_NUMBER.fullmatch(_latex(cell)) for cell in column] for column in zip(*rows, strict=True)
    ]
    uneven = {
        n
        for n, found in enumerate(columns)
        if all(found) and len({one[2] for one in found if one}) == 2
    }
    return tuple(
        tuple(_leave_room(cell) if n in uneven else cell for n, cell in enumerate(row))
        for row in rows
    )


def _latex(cell: Runs) -> str:
    match cell:
        case (Math(Drawn(latex)),):
            return latex
    return ""


def _leave_room(cell: Runs) -> Runs:
    """A number that is not negative, as far to the right as behind a sign."""
    found = _NUMBER.fullmatch(_latex(cell))
    (run,) = cell
    if found is None or found[2] or not isinstance(run, Math) or not isinstance(run.formula, Drawn):
        return cell
    relation = found[1] or ""
    latex = rf"{relation}\phantom{{-}}{run.formula.latex.removeprefix(relation)}"
    return (replace(run, formula=replace(run.formula, latex=latex)),)


def value_of(row: Row) -> Runs:
    """= 0.6, or ≈ 0.64566 where it is rounded."""
    sign, command = ("=", "=") if row.exact else ("≈", r"\approx")
    return (Math(Drawn(f"{command} {row.text}", f"{sign} {row.text}".replace("-", "−"))),)


def _condition(guard: Condition) -> Drawn:
    return Drawn(
        f"{_bare(guard.left).latex} {LATEX[guard.relation]} {_bare(guard.right).latex}",
        f"{_bare(guard.left).text} {PLAIN[guard.relation]} {_bare(guard.right).text}",
    )


def _update(
    derivation: Derivation, sample: Witness, example: Worked, shown: dict[str, None]
) -> Iterator[Block]:
    network = derivation.network
    weights = [w for w in network.uses if _belongs(network, w, shown)]
    if len(network.uses) > WEIGHTS:
        weights = _some(network, weights)
    exact, difference = unrounded(derivation, sample, weights), Difference(derivation, sample)
    changes = dict(example.working.changes(weights))
    rows: list[tuple[Runs, ...]] = []
    worst, alike = Fraction(0), all(len(places) == 1 for places in network.uses.values())
    for name in weights:
        change, true = changes[name], difference.of(name)
        worst = max(worst, abs(exact[name].value - true))
        old = sample.weights[name]
        places = max(decimals(change.value), len(change.text.partition(".")[2]))
        rows.append(
            (
                (Math(member_sign("w", (name,))),),
                _number(digits(old, decimals(old))) if alike else (Math(_bare(change.right)),),
                (Math(with_numbers(change.right, example.working.texts)),),
                value_of(change),
                *([_number(digits(old + change.value, places))] if alike else []),
                _number(digits(nearest(true, places), places)),
            )
        )
    yield Paragraph(
        prose(
            "Each weight gets its correction",
            ", " if alike else "",
            *([Math(Drawn(*GENERAL))] if alike else []),
            ". The last column moves the weight alone up and down by"
            " 0.000001, takes the exact cost at both places, and knows nothing of the rule: it is"
            " ",
            Math(Drawn(r"-\eta\,\Delta\mathcal{E}/\Delta w", "−η Δ𝓔/Δw")),
            ".",
        ),
        keep=True,
    )
    head: tuple[str, ...] = ("weight", "before", "with numbers", "correction", "after")
    if not alike:
        head = ("weight", "formula", "with numbers", "correction")
    head = (*head, "differences")
    yield Table(tuple(map(runs, head)), level(rows), wide=2)
    if len(weights) < len(network.uses):
        words = f"Shown are {len(weights)} of {counted(len(network.uses), 'weight')}."
        yield Paragraph(runs(words))
    *_, (_, before) = example.forward
    agree = (
        f"Unrounded, the rule and the differences agree to {_bound(worst)} in every weight shown. "
        if worst
        else "Rule and differences agree exactly. "
    )
    yield Paragraph(runs(agree, *_costs(before, example.after)))


def _costs(before: Row, after: Row) -> Iterator[str | Run]:
    yield "With all weights updated the cost "
    yield Math(E)
    if after.value == before.value:
        yield " of this sample stays at "
    else:
        way = "falls" if after.value < before.value else "rises"
        yield f" of this sample {way} from "
        yield Math(Drawn(before.text, before.text))
        yield " to "
    yield Math(Drawn(after.text, after.text))
    yield "."


def _bound(worst: Fraction) -> str:
    """The next power of ten that is not smaller, in words a reader can compare."""
    places = 0
    while places < 60 and worst * 10 ** (places + 1) <= 1:
        places += 1
    return f"{places} decimals" if places else "less than one decimal"


def _belongs(network: Network, weight: str, shown: dict[str, None]) -> bool:
    places = [to for to, _ in network.uses[weight]]
    return any(j in shown for j in (*places, *network.readers.get(weight, ())))


def _some(network: Network, weights: Sequence[str]) -> list[str]:
    """At most `EACH` weights of each neuron."""
    taken: dict[str, int] = {}
    kept = []
    for name in weights:
        to = (network.uses[name] or ((network.readers[name][0], ""),))[0][0]
        taken[to] = taken.get(to, 0) + 1
        if taken[to] <= EACH:
            kept.append(name)
    return kept


def _number(text: str) -> Runs:
    return (Math(Drawn(text, text.replace("-", "−"))),)


__all__ = ["Worked", "worked", "worked_section"]
