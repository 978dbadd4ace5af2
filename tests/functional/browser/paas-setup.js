// SPDX-License-Identifier: Apache-2.0
// The page of the first run as a person uses it: paas-setup.js URL?token=TOKEN [FOLDER FOR PICTURES [FILE OF A PUBLIC KEY]]
// Without a file its key is there already. It is served on loopback; afterwards the setup is finished.
'use strict';

const { scenario, equal } = require('../../support/browser.js');

const [url, pictures, keyFile] = process.argv.slice(2);
const keyToType = keyFile ? require('fs').readFileSync(keyFile, 'utf8').trim() : '';
const { origin, searchParams } = new URL(url);
const text = (id) => `document.getElementById('${id}').textContent`;
const shown = (id) => `document.getElementById('${id}').getClientRects().length > 0`;

/** Pictures of what a page shows at both widths and in both colours, whole: FOLDER/STATE-desk.png and its like. */
async function take(page, state) {
  if (!pictures) return;
  for (const [name, width, height, scheme] of [['desk', 1280, 900, 'light'], ['desk-dark', 1280, 900, 'dark'], ['phone', 390, 844, 'light'], ['phone-dark', 390, 844, 'dark']]) {
    await page.send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: width < 600 });
    const whole = Math.max(height, await page.value('document.documentElement.scrollHeight'));
    await page.send('Emulation.setDeviceMetricsOverride', { width, height: whole, deviceScaleFactor: 1, mobile: width < 600 });
    await page.send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: scheme }] });
    await page.checkLayout();
    await page.screenshot(`${pictures}/${state}-${name}.png`);
  }
  await page.send('Emulation.setEmulatedMedia', { features: [] });
  await page.send('Emulation.setDeviceMetricsOverride', { width: 1280, height: 900, deviceScaleFactor: 1, mobile: false });
}

scenario(async (browser) => {
  // Without a token in the address there is a field for it, and a wrong one is told.
  const stranger = await browser.open(origin + '/', 390, 844);
  await stranger.checkLayout();
  equal(await stranger.value(shown('token')), true);
  await stranger.type('#token', 'guessed');
  if (keyToType) await stranger.type('#key', keyToType);
  await stranger.type('#hostname', 'stranger.example');
  await stranger.value("document.getElementById('finish').scrollIntoView()");
  await stranger.click('#finish');
  await stranger.until(`${text('say')}.startsWith('Something went wrong...')`);
  await stranger.becomes("document.querySelector('#say pre').textContent", 'the setup token is wrong');

  // With one it leaves the address bar.
  const page = await browser.open(url, 1280, 900);
  await page.becomes('location.href', origin + '/');
  await page.becomes(shown('token'), false);
  await page.becomes("getComputedStyle(document.querySelector('.card')).borderRadius", '14px'); // the policy lets the style in
  await page.checkLayout();

  // The example follows the fields.
  await page.type('#hostname', 'Apps.example');
  equal((await page.value(text('example'))).replace(/:\d+$/, ''), 'http://<app-name>.apps.example');
  await page.click('#vhost');
  await page.becomes(text('example'), 'http://apps.example:<app-port>');

  // An address has no names below it.
  await page.type('#hostname', '10.0.0.1');
  await page.becomes(shown('say-host'), false);
  await page.click('#vhost');
  await page.becomes("document.getElementById('vhost').checked", false);
  await page.becomes(text('say-host'), 'In order to use virtualhost naming, the hostname must not be an IP but a valid domain name.');
  await page.becomes(text('example'), 'http://10.0.0.1:<app-port>');
  if (pictures) await page.screenshot(`${pictures}/address.png`);
  await page.type('#hostname', 'apps.example');
  await page.becomes("document.getElementById('vhost').checked", true);
  await page.becomes(shown('say-host'), false);

  // Nothing may be empty; nothing is sent then.
  if (keyToType) await page.type('#key', keyToType);
  const key = await page.value("document.getElementById('key').value");
  await page.type('#key', ' ');
  await page.click('#finish');
  await page.becomes(text('say'), 'Your admin public key cannot be blank.');
  await page.becomes('document.activeElement.id', 'key');
  await page.type('#key', key);
  await page.type('#hostname', ' ');
  await page.click('#finish');
  await page.becomes(text('say'), 'Your hostname cannot be blank.');

  // What the server refuses is shown, and the fields can be mended.
  await page.type('#hostname', 'a b');
  await page.click('#finish');
  await page.until(`${text('say')}.startsWith('Something went wrong...')`);
  await page.becomes("document.querySelector('#say pre').textContent", "'a b' is no host name");
  await page.becomes("document.getElementById('fields').disabled", false);
  await page.type('#hostname', 'apps.example');
  await page.go(url); // as it is before anything was done
  if (keyToType) await page.type('#key', keyToType);
  await take(page, 'form');

  // It is done: busy first, then what to do next.
  await page.type('#hostname', 'apps.example');
  await page.value(`document.getElementById('finish').addEventListener('click', () => setTimeout(() => {
    window.busy = [document.getElementById('fields').disabled, document.getElementById('finish').textContent]; }))`);
  await page.click('#finish');
  await page.until(`${text('outcome')} === 'Success!'`);
  // Who comes later is told how to deploy, and cannot set it up again. It comes at once: the server ends by itself.
  const later = await browser.open(origin + '/', 390, 844);
  equal(await later.value(`fetch('/setup', { method: 'POST', body: new URLSearchParams({ token: '${searchParams.get('token')}' }) }).then((answer) => answer.status)`), 410);
  await page.becomes('window.busy', [true, 'Setting up...']);
  await page.becomes(text('remote'), 'git remote add dokku dokku@apps.example:myapp');
  await page.becomes(text('push'), 'git push dokku master');
  equal((await page.value(text('address'))).startsWith('http://myapp.apps.example'), true);
  await page.becomes(shown('form'), false);
  await later.becomes(text('outcome'), 'Set up already');
  equal(await later.value(text('remote')), 'git remote add dokku dokku@apps.example:myapp');
  equal(await later.value("document.getElementById('key').value"), '');

  // What the button says goes away after a moment, so it is written down.
  await page.value(`window.said = []; new MutationObserver(() => window.said.push(document.querySelector('[data-copies=remote]').textContent))
    .observe(document.querySelector('[data-copies=remote]'), { childList: true, characterData: true, subtree: true }); 0`);
  await page.click('[data-copies=remote]');
  await page.until("window.said.includes('Copied')");
  await page.value('getSelection().removeAllRanges()');
  await page.until("document.querySelector('[data-copies=remote]').textContent === 'Copy'");
  await take(page, 'done');

  equal([...stranger.errors, ...page.errors, ...later.errors].filter((line) => !/40[03]|410/.test(line)), []);
});
