"""Every contestant retrieves what this repository retrieves."""

import jax
import numpy as np
import pytest

from sims.benchmarks.contestants import CONTESTANTS, installed, settle
from sims.fields import draw_network
from sims.retrieval import retrieve


@pytest.mark.parametrize("name", CONTESTANTS)
def test_contestants_end_where_the_kernels_end(name) -> None:
    """Ties apart, which NumPy's partition breaks in an order of its own."""
    if not installed(name):
        pytest.skip(f"the package of {name} is not installed")
    net = draw_network("fixed-size", 500, 0.1, 150, key=jax.random.key(0))
    every = net.stored(np.arange(150))
    stored = every[:20]
    states, steps = settle(
        CONTESTANTS[name][0](np.nonzero(every)[1].reshape(150, -1), 500), every.sum(axis=0), 150, stored
    )
    end = retrieve(net, stored, stored)
    assert (states != end.states).sum(axis=1).mean() < 1
    assert np.abs(steps - end.steps).mean() < 1
