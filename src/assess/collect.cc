// The left side of an assessment: reads org.toml, finds the files it names and copies them into an evidence bundle, each with its kind,
// collection time and source. Nothing is judged here; but what could never be judged (a pattern that matches nothing, an attested file
// whose digest is not the one that was signed) is refused at once, while its author sits before the terminal.
#include <fmt/format.h>

#include <map>

#include "assess/assess.h"
#include "assess/glob.h"
#include "core/file.h"

namespace entente::assess {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t kMaxProfileBytes = std::uint64_t{4} << 20;

// An error from below gets the place in org.toml it belongs to.
Error in_profile(Error error, const fs::path& org_toml, std::string_view table, std::size_t index) {
  error.what = fmt::format("[[{}]] {}: {}", table, index + 1, error.what);
  if (error.where.file.empty()) error.where.file = org_toml.string();
  return error;
}

Result<void> add_evidence(const catalog::EvidenceSource& source, const fs::path& root, Instant now,
                          std::map<std::string, evidence::Item>& items) {
  if (!is_safe_relative_path(source.kind) || source.kind.find('/') != std::string::npos) {
    return fail(fmt::format("evidence kind \"{}\" cannot name a folder", source.kind), {},
                "kinds look like sbom.cyclonedx; see docs/profile.md");
  }
  ENTENTE_TRY(const auto files, expand(root, source.path));
  for (const std::string& file : files) {
    const std::string path = fmt::format("evidence/{}/{}", source.kind, file);
    evidence::Item item{.kind = source.kind,
                        .from = root / file,
                        .path = path,
                        .media_type = {},
                        .collected_at = source.collected_at.value_or(now),
                        .source = source.source.empty() ? file : source.source};
    const auto [it, added] = items.emplace(path, item);
    if (!added && it->second.collected_at != item.collected_at) {
      return fail(fmt::format("\"{}\" is named twice with different collection times", file), {}, "keep one [[evidence]] for each file");
    }
  }
  return {};
}

Result<void> add_attested_file(const catalog::Attestation& attestation, const fs::path& root,
                               std::map<std::string, evidence::Item>& items) {
  if (attestation.file_path.empty()) return {};
  ENTENTE_TRY(const auto files, expand(root, attestation.file_path));
  if (files.size() != 1) return fail("an attestation names exactly one file", {}, "write its name without * and ?");
  ENTENTE_TRY(const auto content, read_file(root / files[0]));
  if (attestation.file && sha256(content) != *attestation.file) {
    return fail(fmt::format("\"{}\" is not the file that was attested: its digest is {}", files[0], sha256(content).str()), {},
                "the file changed after it was signed: restore it, or ask the attester to sign again");
  }
  const std::string path = fmt::format("evidence/attestation/{}", files[0]);
  const evidence::Item item{
      .kind = "attestation", .from = root / files[0], .path = path, .media_type = {}, .collected_at = attestation.date, .source = files[0]};
  const auto [it, added] = items.emplace(path, item);
  if (!added) it->second.collected_at = std::min(it->second.collected_at, item.collected_at);  // two attestations of one file
  return {};
}

}  // namespace

Result<evidence::Bundle> collect(const fs::path& org_toml, const fs::path& folder, Instant now, Progress& progress) {
  progress.step("reading the profile");
  ENTENTE_TRY(const auto text, read_file(org_toml, kMaxProfileBytes));
  ENTENTE_TRY(const auto profile, catalog::Profile::parse(text, org_toml.string()));
  const fs::path root = org_toml.has_parent_path() ? org_toml.parent_path() : fs::path(".");

  std::map<std::string, evidence::Item> items;
  items.emplace("profile.toml", evidence::Item{.kind = "profile",
                                               .from = org_toml,
                                               .path = "profile.toml",
                                               .media_type = {},
                                               .collected_at = now,
                                               .source = org_toml.filename().string()});
  for (std::size_t i = 0; i < profile.evidence.size(); ++i) {
    if (auto added = add_evidence(profile.evidence[i], root, now, items); !added)
      return fail(in_profile(added.error(), org_toml, "evidence", i));
  }
  for (std::size_t i = 0; i < profile.attestations.size(); ++i) {
    if (auto added = add_attested_file(profile.attestations[i], root, items); !added) {
      return fail(in_profile(added.error(), org_toml, "attestation", i));
    }
  }
  std::vector<evidence::Item> list;
  list.reserve(items.size());
  for (auto& [path, item] : items) list.push_back(std::move(item));
  return evidence::create(folder, std::move(list), progress);
}

}  // namespace entente::assess
