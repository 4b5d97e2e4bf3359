// Lines are cut at LF with an optional CR before it. changes.csv is read as RFC 4180 says for two fields; a quoted field may hold commas
// and doubled quotes, but no line end, since file names of advisories cannot.
#include "csaf/listing.h"

#include <fmt/format.h>
#include <algorithm>

#include "core/ascii.h"
#include "core/file.h"
#include "core/utf8.h"

namespace entente::csaf {
namespace {

void note_line(std::vector<ProviderIssue>& issues, std::size_t line, std::string what) {
  if (issues.size() < kMaxProviderIssues) issues.push_back({fmt::format("line {}", line), std::move(what)});
}

// Calls `take(line, number)` for each line that is not empty.
template <class F>
Result<void> each_listing_line(std::string_view text, const std::string& name, std::vector<ProviderIssue>& issues, F take) {
  if (text.size() > kMaxListingBytes) return fail(fmt::format("larger than {} bytes", kMaxListingBytes), {.file = name});
  std::size_t number = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (++number > kMaxListingLines) return fail(fmt::format("more than {} lines", kMaxListingLines), {.file = name});
    if (line.empty()) {
      note_line(issues, number, "is empty");
      continue;
    }
    take(line, number);
  }
  return {};
}

// Takes one field off the front of `line`; nullopt if a quote is not closed or text follows it.
std::optional<std::string> take_csv_field(std::string_view& line) {
  std::string out;
  if (!line.starts_with('"')) {
    const std::size_t end = std::min(line.find(','), line.size());
    out = std::string(line.substr(0, end));
    line.remove_prefix(end);
    return out.find('"') == std::string::npos ? std::optional(out) : std::nullopt;
  }
  for (std::size_t i = 1; i < line.size(); ++i) {
    if (line[i] != '"') {
      out += line[i];
    } else if (i + 1 < line.size() && line[i + 1] == '"') {
      out += line[i++];
    } else {
      line.remove_prefix(i + 1);
      return line.empty() || line.front() == ',' ? std::optional(out) : std::nullopt;
    }
  }
  return std::nullopt;
}

}  // namespace

Result<IndexFile> IndexFile::parse(std::string_view text, const std::string& name) {
  IndexFile out;
  ENTENTE_CHECK(each_listing_line(text, name, out.issues, [&](std::string_view line, std::size_t number) {
    if (!is_safe_relative_path(line))
      note_line(out.issues, number, fmt::format("\"{}\" is no relative path", printable(line, 200)));
    else
      out.paths.emplace_back(line);
  }));
  return out;
}

Result<ChangesFile> ChangesFile::parse(std::string_view text, const std::string& name) {
  ChangesFile out;
  ENTENTE_CHECK(each_listing_line(text, name, out.issues, [&](std::string_view line, std::size_t number) {
    const auto path = take_csv_field(line);
    if (!path || line.empty()) return note_line(out.issues, number, "is not two fields with a comma between them");
    line.remove_prefix(1);
    const auto time = take_csv_field(line);
    if (!time || !line.empty()) return note_line(out.issues, number, "is not two fields with a comma between them");
    const auto at = parse_time(*time);
    if (!at) return note_line(out.issues, number, fmt::format("\"{}\" is no RFC 3339 time", printable(*time, 80)));
    if (!is_safe_relative_path(*path))
      return note_line(out.issues, number, fmt::format("\"{}\" is no relative path", printable(*path, 200)));
    if (!out.changes.empty() && out.changes.back().at < *at)
      note_line(out.issues, number, "is newer than the line before it; the newest must come first");
    out.changes.push_back({*path, *at, number});
  }));
  return out;
}

std::optional<std::string> parse_hash_file(std::string_view text) {
  const std::size_t end =
      std::min<std::size_t>(static_cast<std::size_t>(std::ranges::find_if_not(text, is_hex_digit) - text.begin()), text.size());
  if (end == 0 || end > 128) return std::nullopt;
  if (end < text.size() && text[end] != ' ' && text[end] != '\t' && text[end] != '\r' && text[end] != '\n') return std::nullopt;
  return lower(text.substr(0, end));
}

std::vector<std::string> links_of_html(std::string_view html) {
  std::vector<std::string> out;
  for (std::size_t at = 0; out.size() < kMaxListingLines && at + 6 <= html.size(); ++at) {
    if (lower(html[at]) != 'h' || lower(html.substr(at, 4)) != "href") continue;
    std::size_t i = at + 4;
    while (i < html.size() && (html[i] == ' ' || html[i] == '\n' || html[i] == '\t')) ++i;
    if (i >= html.size() || html[i] != '=') continue;
    ++i;
    while (i < html.size() && (html[i] == ' ' || html[i] == '\n' || html[i] == '\t')) ++i;
    if (i >= html.size()) break;
    const bool quoted = html[i] == '"' || html[i] == '\'';
    const std::size_t begin = quoted ? i + 1 : i;
    const std::size_t end = std::min(quoted ? html.find(html[i], begin) : html.find_first_of(" >\n\t", begin), html.size());
    if (end - begin <= 4'096) out.emplace_back(html.substr(begin, end - begin));
    at = end;
  }
  return out;
}

}  // namespace entente::csaf
