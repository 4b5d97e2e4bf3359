// The finding for control P6-01, "every release has a good SBOM": each SBOM gets a grade, and the worst one decides, because the
// control speaks of every release. A product of the profile without an SBOM counts like an SBOM with nothing in it.
#include <algorithm>

#include "core/utf8.h"
#include "measures/p6_supply/findings.h"

namespace entente::measures::p6_supply {

namespace {

Json sbom_detail(const SbomInput& input) {
  const Quality& q = input.quality;
  Json present = Json::object();
  for (std::size_t f = 0; f < kFieldCount; ++f)
    present[std::string(field_name(static_cast<Field>(f))) + "_percent"] = percent(q.present[f], q.counted);
  Json issues = Json::array();
  for (const Issue& issue : input.sbom.issues) {
    if (issue.level != IssueLevel::error || issues.size() >= 20) continue;
    issues.push_back({{"pointer", issue.pointer}, {"message", issue.message}});
  }
  Json out = quality_json(input.evidence->path, input.sbom, q);
  out["complete_percent"] = percent(q.complete, q.counted);
  out["present"] = std::move(present);
  out["weak_hash_only"] = q.weak_hash_only;
  out["first_errors"] = std::move(issues);
  return out;
}

void add_rows(Finding& finding, const SbomInput& input) {
  for (const Incomplete& incomplete : input.quality.incomplete) {
    const Component& c = input.sbom.components[incomplete.component];
    const std::string pointer = input.sbom.pointer(incomplete.component);
    finding.rows.push_back({{"sbom", input.evidence->path},
                            {"pointer", pointer},
                            {"component", input.sbom.display(incomplete.component)},
                            {"purl", printable(c.purl, 400)},
                            {"lacking", lacking_names(incomplete)},
                            {"note", incomplete.lacks(Field::identifier) ? identifier_problem(c) : std::string()}});
    if (finding.places.size() < kMaxPlaces) finding.places.push_back({input.evidence->sha256, pointer});
  }
}

Json problem_row(std::string_view sbom, std::string_view note) {
  return {{"sbom", sbom}, {"pointer", ""}, {"component", ""}, {"purl", ""}, {"lacking", Json::array()}, {"note", note}};
}

// The next step for the worst SBOM: its first document-level fault, or the field that most components lack.
std::string advice(const SbomInput& worst) {
  const Quality& q = worst.quality;
  const std::string& file = worst.evidence->path;
  if (!q.valid) {
    for (const Issue& issue : worst.sbom.issues)
      if (issue.level == IssueLevel::error)
        return fmt::format("mend {} at {}: {}", file, issue.pointer.empty() ? "/" : issue.pointer, issue.message);
  }
  if (q.counted == 0) return fmt::format("list the components of the product in {}", file);
  if (!q.has_root)
    return fmt::format("say in {} what it describes ({}), and link every component to it", file,
                       worst.sbom.format == SbomFormat::spdx ? "a DESCRIBES relationship" : "metadata.component");
  const auto least = static_cast<std::size_t>(std::min_element(q.present.begin(), q.present.end()) - q.present.begin());
  if (q.present[least] < q.counted)
    return fmt::format("add the {} of {} to {}", field_name(static_cast<Field>(least)), plural(q.counted - q.present[least], "component"),
                       file);
  if (!q.has_author) return fmt::format("name the author of {}", file);
  return fmt::format("give the creation time of {}", file);
}

// "Coop Wallet" and "@coop/wallet-web" are hardly to be told to be one, so the version speaks: a product whose SBOMs are all about
// something of another version has none of what is shipped. Texts: "till 2.3 (bom.json is about zzz 0.0.1)".
std::vector<std::string> about_others(const Profile& profile, const Inputs& inputs) {
  const auto plain = [](std::string_view v) { return !v.empty() && (v[0] == 'v' || v[0] == 'V') ? v.substr(1) : v; };
  std::vector<std::string> out;
  for (const catalog::Product& product : profile.products) {
    std::string other;
    bool found = product.version.empty();
    for (const SbomInput& input : inputs.sboms) {
      if (found || !is_sbom_of(product, *input.evidence)) continue;
      for (const std::uint32_t root : input.sbom.roots) {
        found = found || plain(input.sbom.components[root].version) == plain(product.version);
        if (other.empty()) other = fmt::format("{} is about {}", input.evidence->path, input.sbom.display(root));
      }
    }
    // An SBOM that says of nothing that it is about it is told by its quality.
    if (!found && !other.empty())
      out.push_back(fmt::format("{} {} ({})", printable(product.name, 200), printable(product.version, 200), other));
  }
  return out;
}

// The SBOM lists nothing but what it is about; nullptr if none is like that.
const SbomInput* without_components(const Inputs& inputs) {
  for (const SbomInput& input : inputs.sboms)
    if (!input.sbom.roots.empty() && input.sbom.components.size() == input.sbom.roots.size()) return &input;
  return nullptr;
}

std::string summarise(const Inputs& inputs, std::span<const std::string> without, const SbomInput* worst, std::uint64_t counted,
                      std::uint64_t complete) {
  std::string text = fmt::format("{} of {} components complete ({} %) in {}", complete, counted, decimal(percent(complete, counted)),
                                 plural(inputs.sboms.size(), "readable SBOM"));
  if (worst != nullptr) {
    const Quality& q = worst->quality;
    if (inputs.sboms.size() > 1)
      text += fmt::format("; the least complete is {} with {} %", worst->evidence->path, decimal(percent(q.complete, q.counted)));
    if (!q.valid) text += fmt::format("; {} is not valid ({})", worst->evidence->path, plural(worst->sbom.error_count, "error"));
    if (!q.has_author) text += fmt::format("; {} names no author", worst->evidence->path);
    if (!q.has_timestamp) text += fmt::format("; {} has no creation time", worst->evidence->path);
  }
  if (!inputs.bad_sboms.empty()) text += "; " + clause(inputs.bad_sboms.front());
  if (inputs.bad_sboms.size() > 1) text += fmt::format(" (and {} more)", inputs.bad_sboms.size() - 1);
  if (!without.empty()) text += fmt::format("; {} without an SBOM", plural(without.size(), "product"));
  return text + ".";
}

// Worse: a lower grade, then a lower share.
bool worse(const SbomInput& a, const SbomInput& b) {
  const Grade ga = grade(a.quality);
  const Grade gb = grade(b.quality);
  return ga != gb ? ga > gb : a.quality.completeness() < b.quality.completeness();
}

}  // namespace

Finding sbom_quality_finding(const Profile& profile, const Inputs& inputs) {
  Finding finding;
  finding.control = kGoodSbom;
  for (const auto* e : inputs.sbom_evidence) finding.evidence.push_back(e->sha256);

  const std::vector<std::string>& without = inputs.without_sbom;
  const SbomInput* worst = nullptr;
  std::uint64_t counted = 0;
  std::uint64_t complete = 0;
  Json sboms = Json::array();
  for (const SbomInput& input : inputs.sboms) {
    counted += input.quality.counted;
    complete += input.quality.complete;
    sboms.push_back(sbom_detail(input));
    if (worst == nullptr || worse(input, *worst)) worst = &input;
  }
  for (const Unreadable& bad : inputs.bad_sboms) {
    finding.places.push_back({bad.evidence->sha256, bad.error.where.pointer});
    finding.rows.push_back(problem_row(bad.evidence->path, bad.error.str()));
  }
  for (const std::string& product : without) finding.rows.push_back(problem_row("", "no SBOM for product " + printable(product, 200)));
  for (const SbomInput& input : inputs.sboms) add_rows(finding, input);
  if (finding.places.size() > kMaxPlaces) finding.places.resize(kMaxPlaces);

  const bool nothing_read = worst == nullptr && inputs.unread_sboms.empty();
  const Grade overall = nothing_read || !inputs.bad_sboms.empty() || !without.empty() ? Grade::poor
                        : worst == nullptr                                            ? Grade::good
                                                                                      : grade(worst->quality);
  finding.status = overall == Grade::good ? Status::satisfied : overall == Grade::fair ? Status::partial : Status::not_satisfied;
  const std::vector<std::string> others = about_others(profile, inputs);
  const SbomInput* const bare = without_components(inputs);
  if (finding.status == Status::satisfied && (!others.empty() || bare != nullptr)) finding.status = Status::partial;
  finding.summary = summarise(inputs, without, worst, counted, complete);
  if (!others.empty()) finding.summary.insert(finding.summary.size() - 1, "; no SBOM names the version of " + others.front());
  if (bare != nullptr) finding.summary.insert(finding.summary.size() - 1, fmt::format("; {} lists no component", bare->evidence->path));
  finding.detail = {
      {"components_counted", counted},    {"components_complete", complete},     {"complete_percent", percent(complete, counted)},
      {"satisfied_from_percent", 95},     {"partial_from_percent", 75},          {"sboms_unreadable", inputs.bad_sboms.size()},
      {"products_without_sbom", without}, {"products_of_other_version", others}, {"sboms", std::move(sboms)}};
  if (finding.status == Status::satisfied) {
    leave_open(finding, inputs);
    return finding;
  }
  if (!inputs.bad_sboms.empty())
    finding.fix = fmt::format("export {} again: {}", inputs.bad_sboms.front().evidence->path, inputs.bad_sboms.front().error.what);
  else if (!without.empty())
    finding.fix = fmt::format("make an SBOM of {} and name it under [[product]] in org.toml", printable(without.front(), 200));
  else if (overall == Grade::good && !others.empty())
    finding.fix = fmt::format("make the SBOM of what is shipped: none names the version of {}", others.front());
  else if (overall == Grade::good && bare != nullptr)
    finding.fix = fmt::format("list the components of the product in {}", bare->evidence->path);
  else
    finding.fix = advice(*worst);
  leave_open(finding, inputs);
  return finding;
}

}  // namespace entente::measures::p6_supply
