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
# # Proposition 1: do two regimes beat one?
#
# One memory that writes once has a ceiling (Theorem 2). The proposal says that two of them, a sparse fast one
# (hippocampus) and a dense slow one (neocortex) with consolidation between, break through it, because consolidation writes
# in batches. Its conclusion is true, its argument is not: a batch of one-shot writes leaves exactly the weights of the
# sequence. What helps is that a slow zone can be *trained*, interleaved with what it knows already.
#
# Formulas, verdicts and numbers below are printed from the objects that were checked; the sentences between them are
# commentary. Runs in about two minutes (scale `quick`); `CWB_SCALE=laptop` for the full simulation.

# %%
import os
import tempfile
from pathlib import Path

import pandas as pd
from IPython.display import Image

from paper.dual import text
from paper.notebook import findings, judge, proof, statement, verdicts
from paper.part import simulate
from paper.proposition1 import EPS, PROPOSITION1
from paper.reproduce import draw
from theory.block_code import one_shot_bits
from theory.dual_design import Design
from theory.dual_regime import critical_rho, gain

SCALE = os.environ.get("CWB_SCALE", "quick")
OUT = Path(os.environ.get("CWB_OUT") or tempfile.mkdtemp(prefix="proposition1-"))

# %% [markdown]
# ## The rules of the comparison
#
# Items of b random bits arrive one by one; every system gets the same total number of synapses d and the same keyed access,
# and writes each item once when it arrives, by a local rule. A system has a capacity at the error criterion: the most items
# of which at most 0.1% of the bits come back wrong. A *single regime* is one zone and nothing else. A *dual regime* has a
# fast zone that holds a fraction rho of the long-term content; when it is full, an offline phase reads it out, trains the
# slow zone on it together with the slow zone's own content, and empties it. Old items are never stored anywhere else: their
# keys come from a fixed generator, their values from the slow zone's own weights.
#
# ## As proposed: batches
#
# The proposal lets the slow zone write each batch by the same one-shot rule.

# %%
statement("P1.batch")
proof("P1.batch")
statement("P1.as_constructed")

# %% [markdown]
# ## What does help
#
# A zone that is trained until it makes no error holds two bits per synapse if it is dense (Cover, Gardner); a one-shot zone
# at most 0.72. Synapses given to the fast zone are lost to the slow one, the more the rarer the offline phases.

# %%
statement("P1.formula")
proof("P1.formula")
statement("P1.gain")
proof("P1.gain")

# %% [markdown]
# At large n, by activity of the fast zone: bits per synapse of a one-shot zone at the criterion, gain of a dual memory whose
# slow zone is filled to 2 bits, and the rho at which the gain ends.

# %%
rows = []
for activity in (1 / 2, 1 / 4, 1 / 16, 1 / 64, 1 / 256, 2.0**-20):
    eta = one_shot_bits(activity, EPS)
    gains = {f"gain at rho = {rho:g}": gain(rho, eta, 2.0) for rho in (0.05, 0.25, 1.0)}
    rows.append({"fast activity": activity, "eta": eta, **gains, "critical rho": critical_rho(eta, 2.0)})
pd.DataFrame(rows).style.format("{:.4g}").hide()

# %% [markdown]
# The same for zones of given sizes, from the command line: `cwb dual`.

# %%
print(text(Design(200, 1000, 1 / 16, 0.5, 12)))

# %% [markdown]
# Which regimes are best, and which parts of the argument are rigorous.

# %%
statement("P1.optimal")
statement("P1.finite")
statement("P1")

# %% [markdown]
# ## The simulations

# %%
studies = PROPOSITION1.studies(SCALE, seed=0)
results = simulate(studies, OUT, progress=SCALE != "quick")
tables = PROPOSITION1.tables(studies, results)
paths = draw(PROPOSITION1.figures(results, tables), OUT / "figures")
figures = {path.stem: path for path in paths if path.suffix == ".png"}
Image(figures["proposition1_blackout"], width=900)

# %% [markdown]
# All memories have the same number of synapses. (a) A single regime keeps what it is given up to its capacity; then all its
# items fade together. The dual memory goes on. The proposal's construction (one-shot batches) does worse than a single zone.
# (b) The strongest control is one dense zone that rehearses itself offline; palimpsests keep only the latest items. (c)
# Mutual information shows no blackout: it rises while every item becomes unreadable.

# %%
Image(figures["proposition1_remembered"], width=900)

# %%
statement("P1.blackout")

# %% [markdown]
# ## Gain against rho

# %%
Image(figures["proposition1_gain"], width=900)

# %%
columns = ["system", "accounting", "size", "rho", "synapses", "equal_zones", "bits_per_synapse", "predicted"]
columns += ["gain", "gain_low", "gain_high", "predicted_gain", "offline_phases", "unconverged"]
shown = tables["gain"][columns].to_dataframe()
numbers = ["bits_per_synapse", "predicted", "gain", "gain_low", "gain_high", "predicted_gain", "rho", "offline_phases"]
shown[shown.system != "one-shot"].style.format("{:.3g}", subset=numbers).hide()

# %% [markdown]
# Three accounts of the old items' targets. *Frozen copy*: read from a copy of the slow weights made before the offline
# phase, which is as many numbers again: counted or not. *Live targets*: the sign of each item's present field; two matrices
# and nothing else.

# %%
statement("P1.copy")
statement("P1.live")
statement("P1.same")
Image(figures["proposition1_surface"], width=900)

# %% [markdown]
# ## What the dual memory wins in
#
# One dense zone that rehearses itself after every few arrivals reaches the same content, and more, with no fast zone at
# all (where its stream ended before it failed, its content is a lower bound). What a fast zone buys is few offline phases.

# %%
statement("P1.rehearsal")
statement("P1.sufficient_only")
Image(figures["proposition1_offline"], width=900)

# %% [markdown]
# ## Faults
#
# Replay corrupted by a fraction of wrong bits is learnt as it is: its errors enter once, and stay. Offline phases cut short
# (the fast zone emptied anyway) lose items, and the loss compounds. A fast zone that overflows raises an error; nothing is
# dropped silently.

# %%
columns = ["label", "last_bit_error", "offline_phases", "unconverged"]
tables["faults"][columns].to_dataframe().style.format("{:.3g}", subset=columns[1:]).hide()

# %% [markdown]
# ## Memories that forget

# %%
statement("P1.palimpsest")
Image(figures["proposition1_lifetimes"], width=900)

# %% [markdown]
# ## Filling the slow zone
#
# Epochs grow about as the inverse square of the distance from the limit; weights need about eight bits each, which a figure
# in bits per synapse should say.

# %%
Image(figures["proposition1_training"], width=900)

# %% [markdown]
# ## The verdicts
#
# Computed from the certificates and from the simulations above.

# %%
measured = PROPOSITION1.evidence(results, tables)
judgements = judge(PROPOSITION1.claims, measured)
verdicts(PROPOSITION1.claims, judgements)

# %%
findings(measured)
