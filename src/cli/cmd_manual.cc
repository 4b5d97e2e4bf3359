// `entente generate-manual DIR`: for packagers, so it is not listed in the help. Writes the manual pages and shell completions.
#include <fmt/format.h>
#include <memory>

#include "cli/cli.h"
#include "cli/manual.h"
#include "core/file.h"

namespace entente::cli {
namespace {

int run_generate_manual(const Context& context, const CLI::App& app, const std::string& folder) {
  for (const GeneratedFile& file : manual_and_completions(app)) {
    const std::filesystem::path path = std::filesystem::path(folder) / file.path;
    if (const auto made = make_folders(path.parent_path()); !made) return report(context, made.error());
    if (const auto written = write_file_atomic(path, file.text); !written) return report(context, written.error());
  }
  return kOk;
}

}  // namespace

void add_generate_manual(CLI::App& app, Context& context) {
  auto folder = std::make_shared<std::string>();
  CLI::App* command = add_command(app, context, "generate-manual", "write manual pages and shell completions, for packagers",
                                  "  entente generate-manual build/manual",
                                  [&context, &app, folder] { return run_generate_manual(context, app, *folder); });
  command->group("");
  command->add_option("dir", *folder, "folder to write below")->required()->type_name("DIR");
}

}  // namespace entente::cli
