#!/usr/bin/env python3
"""Writes data/supply/purl-types.json: what the type definitions of the purl specification ask of a namespace, a name, a version and the
qualifiers, one type a line. Prose, examples and addresses are left out. A rule in words that is not known here stops the script: a person has
to look at it.

    python3 tools/make_purl_types.py ../shared/conformance/p6_supply/purl/purl-spec/types > data/supply/purl-types.json
"""
import json
import pathlib
import sys

# The specification requires a namespace; tools in daily use leave it out ("pkg:golang/stdlib", "pkg:deb/curl"), so it is not insisted on.
TOLERANT = {"alpm", "apk", "composer", "deb", "golang", "huggingface", "qpkg", "rpm", "swift", "vscode-extension"}
# Rules that stand in the definitions as sentences: what they come to. None: nothing (folding is said elsewhere, or no canonical form follows).
SENTENCES = {
    "It is not case sensitive and shall be lowercased.": None,
    "normalize version as specified in vercmp(8) at https://man.archlinux.org/man/vercmp.8#DESCRIPTION as part of alpm.": None,
    "Apply kebab-case": None,  # the tests keep "AC-HalfInteger" as it is
    "Replace dot . with underscore _ when used in distribution (sdist, wheel) names": None,
    "Replace underscore _ with dash -": {"replace": {"_": "-"}},
    "Replace non-[a-z] letters, non-[0-9] digits with underscore _": {"replace_others": "_"},
}
# What the definitions say in a note only.
NOTES = {
    "cpan": {"name_without": "::"},  # a distribution, not a module
    "git": {"name_is_path": True},  # the namespace is the host, the name all of the path
    "mlflow": {"lower_name_at": "azuredatabricks.net"},  # case does not matter on Databricks, on Azure ML it does
}


def facts(definition):
    kind = definition["type"]
    out = {"namespace": definition["namespace_definition"].get("requirement", "optional")}
    if out["namespace"] == "required" and kind in TOLERANT:
        out["namespace"] = "expected"
    lower = []
    for part in ("namespace", "name", "version"):
        rules = definition.get(part + "_definition", {})
        if rules.get("case_sensitive") is False and rules.get("requirement") != "prohibited":
            lower.append(part)
        if part != "namespace" and "permitted_characters" in rules and rules["permitted_characters"].endswith("$"):
            out[part + "_pattern"] = rules["permitted_characters"]
        for sentence in rules.get("normalization_rules", []):
            out.update(SENTENCES[sentence] or {})
    if lower:
        out["lower"] = lower
    needed = [q["key"] for q in definition.get("qualifiers_definition", []) if q.get("requirement") == "required"]
    if needed:
        out["qualifiers"] = needed
    out.update(NOTES.get(kind, {}))
    return kind, out


types = dict(facts(json.loads(p.read_text(encoding="utf-8"))) for p in sorted(pathlib.Path(sys.argv[1]).glob("*-definition.json")))
print('{"source": "package-url/purl-spec, types/*.json", "types": {')
print(",\n".join(f"  {json.dumps(kind)}: {json.dumps(types[kind])}" for kind in sorted(types)))
print("}}")
