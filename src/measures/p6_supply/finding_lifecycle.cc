// The finding for control P6-06, "end of support is told in advance". First half: every product the organisation ships stands in a
// lifecycle record whose support ends in the future, or which says that it has ended. Second half: no dependency in the SBOMs is more than
// 180 days past the end of its support. What has no record is counted and never called supported. Words: docs/supply-findings.md.
#include <algorithm>
#include <limits>

#include "core/utf8.h"
#include "measures/p6_supply/finding_rules.h"
#include "measures/p6_supply/lifecycle.h"
#include "measures/p6_supply/openeox.h"

namespace entente::measures::p6_supply {

namespace {

constexpr std::int64_t kExpiredAfterDays = 180;
constexpr std::uint64_t kSupportPartialPercent = 90;
// A day further off than this is a placeholder ("9999-12-31") and tells nobody when support ends.
constexpr std::chrono::days kFarthestEnd{50 * 365};
constexpr std::int64_t kEndedUnknownDay = std::numeric_limits<std::int64_t>::max();

enum class SupportState : std::uint8_t { not_listed, no_end, ended_unmarked, ended_marked, told };  // worst first
constexpr std::string_view support_word(SupportState state) {
  switch (state) {
    case SupportState::not_listed: return "not listed";
    case SupportState::no_end: return "no end of support given";
    case SupportState::ended_unmarked: return "ended, not marked as ended";
    case SupportState::ended_marked: return "ended, marked as ended";
    case SupportState::told: break;
  }
  return "end of support told";
}
constexpr bool support_told(SupportState state) { return state >= SupportState::ended_marked; }

struct SupportRecords {
  EolRecords records;
  std::vector<const evidence::Evidence*> from;  // by index of records.products()
  std::vector<Unreadable> bad;
  std::uint64_t later = 0;  // left out: dated after the instant judged
};

// OpenEoX only: of the other forms none says when it was written.
bool is_record_of_later(const evidence::Evidence& entry, std::string_view text, Instant at) {
  if (entry.kind != "lifecycle.openeox" && !entry.path.ends_with(".openeox.json")) return false;
  const auto core = parse_openeox(text, entry.path);
  return core && core->last_updated && *core->last_updated > at;
}

Result<std::vector<EolProduct>> parse_support_record(const evidence::Evidence& entry, std::string_view text) {
  if (entry.kind == "eol") return parse_eol_records(text, entry.path);
  if (entry.kind == "lifecycle.openeox") {
    ENTENTE_TRY(auto product, parse_eol_openeox(text, entry.path));
    return std::vector<EolProduct>{std::move(product)};
  }
  if (!text.starts_with("---")) return parse_eol_api(text, entry.path);
  ENTENTE_TRY(auto product, parse_eol_page(text, entry.path));
  return std::vector<EolProduct>{std::move(product)};
}

SupportRecords read_support_records(const FindingContext& context, Finding& finding) {
  static constexpr std::array<std::string_view, 3> kinds{"eol", "lifecycle.endoflife", "lifecycle.openeox"};
  SupportRecords out;
  for (const evidence::Evidence* entry : evidence_of_kinds(context.bundle, kinds)) {
    finding.evidence.push_back(entry->sha256);
    const auto text = context.bundle.read(*entry);
    auto products = text ? parse_support_record(*entry, *text) : Result<std::vector<EolProduct>>(fail(text.error()));
    if (!products) {
      out.bad.push_back({entry, products.error()});
      continue;
    }
    if (is_record_of_later(*entry, *text, context.at)) {
      ++out.later;
      continue;
    }
    for (EolProduct& product : *products) {
      out.records.add(std::move(product));
      out.from.push_back(entry);
    }
  }
  return out;
}

// Something the organisation ships: from the profile, or, where that names nothing, what the SBOMs are about.
struct ShippedProduct {
  std::string name, version;
  std::vector<std::pair<const SbomInput*, std::uint32_t>> components;  // as its SBOMs call it
};

struct ProductSupport {
  SupportState state = SupportState::not_listed;
  std::uint32_t record = 0;  // of records.products(); only if listed
  const EolRelease* release = nullptr;
};

std::vector<ShippedProduct> shipped_products(const FindingContext& context) {
  std::vector<ShippedProduct> out;
  for (const catalog::Product& product : context.profile.products) {
    ShippedProduct one{.name = product.name, .version = product.version, .components = {}};
    for (const SbomInput& input : context.inputs.sboms)
      if (is_sbom_of(product, *input.evidence))
        for (const std::uint32_t root : input.sbom.roots) one.components.emplace_back(&input, root);
    out.push_back(std::move(one));
  }
  if (!out.empty()) return out;
  for (const SbomInput& input : context.inputs.sboms)
    for (const std::uint32_t root : input.sbom.roots) {
      const Component& c = input.sbom.components[root];
      out.push_back({.name = std::string(c.name), .version = std::string(c.version), .components = {{&input, root}}});
    }
  return out;
}

// "Coop Wallet" and "coop-wallet" are one name.
std::string support_name(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c >= 'A' && c <= 'Z')
      out += static_cast<char>(c - 'A' + 'a');
    else if (c != ' ' && c != '-' && c != '_')
      out += c;
  }
  return out;
}

const LifeStage& support_end(const EolRelease& release) {
  return release.security.kind == LifeStage::Kind::unsaid ? release.end_of_life : release.security;
}

// Nothing, or a day that is none.
bool is_unsaid(const LifeStage& end, Instant at) {
  return end.kind == LifeStage::Kind::unsaid || (end.kind == LifeStage::Kind::dated && end.last > at + kFarthestEnd);
}

bool is_marked_ended(const EolRelease& release, Instant at) {
  using Kind = LifeStage::Kind;
  if (release.said_ended || release.security.kind == Kind::over || release.end_of_life.kind == Kind::over) return true;
  // OpenEoX keeps the end of life apart from that of support.
  return release.exact && release.end_of_life.kind == Kind::dated && at > release.end_of_life.last;
}

SupportState support_state(const EolRelease* release, Instant at) {
  using Kind = LifeStage::Kind;
  if (release == nullptr) return SupportState::no_end;
  const LifeStage& end = support_end(*release);
  if (end.kind == Kind::dated && at <= end.last) return is_unsaid(end, at) ? SupportState::no_end : SupportState::told;
  if (is_marked_ended(*release, at)) return SupportState::ended_marked;
  return end.kind == Kind::dated ? SupportState::ended_unmarked : SupportState::no_end;
}

// Of the records that are of this product, by its name or by the purl or CPE its SBOM gives it, those that know its version; of these the
// worst: who is told two things is not told.
ProductSupport support_of(const ShippedProduct& product, const EolRecords& records, Instant at) {
  ProductSupport worst;
  const auto consider = [&](std::uint32_t record, std::string_view version) {
    ProductSupport one{.record = record, .release = release_of(records.products()[record], version)};
    one.state = support_state(one.release, at);
    if (worst.state == SupportState::not_listed || (one.release != nullptr && worst.release == nullptr))
      worst = one;
    else if ((one.release == nullptr) == (worst.release == nullptr) && one.state < worst.state)
      worst = one;
  };
  const std::string name = support_name(product.name);
  for (std::uint32_t i = 0; i < records.products().size(); ++i) {
    const EolProduct& record = records.products()[i];
    if (support_name(record.slug) == name || support_name(record.title) == name) consider(i, product.version);
  }
  for (const auto& [input, component] : product.components)
    for (const std::uint32_t record : records.products_of(input->sbom.components[component]))
      consider(record, product.version.empty() ? input->sbom.components[component].version : product.version);
  return worst;
}

// How many days the support has been over: a number above 0; kEndedUnknownDay if the record says "ended" and no day; nullopt: not over.
std::optional<std::int64_t> days_past_end(const EolRelease& release, Instant at) {
  const LifeStage& end = support_end(release);
  if (end.kind == LifeStage::Kind::over) return kEndedUnknownDay;
  if (end.kind != LifeStage::Kind::dated || at <= end.last) return std::nullopt;
  return std::max<std::int64_t>(days_between(end.last, at), 1);
}

struct EndedDependency {
  const SbomInput* input = nullptr;
  LifecycleRow row;
  std::int64_t days = 0;
  [[nodiscard]] bool expired() const { return days > kExpiredAfterDays; }
};

struct Dependencies {
  std::uint64_t counted = 0, with_record = 0, ended = 0, expired = 0;
  std::vector<EndedDependency> rows;  // longest ended first
};

Dependencies judge_dependencies(const Inputs& inputs, const EolRecords& records, Instant at) {
  Dependencies out;
  for (const SbomInput& input : inputs.sboms) {
    std::uint32_t last = kNoComponent;  // a component of two products has two rows, one after the other
    bool counted_record = false, counted_expired = false;
    for (const LifecycleRow& row : lifecycle_of(input.sbom, records, at, 0)) {
      if (std::ranges::find(input.sbom.roots, row.component) != input.sbom.roots.end()) continue;
      if (row.component != last) {
        last = row.component;
        ++out.counted;
        counted_record = counted_expired = false;
      }
      // A cycle nothing is said of is not a record of this version's end.
      if (row.release == nullptr || is_unsaid(support_end(*row.release), at)) continue;
      if (!std::exchange(counted_record, true)) ++out.with_record;
      const auto days = days_past_end(*row.release, at);
      if (!days) continue;
      EndedDependency ended{&input, row, *days};
      if (ended.expired() && !std::exchange(counted_expired, true)) ++out.expired;
      out.rows.push_back(std::move(ended));
    }
  }
  out.ended = out.rows.size();
  std::stable_sort(out.rows.begin(), out.rows.end(), [](const EndedDependency& a, const EndedDependency& b) { return a.days > b.days; });
  return out;
}

std::string stage_word(const LifeStage& stage) {
  switch (stage.kind) {
    case LifeStage::Kind::dated: return format_date(stage.last);
    case LifeStage::Kind::over: return "ended";
    case LifeStage::Kind::running: return "running";
    case LifeStage::Kind::unsaid: break;
  }
  return "";
}

Json product_support_json(const ShippedProduct& product, const ProductSupport& support, const EolRecords& records) {
  const bool listed = support.state != SupportState::not_listed;
  return {{"what", "product"},
          {"name", printable(product.name + (product.version.empty() ? "" : " " + product.version), 400)},
          {"state", support_word(support.state)},
          {"end_of_support", support.release == nullptr ? "" : stage_word(support_end(*support.release))},
          {"days_past_end", nullptr},
          {"record", listed ? records.products()[support.record].source : std::string()},
          {"sbom", ""},
          {"pointer", ""}};
}

Json dependency_json(const EndedDependency& ended, const EolRecords& records) {
  return {{"what", "dependency"},
          {"name", ended.input->sbom.display(ended.row.component)},
          {"state", ended.expired() ? "past its end by more than 180 days" : "past its end"},
          {"end_of_support", stage_word(support_end(*ended.row.release))},
          {"days_past_end", ended.days == kEndedUnknownDay ? Json(nullptr) : Json(ended.days)},
          {"record", records.products()[ended.row.product].source},
          {"sbom", ended.input->evidence->path},
          {"pointer", ended.input->sbom.pointer(ended.row.component)}};
}

// An OpenEoX record says when it was last looked at; that of a product must not be older than the control allows.
void add_record_dates(const FindingContext& context, const SupportRecords& records, std::span<const ProductSupport> supports,
                      Finding& finding) {
  for (const ProductSupport& support : supports) {
    if (support.release == nullptr || !support.release->exact) continue;
    const evidence::Evidence* entry = records.from[support.record];
    const auto text = context.bundle.read(*entry);
    const auto core = text ? parse_openeox(*text, entry->path) : Result<EoxCore>(fail(text.error()));
    if (core && core->last_updated) finding.own_dates.emplace_back(entry->sha256, *core->last_updated);
  }
}

std::string support_advice(std::span<const ShippedProduct> products, std::span<const ProductSupport> supports,
                           std::span<const std::size_t> order, const Dependencies& dependencies, const Inputs& inputs,
                           const EolRecords& records) {
  const ProductSupport& worst = supports[order.front()];
  const std::string name = printable(products[order.front()].name, 200);
  if (worst.state == SupportState::not_listed)
    return fmt::format("write a lifecycle record of {} with the day its support ends and add it as evidence of kind eol", name);
  const std::string file = records.products()[worst.record].source;
  if (worst.state == SupportState::no_end) return fmt::format("give the day the support of this version of {} ends in {}", name, file);
  if (worst.state == SupportState::ended_unmarked)
    return fmt::format("mark {} as ended in {} (eol: true), or stop shipping it: its support ended on {}", name, file,
                       stage_word(support_end(*worst.release)));
  if (!dependencies.rows.empty() && dependencies.rows.front().expired()) {
    const EndedDependency& first = dependencies.rows.front();
    return fmt::format("replace {} in {}: its support ended{}", first.input->sbom.display(first.row.component), first.input->evidence->path,
                       first.days == kEndedUnknownDay ? "" : fmt::format(" {} days ago", first.days));
  }
  return inputs.sbom_evidence.empty() ? "add the SBOMs of the products as evidence, so that their dependencies can be looked at"
                                      : "add lifecycle records of the dependencies (https://endoflife.date) as evidence of kind eol";
}

void add_support_rows(Finding& finding, std::span<const ShippedProduct> products, std::span<const ProductSupport> supports,
                      std::span<const std::size_t> order, const Dependencies& dependencies, const SupportRecords& read) {
  for (const std::size_t i : order) {
    finding.rows.push_back(product_support_json(products[i], supports[i], read.records));
    if (support_told(supports[i].state) || supports[i].state == SupportState::not_listed || finding.places.size() == kMaxPlaces) continue;
    finding.places.push_back({read.from[supports[i].record]->sha256, ""});
  }
  for (const EndedDependency& ended : dependencies.rows) {
    finding.rows.push_back(dependency_json(ended, read.records));
    if (finding.places.size() < kMaxPlaces)
      finding.places.push_back({ended.input->evidence->sha256, ended.input->sbom.pointer(ended.row.component)});
  }
}

std::string support_summary(std::uint64_t told, std::uint64_t products, const Dependencies& dependencies, const Inputs& inputs) {
  std::string text =
      fmt::format("{} of {} with an end of support that is told; {} of {} with a lifecycle record past the end by more than {} days", told,
                  plural(products, "product"), dependencies.expired, plural(dependencies.with_record, "component"), kExpiredAfterDays);
  if (inputs.sboms.empty())
    text += "; no SBOM, so no dependency was looked at";
  else if (dependencies.counted > dependencies.with_record)
    text += fmt::format("; {} of {} dependencies have no record", dependencies.counted - dependencies.with_record, dependencies.counted);
  return text + ".";
}

}  // namespace

Finding lifecycle_finding(const FindingContext& context) {
  Finding finding;
  finding.control = kEndOfSupport;
  const Inputs& inputs = context.inputs;
  const SupportRecords read = read_support_records(context, finding);
  for (const auto* e : inputs.sbom_evidence) finding.evidence.push_back(e->sha256);
  std::vector<const Unreadable*> bad;
  for (const auto* group : {&read.bad, &inputs.bad_sboms})
    for (const Unreadable& one : *group) bad.push_back(&one);
  if (unreadable(finding, bad)) return finding;

  const std::vector<ShippedProduct> products = shipped_products(context);
  if (products.empty()) {
    finding.status = Status::not_assessed;
    finding.summary = "Neither the profile nor an SBOM says what is shipped.";
    finding.fix = "name what is shipped under [[product]] in org.toml";
    return finding;
  }
  std::vector<ProductSupport> supports;
  std::vector<std::size_t> order;
  std::uint64_t told = 0;
  for (const ShippedProduct& product : products) {
    order.push_back(supports.size());
    supports.push_back(support_of(product, read.records, context.at));
    if (support_told(supports.back().state)) ++told;
  }
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return supports[a].state < supports[b].state; });
  const Dependencies dependencies = judge_dependencies(inputs, read.records, context.at);

  add_support_rows(finding, products, supports, order, dependencies, read);
  add_record_dates(context, read, supports, finding);

  // "No dependency is past its end" must have been looked at: with SBOMs, and, if they list any, with a record of at least one.
  const bool looked = !inputs.sboms.empty() && (dependencies.counted == 0 || dependencies.with_record > 0);
  const bool most_told = told * 100 >= kSupportPartialPercent * products.size();
  const bool few_expired = dependencies.expired * 100 <= (100 - kSupportPartialPercent) * dependencies.with_record;
  finding.status = told == products.size() && dependencies.expired == 0 && looked ? Status::satisfied
                   : most_told && few_expired                                     ? Status::partial
                                                                                  : Status::not_satisfied;
  finding.summary = support_summary(told, products.size(), dependencies, inputs);
  if (read.later > 0)
    finding.summary.insert(finding.summary.size() - 1, fmt::format("; {} dated after {} {} not count", plural(read.later, "record"),
                                                                   format_time(context.at), read.later == 1 ? "does" : "do"));
  finding.detail = {{"products", products.size()},
                    {"products_told", told},
                    {"products_told_percent", percent(told, products.size())},
                    {"satisfied_from_percent", 100},
                    {"partial_from_percent", kSupportPartialPercent},
                    {"products_from", context.profile.products.empty() ? "sbom" : "profile"},
                    {"dependencies", dependencies.counted},
                    {"dependencies_with_record", dependencies.with_record},
                    {"dependencies_past_end", dependencies.ended},
                    {"dependencies_expired", dependencies.expired},
                    {"records_dated_later", read.later},
                    {"expired_after_days", kExpiredAfterDays},
                    {"records", read.records.products().size()}};
  if (finding.status != Status::satisfied) finding.fix = support_advice(products, supports, order, dependencies, inputs, read.records);
  leave_open(finding, inputs);
  return finding;
}

}  // namespace entente::measures::p6_supply
