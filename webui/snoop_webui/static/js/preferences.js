// Keys are pressed, not typed: what is pressed is shown, and what is given twice is told before it is sent.
import { fill, words } from "./words.js";

const fields = [...document.querySelectorAll("[data-key]")];
const said = document.getElementById("keys-said");

function check() {
  const twice = fields.find((field) => fields.some((other) => other !== field && other.value && other.value === field.value));
  for (const field of fields) field.toggleAttribute("aria-invalid", Boolean(twice) && field.value === twice.value);
  said.textContent = twice ? fill(words.twice, { key: twice.value.toUpperCase() }) : "";
}

for (const field of fields) {
  field.addEventListener("keydown", (event) => {
    const digit = /^(?:Digit|Numpad)(\d)$/.exec(event.code);
    if (event.ctrlKey || event.metaKey || event.altKey || event.key === " " || (event.key.length !== 1 && !digit)) return;
    event.preventDefault();
    field.value = digit ? digit[1] : event.key.toLowerCase();
    check();
  });
  field.addEventListener("input", check);
}
