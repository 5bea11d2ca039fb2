"""The twin's own ground: closed-form values, and independence of its starting point."""

import mpmath as mp
import pytest

from theory.mean_field_precise import information_of_margins, load_of_margins, precise_summit


def test_digits_are_real_from_any_start():
    first = precise_summit("0.1", (1.0, 2.4), digits=20)
    second = precise_summit(mp.mpf("0.1"), (1.1, 2.5), digits=30)
    assert abs(first.load / second.load - 1) < mp.mpf(10) ** -20
    # Amit, Gutfreund & Sompolinsky's capacity: the summit of (erf(y)/y - 2/sqrt(pi) e^(-y^2))^2 / 2
    half = precise_summit("0.5", (2.1, 2.2), digits=20)
    y = half.u / mp.sqrt(2)
    with mp.workdps(40):
        assert abs(half.load - (mp.erf(y) / y - 2 / mp.sqrt(mp.pi) * mp.exp(-y * y)) ** 2 / 2) < mp.mpf(10) ** -20


def test_information_of_a_symmetric_channel():
    u = mp.mpf(1)
    with mp.workdps(30):
        error = mp.erfc(u / mp.sqrt(2)) / 2
        expected = 1 + error * mp.log(error, 2) + (1 - error) * mp.log(1 - error, 2)
        assert abs(information_of_margins(u, u, mp.mpf("0.5")) - expected) < mp.mpf(10) ** -28


def test_raw_input_hears_the_mean_activity():
    u, v, a = mp.mpf(2), mp.mpf(3), mp.mpf("0.2")
    firing = a * mp.ncdf(u) + (1 - a) * mp.ncdf(-v)
    ratio = load_of_margins(u, v, a, "centred") / load_of_margins(u, v, a, "raw")
    assert float(ratio) == pytest.approx(float(firing / ((1 - 2 * a) * firing + a**2)), rel=1e-12)


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="activity must be"):
        precise_summit("0", (1, 2))
    with pytest.raises(ValueError, match="input must be"):
        precise_summit("0.1", (1, 2), "centered")  # pyright: ignore[reportArgumentType]
    with pytest.raises(ValueError, match="retrieval must be"):
        precise_summit("0.1", (1, 2), "raw", "wta")  # pyright: ignore[reportArgumentType]
