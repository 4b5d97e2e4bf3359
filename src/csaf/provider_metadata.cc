// The rules of the provider metadata schema as plain checks, member by member, so that each complaint can be a sentence. Lists are cut at
// bounds far above what any provider has.
#include "csaf/provider_metadata.h"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <set>

#include "core/ascii.h"
#include "core/time.h"
#include "core/utf8.h"
#include "csaf/web_url.h"

namespace entente::csaf {
namespace {

constexpr std::size_t kMaxMetadataBytes = std::size_t{16} << 20;
constexpr std::size_t kMaxMetadataList = 1'000;
constexpr std::array<std::string_view, 3> kProviderRoles{"csaf_publisher", "csaf_provider", "csaf_trusted_provider"};
constexpr std::array<std::string_view, 5> kFeedLabels{"UNLABELED", "WHITE", "GREEN", "AMBER", "RED"};
constexpr std::array<std::string_view, 6> kPublisherCategories{"coordinator", "discoverer", "other", "translator", "user", "vendor"};

class MetadataReader {
 public:
  explicit MetadataReader(ProviderMetadata& out) : out_(out) {}

  void read(JsonView root) {
    if (!as_object(root)) return complain("", "is no object");
    out_.canonical_url = url(root, "", "canonical_url", Need::yes, "/provider-metadata.json");
    out_.last_updated = text(root, "", "last_updated", Need::yes);
    if (json_string(root, "last_updated") && !parse_time(out_.last_updated)) complain("/last_updated", "is no RFC 3339 time");
    out_.metadata_version = word(root, "", "metadata_version", std::array<std::string_view, 1>{"2.0"});
    out_.role = word(root, "", "role", kProviderRoles);
    out_.list_on_aggregators = flag(root, "list_on_CSAF_aggregators");
    out_.mirror_on_aggregators = flag(root, "mirror_on_CSAF_aggregators");
    read_publisher(root);
    read_distributions(root);
    read_keys(root);
  }

 private:
  enum class Need { yes, no };

  void complain(std::string pointer, std::string what) {
    if (out_.issues.size() < kMaxProviderIssues) out_.issues.push_back({std::move(pointer), std::move(what)});
  }

  std::string text(JsonView object, const std::string& at, std::string_view key, Need need) {
    const auto value = json_get(object, key);
    if (!value) {
      if (need == Need::yes) complain(at, fmt::format("lacks \"{}\"", key));
      return {};
    }
    const auto string = as_string(*value);
    if (!string) complain(fmt::format("{}/{}", at, key), "is no string");
    return std::string(string.value_or(""));
  }

  template <std::size_t N>
  std::string word(JsonView object, const std::string& at, std::string_view key, const std::array<std::string_view, N>& allowed) {
    std::string out = text(object, at, key, Need::yes);
    const auto value = json_get(object, key);
    if (value && as_string(*value) && std::ranges::find(allowed, out) == allowed.end())
      complain(fmt::format("{}/{}", at, key), fmt::format("is \"{}\", which is none of {}", printable(out, 80), fmt::join(allowed, ", ")));
    return out;
  }

  std::string url_value(JsonView value, const std::string& at, std::string_view ending) {
    const auto string = as_string(value);
    if (!string) {
      complain(at, "is no string");
      return {};
    }
    if (!is_uri(*string)) complain(at, "is no URI");
    if (!string->ends_with(ending)) complain(at, fmt::format("does not end in {}", ending));
    return std::string(*string);
  }
  std::string url(JsonView object, const std::string& at, std::string_view key, Need need, std::string_view ending = "") {
    if (const auto value = json_get(object, key)) return url_value(*value, fmt::format("{}/{}", at, key), ending);
    if (need == Need::yes) complain(at, fmt::format("lacks \"{}\"", key));
    return {};
  }

  bool flag(JsonView root, std::string_view key) {
    const auto value = json_get(root, key);
    if (!value) complain("", fmt::format("lacks \"{}\"", key));
    if (value && !json_bool(root, key)) complain(fmt::format("/{}", key), "is neither true nor false");
    return json_bool(root, key).value_or(false);
  }

  // Calls `item` for each element of a list with at least one, all different.
  enum class Different { must, may };
  template <class F>
  void list(JsonView object, const std::string& at, std::string_view key, Different different, F item) {
    const auto value = json_get(object, key);
    if (!value) return;
    const std::string here = fmt::format("{}/{}", at, key);
    const auto array = as_array(*value);
    if (!array) return complain(here, "is no list");
    std::set<std::string> seen;
    std::size_t i = 0;
    for (const JsonView one : *array) {
      if (i == kMaxMetadataList) return complain(here, fmt::format("has more than {} items; the rest is not read", kMaxMetadataList));
      const std::string place = fmt::format("{}/{}", here, i++);
      if (different == Different::must && !seen.insert(simdjson::minify(one)).second) complain(place, "repeats another item");
      item(one, place);
    }
    if (i == 0 && different == Different::must) complain(here, "is empty");
  }

  void read_publisher(JsonView root) {
    const auto publisher = json_get(root, "publisher");
    if (!publisher) return complain("", "lacks \"publisher\"");
    if (!as_object(*publisher)) return complain("/publisher", "is no object");
    out_.publisher_category = word(*publisher, "/publisher", "category", kPublisherCategories);
    out_.publisher_name = text(*publisher, "/publisher", "name", Need::yes);
    if (json_string(*publisher, "name") == "") complain("/publisher/name", "is empty");
    out_.publisher_namespace = url(*publisher, "/publisher", "namespace", Need::yes);
    for (const char* key : {"contact_details", "issuing_authority"}) {
      (void)text(*publisher, "/publisher", key, Need::no);
      if (json_string(*publisher, key) == "") complain(fmt::format("/publisher/{}", key), "is empty");
    }
  }

  void read_distributions(JsonView root) {
    list(root, "", "distributions", Different::must, [&](JsonView one, const std::string& at) {
      const auto object = as_object(one);
      if (!object) return complain(at, "is no object");
      if (object->size() == 0) complain(at, "is empty");
      ProviderDistribution d;
      d.directory_url = url(one, at, "directory_url", Need::no);
      if (const auto rolie = json_get(one, "rolie")) read_rolie(*rolie, at + "/rolie", d);
      out_.distributions.push_back(std::move(d));
    });
  }

  void read_rolie(JsonView rolie, const std::string& at, ProviderDistribution& d) {
    if (!as_object(rolie)) return complain(at, "is no object");
    d.rolie = true;
    if (!json_get(rolie, "feeds")) complain(at, "lacks \"feeds\"");
    list(rolie, at, "feeds", Different::must, [&](JsonView one, const std::string& here) {
      if (!as_object(one)) return complain(here, "is no object");
      ProviderFeed feed;
      feed.url = url(one, here, "url", Need::yes, ".json");
      feed.tlp_label = word(one, here, "tlp_label", kFeedLabels);
      feed.summary = text(one, here, "summary", Need::no);
      d.feeds.push_back(std::move(feed));
    });
    const auto urls = [&](std::string_view key, std::vector<std::string>& to) {
      list(rolie, at, key, Different::must, [&](JsonView one, const std::string& here) { to.push_back(url_value(one, here, ".json")); });
    };
    urls("services", d.services);
    urls("categories", d.categories);
  }

  void read_keys(JsonView root) {
    list(root, "", "public_openpgp_keys", Different::may, [&](JsonView one, const std::string& at) {
      if (!as_object(one)) return complain(at, "is no object");
      ProviderKey key{.url = url(one, at, "url", Need::yes), .fingerprint = text(one, at, "fingerprint", Need::no)};
      if (json_string(one, "fingerprint") && (key.fingerprint.size() < 40 || !std::ranges::all_of(key.fingerprint, is_hex_digit)))
        complain(at + "/fingerprint", "is not 40 or more hexadecimal digits");
      out_.keys.push_back(std::move(key));
    });
  }

  ProviderMetadata& out_;
};

}  // namespace

Result<ProviderMetadata> ProviderMetadata::parse(std::string_view text, std::string name) {
  ENTENTE_TRY(const JsonDocument document, JsonDocument::parse(text, std::move(name), {.max_bytes = kMaxMetadataBytes, .max_depth = 32}));
  ProviderMetadata out;
  MetadataReader(out).read(document.root());
  return out;
}

}  // namespace entente::csaf
