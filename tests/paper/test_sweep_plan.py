"""Plans of sweeps: the grid's costs beside the proposal's, and that both count the same things."""

import json

import pytest

from paper import grid
from paper.sweep import PROPOSAL, sweeps_of
from paper.sweep_plan import plan, proposed, totals
from paper.sweep_text import plan_text, rounded
from transformer_checks.workload import Accelerator

GPU = Accelerator()


@pytest.fixture(scope="module")
def exp2():
    (sweep,) = sweeps_of("exp2", PROPOSAL, "nanochat-d20", 0)
    return sweep


def test_a_plan_counts_runs_sequences_and_tasks(exp2):
    record = plan(exp2, GPU)
    assert (record["runs"], record["sequences"], record["points"]) == (144, 33, 11)
    assert (record["tasks"], record["parameters"]) == (33 * 50, 560_988_160)
    protocol = exp2.studies["sweep"].points[0].protocol
    assert record["training_tokens"] == 33 * (protocol.pretraining + 50 * protocol.steps) * protocol.batch * 2
    assert record["checkpoint_bytes"] == 3 * 3 * 12 * 560_988_160  # two and the next, of three seeds
    assert record["gpu_hours"] > record["gpu_hours_of_flops"] > 0
    assert json.loads(json.dumps(record)) == record


def test_the_proposals_hours_and_the_tokens_they_amount_to(exp2):
    """What is planned with the tokens that the proposal's hours amount to are its hours, less what prefixes save."""
    beside = proposed(exp2, plan(exp2, GPU), GPU)
    assert beside["hours"] == [144 * 8, 144 * 12]
    assert beside["tasks"] == 36 * (5 + 10 + 20 + 50)
    assert beside["run_tokens"][0] * 144 == pytest.approx(beside["task_tokens"][0] * beside["tasks"])
    record = plan(exp2, GPU, round(beside["task_tokens"][0]))
    protocol = exp2.studies["sweep"].points[0].protocol
    trained = 33 * (50 + protocol.pretraining / protocol.steps) / beside["tasks"]
    assert record["gpu_hours"] == pytest.approx(144 * 8 * trained, rel=0.001)
    assert record["gpu_hours"] == pytest.approx(record["gpu_hours_of_flops"], rel=0.001)


def test_hours_follow_the_utilisation_where_operations_take_longest(exp2):
    half = plan(exp2, Accelerator(utilisation=0.2), 10**8)
    assert half["gpu_hours"] == pytest.approx(2 * plan(exp2, GPU, 10**8)["gpu_hours"], rel=0.001)


def test_the_text_says_what_the_records_say(exp2):
    record = plan(exp2, GPU)
    text = plan_text([exp2], [record], GPU)
    table = next(line for line in text.splitlines() if line.startswith("exp2"))
    assert table.split()[:5] == ["exp2", "144", "33", "11", "1,650"]
    prose = " ".join(text.split())
    assert "1,650 tasks to learn instead of 3,060 (46% less)" in prose
    assert "144 runs of 8 to 12 A100 hours, 1,152 to 1,728 hours (of all 192 runs it says 1,500 to 2,300)" in prose
    assert "312 TFLOP/s x utilisation 0.4" in prose
    assert "cwb sweep run exp2 --preset nanochat-d20 --scale proposal" in prose
    assert max(map(len, text.splitlines())) <= 120


def test_all_experiments_are_added_up():
    sweeps = sweeps_of("all", PROPOSAL, "tiny", 0)
    records = [plan(sweep, GPU) for sweep in sweeps]
    sums = totals(records)
    assert sums["runs"] == 36 + 144 + 12
    assert sums["sequences"] == 33 + 33 + 27
    assert sums["gpu_hours"] == pytest.approx(sum(record["gpu_hours"] for record in records))
    prose = " ".join(plan_text(sweeps, records, GPU).split())
    assert "1,536 to 2,304 hours" in prose
    assert "27 sequences, 18 of them also in exp2" in prose


def test_a_scale_is_planned_as_it_is_run():
    (sweep,) = sweeps_of("exp2", "quick", None, 0)
    record = plan(sweep, GPU)
    assert record["runs"] == 0
    assert record["points"] == sum(
        len(study.points) for study in grid.BUILDERS["exp2"](None).studies("quick", 0).values()
    )
    assert plan_text([sweep], [record], GPU).endswith("cwb sweep run exp2 --scale quick --cluster slurm,jobs=5,gpus=1")


def test_a_system_that_does_not_fit_is_named():
    """OGD keeps up to 8 gradients of each of 50 tasks."""
    (sweep,) = sweeps_of("exp2", "large", "nanochat-d20", 0)
    record = plan(sweep, GPU)
    assert record["too_large"] == ["ogd,kwta=1"]
    assert record["sequence_bytes"] > 50 * 4 * record["parameters"]
    assert "Does not fit a GPU of 80 GB: ogd,kwta=1." in " ".join(plan_text([sweep], [record], GPU).split())


@pytest.mark.parametrize(
    ("number", "text"),
    [(0.0, "0 "), (999.0, "999 "), (999.6, "1 k"), (6400, "6.4 k"), (1.264e9, "1.26 G"), (3e12, "3 T")],
)
def test_numbers_are_rounded_to_three_digits(number, text):
    assert rounded(number) == text
