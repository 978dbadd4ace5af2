#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every source is laid out as .clang-format has it; `clang-format-19 -i FILE` mends one."""
import pathlib
import subprocess
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parents[2]


def misplaced(files, directory):
    """Those that clang-format would change."""
    command = ["clang-format-19", "--dry-run", "-Werror", "--ferror-limit=1", "--style=file:" + str(TOP / ".clang-format")]
    done = subprocess.run([*command, *files], cwd=directory, capture_output=True, text=True)
    return sorted({line.split(":")[0] for line in done.stderr.splitlines() if ": error:" in line})


def self_test():
    with tempfile.TemporaryDirectory() as directory:
        folder = pathlib.Path(directory)
        (folder / "bad.cpp").write_text("int  f( ){return 1;}\n")
        (folder / "good.cpp").write_text("int a = 1;\n")
        if misplaced(["bad.cpp", "good.cpp"], folder) != ["bad.cpp"]:
            sys.exit("format.py does not see what is laid out badly")


self_test()
listed = subprocess.run(["git", "-C", str(TOP), "ls-files", "*.cpp", "*.hpp"], check=True, capture_output=True, text=True).stdout.split()
bad = misplaced([name for name in listed if (TOP / name).is_file()], TOP)
print("".join(f"{name}: not as .clang-format has it\n" for name in bad), end="")
sys.exit(bool(bad))
