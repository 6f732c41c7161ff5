// Searching by an image: chosen, dropped anywhere on the page, or pasted.
import { fill, words } from "./words.js";

export function listenForImages() {
  const form = document.getElementById("upload");
  const input = document.getElementById("image");
  const take = (files) => {
    const image = [...files].find((file) => file.type.startsWith("image/"));
    if (!image) { document.getElementById("save").textContent = words.no_image; return; }
    const chosen = new DataTransfer();
    chosen.items.add(image);
    input.files = chosen.files;
    form.requestSubmit();
  };
  // said before it is sent for nothing
  const most = Number(input.dataset.most);
  form.addEventListener("submit", (event) => {
    if (!input.files.length || input.files[0].size <= most) return;
    event.preventDefault();
    document.getElementById("save").textContent = fill(words.too_large, { n: Math.floor(most / 1e6) });
    input.value = "";
  });
  input.addEventListener("change", () => input.files.length && form.requestSubmit());
  addEventListener("paste", (event) => {
    const files = event.clipboardData?.files ?? [];
    if (files.length) { event.preventDefault(); take(files); }
  });
  addEventListener("dragover", (event) => {
    if (![...event.dataTransfer.types].includes("Files")) return;
    event.preventDefault();
    document.body.classList.add("drop-here");
  });
  addEventListener("dragleave", (event) => { if (!event.relatedTarget) document.body.classList.remove("drop-here"); });
  addEventListener("drop", (event) => {
    document.body.classList.remove("drop-here");
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    take(event.dataTransfer.files);
  });
}
