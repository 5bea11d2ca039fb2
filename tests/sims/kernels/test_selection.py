"""Winners against a stable sort, for any guess."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sims.kernels.selection import BINS, winners

VALUES = st.one_of(st.integers(-5, 5), st.integers(-(2**40), 2**40), st.sampled_from([-(2**62), 2**62, 0]))


@settings(deadline=None)  # the first call compiles
@given(st.lists(VALUES, min_size=1, max_size=200), st.data())
def test_winners_are_those_of_a_stable_sort(values, data) -> None:
    active = data.draw(st.integers(1, len(values)))
    guess = data.draw(VALUES)
    fields = np.array(values, np.int64)
    found, some = np.empty(len(values) + 1, np.int32), np.empty(len(values), np.int64)
    last, _ = winners(fields, len(values), active, guess, found, np.empty(BINS, np.int32), some)
    expected = sorted(sorted(range(len(values)), key=lambda index: -values[index])[:active])
    np.testing.assert_array_equal(found[:active], expected)
    assert last == min(values[index] for index in expected)


def test_many_values_in_one_bin_are_told_apart() -> None:
    fields = np.concatenate([np.arange(3000), [2**61]]).astype(np.int64)
    found, some = np.empty(3002, np.int32), np.empty(3001, np.int64)
    last, _ = winners(fields, 3001, 500, -(2**63), found, np.empty(BINS, np.int32), some)
    assert last == 2501
    np.testing.assert_array_equal(found[:500], np.append(np.arange(2501, 3000), 3000))
