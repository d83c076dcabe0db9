"""Models on the terminal and as JSON: claims with their verdicts, and derived rules."""

from __future__ import annotations

from collections.abc import Iterable

from reports.jsonout import WORDS, Json, value, worst
from reports.matrix_forms import matrix_form
from reports.model_text import latex
from symbolic.array_instances import ArrayWitness, Key
from symbolic.array_numbers import Polynomial
from symbolic.arrays import ONE, Abstract, Definition, Rule
from symbolic.indexed import Expr
from symbolic.model_derivatives import derived
from symbolic.model_notation import places, plain, statement
from symbolic.models import Claim, Model, judged
from symbolic.terms import Equation
from symbolic.verdicts import Open, Proved, Refuted, Value, Verdict


def judged_page(model: Model) -> tuple[Json, str]:
    """The claims of a model with their verdicts, as data and as text."""
    verdicts = list(judged(model))
    return json_of(model, verdicts), text_of(model, verdicts)


def derived_page(model: Model) -> tuple[Json, str]:
    """Every derivative of the cost of a model, as data and as text; each is checked as a claim."""
    every = derived(model)
    verdicts = list(judged(every))
    return json_of(every, verdicts), derivation_of(every, verdicts)


def json_of(model: Model, verdicts: Iterable[tuple[Claim, Verdict]]) -> Json:
    """The object that --json prints."""
    pairs = list(verdicts)
    items: list[Json] = []
    for number, (claim, verdict) in enumerate(pairs, 1):
        row: Json = {
            "id": str(number),
            "verdict": WORDS[type(verdict)],
            "statement": latex(model.program, claim.rule),
            "text": claim.text or matrix_form(model.program, claim.rule),
            "read_as": statement(model.program, claim.rule),
            "under": [],
        }
        match verdict:
            case Proved(by, under):
                row["under"], row["by"] = [hypothesis.name for hypothesis in under], by
            case Refuted(member, ArrayWitness() as witness, left, right, diagnosis, nearest):
                row["at"] = list(member)
                row["counterexample"] = {
                    **numbers(witness),
                    "left": value(left),
                    "right": value(right),
                }
                row["diagnosis"] = diagnosis
                row["nearest"] = _written(model, nearest)
            case Open(why):
                row["why"] = why
        if claim.source is not None:
            place = claim.source
            row["source"] = {"file": place.file, "line": place.line, "column": place.column}
        items.append(row)
    return {"verdict": WORDS[type(worst([v for _, v in pairs]))], "items": items}


def text_of(model: Model, verdicts: Iterable[tuple[Claim, Verdict]]) -> str:
    """Every claim with its verdict, as plain text."""
    lines: list[str] = []
    for number, (claim, verdict) in enumerate(verdicts, 1):
        place = f"  (line {claim.source.line})" if claim.source else ""
        lines += [f"({number}) {claim.text}{place}", f"    {_sentence(verdict)}"]
        if isinstance(verdict, Refuted):
            lines += [f"    {line}" for line in _objection(model, verdict)]
        lines.append(f"    read as {statement(model.program, claim.rule)}")
    return "\n".join(lines)


def _sentence(verdict: Verdict) -> str:
    match verdict:
        case Proved(_, under):
            names = " and ".join(hypothesis.name for hypothesis in under)
            return f"proved for all sizes, under {names}" if under else "proved for all sizes"
        case Refuted(_, _, left, right, diagnosis):
            return f"refuted: left {_number(left)}, right {_number(right)}. {diagnosis}".rstrip()
        case Open(why):
            return f"open: {why}"
    return WORDS[type(verdict)]


def _objection(model: Model, verdict: Refuted) -> list[str]:
    """The numbers to put in, and the nearest right form."""
    assert isinstance(verdict.witness, ArrayWitness)
    put = numbers(verdict.witness)
    shown = [
        f"{kind} {', '.join(f'{k} = {v}' for k, v in part.items())}"
        for kind, part in put.items()
        if part
    ]
    at = ", ".join(verdict.member)
    lines = [f"put in {'; '.join(shown)}" + (f"; at {at}" if at else "")]
    nearest = _written(model, verdict.nearest)
    return [*lines, f"right is {nearest}"] if nearest else lines


def _number(number: Value) -> str:
    if number.exact:
        return str(number.low)
    return f"between {float(number.low):.12g} and {float(number.high):.12g}"


def _written(model: Model, nearest: Equation | Rule | None) -> str:
    return statement(model.program, nearest) if isinstance(nearest, Rule) else ""


def numbers(witness: ArrayWitness) -> dict[str, dict[str, str]]:
    """The numbers of a counterexample by kind; an entry that is left out is 0."""
    return {
        "sizes": {name: str(size) for name, size in witness.sizes.items()},
        "entries": {_entry(key): str(number) for key, number in witness.entries.items()},
        "functions": {_entry(key): polynomial(f) for key, f in witness.functions.items()},
        "maps": {_entry(key): str(number) for key, number in witness.maps.items()},
    }


def _entry(key: Key) -> str:
    """W[1,2] of an array and the place of one entry."""
    name, place = key
    return f"{name}[{','.join(map(str, place))}]" if place else name


def polynomial(function: Polynomial) -> str:
    """A function of a counterexample, in u or in u1, u2, …

    >>> from fractions import Fraction
    >>> polynomial((((1,), Fraction(1)), ((2,), Fraction(-1, 2))))
    'u - 1/2*u^2'
    """
    terms: list[str] = []
    for powers, c in function:
        names = ["u"] if len(powers) == 1 else [f"u{n}" for n in range(1, len(powers) + 1)]
        letters = [
            name if power == 1 else f"{name}^{power}"
            for name, power in zip(names, powers, strict=True)
            if power
        ]
        number = [str(abs(c))] if abs(c) != 1 or not letters else []
        term = "*".join((*number, *letters))
        terms.append(
            f"{' - ' if c < 0 else ' + '}{term}" if terms else f"{'-' if c < 0 else ''}{term}"
        )
    return "".join(terms) or "0"


def derivation_of(model: Model, verdicts: Iterable[tuple[Claim, Verdict]]) -> str:
    """The definitions, the cost and every derivative with its verdict, as plain text."""
    program = model.program
    lines = ["Definitions"]
    for definition in program.definitions:
        lines.append(f"  {definition.array}{places(definition.at)} = {_body(definition)}")
    lines += ["Cost", f"  cost = {_body(program.cost)}", "Derivatives of the cost"]
    for multiplier in program.multipliers:
        factor = "" if multiplier.factor == ONE else f"{plain(multiplier.factor, 1)}*"
        lines.append(f"  {multiplier.name} := {factor}D({multiplier.array})")
    found: list[Verdict] = []
    for claim, verdict in verdicts:
        lines.append(f"  {statement(program, claim.rule)}")
        matrices = matrix_form(program, claim.rule)
        if matrices:
            lines.append(f"    {matrices}")
        if not isinstance(verdict, Proved):
            lines.append(f"    {_sentence(verdict)}")
        found.append(verdict)
    lines += ["", f"Each line: {_sentence(worst(found))}."]
    return "\n".join(lines)


def _body(body: Definition | Abstract | Expr) -> str:
    if isinstance(body, Definition):
        return plain(body.body)
    if not isinstance(body, Abstract):
        return plain(body)
    slopes = (
        f"{local.array}{places(local.at)} with slope {plain(local.slope)}"
        for local in body.partials
    )
    return f"any function of {', '.join(slopes)}"
