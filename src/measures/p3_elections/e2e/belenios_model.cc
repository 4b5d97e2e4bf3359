// Reads the JSON of an archive's files. One reader object carries the place (a JSON pointer) so that every refusal says where.
#include "measures/p3_elections/e2e/belenios_model.h"

#include <fmt/format.h>

#include <charconv>

namespace entente::measures::p3_elections::e2e {
namespace {

constexpr std::size_t kBelMaxList = 1U << 20;
constexpr JsonLimits kBelLimits{.max_depth = 16};

// A value and where it stands.
struct BelValue {
  JsonView view;
  std::string pointer;

  [[nodiscard]] tl::unexpected<Error> refuse(std::string what) const { return fail(std::move(what), {.pointer = pointer}); }
  [[nodiscard]] Result<BelValue> at(std::string_view key) const {
    const auto found = json_get(view, key);
    if (!found) return refuse(fmt::format("\"{}\" is missing", key));
    return BelValue{*found, pointer + "/" + pointer_segment(key)};
  }
  [[nodiscard]] Result<std::string> text() const {
    const auto found = as_string(view);
    if (!found) return refuse("must be a string");
    return std::string(*found);
  }
  [[nodiscard]] Result<std::string> text(std::string_view key) const {
    ENTENTE_TRY(const BelValue value, at(key));
    return value.text();
  }
  // A whole number, written as a number or as a string of digits.
  [[nodiscard]] Result<std::uint64_t> whole() const {
    std::uint64_t number = 0;
    if (const auto digits = as_string(view)) {
      const auto end = digits->data() + digits->size();
      const auto parsed = std::from_chars(digits->data(), end, number);
      if (parsed.ec != std::errc{} || parsed.ptr != end) return refuse("must be a whole number");
      return number;
    }
    if (view.get_uint64().get(number) != simdjson::SUCCESS) return refuse("must be a whole number");
    return number;
  }
  template <class T, class Read>
  [[nodiscard]] Result<std::vector<T>> list(Read read) const {
    const auto array = as_array(view);
    if (!array) return refuse("must be a list");
    std::vector<T> out;
    for (const JsonView element : *array) {
      if (out.size() == kBelMaxList) return refuse("the list is too long");
      ENTENTE_TRY(T item, read(BelValue{element, fmt::format("{}/{}", pointer, out.size())}));
      out.push_back(std::move(item));
    }
    return out;
  }
};

struct BelReader {
  const Group& group;

  Result<Element> element(const BelValue& value) const {
    const auto text = as_string(value.view);
    const auto number = text ? group.element_decimal(*text) : std::nullopt;
    if (!number) return value.refuse("must be a number between 0 and p, in decimal");
    return *number;
  }
  Result<Element> element(const BelValue& value, std::string_view key) const {
    ENTENTE_TRY(const BelValue inner, value.at(key));
    return element(inner);
  }
  Result<Scalar> scalar(const BelValue& value, std::string_view key) const {
    ENTENTE_TRY(const BelValue inner, value.at(key));
    const auto text = as_string(inner.view);
    const auto number = text ? group.scalar_decimal(*text) : std::nullopt;
    if (!number) return inner.refuse("must be a number below q, in decimal");
    return *number;
  }
  Result<BelProof> proof(const BelValue& value) const {
    ENTENTE_TRY(const Scalar challenge, scalar(value, "challenge"));
    ENTENTE_TRY(const Scalar response, scalar(value, "response"));
    return BelProof{challenge, response};
  }
  Result<std::vector<BelProof>> proofs(const BelValue& value) const {
    return value.list<BelProof>([&](const BelValue& item) { return proof(item); });
  }
  Result<std::vector<BelProof>> proofs(const BelValue& value, std::string_view key) const {
    ENTENTE_TRY(const BelValue inner, value.at(key));
    return proofs(inner);
  }
  Result<BelCiphertext> ciphertext(const BelValue& value) const {
    ENTENTE_TRY(const Element alpha, element(value, "alpha"));
    ENTENTE_TRY(const Element beta, element(value, "beta"));
    return BelCiphertext{alpha, beta};
  }
  Result<std::vector<BelCiphertext>> ciphertexts(const BelValue& value) const {
    return value.list<BelCiphertext>([&](const BelValue& item) { return ciphertext(item); });
  }
  Result<BelAnswer> answer(const BelValue& value) const {
    BelAnswer out;
    ENTENTE_TRY(const BelValue choices, value.at("choices"));
    ENTENTE_TRY(out.choices, ciphertexts(choices));
    ENTENTE_TRY(const BelValue individual, value.at("individual_proofs"));
    ENTENTE_TRY(out.individual, individual.list<std::vector<BelProof>>([&](const BelValue& item) { return proofs(item); }));
    ENTENTE_TRY(out.overall, proofs(value, "overall_proof"));
    if (json_get(value.view, "blank_proof")) { ENTENTE_TRY(out.blank, proofs(value, "blank_proof")); }
    return out;
  }
  Result<BelSigned> signed_message(const BelValue& value) const {
    BelSigned out;
    ENTENTE_TRY(out.message, value.text("message"));
    ENTENTE_TRY(const BelValue signature, value.at("signature"));
    ENTENTE_TRY(out.signature, proof(signature));
    return out;
  }
  Result<BelTrusteeKey> trustee_key(const BelValue& value) const {
    ENTENTE_TRY(const Element key, element(value, "public_key"));
    ENTENTE_TRY(const BelValue pok, value.at("pok"));
    ENTENTE_TRY(const BelProof known, proof(pok));
    return BelTrusteeKey{key, known};
  }
  // ["Single", {…}] or ["Pedersen", {…}].
  Result<BelTrustee> trustee(const BelValue& value) const {
    ENTENTE_TRY(const std::vector<BelValue> pair, value.list<BelValue>([](const BelValue& item) { return Result<BelValue>(item); }));
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
    ENTENTE_TRY(const BelValue threshold, pair[1].at("threshold"));
    ENTENTE_TRY(out.threshold, threshold.whole());
    ENTENTE_TRY(const BelValue certificates, pair[1].at("certs"));
    ENTENTE_TRY(out.certificates, certificates.list<BelSigned>([&](const BelValue& item) { return signed_message(item); }));
    ENTENTE_TRY(const BelValue coefficients, pair[1].at("coefexps"));
    ENTENTE_TRY(out.coefficients, coefficients.list<BelSigned>([&](const BelValue& item) { return signed_message(item); }));
    ENTENTE_TRY(const BelValue keys, pair[1].at("verification_keys"));
    ENTENTE_TRY(out.keys, keys.list<BelTrusteeKey>([&](const BelValue& item) { return trustee_key(item); }));
    return out;
  }
};

Result<BelQuestion> bel_question(const BelValue& outer) {
  BelQuestion out;
  BelValue value = outer;
  if (json_get(outer.view, "type")) {  // {"type": "NonHomomorphic" | "Lists", "value": {…}}
    out.homomorphic = false;
    ENTENTE_TRY(value, outer.at("value"));
  }
  if (const auto text = json_string(value.view, "question")) out.text = *text;
  if (!out.homomorphic) return out;
  ENTENTE_TRY(const BelValue answers, value.at("answers"));
  ENTENTE_TRY(out.answers, answers.list<std::string>([](const BelValue& item) { return item.text(); }));
  ENTENTE_TRY(const BelValue min, value.at("min"));
  ENTENTE_TRY(out.min, min.whole());
  ENTENTE_TRY(const BelValue max, value.at("max"));
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

Result<JsonDocument> bel_parse(std::string_view text) { return JsonDocument::parse(text, "", kBelLimits); }

}  // namespace

Result<BelElection> read_bel_election(std::string_view text) {
  ENTENTE_TRY(const JsonDocument document, bel_parse(text));
  const BelValue root{document.root(), ""};
  BelElection out;
  out.version = json_int(root.view, "version").value_or(0);
  ENTENTE_TRY(out.uuid, root.text("uuid"));
  ENTENTE_TRY(out.name, root.text("name"));
  ENTENTE_TRY(out.group, root.text("group"));
  ENTENTE_TRY(out.public_key, root.text("public_key"));
  ENTENTE_TRY(const BelValue questions, root.at("questions"));
  ENTENTE_TRY(out.questions, questions.list<BelQuestion>(bel_question));
  return out;
}

Result<BelBallot> read_bel_ballot(const Group& group, std::string_view text) {
  ENTENTE_TRY(const JsonDocument document, bel_parse(text));
  const BelValue root{document.root(), ""};
  const BelReader reader{group};
  BelBallot out;
  ENTENTE_TRY(out.election_uuid, root.text("election_uuid"));
  ENTENTE_TRY(out.election_hash, root.text("election_hash"));
  ENTENTE_TRY(out.credential, reader.element(root, "credential"));
  ENTENTE_TRY(const BelValue answers, root.at("answers"));
  ENTENTE_TRY(out.answers, answers.list<BelAnswer>([&](const BelValue& item) { return reader.answer(item); }));
  ENTENTE_TRY(const BelValue signature, root.at("signature"));
  ENTENTE_TRY(out.signed_hash, signature.text("hash"));
  ENTENTE_TRY(const BelValue proof, signature.at("proof"));
  ENTENTE_TRY(out.signature, reader.proof(proof));
  out.unsigned_text = bel_unsigned_text(root.view);
  return out;
}

Result<std::vector<BelTrustee>> read_bel_trustees(const Group& group, std::string_view text) {
  ENTENTE_TRY(const JsonDocument document, bel_parse(text));
  const BelReader reader{group};
  return BelValue{document.root(), ""}.list<BelTrustee>([&](const BelValue& item) { return reader.trustee(item); });
}

// "KEY" or "KEY,WEIGHT".
Result<std::vector<BelCredential>> read_bel_credentials(const Group& group, std::string_view text) {
  ENTENTE_TRY(const JsonDocument document, bel_parse(text));
  return BelValue{document.root(), ""}.list<BelCredential>([&](const BelValue& item) -> Result<BelCredential> {
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
  return BelValue{document.root(), ""}.list<std::vector<BelCiphertext>>([&](const BelValue& item) { return reader.ciphertexts(item); });
}

Result<BelDecryption> read_bel_decryption(const Group& group, std::string_view text) {
  ENTENTE_TRY(const JsonDocument document, bel_parse(text));
  const BelReader reader{group};
  const BelValue root{document.root(), ""};
  BelDecryption out;
  ENTENTE_TRY(const BelValue factors, root.at("decryption_factors"));
  ENTENTE_TRY(out.factors, factors.list<std::vector<Element>>([&](const BelValue& item) {
    return item.list<Element>([&](const BelValue& factor) { return reader.element(factor); });
  }));
  ENTENTE_TRY(const BelValue proofs, root.at("decryption_proofs"));
  ENTENTE_TRY(out.proofs, proofs.list<std::vector<BelProof>>([&](const BelValue& item) { return reader.proofs(item); }));
  return out;
}

Result<std::vector<std::vector<std::uint64_t>>> read_bel_result(std::string_view text) {
  ENTENTE_TRY(const JsonDocument document, bel_parse(text));
  ENTENTE_TRY(const BelValue result, (BelValue{document.root(), ""}.at("result")));
  return result.list<std::vector<std::uint64_t>>(
      [](const BelValue& item) { return item.list<std::uint64_t>([](const BelValue& votes) { return votes.whole(); }); });
}

Result<Element> read_bel_verification_key(const Group& group, std::string_view text) {
  ENTENTE_TRY(const JsonDocument document, bel_parse(text));
  return BelReader{group}.element(BelValue{document.root(), ""}, "verification");
}

Result<std::vector<Element>> read_bel_coefficients(const Group& group, std::string_view text) {
  ENTENTE_TRY(const JsonDocument document, bel_parse(text));
  const BelReader reader{group};
  ENTENTE_TRY(const BelValue list, (BelValue{document.root(), ""}.at("coefexps")));
  return list.list<Element>([&](const BelValue& item) { return reader.element(item); });
}

}  // namespace entente::measures::p3_elections::e2e
