// TUF metadata. Each document is parsed once; its "signed" part is written again as canonical JSON (keys in byte order, no blanks, only
// quote and backslash escaped), over which the signatures are verified. The judgement follows the client workflow of section 5 of the
// specification, except that nothing is downloaded: what is wrong is listed instead of stopping at the first.
#include "measures/p6_supply/update_metadata.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "core/bytes.h"
#include "core/digest.h"
#include "core/file.h"
#include "core/json.h"
#include "core/utf8.h"

namespace entente::measures::p6_supply {

namespace {

constexpr std::size_t kTufMaxSignatures = 100;

constexpr std::uint64_t kMaxTufBytes = std::uint64_t{16} << 20;
constexpr JsonLimits kTufLimits{.max_bytes = kMaxTufBytes, .max_depth = 32};
constexpr std::array<std::string_view, kTufRoles> kTufNames{"root", "timestamp", "snapshot", "targets"};
using TufObject = std::vector<std::pair<std::string_view, JsonView>>;

void tuf_canonical_text(std::string_view text, std::string& out) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
}

// False if a number is no integer. The depth is bounded by kTufLimits.
bool tuf_canonical(JsonView view, std::string& out) {  // NOLINT(misc-no-recursion)
  if (const auto object = as_object(view)) {
    TufObject members;
    for (const auto& [key, value] : *object) members.emplace_back(key, value);
    std::sort(members.begin(), members.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    out += '{';
    for (std::size_t i = 0; i < members.size(); ++i) {
      if (i > 0) out += ',';
      tuf_canonical_text(members[i].first, out);
      out += ':';
      if (!tuf_canonical(members[i].second, out)) return false;
    }
    out += '}';
    return true;
  }
  if (const auto array = as_array(view)) {
    out += '[';
    bool first = true;
    for (const JsonView item : *array) {
      if (!std::exchange(first, false)) out += ',';
      if (!tuf_canonical(item, out)) return false;
    }
    out += ']';
    return true;
  }
  if (const auto text = as_string(view)) {
    tuf_canonical_text(*text, out);
    return true;
  }
  if (view.type() == simdjson::dom::element_type::DOUBLE) return false;  // is_double() is true of integers too
  out += simdjson::minify(view);                                         // an integer, true, false, null
  return true;
}

void read_tuf_root(JsonView body, TufDocument& document) {
  if (const auto listed = json_object(body, "keys")) {
    for (const auto& [id, key] : *listed) {
      const auto value = json_get(key, "keyval");
      const auto bytes = value ? from_hex(json_string(*value, "public").value_or("")) : Result<Bytes>(Bytes{});
      keys::PublicKeyBytes raw{};
      if (json_string(key, "keytype") != "ed25519" || json_string(key, "scheme") != "ed25519" || !bytes || bytes->size() != raw.size()) {
        ++document.other_keys;
        continue;
      }
      std::copy(bytes->begin(), bytes->end(), raw.begin());
      document.public_keys.emplace(id, raw);
    }
  }
  if (const auto roles = json_object(body, "roles")) {
    for (const auto& [name, role] : *roles) {
      TufTrust trust{.threshold = json_int(role, "threshold").value_or(0)};
      if (const auto ids = json_array(role, "keyids"))
        for (const JsonView id : *ids)
          if (const auto text = as_string(id)) trust.key_ids.emplace_back(*text);
      document.roles.emplace(name, std::move(trust));
    }
  }
}

void read_tuf_meta(JsonView body, TufDocument& document) {
  const auto meta = json_object(body, "meta");
  if (!meta) return;
  for (const auto& [name, entry] : *meta) {
    TufMeta one{.version = json_int(entry, "version").value_or(0)};
    if (const auto length = json_int(entry, "length"); length && *length >= 0) one.length = static_cast<std::uint64_t>(*length);
    if (const auto hashes = json_get(entry, "hashes")) one.sha256 = json_string(*hashes, "sha256").value_or("");
    document.meta.emplace(name, std::move(one));
  }
}

void read_tuf_targets(JsonView body, TufDocument& document) {
  const auto targets = json_object(body, "targets");
  if (!targets) return;
  for (const auto& [name, entry] : *targets) {
    TufTarget one;
    if (const auto hashes = json_get(entry, "hashes")) {
      one.sha256 = json_string(*hashes, "sha256").value_or("");
      one.sha512 = json_string(*hashes, "sha512").value_or("");
    }
    document.targets.emplace(name, std::move(one));
  }
}

// How many different keys of the role have signed. Two ids of one key are one key.
std::int64_t tuf_signers(const TufDocument& document, const TufDocument& root, const TufTrust& trust) {
  std::set<keys::PublicKeyBytes> signers;
  for (const TufSignature& signature : document.signatures) {
    const auto key = root.public_keys.find(signature.key_id);
    if (key == root.public_keys.end() || std::find(trust.key_ids.begin(), trust.key_ids.end(), signature.key_id) == trust.key_ids.end())
      continue;
    if (keys::verify_ed25519(key->second, as_bytes(document.canonical), as_bytes(signature.bytes))) signers.insert(key->second);
  }
  return static_cast<std::int64_t>(signers.size());
}

class TufJudge {
 public:
  TufJudge(const TufSet& current, const TufSet* previous, Instant at) : current_(current), previous_(previous), at_(at) {}

  std::vector<TufProblem> run() {
    for (std::size_t r = 0; r < kTufRoles; ++r) {
      const auto role = static_cast<TufRole>(r);
      if (!current_[r]) {
        problem(TufFault::absent, role, "not given");
        continue;
      }
      if (at_ >= current_[r]->expires) problem(TufFault::expired, role, fmt::format("expired on {}", format_time(current_[r]->expires)));
      if (const TufDocument* root = of(current_, TufRole::root)) signed_by(*root, *current_[r], "root");
      if (const TufDocument* old = previous_ == nullptr ? nullptr : of(*previous_, role)) went_back(*old, *current_[r]);
    }
    agrees(TufRole::timestamp, TufRole::snapshot);
    agrees(TufRole::snapshot, TufRole::targets);
    return std::move(problems_);
  }

 private:
  static const TufDocument* of(const TufSet& set, TufRole role) {
    const auto& document = set[static_cast<std::size_t>(role)];
    return document ? &*document : nullptr;
  }
  void problem(TufFault fault, TufRole role, std::string message) { problems_.push_back({fault, role, std::move(message)}); }

  void signed_by(const TufDocument& root, const TufDocument& document, std::string_view whose) {
    const auto trust = root.roles.find(std::string(to_string(document.role)));
    if (trust == root.roles.end() || trust->second.threshold < 1)
      return problem(TufFault::unsigned_role, document.role, fmt::format("{} names no keys for it, or a threshold below 1", whose));
    const std::int64_t signers = tuf_signers(document, root, trust->second);
    if (signers >= trust->second.threshold) return;
    problem(TufFault::unsigned_role, document.role,
            fmt::format(
                "signed by {} of the {} keys that {} demands{}", signers, trust->second.threshold, whose,
                root.other_keys > 0 ? fmt::format(" ({} of its keys are not Ed25519 and are not verified here)", root.other_keys) : ""));
  }

  void went_back(const TufDocument& old, const TufDocument& document) {
    if (document.version < old.version)
      problem(TufFault::rollback, document.role, fmt::format("version {} after {}", document.version, old.version));
    else if (document.version == old.version && document.canonical != old.canonical)
      problem(TufFault::fork, document.role, fmt::format("two contents of version {}", document.version));
    if (document.role == TufRole::root && document.version > old.version) {
      // Section 5.3: every root is signed by its predecessor's keys, one version after the other.
      if (document.version != old.version + 1)
        problem(TufFault::mismatch, TufRole::root,
                fmt::format("version {} cannot be judged by {}: the roots between are needed", document.version, old.version));
      else
        signed_by(old, document, "the previous root");
    }
    for (const auto& [name, meta] : old.meta) {
      const auto now = document.meta.find(name);
      if (now == document.meta.end())
        problem(TufFault::rollback, document.role, printable(name, 200) + " is no longer listed");
      else if (now->second.version < meta.version)
        problem(TufFault::rollback, document.role,
                fmt::format("lists version {} of {} after {}", now->second.version, printable(name, 200), meta.version));
    }
  }

  void agrees(TufRole lister, TufRole listed) {
    const TufDocument* list = of(current_, lister);
    const TufDocument* document = of(current_, listed);
    if (list == nullptr || document == nullptr) return;
    const auto meta = list->meta.find(fmt::format("{}.json", to_string(listed)));
    if (meta == list->meta.end()) return problem(TufFault::mismatch, listed, fmt::format("{} does not list it", to_string(lister)));
    if (meta->second.version != document->version)
      problem(TufFault::mismatch, listed,
              fmt::format("is version {}, {} lists {}", document->version, to_string(lister), meta->second.version));
    if ((meta->second.length && *meta->second.length != document->length) ||
        (!meta->second.sha256.empty() && meta->second.sha256 != document->sha256))
      problem(TufFault::mismatch, listed, fmt::format("is not the file {} lists (length or SHA-256)", to_string(lister)));
  }

  const TufSet& current_;
  const TufSet* previous_;
  Instant at_;
  std::vector<TufProblem> problems_;
};

// "7.snapshot.json": 7; "snapshot.json": 0; not of the role: −1.
std::int64_t tuf_file_number(std::string_view file, TufRole role) {
  const std::string name = fmt::format("{}.json", to_string(role));
  if (file == name) return 0;
  std::int64_t number = -1;
  const auto [end, error] = std::from_chars(file.data(), file.data() + file.size(), number);
  if (error != std::errc() || number < 0 || file.substr(static_cast<std::size_t>(end - file.data())) != "." + name) return -1;
  return number;
}

}  // namespace

std::string_view to_string(TufRole role) { return kTufNames[static_cast<std::size_t>(role)]; }

std::string_view to_string(TufFault fault) {
  switch (fault) {
    case TufFault::absent: return "absent";
    case TufFault::expired: return "expired";
    case TufFault::unsigned_role: return "unsigned";
    case TufFault::rollback: return "rollback";
    case TufFault::fork: return "fork";
    case TufFault::mismatch: break;
  }
  return "mismatch";
}

Result<TufDocument> parse_tuf(std::string_view text, const std::string& name) {
  ENTENTE_TRY(const JsonDocument json, JsonDocument::parse(text, name, kTufLimits));
  const auto body = json_get(json.root(), "signed");
  const auto type = body ? json_string(*body, "_type") : std::nullopt;
  const auto role = std::find(kTufNames.begin(), kTufNames.end(), type.value_or(""));
  if (role == kTufNames.end())
    return fail("not TUF metadata: /signed/_type is none of root, timestamp, snapshot, targets", json.where("/signed"));
  TufDocument document{.role = static_cast<TufRole>(role - kTufNames.begin()), .length = text.size()};
  document.sha256 = sha256(text).hex();
  const auto version = json_int(*body, "version");
  if (!version || *version < 1) return fail("a version is a whole number from 1", json.where("/signed/version"));
  document.version = *version;
  const auto expires = parse_time(json_string(*body, "expires").value_or(""));
  if (!expires) return fail("no time of expiry: " + expires.error().what, json.where("/signed/expires"));
  document.expires = *expires;
  if (!tuf_canonical(*body, document.canonical)) return fail("a number that is no integer has no canonical form", json.where("/signed"));
  if (const auto signatures = json_array(json.root(), "signatures")) {
    // Each is verified over the whole document.
    if (signatures->size() > kTufMaxSignatures)
      return fail(fmt::format("more than {} signatures", kTufMaxSignatures), json.where("/signatures"));
    std::set<std::string_view> key_ids;
    for (const JsonView signature : *signatures) {
      const std::string_view key_id = json_string(signature, "keyid").value_or("");
      if (!key_ids.insert(key_id).second)
        return fail("two signatures by one key id; the specification has each once (section 4.2)", json.where("/signatures"));
      const auto bytes = from_hex(json_string(signature, "sig").value_or(""));
      if (bytes) document.signatures.push_back({std::string(key_id), {bytes->begin(), bytes->end()}});
    }
  }
  if (document.role == TufRole::root) read_tuf_root(*body, document);
  if (document.role == TufRole::timestamp || document.role == TufRole::snapshot) read_tuf_meta(*body, document);
  if (document.role == TufRole::targets) read_tuf_targets(*body, document);
  return document;
}

Result<TufSet> read_tuf(const std::filesystem::path& path) {
  TufSet set;
  std::error_code ignored;
  if (!std::filesystem::is_directory(path, ignored)) {
    ENTENTE_TRY(const std::string text, read_file(path, kMaxTufBytes));
    ENTENTE_TRY(auto document, parse_tuf(text, path.string()));
    const auto role = static_cast<std::size_t>(document.role);
    set[role] = std::move(document);
    return set;
  }
  ENTENTE_TRY(const auto files, list_files(path));
  for (std::size_t r = 0; r < kTufRoles; ++r) {
    std::string best;
    std::int64_t highest = -1;
    for (const std::string& file : files) {
      const std::int64_t number = tuf_file_number(file, static_cast<TufRole>(r));
      if (number > highest) {
        highest = number;
        best = file;
      }
    }
    if (best.empty()) continue;
    ENTENTE_TRY(const std::string text, read_file(path / best, kMaxTufBytes));
    ENTENTE_TRY(auto document, parse_tuf(text, (path / best).string()));
    if (static_cast<std::size_t>(document.role) != r)
      return fail(fmt::format("holds {} metadata", to_string(document.role)), {.file = (path / best).string(), .pointer = "/signed/_type"});
    set[r] = std::move(document);
  }
  return set;
}

std::vector<TufProblem> judge_tuf(const TufSet& current, const TufSet* previous, Instant at) {
  return TufJudge(current, previous, at).run();
}

}  // namespace entente::measures::p6_supply
