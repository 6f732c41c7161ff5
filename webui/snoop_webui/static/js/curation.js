// The curation page: keys, marks, refining, and what is shown next.
import { openHelp, openWith } from "./dialogs.js";
import { Grid } from "./grid.js";
import { listenForHover } from "./hover.js";
import { send } from "./http.js";
import { listenForLasso } from "./lasso.js";
import { Marks } from "./marks.js";
import { listenForImages } from "./querybar.js";
import { loadResults, present, suggestions } from "./results.js";
import { showCurrent, showSelection } from "./selection.js";
import { listenForSize } from "./size.js";
import { saveAsFile } from "./shelf.js";
import { remember } from "./searches.js";
import { listenForWindow } from "./window.js";
import { fill, number, say, words } from "./words.js";

const page = document.getElementById("curation");
const results = document.getElementById("results");
const save = document.getElementById("save");
const classId = page.dataset.class;
const teaching = "teaching" in page.dataset;
const marks = classId && teaching ? new Marks(classId, JSON.parse(document.getElementById("stacks").textContent)) : null;
let grid = null;

const value = (text) => (text === "" || text === "null" || text === null ? null : Number(text));
const describe = (cell) => [cell.dataset.label, cell.dataset.score && `${words.score} ${cell.dataset.score}`, cell.dataset.mark && words[cell.dataset.mark], cell.dataset.contested].filter(Boolean).join(". ");

// What was searched last in this tab: feedback can make results worse, and this is the way back to how they came.
const ORIGIN = "snoop-flow:origin";
const QUERY = ["q", "url", "image", "item", "not", "by", "region", "without"];
function origin() {
  const here = new URL(location.href);
  const searching = QUERY.some((name) => here.searchParams.has(name)) && !(classId && here.searchParams.has("show"));
  if (searching) sessionStorage.setItem(ORIGIN, here.pathname + here.search);
  const way = document.getElementById("original"), kept = sessionStorage.getItem(ORIGIN);
  if (!way) return;
  way.hidden = searching || !kept;
  if (way.hidden) return;
  const back = new URL(kept, location.href);
  back.searchParams.set("class", classId);
  for (const name of ["show", "low", "high"]) back.searchParams.delete(name);
  way.href = back.pathname + back.search;
}

function build() {
  origin();
  const root = document.getElementById("grid");
  grid = root ? new Grid(root, describe) : null;
  showSelection([]);
  if (!grid) return;
  grid.addEventListener("selection", () => showSelection([...grid.selection]));
  grid.addEventListener("current", (event) => showCurrent(event.detail));
  root.addEventListener("keydown", onKey);
}

// --- marks -----------------------------------------------------------------------------------------------------

function put(cell, wanted) {
  const before = value(cell.dataset.mark);
  if (before === wanted) return;
  count(before, -1);
  count(wanted, 1);
  cell.dataset.mark = wanted === null ? "" : String(wanted);
  grid.name(cell);
}

// Found once: they are in the rail, which stays, and a look through thousands of cells at each mark is felt.
const counters = Object.groupBy(document.querySelectorAll("[data-count]"), (node) => node.dataset.count);

function count(of, change) {
  if (of === null) return;
  for (const name of [String(of), "marks"])
    for (const node of counters[name] ?? []) {
      node.dataset.now = Math.max(0, Number(node.dataset.now ?? node.textContent.replace(/\D/g, "")) + change);
      node.textContent = number(node.dataset.now);
    }
}

function mark(cells, wanted, { advance = false } = {}) {
  if (!teaching) { save.textContent = words.may_not; return; }
  if (!marks) { save.textContent = fill(words.need_class, { key: keymap["new-class"].toUpperCase() }); return; }
  const changes = cells.filter((cell) => value(cell.dataset.mark) !== wanted).map((cell) => [cell.dataset.item, wanted, value(cell.dataset.mark)]);
  for (const cell of cells) put(cell, wanted);
  if (changes.length) marks.add(changes);
  say(`${words[String(wanted)]}: ${cells.length}`);
  if (cells.length > 1) grid.deselect();
  else if (advance) grid.focus(grid.place + 1);
}

const markTargets = (wanted) => grid && mark(grid.targets, wanted, { advance: wanted !== null && !grid.selection.size });

async function reverse(kind) {
  const answer = await marks?.[kind]();
  if (answer === null) say(save.textContent = words[`nothing_to_${kind}`]);
  if (answer) say(words[kind === "undo" ? "undone" : "redone"]);
}

marks?.addEventListener("values", ({ detail }) => {
  const cells = Object.entries(detail).map(([item, wanted]) => [grid?.byItem.get(item), wanted]).filter(([cell]) => cell);
  for (const [cell, wanted] of cells) put(cell, wanted);
  if (cells.length && grid.root.contains(document.activeElement)) grid.focus(grid.places.get(cells[0][0]));
});
marks?.addEventListener("state", ({ detail }) => {
  const text = fill(detail.loggedOut ? (detail.other ? words.other_person : words.logged_out) : words.waiting, { n: detail.waiting, name: detail.other });
  if (detail.saving) save.textContent = words.saving;
  else if (detail.loggedOut && !detail.other) tell(text, Object.assign(document.createElement("a"), { href: "/login", target: "_blank", rel: "noopener", textContent: words.log_in }));
  else save.textContent = text;
  enable();
});
const act = (text, run) => { const made = Object.assign(document.createElement("button"), { type: "button", className: "small", textContent: text }); made.addEventListener("click", run); return made; };
marks?.addEventListener("gone", ({ detail }) => {
  const again = act(words.new_class_of_them, () => openWith("new-class", grid?.cells.filter((cell) => cell.dataset.mark === "1") ?? []));
  tell(fill(words.class_gone, { n: detail.waiting }), again, act(words.as_file, () => saveAsFile({ classId, queue: marks.queue })));
});
marks?.addEventListener("conflicts", ({ detail }) => {
  for (const { item, user, value: theirs } of detail) {
    const cell = grid?.byItem.get(item);
    if (!cell) continue;
    cell.dataset.contested = fill(words.says, { user, mark: words[String(theirs)] });
    cell.title = cell.dataset.contested;
    grid.name(cell);
  }
  const people = [...new Set(detail.map(({ user }) => user))].join(", ");
  const link = Object.assign(document.createElement("a"), { href: `/classes/${encodeURIComponent(classId)}#disagreements`, textContent: words.settle });
  tell(fill(words.conflict, { n: new Set(detail.map(({ item }) => item)).size, people }), link);
  say(save.textContent);
});

// A line that stays until something else is said, with what to do about it.
function tell(text, ...actions) {
  save.replaceChildren(text, ...actions.flatMap((one) => [" ", one]));
}
marks?.addEventListener("refused", ({ detail }) => { save.textContent = `${words.refused} ${detail}`; enable(); });
marks?.addEventListener("saved", ({ detail }) => {
  for (const [name, now] of [["1", detail.positives], ["-1", detail.negatives], ["0", detail.unsure]])
    for (const node of counters[name] ?? []) if (!marks.queue.length) node.textContent = number(node.dataset.now = now);
  if (!marks.queue.length) save.textContent = words.saved; // and it stands there until something else is said
  enable();
});

function enable() {
  const undo = document.getElementById("undo");
  if (undo) undo.disabled = !marks.undoable.length;
  const refine = document.getElementById("refine");
  const [positives] = counters["1"];
  if (refine) refine.disabled = Number((positives.dataset.now ?? positives.textContent).replace(/\D/g, "")) === 0;
}

// --- what next --------------------------------------------------------------------------------------------------

async function refine() {
  const button = document.getElementById("refine");
  if (!marks || button.disabled) return;
  button.disabled = true;
  save.textContent = words.refining;
  const inGrid = grid?.root.contains(document.activeElement);
  try {
    if (!(await marks.flush())) return;
    const { version } = await send("POST", `${marks.path}/fit`, {});
    document.getElementById("version").textContent = `v${version}`;
    const show = document.querySelector('input[name="show"]:checked')?.value ?? "relevant";
    choose(show);
    await loadResults(suggestions({ show }));
    if (inGrid) grid?.focus(0);
    say(save.textContent = fill(words.refined, { n: version }));
  } catch (error) {
    save.textContent = `${words.failed} ${error.message}`;
  } finally {
    button.disabled = false;
  }
}

const choose = (show) => { for (const radio of document.querySelectorAll('input[name="show"]')) radio.checked = radio.value === show; };

async function showStrategy(show) {
  if (!marks) return;
  choose(show);
  await marks.flush();
  const inGrid = grid?.root.contains(document.activeElement);
  await loadResults(suggestions({ show }));
  if (inGrid) grid?.focus(0);
}

const options = document.getElementById("options");
options.addEventListener("change", (event) => {
  const { name, value: chosen } = event.target;
  if (!name) return; // the thumbs of the score window, which send their fields themselves
  if (name === "show") showStrategy(chosen);
  else loadResults(present({ [name]: chosen }));
});
options.addEventListener("submit", (event) => {
  event.preventDefault();
  const form = new FormData(options);
  loadResults(present(Object.fromEntries(["rate", "collection", "count", "low", "high", "seconds"].filter((name) => form.has(name)).map((name) => [name, form.get(name)]))));
});

// --- actions ----------------------------------------------------------------------------------------------------

const actions = {
  "new-class": () => teaching && openWith("new-class", grid && (grid.selection.size || grid.root.contains(lastFocus)) ? grid.targets : []),
  "add-to-class": () => { if (grid?.targets.length && document.querySelector("#add-to-class option")) openWith("add-to-class", grid.targets); },
  "search-with": async () => {
    if (!grid?.targets.length) { save.textContent = words.need_selection; return; }
    await marks?.flush();
    const url = new URL(suggestions({ show: "", low: "", high: "" }), location.href);
    for (const cell of grid.targets.slice(0, 60)) url.searchParams.append("item", cell.dataset.item);
    location.assign(url);
  },
  "search-like": () => searchOn("item"),
  "search-unlike": () => searchOn("not"),
  help: openHelp,
};
// The selection joins what is searched, as what to be like or unlike.
async function searchOn(name) {
  if (!grid?.targets.length) { save.textContent = words.need_selection; return; }
  await marks?.flush();
  const url = new URL(present({ show: "", low: "", high: "" }), location.href);
  for (const cell of grid.targets.slice(0, 60)) url.searchParams.append(name, cell.dataset.item);
  location.assign(url);
}
let lastFocus = null;
addEventListener("focusin", (event) => { if (grid?.root.contains(event.target)) lastFocus = event.target; });
page.addEventListener("click", (event) => {
  const action = event.target.closest("[data-action]");
  const button = event.target.closest("button[data-mark]");
  if (action) { event.preventDefault(); actions[action.dataset.action](); }
  if (button) { markTargets(value(button.dataset.mark)); grid?.focus(grid.place); }
});
document.getElementById("deselect").addEventListener("click", () => grid?.deselect());
document.getElementById("undo-form")?.addEventListener("submit", (event) => { event.preventDefault(); reverse("undo"); });
document.getElementById("refine-form")?.addEventListener("submit", (event) => { event.preventDefault(); refine(); });

const STRATEGIES = ["relevant", "most-useful", "ambiguous", "discovery", "random"];
const keymap = JSON.parse(document.getElementById("keymap").textContent);
const ACTS = {
  positive: () => markTargets(1), negative: () => markTargets(-1), unsure: () => markTargets(0), clear: () => markTargets(null),
  refine, search: actions["search-with"], "new-class": actions["new-class"], "add-to-class": actions["add-to-class"], help: openHelp,
  query: () => document.getElementById("q").focus(),
  ...Object.fromEntries(STRATEGIES.map((show) => [show, () => showStrategy(show)])),
};
// The other usual keys stay where nobody gave them to something else.
const ALSO = { "+": ACTS.positive, n: ACTS.negative, "-": ACTS.negative, "−": ACTS.negative, Backspace: ACTS.clear };
const KEYS = { ...ALSO, ...Object.fromEntries(Object.entries(ACTS).map(([action, act]) => [keymap[action], act])) };

// Letters by their meaning, digits by their place: on a French keyboard they need Shift.
function onKey(event) {
  if (event.ctrlKey || event.metaKey) {
    if (event.key.toLowerCase() !== "z") return;
    event.preventDefault();
    reverse(event.shiftKey ? "redo" : "undo");
    return;
  }
  if (event.altKey) return;
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(event.code)?.[1];
  const act = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key] ?? KEYS[digit];
  if (!act) return;
  event.preventDefault();
  act();
}

build();
results.addEventListener("shown", () => { build(); listenForWindow(); });
listenForWindow();
remember(page.dataset.title, page.dataset.shown === "search" ? location.pathname + location.search : "");
results.addEventListener("unreachable", ({ detail }) => tell(`${words.failed} ${words.unreachable}.`, act(words.try_again, () => { save.textContent = ""; loadResults(detail.address, detail); })));
// Somebody else, or another tab, may have refined the class meanwhile.
async function look() {
  const shown = Number(/\d+/.exec(document.getElementById("version")?.textContent ?? "")?.[0] ?? 0);
  const version = (await send("GET", marks.path).catch(() => ({}))).models?.[0]?.version;
  if (version > shown && !marks.queue.length) tell(fill(words.newer, { n: version }), Object.assign(document.createElement("a"), { href: location.href, textContent: words.show_it }));
}
if (marks) document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && look());
addEventListener("focus", () => marks?.queue.length && marks.soon(0)); // such as after logging in again in another tab
addEventListener("popstate", () => loadResults(location.href, { push: false }));
listenForHover(results, () => grid, (cell, wanted) => mark([cell], value(cell.dataset.mark) === value(wanted) ? null : value(wanted)));
listenForLasso(() => grid, document.getElementById("lasso"));
listenForImages();
listenForSize();
grid?.restore();
