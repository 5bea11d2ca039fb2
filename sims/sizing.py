"""Sizes of the zones of a dual memory, from theory alone: the simulations measure what these sizes do.

The long-term content is `load * neurons` items in a dense slow zone of `neurons` key units; the fast zone takes the
fraction rho of them between offline phases. It gets the fewest key units with which at most
`DESIGN_SHARE` of the wrong bits allowed are expected, so that the criterion is met by the sample, not only on average.
"""

import functools
import math
from dataclasses import dataclass

from theory.activity import check_count
from theory.block_code import bits_per_block, output_units
from theory.block_code_finite import expected_items, fewest_units

DESIGN_SHARE = 0.75

LARGEST_BLOCK = 256
"""Of the sparse zones considered."""


@dataclass(frozen=True)
class Sizes:
    """A dual memory's sizes.

    Attributes:
        neurons: key units of the slow zone.
        item_bits: b.
        items: long-term content.
        fast_items: items the fast zone takes between offline phases.
        fast_activity: a1.
        fast_units: key units of the fast zone.
    """

    neurons: int
    item_bits: int
    items: int
    fast_items: int
    fast_activity: float
    fast_units: int

    @property
    def fast_synapses(self) -> int:
        """The fast zone's, d1."""
        return self.fast_units * output_units(self.fast_activity, self.item_bits)

    @property
    def slow_synapses(self) -> int:
        """The slow zone's, d2."""
        return self.neurons * self.item_bits

    @property
    def synapses(self) -> int:
        """The total, d = d1 + d2."""
        return self.fast_synapses + self.slow_synapses


def fast_activities(item_bits: int) -> tuple[float, ...]:
    """The activities 1/2, 1/4, ... whose blocks items of `item_bits` bits fill."""
    exponents = range(1, bits_per_block(1 / LARGEST_BLOCK) + 1)
    return tuple(0.5**each for each in exponents if item_bits % each == 0)


@functools.lru_cache(maxsize=256)
def dual_sizes(
    neurons: int,
    item_bits: int,
    load: float,
    rho: float,
    fast_activity: float | None = None,
    error_rate: float = 1e-3,
) -> Sizes:
    """The sizes of a dual memory; without `fast_activity`, with the one that needs the fewest synapses.

    Raises:
        ValueError: an argument out of range, or a code that the items do not fit.
    """
    check_count(neurons, "neurons", minimum=2)
    if not 0 < load < 2:
        raise ValueError(f"load of the slow zone must lie strictly between 0 and 2, got {load!r}")
    if not 0 < rho <= 1:
        raise ValueError(f"rho must lie in (0, 1], got {rho!r}")
    items = int(load * neurons)
    fast_items = math.ceil(items / math.ceil(1 / rho - 1e-9))
    choices = fast_activities(item_bits) if fast_activity is None else (fast_activity,)
    sizes = [
        Sizes(
            neurons,
            item_bits,
            items,
            fast_items,
            activity,
            fewest_units(fast_items, activity, DESIGN_SHARE * error_rate),
        )
        for activity in choices
    ]
    return min(sizes, key=lambda each: each.synapses)


def single_units(synapses: int, item_bits: int, activity: float) -> int:
    """Key units of a single zone of at most `synapses` synapses.

    Raises:
        ValueError: not even one unit fits.
    """
    outputs = output_units(activity, item_bits)
    if synapses < outputs:
        raise ValueError(
            f"{synapses} synapses are too few for items of {item_bits} bits at activity {activity:g}: every key unit "
            f"takes {outputs}"
        )
    return synapses // outputs


def best_single_activity(synapses: int, item_bits: int, error_rate: float = 1e-3) -> float:
    """The activity at which a single zone of `synapses` synapses is expected to hold the most items at this error."""
    fitting = [each for each in fast_activities(item_bits) if output_units(each, item_bits) <= synapses]
    return max(fitting, key=lambda each: expected_items(single_units(synapses, item_bits, each), each, error_rate))
