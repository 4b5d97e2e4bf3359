#!/usr/bin/env python3
"""Lists what ./dev lint gives to clang-tidy: the units of the rooms' libraries in a compile database, unity files first.
usage: tidy_units.py compile_commands.json ROOMS   (ROOMS: a regular expression over room names)"""
import json
import re
import sys

database, rooms = sys.argv[1:]
units = []
for entry in json.load(open(database)):
    target = re.search(r"-o CMakeFiles/entente_([a-z0-9_]+)\.dir/", entry["command"])
    file = entry["file"]
    ours = "/src/" in file or "/Unity/unity_" in file
    if target and ours and "pch" not in target[1] and not file.endswith("_test.cc") and re.fullmatch(rooms, target[1]):
        units.append(file)
for file in sorted(units, key=lambda f: ("/Unity/" not in f, f)):
    print(file)
