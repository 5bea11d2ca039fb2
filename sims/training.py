"""How long the perceptron rule takes to fill a dense zone, from nothing, as the load goes to its limit of 2.

The rule ends if a solution exists, after a number of errors bounded by the inverse square of the best margin
(Rosenblatt 1962, Novikoff 1962). The best margin of random items falls linearly in 2 - load near the limit (Gardner
1988), so epochs are expected to grow about as `(2 - load)^-2`.

Bits per synapse say little unless a synapse has finite precision: the weights learnt are also rounded to a few bits
each, and asked again.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from jaxtyping import Float

from sims.codes import KeyGenerator, random_bits
from sims.harness.statistics import mean_interval
from sims.replicas import interval_columns, replica_seed, rows_table
from sims.slow_zone import train
from theory.activity import check_count

PRECISIONS = tuple(range(1, 11))
"""Bits a weight is rounded to."""

_VALUES, _KEYS = 0, 1


@dataclass(frozen=True)
class TrainingPoint:
    """A zone trained on random items, all at once.

    Attributes:
        neurons: key units.
        outputs: units trained side by side; the zone is learnt when the slowest of them is.
        load: items per key unit.
        max_epochs: after which training is given up.
        replicas: independent zones.
        seed: of the random numbers.

    Raises:
        ValueError: a field out of range.
    """

    neurons: int
    outputs: int
    load: float
    max_epochs: int = 20_000
    replicas: int = 4
    seed: int = 0

    def __post_init__(self) -> None:
        check_count(self.neurons, "neurons")
        check_count(self.outputs, "outputs")
        check_count(self.max_epochs, "max_epochs")
        check_count(self.replicas, "replicas", minimum=2)
        check_count(self.seed, "seed", minimum=0)
        if not 1 <= self.load * self.neurons < 2 * self.neurons:
            raise ValueError(f"load must give at least one item and lie below 2, got {self.load!r}")

    @property
    def label(self) -> str:
        """A readable name."""
        return f"N={self.neurons},outputs={self.outputs},load={self.load:g}"


def rounded(weights: Float[np.ndarray, "output unit"], bits: int) -> Float[np.ndarray, "output unit"]:
    """Weights rounded to `2^bits` evenly spaced values, for each output from its lowest weight to its highest."""
    low, high = weights.min(axis=1, keepdims=True), weights.max(axis=1, keepdims=True)
    step = np.maximum(high - low, 1e-300) / (2**bits - 1)
    return low + step * np.round((weights - low) / step)


def measure_training(point: TrainingPoint) -> xr.Dataset:
    """Train every replica.

    Returns:
        `epochs` and `converged` (replica); `rounded_bit_error` (replica, precision): wrong bits per bit once weights
        are rounded to so many bits.
    """
    items = int(point.load * point.neurons)
    epochs, converged, errors = [], [], []
    for replica in range(point.replicas):
        seed = replica_seed(point.seed, point.label, replica)
        keys = KeyGenerator(point.neurons, 2, seed, _KEYS).patterns(0, items)
        targets = 2.0 * random_bits(seed, _VALUES, 0, items, point.outputs) - 1
        result = train(np.zeros((point.outputs, point.neurons)), keys, targets, point.max_epochs)
        epochs.append(result.epochs)
        converged.append(result.converged)
        errors.append([((keys @ rounded(result.weights, each).T > 0) != (targets > 0)).mean() for each in PRECISIONS])
    return xr.Dataset(
        {
            "epochs": ("replica", epochs, {"long_name": "presentations of every item", "units": "epochs"}),
            "converged": ("replica", converged, {"long_name": "every item was learnt"}),
            "rounded_bit_error": (("replica", "precision"), errors, {"units": "wrong bits per bit"}),
        },
        coords={"precision": ("precision", list(PRECISIONS), {"units": "bits per weight"})},
    )


def summarise_training(points: Sequence[TrainingPoint], datasets: Sequence[xr.Dataset]) -> xr.Dataset:
    """One row per point: epochs with a t-interval over replicas, how many converged, and seconds if recorded."""
    rows = [
        {
            "label": point.label,
            "size": point.neurons,
            "outputs": point.outputs,
            "load": point.load,
            **interval_columns("epochs", mean_interval(data["epochs"].values)),
            "scaled_epochs": float(data["epochs"].values.mean()) * (2 - point.load) ** 2,
            "converged": int(data["converged"].values.sum()),
            "replicas": point.replicas,
            "seconds": float(data.attrs.get("seconds", float("nan"))),
        }
        for point, data in zip(points, datasets, strict=True)
    ]
    return rows_table(rows)


def summarise_precision(points: Sequence[TrainingPoint], datasets: Sequence[xr.Dataset]) -> xr.Dataset:
    """`bit_error` with its t interval over (point, precision), for points trained to no error."""
    tables: list[xr.Dataset] = []
    for point, data in zip(points, datasets, strict=True):
        rows = [interval_columns("bit_error", mean_interval(each)) for each in data["rounded_bit_error"].values.T]
        columns = {name: ("precision", [row[name] for row in rows]) for name in rows[0]}
        tables.append(xr.Dataset({**columns, "load": point.load, "size": point.neurons, "replicas": point.replicas}))
    return xr.concat(tables, dim="point").assign_coords(precision=datasets[0]["precision"])
