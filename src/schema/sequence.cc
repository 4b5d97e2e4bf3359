// Reading a pattern: one character, escape, class or "." at a time, then its quantifier; anything else ends it. The form is kept only if no
// repetition may go on with a character that what follows could begin with: then taking as many as there are is the only way to match.
#include "schema/sequence.h"

#include <bit>

#include "core/same_text.h"

namespace entente::schema {
namespace {

constexpr std::size_t kMaxSequenceSteps = 64;
constexpr std::uint32_t kMaxRepetitions = 1000;

bool sequence_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

struct Sequence::Reader {
  std::string_view left;

  bool take(char c) {
    if (left.empty() || left[0] != c) return false;
    left.remove_prefix(1);
    return true;
  }

  // What stands behind a backslash: a class, or punctuation that stands for itself.
  bool escape(Set& out) {
    if (left.empty()) return false;
    const char c = left[0];
    left.remove_prefix(1);
    Set set;
    if (c == 'd' || c == 'D') {
      for (char digit = '0'; digit <= '9'; ++digit) set.add(static_cast<unsigned char>(digit));
    } else if (c == 's' || c == 'S') {
      for (const char space : {'\t', '\n', '\v', '\f', '\r', ' '}) set.add(static_cast<unsigned char>(space));
    } else if (static_cast<unsigned char>(c) > 0x20 && static_cast<unsigned char>(c) < 0x7f && !sequence_digit(c) &&
               !((c | 0x20) >= 'a' && (c | 0x20) <= 'z') && c != '_') {
      set.add(static_cast<unsigned char>(c));
    } else {
      return false;
    }
    if (c == 'D' || c == 'S') set.invert();
    out.add(set);
    return true;
  }

  // Behind "[".
  bool character_class(Set& out) {
    const bool negated = take('^');
    while (!take(']')) {
      if (left.empty() || left[0] == '[' || static_cast<unsigned char>(left[0]) >= 0x80) return false;
      if (take('\\')) {
        if (!escape(out)) return false;
        if (left.size() > 1 && left[0] == '-' && left[1] != ']') return false;  // a range from an escape: rare
        continue;
      }
      const auto first = static_cast<unsigned char>(left[0]);
      left.remove_prefix(1);
      auto last = first;
      if (left.size() > 1 && left[0] == '-' && left[1] != ']') {
        last = static_cast<unsigned char>(left[1]);
        if (last == '\\' || last == '[' || last >= 0x80 || last < first) return false;
        left.remove_prefix(2);
      }
      for (unsigned c = first; c <= last; ++c) out.add(static_cast<unsigned char>(c));
    }
    if (negated) out.invert();
    return true;
  }

  bool atom(Set& out) {
    if (take('\\')) return escape(out);
    if (take('[')) return character_class(out);
    if (take('.')) {
      out.add('\n');
      out.add('\r');
      out.invert();
      return true;
    }
    const auto c = static_cast<unsigned char>(left[0]);
    if (c >= 0x80 || std::string_view("^$*+?()|{}]").find(left[0]) != std::string_view::npos) return false;
    out.add(c);
    left.remove_prefix(1);
    return true;
  }

  bool number(std::uint32_t& out) {
    if (left.empty() || !sequence_digit(left[0])) return false;
    for (out = 0; !left.empty() && sequence_digit(left[0]) && out <= kMaxRepetitions; left.remove_prefix(1))
      out = out * 10 + static_cast<std::uint32_t>(left[0] - '0');
    return out <= kMaxRepetitions;
  }

  bool quantifier(Step& step) {
    if (take('?')) {
      step.least = 0;
    } else if (take('*')) {
      step.least = 0;
      step.most = kAnyNumber;
    } else if (take('+')) {
      step.most = kAnyNumber;
    } else if (take('{')) {
      if (!number(step.least)) return false;
      step.most = step.least;
      if (take(',')) {
        step.most = kAnyNumber;
        if (!left.empty() && left[0] != '}' && !number(step.most)) return false;
      }
      if (!take('}') || step.most < step.least) return false;
    } else {
      return true;
    }
    return left.empty() || left[0] != '?';  // a lazy one
  }
};

// For each step of no fixed number: none of the steps that may follow at once begins with one of its characters.
bool Sequence::is_decided_by_next() const {
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    if (steps_[i].least == steps_[i].most) continue;
    for (std::size_t k = i + 1; k < steps_.size(); ++k) {
      if (steps_[k].most > 0 && steps_[i].set.meets(steps_[k].set)) return false;
      if (steps_[k].least > 0) break;
    }
  }
  return true;
}

std::optional<Sequence> Sequence::of(std::string_view pattern) {
  Reader reader{pattern};
  Sequence out;
  if (!reader.take('^')) return std::nullopt;
  while (!reader.left.empty()) {
    if (reader.left == "$") {
      out.to_end_ = true;
      break;
    }
    Step step;
    if (out.steps_.size() == kMaxSequenceSteps || !reader.atom(step.set) || !reader.quantifier(step)) return std::nullopt;
    out.steps_.push_back(step);
  }
  if (!out.is_decided_by_next()) return std::nullopt;
  out.take_prefix();
  return out;
}

// The first steps that are one character each become a text, which is compared at once.
void Sequence::take_prefix() {
  std::size_t taken = 0;
  for (; taken < steps_.size(); ++taken) {
    const Step& step = steps_[taken];
    if (step.least != 1 || step.most != 1 || std::popcount(step.set.bits[0]) + std::popcount(step.set.bits[1]) != 1) break;
    const bool upper = step.set.bits[0] == 0;
    prefix_ += static_cast<char>(std::countr_zero(step.set.bits[upper ? 1 : 0]) + (upper ? 64 : 0));
  }
  steps_.erase(steps_.begin(), steps_.begin() + static_cast<std::ptrdiff_t>(taken));
}

Sequence::Answer Sequence::matches(std::string_view text) const {
  std::size_t at = prefix_.size();
  if (text.size() < at || !same_text(text.substr(0, at), prefix_)) return Answer::no;
  for (const Step& step : steps_) {
    // Without "$" nothing is asked of what follows the last step, so it need not be followed to its end.
    const std::uint32_t most = to_end_ || &step != &steps_.back() ? step.most : step.least;
    std::uint32_t count = 0;
    for (; count < most && at < text.size(); ++count, ++at) {
      const auto c = static_cast<unsigned char>(text[at]);
      if (c >= 0x80) return Answer::unknown;
      if (!step.set.has(c)) break;
    }
    if (count < step.least) return Answer::no;
  }
  return !to_end_ || at == text.size() ? Answer::yes : Answer::no;
}

}  // namespace entente::schema
