// Ordinary package URLs in one pass from left to right: each byte is looked up in a table of 256 classes, the places of the last '/' and
// the last '@' are remembered, and the parts are copied out at the end. Whatever is unusual (a subpath, empty segments, bytes beyond
// ASCII, qualifiers out of order) or wrong ends the attempt; the full reader then starts anew, so that there is one place that knows
// every rule and words every error.
#include "measures/p6_supply/purl_ordinary.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>

#include "core/ascii.h"
#include "measures/p6_supply/purl_types.h"

namespace entente::measures::p6_supply {
namespace {

// Bits, so that what was seen on the way can be gathered with one "or" a byte. 0: nothing the path has to look at.
enum ByteClass : std::uint8_t {
  kUpper = 1,
  kPercent = 2,
  kSlash = 4,
  kAt = 8,
  kPathEnd = 16,  // '?' and '#'
  kAmpersand = 32,
  kNeverOrdinary = 64,  // NUL, and everything beyond ASCII
};

constexpr std::array<std::uint8_t, 256> kByteClasses = [] {
  std::array<std::uint8_t, 256> out{};
  for (std::size_t c = 128; c < 256; ++c) out[c] = kNeverOrdinary;
  for (unsigned char c = 'A'; c <= 'Z'; ++c) out[c] = kUpper;
  out[0] = kNeverOrdinary;
  out['%'] = kPercent;
  out['/'] = kSlash;
  out['@'] = kAt;
  out['?'] = out['#'] = kPathEnd;
  out['&'] = kAmpersand;
  return out;
}();
std::uint8_t byte_class(char c) { return kByteClasses[static_cast<unsigned char>(c)]; }

bool is_type_byte(char c) { return is_lower(c) || is_digit(c) || c == '.' || c == '-'; }
bool is_key_byte(char c) { return is_type_byte(c) || c == '_'; }

int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  const char folded = lower(c);
  return folded >= 'a' && folded <= 'f' ? folded - 'a' + 10 : -1;
}

// The decoded text of a part; false at anything but an escape of an ASCII character. A '/' must not come out of a path segment's escape.
enum class EscapedSlash : std::uint8_t { allowed, refused };
bool decode_ascii(std::string_view text, EscapedSlash slash, std::string& out) {
  out.clear();
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      if (text.size() - i < 3) return false;
      const int high = hex_digit(text[i + 1]);
      const int low = hex_digit(text[i + 2]);
      if (high < 0 || high > 7 || low < 0) return false;
      c = static_cast<char>(high * 16 + low);
      if (c == '\0' || (c == '/' && slash == EscapedSlash::refused)) return false;
      i += 2;
    }
    out += c;
  }
  return true;
}

// `empty` holds nothing yet. To make it anew is quicker than std::string::assign, which is a call into the library.
void fill(std::string& empty, std::string_view text) {
  std::destroy_at(&empty);
  std::construct_at(&empty, text);
}

void fold_ordinary(std::string& text) {
  for (char& c : text) c = lower(c);
}

class OrdinaryPurl {
 public:
  OrdinaryPurl(std::string_view text, Purl& out) : text_(text), out_(out) {}

  bool read() { return read_type() && read_path() && read_qualifiers() && obeys_type(); }

 private:
  bool read_type();
  bool read_path();
  bool read_qualifiers();
  bool read_qualifier();
  bool obeys_type();

  // Copies a part, decoded if there was any escape at all.
  bool put(std::string_view part, EscapedSlash slash, std::string& out) const {
    if ((seen_ & kPercent) != 0 && part.find('%') != std::string_view::npos) return decode_ascii(part, slash, out);
    fill(out, part);
    return true;
  }

  std::string_view text_;
  Purl& out_;
  const PurlType* rules_ = nullptr;
  std::size_t at_ = 0;
  unsigned seen_ = 0;  // classes of the path's bytes
};

bool OrdinaryPurl::read_type() {
  constexpr std::size_t kMaxBytes = 8192;
  constexpr std::string_view kScheme = "pkg:";
  if (text_.size() > kMaxBytes || !text_.starts_with(kScheme)) return false;
  at_ = kScheme.size();
  while (at_ < text_.size() && is_type_byte(text_[at_])) ++at_;
  const std::string_view type = text_.substr(kScheme.size(), at_ - kScheme.size());
  if (at_ == text_.size() || text_[at_] != '/' || type.empty() || !is_lower(type.front())) return false;
  fill(out_.type, type);
  rules_ = purl_type(type);
  ++at_;
  return true;
}

bool OrdinaryPurl::read_path() {
  constexpr std::size_t kNone = std::string_view::npos;
  const std::size_t begin = at_;
  std::size_t slash = begin - 1;  // the last one so far; the one behind the type to begin with
  std::size_t mark = kNone;       // the last '@'
  for (; at_ < text_.size(); ++at_) {
    const std::uint8_t what = byte_class(text_[at_]);
    if (what == 0) continue;
    seen_ |= what;
    if (what == kPathEnd) break;
    if (what == kAt) mark = at_;
    if (what == kSlash) {
      if (slash + 1 == at_) return false;  // an empty segment
      slash = at_;
    }
  }
  if ((seen_ & kNeverOrdinary) != 0) return false;
  std::size_t end = at_;  // of the name
  if (mark != kNone) {
    const bool opens_segment = text_[mark - 1] == '/';
    if (opens_segment != (slash > mark)) return false;  // a version with a '/', or one without a name before it
    if (!opens_segment) {
      if (!put(text_.substr(mark + 1, at_ - mark - 1), EscapedSlash::allowed, out_.version)) return false;
      end = mark;
    }
  }
  if (end <= slash + 1) return false;  // no name
  if (!put(text_.substr(slash + 1, end - slash - 1), EscapedSlash::allowed, out_.name)) return false;
  return slash < begin || put(text_.substr(begin, slash - begin), EscapedSlash::refused, out_.ns);
}

bool OrdinaryPurl::read_qualifiers() {
  if (at_ == text_.size()) return true;
  if (text_[at_] != '?') return false;
  ++at_;
  if (at_ == text_.size()) return true;
  out_.qualifiers.reserve(static_cast<std::size_t>(std::count(text_.begin() + static_cast<std::ptrdiff_t>(at_), text_.end(), '&')) + 1);
  while (read_qualifier()) {
    if (at_ == text_.size()) return true;
    ++at_;  // '&'
  }
  return false;
}

// One key and value; then stands at the '&' or at the end.
bool OrdinaryPurl::read_qualifier() {
  const std::size_t key_begin = at_;
  while (at_ < text_.size() && is_key_byte(text_[at_])) ++at_;
  const std::string_view key = text_.substr(key_begin, at_ - key_begin);
  if (at_ == text_.size() || text_[at_] != '=' || key.empty() || is_digit(key.front())) return false;
  const std::size_t value_begin = ++at_;
  unsigned seen = 0;
  for (; at_ < text_.size(); ++at_) {
    const std::uint8_t what = byte_class(text_[at_]);
    if (what == kAmpersand) break;
    seen |= what;
  }
  if ((seen & (kNeverOrdinary | kPathEnd)) != 0) return false;
  const std::string_view value = text_.substr(value_begin, at_ - value_begin);
  if (value.empty()) return true;
  if (!out_.qualifiers.empty() && key <= out_.qualifiers.back().first) return false;  // to be sorted, or twice
  std::string& decoded = out_.qualifiers.emplace_back(key, value).second;
  return (seen & kPercent) == 0 || decode_ascii(value, EscapedSlash::allowed, decoded);
}

bool OrdinaryPurl::obeys_type() {
  if (rules_ == nullptr) return true;
  if (rules_->more_than_folding) return apply_purl_type(*rules_, out_).has_value();
  if (out_.ns.empty() ? rules_->ns == NamespaceRule::required : rules_->ns == NamespaceRule::prohibited) return false;
  if ((seen_ & (kUpper | kPercent)) != 0) {
    if (rules_->lower_ns) fold_ordinary(out_.ns);
    if (rules_->lower_name) fold_ordinary(out_.name);
    if (rules_->lower_version) fold_ordinary(out_.version);
  }
  for (const auto& [from, to] : rules_->replace) std::replace(out_.name.begin(), out_.name.end(), from, to);
  return true;
}

}  // namespace

bool read_ordinary_purl(std::string_view text, Purl& out) { return OrdinaryPurl(text, out).read(); }

}  // namespace entente::measures::p6_supply
