// A server on npm `ws`. See ../README.md for what it takes and how it answers.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { WebSocketServer } from 'ws';
import { options } from './options.mjs';

const CREDENTIALS = 'Basic dXNlcjpwYXNz'; // user:pass
const { subprotocols, deflate, window, cert, key } = options();
const http = cert ? createTlsServer({ cert: readFileSync(cert), key: readFileSync(key) }) : createServer();
// Compresses short messages, too.
const terms = { threshold: 0, ...(window && { serverMaxWindowBits: window, clientMaxWindowBits: window }) };

const server = new WebSocketServer({
  server: http,
  perMessageDeflate: (deflate || Boolean(window)) && terms,
  handleProtocols: (offered) => subprotocols.find((name) => offered.has(name)) ?? false,
  verifyClient: ({ req }, answer) => {
    const refusal = /^\/refuse\/(\d+)$/.exec(req.url);
    if (refusal) return answer(false, Number(refusal[1]), 'refused as asked\n');
    if (req.url === '/private' && req.headers.authorization !== CREDENTIALS) {
      return answer(false, 401, 'who are you?\n', { 'WWW-Authenticate': 'Basic realm="interop"' });
    }
    return answer(true);
  },
});

// Cut anywhere, with a ping behind the first fragment.
function sendInFragments(ws, data, binary) {
  for (let at = 0; at < data.length; at += 7) {
    ws.send(data.subarray(at, at + 7), { binary, fin: at + 7 >= data.length });
    if (at === 0) ws.ping();
  }
}

async function answer(ws, [what, ...details], data, binary) {
  switch (what) {
    case 'fragments':
      return sendInFragments(ws, data, binary);
    case 'ping':
      ws.ping();
      await once(ws, 'pong');
      return ws.send(data, { binary });
    case 'repeat':
      return ws.send(Buffer.alloc(data.length * Number(details[0]), data), { binary });
    case 'burst':
      for (let number = 1; number <= Number(details[0]); number += 1) ws.send(`${data} ${number}`);
      return ws.removeAllListeners('message');
    case 'close':
      return ws.close(Number(details[0]), details[1]);
    default:
      return ws.send(data, { binary });
  }
}

server.on('connection', (ws, { url }) => {
  const path = url.slice(1).split('/');
  ws.on('error', () => {}); // peers drop connections here without a closing handshake
  ws.on('message', (data, binary) => answer(ws, path, data, binary).catch(() => {}));
});
http.listen(0, '127.0.0.1', () => {
  console.log(`listening on ${cert ? 'wss' : 'ws'}://127.0.0.1:${http.address().port}`);
});
