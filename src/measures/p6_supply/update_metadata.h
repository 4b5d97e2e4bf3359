// Metadata of software updates by The Update Framework (TUF specification 1.0, theupdateframework.io): root, timestamp, snapshot and
// targets. Whether they are fresh, signed by enough of the keys root names (Ed25519 over canonical JSON), agree with each other, and are
// not older than a copy seen before (rollback). For control P6-07; docs/lifecycle.md.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/time.h"
#include "keys/keys.h"

namespace entente::measures::p6_supply {

enum class TufRole : std::uint8_t { root, timestamp, snapshot, targets };
inline constexpr std::size_t kTufRoles = 4;
[[nodiscard]] std::string_view to_string(TufRole role);

struct TufSignature {
  std::string key_id;
  std::string bytes;  // as decoded from hex
};
// The keys that speak for a role, and how many of them must.
struct TufTrust {
  std::vector<std::string> key_ids;
  std::int64_t threshold = 0;
};
// What timestamp says of snapshot, and snapshot of targets and delegated targets.
struct TufMeta {
  std::int64_t version = 0;
  std::optional<std::uint64_t> length;
  std::string sha256;  // lower-case hex; empty if not given
};

// A file targets offers; lower-case hex, empty if not given.
struct TufTarget {
  std::string sha256, sha512;
};

struct TufDocument {
  TufRole role = TufRole::root;
  std::int64_t version = 0;
  Instant expires{};
  std::string canonical;  // of "signed": what the signatures are over
  std::string sha256;     // of the file, lower-case hex
  std::uint64_t length = 0;
  std::vector<TufSignature> signatures;
  std::map<std::string, keys::PublicKeyBytes> public_keys;  // root: those of type ed25519
  std::size_t other_keys = 0;                               // root: of types this program does not verify
  std::map<std::string, TufTrust> roles;                    // root
  std::map<std::string, TufMeta> meta;                      // timestamp, snapshot
  std::map<std::string, TufTarget> targets;                 // targets
};

// Errors: not JSON, above 16 MiB, no "signed" of one of the four types, a version below 1, no expiry, numbers that are no integers
// (canonical JSON has no others). Pure, thread-safe.
[[nodiscard]] Result<TufDocument> parse_tuf(std::string_view text, const std::string& name);

// The four of one moment; any may be absent.
using TufSet = std::array<std::optional<TufDocument>, kTufRoles>;
// A folder with root.json, timestamp.json, snapshot.json, targets.json (with consistent snapshots "7.snapshot.json": the highest number),
// or one file of them.
[[nodiscard]] Result<TufSet> read_tuf(const std::filesystem::path& path);

enum class TufFault : std::uint8_t { absent, expired, unsigned_role, rollback, fork, mismatch };
[[nodiscard]] std::string_view to_string(TufFault fault);
struct TufProblem {
  TufFault fault = TufFault::absent;
  TufRole role = TufRole::root;
  std::string message;
};
// What is wrong with `current` as of `at`; with `previous`, what was accepted before, also whether it went back. Empty: nothing.
[[nodiscard]] std::vector<TufProblem> judge_tuf(const TufSet& current, const TufSet* previous, Instant at);

}  // namespace entente::measures::p6_supply
