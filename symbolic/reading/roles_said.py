"""What words say of index letters: their roles, the sets of neurons they name, what sums run over.

Words are text with $…$ around mentions of symbols.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from symbolic.reading.profile import Profile

_M = r"\$\s*([^$]{1,40}?)\s*\$"
_K = KIND = r"(\"?)(output|hidden|input|inner|internal|intermediate)\"?(?:[- ]layer)?"
_N = NEURONS = r"(?:neurons?|units?|nodes?)"
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?:if |let |when |for |on |whether )*{_M} is an? output(?: layer)? {_N}"
        rf" or an? hidden(?: layer)? {_N}",
        rf"(?:if |let |when |where |for )?(?:neuron |unit )?{_M} (?:now )?(?:be|denotes?|is|are"
        rf"|belongs to|stands for|runs over|ranges over)?\s*(?:an?|the|all|some)?\s*{_K}(?: {_N})?"
        r"(?![\w-])",
        rf"{_M}\s*:\s*(?:an? )?{_K}(?: {_N})?",
        rf"(?:if |when |for |where )?(?:neuron |unit )?{_M} (?:is |lies |be )?in (?:the |an? )?"
        rf"(?:arbitrary |certain |given )?{_K}"
        rf"(?: layers?)?",
        rf"(?:for )?(?:an?|the|every|each|any|all)? ?{_K}(?: {_N})? {_M}",
        rf"{_M}(?: runs?| ranges?)? over (?:all )?(?:the )?(?:neurons|units) (?:that are )?"
        rf"(?:fed by|that|downstream of|reached by) (?:neuron |unit )?{_M}(?: feeds| reaches)?",
        rf"(?:for )?(?:every|each|any|all) (?:neurons?|units?) {_M}"
        r"(?! (?:to which|that|which|fed)\b)",
        rf"(?:over )?(?:all )?(?:the )?{_N} {_M} (?:to which|that|which) (?:neuron |unit )?{_M} "
        r"(?:sends connections|is connected|connects to|feeds)",
        rf"(?:over )?(?:all )?(?:the )?{_N} {_M} (?:(?:that|which) are )?fed by "
        rf"(?:neuron |unit )?{_M}",
        rf"(?:for|in) (?:all |the |any |every |each |an? )*{_K} (?:{_N}|layers?)(?! \$)",
        rf"{_M} (?:be |is |denotes? )?(?:an?|the|any) {_N} (?:that is )?fed by (?:neuron )?{_M}",
        rf"{_M} feeds (?:the |each |every )?(?:{_N} )?{_M}",
        rf"(?:that|which) feeds (?:the |each |every |all )?(?:{_N} )?{_M}",
        rf"(?:for )?(?:every|each|any) (unshared )?(?:synapse|connection) to {_M} from {_M}",
        rf"(?:for )?(?:every|each|any) shared (?:synaptic )?weight {_M}",
        rf"(?:if |when |for )?{_M} is any one of these",
        rf"(?:with |where |the |layers? )*{_M} within \((\d*:\d?!?[zo]?)\)",
        rf"(?:for |all |every |each )*{_M} as wide as \((.{{1,5}}?)\)",
        rf"(?:^|(?<=[.;:$] )|(?<=- )|(?<=\* ))(?:the )?{_K}(?: {_N}| layers?)?"
        r"(?=\*{0,2}: ?\*{0,2} ?(?:\$|$))",
    )
)
SUM_OVER = re.compile(
    r"\(?(?:the )?sum(?:s|med|ming)? (?:is |runs? |goes )?(?:over|taken over) (?:all )?(?:the )?"
    r"(output|hidden) (?:neurons|units)\)?",
    re.IGNORECASE,
)
_SUMMED = re.compile(r"\b(?:sum|sums|summed|summing|summation)\b[^.;$]{0,40}$", re.IGNORECASE)
NEAR = 60
"""So many characters before a letter may speak of a sum."""
_RUNS = re.compile(r"\b(?:runs?|ranges?|over|sum\w*|summation)\b", re.IGNORECASE)
"""Words by which a letter stands for all of a kind, and a sum over it runs over all of them."""
_LAYER = re.compile(
    r" ?\(?(?:in |of )?(?:the )?(?:first|second|third|fourth|next|previous|\d(?:st|nd|rd|th))"
    r" hidden layer\b",
    re.IGNORECASE,
)
"""A layer of hidden neurons that is told from others: which neurons these are is not known here."""
_LOCAL = re.compile(r"\b(?:if|when|for|each|every)\b")
MENTION = re.compile(r"\$([^$]*)\$(?:['’]s\b)?")
_ORDINAL = re.compile(r"\^\{?\s*(?:\\(?:text|mathrm|textrm|rm)\s*)?\{?\s*(?:th|st|nd|rd)\s*\}?\}?$")


@dataclass(frozen=True, slots=True)
class Said:
    """What the words say of a letter; `count` where the letter is also a number of neurons.

    `local` words (if, for every) hold for their own sentence; `summed` ones say what a sum runs
    over.  The letter * is the first neuron of the formula: "for hidden neurons".
    """

    letter: str
    role: str
    start: int
    end: int
    count: bool = False
    of: str = ""
    local: bool = False
    summed: bool = False


def said(text: str) -> Iterator[Said]:
    """What a text says about index letters, in the order it is said.

    >>> [(s.letter, s.role) for s in said("let $j$ be an output neuron, $i$: hidden neuron")]
    [('j', 'output'), ('i', 'hidden')]
    """
    text = " ".join(plainly_said(text).split())
    taken: list[Said] = []
    for number, pattern in enumerate(_PATTERNS):
        for match in pattern.finditer(text):
            if any(match.start() < s.end and s.start < match.end() for s in taken):
                continue
            taken.append(_of(number, match, text))
    for one in sorted((s for s in taken if s.letter), key=lambda s: s.start):
        local = (
            one.letter == "*"
            or _LOCAL.search(text[max(0, one.start - 12) : one.end].lower()) is not None
        ) and one.role not in ("unshared", "synapse")
        summed = _SUMMED.search(text, max(0, one.start - NEAR), one.start) is not None
        yield replace(one, local=local, summed=summed)


def _of(number: int, match: re.Match[str], text: str) -> Said:
    start, end = match.span()
    groups = match.groups()
    if number in (0, 6, 14, 15):
        return Said(letter_of(groups[0]), "any", start, end)
    if number in (9, 18):
        return Said("*", _kind(groups[1]), start, end)
    if number in (5, 7, 8, 10):
        return Said(letter_of(groups[0]), "fed", start, end, of=letter_of(groups[1]))
    if number == 11:
        return Said(letter_of(groups[1]), "fed", start, end, of=letter_of(groups[0]))
    if number == 12:  # the last neuron before these words feeds
        before = MENTION.findall(text[:start])
        return Said(letter_of(groups[0]), "fed", start, end, of=letter_of((before or [""])[-1]))
    if number == 13:
        role = "unshared" if groups[0] else "synapse"
        return Said(letter_of(groups[1]), role, start, end, of=letter_of(groups[2]))
    if number in (16, 17):
        role = "within" if number == 16 else "width"
        return Said(letter_of(groups[0]), role, start, end, of=groups[1])
    letter, quote, role = (groups[2], *groups[:2]) if number == 4 else groups
    role = _kind(role)
    if quote:  # an "input" neuron only feeds, an "output" neuron is only fed
        role = "source" if role == "input" else "any"
    between = text[match.start() : match.end()]
    count = number == 1 and bool(
        re.search(r"\$\s*(?:output|hidden|input)(?: layer)? (?:neurons|units|nodes)", between, re.I)
    )
    of = ""
    if role == "hidden" and _RUNS.search(text[max(0, start - 20) : end]):
        of = "all"
    elif role == "hidden" and _LAYER.match(text, end):
        of = "layer"
    return Said(letter_of(letter), role, start, end, count, of)


def _kind(word: str) -> str:
    """The kind of a neuron; inner, internal and intermediate ones are the hidden."""
    found = word.lower()
    return found if found in ("output", "input") else "hidden"


_SETS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?:the )?set {_M} (?:is|includes|contains|consists of|comprises|holds|of)"
        r" (?:the set of )?(?:all )?(?:of )?(?:the )?"
        r"(?:neurons|units|nodes)? ?(?:in|of)? ?(?:the )?"
        r"(output|hidden)(?: layer| neurons| units| nodes)",
        rf"{_M} (?:is|be|denotes?|for|contains|includes|holds) (?:the set of )?(?:all )?(?:the )?"
        r"(output|hidden) (?:neurons|units|nodes)",
    )
)


_IS = (
    r"(?:,? (?:is|be|being|are|denotes?|denoting|contains|includes|holds|comprises|means|for|as)"
    r"(?: defined (?:as|to be))?|,|:| =| \()"
)
"""What may stand between the letter of a set and what it is: let L be, consider L, the set of."""
_FED_BY = (
    r"fed(?: directly)? by|(?:directly |immediately )?downstream (?:of|from)|connected to the"
    r" outputs? of|receiv(?:e|es|ing) (?:an? |its |their )?(?:direct )?(?:inputs?|signals?) from"
    r"|whose (?:immediate |direct )?inputs? includes? (?:the (?:output|signal) of )?"
)
_SET = rf"{_M}(?:{_IS}|(?= of| the set of))"
_THE_NEURONS = rf" ?(?:(?:the )?set )?(?:of )?(?:all )?(?:the |of the |those )*{_N}"
_SETS_AROUND = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        ("fed", rf"{_SET}{_THE_NEURONS} (?:(?:that|which) )?(?:are )?"
                rf"(?:{_FED_BY}) ?(?:neuron |unit |node )?{_M}"),
        ("fed", rf"{_SET}{_THE_NEURONS} (?:to which|that|which) "
                rf"(?:neuron |unit |node )?{_M} (?:sends|is connected|connects|feeds|projects)"),
        ("fed", rf"{_N} {_M} (?:(?:that|which) )?(?:are )?(?:{_FED_BY}) ?"
                rf"(?:neuron |unit |node )?{_M}"),
        ("feeding", rf"{_SET}{_THE_NEURONS} (?:(?:that|which) )?(?:are )?"
                    r"(?:feed(?:ing)?|upstream (?:of|from)|sending (?:its |their )?outputs? to) "
                    rf"(?:neuron |unit |node )?{_M}"),
    )
)  # fmt: skip
_SET_NAME = re.compile(r"((?:\\math(?:cal|bf|rm)\{)?[A-Za-z]{1,20}\}?)(?:\((\w)\)|_(\w))?")
LISTED = re.compile(r"\s*([A-Z]|\\mathcal\{[A-Z]\})\s*=\s*\\\{[\w,.\s\\]*\\\}\s*")
"""A set of neurons with some of its members: L = {u, v, …, w}."""


_NO_OUTPUT = re.compile(
    r"\b(?P<unit>unit|neuron|node)(?P<s>s?)(?:\s+\$[^$]*\$)?\s+(?:that|which)\s+(?:is|are)\s+not"
    r"\s+(?:an\s+)?outputs?(?:\s+(?:unit|neuron|node)s?)?\b"
)


def positive(words: str) -> str:
    """Words in which a unit that is not an output unit is a hidden one.

    >>> positive("For a unit that is not an output unit,")
    'For a hidden unit,'
    """
    return _NO_OUTPUT.sub(r"hidden \g<unit>\g<s>", words)


def sets(text: str) -> Iterator[tuple[str, str]]:
    r"""The letters that a text gives to sets of neurons: output, hidden, or those around a neuron.

    >>> list(sets("where the set $C$ includes all the neurons in the output layer"))
    [('C', 'output')]
    >>> list(sets(r"all neurons $L = \{u, v, \dots, w\}$ receiving input from neuron $j$"))
    [('L', 'fed j')]
    """
    flat = " ".join(text.split())
    for pattern in _SETS:
        for match in pattern.finditer(flat):
            name = match[1].strip()
            if re.fullmatch(r"[A-Z]|\\math(?:cal|bb|bf|rm)\{[A-Za-z]{1,3}\}|\\Omega", name):
                yield name, match[2].lower()
    for kind, pattern in _SETS_AROUND:
        for match in pattern.finditer(flat):
            listed = LISTED.fullmatch(match[1])
            name = listed[1] if listed else match[1].strip()
            found, of = _SET_NAME.fullmatch(name), letter_of(match[2])
            if found is None or not of:
                continue
            own = found[2] or found[3]  # D(j) says of which neuron, L does not
            if own == of:
                yield f"{found[1]}({of})", kind
            elif own is None and not name.islower():
                yield found[1], f"{kind} {of}"


_ALONE = re.compile(
    r"\$\\partial\s*([^$/_]+?)_\w\s*/\s*\\partial\s*([^$/_]+?)_(?:\w|\{\w\w\})\$[\s|&]*"
    r"slope of the formula of \$[^$]*\$ alone, all else in it held"
)


def formulas_alone(text: str, profile: Profile) -> Iterator[tuple[str, str]]:
    """The arrays A, B for which a text says that ∂A/∂B is the slope of the formula of A alone."""
    for match in _ALONE.finditer(" ".join(text.split())):
        of, by = (profile.symbol(sign.strip()) for sign in match.groups())
        if of is not None and by is not None:
            yield of.array, by.array


def letter_of(mention: str) -> str:
    """The letter of a mention, an ordinal such as j^{th} included; empty for anything else."""
    bare = _ORDINAL.sub("", mention.strip()).strip()
    return bare if re.fullmatch(r"[A-Za-z]|\\[A-Za-z]+", bare) else ""


def sums_over(text: str) -> str:
    """The neurons that the words say a sum runs over, empty if they say nothing."""
    match = SUM_OVER.search(text)
    return match[1].lower() if match else ""


def without_roles_of(text: str) -> str:
    text = " ".join(plainly_said(text).split())
    for one in sorted(said(text), key=lambda s: -s.start):
        text = text[: one.start] + " " + text[one.end :]
    return text


_ONE = r"\$[^$]{1,40}\$"
_IS_NO = r"(?:is|are|be|lies)(?: not|n['’]t) (?:an? |in (?:the |an? )?|part of the |one of the )*"
_OUTPUT = rf"outputs?(?:[- ]layer)?(?: {_N})?(?![\w-])"
_IN_OTHER_WORDS = tuple(
    (re.compile(pattern.replace(" ", r"\s+"), re.IGNORECASE), said)
    for pattern, said in (
        (rf"\b({_N}) \$\s*u_\{{?([a-z])\}}?\s*\$", r"\1 $\2$"),
        (r"\b(hidden|output) \$\s*u_\{?([a-z])\}?\s*\$", r"\1 unit $\2$"),
        (rf"\$\s*u_\{{?([a-z])\}}?\s*\$(?= (?:is|be)(?: not|n['’]t)? (?:an? )?\w+ {_N})", r"$\1$"),
        (rf"\b({_N}) ({_ONE}) (?:that|which) {_IS_NO}{_OUTPUT}", r"hidden \1 \2"),
        (rf"\b({_N}) (?:that|which) {_IS_NO}{_OUTPUT}", r"hidden \1"),
        (rf"({_ONE}) {_IS_NO}{_OUTPUT}", r"\1 is a hidden unit"),
        (rf"\bnon-?output(?=(?:[- ]layer)? {_N}| layers?| \$)", "hidden"),
        (
            r"\b(for|in|at|of|over) ((?:all |the |our )*)outputs(?= \$|[,.:;]| and\b| we\b|$)",
            r"\1 \2output units",
        ),
        (rf"\b(?:inner|internal|intermediate)(?=(?:[- ]layer)? {_N}| layers?)", "hidden"),
    )
)
"""Units that have the names u_1, u_2, …, and hidden neurons that are not called so."""


def plainly_said(text: str) -> str:
    """The words with one sign for every quote, and with hidden neurons called so.

    >>> plainly_said("If unit $u_j$ is not an output unit; for non-output units; an inner neuron")
    'If unit $j$ is a hidden unit; for hidden units; an hidden neuron'
    """
    text = re.sub("[“”„«»]|''|``", '"', text)
    for pattern, said_so in _IN_OTHER_WORDS:
        text = pattern.sub(said_so, text)
    return text
