"""Tokens → tree, by a conflict-free LALR(1) grammar: no formula has two readings here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import UnexpectedInput, UnexpectedToken, VisitError
from lark.lexer import Lexer

from symbolic.reading.bars import paired
from symbolic.reading.dots import written_out
from symbolic.reading.operators import applied
from symbolic.reading.pieces import marked
from symbolic.reading.source import NotUnderstood
from symbolic.reading.tokens import Tok
from symbolic.reading.tree import (
    Absolute,
    Addition,
    BigSum,
    Braced,
    Condition,
    Group,
    Inner,
    Letter,
    Listed,
    Mark,
    Node,
    Norm,
    Number,
    Pieces,
    Product,
    Quotient,
    Related,
    Root,
    Scripted,
)

ONE_BAR = ("|", "\\vert", "\\lvert")
Row = tuple[Node, Related | None]
_SIGNS = {"TIMES": "*", "SLASH": "/", "ODOT": "o", "PLUS": "+", "MINUS": "-"}
_NAMES = {
    "RB": "a closing brace",
    "RP": "a closing bracket",
    "COMMA": "a comma",
    "REL": "a relation",
    "DOTS": "… or ∞",
    "BAR": "a bar",
    "LABS": "a bar",
    "RABS": "a bar",
    "LANG": "an angle bracket",
    "RANG": "an angle bracket",
    "COLON": "a colon",
    "BANG": "an exclamation mark",
    "STOP": "a full stop",
    "TEXT": "words",
    "ARROW": "an arrow",
    "SUP": "a superscript",
    "SUB": "a subscript",
    "BEGIN": "an environment",
}


def parse(tokens: Sequence[Tok]) -> Node:
    """The tree of one side of a relation.

    >>> from symbolic.reading.tokens import tokens
    >>> parse(tokens("w_{kj}")).sub
    Product(factors=(Letter(name='k', at=3), Letter(name='j', at=4)), signs=('', ''), at=3)
    """
    if not tokens:
        raise NotUnderstood("One side of the relation is empty.", "Write it.", 0)
    tokens = paired(marked(written_out(applied(tokens))))
    try:
        tree = _parser().parse(list(tokens))
    except UnexpectedToken as error:
        raise _unexpected(error.token, tokens) from None
    except UnexpectedInput:
        raise NotUnderstood("The formula is not understood.", "", tokens[0].at) from None
    except VisitError as error:
        if isinstance(error.orig_exc, NotUnderstood):
            raise error.orig_exc from None
        raise
    return tree  # type: ignore[return-value]  # the transformer turned it into a Node


def _unexpected(token: Token, tokens: Sequence[Tok]) -> NotUnderstood:
    if token.type == "$END":
        return NotUnderstood(
            "The formula ends too early.", "Write what follows.", max(0, tokens[-1].end - 1)
        )
    named = _NAMES.get(token.type, repr(str(token)))
    at = token.start_pos if token.start_pos is not None else tokens[0].at
    return NotUnderstood(f"{named} cannot stand here.".capitalize(), "", at)


class _Given(Lexer):
    """A lexer that passes on the tokens of our own tokenizer."""

    def __init__(self, conf: object) -> None:
        pass

    def lex(self, data: Any) -> Iterator[Token]:  # type: ignore[override]  # no state is kept
        for token in data:
            yield Token(token.kind, token.text, start_pos=token.at, end_pos=token.end)


def _at(token: Token) -> int:
    return token.start_pos or 0


@v_args(inline=True)
class _Build(Transformer[Token, Any]):
    def start(self, node: Node) -> Node:
        return node

    def only(self, node: Node) -> Node:
        return node

    def number(self, token: Token) -> Node:
        return Number(str(token), _at(token))

    def letter(self, token: Token) -> Node:
        return Letter(str(token), _at(token))

    def mark(self, token: Token) -> Node:
        text = "'" if token.type == "PRIME" else str(token)
        return Mark(token.type, text, _at(token))

    def sign(self, token: Token) -> Token:
        return token

    def signed(self, sign: Token, term: Node) -> Node:
        return Addition((term,), (_SIGNS[sign.type],), _at(sign))

    def added(self, left: Node, sign: Token, term: Node) -> Node:
        terms, signs = (left.terms, left.signs) if isinstance(left, Addition) else ((left,), ("+",))
        return Addition((*terms, term), (*signs, _SIGNS[sign.type]), left.at)

    def begun(self, factor: Node) -> Product:
        return Product((factor,), ("",), factor.at)

    def beside(self, product: Product, factor: Node) -> Product:
        return Product((*product.factors, factor), (*product.signs, ""), product.at)

    def joined_by(self, product: Product, sign: Token, factor: Node) -> Product:
        return Product((*product.factors, factor), (*product.signs, _SIGNS[sign.type]), product.at)

    joined = beside

    def done(self, product: Product) -> Node:
        return product.factors[0] if len(product.factors) == 1 else product

    def term(self, node: Node) -> Node:
        return node

    def bare_sum(self, sign: Token, body: Node) -> Node:
        return BigSum(None, None, _whole(body), _at(sign))

    def sum_below(self, sign: Token, _: Token, below: Node, body: Node) -> Node:
        return BigSum(below, None, _whole(body), _at(sign))

    def sum_both(
        self, sign: Token, _: Token, below: Node, __: Token, above: Node, body: Node
    ) -> Node:
        return BigSum(below, above, _whole(body), _at(sign))

    def sum_both_swapped(
        self, sign: Token, _: Token, above: Node, __: Token, below: Node, body: Node
    ) -> Node:
        return BigSum(below, above, _whole(body), _at(sign))

    def with_sub(self, base: Node, sign: Token, script: Node) -> Node:
        old = _scripted(base)
        if old.sub is not None:
            raise NotUnderstood("Two subscripts stand on one sign.", "Use braces.", _at(sign))
        return Scripted(old.base, script, old.sup, old.primes, old.at)

    def with_sup(self, base: Node, sign: Token, script: Node) -> Node:
        old = _scripted(base)
        if isinstance(script, Mark) and script.kind == "PRIME":
            primes = old.primes + len(script.text)
            return Scripted(old.base, old.sub, old.sup, primes, old.at)
        if isinstance(base, _Held):
            inside = Scripted(old.base, old.sub, old.sup, old.primes, old.at)
            return Scripted(Group((inside,), old.at), None, script, 0, old.at)
        if old.sup is not None:
            raise NotUnderstood("Two superscripts stand on one sign.", "Use braces.", _at(sign))
        return Scripted(old.base, old.sub, script, old.primes, old.at)

    def with_prime(self, base: Node, sign: Token) -> Node:
        old = _scripted(base)
        return Scripted(old.base, old.sub, old.sup, old.primes + 1, old.at)

    def braced(self, _: Token, inside: Node, __: Token) -> Node:
        return inside

    def held(self, _: Token, inside: Node, __: Token) -> Node:
        """{W^{[2]}}, which may carry another script above."""
        if isinstance(inside, Scripted) and inside.sup is not None:
            return _Held(inside.base, inside.sub, inside.sup, inside.primes, inside.at)
        return inside

    def nothing(self, opening: Token, _: Token) -> Node:
        raise NotUnderstood("A script is empty.", "Remove it.", _at(opening))

    def inner(self, node: Node) -> Node:
        return node

    def first_prime(self, token: Token) -> Node:
        return Mark("PRIME", "'", _at(token))

    def more_primes(self, before: Mark, token: Token) -> Node:
        return Mark("PRIME", before.text + "'", before.at)

    def related(self, left: Node, relation: Token, right: Node) -> Node:
        return Related(left, str(relation), right, left.at)

    def where(self, left: Node, sign: Token, one: Node, relation: Token, other: Node) -> Node:
        inner = Related(one, str(relation), other, one.at)
        return Related(left, str(sign), inner, left.at)

    def label(self, relation: Token, right: Node) -> Node:
        return Related(None, str(relation), right, _at(relation))

    def pair(self, left: Node, _: Token, right: Node) -> Node:
        return Listed((left, right), left.at)

    def longer(self, left: Listed, _: Token, right: Node) -> Node:
        return Listed((*left.items, right), left.at)

    def group(self, opening: Token, inside: Node, _: Token) -> Node:
        return Group((inside,), _at(opening))

    def list_group(self, opening: Token, inside: Listed, _: Token) -> Node:
        return Group(inside.items, _at(opening))

    def called(self, function: Token, opening: Token, inside: Node, _: Token) -> Product:
        """\\exp(x)"""
        whole = Group((inside,), _at(opening))
        return Product((self.mark(function), whole), ("", ""), _at(function))

    def condition(self, opening: Token, inside: Related, _: Token) -> Node:
        return Condition(inside, _at(opening))

    def norm(self, opening: Token, inside: Node, _: Token) -> Node:
        return Norm(inside, _at(opening), str(opening) in ONE_BAR)

    def inner_product(self, opening: Token, left: Node, _: Token, right: Node, __: Token) -> Node:
        return Inner(left, right, _at(opening))

    def absolute(self, opening: Token, inside: Node, _: Token) -> Node:
        return Absolute(inside, _at(opening))

    def pieces(self, opening: Token, rows: list[Row], _: Token) -> Node:
        return Pieces(tuple(rows), _at(opening))

    def first_row(self, row: Row) -> list[Row]:
        return [row]

    def more_rows(self, before: list[Row], _: Token, row: Row) -> list[Row]:
        return [*before, row]

    def piece(
        self, value: Node, _: Token, __: Token, left: Node, relation: Token, right: Node
    ) -> Row:
        return value, Related(left, str(relation), right, left.at)

    def rest(self, value: Node, _: Token, __: Token) -> Row:
        return value, None

    def quotient(self, sign: Token, over: Node, under: Node) -> Node:
        return Quotient(over, under, _at(sign))

    def braces(self, sign: Token, _: Token, inside: Node, __: Token) -> Node:
        return Braced(inside, _at(sign))

    def underset(self, sign: Token, _: Token, inside: Node, __: Token) -> Node:
        return inside

    def root(self, sign: Token, _: Token, inside: Node, __: Token) -> Node:
        return Root(inside, _at(sign))


class _Held(Scripted):
    """A sign with a script above, in braces."""


def _whole(node: Node) -> Node:
    """A product of one factor is that factor."""
    return node.factors[0] if isinstance(node, Product) and len(node.factors) == 1 else node


def _scripted(node: Node) -> Scripted:
    """The node with room for scripts; what stands in braces or brackets keeps its own."""
    return node if isinstance(node, Scripted) else Scripted(node, None, None, 0, node.at)


@cache
def _parser() -> Lark:
    text = files("symbolic.reading").joinpath("formula.lark").read_text(encoding="utf-8")
    return Lark(text, parser="lalr", lexer=_Given, strict=True, transformer=_Build())
