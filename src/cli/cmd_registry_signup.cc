// `entente registry challenge`, `prove` and `signup`: an organisation's side of a sign-up, as a client of the registry's API. Nothing here
// signs: the pledge is made by `registry sign`.
#include <fmt/format.h>
#include <memory>

#include "cli/cmd_registry.h"
#include "core/utf8.h"
#include "http/client.h"

namespace entente::cli {
namespace {

constexpr const char* kChallengeExamples = R"(  entente registry challenge https://registry.example alpha alpha.example
      what to publish: a TXT record, or a page. Asking again gives the same
  entente registry challenge https://registry.example alpha alpha.example --new-key new.key.vkey
      the key is lost: prove the domain again with a new one)";
constexpr const char* kProveExamples = R"(  entente registry prove https://registry.example alpha alpha.example
  entente registry prove https://registry.example alpha alpha.example --method https-well-known
      prints the leaf of the domain proof, or what each of the registry's vantage points saw)";
constexpr const char* kSignupExamples = R"(  entente registry signup https://registry.example alpha
      which steps are done, and which are open)";

struct StepGiven {
  std::string url, id, domain, method = "dns-txt", new_key, expires;
};

// What is asked, with the stage and the new key where a lost one is to be replaced.
Result<Json> step_question(const StepGiven& given) {
  Json out{{"domain", given.domain}};
  if (given.new_key.empty()) return out;
  ENTENTE_TRY(const keys::VerifierKey key, keys::read_verifier_key(given.new_key));
  out["stage"] = "recover-key";
  out["key"] = key.str();
  return out;
}

std::string api_url(const StepGiven& given, std::string_view path) {
  std::string url = given.url;
  while (url.ends_with('/')) url.pop_back();
  return fmt::format("{}/api/v1/{}", url, path);
}
std::string signup_url(const StepGiven& given, std::string_view step) {
  return api_url(given, fmt::format("supporters/{}/{}", given.id, step));
}

http::Client signup_client() {
  // A proof may have to wait for others, and then for slow name servers.
  return http::Client({.total_timeout = std::chrono::minutes(5), .private_addresses = http::PrivateAddresses::allow});
}

std::string_view signup_text(JsonView object, std::string_view member) { return json_string(object, member).value_or(""); }
std::string_view signup_text(JsonView object, std::string_view outer, std::string_view member) {
  const auto inner = json_get(object, outer);
  return inner && as_object(*inner) ? signup_text(*inner, member) : std::string_view();
}

// The answer, where it is one that was hoped for; else it is reported in the registry's own words.
Result<int> print_step(const Context& context, const StepGiven& given, const http::ClientResponse& response,
                       const std::function<void(JsonView)>& print) {
  ENTENTE_TRY(const JsonDocument document, JsonDocument::parse(response.body, given.url, {.max_bytes = 1 << 20, .max_depth = 16}));
  const bool good = response.status == 200 || response.status == 201;
  if (context.json) {
    print_json(to_json(document.root()));
  } else if (good) {
    print(document.root());
  } else {
    report(context, {.what = printable(signup_text(document.root(), "detail"), 4'000),
                     .where = {.file = given.url},
                     .hint = printable(signup_text(document.root(), "hint"), 1'000)});
  }
  if (good) return kOk;
  return response.status >= 500 ? kError : kFindings;
}

Result<int> run_challenge(const Context& context, const StepGiven& given) {
  ENTENTE_TRY(const Json question, step_question(given));
  ENTENTE_TRY(const auto response, signup_client().post(signup_url(given, "challenges"), "application/json", json_compact(question)));
  return print_step(context, given, response, [&given](JsonView answer) {
    const auto shown = [&](auto... members) { return printable(signup_text(answer, members...), 500); };
    fmt::print(
        "publish one of these until {} (stage {}):\n  TXT record {}\n    {}\n  page {}\n    {}\nthen: entente registry prove {} {} {}\n",
        shown("expires"), shown("stage"), shown("dns-txt", "name"), shown("dns-txt", "value"), shown("https-well-known", "url"),
        shown("https-well-known", "body"), given.url, given.id, given.domain);
    if (!given.new_key.empty()) fmt::print("      with --new-key {} --expires {}\n", given.new_key, shown("expires"));
  });
}

Result<int> run_prove(const Context& context, const StepGiven& given) {
  ENTENTE_TRY(Json question, step_question(given));
  question["method"] = given.method;
  if (!given.expires.empty()) question["expires"] = given.expires;
  ENTENTE_TRY(const auto response, signup_client().post(signup_url(given, "proofs"), "application/json", json_compact(question)));
  return print_step(context, given, response, [](JsonView answer) {
    fmt::print("leaf {}: proven until {} (DNSSEC: {})\n", json_int(answer, "leaf").value_or(-1),
               printable(signup_text(answer, "until"), 40), printable(signup_text(answer, "dnssec"), 40));
    fmt::print("statement {}\n", printable(signup_text(answer, "statement", "sha256"), 64));
  });
}

// Who names no domain confirms a mailbox instead.
void print_mailbox(JsonView answer, const StepGiven& given) {
  const std::string_view until = signup_text(answer, "mailbox", "until"), status = signup_text(answer, "status");
  const auto domains = json_array(answer, "domains");
  if (!until.empty())
    fmt::print("mailbox  confirmed until {}\n", printable(until, 40));
  else if (domains && domains->size() == 0 && (status == "applied" || status == "approved"))
    fmt::print("mailbox  not confirmed; no domain is named, so: entente registry confirm {} {} ADDRESS --key FILE\n", given.url, given.id);
}

// For who approves: another supporter has proven a domain of the same registrable domain. A server without that list says nothing.
std::vector<std::string> related_domains(const StepGiven& given) {
  std::vector<std::string> out;
  const auto response = signup_client().get(api_url(given, "queue/related-domains"));
  if (!response || response->status != 200) return out;
  const auto document = JsonDocument::parse(response->body, given.url);
  const auto items = document ? json_array(document->root(), "items") : std::nullopt;
  if (!items) return out;
  for (const JsonView item : *items)
    if (signup_text(item, "supporter") == given.id)
      out.push_back(fmt::format("{} belongs to {}, of which {} has proven {}: look whether the two belong together",
                                printable(signup_text(item, "domain"), 260), printable(signup_text(item, "registrable_domain"), 260),
                                printable(signup_text(item, "held_by"), 80), printable(signup_text(item, "holds"), 260)));
  return out;
}

Result<int> run_signup(const Context& context, const StepGiven& given) {
  ENTENTE_TRY(const auto response, signup_client().get(signup_url(given, "signup")));
  if (!context.json && response.status == 200) print_warnings(related_domains(given));
  return print_step(context, given, response, [&given](JsonView answer) {
    fmt::print("status   {}\npledge   {}\n", printable(signup_text(answer, "status"), 40),
               signup_text(answer, "pledge", "sha256").empty() ? "open" : "in the ledger");
    if (const auto domains = json_array(answer, "domains"))
      for (const JsonView domain : *domains) {
        const std::string_view until = signup_text(domain, "proof", "until"), expires = signup_text(domain, "challenge", "expires");
        fmt::print("domain   {}: {}{}\n", printable(signup_text(domain, "domain"), 260),
                   until.empty() ? "not proven" : "proven until " + printable(until, 40),
                   expires.empty() ? "" : ", a challenge is open until " + printable(expires, 40));
        if (!expires.empty())
          fmt::print("         then: entente registry prove {} {} {}\n", given.url, given.id,
                     printable(signup_text(domain, "domain"), 260));
      }
    print_mailbox(answer, given);
    const auto approval = json_get(answer, "approval");
    if (!approval) return;
    if (json_bool(*approval, "done").value_or(false))
      fmt::print("approval done\n");
    else
      fmt::print("approval {} for, {} against, {} needed\n", json_int(*approval, "for").value_or(0),
                 json_int(*approval, "against").value_or(0), json_int(*approval, "needed").value_or(0));
  });
}

}  // namespace

void add_registry_signup(CLI::App& group, Context& context) {
  const auto given = std::make_shared<StepGiven>();
  const auto add = [&](const char* name, const char* what, const char* examples, auto run) {
    CLI::App* command = add_command(group, context, name, what, examples, [&context, given, run] {
      const auto code = run(context, *given);
      return code ? *code : report(context, code.error());
    });
    command->add_option("url", given->url, "the registry's address")->required()->type_name("URL");
    command->add_option("id", given->id, "the supporter's id")->required()->type_name("ID");
    return command;
  };
  CLI::App* challenge = add("challenge", "ask what to publish to prove a domain", kChallengeExamples, run_challenge);
  challenge->add_option("domain", given->domain, "a domain the pledge names")->required()->type_name("DOMAIN");
  const auto new_key = [&](CLI::App* command) {
    return command->add_option("--new-key", given->new_key, "the key is lost: the new public key, a vkey or its file")
        ->type_name("VKEY|FILE");
  };
  new_key(challenge);
  CLI::App* prove = add("prove", "have the registry look for what was published", kProveExamples, run_prove);
  prove->add_option("domain", given->domain, "the domain")->required()->type_name("DOMAIN");
  prove->add_option("--method", given->method, "where it was published")
      ->check(CLI::IsMember({"dns-txt", "https-well-known"}))
      ->capture_default_str();
  auto* recovering = new_key(prove);
  recovering->needs(prove->add_option("--expires", given->expires, "with --new-key: when the challenge said it expires")
                        ->type_name("TIME")
                        ->needs(recovering));
  add("signup", "how far a sign-up is", kSignupExamples, run_signup);
}

}  // namespace entente::cli
