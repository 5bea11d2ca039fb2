"""`python -m sims.benchmarks [--quick] [--out FOLDER]`: measure, and write the report."""

import argparse
from pathlib import Path

from sims.benchmarks.case import OURS, Case, Measured, measure, measure_apart
from sims.benchmarks.contestants import installed
from sims.benchmarks.growth import Exponent, fit
from sims.benchmarks.limits import measure_limits
from sims.benchmarks.plan import make_plan
from sims.benchmarks.report import Results, markdown, write_report


def run(quick: bool, folder: Path) -> None:
    """Measure everything of a scale and write the report; contestants not installed are skipped with a note."""
    plan = make_plan(quick)
    missing = {case.contestant for case in plan.races if case.contestant != OURS and not installed(case.contestant)}
    for name in sorted(missing):
        print(f"{name} is skipped: its package is not installed (requirements/bench.txt)")
    races = [_measured(case, quick) for case in plan.races if case.contestant not in missing]
    limits = measure_limits([case for case in plan.races if case.contestant == OURS], plan.memory)
    growth: list[Exponent] = []
    for series in plan.series:
        found = [_measured(case, quick)[1] for case in series.cases]
        seconds, memory = [each.seconds for each in found], [max(1.0, each.memory) for each in found]
        growth.append(fit("seconds", series.of, series.sizes, seconds, series.expected[0]))
        growth.append(fit("memory", series.of, series.sizes, memory, series.expected[1]))
    largest: Results = [_measured(plan.largest, quick)] if plan.largest else []
    write_report(folder, races, growth, largest, limits)
    print(markdown(races, growth, largest, limits))


def _measured(case: Case, quick: bool) -> tuple[Case, Measured]:
    measured = measure(case) if quick else measure_apart(case)
    print(f"{case.contestant}, N={case.neurons}, a={case.activity:g}: {measured.seconds:.3f} s", flush=True)
    return case, measured


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Measure retrieval beside other software.")
    parser.add_argument("--quick", action="store_true", help="tiny sizes: only shows that everything runs")
    parser.add_argument("--out", type=Path, default=Path("results/benchmarks"), help="folder of the report")
    options = parser.parse_args()
    run(options.quick, options.out)
