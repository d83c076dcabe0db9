"""Documents with verdicts set by hand: what the pages draw, whoever comes to say it."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from reports.check import Paper, checked
from symbolic.indexed import Num
from symbolic.reading.argument import Argument
from symbolic.reading.findings import Judged, Judgement
from symbolic.reading.formulas import UNWRITTEN, Formula, Partial, Read, times
from symbolic.reading.nearest import Nearest
from symbolic.reading.repairs import Repair
from symbolic.reading.theory import Assumption

NOTES = r"""# Notes

Let $j$ be an output neuron and let
$$e_j^{\xi} = d_j^{\xi} - y_j^{\xi}$$
let $\mathcal{E}^{\xi} = \frac{1}{2} \sum_j (e_j^{\xi})^2$ (sum over all output neurons) and
let $\mathcal{E} = \frac{1}{N} \sum_{\xi=1}^N \mathcal{E}^{\xi}$. Assume $N = 1$.

$$\text{let } \delta_j = -\frac{\partial \mathcal{E}}{\partial v_j} = -\left( e_j \right) \varphi_j'(v_j)$$

Let $i$ be an input neuron. Then $\frac{\partial v_j}{\partial w_{ji}} = y_j$.

$$\begin{aligned} \frac{\partial \mathcal{E}}{\partial w_{ji}} &= \frac{\partial \mathcal{E}}{\partial v_j} \frac{\partial v_j}{\partial w_{ji}} \\ &= \delta_j y_i \end{aligned}$$
"""  # noqa: E501
NEEDED = (Assumption.N1, Assumption.OT)


def annotated(text: str = NOTES, name: str = "notes.md", kind: str = "markdown") -> Paper:
    """The notes with the nearest right forms, the argument and what is inherited filled in."""
    paper = checked(name, text, kind, "haykin")
    first: int | None = None
    lines: list[Judged] = []
    for one in paper.judgement.lines:
        if one.word == "refuted":
            cases = tuple(replace(case, nearest=_nearest(one)) for case in one.cases)
            one = replace(one, cases=cases, inherits=first)
            first = first or one.claim.number
        elif one.word == "proved":
            one = replace(one, argument=Argument("follows", ((Assumption.N1,),), (1, 2)))
        lines.append(one)
    return replace(paper, judgement=Judgement(tuple(lines), first))


def _nearest(one: Judged) -> Nearest:
    claim = one.claim
    right: Formula = times(Num(Fraction(-1)), claim.right)
    if isinstance(claim.left, Partial) and isinstance(claim.right, Read):
        right = Read("y", (claim.left.by.at[1], UNWRITTEN), "y")
    return Nearest(right, NEEDED, "the sign is changed")


def repaired(paper: Paper) -> Paper:
    """The same with one edit of a definition that mends the broken lines."""
    claim = next(o.claim for o in paper.judgement.lines if o.claim.left == Read("delta", _at(o)))
    broken = tuple(o.claim.number for o in paper.judgement.lines if o.word == "refuted")
    mend = Repair(
        claim.number, times(Num(Fraction(-1)), claim.right), "the sign is changed", broken
    )
    return replace(paper, judgement=replace(paper.judgement, repair=mend))


def _at(one: Judged) -> tuple[object, ...]:
    return one.claim.left.at if isinstance(one.claim.left, Read) else ()
