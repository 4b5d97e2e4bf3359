// Markup is taken off in one pass; no search for an end is made twice once it has failed. Then each phrase of a list is looked for, and the
// few words before it in its sentence are searched for a "not". That is a reading by list, not by understanding; in doubt a promise is not
// taken for one.
#include "measures/p6_supply/cvd_text.h"

#include <algorithm>
#include <array>

#include "core/ascii.h"

namespace entente::measures::p6_supply {
namespace {

constexpr std::array<std::string_view, 2> kHarbourTerms{"safe harbor", "safe harbour"};
constexpr std::array<std::string_view, 22> kHarbourPromises{"will not pursue legal action",
                                                            "will not take legal action",
                                                            "not pursue or support any legal action",
                                                            "not initiate legal action",
                                                            "not recommend or pursue legal action",
                                                            "not pursue civil",
                                                            "not bring any legal action",
                                                            "no legal action will be taken",
                                                            "research to be authorized",
                                                            "research to be authorised",
                                                            "considered authorized",
                                                            "considered authorised",
                                                            "n'engagera pas de poursuites",
                                                            "n'engagerons pas de poursuites",
                                                            "n'engagera aucune poursuite",
                                                            "n'engagerons aucune poursuite",
                                                            "ne poursuivra pas",
                                                            "ne poursuivrons pas",
                                                            "ne portera pas plainte",
                                                            "ne porterons pas plainte",
                                                            "pas de poursuites judiciaires",
                                                            "aucune action en justice"};
constexpr std::array<std::string_view, 10> kScopeWords{
    "in scope", "in-scope",  "out of scope",        "out-of-scope",       "scope of this policy",
    "scope",    "périmètre", "champ d'application", "systèmes concernés", "domaines concernés"};

// Before a phrase these turn it round. French "ne" is no such word: "nous n'intenterons aucune action en justice" is the promise itself.
constexpr std::array<std::string_view, 13> kDenials{"no",      "not",     "never",    "nor",   "neither", "cannot", "pas",
                                                    "without", "refuses", "declines", "lacks", "refuse",  "decline"};
// Behind "safe harbour is not".
constexpr std::array<std::string_view, 8> kGranting{"offered", "provided", "granted", "given", "available", "extended", "promised", "part"};
constexpr std::array<std::string_view, 10> kClauseOpeners{"we", "our", "you", "your", "this", "these", "then", "nous", "vous", "notre"};
// "EU-US Safe Harbor", "Safe Harbor Principles": the former agreement on personal data.
constexpr std::array<std::string_view, 10> kAgreementBefore{"eu-us", "eu-u.s",     "us-eu",    "u.s.-eu",  "eu/us",
                                                            "us/eu", "u.s.-swiss", "us-swiss", "swiss-us", "swiss-u.s"};
constexpr std::array<std::string_view, 5> kAgreementBehind{"privacy", "framework", "principles", "agreement", "decision"};
constexpr std::size_t kWordsBefore = 6, kWordsBehind = 6;

constexpr std::array<std::string_view, 20> kInlineTags{"a",    "abbr", "b",      "cite", "code", "em",    "font", "i", "img", "mark",
                                                       "span", "q",    "strong", "sub",  "sup",  "small", "tt",   "u", "wbr", "ins"};

struct Spelling {
  std::string_view from, to;
};
constexpr std::array<Spelling, 18> kPolicySpellings{{{"&nbsp;", " "},
                                                     {"&#8209;", "-"},
                                                     {"\u2010", "-"},
                                                     {"\u2011", "-"},
                                                     {"\u2013", "-"},
                                                     {"&#39;", "'"},
                                                     {"&apos;", "'"},
                                                     {"&rsquo;", "'"},
                                                     {"&#8217;", "'"},
                                                     {"&eacute;", "é"},
                                                     {"&egrave;", "è"},
                                                     {"&agrave;", "à"},
                                                     {"&amp;", "&"},
                                                     {"’", "'"},
                                                     {"\xC2\xA0", " "},
                                                     {"É", "é"},
                                                     {"È", "è"},
                                                     {"À", "à"}}};

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

bool is_policy_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f'; }

class PolicyText {
 public:
  explicit PolicyText(std::string_view text) : text_(text) { out_.reserve(text.size()); }

  std::string plain() {
    while (at_ < text_.size())
      if (!take_markup() && !take_line_end()) take_character();
    return std::move(out_);
  }

 private:
  void blank() {
    if (!out_.empty() && out_.back() != ' ' && out_.back() != '\n') out_ += ' ';
  }
  void border() {
    if (!out_.empty() && out_.back() == ' ') out_.pop_back();
    if (!out_.empty() && out_.back() != '\n') out_ += '\n';
  }

  bool take_markup() {
    if (text_[at_] != '<' || at_ + 1 == text_.size()) return false;
    const std::string_view rest = text_.substr(at_);
    if (rest.starts_with("<!--")) {  // as browsers read it: without an end it goes on to the end of the page
      const std::size_t end = text_.find("-->", at_ + 2);
      at_ = end == std::string_view::npos ? text_.size() : end + 3;
      blank();
      return true;
    }
    if (!is_alpha(rest[1]) && rest[1] != '/' && rest[1] != '!' && rest[1] != '?') return false;
    const std::size_t end = end_of_tag(at_);
    if (end == std::string_view::npos) return false;
    std::size_t begin = at_ + (rest[1] == '/' ? 2 : 1), stop = begin;
    while (stop < end && stop - begin < 16 && is_alnum(text_[stop])) ++stop;
    const std::string tag = lower(text_.substr(begin, stop - begin));
    at_ = end + 1;
    is_one_of(kInlineTags, tag) ? blank() : border();
    if (rest[1] != '/' && (tag == "script" || tag == "style")) skip_to_end_of(tag);
    return true;
  }

  // A '>' inside a quoted value is none of the tag. Where quotes leave no end, the next '>' is one; where there is none, nothing is a tag.
  std::size_t end_of_tag(std::size_t from) {
    if (quotes_close_) {
      char quote = 0, last = 0;
      for (std::size_t i = from; i < text_.size(); ++i) {
        const char c = text_[i];
        if (quote != 0) {
          if (c == quote) quote = 0;
        } else if (c == '>') {
          return i;
        } else if ((c == '"' || c == '\'') && last == '=') {
          quote = c;
        }
        if (!is_policy_blank(c)) last = c;
      }
      quotes_close_ = false;
    }
    if (!tags_close_) return std::string_view::npos;
    const std::size_t end = text_.find('>', from);
    tags_close_ = end != std::string_view::npos;
    return end;
  }

  void skip_to_end_of(std::string_view tag) {
    for (; at_ < text_.size(); ++at_)
      if (text_[at_] == '<' && at_ + 1 < text_.size() && text_[at_ + 1] == '/' && lower(text_.substr(at_ + 2, tag.size())) == tag) return;
  }

  // An empty line ends a paragraph; so does a line that is a heading, and one before a heading or an item of a list.
  bool take_line_end() {
    if (text_[at_] != '\n') return false;
    const bool heading = line_begin_ < text_.size() && text_[line_begin_] == '#';
    std::size_t i = at_ + 1, ends = 1;
    for (; i < text_.size() && is_policy_blank(text_[i]); ++i)
      if (text_[i] == '\n') ++ends;
    line_begin_ = i;
    std::size_t digits = i;
    while (digits < text_.size() && digits - i < 4 && is_digit(text_[digits])) ++digits;
    const bool item = i < text_.size() && (std::string_view("#-*+=").find(text_[i]) != std::string_view::npos ||
                                           (digits > i && digits < text_.size() && (text_[digits] == '.' || text_[digits] == ')')));
    ends > 1 || heading || item ? border() : blank();
    at_ = i;
    return true;
  }

  void take_character() {
    const bool plain = text_[at_] != '&' && static_cast<unsigned char>(text_[at_]) < 0x80;
    const auto spelling =
        plain ? kPolicySpellings.end()
              : std::ranges::find_if(kPolicySpellings, [&](const Spelling& s) { return text_.substr(at_, s.from.size()) == s.from; });
    if (spelling != kPolicySpellings.end()) {
      spelling->to == " " ? blank() : void(out_ += spelling->to);
      at_ += spelling->from.size();
      return;
    }
    const char c = text_[at_++];
    is_policy_blank(c) ? blank() : void(out_ += lower(c));
  }

  std::string_view text_;
  std::string out_;
  std::size_t at_ = 0, line_begin_ = 0;
  bool quotes_close_ = true, tags_close_ = true;
};

// Calls `take(place)` for each place of the phrase with no letter or digit directly before or behind it, until it returns true.
template <class F>
bool any_place_of(std::string_view plain, std::string_view phrase, F take) {
  for (std::size_t at = plain.find(phrase); at != std::string_view::npos; at = plain.find(phrase, at + 1)) {
    const std::size_t end = at + phrase.size();
    if ((at == 0 || !is_alnum(plain[at - 1])) && (end == plain.size() || !is_alnum(plain[end])) && take(at)) return true;
  }
  return false;
}

std::string_view bare_word(std::string_view word) {
  const auto is_mark = [](char c) { return std::string_view("\"'()[]*_,.;:!?").find(c) != std::string_view::npos; };
  while (!word.empty() && is_mark(word.front())) word.remove_prefix(1);
  while (!word.empty() && is_mark(word.back())) word.remove_suffix(1);
  return word;
}

bool ends_sentence(std::string_view word) { return !word.empty() && std::string_view(".;:!?").find(word.back()) != std::string_view::npos; }
bool is_denial(std::string_view bare) { return is_one_of(kDenials, bare) || bare.ends_with("n't"); }

enum class Phrase { term, promise };

// Whether one of the words before the place denies what stands there. A sentence's end and "but" part the two; so does a comma with a new
// subject ("if you do no harm, we …"), and before a promise, which has a verb of its own, "and".
bool is_denied_before(std::string_view plain, std::size_t at, Phrase phrase) {
  std::string_view before = plain.substr(0, at), next;
  for (std::size_t n = 0; n < kWordsBefore; ++n) {
    if (before.ends_with(' ')) before.remove_suffix(1);
    if (before.empty() || before.back() == '\n') return false;
    const std::size_t space = before.find_last_of(" \n");
    const std::string_view word = before.substr(space == std::string_view::npos ? 0 : space + 1);
    before.remove_suffix(word.size());
    if (ends_sentence(word) || (word.ends_with(',') && is_one_of(kClauseOpeners, next))) return false;
    const std::string_view bare = bare_word(word);
    if (bare == "but" || bare == "mais" || bare == "however" || (phrase == Phrase::promise && bare == "and")) return false;
    if (is_denial(bare) && next != "only") return bare != "without" || n < 3;
    next = bare;
  }
  return false;
}

// "Safe harbour is not offered", "safe harbour: none", "safe harbour does not apply." (with nothing behind it that would bound it).
bool is_denied_behind(std::string_view plain, std::size_t end) {
  const bool colon = end < plain.size() && plain[end] == ':';
  std::string_view behind = plain.substr(std::min(colon ? end + 1 : end, plain.size()));
  if (!behind.starts_with(' ')) return false;
  bool denied = false;
  for (std::size_t n = 0; n < kWordsBehind && behind.starts_with(' '); ++n) {
    behind.remove_prefix(1);
    const std::string_view word = behind.substr(0, std::min(behind.find_first_of(" \n"), behind.size()));
    behind.remove_prefix(word.size());
    const std::string_view bare = bare_word(word);
    const bool last = ends_sentence(word) || !behind.starts_with(' ');
    if (n < 2 && (bare == "void" || bare == "null")) return true;
    if (n == 0 && colon && (bare == "none" || bare == "no")) return true;
    if (denied && (is_one_of(kGranting, bare) || (last && (bare == "apply" || bare == "exist")))) return true;
    denied = denied || is_denial(bare);
    if (last) return false;
  }
  return false;
}

bool is_agreement(std::string_view plain, std::size_t at, std::size_t end) {
  std::string_view before = plain.substr(0, at), behind = plain.substr(end);
  if (before.ends_with(' ')) {
    before.remove_suffix(1);
    before = before.substr(before.find_last_of(" \n") + 1);  // all of it if there is none
    if (is_one_of(kAgreementBefore, bare_word(before))) return true;
  }
  if (!behind.starts_with(' ')) return false;
  behind.remove_prefix(1);
  return is_one_of(kAgreementBehind, bare_word(behind.substr(0, behind.find_first_of(" \n"))));
}

}  // namespace

std::string plain_policy(std::string_view text) { return PolicyText(text).plain(); }

std::string_view safe_harbour_words(std::string_view plain) {
  std::string_view found;
  for (const std::string_view term : kHarbourTerms) {
    const bool refused = any_place_of(plain, term, [&](std::size_t at) {
      if (is_agreement(plain, at, at + term.size())) return false;
      if (found.empty()) found = term;
      return is_denied_before(plain, at, Phrase::term) || is_denied_behind(plain, at + term.size());
    });
    if (refused) return {};
  }
  for (const std::string_view promise : kHarbourPromises) {
    if (!found.empty()) break;
    if (any_place_of(plain, promise, [&](std::size_t at) { return !is_denied_before(plain, at, Phrase::promise); })) found = promise;
  }
  return found;
}

std::string_view scope_words(std::string_view plain) {
  const auto at = std::ranges::find_if(
      kScopeWords, [&](std::string_view words) { return any_place_of(plain, words, [](std::size_t) { return true; }); });
  return at == kScopeWords.end() ? std::string_view() : *at;
}

}  // namespace entente::measures::p6_supply
