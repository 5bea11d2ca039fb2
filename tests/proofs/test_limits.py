"""A limit needs both the exact answer and values that approach it."""

import pytest
import sympy as sp

from proofs import limits
from proofs.limits import Limit
from proofs.statement import Proposition, equal, greater

a, x = sp.symbols("a x")
N = sp.Symbol("N", integer=True)
UNIT = {a: sp.Interval.open(0, 1)}


@pytest.mark.parametrize(
    "claim",
    [
        equal(sp.Limit((1 + a / N) ** N, N, sp.oo), sp.exp(a), UNIT),
        equal(sp.Limit(N - sp.sqrt(N**2 - a * N), N, sp.oo), a / 2, UNIT),
        equal(sp.Limit(a**N, N, sp.oo), 0, UNIT),
        equal(sp.Limit(sp.sin(x) / x, x, 0), 1),
        equal(sp.Limit(1 / x, x, 0, "-"), -sp.oo),
        equal(sp.Limit(1 / sp.log(x), x, sp.oo), 0),
        equal(sp.Limit(x**2, x, 3, "+-"), 9),
        equal(sp.Limit(x * sp.log(x), x, 0), 0),
    ],
    ids=str,
)
def test_true_limits_are_proved(claim: Proposition) -> None:
    result = Limit(claim, "").check()
    assert result.passed, result.detail


@pytest.mark.parametrize(
    "claim",
    [
        equal(sp.Limit((1 + a / N) ** N, N, sp.oo), sp.exp(2 * a), UNIT),
        equal(sp.Limit(N - sp.sqrt(N**2 - a * N), N, sp.oo), a / 3, UNIT),
        equal(sp.Limit(1 / x, x, 0, "+"), -sp.oo),
        equal(sp.Limit(sp.sin(x) / x, x, 0), 1 + sp.Rational(1, 10**30)),
        equal(sp.Limit(sp.Abs(x) / x, x, 0, "+-"), 1),
        equal(sp.Limit(sp.sin(x), x, sp.oo), 0),
        greater(sp.Limit(x, x, 1), 0),
        equal(x, x, {x: sp.S.Reals}),
    ],
    ids=str,
)
def test_false_limits_fail(claim: Proposition) -> None:
    assert not Limit(claim, "").check().passed


def test_a_wrong_symbolic_answer_is_caught_by_the_values(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = sp.Rational(1, 10**20)
    monkeypatch.setattr(limits.sp, "limit", lambda *_: 1 + wrong)
    result = Limit(equal(sp.Limit(sp.sin(x) / x, x, 0), 1 + wrong), "").check()
    assert not result.passed
    assert "do not confirm" in result.detail


def test_a_disagreeing_symbolic_answer_fails_although_the_values_agree(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits.sp, "limit", lambda *_: sp.Integer(2))
    assert not Limit(equal(sp.Limit(sp.sin(x) / x, x, 0), 1), "").check().passed
