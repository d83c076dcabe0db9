"""Samples from CSV files: which column is which, and where a file is wrong."""

import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from numeric.data import read_csv
from symbolic.errors import InputError
from symbolic.topologies import shorthand

XOR = shorthand("2-3-1")
THREE = shorthand("2-3:softmax")


def write(folder: Path, text: str) -> Path:
    path = folder / "samples.csv"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "text",
    ["0,1,1\n2,3,0\n", "\ufeffa,b,c\n0,1,1\n\n2,3,0", "6,2,note,1\n1,1,hm,0\n0,3,,2\n"],
    ids=["no header", "a header of other names", "by name"],
)
def test_the_columns_find_their_units(tmp_path: Path, text: str) -> None:
    X, D = read_csv(write(tmp_path, text), XOR)
    assert X.tolist() == [[0, 1], [2, 3]]
    assert D.tolist() == [[1], [0]]


def test_one_column_of_classes_becomes_one_hot(tmp_path: Path) -> None:
    X, D = read_csv(write(tmp_path, "x,y,class\n0,1,2\n1,0,0\n"), THREE)
    assert X.shape == (2, 2)
    assert np.array_equal(D, [[0, 0, 1], [1, 0, 0]])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no sample"),
        ("x,y,class\n", "no sample"),
        ("x,y,class\n0,one,1\n", ":2:2: 'one' is no finite number"),
        ("0,nan,1\n", ":1:2: 'nan'"),
        ("0,1,1\n0,inf,1\n", ":2:2: 'inf'"),
        ("0,1,1\n\n0,1\n", ":3: This row has 2 cells; the first one has 3"),
        ("0,1,3\n", ":1:3: 3 is no class"),
        ("0,1,0.5\n", ":1:3: 0.5 is no class"),
        ("0,1\n", ":1: There are 2 columns"),
        ("x,x,class\n0,1,1\n", ":1:2: The column 'x' is there twice"),
        ('x,y,class\n0,1,"1\n', "This is no CSV"),
    ],
)
def test_an_error_names_its_place(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InputError) as error:
        read_csv(write(tmp_path, text), THREE)
    assert message in str(error.value)
    assert "samples.csv" in str(error.value)


def test_files_that_are_not_there_not_text_or_too_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InputError, match="No such file"):
        read_csv(tmp_path / "none.csv", XOR)
    path = tmp_path / "binary.csv"
    path.write_bytes(b"0,\xff\xfe,1\n")
    with pytest.raises(InputError, match="UTF-8"):
        read_csv(path, XOR)
    monkeypatch.setattr("numeric.csv_table.LARGEST_FILE", 3)
    with pytest.raises(InputError, match="more than"):
        read_csv(path, XOR)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"%PDF-1.7\n%\xe2\xe3", "This is a PDF file, not a CSV file; save the table as"),
        (b"PK\x03\x04rest", "a zip archive, as spreadsheets are, not a CSV file"),
        (b"\x7fELF\x00\x01", "This is a binary file, not a CSV file"),
        ("0,1,1\n".encode("utf-16"), "text in UTF-16"),
        ("0,1,é\n".encode("latin-1"), "no text in UTF-8; save"),
        (b"Once upon a time there was a king\nwho\n", ":1: This is no table of numbers separated"),
        (b"x;y;class\n0;1;1\n", ":1: The columns are separated by semicolons"),
        (b"x\ty\tclass\n0\t1\t1\n", ":1: The columns are separated by tabs"),
    ],
)
def test_a_file_that_is_no_csv_gets_one_clear_sentence(
    tmp_path: Path, content: bytes, message: str
) -> None:
    path = tmp_path / "samples.csv"
    path.write_bytes(content)
    with pytest.raises(InputError) as error:
        read_csv(path, THREE)
    assert message in str(error.value)
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < len(str(path)) + 150


def test_a_large_file_is_held_once(tmp_path: Path) -> None:
    path = write(tmp_path, "0.25,0.5,1\n" * 100_000)
    tracemalloc.start()
    X, D = read_csv(path, XOR)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (X.shape, D.shape) == ((100_000, 2), (100_000, 1))
    assert peak < 1.5 * (X.nbytes + D.nbytes)


def test_the_example_file() -> None:
    X, D = read_csv(Path(__file__).parents[1] / "examples" / "xor.csv", XOR)
    assert (D[:, 0] == (X[:, 0] != X[:, 1])).all()
