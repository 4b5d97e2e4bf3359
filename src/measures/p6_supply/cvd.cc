// A policy's text is searched for words that say what is asked for; markup is taken off before. That is a reading by list, not by
// understanding, and the finding says so.
#include "measures/p6_supply/cvd.h"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <map>

#include "core/ascii.h"
#include "core/json.h"
#include "core/utf8.h"

namespace entente::measures::p6_supply {
namespace {

constexpr std::array<std::string_view, 24> kSafeHarbourWords{"safe harbor",
                                                             "safe harbour",
                                                             "will not pursue legal action",
                                                             "will not take legal action",
                                                             "not pursue or support any legal action",
                                                             "not initiate legal action",
                                                             "not recommend or pursue legal action",
                                                             "not pursue civil",
                                                             "not bring any legal action",
                                                             "no legal action will be taken",
                                                             "research to be authorized",
                                                             "research to be authorised",
                                                             "considered authorized",
                                                             "considered authorised",
                                                             "n'engagera pas de poursuites",
                                                             "n'engagerons pas de poursuites",
                                                             "n'engagera aucune poursuite",
                                                             "n'engagerons aucune poursuite",
                                                             "ne poursuivra pas",
                                                             "ne poursuivrons pas",
                                                             "ne portera pas plainte",
                                                             "ne porterons pas plainte",
                                                             "pas de poursuites judiciaires",
                                                             "aucune action en justice"};
// Spelt with "harbor" and plain hyphens, as is the text they are looked for in. The first undo an offer anywhere in the policy; the others
// name another thing, the agreement on personal data, and are no offer themselves.
constexpr std::array<std::string_view, 14> kNoHarbourWords{
    "no safe harbor",          "not offer safe harbor",     "not offer a safe harbor", "not offer any safe harbor",
    "not provide safe harbor", "not provide a safe harbor", "not grant safe harbor",   "without safe harbor",
    "safe harbor void",        "safe harbor is void",       "safe harbor null",        "safe harbor is not offered",
    "safe harbor not offered", "never heard of safe harbor"};
constexpr std::array<std::string_view, 14> kOtherHarbourWords{
    "eu-us safe harbor",     "eu-u.s. safe harbor",    "us-eu safe harbor",     "u.s.-eu safe harbor",  "eu/us safe harbor",
    "us/eu safe harbor",     "u.s.-swiss safe harbor", "us-swiss safe harbor",  "swiss-us safe harbor", "safe harbor privacy",
    "safe harbor framework", "safe harbor principles", "safe harbor agreement", "safe harbor decision"};
constexpr std::array<std::string_view, 10> kScopeWords{
    "in scope", "in-scope",  "out of scope",        "out-of-scope",       "scope of this policy",
    "scope",    "périmètre", "champ d'application", "systèmes concernés", "domaines concernés"};

struct Spelling {
  std::string_view from, to;
};
constexpr std::array<Spelling, 18> kPolicySpellings{{{"&nbsp;", " "},
                                                     {"&#8209;", "-"},
                                                     {"\u2010", "-"},
                                                     {"\u2011", "-"},
                                                     {"\u2013", "-"},
                                                     {"&#39;", "'"},
                                                     {"&apos;", "'"},
                                                     {"&rsquo;", "'"},
                                                     {"&#8217;", "'"},
                                                     {"&eacute;", "é"},
                                                     {"&egrave;", "è"},
                                                     {"&agrave;", "à"},
                                                     {"&amp;", "&"},
                                                     {"’", "'"},
                                                     {"\xC2\xA0", " "},
                                                     {"É", "é"},
                                                     {"È", "è"},
                                                     {"À", "à"}}};

// Lower case, without tags, each run of blanks as one space.
std::string plain_policy(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool opens = text[i] == '<' && i + 1 < text.size() && (is_alpha(text[i + 1]) || text[i + 1] == '/' || text[i + 1] == '!');
    if (opens) {
      const std::size_t end = text.find('>', i);
      if (end != std::string_view::npos) {
        out += ' ';
        i = end;
        continue;
      }
    }
    const auto spelling =
        std::ranges::find_if(kPolicySpellings, [&](const Spelling& s) { return text.substr(i, s.from.size()) == s.from; });
    if (spelling != kPolicySpellings.end()) {
      out += spelling->to;
      i += spelling->from.size() - 1;
    } else {
      out += lower(text[i]);
    }
  }
  std::string joined;
  for (const char c : out) {
    const bool blank = c == ' ' || c == '\n' || c == '\r' || c == '\t';
    if (!blank)
      joined += c;
    else if (!joined.empty() && joined.back() != ' ')
      joined += ' ';
  }
  return joined;
}

// The first of the words that stands in the text with no letter directly before or behind it.
template <std::size_t N>
std::string_view first_of_words(std::string_view text, const std::array<std::string_view, N>& words) {
  for (const std::string_view word : words)
    for (std::size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1))
      if ((at == 0 || !is_alnum(text[at - 1])) && (at + word.size() == text.size() || !is_alnum(text[at + word.size()]))) return word;
  return {};
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) text.replace(at, from.size(), to);
  return text;
}

// The words by which a policy, as plain_policy() gives it, offers safe harbour; empty if none do or it says the contrary.
std::string_view harbour_offered(const std::string& plain) {
  const std::string american = replaced(plain, "safe harbour", "safe harbor");
  if (!first_of_words(american, kNoHarbourWords).empty()) return {};
  std::string rest = american;
  for (const std::string_view other : kOtherHarbourWords) rest = replaced(std::move(rest), other, "(agreement)");
  const std::string_view word = first_of_words(rest, kSafeHarbourWords);
  return word == "safe harbor" && plain.find(word) == std::string::npos ? std::string_view("safe harbour") : word;
}

Result<CvdPolicy> read_diodb_record(std::string_view text, const std::string& name) {
  ENTENTE_TRY(const JsonDocument document, JsonDocument::parse(text, name, {.max_bytes = kMaxPolicyBytes, .max_depth = 16}));
  JsonView record = document.root();
  if (const auto list = as_array(record)) {
    if (list->size() != 1)
      return fail(fmt::format("the list holds {} records; one is needed, the organisation's own", list->size()), document.where(""));
    record = list->at(0);
  }
  if (!json_string(record, "policy_url") && !json_string(record, "safe_harbor"))
    return fail("this is no record of a disclosure programme: it has neither policy_url nor safe_harbor", document.where(""));
  CvdPolicy out{.from_record = true};
  const std::string harbour = lower(json_string(record, "safe_harbor").value_or(""));
  out.safe_harbour = harbour == "full" ? CvdPolicy::Said::yes : harbour == "partial" ? CvdPolicy::Said::partly : CvdPolicy::Said::no;
  if (!harbour.empty()) out.safe_harbour_by = "safe_harbor: " + printable(harbour, 40);
  return out;
}

Result<Instant> report_time(const JsonDocument& document, std::string_view member) {
  const auto at = parse_time(json_string(document.root(), member).value_or(""));
  if (!at) return fail(fmt::format("\"{}\" is no RFC 3339 time", member), document.where(fmt::format("/{}", member)));
  return *at;
}

}  // namespace

Result<CvdPolicy> CvdPolicy::parse(std::string_view text, const std::string& name) {
  if (text.size() > kMaxPolicyBytes) return fail(fmt::format("larger than {} bytes", kMaxPolicyBytes), {.file = name});
  if (!is_valid_utf8(text)) return fail("is not UTF-8", {.file = name}, "give the policy as text, HTML or Markdown in UTF-8");
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return fail("is empty", {.file = name});
  if (text[first] == '{' || text.substr(first, 2) == "[{") return read_diodb_record(text.substr(first), name);
  CvdPolicy out;
  const std::string plain = plain_policy(text);
  if (const std::string_view harbour = harbour_offered(plain); !harbour.empty()) {
    out.safe_harbour = Said::yes;
    out.safe_harbour_by = harbour;
  }
  if (const std::string_view scope = first_of_words(plain, kScopeWords); !scope.empty()) {
    out.scope = Said::yes;
    out.scope_by = scope;
  }
  return out;
}

Result<CvdTestReport> CvdTestReport::parse(std::string_view text, const std::string& name) {
  ENTENTE_TRY(const JsonDocument document, JsonDocument::parse(text, name, {.max_bytes = 1 << 20, .max_depth = 8}));
  const JsonView root = document.root();
  if (json_string(root, "type") != kCvdTestReportType) return fail("this is no report of a disclosure test", document.where("/type"));
  CvdTestReport out;
  out.nonce = std::string(json_string(root, "nonce").value_or(""));
  out.channel = std::string(json_string(root, "channel").value_or(""));
  out.reply = std::string(json_string(root, "reply").value_or(""));
  if (out.nonce.size() < 16) return fail("the nonce has fewer than 16 characters", document.where("/nonce"), "take a random one");
  if (out.channel.empty()) return fail("the channel is missing", document.where("/channel"), "for example mailto:security@org.example");
  ENTENTE_TRY(out.sent, report_time(document, "sent"));
  if (json_string(root, "acknowledged")) {
    ENTENTE_TRY(const Instant acknowledged, report_time(document, "acknowledged"));
    if (acknowledged < out.sent) return fail("it was acknowledged before it was sent", document.where("/acknowledged"));
    if (out.reply.find(out.nonce) == std::string::npos)
      return fail("the reply does not quote the nonce, so it may answer something else", document.where("/reply"));
    out.acknowledged = acknowledged;
  }
  if (const auto days = json_array(root, "holidays")) {
    std::map<std::string, std::size_t> of_year;
    for (const JsonView day : *days) {
      const auto at = parse_date(as_string(day).value_or(""));
      if (!at || out.holidays.size() == 366) return fail("the holidays are not a list of up to 366 dates", document.where("/holidays"));
      out.holidays.push_back(*at);
      const std::string year = format_date(*at).substr(0, 4);
      if (++of_year[year] > kMaxHolidaysOfYear)
        return fail(fmt::format("more than {} holidays are named in {}", kMaxHolidaysOfYear, year), document.where("/holidays"),
                    "name the public holidays of the place where the reports are answered");
    }
  }
  return out;
}

std::int64_t CvdTestReport::working_days(Instant until) const {
  const auto first = std::chrono::floor<std::chrono::days>(sent) + std::chrono::days(1);
  const auto last = std::min(std::chrono::floor<std::chrono::days>(until), first + std::chrono::days(3'660));
  std::int64_t out = 0, free = 0;
  for (auto day = first; day <= last; day += std::chrono::days(1)) {
    const unsigned weekday = std::chrono::weekday(day).iso_encoding();
    if (weekday > 5) continue;
    const bool holiday = free < kMaxHolidaysCounted && std::ranges::find(holidays, Instant(day)) != holidays.end();
    ++(holiday ? free : out);
  }
  return out;
}

}  // namespace entente::measures::p6_supply
