// entente_example_registry FOLDER: a registry of 200 organisations nobody has founded, as a folder `entente serve` runs from. Everything in
// it follows from a seed; every statement was admitted as of its own time. README.md says what is in it.
#include <fmt/format.h>
#include <cstdio>
#include <filesystem>
#include <future>
#include <span>

#include "core/file.h"
#include "ledger/appender.h"
#include "ledger/ledger.h"
#include "merkle/note.h"
#include "story.h"

namespace entente::example {
namespace {

namespace fs = std::filesystem;

constexpr const char* kUsage =
    "usage: entente_example_registry FOLDER [--seed TEXT]\n"
    "Makes a registry of 200 invented organisations in FOLDER (which must not exist, or be empty), for\n"
    "  entente serve FOLDER, entente publish OUT --registry FOLDER, entente registry rebuild FOLDER/log …\n"
    "The same seed gives the same ledger. All keys follow from the seed: they protect nothing.\n";

Members shared(std::vector<Organisation> organisations) {
  Members out;
  for (Organisation& o : organisations) out.push_back(std::make_shared<Organisation>(std::move(o)));
  return out;
}

keys::SigningKey copy_of(const keys::SigningKey& key) { return keys::SigningKey::parse(key.str()).value(); }

// The ledger on the disk, which gives the checkpoints witnesses cosign on the way.
class Log {
 public:
  Log(Chronicle& chronicle, ledger::Ledger ledger) : chronicle_(chronicle), ledger_(std::move(ledger)) {}

  // What was said since.
  Result<void> append() {
    const auto& entries = chronicle_.entries();
    ENTENTE_CHECK(ledger_->append(std::span(entries).subspan(written_), chronicle_.key(std::string(kOrigin))));
    written_ = entries.size();
    return {};
  }
  // The note with what the first `witnesses` add to it.
  [[nodiscard]] Result<std::string> cosigned(std::string note, std::size_t witnesses, Instant at) const {
    ENTENTE_TRY(const merkle::Note parsed, merkle::Note::parse(note));
    for (std::size_t n = 1; n <= witnesses; ++n) {
      ENTENTE_TRY(const std::string line, merkle::cosign_note(parsed.text, chronicle_.key(witness(n), keys::KeyType::cosignature_v1), at));
      note += line;
    }
    return note;
  }
  Result<void> witnessed_checkpoint() {
    ENTENTE_CHECK(append());
    ENTENTE_TRY(std::string note, ledger_->checkpoint());
    ENTENTE_TRY(note, cosigned(std::move(note), 2, chronicle_.now()));
    ENTENTE_CHECK(
        chronicle_.say(Kind::witnessed_checkpoint, {{"checkpoint", digest_json(sha256(note))}, {"note", note}}, {std::string(kVerifier)}));
    return {};
  }
  // The rest, under a checkpoint that two of the three witnesses cosign.
  Result<void> close() {
    const auto key = std::make_shared<const keys::SigningKey>(copy_of(chronicle_.key(std::string(kOrigin))));
    ledger::Appender::Cosign cosign = [this](const std::string& note, merkle::TreeSize, const ledger::ConsistencyReader&) {
      return cosigned(note, 2, the_end());
    };
    ENTENTE_TRY(const auto appender, ledger::Appender::start(std::move(*ledger_), key, {}, std::move(cosign)));
    ledger_.reset();
    std::promise<Result<ledger::Appender::Added>> done;
    auto answer = done.get_future();
    appender->add({chronicle_.entries().begin() + static_cast<std::ptrdiff_t>(written_), chronicle_.entries().end()},
                  ledger::Appender::Wait::published, [&done](Result<ledger::Appender::Added> added) { done.set_value(std::move(added)); });
    ENTENTE_CHECK(answer.get());
    return appender->stop();
  }

 private:
  Chronicle& chronicle_;
  std::optional<ledger::Ledger> ledger_;
  std::size_t written_ = 0;
};

Result<void> write_keys(Chronicle& chronicle, const fs::path& folder) {
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed) return fail("cannot make the folder: " + failed.message(), {.file = folder.string()});
  const std::pair<const char*, std::string> files[] = {
      {"log", std::string(kOrigin)},        {"officer-1", officer(1)}, {"officer-2", officer(2)}, {"verifier", std::string(kVerifier)},
      {"importer", std::string(kImporter)}, {"assessor", assessor(1)}};
  for (const auto& [file, name] : files) ENTENTE_CHECK(keys::write_key_file(folder / fmt::format("{}.key", file), chronicle.key(name)));
  return {};
}

Result<void> make(const fs::path& folder, const std::string& seed) {
  std::error_code failed;
  if (fs::exists(folder, failed) && !fs::is_empty(folder, failed)) return fail("the folder holds other things", {.file = folder.string()});
  ENTENTE_TRY(const catalog::Catalog catalog, catalog::Catalog::load(DataSet::embedded()));
  Cast cast = make_cast(seed);
  const Members staying = shared(std::move(cast.staying)), leaving = shared(std::move(cast.leaving)),
                waiting = shared(std::move(cast.waiting)), refused = shared(std::move(cast.refused));
  Chronicle chronicle(seed);
  plan_registry(chronicle, catalog, staying);
  plan_records(chronicle, staying, leaving, waiting, refused);
  plan_assessments(chronicle, catalog, staying);
  ENTENTE_CHECK(write_keys(chronicle, folder / "keys"));
  ENTENTE_TRY(ledger::Ledger ledger, ledger::Ledger::init(folder / "log", chronicle.key(std::string(kOrigin))));
  Log log(chronicle, std::move(ledger));
  for (int year = 2019; year <= 2026; ++year)
    for (const unsigned month : {2U, 5U, 8U, 11U})
      chronicle.plan(moment(year, month, 27, 23), [&log] { return log.witnessed_checkpoint(); });
  ENTENTE_CHECK(chronicle.tell());
  ENTENTE_CHECK(log.close());
  std::size_t counting = 0;
  for (const auto& [id, supporter] : chronicle.state().supporters()) counting += registry::counts(supporter.status) ? 1 : 0;
  fmt::print("{} statements, {} records, {} of them count; state {}\n", chronicle.entries().size(), chronicle.state().supporters().size(),
             counting, chronicle.state().digest().hex());
  return {};
}

int run(std::span<char* const> arguments) {
  std::string folder, seed = "entente";
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const std::string_view argument = arguments[i];
    if (argument == "--help") {
      fmt::print("{}", kUsage);
      return 0;
    }
    if (argument == "--seed" && i + 1 < arguments.size())
      seed = arguments[++i];
    else if (folder.empty() && !argument.starts_with('-'))
      folder = argument;
    else
      folder.clear(), i = arguments.size();
  }
  if (folder.empty()) {
    fmt::print(stderr, "{}", kUsage);
    return 2;
  }
  const auto made = make(folder, seed);
  if (made) return 0;
  fmt::print(stderr, "{}\n", made.error().str());
  return 2;
}

}  // namespace
}  // namespace entente::example

int main(int count, char** arguments) { return entente::example::run({arguments, static_cast<std::size_t>(count)}); }
