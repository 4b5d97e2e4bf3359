// Reads OSV records: only what matching needs, each value checked for its type, with the JSON pointer of what is wrong.
// Unknown fields are ignored, as the schema asks; fields of the wrong type are errors, because a record read half is a
// vulnerability overlooked.
#include "measures/p6_supply/osv.h"

#include <fmt/format.h>
#include <algorithm>

namespace entente::measures::p6_supply {
namespace {

constexpr std::size_t kMaxIdBytes = 256;
constexpr std::size_t kMaxNameBytes = 1024;
constexpr std::size_t kSummaryBytes = 200;

// One record being read: knows where it lies in its document.
class Reader {
 public:
  Reader(const JsonDocument& document, std::string pointer) : document_(document), base_(std::move(pointer)) {}

  Result<OsvRecord> record(JsonView view);

 private:
  tl::unexpected<Error> wrong(const std::string& what, const std::string& pointer) const {
    return fail(what, document_.where(base_ + pointer));
  }

  // A string, absent being "".
  Result<std::string> text(JsonView object, std::string_view key, const std::string& at, std::size_t max_bytes) const {
    const auto value = json_get(object, key);
    if (!value || value->is_null()) return std::string();
    const auto string = as_string(*value);
    const std::string pointer = at + "/" + std::string(key);
    if (!string) return wrong(fmt::format("\"{}\" must be a string", key), pointer);
    if (string->size() > max_bytes) return wrong(fmt::format("\"{}\" is longer than {} bytes", key, max_bytes), pointer);
    return std::string(*string);
  }

  Result<std::optional<Instant>> time(JsonView object, std::string_view key) const {
    ENTENTE_TRY(const std::string value, text(object, key, "", 64));
    if (value.empty()) return std::nullopt;
    auto instant = parse_time(value);
    if (!instant) return wrong(fmt::format("\"{}\" is not an RFC 3339 time: {}", key, instant.error().what), "/" + std::string(key));
    return *instant;
  }

  // The elements of an array (absent or null being none), each given to `each(element, pointer)`.
  template <class Each>
  Result<void> array(JsonView object, std::string_view key, const std::string& at, Each&& each) const {
    const auto value = json_get(object, key);
    if (!value || value->is_null()) return {};
    const std::string pointer = at + "/" + std::string(key);
    const auto elements = as_array(*value);
    if (!elements) return wrong(fmt::format("\"{}\" must be an array", key), pointer);
    std::size_t i = 0;
    const simdjson::dom::array list = *elements;
    for (const JsonView element : list) {
      ENTENTE_CHECK(each(element, fmt::format("{}/{}", pointer, i)));
      ++i;
    }
    return {};
  }

  Result<std::vector<std::string>> strings(JsonView object, std::string_view key, const std::string& at) const {
    std::vector<std::string> out;
    ENTENTE_CHECK(array(object, key, at, [&](JsonView element, const std::string& pointer) -> Result<void> {
      const auto string = as_string(element);
      if (!string) return wrong(fmt::format("elements of \"{}\" must be strings", key), pointer);
      if (string->size() > kMaxNameBytes)
        return wrong(fmt::format("an element of \"{}\" is longer than {} bytes", key, kMaxNameBytes), pointer);
      out.emplace_back(*string);
      return {};
    }));
    return out;
  }

  Result<std::vector<OsvSeverity>> severity(JsonView object, const std::string& at) const {
    std::vector<OsvSeverity> out;
    ENTENTE_CHECK(array(object, "severity", at, [&](JsonView element, const std::string& pointer) -> Result<void> {
      if (!as_object(element)) return wrong("a severity must be an object", pointer);
      ENTENTE_TRY(std::string type, text(element, "type", pointer, kMaxNameBytes));
      ENTENTE_TRY(std::string score, text(element, "score", pointer, kMaxNameBytes));
      out.push_back({std::move(type), std::move(score)});
      return {};
    }));
    return out;
  }

  Result<OsvEvent> event(JsonView element, const std::string& pointer) const;
  Result<OsvRange> range(JsonView element, const std::string& pointer) const;
  Result<OsvAffected> affected(JsonView element, const std::string& pointer) const;

  const JsonDocument& document_;
  std::string base_;
};

Result<OsvEvent> Reader::event(JsonView element, const std::string& pointer) const {
  if (!as_object(element)) return wrong("an event must be an object", pointer);
  static constexpr std::pair<std::string_view, OsvEvent::Kind> kEventKinds[] = {{"introduced", OsvEvent::Kind::introduced},
                                                                                {"fixed", OsvEvent::Kind::fixed},
                                                                                {"last_affected", OsvEvent::Kind::last_affected},
                                                                                {"limit", OsvEvent::Kind::limit}};
  std::optional<OsvEvent> out;
  for (const auto& [key, kind] : kEventKinds) {
    if (!json_get(element, key)) continue;
    if (out) return wrong("an event must hold one of introduced, fixed, last_affected, limit, not two", pointer);
    ENTENTE_TRY(std::string version, text(element, key, pointer, kMaxNameBytes));
    if (version.empty()) return wrong(fmt::format("\"{}\" must not be empty", key), pointer + "/" + std::string(key));
    out = OsvEvent{kind, std::move(version)};
  }
  if (!out) return wrong("an event must hold introduced, fixed, last_affected or limit", pointer);
  return std::move(*out);
}

Result<OsvRange> Reader::range(JsonView element, const std::string& pointer) const {
  if (!as_object(element)) return wrong("a range must be an object", pointer);
  OsvRange out;
  ENTENTE_TRY(const std::string type, text(element, "type", pointer, kMaxNameBytes));
  if (type == "SEMVER") {
    out.type = OsvRange::Type::semver;
  } else if (type == "ECOSYSTEM") {
    out.type = OsvRange::Type::ecosystem;
  } else if (type == "GIT") {
    out.type = OsvRange::Type::git;
    ENTENTE_TRY(out.repo, text(element, "repo", pointer, kMaxNameBytes));
  } else {
    return wrong("the type of a range must be SEMVER, ECOSYSTEM or GIT", pointer + "/type");
  }
  ENTENTE_CHECK(array(element, "events", pointer, [&](JsonView item, const std::string& at) -> Result<void> {
    ENTENTE_TRY(OsvEvent e, event(item, at));
    out.events.push_back(std::move(e));
    return {};
  }));
  if (out.events.empty()) return wrong("a range needs events", pointer);
  return out;
}

Result<OsvAffected> Reader::affected(JsonView element, const std::string& pointer) const {
  if (!as_object(element)) return wrong("elements of \"affected\" must be objects", pointer);
  OsvAffected out;
  if (const auto package = json_get(element, "package"); package && !package->is_null()) {
    if (!as_object(*package)) return wrong("\"package\" must be an object", pointer + "/package");
    ENTENTE_TRY(out.ecosystem, text(*package, "ecosystem", pointer + "/package", kMaxNameBytes));
    ENTENTE_TRY(out.name, text(*package, "name", pointer + "/package", kMaxNameBytes));
    if (out.ecosystem.empty() || out.name.empty()) return wrong("a package needs an ecosystem and a name", pointer + "/package");
  }
  ENTENTE_CHECK(array(element, "ranges", pointer, [&](JsonView item, const std::string& at) -> Result<void> {
    ENTENTE_TRY(OsvRange r, range(item, at));
    out.ranges.push_back(std::move(r));
    return {};
  }));
  ENTENTE_TRY(out.versions, strings(element, "versions", pointer));
  ENTENTE_TRY(out.severity, severity(element, pointer));
  return out;
}

// At most kSummaryBytes, cut before a whole UTF-8 sequence; a summary is one line.
std::string first_line(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n#");
  if (begin == std::string_view::npos) return {};
  text = text.substr(begin);
  text = text.substr(0, text.find_first_of("\r\n"));
  if (text.size() <= kSummaryBytes) return std::string(text);
  std::size_t cut = kSummaryBytes - 3;
  while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xc0) == 0x80) --cut;
  return std::string(text.substr(0, cut)) + "…";
}

Result<OsvRecord> Reader::record(JsonView view) {
  if (!as_object(view)) return wrong("an OSV record must be an object", "");
  OsvRecord out;
  ENTENTE_TRY(out.id, text(view, "id", "", kMaxIdBytes));
  if (out.id.empty()) return wrong("an OSV record needs an \"id\"", "");
  ENTENTE_TRY(const std::optional<Instant> modified, time(view, "modified"));
  if (!modified) return wrong("an OSV record needs \"modified\"", "");
  out.modified = *modified;
  ENTENTE_TRY(out.published, time(view, "published"));
  ENTENTE_TRY(out.withdrawn, time(view, "withdrawn"));
  ENTENTE_TRY(out.aliases, strings(view, "aliases", ""));
  ENTENTE_TRY(out.related, strings(view, "related", ""));
  ENTENTE_TRY(std::vector<std::string> upstream, strings(view, "upstream", ""));
  std::move(upstream.begin(), upstream.end(), std::back_inserter(out.related));
  constexpr std::size_t kAnyBytes = std::size_t{1} << 30;
  ENTENTE_TRY(const std::string summary, text(view, "summary", "", kAnyBytes));
  out.summary = first_line(summary);
  if (out.summary.empty()) {
    ENTENTE_TRY(const std::string details, text(view, "details", "", kAnyBytes));
    out.summary = first_line(details);
  }
  ENTENTE_TRY(out.severity, severity(view, ""));
  ENTENTE_CHECK(array(view, "affected", "", [&](JsonView element, const std::string& pointer) -> Result<void> {
    ENTENTE_TRY(OsvAffected a, affected(element, pointer));
    out.affected.push_back(std::move(a));
    return {};
  }));
  return out;
}

}  // namespace

Result<OsvRecord> read_osv(JsonView view, const JsonDocument& document, const std::string& pointer) {
  return Reader(document, pointer).record(view);
}

Result<OsvRecord> parse_osv(std::string_view text, std::string name) {
  ENTENTE_TRY(const JsonDocument document, JsonDocument::parse(text, std::move(name)));
  return read_osv(document.root(), document, "");
}

}  // namespace entente::measures::p6_supply
