"""The commands `proofprop derive`, `prove` and `demo`: check, then print or write the page."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from reports.derivation_page import page
from reports.document import Document
from reports.files import read, writable, write
from reports.html import page_html
from reports.jsonout import EXIT_CODES, Json, report
from reports.latex import body, latex
from reports.markdown import page_markdown
from reports.pdf import page_pdf, settable
from reports.progress import clock
from reports.text import text
from symbolic.archive import dumps, load
from symbolic.derived import derive
from symbolic.errors import InputError
from symbolic.network import Network
from symbolic.proof import Checked
from symbolic.spec import ENDING, open_network
from symbolic.verification import prove, rule_of

MODEL = ".model"
"""How the name of a model file ends."""
PAGES = (".tex", ".txt", ".json", ".html", ".md", ".pdf")


def derive_command(options: argparse.Namespace) -> int:
    """𝓔(n), δ_j of every neuron and Δw of every weight, every line checked."""
    if options.network.endswith(MODEL):
        return model_command(options, every=True)
    _agree(options.output)
    network = open_network(options.network)
    with clock(f"Deriving {_called(network)}"):
        checked = derive(network).checked
    return _deliver(checked, options)


def prove_command(options: argparse.Namespace) -> int:
    """The recursive rule, or the one in a file, against direct differentiation."""
    if options.general or options.all:
        return _general_command(options)
    if options.network is None:
        raise InputError(
            "prove needs a network, as in `proofprop prove 2-3-1`, or --general for the theorems "
            "about all networks."
        )
    if options.network.endswith(MODEL):
        if options.rule is not None or options.audit:
            raise InputError("A model file has its own claims; leave out --rule and --audit.")
        return model_command(options)
    _agree(options.output)
    if options.network.endswith(ENDING):
        if options.rule is not None:
            raise InputError("A saved derivation has its own lines; leave out --rule.")
        with clock(f"Checking {options.network}"):
            checked = load(options.network)
    else:
        network = open_network(options.network)
        rule = None if options.rule is None else read(options.rule)
        with clock(f"Proving {_called(network)}"):
            checked = prove(network, rule, options.rule)
    code = _deliver(checked, options)
    if options.audit:
        from symbolic.audit import audit  # SymPy loads slowly: only when asked for

        print(f"audit (no proof): {audit(checked).sentence}", file=sys.stderr)
    return code


def _general_command(options: argparse.Namespace) -> int:
    """The theorems for all networks; with --all also the library of published layers."""
    from reports import theorems_page  # only for these
    from symbolic import general, theorems

    given = {"NET": options.network, "--rule": options.rule, "--audit": options.audit}
    wrong = " and ".join(name for name, value in given.items() if value)
    if wrong:
        raise InputError(f"--general is about all networks; leave out {wrong}.")
    _agree(options.output)
    if options.output and options.output.endswith(ENDING):
        raise InputError("a saved derivation is of one network", file=options.output)
    with clock("Proving the general theorems"):
        checked = [general.check(statement) for statement in theorems.GENERAL]
        library = [general.check(s) for s in theorems.LIBRARY] if options.all else []
    result = theorems_page.report((*checked, *library))
    return _give(result, lambda: theorems_page.page(checked, library), options)


def model_command(options: argparse.Namespace, every: bool = False) -> int:
    """Prove what a model file claims, or derive every derivative."""
    from reports.model_page import derivation_of, json_of, text_of  # only for a model
    from symbolic.model_derivatives import derived
    from symbolic.model_file import read_model
    from symbolic.models import judged

    _agree(options.output)
    with clock(f"Reading {options.network}"):
        model = read_model(read(options.network), options.network)
        try:
            model = derived(model) if every else model
            verdicts = list(judged(model))
        except InputError as error:  # about the model as a whole
            raise InputError(error.what, file=options.network) from None
    result = json_of(model, verdicts)
    words = (derivation_of if every else text_of)(model, verdicts)

    def draw() -> Document:
        from reports.model_document import model_document  # only for a page

        heading = "Derivatives of the cost" if every else "Claims"
        title = "Back-propagation in " if every else "Claims about "
        title += Path(options.network).stem.replace("_", " ")
        return model_document(model, verdicts, title, heading)

    if options.output:
        path = Path(options.output)
        drawn = path.suffix != ".txt"
        write(path, _drawn(result, draw, path, options.body) if drawn else words + "\n")
        print(f"Written to {options.output}.", file=sys.stderr)
    if options.json:
        print(json.dumps(result, indent=2, ensure_ascii=False))
    elif not options.output:
        print(words)
    return EXIT_CODES[str(result["verdict"])]


def demo_command(options: argparse.Namespace) -> int:
    """XOR from the topology to the trained network: derive, prove, train."""
    import numpy as np  # NumPy loads only for training

    from numeric.trainer import Trainer

    network = open_network("2-3-1:tanh")
    print(text(page(derive(network).checked)))
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
    return EXIT_CODES[str(report(proof.derivation.steps, proof.findings)["verdict"])] or int(
        errors > 0
    )


def _deliver(checked: Checked, options: argparse.Namespace) -> int:
    """Print or write the checked derivation; the exit code follows from its worst verdict."""
    result = report(checked.derivation.steps, checked.findings)
    saved = dumps(checked.derivation) if str(options.output).endswith(ENDING) else None
    return _give(result, lambda: page(checked), options, saved)


def _give(
    result: Json,
    draw: Callable[[], Document],
    options: argparse.Namespace,
    saved: str | None = None,
) -> int:
    """Print or write a result and its page; `saved` is the content of a saved derivation."""
    if options.output:
        path = Path(options.output)
        write(path, _drawn(result, draw, path, options.body) if saved is None else saved)
        print(f"Written to {options.output}.", file=sys.stderr)
    if options.json:
        print(json.dumps(result, indent=2, ensure_ascii=False))
    elif not options.output:
        print(text(draw(), _columns()))
    return EXIT_CODES[str(result["verdict"])]


def _agree(name: str | None) -> None:
    """Refuse a page that could not be written before the work begins."""
    writable(name, PAGES)
    settable(name)


def _columns() -> int:
    """As wide as the terminal, up to a comfortable line; 80 where the page goes to a file."""
    return min(shutil.get_terminal_size().columns, 100) if sys.stdout.isatty() else 80


def _drawn(result: Json, draw: Callable[[], Document], path: Path, inside: bool) -> str | bytes:
    """The document in the format of the file's ending; `inside` for a body to be \\input."""
    match path.suffix:
        case ".tex":
            return body(draw()) if inside else latex(draw())
        case ".html":
            return page_html(draw())
        case ".pdf":
            return page_pdf(draw())
        case ".md":
            return page_markdown(draw())
        case ".txt":
            return text(draw())
        case ".json":
            return json.dumps(result, indent=2, ensure_ascii=False) + "\n"
    raise InputError(f"there is no writer for {path.suffix}")  # `writable` came first


def _called(network: Network) -> str:
    count = len(network.neurons)
    return f"{network.name or 'the network'} ({count:,} neuron{'s' if count > 1 else ''})"
