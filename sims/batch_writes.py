"""Does writing items as a batch escape interference, as the proposal has it? The weights after either way, compared.

Patterns are whole numbers (`sims.codes`), so that sums are exact in any order and any difference is real.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from sims.codes import KeyGenerator, ValueCode, random_bits
from sims.replicas import replica_seed, rows_table
from sims.zones import Zone
from theory.activity import check_count

_VALUES, _KEYS, _ORDER = 0, 1, 2


@dataclass(frozen=True)
class BatchPoint:
    """The same items written into equal zones: one by one, in another order, in two batches, and all at once.

    Attributes:
        activity: of the values, 1/2, 1/4, 1/8, ...
        neurons: key units.
        item_bits: b.
        items: how many are written.
        replicas: independent zones.
        seed: of the random numbers.

    Raises:
        ValueError: a field out of range, or items that the code cannot carry.
    """

    activity: float
    neurons: int
    item_bits: int
    items: int
    replicas: int = 4
    seed: int = 0

    def __post_init__(self) -> None:
        ValueCode(self.activity, self.item_bits)
        check_count(self.neurons, "neurons")
        check_count(self.items, "items", minimum=2)
        check_count(self.replicas, "replicas", minimum=2)
        check_count(self.seed, "seed", minimum=0)

    @property
    def label(self) -> str:
        """A readable name."""
        return f"a={self.activity:g},N={self.neurons},items={self.items}"


def measure_batch(point: BatchPoint) -> xr.Dataset:
    """Compare the ways of writing in every replica.

    Returns:
        `weight_difference` (replica, way): the largest difference of any weight from that of one batch;
        `weight_size` (replica): the largest weight, which says what a difference would have to be compared with.
    """
    ways = ("one by one", "another order", "two batches")
    differences, sizes = [], []
    for replica in range(point.replicas):
        seed = replica_seed(point.seed, point.label, replica)
        bits = random_bits(seed, _VALUES, 0, point.items, point.item_bits)
        empty = Zone.empty(ValueCode(point.activity, point.item_bits), KeyGenerator(point.neurons, 2, seed, _KEYS))
        batch = empty.write(0, bits).weights
        orders = (range(point.items), np.random.default_rng([seed, _ORDER]).permutation(point.items))
        written = []
        for order in orders:
            zone = empty
            for item in order:
                zone = zone.write(int(item), bits[item : item + 1])
            written.append(zone.weights)
        half = point.items // 2
        written.append(empty.write(0, bits[:half]).write(half, bits[half:]).weights)
        differences.append([float(np.abs(weights - batch).max()) for weights in written])
        sizes.append(float(np.abs(batch).max()))
    return xr.Dataset(
        {"weight_difference": (("replica", "way"), differences), "weight_size": ("replica", sizes)},
        coords={"way": list(ways)},
    )


def summarise_batch(points: Sequence[BatchPoint], datasets: Sequence[xr.Dataset]) -> xr.Dataset:
    """One row per point: the largest `weight_difference` over replicas and ways, beside the largest weight."""
    return rows_table(
        [
            {
                "label": point.label,
                "activity": point.activity,
                "size": point.neurons,
                "items": point.items,
                "weight_difference": float(data["weight_difference"].max()),
                "weight_size": float(data["weight_size"].max()),
                "replicas": point.replicas,
            }
            for point, data in zip(points, datasets, strict=True)
        ]
    )
