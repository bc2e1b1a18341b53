// Programs that run beside a check, and may be killed and started again: nodes of the chat, and brokers.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { sleep } from './checks.mjs';

const running = new Set();

export class Program {
  #child;
  #command;
  #isReady;
  output = '';

  // `isReady` says whether it is, and is asked again until then.
  constructor(command, isReady) {
    this.#command = command;
    this.#isReady = isReady;
  }

  async start() {
    const [program, ...args] = this.#command;
    this.output = '';
    this.#child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    running.add(this.#child);
    this.#child.on('error', ({ message }) => { this.output += message; });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => { this.output = (this.output + text).slice(-2000); });
    }
    const deadline = Date.now() + PATIENCE_MS;
    while (!await this.#isReady(this)) {
      if (this.#child.exitCode !== null || !this.#child.pid || Date.now() > deadline) {
        throw new Error(`${this.#command.join(' ')} does not start: ${this.output}`);
      }
      await sleep(20);
    }
    return this;
  }

  // Sends a signal, and gives the exit status, which is null for one that was killed.
  async end(signal = 'SIGKILL') {
    const child = this.#child;
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      child.kill(signal);
      await ended;
    }
    running.delete(child);
    return child.exitCode;
  }
}

// Ends all that still run.
export function endAll() {
  running.forEach((child) => child.kill('SIGKILL'));
}

// Ports that are free, all different.
export async function freePorts(count) {
  const servers = await Promise.all(Array.from({ length: count }, async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return server;
  }));
  const ports = servers.map((server) => server.address().port);
  servers.forEach((server) => server.close());
  return ports;
}

// Whether somebody listens there.
export function listens(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false)).on('close', () => socket.destroy());
    socket.on('connect', () => socket.destroy());
  });
}

const PATIENCE_MS = 20_000;
