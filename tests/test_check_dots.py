"""Sums with dots over numbered neurons: written out where it is plain what they stand for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reports.cli import main
from symbolic.reading.dots import written_out
from symbolic.reading.tokens import tokens


def shown(text: str) -> str:
    return "".join(token.text for token in written_out(tokens(text)))


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        (r"y_3 + y_4 + \cdots + y_6", r"y_3+y_4+y_{5}+y_6"),
        (r"-(y_3 + y_4 + \dots + y_5)", r"-(y_3+y_4+y_5)"),
        (
            r"w_{13,0} y_0 + w_{13,1} y_1(n) + \cdots + w_{13,3} y_3(n)",
            r"w_{13,0}y_0+w_{13,1}y_1(n)+w_{13,2}y_{2}(n)+w_{13,3}y_3(n)",
        ),
        (
            r"\delta_8 w_{82} + \delta_9 w_{92} + \cdots + \delta_{11} w_{11,2}",
            r"\delta_8w_{82}+\delta_9w_{92}+\delta_{10}w_{10,2}+\delta_{11}w_{11,2}",
        ),
    ],
)
def test_dots_between_terms_that_count_up_are_written_out(text: str, whole: str) -> None:
    assert shown(text) == whole


@pytest.mark.parametrize(
    "text",
    [
        r"y_1 + y_3 + \cdots + y_9",
        r"y_1 + \cdots + y_4",
        r"y_1 + y_2 + \cdots + y_n",
        r"-y_1 + y_2 + \cdots + y_4",
        r"y_1 - y_2 + \cdots + y_4",
        r"y_1 + y_2 + \cdots - y_4",
        r"y_1 w_{31} + y_2 w_{33} + \cdots + y_4 w_{37}",
        r"y_1 (b) + y_2 + \cdots + y_4",
        r"y_1 y_2 + y_2 y_3 + \cdots + y_4 y_4",
        r"y_1 + v_2 + \cdots + y_4",
        r"y_2 + y_3 + \cdots + y_3",
    ],
)
def test_other_dots_stay_and_are_refused(text: str) -> None:
    assert "dots" in shown(text)


@pytest.mark.slow
def test_the_page_of_a_wide_network_is_proved_and_a_slip_in_its_dots_is_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    net, page = "9-1-1", tmp_path / "page.md"
    assert main(["report", net, "--neuron", "10", "-o", str(page)]) == 0
    assert main(["check", str(page), "--network", net]) == 0
    text = page.read_text("utf-8")
    at = text.index(r"+ \cdots +")
    begin = text.rindex("$$", 0, at)
    line = text[begin : text.index("$$", at)]
    head, body = line.split("= ", 1)
    slip = f"{head}= 2 \\bigl({body}\\bigr)"
    page.write_text(text.replace(line, slip, 1), "utf-8")
    capsys.readouterr()
    main(["check", str(page), "--network", net, "--json"])
    rows = json.loads(capsys.readouterr().out)["items"]
    assert [row["verdict"] for row in rows].count("refuted") == 1


@pytest.mark.slow
@pytest.mark.parametrize(("net", "neuron"), [("64-32-10", "65"), ("1-2-12", "2"), ("12-2-3", "14")])
def test_the_page_of_a_large_network_is_read_and_proved(
    net: str, neuron: str, tmp_path: Path
) -> None:
    page = tmp_path / "page.md"
    assert main(["report", net, "--neuron", neuron, "-o", str(page)]) == 0
    assert main(["check", str(page), "--network", net]) == 0


@pytest.mark.slow
@pytest.mark.parametrize("net", ["5-4-3-2:softmax", "1-1-1-1-1-1"])
def test_the_page_of_a_deep_network_is_read_and_proved(net: str, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    assert main(["prove", net, "-o", str(page)]) == 0
    assert main(["check", str(page), "--network", net]) == 0
