#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Puts files into the executable: embed.py OUTPUT.S OUTPUT.cpp NAME=PATH...

A PATH that is a folder stands for the certificates in it (*.crt), one after the other. The bytes go in by .incbin, which costs a
compiler nothing; a string literal of 2 MB would cost it seconds and hundreds of megabytes."""
import pathlib
import sys

assembly, table, *assets = sys.argv[1:]
assembly, table = pathlib.Path(assembly), pathlib.Path(table)
lines, declarations, rows = ['.section .rodata,"a"'], [], []
for number, asset in enumerate(sorted(assets)):
    name, _, source = asset.partition("=")
    path = pathlib.Path(source)
    if path.is_dir():
        joined = table.parent / f"asset{number}.pem"
        joined.write_bytes(b"".join(file.read_bytes() for file in sorted(path.glob("*.crt"))))
        path = joined
    symbol = f"dfriends_asset{number}"
    lines += [f".balign 16", f".global {symbol}", f"{symbol}:", f'.incbin "{path.resolve()}"', f".global {symbol}_end", f"{symbol}_end:"]
    declarations.append(f'extern "C" const char {symbol}[];\nextern "C" const char {symbol}_end[];\n')
    rows.append(f'        Asset{{"{name}", {{{symbol}, static_cast<std::size_t>({symbol}_end - {symbol})}}}},\n')
lines.append('.section .note.GNU-stack,"",%progbits')
assembly.write_text("\n".join(lines) + "\n")
table.write_text(
    '#include "assets/assets.hpp"\n\n#include <vector>\n\n' + "".join(declarations) +
    "\nnamespace dfriends::assets {\n\nstd::span<const Asset> all()\n{\n    static const std::vector<Asset> rows{\n" +
    "".join(rows) + "    };\n    return rows;\n}\n\n}\n")
