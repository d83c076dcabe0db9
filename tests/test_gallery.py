"""The gallery in `examples/gallery` is what the code writes today, byte for byte."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"


def loaded() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_gallery", EXAMPLES / "make_gallery.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


GALLERY = loaded()
QUICK = ("layers", "wrong_rule", "attention.txt")
NAMES = [pytest.param(n, marks=() if n in QUICK else pytest.mark.slow) for n in GALLERY.NAMES]


@pytest.mark.parametrize("name", NAMES)
def test_a_page_of_the_gallery_is_up_to_date(name: str) -> None:
    made = GALLERY.files(name)
    assert made
    for file, content in made.items():
        there = GALLERY.GALLERY.joinpath(file).read_text(encoding="utf-8")
        assert content == there, f"{file} differs: run python -m examples.make_gallery"


def test_the_gallery_is_small_and_shows_pictures_that_are_there() -> None:
    files = list(GALLERY.GALLERY.iterdir())
    assert sum(file.stat().st_size for file in files) < 3_000_000
    names = {file.name for file in files}
    for page in GALLERY.GALLERY.glob("*.md"):
        for part in page.read_text("utf-8").split("](")[1:]:
            target = part.partition(")")[0]
            assert target in names or not target.endswith(".svg"), (page.name, target)
