"""Proposition 1 (H3): the proposal's claims about two regimes, entered before they are worked on."""

from proofs.claim import open_claim

SOURCE = "Proposition 1, construction"


CLAIMS = (
    open_claim(
        "P1.batch",
        "Batch writing escapes interference",
        "A batch write is a one-shot Hebbian update and is not subject to sequential interference.",
        SOURCE,
    ),
    open_claim(
        "P1.slow_zone",
        "The slow zone stores more per parameter",
        "A slow zone of higher activity $a_2 > a_1$ stores more information per pattern and per parameter.",
        SOURCE,
    ),
    open_claim(
        "P1.reset",
        "Resetting the fast zone restores its capacity",
        "After consolidation the fast zone is reset and takes new patterns as before.",
        SOURCE,
    ),
    open_claim(
        "P1.total",
        "Total capacity",
        "Total capacity is the number of cycles times $C_1$, all of it stored in the slow zone.",
        SOURCE,
        ("P1.batch", "P1.slow_zone", "P1.reset"),
    ),
    open_claim(
        "P1",
        "Proposition 1: some dual regime beats every single one",
        "There is a dual-regime Hopfield scheme whose capacity exceeds that of every single regime.",
        "Proposition 1 (H3)",
        ("P1.total", "T2"),
    ),
)
"""Every claim of Proposition 1, in reading order."""
