#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""python-etcd's everyday work: python_etcd.py PORT."""
import sys
import threading
import time
import urllib.request

import etcd

client = etcd.Client(host="127.0.0.1", port=int(sys.argv[1]))


def refused(kind, *arguments, **keywords):
    try:
        client.write(*arguments, **keywords)
    except kind:
        return
    raise AssertionError(f"{arguments} was not refused")


client.write("/nodes/n1", 1)
client.write("/nodes/n2", 2, ttl=100)
assert client.read("/nodes/n1").value == "1"
assert 90 <= client.read("/nodes/n2").ttl <= 100
assert sorted(child.key for child in client.read("/nodes", recursive=True).children) == ["/nodes/n1", "/nodes/n2"]
assert client.machines == [f"http://127.0.0.1:{sys.argv[1]}"] and client.leader["name"] == "default"
refused(etcd.EtcdAlreadyExist, "/nodes/n1", "z", prevExist=False)
refused(etcd.EtcdCompareFailed, "/nodes/n1", "z", prevValue="y")
refused(etcd.EtcdNotFile, "/nodes", "z")
try:
    client.read("/none")
    raise AssertionError("a key that is not there was read")
except etcd.EtcdKeyNotFound:
    pass
assert client.write("/queue", "a", append=True).key.startswith("/queue/0000")


def write_to_the_watch():
    while "\netcd_debugging_store_watchers 1\n" not in urllib.request.urlopen(f"http://127.0.0.1:{sys.argv[1]}/metrics").read().decode():
        time.sleep(0.05)
    client.write("/watched", "1")


threading.Thread(target=write_to_the_watch).start()
event = client.watch("/watched")
assert event.value == "1"
for again in client.eternal_watch("/watched", index=event.modifiedIndex):
    assert again.value == "1"
    break
node = client.read("/nodes/n1")
node.value = "new"
client.update(node)
assert client.get("/nodes/n1").value == "new"
assert client.test_and_set("/watched", "2", "1").value == "2"
lock = etcd.Lock(client, "mine")
assert lock.acquire(blocking=True, lock_ttl=100) and lock.is_acquired
lock.release()
assert client.stats["name"] == "default" and client.leader_stats["leader"] == client.leader["id"]
assert client.delete("/nodes", recursive=True, dir=True).action == "delete"
