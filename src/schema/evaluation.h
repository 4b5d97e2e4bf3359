// One validation of one instance by a program. Internal to the room; not thread-safe, made anew for each call.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/text_table.h"
#include "schema/program.h"

namespace entente::schema {

// In-place and child schemas that may be open at once: a bound on the C++ stack for any schema and instance.
inline constexpr std::uint32_t kMaxEvaluationDepth = 2048;

// An instance, or the name of a property (for propertyNames).
struct Value {
  JsonView element;
  std::string_view name;
  bool is_name = false;
  TypeSet types = 0;

  [[nodiscard]] static Value of(JsonView element);
  [[nodiscard]] static Value of_name(std::string_view name) { return {{}, name, true, kString}; }
  [[nodiscard]] std::string_view text() const { return is_name ? name : element.get_string().value_unsafe(); }
  [[nodiscard]] simdjson::dom::array array() const { return element.get_array().value_unsafe(); }
  [[nodiscard]] simdjson::dom::object object() const { return element.get_object().value_unsafe(); }
};

// Where an instance lies: a list from the leaf to the root, on the C++ stack.
struct Path {
  const Path* parent = nullptr;
  std::string_view key;       // of a member
  std::uint32_t ordinal = 0;  // among its siblings
  bool is_item = false;
};

// Resources entered, innermost first: the dynamic scope.
struct Scope {
  const Scope* parent = nullptr;
  std::uint32_t resource = 0;
};

// Which children of one array or object some successful schema has looked at, by ordinal.
class Evaluated {
 public:
  void mark(std::size_t ordinal) {
    if (ordinal >= marks_.size()) marks_.resize(ordinal + 1);
    marks_[ordinal] = true;
  }
  [[nodiscard]] bool has(std::size_t ordinal) const { return ordinal < marks_.size() && marks_[ordinal]; }
  void merge(const Evaluated& other) {
    for (std::size_t i = 0; i < other.marks_.size(); ++i)
      if (other.marks_[i]) mark(i);
  }

 private:
  std::vector<bool> marks_;
};

struct Found {
  Violation violation;
  std::vector<std::uint32_t> order;  // ordinals from the root: sorts in document order
};

struct Sink {
  std::size_t limit;
  std::vector<Found> found;
  [[nodiscard]] bool full() const { return found.size() >= limit; }
};

class Evaluation {
 public:
  explicit Evaluation(const Schema::Program& program) : program_(program) {}
  // With a null sink, stops at the first violation.
  [[nodiscard]] bool run(JsonView instance, Sink* sink);

 private:
  struct Frame {
    const Node& node;
    const Value& value;
    const Path& path;
    const Scope* scope;
    Evaluated* evaluated;  // null: nobody asks
    Sink* sink;            // null: only the verdict is wanted
  };
  enum class Stop : std::uint8_t { no, steps, depth };

  bool evaluate(NodeId id, const Value& value, const Path& path, const Scope* scope, Evaluated* evaluated, Sink* sink);
  bool apply(NodeId id, const Frame& f) { return evaluate(id, f.value, f.path, f.scope, f.evaluated, f.sink); }
  bool run_keywords(const Frame& f);
  bool run_keyword(const Instruction& i, const Frame& f);

  bool run_type(const Instruction& i, const Frame& f);
  bool run_equality(const Instruction& i, const Frame& f);
  bool run_number(const Instruction& i, const Frame& f);
  bool run_string(const Instruction& i, const Frame& f);
  bool run_size(const Instruction& i, const Frame& f);

  bool run_dynamic_ref(const Instruction& i, const Frame& f);
  bool run_all_of(const Instruction& i, const Frame& f);
  bool run_any_of(const Instruction& i, const Frame& f);
  bool run_one_of(const Instruction& i, const Frame& f);
  bool run_negation(const Instruction& i, const Frame& f);
  bool run_conditional(const Instruction& i, const Frame& f);
  std::vector<std::uint32_t> matching_branches(const Instruction& i, const Frame& f);
  void explain_branches(const Instruction& i, const Frame& f);

  bool run_items(const Instruction& i, const Frame& f);
  bool run_contains(const Instruction& i, const Frame& f);
  bool run_unique(const Instruction& i, const Frame& f);
  bool distinct_strings(const Frame& f);
  bool run_unevaluated_items(const Instruction& i, const Frame& f);
  bool run_members(const Instruction& i, const Frame& f);
  bool check_member(const Members& members, const Value& value, const Path& path, const Frame& f, std::size_t& required_seen);
  bool check_name(NodeId node, const Path& path, const Frame& f);
  bool report_missing(const Members& members, const Frame& f);
  bool run_dependent_required(const Instruction& i, const Frame& f);
  bool run_dependent_schemas(const Instruction& i, const Frame& f);
  bool run_unevaluated_properties(const Instruction& i, const Frame& f);

  // Settles the most frequent case on the spot: a schema that only wants a string, and a string it is glad with.
  [[nodiscard]] bool is_plain_string(NodeId id, JsonView value) const {
    const Node& node = program_.nodes[id];
    return node.only_string && value.is_string() && (value.get_string().value_unsafe().size() + 3) / 4 >= node.least_characters;
  }

  // Records a violation if somebody listens. Always false, so that a caller can return it. `message` makes the text.
  template <class Message>
  bool report(const Frame& f, std::string_view keyword, const Path& path, Message message) {
    if (f.sink != nullptr && !f.sink->full()) add(*f.sink, path, f.node.location + "/" + std::string(keyword), message());
    return false;
  }
  static void add(Sink& sink, const Path& path, std::string keyword, std::string message);
  // No further violation of this schema is wanted.
  [[nodiscard]] bool enough(const Frame& f) const { return stop_ != Stop::no || f.sink == nullptr || f.sink->full(); }

  const Schema::Program& program_;
  TextTable strings_;  // of distinct_strings()
  std::uint64_t steps_ = 0;
  std::uint32_t depth_ = 0;
  Stop stop_ = Stop::no;
};

}  // namespace entente::schema
