// Reads the folder of a Colorado audit. A file is known by the letters of its name; its rows point into the text kept by the record. What
// cannot be read becomes a finding and the rest is read on, so that one damaged file does not hide what the others show.
#include "measures/p3_elections/review/corla_record.h"

#include <algorithm>
#include <charconv>

#include "core/ascii.h"
#include "core/file.h"
#include "measures/p3_elections/review/corla_table.h"
#include "measures/p3_elections/tables/container.h"
#include "measures/p3_elections/tables/encoding.h"

namespace entente::measures::p3_elections::review {

namespace {

enum class CorlaRole {
  seed,
  manifest,
  counties,
  round,
  selection,
  state,
  county,
  report,
  audited,
  comparison,
  discrepancies,
  batches,
  other
};

constexpr std::string_view corla_role_name(CorlaRole role) {
  switch (role) {
    case CorlaRole::seed: return "seed";
    case CorlaRole::manifest: return "manifest";
    case CorlaRole::counties: return "contests by county";
    case CorlaRole::round: return "contests of a round";
    case CorlaRole::selection: return "selections of a round";
    case CorlaRole::state: return "state totals";
    case CorlaRole::county: return "county totals";
    case CorlaRole::report: return "risk report";
    case CorlaRole::audited: return "audited cards";
    case CorlaRole::comparison: return "comparison of cards";
    case CorlaRole::discrepancies: return "discrepancies";
    case CorlaRole::batches: return "batch counts";
    case CorlaRole::other: return "other";
  }
  return "other";
}

struct CorlaName {
  CorlaRole role = CorlaRole::other;
  std::uint32_t round = 0;
};

std::uint32_t corla_round_number(std::string_view letters) {  // "round3…"
  if (!letters.starts_with("round")) return 0;
  std::uint32_t number = 0;
  std::from_chars(letters.data() + 5, letters.data() + letters.size(), number);
  return number;
}

CorlaName corla_name(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  std::string_view base = slash == std::string::npos ? std::string_view(path) : std::string_view(path).substr(slash + 1);
  const auto ends = [&](std::string_view ending) { return lower(base).ends_with(ending); };
  if (ends(".xz") || ends(".gz")) base.remove_suffix(3);
  const bool csv = ends(".csv"), xlsx = ends(".xlsx");
  if (!csv && !xlsx) return {};
  base.remove_suffix(csv ? 4 : 5);
  std::string letters = county_key(base);
  if (letters.find("manifest") != std::string::npos) return {CorlaRole::manifest, 0};
  if (!csv) return {};
  std::uint32_t round = corla_round_number(letters);
  if (round != 0) letters.erase(0, letters.find_first_not_of("0123456789", 5));  // nothing is left of "round3"
  if (round == 0 && slash != std::string::npos) {                                // "round_1/contest.csv"
    const std::string folder = path.substr(0, slash);
    round = corla_round_number(county_key(folder.substr(folder.rfind('/') + 1)));
  }
  if (letters == "contest") return {CorlaRole::round, round};
  if (letters == "contestselection") return {CorlaRole::selection, round};
  if (letters == "seed") return {CorlaRole::seed, round};
  if (letters == "contestsbycounty") return {CorlaRole::counties, round};
  if (letters == "tabulate") return {CorlaRole::state, round};
  if (letters == "tabulatecounty") return {CorlaRole::county, round};
  if (letters == "resultsreportsummary") return {CorlaRole::report, round};
  if (letters == "auditedimprintedids") return {CorlaRole::audited, round};
  if (letters == "contestcomparison") return {CorlaRole::comparison, round};
  if (letters.ends_with("discrepancyreport")) return {CorlaRole::discrepancies, round};
  if (letters.ends_with("batchcountcomparison")) return {CorlaRole::batches, round};
  return {};
}

class CorlaReader {
 public:
  CorlaReader(CorlaRecord& record, const std::filesystem::path& folder, const CorlaOptions& options, Review& review)
      : record_(record), folder_(folder), options_(options), review_(review) {}

  // Files in the order that later ones need: counties before manifests. Of files that rounds have again, the last round's are read.
  void read(const std::vector<std::string>& paths) {
    std::map<CorlaRole, std::uint32_t> last;
    for (const std::string& path : paths) {
      const CorlaName name = corla_name(path);
      last[name.role] = std::max(last[name.role], name.round);
    }
    for (const bool counties_first : {true, false}) {
      for (const std::string& path : paths) {
        CorlaName name = corla_name(path);
        if ((name.role == CorlaRole::counties) != counties_first) continue;
        if (name.role != CorlaRole::round && name.role != CorlaRole::selection && name.round < last[name.role]) {
          review_.not_checked.push_back(path + " is of an earlier round than the file of its kind that was read.");
          name.role = CorlaRole::other;
        }
        if (auto taken = take(path, name); !taken) unreadable(path, taken.error());
      }
    }
    if (record_.audited_file.empty() && !compared_file_.empty()) {
      record_.audited_file = compared_file_;
      record_.audited = std::move(compared_);
    }
    if (!record_.discrepancies.present() && !compared_file_.empty())
      record_.discrepancies = {.file = compared_file_, .rows = std::move(differing_)};
  }

 private:
  void unreadable(const std::string& path, const Error& error) {
    add_finding(review_, kUnreadable, Severity::failure, "", path + " could not be read: " + error.what + '.',
                {{path, error.where.line.value_or(0), error.str()}});
  }

  // The file's bytes, unpacked where its role needs them; and the file listed, with the digest of what lies on disk.
  Result<std::string> bytes_of(const std::string& path, CorlaRole role) {
    ENTENTE_TRY(std::string bytes, read_file(folder_ / path, options_.max_file_bytes));
    review_.files.push_back({.path = path, .size = bytes.size(), .sha256 = sha256(bytes), .role = std::string(corla_role_name(role))});
    const tables::Packing packing = tables::packing_of(bytes);
    if (role == CorlaRole::other || (packing != tables::Packing::xz && packing != tables::Packing::gzip)) return bytes;
    return tables::unpacked(bytes, path, options_.max_file_bytes);
  }

  // As UTF-8, kept by the record.
  Result<std::string_view> kept_text(std::string bytes, const std::string& path) {
    const std::string& kept = record_.made.emplace_back(std::move(bytes));
    ENTENTE_TRY(const tables::DecodedText decoded, tables::decode_text(kept, path));
    if (decoded.encoding() == tables::Encoding::utf8) return decoded.text();
    return std::string_view(record_.made.emplace_back(decoded.text()));
  }

  Result<void> take(const std::string& path, const CorlaName& name) {
    auto bytes = bytes_of(path, name.role);
    if (name.role == CorlaRole::other) {  // not needed: a large file beside the record does no harm
      if (!bytes) review_.not_checked.push_back(path + " is not of the audit and was not read: " + bytes.error().what + '.');
      return {};
    }
    if (!bytes) return fail(std::move(bytes).error());
    if (name.role == CorlaRole::manifest) return take_manifest(path, std::move(*bytes));
    ENTENTE_TRY(const std::string_view text, kept_text(std::move(*bytes), path));
    switch (name.role) {
      case CorlaRole::seed: return take_seed(path, text);
      case CorlaRole::counties: return take_counties(path, text);
      case CorlaRole::round: return take_round(path, text, name.round);
      case CorlaRole::selection: return take_selection(path, text, name.round);
      case CorlaRole::state: return take_results(path, text, record_.state);
      case CorlaRole::county: return take_results(path, text, record_.county);
      case CorlaRole::report: return take_report(path, text);
      case CorlaRole::audited: return take_audited(path, text);
      case CorlaRole::comparison: return take_comparison(path, text);
      case CorlaRole::discrepancies: return take_discrepancies(path, text);
      case CorlaRole::batches: return take_batches(path, text);
      case CorlaRole::manifest:
      case CorlaRole::other: break;
    }
    return {};
  }

  static tl::unexpected<Error> second(const std::string& path, const std::string& first) {
    return fail("a second file of its kind; the first is " + first, {.file = path}, "one audit to a folder");
  }

  Result<void> take_seed(const std::string& path, std::string_view text) {
    if (!record_.seed_file.empty()) return second(path, record_.seed_file);
    CorlaTable table(text, path, record_.made);
    ENTENTE_CHECK(table.columns({"seed"}));
    ENTENTE_TRY(const bool more, table.next());
    if (!more) return fail("no seed below the header", {.file = path, .line = 2});
    record_.seed = table.word(0);
    record_.seed_file = path;
    record_.seed_line = table.line();
    return {};
  }

  Result<void> take_counties(const std::string& path, std::string_view text) {
    if (!record_.counties_file.empty()) return second(path, record_.counties_file);
    CorlaTable table(text, path, record_.made);
    ENTENTE_CHECK(table.columns({"contest_name", "county_id", "county_name"}));
    std::map<std::uint64_t, std::string_view> names;
    std::vector<std::pair<std::string_view, std::uint64_t>> pairs;
    for (;;) {
      ENTENTE_TRY(const bool more, table.next());
      if (!more) break;
      ENTENTE_TRY(const std::uint64_t id, table.count(1));
      const std::string_view name = table.word(2);
      if (id > 1'000'000) return fail("a county id above a million", table.where(1));
      if (const auto [it, fresh] = names.try_emplace(id, name); !fresh && it->second != name)
        return fail("county " + std::to_string(id) + " is " + std::string(it->second) + " above and " + std::string(name) + " here",
                    table.where(2));
      pairs.emplace_back(table.name(0), id);
    }
    std::map<std::uint64_t, std::size_t> index;
    for (const auto& [id, name] : names) {
      index[id] = record_.counties.size();
      if (!record_.county_index.try_emplace(county_key(name), record_.counties.size()).second)
        return fail("two counties are called " + std::string(name), {.file = path});
      record_.counties.push_back({.id = static_cast<std::uint32_t>(id), .name = std::string(name), .manifest = {}, .manifest_file = {}});
    }
    for (const auto& [contest, id] : pairs) record_.contest_counties[contest].push_back(index[id]);
    for (auto& [contest, counties] : record_.contest_counties) {
      std::ranges::sort(counties);
      counties.erase(std::ranges::unique(counties).begin(), counties.end());
    }
    record_.counties_file = path;
    return {};
  }

  Result<void> take_manifest(const std::string& path, std::string bytes) {
    ENTENTE_TRY(records::Manifest manifest, records::parse_manifest(std::move(bytes), path));
    // Whose it is, the rows say; the file's name only where they do not.
    std::string base = path.substr(path.rfind('/') + 1);
    std::string key = county_key(base.substr(0, base.find('.')));
    if (const std::size_t at = key.find("ballotmanifest"); at != std::string::npos) key = key.substr(0, at);
    const std::string by_file = key;
    std::vector<Row> strangers;
    if (manifest.has_county) {
      key = county_key(manifest.batches.front().county);
      for (const records::ManifestBatch& b : manifest.batches)
        if (b.county != manifest.batches.front().county && county_key(b.county) != key)
          strangers.push_back(
              {path, b.line, std::string(b.county) + " in a manifest that begins with " + std::string(manifest.batches.front().county)});
    }
    add_finding(review_, kManifest, Severity::failure, "", path + " has rows of more than one county.", std::move(strangers));
    auto found = record_.county_index.find(key);
    if (found == record_.county_index.end()) found = record_.county_index.find(by_file);
    if (found == record_.county_index.end()) {
      if (!record_.counties_file.empty())
        add_finding(review_, kManifest, Severity::warning, "", path + " belongs to no county that holds a contest.", {{path, 0, key}});
      return {};
    }
    CorlaCounty& county = record_.counties[found->second];
    if (county.manifest) return second(path, county.manifest_file);
    county.manifest = std::move(manifest);
    county.manifest_file = path;
    return {};
  }

  Result<void> take_round(const std::string& path, std::string_view text, std::uint32_t number) {
    const auto same = std::ranges::find(record_.rounds, number, &CorlaRound::number);
    if (same != record_.rounds.end()) return second(path, same->file);
    CorlaTable t(text, path, record_.made);
    ENTENTE_CHECK(t.columns({"contest_name", "audit_reason", "random_audit_status", "?winners_allowed", "ballot_card_count",
                             "?contest_ballot_card_count", "?winners", "min_margin", "risk_limit", "audited_sample_count",
                             "two_vote_over_count", "one_vote_over_count", "one_vote_under_count", "two_vote_under_count", "gamma",
                             "?overstatements", "optimistic_samples_to_audit", "estimated_samples_to_audit"}));
    CorlaRound round{.number = number, .file = path, .rows = {}, .by_contest = {}};
    for (;;) {
      ENTENTE_TRY(const bool more, t.next());
      if (!more) break;
      CorlaContestRow r{.contest = t.name(0), .reason = t.word(1), .status = t.word(2), .winners = {}, .audit = {}, .line = t.line()};
      const auto number_of = [&](std::size_t column, std::uint64_t& to) -> Result<void> {
        if (!t.has(column)) return {};
        ENTENTE_TRY(to, t.count(column));
        return {};
      };
      const std::pair<std::size_t, std::uint64_t*> counts[] = {{3, &r.winners_allowed}, {4, &r.cards},         {5, &r.contest_cards},
                                                               {7, &r.audit.margin},    {9, &r.audit.draws},   {10, &r.audit.over2},
                                                               {11, &r.audit.over1},    {12, &r.audit.under1}, {13, &r.audit.under2},
                                                               {15, &r.overstatements}, {16, &r.optimistic},   {17, &r.estimated}};
      for (const auto& [column, to] : counts) ENTENTE_CHECK(number_of(column, *to));
      r.audit.cards = r.cards;
      ENTENTE_TRY(r.risk_limit_e8, t.decimal_e8(8));
      ENTENTE_TRY(r.audit.gamma_e8, t.decimal_e8(14));
      r.winners = corla_names(t.name(6));
      if (!round.by_contest.try_emplace(r.contest, round.rows.size()).second)
        return fail("the contest comes twice: " + std::string(r.contest), t.where(0));
      round.rows.push_back(std::move(r));
    }
    record_.rounds.push_back(std::move(round));
    std::ranges::sort(record_.rounds, {}, &CorlaRound::number);
    return {};
  }

  Result<void> take_selection(const std::string& path, std::string_view text, std::uint32_t number) {
    CorlaFile<CorlaSelectionRow>& file = record_.selections[number];
    if (file.present()) return second(path, file.file);
    CorlaTable t(text, path, record_.made);
    ENTENTE_CHECK(t.columns({"contest_name", "min_margin", "contest_cvr_ids"}));
    std::vector<std::uint64_t> ids;
    for (;;) {
      ENTENTE_TRY(const bool more, t.next());
      if (!more) break;
      CorlaSelectionRow r{.contest = t.name(0), .line = t.line()};
      ENTENTE_TRY(r.margin, t.count(1));
      ENTENTE_CHECK(parse_ids(t.word(2), t.where(2), ids));
      r.chosen = ids.size();
      std::ranges::sort(ids);
      r.distinct = static_cast<std::uint64_t>(std::ranges::unique(ids).begin() - ids.begin());
      file.rows.push_back(r);
    }
    file.file = path;
    return {};
  }

  static Result<void> parse_ids(std::string_view list, const Where& where, std::vector<std::uint64_t>& out) {
    out.clear();
    const auto bad = [&] { return fail("no list of numbers in brackets", where); };
    if (list.size() < 2 || list.front() != '[' || list.back() != ']') return bad();
    const char *at = list.data() + 1, *const end = list.data() + list.size() - 1;
    while (at != end) {
      std::uint64_t id = 0;
      const auto [after, error] = std::from_chars(at, end, id);
      if (error != std::errc()) return bad();
      out.push_back(id);
      at = after;
      while (at != end && (*at == ',' || *at == ' ')) ++at;
    }
    return {};
  }

  static Result<void> take_results(const std::string& path, std::string_view text, std::optional<records::ReportedResults>& to) {
    if (to) return second(path, to->file);
    ENTENTE_TRY(to, records::parse_results(text, path));
    return {};
  }

  Result<void> take_report(const std::string& path, std::string_view text) {
    if (record_.report.present()) return second(path, record_.report.file);
    CorlaTable t(text, path, record_.made);
    ENTENTE_CHECK(t.columns({"Contest", "targeted", "Winner", "Risk Limit met?", "Risk measurement %", "Audit Risk Limit %",
                             "diluted margin %", "disc +2", "disc +1", "disc -1", "disc -2", "gamma", "audited sample count",
                             "ballot count", "min margin", "votes for winner", "votes for runner up", "total votes"}));
    for (;;) {
      ENTENTE_TRY(const bool more, t.next());
      if (!more) break;
      CorlaReportRow r{.contest = t.name(0),
                       .targeted = t.word(1),
                       .winner = t.name(2),
                       .limit_met = t.word(3),
                       .risk = t.word(4),
                       .limit = t.word(5),
                       .diluted_margin = t.word(6),
                       .runner_up = t.word(16),
                       .audit = {},
                       .line = t.line()};
      const std::pair<std::size_t, std::uint64_t*> counts[] = {{7, &r.audit.over2},   {8, &r.audit.over1},   {9, &r.audit.under1},
                                                               {10, &r.audit.under2}, {12, &r.audit.draws},  {13, &r.audit.cards},
                                                               {14, &r.audit.margin}, {15, &r.winner_votes}, {17, &r.total_votes}};
      for (const auto& [column, to] : counts) { ENTENTE_TRY(*to, t.count(column)); }
      ENTENTE_TRY(r.audit.gamma_e8, t.decimal_e8(11));
      record_.report.rows.push_back(r);
    }
    record_.report.file = path;
    return {};
  }

  Result<void> take_audited(const std::string& path, std::string_view text) {
    if (!record_.audited_file.empty()) return second(path, record_.audited_file);
    CorlaTable t(text, path, record_.made);
    ENTENTE_CHECK(t.columns({"county_name", "imprinted_id"}));
    std::string_view last;
    std::string key;
    for (;;) {
      ENTENTE_TRY(const bool more, t.next());
      if (!more) break;
      if (const std::string_view name = t.word(0); name != last || key.empty()) last = name, key = county_key(name);
      record_.audited.try_emplace(key + ' ' + std::string(t.word(1)), t.line());
    }
    record_.audited_file = path;
    return {};
  }

  // Every contest of every card chosen; a row without a time is of a card that was not looked at.
  Result<void> take_comparison(const std::string& path, std::string_view text) {
    if (!compared_file_.empty()) return second(path, compared_file_);
    CorlaTable t(text, path, record_.made);
    ENTENTE_CHECK(
        t.columns({"county_name", "contest_name", "imprinted_id", "choice_per_voting_computer", "audit_board_selection", "timestamp"}));
    for (;;) {
      ENTENTE_TRY(const bool more, t.next());
      if (!more) break;
      if (t.word(5).empty()) continue;
      const CorlaDiscrepancyRow row{.county = t.word(0),
                                    .contest = t.name(1),
                                    .card = t.word(2),
                                    .record_choice = t.name(3),
                                    .board_choice = t.name(4),
                                    .reason = {},
                                    .line = t.line()};
      compared_.try_emplace(county_key(row.county) + ' ' + std::string(row.card), row.line);
      if (row.record_choice != row.board_choice) differing_.push_back(row);
    }
    compared_file_ = path;
    return {};
  }

  Result<void> take_discrepancies(const std::string& path, std::string_view text) {
    if (record_.discrepancies.present()) return second(path, record_.discrepancies.file);
    CorlaTable t(text, path, record_.made);
    ENTENTE_CHECK(t.columns(
        {"county_name", "contest_name", "imprinted_id", "choice_per_voting_computer", "audit_board_selection", "?Discrepancy Reason"}));
    for (;;) {
      ENTENTE_TRY(const bool more, t.next());
      if (!more) break;
      record_.discrepancies.rows.push_back({.county = t.word(0),
                                            .contest = t.name(1),
                                            .card = t.word(2),
                                            .record_choice = t.name(3),
                                            .board_choice = t.name(4),
                                            .reason = t.word(5),
                                            .line = t.line()});
    }
    record_.discrepancies.file = path;
    return {};
  }

  Result<void> take_batches(const std::string& path, std::string_view text) {
    if (!record_.batch_file.empty()) return second(path, record_.batch_file);
    ENTENTE_TRY(record_.batches, parse_batch_counts(text, path));
    record_.batch_file = path;
    return {};
  }

  CorlaRecord& record_;
  const std::filesystem::path& folder_;
  const CorlaOptions& options_;
  Review& review_;
  std::string compared_file_;
  std::unordered_map<std::string, std::uint64_t> compared_;  // as CorlaRecord::audited
  std::vector<CorlaDiscrepancyRow> differing_;
};

}  // namespace

std::vector<std::string> corla_names(std::string_view text) {
  std::vector<std::string> out;
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') {
    if (!text.empty()) out.emplace_back(text);
    return out;
  }
  text = text.substr(1, text.size() - 2);
  for (std::size_t at = 0;;) {
    const std::size_t end = text.find("\",\"", at);
    out.emplace_back(text.substr(at, end == std::string_view::npos ? end : end - at));
    if (end == std::string_view::npos) return out;
    at = end + 3;
  }
}

std::string county_key(std::string_view name) {
  std::string out;
  for (const char c : name)
    if (is_alnum(c) || static_cast<unsigned char>(c) >= 0x80) out += lower(c);
  return out;
}

Result<CorlaRecord> read_corla_record(const std::filesystem::path& folder, const CorlaOptions& options, Review& review) {
  ENTENTE_TRY(const std::vector<std::string> paths, list_files(folder, options.max_files));
  if (std::ranges::none_of(paths, [](const std::string& p) { return corla_name(p).role != CorlaRole::other; }))
    return fail("no file of a Colorado audit in this folder", {.file = folder.string()},
                "it holds seed.csv, *BallotManifest.csv, contestsByCounty.csv and roundN-contest.csv");
  CorlaRecord record;
  CorlaReader(record, folder, options, review).read(paths);
  return record;
}

}  // namespace entente::measures::p3_elections::review
