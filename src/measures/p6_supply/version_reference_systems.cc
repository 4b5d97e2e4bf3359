// The plain reference for FreeBSD's ports and for kernels: versions are taken apart into numbers and compared place by place, missing
// places being zero, as pkg-version(8) and kernel.org's numbering say.
#include <array>
#include <tuple>

#include "measures/p6_supply/version_keys.h"

namespace entente::measures::p6_supply::reference {
namespace {

// −2, −1 or a number of any length.
struct PortNumber {
  int below = 0;       // −2, −1; 0: `digits` counts
  std::string digits;  // without leading zeros

  static PortNumber of(std::string_view text) {
    text.remove_prefix(std::min(text.find_first_not_of('0'), text.size()));
    return {0, std::string(text)};
  }
  auto order() const { return std::tuple(below, digits.size(), std::string_view(digits)); }
};

struct PortComponent {
  PortNumber number, patch;
  int letter = 0;
};
using PortPart = std::vector<PortComponent>;

std::size_t letters_at(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && is_alpha(text[end])) ++end;
  return end - at;
}

// What a run of letters stands for: the five stages of a release, or its first letter.
struct PortWord {
  bool stage = false;
  int letter = 0;
};
PortWord port_word(std::string_view word) {
  const std::string folded = lower(word);
  static constexpr std::array<std::pair<std::string_view, char>, 5> kStages{
      {{"pl", '`'}, {"alpha", 'a'}, {"beta", 'b'}, {"pre", 'p'}, {"rc", 'r'}}};
  for (const auto& [name, letter] : kStages)
    if (folded == name) return {true, letter - '`'};
  return {false, folded[0] - '`'};
}

PortPart port_part(std::string_view text) {
  PortPart out;
  std::size_t at = 0;
  const auto digits = [&] {
    const std::size_t begin = at;
    while (at < text.size() && is_digit(text[at])) ++at;
    return text.substr(begin, at - begin);
  };
  while (at < text.size()) {
    PortComponent c;
    if (text[at] == '*') {
      c.number.below = -2;
      out.push_back(c);
      break;
    }
    const std::string_view number = digits();
    c.number = number.empty() ? PortNumber{-1, {}} : PortNumber::of(number);
    if (const std::size_t letters = letters_at(text, at); letters > 0) {
      const PortWord word = port_word(text.substr(at, letters));
      if (!word.stage || number.empty()) {  // else the stage begins a component of its own
        c.letter = word.letter;
        at += letters;
        const std::string_view patch = digits();
        c.patch = patch.empty() ? PortNumber{-1, {}} : PortNumber::of(patch);
      }
    }
    while (at < text.size() && !is_alnum(text[at]) && text[at] != '*') ++at;
    out.push_back(c);
  }
  return out;
}

std::strong_ordering part_against(const PortPart& a, const PortPart& b) {
  const PortComponent none;
  for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
    const PortComponent &x = i < a.size() ? a[i] : none, &y = i < b.size() ? b[i] : none;
    if (const auto order = x.number.order() <=> y.number.order(); order != 0) return order;
    if (x.letter != y.letter) return x.letter <=> y.letter;
    if (const auto order = x.patch.order() <=> y.patch.order(); order != 0) return order;
  }
  return std::strong_ordering::equal;
}

struct PortVersion {
  PortNumber epoch, revision;
  std::vector<PortPart> parts;
};
PortVersion port_version(std::string_view text) {
  PortVersion out;
  if (const std::size_t comma = text.find(','); comma != std::string_view::npos) {
    out.epoch = PortNumber::of(text.substr(comma + 1));
    text = text.substr(0, comma);
  }
  if (const std::size_t underline = text.find('_'); underline != std::string_view::npos) {
    out.revision = PortNumber::of(text.substr(underline + 1));
    text = text.substr(0, underline);
  }
  for (const std::string_view part : keys::split_at(text, "+")) out.parts.push_back(port_part(part));
  return out;
}

struct KernelVersion {
  std::vector<PortNumber> numbers;
  bool candidate = false;
  PortNumber rc;
};
KernelVersion kernel_version(std::string_view text) {
  KernelVersion out;
  if (lower(text[0]) == 'v') text.remove_prefix(1);
  if (const std::size_t dash = text.find('-'); dash != std::string_view::npos) {
    out.candidate = true;
    out.rc = PortNumber::of(text.substr(dash + 3));
    text = text.substr(0, dash);
  }
  for (const std::string_view number : keys::split_at(text, ".")) out.numbers.push_back(PortNumber::of(number));
  out.numbers.resize(4);
  return out;
}

}  // namespace

std::strong_ordering compare_freebsd(std::string_view a, std::string_view b) {
  const PortVersion x = port_version(a), y = port_version(b);
  if (const auto order = x.epoch.order() <=> y.epoch.order(); order != 0) return order;
  const PortPart none;
  for (std::size_t i = 0; i < std::max(x.parts.size(), y.parts.size()); ++i) {
    const auto order = part_against(i < x.parts.size() ? x.parts[i] : none, i < y.parts.size() ? y.parts[i] : none);
    if (order != 0) return order;
  }
  return x.revision.order() <=> y.revision.order();
}

std::strong_ordering compare_linux_kernel(std::string_view a, std::string_view b) {
  const KernelVersion x = kernel_version(a), y = kernel_version(b);
  for (std::size_t i = 0; i < 4; ++i)
    if (const auto order = x.numbers[i].order() <=> y.numbers[i].order(); order != 0) return order;
  if (x.candidate != y.candidate) return y.candidate <=> x.candidate;
  return x.rc.order() <=> y.rc.order();
}

}  // namespace entente::measures::p6_supply::reference
