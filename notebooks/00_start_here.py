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
# # Start here: the whole story in ten minutes
#
# **The question.** A learner writes one task after another into the same weights. With one fixed activation sparsity, is
# there a ceiling on (number of tasks C) x (information per task B)? And do two systems of different sparsity, with
# consolidation between them, as hippocampus and neocortex, break through it?
#
# A research proposal, "Compression-Writability Bound", says yes to both. This project takes each of its claims, makes it
# exact on sparse Hopfield networks, has the derivation checked by machine, simulates it, and prints a verdict that is
# computed from that evidence. Some claims are true, some are true for another reason, and some are wrong.
#
# The notebook derives nothing at length. It shows one picture and one number for each result, computed here and now by the
# functions that the certificates and the simulations use, and says where to read on. It runs in about a minute.

# %%
import os
import tempfile
from pathlib import Path

import numpy as np
from IPython.display import Image, Markdown
from matplotlib.figure import Figure

from paper.evidence import recorded_evidence
from paper.notebook import judge, proof, statement, verdicts
from paper.style import COLOURS, MARKERS, TWO_COLUMNS, panel_title, paper_style, save
from proofs.experiments import EXPERIMENT1, EXPERIMENT2, EXPERIMENT3
from proofs.ledger import LEDGER
from sims.capacity import CapacityPoint, measure_capacity, summarise_capacity
from sims.interference import OverlapPoint, measure_overlaps, summarise_overlaps
from sims.sequential import SequencePoint, measure_sequence
from sims.sequential_tables import summarise_gain
from theory.block_code import one_shot_bits
from theory.ceiling import shannon_ceiling
from theory.dual_regime import ASYMPTOTIC_CRITICAL_RHO, ASYMPTOTIC_GAIN, gain
from theory.information import SHANNON_LIMIT
from theory.interference import normalised_interference, write_interference
from theory.mean_field import critical_point, most_informative_point

OUT = Path(os.environ.get("CWB_OUT", "../results"))  # where `cwb reproduce` leaves its results
FIGURES = Path(tempfile.mkdtemp(prefix="start-here-"))

# %% [markdown]
# ## Three words
#
# *Activity* a: the fraction of units that are active in a pattern; sparse means small a. *Load* $\alpha$: stored patterns per
# neuron. *Write interference* I: the mean inner product of the gradients of two tasks; one write moves the other task's loss
# by that much.
#
# ## Theorem 1: the sparser the code, the less write interference
#
# True, at every network size, and proved by exact algebra:

# %%
statement("T1")

# %% [markdown]
# What "proved" means here: each formula of a proof is decided by a program that never says yes when it does not know. The
# sentences around the formulas are for people. This is the first proof, as it was checked just now:

# %%
proof("D.interference")

# %%
activities = np.geomspace(0.01, 0.7, 60)
sampled = (0.02, 0.05, 0.1, 0.2, 0.5)
points = [OverlapPoint("bernoulli", neurons, a, pairs=500, seeds=8, seed=0) for neurons in (100, 1000) for a in sampled]
measured = summarise_overlaps([measure_overlaps(point) for point in points])

with paper_style():
    figure = Figure(figsize=(TWO_COLUMNS, 2.6), layout="constrained")
    left, right = figure.subplots(1, 2)
    for index, neurons in enumerate((100, 1000)):
        exact = [write_interference("bernoulli", neurons, a) for a in activities]
        relative = [normalised_interference("bernoulli", neurons, a) for a in activities]
        rows = measured.isel(point=np.flatnonzero(measured["neurons"] == neurons))
        style = {"color": COLOURS[index], "marker": MARKERS[index], "linestyle": "none"}
        for axes, name, curve in (
            (left, "interference_hebb", exact),
            (right, "normalised_covariance", relative),
        ):
            axes.plot(activities, curve, color=COLOURS[index], label=f"N = {neurons}")
            estimate, low, high = (rows[name].sel(statistic=each).values for each in ("estimate", "low", "high"))
            axes.errorbar(rows["activity"], estimate, (estimate - low, high - estimate), **style)
    left.set(xscale="log", yscale="log", xlabel="activity a", ylabel="write interference I")
    right.set(xscale="log", yscale="log", xlabel="activity a", ylabel="I / (gradient norm)²", ylim=(1e-4, 1e-1))
    panel_title(left, "a", "Hebb rule")
    panel_title(right, "b", "Covariance rule, normalised")
    left.legend()
    _, picture = save(figure, FIGURES, "interference")
Image(picture, width=900)

# %% [markdown]
# Lines are exact, points simulated with 95% intervals. (a) Interference falls with activity. (b) It falls because *less is
# written*: relative to the size of the gradient, centred patterns interfere by 1/N at every activity.

# %%
statement("T1.normalised")

# %%
sparse, dense = (write_interference("bernoulli", 1000, a) for a in (0.05, 0.5))
Markdown(
    f"**One number.** At N = 1000 a code of activity 0.05 interferes **{dense / sparse:,.0f} times** less than one of 0.5."
)

# %% [markdown]
# ## Theorem 2: one regime has a ceiling
#
# True as well, but the ceiling is not the one that the proposal prints. It starts from a capacity law that is upside down,
# $a/\ln(1/a)$ where it should be $1/(2a\ln(1/a))$. The ceiling of one-shot local writing is Shannon's, at every activity:

# %%
statement("T2")

# %%
activities = np.geomspace(1e-3, 0.5, 30)
critical = [critical_point(a) for a in activities]
best = [most_informative_point(a) for a in activities]
sampled = (0.1, 0.2, 0.5)
networks = {
    "code": "fixed-size",
    "neurons": 1000,
    "retrieval": "kwta",
    "cue_miss": 0.0,
    "probes": 16,
    "replicas": 4,
    "seed": 0,
}
points = [CapacityPoint(activity=a, **networks) for a in sampled]
capacity = summarise_capacity(points, [measure_capacity(point) for point in points])

with paper_style():
    figure = Figure(figsize=(TWO_COLUMNS, 2.6), layout="constrained")
    left, right = figure.subplots(1, 2)
    left.plot(activities, [each.load for each in critical], label="mean field, large N")
    left.plot(activities, activities / np.log(1 / activities), color=COLOURS[1], linestyle="--", label="as printed")
    estimate, low, high = (capacity[name].values for name in ("load", "load_low", "load_high"))
    left.errorbar(
        sampled, estimate, (estimate - low, high - estimate), fmt="o", color=COLOURS[0], label="simulated, N = 1000"
    )
    left.set(xscale="log", yscale="log", xlabel="activity a", ylabel="patterns per neuron")
    left.legend()
    panel_title(left, "a", "Capacity")
    loads = np.geomspace(0.03, 100, 80)
    right.plot(loads, shannon_ceiling(loads), color="black", label="Shannon's ceiling")
    right.plot(
        [each.load for each in best],
        [each.recall.bits_per_synapse for each in best],
        "o",
        label="Hopfield network, each a at its best",
    )
    right.axhline(SHANNON_LIMIT, color="grey", linestyle=":", label="1/(2 ln 2)")
    right.set(xscale="log", xlabel="load", ylabel="C B / N², bits per synapse", ylim=(0, 0.8))
    right.legend(loc="lower right")
    panel_title(right, "b", "What it adds up to")
    _, picture = save(figure, FIGURES, "ceiling")
Image(picture, width=900)

# %% [markdown]
# (a) Sparse networks hold *more* patterns, each of less information; the printed law says the opposite. Networks of 1000
# neurons hold on beyond the mean field's capacity, which is for infinite ones (notebook 02 says why). (b) C·B changes by a
# small factor while the load changes by orders of magnitude, and stays under the curve.

# %%
a = 0.05
factor = critical_point(a).load / (a / np.log(1 / a))
Markdown(
    f"**One number.** The ceiling is **{SHANNON_LIMIT:.3f} bits per synapse**. (The printed law is too small by a factor of "
    f"{factor:.0f} at a = {a}.)"
)

# %% [markdown]
# ## Proposition 1: two regimes beat one
#
# True, for another reason. The proposal lets the slow system write each batch of the fast one's memories once, by the same
# rule. That leaves exactly the weights of writing them one by one: no gain. What helps is that a slow zone can be *trained*
# offline, new items interleaved with what it holds already, until no error is left: two bits per synapse if it is dense,
# where writing once holds at most 0.72. The synapses of the fast zone are the price.

# %%
statement("P1.batch")
statement("P1.formula")

# %%
sampled = (0.1, 0.25, 0.5, 1.0)  # rho, the share of the long-term content that the fast zone holds
systems = {
    "frozen": "dual, slow zone trained",
    "one-shot": "best single regime",
    "batch-hebb": "dual as proposed, in batches",
}
points = [SequencePoint(each, 150, 12, 1.5, rho, replicas=6, seed=0) for rho in sampled for each in systems]
content = summarise_gain(points, [measure_sequence(point) for point in points])
content = content.isel(point=np.flatnonzero(content["accounting"] != "copy counted"))

with paper_style():
    figure = Figure(figsize=(TWO_COLUMNS, 2.6), layout="constrained")
    left, right = figure.subplots(1, 2)
    for index, (system, label) in enumerate(systems.items()):
        rows = content.isel(point=np.flatnonzero(content["system"] == system))
        names = ("bits_per_synapse", "bits_per_synapse_low", "bits_per_synapse_high")
        estimate, low, high = (rows[name].values for name in names)
        left.plot(rows["rho"], estimate, MARKERS[index], color=COLOURS[index], label=label)
        left.vlines(rows["rho"], low, high, color=COLOURS[index])
        left.plot(rows["rho"], rows["predicted"], color=COLOURS[index])
    left.set(xlabel="rho", ylabel="bits per synapse", ylim=(0, None))
    left.legend()
    panel_title(left, "a", "Small zones, one wrong bit in a thousand")
    rhos = np.linspace(1e-3, 1, 100)
    right.plot(rhos, [gain(rho, SHANNON_LIMIT, 2.0) for rho in rhos], color=COLOURS[0], label="vanishing errors")
    tolerant = max(one_shot_bits(0.5**power) for power in range(1, 21))
    right.plot(
        rhos,
        [gain(rho, tolerant, 2.0) for rho in rhos],
        color=COLOURS[3],
        linestyle="--",
        label="a wrong bit in a thousand",
    )
    right.axhline(1, color="grey", linestyle=":")
    right.plot(ASYMPTOTIC_CRITICAL_RHO, 1, "o", color=COLOURS[1])
    right.set(xlabel="rho", ylabel="gain over one regime", ylim=(0, None))
    right.legend()
    panel_title(right, "b", "Large zones")
    _, picture = save(figure, FIGURES, "gain")
Image(picture, width=900)

# %% [markdown]
# rho is the share of the long-term content that the fast zone holds between offline phases. All memories of one rho have the
# same number of synapses. (a) Lines are predicted at these sizes, points simulated with 95% intervals; a frozen copy of the
# slow zone, which its old items are regenerated from offline, is not counted here (notebook 03 counts it, and does without).
# (b) The fewer synapses the fast zone needs, the larger the gain.

# %%
Markdown(
    f"**One number.** In large zones with vanishing errors the gain is **4 ln 2 = {ASYMPTOTIC_GAIN:.2f}** as rho goes to 0, and "
    f"it ends at rho = {ASYMPTOTIC_CRITICAL_RHO:.2f}. (Where some errors are allowed one regime falls further short of its "
    f"ceiling, and the gain is larger.)"
)

# %% [markdown]
# ## The claims ledger
#
# Each claim of the proposal has an id, its statement as proposed, an exact statement, and evidence: certificates (lists of
# formulas, each decided by exact algebra, ball arithmetic or an SMT solver) and simulations with a stated false-alarm rate.
# The verdict is computed from the evidence; nobody types it. Here are the headlines, their certificates run just now; `cwb
# claims` prints all, with their evidence.

# %%
HEADLINES = ["T1", "T1.variance", "T1.normalised", "T1.sign", "T1.harm", "TF.law", "T2", "T2.bound", "T2.optimum"]
HEADLINES += ["P1", "P1.batch", "P1.as_constructed", "P1.formula", "P1.gain", "P1.copy", "P1.blackout"]
headlines = [LEDGER.claim(each) for each in HEADLINES]
recorded = recorded_evidence(OUT)
judgements = judge(headlines, recorded)
verdicts(headlines, judgements)

# %%
certified = sum(bool(claim.arguments) for claim in LEDGER.claims)
Markdown(
    f"The whole ledger has {len(LEDGER.claims)} claims, {certified} of them with certificates. Evidence of simulations found in "
    f"`{OUT.name}`: {len(recorded)} records."
)

# %% [markdown]
# ## The experiments: does it survive in a Transformer?
#
# Three experiments ask whether the picture of the Hopfield networks survives in a small Transformer: does interference fall
# with sparsity (1), is there a ceiling (2), do two regimes break it (3)? Their predictions, with the rules by which they fail,
# were written down before any run.
#
# They are not run here: that takes minutes and is what the notebooks 04 to 06 do, or `cwb reproduce exp1` and its like. If
# their results exist, these are the verdicts; otherwise these are the predictions, still open.

# %%
lines = []
for number, claims in enumerate((EXPERIMENT1, EXPERIMENT2, EXPERIMENT3), start=1):
    ids = {claim.id for claim in claims}
    run = any(each.claim_id in ids for each in recorded)
    lines.append(
        f"**Experiment {number}**" + ("" if run else f": no results found; `cwb reproduce exp{number}` makes them.")
    )
    lines.append(verdicts(claims, judgements).data)
Markdown("\n\n".join(lines))

# %% [markdown]
# ## Where to go next
#
# * Theorem 1, its proof and where the proposal's argument stops: [01_theorem_1_interference](01_theorem_1_interference.ipynb)
# * Theorem 2, capacities and the ceiling: [02_theorem_2_capacity](02_theorem_2_capacity.ipynb)
# * Proposition 1, the dual memory against its controls: [03_proposition_1_dual_regime](03_proposition_1_dual_regime.ipynb)
# * Experiment 1 in a Transformer: [04_exp1_interference](04_exp1_interference.ipynb); Experiments 2 and 3: notebooks 05 and 06
#
# In a terminal: `make reproduce` makes everything, `cwb prove T1 --markdown` prints a proof as it was checked, `cwb capacity
# --activity 0.05` what theory predicts. In the code: `theory` is what is true on paper, `proofs` certifies it, `sims` and
# `transformer_checks` measure, `paper` prints.
