"""The cache of compiled code: shared safely, never trusted blindly, and never needed."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from numeric.lowering import lower
from numeric.native import compiler
from numeric.native.machine import words
from numeric.native.text import FIELD, kernels
from numeric.native.unrolled import unrolled
from numeric.trainer import Trainer
from symbolic.topologies import shorthand
from symbolic.verification import rule_of

pytestmark = pytest.mark.skipif(
    compiler.compiler() is None or sys.platform == "win32", reason="no C compiler here"
)
TEXT = '__attribute__((visibility("default"))) int answer(void) { return 42; }\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A cache of its own for one test."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(sys, "platform", "linux")
    compiler.library.cache_clear()
    yield tmp_path / "proofprop" / "native"
    compiler.library.cache_clear()


def loaded(text: str = TEXT) -> Path:
    """Load the text as a new process would; where its library lies."""
    compiler.library.cache_clear()
    code, path = compiler.library(text)
    assert code.answer() == 42
    return path


def forbidden(*given: object) -> None:
    raise AssertionError("compiled again")


def test_a_text_is_compiled_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = loaded()
    assert path.parent == folder
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert list(folder.iterdir()) == [path]
    monkeypatch.setattr(compiler, "_compile", forbidden)
    assert loaded() == path
    with pytest.raises(AssertionError, match="compiled again"):
        loaded(TEXT + "\n")


def test_a_library_that_others_may_write_is_not_loaded(folder: Path) -> None:
    path = loaded()
    path.unlink()  # a library in use must not change under its process
    path.write_bytes(b"something else")
    path.chmod(0o666)
    assert not compiler.ours(path)
    assert loaded() == path
    assert stat.S_IMODE(path.stat().st_mode) == 0o700


def test_a_link_in_the_place_of_a_library_is_not_followed(folder: Path, tmp_path: Path) -> None:
    path = loaded()
    elsewhere = tmp_path / "elsewhere.so"
    path.rename(elsewhere)
    path.symlink_to(elsewhere)
    assert loaded() == path
    assert not path.is_symlink()


def test_a_damaged_library_is_made_anew(folder: Path) -> None:
    path = loaded()
    path.unlink()
    path.write_bytes(b"half of it")
    path.chmod(0o700)
    assert loaded() == path


def test_a_folder_that_others_may_write_is_not_used(folder: Path) -> None:
    folder.mkdir(parents=True)
    folder.chmod(0o777)
    assert loaded().parent != folder
    assert not list(folder.iterdir())


def test_a_folder_of_someone_else_is_not_used(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded()
    mine = os.getuid()
    monkeypatch.setattr(os, "getuid", lambda: mine + 1)
    assert not compiler.ours(folder)


def test_where_nothing_can_be_written_a_folder_of_the_process_stands_in(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = compiler._compile

    def full(command: object, flags: object, text: object, path: Path) -> None:
        if path.parent == folder:
            raise OSError(28, "No space left on device")
        real(command, flags, text, path)  # type: ignore[arg-type]

    monkeypatch.setattr(compiler, "_compile", full)
    path = loaded()
    assert path.parent != folder
    assert not list(folder.iterdir())


def test_a_cache_folder_that_is_a_file_does_not_stop_training(folder: Path) -> None:
    folder.parent.mkdir(parents=True)
    folder.write_text("in the way")
    assert loaded().exists()


def test_what_the_compiler_refuses_is_said_in_one_line(folder: Path) -> None:
    with pytest.raises(compiler.CannotCompileError, match="error") as found:
        compiler.library("int broken(")
    assert "\n" not in str(found.value)
    assert not list(folder.iterdir())


def test_processes_that_compile_at_once_all_get_the_whole_library(folder: Path) -> None:
    code = (
        f"from numeric.native.compiler import library\nassert library({TEXT!r})[0].answer() == 42\n"
    )
    root = Path(__file__).parents[1]
    started = [
        subprocess.Popen([sys.executable, "-c", code], cwd=root, stderr=subprocess.PIPE)
        for _ in range(6)
    ]
    for process in started:
        _, said = process.communicate(timeout=120)
        assert process.returncode == 0, said.decode()
    assert [path.suffix for path in folder.iterdir()] == [".so"]


def test_the_compiler_that_is_named_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    first = compiler.compiler.__wrapped__()
    assert first is not None
    monkeypatch.setenv("CC", f"{first[0]} -pipe")
    assert compiler.compiler.__wrapped__() == (first[0], "-pipe")
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("CC")
    found = compiler.compiler.__wrapped__()
    assert found is None or found[1:] == ("-m", "ziglang", "cc")


def test_the_compiler_of_pip_trains_as_ours_does(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("ziglang", reason="the extra `native` is not installed")
    samples = np.random.default_rng(0).normal(size=(2, 9, 3))
    ends = []
    for named in ("", f"{sys.executable} -m ziglang cc"):
        monkeypatch.setenv("CC", named)
        for held in (compiler.compiler, compiler.library):
            held.cache_clear()
        for size in (1, 4):  # written out, and by the kernels
            trainer = Trainer(rule_of(shorthand("3-2-3")), seed=1, backend="native")
            trainer.fit(*samples, epochs=2, batch_size=size, progress=False)
            ends.append(list(trainer.weights.values()))
    for held in (compiler.compiler, compiler.library):
        held.cache_clear()
    assert np.allclose(ends[:2], ends[2:], rtol=1e-12)


def test_a_library_shows_no_name_but_ours(folder: Path) -> None:
    if shutil.which("nm") is None:
        pytest.skip("no nm here")
    program = lower(rule_of(shorthand("3-2-3")))
    for text in (kernels("float64"), words(program).formulas("float32"), unrolled(program, FIELD)):
        path = compiler.library(text, "-O0")[1]
        said = subprocess.run(
            ["nm", "-D", "--defined-only", str(path)], capture_output=True, text=True, check=True
        )
        names = [line.split()[-1] for line in said.stdout.splitlines()]
        assert names
        assert all(name.startswith("pp_") for name in names), names
