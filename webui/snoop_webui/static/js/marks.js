// Marks as append-only operations: shown at once, sent together within a second, sent again under the same id until
// the server has them. What is not sent yet outlives the page.
import { send } from "./http.js";
import { read, shelfOf, write } from "./shelf.js";

const WAIT = 300;
const LONGEST = 1000; // however fast somebody marks
const RETRY = 3000;

export class Marks extends EventTarget {
  constructor(classId, stacks) {
    super();
    this.path = `/api/v1/classes/${encodeURIComponent(classId)}`;
    this.classId = classId;
    this.shelf = shelfOf(classId);
    this.undoable = [...stacks.undo];
    this.redoable = [...stacks.redo];
    this.queue = read(this.shelf);
    this.work = Promise.resolve();
    this.timer = 0;
    this.since = 0;
    if (this.queue.length) this.soon(0);
    addEventListener("pagehide", () => this.flush(true));
    addEventListener("online", () => this.soon(0));
  }

  // changes: [item, value, previous value]
  add(changes) {
    const operation = { op_id: crypto.randomUUID(), values: {}, before: {} };
    for (const [item, value, before] of changes) { operation.values[item] = value; operation.before[item] = before; }
    this.queue.push(operation);
    this.undoable.push(operation.op_id);
    this.redoable = [];
    this.keep();
    this.tell("state", { waiting: this.waiting, saving: true });
    this.since ||= performance.now();
    this.soon(Math.max(0, Math.min(WAIT, this.since + LONGEST - performance.now())));
  }

  soon(wait) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), wait);
  }

  keep() { write(this.shelf, this.queue); }

  get waiting() { return this.queue.reduce((sum, { values }) => sum + Object.keys(values).length, 0); }

  tell(name, detail) { this.dispatchEvent(new CustomEvent(name, { detail })); }

  // Requests follow one another, so that operations arrive in the order in which they were made.
  flush(leaving = false) {
    clearTimeout(this.timer);
    this.since = 0; // when the oldest mark that waits was made
    const step = () => this.deliver(leaving);
    this.work = leaving ? Promise.resolve(step()) : this.work.then(step);
    return this.work;
  }

  async deliver(leaving) {
    if (!this.queue.length) return true;
    const batch = this.queue.slice();
    const operations = batch.map(({ op_id, values }) => ({ op_id, values }));
    try {
      const counts = await send("POST", `${this.path}/marks`, { operations }, { keepalive: leaving });
      this.drop(batch);
      this.tell("saved", counts);
      if (counts.conflicts?.length) this.tell("conflicts", counts.conflicts);
      return true;
    } catch (error) {
      if (error.status === 404) { this.tell("gone", { waiting: this.waiting }); return false; } // nothing is thrown away
      if (error.final) { this.refuse(batch, error); return false; }
      this.tell("state", { waiting: this.waiting, saving: false, loggedOut: error.loggedOut, other: error.loggedOut && error.message });
      this.soon(RETRY);
      return false;
    }
  }

  drop(batch) {
    this.queue = this.queue.filter((operation) => !batch.includes(operation));
    this.keep();
  }

  refuse(batch, error) {
    this.drop(batch);
    const ids = new Set(batch.map((operation) => operation.op_id));
    this.undoable = this.undoable.filter((id) => !ids.has(id));
    for (const operation of batch.reverse()) this.tell("values", operation.before);
    this.tell("refused", error.message);
  }

  undo() { return this.reverse(this.undoable, this.redoable); }
  redo() { return this.reverse(this.redoable, this.undoable); }

  async reverse(from, to) {
    const id = from.pop();
    if (id === undefined) return null;
    if (!(await this.flush())) { from.push(id); return undefined; } // what waits is said already
    try {
      const answer = await send("POST", `${this.path}/undo`, { op_id: id });
      to.push(answer.op_id);
      this.tell("values", answer.values);
      this.tell("saved", answer);
      return answer;
    } catch (error) {
      from.push(id);
      this.tell("refused", error.message);
      return undefined;
    }
  }
}
