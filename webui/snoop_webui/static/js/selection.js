// The right rail: the selection as a tray, and what is known of the current image.
import { send } from "./http.js";
import { words } from "./words.js";

const SHOWN = 15;
const PATIENCE = 180;

export const thumbnails = (cells, most = SHOWN) => {
  const pictures = cells.slice(0, most).map((cell) => {
    const image = new Image();
    image.src = cell.querySelector("img").src;
    image.alt = cell.dataset.label;
    return image;
  });
  if (cells.length > most) {
    const more = document.createElement("span");
    more.className = "more";
    more.textContent = `+${cells.length - most}`;
    pictures.push(more);
  }
  return pictures;
};

export function showSelection(cells) {
  document.getElementById("selected").textContent = cells.length;
  document.getElementById("deselect").hidden = !cells.length;
  document.getElementById("tray-help").hidden = cells.length > 0;
  document.getElementById("tray").replaceChildren(...thumbnails(cells));
}

let timer = 0;
let latest = null;

export function showCurrent(cell) {
  const image = new Image();
  image.src = cell.querySelector("img").src;
  image.alt = cell.dataset.label;
  const facts = document.createElement("dl");
  const line = (name, ...content) => {
    const term = document.createElement("dt");
    const value = document.createElement("dd");
    term.textContent = name;
    value.append(...content);
    facts.append(term, value);
    return value;
  };
  if (cell.dataset.score) line(words.score, cell.dataset.score);
  if (cell.dataset.why) line(words.why, cell.dataset.why);
  line(words.document, cell.dataset.record || cell.dataset.label);
  const classes = line(words.classes, "…");
  const link = document.createElement("a");
  link.className = "button wide";
  link.href = cell.dataset.href;
  link.innerHTML = "<span></span> <kbd aria-hidden='true'>↵</kbd>";
  link.firstChild.textContent = document.querySelector("[data-open]")?.title ?? words.document;
  document.getElementById("current").replaceChildren(image, facts, link);
  latest = cell;
  clearTimeout(timer);
  timer = setTimeout(() => showClasses(cell, classes), PATIENCE);
}

async function showClasses(cell, place) {
  try {
    const { predictions } = await send("GET", `/api/v1/items/${encodeURIComponent(cell.dataset.item)}`);
    if (latest !== cell) return;
    const links = predictions.map((one) => {
      const link = document.createElement("a");
      link.href = `/classes/${one.class_id}`;
      link.textContent = `${one.class_name} (${words[one.status]})`;
      return link;
    });
    place.replaceChildren(...(links.length ? links.flatMap((link, at) => (at ? [", ", link] : [link])) : [words.none]));
  } catch {
    if (latest === cell) place.textContent = "";
  }
}
