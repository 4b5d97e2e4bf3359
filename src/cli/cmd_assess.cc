// `entente assess`: from org.toml (or a bundle) to a folder with everything an assessment publishes: bundle/, assessment.json, rows/, the
// HTML reports and, with a key, the signed statement and the ledger's receipt. All of it is made in a temporary folder beside the output
// and renamed into place at the end, so that an interrupted run leaves the earlier output as it was. Ctrl-C removes
// the temporary folder (core/interrupt.h).
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>

#include "assess/assess.h"
#include "assess/export.h"
#include "cli/assessment_files.h"
#include "cli/cli.h"
#include "cli/ledger.h"
#include "core/file.h"
#include "core/interrupt.h"
#include "core/terminal.h"
#include "core/utf8.h"
#include "keys/keys.h"
#include "ledger/ledger.h"

namespace entente::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kAssessExamples = R"(  entente assess org.toml                          writes ./assessment/, prints the scorecard
  entente assess org.toml -o out --lang fr         the scorecard in French (the page is written in both languages)
  entente assess org.toml --at 2026-11-24T12:00:00Z
      judge as of that time: files without a date of their own count as collected then
  entente assess org.toml --key org.key --ledger ledger --ledger-key log.key
      sign the result and append it to a ledger
  entente assess --bundle evidence.tar.zst         judge evidence that somebody else collected
  entente assess org.toml --sarif assessment/assessment.sarif --oscal results.json
      the same for other tools: SARIF 2.1.0, and OSCAL 1.2.2 assessment results

Exit 1 means there is something to fix, or that nothing at all could be assessed; not that anything went wrong.)";

struct AssessOptions {
  std::string profile, bundle, output = "assessment", at, language = "en", key, ledger, ledger_key, sarif, oscal;
  bool force = false;
};

// The temporary sibling of the output folder; removed unless it was renamed into place.
class Staging {
 public:
  static Result<Staging> make(const fs::path& output) {
    std::error_code ec;
    const fs::path absolute = fs::absolute(output, ec).lexically_normal();
    if (ec)
      return fail("cannot find out where the output folder lies: " + ec.message(), {.file = output.string()}, "name it by its whole path");
    const fs::path target = absolute.has_filename() ? absolute : absolute.parent_path();
    if (target.has_parent_path()) ENTENTE_CHECK(make_folders(target.parent_path()));
    std::string name = (target.parent_path() / ("." + target.filename().string() + ".tmp-XXXXXX")).string();
    if (::mkdtemp(name.data()) == nullptr) {
      return fail("cannot make a temporary folder beside the output", {.file = name}, "choose another place with -o");
    }
    ::chmod(name.c_str(), 0755);
    return Staging(name, target);
  }
  ~Staging() {
    std::error_code ec;
    if (!folder_.empty()) fs::remove_all(folder_, ec);
  }
  Staging(Staging&& other) noexcept
      : folder_(std::exchange(other.folder_, {})), target_(std::move(other.target_)), cleaned_(std::move(other.cleaned_)) {}
  Staging& operator=(Staging&&) = delete;
  Staging(const Staging&) = delete;
  Staging& operator=(const Staging&) = delete;

  const fs::path& folder() const { return folder_; }

  // Swaps the finished folder in: the old output is moved aside, the new one moved in, the old one removed.
  Result<void> commit() {
    Result<void> done;
    uninterrupted([&] { done = swap_in(); });
    return done;
  }

 private:
  Result<void> swap_in() {
    std::error_code ec;
    const fs::path aside = folder_.string() + ".old";
    const bool replaces = fs::exists(target_, ec);
    if (replaces) fs::rename(target_, aside, ec);
    if (!ec) fs::rename(folder_, target_, ec);
    if (ec) {
      std::error_code ignored;
      if (replaces && !fs::exists(target_, ignored)) fs::rename(aside, target_, ignored);
      return fail(fmt::format("cannot put the output in place: {}", ec.message()), {.file = target_.string()});
    }
    folder_.clear();
    cleaned_.reset();
    if (replaces) fs::remove_all(aside, ec);
    return sync_folder(target_.parent_path());
  }

  Staging(fs::path folder, fs::path target)
      : folder_(std::move(folder)), target_(std::move(target)), cleaned_(std::make_unique<CleanedOnInterrupt>(folder_)) {}
  fs::path folder_, target_;
  std::unique_ptr<CleanedOnInterrupt> cleaned_;
};

// A file for other tools: elsewhere, or in the output folder under the name that `entente verify` knows.
struct ExportFile {
  const char* option;
  std::string_view known_name;
  std::string given;
  bool in_output = false;
};

// An error if the file would be lost with the output folder, or would lie in something that is read or written besides.
Result<std::optional<ExportFile>> export_file(const AssessOptions& given, const char* option, std::string_view known_name,
                                              const std::string& path, const std::vector<fs::path>& inputs) {
  if (path.empty()) return std::nullopt;
  std::error_code ec;
  const fs::path output = fs::weakly_canonical(given.output, ec);
  const fs::path file = fs::weakly_canonical(path, ec);
  if (ec) return fail("cannot find out where the file lies: " + ec.message(), {.file = path}, "name it by its whole path");
  for (const std::string* other : {&given.profile, &given.bundle, &given.key, &given.ledger_key, &given.ledger})
    if (!other->empty() && is_inside(file, fs::weakly_canonical(*other, ec)))
      return fail(fmt::format("{} names a file that is read, or lies in one of the folders given", option), {.file = path},
                  "choose another");
  if (!is_inside(file, output)) {
    ENTENTE_CHECK(check_export_place(path));
    for (const fs::path& input : inputs)
      if (is_same_file(input, path))
        return fail(fmt::format("{} names {}, which is evidence of the profile", option, input.string()), {.file = path}, "choose another");
    return ExportFile{option, known_name, path, false};
  }
  if (file == output / known_name) return ExportFile{option, known_name, path, true};
  return fail(fmt::format("{} names a file in the output folder, which is replaced as a whole", option), {.file = path},
              fmt::format("there it is called {}; or choose a place outside", known_name));
}

Result<std::vector<ExportFile>> export_files(const AssessOptions& given, const std::vector<fs::path>& inputs) {
  std::vector<ExportFile> out;
  ENTENTE_TRY(auto sarif, export_file(given, "--sarif", assess::kSarifName, given.sarif, inputs));
  ENTENTE_TRY(auto oscal, export_file(given, "--oscal", assess::kOscalName, given.oscal, inputs));
  std::error_code ec;
  if (sarif && oscal && fs::weakly_canonical(given.sarif, ec) == fs::weakly_canonical(given.oscal, ec))
    return fail("--sarif and --oscal name the same file", {.file = given.oscal}, "give each its own");
  if (sarif) out.push_back(std::move(*sarif));
  if (oscal) out.push_back(std::move(*oscal));
  return out;
}

// The output folder is replaced as a whole: nothing that this command reads or writes elsewhere may lie in it, or hold it.
Result<void> check_apart(const AssessOptions& given, const std::vector<fs::path>& files) {
  std::error_code ec;
  const fs::path output = fs::weakly_canonical(given.output, ec);
  if (ec) return fail("cannot find out where the output folder lies: " + ec.message(), {.file = given.output}, "name it by its whole path");
  const std::array<std::pair<const char*, const std::string*>, 5> inputs{{{"profile", &given.profile},
                                                                          {"bundle", &given.bundle},
                                                                          {"signing key", &given.key},
                                                                          {"ledger's key", &given.ledger_key},
                                                                          {"ledger", &given.ledger}}};
  for (const auto& [what, path] : inputs) {
    if (path->empty()) continue;
    const fs::path place = fs::weakly_canonical(*path, ec);
    if (ec) continue;  // whoever reads it says what is wrong
    if (is_inside(place, output))
      return fail(fmt::format("the {} lies in the output folder, which is replaced as a whole", what), {.file = *path},
                  "choose another output with -o");
    if (is_inside(output, place))
      return fail(fmt::format("the output folder lies in the {}", what), {.file = given.output}, "choose another output with -o");
  }
  for (const fs::path& file : files) {
    const fs::path place = fs::weakly_canonical(file, ec);
    if (!ec && is_inside(place, output))
      return fail("evidence of the profile lies in the output folder, which is replaced as a whole", {.file = file.string()},
                  "choose another output with -o");
  }
  return {};
}

// An existing folder is replaced only if it holds an earlier assessment and nothing else, is empty, or --force is given.
Result<void> check_replaceable(const AssessOptions& given, const std::vector<fs::path>& files) {
  ENTENTE_CHECK(check_apart(given, files));
  std::error_code ec;
  const fs::path output = given.output;
  const fs::file_status status = fs::symlink_status(output, ec);
  if (!fs::exists(status)) return {};
  if (!fs::is_directory(status)) return fail("the output exists and is not a folder", {.file = given.output}, "choose another with -o");
  if (given.force) return {};
  constexpr std::array<std::string_view, 9> kOurs{
      "assessment.json",    "bundle",           "report.fr.html",  "report.html", "rows", "statement.dsse.json",
      "receipt.tlog-proof", assess::kSarifName, assess::kOscalName};
  for (fs::directory_iterator it(output, ec), end; !ec && it != end; it.increment(ec))
    if (const std::string name = it->path().filename().string(); std::find(kOurs.begin(), kOurs.end(), name) == kOurs.end())
      return fail(fmt::format("the output folder holds something entente assess did not write: {}", name), {.file = given.output},
                  "choose another with -o, or pass --force to replace it with all it holds");
  if (ec) return fail("cannot list the output folder: " + ec.message(), {.file = given.output});
  return {};
}

struct SigningKeys {
  std::optional<keys::SigningKey> organisation, log;  // log: only where it is another key
  [[nodiscard]] const keys::SigningKey& for_log() const { return log ? *log : *organisation; }
};

Result<SigningKeys> open_keys(const AssessOptions& given) {
  SigningKeys out;
  if (!given.key.empty()) {
    ENTENTE_TRY(out.organisation, read_signing_key(given.key));
    ENTENTE_CHECK(check_statement_key(*out.organisation, given.key));
  }
  if (!given.ledger_key.empty()) { ENTENTE_TRY(out.log, read_signing_key(given.ledger_key)); }
  return out;
}

// The signer of the assessment must not be the "other party" that attested parts of it.
Result<void> check_attesters(const catalog::Profile& profile, const keys::SigningKey& key) {
  for (const auto& attestation : profile.attestations) {
    const auto attester = keys::VerifierKey::parse(attestation.attester);
    if (attester && attester->key() == key.verifier().key()) {
      return fail(fmt::format("the signing key is also the attester of {}: nobody attests for themselves", attestation.control.str()), {},
                  "sign the assessment with the organisation's own key");
    }
  }
  return {};
}

struct Published {
  std::optional<std::uint64_t> index;
  bool signed_ = false;
};

Result<Published> publish(const assess::Outcome& outcome, const AssessOptions& given, const SigningKeys& signing, const DataSet& data,
                          const fs::path& folder) {
  Published out;
  if (!signing.organisation) return out;
  const statement::Statement statement = assess::to_statement(outcome);
  ENTENTE_CHECK(statement::check_predicate(statement, data));
  const std::string envelope = statement::sign(statement, *signing.organisation).str();
  ENTENTE_CHECK(write_file_atomic(folder / "statement.dsse.json", envelope));
  out.signed_ = true;
  if (given.ledger.empty()) return out;
  std::error_code ec;
  const bool fresh = !fs::exists(given.ledger, ec) || fs::is_empty(given.ledger, ec);
  if (!fresh) ENTENTE_CHECK(check_log_key(given.ledger, signing.for_log()));
  ENTENTE_TRY(auto ledger, fresh ? ledger::Ledger::init(given.ledger, signing.for_log()) : ledger::Ledger::open_write(given.ledger));
  const std::vector<std::string> entries{envelope};
  ENTENTE_TRY(const auto indices, ledger.append(entries, signing.for_log()));
  ENTENTE_TRY(const auto receipt, ledger.receipt(indices.at(0)));
  ENTENTE_CHECK(write_file_atomic(folder / "receipt.tlog-proof", receipt.str()));
  out.index = indices.at(0);
  return out;
}

Result<evidence::Bundle> get_bundle(const AssessOptions& given, const fs::path& folder, Instant at, Progress& progress) {
  if (given.bundle.empty()) return assess::collect(given.profile, folder, at, progress);
  ENTENTE_TRY(const auto opened, evidence::open_any(given.bundle, progress));
  const evidence::Bundle& from = opened.bundle;
  ENTENTE_TRY(const auto problems, evidence::verify(from.folder(), progress));
  if (!problems.empty())
    return fail("the bundle is not what its manifest says: " + problems.front().message, {.file = given.bundle},
                "entente evidence verify names every difference");
  std::vector<evidence::Item> items;
  for (const auto& e : from.entries()) items.push_back({e.kind, from.folder() / e.path, e.path, e.media_type, e.collected_at, e.source});
  ENTENTE_TRY(auto copy, evidence::create(folder, std::move(items), progress));
  if (copy.digest() != from.digest()) {
    return fail("the bundle is not what its manifest says", {.file = given.bundle}, "entente evidence verify names the file");
  }
  return copy;
}

// The texts of the files for other tools, made before anything is put in place or logged: an error then changes nothing.
Result<std::vector<std::string>> export_texts(const std::vector<ExportFile>& files, const assess::Outcome& outcome,
                                              const evidence::Bundle& bundle, const catalog::Catalog& catalog, const DataSet& data) {
  std::vector<std::string> out;
  if (files.empty()) return out;
  ENTENTE_TRY(const auto published, assess::read_document(outcome.document, "assessment.json", data));
  const assess::EvidenceFiles evidence = assess::evidence_files(bundle);
  for (const ExportFile& file : files) {
    if (file.known_name == assess::kSarifName) {
      out.push_back(assess::to_sarif(published, catalog, evidence));
    } else {
      ENTENTE_TRY(out.emplace_back(), assess::to_oscal(published, catalog, evidence));
    }
  }
  return out;
}

enum class ExportPlace { in_output, elsewhere };
Result<void> write_exports(const std::vector<ExportFile>& files, const std::vector<std::string>& texts, ExportPlace place,
                           const fs::path& folder) {
  for (std::size_t i = 0; i < files.size(); ++i) {
    const bool inside = files[i].in_output;
    if (inside != (place == ExportPlace::in_output)) continue;
    ENTENTE_CHECK(write_file_atomic(inside ? folder / files[i].known_name : fs::path(files[i].given), texts[i]));
  }
  return {};
}

void print_places(const AssessOptions& given, const Published& published, const assess::Outcome& outcome) {
  const fs::path folder = given.output;
  const auto line = [](std::string_view what, const std::string& where) {
    std::printf("  %-18s %s\n", std::string(what).c_str(), printable(where, 4096).c_str());
  };
  std::printf("\n%s\n", paint(stdout, Colour::bold, given.language == "fr" ? "Où tout se trouve" : "Where everything lies").c_str());
  line("report", (folder / "report.html").string() + "  (report.fr.html)");
  line("assessment", (folder / "assessment.json").string() + "  " + sha256(outcome.document).str());
  line("evidence", (folder / "bundle").string());
  if (published.signed_) line("statement", (folder / "statement.dsse.json").string());
  if (published.index)
    line("receipt", fmt::format("{}  (entry {} of {})", (folder / "receipt.tlog-proof").string(), *published.index, given.ledger));
  if (!given.sarif.empty()) line("SARIF", given.sarif);
  if (!given.oscal.empty()) line("OSCAL", given.oscal);
  line("recompute", fmt::format("entente reproduce {}", folder.string()));
}

// A control that does not exist would be passed over in silence, and with it what its author attested.
Result<void> check_controls(const catalog::Profile& profile, const catalog::Catalog& rules) {
  const auto check = [&](std::string_view table, const catalog::ControlId& id) -> Result<void> {
    if (rules.find(id) != nullptr) return {};
    return fail(fmt::format("[[{}]] names the control {}, which does not exist", table, id.str()), {},
                "`entente controls list` shows them all");
  };
  for (const auto& attestation : profile.attestations) ENTENTE_CHECK(check("attestation", attestation.control));
  for (const auto& reason : profile.not_applicable) ENTENTE_CHECK(check("not_applicable", reason.control));
  return {};
}

Json assess_to_json(const AssessOptions& given, const assess::Outcome& outcome, const Published& published,
                    const std::vector<std::string>& warnings) {
  Json out = Json::object();
  const fs::path folder = given.output;
  out["assessment"] = (folder / "assessment.json").string();
  out["digest"] = sha256(outcome.document).str();
  out["report"] = (folder / "report.html").string();
  out["bundle"] = (folder / "bundle").string();
  out["bundle_digest"] = outcome.assessment.bundle_digest.str();
  out["statement"] = published.signed_ ? Json((folder / "statement.dsse.json").string()) : Json(nullptr);
  out["receipt"] = published.index ? Json((folder / "receipt.tlog-proof").string()) : Json(nullptr);
  out["ledger_index"] = published.index ? Json(*published.index) : Json(nullptr);
  out["sarif"] = given.sarif.empty() ? Json(nullptr) : Json(given.sarif);
  out["oscal"] = given.oscal.empty() ? Json(nullptr) : Json(given.oscal);
  out["warnings"] = warnings;
  out["to_fix"] = Json::array();
  for (const auto* j : assess::to_fix(outcome)) {
    out["to_fix"].push_back(
        Json{{"control", j->control.str()}, {"status", catalog::to_string(j->status)}, {"summary", j->summary}, {"fix", j->finding.fix}});
  }
  return out;
}

Result<int> assess(const Context& context, const AssessOptions& given) {
  ENTENTE_TRY(const DataSet* const data, context.data());
  ENTENTE_TRY(const auto catalog, catalog::Catalog::load(*data));
  Instant at = now();
  if (!given.at.empty()) {
    ENTENTE_TRY(at, parse_time_option("--at", given.at));
  } else {
    at = std::chrono::floor<std::chrono::seconds>(at);
  }
  const std::vector<fs::path> inputs = given.profile.empty() ? std::vector<fs::path>() : files_of_profile(given.profile);
  ENTENTE_CHECK(check_replaceable(given, inputs));
  ENTENTE_TRY(const auto exports, export_files(given, inputs));
  ENTENTE_TRY(const SigningKeys signing, open_keys(given));
  Progress progress(context.progress());
  ENTENTE_TRY(auto staging, Staging::make(given.output));
  ENTENTE_TRY(const auto bundle, get_bundle(given, staging.folder() / "bundle", at, progress));
  auto judged = assess::judge(bundle, catalog, at, progress);
  if (!judged) {
    Error error = std::move(judged).error();
    return fail(given.bundle.empty() ? std::move(error) : as_given(std::move(error), bundle.folder(), given.bundle));
  }
  const assess::Outcome outcome = std::move(*judged);
  ENTENTE_CHECK(check_controls(outcome.assessment.profile, catalog));
  if (signing.organisation) ENTENTE_CHECK(check_attesters(outcome.assessment.profile, *signing.organisation));
  ENTENTE_CHECK(assess::write(outcome, catalog, staging.folder()));
  ENTENTE_TRY(const auto texts, export_texts(exports, outcome, bundle, catalog, *data));
  ENTENTE_CHECK(write_exports(exports, texts, ExportPlace::in_output, staging.folder()));
  ENTENTE_TRY(const auto published, publish(outcome, given, signing, *data, staging.folder()));
  ENTENTE_CHECK(staging.commit());
  ENTENTE_CHECK(write_exports(exports, texts, ExportPlace::elsewhere, {}));
  progress.done();
  const std::vector<std::string> warnings = unread_kinds(bundle);
  if (context.json) {
    print_json(assess_to_json(given, outcome, published, warnings));
  } else {
    const std::string card = assess::scorecard(outcome, catalog, *catalog::parse_language(given.language));
    std::fwrite(card.data(), 1, card.size(), stdout);
    if (!context.quiet) print_places(given, published, outcome);
  }
  print_warnings(warnings);  // last, where they are seen
  // Lost or stale evidence must not look like a clean bill of health.
  const bool nothing = std::none_of(outcome.assessment.judgements.begin(), outcome.assessment.judgements.end(), [](const auto& j) {
    return j.status == catalog::Status::satisfied || j.status == catalog::Status::partial || j.status == catalog::Status::not_satisfied;
  });
  if (nothing && !context.quiet)
    std::fprintf(
        stderr, "%s\n",
        paint(stderr, Colour::yellow, "nothing could be assessed: the profile names no evidence that is usable at this time").c_str());
  return assess::to_fix(outcome).empty() && !nothing ? kOk : kFindings;
}

int run_assess(const Context& context, const AssessOptions& given) {
  if (given.profile.empty() == given.bundle.empty()) {
    return report(context, Error{"give either a profile or --bundle", {}, "for example: entente assess org.toml"});
  }
  if (std::error_code ec; fs::is_directory(given.profile, ec)) {
    const fs::path folder = given.profile;
    const std::string hint = fs::exists(folder / "org.toml", ec)        ? "the profile is " + (folder / "org.toml").string()
                             : fs::exists(folder / "manifest.json", ec) ? "a bundle goes with --bundle " + given.profile
                                                                        : "name the profile, for example org.toml";
    return report(context, Error{"this is a folder, a profile is a file", {.file = given.profile}, hint});
  }
  if (!given.ledger.empty() && given.key.empty()) {
    return report(context, Error{"only a signed assessment can go into a ledger", {}, "add --key KEY; entente keygen makes one"});
  }
  if (!given.ledger_key.empty() && given.ledger.empty())
    return report(context, Error{"--ledger-key without --ledger", {}, "add --ledger DIR"});
  const auto code = assess(context, given);
  return code ? *code : report(context, code.error());
}

}  // namespace

void add_assess(CLI::App& app, Context& context) {
  auto given = std::make_shared<AssessOptions>();
  CLI::App* command = add_command(app, context, "assess", "measure an organisation on all nine principles", kAssessExamples,
                                  [&context, given] { return run_assess(context, *given); });
  command->add_option("profile", given->profile, "the organisation's profile")->type_name("org.toml");
  command->add_option("--bundle", given->bundle, "judge this bundle (folder or .tar.zst) instead of a profile")->type_name("BUNDLE");
  command->add_option("-o,--output", given->output, "where to write; an earlier assessment there is replaced")
      ->type_name("DIR")
      ->capture_default_str();
  command->add_option("--at", given->at, "judge as of this time (default: now)")->type_name("TIME");
  command->add_option("--lang", given->language, "language of the scorecard")->check(CLI::IsMember({"en", "fr"}))->capture_default_str();
  command->add_option("--key", given->key, "sign the result with the organisation's key")->type_name("FILE");
  command->add_option("--ledger", given->ledger, "append the statement to this ledger; made if there is none")->type_name("DIR");
  command->add_option("--ledger-key", given->ledger_key, "the ledger's own key (default: the one of --key)")->type_name("FILE");
  command->add_option("--sarif", given->sarif, "write the results as SARIF 2.1.0 too")->type_name("FILE");
  command->add_option("--oscal", given->oscal, "write the results as OSCAL 1.2.2 assessment results too")->type_name("FILE");
  command->add_flag("--force", given->force, "replace the output folder whatever it holds");
}

}  // namespace entente::cli
