"""Memory: what is there is a sensible number, and what would not fit is refused with both numbers."""

import pytest

from sims.harness.available_memory import available_memory, check_memory


def test_some_memory_is_available() -> None:
    assert 2**20 < available_memory() < 2**50


def test_only_what_does_not_fit_is_refused() -> None:
    check_memory(2**20, "a test")
    with pytest.raises(ValueError, match=r"a test needs 1,099,511,627,776 MiB of memory, but only [\d,]+ MiB"):
        check_memory(2**60, "a test")
