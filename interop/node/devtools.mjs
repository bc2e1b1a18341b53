// Pages of a headless Chromium, driven as a user would, over the DevTools protocol.
import { writeFile } from 'node:fs/promises';
import { launch } from './browser.mjs';
import { sleep } from './checks.mjs';

// A browser whose pages are opened one by one.
export class Devtools {
  #browser;
  #calls = new Map();
  #pages = new Map();
  #next = 0;

  static async launch(executable, failed) {
    const devtools = new Devtools();
    // It reads commands from one pipe and writes to another, each JSON with a zero behind it.
    devtools.#browser = await launch(executable, ['--remote-debugging-pipe', 'about:blank'], failed, ['pipe', 'pipe']);
    const [input, output] = devtools.#browser.pipes;
    input.on('error', () => {}); // it has ended, which is told elsewhere
    let rest = '';
    output.setEncoding('utf8').on('data', (text) => {
      const messages = (rest + text).split('\0');
      rest = messages.pop();
      messages.forEach((message) => devtools.#hear(JSON.parse(message)));
    });
    return devtools;
  }

  call(method, params = {}, sessionId) {
    const id = this.#next += 1;
    this.#browser.pipes[0].write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    return new Promise((resolve, reject) => this.#calls.set(id, { resolve, reject, method }));
  }

  // Opens a page, with nothing kept of others.
  async open(url, options = {}) {
    const { browserContextId } = await this.call('Target.createBrowserContext');
    const { targetId } = await this.call('Target.createTarget', { url: 'about:blank', browserContextId });
    const { sessionId } = await this.call('Target.attachToTarget', { targetId, flatten: true });
    const page = new Page(this, sessionId, targetId);
    this.#pages.set(sessionId, page);
    await page.begin(url, options);
    return page;
  }

  end() {
    return this.#browser.end();
  }

  #hear({ id, result, error, method, params, sessionId }) {
    if (id === undefined) return this.#pages.get(sessionId)?.hear(method, params);
    const call = this.#calls.get(id);
    this.#calls.delete(id);
    if (error) call.reject(new Error(`${call.method}: ${error.message}`));
    else call.resolve(result);
  }
}

class Page {
  // What it complained about: exceptions, violations of its policy, failures to load, dialogs.
  complaints = [];
  #devtools;
  #session;
  #target;
  #loaded;

  constructor(devtools, session, target) {
    this.#devtools = devtools;
    this.#session = session;
    this.#target = target;
  }

  call(method, params) {
    return this.#devtools.call(method, params, this.#session);
  }

  // `before` is a script that runs before those of the page.
  async begin(url, { width = 1100, height = 720, dark = false, scale = 1, before }) {
    for (const domain of ['Page', 'Runtime', 'Log']) await this.call(`${domain}.enable`);
    await this.call('Emulation.setFocusEmulationEnabled', { enabled: true });
    if (before) await this.call('Page.addScriptToEvaluateOnNewDocument', { source: `(${before})()` });
    await this.size(width, height, scale);
    await this.dark(dark);
    await this.go(url);
  }

  async go(url) {
    const loaded = new Promise((resolve) => { this.#loaded = resolve; });
    await this.call('Page.navigate', { url });
    await loaded;
  }

  async reload() {
    const loaded = new Promise((resolve) => { this.#loaded = resolve; });
    await this.call('Page.reload');
    await loaded;
  }

  hear(method, params) {
    if (method === 'Page.loadEventFired') this.#loaded?.();
    if (method === 'Page.javascriptDialogOpening') {
      this.complaints.push(`a dialog: ${params.message}`);
      this.call('Page.handleJavaScriptDialog', { accept: false });
    }
    if (method === 'Runtime.exceptionThrown') {
      const { exception, text } = params.exceptionDetails;
      this.complaints.push(exception?.description ?? text);
    }
    if (method === 'Log.entryAdded' && params.entry.level === 'error') this.complaints.push(params.entry.text);
  }

  size(width, height, scale = 1) {
    const mobile = width < 500;
    return this.call('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: scale, mobile });
  }

  dark(on) {
    const features = [{ name: 'prefers-color-scheme', value: on ? 'dark' : 'light' }, { name: 'prefers-reduced-motion', value: 'reduce' }];
    return this.call('Emulation.setEmulatedMedia', { features });
  }

  // What a function gives there, of arguments that are JSON.
  async run(action, ...args) {
    const expression = `(${action})(...${JSON.stringify(args)})`;
    const { result, exceptionDetails } = await this.call('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  // Waits until a function gives something.
  async until(what, action, ...args) {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const value = await this.run(action, ...args);
      if (value) return value;
      if (Date.now() > deadline) throw new Error(`it waits for ever: ${what}`);
      await sleep(30);
    }
  }

  async click(selector) {
    const at = await this.until(selector, (selector) => {
      const element = document.querySelector(selector);
      element?.scrollIntoView({ block: 'nearest' });
      const box = element?.getBoundingClientRect();
      return box && box.width > 0 && { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    }, selector);
    for (const type of ['mousePressed', 'mouseReleased']) {
      await this.call('Input.dispatchMouseEvent', { type, ...at, button: 'left', clickCount: 1 });
    }
  }

  // Types where the focus is.
  type(text) {
    return this.call('Input.insertText', { text });
  }

  async press(key, modifiers = 0) {
    const code = { Enter: 13, Tab: 9, Backspace: 8, a: 65 }[key];
    const event = { key, code: key, windowsVirtualKeyCode: code, modifiers, text: key === 'Enter' ? '\r' : undefined };
    await this.call('Input.dispatchKeyEvent', { type: 'keyDown', ...event });
    await this.call('Input.dispatchKeyEvent', { type: 'keyUp', ...event, text: undefined });
  }

  // What is seen, as PNG in base64.
  async picture() {
    return (await this.call('Page.captureScreenshot', { format: 'png' })).data;
  }

  async screenshot(path) {
    await writeFile(path, Buffer.from(await this.picture(), 'base64'));
  }

  close() {
    return this.#devtools.call('Target.closeTarget', { targetId: this.#target });
  }
}

const PATIENCE_MS = 30_000;
