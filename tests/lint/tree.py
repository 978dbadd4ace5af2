#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What stands in the tree: only the agreed names at its top, the licence line in every source, no host of a package registry, no path of
a developer's machine, nothing unfinished by its own words, and released migrations as they were released."""
import hashlib
import pathlib
import re
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
NAMES = {"meson.build", "meson_options.txt", "subprojects", "src", "share", "man", "packaging", "tests", "README.md", "LICENSE"}
UNFINISHED = re.compile("|".join(["TO" + "DO", "FIX" + "ME", "not " + "implemented", "un" + "implemented"]))
HOME = re.compile(r"/(?:ho" + r"me|work|farm)/\w+/")
# Of each migration that was in a release, the SHA-256: a database out there has run it.
RELEASED = {}


def hosts_of_registries():
    """The registries that this machine itself uses: their names must not have crept in."""
    found = set()
    for path in [pathlib.Path("/etc/apt/sources.list"), *pathlib.Path("/etc/apt/sources.list.d").glob("*")]:
        if path.is_file():
            found |= set(re.findall(r"^(?:URIs:|deb(?: \[[^]]*\])?) *https?://([^/\s]+)", path.read_text(errors="replace"), re.M))
    return found


def check(files, hosts, released):
    """The complaints; `files` maps paths to texts."""
    bad = []
    migrations = {}
    for path, text in files.items():
        first = path.split("/")[0]
        if first not in NAMES and not first.startswith("."):
            bad.append(f"{path}: '{first}' does not belong at the top")
        if path.endswith((".cpp", ".hpp")) and not text.startswith("// SPDX-License-Identifier: Apache-2.0\n"):
            bad.append(f"{path}: the first line is not the licence's")
        if path.startswith("src/migrations/") or "/migrations/" in path:
            migrations[pathlib.PurePath(path).name] = text
        for number, line in enumerate(text.splitlines(), 1):
            for host in hosts:
                if host in line:
                    bad.append(f"{path}:{number}: names the registry '{host}'; write mirror.example")
            if HOME.search(line):
                bad.append(f"{path}:{number}: a path of somebody's machine")
            if path.startswith("src/") and UNFINISHED.search(line):
                bad.append(f"{path}:{number}: unfinished by its own words")
    for name, digest in released.items():
        if hashlib.sha256(migrations.get(name, "").encode()).hexdigest() != digest:
            bad.append(f"{name}: a released migration is never edited; add another one")
    numbers = sorted(int(name.split("-")[0]) for name in migrations)
    if numbers != list(range(1, len(numbers) + 1)):
        bad.append(f"migrations are numbered {numbers}, not 1, 2, 3 …")
    return bad


def self_test():
    licence = "// SPDX-License-Identifier: Apache-2.0\n"
    cases = {
        "attic/a": "", "src/a.cpp": "int a;\n", "src/b.cpp": licence + "// TO" + "DO\n", "README.md": "http://mirror.example/x\n",
        "tests/c.sh": "cd /ho" + "me/me/x\n", "src/state/migrations/0002-kv.sql": "select 1;",
    }
    found = check(cases, {"mirror.example"}, {"0002-kv.sql": "0"})
    for needle in ("attic/a", "src/a.cpp", "src/b.cpp:2", "README.md:1", "tests/c.sh:1", "0002-kv.sql: a released", "migrations are numbered"):
        if not any(line.startswith(needle) for line in found):
            sys.exit(f"tree.py does not see {needle}")
    if check({"src/a.cpp": licence}, {"mirror.example"}, {}):
        sys.exit("tree.py complains about a good file")


self_test()
listed = subprocess.run(["git", "-C", str(TOP), "ls-files"], check=True, capture_output=True, text=True).stdout.splitlines()
texts = {path: (TOP / path).read_text(errors="replace") for path in listed if (TOP / path).is_file()}
complaints = check(texts, hosts_of_registries(), RELEASED)
print("\n".join(complaints), end="\n" if complaints else "")
sys.exit(bool(complaints))
