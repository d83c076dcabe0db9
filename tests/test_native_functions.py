"""The elementary functions of the compiled code: how exact they are, and far out."""

from __future__ import annotations

import ctypes
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from numeric.native import compiler
from numeric.native.text import arithmetic_text, part

pytestmark = pytest.mark.skipif(
    compiler.compiler() is None, reason="no C compiler here: CC, cc, gcc, clang, ziglang"
)
FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "exp": np.exp,
    "tanh": np.tanh,
    "expit": lambda u: 1 / (1 + np.exp(-u)),
    "softplus": lambda u: np.log1p(np.exp(u)),
}
KINDS = {"float64": np.float64, "float32": np.float32}


def compiled(name: str, dtype: str, x: Any, scalar: bool) -> Any:
    """The values of a function of `functions.h`, lane by lane or number by number."""
    text = arithmetic_text(dtype, {}) + part("orders.h")
    for one in FUNCTIONS:
        head = "(const T *x, T *y, int64_t n) { for (int64_t i = 0; i < n; i += "
        text += f"EXPORT void v_all_{one}{head}LANES) v_store(y + i, v_{one}(v_load(x + i))); }}\n"
        text += f"EXPORT void s_all_{one}{head}1) y[i] = s_{one}(x[i]); }}\n"
    code, _ = compiler.library(text)
    y = np.empty_like(x)
    places = (ctypes.c_void_p(array.ctypes.data) for array in (x, y))
    getattr(code, f"{'s' if scalar else 'v'}_all_{name}")(*places, ctypes.c_int64(len(x)))
    return y


@pytest.mark.skipif(
    np.finfo(np.longdouble).eps > 1e-18, reason="long double is no longer than double here"
)
@pytest.mark.parametrize("scalar", [False, True])
@pytest.mark.parametrize("dtype", KINDS)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_is_right_to_four_units_in_the_last_place(
    name: str, dtype: str, scalar: bool
) -> None:
    draw = np.random.default_rng(0)
    spread = np.concatenate([draw.uniform(-size, size, 4096) for size in (1e-3, 1, 8, 80)])
    x = spread.astype(KINDS[dtype])
    right = FUNCTIONS[name](x.astype(np.longdouble))
    unit = np.spacing(np.abs(right).astype(x.dtype))
    gap = np.abs(compiled(name, dtype, x, scalar).astype(np.longdouble) - right) / unit
    assert gap.max() < 4


@pytest.mark.parametrize("scalar", [False, True])
@pytest.mark.parametrize("dtype", KINDS)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_nan_and_the_ends_of_the_line_go_where_they_should(
    name: str, dtype: str, scalar: bool
) -> None:
    ends = {"exp": (0, np.inf), "tanh": (-1, 1), "expit": (0, 1), "softplus": (0, np.inf)}
    x = np.tile(np.array([np.nan, -np.inf, np.inf, -1e30], KINDS[dtype]), 4)
    y = compiled(name, dtype, x, scalar)
    assert np.isnan(y[0])
    assert (y[1], y[2], y[3]) == (ends[name][0], ends[name][1], ends[name][0])


def test_sympy_is_not_loaded_to_train() -> None:
    code = "import sys, numeric.trainer, numeric.native.audit; assert 'sympy' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
