// Each look starts with a resolver of its own, so that no cached answer of an earlier look is seen. Through HTTPS the domain's addresses
// are asked for at the vantage point's resolver and the connection is pinned to them: server name and certificate are still the domain's.
#include "registry/vantage.h"

#include <fmt/format.h>

#include <array>
#include <future>

#include "core/bytes.h"
#include "keys/keys.h"

namespace entente::registry {
namespace {

constexpr std::string_view kChallengeHostLabel = "_entente-challenge";
constexpr std::string_view kChallengePath = "/.well-known/entente/challenge";  // RFC 8615
constexpr std::size_t kMaxPinnedAddresses = 16;

std::string random_label() {
  std::array<std::uint8_t, 16> bytes{};
  keys::random_bytes(bytes);
  return to_hex(bytes);
}

std::vector<Result<dns::Answer>> ask_all(const Vantage& vantage, const std::vector<dns::Question>& questions) {
  auto resolver = dns::Resolver::make(vantage.resolver);
  if (resolver) return resolver->query_all(questions);
  return std::vector<Result<dns::Answer>>(questions.size(), fail(resolver.error()));
}

Result<FetchedPage> fetch_page(const std::string& url, const std::vector<std::string>& addresses, const WebAccess& web) {
  http::Client client({.connect_timeout = web.timeout,
                       .total_timeout = web.timeout,
                       .max_body = kMaxChallengePage,
                       .max_redirects = 0,
                       .private_addresses = web.private_addresses,
                       .addresses = addresses,
                       .ca_file = web.ca_file});
  ENTENTE_TRY(http::ClientResponse response, client.get(url));
  return FetchedPage{.status = response.status, .body = std::move(response.body), .location = std::string(response.header("Location"))};
}

void fetch_pages(Observation& out, const ProofTargets& targets, const WebAccess& web) {
  std::vector<std::string> addresses;
  for (const AskedName& asked : out.names) {
    if (!asked.answer) return;  // its error is the vantage point's
    for (std::string& address : asked.answer->addresses())
      if (addresses.size() < kMaxPinnedAddresses) addresses.push_back(std::move(address));
  }
  if (addresses.empty()) return;
  for (const std::string& url : {targets.challenge_url, targets.canary_url}) out.pages.push_back({url, fetch_page(url, addresses, web)});
}

}  // namespace

std::string_view name(ProofMethod method) { return method == ProofMethod::dns_txt ? "dns-txt" : "https-well-known"; }

std::optional<ProofMethod> method_from(std::string_view name) {
  for (const ProofMethod method : {ProofMethod::dns_txt, ProofMethod::https_well_known})
    if (registry::name(method) == name) return method;
  return std::nullopt;
}

Result<ProofTargets> ProofTargets::of(const dns::Domain& domain, const WebAccess& web) {
  ProofTargets out;
  ENTENTE_TRY(out.challenge_name, domain.child(kChallengeHostLabel));
  for (const std::string& label : {fmt::format("{}-{}", kChallengeHostLabel, random_label()), random_label()}) {
    ENTENTE_TRY(std::string canary, domain.child(label));
    out.canary_names.push_back(std::move(canary));
  }
  const std::string base = fmt::format("{}://{}{}{}", web.scheme == WebScheme::https ? "https" : "http", domain.str(),
                                       web.port == 0 ? "" : fmt::format(":{}", web.port), kChallengePath);
  out.challenge_url = base;
  out.canary_url = fmt::format("{}-{}", base, random_label());
  return out;
}

Observation observe(const Vantage& vantage, const dns::Domain& domain, ProofMethod method, const ProofTargets& targets,
                    const WebAccess& web) {
  std::vector<dns::Question> questions;
  if (method == ProofMethod::dns_txt) {
    questions.push_back({targets.challenge_name, dns::Type::txt});
    for (const std::string& canary : targets.canary_names) questions.push_back({canary, dns::Type::txt});
  } else {
    questions = {{domain.str(), dns::Type::a}, {domain.str(), dns::Type::aaaa}};
  }
  Observation out{.vantage = vantage.name, .resolver = dns::describe(vantage.resolver)};
  std::vector<Result<dns::Answer>> answers = ask_all(vantage, questions);
  for (std::size_t i = 0; i < questions.size(); ++i) out.names.push_back({questions[i], std::move(answers[i])});
  if (method == ProofMethod::https_well_known) fetch_pages(out, targets, web);
  return out;
}

std::vector<Observation> observe_all(const std::vector<Vantage>& vantages, const dns::Domain& domain, ProofMethod method,
                                     const ProofTargets& targets, const WebAccess& web) {
  std::vector<std::future<Observation>> looking;
  looking.reserve(vantages.size());
  for (const Vantage& vantage : vantages)
    looking.push_back(std::async(std::launch::async, [&] { return observe(vantage, domain, method, targets, web); }));
  std::vector<Observation> out;
  for (auto& one : looking) out.push_back(one.get());
  return out;
}

}  // namespace entente::registry
