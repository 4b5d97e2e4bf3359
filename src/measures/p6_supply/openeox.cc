// Reads an OpenEoX core record: one pass over the object's keys collects stages and breaches of the schema, then each test of section 7
// compares the stages pairwise. A stage that is "tba" or absent never breaks an order, as there is no instant to compare.
#include "measures/p6_supply/openeox.h"

#include <algorithm>
#include <array>

#include "core/json.h"
#include "core/utf8.h"

namespace entente::measures::p6_supply {

namespace {

constexpr JsonLimits kEoxLimits{.max_bytes = std::uint64_t{64} << 10, .max_depth = 8};

using EoxState = EoxStage::State;

struct EoxReader {
  EoxCore core;

  void fault(EoxGroup group, std::string_view test, std::string_view key, std::string message) {
    core.faults.push_back({group, std::string(test), key.empty() ? std::string() : "/" + pointer_segment(key), std::move(message)});
  }

  // 7.1.2: RFC 3339 leaves the letters' case and leap seconds open; OpenEoX closes both, so that texts sort and every clock can show them.
  std::optional<Instant> time(std::string_view key, std::string_view text) {
    std::string plain(text);
    if (plain.size() > 10 && (plain[10] == 't' || plain[10] == ' ')) plain[10] = 'T';
    if (!plain.empty() && plain.back() == 'z') plain.back() = 'Z';
    const auto instant = parse_time(plain);
    if (!instant) {
      fault(EoxGroup::schema, "", key, "not an RFC 3339 date and time: " + printable(text, 60));
      return std::nullopt;
    }
    if (plain != text) fault(EoxGroup::mandatory, "7.1.2", key, "date and time are joined by a capital T and UTC is a capital Z");
    if (text.size() > 18 && text.substr(17, 2) == "60") fault(EoxGroup::mandatory, "7.1.2", key, "a leap second");
    return *instant;
  }

  void stage(std::string_view key, JsonView value, EoxStage& into) {
    const auto text = as_string(value);
    if (!text) return fault(EoxGroup::schema, "", key, "not a text");
    if (*text == "tba") {
      into.state = EoxState::tba;
      return;
    }
    if (const auto instant = time(key, *text)) into = {EoxState::known, *instant};
  }

  void member(std::string_view key, JsonView value) {
    if (key == "end_of_life") return stage(key, value, core.end_of_life);
    if (key == "end_of_sales") return stage(key, value, core.end_of_sales);
    if (key == "end_of_security_support") return stage(key, value, core.end_of_security_support);
    if (key == "general_availability") return stage(key, value, core.general_availability);
    if (key == "last_updated") {
      if (const auto text = as_string(value))
        core.last_updated = time(key, *text);
      else
        fault(EoxGroup::schema, "", key, "not a text");
    } else if (key == "$schema") {
      if (as_string(value) != kEoxCoreSchema) fault(EoxGroup::schema, "", key, "not the schema of OpenEoX core 1.0");
    } else {
      fault(EoxGroup::schema, "", key, "a member OpenEoX core 1.0 does not know");
    }
  }

  static bool before(const EoxStage& a, const EoxStage& b) {
    return a.state == EoxState::known && b.state == EoxState::known && a.at < b.at;
  }

  void order_tests() {
    const std::array<std::pair<std::string_view, const EoxStage*>, 3> others{{{"end_of_sales", &core.end_of_sales},
                                                                              {"end_of_security_support", &core.end_of_security_support},
                                                                              {"general_availability", &core.general_availability}}};
    for (const auto& [key, other] : others) {
      if (before(core.end_of_life, *other))
        fault(EoxGroup::mandatory, "7.1.1", "end_of_life", fmt::format("the end of life comes before {}", key));
      if (other != &core.general_availability && before(*other, core.general_availability))
        fault(EoxGroup::mandatory, "7.1.3", "general_availability", fmt::format("the product is available only after {}", key));
      if (core.end_of_life.state == EoxState::known && other->state == EoxState::tba)
        fault(EoxGroup::recommended, "7.2.1", key, "to be announced, although the end of life is known");
    }
    const bool any_known = core.end_of_life.state == EoxState::known || core.end_of_sales.state == EoxState::known ||
                           core.end_of_security_support.state == EoxState::known;
    if (core.general_availability.state == EoxState::tba && any_known)
      fault(EoxGroup::recommended, "7.2.2", "general_availability", "to be announced, although an end is known");
    if (before(core.end_of_security_support, core.end_of_sales))
      fault(EoxGroup::informative, "7.3.1", "end_of_security_support", "security support ends while the product is still sold");
  }
};

}  // namespace

std::string_view to_string(EoxGroup group) {
  switch (group) {
    case EoxGroup::mandatory: return "mandatory";
    case EoxGroup::recommended: return "recommended";
    case EoxGroup::informative: return "informative";
    case EoxGroup::schema: break;
  }
  return "schema";
}

bool EoxCore::valid() const {
  return std::none_of(faults.begin(), faults.end(),
                      [](const EoxFault& f) { return f.group == EoxGroup::schema || f.group == EoxGroup::mandatory; });
}

Result<EoxCore> parse_openeox(std::string_view text, std::string name) {
  ENTENTE_TRY(const JsonDocument document, JsonDocument::parse(text, std::move(name), kEoxLimits));
  const auto object = as_object(document.root());
  if (!object) return fail("an OpenEoX record is a JSON object", document.where(""));
  EoxReader reader;
  for (const auto& [key, value] : *object) reader.member(key, value);
  for (const std::string_view key : {"$schema", "end_of_life", "end_of_security_support", "last_updated"})
    if (!json_get(document.root(), key)) reader.fault(EoxGroup::schema, "", key, "missing");
  reader.order_tests();
  return std::move(reader.core);
}

}  // namespace entente::measures::p6_supply
