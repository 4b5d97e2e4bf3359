// Keys of two operating systems: FreeBSD's ports (as pkg-version(8) compares them) and kernels of kernel.org. FreeBSD pads: a missing
// component is 0 and a missing part behind '+' is empty, while a component without a number is below 0. So a list is written as its
// items that are not zero, each with the number of zeros before it: fewer zeros are lower in front of something below zero, and higher in
// front of something above.
#include "measures/p6_supply/version_keys.h"

namespace entente::measures::p6_supply::keys {
namespace {

enum class Sign : unsigned char { below_zero, zero, above_zero };
struct PaddedItem {
  Sign sign = Sign::zero;
  std::string key;  // of zero: unused
};

Sign put_padded(const std::vector<PaddedItem>& items, std::string& out) {
  constexpr unsigned char kBelow = 1, kEnd = 2, kAbove = 3;
  Sign first = Sign::zero;
  std::size_t zeros = 0;
  for (const PaddedItem& item : items) {
    if (item.sign == Sign::zero) {
      ++zeros;
      continue;
    }
    if (first == Sign::zero) first = item.sign;
    put(out, item.sign == Sign::below_zero ? kBelow : kAbove);
    put_count(out, zeros, item.sign == Sign::below_zero ? CountOrder::ascending : CountOrder::descending);
    out += item.key;
    zeros = 0;
  }
  put(out, kEnd);
  return first;
}

struct PortStage {
  std::string_view word;
  unsigned char letter;
};
constexpr PortStage kPortStages[] = {{"pl", 0}, {"alpha", 1}, {"beta", 2}, {"pre", 'p' - 'a' + 1}, {"rc", 'r' - 'a' + 1}};

// The stage whose whole word stands here; nullptr: none.
const PortStage* port_stage(const Cursor& in) {
  for (const PortStage& stage : kPortStages) {
    Cursor ahead = in;
    if (ahead.word(stage.word) && !is_alpha(ahead.peek())) return &stage;
  }
  return nullptr;
}

// Number, letter, patch level: "10", "10a", "10a2". A stage ("rc") stands on its own: "10rc2" is "10.rc2". Other words count by their
// first letter.
PaddedItem port_component(Cursor& in) {
  constexpr unsigned char kStar = 1, kNoNumber = 2, kNoPatch = 1, kPatch = 2;
  PaddedItem out;
  const std::string_view number = in.digits();
  if (number.empty() && in.take('*')) {
    in.run([](char c) { return c != '+'; });
    put(out.key, kStar);
    out.sign = Sign::below_zero;
    return out;
  }
  unsigned char letter = 0;
  bool patched = false;
  const PortStage* stage = port_stage(in);
  if (stage != nullptr && number.empty()) {
    letter = stage->letter;
    in.word(stage->word);
    patched = true;
  } else if (stage == nullptr && is_alpha(in.peek())) {
    letter = static_cast<unsigned char>(lower(in.peek()) - 'a' + 1);
    in.run(is_alpha);
    patched = true;
  }
  if (number.empty()) {
    put(out.key, kNoNumber);
  } else {
    put_number(out.key, number);
  }
  put(out.key, static_cast<unsigned char>(letter + 1));
  if (number.empty() || letter > 0) {
    const std::string_view patch = patched ? in.digits() : std::string_view();
    put(out.key, patched && patch.empty() ? kNoPatch : kPatch);
    if (!patched || !patch.empty()) put_number(out.key, patch);
  }
  out.sign = number.empty() ? Sign::below_zero : is_zero(number) && letter == 0 ? Sign::zero : Sign::above_zero;
  in.run([](char c) { return !is_alnum(c) && c != '+' && c != '*'; });
  return out;
}

}  // namespace

// version[_revision][,epoch]; the epoch counts first, the revision last.
bool put_freebsd(std::string_view text, std::string& out, VersionForm& form) {
  form = VersionForm::exact;
  std::string_view epoch = "0", revision = "0";
  if (const std::size_t comma = text.rfind(','); comma != std::string_view::npos) {
    epoch = text.substr(comma + 1);
    text = text.substr(0, comma);
  }
  if (const std::size_t dash = text.rfind('_'); dash != std::string_view::npos) {
    revision = text.substr(dash + 1);
    text = text.substr(0, dash);
  }
  if (!all_digits_in(epoch) || !all_digits_in(revision) || text.empty() || text.find_first_of("-_,") != std::string_view::npos)
    return false;
  put_number(out, epoch);
  std::vector<PaddedItem> parts;
  for (const std::string_view part : split_at(text, "+")) {
    std::vector<PaddedItem> components;
    for (Cursor in{part}; !in.end();) components.push_back(port_component(in));
    PaddedItem item;
    item.sign = put_padded(components, item.key);
    parts.push_back(std::move(item));
  }
  put_padded(parts, out);
  put_number(out, revision);
  return true;
}

// Two to four numbers and "-rcN". Anything else is somebody's own kernel ("6.1.0-13-amd64"), whose repairs the number does not tell.
bool put_linux_kernel(std::string_view text, std::string& out, VersionForm& form) {
  constexpr unsigned char kEnd = 1, kNumber = 2, kCandidate = 1, kRelease = 2;
  Cursor in{text};
  form = in.take('v') ? VersionForm::lenient : VersionForm::exact;
  std::size_t significant = out.size();
  int numbers = 0;
  do {
    const std::string_view digits = in.digits();
    if (digits.empty() || ++numbers > 4) return false;
    put(out, kNumber);
    put_number(out, digits);
    if (!is_zero(digits)) significant = out.size();
  } while (in.take('.'));
  if (numbers < 2) return false;
  out.resize(significant);
  put(out, kEnd);
  const bool candidate = in.word("-rc");
  put(out, candidate ? kCandidate : kRelease);
  if (candidate) {
    const std::string_view digits = in.digits();
    if (digits.empty()) return false;
    put_number(out, digits);
  }
  return in.end();
}

}  // namespace entente::measures::p6_supply::keys
