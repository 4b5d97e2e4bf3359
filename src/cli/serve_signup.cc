// A vantage point is given as NAME=ADDRESS, the address of a recursive resolver; NAME=root is recursion from the root in this process.
#include "cli/serve_signup.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <array>
#include <charconv>
#include <set>

#include "cli/cli.h"
#include "cli/ledger.h"

namespace entente::cli {
namespace fs = std::filesystem;
namespace {

constexpr const char* kSuffixList = "/usr/share/publicsuffix/public_suffix_list.dat";  // Debian's package publicsuffix

constexpr const char* kVantagesHint = "give --vantage twice or more, with resolvers of different operators or networks";

bool is_numeric_address(const std::string& text) {
  std::array<unsigned char, 16> out{};
  return ::inet_pton(AF_INET, text.c_str(), out.data()) == 1 || ::inet_pton(AF_INET6, text.c_str(), out.data()) == 1;
}

// "192.0.2.53", "192.0.2.53:5353", "2001:db8::53", "[2001:db8::53]:5353"
std::optional<dns::Server> resolver_address(std::string text) {
  dns::Server out;
  std::string port;
  if (const std::size_t bracket = text.find(']'); text.starts_with('[') && bracket != std::string::npos) {
    port = text.substr(bracket + 1);
    if (!port.empty() && !port.starts_with(':')) return std::nullopt;
    text = text.substr(1, bracket - 1);
  } else if (const std::size_t colon = text.find(':'); colon != std::string::npos && text.find(':', colon + 1) == std::string::npos) {
    port = text.substr(colon);
    text.resize(colon);
  }
  if (!port.empty()) {
    unsigned number = 0;
    const auto [end, problem] = std::from_chars(port.data() + 1, port.data() + port.size(), number);
    if (problem != std::errc() || end != port.data() + port.size() || number == 0 || number > 65'535) return std::nullopt;
    out.port = static_cast<std::uint16_t>(number);
  }
  if (!is_numeric_address(text)) return std::nullopt;
  out.address = std::move(text);
  return out;
}

Result<registry::Vantage> read_vantage(const std::string& text, const std::string& trust_anchors) {
  const std::string hint = "for instance --vantage north=192.0.2.53, --vantage south=[2001:db8::53]:5353 or --vantage own=root";
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0) return fail("--vantage needs NAME=ADDRESS, unlike \"" + text + "\"", {}, hint);
  registry::Vantage out{.name = text.substr(0, equals)};
  auto resolver = resolver_options(text.substr(equals + 1), trust_anchors);
  if (!resolver) return fail(resolver.error().what, {}, hint);
  out.resolver = std::move(*resolver);
  return out;
}

}  // namespace

Result<dns::ResolverOptions> resolver_options(const std::string& text, const std::string& trust_anchors) {
  dns::ResolverOptions out{.trust_anchors = trust_anchors};
  if (text == "root") return out;
  const auto server = resolver_address(text);
  if (!server)
    return fail("\"" + text + "\" is no numeric address with a port", {}, "for instance 192.0.2.53, [2001:db8::53]:5353 or root");
  out.forwarders = {*server};
  return out;
}

fs::path suffix_list(const std::string& given) {
  std::error_code ignored;
  if (given.empty() && fs::exists(kSuffixList, ignored)) return kSuffixList;
  return given;
}

void add_signup_options(CLI::App& command, SignupGiven& given) {
  command
      .add_option("--vantage", given.vantages,
                  "where domain proofs are looked from: NAME=ADDRESS of a resolver, or NAME=root; twice or more")
      ->type_name("NAME=ADDR[:PORT]");
  command.add_option("--trust-anchors", given.trust_anchors, "DNSSEC trust anchors for the vantage points (/usr/share/dns/root.key)")
      ->type_name("FILE");
  command.add_option("--public-suffixes", given.public_suffixes, "the Public Suffix List (default: Debian's, else the one built in)")
      ->type_name("FILE");
  command.add_option("--verifier-key", given.verifier_key, "signs domain proofs (default: DIR/keys/verifier.key, if it is there)")
      ->type_name("FILE");
  command.add_option("--private", given.private_folder, "open challenges and mails, evidence of proofs (default: DIR/private)")
      ->type_name("DIR");
  command.add_option("--proofs-per-hour", given.proofs_per_hour, "domain proofs one supporter may ask for in an hour")
      ->check(CLI::PositiveNumber)
      ->capture_default_str()
      ->type_name("N");
  command.add_option("--mails-per-hour", given.mails_per_hour, "confirmation mails sent in an hour, in all")
      ->check(CLI::PositiveNumber)
      ->capture_default_str()
      ->type_name("N");
  command.add_option("--proof-certificates", given.certificates, "PEM certificates to trust for proof pages in place of the system's")
      ->type_name("FILE");
  command
      .add_option("--call-text", given.call_texts,
                  "a text of the Call that pledges are taken to, published at /api/v1/texts; several; none: any text")
      ->type_name("LANG[@VERSION]=FILE|SHA256");
  command.add_flag("--allow-private-proof-addresses", given.allow_private_proof_addresses,
                   "look for proof pages at private and loopback addresses too: for tests only");
}

Result<server::SignupOptions> signup_options(const SignupGiven& given, const RegistryFolder& folder) {
  server::SignupOptions out{.private_folder = given.private_folder.empty() ? folder.private_files() : fs::path(given.private_folder)};
  out.proofs_per_hour = given.proofs_per_hour;
  out.mails_per_hour = given.mails_per_hour;
  out.web_certificates = given.certificates;
  std::error_code ignored;
  out.public_suffixes = suffix_list(given.public_suffixes);
  if (given.allow_private_proof_addresses) out.private_addresses = http::PrivateAddresses::allow;
  for (const std::string& text : given.call_texts) {
    ENTENTE_TRY(registry::CallText call, registry::read_call_text(text));
    out.texts.push_back(std::move(call));
  }
  std::set<std::string> resolvers, names;
  for (const std::string& text : given.vantages) {
    ENTENTE_TRY(registry::Vantage vantage, read_vantage(text, given.trust_anchors));
    const std::string resolver = text.substr(text.find('=') + 1);
    if (!resolvers.insert(resolver).second) return fail("two vantage points ask the same resolver, " + resolver, {}, kVantagesHint);
    if (!names.insert(vantage.name).second) return fail("two vantage points are called \"" + vantage.name + "\"", {}, kVantagesHint);
    out.vantages.push_back(std::move(vantage));
  }
  if (out.vantages.size() == 1)
    return fail("one vantage point is not enough: an answer seen from one place may have been made for that place", {}, kVantagesHint);
  const fs::path key_file = given.verifier_key.empty() ? folder.keys() / "verifier.key" : fs::path(given.verifier_key);
  if (given.verifier_key.empty() && !fs::exists(key_file, ignored)) return out;
  ENTENTE_TRY(keys::SigningKey key, read_signing_key(key_file.string()));
  ENTENTE_CHECK(check_statement_key(key, key_file.string()));
  out.verifier_key = std::make_shared<const keys::SigningKey>(std::move(key));
  return out;
}

}  // namespace entente::cli
