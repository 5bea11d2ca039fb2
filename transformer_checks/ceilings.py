"""Capacity C, richness B and what is retained, from the losses of all tasks after each (Experiments 2 and 3).

Forgetting of task t after T tasks is the rise of its loss since its own training ended. Capacity C(eps) is the largest
T after which no task is forgotten by more than eps nats (the proposal's definition); it is at least 1, and at most the
length of the sequence (then it is only known to be no less). A memory that consolidates now and then may break the
bound in between and keep it again afterwards: `unbroken` is the largest T up to which it was kept throughout. Richness
B is the mean fall of a task's loss in its own training over the first C tasks. Their product counts losses that rose
before they fell: a network that has learned other tasks starts from confident wrong answers. What is retained does
not: it is the information on all tasks that the network gives after T of them, against guessing among the values.
"""

from typing import NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray

Floats = NDArray[np.float64]

EPSILONS = (0.5, 1.0, 2.0, 4.0)
"""Forgetting allowed, in nats per fact; the middle of them is about half of what guessing among 64 values costs."""


class Ceiling(NamedTuple):
    """Capacity and richness of one system at one eps; every array has shape [seed].

    Attributes:
        capacity: C, tasks.
        unbroken: tasks up to which the bound was kept throughout.
        richness: B, nats per counted position.
        product: C times B times the facts of a task, in bits.
        censored: whether the bound was kept at the end of the sequence.
    """

    capacity: Floats
    unbroken: Floats
    richness: Floats
    product: Floats
    censored: NDArray[np.bool_]


def forgetting(data: xr.Dataset) -> Floats:
    """Forgetting in nats after T = 1, 2, ... tasks, shape [seed, T, task]; NaN for tasks not yet learned."""
    loss, learned = data["loss"].values.astype(np.float64), data["learned"].values.astype(np.float64)
    tasks = learned.shape[1]
    rise = loss[:, 1:] - learned[:, None, :]
    return np.where(np.arange(tasks) <= np.arange(tasks)[:, None], rise, np.nan)


def ceiling(data: xr.Dataset, eps: float) -> Ceiling:
    """Capacity and richness at forgetting up to `eps` nats.

    Raises:
        ValueError: `eps` not positive.
    """
    if not eps > 0:
        raise ValueError(f"eps must be a positive number of nats, got {eps!r}")
    rise = forgetting(data)
    tasks = rise.shape[1]
    later = np.arange(tasks) > np.arange(tasks)[:, None]
    kept = ((rise <= eps) | later).all(axis=2)  # a loss that is no number breaks the bound
    capacity = np.maximum((kept * np.arange(1, tasks + 1)).max(axis=1), 1).astype(np.float64)
    unbroken = np.maximum(np.cumprod(kept, axis=1).sum(axis=1), 1).astype(np.float64)
    loss, learned = data["loss"].values.astype(np.float64), data["learned"].values.astype(np.float64)
    order = np.arange(tasks)
    gained = loss[:, order, order] - learned
    counted = order < capacity[:, None]
    richness = (gained * counted).sum(axis=1) / capacity
    product = capacity * richness * data.attrs["facts"] / np.log(2)
    return Ceiling(capacity, unbroken, richness, product, kept[:, -1])


def retained(data: xr.Dataset) -> Floats:
    """Bits on all tasks learned so far that the network gives, after T = 1, 2, ... tasks; shape [seed, T].

    A fact counts `log2(values) - loss / ln 2` where the mean loss of its task is below that of guessing, and nothing
    elsewhere.
    """
    loss = data["loss"].values.astype(np.float64)[:, 1:]
    tasks = loss.shape[2]
    known = np.maximum(np.log(data.attrs["values"]) - loss, 0.0)
    known = np.where(np.arange(tasks) <= np.arange(tasks)[:, None], known, 0.0)
    return known.sum(axis=2) * data.attrs["facts"] / np.log(2)


def sparsity(data: xr.Dataset) -> Floats:
    """Measured activation sparsity, mean over all stages after the first task; shape [seed]."""
    return 1.0 - data["density"].values[:, 1:].astype(np.float64).mean(axis=1)
