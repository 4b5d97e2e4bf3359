// `entente registry check` reads a list of supporters and reports what is wrong with it; `entente registry import` writes the list as
// signed import statements, one file a part, ready for `entente ledger append`.
#include <fmt/format.h>

#include <cstdio>
#include <memory>

#include "cli/cmd_registry.h"
#include "cli/table.h"
#include "core/file.h"
#include "core/terminal.h"
#include "core/utf8.h"
#include "registry/import.h"
#include "registry/import_statement.h"

namespace entente::cli {
namespace {

namespace fs = std::filesystem;
using namespace registry;

constexpr const char* kRegistryCheckExamples = R"(  entente registry check supporters.json
  entente registry check pariscall.international/            the site's checkout: its folder _supporters is read
  entente registry check supporters.csv --only country-ambiguous --limit 0
  entente registry check supporters.csv --csv > defects.csv  one line a defect, for a spreadsheet

Errors and warnings need somebody; notes do not. Exit code 1 if there is an error, a warning or a suggested duplicate.
The codes are explained in docs/registry-import.md.)";

constexpr const char* kRegistryImportExamples =
    R"(  entente registry import supporters.json --key importer.key --name "Official list" --url https://list.example/ --out import/
      writes import/import-001-of-011.dsse.json …; next: entente ledger append log/ --key log.key import/*.dsse.json
  entente registry import _supporters/ --key importer.key --name "Official list" --at 2026-11-27T12:00:00Z --print
      the envelopes on standard output, one a line

Nothing is dropped and nothing is invented: `entente registry check` tells what the records lack.)";

struct RegistryImportGiven {
  std::string path, country_list = "pariscall.international";
  std::string only;
  std::size_t limit = 10;
  bool csv = false;
  std::string key, out, name, url, commit, at;
  bool print = false;
};

Result<Import> read_given_list(const Context& context, const RegistryImportGiven& given) {
  ENTENTE_TRY(const DataSet* const data, context.data());
  ENTENTE_TRY(const CodeLists lists, CodeLists::load(*data));
  ImportOptions options;
  options.country_list = given.country_list == "none" ? "" : given.country_list;
  return read_import(given.path, lists, options);
}

Colour defect_colour(Severity severity) {
  return severity == Severity::error ? Colour::red : severity == Severity::warning ? Colour::yellow : Colour::dim;
}

void print_import_heading(const Import& import) {
  fmt::print("{} records from {} file{} ({})\n", import.records.size(), import.files.size(), import.files.size() == 1 ? "" : "s",
             registry::name(import.format));
  std::string line;
  for (const auto& [category, count] : count_categories(import))
    line += fmt::format("{}{} {}", line.empty() ? "" : ", ", category.empty() ? "no category" : category, count);
  fmt::print("{}\n\n", line);
}

void print_defect_counts(const Import& import) {
  Table table;
  table.column("code");
  table.column("count");
  table.column("severity");
  table.column("what it means, and what to do", Fit::cut);
  for (const auto& [code, count] : count_defects(import)) {
    const DefectKind& k = kind(code);
    table.row({{std::string(k.code), Colour::bold},
               {fmt::format("{:>5}", count), Colour::plain},
               {std::string(registry::name(k.severity)), defect_colour(k.severity)},
               {fmt::format("{}; {}", k.meaning, k.advice), Colour::plain}});
  }
  if (!table.empty()) table.print(stdout, terminal_width(stdout));
}

// The records behind the counts: of one code, or of all errors and warnings.
void print_defect_places(const Import& import, const RegistryImportGiven& given) {
  Table table;
  table.column("record", Fit::cut);
  table.column("line");
  table.column("code");
  table.column("wrote", Fit::cut);
  table.column("because", Fit::cut);
  std::size_t all = 0;
  for (const ImportRecord& record : import.records) {
    for (const Defect& defect : record.defects) {
      const DefectKind& k = kind(defect.code);
      if (given.only.empty() ? k.severity == Severity::note : k.code != given.only) continue;
      if (++all > given.limit && given.limit != 0) continue;
      table.row({{printable(record.source_id.empty() ? record.who.name : record.source_id, 160), Colour::bold},
                 {fmt::format("{:>6}", defect.line != 0 ? defect.line : record.line), Colour::dim},
                 {std::string(k.code), defect_colour(k.severity)},
                 {printable(defect.value, 80), Colour::plain},
                 {printable(defect.detail, 200), Colour::plain}});
    }
  }
  if (table.empty()) return;
  fmt::print("\n");
  table.print(stdout, terminal_width(stdout));
  if (given.limit != 0 && all > given.limit) fmt::print("  … and {} more (--limit 0 shows all)\n", all - given.limit);
}

void print_duplicates(const Import& import, std::size_t limit) {
  if (import.duplicates.empty()) return;
  Table table;
  table.column("score");
  table.column("perhaps one organisation", Fit::cut);
  table.column("and", Fit::cut);
  table.column("because");
  const std::size_t shown = limit == 0 ? import.duplicates.size() : std::min(limit, import.duplicates.size());
  for (std::size_t i = 0; i < shown; ++i) {
    const Suggestion& s = import.duplicates[i];
    std::string reasons;
    for (const SameReason reason : s.reasons) reasons += fmt::format("{}{}", reasons.empty() ? "" : ", ", registry::name(reason));
    const auto shown_name = [&](std::size_t r) {
      const Identity& who = import.records[r].who;
      return printable(fmt::format("{} ({})", who.name, who.country.empty() ? "?" : who.country), 200);
    };
    table.row({{fmt::format("{:>5}", s.score), Colour::plain},
               {shown_name(s.first), Colour::bold},
               {shown_name(s.second), Colour::bold},
               {reasons, Colour::plain}});
  }
  fmt::print("\nSuggested duplicates: {}. Nothing is merged.\n", import.duplicates.size());
  table.print(stdout, terminal_width(stdout));
  if (shown < import.duplicates.size()) fmt::print("  … and {} more (--limit 0 shows all)\n", import.duplicates.size() - shown);
}

Result<int> run_registry_check(const Context& context, const RegistryImportGiven& given) {
  if (given.csv && context.json) return fail("--csv and --json exclude each other");
  if (!given.only.empty() && !defect_from(given.only))
    return fail(fmt::format("no defect has the code \"{}\"", printable(given.only, 60)), {}, "docs/registry-import.md lists them");
  ENTENTE_TRY(const Import import, read_given_list(context, given));
  if (context.json) {
    print_json(quality_json(import));
  } else if (given.csv) {
    fmt::print("{}", quality_csv(import));
  } else {
    print_import_heading(import);
    print_defect_counts(import);
    print_defect_places(import, given);
    print_duplicates(import, given.limit);
  }
  return needs_attention(import) ? kFindings : kOk;
}

Result<void> write_import(const std::vector<statement::Envelope>& envelopes, const fs::path& folder) {
  ENTENTE_CHECK(make_folders(folder));
  ENTENTE_TRY(const auto present, list_files(folder));
  if (!present.empty()) return fail("the folder is not empty", {.file = folder.string()}, "an import is written to a folder of its own");
  for (std::size_t i = 0; i < envelopes.size(); ++i)
    ENTENTE_CHECK(write_file_atomic(folder / fmt::format("import-{:03}-of-{:03}.dsse.json", i + 1, envelopes.size()), envelopes[i].str()));
  return {};
}

Json registry_import_json(const Import& import, const std::vector<statement::Envelope>& envelopes, const RegistryImportGiven& given) {
  Json out = Json{{"records", import.records.size()}, {"parts", Json::array()}};
  for (std::size_t i = 0; i < envelopes.size(); ++i) {
    const std::string text = envelopes[i].str();
    Json part = Json{{"sha256", sha256(text).hex()}, {"bytes", text.size()}};
    if (!given.out.empty()) part["file"] = fmt::format("import-{:03}-of-{:03}.dsse.json", i + 1, envelopes.size());
    if (given.print) part["envelope"] = text;
    out["parts"].push_back(std::move(part));
  }
  return out;
}

Result<int> run_registry_import(const Context& context, const RegistryImportGiven& given) {
  if (given.out.empty() == !given.print) return fail("give either --out or --print", {}, "--out DIR writes one file a part");
  Instant at = whole_now();
  if (!given.at.empty()) { ENTENTE_TRY(at, parse_time_option("--at", given.at, TimeForm::time)); }
  ENTENTE_TRY(const Import import, read_given_list(context, given));
  const ImportSource source{given.name.empty() ? import.source : given.name, given.url,
                            given.commit.empty() ? import.commit : given.commit};
  if (source.name.empty()) return fail("the list does not name itself", {.file = given.path}, "say where it comes from with --name");
  ENTENTE_TRY(const keys::SigningKey key, read_signing_key(given.key));
  ENTENTE_CHECK(check_statement_key(key, given.key));
  ENTENTE_TRY(const auto envelopes, import_statements(import, source, key, at));
  if (!given.out.empty()) ENTENTE_CHECK(write_import(envelopes, given.out));
  if (context.json) {
    print_json(registry_import_json(import, envelopes, given));
  } else if (given.print) {
    for (const statement::Envelope& envelope : envelopes) fmt::print("{}\n", envelope.str());
  } else {
    fmt::print("{} records in {} statement{} in {}\n", import.records.size(), envelopes.size(), envelopes.size() == 1 ? "" : "s",
               given.out);
    if (!context.quiet) fmt::print(stderr, "next: entente ledger append LOG --key LOG.key {}/*.dsse.json\n", printable(given.out, 200));
  }
  return kOk;
}

}  // namespace

void add_registry_import(CLI::App& registry, Context& context) {
  const auto given = std::make_shared<RegistryImportGiven>();
  using Run = Result<int> (*)(const Context&, const RegistryImportGiven&);
  const auto add = [&](const char* name, const char* description, const char* examples, Run run) {
    CLI::App* app = add_command(registry, context, name, description, examples, [&context, given, run] {
      const auto result = run(context, *given);
      return result ? *result : report(context, result.error());
    });
    app->add_option("path", given->path, "a folder of Markdown files with front matter, a .csv or a .json file")
        ->required()
        ->type_name("PATH");
    app->add_option(
           "--country-list", given->country_list,
           "whose country codes the list uses, where they depart from ISO 3166-1; none: nobody's (default pariscall.international)")
        ->type_name("NAME");
    return app;
  };
  CLI::App* check = add("check", "report what is wrong with a list of supporters", kRegistryCheckExamples, run_registry_check);
  check->add_option("--only", given->only, "show the records with this code of defect")->type_name("CODE");
  check->add_option("--limit", given->limit, "records and pairs to show; 0: all (default 10)")->check(whole_number())->type_name("N");
  check->add_flag("--csv", given->csv, "one line a defect, as CSV");

  CLI::App* import = add("import", "write a list of supporters as signed statements", kRegistryImportExamples, run_registry_import);
  import->add_option("--key", given->key, "the importer's private key file")->required()->type_name("FILE");
  import->add_option("--out", given->out, "write the envelopes into this new or empty folder, one file each")->type_name("DIR");
  import->add_flag("--print", given->print, "print the envelopes, one a line");
  import->add_option("--name", given->name, "what the list is called (default: what it calls itself)")->type_name("TEXT");
  import->add_option("--url", given->url, "where the list can be had")->type_name("URL");
  import->add_option("--commit", given->commit, "revision of the list (default: what it says itself)")->type_name("HEX");
  import->add_option("--at", given->at, "time of the import, RFC 3339 (default: now)")->type_name("TIME");
}

}  // namespace entente::cli
