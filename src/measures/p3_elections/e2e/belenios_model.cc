// Reads the JSON of an archive's files. One reader object carries the place (a JSON pointer) so that every refusal says where.
#include "measures/p3_elections/e2e/belenios_model.h"

#include <fmt/format.h>

#include <charconv>

#include "measures/p3_elections/e2e/record_value.h"

namespace entente::measures::p3_elections::e2e {
namespace {

constexpr JsonLimits kBelLimits{.max_depth = 16};

struct BelReader {
  const Group& group;

  Result<Element> element(const RecordValue& value) const {
    const auto text = as_string(value.view);
    const auto number = text ? group.element_decimal(*text) : std::nullopt;
    if (!number) return value.refuse("must be a number between 0 and p, in decimal");
    return *number;
  }
  Result<Element> element(const RecordValue& value, std::string_view key) const {
    ENTENTE_TRY(const RecordValue inner, value.at(key));
    return element(inner);
  }
  Result<Scalar> scalar(const RecordValue& value, std::string_view key) const {
    ENTENTE_TRY(const RecordValue inner, value.at(key));
    const auto text = as_string(inner.view);
    const auto number = text ? group.scalar_decimal(*text) : std::nullopt;
    if (!number) return inner.refuse("must be a number below q, in decimal");
    return *number;
  }
  Result<BelProof> proof(const RecordValue& value) const {
    ENTENTE_CHECK(value.only({"challenge", "response"}));
    ENTENTE_TRY(const Scalar challenge, scalar(value, "challenge"));
    ENTENTE_TRY(const Scalar response, scalar(value, "response"));
    return BelProof{challenge, response};
  }
  Result<std::vector<BelProof>> proofs(const RecordValue& value) const {
    return value.list<BelProof>([&](const RecordValue& item) { return proof(item); });
  }
  Result<std::vector<BelProof>> proofs(const RecordValue& value, std::string_view key) const {
    ENTENTE_TRY(const RecordValue inner, value.at(key));
    return proofs(inner);
  }
  Result<BelCiphertext> ciphertext(const RecordValue& value) const {
    ENTENTE_CHECK(value.only({"alpha", "beta"}));
    ENTENTE_TRY(const Element alpha, element(value, "alpha"));
    ENTENTE_TRY(const Element beta, element(value, "beta"));
    return BelCiphertext{alpha, beta};
  }
  Result<std::vector<BelCiphertext>> ciphertexts(const RecordValue& value) const {
    return value.list<BelCiphertext>([&](const RecordValue& item) { return ciphertext(item); });
  }
  Result<BelAnswer> answer(const RecordValue& value) const {
    BelAnswer out;
    ENTENTE_CHECK(value.only({"choices", "individual_proofs", "overall_proof", "blank_proof"}));
    ENTENTE_TRY(const RecordValue choices, value.at("choices"));
    ENTENTE_TRY(out.choices, ciphertexts(choices));
    ENTENTE_TRY(const RecordValue individual, value.at("individual_proofs"));
    ENTENTE_TRY(out.individual, individual.list<std::vector<BelProof>>([&](const RecordValue& item) { return proofs(item); }));
    ENTENTE_TRY(out.overall, proofs(value, "overall_proof"));
    if (json_get(value.view, "blank_proof")) { ENTENTE_TRY(out.blank, proofs(value, "blank_proof")); }
    return out;
  }
  Result<BelSigned> signed_message(const RecordValue& value) const {
    BelSigned out;
    ENTENTE_CHECK(value.only({"message", "signature"}));
    ENTENTE_TRY(out.message, value.text("message"));
    ENTENTE_TRY(const RecordValue signature, value.at("signature"));
    ENTENTE_TRY(out.signature, proof(signature));
    return out;
  }
  Result<BelTrusteeKey> trustee_key(const RecordValue& value) const {
    ENTENTE_CHECK(value.only({"public_key", "pok", "name"}));
    ENTENTE_TRY(const Element key, element(value, "public_key"));
    ENTENTE_TRY(const RecordValue pok, value.at("pok"));
    ENTENTE_TRY(const BelProof known, proof(pok));
    return BelTrusteeKey{key, known};
  }
  // ["Single", {…}] or ["Pedersen", {…}].
  Result<BelTrustee> trustee(const RecordValue& value) const {
    ENTENTE_TRY(const std::vector<RecordValue> pair,
                value.list<RecordValue>([](const RecordValue& item) { return Result<RecordValue>(item); }));
    if (pair.size() != 2) return value.refuse("must be a kind and its content");
    ENTENTE_TRY(const std::string kind, pair[0].text());
    BelTrustee out;
    if (kind == "Single") {
      ENTENTE_TRY(const BelTrusteeKey key, trustee_key(pair[1]));
      out.keys.push_back(key);
      return out;
    }
    if (kind != "Pedersen") return pair[0].refuse("must be \"Single\" or \"Pedersen\"");
    out.threshold_scheme = true;
    ENTENTE_CHECK(pair[1].only({"threshold", "certs", "coefexps", "verification_keys"}));
    ENTENTE_TRY(const RecordValue threshold, pair[1].at("threshold"));
    ENTENTE_TRY(out.threshold, threshold.whole());
    ENTENTE_TRY(const RecordValue certificates, pair[1].at("certs"));
    ENTENTE_TRY(out.certificates, certificates.list<BelSigned>([&](const RecordValue& item) { return signed_message(item); }));
    ENTENTE_TRY(const RecordValue coefficients, pair[1].at("coefexps"));
    ENTENTE_TRY(out.coefficients, coefficients.list<BelSigned>([&](const RecordValue& item) { return signed_message(item); }));
    ENTENTE_TRY(const RecordValue keys, pair[1].at("verification_keys"));
    ENTENTE_TRY(out.keys, keys.list<BelTrusteeKey>([&](const RecordValue& item) { return trustee_key(item); }));
    return out;
  }
};

Result<BelQuestion> bel_question(const RecordValue& outer) {
  BelQuestion out;
  RecordValue value = outer;
  if (json_get(outer.view, "type")) {  // {"type": "NonHomomorphic" | "Lists", "value": {…}}
    out.homomorphic = false;
    ENTENTE_TRY(value, outer.at("value"));
  }
  if (const auto text = json_string(value.view, "question")) out.text = *text;
  if (!out.homomorphic) return out;
  ENTENTE_TRY(const RecordValue answers, value.at("answers"));
  ENTENTE_TRY(out.answers, answers.list<std::string>([](const RecordValue& item) { return item.text(); }));
  ENTENTE_TRY(const RecordValue min, value.at("min"));
  ENTENTE_TRY(out.min, min.whole());
  ENTENTE_TRY(const RecordValue max, value.at("max"));
  ENTENTE_TRY(out.max, max.whole());
  out.blank = json_bool(value.view, "blank").value_or(false);
  if (out.min > out.max || out.max > 100'000) return value.refuse("min and max do not make a range");
  return out;
}

void bel_write_proof_list(std::string& out, JsonView list) {
  out += '[';
  if (const auto array = as_array(list)) {
    bool first = true;
    for (const JsonView proof : *array) {
      if (!first) out += ',';
      first = false;
      if (as_array(proof)) {
        bel_write_proof_list(out, proof);
        continue;
      }
      fmt::format_to(std::back_inserter(out), R"({{"challenge":"{}","response":"{}"}})", json_string(proof, "challenge").value_or(""),
                     json_string(proof, "response").value_or(""));
    }
  }
  out += ']';
}

void bel_write_proofs(std::string& out, std::string_view key, JsonView answer) {
  const auto list = json_get(answer, key);
  if (!list) return;
  fmt::format_to(std::back_inserter(out), ",\"{}\":", key);
  bel_write_proof_list(out, *list);
}

// The ballot without its signature in Belenios's own order and spacing; numbers have one spelling, so they are copied. The ballot has been
// read before, so that every field is there.
std::string bel_unsigned_text(JsonView ballot) {
  const auto field = [&](std::string_view key) { return json_string(ballot, key).value_or(""); };
  std::string out = fmt::format(R"({{"election_uuid":"{}","election_hash":"{}","credential":"{}","answers":[)", field("election_uuid"),
                                field("election_hash"), field("credential"));
  const auto answers = json_array(ballot, "answers");
  if (!answers) return out;
  bool first = true;
  for (const JsonView answer : *answers) {
    out += first ? R"({"choices":[)" : R"(,{"choices":[)";
    first = false;
    bool first_choice = true;
    const auto choices = json_array(answer, "choices");
    if (choices) {
      for (const JsonView choice : *choices) {
        if (!first_choice) out += ',';
        first_choice = false;
        fmt::format_to(std::back_inserter(out), R"({{"alpha":"{}","beta":"{}"}})", json_string(choice, "alpha").value_or(""),
                       json_string(choice, "beta").value_or(""));
      }
    }
    out += ']';
    bel_write_proofs(out, "individual_proofs", answer);
    bel_write_proofs(out, "overall_proof", answer);
    bel_write_proofs(out, "blank_proof", answer);
    out += '}';
  }
  out += "]}";
  return out;
}

std::string bel_signed_text(const BelBallot& ballot, JsonView proof) {
  const std::string_view open =
      std::string_view(ballot.unsigned_text).substr(0, ballot.unsigned_text.size() - 1);  // without its last brace
  return fmt::format(R"({},"signature":{{"hash":"{}","proof":{{"challenge":"{}","response":"{}"}}}}}})", open, ballot.signed_hash,
                     json_string(proof, "challenge").value_or(""), json_string(proof, "response").value_or(""));
}

Result<JsonDocument> bel_parse(std::string_view text) { return JsonDocument::parse(text, "", kBelLimits); }

}  // namespace

Result<BelElection> read_bel_election(std::string_view text) {
  ENTENTE_TRY(const JsonDocument document, bel_parse(text));
  const RecordValue root{document.root(), ""};
  BelElection out;
  out.version = json_int(root.view, "version").value_or(0);
  ENTENTE_TRY(out.uuid, root.text("uuid"));
  ENTENTE_TRY(out.name, root.text("name"));
  ENTENTE_TRY(out.group, root.text("group"));
  ENTENTE_TRY(out.public_key, root.text("public_key"));
  ENTENTE_TRY(const RecordValue questions, root.at("questions"));
  ENTENTE_TRY(out.questions, questions.list<BelQuestion>(bel_question));
  return out;
}

Result<BelBallot> read_bel_ballot(const Group& group, std::string_view text) {
  ENTENTE_TRY(const JsonDocument document, bel_parse(text));
  const RecordValue root{document.root(), ""};
  const BelReader reader{group};
  BelBallot out;
  ENTENTE_CHECK(root.only({"election_uuid", "election_hash", "credential", "answers", "signature"}));
  ENTENTE_TRY(out.election_uuid, root.text("election_uuid"));
  ENTENTE_TRY(out.election_hash, root.text("election_hash"));
  ENTENTE_TRY(out.credential, reader.element(root, "credential"));
  ENTENTE_TRY(const RecordValue answers, root.at("answers"));
  ENTENTE_TRY(out.answers, answers.list<BelAnswer>([&](const RecordValue& item) { return reader.answer(item); }));
  ENTENTE_TRY(const RecordValue signature, root.at("signature"));
  ENTENTE_CHECK(signature.only({"hash", "proof"}));
  ENTENTE_TRY(out.signed_hash, signature.text("hash"));
  ENTENTE_TRY(const RecordValue proof, signature.at("proof"));
  ENTENTE_TRY(out.signature, reader.proof(proof));
  out.unsigned_text = bel_unsigned_text(root.view);
  out.canonical = text == bel_signed_text(out, proof.view);
  return out;
}

Result<std::vector<BelTrustee>> read_bel_trustees(const Group& group, std::string_view text) {
  ENTENTE_TRY(const JsonDocument document, bel_parse(text));
  const BelReader reader{group};
  return RecordValue{document.root(), ""}.list<BelTrustee>([&](const RecordValue& item) { return reader.trustee(item); });
}

// "KEY" or "KEY,WEIGHT".
Result<std::vector<BelCredential>> read_bel_credentials(const Group& group, std::string_view text) {
  ENTENTE_TRY(const JsonDocument document, bel_parse(text));
  return RecordValue{document.root(), ""}.list<BelCredential>([&](const RecordValue& item) -> Result<BelCredential> {
    ENTENTE_TRY(const std::string line, item.text());
    const std::size_t comma = line.find(',');
    BelCredential out;
    const auto key = group.element_decimal(std::string_view(line).substr(0, comma));
    if (!key) return item.refuse("must be a public credential");
    out.key = *key;
    if (comma == std::string::npos) return out;
    const char* end = line.data() + line.size();
    const auto parsed = std::from_chars(line.data() + comma + 1, end, out.weight);
    if (parsed.ec != std::errc{} || parsed.ptr != end) return item.refuse("must have a whole number as its weight");
    return out;
  });
}

Result<BelCiphertexts> read_bel_ciphertexts(const Group& group, std::string_view text) {
  ENTENTE_TRY(const JsonDocument document, bel_parse(text));
  const BelReader reader{group};
  return RecordValue{document.root(), ""}.list<std::vector<BelCiphertext>>(
      [&](const RecordValue& item) { return reader.ciphertexts(item); });
}

Result<BelDecryption> read_bel_decryption(const Group& group, std::string_view text) {
  ENTENTE_TRY(const JsonDocument document, bel_parse(text));
  const BelReader reader{group};
  const RecordValue root{document.root(), ""};
  BelDecryption out;
  ENTENTE_CHECK(root.only({"decryption_factors", "decryption_proofs"}));
  ENTENTE_TRY(const RecordValue factors, root.at("decryption_factors"));
  ENTENTE_TRY(out.factors, factors.list<std::vector<Element>>([&](const RecordValue& item) {
    return item.list<Element>([&](const RecordValue& factor) { return reader.element(factor); });
  }));
  ENTENTE_TRY(const RecordValue proofs, root.at("decryption_proofs"));
  ENTENTE_TRY(out.proofs, proofs.list<std::vector<BelProof>>([&](const RecordValue& item) { return reader.proofs(item); }));
  return out;
}

Result<std::vector<std::vector<std::uint64_t>>> read_bel_result(std::string_view text) {
  ENTENTE_TRY(const JsonDocument document, bel_parse(text));
  const RecordValue root{document.root(), ""};
  ENTENTE_CHECK(root.only({"result"}));
  ENTENTE_TRY(const RecordValue result, root.at("result"));
  return result.list<std::vector<std::uint64_t>>(
      [](const RecordValue& item) { return item.list<std::uint64_t>([](const RecordValue& votes) { return votes.whole(); }); });
}

Result<Element> read_bel_verification_key(const Group& group, std::string_view text) {
  ENTENTE_TRY(const JsonDocument document, bel_parse(text));
  return BelReader{group}.element(RecordValue{document.root(), ""}, "verification");
}

Result<std::vector<Element>> read_bel_coefficients(const Group& group, std::string_view text) {
  ENTENTE_TRY(const JsonDocument document, bel_parse(text));
  const BelReader reader{group};
  ENTENTE_TRY(const RecordValue list, (RecordValue{document.root(), ""}.at("coefexps")));
  return list.list<Element>([&](const RecordValue& item) { return reader.element(item); });
}

}  // namespace entente::measures::p3_elections::e2e
