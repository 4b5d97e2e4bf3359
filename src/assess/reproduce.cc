// Runs an assessment again from its evidence and compares. The documents are compared byte by byte; only if they differ are they walked
// together, in document order and with an explicit stack, to name the first value that is another.
#include <fmt/format.h>

#include <vector>

#include "assess/assess.h"
#include "core/utf8.h"

namespace entente::assess {

namespace {

constexpr std::size_t kShown = 200;

std::string shown(const Json& value) {
  std::string text = json_compact(value);
  if (text.size() > kShown) text = printable(text, kShown);
  return text;
}

struct Pair {
  std::string pointer;
  const Json* published;
  const Json* recomputed;
};

// Pushes the children of two objects or arrays so that the first in document order is popped first. A difference found on the way
// (a member or element that only one side has) is returned after the common children before it were pushed.
void push_object(const Pair& pair, std::vector<Pair>& children, std::optional<Difference>& own) {
  for (auto it = pair.recomputed->begin(); it != pair.recomputed->end(); ++it) {
    const std::string pointer = pair.pointer + "/" + pointer_segment(it.key());
    const auto other = pair.published->find(it.key());
    if (other == pair.published->end()) {
      own = Difference{pointer, "(absent)", shown(*it)};
      return;
    }
    children.push_back({pointer, &*other, &*it});
  }
  for (auto it = pair.published->begin(); it != pair.published->end(); ++it) {
    if (!pair.recomputed->contains(it.key())) {
      own = Difference{pair.pointer + "/" + pointer_segment(it.key()), shown(*it), "(absent)"};
      return;
    }
  }
}

void push_array(const Pair& pair, std::vector<Pair>& children, std::optional<Difference>& own) {
  const std::size_t common = std::min(pair.published->size(), pair.recomputed->size());
  for (std::size_t i = 0; i < common; ++i) {
    children.push_back({fmt::format("{}/{}", pair.pointer, i), &(*pair.published)[i], &(*pair.recomputed)[i]});
  }
  if (pair.published->size() > common) {
    own = Difference{fmt::format("{}/{}", pair.pointer, common), shown((*pair.published)[common]), "(absent)"};
  } else if (pair.recomputed->size() > common) {
    own = Difference{fmt::format("{}/{}", pair.pointer, common), "(absent)", shown((*pair.recomputed)[common])};
  }
}

std::optional<Difference> first_difference(const Json& published, const Json& recomputed) {
  struct Step {
    std::optional<Pair> pair;
    std::optional<Difference> difference;
  };
  std::vector<Step> stack{{Pair{"", &published, &recomputed}, std::nullopt}};
  while (!stack.empty()) {
    const Step step = std::move(stack.back());
    stack.pop_back();
    if (step.difference) return step.difference;
    const Pair& pair = *step.pair;
    std::vector<Pair> children;
    std::optional<Difference> own;
    if (pair.published->is_object() && pair.recomputed->is_object()) {
      push_object(pair, children, own);
    } else if (pair.published->is_array() && pair.recomputed->is_array()) {
      push_array(pair, children, own);
    } else if (json_compact(*pair.published) != json_compact(*pair.recomputed)) {
      return Difference{pair.pointer, shown(*pair.published), shown(*pair.recomputed)};
    }
    if (own) stack.push_back({std::nullopt, std::move(own)});
    for (auto it = children.rbegin(); it != children.rend(); ++it) stack.push_back({std::move(*it), std::nullopt});
  }
  return std::nullopt;
}

Difference byte_difference(std::string_view published, std::string_view recomputed) {
  std::size_t at = 0;
  while (at < published.size() && at < recomputed.size() && published[at] == recomputed[at]) ++at;
  const auto around = [&](std::string_view text) {
    return at < text.size() ? fmt::format("byte 0x{:02x}", static_cast<unsigned char>(text[at])) : std::string("end of document");
  };
  return {fmt::format("byte {} (same values, written differently)", at), around(published), around(recomputed)};
}

}  // namespace

Result<std::optional<Difference>> reproduce(std::string_view document, const evidence::Bundle& bundle, const catalog::Catalog& catalog,
                                            Progress& progress) {
  ENTENTE_TRY(const auto parsed, JsonDocument::parse(document, "assessment.json"));
  const auto at_text = json_string(parsed.root(), "at");
  if (!at_text) return fail("no time of judgement (\"at\")", parsed.where("/at"), "is this an assessment document?");
  auto at = parse_time(*at_text);
  if (!at) return fail(fmt::format("\"at\" is no time: {}", at.error().what), parsed.where("/at"));
  ENTENTE_TRY(const auto outcome, judge(bundle, catalog, *at, progress));
  if (outcome.document == document) return std::nullopt;
  ENTENTE_TRY(const auto again, JsonDocument::parse(outcome.document, "recomputed assessment"));
  if (auto difference = first_difference(to_json(parsed.root()), to_json(again.root()))) return difference;
  return byte_difference(document, outcome.document);
}

}  // namespace entente::assess
