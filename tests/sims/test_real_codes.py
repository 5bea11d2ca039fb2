"""Codes of images: ranks against a plain k-WTA, nesting, and independence where it should hold."""

import numpy as np
import pytest

from sims.real_codes import RealCodePoint, images, measure_real_codes, ranks, summarise_real_codes
from theory.activity import CODING_LEVELS


def test_codes_have_exactly_k_units_with_the_largest_fields_and_are_nested():
    fields = np.random.default_rng(0).normal(size=(20, 50))
    fields[:, 7] = fields[:, 3]  # ties go to the lower index
    rank = ranks(fields)
    for size in (1, 5, 25):
        code = rank < size
        assert (code.sum(axis=1) == size).all()
        assert np.where(code, fields, np.inf).min() >= -np.inf
        for row, chosen in zip(fields, code, strict=True):
            assert row[chosen].min() >= row[~chosen].max()
            assert not (chosen[7] and not chosen[3])
        assert (~code | (rank < size + 1)).all()


def test_images_are_the_bundled_ones():
    assert images("digits", 0).shape == (1797, 64)
    photographs = images("photographs", 0)
    assert photographs.shape == (2000, 256)
    assert 0 <= photographs.min() < photographs.max() <= 1


def test_interference_of_nested_codes_never_falls_and_exceeds_chance():
    point = RealCodePoint("digits", False, 300, 200, 2, 0)
    data = measure_real_codes(point)
    assert (np.diff(data["interference"].values, axis=1) >= 0).all()
    table = summarise_real_codes((point,), [data])
    assert table.sizes == {"code": 1, "activity": len(CODING_LEVELS)}
    assert (table["excess_low"].values[0, 1:3] > 1).all()


def test_measurement_is_reproducible_from_its_seed():
    first, again, other = (measure_real_codes(RealCodePoint("digits", True, 100, 50, 2, seed)) for seed in (5, 5, 6))
    assert first.identical(again)
    assert not first.identical(other)


@pytest.mark.parametrize("change", [{"neurons": 1}, {"pairs": 0}, {"replicas": 1}])
def test_points_refuse_bad_fields(change):
    fields = {"source": "digits", "centred": True, "neurons": 100, "pairs": 10, "replicas": 2, "seed": 0}
    with pytest.raises(ValueError, match="must be"):
        RealCodePoint(**{**fields, **change})
