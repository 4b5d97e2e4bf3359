// `entente assessment export`: an assessment that was published, as SARIF or OSCAL. Nothing is judged again: what is read is
// assessment.json or a signed statement, and of the bundle only the manifest, for the names of the evidence.
#include <fmt/format.h>

#include <cstdio>
#include <memory>

#include "assess/export.h"
#include "cli/assessment_files.h"
#include "cli/cli.h"
#include "core/file.h"
#include "core/utf8.h"
#include "keys/keys.h"
#include "statement/statement.h"

namespace entente::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kAssessmentExamples = R"(  entente assessment export assessment --format sarif -o assessment.sarif
  entente assessment export statement.dsse.json --key org.key.vkey --format oscal)";

constexpr const char* kAssessmentExportExamples = R"(  entente assessment export assessment --format sarif -o assessment.sarif
      a folder that `entente assess` made; evidence is named by its path in the bundle
  entente assessment export assessment.json --format oscal --bundle evidence.tar.zst
      OSCAL 1.2.2 assessment results, to standard output
  entente assessment export assessment --format sarif --results problems
      only what fails, for code hosts that take every result for an alert
  entente assessment export statement.dsse.json --key org.key.vkey --format oscal
      what a monitor received: statuses and digests, no sentences

Whether the assessment is what its evidence gives is not checked here: `entente verify` does that.
Exit 0: written. Exit 2: the input is no assessment, or the file cannot be written.)";

constexpr std::uint64_t kMostDocumentBytes = std::uint64_t{256} << 20;

struct AssessmentExportOptions {
  std::string path, format, results = "all", bundle, output;
  std::vector<std::string> keys;
};

fs::path published_file(const AssessmentExportOptions& given) {
  std::error_code ec;
  return fs::is_directory(given.path, ec) ? fs::path(given.path) / "assessment.json" : fs::path(given.path);
}

Result<assess::PublishedAssessment> read_signed_assessment(const std::string& text, const std::string& name,
                                                           const AssessmentExportOptions& given, const DataSet& data) {
  if (given.keys.empty())
    return fail("this is a signed statement, and no key is given to check it with", {.file = name}, "add --key VKEY, the signer's");
  std::vector<keys::VerifierKey> trusted;
  for (const std::string& key : given.keys) {
    ENTENTE_TRY(keys::VerifierKey parsed, keys::read_verifier_key(key));
    trusted.push_back(std::move(parsed));
  }
  ENTENTE_TRY(const auto envelope, statement::Envelope::parse(text, name));
  ENTENTE_TRY(const auto verified, statement::verify(envelope, trusted, name));
  auto read = assess::read_statement(verified.statement, data);
  if (!read && read.error().where.file.empty()) read.error().where.file = name;
  return read;
}

// A DSSE envelope is told from a document by its members; a text that is neither is read as a document, whose error says what is wrong.
Result<assess::PublishedAssessment> read_published(const fs::path& file, const AssessmentExportOptions& given, const DataSet& data) {
  ENTENTE_TRY(const std::string text, read_file(file, kMostDocumentBytes));
  ENTENTE_TRY(const JsonDocument parsed, JsonDocument::parse(text, file.string()));
  if (json_string(parsed.root(), "payloadType")) return read_signed_assessment(text, file.string(), given, data);
  if (!given.keys.empty())
    return fail("--key is for a signed statement; the document itself carries no signature", {.file = file.string()},
                "check the published folder with `entente verify`");
  return assess::read_document(text, file.string(), data);
}

// The names of the evidence: --bundle, or bundle/ beside the document. None: the digests stand for it.
Result<assess::EvidenceFiles> read_evidence_names(const fs::path& file, const AssessmentExportOptions& given,
                                                  const assess::PublishedAssessment& assessment, Progress& progress) {
  std::error_code ec;
  const fs::path beside = file.parent_path() / "bundle";
  if (given.bundle.empty() && !fs::exists(beside / evidence::kManifestName, ec)) return assess::EvidenceFiles{};
  const std::string name = given.bundle.empty() ? beside.string() : given.bundle;
  ENTENTE_TRY(const auto opened, evidence::open_any(name, progress));
  if (opened.bundle.digest() != assessment.bundle_digest)
    return fail(fmt::format("the assessment was made from another bundle: {}", assessment.bundle_digest.str()), {.file = name},
                "give the one it was made from with --bundle");
  return assess::evidence_files(opened.bundle);
}

Result<std::string> exported_text(const Context& context, const AssessmentExportOptions& given) {
  ENTENTE_TRY(const DataSet* const data, context.data());
  ENTENTE_TRY(const auto catalog, catalog::Catalog::load(*data));
  const fs::path file = published_file(given);
  ENTENTE_TRY(const auto assessment, read_published(file, given, *data));
  Progress progress(context.progress());
  ENTENTE_TRY(const auto files, read_evidence_names(file, given, assessment, progress));
  progress.done();
  if (assessment.data_digest != catalog.digest())
    print_warnings(
        {fmt::format("{} was judged by other rules ({}); the texts of controls are those of this program's catalogue, version {}",
                     printable(file.string()), assessment.data_digest.str(), catalog.version())});
  if (given.format == "oscal") return assess::to_oscal(assessment, catalog, files);
  return assess::to_sarif(assessment, catalog, files,
                          given.results == "problems" ? assess::SarifResults::problems : assess::SarifResults::all);
}

// What is read must not be overwritten: neither the document or statement, nor anything in the bundle.
Result<void> check_export_output(const AssessmentExportOptions& given) {
  ENTENTE_CHECK(check_export_place(given.output));
  std::error_code ec;
  const fs::path output = fs::weakly_canonical(given.output, ec);
  const fs::path input = published_file(given);
  for (const fs::path& read : {input, given.bundle.empty() ? input.parent_path() / "bundle" : fs::path(given.bundle)}) {
    const fs::path place = fs::weakly_canonical(read, ec);
    if (!ec && is_inside(output, place))
      return fail("the file to write is one that is read, or lies in the bundle", {.file = given.output}, "choose another with -o");
  }
  return {};
}

Result<int> export_assessment(const Context& context, const AssessmentExportOptions& given) {
  if (given.format == "oscal" && given.results != "all")
    return fail("--results goes with --format sarif", {}, "OSCAL's assessment results hold every control");
  if (!given.output.empty()) ENTENTE_CHECK(check_export_output(given));
  ENTENTE_TRY(const std::string text, exported_text(context, given));
  if (given.output.empty()) {
    std::fwrite(text.data(), 1, text.size(), stdout);
    return kOk;
  }
  ENTENTE_CHECK(write_file_atomic(given.output, text));
  if (context.json)
    print_json(Json{{"file", given.output}, {"format", given.format}, {"digest", sha256(text).str()}, {"bytes", text.size()}});
  else if (!context.quiet)
    std::printf("wrote %s  %s\n", printable(given.output, 4096).c_str(), sha256(text).str().c_str());
  return kOk;
}

int run_assessment_export(const Context& context, const AssessmentExportOptions& given) {
  const auto code = export_assessment(context, given);
  return code ? *code : report(context, code.error());
}

}  // namespace

void add_assessment(CLI::App& app, Context& context) {
  CLI::App* group = add_command(app, context, "assessment", "export a published assessment to other tools", kAssessmentExamples, {});
  group->require_subcommand(1);
  auto given = std::make_shared<AssessmentExportOptions>();
  CLI::App* command = add_command(*group, context, "export", "write an assessment as SARIF or as OSCAL assessment results",
                                  kAssessmentExportExamples, [&context, given] { return run_assessment_export(context, *given); });
  command->add_option("path", given->path, "a folder that `entente assess` made, assessment.json, or a signed statement (DSSE)")
      ->required()
      ->type_name("PATH");
  command->add_option("--format", given->format, "sarif (2.1.0) or oscal (1.2.2 assessment results)")
      ->required()
      ->check(CLI::IsMember({"sarif", "oscal"}));
  command->add_option("--results", given->results, "SARIF: all controls, or only problems, those that fail")
      ->check(CLI::IsMember({"all", "problems"}))
      ->capture_default_str();
  command->add_option("--bundle", given->bundle, "the evidence, to name its files (default: bundle/ beside the document)")
      ->type_name("BUNDLE");
  command->add_option("--key", given->keys, "the signer's vkey, or a file that holds it, for a statement (may be repeated)")
      ->type_name("VKEY");
  command->add_option("-o,--output", given->output, "file to write (default: standard output)")->type_name("FILE");
}

}  // namespace entente::cli
