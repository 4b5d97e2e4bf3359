#!/usr/bin/env bash
# A registry of 1,222 supporters, made anew: Jekyll from Debian builds the list page, a page for each supporter (both in two languages) and the
# CSV from folders of Markdown files, as the official site does; Entente makes all tables, with the answer for each supporter in them, and the
# digest over every row, from a ledger into which the same folder was imported; and, as `publish`, everything as static files with the proofs.
# Processor time of whole processes, the least of the rounds.
#   tools/bench_jekyll.sh PATH/TO/entente [ROUNDS]
set -euo pipefail
entente=$(readlink -f "$1"); rounds=${2:-3}
command -v jekyll >/dev/null || { echo "bench_jekyll: jekyll is not installed (apt-get install jekyll)" >&2; exit 2; }
folder=$(mktemp -d "${TMPDIR:-/tmp}/entente-bench-jekyll.XXXXXX")
trap 'rm -rf "$folder" "$folder.published"' EXIT
site=$folder/site
mkdir -p "$site/_supporters_en" "$site/_includes" "$site/_layouts" "$site/fr"

python3 - "$site/_supporters_en" <<'PY'
import random, sys
random.seed(7)
kinds = [("private-sector", "Private company"), ("civil-society", "NGO"), ("state", "State"), ("local-authority", "City")]
countries = ["FRA", "DEU", "ITA", "JPN", "CAN", "USA", "CHL", "KEN", "POL", "NZL", "EST", "GBR"]
parts = ["Ak", "bel", "cor", "dan", "el", "for", "gran", "hel", "is", "jor", "kel", "lum", "mar", "nor"]
for n in range(1222):
    name = "".join(random.sample(parts, 3)).capitalize() + random.choice([" Group", " Institute", " Bank", " Network", " Association"]) + f" {n}"
    kind, nature = random.choice(kinds)
    country = random.choice(countries)
    with open(f"{sys.argv[1]}/supporter-{n}-{kind}-{country}.md", "w") as f:
        f.write(f"---\ntitle: {name}\ncategory: {kind}\nnature: {nature}\nnationality: {country}\n"
                f"date_signed: 20{random.randint(18, 25)}-{random.randint(1, 12):02}-{random.randint(1, 28):02}\nwebsite: https://s{n}.example/\n---\n")
PY
cp -r "$site/_supporters_en" "$site/_supporters_fr"
cat >"$site/_config.yml" <<'YML'
collections:
  supporters_en: {output: true, permalink: "/en/supporters/:name"}
  supporters_fr: {output: true, permalink: "/fr/supporters/:name"}
defaults:
  - {scope: {path: "", type: supporters_en}, values: {layout: supporter, lang: en}}
  - {scope: {path: "", type: supporters_fr}, values: {layout: supporter, lang: fr}}
YML
cat >"$site/_layouts/supporter.html" <<'HTML'
<!doctype html><html lang="{{ page.lang }}"><head><title>{{ page.title | escape }}</title></head><body>
<h1>{{ page.title | escape }}</h1><p>{{ page.nature }} {{ page.nationality }} {{ page.date_signed | date: "%d/%m/%Y" }}</p>
<p><a href="{{ page.website }}">{{ page.website }}</a></p><p><a href="{{ '/' | append: page.lang | relative_url }}">back</a></p>
</body></html>
HTML
cat >"$site/_includes/card.html" <<'HTML'
<div class="card" data-category="{{ include.s.category }}" data-country="{{ include.s.nationality }}">
  <h3>{{ include.s.title | escape }}</h3>
  <p class="nature">{{ include.s.nature | escape }}</p>
  <p class="country">{{ include.s.nationality }}</p>
  <p class="date">{{ include.s.date_signed | date: "%d/%m/%Y" }}</p>
  <a href="{{ include.s.website }}">{{ include.s.website | remove: "https://" }}</a>
</div>
HTML
cat >"$site/_layouts/list.html" <<'HTML'
<!doctype html><html lang="{{ page.lang }}"><head><title>{{ page.title }}</title></head><body>
{% assign list = "supporters_" | append: page.lang %}{% assign sorted = site[list] | sort_natural: "title" %}
{% assign states = sorted | where: "category", "state" %}<p>{{ states.size }}</p>
{% assign firms = sorted | where: "category", "private-sector" %}<p>{{ firms.size }}</p>
{% assign others = sorted | where: "category", "civil-society" %}<p>{{ others.size }}</p>
{% for s in sorted %}{% include card.html s=s %}{% endfor %}
</body></html>
HTML
printf -- '---\nlayout: list\nlang: en\ntitle: Supporters\n---\n' >"$site/index.html"
printf -- '---\nlayout: list\nlang: fr\ntitle: Soutiens\n---\n' >"$site/fr/index.html"
cat >"$site/supporters.csv" <<'CSV'
---
---
name,category,nature,nationality,date
{% for s in site.supporters_en %}"{{ s.title }}",{{ s.category }},{{ s.nature }},{{ s.nationality }},{{ s.date_signed }}
{% endfor %}
CSV

"$entente" --quiet keygen registry.example/log -o "$folder/log.key" >/dev/null
for who in officer-1 officer-2 importer; do "$entente" --quiet keygen "registry.example/$who" -o "$folder/$who.key" >/dev/null; done
cat >"$folder/rules.json" <<JSON
{"registry":"Bench","log":"registry.example/log","text":{"sha256":"$(printf rules | sha256sum | cut -d' ' -f1)"},
 "quorum":{"approval":2,"removal":2,"keys":2,"rules":2},
 "windows":{"past":86400,"future":300,"assessment":30,"key_loss_wait":7,"renewal":800,"domain_proof":400},
 "roster":[{"role":"secretariat","person":"officer-1","key":"$(cat "$folder/officer-1.key.vkey")"},
           {"role":"secretariat","person":"officer-2","key":"$(cat "$folder/officer-2.key.vkey")"},
           {"role":"importer","person":"importer-1","key":"$(cat "$folder/importer.key.vkey")"}]}
JSON
"$entente" --quiet registry sign registry-rules "$folder/rules.json" --key "$folder/officer-1.key" --key "$folder/officer-2.key" >"$folder/founding.json"
"$entente" --quiet registry import "$site/_supporters_en" --key "$folder/importer.key" --name "List" --out "$folder/import" >/dev/null
"$entente" --quiet ledger init "$folder/log" --key "$folder/log.key" >/dev/null
"$entente" --quiet ledger append "$folder/log" --key "$folder/log.key" "$folder/founding.json" "$folder"/import/*.json >/dev/null

seconds_of() { # COMMAND… → processor seconds
  local TIMEFORMAT='%U %S'
  { time "$@" >/dev/null 2>"$folder/err"; } 2>"$folder/time" || { cat "$folder/err" >&2; exit 1; }
  awk '{print $1 + $2}' "$folder/time"
}
rebuild() { rm -f "$folder/tables.sqlite"; "$entente" --quiet registry rebuild "$folder/log" --database "sqlite:$folder/tables.sqlite"; }
publish() { rm -rf "$folder.published"; "$entente" --quiet publish "$folder.published" --registry "$folder"; }
declare -A least
measure() { # NAME COMMAND…
  local name=$1 t
  shift
  t=$(seconds_of "$@")
  least[$name]=$(printf '%s\n' "${least[$name]:-$t}" "$t" | sort -g | head -1)
}
for _ in $(seq "$rounds"); do
  measure jekyll jekyll build --disable-disk-cache -s "$site" -d "$folder/built"
  measure rebuild rebuild
  measure publish publish
done
cards=$(grep -c 'class="card"' "$folder/built/index.html")
pages=$(find "$folder/built" -path '*supporters*' -name '*.html' | wc -l)
records=$(sqlite3 "$folder/tables.sqlite" 'select count(*) from supporters' 2>/dev/null || echo '?')
printf 'jekyll   %7.3f s CPU: %s cards in each of 2 languages, %s pages\n' "${least[jekyll]}" "$cards" "$pages"
printf 'rebuild  %7.3f s CPU: tables of %s records and their digest\n' "${least[rebuild]}" "$records"
printf 'publish  %7.3f s CPU: %s static files\n' "${least[publish]}" "$(find "$folder.published" -type f | wc -l)"
awk -v j="${least[jekyll]}" -v r="${least[rebuild]}" -v p="${least[publish]}" \
  'BEGIN {printf "ratio    %7.0f to rebuild (goal: at least 100), %.0f to publish\n", j / r, j / p}'
