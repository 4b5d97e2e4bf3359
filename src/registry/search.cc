// One pass over flat columns. The longest word of a query is looked for in one text of all names, so that most records are never looked at;
// of those that have it, or all, facets are compared as numbers and bits. The page asked for is kept in a heap of its size on the way.
// Order by name is a label a record, compared as a number.
#include "registry/search.h"

#include <algorithm>
#include <limits>
#include <tuple>

#include "registry/names.h"
#include "registry/search_scan.h"

namespace entente::registry {
namespace {

using Flags = std::vector<char>;  // by a value's number: wanted

constexpr std::size_t kMostSingly = 64;            // items put into the order one by one
constexpr std::uint64_t kDeadText = 1 << 20;       // bytes of names that are no more, before they are swept out
constexpr std::uint64_t kMostText = 0xF000'0000U;  // places in the text are 32-bit numbers

// Longest first: it is the one to look for.
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> out;
  const std::string folded = fold(text);
  for (std::size_t at = 0; at < folded.size();) {
    const std::size_t end = std::min(folded.find_first_of(" \n", at), folded.size());
    if (end > at) out.push_back(folded.substr(at, end - at));
    at = end + 1;
  }
  std::ranges::stable_sort(out, [](const std::string& a, const std::string& b) { return a.size() > b.size(); });
  return out;
}

// "2018-11-12" → 20181112, "2018" → 20180000: numbers that compare as the texts do.
std::uint32_t day_number(std::string_view day) {
  std::uint32_t out = 0;
  int digits = 0;
  for (const char c : day)
    if (c >= '0' && c <= '9' && digits < 8) {
      out = out * 10 + static_cast<std::uint32_t>(c - '0');
      ++digits;
    }
  for (; digits > 0 && digits < 8; ++digits) out *= 10;
  return out;
}

bool has(const Flags& flags, std::uint16_t number) { return flags.empty() || (number < flags.size() && flags[number] != 0); }

}  // namespace

std::uint16_t SearchIndex::Values::number(const std::string& value) {
  const auto [it, fresh] = numbers.emplace(value, static_cast<std::uint16_t>(names.size()));
  if (fresh) names.push_back(value);
  return it->second;
}

// ---- taking rows

void SearchIndex::set_name(Item item, const std::string& folded) {
  if (text_.size() + folded.size() >= kMostText) compact();
  if (text_.size() + folded.size() >= kMostText) return;  // not found by name; four gigabytes of names are not a registry
  names_[item] = {static_cast<std::uint32_t>(text_.size()), static_cast<std::uint32_t>(folded.size())};
  segments_.push_back({names_[item].at, item});
  text_ += folded;
  text_ += '\n';
}

void SearchIndex::compact() {
  std::string old = std::move(text_);
  text_.clear();
  segments_.clear();
  dead_bytes_ = 0;
  for (Item i = 0; i < names_.size(); ++i) {
    const std::string_view name = std::string_view(old).substr(names_[i].at, names_[i].bytes);
    names_[i].at = static_cast<std::uint32_t>(text_.size());
    segments_.push_back({names_[i].at, i});
    text_ += name;
    text_ += '\n';
  }
}

void SearchIndex::put(const std::vector<SupporterRow>& rows) {
  std::vector<Item> fresh;  // not in the order
  for (const SupporterRow& row : rows) {
    const auto [it, is_new] = by_id_.emplace(row.id, static_cast<Item>(facets_.size()));
    const Item item = it->second;
    if (is_new) {
      facets_.emplace_back();
      names_.emplace_back();
      labels_.push_back(0);
      changed_.push_back(0);
      tiers_.emplace_back();
      ids_.push_back(row.id);
    }
    if (is_new || name_of(item) != row.folded) {
      if (!is_new && std::ranges::find(fresh, item) == fresh.end()) take_out(item);
      if (!is_new) dead_bytes_ += names_[item].bytes + 1;
      set_name(item, row.folded);
      if (is_new || std::ranges::find(fresh, item) == fresh.end()) fresh.push_back(item);
    }
    facets_[item] = {.day = day_number(row.day),
                     .category = categories_.number(row.category),
                     .country = countries_.number(row.country),
                     .nature = natures_.number(row.nature),
                     .status = statuses_.number(row.status),
                     .principles = static_cast<std::uint16_t>(row.principles),
                     .counts = row.counts};
    changed_[item] = row.changed_leaf;
    tiers_[item] = {};
    std::copy_n(row.tiers.begin(), std::min(row.tiers.size(), tiers_[item].size()), tiers_[item].begin());
  }
  if (fresh.size() > kMostSingly)
    merge(std::move(fresh));
  else
    for (const Item item : fresh) put_in(item);
  if (dead_bytes_ > kDeadText && dead_bytes_ > text_.size() / 2) compact();
}

// ---- order by name

bool SearchIndex::name_before(Item a, Item b) const {
  const int names = name_of(a).compare(name_of(b));
  return names != 0 ? names < 0 : ids_[a] < ids_[b];
}

void SearchIndex::take_out(Item item) {
  const auto at = std::ranges::lower_bound(order_, labels_[item], {}, [&](Item i) { return labels_[i]; });
  order_.erase(at);
}

void SearchIndex::put_in(Item item) {
  const auto at = std::ranges::upper_bound(order_, item, [&](Item a, Item b) { return name_before(a, b); });
  const std::uint64_t below = at == order_.begin() ? 0 : labels_[*std::prev(at)];
  const std::uint64_t above = at == order_.end() ? std::numeric_limits<std::uint64_t>::max() : labels_[*at];
  labels_[item] = below + (above - below) / 2;
  order_.insert(at, item);
  if (above - below < 2) give_labels();
}

void SearchIndex::merge(std::vector<Item> fresh) {
  const auto before = [&](Item a, Item b) { return name_before(a, b); };
  std::ranges::sort(fresh, before);
  std::vector<Item> merged(order_.size() + fresh.size());
  std::ranges::merge(order_, fresh, merged.begin(), before);
  order_ = std::move(merged);
  give_labels();
}

void SearchIndex::give_labels() {
  const std::uint64_t step = std::numeric_limits<std::uint64_t>::max() / (order_.size() + 1);
  std::uint64_t label = 0;
  for (const Item item : order_) labels_[item] = label += step;
}

// ---- answering

// A query in numbers.
struct SearchIndex::Wanted {
  std::vector<std::string> words;
  Flags categories, countries, natures, statuses;  // empty: any
  std::uint32_t from_day = 0, to_day = 0;          // 0: any
  struct Tier {
    std::size_t principle;
    char letter;
  };
  std::vector<Tier> tiers;
  bool impossible = false;  // a tier nobody can have
};

SearchIndex::Wanted SearchIndex::read(const SearchQuery& query) const {
  const auto flags = [](const Values& values, const std::vector<std::string>& chosen) {
    Flags out;
    if (chosen.empty()) return out;
    out.resize(values.names.size());
    for (const std::string& value : chosen)
      if (const auto it = values.numbers.find(value == "-" ? std::string_view() : std::string_view(value)); it != values.numbers.end())
        out[it->second] = 1;
    return out;
  };
  Wanted out{.words = words_of(query.text),
             .categories = flags(categories_, query.categories),
             .countries = flags(countries_, query.countries),
             .natures = flags(natures_, query.natures),
             .statuses = flags(statuses_, query.statuses),
             .from_day = day_number(query.from_day),
             .to_day = day_number(query.to_day)};
  for (const std::string& tier : query.tiers) {
    if (tier.size() != 2 || tier[0] < '0' || tier[0] > '9' || tier[1] == '\0') out.impossible = true;
    if (!out.impossible) out.tiers.push_back({static_cast<std::size_t>(tier[0] - '0'), tier[1]});
  }
  return out;
}

// The first `size` of all that are added, in order: a heap whose top is the last of them.
class SearchIndex::Page {
 public:
  explicit Page(std::size_t size) : size_(size) {}
  using Place = std::tuple<std::uint64_t, std::uint64_t, Item>;  // what is sorted by, then the name's label
  void add(const Place& place) {
    if (heap_.size() < size_) {
      heap_.push_back(place);
      std::ranges::push_heap(heap_);
    } else if (size_ > 0 && place < heap_.front()) {
      std::ranges::pop_heap(heap_);
      heap_.back() = place;
      std::ranges::push_heap(heap_);
    }
  }
  std::vector<Place> sorted() {
    std::ranges::sort_heap(heap_);
    return std::move(heap_);
  }

 private:
  std::size_t size_;
  std::vector<Place> heap_;
};

template <class Take>
void SearchIndex::each_with_words(const std::vector<std::string>& words, const Take& take) const {
  if (words.empty()) {
    for (Item item = 0; item < facets_.size(); ++item) take(item);
    return;
  }
  const std::string_view text = text_;
  auto segment = segments_.begin();
  for (std::size_t at = find_word(text, words.front(), 0); at != std::string_view::npos;) {
    // The segment that holds the place: near the last one where hits are many, else by halving.
    const auto starts_after = [&](std::size_t place, const Segment& s) { return place < s.at; };
    auto next = segment + 1;
    for (std::ptrdiff_t stride = 1; next != segments_.end() && next->at <= at; stride *= 2) {
      segment = next;
      next = segments_.end() - next > stride ? next + stride : segments_.end();
    }
    next = std::upper_bound(segment, next, at, starts_after);
    segment = next - 1;
    const Item item = segment->item;
    const bool alive = names_[item].at == segment->at;
    const std::string_view name = text.substr(segment->at, names_[item].bytes);
    if (alive && std::all_of(words.begin() + 1, words.end(), [&](const std::string& w) { return name.find(w) != std::string_view::npos; }))
      take(item);
    if (next == segments_.end()) return;
    at = find_word(text, words.front(), next->at);
  }
}

void SearchIndex::each_by_name(const std::function<void(const std::string&, std::string_view)>& take) const {
  for (const Item item : order_) {
    const Tiers& tiers = tiers_[item];
    take(ids_[item], tiers.front() == 0 ? std::string_view() : std::string_view(tiers.data(), tiers.size()));
  }
}

SearchAnswer SearchIndex::find(const SearchQuery& query) const {
  SearchAnswer out;
  const Wanted wanted = read(query);
  if (wanted.impossible) return out;
  const auto matches_rest = [&](const Facets& f, Item item) {
    if (query.statuses.empty() ? query.counted == Counted::counting && !f.counts : !has(wanted.statuses, f.status)) return false;
    if ((f.principles & query.principles) != query.principles) return false;
    if (wanted.from_day != 0 && f.day < wanted.from_day) return false;  // without a day: 0
    if (wanted.to_day != 0 && (f.day == 0 || f.day > wanted.to_day)) return false;
    return std::ranges::all_of(wanted.tiers, [&](const Wanted::Tier& t) { return tiers_[item].at(t.principle) == t.letter; });
  };
  std::vector<std::size_t> by_category(categories_.names.size()), by_country(countries_.names.size()), by_nature(natures_.names.size());
  const std::uint64_t turn = query.order == SortOrder::descending ? ~std::uint64_t{0} : 0;
  Page page(std::min(facets_.size(), query.offset + std::min(query.limit, facets_.size())));
  each_with_words(wanted.words, [&](Item item) {
    const Facets& f = facets_[item];
    const bool category = has(wanted.categories, f.category), country = has(wanted.countries, f.country),
               nature = has(wanted.natures, f.nature);
    if (category + country + nature < 2 || !matches_rest(f, item)) return;
    if (country && nature) ++by_category[f.category];
    if (category && nature) ++by_country[f.country];
    if (category && country) ++by_nature[f.nature];
    if (!category || !country || !nature) return;
    ++out.total;
    const std::uint64_t key = query.sort == SortBy::name ? labels_[item] : query.sort == SortBy::day ? f.day : changed_[item];
    page.add({key ^ turn, labels_[item], item});
  });
  const auto places = page.sorted();
  for (std::size_t n = query.offset; n < places.size(); ++n) out.ids.push_back(ids_[std::get<2>(places[n])]);
  const auto name_counts = [](const Values& values, const std::vector<std::size_t>& counts) {
    std::map<std::string, std::size_t> named;
    for (std::size_t n = 0; n < counts.size(); ++n)
      if (counts[n] > 0) named[values.names[n].empty() ? "-" : values.names[n]] = counts[n];
    return named;
  };
  out.categories = name_counts(categories_, by_category);
  out.countries = name_counts(countries_, by_country);
  out.natures = name_counts(natures_, by_nature);
  return out;
}

}  // namespace entente::registry
