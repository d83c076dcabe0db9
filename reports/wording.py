"""The words around the formulas: reasons, verdicts, counts and lists."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from reports.document import Drawn, Mark, Math, Run, Runs, Text, runs
from reports.instances import renamed
from reports.plain import plain_of
from reports.printer import index_latex, latex_of
from symbolic.derivation import (
    ByAlgebra,
    ByAssumption,
    ByCertificate,
    ByChainRule,
    ByDefinition,
    ByDifferentiation,
    ByElementaryCalculus,
    ByLocalDerivative,
    ByRewriting,
    Definition,
    Derivation,
    Justification,
    Open,
    Proved,
    Refuted,
    Step,
    Unjustified,
    Value,
    Verdict,
)
from symbolic.terms import Equation, Partial, Sign, Sum, Term, Var, walk

MARKS: dict[type[Verdict], Mark] = {
    Proved: Mark.PROVED,
    Refuted: Mark.REFUTED,
    Unjustified: Mark.UNJUSTIFIED,
    Open: Mark.OPEN,
}
TITLES = {
    Mark.PROVED: "Proved.",
    Mark.REFUTED: "Refuted.",
    Mark.UNJUSTIFIED: "Not justified.",
    Mark.OPEN: "Not decided.",
}
REASONS: dict[type[Justification], str] = {
    ByDefinition: "definition",
    ByLocalDerivative: "derivative of the definition",
    ByChainRule: "chain rule",
    ByRewriting: "rewriting",
    ByAlgebra: "algebra",
    ByElementaryCalculus: "the activation functions put in",
    ByCertificate: "adjoint identity",
    ByDifferentiation: "direct differentiation",
    ByAssumption: "assumed",
}
NUMBERS = tuple(
    "no one two three four five six seven eight nine ten eleven twelve".split()  # noqa: SIM905
)


def reason(step: Step, derivation: Derivation) -> Runs:
    """Why the step holds, with the definition or the lines it rests on."""
    word = REASONS[type(step.because)]
    cited = [f"({n + 1})" for n in step.uses]
    match step.because:
        case ByLocalDerivative():
            found = _definition(step.claim, derivation)
            return runs(word) if found is None else runs("since ", found)
        case ByRewriting() if cited:
            return runs("put in " + listed(cited))
        case ByAssumption(name):
            return runs(f"{word}: {name}")
        case _:
            return runs(word + (", from " + listed(cited) if cited else ""))


def _definition(claim: Equation, derivation: Derivation) -> Equation | None:
    """The definition whose derivative the claim states, in the letters of the claim."""
    for part in walk(claim.left):
        if isinstance(part, Partial):
            for given in derivation.given:
                if given.head.letter == part.of.letter and len(given.head.at) == len(part.of.at):
                    return _in_letters(given, part.of)
    return None


def _in_letters(given: Definition, sign: Sign) -> Equation | None:
    """The definition with the indices of the sign; None where a bound letter would clash."""
    names = {
        old.name: new
        for old, new in zip(given.head.at, sign.at, strict=True)
        if isinstance(old, Var) and old != new
    }
    bound = {v for part in walk(given.body) if isinstance(part, Sum) for v in part.over.bound}
    if any(new in bound for new in names.values()):
        return None
    return Equation(sign, renamed(given.body, names))


def listed(words: Sequence[str], most: int = 6) -> str:
    """Words as a list in prose; a long one is shortened.

    >>> listed(["a", "b", "c"]), listed([str(n) for n in range(3, 99)], most=4)
    ('a, b and c', '3, 4, …, 98')
    """
    if len(words) > most:
        return f"{words[0]}, {words[1]}, …, {words[-1]}"
    return " and ".join(part for part in (", ".join(words[:-1]), *words[-1:]) if part)


def counted(number: int, one: str, many: str = "") -> str:
    """A count in words up to twelve.

    >>> counted(1, "input"), counted(3, "hidden neuron"), counted(40, "weight")
    ('one input', 'three hidden neurons', '40 weights')
    """
    word = NUMBERS[number] if number < len(NUMBERS) else str(number)
    return f"{word} {one if number == 1 else many or one + 's'}"


_SYMBOL = re.compile(
    r"(?<![\w'\\])([B-HJ-Zb-zφδηξ𝓔])(_[A-Za-z0-9]{1,4})?('{0,2})(\(n\))?(?![\w'.]\w|[\w'])"
)
_GREEK = {"φ": r"\varphi", "δ": r"\delta", "η": r"\eta", "ξ": r"\xi", "𝓔": r"\mathcal{E}"}


def prose(*parts: str | Run | Term | Equation) -> Runs:
    """Like `runs`, with the letters of the notation in our own words set as formulas.

    >>> len(prose("for every neuron j that feeds k."))
    5
    """
    row: list[Run] = []
    for part in parts:
        if not isinstance(part, str):
            row += runs(part)
            continue
        end = 0
        for found in _SYMBOL.finditer(part):
            letter, index, primes, when = (group or "" for group in found.groups())
            sub = "_{" + index[1:] + "}" if index else ""
            drawn = Drawn(f"{_GREEK.get(letter, letter)}{sub}{primes}{when}", found[0])
            row += [Text(part[end : found.start()]), Math(drawn)]
            end = found.end()
        row.append(Text(part[end:]))
    return tuple(run for run in row if run != Text(""))


def here(letter: str, names: Sequence[str], most: int = 6) -> Math:
    """j = 3, 4, 5 as a formula; a long list is shortened."""
    shown = [index_latex(name) for name in names]
    plain = list(names)
    if len(names) > most:
        shown = [*shown[:2], r"\dots", shown[-1]]
        plain = [*plain[:2], "…", plain[-1]]
    return Math(Drawn(f"{letter} = {', '.join(shown)}", f"{letter} = {', '.join(plain)}"))


def letters(*names: str) -> Math:
    """Bare letters such as j or j, i as a formula."""
    return Math(Drawn(", ".join(names), ", ".join(names)))


def value(number: Value) -> str:
    """A number as anyone can check it: exact, or as an enclosure.

    >>> from fractions import Fraction
    >>> value(Value(Fraction(1, 3), Fraction(1, 3)))
    '1/3'
    """
    if number.exact:
        return str(number.low)
    return f"between {float(number.low):.12g} and {float(number.high):.12g}"


def sentence(verdict: Verdict) -> str:
    """A verdict as a person would say it."""
    match verdict:
        case Proved(by, under):
            names = listed([hypothesis.name for hypothesis in under])
            return f"proved by {by}" + (f", under {names}" if names else "")
        case Refuted(member, _, left, right, diagnosis):
            at = f" for {', '.join(member)}" if member else ""
            found = f"false{at}: left {value(left)}, right {value(right)}"
            return f"{found}; {diagnosis.rstrip('.')}" if diagnosis else found
        case Unjustified(_, where):
            return f"does not follow: {where}"
        case Open(why):
            return f"not decided: {why}"


def used_signs(terms: Iterable[Term]) -> set[str]:
    """The code letters of all signs in the terms."""
    return {part.letter for term in terms for part in walk(term) if isinstance(part, Sign)}


def member_sign(letter: str, member: tuple[str, ...]) -> Math:
    """δ_3, w_31 or a shared weight's own sign, as a formula without (n)."""
    sign = Sign(letter, tuple(member))
    return Math(Drawn(latex_of(sign).replace("(n)", ""), plain_of(sign)))
