"""Tokens of one display → prose and chains a = b = c, before any grammar.

Rows that begin with a relation or an operator continue the row before.  A row that does neither
and has no relation is refused, so that half a formula is never taken for the whole.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from symbolic.reading.pieces import compares
from symbolic.reading.source import NotUnderstood
from symbolic.reading.tokens import Tok
from symbolic.reading.vocabulary import ROWS

_SEPARATORS = frozenset(("COMMA", "SEMI", "QUAD", "ROW", "STOP", "ARROW", "COLON"))
_JOINING = frozenset(("PLUS", "TIMES", "ODOT", "SLASH"))
_OPENING = frozenset(("LP", "LSQ", "LB", "BEGIN", "LSET"))
_CLOSING = frozenset(("RP", "RSQ", "RB", "END", "RSET"))
CONDITIONAL = ("if", "when", "for", "where", "otherwise", "else")


@dataclass(frozen=True, slots=True)
class Case:
    """One row of \\begin{cases}: what is claimed, and under which condition in words."""

    tokens: tuple[Tok, ...]
    condition: str


@dataclass(frozen=True, slots=True)
class Chain:
    """members[0] relations[0] members[1] …, with the words before and after it.

    An empty first member continues the chain before.  `cases` takes the place of the last member,
    but where quantities are compared in them: those are pieces of a function.  `stopped` where a
    full stop follows.
    """

    members: tuple[tuple[Tok, ...], ...]
    relations: tuple[Tok, ...]
    before: str
    after: str
    at: int
    end: int
    cases: tuple[Case, ...] = ()
    stopped: bool = False

    @property
    def continues(self) -> bool:
        """Whether it begins with its relation."""
        return not self.members[0]


@dataclass(frozen=True, slots=True)
class Words:
    """Words and mentions of symbols, as text with $…$ around the symbols."""

    text: str
    at: int


@dataclass
class _Run:
    kind: str  # math, words, or a separator
    tokens: list[Tok]
    text: str = ""


def chains(tokens: Sequence[Tok]) -> tuple[Chain | Words, ...]:
    """The chains and the words of a display, in their order.

    >>> from symbolic.reading.tokens import tokens
    >>> [len(chain.members) for chain in chains(tokens(r"a = b = c, \\quad d = 1"))]
    [3, 2]
    """
    runs = _joined(_runs(_opened(_without_empty(tokens))))
    found: list[Chain | Words] = []
    words, at, gap = "", -1, True
    for n, run in enumerate(runs):
        if run.kind == "words" or (run.kind == "math" and not _related(run.tokens)):
            if run.kind == "math" and not gap and not _aside(run.tokens):
                raise NotUnderstood(
                    "These signs follow a relation and belong to no side of it.",
                    "Begin the row with its relation or operator.",
                    run.tokens[0].at,
                )
            piece = run.text if run.kind == "words" else _quoted(run.tokens)
            at = run.tokens[0].at if at < 0 else at
            words = f"{words} {piece}".strip()
            gap = True
        elif run.kind == "math":
            found.append(_chain(run.tokens, words))
            words, at, gap = "", -1, False
        elif words and _belongs_before(runs, n, found):
            last = found[-1]
            assert isinstance(last, Chain)
            found[-1] = _with_after(last, words)
            words, at = "", -1
        if run.kind in ("COMMA", "SEMI", "ARROW"):
            gap = True
        elif run.kind == "STOP" and found and isinstance(found[-1], Chain):
            found[-1] = replace(found[-1], stopped=True)
    if words:
        if found and isinstance(found[-1], Chain):
            found[-1] = _with_after(found[-1], words)
        else:
            found.append(Words(words, max(at, 0)))
    return tuple(found)


def apart(tokens: Sequence[Tok], signs: Collection[str]) -> list[Tok]:
    """The tokens with a, b > 0 and (a, b) > 0 as a > 0, b > 0, where these are the `signs`.

    >>> from symbolic.reading.tokens import tokens
    >>> [t.text for t in apart(tokens("(a, b) > 0"), ("a", "b"))]
    ['a', '>', '0', ',', 'b', '>', '0']
    """
    found = list(tokens)
    for n, token in enumerate(found):
        if (
            token.kind != "REL"
            or token.text != ">"
            or [t.text for t in found[n + 1 :]][:1] != ["0"]
        ):
            continue
        start = n
        while start and (
            found[start - 1].kind in ("COMMA", "LP", "RP") or found[start - 1].text in signs
        ):
            start -= 1
        while start < n and found[start].kind == "COMMA":
            start += 1
        letters = [t for t in found[start:n] if t.kind == "SYM"]
        commas = [t for t in found[start:n] if t.kind == "COMMA"]
        if len(letters) > 1 and len(commas) == len(letters) - 1:
            each = [(letter, token, found[n + 1]) for letter in letters]
            split = [t for one, comma in zip_longest(each, commas) for t in (*one, comma) if t]
            return [*found[:start], *split, *apart(found[n + 2 :], signs)]
    return found


def _without_empty(tokens: Sequence[Tok]) -> list[Tok]:
    """The tokens without the empty braces that typesetters put before an operator: {} + b."""
    found: list[Tok] = []
    for token in tokens:
        empty = [t.kind for t in found[-2:]] == ["LB", "RB"]
        operator = token.kind in (*_JOINING, "MINUS", "REL")
        if empty and operator and [t.kind for t in found[-3:-2]] not in (["SUB"], ["SUP"]):
            del found[-2:]
        found.append(token)
    return found


def _opened(tokens: Sequence[Tok]) -> list[Tok]:
    """The tokens without \\begin and \\end of what only sets rows, and without rows in brackets."""
    found: list[Tok] = []
    around: list[str] = []
    broken = False  # right behind a row that ended within a bracket
    for token in tokens:
        if token.kind in ("BEGIN", "END") and token.text in ROWS:
            continue
        if token.kind in _OPENING:
            around.append(token.kind)
        elif token.kind in _CLOSING and around:
            around.pop()
        inside = bool(around) and around[-1] != "BEGIN"
        broken = inside and (token.kind == "ROW" or (broken and token.kind in ("AMP", "QUAD")))
        if not broken:
            found.append(token)
    return found


def _runs(tokens: list[Tok]) -> list[_Run]:
    runs: list[_Run] = []
    depth, n = 0, 0
    while n < len(tokens):
        token = tokens[n]
        if depth == 0 and token.kind == "LP":
            end = _closing(tokens, n)
            inside = tokens[n + 1 : end]
            if _has_words(inside):
                runs.append(_Run("words", tokens[n : end + 1], f"({_flat(inside)})"))
                n = end + 1
                continue
        if depth == 0 and token.kind == "TEXT":
            runs.append(_Run("words", [token], token.text))
        elif depth == 0 and token.kind in _SEPARATORS:
            around = tokens[max(0, n - 1) : n + 2]
            if [t.kind for t in around] == ["NUM", "COMMA", "NUM"] and (
                around[0].end == token.at and token.end == around[2].at
            ):
                raise NotUnderstood(
                    "Is this comma a decimal comma or the end of a number?",
                    "Write 0.5 or 1000, or a blank after the comma.",
                    token.at,
                )
            runs.append(_Run(token.kind, [token]))
        elif depth == 0 and token.kind == "AMP":
            pass
        else:
            depth += (token.kind in _OPENING) - (token.kind in _CLOSING)
            if runs and runs[-1].kind == "math":
                runs[-1].tokens.append(token)
            else:
                runs.append(_Run("math", [token]))
        n += 1
    return runs


def _has_words(tokens: Sequence[Tok]) -> bool:
    """Whether words stand there, but for those in scripts or an environment such as cases."""
    depth = 0
    for token in tokens:
        depth += (token.kind in ("BEGIN", "LB")) - (token.kind in ("END", "RB"))
        if depth == 0 and token.kind == "TEXT":
            return True
    return False


def _joined(runs: list[_Run]) -> list[_Run]:
    """Rows and wide spaces that do not end a formula are taken out."""
    joined: list[_Run] = []
    for run in runs:
        if run.kind == "math":
            gaps = 0
            while gaps < len(joined) and joined[-1 - gaps].kind in ("ROW", "QUAD"):
                gaps += 1
            before = joined[-1 - gaps] if gaps < len(joined) else None
            if gaps and before is not None and before.kind == "math":
                rows = any(one.kind == "ROW" for one in joined[len(joined) - gaps :])
                first, last = run.tokens[0].kind, before.tokens[-1].kind
                continued = (
                    first == "REL" or first in _JOINING or last in (*_JOINING, "MINUS", "REL")
                )
                if first == "MINUS" and not _related(run.tokens):
                    continued = True
                elif first == "PLUS" and _related(run.tokens) and rows:
                    continued = False
                if continued:
                    del joined[len(joined) - gaps :]
                    before.tokens.extend(run.tokens)
                    continue
        joined.append(run)
    return joined


def _chain(tokens: list[Tok], words: str) -> Chain:
    members: list[list[Tok]] = [[]]
    relations: list[Tok] = []
    depth = 0
    for token in tokens:
        if depth == 0 and token.kind == "REL":
            relations.append(token)
            members.append([])
            continue
        depth += (token.kind in _OPENING) - (token.kind in _CLOSING)
        members[-1].append(token)
    for empty in [n for n, member in enumerate(members) if n and not member]:
        raise NotUnderstood(
            "Nothing stands after the relation.", "Write the right side.", relations[empty - 1].at
        )
    cases: tuple[Case, ...] = ()
    if members[-1][0].kind == "BEGIN" and members[-1][0].text == "cases":
        cases = _cases(members[-1])
        del members[-1 if cases else len(members) :]
    return Chain(
        tuple(map(tuple, members)),
        tuple(relations),
        words,
        "",
        tokens[0].at,
        tokens[-1].end,
        cases,
    )


def _cases(tokens: list[Tok]) -> tuple[Case, ...]:
    """The cases of neurons or pairs of them; none where they are pieces of a function."""
    if tokens[-1].kind != "END":
        raise NotUnderstood(
            "Signs follow \\end{cases}.", "Write the cases alone on their side.", tokens[-1].at
        )
    rows: list[list[list[Tok]]] = [[[]]]
    depth = 0
    for token in tokens[1:-1]:
        if depth == 0 and token.kind == "ROW":
            rows.append([[]])
        elif depth == 0 and token.kind == "AMP":
            rows[-1].append([])
        else:
            depth += (token.kind in _OPENING) - (token.kind in _CLOSING)
            rows[-1][-1].append(token)
    if compares([row[1] for row in rows if len(row) == 2]):
        return ()
    found = []
    for row in rows:
        if not any(row):
            continue
        value = row[0]
        while value and value[-1].kind in ("COMMA", "SEMI", "STOP", "QUAD"):
            value = value[:-1]
        if len(row) != 2 or not value or _has_words(value) or _related(value):
            raise NotUnderstood(
                "A row of the cases is not understood.",
                "Write value & \\text{if …} \\\\.",
                tokens[0].at,
            )
        found.append(Case(tuple(value), _flat(row[1])))
    if not found:
        raise NotUnderstood("The cases are empty.", "", tokens[0].at)
    return tuple(found)


def _belongs_before(runs: list[_Run], n: int, found: list[Chain | Words]) -> bool:
    """Whether the words before this separator speak of the chain before them."""
    if not found or not isinstance(found[-1], Chain) or runs[n].kind == "COLON":
        return False
    following = next((run for run in runs[n:] if run.kind not in ("QUAD", "COMMA")), None)
    return following is None or following.kind != "math" or runs[n].kind in ("ROW", "SEMI", "STOP")


def _with_after(chain: Chain, words: str) -> Chain:
    after = f"{chain.after} {words}".strip()
    return replace(chain, after=after)


def _related(tokens: list[Tok]) -> bool:
    depth = 0
    for token in tokens:
        if depth == 0 and token.kind == "REL":
            return True
        depth += (token.kind in _OPENING) - (token.kind in _CLOSING)
    return False


def _aside(tokens: list[Tok]) -> bool:
    """An equation number in brackets, or ∀ j."""
    number = len(tokens) == 3 and tokens[0].kind == "LP" and tokens[1].kind == "NUM"
    return number or tokens[0].kind == "FORALL"


def _closing(tokens: list[Tok], opening: int) -> int:
    depth = 0
    for n in range(opening, len(tokens)):
        depth += (tokens[n].kind in _OPENING) - (tokens[n].kind in _CLOSING)
        if depth == 0:
            return n
    return len(tokens) - 1


def _quoted(tokens: Sequence[Tok]) -> str:
    return f"${''.join(_spaced(t.text) for t in tokens).strip()}$"


def _spaced(text: str) -> str:
    """A command keeps a blank after it, so that it can be read again."""
    return text + " " if text.startswith("\\") and text[-1:].isalpha() else text


def _flat(tokens: Sequence[Tok]) -> str:
    """Words with $…$ around what is mathematics."""
    text, math = "", list[Tok]()
    for token in tokens:
        if token.kind in ("TEXT", "QUAD", "ROW", "AMP"):
            if math:
                text += _quoted(math)
                math = []
            text += token.text if token.kind == "TEXT" else " "
        else:
            math.append(token)
    return text + (_quoted(math) if math else "")
