// Messages between an echo server and a page in Chromium. See ../README.md for what is printed.
//   chromium.mjs EXECUTABLE URL LIMITED_URL [--deflate] [--http2]
// With --http2 the page asks the server for something else first, so that there is a connection of HTTP/2: the browser
// begins none for a WebSocket.
// Serves the page on 127.0.0.1 and opens it in a headless browser with a profile of its own; the page posts here what
// it has to say.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { launch } from './browser.mjs';

const LIMIT_MS = 60_000;
const [executable, url, limitedUrl, ...rest] = process.argv.slice(2);
const deflate = rest.includes('--deflate');
const first = rest.includes('--http2') ? url.replace(/^ws/, 'http') : null;
const PAGE = `<!doctype html>
<title>Messages</title>
<script type="module">
import { browserChecks, checks } from './browser_checks.mjs';
import { run } from './checks.mjs';
const say = (line) => fetch('/say', { method: 'POST', body: line });
const [url, limitedUrl, deflate, first] = ${JSON.stringify([url, limitedUrl, deflate, first])};
if (first) await fetch(first, { mode: 'no-cors', credentials: 'include' });
await run({ ...(deflate ? {} : browserChecks(url)), ...checks(url, limitedUrl, deflate) }, say);
await say('end');
</script>
`;

async function page({ url: path, method }, body) {
  if (path === '/say' && method === 'POST') {
    if (body === 'end') end();
    else console.log(body);
    return ['text/plain', ''];
  }
  const script = /^\/(checks|browser_checks)\.mjs$/.exec(path);
  if (script) return ['text/javascript', await readFile(new URL(`.${script[0]}`, import.meta.url))];
  return ['text/html; charset=utf-8', PAGE];
}

async function end(status = 0) {
  await browser.end();
  process.exit(status);
}

function fail(why) {
  console.error(`error: ${why}`);
  end(1);
}

const server = createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) body += chunk;
  const [type, content] = await page(request, body);
  response.writeHead(200, { 'content-type': type, 'cache-control': 'no-store' }).end(content);
});
await new Promise((listening) => server.listen(0, '127.0.0.1', listening));

const browser = await launch(executable, [`http://127.0.0.1:${server.address().port}/`], fail);
setTimeout(() => fail(`the page was not done after ${LIMIT_MS} ms: ${browser.complaints()}`), LIMIT_MS);
