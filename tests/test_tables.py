"""Tables of other kinds, columns by name, classes by name, scaling, and what `predict` undoes."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from numeric.columns import Roles
from numeric.data import Samples, read_inputs, read_samples
from numeric.preparation import Preparation
from numeric.sources import Lazy
from numeric.trainer import Trainer
from symbolic.errors import InputError
from symbolic.topologies import shorthand
from symbolic.verification import rule_of

TWO = shorthand("2-1")
THREE = shorthand("2-3:softmax")
IRISES = (
    "id,long,wide,species,counts\n"
    "1,5.0,3.5,setosa,1\n"
    "2,7.0,3.0,virginica,2\n"
    "3,6.0,2.5,versicolor,1\n"
    "4,5.5,3.0,setosa,4\n"
)
BY_NAME = Roles(("wide", "long"), ("species",), "counts")


def irises(folder: Path, text: str = IRISES) -> Path:
    path = folder / "irises.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_columns_and_classes_are_found_by_name(tmp_path):
    found = read_samples(irises(tmp_path), THREE, BY_NAME)
    assert found.X[:].tolist() == [[3.5, 5.0], [3.0, 7.0], [2.5, 6.0], [3.0, 5.5]]
    assert found.D[:].tolist() == [[1, 0, 0], [0, 0, 1], [0, 1, 0], [1, 0, 0]]
    assert found.weights.tolist() == [1, 2, 1, 4]
    assert found.preparation.classes == ("setosa", "versicolor", "virginica")
    assert (found.preparation.inputs, found.preparation.target) == (("wide", "long"), "species")


def test_words_in_the_last_column_are_classes_without_being_asked_for(tmp_path):
    found = read_samples(irises(tmp_path, "a,b,kind\n0,1,x\n1,0,z\n2,2,y\n"), THREE)
    assert found.D[:].tolist() == [[1, 0, 0], [0, 0, 1], [0, 1, 0]]


@pytest.mark.parametrize("text", ["0,1,x\n1,0,z\n2,2,y\n", "0,,1\n1,0,2\n"])
def test_a_sample_in_the_first_row_is_never_dropped_as_a_header(text, tmp_path):
    with pytest.raises(InputError, match=r":1: The first row is no header, since '0' is a number"):
        read_samples(irises(tmp_path, text), THREE)
    with pytest.raises(InputError, match="write a header above it"):
        read_inputs(irises(tmp_path, text), THREE, Preparation())


def test_classes_that_are_numbers_are_ordered_by_size(tmp_path):
    text = "a,b,kind\n0,1,10\n1,0,9\n2,2,100\n"
    found = read_samples(irises(tmp_path, text), THREE, Roles(targets=("kind",)))
    assert found.preparation.classes == ("9", "10", "100")


def test_two_words_fit_one_output_and_numbers_stay_numbers(tmp_path):
    text = "a,b,kind,size\n0,1,no,0.5\n1,0,yes,2\n"
    found = read_samples(irises(tmp_path, text), TWO, Roles(("a", "b"), ("kind",)))
    assert found.D[:].tolist() == [[0], [1]]
    assert found.preparation.answers(np.array([[0.9], [0.1]])) == ["yes", "no"]
    found = read_samples(irises(tmp_path, text), TWO, Roles(("a", "b"), ("size",)))
    assert found.D[:].tolist() == [[0.5], [2]]
    assert found.preparation.classes == ()


def test_standardised_inputs_have_mean_0_and_deviation_1_and_are_scaled_alike_later(tmp_path):
    path = irises(tmp_path)
    found = read_samples(path, THREE, BY_NAME, standardise=True)
    table = np.asarray(found.X)
    assert table.mean(axis=0) == pytest.approx([0, 0], abs=1e-15)
    assert table.std(axis=0) == pytest.approx([1, 1])
    assert np.array_equal(read_inputs(path, THREE, found.preparation), table)
    new = irises(tmp_path, "long,other,wide\n5.0,9,3.5\n")
    assert np.array_equal(read_inputs(new, THREE, found.preparation), table[:1])
    flat = read_samples(irises(tmp_path, "1,1,0\n1,2,1\n"), TWO, standardise=True)
    assert np.asarray(flat.X)[:, 0].tolist() == [0, 0]


@pytest.mark.parametrize(
    ("roles", "text", "message"),
    [
        (Roles(targets=("speces",)), IRISES, ":1: There is no column 'speces'. Did you mean 'spec"),
        (Roles(targets=("species",)), IRISES, "2 inputs and there are 4 columns for them: id, "),
        (Roles(("long", "long"), ("species",)), IRISES, "'long' is asked for twice"),
        (Roles(("long", "wide")), IRISES, "which column is the target"),
        (Roles(("long", "id"), ("wide", "counts")), IRISES, "2 target columns; the network has 3"),
        (BY_NAME, "1,2,3\n", "this table has no header"),
        (BY_NAME, IRISES + "5,5,5,rosa,1\n", ":6:4: 'rosa' is one class more than the 3"),
        (BY_NAME, IRISES + "5,5,5,,1\n", ":6:4: The class is missing"),
        (BY_NAME, IRISES + "5,5,,setosa,1\n", ":6:3: '' is no finite number"),
        (BY_NAME, "\n".join(IRISES.splitlines()[:3]), "has 2 classes; the outputs tell 3 apart"),
    ],
)
def test_a_column_that_cannot_be_used_is_named_with_its_place(roles, text, message, tmp_path):
    with pytest.raises(InputError) as error:
        read_samples(irises(tmp_path, text), THREE, roles)
    assert message in str(error.value)
    assert "irises.csv" in str(error.value)


def test_a_column_that_the_model_learned_from_and_is_missing_is_named(tmp_path):
    seen = Preparation(("long", "wide"))
    with pytest.raises(InputError, match="'wide' is missing, which the model learned from"):
        read_inputs(irises(tmp_path, "long,high\n1,2\n"), THREE, seen)
    with pytest.raises(InputError, match="There are 1 columns"):
        read_inputs(irises(tmp_path, "1\n"), THREE, seen)


def arrays(count: int = 60) -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(0)
    labels = draw.integers(0, 3, count)
    return draw.normal(size=(count, 2)) + labels[:, np.newaxis], labels


def test_an_npy_table_is_mapped_and_learned_from_to_the_same_bits(tmp_path):
    X, labels = arrays()
    table = np.column_stack([X, labels])
    np.save(tmp_path / "t.npy", table)
    np.savetxt(tmp_path / "t.csv", table, "%.17g", ",")
    made = []
    for name in ("t.npy", "t.csv"):
        found = read_samples(tmp_path / name, THREE, standardise=True)
        trainer = Trainer(rule_of(THREE))
        trainer.fit(found.X, found.D, 3, 7, optimiser="adam")
        made.append((trainer.weights, found.preparation))
        assert isinstance(found.X, Lazy) == (name == "t.npy")
    assert made[0] == made[1]


def test_a_mapped_table_is_never_in_memory_as_a_whole(tmp_path):
    path, net = tmp_path / "t.npy", shorthand("31-1:identity")
    table = np.lib.format.open_memmap(path, "w+", float, (200_000, 32))
    table[:] = np.random.default_rng(0).random(32)
    table.flush()
    del table
    trainer = Trainer(rule_of(net), "float32")
    tracemalloc.start()
    found = read_samples(path, net, standardise=False)
    history = trainer.fit(found.X, found.D, 1, 4096, 0.01, validation_split=0.1)
    answers = trainer.predict(found.X)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(history.cost) == 1
    assert answers.shape == (200_000, 1)
    assert peak < path.stat().st_size / 4


def test_an_npz_file_has_x_and_d(tmp_path):
    X, labels = arrays()
    path = tmp_path / "t.npz"
    np.savez(path, X=X, y=labels)
    found = read_samples(path, THREE)
    assert np.array_equal(found.X, X)
    assert np.array_equal(np.asarray(found.D).argmax(axis=1), labels)
    np.savez(path, X=X, D=np.eye(3)[labels])
    assert np.array_equal(read_samples(path, THREE).D, found.D)
    np.savez(path, X=X)
    assert np.array_equal(read_inputs(path, THREE, Preparation()), X)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("t.npy", b"no array", "no .npy file of numbers"),
        ("t.npy", np.zeros(3), "a table of numbers, [samples, columns]; this is float64 of"),
        ("t.npy", np.zeros((2, 4)), "There are 4 columns"),
        ("t.npy", np.array([{}], object), "no .npy file"),
        ("t.npz", b"no archive", "no .npz file"),
        ("t.npz", {"Y": np.zeros(3)}, "needs an array X"),
        ("t.npz", {"X": np.zeros((2, 2)), "y": np.zeros(3)}, "X has 2 samples"),
        ("t.npz", {"X": np.zeros((2, 2)), "y": np.array([0, 7])}, "Label 7 of sample 1"),
        ("t.npz", {"X": np.array([[0, 1], [0, np.nan]]), "y": np.array([0, 1])}, ":2:2: 'nan'"),
    ],
)
def test_an_array_file_that_cannot_be_used_is_refused_in_one_sentence(
    name, content, message, tmp_path
):
    path = tmp_path / name
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif isinstance(content, dict):
        np.savez(path, **content)
    else:
        np.save(path, content)
    with pytest.raises(InputError) as error:
        read_samples(path, THREE)
    assert message in str(error.value)
    assert name in str(error.value)
    assert "\n" not in str(error.value)


def test_a_parquet_table_is_the_same_as_its_csv(tmp_path):
    pyarrow = pytest.importorskip("pyarrow", reason="needs the extra parquet")
    from pyarrow import csv, parquet

    path = tmp_path / "irises.parquet"
    parquet.write_table(csv.read_csv(irises(tmp_path)), path)
    one, two = (read_samples(file, THREE, BY_NAME) for file in (path, irises(tmp_path)))
    assert isinstance(one, Samples)
    for name in ("X", "D", "weights"):
        assert np.array_equal(getattr(one, name), getattr(two, name))
    assert one.preparation == two.preparation
    columns = {"a": [1.0, None], "b": [1, 2], "kind": ["x", "y"]}
    parquet.write_table(pyarrow.table(columns), path)
    with pytest.raises(InputError, match=r"parquet:2:1: 'a' is missing here"):
        read_samples(path, TWO, Roles(("a", "b"), ("kind",)))
    with pytest.raises(InputError, match="'kind' holds no numbers"):
        read_samples(path, TWO, Roles(("b", "kind"), ("a",)))
    path.write_bytes(b"PAR1 and nothing else")
    with pytest.raises(InputError, match="no Parquet table"):
        read_samples(path, TWO)


def test_parquet_without_pyarrow_says_what_to_install(tmp_path, monkeypatch):
    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr("numeric.tables.importlib.import_module", missing)
    with pytest.raises(InputError, match=r"pip install 'proofprop\[parquet\]'"):
        read_samples(tmp_path / "t.parquet", TWO)


def test_a_saved_trainer_remembers_how_its_table_was_prepared(tmp_path):
    found = read_samples(irises(tmp_path), THREE, BY_NAME, standardise=True)
    trainer = Trainer(rule_of(THREE))
    trainer.preparation = found.preparation
    trainer.save(tmp_path / "model.npz")
    assert Trainer.load(tmp_path / "model.npz").preparation == found.preparation
    with pytest.raises(ValueError, match="scales"):
        Preparation.of({**found.preparation.as_data(), "scales": [0.0, 1.0]})
