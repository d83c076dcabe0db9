"""Library theorems about published layers: normalisation, attention, convolution, residuals."""

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
    Count,
    Delta,
    Gather,
    Get,
    Size,
    Sort,
    Var,
    total,
)
from symbolic.statements import Statement
from symbolic.theorems_letters import (
    HALF,
    H,
    J,
    N,
    Read,
    X,
    abstract_cost,
    exp,
    h1,
    i,
    j,
    k,
    logistic,
    n,
    n2,
    tanh,
    xi,
)

# ------------------------------------------------------------------------------- normalisation

C = Sort("C")
ch, ch2 = Var("c", C), Var("b", C)
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
    Statement(
        "batch-norm",
        "Batch normalisation",
        "",
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
        mistakes=(Rule("x", (n, ch), gam[ch] * r[ch] * dy[n, ch]),),
        sources=("Ioffe and Szegedy 2015, Batch normalization",),
    ),
    Statement(
        "layer-norm",
        "Layer normalisation",
        "",
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
        mistakes=(Rule("x", (n, ch), r[n] * (gdy - total(ch2, gdy2) / Count("C"))),),
        sources=("Ba, Kiros and Hinton 2016, Layer normalization",),
    ),
    Statement(
        "rms-norm",
        "RMS normalisation",
        "",
        normalisation(C, ch, ch, n, False),
        (
            Rule(
                "x",
                (n, ch),
                r[n] * (gdy - hat[n, ch] * total(ch2, gdy2 * hat[n, ch2]) / Count("C")),
            ),
        ),
        mistakes=(Rule("x", (n, ch), r[n] * gdy),),
        sources=("Zhang and Sennrich 2019, Root mean square layer normalization",),
    ),
)

# ------------------------------------------------------------------------------------ attention

Q, M, D, V = Sort("Q"), Sort("M"), Sort("D"), Sort("Vd")
qn, mm, mm2, dd, vv = Var("i", Q), Var("j", M), Var("l", M), Var("d", D), Var("e", V)
QQ, KK, VV, S, PP, OO, d_s, d_p, d_o = map(Read, ("Q", "K", "V", "S", "P", "O", "dS", "dP", "dO"))
root = Count("D") ** Fraction(-1, 2)
ATTENTION = Statement(
    "attention",
    "Scaled dot-product attention",
    "The last rule keeps only rows of the output, as in tiled implementations.",
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
    mistakes=(
        Rule("Q", (qn, dd), total(mm, d_s[qn, mm] * KK[mm, dd])),
        Rule("S", (qn, mm), PP[qn, mm] * d_p[qn, mm]),
    ),
    sources=("Vaswani et al. 2017, Attention is all you need", "Dao et al. 2022, FlashAttention"),
)

# ----------------------------------------------------------------------------------- convolution

SP, KW = Sort("P", ordered=True), Sort("KW", ordered=True)
VALID = Sort("R", ordered=True, last=Size("P") - Size("KW") + 1)
pp, kw, rr = Var("p", SP), Var("k", KW), Var("r", VALID)
CI, CO = Sort("CI"), Sort("CO")
ci, co = Var("c", CI), Var("o", CO)
wc, xc, yc, dyc = map(Read, ("w", "x", "y", "dy"))
CONV1 = Statement(
    "convolution-1d",
    "Convolution in one dimension",
    "",
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
    mistakes=(
        Rule("x", (ci, pp), total((co, kw), wc[co, ci, kw] * dyc[co, pp + kw - 1])),
        Rule("w", (co, ci, kw), total(rr, dyc[co, rr] * xc[ci, rr + kw])),
    ),
    sources=("LeCun et al. 1989, Backpropagation applied to handwritten zip code recognition",),
)
SP2, KH = Sort("P2", ordered=True), Sort("KH", ordered=True)
VALID2 = Sort("R2", ordered=True, last=Size("P2") - Size("KH") + 1)
pp2, kh, rr2 = Var("q", SP2), Var("h", KH), Var("s", VALID2)
CONV2 = Statement(
    "convolution-2d",
    "Convolution in two dimensions",
    "",
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
                total((ci, kw, kh), wc[co, ci, kw, kh] * xc[ci, rr + kw - 1, rr2 + kh - 1])
                + Get("b", (co,)),
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
    mistakes=(
        Rule(
            "x",
            (ci, pp, pp2),
            total((co, kw, kh), wc[co, ci, kw, kh] * dyc[co, pp - kh + 1, pp2 - kw + 1]),
        ),
    ),
    sources=("LeCun et al. 1989, Backpropagation applied to handwritten zip code recognition",),
)

# ------------------------------------------------------------------------------------ other blocks

f_, B_, xj, tg, hg, yj, dyj = map(Read, ("F", "B", "x", "tg", "hg", "y", "dy"))
RESIDUAL = Statement(
    "residual",
    "Residual block",
    "F is any differentiable function of x, with local partials B.",
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
    mistakes=(Rule("x", (j,), total(k, dyj[k] * B_[k, j])),),
    sources=("He et al. 2016, Deep residual learning for image recognition",),
)
WT, WH = Read("WT"), Read("WH")
gate_sum = total(i, WT[j, i] * xj[i])
HIGHWAY = Statement(
    "highway",
    "Highway block",
    "",
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
    mistakes=(Rule("zt", (j,), dyj[j] * hg[j] * tg[j] * (1 - tg[j])),),
    sources=("Srivastava, Greff and Schmidhuber 2015, Highway networks",),
)
VOC, TEXT = Sort("Vocabulary"), Sort("Text")
word, place = Var("w", VOC), Var("n", TEXT)
token = Gather("tok", VOC, (place,))
EMBEDDING = Statement(
    "embedding",
    "Embedding lookup",
    "tok(n) is the word at place n of the text.",
    Program(
        (Given("E", (VOC, D)), Given("G", (TEXT, D))),
        (Definition("y", (place, dd), Get("E", (token, dd))),),
        abstract_cost("y", "G", place, dd),
        (Multiplier("E", "dE"), Multiplier("y", "dy")),
    ),
    (Rule("E", (word, dd), total(place, Delta(token, word) * Get("dy", (place, dd)))),),
    mistakes=(Rule("E", (word, dd), total(place, Get("dy", (place, dd)))),),
    sources=("Bengio et al. 2003, A neural probabilistic language model",),
)
we, xe, he, re_, ce, be, zr_, zh_, dr, dhid = map(
    Read, ("w", "x", "h", "r", "c", "b", "zr", "zh", "dr", "dh")
)
AUTOENCODER = Statement(
    "autoencoder",
    "Tied autoencoder",
    "The decoder has the transposed weights of the encoder, so a weight has two uses.",
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
    mistakes=(Rule("w", (h1, xi), dhid[h1] * xe[xi]),),
    sources=("Vincent et al. 2010, Stacked denoising autoencoders",),
)

BLOCKS = (
    *NORMALISATIONS,
    ATTENTION,
    CONV1,
    CONV2,
    RESIDUAL,
    HIGHWAY,
    EMBEDDING,
    AUTOENCODER,
)
