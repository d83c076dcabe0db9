"""Notation profiles: each reads its own book, and a mistake in one is placed."""

from __future__ import annotations

import pytest

from symbolic.errors import InputError
from symbolic.reading.claims import Kind
from symbolic.reading.definitions import standard
from symbolic.reading.profile import explain, known_profiles, open_profile, parse_profile
from symbolic.reading.reading import read_document, reread
from symbolic.reading.rendering import render

BOOKS = {  # profile: a derivation in its letters, with the arrays of the last line
    "nielsen": r"""Let $C = \frac{1}{2} \sum_j (y_j - a^L_j)^2$ be the cost. Then
        $$\delta^L_j = \frac{\partial C}{\partial a^L_j} \sigma'(z^L_j), \quad
        \delta^l_j = \sum_k w^{l+1}_{kj} \delta^{l+1}_k \sigma'(z^l_j), \quad
        \frac{\partial C}{\partial b^l_j} = \delta^l_j, \quad
        \frac{\partial C}{\partial w^l_{jk}} = a^{l-1}_k \delta^l_j$$""",
    "bishop": r"""Let $E_n = \frac12 \sum_k (y_k - t_k)^2$. Then
        $$\delta_j \equiv \frac{\partial E_n}{\partial a_j} =
        \sum_k \frac{\partial E_n}{\partial a_k} \frac{\partial a_k}{\partial a_j}
        = h'(a_j) \sum_k w_{kj} \delta_k, \quad
        \frac{\partial E_n}{\partial w_{ji}} = \delta_j z_i$$""",
    "rumelhart": r"""Let $E_p = \frac{1}{2} \sum_j (t_{pj} - o_{pj})^2$. Then
        $$\Delta_p w_{ji} = \eta \delta_{pj} o_{pi}, \quad
        \delta_{pj} = (t_{pj} - o_{pj}) f_j'(\mathrm{net}_{pj}), \quad
        \delta_{pj} = f_j'(\mathrm{net}_{pj}) \sum_k \delta_{pk} w_{kj}$$""",
    "plain": r"""Let $L = \frac{1}{2N} \sum_{n=1}^N \sum_k (\hat{y}_{nk} - t_{nk})^2$. Then
        $$\frac{\partial L}{\partial W_{ij}} = \sum_n x_{ni} \delta_{nj}, \quad
        \delta_{nj} = f'(z_{nj}) \sum_k W_{jk} \delta_{nk}$$""",
    "layers": r"""Let $\mathcal{L} = \frac{1}{2} \sum_j (\hat{y}_j - y_j)^2$. Then
        $$\hat{y} = a^{[L]}, \quad \delta^{[L]}_j = (\hat{y}_j - y_j) \sigma'(z^{[L]}_j), \quad
        \frac{\partial \mathcal{L}}{\partial W^{[l]}} = \delta^{[l]} (a^{[l-1]})^T$$""",
    "ufldl": r"""Let $J(W, b) = \frac{1}{2} \sum_i (a^{(L)}_i - y_i)^2$. Then
        $$\delta^{(l)}_i = \sum_{j=1}^{s_{l+1}} W^{(l)}_{ji} \delta^{(l+1)}_j f'(z^{(l)}_i), \quad
        \frac{\partial J}{\partial W^{(l)}_{ij}} = a^{(l)}_j \delta^{(l+1)}_i$$""",
    "haykin": r"""Let $\mathcal{E} = \frac{1}{2} \sum_k e_k^2(n)$. Then
        $$\Delta w_{ji}(n) = \eta \delta_j(n) y_i(n)$$""",
    "haykin_layers": r"""Let $\mathcal{E} = \frac{1}{2} \sum_k e_k^2(n)$. Then
        $$\delta_j^{(l)}(n) = \varphi_j'(v_j^{(l)}(n))
        \sum_k \delta_k^{(l+1)}(n) w_{kj}^{(l+1)}(n)$$""",
    "wikipedia": r"""Let $E = \frac{1}{2} \sum_j (t_j - o_j)^2$. Then
        $$\delta_j = \frac{\partial E}{\partial \text{net}_j}, \quad
        \frac{\partial E}{\partial w_{ij}} = o_i \delta_j$$""",
    "nielsen_letters": r"""Let $C = \frac{1}{2} \sum_k (y_k - a_k)^2$. Then
        $$\delta_j = -\frac{\partial C}{\partial z_j}, \quad
        \delta_j = \sigma_j'(z_j) \sum_k \delta_k w_{kj}$$""",
    "bishop_letters": r"""Let $E = \frac{1}{2} \sum_k (t_k - z_k)^2$. Then
        $$\delta_j = -\frac{\partial E}{\partial a_j}, \quad
        \delta_j = h_j'(a_j) \sum_k \delta_k w_{kj}$$""",
    "plain_letters": r"""Let $L = \frac{1}{2} \sum_k (y_k - h_k)^2$. Then
        $$\delta_j = -\frac{\partial L}{\partial z_j}, \quad
        \delta_j = f_j'(z_j) \sum_k \delta_k w_{kj}$$""",
}


@pytest.mark.parametrize("name", known_profiles())
def test_every_profile_reads_its_book_without_trouble_and_back(name):
    profile = open_profile(name)
    reading = read_document(BOOKS[name], profile)
    assert not reading.problems, reading.problems
    assert reading.claims[0].kind is Kind.DEFINITION
    for claim in reading.claims:
        assert not claim.problems, claim.problems
        assert reread(claim, profile) == (claim.left, claim.right)


@pytest.mark.parametrize("name", known_profiles())
def test_every_profile_understands_and_explains_its_own_definitions(name):
    profile = open_profile(name)
    usual = standard(profile)
    assert usual == read_document("", profile).standard
    text = explain(profile)
    for symbol in profile.symbols.values():
        assert symbol.sign in text
        assert symbol.meaning in text
    assert "total derivative" in text


def test_the_first_index_of_a_weight_is_where_the_profile_says():
    [to_from] = read_document("w_{ji} = 1", open_profile("haykin"), "formula").claims
    [from_to] = read_document("W_{ij} = 1", open_profile("plain"), "formula").claims
    assert to_from.left == from_to.left


def test_no_profile_reads_the_letters_of_another():
    text = r"\delta_j = \frac{\partial E_n}{\partial a_j}"
    assert not read_document(text, open_profile("haykin"), "formula").claims
    assert not read_document(text, open_profile("nielsen"), "formula").claims


GOOD = """name = "mine"
title = "My lecture"
derivative = "total"
[letters]
neuron = ["i", "j"]
[symbols.w]
is = "weight"
meaning = "weight"
subscript = ["neuron", "neuron"]
"""
MISTAKES = [  # what is replaced, by what, line, column, words
    ('"total"', '"sideways"', 3, 14, "sideways"),
    ('derivative = "total"\n', "", 1, 1, "derivative must be given"),
    ('"weight"\nmeaning', '"wait"\nmeaning', 7, 6, "wait"),
    ("neuron = [", "neurone = [", 5, 11, "neurone"),
    ('"i", "j"]', '"i", 3]', 5, 10, "list of texts"),
    ("subscript", "subskript", 9, 13, "Did you mean 'subscript'"),
    ('["neuron", "neuron"]', '["neuron", "cell"]', 9, 24, "cell"),
    ('meaning = "weight"\n', "", 6, 10, "meaning must be given"),
    ('is = "weight"', 'is = "bias"', 6, 2, "weight"),
    ("[letters]\n", "[letters]\nsample = ['j']\n", 6, 16, "two sorts"),
    ("[symbols.w]", "[sizes]\nw = 'sample'\n[symbols.w]", 8, 10, "size and a symbol"),
    ('title = "My lecture"', "title = 3", 2, 9, "text in quotes"),
    ("name =", "name", 1, None, "TOML"),
]


@pytest.mark.parametrize(("old", "new", "line", "column", "what"), MISTAKES)
def test_a_mistake_in_a_profile_names_its_place(old, new, line, column, what):
    assert parse_profile(GOOD).name == "mine"
    assert old in GOOD
    with pytest.raises(InputError) as error:
        parse_profile(GOOD.replace(old, new, 1), "mine.toml")
    assert what in str(error.value)
    assert error.value.file == "mine.toml"
    if column:
        assert (error.value.line, error.value.column) == (line, column)


def test_a_profile_of_ones_own_is_read_from_its_file(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(GOOD, encoding="utf-8")
    assert open_profile(str(path)).title == "My lecture"
    with pytest.raises(InputError, match="cannot be read"):
        open_profile(str(tmp_path / "other.toml"))


def test_a_usual_definition_that_cannot_be_read_is_a_mistake_of_the_profile():
    profile = parse_profile(GOOD + 'definition = "w_{ji} = q"\n', "mine.toml")
    with pytest.raises(InputError, match=r"mine\.toml:10:14: the definition of w"):
        read_document("", profile)


RENAMED = """name = "mine"
title = "My lecture"
like = "haykin"
[renamed]
v = "u"
"""


def test_a_profile_may_be_another_one_in_new_letters():
    mine, haykin = parse_profile(RENAMED), open_profile("haykin")
    [ours] = read_document(r"\delta_j = e_j \varphi_j'(u_j)", mine, "formula").claims
    [theirs] = read_document(r"\delta_j = e_j \varphi_j'(v_j)", haykin, "formula").claims
    assert render(ours.right, haykin).replace("u", "v") == render(theirs.right, haykin)
    assert mine.symbols["u"].definition == r"u_j = \sum_i w_{ji} y_i"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('v = "u"', 'q = "u"', "q is no symbol of the profile haykin"),
        ('v = "u"', 'v = "y"', "y would stand for two symbols"),
        ('v = "u"', 'v = "N"', "N is a size in the profile haykin"),
        ('v = "u"', 'v = "u_1"', "no letter and no command"),
        ('like = "haykin"', 'like = "hykin"', "Did you mean 'haykin'"),
        ('like = "haykin"', 'like = "haykin"\nbias_neuron = 1', "unknown key 'bias_neuron'"),
    ],
)
def test_new_letters_that_cannot_be_are_refused_with_their_place(old, new, said):
    with pytest.raises(InputError) as error:
        parse_profile(RENAMED.replace(old, new), "mine.toml")
    assert said in error.value.what
    assert error.value.line is not None
