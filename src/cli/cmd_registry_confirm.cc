// `entente registry confirm`: the mail confirmation of a supporter without a domain, from both ends. With a key it signs the request and
// the registry sends the mail; with the token from the mail it returns that.
#include <fmt/format.h>

#include <memory>

#include "cli/cmd_registry.h"
#include "core/file.h"
#include "core/utf8.h"
#include "http/client.h"
#include "registry/mail_request.h"

namespace entente::cli {
namespace {

constexpr const char* kConfirmExamples = R"(  entente registry confirm https://registry.example club office@mail.example --key club.key
      asks for the mail; the request is signed, so that nobody else can have you mailed
  entente registry confirm https://registry.example club --token entente-mail-v1.…
      returns what the mail holds: the confirmation is in the ledger then, the address is not
  entente registry confirm https://registry.example club --token -
      the same, with the token on standard input)";

struct ConfirmGiven {
  std::string url, id, address, key, token, language = "en";
};

std::string confirm_url(const ConfirmGiven& given, std::string_view resource) {
  std::string url = given.url;
  while (url.ends_with('/')) url.pop_back();
  return fmt::format("{}/api/v1{}", url, resource);
}

http::Client confirm_client() { return http::Client({.private_addresses = http::PrivateAddresses::allow}); }

Result<JsonDocument> confirm_answer(const ConfirmGiven& given, const http::ClientResponse& response) {
  return JsonDocument::parse(response.body, given.url, {.max_bytes = 1 << 20, .max_depth = 16});
}

std::string confirm_text(JsonView object, std::string_view member) { return printable(json_string(object, member).value_or(""), 1'000); }

Result<int> print_confirm(const Context& context, const ConfirmGiven& given, const http::ClientResponse& response,
                          const std::function<void(JsonView)>& print) {
  ENTENTE_TRY(const JsonDocument document, confirm_answer(given, response));
  const bool good = response.status == 201 || response.status == 202;
  if (context.json)
    print_json(to_json(document.root()));
  else if (good)
    print(document.root());
  else
    report(context,
           {.what = confirm_text(document.root(), "detail"), .where = {.file = given.url}, .hint = confirm_text(document.root(), "hint")});
  if (good) return kOk;
  return response.status >= 500 ? kError : kFindings;
}

Result<int> ask_for_mail(const Context& context, const ConfirmGiven& given) {
  ENTENTE_TRY(const DataSet* data, context.data());
  ENTENTE_TRY(registry::MailAddress address, registry::MailAddress::parse(given.address));
  ENTENTE_TRY(const keys::SigningKey key, read_signing_key(given.key));
  ENTENTE_CHECK(check_statement_key(key, given.key));
  http::Client client = confirm_client();
  // Which pledge, and at which stage: the registry says; the signature binds the request to that pledge.
  ENTENTE_TRY(const auto state, client.get(confirm_url(given, "/supporters/" + given.id + "/signup")));
  if (state.status != 200) return print_confirm(context, given, state, [](JsonView) {});
  ENTENTE_TRY(const JsonDocument document, confirm_answer(given, state));
  const auto pledge = json_get(document.root(), "pledge");
  registry::MailRequest request{.organisation = given.id, .address = std::move(address)};
  ENTENTE_TRY(request.pledge, Digest::from_hex(pledge && as_object(*pledge) ? json_string(*pledge, "sha256").value_or("") : ""));
  if (json_string(document.root(), "status").value_or("") == "approved") request.stage = registry::Stage::renew;
  if (given.language == "fr") request.language = registry::MailLanguage::french;
  keys::random_bytes(request.nonce);
  request.at = whole_now();
  ENTENTE_TRY(const std::string envelope, registry::sign_mail_request(request, key, *data));
  ENTENTE_TRY(const auto response, client.post(confirm_url(given, "/supporters/" + given.id + "/confirmations"),
                                               "application/vnd.dsse.envelope.v1+json", envelope));
  return print_confirm(context, given, response, [&](JsonView answer) {
    fmt::print("a mail is on its way; its token is good until {}\nthen: entente registry confirm {} {} --token TOKEN\n",
               confirm_text(answer, "expires"), given.url, given.id);
  });
}

Result<int> return_token(const Context& context, const ConfirmGiven& given) {
  std::string token = given.token;
  if (token == "-") { ENTENTE_TRY(token, read_input("-", 4'096)); }
  ENTENTE_TRY(const auto response, confirm_client().post(confirm_url(given, "/confirmations"), "application/json",
                                                         json_compact(Json{{"token", token}, {"supporter", given.id}})));
  return print_confirm(context, given, response, [](JsonView answer) {
    const auto commitment = json_get(answer, "commitment");
    fmt::print("leaf {}: confirmed until {}\ncommitment {}\nsalt {}\n", json_int(answer, "leaf").value_or(-1),
               confirm_text(answer, "until"), commitment && as_object(*commitment) ? confirm_text(*commitment, "sha256") : "",
               confirm_text(answer, "salt"));
  });
}

Result<int> run_confirm(const Context& context, const ConfirmGiven& given) {
  if (!given.token.empty()) return return_token(context, given);
  if (given.address.empty() || given.key.empty())
    return fail("give an address and --key to ask for the mail, or --token to return what it holds");
  return ask_for_mail(context, given);
}

}  // namespace

void add_registry_confirm(CLI::App& group, Context& context) {
  const auto given = std::make_shared<ConfirmGiven>();
  CLI::App* command =
      add_command(group, context, "confirm", "confirm a mailbox, where there is no domain to prove", kConfirmExamples, [&context, given] {
        const auto code = run_confirm(context, *given);
        return code ? *code : report(context, code.error());
      });
  command->add_option("url", given->url, "the registry's address")->required()->type_name("URL");
  command->add_option("id", given->id, "the supporter's id")->required()->type_name("ID");
  auto* address = command->add_option("address", given->address, "the mailbox to be written to")->type_name("ADDRESS");
  auto* key = command->add_option("--key", given->key, "the supporter's private key: signs the request")->type_name("FILE")->needs(address);
  command->add_option("--language", given->language, "of the mail")->check(CLI::IsMember({"en", "fr"}))->capture_default_str();
  command->add_option("--token", given->token, "from the mail; - reads it from standard input")
      ->type_name("TOKEN")
      ->excludes(key)
      ->excludes(address);
}

}  // namespace entente::cli
