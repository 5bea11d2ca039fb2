"""The predictions of Experiments 1-3, registered before the experiments were run, as claims.

`predictions.toml` holds each prediction with the rule by which it fails: a named test and its parameters. The rule is
written out in the claim's statement, so that changing a number changes the claim's fingerprint and voids its evidence.
"""

import tomllib
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from proofs.claim import Claim, Target
from proofs.statement import Statement

FILE = Path(__file__).with_name("predictions.toml")

BY = {"proposal": Target.PROPOSED, "ours": Target.EXACT}
"""Who predicts, and which statement of the claim the prediction therefore is."""

_HOLM = "Holm's correction over all regimes, family false-alarm rate {false_alarm:g}, for and against separately"
RULES = {
    "falls": "{quantity} of {implementation} against measured sparsity, levels paired by seed; in a regime it fails if "
    "Page's test finds a rise or a max-t test over all pairs of levels finds a rise between any two, and holds if it "
    f"does not fail and Page's test finds a fall; {_HOLM}",
    "exponent-within": "power fit of mean {outcome} to mean {predictor} of {implementation} over the levels, errors by "
    "bootstrap over seeds; t-tests of the logarithm of the exponent against {low:g} and {high:g}: fails if outside, "
    f"holds if inside; {_HOLM}",
    "exponent-below": "power fit of mean {outcome} to mean {predictor} of {implementation} over the levels, errors by "
    "bootstrap over seeds; t-test of the logarithm of the exponent against {high:g}: fails if above, holds if below; "
    f"{_HOLM}",
    "scale-within": "proportional fit of mean {outcome} to mean {predictor} of {implementation} over the levels, "
    "errors by bootstrap over seeds; t-tests of the factor against {low:g} and {high:g}: fails if outside, holds if "
    "inside; "
    f"{_HOLM}",
    "same-trend": "Page's tests of {quantity} of {first} and of {second} over their common range of sparsity: fails if "
    f"they find a fall and a rise, holds if they find two falls or two rises; {_HOLM}",
    "same-curve": "{quantity} of {first} minus that of {second}, interpolated over their common range of sparsity, "
    "over the mean of both; bounds simultaneous over the range and over the declared regimes, false-alarm rate "
    "{false_alarm:g}: fails if beyond {margin:g} somewhere, holds if within {margin:g} everywhere",
    "falls-no-further": "fall of {quantity} of {implementation} from the least to the most sparse level, over its "
    "largest mean, in the regimes where {given} falls; t-test with the bootstrap error: fails if more than {margin:g}, "
    f"holds if less; {_HOLM}",
    "falls-by-regime": "fall of {quantity} of {implementation} from the least to the most sparse level, over its "
    "largest mean; t-tests with the bootstrap error against {margin:g}: more in {more}, less in {less}; fails on the "
    f"opposite in any of them; {_HOLM}",
    "opposite-trends": "at forgetting up to {eps:g} nats, Page's tests of k-WTA against measured sparsity: holds if "
    "{rising} rises and {falling} falls, fails if either does the opposite; Holm, false-alarm rate {false_alarm:g}",
    "bounded-product": "{first} times {second} of k-WTA against measured sparsity, at forgetting up to {eps:g} nats: "
    "fails if Page's test finds a trend while those of its factors are not opposite, or if its largest mean is "
    "significantly more than {spread:g} times its smallest, holds if significantly less without such a trend; Holm, "
    "false-alarm rate {false_alarm:g}",
    "none-exceeds": "product of {product} of every method against the largest of the {reference}, at forgetting up to "
    "{eps:g} nats: fails if a paired t-test finds more for any, holds if one finds less for all; Holm over methods, "
    "false-alarm rate {false_alarm:g}",
    "exceeds": "{quantity} of {first} minus that of {second} at forgetting up to {eps:g} nats, paired t-test over "
    "seeds: holds if more than 0, else fails if less than {margin:g}; false-alarm rate {false_alarm:g}",
}
"""The tests a rule can name, with the sentence that says what each does with its parameters."""

_FIELDS = {"id", "experiment", "by", "title", "source", "statement", "falsified", "rule"}


@dataclass(frozen=True)
class Prediction:
    """One prediction and the rule by which it fails.

    Attributes:
        id: of its claim.
        experiment: 1, 2 or 3.
        by: who predicts, a key of `BY`.
        title: in a few words.
        source: where it was predicted.
        statement: what is predicted.
        falsified: what would show it wrong, in the words of who predicts it.
        test: the rule's test, a key of `RULES`.
        parameters: of the test.
        regimes: names of the regimes it is about; none for Experiments 2 and 3.
        depends_on: ids of the claims it rests on.
    """

    id: str
    experiment: int
    by: str
    title: str
    source: str
    statement: str
    falsified: str
    test: str
    parameters: Mapping[str, Any] = field(hash=False)
    regimes: tuple[str, ...] = ()
    depends_on: tuple[str, ...] = ()

    @property
    def target(self) -> Target:
        """The statement of its claim that this prediction is."""
        return BY[self.by]

    @property
    def text(self) -> str:
        """The statement, what falsifies it and the rule, in one paragraph."""
        values = {name: ", ".join(each) if isinstance(each, list) else each for name, each in self.parameters.items()}
        rule = f"{self.statement} Falsified if: {self.falsified} Rule: {RULES[self.test].format(**values)}."
        return f"{rule} Regimes: {', '.join(self.regimes)}." if self.regimes else rule

    @cached_property
    def claim(self) -> Claim:
        """The claim of the ledger."""
        statement = Statement(self.text)
        proposed, exact = (statement, None) if self.target is Target.PROPOSED else (None, statement)
        return Claim(self.id, self.title, self.source, proposed, exact, self.depends_on)


def read_predictions(text: str) -> tuple[dict[str, Prediction], dict[str, str]]:
    """Read predictions by id, and regimes of Experiment 1 with their meanings by name.

    Raises:
        ValueError: malformed TOML; a table, field or parameter missing, unknown or of the wrong kind; an id or regime
            given twice; an unknown test or regime; or a number out of its range.
    """
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"the predictions are not TOML: {error}") from error
    _check_names("the predictions", content, {"regime", "prediction"})
    regimes: dict[str, str] = {}
    for each in content["regime"]:
        _check_names(f"the regime {each.get('name')!r}", each, {"name", "meaning"})
        if each["name"] in regimes:
            raise ValueError(f"the regime {each['name']!r} is given twice")
        regimes[each["name"]] = each["meaning"]
    predictions: dict[str, Prediction] = {}
    for each in content["prediction"]:
        prediction = _prediction(each, tuple(regimes))
        if prediction.id in predictions:
            raise ValueError(f"the prediction {prediction.id} is given twice")
        predictions[prediction.id] = prediction
    return predictions, regimes


def _prediction(record: dict[str, Any], regimes: tuple[str, ...]) -> Prediction:
    who = f"the prediction {record.get('id')!r}"
    _check_names(who, record, _FIELDS, {"depends_on"})
    for name in _FIELDS - {"experiment", "rule"}:
        if not isinstance(record[name], str) or not record[name].strip():
            raise ValueError(f"{name} of {who} must be a text, got {record[name]!r}")
    if record["experiment"] not in (1, 2, 3):
        raise ValueError(f"experiment of {who} must be 1, 2 or 3, got {record['experiment']!r}")
    if record["by"] not in BY:
        raise ValueError(f"by of {who} must be one of {', '.join(BY)}, got {record['by']!r}")
    rule = dict(record["rule"])
    test = rule.pop("test", None)
    if test not in RULES:
        raise ValueError(f"test of {who} must be one of {', '.join(RULES)}, got {test!r}")
    _check_names(f"the rule of {who}", rule, _parameters(test))
    _check_numbers(who, rule)
    for name in ("more", "less"):
        for regime in rule.get(name, []):
            if regime not in regimes:
                raise ValueError(f"{name} of {who} names the regime {regime!r}; declared are {', '.join(regimes)}")
    fields = {name: record[name] for name in _FIELDS - {"rule"}}
    about = regimes if record["experiment"] == 1 else ()
    about = (*rule["more"], *rule["less"]) if test == "falls-by-regime" else about
    return Prediction(
        **fields, test=test, parameters=rule, regimes=about, depends_on=tuple(record.get("depends_on", ()))
    )


def _parameters(test: str) -> set[str]:
    """The parameters that the sentence of a test names."""
    parts = RULES[test].split("{")[1:]
    return {part.split("}")[0].split(":")[0] for part in parts}


def _check_names(what: str, record: Mapping[str, Any], required: set[str], optional: Set[str] = frozenset()) -> None:
    missing, unknown = sorted(required - set(record)), sorted(set(record) - required - optional)
    if missing or unknown:
        raise ValueError(f"{what} lacks {missing} and has unknown {unknown}; needed are {sorted(required)}")


def _check_numbers(who: str, rule: Mapping[str, Any]) -> None:
    for name in {"low", "high", "margin", "spread", "eps", "false_alarm"} & set(rule):
        value = rule[name]
        if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
            raise ValueError(f"{name} of {who} must be a positive number, got {value!r}")
    if not rule["false_alarm"] < 1:
        raise ValueError(f"false_alarm of {who} must lie between 0 and 1, got {rule['false_alarm']!r}")
    if "low" in rule and not rule["low"] < rule["high"]:
        raise ValueError(f"low of {who} must lie below high, got {rule['low']!r} and {rule['high']!r}")


PREDICTIONS, REGIMES = read_predictions(FILE.read_text(encoding="utf-8"))
"""The predictions by id in the order of the file, and what the regimes of Experiment 1 are."""
