// Requests to this server: JSON in and out, with the session's token; failures carry the server's own line.
const token = document.querySelector('meta[name="csrf-token"]').content;

export class Refused extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }

  // The server understood and said no; asking again would not help.
  get final() {
    return this.status >= 400 && this.status < 500 && this.status !== 408 && this.status !== 429;
  }
}

export async function send(method, path, body, options = {}) {
  const response = await fetch(path, {
    method,
    headers: { Accept: "application/json", "Content-Type": "application/json", "X-CSRF-Token": token },
    body: body === undefined ? undefined : JSON.stringify(body),
    ...options,
  });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refused(answer.error ?? response.statusText, response.status);
  return answer;
}

export async function fragment(address, name, signal) {
  const response = await fetch(address, { headers: { "X-Fragment": name }, signal });
  return { ok: response.ok, html: await response.text() };
}
