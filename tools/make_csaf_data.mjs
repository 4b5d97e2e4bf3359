// Writes data/csaf/: the CSAF 2.0 and CVSS schemas without their prose, the CWE names and the language subtag registry.
// Usage: npm install @secvisogram/csaf-validator-lib language-subtag-registry   (in a folder of its own)
//        node tools/make_csaf_data.mjs FOLDER/node_modules data/csaf
// Sources and licences are named in docs/csaf.md.
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [modules, out] = process.argv.slice(2).map((p) => resolve(p));
const validator = join(modules, "@secvisogram/csaf-validator-lib");
const load = async (path) => (await import(pathToFileURL(join(validator, path)))).default;

// Annotations say nothing to a validator; a member *named* "title" stays, since it lies below `properties`.
function withoutProse(node, isProperties = false) {
  if (Array.isArray(node)) return node.map((n) => withoutProse(n));
  if (node === null || typeof node !== "object") return node;
  const result = {};
  for (const [key, value] of Object.entries(node)) {
    if (!isProperties && ["title", "description", "examples", "default"].includes(key)) continue;
    if (!isProperties && ["enum", "const", "required", "license"].includes(key)) result[key] = value;
    else result[key] = withoutProse(value, !isProperties && ["properties", "definitions", "$defs"].includes(key));
  }
  return result;
}
const write = (name, text) => writeFileSync(join(out, name), text);
const schema = (name, value) => write(name, JSON.stringify(withoutProse(value), null, 1) + "\n");

schema("csaf-2.0.schema.json", await load("lib/schemaTests/csaf_2_0/schema.js"));
for (const version of ["2.0", "3.0", "3.1"]) schema(`cvss-${version}.schema.json`, await load(`schemas/cvss-v${version}.js`));

const names = new Map();
for (const file of readdirSync(join(validator, "lib/cwec")).sort())
  for (const { id, name } of (await load(`lib/cwec/${file}`)).weaknesses) {
    const number = Number(id.replace("CWE-", ""));
    if (!names.has(number)) names.set(number, new Set());
    names.get(number).add(name);
  }
const newest = new Map((await load("lib/cwec/4.17.js")).weaknesses.map(({ id, name }) => [Number(id.replace("CWE-", "")), name]));
let cwe = "";
for (const number of [...names.keys()].sort((a, b) => a - b)) {
  // The name of the newest list first: it is the one findings propose.
  const last = newest.get(number);
  const all = [...names.get(number)].sort((a, b) => (b === last) - (a === last) || (a < b ? -1 : 1));
  for (const name of all) cwe += `${number}\t${name}\n`;
}
write("cwe.tsv", cwe);

let languages = "";
for (const entry of JSON.parse(readFileSync(join(modules, "language-subtag-registry/data/json/registry.json"), "utf8")))
  languages += `${entry.Type}\t${(entry.Subtag ?? entry.Tag).toLowerCase()}\n`;
write("languages.tsv", languages.split("\n").filter(Boolean).sort().join("\n") + "\n");
