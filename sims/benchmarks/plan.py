"""What is measured, at the full scale and at a quick one that only shows that everything runs."""

from dataclasses import dataclass

from sims.benchmarks.case import OURS, Case
from sims.benchmarks.contestants import CONTESTANTS
from theory.mean_field import critical_point

LOAD = 0.9
"""Load of all cases, as a fraction of the capacity of k winners."""

TARGETS = {0.02: 12.0, 0.05: 10.0, 0.1: 6.0, 0.5: 1.5}
"""Wanted: how many times faster than the best of NumPy, SciPy and PyTorch, set-up included, at N = 10^4."""

TARGET_MKL, TARGET_TOTAL, TARGET_MEMORY = 4.0, 8.0, 3.0
"""Wanted: times faster than MKL; times faster from pattern generation on, a = 0.02; times leaner than the matrix."""


@dataclass(frozen=True)
class Series:
    """Cases of this repository's engine that differ in one size.

    Attributes:
        of: the size's name.
        expected: exponents that counting operations predicts for seconds and for memory.
        sizes: its values.
        cases: one each.
    """

    of: str
    expected: tuple[str, str]
    sizes: tuple[float | int, ...]
    cases: tuple[Case, ...]


@dataclass(frozen=True)
class Plan:
    """What is measured: races against all contestants, series for exponents, and the largest network.

    `memory` is how many bytes are read to measure the memory's rate: many times what caches hold, at full scale.
    """

    races: tuple[Case, ...]
    series: tuple[Series, ...]
    largest: Case | None
    memory: int


def capacity_case(contestant: str, neurons: int, activity: float, probes: int, repeats: int) -> Case:
    """A case at `LOAD`."""
    patterns = round(LOAD * critical_point(activity, retrieval="kwta").load * neurons)
    return Case(contestant, neurons, activity, patterns, probes, repeats)


def make_plan(quick: bool) -> Plan:
    """The plan of a scale."""
    neurons, probes, repeats = (400, 8, 1) if quick else (10_000, 64, 3)
    activities = (0.1, 0.5) if quick else tuple(TARGETS)
    races = tuple(capacity_case(name, neurons, a, probes, repeats) for a in activities for name in (OURS, *CONTESTANTS))
    scale = 400 if quick else 10_000
    base = Case(OURS, scale, 0.05, round(0.4 * scale), 16, repeats)

    def series(of: str, expected: tuple[str, str], factors: tuple[float | int, ...]) -> Series:
        values = [type(getattr(base, of))(getattr(base, of) * factor) for factor in factors]
        cases = []
        for value in values:
            fields = {**vars(base), of: value}
            if of == "neurons":
                fields["patterns"] = round(0.4 * value)
            cases.append(Case(**fields))
        return Series(of, expected, tuple(values), tuple(cases))

    return Plan(
        races=races,
        series=(
            series("neurons", ("2 for counting, 3 for new rows (p grows with N)", "2"), (0.5, 0.7, 1, 1.4, 2, 2.8, 4)),
            series("patterns", ("1", "1"), (0.25, 0.35, 0.5, 0.7, 1, 1.4, 2)),
            series("activity", ("1 for counting, 2 for new rows", "0"), (0.5, 0.7, 1, 1.4, 2, 2.8, 4)),
            series("probes", ("0 below 64, then 1, less rows that are shared", "below 1"), (0.5, 1, 2, 4, 8)),
        ),
        largest=None if quick else capacity_case(OURS, 100_000, 0.01, 32, 1),
        memory=2**24 if quick else 2**30,
    )
