#!/usr/bin/env python3
"""Makes the example election beside it: records/ (manifest, vote records), plan.json and paper.csv, what is on the paper of every card.
Numbers come from a fixed generator, so that the files are the same every time. Example County does not exist."""
import csv
import json
import pathlib

HERE = pathlib.Path(__file__).parent
STATE = [20261103]


def chance(n):
    STATE[0] = (STATE[0] * 6364136223846793005 + 1442695040888963407) % 2**64
    return (STATE[0] >> 33) % n


def pick(weighted):
    at = chance(sum(w for _, w in weighted))
    for value, w in weighted:
        if at < w:
            return value
        at -= w
    raise AssertionError


MAYOR = ["Ada Example", "Bob Sample", "Cyd Specimen"]
MEASURE = ["Yes", "No"]
SEAT = ["Dee Instance", "Eli Model", "Fay Pattern", "Gus Template"]
RANKINGS = [
    ("Dee Instance|Eli Model", 30), ("Dee Instance", 12), ("Eli Model|Dee Instance|Fay Pattern", 16), ("Eli Model|Fay Pattern", 6),
    ("Fay Pattern|Dee Instance", 14), ("Fay Pattern|Gus Template|Eli Model", 5), ("Gus Template|Fay Pattern", 7), ("Gus Template|Dee Instance", 6),
    ("Gus Template||Eli Model", 2), ("[no vote]", 2),
]
# Cards on which the paper differs from the record: what the audit has to find.
DIFFERENT = {"1-2-17": ("Mayor", "[no vote]"), "2-1-40": ("Measure 1", "No"), "2-3-8": ("Library seat", "Fay Pattern|Dee Instance")}

batches = [(t, b, 60) for t in (1, 2) for b in (1, 2, 3, 4)]
cards = {}
for t, b, n in batches:
    for k in range(1, n + 1):
        mayor = pick([("Ada Example", 54), ("Bob Sample", 31), ("Cyd Specimen", 11), ("[no vote]", 3), ("[overvote]", 1)])
        measure = "-" if t == 2 and b == 4 else pick([("Yes", 58), ("No", 32), ("[no vote]", 6)])
        seat = "-" if t == 1 and b >= 3 else pick(RANKINGS)
        cards[f"{t}-{b}-{k}"] = {"Mayor": mayor, "Measure 1": measure, "Library seat": seat}
for card, (contest, _) in DIFFERENT.items():
    cards[card][contest] = {"Mayor": "Ada Example", "Measure 1": "Yes", "Library seat": "Dee Instance|Eli Model"}[contest]

CONTESTS = ["Mayor", "Measure 1", "Library seat"]
(HERE / "records").mkdir(exist_ok=True)
with open(HERE / "records/manifest.csv", "w", newline="", encoding="utf-8") as f:
    out = csv.writer(f, lineterminator="\n")
    out.writerow(["Tabulator", "Batch", "Number of Ballots", "Location"])
    for t, b, n in batches:
        out.writerow([t, b, n, f"Box {t}{b}"])
with open(HERE / "records/vote-records.csv", "w", newline="", encoding="utf-8") as f:
    out = csv.writer(f, lineterminator="\n")
    out.writerow(["card", *CONTESTS])
    for card, votes in cards.items():
        out.writerow([card, *(votes[c] for c in CONTESTS)])
with open(HERE / "paper.csv", "w", newline="", encoding="utf-8") as f:
    out = csv.writer(f, lineterminator="\n")
    out.writerow(["card", "status", *CONTESTS, "note"])
    for card, votes in cards.items():
        found = dict(votes)
        if card in DIFFERENT:
            found[DIFFERENT[card][0]] = DIFFERENT[card][1]
        out.writerow([card, "found", *(found[c] for c in CONTESTS), "differs from the record" if card in DIFFERENT else ""])


def tally(contest, choices):
    return [{"name": c, "votes": sum(v[contest] == c for v in cards.values())} for c in choices]


plan = {
    "format": "entente election audit/1", "election": "Example County, local election of 3 November 2026", "risk_limit": "0.05",
    "method": "card_comparison", "test": "betting", "manifests": ["records/manifest.csv"], "records": ["records/vote-records.csv"],
    "contests": [
        {"name": "Mayor", "kind": "plurality", "seats": 1, "votes_allowed": 1, "choices": tally("Mayor", MAYOR), "winners": ["Ada Example"]},
        {"name": "Measure 1", "kind": "plurality", "seats": 1, "votes_allowed": 1, "choices": tally("Measure 1", MEASURE), "winners": ["Yes"]},
        {"name": "Library seat", "kind": "irv", "choices": [{"name": c} for c in SEAT], "winners": ["Dee Instance"]},
    ],
}
(HERE / "plan.json").write_text(json.dumps(plan, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
