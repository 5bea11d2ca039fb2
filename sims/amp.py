r"""Onsager-corrected retrieval (approximate message passing), whose large-N law `theory.state_evolution` predicts.

With `A = (xi - a)/sqrt(N a(1-a))` (p x N), states s, input `x = s - a`, and the coefficients C_t,

    u^t = A x^t - C_t g^{t-1},   g^t = u^t / (1 - C_t),   h^{t+1} = A^T g^t - D/(1 - C_t) x^t,   D_i = sum_mu A_mu,i^2,

and the next state has its active units where h exceeds the threshold, or at the k largest fields. D is alpha at
large N, but scatters by `sqrt(alpha (1-2a)^2 / (N a(1-a)))` from unit to unit (at a = 0.02 and N = 5000 by most of the
crosstalk's deviation): the units' own self-coupling is taken out, not its mean. Overlaps are exact integers before they
are scaled; g and the fields are 32-bit floats. The coefficients are those the state evolution
predicts (deterministic numbers, as its theorem allows), or estimated for each probe by itself. The estimate takes the
fields for `M (xi - a) + tau z`, with `M` the largest entry of `g / sqrt(N a(1-a))` (the cued pattern's) and
`tau^2` the sum of the other entries' squares over N; counting fields near the threshold instead is either noisy or,
where the law of the fields has its valley, biased upwards by a third.
"""

from dataclasses import dataclass
from typing import Literal, cast, get_args

import jax.numpy as jnp
import numpy as np
from jaxtyping import Bool, Float32, Float64

from sims.fields import Network
from sims.patterns import WORD
from sims.retrieval import winners
from sims.tiles import batches, pad_states, pattern_overlaps, weighted_sums
from theory.activity import active_units, check_count
from theory.gaussian import density
from theory.mean_field import Retrieval
from theory.state_evolution import state_evolution

Response = Literal["predicted", "estimated"]
"""Where the coefficients C_t come from."""

HIGHEST_RESPONSE = 0.5
"""From this C on the cued overlap's own memory, `-C/(1-C)` a step, grows: the probe is stopped."""


FAINTEST = 1e-20
"""Smallest variance of the crosstalk that is told from none: a state without active units has none."""


@dataclass(frozen=True, eq=False)
class AmpRun:
    """Onsager-corrected retrieval, step by step; index 0 is the cue. Shapes (probe, step).

    Attributes:
        miss_rate: share of the stored pattern's active units that are silent.
        false_alarm_rate: share of its silent units that fire.
        response: C_t.
    """

    miss_rate: Float64[np.ndarray, "probe step"]
    false_alarm_rate: Float64[np.ndarray, "probe step"]
    response: Float64[np.ndarray, "probe step"]

    @property
    def overlap(self) -> Float64[np.ndarray, "probe step"]:
        """`m = 1 - miss - false alarm`."""
        return 1 - self.miss_rate - self.false_alarm_rate

    @property
    def stopped(self) -> Bool[np.ndarray, " probe"]:
        """Whether a probe was stopped on the way: it had lost its pattern."""
        return self.response[:, -1] >= HIGHEST_RESPONSE


def retrieve_amp(
    network: Network,
    cues: Bool[np.ndarray, "probe neuron"],
    stored: Bool[np.ndarray, "probe neuron"],
    steps: int,
    *,
    threshold: float | None = None,
    response: Response = "predicted",
    cue_rates: tuple[float, float] = (0.0, 0.0),
) -> AmpRun:
    """Run the corrected dynamics from every cue.

    A probe whose C reaches `HIGHEST_RESPONSE` keeps its state from then on: retrieval has failed.

    Args:
        network: covariance rule, centred input.
        cues: initial states.
        stored: the patterns meant.
        steps: how many.
        threshold: firing threshold in units of the gap; k winners take all if None.
        response: where C_t comes from.
        cue_rates: miss and false-alarm rate of the cues, for the prediction of C_t.

    Raises:
        ValueError: another rule or input, shapes that differ, or an argument out of range.
    """
    if (network.rule, network.input) != ("covariance", "centred"):
        raise ValueError(f"needs the covariance rule and centred input, got {network.rule} and {network.input}")
    if cues.shape != stored.shape:
        raise ValueError(f"cues {cues.shape} and stored patterns {stored.shape} must have the same shape")
    check_count(steps, "steps")
    check_response(response)
    active = active_units(network.neurons, network.activity)
    predicted = _predicted(network, steps, threshold, cue_rates) if response == "predicted" else None
    states, feedback = cues.copy(), np.zeros((len(cues), len(network.device_words)))
    coefficients, history = np.zeros((len(cues), steps + 1)), [cues]
    for step in range(steps):
        coefficients[:, step + 1] = coefficients[:, step]
        live = np.flatnonzero(coefficients[:, step] < HIGHEST_RESPONSE)
        fields, feedback[live] = corrected_fields(network, states[live], feedback[live], coefficients[live, step])
        fired = winners(fields, active) if threshold is None else fields > threshold
        states[live] = fired
        if predicted is not None:
            coefficients[live, step + 1] = predicted[step + 1]
        else:
            bars = np.where(fired, fields, np.inf).min(axis=1).astype(float) if threshold is None else threshold
            coefficients[live, step + 1] = estimated_response(network, feedback[live], bars)
        history.append(states.copy())
    misses = np.stack([(stored & ~each).sum(axis=1) for each in history], axis=1)
    false_alarms = np.stack([(each & ~stored).sum(axis=1) for each in history], axis=1)
    sizes = stored.sum(axis=1, keepdims=True)
    return AmpRun(misses / sizes, false_alarms / (network.neurons - sizes), coefficients)


def corrected_fields(
    network: Network,
    states: Bool[np.ndarray, "probe neuron"],
    feedback: Float64[np.ndarray, "probe row"],
    response: Float64[np.ndarray, " probe"],
) -> tuple[Float32[np.ndarray, "probe neuron"], Float64[np.ndarray, "probe row"]]:
    """One step: the fields `h^{t+1}` and `g^t`, from the states, `g^{t-1}` and `C_t`."""
    a, neurons, patterns = float(network.centre), network.neurons, network.patterns
    scale = np.sqrt(neurons * a * (1 - a))
    fields = np.empty(states.shape, np.float32)
    current = np.zeros_like(feedback)
    stored = np.arange(len(network.device_words)) < patterns
    coupling = self_coupling(network)
    sizes = np.zeros(len(network.device_words), np.int64)
    sizes[: len(network.words)] = network.sizes
    for rows in batches(len(states)):
        own, c = states[rows], response[rows, None]
        padded = jnp.asarray(pad_states(own, network.device_words.shape[1] * WORD))
        shared = np.asarray(pattern_overlaps(network.device_words, padded, patterns))[: len(own)]
        centred = shared - a * sizes - a * own.sum(axis=1, keepdims=True) + neurons * a * a
        given = np.where(stored, centred / scale - c * feedback[rows], 0.0) / (1 - c)
        weights = jnp.asarray(pad_states(given.astype(np.float32), given.shape[1]))
        summed = np.asarray(weighted_sums(network.device_words, weights, patterns))[: len(own), :neurons]
        onsager = coupling / (1 - c) * (own - a)
        fields[rows] = (summed - a * given.sum(axis=1, keepdims=True)) / scale - onsager
        current[rows] = given
    return fields, current


def self_coupling(network: Network) -> Float64[np.ndarray, " neuron"]:
    """`D_i = sum_mu A_mu,i^2`, from how many patterns each unit is active in; alpha in the mean."""
    a, neurons = float(network.centre), network.neurons
    return (network.totals.fired * (1 - 2 * a) + network.patterns * a * a) / (neurons * a * (1 - a))


def estimated_response(
    network: Network, feedback: Float64[np.ndarray, "probe row"], bars: Float64[np.ndarray, " probe"] | float
) -> Float64[np.ndarray, " probe"]:
    """The density of the fields at the threshold, from g and the threshold (see the module's docstring)."""
    a, neurons = float(network.centre), network.neurons
    largest = feedback.max(axis=1)
    signal = largest / np.sqrt(neurons * a * (1 - a))
    others = np.square(feedback).sum(axis=1) - largest**2
    noise = np.sqrt(np.maximum(others / neurons, FAINTEST))
    above, below = (bars - signal * (1 - a)) / noise, (bars + signal * a) / noise
    return (a * density(above) + (1 - a) * density(below)) / noise


def _predicted(
    network: Network, steps: int, threshold: float | None, cue_rates: tuple[float, float]
) -> Float64[np.ndarray, " step"]:
    retrieval: Retrieval = "kwta" if threshold is None else "threshold"
    law = state_evolution(network.load, float(network.centre), steps, retrieval, "centred", threshold, *cue_rates)
    return law.response


def check_response(value: str) -> Response:
    """Return `value`, or raise ValueError unless it names a source of the coefficients."""
    if value not in get_args(Response):
        raise ValueError(f"response must be one of {', '.join(get_args(Response))}, got {value!r}")
    return cast(Response, value)
