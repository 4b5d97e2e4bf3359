// Two records of one card that do not say the same id: known by tabulator, batch and record (or, where an export has none of these, by an
// id that is written differently). Looked for once, when all cards are there: the cards go through one open-addressed table, whose slots
// are fetched some cards ahead, so that a million cards cost hundredths of a second.
#include <fmt/format.h>

#include <random>

#include "core/utf8.h"
#include "measures/p3_elections/records/cvr_build.h"

namespace entente::measures::p3_elections::records {

namespace {

bool duplicate_digits(std::string_view text) { return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos; }

std::string_view without_zeros(std::string_view digits) {
  while (digits.size() > 1 && digits.front() == '0') digits.remove_prefix(1);
  return digits;
}

// "007" and " 7" are 7; "1_01-3" is 1-1-3. What is no number is as it stands, but for blanks at its ends.
std::string plain_spelling(std::string_view text) {
  text = tables::trimmed(text);
  std::string out;
  for (std::size_t at = 0;;) {
    const std::size_t end = std::min(text.find_first_of("-_", at), text.size());
    const std::string_view part = text.substr(at, end - at);
    if (!duplicate_digits(part)) return std::string(text);
    out += without_zeros(part);
    if (end == text.size()) return out;
    out += '-';
    at = end + 1;
  }
}

struct CardKey {
  std::uint32_t a = 0, b = 0, c = 0, sheet = 0;  // all 0: nothing to know the card by
  bool operator==(const CardKey&) const = default;
};

class CardKeys {
 public:
  explicit CardKeys(CvrTable& table) : table_(table), plain_(table.text_count(), 0), redacted_(table.intern("X")) {}

  CardKey of(const CvrCard& card) {
    const bool placed = card.record != 0 && card.record != redacted_ && (card.batch != 0 || card.imprinted_id == 0);
    if (placed) return {plain(card.tabulator), plain(card.batch), plain(card.record), card.sheet};
    // No text's index is as high, so it is no tabulator.
    if (card.imprinted_id != 0) return {0xFFFFFFFFU, plain(card.imprinted_id), 0, card.sheet};
    return {};
  }

 private:
  std::uint32_t plain(std::uint32_t text) {
    if (text == 0 || text >= plain_.size()) return text;
    std::uint32_t& known = plain_[text];
    if (known != 0) return known;
    const std::string_view given = table_.text(text);
    const bool is_plain = duplicate_digits(given) && (given.front() != '0' || given.size() == 1);
    known = is_plain ? text : table_.intern(plain_spelling(given));
    return known = known == 0 ? text : known;  // of blanks only
  }

  CvrTable& table_;
  std::vector<std::uint32_t> plain_;  // by text; 0: not looked at
  const std::uint32_t redacted_;
};

std::uint64_t duplicate_hash(const CardKey& key, std::uint64_t seed) {
  __extension__ using Wide = unsigned __int128;
  const auto mix = [](std::uint64_t x, std::uint64_t y) {
    const Wide product = Wide{x} * y;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
  };
  const std::uint64_t first = mix((std::uint64_t{key.a} << 32 | key.b) ^ seed, 0xA0761D6478BD642FU);
  return mix(first ^ (std::uint64_t{key.c} << 32 | key.sheet), seed | 1);
}

}  // namespace

void CvrBuilder::find_duplicates() {
  struct Slot {
    std::uint32_t hash = 0, card = 0;  // 1 + its index; 0: free
  };
  const std::size_t count = table.cards.size();
  if (count < 2) return;
  std::random_device device;
  const std::uint64_t seed = std::uint64_t{device()} << 32 | device();
  CardKeys keys(table);
  std::vector<Slot> slots(count + count / 2 + 8);
  const auto slot_of = [&](std::uint64_t hash) { return static_cast<std::size_t>((hash >> 32) * slots.size() >> 32); };
  constexpr std::size_t kAhead = 16;
  std::array<CardKey, kAhead> key;
  std::array<std::uint64_t, kAhead> hash{};
  std::size_t known = 0;  // of duplicates_, which ascends
  for (std::size_t i = 0; i < count + kAhead; ++i) {
    const std::size_t ring = i % kAhead;
    if (i >= kAhead) {
      const std::size_t at = i - kAhead;
      const auto low = static_cast<std::uint32_t>(hash[ring]);
      if (known < duplicates_.size() && duplicates_[known] == at) {
        ++known;  // reported as it came
      } else if (key[ring] != CardKey{}) {
        std::size_t s = slot_of(hash[ring]);
        while (slots[s].card != 0 && !(slots[s].hash == low && keys.of(table.cards[slots[s].card - 1]) == key[ring]))
          s = s + 1 == slots.size() ? 0 : s + 1;
        if (slots[s].card == 0)
          slots[s] = {low, static_cast<std::uint32_t>(at + 1)};
        else
          note_duplicate(table.cards[at], table.cards[slots[s].card - 1], card_place(table.cards[at]));
      }
    }
    if (i >= count) continue;
    key[ring] = keys.of(table.cards[i]);
    hash[ring] = duplicate_hash(key[ring], seed);
    __builtin_prefetch(&slots[slot_of(hash[ring])], 1);
  }
}

Where CvrBuilder::card_place(const CvrCard& card) const {
  Where where{.file = table.files.empty() ? "" : table.files[card.source_file]};
  if (lines_are_records)
    where.pointer = fmt::format("record {}", card.source_line);
  else
    where.line = card.source_line;
  return where;
}

void CvrBuilder::note_duplicate(const CvrCard& card, const CvrCard& first, Where where) {
  if (!keeps(CvrProblemKind::duplicate_card)) return count_only(CvrProblemKind::duplicate_card);
  const auto words = [&](const CvrCard& c) {
    if (c.imprinted_id != 0) return printable(table.text(c.imprinted_id), 60);
    return fmt::format("{} {} {}", printable(table.text(c.tabulator), 40), printable(table.text(c.batch), 40),
                       printable(table.text(c.record), 40));
  };
  const bool renamed = card.imprinted_id != first.imprinted_id;
  problem(CvrProblemKind::duplicate_card, std::move(where),
          fmt::format("card {} again, as{} in {}{}{}", words(card), renamed ? " " + words(first) : "",
                      table.files.empty() ? "" : table.files[first.source_file], lines_are_records ? " record " : ":", first.source_line));
}

}  // namespace entente::measures::p3_elections::records
