"""Published gradient rules for symbolic sizes: programs, rules, the hypotheses they need."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction

from array_instances import Instance, P

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
    AtLeast,
    Count,
    Delta,
    Expr,
    Fn,
    Gather,
    Get,
    Name,
    Num,
    Opaque,
    Size,
    Sort,
    Var,
    total,
)
from symbolic.indices import Hypothesis, Law, SizeOne

HALF = Num(Fraction(1, 2))
MINUS = Num(Fraction(-1))


@dataclass(frozen=True)
class Theorem:
    """Rules of one program; each must be proved under exactly the hypotheses named for it."""

    name: str
    program: Program
    rules: tuple[Rule, ...]
    hypotheses: tuple[Hypothesis, ...] = ()
    under: dict[str, tuple[str, ...]] = field(default_factory=dict)  # by the array of the rule
    prepare: Callable[[Instance], None] = lambda instance: None
    small: frozenset[str] = frozenset()
    sizes: dict[str, int] = field(default_factory=dict)
    wrong: tuple[Rule, ...] = ()


class Read:
    """`w[k, j]` written as in the book."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __getitem__(self, at: object) -> Get:
        return Get(self.name, at if isinstance(at, tuple) else (at,))


def fn(name: str) -> Callable[[Expr], Fn]:
    return lambda argument: Fn(name, argument)


exp, ln, tanh, logistic = fn("exp"), fn("ln"), fn("tanh"), fn("logistic")


def phi(letter: object, argument: Expr, order: int = 0) -> Opaque:
    at = letter if isinstance(letter, tuple) else (letter,)
    return Opaque("phi", at, (argument,), (order,) if order else ())


def abstract_cost(array: str, slope: str, *at: Var) -> Abstract:
    """Any differentiable cost of one array."""
    return Abstract("cost", (), (Local(array, at, Get(slope, at)),))


# ---------------------------------------------------------------- feed-forward nets of any shape

J, N = Sort("J"), Sort("N")
j, k, i, m = (Var(name, J) for name in "jkim")
n, n2, only = Var("n", N), Var("n2", N), Name("one", N)
w, y, v, e, d, x, out, edge, delta = map(
    Read, ("w", "y", "v", "e", "d", "x", "out", "edge", "delta")
)
eta = Get("eta")
READERS = Law("w_kj is a weight of an edge", (), (w[k, j], edge[k, j]), w[k, j])
NO_READER = Law("output neurons feed no neuron", (), (out[j], w[k, j]), Num(Fraction(0)))
ONE_SAMPLE = SizeOne("N = 1", "N")


def dag(cost: Expr, weight: Expr | None = None, *more: Given) -> Program:
    return Program(
        given=(
            Given("w", (J, J)),
            Given("x", (J, N)),
            Given("d", (J, N)),
            Given("out", (J,)),
            Given("edge", (J, J)),
            Given("eta"),
            *more,
        ),
        definitions=(
            Definition("v", (j, n), total(i, (weight or w[j, i]) * y[i, n]) + x[j, n]),
            Definition("y", (j, n), phi(j, v[j, n])),
            Definition("e", (j, n), d[j, n] - y[j, n]),
        ),
        cost=cost,
        multipliers=(Multiplier("v", "delta", MINUS), Multiplier("w", "dw", MINUS * eta)),
        indicators=frozenset({"out", "edge"}),
        acyclic=(Acyclic("w"),),
        facts=(READERS,),
    )


def forward_only(instance: Instance) -> None:
    """A random acyclic set of edges, i → k only for i < k; weights elsewhere are 0."""
    for a in range(1, 5):
        for b in range(1, 5):
            on = int(a > b and instance.rng.random() < 0.8)
            instance.given["edge", (a, b)] = on
            if not on:
                instance.given["w", (a, b)] = 0


def outputs_last(instance: Instance) -> None:
    forward_only(instance)
    for a in range(1, 5):
        on = instance.given["out", (a,)] = int(a >= 3)
        for b in range(1, 5):
            if on:
                instance.given["w", (b, a)] = 0
                instance.given["edge", (b, a)] = 0


SQUARES = (1 / Count("N")) * total((n, k), out[k] * HALF * e[k, n] ** 2)
ANY_COST = (1 / Count("N")) * total((n, k), out[k] * Opaque("C", (k,), (y[k, n], d[k, n])))
back = total(k, delta[k, n] * w[k, j])
back_edges = total(k, edge[k, j] * delta[k, n] * w[k, j])
slope = phi(j, v[j, n], 1)
c_slope = Opaque("C", (j,), (y[j, n], d[j, n]), (1, 0))
weight_rule = Rule("w", (j, i), eta * total(n, delta[j, n] * y[i, n]))
DAG = (
    Theorem(
        "any acyclic network, squared error, any N",
        dag(SQUARES),
        (
            Rule("v", (j, n), slope * ((1 / Count("N")) * out[j] * e[j, n] + back)),
            Rule("v", (j, n), slope * ((1 / Count("N")) * out[j] * e[j, n] + back_edges)),
            weight_rule,
        ),
        prepare=forward_only,
        wrong=(
            Rule("v", (j, n), slope * (out[j] * e[j, n] + back)),
            Rule("v", (j, n), slope * ((1 / Count("N")) * e[j, n] + back)),
            Rule("v", (j, n), (1 / Count("N")) * out[j] * e[j, n] + slope * back),
            Rule(
                "v",
                (j, n),
                slope * ((1 / Count("N")) * out[j] * e[j, n] + total(k, delta[k, n] * w[j, k])),
            ),
            Rule("w", (j, i), eta * total(n, delta[i, n] * y[j, n])),
        ),
    ),
    Theorem(
        "one sample: e φ' without 1/N",
        dag(SQUARES),
        (
            Rule("v", (j, n), slope * (out[j] * e[j, n] + back)),
            Rule("w", (j, i), eta * delta[j, only] * y[i, only]),
        ),
        (ONE_SAMPLE,),
        {"v": ("N = 1",), "w": ("N = 1",)},
        forward_only,
        sizes={"N": 1},
    ),
    Theorem(
        "output and hidden rule apart, where outputs feed no neuron",
        dag(SQUARES),
        (
            Rule(
                "v",
                (j, n),
                (1 / Count("N")) * out[j] * e[j, n] * slope + (1 - out[j]) * slope * back,
            ),
        ),
        (ONE_SAMPLE, NO_READER),
        {"v": ("output neurons feed no neuron",)},
        outputs_last,
    ),
    Theorem(
        "any acyclic network, any cost",
        dag(ANY_COST),
        (Rule("v", (j, n), slope * (back - (1 / Count("N")) * out[j] * c_slope)), weight_rule),
        prepare=forward_only,
    ),
)

THETA = Sort("Theta")
th = Var("th", THETA)
tied = Get("theta", (Gather("tie", THETA, (j, i)),))
TIED = Theorem(
    "tied weights: the sum over the uses",
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
    prepare=forward_only,
)

# ------------------------------------------------------------------------------------- layers

J1, J2 = Sort("J1"), Sort("J2")
p1, p2, q1 = Var("p1", J1), Var("p2", J2), Var("q1", J1)
z1, a1, w2, b2, z2, g2, d1, d2 = map(Read, ("z1", "a1", "w2", "b2", "z2", "g2", "d1", "d2"))
LAYER_STEP = Theorem(
    "from layer l+1 to layer l, any widths",
    Program(
        (Given("z1", (J1,)), Given("w2", (J2, J1)), Given("b2", (J2,)), Given("g2", (J2,))),
        (
            Definition("a1", (p1,), phi(p1, z1[p1])),
            Definition("z2", (p2,), total(p1, w2[p2, p1] * a1[p1]) + b2[p2]),
        ),
        abstract_cost("z2", "g2", p2),
        (Multiplier("z1", "d1"), Multiplier("z2", "d2")),
    ),
    (
        Rule("z1", (p1,), total(p2, w2[p2, p1] * d2[p2]) * phi(p1, z1[p1], 1)),
        Rule("w2", (p2, p1), a1[p1] * d2[p2]),
        Rule("b2", (p2,), d2[p2]),
        Rule("z2", (p2,), g2[p2]),
    ),
)
LAYER_BASE = Theorem(
    "the last layer, any cost",
    Program(
        (Given("z1", (J1,)), Given("g1", (J1,))),
        (Definition("a1", (p1,), phi(p1, z1[p1])),),
        abstract_cost("a1", "g1", p1),
        (Multiplier("z1", "d1"),),
    ),
    (Rule("z1", (p1,), Get("g1", (p1,)) * phi(p1, z1[p1], 1)),),
)

LL, U = Sort("L", ordered=True), Sort("U")
ly, u1, u2, u3 = Var("l", LL), Var("u1", U), Var("u2", U), Var("u3", U)
W3, zl, al, dl, gl, x0 = map(Read, ("W3", "zl", "al", "dl", "gl", "x0"))
LAYERS = Theorem(
    "all layers at once, any depth",
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
    wrong=(
        Rule(
            "zl",
            (ly, u1),
            phi((ly, u1), zl[ly, u1], 1)
            * (Delta(ly, Size("L")) * gl[u1] + total(u2, W3[ly, u2, u1] * dl[ly + 1, u2])),
        ),
    ),
)

# ---------------------------------------------------------------------------------- recurrence

T, H, X, OUT = Sort("T", ordered=True), Sort("H"), Sort("X"), Sort("O")
t, s = Var("t", T), Var("s", T)
h1, h2 = Var("h1", H), Var("h2", H)
xi, o = Var("xi", X), Var("o", OUT)
UU, WX, VO, a, h, h0, xx, b, ot, da, do = map(
    Read, ("U", "W", "V", "a", "h", "h0", "x", "b", "o", "da", "do")
)
ELMAN_DEFINITIONS = (
    Definition(
        "a",
        (t, h1),
        total(h2, UU[h1, h2] * (h[t - 1, h2] + Delta(t, 1) * h0[h2]))
        + total(xi, WX[h1, xi] * xx[t, xi])
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
ELMAN = Theorem(
    "back-propagation through time, any T",
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
        Rule("W", (h1, xi), total(t, da[t, h1] * xx[t, xi])),
        Rule("V", (o, h1), total(t, do[t, o] * h[t, h1])),
        Rule("b", (h1,), total(t, da[t, h1])),
        Rule("h0", (h1,), total(h2, UU[h2, h1] * da[1, h2])),
    ),
    wrong=(
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
)

# --------------------------------------------------------- any pre-activation, local partials A

A, g = Read("A"), Read("g")
ORDERED = Theorem(
    "the ordered derivative: any acyclic system with local partials",
    Program(
        (Given("A", (J, J)), Given("g", (J,))),
        (Abstract("v", (k,), (Local("v", (i,), A[k, i]),)),),
        abstract_cost("v", "g", j),
        (Multiplier("v", "delta", MINUS),),
        acyclic=(Acyclic("A"),),
    ),
    (Rule("v", (j,), total(k, delta[k] * A[k, j]) - g[j]),),
    prepare=lambda instance: instance.given.update(
        {("A", (a, b)): 0 for a in range(1, 5) for b in range(a, 5)}
    ),
    wrong=(Rule("v", (j,), total(k, delta[k] * A[j, k]) - g[j]),),
)

# ------------------------------------------------------------------------------------- softmax

K = Sort("K")
c1, c2, c3 = Var("c1", K), Var("c2", K), Var("c3", K)
vk, pk, sk, dk, gk, ek = map(Read, ("v", "p", "s", "d", "g", "e"))
SOFTMAX = (
    Definition("s", (), total(c1, exp(vk[c1]))),
    Definition("p", (c1,), exp(vk[c1]) / Get("s")),
)
SUM_TO_ONE = Law("Σ_k d_k = 1", (c1,), (dk[c1],), Num(Fraction(1)))


def targets_sum_to_one(instance: Instance) -> None:
    last = len(instance.elements(K))
    values = [instance.rng.randrange(P) for _ in range(last - 1)]
    values.append((1 - sum(values)) % P)
    instance.given.update({("d", (a + 1,)): value for a, value in enumerate(values)})


softmax_given = (Given("v", (K,)), Given("d", (K,)), Given("g", (K,)))
softmax_names = (Multiplier("v", "dv"), Multiplier("p", "dp"))
dp = Read("dp")
CROSS_ENTROPY = -total(c1, dk[c1] * ln(pk[c1]))
SOFTMAXES = (
    Theorem(
        "softmax Jacobian",
        Program(softmax_given, SOFTMAX, abstract_cost("p", "g", c1), softmax_names),
        (Rule("v", (c1,), pk[c1] * (dp[c1] - total(c2, dp[c2] * pk[c2]))),),
        wrong=(Rule("v", (c1,), pk[c1] * (1 - pk[c1]) * dp[c1]),),
    ),
    Theorem(
        "softmax with cross-entropy, targets that sum to 1",
        Program(softmax_given, SOFTMAX, CROSS_ENTROPY, (Multiplier("v", "dv", MINUS),)),
        (Rule("v", (c1,), dk[c1] - pk[c1]),),
        (ONE_SAMPLE, SUM_TO_ONE),
        {"v": ("Σ_k d_k = 1",)},
        targets_sum_to_one,
    ),
    Theorem(
        "softmax with cross-entropy, any targets",
        Program(softmax_given, SOFTMAX, CROSS_ENTROPY, (Multiplier("v", "dv", MINUS),)),
        (Rule("v", (c1,), dk[c1] - pk[c1] * total(c2, dk[c2])),),
        wrong=(Rule("v", (c1,), dk[c1] - pk[c1]),),
    ),
    Theorem(
        "softmax with squared error",
        Program(
            softmax_given,
            (*SOFTMAX, Definition("e", (c1,), dk[c1] - pk[c1])),
            HALF * total(c1, ek[c1] ** 2),
            (Multiplier("v", "dv", MINUS),),
        ),
        (Rule("v", (c1,), pk[c1] * (ek[c1] - total(c2, ek[c2] * pk[c2]))),),
        wrong=(Rule("v", (c1,), pk[c1] * (1 - pk[c1]) * ek[c1]),),
    ),
)

# -------------------------------------------------------------------------------- weight decay

lam = Get("lam")
DECAY = Theorem(
    "weight decay",
    Program(
        (Given("w", (J, J)), Given("G", (J, J)), Given("lam"), Given("eta")),
        (Abstract("E0", (), (Local("w", (k, i), Get("G", (k, i))),)),),
        Get("E0") + lam * HALF * total((j, i), w[j, i] ** 2),
        (Multiplier("w", "dw", MINUS * eta),),
    ),
    (Rule("w", (j, i), -eta * (Get("G", (j, i)) + lam * w[j, i])),),
    wrong=(Rule("w", (j, i), -eta * (Get("G", (j, i)) - lam * w[j, i])),),
)

# ------------------------------------------------------------------------------- normalisation

C = Sort("C")
ch, ch2 = Var("ch", C), Var("ch2", C)
xb, mu, var, r, hat, yb, gam, bet, dy = map(
    Read, ("x", "mu", "var", "r", "hat", "y", "gamma", "beta", "dy")
)
eps = Get("eps")


def normalisation(rows: Sort, one: Var, over: Var, keep: Var, centred: bool) -> Program:
    """Over the samples for each channel (batch), or over the channels of each sample (layer)."""
    size = Count(rows.name)
    mean = Definition("mu", (keep,), total(over, xb[n, ch]) / size)
    shift = (lambda: xb[n, ch] - mu[keep]) if centred else (lambda: xb[n, ch])
    return Program(
        (
            Given("x", (N, C)),
            Given("gamma", (C,)),
            Given("beta", (C,)),
            Given("eps"),
            Given("G", (N, C)),
        ),
        (
            *((mean,) if centred else ()),
            Definition("var", (keep,), total(over, shift() ** 2) / size),
            Definition("r", (keep,), (var[keep] + eps) ** Fraction(-1, 2)),
            Definition("hat", (n, ch), shift() * r[keep]),
            Definition("y", (n, ch), gam[ch] * hat[n, ch] + bet[ch]),
        ),
        abstract_cost("y", "G", n, ch),
        (
            Multiplier("x", "dx"),
            Multiplier("y", "dy"),
            Multiplier("gamma", "dgamma"),
            Multiplier("beta", "dbeta"),
        ),
    )


gdy, gdy2 = gam[ch] * dy[n, ch], gam[ch2] * dy[n, ch2]
NORMALISATIONS = (
    Theorem(
        "batch normalisation",
        normalisation(N, n, n, ch, True),
        (
            Rule(
                "x",
                (n, ch),
                gam[ch]
                * r[ch]
                / Count("N")
                * (
                    Count("N") * dy[n, ch]
                    - total(n2, dy[n2, ch])
                    - hat[n, ch] * total(n2, dy[n2, ch] * hat[n2, ch])
                ),
            ),
            Rule("gamma", (ch,), total(n, dy[n, ch] * hat[n, ch])),
            Rule("beta", (ch,), total(n, dy[n, ch])),
        ),
        wrong=(Rule("x", (n, ch), gam[ch] * r[ch] * dy[n, ch]),),
    ),
    Theorem(
        "layer normalisation",
        normalisation(C, ch, ch, n, True),
        (
            Rule(
                "x",
                (n, ch),
                r[n]
                * (
                    gdy
                    - total(ch2, gdy2) / Count("C")
                    - hat[n, ch] * total(ch2, gdy2 * hat[n, ch2]) / Count("C")
                ),
            ),
            Rule("gamma", (ch,), total(n, dy[n, ch] * hat[n, ch])),
        ),
    ),
    Theorem(
        "RMS normalisation",
        normalisation(C, ch, ch, n, False),
        (
            Rule(
                "x",
                (n, ch),
                r[n] * (gdy - hat[n, ch] * total(ch2, gdy2 * hat[n, ch2]) / Count("C")),
            ),
        ),
    ),
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
        total(xi, Get(f"W{name}", (h1, xi)) * xx[t, xi])
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


LSTM = Theorem(
    "LSTM with peepholes, any T",
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
        Rule("Wi", (h1, xi), total(t, dzi[t, h1] * xx[t, xi])),
        Rule("Rf", (h1, h2), total(t, dzf[t, h1] * hh[t - 1, h2])),
        Rule("pf", (h1,), total(t, dzf[t, h1] * cc[t - 1, h1])),
        Rule("po", (h1,), total(t, dzo[t, h1] * cc[t, h1])),
        Rule("bg", (h1,), total(t, dzg[t, h1])),
    ),
    wrong=(
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
        candidate = total(xi, Get("Wn", (h1, xi)) * xx[t, xi]) + rg[at] * Get("q", at)
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
    Theorem(
        "GRU, reset before the product, any T",
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
        wrong=(Rule("Rn", (h1, h2), total(t, dzn[t, h1] * rg[t, h1] * hh[t - 1, h2])),),
    ),
    Theorem(
        "GRU, reset after the product, any T",
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
        wrong=(Rule("bn", (h1,), total(t, dzn[t, h1])),),
    ),
)

# ------------------------------------------------------------------------------------ attention

Q, M, D, V = Sort("Q"), Sort("M"), Sort("D"), Sort("Vd")
qn, mm, mm2, dd, vv = Var("q", Q), Var("m", M), Var("m2", M), Var("d", D), Var("v", V)
QQ, KK, VV, S, PP, OO, d_s, d_p, d_o = map(Read, ("Q", "K", "V", "S", "P", "O", "dS", "dP", "dO"))
root = Count("D") ** Fraction(-1, 2)
ATTENTION = Theorem(
    "scaled dot-product attention",
    Program(
        (Given("Q", (Q, D)), Given("K", (M, D)), Given("V", (M, V)), Given("G", (Q, V))),
        (
            Definition("S", (qn, mm), total(dd, QQ[qn, dd] * KK[mm, dd]) * root),
            Definition("s", (qn,), total(mm, exp(S[qn, mm]))),
            Definition("P", (qn, mm), exp(S[qn, mm]) / Get("s", (qn,))),
            Definition("O", (qn, vv), total(mm, PP[qn, mm] * VV[mm, vv])),
        ),
        abstract_cost("O", "G", qn, vv),
        tuple(Multiplier(name, f"d{name}") for name in ("Q", "K", "V", "S", "P", "O")),
    ),
    (
        Rule("V", (mm, vv), total(qn, PP[qn, mm] * d_o[qn, vv])),
        Rule("P", (qn, mm), total(vv, d_o[qn, vv] * VV[mm, vv])),
        Rule("S", (qn, mm), PP[qn, mm] * (d_p[qn, mm] - total(mm2, PP[qn, mm2] * d_p[qn, mm2]))),
        Rule("Q", (qn, dd), total(mm, d_s[qn, mm] * KK[mm, dd]) * root),
        Rule("K", (mm, dd), total(qn, d_s[qn, mm] * QQ[qn, dd]) * root),
        # the form that keeps only the rows of the output: D = Σ d_o O
        Rule("S", (qn, mm), PP[qn, mm] * (d_p[qn, mm] - total(vv, d_o[qn, vv] * OO[qn, vv]))),
    ),
    sizes={"D": 4},
    wrong=(
        Rule("Q", (qn, dd), total(mm, d_s[qn, mm] * KK[mm, dd])),
        Rule("S", (qn, mm), PP[qn, mm] * d_p[qn, mm]),
    ),
)

# ----------------------------------------------------------------------------------- convolution

SP, KW = Sort("P", ordered=True), Sort("KW", ordered=True)
VALID = Sort("R", ordered=True, last=Size("P") - Size("KW") + 1)
pp, kw, rr = Var("p", SP), Var("kw", KW), Var("r", VALID)
CI, CO = Sort("CI"), Sort("CO")
ci, co = Var("ci", CI), Var("co", CO)
wc, xc, yc, dyc = map(Read, ("w", "x", "y", "dy"))
CONV1 = Theorem(
    "convolution in one dimension",
    Program(
        (Given("w", (CO, CI, KW)), Given("x", (CI, SP)), Given("G", (CO, VALID))),
        (Definition("y", (co, rr), total((ci, kw), wc[co, ci, kw] * xc[ci, rr + kw - 1])),),
        abstract_cost("y", "G", co, rr),
        (Multiplier("x", "dx"), Multiplier("y", "dy"), Multiplier("w", "dw")),
    ),
    (
        Rule("x", (ci, pp), total((co, kw), wc[co, ci, kw] * dyc[co, pp - kw + 1])),
        Rule("w", (co, ci, kw), total(rr, dyc[co, rr] * xc[ci, rr + kw - 1])),
        Rule("w", (co, ci, kw), total(pp, dyc[co, pp - kw + 1] * xc[ci, pp])),
    ),
    sizes={"P": 4, "KW": 2},
    wrong=(
        Rule("x", (ci, pp), total((co, kw), wc[co, ci, kw] * dyc[co, pp + kw - 1])),
        Rule("w", (co, ci, kw), total(rr, dyc[co, rr] * xc[ci, rr + kw])),
    ),
)
SP2, KH = Sort("P2", ordered=True), Sort("KH", ordered=True)
VALID2 = Sort("R2", ordered=True, last=Size("P2") - Size("KH") + 1)
pp2, kh, rr2 = Var("pp", SP2), Var("kh", KH), Var("rr", VALID2)
CONV2 = Theorem(
    "convolution in two dimensions",
    Program(
        (
            Given("w", (CO, CI, KW, KH)),
            Given("x", (CI, SP, SP2)),
            Given("b", (CO,)),
            Given("G", (CO, VALID, VALID2)),
        ),
        (
            Definition(
                "y",
                (co, rr, rr2),
                total((ci, kw, kh), wc[co, ci, kw, kh] * xc[ci, rr + kw - 1, rr2 + kh - 1]) + b[co],
            ),
        ),
        abstract_cost("y", "G", co, rr, rr2),
        (Multiplier("x", "dx"), Multiplier("y", "dy"), Multiplier("w", "dw")),
    ),
    (
        Rule(
            "x",
            (ci, pp, pp2),
            total((co, kw, kh), wc[co, ci, kw, kh] * dyc[co, pp - kw + 1, pp2 - kh + 1]),
        ),
        Rule(
            "w",
            (co, ci, kw, kh),
            total((rr, rr2), dyc[co, rr, rr2] * xc[ci, rr + kw - 1, rr2 + kh - 1]),
        ),
        Rule("b", (co,), total((rr, rr2), dyc[co, rr, rr2])),
    ),
    sizes={"P": 3, "KW": 2, "P2": 3, "KH": 2, "CI": 1, "CO": 2},
    wrong=(
        Rule(
            "x",
            (ci, pp, pp2),
            total((co, kw, kh), wc[co, ci, kw, kh] * dyc[co, pp - kh + 1, pp2 - kw + 1]),
        ),
    ),
)

# ------------------------------------------------------------------------------------ other blocks

f_, B_, xj, tg, hg, yj, dyj = map(Read, ("F", "B", "x", "tg", "hg", "y", "dy"))
RESIDUAL = Theorem(
    "residual block",
    Program(
        (Given("x", (J,)), Given("B", (J, J)), Given("G", (J,))),
        (
            Abstract("F", (k,), (Local("x", (i,), B_[k, i]),)),
            Definition("y", (j,), xj[j] + f_[j]),
        ),
        abstract_cost("y", "G", j),
        (Multiplier("x", "dx"), Multiplier("y", "dy")),
    ),
    (Rule("x", (j,), dyj[j] + total(k, dyj[k] * B_[k, j])),),
    wrong=(Rule("x", (j,), total(k, dyj[k] * B_[k, j])),),
)
WT, WH = Read("WT"), Read("WH")
gate_sum = total(i, WT[j, i] * xj[i])
HIGHWAY = Theorem(
    "highway block",
    Program(
        (Given("x", (J,)), Given("WT", (J, J)), Given("WH", (J, J)), Given("G", (J,))),
        (
            Definition("zt", (j,), gate_sum),
            Definition("zh", (j,), total(i, WH[j, i] * xj[i])),
            Definition("tg", (j,), logistic(Get("zt", (j,)))),
            Definition("hg", (j,), tanh(Get("zh", (j,)))),
            Definition("y", (j,), tg[j] * hg[j] + (1 - tg[j]) * xj[j]),
        ),
        abstract_cost("y", "G", j),
        tuple(Multiplier(name, f"d{name}") for name in ("x", "y", "zt", "zh")),
    ),
    (
        Rule("zt", (j,), dyj[j] * (hg[j] - xj[j]) * tg[j] * (1 - tg[j])),
        Rule("zh", (j,), dyj[j] * tg[j] * (1 - hg[j] ** 2)),
        Rule(
            "x",
            (j,),
            dyj[j] * (1 - tg[j])
            + total(k, WT[k, j] * Get("dzt", (k,)))
            + total(k, WH[k, j] * Get("dzh", (k,))),
        ),
    ),
    wrong=(Rule("zt", (j,), dyj[j] * hg[j] * tg[j] * (1 - tg[j])),),
)
VOC, TEXT = Sort("Vocabulary"), Sort("Text")
word, place = Var("word", VOC), Var("place", TEXT)
token = Gather("tok", VOC, (place,))
EMBEDDING = Theorem(
    "embedding lookup",
    Program(
        (Given("E", (VOC, D)), Given("G", (TEXT, D))),
        (Definition("y", (place, dd), Get("E", (token, dd))),),
        abstract_cost("y", "G", place, dd),
        (Multiplier("E", "dE"), Multiplier("y", "dy")),
    ),
    (Rule("E", (word, dd), total(place, Delta(token, word) * Get("dy", (place, dd)))),),
    wrong=(Rule("E", (word, dd), total(place, Get("dy", (place, dd)))),),
)
we, xe, he, re_, ce, be, zr_, zh_, dr, dhid = map(
    Read, ("w", "x", "h", "r", "c", "b", "zr", "zh", "dr", "dh")
)
AUTOENCODER = Theorem(
    "tied autoencoder",
    Program(
        (Given("w", (H, X)), Given("x", (X,)), Given("b", (H,)), Given("c", (X,))),
        (
            Definition("zh", (h1,), total(xi, we[h1, xi] * xe[xi]) + be[h1]),
            Definition("h", (h1,), logistic(zh_[h1])),
            Definition("zr", (xi,), total(h1, we[h1, xi] * he[h1]) + ce[xi]),
            Definition("r", (xi,), logistic(zr_[xi])),
        ),
        HALF * total(xi, (re_[xi] - xe[xi]) ** 2),
        (Multiplier("w", "dw"), Multiplier("zr", "dr"), Multiplier("zh", "dh")),
    ),
    (
        Rule("zr", (xi,), (re_[xi] - xe[xi]) * re_[xi] * (1 - re_[xi])),
        Rule("zh", (h1,), total(xi, we[h1, xi] * dr[xi]) * he[h1] * (1 - he[h1])),
        Rule("w", (h1, xi), dhid[h1] * xe[xi] + he[h1] * dr[xi]),
    ),
    wrong=(Rule("w", (h1, xi), dhid[h1] * xe[xi]),),
)
R = Sort("Rbf")
rb = Var("rb", R)
cr, be_r, hr, wr, dhr = map(Read, ("c", "beta", "h", "w", "dh"))
distance = total(xi, (xe[xi] - cr[rb, xi]) ** 2)
RBF = Theorem(
    "radial basis functions",
    Program(
        (
            Given("x", (X,)),
            Given("c", (R, X)),
            Given("beta", (R,)),
            Given("w", (OUT, R)),
            Given("G", (OUT,)),
        ),
        (
            Definition("h", (rb,), exp(-be_r[rb] * distance)),
            Definition("y", (o,), total(rb, wr[o, rb] * hr[rb])),
        ),
        abstract_cost("y", "G", o),
        (Multiplier("h", "dh"), Multiplier("y", "dy")),
    ),
    (
        Rule("h", (rb,), total(o, wr[o, rb] * Get("dy", (o,)))),
        Rule("c", (rb, xi), 2 * be_r[rb] * dhr[rb] * hr[rb] * (xe[xi] - cr[rb, xi])),
        Rule("beta", (rb,), -dhr[rb] * hr[rb] * distance),
        Rule("x", (xi,), -2 * total(rb, be_r[rb] * dhr[rb] * hr[rb] * (xe[xi] - cr[rb, xi]))),
    ),
    small=frozenset({"x", "c", "beta"}),
    wrong=(Rule("c", (rb, xi), be_r[rb] * dhr[rb] * hr[rb] * (xe[xi] - cr[rb, xi])),),
)
CL = Sort("Conjunct")
cl = Var("cl", CL)
SIGMA_PI = (
    Theorem(
        "sigma-pi unit: products over sets, the product of the others given",
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
        wrong=(Rule("a", (c1,), total((j, cl), delta[j] * w[j, cl] * Get("others", (cl, c1)))),),
    ),
    Theorem(
        "second-order unit",
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
        wrong=(
            Rule("a", (c1,), 2 * total(j, delta[j] * total(c2, w[j, c1, c2] * Get("a", (c2,))))),
        ),
    ),
)
CAUSAL = Theorem(
    "a state that reads all earlier states",
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
)

THEOREMS = (
    *DAG,
    TIED,
    LAYER_STEP,
    LAYER_BASE,
    LAYERS,
    ELMAN,
    ORDERED,
    *SOFTMAXES,
    DECAY,
    *NORMALISATIONS,
    LSTM,
    *GRUS,
    ATTENTION,
    CONV1,
    CONV2,
    RESIDUAL,
    HIGHWAY,
    EMBEDDING,
    AUTOENCODER,
    RBF,
    *SIGMA_PI,
    CAUSAL,
)
