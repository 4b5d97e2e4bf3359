// JSON Schema: draft-07 and 2020-12, compiled once, checked many times. https://json-schema.org/draft-07 and
// https://json-schema.org/draft/2020-12; draft-04 and draft-06 too, as published schemas refer to them (CSAF to CVSS). `format` asserts for
// the formats listed in docs/schema.md (it is an annotation by default in 2020-12; FormatMode says which). No network: a $ref resolves
// inside the document, in the other documents given, or to a meta-schema compiled in.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.h"

namespace entente::schema {

enum class FormatMode { annotate, assert_known };

struct CompileOptions {
  FormatMode formats = FormatMode::assert_known;
  // Other schema documents by absolute URI (their $id or the URI they were retrieved from), as JSON text.
  std::map<std::string, std::string> documents;
  // Draft used where a document has no $schema.
  std::string default_draft = "https://json-schema.org/draft/2020-12/schema";
  // Subschemas one validate() may apply. A schema whose branches multiply (anyOf over recursive $refs) is stopped there,
  // and the instance counts as invalid with a violation that says so. An ordinary schema takes some ten a value.
  std::uint64_t max_steps = 1'000'000'000;
};

// One way in which an instance breaks the schema.
struct Violation {
  std::string instance;  // JSON pointer into the instance
  // JSON pointer into the schema, with $refs resolved: "/$defs/name/minLength"; "URI#pointer" in another document.
  std::string keyword;
  std::string message;  // "shorter than 1 character"
};

// Immutable after compile(); thread-safe; cheap to copy.
class Schema {
 public:
  // `name` is what errors call the document. Errors: not JSON, an unknown draft, a keyword's value of the wrong form, a $ref
  // that leads nowhere or back to itself without going into the instance, a regular expression RE2 cannot take; each with
  // file, line, column and JSON pointer.
  [[nodiscard]] static Result<Schema> compile(std::string_view json_text, std::string name, const CompileOptions& options = {});
  // Empty if valid; at most `max_violations`, in document order. For `anyOf`/`oneOf` the violations of the branch that came
  // furthest are reported after a line that says so.
  [[nodiscard]] std::vector<Violation> validate(JsonView instance, std::size_t max_violations = 20) const;
  [[nodiscard]] bool is_valid(JsonView instance) const;  // stops at the first violation
  // is_valid(), and what was seen beside it. `orderly`: the schema's `properties` name each member of each object, and the members of each
  // object stand in the order of their bytes. False: one of the two does not hold, or it was not looked at.
  struct Judgement {
    bool valid = false, orderly = false;
  };
  [[nodiscard]] Judgement judge(JsonView instance) const;
  // The same by the way validate() goes: for tests that compare the two.
  [[nodiscard]] bool is_valid_slowly(JsonView instance) const;

  struct Program;

 private:
  explicit Schema(std::shared_ptr<const Program> program) : program_(std::move(program)) {}
  std::shared_ptr<const Program> program_;
};

// The first violation as an Error with file, line and column of the instance.
[[nodiscard]] Result<void> check(const Schema& schema, const JsonDocument& document);

}  // namespace entente::schema
