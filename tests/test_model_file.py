"""Model files: what can be written, and that a mistake is one error at its place."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from reports.model_page import derived_page, judged_page
from symbolic.adjoint_checks import Checker
from symbolic.arrays import Definition, Given, Program, Rule
from symbolic.errors import InputError
from symbolic.formulas import PRIMES
from symbolic.indexed import Fn, Get, Sort, Sum, Var
from symbolic.model_file import MOST_CHARACTERS, MOST_STATEMENTS, read_model
from symbolic.model_notation import plain
from symbolic.models import judged
from symbolic.partials import KINKED, SLOPES
from symbolic.verdicts import Open, Proved, Refuted

EXAMPLES = Path(__file__).parent.parent / "examples"
NET = """\
sizes N, I, J
given x[n,i], d[n,j], s
weights W[j,i], b[j]
functions phi, C

v = x @ W.T + b
y = phi(v)
cost = (1/(2*N))*sum(n, j, (y[n,j] - d[n,j])^2)
delta := -D(v)
"""


def verdicts(text):
    return [verdict for _, verdict in judged(read_model(text, "my.model"))]


def error(text):
    with pytest.raises(InputError) as raised:
        list(judged(read_model(text, "my.model")))
    return str(raised.value)


def test_index_notation_and_matrix_notation_say_the_same():
    claims = """\
delta[n,j] = -phi'(v[n,j])*(y[n,j] - d[n,j])/N
delta = phi'(v) * (d - y) / N
D(W[j,i]) = -sum(n, delta[n,j]*x[n,i])
D(W) = -delta.T @ x
D(W) = -sum(n, outer(delta[n], x[n]))
D(b) = -sum(n, delta)
D(b[j]) = -sum(n, delta[n,j])
"""
    model = read_model(NET + claims)
    rules = [claim.rule for claim in model.claims]
    assert {rule.at for rule in rules if rule.array == "W"} == {rules[2].at}
    assert all(isinstance(verdict, Proved) and not verdict.under for _, verdict in judged(model))


@pytest.mark.parametrize(
    ("line", "place", "words"),
    [
        ("D(W) = delta @ x", "11:14", "sums over J on the left (N × J), but over N on the right"),
        ("D(W) = x.T @ delta", "11:8", "The left side is J × I, the right side I × J"),
        ("D(b) = delta", "11:8", "The left side is J, the right side N × J"),
        ("delta = phi'(v) * (d.T - y)", "11:24", "Transpose one of them"),
        ("D(b) = sum(i, delta) + x", "11:22", "The shapes of + do not fit"),
        ("D(b) = b.T", "11:9", ".T wants a matrix, but this is a vector over J"),
        ("D(b) = s @ b", "11:10", "write * for numbers"),
        ("D(W) = outer(delta, x)", "11:8", "outer wants two vectors"),
        ("D(W[j,i]) = x[j,i]", "11:15", "'x' wants an index of 'N' here, this is one of 'J'"),
        ("D(W[j,i]) = x[n-1,i]", "11:17", "no index arithmetic"),
        ("D(W[j,i]) = x[2,i]", "11:15", "this is an integer"),
        ("D(W[j,i]) = x[n,i]", "11:13", "the index n stands free"),
        ("D(W[i,j]) = 0*s", "11:5", "'W' wants an index of 'J' here"),
        ("D(b[j]) = x[n,i,j]", "11:11", "'x' has 2 indices (N, I), here it is given 3"),
        ("D(b[j]) = sum(q, x[q,j])", "11:15", "There is no index 'q'."),
        ("D(b[j]) = ph(v[n,j])", "11:11", "There is no function 'ph'. Did you mean 'phi'?"),
        ("D(b[j]) = sun(n, v[n,j])", "11:11", "There is no function 'sun'. Did you mean 'sum'?"),
        ("D(b[j]) = delt[n,j]", "11:11", "There is no array 'delt' here. Did you mean 'delta'?"),
        ("delt[n,j] = b[j]", "11:1", "Did you mean 'delta'?"),
        ("D(q[n,j]) = b[j]", "11:3", "There is no array 'q' to differentiate by"),
        ("v[n,j] = b[j]", "11:1", "a claim about its derivative begins with D(v[…])"),
        ("D(b[j]) = n", "11:11", "'n' is an index"),
        ("D(b[j]) = b[j] for n = n2", "11:20", "the index n, n2 stands free"),
        ("D(b[j]) = b[j] for j < j2", "11:22", "The set 'J' has no order"),
        ("D(b[j]) = b[j]*[n = j]", "11:19", "An index of N is compared with one of J"),
        ("D(b[j]) = b[j] assuming y[n,j] = 0", "11:25", "A hypothesis is about given arrays"),
        ("D(b[j]) = b[j] assuming N = 2", "11:25", "Of a size only N = 1"),
        ("D(b[j]) = b[j]/0", "11:15", "divides by zero"),
        ("D(b[j]) = b[j]^n", "11:16", "'n' is an index"),
        ("D(b[j]) = b[j]^s", "11:16", "An exponent must be a rational constant"),
        ("D(b[j]) = b j", "11:13", "Write * between factors"),
        ("D(b[j]) = $", "11:11", "The character '$' has no meaning here"),
        ("D(b[j]) =", "11:10", "found the end"),
        ("gamma[n,j] := D(v[j,n])", "11:19", "'v' wants an index of 'N' here"),
        ("gamma[n,j] := D(v[n,j])", "11:17", "The derivative by 'v' has a name already"),
        ("gamma := 0*D(y)", "11:10", "says nothing"),
        ("D(s) = D(delta)", "11:10", "There is no array 'delta' to differentiate by"),
        ("cost = 0*s", "11:1", "The cost is given twice"),
        ("sizes N", "11:7", "'N' is a set already"),
        ("given x[n]", "11:7", "'x' is an array already"),
        ("given q[z]", "11:9", "There is no index 'z'"),
        ("D(b[j]) = C(v[n,j])*C(v[n,j], y[n,j])", "11:21", "had 0 indices and 1 arguments"),
        ("D(b[j]) = tanh v[n,j]", "11:11", "Write tanh with parentheses"),
        ("D(b[j]) = " + "(" * 90, "11:", "nested more than 60 deep"),
        (
            "D(b[j]) = " + " @ ".join(["b", *["outer(b, b)"] * 70]),
            "11:",
            "nested more than 60 deep",
        ),
        ("D(b[j]) = " + "b[j]+" * 900 + "b[j]", "11:1", "at most 4,000 are read"),
    ],
)
def test_a_mistake_in_a_claim_is_an_error_at_its_place(line, place, words):
    message = error(NET + "\n" + line)
    assert message.startswith(f"my.model:{place}"), message
    assert words in message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("sizes N\ngiven x[n]", "There is no cost"),
        ("", "There is no cost"),
        (
            "sizes N\nweights x[n]\ny[n] = D(x[n])\ncost = sum(n, y[n])",
            "cannot speak of derivatives",
        ),
        ("sizes N\nweights x[n]\nd := D(x)\ny = d\ncost = sum(n, y[n])", "cannot speak of"),
        ("sizes N\nweights x[n]\ncost = x", "The cost is a number, this is N"),
        ("sizes N\nweights x[n]\ncost = x[n]", "the index n stands free"),
        ("sizes N\nweights x[n]\nD(x) = x\ncost = sum(n, x)", "Claims stand after the cost"),
        ("sizes N\nweights x[n]\narrays y[n]\ncost = sum(n, x)", "declared, but not defined"),
        ("sizes N\nweights x[n]\ny[n,n] = x[n]\ncost = sum(n, x)", "different letters"),
        ("sizes N\ny[n] = y[n]\ncost = sum(n, y)", "circle"),
        ("time t : T\ngiven x[t]\nh[t] = h[t+1] + h[t-1]\ncost = sum(t, h[t])", "circle"),
        ("sizes N\nindex n : N\nindex n : N", "declared twice"),
        ("sizes N\ntime n : N", "was declared differently"),
        ("sizes N, R\nweights y[n]\ncost = any function of y[n] with slope G[r]", ":3:1: In the"),
        ("sizes N\nweights y[n]\ncost = any function of y[n,n2]", "different letters of N here"),
        ("sizes N, sum", "has a meaning of its own"),
        ("size N", "my.model:1:6"),
        ("sizes N\nmap tok(n) : V", "There is no set 'V'"),
        ("x" * (MOST_CHARACTERS + 1), "at most 200,000 characters"),
        ("sizes N\n" * (MOST_STATEMENTS + 1), f"at most {MOST_STATEMENTS} statements"),
    ],
)
def test_a_mistake_in_a_model_is_an_error(text, words):
    assert words in error(text)


def test_a_statement_may_go_over_lines_and_its_errors_name_the_right_one():
    text = NET + "D(W) = -delta.T @ x\n     + W\n     - W   # the same\n     + x"
    assert error(text).startswith("my.model:13:6: The shapes of + do not fit")


def test_what_is_too_large_is_an_error_or_open():
    head = "sizes N\nweights a[n], b, c, e\n"
    assert "my.model:3:8: More than 12 sums" in error(head + "cost = sum(n, a[n])^13")
    assert "too large to be written out" in error(head + "cost = (b + c + e)^90*(b - c - e)^90")
    (verdict,) = verdicts(head + "cost = b\nD(b) = (b + c + e)^90*(b - c - e)^90")
    assert isinstance(verdict, Refuted)  # by numbers; the formula itself is not written out
    (verdict,) = verdicts(head + "cost = b\nD(b) = 1 + 0*(b + c + e)^90*(b - c - e)^90")
    assert isinstance(verdict, Open)
    assert "too large" in verdict.why


def test_a_vector_does_not_meet_a_matrix_with_its_axis_twice():
    head = "sizes N\nweights M[n,n2], a[n]\ncost = sum(n, a[n])\n"
    assert "It is not clear along which N" in error(head + "D(M) = M + a")
    assert "There are two axes N" in error(head + "D(a) = sum(n, M)")
    assert "'n2' is an index here and N an open axis" in error(head + "D(a) = sum(n2, a[n2]*a)")


def test_a_shape_is_judged_before_any_algebra():
    claims = "D(b) = sum(n, delta)\nD(W) = delta @ x"
    assert error(NET + claims).startswith("my.model:11:")


def test_a_wrong_claim_is_refuted_and_told_what_would_make_it_right():
    (verdict,) = verdicts(NET + "delta = (d - y) * phi'(v)")
    assert isinstance(verdict, Refuted)
    assert verdict.left != verdict.right
    assert verdict.diagnosis == "The factor 1/N is missing. It holds if N = 1."
    (verdict,) = verdicts(NET + "delta = (d - y) * phi(v) / N")
    assert isinstance(verdict, Refuted)
    assert "phi stands where its derivative belongs" in verdict.diagnosis
    (verdict,) = verdicts(NET + "D(b) = b - sum(n, delta)")
    assert isinstance(verdict, Refuted)
    assert isinstance(verdict.nearest, Rule)


def test_only_the_hypotheses_that_are_needed_are_named():
    text = NET + "assume N = 1\nassume sum(j, d[n,j]) = 1\n"
    first, second = verdicts(text + "delta = (d - y) * phi'(v)\ndelta = (d - y) * phi'(v) / N")
    assert [h.name for h in first.under] == ["N = 1"]
    assert second.under == ()


@pytest.mark.slow
def test_hypotheses_that_contradict_each_other_prove_nothing():
    claim = "D(b[j]) = sum(n, s*d[n,j]^2 + 1 - sum(j2, d[n,j2]) - delta[n,j]) assuming "
    both = ("sum(j, d[n,j]) = 1", "d[n,j]*d[n,j2] = 0")
    for order in (both, both[::-1]):
        assert verdicts(NET + claim + " and ".join(order)) == [
            Open("no numbers were found that satisfy its hypotheses together")
        ]


def test_a_condition_that_no_index_meets_proves_nothing():
    text = (EXAMPLES / "nielsen.model").read_text(encoding="utf-8")
    for condition in ("l > L", "l < 1", "l < L assuming L = 1"):
        (*_, verdict) = verdicts(text + f"\ndelta[l] = w[l] @ z[l] for {condition}\n")
        assert verdict == Open("no index was found that it speaks of")


def test_the_layer_rule_is_wrong_where_the_condition_is_left_out():
    text = (EXAMPLES / "nielsen.model").read_text(encoding="utf-8")
    text += "\ndelta[l] = (w[l+1].T @ delta[l+1]) * sigma'(z[l])\n"
    assert isinstance(verdicts(text)[-1], Refuted)


def test_named_layers_in_matrix_form():
    (*_, base, step, bias, weight) = verdicts("""\
sizes I, J, K
given x[i]
weights W1[j,i], b1[j], W2[k,j], b2[k]
functions sigma
z1 = W1 @ x + b1
a1 = sigma(z1)
z2 = W2 @ a1 + b2
a2 = sigma(z2)
cost = any function of a2[k] with slope grad[k]
delta1 := D(z1)
delta2 := D(z2)
delta2 = grad * sigma'(z2)
delta1 = (W2.T @ delta2) * sigma'(z1)
D(b1) = delta1
D(W1) = outer(delta1, x)
""")
    assert all(isinstance(verdict, Proved) for verdict in (base, step, bias, weight))


def test_any_acyclic_network_with_outputs_that_feed_others():
    text = """\
sizes N, J
index j, i, k : J
given x[n,j], d[n,j], eta
acyclic w[k,j]
pattern out[j]
functions phi
v[n,j] = sum(i, w[j,i]*y[n,i]) + x[n,j]
y[n,j] = phi[j](v[n,j])
e[n,j] = d[n,j] - y[n,j]
cost = (1/N)*sum(n, j, out[j]*e[n,j]^2/2)
delta[n,j] := -D(v[n,j])
dw[j,i] := -eta*D(w[j,i])
delta[n,j] = phi'[j](v[n,j])*(out[j]*e[n,j]/N + sum(k, delta[n,k]*w[k,j]))
dw[j,i] = eta*sum(n, delta[n,j]*y[n,i])
delta[n,j] = out[j]*e[n,j]*phi'[j](v[n,j])/N + (1 - out[j])*phi'[j](v[n,j])*(delta @ w)
"""
    message = error(text)
    assert "The left side is a number" in message
    right, weights, split = verdicts(text.replace("(delta @ w)", "sum(k, delta[n,k]*w[k,j])"))
    assert isinstance(right, Proved)
    assert isinstance(weights, Proved)
    assert isinstance(split, Refuted)
    assert split.diagnosis.endswith("It holds if out[j2]*w[j,j2] = 0.")


def test_tied_weights_add_up_over_their_uses():
    (verdict,) = verdicts("""\
sizes J, I, S
map tie(j,i) : S
given x[i]
weights theta[s]
v[j] = sum(i, theta[tie(j,i)]*x[i])
cost = any function of v[j] with slope G[j]
D(theta[s]) = sum(j, i, [tie(j,i) = s]*G[j]*x[i])
""")
    assert isinstance(verdict, Proved)


def test_a_softmax_over_an_axis_is_that_over_an_index():
    head = "sizes N, K\ngiven y[n,k]\nweights s[n,k]\n"
    tail = "cost = -sum(n, k, y[n,k]*ln(p[n,k]))\nD(s[n,k]) = p[n,k]*sum(k2, y[n,k2]) - y[n,k]"
    for line in ("p[n,k] = softmax(k, s[n,k])", "p = softmax(k, s)", "p[n] = softmax(k, s[n])"):
        assert isinstance(verdicts(f"{head}{line}\n{tail}")[0], Proved), line
    (verdict,) = verdicts(f"{head}p = softmax(n, s)\n{tail}")
    assert isinstance(verdict, Refuted)


@pytest.mark.parametrize("name", PRIMES)
def test_the_slope_of_every_function_is_the_true_one(name):
    J = Sort("J")
    j = Var("j", J)
    v = Get("v", (j,))
    program = Program(
        (Given("v", (J,)),), (Definition("y", (j,), Fn(name, v)),), Sum(j, Get("y", (j,)))
    )
    checker = Checker(program)
    assert not checker.plain.residual(Rule("v", (j,), PRIMES[name](v)))[0]
    assert checker.plain.residual(Rule("v", (j,), 2 * PRIMES[name](v)))[0]


def test_every_function_has_a_slope_that_can_be_written():
    assert set(PRIMES) | {"step"} == set(SLOPES)
    assert set(KINKED) <= set(SLOPES)


LONG = ("gru_after", "gru_before", "jordan", "lstm")
PRINTED = [
    pytest.param(path, marks=[pytest.mark.slow] * (path.stem in LONG), id=path.stem)
    for path in sorted(EXAMPLES.glob("*.model"))
]


@pytest.mark.parametrize("path", PRINTED)
def test_what_is_printed_can_be_read_again(path):
    text = path.read_text(encoding="utf-8")
    if "initial" in text:  # printed as what it stands for, which would be read as one more
        return
    model = read_model(text, path.name)
    lines = [row["read_as"] for row in judged_page(model)[0]["items"]]
    lines += [row["read_as"] for row in derived_page(model)[0]["items"]]
    lines += [row["text"] for row in derived_page(model)[0]["items"] if row["text"]]
    own = [claim.text for claim in model.claims if claim.assuming]
    again = read_model(text + "\n" + "\n".join(f"{line}" for line in lines), path.name)
    written = again.claims[len(model.claims) :]
    assert len(written) == len(lines)
    open_ = [c.text for c, v in judged(again) if not isinstance(v, Proved)]
    assert len(open_) == len(own)  # only those whose hypotheses are not part of the equation


def test_an_expression_is_printed_with_the_brackets_it_needs():
    text = "sizes K\nweights a[k], b\ncost = {}\n"
    for formula in (
        "-(b - (b - 1))/(2*b)",
        "sum(k, (a[k] + b)^2)/K",
        "b^(1/2)*(b + 1)^(-1)",
        "exp(-b)*-b",
        "b - (b + b)*3",
        "(b^2)^3 - 1/2/b",
    ):
        cost = read_model(text.format(formula)).program.cost
        again = read_model(text.format(plain(cost))).program.cost
        same = Program((Given("b"), Given("a", (Sort("K"),))), (), cost)
        normal = Checker(same).plain.calculus.normal
        assert normal(cost) == normal(again), formula


def test_no_text_ends_in_anything_but_a_model_or_an_error():
    rng = random.Random(5)
    texts = [path.read_text(encoding="utf-8") for path in sorted(EXAMPLES.glob("*.model"))]
    signs = "[](),:=+-*/@'^.#<>\n\t 0129abnjkt"
    read, places = 0, []
    for _ in range(400):
        text = rng.choice(texts)
        for _ in range(rng.randrange(1, 4)):
            place = rng.randrange(len(text))
            text = text[:place] + rng.choice(signs) * rng.randrange(2) + text[place + 1 :]
        try:
            read_model(text, "fuzz.model")
            read += 1
        except InputError as refused:
            places.append((refused.file, refused.line))
    assert read
    assert all(file == "fuzz.model" and line for file, line in places)
