// A record becomes one row of texts; both formats write that row. Dates of different kinds have columns of their own.
#include "registry/csv_export.h"

#include <fmt/format.h>
#include <algorithm>
#include <array>

#include "registry/feed_text.h"

namespace entente::registry {
namespace {

constexpr std::size_t kColumns = 24;
constexpr std::array<std::string_view, kColumns> kExportColumns = {
    "id",         "name",         "category",      "nature",       "country",
    "website",    "status",       "signed_on",     "published_on", "signed_no_later_than",
    "pledged_at", "approved_at",  "renewed_until", "ended_at",     "text_language",
    "principles", "reservations", "domains",       "lei",          "ror",
    "wikidata",   "record_leaf",  "record",        "changed_leaf"};
using ExportRow = std::array<std::string, kColumns>;

std::string export_time(const std::optional<Instant>& t) { return t ? format_time(*t) : std::string(); }

std::string export_principles(std::uint16_t bits) {
  std::string out;
  for (unsigned n = 1; n <= 9; ++n)
    if ((bits >> n & 1U) != 0) out += fmt::format("{}{}", out.empty() ? "" : " ", n);
  return out;
}

std::string export_domains(const Supporter& s) {
  std::string out;
  for (const ProvenDomain& d : s.detail().domains) out += fmt::format("{}{}", out.empty() ? "" : " ", d.domain);
  return out;
}

ExportRow export_row(const Supporter& s) {
  const Identity& i = s.identity;
  // An imported record that nobody has claimed has pledged nothing to this registry.
  const bool pledged = s.pledge.envelope != Digest{};
  return {i.id,
          i.name,
          i.category ? std::string(name(*i.category)) : std::string(),
          i.nature,
          i.country,
          i.website,
          std::string(name(s.status)),
          s.dates.signed_on,
          s.dates.published_on,
          s.dates.signed_no_later_than,
          pledged ? format_time(s.pledge.at) : std::string(),
          export_time(s.approved_at),
          export_time(s.renewed_until),
          export_time(s.ended_at),
          pledged ? s.pledge.language : std::string(),
          pledged ? export_principles(s.pledge.principles) : std::string(),
          pledged ? std::to_string(s.pledge.reservations.size()) : std::string(),
          export_domains(s),
          i.lei,
          i.ror,
          i.wikidata,
          std::to_string(s.record_leaf),
          s.record.str(),
          std::to_string(s.changed_leaf)};
}

bool exported(const Supporter& s, ExportScope scope) { return scope == ExportScope::all || counts(s.status); }

bool starts_formula(std::string_view value) {
  if (value.empty()) return false;
  if (std::string_view("=+-@\t\r\n").find(value.front()) != std::string_view::npos) return true;
  // U+FF1D ＝, U+FF0B ＋, U+FF0D －, U+FF20 ＠: some locales' spreadsheets read them as the plain ones.
  for (const std::string_view wide : {"\xEF\xBC\x9D", "\xEF\xBC\x8B", "\xEF\xBC\x8D", "\xEF\xBC\xA0"})
    if (value.starts_with(wide)) return true;
  return false;
}

}  // namespace

std::span<const std::string_view> export_columns() { return kExportColumns; }

std::string csv_cell(std::string_view value) {
  // A table is shown as it is: what turns the reading direction around would reach into the cells beside it.
  std::string text;
  if (std::any_of(value.begin(), value.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; }))
    for (std::size_t pos = 0; pos < value.size();) {
      const std::size_t from = pos;
      if (!turns_text(next_code_point(value, pos))) text += value.substr(from, pos - from);
    }
  else
    text = value;
  if (starts_formula(text)) text.insert(0, 1, '\'');
  if (text.find_first_of(",\"\r\n") == std::string::npos && (text.empty() || (text.front() != ' ' && text.back() != ' '))) return text;
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

std::string supporters_csv(const State& state, ExportScope scope) {
  std::string out;
  const auto put = [&](const auto& cells) {
    for (std::size_t c = 0; c < kColumns; ++c) {
      if (c > 0) out += ',';
      out += csv_cell(cells[c]);
    }
    out += "\r\n";
  };
  put(kExportColumns);
  for (const auto& [id, supporter] : state.supporters())
    if (exported(supporter, scope)) put(export_row(supporter));
  return out;
}

std::string supporters_ndjson(const State& state, ExportScope scope) {
  std::string out;
  for (const auto& [id, supporter] : state.supporters()) {
    if (!exported(supporter, scope)) continue;
    const ExportRow row = export_row(supporter);
    Json line = Json::object();
    for (std::size_t c = 0; c < kColumns; ++c) line[std::string(kExportColumns[c])] = row[c].empty() ? Json(nullptr) : Json(row[c]);
    out += json_compact(line);
    out += '\n';
  }
  return out;
}

}  // namespace entente::registry
