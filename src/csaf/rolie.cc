// ROLIE's JSON read tolerantly, with each departure from what CSAF asks noted beside it: a feed with one bad entry still lists the others.
#include "csaf/rolie.h"

#include <fmt/format.h>

#include "csaf/web_url.h"

namespace entente::csaf {
namespace {

constexpr std::string_view kInformationType = "urn:ietf:params:rolie:category:information-type";
constexpr std::size_t kMaxRolieLinks = 64;  // of one feed or entry

class RolieReader {
 public:
  explicit RolieReader(std::vector<ProviderIssue>& issues) : issues_(issues) {}

  void complain(std::string pointer, std::string what) {
    if (issues_.size() < kMaxProviderIssues) issues_.push_back({std::move(pointer), std::move(what)});
  }

  std::string text(JsonView object, const std::string& at, std::string_view key) {
    const auto value = json_string(object, key);
    if (!value || value->empty()) complain(at, fmt::format("lacks \"{}\"", key));
    return std::string(value.value_or(""));
  }

  std::optional<Instant> time(JsonView object, const std::string& at, std::string_view key) {
    const std::string value = text(object, at, key);
    if (value.empty()) return std::nullopt;
    if (const auto parsed = parse_time(value)) return *parsed;
    complain(fmt::format("{}/{}", at, key), "is no RFC 3339 time");
    return std::nullopt;
  }

  std::vector<RolieLink> links(JsonView object, const std::string& at) {
    std::vector<RolieLink> out;
    const auto list = json_array(object, "link");
    if (!list) {
      complain(at, "lacks \"link\"");
      return out;
    }
    std::size_t i = 0;
    for (const JsonView one : *list) {
      const std::string here = fmt::format("{}/link/{}", at, i++);
      if (out.size() == kMaxRolieLinks) {
        complain(here, "is one link too many; the rest is not read");
        break;
      }
      out.push_back({text(one, here, "rel"), text(one, here, "href")});
    }
    return out;
  }

  void check_category(JsonView feed) {
    const auto list = json_array(feed, "category");
    if (!list) return complain("/feed", "lacks \"category\"");
    for (const JsonView one : *list)
      if (json_string(one, "scheme") == kInformationType && json_string(one, "term") == "csaf") return;
    complain("/feed/category", "does not say that the information type is csaf");
  }

  RolieEntry entry(JsonView one, const std::string& at) {
    RolieEntry out;
    out.id = text(one, at, "id");
    out.title = text(one, at, "title");
    out.published = time(one, at, "published");
    out.updated = time(one, at, "updated");
    out.links = links(one, at);
    const auto content = json_get(one, "content");
    if (!content) complain(at, "lacks \"content\"");
    if (content) {
      out.content_src = text(*content, at + "/content", "src");
      if (json_string(*content, "type") != "application/json") complain(at + "/content/type", "is not application/json");
    }
    const auto format = json_get(one, "format");
    if (!format) complain(at, "lacks \"format\"");
    if (format && json_string(*format, "version") != "2.0") complain(at + "/format/version", "is not 2.0");
    if (out.hrefs("self").empty()) complain(at + "/link", "has no link \"self\" to the advisory");
    return out;
  }

 private:
  std::vector<ProviderIssue>& issues_;
};

Result<JsonDocument> parse_rolie(std::string_view text, std::string name) {
  return JsonDocument::parse(text, std::move(name), {.max_bytes = kMaxRolieBytes, .max_depth = 32});
}

}  // namespace

std::vector<std::string> RolieEntry::hrefs(std::string_view rel) const {
  std::vector<std::string> out;
  for (const RolieLink& link : links)
    if (link.rel == rel && !link.href.empty()) out.push_back(link.href);
  return out;
}

std::string RolieEntry::url() const {
  const auto self = hrefs("self");
  return self.empty() ? content_src : self.front();
}

Result<RolieFeed> RolieFeed::parse(std::string_view text, std::string name) {
  ENTENTE_TRY(const JsonDocument document, parse_rolie(text, std::move(name)));
  RolieFeed out;
  RolieReader reader(out.issues);
  const auto feed = json_get(document.root(), "feed");
  if (!feed || !as_object(*feed)) {
    reader.complain("", "has no object \"feed\"");
    return out;
  }
  out.id = reader.text(*feed, "/feed", "id");
  out.title = reader.text(*feed, "/feed", "title");
  out.updated = reader.time(*feed, "/feed", "updated");
  out.links = reader.links(*feed, "/feed");
  reader.check_category(*feed);
  const auto entries = json_array(*feed, "entry");
  if (!entries) {
    if (json_get(*feed, "entry")) reader.complain("/feed/entry", "is no list");
    return out;
  }
  std::size_t i = 0;
  for (const JsonView one : *entries) {
    const std::string at = fmt::format("/feed/entry/{}", i++);
    if (out.entries.size() == kMaxRolieEntries) {
      reader.complain(at, fmt::format("is beyond {} entries; the rest is not read", kMaxRolieEntries));
      break;
    }
    out.entries.push_back(reader.entry(one, at));
  }
  return out;
}

Result<RolieService> RolieService::parse(std::string_view text, std::string name) {
  ENTENTE_TRY(const JsonDocument document, parse_rolie(text, std::move(name)));
  RolieService out;
  RolieReader reader(out.issues);
  const auto service = json_get(document.root(), "service");
  const auto workspaces = service ? json_array(*service, "workspace") : std::nullopt;
  if (!workspaces || workspaces->size() == 0) {
    reader.complain("/service", "has no workspace");
    return out;
  }
  std::size_t w = 0;
  for (const JsonView workspace : *workspaces) {
    const std::string at = fmt::format("/service/workspace/{}", w++);
    (void)reader.text(workspace, at, "title");
    const auto collections = json_array(workspace, "collection");
    if (!collections) {
      reader.complain(at, "has no collection");
      continue;
    }
    std::size_t c = 0;
    for (const JsonView collection : *collections) {
      const std::string here = fmt::format("{}/collection/{}", at, c++);
      (void)reader.text(collection, here, "title");
      if (out.collections.size() < kMaxRolieEntries) out.collections.push_back(reader.text(collection, here, "href"));
    }
  }
  return out;
}

Result<RolieCategories> RolieCategories::parse(std::string_view text, std::string name) {
  ENTENTE_TRY(const JsonDocument document, parse_rolie(text, std::move(name)));
  RolieCategories out;
  RolieReader reader(out.issues);
  const auto categories = json_get(document.root(), "categories");
  const auto list = categories ? json_array(*categories, "category") : std::nullopt;
  if (!list) {
    reader.complain("/categories", "has no list \"category\"");
    return out;
  }
  std::size_t i = 0;
  for (const JsonView one : *list) {
    std::string term = reader.text(one, fmt::format("/categories/category/{}", i++), "term");
    if (out.terms.size() < kMaxRolieEntries) out.terms.push_back(std::move(term));
  }
  return out;
}

}  // namespace entente::csaf
