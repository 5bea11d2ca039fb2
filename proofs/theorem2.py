"""Theorem 2 (H2) and the capacity law it starts from: the proposal's claims, entered before they are worked on."""

from proofs.claim import open_claim

SKETCH = "Theorem 2, proof path"


CLAIMS = (
    open_claim(
        "TF.law",
        "The capacity law as printed",
        "Tsodyks and Feigelman (1988): the most patterns a sparse Hopfield network stores is "
        "$p_{max} \\propto \\frac{a}{\\ln(1/a)} N$.",
        "Known results (Tsodyks & Feigelman 1988)",
    ),
    open_claim(
        "TF.words",
        "The capacity law in words",
        "The smaller $a$, the more patterns are stored, and the less information each carries.",
        "Known results (Tsodyks & Feigelman 1988)",
    ),
    open_claim(
        "T2.capacity",
        "Capacity bound",
        "$C(a,\\epsilon) \\le \\frac{\\alpha(\\epsilon)\\,a}{\\ln(1/a)}\\,N$.",
        SKETCH,
        ("TF.law",),
    ),
    open_claim(
        "T2.information", "Information of one pattern", "$B(a) = N[a\\log(1/a) + (1-a)\\log(1/(1-a))]$.", SKETCH
    ),
    open_claim("T2.sparse_information", "Its sparse limit", "For $a \\ll 1$, $B(a) \\approx N a\\log(1/a)$.", SKETCH),
    open_claim(
        "T2.bound",
        "The printed ceiling",
        "$C\\cdot B \\le \\alpha(\\epsilon)\\,a^2 N^2$.",
        SKETCH,
        ("T2.capacity", "T2.sparse_information"),
    ),
    open_claim(
        "T2.optimum",
        "An optimal activity",
        "$C\\cdot B$ depends weakly on $a$ (as $a^2$): extreme sparsity is not optimal and there is an optimal $a^*$.",
        SKETCH,
    ),
    open_claim("T2.alpha", "The form of alpha(eps)", "The form of $\\alpha(\\epsilon)$ is still to be found.", SKETCH),
    open_claim("T2.tight", "Tightness", "Whether the bound is attained is still to be found.", SKETCH),
    open_claim(
        "T2.continuous",
        "Continuous values",
        "The bound extends from binary to continuous-valued Hopfield networks.",
        SKETCH,
    ),
    open_claim(
        "T2",
        "Theorem 2: a single regime has a ceiling on C*B",
        "Whatever the activity, $C$ trades against $B$, and $C\\cdot B$ is bounded.",
        "Theorem 2 (H2)",
        ("T2.bound",),
    ),
)
"""Every claim of Theorem 2, in reading order."""
