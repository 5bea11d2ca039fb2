"""How strong a piece of evidence is."""

from collections.abc import Iterable
from enum import Enum


class Grade(Enum):
    """The kinds of evidence, strongest first; only the first three can prove or refute anything."""

    EXACT_ALGEBRA = "exact algebra"
    BALL_ARITHMETIC = "ball arithmetic"
    SMT = "SMT"
    REPLICA = "replica"
    MONTE_CARLO = "Monte Carlo"
    LITERATURE = "literature"

    @property
    def rigorous(self) -> bool:
        """Whether a result of this grade is a mathematical proof (up to the correctness of the software)."""
        return self in (Grade.EXACT_ALGEBRA, Grade.BALL_ARITHMETIC, Grade.SMT)


def weakest(grades: Iterable[Grade]) -> Grade:
    """Return the weakest of some grades: a proof is as strong as its weakest step.

    Raises:
        ValueError: there are no grades.
    """
    order = list(Grade)
    return max(grades, key=order.index)
