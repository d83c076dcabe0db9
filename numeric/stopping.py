"""Samples set aside to see when learning stops paying."""

from __future__ import annotations

import numpy as np

from numeric.samples import number
from numeric.sources import Source
from symbolic.errors import InputError


def held_out_of(
    source: Source, aside: Source | None, share: float, patience: int | None, seed: int
) -> tuple[Source, Source | None]:
    """What is learned from, and what is only watched: given outright, or a share drawn by the seed.

    Every sample that is watched counts the same.  Raises `InputError` for both at once, a share
    that leaves nothing, and patience without either.
    """
    if number(share, "validation_split") < 0 or share >= 1:
        raise InputError(f"validation_split must be at least 0 and less than 1, not {share}.")
    if not share:
        if aside is None and patience is not None:
            raise InputError("patience needs samples to watch: validation or validation_split.")
        return source, aside
    if aside is not None:
        raise InputError("Give validation or validation_split, not both.")
    count = round(share * source.count)
    if not 0 < count < source.count:
        raise InputError(
            f"validation_split = {share} of {source.count} samples sets {count} aside; at least "
            "one must be watched and one learned from."
        )
    mixed = np.random.default_rng((seed, 1)).permutation(source.count)
    chosen, rest = np.sort(mixed[:count]), np.sort(mixed[count:])
    learned = source.part(rest)
    if source.weights is not None:
        learned.weights = source.weights[rest] / source.weights[rest].mean()
    return learned, source.part(chosen)
