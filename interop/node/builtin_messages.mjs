// Messages to an echo server and back, on the WebSocket that Node has built in. See ../README.md for what it takes and prints.
import { checks } from './browser_checks.mjs';
import { run } from './checks.mjs';

const [url, limitedUrl, ...rest] = process.argv.slice(2);
await run(checks(url, limitedUrl, rest.includes('--deflate')), console.log);
process.exit(0);
