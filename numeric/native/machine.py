"""The native machine: a program, its arrays, and the compiled kernels that work on them."""

from __future__ import annotations

import ctypes
import time
from functools import cached_property, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numeric.layout import adjacent
from numeric.modular import NoInverseError
from numeric.native.access import lately, pulled_of, tail_of
from numeric.native.buffers import Buffers, aligned, buffers_of, stride_of
from numeric.native.compiler import library
from numeric.native.orders import Orders
from numeric.native.passes import Passes
from numeric.native.sharing import PAYS, WORTH, Pace, Share, lanes_of, shares_of
from numeric.native.structures import Part, Samples, Worker, setting_of
from numeric.native.tables import table
from numeric.native.text import FIELD, Text, kernels, text_of
from numeric.native.unrolled import fits, unrolled
from numeric.program import CORRECTIONS, DIVISOR, WEIGHTS, Program

Array = NDArray[Any]
NUMBERS: dict[str, Any] = {
    "float64": ctypes.c_double,
    "float32": ctypes.c_float,
    FIELD: ctypes.c_uint64,
}
LEVELS = ("-O3", "-O3"), ("-O1", "-O0")
"""How the kernels, and what is written for one program, are optimised: floats, the field."""
TINY = "-O2 -mtune=generic"
"""What is written out for one sample is one chain of operations: vectors make it longer, and so do
the tunings of some processors, which keep numbers in registers that are far away."""
KINDS = {"float64": np.float64, "float32": np.float32, FIELD: np.uint64}


@lately
def words(program: Program) -> Text:
    """The text of a program, with the factor of its corrections."""
    tail = tail_of(program)
    factors: dict[tuple[Any, ...], None] = {(): None}
    if tail is not None:
        factors[tail.factor] = None
    return text_of(program, tuple(factors))


class NativeMachine:
    """See `backends.Machine`.  `arithmetic`: the dtype of the program, or the field.

    Up to so many `threads` do the updates of `epoch`: where that pays, or as `together` says.
    """

    weighs = True
    """`epoch` takes the weights of samples."""

    def __init__(
        self,
        program: Program,
        batch: int,
        weights: Array,
        eta: float,
        arithmetic: str | None = None,
        texts: tuple[str, str] | None = None,
        threads: int = 1,
        together: bool | None = None,
    ) -> None:
        self.together, self._pace = together, Pace()
        layout, arithmetic = program.layout, arithmetic or program.dtype
        kind, number = KINDS[arithmetic], NUMBERS[arithmetic]
        written = words(program)
        given = texts or (kernels(arithmetic), written.formulas(arithmetic))
        self._code, self._formulas = (
            library(text, level)[0]
            for text, level in zip(given, LEVELS[arithmetic == FIELD], strict=True)
        )
        lanes, panel = int(self._code.pp_lanes()), int(self._code.pp_panel())
        stride = stride_of(batch, lanes)
        self._weights = weights
        self._held: list[Array] = []
        pulled = pulled_of(program)
        self._buffers = buffers = buffers_of(program, stride, kind, {WEIGHTS: weights}, pulled)
        self._rows, flat = buffers.rows, buffers.flat
        self.inputs, self.targets, *rest = (rows[:, :batch] for rows in buffers.given)
        self.divisor: Array | None = None
        if rest:
            self.divisor = rest[0]
            self._rows[DIVISOR][:] = batch
        self.corrections = flat[CORRECTIONS]
        self._batch, self._stride = batch, stride
        scratch = self._scratch(kind)
        orders = Orders(program, written, batch, stride, flat, scratch, vector=lanes)
        rows = tuple(layout.row[name] for name in layout.outputs)
        self._outputs = slice(rows[0], rows[-1] + 1) if adjacent(rows) else np.array(rows)
        self._at = orders.tables.place(rows)
        self._work, self._item = len(weights) * batch, np.dtype(kind).itemsize

        def some(rows: Buffers, stride: int, part: tuple[int, int]) -> Orders:
            given = program, written, batch, stride, rows.flat, self._scratch(kind)
            return Orders(*given, orders.tables, part, lanes)

        shares: list[Share] = []
        if threads > 1 and (together is not None or self._work >= WORTH) and orders.divisible:
            apart = batch <= panel and not orders.has_matrices
            own = partial(buffers_of, program, kind=kind, held={WEIGHTS: weights}, without=pulled)
            cut = lanes_of(stride, lanes, 2 if apart else threads)
            shares = shares_of(orders, some, cut, buffers, own if apart else None)
        parts: list[tuple[int, int, Any]] = []
        self._near, near = buffers, stride
        if batch > panel and orders.divisible:
            held = {WEIGHTS: weights, CORRECTIONS: self.corrections}
            near = panel + lanes  # rows at powers of two push each other out of a cache
            self._near = buffers_of(program, near, kind, held, pulled)
            last = (batch - 1) % panel + 1
            for samples, width in ((panel, panel), (last, -(-last // lanes) * lanes)):
                made = some(self._near, near, (0, width)).part()
                parts.append((samples, width, tuple(map(table, made))))
        self._index = orders.tables.finished()
        self._reads = np.array(orders.tables.reads, np.int64)
        self._passes = Passes(orders)
        self._blocks = np.array(orders.copies.blocks, np.int64).reshape(-1, 6)
        self._begin, self._then = table(orders.begin), orders.copies.then
        self._factor = np.zeros(len(written.factors), kind)

        def setting(samples: int, width: int, stride: int = stride) -> Any:
            return setting_of(number)(
                *(number(batch), number(eta), stride, samples, width),
                self._index.ctypes.data,
                self._reads.ctypes.data,
                self._factor.ctypes.data,
                ctypes.cast(self._formulas.pp_map, ctypes.c_void_p),
            )

        self.setting = setting(batch, stride)
        self._shares = [
            (setting(min(batch, s.first + s.width) - s.first, s.width, s.stride), s) for s in shares
        ]
        self._parts = [(setting(samples, width, near), *tables) for samples, width, tables in parts]
        self._add = table(orders.added()) if parts else None
        self.in_parts = bool(parts)
        self._formulas.pp_factors(
            ctypes.byref(self.setting), ctypes.c_void_p(self._factor.ctypes.data)
        )
        self._train, self._forward = map(self._place, (self._passes.train, self._passes.forward))
        self.tiny: Any = None
        if batch == 1 and fits(program):
            level = LEVELS[True][1] if arithmetic == FIELD else TINY
            tiny = library(unrolled(program, arithmetic), level)[0]
            self.tiny = tiny.pp_tiny
            self.tiny.restype = None
        self._run, self.step = self._code.pp_run, self._code.pp_step
        self._run.restype = None
        for name in ("pp_train", "pp_train_in_parts"):
            getattr(self._code, name).restype = None

    @property
    def divided(self) -> bool:
        """Whether several threads may share the updates."""
        return bool(self._shares)

    @cached_property
    def _learn(self) -> tuple[Any, ...]:
        return self._place(self._passes.learn)

    def _place(self, orders: Array) -> tuple[Any, ...]:
        """The orders as a function in C is given them."""
        place = ctypes.c_void_p(orders.ctypes.data)
        return ctypes.byref(self.setting), place, ctypes.c_int64(len(orders))

    def _scratch(self, kind: Any) -> Any:
        def more(size: int) -> Array:
            self._held.append(aligned(size, kind))
            return self._held[-1]

        return more

    def forward(self) -> None:
        """Compute v and y of every neuron."""
        self._fill()
        self._run(*self._forward)

    def learn(self) -> None:
        """Forward, then δ and Δw."""
        self._fill()
        self._run(*self._learn)

    def require_defined(self) -> None:
        """Raise `NoInverseError` where a denominator was 0 in the field since the last call."""
        if self._code.pp_undefined_since():
            raise NoInverseError

    def _fill(self) -> None:
        """The lanes beyond the batch repeat its last sample, so nothing new happens in them."""
        if self._stride > self._batch:
            for rows in self._buffers.given:
                rows[:, self._batch :] = rows[:, self._batch - 1 : self._batch]

    def outputs(self, y: Array, v: Array) -> None:
        """Copy y and v of the outputs into [outputs, batch]."""
        y[...] = self._rows["y"][self._outputs, : self._batch]
        v[...] = self._rows["v"][self._outputs, : self._batch]

    def letter(self, letter: str) -> Array:
        """The buffer of a letter: v, y or delta of every row of the layout."""
        return self._rows[letter][:, : self._batch]

    def _require_fitting(
        self, arrays: tuple[Array, ...], order: Array | None, samples: int, shares: Array | None
    ) -> None:
        """Raise `ValueError` for arrays that the C code would read or write beyond."""
        X, D, y, v = arrays
        if (shares is None) != (self.divisor is None):
            raise ValueError("The samples have weights and the program has none, or the reverse.")
        arrays = arrays if shares is None else (*arrays, shares)
        outputs, inputs = len(self.targets), len(self.inputs)
        kind = self._weights.dtype
        fits = all(array.flags.c_contiguous and array.dtype == kind for array in arrays)
        fits = fits and X.shape == (len(D), inputs) and D.shape[1] == outputs
        fits = fits and y.shape == v.shape == (outputs, len(D))
        fits = fits and (shares is None or shares.shape == (len(D),))
        shown = len(D) if order is None else len(order)
        if not fits or samples > min(shown, len(D)):
            raise ValueError(f"These samples do not fit the machine: {[a.shape for a in arrays]}.")

    def epoch(
        self,
        X: Array,
        D: Array,
        order: Array | None,
        start: int,
        updates: int,
        seen_y: Array,
        seen_v: Array,
        shares: Array | None = None,
    ) -> None:
        """So many updates w += Δw, a batch each, from sample `start` of the order on.

        X is [samples, inputs] and D [samples, outputs], both contiguous; y and v of the outputs on
        the way are put into the columns of `seen_y` and `seen_v`.  A weighted program is also
        given N/s_ξ of each sample.
        """
        ends = start + updates * self._batch
        self._require_fitting((X, D, seen_y, seen_v), order, ends, shares)
        given = None if shares is None else shares.ctypes.data
        if order is not None:
            order = np.ascontiguousarray(order, np.int64)
        if self.tiny is not None:
            self.tiny(
                self._train[0],
                *(ctypes.c_void_p(array.ctypes.data) for array in (self._weights, X, D)),
                ctypes.c_void_p(given),
                None if order is None else ctypes.c_void_p(order.ctypes.data),
                ctypes.c_int64(start),
                ctypes.c_int64(updates),
                *(ctypes.c_void_p(array.ctypes.data) for array in (seen_y, seen_v)),
                ctypes.c_int64(seen_y.shape[1]),
            )
            return

        def samples_of(buffers: Buffers, lane: int = 0) -> Samples:
            return self.samples_of(X, D, seen_y, seen_v, given, order, buffers, lane)

        pays = self._work * updates >= PAYS if self.together is None else self.together
        several = self.divided and pays
        if several and self.together is None:
            several = self._pace.several()
        begin = time.perf_counter()
        if several and self._together(samples_of, start, updates):
            self._pace.took(True, (time.perf_counter() - begin) / updates)
            return
        if self.in_parts:
            self._part_by_part(samples_of(self._near), start, updates)
        else:
            self._code.pp_train(
                *self._train,
                ctypes.byref(samples_of(self._buffers)),
                ctypes.c_int64(start),
                ctypes.c_int64(updates),
            )
        if self._shares:
            self._pace.took(False, (time.perf_counter() - begin) / updates)

    def samples_of(
        self,
        X: Array,
        D: Array,
        seen_y: Array,
        seen_v: Array,
        shares: int | None = None,
        order: Array | None = None,
        buffers: Buffers | None = None,
        lane: int = 0,
    ) -> Samples:
        """Where C reads samples and puts what it saw: in these rows, from this lane on."""
        rows = buffers or self._buffers
        places = [given.ctypes.data for given in rows.given]
        places += [0] * (3 - len(places))
        places += [rows.flat[letter].ctypes.data for letter in ("y", "v")]
        return Samples(
            *(X.ctypes.data, D.ctypes.data, shares),
            *(None if order is None else order.ctypes.data, X.shape[1], D.shape[1]),
            *(place + lane * self._item for place in places),
            *(self._at, seen_y.ctypes.data, seen_v.ctypes.data, seen_y.shape[1]),
            *(self._blocks.ctypes.data, len(self._blocks)),
            *(self._begin.ctypes.data, len(self._begin)),
            None if self._then is None else self._then[1:].ctypes.data,
        )

    @property
    def orders_of_training(self) -> Array:
        """The orders of one update w += Δw."""
        return self._passes.train

    def _part_by_part(self, samples: Samples, start: int, updates: int) -> None:
        """The updates, each with its batch in parts of a panel."""
        parts = [
            Part(
                ctypes.addressof(setting),
                *(table.ctypes.data for table in (ahead, first, more)),
                *(len(ahead), len(first)),
            )
            for setting, ahead, first, more in self._parts
        ]
        assert self._add is not None
        self._code.pp_train_in_parts(
            *map(ctypes.byref, parts),
            ctypes.c_void_p(self._add.ctypes.data),
            ctypes.byref(samples),
            *map(ctypes.c_int64, (self._batch, start, updates)),
        )

    def _together(self, samples_of: Any, start: int, updates: int) -> bool:
        """The updates by several threads; False: they are not to be had."""
        workers = (Worker * len(self._shares))()
        whole = ctypes.addressof(self.setting)
        for worker, (setting, own) in zip(workers, self._shares, strict=True):
            worker.own, worker.all = ctypes.addressof(setting), whole
            worker.ahead, worker.share = own.ahead.ctypes.data, own.last.ctypes.data
            worker.aheads, worker.shares = len(own.ahead), len(own.last)
            shown = own.first if own.buffers is self._buffers else 0
            worker.samples, worker.lane = samples_of(own.buffers, shown), own.first
            worker.start, worker.updates = start, updates
        return not self._code.pp_train_together(workers, ctypes.c_int64(len(workers)))


def machine(
    program: Program, batch: int, weights: Array, eta: float, threads: int = 1
) -> NativeMachine:
    """The program with its buffers, for one batch size."""
    return NativeMachine(program, batch, weights, eta, threads=threads)
