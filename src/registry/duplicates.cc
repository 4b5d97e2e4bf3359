// Suggesting duplicates. Records are put into groups by what they share (identifier, comparable name, skeleton, former name, host, domain,
// and for near spellings the name with one letter of one long word left out); each pair of a group becomes a suggestion, and what several
// groups say of a pair adds up.
#include "registry/duplicates.h"

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <unordered_map>

#include "core/ascii.h"
#include "registry/identifiers.h"
#include "registry/names.h"

namespace entente::registry {
namespace {

constexpr std::size_t kMaxGroup = 50;     // what more records share tells nothing
constexpr std::size_t kMinNearName = 10;  // letters of a name before a near spelling is a coincidence too odd to pass over
constexpr std::size_t kMinNearWord = 6;

constexpr std::array<std::string_view, 7> kSameReasons = {"identifier", "name", "looks", "former-name", "host", "domain", "spelling"};
constexpr std::array<int, 7> kSameScores = {95, 85, 90, 80, 70, 50, 60};
constexpr int kExactName = 95, kOtherCountry = 25, kMoreReasons = 5;

constexpr std::array<std::string_view, 16> kArticles = {"the", "la",  "le",  "les", "l",  "el",  "los", "las",
                                                        "die", "der", "das", "il",  "lo", "gli", "o",   "a"};
constexpr std::array<std::string_view, 66> kLegalForms = {
    "ltd", "limited", "inc",  "incorporated", "llc", "llp",   "plc",  "corp", "corporation", "co",   "company", "gmbh", "mbh",  "ag",
    "kg",  "kgaa",    "se",   "sa",           "sas", "sasu",  "sarl", "srl",  "spa",         "sl",   "slu",     "bv",   "nv",   "asa",
    "as",  "ab",      "oy",   "oyj",          "aps", "kft",   "zrt",  "nyrt", "sro",         "spol", "doo",     "dd",   "ood",  "eood",
    "ad",  "jsc",     "ojsc", "pjsc",         "ooo", "pty",   "pte",  "pvt",  "private",     "sdn",  "bhd",     "lda",  "ltda", "cv",
    "de",  "ac",      "ev",   "asbl",         "vzw", "aisbl", "kk",   "sal",  "zoo",         "sp"};

constexpr std::array<std::string_view, 16> kSharedHosts = {
    "facebook.com",  "linkedin.com", "twitter.com", "x.com",     "instagram.com", "youtube.com", "archive.org",   "google.com",
    "wordpress.com", "blogspot.com", "github.com",  "github.io", "wixsite.com",   "medium.com",  "wikipedia.org", "linktr.ee"};

// --- comparable names ---

std::vector<std::string> name_words(std::string_view folded) {
  std::vector<std::string> out;
  bool single = false;  // the word before is a run of single letters: "s r o" is one word
  while (!folded.empty()) {
    const std::size_t end = std::min(folded.find(' '), folded.size());
    const std::string_view word = folded.substr(0, end);
    folded.remove_prefix(std::min(end + 1, folded.size()));
    if (word.size() == 1 && is_alpha(word[0])) {
      if (single)
        out.back() += word;
      else
        out.emplace_back(word);
      single = true;
    } else if (!word.empty()) {
      out.emplace_back(word);
      single = false;
    }
  }
  return out;
}

std::string words_joined(std::span<const std::string> words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : " ") + word;
  return out;
}

// One or two short words with two capitals: "ACN", "AmCham", "LDDP". Names and codes of countries are none.
bool is_acronym(std::string_view text, const Countries& countries) {
  while (text.ends_with(' ')) text.remove_suffix(1);
  while (text.starts_with(' ')) text.remove_prefix(1);
  if (text.size() < 2 || text.size() > 14 || std::ranges::count(text, ' ') > 1) return false;
  const auto capitals = std::ranges::count_if(text, [](char c) { return c >= 'A' && c <= 'Z'; });
  if (capitals < 2) return false;
  const CountryMatch match = countries.resolve(text).match;
  return match == CountryMatch::unknown || match == CountryMatch::no_country;
}

// The name without its acronym, if it has one in brackets or beside a dash.
std::string without_acronym(std::string_view name, const Countries& countries) {
  const std::size_t open = name.find('('), close = name.find(')', open == std::string_view::npos ? 0 : open);
  if (open != std::string_view::npos && close != std::string_view::npos) {
    const std::string_view inside = name.substr(open + 1, close - open - 1);
    std::string outside = std::string(name.substr(0, open)) + " " + std::string(name.substr(close + 1));
    if (is_acronym(inside, countries) && inside.size() < outside.size()) return outside;
    if (is_acronym(outside, countries) && outside.size() < inside.size()) return std::string(inside);
  }
  for (const std::string_view dash : {std::string_view(" - "), std::string_view(" \u2013 "), std::string_view(" \u2014 ")}) {
    const std::size_t at = name.find(dash);
    if (at == std::string_view::npos || name.find(dash, at + dash.size()) != std::string_view::npos) continue;
    const std::string_view left = name.substr(0, at), right = name.substr(at + dash.size());
    if (is_acronym(left, countries) && !is_acronym(right, countries)) return std::string(right);
    if (is_acronym(right, countries) && !is_acronym(left, countries)) return std::string(left);
  }
  return std::string(name);
}

// --- groups ---

class PairScores {
 public:
  PairScores(std::span<const Candidate> records) : records_(records) {}

  void add(std::size_t a, std::size_t b, SameReason reason, int score) {
    if (a == b) return;
    const Identity &x = *records_[a].who, &y = *records_[b].who;
    const bool abroad = !x.country.empty() && !y.country.empty() && x.country != y.country;
    if (abroad && reason != SameReason::identifier && reason != SameReason::looks) score -= kOtherCountry;
    Suggestion& s = pairs_[{std::min(a, b), std::max(a, b)}];
    if (std::ranges::find(s.reasons, reason) != s.reasons.end()) return;
    s.score = s.reasons.empty() ? score : std::max(s.score, score);
    s.reasons.push_back(reason);
  }
  void add_group(std::vector<std::size_t>& group, SameReason reason) {
    if (group.size() > kMaxGroup) return;
    for (std::size_t i = 0; i < group.size(); ++i)
      for (std::size_t j = i + 1; j < group.size(); ++j) add(group[i], group[j], reason, kSameScores[static_cast<std::size_t>(reason)]);
  }
  std::vector<Suggestion> sorted() {
    std::vector<Suggestion> out;
    for (auto& [pair, s] : pairs_) {
      s.first = pair.first;
      s.second = pair.second;
      s.score = std::clamp(s.score + kMoreReasons * static_cast<int>(s.reasons.size() - 1), 1, 100);
      std::ranges::stable_sort(s.reasons, std::greater(), [](SameReason r) { return kSameScores[static_cast<std::size_t>(r)]; });
      out.push_back(std::move(s));
    }
    std::ranges::stable_sort(out, std::greater(), &Suggestion::score);
    return out;
  }

 private:
  std::span<const Candidate> records_;
  std::map<std::pair<std::size_t, std::size_t>, Suggestion> pairs_;
};

using SameGroups = std::unordered_map<std::string, std::vector<std::size_t>>;

void add_same_groups(PairScores& pairs, SameGroups& groups, SameReason reason) {
  for (auto& [key, group] : groups) pairs.add_group(group, reason);
}

struct ComparedName {
  std::vector<std::string> words;  // of the comparable name
  std::string key, folded;
};

// --- near spellings ---

bool differs_by_one_letter(std::string_view a, std::string_view b) {
  if (a.size() > b.size()) std::swap(a, b);
  if (b.size() - a.size() > 1) return false;
  std::size_t front = 0, back = 0;
  while (front < a.size() && a[front] == b[front]) ++front;
  while (back < a.size() - front && a[a.size() - 1 - back] == b[b.size() - 1 - back]) ++back;
  const std::size_t left = a.size() - front - back;
  if (a.size() < b.size()) return left == 0;
  return left == 1 || (left == 2 && a[front] == b[front + 1] && a[front + 1] == b[front]);
}

bool is_near(const ComparedName& a, const ComparedName& b, const Countries& countries) {
  if (a.words.size() != b.words.size()) return false;
  std::size_t other = a.words.size();
  for (std::size_t i = 0; i < a.words.size(); ++i) {
    if (a.words[i] == b.words[i]) continue;
    if (other != a.words.size()) return false;
    other = i;
  }
  if (other == a.words.size()) return false;
  const std::string &x = a.words[other], &y = b.words[other];
  // Numbers tell branches apart, and names of countries chambers of commerce.
  if (std::ranges::any_of(x + y, is_digit) || !countries.by_name(x).empty() || !countries.by_name(y).empty()) return false;
  return differs_by_one_letter(x, y);
}

// Two words that differ by one letter, or by two neighbours in exchanged order, have a form in common once a letter is left out.
void add_near_spellings(PairScores& pairs, std::span<const Candidate> records, const std::vector<ComparedName>& names,
                        const Countries& countries) {
  std::unordered_map<std::size_t, std::vector<std::size_t>> groups;
  const std::hash<std::string_view> hash;
  const auto mix = [](std::size_t a, std::size_t b) {
    return (a ^ (b + 0x9E3779B97F4A7C15ULL + (a << 6) + (a >> 2))) * 0xFF51AFD7ED558CCDULL;
  };
  std::string less;
  for (std::size_t r = 0; r < records.size(); ++r) {
    const ComparedName& name = names[r];
    if (records[r].who->country.empty() || name.key.size() < kMinNearName) continue;
    for (std::size_t w = 0; w < name.words.size(); ++w) {
      const std::string& word = name.words[w];
      if (word.size() < kMinNearWord) continue;
      std::size_t rest = mix(hash(records[r].who->country), w);
      for (std::size_t i = 0; i < name.words.size(); ++i)
        if (i != w) rest = mix(rest, hash(name.words[i]));
      groups[mix(rest, hash(word))].push_back(r);
      for (std::size_t i = 0; i < word.size(); ++i) {
        less.assign(word, 0, i);
        less.append(word, i + 1);
        auto& group = groups[mix(rest, hash(less))];
        if (group.empty() || group.back() != r) group.push_back(r);
      }
    }
  }
  for (const auto& [key, group] : groups) {
    if (group.size() < 2 || group.size() > kMaxGroup) continue;
    for (std::size_t i = 0; i < group.size(); ++i)
      for (std::size_t j = i + 1; j < group.size(); ++j)
        if (records[group[i]].who->country == records[group[j]].who->country && is_near(names[group[i]], names[group[j]], countries))
          pairs.add(group[i], group[j], SameReason::spelling, kSameScores[static_cast<std::size_t>(SameReason::spelling)]);
  }
}

std::string host_without_www(const std::string& host) { return host.starts_with("www.") ? host.substr(4) : host; }

void add_same_websites(PairScores& pairs, std::span<const Candidate> records) {
  SameGroups hosts, domains;
  for (std::size_t r = 0; r < records.size(); ++r) {
    const std::string& website = records[r].who->website;
    if (website.empty() || is_shared_host(website)) continue;
    hosts[host_without_www(website)].push_back(r);
    domains[registrable_domain(website)].push_back(r);
  }
  add_same_groups(pairs, hosts, SameReason::host);
  for (auto& [domain, group] : domains) {
    if (group.size() > kMaxGroup) continue;
    for (std::size_t i = 0; i < group.size(); ++i)
      for (std::size_t j = i + 1; j < group.size(); ++j)
        if (host_without_www(records[group[i]].who->website) != host_without_www(records[group[j]].who->website))
          pairs.add(group[i], group[j], SameReason::domain, kSameScores[static_cast<std::size_t>(SameReason::domain)]);
  }
}

void add_same_names(PairScores& pairs, std::span<const Candidate> records, const std::vector<ComparedName>& names,
                    const Countries& countries) {
  SameGroups keys, skeletons;
  for (std::size_t r = 0; r < records.size(); ++r) {
    if (!names[r].key.empty()) keys[names[r].key].push_back(r);
    if (!names[r].folded.empty()) skeletons[skeleton(records[r].who->name)].push_back(r);
  }
  for (auto& [key, group] : keys) {
    if (group.size() > kMaxGroup) continue;
    for (std::size_t i = 0; i < group.size(); ++i)
      for (std::size_t j = i + 1; j < group.size(); ++j)
        pairs.add(group[i], group[j], SameReason::name,
                  names[group[i]].folded == names[group[j]].folded ? kExactName : kSameScores[static_cast<std::size_t>(SameReason::name)]);
  }
  for (auto& [key, group] : skeletons) {
    if (group.size() > kMaxGroup) continue;
    for (std::size_t i = 0; i < group.size(); ++i)
      for (std::size_t j = i + 1; j < group.size(); ++j)
        if (names[group[i]].folded != names[group[j]].folded) pairs.add(group[i], group[j], SameReason::looks, kSameScores[2]);
  }
  for (std::size_t r = 0; r < records.size(); ++r) {
    for (const std::string& former : records[r].former_names) {
      const auto same = keys.find(comparable_name(former, countries));
      if (same == keys.end() || same->second.size() > kMaxGroup) continue;
      for (const std::size_t other : same->second)
        if (names[other].key != names[r].key) pairs.add(r, other, SameReason::former_name, kSameScores[3]);
    }
  }
}

}  // namespace

std::string_view name(SameReason reason) { return kSameReasons[static_cast<std::size_t>(reason)]; }

bool is_shared_host(std::string_view host) {
  return std::ranges::any_of(kSharedHosts, [&](std::string_view shared) {
    return host == shared || (host.ends_with(shared) && host[host.size() - shared.size() - 1] == '.');
  });
}

std::string comparable_name(std::string_view name, const Countries& countries) {
  const std::vector<std::string> words = name_words(fold(without_acronym(name, countries)));
  std::size_t from = 0, to = words.size();
  while (from + 1 < to && std::ranges::find(kArticles, words[from]) != kArticles.end()) ++from;
  while (to > from + 1 && std::ranges::find(kLegalForms, words[to - 1]) != kLegalForms.end()) --to;
  return words_joined(std::span(words).subspan(from, to - from));
}

std::vector<Suggestion> suggest_duplicates(std::span<const Candidate> records, const Countries& countries) {
  std::vector<ComparedName> names;
  names.reserve(records.size());
  for (const Candidate& record : records) {
    ComparedName compared{{}, comparable_name(record.who->name, countries), fold(record.who->name)};
    compared.words = name_words(compared.key);
    names.push_back(std::move(compared));
  }
  PairScores pairs(records);
  SameGroups identifiers;
  for (std::size_t r = 0; r < records.size(); ++r)
    for (const std::string* id : {&records[r].who->lei, &records[r].who->ror, &records[r].who->wikidata})
      if (!id->empty()) identifiers[*id].push_back(r);
  add_same_groups(pairs, identifiers, SameReason::identifier);
  add_same_names(pairs, records, names, countries);
  add_same_websites(pairs, records);
  add_near_spellings(pairs, records, names, countries);
  return pairs.sorted();
}

}  // namespace entente::registry
