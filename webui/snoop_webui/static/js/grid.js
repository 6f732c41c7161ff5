// The grid of images as a listbox: one focus that roves, a selection, and what is done to both by keys and pointer.
import { fill, say, words } from "./words.js";

const FORWARD = { ArrowRight: 1, ArrowLeft: -1 };
const kept = { focus: "snoop-flow:focus" };

export class Grid extends EventTarget {
  constructor(root, describe) {
    super();
    this.root = root;
    this.describe = describe;
    this.cells = [...root.querySelectorAll(".cell")];
    this.places = new Map(this.cells.map((cell, place) => [cell, place]));
    this.byItem = new Map(this.cells.map((cell) => [cell.dataset.item, cell]));
    this.selection = new Set();
    this.place = 0;
    this.anchor = 0;
    this.upgrade();
    root.addEventListener("keydown", (event) => this.onKey(event));
    root.addEventListener("click", (event) => this.onClick(event));
    root.addEventListener("dblclick", (event) => event.target.closest(".cell") && this.open());
    root.addEventListener("focusin", (event) => this.onFocus(event));
  }

  // Links and buttons inside cells serve readers without scripts; an option must not hold any.
  upgrade() {
    this.root.setAttribute("role", "listbox");
    this.root.setAttribute("aria-multiselectable", "true");
    this.root.setAttribute("aria-label", this.root.dataset.label);
    let first = 1;
    for (const section of this.root.querySelectorAll(".section")) {
      section.setAttribute("role", "group");
      section.setAttribute("aria-label", fill(words.images, { what: this.root.dataset.label, a: first, b: first + section.children.length - 1 }));
      first += section.children.length;
    }
    this.cells.forEach((cell, place) => {
      cell.setAttribute("role", "option");
      cell.setAttribute("aria-selected", "false");
      cell.tabIndex = place ? -1 : 0;
      cell.querySelector(".plain-marks")?.remove();
      const link = cell.querySelector("a");
      link?.replaceWith(...link.childNodes);
      this.name(cell);
    });
  }

  name(cell) {
    cell.setAttribute("aria-label", this.describe(cell));
  }

  get current() { return this.cells[this.place]; }

  // The one target rule: the selection if the focused image is in it, else the focused image.
  get targets() {
    if (!this.current) return [];
    return this.selection.has(this.current) ? [...this.selection].sort((a, b) => this.places.get(a) - this.places.get(b)) : [this.current];
  }

  get columns() {
    const top = this.cells[0].offsetTop;
    const next = this.cells.findIndex((cell) => cell.offsetTop !== top);
    return next < 1 ? this.cells.length : next;
  }

  focus(place) {
    const cell = this.cells[Math.max(0, Math.min(this.cells.length - 1, place))];
    if (!cell) return;
    cell.focus({ preventScroll: true });
    cell.scrollIntoView({ block: "nearest" });
  }

  onFocus(event) {
    const cell = event.target.closest(".cell");
    if (!cell) return;
    this.current.tabIndex = -1;
    this.place = this.places.get(cell);
    cell.tabIndex = 0;
    this.dispatchEvent(new CustomEvent("current", { detail: cell }));
  }

  select(cells, on = true) {
    for (const cell of cells) {
      cell.setAttribute("aria-selected", String(on));
      if (on) this.selection.add(cell);
      else this.selection.delete(cell);
    }
    this.dispatchEvent(new CustomEvent("selection"));
    say(fill(words.selected, { n: this.selection.size }));
  }

  toggle(cell) { this.select([cell], !this.selection.has(cell)); }
  deselect() { if (this.selection.size) this.select([...this.selection], false); }

  selectTo(place) {
    const [from, to] = this.anchor < place ? [this.anchor, place] : [place, this.anchor];
    const wanted = this.cells.slice(from, to + 1);
    for (const cell of [...this.selection]) if (!wanted.includes(cell)) { cell.setAttribute("aria-selected", "false"); this.selection.delete(cell); }
    this.select(wanted);
  }

  open() {
    if (!this.current) return;
    sessionStorage.setItem(kept.focus, this.current.dataset.item);
    location.assign(this.current.dataset.href);
  }

  // After a look at the context, the same image has the focus again.
  restore() {
    const cell = this.byItem.get(sessionStorage.getItem(kept.focus));
    sessionStorage.removeItem(kept.focus);
    if (cell) this.focus(this.places.get(cell));
    return Boolean(cell);
  }

  onKey(event) {
    const command = event.ctrlKey || event.metaKey;
    if (command && event.key.toLowerCase() === "a") { event.preventDefault(); this.select(this.cells); return; }
    if (command || event.altKey) return;
    const wanted = this.destination(event.key);
    if (wanted !== null) {
      event.preventDefault();
      this.focus(wanted);
      if (event.shiftKey) this.selectTo(this.place);
      else this.anchor = this.place;
    } else if (event.key === " ") { event.preventDefault(); this.toggle(this.current); this.anchor = this.place; }
    else if (event.key === "Enter") { event.preventDefault(); this.open(); }
    else if (event.key === "Escape") this.deselect();
  }

  destination(key) {
    if (key in FORWARD) return this.place + FORWARD[key];
    if (key === "Home") return 0;
    if (key === "End") return this.cells.length - 1;
    const rows = { ArrowDown: 1, ArrowUp: -1, PageDown: this.screen(), PageUp: -this.screen() }[key];
    return rows === undefined ? null : this.place + rows * this.columns;
  }

  screen() { return Math.max(1, Math.floor((innerHeight - 140) / (this.current.offsetHeight + 10))); }

  onClick(event) {
    const cell = event.target.closest(".cell");
    if (!cell) return;
    const place = this.places.get(cell);
    this.focus(place);
    if (event.shiftKey) this.selectTo(place);
    else { this.toggle(cell); this.anchor = place; }
  }
}
