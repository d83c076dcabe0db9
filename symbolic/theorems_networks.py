"""Theorems about networks of any shape: any acyclic graph, tied weights, layers."""

from __future__ import annotations

from fractions import Fraction

from symbolic.arrays import (
    Abstract,
    Acyclic,
    Definition,
    Given,
    Local,
    Multiplier,
    Program,
    Rule,
)
from symbolic.indexed import (
    Count,
    Delta,
    Expr,
    Gather,
    Get,
    Name,
    Num,
    Opaque,
    Size,
    Sort,
    Var,
    arrays_read,
    total,
)
from symbolic.indices import Law, SizeOne
from symbolic.statements import Statement
from symbolic.theorems_letters import (
    BISHOP,
    HALF,
    HAYKIN,
    MINUS,
    NIELSEN,
    RUMELHART,
    WERBOS,
    J,
    N,
    Read,
    abstract_cost,
    d,
    delta,
    e,
    edge,
    eta,
    i,
    j,
    k,
    n,
    n2,
    out,
    phi,
    v,
    w,
    x,
    y,
)

# ---------------------------------------------------------------- feed-forward nets of any shape

only = Name("one", N)
READERS = Law("[j → k] is 1 wherever w_kj is not 0", (), (w[k, j], edge[k, j]), w[k, j])
NO_READER = Law("output neurons feed no neuron", (), (out[j], w[k, j]), Num(Fraction(0)))
ONE_SAMPLE = SizeOne("N = 1", "N")


def dag(
    cost: Expr, weight: Expr | None = None, *more: Given, facts: tuple[Law, ...] = ()
) -> Program:
    """Every neuron may read every other; only the weights of an acyclic graph are not 0."""
    edges = (Given("edge", (J, J)),) if facts else ()
    return Program(
        given=(
            Given("w", (J, J)),
            Given("x", (J, N)),
            Given("d", (J, N)),
            Given("out", (J,)),
            Given("eta"),
            *edges,
            *more,
        ),
        definitions=(
            Definition("v", (j, n), total(i, (weight or w[j, i]) * y[i, n]) + x[j, n]),
            Definition("y", (j, n), phi(j, v[j, n])),
            *([Definition("e", (j, n), d[j, n] - y[j, n])] if "e" in arrays_read(cost) else []),
        ),
        cost=cost,
        multipliers=(Multiplier("v", "delta", MINUS), Multiplier("w", "dw", MINUS * eta)),
        indicators=frozenset({"out", *(given.array for given in edges)}),
        acyclic=(Acyclic("w"),),
        facts=facts,
    )


SQUARES = (1 / Count("N")) * total((n, k), out[k] * HALF * e[k, n] ** 2)
ANY_COST = (1 / Count("N")) * total((n, k), out[k] * Opaque("C", (k,), (y[k, n], d[k, n])))
back = total(k, delta[k, n] * w[k, j])
back_edges = total(k, edge[k, j] * delta[k, n] * w[k, j])
slope = phi(j, v[j, n], 1)
c_slope = Opaque("C", (j,), (y[j, n], d[j, n]), (1, 0))
weight_rule = Rule("w", (j, i), eta * total(n, delta[j, n] * y[i, n]))
DAG = (
    Statement(
        "dag",
        "The output rule and the hidden rule",
        "For every network without cycles, whatever its widths, depth, skip connections and "
        "number of outputs: outputs may feed other neurons, every neuron has its own "
        "differentiable φ_j, and the cost is the squared error averaged over N samples. δ_j "
        "is minus the derivative of 𝓔 by v_j; it has the output rule and the hidden rule in one "
        "line, and the correction of a weight sums over the samples.",
        dag(SQUARES, facts=(READERS,)),
        (
            Rule("v", (j, n), slope * ((1 / Count("N")) * e[j, n] + back), where=out[j]),
            Rule("v", (j, n), slope * back_edges, where=1 - out[j]),
            Rule("v", (j, n), slope * ((1 / Count("N")) * out[j] * e[j, n] + back)),
            weight_rule,
        ),
        mistakes=(
            Rule("v", (j, n), slope * (out[j] * e[j, n] + back)),
            Rule("v", (j, n), slope * ((1 / Count("N")) * e[j, n] + back)),
            Rule("v", (j, n), (1 / Count("N")) * out[j] * e[j, n] + slope * back),
            Rule(
                "v",
                (j, n),
                slope * ((1 / Count("N")) * out[j] * e[j, n] + total(k, delta[k, n] * w[j, k])),
            ),
            Rule("w", (j, i), eta * total(n, delta[i, n] * y[j, n])),
            Rule("v", (j, n), slope * (1 / Count("N")) * e[j, n], where=out[j]),
        ),
        sources=(
            HAYKIN,
            RUMELHART,
        ),
    ),
    Statement(
        "one-sample",
        "One sample at a time",
        "With one sample the factor 1/N is 1 and the textbook's rules appear as they are "
        "usually written. For more samples they are false as written.",
        dag(SQUARES),
        (
            Rule("v", (j, n), slope * (out[j] * e[j, n] + back)),
            Rule("w", (j, i), eta * delta[j, only] * y[i, only]),
        ),
        mistakes=(
            Rule("v", (j, n), out[j] * e[j, n] + slope * back),
            Rule("w", (j, i), eta * delta[i, only] * y[j, only]),
        ),
        offered=(ONE_SAMPLE,),
        sources=(HAYKIN,),
    ),
    Statement(
        "outputs-end",
        "The output rule where outputs feed no neuron",
        "Where no output neuron feeds another neuron, nothing comes back to it and its δ_j is "
        "the error signal times the slope alone.",
        dag(SQUARES),
        (
            Rule("v", (j, n), (1 / Count("N")) * e[j, n] * slope, where=out[j]),
            Rule("v", (j, n), slope * back, where=1 - out[j]),
        ),
        mistakes=(
            Rule("v", (j, n), e[j, n] * slope, where=out[j]),
            Rule("v", (j, n), (1 / Count("N")) * e[j, n] * slope),
        ),
        offered=(NO_READER,),
        sources=(HAYKIN,),
    ),
    Statement(
        "dag-any-cost",
        "Any differentiable cost",
        "The same network with any differentiable cost C_k(y_k, d_k) at each output: only the "
        "first term of the rule changes.",
        dag(ANY_COST),
        (Rule("v", (j, n), slope * (back - (1 / Count("N")) * out[j] * c_slope)), weight_rule),
        mistakes=(Rule("v", (j, n), slope * (back + (1 / Count("N")) * out[j] * c_slope)),),
        sources=(
            BISHOP,
            RUMELHART,
        ),
    ),
)

THETA = Sort("Theta")
th = Var("a", THETA)
tied = Get("theta", (Gather("tie", THETA, (j, i)),))
TIED = Statement(
    "tied",
    "Tied weights: the sum over the uses",
    "Where one parameter stands in the place of many weights, its derivative is the sum over "
    "all of its uses. Here the weight of the synapse from i to j is w_ji times the parameter "
    "that the fixed map tie gives to it.",
    dag(SQUARES, w[j, i] * tied, Given("theta", (THETA,))),
    (
        Rule(
            "theta",
            (th,),
            -total(
                (j, i, n), Delta(Gather("tie", THETA, (j, i)), th) * w[j, i] * delta[j, n] * y[i, n]
            ),
        ),
    ),
    mistakes=(
        Rule("theta", (th,), -total((j, i, n), w[j, i] * delta[j, n] * y[i, n])),
        Rule(
            "theta",
            (th,),
            -total((j, i, n), Delta(Gather("tie", THETA, (j, i)), th) * delta[j, n] * y[i, n]),
        ),
    ),
    sources=(RUMELHART,),
)

# ------------------------------------------------------------------------------------- layers

BELOW, ABOVE = Sort("Below"), Sort("Above")
p1, p2 = Var("i", BELOW), Var("k", ABOVE)
z1, a1, w2, b2, z2, g2, d1, d2 = map(Read, ("z1", "a1", "w2", "b2", "z2", "g2", "d1", "d2"))
LAYER_STEP = Statement(
    "layer-step",
    "From layer l + 1 to layer l",
    "The induction step of the layered network with symbolic widths.  Whatever comes after layer "
    "l + 1 enters through the slopes g alone.",
    Program(
        (
            Given("z1", (BELOW,)),
            Given("w2", (ABOVE, BELOW)),
            Given("b2", (ABOVE,)),
            Given("g2", (ABOVE,)),
        ),
        (
            Definition("a1", (p1,), phi(p1, z1[p1])),
            Definition("z2", (p2,), total(p1, w2[p2, p1] * a1[p1]) + b2[p2]),
        ),
        abstract_cost("z2", "g2", p2),
        (Multiplier("z1", "d1"), Multiplier("z2", "d2")),
    ),
    (
        Rule("z1", (p1,), phi(p1, z1[p1], 1) * total(p2, w2[p2, p1] * d2[p2])),
        Rule("w2", (p2, p1), a1[p1] * d2[p2]),
        Rule("b2", (p2,), d2[p2]),
        Rule("z2", (p2,), g2[p2]),
    ),
    mistakes=(
        Rule("z1", (p1,), total(p2, w2[p2, p1] * d2[p2])),
        Rule("w2", (p2, p1), phi(p1, z1[p1], 1) * d2[p2]),
    ),
    sources=(
        NIELSEN,
        BISHOP,
    ),
)
LAYER_BASE = Statement(
    "layer-base",
    "The last layer",
    "The base of the induction over layers: any differentiable cost of the outputs a_i, whose "
    "slope is g_i.",
    Program(
        (Given("z1", (BELOW,)), Given("g1", (BELOW,))),
        (Definition("a1", (p1,), phi(p1, z1[p1])),),
        abstract_cost("a1", "g1", p1),
        (Multiplier("z1", "d1"),),
    ),
    (Rule("z1", (p1,), phi(p1, z1[p1], 1) * Get("g1", (p1,))),),
    mistakes=(Rule("z1", (p1,), Get("g1", (p1,)) * phi(p1, z1[p1])),),
    sources=(NIELSEN,),
)

LL, U = Sort("L", ordered=True), Sort("U")
ly, u1, u2, u3 = Var("l", LL), Var("j", U), Var("k", U), Var("m", U)
W3, zl, al, dl, gl, x0 = map(Read, ("W3", "zl", "al", "dl", "gl", "x0"))
LAYERS = Statement(
    "layers",
    "All layers at once, any depth",
    "A network of L layers of equal width U (a narrower layer has weights 0), as one array over"
    " the layers: base and step of the induction in one identity.",
    Program(
        (Given("W3", (LL, U, U)), Given("b3", (LL, U)), Given("gl", (U,)), Given("x0", (U,))),
        (
            Definition(
                "zl",
                (ly, u1),
                total(u2, W3[ly, u1, u2] * (al[ly - 1, u2] + Delta(ly, 1) * x0[u2]))
                + Get("b3", (ly, u1)),
            ),
            Definition("al", (ly, u1), phi((ly, u1), zl[ly, u1])),
        ),
        Abstract("cost", (), (Local("al", (ly, u3), Delta(ly, Size("L")) * gl[u3]),)),
        (Multiplier("zl", "dl"),),
    ),
    (
        Rule(
            "zl",
            (ly, u1),
            phi((ly, u1), zl[ly, u1], 1)
            * (Delta(ly, Size("L")) * gl[u1] + total(u2, W3[ly + 1, u2, u1] * dl[ly + 1, u2])),
        ),
        Rule("W3", (ly, u1, u2), dl[ly, u1] * (al[ly - 1, u2] + Delta(ly, 1) * x0[u2])),
    ),
    mistakes=(
        Rule(
            "zl",
            (ly, u1),
            phi((ly, u1), zl[ly, u1], 1)
            * (Delta(ly, Size("L")) * gl[u1] + total(u2, W3[ly, u2, u1] * dl[ly + 1, u2])),
        ),
    ),
    sources=(NIELSEN,),
)

# --------------------------------------------------------- any pre-activation, local partials A

A, g = Read("A"), Read("g")
JACOBIAN = Get("A", (k, i, n))
PREACTIVATION = Statement(
    "pre-activation",
    "Any pre-activation with given local partials",
    "The pre-activation of a neuron need not be a weighted sum: v_k is any differentiable function "
    "of the signals that k reads, with local partials A_ki by y_i at the point, such as "
    "products, gates, distances or sigma-pi units. A_kj takes the place of w_kj.",
    Program(
        given=(
            Given("A", (J, J, N)),
            Given("d", (J, N)),
            Given("out", (J,)),
        ),
        definitions=(
            Abstract("v", (k, n), (Local("y", (i, n2), Delta(n, n2) * JACOBIAN),)),
            Definition("y", (j, n), phi(j, v[j, n])),
            Definition("e", (j, n), d[j, n] - y[j, n]),
        ),
        cost=SQUARES,
        multipliers=(Multiplier("v", "delta", MINUS),),
        indicators=frozenset({"out"}),
        acyclic=(Acyclic("A"),),
    ),
    rules=(
        Rule(
            "v",
            (j, n),
            slope * ((1 / Count("N")) * out[j] * e[j, n] + total(k, delta[k, n] * A[k, j, n])),
        ),
    ),
    mistakes=(
        Rule(
            "v",
            (j, n),
            slope * ((1 / Count("N")) * out[j] * e[j, n] + total(k, delta[k, n] * A[j, k, n])),
        ),
        Rule("v", (j, n), (1 / Count("N")) * out[j] * e[j, n] + total(k, delta[k, n] * A[k, j, n])),
    ),
    sources=(WERBOS, BISHOP),
)
ORDERED = Statement(
    "ordered",
    "The ordered derivative",
    "Any system of differentiable definitions without cycles, known only by the local "
    "partials A_ki of v_k by v_i: the chain rule for ordered derivatives.",
    Program(
        (Given("A", (J, J)), Given("g", (J,))),
        (Abstract("v", (k,), (Local("v", (i,), A[k, i]),)),),
        abstract_cost("v", "g", j),
        (Multiplier("v", "delta", MINUS),),
        acyclic=(Acyclic("A"),),
    ),
    (Rule("v", (j,), total(k, delta[k] * A[k, j]) - g[j]),),
    mistakes=(Rule("v", (j,), total(k, delta[k] * A[j, k]) - g[j]),),
    sources=(WERBOS,),
)

NETWORKS = (
    *DAG,
    TIED,
    LAYER_BASE,
    LAYER_STEP,
    LAYERS,
    PREACTIVATION,
    ORDERED,
)
