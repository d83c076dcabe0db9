"""A trained network leaves: ONNX answers as it does, PyTorch learns by its proved rule."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from test_validation import NETS

from numeric.export_torch import behind_neurons, torch_text
from numeric.lowering import lower
from numeric.preparation import Preparation
from numeric.trainer import Trainer
from numeric.validation import Agrees, validate
from reports.cli import main
from symbolic.network import Network
from symbolic.spec import open_network
from symbolic.topologies import random_dag, shorthand
from symbolic.verification import rule_of

EXAMPLES = Path(__file__).parent.parent / "examples"
KINDS: dict[str, Network] = {
    **{name: NETS[name] for name in ("layered", "softmax", "cross-entropy", "own cost", "all elu")},
    "ties and skips": random_dag(12, 50, 3, ties=0.3),
    **{
        name: open_network(EXAMPLES / f"{name}.toml")
        for name in ("partial", "elman", "experts", "rbf", "lstm")
    },
}


def trainer_of(name: str, dtype: str = "float64") -> Trainer:
    """A network with random weights."""
    draw = np.random.default_rng(1)
    trainer = Trainer(rule_of(KINDS[name]), dtype, backend="numpy")
    trainer.set_weights({weight: float(draw.normal()) * 0.5 for weight in trainer.weights})
    return trainer


def samples(network: Network) -> tuple[Any, Any]:
    draw = np.random.default_rng(2)
    X = draw.normal(size=(5, len(network.inputs)))
    D = draw.uniform(0.1, 0.9, size=(5, len(network.outputs)))
    return X, D / D.sum(axis=1, keepdims=True)


def loaded(text: str, folder: Path) -> Any:
    """The module of a written file."""
    path = folder / "exported.py"
    path.write_text(text, "utf-8")
    spec = importlib.util.spec_from_file_location("exported", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def answers(data: bytes, X: Any) -> Any:
    """What onnxruntime says."""
    runtime = pytest.importorskip("onnxruntime")
    session = runtime.InferenceSession(data, providers=["CPUExecutionProvider"])
    (found,) = session.run(None, {"X": X.astype(np.float32)})
    return found


@pytest.mark.parametrize("name", [*KINDS][::2])
def test_onnxruntime_answers_as_the_network_does(name: str) -> None:
    pytest.importorskip("onnx")
    from numeric.export_onnx import onnx_bytes

    trainer = trainer_of(name)
    X, _ = samples(trainer.network)
    data = onnx_bytes(trainer)
    assert np.abs(answers(data, X) - trainer.predict(X)).max() < 1e-6
    assert data == onnx_bytes(trainer)


@pytest.mark.parametrize("name", ["softmax", "experts"])
def test_the_cost_by_which_any_loss_comes_back_is_proved_and_audited(name: str) -> None:
    network = behind_neurons(KINDS[name])
    assert validate(lower(rule_of(network)), points=1) == Agrees(1)


def test_the_names_behind_the_inputs_are_new_ones() -> None:
    network = open_network(EXAMPLES / "skip.toml")
    again = behind_neurons(behind_neurons(network))
    assert len(again.neurons) == len(network.neurons) + 2 * len(network.inputs)
    long = Network(
        ("a" * 64, "b" + "a" * 63),
        network.neurons[:1],
        (network.neurons[0].name,),
        tuple(
            type(network.synapses[0])(network.neurons[0].name, i, f"w{n}")
            for n, i in enumerate(("a" * 64, "b" + "a" * 63))
        ),
        network.cost,
    )
    assert len({n.name for n in behind_neurons(long).neurons}) == 3


def test_the_text_calls_no_name_of_the_users() -> None:
    network = shorthand("2-2-1")
    named = Network(
        network.inputs,
        network.neurons,
        network.outputs,
        network.synapses,
        network.cost,
        name='"""\nimport os  # <WEIGHTS>',
    )
    text = torch_text(Trainer(rule_of(named), backend="numpy"))
    compile(text, "exported.py", "exec")
    assert "\nimport os" not in text
    assert not re.search(r"<[A-Z]+>", text.replace("<WEIGHTS>", "", 1))
    assert text == torch_text(Trainer(rule_of(named), backend="numpy"))


@pytest.mark.parametrize("name", KINDS)
def test_pytorch_gets_its_derivatives_from_the_rule(name: str, tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    trainer = trainer_of(name)
    module = loaded(torch_text(trainer), tmp_path)
    X, D = samples(trainer.network)
    network, given = module.Network(), torch.tensor(X, requires_grad=True)
    answered = network(given)
    assert answered.detach().numpy() == pytest.approx(trainer.predict(X), rel=1e-13, abs=1e-14)
    cost = network.cost(torch.tensor(X), torch.tensor(D))
    cost.backward()
    assert cost.item() == pytest.approx(trainer.cost(X, D), rel=1e-12)
    gradient = trainer.gradient(X, D)
    wanted = [-gradient[weight] for weight in module.NAMES]
    assert network.weight.grad.numpy() == pytest.approx(np.array(wanted), rel=1e-11, abs=1e-14)
    assert torch.autograd.gradcheck(
        lambda x, w: module.Signals.apply(x, w, network._rows()), (given, network.weight)
    )


def test_pytorch_trains_the_module_with_a_loss_of_its_own(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    trainer = trainer_of("layered", "float32")
    trainer.preparation = Preparation(means=(1.0, 2.0, 3.0), scales=(0.5, 1.0, 2.0))
    module = loaded(torch_text(trainer), tmp_path)
    X, D = (torch.tensor(table) for table in samples(trainer.network))
    network = module.Network()
    prepared = trainer.preparation.rows(X.numpy())
    assert network(X).detach().numpy() == pytest.approx(trainer.predict(prepared), abs=1e-6)
    optimiser = torch.optim.Adam(network.parameters(), lr=0.05)
    costs = []
    for _ in range(30):
        optimiser.zero_grad()
        loss = torch.nn.functional.l1_loss(network(X), D.float())
        loss.backward()
        optimiser.step()
        costs.append(loss.item())
    assert costs[-1] < costs[0] / 2
    assert set(network.named_weights()) == set(trainer.weights)


def test_the_command_exports_a_saved_model(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model, table = tmp_path / "model.npz", tmp_path / "xor.csv"
    table.write_text("a,b,c\n0,0,0\n0,50,1\n1,0,1\n1,50,0\n")
    train = ["train", "2-3-1", "--data", str(table), "--standardise", "--epochs", "5"]
    assert main([*train, "-o", str(model), "--backend", "numpy"]) == 0
    assert main(["export", str(model), "-o", str(tmp_path / "xor.py")]) == 0
    assert "class Network(torch.nn.Module)" in (tmp_path / "xor.py").read_text("utf-8")
    assert main(["export", str(model), "-o", str(tmp_path / "xor.pt")]) == 2
    assert main(["export", str(model)]) == 2
    said = capsys.readouterr().err
    assert "the endings known are .onnx, .py" in said
    assert "export needs -o" in said
    pytest.importorskip("onnx")
    assert main(["export", str(model), "-o", str(tmp_path / "xor.onnx")]) == 0
    X = np.array([[0.0, 0.0], [1.0, 50.0]])
    trainer = Trainer.load(model, "numpy")
    found = answers((tmp_path / "xor.onnx").read_bytes(), X)
    assert np.abs(found - trainer.predict(trainer.preparation.rows(X))).max() < 1e-6
