"""Every published rule in examples/*.model is proved; one wrong character and it is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from symbolic.adjoint_checks import Checker, Unproved
from symbolic.array_conditions import OFF_KINKS, OFF_ZERO, POSITIVE
from symbolic.errors import InputError
from symbolic.model_derivatives import derived
from symbolic.model_file import read_model
from symbolic.models import judged
from symbolic.verdicts import Proved

EXAMPLES = sorted((Path(__file__).parent.parent / "examples").glob("*.model"))
NAMES = [path.stem for path in EXAMPLES]
UNDER = {"softmax_net": ["sum(k, Y[n,k]) = 1"], "network": ["N = 1", "out[j]*w[k,j] = 0"]}
VALUES = (OFF_KINKS, OFF_ZERO, POSITIVE)
SAME = "(1 + out[j])"  # where out[j]*w[k,j] = 0 this is no slip
CHANGED = {"+": "-", "-": "+", "*": "-", "/": "*", "1": "2", "'": "", "@": "*"}


@pytest.mark.parametrize("path", EXAMPLES, ids=NAMES)
def test_every_claim_of_an_example_is_proved_under_no_more_than_it_says(path):
    model = read_model(path.read_text(encoding="utf-8"), path.name)
    assert model.claims
    for claim, verdict in judged(model):
        assert isinstance(verdict, Proved), f"{claim.text}: {verdict}"
        names = [h.name for h in verdict.under if h not in VALUES]
        wanted = UNDER.get(path.stem, []) if claim.assuming else []
        assert names == wanted, claim.text


def slips(text: str) -> list[str]:
    """The equation with one character of its right side changed."""
    start = text.index("=") + 1
    end = min(text.find(word) % (len(text) + 1) for word in (" for ", " assuming "))
    changed = [
        text[:n] + CHANGED[text[n]] + text[n + 1 :] for n in range(start, end) if text[n] in CHANGED
    ]
    transposed = [text[:n] + text[n + 2 :] for n in range(start, end) if text[n : n + 2] == ".T"]
    return [f"{text[:start]} -({text[start:end]}){text[end:]}", *changed, *transposed]


def statements(path: Path) -> list[str]:
    """The statements of a file, one on each line."""
    lines: list[str] = []
    for raw in path.read_text(encoding="utf-8").splitlines():
        code = raw.split("#", 1)[0].rstrip()
        if code.startswith(" "):
            lines[-1] += code
        elif code:
            lines.append(code)
    return [" ".join(line.split()) for line in lines]


@pytest.mark.parametrize("path", EXAMPLES, ids=NAMES)
def test_a_claim_with_one_wrong_character_is_not_proved(path):
    model = read_model(path.read_text(encoding="utf-8"), path.name)
    claims = {claim.text for claim in model.claims}
    given = "\n".join(line for line in statements(path) if line not in claims)
    for claim in model.claims:
        checker = Checker(model.program, claim.assuming)
        refused = 0
        for slip in slips(claim.text):
            if SAME in slip:
                continue
            try:
                (wrong,) = read_model(f"{given}\n{slip}", path.name).claims
            except InputError:  # the shapes do not fit, or it is no formula
                continue
            assert isinstance(checker.check(wrong.rule), Unproved), slip
            refused += 1
        assert refused, claim.text


@pytest.mark.parametrize("path", EXAMPLES, ids=NAMES)
def test_every_derivative_is_derived_and_follows_from_the_model(path):
    model = derived(read_model(path.read_text(encoding="utf-8"), path.name))
    assert len(model.claims) == len(model.program.definitions) + len(model.weights)
    assert all(isinstance(verdict, Proved) for _, verdict in judged(model))
