"""The tables of a profile file: typed values, and refusals that know their line and column."""

from __future__ import annotations

import tomllib
from typing import Any, NoReturn

from symbolic.errors import InputError, did_you_mean
from symbolic.places import Places


class TomlReader:
    """The values of one TOML text, each refused with its line and column where it is no such value.

    Raises `InputError` where the text is no TOML.
    """

    def __init__(self, text: str, file: str | None) -> None:
        try:
            self.data: dict[str, Any] = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise InputError(f"no TOML: {error}", file=file) from None
        except RecursionError:
            raise InputError("no profile: it is nested too deeply", file=file) from None
        self.places, self.file = Places(text), file

    def refuse(self, what: str, *path: str | int) -> NoReturn:
        place = self.places.values.get(path) or self.places.keys.get(path)
        line, column = place or (1, 1)
        raise InputError(what, file=self.file, line=line, column=column)

    def _keys(self, table: dict[str, Any], known: tuple[str, ...], *path: str) -> None:
        for key in table:
            if key not in known:
                self.refuse(f"unknown key {key!r}. {did_you_mean(key, known)}", *path, key)

    def _get(self, path: tuple[str, ...]) -> Any:
        value: Any = self.data
        for key in path:
            value = value.get(key) if isinstance(value, dict) else None
        return value

    def _text(self, *path: str, default: str | None = None) -> str:
        value = self._get(path)
        if value is None and default is not None:
            return default
        if not isinstance(value, str):
            place = path if value is not None else path[:-1]
            self.refuse(f"{path[-1]} must be given as a text in quotes", *place)
        return value

    def _texts(self, *path: str, given: Any = None) -> tuple[str, ...]:
        value = self._get(path) if given is None else given
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
            self.refuse(f"{path[-1]} is a list of texts in quotes", *path)
        return tuple(value)

    def _table(self, key: str) -> dict[str, Any]:
        value = self.data.get(key, {})
        if not isinstance(value, dict):
            self.refuse(f"{key} is a table", key)
        return value

    def _one(self, value: Any, known: tuple[str, ...], *path: str | int) -> str:
        if not isinstance(value, str) or value not in known:
            self.refuse(f"{value!r} is not known here. {did_you_mean(str(value), known)}", *path)
        return value
