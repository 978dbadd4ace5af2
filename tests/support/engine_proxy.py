#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Stands between a client and the Docker Engine, and writes down what is asked of it.

  engine_proxy.py SOCKET LOG [--kill-at N PIDFILE] [--gone-from N]

Each call has a connection of its own; its request line becomes a line of LOG. With --kill-at the process whose id stands in PIDFILE is
killed instead of its Nth call being handed on; with --gone-from the Nth call and all later ones find an engine that hangs up."""
import os
import signal
import socket
import sys
import threading

ENGINE = "/var/run/docker.sock"


def pump(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


class Proxy:
    def __init__(self, log, kill_at, pid_file, gone_from):
        self.log, self.kill_at, self.pid_file, self.gone_from = log, kill_at, pid_file, gone_from
        self.calls = 0
        self.lock = threading.Lock()

    def serve(self, client):
        first = client.recv(65536)
        if not first:
            client.close()
            return
        with self.lock:
            self.calls += 1
            number = self.calls
            self.log.write(first.split(b"\r\n", 1)[0].decode("latin-1") + "\n")
            self.log.flush()
        if number == self.kill_at:
            os.kill(int(open(self.pid_file).read()), signal.SIGKILL)
        if number == self.kill_at or (self.gone_from and number >= self.gone_from):
            client.close()
            return
        engine = socket.socket(socket.AF_UNIX)
        engine.connect(ENGINE)
        engine.sendall(first)
        threading.Thread(target=pump, args=(client, engine), daemon=True).start()
        pump(engine, client)
        engine.close()
        client.close()


def main(arguments):
    path, log = arguments[:2]
    options = {"--kill-at": 0, "--gone-from": 0}
    pid_file = None
    rest = arguments[2:]
    while rest:
        options[rest[0]] = int(rest[1])
        if rest[0] == "--kill-at":
            pid_file = rest.pop(2)
        del rest[:2]
    proxy = Proxy(open(log, "a"), options["--kill-at"], pid_file, options["--gone-from"])
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path + ".new")
    listener.listen(128)
    os.rename(path + ".new", path)  # who sees it may connect at once
    while True:
        client, _ = listener.accept()
        threading.Thread(target=proxy.serve, args=(client,), daemon=True).start()


if __name__ == "__main__":
    main(sys.argv[1:])
