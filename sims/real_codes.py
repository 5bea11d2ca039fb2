"""Interference of k-WTA codes of real images, beside the law of independent patterns of the same activity.

Images bundled with scikit-learn (1797 handwritten digits; patches of two photographs) are projected by a Gaussian
random matrix onto N units, and the k units with the largest fields fire (ties to the lowest index). Codes of one
projection are nested in k, so one sort gives them at every activity of the shared grid.
"""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import xarray as xr
from jaxtyping import Float64, Int64
from sklearn.datasets import load_digits, load_sample_images
from sklearn.feature_extraction.image import extract_patches_2d

from sims.harness.statistics import mean_interval, t_test
from theory.activity import CODING_LEVELS, active_units, check_count, check_neurons
from theory.interference import write_interference

Source = Literal["digits", "photographs"]

PATCH = 16
"""Side of a photograph's patch, in pixels."""


@dataclass(frozen=True)
class RealCodePoint:
    """Random-projection codes of one set of images.

    Attributes:
        source: which images.
        centred: whether the mean image is subtracted before projecting (otherwise all fields share its component).
        neurons: N.
        pairs: random pairs of different images, per projection.
        replicas: independent projections (and draws of pairs).
        seed: of the random numbers.

    Raises:
        ValueError: a field out of range.
    """

    source: Source
    centred: bool
    neurons: int
    pairs: int
    replicas: int
    seed: int

    def __post_init__(self) -> None:
        if self.source not in get_args(Source):
            raise ValueError(f"source must be one of {', '.join(get_args(Source))}, got {self.source!r}")
        check_neurons(self.neurons)
        check_count(self.pairs, "pairs")
        check_count(self.replicas, "replicas", minimum=2)
        check_count(self.seed, "seed", minimum=0)

    @property
    def label(self) -> str:
        """A readable name."""
        return f"{self.source},{'centred' if self.centred else 'raw'},N={self.neurons}"


def images(source: Source, seed: int) -> Float64[np.ndarray, "image pixel"]:
    """The images as rows of grey values in [0, 1]; for photographs 2000 random patches, half from each."""
    if source == "digits":
        return np.asarray(load_digits(return_X_y=True)[0], float) / 16
    photographs = [np.asarray(photo, float).mean(axis=2) / 255 for photo in load_sample_images().images]
    patches = [extract_patches_2d(photo, (PATCH, PATCH), max_patches=1000, random_state=seed) for photo in photographs]
    return np.concatenate(patches).reshape(-1, PATCH * PATCH)


def ranks(fields: Float64[np.ndarray, "image neuron"]) -> Int64[np.ndarray, "image neuron"]:
    """The rank of each unit's field within its image, 0 for the largest; equal fields in the order of the units.

    The k-WTA code of size k is `ranks < k`.
    """
    order = np.argsort(-fields, axis=1, kind="stable")
    position = np.empty_like(order)
    np.put_along_axis(position, order, np.arange(fields.shape[1])[None, :], axis=1)
    return position


def measure_real_codes(point: RealCodePoint) -> xr.Dataset:
    """Mean overlap and mean squared overlap per replica at every coding level of the shared activity grid.

    Returns:
        Variables `interference` (E n^2 / N^2) and `overlap` (E n / N), dims (replica, activity).
    """
    pixels = images(point.source, point.seed)
    if point.centred:
        pixels = pixels - pixels.mean(axis=0)
    sizes = [active_units(point.neurons, level) for level in CODING_LEVELS]
    seeds = np.random.SeedSequence(point.seed).generate_state(point.replicas)
    rows = [_replica(pixels, point, sizes, int(seed)) for seed in seeds]
    dims = ("replica", "activity")
    return xr.Dataset(
        {
            "interference": (dims, [row[0] for row in rows], {"long_name": "write interference", "units": "1"}),
            "overlap": (dims, [row[1] for row in rows], {"long_name": "mean overlap per unit", "units": "1"}),
        },
        coords={"activity": ("activity", list(CODING_LEVELS), {"long_name": "activity", "units": "1"})},
    )


def _replica(
    pixels: Float64[np.ndarray, "image pixel"], point: RealCodePoint, sizes: list[int], seed: int
) -> tuple[list[float], list[float]]:
    generator = np.random.default_rng(seed)
    rank = ranks(pixels @ generator.normal(size=(pixels.shape[1], point.neurons)))
    first = generator.integers(len(pixels), size=point.pairs)
    second = (first + generator.integers(1, len(pixels), size=point.pairs)) % len(pixels)  # never the same image
    worst = np.maximum(rank[first], rank[second])  # both fire exactly where the worse rank is below k
    overlaps = [np.count_nonzero(worst < size, axis=1).astype(float) for size in sizes]
    return (
        [float((each**2).mean()) / point.neurons**2 for each in overlaps],
        [float(each.mean()) / point.neurons for each in overlaps],
    )


def summarise_real_codes(points: tuple[RealCodePoint, ...], datasets: list[xr.Dataset]) -> xr.Dataset:
    """A table over (code, activity): measured interference with 95% intervals, and that of independent codes.

    `excess` is measured over independent, with its interval; `p_value` is of a two-sided t-test over replicas that
    they are equal.
    """
    names = ("interference", "interference_low", "interference_high", "independent", "p_value")
    table = {name: np.empty((len(points), len(CODING_LEVELS))) for name in names}
    for row, (point, data) in enumerate(zip(points, datasets, strict=True)):
        for column, level in enumerate(CODING_LEVELS):
            replicas = data["interference"].values[:, column]
            interval = mean_interval(replicas)
            independent = write_interference("fixed-size", point.neurons, level)
            p_value = t_test(replicas, independent)
            values = (interval.estimate, interval.low, interval.high, independent, p_value)
            for name, value in zip(names, values, strict=True):
                table[name][row, column] = value
    summary = xr.Dataset(
        {name: (("code", "activity"), values) for name, values in table.items()},
        coords={"code": [point.label for point in points], "activity": list(CODING_LEVELS)},
    )
    for suffix in ("", "_low", "_high"):
        summary[f"excess{suffix}"] = summary[f"interference{suffix}"] / summary["independent"]
    return summary
