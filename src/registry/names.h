// Names of organisations as text: cleaned of what a form, a template or a spreadsheet did to them, folded for search, cut to ids, and
// compared by looks. Unicode 15 through ICU 72 (NFC and NFKC_Casefold: UAX 15; confusables and mixed scripts: UTS 39; bidi controls:
// UAX 9). All texts are UTF-8. Functions are thread-safe; docs/registry-import.md gives the forms exactly.
#pragma once

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace entente::registry {

inline constexpr std::size_t kMaxNameCharacters = 400;  // code points; the schema's bound
inline constexpr std::size_t kMaxIdBytes = 64;

enum class NameIssue {
  // corrected in CleanName::text
  white_space,    // at an end, doubled, a tab or line break, or another kind than U+0020 (NO-BREAK SPACE …)
  mark,           // asterisks at an end: footnote marks of a list
  escaped_quote,  // \" or \'
  html_entity,    // &amp; …, also escaped twice
  control,        // control characters, noncharacters, private use: removed
  bidi,           // bidirectional controls: removed
  invisible,      // zero-width and other invisible characters: removed
  not_nfc,        // composed
  too_long,       // cut to kMaxNameCharacters
  // only reported: a person must look
  not_utf8,      // bytes replaced by U+FFFD
  damaged,       // holds U+FFFD: lost before it came here
  markup,        // something like an HTML tag
  quote,         // a spacing accent for an apostrophe, or a quotation mark without its partner
  mixed_script,  // one word of letters from scripts that do not go together (Latin and Cyrillic …)
  empty,         // nothing is left
};

struct CleanName {
  struct Found {
    NameIssue issue;
    std::string detail;  // "U+00A0 at character 12"; may be empty
    bool operator==(const Found&) const = default;
  };
  std::string text;          // NFC, no surrounding white space
  std::vector<Found> found;  // each issue at most once, in the order of the enum
};
// Any bytes; more than 64 KiB are cut.
[[nodiscard]] CleanName clean_name(std::string_view raw);

// The searched form: NFKC_Casefold, then NFD, diacritics (Mn of script Inherited) dropped, letters that do not decompose spelt out (ł → l,
// æ → ae …), everything but letters, digits and remaining marks to one space, trimmed, NFC. Idempotent. Invalid UTF-8 counts as a space.
[[nodiscard]] std::string fold(std::string_view text);

// What a name looks like: the UTS 39 skeleton of its case-folded form. Equal skeletons of different names: easily taken for each other.
[[nodiscard]] std::string skeleton(std::string_view text);

// [a-z0-9-], 1 … kMaxIdBytes characters, begins and ends with a letter or digit: the folded name in Latin letters, words joined by '-', cut
// at a word. "x" where nothing is left.
[[nodiscard]] std::string slug(std::string_view name);

struct IdRequest {
  std::string_view name;
  std::string_view key;  // what tells it from others of the same name for ever: the source's own id, or name and country
};
// One id for each request, all different and none in `taken`: the slug of the name; where several requests have the same slug, or it is
// taken, each of them gets "-" and eight hex digits of its key's SHA-256 (and a number behind that for equal keys, in their order). So the
// ids do not depend on the order of records with different keys.
[[nodiscard]] std::vector<std::string> assign_ids(std::span<const IdRequest> requests, const std::set<std::string>& taken = {});

}  // namespace entente::registry
