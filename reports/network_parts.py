"""The first sections of the page: the network, its notation, the forward pass, the cost."""

from __future__ import annotations

from fractions import Fraction

from reports.document import (
    Block,
    CodeBlock,
    Drawn,
    EquationLines,
    Fold,
    Heading,
    Line,
    Math,
    Paragraph,
    Runs,
    Table,
    runs,
)
from reports.instances import written_out
from reports.plain import plain_of
from reports.printer import is_input_name, latex_of
from reports.source import drawn_source, is_python
from reports.wording import counted, here, prose, used_signs
from symbolic.activations import Activation
from symbolic.derivation import Definition, Derivation
from symbolic.network import BIAS, Network
from symbolic.notation import E, I, J, d, delta, dw, e, v, w, y
from symbolic.terms import Equation, Num, Phi, Sign, Term

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


def network_section(derivation: Derivation) -> tuple[Block, ...]:
    """What the network is, and a table of the symbols that the page uses."""
    network = derivation.network
    terms = [t for g in derivation.given for t in (g.head, g.body)]
    terms += [t for s in derivation.steps for t in (s.claim.left, s.claim.right)]
    used = {*used_signs(terms), ""}
    rows = tuple(
        ((Math(Sign(code)) if drawn is None else drawn,), prose(meaning))
        for code, drawn, meaning in SYMBOLS
        if code in used
    )
    return (
        Heading("Network and notation"),
        Paragraph(described(network)),
        Table((runs("symbol"), runs("meaning")), rows, wide=1),
    )


def described(network: Network) -> Runs:
    """The network in a sentence or two."""
    hidden, outputs = network.hidden, network.outputs
    parts: list[object] = [
        f"A feed-forward network with {counted(len(network.inputs), 'input')}, "
        f"{counted(len(hidden), 'hidden neuron')}"
    ]
    if hidden:
        parts += [" (", here("j", hidden), ")"]
    parts += [f" and {counted(len(outputs), 'output neuron')} (", here("j", outputs), "). "]
    parts.append(f"It has {counted(len(network.uses), 'weight')}.")
    if any(s.source == BIAS for s in network.synapses):
        bias = Math(Drawn("w_{j0}(n)", "w_j0"))
        parts += [" The bias of neuron j is the weight ", bias, " on the fixed signal "]
        parts += [Math(Drawn("y_0 = +1", "y_0 = +1")), "."]
    tied = sum(len(places) > 1 for places in network.uses.values())
    if tied:
        parts.append(f" {counted(tied, 'weight is', 'weights are').capitalize()} shared.")
    if any(is_input_name(name) for name in network.inputs):
        parts += [" The signal of an input unit is written ", Math(Drawn("x", "x")), "."]
    return prose(*parts)  # type: ignore[arg-type]  # a mixed list, each part of an allowed kind


def forward_section(derivation: Derivation) -> tuple[Block, ...]:
    """v_j and y_j in general, each neuron's own in a small network, then the activations."""
    network = derivation.network
    given = [g for g in derivation.given if g.head.letter not in COST]
    blocks: list[Block] = [
        Heading("Forward pass"),
        EquationLines(tuple(_definition_line(g, sample=False) for g in given)),
    ]
    if len(network.neurons) <= SMALL:
        own = tuple(
            Line(Math(claim.left), Math(claim.right))
            for name in network.order
            for g in given
            if (name,) in g.over.members and g.head.letter == "v"
            for claim in (written_out(Equation(g.head, g.body), {"j": name}, network),)
        )
        if own:
            blocks += [Paragraph(runs("Neuron by neuron:"), keep=True), EquationLines(own)]
    return (*blocks, *_activations(network))


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
        EquationLines(tuple(_definition_line(g, sample=True) for g in given)),
        Paragraph(dropped),
    )


WHAT = {
    "v": "induced local field",
    "y": "function signal",
    "e": "error signal",
    "Ej": "instantaneous cost of an output",
    "Es": "total instantaneous cost of a sample",
    "E": "average over the batch",
}


def _definition_line(given: Definition, sample: bool) -> Line:
    words = WHAT.get(given.head.letter, given.over.title)
    if given.over.title and given.head.letter not in ("Es", "E"):
        words += f", for {given.over.title}"
    return Line(Math(given.head, sample), Math(given.body, sample), prose(words))


def _activations(network: Network) -> tuple[Block, ...]:
    groups: dict[Activation, list[str]] = {}
    for name in network.order:
        if not network.neuron[name].activation.group:
            groups.setdefault(network.neuron[name].activation, []).append(name)
    blocks: list[Block] = []
    for activation, names in groups.items():
        everywhere = len(groups) == 1 and len(names) == len(network.neurons)
        who = "every neuron" if everywhere else "the neurons "
        intro = prose("The activation function of ", who)
        intro += () if everywhere else (here("j", names),)
        given = ", ".join(f"{letter} = {n}" for letter, n in activation.parameters if n != 1)
        word = activation.name.replace("_", " ") + (f" with {given}" if given else "")
        note = " Here y stands for the value of the function." if _reads_y(activation) else ""
        blocks.append(Paragraph((*intro, *prose(f" is {word}.{note}")), keep=True))
        blocks.append(EquationLines(_activation_lines(activation)))
        if activation.kinks:
            at = ", ".join(str(kink.at) for kink in activation.kinks)
            blocks.append(
                Paragraph(prose(f"It has no slope at v = {at}; the results hold off that point."))
            )
        if is_python(activation.written):
            blocks.append(Fold("As it was written", (CodeBlock(activation.written),)))
    return tuple(blocks)


def _activation_lines(activation: Activation) -> tuple[Line, ...]:
    argument = Sign("v")
    lines = []
    own = drawn_source(activation.written)
    if own is not None:
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


def short(term: Term) -> Math:
    """A term as a formula without (n), for tables."""
    return Math(Drawn(latex_of(term).replace("(n)", ""), plain_of(term)))
