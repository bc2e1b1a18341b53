// Messages to an echo server and back, on npm `ws`. See ../README.md for what it takes and prints.
import { once } from 'node:events';
import WebSocket from 'ws';
import { GREEK, Inbox, bytes, run, same, sleep } from './checks.mjs';

const [url, limitedUrl, ...rest] = process.argv.slice(2);
const deflate = rest.includes('--deflate');

async function open(at = url) {
  const ws = new WebSocket(at, { perMessageDeflate: deflate && { threshold: 0 }, handshakeTimeout: 10_000 });
  const inbox = new Inbox();
  ws.pings = 0;
  ws.on('ping', () => { ws.pings += 1; });
  ws.on('message', (data, binary) => inbox.put(binary ? new Uint8Array(data) : data.toString()));
  ws.closed = once(ws, 'close').then(([code]) => {
    inbox.close(code);
    return code;
  });
  ws.closed.catch(() => {}); // `once` fails on errors too; the check that waits hears of them
  ws.receive = () => inbox.take();
  await once(ws, 'open');
  same(ws.extensions, deflate ? 'permessage-deflate' : '');
  return ws;
}

async function close(ws, code = 1000, reason = '') {
  ws.close(code, reason);
  same(await ws.closed, code);
}

async function echoes(...messages) {
  const ws = await open();
  for (const message of messages) {
    ws.send(message);
    same(await ws.receive(), message);
  }
  await close(ws);
}

// Cuts at bytes, so that a text's fragments end inside characters.
function sendInFragments(ws, message, size) {
  const data = Buffer.from(message);
  const binary = typeof message !== 'string';
  for (let at = 0; at < data.length; at += size) ws.send(data.subarray(at, at + size), { binary, fin: false });
  ws.send(Buffer.alloc(0), { binary, fin: true });
}

async function ping(ws, payload) {
  const pong = once(ws, 'pong');
  ws.ping(payload);
  same(new Uint8Array((await pong)[0]), new Uint8Array(Buffer.from(payload)));
}

async function closes(code, reason) {
  const ws = await open();
  ws.send('a');
  same(await ws.receive(), 'a');
  await close(ws, code, reason);
}

await run({
  'text': () => echoes('hello', 'world'),
  'text beyond ASCII': () => echoes(GREEK, '\0\x7f\x80\u07ff\u0800\ud7ff\ue000\ufffd\uffff\u{10000}\u{10ffff}'),
  'binary': () => echoes(Uint8Array.from({ length: 256 }, (_, at) => at), Uint8Array.of(255)),
  'empty messages': () => echoes('', new Uint8Array(), ''),
  'lengths where their encoding changes': () => echoes(...[125, 126, 65535, 65536].map(bytes)),
  '1 MiB of text and of bytes': () => echoes('€'.repeat(349525) + 'x', 'x'.repeat(1 << 20), bytes(1 << 20)),
  'fragments': async () => {
    const ws = await open();
    const data = bytes(100_000);
    for (const size of [7_000, 65_536, 99_999]) {
      sendInFragments(ws, data, size);
      same(await ws.receive(), data);
    }
    for (const part of ['', 'a', '', '', 'b']) ws.send(part, { fin: false });
    ws.send('', { fin: true });
    same(await ws.receive(), 'ab');
    await close(ws);
  },
  'text cut inside characters': async () => {
    const ws = await open();
    sendInFragments(ws, GREEK, 1);
    same(await ws.receive(), GREEK);
    await close(ws);
  },
  'a ping between fragments': async () => {
    const ws = await open();
    ws.send('one ', { fin: false });
    await ping(ws, 'between');
    ws.send('two', { fin: true });
    same(await ws.receive(), 'one two');
    await close(ws);
  },
  'pings of 0, 1 and 125 bytes': async () => {
    const ws = await open();
    for (const length of [0, 1, 125]) await ping(ws, bytes(length));
    await close(ws);
  },
  'a pong nobody asked for': async () => {
    const ws = await open();
    ws.pong('unasked');
    ws.send('still here');
    same(await ws.receive(), 'still here');
    await close(ws);
  },
  '100 messages pipelined': async () => {
    const messages = [...Array.from({ length: 99 }, (_, at) => bytes(at * 20)), 'the last'];
    const ws = await open();
    messages.forEach((message) => ws.send(message));
    for (const message of messages) same(await ws.receive(), message);
    await close(ws);
  },
  'the same message again': () => echoes(...Array(3).fill(bytes(500))),
  'close 1000 with a reason': () => closes(1000, 'done'),
  'close 4000 with a reason beyond ASCII': () => closes(4000, GREEK),
  'close without a code': async () => {
    const ws = await open();
    ws.close();
    const code = await ws.closed;
    if (code !== 1000) same(code, 1005);
  },
  'closed by the server after three messages': async () => {
    const ws = await open(limitedUrl);
    for (const message of ['one', 'two', 'three']) {
      ws.send(message);
      same(await ws.receive(), message);
    }
    same(await ws.closed, 1000);
  },
  'a message over the limit': async () => {
    const ws = await open(limitedUrl);
    ws.send(bytes(1000));
    same(await ws.receive(), bytes(1000));
    ws.send(bytes(1001));
    same(await ws.closed, 1009);
  },
  "the server's pings": async () => {
    const ws = await open(limitedUrl);
    await sleep(3200);
    if (ws.pings === 0) throw new Error('no ping');
    ws.send('still here');
    same(await ws.receive(), 'still here');
    await close(ws);
  },
}, console.log);
process.exit(0);
