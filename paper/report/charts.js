// Line charts as inline SVG, drawn at the width they have, so that their text stays readable on a phone.
const charts = (() => {
  "use strict";

  const SVG = "http://www.w3.org/2000/svg"; // a name: nothing is loaded from there
  const MARGIN = { left: 52, right: 14, top: 26, bottom: 42 };
  const SUPERSCRIPTS = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };

  function node(name, attributes, ...children) {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  }

  const power = (exponent) => "10" + [...String(exponent)].map((each) => SUPERSCRIPTS[each]).join("");

  // Three digits, as a power of ten where a plain number would be hard to read.
  function format(value) {
    if (value === 0) return "0";
    const size = Math.abs(value);
    if (size >= 1e-3 && size < 1e5) return String(Number(value.toPrecision(3)));
    const [digits, exponent] = value.toExponential(2).split("e");
    return `${Number(digits)} × ${power(Number(exponent))}`;
  }

  function ticks(axis, room) {
    if (!axis.log) {
      const step = axis.step, found = [];
      for (let k = Math.ceil(axis.min / step); k * step <= axis.max * (1 + 1e-12); k++) found.push(k * step);
      return found.map((at) => [at, String(Number(at.toPrecision(3)))]);
    }
    const low = Math.ceil(Math.log10(axis.min) - 1e-9), high = Math.floor(Math.log10(axis.max) + 1e-9);
    const found = [];
    if (high - low > 2) {
      const every = Math.ceil((high - low + 1) / room);
      for (let k = high; k >= low; k -= every) found.push([10 ** k, k >= -3 && k <= 3 ? String(10 ** k) : power(k)]);
    } else {
      for (let k = low - 1; k <= high; k++)
        for (const digit of [1, 2, 5]) {
          const at = Number((digit * 10 ** k).toPrecision(3));
          if (at >= axis.min * (1 - 1e-9) && at <= axis.max * (1 + 1e-9)) found.push([at, String(at)]);
        }
    }
    return found;
  }

  function scale(axis, from, to) {
    const place = axis.log ? Math.log : (x) => x;
    const low = place(axis.min), high = place(axis.max);
    return (value) => from + ((place(value) - low) / (high - low)) * (to - from);
  }

  function path(points, x, y, floor) {
    let drawn = "", pen = "M";
    for (const [at, value] of points) {
      if (!Number.isFinite(value)) { pen = "M"; continue; }
      drawn += `${pen}${x(at).toFixed(1)} ${y(Math.max(value, floor)).toFixed(1)}`;
      pen = "L";
    }
    return drawn;
  }

  function legend(series) {
    const list = document.createElement("ul");
    list.className = "legend";
    for (const each of series.filter((one) => one.name)) {
      const sample = node("svg", { width: 34, height: 10, "aria-hidden": "true" });
      sample.append(node("path", { d: "M1 5L33 5", class: `line ${each.look}` }));
      const item = document.createElement("li");
      item.append(sample, " ", each.name);
      list.append(item);
    }
    return list;
  }

  // Draws { x, y, series: [{ name, look, points, dots }], lines: [{ x | y, name, look }], label } into a container.
  function draw(container, chart) {
    const width = Math.max(container.clientWidth, 260), height = Math.round(Math.min(Math.max(0.6 * width, 260), 400));
    const left = MARGIN.left, right = width - MARGIN.right, top = MARGIN.top, bottom = height - MARGIN.bottom;
    const x = scale(chart.x, left, right), y = scale(chart.y, bottom, top);
    const clip = `${container.id}-clip`, floor = chart.y.log ? chart.y.min / 10 : chart.y.min;
    const svg = node("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": chart.label });
    svg.append(node("clipPath", { id: clip }, node("rect", { x: left, y: top, width: right - left, height: bottom - top })));
    const text = (content, attributes) => node("text", attributes, content);
    for (const [at, name] of ticks(chart.x, width / 70)) {
      svg.append(node("path", { class: "grid", d: `M${x(at)} ${bottom}V${top}` }));
      svg.append(text(name, { x: x(at), y: bottom + 16, "text-anchor": "middle" }));
    }
    for (const [at, name] of ticks(chart.y, height / 40)) {
      svg.append(node("path", { class: "grid", d: `M${left} ${y(at)}H${right}` }));
      svg.append(text(name, { x: left - 6, y: y(at) + 4, "text-anchor": "end" }));
    }
    svg.append(node("path", { class: "axis", d: `M${left} ${top}V${bottom}H${right}` }));
    svg.append(text(chart.x.label, { x: (left + right) / 2, y: height - 8, "text-anchor": "middle", class: "title" }));
    svg.append(text(chart.y.label, { x: 4, y: 15, class: "title" }));
    const inside = node("g", { "clip-path": `url(#${clip})` });
    for (const line of chart.lines) {
      const d = "x" in line ? `M${x(line.x)} ${bottom}V${top}` : `M${left} ${y(line.y)}H${right}`;
      inside.append(node("path", { class: `line ${line.look}`, d }));
      if (line.name) {
        const late = x(line.x) > (left + right) / 2;
        const place = { x: x(line.x) + (late ? -5 : 5), y: top + 13, "text-anchor": late ? "end" : "start" };
        inside.append(text(line.name, place));
      }
    }
    for (const each of chart.series) inside.append(node("path", { class: `line ${each.look}`, d: path(each.points, x, y, floor) }));
    for (const each of chart.series)
      for (const [at, value] of each.dots ?? [])
        if (value >= chart.y.min && value <= chart.y.max)
          svg.append(node("circle", { class: `dot ${each.look}`, cx: x(at), cy: y(value), r: 4.5 }));
    svg.append(inside);
    container.replaceChildren(svg, legend(chart.series));
  }

  function spaced(low, high, count) {
    return Array.from({ length: count }, (_, k) => low * (high / low) ** (k / (count - 1)));
  }

  return { draw, format, spaced };
})();
