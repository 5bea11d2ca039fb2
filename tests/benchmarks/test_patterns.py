"""Throughput of pattern pairs, the whole cost of the overlap study: `make bench`."""

import jax
import pytest

from sims.interference import overlaps


@pytest.mark.parametrize("code", ["bernoulli", "fixed-size"])
@pytest.mark.parametrize(("neurons", "pairs"), [(100, 20_000), (10_000, 1_000), (1_000_000, 16)])
def test_overlaps(benchmark, code, neurons, pairs):
    benchmark.extra_info["units drawn"] = 2 * neurons * pairs
    drawn = benchmark.pedantic(
        lambda: overlaps(code, neurons, 0.05, pairs, key=jax.random.key(0)), rounds=3, warmup_rounds=1
    )
    assert drawn.overlap.shape == (pairs,)
