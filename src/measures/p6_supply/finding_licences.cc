// The finding for control P4-07, "licences of shipped components are known": the share of components with a licence, SBOM by SBOM, the
// lowest of which decides (a large SBOM must not hide a small one), and each licence against the deny-list. OR lets the receiver choose,
// AND binds, so "GPL-3.0-only OR MIT" is no conflict with a list that denies the first, and with AND it is.
#include <algorithm>

#include "core/utf8.h"
#include "measures/p6_supply/finding_rules.h"
#include "measures/p6_supply/licence_policy.h"

namespace entente::measures::p6_supply {

namespace {

constexpr std::uint64_t kLicencesSatisfiedPercent = 98;
constexpr std::uint64_t kLicencesPartialPercent = 90;

// As P6-02 looks at them: what has a purl is shipped, whatever type it is given.
bool is_counted(const Component& component) { return is_software(component) || !component.purl.empty(); }

// "unknown" or "see file COPYING" is a text and no licence anybody could look up.
constexpr bool is_known(LicenceClarity clarity) { return clarity <= LicenceClarity::custom; }

enum class LicenceFault : std::uint8_t { denied, none, unclear };  // worst first
constexpr std::string_view licence_fault_word(LicenceFault fault) {
  return fault == LicenceFault::denied ? "denied" : fault == LicenceFault::none ? "no licence" : "not an SPDX identifier";
}

struct LicenceRow {
  const SbomInput* input = nullptr;
  std::uint32_t component = 0;
  LicenceFault fault = LicenceFault::none;
  std::string licence, denied;
};

struct LicencesOfSbom {
  const SbomInput* input = nullptr;
  std::array<std::uint64_t, 4> clarity{};  // by LicenceClarity
  std::uint64_t counted = 0, conflicts = 0;

  [[nodiscard]] std::uint64_t known() const {
    return clarity[static_cast<std::size_t>(LicenceClarity::listed)] + clarity[static_cast<std::size_t>(LicenceClarity::custom)];
  }
};

struct Licences {
  std::vector<LicencesOfSbom> sboms;
  std::vector<LicenceRow> rows;
  std::uint64_t counted = 0, known = 0, conflicts = 0, unclear = 0;
};

// SPDX has what the document's maker concluded and what the authors declared, in this order: the conclusion holds. CycloneDX's entries all
// hold.
std::span<const std::string_view> binding_licences(const Sbom& sbom, const Component& component) {
  const auto all = sbom.licences_of(component);
  return sbom.format == SbomFormat::spdx && sbom.form != SbomForm::spdx3_json && !all.empty() ? all.first(1) : all;
}

void judge_component(const SbomInput& input, std::uint32_t index, const LicencePolicy* policy, LicencesOfSbom& one, Licences& out) {
  const Component& component = input.sbom.components[index];
  const auto binding = binding_licences(input.sbom, component);
  LicenceClarity clarity = binding.empty() ? LicenceClarity::none : LicenceClarity::listed;
  for (const std::string_view licence : binding) clarity = std::max(clarity, licence_clarity(licence));
  ++one.counted;
  ++one.clarity[static_cast<std::size_t>(clarity)];
  LicenceRow row{.input = &input, .component = index};
  for (const std::string_view licence : binding) row.licence += (row.licence.empty() ? "" : "; ") + printable(licence, 200);
  if (clarity == LicenceClarity::none) {
    out.rows.push_back(std::move(row));
    return;
  }
  const LicenceDenied denied = [&](std::string_view licence, std::string_view with) {
    return policy != nullptr && policy->denies(licence, with);
  };
  for (const std::string_view licence : binding) {
    const auto choice = choose_licence(licence, denied);
    if (choice && !choice->acceptable && row.denied.empty()) row.denied = choice->denied;
  }
  if (!row.denied.empty()) {
    ++one.conflicts;
    row.fault = LicenceFault::denied;
    out.rows.push_back(std::move(row));
  } else if (!is_known(clarity)) {
    row.fault = LicenceFault::unclear;
    out.rows.push_back(std::move(row));
  }
}

Licences judge_licences(const Inputs& inputs, const LicencePolicy* policy) {
  Licences out;
  for (const SbomInput& input : inputs.sboms) {
    LicencesOfSbom one{.input = &input};
    for (std::uint32_t i = 0; i < input.sbom.components.size(); ++i)
      if (is_counted(input.sbom.components[i])) judge_component(input, i, policy, one, out);
    out.counted += one.counted;
    out.known += one.known();
    out.conflicts += one.conflicts;
    out.unclear += one.clarity[static_cast<std::size_t>(LicenceClarity::unclear)];
    out.sboms.push_back(one);
  }
  std::stable_sort(out.rows.begin(), out.rows.end(), [](const LicenceRow& a, const LicenceRow& b) { return a.fault < b.fault; });
  return out;
}

// The SBOM with the lowest share of `part`; an SBOM that counts nothing is the lowest.
template <class Part>
const LicencesOfSbom* lowest(const Licences& licences, Part part) {
  const LicencesOfSbom* out = nullptr;
  for (const LicencesOfSbom& one : licences.sboms)
    if (out == nullptr || one.counted == 0 || (out->counted != 0 && part(one) * out->counted < part(*out) * one.counted)) out = &one;
  return out;
}

bool share_reached(std::uint64_t part, std::uint64_t whole, std::uint64_t wanted) { return whole > 0 && part * 100 >= wanted * whole; }

Json licences_of_sbom_json(const LicencesOfSbom& one) {
  Json out{{"sbom", one.input->evidence->path},
           {"components_counted", one.counted},
           {"licence_known", one.known()},
           {"licence_known_percent", percent(one.known(), one.counted)}};
  for (std::size_t c = 0; c < one.clarity.size(); ++c) out[std::string(to_string(static_cast<LicenceClarity>(c)))] = one.clarity[c];
  out["denied"] = one.conflicts;
  return out;
}

std::string licence_advice(const Licences& licences, const LicencesOfSbom* lowest_known) {
  const auto first = licences.rows.empty() ? nullptr : &licences.rows.front();
  if (first != nullptr && first->fault == LicenceFault::denied)
    return fmt::format("replace {} in {}: its licence {} is on the deny-list", first->input->sbom.display(first->component),
                       first->input->evidence->path, first->denied);
  if (lowest_known != nullptr && lowest_known->known() < lowest_known->counted) {
    const std::uint64_t missing = lowest_known->counted - lowest_known->known();
    for (const LicenceRow& row : licences.rows)
      if (row.input == lowest_known->input && row.fault != LicenceFault::denied)
        return fmt::format("give the licence of {} in {} as an SPDX expression, first of {} at {}", plural(missing, "component"),
                           row.input->evidence->path, row.input->sbom.display(row.component), row.input->sbom.pointer(row.component));
  }
  return R"(write {"denied": [...]} with the licences you do not accept (an empty list if none) to a file and add it as evidence of kind licence.policy)";
}

struct ReadLicencePolicy {
  std::optional<LicencePolicy> policy;  // all given ones together
  std::vector<Unreadable> bad;
};

ReadLicencePolicy read_licence_policies(const FindingContext& context, Finding& finding) {
  ReadLicencePolicy out;
  for (const evidence::Evidence* entry : evidence_of_kind(context.bundle, "licence.policy")) {
    finding.evidence.push_back(entry->sha256);
    const auto text = context.bundle.read(*entry);
    auto policy = text ? LicencePolicy::parse(*text, entry->path) : Result<LicencePolicy>(fail(text.error()));
    if (!policy)
      out.bad.push_back({entry, policy.error()});
    else if (out.policy)
      out.policy->add(*policy);
    else
      out.policy = std::move(*policy);
  }
  return out;
}

void add_licence_rows(Finding& finding, const Licences& licences) {
  for (const LicenceRow& row : licences.rows) {
    const std::string pointer = row.input->sbom.pointer(row.component);
    const Component& component = row.input->sbom.components[row.component];
    finding.rows.push_back({{"sbom", row.input->evidence->path},
                            {"pointer", pointer},
                            {"component", row.input->sbom.display(row.component)},
                            {"purl", printable(component.purl, 400)},
                            {"licence", row.licence},
                            {"problem", licence_fault_word(row.fault)},
                            {"denied", row.denied}});
    if (finding.places.size() < kMaxPlaces) finding.places.push_back({row.input->evidence->sha256, pointer});
  }
}

std::string licence_summary(const Licences& licences, const LicencesOfSbom* low, const LicencePolicy* policy,
                            std::span<const std::string> without) {
  std::string text = fmt::format("{} of {} components ({} %) have a known licence in {}", licences.known, licences.counted,
                                 decimal(percent(licences.known, licences.counted)), plural(licences.sboms.size(), "readable SBOM"));
  if (licences.sboms.size() > 1 && low != nullptr)
    text += fmt::format("; the lowest is {} with {} %", low->input->evidence->path, decimal(percent(low->known(), low->counted)));
  if (policy == nullptr)
    text += "; no deny-list is given, so none was checked";
  else
    text += fmt::format("; {} on the deny-list of {}", licences.conflicts, policy->size());
  if (licences.unclear > 0) text += fmt::format("; {} only as a text that is no SPDX identifier", licences.unclear);
  if (!without.empty()) text += fmt::format("; {} without an SBOM", plural(without.size(), "product"));
  return text + ".";
}

}  // namespace

Finding licences_finding(const FindingContext& context) {
  Finding finding;
  finding.control = kLicencesKnown;
  const Inputs& inputs = context.inputs;
  for (const auto* e : inputs.sbom_evidence) finding.evidence.push_back(e->sha256);
  const ReadLicencePolicy read = read_licence_policies(context, finding);
  std::vector<const Unreadable*> bad;
  for (const auto* group : {&inputs.bad_sboms, &read.bad})
    for (const Unreadable& one : *group) bad.push_back(&one);
  if (unreadable(finding, bad)) return finding;

  const LicencePolicy* const policy = read.policy ? &*read.policy : nullptr;
  const Licences licences = judge_licences(inputs, policy);
  const std::vector<std::string>& without = inputs.without_sbom;
  const LicencesOfSbom* const low = lowest(licences, [](const LicencesOfSbom& s) { return s.known(); });

  Json sboms = Json::array();
  for (const LicencesOfSbom& one : licences.sboms) sboms.push_back(licences_of_sbom_json(one));
  finding.detail = {{"components_counted", licences.counted},
                    {"licence_known", licences.known},
                    {"licence_known_percent", percent(licences.known, licences.counted)},
                    {"satisfied_from_percent", kLicencesSatisfiedPercent},
                    {"partial_from_percent", kLicencesPartialPercent},
                    {"denied", licences.conflicts},
                    {"unclear", licences.unclear},
                    {"deny_list_entries", policy == nullptr ? Json(nullptr) : Json(policy->size())},
                    {"products_without_sbom", without},
                    {"sboms", std::move(sboms)}};
  for (const std::string& product : without)
    finding.rows.push_back({{"sbom", ""},
                            {"pointer", ""},
                            {"component", printable(product, 200)},
                            {"purl", ""},
                            {"licence", ""},
                            {"problem", "a product without an SBOM"},
                            {"denied", ""}});
  add_licence_rows(finding, licences);

  const bool nothing_read = low == nullptr && inputs.unread_sboms.empty();
  const auto reached = [](const LicencesOfSbom* one, std::uint64_t part, std::uint64_t wanted) {
    return one == nullptr || share_reached(part, one->counted, wanted);
  };
  if (nothing_read || !without.empty() || !reached(low, low == nullptr ? 0 : low->known(), kLicencesPartialPercent))
    finding.status = Status::not_satisfied;
  else if (policy != nullptr && licences.conflicts == 0 && reached(low, low == nullptr ? 0 : low->known(), kLicencesSatisfiedPercent))
    finding.status = Status::satisfied;
  else
    finding.status = Status::partial;
  finding.summary = licence_summary(licences, low, policy, without);
  if (finding.status != Status::satisfied)
    finding.fix = !without.empty()
                      ? fmt::format("make an SBOM of {} and name it under [[product]] in org.toml", printable(without.front(), 200))
                      : licence_advice(licences, low);
  leave_open(finding, inputs);
  return finding;
}

}  // namespace entente::measures::p6_supply
