"""Rows of the statistics tables: levels in the order of measured sparsity, and every number where it belongs."""

import numpy as np
import pytest

from transformer_checks.trends import agreement_row, linear_row, merge_levels, trend_row

RNG = np.random.default_rng(1)
SPARSITY = np.array([0.98, 0.55, 0.553, 0.95, 0.8, 0.9])[:, None] + 0.001 * RNG.normal(size=(6, 8))
INTERFERENCE = 1.5 * (1 - SPARSITY) ** 0.6 * np.exp(0.1 * RNG.normal(size=(6, 8)))
FORGETTING = 1.6 * INTERFERENCE**0.5 * np.exp(0.03 * RNG.normal(size=(6, 8)))


def test_levels_of_one_sparsity_are_one_level():
    sparsity, values = merge_levels(SPARSITY, INTERFERENCE)
    assert sparsity.shape == values.shape == (5, 8)
    assert (np.diff(sparsity.mean(axis=1)) > 0).all()
    np.testing.assert_allclose(values[0], INTERFERENCE[[1, 2]].mean(axis=0))
    np.testing.assert_allclose(values[-1], INTERFERENCE[0])


def test_merging_does_not_chain():
    """Levels 0.006 apart: each level is compared with the first of its group, not with its neighbour."""
    sparsity = np.array([0.5, 0.506, 0.512, 0.518])[:, None] * np.ones((1, 2))
    (merged,) = merge_levels(sparsity)
    np.testing.assert_allclose(merged[:, 0], [0.503, 0.515])


def test_a_falling_quantity():
    row = trend_row("r", "interference", "kwta", SPARSITY, INTERFERENCE)
    assert (row["regime"], row["quantity"], row["implementation"]) == ("r", "interference", "kwta")
    assert (row["levels"], row["seeds"]) == (5, 8)
    assert row["sparsity_least"] == pytest.approx(0.5515, abs=0.002)
    assert row["sparsity_most"] == pytest.approx(0.98, abs=0.002)
    assert row["spearman"] < -0.95
    assert row["trend_p_falling"] < 1e-9 < row["trend_p_rising"]
    assert row["falls_p"] < 1e-3 < row["rises_p"]
    assert row["nonmonotone_p"] == row["rises_p"]
    assert row["fall_low"] < 1 - (0.02 / 0.4485) ** 0.6 < row["fall_high"]


def test_a_bump_is_found_where_it_is():
    values = INTERFERENCE + 3 * (np.arange(6) == 5)[:, None]  # at s = 0.9
    row = trend_row("r", "interference", "kwta", SPARSITY, values)
    assert row["nonmonotone_p"] < 1e-3
    assert row["isotonic_p"] < 1e-3
    assert row["reversal_to"] == pytest.approx(0.9, abs=0.002)
    assert row["reversal_low"] > 2


def test_turning_a_quantity_over_turns_its_row_over():
    one, other = (trend_row("r", "q", "kwta", SPARSITY, sign * INTERFERENCE) for sign in (1, -1))
    assert other["spearman"] == pytest.approx(-float(one["spearman"]))
    for name, opposite in (("trend_p_falling", "trend_p_rising"), ("rises_p", "falls_p")):
        assert (one[name], one[opposite]) == pytest.approx((other[opposite], other[name]))
    assert other["fall"] == pytest.approx(-float(one["fall"]))


def test_forgetting_against_interference():
    row = linear_row("r", "interference", "forgetting", "kwta", SPARSITY, INTERFERENCE, FORGETTING)
    assert (row["predictor"], row["outcome"], row["levels"]) == ("interference", "forgetting", 5)
    assert row["exponent_low"] < 0.5 < row["exponent_high"] < 0.7
    assert row["bic_power"] < row["bic_proportional"]


def test_agreement_of_two_implementations():
    other = SPARSITY[::-1] - 0.01
    row = agreement_row("r", "interference", {"kwta": (SPARSITY, INTERFERENCE), "l1": (other, INTERFERENCE[::-1])})
    assert (row["first"], row["second"]) == ("kwta", "l1")
    assert row["first_p_falling"] < 1e-3
    assert row["second_p_falling"] < 1e-3
    assert row["difference_low"] <= row["difference"] <= row["difference_high"]
    assert 0 <= row["difference_at_least"] <= abs(float(row["difference"]))
    apart = agreement_row("r", "interference", {"kwta": (SPARSITY, INTERFERENCE), "l1": (other - 0.6, INTERFERENCE)})
    assert np.isnan([apart["common_low"], apart["difference"], apart["first_p_falling"]]).all()
    assert list(apart) == list(row)


def test_mistakes_name_their_row():
    broken = INTERFERENCE.copy()
    broken[2, 3] = np.nan
    with pytest.raises(ValueError, match="forgetting of l1 in the regime r: values must be finite, got nan at level 2"):
        trend_row("r", "forgetting", "l1", SPARSITY, broken)
    with pytest.raises(ValueError, match="at least 3 levels, got 2"):
        trend_row("r", "forgetting", "l1", SPARSITY[1:4], INTERFERENCE[1:4])
    with pytest.raises(ValueError, match="forgetting against interference of kwta in r: sparsity and quantities"):
        linear_row("r", "interference", "forgetting", "kwta", SPARSITY, INTERFERENCE[:3], FORGETTING)
    with pytest.raises(ValueError, match="two implementations, got"):
        agreement_row("r", "interference", {"kwta": (SPARSITY, INTERFERENCE)})
