"""The `cwb` command line: bad input gets one clear line and exit status 2, before any work starts."""

import json
import os
import sys
from pathlib import Path
from typing import Annotated, Any

# The tracebacks and boxes of typer's rich mode would hide the one line that matters.
os.environ.setdefault("TYPER_USE_RICH", "0")

import typer

from paper.sweep_cli import sweep_app

app = typer.Typer(
    help="The compression-writability workbench: derive, certify, simulate and illustrate the theory.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
reproduce_app = typer.Typer(help="Reproduce a theorem end to end.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(reproduce_app, name="reproduce")
simulate_app = typer.Typer(help="Simulate one network.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(simulate_app, name="simulate")
transformer_app = typer.Typer(help="The Transformers of the experiments.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(transformer_app, name="transformer")
app.add_typer(sweep_app, name="sweep")

Out = Annotated[Path, typer.Option(help="Output folder; results go to OUT/SCALE.")]
Scale = Annotated[str, typer.Option(help="How much to simulate: quick, laptop or large.")]
Seed = Annotated[int, typer.Option(help="Seed of all random numbers.")]
ClusterText = Annotated[
    str | None,
    typer.Option(
        "--cluster",
        help="Simulate in jobs: slurm, or local for processes of this machine; with settings such as "
        "slurm,jobs=16,cpus=4,memory=16,gpus=1,minutes=60,partition=NAME (memory in GiB).",
    ),
]


def _say(line: str) -> None:
    print(line, flush=True)


def _reproduce(name: str, out: Path, scale: str, seed: int, cluster: str | None, parts: Any = None) -> None:
    from paper.parts import PARTS  # imports JAX: only where it is needed
    from paper.reproduce import reproduce
    from sims.harness.cluster import parse_cluster
    from transformer_checks.runs import devices_per_core, keep_compiled

    devices_per_core()
    keep_compiled(out)
    where = None if cluster is None else parse_cluster(cluster)
    chosen = parts or (list(PARTS.values()) if name == "all" else [PARTS[name]])
    outcomes = [reproduce(part, out, scale, seed, _say, where) for part in chosen]
    if not all(outcomes):
        raise typer.Exit(1)


@reproduce_app.command("theorem1")
def theorem1(out: Out = Path("results"), scale: Scale = "quick", seed: Seed = 0, cluster: ClusterText = None) -> None:
    """Theorem 1: write interference against activity. Stopped and started again, it goes on where it was."""
    _reproduce("theorem1", out, scale, seed, cluster)


@reproduce_app.command("theorem2")
def theorem2(out: Out = Path("results"), scale: Scale = "quick", seed: Seed = 0, cluster: ClusterText = None) -> None:
    """Theorem 2: capacity, information and the ceiling. Stopped and started again, it goes on where it was."""
    _reproduce("theorem2", out, scale, seed, cluster)


@reproduce_app.command("proposition1")
def proposition1(
    out: Out = Path("results"), scale: Scale = "quick", seed: Seed = 0, cluster: ClusterText = None
) -> None:
    """Proposition 1: two regimes against one. Stopped and started again, it goes on where it was."""
    _reproduce("proposition1", out, scale, seed, cluster)


@reproduce_app.command("exp1")
def exp1(
    out: Out = Path("results"),
    scale: Scale = "quick",
    seed: Seed = 0,
    cluster: ClusterText = None,
    tasks: Annotated[
        str | None, typer.Option(help="Only one family: facts, markov, digits, numbers or languages.")
    ] = None,
    preset: Annotated[str | None, typer.Option(help="Model sizes instead of the scale's: tiny, small, ...")] = None,
) -> None:
    """Experiment 1: interference and forgetting against sparsity in a Transformer."""
    from paper.exp1 import part

    _reproduce("exp1", out, scale, seed, cluster, [part(tasks, preset)])


@reproduce_app.command("exp2")
def exp2(out: Out = Path("results"), scale: Scale = "quick", seed: Seed = 0, cluster: ClusterText = None) -> None:
    """Experiment 2: tasks times information per task, against sparsity and for other methods."""
    from paper.exp2 import EXP2

    _reproduce("exp2", out, scale, seed, cluster, [EXP2])


@reproduce_app.command("exp3")
def exp3(out: Out = Path("results"), scale: Scale = "quick", seed: Seed = 0, cluster: ClusterText = None) -> None:
    """Experiment 3: two regimes of sparsity with consolidation, against every control."""
    from paper.exp3 import EXP3

    _reproduce("exp3", out, scale, seed, cluster, [EXP3])


@reproduce_app.command("all")
def everything(out: Out = Path("results"), scale: Scale = "quick", seed: Seed = 0, cluster: ClusterText = None) -> None:
    """All parts, one after another. Stopped and started again, it goes on where it was."""
    _reproduce("all", out, scale, seed, cluster)


@app.command()
def figures(
    names: Annotated[list[str] | None, typer.Argument(help="Figures to draw; all by default.")] = None,
    out: Out = Path("results"),
    scale: Scale = "quick",
    seed: Seed = 0,
) -> None:
    """Draw figures from existing results, or from quick simulations, run now, where there are none."""
    from paper.redraw import chosen, redraw
    from transformer_checks.runs import devices_per_core, keep_compiled

    wanted = chosen(names or ())
    devices_per_core()
    keep_compiled(out)
    for path in redraw(wanted, out, scale, seed, _say):
        _say(str(path))


@app.command("paper")
def print_paper(
    out: Annotated[Path, typer.Option(help="Folder for PDF and LaTeX.")] = Path("results/paper"),
    results: Annotated[Path, typer.Option(help="Where `cwb reproduce` left its results.")] = Path("results"),
    scale: Scale = "quick",
) -> None:
    """Build the paper (PDF and LaTeX) from the ledger, the certificates run now, and what simulations left."""
    from paper.document.build import build, output_folder
    from paper.document.sources import check_proofs, judged, read_recorded
    from proofs.ledger import LEDGER

    recorded = read_recorded(results, scale)
    folder = output_folder(out)
    _say("1. Checking every certificate")
    proofs = check_proofs(LEDGER)
    _say("2. Setting the pages")
    for path in build(judged(LEDGER, proofs, recorded), folder):
        _say(str(path))


@app.command("report")
def write_report(
    out: Annotated[Path, typer.Option(help="The HTML file.")] = Path("results/report.html"),
    results: Annotated[Path, typer.Option(help="Where `cwb reproduce` left its results.")] = Path("results"),
    scale: Scale = "quick",
) -> None:
    """Write one HTML page, readable offline: claims with proofs and evidence, theory curves, figures, provenance."""
    from paper import go_no_go
    from paper.document.sources import check_proofs, judged, read_recorded
    from paper.report.page import output_file, page, write
    from proofs.ledger import LEDGER

    recorded = read_recorded(results, scale)
    path = output_file(out)
    from paper.parts import PARTS  # takes seconds: only once the input is known to be good

    titles = {part.name: part.title for part in PARTS.values()}
    _say("1. Checking every certificate")
    proofs = check_proofs(LEDGER)
    _say("2. Writing the page")
    sources = judged(LEDGER, proofs, recorded)
    _say(str(write(page(sources, results, titles, go_no_go.markdown(sources.judgements)), path)))


@app.command()
def capacity(
    activity: Annotated[float, typer.Option(help="Fraction of active units, between 0 and 1.")],
    rule: Annotated[str, typer.Option(help="covariance, hebb, willshaw, projection or gardner.")] = "covariance",
    input: Annotated[str | None, typer.Option(help="What synapses read: centred (default) or raw.")] = None,
    retrieval: Annotated[str | None, typer.Option(help="threshold (default) or kwta.")] = None,
    steps: Annotated[str, typer.Option(help="Retrieval to its fixed-point, or one step.")] = "fixed-point",
    kappa: Annotated[float | None, typer.Option(help="Margin of every field (rule gardner).")] = None,
    eps: Annotated[float | None, typer.Option(help="Most wrong units per active unit.")] = None,
    neurons: Annotated[int | None, typer.Option(help="Network size, for rules without a limit of large N.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Predict the capacity of one memory: load, errors, bits per pattern and per synapse."""
    from paper.capacity import Question, predict

    choices: Any = {"rule": rule, "input": input, "retrieval": retrieval, "steps": steps}
    answer = predict(Question(activity, **choices, kappa=kappa, eps=eps, neurons=neurons))
    _say(json.dumps(answer.record(), indent=2) if as_json else answer.text())


@app.command()
def dual(
    neurons_fast: Annotated[int, typer.Option(help="Key units of the fast zone.")],
    neurons_slow: Annotated[int, typer.Option(help="Key units of the slow zone.")],
    activity_fast: Annotated[float, typer.Option(help="1/2 (dense), or 1/4, 1/8, ... (one-hot blocks).")],
    activity_slow: Annotated[float, typer.Option(help="Likewise.")],
    item_bits: Annotated[int, typer.Option(help="Bits of an item.")],
    error_rate: Annotated[float, typer.Option(help="Wrong bits per bit allowed.")] = 1e-3,
    keys: Annotated[str, typer.Option(help="Keys of the fast zone: independent or block.")] = "independent",
    slow_load: Annotated[
        float | None, typer.Option(help="Items per slow key unit; the most possible if left out.")
    ] = None,
    rho: Annotated[float | None, typer.Option(help="Share of the content between offline phases.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Predict a dual memory: capacity, gain over the best single regime of equal size, and what limits it."""
    from paper.dual import record, text
    from theory.block_code import check_keys
    from theory.dual_design import Design

    zones = (neurons_fast, neurons_slow, activity_fast, activity_slow, item_bits, error_rate)
    design = Design(*zones, keys=check_keys(keys), slow_load=slow_load, rho=rho)
    _say(json.dumps(record(design), indent=2) if as_json else text(design))


Neurons = Annotated[int, typer.Option(help="Neurons of a network.")]
Activity = Annotated[float, typer.Option(help="Fraction of active units, between 0 and 1.")]
Seeds = Annotated[int, typer.Option(help="Independent networks; intervals are over them.")]
Probes = Annotated[int, typer.Option(help="Stored patterns cued in each network.")]
CodeName = Annotated[str, typer.Option(help="Law of the patterns: fixed-size or bernoulli.")]
RetrievalName = Annotated[str, typer.Option(help="kwta (k winners) or threshold.")]
UpdateName = Annotated[str, typer.Option(help="synchronous or random order of updates.")]
CueMiss = Annotated[float, typer.Option(help="Fraction of a pattern's active units missing from its cue.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def _network(code: str, retrieval: str, update: str, seeds: int) -> dict[str, Any]:
    """What both simulations choose, checked."""
    from sims.retrieval import check_update
    from theory.activity import check_code, check_count
    from theory.mean_field import check_retrieval

    replicas = check_count(seeds, "seeds", minimum=2)  # an interval needs two
    names = {"code": check_code(code), "retrieval": check_retrieval(retrieval), "update": check_update(update)}
    return {**names, "replicas": replicas}


@simulate_app.command("capacity")
def simulate_capacity(
    neurons: Neurons,
    activity: Activity,
    seeds: Seeds = 4,
    probes: Probes = 32,
    code: CodeName = "fixed-size",
    retrieval: RetrievalName = "kwta",
    update: UpdateName = "synchronous",
    dynamics: Annotated[str, typer.Option(help="plain, or amp (Onsager-corrected).")] = "plain",
    cue_miss: CueMiss = 0.0,
    overlap: Annotated[float, typer.Option(help="Overlap a pattern must keep.")] = 0.7,
    kept: Annotated[float, typer.Option(help="Fraction of the patterns that must keep it.")] = 0.5,
    seed: Seed = 0,
    out: Out = Path("results"),
    as_json: AsJson = False,
) -> None:
    """Measure a capacity: the largest load at which enough patterns keep their overlap."""
    from paper import simulate
    from sims.capacity import CapacityPoint, check_dynamics

    names: Any = {**_network(code, retrieval, update, seeds), "dynamics": check_dynamics(dynamics)}
    sizes: Any = {"neurons": neurons, "activity": activity, "probes": probes, "seed": seed}
    point = CapacityPoint(**names, **sizes, cue_miss=cue_miss, overlap=overlap, kept=kept)
    record = simulate.simulate_capacity(point, out, progress=not as_json)
    _say(json.dumps(record, indent=2) if as_json else simulate.text(record))


@simulate_app.command("retrieval")
def simulate_retrieval(
    neurons: Neurons,
    activity: Activity,
    load: Annotated[float, typer.Option(help="Stored patterns per neuron.")],
    probes: Probes = 32,
    seeds: Seeds = 4,
    code: CodeName = "fixed-size",
    retrieval: RetrievalName = "kwta",
    update: UpdateName = "synchronous",
    cue_miss: CueMiss = 0.0,
    seed: Seed = 0,
    out: Out = Path("results"),
    as_json: AsJson = False,
) -> None:
    """Measure retrieval at one load: overlap, errors and bits at the fixed point."""
    from paper import simulate
    from sims.recall import RetrievalPoint

    names: Any = _network(code, retrieval, update, seeds)
    sizes: Any = {"neurons": neurons, "activity": activity, "probes": probes, "seed": seed}
    point = RetrievalPoint(**names, **sizes, cue_miss=cue_miss, load=load)
    record = simulate.simulate_retrieval(point, out, progress=not as_json)
    _say(json.dumps(record, indent=2) if as_json else simulate.text(record))


@transformer_app.command("describe")
def describe_transformer(
    preset: Annotated[str, typer.Option(help="tiny, small, nanochat-d12 or nanochat-d20.")] = "tiny",
    as_json: AsJson = False,
) -> None:
    """What a preset is and what it costs, from shapes alone."""
    from transformer_checks.presets import describe

    record = describe(preset).record()
    _say(json.dumps(record, indent=2) if as_json else "\n".join(f"{name}: {value}" for name, value in record.items()))


Preset = Annotated[str, typer.Option(help="small, nanochat-d12 or nanochat-d20 (or tiny).")]
Tensor = Annotated[int, typer.Option(help="Devices that share an example; batches are split over the others.")]
Batch = Annotated[int, typer.Option(help="Examples of a step, over all devices together.")]
Length = Annotated[int | None, typer.Option(help="Tokens of an example; the preset's by default.")]
Bf16 = Annotated[bool, typer.Option("--bf16", help="Multiply matrices in bfloat16; weights stay float32.")]
Remat = Annotated[bool, typer.Option(help="Compute each layer anew in the backward pass, to save memory.")]
OptimiserName = Annotated[str, typer.Option(help="adamw, sgd or muon.")]


@transformer_app.command("memory")
def transformer_memory(
    preset: Preset = "nanochat-d20",
    devices: Annotated[int, typer.Option(help="Devices, simulated.")] = 8,
    tensor: Tensor = 1,
    batch: Batch = 8,
    length: Length = None,
    bf16: Bf16 = False,
    remat: Remat = True,
    optimiser: OptimiserName = "adamw",
    as_json: AsJson = False,
) -> None:
    """Memory a device needs for a step of training, by compiling it ahead of time for simulated devices."""
    from paper import transformer

    transformer.simulate_devices(devices)
    precision = "bfloat16" if bf16 else "float32"
    record = transformer.step_memory(preset, tensor, batch, precision, remat, length, optimiser)
    _say(json.dumps(record, indent=2) if as_json else transformer.text(record))


@transformer_app.command("step")
def transformer_step(
    preset: Preset = "nanochat-d12",
    tensor: Tensor = 1,
    batch: Batch = 1,
    length: Length = None,
    bf16: Bf16 = False,
    remat: Remat = True,
    optimiser: OptimiserName = "adamw",
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Take two steps of training on the devices of this machine: seconds, memory, loss before and after."""
    from paper import transformer

    precision = "bfloat16" if bf16 else None
    record = transformer.time_step(preset, tensor, batch, precision, remat, length, optimiser, seed)
    _say(json.dumps(record, indent=2) if as_json else transformer.text(record))


@app.command()
def claims(
    ids: Annotated[list[str] | None, typer.Argument(help="Claims to print; all by default.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    out: Annotated[Path, typer.Option(help="Where simulations left their evidence.")] = Path("results"),
) -> None:
    """Print the ledger: every claim with its verdict, computed from certificates run now and recorded simulations."""
    from paper import verdicts
    from paper.evidence import recorded_evidence
    from proofs.ledger import LEDGER

    chosen = [LEDGER.claim(each) for each in ids] if ids else list(LEDGER.claims)
    recorded = recorded_evidence(out)
    needed = LEDGER.closure(each.id for each in chosen)
    proved = [each for per_claim in LEDGER.prove(needed).values() for each in per_claim]
    judgements = LEDGER.judge([*proved, *recorded])
    if as_json:
        _say(json.dumps([verdicts.record(each, judgements[each.id]) for each in chosen], indent=2, ensure_ascii=False))
    else:
        _say(verdicts.table(LEDGER, judgements, [each.id for each in chosen]))


@app.command()
def decision(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    out: Annotated[Path, typer.Option(help="Where simulations left their evidence.")] = Path("results"),
) -> None:
    """Print the proposal's Go/No-Go decision: each condition, the verdicts it rests on, and the outcome."""
    from paper import go_no_go
    from paper.evidence import recorded_evidence
    from proofs.ledger import LEDGER

    recorded = recorded_evidence(out)
    needed = LEDGER.closure(
        claim for condition in go_no_go.CONDITIONS for each in condition.criteria for claim in each.claims
    )
    proved = [each for per_claim in LEDGER.prove(needed).values() for each in per_claim]
    judgements = LEDGER.judge([*proved, *recorded])
    _say(json.dumps(go_no_go.record(judgements), indent=2) if as_json else go_no_go.table(judgements))


@app.command()
def prove(
    ids: Annotated[list[str] | None, typer.Argument(help="Claims whose certificates to run; all by default.")] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print the proofs as readable mathematics.")] = False,
) -> None:
    """Run certificates; exit status 1 if one fails."""
    from paper.evidence import certify
    from proofs.ledger import LEDGER

    chosen = [LEDGER.claim(each) for each in ids] if ids else list(LEDGER.claims)
    if not any(claim.arguments for claim in chosen):
        raise ValueError(f"no certificates yet for {', '.join(each.id for each in chosen)}")
    results = certify(chosen, _say, markdown=markdown)
    if not all(result.passed for result in results.values()):
        raise typer.Exit(1)


def main() -> None:
    """Run `cwb`; turn errors a user can mend into one line on stderr and exit status 2."""
    status: object = 0
    try:
        status = app(standalone_mode=False)
    except typer.TyperException as error:
        _fail(error.format_message())
    except (typer.Abort, KeyboardInterrupt):
        print("cwb: interrupted; the same command goes on where this one stopped", file=sys.stderr)
        sys.exit(130)
    except (ValueError, ArithmeticError, OSError) as error:
        _fail(str(error))
    sys.exit(status if isinstance(status, int) else 0)


def _fail(message: str) -> None:
    print(f"cwb: error: {' '.join(message.split())}", file=sys.stderr)
    sys.exit(2)
