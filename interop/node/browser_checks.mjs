// Messages to an echo server and back, by the WebSocket interface of browsers: `builtin_messages.mjs` takes it from Node,
// the page of `chromium.mjs` from the browser. See ../README.md for the checks.
import { GREEK, Inbox, bytes, same, sleep } from './checks.mjs';

function opened(url, subprotocols = [], deflate = false) {
  const ws = new WebSocket(url, subprotocols);
  const inbox = new Inbox();
  ws.binaryType = 'arraybuffer';
  ws.closed = new Promise((resolve) => {
    ws.addEventListener('close', (event) => {
      inbox.close(event.code);
      resolve(event);
    });
  });
  ws.addEventListener('message', ({ data }) => inbox.put(typeof data === 'string' ? data : new Uint8Array(data)));
  ws.receive = () => inbox.take();
  return new Promise((resolve, reject) => {
    ws.addEventListener('open', () => {
      // It offers compression always; whether it comes about is up to the server.
      if (ws.extensions.startsWith('permessage-deflate') === deflate) resolve(ws);
      else reject(new Error(`agreed on '${ws.extensions}'`));
    });
    ws.addEventListener('error', () => reject(new Error('it was not opened')));
  });
}

async function closed(ws, code) {
  const event = await ws.closed;
  same(event.code, code);
  same(event.wasClean, true);
}

export function checks(url, limitedUrl, deflate) {
  const open = (at) => opened(at, [], deflate);

  async function echoes(...messages) {
    const ws = await open(url);
    for (const message of messages) {
      ws.send(message);
      same(await ws.receive(), message);
    }
    ws.close(1000);
    await closed(ws, 1000);
  }

  async function closes(code, reason) {
    const ws = await open(url);
    ws.send('a');
    same(await ws.receive(), 'a');
    ws.close(code, reason);
    await closed(ws, code);
  }

  return {
    'text': () => echoes('hello', 'world'),
    'text beyond ASCII': () => echoes(GREEK, '\0\x7f\x80\u07ff\u0800\ud7ff\ue000\ufffd\uffff\u{10000}\u{10ffff}'),
    'binary': () => echoes(Uint8Array.from({ length: 256 }, (_, at) => at), Uint8Array.of(255)),
    'empty messages': () => echoes('', new Uint8Array(), ''),
    'lengths where their encoding changes': () => echoes(...[125, 126, 65535, 65536].map(bytes)),
    '1 MiB of text and of bytes': () => echoes('€'.repeat(349525) + 'x', 'x'.repeat(1 << 20), bytes(1 << 20)),
    '100 messages pipelined': async () => {
      const messages = [...Array.from({ length: 99 }, (_, at) => bytes(at * 20)), 'the last'];
      const ws = await open(url);
      messages.forEach((message) => ws.send(message));
      for (const message of messages) same(await ws.receive(), message);
      ws.close();
      await ws.closed;
    },
    'the same message again': () => echoes(...Array(3).fill(bytes(500))),
    'close 1000 with a reason': () => closes(1000, 'done'),
    'close 4000 with a reason beyond ASCII': () => closes(4000, GREEK),
    'close without a code': async () => {
      const ws = await open(url);
      ws.close();
      const event = await ws.closed;
      same(event.wasClean, true);
      if (event.code !== 1000) same(event.code, 1005);
    },
    'closed by the server after three messages': async () => {
      const ws = await open(limitedUrl);
      for (const message of ['one', 'two', 'three']) {
        ws.send(message);
        same(await ws.receive(), message);
      }
      await closed(ws, 1000);
    },
    'a message over the limit': async () => {
      const ws = await open(limitedUrl);
      ws.send(bytes(1000));
      same(await ws.receive(), bytes(1000));
      ws.send(bytes(1001));
      same((await ws.closed).code, 1009);
    },
    // They cannot be seen here; a server that got no answer would have closed.
    "the server's pings": async () => {
      const ws = await open(limitedUrl);
      await sleep(3200);
      ws.send('still here');
      same(await ws.receive(), 'still here');
      ws.close();
      await ws.closed;
    },
  };
}

// For the browser alone: what it made of the handshake.
export function browserChecks(url) {
  return {
    'the handshake': async () => {
      const ws = await opened(url, ['not.served', 'chat.v1', 'chat.v2']);
      same(ws.protocol, 'chat.v2');
      same(ws.extensions, '');
      ws.close(1000);
      await closed(ws, 1000);
    },
    '20 connections at once': async () => {
      const all = await Promise.all(Array.from({ length: 20 }, () => opened(url)));
      await Promise.all(all.map(async (ws, at) => {
        ws.send(`number ${at}`);
        same(await ws.receive(), `number ${at}`);
        ws.close();
        await ws.closed;
      }));
    },
  };
}
