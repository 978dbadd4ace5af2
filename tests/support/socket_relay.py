#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Carries bytes between a socket of its own and another: socket_relay.py LISTEN TARGET [BYTES]. Killed, all that goes through it breaks; with
BYTES it kills itself when so many have come back from TARGET."""
import os
import signal
import socket
import sys
import threading


listen, target_path = sys.argv[1:3]
left = int(sys.argv[3]) if len(sys.argv) > 3 else float("inf")


def carry(source, target, counts):
    global left
    try:
        while data := source.recv(65536):
            if counts:
                left -= len(data)
                if left < 0:
                    os.kill(os.getpid(), signal.SIGKILL)
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


if os.path.exists(listen):
    os.unlink(listen)
server = socket.socket(socket.AF_UNIX)
server.bind(listen + ".new")
server.listen(64)
os.rename(listen + ".new", listen)  # who sees it may connect at once
while True:
    client, _ = server.accept()
    peer = socket.socket(socket.AF_UNIX)
    peer.connect(target_path)
    for pair in ((client, peer, False), (peer, client, True)):
        threading.Thread(target=carry, args=pair, daemon=True).start()
