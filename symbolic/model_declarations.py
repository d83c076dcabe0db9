"""The declarations of a model file: sets, letters, arrays, functions, maps, initial values."""

from __future__ import annotations

from collections.abc import Callable

from symbolic.arrays import require_letters
from symbolic.errors import did_you_mean
from symbolic.formulas import Formulas
from symbolic.indexed import Get, Num, Size, Sort, Var, affine
from symbolic.model_draft import RESERVED, Draft, axes, new_name
from symbolic.scope import Initial

ORDERED = ("time", "position", "layer")


def declared(draft: Draft, s: Formulas) -> bool:
    """Read a declaration; whether it was one."""
    if s.here.kind != "name" or s.here.text not in DECLARATIONS:
        return False
    if s.after.kind != "name":  # an array that is called like a keyword
        return False
    keyword = s.take()
    read = DECLARATIONS[keyword.text]
    read(draft, s, keyword.text)
    while s.at(","):
        s.take()
        read(draft, s, keyword.text)
    s.end()
    return True


def read_size(draft: Draft, s: Formulas, keyword: str) -> None:
    name = new_name(draft, s, "the name of a set").text
    draft.scope.sorts[name] = Sort(name)


def read_index(draft: Draft, s: Formulas, keyword: str) -> None:
    """letters : SET, or : SET = last element."""
    names = [s.name("an index letter")]
    while s.at(","):
        s.take()
        names.append(s.name("an index letter"))
    s.expect(":")
    scope = draft.scope
    ordered = keyword in ORDERED
    if s.here.text in scope.sorts:
        token = s.take()
        sort = scope.sorts[token.text]
        if sort.ordered != ordered:
            s.refuse(f"{token.text!r} was declared differently before.", token.column)
    else:
        token = new_name(draft, s, "the name of a set")
        sort = Sort(token.text, ordered=ordered)
        if s.at("=") and ordered:
            s.take()
            column = s.here.column
            last = affine(s.index())
            if any(not isinstance(part, Size) for part, _ in last.terms):
                s.refuse("The last element is made of sizes and numbers.", column)
            sort = Sort(token.text, ordered=True, last=last)
        scope.sorts[token.text] = sort
    for name in names:
        if name.text in scope.letter_sorts:
            s.refuse(f"The letter {name.text!r} is declared twice.", name.column)
        scope.letter_sorts[name.text] = sort


def read_array(draft: Draft, s: Formulas, keyword: str) -> None:
    name = new_name(draft, s, "the name of an array")
    draft.scope.arrays[name.text] = tuple(letter.sort for letter in axes(s))
    if keyword == "arrays":
        draft.ahead[name.text] = "arrays"
        return
    if keyword == "acyclic":
        sorts = draft.scope.arrays[name.text]
        if len(sorts) != 2 or sorts[0] != sorts[1]:
            s.refuse("An acyclic weight has two indices of one set: to, from.", name.column)
        draft.scope.acyclic.append(name.text)
    draft.scope.given[name.text] = "weights" if keyword == "acyclic" else keyword


def read_function(draft: Draft, s: Formulas, keyword: str) -> None:
    draft.scope.functions[new_name(draft, s, "the name of a function").text] = None


def read_map(draft: Draft, s: Formulas, keyword: str) -> None:
    name = new_name(draft, s, "the name of a map")
    s.expect("(")
    letters = [s.letter(s.name("an index letter"))]
    while s.at(","):
        s.take()
        letters.append(s.letter(s.name("an index letter")))
    s.expect(")")
    s.expect(":")
    goal = s.name("the name of a set")
    if goal.text not in draft.scope.sorts:
        hint = did_you_mean(goal.text, draft.scope.sorts)
        s.refuse(f"There is no set {goal.text!r}. {hint}", goal.column)
    draft.scope.maps[name.text] = (tuple(v.sort for v in letters), draft.scope.sorts[goal.text])


def heads(draft: Draft, later: list[Formulas]) -> None:
    """What is defined later may be read earlier: h[t-1,j] before h[t,j] = …."""
    for s in later:
        if s.word("cost"):
            return
        head = s.head()
        if head and head[0] not in draft.scope.arrays and head[0] not in RESERVED:
            draft.ahead[head[0]] = "head"
            draft.scope.arrays[head[0]] = tuple(letter.sort for letter in head[1])


def read_initial(draft: Draft, s: Formulas) -> bool:
    """Read `initial h[0,j] = h0[j]`; whether it was one."""
    if not (s.word("initial") and s.after.kind == "name"):
        return False
    s.take()
    name = s.name("the name of an array")
    sorts = draft.scope.arrays.get(name.text)
    if sorts is None:
        hint = did_you_mean(name.text, draft.ahead)
        s.refuse(f"There is no array {name.text!r}. {hint}", name.column)
    at = s.indices(name.text, sorts)
    places = [n for n, index in enumerate(at) if isinstance(index, int)]
    letters = tuple(index for index in at if isinstance(index, Var))
    if len(at) != len(sorts) or len(places) != 1 or len(letters) != len(at) - 1:
        s.refuse("Write initial h[0,j] = …: one number, the others letters.", name.column)
    if len(set(letters)) < len(letters) or name.text in draft.scope.initial:
        s.refuse("An initial value is given once, with different letters.", name.column)
    s.expect("=")
    column = s.here.column
    value = s.formula()
    if value.axes or not isinstance(expr := value.element(()), Get | Num):
        s.refuse("An initial value is a number or an element of a given array.", column)
    s.fitting(column, require_letters, "the initial value", expr, letters)
    index = at[places[0]]
    assert isinstance(index, int)
    if index > 0 or not sorts[places[0]].ordered:
        s.refuse("An initial value stands before the first element, 1.", name.column)
    draft.scope.initial[name.text] = Initial(places[0], index, letters, expr)
    s.end()
    return True


DECLARATIONS: dict[str, Callable[[Draft, Formulas, str], None]] = {
    "sizes": read_size,
    "index": read_index,
    "time": read_index,
    "position": read_index,
    "layer": read_index,
    "given": read_array,
    "weights": read_array,
    "pattern": read_array,
    "acyclic": read_array,
    "arrays": read_array,
    "functions": read_function,
    "map": read_map,
}
