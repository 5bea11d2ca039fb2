"""Figures of Experiment 1: they show the numbers of the tables, for any regimes, and nothing overlaps."""

import numpy as np
import pytest
import xarray as xr
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.container import ErrorbarContainer
from matplotlib.text import Text

from paper.figures.exp1 import confounds, curves, factors, groups, proportionality
from paper.figures.exp1.confounds import ROWS
from paper.figures.exp1.groups import GROUPS
from paper.style import paper_style
from transformer_checks.regimes import DECLARED, FACTORS, REAL_TASKS

NAMES = (*DECLARED, *REAL_TASKS, "disjoint-criterion-all", "elsewhere")
SEEDS = 4
QUANTITIES = ("sparsity", "forgetting", *ROWS, *(f"interference_{name}" for name in GROUPS))


def table(regimes, implementations=("kwta", "l1"), levels=4, **change):
    """Tables as `summarise` writes them, with narrow made-up intervals; `change` gives quantities' means."""
    rng = np.random.default_rng(0)
    keys = [(regime, kind, level) for regime in regimes for kind in implementations for level in range(levels)]
    columns = {
        "regime": ("point", [key[0] for key in keys]),
        "implementation": ("point", [key[1] for key in keys]),
        "level": ("point", [0.05 + 0.95 * key[2] / max(levels - 1, 1) for key in keys]),
    }
    sparsity = np.array([0.98 - 0.15 * key[2] for key in keys])
    for name in QUANTITIES:
        means = sparsity if name == "sparsity" else change.get(name, 0.2 + rng.random(len(keys)))
        values = np.broadcast_to(means, (len(keys),))[:, None] * rng.uniform(0.999, 1.001, SEEDS)
        ends = {"mean": values.mean(1), "low": values.min(1), "high": values.max(1)}
        columns[name] = (("point", "seed"), values)
        columns |= {f"{name}_{end}": ("point", each) for end, each in ends.items()}
    return xr.Dataset(columns)


def fits(regimes, exponent=0.5):
    rows = [(regime, kind) for regime in regimes for kind in ("kwta", "l1")]
    each = {"predictor": "interference", "outcome": "forgetting", "scale": 1.0, "exponent": exponent}
    each |= {"exponent_low": 0.05, "exponent_high": 0.75}
    return xr.Dataset({
        "regime": ("row", [row[0] for row in rows]), "implementation": ("row", [row[1] for row in rows]),
        **{name: ("row", [value] * len(rows)) for name, value in each.items()},
    })  # fmt: skip


FIGURES = {
    "curves": lambda some, regimes: curves.draw(some),
    "proportionality": lambda some, regimes: proportionality.draw(some, fits(regimes)),
    "groups": lambda some, regimes: groups.draw(some),
    "confounds": lambda some, regimes: confounds.draw(some),
}


def overlaps(figure):
    """Pairs of texts that overlap by more than a point, and texts that leave the figure."""
    FigureCanvasAgg(figure).draw()
    texts = [each for each in figure.findobj(Text) if _shown(each)]
    boxes = [(each.get_text(), each.get_window_extent()) for each in texts]
    room = figure.dpi / 72
    outside = [
        text for text, box in boxes
        if min(box.x0, box.y0, figure.bbox.x1 - box.x1, figure.bbox.y1 - box.y1) < -room
    ]  # fmt: skip
    pairs = [
        (one, other)
        for place, (one, box) in enumerate(boxes)
        for other, its in boxes[:place]
        if min(box.x1, its.x1) - max(box.x0, its.x0) > room and min(box.y1, its.y1) - max(box.y0, its.y0) > room
    ]
    return pairs + outside


def _shown(text):
    drawn = text.get_visible() and text.get_text().strip() and text.axes is not None and text.axes.axison
    return drawn and _in_view(text)


def _in_view(text):
    """Ticks outside the limits keep their labels but do not draw them."""
    axes = text.axes
    for axis, place in ((axes.xaxis, 0), (axes.yaxis, 1)):
        if text in axis.get_majorticklabels():
            low, high = sorted(axis.get_view_interval())
            return (
                low <= text.get_position()[place] <= high
                and axis.get_tick_params()[f"label{('bottom', 'left')[place]}"]
            )
    return True


@pytest.mark.parametrize(("name", "count"), [
    *((name, 1) for name in FIGURES),
    ("curves", 12), ("proportionality", 10), ("groups", 9), ("confounds", 12),
])  # fmt: skip
def test_nothing_overlaps_however_many_regimes(name, count):
    with paper_style():
        figure = FIGURES[name](table(NAMES[:count]), NAMES[:count])
        assert not overlaps(figure)
        assert figure.get_figheight() <= 9


@pytest.mark.parametrize("there", ["kwta", "l1"])
@pytest.mark.parametrize("name", FIGURES)
def test_an_implementation_may_be_missing(name, there):
    figure = FIGURES[name](table(NAMES[:1], (there,)), NAMES[:1])
    assert any(errorbars(axes) for axes in figure.axes)


def test_overlapping_texts_would_be_noticed():
    figure = curves.draw(table(NAMES[:1]))
    figure.axes[0].set_title("far too long a title for a panel of this width " * 4)
    assert overlaps(figure)


def errorbars(axes):
    return [each for each in axes.containers if isinstance(each, ErrorbarContainer)]


def test_curves_show_the_means_against_measured_sparsity_of_every_regime():
    some = table(NAMES[:10])
    panels = [axes for axes in curves.draw(some).axes if errorbars(axes)]
    assert len(panels) == 20
    kwta = some.isel(point=np.flatnonzero((some["regime"] == NAMES[0]) & (some["implementation"] == "kwta")))
    for axes, quantity in ((panels[0], "interference"), (panels[4], "forgetting")):
        x, y = errorbars(axes)[0].lines[0].get_data()
        np.testing.assert_array_equal(x, np.sort(kwta["sparsity_mean"]))
        np.testing.assert_array_equal(y, kwta[f"{quantity}_mean"].values[np.argsort(kwta["sparsity_mean"].values)])
    sizes = {(round(box.width, 6), round(box.height, 6)) for box in (axes.get_position() for axes in panels)}
    assert len(sizes) == 1


@pytest.mark.parametrize(("ratio", "scale"), [(2.0, "linear"), (20.0, "log")])
def test_interference_is_logarithmic_only_over_more_than_a_decade(ratio, scale):
    some = table(NAMES[:1], implementations=("kwta",), interference=np.geomspace(0.01, 0.01 * ratio, 4))
    assert curves.draw(some).axes[0].get_yscale() == scale


def test_forgetting_below_zero_is_shown():
    some = table(NAMES[:1], forgetting=-0.3)
    for figure, panel in ((curves.draw(some), 1), (proportionality.draw(some, fits(NAMES[:1])), 0)):
        assert figure.axes[panel].get_yscale() == "linear"
        assert figure.axes[panel].get_ylim()[0] < -0.3 < 0 <= figure.axes[panel].get_ylim()[1]


def test_the_power_law_goes_through_points_that_obey_it():
    interference = np.geomspace(0.01, 1, 4)
    some = table(NAMES[:1], ("kwta",), interference=interference, forgetting=3 * np.sqrt(interference))
    axes = proportionality.draw(some, fits(NAMES[:1])).axes[0]
    x, y = next(
        line for line in axes.lines if line.get_linestyle() == "-" and len(np.asarray(line.get_xdata())) > 10
    ).get_data()
    np.testing.assert_allclose(np.asarray(y, float), 3 * np.sqrt(np.asarray(x, float)), rtol=0.01)
    (text,) = [each.get_text() for each in axes.texts]
    assert text == r"k-WTA: $p=0.50$ [${\leq}0.05$, $0.75$]"


def test_a_curve_without_a_fit_is_drawn_without_one():
    axes = proportionality.draw(table(NAMES[:1]), xr.Dataset()).axes[0]
    assert len(errorbars(axes)) == 2
    assert not axes.texts


def test_groups_without_interference_are_named():
    some = table(NAMES[:1], ("kwta",), interference_embedding=0.0)
    (axes,) = [each for each in groups.draw(some).axes if errorbars(each)]
    assert len(errorbars(axes)) == len(GROUPS) - 1
    assert [each.get_text() for each in axes.texts] == ["none in embedding"]


def test_controls_join_their_regime_or_get_a_column():
    controls = xr.concat([table(NAMES[:1], ("raw-kwta",)), table(["disjoint-criterion-all"], ("kwta",))], "point")
    with paper_style():
        figure = confounds.draw(table(NAMES[:10]), controls)
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    assert "to criterion" in titles[3]
    assert [len(errorbars(axes)) for axes in figure.axes[:4]] == [3, 2, 2, 1]


def test_factors_show_the_fall_from_dense_to_sparse_paired_by_seed():
    some = table(list(FACTORS), ("kwta",), levels=2)
    with paper_style():
        figure = factors.draw(some)
        assert not overlaps(figure)
    left = figure.axes[0]
    assert [each.get_text() for each in left.get_yticklabels()][:2] == ["none changed", "learning rate × 3"]
    sparse, dense = some["forgetting_mean"].values[:2]  # levels in rising order of k/m
    assert np.asarray(errorbars(left)[0].lines[0].get_xdata())[0] == pytest.approx(1 - sparse / dense)


def test_a_fall_common_to_all_seeds_has_no_interval():
    dense = np.array([1.0, 2.0, 4.0, 7.0])
    fall = factors.relative_fall(dense, 0.75 * dense)
    assert (fall.low, fall.estimate, fall.high) == pytest.approx((0.25, 0.25, 0.25))
    assert factors.relative_fall(dense, 0.75 * dense[::-1]).high > 0.3


def test_factors_need_both_levels():
    with pytest.raises(ValueError, match="two levels"):
        factors.draw(table(list(FACTORS), ("kwta",), levels=1))
