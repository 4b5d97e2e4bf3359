// The table under construction. Duplicates are found as cards come: imprinted ids are interned, so a card whose id is not new is looked up
// in an array by the id's index, further sheets of a ballot by id and sheet; those that hide behind another id are in cvr_duplicates.cc.
#include "measures/p3_elections/records/cvr_build.h"

#include <fmt/format.h>

#include <limits>

#include "core/utf8.h"

namespace entente::measures::p3_elections::records {

std::string_view to_string(CvrProblemKind kind) {
  switch (kind) {
    case CvrProblemKind::duplicate_card: return "duplicate card";
    case CvrProblemKind::overvote: return "overvote";
    case CvrProblemKind::unknown_column: return "unknown column";
    case CvrProblemKind::unused_file: return "unused file";
    case CvrProblemKind::unmatched_row: return "unmatched row";
    case CvrProblemKind::repeated_contest: return "repeated contest";
    case CvrProblemKind::unresolved_mark: return "unresolved mark";
    case CvrProblemKind::assumed: return "assumed";
    case CvrProblemKind::count_mismatch: return "count mismatch";
    case CvrProblemKind::encoding: return "encoding";
  }
  return "";
}

void CvrBuilder::problem(CvrProblemKind kind, Where where, std::string what) {
  const bool kept = keeps(kind);
  count_only(kind);
  if (kept) report.problems.push_back({kind, std::move(where), std::move(what)});
}

std::uint32_t CvrBuilder::add_file(std::string name) {
  table.files.push_back(std::move(name));
  return static_cast<std::uint32_t>(table.files.size() - 1);
}

std::uint32_t CvrBuilder::contest(std::string_view key) {
  const auto [it, made] = contest_of_.try_emplace(std::string(key), static_cast<std::uint32_t>(table.contests.size()));
  if (made) {
    table.contests.push_back({.name = std::string(key)});
    choice_of_.emplace_back();
  }
  return it->second;
}

std::uint32_t CvrBuilder::choice(std::uint32_t contest, std::string_view key) {
  CvrContest& c = table.contests[contest];
  const auto [it, made] = choice_of_[contest].try_emplace(std::string(key), static_cast<std::uint32_t>(c.choices.size()));
  if (made) {
    c.choices.emplace_back(key);
    c.write_in.push_back(is_write_in_name(key));
  }
  return it->second;
}

void CvrBuilder::begin_card(const CvrCard& card) {
  CvrCard& c = table.cards.emplace_back(card);
  c.source_file = table.files.empty() ? 0 : static_cast<std::uint32_t>(table.files.size() - 1);
  c.first_contest = static_cast<std::uint32_t>(table.card_contests.size());
  c.contests = 0;
}

void CvrBuilder::begin_contest(std::uint32_t contest, std::uint64_t overvotes) {
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint16_t>::max();
  table.card_contests.push_back({.contest = contest,
                                 .first_mark = static_cast<std::uint32_t>(table.marks.size()),
                                 .overvotes = static_cast<std::uint16_t>(std::min(overvotes, kMost))});
  CvrCard& card = table.cards.back();
  if (card.contests < kMost) ++card.contests;
}

void CvrBuilder::mark(std::uint32_t choice, std::uint64_t rank_or_votes) {
  CvrCardContest& c = table.card_contests.back();
  if (c.marks == std::numeric_limits<std::uint16_t>::max()) {
    too_many_marks_ = true;
    return;
  }
  table.marks.push_back({choice, static_cast<std::uint32_t>(std::min<std::uint64_t>(rank_or_votes, 0xFFFFFFFFU))});
  ++c.marks;
}

Result<void> CvrBuilder::end_card(const Where& where) {
  const std::size_t end = table.card_contests.size(), begin = table.cards.back().first_contest;
  if (end - begin > std::numeric_limits<std::uint16_t>::max()) return fail("more than 65,535 contests on one card", where);
  for (std::size_t i = begin; i < end; ++i) {
    for (std::size_t j = begin; j < i; ++j) {
      if (table.card_contests[i].contest != table.card_contests[j].contest) continue;
      problem(CvrProblemKind::repeated_contest, where,
              fmt::format("contest \"{}\" twice on one card", printable(table.contests[table.card_contests[i].contest].name, 80)));
      break;
    }
  }
  return check_card(where);
}

Result<void> CvrBuilder::check_card(const Where& where) {
  if (table.cards.size() > options_.max_cards) return fail(fmt::format("more than {} cards", options_.max_cards), where);
  if (too_many_marks_) return fail("more than 65,535 marks in one contest of a card", where);
  constexpr std::size_t kMost = std::numeric_limits<std::uint32_t>::max() - (1U << 20);
  if (table.marks.size() > kMost || table.card_contests.size() > kMost || table.text_count() > kMost)
    return fail("more marks than a table can hold", where);
  const CvrCard& card = table.cards.back();
  const auto number = static_cast<std::uint32_t>(table.cards.size());  // 1 + its index
  std::uint32_t* first = nullptr;
  if (card.imprinted_id != 0) {
    if (card.imprinted_id >= card_of_text_.size())
      card_of_text_.resize(std::max<std::size_t>(card.imprinted_id + 1, table.text_count() * 2));
    first = &card_of_text_[card.imprinted_id];
    if (*first != 0 && table.cards[*first - 1].sheet != card.sheet)
      first = &card_of_key_[fmt::format("{} {}", card.imprinted_id, card.sheet)];
  }
  if (first == nullptr) return {};
  if (*first == 0) {
    *first = number;
    return {};
  }
  duplicates_.push_back(number - 1);
  note_duplicate(card, table.cards[*first - 1], where);
  return {};
}

void CvrBuilder::note_overvote(const CvrCard& card, CvrCardContest& c, std::uint64_t votes) {
  const CvrContest& contest = table.contests[c.contest];
  c.overvotes = static_cast<std::uint16_t>(std::min<std::uint64_t>(votes - contest.votes_allowed, 65'535));
  if (!keeps(CvrProblemKind::overvote)) return count_only(CvrProblemKind::overvote);
  problem(CvrProblemKind::overvote, card_place(card),
          fmt::format("{} votes in \"{}\", where {} may be given", votes, printable(contest.name, 80), contest.votes_allowed));
}

void CvrBuilder::find_overvotes(std::size_t from_card) {
  for (std::size_t i = from_card; i < table.cards.size(); ++i) {
    const CvrCard& card = table.cards[i];
    for (std::size_t j = card.first_contest; j < std::size_t{card.first_contest} + card.contests; ++j) {
      CvrCardContest& c = table.card_contests[j];
      if (c.overvotes != 0 || c.marks == 0 || table.contests[c.contest].ranked) continue;
      std::uint64_t votes = 0;
      for (const CvrMark& m : table.marks_of(c)) votes += m.rank;
      if (votes > table.contests[c.contest].votes_allowed) note_overvote(card, c, votes);
    }
  }
}

std::string lower_ascii(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return out;
}

bool is_write_in_name(std::string_view name) {
  const std::string lower = lower_ascii(name);
  return lower.starts_with("write-in") || lower.starts_with("write in") || lower.starts_with("writein") || lower.ends_with("(write-in)");
}

Result<tables::DecodedText> cvr_text(CvrBuilder& b, const std::string& name, std::string_view bytes) {
  auto text = tables::decode_text(bytes, name);
  if (text && text->encoding() != tables::Encoding::utf8)
    b.problem(CvrProblemKind::encoding, {.file = name}, fmt::format("the text is {}", tables::to_string(text->encoding())));
  return text;
}

}  // namespace entente::measures::p3_elections::records
