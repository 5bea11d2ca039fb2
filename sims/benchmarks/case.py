"""One measurement, in a process of its own: `python -m sims.benchmarks.case '{...}'` prints the results as JSON."""

import dataclasses
import json
import resource
import subprocess
import sys
import time
from dataclasses import dataclass

import jax
import numpy as np

from sims.benchmarks.contestants import CONTESTANTS, settle
from sims.fields import draw_network
from sims.retrieval import retrieve
from theory.activity import active_units

OURS = "this repository"
"""The name of this repository's engine among the contestants."""


@dataclass(frozen=True)
class Case:
    """What is measured: probes started on stored patterns and run to their ends, k winners, fixed-size code.

    Attributes:
        contestant: who retrieves; `OURS` or a key of `CONTESTANTS`.
        neurons: N.
        activity: a.
        patterns: p.
        probes: how many.
        repeats: the fastest of so many runs counts.
    """

    contestant: str
    neurons: int
    activity: float
    patterns: int
    probes: int
    repeats: int


@dataclass(frozen=True)
class Measured:
    """Results of a case.

    Attributes:
        seconds: retrieval with its set-up.
        total: the same from the generation of patterns on.
        memory: largest resident memory above that after the imports, bytes.
        steps: mean steps of a probe.
        overlap: mean overlap of last states with their patterns.
    """

    seconds: float
    total: float
    memory: int
    steps: float
    overlap: float


def measure_apart(case: Case) -> Measured:
    """`measure` in a fresh process, so that neither memory nor threads of other cases count."""
    command = [sys.executable, "-m", "sims.benchmarks.case", json.dumps(dataclasses.asdict(case))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{case} failed: {done.stderr}")
    return Measured(**json.loads(done.stdout.splitlines()[-1]))


def measure(case: Case) -> Measured:
    """Measure a case; a small one is run before, so that no compilation is timed."""
    _run(dataclasses.replace(case, neurons=600, patterns=case.probes + 200), 0)
    at_start = _peak()
    runs = [_run(case, seed) for seed in range(case.repeats)]
    seconds, totals, steps, overlaps = zip(*runs, strict=True)
    return Measured(min(seconds), min(totals), _peak() - at_start, float(np.mean(steps)), float(np.mean(overlaps)))


def _run(case: Case, seed: int) -> tuple[float, float, float, float]:
    return _run_ours(case, seed) if case.contestant == OURS else _run_other(case, seed)


def _run_ours(case: Case, seed: int) -> tuple[float, float, float, float]:
    start = time.perf_counter()
    network = draw_network("fixed-size", case.neurons, case.activity, case.patterns, key=jax.random.key(seed))
    drawn = time.perf_counter()
    stored = network.stored(np.arange(case.probes))
    end = retrieve(network, stored, stored)
    now = time.perf_counter()
    return now - drawn, now - start, float(end.steps.mean()), float(end.overlap.mean())


def _run_other(case: Case, seed: int) -> tuple[float, float, float, float]:
    generator, active = np.random.default_rng(seed), active_units(case.neurons, case.activity)
    start = time.perf_counter()
    units = np.empty((case.patterns, active), np.int32)
    for row in units:
        row[:] = generator.choice(case.neurons, active, replace=False, shuffle=False)
    drawn = time.perf_counter()
    stored = np.zeros((case.probes, case.neurons), bool)
    np.put_along_axis(stored, units[: case.probes], True, axis=1)
    sums = CONTESTANTS[case.contestant][0](units, case.neurons)
    states, steps = settle(sums, np.bincount(units.ravel(), minlength=case.neurons), case.patterns, stored)
    now = time.perf_counter()
    misses = (stored & ~states).sum(axis=1)
    overlap = 1 - misses / active - (states & ~stored).sum(axis=1) / (case.neurons - active)
    return now - drawn, now - start, float(steps.mean()), float(overlap.mean())


def _peak() -> int:
    """Largest resident memory so far, bytes."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


if __name__ == "__main__":
    print(json.dumps(dataclasses.asdict(measure(Case(**json.loads(sys.argv[1]))))))
