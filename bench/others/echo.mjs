// Gives back every message. Prints the port first.
import { createRequire } from "node:module";

// The folder that has `ws` in its `node_modules`.
const { WebSocketServer } = createRequire(`${process.argv[2]}/`)("ws");
const server = new WebSocketServer({
  host: "127.0.0.1",
  port: 0,
  maxPayload: 64 << 20,
  perMessageDeflate: false,
});
server.on("listening", () => console.log(server.address().port));
server.on("connection", (ws) => {
  ws.on("message", (message, binary) => ws.send(message, { binary }));
  ws.on("error", () => {});
});
