"""Made-up runs of many tasks, summarised as real ones are."""

from typing import Any

import numpy as np
import xarray as xr

from paper.exp2 import METHODS
from theory.activity import ACTIVITY_GRID
from transformer_checks.consolidation import Consolidation
from transformer_checks.exp2 import MIXTURES, SINGLE
from transformer_checks.exp3 import dual_systems
from transformer_checks.long_sequences import LongPoint
from transformer_checks.regimes import long_facts, long_protocol

FACTS, VALUES = 64, 64


def run(tasks, rate, sparsity, seeds=3, worst=6.0, base=6.0, seed=0):
    """A run whose tasks are forgotten exponentially, towards `worst` nats at `rate` a task, with noise over seeds."""
    rng = np.random.default_rng(seed)
    age = np.arange(tasks + 1)[:, None] - np.arange(1, tasks + 1)  # [stage, task]; negative: not learned yet
    rates = rate * rng.uniform(0.9, 1.1, (seeds, 1, 1))
    rise = worst * (1 - np.exp(-rates * np.maximum(age, 0)))
    loss = np.where(age < 0, base * rng.uniform(0.95, 1.05, (seeds, 1, tasks)), 0.05 + rise)
    return xr.Dataset(
        {
            "loss": (("seed", "stage", "task"), loss),
            "accuracy": (("seed", "stage", "task"), np.where(age < 0, 1 / VALUES, np.exp(-rise))),
            "learned": (("seed", "task"), np.full((seeds, tasks), 0.05)),
            "density": (("seed", "stage"), np.full((seeds, tasks + 1), 1 - sparsity)),
        },
        attrs={"facts": FACTS, "values": VALUES, "parameters": 100_000},
    )


def experiment2(tasks=50, methods=(*METHODS, *MIXTURES), l1=(0.03, 0.3, 3.0), levels=ACTIVITY_GRID, **options):
    """Points and runs of a sweep and of methods; the last method forgets nothing."""
    network = (long_facts(tasks), long_protocol(tasks))
    points, runs = [], []
    for kind, chosen in (("kwta", levels), ("l1", l1)):
        for place, level in enumerate(chosen):
            points.append(LongPoint(SINGLE, *network, kind, (level,)))
            density = min(level, 0.5) if kind == "kwta" else 0.4 / (1 + level)
            runs.append(run(tasks, 0.1 + 0.05 * place, 1 - density, seed=place, **options))
    for place, name in enumerate(methods):
        how: Any = {"mixture": MIXTURES[name]} if name in MIXTURES else {"method": name}
        points.append(LongPoint(name, *network, "kwta", (1.0,), **how))
        rate = 0.0 if place == len(methods) - 1 else 0.3 / (place + 1)
        runs.append(run(tasks, rate, 0.5, seed=10 + place, **options))
    return points, runs


def experiment3(tasks=20, replay=16, interval=2, only=None):
    """Points and runs of the dual system and of its controls; rehearsal forgets nothing."""
    plan = Consolidation(fast=(1,), interval=interval, replay=replay)
    points = dual_systems(long_facts(tasks), long_protocol(tasks), plan, depth=2)
    points = [point for point in points if only is None or point.system in only]
    rates = [0.0 if "rehearsal" in point.system else 0.1 + 0.03 * place for place, point in enumerate(points)]
    return points, [run(tasks, rate, 0.5, seed=place) for place, rate in enumerate(rates)]
