"""The proposal's Go/No-Go decision, computed: its conditions as data, their outcomes from verdicts, never typed.

A criterion reads one sentence of a condition as verdicts of claims. Its outcome, and that of the condition and of the
decision, has three values, by Kleene's logic: what is still open decides nothing unless something else decides anyway.
"""

import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from paper.verdicts import WIDTH
from proofs.verdict import Judgement, Verdict

SOURCE = "Timeline, Go/No-Go decision"
"""Where in the proposal the conditions stand."""


class Outcome(Enum):
    """Of a criterion or a condition."""

    MET = "met"
    NOT_MET = "not met"
    OPEN = "open"

    def __invert__(self) -> "Outcome":
        return {Outcome.MET: Outcome.NOT_MET, Outcome.NOT_MET: Outcome.MET}.get(self, self)


class Decision(Enum):
    """What the conditions together say."""

    GO = "go on"
    STOP = "do not go on"
    OPEN = "open"


@dataclass(frozen=True)
class Criterion:
    """What must hold for one sentence of a condition, as claims that must stand.

    Attributes:
        reading: how the sentence is read, in words.
        claims: ids of the claims that must stand.
        by: verdicts with which a claim stands; any other settled verdict means that it does not.
        negated: the sentence holds if a claim does not stand.
    """

    reading: str
    claims: tuple[str, ...]
    by: frozenset[Verdict]
    negated: bool = False

    def outcome(self, judgements: Mapping[str, Judgement]) -> Outcome:
        """Return whether the sentence holds, given the judgements on all of the claims.

        Raises:
            KeyError: the judgement on a claim is missing.
        """
        stands = every(self._stands(judgements[each].verdict) for each in self.claims)
        return ~stands if self.negated else stands

    def _stands(self, verdict: Verdict) -> Outcome:
        if verdict in self.by:
            return Outcome.MET
        undecided = {Verdict.OPEN} if Verdict.SUPPORTED in self.by else {Verdict.OPEN, Verdict.SUPPORTED}
        return Outcome.OPEN if verdict in undecided else Outcome.NOT_MET


@dataclass(frozen=True)
class Condition:
    """A condition of the proposal for going on, or for stopping.

    Attributes:
        text: the condition, translated.
        stops: whether it is one for stopping.
        criteria: one for each sentence; to go on all must hold, to stop one suffices.
    """

    text: str
    stops: bool
    criteria: tuple[Criterion, ...]

    def outcome(self, judgements: Mapping[str, Judgement]) -> Outcome:
        """Return whether the condition is met; raises as `Criterion.outcome`."""
        found = [each.outcome(judgements) for each in self.criteria]
        return some(found) if self.stops else every(found)


def every(outcomes: Iterable[Outcome]) -> Outcome:
    """Return whether all are met; open if none fails but one is open."""
    found = set(outcomes)
    return next((each for each in (Outcome.NOT_MET, Outcome.OPEN) if each in found), Outcome.MET)


def some(outcomes: Iterable[Outcome]) -> Outcome:
    """Return whether one is met; open if none is but one is open."""
    return ~every(~each for each in outcomes)


PROOF = frozenset({Verdict.PROVED})
OBSERVATION = frozenset({Verdict.PROVED, Verdict.SUPPORTED})

CONDITIONS = (
    Condition(
        "The proofs on Hopfield networks can be carried out, and are clean.",
        False,
        (
            Criterion("Theorem 1, Theorem 2 and Proposition 1 are proved.", ("T1", "T2", "P1"), PROOF),
            Criterion(
                "Clean: the ceiling holds at finite size without a model of the noise.",
                ("T2.finite",),
                PROOF,
            ),
        ),
    ),
    Condition(
        "Experiments 1 and 2 support the predictions qualitatively: monotonicity holds, the trade-off exists.",
        False,
        (
            Criterion("Interference falls with sparsity.", ("E1.monotone",), OBSERVATION),
            Criterion("Capacity rises with sparsity while richness falls.", ("E2.tradeoff",), OBSERVATION),
        ),
    ),
    Condition(
        "The proofs need assumptions so strong that the results become trivial.",
        True,
        (
            Criterion(
                "Not so if Theorem 1 needs no limit of size or activity and something of it is left as harm, the "
                "ceiling is tight, and the gain of two regimes exists at finite activity and error.",
                ("T1", "T1.harm", "T2.tight", "P1.finite"),
                PROOF,
                negated=True,
            ),
        ),
    ),
    Condition(
        "In Experiment 1 interference is not monotone, or in Experiment 2 the product C*B shows no convergence.",
        True,
        (
            Criterion("Interference is not monotone in sparsity.", ("E1.monotone",), OBSERVATION, negated=True),
            Criterion("The product is not bounded in sparsity.", ("E2.ceiling",), OBSERVATION, negated=True),
        ),
    ),
)
"""The proposal's conditions, in its order: two for going on, two for stopping."""


def decide(judgements: Mapping[str, Judgement], conditions: Iterable[Condition] = CONDITIONS) -> Decision:
    """Return what the conditions say: stop if one for stopping is met, go if all others are and none of those.

    Raises:
        KeyError: the judgement on a claim is missing.
    """
    chosen = list(conditions)
    stop = some(each.outcome(judgements) for each in chosen if each.stops)
    go = every([~stop, *(each.outcome(judgements) for each in chosen if not each.stops)])
    if stop is Outcome.MET:
        return Decision.STOP
    return Decision.GO if go is Outcome.MET else Decision.OPEN


def table(judgements: Mapping[str, Judgement], conditions: Iterable[Condition] = CONDITIONS) -> str:
    """Return conditions, criteria, the verdicts they rest on and the decision as text; raises as `decide`."""
    chosen = list(conditions)
    lines = []
    for number, condition in enumerate(chosen, 1):
        kind = "to stop" if condition.stops else "to go on"
        head = f"{number}. ({kind}) {condition.text} "
        lines += textwrap.wrap(f"{head}{condition.outcome(judgements).value.upper()}", WIDTH, subsequent_indent="   ")
        for each in condition.criteria:
            reading = f"- {each.reading} {each.outcome(judgements).value}: {_verdicts(each, judgements)}"
            lines += textwrap.wrap(reading, WIDTH, initial_indent="   ", subsequent_indent="     ")
    return "\n".join([*lines, f"Decision: {decide(judgements, chosen).value.upper()}"])


def markdown(judgements: Mapping[str, Judgement], conditions: Iterable[Condition] = CONDITIONS) -> str:
    """Return the same as a table in Markdown and a sentence; raises as `decide`."""
    chosen = list(conditions)
    rows = [
        "| condition | read as | claims and their verdicts | outcome |",
        f"|:{'-' * 34}|:{'-' * 34}|:{'-' * 36}|:{'-' * 10}|",
    ]
    for condition in chosen:
        kind = "To stop" if condition.stops else "To go on"
        text = f"*{kind}:* {condition.text} **{condition.outcome(judgements).value.capitalize()}.**"
        for each in condition.criteria:
            rows.append(
                f"| {text} | {each.reading} | {_verdicts(each, judgements, '`')} | {each.outcome(judgements).value} |"
            )
            text = ""
    decision = decide(judgements, chosen).value
    return (
        "\n".join(rows).replace("C*B", r"$C\cdot B$")
        + f"\n\nDecision by the proposal's own conditions: **{decision}**."
    )


def record(judgements: Mapping[str, Judgement], conditions: Iterable[Condition] = CONDITIONS) -> dict[str, Any]:
    """Return the same as JSON values; raises as `decide`."""
    chosen = list(conditions)
    return {
        "source": SOURCE,
        "decision": decide(judgements, chosen).value,
        "conditions": [
            {
                "text": condition.text,
                "stops": condition.stops,
                "outcome": condition.outcome(judgements).value,
                "criteria": [
                    {
                        "reading": each.reading,
                        "outcome": each.outcome(judgements).value,
                        "verdicts": {name: judgements[name].verdict.value for name in each.claims},
                    }
                    for each in condition.criteria
                ],
            }
            for condition in chosen
        ],
    }


def _verdicts(criterion: Criterion, judgements: Mapping[str, Judgement], mark: str = "") -> str:
    return ", ".join(f"{mark}{each}{mark} {judgements[each].verdict.value}" for each in criterion.claims)
