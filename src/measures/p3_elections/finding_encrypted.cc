// The finding for control P3-06, "encrypted votes verify end to end": every record of kind elections.e2e is verified whole. A record is one
// packed file, or all files below one folder.
#include <algorithm>
#include <map>

#include "core/utf8.h"
#include "measures/p3_elections/e2e/record_check.h"
#include "measures/p3_elections/findings.h"

namespace entente::measures::p3_elections {

namespace {

struct EncryptedRecord {
  std::string name;
  std::vector<const evidence::Evidence*> evidence;
};

std::vector<EncryptedRecord> encrypted_records(const Bundle& bundle) {
  std::map<std::string, EncryptedRecord> by_name;
  for (const evidence::Evidence* entry : bundle.of_kind("elections.e2e")) {
    const std::string_view path = path_in_profile(*entry);
    EncryptedRecord& record = by_name[std::string(path.substr(0, path.find('/')))];
    record.name = path.substr(0, path.find('/'));
    record.evidence.push_back(entry);
  }
  std::vector<EncryptedRecord> out;
  for (auto& [name, record] : by_name) out.push_back(std::move(record));
  return out;
}

// A folder is checked from the bytes the manifest vouches for; a packed file from the disk once its digest is known to be right.
Result<e2e::RecordCheck> check_encrypted(const Bundle& bundle, const EncryptedRecord& record, Progress& progress) {
  const std::string prefix = "evidence/elections.e2e/" + record.name;
  std::vector<e2e::RecordFile> files;
  for (const evidence::Evidence* entry : record.evidence) {
    ENTENTE_TRY(std::string content, bundle.read(*entry));
    if (entry->path == prefix) return e2e::check_record(bundle.folder() / entry->path, {}, progress);
    files.push_back({entry->path.substr(prefix.size() + 1), std::move(content)});
  }
  return e2e::check_record_files(files, record.name, {}, progress);
}

}  // namespace

Finding encrypted_finding(const FindingContext& context) {
  Finding finding;
  finding.control = kVotesVerify;
  std::vector<UnreadEvidence> bad;
  std::uint64_t records = 0, ballots = 0, good = 0, of = 0, found = 0;
  std::string first;
  Json systems = Json::array();
  for (const EncryptedRecord& record : encrypted_records(context.bundle)) {
    for (const evidence::Evidence* entry : record.evidence) finding.evidence.push_back(entry->sha256);
    auto check = check_encrypted(context.bundle, record, context.progress);
    if (!check) {
      bad.push_back({record.evidence.front(), check.error()});
      continue;
    }
    ++records;
    ballots += check->ballots;
    for (const e2e::CheckCount& one : check->checks) {
      good += one.good;
      of += one.of;
    }
    found += check->findings.size() + check->more_findings;
    for (const e2e::RecordFinding& one : check->findings) {
      if (first.empty()) first = fmt::format("{}: {}", one.code, printable(one.message, 300));
      finding.rows.push_back({{"record", printable(record.name, 200)},
                              {"code", one.code},
                              {"message", printable(one.message, 400)},
                              {"place", printable(one.place, 400)}});
    }
    if (!check->good() && finding.places.size() < kMaxPlaces) finding.places.push_back({record.evidence.front()->sha256, ""});
    systems.push_back({{"system", check->system}, {"version", printable(check->version, 100)}, {"title", printable(check->title, 200)}});
  }
  if (unreadable(finding, bad)) return finding;
  finding.status = found == 0 && records > 0 ? Status::satisfied : Status::not_satisfied;
  finding.summary = fmt::format("{} of {} of {} with {} hold; {} found.", good, count_of(of, "check"), count_of(records, "record"),
                                count_of(ballots, "ballot"), count_of(found, "contradiction"));
  finding.detail = {{"records", records}, {"ballots", ballots},      {"checks_good", good},
                    {"checks", of},       {"contradictions", found}, {"systems", systems}};
  if (found > 0) finding.fix = "clear up " + first;
  return finding;
}

}  // namespace entente::measures::p3_elections
