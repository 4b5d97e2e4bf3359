// The whole document against the JSON Schema of its format and version. Schemas are compiled on first use and kept. The validator stops at
// the first violation when asked for a verdict only, which is the common case and the fast one; places are gathered in a second pass.
// That no two of 20,000 components are equal costs the validator a hash over every value. Equal ones have equal names and references, so
// the verdict is taken without that rule where these already differ, and with it where two agree.
#include <array>
#include <mutex>
#include <optional>
#include <set>

#include "core/data.h"
#include "core/utf8.h"
#include "measures/p6_supply/sbom_reader.h"
#include "schema/schema.h"

namespace entente::measures::p6_supply {

namespace {

enum class EqualItems : std::uint8_t { refused, not_asked };

// The schema's text without uniqueItems for the two long lists.
std::string without_unique_lists(std::string_view text) {
  Json schema = Json::parse(text, nullptr, false);
  for (const char* list : {"components", "dependencies"}) {
    const auto pointer = Json::json_pointer(std::string("/properties/") + list);
    if (schema.contains(pointer)) schema[pointer].erase("uniqueItems");
  }
  return json_compact(schema);
}

Result<schema::Schema> compile_sbom_schema(const std::string& file, EqualItems equal) {
  const DataSet& data = DataSet::embedded();
  ENTENTE_TRY(const std::string_view whole, data.file("sbom/" + file));
  const std::string text = equal == EqualItems::refused ? std::string(whole) : without_unique_lists(whole);
  schema::CompileOptions options;
  options.default_draft = "http://json-schema.org/draft-07/schema#";
  for (const char* name : {"spdx", "jsf-0.82", "cryptography-defs"}) {
    ENTENTE_TRY(const std::string_view other, data.file(std::string("sbom/") + name + ".json"));
    options.documents.emplace(std::string("http://cyclonedx.org/schema/") + name + ".schema.json", other);
  }
  return schema::Schema::compile(text, data.display_name("sbom/" + file), options);
}

struct SchemaSlot {
  std::once_flag once;
  std::optional<Result<schema::Schema>> schema;
};

// By CycloneDX minor version, 2 to 7; SPDX 2 at 0.
const Result<schema::Schema>& sbom_schema(const Sbom& sbom, EqualItems equal) {
  static std::array<std::array<SchemaSlot, 8>, 2> slots;
  const bool cyclonedx = sbom.format == SbomFormat::cyclonedx;
  SchemaSlot& slot = slots[equal == EqualItems::refused ? 0 : 1][cyclonedx ? static_cast<std::size_t>(sbom.spec_version[2] - '0') : 0];
  std::call_once(slot.once, [&] {
    slot.schema.emplace(compile_sbom_schema(cyclonedx ? fmt::format("cyclonedx-{}.json", sbom.spec_version) : "spdx-2.json", equal));
  });
  return *slot.schema;
}

// Whether two components, or two dependencies, of the top lists may be equal as a whole.
bool may_have_equal_items(const Sbom& sbom) {
  if (sbom.error_count > 0) return true;  // a bom-ref used twice is one
  std::set<std::array<std::string_view, 4>> unreferenced;
  for (const Component& c : sbom.components)
    if (c.origin == ComponentOrigin::components && c.ref.empty() && !unreferenced.insert({c.name, c.version, c.group, c.purl}).second)
      return true;
  const auto dependencies = json_array(sbom.document.root(), "dependencies");
  if (!dependencies) return false;
  RefTable refs;
  refs.reserve(dependencies->size());
  for (const JsonView one : *dependencies)
    if (!refs.insert(json_string(one, "ref").value_or(""), 0)) return true;
  return false;
}

// The hash a pointer leads into: the reader judges algorithm and digest together and notes the hash. The pointer itself if it leads
// elsewhere.
std::string_view hash_of(std::string_view pointer) {
  for (const std::string_view member : {"/alg", "/content", "/algorithm", "/checksumValue"})
    if (pointer.ends_with(member)) return pointer.substr(0, pointer.size() - member.size());
  return pointer;
}

}  // namespace

Result<void> check_sbom_schema(Sbom& sbom) {
  if (sbom.format == SbomFormat::cyclonedx && !may_have_equal_items(sbom)) {
    const Result<schema::Schema>& fast = sbom_schema(sbom, EqualItems::not_asked);
    if (!fast) return fail(fast.error());
    if (fast->is_valid(sbom.document.root())) return {};
  }
  const Result<schema::Schema>& schema = sbom_schema(sbom, EqualItems::refused);
  if (!schema) return fail(schema.error());
  if (schema->is_valid(sbom.document.root())) return {};
  std::set<std::string, std::less<>> known;
  for (const Issue& issue : sbom.issues)
    if (issue.level == IssueLevel::error) known.insert(issue.pointer);
  const std::uint64_t before = sbom.error_count;
  for (schema::Violation& v : schema->validate(sbom.document.root(), kMaxIssues)) {
    if (known.contains(v.instance) || known.contains(hash_of(v.instance))) continue;
    ++sbom.error_count;
    if (sbom.issues.size() < kMaxIssues) sbom.issues.push_back({IssueLevel::error, std::move(v.instance), std::move(v.message)});
  }
  // Beyond the validator's bound nothing is counted; an invalid document is never called valid.
  if (before == 0 && sbom.error_count == 0) {
    ++sbom.error_count;
    sbom.issues.push_back({IssueLevel::error, "", "the document breaks its schema"});
  }
  return {};
}

}  // namespace entente::measures::p6_supply
