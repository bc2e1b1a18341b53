// What the page knows of a room. Elements are the business of others.

export class Room {
  unread = 0;
  people = [];
  more = 0;
  // Who types, by id, and until when.
  typing = new Map();
  #seen = new Set();
  #last = null;
  // What is being told of the time before: how much is to come, and what has.
  #history = null;

  constructor(name) {
    this.name = name;
  }

  // So many messages come that were said before. `away` is for how long the page was, in milliseconds.
  begin(count, away) {
    this.#history = { left: count, away, messages: [] };
    return this.#caughtUp();
  }

  // A message has come. Gives what is new: nothing, while the time before is being told; then all of it.
  hear(message) {
    this.typing.delete(message.from);
    if (this.#history) {
      this.#history.messages.push(message);
      this.#history.left -= 1;
      return this.#caughtUp();
    }
    return { messages: this.#isNew(message) ? [message] : [] };
  }

  // Whether a message goes with the one before: of the same person, and soon.
  follows({ from, at }) {
    const before = this.#last;
    this.#last = { from, at };
    return before?.from === from && at - before.at < TOGETHER_MS;
  }

  // Something comes in between.
  interrupted() {
    this.#last = null;
  }

  // Whether two people have this name.
  isTwice({ id, name }) {
    return this.people.some((other) => other.name === name && other.id !== id);
  }

  // Those who type now.
  typists(now) {
    for (const [id, { until }] of this.typing) if (until < now) this.typing.delete(id);
    return [...this.typing.values()].map(({ name }) => name);
  }

  #caughtUp() {
    if (this.#history.left > 0) return { messages: [] };
    const { away, messages } = this.#history;
    this.#history = null;
    const knewSome = this.#seen.size > 0;
    const unknown = messages.filter((message) => this.#isNew(message));
    // What both know joins what was before to what came since.
    const missing = knewSome && unknown.length === messages.length;
    return { messages: unknown, before: true, away: knewSome ? away : 0, missing };
  }

  #isNew({ id }) {
    if (this.#seen.has(id)) return false;
    this.#seen.add(id);
    if (this.#seen.size > MAX_SEEN) this.#seen.delete(this.#seen.values().next().value);
    return true;
  }
}

const TOGETHER_MS = 5 * 60_000;
const MAX_SEEN = 2_000;
