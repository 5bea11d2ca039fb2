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
# # Experiment 1: does sparser mean less interference in a Transformer?
#
# Theorem 1 is about Hopfield networks. The proposal predicts that its picture survives in a deep network: gradients of
# different tasks interfere less, and tasks are forgotten less, the sparser the activations. Here a small Transformer learns
# five tasks one after another, at several levels of activation sparsity, made by k-winners-take-all or by an L1 penalty.
#
# The predictions and the rules by which they fail were written down before any run (`proofs/predictions.toml`); verdicts
# below are computed from them. At the scale of this notebook (`quick`, about two minutes) only two of the ten declared
# regimes run; `CWB_SCALE=laptop` runs them all.

# %%
import os
import tempfile
from pathlib import Path

import pandas as pd
from IPython.display import Image

from paper.exp1 import EXP1
from paper.notebook import findings, judge, statement, verdicts
from paper.part import simulate
from paper.reproduce import draw
from transformer_checks.presets import PRESETS, describe
from transformer_checks.runs import devices_per_core

devices_per_core()
SCALE = os.environ.get("CWB_SCALE", "quick")
OUT = Path(os.environ.get("CWB_OUT") or tempfile.mkdtemp(prefix="exp1-"))

# %% [markdown]
# ## The network
#
# A decoder-only Transformer after nanochat. `tiny` is what runs here; the same code counts 560,988,160 parameters at the
# size of the proposal's experiments.

# %%
pd.DataFrame([describe(name).record() for name in PRESETS]).style.format(thousands=",").hide()

# %% [markdown]
# ## What is predicted

# %%
statement("E1.monotone")
statement("E1.forgetting")
statement("E1.linear")
statement("E1.agreement")

# %% [markdown]
# ## The runs

# %%
studies = EXP1.studies(SCALE, seed=0)
results = simulate(studies, OUT, progress=SCALE != "quick")
tables = EXP1.tables(studies, results)
paths = draw(EXP1.figures(results, tables), OUT / "figures")
figures = {path.stem: path for path in paths if path.suffix == ".png"}
Image(figures["exp1_curves"], width=900)

# %% [markdown]
# Interference I is the mean absolute inner product of the gradients of the task in training and of every earlier one;
# forgetting F is the rise of a task's loss from the end of its own training to the end of the sequence. The axis is the
# sparsity that was measured: with squared ReLU a dense network already leaves half of its units at zero, so k/m = 0.5 and 1
# are nearly one network.

# %%
columns = ["label", "sparsity_mean", "interference_mean", "forgetting_mean", "forgetting_low", "forgetting_high"]
columns += ["richness_mean", "accuracy_mean", "relative_interference_mean", "dead_mean"]
shown = tables["regimes"][columns].to_dataframe()
shown.style.format("{:.3g}", subset=columns[1:]).hide()

# %% [markdown]
# ## Is forgetting proportional to interference?

# %%
Image(figures["exp1_proportionality"], width=900)

# %% [markdown]
# ## Where the interference sits, and what else changes with sparsity
#
# Gradients may shrink as activations become sparse; then their inner products fall without anything being better
# separated. Relative interference divides by the product of the norms.

# %%
Image(figures["exp1_groups"], width=900)

# %%
Image(figures["exp1_confounds"], width=900)

# %%
statement("E1.gradient_norm")
statement("E1.path")

# %% [markdown]
# ## Trends, tested
#
# Page's test over seeds for a fall or a rise, and a test over all pairs of levels for a rise on the way.

# %%
columns = ["regime", "implementation", "quantity", "levels", "seeds", "spearman", "fall", "fall_low", "fall_high"]
columns += ["trend_p_falling", "trend_p_rising", "rises_p"]
trends = tables["trends"][columns].to_dataframe()
trends[trends.quantity.isin(["interference", "forgetting"])].style.format("{:.2g}", subset=columns[5:]).hide()

# %%
Image(figures["exp1_factors"], width=900) if "exp1_factors" in figures else None

# %% [markdown]
# ## The verdicts

# %%
measured = EXP1.evidence(results, tables)
judgements = judge(EXP1.claims, measured)
verdicts(EXP1.claims, judgements)

# %%
findings(measured)
