r"""A dual memory of given sizes: what it achieves, what limits it, and the single regime it has to beat.

The formulas of `theory.dual_regime` are for large zones and the best split of the synapses; here the zones are given,
and their capacities are those of finite size.
"""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal

from theory.activity import check_count
from theory.any_rule import gardner_load
from theory.block_code import (
    Keys,
    block_size,
    check_error_rate,
    check_keys,
    load_at_error,
    one_shot_bits,
    output_units,
    outputs_per_bit,
)
from theory.block_code_exact import check_key_units, most_items
from theory.dual_regime import critical_rho, dual_bits, separable_items

Bottleneck = Literal["fast zone", "slow zone"]
"""The zone that limits the long-term content."""


@dataclass(frozen=True)
class SingleRegime:
    """A one-shot zone by itself.

    Attributes:
        activity: a.
        key_units: n.
        items: C(eps), the most items at the criterion, exact at this size.
        bits_per_synapse: `items * item_bits / d`, d all the synapses there are.
    """

    activity: float
    key_units: int
    items: int
    bits_per_synapse: float


@lru_cache(maxsize=256)
def best_single(synapses: int, item_bits: int, error_rate: float = 1e-3, keys: Keys = "independent") -> SingleRegime:
    """The best single regime for items of `item_bits` bits in at most `synapses` synapses, over all codes that fit.

    Raises:
        ValueError: an argument out of range, or synapses that hold not even one item.
    """
    check_count(synapses, "synapses")
    best: SingleRegime | None = None
    for exponent in range(1, 21):
        activity = 0.5**exponent
        if item_bits % exponent:
            continue
        units = synapses // output_units(activity, item_bits)
        if keys == "block" and activity < 0.5:
            units -= units % block_size(activity)
        if units < 1 or (
            best and units * load_at_error(error_rate, activity, keys) < best.items
        ):  # no finite zone does better
            continue
        items = most_items(error_rate, units, activity, keys)
        if best is None or items > best.items:
            best = SingleRegime(activity, units, items, items * item_bits / synapses)
    if best is None:
        raise ValueError(f"{synapses} synapses hold no item of {item_bits} bits: at least {item_bits} are needed")
    return best


@dataclass(frozen=True)
class Design:
    """A dual memory of given sizes, and what it achieves.

    The fast zone's capacity is exact at its size; that of a dense slow zone too (all outputs separable with probability
    1/2), a sparse one's is the large-n replica value, and `slow_load` replaces either.

    Attributes:
        neurons_fast: key units of the fast zone.
        neurons_slow: key units of the slow zone.
        activity_fast: a1, 1/2 or 1/4, 1/8, ...
        activity_slow: a2, likewise.
        item_bits: b.
        error_rate: eps, the wrong bits per bit allowed.
        keys: of the fast zone.
        slow_load: items per key unit to which the slow zone is trained; the most possible unless given.
        rho: fraction of the long-term content that arrives between offline phases; if not given, what the fast zone
            can hold.

    Raises:
        ValueError: a design that cannot work, with the reason.
    """

    neurons_fast: int
    neurons_slow: int
    activity_fast: float
    activity_slow: float
    item_bits: int
    error_rate: float = 1e-3
    keys: Keys = "independent"
    slow_load: float | None = None
    rho: float | None = None

    def __post_init__(self) -> None:
        check_count(self.neurons_fast, "neurons_fast")
        check_count(self.neurons_slow, "neurons_slow")
        check_error_rate(self.error_rate)
        check_keys(self.keys)
        for zone, activity in (("fast", self.activity_fast), ("slow", self.activity_slow)):
            try:
                output_units(activity, self.item_bits)
            except ValueError as error:
                raise ValueError(f"{zone} zone: {error}") from None
        if self.keys == "block" and self.neurons_fast < block_size(self.activity_fast):
            raise ValueError(
                f"the fast zone is too small for one item: a key needs a whole block of "
                f"{block_size(self.activity_fast)} units, and there are {self.neurons_fast}"
            )
        check_key_units(self.neurons_fast, self.activity_fast, self.keys)
        if self.slow_load is not None and not 0 < self.slow_load <= self._slow_limit:
            raise ValueError(
                f"slow_load (items per key unit) must lie between 0 and {self._slow_limit:.4g}, above which no weights "
                f"hold the items; got {self.slow_load!r}"
            )
        if self.rho is not None and not 0 < self.rho <= 1:
            raise ValueError(f"rho (fraction of the long-term content) must lie in (0, 1], got {self.rho!r}")
        if self.fast_items < 2:
            raise ValueError(
                f"the fast zone is too small: its {self.neurons_fast} key units hold {self.fast_items} item at a bit "
                f"error rate of {self.error_rate:g}, and interleaving needs at least 2"
            )
        if self.slow_items < self.fast_items:
            raise ValueError(
                f"the slow zone is smaller than one fast zone's content: it holds {self.slow_items} items, and the "
                f"fast zone hands over {self.fast_items}; enlarge neurons_slow or reduce neurons_fast"
            )
        if self.rho is not None and self.rho * self.capacity < 1:
            raise ValueError(
                f"rho = {self.rho:g} of a long-term content of {self.capacity} items is less than one item: take rho "
                f"of at least {1 / self.slow_items:.3g}"
            )

    @property
    def fast_synapses(self) -> int:
        """d1: key units times outputs."""
        return self.neurons_fast * output_units(self.activity_fast, self.item_bits)

    @property
    def slow_synapses(self) -> int:
        """d2: key units times outputs."""
        return self.neurons_slow * output_units(self.activity_slow, self.item_bits)

    @property
    def synapses(self) -> int:
        """All synapses, d1 + d2."""
        return self.fast_synapses + self.slow_synapses

    @cached_property
    def fast_items(self) -> int:
        """The most items the fast zone holds at the criterion."""
        return most_items(self.error_rate, self.neurons_fast, self.activity_fast, self.keys)

    @cached_property
    def slow_items(self) -> int:
        """The most items the slow zone can be trained to hold without error."""
        if self.slow_load is not None:
            return int(self.slow_load * self.neurons_slow)
        if self.activity_slow == 0.5:
            return separable_items(self.neurons_slow, self.item_bits)
        return int(self._slow_limit * self.neurons_slow)

    @property
    def capacity(self) -> int:
        """Long-term items: `min(slow items, fast items / rho)`, the slow zone's if rho is not given."""
        return self.slow_items if self.rho is None else min(self.slow_items, int(self.fast_items / self.rho))

    @property
    def fraction(self) -> float:
        """The rho at which the memory runs: as given, or what the fast zone holds over the long-term content."""
        return self.fast_items / self.slow_items if self.rho is None else self.rho

    @property
    def offline_phases(self) -> int:
        """Offline phases until the long-term content is complete."""
        batch = min(self.fast_items, max(int(self.fraction * self.capacity), 1))
        return -(-self.capacity // batch)

    @property
    def bottleneck(self) -> Bottleneck:
        """The zone that limits the long-term content; without a given rho always the slow one."""
        return "slow zone" if self.capacity == self.slow_items else "fast zone"

    @property
    def bits_per_synapse(self) -> float:
        """`C B / d`, long-term."""
        return self.capacity * self.item_bits / self.synapses

    @property
    def predicted_bits_per_synapse(self) -> float:
        """The large-n formula at this rho with the best split of synapses."""
        load = self._slow_limit if self.slow_load is None else self.slow_load
        eta = one_shot_bits(self.activity_fast, self.error_rate, self.keys)
        return dual_bits(self.fraction, eta, load / outputs_per_bit(self.activity_slow))

    @cached_property
    def single(self) -> SingleRegime:
        """The best single regime with as many synapses."""
        return best_single(self.synapses, self.item_bits, self.error_rate, self.keys)

    @property
    def gain(self) -> float:
        """Long-term items over those of the best single regime."""
        return self.capacity / self.single.items

    @property
    def critical_fraction(self) -> float:
        """The rho at which the gain would end: the zones' own bits per synapse at these sizes, at the best split."""
        eta = self.fast_items * self.item_bits / self.fast_synapses
        ceiling = self.slow_items * self.item_bits / self.slow_synapses
        return critical_rho(eta, ceiling, self.single.bits_per_synapse)

    @property
    def _slow_limit(self) -> float:
        """Items per key unit at large n."""
        return 2.0 if self.activity_slow == 0.5 else gardner_load(self.activity_slow)
