"""Verdicts as one JSON object: the worst verdict and one item for each line.

Keys stand in a fixed order and rationals are strings, so equal results give equal bytes.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from reports.latex_printer import latex_of
from symbolic.derivation import Step
from symbolic.verdicts import (
    WORST_FIRST,
    Finding,
    Open,
    Proved,
    Refuted,
    Unjustified,
    Value,
    Verdict,
)

WORDS: dict[type[Verdict], str] = {
    Proved: "proved",
    Refuted: "refuted",
    Unjustified: "unjustified",
    Open: "open",
}
EXIT_CODES = {"proved": 0, "refuted": 1, "unjustified": 1, "open": 3}
Json = dict[str, object]


def report(steps: Sequence[Step], findings: Sequence[Finding]) -> Json:
    """The object that --json prints: `verdict` and `items`.

    >>> report((), ())
    {'verdict': 'open', 'items': []}
    """
    pairs = list(zip(steps, findings, strict=True))
    verdicts = [v for finding in findings for v in (finding.verdict, *finding.members.values())]
    items = [item(number, step, finding) for number, (step, finding) in enumerate(pairs, 1)]
    return {"verdict": WORDS[type(worst(verdicts))], "items": items}


def item(number: int, step: Step, finding: Finding) -> Json:
    """One line: its statement, its verdict, its hypotheses and what speaks against it."""
    verdict = worst((finding.verdict, *finding.members.values()))
    row: Json = {
        "id": str(number),
        "verdict": WORDS[type(verdict)],
        "statement": latex_of(step.claim),
        "over": step.over.title,
        "members": len(step.over.members),
        "under": [],
    }
    match verdict:
        case Proved(by, under):
            row["under"] = [hypothesis.name for hypothesis in under]
            row["by"] = by
        case Refuted(member, witness, left, right, diagnosis, nearest):
            row["member"] = list(member)
            row["counterexample"] = {
                "weights": {name: str(number) for name, number in witness.weights.items()},
                "samples": [
                    {
                        "inputs": {name: str(number) for name, number in inputs.items()},
                        "targets": {name: str(number) for name, number in targets.items()},
                    }
                    for inputs, targets in zip(witness.inputs, witness.targets, strict=True)
                ],
                "eta": str(witness.eta),
                "left": value(left),
                "right": value(right),
            }
            row["diagnosis"] = diagnosis
            row["nearest"] = None if nearest is None else latex_of(nearest)
        case Unjustified(member, where):
            row["member"], row["why"] = list(member), where
        case Open(why):
            row["why"] = why
    if step.source is not None:
        row["source"] = {
            "file": step.source.file,
            "line": step.source.line,
            "column": step.source.column,
        }
    return row


def value(number: Value) -> str | list[str]:
    """An exact number as a string, an enclosure as its two ends."""
    return str(number.low) if number.exact else [str(number.low), str(number.high)]


def worst(verdicts: Sequence[Verdict]) -> Verdict:
    """The worst of the verdicts; of none at all, that nothing was decided."""
    ranked = sorted(verdicts, key=lambda verdict: WORST_FIRST.index(type(verdict)))
    return ranked[0] if ranked else Open("nothing was checked")


def dumps(result: Json) -> str:
    """The object as text, its keys in the order given, without letters outside ASCII."""
    return json.dumps(result, indent=2, ensure_ascii=True) + "\n"
