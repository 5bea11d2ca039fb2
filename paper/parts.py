"""All parts of the paper, by name."""

from paper.exp1 import EXP1
from paper.exp2 import EXP2
from paper.exp3 import EXP3
from paper.part import Part
from paper.proposition1 import PROPOSITION1
from paper.theorem1 import THEOREM1
from paper.theorem2 import THEOREM2

PARTS: dict[str, Part] = {part.name: part for part in (THEOREM1, THEOREM2, PROPOSITION1, EXP1, EXP2, EXP3)}
"""The parts in reading order."""
