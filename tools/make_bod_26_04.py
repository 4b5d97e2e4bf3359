#!/usr/bin/env python3
"""Writes data/supply/bod-26-04.json: the sixteen outcomes of CISA's BOD 26-04 from the decision table that CERT/CC publishes with SSVC.
Answers are "no"/"yes"; impact "partial"/"total"; days null: with the next upgrade of the system.

    python3 tools/make_bod_26_04.py ../shared/conformance/p6_supply/cvd/ssvc/data/csv/cisa/cisa_bod_26_04_1_0_0.csv > data/supply/bod-26-04.json
"""
import csv
import json
import re
import sys

rows = []
for row in csv.reader(open(sys.argv[1], encoding="utf-8")):
    if row[0] == "row":
        continue
    _, kev, exposed, automatable, impact, outcome = row
    days = re.match(r"(\d+) days", outcome)
    if not days and outcome != "fix on system upgrade":
        sys.exit(f"an outcome not known here: {outcome}")
    rows.append({"kev": kev, "exposed": exposed, "automatable": automatable, "impact": impact, "days": int(days[1]) if days else None,
                 "forensics": "forensic" in outcome})
rows.sort(key=lambda r: (r["kev"], r["exposed"], r["automatable"], r["impact"]))
print('{"source": "CERTCC/SSVC, cisa_bod_26_04_1_0_0.csv", "rows": [')
print(",\n".join("  " + json.dumps(r) for r in rows))
print("]}")
