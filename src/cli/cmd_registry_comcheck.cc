// `entente registry comcheck`: the checker's side of a round of communication checks, on the registry's own folder, and (in
// cmd_registry_comcheck_party.cc) the party's. Each step is noted in the round's folder before the next can be taken, and may be repeated.
#include <fmt/format.h>

#include <memory>

#include "cli/cmd_registry.h"
#include "cli/comcheck_send.h"
#include "cli/comcheck_steps.h"
#include "cli/ledger.h"
#include "cli/registry_client.h"
#include "cli/registry_folder.h"
#include "cli/smtp_options.h"
#include "cli/table.h"
#include "core/ascii.h"
#include "core/file.h"
#include "core/terminal.h"
#include "core/utf8.h"
#include "merkle/checkpoint.h"
#include "registry/make_statement.h"

namespace entente::cli {
namespace {

namespace fs = std::filesystem;
using registry::ComcheckEvent;
using registry::ComcheckEventKind;
using registry::ComcheckFolder;

constexpr const char* kComcheckExamples =
    R"(  entente registry comcheck plan /srv/registry 2026-q4 --start 2026-12-01T00:00:00Z --end 2026-12-08T00:00:00Z \
      --role duty --public-url https://registry.example --key monitor.key --send https://registry.example
      commits to who is asked and when at the latest, before anybody can know the times
  entente registry comcheck draw /srv/registry 2026-q4           the times, from the first checkpoint over the commitment
  entente registry comcheck send /srv/registry 2026-q4 --smtp 127.0.0.1:25 --smtp-tls none --mail-from check@registry.example --watch
  entente registry comcheck answer /srv/registry 2026-q4 --mail reply.eml
      a reply counts if the contact's domain signed it (DKIM); automatic replies and bounces are noted
  entente registry comcheck reply https://registry.example 2026-q4 CODE eleven --key desk.key
      who is asked answers, signed
  entente registry comcheck show /srv/registry 2026-q4           how far it is
  entente registry comcheck close /srv/registry 2026-q4 --key monitor.key --send https://registry.example
  entente registry comcheck verify alpha.json --log mirror/       a party's own entry against the ledger

The protocol: docs/comcheck.md.)";

// "90m", "6h", "2d", "30s".
Result<std::chrono::seconds> read_span(const std::string& text) {
  const auto bad = [&] { return fail(fmt::format("\"{}\" is no span of time", printable(text, 40)), {}, "for instance 30m, 6h or 2d"); };
  if (text.size() < 2 || text.size() > 8 || !std::all_of(text.begin(), text.end() - 1, is_digit)) return bad();
  const std::int64_t n = std::stoll(text);
  switch (text.back()) {
    case 's': return std::chrono::seconds(n);
    case 'm': return std::chrono::minutes(n);
    case 'h': return std::chrono::hours(n);
    case 'd': return std::chrono::days(n);
    default: return bad();
  }
}

// ---- plan

Result<std::vector<registry::ContactDocument>> standing_documents(const Places& where, const registry::State& state) {
  ENTENTE_TRY(const registry::ContactFolder contacts, registry::ContactFolder::open(where.private_folder / "contacts"));
  ENTENTE_TRY(auto documents, contacts.all());
  std::erase_if(documents, [&](const auto& document) { return !registry::stands(document, state).has_value(); });
  return documents;
}

Result<registry::ComcheckRecord> make_record(const ComcheckGiven& given, const ReadLedger& read) {
  registry::ComcheckRecord out;
  for (registry::ContactSalt* secret : {&out.asked.salt, &out.plan_salt, &out.secret, &out.entry_key}) keys::random_bytes(*secret);
  ENTENTE_TRY(const auto documents, standing_documents(places(given), read.state));
  const std::vector<std::string> roles = given.roles.empty() ? std::vector<std::string>{"duty"} : given.roles;
  out.asked = registry::list_contacts(documents, roles, out.asked.salt);
  registry::ComcheckPlan& plan = out.plan;
  plan.round = given.round;
  plan.origin = read.log.verifier().name();
  ENTENTE_TRY(plan.starts, parse_time_option("--start", given.start));
  ENTENTE_TRY(plan.ends, parse_time_option("--end", given.end));
  plan.spread = std::chrono::floor<std::chrono::seconds>(plan.ends - plan.starts);
  if (!given.spread.empty()) { ENTENTE_TRY(plan.spread, read_span(given.spread)); }
  plan.roles = roles;
  std::string url = given.public_url;
  while (url.ends_with('/')) url.pop_back();
  plan.page = url + "/comcheck";
  plan.secret = sha256(ByteView(out.secret));
  plan.questions = out.questions.digest();
  plan.asked = out.asked.digest();
  plan.contacts = out.asked.contacts.size();
  if (plan.starts <= now()) return fail("the window starts in the past", {}, "the times can only be drawn once the plan is in the ledger");
  return out;
}

bool same_question(const registry::ComcheckPlan& a, const registry::ComcheckPlan& b) {
  return a.origin == b.origin && a.starts == b.starts && a.ends == b.ends && a.spread == b.spread && a.roles == b.roles &&
         a.page == b.page && a.questions == b.questions;
}

// The round's folder: a new one, or the one an earlier run left that does not know whether its commitment came into the ledger.
Result<ComcheckFolder> plan_folder(const ComcheckGiven& given, const ReadLedger& read, registry::ComcheckRecord record) {
  const fs::path rounds = places(given).rounds();
  if (!ComcheckFolder::exists(rounds, given.round)) return ComcheckFolder::create(rounds, std::move(record));
  ENTENTE_TRY(ComcheckFolder round, ComcheckFolder::open(rounds, given.round, read.log.verifier()));
  ENTENTE_TRY(const Digest commitment, round.record().plan.commitment(round.record().plan_salt));
  const Where where{.file = round.path().string()};
  const bool committed = read.state.commitments().contains(commitment);
  if (round.record().drawn || (committed && !same_question(round.record().plan, record.plan)))
    return fail(fmt::format("there is a round \"{}\"", given.round), where, "a round's name is used once");
  if (!same_question(round.record().plan, record.plan))
    return fail(fmt::format("there is a round \"{}\", planned otherwise", given.round), where,
                "its commitment is not in the ledger: plan with the same options to go on, or remove the folder if it was never sent");
  return round;
}

Result<std::string> commitment_statement(const registry::ComcheckRecord& record, const keys::SigningKey& key, const DataSet& data) {
  ENTENTE_TRY(const Digest commitment, record.plan.commitment(record.plan_salt));
  const Json predicate{{"scheme", "salted-sha256/v1"},
                       {"commitment", Json{{"sha256", commitment.hex()}}},
                       {"kind", "other"},
                       {"at", format_time(whole_now())}};
  return registry::make_statement(registry::Kind::commitment, predicate, {&key}, data);
}

Result<int> run_plan(const Context& context, const ComcheckGiven& given) {
  ENTENTE_TRY(const DataSet* data, context.data());
  ENTENTE_TRY(const ReadLedger read, read_ledger(places(given).log, *data));
  ENTENTE_TRY(const keys::SigningKey key, read_signing_key(given.key));
  ENTENTE_CHECK(check_statement_key(key, given.key));
  ENTENTE_TRY(registry::ComcheckRecord record, make_record(given, read));
  ENTENTE_TRY(const std::string tried, commitment_statement(record, key, *data));
  if (const auto refused = refused_key(read.state, tried, given.key)) {
    report(context, *refused);
    return kFindings;
  }
  ENTENTE_TRY(const ComcheckFolder round, plan_folder(given, read, std::move(record)));
  ENTENTE_TRY(const Digest commitment, round.record().plan.commitment(round.record().plan_salt));
  const bool there = read.state.commitments().contains(commitment);  // sent by an earlier run, whose answer may have been lost
  ENTENTE_TRY(const std::string statement, commitment_statement(round.record(), key, *data));
  const fs::path file = round.path() / "commitment.dsse.json";
  if (!there) ENTENTE_CHECK(write_file_atomic(file, statement, FileMode::secret));
  if (!there && !given.send.empty()) {
    const auto sent = send_kept(context, given.send,
                                {.statement = statement,
                                 .file = file,
                                 .if_refused = "the round may be planned again with the same options and another --key",
                                 .if_lost = ", or plan again with the same options"});
    if (!sent) return sent.error();
    if (!sent->checkpoint.empty())
      ENTENTE_CHECK(write_file_atomic(round.path() / "covering.checkpoint", sent->checkpoint, FileMode::secret));
  }
  const auto& plan = round.record().plan;
  if (context.json)
    print_json({{"round", plan.round}, {"contacts", plan.contacts}, {"commitment", commitment.hex()}, {"statement", file.string()}});
  else
    fmt::print("round {}: {} contacts will be asked\n{}: {}\n", plan.round, plan.contacts,
               !there && given.send.empty() ? "to be sent" : "sent", file.string());
  return kOk;
}

// ---- draw

// The checkpoint must hold the commitment: its leaf is proven to be under the root that is drawn from.
Result<registry::Leaf> check_covers(const ReadLedger& read, const ComcheckFolder& round, const std::string& checkpoint) {
  const registry::ComcheckRecord& record = round.record();
  ENTENTE_TRY(const Digest commitment, record.plan.commitment(record.plan_salt));
  const auto it = read.state.commitments().find(commitment);
  if (it == read.state.commitments().end())
    return read.log.committed_size() > read.log.size()
               ? fail("the commitment to this plan is not under a checkpoint yet", {.file = round.path().string()},
                      fmt::format("{} entries wait for the next checkpoint: try again in a moment",
                                  read.log.committed_size() - read.log.size()))
               : fail("the ledger's latest checkpoint does not cover the commitment to this plan", {.file = round.path().string()},
                      fmt::format("if it was sent just now, try again in a moment; if not: entente registry send URL {}",
                                  (round.path() / "commitment.dsse.json").string()));
  ENTENTE_TRY(const merkle::VerifiedCheckpoint head, merkle::verify_checkpoint(checkpoint, read.log.verifier()));
  const registry::Leaf leaf = it->second.leaf;
  if (leaf >= head.checkpoint.size) return fail("the checkpoint does not cover the commitment yet", {}, "wait for the next");
  if (head.checkpoint.size > read.log.size()) return fail("the checkpoint is newer than this copy of the ledger");
  ENTENTE_TRY(const merkle::Proof proof, read.log.inclusion(leaf, head.checkpoint.size));
  ENTENTE_TRY(const std::string entry, read.log.entry(leaf));
  ENTENTE_CHECK(merkle::verify_inclusion(leaf, head.checkpoint.size, merkle::leaf_hash(as_bytes(entry)), proof, head.checkpoint.root));
  return leaf;
}

Result<int> run_draw(const Context& context, const ComcheckGiven& given) {
  ENTENTE_TRY(const DataSet* data, context.data());
  ENTENTE_TRY(const ReadLedger read, read_ledger(places(given).log, *data));
  ENTENTE_TRY(ComcheckFolder round, ComcheckFolder::open(places(given).rounds(), given.round, read.log.verifier()));
  const fs::path first = round.path() / "covering.checkpoint";
  std::error_code ignored;
  const bool drawn_before = round.record().drawn.has_value();
  std::string checkpoint;
  if (drawn_before) {
    checkpoint = round.record().drawn->checkpoint;
  } else if (!given.checkpoint.empty() || fs::exists(first, ignored)) {
    ENTENTE_TRY(checkpoint, read_file(given.checkpoint.empty() ? first : fs::path(given.checkpoint), merkle::kMaxNoteBytes));
  } else {
    ENTENTE_TRY(checkpoint, read.log.checkpoint());
  }
  ENTENTE_TRY(const registry::Leaf leaf, check_covers(read, round, checkpoint));
  if (!drawn_before) ENTENTE_CHECK(round.keep_draw(checkpoint, read.log.verifier(), whole_now()));
  const auto& drawn = *round.record().drawn;
  const std::uint64_t beyond = drawn.seed.size - leaf - 1;
  if (context.json)
    print_json({{"round", given.round},
                {"leaf", leaf},
                {"size", drawn.seed.size},
                {"checkpoint", drawn.seed.checkpoint.hex()},
                {"drawn_at", format_time(drawn.at)}});
  else
    fmt::print("drawn from the checkpoint of size {}; the commitment is leaf {}\n", drawn.seed.size, leaf);
  if (beyond > 0)
    print_warnings(
        {fmt::format("{} later statements are under this checkpoint too: if an earlier one covered the commitment, the times should "
                     "have come from that",
                     beyond)});
  return kOk;
}

// ---- send

void print_sent_counts(const Context& context, const ComcheckSent& sent) {
  print_warnings(sent.problems);
  if (context.json)
    print_json({{"sent", sent.sent},
                {"deferred", sent.deferred},
                {"refused", sent.refused},
                {"unsure", sent.unsure},
                {"gone", sent.gone},
                {"waiting", sent.waiting}});
  else if (!context.quiet || sent.sent > 0)
    fmt::print("sent {}, put off {}, refused {}, unsure {}, erased {}, not due {}\n", sent.sent, sent.deferred, sent.refused, sent.unsure,
               sent.gone, sent.waiting);
  std::fflush(stdout);
}

// Once over all that is due; what one address refused is tried at the contact's next at once.
Result<ComcheckSent> send_round(const ComcheckFolder& round, const registry::ContactFolder& contacts, const ComcheckSender& sender,
                                const std::function<bool()>& stop) {
  constexpr int kMostChannels = 20;
  ENTENTE_TRY(ComcheckSent all, send_due(round, contacts, sender, now, stop));
  for (int i = 0; i < kMostChannels && !stop(); ++i) {
    ENTENTE_TRY(const ComcheckSent more, send_due(round, contacts, sender, now, stop));
    if (more.sent + more.refused + more.unsure == 0) break;
    all.sent += more.sent;
    all.refused += more.refused;
    all.unsure += more.unsure;
    all.problems.insert(all.problems.end(), more.problems.begin(), more.problems.end());
  }
  return all;
}

Result<int> run_comcheck_send(const Context& context, const ComcheckGiven& given) {
  ENTENTE_TRY(const auto sender, smtp_options(given.smtp));
  if (!sender) return fail("a mail server is needed", {}, "--smtp and --mail-from");
  const ComcheckSender how{.mail = *sender, .replies = given.replies ? MailReplies::offered : MailReplies::not_offered};
  ENTENTE_TRY(const ComcheckFolder round, open_round(given));
  ENTENTE_TRY(const registry::ContactFolder contacts, registry::ContactFolder::open(places(given).private_folder / "contacts"));
  StopSignal signals;
  bool stopped = false;
  const auto stop = [&] { return stopped = stopped || signals.wait_for(std::chrono::milliseconds(0)); };
  while (true) {
    ENTENTE_TRY(const ComcheckSent sent, send_round(round, contacts, how, stop));
    if (!given.watch || sent.sent + sent.deferred + sent.refused + sent.unsure + sent.gone > 0) print_sent_counts(context, sent);
    if (!given.watch || stopped || now() >= round.record().plan.ends || signals.wait_for(std::chrono::seconds(30))) return kOk;
  }
}

// ---- options

void add_plan_options(CLI::App& plan, ComcheckGiven& given) {
  plan.add_option("--start", given.start, "when the window starts, RFC 3339")->required()->type_name("TIME");
  plan.add_option("--end", given.end, "when it ends")->required()->type_name("TIME");
  plan.add_option("--spread", given.spread, "times are drawn from the first so much of the window (default: all of it)")->type_name("SPAN");
  plan.add_option("--role", given.roles, "contacts of this role; several (default: duty)")
      ->check(CLI::IsMember({"policy", "technical", "duty", "press", "victim-support"}));
  plan.add_option("--public-url", given.public_url, "the registry's address, for the page of answers")->required()->type_name("URL");
  plan.add_option("--key", given.key, "the monitor's or an officer's private key file")->required()->type_name("FILE");
  plan.add_option("--send", given.send, "send the commitment to the registry there")->type_name("URL");
}

void add_close_options(CLI::App& close, ComcheckGiven& given) {
  close.add_option("--key", given.key, "the monitor's or an officer's private key file")->required()->type_name("FILE");
  close.add_option("--send", given.send, "send the statement to the registry there")->type_name("URL");
  auto* early = close.add_flag("--now", given.at_once, "before answers stop counting");
  close.add_option("--reason", given.reason, "why, with --now")->type_name("TEXT")->needs(early);
}

}  // namespace

void add_registry_comcheck(CLI::App& registry_app, Context& context) {
  CLI::App* group =
      add_command(registry_app, context, "comcheck", "communication checks: plan, draw, send, close, verify", kComcheckExamples, {});
  group->require_subcommand(1);
  const auto given = std::make_shared<ComcheckGiven>();
  using Run = Result<int> (*)(const Context&, const ComcheckGiven&);
  const auto add = [&](const char* name, const char* what, Run run) {
    return add_command(*group, context, name, what, kComcheckExamples, [&context, given, run] {
      const auto code = run(context, *given);
      return code ? *code : report(context, code.error());
    });
  };
  CLI::App* plan = add("plan", "decide who is asked in which window, and commit to it", run_plan);
  CLI::App* draw = add("draw", "draw the times from the checkpoint over the commitment", run_draw);
  CLI::App* send = add("send", "send what is due, each at most once", run_comcheck_send);
  CLI::App* answer = add("answer", "read a mail that came back", run_comcheck_answer);
  CLI::App* close = add("close", "compute the result, and a file for each party", run_comcheck_close);
  CLI::App* show = add("show", "how far a round is", run_comcheck_show);
  for (CLI::App* command : {plan, draw, send, answer, close, show}) {
    command->add_option("folder", given->folder, "the registry's folder")->required()->type_name("DIR");
    command->add_option("round", given->round, "the round's name")->required()->type_name("NAME");
    command->add_option("--private", given->private_folder, "contacts and rounds (default: DIR/private)")->type_name("DIR");
    command->add_option("--log", given->log, "the ledger's folder (default: DIR/log)")->type_name("DIR");
  }
  add_plan_options(*plan, *given);
  draw->add_option("--checkpoint", given->checkpoint, "the first over the commitment (default: the one `plan --send` got, else the latest)")
      ->type_name("FILE");
  add_smtp_options(*send, given->smtp);
  send->add_flag("--watch", given->watch, "go on until the window ends, looking every thirty seconds");
  send->add_flag("--replies", given->replies, "tell contacts that a reply by mail counts too; give what comes back to `answer`");
  add_answer_options(*answer, *given);
  add_close_options(*close, *given);
  add_comcheck_party(*group, context);
}

}  // namespace entente::cli
