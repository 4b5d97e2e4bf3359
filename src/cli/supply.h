// The parts of `entente supply`: each adds its subcommands below the `supply` app that cmd_supply.cc makes.
#pragma once

#include "cli/cli.h"

namespace entente::cli {

void add_supply_db(CLI::App& supply, Context& context);               // cmd_supply_db.cc: supply db build | info
void add_supply_scan(CLI::App& supply, Context& context);             // cmd_supply_scan.cc: supply scan …
void add_supply_check(CLI::App& supply, Context& context);            // cmd_supply_check.cc: supply check …
void add_supply_eol(CLI::App& supply, Context& context);              // cmd_supply_lifecycle.cc: supply eol …
void add_supply_update_metadata(CLI::App& supply, Context& context);  // the same: supply update-metadata …

}  // namespace entente::cli
