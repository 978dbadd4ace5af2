// SPDX-License-Identifier: Apache-2.0
// code.it: a small code editor in the browser. It listens on NODE_PORT, else on PORT, else on 8000; keeps files in
// CODEIT_DATA (a folder; /var/lib/code.it by default, or a temporary one where that cannot be made); and writes a line for
// each request into /var/log/code.it/access.log, or to stdout where that folder cannot be made.
'use strict';

const fs = require('fs');
const http = require('http');
const os = require('os');
const path = require('path');

const port = Number(process.env.NODE_PORT || process.env.PORT || 8000);
const largestFile = 256 * 1024;
const mostFiles = 200;
const pages = {
  '/': ['index.html', 'text/html; charset=utf-8'],
  '/editor.js': ['editor.js', 'text/javascript; charset=utf-8'],
  '/style.css': ['style.css', 'text/css; charset=utf-8'],
};
const examples = {
  'hello.js': "// Ctrl+Enter runs this, Ctrl+S saves it.\nconst names = ['Docker', 'dfriends', 'you'];\n\nfor (const name of names)\n  console.log(`Hello, ${name}!`);\n",
  'primes.js': '// The sieve of Eratosthenes.\nfunction primes(limit) {\n  const composite = new Array(limit + 1).fill(false);\n  const found = [];\n  for (let n = 2; n <= limit; ++n) {\n    if (composite[n]) continue;\n    found.push(n);\n    for (let m = n * n; m <= limit; m += n) composite[m] = true;\n  }\n  return found;\n}\n\nconsole.log(primes(100).join(\' \'));\n',
};

/** The first of the folders that exists or can be made; null where none can. */
function firstFolder(...folders) {
  for (const folder of folders) {
    try {
      fs.mkdirSync(folder, { recursive: true });
      fs.accessSync(folder, fs.constants.W_OK);
      return folder;
    } catch {
      // the next one
    }
  }
  return null;
}

const logFolder = firstFolder('/var/log/code.it');
const logFile = logFolder ? fs.createWriteStream(path.join(logFolder, 'access.log'), { flags: 'a' }) : process.stdout;
logFile.on('error', () => {}); // a full disk stops no editor
const dataFolder = process.env.CODEIT_DATA
  ? firstFolder(process.env.CODEIT_DATA)
  : firstFolder('/var/lib/code.it', path.join(os.tmpdir(), 'code.it'));
if (!dataFolder) {
  console.error('code.it: there is no folder to keep files in; set CODEIT_DATA');
  process.exit(1);
}

class Refusal extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

function fileOf(name) {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name)) throw new Refusal(400, 'a name has letters, digits, dots and dashes');
  return path.join(dataFolder, name);
}

function listFiles() {
  return fs.readdirSync(dataFolder).filter((name) => !name.startsWith('.')).sort();
}

async function readBody(request) {
  const pieces = [];
  let size = 0;
  for await (const piece of request) {
    size += piece.length;
    if (size <= largestFile) pieces.push(piece); // the rest is read all the same, so that the answer arrives
    if (size > 64 * largestFile) break; // but not without end: this closes the connection
  }
  if (size > largestFile) throw new Refusal(413, `a file has at most ${largestFile / 1024} KiB`);
  return Buffer.concat(pieces);
}

/** Replaces the file as a whole: who reads meanwhile sees the old or the new one. */
function save(file, content) {
  const next = path.join(dataFolder, `.${process.pid}-${Date.now()}`);
  fs.writeFileSync(next, content);
  fs.renameSync(next, file);
}

async function answerFile(request, name) {
  const file = fileOf(name);
  const exists = fs.existsSync(file);
  if (request.method === 'PUT') {
    const content = await readBody(request);
    if (!exists && listFiles().length >= mostFiles) throw new Refusal(507, `there are ${mostFiles} files already`);
    save(file, content);
    return [exists ? 204 : 201, 'text/plain', ''];
  }
  if (!exists) throw new Refusal(404, `there is no file '${name}'`);
  if (request.method === 'DELETE') {
    fs.unlinkSync(file);
    return [204, 'text/plain', ''];
  }
  return [200, 'text/plain; charset=utf-8', fs.readFileSync(file)];
}

async function answer(request) {
  const target = new URL(request.url, 'http://code.it').pathname;
  const file = target.match(/^\/api\/files\/([^/]+)$/);
  if (file) {
    if (!['GET', 'HEAD', 'PUT', 'DELETE'].includes(request.method)) throw new Refusal(405, 'GET, PUT or DELETE');
    return answerFile(request, decodeURIComponent(file[1]));
  }
  if (!['GET', 'HEAD'].includes(request.method)) throw new Refusal(405, 'GET');
  if (target === '/healthz') return [200, 'text/plain', 'ok\n'];
  if (target === '/api/files')
    return [200, 'application/json', JSON.stringify({ host: os.hostname(), files: listFiles() })];
  const page = pages[target];
  if (!page) throw new Refusal(404, 'there is no such page');
  return [200, page[1], fs.readFileSync(path.join(__dirname, 'public', page[0]))];
}

const server = http.createServer(async (request, response) => {
  const peer = request.socket.remoteAddress;
  let status = 500, type = 'text/plain; charset=utf-8', body = 'the server could not do that\n';
  try {
    [status, type, body] = await answer(request);
  } catch (error) {
    if (error instanceof Refusal) [status, body] = [error.status, error.message + '\n'];
    else if (error instanceof URIError) [status, body] = [400, 'a broken address\n'];
    else console.error(error);
  }
  response.writeHead(status, {
    'Content-Type': type,
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'X-Frame-Options': 'DENY',
    ...(request.complete ? {} : { Connection: 'close' }),
  });
  response.end(request.method === 'HEAD' || status === 204 ? undefined : body);
  logFile.write(`${new Date().toISOString()} ${peer} ${request.method} ${JSON.stringify(request.url)} ${status}\n`);
});

if (listFiles().length === 0) for (const [name, text] of Object.entries(examples)) save(fileOf(name), text);
server.listen(port, () => console.log(`code.it listens on port ${server.address().port}`));
for (const signal of ['SIGINT', 'SIGTERM'])
  process.on(signal, () => {
    server.close(() => process.exit(0));
    server.closeIdleConnections?.();
    setTimeout(() => process.exit(0), 3000).unref();
  });
