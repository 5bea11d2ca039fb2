"""How the tables of the simulations bear on the claims of Proposition 1.

Each function takes a labelled table as `sims` summarises it and returns evidence of grade Monte Carlo. A quantity has
its mean over replicas under its own name and the ends of its 95% t interval as `<name>_low` and `<name>_high`;
`replicas` says how many there were. The findings are computed by `proofs.agreement`; nothing here knows what the
outcome should be.
"""

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy import stats

from proofs.agreement import FALSE_ALARM, Agreement, agreement, holm, t_p_values
from proofs.claim import Claim, Evidence, Finding, Target
from proofs.grades import Grade
from proofs.proposition1 import accounts, batch, existence, forgetting
from theory.information import SHANNON_LIMIT

Real = NDArray[np.float64]

TOLERANCE = 0.05
"""Relative difference allowed between measured and predicted content beyond the statistical error.

Zones have whole numbers of units and items, and a fast zone is built with a margin in its errors: a few per cent.
"""

SINGLE = "one-shot"
FROZEN, LIVE, BATCH_HEBB = "frozen", "live", "batch-hebb"
"""Systems of the tables: a single regime, and the dual regime by what its slow zone is trained on offline."""

COPY_NOT_COUNTED, COPY_COUNTED = "copy not counted", "copy counted"


def _evidence(claim: Claim, target: Target, what: str, family: Agreement, source: str) -> Evidence:
    summary = f"{what}: {family.summary}"
    return Evidence(claim.id, claim.fingerprint, Grade.MONTE_CARLO, target, family.finding, summary, source=source)


def _standard_error(table: xr.Dataset, quantity: str) -> Real:
    """The standard error behind the 95% t interval over replicas."""
    width = table[f"{quantity}_high"].values - table[f"{quantity}_low"].values
    return width / (2 * stats.t.ppf(0.975, _replicas(table, quantity) - 1))


def _replicas(table: xr.Dataset, quantity: str) -> NDArray[np.int64]:
    return table["replicas"].broadcast_like(table[quantity]).transpose(*table[quantity].dims).values


def _agrees(table: xr.Dataset, quantity: str, predicted: str, tolerance: float = 0.0) -> Real:
    """P-values that a quantity is as predicted, up to a relative tolerance.

    Without scatter (a memory that holds the whole stream in every replica) the comparison is exact.
    """
    expected = table[predicted].values
    off = np.maximum(np.abs(table[quantity].values - expected) - tolerance * np.abs(expected), 0.0)
    error = _standard_error(table, quantity)
    tested = t_p_values(off, error, np.zeros_like(off), _replicas(table, quantity))
    return np.where(error > 0, tested, np.where(np.isnan(off), np.nan, np.where(off > 0, 0.0, 1.0)))


def _above(table: xr.Dataset, quantity: str, bound: float) -> Real:
    """One-sided p-values against "the mean is at most the bound"; without scatter the comparison is exact."""
    excess, error = table[quantity].values - bound, _standard_error(table, quantity)
    with np.errstate(divide="ignore", invalid="ignore"):
        tested = stats.t.sf(excess / error, _replicas(table, quantity) - 1)
    return np.where(error > 0, tested, np.where(np.isnan(excess), np.nan, np.where(excess > 0, 0.0, 1.0)))


def _rows(table: xr.Dataset, chosen: NDArray[np.bool_]) -> xr.Dataset:
    return table.isel(point=np.flatnonzero(chosen))


def _reach(table: xr.Dataset) -> str:
    rho, size = table["rho"].values, table["synapses"].values
    return f"rho = {rho.min():g} to {rho.max():g}, d = {size.min()} to {size.max()}"


def from_identity(table: xr.Dataset) -> tuple[Evidence, ...]:
    """Evidence that batch and sequential writes leave the same weights, to the last bit.

    Args:
        table: `weight_difference`, of any shape: largest differences of weights. Patterns are whole numbers, so that
            sums are exact in any order.
    """
    differences = np.abs(table["weight_difference"].values)
    worst = float(differences.max())
    finding = Finding.HOLDS if worst == 0 else Finding.FAILS
    summary = f"weights by a batch against one by one, {differences.size} memories: largest difference {worst:.3g}"
    claim = batch.batch
    return (
        Evidence(claim.id, claim.fingerprint, Grade.MONTE_CARLO, Target.EXACT, finding, summary, source="identity"),
    )


def from_gain(table: xr.Dataset) -> tuple[Evidence, ...]:
    """Evidence on the gain of every system at equal numbers of synapses (`summarise_gain`).

    Args:
        table: one row a `point`: `system`, `accounting`, `rho`, `synapses`, `replicas`, and whether the
            zones were told to be equally dense (`equal_zones`);
            `bits_per_synapse` (long-term, at the criterion) and `gain` over the best single regime, with intervals;
            `predicted` and `predicted_gain`.
    """
    system, counted = table["system"].values, table["accounting"].values == COPY_COUNTED
    equal = table["equal_zones"].values
    frozen = (system == FROZEN) & ~counted
    families: tuple[tuple[Claim, str, NDArray[np.bool_]], ...] = (
        (existence.simulated, "slow zone trained on a frozen copy (not counted)", frozen & ~equal),
        (accounts.copy, "the copy counted", (system == FROZEN) & counted),
        (accounts.same, "fast zone dense like the slow one", frozen & equal),
        (existence.live, "slow zone trained on live targets", system == LIVE),
    )
    found = []
    for claim, what, chosen in families:
        if chosen.any():
            rows = _rows(table, chosen)
            content = _agrees(rows, "bits_per_synapse", "predicted", TOLERANCE)
            gains = _agrees(rows, "gain", "predicted_gain", TOLERANCE)
            text = f"content and gain within {TOLERANCE:.0%} of prediction, {what}, {_reach(rows)}"
            found.append(_evidence(claim, Target.EXACT, text, agreement([*content, *gains]), "gain"))
    if (proposed := system == BATCH_HEBB).any():
        rows = _rows(table, proposed)
        text = f"no gain with one-shot batch consolidation, {_reach(rows)}"
        found.append(_evidence(batch.constructed, Target.EXACT, text, agreement(_above(rows, "gain", 1.0)), "gain"))
    if (dual := (system == LIVE) | (system == FROZEN)).any():
        found.append(_exists(_rows(table, dual)))
    return tuple(found)


def _exists(dual: xr.Dataset) -> Evidence:
    """Evidence that some dual regime has a gain: it holds if any gain is significantly above one, and cannot fail."""
    p_values = _above(dual, "gain", 1.0)
    tested = ~np.isnan(p_values)
    beats = holm(p_values[tested], FALSE_ALARM)
    finding = Finding.HOLDS if beats.any() else Finding.INCONCLUSIVE
    largest = f", the largest {dual['gain'].values[tested][beats].max():.3g}" if beats.any() else ""
    summary = (
        f"gain over the best single regime significantly above one at {int(beats.sum())} of {beats.size} points"
        f"{largest} (family false-alarm rate {FALSE_ALARM:g}, Holm; {_reach(dual)})"
    )
    claim = existence.proposition1
    return Evidence(claim.id, claim.fingerprint, Grade.MONTE_CARLO, Target.PROPOSED, finding, summary, source="gain")


def from_rehearsal(table: xr.Dataset) -> tuple[Evidence, ...]:
    """Evidence that one dense zone passes the one-shot ceiling by rehearsal: holds if some does, and cannot fail.

    Args:
        table: as for `from_gain`, with `interval`, the arrivals between rehearsals; systems that start with
            `rehearsed`.
    """
    rows = _rows(table, np.char.startswith(table["system"].values.astype(str), "rehearsed"))
    if not rows.sizes["point"]:
        return ()
    passed = holm(_above(rows, "bits_per_synapse", SHANNON_LIMIT), FALSE_ALARM)
    best = int(rows["bits_per_synapse"].values.argmax())
    summary = (
        f"a single dense zone that rehearses keeps significantly more than {SHANNON_LIMIT:.3f} bits per synapse at "
        f"{int(passed.sum())} of {passed.size} points (at most {rows['bits_per_synapse'].values[best]:.3g}, rehearsing "
        f"every {int(rows['interval'][best])} arrivals; family false-alarm rate {FALSE_ALARM:g}, Holm)"
    )
    finding = Finding.HOLDS if passed.any() else Finding.INCONCLUSIVE
    claim = existence.sufficient
    return (Evidence(claim.id, claim.fingerprint, Grade.MONTE_CARLO, Target.EXACT, finding, summary, source="offline"),)


def from_retention(table: xr.Dataset) -> tuple[Evidence, ...]:
    """Evidence on blackout: the single regime's bit errors are as predicted, and its information never falls.

    Only dense ones: in blocks the information of winner-take-all has a maximum.

    Args:
        table: (point, checkpoint): `bit_error` over all items so far and `information` (bits per synapse) with their
            intervals, and `predicted_bit_error` (NaN where there is no prediction); by point `system`, `activity` and
            `replicas`. Checkpoints are in the order of the items presented.
    """
    rows = _rows(table, (table["system"].values == SINGLE) & (table["activity"].values == 0.5))
    if not rows.sizes["point"]:
        return ()
    counted = _standard_error(rows, "bit_error") > 0  # without a single error in any replica there is nothing to test
    errors = np.where(counted, _agrees(rows, "bit_error", "predicted_bit_error"), np.nan)
    fall = -np.diff(rows["information"].values, axis=1)
    scatter = _standard_error(rows, "information")
    scale = scatter[:, 1:] + scatter[:, :-1]  # the two are dependent: the sum bounds the error of the difference
    with np.errstate(divide="ignore", invalid="ignore"):
        falls = stats.t.sf(fall / scale, _replicas(rows, "information")[:, 1:] - 1)
    family = agreement([*errors.ravel(), *np.where(scale > 0, falls, np.nan).ravel()])
    what = "dense single regimes: bit errors as predicted, and information that does not fall as items are presented"
    return (_evidence(forgetting.blackout, Target.EXACT, what, family, "retention"),)


def from_lifetimes(table: xr.Dataset) -> tuple[Evidence, ...]:
    """Evidence on palimpsests: `lifetime` (later writes survived) with interval, `predicted_lifetime`, by `point`."""
    family = agreement(_agrees(table, "lifetime", "predicted_lifetime", TOLERANCE))
    kinds = ", ".join(dict.fromkeys(str(each) for each in table["system"].values))
    what = f"lifetimes within {TOLERANCE:.0%} of prediction, {kinds}"
    return (_evidence(forgetting.palimpsest, Target.EXACT, what, family, "lifetimes"),)
