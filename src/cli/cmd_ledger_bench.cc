// `entente ledger bench`: the ledger's speed on the user's own disk, beside what the machine itself can do.
#include <fmt/format.h>
#include <memory>

#include "cli/ledger.h"
#include "cli/table.h"
#include "core/terminal.h"
#include "core/utf8.h"
#include "ledger/bench.h"

namespace entente::cli {
namespace {

constexpr const char* kLedgerBenchExamples =
    R"(  entente ledger bench                    in the current folder: put it on the disk the log will be on
  entente ledger bench /srv/logs --quick
  entente ledger bench --json

Writes up to 4 GB (--quick: 400 MB) below DIR and removes it at the end. Every figure stands beside the limit the disk and the
processor set, measured in the same run: compare the ratios.)";

struct LedgerBenchGiven {
  std::string folder = ".";
  bool quick = false;
};

std::string number(double value) {
  if (value >= 1000) return fmt::format("{:.0f}", value);
  return value >= 10 ? fmt::format("{:.1f}", value) : fmt::format("{:.3f}", value);
}

Json row_json(const ledger::Measured& m) {
  Json row{{"what", m.what}, {"value", m.value}, {"unit", m.unit}};
  if (m.limit > 0) {
    row["limit_what"] = m.limit_what;
    row["limit"] = m.limit;
    row["ratio"] = m.ratio();
  }
  row["goal"] = m.goal;
  row["met"] = m.met;
  return row;
}

Result<int> run_ledger_bench(const Context& context, const LedgerBenchGiven& given) {
  Progress progress(context.progress());
  ENTENTE_TRY(const auto measured, ledger::bench(given.folder, given.quick ? ledger::BenchSize::quick : ledger::BenchSize::full, progress));
  if (context.json) {
    Json rows = Json::array();
    for (const ledger::Measured& m : measured) rows.push_back(row_json(m));
    print_json({{"folder", given.folder}, {"quick", given.quick}, {"measured", std::move(rows)}});
    return kOk;
  }
  Table table;
  table.column("what", Fit::cut);
  for (const char* title : {"figure", "limit", "ratio", "goal"}) table.column(title);
  for (const ledger::Measured& m : measured)
    table.row({{m.what, Colour::bold},
               {fmt::format("{} {}", number(m.value), m.unit)},
               {m.limit > 0 ? number(m.limit) : "–"},
               {m.limit > 0 ? fmt::format("{:.0f} %", 100 * m.ratio()) : "–", m.met ? Colour::green : Colour::yellow},
               {m.goal, Colour::dim}});
  table.print(stdout, terminal_width(stdout));
  if (!context.quiet)
    for (const ledger::Measured& m : measured)
      if (!m.limit_what.empty()) fmt::print("  limit of \"{}\": {}\n", m.what, m.limit_what);
  return kOk;
}

}  // namespace

void add_ledger_bench(CLI::App& group, Context& context) {
  const auto given = std::make_shared<LedgerBenchGiven>();
  CLI::App* command = add_command(group, context, "bench", "measure the ledger on this disk", kLedgerBenchExamples, [&context, given] {
    const auto code = run_ledger_bench(context, *given);
    return code ? *code : report(context, code.error());
  });
  command->add_option("folder", given->folder, "measure below this folder")->capture_default_str()->type_name("DIR");
  command->add_flag("--quick", given->quick, "less data, rougher figures");
}

}  // namespace entente::cli
