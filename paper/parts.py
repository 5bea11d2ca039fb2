"""All parts of the paper, by name."""

from paper.part import Part
from paper.theorem1 import THEOREM1

PARTS: dict[str, Part] = {part.name: part for part in (THEOREM1,)}
"""The parts in reading order."""
