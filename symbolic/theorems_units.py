"""Theorems about recurrence in time, softmax outputs, and units that are no weighted sum."""

from __future__ import annotations

from fractions import Fraction

from symbolic.arrays import (
    Abstract,
    Definition,
    Given,
    Local,
    Multiplier,
    Program,
    Rule,
)
from symbolic.indexed import (
    Delta,
    Get,
    Num,
    Opaque,
    Sort,
    Var,
    total,
)
from symbolic.indices import Law
from symbolic.statements import Statement
from symbolic.theorems_letters import (
    BISHOP,
    HALF,
    MINUS,
    OUT,
    RUMELHART,
    WERBOS,
    H,
    J,
    Read,
    T,
    X,
    abstract_cost,
    delta,
    exp,
    h1,
    h2,
    j,
    ln,
    o,
    phi,
    t,
    w,
    x,
    xi,
)

# ---------------------------------------------------------------------------------- recurrence

UU, WX, VO, a, h, h0, b, ot, da, do = map(
    Read, ("U", "W", "V", "a", "h", "h0", "b", "o", "da", "do")
)
ELMAN_DEFINITIONS = (
    Definition(
        "a",
        (t, h1),
        total(h2, UU[h1, h2] * (h[t - 1, h2] + Delta(t, 1) * h0[h2]))
        + total(xi, WX[h1, xi] * x[t, xi])
        + b[h1],
    ),
    Definition("h", (t, h1), phi(h1, a[t, h1])),
    Definition("o", (t, o), total(h1, VO[o, h1] * h[t, h1])),
)
ELMAN_GIVEN = (
    Given("U", (H, H)),
    Given("W", (H, X)),
    Given("V", (OUT, H)),
    Given("x", (T, X)),
    Given("b", (H,)),
    Given("h0", (H,)),
    Given("target", (T, OUT)),
)
ELMAN = Statement(
    "bptt",
    "Back-propagation through time, any T",
    "A recurrent network unrolled over T steps, with shared weights and any differentiable cost"
    " at every step. The order of the proof is time, so one identity serves every T.",
    Program(
        ELMAN_GIVEN,
        ELMAN_DEFINITIONS,
        total((t, o), Opaque("C", (o,), (ot[t, o], Get("target", (t, o))))),
        (Multiplier("a", "da"), Multiplier("o", "do")),
    ),
    (
        Rule(
            "a",
            (t, h1),
            phi(h1, a[t, h1], 1)
            * (total(o, VO[o, h1] * do[t, o]) + total(h2, UU[h2, h1] * da[t + 1, h2])),
        ),
        Rule("U", (h1, h2), total(t, da[t, h1] * h[t - 1, h2]) + da[1, h1] * h0[h2]),
        Rule("W", (h1, xi), total(t, da[t, h1] * x[t, xi])),
        Rule("V", (o, h1), total(t, do[t, o] * h[t, h1])),
        Rule("b", (h1,), total(t, da[t, h1])),
        Rule("h0", (h1,), total(h2, UU[h2, h1] * da[1, h2])),
    ),
    mistakes=(
        Rule("U", (h1, h2), total(t, da[t, h1] * h[t, h2])),
        Rule("U", (h1, h2), total(t, da[t, h1] * h[t - 1, h2])),
        Rule("a", (t, h1), phi(h1, a[t, h1], 1) * total(o, VO[o, h1] * do[t, o])),
        Rule(
            "a",
            (t, h1),
            phi(h1, a[t, h1], 1)
            * (total(o, VO[o, h1] * do[t, o]) + total(h2, UU[h1, h2] * da[t + 1, h2])),
        ),
    ),
    sources=(
        WERBOS,
        RUMELHART,
        "Elman 1990, Finding structure in time",
    ),
)

# ------------------------------------------------------------------------------------- softmax

K = Sort("K")
c1, c2 = Var("k", K), Var("m", K)
vk, pk, sk, dk, gk, ek = map(Read, ("v", "p", "s", "d", "g", "e"))
SOFTMAX = (
    Definition("s", (), total(c1, exp(vk[c1]))),
    Definition("p", (c1,), exp(vk[c1]) / Get("s")),
)
SUM_TO_ONE = Law("Σ_k d_k = 1", (c1,), (dk[c1],), Num(Fraction(1)))


softmax_given = (Given("v", (K,)), Given("d", (K,)), Given("g", (K,)))
dp = Read("dp")
CROSS_ENTROPY = -total(c1, dk[c1] * ln(pk[c1]))
SOFTMAXES = (
    Statement(
        "softmax",
        "The softmax and its Jacobian",
        "The derivative of any cost goes back through the softmax p_k, the exponential "
        "of v_k over the sum of all of them, by one product and one sum.",
        Program(
            softmax_given,
            SOFTMAX,
            abstract_cost("p", "g", c1),
            (Multiplier("v", "dv"), Multiplier("p", "dp")),
        ),
        (Rule("v", (c1,), pk[c1] * (dp[c1] - total(c2, dp[c2] * pk[c2]))),),
        mistakes=(Rule("v", (c1,), pk[c1] * (1 - pk[c1]) * dp[c1]),),
        sources=(
            "Bridle 1990, Probabilistic interpretation of feedforward classification network "
            "outputs",
        ),
    ),
    Statement(
        "softmax-cross-entropy",
        "Softmax with cross-entropy: targets less outputs",
        "With targets that sum to 1 the local gradient is the plain error.",
        Program(softmax_given, SOFTMAX, CROSS_ENTROPY, (Multiplier("v", "delta", MINUS),)),
        (Rule("v", (c1,), dk[c1] - pk[c1]),),
        mistakes=(Rule("v", (c1,), pk[c1] - dk[c1]),),
        offered=(SUM_TO_ONE,),
        sources=(BISHOP,),
    ),
    Statement(
        "softmax-any-targets",
        "Softmax with cross-entropy, any targets",
        "Without that hypothesis the rule has the factor Σ_m d_m; d − p alone is then not the "
        "derivative.",
        Program(softmax_given, SOFTMAX, CROSS_ENTROPY, (Multiplier("v", "delta", MINUS),)),
        (Rule("v", (c1,), dk[c1] - pk[c1] * total(c2, dk[c2])),),
        mistakes=(Rule("v", (c1,), dk[c1] - pk[c1]),),
        sources=(BISHOP,),
    ),
    Statement(
        "softmax-squared-error",
        "Softmax with squared error",
        "The whole Jacobian counts, not its diagonal alone.",
        Program(
            softmax_given,
            (*SOFTMAX, Definition("e", (c1,), dk[c1] - pk[c1])),
            HALF * total(c1, ek[c1] ** 2),
            (Multiplier("v", "delta", MINUS),),
        ),
        (Rule("v", (c1,), pk[c1] * (ek[c1] - total(c2, ek[c2] * pk[c2]))),),
        mistakes=(Rule("v", (c1,), pk[c1] * (1 - pk[c1]) * ek[c1]),),
        sources=(BISHOP,),
    ),
)

R = Sort("Rbf")
rb = Var("j", R)
cr, be_r, hr, wr, dhr = map(Read, ("c", "beta", "h", "w", "dh"))
distance = total(xi, (x[xi] - cr[rb, xi]) ** 2)
RBF = Statement(
    "rbf",
    "Radial basis functions",
    "A pre-activation that is a distance: the derivatives by centre, width and input.",
    Program(
        (
            Given("x", (X,)),
            Given("c", (R, X)),
            Given("beta", (R,)),
            Given("w", (OUT, R)),
            Given("G", (OUT,)),
        ),
        (
            Definition("q", (rb,), distance),
            Definition("h", (rb,), exp(-be_r[rb] * Get("q", (rb,)))),
            Definition("y", (o,), total(rb, wr[o, rb] * hr[rb])),
        ),
        abstract_cost("y", "G", o),
        (Multiplier("h", "dh"), Multiplier("y", "dy")),
    ),
    (
        Rule("h", (rb,), total(o, wr[o, rb] * Get("dy", (o,)))),
        Rule("c", (rb, xi), 2 * be_r[rb] * dhr[rb] * hr[rb] * (x[xi] - cr[rb, xi])),
        Rule("beta", (rb,), -dhr[rb] * hr[rb] * distance),
        Rule("x", (xi,), -2 * total(rb, be_r[rb] * dhr[rb] * hr[rb] * (x[xi] - cr[rb, xi]))),
    ),
    mistakes=(Rule("c", (rb, xi), be_r[rb] * dhr[rb] * hr[rb] * (x[xi] - cr[rb, xi])),),
    sources=(
        "Broomhead and Lowe 1988, Multivariable functional interpolation and adaptive networks",
    ),
)
CL = Sort("Conjunct")
cl = Var("c", CL)
SIGMA_PI = (
    Statement(
        "sigma-pi",
        "Sigma-pi unit",
        "Products over sets of inputs: P_c is the product over the set c, Q_ck the product of its "
        "members other than k, which is the partial of P_c by a_k.",
        Program(
            (
                Given("w", (J, CL)),
                Given("a", (K,)),
                Given("others", (CL, K)),
                Given("in", (CL, K)),
                Given("G", (J,)),
            ),
            (
                Abstract(
                    "prod",
                    (cl,),
                    (Local("a", (c1,), Get("in", (cl, c1)) * Get("others", (cl, c1))),),
                ),
                Definition("net", (j,), total(cl, w[j, cl] * Get("prod", (cl,)))),
            ),
            abstract_cost("net", "G", j),
            (
                Multiplier("net", "delta", MINUS),
                Multiplier("w", "dw", MINUS),
                Multiplier("a", "da", MINUS),
            ),
            frozenset({"in"}),
        ),
        (
            Rule("w", (j, cl), delta[j] * Get("prod", (cl,))),
            Rule(
                "a",
                (c1,),
                total(
                    (j, cl),
                    delta[j] * w[j, cl] * Get("in", (cl, c1)) * Get("others", (cl, c1)),
                ),
            ),
        ),
        mistakes=(Rule("a", (c1,), total((j, cl), delta[j] * w[j, cl] * Get("others", (cl, c1)))),),
        sources=(RUMELHART,),
    ),
    Statement(
        "second-order",
        "Second-order unit",
        "Products of pairs of inputs: both places of the pair count.",
        Program(
            (Given("w", (J, K, K)), Given("a", (K,)), Given("G", (J,))),
            (
                Definition(
                    "net", (j,), total((c1, c2), w[j, c1, c2] * Get("a", (c1,)) * Get("a", (c2,)))
                ),
            ),
            abstract_cost("net", "G", j),
            (Multiplier("net", "delta", MINUS), Multiplier("a", "da", MINUS)),
        ),
        (
            Rule(
                "a",
                (c1,),
                total(j, delta[j] * total(c2, (w[j, c1, c2] + w[j, c2, c1]) * Get("a", (c2,)))),
            ),
        ),
        mistakes=(
            Rule("a", (c1,), 2 * total(j, delta[j] * total(c2, w[j, c1, c2] * Get("a", (c2,))))),
        ),
        sources=(RUMELHART,),
    ),
)

UNITS = (ELMAN, *SOFTMAXES, RBF, *SIGMA_PI)
