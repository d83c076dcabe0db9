"""Two more peers for small networks, one sample after the other: CasADi and FANN.

CasADi differentiates the cost and writes C, which our own compiler compiles together with a loop
over the samples; layers only.  FANN is the C library, called once for each pass; its slope is
clipped, so its numbers differ a little.  On other graphs its incremental training reads wrong
inputs, so there it is called for each sample as a batch of its own.
"""

from __future__ import annotations

import ctypes
import importlib.util
import tempfile
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

from benchmarks.work import ETA, Side, Work
from numeric.layout import layout_of
from numeric.native.compiler import compiler, library
from symbolic.network import BIAS

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
    if work.batch != 1:
        return found
    if not work.dense:
        return {"fann": fann_graph} if _fann(work) is not None else found
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


HEAD = """FANN_FLO_2.1
num_layers={layers}
learning_rate={eta}
connection_rate=0.5
network_type=1
learning_momentum=0
training_algorithm=1
train_error_function=0
train_stop_function=0
cascade_output_change_fraction=0.01
quickprop_decay=-0.0001
quickprop_mu=1.75
rprop_increase_factor=1.2
rprop_decrease_factor=0.5
rprop_delta_min=0
rprop_delta_max=50
rprop_delta_zero=0.1
cascade_output_stagnation_epochs=12
cascade_candidate_change_fraction=0.01
cascade_candidate_stagnation_epochs=12
cascade_max_out_epochs=150
cascade_min_out_epochs=50
cascade_max_cand_epochs=150
cascade_min_cand_epochs=50
cascade_num_candidate_groups=2
bit_fail_limit=0.35
cascade_candidate_limit=1000
cascade_weight_multiplier=0.4
cascade_activation_functions_count=1
cascade_activation_functions=3 
cascade_activation_steepnesses_count=1
cascade_activation_steepnesses=0.5 
layer_sizes={sizes} 
scale_included=0
"""  # noqa: W291 - FANN reads the spaces
"""A graph as FANN's file: sparse, with connections across layers, trained in batches."""


def fann_graph(work: Work) -> Side:
    """FANN on any graph: its levels as layers, and all outputs in the last one."""
    lib: Any = _fann(work)
    network, entry = work.network, layout_of(work.network).entry
    ends = set(network.outputs)
    depths = sorted({network.depth[j] for j in network.order if j not in ends})
    layers = [[*network.inputs, BIAS]]
    layers += [
        [j for j in network.order if network.depth[j] == d and j not in ends] for d in depths
    ]
    layers.append(list(network.outputs))
    units = [unit for layer in layers for unit in layer]
    number = {unit: n for n, unit in enumerate(units)}
    neurons, links, order = [], [], []
    for unit in units:
        sources = sorted(network.sources.get(unit, ()), key=number.__getitem__)
        neurons.append(f"({len(sources)}, {3 if sources else 0}, {0.5 if sources else 0})")
        order += [entry[network.weight_of[unit, i]] for i in sources]
        links += [number[i] for i in sources]
    said = [f"({i}, {float(work.start[e])!r})" for i, e in zip(links, order, strict=True)]
    sizes = " ".join(str(len(layer)) for layer in layers)
    with tempfile.NamedTemporaryFile("w", suffix=".net") as file:
        file.write(HEAD.format(layers=len(layers), eta=ETA, sizes=sizes))
        given = "num_inputs, activation_function, activation_steepness"
        file.write(f"neurons ({given})={' '.join(neurons)} \n")
        file.write(f"connections (connected_to_neuron, weight)={' '.join(said)} \n")
        file.flush()
        for name in ("fann_create_from_file", "fann_create_train"):
            getattr(lib, name).restype = ctypes.c_void_p
        net = ctypes.c_void_p(lib.fann_create_from_file(file.name.encode()))
    X, D, start = _sheets(work)
    samples = [ctypes.c_void_p(lib.fann_create_train(1, X.shape[1], D.shape[1])) for _ in X]
    for sample, x, d in zip(samples, X, D, strict=True):
        table = ctypes.cast(sample, ctypes.POINTER(_Data))[0]
        ctypes.memmove(table.input[0], x.ctypes.data, x.nbytes)
        ctypes.memmove(table.output[0], d.ctypes.data, d.nbytes)
    lib.fann_train_epoch.restype = ctypes.c_float
    kind: Any = _Connection if work.X.dtype == np.float32 else _DoubleConnection
    made = (kind * len(order))()

    def run() -> None:
        for sample in samples:
            lib.fann_train_epoch(net, sample)

    def weights() -> Any:
        lib.fann_get_connection_array(net, made)
        found = np.empty_like(start)
        found[order] = [link.weight for link in made]
        return found

    return Side(run, weights)


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
