// The finding for control P6-05, "finders are heard": how soon a harmless test report was acknowledged, whether the policy says who is
// protected and what it covers, and whether security.txt says whom to tell. Where there are several of a kind, the worst counts, so that
// more evidence never hides what is wrong; and what belongs to another organisation's domain does not count for this one.
#include <algorithm>

#include "core/ascii.h"
#include "core/utf8.h"
#include "csaf/security_txt.h"
#include "csaf/web_url.h"
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
  bool has_policy = false, bad_policy = false, has_text = false, by_words = false;
  CvdPolicy::Said safe_harbour = CvdPolicy::Said::no, scope = CvdPolicy::Said::no;
  std::vector<std::pair<CvdTestReport, Digest>> tests;
  std::optional<CvdTestReport> test;  // the one that decides
  Digest test_from;
  std::string not_counted;        // why a test that was given does not count
  std::optional<Error> bad_test;  // of the first that cannot be taken
};

// The host of "https://org.example/report" or "mailto:security@org.example?subject=…"; empty for anything else.
std::string host_of_channel(std::string_view channel) {
  if (const auto url = csaf::parse_web_url(channel)) return url->host;
  if (lower(channel.substr(0, 7)) != "mailto:") return {};
  const std::string_view address = channel.substr(7, channel.find('?') - 7);
  const std::size_t at = address.rfind('@');
  return at == std::string_view::npos ? std::string() : lower(address.substr(at + 1));
}

// Why a security.txt is not the organisation's own; empty if it is. It is by where it lay, else by where it says it lies, else by whom it
// names.
std::string not_own_contacts(const Profile& profile, const csaf::SecurityTxt& txt, const std::string& source) {
  if (profile.domains.empty()) return "the profile names no domain, so whose it is cannot be told";
  const auto own = [&](const std::string& text) { return is_host_of(profile, host_of_channel(text)); };
  if (const auto url = csaf::parse_web_url(source); url && !is_host_of(profile, url->host))
    return fmt::format("it lay at {}, which is none of the profile's domains", url->host);
  const auto canonical = txt.values("canonical"), contacts = txt.values("contact");
  if (!canonical.empty() && std::ranges::none_of(canonical, own)) return "no Canonical field is of one of the profile's domains";
  if (!csaf::parse_web_url(source) && canonical.empty() && std::ranges::none_of(contacts, own))
    return "neither its source nor a field says that it is of one of the profile's domains";
  return {};
}

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

// Of several security.txt files all must be valid: a finder may come upon any of them.
void hear_contacts(const FindingContext& c, Finding& finding, Hearing& h) {
  each_of_kind<csaf::SecurityTxt>(
      c, "security.txt", finding,
      [&](const std::string& text, const evidence::Evidence& e) {
        return csaf::SecurityTxt::parse(text, c.at, e.source.starts_with("https://") ? std::string_view(e.source) : std::string_view());
      },
      [&](const evidence::Evidence& e, const Result<csaf::SecurityTxt>& read) {
        if (!read) return;
        const std::string foreign = not_own_contacts(c.profile, *read, e.source);
        const bool valid = read->valid() && foreign.empty();
        h.contact_file_valid = valid && (h.contact_file_valid || !h.has_contact_file);
        h.has_contact_file = true;
        if (!foreign.empty()) {
          finding.rows.push_back(finder_row(e.path, "error", foreign));
          if (h.contact_problem.empty()) h.contact_problem = foreign;
        }
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
        if (foreign.empty())
          for (std::string& contact : read->values("contact")) h.contacts.push_back(std::move(contact));
      });
}

void hear_policy(const FindingContext& c, Finding& finding, Hearing& h) {
  each_of_kind<CvdPolicy>(
      c, "cvd.policy", finding, [](const std::string& text, const evidence::Evidence& e) { return CvdPolicy::parse(text, e.path); },
      [&](const evidence::Evidence& e, const Result<CvdPolicy>& read) {
        if (!read) {
          h.bad_policy = true;
          return;
        }
        h.safe_harbour = h.has_policy ? std::min(h.safe_harbour, read->safe_harbour) : read->safe_harbour;
        h.has_policy = true;
        if (!read->from_record) {  // a record has no member for the scope
          h.scope = h.has_text ? std::min(h.scope, read->scope) : read->scope;
          h.has_text = h.by_words = true;
        }
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

bool answered_by(const CvdTestReport& test, Instant at) { return test.acknowledged && *test.acknowledged <= at; }

// The latest test that has an answer or is overdue; if there is none, the latest. So a young test does not hide a failed one.
void decide_test(Instant at, Hearing& h) {
  const auto decided = [&](const CvdTestReport& t) { return answered_by(t, at) || t.working_days(at) > kLateDays; };
  for (const auto& [test, from] : h.tests) {
    const auto rank = [&](const CvdTestReport& t) { return std::pair(decided(t), t.sent); };
    if (h.test && rank(test) <= rank(*h.test)) continue;
    h.test = test;
    h.test_from = from;
  }
}

void hear_test(const FindingContext& c, Finding& finding, Hearing& h) {
  each_of_kind<CvdTestReport>(
      c, "cvd.test-report", finding,
      [](const std::string& text, const evidence::Evidence& e) { return CvdTestReport::parse(text, e.path); },
      [&](const evidence::Evidence& e, const Result<CvdTestReport>& read) {
        if (!read) {
          if (!h.bad_test) h.bad_test = read.error();
          return;
        }
        finding.rows.push_back(finder_row(e.path, read->acknowledged ? "acknowledged" : "not acknowledged",
                                          fmt::format("sent {} to {}", format_time(read->sent), read->channel)));
        const bool own =
            is_host_of(c.profile, host_of_channel(read->channel)) || std::ranges::find(h.contacts, read->channel) != h.contacts.end();
        if (read->sent > c.at)
          h.not_counted = fmt::format("the test is dated {}, after the assessment", format_date(read->sent));
        else if (!own)
          h.not_counted =
              c.profile.domains.empty()
                  ? std::string("the profile names no domain, so whose channel the test went to cannot be told")
                  : fmt::format("the test went to {}, which is neither of the profile's domains nor a contact of its security.txt",
                                printable(read->channel, 200));
        else
          h.tests.emplace_back(*read, e.sha256);
      });
  decide_test(c.at, h);
}

Status finder_status(const Hearing& h, std::optional<std::int64_t> days, std::int64_t waited) {
  if (h.bad_test) return Status::not_satisfied;
  if (!h.test) return Status::not_assessed;
  if (!days) return waited > kLateDays ? Status::not_satisfied : Status::not_assessed;
  const bool complete = !h.bad_policy && h.safe_harbour == CvdPolicy::Said::yes && h.scope == CvdPolicy::Said::yes && h.contact_file_valid;
  if (*days <= kAcknowledgedDays && complete) return Status::satisfied;
  return *days <= kLateDays ? Status::partial : Status::not_satisfied;
}

std::string finder_summary(const Hearing& h, std::optional<std::int64_t> days, std::int64_t waited) {
  std::string out =
      h.bad_test                          ? "A report of a test cannot be taken: " + h.bad_test->what
      : !h.test && !h.not_counted.empty() ? "No test counts: " + h.not_counted
      : !h.test                           ? "No test report was sent, so how soon finders are answered is not known"
      : days ? fmt::format("A test report was acknowledged after {}", plural(static_cast<std::uint64_t>(*days), "working day"))
             : fmt::format("A test report has not been acknowledged for {}", plural(static_cast<std::uint64_t>(waited), "working day"));
  if (!h.has_policy)
    out += "; no policy that can be read is given";
  else if (h.bad_policy)
    out += "; a policy cannot be read";
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
  if (h.bad_test)
    return fmt::format("mend {}{}: {}", h.bad_test->where.file, h.bad_test->where.pointer.empty() ? "" : " at " + h.bad_test->where.pointer,
                       h.bad_test->hint.empty() ? h.bad_test->what : h.bad_test->hint);
  if (!h.test && !h.not_counted.empty()) return "send a test to a contact of the organisation's own security.txt: " + h.not_counted;
  if (!h.test)
    return "send a harmless report with a nonce to the contact of security.txt, and give what came back as evidence of kind "
           "cvd.test-report";
  if (!days) return "acknowledge reports within five working days";
  if (*days > kAcknowledgedDays) return "acknowledge reports within five working days, and test again";
  if (!h.contact_file_valid)
    return h.has_contact_file ? "mend security.txt: " + h.contact_problem
                              : "publish /.well-known/security.txt (RFC 9116) and give it as evidence";
  if (h.bad_policy) return "give the policy on disclosure as text, HTML or Markdown in UTF-8";
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
  if (h.test && answered_by(*h.test, c.at)) days = h.test->working_days(*h.test->acknowledged);
  if (h.test) finding.own_dates.emplace_back(h.test_from, h.test->sent);
  finding.status = finder_status(h, days, waited);
  finding.summary = finder_summary(h, days, waited);
  const bool told = h.test && std::ranges::find(h.contacts, h.test->channel) != h.contacts.end();
  finding.detail = {{"acknowledged_working_days", days ? Json(*days) : Json(nullptr)},
                    {"tests_that_count", h.tests.size()},
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
