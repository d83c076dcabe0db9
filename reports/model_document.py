"""A model with its claims, or with every derivative → one page that `proofprop check` reads back.

The claims stand in index notation, whatever they were written in; nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reports.document import (
    Block,
    Code,
    CodeBlock,
    Document,
    Drawn,
    EquationLines,
    Heading,
    Line,
    Mark,
    Math,
    Paragraph,
    Run,
    Runs,
    VerdictBox,
    runs,
)
from reports.jsonout import worst
from reports.matrix_forms import matrix_form
from reports.model_page import numbers
from reports.program_lines import NOTATION, Signs, definition_lines, letters_of
from reports.program_signs import predicates_of, signs_of
from reports.wording import MARKS, TITLES, in_words, prose
from symbolic.array_instances import ArrayWitness
from symbolic.arrays import ONE, Multiplier, Rule
from symbolic.indexed import Expr, Mul, Sum, Var
from symbolic.indices import Hypothesis, Law, SizeOne
from symbolic.model_notation import plain
from symbolic.models import Claim, Model
from symbolic.reading.arrays.judgement import shown
from symbolic.statements import Statement
from symbolic.verdicts import Open, Proved, Refuted, Verdict

_NO_RANGES: dict[str, str] = {}


def model_document(
    model: Model, verdicts: Sequence[tuple[Claim, Verdict]], title: str, heading: str
) -> Document:
    """The page: what is defined, then each claim with its verdict."""
    rules = tuple(claim.rule for claim, _ in verdicts)
    statement = Statement("model", title, "", model.program, rules)
    signs = _signs(statement)
    blocks: list[Block] = [
        _result([verdict for _, verdict in verdicts]),
        Heading("Definitions"),
        Paragraph((*runs("Here "), *letters_of(statement, signs, _NO_RANGES)), keep=True),
        EquationLines(tuple(definition_lines(statement, signs))),
        *_given(model, signs),
        Heading(heading),
    ]
    blocks += _claims(verdicts, signs)
    blocks += _under(verdicts, signs)
    blocks += _whole_arrays(model, verdicts)
    return Document(title, tuple(blocks))


def _signs(statement: Statement) -> Signs:
    program = statement.program
    letters = {v.name for d in program.definitions for v in d.at}
    for rule in statement.rules:
        letters |= {v.name for v in rule.at}
    bare = Signs(statement)
    latex, _ = bare.alphabets()
    letters |= {name for pool in latex.pools.values() for name in pool}
    return Signs(statement, signs_of(program, letters), predicates_of(program), frozenset({"L"}))


def _result(verdicts: Sequence[Verdict]) -> VerdictBox:
    mark = MARKS[type(worst(verdicts))]
    good = sum(isinstance(verdict, Proved) for verdict in verdicts)
    lines = "line" if len(verdicts) == 1 else "lines"
    said = f"{good} of {len(verdicts)} {lines} {'is' if good == 1 else 'are'} proved,"
    said += " for all sizes and all values. This page is written in the notation "
    tail = ", in which it can be checked again."
    return VerdictBox(mark, TITLES[mark], (*prose(said), Code(NOTATION), *runs(tail)))


def _given(model: Model, signs: Signs) -> Iterator[Block]:
    """What is known of given arrays: which are 0 or 1, which have no cycles."""
    program = model.program
    if any(sort.ordered for array in program.arrays.values() for sort in array):
        yield Paragraph(runs("An array is 0 outside the range of its indices."))
    for relation in program.acyclic:
        yield Paragraph(
            (*runs("There are no cycles in "), _bare(relation.array, signs), *runs("."))
        )
    for name in sorted(program.indicators - signs.predicates.keys()):
        yield Paragraph((_bare(name, signs), *runs(" is 0 or 1.")))


def _bare(array: str, signs: Signs) -> Math:
    latex, text = signs.alphabets()
    return Math(Drawn(latex.sign(array, ()), text.sign(array, ())))


def _claims(verdicts: Sequence[tuple[Claim, Verdict]], signs: Signs) -> Iterator[Block]:
    """Each line, marked where not all are proved alike; below a wrong one what is wrong."""
    marked = not all(isinstance(v, Proved) and not v.under for _, v in verdicts)
    lines: list[Line] = []
    for number, (claim, verdict) in enumerate(verdicts, 1):
        reason = _reason(claim, verdict, signs)
        mark = MARKS[type(verdict)] if marked else Mark.NONE
        lines.append(
            Line(_left(claim.rule, signs), _right(claim.rule, signs), reason, mark, number)
        )
        if isinstance(verdict, Refuted):
            yield EquationLines(tuple(lines))
            yield from _objection(verdict, signs)
            lines = []
    if lines:
        yield EquationLines(tuple(lines))


def _objection(verdict: Refuted, signs: Signs) -> Iterator[Block]:
    assert isinstance(verdict.witness, ArrayWitness)
    put = [f"{k} is {v}" for part in numbers(verdict.witness).values() for k, v in part.items()]
    sides = f"{shown(verdict.left)} on the left and {shown(verdict.right)} on the right"
    yield Paragraph(
        (*runs(f"{verdict.diagnosis} It gives {sides} where ".lstrip()), Code(", ".join(put)),
         *runs("; what is left out is 0."))
    )  # fmt: skip
    if isinstance(verdict.nearest, Rule):
        yield Paragraph(runs("The right form is:"), keep=True)
        right = verdict.nearest
        line = Line(_left(right, signs), _right(right, signs), _where(right, signs))
        yield EquationLines((line,))


def _left(rule: Rule, signs: Signs) -> Math:
    return Math(signs.head(rule))


def _right(rule: Rule, signs: Signs) -> Math:
    return Math(signs.expr(rule.body, rule.at))


def _reason(claim: Claim, verdict: Verdict, signs: Signs) -> Runs:
    """Where the line holds, its verdict in words, and what it needs."""
    row: list[Run] = [*_where(claim.rule, signs)]
    named = {hypothesis.name: hypothesis for hypothesis in claim.assuming}
    said = not isinstance(verdict, Proved) or bool(verdict.under)
    row += runs("; ") if row and said else ()
    match verdict:
        case Proved(_, under):
            for n, need in enumerate(under):
                known = named.get(need.name)
                first = "proved " if need.name.startswith("off ") else "proved under "
                row += runs(" and " if n else first)
                row += (
                    prose(in_words(need.name)) if known is None else (Math(_drawn(known, signs)),)
                )
        case Open(why):
            row += prose(f"not decided: {why.rstrip('.')}")
        case _:
            row += runs("wrong")
    return tuple(row)


def _where(rule: Rule, signs: Signs) -> Runs:
    """The condition of a rule, as a 0/1 bracket."""
    if rule.where == ONE:
        return ()
    return (*runs("where "), Math(signs.expr(rule.where, rule.at)), *runs(" is 1"))


def _under(verdicts: Sequence[tuple[Claim, Verdict]], signs: Signs) -> Iterator[Block]:
    """The hypotheses that claims may use, as formulas."""
    offered = dict.fromkeys(h for claim, _ in verdicts for h in claim.assuming)
    if offered:
        yield Heading("Hypotheses")
        row: list[Run] = [*runs("Under: ")]
        for n, hypothesis in enumerate(offered):
            row += [*runs("; " * bool(n)), Math(_drawn(hypothesis, signs))]
        yield Paragraph((*row, *runs(".")))


def _whole_arrays(model: Model, verdicts: Sequence[tuple[Claim, Verdict]]) -> Iterator[Block]:
    """The proved lines that have a form in matrices, as they are typed in a model file."""
    program = model.program
    proved = [claim.rule for claim, verdict in verdicts if isinstance(verdict, Proved)]
    forms = [form for form in (matrix_form(program, rule) for rule in proved) if form]
    if not forms:
        return
    named = [m for m in program.multipliers if any(m.name in form for form in forms)]
    yield Heading("With whole arrays", aside=True)
    words: list[Run] = [
        *runs("Lines that can be written without indices, as a model file has them: "),
        *(Code("D(X)"), *prose(" is the derivative of 𝓔 by the array X, "), Code("@")),
        *(*runs(" is the product of matrices, "), Code("*"), *runs(" that of entries, ")),
        *(Code(".T"), *runs(" the transpose.")),
    ]
    yield Paragraph(tuple(words), keep=True)
    given = (f"{m.name} := {_scaled(m)}D({m.array})" for m in named)
    yield CodeBlock("\n".join((*given, *forms)))


def _scaled(multiplier: Multiplier) -> str:
    return "" if multiplier.factor == ONE else f"{plain(multiplier.factor, 1)}*"


def _drawn(hypothesis: Hypothesis, signs: Signs) -> Drawn:
    if isinstance(hypothesis, SizeOne):
        latex, text = (alphabet.size(hypothesis.size) for alphabet in signs.alphabets())
        return Drawn(f"{latex} = 1", f"{text} = 1")
    assert isinstance(hypothesis, Law)
    pattern = hypothesis.pattern
    left: Expr = pattern[0] if len(pattern) == 1 else Mul(pattern)
    for letter in reversed(hypothesis.bound):
        left = Sum(letter, left)
    letters = (v for get in pattern for v in get.at if isinstance(v, Var))
    at = tuple(v for v in dict.fromkeys(letters) if v not in hypothesis.bound)
    one, other = signs.expr(left, at), signs.expr(hypothesis.value, at)
    return Drawn(f"{one.latex} = {other.latex}", f"{one.text} = {other.text}")
