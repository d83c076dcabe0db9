"""Training by a proved rule: a network, its weights, and what was learned."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numeric import saving
from numeric.backends import AUTO, BACKENDS, prepared
from numeric.checkpoints import Checkpoints, Keeper
from numeric.engine import QUIET, Engine, biases, spread
from numeric.history import History
from numeric.lowering import lower
from numeric.native.sharing import at_most
from numeric.optimisers import CHOICE as OPTIMISER
from numeric.optimisers import Memory, Optimiser, Sgd
from numeric.preparation import Preparation
from numeric.program import Program
from numeric.run import Callback, Progress, Run
from numeric.samples import inputs, number, one_hot, whole
from numeric.schedules import CHOICE as SCHEDULE
from numeric.schedules import Constant, Schedule
from numeric.settings import Settings, Update, optimiser_of
from numeric.sources import Given, Lazy, Source, mapped, source_of
from numeric.stepping import Stepper
from numeric.stopping import held_out_of
from numeric.weighting import weighted
from symbolic import spec
from symbolic.collecting import no_collecting
from symbolic.errors import InputError, did_you_mean
from symbolic.network import Network
from symbolic.rules import Rule

__all__ = ["History", "Trainer", "one_hot"]

Array = NDArray[Any]


class Trainer:
    """A network that learns by its proved rule.

    Before training, a weight w_ji is normal with mean 0 and variance 1/m, m the number of units
    other than the bias that j reads (LeCun; Haykin sect. 4.6); biases are 0; a shared weight takes
    the largest m of its uses.  The same seed gives the same weights and the same shuffling.  The
    program is compared with independent derivatives in exact arithmetic before it is used.  The
    backend is "native" (C, compiled when first needed), "numpy", "jax" (all devices that JAX sees,
    see `jax_backend.py`), or "auto": native where there is a compiler.

    `threads` is for compiled code and plain steps (no momentum, no other optimiser): at most so
    many, no more than there are processors, and one where more do not pay.  The numbers are the
    same.  NumPy's BLAS has threads of its own (`OMP_NUM_THREADS`).

    `preparation` says what a table goes through before it is X and D; it is saved with the weights
    and used by `proofprop predict`, not by the methods here.

    >>> from symbolic import rule_of, shorthand
    >>> trainer = Trainer(rule_of(shorthand("2-3-1:tanh")))
    >>> X, D = [[0, 0], [0, 1], [1, 0], [1, 1]], [-0.9, 0.9, 0.9, -0.9]
    >>> history = trainer.fit(X, D, epochs=2000, learning_rate=0.3, momentum=0.5)
    >>> (trainer.predict(X) > 0).ravel().tolist()
    [False, True, True, False]
    >>> Trainer("a rule")
    Traceback (most recent call last):
    TypeError: A Trainer is made from a Rule: Trainer(rule_of(network)).
    """

    def __init__(
        self,
        rule: Rule,
        dtype: str = "float64",
        seed: int = 0,
        backend: str = AUTO,
        threads: int = 1,
    ) -> None:
        if not isinstance(rule, Rule):
            raise TypeError("A Trainer is made from a Rule: Trainer(rule_of(network)).")
        if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
            raise InputError(f"The seed must be an integer ≥ 0, not {seed!r}.")
        self.rule, self.seed = rule, seed
        threads = at_most(whole(threads, "threads", 1))
        with no_collecting():
            self.program: Program = lower(rule, dtype)
            build = prepared(self.program, backend, threads)
        self._random = np.random.default_rng(seed)
        deviation = spread(self.program.layout)
        self._weights: Array = (self._random.standard_normal(len(deviation)) * deviation).astype(
            dtype
        )
        made_by = {module: name for name, module in BACKENDS.items()}
        made = getattr(build, "func", build)
        self.backend = made_by.get(made.__module__, backend)  # "auto" is one of them
        self._threads = threads
        self._engine = Engine(self.program, self._weights, build)
        self._weighted: Engine | None = None
        self.preparation = Preparation()
        self._optimiser: Optimiser = Sgd()
        self._memory = Memory(self._optimiser, self._weights)
        self._decays: Array = (~biases(self.program.layout)).astype(dtype)

    @property
    def network(self) -> Network:
        """The network the rule is proved for."""
        return self.rule.network

    @property
    def weights(self) -> dict[str, float]:
        """The weight of each name; `set_weights` changes them."""
        return dict(zip(self.program.layout.entry, self._weights.tolist(), strict=True))

    def set_weights(self, weights: Mapping[str, float]) -> None:
        """Set the named weights and leave the others; the optimiser's memory is cleared.

        Raises `InputError` for an unknown name or a value that is not finite; nothing is set then.
        """
        fresh, entry = self._weights.copy(), self.program.layout.entry
        for name, value in weights.items():
            if name not in entry:
                raise InputError(f"There is no weight {name!r}. {did_you_mean(name, entry)}")
            given = number(value, f"The weight {name!r}")
            with np.errstate(over="ignore"):
                fresh[entry[name]] = given
            if not np.isfinite(fresh[entry[name]]):
                raise InputError(f"The weight {name!r} is too large for {self.program.dtype}.")
        self._weights[:] = fresh
        self._memory.clear()
        self._engine.version += 1

    def fit(
        self,
        X: Given,
        D: Given,
        epochs: int,
        batch_size: int | None = None,
        learning_rate: float = 0.1,
        momentum: float = 0.0,
        shuffle: bool = True,
        validation: tuple[Given, Given] | None = None,
        progress: bool | None = None,
        goal: float | None = None,
        callback: Callback | Iterable[Callback] | None = None,
        *,
        optimiser: str | Optimiser | None = None,
        schedule: str | Schedule = Constant(),  # noqa: B008 - frozen
        warmup: float = 0.0,
        l2: float = 0.0,
        decay: float = 0.0,
        clip_value: float | None = None,
        clip_norm: float | None = None,
        sample_weight: ArrayLike | None = None,
        class_weight: Mapping[int, float] | str | None = None,
        validation_split: float = 0.0,
        patience: int | None = None,
        gain: float = 0.0,
        checkpoint: Checkpoints | str | os.PathLike[str] | None = None,
        resume: bool = False,
    ) -> History:
        """Learn by the proved gradient -∂𝓔/∂w = Σ_ξ δ_j y_i, the sum running over a batch.

        δ contains the 1/N of 𝓔.  `batch_size` None takes all samples at once, 1 is learning
        sample by sample.  `optimiser` and `schedule` are words such as "adam:beta1=0.95" and
        "cosine" (see `optimisers.py`, `schedules.py`); without an optimiser it is
        Δw(n) = momentum · Δw(n-1) + η Σ_ξ δ_j y_i.  What the other numbers do stands at
        `Settings`, what weights of samples and classes do in `weighting.py`.

        `validation` are samples that are not learned from, `validation_split` sets such a share
        of X and D aside.  With `patience` the run ends when their cost falls no more, and the
        best weights are restored.  It also ends where the cost of an epoch is at most `goal` or a
        `callback(epoch, history)` returns True.  The bar on stderr appears after two seconds on a
        terminal; `progress` True or False says so outright.  Samples in a mapped file
        (`numpy.load(…, mmap_mode="r")`) are read batch by batch.

        With a `checkpoint` the run is written to that file as it goes on.  `resume` goes on with
        what the file says, or begins where there is none: the result has the same bits as that of
        a run which never stopped, on the same machine and library versions.

        Raises `InputError` for samples or settings that cannot be used, and where the cost or a
        weight stops being finite: the weights are then the last good ones.
        """
        settings = Settings(
            epochs=epochs,
            batch_size=batch_size,
            learning_rate=learning_rate,
            optimiser=optimiser_of(optimiser, momentum),
            schedule=SCHEDULE.read(schedule),
            warmup=warmup,
            shuffle=shuffle,
            l2=l2,
            decay=decay,
            clip_value=clip_value,
            clip_norm=clip_norm,
            goal=goal,
            patience=patience,
            gain=gain,
        )
        source = weighted(self._source(X, D), sample_weight, class_weight, self.program.dtype)
        aside: Source | None = None if validation is None else self._source(*validation)
        source, aside = held_out_of(source, aside, validation_split, patience, self.seed)
        if callback is None or callable(callback):
            callback = () if callback is None else (callback,)
        update = self._updating(settings)
        self._engine.version += 1
        state, keeper = Progress(), None
        if checkpoint is not None:
            if not isinstance(checkpoint, Checkpoints):
                checkpoint = Checkpoints(checkpoint)
            identity = settings.as_data() | {
                "samples": source.fingerprint(),
                "watched": None if aside is None else aside.fingerprint(),
            }
            keeper = Keeper(checkpoint, identity, self._parts, self._places)
            found = keeper.begin(resume)
            if found is None:
                keeper.write(state)
            else:
                (about, vectors), state = found
                self._take(about, vectors, os.fspath(checkpoint.path))
                update = self._updating(settings)
        elif resume:
            raise InputError("resume needs the checkpoint that says how far the run is.")
        run = Run(
            self._engine if source.weights is None else self._weighted_engine(),
            source,
            aside,
            settings,
            update,
            self._random,
            state,
            tuple(callback),
            None if keeper is None else keeper.reached,
        )
        with nullcontext() if keeper is None else keeper.interrupts:
            return run.go(progress)

    def stepper(
        self,
        learning_rate: float = 0.1,
        momentum: float = 0.0,
        *,
        optimiser: str | Optimiser | None = None,
        l2: float = 0.0,
        decay: float = 0.0,
        clip_value: float | None = None,
        clip_norm: float | None = None,
    ) -> Stepper:
        """What makes one update for each call, `step(X, D)`, for a loop of one's own.

        The settings are those of `fit`.  A batch of 32 takes a few microseconds with compiled code.
        """
        settings = Settings(
            epochs=0,
            learning_rate=learning_rate,
            optimiser=optimiser_of(optimiser, momentum),
            l2=l2,
            decay=decay,
            clip_value=clip_value,
            clip_norm=clip_norm,
        )
        return Stepper(self._engine, settings, self._updating(settings), self._weighted_engine)

    def predict(self, X: Given) -> Array:
        """The outputs y for each row of X: [samples, outputs]."""
        if not isinstance(X, Lazy) and not mapped(X):
            return self._predicted(X)
        rows, step = X if isinstance(X, Lazy) else np.asarray(X), PREDICTED
        pieces = (slice(n, n + step) for n in range(0, max(1, len(rows)), step))
        parts = [self._predicted(rows[piece]) for piece in pieces]
        return np.concatenate(parts)

    def cost(self, X: Given, D: Given) -> float:
        """𝓔 = (1/N) Σ_ξ Σ_j c(d_j, y_j) at the present weights."""
        return self._engine.cost(self._source(X, D))

    def gradient(
        self, X: ArrayLike, D: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> dict[str, float]:
        """The direction of learning, -∂𝓔/∂w for each weight, by the proved rule with η = 1."""
        source = weighted(self._source(X, D), sample_weight, None, self.program.dtype)
        engine = self._engine if source.weights is None else self._weighted_engine()
        part = engine.machine(source.count)
        source.put(part, slice(0, source.count))
        with np.errstate(**QUIET):
            part.learn()
        return dict(zip(self.program.layout.entry, part.corrections.tolist(), strict=True))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write network, rule, weights, the optimiser's memory and the random state to one file."""
        saving.write(path, *self._parts())

    @staticmethod
    def load(path: str | os.PathLike[str], backend: str = AUTO) -> Trainer:
        """The saved trainer; the rule of its network is proved anew.

        Raises `InputError` where the file is not one that `save` wrote.
        """
        about, vectors = saving.read(path)
        return _made(about, vectors, os.fspath(path), backend)

    def __reduce__(self) -> tuple[Any, ...]:
        """A pickle holds what `save` writes: whoever reads it proves the rule anew."""
        return _made, (*self._parts(), "a pickle", self.backend)

    # parts ------------------------------------------------------------------------------------

    def _updating(self, settings: Settings) -> Update:
        """The updates of a run, with the memory of the last one if its optimiser was the same."""
        if type(settings.optimiser) is not self._memory.kind:
            self._memory = Memory(settings.optimiser, self._weights)
        self._optimiser = settings.optimiser
        return Update(settings, self._weights, self._memory, self._decays)

    def _source(self, X: Given, D: Given) -> Source:
        return source_of(X, D, self.network, self.program.dtype, self._engine.order)

    def _weighted_engine(self) -> Engine:
        """The engine of the program in which each sample has a weight."""
        if self._weighted is None:
            program = lower(self.rule, self.program.dtype, weighted=True)
            build = prepared(program, self.backend, self._threads)
            self._weighted = Engine(program, self._weights, build)
        return self._weighted

    def _predicted(self, X: ArrayLike) -> Array:
        y, _ = self._engine.outputs(inputs(X, self.network, self.program.dtype).T)
        table = np.empty(y.shape[::-1], y.dtype)
        table[:, self._engine.order] = y.T
        return table

    def _parts(self) -> tuple[dict[str, Any], dict[str, Array]]:
        """What a file holds: all that is not a vector, and the vectors by name."""
        about = {
            "network": self._texts[0],
            "rule": self._texts[1],
            "backend": self.backend,
            "dtype": self.program.dtype,
            "seed": self.seed,
            "random": self._random.bit_generator.state,
            "optimiser": OPTIMISER.write(self._optimiser),
            "steps": self._memory.steps,
            "preparation": self.preparation.as_data(),
        }
        places = self._places
        vectors = {"weights": self._weights[places]}
        for name, vector in self._memory.vectors.items():
            vectors[f"memory.{name}"] = vector[places]
        return about, vectors

    def _take(self, about: Mapping[str, Any], vectors: Mapping[str, Array], shown: str) -> None:
        """Take over what `_parts` gave; raises `InputError` where it does not fit."""
        with saving.damaged(shown):
            optimiser = OPTIMISER.read(about["optimiser"])
            memory = Memory(optimiser, self._weights)
            for mine, name in (
                (self._weights, "weights"),
                *((vector, f"memory.{name}") for name, vector in memory.vectors.items()),
            ):
                theirs = vectors[name]
                if theirs.dtype != mine.dtype or theirs.shape != mine.shape:
                    raise ValueError("the weights do not fit the network")
                if not np.isfinite(theirs).all():
                    raise ValueError("the weights are not whole")
                mine[self._places] = theirs
            memory.steps = int(about["steps"])
            preparation = Preparation.of(about["preparation"])
            self._random.bit_generator.state = about["random"]
        self._optimiser, self._memory, self.preparation = optimiser, memory, preparation

    @cached_property
    def _places(self) -> Array:
        """The entries of the weights in the order of their names."""
        entry = self.program.layout.entry
        return np.array([entry[name] for name in sorted(entry)], np.intp)

    @cached_property
    def _texts(self) -> tuple[str, str]:
        """The network and the rule as a file holds them."""
        return spec.write(self.network), saving.rule_text(self.rule)


PREDICTED = 1 << 12
"""Rows of a mapped file that are predicted at once."""


def _made(
    about: Mapping[str, Any], vectors: Mapping[str, Array], shown: str, backend: str
) -> Trainer:
    """A trainer from its parts, its rule proved anew."""
    rule = saving.proved_again(about, shown)
    with saving.damaged(shown):
        trainer = Trainer(rule, about["dtype"], about["seed"], backend)
    trainer._take(about, vectors, shown)
    return trainer
