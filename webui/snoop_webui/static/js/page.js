// What every page needs: selects that submit their form, sliders that say their value, dialogs that close.
const language = document.documentElement.lang;
const percents = new Intl.NumberFormat(language, { style: "percent" });

for (const select of document.querySelectorAll("[data-submit]"))
  select.addEventListener("change", () => select.form.requestSubmit());

for (const slider of document.querySelectorAll("input[data-percent]"))
  slider.addEventListener("input", () => { slider.parentElement.querySelector("output").textContent = percents.format(slider.value / 100); });

for (const dialog of document.querySelectorAll("dialog")) {
  dialog.addEventListener("click", (event) => { if (event.target === dialog || event.target.closest("[data-close]")) dialog.close(); });
}

// On a narrow screen what stands above the images is folded away, one press off.
const narrow = matchMedia("(max-width: 760px)");
const fold = () => { for (const part of document.querySelectorAll("details.fold")) part.open = !narrow.matches; };
narrow.addEventListener("change", fold);
fold();

// A form is sent once, however often its button is pressed.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.sent) event.preventDefault();
  else if (!event.defaultPrevented) form.dataset.sent = "yes";
});
addEventListener("pageshow", () => { for (const form of document.forms) delete form.dataset.sent; });
