"""The whitelist of the tokenizer: every command of LaTeX that is read, and what it becomes."""

from __future__ import annotations


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


GREEK = _words(
    "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda "
    "mu nu xi pi rho sigma tau upsilon phi varphi chi psi omega Gamma Delta Theta Lambda "
    "Xi Pi Sigma Upsilon Phi Psi Omega ell "
)
ALPHABETS = _words("mathcal mathbf mathbb mathrm boldsymbol mathit mathsf bm operatorname ")
ACCENTS = _words("hat tilde bar dot vec ")
FUNCTIONS = _words("exp ln log tanh sinh cosh sin cos arctan sech max ")
WORDS: dict[str, str] = {  # functions that are written as words: what they are
    **{name: name for name in FUNCTIONS if name != "max"},
    **dict.fromkeys(("sigmoid", "logistic", "sigm"), "logistic"),
    **dict.fromkeys(("ReLU", "relu"), "relu"),
    "step": "step",
    "softplus": "softplus",
    "erf": "erf",
    **dict.fromkeys(("sgn", "sign"), "sign"),
}

APPLIED = frozenset((*WORDS, *_words("softmax diag tr Tr trace sum rowsum colsum sign sgn")))
"""Words that are functions where a bracket follows."""

COMMANDS: dict[str, str] = {
    **dict.fromkeys(GREEK, "SYM"),
    **dict.fromkeys(FUNCTIONS, "FUNC"),
    **dict.fromkeys(("frac", "dfrac", "tfrac"), "FRAC"),
    **dict.fromkeys(("le", "leq", "leqslant", "ge", "geq", "geqslant", "ne", "neq"), "REL"),
    **dict.fromkeys(("equiv", "coloneqq", "triangleq", "approx", "propto", "sim"), "REL"),
    **dict.fromkeys(("leftarrow", "gets", "lt", "gt", "to", "rightarrow", "mapsto"), "REL"),
    **dict.fromkeys(("quad", "qquad"), "QUAD"),
    **dict.fromkeys(("Rightarrow", "implies", "Longrightarrow"), "ARROW"),
    **dict.fromkeys(("uparrow", "downarrow", "therefore", "because"), "ARROW"),
    **dict.fromkeys(("ldots", "cdots", "dots", "vdots"), "DOTS"),
    "cdot": "TIMES",
    "times": "TIMES",
    "ast": "TIMES",
    "odot": "ODOT",
    "circ": "ODOT",
    "sum": "SUM",
    "partial": "PARTIAL",
    "nabla": "NABLA",
    "prime": "PRIME",
    "top": "TOP",
    "intercal": "TOP",
    "sqrt": "ROOT",
    "in": "IN",
    "underbrace": "BRACE",
    "overbrace": "BRACE",
    "{": "LSET",
    "}": "RSET",
    "|": "BAR",
    "lVert": "BAR",
    "rVert": "BAR",
    "Vert": "BAR",
    "vert": "BAR",
    "lvert": "LABS",
    "rvert": "RABS",
    "langle": "LANG",
    "rangle": "RANG",
    "infty": "DOTS",
    "surd": "DOTS",
    "forall": "FORALL",
}
SILENT = frozenset(
    _words(
        "left right bigl bigr Bigl Bigr biggl biggr Biggl Biggr big Big bigg Bigg middle "
        "displaystyle textstyle limits nolimits nonumber notag , ; : ! > hfill allowbreak "
        "nobreak square blacksquare Box qed qedhere blacklozenge "
    )
) | {" ", "\n", "*"}
LEFT = frozenset(_words("left bigl Bigl biggl Biggl"))
RIGHT = frozenset(_words("right bigr Bigr biggr Biggr"))
"""The sizes that say which bar opens and which one closes."""
SKIPPED = frozenset(("label", "tag", "hspace", "vspace", "phantomsection"))
TEXTS = frozenset(_words("text textrm mbox textit textbf hbox intertext textnormal "))
MARKS: dict[str, str] = {
    "+": "PLUS",
    "-": "MINUS",
    "−": "MINUS",
    "*": "TIMES",
    "·": "TIMES",
    "⋅": "TIMES",
    "/": "SLASH",
    "(": "LP",
    ")": "RP",
    "[": "LSQ",
    "]": "RSQ",
    "{": "LB",
    "}": "RB",
    "^": "SUP",
    "_": "SUB",
    "'": "PRIME",
    "’": "PRIME",
    "′": "PRIME",
    ",": "COMMA",
    ";": "SEMI",
    "&": "AMP",
    "|": "BAR",
    ".": "STOP",
    ":": "COLON",
    "!": "BANG",
}
RELATIONS = {
    "leq": "<=",
    "le": "<=",
    "leqslant": "<=",
    "geq": ">=",
    "ge": ">=",
    "geqslant": ">=",
    "ne": "!=",
    "neq": "!=",
    "equiv": ":=",
    "coloneqq": ":=",
    "triangleq": ":=",
    "lt": "<",
    "gt": ">",
}
OPENS = frozenset(("LP", "LSQ", "LB", "BEGIN", "LSET", "LABS", "LANG"))
CLOSES = {"RP": "LP", "RSQ": "LSQ", "RB": "LB", "END": "BEGIN", "RSET": "LSET",
          "RABS": "LABS", "RANG": "LANG"}  # fmt: skip
UNSUPPORTED: dict[str, str] = {
    "prod": "Products over an index are not read; write the product out.",
    "int": "Integrals are not read.",
    "lim": "Limits are not read.",
    "iff": "Claim each side by itself.",
    "not": "Say it in words outside the formula.",
    "input": "Paste the file into the document.",
}
ROWS = frozenset(
    _words(
        "aligned split gathered alignedat align align* gather gather* equation equation* "
        "multline multline* "
    )
)
"""Environments that only set rows."""
ENVIRONMENTS = ROWS | {"cases", "bmatrix", "pmatrix", "matrix"}
