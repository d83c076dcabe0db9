"""Theorems about the update of the weights: weight decay, momentum, a batch in shares."""

from __future__ import annotations

from fractions import Fraction

from symbolic.arrays import (
    Abstract,
    Acyclic,
    Closed,
    Definition,
    Given,
    Local,
    Multiplier,
    Program,
    Rule,
)
from symbolic.indexed import Count, Delta, Get, Num, Opaque, Sort, Var, total
from symbolic.statements import Statement
from symbolic.theorems_letters import (
    HALF,
    HAYKIN,
    MINUS,
    J,
    N,
    Read,
    d,
    delta,
    eta,
    i,
    j,
    k,
    n,
    out,
    phi,
    v,
    w,
    x,
    y,
)

lam = Get("lam")
DECAY = Statement(
    "weight-decay",
    "Weight decay",
    "To any differentiable cost 𝓔_0 the squares of all weights are added, times half of λ: then "
    "ηλ times the weight is taken from each correction. G is the gradient of 𝓔_0.",
    Program(
        (Given("w", (J, J)), Given("G", (J, J)), Given("lam"), Given("eta")),
        (Abstract("E0", (), (Local("w", (k, i), Get("G", (k, i))),)),),
        Get("E0") + lam * HALF * total((j, i), w[j, i] ** 2),
        (Multiplier("w", "dw", MINUS * eta),),
    ),
    (Rule("w", (j, i), -eta * (Get("G", (j, i)) + lam * w[j, i])),),
    mistakes=(Rule("w", (j, i), -eta * (Get("G", (j, i)) - lam * w[j, i])),),
    sources=("Krogh and Hertz 1991, A simple weight decay can improve generalization",),
)

STEPS = Sort("Steps", ordered=True, first=0)
now, past = Var("n", STEPS), Var("t", STEPS)
P, dw = Read("power"), Read("dw")
alpha = Get("alpha")
MOMENTUM = Statement(
    "momentum",
    "Momentum in closed form",
    "The generalized delta rule remembers its last correction: by induction over n the correction "
    "is the sum of all products of δ and y so far, each weighted by a power of α. The powers are "
    "an array: 1 where n is t, α times as large at each further n, and 0 before t.",
    Program(
        (
            Given("delta", (J, STEPS)),
            Given("y", (J, STEPS)),
            Given("alpha"),
            Given("eta"),
        ),
        (
            Definition("power", (now, past), Delta(now, past) + alpha * P[now - 1, past]),
            Definition(
                "dw",
                (j, i, now),
                alpha * dw[j, i, now - 1] + eta * delta[j, now] * y[i, now],
            ),
        ),
        Num(Fraction(0)),
    ),
    (
        Closed(
            "dw",
            (j, i, now),
            eta * total(past, P[now, past] * delta[j, past] * y[i, past]),
        ),
    ),
    sources=(HAYKIN,),
    mistakes=(
        Closed("dw", (j, i, now), total(past, P[now, past] * delta[j, past] * y[i, past])),
        Closed(
            "dw",
            (j, i, now),
            eta * total(past, P[now - 1, past] * delta[j, past] * y[i, past]),
        ),
        Closed("dw", (j, i, now), eta * delta[j, now] * y[i, now]),
    ),
)

SHARES = Sort("S")
share = Var("s", SHARES)
whole = (1 / Count("S")) * (1 / Count("N"))
c_slope = Opaque("C", (j,), (y[j, share, n], d[j, share, n]), (1, 0))
back = total(k, delta[k, share, n] * w[k, j])
BATCH = Statement(
    "batch-split",
    "A batch in shares",
    "The samples of a batch may be shared out, N to each of S devices: every device computes δ and "
    "Σ_ξ δ_j y_i for its own samples alone, with the number of all samples in the factor of the "
    "cost, and the sum over the devices is the correction of the whole batch.",
    Program(
        given=(
            Given("w", (J, J)),
            Given("x", (J, SHARES, N)),
            Given("d", (J, SHARES, N)),
            Given("out", (J,)),
            Given("eta"),
        ),
        definitions=(
            Definition("v", (j, share, n), total(i, w[j, i] * y[i, share, n]) + x[j, share, n]),
            Definition("y", (j, share, n), phi(j, v[j, share, n])),
        ),
        cost=whole
        * total((share, n, k), out[k] * Opaque("C", (k,), (y[k, share, n], d[k, share, n]))),
        multipliers=(Multiplier("v", "delta", MINUS), Multiplier("w", "dw", MINUS * eta)),
        indicators=frozenset({"out"}),
        acyclic=(Acyclic("w"),),
    ),
    (
        Rule(
            "v",
            (j, share, n),
            phi(j, v[j, share, n], 1) * (back - whole * out[j] * c_slope),
        ),
        Rule("w", (j, i), eta * total(share, total(n, delta[j, share, n] * y[i, share, n]))),
    ),
    mistakes=(
        Rule(
            "v",
            (j, share, n),
            phi(j, v[j, share, n], 1) * (back - (1 / Count("N")) * out[j] * c_slope),
        ),
        Rule(
            "w",
            (j, i),
            (1 / Count("S")) * eta * total(share, total(n, delta[j, share, n] * y[i, share, n])),
        ),
    ),
)

UPDATES = (DECAY, MOMENTUM, BATCH)
