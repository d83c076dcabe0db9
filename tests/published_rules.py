"""Gradient rules as textbooks and courses print them, right and wrong, in our own letters."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from symbolic.arrays import Abstract, Acyclic, Definition, Given, Local, Multiplier, Program, Rule
from symbolic.indexed import Count, Delta, Expr, Fn, Get, Name, Num, Opaque, Sort, Var, total
from symbolic.indices import Hypothesis, Law
from symbolic.theorems_letters import Read, abstract_cost, exp, ln, logistic, tanh

ONE, HALF, MINUS = Num(Fraction(1)), Num(Fraction(1, 2)), Num(Fraction(-1))


@dataclass(frozen=True)
class Published:
    """Rules that must be proved, each under exactly the hypotheses named for it."""

    name: str
    program: Program
    rules: tuple[Rule, ...]
    hypotheses: tuple[Hypothesis, ...] = ()
    under: tuple[str, ...] = ()  # of every rule whose array is in `needing`
    needing: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Slip:
    """A wrong rule, and a few words of the diagnosis; `loose` for one that is no formula at all."""

    name: str
    program: Program
    rule: Rule
    words: str
    hypotheses: tuple[Hypothesis, ...] = ()
    loose: bool = False
    exact: bool = True


def relu(u: Expr) -> Fn:
    return Fn("relu", u)


def step(u: Expr) -> Fn:
    return Fn("step", u)


N, A, B, C = Sort("N"), Sort("A"), Sort("B"), Sort("C")
n, m = Var("n", N), Var("m", N)
a, a2 = Var("a", A), Var("a'", A)
b, b2 = Var("b", B), Var("b'", B)
c, c2 = Var("c", C), Var("c'", C)
x, u, v, h, y, d, W, V, s = map(Read, ("x", "u", "v", "h", "y", "d", "W", "V", "s"))
dv, du, dy, dp, bias = map(Read, ("dv", "du", "dy", "dp", "bias"))
eta, lam, rho = Get("eta"), Get("lam"), Get("rho")
count = Count("N")


def sigma(argument: Expr, order: int = 0) -> Opaque:
    """One differentiable function for every neuron."""
    return Opaque("sigma", (), (argument,), (order,) if order else ())


def steps(*names: str, factor: Expr = ONE) -> tuple[Multiplier, ...]:
    return tuple(Multiplier(name, f"d{name}", factor) for name in names)


# ------------------------------------------------------- two layers in a row, a batch of samples


def two_layers(
    cost: Expr,
    names: tuple[Multiplier, ...],
    hidden: Definition | None = None,
    out: Definition | None = None,
    *more: Definition,
) -> Program:
    """u → h = σ(u) → v = V h + bias → y = σ(v), for each sample."""
    return Program(
        (
            Given("x", (N, A)),
            Given("W", (B, A)),
            Given("V", (C, B)),
            Given("bias", (C,)),
            Given("d", (N, C)),
            Given("eta"),
            Given("lam"),
        ),
        (
            Definition("u", (n, b), total(a, W[b, a] * x[n, a])),
            hidden or Definition("h", (n, b), sigma(u[n, b])),
            Definition("v", (n, c), total(b, V[c, b] * h[n, b]) + bias[c]),
            out or Definition("y", (n, c), sigma(v[n, c])),
            *more,
        ),
        cost,
        names,
    )


gap = y[n, c] - d[n, c]
MEAN_SQUARE = HALF / count * total((n, c), (d[n, c] - y[n, c]) ** 2)
BATCH = two_layers(MEAN_SQUARE, steps("u", "v"))
PER_SAMPLE = two_layers(MEAN_SQUARE, steps("u", "v", factor=count))
LOGISTIC_OUT = Definition("y", (n, c), logistic(v[n, c]))
BERNOULLI = -(1 / count) * total((n, c), d[n, c] * ln(y[n, c]) + (1 - d[n, c]) * ln(1 - y[n, c]))
LAYERS = (
    Published(
        "back-propagation in layers, the average inside the error",
        BATCH,
        (
            Rule("v", (n, c), gap / count * sigma(v[n, c], 1)),
            Rule("u", (n, b), total(c, V[c, b] * dv[n, c]) * sigma(u[n, b], 1)),
            Rule("bias", (c,), total(n, dv[n, c])),
            Rule("V", (c, b), total(n, h[n, b] * dv[n, c])),
            Rule("W", (b, a), total(n, x[n, a] * du[n, b])),
        ),
    ),
    Published(
        "back-propagation in layers, errors per sample and averages over them",
        PER_SAMPLE,
        (
            Rule("v", (n, c), gap * sigma(v[n, c], 1)),
            Rule("u", (n, b), total(c, V[c, b] * dv[n, c]) * sigma(u[n, b], 1)),
            Rule("bias", (c,), 1 / count * total(n, dv[n, c])),
            Rule("V", (c, b), 1 / count * total(n, h[n, b] * dv[n, c])),
        ),
    ),
    Published(
        "cross-entropy cancels the slope of a logistic output",
        two_layers(BERNOULLI, steps("v"), None, LOGISTIC_OUT),
        (
            Rule("V", (c, b), 1 / count * total(n, h[n, b] * gap)),
            Rule("bias", (c,), 1 / count * total(n, gap)),
            Rule("v", (n, c), gap / count),
        ),
    ),
)

# --------------------------------------------------- one pattern, δ = −∂E/∂net, learning rate η

K1, K2, K3 = Sort("K1"), Sort("K2"), Sort("K3")
i, j, k = Var("i", K1), Var("j", K2), Var("k", K3)
o1, o2, o3, n2_, n3_, w2, w3, t3, d2, d3 = map(
    Read, ("o1", "o2", "o3", "net2", "net3", "w2", "w3", "t", "d2", "d3")
)


def act(name: str, argument: Expr, order: int, *at: Var) -> Opaque:
    return Opaque(name, at, (argument,), (order,) if order else ())


def pattern(
    smooth: bool, extra: Expr | None = None, cost: Expr | None = None, known: str = ""
) -> Program:
    """i → j → k with squared error of one pattern."""
    hidden = act("f", n2_[j], 0, j) if smooth else {"tanh": tanh}.get(known, logistic)(n2_[j])
    out = act("g", n3_[k], 0, k) if smooth else logistic(n3_[k])
    if known == "linear":
        out = Num(Fraction(1)) * n3_[k]
    error = cost or HALF * total(k, (t3[k] - o3[k]) ** 2)
    return Program(
        (
            Given("o1", (K1,)),
            Given("w2", (K2, K1)),
            Given("w3", (K3, K2)),
            Given("t", (K3,)),
            Given("before", (K3, K2)),
            Given("eta"),
            Given("alpha"),
        ),
        (
            Definition("net2", (j,), total(i, w2[j, i] * o1[i])),
            Definition("o2", (j,), hidden),
            Definition("net3", (k,), total(j, w3[k, j] * o2[j])),
            Definition("o3", (k,), out),
        ),
        error if extra is None else error + extra,
        (
            Multiplier("net2", "d2", MINUS),
            Multiplier("net3", "d3", MINUS),
            Multiplier("w2", "step2", MINUS * eta),
            Multiplier("w3", "step3", MINUS * eta),
        ),
    )


before = Read("before")
MOMENTUM = -(Get("alpha") / eta) * total((k, j), before[k, j] * w3[k, j])
SET = Sort("Set")
q = Var("q", SET)
others, inside, prod = Read("others"), Read("inside"), Read("prod")
SIGMA_PI = Program(
    (
        Given("w", (K3, SET)),
        Given("act", (K2,)),
        Given("others", (SET, K2)),
        Given("inside", (SET, K2)),
        Given("slope", (K3,)),
        Given("eta"),
    ),
    (
        Abstract("prod", (q,), (Local("act", (j,), inside[q, j] * others[q, j]),)),
        Definition("net", (k,), total(q, Get("w", (k, q)) * prod[q])),
    ),
    abstract_cost("net", "slope", k),
    (
        Multiplier("net", "delta", MINUS),
        Multiplier("act", "error", MINUS),
        Multiplier("w", "step", MINUS * eta),
    ),
    frozenset({"inside"}),
)
delta = Read("delta")
GENERALISED_DELTA = (
    Published(
        "the generalised delta rule, any semilinear units",
        pattern(smooth=True),
        (
            Rule("net3", (k,), (t3[k] - o3[k]) * act("g", n3_[k], 1, k)),
            Rule("net2", (j,), act("f", n2_[j], 1, j) * total(k, d3[k] * w3[k, j])),
            Rule("w3", (k, j), eta * d3[k] * o2[j]),
            Rule("w2", (j, i), eta * d2[j] * o1[i]),
        ),
    ),
    Published(
        "the generalised delta rule, logistic units",
        pattern(smooth=False),
        (
            Rule("net3", (k,), (t3[k] - o3[k]) * o3[k] * (1 - o3[k])),
            Rule("net2", (j,), o2[j] * (1 - o2[j]) * total(k, d3[k] * w3[k, j])),
        ),
    ),
    Published(
        "momentum: the last step is added in, as if the cost were tilted along it",
        pattern(smooth=True, extra=MOMENTUM),
        (Rule("w3", (k, j), eta * d3[k] * o2[j] + Get("alpha") * before[k, j]),),
    ),
    Published(
        "sigma-pi units",
        SIGMA_PI,
        (
            Rule("w", (k, q), eta * delta[k] * prod[q]),
            Rule(
                "act",
                (j,),
                total(
                    k,
                    delta[k] * total(q, inside[q, j] * Get("w", (k, q)) * others[q, j]),
                ),
            ),
        ),
    ),
)

# ------------------------------------- an ordered system in time, with connections over two steps

T, J = Sort("T", ordered=True), Sort("J")
t = Var("t", T)
r, r2 = Var("r", J), Var("r'", J)
w0, w1_, w2_, z, net, Fx, Fn_ = map(Read, ("w0", "w1", "w2", "z", "net", "Fx", "Fnet"))
LAGGED = Program(
    (
        Given("w0", (J, J)),
        Given("w1", (J, J)),
        Given("w2", (J, J)),
        Given("input", (T, J)),
        Given("target", (T, J)),
        Given("out", (J,)),
    ),
    (
        Definition(
            "net",
            (t, r),
            total(r2, w0[r, r2] * z[t, r2])
            + total(r2, w1_[r, r2] * z[t - 1, r2])
            + total(r2, w2_[r, r2] * z[t - 2, r2])
            + Get("input", (t, r)),
        ),
        Definition("z", (t, r), logistic(net[t, r])),
    ),
    HALF * total((t, r), Get("out", (r,)) * (z[t, r] - Get("target", (t, r))) ** 2),
    (Multiplier("z", "Fx"), Multiplier("net", "Fnet")),
    frozenset({"out"}),
    (Acyclic("w0"),),
)
direct, part = Read("direct"), Read("part")
ORDERED_SYSTEM = (
    Published(
        "an ordered system in time with lags 1 and 2",
        LAGGED,
        (
            Rule(
                "z",
                (t, r),
                Get("out", (r,)) * (z[t, r] - Get("target", (t, r)))
                + total(r2, w0[r2, r] * Fn_[t, r2])
                + total(r2, w1_[r2, r] * Fn_[t + 1, r2])
                + total(r2, w2_[r2, r] * Fn_[t + 2, r2]),
            ),
            Rule("net", (t, r), z[t, r] * (1 - z[t, r]) * Fx[t, r]),
            Rule("w0", (r, r2), total(t, Fn_[t, r] * z[t, r2])),
            Rule("w1", (r, r2), total(t, Fn_[t + 1, r] * z[t, r2])),
            Rule("w2", (r, r2), total(t, Fn_[t + 2, r] * z[t, r2])),
        ),
    ),
    Published(
        "the ordered derivative of any system computed in order",
        Program(
            (Given("part", (J, J)), Given("direct", (J,))),
            (Abstract("z", (r2,), (Local("z", (r,), part[r2, r]),)),),
            abstract_cost("z", "direct", r),
            (Multiplier("z", "F"),),
            acyclic=(Acyclic("part"),),
        ),
        (Rule("z", (r,), direct[r] + total(r2, Get("F", (r2,)) * part[r2, r])),),
    ),
)

# --------------------------------------------------------- canonical links and the Jacobian matrix

act_, z_, t_, dout, dhid = map(Read, ("net3", "o2", "t", "dnet3", "dnet2"))
SOFTMAX = (
    Definition("s", (), total(k, exp(n3_[k]))),
    Definition("o3", (k,), exp(n3_[k]) / Get("s")),
)
TARGETS = Law("Σ_k t_k = 1", (k,), (t3[k],), ONE)


def linked(outputs: tuple[Definition, ...], cost: Expr, hidden: Expr | None = None) -> Program:
    base = pattern(smooth=True)
    first = Definition("o2", (j,), hidden or act("h", n2_[j], 0, j))
    return Program(
        base.given,
        (base.definitions[0], first, base.definitions[2], *outputs),
        cost,
        (Multiplier("net2", "dnet2"), Multiplier("net3", "dnet3")),
    )


LINKS: dict[str, tuple[tuple[Definition, ...], Expr]] = {
    "linear outputs with squared error": (
        (Definition("o3", (k,), n3_[k] * 1),),
        HALF * total(k, (o3[k] - t3[k]) ** 2),
    ),
    "logistic outputs with cross-entropy": (
        (Definition("o3", (k,), logistic(n3_[k])),),
        -total(k, t3[k] * ln(o3[k]) + (1 - t3[k]) * ln(1 - o3[k])),
    ),
    "softmax outputs with cross-entropy": (SOFTMAX, -total(k, t3[k] * ln(o3[k]))),
}
CANONICAL = tuple(
    Published(
        f"canonical link: {name}",
        linked(*link),
        (
            Rule("net3", (k,), o3[k] - t3[k]),
            Rule("net2", (j,), act("h", n2_[j], 1, j) * total(k, w3[k, j] * dout[k])),
            Rule("w3", (k, j), dout[k] * z_[j]),
            Rule("w2", (j, i), dhid[j] * o1[i]),
        ),
        (TARGETS,),
        ("Σ_k t_k = 1",) if "softmax" in name else (),
        frozenset({"net3"}),
    )
    for name, link in LINKS.items()
)
chosen, k2 = Name("chosen", K3), Var("k'", K3)
JACOBIAN = Program(
    pattern(smooth=True).given,
    (
        Definition("net2", (j,), total(i, w2[j, i] * o1[i])),
        Definition("o2", (j,), act("h", n2_[j], 0, j)),
        Definition("net3", (k,), total(j, w3[k, j] * o2[j])),
        *SOFTMAX,
    ),
    Get("o3", (chosen,)),
    (Multiplier("o1", "J1"), Multiplier("net2", "J2"), Multiplier("net3", "J3")),
)
LINKED = (
    *CANONICAL,
    Published(
        "tanh hidden units",
        linked(*LINKS["linear outputs with squared error"], hidden=tanh(n2_[j])),
        (Rule("net2", (j,), (1 - z_[j] ** 2) * total(k, w3[k, j] * dout[k])),),
    ),
    Published(
        "the Jacobian matrix of a network that ends in softmax",
        JACOBIAN,
        (
            Rule("o1", (i,), total(j, w2[j, i] * Get("J2", (j,)))),
            Rule("net2", (j,), act("h", n2_[j], 1, j) * total(k, w3[k, j] * Get("J3", (k,)))),
            Rule("net3", (k,), Delta(chosen, k) * o3[chosen] - o3[chosen] * o3[k]),
        ),
    ),
)

# ------------------------------------- a classifier of rows with a penalty on the weights, and more

X, W1, B1, W2, B2, pre, H, S, P, Y, sums = map(
    Read, ("X", "W1", "b1", "W2", "b2", "pre", "H", "S", "P", "Y", "sums")
)
d_s, d_h, dpre = Read("dS"), Read("dH"), Read("dpre")
ROWS_SUM = Law("Σ_c Y_nc = 1", (c,), (Y[n, c],), ONE)
CLASSIFIER = Program(
    (
        Given("X", (N, A)),
        Given("W1", (A, B)),
        Given("b1", (B,)),
        Given("W2", (B, C)),
        Given("b2", (C,)),
        Given("Y", (N, C)),
        Given("rho"),
    ),
    (
        Definition("pre", (n, b), total(a, X[n, a] * W1[a, b]) + B1[b]),
        Definition("H", (n, b), relu(pre[n, b])),
        Definition("S", (n, c), total(b, H[n, b] * W2[b, c]) + B2[c]),
        Definition("sums", (n,), total(c, exp(S[n, c]))),
        Definition("P", (n, c), exp(S[n, c]) / sums[n]),
    ),
    -(1 / count) * total((n, c), Y[n, c] * ln(P[n, c]))
    + HALF * rho * (total((a, b), W1[a, b] ** 2) + total((b, c), W2[b, c] ** 2)),
    steps("S", "H", "pre"),
)
we, he, re, zh, zr = map(Read, ("we", "he", "re", "zh", "zr"))
xe, be, ce = Read("xe"), Read("be"), Read("ce")
TIED = Program(
    (Given("we", (B, A)), Given("xe", (A,)), Given("be", (B,)), Given("ce", (A,))),
    (
        Definition("zh", (b,), total(a, we[b, a] * xe[a]) + be[b]),
        Definition("he", (b,), logistic(zh[b])),
        Definition("zr", (a,), total(b, we[b, a] * he[b]) + ce[a]),
        Definition("re", (a,), logistic(zr[a])),
    ),
    HALF * total(a, (re[a] - xe[a]) ** 2),
    steps("zr", "zh"),
)
dzr, dzh = Read("dzr"), Read("dzh")
NORM2 = total((j, i), w2[j, i] ** 2)


def decayed(penalty: Expr) -> Program:
    """Any cost E0 with gradient G, plus a penalty."""
    return Program(
        (Given("w2", (K2, K1)), Given("G", (K2, K1)), Given("eta"), Given("lam")),
        (Abstract("E0", (), (Local("w2", (j, i), Get("G", (j, i))),)),),
        Get("E0") + penalty,
        (Multiplier("w2", "step2", MINUS * eta),),
    )


G = Read("G")
OTHERS = (
    Published(
        "two-layer softmax classifier, samples in rows, with a penalty",
        CLASSIFIER,
        (
            Rule("S", (n, c), (P[n, c] - Y[n, c]) / count),
            Rule("W2", (b, c), total(n, H[n, b] * d_s[n, c]) + rho * W2[b, c]),
            Rule("b2", (c,), total(n, d_s[n, c])),
            Rule("H", (n, b), total(c, d_s[n, c] * W2[b, c])),
            Rule("pre", (n, b), d_h[n, b] * step(pre[n, b])),
            Rule("W1", (a, b), total(n, X[n, a] * dpre[n, b]) + rho * W1[a, b]),
            Rule("b1", (b,), total(n, dpre[n, b])),
        ),
        (ROWS_SUM,),
        ("Σ_c Y_nc = 1",),
        frozenset({"S"}),
    ),
    Published(
        "autoencoder that decodes with the transposed weights",
        TIED,
        (
            Rule("zr", (a,), (re[a] - xe[a]) * re[a] * (1 - re[a])),
            Rule("zh", (b,), total(a, we[b, a] * dzr[a]) * he[b] * (1 - he[b])),
            Rule("we", (b, a), dzh[b] * xe[a] + he[b] * dzr[a]),
        ),
    ),
    Published(
        "weight decay as a penalty",
        decayed(HALF * lam * NORM2),
        (Rule("w2", (j, i), -eta * (G[j, i] + lam * w2[j, i])),),
    ),
    Published(
        "weight decay as a shrinking weight: w + Δw = (1 − η λ) w − η G",
        decayed(HALF * lam * NORM2 - HALF / eta * NORM2),
        (Rule("w2", (j, i), (1 - eta * lam) * w2[j, i] - eta * G[j, i]),),
    ),
)

# ---------------------------------------------------------------- right, and often called wrong

hs, us, drive, dhs, dus = map(Read, ("hs", "us", "drive", "dhs", "dus"))
f_, b_, D_ = Var("f", B), Var("b", B), Read("D")
RNN = Program(
    (Given("R", (B, B)), Given("drive", (T, B)), Given("D", (T, B))),
    (
        Definition("us", (t, b), total(b2, Get("R", (b, b2)) * hs[t - 1, b2]) + drive[t, b]),
        Definition("hs", (t, b), tanh(us[t, b])),
    ),
    abstract_cost("hs", "D", t, b),
    (Multiplier("us", "dus"), Multiplier("hs", "dhs")),
)
hat, mu, var, root = Read("hat"), Read("mu"), Read("var"), Read("root")
CENTRED = Program(
    (Given("x", (N,)), Given("eps"), Given("D", (N,))),
    (
        Definition("mu", (), total(n, x[n]) / count),
        Definition("var", (), total(n, (x[n] - Get("mu")) ** 2) / count),
        Definition("root", (), (Get("var") + Get("eps")) ** Fraction(-1, 2)),
        Definition("hat", (n,), (x[n] - Get("mu")) * Get("root")),
    ),
    abstract_cost("hat", "D", n),
    steps("mu", "var", "hat"),
)
through_hat = -(Get("root") * total(n, Get("dhat", (n,))))
cell, keep, new, out_ = Read("cell"), Read("keep"), Read("new"), Read("out")
CELL = Program(
    (Given("keep", (T, B)), Given("new", (T, B)), Given("out", (T, B)), Given("D", (T, B))),
    (
        Definition("cell", (t, b), keep[t, b] * cell[t - 1, b] + new[t, b]),
        Definition("hs", (t, b), out_[t, b] * cell[t, b]),
    ),
    abstract_cost("hs", "D", t, b),
    steps("cell", "hs"),
)
label = Name("label", K3)
ONE_HOT = Program(
    (Given("net3", (K3,)),),
    (*SOFTMAX, Definition("t", (k,), Delta(k, label))),
    -total(k, t3[k] * ln(o3[k])),
    (Multiplier("net3", "delta", MINUS),),
)
CALLED_WRONG = (
    Published(
        "the mean of a normalised batch: the path through the variance is 0 and may be dropped",
        CENTRED,
        (
            Rule("mu", (), through_hat),
            Rule("mu", (), through_hat + Get("dvar") * total(n, -2 * (x[n] - Get("mu"))) / count),
        ),
    ),
    Published(
        "the state of a memory cell has two paths to the cost, and both are added",
        CELL,
        (
            Rule(
                "cell",
                (t, b),
                out_[t, b] * dhs[t, b] + Get("dcell", (t + 1, b)) * keep[t + 1, b],
            ),
        ),
    ),
    Published(
        "a recurrent state adds what comes from the next step to its own error",
        RNN,
        (Rule("hs", (t, b), D_[t, b] + total(b2, Get("R", (b2, b)) * dus[t + 1, b2])),),
    ),
    Published(
        "tanh backwards with the stored output",
        RNN,
        (Rule("us", (t, b), dhs[t, b] * (1 - hs[t, b] ** 2)),),
    ),
    Published(
        "softmax and cross-entropy for one class: d − y",
        ONE_HOT,
        (Rule("net3", (k,), t3[k] - o3[k]),),
    ),
    Published(
        "a (1 − a) with a the stored logistic output",
        TIED,
        (Rule("zh", (b,), Get("∂he", (b,)) * he[b] * (1 - he[b])),),
    ),
)
PUBLISHED = (*LAYERS, *GENERALISED_DELTA, *ORDERED_SYSTEM, *LINKED, *OTHERS, *CALLED_WRONG)

# ------------------------------------------------------------------------------------ wrong rules

vk, pk, dk = Read("net3"), Read("o3"), Read("t")
SOFT = Program(
    (Given("net3", (K3,)), Given("slope", (K3,))),
    SOFTMAX,
    abstract_cost("o3", "slope", k),
    (Multiplier("net3", "dz"), Multiplier("o3", "dp")),
)
WEIGHTED = Program(
    (Given("feature", (A,)), Given("w", (A, K3)), Given("t", (K3,))),
    (
        Definition("net3", (k,), total(a, Get("feature", (a,)) * Get("w", (a, k)))),
        *SOFTMAX,
    ),
    -total(k, dk[k] * ln(pk[k])),
)
SOFT_CE = Program(
    (Given("net3", (K3,)), Given("t", (K3,))),
    SOFTMAX,
    -total(k, dk[k] * ln(pk[k])),
    (Multiplier("net3", "dz"),),
)
LINEAR = pattern(smooth=False, known="linear")
LOGISTIC = pattern(smooth=False)
SMOOTH = pattern(smooth=True)
TANH = pattern(smooth=False, known="tanh")
error = t3[k] - o3[k]
f1, g1 = act("f", n2_[j], 1, j), act("g", n3_[k], 1, k)
one, two, three, four, five, inp = (Get(name) for name in ("w1", "w2", "w3", "w4", "w5", "I"))
A1, B_1, C1, OUT = (Get(name) for name in ("pa", "pb", "pc", "po"))
PATHS = Program(
    tuple(Given(name) for name in ("w1", "w2", "w3", "w4", "w5", "I")),
    (
        Definition("pa", (), logistic(inp * one + 1)),
        Definition("pb", (), logistic(A1 * two + 1)),
        Definition("pc", (), logistic(A1 * three + 1)),
        Definition("po", (), logistic(B_1 * four + C1 * five + 1)),
    ),
    OUT,
)
logit = lambda q: q * (1 - q)  # noqa: E731 - a formula
SCALAR = Program(
    (Given("w"), Given("G", (T,)), Given("h0")),
    (Definition("hs", (t,), Get("w") * (hs[t - 1] + Delta(t, 1) * Get("h0"))),),
    abstract_cost("hs", "G", t),
    steps("hs"),
)
DRIVEN = Program(
    (Given("loop"), Given("drive", (T,)), Given("D", (T,))),
    (Definition("hs", (t,), tanh(drive[t] + Get("loop") * hs[t - 1])),),
    abstract_cost("hs", "D", t),
    steps("hs"),
)
REGRESSION = Program(
    (Given("x", (N, A)), Given("W", (A, C)), Given("bias", (C,)), Given("d", (N, C))),
    (
        Definition("v", (n, c), total(a, x[n, a] * W[a, c]) + bias[c]),
        Definition("s", (n,), total(c, exp(v[n, c]))),
        Definition("y", (n, c), exp(v[n, c]) / s[n]),
    ),
    -total((n, c), d[n, c] * ln(y[n, c])),
    steps("v"),
)
CLASSES = Law("Σ_c d_nc = 1", (c,), (d[n, c],), ONE)
SUMMED = two_layers(HALF * total((n, c), (d[n, c] - y[n, c]) ** 2), steps("u", "v"))
PENALTY = Program((Given("w", (A,)), Given("lam")), (), lam * total(a, Get("w", (a,)) ** 2))
REUSED = Program(
    (Given("x"),),
    (
        Definition("y", (), 3 * Get("x")),
        Definition("first", (), 2 * Get("y")),
        Definition("second", (), 5 * Get("y")),
    ),
    Get("first") + Get("second"),
    steps("y", "first", "second"),
)
ELEMENT = Program(
    (Given("x", (A,)), Given("D", (A,))),
    (Definition("y", (a,), tanh(x[a])),),
    abstract_cost("y", "D", a),
    steps("y"),
)
SQUARE_LAYERS = Program(
    (Given("u", (A,)), Given("V", (A, A)), Given("G", (A,))),
    (
        Definition("h", (a,), sigma(u[a])),
        Definition("v", (a,), total(a2, V[a, a2] * h[a2])),
    ),
    abstract_cost("v", "G", a),
    steps("u", "v"),
)
twice = exp(2 * x[a])
WRONG = (
    Slip(
        "softmax with a diagonal Jacobian",
        SOFT,
        Rule("net3", (k,), pk[k] * (1 - pk[k]) * dp[k]),
        "Cross terms are lost",
    ),
    Slip(
        "softmax and cross-entropy, only the own target",
        WEIGHTED,
        Rule("w", (a, k), -dk[k] * (1 - pk[k]) * Get("feature", (a,))),
        "ross terms",
        (TARGETS,),
    ),
    Slip(
        "y − d for targets that sum to anything",
        SOFT_CE,
        Rule("net3", (k,), pk[k] - dk[k]),
        "It holds if sum(k, t[k]) = 1",
    ),
    Slip(
        "softmax and cross-entropy, twice the gradient",
        SOFT_CE,
        Rule("net3", (k,), 2 * (pk[k] - dk[k])),
        "A factor 2 is one too many",
        (TARGETS,),
    ),
    Slip(
        "a logistic output with squared error, error alone",
        LOGISTIC,
        Rule("net3", (k,), error),
        "The factor logistic' is missing",
    ),
    Slip(
        "the hidden rule fed with errors, not with local gradients",
        SMOOTH,
        Rule("net2", (j,), f1 * total(k, w3[k, j] * error)),
        "The factor g' is missing",
    ),
    Slip(
        "the logistic slope taken at the output",
        LOGISTIC,
        Rule("net3", (k,), error * logistic(o3[k]) * (1 - logistic(o3[k]))),
        "The slope is taken at o3[k]; it belongs at net3[k]",
        exact=False,
    ),
    Slip(
        "the slope of tanh taken at the output",
        TANH,
        Rule("net2", (j,), (1 - tanh(o2[j]) ** 2) * total(k, w3[k, j] * d3[k])),
        "The slope is taken at o2[j]; it belongs at net2[j]",
        exact=False,
    ),
    Slip(
        "the hidden rule with weights already updated",
        SMOOTH,
        Rule("net2", (j,), f1 * total(k, d3[k] * (w3[k, j] + eta * d3[k] * o2[j]))),
        "a weight already updated",
    ),
    Slip(
        "a path through three neurons without the weights on the way",
        PATHS,
        Rule(
            "w1",
            (),
            logit(OUT) * (logit(B_1) + logit(C1)) * logit(A1) * inp,
        ),
        "w2, w3, w4, w5",
        exact=False,
    ),
    Slip(
        "the error of the next layer times the weights of this one",
        BATCH,
        Rule("u", (n, b), total(c, dv[n, c] * W[c, b]) * sigma(u[n, b], 1)),
        "wants an index of",
        loose=True,
    ),
    Slip(
        "the errors of the next layer without the sum over its neurons",
        BATCH,
        Rule("u", (n, b), V[c, b] * dv[n, c] * sigma(u[n, b], 1)),
        "stands free",
        loose=True,
    ),
    Slip(
        "through time without the next step",
        SCALAR,
        Rule("hs", (t,), Get("G", (t,))),
        "the path through the next step in time",
    ),
    Slip(
        "the recurrent weight with the state of the same step",
        RNN,
        Rule("R", (b, b2), total(t, dus[t, b] * hs[t, b2])),
        "hs[t,b'] stands where hs[t-1,b'] belongs",
        exact=False,
    ),
    Slip(
        "one step back without the recurrent weight",
        DRIVEN,
        Rule("hs", (t,), D_[t] + (1 - hs[t + 1] ** 2) * dhs[t + 1]),
        "The factor loop is missing",
    ),
    Slip(
        "one bias gradient for all classes",
        REGRESSION,
        Rule("bias", (c,), total((n, c2), y[n, c2] - d[n, c2])),
        "The sum over c' is too many",
        (CLASSES,),
    ),
    Slip(
        "the mean over the batch of a cost that is a sum",
        SUMMED,
        Rule("bias", (c,), 1 / count * total(n, dv[n, c])),
        "The factor 1/N is one too many. It holds if N = 1",
    ),
    Slip(
        "the mean over the batch twice",
        BATCH,
        Rule("bias", (c,), 1 / count * total(n, dv[n, c])),
        "The factor 1/N is one too many. It holds if N = 1",
    ),
    Slip(
        "the error without the mean that the cost takes",
        BATCH,
        Rule("v", (n, c), gap * sigma(v[n, c], 1)),
        "The factor 1/N is missing. It holds if N = 1",
    ),
    Slip(
        "the gradient of λ Σ w² without its 2",
        PENALTY,
        Rule("w", (a,), lam * Get("w", (a,))),
        "A factor 2 is missing",
    ),
    Slip(
        "the gradient of λ Σ w² without its 2, with a minus",
        PENALTY,
        Rule("w", (a,), -lam * Get("w", (a,))),
        "A factor 2 is missing, and the sign is wrong",
    ),
    Slip(
        "a value used twice, the last use put in place of the first",
        REUSED,
        Rule("y", (), 5 * Get("dsecond")),
        "is lost. The contributions of all uses are added",
    ),
    Slip(
        "tied weights, the encoder alone",
        TIED,
        Rule("we", (b, a), dzh[b] * xe[a]),
        "is lost. The contributions of all uses are added",
    ),
    Slip(
        "the slope of tanh given as tanh itself",
        ELEMENT,
        Rule("x", (a,), dy[a] * (twice - 1) / (twice + 1)),
        "is not tanh'",
    ),
    Slip(
        "the outer product the other way round",
        BATCH,
        Rule("V", (c, b), total(n, h[n, c] * dv[n, b])),
        "wants an index of",
        loose=True,
    ),
    Slip(
        "the outer product the other way round, square layers",
        SQUARE_LAYERS,
        Rule("V", (a, a2), h[a] * dv[a2]),
        "The indices a and a' are swapped",
    ),
    Slip(
        "errors through the weights instead of the transposed weights",
        BATCH,
        Rule("u", (n, b), total(c, dv[n, c] * V[b, c]) * sigma(u[n, b], 1)),
        "wants an index of",
        loose=True,
    ),
    Slip(
        "errors through the weights instead of the transposed weights, square layers",
        SQUARE_LAYERS,
        Rule("u", (a,), total(a2, dv[a2] * V[a, a2]) * sigma(u[a], 1)),
        "V is transposed here",
    ),
    Slip(
        "the weighted sum where the signal of the neuron belongs",
        SMOOTH,
        Rule("w3", (k, j), eta * d3[k] * n2_[j]),
        "net2[j] stands where o2[j] belongs",
    ),
    Slip(
        "the slope once more, though the local gradient has it already",
        SMOOTH,
        Rule("w3", (k, j), eta * d3[k] * g1 * o2[j]),
        "The factor g' is one too many",
    ),
    Slip(
        "the activation where its slope belongs",
        SMOOTH,
        Rule("net3", (k,), error * act("g", n3_[k], 0, k)),
        "g stands where its derivative belongs",
    ),
)
