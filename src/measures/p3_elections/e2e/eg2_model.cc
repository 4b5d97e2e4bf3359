// Reads the JSON of a 2.0.0 record as egk-ec writes it.
#include <algorithm>

#include "measures/p3_elections/e2e/eg2.h"

namespace entente::measures::p3_elections::e2e {
namespace {

constexpr JsonLimits kEg2Limits{.max_depth = 32};

Result<Bytes> eg2_bytes(const RecordValue& value, std::string_view key) {
  ENTENTE_TRY(const RecordValue inner, value.at(key));
  ENTENTE_TRY(const std::string text, inner.text());
  auto bytes = from_base64(text);
  if (!bytes) return inner.refuse("must be base64");
  return std::move(*bytes);
}

Result<Digest> eg2_digest(const RecordValue& value, std::string_view key) {
  ENTENTE_TRY(const Bytes bytes, eg2_bytes(value, key));
  const auto digest = Digest::from_bytes(bytes);
  if (!digest) return value.refuse(fmt::format("\"{}\" must be 32 bytes", key));
  return *digest;
}

struct Eg2Reader {
  const Group& group;

  Result<Element> element(const RecordValue& value, std::string_view key) const {
    ENTENTE_TRY(const Bytes bytes, eg2_bytes(value, key));
    const auto number = group.element(bytes);
    if (!number || bytes.size() != group.element_bytes())
      return fail(fmt::format("\"{}\" must be a number between 0 and p, as wide as p", key),
                  {.pointer = value.pointer + "/" + std::string(key)});
    return *number;
  }
  Result<Scalar> scalar(const RecordValue& value, std::string_view key) const {
    ENTENTE_TRY(const Bytes bytes, eg2_bytes(value, key));
    const auto number = group.scalar(bytes);
    if (!number || bytes.size() != group.scalar_bytes())
      return fail(fmt::format("\"{}\" must be a number below q, as wide as q", key), {.pointer = value.pointer + "/" + std::string(key)});
    return *number;
  }
  Result<Eg2Proof> proof(const RecordValue& value) const {
    ENTENTE_CHECK(value.only({"challenge", "response"}));
    return numbers(value);
  }
  Result<Eg2Proof> numbers(const RecordValue& value) const {
    ENTENTE_TRY(const Scalar challenge, scalar(value, "challenge"));
    ENTENTE_TRY(const Scalar response, scalar(value, "response"));
    return Eg2Proof{challenge, response};
  }
  Result<Eg2Proof> proof(const RecordValue& value, std::string_view key) const {
    ENTENTE_TRY(const RecordValue inner, value.at(key));
    return proof(inner);
  }
  Result<std::vector<Eg2Proof>> range(const RecordValue& value) const {
    ENTENTE_TRY(const RecordValue inner, value.at("proof"));
    ENTENTE_CHECK(inner.only({"proofs"}));
    return inner.list<Eg2Proof>("proofs", [&](const RecordValue& item) { return proof(item); });
  }
  Result<Eg2Ciphertext> ciphertext(const RecordValue& value, std::string_view key) const {
    ENTENTE_TRY(const RecordValue inner, value.at(key));
    ENTENTE_CHECK(inner.only({"pad", "data"}));
    ENTENTE_TRY(const Element pad, element(inner, "pad"));
    ENTENTE_TRY(const Element data, element(inner, "data"));
    return Eg2Ciphertext{pad, data};
  }
  Result<Eg2ContestData> data(const RecordValue& value) const {
    Eg2ContestData out;
    ENTENTE_CHECK(value.only({"c0", "c1", "c2", "numBytes"}));
    ENTENTE_TRY(out.c0, element(value, "c0"));
    ENTENTE_TRY(out.c1, eg2_bytes(value, "c1"));
    ENTENTE_TRY(out.c2, eg2_bytes(value, "c2"));
    return out;
  }
  Result<Eg2Selection> selection(const RecordValue& value) const {
    Eg2Selection out;
    ENTENTE_CHECK(value.only({"selection_id", "sequence_order", "encrypted_vote", "proof"}));
    ENTENTE_TRY(out.id, value.text("selection_id"));
    ENTENTE_TRY(out.order, value.whole("sequence_order"));
    ENTENTE_TRY(out.vote, ciphertext(value, "encrypted_vote"));
    ENTENTE_TRY(out.proofs, range(value));
    return out;
  }
  Result<Eg2Contest> contest(const RecordValue& value) const {
    Eg2Contest out;
    ENTENTE_CHECK(
        value.only({"contest_id", "sequence_order", "contest_hash", "selections", "proof", "encrypted_contest_data", "pre_encryption"}));
    if (const auto view = json_get(value.view, "pre_encryption"); view && !view->is_null()) out.pre_encrypted = true;
    ENTENTE_TRY(out.id, value.text("contest_id"));
    ENTENTE_TRY(out.order, value.whole("sequence_order"));
    ENTENTE_TRY(out.hash, eg2_digest(value, "contest_hash"));
    ENTENTE_TRY(out.selections, value.list<Eg2Selection>("selections", [&](const RecordValue& item) { return selection(item); }));
    ENTENTE_TRY(out.proofs, range(value));
    if (const auto view = json_get(value.view, "encrypted_contest_data"); view && !view->is_null()) {
      ENTENTE_TRY(out.data, data(RecordValue{*view, value.pointer + "/encrypted_contest_data"}));
    }
    return out;
  }
  Result<Eg2DecryptedSelection> decrypted(const RecordValue& value) const {
    Eg2DecryptedSelection out;
    ENTENTE_CHECK(value.only({"selection_id", "tally", "b_over_m", "encrypted_vote", "proof"}));
    ENTENTE_TRY(out.id, value.text("selection_id"));
    ENTENTE_TRY(out.tally, value.whole("tally"));
    ENTENTE_TRY(out.b_over_m, element(value, "b_over_m"));
    ENTENTE_TRY(out.vote, ciphertext(value, "encrypted_vote"));
    ENTENTE_TRY(out.proof, proof(value, "proof"));
    return out;
  }
  Result<Eg2DecryptedContest> decrypted_contest(const RecordValue& value) const {
    Eg2DecryptedContest out;
    ENTENTE_CHECK(value.only({"contest_id", "selections", "ballot_count", "decrypted_contest_data"}));
    ENTENTE_TRY(out.id, value.text("contest_id"));
    ENTENTE_TRY(out.selections, value.list<Eg2DecryptedSelection>("selections", [&](const RecordValue& item) { return decrypted(item); }));
    if (const auto view = json_get(value.view, "decrypted_contest_data"); view && !view->is_null()) {
      const RecordValue inner{*view, value.pointer + "/decrypted_contest_data"};
      Eg2DecryptedData found;
      ENTENTE_CHECK(inner.only({"contest_data", "encrypted_contest_data", "proof", "beta"}));
      ENTENTE_TRY(const RecordValue encrypted, inner.at("encrypted_contest_data"));
      ENTENTE_TRY(found.data, data(encrypted));
      ENTENTE_TRY(found.proof, proof(inner, "proof"));
      ENTENTE_TRY(found.beta, element(inner, "beta"));
      out.data = std::move(found);
    }
    return out;
  }
  Result<Eg2Guardian> guardian(const RecordValue& value) const {
    Eg2Guardian out;
    ENTENTE_CHECK(value.only({"guardian_id", "x_coordinate", "coefficient_proofs"}));
    ENTENTE_TRY(out.id, value.text("guardian_id"));
    ENTENTE_TRY(out.order, value.whole("x_coordinate"));
    ENTENTE_TRY(out.coefficients, value.list<Eg2Coefficient>("coefficient_proofs", [&](const RecordValue& item) -> Result<Eg2Coefficient> {
      ENTENTE_TRY(const Element key, element(item, "public_key"));
      ENTENTE_CHECK(item.only({"public_key", "challenge", "response"}));
      ENTENTE_TRY(const Eg2Proof known, numbers(item));
      return Eg2Coefficient{key, known};
    }));
    return out;
  }
};

Result<Eg2ManifestContest> eg2_manifest_contest(const RecordValue& value) {
  Eg2ManifestContest out;
  ENTENTE_TRY(out.id, value.text("object_id"));
  ENTENTE_TRY(out.name, value.text("name"));
  ENTENTE_TRY(out.district, value.text("electoral_district_id"));
  ENTENTE_TRY(out.order, value.whole("sequence_order"));
  ENTENTE_TRY(out.contest_limit, value.whole("votes_allowed"));
  if (json_get(value.view, "option_selection_limit")) { ENTENTE_TRY(out.option_limit, value.whole("option_selection_limit")); }
  using Selection = std::pair<std::string, std::uint64_t>;
  ENTENTE_TRY(out.selections, value.list<Selection>("ballot_selections", [](const RecordValue& item) -> Result<Selection> {
    ENTENTE_TRY(std::string id, item.text("object_id"));
    ENTENTE_TRY(const std::uint64_t order, item.whole("sequence_order"));
    return Selection{std::move(id), order};
  }));
  return out;
}

Result<JsonDocument> eg2_parse(std::string_view text) { return JsonDocument::parse(text, "", kEg2Limits); }

}  // namespace

Result<Eg2Config> read_eg2_config(std::string_view text) {
  ENTENTE_TRY(const JsonDocument document, eg2_parse(text));
  const RecordValue root{document.root(), ""};
  Eg2Config out;
  ENTENTE_CHECK(root.only({"config_version", "number_of_guardians", "quorum", "parameter_base_hash", "manifest_hash", "election_base_hash",
                           "chain_confirmation_codes", "baux0", "metadata"}));
  ENTENTE_TRY(out.guardians, root.whole("number_of_guardians"));
  ENTENTE_TRY(out.quorum, root.whole("quorum"));
  ENTENTE_TRY(out.parameter_hash, eg2_digest(root, "parameter_base_hash"));
  ENTENTE_TRY(out.manifest_hash, eg2_digest(root, "manifest_hash"));
  ENTENTE_TRY(out.base_hash, eg2_digest(root, "election_base_hash"));
  out.chained = json_bool(root.view, "chain_confirmation_codes").value_or(false);
  ENTENTE_TRY(out.baux0, eg2_bytes(root, "baux0"));
  return out;
}

Result<Eg2Initialized> read_eg2_initialized(const Group& group, std::string_view text) {
  ENTENTE_TRY(const JsonDocument document, eg2_parse(text));
  const RecordValue root{document.root(), ""};
  const Eg2Reader reader{group};
  Eg2Initialized out;
  ENTENTE_CHECK(root.only({"joint_public_key", "extended_base_hash", "guardians", "metadata"}));
  ENTENTE_TRY(out.key, reader.element(root, "joint_public_key"));
  ENTENTE_TRY(out.extended_hash, eg2_digest(root, "extended_base_hash"));
  ENTENTE_TRY(out.guardians, root.list<Eg2Guardian>("guardians", [&](const RecordValue& item) { return reader.guardian(item); }));
  return out;
}

Result<Eg2Manifest> read_eg2_manifest(std::string_view text) {
  ENTENTE_TRY(const JsonDocument document, eg2_parse(text));
  const RecordValue root{document.root(), ""};
  Eg2Manifest out;
  ENTENTE_TRY(out.title, root.text("election_scope_id"));
  ENTENTE_TRY(out.contests, root.list<Eg2ManifestContest>("contests", eg2_manifest_contest));
  using Style = std::pair<std::string, std::vector<std::string>>;
  ENTENTE_TRY(const std::vector<Style> styles, root.list<Style>("ballot_styles", [&](const RecordValue& item) -> Result<Style> {
    ENTENTE_TRY(std::string id, item.text("object_id"));
    ENTENTE_TRY(const std::vector<std::string> units,
                item.list<std::string>("geopolitical_unit_ids", [](const RecordValue& unit) { return unit.text(); }));
    std::vector<std::string> contests;
    for (const Eg2ManifestContest& contest : out.contests)
      if (std::ranges::find(units, contest.district) != units.end()) contests.push_back(contest.id);
    return Style{std::move(id), std::move(contests)};
  }));
  out.styles.insert(styles.begin(), styles.end());
  return out;
}

Result<Eg2Ballot> read_eg2_ballot(const Group& group, std::string_view text) {
  ENTENTE_TRY(const JsonDocument document, eg2_parse(text));
  const RecordValue root{document.root(), ""};
  const Eg2Reader reader{group};
  Eg2Ballot out;
  ENTENTE_CHECK(root.only({"ballot_id", "ballot_style_id", "encrypting_device", "timestamp", "code_baux", "confirmation_code",
                           "election_id", "contests", "state", "encrypted_sn", "is_preencrypt"}));
  ENTENTE_TRY(out.id, root.text("ballot_id"));
  ENTENTE_TRY(out.style, root.text("ballot_style_id"));
  ENTENTE_TRY(out.device, root.text("encrypting_device"));
  ENTENTE_TRY(std::string baux, root.text("code_baux"));
  for (char& c : baux)
    if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
  auto bytes = from_hex(baux);
  if (!bytes) return fail("must be hexadecimal", {.pointer = "/code_baux"});
  out.baux = std::move(*bytes);
  ENTENTE_TRY(out.code, eg2_digest(root, "confirmation_code"));
  ENTENTE_TRY(out.election, eg2_digest(root, "election_id"));
  ENTENTE_TRY(out.state, root.text("state"));
  out.pre_encrypted = json_bool(root.view, "is_preencrypt").value_or(false);
  ENTENTE_TRY(out.contests, root.list<Eg2Contest>("contests", [&](const RecordValue& item) { return reader.contest(item); }));
  out.pre_encrypted = out.pre_encrypted || std::ranges::any_of(out.contests, &Eg2Contest::pre_encrypted);
  return out;
}

Result<Eg2Tally> read_eg2_tally(const Group& group, std::string_view text) {
  ENTENTE_TRY(const JsonDocument document, eg2_parse(text));
  const RecordValue root{document.root(), ""};
  const Eg2Reader reader{group};
  Eg2Tally out;
  ENTENTE_CHECK(root.only({"tally_id", "contests", "cast_ballot_ids", "election_id"}));
  ENTENTE_TRY(out.election, eg2_digest(root, "election_id"));
  ENTENTE_TRY(out.cast, root.list<std::string>("cast_ballot_ids", [](const RecordValue& item) { return item.text(); }));
  using Selection = Eg2Tally::Selection;
  using Contest = Eg2Tally::Contest;
  ENTENTE_TRY(out.contests, root.list<Contest>("contests", [&](const RecordValue& contest) -> Result<Contest> {
    ENTENTE_CHECK(contest.only({"contest_id", "sequence_order", "selections", "ballot_count"}));
    Contest read;
    ENTENTE_TRY(read.id, contest.text("contest_id"));
    ENTENTE_TRY(read.order, contest.whole("sequence_order"));
    ENTENTE_TRY(read.selections, contest.list<Selection>("selections", [&](const RecordValue& item) -> Result<Selection> {
      ENTENTE_CHECK(item.only({"selection_id", "sequence_order", "encrypted_vote"}));
      Selection own;
      ENTENTE_TRY(own.id, item.text("selection_id"));
      ENTENTE_TRY(own.order, item.whole("sequence_order"));
      ENTENTE_TRY(own.vote, reader.ciphertext(item, "encrypted_vote"));
      return own;
    }));
    return read;
  }));
  return out;
}

Result<Eg2Decryption> read_eg2_decryption(const Group& group, std::string_view text) {
  ENTENTE_TRY(const JsonDocument document, eg2_parse(text));
  const RecordValue root{document.root(), ""};
  const Eg2Reader reader{group};
  Eg2Decryption out;
  ENTENTE_CHECK(root.only({"id", "contests", "election_id"}));
  ENTENTE_TRY(out.id, root.text("id"));
  ENTENTE_TRY(out.election, eg2_digest(root, "election_id"));
  ENTENTE_TRY(out.contests,
              root.list<Eg2DecryptedContest>("contests", [&](const RecordValue& item) { return reader.decrypted_contest(item); }));
  return out;
}

}  // namespace entente::measures::p3_elections::e2e
