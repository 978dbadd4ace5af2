#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""kv_writer.py PORT FILE: sets new keys until it is killed, and notes each one that was acknowledged as "KEY INDEX".

A server that goes away is asked again and again: what was not acknowledged is not noted, and not asked for twice."""
import http.client
import os
import sys
import time

port, file = int(sys.argv[1]), sys.argv[2]
connection = None
number = 0
with open(file, "w", buffering=1) as acknowledged:
    while True:
        number += 1
        key = f"k{os.getpid()}-{number}"
        try:
            connection = connection or http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("PUT", f"/v2/keys/crash/{key}", f"value={key}", {"Content-Type": "application/x-www-form-urlencoded"})
            answer = connection.getresponse()
            answer.read()
            if answer.status == 201:
                acknowledged.write(f"{key} {answer.headers['X-Etcd-Index']}\n")
        except (OSError, http.client.HTTPException):
            if connection:
                connection.close()
            connection = None
            time.sleep(0.02)
