// Dialogs that take the images at hand with them.
import { thumbnails } from "./selection.js";

export function openWith(id, cells) {
  const dialog = document.getElementById(id);
  const form = dialog.querySelector("form");
  for (const old of form.querySelectorAll('input[name="item"]')) old.remove();
  for (const cell of cells) {
    const input = document.createElement("input");
    Object.assign(input, { type: "hidden", name: "item", value: cell.dataset.item });
    form.append(input);
  }
  form.querySelector("[data-examples]")?.replaceChildren(...thumbnails(cells, 23));
  dialog.showModal();
  form.querySelector("input:not([type=hidden]), select")?.focus();
}

export const openHelp = () => document.getElementById("help").showModal();
