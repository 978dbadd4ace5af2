#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The table of applets and the man pages agree: each verb that help lists has a heading of its name (.Ss), each heading is a verb, and
each option of a verb stands in the page; mandoc warns of nothing. DFRIENDS names the executable whose table it is."""
import json
import os
import pathlib
import re
import subprocess
import sys

MANUALS = pathlib.Path(__file__).resolve().parents[2] / "man"
OTHER_HEADINGS = {"Options", "Options of every verb"}


def page_of(applet):
    """'kv ctl' is explained with 'kv'; the house's own verbs in dfriends(1)."""
    return "dfriends" + ("-" + applet.split()[0] if applet else "") + ".1"


def check(applets, pages):
    """The complaints; `pages` maps a file's name to its text."""
    bad, verbs_of = [], {}
    for applet in applets:
        name = page_of(applet["name"])
        if name not in pages:
            bad.append(f"man/{name} is missing")
            continue
        headings = set(re.findall(r"^\.Ss (.+)$", pages[name], re.M))
        for verb in applet["verbs"]:
            if verb["hidden"]:
                continue
            verbs_of.setdefault(name, set()).add(verb["name"])
            if verb["name"] not in headings:
                bad.append(f"man/{name}: no heading '.Ss {verb['name']}'")
            for option in verb["options"] + applet["options"]:
                if not re.search(rf"Fl (\w , )?-{re.escape(option['name'])}\b", pages[name]):
                    bad.append(f"man/{name}: no word of --{option['name']} of '{verb['name']}'")
    for name, verbs in verbs_of.items():
        for heading in re.findall(r"^\.Ss (.+)$", pages[name], re.M):
            if heading not in verbs | OTHER_HEADINGS:
                bad.append(f"man/{name}: '.Ss {heading}' is no verb")
    return sorted(set(bad))


def self_test():
    verb = {"name": "get", "hidden": False, "options": [{"name": "sort"}]}
    applet = {"name": "kv", "options": [], "verbs": [verb]}
    good = ".Ss get\n.It Fl -sort\n"
    cases = [(good, 0), (".It Fl -sort\n", 1), (".Ss get\n", 1), (good + ".Ss gone\n", 1)]
    for text, expected in cases:
        if len(check([applet], {"dfriends-kv.1": text})) != expected:
            sys.exit(f"manuals.py misjudges {text!r}")
    if not check([applet], {}):
        sys.exit("manuals.py does not miss a page")


self_test()
table = json.loads(subprocess.run([os.environ["DFRIENDS"], "__table"], check=True, capture_output=True).stdout)
pages = sorted(MANUALS.glob("*.1"))
complaints = check(table, {page.name: page.read_text() for page in pages})
checked = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", *pages], capture_output=True, text=True)
complaints += [line for line in checked.stdout.splitlines() if ": WARNING:" in line or ": ERROR:" in line]
print("\n".join(complaints), end="\n" if complaints else "")
sys.exit(bool(complaints))
