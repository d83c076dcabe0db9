"""A report as an object: one document, written in every format, shown in a notebook."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from reports.document import Block, Document, Figure, Fold
from reports.files import write
from reports.html import page_html
from reports.jsonout import Json
from reports.jsonout import report as as_json
from reports.report_page import Choice, Detail, report_page, sources_section
from reports.text import text
from symbolic.errors import InputError
from symbolic.network import Network
from symbolic.proof import Checked


@dataclass(frozen=True)
class Report:
    """A checked derivation as a document, in the formats of the command `proofprop report`.

    Each method returns the content and, where a path is given, writes it there, whole or not at
    all.

    >>> from symbolic import shorthand
    >>> made = report(shorthand("2-2-1"))
    >>> made.text().splitlines()[0], made.json()["verdict"]
    ('Back-propagation in 2-2-1', 'proved')
    """

    checked: Checked
    choice: Choice = field(default_factory=Choice)

    @cached_property
    def document(self) -> Document:
        """The tree that every format draws."""
        return report_page(self.checked, self.choice)

    @property
    def answers(self) -> Report:
        """The same report without gaps."""
        return replace(self, choice=replace(self.choice, blank=False))

    def html(self, path: str | Path | None = None, *, static: bool | None = False) -> str:
        """One page that needs no network.

        `static` sets its formulas now, by quickjs; None does so where quickjs is installed.
        """
        sources = () if self.choice.blank else tuple(sources_section(self.document))
        whole = replace(self.document, blocks=(*self.document.blocks, *sources))
        return _written(page_html(whole, static=static), path)

    def latex(self, path: str | Path | None = None, inside: bool = False) -> str:
        r"""LaTeX; `inside` without preamble and figures, to be \input where amsmath is loaded."""
        from reports.latex import body, latex  # a format loads only where it is written

        if not inside:
            return _written(latex(self.document), path)
        bare = replace(self, choice=replace(self.choice, figures=False))
        return _written(body(bare.document), path)

    def pdf(self, path: str | Path | None = None, engine: str = "auto") -> bytes:
        """PDF set by the system's TeX ("tex") or the package typst ("typst"); the first there is.

        Raises `InputError` where there is none; then the LaTeX is written beside `path`.
        """
        from reports.pdf import page_pdf

        try:
            content = page_pdf(self.document, engine)
        except InputError as error:
            if path is None:
                raise
            instead = Path(path).with_suffix(".tex")
            self.latex(instead)
            raise InputError(f"{error.what} The LaTeX was written to {instead}.") from None
        if path is not None:
            write(Path(path), content)
        return content

    def text(self, path: str | Path | None = None, width: int = 80) -> str:
        """Plain text."""
        return _written(text(self.document, width), path)

    def markdown(self, path: str | Path | None = None) -> str:
        """Markdown; with a path its figures are written beside it as .svg files."""
        from reports.markdown import page_markdown

        if path is None:
            return page_markdown(self.document)
        path = Path(path)
        drawings = f"{path.stem}-"
        for figure in figures_of(self.document.blocks):
            write(path.with_name(f"{drawings}{figure.name}.svg"), _standing(figure))
        return _written(page_markdown(self.document, drawings), path)

    def notebook(self, path: str | Path | None = None) -> str:
        """A Jupyter notebook of Markdown cells, its drawings attached."""
        from reports.notebook import notebook

        return _written(notebook(self.document), path)

    def svg(self, path: str | Path | None = None) -> str:
        """The first figure, the network itself."""
        first = next(figures_of(report_page(self.checked, Choice(Detail.RULE)).blocks))
        return _written(_standing(first), path)

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        """What a notebook shows: the page in a frame, or its formulas, the figure, the text."""
        from reports.notebook import framed, notebook_latex

        return {
            "text/plain": self.text(),
            "text/latex": notebook_latex(self.document),
            "text/html": framed(self.html()),
            "image/svg+xml": self.svg(),
        }

    def json(self) -> Json:
        """The verdict of every line."""
        return as_json(self.checked.derivation.steps, self.checked.findings)

    def json_text(self, path: str | Path | None = None) -> str:
        """The same as text."""
        return _written(json.dumps(self.json(), indent=2, ensure_ascii=False) + "\n", path)


DERIVED = 5_000
"""Synapses up to which every line of the derivation is written and checked; of a larger network
the rule is proved by its certificate."""


def report(
    network: Network | str,
    *,
    rule: str | None = None,
    file: str | None = None,
    choice: Choice | None = None,
) -> Report:
    """The report of a network, or of a claimed rule for it; a string is opened as NET.

    A saved derivation (`.derivation.json`) is checked again.

    `file` is what the rule is called in messages.  Raises `InputError` where the network or the
    rule cannot be read.
    """
    from symbolic.spec import ENDING, open_network

    if isinstance(network, str) and network.endswith(ENDING):
        from symbolic.archive import load

        if rule is not None:
            raise InputError("A saved derivation has its own lines; leave out the rule.")
        return Report(load(network), choice or Choice())
    given = open_network(network) if isinstance(network, str) else network
    if rule is None and len(given.synapses) <= DERIVED:
        from symbolic.derived import derive

        return Report(derive(given).checked, choice or Choice())
    from symbolic.verification import prove

    return Report(prove(given, rule, file), choice or Choice())


def figures_of(blocks: tuple[Block, ...]) -> Iterator[Figure]:
    """Every figure of a page, those in folds too."""
    for block in blocks:
        if isinstance(block, Figure):
            yield block
        elif isinstance(block, Fold):
            yield from figures_of(block.blocks)


def _standing(figure: Figure) -> str:
    """The drawing as a file of its own."""
    from reports.figures import svg

    return svg(figure.scene, alone=True)


def _written(content: str, path: str | Path | None) -> str:
    if path is not None:
        write(Path(path), content)
    return content
