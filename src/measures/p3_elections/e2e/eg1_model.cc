// Reads the JSON of a 0.95 record. Numbers are objects {"data": "HEX"}.
#include "measures/p3_elections/e2e/eg1_model.h"

#include <algorithm>

namespace entente::measures::p3_elections::e2e {
namespace {

constexpr JsonLimits kEg1Limits{.max_depth = 32};

struct Eg1Reader {
  const Group& group;

  // {"data": "HEX"}
  static std::optional<std::string_view> digits(const RecordValue& value) {
    return value.only({"data"}) ? json_string(value.view, "data") : std::nullopt;
  }
  // Notes `key` of `value` in `into` if it is there and not null.
  static void not_null(const RecordValue& value, std::string_view key, std::vector<std::string>& into) {
    if (const auto found = json_get(value.view, key); found && !found->is_null()) into.push_back(fmt::format("{}/{}", value.pointer, key));
  }

  Result<Element> element(const RecordValue& value) const {
    const auto text = digits(value);
    const auto number = text ? group.element_hex(*text) : std::nullopt;
    if (!number) return value.refuse("must be a number between 0 and p, in hexadecimal");
    return *number;
  }
  Result<Element> element(const RecordValue& value, std::string_view key) const {
    ENTENTE_TRY(const RecordValue inner, value.at(key));
    return element(inner);
  }
  Result<Scalar> scalar(const RecordValue& value) const {
    const auto text = digits(value);
    const auto number = text ? group.scalar_hex(*text) : std::nullopt;
    if (!number) return value.refuse("must be a number below q, in hexadecimal");
    return *number;
  }
  Result<Scalar> scalar(const RecordValue& value, std::string_view key) const {
    ENTENTE_TRY(const RecordValue inner, value.at(key));
    return scalar(inner);
  }
  Result<Eg1Ciphertext> ciphertext(const RecordValue& value, std::string_view key) const {
    ENTENTE_TRY(const RecordValue inner, value.at(key));
    ENTENTE_CHECK(inner.only({"pad", "data"}));
    ENTENTE_TRY(const Element pad, element(inner, "pad"));
    ENTENTE_TRY(const Element data, element(inner, "data"));
    return Eg1Ciphertext{pad, data};
  }
  Result<Eg1ChaumPedersen> proof(const RecordValue& value) const {
    Eg1ChaumPedersen out;
    ENTENTE_CHECK(value.only({"pad", "data", "challenge", "response", "constant", "usage"}));
    ENTENTE_TRY(out.pad, element(value, "pad"));
    ENTENTE_TRY(out.data, element(value, "data"));
    ENTENTE_TRY(out.challenge, scalar(value, "challenge"));
    ENTENTE_TRY(out.response, scalar(value, "response"));
    return out;
  }
  Result<Eg1Description> description(const RecordValue& value) const {
    Eg1Description out;
    ENTENTE_TRY(out.id, value.text("object_id"));
    ENTENTE_TRY(out.order, value.whole("sequence_order"));
    ENTENTE_TRY(out.hash, scalar(value, "description_hash"));
    return out;
  }
  Result<Eg1Selection> selection(const RecordValue& value, Eg1Ballot& ballot) const {
    Eg1Selection out;
    ENTENTE_CHECK(value.only({"object_id", "sequence_order", "description_hash", "ciphertext", "crypto_hash", "is_placeholder_selection",
                              "nonce", "proof", "extended_data"}));
    not_null(value, "nonce", ballot.nonces);
    not_null(value, "extended_data", ballot.extended);
    ENTENTE_TRY(out.description, description(value));
    ENTENTE_TRY(out.crypto_hash, scalar(value, "crypto_hash"));
    ENTENTE_TRY(out.ciphertext, ciphertext(value, "ciphertext"));
    out.placeholder = json_bool(value.view, "is_placeholder_selection").value_or(false);
    ENTENTE_TRY(const RecordValue proof, value.at("proof"));
    ENTENTE_CHECK(proof.only({"proof_zero_pad", "proof_zero_data", "proof_one_pad", "proof_one_data", "proof_zero_challenge",
                              "proof_one_challenge", "challenge", "proof_zero_response", "proof_one_response", "usage"}));
    ENTENTE_TRY(out.zero_pad, element(proof, "proof_zero_pad"));
    ENTENTE_TRY(out.zero_data, element(proof, "proof_zero_data"));
    ENTENTE_TRY(out.one_pad, element(proof, "proof_one_pad"));
    ENTENTE_TRY(out.one_data, element(proof, "proof_one_data"));
    ENTENTE_TRY(out.zero_challenge, scalar(proof, "proof_zero_challenge"));
    ENTENTE_TRY(out.one_challenge, scalar(proof, "proof_one_challenge"));
    ENTENTE_TRY(out.challenge, scalar(proof, "challenge"));
    ENTENTE_TRY(out.zero_response, scalar(proof, "proof_zero_response"));
    ENTENTE_TRY(out.one_response, scalar(proof, "proof_one_response"));
    return out;
  }
  Result<Eg1Contest> contest(const RecordValue& value, Eg1Ballot& ballot) const {
    Eg1Contest out;
    ENTENTE_CHECK(value.only({"object_id", "sequence_order", "description_hash", "ballot_selections", "ciphertext_accumulation",
                              "crypto_hash", "nonce", "proof"}));
    not_null(value, "nonce", ballot.nonces);
    ENTENTE_TRY(out.description, description(value));
    ENTENTE_TRY(out.crypto_hash, scalar(value, "crypto_hash"));
    ENTENTE_TRY(out.selections,
                value.list<Eg1Selection>("ballot_selections", [&](const RecordValue& item) { return selection(item, ballot); }));
    ENTENTE_TRY(out.accumulation, ciphertext(value, "ciphertext_accumulation"));
    ENTENTE_TRY(const RecordValue inner, value.at("proof"));
    ENTENTE_TRY(out.proof, proof(inner));
    ENTENTE_TRY(out.constant, inner.whole("constant"));
    return out;
  }
  Result<Eg1Schnorr> schnorr(const RecordValue& value) const {
    Eg1Schnorr out;
    ENTENTE_CHECK(value.only({"public_key", "commitment", "challenge", "response", "usage"}));
    ENTENTE_TRY(out.public_key, element(value, "public_key"));
    ENTENTE_TRY(out.commitment, element(value, "commitment"));
    ENTENTE_TRY(out.challenge, scalar(value, "challenge"));
    ENTENTE_TRY(out.response, scalar(value, "response"));
    return out;
  }
  // What stands under `name` or belongs to it must say so.
  static Result<void> same_object(const RecordValue& value, const std::string& name) {
    ENTENTE_TRY(const std::string own, value.text("object_id"));
    if (own != name) return value.refuse(fmt::format("object_id must be \"{}\"", name));
    return {};
  }
  Result<Eg1Part> part(const std::string& selection, const std::string& key, const RecordValue& value) const {
    Eg1Part out;
    ENTENTE_CHECK(value.only({"object_id", "guardian_id", "missing_guardian_id", "share", "recovery_key", "proof"}));
    ENTENTE_TRY(out.guardian, value.text("guardian_id"));
    ENTENTE_TRY(out.missing, value.text("missing_guardian_id"));
    ENTENTE_CHECK(same_object(value, selection));
    if (out.guardian != key) return value.refuse("guardian_id is not the name the part stands under");
    ENTENTE_TRY(out.share, element(value, "share"));
    ENTENTE_TRY(out.recovery_key, element(value, "recovery_key"));
    ENTENTE_TRY(const RecordValue inner, value.at("proof"));
    ENTENTE_TRY(out.proof, proof(inner));
    return out;
  }
  Result<Eg1Share> share(const std::string& selection, const RecordValue& value) const {
    Eg1Share out;
    ENTENTE_CHECK(value.only({"object_id", "guardian_id", "share", "proof", "recovered_parts"}));
    ENTENTE_CHECK(same_object(value, selection));
    ENTENTE_TRY(out.guardian, value.text("guardian_id"));
    ENTENTE_TRY(out.share, element(value, "share"));
    if (const auto view = json_get(value.view, "proof"); view && !view->is_null()) {
      ENTENTE_TRY(out.proof, proof(RecordValue{*view, value.pointer + "/proof"}));
    }
    if (const auto view = json_get(value.view, "recovered_parts"); view && !view->is_null()) {
      ENTENTE_TRY(out.parts, value.members<Eg1Part>("recovered_parts", [&](const std::string& key, const RecordValue& item) {
        return part(selection, key, item);
      }));
    }
    return out;
  }
  Result<Eg1DecryptedSelection> decrypted(const std::string& key, const RecordValue& value) const {
    Eg1DecryptedSelection out;
    ENTENTE_CHECK(value.only({"object_id", "tally", "value", "message", "shares"}));
    out.id = key;
    ENTENTE_CHECK(same_object(value, key));
    ENTENTE_TRY(out.tally, value.whole("tally"));
    ENTENTE_TRY(out.value, element(value, "value"));
    ENTENTE_TRY(out.message, ciphertext(value, "message"));
    ENTENTE_TRY(out.shares, value.list<Eg1Share>("shares", [&](const RecordValue& item) { return share(out.id, item); }));
    return out;
  }
};

Result<Eg1ManifestContest> eg1_manifest_contest(const Group& group, const RecordValue& value) {
  Eg1ManifestContest out;
  ENTENTE_TRY(out.id, value.text("object_id"));
  ENTENTE_TRY(out.order, value.whole("sequence_order"));
  ENTENTE_TRY(out.name, value.text("name"));
  ENTENTE_TRY(out.district, value.text("electoral_district_id"));
  const auto allowed = json_get(value.view, "votes_allowed");
  ENTENTE_TRY(out.votes_allowed, value.whole(allowed && !allowed->is_null() ? "votes_allowed" : "number_elected"));
  out.hash = eg1_contest_hash(group, value.view);
  ENTENTE_TRY(out.selections, value.list<Eg1Description>("ballot_selections", [&](const RecordValue& item) -> Result<Eg1Description> {
    Eg1Description own{.hash = eg1_selection_hash(group, item.view)};
    ENTENTE_TRY(own.id, item.text("object_id"));
    ENTENTE_TRY(own.order, item.whole("sequence_order"));
    return own;
  }));
  return out;
}

struct Eg1Root {
  JsonDocument document;
  RecordValue value;
};

Result<Eg1Root> eg1_parse(std::string_view text) {
  ENTENTE_TRY(JsonDocument document, JsonDocument::parse(text, "", kEg1Limits));
  const JsonView root = document.root();
  return Eg1Root{std::move(document), {root, ""}};
}

}  // namespace

std::string eg1_constant(std::string_view text, std::string_view key) {
  const std::string quoted = "\"" + std::string(key) + "\"";
  std::size_t at = text.find(quoted);
  if (at == std::string_view::npos || text.find(quoted, at + 1) != std::string_view::npos) return "";
  at += quoted.size();
  const auto skip = [&](std::string_view which) {
    while (at < text.size() && which.find(text[at]) != std::string_view::npos) ++at;
  };
  skip(" \t\r\n");
  if (at == text.size() || text[at] != ':') return "";
  ++at;
  skip(" \t\r\n");
  const std::size_t first = at;
  skip("0123456789");
  const std::size_t last = at;
  skip(" \t\r\n");
  if (at == text.size() || (text[at] != ',' && text[at] != '}')) return "";
  return std::string(text.substr(first, last - first));
}

Result<Eg1Context> read_eg1_context(const Group& group, std::string_view text) {
  ENTENTE_TRY(const Eg1Root root, eg1_parse(text));
  const Eg1Reader reader{group};
  Eg1Context out;
  ENTENTE_CHECK(root.value.only({"number_of_guardians", "quorum", "elgamal_public_key", "commitment_hash", "manifest_hash",
                                 "crypto_base_hash", "crypto_extended_base_hash", "extended_data"}));
  ENTENTE_TRY(out.guardians, root.value.whole("number_of_guardians"));
  ENTENTE_TRY(out.quorum, root.value.whole("quorum"));
  ENTENTE_TRY(out.key, reader.element(root.value, "elgamal_public_key"));
  ENTENTE_TRY(out.commitment_hash, reader.scalar(root.value, "commitment_hash"));
  ENTENTE_TRY(out.manifest_hash, reader.scalar(root.value, "manifest_hash"));
  ENTENTE_TRY(out.base_hash, reader.scalar(root.value, "crypto_base_hash"));
  ENTENTE_TRY(out.extended_hash, reader.scalar(root.value, "crypto_extended_base_hash"));
  return out;
}

Result<Eg1Manifest> read_eg1_manifest(const Group& group, std::string_view text) {
  ENTENTE_TRY(const Eg1Root root, eg1_parse(text));
  Eg1Manifest out;
  ENTENTE_TRY(out.title, root.value.text("election_scope_id"));
  out.hash = eg1_manifest_hash(group, root.value.view);
  ENTENTE_TRY(out.contests,
              root.value.list<Eg1ManifestContest>("contests", [&](const RecordValue& item) { return eg1_manifest_contest(group, item); }));
  using Style = std::pair<std::string, std::vector<std::string>>;
  ENTENTE_TRY(const std::vector<Style> styles, root.value.list<Style>("ballot_styles", [&](const RecordValue& item) -> Result<Style> {
    ENTENTE_TRY(std::string id, item.text("object_id"));
    ENTENTE_TRY(const std::vector<std::string> units,
                item.list<std::string>("geopolitical_unit_ids", [](const RecordValue& unit) { return unit.text(); }));
    std::vector<std::string> contests;
    for (const Eg1ManifestContest& contest : out.contests)
      if (std::ranges::find(units, contest.district) != units.end()) contests.push_back(contest.id);
    return Style{std::move(id), std::move(contests)};
  }));
  out.styles.insert(styles.begin(), styles.end());
  return out;
}

Result<Eg1Guardian> read_eg1_guardian(const Group& group, std::string_view text) {
  ENTENTE_TRY(const Eg1Root root, eg1_parse(text));
  const Eg1Reader reader{group};
  Eg1Guardian out;
  ENTENTE_CHECK(root.value.only({"guardian_id", "sequence_order", "election_public_key", "election_commitments", "election_proofs"}));
  ENTENTE_TRY(out.id, root.value.text("guardian_id"));
  ENTENTE_TRY(out.order, root.value.whole("sequence_order"));
  ENTENTE_TRY(out.key, reader.element(root.value, "election_public_key"));
  ENTENTE_TRY(out.commitments,
              root.value.list<Element>("election_commitments", [&](const RecordValue& item) { return reader.element(item); }));
  ENTENTE_TRY(out.proofs, root.value.list<Eg1Schnorr>("election_proofs", [&](const RecordValue& item) { return reader.schnorr(item); }));
  return out;
}

Result<Scalar> read_eg1_device(const Group& group, std::string_view text) {
  ENTENTE_TRY(const Eg1Root root, eg1_parse(text));
  ENTENTE_CHECK(root.value.only({"device_id", "session_id", "launch_code", "location"}));
  Eg1Hash hash(group);
  for (const char* key : {"device_id", "session_id", "launch_code", "location"}) {
    ENTENTE_TRY(const RecordValue value, root.value.at(key));
    hash.value(value.view);
  }
  return hash.finish();
}

Result<Eg1Ballot> read_eg1_ballot(const Group& group, std::string_view text) {
  ENTENTE_TRY(const Eg1Root root, eg1_parse(text));
  const Eg1Reader reader{group};
  Eg1Ballot out;
  ENTENTE_CHECK(root.value.only(
      {"object_id", "style_id", "manifest_hash", "code_seed", "contests", "code", "timestamp", "crypto_hash", "nonce", "state"}));
  Eg1Reader::not_null(root.value, "nonce", out.nonces);
  ENTENTE_TRY(out.id, root.value.text("object_id"));
  ENTENTE_TRY(out.style, root.value.text("style_id"));
  ENTENTE_TRY(out.manifest_hash, reader.scalar(root.value, "manifest_hash"));
  ENTENTE_TRY(out.code_seed, reader.scalar(root.value, "code_seed"));
  ENTENTE_TRY(out.code, reader.scalar(root.value, "code"));
  ENTENTE_TRY(out.crypto_hash, reader.scalar(root.value, "crypto_hash"));
  ENTENTE_TRY(out.timestamp, root.value.whole("timestamp"));
  ENTENTE_TRY(out.state, root.value.whole("state"));
  ENTENTE_TRY(out.contests, root.value.list<Eg1Contest>("contests", [&](const RecordValue& item) { return reader.contest(item, out); }));
  return out;
}

Result<Eg1Tally> read_eg1_tally(const Group& group, std::string_view text) {
  ENTENTE_TRY(const Eg1Root root, eg1_parse(text));
  const Eg1Reader reader{group};
  ENTENTE_CHECK(root.value.only({"object_id", "contests"}));
  return root.value.members<Eg1SummedContest>("contests", [&](const std::string& id, const RecordValue& value) -> Result<Eg1SummedContest> {
    Eg1SummedContest contest;
    ENTENTE_CHECK(value.only({"object_id", "sequence_order", "description_hash", "selections"}));
    ENTENTE_CHECK(Eg1Reader::same_object(value, id));
    ENTENTE_TRY(contest.description, reader.description(value));
    ENTENTE_TRY(contest.selections, value.members<Eg1SummedSelection>(
                                        "selections", [&](const std::string& own, const RecordValue& item) -> Result<Eg1SummedSelection> {
                                          ENTENTE_CHECK(item.only({"object_id", "sequence_order", "description_hash", "ciphertext"}));
                                          ENTENTE_CHECK(Eg1Reader::same_object(item, own));
                                          ENTENTE_TRY(const Eg1Description description, reader.description(item));
                                          ENTENTE_TRY(const Eg1Ciphertext ciphertext, reader.ciphertext(item, "ciphertext"));
                                          return Eg1SummedSelection{description, ciphertext};
                                        }));
    return contest;
  });
}

Result<Eg1Decryption> read_eg1_decryption(const Group& group, std::string_view text) {
  ENTENTE_TRY(const Eg1Root root, eg1_parse(text));
  const Eg1Reader reader{group};
  Eg1Decryption out;
  ENTENTE_CHECK(root.value.only({"object_id", "contests"}));
  ENTENTE_TRY(out.id, root.value.text("object_id"));
  ENTENTE_TRY(out.contests, root.value.members<Eg1DecryptedContest>(
                                "contests", [&](const std::string& id, const RecordValue& contest) -> Result<Eg1DecryptedContest> {
                                  ENTENTE_CHECK(contest.only({"object_id", "selections"}));
                                  ENTENTE_CHECK(Eg1Reader::same_object(contest, id));
                                  ENTENTE_TRY(auto selections, contest.members<Eg1DecryptedSelection>(
                                                                   "selections", [&](const std::string& own, const RecordValue& item) {
                                                                     return reader.decrypted(own, item);
                                                                   }));
                                  return Eg1DecryptedContest{id, std::move(selections)};
                                }));
  return out;
}

Result<std::vector<Scalar>> read_eg1_coefficients(const Group& group, std::string_view text) {
  ENTENTE_TRY(const Eg1Root root, eg1_parse(text));
  const Eg1Reader reader{group};
  ENTENTE_CHECK(root.value.only({"coefficients"}));
  return root.value.list<Scalar>("coefficients", [&](const RecordValue& item) { return reader.scalar(item); });
}

}  // namespace entente::measures::p3_elections::e2e
