// Which kind of audit a folder holds is seen from its files: audit.json says it of itself, Colorado's and Arlo's are known by their parts.
#include "measures/p3_elections/records_found.h"

#include <fmt/format.h>

#include <array>

#include "core/file.h"
#include "core/json.h"
#include "core/utf8.h"
#include "measures/p3_elections/audit/certificate.h"
#include "measures/p3_elections/review/arlo.h"
#include "measures/p3_elections/review/corla.h"
#include "measures/p3_elections/review/shangrla.h"

namespace entente::measures::p3_elections {

namespace {

namespace fs = std::filesystem;

constexpr std::array<std::pair<RecordKind, std::string_view>, 4> kRecordKinds{
    {{RecordKind::audit, "audit"}, {RecordKind::corla, "corla"}, {RecordKind::arlo, "arlo"}, {RecordKind::shangrla, "shangrla"}}};

constexpr std::uint64_t kMaxDescription = std::uint64_t{16} << 20;

// What audit.json says it is, empty where there is none.
std::string described_type(const fs::path& folder) {
  std::error_code ec;
  if (!fs::exists(folder / "audit.json", ec)) return {};
  const auto text = read_file(folder / "audit.json", kMaxDescription);
  if (!text) return {};
  const auto document = JsonDocument::parse(*text, "audit.json");
  if (!document) return {};
  for (const char* member : {"format", "type", "kind"})
    if (const auto text_of = json_string(document->root(), member)) return std::string(*text_of);
  return "audit";
}

}  // namespace

std::string_view to_string(RecordKind kind) { return kRecordKinds[static_cast<std::size_t>(kind)].second; }

std::optional<RecordKind> parse_record_kind(std::string_view text) {
  for (const auto& [kind, name] : kRecordKinds)
    if (name == text) return kind;
  return std::nullopt;
}

Result<RecordKind> find_record_kind(const fs::path& folder) {
  ENTENTE_TRY(const auto names, list_files(folder, 100'000));
  if (const std::string type = described_type(folder); !type.empty())
    return type.find("shangrla") != std::string::npos ? RecordKind::shangrla : RecordKind::audit;
  bool manifest = false, seed = false;
  for (const std::string& name : names) {
    manifest = manifest || name.find("BallotManifest") != std::string::npos;
    seed = seed || fs::path(name).filename() == "seed.csv";
  }
  if (manifest && seed) return RecordKind::corla;
  for (const std::string& name : names) {
    if (!name.ends_with(".csv")) continue;
    const auto text = read_file(folder / name, std::uint64_t{256} << 20);
    if (text && text->substr(0, 200).find("######## ELECTION INFO") != std::string::npos) return RecordKind::arlo;
  }
  return fail("no audit this program knows", {.file = folder.string()},
              "a folder of Colorado's audit (seed.csv, …BallotManifest.csv), one with Arlo's report, or one with audit.json; or name it "
              "with --kind");
}

Result<review::Review> review_record(RecordKind kind, const fs::path& folder, Progress& progress) {
  std::error_code ec;
  if (!fs::is_directory(folder, ec)) return fail("no such folder", {.file = folder.string()});
  switch (kind) {
    case RecordKind::audit: return audit::verify_certificate(folder);
    case RecordKind::corla: return review::review_corla(folder, {}, progress);
    case RecordKind::arlo: return review::review_arlo(folder, {}, progress);
    case RecordKind::shangrla: break;
  }
  return review::review_shangrla(folder, {}, progress);
}

Digest record_digest(const review::Review& review) {
  std::string lines;
  for (const review::RecordFile& file : review.files) lines += fmt::format("{}  {}\n", file.sha256.hex(), file.path);
  return sha256(lines);
}

}  // namespace entente::measures::p3_elections
