"""How the tables of the simulations bear on the claims of Theorem 2.

Each function takes a labelled table as `sims` summarises it and returns evidence of grade Monte Carlo. The findings are
computed by `proofs.agreement`; nothing here knows what the outcome should be. Where a claim is an inequality, it fails
if Holm's procedure rejects it anywhere.
"""

import itertools

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from proofs.agreement import Agreement, agreement, t_p_values
from proofs.claim import Claim, Evidence, Finding, Target
from proofs.grades import Grade
from proofs.theorem2 import any_rule, ceiling, extensions, law, one_step, printed, retrieval
from theory.ceiling import shannon_ceiling

Real = NDArray[np.float64]

FEWEST_ACTIVE = 400
"""Active units of a pattern below which a finite network is not held against a limit of large N."""


def _evidence(claim: Claim, target: Target, what: str, family: Agreement, source: str) -> Evidence:
    summary = f"{what}: {family.summary}"
    return Evidence(claim.id, claim.fingerprint, Grade.MONTE_CARLO, target, family.finding, summary, source=source)


def exceeds_p_values(estimate: ArrayLike, standard_error: ArrayLike, bound: ArrayLike, replicas: ArrayLike) -> Real:
    """One-sided t-test p-values against "the mean is at most the bound": small where it is significantly above.

    Without scatter the comparison is exact: 0 above the bound, 1 otherwise. NaN estimates stay NaN.
    """
    excess = np.asarray(estimate, float) - bound
    error = np.asarray(standard_error, float)
    with np.errstate(divide="ignore", invalid="ignore"):
        tested = stats.t.sf(excess / error, np.asarray(replicas) - 1)
    exact = np.where(np.isnan(excess), np.nan, np.where(excess > 0, 0.0, 1.0))
    return np.where(error > 0, tested, exact)


def _standard_error(table: xr.Dataset, quantity: str) -> Real:
    """The standard error behind a 95% t interval over replicas."""
    width = table[f"{quantity}_high"].values - table[f"{quantity}_low"].values
    return width / (2 * stats.t.ppf(0.975, table["replicas"].values - 1))


def _reach(table: xr.Dataset) -> str:
    """The network sizes and activities of a table, in words."""
    sizes, levels = table["neurons"].values, table["activity"].values
    return f"N = {sizes.min()} to {sizes.max()}, a = {levels.min():g} to {levels.max():g}"


def _bits_exceed(table: xr.Dataset, bound: str) -> Agreement:
    """Test whether the retrieved information is anywhere significantly above a bound in the same table."""
    bits = table["bits_per_synapse"].values
    error = _standard_error(table, "bits_per_synapse")
    return agreement(exceeds_p_values(bits, error, table[bound].values, table["replicas"].values))


# --- capacities -----------------------------------------------------------------------------------------------------


def printed_shape(activity: ArrayLike) -> Real:
    """The capacity law as printed, `a / ln(1/a)`, up to its constant."""
    a = np.asarray(activity, float)
    return a / np.log(1 / a)


def law_p_values(table: xr.Dataset, groups: tuple[str, ...]) -> tuple[Real, Real]:
    """Test the printed law, and the law in words, on neighbouring activities that share everything in `groups`.

    Returns:
        Two-sided p-values that capacities stand in the ratio of the printed law, and one-sided p-values that the
        sparser code stores at least as much (a <= 1/2), each of shape (pairs,).
    """
    error = _standard_error(table, "load")
    columns = [table[name].values for name in groups]
    keys = list(zip(*columns, strict=True))
    in_ratio, at_least = [], []
    for key in dict.fromkeys(keys):
        rows = [row for row, each in enumerate(keys) if each == key and np.isfinite(table["load"].values[row])]
        rows.sort(key=lambda row: float(table["activity"].values[row]))
        for sparse, dense in itertools.pairwise(rows):
            pair = [sparse, dense]
            load, level = table["load"].values[pair], table["activity"].values[pair]
            replicas = int(table["replicas"].values[pair].min())
            ratio = float(np.divide(*printed_shape(level)))
            spread = np.hypot(error[sparse], ratio * error[dense])
            in_ratio.append(t_p_values(load[0] - ratio * load[1], spread, np.zeros(()), np.array(replicas)))
            if level[1] <= 0.5:
                spread = np.hypot(error[sparse], error[dense])
                at_least.append(float(exceeds_p_values(load[1] - load[0], spread, 0.0, replicas)))
    return np.array(in_ratio), np.array(at_least)


def _from_law(table: xr.Dataset, groups: tuple[str, ...], source: str) -> tuple[Evidence, ...]:
    in_ratio, at_least = law_p_values(table, groups)
    reach = _reach(table)
    return (
        _evidence(
            law.law,
            Target.PROPOSED,
            f"capacities at neighbouring activities in the ratio of the printed law, {reach}",
            agreement(in_ratio),
            source,
        ),
        _evidence(
            law.words,
            Target.PROPOSED,
            f"the sparser code stores at least as many patterns, {reach}",
            agreement(at_least),
            source,
        ),
    )


def from_capacity(table: xr.Dataset) -> tuple[Evidence, ...]:
    """Evidence from capacities of full retrieval dynamics (`summarise_capacity`).

    The printed law and the law in words are tested on neighbouring activities; the mean-field capacity on the plain
    dynamics of the largest network of each kind, where finite size matters least.
    """
    groups = ("code", "retrieval", "dynamics", "update", "neurons")
    plain = table.isel(point=np.flatnonzero(table["dynamics"].values == "plain"))
    largest = int(plain["neurons"].max()) if plain.sizes["point"] else 0
    plain = plain.isel(point=np.flatnonzero(plain["neurons"].values == largest))
    family = agreement(
        t_p_values(
            plain["load"].values, _standard_error(plain, "load"), plain["predicted"].values, plain["replicas"].values
        )
    )
    return (
        *_from_law(table, groups, "capacity"),
        _evidence(
            retrieval.plain,
            Target.EXACT,
            f"measured capacity of the plain dynamics against the mean field's, N = {largest}",
            family,
            "capacity",
        ),
    )


def from_keyed_capacity(table: xr.Dataset) -> tuple[Evidence, ...]:
    """Evidence from one-step capacities at a given error rate (`summarise_keyed_capacity`)."""
    return (
        *_from_law(table, ("access", "code", "neurons", "criterion"), "keyed-capacity"),
        _evidence(
            printed.bound,
            Target.PROPOSED,
            f"retrieved information at most the printed ceiling (equal to the true law at a = 1/2), {_reach(table)}",
            _bits_exceed(table, "printed_bits"),
            "keyed-capacity",
        ),
    )


def from_alpha(table: xr.Dataset) -> tuple[Evidence, ...]:
    """Evidence on the form of alpha(eps, a), from the table of `from_keyed_capacity`.

    Each measured capacity is tested against alpha(eps, a) times the exact law's finite-N correction, of order one over
    the active units: `load_exact`, which is found from the same loads in the same way.
    """
    load, exact = table["load"].values, table["load_exact"].values
    family = agreement(t_p_values(load, _standard_error(table, "load"), exact, table["replicas"].values))
    correction = exact / table["load_gaussian"].values - 1
    correction = correction[np.isfinite(correction)]
    reach = f"{correction.min():+.1%} to {correction.max():+.1%}" if correction.size else "unknown"
    what = f"one-step capacities against alpha(eps, a) with its exact finite-N correction ({reach}), {_reach(table)}"
    return (_evidence(one_step.alpha_form, Target.EXACT, what, family, "keyed-capacity"),)


def from_one_step(table: xr.Dataset) -> tuple[Evidence, ...]:
    """Evidence on the form of alpha(eps, a) at large N, from one step without stored patterns (`summarise_one_step`).

    Error rates and the load that alpha(eps, a) gives for the measured errors are tested against their exact values at
    the same N and threshold; how far these lie from the formula is told.
    """
    exact = table["load_found_exact"].values
    error = _standard_error(table, "load_found")
    loads = t_p_values(table["load_found"].values, error, exact, table["replicas"].values)
    names = ("miss_p_value", "false_alarm_p_value", "miss_drawn_p_value", "false_alarm_drawn_p_value")
    family = agreement([*loads, *(value for name in names for value in table[name].values)])
    correction = exact / table["load"].values - 1
    largest = table["neurons"].values == table["neurons"].values.max()
    what = (
        f"one-step errors with the exact finite-N correction, {_reach(table)} (at most "
        f"{np.abs(correction).max():.2%} of alpha(eps, a), {np.abs(correction[largest]).max():.2%} at the largest N)"
    )
    return (_evidence(one_step.alpha_form, Target.EXACT, what, family, "one-step"),)


DENSE = 0.1
"""The activity that a single active unit is compared with at finite N."""


def from_optimum(table: xr.Dataset, best: xr.Dataset) -> tuple[Evidence, ...]:
    """Evidence on the optimal activity, from memories of every code size filled to capacity (`summarise_optimum`).

    Exact statement: errors follow their exact law, a single active unit does not beat activity 1/10, and no size of a
    network beats the one that is best by the exact law. Proposed: bits at neighbouring activities stand as a^2.

    Args:
        table: a row for every code size.
        best: a row for every rule and network, as `sims.optimum.best_sizes` returns it.
    """
    error, replicas = _standard_error(table, "bits_per_synapse"), table["replicas"].values
    bits, active, level = (table[name].values for name in ("bits_per_synapse", "active", "activity"))

    def beats(row: int, other: int) -> float:
        spread = np.hypot(error[row], error[other])
        return float(exceeds_p_values(bits[row] - bits[other], spread, 0.0, replicas[[row, other]].min()))

    in_ratio: list[Real] = []
    family = [*table["miss_p_value"].values, *table["false_alarm_p_value"].values]
    for each in range(best.sizes["point"]):
        rule, neurons, expected = (best[name].values[each] for name in ("rule", "neurons", "active_exact"))
        rows = np.flatnonzero((table["rule"].values == rule) & (table["neurons"].values == neurons))
        rows = rows[np.argsort(active[rows])]
        (top,) = rows[active[rows] == expected]
        dense = rows[np.isclose(level[rows], DENSE)]
        family += [beats(single, other) for single in rows[active[rows] == 1] for other in dense]
        family += [beats(row, top) for row in rows if row != top]
        for sparse, denser in itertools.pairwise(rows):
            ratio = (level[sparse] / level[denser]) ** 2
            spread = np.hypot(error[sparse], ratio * error[denser])
            difference = bits[sparse] - ratio * bits[denser]
            in_ratio.append(t_p_values(difference, spread, np.zeros(()), replicas[[sparse, denser]].min()))
    columns = (best[name].values for name in ("rule", "neurons", "active", "active_low", "active_high"))
    sizes = ", ".join(
        f"{rule} {size} [{low}, {high}] of {neurons}" for rule, neurons, size, low, high in zip(*columns, strict=True)
    )
    what = f"no code size beats the exact law's best, nor one active unit a = {DENSE}; best measured: {sizes}"
    return (
        _evidence(printed.optimum, Target.EXACT, what, agreement(family), "optimum"),
        _evidence(
            printed.optimum,
            Target.PROPOSED,
            f"bits per synapse at neighbouring activities in the ratio of a^2, {_reach(table)}",
            agreement(np.array(in_ratio)),
            "optimum",
        ),
    )


# --- information ----------------------------------------------------------------------------------------------------


def from_keyed(table: xr.Dataset) -> tuple[Evidence, ...]:
    """Evidence from one step at given loads (`summarise_keyed`): errors against their law, bits under ceilings."""
    laws = np.stack([table["miss_p_value"].values, table["false_alarm_p_value"].values]).ravel()
    bits = exceeds_p_values(
        table["bits_per_synapse"].values,
        _standard_error(table, "bits_per_synapse"),
        table["ceiling"].values,
        table["replicas"].values,
    )
    reach = _reach(table)
    under = f"retrieved information at most the Shannon ceiling, {reach}"
    return (
        _evidence(
            ceiling.keyed,
            Target.EXACT,
            f"error rates against their exact law, and retrieved information at most the ceiling, {reach}",
            agreement([*laws, *bits]),
            "keyed",
        ),
        *(
            _evidence(claim, Target.EXACT, under, agreement(bits), "keyed")
            for claim in (ceiling.theorem2, printed.bound)
        ),
        _evidence(
            printed.bound,
            Target.PROPOSED,
            f"retrieved information at most the printed ceiling (equal to the true law at a = 1/2), {reach}",
            _bits_exceed(table, "printed_bound"),
            "keyed",
        ),
    )


def from_feedback(retrieved: xr.Dataset, keyed: xr.Dataset) -> tuple[Evidence, ...]:
    """Evidence on the ceiling at the fixed points of the plain dynamics, and what the feedback loses.

    The loss compares, below the mean field's capacity, a fixed point's bits with those of one keyed step at the same
    load and activity, interpolated between the measured loads.

    Args:
        retrieved: as `sims.recall.summarise_retrieval` returns it.
        keyed: as `sims.keyed.summarise_keyed` returns it.
    """
    bits, error, predicted = (
        retrieved["bits_per_synapse"].sel(statistic=name).values for name in ("estimate", "standard_error", "predicted")
    )
    load, level = retrieved["load"].values, retrieved["activity"].values
    family = agreement(exceeds_p_values(bits, error, shannon_ceiling(load), retrieved["replicas"].values))
    one_step_bits = np.full(load.shape, np.nan)
    for activity in np.unique(level):
        rows = keyed.isel(point=np.flatnonzero(keyed["activity"].values == activity)).sortby("load")
        if rows.sizes["point"]:
            here, loads = level == activity, rows["load"].values
            one_step_bits[here] = np.interp(
                np.log(load[here]), np.log(loads), rows["bits_per_synapse"].values, left=np.nan, right=np.nan
            )
    left = (bits / one_step_bits)[np.isfinite(predicted)]
    left = left[np.isfinite(left)]
    kept = f"; below capacity {left.min():.0%} to {left.max():.0%} of one keyed step's are left" if left.size else ""
    what = f"bits retrieved at fixed points at most the Shannon ceiling, {_reach(retrieved)}{kept}"
    return (_evidence(retrieval.feedback, Target.EXACT, what, family, "retrieval"),)


def from_graded(table: xr.Dataset) -> tuple[Evidence, ...]:
    """Evidence on graded units: the signal-to-noise ratio, the ceiling, and that Gaussian units attain it."""
    snr, error, predicted = (
        table["snr"].sel(statistic=name).values for name in ("estimate", "standard_error", "predicted")
    )
    replicas, bits = table["replicas"].values, table["bits_per_synapse"].values
    spread, most = _standard_error(table, "bits_per_synapse"), table["ceiling"].values
    gaussian = table["law"].values == "gaussian"
    attained = t_p_values(bits[gaussian], spread[gaussian], most[gaussian], replicas[gaussian])
    below = exceeds_p_values(bits[~gaussian], spread[~gaussian], most[~gaussian], replicas[~gaussian])
    family = agreement([*t_p_values(snr, error, predicted, replicas), *attained, *below])
    what = f"signal-to-noise ratio of graded units, Gaussian ones at the ceiling, others below, {len(bits)} points"
    return (_evidence(extensions.continuous, Target.EXACT, what, family, "graded"),)


def from_amp(table: xr.Dataset) -> tuple[Evidence, ...]:
    """Evidence on Onsager-corrected retrieval: the overlap at every step against its state evolution.

    State evolution is a limit of large patterns: networks with fewer than `FEWEST_ACTIVE` active units are left out.
    """
    active = table["activity"].values * table["neurons"].values
    table = table.isel(point=np.flatnonzero(active >= FEWEST_ACTIVE))
    if not table.sizes["point"]:
        return ()
    estimate, error, predicted = (
        table["overlap"].sel(statistic=name).values for name in ("estimate", "standard_error", "predicted")
    )
    replicas = np.broadcast_to(table["replicas"].values, estimate.T.shape).T
    family = agreement(t_p_values(estimate, error, predicted, replicas))
    what = f"overlap step by step against state evolution, {_reach(table)}, at least {FEWEST_ACTIVE} active units"
    return (_evidence(retrieval.amp, Target.EXACT, what, family, "amp"),)


def from_rules(table: xr.Dataset) -> tuple[Evidence, ...]:
    """Evidence on the bound for every rule: error-free recall, by whatever rule, at most 1/a patterns per unit.

    No chance is involved: a single error-free network beyond the bound would refute it.
    """
    load, level = table["load"].values, table["activity"].values
    free = table["error_rate"].values == 0
    found = []
    for claim, points in ((any_rule.cover, free & (level <= 0.5)), (any_rule.two_bits, free & (level == 0.5))):
        above = int((load[points] * level[points] > 1).sum())
        finding = Finding.FAILS if above else Finding.HOLDS if points.any() else Finding.INCONCLUSIVE
        rules = ", ".join(sorted({str(each) for each in table["rule"].values[points]})) or "none"
        highest = float((load * level)[points].max()) if points.any() else 0.0
        summary = (
            f"error-free networks beyond N/a patterns: {above} of {int(points.sum())} "
            f"(highest load times a {highest:.3g}; rules: {rules})"
        )
        found.append(
            Evidence(claim.id, claim.fingerprint, Grade.MONTE_CARLO, Target.EXACT, finding, summary, source="rules")
        )
    return tuple(found)
