import numpy as np
import pytest
from scipy import stats

from theory.characteristic import upper_tail


def binomial(count, share, spacing):
    """A binomial law on a lattice, centred: its logarithmic characteristic function and its deviation."""

    def log_characteristic(t):
        half = np.sin(t * spacing / 2) ** 2
        size = np.log1p(-4 * share * (1 - share) * half) / 2
        turn = np.arctan2(share * np.sin(t * spacing), 1 - 2 * share * half) - t * spacing * share
        return count * (size + 1j * turn)

    return log_characteristic, spacing * np.sqrt(count * share * (1 - share))


@pytest.mark.parametrize(("count", "share"), [(1, 0.3), (7, 0.4), (400, 0.02), (10_000, 0.3)])
@pytest.mark.parametrize("spacing", [1.0, 0.01, 50.0])
def test_tails_of_a_binomial_law(count, share, spacing):
    log_characteristic, deviation = binomial(count, share, spacing)
    for value in sorted({0, count // 50, int(count * share), min(int(count * share) + 5, count)}):
        threshold = (value + 0.5 - count * share) * spacing
        found = upper_tail(log_characteristic, deviation, threshold, spacing, 2**14)
        assert found == pytest.approx(stats.binom.sf(value, count, share), abs=1e-12)


def test_a_fine_lattice_needs_few_frequencies():
    log_characteristic, deviation = binomial(10**8, 0.01, 1.0)
    threshold = 4567.5
    found = upper_tail(log_characteristic, deviation, threshold, 1.0, 128)
    assert found == pytest.approx(stats.binom.sf(10**6 + 4567, 10**8, 0.01), rel=1e-7)


def test_bad_input():
    with pytest.raises(ValueError, match="deviation and spacing must be positive"):
        upper_tail(lambda t: 0j * t, 0.0, 0.5, 1.0, 100)
