// SPDX-License-Identifier: Apache-2.0
// node-etcd's everyday work: node node-etcd.js PORT, with the package where Node.js finds it.
const assert = require('assert');
const Etcd = require('node-etcd');

const etcd = new Etcd('http://127.0.0.1:' + process.argv[2]);
const call = (name, ...args) =>
  new Promise((resolve, reject) => etcd[name](...args, (error, body) => (error ? reject(error) : resolve(body))));
const refused = (promise, code) => assert.rejects(promise, (error) => error.errorCode === code);

async function work() {
  assert.equal((await call('set', 'key', 'value')).node.value, 'value');
  assert.equal((await call('get', 'key')).node.value, 'value');
  await refused(call('get', 'none'), 100);
  await call('mkdir', 'dir');
  await refused(call('mkdir', 'dir'), 102);
  assert.equal((await call('compareAndSwap', 'key', 'next', 'value')).prevNode.value, 'value');
  await refused(call('compareAndSwap', 'key', 'x', 'value'), 101);
  assert.ok(Math.abs((await call('set', 'ttl', 'x', { ttl: 100 })).node.ttl - 95) <= 5);
  assert.match((await call('create', 'queue', 'first')).node.key, /^\/queue\/\d{20}$/);

  const watcher = etcd.watcher('node/watched', null, { recursive: true });
  const seen = [];
  const three = new Promise((resolve) => watcher.on('change', (event) => seen.push(event.node.value) === 3 && resolve()));
  const metrics = async () => (await fetch(`http://127.0.0.1:${process.argv[2]}/metrics`)).text();
  while (!(await metrics()).includes('\netcd_debugging_store_watchers 1\n')) await new Promise((resolve) => setTimeout(resolve, 50));
  for (const value of ['1', '2', '3']) await call('set', 'node/watched/' + value, value);
  await three;
  watcher.stop();
  assert.deepEqual(seen, ['1', '2', '3']);

  // What etcd 2 and later refuse.
  assert.match((await call('machines')).node.nodes[0].value, /etcd=http:\/\/127\.0\.0\.1:\d+/);
  assert.match(String(await call('leader')), /^http:\/\/127\.0\.0\.1:\d+$/);
  assert.equal((await call('selfStats')).state, 'StateLeader');
  await call('leaderStats');
  await call('del', 'key');
  await call('rmdir', 'node/watched', { recursive: true });
}

work().then(() => process.exit(0), (error) => { console.error(error); process.exit(1); });
