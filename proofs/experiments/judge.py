"""How the statistics tables of Experiment 1 bear on its claims.

Each claim's rule (`proofs.predictions`) gives, for every regime, p-values against the prediction and one for it. Holm's
procedure over all regimes decides which count, separately for and against. A regime in which something against counts
is one where the prediction fails, even if what is for it counts too: a curve that falls over all and rises on the way
is not monotone. Regimes in which it fails are named first.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from scipy import stats

from proofs.agreement import holm
from proofs.claim import Evidence, Finding
from proofs.grades import Grade
from proofs.predictions import PREDICTIONS, REGIMES, Prediction

SOURCE = "exp1"
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Case:
    """What one regime says of a prediction, before the number of regimes is accounted for.

    Attributes:
        against: p-values of tests, each of which alone contradicts the prediction.
        support: p-value of the test that the prediction holds, NaN if it cannot be tested.
        numbers: the measured numbers, in words.
    """

    against: tuple[float, ...]
    support: float
    numbers: str


def from_experiment1(trends: xr.Dataset, linear: xr.Dataset, agreement: xr.Dataset) -> tuple[Evidence, ...]:
    """Evidence on all claims of Experiment 1, from the tables of `transformer_checks.trends` (dimension `row`).

    Of every claim, first the finding over all declared regimes, then one finding for each regime in which the
    prediction holds or fails.

    Raises:
        ValueError: a table lacks a column, or has two rows for one regime and question.
    """
    rows = {"trends": _rows(trends), "linear": _rows(linear), "agreement": _rows(agreement)}
    evidence: list[Evidence] = []
    for prediction in PREDICTIONS.values():
        if prediction.experiment == 1:
            table, key, case = _READERS[prediction.test]
            wanted = {column: prediction.parameters[name] for column, name in key.items()}
            found = _by_regime(rows[table], wanted)
            if prediction.test == "falls-no-further":
                found = _where_it_falls(prediction, rows["trends"], found)
            cases = {name: case(row, prediction) for name, row in found.items() if name in prediction.regimes}
            evidence += _findings(prediction, cases, sorted(set(found) - set(REGIMES)))
    return tuple(evidence)


# --- one regime -----------------------------------------------------------------------------------------------------


def _falls(row: Row, prediction: Prediction) -> Case:
    numbers = (
        f"rank correlation {row['spearman']:.2f} [{row['spearman_low']:.2f}, {row['spearman_high']:.2f}], falls by "
        f"{_percent(row['fall'])}, p {row['trend_p_falling']:.1g} falling"
    )
    if row["reversal"] > 0:
        numbers += (
            f"; rises by {row['reversal']:.3g} [{row['reversal_low']:.3g}, {row['reversal_high']:.3g}] from s = "
            f"{row['reversal_from']:.2f} to {row['reversal_to']:.2f}, p {row['rises_p']:.1g}"
        )
    return Case((row["rises_p"], row["trend_p_rising"]), row["trend_p_falling"], numbers)


def _exponent(row: Row, prediction: Prediction) -> Case:
    numbers = f"exponent {row['exponent']:.2f} [{row['exponent_low']:.2f}, {row['exponent_high']:.2f}]"
    low, high = prediction.parameters.get("low", 0.0), prediction.parameters["high"]
    with np.errstate(divide="ignore"):
        return _between(row, np.log(row["exponent"]), row["exponent_error"], np.log([low, high]), numbers)


def _scale(row: Row, prediction: Prediction) -> Case:
    numbers = f"factor {row['scale']:.2f} [{row['scale_low']:.2f}, {row['scale_high']:.2f}], R^2 {row['r_squared']:.2f}"
    limits = prediction.parameters["low"], prediction.parameters["high"]
    return _between(row, row["scale"], row["scale_error"], limits, numbers)


def _fall(row: Row, prediction: Prediction) -> Case:
    numbers = f"falls by {_percent(row['fall'])} [{_percent(row['fall_low'])}, {_percent(row['fall_high'])}]"
    below = _between(row, row["fall"], row["fall_error"], (-np.inf, prediction.parameters["margin"]), numbers)
    if row["regime"] in prediction.parameters.get("more", ()):
        return Case((below.support,), below.against[1], numbers)
    return below


def _same_trend(row: Row, prediction: Prediction) -> Case:
    falls, rises = (np.array([row[f"{each}_p_{way}"] for each in ("first", "second")]) for way in ("falling", "rising"))
    # Either of two ways of agreeing, or of disagreeing, may be found: hence twice the smaller p-value.
    agree = min(1.0, 2 * min(falls.max(), rises.max()))
    differ = min(1.0, 2 * min(max(falls[0], rises[1]), max(rises[0], falls[1])))
    numbers = f"rank correlations {row['first_spearman']:.2f} and {row['second_spearman']:.2f}{_range(row)}"
    if np.isnan(row["common_low"]):
        return Case((np.nan,), np.nan, "too few levels in a common range of sparsity")
    return Case((differ,), agree, numbers)


def _same_curve(row: Row, prediction: Prediction) -> Case:
    if np.isnan(row["common_low"]):
        return Case((np.nan,), np.nan, "too few levels in a common range of sparsity")
    margin = prediction.parameters["margin"]
    numbers = (
        f"difference {row['difference']:.0%}, within [{row['difference_low']:.0%}, {row['difference_high']:.0%}]"
        f"{_range(row)}"
    )
    # The bounds hold for all regimes together, so what they exclude is excluded without further correction.
    within = -margin < row["difference_low"] and row["difference_high"] < margin
    return Case((float(row["difference_at_least"] <= margin),), float(not within), numbers)


def _between(row: Row, estimate: float, error: float, limits: Iterable[float], numbers: str) -> Case:
    """Against: that a quantity is below, or above, its limits (t-tests). For: that it is between them."""
    low, high = limits
    if np.isnan(estimate):
        return Case((np.nan, np.nan), np.nan, "not defined")
    with np.errstate(divide="ignore", invalid="ignore"):
        below, above = (np.nan_to_num(np.float64(estimate - limit) / error) for limit in (low, high))
    degrees = row["seeds"] - 1
    above_low, above_high = float(stats.t.sf(below, degrees)), float(stats.t.sf(above, degrees))
    return Case((1 - above_low, above_high), max(above_low, 1 - above_high), numbers)


def _percent(share: float) -> str:
    return f"{round(share, 2) + 0.0:.0%}"  # adding zero turns -0 into 0


def _range(row: Row) -> str:
    return f" over s = {row['common_low']:.2f} to {row['common_high']:.2f}"


_TREND = {"quantity": "quantity", "implementation": "implementation"}
_LINEAR = {"predictor": "predictor", "outcome": "outcome", "implementation": "implementation"}
_AGREEMENT = {"quantity": "quantity", "first": "first", "second": "second"}
_READERS: dict[str, tuple[str, dict[str, str], Callable[[Row, Prediction], Case]]] = {
    "falls": ("trends", _TREND, _falls),
    "falls-no-further": ("trends", _TREND, _fall),
    "falls-by-regime": ("trends", _TREND, _fall),
    "exponent-within": ("linear", _LINEAR, _exponent),
    "exponent-below": ("linear", _LINEAR, _exponent),
    "scale-within": ("linear", _LINEAR, _scale),
    "same-trend": ("agreement", _AGREEMENT, _same_trend),
    "same-curve": ("agreement", _AGREEMENT, _same_curve),
}


# --- all regimes ----------------------------------------------------------------------------------------------------


def _decide(cases: Mapping[str, Case], false_alarm: float) -> dict[str, Finding]:
    """The finding in every regime, with Holm's correction over all of them."""
    against = [(name, p) for name, case in cases.items() for p in case.against if not np.isnan(p)]
    support = [(name, case.support) for name, case in cases.items() if not np.isnan(case.support)]

    def counted(tests: list[tuple[str, float]]) -> set[str]:
        rejected = holm([p for _, p in tests], false_alarm)
        return {name for (name, _), each in zip(tests, rejected, strict=True) if each}

    fails, holds = counted(against), counted(support)
    return {
        name: Finding.FAILS if name in fails else Finding.HOLDS if name in holds else Finding.INCONCLUSIVE
        for name in cases
    }


def _findings(prediction: Prediction, cases: Mapping[str, Case], undeclared: list[str]) -> list[Evidence]:
    false_alarm = prediction.parameters["false_alarm"]
    decided = _decide(cases, false_alarm)
    groups = {
        finding: [name for name, each in decided.items() if each is finding]
        for finding in (Finding.FAILS, Finding.HOLDS, Finding.INCONCLUSIVE)
    }
    missing = [name for name in prediction.regimes if name not in cases]
    holds = groups[Finding.HOLDS]
    if groups[Finding.FAILS]:
        overall = Finding.FAILS
    elif holds:
        overall = Finding.HOLDS if len(holds) == len(prediction.regimes) else Finding.HOLDS_ON_DOMAIN
    else:
        overall = Finding.INCONCLUSIVE
    parts = [
        f"{words} in {len(groups[finding])} of {len(cases)} regimes"
        + "".join(
            f"; {name}" + (f": {cases[name].numbers}" if finding is not Finding.HOLDS else "")
            for name in groups[finding]
        )
        for finding, words in (
            (Finding.FAILS, "fails"),
            (Finding.HOLDS, "holds"),
            (Finding.INCONCLUSIVE, "not significant either way"),
        )
        if groups[finding]
    ]
    parts += [f"not measured, or not in question: {', '.join(missing)}"] if missing else []
    parts += [f"not declared and not counted: {', '.join(undeclared)}"] if undeclared else []
    parts += [f"family false-alarm rate {false_alarm:g}, Holm"]
    evidence = [_evidence(prediction, overall, ". ".join(parts), ", ".join(holds), SOURCE)]
    for name in (*groups[Finding.FAILS], *holds):
        finding = Finding.FAILS if decided[name] is Finding.FAILS else Finding.HOLDS_ON_DOMAIN
        evidence.append(_evidence(prediction, finding, f"{name}: {cases[name].numbers}", name, f"{SOURCE} {name}"))
    return evidence


def _evidence(prediction: Prediction, finding: Finding, summary: str, domain: str, source: str) -> Evidence:
    claim = prediction.claim
    domain = domain if finding is Finding.HOLDS_ON_DOMAIN else ""
    return Evidence(claim.id, claim.fingerprint, Grade.MONTE_CARLO, prediction.target, finding, summary, domain, source)


def _where_it_falls(prediction: Prediction, trends: list[dict[str, Any]], found: Mapping[str, Row]) -> dict[str, Row]:
    """The regimes in which the quantity to be explained is found to fall."""
    wanted = {"quantity": prediction.parameters["given"], "implementation": prediction.parameters["implementation"]}
    cases = {
        name: _falls(row, prediction) for name, row in _by_regime(trends, wanted).items() if name in prediction.regimes
    }
    decided = _decide(cases, prediction.parameters["false_alarm"])
    return {
        name: row for name, row in found.items() if decided.get(name) is Finding.HOLDS or name not in prediction.regimes
    }


def _rows(table: xr.Dataset) -> list[dict[str, Any]]:
    names = list(table.data_vars)
    return [{str(name): table[name].values[row].item() for name in names} for row in range(table.sizes.get("row", 0))]


def _by_regime(rows: list[dict[str, Any]], wanted: Mapping[str, str]) -> dict[str, Row]:
    found: dict[str, Row] = {}
    for row in rows:
        lacking = [name for name in ("regime", *wanted) if name not in row]
        if lacking:
            raise ValueError(f"a statistics table of Experiment 1 lacks the columns {', '.join(lacking)}")
        if all(row[name] == value for name, value in wanted.items()):
            if row["regime"] in found:
                raise ValueError(f"two rows for the regime {row['regime']} and {wanted}")
            found[row["regime"]] = row
    return found
