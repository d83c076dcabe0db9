"""C text → a loaded library: the compiler that is there, and a cache that trusts only itself.

A library is named by the hash of its text, its flags, the compiler and the processor.  It is
written beside its name and moved there in one step, so two processes never see half of one.  What
is not ours, or may be written by others, is never loaded; where the cache folder cannot be used,
a folder for this process alone stands in.
"""

from __future__ import annotations

import atexit
import ctypes
import hashlib
import importlib.util
import os
import platform
import shlex
import shutil
import stat
import subprocess
import sys
import tempfile
from functools import lru_cache
from pathlib import Path

FLAGS: tuple[str, ...] = (
    *("-std=gnu11", "-shared", "-fPIC", "-fvisibility=hidden", "-w", "-fno-sanitize=all"),
    *("-fno-math-errno", "-fno-trapping-math", "-ffp-contract=fast"),
)
"""No sum is reordered and no case of NaN, infinity or -0 is assumed away: -ffast-math is not here.

-fno-math-errno and -fno-trapping-math give up `errno` and the floating-point flags, which nobody
reads; -ffp-contract=fast lets a · b + c be rounded once instead of twice.
"""
CHECKED = ".checked"


class CannotCompileError(Exception):
    """There is no compiler, or it refuses our text; the message says which in one line."""


@lru_cache(maxsize=1)
def compiler() -> tuple[str, ...] | None:
    """The command that compiles C: CC, cc, gcc, clang, or the one of the package ziglang."""
    named = os.environ.get("CC", "").strip()
    for command in (named, "cc", "gcc", "clang"):
        words = shlex.split(command)
        if words and shutil.which(words[0]):
            return (str(shutil.which(words[0])), *words[1:])
    if importlib.util.find_spec("ziglang") is not None:
        return (sys.executable, "-m", "ziglang", "cc")
    return None


@lru_cache(maxsize=1)
def processor() -> str:
    """What a library compiled here may rely on, and another machine may not have."""
    words = [platform.system(), platform.machine(), platform.processor()]
    try:
        for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
            if line.startswith(("model name", "flags", "Features")):
                words.append(line)
            elif not line and len(words) > 3:
                break
    except OSError:
        pass
    return "\n".join(words)


@lru_cache(maxsize=4)
def _version(command: tuple[str, ...]) -> str:
    try:
        done = subprocess.run(
            [*command, "--version"], capture_output=True, text=True, timeout=60, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CannotCompileError(f"the compiler {command[0]} does not run: {error}") from None
    return done.stdout


def cache_folder() -> Path | None:
    """The folder of compiled code of this user, by the convention of the platform; None: none."""
    try:
        home = Path.home()
    except RuntimeError:
        return None
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = home / "Library" / "Caches"
    else:
        given = os.environ.get("XDG_CACHE_HOME", "")
        base = Path(given) if os.path.isabs(given) else home / ".cache"
    return base / "proofprop" / "native"


def ours(path: Path) -> bool:
    """Whether a file or folder is this user's, no link, and closed to writing by others."""
    try:
        state = path.lstat()
    except OSError:
        return False
    if not (stat.S_ISREG(state.st_mode) or stat.S_ISDIR(state.st_mode)):
        return False
    if not hasattr(os, "getuid"):
        return True  # Windows: the user's own folder is closed to others by its access list
    return state.st_uid == os.getuid() and not state.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


@lru_cache(maxsize=1)
def _own_folder() -> Path:
    """A new folder for this process, removed at its end."""
    folder = tempfile.mkdtemp(prefix="proofprop-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


def _folders() -> list[Path]:
    folder = cache_folder()
    found = []
    if folder is not None:
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if ours(folder):
                found.append(folder)
        except OSError:
            pass
    return [*found, _own_folder()]


@lru_cache(maxsize=64)
def library(text: str, level: str = "-O3") -> tuple[ctypes.CDLL, Path]:
    """The library of a text and where it lies; compiled now if it is not there.

    Raises `CannotCompileError` where that is not possible.
    """
    command = compiler()
    if command is None:
        raise CannotCompileError("there is no C compiler (pip install ziglang brings one)")
    flags = [*_native(command), *level.split(), *FLAGS]
    if "ziglang" in command:  # takes a tuning for the processor, and then has no vectors
        flags = [flag for flag in flags if not flag.startswith("-mtune")]
    said = "\0".join((text, *flags, *command, _version(command), processor()))
    name = hashlib.sha256(said.encode()).hexdigest() + (
        ".dll" if sys.platform == "win32" else ".so"
    )
    reason = ""
    for folder in _folders():
        path = folder / name
        if ours(path):
            try:
                return ctypes.CDLL(str(path)), path
            except OSError:  # damaged: made anew
                pass
        try:
            _compile(command, flags, text, path)
            if ours(path):
                return ctypes.CDLL(str(path)), path
            reason = f"{path} may be written by others"
        except OSError as error:  # the disk is full or may not be written: the next folder
            reason = str(error)
    raise CannotCompileError(reason)


def _native(command: tuple[str, ...]) -> list[str]:
    """The flag for this very processor."""
    return ["-mcpu=native"] if platform.machine() in ("arm64", "aarch64") else ["-march=native"]


def _compile(command: tuple[str, ...], flags: list[str], text: str, path: Path) -> None:
    """Compile beside the place, then move there: the place holds all of it or nothing."""
    work = Path(tempfile.mkdtemp(prefix=".making-", dir=path.parent))
    try:
        source, made = work / "code.c", work / "code.so"
        source.write_text(text, "utf-8")
        try:
            done = subprocess.run(
                [*command, *flags, str(source), "-o", str(made), "-lm"],
                capture_output=True,
                text=True,
                timeout=300,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise CannotCompileError(f"the compiler {command[0]} takes too long") from None
        if done.returncode:
            line = next((s for s in done.stderr.splitlines() if "error" in s), done.stderr[:200])
            line = line or f"nothing, and ends with code {done.returncode}"
            if "No space left" in done.stderr or "Read-only file system" in done.stderr:
                raise OSError(line)
            raise CannotCompileError(f"the compiler {command[0]} says: {line}")
        made.chmod(0o700)
        os.replace(made, path)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def is_checked(path: Path, digest: str) -> bool:
    """Whether the audit of this digest has passed for the library before."""
    mark = path.with_name(f"{path.stem}-{digest}{CHECKED}")
    return ours(mark)


def mark_checked(path: Path, digest: str) -> None:
    """Remember that the audit of this digest has passed, if the disk lets us."""
    try:
        mark = path.with_name(f"{path.stem}-{digest}{CHECKED}")
        mark.touch(mode=0o600)
    except OSError:
        pass
