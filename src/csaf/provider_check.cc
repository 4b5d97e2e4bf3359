// Reads the advisories in parallel and validates each; hashes by OpenSSL, signatures by the keys the metadata names; then the rows, then
// the roles as sets of rows.
#include "csaf/provider_check.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <algorithm>
#include <array>
#include <set>

#include "core/ascii.h"
#include "core/parallel.h"
#include "core/utf8.h"
#include "csaf/document.h"
#include "csaf/provider_rows.h"
#include "csaf/web_url.h"

namespace entente::csaf {
namespace {

constexpr std::array<std::string_view, 2> kSecureHashes{"sha256", "sha512"};

std::optional<Instant> date_of(Text text) {
  const auto time = parse_time(text);
  return time ? std::optional(*time) : std::nullopt;
}

ProviderAdvisory judge_advisory(const ProviderFile& file, std::string url, const Validator& validator) {
  ProviderAdvisory out{.file = &file, .url = std::move(url)};
  const auto document = Document::parse(file.text, file.name);
  if (!document) {
    out.problem = document.error().what;
    return out;
  }
  out.id = std::string(document->id);
  out.tlp = std::string(document->tlp_label);
  out.initial = date_of(document->initial_release_date);
  out.current = date_of(document->current_release_date);
  for (const Vulnerability& v : document->vulnerabilities)
    if (!v.cve.empty()) out.cves.emplace_back(v.cve);
  Selection selection;
  selection.optional = selection.informative = false;
  const Report report = validator.validate(*document, selection);
  out.valid = report.valid();
  if (!out.valid) {
    const Finding& f = report.findings.front();
    out.problem = fmt::format("{}: {}: {}", f.test->id, f.pointer.empty() ? "/" : f.pointer, f.what);
  }
  return out;
}

// Those the log records, in its order; then those that lie beside it without being known to it.
void judge_advisories(const ProviderView& view, const Validator& validator, ProviderReport& report) {
  std::vector<Seen> seen = view.of(Purpose::advisory);
  std::erase_if(seen, [](const Seen& s) { return s.file == nullptr; });
  const auto& unlogged = view.unlogged_advisories();
  report.advisories.resize(seen.size() + unlogged.size());
  parallel_for(report.advisories.size(), [&](std::size_t i) {
    if (i < seen.size()) {
      report.advisories[i] = judge_advisory(*seen[i].file, seen[i].record->url, validator);
      return;
    }
    const ProviderFile& file = *unlogged[i - seen.size()];
    report.advisories[i] = judge_advisory(file, parse_web_url(file.source) ? file.source : file.name, validator);
    report.advisories[i].logged = false;
  });
}

// Requirements that speak of every advisory: what a part of them shows is no more than that part.
constexpr std::array<unsigned, 11> kOfEveryAdvisory{1, 2, 4, 5, 11, 12, 13, 14, 15, 18, 19};

void leave_open_if_incomplete(const ProviderView& view, std::vector<Requirement>& rows) {
  const std::string why = view.incomplete();
  if (why.empty()) return;
  for (const unsigned number : kOfEveryAdvisory) {
    Requirement& row = rows.at(number - 1);
    if (row.verdict != Verdict::held) continue;
    row.verdict = Verdict::not_tested;
    row.reason += "; but " + why;
  }
}

std::string hash_of(std::string_view algorithm, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned size = 0;
  if (EVP_Digest(text.data(), text.size(), bytes.data(), &size, algorithm == "sha256" ? EVP_sha256() : EVP_sha512(), nullptr) != 1)
    return {};
  return to_hex({bytes.data(), size});
}

std::string judge_hashes(const ProviderView& view, const ProviderAdvisory& a) {
  bool any = false;
  std::string absent;
  for (const std::string_view algorithm : kSecureHashes) {
    const Seen seen = view.at(fmt::format("{}.{}", a.url, algorithm));
    if (seen.file == nullptr) {
      if (absent.empty()) absent = fmt::format(".{}: {}", algorithm, absence(seen));
      continue;
    }
    const auto digits = parse_hash_file(seen.file->text);
    if (!digits) return fmt::format("its {} file does not begin with a hash", algorithm);
    if (*digits != hash_of(algorithm, a.file->text)) return fmt::format("its {} file says another hash", algorithm);
    any = true;
  }
  return any ? std::string() : "no hash file (" + absent + ")";
}

// The keys whose signatures count: those of the fingerprints the metadata names; of a file named without one, all.
std::set<std::string> trusted_fingerprints(const ProviderReport& report) {
  std::set<std::string> out;
  for (std::size_t i = 0; i < report.key_files.size(); ++i) {
    const std::string wanted = lower(report.metadata->keys[i].fingerprint);
    for (const std::string& held : report.key_files[i].fingerprints)
      if (wanted.empty() || lower(held) == wanted) out.insert(held);
  }
  return out;
}

std::string judge_signature(const ProviderView& view, const ProviderAdvisory& a, const PgpKeyring& ring,
                            const std::set<std::string>& trusted) {
  const Seen seen = view.at(a.url + ".asc");
  if (seen.file == nullptr) return "no signature: " + absence(seen);
  const auto signatures = ring.verify(a.file->text, seen.file->text, seen.file->name);
  if (!signatures) return signatures.error().what;
  for (const PgpSignature& s : *signatures)
    if (s.state == PgpSignature::State::good && trusted.contains(s.fingerprint)) return {};
  const std::string& what = signatures->front().what;
  return what.empty() ? "it was made with a key whose fingerprint the provider metadata does not name" : what;
}

// The metadata the collection followed: the first valid one found, else the first that can be read.
void choose_metadata(const ProviderView& view, ProviderReport& report) {
  for (const Seen& seen : view.of(Purpose::metadata)) {
    if (seen.file == nullptr) continue;
    auto metadata = ProviderMetadata::parse(seen.file->text, seen.file->name);
    if (!metadata) {
      report.unread.push_back(metadata.error().str());
      continue;
    }
    if (report.metadata && (report.metadata->issues.empty() || !metadata->issues.empty())) continue;
    if (metadata->role.empty() && metadata->canonical_url.empty()) continue;
    report.metadata_url = seen.record->url;
    report.metadata = std::move(*metadata);
  }
}

// Keys the metadata names; with a fingerprint only that key counts.
void load_keys(const ProviderView& view, ProviderReport& report, PgpKeyring& ring) {
  if (!report.metadata) return;
  for (const ProviderKey& key : report.metadata->keys) {
    const Seen seen = view.at(key.url);
    ProviderKeyFile& file = report.key_files.emplace_back(ProviderKeyFile{.url = key.url});
    const auto added = seen.file != nullptr ? ring.add(seen.file->text, seen.file->name) : Result<std::vector<PgpKey>>(fail(absence(seen)));
    if (!added) {
      file.problem = added.error().what;
      continue;
    }
    for (const PgpKey& one : *added) {
      file.fingerprints.push_back(one.fingerprint);
      if (std::ranges::none_of(report.keys, [&](const PgpKey& k) { return k.fingerprint == one.fingerprint; })) report.keys.push_back(one);
    }
  }
}

class RoleJudge {
 public:
  explicit RoleJudge(const ProviderReport& report) : report_(report) {}

  std::vector<RoleVerdict> judge() {
    std::vector<RoleVerdict> out;
    need({1, 2, 3, 4});
    out.push_back(verdict("csaf_publisher"));
    need({5, 6, 7});
    need_one_of({8, 9, 10});
    need_distribution();
    out.push_back(verdict("csaf_provider"));
    need({18, 19, 20});
    out.push_back(verdict("csaf_trusted_provider"));
    return out;
  }

 private:
  [[nodiscard]] Verdict of(unsigned number) const { return report_.requirements[number - 1].verdict; }

  void take(Verdict verdict) {
    if (verdict == Verdict::failed || all_ == Verdict::failed)
      all_ = Verdict::failed;
    else if (verdict == Verdict::not_tested)
      all_ = Verdict::not_tested;
  }
  void need(const std::vector<unsigned>& numbers) {
    for (const unsigned n : numbers) {
      take(of(n));
      if (of(n) != Verdict::held) lacking_.push_back(n);
    }
  }
  void need_one_of(const std::vector<unsigned>& numbers) {
    const auto is = [&](Verdict v) { return std::ranges::any_of(numbers, [&](unsigned n) { return of(n) == v; }); };
    if (is(Verdict::held)) return;
    take(is(Verdict::not_tested) ? Verdict::not_tested : Verdict::failed);
    lacking_.insert(lacking_.end(), numbers.begin(), numbers.end());
  }
  // Directory or ROLIE; whichever is used must hold whole.
  void need_distribution() {
    const bool directory = report_.metadata && std::ranges::any_of(report_.metadata->distributions,
                                                                   [](const ProviderDistribution& d) { return !d.directory_url.empty(); });
    const bool rolie = report_.metadata && std::ranges::any_of(report_.metadata->distributions, &ProviderDistribution::rolie);
    if (directory) need({11, 12, 13, 14});
    if (rolie) need({15, 16, 17});
    if (directory || rolie) return;
    take(Verdict::failed);
    for (unsigned n = 11; n <= 17; ++n) lacking_.push_back(n);
  }
  [[nodiscard]] RoleVerdict verdict(std::string_view role) const { return {role, all_, lacking_}; }

  const ProviderReport& report_;
  Verdict all_ = Verdict::held;
  std::vector<unsigned> lacking_;
};

void append(std::vector<Requirement>& to, std::vector<Requirement> more) {
  to.insert(to.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

}  // namespace

const std::vector<std::string_view>& provider_kinds() {
  static const std::vector<std::string_view> kinds = [] {
    std::vector<std::string_view> out;
    for (std::size_t i = 0; i < kPurposeCount; ++i) out.push_back(evidence_kind(static_cast<Purpose>(i)));
    out.push_back(kFetchLogKind);
    return out;
  }();
  return kinds;
}

std::string_view name(Verdict verdict) { return verdict == Verdict::held ? "held" : verdict == Verdict::failed ? "failed" : "not-tested"; }

std::string_view ProviderReport::reached() const {
  std::string_view out;
  for (const RoleVerdict& role : roles)
    if (role.verdict == Verdict::held) out = role.role;
  return out;
}

std::string_view ProviderReport::declared() const { return metadata ? std::string_view(metadata->role) : std::string_view(); }

Result<ProviderReport> check_provider(const std::vector<ProviderFile>& files, const Validator& validator, Instant at) {
  ProviderReport out;
  const ProviderView view(files);
  out.unread = view.unread();
  choose_metadata(view, out);
  out.bad_logs = view.bad_logs();
  if (const FetchLog* log = view.log())
    out.collection = ProviderCollection{view.log_file(), log->asked, log->finished, log->loopback, view.incomplete()};
  judge_advisories(view, validator, out);
  ENTENTE_TRY(PgpKeyring ring, PgpKeyring::make(at));
  load_keys(view, out, ring);
  const std::set<std::string> trusted = trusted_fingerprints(out);
  for (ProviderAdvisory& a : out.advisories) {
    if (!a.logged) continue;
    a.hash_problem = judge_hashes(view, a);
    a.signature_problem = trusted.empty() ? "the provider metadata names no key that can be read" : judge_signature(view, a, ring, trusted);
  }
  const std::vector<SeenFeed> feeds = out.metadata ? view.feeds(*out.metadata) : std::vector<SeenFeed>{};
  const std::vector<SeenDirectory> directories = out.metadata ? view.directories(*out.metadata) : std::vector<SeenDirectory>{};
  ProviderCase c{view, out, feeds, directories, {}};
  for (const ProviderAdvisory& a : out.advisories)
    if (a.logged) c.by_url.try_emplace(a.url, &a);
  std::vector<Requirement> rows = document_rows(c);
  append(rows, discovery_rows(c));
  append(rows, directory_rows(c));
  append(rows, rolie_rows(c));
  append(rows, trust_rows(c));
  leave_open_if_incomplete(view, rows);
  out.requirements = std::move(rows);
  out.roles = RoleJudge(out).judge();
  return out;
}

}  // namespace entente::csaf
