"""Checked general theorems → one page: for each its definitions, the argument, the boxed rule.

Nothing is decided, solved or corrected here; the argument is written back by `symbolic.arguments`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reports.array_printer import MINUS_ONE
from reports.array_signs import RANGES
from reports.document import (
    Block,
    Boxed,
    Bullets,
    Code,
    Document,
    Drawn,
    EquationLines,
    Heading,
    Line,
    Math,
    Paragraph,
    Run,
    Runs,
    VerdictBox,
    runs,
)
from reports.jsonout import WORDS, Json, worst
from reports.program_lines import NOTATION, Signs, definition_lines, factors_of, letters_of
from reports.wording import MARKS, TITLES, in_words, prose
from symbolic.arguments import MOVED, Argument, Closing, Coefficient, argument
from symbolic.arrays import ONE, Rule
from symbolic.general import CheckedStatement
from symbolic.indexed import Add, Expr, Get, Mul, Var, total, walk
from symbolic.indices import Hypothesis, Law
from symbolic.statements import Claim, Statement
from symbolic.verdicts import Open, Proved

METHOD = (
    "Each theorem is about a program: definitions in order, with indices whose ranges have any"
    " size, and a cost 𝓔. All defined arrays are moved at once: a dot marks the movement, and the"
    " differentiated definition of an array says how it moves with what it reads."
)
METHOD_LET = "Take the derivatives of the cost as multipliers. Let "
METHOD_SUM = (
    " be the movement of the cost and, for every defined array and all of its indices, the"
    " derivative of the cost by it times what its differentiated definition is more than its"
    " movement. Whatever moves each array by a step of its own, that difference is minus the step."
    " So where "
)
METHOD_AFTER = (
    " is zero for all movements, the cost moves by the sum of the multipliers times the steps: the"
    " multipliers are the derivatives of the cost. It is zero if what stands before each movement"
    " is zero; these lines are the recursion that is claimed."
)
METHOD_BRACKETS = (
    "A bracket such as ",
    " is 1 where it is true and 0 elsewhere: ",
    " says that j is an output neuron, ",
    " that k reads y_j. An array is 0 outside the range of its indices.",
)
SUM = Drawn(r"\mathcal{Q}", "𝓠")
"""The sign of the adjoint identity, which no array has."""
MOST_TERMS = 8
WIDEST = 60
"""Columns of the widest piece of a normal form that is shown."""


def page(checked: Sequence[CheckedStatement], library: Sequence[CheckedStatement] = ()) -> Document:
    """The theorems, then the library where there is one."""
    blocks: list[Block] = [_result((*checked, *library)), *_method()]
    for statement in checked:
        blocks += _section(statement)
    if library:
        blocks.append(Heading("Library: published layers"))
        blocks.append(Paragraph(runs("The same argument for the layers of the literature.")))
        for statement in library:
            blocks += _section(statement)
    hypotheses = dict.fromkeys(h for s in (*checked, *library) for h in s.hypotheses)
    said = [f"{in_words(h.name)}: {h.sentence}" for h in hypotheses if h.name != h.sentence]
    blocks += [Heading("Hypotheses"), Bullets(tuple(prose(words) for words in said))]
    blocks.append(Heading("What this rests on"))
    blocks.append(Bullets(tuple(prose(words) for words in checked[0].rests_on)))
    return Document("Back-propagation: the general theorems", tuple(blocks))


def report(checked: Sequence[CheckedStatement]) -> Json:
    """The object that --json prints: one item for each rule."""
    items: list[Json] = []
    for statement in checked:
        signs = Signs(statement.statement)
        for number, finding in enumerate(statement.findings, 1):
            verdict = finding.verdict
            row: Json = {
                "id": f"{statement.statement.id}/{number}",
                "verdict": WORDS[type(verdict)],
                "statement": signs.claim(finding.claim).latex,
                "title": statement.statement.title,
                "under": [],
            }
            claim = finding.claim
            if isinstance(claim, Rule) and claim.where != ONE:
                row["where"] = signs.expr(claim.where, claim.at).latex
            if isinstance(verdict, Proved):
                row["under"] = [hypothesis.name for hypothesis in verdict.under]
                row["by"] = verdict.by
            elif isinstance(verdict, Open):
                row["why"] = verdict.why
            items.append(row)
    overall = worst([statement.verdict for statement in checked])
    return {"verdict": WORDS[type(overall)], "items": items}


def _result(checked: Sequence[CheckedStatement]) -> VerdictBox:
    verdict = worst([statement.verdict for statement in checked])
    mark = MARKS[type(verdict)]
    rules = [f.verdict for statement in checked for f in statement.findings]
    good = sum(isinstance(verdict, Proved) for verdict in rules)
    words = f"{good} of {len(rules)} rules in {len(checked)} theorems are proved. "
    words += "They hold for all sizes and all values, under the hypotheses named with each."
    return VerdictBox(mark, TITLES[mark], prose(words))


def _method() -> Iterator[Block]:
    yield Heading("The argument")
    equal, out, reads = (
        Math(Drawn(latex, text))
        for latex, text in (
            ("[i = j]", "[i = j]"),
            (r"[j \in \mathcal{O}]", "[j ∈ O]"),
            (r"[j \to k]", "[j → k]"),
        )
    )
    such_as, is_one, is_output, is_read = METHOD_BRACKETS
    yield Paragraph(prose(METHOD))
    yield Paragraph(prose(METHOD_LET, Math(SUM), METHOD_SUM, Math(SUM), METHOD_AFTER))
    yield Paragraph(prose(such_as, equal, is_one, out, is_output, reads, is_read))
    notation = (*runs("This page is written in the notation "), Code(NOTATION))
    yield Paragraph((*notation, *runs(", in which it can be checked again.")))


def _section(checked: CheckedStatement) -> Iterator[Block]:
    """One theorem."""
    statement, signs = checked.statement, Signs(checked.statement)
    yield Heading(statement.title)
    if statement.words:
        yield Paragraph(prose(statement.words))
    yield Paragraph(prose("Definitions. ", *letters_of(statement, signs, RANGES)), keep=True)
    yield EquationLines(tuple(definition_lines(statement, signs)))
    told = argument(checked)
    if told.movements:
        yield Paragraph(runs("Everything moved at once:"), keep=True)
        yield EquationLines(tuple(_movements(told, signs)))
        yield Paragraph(runs("The adjoint identity:"), keep=True)
        yield EquationLines(tuple(_identity(statement, told, signs)))
        yield Paragraph(runs("What stands before each movement is zero:"), keep=True)
        yield EquationLines(tuple(_coefficient(c, signs) for c in told.coefficients))
    if told.closings:
        yield Paragraph(runs(_closing_words(told)), keep=True)
        yield from _closings(told.closings, signs)
    for finding in checked.findings:
        if isinstance(finding.verdict, Open):
            yield Paragraph(
                prose(
                    "Not decided: ", Math(signs.claim(finding.claim)), f": {finding.verdict.why}."
                )
            )
    yield Paragraph(
        runs("So the rule is:" if isinstance(checked.verdict, Proved) else "Claimed:"), True
    )
    yield Boxed(tuple(_rule(finding.claim, signs) for finding in checked.findings))
    yield from _scope(checked)


def _movements(told: Argument, signs: Signs) -> Iterator[Line]:
    for movement in told.movements:
        left = Get(MOVED + (movement.array or "cost"), movement.at)
        yield Line(
            Math(signs.expr(left, movement.at)), Math(signs.expr(movement.body, movement.at))
        )


def _identity(statement: Statement, told: Argument, signs: Signs) -> Iterator[Line]:
    """Q, one term for each array that moves."""
    defined = {m.array: m for m in told.movements if m.array}
    terms: list[Expr] = [Get(MOVED + "cost")]
    for coefficient in reversed(told.coefficients):
        array = coefficient.array
        at = defined[array].at if array in defined else coefficient.at
        moved = Get(MOVED + array, at)
        body = defined[array].body if array in defined else moved
        sign, slope = signs.slope(array, at)
        if array in defined:
            inner: Expr = Add((*_terms(body), -moved))
        else:
            inner, sign = moved, -sign
        terms.append(_signed(sign, total(at, Mul((slope, inner)))))
    yield Line(Math(SUM), Math(signs.expr(Add(tuple(terms)))))


def _terms(body: Expr) -> tuple[Expr, ...]:
    return body.terms if isinstance(body, Add) else (body,)


def _signed(sign: int, expr: Expr) -> Expr:
    return expr if sign > 0 else Mul((MINUS_ONE, *factors_of(expr)))


def _coefficient(coefficient: Coefficient, signs: Signs) -> Line:
    """0 = the parts less the multiplier itself."""
    array, at = coefficient.array, coefficient.at
    parts = [part for _, expr in coefficient.parts for part in _terms(expr)]
    sign, slope = signs.slope(array, at)
    right = signs.expr(Add((*parts, _signed(-sign, slope))), at)
    reason = prose("before ", Math(signs.expr(Get(MOVED + array, at), at)))
    return Line(Math(Drawn("0", "0")), Math(right), reason)


def _closing_words(told: Argument) -> str:
    if not told.movements:
        return "The claim, substituted in the definition, gives the claim again:"
    return "With the other multipliers substituted, both sides have one normal form:"


def _closings(closings: Sequence[Closing], signs: Signs) -> Iterator[Block]:
    """Left side and normal form; of one that no reader would compare, only its number of terms."""
    lines: list[Line] = []
    for closing in closings:
        claim = closing.finding.claim
        left = Math(signs.expr(_with_condition(claim, signs), claim.at))
        short = [_is_short(side, claim, signs) for side in (closing.derived, closing.claimed)]
        if not all(short):
            if lines:
                yield EquationLines(tuple(lines))
            lines = []
            count = len(_terms(closing.derived))
            put = _put_in(closing, signs)
            words = f" has one normal form of {count} terms" + ("; " if put else "")
            yield Paragraph((left, *runs(words), *put, *runs(".")))
            continue
        derived, claimed = (
            Math(signs.expr(side, claim.at)) for side in (closing.derived, closing.claimed)
        )
        lines.append(Line(left, derived, _put_in(closing, signs)))
        if closing.claimed != closing.derived:
            reason = runs("the rule; equal when denominators are multiplied out")
            lines.append(Line(None, claimed, reason))
    if lines:
        yield EquationLines(tuple(lines))


def _is_short(expr: Expr, claim: Claim, signs: Signs) -> bool:
    drawn = signs.expr(expr, claim.at)
    widest = max((len(piece.text) for piece in drawn.text_pieces), default=0)
    return len(drawn.text_pieces) <= MOST_TERMS and widest <= WIDEST


def _with_condition(claim: Claim, signs: Signs) -> Expr:
    """The left side times its 0/1 condition."""
    if not isinstance(claim, Rule):
        return Get(claim.array, claim.at)
    left = signs.multiplier(claim.array, claim.at)
    return left if claim.where == ONE else Mul((claim.where, left))


def _put_in(closing: Closing, signs: Signs) -> Runs:
    """Which derivatives and definitions were substituted."""
    finding = closing.finding
    arrays = signs.statement.program.arrays
    defined = (name for name in finding.unfolded if name in arrays)
    put = [_bare(name, signs) for name in (*finding.eliminated, *defined)]
    parts: list[str | Run] = []
    for n, drawn in enumerate(put):
        parts += [", " if n else "", Math(drawn)]
    return prose(*parts, " substituted") if put else ()


def _bare(name: str, signs: Signs) -> Drawn:
    """The sign of an array or derivative without its indices."""
    latex, text = signs.alphabets()
    return Drawn(latex.entry(name, ())[0], text.entry(name, ())[0])


def _rule(claim: Claim, signs: Signs) -> Line:
    condition: Runs = ()
    if isinstance(claim, Rule) and claim.where != ONE:
        condition = _condition(claim, signs)
    return Line(Math(signs.head(claim)), Math(signs.expr(claim.body, claim.at)), condition)


def _condition(claim: Rule, signs: Signs) -> Runs:
    """`where` in words for output and hidden neurons, else as a formula."""
    entry = next((part for part in walk(claim.where) if isinstance(part, Get)), None)
    if entry is not None and entry.array == "out":
        kind = "an output" if claim.where == entry else "a hidden"
        return prose(f"for {kind} neuron j")
    return prose("where ", Math(signs.expr(claim.where, claim.at)), " is 1")


def _scope(checked: CheckedStatement) -> Iterator[Block]:
    """Hypotheses and sources in one line each."""
    if checked.hypotheses:
        said = "; ".join(in_words(hypothesis.name) for hypothesis in checked.hypotheses)
        yield Paragraph(prose(f"Under: {said}."))
    signs = Signs(checked.statement)
    for fact in checked.statement.program.facts:
        yield Paragraph((*runs("By construction "), *_fact(fact, signs), *runs(".")))
    if checked.statement.sources:
        yield Paragraph(runs(f"See {'; '.join(checked.statement.sources)}."))


def _fact(fact: Hypothesis, signs: Signs) -> Runs:
    """[j → k] is 1 wherever w_kj is not 0."""
    if isinstance(fact, Law) and len(fact.pattern) == 2 and fact.value in fact.pattern:
        entry = fact.value
        [bracket] = [part for part in fact.pattern if part != entry]
        letters = tuple(v for v in bracket.at if isinstance(v, Var))
        one, other = (Math(signs.expr(part, letters)) for part in (bracket, entry))
        return (one, *runs(" is 1 wherever "), other, *runs(" is not 0"))
    return prose(fact.name)
