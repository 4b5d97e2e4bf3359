// Finds out what kind of record it is and hands it to its checker. An ElectionGuard record may lie in a folder of the archive: the folder
// of the constants.json nearest the top is taken as the record.
#include "measures/p3_elections/e2e/record_check.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/file.h"
#include "measures/p3_elections/e2e/belenios.h"
#include "measures/p3_elections/e2e/belenios_tar.h"
#include "measures/p3_elections/e2e/electionguard.h"
#include "measures/p3_elections/tables/container.h"

namespace entente::measures::p3_elections::e2e {
namespace {

Result<std::vector<RecordFile>> record_from_folder(const std::filesystem::path& path, const RecordOptions& options) {
  ENTENTE_TRY(const auto names, list_files(path, 200'000));
  if (names.size() == 1) return read_record(path / names[0], options);  // a folder with its archive
  std::vector<RecordFile> files;
  std::uint64_t left = options.max_bytes;
  for (const std::string& name : names) {
    ENTENTE_TRY(std::string content, read_file(path / name, std::min(left, kMaxFileBytes)));
    left -= content.size();
    files.push_back({name, std::move(content)});
  }
  return files;
}

// The files below the folder in which the constants.json nearest the top lies, named from there.
std::vector<RecordFile> record_below(const std::vector<RecordFile>& files) {
  constexpr std::string_view kConstants = "constants.json";
  const std::string* nearest = nullptr;
  for (const RecordFile& file : files)
    if (file.name == kConstants || file.name.ends_with("/" + std::string(kConstants)))
      if (nearest == nullptr || file.name.size() < nearest->size()) nearest = &file.name;
  std::vector<RecordFile> out;
  if (nearest == nullptr) return out;
  const std::string folder = nearest->substr(0, nearest->size() - kConstants.size());
  for (const RecordFile& file : files)
    if (file.name.starts_with(folder)) out.push_back({file.name.substr(folder.size()), file.content});
  std::ranges::sort(out, {}, &RecordFile::name);
  return out;
}

}  // namespace

Result<std::vector<RecordFile>> read_record(const std::filesystem::path& path, const RecordOptions& options) {
  std::error_code ec;
  if (std::filesystem::is_directory(path, ec)) return record_from_folder(path, options);
  ENTENTE_TRY(const std::string bytes, read_file(path, std::min(options.max_bytes, kMaxFileBytes)));
  return read_record_bytes(bytes, path.string(), options);
}

Result<std::vector<RecordFile>> read_record_bytes(std::string_view bytes, const std::string& name, const RecordOptions& options) {
  if (looks_like_bel_tar(bytes)) return read_bel_tar(bytes, name);
  ENTENTE_TRY(auto members, tables::members_of(bytes, name, {.max_bytes = options.max_bytes, .max_member_bytes = kMaxFileBytes}));
  std::vector<RecordFile> files;
  files.reserve(members.size());
  for (tables::Member& member : members) files.push_back({std::move(member.name), std::move(member.content)});
  return files;
}

bool RecordCheck::good() const {
  const auto counts = [](const CheckCount& one) { return one.of > 0 && one.good == one.of; };
  return !system.empty() && findings.empty() && more_findings == 0 && !checks.empty() && std::ranges::all_of(checks, counts);
}

Result<RecordCheck> check_record_files(const std::vector<RecordFile>& files, const std::string& name, const RecordOptions& options,
                                       Progress& progress, const PinnedGroups& groups) {
  const auto answer = [](RecordCheck record) {
    if (record.findings.empty() && record.more_findings == 0 && !record.good())
      record.findings.push_back({std::string(kIncomplete), "nothing of the record was checked", "the record"});
    return record;
  };
  if (is_belenios(files)) return answer(check_belenios(files, options, progress, groups));
  const std::vector<RecordFile> record = record_below(files);
  switch (electionguard_kind(record)) {
    case ElectionGuardKind::version_1: return answer(check_electionguard_1(record, options, progress, groups));
    case ElectionGuardKind::version_2: return answer(check_electionguard_2(record, options, progress, groups));
    case ElectionGuardKind::none: break;
  }
  return fail("not the record of an election of a known kind", {.file = name},
              "give a Belenios archive (.bel), or an ElectionGuard record: a folder or .tar.xz with constants.json and manifest.json");
}

Result<RecordCheck> check_record(const std::filesystem::path& path, const RecordOptions& options, Progress& progress) {
  ENTENTE_TRY(const auto files, read_record(path, options));
  return check_record_files(files, path.string(), options, progress);
}

}  // namespace entente::measures::p3_elections::e2e
