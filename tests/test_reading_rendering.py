"""What is printed back reads to the same formula, for random formulas in every notation."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from symbolic import indexed
from symbolic.indexed import Count, Num, Size, Var
from symbolic.reading.context import Context
from symbolic.reading.elaborate import Elaborator
from symbolic.reading.formulas import (
    KINDS,
    LAYER,
    NEURON,
    SAMPLE,
    UNWRITTEN,
    Applied,
    Call,
    Partial,
    Plus,
    Power,
    Range,
    Read,
    SumOver,
    Times,
    as_indexed,
    over,
    plus,
    times,
    walk,
)
from symbolic.reading.grammar import parse
from symbolic.reading.profile import known_profiles, open_profile
from symbolic.reading.rendering import render
from symbolic.reading.tokens import tokens

PROFILES = {name: open_profile(name) for name in known_profiles()}
NUMBERS = st.fractions(min_value=-5, max_value=5, max_denominator=7).map(Num)


def reads(profile):
    """A strategy for single quantities of a profile, in its own letters."""
    neurons = [s for s, sort in profile.letters.items() if sort == "neuron"][:3]
    samples = [s for s, sort in profile.letters.items() if sort == "sample"][:1]
    made = []
    for symbol in profile.symbols.values():
        if symbol.kind in ("activation", "change"):
            continue
        scripts = symbol.subscript + symbol.superscript
        if symbol.kind == "cost":
            written = [Var(samples[0], SAMPLE)] if samples else []
            made += [st.just(Read("E", ())), st.just(Read("E", tuple(written)))]
            continue
        layer = [st.sampled_from([Var("l", LAYER), Var("l", LAYER) + 1, LAYER.extent()])]
        parts = layer if "layer" in scripts else []
        count = scripts.count("neuron")
        parts = parts + [st.sampled_from([Var(n, NEURON) for n in neurons])] * count
        if symbol.kind not in ("weight", "bias", "learning rate", "constant", "identity"):
            some = [UNWRITTEN] + [Var(s, SAMPLE) for s in samples if "sample" in scripts]
            parts = [*parts, st.sampled_from(some)]
        array, sign = symbol.array, symbol.sign
        made.append(st.tuples(*parts).map(lambda at, array=array, sign=sign: Read(array, at, sign)))
    return st.one_of(made)


def formulas(profile):
    """A strategy for formulas of every kind."""
    atoms = reads(profile)
    bound = [Var("k", NEURON)]
    spans = [Range(k) for k in ("unsaid", "output", "hidden")]
    spans += [Range("fed", of="j"), Range("interval", "0", "m")]
    function = next(s for s in profile.symbols.values() if s.kind == "activation")
    owner = st.sampled_from([Var("j", NEURON), Var("i", NEURON)])
    at = st.tuples(owner) if function.subscript else st.just(())

    def larger(inner):
        exponents = st.sampled_from([Fraction(n) for n in (2, 3, -2)] + [Fraction(1, 2)])
        return st.one_of(
            st.lists(inner, min_size=2, max_size=3).map(lambda parts: plus(*parts)),
            st.lists(inner, min_size=2, max_size=3).map(lambda parts: times(*parts)),
            st.tuples(inner, inner).map(lambda pair: over(*pair)),
            st.tuples(inner, exponents).map(lambda pair: Power(*pair)),
            st.tuples(st.sampled_from(["exp", "tanh", "ln"]), inner).map(lambda p: Call(*p)),
            st.tuples(at, inner, st.integers(0, 2)).map(lambda p: Applied("phi", *p)),
            st.tuples(st.sampled_from(bound), st.sampled_from(spans), inner).map(
                lambda p: SumOver(*p)
            ),
            st.tuples(inner, atoms.filter(lambda q: q.array != "eta")).map(lambda p: Partial(*p)),
        )

    sized = [st.sampled_from([Count(s) for s in ("N",)])] if profile.sizes else []
    return st.recursive(st.one_of(atoms, NUMBERS, *sized), larger, max_leaves=8)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_what_is_rendered_reads_back_to_the_same_formula(data):
    profile = PROFILES[data.draw(st.sampled_from(sorted(PROFILES)))]
    formula = data.draw(formulas(profile))
    text = render(formula, profile)
    again = Elaborator(Context(profile)).read(parse(tokens(text)))
    twice = Elaborator(Context(profile)).read(parse(tokens(render(again, profile))))
    assert again == twice
    if not any(isinstance(p, SumOver) and p.range.kind == "unsaid" for p in walk(formula)):
        assert again == formula, text


def test_every_kind_of_formula_goes_to_the_index_calculus():
    j = Var("j", NEURON)
    e = Read("e", (j, UNWRITTEN))
    whole = SumOver(Var("\\xi", SAMPLE), Range("samples"), e)
    cases = {
        Num: Num(Fraction(1)),
        Count: Count("N"),
        Read: e,
        Plus: plus(e, e),
        Times: times(e, e),
        Power: Power(e, Fraction(2)),
        Call: Call("exp", e),
        Applied: Applied("phi", (j,), e, 1),
        SumOver: whole,
        Partial: Partial(Read("E"), e),
    }
    assert set(cases) == set(KINDS)
    named = indexed.Get("∂")
    kinds = [type(as_indexed(one, lambda _: named)).__name__ for one in cases.values()]
    assert kinds == ["Num", "Count", "Get", "Add", "Mul", "Pow", "Fn", "Opaque", "Sum", "Get"]
    asked = []
    open_sum = SumOver(j, Range("output"), e)
    as_indexed(open_sum, lambda part: asked.append(part) or named)
    assert asked == [open_sum]
    assert Size("N") == SAMPLE.extent()
