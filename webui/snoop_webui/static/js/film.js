// The film page: the player and its three timelines move together; marks on a keyframe, a shot or a stretch.
import { openHelp } from "./dialogs.js";
import { Marks } from "./marks.js";
import { fill, say, words } from "./words.js";

const page = document.getElementById("film");
const video = document.getElementById("video");
const whole = document.getElementById("whole");
const duration = Number(page.dataset.duration);
const classId = page.dataset.class;
const keymap = JSON.parse(document.getElementById("keymap").textContent);
const by = (id) => document.getElementById(id);
const SMALL = 1, LARGE = 10; // seconds

// Every keyframe once, in the order of time, with the shot that holds it.
const frames = [...document.querySelectorAll("#shots a[data-item]")].map((link) => ({
  item: link.dataset.item, at: Number(link.dataset.at), mark: link.dataset.mark, link, shot: link.closest("li"),
})).sort((one, other) => one.at - other.at);
const known = new Map(frames.map((frame) => [frame.item, frame]));
const shots = [...document.querySelectorAll("#shots li")];
let at = Number(page.dataset.at);
let current = null;

const decimal = (1.5).toLocaleString(document.documentElement.lang)[1];
export function clock(seconds) {
  const tenths = Math.round(seconds * 10), full = Math.floor(tenths / 10), rest = tenths % 10;
  const two = (value) => String(value).padStart(2, "0");
  return `${Math.floor(full / 3600)}:${two(Math.floor(full / 60) % 60)}:${two(full % 60)}${rest ? decimal + rest : ""}`;
}
// A moment as people type it; NaN where it is none.
const typed = (text) => text.trim().replace(",", ".").split(":").reduce((sum, part) => (part.trim() === "" ? NaN : 60 * sum + Number(part)), 0);

// --- the moment --------------------------------------------------------------------------------------------------

const nearest = () => frames.reduce((best, frame) => (best && Math.abs(best.at - at) <= Math.abs(frame.at - at) ? best : frame), null);
const share = (seconds) => (1000 * Math.min(Math.max(seconds / (duration || 1), 0), 1)).toFixed(2);

function show(seconds) {
  at = Math.min(Math.max(seconds, 0), duration);
  by("moment").textContent = clock(at);
  if (!whole) return;
  whole.setAttribute("aria-valuenow", at.toFixed(1));
  whole.setAttribute("aria-valuetext", clock(at));
  for (const side of ["x1", "x2"]) by("playhead").setAttribute(side, share(at));
  for (const segment of document.querySelectorAll("#segments li")) segment.classList.toggle("here", segment.dataset.start <= at && at < segment.dataset.end);
  const frame = nearest();
  if (frame && frame !== current) enter(frame);
}

function enter(frame) {
  current = frame;
  for (const link of page.querySelectorAll("a.now")) link.classList.remove("now");
  frame.link.classList.add("now");
  for (const shot of shots) shot.toggleAttribute("aria-current", false);
  frame.shot.setAttribute("aria-current", "true");
  // only the strip moves, never the page
  const strip = by("shots"), left = frame.shot.offsetLeft;
  if (left < strip.scrollLeft || left + frame.shot.offsetWidth > strip.scrollLeft + strip.clientWidth) strip.scrollLeft = left - strip.clientWidth / 3;
  around();
  links(frame);
}

function around() {
  const near = by("near"), range = Number(by("range").value);
  const found = frames.filter((frame) => Math.abs(frame.at - current.at) <= range);
  near.replaceChildren(...found.map((frame) => {
    const row = document.createElement("li"), link = frame.link.cloneNode(true), time = document.createElement("span");
    link.classList.toggle("now", frame === current);
    link.querySelector("img").loading = "eager";
    time.className = "figure";
    time.textContent = clock(frame.at);
    row.append(link, time);
    return row;
  }));
}

// What leads from here names the nearest keyframe: a film is searched and learnt by those.
function links(frame) {
  const place = frames.indexOf(frame);
  for (const [id, other] of [["before", frames[place - 1]], ["after", frames[place + 1]]]) {
    const link = by(id);
    link.classList.toggle("off", !other);
    if (other) { link.href = other.link.href; link.removeAttribute("aria-disabled"); } else { link.removeAttribute("href"); link.setAttribute("aria-disabled", "true"); }
  }
  const like = by("like"), address = new URL(like.href);
  address.searchParams.set("item", frame.item);
  like.href = address.href;
  by("nearest").textContent = `(${fill(words.keyframe_at, { t: clock(frame.at) })})`;
  by("new-class").href = `/classes/new?item=${encodeURIComponent(frame.item)}`;
  const closely = new URL(by("closely").href);
  closely.searchParams.set("item", frame.item);
  by("closely").href = closely.href;
  tellTargets(frame);
}

// The link to this place names the moment. A state is an annotation, percent-encoded, then base64url.
const place = by("content-state");
function linkHere() {
  const padded = place.dataset.state.replaceAll("-", "+").replaceAll("_", "/");
  const state = JSON.parse(decodeURIComponent(atob(padded + "=".repeat(-padded.length & 3))));
  state.target.selector.value = `t=${Number(at.toFixed(3))}`;
  place.href = `/open?iiif-content=${btoa(encodeURIComponent(JSON.stringify(state))).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "")}`;
}
for (const event of ["pointerdown", "focus"]) place.addEventListener(event, linkHere);

function seek(seconds) {
  const wanted = Math.min(Math.max(seconds, 0), duration);
  if (video && video.readyState) video.currentTime = Math.min(wanted, Math.max(video.duration - 0.05, 0) || wanted);
  show(wanted);
}

const toFrame = (frame) => { if (frame) { seek(frame.at); say(fill(words.keyframe_at, { t: clock(frame.at) })); } };
const step = (by_) => toFrame(frames[frames.indexOf(current) + by_]);
const toShot = (by_) => { const shot = shots[shots.indexOf(current?.shot) + by_]; if (shot) seek(Number(shot.dataset.start)); };

video?.addEventListener("timeupdate", () => show(video.currentTime));
video?.addEventListener("seeking", () => show(video.currentTime));
const unplayable = () => { by("unplayable").hidden = false; };
// HLS in a browser that knows none: hls.js fetches the pieces from the film's own server, without a worker.
function stream(source) {
  const player = new window.Hls({ enableWorker: false, startPosition: at || -1 });
  player.on(window.Hls.Events.ERROR, (_, problem) => { if (problem.fatal) { player.destroy(); unplayable(); } });
  const address = source.src.split("#")[0];
  source.remove();
  player.loadSource(address);
  player.attachMedia(video);
}
if (video) {
  const source = video.querySelector("source"), known = video.canPlayType(source.type);
  if (!known && /mpegurl/i.test(source.type) && window.Hls?.isSupported()) stream(source);
  else {
    source.addEventListener("error", unplayable);
    if (known) by("unplayable").hidden = !video.error && video.networkState !== HTMLMediaElement.NETWORK_NO_SOURCE;
    else unplayable();
  }
  video.addEventListener("error", unplayable);
  video.addEventListener("loadedmetadata", () => { by("unplayable").hidden = true; if (Math.abs(video.currentTime - at) > 0.5) video.currentTime = at; }, { once: true });
}

whole?.addEventListener("pointerdown", (event) => {
  const box = whole.getBoundingClientRect();
  const follow = ({ clientX }) => seek(((clientX - box.left) / box.width) * duration);
  follow(event);
  whole.setPointerCapture(event.pointerId);
  whole.addEventListener("pointermove", follow);
  whole.addEventListener("pointerup", () => whole.removeEventListener("pointermove", follow), { once: true });
});
whole?.addEventListener("keydown", (event) => {
  const moves = { ArrowRight: SMALL, ArrowUp: SMALL, ArrowLeft: -SMALL, ArrowDown: -SMALL };
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key in moves) seek(at + moves[event.key] * (event.shiftKey ? LARGE : 1));
  else if (event.key === "PageDown") toShot(1);
  else if (event.key === "PageUp") toShot(-1);
  else if (event.key === "Home") seek(0);
  else if (event.key === "End") seek(duration);
  else return;
  event.preventDefault();
});
// Links to moments of this film need no new page; with a modifier key they open one, as links do.
page.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-at]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  history.replaceState(null, "", link.href);
  seek(Number(link.dataset.at));
});
by("range")?.addEventListener("change", () => current && around());

// --- marks -------------------------------------------------------------------------------------------------------

const marks = classId && by("stacks") ? new Marks(classId, JSON.parse(by("stacks").textContent)) : null;
const form = by("marks");
const state = by("state");

function paint(values) {
  for (const [item, value] of Object.entries(values)) {
    const mark = value === null ? "" : String(value);
    if (known.has(item)) known.get(item).mark = mark;
    for (const node of page.querySelectorAll(`[data-item="${CSS.escape(item)}"]`)) {
      node.dataset.mark = mark;
      const said = node.querySelector?.(".marked");
      if (said) said.textContent = words[mark] ?? "";
    }
    for (const node of page.querySelectorAll(`[data-said="${CSS.escape(item)}"]`)) node.textContent = mark === "" ? "" : ` (${words[mark]})`;
  }
  if (current) tellTargets(current);
}

let chosen = false; // a stretch; until then it is the shot
function tellTargets(frame) {
  if (!form) return;
  if (!chosen && by("start")) { by("start").value = clock(Number(frame.shot.dataset.start)); by("end").value = clock(Number(frame.shot.dataset.end)); }
  const times = { frame: clock(frame.at), shot: `${clock(Number(frame.shot.dataset.start))} – ${clock(Number(frame.shot.dataset.end))}` };
  for (const [what, text] of Object.entries(times)) {
    const node = form.querySelector(`[data-what="${what}"] [data-time]`);
    if (node) node.textContent = text;
  }
  for (const button of form.querySelectorAll('[data-what="frame"] [aria-pressed]')) button.setAttribute("aria-pressed", String(button.dataset.value === frame.mark));
}

// A span without a keyframe in it is marked on the one that stands for its middle, as the server does.
function inSpan() {
  const start = typed(by("start").value), end = typed(by("end").value);
  if (!(start >= 0 && start <= end && end <= duration + 0.1)) return null;
  const inside = frames.filter((frame) => start <= frame.at && frame.at <= end);
  if (inside.length) return inside;
  const middle = (start + end) / 2, shot = frames.filter(({ shot }) => shot.dataset.start <= middle && middle <= shot.dataset.end);
  return [shot.reduce((best, frame) => (best && Math.abs(best.at - middle) <= Math.abs(frame.at - middle) ? best : frame), null)].filter(Boolean);
}

function markThese(found, value) {
  if (!marks) { say(words.need_class); return; }
  if (!found?.length) { state.textContent = words.no_frames; return; }
  const old = (frame) => (frame.mark === "" ? null : Number(frame.mark));
  marks.add(found.map((frame) => [frame.item, value, old(frame)]));
  paint(Object.fromEntries(found.map((frame) => [frame.item, value])));
  const told = fill(words.marked_frames, { n: found.length, mark: words[value === null ? "null" : value] });
  state.textContent = told;
  say(told);
}

form?.addEventListener("submit", (event) => {
  const button = event.submitter, what = button?.closest("[data-what]")?.dataset.what;
  if (!marks || !current || !what) return;
  event.preventDefault();
  const value = button.dataset.value === "" ? null : Number(button.dataset.value);
  const targets = { frame: () => [current], shot: () => frames.filter(({ shot }) => shot === current.shot), span: inSpan };
  markThese(targets[what](), value);
});
// the buttons of the table need no new page either
by("table")?.querySelector("form")?.addEventListener("submit", (event) => {
  const place = event.submitter?.closest("tr")?.sectionRowIndex;
  if (!marks || place === undefined) return;
  event.preventDefault();
  const value = event.submitter.dataset.value;
  markThese(frames.filter(({ shot }) => shot === shots[place]), value === undefined ? null : Number(value));
});
marks?.addEventListener("values", ({ detail }) => paint(detail));
marks?.addEventListener("refused", ({ detail }) => { state.textContent = `${words.refused} ${detail}`; });
// What waits is kept in this browser; the home page has it too.
const waits = (text, detail) => { state.textContent = fill(text, { n: detail.waiting, name: detail.other }); };
marks?.addEventListener("state", ({ detail }) => {
  if (detail.saving) return;
  waits(detail.loggedOut ? (detail.other ? words.other_person : words.logged_out) : words.waiting, detail);
  if (detail.loggedOut && !detail.other) state.append(" ", Object.assign(document.createElement("a"), { href: "/login", target: "_blank", rel: "noopener", textContent: words.log_in }));
});
marks?.addEventListener("gone", ({ detail }) => waits(words.class_gone, detail));
addEventListener("focus", () => marks?.waiting && marks.soon(0)); // such as after logging in again in another tab
marks?.addEventListener("saved", () => { if (!marks.waiting) state.textContent = words.saved; });

function shade() {
  const start = typed(by("start").value), end = typed(by("end").value), node = by("span-shade");
  if (!node) return;
  node.setAttribute("x", share(start || 0));
  node.setAttribute("width", Math.max(share(end || 0) - share(start || 0), 0).toFixed(2));
}
for (const id of ["start", "end"]) by(id)?.addEventListener("input", () => { chosen = true; shade(); });
function setSpan(id) {
  if (!by(id)) return;
  chosen = true;
  by(id).value = clock(at);
  if (typed(by("start").value) > typed(by("end").value)) by(id === "start" ? "end" : "start").value = clock(at);
  shade();
  say(fill(words.stretch, { a: by("start").value, b: by("end").value }));
}

// --- keys --------------------------------------------------------------------------------------------------------

const playing = () => { if (video) { if (video.paused) video.play().catch(unplayable); else video.pause(); } };
const undo = async (redo) => { const done = await (redo ? marks?.redo() : marks?.undo()); say(done ? (redo ? words.redone : words.undone) : words.nothing_to_undo); };
const KEYS = {
  ";": () => step(1), [keymap.before]: () => step(-1), [keymap.after]: () => step(1),
  [keymap.positive]: () => markThese([current], 1), "+": () => markThese([current], 1), [keymap.negative]: () => markThese([current], -1), n: () => markThese([current], -1), "-": () => markThese([current], -1),
  [keymap.unsure]: () => markThese([current], 0), [keymap.clear]: () => markThese([current], null), Backspace: () => markThese([current], null),
  [keymap["span-start"]]: () => setSpan("start"), [keymap["span-end"]]: () => setSpan("end"),
  [keymap.search]: () => location.assign(by("like").href), [keymap["new-class"]]: () => by("new-class")?.click(), " ": playing, [keymap.help]: openHelp,
  Escape: () => { if (document.referrer.startsWith(location.origin)) history.back(); },
};
page.querySelector(".stage").addEventListener("keydown", (event) => {
  const target = event.target, typing = target.closest("input, select, textarea, summary, button");
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z" && marks) { event.preventDefault(); undo(event.shiftKey); return; }
  if (event.ctrlKey || event.metaKey || event.altKey || typing || (event.key === " " && target.closest("a, video"))) return;
  const act = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!act || (!current && act !== playing && act !== openHelp)) return;
  event.preventDefault();
  act();
});

show(at);
by("main").focus({ preventScroll: true });
