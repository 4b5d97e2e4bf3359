// `entente registry comcheck reply` and `verify`: the side of who is asked. Answers a check without the page, and holds the file a party
// was given at the end against a ledger.
#include <fmt/format.h>

#include <memory>

#include "cli/cmd_registry.h"
#include "cli/registry_client.h"
#include "core/file.h"
#include "core/utf8.h"
#include "registry/comcheck_result.h"
#include "registry/party_request.h"

namespace entente::cli {
namespace {

constexpr const char* kComcheckPartyExamples =
    R"(  entente registry comcheck reply https://registry.example 2026-q4 CODE eleven --key desk.key
  entente registry comcheck verify alpha.json --log mirror/

The protocol: docs/comcheck.md.)";

struct ComcheckPartyGiven {
  std::string url, round, code, answer, key, file, log, log_key;
};

// ---- reply: the side of who is asked

Result<int> run_reply(const Context& context, const ComcheckPartyGiven& given) {
  RegistryClient client(given.url);
  std::string type = "application/json", body = json_compact(Json{{"nonce", given.code}, {"answer", given.answer}});
  if (!given.key.empty()) {
    ENTENTE_TRY(const keys::SigningKey key, read_signing_key(given.key));
    ENTENTE_CHECK(check_statement_key(key, given.key));
    ENTENTE_TRY(const std::string origin, client.origin());
    type = "application/vnd.dsse.envelope.v1+json";
    body = registry::sign_request({.kind = registry::RequestKind::comcheck_answer,
                                   .origin = origin,
                                   .by = given.round,
                                   .about = given.answer,
                                   .nonce = given.code,
                                   .at = now()},
                                  key);
  }
  ENTENTE_TRY(const auto answer, client.post("/comcheck/" + given.round + "/answers", type, body));
  if (answer.status != 200) {
    report(context, refusal(answer, client.url()).value());
    return answer.status >= 500 ? kError : kFindings;
  }
  if (context.json)
    print_json(to_json(answer.document.root()));
  else
    fmt::print("counted: {}\n", printable(json_string(answer.document.root(), "class").value_or(""), 40));
  return kOk;
}

struct ToldByLedger {
  std::optional<registry::ComcheckRound> round;
  std::optional<registry::Commitment> plan;
};

Result<ToldByLedger> told_by_url(RegistryClient& client, const registry::ComcheckParty& party) {
  ToldByLedger out;
  ENTENTE_TRY(const auto rounds, client.get("/comchecks"));
  if (rounds.status != 200) return refusal(rounds, client.url());
  if (const auto items = json_array(rounds.document.root(), "items"))
    for (const JsonView item : *items) {
      if (json_string(item, "round") != party.round) continue;
      registry::ComcheckRound round{.round = party.round, .tree_size = static_cast<std::uint64_t>(json_int(item, "tree_size").value_or(0))};
      ENTENTE_TRY(round.checkpoint, Digest::from_hex(json_string(item, "checkpoint").value_or("")));
      ENTENTE_TRY(round.merkle_root, Digest::from_hex(json_string(item, "merkle_root").value_or("")));
      const auto classes = json_get(item, "classes");
      if (const auto fields = json_object(item, "classes"))
        for (const auto field : *fields)
          round.classes.emplace_back(field.key,
                                     static_cast<std::uint64_t>(std::max<std::int64_t>(json_int(*classes, field.key).value_or(0), 0)));
      out.round = std::move(round);
    }
  ENTENTE_TRY(const auto commitments, client.get("/commitments"));
  if (commitments.status != 200) return refusal(commitments, client.url());
  if (const auto items = json_array(commitments.document.root(), "items"))
    for (const JsonView item : *items)
      if (json_string(item, "commitment") == party.commitment.hex())
        out.plan =
            registry::Commitment{.leaf = static_cast<registry::Leaf>(json_int(item, "leaf").value_or(0)), .commitment = party.commitment};
  return out;
}

ToldByLedger told_by_state(const registry::State& state, const registry::ComcheckParty& party) {
  ToldByLedger out;
  for (const registry::ComcheckRound& round : state.comchecks())
    if (round.round == party.round) out.round = round;
  if (const auto it = state.commitments().find(party.commitment); it != state.commitments().end()) out.plan = it->second;
  return out;
}

void print_party(const Context& context, const registry::ComcheckParty& party, bool in_ledger, bool drawn) {
  Json out{{"round", party.round},
           {"supporter", party.supporter},
           {"against_ledger", in_ledger},
           {"draw_checked", drawn},
           {"entries", Json::array()}};
  for (const auto& entry : party.entries) {
    out["entries"].push_back(Json{{"contact", entry.member.commitment.hex()}, {"class", entry.result}, {"hours", entry.hours}});
    if (!context.json)
      fmt::print(
          "{}: {}{}\n", entry.member.commitment.hex().substr(0, 16), printable(entry.result, 40),
          entry.sent == Instant{} ? "" : fmt::format(", asked {} ({} its hours)", format_time(entry.sent), printable(entry.hours, 40)));
  }
  if (context.json) {
    print_json(out);
    return;
  }
  fmt::print("round {} of {}: under the root {}{}{}\n", party.round, party.supporter, party.root.hex(),
             in_ledger ? ", which the ledger has" : " (not checked against a ledger)",
             drawn ? "; asked when it was drawn" : "; the draw was not checked (no key of the log)");
}

Result<int> run_comcheck_verify(const Context& context, const ComcheckPartyGiven& given) {
  if (!given.log.empty() && !given.url.empty()) return fail("give --log or --url, not both");
  ENTENTE_TRY(const std::string text, read_input(given.file, registry::kMaxPartyFile));
  // A file that is none is an error; one that says what does not hold is a finding.
  ENTENTE_TRY(const JsonDocument document,
              JsonDocument::parse(text, input_name(given.file), {.max_bytes = registry::kMaxPartyFile, .max_depth = 12}));
  if (!registry::is_party_file(document.root()))
    return fail("this is no party's file of a communication check", {.file = input_name(given.file)},
                "`comcheck close` writes one for each party, closed/parties/ID.json");
  std::optional<keys::VerifierKey> log_key;
  if (!given.log_key.empty()) { ENTENTE_TRY(log_key, keys::read_verifier_key(given.log_key)); }
  std::optional<ReadLedger> read;
  if (!given.log.empty()) {
    ENTENTE_TRY(const DataSet* data, context.data());
    ENTENTE_TRY(read, read_ledger(given.log, *data));
    if (!log_key) log_key = read->log.verifier();
  }
  const auto party = registry::check_party(text, input_name(given.file), log_key ? &*log_key : nullptr);
  if (!party) {
    report(context, party.error());
    return kFindings;
  }
  const bool in_ledger = read || !given.url.empty();
  if (in_ledger) {
    ToldByLedger told;
    if (read) {
      told = told_by_state(read->state, *party);
    } else {
      RegistryClient client(given.url);
      auto by_url = told_by_url(client, *party);
      if (!by_url) return client.report_failure(context, by_url.error());
      told = std::move(*by_url);
    }
    const auto fits = told.round ? registry::check_party_against(*party, *told.round, told.plan ? &*told.plan : nullptr)
                                 : Result<void>(fail(fmt::format("the ledger has no round \"{}\"", printable(party->round, 70))));
    if (!fits) {
      report(context, fits.error());
      return kFindings;
    }
  }
  print_party(context, *party, in_ledger, log_key.has_value());
  return kOk;
}

}  // namespace

void add_comcheck_party(CLI::App& group, Context& context) {
  const auto given = std::make_shared<ComcheckPartyGiven>();
  using Run = Result<int> (*)(const Context&, const ComcheckPartyGiven&);
  const auto add = [&](const char* name, const char* what, Run run) {
    return add_command(group, context, name, what, kComcheckPartyExamples, [&context, given, run] {
      const auto code = run(context, *given);
      return code ? *code : report(context, code.error());
    });
  };
  CLI::App* reply = add("reply", "answer a check, without the page", run_reply);
  reply->add_option("url", given->url, "the registry's address")->required()->type_name("URL");
  reply->add_option("round", given->round, "the round, as the message names it")->required()->type_name("NAME");
  reply->add_option("code", given->code, "the message's code")->required()->type_name("CODE");
  reply->add_option("answer", given->answer, "to the message's question")->required()->type_name("TEXT");
  reply->add_option("--key", given->key, "sign it with a key of the contact's entry")->type_name("FILE");
  CLI::App* verify = add("verify", "check a party's file, alone or against the ledger", run_comcheck_verify);
  verify->add_option("file", given->file, "the party's file")->required()->type_name("FILE");
  verify->add_option("--log", given->log, "the ledger's folder, or a mirror's")->type_name("DIR");
  verify->add_option("--url", given->url, "a registry to ask")->type_name("URL");
  verify->add_option("--log-key", given->log_key, "the log's vkey, or a file with it: the draw is checked too")->type_name("VKEY");
}

}  // namespace entente::cli
