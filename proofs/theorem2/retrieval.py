r"""Fixed points of retrieval: the mean-field equations, what they rest on, and which dynamics obey them.

The algebra is exact. That a network's fixed points follow these equations is an assumption (replica symmetry, or the
self-consistent signal-to-noise argument of Shiino & Fukai 1992, at zero temperature): the certificate is of grade
replica and proves nothing about a network. For Onsager-corrected retrieval (AMP) the equations are those of its state
evolution.
"""

import sympy as sp

from proofs.algebra import Identity
from proofs.certificate import Certificate
from proofs.claim import Argument, Claim, Finding, Target
from proofs.grades import Grade
from proofs.statement import Statement, equal
from proofs.theorem2.ceiling import THEOREM, theorem2_proof
from proofs.theorem2.symbols import CLOSED_UNIT, POSITIVE, Phi, V, alpha, kept, phi, sigma, u, v
from theory.notation import UNIT, N, a, p

SOURCE = "Known results (capacity of sparse Hopfield networks)"
_SIZES = {N: sp.Range(2, sp.oo), p: sp.Range(1, sp.oo)}
_C = sp.Symbol("C", nonnegative=True)
_RESPONSE = {_C: sp.Interval(0, 1, False, True)}
_m0, _q, _m = sp.symbols("m0 q' m", positive=True)
_theta, _h = sp.symbols("theta h", real=True)
_x, _f = sp.symbols("x f", nonnegative=True)

GEOMETRIC = equal(_m0 / (1 - _C), _m0 + _C * kept(_m0 / (1 - _C)), {**_RESPONSE, _m0: POSITIVE})
NOISE = equal(
    p * V * kept(N * V * _q / (N * V) ** 2) / (1 - _C) ** 2,
    kept(p / N) * _q / (1 - _C) ** 2,
    {**_SIZES, **_RESPONSE, a: UNIT, _q: POSITIVE},
)
SELF = equal(p * V / (N * V) / (1 - _C) - kept(p / N), kept(p / N) * _C / (1 - _C), {**_SIZES, **_RESPONSE, a: UNIT})
OVERLAP = equal(
    (a * (1 - a) * (1 - _x) - (1 - a) * a * _f) / V, 1 - _x - _f, {a: UNIT, _x: CLOSED_UNIT, _f: CLOSED_UNIT}
)
MARGINS = equal(
    (_m * (1 - a) - _theta) / sigma + (_theta + _m * a) / sigma,
    _m / sigma,
    {a: UNIT, _m: POSITIVE, sigma: POSITIVE, _theta: sp.S.Reals},
)
_MARGINS = {a: UNIT, sigma: POSITIVE, u: sp.S.Reals, v: POSITIVE}
RESPONSE = equal(
    sp.Subs(sp.Derivative(a * Phi(u + _h / sigma) + (1 - a) * Phi(-v + _h / sigma), _h), _h, 0),
    (a * phi(u) + (1 - a) * phi(v)) / sigma,
    _MARGINS,
)
_d = sp.Symbol("d", positive=True)  # a phi(u) + (1-a) phi(v), so that C = d / sigma
_UV = dict.fromkeys((u, v, _m, _d), POSITIVE)
SURFACE = equal(
    kept(_m / (u + v)) ** 2 * (1 - _d / kept(_m / (u + v))) ** 2,
    (_m / (u + v) - _d) ** 2,
    _UV,
)
K_WTA = equal((1 - 2 * a) * kept(a) + a**2, V, {a: UNIT})
_y = sp.Symbol("y", positive=True)
AGS = equal(
    sp.sqrt(2) * 2 * ((2 * Phi(sp.sqrt(2) * _y) - 1) / (2 * sp.sqrt(2) * _y) - phi(sp.sqrt(2) * _y)),
    sp.erf(_y) / _y - 2 / sp.sqrt(sp.pi) * sp.exp(-(_y**2)),
    {_y: POSITIVE},
)

equations_proof = Certificate(
    "T2.fixed_point_equations",
    "The mean-field equations of retrieval, from the self-consistent signal-to-noise argument",
    (
        Identity(
            GEOMETRIC,
            "The state $s$ has overlap $m_\\nu = \\frac{1}{NV}\\sum_j(\\xi^\\nu_j-a)s_j$ with another pattern: "
            "$m_\\nu^0$ without its influence, and each unit responds to the field $(\\xi^\\nu_j-a)m_\\nu$, on "
            "average by $C = E\\,\\partial s/\\partial h$ per unit of field: $m_\\nu = m_\\nu^0 + C m_\\nu$ is "
            "solved by $m_\\nu^0/(1-C)$:",
        ),
        Identity(
            NOISE,
            "$m_\\nu^0$ is a sum of $N$ terms of variance $Vq'$, over $NV$, with $q' = E(s-a)^2$ (centred input) or "
            "$E\\,s^2$ (raw). So the $p$ patterns make in the field of a unit a noise of variance $\\sigma^2 = "
            "\\alpha q'/(1-C)^2$:",
        ),
        Identity(
            SELF,
            "They also return the unit's own state to it, $\\alpha s_i/(1-C)$, less the missing self-coupling "
            "$\\alpha s_i$: a self-feedback $\\Gamma s_i$. The equal-area rule makes of it a shift $\\Gamma/2$ of "
            "the threshold, which is free:",
        ),
        Identity(OVERLAP, "With miss rate $x$ and false-alarm rate $f$ the overlap $m$ is"),
        Identity(
            MARGINS,
            "Active units have mean field $(1-a)m$, silent ones $-am$: $x = \\Phi(-u)$, $f = \\Phi(-v)$ with $u = "
            "((1-a)m-\\theta)/\\sigma$, $v = (\\theta+am)/\\sigma$, and $u+v$ is",
        ),
        Identity(RESPONSE, "A shift of all fields by $h$ changes the mean activity at the rate $C$:"),
        Identity(
            SURFACE,
            "With $\\sigma = m/(u+v)$, $m = \\Phi(u)-\\Phi(-v)$ and $d = a\\phi(u)+(1-a)\\phi(v)$ the equation "
            "$\\alpha q' = \\sigma^2(1-C)^2$ becomes explicit: its right side is",
        ),
        Identity(
            K_WTA,
            "so $\\alpha(u,v;a)$ is that square over $q' = (1-2a)q+a^2$ (centred) or $q$ (raw), $q = "
            "a\\Phi(u)+(1-a)\\Phi(-v)$. k-WTA holds the activity at $q = a$, where $q'$ is",
        ),
        Identity(
            AGS,
            "Check: $a = 1/2$, $u = v = \\sqrt2 y$, $q' = 1/4$ gives $\\sqrt{2\\alpha} = \\mathrm{erf}(y)/y - "
            "\\frac{2}{\\sqrt\\pi}e^{-y^2}$, the equation of Amit, Gutfreund and Sompolinsky (1985):",
        ),
    ),
    assumptions=(
        "Replica symmetry at zero temperature: overlaps with other patterns respond linearly and independently, and "
        "a unit that could be on or off takes the state of the equal-area rule, whatever state it started in.",
    ),
    rests_on=Grade.REPLICA,
)

EQUATIONS = (GEOMETRIC, NOISE, SELF, OVERLAP, MARGINS, RESPONSE, SURFACE, K_WTA, AGS)

equations = Claim(
    id="T2.fixed_point_equations",
    title="The mean-field equations of retrieval",
    source=SOURCE,
    proposed=None,
    exact=Statement(
        "Retrieval states of a large network with the covariance rule at load $\\alpha$ obey $\\alpha = "
        "\\left[\\frac{\\Phi(u)-\\Phi(-v)}{u+v} - a\\phi(u) - (1-a)\\phi(v)\\right]^2/q'$ with $q' = (1-2a)q+a^2$ "
        "(centred input) or $q$ (raw), $q = a\\Phi(u)+(1-a)\\Phi(-v)$, miss rate $\\Phi(-u)$, false-alarm rate "
        "$\\Phi(-v)$; the capacity $\\alpha_c(a)$ is its maximum over $u, v$, for k-WTA on the curve $q = a$.",
        EQUATIONS,
    ),
    arguments=(Argument(equations_proof, Target.EXACT, Finding.HOLDS),),
)

# --- dynamics that obey them, and dynamics that need not ------------------------------------------------------------

ONSAGER = equal((_m - _C * kept(_m)) / (1 - _C), _m, {**_RESPONSE, _m: POSITIVE})
AMP_NOISE = equal(
    alpha * sp.Subs(sp.Derivative(_h / (1 - _C), _h), _h, 0) ** 2 * _q,
    alpha * _q / (1 - _C) ** 2,
    {**_RESPONSE, alpha: POSITIVE, _q: POSITIVE},
)

amp_proof = Certificate(
    "T2.amp",
    "Fixed points of Onsager-corrected retrieval obey the mean-field equations",
    (
        Identity(
            ONSAGER,
            "With $A = (\\xi-a)/\\sqrt{NV}$ iterate $g = (As - Cg)/(1-C)$, $h = A^Tg - \\frac{\\alpha}{1-C}s$, $s = "
            "\\Theta(h-\\theta)-a$ or k-WTA. Its state evolution: the pattern's own $g$ is $\\sqrt{NV}\\mu$ with "
            "$\\mu' = (m - C\\mu)/(1-C)$, at rest $\\mu = m$, so its field is $(\\xi_i-a)m$;",
        ),
        Identity(
            AMP_NOISE,
            "the other patterns' $As - Cg$ are Gaussian of variance $q'$, their $g$ a factor $1/(1-C)$ larger; the "
            "Onsager terms remove what returns, and the noise in the fields has the mean-field variance",
        ),
        Identity(RESPONSE, "with the same response $C$ of the mean activity,"),
        Identity(SURFACE, "hence the same equation, $\\alpha q' = \\sigma^2(1-C)^2$."),
    ),
    assumptions=(
        "State evolution: Bayati & Montanari (2011), Gaussian $A$; universality for independent entries: Bayati, "
        "Lelarge & Montanari (2015). Both ask for smoother activations than a step, which is taken as a limit of "
        "smooth ones.",
        "The retrieved pattern's row is a deterministic signal in the fields of its units.",
    ),
    rests_on=Grade.LITERATURE,
)

amp = Claim(
    id="T2.amp",
    title="Onsager-corrected retrieval follows its state evolution",
    source=SOURCE,
    proposed=None,
    exact=Statement(
        "At large $N$ retrieval by approximate message passing follows its state evolution step by step, whose fixed "
        "points are those of the mean-field equations: for this dynamics $\\alpha_c$ is the capacity.",
        (ONSAGER, AMP_NOISE, RESPONSE, SURFACE),
    ),
    arguments=(Argument(amp_proof, Target.EXACT, Finding.HOLDS),),
)

plain = Claim(
    id="T2.plain",
    title="The capacity of the plain dynamics is alpha_c",
    source=SOURCE,
    proposed=None,
    exact=Statement(
        "The largest load at which the plain (uncorrected) dynamics, started on a stored pattern, keeps it is the "
        "mean-field $\\alpha_c(a)$ of its retrieval, threshold or k-WTA."
    ),
    depends_on=("T2.fixed_point_equations",),
)

feedback = Claim(
    id="T2.feedback",
    title="The ceiling at the fixed points of the dynamics",
    source="Theorem 2 (H2), for recurrent retrieval",
    proposed=None,
    exact=Statement(
        "At the fixed points of retrieval the information retrieved per synapse is at most "
        "$\\frac\\alpha2\\log_2(1+1/\\alpha)$: Theorem 2 with the noise of T2.fixed_point_equations.",
        THEOREM,
    ),
    depends_on=("T2", "T2.fixed_point_equations"),
    arguments=(Argument(theorem2_proof, Target.EXACT, Finding.HOLDS),),
)

CLAIMS = (equations, amp, plain, feedback)
