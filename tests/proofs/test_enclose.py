"""Programs enclose what they should: against a recursive twin, against mpmath, at every precision."""

import mpmath
import pytest
import sympy as sp
from flint import arb, ctx, fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from proofs.enclose import enclose, program, rational_ball, working_precision

x, y = sp.symbols("x y")


def twin(expression, balls):
    """The plain recursion, without sharing of subexpressions."""
    if expression in balls:
        return balls[expression]
    if isinstance(expression, sp.Rational):
        return arb(fmpq(int(expression.p), int(expression.q)))
    if isinstance(expression, (sp.Add, sp.Mul)):
        total = twin(expression.args[0], balls)
        for each in expression.args[1:]:
            total = total + twin(each, balls) if isinstance(expression, sp.Add) else total * twin(each, balls)
        return total
    if isinstance(expression, sp.Pow):
        base, exponent = expression.args
        return (twin(base, balls).log() * twin(exponent, balls)).exp()
    name = {sp.exp: "exp", sp.log: "log", sp.erf: "erf", sp.erfc: "erfc", sp.tanh: "tanh", sp.cos: "cos"}
    return getattr(twin(expression.args[0], balls), name[type(expression)])()


rationals = st.fractions(-3, 3, max_denominator=50).map(lambda each: sp.Rational(each.numerator, each.denominator))
leaves = st.one_of(st.sampled_from([x, y]), rationals)
expressions = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(sp.Add, inner, inner),
        st.builds(sp.Mul, inner, inner),
        st.builds(lambda e: sp.exp(-(e**2)), inner),
        st.builds(lambda e: sp.erfc(e), inner),
        st.builds(lambda e: sp.log(e**2 + 1), inner),
        st.builds(lambda e: 1 / (e**2 + sp.Rational(1, 3)), inner),
        st.builds(lambda e: sp.sqrt(e**2 + 2), inner),
    ),
    max_leaves=6,
)


@settings(max_examples=60, deadline=None)
@given(expressions, rationals, rationals, st.sampled_from([30, 64, 200]))
def test_programs_agree_with_the_recursion_and_contain_mpmaths_value(expression, at_x, at_y, precision):
    with working_precision(precision):
        balls = {x: rational_ball(at_x, at_x), y: rational_ball(at_y, at_y)}
    found = enclose(expression, balls, precision)
    with working_precision(300):
        near = twin(expression, {x: rational_ball(at_x, at_x), y: rational_ball(at_y, at_y)})
        if near.is_finite():  # the twin's powers need positive bases
            assert found.overlaps(near)
        with mpmath.workprec(300):
            value = sp.lambdify((x, y), expression, "mpmath")(*(mpmath.mpf(int(e.p)) / int(e.q) for e in (at_x, at_y)))
        assert found.overlaps(arb(mpmath.nstr(value, 80), 1e-60))


@settings(max_examples=60, deadline=None)
@given(expressions, rationals, st.fractions(0, 4), st.fractions(0, 1))
def test_programs_on_wide_balls_contain_the_values_inside(expression, low, width, part):
    size, share = (sp.Rational(each.numerator, each.denominator) for each in (width, part))
    inside = low + size * share
    wide = enclose(expression, {x: rational_ball(low, low + size), y: arb(1)}, 64)
    assert wide.overlaps(enclose(expression, {x: rational_ball(inside, inside), y: arb(1)}, 200))


def test_a_wide_ball_far_in_the_tail_keeps_its_sign():
    """From the middle and the radius alone erfc would reach below zero here."""
    ball = enclose(sp.erfc(x), {x: rational_ball(sp.Integer(3), sp.Integer(4))})
    assert ball > 0
    assert ball < enclose(sp.erfc(x), {x: arb(2.9)})


def test_every_subexpression_is_evaluated_once():
    """A tower in which x occurs 2^12 times."""
    tower = x
    for _ in range(12):
        tower = sp.Add(sp.tanh(tower, evaluate=False), sp.erf(tower, evaluate=False), evaluate=False)
    run = program((tower,), (x,))
    assert len(run.__code__.co_varnames) < 50
    assert run([arb(1)])[0].is_finite()


def test_constants_are_exact_at_any_precision():
    run = program((x / 3,), (x,))
    with working_precision(500):
        assert (3 * run([arb(1)])[0] - 1).rad() < arb(2) ** -490
    with working_precision(40):
        assert run([arb(1)])[0].rad() > 0


@pytest.mark.parametrize("expression", [1 / x, sp.log(x), sp.sqrt(x), 1 / (x - x**2), x**x])
def test_what_is_undefined_is_not_finite(expression):
    assert not enclose(expression, {x: rational_ball(sp.Integer(-1), sp.Integer(1))}).is_finite()


@pytest.mark.parametrize("expression", [sp.gamma(x), y + x, sp.Float(1) * x, sp.oo + x])
def test_what_is_not_translated_is_refused(expression):
    with pytest.raises(NotImplementedError, match="ball arithmetic does not know"):
        enclose(expression, {x: arb(1)})


def test_precision_is_restored_after_an_error():
    before = ctx.prec
    with pytest.raises(NotImplementedError):
        enclose(sp.gamma(x), {x: arb(1)}, 333)
    assert ctx.prec == before
