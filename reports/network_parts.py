"""The first sections of the page: the network, its notation, the forward pass, the cost."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from reports.document import (
    Block,
    Code,
    CodeBlock,
    Drawn,
    EquationLines,
    Fold,
    Heading,
    Line,
    Math,
    Paragraph,
    Run,
    Runs,
    Table,
    Text,
    runs,
)
from reports.instances import renamed, written_out
from reports.latex_printer import latex_of
from reports.latex_width import width_em
from reports.plain import plain_of
from reports.source import drawn_source, is_python
from reports.wording import counted, here, members_in_a_row, prose, units, used_signs
from symbolic.activations import ACTIVATIONS, Activation
from symbolic.derivation import Definition, Derivation
from symbolic.network import BIAS, Network
from symbolic.notation import E, I, J, d, delta, dw, e, v, w, y
from symbolic.recurrence import Recurrent, at_step
from symbolic.terms import Add, Equation, Num, Partial, PartialKind, Phi, Sign, Var, walk
from symbolic.unit_signs import is_input_name

MOST_TERMS = 8  # of a neuron's own sum
WIDEST_SOURCE = 34  # em; a longer function is drawn by our own printer, which can break it
FORMULAS = 12  # formulas of single neurons that are listed
SMALL = 8  # neurons whose own equations are all written out
COST = ("e", "Ej", "Es", "E")  # the definitions of the cost section

SYMBOLS: tuple[tuple[str, Math | None, str], ...] = (
    ("", Math(Drawn("n", "n")), "iteration: one update of the weights"),
    ("N", None, "batch size"),
    ("N", Math(Drawn(r"\xi", "ξ")), "sample of the batch, 1 to N"),
    ("w", Math(w(J, I)), "synaptic weight, to neuron j from unit i"),
    ("y", Math(y(J)), "function signal of unit j; an input signal if j is an input"),
    ("v", Math(v(J)), "induced local field, the weighted sum entering neuron j"),
    ("v", Math(Drawn(r"\varphi_j,\ \varphi_j'", "φ_j, φ_j'")), "activation function and its slope"),
    ("d", Math(d(J)), "desired response of output neuron j"),
    ("e", Math(e(J)), "error signal of output neuron j"),
    ("E", Math(E), "cost, averaged over the batch"),
    ("delta", Math(delta(J)), "local gradient of neuron j"),
    ("dw", Math(dw(J, I)), "correction applied to the weight"),
    ("eta", None, "learning rate"),
)


SENSES: tuple[tuple[PartialKind, Math, str], ...] = (
    (
        PartialKind.TOTAL,
        Math(Drawn(r"\partial\mathcal{E}/\partial v_j", "∂𝓔/∂v_j")),
        "slope of the cost when v_j moves and all that follows moves with it",
    ),
    (
        PartialKind.LOCAL,
        Math(Drawn(r"\partial v_k/\partial y_j", "∂v_k/∂y_j")),
        "slope of the formula of v_k alone, all else in it held",
    ),
)


PLACE = (
    Math(Drawn(r"\partial v_j/\partial w_{ji}", "∂v_j/∂w_ji")),
    "slope of the formula of v_j alone, all else in it held, other places of w_ji as well",
)
"""The sense of ∂v_j/∂w_ji where weights are shared."""


def network_section(derivation: Derivation) -> tuple[Block, ...]:
    """What the network is, and a table of the symbols that the page uses."""
    network = derivation.network
    terms = [t for g in derivation.given for t in (g.head, g.body)]
    terms += [t for s in derivation.steps for t in (s.claim.left, s.claim.right)]
    used = {*used_signs(terms), ""}
    senses = {p.kind for term in terms for p in walk(term) if isinstance(p, Partial)}
    rows = tuple(
        ((Math(Sign(code)) if drawn is None else drawn,), prose(meaning))
        for code, drawn, meaning in SYMBOLS
        if code in used
    )
    rows += tuple(((sign,), prose(words)) for kind, sign, words in SENSES if kind in senses)
    if any(len(places) > 1 for places in network.uses.values()):
        rows += (((PLACE[0],), prose(PLACE[1])),)
    return (
        Heading("Network and notation"),
        Paragraph(described(network)),
        Table((runs("symbol"), runs("meaning")), rows, wide=1),
    )


def described(network: Network) -> Runs:
    """The network in a sentence or two."""
    hidden, outputs = network.hidden, network.outputs
    drawn = network.recurrent
    parts: list[object] = [Text("A")] if drawn is None else _in_time(drawn)
    parts.append(
        Text(
            f" feed-forward network with {counted(len(network.inputs), 'input')}, "
            f"{counted(len(hidden), 'hidden neuron')}"
        )
    )
    if hidden:
        parts += [" (", here("j", hidden), ")"]
    parts += [f" and {counted(len(outputs), 'output neuron')} (", here("j", outputs), "). "]
    parts.append(f"It has {counted(len(network.uses), 'weight')}.")
    if any(s.source == BIAS for s in network.synapses):
        bias = Math(Drawn("w_{j0}(n)", "w_j0"))
        parts += [" The bias of neuron j is the weight ", bias, " on the fixed signal "]
        parts += [Math(Drawn("y_0 = +1", "y_0 = +1")), "."]
    tied = [name for name, places in network.uses.items() if len(places) > 1]
    if tied:
        said = f" {counted(len(tied), 'weight is', 'weights are').capitalize()} shared: "
        parts += [said, *members_in_a_row("w", [(name,) for name in tied]), "."]
    if any(is_input_name(name) for name in network.inputs):
        parts += [" The signal of an input unit is written ", Math(Drawn("x", "x")), "."]
    return prose(*parts)  # type: ignore[arg-type]  # a mixed list, each part of an allowed kind


def _in_time(drawn: Recurrent) -> list[object]:
    """What the names of an unrolled network say: h[3] is h at step 3."""
    unit = drawn.neurons[0].name
    last, alone = units([at_step(unit, drawn.steps)]), units([unit])
    before: list[object] = [Text("every signal is 0.")]
    if drawn.initial:
        names = {unit: drawn.before(unit) for unit in drawn.initial}
        stand = "stands an input: " if sum(map(len, names.values())) == 1 else "stand inputs: "
        before = [Text(stand)]
        for n, (unit, own) in enumerate(names.items()):
            before += [Text(", " * bool(n)), units(own), Text(" for "), units([unit])]
            before.append(Text(", the latest first" * (len(own) > 1)))
        before.append(Text("."))
    return [
        Text(f"A recurrent network unrolled in time over {counted(drawn.steps, 'step')}: "),
        *(last, Text(" is neuron "), alone, Text(f" at step {drawn.steps}, and a weight is the ")),
        *(Text("same at every step. Before the first step "), *before),
        Text(" Written out, it is a"),
    ]


def forward_section(derivation: Derivation) -> tuple[Block, ...]:
    """v_j and y_j in general, each neuron's own in a small network, then the activations."""
    network = derivation.network
    given = [g for g in derivation.given if g.head.letter not in COST]
    words = "Each neuron adds up its weighted signals and passes the sum on:"
    formulas = [g for g in given if g.head.letter == "v" and not isinstance(g.head.at[0], Var)]
    if formulas:
        words = "Each neuron adds up its weighted signals and passes the sum on; the neurons named "
        words += "here form their local field by a formula of their own:"
    general = tuple(
        _definition_line(g, network, sample=False) for g in given if g not in formulas[FORMULAS:]
    )
    blocks: list[Block] = [
        Heading("Forward pass"),
        Paragraph(runs(words), keep=True),
        EquationLines(general),
    ]
    if len(formulas) > FORMULAS:
        rest = counted(
            len(formulas) - FORMULAS, "more neuron has a formula", "more neurons have formulas"
        )
        blocks.append(Paragraph(runs(f"{rest} of their own.")))
    if len(network.neurons) <= SMALL:
        own = tuple(
            line
            for name in network.order
            for g in given
            if (name,) in g.over.members and g.head.letter == "v" and g not in formulas
            for line in _own_lines(Equation(g.head, g.body), name, network)
        )
        if own:
            blocks += [Paragraph(runs("Neuron by neuron:"), keep=True), EquationLines(own)]
    return (*blocks, *_activations(network))


def _own_lines(general: Equation, name: str, network: Network) -> Iterator[Line]:
    """The line of one neuron; where its sum is long, first as a sum over i, then with dots."""
    own = written_out(general, {"j": name}, network)
    left: Math | None = Math(own.left)
    if isinstance(own.right, Add) and len(own.right.terms) > MOST_TERMS:
        yield Line(left, Math(renamed(general.right, {"j": name})))
        left = None
    yield Line(left, Math(own.right))


def cost_section(derivation: Derivation) -> tuple[Block, ...]:
    """The error signal and the cost, with the sample index that later lines leave out."""
    given = [g for g in derivation.given if g.head.letter in COST]
    xi = Math(Drawn(r"\xi", "ξ"))
    dropped = prose(
        "From here on the superscript ",
        xi,
        " is left out outside a sum over the batch. The local gradient ",
        delta(J),
        " belongs to one sample and carries the factor ",
        Math(Num(Fraction(1)) / Sign("N")),
        " of the cost.",
    )
    return (
        Heading("Cost"),
        Paragraph(runs("The outputs are compared with the desired responses:"), keep=True),
        EquationLines(tuple(_definition_line(g, derivation.network, sample=True) for g in given)),
        Paragraph(dropped),
    )


WHAT = {
    "v": "induced local field",
    "y": "function signal",
    "e": "error signal",
    "Ej": "instantaneous cost",
    "Es": "total instantaneous cost of a sample",
    "E": "average over the batch",
}
NAMES = {
    "logistic": "the logistic function",
    "identity": "the identity",
    "relu": "ReLU",
    "leaky_relu": "leaky ReLU",
    "elu": "ELU",
    "silu": "SiLU",
    "gelu": "GELU",
    "gaussian": "the Gaussian",
}


def _definition_line(given: Definition, network: Network, sample: bool) -> Line:
    """A definition with its name in words: "function signal of neuron j"."""
    parts: list[str | Math] = [WHAT.get(given.head.letter, given.over.title)]
    if given.over.letters:
        parts.append(" of " + given.over.title.removeprefix("every "))
        names = [member[0] for member in given.over.members]
        if given.head.letter == "y" and len(names) < len(network.neurons):
            parts += [" (here ", here("j", names), ")"]
    return Line(Math(given.head, sample), Math(given.body, sample), prose(*parts))


def _activations(network: Network) -> tuple[Block, ...]:
    groups: dict[Activation, list[str]] = {}
    for name in network.order:
        if not network.neuron[name].activation.group:
            groups.setdefault(network.neuron[name].activation, []).append(name)
    blocks: list[Block] = []
    for activation, names in groups.items():
        blocks += [
            Paragraph(_activation_words(activation, names, network), keep=True),
            EquationLines(_activation_lines(activation)),
        ]
        if activation.kinks:
            at = " and ".join(str(kink.at) for kink in activation.kinks)
            words = f"It has a kink where v is {at}; the results hold off that point."
            blocks.append(Paragraph(prose(words.replace("-", "−"))))
        if is_python(activation.written):
            blocks.append(Fold("As it was written", (CodeBlock(activation.written),)))
    return tuple(blocks)


def _activation_words(activation: Activation, names: list[str], network: Network) -> Runs:
    """The activation function of neuron j = o is tanh, or as it was given."""
    parts: list[str | Run] = ["The activation function of "]
    if len(names) == len(network.neurons):
        parts.append("every neuron")
    else:
        parts += ["neuron " if len(names) == 1 else "the neurons ", here("j", names)]
    if activation.name not in ACTIVATIONS:
        parts.append(" was given as ")
        parts.append(Code(activation.written) if not is_python(activation.written) else "code")
    else:
        parts.append(" is " + NAMES.get(activation.name, activation.name.replace("_", " ")))
    given = [(letter, n) for letter, n in activation.parameters if n != 1]
    many = "the parameters " if len(given) > 1 else "the parameter "
    for n, (letter, number) in enumerate(given):  # by their values: a letter may be a field
        value = Math(Drawn(latex_of(Num(number)), plain_of(Num(number))))
        said: list[str | Run] = [many, value] if n == 0 else [value]
        said = [f"slope {number} below 0"] if letter == "slope" else said
        parts += [" with " if n == 0 else " and ", *said]
    parts.append(", and y stands for its value:" if _reads_y(activation) else ":")
    return prose(*parts)


def _activation_lines(activation: Activation) -> tuple[Line, ...]:
    argument = Sign("v")
    lines = []
    own = drawn_source(activation.written)
    if own is not None and width_em(own.latex) < WIDEST_SOURCE:
        left, _, right = own.latex.partition(" = ")
        shown = Drawn(right, plain_of(activation.phi))
        head = Drawn(left, plain_of(Phi("", 0, argument)))
        lines.append(Line(Math(head), Math(shown), runs("as written")))
    else:
        lines.append(Line(Math(Phi("", 0, argument)), Math(activation.phi)))
    if activation.slope is not None:
        lines.append(Line(Math(Phi("", 1, argument)), Math(activation.slope)))
    return tuple(lines)


def _reads_y(activation: Activation) -> bool:
    return activation.slope is not None and "y" in used_signs([activation.slope])
