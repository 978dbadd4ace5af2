#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""kv_watches.py PORT WATCHES RATE SECONDS: opens watches of one prefix on the v3 gateway, puts RATE keys a second below it, and prints what
was lost or doubled and how late the events came: "LOST lost, DOUBLED doubled, p50 ms, p99 ms"."""
import base64
import json
import resource
import selectors
import socket
import sys
import threading
import time

port, watches, rate, seconds = map(int, sys.argv[1:])
resource.setrlimit(resource.RLIMIT_NOFILE, (watches + 100, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
KEY, END = base64.b64encode(b"watched/").decode(), base64.b64encode(b"watched0").decode()


def request(path, body):
    return f"POST /v3/{path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()


selector = selectors.DefaultSelector()
streams = []
for _ in range(watches):
    stream = socket.create_connection(("127.0.0.1", port))
    stream.sendall(request("watch", json.dumps({"create_request": {"key": KEY, "range_end": END}})))
    streams.append(stream)
for stream in streams:
    text = b""
    while b'"created":true' not in text:
        text += stream.recv(65536)
    stream.setblocking(False)

total = rate * seconds
sent = {}
done = threading.Event()


def write():
    """Puts at the rate, on 16 connections that take turns, so that the wait for one answer holds nothing up."""
    writers = [socket.create_connection(("127.0.0.1", port)) for _ in range(16)]
    begun = time.monotonic()
    for number in range(total):
        delay = begun + number / rate - time.monotonic()
        if delay > 0:
            time.sleep(delay)
        writer = writers[number % len(writers)]
        if number >= len(writers):
            text = b""
            while b"revision" not in text:
                text += writer.recv(65536)
        # Its value is the moment, so that no table is needed.
        key = base64.b64encode(b"watched/%06d" % number).decode()
        sent[number] = time.monotonic()
        writer.sendall(request("kv/put", json.dumps({"key": key, "value": ""})))
    done.set()


# Three watches are read event by event; of the others the events are counted, since one process cannot parse a million.
seen = [[] for _ in range(3)]
counts = [0] * watches
rests = [b""] * watches
MARK = b'"mod_revision"'
for index, stream in enumerate(streams):
    selector.register(stream, selectors.EVENT_READ, index)
writer = threading.Thread(target=write)
writer.start()
deadline = time.monotonic() + seconds + 30
while (min(counts) < total) and time.monotonic() < deadline:
    for ready, _ in selector.select(1):
        index = ready.data
        data = ready.fileobj.recv(1 << 20)
        now = time.monotonic()
        text = rests[index] + data
        counts[index] += text.count(MARK)
        rests[index] = text[text.rfind(MARK) + len(MARK):][-len(MARK) + 1:] if MARK in text else text[-len(MARK) + 1:]
        if index < len(seen):
            seen[index].append((now, data))
writer.join()
lost = sum(max(total - count, 0) for count in counts)
doubled = sum(max(count - total, 0) for count in counts)
delays = []
for pieces in seen:
    # A key's event came with the piece in which its line ended.
    text = b""
    for now, data in pieces:
        text += data
        *lines, text = text.split(b"\n")
        for line in lines:
            if not line.startswith(b'{"result"'):
                continue
            for event in json.loads(line)["result"].get("events", []):
                number = int(base64.b64decode(event["kv"]["key"]).decode().split("/")[1])
                delays.append(now - sent[number])
delays.sort()
print(f"{lost} lost, {doubled} doubled, {delays[len(delays) // 2] * 1000:.1f} ms, {delays[len(delays) * 99 // 100] * 1000:.1f} ms")
