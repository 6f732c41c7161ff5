// Marks that the server does not have yet, kept in this browser: one shelf for each person and class.
const PREFIX = "snoop-flow:marks:";
const user = document.querySelector('meta[name="user"]')?.content ?? "";

export const shelfOf = (classId) => `${PREFIX}${user}:${classId}`;

export function read(key) {
  try { return JSON.parse(localStorage.getItem(key) ?? "[]"); } catch { return []; }
}

export function write(key, queue) {
  if (queue.length) localStorage.setItem(key, JSON.stringify(queue));
  else localStorage.removeItem(key);
}

export function unsent() {
  const mine = `${PREFIX}${user}:`;
  return Object.keys(localStorage).filter((key) => key.startsWith(mine)).map((key) => ({ key, classId: key.slice(mine.length), queue: read(key) })).filter(({ queue }) => queue.length);
}

export function saveAsFile({ classId, queue }) {
  const url = URL.createObjectURL(new Blob([JSON.stringify({ class: classId, operations: queue }, null, 1)], { type: "application/json" }));
  const link = Object.assign(document.createElement("a"), { href: url, download: `marks-${classId}.json` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
