// A policy is a text, searched for words that say what is asked for (cvd_text.h), or a record in JSON, whose members say it.
#include "measures/p6_supply/cvd.h"

#include <fmt/format.h>
#include <algorithm>
#include <map>

#include "core/ascii.h"
#include "core/json.h"
#include "core/utf8.h"
#include "measures/p6_supply/cvd_text.h"

namespace entente::measures::p6_supply {
namespace {

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
  out.safe_harbour_by = safe_harbour_words(plain);
  out.scope_by = scope_words(plain);
  if (!out.safe_harbour_by.empty()) out.safe_harbour = Said::yes;
  if (!out.scope_by.empty()) out.scope = Said::yes;
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
