// SPDX-License-Identifier: Apache-2.0
// code.it as a person uses it: code-it.js URL [FOLDER FOR PICTURES]
'use strict';

const { scenario, equal } = require('../../support/browser.js');

const [url, pictures] = process.argv.slice(2);
const output = "document.getElementById('output').innerText";
const status = "document.getElementById('status').textContent";

scenario(async (browser) => {
  const page = await browser.open(url, 1280, 800);
  await page.until("document.querySelectorAll('#files button').length === 2");
  await page.until("document.getElementById('open').textContent === 'hello.js'");
  await page.checkLayout();

  // Run what is there.
  await page.click('#run');
  await page.until(`${status}.startsWith('ran in')`);
  equal((await page.value(output)).trim(), 'Hello, Docker!\nHello, dfriends!\nHello, you!');

  // Write something, and run it by the keyboard.
  await page.type('#text', "const x = [1, 2, 3].map((n) => n * 7); // seven\nconsole.log(x.join('-'), '<b>');\nconsole.error('red');\nx.length");
  await page.becomes("document.getElementById('open').textContent", 'hello.js •');
  await page.becomes("document.getElementById('numbers').textContent", '1\n2\n3\n4');
  await page.becomes("[...document.querySelectorAll('#colours .k')].map((one) => one.textContent)", ['const']);
  await page.becomes("document.querySelector('#colours .c').textContent", '// seven');
  await page.control('Enter');
  await page.until(`${output}.includes('=> 3')`);
  equal((await page.value(output)).trim(), '7-14-21 <b>\nred\n=> 3');
  await page.becomes("document.querySelector('#output .bad').textContent.trim()", 'red');

  // Save it; it is there after a reload.
  await page.control('s');
  await page.until(`${status} === 'saved hello.js'`);
  await page.go(url + '?again');
  await page.until("document.getElementById('text').value.includes('seven')");

  // A program reaches neither the page nor the files, and its faults are shown.
  await page.type('#text', "let found = 'nothing';\ntry { found = parent.document.title; } catch {}\nconsole.log(found);\nnope();");
  await page.click('#run');
  await page.until(`${output}.includes('ReferenceError')`);
  equal((await page.value(output)).split('\n')[0], 'nothing');

  // A new file, a bad name, and away with it.
  await page.control('s');
  await page.until(`${status} === 'saved hello.js'`);
  await page.type('#name', 'mine.js');
  await page.click('#new button');
  await page.until("document.getElementById('open').textContent === 'mine.js'");
  await page.type('#name', 'a b/c');
  await page.click('#new button');
  await page.until(`${status}.includes('a name has letters')`);
  await page.click('#remove');
  await page.until("document.querySelectorAll('#files button').length === 2");
  equal(page.errors.filter((text) => !text.includes('400')), []);
  if (pictures) await page.screenshot(`${pictures}/desk.png`);

  // At a phone's width all is still there.
  const phone = await browser.open(url, 390, 844);
  await phone.until("document.querySelectorAll('#files button').length === 2");
  await phone.checkLayout();
  await phone.click('#run');
  await phone.until(`${status} !== ''`);
  if (pictures) await phone.screenshot(`${pictures}/phone.png`);
});
