// `entente registry rebuild` and `index`: what the ledger alone gives. Both read a ledger's folder (one's own, or a mirror's), check its
// checkpoint and every entry they read, and need no server.
#include <fmt/format.h>
#include <memory>

#include "catalog/control.h"
#include "cli/cmd_registry.h"
#include "core/file.h"
#include "ledger/ledger.h"
#include "merkle/note.h"
#include "registry/counters.h"
#include "registry/index.h"
#include "registry/projection.h"

namespace entente::cli {
namespace {

constexpr std::uint64_t kBatch = 1024;

constexpr const char* kRebuildExamples = R"(  entente registry rebuild log/ --database sqlite:registry.sqlite
  entente registry rebuild mirror/ --database postgresql://me@db/registry
      from a mirror of somebody's ledger, into one's own database
  entente registry rebuild log/ --database sqlite:registry.sqlite --anew
      drop what the tables hold first

Goes on where it stopped. What it writes follows from the ledger alone: the digest it prints is the same for everybody, in either database.)";

constexpr const char* kIndexExamples = R"(  entente registry index log/
      as of the ledger's own last moment
  entente registry index mirror/ --at 2026-11-24 --json > index.json
      byte for byte what the registry itself must show for that time
  entente registry index log/ --findings --json
      with every control, its evidence digests and its place in the ledger)";

constexpr const char* kCountersExamples = R"(  entente registry counters log/
      how many supporters, by category, from the ledger alone
  curl -s https://registry.example/api/v1/counters.note > counters.note
  entente registry counters mirror/ --check counters.note
      whether a counter somebody shows is signed with the ledger's key, and what these entries give)";

struct ReplayGiven {
  std::string folder, database, at, note;
  bool anew = false, findings = false;
};

// All entries in batches.
Result<void> each_batch(const ledger::Ledger& log, registry::Leaf from, Progress& progress,
                        const std::function<Result<void>(const std::vector<std::string>&)>& take) {
  progress.step("replaying the ledger", log.size() - std::min(log.size(), from));
  while (from < log.size()) {
    std::vector<std::string> batch;
    ENTENTE_CHECK(log.each_entry(from, kBatch, [&](merkle::LeafIndex, ByteView bytes) -> Result<void> {
      batch.emplace_back(as_text(bytes));
      return {};
    }));
    ENTENTE_CHECK(take(batch));
    from += batch.size();
    progress.advance(batch.size());
  }
  progress.done();
  return {};
}

// A published copy serves readers over HTTP: it has no log.vkey, by which this program knows the key.
Result<ledger::Ledger> open_ledger(const std::string& folder) {
  auto log = ledger::Ledger::open_read(folder);
  std::error_code ignored;
  const std::filesystem::path path(folder);
  if (!log && std::filesystem::exists(path / "checkpoint", ignored) && !std::filesystem::exists(path / "log.vkey", ignored))
    return fail(
        log.error().what, log.error().where,
        "this looks like a published copy, made to be served: make a mirror of it (`entente ledger mirror`), or name the ledger's folder");
  return log;
}

struct Rebuilt {
  Digest digest;
  registry::Leaf entries = 0;
  std::uint64_t ignored = 0;
  std::size_t supporters = 0;
};

Result<Rebuilt> rebuild(const Context& context, const ReplayGiven& given, const DataSet& data) {
  if (given.database == "sqlite:") return fail("the database has no path", {}, "write --database sqlite:PATH");
  ENTENTE_TRY(const ledger::Ledger log, open_ledger(given.folder));
  Progress progress(context.progress());
  for (int attempt = 0; attempt < 2; ++attempt) {
    ENTENTE_TRY(registry::Store store, registry::Store::open(given.database));
    if (given.anew && attempt == 0) ENTENTE_CHECK(store.clear());
    ENTENTE_TRY(registry::Projection projection, registry::Projection::open(std::move(store), data));
    if (projection.written() > log.size()) {  // of a ledger that is ahead of this one, or of another
      ENTENTE_CHECK(projection.store().clear());
      continue;
    }
    Rebuilt out;
    bool anew = false;
    ENTENTE_CHECK(each_batch(log, 0, progress, [&](const std::vector<std::string>& batch) -> Result<void> {
      if (anew) return {};
      ENTENTE_TRY(const auto outcome, projection.apply(batch));
      out.ignored += outcome.ignored;
      anew = outcome.began_anew;
      return {};
    }));
    if (anew) continue;
    out.entries = projection.state().next_leaf();
    out.supporters = projection.state().supporters().size();
    ENTENTE_TRY(out.digest, projection.store().digest());
    return out;
  }
  return fail("the tables could not be made to follow the ledger", {.file = given.database}, "is another program writing to them?");
}

int run_rebuild(const Context& context, const ReplayGiven& given) {
  const auto data = context.data();
  if (!data) return report(context, data.error());
  const auto done = rebuild(context, given, **data);
  if (!done) return report(context, done.error());
  if (context.json) {
    print_json({{"entries", done->entries}, {"ignored", done->ignored}, {"supporters", done->supporters}, {"digest", done->digest.hex()}});
    return kOk;
  }
  fmt::print("{} entries, {} without effect; {} records\ntables: sha256:{}\n", done->entries, done->ignored, done->supporters,
             done->digest.hex());
  return kOk;
}

Result<registry::State> replay_first(const ledger::Ledger& log, registry::Leaf size, const DataSet& data, Progress progress) {
  registry::State state(data);
  ENTENTE_CHECK(each_batch(log, 0, progress, [&](const std::vector<std::string>& batch) -> Result<void> {
    for (const std::string& entry : batch)
      if (state.next_leaf() < size) state.apply(state.next_leaf(), entry);
    return {};
  }));
  return state;
}

// A signed counter beside what the ledger gives at its size.
Result<int> check_counter(const Context& context, const ReplayGiven& given, const ledger::Ledger& log, const DataSet& data) {
  ENTENTE_TRY(const std::string note, read_file(given.note, merkle::kMaxNoteBytes));
  if (const auto any = merkle::Note::parse(note); !any)  // not a finding about a counter: there is none
    return fail(any.error().what, {.file = given.note}, "GET /api/v1/counters.note gives a signed counter");
  const auto verified = merkle::verify_note(note, {log.verifier()});
  if (!verified) {
    report(context, {.what = verified.error().what,
                     .where = {.file = given.note},
                     .hint = "a counter is signed with the key of its ledger, " + log.verifier().str()});
    return kFindings;
  }
  ENTENTE_TRY(const JsonDocument said, JsonDocument::parse(verified->text, given.note));
  const auto ledger_said = json_get(said.root(), "ledger");
  const auto size = ledger_said ? json_int(*ledger_said, "size") : std::nullopt;
  if (!size || *size < 0) return fail("the signed text is no counter", {.file = given.note});
  if (static_cast<std::uint64_t>(*size) > log.size())
    return fail(fmt::format("the counter is of {} entries, this ledger has {}", *size, log.size()), {.file = given.folder},
                "bring the mirror up to date");
  ENTENTE_TRY(const registry::State state, replay_first(log, static_cast<registry::Leaf>(*size), data, Progress(context.progress())));
  const std::string made = registry::counter_to_sign(registry::count_supporters(state), log.verifier().name());
  const bool same = made + "\n" == verified->text;
  if (context.json) {
    print_json({{"signed", true}, {"agrees", same}, {"size", *size}, {"ledger_gives", Json::parse(made)}});
  } else if (same) {
    fmt::print("good: signed by {}, and what the first {} entries give\n", log.verifier().name(), *size);
  } else {
    fmt::print("BAD: signed by {}, but the first {} entries give\n{}\n", log.verifier().name(), *size, made);
  }
  return same ? kOk : kFindings;
}

Result<int> run_counters(const Context& context, const ReplayGiven& given) {
  ENTENTE_TRY(const DataSet* data, context.data());
  ENTENTE_TRY(const ledger::Ledger log, open_ledger(given.folder));
  if (!given.note.empty()) return check_counter(context, given, log, *data);
  ENTENTE_TRY(const registry::State state, replay_first(log, log.size(), *data, Progress(context.progress())));
  const registry::Counters counters = registry::count_supporters(state);
  if (context.json) {
    fmt::print("{}\n", json_compact(registry::counters_json(counters)));
    return kOk;
  }
  fmt::print("{} supporters as of {}, {} entries\n", counters.supporters, format_time(counters.ledger_time), counters.ledger_size);
  for (const auto& [category, count] : counters.categories) fmt::print("{:>8}  {}\n", count, category.empty() ? "(no category)" : category);
  return kOk;
}

Result<int> run_index(const Context& context, const ReplayGiven& given) {
  ENTENTE_TRY(const DataSet* data, context.data());
  ENTENTE_TRY(const catalog::Catalog catalog, catalog::Catalog::load(*data));
  ENTENTE_TRY(const ledger::Ledger log, open_ledger(given.folder));
  ENTENTE_TRY(const registry::State state, replay_first(log, log.size(), *data, Progress(context.progress())));
  Instant at = state.ledger_time();
  if (!given.at.empty()) { ENTENTE_TRY(at, parse_time_option("--at", given.at)); }
  const registry::Index index = registry::index_at(state, catalog, at);
  if (context.json) {
    // What the API answers, byte for byte.
    fmt::print("{}\n", json_compact(registry::index_json(
                           index, given.findings ? registry::IndexDetail::findings : registry::IndexDetail::principles)));
    return kOk;
  }
  fmt::print("as of {}, {} entries, catalogue {}\n", format_time(index.at), index.ledger_size, index.catalog_version);
  std::size_t assessed = 0;
  for (const registry::SupporterIndex& row : index.supporters) {
    if (row.assessment == nullptr) continue;
    ++assessed;
    fmt::print("{:<40}", row.supporter->identity.id);
    for (const catalog::PrincipleScore& p : row.principles) fmt::print(" {}", p.tier);
    fmt::print("\n");
  }
  fmt::print("{} of {} supporters have an assessment; principles 0 to 9; --json gives coverage, intervals and findings\n", assessed,
             index.supporters.size());
  return kOk;
}

}  // namespace

void add_registry_replay(CLI::App& group, Context& context) {
  const auto given = std::make_shared<ReplayGiven>();
  CLI::App* rebuild_command = add_command(group, context, "rebuild", "the tables from the ledger", kRebuildExamples,
                                          [&context, given] { return run_rebuild(context, *given); });
  rebuild_command->add_option("folder", given->folder, "the ledger's folder, or a mirror's")->required()->type_name("DIR");
  rebuild_command->add_option("--database", given->database, "sqlite:PATH or postgresql://…")->required()->type_name("URL");
  rebuild_command->add_flag("--anew", given->anew, "drop what the tables hold first");
  CLI::App* counters_command =
      add_command(group, context, "counters", "how many supporters, from the ledger", kCountersExamples, [&context, given] {
        const auto code = run_counters(context, *given);
        return code ? *code : report(context, code.error());
      });
  counters_command->add_option("folder", given->folder, "the ledger's folder, or a mirror's")->required()->type_name("DIR");
  counters_command->add_option("--check", given->note, "a signed counter to compare with")->type_name("FILE");
  CLI::App* index_command = add_command(group, context, "index", "recompute the index from the ledger", kIndexExamples, [&context, given] {
    const auto code = run_index(context, *given);
    return code ? *code : report(context, code.error());
  });
  index_command->add_option("folder", given->folder, "the ledger's folder, or a mirror's")->required()->type_name("DIR");
  index_command->add_option("--at", given->at, "the time it is for (default: the ledger's last)")->type_name("TIME");
  index_command->add_flag("--findings", given->findings, "with every control and its evidence");
}

}  // namespace entente::cli
