"""A small network sample by sample: the program written out, one C variable for each number.

Everything stays in registers from update to update.  Only where a network has at most `MOST`
synapses: beyond, the compiler takes long and the code runs no faster than the kernels.

An update of a network with at most `CHAIN` synapses waits for itself: each operation needs the one
before.  So v_j of a neuron that reads inputs alone is known one operation after δ_j: with the
samples x and then x', v_j' = Σ_i (w_ji + η δ_j x_i) x_i' = Σ_i w_ji x_i' + η δ_j Σ_i x_i x_i'.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from functools import reduce
from itertools import pairwise

from numeric.native.access import tail_of
from numeric.native.formulas import Lines, Value
from numeric.native.text import arithmetic_text, part
from numeric.program import (
    CORRECTIONS,
    DIVISOR,
    WEIGHTS,
    Clear,
    EdgeDots,
    Instruction,
    Map,
    Outer,
    Pick,
    Product,
    Program,
    Rows,
    RunSums,
    Softmax,
    Sparse,
    Take,
    Total,
)
from symbolic.terms import Mul, Sign, Term, num

MOST = 200
"""So many synapses are written out."""
CHAIN = 50
ZERO, ONE = "K(0.0, 0u)", "K(1.0, 1u)"


def fits(program: Program) -> bool:
    """Whether the program is small enough to be written out."""
    return len(program.layout.network.synapses) <= MOST


def unrolled(program: Program, arithmetic: str) -> str:
    """The text of `pp_tiny`, which trains the program sample by sample."""
    written = _Unrolled(program)
    tail = tail_of(program)
    end = len(program.backward) if tail is None else tail.start
    for line in (*program.forward, *program.backward[:end]):
        written.line(line)
    for line in program.backward[end:]:
        written.step(line, () if tail is None else tail.factor)
    layout = program.layout
    rows = [layout.row[name] for name in layout.outputs]
    count, inputs = len(layout.entry), len(layout.network.inputs)
    if tail is None:
        changes = [written.value(CORRECTIONS, e) for e in range(count)]
        written.steps = [f"w{e} = s_add(w{e}, {change});" for e, change in enumerate(changes)]
    elif len(layout.network.synapses) <= CHAIN:
        written.look_ahead()
    text = [
        arithmetic_text(arithmetic, written.powers),
        part("orders.h"),
        "EXPORT void pp_tiny(const Setting *s, T *w, const T *X, const T *D, const T *S,",
        "    const int64_t *order, int64_t start, int64_t updates,",
        "    T *seen_y, T *seen_v, int64_t samples) {",
        f"  const T n = {ONE}, eta = s->eta; (void)n; (void)eta; (void)S;",
        *(f"  T w{e} = w[{e}];" for e in range(count)),
        *(f"  {line}" for line in written.once),
        "  if (!updates) return;",
        "  int64_t at = order ? order[start] : start;",
        f"  const T *x = X + at * {inputs};",
        *(f"  {line}" for line in written.before),
        "  for (; updates; updates--, start++) {",
        "    const int64_t next = updates == 1 ? at : order ? order[start + 1] : start + 1;",
        f"    const T *d = D + at * {len(rows)}, *then = X + next * {inputs};",
        *(f"    {line}" for line in written.each),
        *(
            f"    seen_{letter}[{n} * samples + start] = {written.value(letter, row)};"
            for letter in ("y", "v")
            for n, row in enumerate(rows)
        ),
        *(f"    {line}" for line in written.steps),
        "    at = next;",
        "    x = then;",
        "  }",
        *(f"  w[{e}] = w{e};" for e in range(count)),
        "}\n",
    ]
    return "\n".join(text)


class _Unrolled:
    """The statements of one update, and what each element of each buffer is at present."""

    def __init__(self, program: Program) -> None:
        layout = program.layout
        self.once: list[str] = []
        self.before: list[str] = []
        self.each: list[str] = []
        self.steps: list[str] = []
        self.powers: dict[Fraction, str] = {}
        self.held: dict[tuple[str, int], str] = {("y", row): ONE for row in layout.ones}
        self.held |= {("y", 1 + n): f"x[{n}]" for n in range(len(layout.network.inputs))}
        self.held |= {("d", n): f"d[{n}]" for n in range(len(layout.outputs))}
        self.held[DIVISOR, 0] = "S[at]"
        self.held |= {(WEIGHTS, e): f"w{e}" for e in range(len(layout.entry))}
        self._size = {buffer.name: buffer.size for buffer in program.buffers}
        self._count = 0
        self._scale = ""
        self._known: dict[str, str] = {}
        self._moves: dict[str, tuple[str, str]] = {}
        self._fields: dict[str, tuple[list[str], list[str]]] = {}

    def value(self, buffer: str, row: int) -> str:
        """What an element is at present; 0 before anything wrote it."""
        return self.held.get((buffer, row), ZERO)

    def line(self, line: Instruction) -> None:
        """The statements of an instruction, for one sample."""
        read, write = self._read, self._write
        match line:
            case Clear(buffer):
                self.held.update({(buffer, row): ZERO for row in range(self._size[buffer])})
            case Map():
                self._map(line)
            case Take(out, of):
                for row, value in zip(_places(out), read(of), strict=True):
                    self.held[out.buffer, row] = value
            case Product(out, matrix, x, transposed):
                weights = [
                    [
                        self.value(matrix.buffer, matrix.first + r * matrix.stride + c)
                        for c in range(matrix.width)
                    ]
                    for r in range(matrix.height)
                ]
                if transposed:
                    weights = [list(column) for column in zip(*weights, strict=True)]
                write(out, [_dot(row, read(x)) for row in weights])
                self._note(out, weights, [read(x)] * len(weights))
            case Sparse(out, pointer, index, data, x):
                w, sources = read(data), [self.value(x, n) for n in index]
                parts = [slice(a, b) for a, b in pairwise(pointer)]
                before = read(out)
                sums = [_dot(w[p], sources[p], old) for p, old in zip(parts, before, strict=True)]
                write(out, sums)
                if set(before) == {ZERO}:
                    self._note(out, [w[p] for p in parts], [sources[p] for p in parts])
            case Total(out, x):
                write(out, [_sum(read(x))])
            case Softmax(out, x):
                self._softmax(out, read(x))
            case Outer(out, left, right):
                write(out, [f"s_mul({a}, {b})" for a in read(left) for b in read(right)])
            case EdgeDots(out, left, right):
                pairs = zip(read(left), read(right), strict=True)
                write(out, [f"s_mul({a}, {b})" for a, b in pairs])
            case RunSums(out, of, order, starts):
                ends = (*starts[1:], len(order))
                runs = [order[a:b] for a, b in zip(starts, ends, strict=True)]
                write(out, [_sum([self.value(of, e) for e in run]) for run in runs])

    def step(self, line: Instruction, factor: tuple[Term, ...]) -> None:
        """w += (factor · y) δ of an instruction of the tail: y is known long before δ is."""
        if isinstance(line, Outer):
            pairs = [(a, b) for a in self._read(line.left) for b in self._read(line.right)]
        elif isinstance(line, EdgeDots):
            pairs = list(zip(self._read(line.left), self._read(line.right), strict=True))
        else:
            return  # the factor itself
        if not self._scale:
            lines = Lines({}, scalar=True, prefix="f_")
            one = lines.value(Mul(factor) if len(factor) > 1 else (factor or (num(1),))[0])
            self.once += [*lines.once, *lines.each]
            self.powers |= lines.powers
            self._scale = one.name
        for entry, (delta, y) in zip(_places(line.out), pairs, strict=True):
            ahead = self._scale if y == ONE else self._assigned(f"s_mul({self._scale}, {y})")
            self.steps.append(f"w{entry} = s_fma({ahead}, {delta}, w{entry});")
            self._moves[f"w{entry}"] = delta, y

    def _note(self, out: Rows, weights: list[list[str]], sources: list[list[str]]) -> None:
        """The local fields that are sums of weights times inputs, and of which."""
        for row, *pair in zip(_places(out), weights, sources, strict=True):
            plain = all(i == ONE or i.startswith("x[") for i in pair[1])
            if plain and all(w.startswith("w") for w in pair[0]):
                self._fields[self.held[out.buffer, row]] = pair[0], pair[1]

    def look_ahead(self) -> None:
        """The next local fields of neurons that read inputs alone, without the new weights."""
        for v, (weights, sources) in self._fields.items():
            moves = [self._moves[w] for w in weights]
            deltas = {delta for delta, _ in moves}
            now = f"T {v} = {_dot(weights, sources)};"
            if len(deltas) != 1 or [y for _, y in moves] != sources or now not in self.each:
                continue
            self.each.remove(now)
            self.before.append(now)
            then = [i.replace("x[", "then[") for i in sources]
            both = self._assigned(f"s_mul({self._scale}, {_dot(sources, then)})")
            old = self._assigned(_dot(weights, then))
            self.steps.append(f"{v} = s_fma({both}, {deltas.pop()}, {old});")

    def _map(self, line: Map) -> None:
        reads = [self._read(rows) for rows in line.reads]
        values = []
        for r in range(line.out.count):
            self._count += 1
            given = {
                Sign(f"x{n}"): Value(read[r if len(read) > 1 else 0], False)
                for n, read in enumerate(reads)
            }
            lines = Lines(given, scalar=True, prefix=f"m{self._count}_")
            values.append(lines.value(line.expr).name)
            self.once += lines.once
            self.each += lines.each
            self.powers.update(lines.powers)
        self._write(line.out, values)

    def _softmax(self, out: Rows, v: list[str]) -> None:
        peak = self._assigned(
            reduce(lambda a, b: f"s_peak({a}, {b})", v[1:], f"s_peak({v[0]}, {v[0]})")
        )
        shares = [self._assigned(f"s_exp(s_sub({value}, {peak}))") for value in v]
        share = self._assigned(f"s_div({ONE}, {_sum(shares)})")
        self._write(out, [f"s_mul({value}, {share})" for value in shares])

    def _read(self, rows: Rows | Pick) -> list[str]:
        return [self.value(rows.buffer, row) for row in _places(rows)]

    def _write(self, rows: Rows | Pick, values: list[str]) -> None:
        for row, value in zip(_places(rows), values, strict=True):
            self.held[rows.buffer, row] = self._assigned(value)

    def _assigned(self, value: str) -> str:
        if "(" not in value or value.startswith("K("):
            return value
        if value not in self._known:
            self._count += 1
            self.each.append(f"T t{self._count} = {value};")
            self._known[value] = f"t{self._count}"
        return self._known[value]


def _places(rows: Rows | Pick) -> Iterable[int]:
    return range(rows.start, rows.stop) if isinstance(rows, Rows) else rows.at


def _dot(left: list[str], right: list[str], before: str = ZERO) -> str:
    """before + Σ left right, one multiplication with an addition after the other."""
    total = None if before == ZERO else before
    for a, b in zip(left, right, strict=True):
        if total is None:
            total = a if b == ONE else f"s_mul({a}, {b})"
        else:
            total = f"s_add({total}, {a})" if b == ONE else f"s_fma({a}, {b}, {total})"
    return total or ZERO


def _sum(parts: list[str]) -> str:
    return reduce(lambda a, b: f"s_add({a}, {b})", parts)
