// Entries stand in the order of their salted hashes, so that a place in the tree tells nothing. Salts come from a key of their own: the
// secret behind the nonces is told to every party at the end, and with it nobody must be able to guess another party's entry.
#include "registry/comcheck_result.h"

#include <fmt/format.h>

#include <algorithm>

#include "merkle/checkpoint.h"
#include "merkle/tree.h"

namespace entente::registry {
namespace {

constexpr std::string_view kPartyFormat = "entente-comcheck-party/v1";

struct ComcheckLeaf {
  std::string supporter, text;
  Digest hash;
};

Json member_json(const AskedMember& m) { return Json{{"supporter", m.supporter}, {"commitment", m.commitment.hex()}}; }

std::string entry_text(const ComcheckRecord& record, const AskedContact& contact, const AskedMember& member, const ComcheckProgress& p,
                       std::string_view result) {
  Json out{{"round", record.plan.round}, {"supporter", member.supporter}, {"commitment", member.commitment.hex()}, {"class", result}};
  out["sent"] = p.sent ? Json(format_time(*p.sent)) : Json();
  out["answered"] = p.answered ? Json(format_time(*p.answered)) : Json();
  if (p.answered) out["how"] = p.how;
  if (p.answered && !p.proof.empty()) out["proof"] = p.proof;
  out["hours"] = p.hours.empty() ? "unknown" : p.hours;
  out["drawn_by"] = member_json(contact.members.front());
  out["salt"] = to_base64(comcheck_entry_salt(record.entry_key, record.plan.round, member).view());
  return json_compact(out);
}

// Nodes of a tree small enough to hold: all complete subtrees, level by level.
struct HeldTree {
  std::vector<std::vector<Digest>> levels;
  merkle::RightEdge edge;
  void add(const Digest& leaf) {
    edge.append(leaf, [this](unsigned level, std::uint64_t, const Digest& hash) {
      if (levels.size() <= level) levels.resize(level + 1);
      levels[level].push_back(hash);
    });
  }
  [[nodiscard]] Result<merkle::Proof> proof(std::uint64_t index) const {
    return merkle::inclusion_proof(index, edge.size(), [this](unsigned level, std::uint64_t at) -> Result<Digest> {
      if (level >= levels.size() || at >= levels[level].size()) return fail("no such node");
      return levels[level][at];
    });
  }
};

Json party_head(const ComcheckRecord& record, const std::string& supporter, const HeldTree& tree) {
  return Json{{"format", kPartyFormat},
              {"round", record.plan.round},
              {"supporter", supporter},
              {"plan", record.plan.json()},
              {"plan_salt", to_base64(record.plan_salt)},
              {"secret", to_base64(record.secret)},
              {"questions", record.questions.json()["questions"]},
              {"checkpoint", record.drawn->checkpoint},
              {"merkle_root", tree.edge.root().hex()},
              {"size", tree.edge.size()},
              {"entries", Json::array()}};
}

Result<void> add_to_party(std::map<std::string, Json>& parties, const ComcheckRecord& record, const HeldTree& tree,
                          const ComcheckLeaf& leaf, std::uint64_t index) {
  ENTENTE_TRY(const merkle::Proof proof, tree.proof(index));
  auto [it, fresh] = parties.try_emplace(leaf.supporter);
  if (fresh) it->second = party_head(record, leaf.supporter, tree);
  Json hashes = Json::array();
  for (const Digest& hash : proof) hashes.push_back(hash.hex());
  it->second["entries"].push_back(Json{{"entry", leaf.text}, {"index", index}, {"proof", std::move(hashes)}});
  return {};
}

std::string party_text(JsonView object, std::string_view member) { return std::string(json_string(object, member).value_or("")); }

Result<ContactSalt> party_bytes(JsonView object, std::string_view member) {
  ContactSalt out{};
  const auto bytes = from_base64(party_text(object, member));
  if (!bytes || bytes->size() != out.size()) return fail(fmt::format("\"{}\" is not 32 bytes in base64", member));
  std::ranges::copy(*bytes, out.begin());
  return out;
}

Result<AskedMember> party_member(JsonView object) {
  ENTENTE_TRY(const Digest commitment, Digest::from_hex(party_text(object, "commitment")));
  return AskedMember{.supporter = party_text(object, "supporter"), .commitment = commitment};
}

// What the entry's own members say: that they are of this round and party, and that the class follows from the times.
Result<ComcheckParty::Entry> read_party_entry(JsonView entry, const ComcheckParty& party) {
  ComcheckParty::Entry out{.result = party_text(entry, "class"), .hours = party_text(entry, "hours")};
  ENTENTE_TRY(out.member, party_member(entry));
  if (party_text(entry, "round") != party.round || out.member.supporter != party.supporter)
    return fail("the entry is of another round or party than the file");
  const std::string sent = party_text(entry, "sent"), answered = party_text(entry, "answered");
  if (!sent.empty()) { ENTENTE_TRY(out.sent, parse_time(sent)); }
  if (answered.empty()) {
    if (out.result != "no-answer" && out.result != "auto-reply" && out.result != "bounced")
      return fail(fmt::format("the entry says \"{}\" and tells no answer", out.result));
    return out;
  }
  ENTENTE_TRY(out.answered, parse_time(answered));
  if (sent.empty() || *out.answered < out.sent || latency_class(out.sent, *out.answered) != out.result)
    return fail(fmt::format("the class \"{}\" does not follow from the times of the entry", out.result));
  return out;
}

Result<void> check_included(JsonView item, const std::string& text, const ComcheckParty& party) {
  merkle::Proof proof;
  const auto hashes = json_array(item, "proof");
  const auto index = json_int(item, "index");
  if (!hashes || !index || *index < 0) return fail("the proof of inclusion is missing");
  for (const JsonView hash : *hashes) {
    ENTENTE_TRY(const Digest digest, Digest::from_hex(as_string(hash).value_or("")));
    proof.push_back(digest);
  }
  return merkle::verify_inclusion(static_cast<std::uint64_t>(*index), party.size, merkle::leaf_hash(as_bytes(text)), proof, party.root);
}

Result<void> take_party_entry(JsonView item, const ComcheckPlan& plan, const std::optional<ComcheckSeed>& seed, ComcheckParty& party) {
  const std::string text = party_text(item, "entry");
  ENTENTE_CHECK(check_included(item, text, party));
  ENTENTE_TRY(const JsonDocument document, JsonDocument::parse(text, "entry", {.max_bytes = 64 << 10, .max_depth = 4}));
  ENTENTE_TRY(ComcheckParty::Entry entry, read_party_entry(document.root(), party));
  const auto by = json_get(document.root(), "drawn_by");
  if (!by) return fail("the entry does not say by which contact it was drawn");
  ENTENTE_TRY(const AskedMember drawn_by, party_member(*by));
  if (seed) {
    entry.drawn = draw(seed->seed, plan, drawn_by).send_at;
    if (entry.sent != Instant{} && entry.sent < *entry.drawn)
      return fail(fmt::format("the message was sent at {}, before the time that was drawn, {}", format_time(entry.sent),
                              format_time(*entry.drawn)));
  }
  party.entries.push_back(std::move(entry));
  return {};
}

// The file holds the list; those of the first programs do not, and theirs are known.
Result<void> check_questions(JsonView root, const ComcheckPlan& plan) {
  if (!json_get(root, "questions"))
    return find_comcheck_questions(plan.questions) != nullptr ? Result<void>()
                                                              : fail("the plan names another list of questions than this program has");
  ENTENTE_TRY(const ComcheckQuestions questions, ComcheckQuestions::from(root));
  if (questions.digest() != plan.questions) return fail("the questions are not those the plan names", {.pointer = "/questions"});
  return {};
}

}  // namespace

Result<ComcheckClosing> close_round(const ComcheckRecord& record, const std::vector<ComcheckEvent>& events) {
  if (!record.drawn) return fail("the round was not drawn", {}, "entente registry comcheck draw");
  const auto progress = comcheck_progress(events);
  ComcheckClosing out;
  std::vector<ComcheckLeaf> leaves;
  for (const AskedContact& contact : record.asked.contacts) {
    const auto it = progress.find(contact.id());
    const auto result = it == progress.end() ? std::nullopt : result_class(it->second);
    if (!result) {
      ++out.left_out;
      continue;
    }
    for (const AskedMember& member : contact.members) {
      std::string text = entry_text(record, contact, member, it->second, *result);
      const Digest hash = merkle::leaf_hash(as_bytes(text));
      leaves.push_back({.supporter = member.supporter, .text = std::move(text), .hash = hash});
      ++out.classes[std::string(*result)];
    }
  }
  if (leaves.empty()) return fail("nobody was asked in this round", {}, "there is nothing to publish");
  std::ranges::sort(leaves, {}, &ComcheckLeaf::hash);
  HeldTree tree;
  for (const ComcheckLeaf& leaf : leaves) tree.add(leaf.hash);
  out.root = tree.edge.root();
  out.entries = leaves.size();
  for (std::size_t i = 0; i < leaves.size(); ++i) ENTENTE_CHECK(add_to_party(out.parties, record, tree, leaves[i], i));
  return out;
}

Json comcheck_round_predicate(const ComcheckRecord& record, const ComcheckClosing& closing, Instant at) {
  const ComcheckSeed& seed = record.drawn->seed;
  Json out{{"round", record.plan.round},
           {"drawn_at", format_time(record.drawn->at)},
           {"drawn_from", Json{{"origin", seed.origin}, {"size", seed.size}, {"sha256", seed.checkpoint.hex()}}},
           {"merkle_root", Json{{"sha256", closing.root.hex()}}},
           {"entries", closing.entries},
           {"classes", Json::array()}};
  for (const auto& [name, count] : closing.classes) out["classes"].push_back(Json{{"class", name}, {"count", count}});
  out["at"] = format_time(at);
  return out;
}

bool is_party_file(JsonView document) {
  return as_object(document) && party_text(document, "format") == kPartyFormat && json_get(document, "plan") &&
         json_array(document, "entries");
}

Result<ComcheckParty> check_party(std::string_view text, std::string name, const keys::VerifierKey* log) {
  ENTENTE_TRY(const JsonDocument document, JsonDocument::parse(text, std::move(name), {.max_bytes = kMaxPartyFile, .max_depth = 12}));
  const JsonView root = document.root();
  const auto plan_object = json_get(root, "plan");
  const auto entries = json_array(root, "entries");
  if (!is_party_file(root)) return fail("this is no party's file of a communication check", {.file = document.name()});
  ComcheckParty out{.round = party_text(root, "round"), .supporter = party_text(root, "supporter")};
  ENTENTE_TRY(const ComcheckPlan plan, ComcheckPlan::from(*plan_object));
  if (plan.round != out.round) return fail("the plan is of another round");
  ENTENTE_CHECK(check_questions(root, plan));
  ENTENTE_TRY(const ContactSalt plan_salt, party_bytes(root, "plan_salt"));
  ENTENTE_TRY(out.commitment, plan.commitment(plan_salt));
  ENTENTE_TRY(const ContactSalt secret, party_bytes(root, "secret"));
  if (sha256(ByteView(secret)) != plan.secret) return fail("the secret is not the one the plan committed to");
  ENTENTE_TRY(out.root, Digest::from_hex(party_text(root, "merkle_root")));
  out.size = static_cast<std::uint64_t>(std::max<std::int64_t>(json_int(root, "size").value_or(0), 0));
  const std::string checkpoint = party_text(root, "checkpoint");
  ENTENTE_TRY(const merkle::Note note, merkle::Note::parse(checkpoint));
  ENTENTE_TRY(const merkle::Checkpoint head, merkle::Checkpoint::parse(note.text));
  if (head.origin != plan.origin) return fail("the checkpoint is another ledger's than the plan's");
  out.checkpoint = sha256(note.text);
  out.checkpoint_size = head.size;
  std::optional<ComcheckSeed> seed;
  if (log != nullptr) { ENTENTE_TRY(seed, comcheck_seed(checkpoint, *log)); }
  std::size_t number = 0;
  for (const JsonView item : *entries) {
    const auto taken = take_party_entry(item, plan, seed, out);
    if (!taken) return fail(taken.error().what, {.file = document.name(), .pointer = fmt::format("/entries/{}", number)});
    ++number;
  }
  if (out.entries.empty()) return fail("the file holds no entry", {.file = document.name()});
  return out;
}

Result<void> check_party_against(const ComcheckParty& party, const ComcheckRound& round, const Commitment* plan) {
  if (round.round != party.round) return fail(fmt::format("the ledger's round is \"{}\"", round.round));
  if (round.merkle_root != party.root) return fail("the ledger has another root for this round");
  std::uint64_t entries = 0;
  for (const auto& [name, count] : round.classes) entries += count;
  if (entries != party.size) return fail(fmt::format("the ledger's round has {} entries, the file says {}", entries, party.size));
  if (round.checkpoint != party.checkpoint || round.tree_size != party.checkpoint_size)
    return fail("the ledger's round was drawn from another checkpoint");
  if (plan == nullptr) return fail("the ledger holds no commitment to this plan");
  if (plan->leaf >= party.checkpoint_size)
    return fail("the plan was committed to after the checkpoint it was drawn from", {}, "whoever made the plan knew what would be drawn");
  return {};
}

}  // namespace entente::registry
