// A headless Chromium with a profile of its own, and none of its business outside of this machine.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const FLAGS = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-dev-shm-usage', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-default-apps',
  '--disable-domain-reliability', '--disable-extensions', '--disable-sync', '--no-pings',
  // It stays on this machine, whatever it would like to look up.
  '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1', '--proxy-server=direct://',
];

// Starts it with more flags or a page, and more pipes behind the standard ones. `failed` is told once if it ends before
// `end` is called.
export async function launch(executable, args, failed, pipes = []) {
  const profile = await mkdtemp(join(tmpdir(), 'interop-chromium-'));
  const stdio = ['ignore', 'ignore', 'pipe', ...pipes];
  const browser = spawn(executable, [...FLAGS, `--user-data-dir=${profile}`, ...args], { detached: true, stdio });
  let complaints = '';
  let ending = false;
  browser.stderr.setEncoding('utf8').on('data', (text) => { complaints = (complaints + text).slice(-400); });
  browser.on('error', (error) => { if (!ending) failed(error.message); });
  browser.on('exit', (status) => { if (!ending) failed(`the browser ended with ${status}: ${complaints}`); });
  return {
    pipes: browser.stdio.slice(3),
    complaints: () => complaints,
    async end() {
      if (ending) return;
      ending = true;
      try {
        process.kill(-browser.pid, 'SIGKILL'); // the browser is a process group
      } catch {
        // It has ended by itself.
      }
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
