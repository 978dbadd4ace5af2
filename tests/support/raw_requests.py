#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Requests as an attacker writes them: raw_requests.py ADDRESS PORT URL

Each malformed request goes out on a connection of its own, with a well-formed one for URL hidden in it or right behind it. The server
must answer once, with an error, and close: whoever stands between would take the rest for the next client's request. Then the
well-formed ones of the kind that fools careless servers, which must be answered exactly as often as they are requests."""
import re
import socket
import sys

address, port, url = sys.argv[1], int(sys.argv[2]), sys.argv[3]
hidden = f"GET {url} HTTP/1.1\r\nHost: x\r\n\r\n"
start = "GET http://mirror.invalid/x HTTP/1.1\r\nHost: x\r\n"

malformed = {
    "length and chunks": start + f"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{hidden}",
    "chunks and length": start + f"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n{hidden}",
    "two lengths": start + f"Content-Length: 0\r\nContent-Length: {len(hidden)}\r\n\r\n{hidden}",
    "a list of lengths": start + f"Content-Length: 0, {len(hidden)}\r\n\r\n{hidden}",
    "a signed length": start + f"Content-Length: +0\r\n\r\n{hidden}",
    "a negative length": start + f"Content-Length: -1\r\n\r\n{hidden}",
    "a hexadecimal length": start + f"Content-Length: 0x0\r\n\r\n{hidden}",
    "a length beyond 64 bits": start + f"Content-Length: 18446744073709551616\r\n\r\n{hidden}",
    "another coding": start + f"Transfer-Encoding: gzip\r\n\r\n{hidden}",
    "chunks not last": start + f"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n{hidden}",
    "two codings": start + f"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n{hidden}",
    "chunks of HTTP/1.0": "GET http://mirror.invalid/x HTTP/1.0\r\nConnection: keep-alive\r\n"
                          f"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n{hidden}",
    "a blank before the colon": start + f"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n{hidden}",
    "a folded line": start + f"X: a\r\n Transfer-Encoding: chunked\r\n\r\n{hidden}",
    "a first field that is folded": f"GET http://mirror.invalid/x HTTP/1.1\r\n Host: x\r\n\r\n{hidden}",
    "bare line feeds": f"GET http://mirror.invalid/x HTTP/1.1\nHost: x\n\n{hidden}",
    "a bare carriage return": start + f"X: a\rTransfer-Encoding: chunked\r\n\r\n{hidden}",
    "a zero byte": start + f"X: a\0b\r\n\r\n{hidden}",
    "a field without a name": start + f": x\r\n\r\n{hidden}",
    "a field without a colon": start + f"nonsense\r\n\r\n{hidden}",
    "no host": f"GET http://mirror.invalid/x HTTP/1.1\r\n\r\n{hidden}",
    "two hosts": start + f"Host: y\r\n\r\n{hidden}",
    "a blank in the target": f"GET http://mirror.invalid/x y HTTP/1.1\r\nHost: x\r\n\r\n{hidden}",
    "no version": f"GET http://mirror.invalid/x\r\nHost: x\r\n\r\n{hidden}",
    "another version": f"GET http://mirror.invalid/x HTTP/2.0\r\nHost: x\r\n\r\n{hidden}",
    "a version to come": f"GET http://mirror.invalid/x HTTP/1.2\r\nHost: x\r\n\r\n{hidden}",
    "a head without end": start + "X: " + "a" * 200_000 + f"\r\n\r\n{hidden}",
}
own = "http://mirror.invalid/../x"  # refused by the proxy itself, without a look at any server
well_formed = {
    "a request as body": (f"GET {own} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(hidden)}\r\n\r\n{hidden}", 1),
    "a request as chunk": (f"GET {own} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n{len(hidden):x}\r\n{hidden}"
                           "\r\n0\r\n\r\n", 1),
    "a request in a trailer": (f"GET {own} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: GET / HTTP/1.1\r\n\r\n", 1),
    "a trailer without end": (f"GET {own} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: " + "a" * 300_000, 1),
    "a chunk's head without end": (f"GET {own} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1;" + "a" * 300_000, 1),
    "two requests": (f"GET {own} HTTP/1.1\r\nHost: x\r\n\r\nGET {own} HTTP/1.1\r\nHost: x\r\n\r\n", 2),
    "a request behind a body": (f"GET {own} HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabcGET {own} HTTP/1.1\r\nHost: x\r\n\r\n", 2),
}


def answers(request):
    """The status codes that come back before the server closes, or until it is silent."""
    connection = socket.create_connection((address, port), 60)
    received = b""
    try:
        connection.sendall(request.encode("latin-1"))
        connection.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # it has answered and closed before all of it was sent
    try:
        while piece := connection.recv(65536):
            received += piece
    except ConnectionError:
        pass
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", received)]


bad = []
for name, request in malformed.items():
    got = answers(request)
    if len(got) != 1 or got[0] not in (400, 431, 501, 505):
        bad.append(f"{name}: answered {got}")
for name, (request, count) in well_formed.items():
    got = answers(request)
    if len(got) != count or any(status != 400 for status in got):
        bad.append(f"{name}: answered {got} instead of {count} times 400")
print("\n".join(bad) or f"{len(malformed)} refused, {len(well_formed)} understood")
sys.exit(bool(bad))
