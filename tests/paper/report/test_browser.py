"""The page in a headless Chromium: its formulas are those of `theory`, its sliders, filter and links work, quietly."""

import json
import math

import pytest

from paper.report.curves import CODES, ERROR_RATE
from theory import dual_regime
from theory.block_code import one_shot_bits
from theory.ceiling import shannon_ceiling
from theory.gaussian import log_tail, tail
from theory.information import SHANNON_LIMIT
from theory.interference import crosstalk_variance_formula, write_interference
from theory.mean_field import critical_point, fixed_point
from theory.notation import N, a
from theory.one_step import one_step_recall

ACTIVITIES = (0.001, 0.02, 0.05, 0.3, 0.5)


@pytest.fixture(scope="module")
def opened(browser, text, tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(text, encoding="utf-8")
    browser.open(path.as_uri())
    return browser


def computed(browser, calls):
    """Evaluate expressions in the page, all in one message."""
    return browser.run(f"[{', '.join(calls)}]")


def test_no_error_and_no_request_beyond_the_file(opened):
    assert opened.seen("Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded") == []
    addresses = [each["request"]["url"] for each in opened.seen("Network.requestWillBeSent")]
    assert [each for each in addresses if not each.startswith(("file:", "data:"))] == []
    assert sum(each.startswith("file:") for each in addresses) == 1


def test_tails_are_those_of_the_theory(opened):
    points = [-6.0, -1.5, -0.3, 0.0, 0.9, 1.0, 2.5, 8.0, 30.0]
    assert computed(opened, [f"theory.tail({x})" for x in points]) == pytest.approx(list(tail(points)), rel=1e-12)
    assert computed(opened, [f"theory.logTail({x})" for x in points]) == pytest.approx(
        list(log_tail(points)), rel=1e-12
    )


def test_interference_is_that_of_the_theory(opened):
    points = [(neurons, level) for neurons in (100, 10**6) for level in (*ACTIVITIES, 0.99)]
    hebb = [write_interference("bernoulli", neurons, level) for neurons, level in points]
    covariance = [write_interference("bernoulli", neurons, level, "covariance") for neurons, level in points]
    variance = [float(crosstalk_variance_formula().subs({a: level, N: neurons})) for neurons, level in points]
    for name, expected in (
        ("interference", hebb), ("covarianceInterference", covariance), ("crosstalkVariance", variance)
    ):  # fmt: skip
        found = computed(opened, [f"theory.{name}({level}, {neurons})" for neurons, level in points])
        assert found == pytest.approx(expected, rel=1e-12)


def test_ceiling_and_one_step_are_those_of_the_theory(opened):
    points = [(load, level) for load in (0.01, 0.5, 5.0, 300.0) for level in ACTIVITIES]
    expected = [one_step_recall(*point) for point in points]
    found = computed(opened, [f"theory.oneStep({load}, {level})" for load, level in points])
    for name, values in (
        ("bits", [each.bits_per_synapse for each in expected]), ("errors", [each.error_rate for each in expected])
    ):  # fmt: skip
        assert [each[name] for each in found] == pytest.approx(values, rel=1e-9, abs=1e-300)
    loads = [load for load, _ in points]
    ceilings = computed(opened, [f"theory.shannonCeiling({load})" for load in loads])
    assert ceilings == pytest.approx(list(shannon_ceiling(loads)), rel=1e-13)


def test_fixed_points_are_those_of_the_theory(opened):
    expected = [critical_point(level, retrieval="kwta") for level in ACTIVITIES]
    found = computed(opened, [f"theory.critical({level})" for level in ACTIVITIES])
    assert [each["load"] for each in found] == pytest.approx([each.load for each in expected], rel=1e-12)
    points = [(share * each.load, each.activity) for each in expected for share in (0.02, 0.5, 0.99)]
    recalls = [fixed_point(load, level, retrieval="kwta").recall for load, level in points]
    found = computed(opened, [f"theory.fixedPoint({load!r}, {level})" for load, level in points])
    assert [each["bits"] for each in found] == pytest.approx([each.bits_per_synapse for each in recalls], rel=1e-9)
    assert [each["overlap"] for each in found] == pytest.approx([each.overlap for each in recalls], rel=1e-9)
    above = [f"theory.fixedPoint({1.001 * each.load!r}, {each.activity})" for each in expected]
    assert computed(opened, above) == [None] * len(expected)


def test_gain_is_that_of_the_theory(opened):
    points = [
        (rho, eta, ceiling, copies)
        for rho in (0.01, 1.0)
        for eta, ceiling in ((0.1, 2.0), (0.7, 1.2))
        for copies in (0, 1)
    ]
    for name, function in (("dualBits", dual_regime.dual_bits), ("bestFastShare", dual_regime.best_fast_share)):
        found = computed(opened, [f"theory.{name}{point}" for point in points])
        assert found == pytest.approx([function(*point) for point in points], rel=1e-14)
    gains = [dual_regime.gain(rho, eta, ceiling, 0.5, copies) for rho, eta, ceiling, copies in points]
    found = computed(
        opened, [f"theory.gain({rho}, {eta}, {ceiling}, 0.5, {copies})" for rho, eta, ceiling, copies in points]
    )
    assert found == pytest.approx(gains, rel=1e-14)
    ends = [dual_regime.critical_rho(eta, ceiling, eta, copies) for _, eta, ceiling, copies in points]
    found = computed(
        opened, [f"theory.criticalRho({eta}, {ceiling}, {eta}, {copies})" for _, eta, ceiling, copies in points]
    )
    assert found == pytest.approx(ends, rel=1e-14, abs=1e-15)


def test_what_the_page_carries_is_computed_by_the_theory(opened):
    carried = opened.run("panels.carried")
    assert carried["shannonLimit"] == SHANNON_LIMIT
    assert carried["codes"] == list(CODES)
    assert carried["oneShotBits"] == [one_shot_bits(each, ERROR_RATE) for each in CODES]
    assert carried["slowBits"] == [dual_regime.slow_bits(each) for each in CODES]


def state(browser, panel):
    """What a panel shows: the words, and the paths of its curves."""
    return browser.run(
        f"[document.getElementById('readout-{panel}').textContent, "
        f"[...document.querySelectorAll('#chart-{panel} .line')].map((each) => each.getAttribute('d')).join()]"
    )


@pytest.mark.parametrize(
    ("slider", "moves_curves"),
    [
        ("interference-activity", False), ("interference-neurons", True), ("content-activity", True),
        ("content-load", False), ("gain-rho", False), ("gain-fast", True), ("gain-slow", True),
    ],
)  # fmt: skip
def test_arrow_keys_move_a_slider_and_redraw(opened, slider, moves_curves):
    panel = slider.split("-")[0]
    opened.run(f"document.getElementById('{slider}').focus()")
    before = opened.run(f"document.getElementById('{slider}-value').value")
    words, paths = state(opened, panel)
    assert "NaN" not in words + paths
    opened.press("ArrowRight", 39)
    after = opened.run(f"document.getElementById('{slider}-value').value")
    assert after != before
    assert opened.run(f"document.getElementById('{slider}').getAttribute('aria-valuetext')") == after
    assert state(opened, panel)[0] != words
    assert state(opened, panel)[1] != paths  # the marker moves in any case
    if moves_curves:
        series = "path.line.first:not(.legend path)"
        moved = opened.run(f"document.querySelector('#chart-{panel} {series}').getAttribute('d')")
        opened.press("ArrowLeft", 37)
        assert opened.run(f"document.querySelector('#chart-{panel} {series}').getAttribute('d')") != moved


@pytest.mark.parametrize("key", ["Home", "End"])
def test_no_slider_breaks_at_its_ends(opened, key):
    for slider in opened.run("[...document.querySelectorAll('input[type=range]')].map((each) => each.id)"):
        opened.run(f"document.getElementById('{slider}').focus()")
        opened.press(key, {"Home": 36, "End": 35}[key])
        words, paths = state(opened, slider.split("-")[0])
        assert "NaN" not in words + paths
        assert "Infinity" not in words + paths
    assert opened.seen("Runtime.exceptionThrown") == []


def test_round_numbers_are_reached(opened):
    """The slider's place for a = 1/2 is no round logarithm; it means 1/2 all the same."""
    opened.run(
        "(() => { const slider = document.getElementById('content-activity'); slider.value = Math.log10(0.5); "
        "slider.dispatchEvent(new Event('input', { bubbles: true })); })()"
    )
    assert opened.run("document.getElementById('content-activity-value').value") == "0.5"
    capacity = critical_point(0.5, retrieval="kwta").load
    assert f"Capacity of the fixed points: α = {float(f'{capacity:.3g}'):g}." in state(opened, "content")[0]


def shown(browser):
    return browser.run("[...document.querySelectorAll('.claim:not([hidden])')].map((each) => each.id.slice(6))")


def filtered(browser, words, *verdicts):
    """Fill in the filter; return the ids shown and what the page says of their number."""
    browser.run("document.getElementById('filter-clear').click()")
    browser.run(
        f"(() => {{ const words = document.getElementById('filter-text'); words.value = {json.dumps(words)}; "
        f"for (const each of {list(verdicts)}) document.querySelector(`input[value=${{each}}]`).click(); "
        "words.dispatchEvent(new Event('input', { bubbles: true })); })()"
    )
    return shown(browser), browser.run("document.getElementById('filter-count').textContent")


def test_filter_by_verdict(opened, sources):
    ids = [claim.id for claim in sources.ledger.claims]
    for verdict in {each.verdict for each in sources.judgements.values()}:
        wanted = {each for each in ids if sources.judgements[each].verdict is verdict}
        found, count = filtered(opened, "", verdict.name.lower().replace("_", "-"))
        assert set(found) == wanted
        assert count == f"{len(wanted)} of {len(ids)} claims shown"
    assert set(filtered(opened, "", "open", "refuted")[0]) == {
        each for each in ids if sources.judgements[each].verdict.value in ("open", "refuted as stated")
    }
    assert set(filtered(opened, "")[0]) == set(ids)


def test_filter_by_text_looks_at_id_title_statement_and_evidence(opened):
    assert filtered(opened, "L2.LINEAR")[0] == ["L2.linear"]
    assert filtered(opened, "certificate  another shares")[0] == ["T1.again"]
    assert filtered(opened, "0 of 4 rejected")[0] == ["T1.covariance"]
    assert filtered(opened, "overlap of gradient subspaces")[0] == ["L2.linear"]
    assert filtered(opened, "no such words")[0] == []
    assert opened.run("[...document.querySelectorAll('.chapter')].every((each) => each.hidden)")


def test_open_all_opens_what_is_shown(opened):
    filtered(opened, "L2.linear")
    opened.run("document.getElementById('open-all').click()")
    filtered(opened, "")
    assert opened.run("[...document.querySelectorAll('.claim > details[open]')].length") == 1
    opened.run("document.getElementById('close-all').click()")
    assert opened.run("document.querySelectorAll('.claim > details[open]').length") == 0


def test_a_link_opens_the_entry_even_if_the_filter_hides_it(opened):
    filtered(opened, "L2.linear")
    opened.run("new Promise((done) => { location.hash = '#proof-T1.variance'; setTimeout(done, 100); })")
    proof = "document.getElementById('proof-T1.variance')"
    assert opened.run(f"{proof}.open && {proof}.closest('.claim > details').open")
    assert opened.run(f"document.activeElement === {proof}.querySelector('summary')")
    assert len(shown(opened)) > 1


def test_the_keyboard_reaches_sliders_filter_and_claims_in_this_order(opened):
    opened.run("document.querySelector('a.skip').focus()")
    reached = []
    for _ in range(80):
        opened.press("Tab", 9)
        reached.append(opened.run("document.activeElement.id || document.activeElement.tagName"))
        if reached[-1] == "SUMMARY":
            break
    wanted = ["interference-activity", "content-load", "gain-rho", "filter-text", "open-all", "SUMMARY"]
    assert [each for each in reached if each in wanted] == wanted


@pytest.mark.parametrize(("width", "scheme"), [(1400, "light"), (400, "light"), (400, "dark")])
def test_the_page_fits_and_can_be_read(opened, width, scheme):
    """No sideways scrolling with everything open, and text stands out from its background by 4.5 to 1 (WCAG AA)."""
    opened.call("Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=width < 600)
    opened.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    opened.run("for (const each of document.querySelectorAll('details')) each.open = true")
    opened.run("new Promise((done) => setTimeout(done, 100))")
    assert opened.run("document.documentElement.scrollWidth") <= width
    colours = opened.run(
        "(() => { const style = getComputedStyle(document.documentElement); return Object.fromEntries(['ink', 'soft', "
        "'paper', 'panel', 'link', 'blue', 'orange', 'green', 'purple', 'gold'].map((name) => "
        "[name, style.getPropertyValue(`--${name}`).trim()])); })()"
    )
    for name in set(colours) - {"paper", "panel"}:
        for ground in ("paper", "panel"):
            assert contrast(colours[name], colours[ground]) >= 4.5, (name, ground)


def contrast(one, other):
    """The contrast ratio of two colours, of WCAG 2."""
    light = sorted((luminance(one), luminance(other)))
    return (light[1] + 0.05) / (light[0] + 0.05)


def luminance(colour):
    digits = colour[1:] if len(colour) == 7 else "".join(2 * each for each in colour[1:])
    channels = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else math.pow((c + 0.055) / 1.055, 2.4) for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
