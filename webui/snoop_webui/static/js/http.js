// Requests to this server: JSON in and out, with the session's token; failures carry the server's own line.
import { words } from "./words.js";

const meta = document.querySelector('meta[name="csrf-token"]');
const user = document.querySelector('meta[name="user"]')?.content ?? "";

export class Refused extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }

  // Nobody is logged in any more, or somebody else is: to be said, and asked again once that is mended.
  get loggedOut() { return this.status === 401; }

  // The server understood and said no; asking again would not help.
  get final() {
    return this.status >= 400 && this.status < 500 && ![401, 408, 429].includes(this.status);
  }
}

// A page outlives its session: who is logged in now, with the token of now. What one person marked, another never sends.
async function renewed() {
  const response = await fetch("/session", { headers: { Accept: "application/json" } });
  const { login, token } = await response.json();
  if (login !== user) throw new Refused(login ?? "", 401);
  const before = meta.content;
  meta.content = token;
  return token !== before;
}

export async function send(method, path, body, options = {}) {
  const response = await fetch(path, {
    method,
    headers: { Accept: "application/json", "Content-Type": "application/json", "X-CSRF-Token": meta.content },
    body: body === undefined ? undefined : JSON.stringify(body),
    ...options,
  }).catch(() => { throw new Refused(words.unreachable, 0); });
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  if ([401, 403].includes(response.status) && !options.again && await renewed()) return send(method, path, body, { ...options, again: true });
  throw new Refused(answer.error ?? response.statusText, response.status);
}

export async function fragment(address, name, signal) {
  const response = await fetch(address, { headers: { "X-Fragment": name }, signal });
  return { ok: response.ok, html: await response.text() };
}
