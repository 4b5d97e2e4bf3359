// The audits in a bundle: evidence of one kind below one folder is one record. Every file is read once through the bundle, so that its
// digest is the manifest's, before the record is looked at as a folder; receipts, where there are some, are judged with each.
#include <algorithm>
#include <map>

#include "measures/p3_elections/findings.h"
#include "measures/p3_elections/records_found.h"

namespace entente::measures::p3_elections {

namespace {

constexpr std::string_view kRecordPrefix = "elections.";

Result<std::vector<keys::VerifierKey>> signers_of(const Bundle& bundle) {
  std::vector<keys::VerifierKey> out;
  for (const evidence::Evidence* entry : bundle.of_kind("elections.signers")) {
    ENTENTE_TRY(const std::string text, bundle.read(*entry));
    std::string_view rest = text;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find('\n'), rest.size());
      std::string_view line = rest.substr(0, end);
      rest.remove_prefix(std::min(end + 1, rest.size()));
      if (line.ends_with('\r')) line.remove_suffix(1);
      if (line.empty() || line.starts_with('#')) continue;
      auto key = keys::VerifierKey::parse(line);
      if (!key) {
        Error error = key.error();
        error.where.file = entry->path;
        return fail(std::move(error));
      }
      out.push_back(std::move(*key));
    }
  }
  return out;
}

Result<LoggedSteps> steps_of(const Bundle& bundle) {
  const auto entries = bundle.of_kind("elections.receipts");
  if (entries.empty()) return LoggedSteps{};
  StepTrust trust;
  ENTENTE_TRY(trust.signers, signers_of(bundle));
  for (const evidence::Evidence* entry : bundle.of_kind("elections.policy")) {
    ENTENTE_TRY(const std::string text, bundle.read(*entry));
    auto policy = merkle::Policy::parse(text);
    if (!policy) {
      Error error = policy.error();
      error.where.file = entry->path;
      return fail(std::move(error));
    }
    trust.policy = std::move(*policy);
  }
  std::vector<NamedBytes> files;
  for (const evidence::Evidence* entry : entries) {
    ENTENTE_TRY(std::string bytes, bundle.read(*entry));
    files.push_back({std::string(path_in_profile(*entry)), std::move(bytes)});
  }
  return read_logged_steps(files, trust);
}

Result<review::Review> reviewed(const Bundle& bundle, const ReviewedRecord& record, RecordKind kind, Progress& progress) {
  for (const evidence::Evidence* entry : record.evidence) ENTENTE_CHECK(bundle.read(*entry));
  return review_record(kind, bundle.folder() / record.folder, progress);
}

}  // namespace

std::vector<ReviewedRecord> review_records(const Bundle& bundle, Progress& progress) {
  std::map<std::string, ReviewedRecord> found;
  for (const RecordKind kind : {RecordKind::audit, RecordKind::corla, RecordKind::arlo, RecordKind::shangrla}) {
    const std::string evidence_kind = std::string(kRecordPrefix) + std::string(to_string(kind));
    for (const evidence::Evidence* entry : bundle.of_kind(evidence_kind)) {
      const std::string_view path = path_in_profile(*entry);
      const std::size_t slash = path.find('/');
      std::string folder = "evidence/" + evidence_kind;
      if (slash != std::string_view::npos) folder += "/" + std::string(path.substr(0, slash));
      ReviewedRecord& record = found[folder];
      record.kind = evidence_kind;
      record.folder = folder;
      record.evidence.push_back(entry);
    }
  }
  std::vector<ReviewedRecord> out;
  if (found.empty()) return out;
  const auto steps = steps_of(bundle);
  progress.step("Recomputing audits", found.size());
  for (auto& [folder, record] : found) {
    const auto kind = parse_record_kind(std::string_view(record.kind).substr(kRecordPrefix.size()));
    auto outcome = !steps ? Result<review::Review>(fail(steps.error()))
                   : kind ? reviewed(bundle, record, *kind, progress)
                          : Result<review::Review>(fail("no such kind of record"));
    if (outcome) {
      judge_commitments(*outcome, *steps);
      review::put_in_order(*outcome);
      record.review = std::move(*outcome);
    } else {
      record.error = outcome.error();
    }
    progress.advance();
    out.push_back(std::move(record));
  }
  return out;
}

}  // namespace entente::measures::p3_elections
