"""Networks and probes that all studies of retrieval share.

Points of one code, size, activity and seed have the same networks and probes, so that what differs between them (order
of updates, cue noise, dynamics, load) is compared on the same patterns. Networks are independent replicas; the probes
of one network share its patterns, so intervals are over networks.
"""

from dataclasses import dataclass

import jax
import numpy as np
from jaxtyping import Bool, PRNGKeyArray

from sims.fields import Network, draw_network
from sims.harness.mesh import point_key
from sims.retrieval import noisy_cues
from theory.activity import Code, active_units, check_activity, check_code, check_count, check_neurons
from theory.mean_field import Retrieval, check_retrieval, critical_point


@dataclass(frozen=True)
class NetworkPoint:
    """Networks and probes, common to all studies of retrieval.

    Attributes:
        code: law of the patterns.
        neurons: N.
        activity: a.
        retrieval: k winners take all, or a fixed threshold.
        cue_miss: fraction of a pattern's active units missing from its cue. As many silent units fire in it: exactly
            for k winners, on average (probability `cue_miss a / (1-a)`) for a threshold.
        probes: stored patterns cued in each network.
        replicas: independent networks.
        seed: of the random numbers.
        threshold: firing threshold in units of the gap; None for the one the mean field finds best at capacity.

    Raises:
        ValueError: a field out of range.
    """

    code: Code
    neurons: int
    activity: float
    retrieval: Retrieval
    cue_miss: float
    probes: int
    replicas: int
    seed: int
    threshold: float | None = None

    def __post_init__(self) -> None:
        check_code(self.code)
        check_neurons(self.neurons)
        check_activity(self.activity)
        check_retrieval(self.retrieval)
        check_count(self.probes, "probes")
        check_count(self.replicas, "replicas", minimum=2)
        check_count(self.seed, "seed", minimum=0)
        if not 0 <= self.false_alarm <= 1 or not 0 <= self.cue_miss <= 1:
            raise ValueError(f"cue_miss must leave both cue rates in [0, 1], got {self.cue_miss!r}")
        if self.retrieval == "kwta" and self.threshold is not None:
            raise ValueError(f"k winners take all has no fixed threshold, got {self.threshold!r}")

    @property
    def false_alarm(self) -> float:
        """The cue's false-alarm rate."""
        return self.cue_miss * self.activity / (1 - self.activity)

    @property
    def firing_threshold(self) -> float | None:
        """The threshold of the dynamics; None for k winners."""
        if self.retrieval == "kwta" or self.threshold is not None:
            return self.threshold
        return critical_point(self.centre).threshold

    @property
    def centre(self) -> float:
        """The activity that theory is asked about: `k/N`, or a."""
        return active_units(self.neurons, self.activity) / self.neurons if self.code == "fixed-size" else self.activity

    @property
    def network_label(self) -> str:
        """A readable name of the networks."""
        noise = f" cue={self.cue_miss:g}" if self.cue_miss else ""
        return f"{self.code} {self.retrieval} N={self.neurons} a={self.activity:g}{noise}"

    def key(self, replica: int) -> PRNGKeyArray:
        """The key of a replica; it does not depend on how the network is used."""
        networks = point_key(self.seed, f"networks {self.code} N={self.neurons} a={self.activity:g}")
        return jax.random.fold_in(networks, replica)

    def network(self, replica: int, patterns: int) -> Network:
        """The network of a replica; pattern `mu` is the same at every number of patterns."""
        return draw_network(
            self.code, self.neurons, self.activity, patterns, key=jax.random.split(self.key(replica))[0]
        )

    def cues(self, replica: int, stored: Bool[np.ndarray, "probe neuron"]) -> Bool[np.ndarray, "probe neuron"]:
        """The cues of these patterns."""
        rate = None if self.retrieval == "kwta" else self.false_alarm
        return noisy_cues(stored, self.cue_miss, rate, key=jax.random.split(self.key(replica))[1])

    @property
    def columns(self) -> dict[str, str | int | float]:
        """The fields that every table carries."""
        names = ("code", "neurons", "activity", "retrieval", "cue_miss", "probes", "replicas")
        return {name: getattr(self, name) for name in names}
