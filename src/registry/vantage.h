// A vantage point: a resolver through which the registry looks at a domain, and what was seen through it. Looking is apart from judging
// (domain_proof.h), so that what was seen can be recorded and judged again.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/json.h"
#include "dns/name.h"
#include "dns/resolver.h"
#include "http/client.h"

namespace entente::registry {

// The view is the resolver's: for dns-txt its answers, for https-well-known the addresses it gives for the domain. The HTTPS request
// itself leaves from this machine, to those addresses.
struct Vantage {
  std::string name;  // [a-z0-9-], 1 … 64 characters: "north"
  dns::ResolverOptions resolver;
};

enum class ProofMethod : std::uint8_t { dns_txt, https_well_known };
[[nodiscard]] std::string_view name(ProofMethod method);  // "dns-txt", "https-well-known"
[[nodiscard]] std::optional<ProofMethod> method_from(std::string_view name);

enum class WebScheme : std::uint8_t { https, http };  // http: for tests, which have no certificates
struct WebAccess {
  WebScheme scheme = WebScheme::https;
  std::uint16_t port = 0;  // 0: the scheme's
  http::PrivateAddresses private_addresses = http::PrivateAddresses::refuse;
  std::chrono::milliseconds timeout{20'000};  // of one request
  std::filesystem::path ca_file;              // PEM; empty: the system's certificates
};

// What is looked at. Canaries are random neighbours at which the challenge must not be found: else anything below the domain answers it.
struct ProofTargets {
  std::string challenge_name;             // "_entente-challenge.pledge.example"
  std::vector<std::string> canary_names;  // "_entente-challenge-<random>.pledge.example", "<random>.pledge.example"
  std::string challenge_url, canary_url;  // "https://pledge.example/.well-known/entente/challenge", "…/challenge-<random>"
  // With fresh canaries. Error: the domain is so long that no name fits below it.
  [[nodiscard]] static Result<ProofTargets> of(const dns::Domain& domain, const WebAccess& web);
};

struct AskedName {
  dns::Question question;
  Result<dns::Answer> answer;
};

struct FetchedPage {
  unsigned status = 0;
  std::string body;      // at most kMaxChallengePage
  std::string location;  // of a redirect; it is not followed
};
inline constexpr std::size_t kMaxChallengePage = 4096;
struct AskedPage {
  std::string url;
  Result<FetchedPage> page;
};

struct Observation {
  std::string vantage;
  std::string resolver;          // dns::describe()
  std::vector<AskedName> names;  // dns-txt: TXT of the challenge's name, then of the canaries. https: A and AAAA of the domain
  std::vector<AskedPage> pages;  // https, if there are addresses: the challenge's page, then the canary's
};

// Looks through one vantage point. Never fails as a whole: each thing asked for has its own error.
[[nodiscard]] Observation observe(const Vantage& vantage, const dns::Domain& domain, ProofMethod method, const ProofTargets& targets,
                                  const WebAccess& web);
// Through all of them at once, a thread each; in their order.
[[nodiscard]] std::vector<Observation> observe_all(const std::vector<Vantage>& vantages, const dns::Domain& domain, ProofMethod method,
                                                   const ProofTargets& targets, const WebAccess& web);

// What was seen as JSON for the evidence document: only what an answer says, keys in fixed order. Things that failed are written with
// their error. Bytes that are no UTF-8 are written as {"base64": …}.
[[nodiscard]] Json observation_json(const Observation& observation);
// Reads it back: writing it again gives the same JSON, or it was not written by the above.
[[nodiscard]] Result<Observation> observation_from(JsonView object);

}  // namespace entente::registry
