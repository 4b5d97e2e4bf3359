#!/usr/bin/env python3
"""The walls between rooms, checked on the text of every #include: the compiler's include paths already hide what a room does not
link, but a room also sees what its rooms link in public, which may be more than the table of docs/design.md allows."""
import pathlib
import re
import sys

ALLOWED = {
    "core": [], "schema": ["core"], "keys": ["core"], "http": ["core"], "catalog": ["core", "schema"], "merkle": ["core", "keys"],
    "statement": ["core", "keys", "schema"], "dns": ["core"], "content": ["core"], "cvss": ["core"], "csaf": ["core", "schema", "cvss"],
    "evidence": ["core", "keys", "dns", "http", "content", "csaf"],
    "measures": ["core", "schema", "cvss", "keys", "catalog", "merkle", "statement", "dns", "content", "csaf", "evidence"],
    "ledger": ["core", "keys", "http", "merkle"],
    "assess": ["core", "keys", "schema", "catalog", "statement", "evidence", "measures"],
    "disclosure": ["core", "keys", "http", "statement", "merkle", "ledger", "csaf"],
    "registry": ["core", "keys", "schema", "http", "catalog", "statement", "merkle", "dns", "evidence", "ledger", "disclosure"],
    "verify": ["core", "keys", "schema", "catalog", "merkle", "statement", "evidence", "ledger", "assess"],
}
FREE = {"server", "cli"}  # the faces: may include every room
ROOMS = set(ALLOWED) | FREE

root = pathlib.Path(__file__).resolve().parent.parent / "src"
broken = []
for path in sorted(root.rglob("*")):
    if path.suffix not in {".cc", ".h", ".cpp"}:
        continue
    parts = path.relative_to(root).parts
    room = parts[0]
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        match = re.match(r'#include "([^"]+)"', line)
        if not match:
            continue
        target = match.group(1).split("/")
        if target[0] not in ROOMS or target[0] == room and room != "measures":
            continue
        if room in FREE:
            # The command line starts the server and publishes, by its public headers.
            if room == "cli" and match.group(1) in {"server/registry_service.h", "server/publish.h"}:
                continue
            if target[0] in FREE and target[0] != room:
                broken.append(f"{path}:{number}: a face includes {match.group(1)}")
            continue
        if target[0] != room and target[0] not in ALLOWED[room]:
            broken.append(f"{path}:{number}: {room} must not include {match.group(1)}")
        # Engines judge what lies in a bundle; what asks the network is not for them.
        if room in {"measures", "assess", "verify"} and target[:2] == ["evidence", "collect"]:
            broken.append(f"{path}:{number}: {room} must not include {match.group(1)}")
        # One engine must not know another; only the table of engines (measures/all.cc) knows all.
        if room == "measures" and target[0] == "measures" and len(parts) > 2 and len(target) > 2 and parts[1] != target[1]:
            broken.append(f"{path}:{number}: engine {parts[1]} includes engine {target[1]}")
if broken:
    print("\n".join(broken))
    sys.exit(1)
