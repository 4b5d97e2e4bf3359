// node writes into a folder of its own; what it left there is checked as input from outside before it is taken over. The bundle is read
// again afterwards: its digest in the manifest must be that of the files the pages were made by.
#include "server/published_pages.h"

#include <fmt/format.h>

#include "assess/html.h"
#include "core/file.h"
#include "core/utf8.h"

namespace entente::server {
namespace fs = std::filesystem;
namespace {

Result<void> each_client_file(const WebBundle& bundle, const TakePage& take) {
  for (const auto& [path, bytes] : bundle.files()) ENTENTE_CHECK(take(path, *bytes));
  return {};
}

// The front door without a script: on to the first language, with a link to each.
std::string front_door(const std::vector<std::string>& languages) {
  std::string links;
  for (const std::string& language : languages)
    links += fmt::format("<li><a href=\"/{0}/\" hreflang=\"{0}\" lang=\"{0}\">{0}</a></li>\n", assess::escape(language));
  const std::string first = assess::escape(languages.front());
  return fmt::format(
      "<!doctype html>\n<html lang=\"{0}\">\n<head><meta charset=\"utf-8\"><meta http-equiv=\"refresh\" content=\"0; url=/{0}/\">"
      "<title>Entente</title></head>\n<body><ul>\n{1}</ul></body>\n</html>\n",
      first, links);
}

}  // namespace

bool is_page_path(std::string_view path) {
  return is_safe_relative_path(path) && !is_reserved_segment(path.substr(0, path.find('/'))) && !path.starts_with('.') &&
         path.find("/.") == std::string_view::npos && !path.ends_with(".tmp");
}

Result<void> each_rendered_page(const WebBundle& bundle, const Node& node, const fs::path& site, const std::string& public_url,
                                const TakePage& take, Progress& progress) {
  ENTENTE_TRY(const TemporaryFolder folder, TemporaryFolder::make("entente-pages"));
  const fs::path out = folder.path() / "pages";
  // Links in the folder's own path are followed here: a script that compares its name with what it was called by must find the same.
  std::error_code failed;
  const fs::path script = fs::weakly_canonical(bundle.prerender(), failed);
  ENTENTE_CHECK(make_folders(out));
  ENTENTE_CHECK(render_pages(node, {.prerender = script, .site = fs::absolute(site), .out = out, .public_url = public_url}, progress));
  ENTENTE_TRY(const auto after, WebBundle::open(bundle.folder()));
  if (after->digest() != bundle.digest())
    return fail("the web pages' folder was changed while pages were made from it", {.file = bundle.folder().string()}, "publish again");
  ENTENTE_TRY(const auto files, list_files(out, kMaxPages));
  for (const std::string& path : files) {
    if (!is_page_path(path) || bundle.files().contains(path))
      return fail(fmt::format("\"{}\" is no name a page may have", printable(path, 300)), {.file = bundle.prerender().string()});
    ENTENTE_TRY(const std::string bytes, read_file(out / path, kMaxPageBytes));
    ENTENTE_CHECK(take(path, bytes));
  }
  return each_client_file(bundle, take);
}

Result<void> each_app_page(const WebBundle& bundle, const TakePage& take) {
  const auto& languages = bundle.description().languages;
  ENTENTE_CHECK(take("index.html", front_door(languages)));
  ENTENTE_CHECK(take(kNotFoundPage, bundle.shell(languages.front(), ShellMode::static_files)));
  for (const std::string& language : languages)
    ENTENTE_CHECK(take(language + "/index.html", bundle.shell(language, ShellMode::static_files)));
  return each_client_file(bundle, take);
}

}  // namespace entente::server
