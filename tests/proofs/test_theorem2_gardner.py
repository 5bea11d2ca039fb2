"""The proofs about Gardner's formula and about the sparse limits pass, and fail when their statements are changed."""

import dataclasses
import math
from typing import Any

import numpy as np
import pytest
import sympy as sp
from scipy.optimize import minimize_scalar
from scipy.special import erfc

from proofs.algebra import Identity, SignOnInterval
from proofs.balls import BallInequality
from proofs.limits import Limit
from proofs.statement import equal, greater
from proofs.theorem2 import gardner, sparse_limit
from theory.mean_field import critical_point, most_informative_point

CERTIFICATES = [gardner.gardner_proof, sparse_limit.sparse_proof]
STEPS = [step for certificate in CERTIFICATES for step in certificate.steps]


@pytest.mark.parametrize("certificate", CERTIFICATES, ids=lambda each: each.name)
def test_certificate_passes_and_proves_its_claim(certificate):
    (claim,) = [each for each in (gardner.gardner, sparse_limit.sparse) if each.id == certificate.name]
    result = certificate.check()
    assert result.passed, result.summary
    assert claim.exact is not None
    assert set(claim.exact.propositions) <= result.proved_propositions


def test_no_step_equates_a_thing_with_itself():
    for step in STEPS:
        left, right = step.proposition.sides
        assert left != right, step.proposition


def test_every_identity_and_limit_fails_when_changed():
    nudge = sp.Rational(1, 10**9)
    for step in STEPS:
        if isinstance(step, (Identity, Limit)):
            left, right = step.proposition.sides
            wrong = right * (1 + nudge) if right != 0 else nudge
            result = dataclasses.replace(step, proposition=equal(left, wrong, step.proposition.over)).check()
            assert not result.passed, step.proposition
            assert "Error" not in result.detail


def test_every_inequality_fails_when_reversed():
    for step in STEPS:
        if isinstance(step, (SignOnInterval, BallInequality)):
            smaller, larger = step.proposition.sides
            if isinstance(step.proposition.relation, (sp.Gt, sp.Ge)):
                smaller, larger = larger, smaller
            mutated = dataclasses.replace(step, proposition=greater(smaller, larger, step.proposition.over))
            result = mutated.check()
            assert not result.passed, step.proposition
            assert "Error" not in result.detail


def test_values_are_those_of_the_minimisation():
    """An independent twin: 1/alpha_G by numerical minimisation over t, as it is defined."""

    def squared(x):
        return (1 + x * x) * erfc(-x / math.sqrt(2)) / 2 + x * math.exp(-x * x / 2) / math.sqrt(2 * math.pi)

    for row in gardner.POINTS[:8]:
        a, low, high = float(row[0]), float(row[3]), float(row[4])
        cost: Any = minimize_scalar(
            lambda t, a=a: a * squared(t) + (1 - a) * squared(-t),
            bounds=(-1, 6),
            method="bounded",
            options={"xatol": 1e-9},
        )
        entropy = -(a * math.log2(a) + (1 - a) * math.log2(1 - a))
        assert low < entropy / cost.fun < high


@pytest.mark.parametrize("column", [3, 4])
def test_values_moved_by_a_millionth_are_refuted(column):
    row = list(gardner.POINTS[6])
    row[column] += sp.Rational(2, 10**6) * (1 if column == 3 else -1)
    wrong = gardner._point(*row)[column - 1]
    result = BallInequality(wrong, "").check()
    assert not result.passed
    assert result.detail.startswith("false")


@pytest.mark.parametrize("t", [4.5, 6.0, 9.0])
def test_the_error_bound_holds_in_numbers(t):
    value = 2 * math.log(2) * float(sp.N(gardner.BITS.subs(gardner.t, sp.Rational(t)), 40))
    assert abs(value - 1 - 6 * math.log(t) / t**2) <= 2 / t**2


@pytest.mark.parametrize("activity", [6e-6, 1e-8, 1e-20, 1e-100])
def test_the_sparse_bounds_hold_for_the_numerical_values(activity):
    log = -math.log(activity)
    lower, upper, eta = (
        float(sp.lambdify(sparse_limit.L, each)(log))
        for each in (sparse_limit.LOWER, sparse_limit.UPPER, sparse_limit.ETA_LOWER)
    )
    assert lower <= 2 * activity * log * critical_point(activity).load <= upper
    bits = most_informative_point(activity).recall.bits_per_synapse
    assert eta <= 2 * math.log(2) * bits < 1


def test_the_cases_of_the_upper_bound_hold_in_numbers():
    """Every inequality that the prose of the three cases uses, over a grid of margins at three activities."""
    u, v = np.meshgrid(np.linspace(-12, 12, 241), np.linspace(-12, 16, 281))
    for log in (12.0, 20.0, 40.0):
        a, s = math.exp(-log), u + v
        hit, alarm, phi = erfc(-u / math.sqrt(2)) / 2, erfc(v / math.sqrt(2)) / 2, 1 / math.sqrt(2 * math.pi)
        with np.errstate(divide="ignore", invalid="ignore"):
            mean = np.where(s > 0, (hit - alarm) / s, np.nan)
            bracket = mean - a * phi * np.exp(-(u**2) / 2) - (1 - a) * phi * np.exp(-(v**2) / 2)
        q = a * hit + (1 - a) * alarm
        defined = (s > 1e-9) & (bracket > 0)
        scaled = np.where(defined, 2 * a * log * bracket**2 / ((1 - 2 * a) * q + a * a), 0)
        far = s**2 >= 2 * log - math.log(log) - 3
        assert scaled.max() <= float(sparse_limit.UPPER.subs(sparse_limit.L, log))
        assert np.where(far, 0, scaled).max() <= 1
