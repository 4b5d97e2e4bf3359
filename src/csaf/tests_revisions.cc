// Tests 6.1.14, 6.1.16 to 6.1.22 and 6.1.30: the revision history. "Sorted by date" sorts instants, not texts; entries of one instant are
// sorted by their version, so that their order in the document does not matter.
#include <algorithm>

#include "csaf/checks.h"

namespace entente::csaf {
namespace {

struct SortedRevision {
  std::size_t index;  // in the document
  Instant date{};
  Text number;
  DocumentVersion version;
};

constexpr const char* kHistory = "/document/tracking/revision_history";

// Entries whose date and number can be read; the others are the schema's to report.
std::vector<SortedRevision> sorted_revisions(const Document& d) {
  std::vector<SortedRevision> out;
  for (std::size_t i = 0; i < d.revisions.size(); ++i) {
    const auto date = parse_time(d.revisions[i].date);
    const auto version = parse_version(d.revisions[i].number);
    if (date && version) out.push_back({i, *date, d.revisions[i].number, *version});
  }
  std::stable_sort(out.begin(), out.end(), [](const SortedRevision& a, const SortedRevision& b) {
    return a.date != b.date ? a.date < b.date : compare(a.version, b.version) < 0;
  });
  return out;
}

bool zero_major(const DocumentVersion& v) { return v.major.find_first_not_of('0') == Text::npos; }
bool released(const Document& d) { return d.document_status == "final" || d.document_status == "interim"; }

std::optional<std::uint64_t> major_number(const DocumentVersion& v) {
  if (v.major.size() > 18) return std::nullopt;
  std::uint64_t n = 0;
  for (const char ch : v.major) n = n * 10 + static_cast<std::uint64_t>(ch - '0');
  return n;
}

std::string number_pointer(std::size_t index) { return fmt::format("{}/{}/number", kHistory, index); }

}  // namespace

void test_sorted_revisions(Check& c) {
  if (c.document.revisions.size() < 2) return;
  const auto sorted = sorted_revisions(c.document);
  for (std::size_t i = 1; i < sorted.size(); ++i)
    if (compare(sorted[i - 1].version, sorted[i].version) > 0)
      c.fail(number_pointer(sorted[i].index), fmt::format("version {} is dated after version {}", sorted[i].number, sorted[i - 1].number),
             "give later entries higher numbers, or correct the dates");
}

void test_latest_version(Check& c) {
  const auto sorted = sorted_revisions(c.document);
  const auto version = parse_version(c.document.version);
  if (sorted.empty() || !version) return;
  const auto prerelease = c.document.document_status == "draft" ? Prerelease::ignore : Prerelease::compare;
  if (compare(*version, sorted.back().version, prerelease) != 0)
    c.fail("/document/tracking/version",
           fmt::format("the version is {}, the newest entry of the revision history is {}", c.document.version, sorted.back().number),
           fmt::format("set version to {}, or add the missing entry", in_quotes(sorted.back().number)));
}

void test_draft_status(Check& c) {
  const auto version = parse_version(c.document.version);
  if (version && (zero_major(*version) || !version->prerelease.empty()) && c.document.document_status != "draft")
    c.fail("/document/tracking/status",
           fmt::format("version {} is that of a draft, but the status is {}", c.document.version, in_quotes(c.document.document_status)),
           "set the status to \"draft\", or give the document a released version");
}

void test_released_revisions(Check& c) {
  if (!released(c.document)) return;
  for (std::size_t i = 0; i < c.document.revisions.size(); ++i)
    if (const auto v = parse_version(c.document.revisions[i].number); v && zero_major(*v))
      c.fail(
          number_pointer(i),
          fmt::format("the document is {}, but its history holds version {}", c.document.document_status, c.document.revisions[i].number),
          "remove the entries of the drafts");
}

void test_prerelease_revisions(Check& c) {
  for (std::size_t i = 0; i < c.document.revisions.size(); ++i)
    if (const auto v = parse_version(c.document.revisions[i].number); v && !v->prerelease.empty())
      c.fail(number_pointer(i), fmt::format("{} is a pre-release", c.document.revisions[i].number), "remove entries of pre-releases");
}

void test_final_version(Check& c) {
  if (const auto v = parse_version(c.document.version); v && released(c.document) && !v->prerelease.empty())
    c.fail("/document/tracking/version",
           fmt::format("the document is {}, but {} is a pre-release", c.document.document_status, c.document.version),
           "remove the pre-release part");
}

void test_missing_revisions(Check& c) {
  const auto sorted = sorted_revisions(c.document);
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    const auto now = major_number(sorted[i].version);
    if (!now) continue;
    if (i == 0 && *now > 1)
      c.fail(number_pointer(sorted[i].index), fmt::format("the oldest entry is version {}", sorted[i].number),
             "begin the history with version 0 or 1");
    if (i == 0) continue;
    if (const auto before = major_number(sorted[i - 1].version); before && *now > *before + 1)
      c.fail(number_pointer(sorted[i].index), fmt::format("version {} follows version {}", sorted[i].number, sorted[i - 1].number),
             fmt::format("add the entry of version {}", *before + 1));
  }
}

void test_repeated_revisions(Check& c) {
  if (c.document.revisions.size() < 2) return;
  std::unordered_map<Text, std::size_t> seen;
  for (std::size_t i = 0; i < c.document.revisions.size(); ++i)
    if (const auto [first, is_new] = seen.emplace(c.document.revisions[i].number, i); !is_new)
      c.fail(number_pointer(i),
             fmt::format("version {} is in the history twice (first at entry {})", c.document.revisions[i].number, first->second),
             "give each entry a number of its own");
}

void test_mixed_versions(Check& c) {
  const auto document = parse_version(c.document.version);
  if (!document) return;
  for (std::size_t i = 0; i < c.document.revisions.size(); ++i)
    if (const auto v = parse_version(c.document.revisions[i].number); v && v->semantic != document->semantic)
      c.fail(number_pointer(i),
             fmt::format("{} and {} mix integer and semantic versions", c.document.revisions[i].number, c.document.version),
             "use one of the two throughout");
}

}  // namespace entente::csaf
