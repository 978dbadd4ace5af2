#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A server behind the router: http_backend.py ADDRESS PORT NAME. Prints 'ready' when it listens.

/            NAME, and the request's fields as X-Saw-... of the answer
/echo        the request's body
/big         1 MiB, without a length
/slow        NAME after 1 s; prints 'slow' when it is asked
/cut         a body that ends too early
/ws          a WebSocket handshake whose tunnel echoes in capitals
/connections how many connections were accepted so far
"""
import base64
import hashlib
import http.server
import sys
import threading
import time

address, port, name = sys.argv[1], int(sys.argv[2]), sys.argv[3]
accepted = 0


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def setup(self):
        global accepted
        accepted += 1
        super().setup()

    def log_message(self, *_):
        pass

    def answer(self, body, status=200, headers=()):
        self.send_response(status)
        for key, value in self.headers.items():
            self.send_header("X-Saw-" + key, value)
        for key, value in headers:
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def body(self):
        if self.headers.get("Transfer-Encoding") == "chunked":
            data = b""
            while size := int(self.rfile.readline(), 16):
                data += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return data
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def do_POST(self):
        self.answer(self.body() if self.path == "/echo" else name.encode())

    do_PUT = do_POST

    def do_GET(self):
        if self.path == "/big":
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for _ in range(16):
                self.wfile.write(b"10000\r\n" + b"x" * 65536 + b"\r\n")
            self.wfile.write(b"0\r\n\r\n")
        elif self.path == "/slow":
            print("slow", flush=True)
            time.sleep(1)
            self.answer(name.encode())
        elif self.path == "/cut":
            self.send_response(200)
            self.send_header("Content-Length", "100000")
            self.end_headers()
            self.wfile.write(b"x" * 50000)
            self.wfile.flush()
            self.close_connection = True
        elif self.path == "/ws":
            key = self.headers["Sec-WebSocket-Key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
            self.send_response(101)
            self.send_header("Upgrade", "websocket")
            self.send_header("Connection", "Upgrade")
            self.send_header("Sec-WebSocket-Accept", base64.b64encode(hashlib.sha1(key.encode()).digest()).decode())
            self.end_headers()
            self.wfile.flush()
            while data := self.connection.recv(4096):
                self.connection.sendall(data.upper())
            self.close_connection = True
        elif self.path == "/connections":
            self.answer(str(accepted).encode())
        else:
            self.answer(name.encode())

    do_HEAD = do_GET


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


server = Server((address, port), Handler)
print("ready", flush=True)
threading.Thread(target=server.serve_forever).run()
