"""A line in Nielsen's notation, read and judged, for the tests of layer notation."""

from __future__ import annotations

from symbolic.reading.findings import Judged, Judgement
from symbolic.reading.judgement import judge
from symbolic.reading.profile import open_profile
from symbolic.reading.reading import read_document

NIELSEN = open_profile("nielsen")


QUADRATIC = r"Let $C = \frac{1}{2} \sum_j (y_j - a^L_j)^2$. "


def judged(text: str, cost: str = "") -> Judgement:
    reading = read_document(f"{cost}Then\n$${text}$$\n", NIELSEN)
    assert not reading.problems, reading.problems
    return judge(reading)


def last(text: str, cost: str = "") -> Judged:
    return judged(text, cost).lines[-1]


MEAN = r"let $C = \frac{1}{2n} \sum_x \sum_j (y_j - a^L_j)^2$. "
