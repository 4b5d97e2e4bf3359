// A web bundle to test with: the files `vite build` leaves, small, with a prerender.js that makes two pages of the registry's counters in
// each language. What it makes is a function of the site alone.
#pragma once

#include <filesystem>
#include <string>

#include "core/file.h"
#include "http/gzip.h"
#include "test_support.h"

namespace entente::test {

inline constexpr const char* kShellHtml =
    "<!doctype html>\n<html lang=\"{{lang}}\" dir=\"{{dir}}\" data-lang=\"{{lang}}\" data-mode=\"{{mode}}\">\n"
    "<head><meta charset=\"utf-8\"><title>Registry</title><script type=\"module\" src=\"/assets/app-0a1b2c3d.js\"></script></head>\n"
    "<body><div id=\"app\"></div></body>\n</html>\n";

inline constexpr const char* kPrerenderJs = R"(import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
const argument = (name) => process.argv[process.argv.indexOf("--" + name) + 1];
const site = argument("site"), out = argument("out"), url = argument("public-url");
const counters = JSON.parse(readFileSync(join(site, "api/v1/counters/index.json"), "utf8"));
const files = new Map();
for (const lang of ["en", "fr"]) {
  files.set(`${lang}/index.html`, `<html lang="${lang}"><p>${JSON.stringify(counters)}</p></html>\n`);
  files.set(`${lang}/supporters/index.html`, `<html lang="${lang}"><p>${counters.supporters} at ${url}</p></html>\n`);
}
files.set("index.html", "<html><a href=\"/en/\">en</a></html>\n");
files.set("404.html", "<html>nothing here</html>\n");
files.set("robots.txt", `Sitemap: ${url}/sitemap.xml\n`);
files.set("sitemap.xml", `<urlset>${Object.keys(process.env).filter((n) => n !== "PATH" && n !== "TMPDIR").sort()}</urlset>\n`);
let done = 0;
for (const [path, text] of files) {
  mkdirSync(dirname(join(out, path)), { recursive: true });
  writeFileSync(join(out, path), text);
  console.log(`progress ${++done} ${files.size}`);
}
console.log(`done ${files.size}`);
)";

// `folder` is made. Eight files of pages come of it by node, and five client files with it.
inline std::filesystem::path make_web_bundle(const std::filesystem::path& folder) {
  const std::string app = "document.title = \"" + std::string(2'000, 'a') + "\";\n";
  spit(folder / "web.json",
       "{\"format\":1,\"languages\":[\"en\",\"fr\",\"ar\"],\"sections\":[\"supporters\",\"principles\"],\"rtl\":[\"ar\"]}\n");
  spit(folder / "client/shell.html", kShellHtml);
  spit(folder / "client/.vite/manifest.json", "{}");
  spit(folder / "client/theme.js", "document.documentElement.dataset.theme = \"dark\";\n");
  spit(folder / "client/favicon.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>\n");
  spit(folder / "client/assets/app-0a1b2c3d.js", app);
  spit(folder / "client/assets/app-0a1b2c3d.js.gz", http::gzip(app).value());
  spit(folder / "client/assets/app-0a1b2c3d.js.br", "not brotli, but nobody here looks");
  spit(folder / "server/prerender.js", kPrerenderJs);
  spit(folder / "server/package.json", "{\"type\":\"module\"}\n");
  return folder;
}

}  // namespace entente::test
