#!/usr/bin/env python3
"""Writes data/catalog/registry/countries.json from Debian's iso-codes (ISO 3166-1 and -3, with their French translations), and what a
person has to know besides: everyday names, codes in use that ISO does not have, and where another list of countries departs from ISO.

    apt-get install iso-codes && python3 tools/make_countries.py > data/catalog/registry/countries.json
"""
import gettext
import json
import subprocess

ISO = "/usr/share/iso-codes/json/"
# Everyday names beside those of the standard, English and French.
EVERYDAY = {
    "ARE": ["UAE", "Émirats arabes unis"], "BIH": ["Bosnia-Herzegovina"], "BLR": ["Biélorussie"], "BOL": ["Bolivie"], "BRN": ["Brunei"],
    "CIV": ["Ivory Coast"], "COD": ["DR Congo", "Democratic Republic of the Congo", "République démocratique du Congo"],
    "COG": ["Congo-Brazzaville", "Republic of the Congo", "République du Congo"], "CPV": ["Cape Verde", "Cap-Vert"],
    "CZE": ["Czech Republic", "République tchèque"], "FLK": ["Falkland Islands"], "FSM": ["Micronesia", "Micronésie"],
    "GBR": ["Great Britain", "UK", "Royaume-Uni", "Grande-Bretagne"], "GNB": ["Guinée-Bissao"],
    "HKG": ["Hong Kong"], "IRN": ["Iran"], "KNA": ["Saint-Christophe-et-Niévès"], "KOR": ["South Korea", "Corée du Sud", "Republic of Korea"],
    "LAO": ["Laos"], "MAC": ["Macau"], "MDA": ["Moldova", "Moldavie"], "MKD": ["Macedonia", "Macédoine", "Macédoine du Nord"],
    "MMR": ["Burma", "Birmanie"], "NLD": ["Holland", "The Netherlands"], "PNG": ["Papouasie-Nouvelle-Guinée"],
    "PRK": ["North Korea", "Corée du Nord"], "PSE": ["Palestine", "Palestinian Territories", "Territoires palestiniens"],
    "RUS": ["Russia", "Russie"], "SVK": ["Slovak Republic", "Slovaquie"], "SWZ": ["Swaziland"], "SYR": ["Syria", "Syrie"],
    "TLS": ["East Timor", "Timor oriental"], "TUR": ["Turkey", "Turquie"], "TWN": ["Taiwan", "Taïwan"], "TZA": ["Tanzania", "Tanzanie"],
    "USA": ["USA", "United States of America", "États-Unis d'Amérique"], "VAT": ["Vatican", "Holy See", "Saint-Siège"],
    "VEN": ["Venezuela"], "VNM": ["Vietnam", "Viêt Nam"],
}
# Codes people write that ISO 3166-1 never had, or has no longer, where it is certain what is meant.
ALIASES = {
    "ROM": ("ROU", "Romania's code until 2002; ISO 3166-3 does not list it because only the code changed"),
    "MTG": ("MNE", "never an ISO code; used for Montenegro"),
    "BUR": ("MMR", "Burma's code until 1989"),
    "ZAR": ("COD", "Zaire's code until 1997"),
    "TMP": ("TLS", "East Timor's code until 2002"),
    "DDR": ("DEU", "German Democratic Republic, until 1990"),
    "BYS": ("BLR", "Byelorussian SSR, until 1992"),
    "HVO": ("BFA", "Upper Volta, until 1984"),
    "DHY": ("BEN", "Dahomey, until 1977"),
    "FXX": ("FRA", "Metropolitan France, until 1997"),
    "YMD": ("YEM", "Democratic Yemen, until 1990"),
    "VDR": ("VNM", "Viet-Nam, Democratic Republic of, until 1977"),
    "RHO": ("ZWE", "Southern Rhodesia, until 1980"),
    "UK": ("GBR", "exceptionally reserved, in everyday use"),
    "EL": ("GRC", "used by the European Union for Greece"),
    "KOS": ("XKX", "used for Kosovo by some"),
    "XK": ("XKX", "used for Kosovo"),
}
# Withdrawn codes whose area is now several countries': nobody can say which from the code.
SEVERAL = {
    "SCG": ["MNE", "SRB"], "YUG": ["BIH", "HRV", "MKD", "MNE", "SRB", "SVN"], "CSK": ["CZE", "SVK"], "ANT": ["BES", "CUW", "SXM"],
    "SUN": ["ARM", "AZE", "BLR", "EST", "GEO", "KAZ", "KGZ", "LTU", "LVA", "MDA", "RUS", "TJK", "TKM", "UKR", "UZB"],
}
# What looks like a code or country but is none: international bodies have no country.
NONE = {"EU": "European Union: reserved, not a country", "EUE": "used in travel documents of the European Union", "EUR": "a currency or region",
        "UE": "European Union in French", "UN": "United Nations: reserved, not a country", "UNO": "used in travel documents of the United Nations",
        "INT": "international", "XXX": "unspecified nationality in travel documents", "ZZZ": "unknown", "UNDEFINED": "a program's word for nothing"}
# Rows of other lists of countries that depart from ISO: the code with the names the list gives it. A code whose names are those of
# different countries says nothing for certain.
LISTS = {
    "pariscall.international": {
        "title": "Country table of the official site (_data/country-codes.csv, 198 rows): the rows that depart from ISO 3166-1",
        "rows": [
            {"code": "BTN", "fr": "Bhoutan", "en": "Cyprus"},
            {"code": "BUR", "fr": "Birmanie", "en": "Myanmar"},
            {"code": "MTG", "fr": "Monténégro", "en": "Montenegro"},
            {"code": "ROM", "fr": "Roumanie", "en": "Romania"},
            {"code": "SCG", "fr": "Serbie", "en": "Serbia"},
        ],
    }
}


def main():
    iso = json.load(open(ISO + "iso_3166-1.json"))["3166-1"]
    former = json.load(open(ISO + "iso_3166-3.json"))["3166-3"]
    french = gettext.translation("iso_3166-1", "/usr/share/locale", languages=["fr"]).gettext
    version = subprocess.run(["dpkg-query", "-W", "-f=${Version}", "iso-codes"], capture_output=True, text=True, check=True).stdout
    countries = []
    for c in sorted(iso, key=lambda c: c["alpha_3"]):
        common = c.get("common_name", c["name"])
        names = {"en": common, "fr": french(common) if french(common) != common or "common_name" not in c else french(c["name"])}
        others = [c["name"], french(c["name"])]
        if "official_name" in c:
            others += [c["official_name"], french(c["official_name"])]
        others += EVERYDAY.get(c["alpha_3"], [])
        also = [o for i, o in enumerate(others) if o not in names.values() and o not in others[:i]]
        countries.append({"alpha_3": c["alpha_3"], "alpha_2": c["alpha_2"], "numeric": c["numeric"], "names": names, "also": also})
    countries.append({"alpha_3": "XKX", "alpha_2": "XK", "names": {"en": "Kosovo", "fr": "Kosovo"}, "also": [], "user_assigned": True})
    known = set(ALIASES) | set(SEVERAL)
    withdrawn = [{"code": f["alpha_3"], "name": f["name"], "until": f["withdrawal_date"]} for f in sorted(former, key=lambda f: f["alpha_3"])
                 if f["alpha_3"] not in known]
    out = ["{", ' "source": %s,' % json.dumps(f"ISO 3166-1 and ISO 3166-3, facts from Debian's iso-codes {version}; made by tools/make_countries.py")]

    def rows(key, items, last=False):
        out.append(f' "{key}": [')
        out.append(",\n".join("  " + json.dumps(i, ensure_ascii=False) for i in items))
        out.append(" ]" + ("" if last else ","))

    rows("countries", countries)
    rows("aliases", [{"code": k, "means": v[0], "because": v[1]} for k, v in sorted(ALIASES.items())])
    rows("several", [{"code": k, "means": v} for k, v in sorted(SEVERAL.items())])
    rows("withdrawn", withdrawn)
    rows("none", [{"code": k, "because": v} for k, v in sorted(NONE.items())])
    rows("lists", [{"name": k, **v} for k, v in LISTS.items()], last=True)
    out.append("}")
    print("\n".join(out))


main()
