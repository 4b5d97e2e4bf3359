// A plain JSON form, written and read member by member.
#include "csaf/fetch_log.h"

#include <fmt/format.h>
#include <algorithm>
#include <array>

namespace entente::csaf {
namespace {

struct PurposeName {
  std::string_view name, kind;
};
constexpr std::array<PurposeName, kPurposeCount> kPurposes{{{"provider-metadata", "csaf.provider-metadata"},
                                                            {"security-txt", "security.txt"},
                                                            {"rolie-feed", "csaf.rolie-feed"},
                                                            {"rolie-service", "csaf.rolie-service"},
                                                            {"rolie-category", "csaf.rolie-category"},
                                                            {"index", "csaf.index"},
                                                            {"changes", "csaf.changes"},
                                                            {"listing", "csaf.listing"},
                                                            {"advisory", "csaf.advisory"},
                                                            {"hash", "csaf.hash"},
                                                            {"signature", "csaf.signature"},
                                                            {"key", "openpgp.key"}}};
constexpr std::size_t kMaxFetchRecords = 1'000'000;

std::string log_text(JsonView object, std::string_view key) { return std::string(json_string(object, key).value_or("")); }

// The records of a member that is a list of them; nullopt if it is none.
Result<std::optional<std::vector<FetchRecord>>> log_records(const JsonDocument& document, std::string_view key) {
  const auto list = json_array(document.root(), key);
  if (!list) return std::nullopt;
  std::vector<FetchRecord> out;
  for (const JsonView one : *list) {
    auto record = fetch_record_from(one);
    if (!record) return fail(record.error().what, document.where(fmt::format("/{}/{}{}", key, out.size(), record.error().where.pointer)));
    if (out.size() == kMaxFetchRecords) return fail("too many requests", document.where(fmt::format("/{}", key)));
    out.push_back(std::move(*record));
  }
  return std::optional(std::move(out));
}

Result<Instant> log_time(JsonView object, std::string_view key) {
  const auto time = parse_time(json_string(object, key).value_or(""));
  if (!time) return fail(fmt::format("\"{}\" is no time", key), {.pointer = fmt::format("/{}", key)});
  return *time;
}

}  // namespace

std::string_view name(Purpose purpose) { return kPurposes[static_cast<std::size_t>(purpose)].name; }
std::string_view evidence_kind(Purpose purpose) { return kPurposes[static_cast<std::size_t>(purpose)].kind; }
std::optional<Purpose> purpose_of_kind(std::string_view kind) {
  for (std::size_t i = 0; i < kPurposes.size(); ++i)
    if (kPurposes[i].kind == kind) return static_cast<Purpose>(i);
  return std::nullopt;
}

Json to_json(const FetchRecord& r) {
  Json out{{"purpose", name(r.purpose)}, {"url", r.url}, {"at", format_time(r.at)}, {"status", r.status}};
  if (!r.error.empty()) out["error"] = r.error;
  if (!r.content_type.empty()) out["content_type"] = r.content_type;
  if (!r.redirects.empty()) out["redirects"] = r.redirects;
  if (r.sha256) {
    out["sha256"] = r.sha256->hex();
    out["size"] = r.size;
  }
  return out;
}

Result<FetchRecord> fetch_record_from(JsonView view) {
  FetchRecord out;
  const auto purpose = json_string(view, "purpose");
  const auto known = std::ranges::find_if(kPurposes, [&](const PurposeName& p) { return purpose == p.name; });
  if (known == kPurposes.end()) return fail("no such purpose of a request", {.pointer = "/purpose"});
  out.purpose = static_cast<Purpose>(known - kPurposes.begin());
  out.url = log_text(view, "url");
  ENTENTE_TRY(out.at, log_time(view, "at"));
  out.status = static_cast<unsigned>(std::clamp<std::int64_t>(json_int(view, "status").value_or(0), 0, 999));
  out.error = log_text(view, "error");
  out.content_type = log_text(view, "content_type");
  if (const auto list = json_array(view, "redirects"))
    for (const JsonView one : *list) out.redirects.emplace_back(as_string(one).value_or(""));
  if (const auto digest = json_string(view, "sha256")) {
    ENTENTE_TRY(out.sha256, Digest::from_hex(*digest));
    out.size = static_cast<std::uint64_t>(std::max<std::int64_t>(json_int(view, "size").value_or(0), 0));
  }
  return out;
}

Json FetchLog::json() const {
  Json out{{"type", kFetchLogType}, {"asked", asked}, {"started", format_time(started)}, {"finished", format_time(finished)}};
  out["since"] = since ? Json(format_time(*since)) : Json(nullptr);
  out["insecure_loopback"] = loopback;
  if (!resolve.empty()) out["resolve"] = resolve;
  if (extra_certificates) out["extra_certificates"] = extra_certificates->hex();
  out["stopped"] = stopped;
  out["discovery"] = Json::array();
  for (const DiscoveryStep& s : discovery)
    out["discovery"].push_back({{"way", s.way}, {"url", s.url}, {"found", s.found}, {"note", s.note}});
  out["requests"] = Json::array();
  for (const FetchRecord& r : requests) out["requests"].push_back(to_json(r));
  if (without_tls) {
    out["without_tls"] = Json::array();
    for (const FetchRecord& r : *without_tls) out["without_tls"].push_back(to_json(r));
  }
  return out;
}

Result<FetchLog> FetchLog::parse(std::string_view text, std::string name) {
  ENTENTE_TRY(const JsonDocument document, JsonDocument::parse(text, std::move(name), {.max_depth = 16}));
  const JsonView root = document.root();
  if (json_string(root, "type") != kFetchLogType) return fail("this is no log of a collection of advisories", document.where("/type"));
  FetchLog out;
  out.asked = log_text(root, "asked");
  ENTENTE_TRY(out.started, log_time(root, "started"));
  ENTENTE_TRY(out.finished, log_time(root, "finished"));
  if (json_string(root, "since")) { ENTENTE_TRY(out.since, log_time(root, "since")); }
  out.loopback = json_bool(root, "insecure_loopback").value_or(false);
  out.stopped = log_text(root, "stopped");
  if (const auto steps = json_array(root, "discovery"))
    for (const JsonView one : *steps)
      out.discovery.push_back({log_text(one, "way"), log_text(one, "url"), log_text(one, "found"), log_text(one, "note")});
  if (const auto list = json_array(root, "resolve"))
    for (const JsonView one : *list) out.resolve.emplace_back(as_string(one).value_or(""));
  if (const auto digest = json_string(root, "extra_certificates")) { ENTENTE_TRY(out.extra_certificates, Digest::from_hex(*digest)); }
  ENTENTE_TRY(auto requests, log_records(document, "requests"));
  if (!requests) return fail("the requests are missing", document.where("/requests"));
  out.requests = std::move(*requests);
  ENTENTE_TRY(out.without_tls, log_records(document, "without_tls"));
  return out;
}

const FetchRecord* FetchLog::find(std::string_view url) const {
  const auto at = std::ranges::find_if(requests, [&](const FetchRecord& r) { return r.url == url; });
  return at == requests.end() ? nullptr : &*at;
}

}  // namespace entente::csaf
