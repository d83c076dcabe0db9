"""Random edits of documents through all of `check`: an answer within a second, whatever is typed.

Run from the root of the checkout: python -m benchmarks.fuzz [--edits N] [--seed S]
Each case is a paragraph of a document with some characters or signs of it changed, after what the
document defines before it; ten changes of one paragraph that defines nothing stand below each
other.  It is read and judged; of one case in eight every page and the copy with right forms are
made as well.  Printed are the verdicts, the slowest case, and each case that ends in anything but
an answer or a clear refusal, or takes longer than a second.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from multiprocessing import Pool
from pathlib import Path
from typing import Any

from reports.check_ways import Way, arrays, entries, neurons
from symbolic.errors import InputError
from symbolic.reading.arrays.profile import ArrayProfile
from symbolic.reading.claims import Kind
from symbolic.reading.indexed.profile import IndexProfile
from symbolic.reading.notation import open_notation

FOLDER = Path(__file__).parents[1] / "tests" / "documents"
DOCUMENTS = (
    ("generalizing.md", "haykin"),
    ("four-equations.md", "nielsen"),
    ("units.md", "bishop"),
    ("delta_rule.md", "rumelhart"),
    ("course_notes.md", "plain"),
    ("softmax.md", "plain"),
    ("encyclopedia.md", "wikipedia"),
    ("batch_network.md", "cs231n"),
    ("lstm.md", "lstm"),
    ("two_layers_by_entries.md", "indices"),
    ("cross_entropy.md", "scalars"),
)
PART = 500
"""Edits of one task; each part is drawn from its own seed."""
TOGETHER = 10
"""So many edits of a paragraph stand in one document."""
ALONE = 0.7
"""The part of the documents in which no definition is edited."""
GENTLE = 0.5
"""The part of the edits that exchange signs for others of their kind."""
SLOW = 1.0
"""Processor seconds that a case may take."""
PAGES = 8
"""Of so many cases one has its pages made."""
SIGN = re.compile(r"\\[A-Za-z]+|\\.|[^\\]", re.DOTALL)


@dataclass(frozen=True)
class Paragraph:
    """What is edited, and what the document says before it."""

    profile: str
    before: str
    text: str
    defines: bool


@dataclass
class Found:
    """What came of some cases."""

    edits: int = 0
    words: Counter[str] = field(default_factory=Counter)
    slowest: tuple[float, str, str] = (0.0, "", "")  # seconds, notation, document
    bad: list[str] = field(default_factory=list)

    def add(self, other: Found) -> None:
        """Take in what came of others."""
        self.edits += other.edits
        self.words += other.words
        self.slowest = max(self.slowest, other.slowest)
        self.bad += other.bad


@cache
def paragraphs() -> tuple[Paragraph, ...]:
    """Each paragraph with a relation, after the words and definitions before it."""
    found = []
    for file, profile in DOCUMENTS:
        said: list[str] = []
        for part in (FOLDER / file).read_text("utf-8").split("\n\n"):
            defines = _defines(profile, "\n\n".join((*said, part)), len(said))
            if "=" in part:
                found.append(Paragraph(profile, "\n\n".join(said), part, defines))
            if "$$" not in part or defines:
                said.append(part)
    return tuple(found)


def _defines(profile: str, document: str, number: int) -> bool:
    """Whether the last paragraph of a document defines something."""
    line = 1 + "\n\n".join(document.split("\n\n")[:number]).count("\n")
    claims = way(profile).checked("notes.md", document, "markdown").reading.claims
    return any(one.kind is Kind.DEFINITION and one.place.line > line for one in claims)


@cache
def way(profile: str) -> Way[Any]:
    """How a document in this notation is checked and drawn."""
    notation = open_notation(profile)
    if isinstance(notation, ArrayProfile):
        return arrays(notation)
    return entries(notation) if isinstance(notation, IndexProfile) else neurons(profile)


KINDS = (
    frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    frozenset(
        rf"\{name}"
        for name in ["alpha", "beta", "delta", "eta", "lambda", "phi", "varphi", "sigma", "xi"]
    ),
    frozenset("+-=/"),
    frozenset("_^'"),
    frozenset("0123456789"),
)
"""Signs that may stand for each other: what comes out is read more often than not."""


def slipped(rng: random.Random, document: str) -> str:
    """The text with one or two signs of its formulas exchanged for others of their kind."""
    units = SIGN.findall(document)
    begin = units.index("$") if "$" in units else 0
    places = [n for n in range(begin, len(units)) if any(units[n] in kind for kind in KINDS)]
    for at in rng.sample(places, min(len(places), rng.choice((1, 1, 2)))):
        kind = next(kind for kind in KINDS if units[at] in kind)
        there = sorted({one for one in units if one in kind}) + sorted(kind)
        units[at] = rng.choice(there)
    return "".join(units)


def edited(rng: random.Random, document: str, signs: list[str]) -> str:
    """The text with a few characters or signs of it changed."""
    if rng.random() < GENTLE:
        return slipped(rng, document)
    units = list(document) if rng.random() < 0.5 else SIGN.findall(document)
    for _ in range(rng.choice((1, 1, 1, 2, 3, 6))):
        at = rng.randrange(len(units) + 1)
        match rng.randrange(6):
            case 0:
                units.insert(at, rng.choice(signs))
            case 1:
                del units[at : at + rng.choice((1, 1, 1, 4))]
            case 2:
                units[at : at + 1] = [rng.choice(signs)]
            case 3:
                units[at : at + 1] = [chr(rng.choice((rng.randrange(128), rng.randrange(0x3000))))]
            case 4:
                other = rng.randrange(len(units) + 1)
                units[at:at] = units[min(at, other) : max(at, other)][:60]
            case 5:
                units[at:at] = [rng.choice(signs)] * rng.randint(2, 70)
    return "".join(units)


def part(seed: int) -> Found:
    """Some cases, drawn from this seed alone."""
    rng = random.Random(seed)
    found = Found()
    signs = [sign for one in paragraphs() for sign in SIGN.findall(one.text)]
    plain = [one for one in paragraphs() if not one.defines]
    while found.edits < PART:
        one = rng.choice(plain if rng.random() < ALONE else paragraphs())
        count = 1 if one.defines else TOGETHER
        texts = [edited(rng, one.text, signs) for _ in range(count)]
        case(found, one, texts, pages=not rng.randrange(PAGES))
    return found


def case(found: Found, one: Paragraph, texts: Sequence[str], *, pages: bool) -> None:
    """One document; where it takes long, each of its edits by itself."""
    document = "\n\n".join((one.before, *texts, ""))
    begun = time.process_time()
    try:
        answer(document, one.profile, found, pages=pages)
    except InputError:
        found.words["refused"] += 1
    except Exception:  # whatever it is: this is what is looked for
        found.bad.append(f"{one.profile}: {traceback.format_exc()}\n{document}")
    seconds = time.process_time() - begun
    found.slowest = max(found.slowest, (seconds / len(texts), one.profile, document))
    if seconds > SLOW and len(texts) > 1:
        for alone in texts:
            case(found, one, [alone], pages=pages)
        return
    found.edits += len(texts)
    if seconds > SLOW:
        found.bad.append(f"{one.profile}: {seconds:.2f} s\n{document}")


def answer(document: str, profile: str, found: Found, *, pages: bool) -> None:
    """Read and judge a document, and make its pages."""
    how = way(profile)
    paper = how.checked("notes.md", document, "markdown")
    found.words.update(line.word for line in paper.judgement.lines)
    if not pages:
        return
    for ending, draw in how.writers.items():
        assert ending == ".pdf" or draw(paper)
    found.words["changed"] += len(how.fixed(paper).replaced)


def parts(edits: int, seed: int, processes: int) -> Iterator[Found]:
    """What came of each part, as it ends."""
    seeds = range(seed * 1_000_000, seed * 1_000_000 + -(-edits // PART))
    with Pool(processes) as pool:
        yield from pool.imap_unordered(part, seeds)


def main() -> None:
    """Print what came of all cases; the exit code is 1 where one is bad."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--edits", type=int, default=100_000)
    reader.add_argument("--seed", type=int, default=1)
    reader.add_argument("--processes", type=int, default=2)
    options = reader.parse_args()
    whole, begun = Found(), time.perf_counter()
    for one in parts(options.edits, options.seed, options.processes):
        whole.add(one)
        for bad in one.bad:
            print(f"\n{bad}", flush=True)
        seconds = time.perf_counter() - begun
        print(f"\r{whole.edits:,} edits, {seconds:.0f} s", end="", file=sys.stderr, flush=True)
    seconds, profile, document = whole.slowest
    print(f"\n{whole.edits:,} edits in {len(DOCUMENTS)} notations: {dict(whole.words)}")
    print(f"{len(whole.bad)} bad; the slowest took {seconds:.2f} s ({profile}):\n{document}")
    sys.exit(bool(whole.bad))


if __name__ == "__main__":
    main()
