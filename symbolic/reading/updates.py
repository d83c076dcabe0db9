r"""Corrections over more than one iteration: the generalized delta rule with its momentum constant.

    \Delta w_{ji}(n) = \alpha \Delta w_{ji}(n-1) + \eta \delta_j(n) y_i(n)

is a definition of Δw: α is the momentum constant, as the text or its place says.  Formulas about
single iterations know nothing of n; such lines are kept as typed and judged as a document in index
notation, in which n is an index and a closed form is proved by induction over n.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from symbolic.reading.claims import Claim, Kind, Reading
from symbolic.reading.findings import Reached
from symbolic.reading.formulas import TYPED, Formula, Read, walk
from symbolic.reading.profile import Profile

_CONSTANT = (
    r"(?:(?:momentum|forgetting)\s+(?:constant|coefficient|parameter|factor|term|rate|weight)"
    r"|with\s+(?:a\s+)?momentum(?:\s+of)?)"
)
_STEP = r"\(\s*{}\s*[-+]\s*\d+\s*\)"
_SUM = r"\\sum\s*(?:\\limits\s*)?_\{{?\s*([A-Za-z])\s*=\s*([01])\s*\}}?\s*\^\s*\{{?\s*{}\s*\}}?"
_LAYOUT = re.compile(r"\\[,;!:]|\\(?:left|right|[bB]igg?[lr]?)(?![A-Za-z])|&|\s+")
_BLANKS = re.compile(r"(?<!\\)(\\[A-Za-z]+) (?=[A-Za-z])|\s+")
BEFORE = "by induction over the iterations, where the corrections before the first are 0"


def momentum_constants(words: str, constants: Sequence[str]) -> tuple[str, ...]:
    r"""The constants that a text calls the momentum constant.

    >>> momentum_constants(r"where $\alpha$ is the momentum constant", (r"\alpha", r"\beta"))
    ('\\alpha',)
    """
    flat = " ".join(words.split())
    found = []
    for sign in constants:
        mention = rf"\${re.escape(sign)}\$"
        before = rf"{mention}[^.;$]{{0,80}}\b{_CONSTANT}\b"
        after = rf"\b{_CONSTANT},? {mention}"
        if re.search(rf"{before}|{after}", flat, re.IGNORECASE):
            found.append(sign)
    return tuple(found)


def over_iterations(text: str, profile: Profile) -> bool:
    r"""Whether a formula speaks of more than one iteration.

    >>> from symbolic.reading.profile import open_profile
    >>> over_iterations(r"\Delta w_{ji}(n-1)", open_profile("haykin"))
    True
    """
    return any(
        re.search(_STEP.format(n), text) or re.search(_SUM.format(n), text)
        for n in map(re.escape, profile.arguments)
    )


def has_momentum(text: str, profile: Profile) -> bool:
    r"""Whether a constant stands before the last correction: \alpha \Delta w_{ji}(n-1).

    >>> from symbolic.reading.profile import open_profile
    >>> has_momentum(r"\alpha \, \Delta w_{ji}(n-1)", open_profile("haykin"))
    True
    """
    constants = "|".join(map(re.escape, profile.constants))
    counters = "|".join(map(re.escape, profile.arguments))
    earlier = rf"\\Delta ?w(?:_\{{?[^{{}}()]*\}}?)?\((?:{counters})-1\)"
    return re.search(rf"(?:{constants})(?:\\cdot)? ?{earlier}", _bare(text)) is not None


def typed(text: str) -> Formula:
    """A side that is kept as it was typed."""
    return Read(TYPED, (), " ".join(text.split()))


def is_typed(claim: Claim) -> bool:
    """Whether a claim was kept as it was typed."""
    return any(isinstance(part, Read) and part.array == TYPED for part in walk(claim.left))


def is_rule(claim: Claim) -> bool:
    """Whether it is the rule that defines Δw over several iterations."""
    return claim.kind is Kind.DEFINITION and is_typed(claim)


def defines(left: str, right: str, profile: Profile) -> bool:
    """Whether it says what Δw(n) is, by Δw(n - 1)."""
    head = _bare(left)
    for n in profile.arguments:
        if head.endswith(f"({n})") and head.startswith("\\Delta"):
            earlier = f"{head.removesuffix(f'({n})')}({n}-1)"
            return earlier in _bare(right) and head not in _bare(right)
    return False


def judged_updates(reading: Reading) -> Mapping[int, Reached]:
    """The verdict of every claim over more than one iteration, by its number."""
    lines = [claim for claim in reading.claims if is_typed(claim)]
    rule = next(filter(is_rule, lines), None)
    found: dict[int, Reached] = {}
    starts: set[str] = set()
    for claim in lines:
        if claim is rule:
            continue
        starts |= _starts(claim, reading.profile)
        if len(starts) > 1:
            why = "sums begin at different iterations, and only one of these is the first"
            found[claim.number] = Reached("open", why=why)
        elif rule is None or claim.number < rule.number:
            why = "no rule for the correction stands before it, such as that with momentum"
            found[claim.number] = Reached("open", why=why)
        else:
            found[claim.number] = _judged(rule, claim, reading.profile)
    return found


def _judged(rule: Claim, claim: Claim, profile: Profile) -> Reached:
    """The verdict of a document in index notation that has the rule and this claim alone."""
    from symbolic.reading.indexed.judgement import judge_indices
    from symbolic.reading.indexed.profile import index_profile
    from symbolic.reading.indexed.reading import read_indices

    sides = [_text(side) for one in (rule, claim) for side in (one.left, one.right)]
    n = profile.arguments[0]
    summed = sorted({match[1] for side in sides for match in re.finditer(_SUM.format(n), side)})
    if any(profile.letters.get(letter) or letter == n for letter in summed):
        return Reached("open", why="the letter of the sum is one of neurons or samples")
    neurons = [letter for letter, sort in profile.letters.items() if sort == "neuron"]
    words = [f"${', '.join(neurons)}$ run over the neurons"]
    words.append(f"${', '.join([n, *summed])}$ run over the updates 0, 1, 2, …")
    formulas = []
    for sign in profile.constants:
        powers = [rf"{sign}^{{{n}-{t}}}" for t in summed]
        for t, power in zip(summed, powers, strict=True):
            if any(power in _bare(side) for side in sides):
                formulas.append(rf"{power} = [{n} = {t}] + {sign} {sign}^{{{n}-{t}-1}}")
    left, right, stated, said = (_open_sums(_bare(side), n, profile) for side in sides)
    formulas += [f"{left} = {right}", f"{stated} = {said}"]
    text = f"Definitions. {'; '.join(words)}:\n\n" + "\n\n".join(f"$${one}$$" for one in formulas)
    document = read_indices(text, index_profile("indices"))
    if len(document.claims) != len(formulas) or document.problems:
        return Reached("open", why="what it says of other iterations is not in reach")
    *definitions, last = judge_indices(document).lines
    if any(one.word != "definition" for one in definitions) or not last.cases:
        return Reached("open", why="what it says of other iterations is not in reach")
    case = last.cases[0]
    match last.word:
        case "proved" if not case.under:
            return Reached("proved", under=((),))
        case "refuted" if case.against is not None:
            found = case.against
            at = f"the left side less the right one is {found.right}, with {found.world}"
            return Reached("refuted", why=f"{at}; what is left out is 0")
    return Reached("open", why=case.why or "it is neither proved nor refuted over the iterations")


def _starts(claim: Claim, profile: Profile) -> set[str]:
    """The iterations at which its sums begin."""
    sides = (_text(side) for side in (claim.left, claim.right))
    return {
        found[2]
        for side in sides
        for n in profile.arguments
        for found in re.finditer(_SUM.format(re.escape(n)), side)
    }


def speaks_of_change(claim: Claim) -> bool:
    """Whether a line about one iteration speaks of a correction."""
    sides = (claim.left, claim.right)
    return any(isinstance(p, Read) and p.array == "dw" for side in sides for p in walk(side))


def _text(side: Formula) -> str:
    return next(part.sign for part in walk(side) if isinstance(part, Read))


def _bare(text: str) -> str:
    r"""A formula without blanks that mean nothing; one stays behind a command.

    >>> _bare(r"\Delta w_{ji}(n - 1) \, y_i")
    '\\Delta w_{ji}(n-1)y_i'
    """
    flat = _LAYOUT.sub(" ", text)
    return re.sub(
        r"(?<!\\)(\\[A-Za-z]+) (?=[A-Za-z])|\s+", lambda m: f"{m[1]} " if m[1] else "", flat
    )


def _open_sums(text: str, n: str, profile: Profile) -> str:
    """Σ_t for the sum from the first update to n, where a power before its time is 0 anyway."""
    sums = [*re.finditer(_SUM.format(n), text)]
    if len(sums) != 1 or text.count("\\sum") != 1:
        return text
    [found] = sums
    body = text[found.end() :]
    powers = (rf"{sign}^{{{n}-{found[1]}}}" for sign in profile.constants)
    if not any(power in body for power in powers) or _has_terms(body):
        return text
    return f"{text[: found.start()]}\\sum_{{{found[1]}}} {body}"


def _has_terms(body: str) -> bool:
    """Whether a + or - stands outside of brackets: then not all of it has the power."""
    depth = 0
    for sign in body:
        depth += (sign in "({[") - (sign in ")}]")
        if sign in "+-" and depth == 0:
            return True
    return False
