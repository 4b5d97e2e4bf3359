// The public face: compile, validate, and a first violation as an Error with its place in the instance's file.
#include "schema/schema.h"

#include <fmt/format.h>
#include <algorithm>

#include "schema/compiler.h"
#include "schema/evaluation.h"
#include "schema/verdict.h"

namespace entente::schema {

Result<Schema> Schema::compile(std::string_view json_text, std::string name, const CompileOptions& options) {
  ENTENTE_TRY(std::shared_ptr<const Program> program, Compiler(options).compile(json_text, std::move(name)));
  return Schema(std::move(program));
}

std::vector<Violation> Schema::validate(JsonView instance, std::size_t max_violations) const {
  Sink sink{std::max<std::size_t>(max_violations, 1), {}};
  std::vector<Violation> out;
  if (Evaluation(*program_).run(instance, &sink)) return out;
  for (Found& found : sink.found) out.push_back(std::move(found.violation));
  return out;
}

Schema::Judgement Schema::judge(JsonView instance) const {
  Verdict verdict(*program_);
  const Verdict::Answer quick = verdict.of(instance);
  if (quick == Verdict::Answer::undecided) return {is_valid_slowly(instance), false};
  return {quick == Verdict::Answer::holds, quick == Verdict::Answer::holds && verdict.is_orderly()};
}

bool Schema::is_valid(JsonView instance) const { return judge(instance).valid; }

bool Schema::is_valid_slowly(JsonView instance) const { return Evaluation(*program_).run(instance, nullptr); }

Result<void> check(const Schema& schema, const JsonDocument& document) {
  if (schema.is_valid(document.root())) return {};
  const std::vector<Violation> violations = schema.validate(document.root());
  const Violation& first = violations.front();
  std::string what = first.message;
  // A heading is of no use without the line it announces.
  if (what.ends_with(':') && violations.size() > 1) {
    const std::string below = violations[1].instance.substr(std::min(first.instance.size(), violations[1].instance.size()));
    what += fmt::format(" {}{}", below.empty() ? "" : below + " ", violations[1].message);
  }
  return fail(std::move(what), document.where(first.instance),
              fmt::format("the rule is at {} in the schema", first.keyword.empty() ? "the root" : first.keyword));
}

}  // namespace entente::schema
