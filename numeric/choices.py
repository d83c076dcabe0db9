"""A choice with settings in one word, such as `adam:beta1=0.95,epsilon=1e-7`, read and written."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Generic, TypeVar, cast

from symbolic.errors import InputError, did_you_mean

T = TypeVar("T")


@dataclass(frozen=True)
class Choice(Generic[T]):
    """What is chosen, and the frozen dataclass of each name; every setting is a number.

    >>> from numeric.optimisers import Momentum
    >>> choice = Choice("optimiser", {"momentum": Momentum})
    >>> choice.read("momentum:share=0.5")
    Momentum(share=0.5)
    >>> choice.write(Momentum())
    'momentum:share=0.9'
    """

    what: str
    table: Mapping[str, type[Any]]
    remarks: Mapping[str, str] = field(default_factory=dict)

    def read(self, given: str | T) -> T:
        """The chosen settings; raises `InputError` for a name or a setting that is not there."""
        if not isinstance(given, str):
            if type(given) not in self.table.values():
                raise InputError(f"This is no {self.what}: {given!r}.")
            return given
        name, _, rest = given.partition(":")
        kind = self.table.get(name)
        if kind is None:
            hint = self.remarks.get(name) or did_you_mean(name, self.table)
            raise InputError(f"There is no {self.what} {name!r}. {hint}")
        known = [f.name for f in fields(kind)]
        settings: dict[str, float] = {}
        for part in rest.split(",") if rest else ():
            key, _, text = part.partition("=")
            if key not in known:
                hint = did_you_mean(key, known)
                raise InputError(f"The {self.what} {name!r} has no setting {key!r}. {hint}")
            settings[key] = _number(text, f"{key!r} of the {self.what} {name!r}")
        return cast("T", kind(**settings))

    def write(self, chosen: T) -> str:
        """The word that `read` reads back."""
        name = next(name for name, kind in self.table.items() if type(chosen) is kind)
        settings = [f"{f.name}={getattr(chosen, f.name)!r}" for f in fields(cast("Any", chosen))]
        return f"{name}:{','.join(settings)}" if settings else name


def _number(text: str, what: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise InputError(f"The setting {what} must be a finite number, not {text!r}.")
    return value
