r"""Retrieval: the dynamics of a network of threshold units, from a cue to a fixed point.

Two ways to fire: a fixed threshold `h_i > theta`, or k winners take all (the k largest fields, ties to the lowest
index). Two orders of updating. Synchronously, every unit at once; symmetric weights then end in a fixed point or a
2-cycle (Goles & Olivos 1981), and both are recognised. At random, one block of units after another in fresh random
order every sweep, each block seeing the blocks before it; with k winners the block's units compete among themselves
for the places the block has (its largest fields win them), which keeps the number of active units, and a state is a
fixed point when it is one of the whole network. Fields are integers (`sims.fields`), so all of this is exact.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from fractions import Fraction
from typing import Literal, cast, get_args

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Int, Int8, Int64, PRNGKeyArray, Shaped

from sims import cpu
from sims.engine import Engine, choose
from sims.fields import Network
from sims.patterns import WORD
from sims.tiles import pad_states, pattern_overlaps, weighted_sums
from theory.activity import active_units

Update = Literal["synchronous", "random"]
"""The order in which units are updated."""

BLOCKS = 16
"""Blocks of a random sweep: a sixteenth of the units at a time, in words of 32 units (fewer in tiny networks)."""

MOST_STEPS = 200
"""Steps (or sweeps) after which retrieval gives up."""


class Status(IntEnum):
    """How a retrieval ended."""

    FIXED_POINT = 0
    CYCLE = 1
    STEP_LIMIT = 2


@dataclass(frozen=True, eq=False)
class Retrieved:
    """Where retrieval ended, for every probe.

    Attributes:
        states: the last states.
        misses: active units of the stored pattern that are silent.
        false_alarms: silent units of the stored pattern that fire.
        sizes: active units of the stored pattern.
        steps: synchronous steps or sweeps taken; the last one changed nothing at a fixed point.
        status: a `Status` each.
    """

    states: Bool[np.ndarray, "probe neuron"]
    misses: Int64[np.ndarray, " probe"]
    false_alarms: Int64[np.ndarray, " probe"]
    sizes: Int64[np.ndarray, " probe"]
    steps: Int64[np.ndarray, " probe"]
    status: Int8[np.ndarray, " probe"]

    @property
    def overlap(self) -> np.ndarray:
        """`m = 1 - miss rate - false-alarm rate` of each probe."""
        silent = self.states.shape[1] - self.sizes
        return 1 - self.misses / self.sizes - self.false_alarms / silent


def retrieve(
    network: Network,
    cues: Bool[np.ndarray, "probe neuron"],
    stored: Bool[np.ndarray, "probe neuron"],
    *,
    threshold: float | None = None,
    update: Update = "synchronous",
    key: PRNGKeyArray | None = None,
    most_steps: int = MOST_STEPS,
    engine: Engine = "auto",
) -> Retrieved:
    """Run the dynamics from every cue, and compare where they end with the stored patterns.

    Probes that have settled are dropped from the batch. What one probe does depends on no other probe.

    Args:
        network: stored patterns.
        cues: initial states.
        stored: the patterns meant.
        threshold: firing threshold in units of the gap; k winners take all, k = `active_units(N, a)`, if None.
        update: order of updating.
        key: of the random orders; needed for random updates only.
        most_steps: steps or sweeps allowed.
        engine: what computes the fields; the choice changes nothing but the time (`sims.engine`).

    Raises:
        ValueError: shapes differ, a pattern without active or silent units, or an argument out of range.
    """
    check_update(update)
    if cues.shape != stored.shape:
        raise ValueError(f"cues {cues.shape} and stored patterns {stored.shape} must have the same shape")
    if most_steps < 1:
        raise ValueError(f"most_steps must be at least 1, got {most_steps}")
    sizes = stored.sum(axis=1)
    if not ((sizes > 0) & (sizes < network.neurons)).all():
        raise ValueError("a stored pattern without active or without silent units cannot be retrieved")
    rule = FiringRule(network, threshold)
    if update == "random" and key is None:
        raise ValueError("random updates need a key")
    if choose(engine) == "cpu":
        network.check_sums(int(network.totals.fired.max()), network.neurons)
        if key is None or update == "synchronous":
            states, steps, status = cpu.settle(network, cues, rule.active, rule.level, most_steps)
        else:
            orders = _orders(network.words.shape[1], key, most_steps)
            states, steps, status = cpu.settle_in_order(network, cues, rule.active, rule.level, orders)
    elif key is None or update == "synchronous":
        states, steps, status = _synchronous(rule, cues, most_steps)
    else:
        states, steps, status = _random(rule, cues, key, most_steps)
    misses, false_alarms = (stored & ~states).sum(axis=1), (states & ~stored).sum(axis=1)
    return Retrieved(states, misses, false_alarms, sizes, steps, status)


def check_update(update: str) -> Update:
    """Return `update`, or raise ValueError unless it names an order of updating."""
    if update not in get_args(Update):
        raise ValueError(f"update must be one of {', '.join(get_args(Update))}, got {update!r}")
    return cast(Update, update)


# Firing


class FiringRule:
    """Which units of a network fire, given their fields."""

    def __init__(self, network: Network, threshold: float | None) -> None:
        if threshold is not None and not np.isfinite(threshold):
            raise ValueError(f"threshold must be finite, got {threshold!r}")
        self.network = network
        self.active = active_units(network.neurons, network.activity)
        self.level = None if threshold is None else int(Fraction(threshold) * network.scale // 1)

    def fire(self, states: Bool[np.ndarray, "probe neuron"]) -> Bool[np.ndarray, "probe neuron"]:
        """The states after one synchronous step."""
        fields = self.network.fields(states)
        return winners(fields, self.active) if self.level is None else fields > self.level

    def bars(self, states: Bool[np.ndarray, "probe neuron"]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """What a field must exceed to fire, the last unit that fires at equality, and whether a state is at rest.

        With k winners that is the k-th largest field of each state.
        """
        if self.level is not None:
            nobody = np.full((len(states), 1), -1)
            return np.full_like(nobody, self.level), nobody, np.zeros(len(states), bool)
        fields = self.network.fields(states)
        fired = winners(fields, self.active)
        bar = np.where(fired, fields, np.iinfo(np.int64).max).min(axis=1, keepdims=True)
        last = self.network.neurons - 1 - (fired & (fields == bar))[:, ::-1].argmax(axis=1)
        return bar, last[:, None], (fired == states).all(axis=1)


def winners(fields: Shaped[np.ndarray, "probe neuron"], active: int) -> Bool[np.ndarray, "probe neuron"]:
    """The `active` units with the largest fields; equal fields in the order of the units."""
    last = np.partition(fields, -active, axis=1)[:, -active, None]  # the smallest field that still wins
    fired = fields >= last
    for row in np.flatnonzero(fired.sum(axis=1) > active):
        tied = np.flatnonzero(fields[row] == last[row])
        fired[row, tied[active - int((fields[row] > last[row]).sum()) :]] = False
    return fired


# Orders of updating


Outcome = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Last states, steps and status of every probe."""


def _synchronous(rule: FiringRule, cues: Bool[np.ndarray, "probe neuron"], most_steps: int) -> Outcome:
    final, steps, status = _unsettled(cues, most_steps)
    live, before, states = np.arange(len(cues)), np.zeros_like(cues), cues
    for step in range(1, most_steps + 1):
        if not live.size:
            break
        after = rule.fire(states)
        fixed = (after == states).all(axis=1)
        cycle = (after == before).all(axis=1) & ~fixed & (step > 1)
        final[live] = after
        settled = fixed | cycle
        steps[live[settled]] = step
        status[live[settled]] = np.where(fixed[settled], Status.FIXED_POINT, Status.CYCLE)
        live, before, states = live[~settled], states[~settled], after[~settled]
    return final, steps, status


def _random(rule: FiringRule, cues: Bool[np.ndarray, "probe neuron"], key: PRNGKeyArray, most_steps: int) -> Outcome:
    final, steps, status = _unsettled(cues, most_steps)
    live, states = np.arange(len(cues)), cues.copy()
    orders = _orders(rule.network.words.shape[1], key, most_steps)
    visited: list[set[bytes]] = [set() for _ in cues]
    for step in range(1, most_steps + 1):
        if not live.size:
            break
        bar, last, fixed = rule.bars(states)
        before = states.copy()
        _sweep(rule.network, states, bar, last, orders[step - 1])
        if rule.level is not None:
            fixed = (states == before).all(axis=1)
        states[fixed] = before[fixed]
        final[live] = states
        names = [np.packbits(state).tobytes() for state in states]
        returned = np.array([name in visited[probe] for probe, name in zip(live, names, strict=True)]) & ~fixed
        for probe, name in zip(live, names, strict=True):
            visited[probe].add(name)
        settled = fixed | returned
        steps[live[settled]] = step
        status[live[settled]] = np.where(fixed[settled], Status.FIXED_POINT, Status.CYCLE)
        live, states = live[~settled], states[~settled]
    return final, steps, status


def _sweep(
    network: Network,
    states: Bool[np.ndarray, "probe neuron"],
    bar: Int64[np.ndarray, "probe 1"],
    last: Int64[np.ndarray, "probe 1"],
    blocks: Int[np.ndarray, "block word"],
) -> None:
    """Update every unit once, in place, block after block; overlaps with the patterns follow every change."""
    words, patterns, width = network.device_words, network.patterns, network.words.shape[1]
    overlaps = pattern_overlaps(words, jnp.asarray(pad_states(states, width * WORD)), patterns)
    for block in blocks:
        columns = jnp.take(words, block, axis=1, mode="fill", fill_value=0)
        units = (block[:, None] * WORD + np.arange(WORD)).ravel()
        inside = units < network.neurons
        sums = np.asarray(weighted_sums(columns, overlaps, patterns))[: len(states), inside].astype(np.int64)
        units = units[inside]
        own = states[:, units]
        fields = network.fields_from_sums(sums, own, states.sum(axis=1), states @ network.totals.fired, units)
        fired = (fields > bar) | ((fields == bar) & (units <= last))
        change = np.zeros((len(states), inside.size), np.int8)
        change[:, inside] = fired.astype(np.int8) - own
        overlaps = overlaps + pattern_overlaps(columns, jnp.asarray(pad_states(change, inside.size)), patterns)
        states[:, units] = fired


def _orders(width: int, key: PRNGKeyArray, sweeps: int) -> Int[np.ndarray, "sweep block word"]:
    """The words of a pattern in the random order of each sweep, in blocks of equal length; `width` stands for no word.

    Sweep `i`, counted from 1, draws from `fold_in(key, i)`.
    """
    length = -(-width // BLOCKS)
    orders = np.full((sweeps, -(-width // length) * length), width)
    keys = jax.vmap(jax.random.fold_in, in_axes=(None, 0))(key, jnp.arange(1, sweeps + 1))
    orders[:, :width] = np.asarray(_permutations(width)(keys))
    return orders.reshape(sweeps, -1, length)


@functools.cache
def _permutations(width: int) -> Callable[[PRNGKeyArray], Int[Array, "key word"]]:
    return jax.jit(jax.vmap(lambda key: jax.random.permutation(key, width)))


def _unsettled(cues: Bool[np.ndarray, "probe neuron"], most_steps: int) -> Outcome:
    probes = len(cues)
    return cues.copy(), np.full(probes, most_steps), np.full(probes, Status.STEP_LIMIT, np.int8)


# Cues


def noisy_cues(
    stored: Bool[np.ndarray, "probe neuron"],
    miss: float,
    false_alarm: float | None = None,
    *,
    key: PRNGKeyArray,
) -> Bool[np.ndarray, "probe neuron"]:
    """Cues that differ from the stored patterns; the noise of probe `i` draws from `fold_in(key, i)`.

    Args:
        stored: the patterns.
        miss: fraction of a pattern's active units that are silent in its cue.
        false_alarm: probability that a silent unit fires (and `miss` is a probability likewise); None keeps the
            cue's size: exactly `round(miss * size)` active units, drawn at random, change places with silent ones.
        key: of the noise.

    Raises:
        ValueError: a rate outside [0, 1], or a cue that would need more silent units than there are.
    """
    for name, rate in (("miss", miss), ("false_alarm", false_alarm)):
        if rate is not None and not 0 <= rate <= 1:
            raise ValueError(f"{name} must be a rate between 0 and 1, got {rate!r}")
    if miss == 0 and not false_alarm:
        return stored.copy()
    cues = stored.copy()
    for index, cue in enumerate(cues):
        draw = np.asarray(jax.random.bits(jax.random.fold_in(key, index), cue.shape, jnp.uint32))
        active, silent = np.flatnonzero(cue), np.flatnonzero(~cue)
        if false_alarm is None:
            moved = int(miss * active.size + 0.5)
            if moved > silent.size:
                raise ValueError(f"a cue cannot move {moved} active units to {silent.size} silent ones")
            off, on = (units[np.argsort(draw[units], kind="stable")[:moved]] for units in (active, silent))
        else:
            off, on = active[draw[active] < miss * 2**32], silent[draw[silent] < false_alarm * 2**32]
        cue[off], cue[on] = False, True
    return cues
