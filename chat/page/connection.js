// The WebSocket: connects, connects again, and measures the round trip.
//
//   connect ----> open ----> a message, a round trip ----> closed, or silent for too long
//      ^                                                     v
//      '------- after a delay, at the next address <---------'

export class Connection {
  #addresses;
  #at = 0;
  #failures = 0;
  #ws = null;
  #timer = null;
  #ping = { n: 0, at: 0, timer: null };
  #lostAt = null;
  #told;

  // `told` has what becomes of it: opened(away), heard(message), roundTrip(ms), lost(code).
  constructor(told) {
    this.#addresses = [address(location.origin)];
    this.#told = told;
    addEventListener('online', () => { if (this.#timer) this.connect(); });
  }

  // Where else the chat is found.
  set peers(origins) {
    this.#addresses = [...new Set([...this.#addresses, ...origins.map(address)])];
  }

  // Where it is connected to, or tries to be.
  get address() { return this.#addresses[this.#at]; }

  get isOpen() { return this.#ws?.readyState === WebSocket.OPEN; }

  connect() {
    clearTimeout(this.#timer);
    this.#timer = null;
    const ws = new WebSocket(this.address);
    this.#ws = ws;
    const giveUp = setTimeout(() => this.#end(ws, 1006), PATIENCE_MS);
    ws.onopen = () => {
      clearTimeout(giveUp);
      this.#told.opened(this.#lostAt === null ? 0 : Date.now() - this.#lostAt);
      this.#askAgain();
    };
    ws.onmessage = ({ data }) => this.#hear(JSON.parse(data));
    ws.onclose = ({ code }) => {
      clearTimeout(giveUp);
      this.#end(ws, code);
    };
  }

  send(message) {
    if (!this.isOpen) return false;
    this.#ws.send(JSON.stringify(message));
    return true;
  }

  #hear(message) {
    if (message.type === 'pong' && message.n === this.#ping.n) {
      this.#told.roundTrip(performance.now() - this.#ping.at);
      clearTimeout(this.#ping.timer);
      this.#ping.timer = setTimeout(() => this.#askAgain(), message.n === 1 ? FIRST_PING_MS : PING_MS);
    }
    if (message.type === 'welcome') {
      // A server that lets nobody in is not one that is back.
      this.#failures = 0;
      this.#lostAt = null;
    }
    this.#told.heard(message);
  }

  #askAgain() {
    const ws = this.#ws;
    clearTimeout(this.#ping.timer);
    this.#ping = { n: this.#ping.n + 1, at: performance.now(), timer: setTimeout(() => this.#end(ws, 1006), PATIENCE_MS) };
    // The first goes behind what is said first of all.
    queueMicrotask(() => this.send({ type: 'ping', n: this.#ping.n }));
  }

  #end(ws, code) {
    if (ws !== this.#ws) return;
    this.#ws = null;
    ws.onopen = ws.onmessage = ws.onclose = null;
    ws.close();
    clearTimeout(this.#ping.timer);
    this.#lostAt ??= Date.now();
    this.#at = (this.#at + 1) % this.#addresses.length;
    // Twice as long each time, less up to half of it at random: not all pages come back at once.
    const longest = Math.min(FIRST_MS * 2 ** this.#failures, LONGEST_MS);
    this.#failures += 1;
    this.#timer = setTimeout(() => this.connect(), longest * (1 - Math.random() / 2));
    this.#told.lost(code);
  }
}

const address = (origin) => `${origin.replace(/^http/, 'ws')}/ws`;

const FIRST_MS = 500;
const LONGEST_MS = 15_000;
// The first was asked while the page had other things to do.
const FIRST_PING_MS = 1_000;
const PING_MS = 4_000;
const PATIENCE_MS = 10_000;
