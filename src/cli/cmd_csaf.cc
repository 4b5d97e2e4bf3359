// `entente csaf validate`: CSAF 2.0 documents against the schema and the tests of section 6 of the standard, many files at a time.
// Results are written in the order of the files, whatever thread judged them.
#include <fmt/format.h>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "cli/cli.h"
#include "core/file.h"
#include "core/parallel.h"
#include "core/terminal.h"
#include "core/utf8.h"
#include "csaf/spelling.h"
#include "csaf/validator.h"

namespace entente::cli {
namespace {

constexpr const char* kCsafExamples = R"(  entente csaf validate advisory.json            all tests of CSAF 2.0 that need no network
  entente csaf collect vendor.example -o vendor  a provider's advisories, hashes, signatures and keys
  entente csaf provider vendor                   which role of the standard the provider fills)";
constexpr const char* kCsafValidateExamples = R"(  entente csaf validate advisory.json            all tests of CSAF 2.0 that need no network
  entente csaf validate advisories/ --mandatory  the schema and tests 6.1.x alone, every .json below the folder
  entente csaf validate a.json --test 6.1.7      one test
  entente csaf validate advisories/ --json

Tests that ask the network (6.3.6, 6.3.7) are named as skipped where they apply, and so is the spell check (6.3.8) where
no dictionary of the document's language is installed (/usr/share/hunspell; in Debian packages such as hunspell-en-us).
Whether a document is valid is said only where the schema and all mandatory tests were asked ("valid" is null in JSON otherwise).
Exit code 1 if a document is no CSAF, breaks the schema or fails a mandatory test (with --test: any test named), 2 if one cannot be read.)";

struct CsafOptions {
  std::vector<std::string> paths;
  std::vector<std::string> tests;
  bool mandatory = false, optional = false, informative = false;
};

// One file's verdict; its findings do not outlive the document's views, since they own their text.
struct CsafVerdict {
  csaf::Report report;
  std::string no_csaf;  // why it is no CSAF document at all; empty if it is one
  std::optional<Error> error;
};

Result<std::vector<std::string>> csaf_files(const std::vector<std::string>& paths) {
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    std::error_code ec;
    if (!std::filesystem::is_directory(path, ec)) {
      files.push_back(path);
      continue;
    }
    ENTENTE_TRY(const auto below, list_files(path));
    for (const std::string& file : below)
      if (file.ends_with(".json")) files.push_back((std::filesystem::path(path) / file).string());
  }
  if (files.empty()) return fail("no .json file in what was given", {.file = paths.front()});
  return files;
}

Result<csaf::Selection> csaf_selection(const CsafOptions& options) {
  csaf::Selection s;
  for (const std::string& test : options.tests)
    if (csaf::find_test(test) == nullptr)
      return fail("there is no test \"" + test + "\"", {}, "tests are named like 6.1.7; the schema's is \"schema\"");
  s.only = options.tests;
  if (options.mandatory || options.optional || options.informative) {
    s.schema = s.mandatory = options.mandatory;
    s.optional = options.optional;
    s.informative = options.informative;
  }
  return s;
}

// Whether what makes a document valid was all asked for: the schema and every mandatory test.
bool csaf_asks_all(const csaf::Selection& s) { return s.only.empty() && s.schema && s.mandatory; }

// true, false, or null: what was asked for holds, but more belongs to validity.
Json csaf_valid(const CsafVerdict& v, const csaf::Selection& selection) {
  if (!v.no_csaf.empty() || !v.report.valid()) return false;
  return csaf_asks_all(selection) ? Json(true) : Json(nullptr);
}

// Every CSAF document is an object with a "document" in it. Without it the tests say much, and nothing to the point.
std::string why_no_csaf(const csaf::Document& document) {
  if (const auto head = json_get(document.json.root(), "document"); head && as_object(*head)) return {};
  for (const auto& [member, what] : {std::pair{"bomFormat", "a CycloneDX document"}, std::pair{"spdxVersion", "an SPDX document"}})
    if (json_get(document.json.root(), member)) return fmt::format("this is {}, no CSAF document", what);
  return "this is no CSAF document: it has no object \"document\"";
}

bool csaf_fails(const CsafVerdict& v, const CsafOptions& options) {
  if (!v.no_csaf.empty()) return true;
  return options.tests.empty() ? !v.report.valid() : !v.report.findings.empty();
}

void print_verdict(const std::string& file, const CsafVerdict& v, const CsafOptions& options, const csaf::Selection& selection,
                   bool quiet) {
  const bool failed = csaf_fails(v, options);
  if (!quiet || failed)
    std::printf("%s  %s\n", paint(stdout, failed ? Colour::red : Colour::green, failed ? "FAIL" : "ok  ").c_str(), printable(file).c_str());
  if (!v.no_csaf.empty()) std::printf("    %s %s\n", paint(stdout, Colour::red, "error").c_str(), v.no_csaf.c_str());
  for (const csaf::Finding& f : v.report.findings) {
    const bool error = f.test->group == csaf::Group::schema || f.test->group == csaf::Group::mandatory;
    if (quiet && !error) continue;
    const char* word = error ? "error" : f.test->group == csaf::Group::optional ? "warning" : "info";
    std::printf("    %s %s %s: %s\n", paint(stdout, error ? Colour::red : Colour::yellow, word).c_str(), std::string(f.test->id).c_str(),
                printable(f.pointer.empty() ? "/" : f.pointer, 200).c_str(), printable(f.what).c_str());
    if (!f.repair.empty()) std::printf("        %s\n", paint(stdout, Colour::dim, printable(f.repair)).c_str());
  }
  for (const csaf::Skipped& s : v.report.skipped)
    if (!quiet) std::printf("    skipped %s: %s\n", std::string(s.test->id).c_str(), printable(s.reason).c_str());
  if (!quiet && !failed && !csaf_asks_all(selection))
    std::printf("    not all was asked%s: this does not say that the document is valid\n",
                selection.only.empty() && !selection.schema ? ", the schema among what was not" : "");
}

Json verdict_json(const std::string& file, const CsafVerdict& v, const csaf::Selection& selection) {
  Json out = {{"file", file}};
  if (v.error) {
    out["error"] = v.error->str();
    return out;
  }
  out["valid"] = csaf_valid(v, selection);
  if (!v.no_csaf.empty()) out["no_csaf"] = v.no_csaf;
  out["findings"] = Json::array();
  for (const csaf::Finding& f : v.report.findings)
    out["findings"].push_back({{"test", f.test->id},
                               {"name", f.test->name},
                               {"group", csaf::group_name(f.test->group)},
                               {"pointer", f.pointer},
                               {"what", f.what},
                               {"repair", f.repair}});
  out["skipped"] = Json::array();
  for (const csaf::Skipped& s : v.report.skipped) out["skipped"].push_back({{"test", s.test->id}, {"reason", s.reason}});
  return out;
}

int run_csaf_validate(const Context& context, const CsafOptions& options) {
  auto selection = csaf_selection(options);
  if (!selection) return report(context, selection.error());
  const csaf::Dictionaries dictionaries;
  selection->spelling = [&](std::string_view language, std::string_view text) { return dictionaries.misspelt(language, text); };
  const auto files = csaf_files(options.paths);
  if (!files) return report(context, files.error());
  const auto data = context.data();
  if (!data) return report(context, data.error());
  const auto validator = csaf::Validator::load(**data);
  if (!validator) return report(context, validator.error());
  std::vector<CsafVerdict> verdicts(files->size());
  parallel_for(files->size(), [&](std::size_t i) {
    const auto document = csaf::Document::read((*files)[i]);
    if (!document)
      verdicts[i].error = document.error();
    else if (auto why = why_no_csaf(*document); !why.empty())
      verdicts[i].no_csaf = std::move(why);
    else
      verdicts[i].report = validator->validate(*document, *selection);
  });
  int code = kOk;
  Json list = Json::array();
  for (std::size_t i = 0; i < verdicts.size(); ++i) {
    const CsafVerdict& v = verdicts[i];
    if (v.error)
      code = kError;
    else if (csaf_fails(v, options))
      code = std::max(code, kFindings);
    if (context.json)
      list.push_back(verdict_json((*files)[i], v, *selection));
    else if (v.error)
      report(context, *v.error);
    else
      print_verdict((*files)[i], v, options, *selection, context.quiet);
  }
  if (context.json) print_json({{"documents", std::move(list)}});
  return code;
}

}  // namespace

void add_csaf(CLI::App& app, Context& context) {
  CLI::App* csaf = add_command(app, context, "csaf", "security advisories in CSAF 2.0", kCsafExamples, {});
  csaf->require_subcommand(1);
  auto options = std::make_shared<CsafOptions>();
  CLI::App* validate = add_command(*csaf, context, "validate", "check documents against the schema and the tests of the standard",
                                   kCsafValidateExamples, [&context, options] { return run_csaf_validate(context, *options); });
  validate->add_option("path", options->paths, "CSAF documents, or folders of them")->required()->type_name("PATH");
  validate->add_option("--test", options->tests, "only this test (may be given several times)")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->type_name("ID");
  validate->add_flag("--mandatory", options->mandatory, "only the schema and the mandatory tests (and other groups asked for)");
  validate->add_flag("--optional", options->optional, "only the optional tests (and other groups asked for)");
  validate->add_flag("--informative", options->informative, "only the informative tests (and other groups asked for)");
  add_csaf_provider(*csaf, context);
}

}  // namespace entente::cli
