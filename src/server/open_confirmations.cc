// As with challenges, all are held in memory and the files are for the next start. A file is named by its nonce in hex.
#include "server/open_confirmations.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "core/file.h"
#include "server/challenge_book.h"

namespace entente::server {
namespace fs = std::filesystem;
namespace {

constexpr std::uint64_t kMostConfirmationBytes = 4 << 10;

Result<OpenConfirmation> read_confirmation(const fs::path& path) {
  ENTENTE_TRY(const std::string text, read_file(path, kMostConfirmationBytes));
  ENTENTE_TRY(const JsonDocument document, JsonDocument::parse(text, path.string(), {.max_bytes = kMostConfirmationBytes, .max_depth = 2}));
  if (!as_object(document.root())) return fail("this is no open confirmation", {.file = path.string()});
  const auto member = [&](const char* name) { return json_string(document.root(), name).value_or(""); };
  ENTENTE_TRY(keys::VerifierKey key, keys::VerifierKey::parse(member("key")));
  ENTENTE_TRY(registry::MailAddress address, registry::MailAddress::parse(member("address")));
  ENTENTE_TRY(const Instant expires, parse_time(member("expires")));
  const auto nonce = from_hex(path.stem().string());
  const auto stage = registry::stage_from(member("stage"));
  OpenConfirmation out{
      .supporter = std::string(member("supporter")), .key = std::move(key), .address = std::move(address), .expires = expires};
  if (!nonce || nonce->size() != out.nonce.size() || !stage)
    return fail("this is no open confirmation", {.file = path.string()}, "move the file away; the organisation asks for a new mail");
  std::ranges::copy(*nonce, out.nonce.begin());
  out.stage = *stage;
  return out;
}

}  // namespace

fs::path OpenConfirmations::file_of(const registry::MailNonce& nonce) const { return folder_ / (to_hex(nonce) + ".json"); }

Result<std::unique_ptr<OpenConfirmations>> OpenConfirmations::open(fs::path folder, Instant now) {
  ENTENTE_CHECK(make_private_folder(folder));
  std::unique_ptr<OpenConfirmations> out(new OpenConfirmations(std::move(folder)));
  ENTENTE_TRY(const auto files, list_files(out->folder_));
  for (const std::string& file : files) {
    if (!file.ends_with(".json")) continue;  // a temporary file a crash left
    ENTENTE_TRY(OpenConfirmation confirmation, read_confirmation(out->folder_ / file));
    const registry::MailNonce nonce = confirmation.nonce;
    out->open_.insert_or_assign(nonce, std::move(confirmation));
  }
  ENTENTE_CHECK(out->sweep(now));
  return out;
}

Result<void> OpenConfirmations::sweep(Instant now) {
  for (auto it = open_.begin(); it != open_.end();) {
    if (now < it->second.expires) {
      ++it;
      continue;
    }
    std::error_code failed;
    fs::remove(file_of(it->first), failed);
    if (failed) return fail("cannot remove an expired confirmation: " + failed.message(), {.file = file_of(it->first).string()});
    it = open_.erase(it);
  }
  return {};
}

Result<void> OpenConfirmations::keep(const OpenConfirmation& confirmation, Instant now) {
  const std::scoped_lock lock(mutex_);
  ENTENTE_CHECK(sweep(now));
  if (open_.size() >= kMostOpenConfirmations) return fail("too many confirmations are open", {.file = folder_.string()});
  const Json json{{"supporter", confirmation.supporter},
                  {"stage", std::string(name(confirmation.stage))},
                  {"key", confirmation.key.str()},
                  {"address", confirmation.address.str()},
                  {"expires", format_time(confirmation.expires)}};
  ENTENTE_CHECK(write_file_atomic(file_of(confirmation.nonce), json_compact(json) + "\n", FileMode::secret));
  open_.insert_or_assign(confirmation.nonce, confirmation);
  return {};
}

std::optional<OpenConfirmation> OpenConfirmations::find(const registry::MailNonce& nonce) const {
  const std::scoped_lock lock(mutex_);
  const auto it = open_.find(nonce);
  if (it == open_.end()) return std::nullopt;
  return it->second;
}

Result<void> OpenConfirmations::remove(const registry::MailNonce& nonce) {
  const std::scoped_lock lock(mutex_);
  if (open_.erase(nonce) == 0) return {};
  std::error_code failed;
  fs::remove(file_of(nonce), failed);
  if (failed) return fail("cannot remove a confirmation: " + failed.message(), {.file = file_of(nonce).string()});
  return sync_folder(folder_);
}

}  // namespace entente::server
