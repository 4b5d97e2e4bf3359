// The finding for control P6-05, "finders are heard": how soon a harmless test report was acknowledged, whether the policy says who is
// protected and what it covers, and whether security.txt says whom to tell.
#include <algorithm>

#include "core/utf8.h"
#include "csaf/security_txt.h"
#include "measures/p6_supply/cvd.h"
#include "measures/p6_supply/finding_disclosure.h"

namespace entente::measures::p6_supply {

namespace {

constexpr std::int64_t kAcknowledgedDays = 5, kLateDays = 10;

// All that was read for this control.
struct Hearing {
  bool has_contact_file = false, contact_file_valid = false;
  std::string contact_problem;
  std::vector<std::string> contacts;
  bool has_policy = false, by_words = false;
  CvdPolicy::Said safe_harbour = CvdPolicy::Said::no, scope = CvdPolicy::Said::no;
  std::optional<CvdTestReport> test;
  Digest test_from;
  bool bad_test = false;
};

Json finder_row(std::string_view item, std::string_view verdict, std::string_view note) {
  return {{"item", item}, {"verdict", verdict}, {"note", printable(note, 400)}};
}

void unread_row(Finding& finding, const evidence::Evidence& entry, const Error& error) {
  finding.rows.push_back(finder_row(entry.path, "unreadable", error.str()));
  if (finding.places.size() < kMaxPlaces) finding.places.push_back({entry.sha256, error.where.pointer});
}

template <class T, class Parse>
void each_of_kind(const FindingContext& c, std::string_view kind, Finding& finding, Parse parse,
                  const std::function<void(const evidence::Evidence&, const Result<T>&)>& take) {
  for (const evidence::Evidence* entry : c.bundle.of_kind(kind)) {
    finding.evidence.push_back(entry->sha256);
    const auto text = c.bundle.read(*entry);
    const Result<T> read = text ? parse(*text, *entry) : Result<T>(fail(text.error()));
    if (!read) unread_row(finding, *entry, read.error());
    take(*entry, read);
  }
}

// Of several security.txt files the best counts: one may be a copy at the old place.
void hear_contacts(const FindingContext& c, Finding& finding, Hearing& h) {
  each_of_kind<csaf::SecurityTxt>(
      c, "security.txt", finding,
      [&](const std::string& text, const evidence::Evidence& e) {
        return csaf::SecurityTxt::parse(text, c.at, e.source.starts_with("https://") ? std::string_view(e.source) : std::string_view());
      },
      [&](const evidence::Evidence& e, const Result<csaf::SecurityTxt>& read) {
        if (!read) return;
        h.has_contact_file = true;
        const bool valid = read->valid();
        for (const csaf::SecurityTxtNote& n : read->notes) {
          if (n.level == csaf::SecurityTxtNote::Level::notification) continue;
          const bool error = n.level == csaf::SecurityTxtNote::Level::error;
          finding.rows.push_back(
              finder_row(e.path, error ? "error" : "recommendation",
                         fmt::format("{}{}: {}", n.line ? fmt::format("line {}: ", *n.line) : std::string(), n.code, n.what)));
          if (error && h.contact_problem.empty()) h.contact_problem = n.what;
          if (error && finding.places.size() < kMaxPlaces)
            finding.places.push_back({e.sha256, n.line ? fmt::format("line {}", *n.line) : ""});
        }
        h.contact_file_valid = h.contact_file_valid || valid;
        if (valid || h.contacts.empty()) h.contacts = read->values("contact");
      });
}

void hear_policy(const FindingContext& c, Finding& finding, Hearing& h) {
  each_of_kind<CvdPolicy>(
      c, "cvd.policy", finding, [](const std::string& text, const evidence::Evidence& e) { return CvdPolicy::parse(text, e.path); },
      [&](const evidence::Evidence& e, const Result<CvdPolicy>& read) {
        if (!read) return;
        h.has_policy = true;
        h.by_words = h.by_words || !read->from_record;
        h.safe_harbour = std::max(h.safe_harbour, read->safe_harbour);
        h.scope = std::max(h.scope, read->scope);
        const std::string_view how = read->from_record ? "member of the record" : "words found";
        for (const auto& [item, said, by] :
             {std::tuple{"safe harbour", read->safe_harbour, read->safe_harbour_by}, {"scope", read->scope, read->scope_by}})
          finding.rows.push_back(finder_row(fmt::format("{}: {}", e.path, item),
                                            said == CvdPolicy::Said::yes      ? "said"
                                            : said == CvdPolicy::Said::partly ? "partly said"
                                                                              : "not said",
                                            by.empty() ? std::string() : fmt::format("{}: {}", how, by)));
      });
}

void hear_test(const FindingContext& c, Finding& finding, Hearing& h) {
  each_of_kind<CvdTestReport>(
      c, "cvd.test-report", finding,
      [](const std::string& text, const evidence::Evidence& e) { return CvdTestReport::parse(text, e.path); },
      [&](const evidence::Evidence& e, const Result<CvdTestReport>& read) {
        if (!read) {
          h.bad_test = true;
          return;
        }
        finding.rows.push_back(finder_row(e.path, read->acknowledged ? "acknowledged" : "not acknowledged",
                                          fmt::format("sent {} to {}", format_time(read->sent), read->channel)));
        if (read->sent > c.at || (h.test && h.test->sent >= read->sent)) return;
        h.test = *read;
        h.test_from = e.sha256;
      });
}

Status finder_status(const Hearing& h, std::optional<std::int64_t> days, std::int64_t waited) {
  if (h.bad_test) return Status::not_satisfied;
  if (!h.test) return Status::not_assessed;
  if (!days) return waited > kLateDays ? Status::not_satisfied : Status::not_assessed;
  const bool complete = h.safe_harbour == CvdPolicy::Said::yes && h.scope == CvdPolicy::Said::yes && h.contact_file_valid;
  if (*days <= kAcknowledgedDays && complete) return Status::satisfied;
  return *days <= kLateDays ? Status::partial : Status::not_satisfied;
}

std::string finder_summary(const Hearing& h, std::optional<std::int64_t> days, std::int64_t waited) {
  std::string out =
      h.bad_test ? "The report of the test cannot be read"
      : !h.test  ? "No test report was sent, so how soon finders are answered is not known"
      : days     ? fmt::format("A test report was acknowledged after {}", plural(static_cast<std::uint64_t>(*days), "working day"))
                 : fmt::format("A test report has not been acknowledged for {}", plural(static_cast<std::uint64_t>(waited), "working day"));
  if (!h.has_policy)
    out += "; no policy that can be read is given";
  else
    out += fmt::format("; the policy {} safe harbour, and {} its scope{}",
                       h.safe_harbour == CvdPolicy::Said::yes      ? "offers"
                       : h.safe_harbour == CvdPolicy::Said::partly ? "offers partial"
                                                                   : "offers no",
                       h.scope == CvdPolicy::Said::yes ? "names" : "does not name", h.by_words ? " (read by a list of words)" : "");
  out += !h.has_contact_file    ? "; no security.txt is given"
         : h.contact_file_valid ? "; security.txt is valid"
                                : "; security.txt is not valid: " + h.contact_problem;
  return out + ".";
}

std::string finder_advice(const Hearing& h, std::optional<std::int64_t> days) {
  if (h.bad_test) return "write the report of the test as docs/disclosure.md says";
  if (!h.test)
    return "send a harmless report with a nonce to the contact of security.txt, and give what came back as evidence of kind "
           "cvd.test-report";
  if (!days) return "acknowledge reports within five working days";
  if (*days > kAcknowledgedDays) return "acknowledge reports within five working days, and test again";
  if (!h.contact_file_valid)
    return h.has_contact_file ? "mend security.txt: " + h.contact_problem
                              : "publish /.well-known/security.txt (RFC 9116) and give it as evidence";
  if (h.safe_harbour != CvdPolicy::Said::yes) return "say in the disclosure policy that research in good faith is not prosecuted";
  return "say in the disclosure policy which systems it covers";
}

}  // namespace

Finding finders_heard_finding(const FindingContext& c) {
  Finding finding;
  finding.control = kFindersHeard;
  Hearing h;
  hear_contacts(c, finding, h);
  hear_policy(c, finding, h);
  hear_test(c, finding, h);
  const std::int64_t waited = h.test ? h.test->working_days(c.at) : 0;
  std::optional<std::int64_t> days;
  if (h.test && h.test->acknowledged && *h.test->acknowledged <= c.at) days = h.test->working_days(*h.test->acknowledged);
  if (h.test) finding.own_dates.emplace_back(h.test_from, h.test->sent);
  finding.status = finder_status(h, days, waited);
  finding.summary = finder_summary(h, days, waited);
  const bool told = h.test && std::ranges::find(h.contacts, h.test->channel) != h.contacts.end();
  finding.detail = {{"acknowledged_working_days", days ? Json(*days) : Json(nullptr)},
                    {"satisfied_to_working_days", kAcknowledgedDays},
                    {"partial_to_working_days", kLateDays},
                    {"channel", h.test ? Json(printable(h.test->channel, 200)) : Json(nullptr)},
                    {"channel_is_a_contact_of_security_txt", told},
                    {"policy_safe_harbour", h.safe_harbour == CvdPolicy::Said::yes      ? "yes"
                                            : h.safe_harbour == CvdPolicy::Said::partly ? "partly"
                                                                                        : "no"},
                    {"policy_scope", h.scope == CvdPolicy::Said::yes ? "yes" : "no"},
                    {"policy_read_by_list_of_words", h.by_words},
                    {"security_txt_valid", h.contact_file_valid}};
  if (finding.status != Status::satisfied) finding.fix = finder_advice(h, days);
  return finding;
}

}  // namespace entente::measures::p6_supply
