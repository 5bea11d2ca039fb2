"""Layers two and three: the linear network, the conjecture, and the predictions of Experiments 1-3."""

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
    open_claim(
        "E1.monotone",
        "Interference and forgetting fall with sparsity",
        "In a Transformer $I(s)$ and mean forgetting $\\bar F(s)$ fall monotonically with $s$.",
        "Experiment 1, prediction",
    ),
    open_claim(
        "E1.linear",
        "Forgetting is proportional to interference",
        "$\\bar F \\propto I$, approximately linear.",
        "Experiment 1, prediction",
    ),
    open_claim(
        "E1.agreement",
        "k-WTA and L1 agree",
        "The curves $I(s)$ under k-WTA and under L1 agree qualitatively, so neither is an artefact.",
        "Experiment 1; Risk 3",
    ),
    open_claim(
        "E2.tradeoff",
        "Many shallow tasks or few deep ones",
        "High sparsity learns many tasks, each shallowly; low sparsity learns each well and soon forgets.",
        "Experiment 2, prediction",
    ),
    open_claim(
        "E2.ceiling",
        "C*B is bounded in a Transformer",
        "$C\\cdot B$ has an upper bound that tuning $s$ does not exceed, perhaps with a maximum at some $s^*$.",
        "Experiment 2, prediction",
    ),
    open_claim(
        "E2.methods",
        "Single-regime methods share the ceiling",
        "EWC, OGD, GPM and other single-regime methods degrade on long sequences because of this ceiling.",
        "Relation to existing work",
        ("E2.ceiling",),
    ),
    open_claim(
        "E3.dual",
        "Two regimes beat the best single one",
        "$C_{dual} > C_{B1}$.",
        "Experiment 3, prediction",
    ),
    open_claim(
        "E3.differentiation",
        "The gain comes from differentiation, not from the split of parameters",
        "The dual regime beats B1-same: equal parameters, equal sparsity in both zones.",
        "Experiment 3; Risk 4",
        ("E3.dual",),
    ),
)
"""Every claim about deep networks, in reading order."""
