"""The terminal page: within its width, without colour unless asked, unharmed by odd names."""

from __future__ import annotations

from page_example import checked, wide

from reports.derivation_page import page
from reports.document import (
    Bullets,
    Document,
    EquationLines,
    Line,
    Mark,
    Math,
    Paragraph,
    VerdictBox,
    runs,
)
from reports.text import columns, text


def test_no_line_is_wider_than_asked() -> None:
    for width in (80, 88, 120):
        assert max(columns(row) for row in text(page(checked()), width).splitlines()) <= width


def test_the_rule_stands_in_a_box() -> None:
    shown = text(page(checked()), 88)
    assert (
        "│ δ_j = ⎧ (1/N) e_j φ_j'(v_j),     if j is an output neuron (here j = 6)      │" in shown
    )
    assert "⎩ φ_j'(v_j) Σ_k δ_k w_kj," in shown


def test_equations_align_at_their_equals_signs() -> None:
    rows = text(page(checked())).splitlines()
    at = {row.index("=") for row in rows if row.lstrip().startswith(("v_3 =", "v_6 =", "e_j^ξ ="))}
    assert len(at) <= 2


def test_colour_only_where_asked_for() -> None:
    box = Document("t", (VerdictBox(Mark.REFUTED, "Refuted.", runs("x")),))
    assert "\033" not in text(box)
    assert "\033[31m✗ Refuted.\033[0m" in text(box, color=True)


def test_names_cannot_steer_the_terminal() -> None:
    odd = runs("a\x1b[2Jb\u202e\x07")
    shown = text(Document("t\x1b", (Paragraph(odd), Bullets((odd,)))))
    assert not any(letter in shown for letter in "\x1b\u202e\x07")


def test_a_long_sum_is_shortened() -> None:
    line = Line(Math(wide(500).left), Math(wide(500).right), runs("many"))
    assert len(text(Document("t", (EquationLines((line,)),))).splitlines()) < 12


def test_the_page_fits_a_plain_terminal_by_default() -> None:
    assert max(columns(row) for row in text(page(checked(refute=True))).splitlines()) <= 80
