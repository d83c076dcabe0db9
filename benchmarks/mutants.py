"""Single edits of right derivations, and what `check` says of each: no wrong line may be proved.

Run from the root of the checkout: python -m benchmarks.mutants [--most N]
It prints, for each document, how many edits were refuted with an exact network, how many are true
as they stand (proved, each with what it needs; --list prints them), how many stay open or are
refused as errors, and for how many of the refuted ones a right form was found.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from symbolic.reading.base import base_of
from symbolic.reading.cases import BeyondError, Settled, settled
from symbolic.reading.claims import Claim, Kind
from symbolic.reading.edits import edits
from symbolic.reading.formulas import canonical
from symbolic.reading.nearest import Search
from symbolic.reading.offers import offers
from symbolic.reading.profile import open_profile
from symbolic.reading.prover import Prover
from symbolic.reading.reading import read_document
from symbolic.reading.refuter import Counterexample, Refuter, Tried
from symbolic.reading.setting import prepared
from symbolic.reading.theory import Assumption

FOLDER = Path(__file__).parents[1] / "tests" / "documents"
DOCUMENTS = (
    ("generalizing.md", "haykin"),
    ("four-equations.md", "nielsen"),
    ("units.md", "bishop"),
    ("delta_rule.md", "rumelhart"),
    ("course_notes.md", "plain"),
    ("softmax.md", "plain"),
    ("encyclopedia.md", "wikipedia"),
    ("slopes.md", "haykin"),
)


class Document:
    """One document with all that judges it."""

    def __init__(self, file: str, profile: str) -> None:
        notation = open_profile(profile)
        self.reading = prepared(read_document((FOLDER / file).read_text("utf-8"), notation))
        self.base = base_of(self.reading)
        self.prover, self.refuter = Prover(self.base), Refuter(self.base)
        self.search = Search(self.prover, self.refuter, self.reading)

    def mutants(self) -> Iterator[Claim]:
        """Every claim with every edit of its right side and of its left side, each once."""
        seen: set[object] = set()
        for claim in self.reading.claims:
            if claim.kind is not Kind.CLAIM or claim.problems:
                continue
            given = offers(claim, self.reading.profile, self.base, self.search.written)
            for side in ("right", "left"):
                old = getattr(claim, side)
                for edit in edits(old, given):
                    other = replace(claim, **{side: edit.formula})
                    form = canonical(other.left, other.right), claim.roles
                    if form not in seen and canonical(edit.formula) != canonical(old):
                        seen.add(form)
                        yield other

    def word(self, claim: Claim) -> tuple[str, str]:
        """What is said of a mutant, and what its proofs need."""
        try:
            cases = settled(claim)
        except BeyondError:
            return "error", ""
        words, needs = set(), []
        for case in cases:
            found = self.refuter.find(case)
            try:
                proofs = self.prover.assumptions(case, self._possible(case))
            except BeyondError:
                words.add("open")
                continue
            for proof in proofs:
                met = self.refuter.find(case, proof.under)
                if not isinstance(met, Tried) or not met:
                    raise AssertionError(f"proved and broken: {claim}")
                needs.append(f"[{case.said}: {', '.join(a.name for a in proof.under)}]")
            words.add(
                "proved" if proofs else "refuted" if isinstance(found, Counterexample) else "open"
            )
        worst = next(w for w in ("refuted", "open", "proved") if w in words)
        return worst, " ".join(needs)

    def _possible(self, case: Settled) -> Callable[[tuple[Assumption, ...]], bool]:
        def possible(under: tuple[Assumption, ...]) -> bool:
            found = self.refuter.find(case, under)
            return isinstance(found, Tried) and found.shows(case, under)

        return possible

    def mended(self, claim: Claim) -> bool:
        """Whether a right form is found near a wrong line."""
        cases = settled(claim)
        return any(self.search.mended(claim, case, "output") is not None for case in cases)


def main() -> None:
    """Print one line for each document."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--most", type=int, default=2_500, help="edits of each document")
    parser.add_argument("--list", action="store_true", help="print what was proved")
    options = parser.parse_args()
    total: Counter[str] = Counter()
    for file, profile in DOCUMENTS:
        start = time.process_time()
        document = Document(file, profile)
        found = list(document.mutants())
        random.Random(0).shuffle(found)
        words: Counter[str] = Counter()
        for claim in found[: options.most]:
            word, needs = document.word(claim)
            words[word] += 1
            if word == "proved" and options.list:
                print(f"  {claim.latex(document.reading.profile)}  {needs}")
            if word == "refuted" and words["refuted"] % 20 == 0:
                words["mended" if document.mended(claim) else "not mended"] += 1
        total += words
        print(f"{file}: {len(found)} edits, {dict(words)}, {time.process_time() - start:.0f} s")
        sys.stdout.flush()
    print(f"all: {dict(total)}")


if __name__ == "__main__":
    main()
