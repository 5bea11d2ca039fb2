r"""Local fields of networks that store bit-packed patterns: exact integers, and never an N x N matrix.

With stored patterns `xi^mu` and a state `s` of 0/1 units the field of unit i, without self-coupling, is

    h_i = (1/G) sum_mu (xi_i^mu - b) sum_{j != i} (xi_j^mu - b)(s_j - d),

where `b = a` for the covariance rule and 0 for Hebb, `d = a` for centred and 0 for raw input, and the gap
`G = sum_j (xi_j - b)(xi_j - d)` (mean over patterns; `N a (1-a)` for covariance) puts fields in units of the signal: a
stored pattern's own active units lie 1 above its silent ones. With overlaps `n^mu = sum_j xi_j^mu s_j` and sizes `z^mu`
everything follows from

    R_i = sum_mu xi_i^mu n^mu,      F_i = sum_mu xi_i^mu,      Z_i = sum_mu xi_i^mu z^mu,

of which only R depends on the state. R is computed over tiles of patterns that are unpacked and multiplied in 32-bit
floats; a tile's sums are integers below 2^24, hence exact, and tiles are added as integers. With the activity a
fraction `r/q` the fields are integers over the one denominator `q^3 G`: ties are real ties, results do not depend on
batches, devices or the order of additions, and incremental updates do not drift.
"""

import dataclasses
import functools
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, NamedTuple, cast, get_args

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Int, Int64, PRNGKeyArray, UInt32

from sims.drawing import draw_patterns
from sims.harness.available_memory import check_memory
from sims.kernels.vertical import unit_totals
from sims.patterns import WORD
from sims.sharded import place
from sims.tiles import BATCHES, TILE, allocated_rows, batches, overlap_sums, pad_states
from theory.activity import Code, Rule, active_units, check_activity, check_code, check_count, check_rule

Input = Literal["centred", "raw"]
"""Whether a unit's mean activity is subtracted from the state that the weights act on."""

FINEST = 1000
"""Largest denominator of the fraction that stands for the activity in the learning rule."""

BLOCK = 4096
"""Patterns whose sizes are counted at once."""

LARGEST_NETWORK = 2**24 // TILE
"""Units beyond which a tile's sums might not be exact."""


class Totals(NamedTuple):
    """What the fields need of the stored patterns besides the overlaps.

    Attributes:
        fired: F, in how many patterns a unit is active, shape (neuron,).
        sized: Z, the summed sizes of these patterns, shape (neuron,).
        sizes: the patterns' summed sizes.
    """

    fired: Int64[np.ndarray, " neuron"]
    sized: Int64[np.ndarray, " neuron"]
    sizes: int


@dataclass(frozen=True, eq=False)
class Network:
    """Stored patterns and the rule that stores them.

    Attributes:
        code: law of the patterns.
        neurons: N.
        activity: a.
        words: packed patterns, a row each, in the host's memory; rows after the stored ones may hold anything.
        patterns: how many rows are stored.
        rule: learning rule.
        input: centred or raw.
    """

    code: Code
    neurons: int
    activity: float
    words: UInt32[np.ndarray, "row word"]
    patterns: int
    rule: Rule = "covariance"
    input: Input = "centred"

    def __post_init__(self) -> None:
        check_count(self.patterns, "patterns")
        if self.patterns > len(self.words):
            raise ValueError(f"only {len(self.words)} patterns were drawn, cannot store {self.patterns}")
        if check_input(self.input) and 8 * self.centre.denominator**3 * self.patterns * self.neurons >= 2**63:
            raise ValueError(f"fields of {self.patterns} patterns of {self.neurons} units may overflow 64-bit integers")

    @property
    def load(self) -> float:
        """`alpha = p / N`."""
        return self.patterns / self.neurons

    @functools.cached_property
    def centre(self) -> Fraction:
        """The activity as the learning rule knows it."""
        return rule_fraction(self.code, self.neurons, self.activity)

    @property
    def scale(self) -> int:
        """The integer that a field of one gap amounts to, `q^3 G`."""
        a, centred = self.centre, self.input == "centred"
        gap = a * (1 - a) if self.rule == "covariance" or centred else a
        return int(gap * self.neurons * a.denominator**3)

    @functools.cached_property
    def device_words(self) -> UInt32[Array, "allocated word"]:
        """The packed patterns on JAX's devices, with empty rows after them up to one of few numbers of rows."""
        if jax.device_count() > 1:
            return place(self.words, TILE)
        rows = allocated_rows(len(self.words))
        return jnp.pad(jnp.asarray(self.words), ((0, rows - len(self.words)), (0, 0)))

    @functools.cached_property
    def totals(self) -> Totals:
        """The sums that depend on the stored patterns alone."""
        sizes = self.sizes[: self.patterns]
        fired, sized = unit_totals(self.words[: self.patterns], sizes)
        return Totals(fired[: self.neurons], sized[: self.neurons], int(sizes.sum()))

    @functools.cached_property
    def sizes(self) -> Int64[np.ndarray, " row"]:
        """The number of active units of every row."""
        return np.concatenate([np.bitwise_count(rows).sum(axis=1, dtype=np.int64) for rows in self._row_blocks()])

    def prefix(self, patterns: int) -> "Network":
        """The network that has stored only the first `patterns` patterns.

        Raises:
            ValueError: fewer patterns were drawn.
        """
        fewer = dataclasses.replace(self, patterns=patterns)
        for name in ("device_words", "sizes"):  # what both have in common is worked out once
            if name in self.__dict__:
                fewer.__dict__[name] = self.__dict__[name]
        return fewer

    def stored(self, indices: Int[np.ndarray, " probe"]) -> Bool[np.ndarray, "probe neuron"]:
        """The patterns at these indices, unpacked."""
        rows = np.ascontiguousarray(self.words[indices], "<u4").view(np.uint8)
        return np.unpackbits(rows, axis=1, count=self.neurons, bitorder="little").astype(bool)

    def fields(self, states: Bool[np.ndarray, "probe neuron"]) -> Int64[np.ndarray, "probe neuron"]:
        """The local fields of every unit in every state, in units of `gap / scale`; exact.

        Raises:
            ValueError: a state has another number of units, or sums may overflow 32-bit integers.
        """
        self._check_states(states)
        self.check_sums(int(self.totals.fired.max()), int(states.sum(axis=1).max(initial=0)))
        sums = np.empty(states.shape, np.int64)
        for rows in batches(len(states)):
            block = pad_states(states[rows], self.words.shape[1] * WORD)
            result = np.asarray(overlap_sums(self.device_words, jnp.asarray(block), self.patterns))
            sums[rows] = result[: len(states[rows]), : self.neurons]
        return self.fields_from_sums(sums, states, states.sum(axis=1), states @ self.totals.fired, slice(None))

    def fields_from_sums(
        self,
        sums: Int64[np.ndarray, "probe unit"],
        states: Bool[np.ndarray, "probe unit"],
        active: Int64[np.ndarray, " probe"],
        overlaps: Int64[np.ndarray, " probe"],
        units: slice | Int[np.ndarray, " unit"],
    ) -> Int64[np.ndarray, "probe unit"]:
        """The fields of some units, in units of `gap / scale`, from what the module's docstring calls R.

        Args:
            sums: R of these units.
            states: the state of these units.
            active: active units of each whole state.
            overlaps: summed overlaps of each whole state with all stored patterns, `sum_mu n^mu`.
            units: which units.
        """
        r, q = self.centre.numerator, self.centre.denominator
        b, d = r * (self.rule == "covariance"), r * (self.input == "centred")
        fired, sized = self.totals.fired[units], self.totals.sized[units]
        active, overlaps = active.astype(np.int64), overlaps.astype(np.int64)
        constant = self.neurons * b * d - q * b * active  # what every pattern's inner sum has besides n and z
        mean = b * (q * q * overlaps - q * d * self.totals.sizes + self.patterns * constant)
        fields = q**3 * sums
        fields += q * constant[:, None] * fired
        fields -= q * q * d * sized
        fields -= mean[:, None]
        fields -= (q * states.astype(np.int64) - d) * (fired * (q * q - 2 * q * b) + self.patterns * b * b)
        return fields

    def _row_blocks(self) -> list[np.ndarray]:
        """The patterns in blocks, so that what is computed of each word takes little memory."""
        return [self.words[start : start + BLOCK] for start in range(0, len(self.words), BLOCK)]

    def _check_states(self, states: np.ndarray) -> None:
        if states.ndim != 2 or states.shape[1] != self.neurons or states.dtype != bool:
            raise ValueError(f"states must be booleans of shape (probe, {self.neurons}), got {states.shape}")

    def check_sums(self, fired: int, active: int) -> None:
        """Raise ValueError if sums of so many overlaps of states of so many active units may exceed 31 bits."""
        if fired * active >= 2**31:
            raise ValueError(f"sums of {fired} overlaps of up to {active} units may overflow 32-bit integers")


def draw_network(
    code: Code,
    neurons: int,
    activity: float,
    patterns: int,
    *,
    key: PRNGKeyArray,
    rule: Rule = "covariance",
    input: Input = "centred",
) -> Network:
    """A network that has stored fresh random patterns; one of more patterns begins with the same ones.

    Raises:
        ValueError: an argument out of range, or more memory needed than there is (both are told).
    """
    rule_fraction(code, neurons, activity)
    check_rule(rule)
    check_count(patterns, "patterns")
    if neurons > LARGEST_NETWORK:
        raise ValueError(f"neurons must be at most {LARGEST_NETWORK}, got {neurons}")
    check_memory(_memory(neurons, patterns), f"a network of {neurons} units and {patterns} patterns")
    words = draw_patterns(code, neurons, activity, patterns, key=key)
    return Network(code, neurons, activity, words, patterns, rule, input)


def rule_fraction(code: Code, neurons: int, activity: float) -> Fraction:
    """What the covariance rule takes for the activity: `k/N` or a, to the nearest fraction `FINEST` allows.

    Raises:
        ValueError: an argument out of range, or an activity that is no such fraction between 0 and 1.
    """
    fixed = check_code(code) == "fixed-size"
    exact = Fraction(active_units(neurons, activity), neurons) if fixed else Fraction(check_activity(activity))
    fraction = exact.limit_denominator(FINEST)
    if not 0 < fraction < 1:
        raise ValueError(f"activity must lie between 1/{FINEST} and 1 - 1/{FINEST}, got {activity!r}")
    return fraction


def check_input(value: str) -> Input:
    """Return `value`, or raise ValueError unless it names one of the two inputs."""
    if value not in get_args(Input):
        raise ValueError(f"input must be one of {', '.join(get_args(Input))}, got {value!r}")
    return cast(Input, value)


def _memory(neurons: int, patterns: int) -> int:
    """Bytes: packed patterns, an unpacked tile with its words, and a batch's states, sums and fields."""
    units = -(-neurons // WORD) * WORD
    return patterns * units // 8 + 2 * 4 * TILE * units + BATCHES[-1] * 40 * units
