"""Compilation without most of XLA's optimisations, for modules that compile for longer than they compute."""

import jax
import pytest

_SETTING = "jax_disable_most_optimizations"


@pytest.fixture(scope="module")
def quick_compilation():
    """Ask for it by `pytestmark`, so that it comes before the module's own fixtures."""
    before = jax.config.read(_SETTING)
    jax.config.update(_SETTING, True)
    yield
    jax.config.update(_SETTING, before)
