// The size of the images, kept in this browser.
const KEY = "snoop-flow:size";

export function listenForSize() {
  const slider = document.getElementById("size");
  if (!slider) return;
  const apply = () => document.documentElement.style.setProperty("--thumb", `${slider.value}px`);
  const kept = localStorage.getItem(KEY);
  if (kept) { slider.value = kept; apply(); }
  slider.addEventListener("input", () => { apply(); localStorage.setItem(KEY, slider.value); });
}
