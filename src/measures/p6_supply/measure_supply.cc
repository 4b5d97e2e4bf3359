// The adapter from evidence to findings: reads the SBOMs in parallel, compiles the advisories into an index in memory (or opens a
// compiled one), scans each SBOM once, and has the three findings written from the same results. Evidence that cannot be read
// becomes part of a finding, never an error of the engine.
#include "measures/p6_supply/measure_supply.h"

#include <algorithm>
#include <array>

#include "core/parallel.h"
#include "measures/p6_supply/finding_rules.h"

namespace entente::measures::p6_supply {

namespace {

using evidence::Evidence;

constexpr std::array<std::string_view, 2> kSbomKinds{"sbom.cyclonedx", "sbom.spdx"};
constexpr std::array<std::string_view, 2> kAdvisoryKinds{"advisories.osv", "advisories.index"};
constexpr std::array<std::string_view, 1> kKevKinds{"kev"};
constexpr std::array<std::string_view, 1> kVexKinds{"vex"};

struct LoadedSbom {
  Result<SbomInput> input;
  bool unread_format = false;
};

Result<SbomInput> load_sbom(const std::string& text, const Evidence& entry) {
  ENTENTE_TRY(Sbom sbom, parse_sbom(text, entry.path));
  const std::string_view declared = entry.kind == "sbom.spdx" ? "SPDX" : "CycloneDX";
  if (to_string(sbom.format) != declared)
    return fail(fmt::format("declared as {}, but the content is {}", entry.kind, to_string(sbom.format)), {.file = entry.path},
                "mend the kind of this evidence in org.toml");
  Quality quality = measure_quality(sbom);
  return SbomInput{&entry, std::move(sbom), std::move(quality), std::nullopt};
}

LoadedSbom load_sbom(const Bundle& bundle, const Evidence& entry) {
  const auto text = bundle.read(entry);
  if (!text) return {fail(text.error())};
  LoadedSbom out{load_sbom(*text, entry)};
  if (out.input) return out;
  if (const std::string_view format = known_but_unread_format(*text); !format.empty()) {
    out.unread_format = true;
    out.input = fail(fmt::format("{} cannot be read by this version", format), {.file = entry.path},
                     fmt::format("export {} as SPDX 2.3 or CycloneDX JSON too; {} comes with a later version", entry.path, format));
  }
  return out;
}

void load_sboms(const Bundle& bundle, Inputs& inputs, Progress& progress) {
  progress.step("Reading SBOMs", inputs.sbom_evidence.size());
  std::vector<std::optional<LoadedSbom>> read(inputs.sbom_evidence.size());
  parallel_for(read.size(), [&](std::size_t i) {
    read[i].emplace(load_sbom(bundle, *inputs.sbom_evidence[i]));
    progress.advance();
  });
  for (std::size_t i = 0; i < read.size(); ++i) {
    LoadedSbom& one = *read[i];
    if (one.input)
      inputs.sboms.push_back(std::move(*one.input));
    else
      (one.unread_format ? inputs.unread_sboms : inputs.bad_sboms).push_back({inputs.sbom_evidence[i], one.input.error()});
  }
}

void open_index(const Evidence& entry, Result<std::string> bytes, Inputs& inputs) {
  if (!bytes) return inputs.bad_advisories.push_back({&entry, bytes.error()});
  auto index = AdvisoryIndex::from_memory(*bytes, entry.path);
  if (index)
    inputs.indexes.push_back(std::move(*index));
  else
    inputs.bad_advisories.push_back({&entry, index.error()});
}

// All sources into one index, so that aliases are drawn together across them.
void compile_advisories(const Bundle& bundle, const std::vector<const Evidence*>& entries, Inputs& inputs, Progress& progress) {
  std::vector<AdvisorySource> sources;
  for (const Evidence* entry : entries) {
    auto bytes = bundle.read(*entry);
    if (bytes)
      sources.push_back(AdvisorySource::memory(entry->path, std::move(*bytes)));
    else
      inputs.bad_advisories.push_back({entry, bytes.error()});
  }
  if (sources.empty()) return;
  auto built = AdvisoryIndex::build_bytes(sources, progress);
  if (!built) {
    // The error names the source.
    const auto at =
        std::find_if(entries.begin(), entries.end(), [&](const Evidence* e) { return built.error().where.file.starts_with(e->path); });
    return inputs.bad_advisories.push_back({at == entries.end() ? entries.front() : *at, built.error()});
  }
  inputs.bad_records += built->report.bad;
  open_index(*entries.front(), std::move(built->bytes), inputs);
}

void load_advisories(const Bundle& bundle, Inputs& inputs, Progress& progress) {
  std::vector<const Evidence*> raw;
  for (const Evidence* entry : inputs.advisory_evidence) {
    if (entry->kind == "advisories.index")
      open_index(*entry, bundle.read(*entry), inputs);
    else
      raw.push_back(entry);
  }
  if (!raw.empty()) compile_advisories(bundle, raw, inputs, progress);
}

Result<KevCatalog> load_one_kev(const Bundle& bundle, const Evidence& entry) {
  ENTENTE_TRY(const std::string text, bundle.read(entry));
  return KevCatalog::parse(text, entry.path);
}

// Listed is what any snapshot lists, with its earlier dates: a shorter one beside it hides nothing.
void add_kev(KevCatalog& all, KevCatalog& one) {
  for (auto& [cve, entry] : one.entries) {
    const auto [place, added] = all.entries.try_emplace(cve, entry);
    if (added) continue;
    place->second.date_added = std::min(place->second.date_added, entry.date_added);
    place->second.due_date = std::min(place->second.due_date, entry.due_date);
    if (entry.ransomware == RansomwareUse::known) place->second.ransomware = RansomwareUse::known;
  }
}

// The date is that of the snapshot released last (at equal dates the last in path order). One from the future has no say in that: its
// entries count as far as they were listed by `at`, but it does not show that the list was whole.
void load_kev(const Bundle& bundle, Instant at, Inputs& inputs) {
  const auto released = [](const KevCatalog& c) { return c.released.value_or(Instant::min()); };
  for (const Evidence* entry : inputs.kev_evidence) {
    auto catalog = load_one_kev(bundle, *entry);
    if (!catalog)
      inputs.bad_kev.push_back({entry, catalog.error()});
    else {
      if (!inputs.kev) inputs.kev.emplace();
      if (released(*catalog) > at) {
        ++inputs.kev_later;
      } else if (inputs.kev_from == nullptr || released(*inputs.kev) <= released(*catalog)) {
        inputs.kev_from = entry;
        inputs.kev->version = catalog->version;
        inputs.kev->released = catalog->released;
      }
      add_kev(*inputs.kev, *catalog);
    }
  }
}

// What an organisation gives as its evidence it answers for; signatures of envelopes are not looked at here. Nobody can have relied on
// what was said after `at`.
void load_vex(const Bundle& bundle, Instant at, Inputs& inputs) {
  for (const Evidence* entry : inputs.vex_evidence) {
    const auto text = bundle.read(*entry);
    auto document = text ? parse_vex(*text, entry->path) : Result<VexDocument>(fail(text.error()));
    if (!document) {
      inputs.bad_vex.push_back({entry, document.error()});
      continue;
    }
    inputs.vex_later += std::erase_if(document->statements, [&](const VexStatement& s) { return s.at > at; });
    inputs.vex.push_back(std::move(*document));
  }
}

// What several findings are made of, read and joined once.
Inputs read_inputs(const Profile& profile, const Bundle& bundle, Instant at, Progress& progress) {
  Inputs inputs;
  inputs.sbom_evidence = evidence_of_kinds(bundle, kSbomKinds);
  inputs.advisory_evidence = evidence_of_kinds(bundle, kAdvisoryKinds);
  inputs.kev_evidence = evidence_of_kinds(bundle, kKevKinds);
  inputs.vex_evidence = evidence_of_kinds(bundle, kVexKinds);
  if (inputs.sbom_evidence.empty()) return inputs;
  for (const catalog::Product& product : profile.products)
    if (std::ranges::none_of(inputs.sbom_evidence, [&](const Evidence* e) { return is_sbom_of(product, *e); }))
      inputs.without_sbom.push_back(product.name + " " + product.version);

  load_sboms(bundle, inputs, progress);
  load_advisories(bundle, inputs, progress);
  load_kev(bundle, at, inputs);
  load_vex(bundle, at, inputs);
  if (inputs.indexes.empty()) return inputs;
  progress.step("Matching components with advisories", inputs.sboms.size());
  for (SbomInput& input : inputs.sboms) {
    input.scanned = scan(input.sbom, inputs.indexes, inputs.kev ? &*inputs.kev : nullptr, at);
    if (!inputs.vex.empty()) input.vex = apply_vex(input.sbom, *input.scanned, inputs.vex);
    progress.advance();
  }
  return inputs;
}

bool has_what_it_needs(const FindingRule& rule, const Bundle& bundle) {
  return std::all_of(rule.needs.begin(), rule.needs.end(), [&](FindingRule::Kinds any_of) {
    return std::any_of(any_of.begin(), any_of.end(), [&](std::string_view kind) { return !bundle.of_kind(kind).empty(); });
  });
}

class SupplyMeasure final : public Measure {
 public:
  SupplyMeasure() {
    for (const FindingRule& rule : finding_rules()) {
      controls_.push_back(rule.control);
      for (const FindingRule::Kinds any_of : rule.needs) add_kinds(any_of);
      add_kinds(rule.reads);
    }
  }

  std::string_view name() const override { return "supply"; }
  std::span<const ControlId> controls() const override { return controls_; }
  std::span<const std::string_view> evidence_kinds() const override { return kinds_; }

  std::vector<AnyOf> needs(ControlId control) const override {
    for (const FindingRule& rule : finding_rules())
      if (rule.control == control) return rule.needs;
    return {};
  }

  std::string_view command(ControlId control) const override {
    for (const FindingRule& rule : finding_rules())
      if (rule.control == control && !rule.command.empty()) return rule.command;
    return Measure::command(control);
  }

  Result<std::vector<Finding>> assess(const Profile& profile, const Bundle& bundle, Instant at, Progress& progress) const override {
    const Inputs inputs = read_inputs(profile, bundle, at, progress);
    std::vector<Finding> findings;
    for (const FindingRule& rule : finding_rules()) {
      if (!has_what_it_needs(rule, bundle)) continue;
      findings.push_back(rule.judge({profile, bundle, inputs, at}));
      name_basis(findings.back(), rule);
    }
    return findings;
  }

 private:
  void add_kinds(FindingRule::Kinds kinds) {
    for (const std::string_view kind : kinds)
      if (std::find(kinds_.begin(), kinds_.end(), kind) == kinds_.end()) kinds_.push_back(kind);
  }

  std::vector<ControlId> controls_;
  std::vector<std::string_view> kinds_;
};

}  // namespace

const Measure& supply_measure() {
  static const SupplyMeasure measure;
  return measure;
}

}  // namespace entente::measures::p6_supply
