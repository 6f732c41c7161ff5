// A blind audit: one image at a time, answered by a key; what is answered is sent at once, and can be taken back.
import { send } from "./http.js";
import { say, words } from "./words.js";

const page = document.getElementById("audit");
const path = `/api/v1/classes/${encodeURIComponent(page.dataset.class)}/audit/answers`;
const cards = [...page.querySelectorAll(".blind > li")];
const save = document.getElementById("save");
const progress = document.getElementById("progress");
const VALUES = { yes: 1, no: -1, unsure: 0 };
const KEYS = { y: "yes", o: "yes", n: "no", u: "unsure", "?": "unsure" };
let place = 0;
let busy = false;

function show(next) {
  place = next;
  cards.forEach((card, at) => { card.hidden = at !== place; });
  if (cards[place]) say(cards[place].querySelector("img").alt);
}

async function answer(name) {
  const card = cards[place];
  if (!card || busy) return;
  busy = true;
  save.textContent = words.saving;
  try {
    await send("POST", path, { answers: { [card.dataset.item]: VALUES[name] } });
    if (!card.dataset.answered) progress.value += 1;
    card.dataset.answered = name;
    for (const button of card.querySelectorAll("[name=answer]")) button.setAttribute("aria-pressed", String(button.value.startsWith(`${name}:`)));
    save.textContent = words.saved;
    if (place + 1 < cards.length) show(place + 1);
    else location.reload();
  } catch (error) {
    save.textContent = `${words.refused} ${error.message}`;
  }
  busy = false;
}

page.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  event.preventDefault();
  if (button.hasAttribute("data-back")) { if (place) show(place - 1); } else answer(button.value.split(":")[0]);
});
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, select, textarea")) return;
  if (event.key === "Backspace") { event.preventDefault(); if (place) show(place - 1); return; }
  const name = KEYS[event.key.toLowerCase()];
  if (name) { event.preventDefault(); answer(name); }
});
show(0);
