// `entente reproduce`: runs an assessment again from its evidence and says whether the same bytes come out.
#include <fmt/format.h>

#include <cstdio>
#include <memory>

#include "assess/assess.h"
#include "cli/cli.h"
#include "core/file.h"
#include "core/terminal.h"
#include "core/utf8.h"
#include "core/version.h"

namespace entente::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kReproduceExamples = R"(  entente reproduce assessment                     a folder that `entente assess` made
  entente reproduce assessment.json --bundle evidence.tar.zst

Exit 0: the same bytes. Exit 1: the first difference is printed.
The assessment is run at the time it names, so it gives the same result for ever.)";

struct ReproduceOptions {
  std::string assessment, bundle;
};

constexpr std::uint64_t kMaxDocument = std::uint64_t{256} << 20;

// What most often explains a difference: other rules, or another version of the program.
std::string explain(std::string_view pointer) {
  if (pointer == "/tool/version") return fmt::format("it was made by another version; this is entente {}", version());
  if (pointer.starts_with("/catalog")) return "it was judged by other rules; pass the folder of those rules with --data";
  if (pointer.starts_with("/bundle")) return "the evidence is not the evidence it was made from";
  return "";
}

void print_reproduce(const ReproduceOptions& given, const std::optional<assess::Difference>& difference, const std::string& document) {
  if (!difference) {
    std::printf("%s %s: the same bytes come out again (%s)\n", paint(stdout, Colour::green, "equal").c_str(),
                printable(given.assessment, 4096).c_str(), sha256(document).str().c_str());
    return;
  }
  std::printf("%s %s\n  first difference  %s\n  published         %s\n  recomputed        %s\n",
              paint(stdout, Colour::red, "DIFFERENT").c_str(), printable(given.assessment, 4096).c_str(),
              printable(difference->pointer, 1000).c_str(), printable(difference->published, 1000).c_str(),
              printable(difference->recomputed, 1000).c_str());
  if (const std::string why = explain(difference->pointer); !why.empty()) std::printf("  %s\n", why.c_str());
}

Result<int> reproduce(const Context& context, const ReproduceOptions& given) {
  std::error_code ec;
  const bool folder = fs::is_directory(given.assessment, ec);
  const fs::path document_path = folder ? fs::path(given.assessment) / "assessment.json" : fs::path(given.assessment);
  ENTENTE_TRY(const auto document, read_file(document_path, kMaxDocument));
  const fs::path bundle_path = !given.bundle.empty() ? fs::path(given.bundle) : document_path.parent_path() / "bundle";
  if (given.bundle.empty() && !fs::exists(bundle_path, ec)) {
    return fail("no bundle beside the assessment", {.file = bundle_path.string()}, "pass the evidence with --bundle");
  }
  ENTENTE_TRY(const DataSet* const data, context.data());
  ENTENTE_TRY(const auto catalog, catalog::Catalog::load(*data));
  Progress progress(context.progress());
  ENTENTE_TRY(const auto opened, evidence::open_any(bundle_path, progress));
  const auto compared = assess::reproduce(document, opened.bundle, catalog, progress);
  if (!compared) return fail(as_given(compared.error(), opened.bundle.folder(), bundle_path.string()));
  const std::optional<assess::Difference>& difference = *compared;
  progress.done();
  if (context.json) {
    Json out{{"equal", !difference.has_value()}, {"digest", sha256(document).str()}, {"difference", nullptr}};
    if (difference)
      out["difference"] =
          Json{{"pointer", difference->pointer}, {"published", difference->published}, {"recomputed", difference->recomputed}};
    print_json(out);
  } else {
    print_reproduce(given, difference, document);
  }
  return difference ? kFindings : kOk;
}

int run_reproduce(const Context& context, const ReproduceOptions& given) {
  const auto code = reproduce(context, given);
  return code ? *code : report(context, code.error());
}

}  // namespace

void add_reproduce(CLI::App& app, Context& context) {
  auto given = std::make_shared<ReproduceOptions>();
  CLI::App* command = add_command(app, context, "reproduce", "run an assessment again from its evidence and compare", kReproduceExamples,
                                  [&context, given] { return run_reproduce(context, *given); });
  command->add_option("assessment", given->assessment, "assessment.json, or the folder that holds it")->required()->type_name("PATH");
  command->add_option("--bundle", given->bundle, "the evidence (default: bundle/ beside the document)")->type_name("BUNDLE");
}

}  // namespace entente::cli
