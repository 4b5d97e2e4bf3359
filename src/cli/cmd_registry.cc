// `entente registry`: the register of supporters as a group; each subcommand has a file of its own.
#include "cli/cmd_registry.h"

namespace entente::cli {
namespace {

constexpr const char* kRegistryExamples =
    R"(  entente registry check supporters.json                       what is wrong with a list of supporters
  entente registry import _supporters/ --key importer.key --out import/
                                                               the list as signed statements for the ledger)";

}  // namespace

void add_registry(CLI::App& app, Context& context) {
  CLI::App* registry = add_command(app, context, "registry", "the register of supporters: check and import lists", kRegistryExamples, {});
  registry->require_subcommand(1);
  add_registry_import(*registry, context);
}

}  // namespace entente::cli
