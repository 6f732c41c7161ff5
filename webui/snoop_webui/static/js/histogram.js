// The threshold slider: the line, the bars and the sentences follow it. A drag across the bars chooses a range of scores.
import { fill, number, percent, score, words } from "./words.js";

const WIDTH = 720;
const figure = document.querySelector(".histogram");
const parse = (text) => (text.trim() ? Number(text.replace(",", ".").replace("−", "-")) : NaN);

if (figure) {
  const slider = document.getElementById("threshold-slider");
  const field = document.getElementById("threshold-value");
  const line = document.getElementById("threshold-line");
  const told = document.getElementById("plot-text");
  const live = document.getElementById("live-figures");
  const { curve } = JSON.parse(figure.dataset.audit);
  const low = Number(figure.dataset.low), high = Number(figure.dataset.high);
  const bins = [...figure.querySelectorAll(".bin")].map((node) => ({ node, low: +node.dataset.low, high: +node.dataset.high, count: +node.dataset.count }));
  const place = (value) => Math.max(0, Math.min(WIDTH, ((value - low) / (high - low || 1)) * WIDTH));
  const between = (from, to) => bins.reduce((sum, bin) => sum + bin.count * Math.max(0, Math.min(bin.high, to) - Math.max(bin.low, from)) / (bin.high - bin.low || 1), 0);

  // Blind answers alone tell this; the nearest threshold that was computed stands for the one shown.
  const estimate = (value) => {
    if (!curve.length) return;
    const [, proposed, p, pLow, pHigh, r, rLow, rHigh] = curve.reduce((best, one) => (Math.abs(one[0] - value) < Math.abs(best[0] - value) ? one : best));
    live.textContent = fill(words.live, { n: number(proposed), p: percent(p), pl: percent(pLow), ph: percent(pHigh), r: percent(r), rl: percent(rLow), rh: percent(rHigh) });
  };

  const draw = (value) => {
    const x = place(value);
    line.setAttribute("x1", x);
    line.setAttribute("x2", x);
    for (const bin of bins) bin.node.classList.toggle("kept", bin.high > value);
    told.textContent = fill(words.above, { n: number(Math.round(between(value, Infinity))), t: score(value) });
    estimate(value);
  };
  slider.addEventListener("input", () => { field.value = score(+slider.value); draw(+slider.value); });
  field.addEventListener("input", () => {
    const value = parse(field.value);
    if (Number.isFinite(value)) { slider.value = value; draw(value); }
  });
  estimate(Number(slider.value));

  const range = { low: document.getElementById("range-low"), high: document.getElementById("range-high") };
  const shade = document.getElementById("range-shade");
  const look = document.getElementById("range-look");
  const count = document.getElementById("range-count");
  const showRange = () => {
    const from = parse(range.low.value), to = parse(range.high.value);
    const valid = Number.isFinite(from) && Number.isFinite(to) && from < to;
    shade.setAttribute("x", valid ? place(from) : 0);
    shade.setAttribute("width", valid ? place(to) - place(from) : 0);
    count.textContent = valid ? fill(words.in_range, { n: number(Math.round(between(from, to))) }) : "";
    const url = new URL(look.href);
    if (valid) { url.searchParams.set("low", from); url.searchParams.set("high", to); url.searchParams.set("count", 500); }
    look.href = url;
  };
  for (const one of Object.values(range)) one.addEventListener("input", showRange);

  const svg = figure.querySelector("svg");
  const at = (event) => { const box = svg.getBoundingClientRect(); return low + Math.max(0, Math.min(1, (event.clientX - box.left) / box.width)) * (high - low); };
  svg.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    event.preventDefault();
    const start = at(event);
    svg.setPointerCapture(event.pointerId);
    const move = (moved) => {
      const now = at(moved);
      range.low.value = score(Math.min(start, now));
      range.high.value = score(Math.max(start, now));
      figure.querySelector(".range-form").open = true;
      showRange();
    };
    svg.addEventListener("pointermove", move);
    svg.addEventListener("pointerup", () => svg.removeEventListener("pointermove", move), { once: true });
  });
}
