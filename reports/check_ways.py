"""How a document is checked and drawn: a way for neurons, one for whole arrays, one for entries."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic

from reports.check import Paper, as_json, checked
from reports.check_fix import Fixed, fixed
from reports.check_markdown import check_markdown
from reports.check_page import check_page
from reports.document import Document
from reports.html import page_html
from reports.jsonout import Json
from reports.latex import latex
from reports.markdown import page_markdown
from reports.papers import P
from reports.pdf import page_pdf
from reports.text import text
from symbolic.reading.arrays.profile import ArrayProfile
from symbolic.reading.given import Given

if TYPE_CHECKING:
    from reports.array_check import ArrayPaper
    from reports.index_check import IndexPaper
    from symbolic.reading.indexed.profile import IndexProfile


ENDINGS = (".md", ".html", ".pdf", ".tex", ".txt", ".json")
"""How the name of a page may end."""


@dataclass(frozen=True)
class Way(Generic[P]):
    """What is done with a document of one kind of notation.

    `checked` takes its name, its text and its kind; `page` is the whole page, `rows` the formulas
    in a row, as a terminal wants them; `markdown` is the .md file.
    """

    checked: Callable[[str, str, str], P]
    as_json: Callable[[P], Json]
    page: Callable[[P], Document]
    rows: Callable[[P], Document]
    markdown: Callable[[P], str]
    fixed: Callable[[P], Fixed]

    @property
    def writers(self) -> Mapping[str, Callable[[P], str | bytes]]:
        """What draws a file, by its ending."""
        return {
            ".md": self.markdown,
            ".html": lambda paper: page_html(self.page(paper)),
            ".pdf": lambda paper: page_pdf(self.page(paper)),
            ".tex": lambda paper: latex(self.page(paper)),
            ".txt": lambda paper: text(self.page(paper)),
            ".json": lambda paper: (
                json.dumps(self.as_json(paper), indent=2, ensure_ascii=False) + "\n"
            ),
        }


def neurons(profile: str, network: Given | None = None) -> Way[Paper]:
    """The way of documents about the neurons of a graph, in the notation of this name or file."""
    return Way(
        lambda name, document, kind: checked(name, document, kind, profile, network),
        as_json,
        check_page,
        lambda paper: check_page(paper, whole=False),
        check_markdown,
        fixed,
    )


def arrays(profile: ArrayProfile) -> Way[ArrayPaper]:
    """The way of documents about whole arrays; their judge loads only here."""
    from reports import array_check
    from reports.array_fix import fixed_arrays
    from reports.array_page import array_page

    return Way(
        lambda name, document, kind: array_check.checked(name, document, kind, profile),
        array_check.as_json,
        array_page,
        array_page,
        lambda paper: page_markdown(array_page(paper)),
        fixed_arrays,
    )


def entries(profile: IndexProfile) -> Way[IndexPaper]:
    """The way of documents in index notation."""
    from reports import index_check
    from reports.index_fix import fixed_entries
    from reports.index_page import index_page

    return Way(
        lambda name, document, kind: index_check.checked(name, document, kind, profile),
        index_check.as_json,
        index_page,
        index_page,
        lambda paper: page_markdown(index_page(paper)),
        fixed_entries,
    )
