#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A day's work with the etcd3 library of Debian: kv_etcd3.py HOST PORT; says ok at its end."""
import sys
import threading

import etcd3

client = etcd3.client(host=sys.argv[1], port=int(sys.argv[2]), timeout=60)

client.put("/key", "one")
value, meta = client.get("/key")
assert (value, meta.version) == (b"one", 1), (value, meta)
assert client.replace("/key", "one", "two") and not client.replace("/key", "one", "three")
assert client.put_if_not_exists("/other", "x") and not client.put_if_not_exists("/other", "y")
assert [value for value, _ in client.get_prefix("/")] == [b"two", b"x"]
assert [meta.key for _, meta in client.get_all(sort_order="descend")] == [b"/other", b"/key"]

done, answers = client.transaction(
    compare=[client.transactions.value("/key") == "two", client.transactions.version("/none") == 0],
    success=[client.transactions.put("/made", "1"), client.transactions.get("/key")], failure=[])
assert done and answers[1][0][0] == b"two", answers

events, cancel = client.watch_prefix("/watched/")
writer = threading.Timer(0.1, lambda: [client.put("/watched/%d" % i, str(i)) for i in range(20)])
writer.start()
assert [next(events).value for _ in range(20)] == [str(i).encode() for i in range(20)]
cancel()
writer.join()
assert client.delete("/key") and not client.delete("/key")
assert client.delete_prefix("/watched/").deleted == 20

lease = client.lease(30)
client.put("/leased", "x", lease=lease)
assert lease.granted_ttl == 30 and list(lease.keys) == [b"/leased"]
assert next(iter(lease.refresh())).TTL == 30
lease.revoke()
assert client.get("/leased")[0] is None

with client.lock("door", ttl=100) as lock:
    assert lock.is_acquired()
assert client.lock("door", ttl=100).acquire(timeout=20)

assert client.status().version == "3.4.23"
assert len(list(client.members)) == 1
assert not list(client.list_alarms())
assert len(list(client.get_prefix("/none"))) == 0
print("ok")
