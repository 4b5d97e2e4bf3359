// Dominion's JSON export: CvrExport*.json hold sessions (a ballot put through a scanner), the *Manifest.json beside them the names of what
// the sessions number. Of a session's "Original" and "Modified" (adjudicated) the one that IsCurrent counts. From 5.10 on contests lie
// within "Cards"; each card is a record here, as NIST SP 1500-103 has it, and PaperIndex says which sheet it is. A mark counts where
// IsVote.
//
// Redacted records have RecordId "X"; the number then stands in ImageMask, and the imprinted id is made of it.
#include <fmt/format.h>

#include <charconv>
#include <map>
#include <optional>

#include "core/json.h"
#include "core/utf8.h"
#include "measures/p3_elections/records/cvr_build.h"

namespace entente::measures::p3_elections::records {

namespace {

constexpr std::uint64_t kMaxDominionJson = std::uint64_t{4} << 30;  // simdjson's bound of one document

Result<JsonDocument> dominion_document(const std::string& name, std::string_view bytes) {
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  return JsonDocument::parse(bytes, name, {.max_bytes = kMaxDominionJson, .max_depth = 32});
}

// "12", or 12 as a text; absent: "".
std::string json_text(JsonView object, std::string_view key) {
  if (const auto number = json_int(object, key)) return fmt::format("{}", *number);
  return std::string(json_string(object, key).value_or(""));
}

struct DominionNames {
  using ById = std::map<std::int64_t, std::string>;
  ById tabulators, groups, precincts, styles;
  struct Contest {
    std::string name;
    std::uint32_t votes = 1, ranks = 0;
  };
  std::map<std::int64_t, Contest> contests;
  struct Candidate {
    std::string name;
    bool write_in = false;
    std::int64_t contest = 0;
  };
  std::map<std::int64_t, Candidate> candidates;
  std::vector<std::int64_t> candidate_order;  // as the manifest has them
  std::optional<std::int64_t> overvote;       // of the outstack conditions
};

std::string named(const DominionNames::ById& names, std::int64_t id) {
  const auto it = names.find(id);
  return it != names.end() && !it->second.empty() ? it->second : fmt::format("{}", id);
}

class DominionJson {
 public:
  explicit DominionJson(CvrBuilder& b) : b_(b) { b_.lines_are_records = true; }

  // A manifest's kind is in what its entries have, not in the file's name.
  Result<void> manifest(const std::string& name, std::string_view bytes) {
    ENTENTE_TRY(const JsonDocument document, dominion_document(name, bytes));
    const auto list = json_array(document.root(), "List");
    if (!list) return fail("a manifest without a List", {.file = name});
    const std::string_view file = std::string_view(name).substr(name.find_last_of("/:\\") + 1);
    for (const JsonView entry : *list) {
      const auto id = json_int(entry, "Id");
      if (!id) continue;
      std::string text = json_text(entry, "Description");
      if (json_int(entry, "VoteFor")) {
        const std::int64_t votes = json_int(entry, "VoteFor").value_or(1), ranks = json_int(entry, "NumOfRanks").value_or(0);
        if (votes < 1 || votes > 1000 || ranks < 0 || ranks > 1000)
          return fail("a contest with an impossible number of votes", document.where("/List"));
        names_.contests[*id] = {std::move(text), static_cast<std::uint32_t>(votes), static_cast<std::uint32_t>(ranks)};
      } else if (json_int(entry, "ContestId")) {
        const std::string_view type = json_string(entry, "Type").value_or("");
        names_.candidates[*id] = {std::move(text), type == "WriteIn" || type == "QualifiedWriteIn", *json_int(entry, "ContestId")};
        names_.candidate_order.push_back(*id);
      } else if (file.starts_with("CountingGroup")) {
        names_.groups[*id] = std::move(text);
      } else if (file.starts_with("PrecinctPortion")) {
        names_.precincts[*id] = std::move(text);
      } else if (file.starts_with("BallotTypeManifest")) {
        names_.styles[*id] = std::move(text);
      } else if (file.starts_with("OutstackCondition")) {
        if (text == "Overvote") names_.overvote = *id;
      } else if (file.starts_with("ElectionEvent") && b_.table.election.empty()) {
        b_.table.election = std::move(text);
      }
    }
    return {};
  }

  void begin() {
    if (names_.contests.empty())
      b_.problem(CvrProblemKind::assumed, {},
                 "no ContestManifest.json: contests are numbers, and the votes allowed are the most that any card has");
    for (const auto& [id, contest] : names_.contests) {
      const std::uint32_t index = contest_index(id);
      CvrContest& c = b_.table.contests[index];
      c.ranked = contest.ranks > 0;
      c.votes_allowed = c.ranked ? contest.ranks : contest.votes;
    }
    for (const std::int64_t id : names_.candidate_order)
      if (const std::int64_t contest = names_.candidates[id].contest; names_.contests.contains(contest))
        choice_index(contest_index(contest), id);
  }

  Result<void> sessions(const std::string& name, std::string_view bytes) {
    ENTENTE_TRY(const JsonDocument document, dominion_document(name, bytes));
    document_ = &document;
    const JsonView root = document.root();
    const auto list = json_array(root, "Sessions");
    if (!list) return fail("an export without Sessions", {.file = name});
    if (b_.table.election.empty()) b_.table.election = json_text(root, "ElectionId");
    if (b_.report.version.empty()) b_.report.version = json_text(root, "Version");
    b_.add_file(name);
    ordinal_ = 0;
    for (const JsonView session : *list) {
      ++ordinal_;
      ENTENTE_CHECK(this->session(session));
    }
    return {};
  }

  // Contests no manifest names: ranked where a rank above 1 was seen, votes allowed as seen.
  void finish() {
    if (!names_.contests.empty()) return b_.find_overvotes(0);
    std::vector<std::uint32_t> most(b_.table.contests.size(), 1), highest(most.size(), 1);
    for (const CvrCardContest& c : b_.table.card_contests) {
      most[c.contest] = std::max<std::uint32_t>(most[c.contest], c.marks);
      for (const CvrMark& m : b_.table.marks_of(c)) highest[c.contest] = std::max(highest[c.contest], m.rank);
    }
    for (std::size_t i = 0; i < most.size(); ++i) {
      b_.table.contests[i].ranked = highest[i] > 1;
      b_.table.contests[i].votes_allowed = highest[i] > 1 ? highest[i] : most[i];
    }
  }

 private:
  [[nodiscard]] Where here(std::string_view below = "") const {
    if (b_.table.files.empty()) return {};
    return {.file = b_.table.files.back(), .line = std::nullopt, .pointer = fmt::format("/Sessions/{}{}", ordinal_ - 1, below)};
  }
  tl::unexpected<Error> bad(std::string what, std::string_view below = "") const {
    return fail(std::move(what), document_->where(here(below).pointer));
  }

  std::uint32_t contest_index(std::int64_t id) {
    const auto known = contest_of_.find(id);
    if (known != contest_of_.end()) return known->second;
    const auto it = names_.contests.find(id);
    const std::string name = it != names_.contests.end() && !it->second.name.empty() ? it->second.name : fmt::format("{}", id);
    // Two contests of one name (a primary's) stay two.
    const std::uint32_t index = b_.contest(b_.has_contest(name) ? fmt::format("{} ({})", name, id) : name);
    contest_of_.emplace(id, index);
    if (it == names_.contests.end() && !names_.contests.empty())
      b_.problem(CvrProblemKind::assumed, here(), fmt::format("contest {} is in no manifest", id));
    return index;
  }

  std::uint32_t choice_index(std::uint32_t contest, std::int64_t id) {
    const auto key = std::pair(contest, id);
    const auto known = choice_of_.find(key);
    if (known != choice_of_.end()) return known->second;
    const auto it = names_.candidates.find(id);
    const std::string name = it != names_.candidates.end() && !it->second.name.empty() ? it->second.name : fmt::format("{}", id);
    const std::uint32_t index = b_.choice(contest, name);
    if (it != names_.candidates.end() && it->second.write_in) b_.table.contests[contest].write_in[index] = true;
    if (it == names_.candidates.end() && !names_.candidates.empty())
      b_.problem(CvrProblemKind::assumed, here(), fmt::format("candidate {} is in no manifest", id));
    choice_of_.emplace(key, index);
    return index;
  }

  // "…\00005_00001_000022*.*" → 22; nullopt where the mask does not end so.
  static std::optional<std::uint64_t> image_number(std::string_view mask) {
    const auto star = mask.rfind("*.*");
    if (star == std::string_view::npos) return std::nullopt;
    std::string_view digits = mask.substr(0, star);
    while (digits.ends_with('_')) digits.remove_suffix(1);
    const auto from = digits.find_last_not_of("0123456789");
    digits = digits.substr(from == std::string_view::npos ? 0 : from + 1);
    std::uint64_t value = 0;
    const auto [end, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (digits.empty() || ec != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
    return value;
  }

  Result<void> session(JsonView session) {
    const auto tabulator = json_int(session, "TabulatorId"), batch = json_int(session, "BatchId");
    if (!tabulator || !batch) return bad("a session without TabulatorId and BatchId");
    const std::string record = json_text(session, "RecordId");
    std::string number = record;
    if (record.empty() || record == "X") {
      const auto from_image = image_number(json_string(session, "ImageMask").value_or(""));
      number = from_image ? fmt::format("{}", *from_image) : "";
    }
    const auto original = json_get(session, "Original"), modified = json_get(session, "Modified");
    if (!original && !modified) return bad("a session with neither Original nor Modified");
    const bool original_current = original && json_bool(*original, "IsCurrent").value_or(false);
    const bool modified_current = modified && json_bool(*modified, "IsCurrent").value_or(false);
    if (original_current == modified_current)
      b_.problem(
          CvrProblemKind::assumed, here(),
          original_current ? "both Original and Modified are current: the modified one taken" : "no snapshot is current: the latest taken");
    const bool take_modified = modified && (modified_current || !original_current);
    const JsonView current = take_modified ? *modified : *original;
    CvrCard card{.source_line = ordinal_};
    card.tabulator = b_.table.intern(fmt::format("{}", *tabulator));
    card.batch = b_.table.intern(fmt::format("{}", *batch));
    card.record = b_.table.intern(record);
    if (!number.empty()) card.imprinted_id = b_.table.intern(fmt::format("{}-{}-{}", *tabulator, *batch, number));
    if (const auto id = json_int(session, "CountingGroupId")) card.counting_group = b_.table.intern(named(names_.groups, *id));
    if (const auto id = json_int(current, "PrecinctPortionId")) card.precinct = b_.table.intern(named(names_.precincts, *id));
    if (const auto id = json_int(current, "BallotTypeId")) card.style = b_.table.intern(named(names_.styles, *id));
    return cards(card, current, take_modified ? "/Modified" : "/Original");
  }

  Result<void> cards(CvrCard card, JsonView current, std::string_view below) {
    const auto list = json_array(current, "Cards");
    if (!list) return this->card(card, json_array(current, "Contests"), below);
    std::uint32_t sheet = 0;
    for (const JsonView element : *list) {
      ++sheet;
      const std::int64_t paper = json_int(element, "PaperIndex").value_or(sheet - 1);
      if (paper < 0 || paper > 65'000) return bad("an impossible PaperIndex", below);
      card.sheet = static_cast<std::uint16_t>(paper + 1);
      ENTENTE_CHECK(this->card(card, json_array(element, "Contests"), below));
    }
    return {};
  }

  Result<void> card(const CvrCard& card, std::optional<simdjson::dom::array> contests, std::string_view below) {
    if (!contests) return bad("a card without Contests", below);
    b_.begin_card(card);
    for (const JsonView contest : *contests) ENTENTE_CHECK(this->contest(contest, below));
    return b_.end_card(here());
  }

  Result<void> contest(JsonView contest, std::string_view below) {
    const auto id = json_int(contest, "Id");
    const auto marks = json_array(contest, "Marks");
    if (!id || !marks) return bad("a contest without Id and Marks", below);
    const std::uint32_t index = contest_index(*id);
    const bool ranked = b_.table.contests[index].ranked || names_.contests.empty();
    b_.begin_contest(index, ranked && !names_.contests.empty() ? 0 : overvotes(contest));
    for (const JsonView m : *marks) {
      const auto is_vote = json_bool(m, "IsVote");
      if (!is_vote) return bad("a mark without IsVote", below);
      if (!*is_vote) {
        if (json_bool(m, "IsAmbiguous").value_or(false) && b_.keeps(CvrProblemKind::unresolved_mark))
          b_.problem(CvrProblemKind::unresolved_mark, here(below), fmt::format("an ambiguous mark in contest {} is no vote", *id));
        continue;
      }
      const auto candidate = json_int(m, "CandidateId");
      const std::int64_t rank = json_int(m, "Rank").value_or(1);
      if (!candidate) return bad("a vote without CandidateId", below);
      if (rank < 0 || rank > 1000) return bad("an impossible Rank", below);
      b_.mark(choice_index(index, *candidate), ranked ? static_cast<std::uint64_t>(std::max<std::int64_t>(rank, 1)) : 1);
    }
    return {};
  }

  // 5.10 says it; before that only the condition the card was set aside for.
  std::uint64_t overvotes(JsonView contest) const {
    if (const auto said = json_int(contest, "Overvotes")) return *said > 0 ? static_cast<std::uint64_t>(*said) : 0;
    if (!names_.overvote) return 0;
    if (const auto conditions = json_array(contest, "OutstackConditionIds"))
      for (const JsonView c : *conditions)
        if (std::int64_t id = 0; c.get_int64().get(id) == simdjson::SUCCESS && id == *names_.overvote) return 1;
    return 0;
  }

  CvrBuilder& b_;
  DominionNames names_;
  std::map<std::int64_t, std::uint32_t> contest_of_;
  std::map<std::pair<std::uint32_t, std::int64_t>, std::uint32_t> choice_of_;
  std::uint64_t ordinal_ = 0;
  const JsonDocument* document_ = nullptr;
};

}  // namespace

Result<void> read_dominion_json(CvrBuilder& b, const CvrFiles& files) {
  DominionJson reader(b);
  ENTENTE_CHECK(files.each(CvrFileKind::dominion_manifest,
                           [&](const std::string& name, std::string_view bytes) { return reader.manifest(name, bytes); }));
  reader.begin();
  ENTENTE_CHECK(files.each(CvrFileKind::dominion_json,
                           [&](const std::string& name, std::string_view bytes) { return reader.sessions(name, bytes); }));
  reader.finish();
  return {};
}

}  // namespace entente::measures::p3_elections::records
