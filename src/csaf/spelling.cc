// Finds the dictionary of a language by its file name, cuts a text into words, and asks libhunspell about each. Advisories are full of what
// no dictionary has: names of products, identifiers, versions, paths. So a token counts as a word only if it is written as prose is:
// letters (and apostrophes within), all in small letters or with one capital at its beginning, and not part of a token with digits or
// signs. libhunspell is not thread-safe: one lock a dictionary, and answers are kept.
#include "csaf/spelling.h"

#include <algorithm>
#include <hunspell/hunspell.hxx>
#include <map>
#include <mutex>
#include <unordered_map>
#include <unordered_set>

namespace entente::csaf {
namespace {

constexpr std::size_t kLongestWord = 64;
constexpr std::size_t kKeptAnswers = 100'000;
constexpr std::size_t kMaxMisspelt = 100;  // of one text

bool ascii_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool capital(char c) { return c >= 'A' && c <= 'Z'; }
// Bytes of letters beyond ASCII are taken for letters; the dictionary decides.
bool letter_byte(char c) { return ascii_letter(c) || static_cast<unsigned char>(c) >= 0x80; }
bool blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

constexpr std::string_view kOpening = "([{\"'<*_";
constexpr std::string_view kClosing = ")]}\"'>*_.,;:!?";

// A token of prose without the punctuation around it; empty if it is not written like a word.
std::string_view prose_word(std::string_view token) {
  while (!token.empty() && kOpening.find(token.front()) != std::string_view::npos) token.remove_prefix(1);
  while (!token.empty() && kClosing.find(token.back()) != std::string_view::npos) token.remove_suffix(1);
  if (token.size() < 2 || token.size() > kLongestWord) return {};
  for (std::size_t i = 0; i < token.size(); ++i) {
    const bool inner_apostrophe = token[i] == '\'' && i > 0 && i + 1 < token.size();
    if ((!letter_byte(token[i]) && !inner_apostrophe) || (i > 0 && capital(token[i]))) return {};
  }
  return token;
}

// Calls visit(word) for the words of a text; parts joined by a hyphen are words each.
template <class Visit>
void each_word(std::string_view text, Visit visit) {
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    while (end < text.size() && !blank(text[end])) ++end;
    std::string_view token = text.substr(at, end - at);
    at = end + 1;
    const bool identifier = std::any_of(token.begin(), token.end(), [](char c) {
      return (c >= '0' && c <= '9') || c == '@' || c == '/' || c == '\\' || c == '=' || c == '%' || c == '$' || c == '#' || c == '`';
    });
    if (identifier) continue;
    while (!token.empty()) {
      const std::string_view part = token.substr(0, token.find('-'));
      token.remove_prefix(std::min(token.size(), part.size() + 1));
      if (const std::string_view word = prose_word(part); !word.empty()) visit(word);
    }
  }
}

std::string lower_case(std::string_view s) {
  std::string out(s);
  for (char& c : out)
    if (capital(c)) c = static_cast<char>(c - 'A' + 'a');
  return out;
}

struct Dictionary {
  explicit Dictionary(const std::filesystem::path& stem)
      : speller((stem.string() + ".aff").c_str(), (stem.string() + ".dic").c_str()), utf8(speller.get_dict_encoding() == "UTF-8") {}

  bool knows(std::string_view word) {
    // A dictionary in another encoding cannot be asked about letters beyond ASCII.
    if (!utf8 && std::any_of(word.begin(), word.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; })) return true;
    const std::string text(word);
    const std::lock_guard lock(mutex);
    if (const auto kept = answers.find(text); kept != answers.end()) return kept->second;
    const bool good = speller.spell(text);
    if (answers.size() < kKeptAnswers) answers.emplace(text, good);
    return good;
  }

  std::mutex mutex;
  Hunspell speller;
  bool utf8;
  std::unordered_map<std::string, bool> answers;
};

}  // namespace

struct Dictionaries::State {
  std::map<std::string, std::filesystem::path> stems;  // "en_us" → "…/en_US"
  std::mutex mutex;
  std::map<std::string, std::unique_ptr<Dictionary>> open;

  [[nodiscard]] const std::pair<const std::string, std::filesystem::path>* find(std::string_view language) const {
    std::string name = lower_case(language.substr(0, 64));
    std::replace(name.begin(), name.end(), '-', '_');
    if (const auto exact = stems.find(name); exact != stems.end()) return &*exact;
    const std::string primary = name.substr(0, name.find('_'));
    if (primary.empty()) return nullptr;
    if (const auto bare = stems.find(primary); bare != stems.end()) return &*bare;
    const auto first = stems.lower_bound(primary + "_");
    return first != stems.end() && first->first.starts_with(primary + "_") ? &*first : nullptr;
  }
};

Dictionaries::Dictionaries(std::filesystem::path folder) : state_(std::make_unique<State>()) {
  std::error_code ec;
  for (std::filesystem::directory_iterator at(folder, ec), end; !ec && at != end; at.increment(ec)) {
    std::filesystem::path stem = at->path();
    if (stem.extension() != ".dic") continue;
    stem.replace_extension();
    std::error_code absent;
    if (std::filesystem::exists(stem.string() + ".aff", absent)) state_->stems.emplace(lower_case(stem.filename().string()), stem);
  }
}

Dictionaries::~Dictionaries() = default;

std::optional<std::vector<std::string>> Dictionaries::misspelt(std::string_view language, std::string_view text) const {
  const auto* found = state_->find(language);
  if (found == nullptr) return std::nullopt;
  Dictionary* dictionary = nullptr;
  {
    const std::lock_guard lock(state_->mutex);
    auto& open = state_->open[found->first];
    if (!open) open = std::make_unique<Dictionary>(found->second);
    dictionary = open.get();
  }
  std::vector<std::string> wrong;
  std::unordered_set<std::string_view> seen;
  each_word(text, [&](std::string_view word) {
    if (wrong.size() < kMaxMisspelt && seen.insert(word).second && !dictionary->knows(word)) wrong.emplace_back(word);
  });
  return wrong;
}

}  // namespace entente::csaf
