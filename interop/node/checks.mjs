// Runs checks by name and says of each how it went. See ../README.md for the lines. Runs in Node and in a browser.

const LIMIT_MS = 20_000;

export async function run(checks, say, limit = LIMIT_MS) {
  for (const [name, check] of Object.entries(checks)) {
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no end within ${limit} ms`)), limit);
    });
    try {
      await Promise.race([check(), late]);
      await say(`ok ${name}`);
    } catch (error) {
      const words = String(error?.message || error?.code || error).replaceAll('\n', ' / ');
      await say(`failed ${name}: ${words}`);
    } finally {
      clearTimeout(timer);
    }
  }
}

// Fails unless both are the same text, the same number, or equal bytes.
export function same(got, wanted) {
  const equal = wanted instanceof Uint8Array
    ? got instanceof Uint8Array && got.length === wanted.length && got.every((byte, at) => byte === wanted[at])
    : got === wanted;
  if (!equal) throw new Error(`expected ${shown(wanted)}, got ${shown(got)}`);
}

// Fails unless there are none, and shows them.
export function none(found) {
  if (found.length > 0) throw new Error(`expected none, got ${found.join('; ')}`);
}

function shown(value) {
  if (value?.length > 60) return `${value.constructor.name} of ${value.length}`;
  return value instanceof Uint8Array ? `[${value}]` : JSON.stringify(value);
}

// What comes, kept until it is asked for; once closed, whoever waits is told.
export class Inbox {
  #messages = [];
  #waiting = [];
  #closed;

  put(message) {
    const waiting = this.#waiting.shift();
    if (waiting) waiting.resolve(message);
    else this.#messages.push(message);
  }

  close(code) {
    this.#closed = new Error(`closed with ${code} instead of a message`);
    for (const { reject } of this.#waiting.splice(0)) reject(this.#closed);
  }

  take() {
    if (this.#messages.length > 0) return Promise.resolve(this.#messages.shift());
    if (this.#closed) return Promise.reject(this.#closed);
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }
}

export const GREEK = 'κόσμε 🦀 €';

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// Bytes that do not repeat soon: a missing or doubled piece is noticed.
export function bytes(length) {
  let state = 6455;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state >>> 16;
  });
}
