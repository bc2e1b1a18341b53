// One handshake as a client, on the WebSocket that Node has built in; Node 20 wants --experimental-websocket.
// Always offers permessage-deflate, as browsers do; like them it hides the status and the headers of a refusal.
import { connect } from 'node:net';
import { fail, options } from './options.mjs';

const { url, subprotocols, headers } = options();
const ws = new WebSocket(url, { protocols: subprotocols, headers });

ws.addEventListener('open', () => {
  console.log('open');
  if (ws.protocol) console.log(`subprotocol: ${ws.protocol}`);
  if (ws.extensions) console.log(`extensions: ${ws.extensions}`);
  process.exit(0);
});
ws.addEventListener('error', () => {
  // The event looks the same when nobody listens, which is not a refusal.
  const { hostname, port } = new URL(url);
  connect(Number(port), hostname).on('error', fail).on('connect', () => {
    console.log('refused');
    process.exit(0);
  });
});
setTimeout(() => fail('no answer within 10 s'), 10_000);
