// One pass over all records: facets first, as they are bits and numbers, then the words of the query in the folded name with memmem, which
// is vectorised. Orders are ranks computed when rows come in, so a page is a selection of the smallest ranks, not a sort of everything.
#include "registry/search.h"

#include <algorithm>
#include <cstring>

#include "registry/names.h"

namespace entente::registry {
namespace {

using Flags = std::vector<char>;  // by a value's number: wanted

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> out;
  const std::string folded = fold(text);
  for (std::size_t at = 0; at < folded.size();) {
    const std::size_t end = std::min(folded.find_first_of(" \n", at), folded.size());
    if (end > at) out.push_back(folded.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

}  // namespace

std::uint16_t SearchIndex::Names::number(const std::string& value) {
  const auto [it, fresh] = numbers.emplace(value, static_cast<std::uint16_t>(values.size()));
  if (fresh) values.push_back(value);
  return it->second;
}

void SearchIndex::put(const std::vector<SupporterRow>& rows) {
  for (const SupporterRow& row : rows) {
    const auto [it, fresh] = by_id_.emplace(row.id, static_cast<std::uint32_t>(items_.size()));
    if (fresh) items_.emplace_back();
    Item& item = items_[it->second];
    item.id = row.id;
    if (fresh || std::string_view(text_).substr(item.name_at, item.name_bytes) != row.folded) {
      item.name_at = static_cast<std::uint32_t>(text_.size());
      item.name_bytes = static_cast<std::uint32_t>(row.folded.size());
      text_ += row.folded;
      text_ += '\n';
    }
    item.category = categories_.number(row.category);
    item.country = countries_.number(row.country);
    item.nature = natures_.number(row.nature);
    item.status = statuses_.number(row.status);
    item.principles = static_cast<std::uint16_t>(row.principles);
    item.counts = row.counts;
    item.changed = row.changed_leaf;
    item.tiers = row.tiers;
    item.day = row.day;
  }
  rank();
}

void SearchIndex::rank() {
  std::vector<std::uint32_t> order(items_.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  const auto name_of = [&](const Item& i) { return std::string_view(text_).substr(i.name_at, i.name_bytes); };
  std::ranges::sort(order, [&](std::uint32_t a, std::uint32_t b) {
    const int names = name_of(items_[a]).compare(name_of(items_[b]));
    return names != 0 ? names < 0 : items_[a].id < items_[b].id;
  });
  for (std::uint32_t r = 0; r < order.size(); ++r) items_[order[r]].name_rank = r;
  std::ranges::sort(order, [&](std::uint32_t a, std::uint32_t b) {
    const int days = items_[a].day.compare(items_[b].day);
    return days != 0 ? days < 0 : items_[a].name_rank < items_[b].name_rank;
  });
  for (std::uint32_t r = 0; r < order.size(); ++r) items_[order[r]].day_rank = r;
}

// A query in numbers.
struct SearchIndex::Wanted {
  std::vector<std::string> words;
  Flags categories, countries, natures, statuses;  // empty: any
};

SearchIndex::Wanted SearchIndex::read(const SearchQuery& query) const {
  const auto flags = [](const Names& names, const std::vector<std::string>& values) {
    Flags out;
    if (values.empty()) return out;
    out.resize(names.values.size());
    for (const std::string& value : values)
      if (const auto it = names.numbers.find(value == "-" ? std::string_view() : std::string_view(value)); it != names.numbers.end())
        out[it->second] = 1;
    return out;
  };
  return {.words = words_of(query.text),
          .categories = flags(categories_, query.categories),
          .countries = flags(countries_, query.countries),
          .natures = flags(natures_, query.natures),
          .statuses = flags(statuses_, query.statuses)};
}

SearchAnswer SearchIndex::find(const SearchQuery& query) const {
  const Wanted wanted = read(query);
  const auto has = [](const Flags& flags, std::uint16_t number) { return flags.empty() || (number < flags.size() && flags[number] != 0); };
  const auto matches_rest = [&](const Item& i) {
    if (query.statuses.empty() ? query.counted == Counted::counting && !i.counts : !has(wanted.statuses, i.status)) return false;
    if ((i.principles & query.principles) != query.principles) return false;
    if (!query.from_day.empty() && (i.day.empty() || i.day < query.from_day)) return false;
    if (!query.to_day.empty() && (i.day.empty() || i.day > query.to_day)) return false;
    for (const std::string& tier : query.tiers) {
      const auto principle = static_cast<std::size_t>(tier.empty() ? 99 : tier[0] - '0');
      if (tier.size() != 2 || principle >= i.tiers.size() || i.tiers[principle] != tier[1]) return false;
    }
    return std::ranges::all_of(wanted.words, [&](const std::string& word) {
      return ::memmem(text_.data() + i.name_at, i.name_bytes, word.data(), word.size()) != nullptr;
    });
  };
  std::vector<std::size_t> by_category(categories_.values.size()), by_country(countries_.values.size()), by_nature(natures_.values.size());
  std::vector<std::pair<std::uint64_t, std::uint32_t>> found;  // sort key, item
  for (std::uint32_t n = 0; n < items_.size(); ++n) {
    const Item& i = items_[n];
    const bool category = has(wanted.categories, i.category), country = has(wanted.countries, i.country),
               nature = has(wanted.natures, i.nature);
    if (category + country + nature < 2 || !matches_rest(i)) continue;
    if (country && nature) ++by_category[i.category];
    if (category && nature) ++by_country[i.country];
    if (category && country) ++by_nature[i.nature];
    if (!category || !country || !nature) continue;
    const std::uint64_t key = query.sort == SortBy::name ? i.name_rank : query.sort == SortBy::day ? i.day_rank : i.changed;
    found.emplace_back(query.order == SortOrder::descending ? ~key : key, n);
  }
  SearchAnswer out{.total = found.size()};
  const std::size_t end = std::min(found.size(), query.limit > found.size() ? found.size() : query.offset + query.limit);
  if (query.offset < end) {
    const auto less = [&](const auto& a, const auto& b) {
      return a.first != b.first ? a.first < b.first : items_[a.second].name_rank < items_[b.second].name_rank;
    };
    std::partial_sort(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(end), found.end(), less);
    for (std::size_t n = query.offset; n < end; ++n) out.ids.push_back(items_[found[n].second].id);
  }
  const auto name_counts = [](const Names& names, const std::vector<std::size_t>& counts) {
    std::map<std::string, std::size_t> named;
    for (std::size_t n = 0; n < counts.size(); ++n)
      if (counts[n] > 0) named[names.values[n].empty() ? "-" : names.values[n]] = counts[n];
    return named;
  };
  out.categories = name_counts(categories_, by_category);
  out.countries = name_counts(countries_, by_country);
  out.natures = name_counts(natures_, by_nature);
  return out;
}

}  // namespace entente::registry
