#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes a small package repository for tests of the cache: make_repository.py DIRECTORY GENERATION [--no-by-hash] [--with FILE]

The suite "stable" has one component with Packages, Packages.gz and Packages.xz; the packages are files that only look like
Debian packages. "medium" depends on "small" and recommends "large". Each generation has other bytes under the same names. InRelease looks signed; clients that do not check
signatures read it like a real one. FILE holds stanzas of packages that the index lists besides."""
import gzip
import hashlib
import lzma
import pathlib
import random
import sys

root, generation = pathlib.Path(sys.argv[1]), int(sys.argv[2])
by_hash = "--no-by-hash" not in sys.argv
algorithms = {"MD5Sum": "md5", "SHA1": "sha1", "SHA256": "sha256", "SHA512": "sha512"}


def put(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


needs = {"medium": "Depends: small (>= 1), elsewhere | nowhere\nRecommends: large\n"}
stanzas = []
for name, size in (("small", 3_000), ("medium", 400_000), ("large", 3_000_000), ("we+ird~1%3a2", 2_000)):
    content = b"!<arch>\n" + random.Random(f"{name} {generation}").randbytes(size - 8)
    path = f"pool/main/{name[0]}/{name}_1_all.deb"
    put(root / path, content)
    stanzas.append(
        f"Package: {name}\nVersion: 1\nArchitecture: all\n{needs.get(name, '')}Filename: {path}\nSize: {size}\n"
        f"MD5sum: {hashlib.md5(content).hexdigest()}\nSHA256: {hashlib.sha256(content).hexdigest()}\nDescription: x\n")
if "--with" in sys.argv: # what else the index lists
    stanzas.append(pathlib.Path(sys.argv[sys.argv.index("--with") + 1]).read_text().lstrip())
packages = "\n".join(stanzas).encode()
suite = root / "dists/stable"
indices = {
    "main/binary-amd64/Packages": packages,
    "main/binary-amd64/Packages.gz": gzip.compress(packages, mtime=0),
    "main/binary-amd64/Packages.xz": lzma.compress(packages),
}
for path, content in indices.items():
    put(suite / path, content)
    if by_hash:
        for label, algorithm in algorithms.items():
            put((suite / path).parent / "by-hash" / label / hashlib.new(algorithm, content).hexdigest(), content)
release = (
    f"Origin: test\nSuite: stable\nCodename: stable\nDate: Sat, 0{generation} Aug 2026 10:00:00 UTC\n"
    f"Acquire-By-Hash: {'yes' if by_hash else 'no'}\nArchitectures: amd64\nComponents: main\n")
for label, algorithm in algorithms.items():
    release += f"{label}:\n"
    for path, content in indices.items():
        release += f" {hashlib.new(algorithm, content).hexdigest()} {len(content)} {path}\n"
put(suite / "Release", release.encode())
put(suite / "InRelease",
    f"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n{release}-----BEGIN PGP SIGNATURE-----\n\ntest\n"
    f"-----END PGP SIGNATURE-----\n".encode())
