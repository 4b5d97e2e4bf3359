// The keys are written before the ledger is made, the founding statement is its first entry.
#include "cli/registry_folder.h"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <span>

#include "cli/cli.h"
#include "core/file.h"
#include "core/utf8.h"
#include "keys/keys.h"
#include "ledger/ledger.h"
#include "registry/make_statement.h"

namespace entente::cli {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kTryOutRules =
    "These rules are of a registry made for trying out. All its keys lie in one folder, so its decisions prove nothing.\n";

struct Member {
  const char* file;
  registry::Role role;
  const char* person;
};
constexpr std::array<Member, 5> kMembers = {{{"officer-1", registry::Role::secretariat, "officer-1"},
                                             {"officer-2", registry::Role::secretariat, "officer-2"},
                                             {"verifier", registry::Role::verifier, "verifier-1"},
                                             {"importer", registry::Role::importer, "importer-1"},
                                             {"assessor", registry::Role::assessor, "assessor-1"}}};

Result<keys::SigningKey> make_key(const fs::path& folder, const std::string& file, const std::string& name) {
  ENTENTE_TRY(keys::SigningKey key, keys::SigningKey::generate(name));
  ENTENTE_CHECK(keys::write_key_file(folder / (file + ".key"), key));
  return key;
}

// What make_for_trying_out() and a server's start put there.
constexpr std::array<const char*, 7> kMadeHere = {
    "keys", "log", "private", "registry.sqlite", "registry.sqlite-wal", "registry.sqlite-shm", "registry.sqlite-journal"};

}  // namespace

bool RegistryFolder::exists() const {
  std::error_code ignored;
  return fs::exists(log(), ignored);
}

bool RegistryFolder::is_free() const {
  std::error_code failed;
  return !fs::exists(folder_, failed) || (fs::is_directory(folder_, failed) && fs::is_empty(folder_, failed));
}

Result<void> RegistryFolder::make_for_trying_out() const {
  std::error_code failed;
  if (!is_free())
    return fail("the folder holds no registry, but other things", {.file = folder_.string()},
                "name a new or an empty folder, or give --key and make the log first");
  fs::create_directories(keys(), failed);
  if (failed) return fail("cannot make the folder: " + failed.message(), {.file = keys().string()});
  ENTENTE_TRY(const keys::SigningKey log_key, make_key(keys(), "log", "registry.example/ledger"));
  registry::Founding founding{
      .registry = "Registry to try out", .log = log_key.verifier().name(), .text = std::string(kTryOutRules), .at = whole_now()};
  std::vector<keys::SigningKey> made;
  for (const Member& m : kMembers) {
    ENTENTE_TRY(keys::SigningKey key, make_key(keys(), m.file, std::string("registry.example/") + m.file));
    founding.roster.push_back({.role = m.role, .person = m.person, .key = key.verifier()});
    made.push_back(std::move(key));
  }
  ENTENTE_TRY(const std::string entry,
              registry::make_statement(registry::Kind::registry_rules, registry::founding_predicate(founding), {&made.at(0), &made.at(1)}));
  ENTENTE_TRY(ledger::Ledger ledger, ledger::Ledger::init(log(), log_key));
  ENTENTE_CHECK(ledger.append(std::span(&entry, 1), log_key));
  return {};
}

void RegistryFolder::unmake() const {
  std::error_code ignored;
  for (const char* made : kMadeHere) fs::remove_all(folder_ / made, ignored);
  fs::remove(folder_, ignored);  // if nothing else is in it
}

Result<void> check_public_url(std::string_view url) {
  if (url.empty()) return {};
  const std::size_t host = url.starts_with("https://") ? 8 : url.starts_with("http://") ? 7 : std::string_view::npos;
  const bool sound = host != std::string_view::npos && url.size() > host && url.size() <= 300 && !url.ends_with('/') &&
                     std::all_of(url.begin(), url.end(), [](char c) {
                       return c > ' ' && c < 0x7f && std::string_view("\"<>#?\\").find(c) == std::string_view::npos;
                     });
  if (!sound)
    return fail(fmt::format("--public-url \"{}\" is no web address", printable(url, 120)), {},
                "for instance https://registry.example, without a final '/'");
  return {};
}

}  // namespace entente::cli
