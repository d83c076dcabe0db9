"""The pages in `examples/gallery`, one for each kind of network, made anew.

`python -m examples.make_gallery` writes them; a test compares them byte for byte.
"""

from __future__ import annotations

import contextlib
import io
import tempfile
from dataclasses import replace
from pathlib import Path

from reports import Report, report
from reports.cli import main as proofprop
from reports.document import Block, Figure
from reports.figures import svg
from reports.markdown import page_markdown
from reports.report_page import Choice

HERE = Path(__file__).parent
GALLERY = HERE / "gallery"
KEPT = ("network", "rolled", "backward")
"""The drawings that lie beside a page; a drawing has its fonts in it and is large."""
REPORTS = {
    "layers": ("2-2-1", ""),
    "skip": ("skip.toml", ""),
    "autoencoder": ("autoencoder.toml", ""),
    "elman": ("elman.toml", ""),
    "lstm": ("lstm.toml", ""),
    "softmax": ("2-2:tanh-3:softmax", ""),
    "wrong_rule": ("2-2-1", "wrong.rule"),
}
COMMANDS = {
    "attention.md": ["derive", "attention.model"],
    "attention.html": ["derive", "attention.model"],
    "student.md": ["check", "notes.md"],
    "student.html": ["check", "notes.md"],
}


NAMES = (*REPORTS, "layers.html", "layers.tex", "exercise.tex", *COMMANDS)


def files(name: str) -> dict[str, str]:
    """The files of one page: itself, and the drawings beside it."""
    if name in REPORTS:
        return _markdown(name, _report(*REPORTS[name]))
    if name in COMMANDS:
        command, file = COMMANDS[name]
        return {name: _written(command, file, name)}
    made = {
        "layers.html": lambda: _report("2-2-1").html(),
        "layers.tex": lambda: _report("2-2-1").latex(),
        "exercise.tex": lambda: report("2-2-1", choice=Choice(blank=True)).latex(),
    }
    return {name: made[name]()}


def _report(net: str, rule: str = "") -> Report:
    given = str(HERE / net) if net.endswith(".toml") else net
    return report(given, rule=(HERE / rule).read_text("utf-8") if rule else None)


def _markdown(name: str, made: Report) -> dict[str, str]:
    """The page, and the drawings of it that are kept."""
    kept = () if name == "wrong_rule" else KEPT
    blocks: tuple[Block, ...] = tuple(
        b for b in made.document.blocks if not isinstance(b, Figure) or b.name in kept
    )
    page = page_markdown(replace(made.document, blocks=blocks), f"{name}-")
    drawn = (block for block in blocks if isinstance(block, Figure))
    return {
        f"{name}.md": page,
        **{f"{name}-{figure.name}.svg": svg(figure.scene, alone=True) for figure in drawn},
    }


def _written(command: str, file: str, name: str) -> str:
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stderr(io.StringIO()):
        proofprop([command, str(HERE / file), "-o", str(Path(folder) / name)])
        return (Path(folder) / name).read_text("utf-8")


def main() -> None:
    """Write the gallery; a file that no page makes is taken away."""
    made = {file: content for name in NAMES for file, content in files(name).items()}
    GALLERY.mkdir(exist_ok=True)
    for old in GALLERY.iterdir():
        if old.name not in made:
            old.unlink()
    for name, content in made.items():
        GALLERY.joinpath(name).write_text(content, encoding="utf-8")
        print(f"{len(content.encode()):>9,}  {name}")


if __name__ == "__main__":
    main()
