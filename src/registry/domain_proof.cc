// Judging goes vantage point by vantage point; each gives a verdict in words, and only if all of them saw the challenge is there a proof.
// Within one, the order of questions is: did the answer arrive and hold (DNSSEC), does an alias lead away, is the challenge there, and does
// a random neighbour answer the same. The weakest DNSSEC status counts: "secure" only if every answer used was.
#include "registry/domain_proof.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/ascii.h"
#include "core/utf8.h"

namespace entente::registry {
namespace {

constexpr std::uint64_t kMaxEvidenceBytes = 4 << 20;

struct VantageVerdict {
  std::string problem;  // empty: the challenge was seen
  std::string hint;
  dns::Dnssec dnssec = dns::Dnssec::not_checked;
};

VantageVerdict proof_refused(std::string problem, std::string hint = {}) {
  return {.problem = std::move(problem), .hint = std::move(hint)};
}
VantageVerdict proof_refused(const Error& error) {
  return proof_refused((error.where.file.empty() ? "" : error.where.file + ": ") + error.what, error.hint);
}

dns::Dnssec weaker(dns::Dnssec a, dns::Dnssec b) { return std::max(a, b); }  // in the order of the enumeration

std::string negative_caching(const dns::Answer& answer) {
  if (!answer.negative_ttl) return "if the record is new, wait until its zone's servers have it and resolvers have forgotten its absence";
  return fmt::format("if the record is new: resolvers may go on saying that there is none for {} s (the SOA of {})", *answer.negative_ttl,
                     printable(answer.negative_zone, 260));
}

std::string quoted_texts(const std::vector<std::string>& texts) {
  std::string out;
  for (std::size_t i = 0; i < texts.size() && i < 4; ++i) out += fmt::format("{}\"{}\"", i == 0 ? "" : ", ", printable(texts[i], 120));
  if (texts.size() > 4) out += fmt::format(" and {} more", texts.size() - 4);
  return out;
}

// An alias hands the proof to whoever runs its target. The draft allows that on purpose (section on delegated validation); here the proof
// stands for an organisation's identity, so the target must be below the same registrable domain.
std::string alias_problem(const dns::Answer& answer, const Challenge& challenge, const dns::PublicSuffixList& suffixes) {
  const std::string own = suffixes.registrable_domain(challenge.domain);
  for (const std::string& target : answer.chain)
    if (own.empty() || !dns::is_within(target, own))
      return fmt::format("{} is an alias (CNAME) of {}, which is outside {}", answer.name, printable(target, 260), own);
  return {};
}

VantageVerdict judge_challenge_record(const dns::Answer& answer, const Challenge& challenge) {
  const std::vector<std::string> texts = answer.texts();
  if (texts.empty()) {
    const std::string what = answer.rcode == dns::kNxDomain ? "does not exist" : "has no TXT record";
    return proof_refused(fmt::format("{} {}{}", answer.name, what, answer.dnssec == dns::Dnssec::secure ? " (proven by DNSSEC)" : ""),
                         negative_caching(answer));
  }
  std::optional<Error> nearest;  // why the value most like a challenge is not the one
  for (const std::string& text : texts) {
    const auto same = challenge.check(text);
    if (same) return {.dnssec = answer.dnssec};
    if (!nearest && lower(text).find("entente-challenge") != std::string::npos) nearest = same.error();
  }
  if (nearest)
    return proof_refused(fmt::format("{}: {}", answer.name, nearest->what),
                         fmt::format("{} (resolvers may keep the old value for {} s)", nearest->hint, answer.ttl));
  return proof_refused(fmt::format("{} has TXT records, but none is the challenge: {}", answer.name, quoted_texts(texts)),
                       "publish exactly: " + challenge.text());
}

VantageVerdict judge_dns(const Observation& seen, const Challenge& challenge, const dns::PublicSuffixList& suffixes) {
  for (const AskedName& asked : seen.names)
    if (!asked.answer) return proof_refused(asked.answer.error());
  const dns::Answer& answer = *seen.names.front().answer;
  if (std::string problem = alias_problem(answer, challenge, suffixes); !problem.empty())
    return proof_refused(std::move(problem), "put the TXT record at this name itself, or at one of the same organisation's domain");
  VantageVerdict out = judge_challenge_record(answer, challenge);
  if (!out.problem.empty()) return out;
  for (std::size_t i = 1; i < seen.names.size(); ++i) {
    const dns::Answer& canary = *seen.names[i].answer;
    for (const std::string& text : canary.texts())
      if (challenge.check(text))
        return proof_refused(fmt::format("the random name {} answers the challenge too: a wildcard answers for every name", canary.name),
                             "publish the record at its own name only, not through a wildcard");
    out.dnssec = weaker(out.dnssec, canary.dnssec);
  }
  return out;
}

std::string_view without_line_end(std::string_view body) {
  if (body.ends_with('\n')) body.remove_suffix(1);
  if (body.ends_with('\r')) body.remove_suffix(1);
  return body;
}

VantageVerdict judge_challenge_page(const AskedPage& asked, const Challenge& challenge) {
  if (!asked.page) {
    VantageVerdict out = proof_refused(asked.page.error());
    if (out.problem.find("not a public address") != std::string::npos)
      out.hint = "the domain's web server must be reachable from outside, or use the DNS method";
    return out;
  }
  const FetchedPage& page = *asked.page;
  if (page.status >= 300 && page.status < 400)
    return proof_refused(fmt::format("{} redirects to {}; redirects are not followed", asked.url,
                                     printable(page.location.empty() ? "nowhere" : page.location, 200)),
                         "serve the challenge at this very address, or use the DNS method");
  if (page.status != 200)
    return proof_refused(fmt::format("{} answers with status {}", asked.url, page.status), "serve it with status 200");
  const auto same = challenge.check(without_line_end(page.body));
  if (!same) return proof_refused(fmt::format("{}: {}", asked.url, same.error().what), same.error().hint);
  return {};
}

VantageVerdict judge_https(const Observation& seen, const Challenge& challenge) {
  VantageVerdict out{.dnssec = dns::Dnssec::secure};
  for (const AskedName& asked : seen.names) {
    if (!asked.answer) return proof_refused(asked.answer.error());
    out.dnssec = weaker(out.dnssec, asked.answer->dnssec);
  }
  if (seen.pages.empty())
    return proof_refused(challenge.domain.str() + " has no address (neither A nor AAAA records)",
                         negative_caching(*seen.names.front().answer));
  VantageVerdict page = judge_challenge_page(seen.pages.front(), challenge);
  if (!page.problem.empty()) return page;
  for (std::size_t i = 1; i < seen.pages.size(); ++i) {
    const AskedPage& canary = seen.pages[i];
    if (!canary.page && canary.page.error().what.find("larger than") == std::string::npos) return proof_refused(canary.page.error());
    if (canary.page && challenge.check(without_line_end(canary.page->body)))
      return proof_refused(fmt::format("the random page {} answers the challenge too", canary.url),
                           "serve the challenge at its own path only");
  }
  return out;
}

Result<void> check_request(const Challenge& challenge, Stage stage, const std::vector<Vantage>& vantages, const ProofOptions& options) {
  if (challenge.stage != stage)
    return fail(fmt::format("the challenge was given for the stage \"{}\", not \"{}\"", name(challenge.stage), name(stage)),
                {.file = challenge.domain.str()}, "ask for a challenge of this stage");
  const std::size_t least = std::max<std::size_t>(options.minimum_vantages, 1);
  if (vantages.size() < least) return fail(fmt::format("{} vantage points are needed, {} are configured", least, vantages.size()));
  if (vantages.size() > kMaxVantages) return fail(fmt::format("at most {} vantage points are asked", kMaxVantages));
  std::set<std::string> names, resolvers;
  for (const Vantage& vantage : vantages) {
    if (vantage.name.empty() || vantage.name.size() > 64 ||
        !std::ranges::all_of(vantage.name, [](char c) { return is_lower(c) || is_digit(c) || c == '-'; }))
      return fail("a vantage point's name has 1 to 64 lower-case letters, digits and hyphens, unlike \"" + printable(vantage.name, 100) +
                  "\"");
    if (!names.insert(vantage.name).second) return fail("two vantage points are called " + vantage.name);
    if (!resolvers.insert(dns::describe(vantage.resolver)).second)
      return fail("two vantage points ask the same resolver (" + dns::describe(vantage.resolver) + "): together they see no more than one",
                  {}, "give each a resolver of another operator or network");
  }
  return {};
}

// What was looked at must be this domain's: recorded evidence could be of another.
bool looked_at_the_domain(const Observation& seen, const Challenge& challenge, ProofMethod method, const ProofTargets& targets) {
  const std::string& domain = challenge.domain.str();
  if (method == ProofMethod::https_well_known) {
    const auto asked = [&](std::size_t i, dns::Type type) {
      return seen.names[i].question.name == domain && seen.names[i].question.type == type;
    };
    if (seen.names.size() != 2 || !asked(0, dns::Type::a) || !asked(1, dns::Type::aaaa)) return false;
    if (seen.pages.empty()) return true;
    return seen.pages.size() == 2 && seen.pages[0].url == targets.challenge_url && seen.pages[1].url.size() == targets.canary_url.size() &&
           seen.pages[1].url.starts_with(targets.challenge_url + "-");
  }
  if (seen.names.size() != 1 + targets.canary_names.size() || seen.names[0].question.name != targets.challenge_name) return false;
  for (std::size_t i = 0; i < seen.names.size(); ++i) {
    const std::string& name = seen.names[i].question.name;
    if (seen.names[i].question.type != dns::Type::txt || !dns::is_within(name, domain) ||
        (i > 0 && name.size() != targets.canary_names[i - 1].size()))
      return false;
  }
  return true;
}

Result<void> check_observations(const Challenge& challenge, const std::vector<Observation>& observations, ProofMethod method,
                                const ProofOptions& options) {
  const std::size_t least = std::max<std::size_t>(options.minimum_vantages, 1);
  if (observations.size() < least || observations.size() > kMaxVantages)
    return fail(fmt::format("{} vantage points looked; {} to {} must", observations.size(), least, kMaxVantages),
                {.file = challenge.domain.str()});
  ENTENTE_TRY(const ProofTargets targets, ProofTargets::of(challenge.domain, options.web));
  std::set<std::string> names, resolvers;
  for (const Observation& seen : observations) {
    if (!names.insert(seen.vantage).second || !resolvers.insert(seen.resolver).second)
      return fail("two of the vantage points are one: " + printable(seen.vantage, 100), {.file = challenge.domain.str()});
    if (!looked_at_the_domain(seen, challenge, method, targets))
      return fail(fmt::format("the vantage point {} looked at other names or pages than the challenge's", printable(seen.vantage, 100)),
                  {.file = challenge.domain.str()});
  }
  return {};
}

Result<void> check_subject(const Challenge& challenge, Instant at, const dns::PublicSuffixList& suffixes) {
  if (suffixes.is_public_suffix(challenge.domain))
    return fail(challenge.domain.str() + " is a public suffix: strangers register names below it, so it is no organisation's own",
                {.file = challenge.domain.str()}, "prove the name below it that is yours");
  if (at >= challenge.expires)
    return fail("the challenge expired at " + format_time(challenge.expires), {.file = challenge.domain.str()}, "ask for a new one");
  return {};
}

std::string verdicts_text(const std::vector<Observation>& observations, const std::vector<VantageVerdict>& verdicts) {
  std::string out;
  for (std::size_t i = 0; i < verdicts.size(); ++i)
    out += fmt::format("{}{} ({}): {}", i == 0 ? "" : "; ", observations[i].vantage, observations[i].resolver,
                       verdicts[i].problem.empty() ? "the challenge was seen" : verdicts[i].problem);
  return out;
}

Json evidence_json(const DomainProof& proof, const Challenge& challenge, const std::vector<Observation>& observations) {
  Json out{{"format", std::string(kEvidenceFormat)}, {"method", std::string(name(proof.method))}, {"at", format_time(proof.at)}};
  const Json bound_to = challenge.json();
  for (const auto& [member, value] : bound_to.items()) out[member] = value;
  out["text"] = challenge.text();
  out["vantages"] = Json::array();
  for (const Observation& observation : observations) out["vantages"].push_back(observation_json(observation));
  return out;
}

}  // namespace

Json DomainProof::predicate() const {
  Json out{{"organisation", {{"id", organisation}}},
           {"domain", domain},
           {"method", std::string(name(method))},
           {"challenge", to_base64(token)},
           {"key", key.str()},
           {"dnssec", std::string(dns::name(dnssec))},
           {"vantages", Json::array()},
           {"canary", "no-answer"}};
  for (const SeenFrom& seen : vantages)
    out["vantages"].push_back(
        {{"name", seen.vantage}, {"dnssec", std::string(dns::name(seen.dnssec))}, {"answer", {{"sha256", seen.answer.hex()}}}});
  out["evidence"] = {{"sha256", evidence_digest.hex()}};
  out["at"] = format_time(at);
  out["until"] = format_time(until);
  return out;
}

Result<DomainProof> judge(const Challenge& challenge, const std::vector<Observation>& observations, ProofMethod method, Instant at,
                          const dns::PublicSuffixList& suffixes, const ProofOptions& options) {
  ENTENTE_CHECK(check_subject(challenge, at, suffixes));
  ENTENTE_CHECK(check_observations(challenge, observations, method, options));
  std::vector<VantageVerdict> verdicts;
  for (const Observation& seen : observations)
    verdicts.push_back(method == ProofMethod::dns_txt ? judge_dns(seen, challenge, suffixes) : judge_https(seen, challenge));
  for (const VantageVerdict& verdict : verdicts)
    if (!verdict.problem.empty())
      return fail(fmt::format("{} is not proven by {}. {}", challenge.domain.str(), name(method), verdicts_text(observations, verdicts)),
                  {.file = challenge.domain.str()}, verdict.hint);
  DomainProof out{.organisation = challenge.organisation,
                  .domain = challenge.domain.str(),
                  .method = method,
                  .token = challenge.token,
                  .key = challenge.key};
  out.at = std::chrono::floor<std::chrono::seconds>(at);
  out.until = out.at + std::chrono::floor<std::chrono::seconds>(options.validity);
  out.dnssec = dns::Dnssec::secure;
  for (std::size_t i = 0; i < observations.size(); ++i) {
    out.dnssec = weaker(out.dnssec, verdicts[i].dnssec);
    out.vantages.push_back(
        {observations[i].vantage, observations[i].resolver, verdicts[i].dnssec, sha256(json_compact(observation_json(observations[i])))});
  }
  out.evidence = json_compact(evidence_json(out, challenge, observations)) + "\n";
  out.evidence_digest = sha256(out.evidence);
  return out;
}

Result<DomainProof> judge_evidence(std::string_view evidence, const dns::PublicSuffixList& suffixes, const ProofOptions& options) {
  ENTENTE_TRY(const JsonDocument document, JsonDocument::parse(evidence, "evidence", {.max_bytes = kMaxEvidenceBytes, .max_depth = 16}));
  const JsonView root = document.root();
  if (json_string(root, "format") != kEvidenceFormat) return fail("this is no evidence of a domain proof", document.where("/format"));
  const auto method = method_from(json_string(root, "method").value_or(""));
  if (!method) return fail("no such method of proof", document.where("/method"));
  ENTENTE_TRY(const Instant at, parse_time(json_string(root, "at").value_or("")));
  ENTENTE_TRY(const Challenge challenge, Challenge::from(root));
  const auto vantages = json_array(root, "vantages");
  if (!vantages || vantages->size() > kMaxVantages) return fail("the vantage points are missing or too many", document.where("/vantages"));
  std::vector<Observation> observations;
  for (const JsonView vantage : *vantages) {
    auto seen = observation_from(vantage);
    if (!seen)
      return fail(seen.error().what, document.where(fmt::format("/vantages/{}{}", observations.size(), seen.error().where.pointer)));
    observations.push_back(std::move(*seen));
  }
  ENTENTE_TRY(DomainProof proof, judge(challenge, observations, *method, at, suffixes, options));
  if (proof.evidence != evidence)
    return fail("the evidence is not written as a registry writes it", {.file = "evidence"}, "it may have been altered");
  return proof;
}

Result<DomainProof> prove(const Challenge& challenge, Stage stage, const std::vector<Vantage>& vantages, ProofMethod method, Instant at,
                          const dns::PublicSuffixList& suffixes, const ProofOptions& options) {
  ENTENTE_CHECK(check_request(challenge, stage, vantages, options));
  ENTENTE_CHECK(check_subject(challenge, at, suffixes));
  ENTENTE_TRY(const ProofTargets targets, ProofTargets::of(challenge.domain, options.web));
  const std::vector<Observation> observations = observe_all(vantages, challenge.domain, method, targets, options.web);
  return judge(challenge, observations, method, at, suffixes, options);
}

}  // namespace entente::registry
