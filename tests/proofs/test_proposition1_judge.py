"""Judging is not a formality: tables that contradict a statement are judged to."""

import numpy as np
import pytest
import xarray as xr
from scipy import stats

from proofs.claim import Finding, Target
from proofs.grades import Grade
from proofs.proposition1 import judge

REPLICAS = 8
REACH = float(stats.t.ppf(0.975, REPLICAS - 1))


def measured(dims, estimate, error):
    """A quantity with the interval that this standard error gives over the replicas."""
    estimate, error = np.broadcast_arrays(np.asarray(estimate, float), error)
    return {"": (dims, estimate), "_low": (dims, estimate - REACH * error), "_high": (dims, estimate + REACH * error)}


def table(dims, coordinates, **quantities):
    data = {f"{name}{end}": values for name, parts in quantities.items() for end, values in parts.items()}
    return xr.Dataset(data, {**coordinates, "replicas": ("point", [REPLICAS] * len(coordinates["system"][1]))})


def gain_table(system, gain, predicted, error=0.02, accounting="no copy", equal_zones=False):
    """Two points of one system."""
    made = table(
        "point",
        {
            "system": ("point", [system] * 2),
            "accounting": ("point", [accounting] * 2),
            "equal_zones": ("point", [equal_zones] * 2),
            "rho": ("point", [0.1, 0.5]),
            "synapses": ("point", [30_000, 60_000]),
        },
        gain=measured("point", gain, error),
        bits_per_synapse=measured("point", np.asarray(gain) / 5, error / 5),
    )
    made["predicted_gain"] = ("point", np.asarray(predicted, float))
    made["predicted"] = made["predicted_gain"] / 5
    return made


def findings(evidence):
    return {(each.claim_id, each.target): each.finding for each in evidence}


SYSTEMS = {
    "P1.gain_simulated": {"system": judge.FROZEN, "accounting": judge.COPY_NOT_COUNTED},
    "P1.copy": {"system": judge.FROZEN, "accounting": judge.COPY_COUNTED},
    "P1.same": {"system": judge.FROZEN, "accounting": judge.COPY_NOT_COUNTED, "equal_zones": True},
    "P1.live": {"system": judge.LIVE},
}


@pytest.mark.parametrize("claim", SYSTEMS)
@pytest.mark.parametrize("error", [0.02, 0.0])
def test_gains_as_predicted_hold_and_others_fail(claim, error):
    def found(predicted):
        rows = gain_table(gain=[4.0, 1.7], predicted=predicted, error=error, **SYSTEMS[claim])
        return findings(judge.from_gain(rows))

    assert set(found([4.01, 1.69])) == {(claim, Target.EXACT), ("P1", Target.PROPOSED)}
    assert found([4.01, 1.69])[claim, Target.EXACT] is Finding.HOLDS
    assert found([4.1, 1.65])[claim, Target.EXACT] is Finding.HOLDS  # within the tolerance
    assert found([4.0, 2.2])[claim, Target.EXACT] is Finding.FAILS


def test_without_a_single_regime_only_the_content_is_tested():
    rows = gain_table(judge.LIVE, [np.nan, np.nan], [np.nan, np.nan])
    rows["bits_per_synapse"], rows["predicted"] = ("point", [0.8, 0.4]), ("point", [0.8, 0.4])
    rows["bits_per_synapse_low"], rows["bits_per_synapse_high"] = ("point", [0.7, 0.3]), ("point", [0.9, 0.5])
    found = findings(judge.from_gain(rows))
    assert found["P1.live", Target.EXACT] is Finding.HOLDS
    assert found["P1", Target.PROPOSED] is Finding.INCONCLUSIVE


def test_some_gain_above_one_supports_existence_and_none_refutes_nothing():
    def found(gains):
        return findings(judge.from_gain(gain_table(judge.LIVE, gains, gains)))["P1", Target.PROPOSED]

    assert found([4.0, 0.6]) is Finding.HOLDS
    assert found([0.9, 0.6]) is Finding.INCONCLUSIVE
    assert found([1.03, 0.6]) is Finding.INCONCLUSIVE


def test_a_gain_of_batch_consolidation_contradicts():
    def found(gains):
        return findings(judge.from_gain(gain_table(judge.BATCH_HEBB, gains, [np.nan, np.nan])))

    assert found([0.9, 0.7]) == {("P1.as_constructed", Target.EXACT): Finding.HOLDS}
    assert found([1.4, 0.7]) == {("P1.as_constructed", Target.EXACT): Finding.FAILS}


def test_systems_without_a_claim_get_no_evidence():
    assert judge.from_gain(gain_table(judge.SINGLE, [1.0, 1.0], [1.0, 1.0])) == ()


@pytest.mark.parametrize(("difference", "finding"), [(0.0, Finding.HOLDS), (1e-15, Finding.FAILS)])
def test_the_identity_is_to_the_last_bit(difference, finding):
    (evidence,) = judge.from_identity(xr.Dataset({"weight_difference": ("memory", [0.0, difference])}))
    assert (evidence.claim_id, evidence.finding, evidence.grade) == ("P1.batch", finding, Grade.MONTE_CARLO)


def retention_table(error=0.01, predicted=0.01, information=(0.1, 0.2, 0.3), system=judge.SINGLE, activity=0.5):
    dims = ("point", "checkpoint")
    made = table(
        dims,
        {"system": ("point", [system]), "activity": ("point", [activity])},
        bit_error=measured(dims, [[0.0, error, 0.2]], [[0.0, 0.001, 0.01]]),
        information=measured(dims, [information], 0.001),
    )
    made["predicted_bit_error"] = (dims, [[1e-9, predicted, 0.2]])
    return made


def test_blackout_follows_the_table():
    def found(**change):
        return findings(judge.from_retention(retention_table(**change)))[("P1.blackout", Target.EXACT)]

    assert found() is Finding.HOLDS
    assert found(predicted=0.05) is Finding.FAILS
    assert found(information=(0.1, 0.3, 0.2)) is Finding.FAILS
    assert judge.from_retention(retention_table(system=judge.LIVE)) == ()
    assert judge.from_retention(retention_table(activity=1 / 64)) == ()


@pytest.mark.parametrize(("predicted", "finding"), [(101.0, Finding.HOLDS), (140.0, Finding.FAILS)])
def test_lifetimes_are_judged_by_their_prediction(predicted, finding):
    made = table("point", {"system": ("point", ["decaying"])}, lifetime=measured("point", [100.0], 2.0))
    made["predicted_lifetime"] = ("point", [predicted])
    (evidence,) = judge.from_lifetimes(made)
    assert (evidence.claim_id, evidence.finding) == ("P1.palimpsest", finding)


@pytest.mark.parametrize(("bits", "finding"), [([0.3, 0.9], Finding.HOLDS), ([0.3, 0.75], Finding.INCONCLUSIVE)])
def test_rehearsal_has_to_pass_the_ceiling_significantly(bits, finding):
    made = table(
        "point",
        {"system": ("point", ["rehearsed-hebb", "rehearsed-delta"]), "interval": ("point", [1, 1])},
        bits_per_synapse=measured("point", bits, 0.02),
    )
    (found,) = judge.from_rehearsal(made)
    assert (found.claim_id, found.finding) == ("P1.sufficient_only", finding)


def test_other_systems_say_nothing_of_rehearsal():
    assert judge.from_rehearsal(gain_table(judge.LIVE, [2.0, 2.0], [2.0, 2.0])) == ()
