// Readers of ballots written as text, line by line over the bytes given; nothing is copied but names. Ids of RAIRE ballots are kept as
// views into the text, hashed, to find a ballot that stands there twice.
#include "measures/p3_elections/irv/ballots_text.h"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <functional>
#include <unordered_map>
#include <utility>

#include "core/json.h"

namespace entente::measures::p3_elections::irv {
namespace {

constexpr std::uint64_t kMaxContests = 10'000;
constexpr std::string_view kBlanks = " \t";

std::string_view bt_trim(std::string_view s) {
  const auto first = s.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return s.substr(first, s.find_last_not_of(kBlanks) - first + 1);
}

std::optional<std::uint64_t> bt_number(std::string_view s) {
  std::uint64_t n = 0;
  const auto [end, ec] = std::from_chars(s.data(), s.data() + s.size(), n);
  if (ec != std::errc() || end != s.data() + s.size()) return std::nullopt;
  return n;
}

// The text's lines, and where one is within it.
struct BallotLines {
  std::string_view rest, line;
  std::string name;
  std::uint64_t number = 0;

  bool next() {
    while (!rest.empty()) {
      const std::size_t end = rest.find('\n');
      line = rest.substr(0, end);
      rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
      ++number;
      if (line.ends_with('\r')) line.remove_suffix(1);
      if (!bt_trim(line).empty()) return true;
    }
    line = {};
    return false;
  }
  // The place of a part of the line.
  [[nodiscard]] Where at(std::string_view part) const {
    Where where{.file = name, .line = number};
    if (part.data() >= line.data() && part.data() <= line.data() + line.size())
      where.column = static_cast<std::uint64_t>(part.data() - line.data()) + 1;
    return where;
  }
  [[nodiscard]] Where here() const { return {.file = name, .line = number == 0 ? std::nullopt : std::optional(number)}; }
};

BallotLines ballot_lines(std::string_view text, std::string name) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  return {.rest = text, .line = {}, .name = std::move(name)};
}

// Takes the part before the next comma.
std::string_view bt_cell(std::string_view& rest) {
  const std::size_t comma = rest.find(',');
  const std::string_view cell = bt_trim(rest.substr(0, comma));
  rest = comma == std::string_view::npos ? rest.substr(rest.size()) : rest.substr(comma + 1);
  return cell;
}

constexpr std::size_t kFewNames = 8;  // are compared one by one
constexpr std::array<Candidate, kFewNames> kIndexes{0, 1, 2, 3, 4, 5, 6, 7};

struct CandidateNames {
  std::vector<std::string> names;
  std::unordered_map<std::string_view, Candidate> index;  // of texts that outlive this

  [[nodiscard]] Result<void> add(std::string_view text, const BallotLines& lines) {
    if (text.empty()) return fail("a candidate without a name", lines.at(text));
    if (names.size() == kMaxCandidates) return fail("more than 64 candidates in one contest", lines.at(text));
    if (!index.emplace(text, static_cast<Candidate>(names.size())).second)
      return fail(fmt::format("candidate \"{}\" is declared twice", text), lines.at(text));
    names.emplace_back(text);
    return {};
  }
  [[nodiscard]] const Candidate* find(std::string_view text) const {
    if (names.size() <= kFewNames) {
      for (std::size_t i = 0; i < names.size(); ++i)
        if (names[i] == text) return &kIndexes[i];
      return nullptr;
    }
    const auto it = index.find(text);
    return it == index.end() ? nullptr : &it->second;
  }
};

// A ranking as it is read; a candidate that comes again is passed over.
struct RankingBuffer {
  std::array<Candidate, kMaxCandidates> ranks{};
  std::size_t size = 0;
  CandidateSet seen = 0;

  void add(Candidate c) {
    if (contains(seen, c)) return;
    seen |= set_of(c);
    ranks[size++] = c;
  }
  [[nodiscard]] std::span<const Candidate> span() const { return std::span(ranks).first(size); }
};

struct RaireContest {
  std::string_view id;
  CandidateNames candidates;
  std::optional<Candidate> winner;
  RankingGrouper grouper{0};
};

Result<RaireContest> raire_contest(const BallotLines& lines) {
  std::string_view rest = lines.line;
  if (const std::string_view word = bt_cell(rest); word != "Contest") return fail("a line \"Contest,…\" is expected", lines.at(word));
  RaireContest out;
  out.id = bt_cell(rest);
  if (out.id.empty()) return fail("a contest without an id", lines.here());
  const std::string_view number = bt_cell(rest);
  const auto count = bt_number(number);
  if (!count || *count == 0) return fail(fmt::format("\"{}\" is no number of candidates", number), lines.at(number));
  if (*count > kMaxCandidates) return fail("more than 64 candidates in one contest", lines.at(number));
  for (std::uint64_t i = 0; i < *count; ++i) ENTENTE_CHECK(out.candidates.add(bt_cell(rest), lines));
  while (!rest.empty()) {
    if (bt_cell(rest) != "winner") continue;  // "order" and "informal" with their values say nothing the count does not
    const std::string_view name = bt_cell(rest);
    const Candidate* winner = out.candidates.find(name);
    if (winner == nullptr) return fail(fmt::format("the winner \"{}\" is not among the candidates", name), lines.at(name));
    out.winner = *winner;
  }
  out.grouper = RankingGrouper(static_cast<unsigned>(*count));
  return out;
}

// Ballot ids that were read, as views into the text, each with a number (its contest; 0 for "in any"). Linear probing over their hashes;
// the texts are compared where hashes agree.
class BallotIds {
 public:
  explicit BallotIds(std::size_t expected) : slots_(std::bit_ceil(expected * 2 + 64)) {}

  // false: it was there.
  bool insert(std::string_view id, std::uint32_t contest) {
    if (size_ * 2 >= slots_.size()) grow();
    const std::uint64_t hash = hash_of(id, contest);
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = hash & mask;
    for (; slots_[at].data != nullptr; at = (at + 1) & mask) {
      const Slot& s = slots_[at];
      if (s.contest == contest && std::string_view(s.data, s.size) == id) return false;
    }
    slots_[at] = {id.data(), static_cast<std::uint32_t>(id.size()), contest};
    ++size_;
    return true;
  }
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  struct Slot {
    const char* data = nullptr;
    std::uint32_t size = 0;
    std::uint32_t contest = 0;
  };
  static std::uint64_t hash_of(std::string_view id, std::uint32_t contest) {
    std::uint64_t h = std::hash<std::string_view>()(id) + contest * 0x9e3779b97f4a7c15U;
    return h ^ (h >> 32U);
  }
  void grow() {
    std::vector<Slot> old(slots_.size() * 2);
    old.swap(slots_);
    const std::size_t mask = slots_.size() - 1;
    for (const Slot& s : old) {
      if (s.data == nullptr) continue;
      std::size_t at = hash_of({s.data, s.size}, s.contest) & mask;
      while (slots_[at].data != nullptr) at = (at + 1) & mask;
      slots_[at] = s;
    }
  }
  std::vector<Slot> slots_;
  std::size_t size_ = 0;
};

Result<void> raire_ballot(const BallotLines& lines, RaireContest& contest, std::string_view rest) {
  RankingBuffer ranking;
  while (!rest.empty()) {
    const std::string_view name = bt_cell(rest);
    if (name.empty()) continue;  // "339,99813_1_1," is a ballot without a valid rank
    const Candidate* c = contest.candidates.find(name);
    if (c == nullptr) return fail(fmt::format("\"{}\" is no candidate of contest {}", name, contest.id), lines.at(name));
    ranking.add(*c);
  }
  contest.grouper.add(ranking.span());
  return {};
}

}  // namespace

Result<RaireBallots> read_raire(std::string_view text, std::string name) {
  BallotLines lines = ballot_lines(text, std::move(name));
  if (!lines.next()) return fail("the file is empty", lines.here());
  const auto count = bt_number(bt_trim(lines.line));
  if (!count || *count > kMaxContests) return fail("the first line is not the number of contests", lines.here());
  std::vector<RaireContest> contests;
  std::unordered_map<std::string_view, std::size_t> by_id;
  for (std::uint64_t i = 0; i < *count; ++i) {
    if (!lines.next()) return fail(fmt::format("{} contests are announced, {} follow", *count, i), lines.here());
    ENTENTE_TRY(RaireContest contest, raire_contest(lines));
    if (!by_id.emplace(contest.id, contests.size()).second)
      return fail(fmt::format("contest {} is declared twice", contest.id), lines.here());
    contests.push_back(std::move(contest));
  }
  const std::size_t expected = lines.rest.size() / 24;
  BallotIds seen(expected);                           // by contest
  BallotIds ids(contests.size() > 1 ? expected : 0);  // in any; of one contest these are the same
  while (lines.next()) {
    std::string_view rest = lines.line;
    const std::string_view contest = bt_cell(rest);
    const auto it = by_id.find(contest);
    if (it == by_id.end()) return fail(fmt::format("contest \"{}\" is not declared", contest), lines.at(contest));
    const std::string_view ballot = bt_cell(rest);
    if (ballot.empty()) return fail("a ballot without an id", lines.here());
    if (contests.size() > 1) (void)ids.insert(ballot, 0);
    if (!seen.insert(ballot, static_cast<std::uint32_t>(it->second)))
      return fail(fmt::format("a second line of ballot {} and contest {}", ballot, contest), lines.here());
    ENTENTE_CHECK(raire_ballot(lines, contests[it->second], rest));
  }
  RaireBallots out;
  out.ballots = contests.size() > 1 ? ids.size() : seen.size();
  for (RaireContest& c : contests)
    out.contests.push_back({.id = std::string(c.id),
                            .winner = c.winner,
                            .auditable = out.ballots,
                            .difficulty = {},
                            .rankings = c.grouper.take(std::move(c.candidates.names))});
  return out;
}

namespace {

Result<void> usirv_line(const BallotLines& lines, const CandidateNames& candidates, RankingGrouper& grouper) {
  const std::string_view line = bt_trim(lines.line);
  const std::size_t close = line.find(')');
  if (!line.starts_with('(') || close == std::string_view::npos) return fail("a ranking \"(1, 2)\" is expected", lines.at(line));
  std::string_view rest = line.substr(1, close - 1);
  RankingBuffer ranking;
  while (!rest.empty()) {
    const std::string_view name = bt_cell(rest);
    if (name.empty()) continue;  // the comma of "(5,)"
    const Candidate* c = candidates.find(name);
    if (c == nullptr) return fail(fmt::format("\"{}\" is no candidate", name), lines.at(name));
    ranking.add(*c);
  }
  std::string_view count = bt_trim(line.substr(close + 1));
  if (!count.starts_with(':')) return fail("a colon and a number of ballots are expected", lines.at(count));
  count = bt_trim(count.substr(1));
  const auto ballots = bt_number(count);
  if (!ballots || *ballots > kMaxBallots) return fail(fmt::format("\"{}\" is no number of ballots", count), lines.at(count));
  if (grouper.rankings().ballots + *ballots > kMaxBallots) return fail("more ballots than can be counted", lines.at(count));
  if (*ballots > 0) grouper.add(ranking.span(), *ballots);
  return {};
}

}  // namespace

Result<BallotContest> read_usirv(std::string_view text, std::string name) {
  BallotLines lines = ballot_lines(text, std::move(name));
  if (!lines.next()) return fail("the file is empty", lines.here());
  CandidateNames candidates;
  for (std::string_view rest = lines.line; !rest.empty();) ENTENTE_CHECK(candidates.add(bt_cell(rest), lines));
  if (!lines.next() || lines.line.find_first_not_of("-+ \t") != std::string_view::npos)
    return fail("a line of \"-+-+-\" is expected after the candidates", lines.here());
  RankingGrouper grouper(static_cast<unsigned>(candidates.names.size()));
  while (lines.next()) ENTENTE_CHECK(usirv_line(lines, candidates, grouper));
  return BallotContest{.id = {}, .winner = {}, .auditable = {}, .difficulty = {}, .rankings = grouper.take(std::move(candidates.names))};
}

namespace {

Result<void> problem_votes(const JsonDocument& document, RankingGrouper& grouper, std::uint64_t candidates) {
  const auto votes = json_array(document.root(), "votes");
  if (!votes) return fail("no list of votes", document.where("/votes"));
  std::size_t at = 0;
  for (const JsonView vote : *votes) {
    const std::string pointer = fmt::format("/votes/{}", at++);
    const auto n = json_int(vote, "n");
    const auto prefs = json_array(vote, "prefs");
    if (!n || *n < 0 || static_cast<std::uint64_t>(*n) > kMaxBallots || !prefs)
      return fail("a vote needs \"n\" and \"prefs\"", document.where(pointer));
    RankingBuffer ranking;
    for (const JsonView pref : *prefs) {
      std::uint64_t c = 0;
      if (pref.get(c) != simdjson::SUCCESS || c >= candidates)
        return fail("a preference that is no candidate's number", document.where(pointer + "/prefs"));
      ranking.add(static_cast<Candidate>(c));
    }
    if (grouper.rankings().ballots + static_cast<std::uint64_t>(*n) > kMaxBallots)
      return fail("more ballots than can be counted", document.where(pointer));
    if (*n > 0) grouper.add(ranking.span(), static_cast<std::uint64_t>(*n));
  }
  return {};
}

}  // namespace

Result<BallotContest> read_raire_problem(std::string_view text, std::string name) {
  ENTENTE_TRY(const JsonDocument document, JsonDocument::parse(text, std::move(name), {.max_depth = 32}));
  const JsonView root = document.root();
  const auto candidates = json_int(root, "num_candidates");
  if (!candidates || *candidates < 1 || *candidates > static_cast<std::int64_t>(kMaxCandidates))
    return fail("num_candidates is not between 1 and 64", document.where("/num_candidates"));
  const auto count = static_cast<std::uint64_t>(*candidates);
  RankingGrouper grouper(static_cast<unsigned>(count));
  ENTENTE_CHECK(problem_votes(document, grouper, count));
  BallotContest out;
  if (const auto winner = json_int(root, "winner")) {
    if (*winner < 0 || static_cast<std::uint64_t>(*winner) >= count)
      return fail("the winner is no candidate's number", document.where("/winner"));
    out.winner = static_cast<Candidate>(*winner);
  }
  if (const auto audit = json_get(root, "audit")) {
    out.difficulty = std::string(json_string(*audit, "type").value_or(""));
    if (const auto total = json_int(*audit, "total_auditable_ballots"); total && *total >= 0)
      out.auditable = static_cast<std::uint64_t>(*total);
  }
  std::vector<std::string> names;
  if (const auto metadata = json_get(root, "metadata"))
    if (const auto list = json_array(*metadata, "candidates"))
      for (const JsonView n : *list) names.emplace_back(as_string(n).value_or(""));
  if (names.size() != count) {
    names.clear();
    for (std::uint64_t i = 0; i < count; ++i) names.push_back(std::to_string(i));
  }
  out.rankings = grouper.take(std::move(names));
  return out;
}

}  // namespace entente::measures::p3_elections::irv
