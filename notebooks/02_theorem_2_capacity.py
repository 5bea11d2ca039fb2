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
# # Theorem 2: is there a ceiling on (number of tasks) x (information per task)?
#
# A memory of N neurons stores C patterns, each of which gives back B bits. The proposal's second hypothesis (H2) says that
# whatever the activity, C B has a ceiling. It has; but it is not the one the proposal prints. Its capacity law is printed
# upside down, and its ceiling $a^2N^2$ is an artefact of that. The true ceiling of one-shot Hebbian writing is Shannon's:
# $1/(2\ln 2) = 0.72$ bits per synapse, at every activity.
#
# Formulas, verdicts and numbers below are printed from the objects that were checked; the sentences between them are
# commentary. Runs in about two minutes (scale `quick`); `CWB_SCALE=laptop` for the full simulation.

# %%
import os
import tempfile
from pathlib import Path

import pandas as pd
from IPython.display import Image

from paper.capacity import Question, predict
from paper.notebook import findings, judge, proof, statement, verdicts
from paper.part import simulate
from paper.reproduce import draw
from paper.theorem2 import THEOREM2
from theory.any_rule import gardner_bits, gardner_load
from theory.mean_field import critical_point, most_informative_point

SCALE = os.environ.get("CWB_SCALE", "quick")
OUT = Path(os.environ.get("CWB_OUT") or tempfile.mkdtemp(prefix="theorem2-"))

# %% [markdown]
# ## The law the proposal starts from
#
# Tsodyks and Feigelman (1988) found that sparse codes store *more* patterns. The printed formula says the opposite.

# %%
statement("TF.law")
proof("TF.law")
statement("TF.words")

# %% [markdown]
# ## One step of recall: the form of $\alpha(\epsilon)$
#
# The proposal leaves the function $\alpha(\epsilon)$ open. With Gaussian crosstalk and the best threshold it is in closed
# form up to one scalar root.

# %%
statement("T2.alpha")
proof("T2.alpha")

# %% [markdown]
# ## The ceiling
#
# A unit reads its pattern bit through a noisy channel. Cauchy and Schwarz bound the signal-to-noise ratio by $1/\alpha$,
# the Gaussian channel bounds the information, data processing covers the threshold.

# %%
statement("T2")
proof("T2")

# %% [markdown]
# The proposal's ceiling is refuted, and not by a constant.

# %%
statement("T2.bound")
proof("T2.bound")

# %% [markdown]
# ## What a recurrent network retrieves
#
# Replica-symmetric fixed points, evaluated to ten digits and more. `alpha_c` is the capacity with a fixed threshold at its
# best, `eta` the most bits per synapse, `G` those of the best possible weights (Gardner).

# %%
rows = []
for activity in (0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 1e-3, 1e-4, 1e-6, 1e-8):
    centred, raw = critical_point(activity), critical_point(activity, "raw")
    rows.append(
        {
            "activity": activity,
            "alpha_c": centred.load,
            "raw input": raw.load,
            "k winners": critical_point(activity, retrieval="kwta").load,
            "overlap": centred.overlap,
            "missed": centred.miss_rate,
            "bits at alpha_c": centred.recall.bits_per_synapse,
            "eta": most_informative_point(activity).recall.bits_per_synapse,
            "Gardner": gardner_load(activity),
            "G": gardner_bits(activity),
        }
    )
pd.DataFrame(rows).style.format("{:.10g}", subset=["alpha_c", "raw input", "k winners", "Gardner"]).format(
    "{:.4f}", subset=["overlap", "missed", "bits at alpha_c", "eta", "G"]
).format("{:g}", subset=["activity"]).hide()

# %% [markdown]
# The same from the command line: `cwb capacity --activity 0.05`.

# %%
print(predict(Question(0.05)).text())

# %% [markdown]
# ## The simulations
#
# Full retrieval dynamics, Onsager-corrected dynamics, one-step recall, other learning rules, graded patterns. Finished
# points are kept, so running this cell again is instant.

# %%
studies = THEOREM2.studies(SCALE, seed=0)
results = simulate(studies, OUT, progress=SCALE != "quick")
tables = THEOREM2.tables(studies, results)
columns = [
    "code",
    "retrieval",
    "dynamics",
    "update",
    "cue_miss",
    "neurons",
    "activity",
    "load",
    "load_low",
    "load_high",
]
capacities = tables["capacity"][[*columns, "predicted"]].to_dataframe()
capacities.style.format("{:.4g}", subset=["load", "load_low", "load_high", "predicted", "activity"]).hide()

# %%
paths = draw(THEOREM2.figures(results, tables), OUT / "figures")
figures = {path.stem: path for path in paths if path.suffix == ".png"}
Image(figures["theorem2_capacity"], width=900)

# %% [markdown]
# Capacity against activity. The law as printed (orange) falls where the true ones rise. Plain dynamics started on the
# pattern hold on beyond the mean field's $\alpha_c$; the Onsager-corrected dynamics do not.

# %%
Image(figures["theorem2_bits"], width=900)

# %% [markdown]
# Bits per synapse: capacity changes by orders of magnitude, C B by a small factor. That is the trade-off.

# %%
Image(figures["theorem2_bits_against_load"], width=900)

# %% [markdown]
# Everything lies under Shannon's curve; graded Gaussian patterns with a linear readout lie on it.

# %%
Image(figures["theorem2_overlap"], width=900)

# %%
Image(figures["theorem2_state_evolution"], width=900)

# %% [markdown]
# The sharpest test of the theory: Onsager-corrected retrieval against its state evolution, step by step.

# %%
Image(figures["theorem2_finite_size"], width=900)

# %% [markdown]
# The plain dynamics' capacity above the mean field's, with its dependence on size, and what changes it. At scale `laptop`
# (N up to 10,000) the excess of dense networks falls about like $N^{-1/2}$ and extrapolates to the mean field's value;
# for activities below 0.1 these sizes are still too small to tell.

# %%
Image(figures["theorem2_pareto"], width=500)

# %% [markdown]
# ## The verdicts
#
# Computed from the certificates and from the simulations above.

# %%
measured = THEOREM2.evidence(results, tables)
judgements = judge(THEOREM2.claims, measured)
verdicts(THEOREM2.claims, judgements)

# %%
findings(measured)
