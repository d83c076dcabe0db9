"""Does a line about arrays follow from the lines before it?

Besides the lines and the definitions only the chain rule is used, at the derivative that the line
is about and at those of which no line says anything: what lines state of a derivative is had from
lines alone, and of what the text cites only that.  Where a formula before a line has no value, the
text claims nothing: that needs no words.  That a line does not follow is said only where
an exact instance shows it; whether a line is true is another question (`judgement.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from symbolic.array_conditions import OFF_KINKS, OFF_ZERO, POSITIVE
from symbolic.arrays import ONE
from symbolic.errors import InputError
from symbolic.indexed import arrays_read
from symbolic.labelling import TooLargeError
from symbolic.reading.argument import OWN, Argument, numbered
from symbolic.reading.arrays.rewriting import Attempt, Line, Names, Setting, Shown
from symbolic.reading.arrays.rules import PROBE, Case


@dataclass
class Inference:
    """What the lines of a document give for the next one; `lines` are those so far.

    Only what is said of a derivative is put into others: all else follows from the definitions.
    """

    lines: list[Line] = field(default_factory=list)

    @property
    def said(self) -> set[str]:
        """Of which derivatives lines say something; a wrong line about one time says nothing."""
        return {one.name for one in self.lines if one.word == "proved" or one.rule.where == ONE}

    def add(self, setting: Setting, number: int, case: Case, word: str, under: Names = ()) -> None:
        """One more line."""
        if case.rule.array != PROBE:
            name = setting.equations(()).multipliers[case.rule.array].name
            self.lines.append(Line(number, name, case.rule, word, under))

    def argument(
        self, setting: Setting, case: Case, under: Names, cited: Sequence[int] = ()
    ) -> Argument:
        """The second verdict of a line that is proved under these hypotheses.

        `cited` are the lines that the text says it follows from.
        """
        try:
            return self._argument(setting, case, under, cited)
        except (InputError, TooLargeError) as error:
            return Argument("open", why=str(error))

    def _argument(
        self, setting: Setting, case: Case, under: Names, cited: Sequence[int]
    ) -> Argument:
        named = [line for line in self.lines if line.number in cited]
        usable = [line for line in named or self.lines if line.word == "proved"]
        said = self.said
        for line in named:  # what a cited line leaves as it is, is not worked out here
            said |= arrays_read(line.rule.body)
        defined = (need.name for need in (OFF_ZERO, POSITIVE, OFF_KINKS))
        within = tuple(dict.fromkeys((*under, *setting.given, *defined)))
        attempt = Attempt(setting, case, said)
        shown = attempt.shown(within, _known(usable, within))
        if shown is not None:
            drawn = [one for one in named if _is_about(one, attempt)]
            told = [] if any(one.number in shown.uses for one in drawn) else drawn
            return self._drawn(told, under, within) or self._follows(shown, under)
        again = None if named else self._anew(setting, case, under, within)
        if again is not None:
            return again
        wider = tuple(dict.fromkeys((*within, *(name for line in usable for name in line.under))))
        if wider != within:
            shown = Attempt(setting, case, said).shown(wider, usable)
            if shown is not None:
                used = [line.under for line in usable if line.number in shown.uses]
                needed = dict.fromkeys((*under, *(name for names in used for name in names)))
                names = tuple(n for n in needed if n in under or n not in setting.given)
                return Argument("unjustified", (names,), shown.uses)
        return self._unshown(attempt, under, within, named)

    def _drawn(self, about: Sequence[Line], under: Names, within: Names) -> Argument | None:
        """What a line lacks that the text draws from others about its own derivative.

        These are wrong, or hold under more than it needs; that it is a step of its own is not what
        the text says.
        """
        numbers = tuple(line.number for line in about)
        wrong = [line.number for line in about if line.word == "refuted"]
        if wrong:
            are = "is" if len(wrong) == 1 else "are"
            return Argument("unjustified", (), numbers, f"{numbered(wrong)} {are} wrong")
        more = dict.fromkeys(name for line in about for name in line.under if name not in within)
        return Argument("unjustified", ((*under, *more),), numbers) if more else None

    def _anew(self, setting: Setting, case: Case, under: Names, within: Names) -> Argument | None:
        """How a line is had that says more of its derivative than all lines before it.

        These hold under more than it needs, and nobody draws the general from the special: it is
        shown as if they said nothing.
        """
        if case.rule.array == PROBE:
            return None
        name = setting.equations(()).multipliers[case.rule.array].name
        about = [line for line in self.lines if line.name == name]
        if not about or any(one.word != "proved" or {*one.under} <= {*within} for one in about):
            return None
        usable = [line for line in self.lines if line.word == "proved" and line.name != name]
        attempt = Attempt(setting, case, self.said - {name})
        shown = attempt.shown(within, _known(usable, within))
        if shown is not None:
            return self._follows(shown, under)
        if attempt.stuck or self._bad(attempt, self.lines):
            return None
        return Argument("follows", (under,) if under else (), (), OWN)

    def _follows(self, shown: Shown, under: Names) -> Argument:
        """From lines, or as a step of its own: by the chain rule from the definitions alone."""
        sides = (under,) if under else ()
        own = shown.chain and not self._lines(shown)
        return Argument("follows", sides, () if own else shown.uses, OWN if own else "")

    def _lines(self, shown: Shown) -> list[int]:
        return [line.number for line in self.lines if line.number in shown.uses]

    def _unshown(
        self, attempt: Attempt, under: Names, within: Names, named: Sequence[Line]
    ) -> Argument:
        """Why the lines do not show a line, as far as that is sure."""
        bad = self._bad(attempt, named or self.lines)
        same = [line for line in named if line.word == "refuted" and _is_about(line, attempt)]
        if same:  # it is drawn from another value of the same derivative
            numbers = tuple(line.number for line in named)
            are = "is" if len(same) == 1 else "are"
            words = f"{numbered([line.number for line in same])} {are} wrong"
            return Argument("unjustified", (), numbers, words)
        if not attempt.stuck or not (named or bad):
            return Argument("follows", (under,) if under else (), (), OWN)
        if not attempt.fails(within):
            return Argument("open", why="neither a proof nor an instance was found")
        uses = tuple(line.number for line in named)
        if not bad:  # what else it needs
            every = Attempt(attempt.setting, attempt.case, self.said)
            rule = attempt.case.rule
            proved = [one for one in self.lines if one.word == "proved" and one.rule != rule]
            shown = every.shown(within, _known(proved, within))
            more = [] if shown is None else [n for n in self._lines(shown) if n not in uses]
            if more:
                return Argument("unjustified", (), uses, f"it needs {numbered(more)}")
            bad = [] if shown is not None else self._bad(every, self.lines)
        wrong = [line.number for line in bad if line.word == "refuted"]
        if wrong:
            are = "is" if len(wrong) == 1 else "are"
            words = f"{numbered(wrong)} {are} wrong"
            if uses and not {*wrong} & {*uses}:
                words = f"it needs {numbered(wrong)}, which {are} wrong"
            return Argument("unjustified", (), uses or tuple(wrong), words)
        if bad:
            return Argument("open", why=f"({bad[0].number}) is not decided")
        return Argument("unjustified", (), uses, "a step of calculus is missing")

    def _bad(self, attempt: Attempt, lines: Sequence[Line]) -> list[Line]:
        """The lines that are not proved about what an attempt lacked."""
        return [one for one in lines if one.word != "proved" and one.name in attempt.stuck]


def _is_about(line: Line, attempt: Attempt) -> bool:
    """Whether a line states the derivative that an attempt is to show."""
    return line.rule.array == attempt.case.rule.array


def _known(lines: Sequence[Line], under: Names) -> list[Line]:
    """The lines that hold under these hypotheses."""
    return [line for line in lines if {*line.under} <= {*under}]
