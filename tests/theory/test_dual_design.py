import pytest

from theory.block_code import one_shot_bits
from theory.dual_design import Design, best_single
from theory.dual_regime import (
    dual_bits,
    separable_items,
)


def test_a_design_adds_up():
    design = Design(16, 120, 1 / 16, 0.5, 24)
    assert design.fast_synapses == 16 * 16 * 24 // 4
    assert design.slow_synapses == 120 * 24
    assert design.capacity == design.slow_items == separable_items(120, 24)
    assert design.bits_per_synapse == design.capacity * 24 / design.synapses
    assert design.fraction == design.fast_items / design.slow_items
    assert design.bottleneck == "slow zone"
    assert design.offline_phases == -(-design.slow_items // design.fast_items)
    assert design.gain == design.capacity / design.single.items > 1
    assert 0 < design.critical_fraction < 1
    assert design.predicted_bits_per_synapse > design.bits_per_synapse


def test_a_given_rho_can_make_the_fast_zone_the_bottleneck():
    free = Design(48, 120, 1 / 16, 0.5, 24)
    tight = Design(48, 120, 1 / 16, 0.5, 24, rho=2 * free.fraction)
    loose = Design(48, 120, 1 / 16, 0.5, 24, rho=free.fraction / 2)
    assert (tight.bottleneck, loose.bottleneck) == ("fast zone", "slow zone")
    assert tight.capacity == pytest.approx(free.capacity / 2, abs=1)
    assert loose.capacity == free.capacity
    assert tight.offline_phases < free.offline_phases < loose.offline_phases


def test_a_design_in_the_best_proportion_has_the_predicted_content_at_large_size():
    rho, load = 0.2, 1.5
    eta = one_shot_bits(0.5)
    fast = round(rho * load / eta * 3000)
    design = Design(fast, 3000, 0.5, 0.5, 8, slow_load=load, rho=rho)
    assert design.bits_per_synapse == pytest.approx(dual_bits(rho, eta, load), rel=0.01)
    assert design.predicted_bits_per_synapse == pytest.approx(dual_bits(rho, eta, load), rel=1e-12)


def test_the_best_single_regime_beats_every_code_by_itself():
    best = best_single(6000, 12)
    assert best.activity in (0.5, 0.25, 0.125, 1 / 16, 1 / 64)
    assert best.bits_per_synapse >= best_single(6000, 1).bits_per_synapse * 0.99  # one bit: only dense fits


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"activity_fast": 0.3}, "fast zone: activity must be 1/2"),
        ({"item_bits": 25}, "fast zone: the code cannot carry items of 25 bits.*multiple of 4, such as 24 or 28"),
        ({"activity_slow": 1 / 32}, "slow zone: the code cannot carry items of 24 bits"),
        ({"neurons_fast": 8, "keys": "block"}, "too small for one item: a key needs a whole block of 16 units"),
        ({"neurons_fast": 24, "keys": "block"}, "24 key units do not make whole blocks of 16.*such as 16 or 32"),
        ({"neurons_fast": 1}, "fast zone is too small: its 1 key units hold 1 item"),
        ({"neurons_slow": 1}, "slow zone is smaller than one fast zone's content"),
        ({"slow_load": 2.1}, "slow_load .* between 0 and 2"),
        ({"rho": 1.5}, "rho .* in \\(0, 1\\]"),
        ({"rho": 0.001}, "less than one item: take rho of at least 0.00"),
        ({"error_rate": 0.5}, "error_rate"),
        ({"neurons_slow": 0}, "neurons_slow must be an integer of at least 1"),
    ],
)
def test_impossible_designs_are_refused_with_the_reason(change, message):
    design = {"neurons_fast": 16, "neurons_slow": 120, "activity_fast": 1 / 16, "activity_slow": 0.5, "item_bits": 24}
    with pytest.raises(ValueError, match=message):
        Design(**{**design, **change})


def test_a_size_that_holds_nothing_is_refused():
    with pytest.raises(ValueError, match="hold no item"):
        best_single(3, 12)
