// Reads the EPSS table in one pass into an array sorted by CVE number; a look-up is a binary search.
#include "measures/p6_supply/epss.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>
#include <algorithm>
#include <charconv>
#include <memory>

#include "core/file.h"
#include "measures/p6_supply/text_lines.h"

namespace entente::measures::p6_supply {
namespace {

constexpr std::uint64_t kMaxEpssBytes = std::uint64_t{256} << 20;

// "CVE-2024-3094" as year × 2⁴⁰ + number; nullopt if it is none, or longer than any in use.
std::optional<std::uint64_t> cve_number(std::string_view cve) {
  if (cve.size() < 13 || cve.size() > 20 || !cve.starts_with("CVE-") || cve[8] != '-') return std::nullopt;
  std::uint64_t year = 0, number = 0;
  const char* const end = cve.data() + cve.size();
  if (std::from_chars(cve.data() + 4, cve.data() + 8, year).ptr != cve.data() + 8) return std::nullopt;
  if (const auto r = std::from_chars(cve.data() + 9, end, number); r.ptr != end || r.ec != std::errc()) return std::nullopt;
  return year << 40 | number;
}

std::optional<float> share(std::string_view text) {
  float out = 0;
  const auto r = std::from_chars(text.data(), text.data() + text.size(), out);
  if (r.ec != std::errc() || r.ptr != text.data() + text.size() || !(out >= 0 && out <= 1)) return std::nullopt;
  return out;
}

// FIRST writes the offset without a colon ("+0000"), which RFC 3339 does not know.
Result<Instant> score_time(std::string text) {
  if (text.size() > 5 && (text[text.size() - 5] == '+' || text[text.size() - 5] == '-') && text.find('T') < text.size() - 5)
    text.insert(text.size() - 2, ":");
  return parse_time_or_date(text);
}

// The value of "name:value" in the comment line.
std::string_view comment_field(std::string_view line, std::string_view name) {
  const std::size_t at = line.find(std::string(name) + ":");
  if (at == std::string_view::npos) return {};
  const std::string_view rest = line.substr(at + name.size() + 1);
  return rest.substr(0, rest.find(','));
}

struct FreeEpssArchive {
  void operator()(archive* a) const { archive_read_free(a); }
};

Result<std::string> gunzip(const std::string& packed, const std::string& name) {
  const std::unique_ptr<archive, FreeEpssArchive> reader(archive_read_new());
  archive_read_support_filter_gzip(reader.get());
  archive_read_support_format_raw(reader.get());
  archive_entry* entry = nullptr;
  if (archive_read_open_memory(reader.get(), packed.data(), packed.size()) != ARCHIVE_OK ||
      archive_read_next_header(reader.get(), &entry) != ARCHIVE_OK)
    return fail("broken gzip data", {.file = name}, "the download may be incomplete");
  std::string out;
  for (;;) {
    const std::size_t before = out.size();
    if (before > kMaxEpssBytes) return fail(fmt::format("more than {} bytes of EPSS scores", kMaxEpssBytes), {.file = name});
    out.resize(before + 65536);
    const la_ssize_t n = archive_read_data(reader.get(), out.data() + before, 65536);
    out.resize(before + static_cast<std::size_t>(std::max<la_ssize_t>(n, 0)));
    if (n < 0) return fail("broken gzip data", {.file = name}, "the download may be incomplete");
    if (n == 0) return out;
  }
}

}  // namespace

Result<EpssScores> EpssScores::parse(std::string_view csv, const std::string& name) {
  EpssScores out;
  std::uint64_t number = 0;
  const auto wrong = [&](std::string what) {
    return fail(std::move(what), {.file = name, .line = number}, "give epss_scores-YYYY-MM-DD.csv as FIRST publishes it");
  };
  bool header = false;
  while (!csv.empty()) {
    const std::string_view line = take_line(csv);
    ++number;
    if (number == 1) {
      if (!line.starts_with('#')) return wrong("EPSS scores begin with \"#model_version:…,score_date:…\"");
      out.model_ = comment_field(line, "model_version");
      const auto date = score_time(std::string(comment_field(line, "score_date")));
      if (!date) return wrong("no score_date that can be read");
      out.score_date_ = *date;
      continue;
    }
    if (!header) {
      if (line != "cve,epss,percentile") return wrong("the columns must be cve,epss,percentile");
      header = true;
      continue;
    }
    if (line.empty()) continue;
    const std::size_t first = line.find(','), second = line.find(',', first + 1);
    const auto cve = first == std::string_view::npos ? std::nullopt : cve_number(line.substr(0, first));
    if (!cve || second == std::string_view::npos) return wrong("a row must be a CVE id and two numbers");
    const auto probability = share(line.substr(first + 1, second - first - 1)), percentile = share(line.substr(second + 1));
    if (!probability || !percentile) return wrong("a score must be a number from 0 to 1");
    out.rows_.push_back({*cve, {*probability, *percentile}});
  }
  if (!header) return wrong("the columns cve,epss,percentile are missing");
  std::sort(out.rows_.begin(), out.rows_.end(), [](const Row& a, const Row& b) { return a.cve < b.cve; });
  const auto twice = std::adjacent_find(out.rows_.begin(), out.rows_.end(), [](const Row& a, const Row& b) { return a.cve == b.cve; });
  if (twice != out.rows_.end())
    return fail(fmt::format("CVE-{:04}-{:04} stands twice", twice->cve >> 40, twice->cve & ((std::uint64_t{1} << 40) - 1)), {.file = name});
  return out;
}

Result<EpssScores> EpssScores::read(const std::filesystem::path& path) {
  ENTENTE_TRY(std::string text, read_file(path, kMaxEpssBytes));
  if (text.starts_with("\x1f\x8b")) { ENTENTE_TRY(text, gunzip(text, path.string())); }
  return parse(text, path.string());
}

std::optional<EpssScore> EpssScores::find(std::string_view cve) const {
  const auto number = cve_number(cve);
  if (!number) return std::nullopt;
  const auto it = std::lower_bound(rows_.begin(), rows_.end(), *number, [](const Row& row, std::uint64_t n) { return row.cve < n; });
  return it == rows_.end() || it->cve != *number ? std::nullopt : std::optional(it->score);
}

}  // namespace entente::measures::p6_supply
