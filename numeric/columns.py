"""Which column of a table is which unit: by the names that were asked for, by header, by place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from symbolic.errors import InputError, did_you_mean
from symbolic.network import Network


@dataclass(frozen=True)
class Roles:
    """The columns asked for by name; without any, header and places decide."""

    inputs: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    weight: str = ""


@dataclass(frozen=True)
class Columns:
    """The numbers of the columns to be read.

    `classes` > 0: the one target column holds an integer from 0 to classes - 1.  `words` > 0: it
    holds names, so many of them.  `weight` is the column of the samples' weights.
    """

    inputs: tuple[int, ...]
    targets: tuple[int, ...] = ()
    classes: int = 0
    words: int = 0
    weight: int | None = None
    names: tuple[str, ...] = ()
    """The names of the inputs; empty where the table has none."""
    target: str = ""

    @property
    def numbers(self) -> tuple[int, ...]:
        """The columns that hold numbers, in the order of reading."""
        targets = () if self.words else self.targets
        return (*self.inputs, *targets, *(() if self.weight is None else (self.weight,)))


def columns_of(
    network: Network, header: Sequence[str] | None, first: Sequence[str], roles: Roles
) -> Columns:
    """The columns for training, from the header, if any, and the first row.

    By name: the targets asked for, and as inputs those asked for or all others.  Without such
    names: the columns called like the network's units where all are there, else the first
    columns as inputs and the rest as targets.  One target column for several outputs holds a
    class of each sample; so does one with a word in it.
    """
    names = tuple(header or ())
    outputs = len(network.outputs)
    if roles.inputs or roles.targets or roles.weight:
        return _asked_for(network, names, first, roles)
    wanted = (*network.inputs, *network.outputs)
    count = len(network.inputs)
    if header is not None and set(wanted) <= set(names):
        places = tuple(names.index(name) for name in wanted)
        return Columns(places[:count], places[count:], names=network.inputs)
    _check_header(names)
    width = len(first)
    called = names[:count]
    if width == count + outputs:
        return Columns(tuple(range(count)), tuple(range(count, width)), names=called)
    if width == count + 1 and outputs > 1:
        place, target = (count,), names[count] if names else ""
        inputs = tuple(range(count))
        if names and not is_number(first[count]):
            return Columns(inputs, place, words=outputs, names=called, target=target)
        return Columns(inputs, place, classes=outputs, names=called, target=target)
    one = " or 1 class" if outputs > 1 else ""
    raise InputError(
        f"There are {width} columns; the network needs {count} inputs and {outputs} targets{one}, "
        "or a header that names them."
    )


def columns_to_predict(
    network: Network, header: Sequence[str] | None, first: Sequence[str], names: tuple[str, ...]
) -> Columns:
    """The columns of the inputs: by the names they were learned under, else the first ones."""
    known = tuple(header or ())
    for wanted in (names, network.inputs):
        if wanted and set(wanted) <= set(known):
            return Columns(tuple(known.index(name) for name in wanted), names=wanted)
    count = len(network.inputs)
    if known and names:
        missing = next(name for name in names if name not in known)
        hint = did_you_mean(missing, known)
        raise InputError(f"The column {missing!r} is missing, which the model learned from. {hint}")
    _check_header(known)
    if len(first) < count:
        raise InputError(f"There are {len(first)} columns; the network has {count} inputs.")
    return Columns(tuple(range(count)), names=known[:count])


def is_number(cell: str) -> bool:
    """Whether the text is that of a number."""
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _check_header(names: Sequence[str]) -> None:
    """A header that is taken by its places may hold no number: it could be a sample."""
    for name in names:
        if is_number(name):
            raise InputError(
                f"The first row is no header, since {name!r} is a number, and no sample, since not "
                "all of it are numbers; write a header above it."
            )


def _asked_for(
    network: Network, names: tuple[str, ...], first: Sequence[str], roles: Roles
) -> Columns:
    if not names:
        raise InputError("Columns are asked for by name, but this table has no header.")
    if not roles.targets:
        raise InputError("Say which column is the target as well.")
    given = (*roles.inputs, *roles.targets, *((roles.weight,) if roles.weight else ()))
    for n, name in enumerate(given):
        if name not in names:
            raise InputError(f"There is no column {name!r}. {did_you_mean(name, names)}")
        if name in given[:n]:
            raise InputError(f"The column {name!r} is asked for twice.")
    inputs = roles.inputs or tuple(name for name in names if name and name not in given)
    if len(inputs) != len(network.inputs):
        shown = ", ".join(inputs[:8]) + (", …" if len(inputs) > 8 else "")
        raise InputError(
            f"The network has {len(network.inputs)} inputs and there are {len(inputs)} columns "
            f"for them: {shown}."
        )
    targets, outputs = roles.targets, len(network.outputs)
    places = tuple(names.index(name) for name in targets)
    words = 0
    if len(targets) == 1 and (outputs > 1 or not is_number(first[places[0]])):
        words = max(outputs, 2)
    elif len(targets) != outputs:
        raise InputError(
            f"There are {len(targets)} target columns; the network has {outputs} outputs."
        )
    return Columns(
        tuple(names.index(name) for name in inputs),
        places,
        words=words,
        weight=names.index(roles.weight) if roles.weight else None,
        names=inputs,
        target=", ".join(targets),
    )
