"""What a formula is read with, and what the reading of it finds besides its meaning."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from symbolic.indexed import Var
from symbolic.reading.formulas import Formula, Range
from symbolic.reading.profile import Profile
from symbolic.reading.source import Fault
from symbolic.reading.tree import Node

ROLES = ("output", "hidden", "input", "source", "fed", "synapse", "unshared", "any", "every",
         "within", "width")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Role:
    """What the document says of an index letter, and at which character.

    output, hidden and input are kinds of neurons; source is any neuron that feeds another, fed any
    that the neuron `of` feeds; synapse says that a connection leads to it from `of`, unshared that
    no other one has the weight of this; any takes back what was said before; within is said of a
    letter of layers whose range is `of`, as in `spans.py`, width of a letter that runs over the
    units of the layer `of`;
    hidden `of` all is said where a letter runs over them, and a sum over it as well, `of` layer
    where it is of a certain layer of them;
    every is said of a letter that is the name of one unit, by mistake.  `names` are all the
    neurons of the given network that are meant, where the words name them.
    """

    letter: str
    role: str
    at: int
    of: str = ""
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Named:
    """The neurons that a sentence speaks of by name: "the neurons j = 3, 4"."""

    letter: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fail:
    """A type or index error: the formula is understood, but cannot be meant."""

    fault: Fault
    what: str
    next_step: str
    at: int


@dataclass(frozen=True, slots=True)
class Label:
    """body = label, claimed by a brace; `others` are the neighbouring extents of the brace."""

    body: Formula
    label: Node
    at: int
    scope: tuple[tuple[Var, Range], ...]
    others: tuple[Formula, ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """A use of a sign: where, whether with its argument such as (n), whether with its sample."""

    sign: str
    array: str
    at: int
    argument: bool
    sample: bool | None


@dataclass
class Notes:
    """What one formula shows besides its meaning."""

    fails: list[Fail] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)
    sums: list[tuple[str, Range, int]] = field(default_factory=list)
    layers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Context:
    """The notation, the roles said so far, and the sets of neurons that the document names."""

    profile: Profile
    roles: Mapping[str, Role] = field(default_factory=dict)
    told: Mapping[str, str] = field(default_factory=dict)

    @property
    def sets(self) -> Mapping[str, str]:
        """Letters of sets of neurons: those of the profile, and those the document tells."""
        return {**self.profile.sets, **self.told}

    def role(self, letter: str) -> str:
        """The role of a letter, empty where nothing was said."""
        return self.roles[letter].role if letter in self.roles else ""
