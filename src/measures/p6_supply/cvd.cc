// A policy's text is searched for words that say what is asked for; markup is taken off before. That is a reading by list, not by
// understanding, and the finding says so.
#include "measures/p6_supply/cvd.h"

#include <fmt/format.h>
#include <algorithm>
#include <array>

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
constexpr std::array<std::string_view, 4> kNoHarbourWords{"no safe harbor", "no safe harbour", "not offer safe harbor",
                                                          "not offer safe harbour"};
constexpr std::array<std::string_view, 10> kScopeWords{
    "in scope", "in-scope",  "out of scope",        "out-of-scope",       "scope of this policy",
    "scope",    "périmètre", "champ d'application", "systèmes concernés", "domaines concernés"};

struct Spelling {
  std::string_view from, to;
};
constexpr std::array<Spelling, 14> kPolicySpellings{{{"&nbsp;", " "},
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
  const std::string_view harbour = first_of_words(plain, kSafeHarbourWords);
  if (!harbour.empty() && first_of_words(plain, kNoHarbourWords).empty()) {
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
    for (const JsonView day : *days) {
      const auto at = parse_date(as_string(day).value_or(""));
      if (!at || out.holidays.size() == 366) return fail("the holidays are not a list of up to 366 dates", document.where("/holidays"));
      out.holidays.push_back(*at);
    }
  }
  return out;
}

std::int64_t CvdTestReport::working_days(Instant until) const {
  const auto first = std::chrono::floor<std::chrono::days>(sent) + std::chrono::days(1);
  const auto last = std::min(std::chrono::floor<std::chrono::days>(until), first + std::chrono::days(3'660));
  std::int64_t out = 0;
  for (auto day = first; day <= last; day += std::chrono::days(1)) {
    const unsigned weekday = std::chrono::weekday(day).iso_encoding();
    if (weekday <= 5 && std::ranges::find(holidays, Instant(day)) == holidays.end()) ++out;
  }
  return out;
}

}  // namespace entente::measures::p6_supply
