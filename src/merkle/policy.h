// Trust policies (https://c2sp.org/tlog-policy): which logs are accepted, and which witnesses must have cosigned a checkpoint. Pure and
// thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "merkle/checkpoint.h"
#include "merkle/receipt.h"

namespace entente::merkle {

inline constexpr std::size_t kMaxPolicyBytes = 1'000'000;
inline constexpr std::size_t kMaxPolicyItems = 1'000;  // of logs, of witnesses, of groups, and of the members of one group

// The vkey of a policy line. `key` is empty for signature types Entente does not verify (ML-DSA-44 cosignatures, 0x06): such a log is never
// recognised and such a witness never counts, which can only make a policy stricter.
struct PolicyKey {
  std::string vkey;                      // as written
  Bytes public_key;                      // what makes two keys the same, whatever their names
  std::optional<keys::VerifierKey> key;  // of type ed25519 for a log, cosignature_v1 for a witness
};

struct Policy {
  struct Log {
    PolicyKey key;
    std::string url;  // empty: none given
  };
  struct Witness {
    std::string name;  // octets; means something inside this file only
    PolicyKey key;
    std::string url;  // the submission prefix
  };
  struct Member {
    enum class Kind { witness, group } kind = Kind::witness;
    std::size_t index = 0;  // into witnesses, or into groups (always of a group before)
  };
  struct Group {
    std::string name;
    std::size_t threshold = 1;  // 1 … members.size()
    std::vector<Member> members;
  };

  std::vector<Log> logs;
  std::vector<Witness> witnesses;
  std::vector<Group> groups;     // in the order of the file
  std::optional<Member> quorum;  // nullopt: `quorum none`

  // Strictly by the specification, errors with the line: only octets 09, 0A, 20–7E, 80–FF; every line ends in a newline; names defined
  // once, `none` never; a name used only after its definition and as a member of one group at most; no two logs and no two witnesses with
  // the same public key; keys of a type that fits (no cosignature key for a log, no plain key for a witness); exactly one quorum line.
  [[nodiscard]] static Result<Policy> parse(std::string_view text);

  // Whether the quorum is reached by cosignatures of these keys.
  [[nodiscard]] bool satisfied_by(const std::vector<keys::VerifierKey>& cosigners) const;
  [[nodiscard]] std::vector<keys::VerifierKey> log_keys() const;      // those Entente can verify
  [[nodiscard]] std::vector<keys::VerifierKey> witness_keys() const;  // likewise
  // The quorum in words: "2 of (X1, X2, any of (Y1, Y2))", "none".
  [[nodiscard]] std::string quorum_text() const;
};

// Signed by a log of the policy, or, if it names none, by one of `other_logs`; the origin is that key's name; and the quorum is reached.
// The error of a missed quorum says who cosigned and who is asked for. Cosignatures of witnesses the policy does not name stay unverified.
[[nodiscard]] Result<VerifiedCheckpoint> verify_checkpoint(std::string_view note, const Policy& policy,
                                                           const std::vector<keys::VerifierKey>& other_logs = {});

// verify_receipt() of merkle/receipt.h, with the policy deciding about the checkpoint.
[[nodiscard]] Result<VerifiedCheckpoint> verify_receipt(const Receipt& receipt, ByteView entry, const Policy& policy,
                                                        const std::vector<keys::VerifierKey>& other_logs = {});

}  // namespace entente::merkle
