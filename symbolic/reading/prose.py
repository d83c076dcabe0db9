"""The words around formulas: cues, denials, conditions, and words that are on no list.

Words are text with $…$ around mentions of symbols.  Words on no list may deny the formula that
they lead up to or be its condition: then it is open, whether it holds as it stands or fails.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from symbolic.reading.citations import NOTHING, Cites
from symbolic.reading.context import Named
from symbolic.reading.function_words import CONDITION
from symbolic.reading.pairs import Pair
from symbolic.reading.roles_said import (
    KIND,
    MENTION,
    NEURONS,
    SUM_OVER,
    plainly_said,
    said,
    without_roles_of,
)

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
_GOES_ON = re.compile(
    r"[\s,)]*(?:[a-z?]|(?:This|That|Which|None|All of|Both|These|Those|It(?! is \w+ that))\b)"
)
_SET = re.compile(r"\\(?:in|notin|subset|subseteq)\b")
_SCRIPT = re.compile(r"\\sum\s*(?:\\limits\s*)?_\s*\{[^{}]*\}")
"""What a sum runs over is no set that words name."""
_ASIDE = re.compile(r"\s*(?:\\forall\s*[^\\=<>]*(?:\\[a-z]+\s*)?|\(\d+\))\s*")
_FOR = re.compile(r"[\s,(]*for\b[^$]*\$[^$]*(?:[=<>]|\\[lg]eq?\b)")
_KINDS = rf"(?:for|in) (?:all |the |each |every |an? )*{KIND} (?:{NEURONS}|layers?)"
_PARALLEL = re.compile(
    rf"([\s,]*{_KINDS})"
    rf"(?:,?\s+(?:and|but|while|whereas)\s+\$[^$]*=[^$]*\$\s+{_KINDS}"
    r"|,?\s+(?:and|but|while|whereas)\s+(?:let\s+)?\$[^$=<>]*=(?=[^$<>]{12})[^$<>]*\$"
    r"|,\s+(?:but|while|whereas)\b[^$.;:]{0,80}\$[^$]*="
    rf"|,?\s+(?:and|but|while|whereas)\s+\$[^$=<>]*=[^$<>]*\$,?\s+(?:with|where)\s+\$[^$]*=[^$]*\$"
    rf"\s+{_KINDS}"
    rf"|(?:,?\s+with \$[^$=<>]*\$)?,?\s+(?:and|but|while|whereas)\s+{_KINDS},?"
    r"(?:\s+(?:we|it|this|that)\s+\w+|\s+(?:so|also|then))?:?\s*(?:\$[^$]*=|$))",
    re.IGNORECASE,
)
"""A range, and a formula that has one of its own, or that says too much for a condition."""
_OF_ONE = re.compile(
    rf"\s*{_KINDS}\s*(?:,?\s+(?:and|but|while|whereas)\b|,)(?!\s*(?:so|then|hence|thus|therefore)\b)",
    re.IGNORECASE,
)
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
_LABEL = re.compile(r"\b[A-Z]{1,4}\d{1,3}[a-z]?\b|\((?:[a-z]|[ivx]{2,4})\)")
"""The name of a line, (BP2), or of a part, (b)."""
_ASKS = re.compile(
    r"(?:\W|Q\b|Question\b|so\b|but\b)*(?:where|what|how|which|can|could)\b[^?]*\?$", re.IGNORECASE
)
"""Where is my mistake?  That is asked of all that follows, and denies none of it."""
_TITLE = re.compile(r"\s*(?:# [^\n]*|\\(?:section|title)\*?\{[^{}\n]*\}[^\n]*)\n+")
_SENTENCE = re.compile(r"(?<=[.!?])[\s)\"”*]+(?=[A-Z$①-⑳(])")


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
    text = plainly_said(text)
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
    if _names_a_set(MENTION.findall(sentence)):
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


def without_title(text: str) -> str:
    r"""The words with which a document begins, without a title that speaks of mistakes.

    It is about the whole text, and denies no formula of it.

    >>> without_title("# An LSTM, one gate wrong\n\nThe gates"), without_title("# Units\n\nThe")
    ('The gates', '# Units\n\nThe')
    """
    title = _TITLE.match(text)
    if title is None or not _DENIALS.search(title[0]):
        return text
    return text[title.end() :]


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
    mentions = [m for m in MENTION.findall(without_roles_of(text)) if not _ASIDE.fullmatch(m)]
    if _names_a_set(mentions):
        return "a set beside it is not understood"
    if mentions and not _WORD.search(MENTION.sub(" ", text)):
        return "a list beside it is not understood"
    return ""


def conditional(text: str) -> bool:
    """Whether what follows these words may be a condition of what comes later in the sentence."""
    words = _without_roles(text)
    return any(pattern.search(words) for pattern in (_CONDITIONAL, _DENIALS))


def after(text: str, embedded: bool = False, more: Iterable[str] = ()) -> Lead:
    """What the words after a formula make of it; `embedded` words stand in the formula itself."""
    text = plainly_said(text)
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
    ranged = goes_on and not embedded
    if ranged and (_names_a_set(MENTION.findall(sentence)) or _FOR.match(own_range(sentence))):
        return Lead("", "the range after it is not understood")
    if embedded:
        words = [w.strip(".'’-").lower() for w in _WORD.findall(_without_roles(text))]
        return Lead("", doubt=_doubt("after", words, {*more, "otherwise"}))
    if goes_on and re.search(r"\b(?:if|iff|when|provided)\b", sentence, re.I):
        rest = _without_roles(sentence)
        if re.search(r"\b(?:if|iff|when|provided)\b", rest, re.I):
            return Lead("", doubt="the condition after it is not understood")
    return Lead("")


def _names_a_set(mentions: Iterable[str]) -> bool:
    return any(_SET.search(_SCRIPT.sub("", mention)) for mention in mentions)


def own_range(text: str) -> str:
    """What follows a formula without what follows the next one, where each has its own range.

    >>> own_range(r" for hidden units and $y_k = z_k$ for output units")
    ' for hidden units'
    """
    match = _PARALLEL.match(" ".join(text.split()) if "\n" in text else text)
    return match[1] if match else text


def of_the_one_before(words: str) -> bool:
    """Whether a range ends what stands before it, and the next formula begins anew.

    >>> of_the_one_before(" for output units, and the error is")
    True
    >>> of_the_one_before(" for output units, so that"), of_the_one_before(" and for hidden units")
    (False, False)
    """
    found = _OF_ONE.match(plainly_said(words))
    return found is not None and not any(one.letter == "*" for one in said(words[found.end() :]))


def _without_roles(text: str) -> str:
    """The text without what `said` and `sums_over` understand, and without mentions."""
    return MENTION.sub(" ", _LABEL.sub(" ", SUM_OVER.sub(" ", without_roles_of(text))))
