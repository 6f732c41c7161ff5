// A rubber band around images: from the gaps of the grid always, from anywhere while the button is pressed.
export function listenForLasso(getGrid, button) {
  button?.addEventListener("click", () => {
    const on = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(on));
    document.body.classList.toggle("lassoing", on);
  });
  document.getElementById("results").addEventListener("pointerdown", (event) => {
    const grid = getGrid();
    const pressed = button?.getAttribute("aria-pressed") === "true";
    if (!grid || event.button || !event.target.closest(".grid") || (event.target.closest(".cell") && !pressed)) return;
    event.preventDefault();
    drag(grid, event);
  });
}

function drag(grid, start) {
  const band = document.createElement("div");
  band.className = "lasso";
  document.body.append(band);
  const before = new Set(start.shiftKey ? grid.selection : []);
  const boxes = grid.cells.map((cell) => [cell, cell.getBoundingClientRect()]);
  const scrolled = { x: scrollX, y: scrollY };
  const move = (event) => {
    const left = Math.min(start.clientX, event.clientX), top = Math.min(start.clientY, event.clientY);
    const right = Math.max(start.clientX, event.clientX), bottom = Math.max(start.clientY, event.clientY);
    Object.assign(band.style, { left: `${left + scrollX}px`, top: `${top + scrollY}px`, width: `${right - left}px`, height: `${bottom - top}px` });
    const inside = boxes.filter(([, box]) => box.left + scrolled.x - scrollX < right && box.right + scrolled.x - scrollX > left
      && box.top + scrolled.y - scrollY < bottom && box.bottom + scrolled.y - scrollY > top).map(([cell]) => cell);
    grid.select([...grid.selection].filter((cell) => !inside.includes(cell) && !before.has(cell)), false);
    grid.select([...before, ...inside]);
  };
  const end = () => {
    band.remove();
    removeEventListener("pointermove", move);
    // the click that follows a drag must not toggle the image below it
    addEventListener("click", (event) => { event.stopPropagation(); event.preventDefault(); }, { capture: true, once: true });
  };
  addEventListener("pointermove", move);
  addEventListener("pointerup", end, { once: true });
}
