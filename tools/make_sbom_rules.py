#!/usr/bin/env python3
"""Compiles the rules of CycloneDX documents into data/sbom/: of the JSON form the JSON Schemas without their prose, of the XML form
compact tables (types, attributes, content models, simple types) derived from the XSD files. The schemas are CycloneDX's (Apache-2.0),
taken from the npm package @cyclonedx/cyclonedx-library, folder res/schema:

  npm pack @cyclonedx/cyclonedx-library && tar xzf cyclonedx-*.tgz && tools/make_sbom_rules.py package/res/schema
"""
import json
import pathlib
import re
import sys
import xml.etree.ElementTree as ET

XS = "{http://www.w3.org/2001/XMLSchema}"
PROSE = {"title", "description", "$comment", "examples", "default", "meta:enum", "deprecated"}
# Below these keywords stand names chosen by the schema, not keywords.
NAMED = {"properties", "patternProperties", "definitions", "$defs", "dependencies"}


def without_prose(value, named=False):
    if isinstance(value, list):
        return [without_prose(v) for v in value]
    if not isinstance(value, dict):
        return value
    return {k: without_prose(v, k in NAMED and not named) for k, v in value.items() if named or k not in PROSE}


def json_rules(source: pathlib.Path) -> dict:
    text = source.read_text(encoding="utf-8").replace(".SNAPSHOT", "")
    return without_prose(json.loads(text))


class XmlRules:
    """Types and simple types by number; a model is ["seq"|"cho", min, max, parts], ["el", min, max, name, type] or ["any", min, max,
    namespaces]; max -1: without bound."""

    def __init__(self, source: pathlib.Path):
        self.root = ET.fromstring(source.read_text(encoding="utf-8"))
        self.named_types = {e.get("name"): e for e in self.root if e.tag in (XS + "complexType", XS + "simpleType")}
        self.attribute_groups = {e.get("name"): e for e in self.root if e.tag == XS + "attributeGroup"}
        self.elements = {e.get("name"): e for e in self.root if e.tag == XS + "element"}
        self.simple, self.types = [], []
        self.simple_by_name, self.type_by_name = {}, {}

    def rules(self) -> dict:
        bom = self.elements["bom"]
        start = self.type_of(bom)
        unique = [f.get("xpath").lstrip("@") for u in bom.iter(XS + "unique") for f in u.iter(XS + "field")]
        return {"namespace": self.root.get("targetNamespace"), "root": start, "unique": unique, "simple": self.simple, "types": self.types}

    # ---- simple types
    def simple_named(self, name: str) -> int:
        if name not in self.simple_by_name:
            self.simple_by_name[name] = len(self.simple)
            self.simple.append(None)
            prefix, _, local = name.rpartition(":")
            if prefix == "xs":
                made = {"base": local}
            elif prefix == "spdx":
                made = {"base": "string", "words": "spdx"}
            else:
                made = self.simple_of(self.named_types[local])
            self.simple[self.simple_by_name[name]] = made
        return self.simple_by_name[name]

    def add_simple(self, made: dict) -> int:
        if made in self.simple:
            return self.simple.index(made)
        self.simple.append(made)
        return len(self.simple) - 1

    def simple_of(self, node) -> dict:
        union = node.find(XS + "union")
        if union is not None:
            members = [self.simple_named(n) for n in (union.get("memberTypes") or "").split()]
            return {"union": members + [self.add_simple(self.simple_of(s)) for s in union.findall(XS + "simpleType")]}
        return self.restriction(node.find(XS + "restriction"))

    def restriction(self, node) -> dict:
        base = self.simple[self.simple_named(node.get("base"))]
        made = dict(base)
        facets = {k: [f.get("value") for f in node.findall(XS + k)] for k in ("enumeration", "pattern")}
        if facets["enumeration"]:
            made["enum"] = facets["enumeration"]
        if facets["pattern"]:
            made["pattern"] = "|".join(f"(?:{p})" for p in facets["pattern"])
        for facet in ("minLength", "maxLength", "minInclusive", "maxInclusive"):
            found = node.find(XS + facet)
            if found is not None:
                made[facet] = float(found.get("value")) if "." in found.get("value") else int(found.get("value"))
        return made

    # ---- complex types
    def is_simple_name(self, name: str) -> bool:
        prefix, _, local = name.rpartition(":")
        return prefix in ("xs", "spdx") or self.named_types[local].tag == XS + "simpleType"

    def type_named(self, name: str) -> int:
        if name not in self.type_by_name:
            self.type_by_name[name] = len(self.types)
            self.types.append(None)
            if name == "xs:anyType":
                made = {"anything": True}
            elif self.is_simple_name(name):
                made = {"text": self.simple_named(name)}
            else:
                made = self.complex(self.named_types[name.rpartition(":")[2]])
            self.types[self.type_by_name[name]] = made
        return self.type_by_name[name]

    def type_of(self, element) -> int:
        if element.get("type"):
            return self.type_named(element.get("type"))
        inner = element.find(XS + "complexType")
        simple = element.find(XS + "simpleType")
        number = len(self.types)
        self.types.append(None)
        if inner is not None:
            made = self.complex(inner)
        elif simple is not None:
            made = {"text": self.add_simple(self.simple_of(simple))}
        else:
            made = {"anything": True}
        self.types[number] = made
        return number

    def complex(self, node) -> dict:
        made = {}
        if node.get("mixed") == "true":
            made["mixed"] = True
        for content in (node.find(XS + "simpleContent"), node.find(XS + "complexContent")):
            if content is None:
                continue
            extension = content.find(XS + "extension")
            base = extension.get("base")
            if self.is_simple_name(base):
                made["text"] = self.simple_named(base)
            else:
                made |= self.types[self.type_named(base)]
            self.attributes(extension, made)
            self.content(extension, made)
            return made
        self.attributes(node, made)
        self.content(node, made)
        return made

    def content(self, node, made: dict) -> None:
        for part in node:
            if part.tag in (XS + "sequence", XS + "choice"):
                model = self.model(part)
                made["model"] = ["seq", 1, 1, [made["model"], model]] if "model" in made else model

    def attributes(self, node, made: dict) -> None:
        for part in node:
            if part.tag == XS + "attribute":
                if part.get("use") == "prohibited":
                    continue
                simple = part.find(XS + "simpleType")
                number = self.add_simple(self.simple_of(simple)) if simple is not None else self.simple_named(part.get("type", "xs:string"))
                made.setdefault("attributes", {})[part.get("name")] = [number, int(part.get("use") == "required")]
            elif part.tag == XS + "attributeGroup":
                self.attributes(self.attribute_groups[part.get("ref").rpartition(":")[2]], made)
            elif part.tag == XS + "anyAttribute":
                made["any_attribute"] = part.get("namespace", "##any")

    def model(self, node) -> list:
        low = int(node.get("minOccurs", "1"))
        high = -1 if node.get("maxOccurs") == "unbounded" else int(node.get("maxOccurs", "1"))
        if node.tag == XS + "element":
            target = node
            if node.get("ref"):
                target = self.elements[node.get("ref").rpartition(":")[2]]
                return ["el", low, high, target.get("name"), self.shared(target)]
            return ["el", low, high, node.get("name"), self.type_of(node)]
        if node.tag == XS + "any":
            return ["any", low, high, node.get("namespace", "##any")]
        kind = "seq" if node.tag == XS + "sequence" else "cho"
        parts = [self.model(p) for p in node if p.tag in (XS + "element", XS + "any", XS + "sequence", XS + "choice")]
        return [kind, low, high, parts]

    def shared(self, element) -> int:
        if element.get("type"):
            return self.type_named(element.get("type"))
        key = "element " + element.get("name")
        if key not in self.type_by_name:
            self.type_by_name[key] = len(self.types)
            self.type_of(element)  # takes that number
        return self.type_by_name[key]


def write(path: pathlib.Path, value) -> None:
    path.write_text(json.dumps(value, separators=(",", ":"), ensure_ascii=False) + "\n", encoding="utf-8")


def main() -> None:
    source = pathlib.Path(sys.argv[1])
    target = pathlib.Path(__file__).resolve().parent.parent / "data" / "sbom"
    target.mkdir(parents=True, exist_ok=True)
    for n in range(2, 8):
        write(target / f"cyclonedx-1.{n}.json", json_rules(source / f"bom-1.{n}.SNAPSHOT.schema.json"))
        write(target / f"cyclonedx-1.{n}-xml.json", XmlRules(source / f"bom-1.{n}.SNAPSHOT.xsd").rules())
    for name in ("spdx", "jsf-0.82", "cryptography-defs"):
        write(target / f"{name}.json", json_rules(source / f"{name}.SNAPSHOT.schema.json"))


main()
