#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A forward proxy as offices have one: forward_proxy.py [USER:PASSWORD]

Prints "listening on 127.0.0.1:PORT", then "METHOD TARGET" of each request. Serves GET and HEAD of absolute URLs and CONNECT; with
USER:PASSWORD only who shows them."""
import base64
import http.client
import http.server
import select
import socket
import sys
import urllib.parse

wanted = "Basic " + base64.b64encode(sys.argv[1].encode()).decode() if len(sys.argv) > 1 else None


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def is_welcome(self):
        print(self.command, self.path, flush=True)
        if wanted and self.headers.get("Proxy-Authorization") != wanted:
            self.send_response(407)
            self.send_header("Proxy-Authenticate", "Basic")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return False
        return True

    def do_GET(self):
        if not self.is_welcome():
            return
        url = urllib.parse.urlsplit(self.path)
        server = http.client.HTTPConnection(url.hostname, url.port or 80, timeout=20)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in ("proxy-authorization", "connection")}
        server.request(self.command, urllib.parse.urlunsplit(("", "", url.path, url.query, "")), headers=headers)
        reply = server.getresponse()
        body = reply.read()
        self.send_response(reply.status)
        for name, value in reply.getheaders():
            if name.lower() not in ("connection", "transfer-encoding", "content-length", "server", "date"):
                self.send_header(name, value)
        self.send_header("Content-Length", reply.getheader("Content-Length") if self.command == "HEAD" else str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_HEAD = do_GET

    def do_CONNECT(self):
        if not self.is_welcome():
            return
        host, port = self.path.rsplit(":", 1)
        server = socket.create_connection((host.strip("[]"), int(port)), 20)
        self.send_response(200)
        self.end_headers()
        ends = [self.connection, server]
        self.close_connection = True
        while True:
            for end in select.select(ends, [], [], 30)[0]:
                piece = end.recv(65536)
                if not piece:
                    return
                (server if end is self.connection else self.connection).sendall(piece)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        pass


server = Server(("127.0.0.1", 0), Handler)
print(f"listening on 127.0.0.1:{server.server_address[1]}", flush=True)
server.serve_forever()
