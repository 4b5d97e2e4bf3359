// `entente registry comcheck close` and `show`: the result of a round and how far it is. Closing may be run again: what is on the disk
// stays, the statement is signed anew for as long as the ledger does not have it.
#include <fmt/format.h>

#include "cli/comcheck_steps.h"
#include "cli/table.h"
#include "core/file.h"
#include "core/terminal.h"
#include "core/utf8.h"
#include "registry/comcheck_result.h"
#include "registry/make_statement.h"

namespace entente::cli {
namespace {

namespace fs = std::filesystem;
using registry::ComcheckEvent;
using registry::ComcheckEventKind;
using registry::ComcheckFolder;

fs::path statement_file(const ComcheckFolder& round) { return round.path() / "closed" / "round.dsse.json"; }

Result<std::string> make_round_statement(const ComcheckFolder& round, const keys::SigningKey& key, const DataSet& data) {
  ENTENTE_TRY(const auto events, round.events());
  ENTENTE_TRY(const registry::ComcheckClosing closing, registry::close_round(round.record(), events));
  return registry::make_statement(registry::Kind::comcheck_round, registry::comcheck_round_predicate(round.record(), closing, whole_now()),
                                  {&key}, data);
}

// The statement an earlier run left: kept where the ledger has it, or would take it from this key.
Result<std::optional<std::string>> standing_statement(const ComcheckFolder& round, const registry::State& state,
                                                      const keys::SigningKey& key) {
  std::error_code ignored;
  if (!fs::exists(statement_file(round), ignored)) return std::nullopt;
  ENTENTE_TRY(const std::string text, read_file(statement_file(round), 1 << 20));
  if (state.leaf_of(sha256(text))) return text;
  if (!state.check(text, now())) return std::nullopt;
  ENTENTE_TRY(const JsonDocument envelope, JsonDocument::parse(text, statement_file(round).string()));
  const auto signatures = json_array(envelope.root(), "signatures");
  if (!signatures || signatures->size() != 1) return std::nullopt;
  for (const JsonView signature : *signatures)
    if (json_string(signature, "keyid") == key.verifier().name() + "+" + key.verifier().id_hex()) return text;
  return std::nullopt;
}

// Signed anew for as long as the ledger does not have it: what a wrong key signed must not stand in the way.
Result<std::string> round_statement(const ComcheckFolder& round, const registry::State& state, const keys::SigningKey& key,
                                    const DataSet& data) {
  ENTENTE_TRY(const auto standing, standing_statement(round, state, key));
  if (standing) return *standing;
  std::error_code ignored;
  const bool anew = fs::exists(statement_file(round), ignored);
  ENTENTE_TRY(std::string statement, make_round_statement(round, key, data));
  ENTENTE_CHECK(write_file_atomic(statement_file(round), statement, FileMode::secret));
  if (anew) print_warnings({"the statement of an earlier close is not in the ledger; it was signed anew with this key"});
  return statement;
}

}  // namespace

Result<int> run_comcheck_close(const Context& context, const ComcheckGiven& given) {
  ENTENTE_TRY(const DataSet* data, context.data());
  ENTENTE_TRY(const ReadLedger read, read_ledger(places(given).log, *data));
  ENTENTE_TRY(const ComcheckFolder round, ComcheckFolder::open(places(given).rounds(), given.round, read.log.verifier()));
  ENTENTE_TRY(const keys::SigningKey key, read_signing_key(given.key));
  ENTENTE_CHECK(check_statement_key(key, given.key));
  const Instant over = round.record().plan.ends + registry::kComcheckGrace;
  if (given.at_once && given.reason.empty()) return fail("closing early needs a reason", {}, "--reason TEXT");
  if (!given.at_once && now() < over)
    return fail(fmt::format("answers are taken until {}", format_time(over)), {}, "wait, or --now --reason TEXT");
  // Before the round is closed, while answers can still come in: a key that cannot make the statement, a round without a result.
  ENTENTE_TRY(const std::string tried, make_round_statement(round, key, *data));
  if (const auto refused = refused_key(read.state, tried, given.key)) {
    report(context, *refused);
    return kFindings;
  }
  ENTENTE_CHECK(round.update([&](const std::vector<ComcheckEvent>& events) -> Result<std::vector<ComcheckEvent>> {
    if (registry::closed_at(events)) return std::vector<ComcheckEvent>();
    return std::vector{ComcheckEvent{.kind = ComcheckEventKind::closed, .at = whole_now(), .detail = given.reason.substr(0, 300)}};
  }));
  ENTENTE_TRY(const auto events, round.events());
  ENTENTE_TRY(const registry::ComcheckClosing closing, registry::close_round(round.record(), events));
  const fs::path closed = round.path() / "closed";
  ENTENTE_CHECK(make_folders(closed / "parties"));
  for (const auto& [supporter, file] : closing.parties)
    ENTENTE_CHECK(write_file_atomic(closed / "parties" / (supporter + ".json"), json_pretty(file), FileMode::secret));
  ENTENTE_TRY(const std::string statement, round_statement(round, read.state, key, *data));
  Json out{{"round", given.round},
           {"entries", closing.entries},
           {"left_out", closing.left_out},
           {"merkle_root", closing.root.hex()},
           {"classes", Json::object()}};
  for (const auto& [name, count] : closing.classes) out["classes"][name] = count;
  out["parties"] = (closed / "parties").string();
  if (!given.send.empty()) {
    const auto sent = send_kept(context, given.send,
                                {.statement = statement,
                                 .file = statement_file(round),
                                 .if_refused = "the round is closed; close it again with another --key to sign the statement anew",
                                 .if_lost = ""});
    if (!sent) return sent.error();
    if (sent->leaf) out["leaf"] = *sent->leaf;
  }
  if (context.json) {
    print_json(out);
    return kOk;
  }
  fmt::print("round {}: {} entries, root {}\n", given.round, closing.entries, closing.root.hex());
  for (const auto& [name, count] : closing.classes) fmt::print("  {:12} {}\n", name, count);
  if (closing.left_out > 0) fmt::print("left out, as nobody knows whether they were asked: {}\n", closing.left_out);
  fmt::print("for the parties: {}\n", (closed / "parties").string());
  return kOk;
}

// ---- show

namespace {

std::string progress_word(const registry::ComcheckProgress& p) {
  if (const auto result = registry::result_class(p); result && (p.answered || p.bounced || p.auto_reply)) return std::string(*result);
  if (p.gone) return "erased";
  if (p.wrong >= registry::kMostComcheckTries) return "locked";  // wrong answers
  if (p.open_intent) return "unsure";
  return p.sent ? "asked" : "waiting";
}

std::string round_word(const registry::ComcheckRecord& record, const std::vector<ComcheckEvent>& events) {
  if (const auto closed = registry::closed_at(events)) {
    std::string why;
    for (const ComcheckEvent& event : events)
      if (event.kind == ComcheckEventKind::closed && why.empty()) why = printable(event.detail, 300);
    return fmt::format("closed {}{}", format_time(*closed), why.empty() ? "" : " (" + why + ")");
  }
  if (!record.drawn) return "planned, not drawn";
  return fmt::format("drawn; answers are taken until {}", format_time(record.plan.ends + registry::kComcheckGrace));
}

}  // namespace

Result<int> run_comcheck_show(const Context& context, const ComcheckGiven& given) {
  ENTENTE_TRY(const ComcheckFolder round, open_round(given));
  ENTENTE_TRY(const auto events, round.events());
  const auto progress = registry::comcheck_progress(events);
  const auto& record = round.record();
  Json out{{"round", record.plan.round},
           {"plan", record.plan.json()},
           {"drawn", record.drawn.has_value()},
           {"closed", registry::closed_at(events).has_value()},
           {"contacts", Json::array()}};
  Table table;
  for (const char* column : {"supporters", "drawn time", "state", "sent"})
    table.column(column, column[0] == 's' && column[1] == 'u' ? Fit::cut : Fit::whole);
  for (const registry::AskedContact& asked : record.asked.contacts) {
    const auto it = progress.find(asked.id());
    const registry::ComcheckProgress p = it == progress.end() ? registry::ComcheckProgress{} : it->second;
    std::string supporters;
    for (const registry::AskedMember& m : asked.members) supporters += (supporters.empty() ? "" : ", ") + m.supporter;
    const std::string due =
        record.drawn ? format_time(registry::draw(record.drawn->seed.seed, record.plan, asked.members.front()).send_at) : "";
    table.row({{supporters, Colour::bold},
               {due, Colour::plain},
               {progress_word(p), Colour::plain},
               {p.sent ? format_time(*p.sent) : "", Colour::plain}});
    out["contacts"].push_back(
        Json{{"supporters", supporters}, {"contact", asked.id()}, {"send_at", due}, {"state", progress_word(p)}, {"wrong", p.wrong}});
  }
  if (context.json) {
    print_json(out);
    return kOk;
  }
  fmt::print("round {}: {}\n", record.plan.round, round_word(record, events));
  table.print(stdout, terminal_width(stdout));
  return kOk;
}

}  // namespace entente::cli
