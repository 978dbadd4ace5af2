#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""An engine of another age: engine_stand_in.py SOCKET NEWEST OLDEST answers /_ping and every other call as that engine would."""
import http.server
import json
import socketserver
import sys

path, newest, oldest = sys.argv[1:]


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def address_string(self):
        return "client"

    def answer(self, status, body, kind):
        self.send_response(status)
        self.send_header("Api-Version", newest)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_GET(self):
        if self.path.endswith("/_ping"):
            return self.answer(200, b"OK", "text/plain")
        if self.path.endswith("/version"):
            return self.answer(200, json.dumps({"Version": "0", "ApiVersion": newest, "MinAPIVersion": oldest}).encode(), "application/json")
        asked = self.path.split("/")[1].removeprefix("v")
        message = f"client version {asked} is too old. Minimum supported API version is {oldest}, please upgrade your client to a newer version"
        return self.answer(400, json.dumps({"message": message}).encode(), "application/json")

    do_HEAD = do_POST = do_DELETE = do_GET

    def log_message(self, *_):
        pass


server = Server(path, Handler)
print("listening", flush=True)
server.serve_forever()
