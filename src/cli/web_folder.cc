// The program's own folder is what the system says it is (/proc/self/exe), links followed.
#include "cli/web_folder.h"

#include "core/error.h"

namespace entente::cli {
namespace fs = std::filesystem;

void add_web_options(CLI::App& command, WebGiven& given, const char* no_pages_flag) {
  auto* folder =
      command.add_option("--web", given.folder, "the folder of the web pages (default: ../web or ../share/entente/web beside the program)");
  folder->type_name("DIR");
  command.add_flag(no_pages_flag, given.none, "no web pages")->excludes(folder);
}

fs::path web_folder(const WebGiven& given) {
  if (given.none) return {};
  if (!given.folder.empty()) return given.folder;
  std::error_code failed;
  const fs::path program = fs::read_symlink("/proc/self/exe", failed);
  if (failed) return {};
  const fs::path above = program.parent_path().parent_path();
  for (const fs::path& folder : {above / "web", above / "share" / "entente" / "web"})
    if (fs::exists(folder / "web.json", failed)) return folder;
  return {};
}

}  // namespace entente::cli
