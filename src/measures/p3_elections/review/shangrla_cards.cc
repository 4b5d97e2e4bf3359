// Ids are compared as auditors read them: with either separator, without blanks around a part and without leading zeros.
#include "measures/p3_elections/review/shangrla_cards.h"

#include <fmt/format.h>
#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "measures/p3_elections/review/shangrla_contests.h"
#include "measures/p3_elections/review/shangrla_record.h"
#include "measures/p3_elections/tables/csv.h"

namespace entente::measures::p3_elections::review {
namespace {

// "1_1_07 " as "1-1-7".
std::string shangrla_plain_id(std::string_view id) {
  std::string out;
  for (std::size_t at = 0; at <= id.size();) {
    const std::size_t end = std::min(id.find_first_of("-_", at), id.size());
    std::string_view part = tables::trimmed(id.substr(at, end - at));
    if (std::all_of(part.begin(), part.end(), [](char c) { return c >= '0' && c <= '9'; }))
      while (part.size() > 1 && part.front() == '0') part.remove_prefix(1);
    if (at > 0) out += '-';
    out += part;
    at = end + 1;
  }
  return out;
}

Row shangrla_record_row(const records::CvrTable& table, const records::CvrCard& card, std::string text) {
  return {card.source_file < table.files.size() ? table.files[card.source_file] : "", card.source_line, std::move(text)};
}

void shangrla_rows(Review& review, std::string_view code, std::string summary, std::vector<Row> rows) {
  if (rows.size() > kShangrlaRows) rows.resize(kShangrlaRows);
  shangrla_finding(review, code, Severity::failure, "", std::move(summary), std::move(rows));
}

void shangrla_listed_twice(const records::Manifest& manifest, const std::string& path, Review& review) {
  std::vector<Row> rows;
  for (const auto& [first, later] : manifest.duplicates()) {
    const records::ManifestBatch& b = manifest.batches[later];
    rows.push_back({path, b.line, fmt::format("{}-{}: listed in line {} already", b.tabulator, b.batch, manifest.batches[first].line)});
  }
  if (rows.empty()) return;
  std::string summary = fmt::format("The manifest lists {} batches a second time: their cards are counted twice.", rows.size());
  shangrla_rows(review, kManifest, std::move(summary), std::move(rows));
}

}  // namespace

std::string shangrla_card_id(const records::CvrTable& table, const records::CvrCard& card) {
  const std::string_view id = tables::trimmed(table.text(card.imprinted_id));
  if (!id.empty()) return shangrla_id(id);
  if (card.tabulator == 0 || card.batch == 0 || card.record == 0) return {};
  return shangrla_id(fmt::format("{}-{}-{}", table.text(card.tabulator), table.text(card.batch), table.text(card.record)));
}

void shangrla_duplicates(const records::CvrTable& table, Review& review) {
  std::vector<Row> twice, nameless;
  std::unordered_set<std::string> seen;
  seen.reserve(table.cards.size());
  for (const records::CvrCard& card : table.cards) {
    const std::string id = shangrla_card_id(table, card);
    if (id.empty())
      nameless.push_back(shangrla_record_row(table, card, "no id"));
    else if (!seen.insert(shangrla_plain_id(id)).second)
      twice.push_back(shangrla_record_row(table, card, id));
  }
  const std::size_t bad = twice.size() + nameless.size();
  review.checks.push_back({.name = "vote records of different cards", .good = table.cards.size() - bad, .of = table.cards.size()});
  if (!twice.empty()) {
    std::string summary = fmt::format("{} vote records are second records of a card.", twice.size());
    shangrla_rows(review, kCvrDuplicate, std::move(summary), std::move(twice));
  }
  if (!nameless.empty()) {
    std::string summary = fmt::format("{} vote records name no card: whether they are records of the same one is open.", nameless.size());
    shangrla_rows(review, kCvrDuplicate, std::move(summary), std::move(nameless));
  }
}

ShangrlaUnrecorded shangrla_batches(const records::CvrTable& table, const records::Manifest& manifest, const std::string& path,
                                    Review& review) {
  shangrla_listed_twice(manifest, path, review);
  std::unordered_map<std::string, std::pair<std::uint64_t, std::uint64_t>> batches;  // cards, records
  std::unordered_map<std::string, std::uint64_t> lines;
  for (const records::ManifestBatch& b : manifest.batches) {
    const std::string key = shangrla_id(b.tabulator) + "-" + shangrla_id(b.batch);
    batches[key].first += b.cards;
    lines[key] = b.line;
  }
  std::string last;
  std::uint64_t* count = nullptr;
  for (const records::CvrCard& card : table.cards) {
    std::string id = shangrla_card_id(table, card);
    id.resize(std::min(id.size(), id.rfind('-')));
    if (count == nullptr || id != last) {
      count = &batches[id].second;
      last = std::move(id);
    }
    ++*count;
  }
  std::vector<std::pair<std::string, std::pair<std::uint64_t, std::uint64_t>>> bad;
  std::uint64_t with_records = 0;
  ShangrlaUnrecorded unrecorded;
  for (const auto& [key, c] : batches) {
    if (c.second > 0)
      ++with_records;
    else if (c.first > 0)
      ++unrecorded.batches, unrecorded.cards += c.first;
    if (c.second > c.first) bad.emplace_back(key, c);
  }
  std::sort(bad.begin(), bad.end());
  review.checks.push_back({.name = "batches with no more vote records than cards", .good = with_records - bad.size(), .of = with_records});
  if (bad.empty()) return unrecorded;
  std::vector<Row> rows;
  for (const auto& [key, c] : bad)
    rows.push_back({path, lines.contains(key) ? lines.at(key) : 0, fmt::format("{}: {} cards, {} records", key, c.first, c.second)});
  shangrla_rows(review, kManifest, fmt::format("{} batches have more vote records than cards.", bad.size()), std::move(rows));
  return unrecorded;
}

}  // namespace entente::measures::p3_elections::review
