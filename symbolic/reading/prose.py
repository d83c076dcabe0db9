"""The words around formulas: cues, denials, and what is said about index letters.

Words are text with $…$ around mentions of symbols.  Words on no list may deny the formula that
they lead up to or be its condition: then it is open, whether it holds as it stands or fails.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from symbolic.reading.citations import NOTHING, Cites
from symbolic.reading.context import Named
from symbolic.reading.function_words import CONDITION
from symbolic.reading.pairs import Pair
from symbolic.reading.profile import Profile

CUES = {  # word: what it makes of the formula that follows
    "let": "let", "define": "let", "denote": "let", "defined": "let",
    "assume": "assume", "assuming": "assume", "suppose": "assume",
    "then": "then", "therefore": "then", "hence": "then", "thus": "then", "so": "then",
    "consequently": "then", "since": "since", "because": "since", "i.e": "then", "ie": "then",
    "where": "where", "with": "where", "and": "and", "recall": "since", "using": "since",
}  # fmt: skip
_DENIALS = re.compile(
    r"\b(?:not|no|never|false|wrong\w*|incorrect\w*|mistak\w*|erroneous\w*|untrue|none|invalid|cannot|"
    r"fails?|failed|contradict\w*|unless|except|neither|nor|hardly|would|counterexample\w*|"
    r"nonsense|whether|is it true|confus\w*|beware|refute\w*|bogus|absurd|nobody|nothing|nowhere|"
    r"den(?:y|ies|ied)|disprove\w*|doubt\w*|tempt\w*|naive\w*|myth\w*|pitfalls?|trap|impossible|"
    r"\w+n['’]t)\b|\?",
    re.IGNORECASE,
)
_M = r"\$\s*([^$]{1,40}?)\s*\$"
_K = r"(\"?)(output|hidden|input|inner|internal|intermediate)\"?(?:[- ]layer)?"
_N = r"(?:neurons?|units?|nodes?)"
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?:if |let |when |for |on |whether )*{_M} is an? output(?: layer)? {_N}"
        rf" or an? hidden(?: layer)? {_N}",
        rf"(?:if |let |when |where |for )?(?:neuron |unit )?{_M} (?:now )?(?:be|denotes?|is|are"
        rf"|belongs to|stands for|runs over|ranges over)?\s*(?:an?|the|all|some)?\s*{_K}(?: {_N})?"
        r"(?![\w-])",
        rf"{_M}\s*:\s*(?:an? )?{_K}(?: {_N})?",
        rf"(?:if |when |for |where )?(?:neuron |unit )?{_M} (?:is |lies |be )?in (?:the |an? )?{_K}"
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
    )
)
_SUM_OVER = re.compile(
    r"\(?(?:the )?sum(?:s|med|ming)? (?:is |runs? |goes )?(?:over|taken over) (?:all )?(?:the )?"
    r"(output|hidden) (?:neurons|units)\)?",
    re.IGNORECASE,
)
_SUMMED = re.compile(r"\b(?:sum|sums|summed|summing|summation)\b[^.;$]{0,40}$", re.IGNORECASE)
NEAR = 60
"""So many characters before a letter may speak of a sum."""
_LOCAL = re.compile(r"\b(?:if|when|for|each|every)\b")
_GOES_ON = re.compile(
    r"[\s,)]*(?:[a-z?]|(?:This|That|Which|None|All of|Both|These|Those|It(?! is \w+ that))\b)"
)
_SET = re.compile(r"\\(?:in|notin|subset|subseteq)\b")
_ASIDE = re.compile(r"\s*(?:\\forall\s*[^\\=<>]*(?:\\[a-z]+\s*)?|\(\d+\))\s*")
_FOR = re.compile(r"[\s,(]*for\b[^$]*\$[^$]*(?:[=<>]|\\[lg]eq?\b)")
_KINDS = rf"(?:for|in) (?:all |the |each |every |an? )*{_K} (?:{_N}|layers?)"
_PARALLEL = re.compile(
    rf"([\s,]*{_KINDS})"
    rf"(?:,?\s+(?:and|but|while|whereas)\s+\$[^$]*=[^$]*\$\s+{_KINDS}"
    r"|,\s+(?:and|but|while|whereas)\s+(?:let\s+)?\$[^$=<>]*=(?=[^$<>]{12})[^$<>]*\$)",
    re.IGNORECASE,
)
"""A range, and a formula that has one of its own, or that says too much for a condition."""
_CONDITION = re.compile(r"\b(if|when|whenever|provided(?: that)?|for|with)\s*$", re.IGNORECASE)
_AFTERTHOUGHT = re.compile(
    r";\s+(?:but\s+|and\s+)?(?:only\s+)?(?:if|when|whenever|provided|unless|except)\b"
    r"(?:[^,;:$]|\$[^$]*\$)*[.!?]$",
    re.IGNORECASE,
)
"""A condition behind a semicolon, and nothing that is claimed under it."""
_CONDITIONAL = re.compile(
    r"\b(?:if|when|whenever|for|under|assum\w*|suppos\w*|provided|given|with|where|let)\b", re.I
)
_ENDINGS = (  # of inflections, and what the word ends in without
    *(("s", ("",)), ("es", ("",)), ("ies", ("y",))),
    *(("ed", ("", "e")), ("ied", ("y",)), ("ing", ("", "e"))),
)
_WORD = re.compile(r"[A-Za-z][A-Za-z.'’-]*")
_MENTION = re.compile(r"\$([^$]*)\$(?:['’]s\b)?")
_LABEL = re.compile(r"\b[A-Z]{1,4}\d{1,3}[a-z]?\b|\((?:[a-z]|[ivx]{2,4})\)")
"""The name of a line, (BP2), or of a part, (b)."""
_ASKS = re.compile(
    r"(?:\W|Q\b|Question\b|so\b|but\b)*(?:where|what|how|which|can|could)\b[^?]*\?$", re.IGNORECASE
)
"""Where is my mistake?  That is asked of all that follows, and denies none of it."""
_ORDINAL = re.compile(r"\^\{?\s*(?:\\(?:text|mathrm|textrm|rm)\s*)?\{?\s*(?:th|st|nd|rd)\s*\}?\}?$")
_SENTENCE = re.compile(r"(?<=[.!?])[\s)\"”*]+(?=[A-Z$①-⑳(])")


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
    text = " ".join(_plain_quotes(text).split())
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
    if number == 0:
        return Said(letter_of(groups[0]), "any", start, end)
    if number == 9:
        return Said("*", _kind(groups[1]), start, end)
    if number in (5, 7, 8, 10):
        return Said(letter_of(groups[0]), "fed", start, end, of=letter_of(groups[1]))
    if number == 11:
        return Said(letter_of(groups[1]), "fed", start, end, of=letter_of(groups[0]))
    if number == 12:  # the last neuron before these words feeds
        before = _MENTION.findall(text[:start])
        return Said(letter_of(groups[0]), "fed", start, end, of=letter_of((before or [""])[-1]))
    if number == 13:
        role = "unshared" if groups[0] else "synapse"
        return Said(letter_of(groups[1]), role, start, end, of=letter_of(groups[2]))
    if number == 17:
        return Said(letter_of(groups[0]), "width", start, end, of=groups[1])
    if number == 16:
        return Said(letter_of(groups[0]), "within", start, end, of=groups[1])
    if number == 15:
        return Said(letter_of(groups[0]), "any", start, end)
    if number == 14:
        return Said(letter_of(groups[0]), "any", start, end)
    if number == 6:
        return Said(letter_of(groups[0]), "any", start, end)
    letter, quote, role = (groups[2], *groups[:2]) if number == 4 else groups
    role = _kind(role)
    if quote:  # an "input" neuron only feeds, an "output" neuron is only fed
        role = "source" if role == "input" else "any"
    between = text[match.start() : match.end()]
    count = number == 1 and bool(
        re.search(r"\$\s*(?:output|hidden|input)(?: layer)? (?:neurons|units|nodes)", between, re.I)
    )
    return Said(letter_of(letter), role, start, end, count)


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


_SETS_AROUND = tuple(
    (
        kind,
        re.compile(
            rf"{_M} (?:is|be|denotes?|contains|includes|holds|for) (?:the set of )?(?:all )?"
            rf"(?:the |of the )*{_N} (?:that |which )?(?:are )?(?:{words}) "
            rf"(?:neuron |unit |node )?{_M}",
            re.IGNORECASE,
        ),
    )
    for kind, words in (
        ("fed", "fed by|downstream of|receiv(?:e|ing) (?:its |their )?inputs? from"),
        ("feeding", "feed(?:ing)?|upstream of|sending (?:its |their )?outputs? to"),
    )
)
_SET_NAME = re.compile(r"((?:\\math(?:cal|bf|rm)\{)?[A-Za-z]{1,8}\}?)(?:\((\w)\)|_(\w))?")


def sets(text: str) -> Iterator[tuple[str, str]]:
    """The letters that a text gives to sets of neurons: output, hidden, or those around a neuron.

    >>> list(sets("where the set $C$ includes all the neurons in the output layer"))
    [('C', 'output')]
    """
    flat = " ".join(text.split())
    for pattern in _SETS:
        for match in pattern.finditer(flat):
            name = match[1].strip()
            if re.fullmatch(r"[A-Z]|\\math(?:cal|bb|bf|rm)\{[A-Za-z]{1,3}\}|\\Omega", name):
                yield name, match[2].lower()
    for kind, pattern in _SETS_AROUND:
        for match in pattern.finditer(flat):
            found, of = _SET_NAME.fullmatch(match[1].strip()), letter_of(match[2])
            if found is None or not of:
                continue
            own = found[2] or found[3]  # D(j) says of which neuron, L does not
            if own == of:
                yield f"{found[1]}({of})", kind
            elif own is None:
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
    match = _SUM_OVER.search(text)
    return match[1].lower() if match else ""


@cache
def _listed(name: str) -> frozenset[str]:
    """The words of a list that comes with the package."""
    text = files("symbolic.reading").joinpath(name).read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return frozenset(word for line in lines for word in line.split())


@dataclass(frozen=True, slots=True)
class Lead:
    """The words beside a formula: the last cue among them, and why they are not understood.

    In `trouble` the formula is no claim; in `doubt` it may be one under a condition.  A condition
    that is `naming` says which function is meant; words in doubt that are `narrow` at most say of
    fewer networks what is true of all.  `some` are the neurons that it is said of by name, `pairs`
    the letters that are said to be one neuron, or two; `cites` are the lines that it follows from.
    A formula for φ is said of the `kinds` of neurons alone.
    """

    cue: str
    trouble: str = ""
    doubt: str = ""
    naming: bool = False
    narrow: bool = False
    some: Named | None = None
    pairs: tuple[Pair, ...] = ()
    cites: Cites = NOTHING
    kinds: frozenset[str] = frozenset()

    @property
    def why(self) -> str:
        """Why it is not all understood, empty if it is."""
        return self.trouble or self.doubt


def lead(
    text: str, more: Iterable[str] = (), embedded: bool = False, functions: bool = False
) -> Lead:
    """What the words that lead up to a formula make of it.

    `embedded` words stand in the formula itself, and all of them must be known.  Conditions that
    name a function are read where the reader knows `functions` by their names.

    >>> lead("and let").cue, lead("it is false that").trouble
    ('let', "the words before it deny or question it ('false')")
    """
    text = _plain_quotes(text)
    paragraphs = [p.strip() for p in re.split(r"\n\s*\n", text) if p.strip()]
    last = paragraphs[-1] if paragraphs else ""
    heading = last.startswith(("#", "\\section"))
    sentence = text if embedded else _SENTENCE.split(last)[-1].strip()
    complete = not embedded and (heading or sentence.endswith((".", "!", "?")))
    denial = _DENIALS.search(_without_roles(sentence))
    if denial and not (complete and _ASKS.match(sentence)):
        return Lead("", f"the words before it deny or question it ({denial[0]!r})")
    if complete:
        return Lead("")
    if any(_SET.search(mention) for mention in _MENTION.findall(sentence)):
        return Lead("", "the words before it name a set that is not understood")
    rest = _without_roles(sentence)
    naming = functions and CONDITION.search(rest) is not None
    rest = CONDITION.sub(" ", rest) if functions else rest
    bare = re.sub(r"\blet(?: us|'s|’s)\b", "we", rest, flags=re.IGNORECASE)
    condition = _CONDITION.search(bare)
    if condition:
        bare = bare[: condition.start()]
    words = [w.strip(".'’-").lower() for w in _WORD.findall(bare)]
    doubt = _doubt("before", words, more)
    narrow = not doubt or _narrow(words, more)
    if condition:
        return Lead("for" if condition[1].lower() in ("for", "with") else "if", doubt=doubt)
    cues = [CUES[w] for w in words if w in CUES]
    strong = [cue for cue in cues if cue not in ("and", "where")]
    return Lead((strong or cues or [""])[-1], doubt=doubt, naming=naming, narrow=narrow)


def plainly(before: str, after: str, more: Iterable[str] = ()) -> bool:
    """Whether the sentence around a place says something outright: all known words, no denial.

    >>> plainly("It is so. All have ", "logistic units."), plainly("None have ", "logistic units.")
    (True, False)
    """
    begun = re.split(r"\n\s*\n", before)[-1]
    ended = re.split(r"\n\s*\n", after)[0]
    sentence = _SENTENCE.split(begun)[-1] + _SENTENCE.split(ended)[0]
    words = _WORD.findall(CONDITION.sub(" ", _without_roles(sentence)))
    lower = (word.strip(".'’-").lower() for word in words)
    return _DENIALS.search(_without_roles(sentence)) is None and not _strange(lower, more)


def _strange(words: Iterable[str], more: Iterable[str]) -> list[str]:
    """The words that are on no list, as neither are all the parts of one with hyphens."""
    lists = (_listed("words.txt"), CUES, frozenset(more))

    def listed(word: str) -> bool:
        return any(stem in one for stem in _stems(word) for one in lists)

    return [w for w in words if w and not (listed(w) or all(map(listed, w.split("-"))))]


def _narrow(words: Iterable[str], more: Iterable[str]) -> bool:
    """Whether what is on no list says at most of which networks it is said.

    >>> lead("In the penultimate layer").narrow, lead("In the wicked layer").narrow
    (True, False)
    """
    narrowing = _listed("narrowing.txt")
    return all(not narrowing.isdisjoint(_stems(w)) for w in _strange(words, more))


def _doubt(where: str, words: Iterable[str], more: Iterable[str]) -> str:
    """That words are on no list, empty where all of them are."""
    strange = _strange(words, more)
    if not strange:
        return ""
    shown = ", ".join(repr(w) for w in strange[:4])
    verb, some = ("are", "words") if len(strange) > 1 else ("is", "word")
    return f"the {some} {where} it {verb} not known here ({shown})"


def _stems(word: str) -> Iterator[str]:
    """A word and what it may be an inflection of, which denies no more than the word itself.

    >>> [*_stems("mixing")], [*_stems("carries")]
    (['mixing', 'mix', 'mixe'], ['carries', 'carrie', 'carri', 'carry'])
    """
    yield word
    for ending, others in _ENDINGS:
        stem = word.removesuffix(ending)
        if stem != word and len(stem) > 2:
            yield from (stem + other for other in others)
            if ending in ("ed", "ing") and stem[-1] == stem[-2]:
                yield stem[:-1]


def unread(text: str) -> str:
    """What mentions beside a relation in its own display say that would be dropped.

    Words name or describe a symbol; without words a list or a condition is meant, and a set or a
    range is one in any case.

    >>> unread("for $j \\\\in A$"), unread("$v_j$"), unread("be the error $e_j$")
    ('a set beside it is not understood', 'a list beside it is not understood', '')
    """
    mentions = [m for m in _MENTION.findall(_without_said(text)) if not _ASIDE.fullmatch(m)]
    if any(_SET.search(mention) for mention in mentions):
        return "a set beside it is not understood"
    if mentions and not _WORD.search(_MENTION.sub(" ", text)):
        return "a list beside it is not understood"
    return ""


def _without_said(text: str) -> str:
    text = " ".join(_plain_quotes(text).split())
    for one in sorted(said(text), key=lambda s: -s.start):
        text = text[: one.start] + " " + text[one.end :]
    return text


def conditional(text: str) -> bool:
    """Whether what follows these words may be a condition of what comes later in the sentence."""
    words = _without_roles(text)
    return any(pattern.search(words) for pattern in (_CONDITIONAL, _DENIALS))


def after(text: str, embedded: bool = False, more: Iterable[str] = ()) -> Lead:
    """What the words after a formula make of it; `embedded` words stand in the formula itself."""
    text = _plain_quotes(text)
    first = re.split(r"\n\s*\n", text.strip())[0] if text.strip() else ""
    sentence = re.split(r"(?<=[.!?])(?:\s|$)", first)[0]
    if _AFTERTHOUGHT.search(sentence):
        sentence = sentence.replace(";", ",")
    else:
        sentence = re.split(r"(?<=;)(?:\s|$)", sentence)[0]
    goes_on = embedded or _GOES_ON.match(sentence)
    denial = _DENIALS.search(_without_roles(sentence)) if goes_on else None
    if denial:
        return Lead("", f"the words after it deny or question it ({denial[0]!r})")
    if goes_on and not embedded:
        sets = any(_SET.search(mention) for mention in _MENTION.findall(sentence))
        if sets or _FOR.match(own_range(sentence)):
            return Lead("", "the range after it is not understood")
    if embedded:
        words = [w.strip(".'’-").lower() for w in _WORD.findall(_without_roles(text))]
        return Lead("", doubt=_doubt("after", words, {*more, "otherwise"}))
    if goes_on and re.search(r"\b(?:if|iff|when|provided)\b", sentence, re.I):
        rest = _without_roles(sentence)
        if re.search(r"\b(?:if|iff|when|provided)\b", rest, re.I):
            return Lead("", doubt="the condition after it is not understood")
    return Lead("")


def own_range(text: str) -> str:
    """What follows a formula without what follows the next one, where each has its own range.

    >>> own_range(r" for hidden units and $y_k = z_k$ for output units")
    ' for hidden units'
    """
    match = _PARALLEL.match(" ".join(text.split()) if "\n" in text else text)
    return match[1] if match else text


def _without_roles(text: str) -> str:
    """The text without what `said` and `sums_over` understand, and without mentions."""
    return _MENTION.sub(" ", _LABEL.sub(" ", _SUM_OVER.sub(" ", _without_said(text))))


def _plain_quotes(text: str) -> str:
    return re.sub("[“”„«»]|''|``", '"', text)
