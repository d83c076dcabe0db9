r"""A step of a weight, read as its change.

    w_{ji} \leftarrow w_{ji} - \eta \partial E / \partial w_{ji}    is  \Delta w_{ji} = -\eta …
    w_k \to w_k' = w_k - \eta \partial C / \partial w_k      is  \Delta w_k = -\eta …
    w_{ji}(n+1) = w_{ji}(n) + \eta \delta_j(n) y_i(n)         is  \Delta w_{ji} = \eta …

Each side behind the arrow must be the weight itself and what is added to it, or a multiple of it
and what is added, (1 - \eta\lambda) w_{ji} + ….
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from symbolic.indexed import Num
from symbolic.reading.chains import Chain
from symbolic.reading.formulas import Formula, Plus, Read, Times, plus, times
from symbolic.reading.profile import Profile
from symbolic.reading.source import NotUnderstood
from symbolic.reading.tokens import Tok

ARROWS = ("\\leftarrow", "\\gets", ":=", "\\to", "\\rightarrow", "\\longrightarrow", "\\mapsto")
WEIGHTS = ("w", "b")


def stepped(chain: Chain, profile: Profile) -> Chain | None:
    """The chain with the weight of one iteration on both sides; None where it shows no step."""
    if chain.cases or not chain.relations or not chain.members[0]:
        return None
    head = chain.members[0][0]
    symbol = profile.symbol(head.text) if head.kind == "SYM" else None
    if symbol is None or symbol.kind not in ("weight", "bias"):
        return None
    chain = _without_prime(chain)
    left = _without_next(chain.members[0], profile)
    first, *rest = chain.relations
    arrow = first.text in ARROWS and any(token.text == head.text for token in chain.members[1])
    if not arrow and (left is None or first.text != "="):
        return None
    equals = replace(first, kind="REL", text="=")
    members = (tuple(left or chain.members[0]), *chain.members[1:])
    return replace(chain, members=members, relations=(equals, *rest))


def _without_prime(chain: Chain) -> Chain:
    """The chain w → w' = w - … without the name of the new weight."""
    if len(chain.members) < 3 or chain.relations[0].text not in ARROWS:
        return chain
    named = [token.text for token in chain.members[1] if token.kind != "PRIME"]
    primed = len(named) + 1 == len(chain.members[1])
    if not primed or named != [token.text for token in chain.members[0]]:
        return chain
    return replace(
        chain,
        members=(chain.members[0], *chain.members[2:]),
        relations=(chain.relations[0], *chain.relations[2:]),
    )


def changes(members: Sequence[Formula | None], at: int) -> list[Formula | None]:
    """Δw for w, and for each side what is added to w; raises `NotUnderstood`."""
    head = members[0]
    if not isinstance(head, Read) or head.array not in WEIGHTS:
        raise NotUnderstood("This step is of no weight.", "Write w \\leftarrow w + ….", at)
    found: list[Formula | None] = [replace(head, array="d" + head.array)]
    for member in members[1:]:
        terms = member.terms if isinstance(member, Plus) else (member,)
        multiples = (t for t in terms if isinstance(t, Times) and head in t.factors)
        if member is not None and head not in terms and any(True for _ in multiples):
            found.append(plus(member, times(Num(Fraction(-1)), head)))
            continue
        if head not in terms:
            raise NotUnderstood(
                "A step is read where the weight itself stands on the right, and what is added.",
                "Write w \\leftarrow w + …, or what Δw is.",
                at,
            )
        place = terms.index(head)
        left = [term for n, term in enumerate(terms) if n != place and term is not None]
        found.append(plus(*left) if left else Num(Fraction(0)))
    return found


def _without_next(member: Sequence[Tok], profile: Profile) -> list[Tok] | None:
    """The left side of an iteration later, w(n+1), as it is now: w(n); None where it is none."""
    kinds = [token.kind for token in member[-5:]]
    if kinds != ["LP", "SYM", "PLUS", "NUM", "RP"]:
        return None
    opening, letter, _, number, closing = member[-5:]
    if letter.text not in profile.arguments or number.text != "1":
        return None
    return [*member[:-5], opening, letter, closing]
