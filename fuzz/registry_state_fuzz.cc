// The registry's state machine: whatever a ledger holds, apply() ends, an ignored entry changes no record, admission and replay agree, and
// the same entries give the same State again. The input is a script, so that mutations get past the signatures: pairs of lines, first
// "<kind> <signer>,<signer>…", then a predicate in which "@<n>" stands for the digest of entry n and "key:<name>" for a vkey; the target
// signs it with keys of its own. A pair whose first line is "raw" gives its second line to the ledger as it is.
#include <algorithm>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "registry/state.h"
#include "statement/statement.h"

namespace {

using namespace entente;

constexpr std::size_t kMaxEntries = 40;
constexpr std::size_t kMaxSigners = 3;

void require(bool ok) {
  if (!ok) std::abort();
}

const std::map<std::string, keys::SigningKey>& the_keys() {
  static const auto made = [] {
    std::map<std::string, keys::SigningKey> out;
    for (const char* name : {"anna", "ben", "dora", "verifier", "importer", "bank", "bank2", "other"})
      out.emplace(name, keys::SigningKey::from_seed(name, keys::KeyType::ed25519, sha256(std::string_view(name)).view()).value());
    return out;
  }();
  return made;
}

// A registry with two officers, an assessor, a verifier, an importer.
std::string founding_predicate() {
  Json p = Json::parse(R"({"registry":"R","log":"l","quorum":{"approval":2,"removal":2,"keys":2,"rules":2},
    "windows":{"past":86400,"future":300,"assessment":30,"key_loss_wait":7,"renewal":800,"domain_proof":400},"at":"2026-11-24T09:00:00Z"})");
  p["text"] = {{"sha256", sha256(std::string_view("rules")).hex()}};
  for (const auto& [role, name] : std::vector<std::pair<std::string, std::string>>{
           {"secretariat", "anna"}, {"secretariat", "ben"}, {"assessor", "dora"}, {"verifier", "verifier"}, {"importer", "importer"}})
    p["roster"].push_back(Json{{"role", role}, {"person", name}, {"key", the_keys().at(name).verifier().str()}});
  return json_compact(p);
}

// Every digest in the predicate becomes a subject, so that the right one is among them.
void collect_digests(const Json& value, std::vector<statement::Subject>& out) {
  if (value.is_structured()) {
    for (const Json& child : value) collect_digests(child, out);
  } else if (value.is_string() && out.size() < 64) {
    if (const auto digest = Digest::from_hex(value.get<std::string>())) out.push_back({"", *digest});
  }
}

std::string signed_entry(const std::string& header, std::string text, const std::vector<std::string>& log) {
  for (std::size_t n = 0; n < log.size() && n < 10; ++n) {
    const std::string mark = "\"@" + std::to_string(n) + "\"";
    for (std::size_t at = 0; (at = text.find(mark, at)) != std::string::npos;)
      text.replace(at, mark.size(), "\"" + sha256(log[n]).hex() + "\"");
  }
  for (const auto& [name, key] : the_keys()) {
    const std::string mark = "\"key:" + name + "\"";
    for (std::size_t at = 0; (at = text.find(mark, at)) != std::string::npos;)
      text.replace(at, mark.size(), "\"" + key.verifier().str() + "\"");
  }
  Json predicate = Json::parse(text, nullptr, false);
  if (!predicate.is_object()) return text;
  statement::Statement s;
  collect_digests(predicate, s.subjects);
  if (s.subjects.empty()) s.subjects.push_back({"", sha256(text)});
  const std::size_t space = header.find(' ');
  s.predicate_type = std::string(statement::kPredicateBase) + header.substr(0, space) + "/v1";
  s.predicate = std::move(predicate);
  statement::Envelope envelope{std::string(statement::kPayloadType), s.str(), {}};
  const std::string signers = space == std::string::npos ? "" : header.substr(space + 1);
  for (std::size_t at = 0; at < signers.size() && envelope.signatures.size() < kMaxSigners;) {
    const std::size_t comma = std::min(signers.find(',', at), signers.size());
    if (const auto it = the_keys().find(signers.substr(at, comma - at)); it != the_keys().end())
      statement::add_signature(envelope, it->second);
    at = comma + 1;
  }
  if (envelope.signatures.empty()) statement::add_signature(envelope, the_keys().at("other"));
  return envelope.str();
}

std::string next_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  std::string out(text.substr(0, end));
  text.remove_prefix(std::min(end + 1, text.size()));
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view script(reinterpret_cast<const char*>(data), size);
  std::vector<std::string> log = {signed_entry("registry-rules anna,ben", founding_predicate(), {})};
  registry::State state;
  require(state.apply(0, log[0]).disposition == registry::Disposition::applied);
  while (!script.empty() && log.size() < kMaxEntries) {
    const std::string header = next_line(script), text = next_line(script);
    const std::string bytes = header == "raw" ? text : signed_entry(header, text, log);
    const std::size_t records = state.supporters().size();
    const auto admitted = state.check(bytes, state.ledger_time());
    const auto applied = state.apply(log.size(), bytes);
    const bool clock =
        !admitted && (admitted.error().code == registry::Code::stale || admitted.error().code == registry::Code::from_the_future);
    require(clock || admitted.has_value() == !applied.ignored.has_value());
    require(applied.ignored.has_value() == (applied.disposition == registry::Disposition::ignored));
    if (applied.ignored) require(applied.supporters.empty() && state.supporters().size() == records && !applied.ignored->what.empty());
    require(state.entry(log.size())->envelope == sha256(bytes));
    log.push_back(bytes);
  }
  registry::State again;
  for (std::size_t i = 0; i < log.size(); ++i) again.apply(i, log[i]);
  require(again.digest() == state.digest());
  return 0;
}
