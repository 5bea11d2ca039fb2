"""`cwb sweep`: the experiments as sweeps, on a laptop or a cluster: what they cost, measuring, how far, judging."""

import json
from pathlib import Path
from typing import Annotated

import typer

sweep_app = typer.Typer(
    help="Experiments 1 to 3 as sweeps: plan, run, status, collect.", no_args_is_help=True, rich_markup_mode=None
)

Experiment = Annotated[str, typer.Argument(help="exp1, exp2, exp3 or all.")]
Scale = Annotated[str, typer.Option(help="quick, laptop or large, as for reproduce; or proposal, the proposal's grid.")]
Preset = Annotated[str | None, typer.Option(help="tiny, small, nanochat-d12 or nanochat-d20; by default the scale's.")]
Seed = Annotated[int, typer.Option(help="Seed of all random numbers.")]
Out = Annotated[Path, typer.Option(help="Output folder; results go to OUT/SCALE.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@sweep_app.command("plan")
def plan(
    experiment: Experiment,
    preset: Preset = None,
    scale: Scale = "proposal",
    tokens: Annotated[int | None, typer.Option(help="Training tokens of a task, in as many steps.")] = None,
    peak_tflops: Annotated[
        float, typer.Option(help="Of a GPU, 10^12 operations a second; default: A100, bf16.")
    ] = 312.0,
    utilisation: Annotated[float, typer.Option(help="Share of the peak that training reaches.")] = 0.4,
    bandwidth: Annotated[float, typer.Option(help="Of a GPU's memory, 10^12 bytes a second; default: A100.")] = 2.0,
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """What a sweep will cost: sequences, tokens, GPU-hours, memory, disk, beside the proposal's own estimate."""
    from paper import sweep_plan
    from paper.sweep import PROPOSAL, sweeps_of
    from paper.sweep_text import plan_text
    from transformer_checks.workload import Accelerator

    accelerator = Accelerator(peak_tflops, utilisation, bandwidth)
    sweeps = sweeps_of(experiment, scale, preset, seed)
    records = [sweep_plan.plan(sweep, accelerator, tokens) for sweep in sweeps]
    if not as_json:
        _say(plan_text(sweeps, records, accelerator))
        return
    if scale == PROPOSAL:
        for sweep, record in zip(sweeps, records, strict=True):
            record["proposal"] = sweep_plan.proposed(sweep, record, accelerator)
    _say(json.dumps({"accelerator": vars(accelerator), "sweeps": records}, indent=2))


@sweep_app.command("run")
def run(
    experiment: Experiment,
    preset: Preset = None,
    scale: Scale = "quick",
    out: Out = Path("results"),
    seed: Seed = 0,
    cluster: Annotated[str | None, typer.Option(help="slurm or local, with settings as for reproduce.")] = None,
    checkpoint_seconds: Annotated[
        float | None,
        typer.Option(
            help="Least time between two checkpoints within a point, by default a minute; 0: all that can be."
        ),
    ] = None,
) -> None:
    """Measure what is missing, and judge nothing. Stopped and started again, it goes on where it was."""
    from paper import sweep
    from sims.harness.cluster import parse_cluster
    from transformer_checks.runs import devices_per_core, keep_compiled

    where = None if cluster is None else parse_cluster(cluster)
    devices_per_core()
    sweeps = sweep.sweeps_of(experiment, scale, preset, seed)
    keep_compiled(out)
    if checkpoint_seconds is not None:
        sweeps = sweep.with_checkpoints(sweeps, checkpoint_seconds)
    sweep.run(sweeps, out, _say, where)


@sweep_app.command("status")
def status(
    experiment: Experiment,
    preset: Preset = None,
    scale: Scale = "quick",
    out: Out = Path("results"),
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """How many points are done, running, missing or damaged, and which; changes nothing."""
    from paper import sweep

    found = [(each, sweep.status(each, out)) for each in sweep.sweeps_of(experiment, scale, preset, seed)]
    if as_json:
        _say(json.dumps({each.part.name: [vars(point) for point in points] for each, points in found}, indent=2))
    else:
        _say("\n".join(sweep.status_text(*each) for each in found))


@sweep_app.command("collect")
def collect(
    experiment: Experiment,
    preset: Preset = None,
    scale: Scale = "quick",
    out: Out = Path("results"),
    seed: Seed = 0,
) -> None:
    """Judge what was measured: tables, evidence, verdicts and figures, as reproduce leaves them."""
    from paper import sweep

    sweeps = sweep.sweeps_of(experiment, scale, preset, seed)
    for each in sweeps:
        sweep.check_complete(each, out)
    outcomes = [sweep.collect(each, out, _say) for each in sweeps]
    if not all(outcomes):
        raise typer.Exit(1)


def _say(line: str) -> None:
    print(line, flush=True)
