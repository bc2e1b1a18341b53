// The page of the chat in Chromium, and nodes of it. See ../README.md for what is printed.
//   chat.mjs page CHROMIUM CHAT FOLDER            one node; screenshots go to the folder
//   chat.mjs nodes CHROMIUM CHAT NAME PROGRAM     two nodes, and the broker of that name, `nats` or `redis`
import { run } from './checks.mjs';
import { nodeChecks } from './chat_nodes.mjs';
import { pageChecks } from './chat_page.mjs';
import { Devtools } from './devtools.mjs';
import { endAll } from './programs.mjs';

const [part, chromium, chat, ...args] = process.argv.slice(2);
// Some checks wait until a node counts as gone, on a busy machine.
const LIMIT_MS = 90_000;
const ALL_MS = 360_000;
const parts = { page: pageChecks, nodes: nodeChecks };

let browser = null;

// Whatever happens, nothing is left that runs.
async function end(status) {
  await browser?.end();
  endAll();
  process.exit(status);
}

function fail(why) {
  console.error(`error: ${why}`);
  end(1);
}

process.on('uncaughtException', (error) => fail(error.stack));
// Earlier than whoever has started this would end it.
setTimeout(() => fail(`it was not done after ${ALL_MS} ms`), ALL_MS);
browser = await Devtools.launch(chromium, fail);
try {
  await run(await parts[part](browser, chat, ...args), console.log, LIMIT_MS);
  await end(0);
} catch (error) {
  fail(error.stack);
}
