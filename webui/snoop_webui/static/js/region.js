// One rectangle over a viewer, in whole image pixels: by drag, by two clicks, or by keys. Plain SVG.
const SPACE = "http://www.w3.org/2000/svg";
const node = (name, attributes = {}) => {
  const made = document.createElementNS(SPACE, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
};

export class Region extends EventTarget {
  constructor(viewer, width, height, label) {
    super();
    Object.assign(this, { viewer, width, height, label, box: null, start: null, drawing: false });
    this.svg = node("svg", { class: "regions" });
    this.group = node("g");
    this.svg.append(this.group);
    viewer.canvas.append(this.svg);
    for (const event of ["open", "update-viewport", "resize"]) viewer.addHandler(event, () => this.follow());
    this.svg.addEventListener("pointerdown", (event) => this.down(event));
    this.svg.addEventListener("pointermove", (event) => this.move(event));
    this.svg.addEventListener("pointerup", (event) => this.up(event));
  }

  get image() { return this.viewer.world.getItemAt(0); }

  // Image pixels may be fewer than the canvas has; boxes count in canvas pixels.
  get ratio() { return this.image.getContentSize().x / this.width; }

  follow() {
    if (!this.image) return;
    const { Point } = window.OpenSeadragon;
    const from = this.image.imageToViewerElementCoordinates(new Point(0, 0));
    const to = this.image.imageToViewerElementCoordinates(new Point(this.width * this.ratio, 0));
    this.scale = (to.x - from.x) / this.width;
    this.group.setAttribute("transform", `translate(${from.x} ${from.y}) scale(${this.scale})`);
  }

  point(event) {
    const frame = this.svg.getBoundingClientRect();
    const at = this.image.viewerElementToImageCoordinates(new window.OpenSeadragon.Point(event.clientX - frame.left, event.clientY - frame.top));
    return [Math.max(0, Math.min(this.width, at.x / this.ratio)), Math.max(0, Math.min(this.height, at.y / this.ratio))];
  }

  setDrawing(on) {
    this.drawing = on;
    this.start = null;
    this.svg.classList.toggle("drawing", on);
    this.viewer.setMouseNavEnabled(!on);
    this.dispatchEvent(new CustomEvent("drawing", { detail: on }));
  }

  down(event) {
    if (!this.drawing || event.button) return;
    event.preventDefault();
    event.stopPropagation();
    if (this.start) { this.finish(event); return; }
    this.start = this.point(event);
    this.svg.setPointerCapture(event.pointerId);
  }

  move(event) {
    if (this.start) this.place(this.between(event));
  }

  // A click leaves the first corner; the second click ends the rectangle, as the end of a drag does.
  up(event) {
    if (!this.start) return;
    const [, , width, height] = this.between(event);
    if (width * this.scale > 6 && height * this.scale > 6) this.finish(event);
  }

  between(event) {
    const [x, y] = this.point(event);
    const left = Math.floor(Math.min(this.start[0], x)), top = Math.floor(Math.min(this.start[1], y));
    return [left, top, Math.ceil(Math.max(this.start[0], x)) - left, Math.ceil(Math.max(this.start[1], y)) - top];
  }

  finish(event) {
    const box = this.between(event);
    this.setDrawing(false);
    if (box[2] < 3 || box[3] < 3) return;
    this.set(box);
    this.rectangle.focus();
  }

  set(box) {
    const w = Math.max(1, Math.min(this.width, Math.round(box[2]))), h = Math.max(1, Math.min(this.height, Math.round(box[3])));
    this.place([Math.max(0, Math.min(this.width - w, Math.round(box[0]))), Math.max(0, Math.min(this.height - h, Math.round(box[1]))), w, h]);
    this.dispatchEvent(new CustomEvent("change", { detail: this.box }));
  }

  place(box) {
    this.box = box;
    if (!this.rectangle) {
      this.rectangle = node("rect", { class: "region", tabindex: 0, role: "img" });
      this.line = node("rect", { class: "region-line" });
      this.rectangle.addEventListener("keydown", (event) => this.key(event));
      this.group.append(this.rectangle, this.line);
    }
    ["x", "y", "width", "height"].forEach((name, at) => { this.rectangle.setAttribute(name, box[at]); this.line.setAttribute(name, box[at]); });
    this.rectangle.setAttribute("aria-label", this.label(box));
  }

  // Boxes that are there already: what classes say and what is marked. They are looked at, not touched.
  others(parts) {
    for (const { box: [x, y, width, height], kind, name } of parts) {
      const box = node("rect", { class: `part ${kind}`, x, y, width, height });
      if (name) { const title = node("title"); title.textContent = name; box.append(title); }
      this.group.prepend(box);
    }
  }

  clear() {
    this.rectangle?.remove();
    this.line?.remove();
    this.rectangle = this.line = this.box = null;
    this.dispatchEvent(new CustomEvent("change", { detail: null }));
  }

  key(event) {
    const step = Math.max(1, Math.round(this.width * (event.altKey ? 0.002 : 0.01)));
    const by = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] }[event.key];
    if (event.key === "Delete" || event.key === "Backspace") { event.preventDefault(); event.stopPropagation(); this.clear(); return; }
    if (!by) return;
    event.preventDefault();
    event.stopPropagation();
    const box = [...this.box], from = event.shiftKey ? 2 : 0;
    box[from] += by[0];
    box[from + 1] += by[1];
    this.set(box);
  }
}
