#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The calls of the engine that a push of a static site makes, one after the other: prints their time in ms."""
import http.client
import io
import json
import socket
import tarfile
import time


class Engine(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect("/var/run/docker.sock")


def call(method, path, body=None, kind="application/json"):
    engine = Engine("engine")
    engine.request(method, path, body, {"Content-Type": kind})
    answer = engine.getresponse()
    text = answer.read()
    if answer.status >= 400:
        raise SystemExit(f"{method} {path}: {answer.status} {text}")
    return json.loads(text) if text.startswith((b"{", b"[")) else None


def make_tar():
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        entry = tarfile.TarInfo("app/index.html")
        entry.size = 5
        tar.addfile(entry, io.BytesIO(b"body\n"))
    return out.getvalue()


base = next(tag for image in call("GET", "/images/json") for tag in image["RepoTags"] or [] if tag.startswith("dfriends/static:"))
begin = time.monotonic()
built = call("POST", "/containers/create", json.dumps({"Image": base, "Cmd": ["x"]}))["Id"]
call("PUT", f"/containers/{built}/archive?path=/", make_tar(), "application/x-tar")
image = call("POST", f"/commit?container={built}&changes=ENTRYPOINT%20%5B%22/dfriends%22,%22paas%22,%22static%22%5D&changes=CMD%20%5B%22/app%22%5D")["Id"]
call("DELETE", f"/containers/{built}?force=1")
serving = call("POST", "/containers/create", json.dumps({"Image": image, "Env": ["PORT=5000"], "HostConfig": {"Init": True}}))["Id"]
call("POST", f"/containers/{serving}/start")
address = call("GET", f"/containers/{serving}/json")["NetworkSettings"]["IPAddress"]
while True:
    try:
        connection = http.client.HTTPConnection(address, 5000, timeout=1)
        connection.request("GET", "/")
        if connection.getresponse().read() == b"body\n":
            break
    except OSError:
        time.sleep(0.01)
print(int((time.monotonic() - begin) * 1000))
call("DELETE", f"/containers/{serving}?force=1")
call("DELETE", f"/images/{image}?force=1")
