"""Z3 proves, refutes with a model, and is not believed when it does not know."""

import pytest
import sympy as sp

from proofs.smt import SmtHolds
from proofs.statement import BOOLEANS, Proposition, at_least, equal, greater, less, proposition, unequal

a, p, q, u, v, w = sp.symbols("a p q u v w")
N = sp.Symbol("N", integer=True)
UNIT = sp.Interval.open(0, 1)
SIZES = sp.Range(2, sp.oo)
ONE = {a: sp.S.Reals}
LOGIC = {p: BOOLEANS, q: BOOLEANS}


@pytest.mark.parametrize(
    "claim",
    [
        proposition(sp.Implies(sp.And(p, sp.Implies(p, q)), q, evaluate=False), LOGIC),
        greater(N**2 + a, N, {N: SIZES, a: UNIT}),
        less(1 / N, 1, {N: SIZES}),
        greater(1 / N, 0, {N: SIZES}),
        proposition(sp.Implies(sp.Lt(a, u), sp.Lt(a / 2, u / 2)), {a: sp.S.Reals, u: sp.S.Reals}),
        at_least(sp.Abs(a), a, {a: sp.S.Reals}),
        at_least(sp.Max(a, u), a, {a: sp.S.Reals, u: sp.S.Reals}),
        proposition(sp.Or(equal(a, 1, ONE).relation, equal(a, 2, ONE).relation), {a: sp.FiniteSet(1, 2)}),
        equal(a / a, 1, {a: sp.Interval(-1, 1)}),
    ],
    ids=str,
)
def test_true_formulas_are_proved(claim: Proposition) -> None:
    result = SmtHolds(claim, "").check()
    assert result.passed, result.detail


@pytest.mark.parametrize(
    ("claim", "model"),
    [
        (proposition(sp.Implies(sp.Or(p, q), sp.And(p, q), evaluate=False), LOGIC), "p = "),
        (greater(N**2 - a, 3 * N, {N: SIZES, a: UNIT}), "N = "),
        (greater(N, 2, {N: SIZES}), "N = 2"),
        (less(a, 1, {a: sp.Interval(0, 1)}), "a = 1"),
        (greater(a**2, 0, {a: sp.Interval(-1, 1)}), "a = 0"),
        (equal(1 / N, 0, {N: SIZES}), "N = "),
        (greater(a, sp.Rational(1, 10**12), {a: UNIT}), "a = "),
    ],
    ids=str,
)
def test_false_formulas_are_refuted_by_a_model(claim: Proposition, model: str) -> None:
    result = SmtHolds(claim, "").check()
    assert not result.passed
    assert result.detail.startswith("false at")
    assert model in result.detail


def test_unknown_is_not_proved() -> None:
    positive = sp.Range(1, sp.oo)
    fermat = unequal(u**3 + v**3, w**3, {u: positive, v: positive, w: positive})
    result = SmtHolds(fermat, "", seconds=0.5).check()
    assert not result.passed
    assert "undecided" in result.detail
    assert result.seconds < 5


@pytest.mark.parametrize(
    "claim",
    [
        greater(sp.exp(a), 0, {a: UNIT}),
        less(a, 1, {a: sp.Interval(0, 1 / sp.sqrt(2))}),
        less(N, 10, {N: sp.Range(0, 6, 2)}),
    ],
    ids=str,
)
def test_what_has_no_translation_is_undecided(claim: Proposition) -> None:
    result = SmtHolds(claim, "").check()
    assert not result.passed
    assert "NotImplementedError" in result.detail
