// Cutting an import into parts: records are added to a part until its payload, in base64 and with its envelope around it, would no longer
// fit a ledger entry. Each part names the digest of its records, and all parts the digest of those digests, so that a missing or foreign
// part shows.
#include "registry/import_statement.h"

#include <fmt/format.h>

#include "core/ascii.h"
#include "core/utf8.h"
#include "core/version.h"

namespace entente::registry {
namespace {

// Room for everything of a payload but its records: the statement's and predicate's members and the envelope, generously.
constexpr std::size_t kImportOverhead = 3'000;
constexpr std::size_t kMaxPartBytes = (kMaxEntryBytes - kImportOverhead) / 4 * 3;
constexpr std::size_t kMaxPartRecords = 1'000;

struct ImportPart {
  Json records = Json::array();
  Digest digest;
};

Result<std::vector<ImportPart>> cut_parts(const Import& import) {
  std::vector<ImportPart> out;
  std::size_t bytes = kMaxPartBytes;
  for (const ImportRecord& record : import.records) {
    Json json = record.json();
    const std::size_t size = json_compact(json).size() + 1;
    if (size > kMaxPartBytes)
      return fail(fmt::format("the record of {} is too large for a ledger entry", record.who.id),
                  {.file = record.file, .line = record.line});
    if (bytes + size > kMaxPartBytes || out.back().records.size() >= kMaxPartRecords) {
      out.emplace_back();
      bytes = 0;
    }
    bytes += size;
    out.back().records.push_back(std::move(json));
  }
  for (ImportPart& part : out) part.digest = canonical_digest(part.records);
  return out;
}

Result<Json> import_source_json(const Import& import, const ImportSource& source) {
  if (source.name.empty() || source.name.size() > 200 || !is_valid_utf8(source.name))
    return fail("the source needs a name of at most 200 bytes");
  Json out = Json{{"name", source.name}};
  if (!source.url.empty()) {
    if ((!source.url.starts_with("https://") && !source.url.starts_with("http://")) || source.url.size() > 500 ||
        source.url.find_first_of(" \t\r\n") != std::string::npos || !is_valid_utf8(source.url))
      return fail("the source's address is no http or https URL");
    out["url"] = source.url;
  }
  if (!source.commit.empty()) {
    bool hex = source.commit.size() >= 7 && source.commit.size() <= 64;
    for (const char c : source.commit) hex = hex && is_hex_digit(c) && lower(c) == c;
    if (!hex) return fail("a commit is 7 to 64 lower-case hex digits");
    out["commit"] = source.commit;
  }
  out["format"] = std::string(name(import.format));
  out["files"] = import.files.size();
  out["sha256"] = import.digest.hex();
  return out;
}

}  // namespace

namespace {

// As nlohmann writes strings; most need no escape.
void write_string(std::string_view text, std::string& out) {
  const bool plain =
      std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\'; });
  if (plain) {
    out += '"';
    out += text;
    out += '"';
  } else {
    out += nlohmann::json(text).dump();
  }
}

}  // namespace

Digest canonical_digest(const Json& value) {
  // nlohmann's own json sorts members by bytes; of ASCII names that is the order of RFC 8785, and its strings are escaped as there.
  const nlohmann::json sorted = nlohmann::json::parse(json_compact(value), nullptr, false);
  return sha256(sorted.dump());
}

Result<std::vector<statement::Envelope>> import_statements(const Import& import, const ImportSource& source, const keys::SigningKey& key,
                                                           Instant at) {
  ENTENTE_TRY(const Json source_member, import_source_json(import, source));
  ENTENTE_TRY(std::vector<ImportPart> parts, cut_parts(import));
  std::string digests;
  for (const ImportPart& part : parts) digests += part.digest.hex() + "\n";
  const std::string whole = sha256(digests).hex();
  std::vector<statement::Envelope> out;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    statement::Statement s;
    s.subjects.push_back({fmt::format("import-{:03}-of-{:03}.json", i + 1, parts.size()), parts[i].digest});
    s.predicate_type = kImportPredicate;
    Json& p = s.predicate = Json::object();
    p["source"] = source_member;
    p["importer"] = key.verifier().str();
    p["tool"] = Json{{"name", "entente"}, {"version", std::string(version())}};
    p["at"] = format_time(at);
    p["part"] = Json{{"number", i + 1}, {"of", parts.size()}, {"records", import.records.size()}, {"whole", whole}};
    p["content"] = Json{{"sha256", parts[i].digest.hex()}};
    p["records"] = std::move(parts[i].records);
    out.push_back(statement::sign(s, key));
    if (const std::size_t size = out.back().str().size(); size > kMaxEntryBytes)
      return fail(fmt::format("part {} of the import has {} bytes, more than a ledger entry", i + 1, size));
  }
  return out;
}

namespace {

// What canonical_digest() hashes, written from the parsed text without building a value: a rebuild does this for every imported record.
void write_canonical(JsonView value, std::string& out) {
  if (const auto object = as_object(value)) {
    std::vector<std::pair<std::string_view, JsonView>> members;
    for (const auto member : *object) members.emplace_back(member.key, member.value);
    std::sort(members.begin(), members.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    out += '{';
    for (const auto& [key, member] : members) {
      if (out.back() != '{') out += ',';
      write_string(key, out);
      out += ':';
      write_canonical(member, out);
    }
    out += '}';
  } else if (const auto array = as_array(value)) {
    out += '[';
    for (const JsonView item : *array) {
      if (out.back() != '[') out += ',';
      write_canonical(item, out);
    }
    out += ']';
  } else if (const auto text = as_string(value)) {
    write_string(*text, out);
  } else {
    out += nlohmann::json::parse(json_compact(to_json(value))).dump();
  }
}

}  // namespace

Digest canonical_digest(JsonView value) {
  std::string text;
  write_canonical(value, text);
  return sha256(text);
}

Result<void> check_import(JsonView predicate) {
  const auto records = json_get(predicate, "records");
  const auto part = json_get(predicate, "part");
  const auto content = json_get(predicate, "content");
  if (!records || !part || !content) return fail("no import predicate");
  if (json_int(*part, "number").value_or(0) > json_int(*part, "of").value_or(0))
    return fail("the part's number is greater than the number of parts", {.pointer = "/predicate/part/number"});
  if (canonical_digest(*records).hex() != json_string(*content, "sha256").value_or(""))
    return fail("the records do not have the digest the import names", {.pointer = "/predicate/content/sha256"});
  std::string_view before;
  std::size_t i = 0;
  if (const auto list = as_array(*records)) {
    for (const auto record : *list) {
      const auto organisation = json_get(record, "organisation");
      const std::string_view id = organisation ? json_string(*organisation, "id").value_or("") : "";
      if (id <= before)
        return fail("the records are not in ascending order of their ids",
                    {.pointer = fmt::format("/predicate/records/{}/organisation/id", i)});
      before = id;
      ++i;
    }
  }
  return {};
}

}  // namespace entente::registry
