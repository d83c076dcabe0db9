"""Model files: statements in order, read into an array program and claims about it.

    sizes N, J, K                    sets; their elements are n, j, k, n2, …
    index m : J                      one more letter
    time t : T                       the integers 1 … T, with shifts such as h[t-1,j]
    position r : R = P - KW + 1      the integers 1 … P - KW + 1
    given x[n,i]                     data          weights W[j,i]       parameters
    pattern out[j]                   0 or 1        acyclic w[k,j]       weights of a graph, to k
    map tok(n) : V                   a fixed map   functions phi, C     any differentiable ones
    initial h[0,j] = h0[j]           what is read before the first element
    v[n,j] = sum(i, W[j,i]*x[n,i])   a definition  arrays a[t,j]        declares one ahead
    cost = …                         or: cost = any function of h[t,j] with slope G[t,j]
    delta[n,j] := -D(v[n,j])         names a derivative of the cost
    assume N = 1                     offered to every claim
    D(W[j,i]) = …                    a claim, also with: for l < L, assuming sum(k, d[n,k]) = 1

An indented line continues the one before; # begins a comment.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from symbolic.arrays import (
    ONE,
    Abstract,
    Acyclic,
    Definition,
    Given,
    Local,
    Multiplier,
    Program,
    Rule,
    require_letters,
)
from symbolic.derivation import Source
from symbolic.errors import InputError, did_you_mean
from symbolic.formulas import SUMS, Formulas
from symbolic.grammar import Token, shown
from symbolic.indexed import Count, Expr, Get, Mul, Num, Size, Sort, Sum, Var, affine
from symbolic.indices import Calculus, Hypothesis, Law, SizeOne
from symbolic.models import Claim, Model
from symbolic.scope import Initial, Scope
from symbolic.shapes import constant, named
from symbolic.shapes import shown as shape

MOST_CHARACTERS = 200_000
MOST_STATEMENTS = 500
MOST_ASSUMED = 6
RESERVED = (*SUMS, "outer", "D", "any", "for", "assuming", "and", "cost")
ORDERED = ("time", "position", "layer")


def read_model(text: str, file: str | None = None) -> Model:
    """The model that a text describes, every index and shape checked.

    Raises `InputError` with the line and column of what does not fit.

    >>> model = read_model('''
    ... sizes N, I, J
    ... given x[n,i], d[n,j]
    ... weights W[j,i]
    ... y[n,j] = sum(i, W[j,i]*x[n,i])
    ... cost = (1/2)*sum(n, j, (y[n,j] - d[n,j])^2)
    ... D(W) = (y - d).T @ x
    ... ''')
    >>> model.claims[0].text
    'D(W) = (y - d).T @ x'
    >>> read_model("sizes N, J\\ngiven a[n], B[n,j]\\ny = a @ B.T", "my.model")
    Traceback (most recent call last):
    symbolic.errors.InputError: my.model:3:7: The product @ sums over N on the left (N), but ...
    """
    return _Reading(file).whole(text)


@dataclass
class _Reading:
    file: str | None
    scope: Scope = field(default_factory=Scope)
    definitions: list[Definition | Abstract] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    assumed: list[Hypothesis] = field(default_factory=list)
    cost: Expr | Abstract | None = None
    ahead: dict[str, str] = field(default_factory=dict)
    """Arrays that are defined later, and how their shape is known: `arrays` or `head`."""

    def whole(self, text: str) -> Model:
        statements = self.statements(text)
        later = [s for s in statements if not self.declared(s)]
        self.heads(later)
        later = [s for s in later if not self.initial(s)]
        for statement in later:
            self.read(statement)
            statement.end()
        if self.cost is None:
            last = statements[-1] if statements else None
            raise InputError(
                "There is no cost. Write `cost = …`, or `cost = any function of y[n,k]`.",
                file=self.file,
                line=last.line if last else 1,
            )
        undefined = [name for name in self.ahead if not self.is_defined(name)]
        if undefined:
            raise InputError(f"{undefined[0]!r} is declared, but not defined.", file=self.file)
        return self.model()

    def is_defined(self, name: str) -> bool:
        return any(d.array == name for d in self.definitions)

    def statements(self, text: str) -> list[Formulas]:
        """The statements with their lines, comments taken off."""
        if len(text) > MOST_CHARACTERS:
            raise InputError(
                f"A model file has at most {MOST_CHARACTERS:,} characters.", file=self.file
            )
        groups: list[list[tuple[int, str]]] = []
        for line, raw in enumerate(text.splitlines(), 1):
            code = raw.split("#", 1)[0].rstrip()
            if not code:
                continue
            if code[0] in " \t" and groups:
                groups[-1].append((line, code))
            else:
                groups.append([(line, code)])
        if len(groups) > MOST_STATEMENTS:
            raise InputError(
                f"A model file has at most {MOST_STATEMENTS} statements.", file=self.file
            )
        return [Formulas(group, self.file, self.scope) for group in groups]

    # -- declarations

    def declared(self, s: Formulas) -> bool:
        """Read a declaration; whether it was one."""
        if s.here.kind != "name" or s.here.text not in DECLARATIONS:
            return False
        if s.after.kind != "name":  # an array that is called like a keyword
            return False
        keyword = s.take()
        read = DECLARATIONS[keyword.text]
        read(self, s, keyword.text)
        while s.at(","):
            s.take()
            read(self, s, keyword.text)
        s.end()
        return True

    def new(self, s: Formulas, what: str) -> Token:
        """A name that means nothing yet."""
        name = s.name(what)
        if name.text in RESERVED:
            s.refuse(f"{name.text!r} has a meaning of its own here.", name.column)
        s.fitting(name.column, self.scope.declare, name.text)
        return name

    def size(self, s: Formulas, keyword: str) -> None:
        name = self.new(s, "the name of a set").text
        self.scope.sorts[name] = Sort(name)

    def index(self, s: Formulas, keyword: str) -> None:
        """letters : SET, or : SET = last element."""
        names = [s.name("an index letter")]
        while s.at(","):
            s.take()
            names.append(s.name("an index letter"))
        s.expect(":")
        scope = self.scope
        ordered = keyword in ORDERED
        if s.here.text in scope.sorts:
            token = s.take()
            sort = scope.sorts[token.text]
            if sort.ordered != ordered:
                s.refuse(f"{token.text!r} was declared differently before.", token.column)
        else:
            token = self.new(s, "the name of a set")
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

    def array(self, s: Formulas, keyword: str) -> None:
        name = self.new(s, "the name of an array")
        self.scope.arrays[name.text] = tuple(letter.sort for letter in self.axes(s))
        if keyword == "arrays":
            self.ahead[name.text] = "arrays"
            return
        if keyword == "acyclic":
            sorts = self.scope.arrays[name.text]
            if len(sorts) != 2 or sorts[0] != sorts[1]:
                s.refuse("An acyclic weight has two indices of one set: to, from.", name.column)
            self.scope.acyclic.append(name.text)
        self.scope.given[name.text] = "weights" if keyword == "acyclic" else keyword

    def axes(self, s: Formulas) -> tuple[Var, ...]:
        """[n, j], each a letter; only the sets of the letters matter."""
        if not s.at("["):
            return ()
        s.take()
        letters = [s.letter(s.name("an index letter"))]
        while s.at(","):
            s.take()
            letters.append(s.letter(s.name("an index letter")))
        s.expect("]")
        return tuple(letters)

    def function(self, s: Formulas, keyword: str) -> None:
        self.scope.functions[self.new(s, "the name of a function").text] = None

    def map(self, s: Formulas, keyword: str) -> None:
        name = self.new(s, "the name of a map")
        s.expect("(")
        letters = [s.letter(s.name("an index letter"))]
        while s.at(","):
            s.take()
            letters.append(s.letter(s.name("an index letter")))
        s.expect(")")
        s.expect(":")
        goal = s.name("the name of a set")
        if goal.text not in self.scope.sorts:
            hint = did_you_mean(goal.text, self.scope.sorts)
            s.refuse(f"There is no set {goal.text!r}. {hint}", goal.column)
        self.scope.maps[name.text] = (tuple(v.sort for v in letters), self.scope.sorts[goal.text])

    def heads(self, later: list[Formulas]) -> None:
        """What is defined later may be read earlier: h[t-1,j] before h[t,j] = …."""
        for s in later:
            if s.word("cost"):
                return
            head = s.head()
            if head and head[0] not in self.scope.arrays and head[0] not in RESERVED:
                self.ahead[head[0]] = "head"
                self.scope.arrays[head[0]] = tuple(letter.sort for letter in head[1])

    def initial(self, s: Formulas) -> bool:
        """Read `initial h[0,j] = h0[j]`; whether it was one."""
        if not (s.word("initial") and s.after.kind == "name"):
            return False
        s.take()
        name = s.name("the name of an array")
        sorts = self.scope.arrays.get(name.text)
        if sorts is None:
            hint = did_you_mean(name.text, self.ahead)
            s.refuse(f"There is no array {name.text!r}. {hint}", name.column)
        at = s.indices(name.text, sorts)
        places = [n for n, index in enumerate(at) if isinstance(index, int)]
        letters = tuple(index for index in at if isinstance(index, Var))
        if len(at) != len(sorts) or len(places) != 1 or len(letters) != len(at) - 1:
            s.refuse("Write initial h[0,j] = …: one number, the others letters.", name.column)
        if len(set(letters)) < len(letters) or name.text in self.scope.initial:
            s.refuse("An initial value is given once, with different letters.", name.column)
        s.expect("=")
        column = s.here.column
        value = s.formula()
        if value.axes or not isinstance(expr := value.element(()), Get | Num):
            s.refuse("An initial value is a number or an element of a given array.", column)
        s.fitting(column, require_letters, "the initial value", expr, letters)
        index = at[places[0]]
        assert isinstance(index, int)
        self.scope.initial[name.text] = Initial(places[0], index, letters, expr)
        s.end()
        return True

    # -- definitions and the cost

    def read(self, s: Formulas) -> None:
        """Read a statement that is no declaration."""
        if s.word("cost") and s.after.text == "=":
            self.read_cost(s)
        elif s.word("assume") and s.after.kind != "mark":
            s.take()
            self.assumed += self.hypotheses(s)
        elif s.has(":="):
            self.name_derivative(s)
        elif s.here.text in self.scope.multipliers or (s.word("D") and s.after.text == "("):
            self.claim(s)
        else:
            self.define(s)

    def read_cost(self, s: Formulas) -> None:
        name = s.take()
        if self.cost is not None:
            s.refuse("The cost is given twice.", name.column)
        s.expect("=")
        if s.word("any"):
            self.cost = Abstract("cost", (), self.any_function(s))
            return
        s.intermediate = self.intermediate("cost", s)
        column = s.here.column
        value = s.formula()
        if value.axes:
            s.refuse(f"The cost is a number, this is {shape(value.axes)}; sum over it.", column)
        _, self.cost = named(value.element(()), (), self.scope.stems())
        s.fitting(column, require_letters, "the cost", self.cost, ())

    def define(self, s: Formulas) -> None:
        """name[letters] = formula; the axes left open on the right are the last axes."""
        name = s.name("a statement")
        scope = self.scope
        if self.is_defined(name.text) or name.text in scope.given:
            s.refuse(
                f"{name.text!r} is known already; a claim about its derivative begins with "
                f"D({name.text}[…]).",
                name.column,
            )
        if self.cost is not None:
            known = (*scope.multipliers, "D")
            s.refuse(
                f"After the cost stand claims, and {name.text!r} names no derivative. "
                f"{did_you_mean(name.text, known)}",
                name.column,
            )
        if name.text not in self.ahead:
            if name.text in RESERVED:
                s.refuse(f"{name.text!r} has a meaning of its own here.", name.column)
            if s.at(":"):
                hint = did_you_mean(name.text, DECLARATIONS)
                s.refuse(f"There is no statement {name.text!r}. {hint}", name.column)
            s.fitting(name.column, scope.declare, name.text)
        at = self.left_letters(s, name, self.axes(s))
        s.expect("=")
        if s.word("any"):
            partials = self.any_function(s)
            self.settle(s, name, at, ())
            self.definitions.append(Abstract(name.text, at, partials))
            return
        s.intermediate = self.intermediate(name.text, s)
        column = s.here.column
        value = s.formula()
        self.settle(s, name, at, value.axes)
        opened = tuple(map(scope.letters.new, value.axes))
        at, body = named(value.element(opened), (*at, *opened), scope.stems())
        s.fitting(column, require_letters, repr(name.text), body, at)
        self.definitions.append(Definition(name.text, at, body))

    def left_letters(self, s: Formulas, name: Token, at: tuple[Var, ...]) -> tuple[Var, ...]:
        if len(set(at)) < len(at):
            s.refuse("The indices on the left side are different letters.", name.column)
        return at

    def settle(self, s: Formulas, name: Token, at: tuple[Var, ...], axes: tuple[Sort, ...]) -> None:
        """The shape of a new array; it must be the one that was relied on."""
        found = (*(letter.sort for letter in at), *axes)
        if self.ahead.get(name.text) == "arrays" or name.text in self.scope.relied:
            expected = self.scope.arrays[name.text]
            if expected != found:
                s.refuse(
                    f"{name.text!r} is {shape(expected)} where it is declared or read before, "
                    f"here it is {shape(found)}. Declare it: arrays {name.text}[…].",
                    name.column,
                )
        self.scope.arrays[name.text] = found

    def intermediate(self, head: str, s: Formulas) -> Callable[[str, tuple[Var, ...], Expr], Expr]:
        """Where the sums of softmax and the means of var are kept: head_sum, head_mean."""

        def keep(what: str, at: tuple[Var, ...], expr: Expr) -> Expr:
            names = (f"{head}_{what}", *(f"{head}_{what}{n}" for n in range(2, MOST_STATEMENTS)))
            name = next(n for n in names if n not in self.scope.arrays)
            self.scope.arrays[name] = tuple(letter.sort for letter in at)
            letters, body = named(expr, at, self.scope.stems())
            self.definitions.append(Definition(name, letters, body))
            return Get(name, at)

        return keep

    def any_function(self, s: Formulas) -> tuple[Local, ...]:
        """any function of x[i] with slope B[k,i], y[j] with slope …."""
        for word in ("any", "function", "of"):
            self.word(s, word)
        found = [self.local(s)]
        while s.at(","):
            s.take()
            found.append(self.local(s))
        return tuple(found)

    def local(self, s: Formulas) -> Local:
        name = s.name("the name of an array")
        sorts = self.scope.arrays.get(name.text)
        if sorts is None:
            hint = did_you_mean(name.text, self.scope.arrays)
            s.refuse(f"There is no array {name.text!r}. {hint}", name.column)
        self.scope.relied.add(name.text)
        at = self.left_letters(s, name, self.axes(s))
        if tuple(letter.sort for letter in at) != sorts:
            wanted = ", ".join(sort.name for sort in sorts) or "none"
            s.refuse(f"{name.text!r} wants different letters of {wanted} here.", name.column)
        if not s.word("with"):
            slope = f"slope_{name.text}"
            s.fitting(name.column, self.scope.declare, slope)
            self.add_slope(slope, at)
            return Local(name.text, at, Get(slope, at))
        for word in ("with", "slope"):
            self.word(s, word)
        own = s.name("the name of the slope")
        if own.text not in self.scope.arrays:
            s.fitting(own.column, self.scope.declare, own.text)
            letters = self.axes(s)
            self.add_slope(own.text, letters)
            return Local(name.text, at, Get(own.text, letters))
        letters = self.axes(s)
        entry = s.fitting(own.column, self.scope.read, own.text, letters)
        if entry.axes:
            s.refuse(f"Write all indices of the slope {own.text!r}.", own.column)
        return Local(name.text, at, entry.element(()))

    def add_slope(self, name: str, at: tuple[Var, ...]) -> None:
        self.scope.arrays[name] = tuple(letter.sort for letter in at)
        self.scope.given[name] = "slope"

    @staticmethod
    def word(s: Formulas, word: str) -> None:
        if not s.word(word):
            s.refuse(f"Expected {word!r}, but found {shown(s.here)}.", s.here.column)
        s.take()

    # -- claims

    def name_derivative(self, s: Formulas) -> None:
        """delta[n,j] := factor * D(v[n,j])."""
        name = self.new(s, "the name of a derivative")
        at = self.left_letters(s, name, self.axes(s))
        s.expect(":=")
        factor: list[Expr] = []
        while s.at("-", "+"):
            if s.take().text == "-":
                factor.append(-ONE)
        while not s.word("D"):
            column = s.here.column
            value = s.factor()
            if value.axes or any(isinstance(p, Sum) for p in (value.element(()),)):
                s.refuse("A derivative is multiplied by a number.", column)
            if constant(value.element(())) == 0:
                s.refuse("A derivative times 0 says nothing.", column)
            factor.append(value.element(()))
            s.expect("*")
        s.take()
        array, place = s.differentiated()
        if place != at:
            s.refuse("Both sides have the same indices, in the same order.", array.column)
        if any(m.array == array.text for m in self.scope.multipliers.values()):
            s.refuse(f"The derivative by {array.text!r} has a name already.", array.column)
        whole = factor[0] if len(factor) == 1 else Mul(tuple(factor)) if factor else ONE
        s.fitting(name.column, require_letters, "the factor", whole, ())
        self.scope.multipliers[name.text] = Multiplier(array.text, name.text, whole)
        self.scope.arrays[name.text] = self.scope.arrays[array.text]

    def claim(self, s: Formulas) -> None:
        """D(v[n,j]) = formula, or delta[n,j] = formula, with its conditions and hypotheses."""
        s.claims = True
        scope = self.scope
        start = s.take()
        if self.cost is None:
            s.refuse("Claims stand after the cost.", start.column)
        factor: Expr = ONE
        if start.text in scope.multipliers:
            array = scope.multipliers[start.text].array
            place = s.indices(start.text, scope.arrays[start.text])
        else:
            token, place = s.differentiated()
            array = token.text
            factor = scope.multiplier(array).factor
        s.fitting(start.column, scope.read, array, place)
        if not all(isinstance(index, Var) for index in place):
            s.refuse(
                "The indices on the left side are letters. For one place write a condition: "
                "delta[l,u] = … for l = L.",
                start.column,
            )
        at = self.left_letters(s, start, tuple(i for i in place if isinstance(i, Var)))
        s.expect("=")
        column = s.here.column
        value = s.formula()
        axes = scope.arrays[array][len(at) :]
        if value.axes not in (axes, ()):
            s.refuse(f"The left side is {shape(axes)}, the right side {shape(value.axes)}.", column)
        opened = tuple(map(scope.letters.new, axes))
        body = value.element(opened if value.axes else ())
        if factor != ONE:
            body = factor * body
        at, body = named(body, (*at, *opened), scope.stems())
        s.fitting(column, require_letters, "the claim", body, at)
        where = self.conditions(s, at)
        assuming = list(self.assumed)
        if s.word("assuming"):
            s.take()
            assuming += self.hypotheses(s)
        if len(assuming) > MOST_ASSUMED:
            s.refuse(f"At most {MOST_ASSUMED} hypotheses are tried for a claim.", start.column)
        text = " ".join(s.text.split())
        source = Source(self.file, s.line, start.column) if self.file else None
        rule = Rule(array, at, body, where)
        self.claims.append(Claim(rule, text, tuple(dict.fromkeys(assuming)), source))

    def conditions(self, s: Formulas, at: tuple[Var, ...]) -> Expr:
        """for l < L and l > 1"""
        if not s.word("for"):
            return ONE
        found: list[Expr] = []
        while s.word("for", "and"):
            s.take()
            column = s.here.column
            found.append(s.comparison())
            s.fitting(column, require_letters, "the condition", found[-1], at)
        return found[0] if len(found) == 1 else Mul(tuple(found))

    def hypotheses(self, s: Formulas) -> list[Hypothesis]:
        """N = 1 and sum(k, d[n,k]) = 1"""
        found = [self.hypothesis(s)]
        while s.word("and"):
            s.take()
            found.append(self.hypothesis(s))
        return found

    def hypothesis(self, s: Formulas) -> Hypothesis:
        start = s.here.column
        s.claims = False
        left = s.formula()
        s.expect("=")
        right = s.formula()
        text = " ".join(s.text[start - 1 : s.here.column - 1].split())
        if left.axes != right.axes and right.axes:
            s.refuse(f"{shape(left.axes)} = {shape(right.axes)} does not fit.", start)
        opened = tuple(map(self.scope.letters.new, left.axes))
        _, pair = named(
            Mul((left.element(opened), right.element(opened if right.axes else ()))),
            opened,
            self.scope.stems(),
        )
        assert isinstance(pair, Mul)
        expr, value = pair.factors
        if isinstance(expr, Count):
            if expr.size not in self.scope.sorts or value != ONE:
                s.refuse("Of a size only N = 1 can be assumed.", start)
            return SizeOne(text, expr.size)
        bound: list[Var] = []
        while isinstance(expr, Sum):
            bound.append(expr.over)
            expr = expr.body
        pattern = expr.factors if isinstance(expr, Mul) else (expr,)
        gets = tuple(part for part in pattern if isinstance(part, Get))
        if len(gets) < len(pattern) or any(get.array not in self.scope.given for get in gets):
            s.refuse(
                "A hypothesis is about given arrays: a product of them, or its sum, on the left.",
                start,
            )
        law = Law(text, tuple(bound), gets, value)
        s.fitting(start, Calculus, self.scope.arrays, self.patterns(), [law])
        return law

    def patterns(self) -> frozenset[str]:
        return frozenset(name for name, kind in self.scope.given.items() if kind == "pattern")

    def model(self) -> Model:
        scope = self.scope
        assert self.cost is not None
        program = Program(
            tuple(Given(name, scope.arrays[name]) for name in scope.given),
            tuple(self.definitions),
            self.cost,
            tuple(scope.multipliers.values()),
            self.patterns(),
            tuple(map(Acyclic, scope.acyclic)),
        )
        weights = tuple(name for name, kind in scope.given.items() if kind == "weights")
        return Model(program, tuple(self.claims), weights, scope.stems())


DECLARATIONS: dict[str, Callable[[_Reading, Formulas, str], None]] = {
    "sizes": _Reading.size,
    "index": _Reading.index,
    "time": _Reading.index,
    "position": _Reading.index,
    "layer": _Reading.index,
    "given": _Reading.array,
    "weights": _Reading.array,
    "pattern": _Reading.array,
    "acyclic": _Reading.array,
    "arrays": _Reading.array,
    "functions": _Reading.function,
    "map": _Reading.map,
}
