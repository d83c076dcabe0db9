"""A run goes on bit by bit after any end, and a file that is not its own is refused."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from kill_me import run

from numeric import saving
from numeric.checkpoints import Checkpoints
from numeric.trainer import Trainer
from symbolic.errors import InputError
from symbolic.proof import KernelDisagreementError
from symbolic.rules import Rule
from symbolic.topologies import shorthand
from symbolic.verification import prove, rule_of

HERE = Path(__file__).parent
X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
D = np.array([0, 1, 1, 0])
RULE = rule_of(shorthand("2-3-1"))


class StopError(Exception):
    """Raised in a callback, as a power cut would be."""


def stopped_at(epoch: int) -> Any:
    def stop(now: int, history: object) -> None:
        if now == epoch:
            raise StopError

    return stop


def test_a_run_that_is_cut_and_resumed_twice_has_the_bits_of_one_that_was_not(tmp_path):
    whole, history = run(5, 6)
    seen: list[int] = []
    for epoch in (2, 4):
        with pytest.raises(StopError):
            run(
                5,
                6,
                checkpoint=Checkpoints(tmp_path / "run.npz", epochs=1, seconds=None),
                resume=True,
                callback=[lambda now, _: seen.append(now), stopped_at(epoch)],
            )
    trainer, again = run(
        5,
        6,
        checkpoint=tmp_path / "run.npz",
        resume=True,
        callback=lambda now, _: seen.append(now),
    )
    assert seen == [1, 2, 2, 3, 4, 4, 5, 6]
    assert again == history
    assert trainer.weights == whole.weights
    assert [path.name for path in tmp_path.iterdir()] == ["run.npz"]


@pytest.mark.parametrize("word", ["sgd", "nesterov", "rmsprop", "rprop"])
def test_every_optimiser_and_plain_descent_go_on_bit_by_bit(word, tmp_path):
    def go(**more: Any) -> dict[str, float]:
        trainer = Trainer(RULE, seed=2)
        trainer.fit(X, D, 7, 3, 0.1, optimiser=word, **more)
        return trainer.weights

    keep = Checkpoints(tmp_path / "run.npz", epochs=3, seconds=None)
    with pytest.raises(StopError):
        go(checkpoint=keep, callback=stopped_at(5))
    assert go(checkpoint=keep, resume=True) == go()


def test_a_run_that_was_over_is_over_and_more_epochs_go_on(tmp_path):
    path = tmp_path / "run.npz"

    def go(epochs: int, **more: Any) -> tuple[dict[str, float], Any]:
        trainer = Trainer(RULE, seed=2)
        history = trainer.fit(X, D, epochs, 2, 0.1, validation=(X, D), patience=50, **more)
        return trainer.weights, history

    assert go(4, checkpoint=path) == go(4, checkpoint=path, resume=True) == go(4)
    assert go(9, checkpoint=path, resume=True) == go(9)
    with pytest.raises(InputError, match="earlier run; resume it, or remove the file"):
        go(4, checkpoint=path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"learning_rate": 0.2}, "there learning_rate is 0.1, here it is 0.2"),
        ({"optimiser": "adam"}, "there optimiser is 'sgd', here it is 'adam:beta1=0.9"),
        ({"batch_size": 3}, "batch_size"),
        ({"sample_weight": [1, 2, 3, 4]}, "what is learned from is not the same"),
        ({"validation": (X, D)}, "what is set aside is not the same"),
    ],
)
def test_a_checkpoint_of_another_run_is_refused_and_stays(change, message, tmp_path):
    path = tmp_path / "run.npz"
    Trainer(RULE).fit(X, D, 2, 2, checkpoint=path)
    before = path.read_bytes()
    settings = {"batch_size": 2, **change}
    with pytest.raises(InputError, match="another run") as error:
        Trainer(RULE).fit(X, D, 2, checkpoint=path, resume=True, **settings)
    assert message in str(error.value)
    assert path.read_bytes() == before


def test_another_network_seed_or_precision_is_another_run(tmp_path):
    path = tmp_path / "run.npz"
    Trainer(RULE).fit(X, D, 2, checkpoint=path)
    for other, message in (
        (Trainer(RULE, seed=1), "there seed is 0, here it is 1"),
        (Trainer(RULE, "float32"), "dtype"),
        (Trainer(rule_of(shorthand("2-2-1"))), "the network is not the same"),
    ):
        with pytest.raises(InputError, match=message):
            other.fit(X, D, 2, checkpoint=path, resume=True)
    Trainer(RULE).save(tmp_path / "model.npz")
    with pytest.raises(InputError, match="a saved trainer and no checkpoint"):
        Trainer(RULE).fit(X, D, 2, checkpoint=tmp_path / "model.npz", resume=True)
    with pytest.raises(InputError, match="resume needs the checkpoint"):
        Trainer(RULE).fit(X, D, 2, resume=True)


def test_numbers_that_are_lost_leave_the_last_good_checkpoint(tmp_path):
    path = tmp_path / "run.npz"
    trainer = Trainer(rule_of(shorthand("1-1:identity")))
    keep = Checkpoints(path, epochs=1, seconds=0)
    with pytest.raises(InputError, match="diverged"):
        trainer.fit([[3.0], [-2.0]], [1.0, 2.0], 2000, learning_rate=9.0, checkpoint=keep)
    assert Trainer.load(path).weights == trainer.weights


def test_a_claimed_rule_is_in_the_file_and_proved_again(tmp_path):
    net = shorthand("2-2-1")
    claimed = (
        "delta[j] = phi'[j](v[j]) * e[j] / N for output j\n"
        "delta[j] = sum(k, w[k,j] * delta[k]) * phi'[j](v[j]) for hidden j\n"
        "dw[j,i] = eta * sum(xi, y[i] * delta[j])"
    )
    rule = Rule(prove(net, claimed).theorem())
    path = tmp_path / "model.npz"
    Trainer(rule).save(path)
    assert Trainer.load(path).rule.theorem.statement == rule.theorem.statement
    about, vectors = saving.read(path)
    derivation = json.loads(about["rule"])
    assert derivation["steps"]
    turned = about["rule"].replace('"delta"', '"v"', 1)
    saving.write(path, {**about, "rule": turned}, vectors)
    with pytest.raises(InputError, match="no saved trainer"):
        Trainer.load(path)
    wrong = prove(net, claimed.replace("eta *", "2 * eta *")).derivation
    saving.write(path, {**about, "rule": saving.archive.dumps(wrong)}, vectors)
    with pytest.raises(InputError, match="every step is proved"):
        Trainer.load(path)


def test_any_changed_byte_is_refused_or_changes_nothing(tmp_path):
    path = tmp_path / "run.npz"
    trainer = Trainer(RULE)
    trainer.fit(X, D, 2, 2, optimiser="adam", checkpoint=path)
    whole = path.read_bytes()
    state = saving.read(path)
    draw = random.Random(0)
    refused = 0
    for _ in range(150):
        changed = bytearray(whole)
        changed[draw.randrange(len(whole))] ^= 1 << draw.randrange(8)
        path.write_bytes(bytes(changed))
        try:
            found = saving.read(path)
        except InputError:
            refused += 1
            continue
        assert found[0] == state[0]
        assert all(np.array_equal(found[1][name], state[1][name]) for name in state[1])
    assert refused > 100
    for cut in range(0, len(whole), 97):
        path.write_bytes(whole[:cut])
        with pytest.raises(InputError, match="no saved trainer"):
            Trainer(RULE).fit(X, D, 2, 2, optimiser="adam", checkpoint=path, resume=True)


def test_another_version_and_a_pickle_are_refused(tmp_path):
    path = tmp_path / "model.npz"
    Trainer(RULE).save(path)
    about, vectors = saving.read(path)
    saving.write(path, {**about, "version": 99}, vectors)
    with pytest.raises(InputError, match="its version is 99, this program reads"):
        Trainer.load(path)
    np.savez(path, about=np.array([{}], dtype=object), checksum=np.array("x"))
    with pytest.raises(InputError, match="no saved trainer"):
        Trainer.load(path)


def test_a_bug_of_the_kernel_is_never_taken_for_a_damaged_file(tmp_path, monkeypatch):
    path = tmp_path / "model.npz"
    Trainer(RULE).save(path)

    def contradicted(*_: object) -> None:
        raise KernelDisagreementError("bug")

    monkeypatch.setattr(saving, "rule_of", contradicted)
    with pytest.raises(KernelDisagreementError):
        Trainer.load(path)


def test_a_folder_that_cannot_be_written_is_refused_before_training(tmp_path):
    trainer = Trainer(RULE)
    before = trainer.weights
    with pytest.raises(InputError, match="Cannot write here"):
        trainer.fit(X, D, 2, checkpoint=tmp_path / "none" / "run.npz")
    assert trainer.weights == before


def test_a_failed_write_leaves_the_checkpoint_before_it(tmp_path, monkeypatch):
    path = tmp_path / "run.npz"
    trainer = Trainer(RULE)
    trainer.fit(X, D, 2, checkpoint=path)
    before = path.read_bytes()

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError, match="No space left"):
        Trainer(RULE).fit(X, D, 5, checkpoint=path, resume=True)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["run.npz"]


@pytest.fixture
def keyboard():
    """Ctrl-C as in a terminal: what a shell runs in the background ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("keyboard")
def test_ctrl_c_is_put_off_until_the_run_is_written_down(tmp_path):
    path = tmp_path / "run.npz"
    keep = Checkpoints(path, epochs=None, seconds=None)

    def interrupt(epoch: int, history: object) -> None:
        if epoch == 3:
            signal.raise_signal(signal.SIGINT)

    trainer = Trainer(RULE, seed=2)
    with pytest.raises(KeyboardInterrupt):
        trainer.fit(X, D, 8, 2, checkpoint=keep, callback=interrupt)
    assert saving.read(path)[0]["run"]["epoch"] == 3
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    trainer, whole = Trainer(RULE, seed=2), Trainer(RULE, seed=2)
    assert trainer.fit(X, D, 8, 2, checkpoint=keep, resume=True) == whole.fit(X, D, 8, 2)
    assert trainer.weights == whole.weights


KNOWN = {"run.npz", ".run.npz.tmp", "half.npz", "end.npz"}


def killed_at_random(folder: Path, kills: int, epochs: int, longest: float) -> None:
    """Stop runs by kill -9, SIGTERM and Ctrl-C, go on each time, and compare every end."""
    draw = random.Random(1)
    done, seed, compared, reached, inside = 0, 0, 0, (0, 0), 0
    end = folder / "end.npz"
    while done < kills or not end.exists():
        command = [sys.executable, str(HERE / "kill_me.py"), str(folder), str(seed), str(epochs)]
        places = {"PYTHONPATH": os.pathsep.join((str(HERE.parent), str(HERE)))}
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, **places}
        )
        with process:
            assert process.stdout.readline() == b"ready\n", process.stderr.read().decode()
            if done < kills:
                time.sleep(draw.uniform(0, longest))
                process.send_signal(draw.choice((signal.SIGKILL, signal.SIGTERM, signal.SIGINT)))
            told = process.communicate()[1].decode()
        if process.returncode != 0:
            done += 1
            assert "KeyboardInterrupt" in told or not told, told
            assert {p.name for p in folder.iterdir()} <= KNOWN
            if (folder / "run.npz").exists():
                now = saving.read(folder / "run.npz")[0]["run"]
                assert reached <= (now["epoch"], now["position"]), "it did not go on"
                if reached == (now["epoch"], now["position"]):  # a busy machine needs longer
                    longest = min(5.0, 1.2 * longest)
                reached = now["epoch"], now["position"]
                inside += now["position"] > 0
        if end.exists():
            trainer, history = run(seed, epochs)
            with np.load(end) as found:
                assert found["weights"].tolist() == list(trainer.weights.values())
                for name, values in vars(history).items():
                    assert found[name].tolist() == values, name
            compared += 1
            if done < kills:
                seed, reached = seed + 1, (0, 0)
                for path in folder.iterdir():
                    path.unlink()
    assert compared
    assert inside or kills < 50, "no run was stopped inside an epoch"  # a few may all miss it


@pytest.mark.skipif(os.name == "nt", reason="Windows has no kill -9")
def test_a_run_killed_at_random_moments_ends_with_the_same_bits(tmp_path):
    killed_at_random(tmp_path, 3, 12, 0.25)


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows has no kill -9")
def test_a_run_killed_a_hundred_times_ends_with_the_same_bits(tmp_path):
    killed_at_random(tmp_path, 100, 60, 0.4)
