"""Two more peers for small layered networks, one sample after the other: CasADi and FANN.

CasADi differentiates the cost and writes C, which our own compiler compiles together with a loop
over the samples.  FANN is the C library, called once for each pass; its slope is clipped, so its
numbers differ a little.
"""

from __future__ import annotations

import ctypes
import importlib.util
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

from benchmarks.work import ETA, Side, Work
from numeric.native.compiler import compiler, library

MOST = 300
"""CasADi writes every operation out; larger programs take minutes to compile."""
LOOP = """
#include <string.h>
__attribute__((visibility("default")))
void run(casadi_real *w, const casadi_real *X, const casadi_real *D, long count) {
  static casadi_real fresh[WEIGHTS], work[WORK + 1];
  for (long n = 0; n < count; n++, X += INPUTS, D += OUTPUTS) {
    const casadi_real *arg[ARGS + 1] = {w, X, D};
    casadi_real *res[RESULTS + 1] = {fresh};
    step(arg, res, 0, work, 0);
    memcpy(w, fresh, sizeof fresh);
  }
}
"""


def more_peers(work: Work) -> dict[str, Callable[[Work], Side]]:
    """Who of them is here and can do this work."""
    found: dict[str, Callable[[Work], Side]] = {}
    if not work.dense or work.batch != 1:
        return found
    casadi = importlib.util.find_spec("casadi") is not None and compiler() is not None
    if casadi and len(work.start) <= MOST:
        found["casadi"] = casadi_layers
    if _fann(work) is not None:
        found["fann"] = fann_layers
    return found


def casadi_layers(work: Work) -> Side:
    """The gradient of the cost as straight C, in a loop over the samples."""
    import casadi as ca

    kind = "float" if work.X.dtype == np.float32 else "double"
    w, x, d = (ca.SX.sym(*size) for size in (
        ("w", len(work.start)), ("x", work.sizes[0]), ("d", work.sizes[-1])))  # fmt: skip
    y, first = x, 0
    for a, b in pairwise(work.sizes):
        both = ca.reshape(w[first : first + b * (a + 1)], a + 1, b).T
        y = 1 / (1 + ca.exp(-(both @ ca.vertcat(1, y))))
        first += b * (a + 1)
    error = d - y
    change = ca.gradient(ca.dot(error, error) / 2, w)
    step = ca.Function("step", [w, x, d], [w - ETA * change])
    written = ca.CodeGenerator("step", {"casadi_real": kind})
    written.add(step)
    text = written.dump()
    sizes = {"WEIGHTS": len(work.start), "INPUTS": work.sizes[0], "OUTPUTS": work.sizes[-1]}
    sizes |= {"WORK": step.sz_w(), "ARGS": step.sz_arg(), "RESULTS": step.sz_res()}
    given = "".join(f"#define {name} {size}\n" for name, size in sizes.items())
    run = library(f"{text}\n{given}{LOOP}", "-O3")[0].run
    X, D, weights = _sheets(work)
    places = [ctypes.c_void_p(table.ctypes.data) for table in (weights, X, D)]
    return Side(lambda: run(*places, ctypes.c_long(len(X))), lambda: weights)


class _Connection(ctypes.Structure):
    """`struct fann_connection`, float."""

    _fields_ = (("source", ctypes.c_uint), ("to", ctypes.c_uint), ("weight", ctypes.c_float))


class _DoubleConnection(ctypes.Structure):
    """`struct fann_connection`, double."""

    _fields_ = (("source", ctypes.c_uint), ("to", ctypes.c_uint), ("weight", ctypes.c_double))


def _fann(work: Work) -> ctypes.CDLL | None:
    """The library for floats or doubles, if it is here."""
    kind = "float" if work.X.dtype == np.float32 else "double"
    try:
        return ctypes.CDLL(f"lib{kind}fann.so.2")
    except OSError:
        return None


def fann_layers(work: Work) -> Side:
    """FANN's incremental training, a pass over the samples for each call."""
    lib: Any = _fann(work)
    single = work.X.dtype == np.float32
    kind: Any = _Connection if single else _DoubleConnection
    for name in ("fann_create_standard_array", "fann_create_train"):
        getattr(lib, name).restype = ctypes.c_void_p
    sizes = (ctypes.c_uint * len(work.sizes))(*work.sizes)
    net = ctypes.c_void_p(lib.fann_create_standard_array(len(sizes), sizes))
    sigmoid, incremental = 3, 0
    lib.fann_set_activation_function_hidden(net, sigmoid)
    lib.fann_set_activation_function_output(net, sigmoid)
    lib.fann_set_training_algorithm(net, incremental)
    steepness: Any = ctypes.c_float if single else ctypes.c_double
    lib.fann_set_activation_steepness_hidden(net, steepness(0.5))
    lib.fann_set_activation_steepness_output(net, steepness(0.5))
    lib.fann_set_learning_rate(net, ctypes.c_float(ETA))
    lib.fann_set_train_error_function(net, 0)
    X, D, start = _sheets(work)
    data = ctypes.c_void_p(lib.fann_create_train(len(X), X.shape[1], D.shape[1]))
    # the rows of its table are reached through two arrays of pointers behind its first numbers
    table = ctypes.cast(data, ctypes.POINTER(_Data))[0]
    for rows, numbers in ((table.input, X), (table.output, D)):
        for n, row in enumerate(numbers):
            ctypes.memmove(rows[n], row.ctypes.data, row.nbytes)
    count = lib.fann_get_total_connections(net)
    links = (kind * count)()
    lib.fann_get_connection_array(net, links)
    order = _places(work)
    for link, place in zip(links, order, strict=True):
        link.weight = float(start[place])
    lib.fann_set_weight_array(net, links, count)

    def weights() -> Any:
        lib.fann_get_connection_array(net, links)
        found = np.empty_like(start)
        found[order] = [link.weight for link in links]
        return found

    lib.fann_train_epoch.restype = ctypes.c_float
    return Side(lambda: lib.fann_train_epoch(net, data), weights)


class _Data(ctypes.Structure):
    """The head of `struct fann_train_data`."""

    _fields_ = (
        ("errno", ctypes.c_int),
        ("log", ctypes.c_void_p),
        ("message", ctypes.c_char_p),
        ("count", ctypes.c_uint),
        ("inputs", ctypes.c_uint),
        ("outputs", ctypes.c_uint),
        ("input", ctypes.POINTER(ctypes.c_void_p)),
        ("output", ctypes.POINTER(ctypes.c_void_p)),
    )


def _places(work: Work) -> list[int]:
    """The entry of each connection of FANN: neuron by neuron, the bias last."""
    found, first = [], 0
    for a, b in pairwise(work.sizes):
        for n in range(b):
            row = first + n * (a + 1)
            found += [*range(row + 1, row + a + 1), row]
        first += b * (a + 1)
    return found


def _sheets(work: Work) -> tuple[Any, Any, Any]:
    """X, D [samples, …] and a copy of the weights."""
    X, D = (np.ascontiguousarray(t.reshape(-1, t.shape[-1])) for t in (work.X, work.D))
    return X, D, work.start.copy()
