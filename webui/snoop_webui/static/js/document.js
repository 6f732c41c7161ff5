// The document page: the viewer, the region to search with, and keys.
import { openHelp } from "./dialogs.js";
import { Region } from "./region.js";
import { fill, say, words } from "./words.js";

const page = document.getElementById("document");
const place = document.getElementById("viewer");
const width = Number(page.dataset.width), height = Number(page.dataset.height);
const sides = Object.fromEntries([...document.querySelectorAll("[data-side]")].map((field) => [field.dataset.side, field]));
const form = document.getElementById("region-form");
const draw = document.getElementById("draw");
const source = JSON.parse(place.dataset.source);
let region = null;
let viewer = null;

const typed = () => ["x", "y", "w", "h"].map((side) => Number(sides[side].value));
const fragment = () => `${page.dataset.item}#xywh=${typed().join(",")}`;
document.getElementById("new-from-region")?.addEventListener("click", (event) => { event.currentTarget.href = `/classes/new?item=${encodeURIComponent(fragment())}`; });
document.getElementById("region-mark")?.addEventListener("submit", (event) => { document.getElementById("marked-region").value = `${event.submitter.value}:${fragment()}`; });
form.addEventListener("submit", () => { document.getElementById("region").value = `${page.dataset.item}@${typed().join(",")}`; });
// A corner that is typed stays where it is said; the sides give way.
const inside = ([x, y, w, h]) => [x, y, Math.min(w, width - x), Math.min(h, height - y)];
for (const field of Object.values(sides)) field.addEventListener("input", () => field.checkValidity() && region?.image && region.set(inside(typed())));

// Our own image service may be reached under another address than its public one, which its info.json names.
async function tiles() {
  if (!source.local) return source.info ?? { type: "image", url: source.picture };
  const info = await (await fetch(source.info)).json();
  return { ...info, id: new URL(source.info, location.href).href.replace(/\/info\.json$/, "") };
}

// OpenSeadragon adds a style element of its own, which the content policy refuses, unless it finds one like it.
function withoutItsStyle() {
  const found = document.createElementNS("urn:snoop-flow", "style");
  found.setAttribute("data-openseadragon-mobile-css", "true");
  document.head.append(found);
}

async function show() {
  withoutItsStyle();
  const tileSources = await tiles();
  viewer = window.OpenSeadragon({
    element: place, drawer: "canvas", showNavigationControl: false, gestureSettingsMouse: { clickToZoom: false },
    tileSources, crossOriginPolicy: false, animationTime: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 0.6,
  });
  viewer.addHandler("canvas-key", (event) => { event.preventDefaultAction = !event.originalEvent.key.startsWith("Arrow") && !["+", "-", "="].includes(event.originalEvent.key); });
  // an institution's server may not let our page read it; its small picture is always there
  viewer.addHandler("open-failed", () => { viewer.destroy(); viewer = region = null; without(); });
  region = new Region(viewer, width, height, (box) => fill(words.region, { x: box[0], y: box[1], w: box[2], h: box[3] }));
  region.addEventListener("change", ({ detail }) => { (detail ?? [0, 0, width, height]).forEach((value, at) => { sides[["x", "y", "w", "h"][at]].value = value; }); });
  region.others(JSON.parse(page.dataset.parts));
  const asked = /xywh=([\d.]+),([\d.]+),([\d.]+),([\d.]+)/.exec(page.dataset.region);
  if (asked) viewer.addOnceHandler("open", () => region.set(asked.slice(1).map(Number)));
  region.addEventListener("change", ({ detail }) => { link.href = `/open?iiif-content=${stateWith(detail)}`; });
  region.addEventListener("drawing", ({ detail }) => { draw.setAttribute("aria-pressed", String(detail)); if (detail) say(words.draw); });
}

// The link to this place names the region that is drawn. The state is an annotation, percent-encoded, then base64url.
const link = document.getElementById("content-state");
function stateWith(box) {
  const padded = page.dataset.state.replaceAll("-", "+").replaceAll("_", "/");
  const state = JSON.parse(decodeURIComponent(atob(padded + "=".repeat(-padded.length & 3))));
  if (box) state.target = { type: "SpecificResource", source: state.target, selector: { type: "FragmentSelector", conformsTo: "http://www.w3.org/TR/media-frags/", value: `xywh=${box.join(",")}` } };
  return btoa(encodeURIComponent(JSON.stringify(state))).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

function without() {
  for (const node of document.querySelectorAll(".viewer-only")) node.hidden = true;
}

const follow = (id) => { const link = document.getElementById(id); if (link.href) location.assign(link.href); };
const keymap = JSON.parse(document.getElementById("keymap").textContent);
const back = () => { if (region?.drawing) region.setDrawing(false); else if (document.referrer.startsWith(location.origin)) history.back(); };
const draw_ = () => region?.setDrawing(!region.drawing);
const home = () => viewer?.viewport.goHome();
// The buttons of the rail by key: marks of the image, or of the region, whichever they are for.
const press = (selector) => document.querySelector(selector)?.click();
const mark = Object.fromEntries(["positive", "negative", "unsure"].map((name) => [name, () => press(`.mark-form .${name}`)]));
const clear = () => press('.mark-form [value^="clear:"]');
const KEYS = {
  "+": mark.positive, n: mark.negative, "-": mark.negative, "−": mark.negative, Backspace: clear,
  [keymap.positive]: mark.positive, [keymap.negative]: mark.negative, [keymap.unsure]: mark.unsure, [keymap.clear]: clear,
  [keymap["new-class"]]: () => press("#new-class"), [keymap["add-to-class"]]: () => document.querySelector("#add-to-class select")?.focus(), [keymap.help]: openHelp,
  ";": () => follow("after"), Escape: back,
  [keymap.region]: draw_, [keymap.fit]: home, [keymap.grid]: back, [keymap.before]: () => follow("before"), [keymap.after]: () => follow("after"),
  [keymap.search]: () => location.assign(document.querySelector(".bar > a.button").href),
};
page.querySelector(".stage").addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const act = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!act) return;
  event.preventDefault();
  act();
});
draw.addEventListener("click", draw_);
document.getElementById("fit").addEventListener("click", home);
document.querySelector('.filmstrip [aria-current="page"]')?.scrollIntoView({ block: "nearest", inline: "center" });

if (window.OpenSeadragon) show().catch(without);
else without();
document.getElementById("main").focus({ preventScroll: true });
