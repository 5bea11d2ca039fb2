// Closed forms of the Python package `theory`; tests/paper/report compares every one of them with it.
const theory = (() => {
  "use strict";

  const LOG_ROOT_TWO_PI = 0.5 * Math.log(2 * Math.PI);
  const logDensity = (x) => -0.5 * x * x - LOG_ROOT_TWO_PI;
  const density = (x) => Math.exp(logDensity(x));

  // Q(x)/phi(x) for x >= 1.5: Laplace's continued fraction, from the inside outwards.
  function millsRatio(x) {
    let rest = 0;
    for (let k = 200; k >= 1; k--) rest = k / (x + rest);
    return 1 / (x + rest);
  }

  // Q(x): a series of terms of one sign near zero, the continued fraction beyond.
  function tail(x) {
    if (x >= 1.5) return density(x) * millsRatio(x);
    if (x <= -1.5) return 1 - tail(-x);
    let term = x, sum = x;
    for (let k = 1; k < 40; k++) {
      term *= (x * x) / (2 * k + 1);
      sum += term;
    }
    return 0.5 - density(x) * sum;
  }

  function logTail(x) {
    if (x >= 1.5) return logDensity(x) + Math.log(millsRatio(x));
    return x <= -1.5 ? Math.log1p(-tail(-x)) : Math.log(tail(x));
  }

  // Theorem 1: theory.interference.interference_formula and crosstalk_variance_formula (Bernoulli code).
  const interference = (a, N) => a ** 4 + (a ** 2 * (1 - a ** 2)) / N;
  const crosstalkVariance = (a, N) => (a ** 2 * (1 - a ** 2)) / N;
  const covarianceInterference = (a, N) => (a ** 2 * (1 - a) ** 2) / N;

  // Theorem 2: theory.ceiling.shannon_ceiling.
  const shannonCeiling = (load) => ((load / 2) * Math.log1p(1 / load)) / Math.LN2;

  // theory.information.mutual_information, in bits.
  function mutualInformation(a, miss, alarm) {
    const overlap = 1 - miss - alarm;
    const active = a * (1 - miss) + (1 - a) * alarm, silent = a * miss + (1 - a) * (1 - alarm);
    if (active <= 0 || silent <= 0) return 0;
    const weighted = (weight, total, excess) => {
      if (weight === 0) return 0;
      return Math.abs(excess) < 0.5 ? weight * Math.log1p(excess) : weight * Math.log(weight / total);
    };
    const up = overlap / active, down = overlap / silent;
    const fromActive = weighted(1 - miss, active, (1 - a) * up) + weighted(miss, silent, -(1 - a) * down);
    const fromSilent = weighted(alarm, active, -a * up) + weighted(1 - alarm, silent, a * down);
    return Math.max(a * fromActive + (1 - a) * fromSilent, 0) / Math.LN2;
  }

  const logOdds = (a) => Math.log1p(-a) - Math.log(a);

  function recall(a, load, miss, alarm) {
    return {
      load, miss, alarm,
      overlap: 1 - miss - alarm,
      errors: miss + ((1 - a) / a) * alarm,
      bits: load * mutualInformation(a, miss, alarm),
    };
  }

  // theory.one_step.one_step_recall.
  function oneStep(load, a) {
    const gap = 1 / Math.sqrt(load * a * (1 - a)), shift = logOdds(a) / gap;
    return recall(a, load, tail(gap / 2 - shift), tail(gap / 2 + shift));
  }

  // theory.retrieval_paths.winners_path: v with (1-a) Q(v) = a Q(u). log Q is concave, so that Newton's method converges.
  function silentMargin(u, a) {
    const target = logTail(u) - logOdds(a);
    let v = u;
    for (let k = 0; k < 60; k++) {
      const step = (logTail(v) - target) * Math.exp(logTail(v) - logDensity(v));
      v += step;
      if (Math.abs(step) < 1e-14 * (1 + Math.abs(v))) break;
    }
    return v;
  }

  // theory.load_surface on that path, centred input: the load at which the margin u belongs to a fixed point.
  function loadOfMargin(u, a) {
    const v = silentMargin(u, a), overlap = 1 - tail(u) - tail(v);
    const gap = overlap / (u + v) - a * density(u) - (1 - a) * density(v);
    return gap > 0 ? gap ** 2 / (a * (1 - a)) : 0;
  }

  const recallAtMargin = (u, a) => recall(a, loadOfMargin(u, a), tail(u), tail(silentMargin(u, a)));

  // theory.mean_field.critical_point(a, retrieval="kwta"): the first summit of the load on the way in.
  const summits = new Map();
  function critical(a) {
    if (!summits.has(a)) {
      let inner = 40;
      while (loadOfMargin(0.96 * inner, a) > loadOfMargin(inner, a)) inner *= 0.96;
      let low = 0.96 * inner, high = inner / 0.96;
      const golden = (Math.sqrt(5) - 1) / 2;
      for (let k = 0; k < 60; k++) {
        const third = golden * (high - low);
        if (loadOfMargin(high - third, a) < loadOfMargin(low + third, a)) low = high - third;
        else high = low + third;
      }
      const margin = (low + high) / 2;
      summits.set(a, { margin, ...recallAtMargin(margin, a) });
    }
    return summits.get(a);
  }

  // The margin of the fixed point at a load below capacity, on the branch of perfect retrieval.
  function marginOfLoad(load, a) {
    let low = critical(a).margin, high = 2 * low;
    while (loadOfMargin(high, a) > load) high *= 2;
    for (let k = 0; k < 60; k++) {
      const middle = (low + high) / 2;
      if (loadOfMargin(middle, a) > load) low = middle;
      else high = middle;
    }
    return (low + high) / 2;
  }

  // theory.mean_field.fixed_point(load, a, retrieval="kwta"); null above capacity.
  function fixedPoint(load, a) {
    return load > critical(a).load ? null : { ...recallAtMargin(marginOfLoad(load, a), a), load };
  }

  // Proposition 1: theory.dual_regime.
  const dualBits = (rho, eta, ceiling, copies) => ceiling / (1 + copies + (rho * ceiling) / eta);
  const bestFastShare = (rho, eta, ceiling, copies) => (rho / eta) * dualBits(rho, eta, ceiling, copies);
  const gain = (rho, eta, ceiling, single, copies) => dualBits(rho, eta, ceiling, copies) / single;
  const criticalRho = (eta, ceiling, single, copies) =>
    Math.max(eta / single - ((1 + copies) * eta) / ceiling, 0);

  return {
    tail, logTail, interference, crosstalkVariance, covarianceInterference, shannonCeiling, mutualInformation,
    oneStep, critical, marginOfLoad, recallAtMargin, fixedPoint, dualBits, bestFastShare, gain, criticalRho,
  };
})();
