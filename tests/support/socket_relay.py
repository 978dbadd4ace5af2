#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Carries bytes between a socket of its own and another: socket_relay.py LISTEN TARGET. Killed, all that goes through it breaks."""
import os
import socket
import sys
import threading


def carry(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


listen, target = sys.argv[1:]
if os.path.exists(listen):
    os.unlink(listen)
server = socket.socket(socket.AF_UNIX)
server.bind(listen)
server.listen(64)
while True:
    client, _ = server.accept()
    peer = socket.socket(socket.AF_UNIX)
    peer.connect(target)
    for pair in ((client, peer), (peer, client)):
        threading.Thread(target=carry, args=pair, daemon=True).start()
