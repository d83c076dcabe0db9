"""Whatever is wrong in a network file is one clear error with its place, and nothing is run."""

from __future__ import annotations

import contextlib
import json
import os
import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symbolic.errors import InputError
from symbolic.network import Network
from symbolic.places import Places
from symbolic.spec import load, open_network, parse

GOOD = """name = "good"
inputs = ["x1", "x2"]
outputs = ["o"]
[neurons.h]
from = ["x1", "x2"]
[neurons.o]
from = { h = "w_a" }
"""
NAMES = (
    "__import__('os')",
    "a_b%",
    "<x>",
    "🙂",
    "a b",
    "_x",
    "",
    "x" * 65,
    "x" * 10_000,
    "é",
    "$y$",
)


def refused(text, kind="toml"):
    with pytest.raises(InputError) as caught:
        parse(text, kind, "net.toml")
    assert len(str(caught.value)) < 700
    assert "\n" not in str(caught.value)
    return caught.value


@pytest.mark.parametrize(
    ("old", "new", "line", "column", "what"),
    [
        ('"x2"]\n[', '"x2"]\n[', None, None, ""),
        ('outputs = ["o"]', 'outputs = ["oo"]', 3, 12, "does not exist.*Did you mean 'o'"),
        ('outputs = ["o"]', 'outputs = ["x1"]', 3, 12, "is an input"),
        ('outputs = ["o"]', 'outputs = ["o", "o"]', 3, 17, "given 2 times"),
        ('outputs = ["o"]', "outputs = []", 3, 11, "no output"),
        ('outputs = ["o"]', 'outputs = "o"', 3, 11, "a list of names"),
        ('outputs = ["o"]', 'outputs = ["o", 1]', 3, 17, "a list of names"),
        ('outputs = ["o"]', "", None, None, "'outputs' is missing"),
        ('["x1", "x2"]\nout', '["x1", "x1"]\nout', 2, 17, "given 2 times"),
        ('["x1", "x2"]\nout', '["x1", "x2", "h"]\nout', 4, 10, "unit 'h' is given 2 times"),
        ("inputs", "input", 2, 1, "'input' is not known. Did you mean 'inputs'"),
        ("from = [", "form = [", 5, 1, "'form' is not known. Did you mean 'from'"),
        ('from = ["x1", "x2"]', 'from = ["x1", "x3"]', 5, 15, "reads 'x3'.*Known are x1, x2, h, o"),
        ('from = ["x1", "x2"]', 'from = ["x1", "o"]', 7, 10, "cycle: h → o → h"),
        ('from = ["x1", "x2"]', 'from = ["x1", "x1"]', 5, 15, "from 'x1' to 'h' is given 2"),
        ('from = ["x1", "x2"]', "from = []\nbias = false", 4, 10, "reads nothing"),
        ('from = ["x1", "x2"]', "from = []", 3, 12, "No input reaches the output 'o'"),
        ('from = ["x1", "x2"]', 'from = "x1"', 5, 8, "needs from ="),
        ('from = ["x1", "x2"]', "bias = true", 4, 10, "needs from ="),
        ('from = ["x1", "x2"]', 'from = ["x1"]\nbias = 1', 6, 8, "bias is true, false"),
        ('from = ["x1", "x2"]', 'from = ["x1"]\nbias = ""', 6, 8, "bias is true, false"),
        ('from = ["x1", "x2"]', 'from = ["x1"]\nbias = "a b"', 6, 8, "cannot name a weight"),
        ('h = "w_a"', "h = 1", 7, 14, "needs from ="),
        ('h = "w_a"', 'h = "<w>"', 7, 14, "'<w>' cannot name a weight"),
        ('h = "w_a"', 'hh = "w_a"', 7, 10, "reads 'hh'.*Did you mean 'h'"),
        ('"good"', '"a\\nb"', 1, 8, "on one line"),
        ('"good"', "7", 1, 8, "name is a text"),
        ('"good"', '"g"\nbias = "no"', 2, 8, "true or false"),
        ('"good"', '"g"\ncost = "squared"', 2, 8, "Did you mean 'squared_error'"),
        ('"good"', '"g"\ncost = 3', 2, 8, "cost is a name"),
        ('"good"', '"g"\ncost = { loss = "d - z" }', 2, 22, "no variable 'z'"),
        ('"good"', '"g"\ncost = { loss = "d" }', 2, 8, "does not read y"),
        ('"good"', '"g"\nactivation = "tahn"', 2, 14, "Did you mean 'tanh'"),
        ('"good"', '"g"\nactivation = { phi = "v + E" }', 2, 27, "Euler's number"),
        ('"good"', '"g"\nactivation = { phi = 3 }', 2, 22, "a text in quotes"),
        ('"good"', '"g"\nactivation = { phi = "v", slop = "1" }', 2, 27, "Did you mean 'slope'"),
        ('"good"', '"g"\nactivation = { name = "tanh", c = "1" }', 2, 14, "no parameter 'c'"),
        ('"good"', '"g"\nactivation = { name = "tanh", a = nan }', 2, 14, "no number"),
        ('"good"', '"g"\nactivation = { name = "tanh", a = 1e999999999 }', 2, 14, "no number"),
        ("[neurons.o]", "[neurons.h]", 6, 10, "neurons.h is given twice"),
        ('from = ["x1"', 'from = []\nfrom = ["x1"', 6, 1, "neurons.h.from is given twice"),
        ("[neurons.o]", "[neurons.o", 6, 11, "this is no TOML"),
        ("[neurons.o]", "[neurons.o.p]", 6, 12, "'p' is not known"),
    ],
)
def test_a_mistake_in_a_file_is_named_with_its_place(old, new, line, column, what):
    assert old in GOOD
    if old == new:
        assert parse(GOOD).outputs == ("o",)
        return
    error = refused(GOOD.replace(old, new, 1))
    with pytest.raises(InputError, match=what):
        raise error
    assert (error.file, error.line, error.column) == ("net.toml", line, column)


def test_an_activation_of_too_many_pieces_is_refused_at_once():
    phi = " + ".join(f"abs(v - {k})" for k in range(100))
    assert "at most 20" in refused(f'activation = {{ phi = "{phi}" }}\n' + GOOD).what


def test_an_output_needs_the_activation_that_its_cost_asks_for():
    text = 'cost = "cross_entropy"\nactivation = "tanh"\n' + GOOD
    error = refused(text)
    assert "needs logistic outputs" in error.what
    assert (error.line, error.column) == (2, 14)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_cannot_be_printed_everywhere_is_refused_where_it_stands(name):
    quoted = json.dumps(name, ensure_ascii=False)
    error = refused(GOOD.replace('"x1"', quoted))
    assert (error.line, error.column) == (2, 11)
    error = refused(
        GOOD.replace("[neurons.h]", f"[neurons.{quoted}]").replace("{ h", f"{{ {quoted}")
    )
    assert (error.line, error.column) == (4, 10)


@pytest.mark.parametrize("name", ["E", "N", "S", "I", "lambda", "pi", "for", "None", "3", "0x"])
def test_a_name_that_is_a_word_elsewhere_is_just_a_name(name):
    text = GOOD.replace("[neurons.h]", f"[neurons.{name}]").replace("{ h =", f"{{ {name} =")
    assert parse(text).hidden == (name,)


def test_two_weights_that_no_one_named_are_never_one():
    text = """inputs = ["b_c", "c"]
outputs = ["a", "a_b"]
[neurons.a]
from = ["b_c"]
[neurons.a_b]
from = ["c"]
"""
    error = refused(text)
    assert "would both have the weight 'w_a_b_c'" in error.what
    assert (error.line, error.column) == (6, 9)


JSON = '{"inputs": ["x"], "outputs": ["o"], "neurons": {"o": {"from": ["x"]}}}'


@pytest.mark.parametrize(
    ("old", "new", "column", "what"),
    [
        ('"outputs"', '"inputs": ["z"], "outputs"', 19, "'inputs' is given twice"),
        ('["x"]}', '["x"], "from": []}', 70, "'from' is given twice"),
        ('["x"]}', '["x"], "bias": NaN}', 78, "NaN is no number"),
        ('["x"]}', '["x"], "bias": -Infinity}', 78, "Infinity is no number"),
        ('["x"]}', '["x"], "bias": 1e999}', 78, "bias is true, false"),
        ('["x"]}', '["z"]}', 64, "reads 'z'"),
        ('["x"]}', '["o"]}', 64, "cycle: o → o"),
        ("}}}", "}}", 70, "this is no JSON"),
        ('{"inputs"', '[{"inputs"', 72, "this is no JSON"),
        ('"x"]}', f"{'9' * 5000}]}}", None, "more digits"),
        ('"x"]}', f"{'[' * 100_000}", None, "nests too deeply"),
    ],
)
def test_a_mistake_in_json_is_named_with_its_place(old, new, column, what):
    text = JSON.replace(old, new) if old != '{"inputs"' else "[" + JSON
    error = refused(text, "json")
    with pytest.raises(InputError, match=what):
        raise error
    assert error.column == column


def test_deep_toml_and_a_json_list_are_refused():
    assert "nests too deeply" in refused("a = " + "[" * 100_000).what
    assert "one object" in refused("[1, 2]", "json").what


def test_a_huge_file_is_refused_without_being_read(tmp_path):
    path = tmp_path / "huge.toml"
    with path.open("wb") as stream:
        stream.truncate(1 << 30)
    with pytest.raises(InputError, match="larger than 16 MB"):
        load(path)


def test_an_endless_file_is_refused(tmp_path):
    if not os.path.exists("/dev/zero"):
        pytest.skip("there is no endless file on this system")
    with pytest.raises(InputError, match="larger than 16 MB"):
        load("/dev/zero")


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("binary.toml", bytes(range(256)), "no UTF-8 text"),
        ("wide.toml", GOOD.encode("utf-16"), "no UTF-8 text"),
        ("zeros.toml", bytes(100), "this is no TOML"),
        ("empty.toml", b"", "empty"),
        ("blank.json", b"\n \n", "empty"),
        ("net.yaml", b"inputs: [x]\n", "YAML is not read"),
        ("net.toml", b"inputs:\n  - x\n", "net.toml:1:7: this is no TOML"),
        ("net.json", GOOD.encode(), "this is no JSON"),
    ],
)
def test_a_file_that_holds_no_network_is_refused(tmp_path, name, content, what):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=what):
        load(tmp_path / name)


def test_folders_and_missing_files_are_refused(tmp_path):
    (tmp_path / "skip.toml").write_text(GOOD, encoding="utf-8")
    with pytest.raises(InputError, match="a folder"):
        load(tmp_path)
    with pytest.raises(InputError, match=r"no such file. Did you mean '.*skip.toml'"):
        load(tmp_path / "skp.toml")
    with pytest.raises(InputError, match="no such file"):
        load(tmp_path / "nowhere" / "net.toml")


@pytest.mark.parametrize("argument", ["9" * 5000, "x" * 5000, "a\0b", "", "-", "2-", "0-1", "2--1"])
def test_an_argument_that_names_no_network_is_refused(argument):
    with pytest.raises(InputError):
        open_network(argument)


def test_a_folder_with_the_name_of_a_shorthand_hides_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "2-3-1").mkdir()
    assert open_network("2-3-1").outputs == ("6",)


def test_json_is_known_by_its_first_character_and_windows_files_are_read(tmp_path):
    (tmp_path / "net").write_bytes(b"\xef\xbb\xbf" + JSON.encode())
    assert open_network(str(tmp_path / "net")).outputs == ("o",)
    (tmp_path / "net.toml").write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert load(tmp_path / "net.toml") == parse(GOOD)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(GOOD)), st.integers(0, 12), st.text(max_size=8) | st.just('"["'))
def test_a_damaged_file_is_a_network_or_an_input_error(start, length, put):
    text = GOOD[:start] + put + GOOD[start + length :]
    with contextlib.suppress(InputError):
        assert isinstance(parse(text), Network)


@settings(max_examples=150, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["from", "bias", "o", "phi", "name", "loss"]), inner)
        ),
        max_leaves=8,
    ),
    st.sampled_from(["inputs", "outputs", "neurons", "activation", "cost", "bias", "name"]),
)
def test_data_of_any_shape_is_a_network_or_an_input_error(value, key):
    data = {**json.loads(JSON), key: value}
    with contextlib.suppress(InputError):
        assert isinstance(parse(json.dumps(data), "json"), Network)


def test_the_place_of_every_key_and_value_is_where_the_text_has_it():
    text = GOOD + '[neurons."a".activation]\nphi = """v"""  # x = 1\nslope = 1.5\n'
    found, data = Places(text), tomllib.loads(text)
    lines = text.split("\n")
    assert data["neurons"]["a"]["activation"]["slope"] == 1.5
    for path, (line, column) in found.keys.items():
        assert lines[line - 1][column - 1 :].lstrip('"').startswith(str(path[-1]))
    assert lines[found.values["neurons", "o", "from", "h"][0] - 1][13:].startswith('"w_a"')


def test_a_long_name_is_cut_and_long_prose_is_not():
    prose = f"The unit 'o' {'is told at length ' * 20} and 'x' too."
    assert str(InputError(prose)) == prose
    assert len(str(InputError(f"There is no unit {'ab ' * 500!r}."))) < 200
    assert len(str(InputError(f"There is no unit {'x' * 5000}."))) < 200
