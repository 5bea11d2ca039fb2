"""What a system of Experiments 2 and 3 costs: weights, examples learned from, and what it keeps besides its weights."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import equinox as eqx
import jax
import xarray as xr

from transformer_checks.consolidation import stored_numbers
from transformer_checks.long_sequences import LongPoint
from transformer_checks.methods import method_of
from transformer_checks.model import initialise, parameters


@dataclass(frozen=True)
class Cost:
    """The cost of one run.

    Attributes:
        parameters: of the model.
        online: examples whose gradient is taken while tasks are learned, those of the pretraining included.
        offline: examples whose gradient is taken in consolidations.
        examples: stored besides the weights, at most.
        numbers: stored besides the weights, at most: tokens, logits, directions, ... alike.
    """

    parameters: int
    online: int
    offline: int
    examples: int
    numbers: int


def cost(point: LongPoint) -> Cost:
    """The cost of one run of a point."""
    protocol, plan, method = point.protocol, point.consolidation, method_of(point.method)
    first = point.spec.sequence(1, 0)
    sizes = point.sizes(first)
    count = parameters(eqx.filter_eval_shape(initialise, sizes, jax.random.key(0)))
    pretraining = protocol.pretraining * protocol.batch
    online = pretraining + protocol.tasks * protocol.steps * protocol.batch * (1 + method.replayed)
    if plan is None:
        return Cost(count, online, 0, getattr(method, "capacity", 0), method.stored(sizes, protocol.tasks))
    offline = (protocol.tasks // plan.interval) * plan.steps * plan.batch
    if not offline:
        return Cost(count, online, 0, 0, 0)
    kept = stored_numbers(plan, protocol.tasks, point.spec.facts, first.length, sizes.vocabulary)
    return Cost(count, online, offline, kept["examples"], kept["tokens"] + kept["logits"])


def costs(points: Sequence[LongPoint]) -> xr.Dataset:
    """`system`, `label` and the fields of `Cost`, one row a point (dim point)."""
    rows = [{"system": point.system, "label": point.label, **asdict(cost(point))} for point in points]
    return xr.Dataset({name: ("point", [row[name] for row in rows]) for name in rows[0]})
