"""The words around the formulas: reasons, verdicts, counts and lists."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from reports.document import Drawn, Mark, Math, Run, Runs, Text, runs
from reports.instances import renamed
from reports.latex_printer import index_latex, latex_of
from reports.plain import plain_of
from reports.signs import raw
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
    Step,
)
from symbolic.terms import Cases, Equation, Num, Partial, Sign, Sum, Term, Var, walk
from symbolic.unit_signs import unit_name
from symbolic.verdicts import Open, Proved, Refuted, Unjustified, Value, Verdict

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
    cited = numbered(step.uses)
    match step.because:
        case ByLocalDerivative():
            found = _definition(step.claim, derivation)
            if found is None:
                return runs(word)
            if any(isinstance(part, Cases) for part in walk(found.right)):
                return runs("derivative of the definition of ", found.left)
            whole = isinstance(found.left, Sign) and found.left.letter == "Ej"
            return runs("since ", found, *([", averaged over the batch"] if whole else []))
        case ByRewriting() if cited:
            return runs("by " + cited)
        case ByAssumption(name):
            return prose(f"{word}: {name}")
        case _:
            return runs(word + (f", from {cited}" if cited else ""))


_IN_WORDS = {
    "all sizes ≥ 1": "all sizes are positive",
    "arguments > 0": "arguments are positive",
    "denominators ≠ 0": "denominators off 0",
}


def in_words(name: str) -> str:
    """A hypothesis without a relation among its words, which would be a formula in prose.

    >>> in_words("denominators ≠ 0")
    'denominators off 0'
    """
    for formula, words in _IN_WORDS.items():
        name = name.replace(formula, words)
    return name


def numbered(steps: Iterable[int]) -> str:
    """The lines (counted from 0) as the page numbers them, neighbours as a range.

    >>> numbered((0, 3, 4, 5, 6)), numbered((1, 2)), numbered(())
    ('(1) and (4)–(7)', '(2) and (3)', '')
    """
    parts: list[str] = []
    numbers = sorted(step + 1 for step in steps)
    while numbers:
        count = 1
        while count < len(numbers) and numbers[count] == numbers[0] + count:
            count += 1
        count = count if count > 2 else 1
        first, last = numbers[0], numbers[count - 1]
        parts.append(f"({first})" if count == 1 else f"({first})–({last})")
        numbers = numbers[count:]
    return listed(parts)


def _definition(claim: Equation, derivation: Derivation) -> Equation | None:
    """The definition whose derivative the claim states, in the letters of the claim.

    The derivative of the cost by a signal of an output comes from that output's own cost 𝓔_j.
    """
    for part in walk(claim.left):
        if isinstance(part, Partial):
            sign = Sign("Ej", part.by.at) if part.of.letter == "E" and part.by.at else part.of
            own = next((given for given in derivation.given if given.head == sign), None)
            if own is not None:
                return Equation(own.head, own.body)
            for given in derivation.given:
                if given.head.letter == sign.letter and len(given.head.at) == len(sign.at):
                    return _in_letters(given, sign)
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
    word = NUMBERS[number] if number < len(NUMBERS) else f"{number:,}"
    return f"{word} {one if number == 1 else many or one + 's'}"


_LETTER = r"[B-HJ-Zb-zφδηξ𝓔]|[AIa](?=_)|[AI](?= = \d)|Δw"
_SYMBOL = rf"(?:{_LETTER})'{{0,2}}(?:_[A-Za-z0-9]{{1,12}}(?:,[A-Za-z0-9]{{1,12}})?)?'{{0,2}}"
_ATOM = rf"(?:Σ_[a-zξ] )?{_SYMBOL}(?:\((?:{_SYMBOL})\))?"
_FORMULA = re.compile(
    rf"(?<![\w'\\]){_ATOM}(?: [=≠≥≤<>+−·] (?:{_ATOM}|[+−]?\d+))*(?![\w'.]\w|[\w'])"
)
_PARTS = re.compile(rf"({_LETTER}|Σ)('*)(?:_([A-Za-z0-9,ξ]+))?('*)|.")
_SIGNS = {
    "φ": r"\varphi",
    "δ": r"\delta",
    "Δw": r"\Delta w",
    "η": r"\eta",
    "ξ": r"\xi",
    "𝓔": r"\mathcal{E}",
    "Σ": r"\sum",
    "≠": r"\neq",
    "≥": r"\ge",
    "≤": r"\le",
    "−": "-",
    "·": r"\cdot",
}


_AT_STEP = re.compile(r"(?<=neuron )([A-Za-z]\w*_t[1-9]\d*)\b")
"""A neuron at a step in time, by its name."""


def prose(*parts: str | Run | Term | Equation) -> Runs:
    """Like `runs`, with the notation in our own words set as formulas.

    >>> len(prose("for every neuron j that feeds k."))
    5
    >>> [run.formula.latex for run in prose("under N ≥ 1 and Σ_k d_k = 1") if type(run) is Math]
    ['N \\\\ge 1', '\\\\sum_{k} d_{k} = 1']
    """
    row: list[Run] = []
    for part in parts:
        if not isinstance(part, str):
            row += runs(part)
            continue
        for n, words in enumerate(_AT_STEP.split(part)):
            named = Drawn(index_latex(words), unit_name(words))
            row += [Math(named)] if n % 2 else _formulas(words)
    return tuple(run for run in row if run != Text(""))


def _formulas(words: str) -> Iterable[Run]:
    end = 0
    for found in _FORMULA.finditer(words):
        yield Text(words[end : found.start()])
        yield Math(Drawn(_formula_latex(found[0]), found[0]))
        end = found.end()
    yield Text(words[end:])


def _formula_latex(formula: str) -> str:
    """w_kj ≥ 1 → w_{kj} \\ge 1."""
    drawn = []
    for part in _PARTS.finditer(formula):
        letter, before, index, after = part.groups()
        if letter is None:
            drawn.append(_SIGNS.get(part[0], part[0]))
            continue
        sub = f"_{{{_index(index)}}}" if index else ""
        drawn.append(f"{_SIGNS.get(letter, letter)}{sub}{before}{after}")
    return "".join(drawn)


def _index(index: str) -> str:
    if "," in index:
        return ",".join(index_latex(name) for name in index.split(","))
    if index == "ξ":
        return r"\xi"
    bare = len(index) == 1 or index.isdigit() or (len(index) == 2 and index.isalpha())
    return index if bare else index_latex(index)


LONGEST = 16
"""Letters of the names of neurons that are listed in full, if they are more than four."""


def here(letter: str, names: Sequence[str], most: int = 6) -> Math:
    """j = 3, 4, 5 as a formula; a long list is shortened."""
    listed_names = units(names, most).formula
    assert isinstance(listed_names, Drawn)
    return Math(Drawn(f"{letter} = {listed_names.latex}", f"{letter} = {listed_names.text}"))


def units(names: Sequence[str], most: int = 6) -> Math:
    """3, 4, 5 as a formula; a long list is shortened.

    >>> units([str(n) for n in range(3, 99)]).formula.text
    '3, 4, …, 98'
    """
    shown = [index_latex(name) for name in names]
    plain = list(map(raw, names))
    if len(names) > most or (len(names) > 4 and sum(map(len, names)) > LONGEST):
        shown = [*shown[:2], r"\dots", shown[-1]]
        plain = [*plain[:2], "…", plain[-1]]
    return Math(Drawn(", ".join(shown), ", ".join(plain)))


def letters(*names: str) -> Math:
    """Bare letters such as j or j, i as a formula."""
    return Math(Drawn(", ".join(names), ", ".join(names)))


def value(number: Value) -> Math:
    """A number as anyone can check it: exact, or the digits that its enclosure makes certain.

    >>> from fractions import Fraction
    >>> value(Value(Fraction(1, 3), Fraction(1, 3))).formula
    Num(value=Fraction(1, 3))
    >>> value(Value(Fraction(-3127, 1000), Fraction(-3125, 1000))).formula.text
    '−3.12…'
    """
    if number.exact:
        return Math(Num(number.low))
    low, high = (f"{float(end):.12f}" for end in (number.low, number.high))
    same = low
    while not high.startswith(same):
        same = same[:-1]
    same = same.rstrip(".")
    if any(digit not in "-0." for digit in same):
        return Math(Drawn(rf"{same}\ldots", f"{same}…".replace("-", "−")))
    words = f"between {float(number.low):.12g} and {float(number.high):.12g}"
    return Math(Drawn(rf"\text{{{words}}}", words))


def sentence(verdict: Verdict) -> str:
    """A verdict as a person would say it."""
    match verdict:
        case Proved(by, under):
            names = listed([in_words(hypothesis.name) for hypothesis in under])
            return f"proved by {by}" + (f", under {names}" if names else "")
        case Refuted(diagnosis=diagnosis):
            return "refuted" + (f": {diagnosis.rstrip('.')}" if diagnosis else "")
        case Unjustified(_, where):
            return f"does not follow: {where}"
        case Open(why):
            return f"not decided: {why}"


def used_signs(terms: Iterable[Term]) -> set[str]:
    """The code letters of all signs in the terms."""
    return {part.letter for term in terms for part in walk(term) if isinstance(part, Sign)}


def member_sign(letter: str, member: tuple[str, ...]) -> Drawn:
    """δ_3, w_31 or a shared weight's own sign, as a formula without (n)."""
    sign = Sign(letter, tuple(member))
    return Drawn(latex_of(sign).replace("(n)", ""), plain_of(sign))


def members_in_a_row(letter: str, members: Sequence[tuple[str, ...]], most: int = 6) -> Runs:
    """The signs of members in a row, between which a line may break; many are shortened."""
    few = len(members) <= most
    signs = [member_sign(letter, m) for m in (members if few else (*members[:2], members[-1]))]
    if not few:
        signs.insert(2, Drawn(r"\dots", "…"))
    parts = [part for sign in signs for part in (", ", Math(sign))]
    return runs(*parts[1:])
