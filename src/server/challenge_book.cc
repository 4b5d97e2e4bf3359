// A file's name is a digest of what there is one challenge for, so that no name of a stranger's choosing becomes a path. Few are open at a
// time: they are all held in memory, and the files are for the next start.
#include "server/challenge_book.h"

#include <fmt/format.h>

#include <system_error>

#include "core/file.h"

namespace entente::server {
namespace fs = std::filesystem;
namespace {

constexpr std::uint64_t kMostChallengeBytes = 16 << 10;

Result<registry::Challenge> read_challenge(const fs::path& path) {
  ENTENTE_TRY(const std::string text, read_file(path, kMostChallengeBytes));
  ENTENTE_TRY(const JsonDocument document, JsonDocument::parse(text, path.string(), {.max_bytes = kMostChallengeBytes, .max_depth = 4}));
  if (!as_object(document.root())) return fail("this is no challenge", {.file = path.string()});
  auto challenge = registry::Challenge::from(document.root());
  if (!challenge) {
    Error error = challenge.error();
    error.where.file = path.string();
    error.hint = "move the file away; the organisation asks for a new challenge";
    return fail(std::move(error));
  }
  return challenge;
}

}  // namespace

Result<void> make_private_folder(const fs::path& folder) {
  ENTENTE_CHECK(make_folders(folder));
  std::error_code failed;
  fs::permissions(folder, fs::perms::owner_all, failed);
  if (failed) return fail("cannot make the folder private: " + failed.message(), {.file = folder.string()});
  return {};
}

Result<ChallengeBook> ChallengeBook::open(fs::path folder) {
  if (folder.empty()) return ChallengeBook({});
  ENTENTE_CHECK(make_private_folder(folder));
  ChallengeBook book(std::move(folder));
  ENTENTE_TRY(const auto files, list_files(book.folder_));
  for (const std::string& file : files) {
    if (!file.ends_with(".json")) continue;  // a temporary file a crash left
    ENTENTE_TRY(registry::Challenge challenge, read_challenge(book.folder_ / file));
    Name name{challenge.organisation, challenge.domain.str(), challenge.stage};
    book.open_.insert_or_assign(std::move(name), std::move(challenge));
  }
  return book;
}

fs::path ChallengeBook::file_of(const registry::Challenge& challenge) const {
  const std::string what = fmt::format("{}\n{}\n{}", challenge.organisation, challenge.domain.str(), name(challenge.stage));
  return folder_ / (sha256(what).hex() + ".json");
}

std::optional<registry::Challenge> ChallengeBook::find(const std::string& organisation, const std::string& domain,
                                                       registry::Stage stage) const {
  const std::scoped_lock lock(mutex_);
  const auto it = open_.find(Name{organisation, domain, stage});
  if (it == open_.end()) return std::nullopt;
  return it->second;
}

std::vector<registry::Challenge> ChallengeBook::of(const std::string& organisation, const std::string& domain) const {
  const std::scoped_lock lock(mutex_);
  std::vector<registry::Challenge> out;
  for (auto it = open_.lower_bound(Name{organisation, domain, registry::Stage::apply});
       it != open_.end() && std::get<0>(it->first) == organisation && std::get<1>(it->first) == domain; ++it)
    out.push_back(it->second);
  return out;
}

Result<ChallengeBook::Kept> ChallengeBook::keep(const registry::Challenge& fresh, Instant at) {
  const std::scoped_lock lock(mutex_);
  Name name{fresh.organisation, fresh.domain.str(), fresh.stage};
  if (const auto it = open_.find(name); it != open_.end() && at < it->second.expires && it->second.key == fresh.key)
    return Kept{.challenge = it->second, .fresh = false};
  if (folder_.empty()) return fail("there is no folder to keep challenges in");
  ENTENTE_CHECK(write_file_atomic(file_of(fresh), json_compact(fresh.json()) + "\n", FileMode::secret));
  open_.insert_or_assign(std::move(name), fresh);
  return Kept{.challenge = fresh, .fresh = true};
}

Result<void> ChallengeBook::remove(const registry::Challenge& challenge) {
  const std::scoped_lock lock(mutex_);
  const auto it = open_.find(Name{challenge.organisation, challenge.domain.str(), challenge.stage});
  if (it == open_.end() || it->second.token != challenge.token) return {};
  std::error_code failed;
  fs::remove(file_of(challenge), failed);
  if (failed) return fail("cannot remove the challenge: " + failed.message(), {.file = file_of(challenge).string()});
  open_.erase(it);
  return sync_folder(folder_);
}

}  // namespace entente::server
