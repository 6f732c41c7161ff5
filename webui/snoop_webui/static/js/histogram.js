// The threshold slider: the line, the bars and the sentence follow it; it is kept by the form.
import { fill, number, score, words } from "./words.js";

const figure = document.querySelector(".histogram");
if (figure) {
  const slider = document.getElementById("threshold-slider");
  const field = document.getElementById("threshold-value");
  const line = document.getElementById("threshold-line");
  const told = document.getElementById("plot-text");
  const low = Number(figure.dataset.low), high = Number(figure.dataset.high);
  const bins = [...figure.querySelectorAll(".bin")].map((node) => ({ node, low: +node.dataset.low, high: +node.dataset.high, count: +node.dataset.count }));

  const draw = (value) => {
    const x = Math.max(0, Math.min(720, ((value - low) / (high - low || 1)) * 720));
    line.setAttribute("x1", x);
    line.setAttribute("x2", x);
    let kept = 0;
    for (const bin of bins) {
      bin.node.classList.toggle("kept", bin.high > value);
      kept += bin.count * Math.max(0, Math.min(1, (bin.high - Math.max(value, bin.low)) / (bin.high - bin.low || 1)));
    }
    told.textContent = fill(words.above, { n: number(Math.round(kept)), t: score(value) });
  };
  slider.addEventListener("input", () => { field.value = score(+slider.value); draw(+slider.value); });
  field.addEventListener("input", () => {
    const value = Number(field.value.replace(",", ".").replace("−", "-"));
    if (Number.isFinite(value)) { slider.value = value; draw(value); }
  });
}
