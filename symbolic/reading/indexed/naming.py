r"""Scripts as parts of names: in a text about single numbers a^{(L-1)} and out_{o1} are signs.

    net_{h1}        the sign \mathrm{net}_{h1}, where the profile says that net is a word
    w_5^{+}, a_2    signs with a label
    x^2, a_2^{3-1}  powers

Before the grammar, on tokens; what may mean two things is refused here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from symbolic.reading.anywhere import EULER
from symbolic.reading.arguments import with_signs
from symbolic.reading.indexed.profile import IndexProfile
from symbolic.reading.indexed.undeclared import FUNCTIONS
from symbolic.reading.source import NotUnderstood
from symbolic.reading.tokens import Tok, script_end

_NAMED = ("SYM", "NUM", "COMMA", "PLUS", "MINUS", "TIMES", "TEXT", "LP", "RP", "LSQ", "RSQ")
"""What may stand in a script that is part of a name."""
_OPENS, _CLOSES = ("LP", "LSQ", "LB"), ("RP", "RSQ", "RB")
_D = ("d", "\\mathrm{d}")
_APART = ("SUP", "SUB", "PRIME", "LP")
"""What may follow a sign and belong to it."""


def named(toks: Sequence[Tok], profile: IndexProfile) -> tuple[Tok, ...]:
    r"""The tokens with every sign and its scripts as one sign; raises `NotUnderstood`.

    >>> from symbolic.reading.indexed.profile import index_profile
    >>> from symbolic.reading.tokens import tokens
    >>> [t.text for t in named(tokens("out_{o1} = a^{(L-1)} w_5^2"), index_profile("scalars"))]
    ['\\mathrm{out}_{o1}', '=', 'a^{(L-1)}', 'w_{5}', '^', '2']
    """
    toks = _differentials(toks)
    if profile.scripts != "names":
        return tuple(with_signs(_without_primes(toks)))
    found = _Namer(_words(toks, profile.signs), profile).all()
    return tuple(_signed(_dependent(found, profile)))


def _without_primes(toks: Sequence[Tok]) -> list[Tok]:
    """The tokens in which the index i' is i_2, another letter of its set: w_{i'j}, \\sum_{i'}."""
    found: list[Tok] = []
    opened: list[bool] = []  # whether each brace around is that of a script
    for n, token in enumerate(toks):
        if token.kind == "LB":
            opened.append(bool(n) and toks[n - 1].kind in ("SUB", "SUP"))
        elif token.kind == "RB" and opened:
            opened.pop()
        letter = found[-1].kind == "SYM" if found else False
        inside = bool(opened) and opened[-1]
        if token.kind == "PRIME" and inside and letter:
            primes = 1 if n + 1 == len(toks) or toks[n + 1].kind != "PRIME" else 2
            if primes == 2:
                raise NotUnderstood("An index has one prime at most.", "", token.at)
            number = (("SUB", "_"), ("LB", "{"), ("NUM", "2"), ("RB", "}"))
            found += [Tok(kind, text, token.at, token.end) for kind, text in number]
            continue
        found.append(token)
    return found


def _words(toks: Sequence[Tok], words: Sequence[str]) -> list[Tok]:
    """The tokens in which letters that spell one of these words are one sign, \\mathrm{net}."""
    found: list[Tok] = []
    n = 0
    while n < len(toks):
        for word in sorted(words, key=len, reverse=True):
            run = toks[n : n + len(word)]
            if "".join(t.text for t in run if t.kind == "SYM" and len(t.text) == 1) == word:
                found.append(Tok("SYM", f"\\mathrm{{{word}}}", run[0].at, run[-1].end))
                n += len(word)
                break
        else:
            found.append(toks[n])
            n += 1
    return found


def _differentials(toks: Sequence[Tok]) -> tuple[Tok, ...]:
    """dL/da is ∂L/∂a, and so is (d/da) L: a d begins what stands above and below."""
    found = list(toks)
    for n, token in enumerate(toks):
        if token.kind != "FRAC" or n + 2 >= len(toks) or toks[n + 1].kind != "LB":
            continue
        below = script_end(toks, n + 1)
        for place in _second(toks, n + 2, below):
            found[place] = Tok("PARTIAL", "\\partial", toks[place].at, toks[place].end)
        places = (n + 2, below + 1)
        alone = [t.text for t in toks[n + 2 : below]] in (["d", "}"], ["\\mathrm{d}", "}"])
        above = alone or _is_d(toks, n + 2, ("SYM", "FUNC", "LP", "FRAC", "ROOT"))
        if below < len(toks) and toks[below].kind == "LB" and above and _is_d(toks, below + 1):
            for place in places:
                found[place] = Tok("PARTIAL", "\\partial", toks[place].at, toks[place].end)
    return tuple(found)


def _second(toks: Sequence[Tok], above: int, below: int) -> list[int]:
    """Where the d of d²E/dw² and of d²E/(dw db) stand, if it is one."""
    if toks[above].text not in _D or toks[above + 1].kind != "SUP":
        return []
    if below >= len(toks) or toks[below].kind != "LB" or not _is_d(toks, below + 1):
        return []
    end = script_end(toks, below)
    return [above, *(n for n in range(below + 1, end) if _is_d(toks, n))]


def _is_d(toks: Sequence[Tok], n: int, before: Sequence[str] = ("SYM",)) -> bool:
    """Whether a d stands there, before a token of such a kind."""
    return n + 1 < len(toks) and toks[n].text in _D and toks[n + 1].kind in before


class _Namer:
    def __init__(self, toks: Sequence[Tok], profile: IndexProfile) -> None:
        self.toks, self.profile, self.n = toks, profile, 0

    def all(self) -> list[Tok]:
        found: list[Tok] = []
        while self.n < len(self.toks):
            token = self.toks[self.n]
            if token.kind == "SUM":
                raise NotUnderstood(
                    "A sum over an index is not read where every sign is a single number.",
                    "Write its terms out, or use the notation indices.",
                    token.at,
                )
            if token.text in EULER and self._kind(self.n + 1) == "SUP":
                found += self._exponential()
            elif token.kind == "SYM" and token.text not in EULER:
                found += self._sign()
            elif token.kind == "SUP":
                found += self._power(found)
            else:
                found.append(token)
                self.n += 1
        return found

    def _kind(self, n: int) -> str:
        return self.toks[n].kind if n < len(self.toks) else ""

    def _script(self, n: int) -> tuple[list[Tok], int]:
        """What stands in the script whose mark stands at n, and where the script ends."""
        if n + 1 == len(self.toks) or [self._kind(n + 1), self._kind(n + 2)] == ["LB", "RB"]:
            raise NotUnderstood("A script is empty.", "Write it.", self.toks[n].at)
        if self._kind(n + 1) != "LB":
            return [self.toks[n + 1]], n + 2
        end = script_end(self.toks, n + 1)
        return [*self.toks[n + 2 : end - 1]], end

    def _exponential(self) -> list[Tok]:
        """e^u is exp(u)."""
        inside, end = self._script(self.n + 1)
        first, last = self.toks[self.n], self.toks[end - 1]
        self.n = end
        begin, stop = (first.at, first.end), (last.end, last.end)
        inner = _Namer(inside, self.profile).all()
        return [Tok("FUNC", "\\exp", *begin), Tok("LP", "(", *begin), *inner, Tok("RP", ")", *stop)]

    def _sign(self) -> list[Tok]:
        first = self.toks[self.n]
        low = high = ""
        n = self.n + 1
        while self._kind(n) in ("SUB", "SUP"):
            inside, end = self._script(n)
            if self._kind(n) == "SUB" and not low:
                low = _label(inside)
            elif self._kind(n) == "SUP" and not high and _is_label(inside):
                high = _label(inside)
            else:
                break
            n = end
        primes = n
        while self._kind(primes) == "PRIME":
            primes += 1
        function = first.text in FUNCTIONS and self._kind(n) in ("LP", "PRIME")
        if primes > n and not function and not high and self._kind(primes) != "LP":
            high, n = "'" * (primes - n), primes  # the new weight w'
        if n == self.n + 1 or function:
            self.n += 1
            return [first]
        self.n = n
        text = first.text + (f"_{{{low}}}" if low else "") + (f"^{{{high}}}" if high else "")
        return [Tok("SYM", text, first.at, self.toks[n - 1].end)]

    def _power(self, found: list[Tok]) -> list[Tok]:
        """x^{2-1} is x^1, and w^{1-1} is 1; all other powers stay as they are."""
        inside, end = self._script(self.n)
        if [t.text for t in inside] in (["0"], ["1"]):
            raise NotUnderstood(
                f"Is the {inside[0].text} above a layer or a power?",
                "Write a^{(1)} or a_1 for a layer.",
                inside[0].at,
            )
        number = _difference(inside)
        if number is None:
            self.n += 1
            return [self.toks[self.n - 1]]
        mark, last = self.toks[self.n], self.toks[end - 1]
        self.n = end
        if number == 0:
            if not found or found[-1].kind != "SYM":
                raise NotUnderstood("The power 0 is read of a sign alone.", "Write 1.", mark.at)
            found[-1] = Tok("NUM", "1", found[-1].at, last.end)
            return []
        places = (mark.at, last.end)
        return [Tok("SUP", "^", *places), Tok("NUM", str(number), *places)]


def _is_label(inside: Sequence[Tok]) -> bool:
    """Whether what stands above is a label: (L), [1], +, new, L; no number and no arithmetic."""
    kinds = [t.kind for t in inside]
    if kinds[:1] in (["LP"], ["LSQ"]) and kinds[-1] in ("RP", "RSQ"):
        return len(kinds) == 3 or "SYM" in kinds
    return kinds in (["PLUS"], ["TIMES"], ["TEXT"]) or (bool(kinds) and {*kinds} == {"SYM"})


def _label(inside: Sequence[Tok]) -> str:
    for token in inside:
        if token.kind not in _NAMED:
            raise NotUnderstood("What stands here is no part of a name.", "", token.at)
    return "".join(t.text.strip() for t in inside)


def _difference(inside: Sequence[Tok]) -> int | None:
    """The number that 2 - 1 or (2 - 1) is, None for anything else."""
    if [t.kind for t in inside[:1]] == ["LP"] and inside[-1].kind == "RP":
        inside = inside[1:-1]
    match [(t.kind, t.text) for t in inside]:
        case [("NUM", one), ("MINUS" | "PLUS" as sign, _), ("NUM", other)] if (
            one.isdigit() and other.isdigit() and len(one + other) <= 4
        ):
            return int(one) - int(other) if sign == "MINUS" else int(one) + int(other)
    return None


def _dependent(toks: Sequence[Tok], profile: IndexProfile) -> list[Tok]:
    """C(w, b) is C, f(x, y) is f; another sign before a bracket with signs may be multiplied."""
    found: list[Tok] = []
    n = 0
    while n < len(toks):
        token = toks[n]
        found.append(token)
        n += 1
        if token.kind != "SYM" or n >= len(toks) or toks[n].kind != "LP":
            continue
        end = n + 1
        while end < len(toks) and toks[end].kind in ("SYM", "COMMA", "SEMI"):
            end += 1
        alone = end > n + 1 and end < len(toks) and toks[end].kind == "RP"
        several = any(t.kind != "SYM" for t in toks[n + 1 : end])
        function = token.text in FUNCTIONS and not several
        if not alone or function or token.text in profile.functions:
            continue
        if token.text not in FUNCTIONS and base_sign(token.text) not in profile.cost:
            raise NotUnderstood(
                f"Is {token.text} applied to what stands in the bracket, or multiplied by it?",
                "Write a dot between them, or leave the bracket out.",
                token.at,
            )
        n = end + 1
    return found


def _signed(toks: Sequence[Tok]) -> Iterator[Tok]:
    """a * -1 is a * (-1), and a + -b is a + (-b)."""
    n = 0
    while n < len(toks):
        token = toks[n]
        run = [t.kind for t in toks[n : n + 3]]
        run[:1] = ["TIMES"] if run[:1] == ["PLUS"] else run[:1]
        behind = toks[n + 3].kind if n + 3 < len(toks) else ""
        if run in (["TIMES", "MINUS", "NUM"], ["TIMES", "MINUS", "SYM"]) and behind not in _APART:
            minus, value = toks[n + 1 : n + 3]
            bracket = (minus.at, minus.at)
            yield token
            yield Tok("LP", "(", *bracket)
            yield minus
            yield value
            yield Tok("RP", ")", value.end, value.end)
            n += 3
            continue
        yield token
        n += 1


def base_sign(sign: str) -> str:
    r"""The sign without what belongs to its name.

    >>> base_sign("E_{total}"), base_sign(r"\mathrm{net}_{h1}")
    ('E', '\\mathrm{net}')
    """
    return sign.partition("_{")[0].partition("^{")[0]
