// The command line all programs here share. See ../README.md.
import { parseArgs } from 'node:util';

export function options() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      subprotocol: { type: 'string', multiple: true, default: [] },
      deflate: { type: 'boolean', default: false },
      window: { type: 'string' },
      cert: { type: 'string' },
      key: { type: 'string' },
      header: { type: 'string', multiple: true, default: [] },
    },
  });
  const headers = Object.fromEntries(values.header.map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
  }));
  const window = values.window && Number(values.window);
  const { subprotocol: subprotocols, deflate, cert, key } = values;
  return { url: positionals[0], subprotocols, deflate, window, cert, key, headers };
}

// Ends the program with the one line the caller wants to hear.
export function fail(error) {
  console.error(`error: ${error?.message || error?.code || error}`);
  process.exit(1);
}
