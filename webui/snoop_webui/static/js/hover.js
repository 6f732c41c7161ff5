// One shared bar that follows the mouse over the grid; keys never act on what is merely hovered.
export function listenForHover(place, getGrid, act) {
  let cell = null;
  place.addEventListener("pointerover", (event) => {
    const bar = document.getElementById("hover");
    const over = event.target.closest(".cell");
    if (!bar || !over || event.pointerType !== "mouse") return;
    cell = over;
    const box = over.getBoundingClientRect();
    bar.hidden = false;
    Object.assign(bar.style, { left: `${box.left + scrollX + 5}px`, top: `${box.bottom + scrollY - 38}px` });
  });
  place.addEventListener("pointerout", (event) => {
    const bar = document.getElementById("hover");
    if (bar && !bar.contains(event.relatedTarget) && !event.relatedTarget?.closest?.(".cell")) bar.hidden = true;
  });
  place.addEventListener("click", (event) => {
    const button = event.target.closest("#hover button");
    const grid = getGrid();
    if (!button || !cell || !grid) return;
    if ("open" in button.dataset) { grid.focus(grid.places.get(cell)); grid.open(); return; }
    act(cell, button.dataset.value);
  });
}
