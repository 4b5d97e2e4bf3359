// The parts of `entente registry`: each adds its subcommands below the `registry` app that cmd_registry.cc makes.
#pragma once

#include "cli/cli.h"

namespace entente::cli {

void add_registry_import(CLI::App& registry, Context& context);  // cmd_registry_import.cc: registry check | import

}  // namespace entente::cli
