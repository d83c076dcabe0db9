"""The command `proofprop`: derive, prove and train from a terminal.

Results go to stdout, progress and remarks to stderr.  Exit codes: 0 proved or done, 1 refuted or
unjustified, 2 bad input, 3 open.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import NoReturn

from reports.derivation_page import page
from reports.jsonout import EXIT_CODES, report
from reports.latex import latex
from reports.text import text
from symbolic.archive import ENDING, dumps, load
from symbolic.errors import InputError
from symbolic.proof import Checked
from symbolic.spec import open_network
from symbolic.verification import explain, prove, rule_of

NETWORK = "a shorthand such as 2-3-1 or 64-32:tanh-10:softmax, or a .toml or .json file"
EPILOG = """examples:
  proofprop demo                                 the whole chain on the XOR problem
  proofprop derive 2-3-1                         the derivation, line by line
  proofprop derive 2-3-1 -o derivation.tex       the same as LaTeX (amsmath alone)
  proofprop derive 2-3-1 -o x.derivation.json    the same to be checked again with `prove`
  proofprop prove examples/skip.toml             is the recursive rule right for this network?
  proofprop prove 2-3-1 --rule my.rule           is my rule right, and if not, where is it wrong?
  proofprop train 2-3-1 --data examples/xor.csv  train with the proved rule

exit codes: 0 proved or done, 1 refuted or unjustified, 2 bad input, 3 open"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit code says how it went."""
    parser = _parser()
    options = parser.parse_args(arguments)
    run: Callable[[argparse.Namespace], int] = options.run
    try:
        return run(options)
    except InputError as error:
        print(f"proofprop: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("proofprop: stopped; nothing was written.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


class _Parser(argparse.ArgumentParser):
    """argparse with did-you-mean for commands."""

    def error(self, message: str) -> NoReturn:
        given = next((a for a in sys.argv[1:] if not a.startswith("-")), "")
        near = get_close_matches(given, COMMANDS, n=1)
        if "invalid choice" in message and near:
            message = f"there is no command {given!r}; did you mean {near[0]!r}?"
        print(f"proofprop: {message} (see `{self.prog} --help`)", file=sys.stderr)
        raise SystemExit(2)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="proofprop",
        description="Derive, prove and train the back-propagation rule of a network.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for name, (run, summary, options) in COMMANDS.items():
        command = commands.add_parser(name, help=summary, description=summary)
        command.set_defaults(run=run)
        for flags, settings in options:
            command.add_argument(*flags, **settings)  # type: ignore[arg-type]  # a table of options
    return parser


def derive_command(options: argparse.Namespace) -> int:
    """𝓔(n), δ_j of every neuron and Δw of every weight, every line checked."""
    checked = explain(open_network(options.network))
    return _deliver(checked, options)


def prove_command(options: argparse.Namespace) -> int:
    """The recursive rule, or the one in a file, against direct differentiation."""
    if options.network.endswith(ENDING):
        if options.rule is not None:
            raise InputError("A saved derivation has its own lines; leave out --rule.")
        return _audited(load(options.network), options)
    network = open_network(options.network)
    if options.rule is None:
        return _audited(prove(network), options)
    return _audited(prove(network, _read(options.rule), options.rule), options)


def _audited(checked: Checked, options: argparse.Namespace) -> int:
    """Deliver; where asked for, a second opinion on what is proved goes to stderr."""
    code = _deliver(checked, options)
    if options.audit:
        from symbolic.audit import audit  # SymPy loads slowly: only when asked for

        print(f"audit (no proof): {audit(checked).sentence}", file=sys.stderr)
    return code


def train_command(options: argparse.Namespace) -> int:
    """Prove the rule, train with it, say how it went; save the weights where asked."""
    from numeric.data import read_csv  # NumPy loads only for training
    from numeric.trainer import Trainer

    network = open_network(options.network)
    X, D = read_csv(options.data, network)
    print(f"Proving the rule for {network.name or 'the network'} …", file=sys.stderr)
    trainer = Trainer(rule_of(network), dtype=options.dtype, seed=options.seed)
    before = trainer.cost(X, D)
    trainer.fit(
        X,
        D,
        epochs=options.epochs,
        batch_size=options.batch_size,
        learning_rate=options.learning_rate,
        momentum=options.momentum,
    )
    after = trainer.cost(X, D)
    if options.output:
        trainer.save(options.output)
    if options.json:
        result = {
            "verdict": "proved",
            "items": [],
            "samples": len(X),
            "epochs": options.epochs,
            "cost_before": before,
            "cost_after": after,
        }
        print(json.dumps(result, indent=2))
        return 0
    print(f"The rule is proved; {len(X)} samples, {options.epochs} epochs.")
    print(f"Cost 𝓔: {before:.6g} before, {after:.6g} after.")
    print(f"Wrong: {_wrong(trainer.predict(X), D)} of {len(X)} samples.")
    if options.output:
        print(f"Weights and network saved in {options.output}.")
    return 0


def demo_command(options: argparse.Namespace) -> int:
    """XOR from the topology to the trained network: derive, prove, train."""
    import numpy as np  # NumPy loads only for training

    from numeric.trainer import Trainer

    network = open_network("2-3-1:tanh")
    checked = explain(network)
    print(text(page(checked)))
    proof = prove(network)
    trainer = Trainer(rule_of(network), seed=1)
    X = np.array([[-1, -1], [-1, 1], [1, -1], [1, 1]], dtype=float)
    D = np.array([[-0.9], [0.9], [0.9], [-0.9]])
    before = trainer.cost(X, D)
    trainer.fit(X, D, epochs=400, batch_size=1, learning_rate=0.2, momentum=0.5)
    answers = trainer.predict(X)
    print("\nTraining XOR with the proved rule (400 epochs, one sample at a time)")
    print(f"  cost 𝓔: {before:.4f} before, {trainer.cost(X, D):.2g} after\n")
    print("   x_1   x_2     d_6       y_6")
    for sample, target, answer in zip(X, D, answers, strict=True):
        print(f"  {sample[0]:4.0f}  {sample[1]:4.0f}  {target[0]:6.1f}  {answer[0]:8.4f}")
    errors = int(np.sum(np.sign(answers) != np.sign(D)))
    print(f"\n  {errors} of {len(X)} patterns wrong")
    print("\nNext: proofprop derive 2-3-1 -o derivation.tex   or   proofprop --help")
    return EXIT_CODES[str(report(proof.derivation.steps, proof.findings)["verdict"])] or errors


def _deliver(checked: Checked, options: argparse.Namespace) -> int:
    """Print or write the checked derivation; the exit code follows from its worst verdict."""
    result = report(checked.derivation.steps, checked.findings)
    if options.output:
        _write(Path(options.output), _drawn(checked, Path(options.output)))
        print(f"Written to {options.output}.", file=sys.stderr)
    if options.json:
        print(json.dumps(result, indent=2, ensure_ascii=False))
    elif not options.output:
        print(text(page(checked)))
    return EXIT_CODES[str(result["verdict"])]


def _drawn(checked: Checked, path: Path) -> str:
    """The document in the format that the file's ending asks for."""
    if path.name.endswith(ENDING):
        return dumps(checked.derivation)
    match path.suffix:
        case ".tex":
            return latex(page(checked))
        case ".txt":
            return text(page(checked))
        case ".json":
            result = report(checked.derivation.steps, checked.findings)
            return json.dumps(result, indent=2, ensure_ascii=False) + "\n"
    raise InputError(
        f"I cannot write {path.name!r}: the endings known are .tex, .txt, .json and {ENDING}."
    )


def _read(name: str) -> str:
    path = Path(name)
    try:
        if path.stat().st_size > 1_000_000:
            raise InputError("a rule file has at most 1 MB", file=name)
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", file=name) from None
    except UnicodeDecodeError:
        raise InputError("this is no UTF-8 text", file=name) from None


def _write(path: Path, content: str) -> None:
    """All of it or nothing: a temporary file beside it, then one rename."""
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(content)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror}", file=str(path)) from None


def _wrong(answers: object, targets: object) -> int:
    """How many samples are classified wrongly: the largest output, or the nearer target level."""
    import numpy as np  # NumPy loads only for training

    Y, D = np.asarray(answers), np.asarray(targets)
    if D.shape[1] > 1:
        return int(np.sum(Y.argmax(axis=1) != D.argmax(axis=1)))
    middle = (D.min() + D.max()) / 2
    return int(np.sum((Y[:, 0] > middle) != (D[:, 0] > middle)))


Option = tuple[tuple[str, ...], dict[str, object]]
_NETWORK: Option = (("network",), {"metavar": "NET", "help": NETWORK})
_JSON: Option = (("--json",), {"action": "store_true", "help": "print one JSON object"})
_OUTPUT: Option = (
    ("-o", "--output"),
    {"metavar": "FILE", "help": f"write a .tex, .txt, .json or {ENDING} file"},
)
_RULE: Option = (("--rule",), {"metavar": "FILE", "help": "a claimed rule to be judged"})
_AUDIT: Option = (
    ("--audit",),
    {"action": "store_true", "help": "try what is proved at random numbers as well (no proof)"},
)
_TRAINING: tuple[Option, ...] = (
    (("--data",), {"required": True, "metavar": "FILE", "help": "CSV: inputs, then targets"}),
    (("--epochs",), {"type": int, "default": 1000, "help": "passes over the data (1000)"}),
    (("--batch-size",), {"type": int, "help": "samples per update (all)"}),
    (("--learning-rate",), {"type": float, "default": 0.5, "help": "η (0.5)"}),
    (("--momentum",), {"type": float, "default": 0.0, "help": "share of the last Δw (0)"}),
    (("--seed",), {"type": int, "default": 0, "help": "of the first weights and the order (0)"}),
    (("--dtype",), {"choices": ["float64", "float32"], "default": "float64", "help": "(float64)"}),
    (("-o", "--output"), {"metavar": "FILE.npz", "help": "save weights and network"}),
)
COMMANDS: dict[str, tuple[Callable[[argparse.Namespace], int], str, tuple[Option, ...]]] = {
    "demo": (demo_command, "the whole chain on XOR: derive, prove, train", ()),
    "derive": (derive_command, "write the derivation of a network", (_NETWORK, _JSON, _OUTPUT)),
    "prove": (
        prove_command,
        "prove the recursive rule, or judge a claimed one",
        (_NETWORK, _RULE, _AUDIT, _JSON, _OUTPUT),
    ),
    "train": (train_command, "train with the proved rule", (_NETWORK, *_TRAINING, _JSON)),
}
