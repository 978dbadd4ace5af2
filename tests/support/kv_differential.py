#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Sends the same random requests of the v3 API to two servers and compares status and body.

usage: kv_differential.py URL URL [SEED [COUNT]]

Ids differ between servers and are taken out; so are the times of leases. Both must be fresh.
"""
import base64
import http.client
import json
import random
import sys
import urllib.parse

KEYS = ["a", "a/b", "a/c", "b", "ba", "c", "c\x00", "zz", "\u00fc"]
ENDS = ["", "\x00", "b", "c", "zzz", "a0"]


def b64(text):
    return base64.b64encode(text.encode()).decode()


class Server:
    def __init__(self, url):
        self.address = urllib.parse.urlsplit(url).netloc
        self.connection = http.client.HTTPConnection(self.address, timeout=30)

    def call(self, path, body):
        self.connection.request("POST", "/v3/" + path, body)
        answer = self.connection.getresponse()
        return answer.status, answer.read().decode()


def without_ids(value):
    """The body without what must differ."""
    if isinstance(value, dict):
        value = {name: without_ids(member) for name, member in value.items()}
        for name in ("cluster_id", "member_id", "raft_term"):
            value.pop(name, None)
    elif isinstance(value, list):
        value = [without_ids(member) for member in value]
    return value


class Requests:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.leases = []
        self.revision = 1

    def maybe(self, chance):
        return self.random.random() < chance

    def span(self, request):
        request["key"] = b64(self.random.choice(KEYS + ["\x00"]))
        if self.maybe(0.6):
            request["range_end"] = b64(self.random.choice(ENDS))
        return request

    def lease(self):
        return self.random.choice(self.leases + [4711]) if self.leases else 0

    def range(self):
        request = self.span({})
        if self.maybe(0.3):
            request["limit"] = self.random.choice([0, 1, 2, "3", -1])
        if self.maybe(0.3):
            request["revision"] = self.random.choice([1, self.revision, self.revision + 1, self.random.randint(1, self.revision)])
        if self.maybe(0.3):
            request["sort_order"] = self.random.choice(["NONE", "ASCEND", "DESCEND", 2])
        if self.maybe(0.3):
            request["sortTarget"] = self.random.choice(["KEY", "CREATE", "MOD"])
        for flag in ("serializable", "keys_only", "count_only"):
            if self.maybe(0.1):
                request[flag] = True
        for bound in ("min_mod_revision", "max_mod_revision", "min_create_revision", "max_create_revision"):
            if self.maybe(0.05):
                request[bound] = str(self.random.randint(1, self.revision))
        return request

    def put(self):
        request = {"key": b64(self.random.choice(KEYS)), "value": b64("v%d" % self.random.randint(0, 5))}
        if self.maybe(0.2):
            request["prev_kv"] = True
        if self.maybe(0.15):
            request["lease"] = self.lease()
        if self.maybe(0.1):
            request["ignore_lease"] = True
        if self.maybe(0.1):
            request["ignoreValue"] = True
            if self.maybe(0.7):
                del request["value"]
        if self.maybe(0.02):
            del request["key"]
        return request

    def delete(self):
        request = self.span({})
        if request["key"] == b64("\x00") and self.maybe(0.8):
            request["key"] = b64("b")
        if self.maybe(0.3):
            request["prev_kv"] = True
        return request

    def compare(self):
        target, field = self.random.choice([("VERSION", "version"), ("CREATE", "create_revision"), ("MOD", "mod_revision"),
                                            ("VALUE", "value"), ("LEASE", "lease")])
        value = b64("v%d" % self.random.randint(0, 5)) if target == "VALUE" else str(self.random.randint(0, 3))
        compare = {"result": self.random.choice(["EQUAL", "GREATER", "LESS", "NOT_EQUAL"]), "target": target,
                   "key": b64(self.random.choice(KEYS)), field: value}
        if self.maybe(0.2):
            compare["range_end"] = b64(self.random.choice(ENDS[1:]))
        return compare

    def operation(self, depth):
        kind = self.random.choice(["range", "put", "put", "delete", "txn"] if depth < 2 else ["range", "put", "delete"])
        if kind == "txn":
            return {"request_txn": self.txn(depth + 1)}
        if kind == "delete":
            request = self.delete()
            if request.get("range_end") == b64("\x00"):  # etcd overlooks puts below such a deletion; we refuse them
                request["range_end"] = b64("zz")
            return {"request_delete_range": request}
        if kind == "range":
            return {"requestRange": self.range()}
        return {"request_put": self.put()}

    def txn(self, depth=0):
        count = self.random.randint
        return {"compare": [self.compare() for _ in range(count(0, 2))],
                "success": [self.operation(depth) for _ in range(count(0, 3))],
                "failure": [self.operation(depth) for _ in range(count(0, 2))]}

    def next(self):
        kind = self.random.choices(["range", "put", "delete", "txn", "grant", "revoke", "ttl", "compact", "leases", "broken"],
                                   [30, 30, 8, 25, 3, 2, 3, 1, 1, 2])[0]
        if kind == "grant":
            lease = self.random.randint(1, 40)
            if lease not in self.leases:
                self.leases.append(lease)
            return "lease/grant", {"ID": lease, "TTL": self.random.choice([5000, "6000", 10000000000])}
        if kind == "revoke":
            return self.random.choice(["lease/revoke", "kv/lease/revoke"]), {"ID": self.lease()}
        if kind == "ttl":
            return "lease/timetolive", {"ID": self.lease(), "keys": True}
        if kind == "compact":
            return "kv/compaction", {"revision": self.random.randint(0, self.revision + 1), "physical": self.maybe(0.5)}
        if kind == "leases":
            return "lease/leases", {}
        if kind == "broken":
            return self.random.choice([("kv/range", {"sort_order": "BOGUS"}), ("kv/put", {"key": "YQ"}), ("kv/put", {}),
                                       ("kv/nothing", {}), ("kv/txn", {"success": [{}]}), ("kv/range", {"key": None})])
        path = {"range": "kv/range", "put": "kv/put", "delete": "kv/deleterange", "txn": "kv/txn"}[kind]
        return path, getattr(self, kind)()


def comparable(path, status, text):
    try:
        body = without_ids(json.loads(text))
    except ValueError:
        return status, text
    if path == "lease/timetolive":
        body.pop("TTL", None)
        body.get("keys", []).sort()
    if path == "lease/leases":
        body.get("leases", []).sort(key=str)
    return status, body


def main():
    servers = [Server(url) for url in sys.argv[1:3]]
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else random.randrange(1 << 30)
    count = int(sys.argv[4]) if len(sys.argv) > 4 else 2000
    requests = Requests(seed)
    statuses = {}
    for number in range(count):
        path, request = requests.next()
        body = json.dumps(request)
        first, second = (comparable(path, *server.call(path, body)) for server in servers)
        if first != second:
            print(f"seed {seed}, request {number}: {path} {body}\n  {first}\n  {second}")
            return 1
        statuses[first[0]] = statuses.get(first[0], 0) + 1
        if isinstance(first[1], dict):
            requests.revision = max(requests.revision, int(first[1].get("header", {}).get("revision", 0)))
    print(f"seed {seed}: {count} requests answered alike, {statuses}, revision {requests.revision}")
    return 0


sys.exit(main())
