"""How the tables of the simulations bear on the claims of Theorem 1.

Each function takes a labelled table as `sims` summarises it and returns evidence of grade Monte Carlo. The findings are
computed by `proofs.agreement`; nothing here knows what the outcome should be.
"""

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from proofs.agreement import FALSE_ALARM, Agreement, agreement, holm, t_p_values
from proofs.claim import Claim, Evidence, Finding, Target
from proofs.grades import Grade
from proofs.theorem1 import harm, interference, law

ROUNDING = 1e-10
"""Relative difference allowed between two ways of computing the same double-precision number (4e4 terms at most)."""


def _evidence(claim: Claim, target: Target, finding: Finding, summary: str, source: str) -> Evidence:
    return Evidence(claim.id, claim.fingerprint, Grade.MONTE_CARLO, target, finding, summary, source=source)


def _agrees(claim: Claim, what: str, family: Agreement, source: str) -> Evidence:
    return _evidence(claim, Target.EXACT, family.finding, f"{what}: {family.summary}", source)


def _mean_p_values(table: xr.Dataset, quantity: str, points: NDArray[np.bool_]) -> NDArray[np.float64]:
    chosen = table.isel(point=np.flatnonzero(points))
    estimate, error, predicted = (
        chosen[quantity].sel(statistic=name).values for name in ("estimate", "standard_error", "predicted")
    )
    return t_p_values(estimate, error, predicted, chosen["replicas"].values)


def from_overlaps(table: xr.Dataset) -> tuple[Evidence, ...]:
    """Evidence on the law of the overlap and on the interference of both codes and rules (`summarise_overlaps`)."""
    code = table["code"].values
    bernoulli, fixed, every = code == "bernoulli", code == "fixed-size", np.ones(code.size, bool)
    reach = f"N = {table.neurons.min().item()} to {table.neurons.max().item()}"
    pairs = int((table["pairs"] * table["replicas"] * xr.ones_like(table["neurons"])).sum())
    moments = np.concatenate([table[f"{name}_p_value"].values[bernoulli] for name in ("mean", "variance")])
    return (
        _agrees(
            law.overlap_law,
            f"overlaps against their law, {reach}, {pairs} pairs",
            agreement(table["fit_p_value"].values),
            "overlaps",
        ),
        _agrees(
            law.worst,
            f"largest of many overlaps against its law, fixed-size codes, {reach}",
            agreement(table["worst_p_value"].values),
            "overlaps",
        ),
        _agrees(law.moments, f"mean and variance of the overlap, {reach}", agreement(moments), "overlaps"),
        *(
            _agrees(claim, f"{what}, {reach}", agreement(_mean_p_values(table, quantity, points)), "overlaps")
            for claim, what, quantity, points in (
                (interference.theorem1, "I of Bernoulli codes", "interference_hebb", bernoulli),
                (interference.fixed_size, "I of fixed-size codes", "interference_hebb", fixed),
                (interference.covariance, "I of the covariance rule", "interference_covariance", bernoulli),
                (interference.normalised, "I over squared norm, covariance rule", "normalised_covariance", every),
            )
        ),
    )


def from_gradients(tables: list[xr.Dataset]) -> tuple[Evidence, ...]:
    """Evidence that gradients by automatic differentiation give the squared overlap (`measure_gradients`)."""
    worst, pairs = 0.0, 0
    for table in tables:
        gradients, overlaps = table["gradient"].values, table["from_overlap"].values  # rule, self-coupling, pair
        difference = np.abs(gradients - overlaps).max(axis=-1) / np.abs(gradients).max(axis=-1)
        worst = max(worst, float(difference.max()))
        pairs += table["gradient"].size
    finding = Finding.HOLDS if worst <= ROUNDING else Finding.FAILS
    summary = f"automatic differentiation against overlaps on {pairs} inner products: relative difference {worst:.1g}"
    return (_evidence(interference.gradient, Target.EXACT, finding, summary, "gradients"),)


def from_forgetting(table: xr.Dataset) -> tuple[Evidence, ...]:
    """Evidence on the sign, on the exact law of retrieval errors and on forgetting (`summarise_forgetting`)."""
    errors = np.stack([table["miss_p_value"].values, table["false_alarm_p_value"].values]).ravel()
    losses = t_p_values(
        table["loss_change"].values,
        table["loss_change_error"].values,
        table["loss_change_exact"].values,
        table["trials"].values[:, None],
    ).ravel()
    highest = float(table["loss_change_highest"].max())
    falls = Finding.HOLDS if highest <= 0 else Finding.FAILS
    return (
        _evidence(
            harm.sign,
            Target.EXACT,
            falls,
            f"largest change of the first pattern's loss by later writes, over all trials: {highest:.3g}",
            "forgetting",
        ),
        _agrees(
            harm.crosstalk, "retrieval errors against the exact law of the crosstalk", agreement(errors), "forgetting"
        ),
        _agrees(
            harm.forgetting,
            "loss and retrieval errors as writes accumulate",
            agreement([*errors, *losses]),
            "forgetting",
        ),
    )


def from_real_codes(table: xr.Dataset) -> tuple[Evidence, ...]:
    """Evidence on codes of real images beside independent ones (`summarise_real_codes`).

    The proposal's assumption fails if any level differs significantly from independent codes; our exact statement, that
    they interfere more at every level, holds only if every level does so significantly.
    """
    rejected = holm(table["p_value"].values.ravel(), FALSE_ALARM)
    more = rejected & (table["excess"].values.ravel() > 1)
    less = rejected & (table["excess"].values.ravel() < 1)
    low, high = float(table["excess"].min()), float(table["excess"].max())
    summary = (
        f"{int(rejected.sum())} of {rejected.size} levels differ from independent codes "
        f"(family false-alarm rate {FALSE_ALARM:g}, Holm); measured over independent interference: {low:.3g} to "
        f"{high:.3g}"
    )
    proposed = Finding.FAILS if rejected.any() else Finding.HOLDS
    exact = Finding.HOLDS if more.all() else Finding.FAILS if less.any() else Finding.INCONCLUSIVE
    return (
        _evidence(law.real_codes, Target.PROPOSED, proposed, summary, "real-codes"),
        _evidence(law.real_codes, Target.EXACT, exact, summary, "real-codes"),
    )
