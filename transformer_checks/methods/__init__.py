"""Methods against forgetting, to be set beside plain training: what each stores, adds to the loss, or projects away."""

from transformer_checks.methods.base import Method, Plain
from transformer_checks.methods.distillation import Distillation
from transformer_checks.methods.ewc import ElasticWeights
from transformer_checks.methods.projections import OrthogonalGradients, ProjectionMemory
from transformer_checks.methods.replay import LogitReplay, Replay

METHODS: dict[str, type[Method]] = {
    method.name: method
    for method in (Plain, ElasticWeights, OrthogonalGradients, ProjectionMemory, Replay, LogitReplay, Distillation)
}
"""Methods by name; without arguments each has its default strength.

Defaults have the lowest mean loss of all tasks at the end of 5, of a coarse grid on a dense model (facts with keys of
their own, learning rate 1e-3, 100 steps a task) and on other seeds than any experiment's. OGD has none to choose.
"""


def method_of(name: str) -> Method:
    """The method of this name at its default strength.

    Raises:
        ValueError: no method has this name.
    """
    if name not in METHODS:
        raise ValueError(f"method must be one of {', '.join(METHODS)}, got {name!r}")
    return METHODS[name]()
