// Trust policies. The file is read line by line as octets into tables of logs, witnesses and groups; since a group may only name what was
// defined above it, groups refer to earlier groups by number, and evaluation is one pass over them in order, without recursion.
#include "merkle/policy.h"

#include <fmt/format.h>
#include <algorithm>
#include <map>

#include "core/utf8.h"
#include "merkle/lines.h"

namespace entente::merkle {
namespace {

constexpr std::uint8_t kEcdsaType = 0x02;
constexpr std::uint8_t kSthType = 0x05;  // RFC 6962 tree heads

bool is_blank(char c) { return c == ' ' || c == '\t'; }

std::vector<std::string_view> split_items(std::string_view line) {
  std::vector<std::string_view> items;
  for (std::size_t at = 0; at < line.size();) {
    if (is_blank(line[at])) {
      ++at;
      continue;
    }
    const std::size_t begin = at;
    while (at < line.size() && !is_blank(line[at])) ++at;
    items.push_back(line.substr(begin, at - begin));
  }
  return items;
}

Result<void> check_octets(std::string_view text) {
  if (text.size() > kMaxPolicyBytes) return fail(fmt::format("policy of {} bytes, at most {} are read", text.size(), kMaxPolicyBytes));
  const auto bad = std::find_if(text.begin(), text.end(), [](char c) {
    const auto octet = static_cast<unsigned char>(c);
    return (octet < 0x20 && octet != '\t' && octet != '\n') || octet == 0x7f;
  });
  if (bad != text.end()) {
    const auto line = 1 + std::count(text.begin(), bad, '\n');
    return fail(fmt::format("octet 0x{:02x} is not allowed in a policy", static_cast<unsigned char>(*bad)),
                {.line = static_cast<std::uint64_t>(line), .offset = static_cast<std::uint64_t>(bad - text.begin())},
                *bad == '\r' ? "the file was converted to Windows line ends" : "");
  }
  if (!text.empty() && !text.ends_with('\n')) return fail("the policy's last line has no newline", {}, "the file may be cut");
  return {};
}

// The form of a vkey whose type Entente does not know: name+8 hex digits+base64(type ‖ key).
Result<Bytes> unknown_key_material(std::string_view vkey) {
  const std::size_t first = vkey.find('+');
  const std::size_t second = first == std::string_view::npos ? first : vkey.find('+', first + 1);
  if (second == std::string_view::npos) return fail("not a verifier key: name+id+key is expected");
  if (!keys::is_valid_key_name(vkey.substr(0, first))) return fail("a verifier key's name is UTF-8 without spaces or '+'");
  if (const auto id = from_hex(vkey.substr(first + 1, second - first - 1)); !id || id->size() != 4)
    return fail("a verifier key's id has eight lower-case hex digits");
  ENTENTE_TRY(Bytes material, from_base64(vkey.substr(second + 1)));
  if (material.size() < 2) return fail("a verifier key without a key");
  return material;
}

enum class Role { log, witness };

Result<PolicyKey> parse_key(std::string_view vkey, Role role) {
  ENTENTE_TRY(const Bytes material, unknown_key_material(vkey));
  const std::uint8_t type = material.front();
  PolicyKey out{.vkey = std::string(vkey), .public_key = Bytes(material.begin() + 1, material.end())};
  const bool plain = type == static_cast<std::uint8_t>(keys::KeyType::ed25519);
  const bool cosignature = type == static_cast<std::uint8_t>(keys::KeyType::cosignature_v1);
  if (role == Role::log && cosignature) return fail("a log's key cannot be an Ed25519 cosignature key (type 0x04)");
  if (role == Role::witness && (plain || type == kEcdsaType || type == kSthType))
    return fail(fmt::format("a witness's key cannot be of type 0x{:02x}: cosignatures are made with type 0x04 or 0x06", type));
  if (plain || cosignature) { ENTENTE_TRY(out.key, keys::VerifierKey::parse(vkey)); }
  return out;
}

// Reads one line after another into a policy.
class Reader {
 public:
  Result<void> line(const std::vector<std::string_view>& items) {
    const std::string_view keyword = items.front();
    if (keyword == "log") return log(items);
    if (keyword == "witness") return witness(items);
    if (keyword == "group") return group(items);
    if (keyword == "quorum") return quorum(items);
    return fail(fmt::format("\"{}\" begins no policy line: log, witness, group, quorum or # is expected", printable(keyword, 60)));
  }
  Result<Policy> finish() {
    if (!quorum_seen_) return fail("the policy has no quorum line", {}, "write \"quorum none\" if no cosignature is needed");
    return std::move(policy_);
  }

 private:
  static Result<void> limit(std::size_t have, std::string_view what) {
    if (have >= kMaxPolicyItems) return fail(fmt::format("more than {} {}", kMaxPolicyItems, what));
    return {};
  }

  Result<void> log(const std::vector<std::string_view>& items) {
    if (items.size() < 2 || items.size() > 3) return fail("a log line is: log <vkey> [<url>]");
    ENTENTE_CHECK(limit(policy_.logs.size(), "logs"));
    ENTENTE_TRY(PolicyKey key, parse_key(items[1], Role::log));
    if (std::any_of(policy_.logs.begin(), policy_.logs.end(), [&](const auto& l) { return l.key.public_key == key.public_key; }))
      return fail("a log with this public key is listed already");
    policy_.logs.push_back({.key = std::move(key), .url = std::string(items.size() == 3 ? items[2] : "")});
    return {};
  }

  Result<void> witness(const std::vector<std::string_view>& items) {
    if (items.size() < 3 || items.size() > 4) return fail("a witness line is: witness <name> <vkey> [<url>]");
    ENTENTE_CHECK(limit(policy_.witnesses.size(), "witnesses"));
    ENTENTE_TRY(PolicyKey key, parse_key(items[2], Role::witness));
    if (std::any_of(policy_.witnesses.begin(), policy_.witnesses.end(), [&](const auto& w) { return w.key.public_key == key.public_key; }))
      return fail("a witness with this public key is listed already");
    ENTENTE_CHECK(define(items[1], {.kind = Policy::Member::Kind::witness, .index = policy_.witnesses.size()}));
    policy_.witnesses.push_back(
        {.name = std::string(items[1]), .key = std::move(key), .url = std::string(items.size() == 4 ? items[3] : "")});
    return {};
  }

  Result<void> group(const std::vector<std::string_view>& items) {
    if (items.size() < 4) return fail("a group line is: group <name> all|any|<k> <name>…");
    ENTENTE_CHECK(limit(policy_.groups.size(), "groups"));
    ENTENTE_CHECK(limit(items.size() - 4, "members of a group"));
    Policy::Group group{.name = std::string(items[1])};
    for (std::size_t i = 3; i < items.size(); ++i) {
      ENTENTE_TRY(const Policy::Member member, use_as_member(items[i]));
      group.members.push_back(member);
    }
    if (items[2] == "all") {
      group.threshold = group.members.size();
    } else if (items[2] != "any") {
      const auto k = parse_decimal(items[2]);
      if (!k) return fail("a group's threshold is all, any or a number: " + k.error().what);
      if (*k < 1 || *k > group.members.size())
        return fail(fmt::format("a group of {} members cannot ask for {} of them", group.members.size(), *k));
      group.threshold = static_cast<std::size_t>(*k);
    }
    ENTENTE_CHECK(define(items[1], {.kind = Policy::Member::Kind::group, .index = policy_.groups.size()}));
    policy_.groups.push_back(std::move(group));
    return {};
  }

  Result<void> quorum(const std::vector<std::string_view>& items) {
    if (items.size() != 2) return fail("a quorum line is: quorum <name>");
    if (quorum_seen_) return fail("a second quorum line");
    quorum_seen_ = true;
    if (items[1] == "none") return {};
    ENTENTE_TRY(policy_.quorum, find(items[1]));
    return {};
  }

  Result<void> define(std::string_view name, Policy::Member member) {
    if (name == "none") return fail("the name \"none\" has a meaning of its own and cannot be defined");
    if (!names_.emplace(std::string(name), Name{.member = member}).second)
      return fail(fmt::format("the name \"{}\" is defined already", printable(name, 60)));
    return {};
  }
  Result<Policy::Member> find(std::string_view name) const {
    const auto it = names_.find(name);
    if (it == names_.end()) return fail(fmt::format("\"{}\" is not defined above this line", printable(name, 60)));
    return it->second.member;
  }
  Result<Policy::Member> use_as_member(std::string_view name) {
    if (name == "none") return fail("\"none\" cannot be a member of a group");
    ENTENTE_TRY(const Policy::Member member, find(name));
    Name& entry = names_.find(name)->second;
    if (entry.member_of_a_group) return fail(fmt::format("\"{}\" is a member of a group already", printable(name, 60)));
    entry.member_of_a_group = true;
    return member;
  }

  struct Name {
    Policy::Member member;
    bool member_of_a_group = false;
  };
  Policy policy_;
  bool quorum_seen_ = false;
  std::map<std::string, Name, std::less<>> names_;
};

std::string member_text(const Policy& policy, Policy::Member member, unsigned depth) {
  constexpr unsigned kMaxDepth = 16;  // of what is shown
  if (member.kind == Policy::Member::Kind::witness) return printable(policy.witnesses[member.index].name, 60);
  const Policy::Group& group = policy.groups[member.index];
  if (depth == kMaxDepth) return printable(group.name, 60);
  std::string list;
  for (const Policy::Member m : group.members) list += (list.empty() ? "" : ", ") + member_text(policy, m, depth + 1);
  const std::string how = group.threshold == group.members.size() ? "all" : group.threshold == 1 ? "any" : std::to_string(group.threshold);
  return fmt::format("{} of ({})", how, list);
}

}  // namespace

Result<Policy> Policy::parse(std::string_view text) {
  ENTENTE_CHECK(check_octets(text));
  Reader reader;
  Lines lines(text);
  while (const auto line = lines.next()) {
    const std::vector<std::string_view> items = split_items(*line);
    if (items.empty() || items.front().starts_with('#')) continue;
    if (auto read = reader.line(items); !read) {
      read.error().where = lines.where();
      return fail(std::move(read.error()));
    }
  }
  return reader.finish();
}

bool Policy::satisfied_by(const std::vector<keys::VerifierKey>& cosigners) const {
  std::vector<bool> witnessed(groups.size());
  const auto has = [&](Member member) {
    if (member.kind == Member::Kind::group) return static_cast<bool>(witnessed[member.index]);
    const auto& key = witnesses[member.index].key.key;
    return key && std::find(cosigners.begin(), cosigners.end(), *key) != cosigners.end();
  };
  for (std::size_t g = 0; g < groups.size(); ++g) {
    const auto count = std::count_if(groups[g].members.begin(), groups[g].members.end(), has);
    witnessed[g] = static_cast<std::size_t>(count) >= groups[g].threshold;
  }
  return !quorum || has(*quorum);
}

std::vector<keys::VerifierKey> Policy::log_keys() const {
  std::vector<keys::VerifierKey> out;
  for (const Log& log : logs)
    if (log.key.key) out.push_back(*log.key.key);
  return out;
}

std::vector<keys::VerifierKey> Policy::witness_keys() const {
  std::vector<keys::VerifierKey> out;
  for (const Witness& witness : witnesses)
    if (witness.key.key) out.push_back(*witness.key.key);
  return out;
}

std::string Policy::quorum_text() const { return quorum ? member_text(*this, *quorum, 0) : "none"; }

Result<VerifiedCheckpoint> verify_checkpoint(std::string_view note, const Policy& policy,
                                             const std::vector<keys::VerifierKey>& other_logs) {
  const std::vector<keys::VerifierKey> logs = policy.logs.empty() ? other_logs : policy.log_keys();
  // Which of the logs' keys signed is found by the origin the text claims; only then is anything verified.
  ENTENTE_TRY(const Note parsed, Note::parse(note));
  const std::string_view origin = std::string_view(parsed.text).substr(0, parsed.text.find('\n'));
  std::optional<Error> last;
  for (const keys::VerifierKey& log : logs) {
    if (log.name() != origin) continue;
    auto verified = verify_checkpoint(note, log, policy.witness_keys());
    if (!verified) {
      last = std::move(verified.error());
      continue;
    }
    std::vector<keys::VerifierKey> cosigners;
    std::string names;
    for (const auto& [key, time] : verified->note.cosigned) {
      names += (names.empty() ? "" : ", ") + printable(key.name(), 100);
      cosigners.push_back(key);
    }
    if (policy.satisfied_by(cosigners)) return std::move(*verified);
    return fail(fmt::format("the policy's quorum is not reached: it asks for {}, and {} cosigned", policy.quorum_text(),
                            names.empty() ? "none of its witnesses" : names),
                {}, "a checkpoint is published once enough witnesses have seen it; get a later one");
  }
  if (last) return fail(std::move(*last));
  return fail(fmt::format("the policy accepts no log called \"{}\"", printable(origin, 100)));
}

Result<VerifiedCheckpoint> verify_receipt(const Receipt& receipt, ByteView entry, const Policy& policy,
                                          const std::vector<keys::VerifierKey>& other_logs) {
  ENTENTE_TRY(VerifiedCheckpoint verified, verify_checkpoint(receipt.checkpoint, policy, other_logs));
  ENTENTE_CHECK(verify_inclusion(receipt.index, verified.checkpoint.size, leaf_hash(entry), receipt.proof, verified.checkpoint.root));
  return verified;
}

}  // namespace entente::merkle
