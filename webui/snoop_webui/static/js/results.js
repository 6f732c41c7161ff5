// Another page of results without another page: the fragment is fetched, the address follows.
import { fragment } from "./http.js";

let running = null;

export async function loadResults(address, { push = true } = {}) {
  running?.abort();
  running = new AbortController();
  const place = document.getElementById("results");
  document.getElementById("grid")?.setAttribute("aria-busy", "true");
  try {
    const { ok, html } = await fragment(address, "results", running.signal);
    place.innerHTML = html; // rendered and escaped by our own server
    if (ok && push) history.pushState({}, "", address);
    const found = document.getElementById("found-now");
    if (found) document.getElementById("found").replaceChildren(found.content.cloneNode(true));
    place.dispatchEvent(new CustomEvent("shown"));
    return ok;
  } catch (error) {
    if (error.name === "AbortError") return false;
    document.getElementById("grid")?.removeAttribute("aria-busy");
    place.dispatchEvent(new CustomEvent("unreachable", { detail: { address, push } }));
    return false;
  }
}

// The address of the class's own suggestions: what was searched is left behind.
export function suggestions(changes = {}) {
  const url = new URL(location.href);
  for (const name of ["q", "url", "image", "item", "not", "by", "region", "without"]) url.searchParams.delete(name);
  return changed(url, changes);
}

export function present(changes = {}) {
  return changed(new URL(location.href), changes);
}

function changed(url, changes) {
  for (const [name, value] of Object.entries(changes)) {
    if (value === "" || value === null) url.searchParams.delete(name);
    else url.searchParams.set(name, value);
  }
  url.hash = "";
  return url.pathname + url.search;
}
