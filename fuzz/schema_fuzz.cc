// A schema (the first line) and an instance (the rest): compiling and validating never crash or hang, the quick verdict is
// that of the collecting one, violations name places that exist, and the same input gives the same violations.
#include <cstdlib>

#include "schema/schema.h"

using namespace entente;

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

bool same(const std::vector<schema::Violation>& a, const std::vector<schema::Violation>& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (a[i].instance != b[i].instance || a[i].keyword != b[i].keyword || a[i].message != b[i].message) return false;
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t line = std::min(text.find('\n'), text.size());
  schema::CompileOptions options;
  options.max_steps = 20'000;
  const auto compiled = schema::Schema::compile(text.substr(0, line), "schema", options);
  if (!compiled) {
    require(!compiled.error().what.empty());
    return 0;
  }
  const auto instance = JsonDocument::parse(text.substr(std::min(line + 1, text.size())), "instance");
  if (!instance) return 0;
  const bool valid = compiled->is_valid(instance->root());
  const auto violations = compiled->validate(instance->root(), 5);
  require(valid == violations.empty());
  require(violations.size() <= 5);
  for (const schema::Violation& v : violations) {
    require(!v.message.empty());
    require(v.instance.empty() || instance->root().at_pointer(v.instance).error() == simdjson::SUCCESS);
  }
  require(same(violations, compiled->validate(instance->root(), 5)));
  require(schema::check(*compiled, *instance).has_value() == valid);
  return 0;
}
