"""What theory predicts for one memory: `cwb capacity`. No simulation, no JAX.

Two kinds of answer. Covariance rule, projection and Gardner's optimal weights: the limit of large N at a fixed load.
The proposal's Hebb rule and the Willshaw rule store a number of patterns that does not grow in proportion to N at fixed
activity, so their load is stated at a given N. An error criterion `eps` is in wrong units per active unit.
"""

from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

from scipy.optimize import root_scalar

from theory.activity import active_units, check_activity, check_neurons
from theory.any_rule import gardner_load
from theory.information import Recall
from theory.load_surface import Input, check_input
from theory.mean_field import Retrieval, check_retrieval, critical_point, fixed_point
from theory.one_step import one_step_load
from theory.one_step_capacity import one_step_capacity
from theory.stability import growth
from theory.willshaw import willshaw_capacity

RuleName = Literal["covariance", "hebb", "willshaw", "projection", "gardner"]
"""Learning rules with a capacity to predict."""

Steps = Literal["fixed-point", "one"]
"""Retrieval runs to its fixed point, or takes one step."""

NEURONS = 10_000
"""Network size assumed for the rules that need one."""

EPS = 0.01
"""Error criterion assumed where one is needed, wrong units per active unit."""


@dataclass(frozen=True)
class Question:
    """What is asked: one memory and one criterion.

    Attributes:
        activity: a, in (0, 1).
        rule: learning rule.
        input: what the synapses read (covariance rule at its fixed points).
        retrieval: fixed threshold or k-winners-take-all (covariance rule at its fixed points).
        steps: retrieval to the fixed point or one step (covariance rule).
        kappa: margin of every field (Gardner).
        eps: largest number of wrong units per active unit; None for the capacity itself.
        neurons: N; None for the limit of large N where there is one.

    Raises:
        ValueError: an argument out of range, or one that does not go with the rule.
    """

    activity: float
    rule: RuleName = "covariance"
    input: Input | None = None
    retrieval: Retrieval | None = None
    steps: Steps = "fixed-point"
    kappa: float | None = None
    eps: float | None = None
    neurons: int | None = None

    def __post_init__(self) -> None:
        check_activity(self.activity)
        if self.rule not in get_args(RuleName):
            raise ValueError(f"rule must be one of {', '.join(get_args(RuleName))}, got {self.rule!r}")
        if self.steps not in get_args(Steps):
            raise ValueError(f"steps must be one of {', '.join(get_args(Steps))}, got {self.steps!r}")
        recurrent = self.rule == "covariance" and self.steps == "fixed-point"
        if self.input is not None:
            check_input(self.input)
        if self.retrieval is not None:
            check_retrieval(self.retrieval)
        if self.neurons is not None:
            check_neurons(self.neurons)
        if self.eps is not None and not 0 < self.eps < 1:
            raise ValueError(f"eps must lie strictly between 0 and 1 (wrong units per active unit), got {self.eps!r}")
        if self.steps == "one" and self.rule in ("projection", "gardner"):
            raise ValueError(f"rule {self.rule} recalls its patterns without error: there are no steps to choose")
        for name, given, allowed, what in (
            ("input", self.input, recurrent, "the fixed points of the covariance rule"),
            ("retrieval", self.retrieval, recurrent, "the fixed points of the covariance rule"),
            ("kappa", self.kappa, self.rule == "gardner", "rule gardner"),
            ("eps", self.eps, self.rule not in ("projection", "gardner"), "rules that make errors"),
            ("neurons", self.neurons, self.finite, "rules hebb and willshaw, and one step of the covariance rule"),
        ):
            if given is not None and not allowed:
                hint = " (simulate finite networks: cwb simulate capacity)" if name == "neurons" and recurrent else ""
                raise ValueError(f"{name} = {given!r} belongs to {what}, not to rule {self.rule}{hint}")

    @property
    def finite(self) -> bool:
        """Whether the question may name a network size."""
        return self.rule in ("hebb", "willshaw") or (self.rule == "covariance" and self.steps == "one")


@dataclass(frozen=True)
class Answer:
    """The predicted capacity: what is retrieved there, which theory says so, and what was assumed.

    Attributes:
        recall: load, errors and bits.
        theory: the theory, in words.
        input: as used; None where the rule has no such choice.
        retrieval: as used; None where the rule has no such choice.
        neurons: as used; None in the limit of large N.
        eps: as used; None for the capacity itself.
        stable: whether small deviations from the fixed point die out; None where it is not a fixed point.
    """

    question: Question
    recall: Recall
    theory: str
    input: Input | None = None
    retrieval: Retrieval | None = None
    neurons: int | None = None
    eps: float | None = None
    stable: bool | None = None

    def record(self) -> dict[str, Any]:
        """Return the answer as JSON values."""
        recall = self.recall
        return {
            "activity": recall.activity,
            "rule": self.question.rule,
            "input": self.input,
            "retrieval": self.retrieval,
            "load": recall.load,
            "overlap": recall.overlap,
            "miss_rate": recall.miss_rate,
            "false_alarm_rate": recall.false_alarm_rate,
            "bits_per_pattern_per_neuron": recall.bits_per_unit,
            "bits_per_synapse": recall.bits_per_synapse,
            "error_rate": recall.error_rate,
            "eps": self.eps,
            "neurons": self.neurons,
            "patterns": None if self.neurons is None else round(recall.load * self.neurons),
            "kappa": self.question.kappa,
            "stable": self.stable,
            "theory": self.theory,
        }

    def text(self) -> str:
        """Return the answer for the reader, one line a quantity."""
        recall, lines = self.recall, [f"{self.question.rule} rule: {self.theory}"]
        of = f" = {self.record()['patterns']} patterns of {self.neurons} neurons" if self.neurons else ""
        lines += [
            f"activity              {recall.activity:g}",
            f"load p/N              {recall.load:.10g}{of}",
            f"overlap               {recall.overlap:.10g}",
            f"miss rate             {recall.miss_rate:.6g}",
            f"false-alarm rate      {recall.false_alarm_rate:.6g}",
            f"wrong per active unit {recall.error_rate:.6g}",
            f"bits per unit         {recall.bits_per_unit:.10g}",
            f"bits per synapse      {recall.bits_per_synapse:.10g}",
        ]
        if self.stable is False:
            lines.append(
                "note                  a fixed threshold does not hold this state: with all units updated at once"
            )
            lines.append("                      small deviations grow; k winners (--retrieval kwta) hold theirs")
        return "\n".join(lines)


def predict(question: Question) -> Answer:
    """Return the predicted capacity.

    Raises:
        ValueError: no load meets the criterion.
        ArithmeticError: no convergence.
    """
    activity, eps = question.activity, question.eps
    if question.rule == "gardner":
        load = gardner_load(activity, question.kappa or 0.0)
        return Answer(question, Recall(activity, load, 0.0, 0.0), "best weights, without error (Gardner 1988)")
    if question.rule == "projection":
        return Answer(question, Recall(activity, 1.0, 0.0, 0.0), "linearly independent patterns, without error")
    if question.finite and (question.rule != "covariance" or question.neurons is not None):
        return _at_finite_size(question, question.neurons or NEURONS, EPS if eps is None else eps)
    if question.steps == "one":
        eps = EPS if eps is None else eps
        return Answer(question, one_step_load(eps, activity), "one step, Gaussian crosstalk, best threshold", eps=eps)
    return _at_fixed_point(question)


def _at_fixed_point(question: Question) -> Answer:
    input, retrieval = question.input or "centred", question.retrieval or "threshold"
    activity, eps = question.activity, question.eps
    point = critical_point(activity, input, retrieval)
    theory = "replica-symmetric fixed point at capacity"
    if eps is not None:
        theory = "replica-symmetric fixed point, the largest load within eps"

        def excess(load: float) -> float:
            return fixed_point(load, activity, input, retrieval).recall.error_rate - eps

        if point.recall.error_rate > eps:
            lowest = 1e-3 * point.load
            if excess(lowest) > 0:
                raise ValueError(f"eps = {eps} is met only below a thousandth of the capacity {point.load:.6g}")
            load = float(root_scalar(excess, bracket=(lowest, point.load * (1 - 1e-9)), rtol=1e-12).root)
            point = fixed_point(load, activity, input, retrieval)
    return Answer(question, point.recall, theory, input, retrieval, eps=eps, stable=growth(point) < 1 + 1e-6)


def _at_finite_size(question: Question, neurons: int, eps: float) -> Answer:
    """One step with fixed-size codes, from the exact law of the fields."""
    active = active_units(neurons, question.activity)
    if question.rule == "willshaw":
        recall = willshaw_capacity(neurons, active, eps)
        return Answer(question, recall, "one step of k-of-N codes, exactly", neurons=neurons, eps=eps)
    rule = cast(Literal["hebb", "covariance"], question.rule)
    recall = one_step_capacity("fixed-size", rule, neurons, question.activity, eps)
    return Answer(question, recall, "one step of k-of-N codes, exactly", neurons=neurons, eps=eps)
