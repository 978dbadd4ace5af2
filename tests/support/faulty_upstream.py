#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A package server that misbehaves on command: faulty_upstream.py DIRECTORY

Prints "listening on 127.0.0.1:PORT" and serves the files of DIRECTORY. What it does with a path is set by
    /_set?path=/x&mode=MODE[&at=BYTES][&times=N][&status=CODE][&to=URL][&delay=SECONDS][&bytes=TEXT][&header=FIELD]
for the next N requests of that path (0, the default: all). Modes:
    truncate  declares the whole length, sends AT bytes, closes
    short     declares AT bytes and sends as many, as if that were all
    long      declares AT bytes more than there are, sends all, closes
    flip      sends the byte at AT inverted
    splice    like truncate, but answers a range with the bytes of another file, all zeros
    login     answers 200 with a page of HTML
    status    answers STATUS with a body
    redirect  answers 302 to TO
    slow      sends 16 KiB pieces with DELAY seconds between them
    hang      sends nothing for DELAY seconds, then closes
    stall     sends AT bytes, then nothing for DELAY seconds, then closes
    chunked   sends chunks, and no length
    bare      sends no length at all: the body ends with the connection
    raw       sends TEXT and nothing else, then closes; a line's end in it is written \\r\\n
With &header=NAME:VALUE an answer from a file has that field too.
/_count?path=/x says how often a path was asked for, /_ranges?path=/x the Range headers that came, /_reset forgets all."""
import collections
import email.utils
import http.server
import json
import pathlib
import sys
import threading
import time
import urllib.parse

root = pathlib.Path(sys.argv[1]).resolve()
lock = threading.Lock()
modes = {}
counts = collections.Counter()
ranges = collections.defaultdict(list)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def say(self, status, body, headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def control(self, url, query):
        with lock:
            if url.path == "/_set":
                query["left"] = int(query.get("times", 0)) or -1
                modes[query["path"]] = query
                return self.say(200, b"set\n")
            if url.path == "/_count":
                return self.say(200, str(counts[query["path"]]).encode())
            if url.path == "/_ranges":
                return self.say(200, json.dumps(ranges[query["path"]]).encode())
            if url.path == "/_reset":
                modes.clear(), counts.clear(), ranges.clear()
                return self.say(200, b"reset\n")
        return self.say(404, b"no such control\n")

    def mode(self, path):
        with lock:
            counts[path] += 1
            if "Range" in self.headers:
                ranges[path].append(self.headers["Range"])
            found = modes.get(path)
            if not found or found["left"] == 0:
                return {"mode": "ok"}
            found["left"] -= 1
            return found

    do_HEAD = lambda self: self.do_GET()

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        if url.path.startswith("/_"):
            return self.control(url, query)
        path = urllib.parse.unquote(url.path)
        mode = self.mode(path)
        kind, at = mode["mode"], int(mode.get("at", 0))
        if kind == "login":
            return self.say(200, b"<html>please log in</html>", [("Content-Type", "text/html")])
        if kind == "status":
            return self.say(int(mode["status"]), b"<html>something is wrong</html>", [("Content-Type", "text/html")])
        if kind == "redirect":
            return self.say(302, b"", [("Location", mode["to"])])
        if kind == "hang":
            time.sleep(float(mode["delay"]))
            self.close_connection = True
            return None
        if kind == "raw":
            self.wfile.write(mode["bytes"].encode().decode("unicode_escape").encode("latin-1"))
            self.close_connection = True
            return None
        file = (root / path.lstrip("/")).resolve()
        if not file.is_file() or root not in file.parents:
            return self.say(404, b"not found\n", [("Content-Type", "text/plain")])
        return self.send_file(file, kind, at, float(mode.get("delay", 0.02)), mode.get("header"))

    def send_file(self, file, kind, at, delay, header):
        body = file.read_bytes()
        date = email.utils.formatdate(int(file.stat().st_mtime), usegmt=True)
        if self.headers.get("If-Modified-Since") == date:
            self.send_response(304)
            self.end_headers()
            return
        if kind == "flip":
            body = body[:at] + bytes([body[at] ^ 255]) + body[at + 1:]
        first, total = 0, len(body)
        wanted = self.headers.get("Range", "")
        fits = self.headers.get("If-Range", date) == date or kind == "splice"
        if wanted.startswith("bytes=") and wanted.endswith("-") and fits:
            first = int(wanted[6:-1])
            body = bytes(total - first) if kind == "splice" else body[first:]
        length = {"short": at, "long": len(body) + at}.get(kind, len(body))
        self.send_response(206 if first else 200)
        self.send_header("Content-Type", "application/octet-stream")
        if header:
            self.send_header(*header.split(":", 1))
        self.send_header("Last-Modified", date)
        if first:
            self.send_header("Content-Range", f"bytes {first}-{total - 1}/{total}")
        if kind == "bare":
            self.close_connection = True
        elif kind == "chunked":
            self.send_header("Transfer-Encoding", "chunked")
        else:
            self.send_header("Content-Length", str(length))
        self.end_headers()
        if self.command == "HEAD":
            return
        if kind in ("truncate", "long") or (kind == "splice" and not first):
            self.wfile.write(body if kind == "long" else body[:at])
            self.close_connection = True
        elif kind == "short":
            self.wfile.write(body[:at])
        elif kind == "stall":
            self.wfile.write(body[:at])
            self.wfile.flush()
            time.sleep(delay)
            self.close_connection = True
        elif kind == "chunked":
            for start in range(0, len(body), 10000):
                piece = body[start:start + 10000]
                self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            self.wfile.write(b"0\r\n\r\n")
        elif kind == "slow":
            for start in range(0, len(body), 16384):
                self.wfile.write(body[start:start + 16384])
                self.wfile.flush()
                time.sleep(delay)
        else:
            self.wfile.write(body)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, *_):
        pass  # a peer that leaves is what the tests do


server = Server(("127.0.0.1", 0), Handler)
print(f"listening on 127.0.0.1:{server.server_address[1]}", flush=True)
server.serve_forever()
