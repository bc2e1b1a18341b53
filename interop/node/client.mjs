// One handshake as a client, on npm `ws`. See ../README.md for what it takes and prints.
import WebSocket from 'ws';
import { fail, options } from './options.mjs';

const { url, subprotocols, deflate, window, headers } = options();
const narrow = window && { serverMaxWindowBits: window, clientMaxWindowBits: window };
const ws = new WebSocket(url, subprotocols, {
  headers,
  perMessageDeflate: narrow || deflate,
  handshakeTimeout: 10_000,
});
let answer;

function tell(response) {
  console.log(`status: ${response.statusCode}`);
  for (const [name, value] of Object.entries(response.headers)) console.log(`header: ${name}: ${value}`);
}

ws.on('upgrade', (response) => { answer = response; });
ws.on('open', () => {
  console.log('open');
  tell(answer);
  if (ws.protocol) console.log(`subprotocol: ${ws.protocol}`);
  if (ws.extensions) console.log(`extensions: ${answer.headers['sec-websocket-extensions']}`);
  ws.terminate();
});
ws.on('unexpected-response', async (request, response) => {
  console.log('refused');
  tell(response);
  let body = '';
  for await (const chunk of response) body += chunk;
  if (body) console.log(`body: ${body.split('\n')[0]}`);
  request.destroy();
});
ws.on('error', fail);
