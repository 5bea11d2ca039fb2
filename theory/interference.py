r"""Theorem 1: write interference as a function of activity, exactly, at every finite N.

The proposal's loss of pattern t in a Hopfield network is `L_t(W) = -(1/N) x^T W x`, with `x = xi` (Hebb) or
`x = xi - a` (covariance; `xi - k/N` for a fixed-size code). It is linear in W, a write is one gradient step of unit
rate, and the proposal's write interference is the mean gradient inner product

    I = E <grad L_t, grad L_t'> = E (x . x')^2 / N^2,

a second moment of the overlap. Without self-coupling the diagonal terms `x_i^2 x_i'^2` drop out. The closed forms
below are derived and certified in `proofs.theorem1`; `tests/theory` checks them against exhaustive enumeration.

The covariance rule is often divided by `N a (1 - a)` instead of `N`. Its interference is then the *normalised* one,
`I / (E ||grad||)^2`, which is `1/N` (Bernoulli) or `1/(N-1)` (fixed size) at every activity.
"""

import math
from dataclasses import dataclass

import sympy as sp
from scipy import stats

from theory.activity import Code, Rule, active_units, check_activity, check_code, check_neurons, check_rule
from theory.notation import N, a


def interference_formula(code: Code = "bernoulli", rule: Rule = "hebb", self_coupling: bool = True) -> sp.Expr:
    """The write interference `I` as a SymPy expression in `a` and `N` (for a fixed-size code `a` is k/N).

    Raises:
        ValueError: unknown code or rule.
    """
    key = (check_code(code), check_rule(rule), self_coupling)
    return {
        ("bernoulli", "hebb", True): a**4 + a**2 * (1 - a**2) / N,
        ("bernoulli", "hebb", False): (1 - 1 / N) * a**4,
        ("fixed-size", "hebb", True): a**4 + a**2 * (1 - a) ** 2 / (N - 1),
        ("fixed-size", "hebb", False): a**2 * (a * N - 1) ** 2 / (N * (N - 1)),
        ("bernoulli", "covariance", True): a**2 * (1 - a) ** 2 / N,
        ("bernoulli", "covariance", False): sp.Integer(0),
        ("fixed-size", "covariance", True): a**2 * (1 - a) ** 2 / (N - 1),
        ("fixed-size", "covariance", False): a**2 * (1 - a) ** 2 / (N * (N - 1)),
    }[key]


def gradient_norm_formula(rule: Rule = "hebb") -> sp.Expr:
    """The mean gradient norm `E ||grad L|| = E |x|^2 / N`, with self-coupling: `a` or `a (1 - a)`, for both codes."""
    return a if check_rule(rule) == "hebb" else a * (1 - a)


def crosstalk_variance_formula() -> sp.Expr:
    """The overlap's variance per write in the proposal's argument, `a^2 (1 - a^2) / N`: its 'noise variance'."""
    return a**2 * (1 - a**2) / N


def write_interference(
    code: Code, neurons: int, activity: float, rule: Rule = "hebb", self_coupling: bool = True
) -> float:
    """The exact mean gradient inner product of two tasks (dimensionless).

    For a fixed-size code the activity is that of the code actually drawn, `k/N` with `k = active_units(N, a)`.

    Raises:
        ValueError: unknown code or rule, or `neurons` or `activity` out of range.
    """
    formula = interference_formula(code, rule, self_coupling)
    neurons, activity = check_neurons(neurons), check_activity(activity)
    if code == "fixed-size":
        activity = active_units(neurons, activity) / neurons
    return float(formula.subs({a: sp.Float(activity, 30), N: neurons}).evalf(20))


def normalised_interference(code: Code, neurons: int, activity: float, rule: Rule = "covariance") -> float:
    """`I / (E ||grad||)^2`: interference relative to the gradient's own mean norm (with self-coupling).

    Hebb: `a^2 + (1-a^2)/N` (Bernoulli), `a^2 + (1-a)^2/(N-1)` (fixed size). Covariance: `1/N` or `1/(N-1)`, whatever
    the activity.
    """
    level = activity if code == "bernoulli" else active_units(neurons, activity) / check_neurons(neurons)
    norm = float(gradient_norm_formula(rule).subs(a, level))
    return write_interference(code, neurons, activity, rule) / norm**2


def mean_gradient_cosine(neurons: int, activity: float) -> float:
    """`E cos(grad L, grad L')` of the raw Hebb rule for a Bernoulli code, given that both patterns are non-empty.

    `1/N + (m - 1)^2 / (N (N-1))` with `m = N a / (1 - (1-a)^N)` the mean size of a non-empty pattern: given two sizes,
    the overlap of exchangeable patterns is hypergeometric. It tends to `a^2` for large `N a`.
    """
    neurons, activity = check_neurons(neurons), check_activity(activity)
    size = neurons * activity / -math.expm1(neurons * math.log1p(-activity))
    return 1 / neurons + (size - 1) ** 2 / (neurons * (neurons - 1))


def mean_centred_cosine(neurons: int, activity: float) -> float:
    """`E cos(grad L, grad L')` of the covariance rule for a Bernoulli code centred by its population mean `a`.

    The mean of the ratio is `tr M^2` with `M = E[x x^T / |x|^2]`, exchangeable with unit trace:
    `1/N + N (N-1) b^2`, `b = (E[S^2/|x|^2] - 1) / (N (N-1))`, `S = sum_i x_i`. The second term vanishes only at
    a = 1/2, and matters only when patterns have a few active units; centring each pattern by its own mean makes it
    exactly `1/(N-1)` for every exchangeable law of patterns.
    """
    neurons, activity = check_neurons(neurons), check_activity(activity)
    law = stats.binom(neurons, activity)

    def ratio(size: float) -> float:
        centred_sum = size - neurons * activity
        return centred_sum**2 / (size * (1 - 2 * activity) + neurons * activity**2)

    pair_moment = (float(law.expect(ratio)) - 1) / (neurons * (neurons - 1))
    return 1 / neurons + neurons * (neurons - 1) * pair_moment**2


@dataclass(frozen=True)
class WrittenLoss:
    """What one Hebbian write does to the loss of another, earlier task (all dimensionless).

    Attributes:
        mean: mean change of the other task's loss, `-I`: every write lowers it.
        own: change of the written task's own loss, the proposal's richness `B = |xi|^4 / N^2` on this loss, negative.
    """

    mean: float
    own: float


def loss_change_of_a_write(code: Code, neurons: int, activity: float) -> WrittenLoss:
    """The exact mean change of two losses by one raw Hebbian write: another task's, and the written task's own.

    The loss is linear in W, so the change is minus the gradient inner product, a square: never positive. The
    proposal's forgetting `F_t = L_t(theta_T) - L_t(theta_t*)` is therefore never positive for Hebbian learning.
    """
    interference = write_interference(code, neurons, activity)
    if code == "bernoulli":
        own = activity**2 + activity * (1 - activity) / neurons
    else:
        own = (active_units(neurons, activity) / neurons) ** 2
    return WrittenLoss(mean=-interference, own=-own)
