// `entente registry`: the register of supporters as a group; each subcommand has a file of its own.
#include "cli/cmd_registry.h"

namespace entente::cli {
namespace {

constexpr const char* kRegistryExamples =
    R"(  entente registry check supporters.json                       what is wrong with a list of supporters
  entente registry import _supporters/ --key importer.key --out import/
                                                               the list as signed statements for the ledger
  entente registry sign approval fields.json --key officer-1.key --key officer-2.key --send http://127.0.0.1:8080
                                                               make a statement, sign it, send it
  entente registry rebuild log/ --database sqlite:registry.sqlite
                                                               the tables anew from the ledger
  entente registry index log/ --at 2026-11-24                  recompute the index from the ledger alone)";

}  // namespace

void add_registry(CLI::App& app, Context& context) {
  CLI::App* registry = add_command(app, context, "registry", "the register of supporters: import lists, sign statements, replay the ledger",
                                   kRegistryExamples, {});
  registry->require_subcommand(1);
  add_registry_import(*registry, context);
  add_registry_sign(*registry, context);
  add_registry_signup(*registry, context);
  add_registry_confirm(*registry, context);
  add_registry_contacts(*registry, context);
  add_registry_comcheck(*registry, context);
  add_registry_replay(*registry, context);
}

}  // namespace entente::cli
