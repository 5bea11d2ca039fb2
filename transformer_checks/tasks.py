"""The families of tasks, by name."""

from transformer_checks.catalogues import LanguagesSpec
from transformer_checks.digits import DigitsSpec
from transformer_checks.facts import FactsSpec
from transformer_checks.markov import MarkovSpec
from transformer_checks.number_words import NumbersSpec

Spec = FactsSpec | MarkovSpec | DigitsSpec | NumbersSpec | LanguagesSpec
"""What a sequence of tasks is drawn from: JSON values, `sequence(tasks, seed)`, and `family`."""

TASKS: dict[str, type[Spec]] = {
    spec.family: spec for spec in (FactsSpec, MarkovSpec, DigitsSpec, NumbersSpec, LanguagesSpec)
}
"""The specs by family."""


def check_family(name: str) -> type[Spec]:
    """The spec of a family of tasks.

    Raises:
        ValueError: no family has this name.
    """
    if name not in TASKS:
        raise ValueError(f"tasks must be one of {', '.join(TASKS)}, got {name!r}")
    return TASKS[name]
