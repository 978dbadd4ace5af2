// SPDX-License-Identifier: Apache-2.0
// Drives a headless Chromium over its debugging pipe: no package needed beside the browser's.
'use strict';

const { spawn } = require('child_process');
const fs = require('fs');
const os = require('os');
const path = require('path');

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

class Browser {
  static start() {
    const browser = new Browser();
    browser.profile = fs.mkdtempSync(path.join(os.tmpdir(), 'dfriends-browser-'));
    browser.process = spawn(
      process.env.CHROMIUM || 'chromium',
      ['--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--remote-debugging-pipe',
       `--user-data-dir=${browser.profile}`, 'about:blank'],
      { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'], detached: true, env: { ...process.env, HOME: browser.profile } });
    browser.next = 1;
    browser.waiting = new Map();
    browser.listeners = [];
    let rest = '';
    browser.process.stdio[4].on('data', (piece) => {
      const messages = (rest + piece).split('\0');
      rest = messages.pop();
      for (const message of messages) browser.receive(JSON.parse(message));
    });
    return browser;
  }

  receive(message) {
    if (message.id) {
      const { resolve, reject } = this.waiting.get(message.id);
      this.waiting.delete(message.id);
      if (message.error) reject(new Error(message.error.message));
      else resolve(message.result);
      return;
    }
    for (const listener of this.listeners) listener(message);
  }

  send(method, params = {}, sessionId = undefined) {
    const id = this.next++;
    this.process.stdio[3].write(JSON.stringify({ id, method, params, sessionId }) + '\0');
    return new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }));
  }

  async open(url, width, height) {
    const { targetId } = await this.send('Target.createTarget', { url: 'about:blank' });
    const { sessionId } = await this.send('Target.attachToTarget', { targetId, flatten: true });
    const page = new Page(this, sessionId);
    await page.send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: width < 600 });
    await page.send('Page.enable');
    await page.send('Runtime.enable');
    await page.send('Log.enable');
    await page.go(url);
    return page;
  }

  async stop() {
    try { process.kill(-this.process.pid, 'SIGKILL'); } catch { /* it is gone */ }
    while (this.process.exitCode === null && this.process.signalCode === null) await pause(20);
    fs.rmSync(this.profile, { recursive: true, force: true, maxRetries: 20 }); // its children may still write
  }
}

class Page {
  constructor(browser, sessionId) {
    this.browser = browser;
    this.sessionId = sessionId;
    this.errors = [];
    browser.listeners.push((message) => {
      if (message.sessionId !== sessionId) return;
      if (message.method === 'Runtime.exceptionThrown') this.errors.push(message.params.exceptionDetails.text);
      if (message.method === 'Log.entryAdded' && message.params.entry.level === 'error') this.errors.push(message.params.entry.text);
      if (message.method === 'Page.javascriptDialogOpening') this.send('Page.handleJavaScriptDialog', { accept: true });
    });
  }

  send(method, params) { return this.browser.send(method, params, this.sessionId); }

  async go(url) {
    await this.send('Page.navigate', { url });
    await this.until("document.readyState === 'complete'");
  }

  /** The value of an expression in the page; a promise is awaited. */
  async value(expression) {
    const { result, exceptionDetails } = await this.send('Runtime.evaluate', { expression, returnByValue: true, awaitPromise: true });
    if (exceptionDetails) throw new Error(`${expression}: ${exceptionDetails.exception?.description ?? exceptionDetails.text}`);
    return result.value;
  }

  /** Waits until an expression holds; its value. */
  async until(expression, ms = 60000) {
    for (const end = Date.now() + ms; ;) {
      const value = await this.value(expression).catch(() => undefined);
      if (value) return value;
      if (Date.now() > end) throw new Error(`in vain: ${expression}`);
      await pause(50);
    }
  }

  /** What an expression has to become: what a page does takes its time. */
  async becomes(expression, expected) {
    for (const end = Date.now() + 60000; ; await pause(50)) {
      const got = await this.value(expression).catch((error) => String(error));
      if (JSON.stringify(got) === JSON.stringify(expected)) return;
      if (Date.now() > end) equal(got, expected);
    }
  }

  async click(selector) {
    const { x, y } = await this.until(`(() => { const box = document.querySelector(${JSON.stringify(selector)})?.getBoundingClientRect();
      return box && box.width && { x: box.x + box.width / 2, y: box.y + box.height / 2 }; })()`);
    for (const type of ['mousePressed', 'mouseReleased'])
      await this.send('Input.dispatchMouseEvent', { type, x, y, button: 'left', clickCount: 1 });
  }

  /** Replaces what an input or a text area holds, as a person would. */
  async type(selector, text) {
    await this.click(selector);
    await this.value(`document.querySelector(${JSON.stringify(selector)}).select()`);
    await this.send('Input.insertText', { text });
  }

  /** Presses a key with Ctrl. */
  async control(key) {
    const code = key === 'Enter' ? { key, code: 'Enter', windowsVirtualKeyCode: 13 }
                                 : { key, code: 'Key' + key.toUpperCase(), windowsVirtualKeyCode: key.toUpperCase().charCodeAt(0) };
    for (const type of ['rawKeyDown', 'keyUp']) await this.send('Input.dispatchKeyEvent', { type, modifiers: 2, ...code });
  }

  /** Nothing is wider than the window, and every button and field can be hit. */
  async checkLayout() {
    const width = await this.value('document.documentElement.scrollWidth - innerWidth');
    if (width > 0) throw new Error(`the page is ${width} px wider than its window`);
    const hidden = await this.value(`[...document.querySelectorAll('button, input, a')].filter((one) => {
      const box = one.getBoundingClientRect();
      if (!box.width || getComputedStyle(one).visibility === 'hidden') return false;
      const hit = document.elementFromPoint(box.x + box.width / 2, Math.min(box.y + box.height / 2, innerHeight - 1));
      return box.y < innerHeight && box.x < innerWidth && !(hit === one || one.contains(hit) || hit?.contains(one));
    }).map((one) => one.id || one.textContent)`);
    if (hidden.length) throw new Error(`covered by others: ${hidden}`);
  }

  async screenshot(file) {
    const { data } = await this.send('Page.captureScreenshot', { format: 'png' });
    fs.writeFileSync(file, Buffer.from(data, 'base64'));
  }
}

/** Runs a scenario with a browser; prints what went wrong and ends with 1 then. */
async function scenario(run) {
  const browser = Browser.start();
  let code = 0;
  try {
    await Promise.race([run(browser), pause(480000).then(() => { throw new Error('the scenario took longer than eight minutes'); })]);
  } catch (error) {
    console.error(error.stack);
    code = 1;
  }
  await browser.stop();
  process.exit(code);
}

function equal(got, expected) {
  if (JSON.stringify(got) !== JSON.stringify(expected)) throw new Error(`got ${JSON.stringify(got)}, expected ${JSON.stringify(expected)}`);
}

module.exports = { scenario, equal, pause };
