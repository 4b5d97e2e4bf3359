// Keys of trustees: each proves to know its secret; members of a threshold group have certificates and signed coefficients from which
// everybody can compute their verification keys; the product of all keys is the election's key.
#include <fmt/format.h>

#include "measures/p3_elections/e2e/belenios_checks.h"

namespace entente::measures::p3_elections::e2e {
namespace {

constexpr std::string_view kBelKnown = "BEL-T.1 trustee: proof of knowing the secret key";
constexpr std::string_view kBelCertificate = "BEL-T.2 threshold trustee: certificate signed by its own key";
constexpr std::string_view kBelCoefficients = "BEL-T.3 threshold trustee: coefficients signed by the certificate's key";
constexpr std::string_view kBelVerification = "BEL-T.4 threshold trustee: verification key follows from the coefficients";
constexpr std::string_view kBelTrusteeGroup = "BEL-T.5 trustee: every number is in the group";
constexpr std::string_view kBelElectionKey = "BEL-T.6 the election's key is the product of the trustees' keys";

struct BelTrusteeWork {
  const Group& group;
  CheckSheet& sheet;
  bool good = true;

  // Schnorr: g^r x^c hashed after `prefix` is c. x is also tested for order q.
  void schnorr(std::string_view check, const Element& x, const BelProof& proof, const std::string& prefix, const std::string& place) {
    PowerBatch batch(group);
    const auto base = batch.base(x);
    const auto commitment = batch.product({{&group.g_powers(), proof.response}}, {{base, proof.challenge}});
    batch.run();
    good =
        sheet.check(kBelTrusteeGroup, batch.member(base) && x != group.one(), kGroup, place, "not an element of the group, or 1") && good;
    const bool holds = bel_hash(group, prefix, {batch.result(commitment)}) == proof.challenge;
    good = sheet.check(check, holds, kKey, place, "the proof or signature does not hold") && good;
  }

  void knows(const BelTrusteeKey& key, const std::string& place) {
    schnorr(kBelKnown, key.key, key.proof, fmt::format("pok|{}|{}|", group.name(), group.decimal(key.key)), place);
  }

  bool refuse(std::string_view code, const std::string& place, std::string_view why) {
    sheet.note(code, place, why);
    good = false;
    return false;
  }

  // Certificates and signatures; the coefficients of every member.
  std::vector<std::vector<Element>> coefficients(const BelTrustee& trustee, const std::string& place) {
    std::vector<std::vector<Element>> all;
    for (std::size_t i = 0; i < trustee.keys.size(); ++i) {
      const std::string member = fmt::format("{}, member {}", place, i + 1);
      const BelSigned& certificate = trustee.certificates[i];
      const BelSigned& announced = trustee.coefficients[i];
      const auto key = read_bel_verification_key(group, certificate.message);
      auto list = read_bel_coefficients(group, announced.message);
      if (!key || !list || list->size() != trustee.threshold) {
        refuse(kFormat, member, "the certificate or the coefficients cannot be read, or are not as many as the threshold");
        return {};
      }
      schnorr(kBelCertificate, *key, certificate.signature, fmt::format("sigmsg|{}|", certificate.message), member + ", certificate");
      schnorr(kBelCoefficients, *key, announced.signature, fmt::format("sigmsg|{}|", announced.message), member + ", coefficients");
      all.push_back(std::move(*list));
    }
    return all;
  }

  // The product over members i and powers k of A_ik^(j^k), for each member j.
  void verification_keys(const BelTrustee& trustee, const std::vector<std::vector<Element>>& all, const std::string& place) {
    PowerBatch batch(group);
    std::vector<std::pair<PowerBatch::Base, std::size_t>> bases;  // base of the product over i of A_ik, k
    std::vector<std::pair<PowerBatch::Base, std::string>> members;
    for (std::size_t k = 0; k < trustee.threshold; ++k) {
      Element product = group.one();
      for (std::size_t i = 0; i < all.size(); ++i) {
        product = group.multiply(product, all[i][k]);
        good = sheet.check(kBelTrusteeGroup, all[i][k] != group.one(), kGroup, fmt::format("{}, member {}", place, i + 1),
                           "a coefficient of the member is 1") &&
               good;
        members.emplace_back(batch.base(all[i][k]), fmt::format("{}, member {}, coefficient {}", place, i + 1, k));
      }
      bases.emplace_back(batch.base(product, Membership::known), k);
    }
    std::vector<PowerBatch::Product> computed;
    for (std::size_t j = 1; j <= trustee.keys.size(); ++j) {
      std::vector<PowerBatch::Term> terms;
      Scalar power = group.scalar_of(1);
      for (const auto& [base, k] : bases) {
        terms.push_back({base, power});
        power = group.multiply(power, group.scalar_of(j));
      }
      computed.push_back(batch.product({}, terms));
    }
    batch.run();
    for (const auto& [base, where] : members)
      good = sheet.check(kBelTrusteeGroup, batch.member(base), kGroup, where, "not an element of the group") && good;
    for (std::size_t j = 0; j < trustee.keys.size(); ++j)
      good = sheet.check(kBelVerification, batch.result(computed[j]) == trustee.keys[j].key, kKey,
                         fmt::format("{}, member {}", place, j + 1), "the verification key is not the one the coefficients give") &&
             good;
  }

  // The trustee's part of the election's key.
  std::optional<Element> part(const BelTrustee& trustee, const std::string& place) {
    for (std::size_t i = 0; i < trustee.keys.size(); ++i)
      knows(trustee.keys[i], trustee.threshold_scheme ? fmt::format("{}, member {}", place, i + 1) : place);
    if (!trustee.threshold_scheme) return trustee.keys[0].key;
    const std::size_t n = trustee.keys.size();
    if (n == 0 || n > 1000 || trustee.threshold == 0 || trustee.threshold > n || trustee.certificates.size() != n ||
        trustee.coefficients.size() != n) {
      refuse(kFormat, place, "the threshold and the numbers of certificates, coefficients and keys do not fit");
      return std::nullopt;
    }
    const auto all = coefficients(trustee, place);
    if (all.size() != n) return std::nullopt;
    verification_keys(trustee, all, place);
    Element product = group.one();
    for (const auto& list : all) product = group.multiply(product, list[0]);
    return product;
  }
};

}  // namespace

bool check_bel_trustees(const Group& group, const std::vector<BelTrustee>& trustees, const Element& election_key, const std::string& place,
                        CheckSheet& sheet) {
  BelTrusteeWork work{.group = group, .sheet = sheet};
  if (trustees.empty()) return work.refuse(kIncomplete, place, "there are no trustees");
  work.good =
      sheet.check(kBelTrusteeGroup, election_key != group.one(), kGroup, place, "the election's public key is 1: it hides no vote") &&
      work.good;
  Element product = group.one();
  for (std::size_t i = 0; i < trustees.size(); ++i) {
    const auto part = work.part(trustees[i], fmt::format("{}: trustee {}", place, i + 1));
    if (!part) return false;
    product = group.multiply(product, *part);
  }
  work.good = sheet.check(kBelElectionKey, product == election_key, kKey, place,
                          "the election's public key is not the product of the trustees' keys") &&
              work.good;
  return work.good;
}

}  // namespace entente::measures::p3_elections::e2e
