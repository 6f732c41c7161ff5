// Reviewing proposals: the same grid, whose keys give verdicts.
import { Grid } from "./grid.js";
import { listenForHover } from "./hover.js";
import { send } from "./http.js";
import { listenForSize } from "./size.js";
import { number, say, words } from "./words.js";

const page = document.getElementById("review");
const save = document.getElementById("save");
const path = `/api/v1/classes/${encodeURIComponent(page.dataset.class)}/review`;
const FIELD = { accepted: "accept", rejected: "reject", proposed: "reset" };
const describe = (cell) => [cell.dataset.label, `${words.score} ${cell.dataset.score}`, words[cell.dataset.status]].join(". ");
const root = document.getElementById("grid");
const grid = root ? new Grid(root, describe) : null;
let work = Promise.resolve();

function put(cell, status) {
  cell.dataset.status = status;
  grid.name(cell);
}

// Shown at once, sent one after the other; what is refused is shown as it was.
function decide(cells, status) {
  const changed = cells.filter((cell) => cell.dataset.status !== status).map((cell) => [cell, cell.dataset.status]);
  const single = cells.length === 1 && !grid.selection.size;
  for (const [cell] of changed) put(cell, status);
  say(`${words[status]}: ${cells.length}`);
  if (cells.length > 1) grid.deselect();
  if (single && status !== "proposed") grid.focus(grid.place + 1);
  if (!changed.length) return;
  save.textContent = words.saving;
  work = work.then(async () => {
    try {
      const counts = await send("POST", path, { [FIELD[status]]: changed.map(([cell]) => cell.dataset.item) });
      for (const name of ["accepted", "rejected", "proposed"]) document.querySelector(`[data-status-count="${name}"]`).textContent = number(counts[name]);
      save.textContent = words.saved;
    } catch (error) {
      for (const [cell, before] of changed) put(cell, before);
      save.textContent = `${words.refused} ${error.message}`;
    }
  });
}

// The keys of marking, as the curator has them; the other usual ones stay where nobody gave them to something else.
const keymap = JSON.parse(document.getElementById("keymap").textContent);
const KEYS = {
  "+": "accepted", n: "rejected", "-": "rejected", "−": "rejected", Backspace: "proposed",
  [keymap.positive]: "accepted", [keymap.negative]: "rejected", [keymap.clear]: "proposed",
};
root?.addEventListener("keydown", (event) => {
  const status = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!status || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  decide(grid.targets, status);
});
page.addEventListener("click", (event) => {
  const button = event.target.closest("[data-verdict]");
  if (button && grid) { decide(grid.targets, button.dataset.verdict); grid.focus(grid.place); }
});
listenForHover(page.querySelector("main").parentElement.parentElement, () => grid, (cell, status) => decide([cell], cell.dataset.status === status ? "proposed" : status));
listenForSize();
grid?.restore();
