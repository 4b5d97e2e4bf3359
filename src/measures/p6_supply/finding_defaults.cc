// The finding for control P6-08, "safe defaults": of each product the newest report on its defaults; the product that stands worst decides.
// An outside laboratory's report without a failure satisfies, the maker's own test is partial, a failure is neither. An attestation signed
// by the laboratory ([[attestation]] in org.toml) goes before this finding; here the report is the organisation's word that it exists.
#include <algorithm>

#include "core/utf8.h"
#include "measures/p6_supply/finding_rules.h"
#include "measures/p6_supply/safe_defaults.h"

namespace entente::measures::p6_supply {

namespace {

// Worst first.
enum class DefaultsState : std::uint8_t { failed, no_report, nothing_tested, little_tested, other_version, self_tested, tested_outside };
constexpr std::string_view defaults_word(DefaultsState state) {
  switch (state) {
    case DefaultsState::failed: return "failed";
    case DefaultsState::no_report: return "no report";
    case DefaultsState::nothing_tested: return "no test applied";
    case DefaultsState::little_tested: return "most tests called not applicable";
    case DefaultsState::other_version: return "another version tested";
    case DefaultsState::self_tested: return "self test, no failure";
    case DefaultsState::tested_outside: break;
  }
  return "outside report, no failure";
}

struct DefaultsReport {
  const evidence::Evidence* evidence = nullptr;
  SafeDefaultsReport report;
};

struct DefaultsOfProduct {
  std::string name, version;
  DefaultsState state = DefaultsState::no_report;
  const DefaultsReport* report = nullptr;  // the newest
  std::uint64_t failures = 0;
};

std::string defaults_name(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

// The words of a name with a blank around each, " org security lab "; letters and digits only, of which what is not ASCII is taken for one.
std::string defaults_words(std::string_view text) {
  std::string out = " ";
  for (const char c : defaults_name(text)) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80;
    if (plain)
      out += c;
    else if (out.back() != ' ')
      out += ' ';
  }
  if (out.back() != ' ') out += ' ';
  return out;
}

// "Org Security Lab" and "org." are Org. A short name must be whole words of the laboratory's ("Shop" is no part of "Workshop House"), a
// longer one may be written together.
constexpr std::size_t kTellingName = 6;
bool bears_name(std::string_view laboratory, std::string_view own) {
  std::string there = defaults_words(laboratory), here = defaults_words(own);
  if (here == " ") return false;
  if (there.find(here) != std::string::npos) return true;
  std::erase(there, ' ');
  std::erase(here, ' ');
  return there == here || (here.size() >= kTellingName && there.find(here) != std::string::npos);
}

// A laboratory that bears the organisation's own name, id or domain is not outside.
bool is_outside(const SafeDefaultsReport& report, const Profile& profile) {
  if (report.tester != SafeDefaultsReport::Tester::outside_lab) return false;
  return !bears_name(report.tester_name, profile.name) && !bears_name(report.tester_name, profile.id) &&
         std::ranges::none_of(profile.domains, [&](const std::string& domain) { return bears_name(report.tester_name, domain); });
}

// "v2.3" is 2.3. A profile that gives no version asks for none.
bool is_version_shipped(std::string_view tested, std::string_view shipped) {
  const auto plain = [](std::string_view v) { return !v.empty() && (v[0] == 'v' || v[0] == 'V') ? v.substr(1) : v; };
  return shipped.empty() || plain(tested) == plain(shipped);
}

std::uint64_t defaults_failures(const SafeDefaultsReport& report) {
  std::uint64_t out = 0;
  for (const auto* group : {&report.tests, &report.provisions})
    out += static_cast<std::uint64_t>(
        std::ranges::count_if(*group, [](const SafeDefaultsResult& r) { return r.outcome == SafeDefaultsResult::Outcome::fail; }));
  return out;
}

// `shipped`: the product's version.
DefaultsState defaults_state(const SafeDefaultsReport& report, const Profile& profile, std::string_view shipped) {
  if (defaults_failures(report) > 0) return DefaultsState::failed;
  const auto passed = [](const std::vector<SafeDefaultsResult>& group) {
    return std::ranges::count_if(group, [](const SafeDefaultsResult& r) { return r.outcome == SafeDefaultsResult::Outcome::pass; });
  };
  if (passed(report.tests) == 0) return DefaultsState::nothing_tested;
  if (passed(report.tests) * 2 < std::ssize(report.tests) || passed(report.provisions) == 0) return DefaultsState::little_tested;
  if (!is_version_shipped(report.version, shipped)) return DefaultsState::other_version;
  return is_outside(report, profile) ? DefaultsState::tested_outside : DefaultsState::self_tested;
}

// The newest report counts, of one day the worse. One in which nothing or little was tested does not clear an older failure.
bool is_replaced(const DefaultsOfProduct& product, const DefaultsReport& by, DefaultsState state) {
  if (product.report == nullptr) return true;
  const bool tells_little = state == DefaultsState::nothing_tested || state == DefaultsState::little_tested;
  if (product.state == DefaultsState::failed && tells_little) return false;
  const bool told_little = product.state == DefaultsState::nothing_tested || product.state == DefaultsState::little_tested;
  if (told_little && state == DefaultsState::failed) return true;
  return std::pair(by.report.date, product.state) >= std::pair(product.report->report.date, state);
}

// The products of the profile, or, if it names none, those the reports are about; each with the report that counts. `reports` by date.
std::vector<DefaultsOfProduct> defaults_of_products(const Profile& profile, std::span<const DefaultsReport> reports) {
  std::vector<DefaultsOfProduct> out;
  for (const catalog::Product& product : profile.products) out.push_back({.name = product.name, .version = product.version});
  for (const DefaultsReport& one : reports) {
    const std::string name = defaults_name(one.report.product);
    auto product = std::ranges::find_if(out, [&](const DefaultsOfProduct& p) { return defaults_name(p.name) == name; });
    if (product == out.end()) {
      if (!profile.products.empty()) continue;
      out.push_back({.name = one.report.product, .version = one.report.version});
      product = out.end() - 1;
    }
    const DefaultsState state = defaults_state(one.report, profile, product->version);
    if (!is_replaced(*product, one, state)) continue;
    product->report = &one;
    product->state = state;
    product->failures = defaults_failures(one.report);
  }
  std::stable_sort(out.begin(), out.end(), [](const DefaultsOfProduct& a, const DefaultsOfProduct& b) {
    return a.state != b.state ? a.state < b.state : a.failures > b.failures;
  });
  return out;
}

Json defaults_row(const DefaultsOfProduct& product, std::string_view name, std::string_view result, std::string_view note) {
  const SafeDefaultsReport* report = product.report == nullptr ? nullptr : &product.report->report;
  return {{"product", printable(product.name, 200)},
          {"version", printable(product.version, 200)},
          {"tested_version", report == nullptr ? "" : printable(report->version, 200)},
          {"state", defaults_word(product.state)},
          {"tester", report == nullptr ? "" : printable(report->tester_name, 200)},
          {"date", report == nullptr ? Json(nullptr) : Json(format_date(report->date))},
          {"report", report == nullptr ? Json(nullptr) : Json(report->report.str())},
          {"test", name},
          {"result", result},
          {"note", printable(note, 400)}};
}

// One row for the product, then one for each failure.
void add_defaults_rows(Finding& finding, const DefaultsOfProduct& product) {
  finding.rows.push_back(defaults_row(product, "", "", ""));
  if (product.report == nullptr) return;
  for (const auto* group : {&product.report->report.tests, &product.report->report.provisions})
    for (const SafeDefaultsResult& r : *group) {
      if (r.outcome != SafeDefaultsResult::Outcome::fail) continue;
      finding.rows.push_back(defaults_row(product, r.name, to_string(r.outcome), r.note));
      if (finding.places.size() < kMaxPlaces) finding.places.push_back({product.report->evidence->sha256, r.pointer});
    }
}

std::string defaults_advice(const DefaultsOfProduct& worst) {
  const std::string name = printable(worst.name, 200);
  switch (worst.state) {
    case DefaultsState::failed:
      for (const auto* group : {&worst.report->report.tests, &worst.report->report.provisions})
        for (const SafeDefaultsResult& r : *group)
          if (r.outcome == SafeDefaultsResult::Outcome::fail)
            return fmt::format("repair what failed in {}, {} ({}), and have it tested again", name, r.name, printable(r.note, 200));
      break;
    case DefaultsState::no_report:
      return fmt::format("have the defaults of {} tested and add the report as evidence of kind safe-defaults", name);
    case DefaultsState::nothing_tested:
      return fmt::format("have at least one of the four tests done on {}: all are called not applicable", name);
    case DefaultsState::little_tested:
      return fmt::format("have at least two of the four tests and one provision tested on {}: the rest is called not applicable", name);
    case DefaultsState::other_version:
      return fmt::format("have the version shipped of {} tested, {}: the report is about {}", name, printable(worst.version, 200),
                         worst.report->report.version.empty() ? "none" : printable(worst.report->report.version, 200));
    case DefaultsState::self_tested:
      return fmt::format("have an outside laboratory test {} and add its report as evidence of kind safe-defaults", name);
    case DefaultsState::tested_outside: break;
  }
  return {};
}

}  // namespace

Finding safe_defaults_finding(const FindingContext& context) {
  Finding finding;
  finding.control = kSafeDefaults;
  std::vector<DefaultsReport> reports;
  std::vector<Unreadable> bad;
  std::uint64_t later = 0, in_bundle = 0;
  for (const evidence::Evidence* entry : evidence_of_kind(context.bundle, "safe-defaults")) {
    finding.evidence.push_back(entry->sha256);
    const auto text = context.bundle.read(*entry);
    auto report = text ? SafeDefaultsReport::parse(*text, entry->path) : Result<SafeDefaultsReport>(fail(text.error()));
    if (!report)
      bad.push_back({entry, report.error()});
    else if (report->date > context.at)
      ++later;
    else
      reports.push_back({entry, std::move(*report)});
  }
  std::vector<const Unreadable*> unread;
  for (const Unreadable& one : bad) unread.push_back(&one);
  if (unreadable(finding, unread)) return finding;

  std::stable_sort(reports.begin(), reports.end(),
                   [](const DefaultsReport& a, const DefaultsReport& b) { return a.report.date < b.report.date; });
  const std::vector<DefaultsOfProduct> products = defaults_of_products(context.profile, reports);
  std::array<std::uint64_t, 7> states{};
  std::uint64_t failures = 0;
  for (const DefaultsOfProduct& product : products) {
    ++states[static_cast<std::size_t>(product.state)];
    failures += product.failures;
    add_defaults_rows(finding, product);
    if (product.report == nullptr) continue;
    finding.own_dates.emplace_back(product.report->evidence->sha256, product.report->report.date);
    if (std::ranges::any_of(context.bundle.entries(),
                            [&](const evidence::Evidence& e) { return e.sha256 == product.report->report.report; }))
      ++in_bundle;
  }
  const auto count = [&](DefaultsState state) { return states[static_cast<std::size_t>(state)]; };
  const DefaultsState worst = products.empty() ? DefaultsState::no_report : products.front().state;
  finding.status = worst == DefaultsState::tested_outside                                            ? Status::satisfied
                   : worst >= DefaultsState::little_tested                                           ? Status::partial
                   : worst == DefaultsState::nothing_tested || (products.empty() && reports.empty()) ? Status::not_assessed
                                                                                                     : Status::not_satisfied;
  finding.summary =
      fmt::format("{} of {} tested by an outside laboratory without a failure, {} by the maker, {} without a report; {} failed",
                  count(DefaultsState::tested_outside), plural(products.size(), "product"), count(DefaultsState::self_tested),
                  count(DefaultsState::no_report), plural(failures, "test"));
  if (later > 0)
    finding.summary +=
        fmt::format("; {} dated after {} {} not count", plural(later, "report"), format_time(context.at), later == 1 ? "does" : "do");
  if (const auto n = count(DefaultsState::little_tested); n > 0)
    finding.summary += fmt::format("; of {} most tests are called not applicable", plural(n, "product"));
  if (const auto n = count(DefaultsState::other_version); n > 0)
    finding.summary += fmt::format("; of {} another version was tested than is shipped", plural(n, "product"));
  finding.summary += ".";
  finding.detail = {{"products", products.size()},
                    {"tested_outside", count(DefaultsState::tested_outside)},
                    {"self_tested", count(DefaultsState::self_tested)},
                    {"no_test_applied", count(DefaultsState::nothing_tested)},
                    {"most_tests_not_applicable", count(DefaultsState::little_tested)},
                    {"other_version_tested", count(DefaultsState::other_version)},
                    {"without_report", count(DefaultsState::no_report)},
                    {"with_failures", count(DefaultsState::failed)},
                    {"tests_failed", failures},
                    {"full_reports_in_bundle", in_bundle},
                    {"signed_by_the_laboratory", false}};
  if (finding.status != Status::satisfied)
    finding.fix = products.empty() ? "name what is shipped under [[product]] in org.toml and have its defaults tested"
                                   : defaults_advice(products.front());
  return finding;
}

}  // namespace entente::measures::p6_supply
