// Looks at what a path holds and calls the checks for it. For a published folder it also checks that the parts belong together:
// the statement's subjects are the digests of the very files beside it, and the receipt is for the very bytes of the statement.
#include "verify/verify.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "assess/export.h"
#include "core/file.h"
#include "evidence/bundle.h"
#include "merkle/cose_receipt.h"
#include "merkle/fork_proof.h"
#include "verify/checks.h"
#include "verify/publication.h"

namespace entente::verify {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kOutcomes[] = {"good", "bad", "unverified", "finding"};
constexpr std::uint64_t kMaxDocument = std::uint64_t{256} << 20;

bool is_there(const fs::path& path) {
  std::error_code ec;
  return fs::exists(path, ec);
}

// Reads a part of a published folder into the report's terms.
std::optional<std::string> read_part(Report& report, const fs::path& folder, const std::string& name) {
  auto content = read_file(folder / name, kMaxDocument);
  if (content) return std::move(*content);
  add_bad(report, name, content.error());
  return std::nullopt;
}

void check_subjects(Report& report, const statement::Statement& s, const std::string& document, const std::string& manifest) {
  std::set<std::string> seen;
  const std::pair<std::string, Digest> expected[] = {{"assessment.json", sha256(document)}, {"bundle/manifest.json", sha256(manifest)}};
  for (const statement::Subject& subject : s.subjects) {
    const auto match = std::find_if(std::begin(expected), std::end(expected), [&](const auto& e) { return e.second == subject.sha256; });
    if (match == std::end(expected)) {
      add_bad(report, "statement.dsse.json",
              fmt::format("its subject {} ({}) is no file of this folder", subject.name, subject.sha256.str()));
      return;
    }
    seen.insert(match->first);
  }
  for (const auto& [name, digest] : expected)
    if (!seen.contains(name)) return add_bad(report, "statement.dsse.json", fmt::format("is not about {}", name));
  add_good(report, "statement.dsse.json", "is about this assessment and this evidence");
}

// The reports and rows that nothing was said of: a file that was not compared, or is not there, must not pass in silence. The statement
// does not name them, so that one is missing is a note; whoever reads it is not misled by what is not there.
void add_unchecked(Report& report, const fs::path& folder) {
  const auto said = [&](std::string_view name) {
    return std::any_of(report.checks.begin(), report.checks.end(), [&](const Check& c) { return c.subject == name; });
  };
  const std::string not_compared = "not checked, because the assessment it is compared with is bad or could not be run again";
  for (const char* name : {"report.html", "report.fr.html"}) {
    if (said(name)) continue;
    add_unverified(report, name,
                   is_there(folder / name) ? not_compared : "not in this folder: an assessment publishes it, no statement covers it");
  }
  for (const std::string_view name : {assess::kSarifName, assess::kOscalName})
    if (!said(name) && is_there(folder / name)) add_unverified(report, std::string(name), not_compared);
  const bool good = std::any_of(report.checks.begin(), report.checks.end(),
                                [](const Check& c) { return c.outcome == Check::Outcome::good && c.subject == "report.html"; });
  const auto files = list_files(folder);
  if (good || !files) return;
  for (const std::string& file : *files)
    if (file.starts_with("rows/") && !said(file)) add_unverified(report, file, not_compared);
}

bool looks_published(const fs::path& folder) {
  return is_there(folder / "statement.dsse.json") || is_there(folder / "receipt.tlog-proof") || is_there(folder / "report.html") ||
         is_there(folder / "bundle/manifest.json");
}

// Also without a manifest, or with one that is damaged: what is missing must be said, not guessed around.
bool looks_like_registry(const fs::path& folder) {
  if (is_there(folder / "log/checkpoint") && is_there(folder / "api/v1")) return true;
  const auto manifest = read_file(folder / kPublicationManifest, kMaxPublicationManifest);
  return manifest && is_publication(*manifest);
}

void check_published(Report& report, const fs::path& folder, const Options& options, const DataSet& data, Progress& progress) {
  std::optional<evidence::Bundle> bundle;
  if (check_bundle(report, "bundle", folder / "bundle", progress)) {
    auto opened = evidence::Bundle::open(folder / "bundle");
    if (opened)
      bundle = std::move(*opened);
    else
      add_bad(report, "bundle", opened.error());
  }
  std::optional<std::string> document;
  if (is_there(folder / "assessment.json"))
    document = read_part(report, folder, "assessment.json");
  else
    add_bad(report, "assessment.json", "missing: it is what this folder publishes");
  if (document && bundle)
    check_assessment(report, "assessment.json", *document, &*bundle, folder, data, progress);
  else if (document)
    add_unverified(report, "assessment.json", "not checked, because the bundle it was made from is bad or missing");
  // Who names a key expects a signature: that it was left out must not pass for "nothing to complain of".
  const bool wants_signature = !options.trusted.empty();
  const bool wants_receipt = options.log.has_value() || options.policy.has_value();
  if (!is_there(folder / "statement.dsse.json")) {
    if (wants_signature || wants_receipt)
      add_bad(report, "statement.dsse.json", "missing: keys were given, and nobody has signed this assessment");
    else
      add_unverified(report, "assessment.json", "no statement.dsse.json: nobody has signed this assessment");
  } else if (const auto envelope = read_part(report, folder, "statement.dsse.json")) {
    const auto statement = check_envelope(report, "statement.dsse.json", *envelope, options, data);
    std::optional<std::string> manifest;
    if (is_there(folder / "bundle/manifest.json")) manifest = read_part(report, folder, "bundle/manifest.json");
    if (statement && document && manifest)
      check_subjects(report, *statement, *document, *manifest);
    else if (statement)
      add_unverified(
          report, "statement.dsse.json",
          fmt::format("what it is about is not checked, because {} cannot be read", document ? "bundle/manifest.json" : "assessment.json"));
    if (!is_there(folder / "receipt.tlog-proof")) {
      if (wants_receipt)
        add_bad(report, "receipt.tlog-proof", "missing: a log was named, and nothing shows that the statement is in it");
      else
        add_unverified(report, "statement.dsse.json", "no receipt.tlog-proof: not shown to be in any ledger");
    } else if (const auto receipt = read_part(report, folder, "receipt.tlog-proof"))
      check_receipt(report, "receipt.tlog-proof", *receipt, *envelope, options);
  }
  add_unchecked(report, folder);
  // What lies there besides: shown, so that nobody takes it for checked.
  const auto files = list_files(folder);
  if (!files) return add_bad(report, folder.string(), files.error());
  const std::set<std::string_view> known{"assessment.json", "statement.dsse.json", "receipt.tlog-proof", "report.html", "report.fr.html"};
  for (const std::string& file : *files)
    if (!known.contains(file) && !file.starts_with("bundle/") &&
        std::none_of(report.checks.begin(), report.checks.end(), [&](const Check& c) { return c.subject == file; }))
      add_unverified(report, file, "not part of what an assessment publishes");
}

// A bundle and an assessment on their own carry no signature: keys given for them would only seem to be checked.
void refuse_keys(Report& report, const std::string& subject, const Options& options) {
  if (!options.trusted.empty() || options.log || options.policy || !options.witnesses.empty())
    add_bad(report, subject, "carries no signature: the keys given have nothing to check here",
            "verify the published folder, the statement or the receipt with them");
}

Result<void> check_file(Report& report, const fs::path& path, const Options& options, const DataSet& data, Progress& progress) {
  const std::string name = path.filename().string();
  if (name.ends_with(".tar.zst")) {
    check_archive(report, path, progress);
    refuse_keys(report, name, options);
    return {};
  }
  ENTENTE_TRY(const std::string content, read_file(path, kMaxDocument));
  if (name.ends_with(".tlog-proof") || content.starts_with("c2sp.org/tlog-proof")) {
    if (options.entry.empty())
      return fail("a receipt is about an entry, and none was given", {.file = path.string()}, "pass the logged file with --entry");
    ENTENTE_TRY(const std::string entry, read_file(options.entry, kMaxDocument));
    check_receipt(report, name, content, entry, options);
    return {};
  }
  if (content.starts_with(merkle::kCoseReceiptStart)) {
    if (options.entry.empty())
      return fail("a receipt is about an entry, and none was given", {.file = path.string()}, "pass the logged file with --entry");
    ENTENTE_TRY(const std::string entry, read_file(options.entry, kMaxDocument));
    check_cose_receipt(report, name, content, entry, options);
    return {};
  }
  if (content.starts_with(merkle::kForkProofMagic)) {
    check_fork_proof(report, name, content, options);
    return {};
  }
  if (const auto key = keys::VerifierKey::parse(content.substr(0, content.find_first_of("\r\n"))))
    return fail(
        fmt::format("this is a public key ({}), not something to check", key->name()), {.file = path.string()},
        fmt::format("name what it signed, and the key with --key (a log's with --log): entente verify FILE --key {}", path.string()));
  if (content.starts_with("PRIVATE+KEY+") || content.starts_with("ENCRYPTED+KEY+"))
    return fail("this is a private key, not something to check", {.file = path.string()},
                "keep it secret; verify takes the .vkey beside it, with --key");
  ENTENTE_TRY(const JsonDocument document, JsonDocument::parse(content, path.string()));
  if (json_get(document.root(), "payloadType")) {
    check_envelope(report, name, content, options, data);
    return {};
  }
  if (json_string(document.root(), "type") == "https://entente.example/assessment/v1") {
    refuse_keys(report, name, options);
    if (options.bundle.empty()) {
      check_assessment(report, name, content, nullptr, {}, data, progress);
      return {};
    }
    ENTENTE_TRY(const evidence::OpenedBundle opened, evidence::open_any(options.bundle, progress));
    if (check_bundle(report, options.bundle.string(), opened.bundle.folder(), progress))
      check_assessment(report, name, content, &opened.bundle, {}, data, progress);
    return {};
  }
  return fail("not something Entente publishes", {.file = path.string()},
              "verify takes a bundle, a published folder, a ledger, a receipt, a fork proof, a DSSE envelope or an assessment");
}

}  // namespace

bool Report::good() const {
  const auto count = [&](Check::Outcome o) {
    return std::count_if(checks.begin(), checks.end(), [&](const Check& c) { return c.outcome == o; });
  };
  return count(Check::Outcome::good) > 0 && count(Check::Outcome::bad) == 0 && count(Check::Outcome::finding) == 0;
}

Json Report::to_json() const {
  Json list = Json::array();
  for (const Check& c : checks) {
    Json item = {{"outcome", kOutcomes[static_cast<std::size_t>(c.outcome)]}, {"subject", c.subject}, {"what", c.what}};
    if (!c.hint.empty()) item["hint"] = c.hint;
    list.push_back(std::move(item));
  }
  return {{"good", good()}, {"checks", std::move(list)}};
}

Result<Report> verify_path(const fs::path& path, const Options& options, const DataSet& data, Progress& progress) {
  Report report;
  std::error_code ec;
  if (!fs::is_directory(path, ec)) {
    ENTENTE_CHECK(check_file(report, path, options, data, progress));
    return report;
  }
  if (is_there(path / "assessment.json"))
    check_published(report, path, options, data, progress);  // NOLINT(bugprone-branch-clone): the clearest sign first, the weaker last
  else if (is_there(path / "log.vkey"))
    check_ledger(report, path, options, progress);
  else if (looks_like_registry(path))
    check_published_registry(report, path, options, progress);
  else if (is_there(path / "manifest.json")) {
    const std::string name = path.filename().empty() ? path.parent_path().filename().string() : path.filename().string();
    check_bundle(report, name, path, progress);
    refuse_keys(report, name, options);
  } else if (is_there(path / "checkpoint") && is_there(path / "tile"))
    check_tile_log(report, path, options, progress);
  else if (looks_published(path))
    check_published(report, path, options, data, progress);
  else
    return fail(
        "nothing in this folder that Entente publishes", {.file = path.string()},
        "a bundle has manifest.json, a published assessment assessment.json, a ledger log.vkey, a published registry api/v1 and log");
  return report;
}

}  // namespace entente::verify
