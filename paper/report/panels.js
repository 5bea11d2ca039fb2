// What each panel shows at the places of its sliders: curves for `charts`, and the values in words.
const panels = (() => {
  "use strict";

  const { format, spaced } = charts;
  const carried = JSON.parse(document.getElementById("theory-data").textContent);
  const percent = (share) => `${Number((100 * share).toPrecision(3))}%`;
  const code = (place) => `1/${Math.round(1 / carried.codes[place - 1])}` + (place === 1 ? " (dense)" : "");
  const curve = (name, look, f, xs, at) => ({
    name, look, points: xs.map((x) => [x, f(x)]), dots: at === undefined ? [] : [[at, f(at)]],
  });

  const ACTIVITIES = spaced(0.001, 0.99, 160);
  function interference({ activity, neurons }) {
    const hebb = (a) => theory.interference(a, neurons);
    const variance = (a) => theory.crosstalkVariance(a, neurons);
    const covariance = (a) => theory.covarianceInterference(a, neurons);
    return {
      x: { min: 0.001, max: 1, log: true, label: "activity a" },
      y: { min: 1e-13, max: 1, log: true, label: "write interference" },
      label: "Write interference against activity",
      lines: [{ x: Math.SQRT1_2, look: "limit" }, { x: activity, look: "marker" }],
      series: [
        curve("Hebb rule, I(a)", "first", hebb, ACTIVITIES, activity),
        curve("its share from the variance", "second", variance, ACTIVITIES, activity),
        curve("covariance rule", "third", covariance, ACTIVITIES, activity),
      ],
      words:
        `At a = ${format(activity)} and N = ${neurons.toLocaleString("en")}: I = ${format(hebb(activity))}, of which ` +
        `${percent(variance(activity) / hebb(activity))} from the variance; covariance rule ${format(covariance(activity))}.`,
    };
  }

  const LOADS = spaced(0.01, 300, 240);
  function content({ activity, load }) {
    const summit = theory.critical(activity);
    const farthest = theory.marginOfLoad(LOADS[0], activity);
    const branch = spaced(farthest, summit.margin, 120).map((margin) => theory.recallAtMargin(margin, activity));
    const step = theory.oneStep(load, activity), point = theory.fixedPoint(load, activity);
    const recurrent = point
      ? `at the fixed point ${format(point.bits)}, overlap ${format(point.overlap)}`
      : "no fixed point with the pattern retrieved";
    const fixed = {
      name: "fixed points, k winners", look: "third", points: branch.map((each) => [each.load, each.bits]),
      dots: [[summit.load, summit.bits], ...(point ? [[load, point.bits]] : [])],
    };
    return {
      x: { min: 0.01, max: 300, log: true, label: "load α = p/N" },
      y: { min: 0, max: 0.8, step: 0.2, label: "bits per synapse" },
      label: "Bits per synapse against load",
      lines: [{ y: carried.shannonLimit, look: "limit" }, { x: load, look: "marker" }],
      series: [
        curve("ceiling", "second", theory.shannonCeiling, LOADS, load),
        curve("one step", "first", (each) => theory.oneStep(each, activity).bits, LOADS, load),
        fixed,
        { name: "1/(2 ln 2)", look: "limit", points: [] },
      ],
      words:
        `At a = ${format(activity)} and α = ${format(load)}, in bits per synapse: ceiling ` +
        `${format(theory.shannonCeiling(load))}; one step ${format(step.bits)}, with ${format(step.errors)} wrong units per ` +
        `active unit; ${recurrent}. Capacity of the fixed points: α = ${format(summit.load)}.`,
    };
  }

  const SHARES = spaced(0.01, 1, 120);
  function gain({ rho, fast, slow }) {
    const eta = carried.oneShotBits[fast - 1], ceiling = carried.slowBits[slow - 1];
    const best = Math.max(...carried.oneShotBits), place = carried.oneShotBits.indexOf(best) + 1;
    const of = (copies, single) => (each) => theory.gain(each, eta, ceiling, single, copies);
    const end = theory.criticalRho(eta, ceiling, eta, 0), counted = theory.criticalRho(eta, ceiling, eta, 1);
    const largest = (each) => theory.gain(each, carried.shannonLimit, 2, carried.shannonLimit, 0);
    return {
      x: { min: 0.01, max: 1, log: true, label: "ρ, share of the content between offline phases" },
      y: { min: 0.5, max: 20, log: true, label: "gain" },
      label: "Gain of two regimes over one against rho",
      lines: [
        { y: 1, look: "axis" }, { x: end, look: "limit", name: "gain ends" }, { x: rho, look: "marker" },
      ],
      series: [
        curve("gain", "first", of(0, eta), SHARES, rho),
        curve("a frozen copy counted", "second", of(1, eta), SHARES, rho),
        curve("η = 1/(2 ln 2), G = 2", "limit", largest, SHARES),
      ],
      words:
        `With ${format(eta)} bits per synapse in the fast zone (at ${format(carried.errorRate)} wrong bits per bit), ` +
        `${format(ceiling)} in the slow zone and ρ = ${format(rho)}: ${format(theory.dualBits(rho, eta, ceiling, 0))} bits per ` +
        `synapse with ${percent(theory.bestFastShare(rho, eta, ceiling, 0))} of the synapses in the fast zone. The gain is ` +
        `${format(of(0, eta)(rho))} over a single regime of the fast zone's activity, ` +
        `${format(of(0, best)(rho))} over the best of these codes by itself (activity ${code(place)}). It ends at ρ = ` +
        `${format(end)}; with a counted copy it is ${format(of(1, eta)(rho))} and ends at ρ = ${format(counted)}.`,
    };
  }

  const drawn = { interference, content, gain };
  const shown = {
    activity: format, load: format, rho: format, fast: code, slow: code,
    neurons: (count) => count.toLocaleString("en"),
  };

  function valueOf(slider) {
    const place = Number(slider.value);
    if (slider.dataset.kind !== "logarithmic") return place;
    // as in curves.py: the place nearest to a number of one digit means that number
    const value = 10 ** place, round = Number(value.toPrecision(1));
    const near = Math.abs(Math.log10(round) - place) <= Number(slider.step) / 2 ? round : value;
    return slider.dataset.name === "neurons" ? Math.round(near) : near;
  }

  function redraw(name) {
    const panel = document.getElementById(`panel-${name}`), values = {};
    for (const slider of panel.querySelectorAll("input")) {
      const value = valueOf(slider), words = shown[slider.dataset.name](value);
      values[slider.dataset.name] = value;
      document.getElementById(`${slider.id}-value`).value = words;
      slider.setAttribute("aria-valuetext", words);
    }
    const chart = drawn[name](values);
    charts.draw(document.getElementById(`chart-${name}`), chart);
    document.getElementById(`readout-${name}`).textContent = chart.words;
  }

  for (const name of Object.keys(drawn)) {
    document.getElementById(`panel-${name}`).addEventListener("input", () => redraw(name));
    let width = -1;
    new ResizeObserver(([seen]) => {
      const now = Math.round(seen.contentRect.width);
      if (now !== width) requestAnimationFrame(() => redraw(name));
      width = now;
    }).observe(document.getElementById(`chart-${name}`));
    redraw(name);
  }

  return { carried, redraw };
})();
