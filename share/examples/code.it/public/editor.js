// SPDX-License-Identifier: Apache-2.0
'use strict';

const element = (id) => document.getElementById(id);
const [text, colours, numbers, output] = ['text', 'colours', 'numbers', 'output'].map(element);
let openName = '';
let savedText = '';

function say(message, bad = false) {
  element('status').textContent = message;
  element('status').classList.toggle('bad', bad);
}

/** Asks the server; a refusal is shown, and null is the answer then. */
async function ask(method, path, body) {
  try {
    const answer = await fetch(path, { method, body });
    if (answer.ok) return answer;
    say((await answer.text()).trim(), true);
  } catch {
    say('the server does not answer; your text is still here', true);
  }
  return null;
}

// --- colours ---------------------------------------------------------------------------------------------------------

const words = 'async|await|break|case|catch|class|const|continue|default|delete|do|else|export|extends|false|finally|for|from|function|get|if|import|in|instanceof|let|new|null|of|return|set|static|super|switch|this|throw|true|try|typeof|undefined|var|void|while|yield';
const token = new RegExp(
  String.raw`(?<c>\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|(?<s>"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?|` +
    '`(?:\\\\.|[^`\\\\])*`?)' + String.raw`|(?<n>\b(?:0[xob][\da-f_]+|\d[\d_]*(?:\.\d+)?(?:e[+-]?\d+)?)n?\b)|\b(?<k>${words})\b|(?<f>[\w$]+(?=\())`, 'gi');

function escape(part) {
  return part.replace(/[&<>]/g, (one) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[one]);
}

function paint() {
  let html = '';
  let place = 0;
  for (const found of text.value.matchAll(token)) {
    const kind = Object.keys(found.groups).find((name) => found.groups[name] !== undefined);
    html += escape(text.value.slice(place, found.index)) + `<span class="${kind}">${escape(found[0])}</span>`;
    place = found.index + found[0].length;
  }
  colours.innerHTML = html + escape(text.value.slice(place)) + '\n';
  const lines = text.value.split('\n').length;
  numbers.textContent = Array.from({ length: lines }, (_, line) => line + 1).join('\n');
  element('open').textContent = openName + (text.value === savedText ? '' : ' •');
}

// --- files -----------------------------------------------------------------------------------------------------------

async function showFiles() {
  const answer = await ask('GET', '/api/files');
  if (!answer) return [];
  const { host, files } = await answer.json();
  element('host').textContent = host;
  element('files').replaceChildren(
    ...files.map((name) => {
      const button = Object.assign(document.createElement('button'), { type: 'button', textContent: name });
      button.setAttribute('aria-current', name === openName);
      button.onclick = () => open(name);
      const item = document.createElement('li');
      item.append(button);
      return item;
    })
  );
  return files;
}

async function open(name) {
  if (text.value !== savedText && !confirm(`Leave '${openName}' without saving it?`)) return;
  const answer = await ask('GET', '/api/files/' + encodeURIComponent(name));
  if (!answer) return;
  openName = name;
  text.value = savedText = await answer.text();
  history.replaceState(null, '', '#' + encodeURIComponent(name));
  paint();
  await showFiles();
}

async function save() {
  if (!openName) return;
  const content = text.value;
  if (!(await ask('PUT', '/api/files/' + encodeURIComponent(openName), content))) return;
  savedText = content;
  say(`saved ${openName}`);
  paint();
}

async function makeFile(event) {
  event.preventDefault();
  const name = element('name').value.trim();
  if (!name) return element('name').focus();
  if ((await showFiles()).includes(name)) return open(name);
  if (!(await ask('PUT', '/api/files/' + encodeURIComponent(name), ''))) return;
  element('name').value = '';
  await open(name);
  text.focus();
}

async function removeFile() {
  if (!openName || !confirm(`Delete '${openName}'?`)) return;
  if (!(await ask('DELETE', '/api/files/' + encodeURIComponent(openName)))) return;
  text.value = savedText = '';
  openName = '';
  const files = await showFiles();
  if (files.length) await open(files[0]);
  else paint();
}

// --- running ---------------------------------------------------------------------------------------------------------

// The program runs in a frame of its own origin: it reaches neither this page nor the server's files.
const stage = `<script>
  const show = (value) => { if (typeof value === 'string') return value; if (value instanceof Error) return String(value);
    try { return JSON.stringify(value, (_, v) => typeof v === 'bigint' ? v + 'n' : typeof v === 'function' ? String(v) : v, 1) ?? String(value); } catch { return String(value); } };
  const post = (kind, values) => parent.postMessage({ kind, text: values.map(show).join(' ') }, '*');
  for (const kind of ['log', 'info', 'debug', 'warn', 'error']) console[kind] = (...values) => post(kind === 'error' || kind === 'warn' ? 'bad' : 'log', values);
  addEventListener('error', (event) => post('bad', [event.message + ' (line ' + event.lineno + ')']));
  addEventListener('unhandledrejection', (event) => post('bad', ['unhandled: ' + show(event.reason)]));
  addEventListener('message', (event) => {
    const began = performance.now();
    try { const result = (0, eval)(event.data); if (result !== undefined) post('quiet', ['=> ' + show(result)]); }
    catch (error) { post('bad', [error]); }
    post('done', [(performance.now() - began).toFixed(1)]);
  });
  parent.postMessage({ kind: 'ready' }, '*');
<\/script>`;
let frame = null;

function print(kind, line) {
  const item = document.createElement('span');
  item.className = kind;
  item.textContent = line + '\n';
  output.append(item);
  while (output.childNodes.length > 2000) output.firstChild.remove();
  output.scrollTop = output.scrollHeight;
}

function run() {
  frame?.remove();
  output.replaceChildren();
  say('running…');
  frame = Object.assign(document.createElement('iframe'), { hidden: true, srcdoc: stage });
  frame.setAttribute('sandbox', 'allow-scripts');
  document.body.append(frame);
}

addEventListener('message', (event) => {
  if (!frame || event.source !== frame.contentWindow) return;
  const { kind, text: line } = event.data;
  if (kind === 'ready') frame.contentWindow.postMessage(text.value, '*');
  else if (kind === 'done') say(`ran in ${line} ms`);
  else print(kind, line);
});

// --- keys ------------------------------------------------------------------------------------------------------------

text.addEventListener('input', paint);
text.addEventListener('keydown', (event) => {
  if (event.key !== 'Tab' || event.altKey || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  text.setRangeText('  ', text.selectionStart, text.selectionEnd, 'end');
  paint();
});
addEventListener('keydown', (event) => {
  if (!(event.ctrlKey || event.metaKey)) return;
  if (event.key === 's') event.preventDefault(), save();
  if (event.key === 'Enter') event.preventDefault(), run();
});
addEventListener('beforeunload', (event) => {
  if (text.value !== savedText) event.preventDefault();
});
element('save').onclick = save;
element('run').onclick = run;
element('remove').onclick = removeFile;
element('clear').onclick = () => output.replaceChildren();
element('new').addEventListener('submit', makeFile);

(async () => {
  const files = await showFiles();
  const wanted = decodeURIComponent(location.hash.slice(1));
  if (files.length) await open(files.includes(wanted) ? wanted : files[0]);
  paint();
  say('Ctrl+Enter runs, Ctrl+S saves');
})();
