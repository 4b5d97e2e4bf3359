// `entente registry sign` makes any of the registry's statements from a file of its fields; `send` gives a finished one to a registry. What
// is sent is the signed statement and nothing else: the registry needs no account, and learns no key.
#include <fmt/format.h>
#include <memory>

#include "cli/cmd_registry.h"
#include "core/file.h"
#include "http/client.h"
#include "registry/make_statement.h"

namespace entente::cli {
namespace {

constexpr std::size_t kMostFields = 1 << 20;

constexpr const char* kSignExamples = R"help(  entente keygen alpha -o alpha.key
  printf 'The Call, as you read it.\n' > call.txt
  echo '{"organisation":{"id":"alpha","name":"Alpha","category":"private-sector","country":"FRA"},' > pledge.json
  echo '"text":{"language":"en","sha256":"'$(sha256sum call.txt | cut -c1-64)'"}}' >> pledge.json
  entente registry sign pledge pledge.json --key alpha.key > pledge.dsse.json
      in a real pledge call.txt is the text itself, to the byte
  entente registry sign pledge pledge.json --key alpha.key --send http://127.0.0.1:8080
      the same, sent to the registry `entente serve` runs there
  entente registry sign approval approval.json --key officer-1.key --key officer-2.key > approval.dsse.json
      approval.json: {"pledge":{"sha256":"DIGEST-OF-THE-PLEDGE"},"organisation":{"id":"alpha"},"decision":"approved"}
  entente registry sign withdrawal - --key alpha.key < withdrawal.json

Where a pledge's text.sha256 comes from: the registry says which texts of the Call it takes pledges to, by language, version and SHA-256, at
URL/api/v1/texts, and gives their bytes at URL/api/v1/texts/SHA256 (also on its page /signup). Read that text and compare: sha256sum prints
the same 64 digits. A registry that names none takes any. The pledge's subject is that digest.

What is in CAPITALS is yours to fill in. The kinds and their fields: docs/statements.md. A missing "at" is now; a missing "key" of a pledge is the first --key.)help";

constexpr const char* kSendExamples = R"(  entente registry send http://127.0.0.1:8080 approval.dsse.json
      prints the leaf, or why the registry does not take it
  entente registry send https://registry.example statement.json --wait published --receipt statement.receipt)";

struct SignGiven {
  std::string kind, fields, send, wait = "integrated", receipt;
  std::vector<std::string> keys;
};
struct SendGiven {
  std::string url, statement, wait = "integrated", receipt;
};

int print_sent(const Context& context, const http::ClientResponse& response, const SendGiven& given) {
  const auto document = JsonDocument::parse(response.body, "answer");
  const bool taken = response.status == 201;
  if (context.json) {
    print_json(document ? to_json(document->root()) : Json{{"status", response.status}});
  } else if (taken && document) {
    fmt::print("leaf {}\n", json_int(document->root(), "leaf").value_or(-1));
  } else {
    const auto said = [&](const char* member) {
      return document ? std::string(json_string(document->root(), member).value_or("")) : std::string();
    };
    Error error{
        .what = fmt::format("the registry did not take it ({}): {}", said("code").empty() ? std::to_string(response.status) : said("code"),
                            said("detail").empty() ? response.body.substr(0, 200) : said("detail")),
        .where = {.file = given.url},
        .hint = said("hint")};
    if (!said("pointer").empty()) error.where.pointer = said("pointer");
    const int code = report(context, error);
    return response.status >= 500 ? code : kFindings;
  }
  if (taken && !given.receipt.empty() && document) {
    const auto receipt = json_string(document->root(), "receipt");
    if (!receipt)
      return report(context, {.what = "the registry gave no receipt", .where = {.file = given.url}, .hint = "ask with --wait published"});
    if (const auto done = write_file_atomic(given.receipt, *receipt); !done) return report(context, done.error());
  }
  if (taken) return kOk;
  return response.status >= 500 ? kError : kFindings;
}

Result<int> send(const Context& context, const SendGiven& given, const std::string& statement) {
  std::string url = given.url;
  while (url.ends_with('/')) url.pop_back();
  http::Client client({.private_addresses = http::PrivateAddresses::allow});
  ENTENTE_TRY(const http::ClientResponse response, client.post(fmt::format("{}/api/v1/statements?wait={}", url, given.wait),
                                                               "application/vnd.dsse.envelope.v1+json", statement));
  return print_sent(context, response, given);
}

// The statement's error, told of the file its predicate came from.
Error of_fields(Error error, const std::string& file) {
  constexpr std::string_view kPredicate = "/predicate";
  if (!error.where.file.empty()) return error;
  error.where.file = input_name(file);
  if (error.where.pointer.starts_with(kPredicate)) error.where.pointer.erase(0, kPredicate.size());
  return error;
}

Result<int> run_sign(const Context& context, const SignGiven& given) {
  const auto kind = registry::kind_from(given.kind);
  if (!kind) return fail(fmt::format("there is no kind of statement \"{}\"", given.kind), {}, "see docs/statements.md");
  ENTENTE_TRY(const DataSet* data, context.data());
  ENTENTE_TRY(const std::string text, read_input(given.fields, kMostFields));
  ENTENTE_TRY(const JsonDocument document, JsonDocument::parse(text, input_name(given.fields)));
  if (!as_object(document.root())) return fail("the fields must be a JSON object", {.file = input_name(given.fields)});
  Json predicate = to_json(document.root());
  std::vector<keys::SigningKey> keys;
  for (const std::string& file : given.keys) {
    ENTENTE_TRY(keys::SigningKey key, read_signing_key(file));
    ENTENTE_CHECK(check_statement_key(key, file));
    keys.push_back(std::move(key));
  }
  if (!predicate.contains("at")) predicate["at"] = format_time(whole_now());
  if (*kind == registry::Kind::pledge && !predicate.contains("key")) predicate["key"] = keys.front().verifier().str();
  std::vector<const keys::SigningKey*> signers;
  for (const keys::SigningKey& key : keys) signers.push_back(&key);
  const auto entry = registry::make_statement(*kind, predicate, signers, *data);
  if (!entry) return fail(of_fields(entry.error(), given.fields));
  if (!given.send.empty()) return send(context, {.url = given.send, .wait = given.wait, .receipt = given.receipt}, *entry);
  fmt::print("{}", *entry);
  return kOk;
}

Result<int> run_send(const Context& context, const SendGiven& given) {
  ENTENTE_TRY(const std::string statement, read_input(given.statement, kMostFields));
  return send(context, given, statement);
}

}  // namespace

void add_registry_sign(CLI::App& group, Context& context) {
  const auto sign = std::make_shared<SignGiven>();
  CLI::App* command = add_command(group, context, "sign", "make and sign a statement", kSignExamples, [&context, sign] {
    const auto code = run_sign(context, *sign);
    return code ? *code : report(context, code.error());
  });
  const auto waits = CLI::IsMember({"integrated", "published"});
  command->add_option("kind", sign->kind, "pledge, approval, renewal …")->required()->type_name("KIND");
  command->add_option("fields", sign->fields, "the statement's fields, a JSON file; - for standard input")->required()->type_name("FILE");
  command->add_option("--key", sign->keys, "a private key that signs; several for a decision of several persons")
      ->required()
      ->type_name("FILE");
  auto* to = command->add_option("--send", sign->send, "send it to the registry there, instead of printing it")->type_name("URL");
  command->add_option("--wait", sign->wait, "until it is integrated or published")->check(waits)->needs(to);
  command->add_option("--receipt", sign->receipt, "where to put the receipt (with --wait published)")->type_name("FILE")->needs(to);

  const auto given = std::make_shared<SendGiven>();
  CLI::App* sending = add_command(group, context, "send", "send a statement to a registry", kSendExamples, [&context, given] {
    const auto code = run_send(context, *given);
    return code ? *code : report(context, code.error());
  });
  sending->add_option("url", given->url, "the registry's address")->required()->type_name("URL");
  sending->add_option("statement", given->statement, "the signed statement")->required()->type_name("FILE");
  sending->add_option("--wait", given->wait, "until it is integrated or published")->check(waits)->capture_default_str();
  sending->add_option("--receipt", given->receipt, "where to put the receipt (with --wait published)")->type_name("FILE");
}

}  // namespace entente::cli
