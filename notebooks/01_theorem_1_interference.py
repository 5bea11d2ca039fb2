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
# # Theorem 1: does a sparser code interfere less?
#
# A continual learner writes one task after another into the same weights. The proposal's first hypothesis (H1) says
# that the sparser the activity, the less one write disturbs another task. On a Hopfield network the statement can be
# made exact. This notebook derives it, has every step checked by machine, simulates it, and says what the proposal got
# right and wrong. Formulas, verdicts and numbers are printed from the objects that were checked; the sentences between
# them are commentary.
#
# It runs in about a minute (scale `quick`). Set the environment variable `CWB_SCALE=laptop` for the full simulation.

# %%
import os
import tempfile
from pathlib import Path

from IPython.display import Image, Markdown

from paper.notebook import findings, judge, proof, statement, verdicts
from paper.part import simulate
from paper.reproduce import draw
from paper.theorem1 import THEOREM1

SCALE = os.environ.get("CWB_SCALE", "quick")
OUT = Path(os.environ.get("CWB_OUT") or tempfile.mkdtemp(prefix="theorem1-"))

# %% [markdown]
# ## The statement
#
# `N` neurons, activity `a`, patterns $\xi\in\{0,1\}^N$. The loss of pattern t is $L_t(W) = -\frac1N \xi^T W \xi$; a Hebbian
# write is one gradient step on it.

# %%
statement("D.interference")
statement("T1")

# %% [markdown]
# ## The derivation
#
# First: the gradient inner product is the squared overlap of the two patterns.

# %%
proof("D.interference")

# %% [markdown]
# Then: the overlap is binomial, its second moment is a polynomial in `a`, and that polynomial has a positive derivative on
# all of (0, 1) for every network size.

# %%
proof("T1")

# %% [markdown]
# ## Where the proposal's own argument stops
#
# The proposal argues with the *variance* of the overlap and calls it strictly increasing. That is so only below
# $a = 1/\sqrt2$; for the covariance rule, on which sparse-coding capacities rest, only below $a = 1/2$.

# %%
statement("T1.variance")
proof("T1.variance")

# %%
statement("T1.covariance")

# %% [markdown]
# ## What it means, and what it does not
#
# Two facts change the reading of Theorem 1. Relative to the gradient's own norm, the centred interference is the same at
# every activity: a sparse pattern interferes less *because less is written*.

# %%
statement("T1.normalised")
proof("T1.normalised")

# %% [markdown]
# And the sign: every Hebbian write *lowers* the loss of every other pattern. By the proposal's definition of forgetting a
# Hebbian memory never forgets, while its retrieval errors grow. Harm is crosstalk against the gap between active and
# silent units, and there H1 survives on the sparse half.

# %%
statement("T1.sign")
statement("T1.harm")
proof("T1.harm")

# %% [markdown]
# ## The simulation
#
# Bit-packed patterns, networks of up to a million neurons (ten thousand at scale `quick`); actual gradients by automatic differentiation on small ones;
# networks filled pattern by pattern; k-WTA codes of real images. Finished points are kept, so running this cell again is
# instant.

# %%
studies = THEOREM1.studies(SCALE, seed=0)
results = simulate(studies, OUT, progress=SCALE != "quick")
tables = THEOREM1.tables(studies, results)
points = tables["overlaps"]
columns = points["interference_hebb"].to_series().unstack("statistic")[["predicted", "estimate", "low", "high"]]
columns.insert(0, "code", points["code"].values)
columns.insert(1, "neurons", points["neurons"].values)
columns.insert(2, "activity", points["activity"].values)
columns.iloc[:: max(1, len(columns) // 12)].style.format(
    dict.fromkeys(("predicted", "estimate", "low", "high", "activity"), "{:.4g}")
).hide()

# %%
paths = draw(THEOREM1.figures(results, tables), OUT / "figures")
figures = {path.stem: path for path in paths if path.suffix == ".png"}
Image(figures["theorem1_interference"], width=900)

# %% [markdown]
# Write interference against activity. Lines are exact, points are simulated with 95% intervals over independent replicas,
# the lower panels show their difference in standard errors.

# %%
Image(figures["theorem1_variance"], width=900)

# %% [markdown]
# (a) The overlap's variance has its maximum at $1/\sqrt2$. (b) The covariance rule's interference has its maximum at
# $1/2$. (c) Divided by the squared gradient norm nothing depends on activity.

# %%
Image(figures["theorem1_forgetting"], width=900)

# %% [markdown]
# As more patterns are written, (a) the loss of the first pattern falls, while (b, c) its retrieval errors rise, along the
# exact law of the crosstalk (solid). The Gaussian approximation (dotted) is optimistic at small loads. Checkpoints without
# a single error cannot be drawn on a logarithmic axis.

# %%
Image(figures["theorem1_real_codes"], width=900)

# %% [markdown]
# Codes of real images are not independent: related images share active units. k-WTA codes are nested, so their raw
# interference cannot rise when k falls, whatever the data (claim T1.nested); but it falls much more slowly than for
# independent patterns.

# %% [markdown]
# ## The verdicts
#
# Computed from the certificates and from the simulations above.

# %%
measured = THEOREM1.evidence(results, tables)
judgements = judge(THEOREM1.claims, measured)
verdicts(THEOREM1.claims, judgements)

# %%
findings(measured)

# %% [markdown]
# ## What the proposal got right and wrong
#
# Sorted by verdict: what was proposed, and what stands in its place.

# %%
HEADINGS = {
    "proved": "Right as stated",
    "proved on a domain": "Right on a domain only",
    "refuted as stated": "Wrong, and repaired",
    "contradicted by experiment": "Contradicted by experiment",
    "supported by simulation": "Supported by simulation only",
    "open": "Open",
}
lines = []
for verdict, heading in HEADINGS.items():
    group = [claim for claim in THEOREM1.claims if claim.proposed and judgements[claim.id].verdict.value == verdict]
    if group:
        lines.append(f"**{heading}**\n")
    for claim in group:
        instead = f" *Exactly:* {claim.exact.text}" if claim.exact else ""
        lines.append(f"* {claim.id}: {claim.proposed.text}{instead}")
    lines.append("")
Markdown("\n".join(lines))
