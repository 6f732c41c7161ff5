// What this browser remembers: marks that were never saved, and the last searches.
import { saveAsFile, unsent } from "./shelf.js";
import { recent } from "./searches.js";
import { fill, words } from "./words.js";

const names = JSON.parse(document.getElementById("class-names").textContent);
const link = (text, href) => Object.assign(document.createElement("a"), { textContent: text, href });
const button = (text, act) => { const made = Object.assign(document.createElement("button"), { textContent: text, type: "button", className: "small" }); made.addEventListener("click", act); return made; };

function showUnsent() {
  const place = document.getElementById("unsent");
  const shelves = unsent();
  place.hidden = !shelves.length;
  place.querySelector("ul").replaceChildren(...shelves.map((shelf) => {
    const line = document.createElement("li");
    const marks = shelf.queue.reduce((sum, operation) => sum + Object.keys(operation.values).length, 0);
    line.append(fill(words.unsent, { n: marks, name: names[shelf.classId] ?? shelf.classId }), " ");
    if (names[shelf.classId]) line.append(link(words.to_class, `/?class=${encodeURIComponent(shelf.classId)}`), " ");
    line.append(button(words.as_file, () => saveAsFile(shelf)), " ", button(words.forget, () => { localStorage.removeItem(shelf.key); showUnsent(); }));
    return line;
  }));
}

const searches = document.getElementById("searches");
const found = recent();
searches.hidden = !found.length;
searches.querySelector("ul").append(...found.map(({ title, address }) => { const line = document.createElement("li"); line.append(link(title, address)); return line; }));
showUnsent();
