// Whether an instance is valid, without saying why: no paths, no violations, nothing about what was evaluated. Internal to the room. The
// evaluation (evaluation.h) stays the reference and explains; tests compare the two.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "core/text_table.h"
#include "schema/program.h"

namespace entente::schema {

// Fills program.quick, or leaves it empty where the schema uses contains, propertyNames, unevaluated… or $dynamicRef.
void plan_verdict(Schema::Program& program);

// One run over one instance; not thread-safe, made anew for each call.
class Verdict {
 public:
  // undecided: no plan, or a limit of steps or depth was met; ask the evaluation.
  enum class Answer : std::uint8_t { holds, fails, undecided };
  explicit Verdict(const Schema::Program& program) : program_(program) {}
  [[nodiscard]] Answer of(JsonView instance);
  // After an answer of `holds`: `properties` of the schema were seen to name each member of each object, and the members of each stand in
  // the order of their bytes. False: not seen.
  [[nodiscard]] bool is_orderly() const { return orderly_; }

 private:
  bool holds(NodeId id, JsonView value);
  bool keywords_hold(const Quick& q, JsonView value);
  bool is_listed(std::uint32_t enumeration, std::string_view text);
  bool text_holds(const Quick& q, std::string_view text, JsonView value);
  bool array_holds(const Quick& q, JsonView value);
  bool items_hold(const Items& items, simdjson::dom::array array);
  bool are_distinct(simdjson::dom::array array);
  bool object_holds(const Members& members, simdjson::dom::object object);
  bool unnamed_holds(const Members& members, std::string_view key, JsonView value, bool described);
  bool rest_holds(const Quick& q, TypeSet types, JsonView value);
  bool instruction_holds(const Instruction& i, JsonView value);
  bool string_keyword_holds(const Instruction& i, std::string_view text) const;
  bool is_one_of(const Instruction& i, JsonView value) const;
  std::uint32_t matching_branches(const Instruction& i, JsonView value, std::uint32_t wanted);

  const Schema::Program& program_;
  TextTable strings_;                            // of are_distinct()
  std::array<std::uint32_t, 16> last_listed_{};  // by number of the enumeration, modulo
  std::uint64_t steps_ = 0;
  std::uint32_t depth_ = 0;
  bool undecided_ = false;
  bool orderly_ = true;
};

}  // namespace entente::schema
