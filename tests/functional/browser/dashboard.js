// SPDX-License-Identifier: Apache-2.0
// The dashboard as a person sees it: dashboard.js URL [FOLDER FOR PICTURES]
'use strict';

const { scenario, equal } = require('../../support/browser.js');

const [url, pictures] = process.argv.slice(2);
const pill = (card) => `document.querySelector('#${card} .pill').textContent`;

scenario(async (browser) => {
  const page = await browser.open(url, 1280, 800);
  await page.until("document.getElementById('live').textContent === 'live'");
  await page.checkLayout();
  await page.becomes(pill('engine'), 'answers');
  await page.becomes(pill('kv'), 'serving');
  await page.becomes("document.querySelector('#kv .big').textContent", '0 keys');
  await page.becomes("[...document.querySelectorAll('#links b')].map((one) => one.textContent)", ['Editor', 'Bad <b>']);
  await page.becomes("document.querySelector('#links a').href", 'http://one.example/');
  await page.becomes("document.title.endsWith('dfriends')", true);

  // It goes on by itself, and nothing was refused by its own policy.
  await page.value("performance.clearResourceTimings()");
  await page.until("performance.getEntriesByType('resource').length >= 2");
  equal(page.errors, []);
  if (pictures) await page.screenshot(`${pictures}/desk.png`);

  const phone = await browser.open(url, 390, 844);
  await phone.until("document.getElementById('live').textContent === 'live'");
  await phone.checkLayout();
  if (pictures) await phone.screenshot(`${pictures}/phone.png`);
  await phone.send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: 'dark' }] });
  await phone.becomes("getComputedStyle(document.body).backgroundColor", 'rgb(14, 18, 24)');
  if (pictures) await phone.screenshot(`${pictures}/dark.png`);
});
