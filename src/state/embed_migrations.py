#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the table of migrations: embed_migrations.py OUTPUT.cpp NNNN-room.sql..."""
import pathlib
import re
import sys

output, *sources = map(pathlib.Path, sys.argv[1:])
rows = []
for source in sorted(sources):
    found = re.fullmatch(r"(\d{4})-([a-z_]+)\.sql", source.name)
    if not found:
        sys.exit(f"{source.name}: migrations are named NNNN-<room>.sql")
    script = source.read_text()
    if ')sql"' in script:
        sys.exit(f'{source.name}: must not contain )sql"')
    rows.append(f'    {{{int(found[1])}, "{source.stem}", R"sql({script})sql"}},\n')
output.write_text(
    '#include "state/migrate.hpp"\n\n#include <vector>\n\nnamespace dfriends::state {\n\n'
    "std::span<const Migration> migrations()\n{\n"
    "    static const std::vector<Migration> steps{\n" + "".join(rows) + "    };\n    return steps;\n}\n\n}\n")
