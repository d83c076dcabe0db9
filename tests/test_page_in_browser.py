"""The HTML page in a real browser: every formula set, nothing too wide, nothing asked of a network.

Slow, and skipped where playwright or a Chromium is missing.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reports import report
from reports.html import page_html
from reports.report_page import Choice

sync_api = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is here"),
]
EXAMPLES = Path(__file__).parents[1] / "examples"
NETWORKS = ("2-2-1", "2-3:tanh-3:softmax", "64-32-10", "elman", "lstm", "skip", "autoencoder")
COUNTS = """() => [
  document.querySelectorAll(".m").length,
  document.querySelectorAll(".m > .katex").length,
  document.querySelectorAll(".katex-error").length,
  document.documentElement.scrollWidth - innerWidth,
]"""


UNSIGNED = r"""() => {
  const sign = /[-+=≈·⋅←,]|mrel|mbin|mpunct/;
  const shown = (base, last) => {
    const parts = [...base.children].filter((part) => !/mspace|katex-strut/.test(part.className));
    const part = last ? parts.at(-1) : parts[0];
    return part ? `${part.className} ${part.textContent.at(last ? -1 : 0)}` : "+";
  };
  const found = [];
  for (const formula of document.querySelectorAll(".katex-html")) {
    const bases = [...formula.querySelectorAll(".katex-base")];
    for (const [n, base] of bases.slice(1).entries()) {
      const before = bases[n], [a, b] = [before, base].map((one) => one.getBoundingClientRect());
      if (!a.height || !b.height || b.left >= a.right - 2) continue;
      const dot = document.createRange();
      if (before.parentElement.classList.contains("held")) {
        dot.selectNode(before.parentElement.nextSibling);
        if ([...dot.getClientRects()].some((box) => box.width > 2)) continue;
      }
      const ends = [shown(before, true), shown(base, false)];
      if (!ends.some((end) => sign.test(end) || /\btext\b/.test(end))) found.push(ends.join(" | "));
    }
  }
  return found;
}"""
"""Places where a formula is broken into lines and neither a sign nor a dot of ours stands."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as play:
        found = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield found
        found.close()


def opened(browser: Any, path: Path, width: int, dark: bool = False) -> tuple[Any, list[str]]:
    """The page, and whatever it complains of or asks a network for."""
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if dark else "light",
        permissions=["clipboard-read", "clipboard-write"],
    )
    page, said = context.new_page(), []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on(
        "request", lambda asked: said.append(asked.url) if "file:" not in asked.url[:5] else None
    )
    page.goto(path.as_uri())
    page.wait_for_function("document.querySelectorAll('.m > .katex').length > 0")
    return page, [words for words in said if not words.startswith("data:")]


def written(name: str, folder: Path, choice: Choice | None = None) -> Path:
    net = name if "-" in name else str(EXAMPLES / f"{name}.toml")
    path = folder / "page.html"
    report(net, choice=choice).html(path)
    return path


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("name", NETWORKS)
def test_every_formula_is_set_and_nothing_is_too_wide(
    name: str, width: int, browser: Any, tmp_path: Path
) -> None:
    page, said = opened(browser, written(name, tmp_path), width, dark=width == 390)
    page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
    formulas, set_, wrong, over = page.evaluate(COUNTS)
    assert formulas == set_ > 100
    assert (wrong, over, said) == (0, 0, [])
    for narrow in (0, 15, 30):  # a dot that does not fit would be left out
        page.set_viewport_size({"width": width - narrow, "height": 900})
        assert page.evaluate(UNSIGNED) == []


@pytest.mark.parametrize("name", ["2-2-1", "elman"])
def test_pointing_at_a_neuron_lights_text_and_figure(
    name: str, browser: Any, tmp_path: Path
) -> None:
    page, said = opened(browser, written(name, tmp_path), 1280)
    button = page.locator(".units button").last
    button.focus()
    lit = page.evaluate(
        "() => [document.querySelectorAll('.katex .lit').length, "
        "document.querySelectorAll('svg .lit').length]"
    )
    assert lit[0] > 3
    assert lit[1] > 1
    page.locator("h1").hover()
    assert page.evaluate("document.querySelectorAll('.lit').length") == 0
    assert said == []


def test_a_line_and_the_rule_are_copied_as_latex(browser: Any, tmp_path: Path) -> None:
    page, _ = opened(browser, written("2-2-1", tmp_path), 1280)
    read = "navigator.clipboard.readText()"
    page.locator(".equations .copy").first.click()
    assert page.evaluate(read) == r"v_j(n) = \sum_{i} w_{ji}(n)\, y_i(n)"
    page.locator(".boxed > .copy").click()
    copied = page.evaluate(read)
    assert copied.startswith(r"\Delta w_{ji}(n) = \eta\,")
    assert r"\begin{cases}" in copied
    assert "htmlClass" not in copied


def test_paper_has_no_folds_and_without_script_the_text_is_there(
    browser: Any, tmp_path: Path
) -> None:
    path = written("2-2-1", tmp_path)
    page, _ = opened(browser, path, 1280)
    closed = "document.querySelectorAll('details:not([open])').length"
    assert page.evaluate(closed) > 0
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate(closed) == 0
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate(closed) > 0
    bare = browser.new_context(java_script_enabled=False).new_page()
    bare.goto(path.as_uri())
    assert "(1/N) e_j φ_j'(v_j)" in bare.locator("main").inner_text()


def test_a_mark_that_is_not_ours_is_not_trusted(browser: Any, tmp_path: Path) -> None:
    """Neither a link nor a class of another's choosing comes through KaTeX."""
    text = page_html(report("1-1-1").document)
    evil = r'data-tex="\href{javascript:alert(1)}{x} \htmlClass{evil}{y} \htmlStyle{color:red}{z}"'
    path = tmp_path / "evil.html"
    path.write_text(text.replace("<main", f'<span class="m" {evil}>shown</span><main', 1), "utf-8")
    page, _ = opened(browser, path, 1280)
    assert page.evaluate("document.querySelectorAll('.evil, a[href^=javascript]').length") == 0


def test_an_exercise_is_set_and_its_gaps_have_room(browser: Any, tmp_path: Path) -> None:
    path = written("2-2-1", tmp_path, Choice(blank=True))
    cut = """[...document.querySelectorAll('.equations, .table, .boxed')]
      .filter((box) => box.scrollWidth > box.clientWidth + 1).length"""
    for width in (390, 1280):
        page, said = opened(browser, path, width)
        formulas, set_, wrong, over = page.evaluate(COUNTS)
        assert formulas == set_
        assert (wrong, over, said) == (0, 0, [])
        assert page.evaluate("document.querySelectorAll('.gap').length") > 40
        assert page.evaluate(cut) == 0


def test_formulas_set_when_written_need_no_script(browser: Any, tmp_path: Path) -> None:
    pytest.importorskip("quickjs")
    path = tmp_path / "static.html"
    report("2-2-1").html(path, static=True)
    for script in (False, True):
        page = browser.new_context(java_script_enabled=script).new_page()
        said: list[str] = []
        page.on("console", lambda message, said=said: said.append(message.text))
        page.goto(path.as_uri())
        formulas = page.locator(".m").count()
        assert formulas == page.locator(".m > .katex").count() > 100
        assert page.locator(".m > .katex .katex-mathml math").count() == formulas  # read aloud
        assert page.locator(".katex-error").count() == 0
        assert said == []
    page.locator(".units button").last.focus()
    assert page.locator(".katex .lit").count() > 3


def test_the_keyboard_reaches_all_and_the_contents_stand_aside(
    browser: Any, tmp_path: Path
) -> None:
    path = written("2-2-1", tmp_path)
    page, said = opened(browser, path, 390)
    names = set()
    for _ in range(80):
        page.keyboard.press("Tab")
        names.add(
            page.evaluate(
                "document.activeElement.className || document.activeElement.dataset.mark"
                " || document.activeElement.tagName"
            )
        )
    assert {"skip", "A", "n-5", "copy", "drawing", "SUMMARY"} <= names
    assert said == []
    box = "document.querySelector('{}').getBoundingClientRect()"
    assert page.evaluate(f"{box.format('nav')}.height") < 60  # one row on a phone
    screen, _ = opened(browser, path, 1280)
    nav, main = (screen.evaluate(box.format(place)) for place in ("nav", "main"))
    assert nav["right"] <= main["left"] + 20
