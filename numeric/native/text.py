"""The C text of a program: the kernels, and one function for each distinct element-wise term.

Both are put together twice.  Over `real.h` they train; over `field.h` the same kernels, the same
formulas and the same driver compute modulo a prime, and `audit.py` compares them with independent
derivatives.  The kernels are one text for all programs; the size of the formulas depends on the
kinds of activation in a network, not on the network.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, cached_property
from importlib import resources

from numeric.modular import P
from numeric.native.formulas import FUNCTIONS, RELATIONS, Lines, Value
from numeric.program import Map, Program
from symbolic.terms import Mul, Sign, Term, num

REAL = {"float64": "#define PP_DOUBLE\n", "float32": ""}
FIELD = "field"
"""The name of the arithmetic modulo a prime, beside the dtypes of `REAL`."""
PARTS = "orders.h", "products.h", "online.h", "kernels.h", "driver.h", "threads.h"
MAPS = 100
"""The codes of orders from here on are element-wise terms."""


@cache
def part(name: str) -> str:
    """One of the C files beside this module."""
    return resources.files("numeric.native").joinpath(name).read_text("utf-8")


@dataclass(frozen=True)
class Text:
    """What is written for a program: its distinct terms, and the factors of weight corrections."""

    maps: tuple[tuple[Term, int], ...]
    factors: tuple[tuple[Term, ...], ...]

    def code(self, line: Map) -> int:
        """The code of the order that computes the term of a line."""
        key = id(line.expr), len(line.reads)  # the very same object is compared but once
        if key not in self._known:
            self._known[key] = line.expr, MAPS + self._code[line.expr, len(line.reads)]
        return self._known[key][1]

    @cached_property
    def _known(self) -> dict[tuple[int, int], tuple[Term, int]]:
        return {}

    @cached_property
    def _code(self) -> dict[tuple[Term, int], int]:
        return {key: n for n, key in enumerate(self.maps)}

    def formulas(self, arithmetic: str) -> str:
        """The element-wise terms and the factors, over float64, float32 or the field."""
        written = [_map(n, *key) for n, key in enumerate(self.maps)]
        cases = "".join(
            f"    case {MAPS + n}: map_{n}(s, o); break;\n" for n in range(len(written))
        )
        run = (
            "EXPORT void pp_map(const Setting *s, const Order *o) {\n  switch (o->code) {\n" + cases
        )
        head = arithmetic_text(arithmetic, self._powers)
        return "\n".join(
            (head, part("orders.h"), *written, run + "  }\n}\n", _factors(self.factors))
        )

    @cached_property
    def _powers(self) -> dict[Fraction, str]:
        found: dict[Fraction, str] = {}
        for expr, count in self.maps:
            lines = Lines(_reads(count))
            lines.value(expr)
            found |= lines.powers
        return found


@cache
def kernels(arithmetic: str) -> str:
    """The kernels and the driver, over float64, float32 or the field."""
    parts = (part(name) for name in PARTS)
    return "\n".join((arithmetic_text(arithmetic, {}), *parts))


def text_of(program: Program, factors: tuple[tuple[Term, ...], ...]) -> Text:
    """The text that a program needs."""
    code = (*program.forward, *program.backward)
    lines = {(id(m.expr), len(m.reads)): m.expr for m in code if isinstance(m, Map)}
    maps = dict.fromkeys((expr, count) for (_, count), expr in lines.items())
    return Text(tuple(maps), factors)


def arithmetic_text(arithmetic: str, powers: dict[Fraction, str]) -> str:
    """The definitions of T, V and what is computed with them."""
    if arithmetic == FIELD:
        names = dict.fromkeys(FUNCTIONS) | {RELATIONS[r]: r for r in RELATIONS}
        defined = [f"#define PP_BITS {P.bit_length()}"]
        defined += [f"#define NAME_{c} {_mix(name or c)}u" for c, name in names.items()]
        for exponent, name in powers.items():
            defined.append(f"#define NAME_{name} {_mix(f'power {exponent}')}u")
        own = [f"OPAQUE({name}) ONE({name})" for name in powers.values()]
        return "\n".join((*defined, part("field.h"), *own, ""))
    own = [
        f"F X FN({name})(X a) {{ X r = a; LANEWISE(PP_{name}); return r; }}"
        for name in powers.values()
    ]
    calls = [
        f"#define PP_{name}(a) pow(a, {float(exponent)!r})" for exponent, name in powers.items()
    ]
    functions = "\n".join((part("functions.h"), *own, ""))
    forms = (
        (
            "V",
            "VI",
            "v",
            "(VI)(c)",
            "real((c & bits(a)) | (~c & bits(b)))",
            "for (int l = 0; l < LANES; l++) r[l] = (T)call(a[l])",
        ),
        ("T", "I", "s", "(-(I)(c))", "c ? a : b", "r = (T)call(a)"),
    )
    text = [REAL[arithmetic] + part("real.h"), *calls]
    for x, xi, letter, truth, choice, lanewise in forms:
        text += [
            f"#define X {x}",
            f"#define XI {xi}",
            f"#define FN(name) {letter}_##name",
            f"#define TRUTH(c) {truth}",
            f"#define CHOICE(c, a, b, real, bits) ({choice})",
            f"#define LANEWISE(call) {lanewise}",
            functions,
            "#undef X\n#undef XI\n#undef FN\n#undef TRUTH\n#undef CHOICE\n#undef LANEWISE",
        ]
    return "\n".join((*text, ""))


def _mix(name: str) -> int:
    return zlib.crc32(name.encode())


def _reads(count: int) -> dict[Sign, Value]:
    return {Sign(f"x{n}"): Value(f"x{n}", False) for n in range(count)}


def _map(number: int, expr: Term, count: int) -> str:
    """A function over rows: what is read has a step from row to row, and 0 or 1 inside a row."""
    lines = Lines(_reads(count))
    result = lines.lane(lines.value(expr))
    reads = [f"x{n}" for n in range(count)]
    given = ", ".join(f"V {name}" for name in (*reads, *lines.lanes.values())) or "void"
    body = " ".join(lines.each)
    one = [f"F V body_{number}({given}) {{ {body} return {result}; }}"]
    one.append(f"static void map_{number}(const Setting *s, const Order *o) {{")
    one.append("  const int64_t *q = s->reads + o->a[4], width = o->a[2];")
    one.append("  const T n = s->n, eta = s->eta; (void)n; (void)eta; (void)q;")
    one += [f"  {line}" for line in lines.once]
    one.append("  for (int64_t r = 0; r < o->a[1]; r++) {")
    one.append("    T *out = AT(0) + r * o->a[3];")
    for n in range(count):
        at = f"(const T *)(uintptr_t)q[{3 * n}] + r * q[{3 * n + 1}]"
        one.append(f"    const T *p{n} = {at}; const int64_t c{n}_ = q[{3 * n + 2}];")
    for loop, load, store in (
        ("for (; c + LANES <= width; c += LANES)", "v_load({})", "v_store(out + c, {})"),
        (
            "if (c < width)",
            "v_load_n({}, (int)(width - c))",
            "v_store_n(out + c, {}, (int)(width - c))",
        ),
    ):
        if "for" in loop:
            one.append("    int64_t c = 0;")
        values = [f"c{n}_ ? {load.format(f'p{n} + c')} : v_set(*p{n})" for n in range(count)]
        call = f"body_{number}({', '.join((*values, *lines.lanes.values()))})"
        one.append(f"    {loop} {store.format(call)};")
    one.append("  }\n}")
    return "\n".join(one)


def _factors(factors: tuple[tuple[Term, ...], ...]) -> str:
    """What weight corrections are multiplied with: single numbers."""
    lines = Lines({}, scalar=True)
    values = [
        lines.value(Mul(factor) if len(factor) > 1 else (factor or (num(1),))[0])
        for factor in factors
    ]
    body = " ".join((*lines.once, *lines.each))
    sets = " ".join(f"factor[{n}] = {value.name};" for n, value in enumerate(values))
    return (
        "EXPORT void pp_factors(const Setting *s, T *factor) { const T n = s->n, eta = s->eta; "
        f"(void)n; (void)eta; {body} {sets} }}"
    )
