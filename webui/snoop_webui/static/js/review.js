// Reviewing proposals: the same grid, whose keys give verdicts.
import { openHelp } from "./dialogs.js";
import { Grid } from "./grid.js";
import { listenForHover } from "./hover.js";
import { send } from "./http.js";
import { listenForSize } from "./size.js";
import { fill, number, say, words } from "./words.js";

const page = document.getElementById("review");
const save = document.getElementById("save");
const path = `/api/v1/classes/${encodeURIComponent(page.dataset.class)}/review`;
const FIELD = { accepted: "accept", rejected: "reject", proposed: "reset" };
const describe = (cell) => [cell.dataset.label, `${words.score} ${cell.dataset.score}`, words[cell.dataset.status]].join(". ");
const root = document.getElementById("grid");
const grid = root ? new Grid(root, describe) : null;
const teaching = "teaching" in page.dataset;
const RETRY = 3000;
const queue = []; // decisions that the server does not have yet: lists of [cell, status before, status]
const undoable = [];
let delivering = false;
let unreachable = false;

function put(cell, status) {
  cell.dataset.status = status;
  grid.name(cell);
}

// Shown at once, sent one after the other, and again until the server answers; what it refuses is shown as it was.
function decide(cells, status) {
  if (!teaching) { save.textContent = words.may_not; return; }
  const changes = cells.filter((cell) => cell.dataset.status !== status).map((cell) => [cell, cell.dataset.status, status]);
  const single = cells.length === 1 && !grid.selection.size;
  say(`${words[status]}: ${cells.length}`);
  if (changes.length) { undoable.push(changes); enter(changes); }
  if (cells.length > 1) grid.deselect();
  if (single && status !== "proposed") grid.focus(grid.place + 1);
}

function enter(changes) {
  for (const [cell, , status] of changes) put(cell, status);
  queue.push(changes);
  if (!unreachable) save.textContent = words.saving;
  enable();
  deliver();
}

function undo() {
  const changes = undoable.pop();
  if (!changes) { say(save.textContent = words.nothing_to_undo); return; }
  enter(changes.map(([cell, before, status]) => [cell, status, before]));
  grid.focus(grid.places.get(changes[0][0]));
  say(words.undone);
}

async function deliver() {
  if (delivering) return;
  delivering = true;
  while (queue.length) {
    const [changes] = queue;
    const verdicts = {};
    for (const [cell, , status] of changes) (verdicts[FIELD[status]] ??= []).push(cell.dataset.item);
    try {
      const counts = await send("POST", path, verdicts, { keepalive: true }); // also when the page is left right after
      queue.shift();
      unreachable = false;
      for (const name of ["accepted", "rejected", "proposed"]) document.querySelector(`[data-status-count="${name}"]`).textContent = number(counts[name]);
      save.textContent = queue.length ? words.saving : words.saved;
    } catch (error) {
      if (error.final) { refuse(queue.shift(), error); continue; }
      wait(error);
      break;
    }
  }
  delivering = false;
}

function refuse(changes, error) {
  for (const [cell, before] of changes) put(cell, before);
  const place = undoable.indexOf(changes);
  if (place >= 0) undoable.splice(place, 1);
  save.textContent = `${words.refused} ${error.message}`;
  enable();
}

function wait(error) {
  unreachable = true;
  const n = queue.reduce((sum, changes) => sum + changes.length, 0);
  save.replaceChildren(fill(error.loggedOut ? words.logged_out_verdicts : words.verdicts_wait, { n }));
  if (error.loggedOut) save.append(" ", Object.assign(document.createElement("a"), { href: "/login", target: "_blank", rel: "noopener", textContent: words.log_in }));
  setTimeout(deliver, RETRY);
}

function enable() {
  const button = document.getElementById("undo");
  if (button) button.disabled = !undoable.length;
}
// what waits would be lost with the page
addEventListener("beforeunload", (event) => { if (unreachable && queue.length) event.preventDefault(); });
addEventListener("focus", () => queue.length && deliver()); // such as after logging in again in another tab
document.getElementById("undo")?.addEventListener("click", undo);

// The keys of marking, as the curator has them; the other usual ones stay where nobody gave them to something else.
const keymap = JSON.parse(document.getElementById("keymap").textContent);
const KEYS = {
  "+": "accepted", n: "rejected", "-": "rejected", "−": "rejected", Backspace: "proposed",
  [keymap.positive]: "accepted", [keymap.negative]: "rejected", [keymap.clear]: "proposed",
};
root?.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z" && !event.shiftKey) { event.preventDefault(); undo(); return; }
  if (event.key.toLowerCase() === keymap.help) { event.preventDefault(); openHelp(); return; }
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
