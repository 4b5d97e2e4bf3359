// The single checks. Each adds what it found to the report, one line a fact: good, bad, or unverified. Nothing here decides by
// what a file says of itself: digests are recomputed, signatures checked with given keys only, assessments run again.
#include "verify/checks.h"

#include <fmt/format.h>

#include "assess/assess.h"
#include "assess/export.h"
#include "core/file.h"
#include "schema/schema.h"

namespace entente::verify {

void add_good(Report& report, std::string subject, std::string what) {
  report.checks.push_back({Check::Outcome::good, std::move(subject), std::move(what), {}});
}
void add_bad(Report& report, std::string subject, std::string what, std::string hint) {
  report.checks.push_back({Check::Outcome::bad, std::move(subject), std::move(what), std::move(hint)});
}
void add_bad(Report& report, std::string subject, const Error& error) {
  const std::string place = error.where.str();
  add_bad(report, std::move(subject), place.empty() ? error.what : fmt::format("{} [{}]", error.what, place), error.hint);
}
void add_finding(Report& report, std::string subject, std::string what, std::string hint) {
  report.checks.push_back({Check::Outcome::finding, std::move(subject), std::move(what), std::move(hint)});
}
void add_unverified(Report& report, std::string subject, std::string what) {
  report.checks.push_back({Check::Outcome::unverified, std::move(subject), std::move(what), {}});
}

bool check_bundle(Report& report, const std::string& subject, const std::filesystem::path& folder, Progress& progress) {
  const auto problems = evidence::verify(folder, progress);
  if (!problems) {
    add_bad(report, subject, problems.error());
    return false;
  }
  for (const evidence::Problem& p : *problems) add_bad(report, p.path.empty() ? subject : fmt::format("{}/{}", subject, p.path), p.message);
  if (!problems->empty()) return false;
  const auto bundle = evidence::Bundle::open(folder);
  if (!bundle) {
    add_bad(report, subject, bundle.error());
    return false;
  }
  add_good(report, subject, fmt::format("{} files match the manifest, digest {}", bundle->entries().size(), bundle->digest().str()));
  return true;
}

void check_archive(Report& report, const std::filesystem::path& archive, Progress& progress) {
  const auto opened = evidence::open_any(archive, progress);
  if (!opened) return add_bad(report, archive.filename().string(), opened.error());
  check_bundle(report, archive.filename().string(), opened->bundle.folder(), progress);
}

std::optional<statement::Statement> check_envelope(Report& report, const std::string& subject, const std::string& bytes,
                                                   const Options& options, const DataSet& data) {
  const auto envelope = statement::Envelope::parse(bytes, subject);
  if (!envelope) {
    add_bad(report, subject, envelope.error());
    return std::nullopt;
  }
  if (options.trusted.empty()) {
    add_bad(report, subject, "no key to check the signature with", "pass the signer's vkey with --key");
    return std::nullopt;
  }
  auto verified = statement::verify(*envelope, options.trusted, subject);
  if (!verified) {
    add_bad(report, subject, verified.error());
    return std::nullopt;
  }
  for (const keys::VerifierKey& key : verified->signed_by)
    add_good(report, subject, fmt::format("signed by {}+{}", key.name(), key.id_hex()));
  for (const std::string& line : verified->unverified) add_unverified(report, subject, line);
  if (envelope->str() != bytes)
    add_unverified(report, subject,
                   "the envelope is not written in Entente's canonical form (the signature covers the payload, not its spelling)");
  if (const auto checked = statement::check_predicate(verified->statement, data); !checked) {
    add_bad(report, subject, checked.error());
    return std::nullopt;
  }
  add_good(report, subject, fmt::format("predicate {} has the right form", verified->statement.predicate_type));
  return std::move(verified->statement);
}

namespace {

// A file the assessment could have written: equal to what running it again writes, or bad.
void compare_written(Report& report, const std::filesystem::path& folder, const std::string& name, const std::string& recomputed) {
  std::error_code ec;
  if (!std::filesystem::exists(folder / name, ec)) return add_bad(report, name, "missing");
  const auto found = read_file(folder / name);
  if (!found) return add_bad(report, name, found.error());
  if (*found == recomputed) return add_good(report, name, "equals what the assessment says");
  std::size_t at = 0;
  while (at < found->size() && at < recomputed.size() && (*found)[at] == recomputed[at]) ++at;
  add_bad(report, name, fmt::format("differs from what the assessment says, first at byte {}", at));
}

Result<void> check_form(const std::string& document, const std::string& subject, const DataSet& data) {
  constexpr std::string_view kSchema = "schemas/assessment-v1.json";
  ENTENTE_TRY(const std::string_view text, data.file(kSchema));
  ENTENTE_TRY(const schema::Schema compiled, schema::Schema::compile(text, data.display_name(kSchema)));
  ENTENTE_TRY(const JsonDocument parsed, JsonDocument::parse(document, subject));
  return schema::check(compiled, parsed);
}

// The files for other tools, where the folder has them.
void check_exports(Report& report, const std::filesystem::path& folder, const std::string& document, const evidence::Bundle& bundle,
                   const catalog::Catalog& catalog, const DataSet& data) {
  const auto there = [&](std::string_view name) {
    std::error_code ec;
    return std::filesystem::exists(folder / name, ec);
  };
  const std::string sarif(assess::kSarifName), oscal(assess::kOscalName);
  if (!there(sarif) && !there(oscal)) return;
  const auto published = assess::read_document(document, "assessment.json", data);
  if (!published) return add_bad(report, "assessment.json", published.error());
  const assess::EvidenceFiles files = assess::evidence_files(bundle);
  if (there(sarif)) compare_written(report, folder, sarif, assess::to_sarif(*published, catalog, files));
  if (!there(oscal)) return;
  if (const auto text = assess::to_oscal(*published, catalog, files))
    compare_written(report, folder, oscal, *text);
  else
    add_bad(report, oscal, text.error());
}

}  // namespace

void check_assessment(Report& report, const std::string& subject, const std::string& document, const evidence::Bundle* bundle,
                      const std::filesystem::path& folder, const DataSet& data, Progress& progress) {
  if (const auto form = check_form(document, subject, data); !form) return add_bad(report, subject, form.error());
  add_good(report, subject, "has the form of an assessment");
  if (bundle == nullptr) return add_bad(report, subject, "nothing to check its findings against", "pass the evidence with --bundle");
  const auto catalog = catalog::Catalog::load(data);
  if (!catalog) return add_bad(report, subject, catalog.error());
  const auto difference = assess::reproduce(document, *bundle, *catalog, progress);
  if (!difference) return add_bad(report, subject, difference.error());
  if (*difference) {
    const assess::Difference& d = **difference;
    return add_bad(
        report, subject,
        fmt::format("running it again gives another result at {}: published {}, recomputed {}", d.pointer, d.published, d.recomputed));
  }
  add_good(report, subject, "running it again from the evidence gives the same bytes");
  if (folder.empty()) return;
  const auto parsed = JsonDocument::parse(document, subject);
  const auto at = parsed ? json_string(parsed->root(), "at") : std::nullopt;
  const auto when = at ? parse_time(*at) : fail("no \"at\"");
  if (!when) return add_bad(report, subject, when.error());
  const auto outcome = assess::judge(*bundle, *catalog, *when, progress);
  if (!outcome) return add_bad(report, subject, outcome.error());
  for (const auto& [path, content] : outcome->side_files) compare_written(report, folder, path, content);
  const std::pair<const char*, catalog::Language> reports[] = {{"report.html", catalog::Language::en},
                                                               {"report.fr.html", catalog::Language::fr}};
  for (const auto& [name, language] : reports)
    if (std::error_code ec; std::filesystem::exists(folder / name, ec))
      compare_written(report, folder, name, assess::html_report(*outcome, *catalog, language));
  check_exports(report, folder, document, *bundle, *catalog, data);
}

}  // namespace entente::verify
