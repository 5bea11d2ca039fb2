"""How the tables of Experiments 2 and 3 bear on their claims: rules on capacity, richness and their product."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import xarray as xr

from proofs.agreement import holm
from proofs.claim import Evidence, Finding
from proofs.grades import Grade
from proofs.predictions import PREDICTIONS, Prediction

Row = Mapping[str, Any]


def from_experiment2(trends: xr.Dataset, methods: xr.Dataset) -> tuple[Evidence, ...]:
    """Evidence on the claims of Experiment 2.

    Args:
        trends: `transformer_checks.exp2.sweep_trends`.
        methods: `transformer_checks.exp2.against_sweep`.
    """
    swept, compared = _rows(trends), _rows(methods)
    judged: dict[str, Callable[[Prediction], tuple[Finding, str] | None]] = {
        "opposite-trends": lambda rule: _opposite(rule, swept),
        "bounded-product": lambda rule: _bounded(rule, swept),
        "none-exceeds": lambda rule: _none_exceeds(rule, compared),
    }
    return _evidence(2, judged)


def from_experiment3(comparisons: xr.Dataset) -> tuple[Evidence, ...]:
    """Evidence on the claims of Experiment 3, from `transformer_checks.exp3.comparisons`."""
    rows = _rows(comparisons)
    return _evidence(3, {"exceeds": lambda rule: _exceeds(rule, rows)})


def _evidence(
    experiment: int, judged: Mapping[str, Callable[[Prediction], tuple[Finding, str] | None]]
) -> tuple[Evidence, ...]:
    found = []
    for prediction in PREDICTIONS.values():
        outcome = judged[prediction.test](prediction) if prediction.experiment == experiment else None
        if outcome is not None:
            finding, summary = outcome
            claim, source = prediction.claim, f"exp{experiment}"
            found.append(
                Evidence(
                    claim.id, claim.fingerprint, Grade.MONTE_CARLO, prediction.target, finding, summary, source=source
                )
            )
    return tuple(found)


def _opposite(rule: Prediction, rows: Iterable[Row]) -> tuple[Finding, str] | None:
    pair = _swept(rule, rows, rule.parameters["rising"], rule.parameters["falling"])
    if pair is None:
        return None
    up, down = pair
    if up["censored"]:
        return Finding.INCONCLUSIVE, _too_short(rule, up)
    alarm = rule.parameters["false_alarm"]
    wanted = holm([up["trend_p_rising"], down["trend_p_falling"]], alarm)
    against = holm([up["trend_p_falling"], down["trend_p_rising"]], alarm)
    finding = Finding.FAILS if against.any() else Finding.HOLDS if wanted.all() else Finding.INCONCLUSIVE
    return finding, f"{_trend(up)}; {_trend(down)} ({_setting(rule, up)})"


def _bounded(rule: Prediction, rows: Iterable[Row]) -> tuple[Finding, str] | None:
    found = _swept(rule, rows, rule.parameters["first"], rule.parameters["second"], "product")
    if found is None:
        return None
    first, second, product = found
    if product["censored"]:
        return Finding.INCONCLUSIVE, _too_short(rule, product)
    alarm, limit = rule.parameters["false_alarm"], rule.parameters["spread"]
    trends = [product["trend_p_rising"], product["trend_p_falling"]]
    opposite = [
        max(first["trend_p_rising"], second["trend_p_falling"]),
        max(first["trend_p_falling"], second["trend_p_rising"]),
    ]
    without_tradeoff = bool(holm(trends, alarm).any()) and not holm(opposite, alarm).any()
    wide = product["spread_low"] > limit
    narrow = product["spread_high"] < limit
    failed = without_tradeoff or wide
    finding = Finding.FAILS if failed else Finding.HOLDS if narrow else Finding.INCONCLUSIVE
    spread = (
        f"largest over smallest {product['spread']:.2f} [{product['spread_low']:.2f}, {product['spread_high']:.2f}]"
    )
    return finding, f"{_trend(first)}; {_trend(second)}; {_trend(product)}, {spread} ({_setting(rule, product)})"


def _none_exceeds(rule: Prediction, rows: Iterable[Row]) -> tuple[Finding, str] | None:
    own = [row for row in rows if row["eps"] == rule.parameters["eps"]]
    if not own:
        return None
    alarm = rule.parameters["false_alarm"]
    above = holm([row["more_p"] for row in own], alarm)
    below = holm([row["less_p"] for row in own], alarm)
    finding = Finding.FAILS if above.any() else Finding.HOLDS if below.all() else Finding.INCONCLUSIVE
    ordered = [*np.flatnonzero(above), *np.flatnonzero(~above)]
    told = "; ".join(f"{own[at]['system']} {_at_least(own[at])}{_difference(own[at], 'bits')}" for at in ordered)
    exceed = ", ".join(own[at]["system"] for at in np.flatnonzero(above)) or "none"
    return finding, (
        f"exceeding the best level ({own[0]['reference']}, {own[0]['reference_product']:.0f} bits): {exceed}. {told} "
        f"(forgetting up to {rule.parameters['eps']:g} nats, {own[0]['seeds']:g} seeds, Holm, "
        f"false-alarm rate {alarm:g})"
    )


def _exceeds(rule: Prediction, rows: Iterable[Row]) -> tuple[Finding, str] | None:
    wanted = {name: rule.parameters[name] for name in ("first", "quantity", "eps")}
    control = rule.parameters["second"]  # with all its variants, such as "B1-same, dense"
    own = [
        row
        for row in rows
        if all(row[name] == value for name, value in wanted.items())
        and (row["second"] == control or row["second"].startswith(f"{control},"))
    ]
    if not own:
        return None
    alarm = rule.parameters["false_alarm"]
    more = holm([row["more_p"] for row in own], alarm)
    less = holm([row["less_p"] for row in own], alarm)
    finding = Finding.HOLDS if more.all() else Finding.FAILS if (less & ~more).any() else Finding.INCONCLUSIVE
    told = "; ".join(
        f"against {row['second']} ({row['second_label']}) {_at_least(row, 'first_')}{row['first_mean']:.2f} and "
        f"{_at_least(row, 'second_')}{row['second_mean']:.2f} tasks, "
        f"difference {_difference(row, 'tasks')}"
        for row in own
    )
    return finding, f"{told} (forgetting up to {rule.parameters['eps']:g} nats, {own[0]['seeds']:g} seeds)"


def _swept(rule: Prediction, rows: Iterable[Row], *quantities: str) -> tuple[Row, ...] | None:
    """The rows of some quantities of k-winners-take-all at the rule's eps, or None if one is missing."""
    regime = f"eps={rule.parameters['eps']:g}"
    own = {row["quantity"]: row for row in rows if row["regime"] == regime and row["implementation"] == "kwta"}
    return tuple(own[name] for name in quantities) if set(quantities) <= set(own) else None


def _too_short(rule: Prediction, row: Row) -> str:
    return (
        f"the sequence is too short: at some level {row['censored']:.0%} of the seeds keep to forgetting of at most "
        f"{rule.parameters['eps']:g} nats to its end, so their capacity is not known"
    )


def _at_least(row: Row, prefix: str = "") -> str:
    return "at least " if row[f"{prefix}censored"] else ""


def _trend(row: Row) -> str:
    low, high = row["spearman_low"], row["spearman_high"]
    return f"{row['quantity']}: rank correlation with sparsity {row['spearman']:.2f} [{low:.2f}, {high:.2f}]"


def _difference(row: Row, unit: str) -> str:
    return f"{row['difference']:+.3g} [{row['difference_low']:+.3g}, {row['difference_high']:+.3g}] {unit}"


def _setting(rule: Prediction, row: Row) -> str:
    return f"forgetting up to {rule.parameters['eps']:g} nats, {row['levels']} levels, {row['seeds']} seeds"


def _rows(table: xr.Dataset) -> list[dict[str, Any]]:
    names = list(table.data_vars)
    return [{str(name): table[name].values[row].item() for name in names} for row in range(table.sizes.get("row", 0))]
