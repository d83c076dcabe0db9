"""What a sample counts: s_ξ in 𝓔 = (1/N) Σ_ξ s_ξ Σ_j c(d_j, y_j), the mean of all s_ξ being 1."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numeric.sources import Source
from symbolic.errors import InputError

Array = NDArray[Any]
BALANCED = "balanced"


def weighted(
    source: Source,
    sample_weight: ArrayLike | None,
    class_weight: Mapping[int, float] | str | None,
    dtype: str,
) -> Source:
    """The samples that count, each with its weight over the mean weight.

    `class_weight` has the weight of each class by its number, or is "balanced": N / (K N_k) for
    the N_k samples of one of K classes.  A sample with the weight 0 is left out.
    """
    if sample_weight is None and class_weight is None:
        return source
    counts = np.ones(source.count)
    if sample_weight is not None:
        counts = checked(sample_weight, source.count)
    if class_weight is not None:
        counts = counts * _of_classes(_classes(source), class_weight)
    used = np.flatnonzero(counts)
    if not len(used):
        raise InputError("Every sample has the weight 0; nothing is left to learn from.")
    counts = counts[used]
    kept = source if len(used) == source.count else source.part(used)
    if (counts != counts[0]).any():
        kept.weights = (counts / counts.mean()).astype(dtype)
    return kept


def checked(given: ArrayLike, count: int) -> Array:
    """The weights of so many samples as numbers ≥ 0, or an `InputError`."""
    weights = np.asarray(given)
    if weights.shape != (count,) or weights.dtype.kind not in "biuf":
        raise InputError(
            f"sample_weight has the shape {weights.shape}; expected is one number for each of "
            f"the {count} samples."
        )
    wrong = ~(np.isfinite(weights) & (weights >= 0))
    if wrong.any():
        row = int(np.argmax(wrong))
        raise InputError(f"The weight of sample {row} must be ≥ 0 and finite, not {weights[row]}.")
    result: Array = weights.astype(np.float64)
    return result


def _classes(source: Source) -> Array:
    """The class of each sample: its largest target, or whether the one target is high."""
    pieces = (source.aims(slice(n, n + 4096)) for n in range(0, source.count, 4096))
    found = [aims.argmax(axis=0) if len(aims) > 1 else aims[0] for aims in pieces]
    classes: Array = np.concatenate(found)
    if classes.dtype.kind == "f":
        classes = (classes > (classes.min() + classes.max()) / 2).astype(np.intp)
    return classes


def _of_classes(classes: Array, given: Mapping[int, float] | str) -> Array:
    present, places, counts = np.unique(classes, return_inverse=True, return_counts=True)
    if given == BALANCED:
        share: Array = len(classes) / (len(present) * counts)
        return share[places]
    if isinstance(given, str):
        raise InputError(f"class_weight is a weight for each class or 'balanced', not {given!r}.")
    missing = [int(k) for k in present if int(k) not in given]
    if missing:
        raise InputError(f"class_weight has no weight for class {missing[0]}.")
    values = np.array([float(given[int(k)]) for k in present])
    if not (np.isfinite(values) & (values >= 0)).all():
        raise InputError("Every class weight must be ≥ 0 and finite.")
    return values[places]
