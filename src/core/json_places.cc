// The pointers make a tree of the members they pass through. The text is walked along that tree: a value below which nothing is wanted is
// skipped by counting brackets outside strings, so that most of a document is never looked at more closely. The text is known to be valid,
// which every step relies on; a step that would leave it ends the walk all the same.
#include "core/json_places.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>

#include "core/json.h"

namespace entente {

namespace {

constexpr std::size_t kNone = SIZE_MAX;

struct WantedPart {
  std::map<std::string, std::size_t, std::less<>> children;
  std::size_t parent = kNone;
  std::optional<std::uint64_t> offset;
};

class PlaceWalk {
 public:
  explicit PlaceWalk(std::string_view text) : text_(text), parts_(1) {}

  // The node of a pointer, made where it is not there yet.
  std::size_t want(std::string_view pointer) {
    std::size_t node = 0;
    while (!pointer.empty() && pointer.front() == '/') {
      pointer.remove_prefix(1);
      const std::string_view raw = pointer.substr(0, pointer.find('/'));
      pointer.remove_prefix(raw.size());
      const auto [it, fresh] = parts_[node].children.try_emplace(unescaped(raw), parts_.size());
      const std::size_t child = it->second;
      if (fresh) parts_.push_back({{}, node, std::nullopt});
      node = child;
    }
    return node;
  }

  void run() {
    space();
    value(0);
    while (!open_.empty() && at_ < text_.size()) {
      space();
      Open& top = open_.back();
      const char c = peek();
      if (c == '}' || c == ']') {
        ++at_;
        open_.pop_back();
      } else if (c == ',') {
        ++at_;
      } else {
        value(top.object ? member(top.node) : child(top.node, std::to_string(top.index++)));
      }
    }
  }

  std::uint64_t offset(std::size_t node) const {
    while (node != kNone && !parts_[node].offset) node = parts_[node].parent;
    return node == kNone ? 0 : *parts_[node].offset;
  }

 private:
  struct Open {
    std::size_t node = 0;
    bool object = false;
    std::uint64_t index = 0;
  };

  static std::string unescaped(std::string_view raw) {
    std::string out;
    for (std::size_t i = 0; i < raw.size(); ++i) {
      if (raw[i] == '~' && i + 1 < raw.size())
        out += raw[++i] == '1' ? '/' : '~';
      else
        out += raw[i];
    }
    return out;
  }

  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void space() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t' || text_[at_] == '\r')) ++at_;
  }

  std::size_t child(std::size_t node, std::string_view name) const {
    const auto found = parts_[node].children.find(name);
    return found == parts_[node].children.end() ? kNone : found->second;
  }

  // Past the string that begins here; its bytes between the quotes, as they stand.
  std::string_view string() {
    const std::size_t begin = std::min<std::size_t>(++at_, text_.size());
    while (at_ < text_.size() && text_[at_] != '"') at_ += text_[at_] == '\\' ? 2 : 1;
    const std::size_t end = std::clamp<std::size_t>(at_, begin, text_.size());
    at_ = std::min<std::uint64_t>(end + 1, text_.size());
    return text_.substr(begin, end - begin);
  }

  // Past a key and its colon, to the value.
  std::size_t member(std::size_t node) {
    const std::string_view raw = string();
    space();
    if (peek() == ':') ++at_;
    space();
    if (raw.find('\\') == std::string_view::npos) return child(node, raw);
    const Json key = Json::parse("\"" + std::string(raw) + "\"", nullptr, false);
    return key.is_string() ? child(node, key.get_ref<const std::string&>()) : kNone;
  }

  void value(std::size_t node) {
    if (node != kNone) parts_[node].offset = at_;
    const bool inside = node != kNone && !parts_[node].children.empty();
    const char c = peek();
    if (inside && (c == '{' || c == '[')) {
      open_.push_back({node, c == '{', 0});
      ++at_;
      return;
    }
    skip();
  }

  void skip() {
    std::size_t depth = 0;
    do {
      const char c = peek();
      if (c == '"') {
        (void)string();
        continue;
      }
      if (c == '{' || c == '[') ++depth;
      if (c == '}' || c == ']') {
        if (depth == 0) return;  // ends what encloses a number or word
        --depth;
      }
      if (c == ',' && depth == 0) return;
      ++at_;
      if ((c == '}' || c == ']') && depth == 0) return;
    } while (at_ < text_.size() && (depth > 0 || !ends_scalar()));
  }
  bool ends_scalar() const {
    const char c = text_[at_];
    return c == ',' || c == '}' || c == ']' || c == ' ' || c == '\n' || c == '\t' || c == '\r';
  }

  std::string_view text_;
  std::vector<WantedPart> parts_;
  std::vector<Open> open_;
  std::uint64_t at_ = 0;
};

}  // namespace

std::vector<std::uint64_t> json_offsets(std::string_view text, std::span<const std::string> pointers) {
  PlaceWalk walk(text);
  std::vector<std::uint64_t> out;
  out.reserve(pointers.size());
  for (const std::string& pointer : pointers) out.push_back(walk.want(pointer));
  walk.run();
  for (std::uint64_t& node : out) node = walk.offset(node);
  return out;
}

std::vector<std::uint64_t> lines_of(std::string_view text, std::span<const std::uint64_t> offsets) {
  std::vector<std::size_t> order(offsets.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return offsets[a] < offsets[b]; });
  std::vector<std::uint64_t> out(offsets.size());
  std::uint64_t at = 0, line = 1;
  for (const std::size_t i : order) {
    const std::uint64_t end = std::min<std::uint64_t>(offsets[i], text.size());
    line += static_cast<std::uint64_t>(
        std::count(text.begin() + static_cast<std::ptrdiff_t>(at), text.begin() + static_cast<std::ptrdiff_t>(end), '\n'));
    at = end;
    out[i] = line;
  }
  return out;
}

}  // namespace entente
