"""A TOML or JSON text → plain data, what is wrong with it said in our words and with its place."""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass
from typing import Any, NoReturn

from symbolic.errors import InputError
from symbolic.places import Places

_CONSTANTS = ("NaN", "Infinity")


def plain_data(text: str, kind: str, file: str | None, what: str = "network") -> dict[str, Any]:
    """The text as plain data, decimals kept as text; `what` is the thing that it describes."""
    line: int | None = None
    column: int | None = None
    try:
        if kind == "json":
            found = json.loads(
                text, parse_float=Decimal, parse_constant=_no_constant, object_pairs_hook=_unique
            )
        else:
            found = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        told, line, column = _toml_error(str(error), text)
    except json.JSONDecodeError as error:
        told, line, column = f"this is no JSON: {error.msg}", error.lineno, error.colno
    except RecursionError:
        told = f"the data nests too deeply for a {what}"
    except InputError as error:
        told = error.what
        places = Places(text, json=True)
        first = [place for _, place in places.repeated] if "twice" in told else []
        first += [place for word, place in places.words if word.lstrip("-") in _CONSTANTS]
        line, column = first[0] if first else (None, None)
    except ValueError:
        told = f"a number here has more digits than any {what} needs"
    else:
        if isinstance(found, dict):
            return found
        told, line, column = f"a {what} file holds one object with the keys of a {what}", 1, 1
    raise InputError(told, file=file, line=line, column=column)


def _toml_error(told: str, text: str) -> tuple[str, int | None, int | None]:
    """What tomllib says, in our words where it is about a name given twice, and its place."""
    where = re.search(r"\(at line (\d+), column (\d+)\)", told)
    line, column = (int(where[1]), int(where[2])) if where else (text.count("\n") + 1, None)
    what = f"this is no TOML: {re.sub(r' .at (line|end) .*$', '', told)}"
    if "twice" in told or "overwrite" in told:
        for path, place in Places(text).repeated:
            if place[0] <= line:
                what = f"{'.'.join(map(str, path))} is given twice; keep one"
                line, column = place
    return what, line, column


@dataclass(frozen=True, slots=True)
class Decimal:
    """A decimal number as it is written, so that 0.1 is 1/10."""

    text: str

    def __str__(self) -> str:
        return self.text


def _no_constant(name: str) -> NoReturn:
    raise InputError(f"{name} is no number that a network can hold")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise InputError(f"the key {key!r} is given twice")
        found[key] = value
    return found
