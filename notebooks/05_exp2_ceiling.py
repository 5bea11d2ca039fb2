# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Experiment 2: is there a ceiling on tasks times information per task?
#
# Theorem 2 bounds C·B in Hopfield networks: patterns times bits per pattern never exceed a constant number of bits per
# synapse, at any activity. The proposal predicts a ceiling of the same kind in a deep network: with one sparsity a network
# learns many tasks shallowly or few tasks deeply, and no sparsity, nor any single-regime method of continual learning,
# gets past the largest product. Here a small Transformer learns tasks of 64 key-value facts one after another, and every
# task is tested after each.
#
# Predictions and the rules by which they fail were written down before any run (`proofs/predictions.toml`); the verdicts
# below are computed from them. At the scale of this notebook (`quick`) the sequence has five tasks, the sweep has three
# sparsities, and two methods are compared. `CWB_SCALE=laptop` runs sequences of fifty tasks, both implementations of
# sparsity at all levels, six methods, and mixtures of experts.

# %%
import os
import tempfile
from pathlib import Path

from IPython.display import Image

from paper.exp2 import EXP2
from paper.notebook import findings, judge, statement, verdicts
from paper.part import simulate
from paper.reproduce import draw
from transformer_checks.runs import devices_per_core

devices_per_core()
SCALE = os.environ.get("CWB_SCALE", "quick")
OUT = Path(os.environ.get("CWB_OUT") or tempfile.mkdtemp(prefix="exp2-"))

# %% [markdown]
# ## What is predicted

# %%
for claim in EXP2.claims:
    statement(claim.id)

# %% [markdown]
# ## What is measured
#
# Let $L_t(T)$ be the loss of task $t$, in nats per fact, after $T$ tasks. Its **forgetting** is $L_t(T) - L_t(t)$, the rise
# since its own training ended.
#
# * **Capacity** $C(\epsilon)$: the largest $T$ after which no task learned so far is forgotten by more than $\epsilon$. Shorter
#   sequences are the beginnings of the longest one, as no schedule depends on its length. If the bound still holds at the
#   end, $C$ is only known to be at least that, and the figures mark it so.
# * `unbroken`: the largest $T$ up to which the bound held throughout. A memory that consolidates may break it and mend it.
# * **Richness** $B$: the mean fall of a task's loss in its own training, over the first $C$ tasks.
# * **Retained**: the bits about all tasks so far that the network gives after $T$ of them. A task of $n$ facts with $v$
#   possible values counts $n \max(0, \log_2 v - L_t / \ln 2)$.
#
# $C \cdot B$ is the proposal's quantity, and it has a weakness. A network that has learned other tasks starts a new one from
# confident wrong answers, so that its loss falls by more than there is to know, and B goes up. What is retained has no such
# term: guessing the values scores nothing, and 384 bits a task is all there is.
#
# Every network is first pretrained on a task of its own in which all values occur. This matters: a head that was never
# taught some of the values cannot name them, whatever the layers below it learn. On calibration seeds, with 1 - 1/e of the
# values known to the head, layers that learned below a fixed head were stuck at 65 % accuracy. And after only 200 steps of
# pretraining the head has so little gain that they name the right value and still stay at a loss of 1.35 nats. So long
# sequences start from 1000 steps on a task with all values, for all systems alike (300 at the scale `quick`).

# %% [markdown]
# ## The runs

# %%
studies = EXP2.studies(SCALE, seed=0)
results = simulate(studies, OUT, progress=SCALE != "quick")
tables = EXP2.tables(studies, results)
paths = draw(EXP2.figures(results, tables), OUT / "figures")
figures = {path.stem: path for path in paths if path.suffix == ".png"}
Image(figures["exp2_pareto"], width=900)

# %% [markdown]
# Each point is a network; its label is the sparsity that was measured, which for a dense network with squared ReLU is about
# a half. Bars are 95 % bootstrap intervals over seeds, in both directions.
#
# ## C·B against sparsity
#
# The grey curve is what Theorem 2 gives for Hopfield networks: the most that can be retrieved per synapse at activity
# $1 - s$ (covariance rule). Only its *shape* can be compared, so it is scaled to the mean of the k-WTA levels.

# %%
Image(figures["exp2_product"], width=900)

# %%
columns = ["label", "eps", "sparsity_mean", "capacity_mean", "capacity_low", "capacity_high", "unbroken_mean"]
columns += ["richness_mean", "product_mean", "product_low", "product_high", "retained_mean"]
ceilings = tables["ceilings"].drop_dims("seed").to_dataframe().reset_index()
ceilings[columns].style.format("{:.3g}", subset=columns[1:]).hide()

# %% [markdown]
# ## As the sequence grows
#
# The grey line is everything there is to know about the tasks so far.

# %%
Image(figures["exp2_prefixes"], width=900)

# %% [markdown]
# ## The whole accuracy matrix
#
# A row is a moment, a column a task. Right of the line, tasks that are still to come; along it, tasks just learned.

# %%
Image(figures["exp2_matrix"], width=900)

# %% [markdown]
# ## Trends of the sweep, and methods against its best level
#
# `spread` is the largest over the smallest mean of any level. Differences are paired by seed.

# %%
columns = ["regime", "implementation", "quantity", "levels", "seeds", "spearman", "trend_p_falling", "trend_p_rising"]
columns += ["spread", "spread_low", "spread_high"]
trends = tables["trends"].to_dataframe()
trends[columns].style.format("{:.2g}", subset=columns[5:]).hide()

# %%
columns = [
    "system",
    "eps",
    "product",
    "reference",
    "reference_product",
    "difference",
    "difference_low",
    "difference_high",
]
columns += [
    "retained",
    "reference_retained",
    "retained_difference",
    "retained_difference_low",
    "retained_difference_high",
]
methods = tables["methods"].to_dataframe()[columns]
methods.style.format("{:.3g}", subset=methods.select_dtypes("number").columns).hide()

# %% [markdown]
# ## What every system costs
#
# Examples whose gradient is taken while learning (`online`) and in consolidations (`offline`), and what is stored besides
# the weights.

# %%
tables["costs"].to_dataframe().style.format(thousands=",").hide()

# %% [markdown]
# ## The verdicts

# %%
measured = EXP2.evidence(results, tables)
judgements = judge(EXP2.claims, measured)
verdicts(EXP2.claims, judgements)

# %%
findings(measured)

# %% [markdown]
# ## What this shows, and what not
#
# * A verdict here is about this network (some 200,000 parameters), these tasks (facts whose keys are not shared), this
#   training, and the $\epsilon$ at which the rule was declared. In Experiment 1 the effect of sparsity was found to depend
#   on how much tasks share.
# * At the scale `quick` capacities lie between one and five tasks and are whole numbers. Trends of three levels in four
#   seeds cannot reject much, and a bound that holds to the end of five tasks says only "at least five". Verdicts on this
#   scale may well be "open" where the longer runs decide.
# * A method that exceeds the best sparsity contradicts the claim that all single-regime methods share its ceiling. It
#   does not say that there is none: a method has a ceiling of its own if what it retains stops growing with $T$.
# * Experience replay and its kin store examples, which a single network does not. The table of costs counts them, C·B does not.
