// The reference JSON scanner: one pass over the bytes with an explicit stack, so nesting costs heap, not call frames.
// A frame remembers its keys (for duplicates) and its index (for the pointer of a fault).
#include "core/json_scan.h"

#include <fmt/format.h>
#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>
#include <unordered_set>
#include <vector>

#include "core/json.h"
#include "core/utf8.h"

namespace entente {
namespace {

struct Frame {
  bool object = false;
  std::uint64_t index = 0;
  std::string key;
  std::unordered_set<std::string> keys;
};

void append_utf8(std::string& out, std::uint32_t c) {
  if (c < 0x80)
    out += static_cast<char>(c);
  else if (c < 0x800) {
    out += static_cast<char>(0xc0 | c >> 6);
    out += static_cast<char>(0x80 | (c & 63));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xe0 | c >> 12);
    out += static_cast<char>(0x80 | (c >> 6 & 63));
    out += static_cast<char>(0x80 | (c & 63));
  } else {
    out += static_cast<char>(0xf0 | c >> 18);
    out += static_cast<char>(0x80 | (c >> 12 & 63));
    out += static_cast<char>(0x80 | (c >> 6 & 63));
    out += static_cast<char>(0x80 | (c & 63));
  }
}

class Scanner {
 public:
  Scanner(std::string_view text, std::uint32_t max_depth) : text_(text), max_depth_(max_depth) {}

  // What the scan is for besides checking: the offset of each value as it starts.
  struct Visitor {
    virtual ~Visitor() = default;
    virtual void value(const std::vector<Frame>& stack, std::uint64_t offset) = 0;
  };

  std::optional<JsonFault> run(Visitor* visitor = nullptr) {
    if (text_.starts_with("\xef\xbb\xbf")) return fault("a byte order mark is not allowed before JSON", 0);
    if (text_.starts_with("\xff\xfe") || text_.starts_with("\xfe\xff")) return fault("the text is UTF-16, JSON must be UTF-8", 0);
    skip_space();
    if (at_ == text_.size()) return fault("the document is empty", at_);
    while (true) {
      if (auto f = value(visitor)) return f;
      // value() consumed a scalar or closed nothing; now unwind to where another value is expected.
      bool again = false;
      if (auto f = after_value(again)) return f;
      if (!again) break;
    }
    skip_space();
    if (at_ != text_.size()) return fault("bytes after the end of the JSON value", at_);
    return std::nullopt;
  }

 private:
  std::optional<JsonFault> fault(std::string what, std::uint64_t offset) const {
    std::string pointer;
    for (const Frame& f : stack_) pointer += "/" + (f.object ? pointer_segment(f.key) : std::to_string(f.index));
    return JsonFault{std::move(what), offset, std::move(pointer)};
  }
  void skip_space() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r')) ++at_;
  }
  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  // Reads values, descending into the first element of each container, until a scalar or an empty container is done.
  std::optional<JsonFault> value(Visitor* visitor) {
    while (true) {
      skip_space();
      if (at_ == text_.size()) return fault("the document ends where a value is expected", at_);
      if (visitor) visitor->value(stack_, at_);
      const char c = peek();
      if (c == '{' || c == '[') {
        if (stack_.size() >= max_depth_) return fault(fmt::format("nested more than {} deep", max_depth_), at_);
        ++at_;
        skip_space();
        if (peek() == (c == '{' ? '}' : ']')) {
          ++at_;
          return std::nullopt;
        }
        stack_.push_back({.object = c == '{'});
        if (c == '{')
          if (auto f = key()) return f;
        continue;
      }
      if (c == '"') {
        std::string ignored;
        return string(ignored);
      }
      if (c == '-' || (c >= '0' && c <= '9')) return number();
      for (const std::string_view word : {"true", "false", "null"})
        if (text_.substr(at_).starts_with(word)) {
          at_ += word.size();
          return std::nullopt;
        }
      return fault("a JSON value is expected here", at_);
    }
  }

  std::optional<JsonFault> after_value(bool& again) {
    while (!stack_.empty()) {
      skip_space();
      Frame& frame = stack_.back();
      const char close = frame.object ? '}' : ']';
      if (at_ == text_.size()) return fault(fmt::format("the document ends before the closing '{}'", close), at_);
      if (peek() == close) {
        ++at_;
        stack_.pop_back();
        continue;
      }
      if (peek() != ',') return fault(fmt::format("',' or '{}' is expected here", close), at_);
      ++at_;
      ++frame.index;
      again = true;
      return frame.object ? key() : std::nullopt;
    }
    return std::nullopt;
  }

  std::optional<JsonFault> key() {
    skip_space();
    const std::uint64_t start = at_;
    if (peek() != '"') return fault("an object key in quotes is expected here", at_);
    std::string name;
    if (auto f = string(name)) return f;
    Frame& frame = stack_.back();
    frame.key = name;
    if (!frame.keys.insert(name).second) return fault(fmt::format("duplicate key \"{}\"", printable(name, 80)), start);
    skip_space();
    if (peek() != ':') return fault("':' is expected after the key", at_);
    ++at_;
    return std::nullopt;
  }

  bool hex4(std::uint32_t& out) {
    if (at_ + 4 > text_.size()) return false;
    out = 0;
    for (int i = 0; i < 4; ++i) {
      const char c = text_[at_ + static_cast<std::size_t>(i)];
      const int d = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
      if (d < 0) return false;
      out = out << 4 | static_cast<std::uint32_t>(d);
    }
    at_ += 4;
    return true;
  }

  std::optional<JsonFault> string(std::string& out) {
    const std::uint64_t start = at_++;
    while (true) {
      if (at_ == text_.size()) return fault("the document ends inside a string", start);
      const unsigned char c = static_cast<unsigned char>(text_[at_]);
      if (c == '"') {
        ++at_;
        break;
      }
      if (c < 0x20) return fault("a control character must be escaped inside a string", at_);
      if (c != '\\') {
        out += static_cast<char>(c);
        ++at_;
        continue;
      }
      const std::uint64_t escape = at_++;
      const char e = peek();
      ++at_;
      constexpr std::string_view kFrom = "\"\\/bfnrt", kTo = "\"\\/\b\f\n\r\t";
      if (const auto i = kFrom.find(e); e != '\0' && i != std::string_view::npos) {
        out += kTo[i];
        continue;
      }
      std::uint32_t unit = 0;
      if (e != 'u' || !hex4(unit)) return fault("not an escape JSON knows", escape);
      if (unit >= 0xdc00 && unit <= 0xdfff) return fault("a lone low surrogate", escape);
      if (unit >= 0xd800 && unit <= 0xdbff) {
        std::uint32_t low = 0;
        if (!text_.substr(at_).starts_with("\\u")) return fault("a lone high surrogate", escape);
        at_ += 2;
        if (!hex4(low) || low < 0xdc00 || low > 0xdfff) return fault("a lone high surrogate", escape);
        unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
      }
      append_utf8(out, unit);
    }
    if (!is_valid_utf8(text_.substr(start, at_ - start))) return fault("the string is not valid UTF-8", start);
    return std::nullopt;
  }

  std::optional<JsonFault> number() {
    const std::uint64_t start = at_;
    const auto digits = [&] {
      const std::uint64_t from = at_;
      while (peek() >= '0' && peek() <= '9') ++at_;
      return at_ != from;
    };
    bool integer = true;
    if (peek() == '-') ++at_;
    if (peek() == '0')
      ++at_;
    else if (!digits())
      return fault("a digit is expected here", at_);
    if (peek() >= '0' && peek() <= '9') return fault("a number must not have a leading zero", start);
    if (peek() == '.') {
      ++at_;
      integer = false;
      if (!digits()) return fault("a digit is expected after the decimal point", at_);
    }
    if (peek() == 'e' || peek() == 'E') {
      ++at_;
      integer = false;
      if (peek() == '+' || peek() == '-') ++at_;
      if (!digits()) return fault("a digit is expected in the exponent", at_);
    }
    const std::string_view lexeme = text_.substr(start, at_ - start);
    const char* end = lexeme.data() + lexeme.size();
    if (integer) {
      std::int64_t i = 0;
      std::uint64_t u = 0;
      if (std::from_chars(lexeme.data(), end, i).ec != std::errc() && std::from_chars(lexeme.data(), end, u).ec != std::errc())
        return fault("the number does not fit 64 bits", start);
      return std::nullopt;
    }
    double d = 0;
    const auto r = std::from_chars(lexeme.data(), end, d);
    // Underflow to zero is accepted, overflow is not; from_chars reports both the same way.
    if (r.ec == std::errc::result_out_of_range) d = std::strtod(std::string(lexeme).c_str(), nullptr);
    if (!std::isfinite(d)) return fault("the number is too large for a double", start);
    return std::nullopt;
  }

  std::string_view text_;
  std::uint32_t max_depth_;
  std::uint64_t at_ = 0;
  std::vector<Frame> stack_;
};

std::vector<std::string> split_pointer(std::string_view pointer) {
  std::vector<std::string> out;
  while (!pointer.empty() && pointer.front() == '/') {
    pointer.remove_prefix(1);
    const std::string_view raw = pointer.substr(0, pointer.find('/'));
    pointer.remove_prefix(raw.size());
    std::string segment;
    for (std::size_t i = 0; i < raw.size(); ++i) {
      if (raw[i] == '~' && i + 1 < raw.size())
        segment += raw[++i] == '1' ? '/' : '~';
      else
        segment += raw[i];
    }
    out.push_back(std::move(segment));
  }
  return out;
}

struct PointerFinder : Scanner::Visitor {
  std::vector<std::string> wanted;
  std::size_t deepest = 0;
  std::uint64_t offset = 0;
  bool first = true;

  void value(const std::vector<Frame>& stack, std::uint64_t at) override {
    if (first) {
      offset = at;
      first = false;
      return;
    }
    if (stack.size() <= deepest || stack.size() > wanted.size()) return;
    for (std::size_t i = 0; i < stack.size(); ++i)
      if (wanted[i] != (stack[i].object ? stack[i].key : std::to_string(stack[i].index))) return;
    deepest = stack.size();
    offset = at;
  }
};

}  // namespace

std::optional<JsonFault> scan_json(std::string_view text, std::uint32_t max_depth) { return Scanner(text, max_depth).run(); }

std::uint64_t find_json_pointer(std::string_view text, std::string_view pointer) {
  PointerFinder finder;
  finder.wanted = split_pointer(pointer);
  (void)Scanner(text, 1u << 20).run(&finder);
  return finder.offset;
}

LineColumn line_column(std::string_view text, std::uint64_t offset) {
  LineColumn out;
  const std::string_view before = text.substr(0, std::min<std::uint64_t>(offset, text.size()));
  for (const char c : before) {
    if (c == '\n') {
      ++out.line;
      out.column = 1;
    } else
      ++out.column;
  }
  return out;
}

}  // namespace entente
