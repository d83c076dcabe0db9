"""The options of the command as a table, its help, and what it says to a mistyped word."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, NoReturn

EXIT_CODES = "exit codes: 0 proved or done, 1 refuted or unjustified, 2 bad input, 3 open"
NETWORKS = """networks:
  2-3-1                        two inputs, three hidden neurons, one output
  64-32:tanh-10:softmax        an activation for each layer
  net.toml, net.json           any network: skips, ties, time (see README)
  net.model                    arrays of any size, and claims about them"""

Option = tuple[tuple[str, ...], dict[str, Any]]


@dataclass(frozen=True)
class Command:
    """One command: what runs, one line about it, what it does in full, examples, options.

    `groups` are more options, under headings of their own in the help.
    """

    run: Callable[[argparse.Namespace], int]
    summary: str
    description: str
    examples: str
    options: tuple[Option, ...] = ()
    groups: Mapping[str, tuple[Option, ...]] = field(default_factory=dict)


class Parser(argparse.ArgumentParser):
    """argparse that answers a mistyped command or option with the nearest one."""

    words: tuple[str, ...] = ()

    def __init__(self, prog: str, description: str, epilog: str) -> None:
        shape = argparse.RawDescriptionHelpFormatter
        super().__init__(prog, None, description, epilog, formatter_class=shape, allow_abbrev=False)

    def error(self, message: str) -> NoReturn:
        if message.startswith("argument COMMAND: invalid choice"):
            given = message.split("'")[1]
            message = f"there is no command {given!r}; {self._near(given)}"
        elif message.startswith("unrecognized arguments: "):
            given = message.split(": ", 1)[1].split()[0]
            message = f"there is no use for {given!r} here"
            if given.startswith("-"):
                message = f"there is no option {given!r}; {self._near(given.split('=')[0])}"
        self.exit(2, f"proofprop: {message} (see `{self.prog} --help`)\n")

    def _near(self, given: str) -> str:
        near = get_close_matches(given, self.words, n=1)
        kind = [w for w in self.words if w.startswith("--") == given.startswith("-")]
        return f"did you mean {near[0]!r}?" if near else f"known are {', '.join(kind)}"

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Like argparse, but what is left over is the command's to explain."""
        found, rest = self.parse_known_args(args, namespace)
        if rest:
            getattr(found, "parser", self).error(f"unrecognized arguments: {' '.join(rest)}")
        return found


def parser(description: str, commands: Mapping[str, Command]) -> Parser:
    """The parser of the whole command."""
    examples = "\n".join(c.examples.splitlines()[0] for c in commands.values())
    top = Parser("proofprop", description, f"examples:\n{examples}\n\n{NETWORKS}\n\n{EXIT_CODES}")
    top.add_argument("--version", action=_Version)
    top.words = (*commands, "--help", "--version")
    choices = top.add_subparsers(metavar="COMMAND", parser_class=Parser)
    for name, command in commands.items():
        epilog = f"examples:\n{command.examples}\n\n"
        if any(flags == ("network",) for flags, _ in command.options):
            epilog += f"{NETWORKS}\n\n"
        below = choices.add_parser(
            name,
            help=command.summary,
            description=command.description,
            epilog=epilog + EXIT_CODES,
        )
        for flags, settings in command.options:
            below.add_argument(*flags, **settings)
        every = list(command.options)
        for title, options in command.groups.items():
            group = below.add_argument_group(title)
            for flags, settings in options:
                group.add_argument(*flags, **settings)
            every += options
        long = (flag for flags, _ in every for flag in flags if flag[:2] == "--")
        below.words = ("--help", *long)
        below.set_defaults(run=command.run, parser=below)
    return top


class _Version(argparse.Action):
    """Prints the version, which is looked up only then."""

    def __init__(self, option_strings: Sequence[str], dest: str) -> None:
        told = "show program's version number and exit"
        super().__init__(option_strings, argparse.SUPPRESS, nargs=0, help=told)

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:

        from importlib.metadata import PackageNotFoundError, version

        try:
            found = version("proofprop")
        except PackageNotFoundError:
            found = "(not installed)"
        print(f"proofprop {found}")
        parser.exit()
