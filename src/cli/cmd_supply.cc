// `entente supply`: the supply-chain tools as a group; each subcommand has a file of its own.
#include "cli/supply.h"

namespace entente::cli {
namespace {

constexpr const char* kSupplyExamples = R"(  entente supply db build -o advisories.idx all.zip        compile OSV advisories into one file
  entente supply scan bom.json --db advisories.idx         what in this SBOM is known to be vulnerable
  entente supply check bom.json                            how complete this SBOM is
  entente supply provenance verify --help                  who signed and built an artefact
  entente supply portfolio advisory all.portfolio new.json who ships what this advisory affects)";

}  // namespace

void add_supply(CLI::App& app, Context& context) {
  CLI::App* supply =
      add_command(app, context, "supply", "SBOMs against advisories: build the index, scan, check quality", kSupplyExamples, {});
  supply->require_subcommand(1);
  add_supply_db(*supply, context);
  add_supply_scan(*supply, context);
  add_supply_provenance(*supply, context);
  add_supply_portfolio(*supply, context);
  add_supply_eol(*supply, context);
  add_supply_update_metadata(*supply, context);
}

}  // namespace entente::cli
