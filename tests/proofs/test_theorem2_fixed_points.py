"""The enclosures of alpha_c and eta are proved; wrong ones are not, and no box is ever done that holds a larger load.

Whole tables are proved when the ledger is (`T2.critical`, `T2.critical_raw`, `T2.eta`); here some rows of each.
"""

import math
from typing import Any

import numpy as np
import pytest
import sympy as sp
from flint import fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from proofs.algebra import Identity
from proofs.enclose import program, rational_ball, working_precision
from proofs.pieces import InPieces, pieces
from proofs.statement import at_most, equal, proposition
from proofs.theorem2 import fixed_points
from proofs.theorem2.margin_bounds import MarginBounds, MarginBox
from proofs.theorem2.margin_boxes import LoadAtLeast, LoadAtMost
from proofs.theorem2.margins import (
    BRACKET,
    LOADS,
    PER_ACTIVE,
    PER_ACTIVE_SLOPES,
    WEIGHTS,
    lower_bound,
    u,
    upper_bound,
    v,
)
from proofs.theorem2.tables import CENTRED, INFORMATION, LEAST_ACTIVITY, POINTS, RAW
from theory.mean_field import critical_point, most_informative_point
from theory.notation import a

TABLES: dict[Any, Any] = {
    ("activity", "centred"): (CENTRED, fixed_points.CENTRED_TABLE),
    ("activity", "raw"): (RAW, fixed_points.RAW_TABLE),
    ("information", "centred"): (INFORMATION, fixed_points.INFORMATION_TABLE),
}
NUDGE = sp.Rational(1, 10**9)


def some_rows(objective: Any):
    table, (above, below) = TABLES[objective]
    rows = list(zip(table, pieces(above), pieces(below), strict=True))
    return rows[:: len(rows) // 3]


def activities(row):
    return row[1].ranges[a]


@pytest.mark.parametrize("objective", TABLES)
def test_rows_are_proved(objective: Any):
    for _, above, below in some_rows(objective):
        for step in (LoadAtMost(above, ""), LoadAtLeast(below, "")):
            result = step.check()
            assert result.passed, result.detail


@pytest.mark.parametrize("objective", TABLES)
def test_rows_moved_the_wrong_way_are_refuted(objective: Any):
    for row in some_rows(objective)[1:3]:
        values = row[0]
        above = upper_bound(objective[0], objective[1], values.upper * sp.Rational(9, 10), activities(row))
        below = lower_bound(
            objective[0], objective[1], values.lower * sp.Rational(11, 10), (values.u, values.v), activities(row)
        )
        for step in (LoadAtMost(above, ""), LoadAtLeast(below, "")):
            result = step.check()
            assert not result.passed
            assert result.detail.startswith("false"), result.detail


@pytest.mark.parametrize("objective", POINTS)
def test_digits_at_a_point_are_proved_and_a_ninth_digit_less_is_not(objective: Any):
    activity, lower, upper, *margins = POINTS[objective][1]
    at, margins = sp.FiniteSet(activity), (margins[0], margins[1])
    assert LoadAtMost(upper_bound(objective[0], objective[1], upper, at), "").check().passed
    assert LoadAtLeast(lower_bound(objective[0], objective[1], lower, margins, at), "").check().passed
    wrong = LoadAtMost(upper_bound(objective[0], objective[1], upper - NUDGE, at), "").check()
    assert not wrong.passed
    assert wrong.detail.startswith("false"), wrong.detail
    assert (
        LoadAtLeast(lower_bound(objective[0], objective[1], lower + NUDGE, margins, at), "")
        .check()
        .detail.startswith("false")
    )


def test_points_and_tables_agree_with_the_numerical_theory():
    points: dict[Any, Any] = dict(POINTS)
    for (weight, input), rows in points.items():
        for activity, lower, upper, *_ in rows:
            at = float(activity)
            point = most_informative_point(at, input) if weight == "information" else critical_point(at, input)
            value = point.recall.bits_per_synapse if weight == "information" else point.load
            assert float(lower) < value < float(upper)
    for (weight, input), (table, _) in TABLES.items():
        low = LEAST_ACTIVITY
        for row in table[::4]:
            at = math.sqrt(low * row.end) if row.end < LEAST_ACTIVITY * 2 else float(row.end) * 0.99
            point = most_informative_point(at, input) if weight == "information" else critical_point(at, input)
            value = point.recall.bits_per_synapse if weight == "information" else at * point.load
            assert float(row.lower) <= value <= float(row.upper)


def test_tables_cover_the_range_and_are_narrow():
    for table, width in ((CENTRED, 1.0401), (RAW, 1.0601), (INFORMATION, 1.0501)):
        ends = [row.end for row in table]
        assert ends == sorted(set(ends))
        assert ends[0] > LEAST_ACTIVITY
        assert ends[-1] == sp.Rational(1, 2)
        assert all(1 < row.upper / row.lower < width for row in table)


def test_a_table_with_one_wrong_row_is_refuted():
    table = list(CENTRED[:2])
    table[1] = table[1]._replace(upper=table[1].lower * sp.Rational(99, 100))
    above, _ = fixed_points.table_bounds("activity", "centred", (*table, CENTRED[-1]._replace(upper=sp.Integer(1))))
    result = InPieces(above, "", LoadAtMost).check()
    assert not result.passed
    assert result.detail.startswith("row 2: false"), result.detail


inside = st.floats(0, 1)
margins = st.floats(-6, 9).map(lambda each: round(each * 8) / 8)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(sorted(LOADS)),
    margins,
    margins,
    st.sampled_from([0.125, 0.25, 1.0, 2.0, math.inf]),
    st.integers(2, 10**6),
    st.integers(1, 20),
    st.lists(st.tuples(inside, inside, inside), min_size=8, max_size=8),
)
def test_no_box_is_done_that_holds_a_larger_load(objective: Any, u_low, v_low, width, silence, spread, places):
    """Soundness: with a bound just below a load inside the box, neither test may say that the box is done."""
    a_low, a_high = fmpq(1, silence), min(fmpq(20 + spread, 20 * silence), fmpq(1, 2))
    box = MarginBox(u_low, u_low + width, v_low, v_low + width, a_low, a_high)
    value = program((LOADS[objective], BRACKET), (u, v, a))
    finite, largest = min(width, 3.0), 0.0
    for part_u, part_v, part_a in places:
        point = (u_low + finite * part_u, v_low + finite * part_v, float(a_low) + float(a_high - a_low) * part_a)
        if point[0] + point[1] > 1e-3:
            with working_precision(200):
                load, bracket = value([rational_ball(each, each) for each in map(sp.Rational, point)])
            if bracket > 0:
                largest = max(largest, float(load))
    if largest > 1e-200 and math.isfinite(largest):
        bounds = MarginBounds(objective[0], objective[1], sp.Rational(largest) * sp.Rational(999, 1000))
        with working_precision(80):
            assert not bounds.done_by_ends(box)
            assert bounds.done_by_slopes(box)[0] is not True


@pytest.mark.parametrize("weight", WEIGHTS)
def test_the_written_slopes_are_the_derivatives(weight):
    rng = np.random.default_rng(3)
    for _ in range(5):
        point = {
            u: sp.Rational(rng.uniform(-1, 3)),
            v: sp.Rational(rng.uniform(1, 5)),
            a: sp.Rational(rng.uniform(0.01, 0.5)),
        }
        with working_precision(200):
            balls = [rational_ball(each, each) for each in point.values()]
            given_weight, per_active = program((WEIGHTS[weight], PER_ACTIVE[weight] * a), (u, v, a))(balls)
            assert given_weight.overlaps(per_active)
            for symbol, slope in PER_ACTIVE_SLOPES[weight].items():
                both = program((slope, sp.diff(PER_ACTIVE[weight], symbol)), (u, v, a))(balls)
                assert both[0].overlaps(both[1])
                assert both[0].rad() < 1e-30


OTHER = proposition(
    sp.Implies(sp.Gt(u + v, 0, evaluate=False), sp.Le(a, 1, evaluate=False), evaluate=False),
    {u: sp.S.Reals, v: sp.S.Reals, a: sp.Interval(sp.Rational(1, 4), sp.Rational(1, 2))},
)
HALF_PLANE = proposition(
    fixed_points.CENTRED_POINTS[0].relation,
    {**fixed_points.CENTRED_POINTS[0].ranges, u: sp.Interval(0, sp.oo)},
)
TOO_ACTIVE = upper_bound("activity", "centred", sp.Integer(1), sp.Interval(sp.Rational(1, 4), sp.Rational(3, 4)))
IRRATIONAL = upper_bound("activity", "centred", sp.sqrt(2), sp.FiniteSet(sp.Rational(1, 2)))


@pytest.mark.parametrize(
    "claim", [OTHER, HALF_PLANE, TOO_ACTIVE, IRRATIONAL, at_most(a, 1, {a: sp.Interval(NUDGE, 1)})]
)
@pytest.mark.parametrize("kind", [LoadAtMost, LoadAtLeast])
def test_other_propositions_are_undecided(claim, kind):
    result = kind(claim, "").check()
    assert not result.passed
    assert result.detail.startswith("undecided")


def test_the_lemmas_about_information_fail_when_changed():
    for step in fixed_points.eta_proof.steps:
        if isinstance(step, Identity):
            left, right = step.proposition.sides
            assert not Identity(equal(left, 2 * right, step.proposition.over), "").check().passed


def test_every_claim_is_argued_for_by_a_certificate_that_states_it():
    for claim in fixed_points.CLAIMS:
        (argument,) = claim.arguments
        proved = {step.proposition for step in argument.certificate.steps}
        assert claim.exact is not None
        assert set(claim.exact.propositions) <= proved
