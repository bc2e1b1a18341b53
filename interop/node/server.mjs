// A server on npm `ws`. See ../README.md for what it takes and how it answers.
import { WebSocketServer } from 'ws';
import { options } from './options.mjs';

const CREDENTIALS = 'Basic dXNlcjpwYXNz'; // user:pass
const { subprotocols, deflate, window } = options();
const narrow = window && { serverMaxWindowBits: window, clientMaxWindowBits: window };

const server = new WebSocketServer({
  host: '127.0.0.1',
  port: 0,
  perMessageDeflate: narrow || deflate,
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
server.on('connection', (ws) => {
  ws.on('error', () => {}); // peers drop connections here without a closing handshake
  ws.on('message', (data, binary) => ws.send(data, { binary }));
});
server.on('listening', () => console.log(`listening on ws://127.0.0.1:${server.address().port}`));
