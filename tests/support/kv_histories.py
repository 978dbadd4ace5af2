#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""kv_histories.py EXECUTABLE STATE-DIRECTORY PORT SECONDS: eight clients read, write, compare-and-swap and delete a few
keys of both APIs of a `kv serve` that is killed and started again in the middle, and write down when they asked and what they heard. Then each
key's history is checked to be linearizable (Wing and Gong 1993, with the memory of Lowe 2017): an operation whose answer was lost may have happened
or not, at any time after it began. Proves before that the check can fail. Prints what it checked; exit code 1 where a history is none."""
import base64
import http.client
import json
import random
import signal
import subprocess
import sys
import threading
import time
import urllib.parse

NEVER = float("inf")
CLIENTS = 8


class Operation:
    """What a client asked of a key between two moments. `heard` is the value read, or whether a swap succeeded; None where the answer was lost."""

    def __init__(self, kind, invoked, old=None, new=None):
        self.kind, self.invoked, self.old, self.new = kind, invoked, old, new
        self.returned, self.heard = NEVER, None

    def apply(self, state):
        """The state after it, or raises ValueError where it could not have heard what it heard."""
        if self.kind == "read":
            if self.heard != (state,):
                raise ValueError
            return state
        if self.kind == "write":
            return self.new
        if self.kind == "delete":
            return None
        succeeds = state is not None and state == self.old
        if self.heard is not None and self.heard != (succeeds,):
            raise ValueError
        return self.new if succeeds else state


class Entry:
    def __init__(self, moment, number, is_call):
        self.moment, self.number, self.is_call = moment, number, is_call
        self.before = self.after = self.answer = None


def linearizable(operations):
    """Whether some order of the operations, each within its time, explains what all of them heard. The key begins missing."""
    entries = []
    for number, operation in enumerate(operations):
        call, answer = Entry(operation.invoked, number, True), Entry(operation.returned, number, False)
        call.answer = answer
        entries += [call, answer]
    entries.sort(key=lambda entry: (entry.moment, not entry.is_call))
    head = last = Entry(0, -1, False)
    for entry in entries:
        last.after, entry.before = entry, last
        last = entry

    def take_out(entry):
        entry.before.after = entry.after
        if entry.after:
            entry.after.before = entry.before

    def put_back(entry):
        entry.before.after = entry
        if entry.after:
            entry.after.before = entry

    state, done, seen, taken = None, 0, set(), []
    entry = head.after
    while head.after:
        if entry.is_call:
            try:
                after = operations[entry.number].apply(state)
                reached = (done | 1 << entry.number, after)
            except ValueError:
                reached = None
            if reached and reached not in seen:
                seen.add(reached)
                taken.append((entry, state))
                done, state = reached
                take_out(entry)
                take_out(entry.answer)
                entry = head.after
            else:
                entry = entry.after
        else:
            if not taken:
                return False
            entry, state = taken.pop()
            done ^= 1 << entry.number
            put_back(entry.answer)
            put_back(entry)
            entry = entry.after
    return True


class V2:
    """The keys /r0 to /r2 of the v2 API."""

    def __init__(self, connection):
        self.connection = connection

    def ask(self, method, key, **query):
        self.connection.request(method, f"/v2/keys/{key}?" + urllib.parse.urlencode(query))
        answer = self.connection.getresponse()
        return answer.status, json.loads(answer.read())

    def read(self, key):
        status, body = self.ask("GET", key, quorum="true")
        return body["node"]["value"] if status == 200 else None

    def write(self, key, value):
        assert self.ask("PUT", key, value=value)[0] in (200, 201)

    def swap(self, key, old, new):
        status, _ = self.ask("PUT", key, value=new, prevValue=old)
        assert status in (200, 404, 412), status
        return status == 200

    def delete(self, key):
        assert self.ask("DELETE", key)[0] in (200, 404)


class V3:
    """The same keys of the v3 API."""

    def __init__(self, connection):
        self.connection = connection

    def ask(self, path, **body):
        for name in ("key", "value"):
            if name in body:
                body[name] = base64.b64encode(body[name].encode()).decode()
        self.connection.request("POST", "/v3/kv/" + path, json.dumps(body))
        answer = self.connection.getresponse()
        text = answer.read()
        assert answer.status == 200, text
        return json.loads(text)

    def read(self, key):
        pairs = self.ask("range", key=key).get("kvs", [])
        return base64.b64decode(pairs[0]["value"]).decode() if pairs else None

    def write(self, key, value):
        self.ask("put", key=key, value=value)

    def swap(self, key, old, new):
        name, was, becomes = (base64.b64encode(text.encode()).decode() for text in (key, old, new))
        answer = self.ask("txn", compare=[{"target": "VALUE", "key": name, "value": was}],
                          success=[{"request_put": {"key": name, "value": becomes}}])
        return answer.get("succeeded", False)

    def delete(self, key):
        self.ask("deleterange", key=key)


class Clients:
    def __init__(self, port, end):
        self.port, self.end = port, end
        self.histories = {(api, f"r{number}"): [] for api in (V2, V3) for number in range(3)}
        self.lock = threading.Lock()
        self.failures = []

    def run(self, number):
        try:
            self.ask_on(number, random.Random(number))
        except Exception as failure:  # what is no lost connection is a fault of the server's
            self.failures.append(failure)

    def ask_on(self, number, chance):
        connection, count = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10), 0
        known = {}
        while time.monotonic() < self.end:
            api, key = chance.choice(list(self.histories))
            client, kind = api(connection), chance.choice(["read", "read", "write", "swap", "swap", "delete"])
            count += 1
            value = f"{number}.{count}"
            if kind == "delete" and chance.random() < 0.5:
                kind = "write"
            if connection.sock is None:
                try:
                    connection.connect()
                except OSError:  # nothing was sent
                    time.sleep(0.01)
                    continue
            operation = Operation(kind, time.monotonic(), known.get((api, key), "none"), value)
            try:
                if kind == "read":
                    operation.heard = (client.read(key),)
                    known[api, key] = operation.heard[0] or "none"
                elif kind == "write":
                    client.write(key, value)
                elif kind == "delete":
                    client.delete(key)
                else:
                    operation.heard = (client.swap(key, operation.old, value),)
                operation.returned = time.monotonic()
            except (OSError, http.client.HTTPException):
                connection.close()
                if kind == "read":
                    continue
            with self.lock:
                self.histories[api, key].append(operation)


def prove_that_it_can_fail():
    def made(*rows):
        operations = []
        for kind, invoked, returned, heard, old, new in rows:
            operation = Operation(kind, invoked, old, new)
            operation.returned, operation.heard = returned, heard
            operations.append(operation)
        return operations

    write_a, write_b = ("write", 0, 1, None, None, "a"), ("write", 2, 3, None, None, "b")
    assert linearizable(made(write_a, write_b, ("read", 4, 5, ("b",), None, None)))
    assert not linearizable(made(write_a, write_b, ("read", 4, 5, ("a",), None, None)))  # stale
    assert not linearizable(made(write_a, ("read", 2, 3, (None,), None, None)))  # lost
    assert linearizable(made(write_a, ("write", 2, NEVER, None, None, "b"), ("read", 4, 5, ("a",), None, None),
                             ("read", 6, 7, ("b",), None, None)))  # its answer was lost
    assert not linearizable(made(write_a, ("write", 2, NEVER, None, None, "b"), ("read", 4, 5, ("b",), None, None),
                                 ("read", 6, 7, ("a",), None, None)))  # came and went
    swaps = [("swap", 2, 5, (True,), "a", "c"), ("swap", 3, 6, (True,), "a", "d")]
    assert not linearizable(made(write_a, *swaps))  # both cannot win


def start(executable, state, port):
    server = subprocess.Popen([executable, "--state-dir", state, "kv", "serve", "--listen", f"127.0.0.1:{port}"],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(3000):
        try:
            http.client.HTTPConnection("127.0.0.1", port, timeout=2).connect()
            return server
        except OSError:
            time.sleep(0.02)
    raise SystemExit("the server does not answer")


def main():
    executable, state, port, seconds = sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
    prove_that_it_can_fail()
    server = start(executable, state, port)
    clients = Clients(port, time.monotonic() + seconds)
    threads = [threading.Thread(target=clients.run, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    time.sleep(seconds / 2)
    server.send_signal(signal.SIGKILL)
    server.wait()
    server = start(executable, state, port)
    for thread in threads:
        thread.join()
    server.kill()
    if clients.failures:
        raise SystemExit(f"a client failed: {clients.failures[0]!r}")
    operations = [operation for history in clients.histories.values() for operation in history]
    lost = sum(operation.returned == NEVER for operation in operations)
    for (api, key), history in clients.histories.items():
        if not linearizable(history):
            raise SystemExit(f"the history of {api.__name__}'s key {key} ({len(history)} operations) is not linearizable")
    print(f"{len(operations)} operations on {len(clients.histories)} keys, {lost} without an answer: linearizable")


main()
