"""The proposal's definitions and its three hypotheses, entered as claims where they claim something."""

import sympy as sp

from proofs.algebra import Identity
from proofs.certificate import Certificate
from proofs.claim import Argument, Claim, Finding, Target
from proofs.statement import Statement, equal
from theory.notation import SIZES, UNIT, N, a

SPARSITY = equal(1 - sp.UnevaluatedExpr(N * a) / N, 1 - a, {a: UNIT, N: SIZES})

sparsity_proof = Certificate(
    "D.sparsity",
    "Activation sparsity of a binary code",
    (Identity(SPARSITY, "Each of the N units is active with probability $a$; one minus the mean active fraction is"),),
)

sparsity = Claim(
    id="D.sparsity",
    title="Activation sparsity",
    source="Core definitions",
    proposed=Statement("$s = 1 - E\\|h\\|_0/m$, so that $a = 1 - s$ is the activity level.", (SPARSITY,)),
    exact=Statement("For binary codes of activity $a$, $s = 1 - a$.", (SPARSITY,)),
    arguments=tuple(Argument(sparsity_proof, target, Finding.HOLDS) for target in (Target.EXACT, Target.PROPOSED)),
)

richness = Claim(
    id="D.richness",
    title="Richness as loss reduction",
    source="Core definitions",
    proposed=Statement(
        "$B(s) = E_t[L_t(\\theta_{t-1}) - L_t(\\theta_t^*)]$ can be related exactly to pattern capacity in Hopfield "
        "networks."
    ),
    exact=None,
)

forgetting = Claim(
    id="D.forgetting",
    title="Forgetting as a rise of the loss",
    source="Core definitions",
    proposed=Statement(
        "$F_t = L_t(\\theta_T) - L_t(\\theta_t^*)$ measures how much worse task t has become by the end."
    ),
    exact=None,
    depends_on=("T1.forgetting",),
)

capacity = Claim(
    id="D.capacity",
    title="Capacity under bounded forgetting",
    source="Core definitions",
    proposed=Statement(
        "$C(s,\\epsilon)$, the most tasks with every task's forgetting at most $\\epsilon$, is a property of $s$."
    ),
    exact=None,
)

h1 = Claim(
    id="H1",
    title="Hypothesis 1: the sparser, the less interference",
    source="Hypotheses",
    proposed=Statement("$\\partial I/\\partial s < 0$ for any learner of activation sparsity $s$."),
    exact=None,
    depends_on=("T1", "T1.variance", "T1.covariance", "T1.normalised", "T1.harm", "E1.monotone"),
)

h2 = Claim(
    id="H2",
    title="Hypothesis 2: a single regime has a capacity ceiling",
    source="Hypotheses",
    proposed=Statement("$C(s,\\epsilon)\\,B(s) \\le \\Phi(d)$ for every sparsity: throughput has a ceiling."),
    exact=None,
    depends_on=("T2", "E2.ceiling"),
)

h3 = Claim(
    id="H3",
    title="Hypothesis 3: two regimes break through it",
    source="Hypotheses",
    proposed=Statement("$C_{dual}(\\epsilon) > \\max_s C_{single}(s,\\epsilon)$, a sufficient condition."),
    exact=None,
    depends_on=("P1", "E3.dual"),
)

CLAIMS = (sparsity, forgetting, richness, capacity, h1, h2, h3)
