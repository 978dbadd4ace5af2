#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""kv_writer.py [--v3] PORT FILE: sets new keys until it is killed, and notes each one that was acknowledged as "KEY INDEX".
With --v3 each is a transaction that puts one/KEY and two/KEY.

A server that goes away is asked again and again: what was not acknowledged is not noted, and not asked for twice."""
import base64
import http.client
import json
import os
import sys
import time

v3 = sys.argv[1] == "--v3"
port, file = int(sys.argv[-2]), sys.argv[-1]


def put_v2(connection, key):
    """The index of the change; nothing where it was refused."""
    connection.request("PUT", f"/v2/keys/crash/{key}", f"value={key}", {"Content-Type": "application/x-www-form-urlencoded"})
    answer = connection.getresponse()
    answer.read()
    return answer.headers["X-Etcd-Index"] if answer.status == 201 else None


def put_v3(connection, key):
    puts = [{"request_put": {"key": base64.b64encode(f"{prefix}/{key}".encode()).decode()}} for prefix in ("one", "two")]
    connection.request("POST", "/v3/kv/txn", json.dumps({"success": puts}))
    answer = connection.getresponse()
    body = answer.read()
    return json.loads(body)["header"]["revision"] if answer.status == 200 else None


connection = None
number = 0
with open(file, "w", buffering=1) as acknowledged:
    while True:
        number += 1
        key = f"k{os.getpid()}-{number}"
        try:
            connection = connection or http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            index = (put_v3 if v3 else put_v2)(connection, key)
            if index is not None:
                acknowledged.write(f"{key} {index}\n")
        except (OSError, http.client.HTTPException):
            if connection:
                connection.close()
            connection = None
            time.sleep(0.02)
