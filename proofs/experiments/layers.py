"""Layers two and three of the proposal: the linear network and the conjecture."""

from proofs.claim import open_claim

CLAIMS = (
    open_claim(
        "L2.linear",
        "Linear networks have a similar ceiling",
        "The overlap of gradient subspaces gives a $C\\cdot B$ bound for linear networks.",
        "Second layer",
    ),
    open_claim(
        "L3.conjecture",
        "The qualitative picture holds in deep Transformers",
        "A single regime has a ceiling and a dual regime breaks it, in structure though not in numbers.",
        "Third layer",
        ("E1.monotone", "E2.ceiling", "E3.dual"),
    ),
)
"""The claims of both layers."""
