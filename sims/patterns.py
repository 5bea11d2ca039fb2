"""Bit-packed binary patterns, and their two random codes, drawn by one bit-sliced algorithm.

A pattern of N units is a vector of ceil(N/32) words of 32 bits: unit `i` is bit `i % 32` of word `i // 32`, and the
unused bits of the last word are zero. N = 10^6 units take 125 kB.

Both codes give every unit a random binary fraction `u` and activate the units below a threshold: a fixed one, the
activity, for the Bernoulli code; the one that leaves exactly k units below it for the fixed-size code. The digits of
`u` are drawn most significant first, one random word for 32 units, and only until every unit is decided: about
log2(N) digits rather than 32, in memory of a few packed patterns (radix selection, Knuth 5.2.5, on bit planes).
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Bool, Int32, PRNGKeyArray, UInt32

from theory.activity import check_active_units, check_activity, check_neurons

WORD = 32
"""Units per word."""

DIGITS = 64
"""Binary digits of the activity that a Bernoulli code uses: its probability is exact to 2^-64."""


class _Draw(NamedTuple):
    """A pattern being drawn: the units known to be active, those still undecided, and the next digit."""

    active: UInt32[Array, " word"]
    undecided: UInt32[Array, " word"]
    wanted: Int32[Array, ""]
    digit: Int32[Array, ""]


def bernoulli_code(neurons: int, activity: float, *, key: PRNGKeyArray) -> UInt32[Array, " word"]:
    """A pattern whose units are active independently, each with probability `activity` (to within 2^-64).

    Raises:
        ValueError: `neurons` or `activity` out of range.
    """
    return units_below(check_neurons(neurons), binary_digits(activity), key=key)


def fixed_size_code(neurons: int, active: int, *, key: PRNGKeyArray) -> UInt32[Array, " word"]:
    """A pattern with exactly `active` active units, uniformly among all such patterns.

    Raises:
        ValueError: `neurons` or `active` out of range.
    """
    active = check_active_units(active, neurons)
    return smallest_units(check_neurons(neurons), jnp.int32(active), key=key)


def units_below(neurons: int, threshold: Bool[Array, " digit"], *, key: PRNGKeyArray) -> UInt32[Array, " word"]:
    """The units whose random fractions lie below a threshold, given by its binary digits.

    Digits are drawn until every unit differs from the threshold somewhere, or only zeros of the threshold are left:
    then no undecided unit can be below it.
    """
    needed = jnp.max(jnp.where(threshold, jnp.arange(len(threshold)) + 1, 0))

    def undecided(draw: _Draw) -> Bool[Array, ""]:
        return (draw.digit < needed) & jnp.any(draw.undecided != 0)

    def compare_digit(draw: _Draw) -> _Draw:
        ones = _random_words(key, draw.digit, draw.undecided)
        below = jnp.where(threshold[draw.digit], draw.undecided & ~ones, 0)
        equal = draw.undecided & jnp.where(threshold[draw.digit], ones, ~ones)
        return _Draw(draw.active | below, equal, draw.wanted, draw.digit + 1)

    return lax.while_loop(undecided, compare_digit, _no_unit_decided(neurons, jnp.int32(0))).active


def smallest_units(neurons: int, active: Int32[Array, ""], *, key: PRNGKeyArray) -> UInt32[Array, " word"]:
    """The `active` units with the smallest random fractions.

    Each digit splits the undecided units, and the half that holds the threshold stays undecided. Digits are drawn
    until no two fractions tie at the threshold, so the size is exact and the law exactly uniform.
    """

    def undecided(draw: _Draw) -> Bool[Array, ""]:
        return (draw.wanted > 0) & (draw.wanted < size(draw.undecided))

    def split_on_digit(draw: _Draw) -> _Draw:
        ones = _random_words(key, draw.digit, draw.undecided)
        lower = draw.undecided & ~ones
        count = size(lower)
        lower_half_is_active = count <= draw.wanted
        return _Draw(
            jnp.where(lower_half_is_active, draw.active | lower, draw.active),
            jnp.where(lower_half_is_active, draw.undecided & ones, lower),
            jnp.where(lower_half_is_active, draw.wanted - count, draw.wanted),
            draw.digit + 1,
        )

    last = lax.while_loop(undecided, split_on_digit, _no_unit_decided(neurons, active))
    return last.active | jnp.where(last.wanted > 0, last.undecided, 0)


def binary_digits(activity: float) -> Bool[Array, " digit"]:
    """The first `DIGITS` binary digits of the activity, most significant first.

    Raises:
        ValueError: `activity` out of range.
    """
    numerator, denominator = check_activity(activity).as_integer_ratio()
    text = f"{(numerator << DIGITS) // denominator:0{DIGITS}b}"
    return jnp.asarray([digit == "1" for digit in text])


def pack(bits: Bool[Array, " neuron"]) -> UInt32[Array, " word"]:
    """The packed pattern of a vector of units, True where active."""
    padded = jnp.pad(bits, (0, -len(bits) % WORD)).reshape(-1, WORD)
    places = jnp.arange(WORD, dtype=jnp.uint32)
    return jnp.sum(padded.astype(jnp.uint32) << places, axis=1, dtype=jnp.uint32)


def unpack(words: UInt32[Array, " word"], neurons: int) -> Bool[Array, " neuron"]:
    """The units of a packed pattern, True where active.

    Raises:
        ValueError: the pattern has not as many words as `neurons` units take.
    """
    if words.shape != (_words(neurons),):
        raise ValueError(f"{neurons} units take {_words(neurons)} words, got a pattern of shape {words.shape}")
    places = jnp.arange(WORD, dtype=jnp.uint32)
    return ((words[:, None] >> places) & 1).astype(bool).reshape(-1)[:neurons]


def size(words: UInt32[Array, " word"]) -> Int32[Array, ""]:
    """The number of active units of a packed pattern."""
    return jnp.sum(lax.population_count(words), dtype=jnp.int32)


def overlap(first: UInt32[Array, " word"], second: UInt32[Array, " word"]) -> Int32[Array, ""]:
    """The number of units active in both of two packed patterns."""
    return size(first & second)


def _words(neurons: int) -> int:
    return -(-neurons // WORD)


def _no_unit_decided(neurons: int, wanted: Int32[Array, ""]) -> _Draw:
    """The start of a draw: every unit undecided, the unused bits of the last word already out of it."""
    every = np.full(_words(neurons), 0xFFFFFFFF, np.uint32)
    every[-1] >>= np.uint32(-neurons % WORD)
    return _Draw(jnp.zeros_like(every), jnp.asarray(every), wanted, jnp.int32(0))


def _random_words(key: PRNGKeyArray, digit: Int32[Array, ""], like: UInt32[Array, " word"]) -> UInt32[Array, " word"]:
    """The given binary digit of every unit's random fraction, packed."""
    return jax.random.bits(jax.random.fold_in(key, digit), like.shape, jnp.uint32)
