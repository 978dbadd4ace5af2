#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Includes go only down the floors, and each heavy header stays in its home (src/README.md)."""
import pathlib
import re
import sys
import tempfile

FLOORS = [
    {"base"},
    {"log", "json", "crypto", "os", "assets"},
    {"net", "state", "config", "git", "archive", "debian", "cli"},
    {"http", "http2"},
    {"engine", "etcd", "router", "acme", "service"},
    {"converge", "cache", "paas", "kv", "cluster"},
    {"applets", "up", "dashboard"},
]
BELOW = {room: set().union(*FLOORS[:floor]) for floor, rooms in enumerate(FLOORS) for room in rooms}
ALLOWED = dict(BELOW)
for room in ("log", "json", "crypto", "os", "assets"):
    ALLOWED[room] = {"base"}
for room in ("state", "git", "archive"):
    ALLOWED[room] = BELOW[room] | {"net"}  # for the worker and the loop
ALLOWED["http"] = ALLOWED["http2"] = {"net", "log", "assets", "base", "os", "crypto"}
ALLOWED["router"] = BELOW["router"] | {"etcd"}
for room in FLOORS[5]:
    ALLOWED[room] = BELOW[room] - {"cli"}
for room in FLOORS[6]:
    ALLOWED[room] = BELOW[room] | FLOORS[6]
ALLOWED["main.cpp"] = {"applets", "cli", "base", "os"}

# Heavy headers and the rooms that may name them; "wire" stands for the files wire.* and *_wire.*, which only their like may
# include where they are headers.
CONFINED = {
    r"boost/asio": {"net"},
    r"boost/beast": {"http"},
    r"boost/program_options": {"cli"},
    r"boost/": {"net", "http", "cli"},
    r"nlohmann/": {"json"},
    r"json/json\.hpp": {"json", "wire"},
    r"sqlite3\.h": {"state"},
    r"yaml-cpp/": {"config"},
    r"git2": {"git"},
    r"archive(_entry)?\.h": {"archive"},
    r"nghttp2/": {"http2"},
    r"openssl/": {"crypto", "net"},
    r"spdlog/": {"log"},
}


INCLUDE = re.compile(r'\s*#\s*include\s*([<"])([^">]+)')


def is_wire(path):
    return path.stem == "wire" or path.stem.endswith("_wire")


def heavy_wire_headers(root):
    """The headers of `root` through which JSON would leak into a file that is not about the wire."""
    return {str(path.relative_to(root)) for path in root.rglob("*.hpp")
            if is_wire(path) and any((found := INCLUDE.match(line)) and found[2] == "json/json.hpp"
                                     for line in path.read_text().splitlines())}


def check(root):
    """The complaints about every source below `root`."""
    bad = []
    leaking = heavy_wire_headers(root)
    for path in sorted(root.rglob("*.[ch]pp")):
        relative = path.relative_to(root)
        room = relative.parts[0]
        if room not in ALLOWED:
            bad.append(f"{relative}: '{room}' stands on no floor")
            continue
        for number, line in enumerate(path.read_text().splitlines(), 1):
            found = INCLUDE.match(line)
            if not found:
                continue
            target = found[2].split("/")[0]
            if found[1] == '"' and target != room and target not in ALLOWED[room]:
                bad.append(f"{relative}:{number}: {room} may not include {found[2]}")
            if found[2] in leaking and not is_wire(path):
                bad.append(f"{relative}:{number}: {found[2]} is for files of the wire only")
            for pattern, rooms in CONFINED.items():
                if re.match(pattern, found[2]) and room not in rooms and not (is_wire(path) and "wire" in rooms):
                    bad.append(f"{relative}:{number}: {found[2]} belongs in {', '.join(sorted(rooms))}")
                    break
                if re.match(pattern, found[2]):
                    break
    return bad


def self_test():
    """A lint that cannot fail proves nothing."""
    cases = {
        "base/a.hpp": '#include "net/loop.hpp"',
        "kv/b.cpp": '#include "cache/store.hpp"',
        "http/c.cpp": '#include "state/store.hpp"',
        "engine/d.cpp": '#include "json/json.hpp"',
        "kv/e.cpp": "#include <sqlite3.h>",
        "cache/f.cpp": "#include <boost/asio/ip/tcp.hpp>",
        "attic/g.cpp": "",
        "engine/h.cpp": '#include "engine/i_wire.hpp"',
    }
    with tempfile.TemporaryDirectory() as directory:
        for name, text in (cases | {"engine/i_wire.hpp": '#include "json/json.hpp"'}).items():
            file = pathlib.Path(directory) / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text + "\n")
        found = check(pathlib.Path(directory))
    missed = [name for name in cases if not any(line.startswith(name) for line in found)]
    if missed:
        sys.exit(f"layers.py does not see: {', '.join(missed)}")


self_test()
complaints = check(pathlib.Path(__file__).resolve().parents[2] / "src")
print("\n".join(complaints), end="\n" if complaints else "")
sys.exit(bool(complaints))
