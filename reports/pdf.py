r"""Document → PDF by the system's TeX, or by the package typst where there is none.

TeX runs in an empty folder, with no shell and no other file to read, as often as the widths of its
tables need: by latexmk, or by a loop of our own where that is not here.  Equal sources give equal
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
RUNS = 5
"""At most so many runs of TeX: widths of tables settle after two or three."""
OPTIONS = ("-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error")
LATEXMK = ("latexmk", "-norc", "-silent", "-pdf")
"""It runs TeX until nothing changes; with -norc it runs no file of the user's."""
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
    """The page as PDF, set until what TeX notes for its next run (widths of tables) is settled.

    Raises `InputError` where there is no TeX, or where it does not accept the page.
    """
    engine = tex_engine()
    if engine is None:
        raise InputError(f"There is no TeX here to make a PDF: {ADVICE}.")
    with tempfile.TemporaryDirectory(prefix="proofprop-") as folder:
        page = Path(folder) / "page.tex"
        page.write_text(SAME_BYTES + source, encoding="ascii")
        try:
            _run(engine, page)
        except subprocess.TimeoutExpired:
            raise InputError(f"{engine} took longer than {SECONDS} s to set the page.") from None
        except subprocess.CalledProcessError:
            raise InputError(f"{engine} does not accept the page: {_complaint(page)}") from None
        return page.with_suffix(".pdf").read_bytes()


def _run(engine: str, page: Path) -> None:
    """Run TeX as often as it is needed: by latexmk, else until its notes stay as they are."""
    if shutil.which("latexmk"):
        call = " ".join((engine, *OPTIONS, "%O", "%S"))
        return _call([*LATEXMK, f"-pdflatex={call}", page.name], page.parent)
    notes, before = page.with_suffix(".aux"), None
    for _ in range(RUNS):
        _call([engine, *OPTIONS, page.name], page.parent)
        if notes.read_bytes() == before:
            return None
        before = notes.read_bytes()
    return None


def _call(command: list[str], folder: Path) -> None:
    subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **_closed(str(folder))},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=SECONDS,
        check=True,
    )


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
