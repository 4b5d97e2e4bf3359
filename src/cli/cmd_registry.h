// The parts of `entente registry`: each adds its subcommands below the `registry` app that cmd_registry.cc makes.
#pragma once

#include "cli/cli.h"

namespace entente::cli {

void add_registry_import(CLI::App& registry, Context& context);    // cmd_registry_import.cc: registry check | import
void add_registry_contacts(CLI::App& registry, Context& context);  // cmd_registry_contacts.cc: registry contacts …
void add_registry_comcheck(CLI::App& registry, Context& context);  // cmd_registry_comcheck.cc: registry comcheck …
void add_registry_replay(CLI::App& registry, Context& context);    // cmd_registry_replay.cc: registry rebuild | index
void add_registry_sign(CLI::App& registry, Context& context);      // cmd_registry_sign.cc: registry sign | send
void add_registry_signup(CLI::App& registry, Context& context);    // cmd_registry_signup.cc: registry challenge | prove | signup
void add_comcheck_party(CLI::App& comcheck, Context& context);     // cmd_registry_comcheck_party.cc: comcheck reply | verify
void add_registry_confirm(CLI::App& registry, Context& context);   // cmd_registry_confirm.cc: registry confirm

}  // namespace entente::cli
