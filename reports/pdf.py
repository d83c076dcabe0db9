r"""Document → PDF by the system's TeX, or by the package typst where there is none.

TeX runs in an empty folder, with no shell and no other file to read.  Equal sources give equal
bytes.  Where there is neither, `InputError` says what to do.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from reports.document import Document
from reports.latex import latex
from reports.typst_page import set_by_typst, typst_is_here
from symbolic.errors import InputError

ENGINES = ("pdflatex", "lualatex")
"""Programs that can set a page, the first that is there is taken."""
SECONDS = 120
OPTIONS = ("-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error")
SAME_BYTES = r"\ifdefined\pdftrailerid\pdftrailerid{}\fi" + "\n"
ADVICE = (
    "pip install proofprop[pdf], or install TeX (Debian: apt install texlive-latex-recommended"
    " texlive-pictures lmodern), or print the .html page from a browser"
)


def tex_engine() -> str | None:
    """The program that sets a page, None where there is none."""
    return next(filter(shutil.which, ENGINES), None)


def page_pdf(document: Document, engine: str = "auto") -> bytes:
    """The page set by the system's TeX ("tex") or the package typst ("typst"); the first there is.

    Raises `InputError` where there is none, or where it does not accept the page.
    """
    if engine not in ("auto", "tex", "typst"):
        raise InputError(f"There is no engine {engine!r}; known are auto, tex and typst.")
    if engine == "tex" or (engine == "auto" and (tex_engine() or not typst_is_here())):
        return set_by_tex(latex(document))
    return set_by_typst(document)


def settable(name: str | None) -> None:
    """Refuse a .pdf file that nothing here can set before the work begins."""
    if str(name).endswith(".pdf") and tex_engine() is None and not typst_is_here():
        raise InputError(f"There is no TeX here to make a PDF: {ADVICE}.", file=name)


def set_by_tex(source: str) -> bytes:
    """The page as PDF; formulas refer to nothing by page, so that one run is enough.

    Raises `InputError` where there is no TeX, or where it does not accept the page.
    """
    engine = tex_engine()
    if engine is None:
        raise InputError(f"There is no TeX here to make a PDF: {ADVICE}.")
    with tempfile.TemporaryDirectory(prefix="proofprop-") as folder:
        page = Path(folder) / "page.tex"
        page.write_text(SAME_BYTES + source, encoding="ascii")
        try:
            subprocess.run(
                [engine, *OPTIONS, page.name],
                cwd=folder,
                env={**os.environ, **_closed(folder)},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=SECONDS,
                check=True,
            )
        except subprocess.TimeoutExpired:
            raise InputError(f"{engine} took longer than {SECONDS} s to set the page.") from None
        except subprocess.CalledProcessError:
            raise InputError(f"{engine} does not accept the page: {_complaint(page)}") from None
        return page.with_suffix(".pdf").read_bytes()


def _closed(folder: str) -> dict[str, str]:
    """TeX reads and writes nothing outside its folder and its own library, and knows no time."""
    return {
        "openin_any": "p",
        "openout_any": "p",
        "shell_escape": "f",
        "SOURCE_DATE_EPOCH": "0",
        "FORCE_SOURCE_DATE": "1",
        "TEXMFHOME": folder,
        "TEXMFOUTPUT": folder,
    }


def _complaint(page: Path) -> str:
    """The first error of the log."""
    log = page.with_suffix(".log")
    lines = log.read_text(encoding="latin-1").split("\n") if log.exists() else []
    return next((line for line in lines if line.startswith("!")), "it wrote no reason")
