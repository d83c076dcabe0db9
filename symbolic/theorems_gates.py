"""Library theorems about states with gates, any number of time steps: LSTM, GRU."""

from __future__ import annotations

from symbolic.arrays import (
    Definition,
    Given,
    Multiplier,
    Program,
    Rule,
)
from symbolic.indexed import (
    AtLeast,
    Expr,
    Get,
    total,
)
from symbolic.statements import Statement
from symbolic.theorems_letters import (
    WERBOS,
    H,
    Read,
    T,
    X,
    abstract_cost,
    h1,
    h2,
    logistic,
    s,
    t,
    tanh,
    x,
    xi,
)

# ------------------------------------------------------------------------------------- LSTM, GRU


def gate(name: str) -> tuple[Given, ...]:
    return (
        Given(f"W{name}", (H, X)),
        Given(f"R{name}", (H, H)),
        Given(f"b{name}", (H,)),
    )


def drive(name: str, state: Expr) -> Expr:
    """W x_t + R · state + b."""
    return (
        total(xi, Get(f"W{name}", (h1, xi)) * x[t, xi])
        + total(h2, Get(f"R{name}", (h1, h2)) * state)
        + Get(f"b{name}", (h1,))
    )


zi, zf, zo, zg, cc, hh, ig, fg, og, gg = map(
    Read, ("zi", "zf", "zo", "zg", "c", "h", "i", "f", "o", "g")
)
pi, pf, po, dzi, dzf, dzo, dzg, dc, dh, G = map(
    Read, ("pi", "pf", "po", "dzi", "dzf", "dzo", "dzg", "dc", "dh", "G")
)
at = (t, h1)


def from_gates(*pairs: tuple[str, Read]) -> Expr:
    """Σ over gates of R^T dz at t + 1."""
    terms = [total(h2, Get(f"R{gate}", (h2, h1)) * dz[t + 1, h2]) for gate, dz in pairs]
    result: Expr = terms[0]
    for term in terms[1:]:
        result = result + term
    return result


LSTM = Statement(
    "lstm",
    "LSTM with peepholes, any T",
    "",
    Program(
        (
            Given("x", (T, X)),
            *(given for name in "ifog" for given in gate(name)),
            Given("pi", (H,)),
            Given("pf", (H,)),
            Given("po", (H,)),
            Given("G", (T, H)),
        ),
        (
            Definition("zi", at, drive("i", hh[t - 1, h2]) + pi[h1] * cc[t - 1, h1]),
            Definition("zf", at, drive("f", hh[t - 1, h2]) + pf[h1] * cc[t - 1, h1]),
            Definition("zg", at, drive("g", hh[t - 1, h2])),
            Definition("i", at, logistic(zi[at])),
            Definition("f", at, logistic(zf[at])),
            Definition("g", at, tanh(zg[at])),
            Definition("c", at, fg[at] * cc[t - 1, h1] + ig[at] * gg[at]),
            Definition("zo", at, drive("o", hh[t - 1, h2]) + po[h1] * cc[at]),
            Definition("o", at, logistic(zo[at])),
            Definition("h", at, og[at] * tanh(cc[at])),
        ),
        abstract_cost("h", "G", t, h1),
        tuple(Multiplier(name, f"d{name}") for name in ("zi", "zf", "zo", "zg", "c", "h")),
    ),
    (
        Rule("h", at, G[at] + from_gates(("i", dzi), ("f", dzf), ("o", dzo), ("g", dzg))),
        Rule("zo", at, dh[at] * tanh(cc[at]) * og[at] * (1 - og[at])),
        Rule(
            "c",
            at,
            dh[at] * og[at] * (1 - tanh(cc[at]) ** 2)
            + dzo[at] * po[h1]
            + dc[t + 1, h1] * fg[t + 1, h1]
            + dzi[t + 1, h1] * pi[h1]
            + dzf[t + 1, h1] * pf[h1],
        ),
        Rule("zi", at, dc[at] * gg[at] * ig[at] * (1 - ig[at])),
        Rule("zf", at, dc[at] * cc[t - 1, h1] * fg[at] * (1 - fg[at])),
        Rule("zg", at, dc[at] * ig[at] * (1 - gg[at] ** 2)),
        Rule("Wi", (h1, xi), total(t, dzi[t, h1] * x[t, xi])),
        Rule("Rf", (h1, h2), total(t, dzf[t, h1] * hh[t - 1, h2])),
        Rule("pf", (h1,), total(t, dzf[t, h1] * cc[t - 1, h1])),
        Rule("po", (h1,), total(t, dzo[t, h1] * cc[t, h1])),
        Rule("bg", (h1,), total(t, dzg[t, h1])),
    ),
    mistakes=(
        Rule(
            "c",
            at,
            dh[at] * og[at] * (1 - tanh(cc[at]) ** 2)
            + dzo[at] * po[h1]
            + dzi[t + 1, h1] * pi[h1]
            + dzf[t + 1, h1] * pf[h1],
        ),
        Rule("Rf", (h1, h2), total(t, dzf[t, h1] * hh[t, h2])),
    ),
    sources=(
        "Hochreiter and Schmidhuber 1997, Long short-term memory",
        "Gers and Schmidhuber 2000, Recurrent nets that time and count",
    ),
)

zr, zz, zn, rg, zg_, ng, dzr, dzz, dzn = map(
    Read, ("zr", "zz", "zn", "r", "z", "n", "dzr", "dzz", "dzn")
)


def gru(inside: bool) -> Program:
    """The reset gate inside the recurrent sum (r ⊙ h), or outside it (r ⊙ (R h + b))."""
    if inside:
        candidate: Expr = drive("n", rg[t, h2] * hh[t - 1, h2])
        extra: tuple[Definition, ...] = ()
    else:
        candidate = total(xi, Get("Wn", (h1, xi)) * x[t, xi]) + rg[at] * Get("q", at)
        body = total(h2, Get("Rn", (h1, h2)) * hh[t - 1, h2]) + Get("bn", (h1,))
        extra = (Definition("q", at, body),)
    return Program(
        (
            Given("x", (T, X)),
            *(given for name in "rzn" for given in gate(name)),
            Given("G", (T, H)),
        ),
        (
            Definition("zr", at, drive("r", hh[t - 1, h2])),
            Definition("zz", at, drive("z", hh[t - 1, h2])),
            Definition("r", at, logistic(zr[at])),
            Definition("z", at, logistic(zz[at])),
            *extra,
            Definition("zn", at, candidate),
            Definition("n", at, tanh(zn[at])),
            Definition("h", at, (1 - zg_[at]) * ng[at] + zg_[at] * hh[t - 1, h1]),
        ),
        abstract_cost("h", "G", t, h1),
        tuple(Multiplier(name, f"d{name}") for name in ("zr", "zz", "zn", "h")),
    )


after = (t + 1, h1)
gru_common = (
    Rule("zn", at, dh[at] * (1 - zg_[at]) * (1 - ng[at] ** 2)),
    Rule("zz", at, dh[at] * (hh[t - 1, h1] - ng[at]) * zg_[at] * (1 - zg_[at])),
    Rule("Rz", (h1, h2), total(t, dzz[t, h1] * hh[t - 1, h2])),
)
GRUS = (
    Statement(
        "gru-before",
        "GRU, reset before the product, any T",
        "",
        gru(inside=True),
        (
            *gru_common,
            Rule(
                "zr",
                at,
                total(h2, Get("Rn", (h2, h1)) * dzn[t, h2]) * hh[t - 1, h1] * rg[at] * (1 - rg[at]),
            ),
            Rule(
                "h",
                at,
                G[at]
                + dh[after] * zg_[after]
                + from_gates(("r", dzr), ("z", dzz))
                + rg[after] * total(h2, Get("Rn", (h2, h1)) * dzn[t + 1, h2]),
            ),
            Rule("Rn", (h1, h2), total(t, dzn[t, h1] * rg[t, h2] * hh[t - 1, h2])),
        ),
        mistakes=(Rule("Rn", (h1, h2), total(t, dzn[t, h1] * rg[t, h1] * hh[t - 1, h2])),),
        sources=("Cho et al. 2014, Learning phrase representations using RNN encoder-decoder",),
    ),
    Statement(
        "gru-after",
        "GRU, reset after the product, any T",
        "",
        gru(inside=False),
        (
            *gru_common,
            Rule("zr", at, dzn[at] * Get("q", at) * rg[at] * (1 - rg[at])),
            Rule(
                "h",
                at,
                G[at]
                + dh[after] * zg_[after]
                + from_gates(("r", dzr), ("z", dzz))
                + total(h2, Get("Rn", (h2, h1)) * dzn[t + 1, h2] * rg[t + 1, h2]),
            ),
            Rule("Rn", (h1, h2), total(t, dzn[t, h1] * rg[t, h1] * hh[t - 1, h2])),
            Rule("bn", (h1,), total(t, dzn[t, h1] * rg[t, h1])),
        ),
        mistakes=(Rule("bn", (h1,), total(t, dzn[t, h1])),),
        sources=("Cho et al. 2014, Learning phrase representations using RNN encoder-decoder",),
    ),
)

CAUSAL = Statement(
    "causal",
    "A state that reads all earlier states",
    "",
    Program(
        (Given("K", (T, T)), Given("x", (T,)), Given("G", (T,))),
        (
            Definition(
                "v",
                (t,),
                total(s, AtLeast(t - 1, s) * Get("K", (t, s)) * Get("y", (s,))) + Get("x", (t,)),
            ),
            Definition("y", (t,), tanh(Get("v", (t,)))),
        ),
        abstract_cost("y", "G", t),
        (Multiplier("v", "dv"),),
    ),
    (
        Rule(
            "v",
            (t,),
            (1 - Get("y", (t,)) ** 2)
            * (Get("G", (t,)) + total(s, AtLeast(s, t + 1) * Get("K", (s, t)) * Get("dv", (s,)))),
        ),
    ),
    mistakes=(
        Rule(
            "v",
            (t,),
            (1 - Get("y", (t,)) ** 2)
            * (Get("G", (t,)) + total(s, AtLeast(t - 1, s) * Get("K", (t, s)) * Get("dv", (s,)))),
        ),
    ),
    sources=(WERBOS,),
)


GATES = (LSTM, *GRUS, CAUSAL)
