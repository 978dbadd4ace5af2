#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Gives tokens for a registry's scopes: token_server.py

Prints "listening on 127.0.0.1:PORT", then one line for each request: its path and its Authorization."""
import http.server
import json


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        print(self.path, self.headers.get("Authorization", "-"), flush=True)
        body = json.dumps({"token": "a-token", "expires_in": 300}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(f"listening on 127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
