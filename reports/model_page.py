"""Models on the terminal and as JSON: claims with their verdicts, and derived rules."""

from __future__ import annotations

from collections.abc import Iterable

from reports.jsonout import WORDS, Json, worst
from reports.matrix_forms import matrix_form
from reports.model_text import latex
from symbolic.arrays import ONE, Abstract, Definition
from symbolic.indexed import Expr
from symbolic.model_derivatives import derived
from symbolic.model_notation import places, plain, statement
from symbolic.models import Claim, Model, judged
from symbolic.verdicts import Open, Proved, Verdict


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
        lines.append(f"    read as {statement(model.program, claim.rule)}")
    return "\n".join(lines)


def _sentence(verdict: Verdict) -> str:
    match verdict:
        case Proved(_, under):
            names = " and ".join(hypothesis.name for hypothesis in under)
            return f"proved for all sizes, under {names}" if under else "proved for all sizes"
        case Open(why):
            return f"open: {why}"
    return WORDS[type(verdict)]


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
