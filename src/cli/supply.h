// The parts of `entente supply`: each adds its subcommands below the `supply` app that cmd_supply.cc makes.
#pragma once

#include "cli/cli.h"

namespace entente::cli {

void add_supply_db(CLI::App& supply, Context& context);          // cmd_supply_db.cc: supply db build | update | info
void add_supply_scan(CLI::App& supply, Context& context);        // cmd_supply_scan.cc: supply scan …
void add_supply_check(CLI::App& supply, Context& context);       // cmd_supply_check.cc: supply check …
void add_supply_provenance(CLI::App& supply, Context& context);  // cmd_supply_provenance.cc: supply provenance verify
void add_supply_portfolio(CLI::App& supply,
                          Context& context);  // cmd_supply_portfolio.cc: supply portfolio add | remove | list | query | advisory

}  // namespace entente::cli
