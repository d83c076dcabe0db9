"""\\newcommand with bounded expansion; what comes out keeps the place of its call."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from symbolic.reading.source import NotUnderstood
from symbolic.reading.tokens import MOST_CHARACTERS

MOST_EXPANSIONS = 500
LONGEST_BODY = 1_000
_HEAD = re.compile(
    r"\\(?:(?:re)?newcommand|providecommand|DeclareMathOperator)\*?\s*\{?\s*\\([A-Za-z]+)\s*\}?\s*"
    r"(?:\[(\d)\])?\s*|\\def\s*\\([A-Za-z]+)\s*(?=\{)"
)
_NAME = re.compile(r"\\([A-Za-z]+)")


@dataclass(frozen=True, slots=True)
class Macro:
    """A command of the document: how many arguments it takes, and its text."""

    arguments: int
    body: str


def definition(text: str, at: int) -> tuple[str, Macro, int] | None:
    """The macro defined at this character: its name, itself, and where its definition ends."""
    head = _HEAD.match(text, at)
    if head is None or not text.startswith("{", head.end()):
        return None
    end = closing(text, head.end())
    if end < 0:
        return None
    body = text[head.end() + 1 : end - 1]
    if "DeclareMathOperator" in head[0]:
        body = f"\\operatorname{{{body}}}"
    return head[1] or head[3], Macro(int(head[2] or 0), body), end


def closing(text: str, at: int) -> int:
    """The character after the brace that closes the one here, -1 if none does."""
    depth = 0
    while at < len(text):
        if text[at] == "\\":
            at += 1
        elif text[at] in "{}":
            depth += 1 if text[at] == "{" else -1
            if depth == 0:
                return at + 1
        at += 1
    return -1


def expanded(
    text: str, offsets: Sequence[int], macros: Mapping[str, Macro]
) -> tuple[str, Sequence[int]]:
    """The formula without macros; raises `NotUnderstood` where expansion does not end.

    >>> expanded(r"\\E_j", range(4), {"E": Macro(0, r"\\mathcal{E}")})[0]
    '\\\\mathcal{E}_j'
    """
    if not macros:
        return text, offsets
    count, position = 0, 0
    places = list(offsets)
    while True:
        match = _NAME.search(text, position)
        if match is None:
            return text, places
        macro = macros.get(match[1])
        if macro is None:
            position = match.end()
            continue
        count += 1
        if count > MOST_EXPANSIONS or len(text) > MOST_CHARACTERS:
            raise NotUnderstood(
                f"The macro \\{match[1]} does not come to an end.",
                "A macro may not call itself.",
                places[match.start()],
            )
        start, end = match.span()
        body, end = _filled(match[1], macro, text, end, places[start])
        if body[-1:].isalpha() and re.search(r"\\[A-Za-z]+$", body):
            body += " "
        text = text[:start] + body + text[end:]
        places[start:end] = [places[start]] * len(body)
        position = start


def call_end(text: str, at: int, macros: Mapping[str, Macro]) -> int:
    """Where the call of a macro that begins at this character ends; -1 where none begins.

    >>> call_end(r"\\vec{v} w", 0, {"vec": Macro(1, "#1")})
    7
    """
    match = _NAME.match(text, at)
    if match is None or match[1] not in macros:
        return -1
    try:
        return _filled(match[1], macros[match[1]], text, match.end(), at)[1]
    except NotUnderstood:
        return -1


def _filled(name: str, macro: Macro, text: str, at: int, place: int) -> tuple[str, int]:
    """The body with its arguments, and where the call ends."""
    body = macro.body
    if len(body) > LONGEST_BODY:
        raise NotUnderstood(f"The macro \\{name} is very long.", "Write it out.", place)
    arguments: list[str] = []
    for _ in range(macro.arguments):
        while text[at : at + 1].isspace():
            at += 1
        if text.startswith("{", at):
            end = closing(text, at)
            argument = text[at + 1 : end - 1]
        else:
            command = _NAME.match(text, at)
            end = command.end() if command else at + 1
            argument = text[at:end]
        if end < 0 or at >= len(text):
            raise NotUnderstood(f"An argument of \\{name} is missing.", "Write it.", place)
        arguments.append(argument)
        at = end

    def argument_of(match: re.Match[str]) -> str:
        number = int(match[1])
        return arguments[number - 1] if 0 < number <= len(arguments) else match[0]

    return re.sub(r"#(\d)", argument_of, body), at
