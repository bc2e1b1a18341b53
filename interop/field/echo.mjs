// Echo servers and clients on Node's libraries, each in the way its documentation shows first.
//
//     echo.mjs LIBRARY server          listens on a free port, and says which
//     echo.mjs LIBRARY client URL      sends back what comes, until it is closed
//     echo.mjs LIBRARY version
import { createRequire } from 'node:module';
import { createServer } from 'node:http';

const require = createRequire(import.meta.url);
const [library, role, url] = process.argv.slice(2);

function listen(server) {
  server.listen(0, '127.0.0.1', () => console.log(`listening on ws://127.0.0.1:${server.address().port}`));
}

// What an application without pages says.
const plain = () => createServer((_request, response) => {
  response.writeHead(426, { Upgrade: 'websocket', Connection: 'close' }).end();
});

const servers = {
  ws() {
    const { WebSocketServer } = require('ws');
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' }, () => {
      console.log(`listening on ws://127.0.0.1:${server.address().port}`);
    });
    server.on('connection', (ws) => {
      ws.on('error', () => {});
      ws.on('message', (data, binary) => ws.send(data, { binary }));
    });
  },
  'faye-websocket'() {
    const WebSocket = require('faye-websocket');
    const server = plain();
    server.on('upgrade', (request, socket, body) => {
      if (!WebSocket.isWebSocket(request)) return socket.destroy();
      const ws = new WebSocket(request, socket, body);
      ws.on('message', (event) => ws.send(event.data));
      ws.on('error', () => {});
    });
    listen(server);
  },
  websocket() {
    const { server: WebSocketServer } = require('websocket');
    const server = plain();
    // Without it, one case ends the process.
    process.on('uncaughtException', () => {});
    new WebSocketServer({ httpServer: server }).on('request', (request) => {
      const connection = request.accept(null, request.origin);
      connection.on('message', (message) => {
        if (message.type === 'utf8') connection.sendUTF(message.utf8Data);
        else connection.sendBytes(message.binaryData);
      });
      connection.on('error', () => {});
    });
    listen(server);
  },
};

const clients = {
  ws() {
    const WebSocket = require('ws');
    const ws = new WebSocket(url);
    ws.on('error', () => {});
    ws.on('message', (data, binary) => ws.send(data, { binary }));
  },
  'faye-websocket'() {
    const { Client } = require('faye-websocket');
    const ws = new Client(url);
    ws.on('error', () => {});
    ws.on('message', (event) => ws.send(event.data));
  },
  websocket() {
    const { client: Client } = require('websocket');
    const client = new Client();
    client.on('connectFailed', () => {});
    client.on('connect', (connection) => {
      connection.on('error', () => {});
      connection.on('message', (message) => {
        if (message.type === 'utf8') connection.sendUTF(message.utf8Data);
        else connection.sendBytes(message.binaryData);
      });
    });
    client.connect(url);
  },
  node() {
    const ws = new WebSocket(url);
    ws.binaryType = 'arraybuffer';
    ws.onerror = () => {};
    ws.onmessage = ({ data }) => ws.send(data);
  },
};

if (role === 'server') servers[library]();
else if (role === 'client') clients[library]();
else if (library === 'node') console.log(process.versions.node);
else console.log(require(`${library}/package.json`).version);
