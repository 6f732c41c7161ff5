// The score window: two thumbs on the histogram; the fields beside them are what is sent.
import { score } from "./words.js";

export function listenForWindow() {
  const place = document.getElementById("score-window");
  if (!place || place.dataset.ready) return;
  place.dataset.ready = "yes";
  const [low, high] = place.querySelectorAll("input[type=range]");
  const fields = [document.querySelector('input[name="low"]'), document.querySelector('input[name="high"]')];
  const shade = place.querySelector(".shade");
  const span = Number(low.max) - Number(low.min) || 1;
  const draw = () => {
    const from = (Number(low.value) - Number(low.min)) / span, to = (Number(high.value) - Number(low.min)) / span;
    shade.setAttribute("x", from * 200);
    shade.setAttribute("width", Math.max(0, to - from) * 200);
  };
  const moved = (mine, other, field, edge) => {
    if (mine === low ? Number(low.value) > Number(high.value) : Number(high.value) < Number(low.value)) mine.value = other.value;
    field.value = Number(mine.value) === Number(edge) ? "" : score(Number(mine.value));
    draw();
  };
  low.addEventListener("input", () => moved(low, high, fields[0], low.min));
  high.addEventListener("input", () => moved(high, low, fields[1], high.max));
  for (const slider of [low, high]) slider.addEventListener("change", () => fields[0].form.requestSubmit());
  draw();
}
