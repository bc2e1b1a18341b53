// WebSockets over HTTP/2 by the module http2 of Node, with the frames of npm ws: both ends.
//   http2.mjs check URL [AUTHORITY]              checks the server there, `http` or `https`: all paths are below that
//   http2.mjs serve [CERTIFICATE KEY]            a server; prints `listening on HOST:PORT`, then a line a connection
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http2 from 'node:http2';
import { WebSocket } from 'ws';
import { Inbox, bytes, run, same } from './checks.mjs';

const { NGHTTP2_CANCEL, NGHTTP2_NO_ERROR } = http2.constants;
const [command, ...args] = process.argv.slice(2);
let below = '';

// The frames of npm ws over a stream: it knows HTTP/1.1 alone, and is told that a handshake is behind it.
function over(stream, isServer) {
  const ws = new WebSocket(null, undefined, { autoPong: true, closeTimeout: 5000 });
  ws._isServer = isServer;
  ws.setSocket(stream, Buffer.alloc(0), {
    allowSynchronousEvents: true, maxPayload: 1 << 24, skipUTF8Validation: false,
  });
  return ws;
}

async function connect(url, ca) {
  const session = http2.connect(url, ca ? { ca: readFileSync(ca) } : {});
  session.on('error', () => {});
  const [settings] = await once(session, 'remoteSettings');
  same(settings.enableConnectProtocol, true);
  return session;
}

async function ask(session, path, fields = {}) {
  const stream = session.request({
    ':method': 'CONNECT', ':protocol': 'websocket', ':path': below + path, 'sec-websocket-version': '13', ...fields,
  }, { endStream: false });
  const [response] = await once(stream, 'response');
  return { stream, response };
}

async function open(session, path, fields) {
  const { stream, response } = await ask(session, path, fields);
  same(response[':status'], 200);
  const ws = over(stream, false);
  const inbox = new Inbox();
  ws.receive = () => inbox.take();
  ws.closed = new Promise((resolve) => ws.on('close', (code) => { inbox.close(code); resolve(code); }));
  ws.ended = new Promise((resolve) => stream.on('close', () => resolve(stream.rstCode)));
  ws.on('message', (data, isBinary) => inbox.put(isBinary ? new Uint8Array(data) : data.toString()));
  ws.on('error', () => {});
  ws.response = response;
  ws.stream = stream;
  return ws;
}

async function echo(ws, message) {
  ws.send(message);
  same(await ws.receive(), message);
}

async function close(ws, code = 1000) {
  ws.close(code);
  same(await ws.closed, code);
  same(await ws.ended, NGHTTP2_NO_ERROR);
}

function checks(url, ca) {
  const within = (check) => async () => {
    const session = await connect(url, ca);
    try {
      await check(session);
      same(session.destroyed, false);
    } finally {
      session.destroy();
    }
  };
  const named = {
    'text and bytes are echoed, and a clean close ends the stream without a reset': async (session) => {
      const ws = await open(session, '/echo');
      await echo(ws, 'löwe');
      await echo(ws, bytes(1000));
      await echo(ws, bytes(1 << 20));
      await close(ws, 4000);
      await close(await open(session, '/echo'));
    },
    'a subprotocol': async (session) => {
      const ws = await open(session, '/echo', { 'sec-websocket-protocol': 'none, chat.v2' });
      same(ws.response['sec-websocket-protocol'], 'chat.v2');
      await close(ws);
    },
    'the server closes with a code, and the stream ends without a reset': async (session) => {
      const ws = await open(session, '/close/4001');
      same(await ws.closed, 4001);
      same(await ws.ended, NGHTTP2_NO_ERROR);
    },
    'another origin is answered with 403, and the connection goes on': async (session) => {
      const { stream, response } = await ask(session, '/origin', { origin: 'https://evil.example' });
      same(response[':status'], 403);
      stream.close();
      await close(await open(session, '/echo'));
    },
    'fifty at a time, a request beside them, and then they are cancelled': async (session) => {
      const all = await Promise.all(Array.from({ length: 50 }, () => open(session, '/echo')));
      await Promise.all(all.map((ws, at) => echo(ws, `number ${at}`)));
      const page = session.request({ ':path': '/' });
      const [response] = await once(page, 'response');
      same(response[':status'], 200);
      page.close();
      for (const ws of all) ws.stream.close(NGHTTP2_CANCEL);
      await Promise.all(all.map((ws) => ws.ended));
      await close(await open(session, '/echo'));
    },
  };
  return Object.fromEntries(Object.entries(named).map(([name, check]) => [name, within(check)]));
}

function serve(certificate, key) {
  const settings = { enableConnectProtocol: true };
  const server = certificate
    ? http2.createSecureServer({ settings, cert: readFileSync(certificate), key: readFileSync(key) })
    : http2.createServer({ settings });
  server.on('session', (session) => {
    console.log('a connection');
    session.on('error', () => {});
  });
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {});
    const path = headers[':path'];
    if (headers[':protocol'] !== 'websocket') return stream.respond({ ':status': 404 }, { endStream: true });
    if (path === '/origin') return stream.respond({ ':status': 403 }, { endStream: true });
    const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
    const fields = offered.includes('chat.v2') ? { 'sec-websocket-protocol': 'chat.v2' } : {};
    stream.respond({ ':status': 200, ...fields });
    const ws = over(stream, true);
    ws.on('error', () => {});
    ws.on('message', (data, isBinary) => ws.send(data, { binary: isBinary }));
    const [, code] = /^\/close\/(\d+)$/.exec(path) ?? [];
    if (code) ws.close(Number(code), 'as asked for');
    return undefined;
  });
  server.listen(0, '127.0.0.1', () => console.log(`listening on 127.0.0.1:${server.address().port}`));
}

if (command === 'serve') {
  serve(...args);
} else {
  below = new URL(args[0]).pathname.replace(/\/$/, '');
  await run(checks(...args), console.log);
  process.exit(0);
}
