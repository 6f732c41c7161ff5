// The words of this page in the language of the curator.
const node = document.getElementById("words");
export const words = node ? JSON.parse(node.textContent) : {};

export const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

const numbers = new Intl.NumberFormat(document.documentElement.lang);
const scores = new Intl.NumberFormat(document.documentElement.lang, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const percents = new Intl.NumberFormat(document.documentElement.lang, { style: "percent" });
export const percent = (value) => percents.format(value);
export const number = (value) => numbers.format(value);
export const score = (value) => scores.format(value).replace("-", "−");

const live = document.getElementById("live");

// Tell screen readers; emptied first, so that the same words are said again.
export function say(text) {
  if (!live) return;
  live.textContent = "";
  requestAnimationFrame(() => { live.textContent = text; });
}
