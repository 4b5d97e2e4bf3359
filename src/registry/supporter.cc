// The identity block as JSON, and the names of the categories.
#include "registry/supporter.h"

#include <array>

namespace entente::registry {
namespace {

constexpr std::array<std::string_view, 5> kCategories = {"state", "public-authority", "private-sector", "civil-society",
                                                         "intergovernmental"};

std::string text(JsonView object, std::string_view member) { return std::string(json_string(object, member).value_or("")); }

void put(Json& object, const char* member, const std::string& value) {
  if (!value.empty()) object[member] = value;
}

}  // namespace

std::string_view name(Category category) { return kCategories[static_cast<std::size_t>(category)]; }

std::optional<Category> category_from(std::string_view name) {
  for (std::size_t i = 0; i < kCategories.size(); ++i)
    if (kCategories[i] == name) return static_cast<Category>(i);
  return std::nullopt;
}

Result<Identity> Identity::from(JsonView object) {
  if (!as_object(object)) return fail("an organisation is a JSON object");
  Identity out{.id = text(object, "id"),
               .name = text(object, "name"),
               .nature = text(object, "nature"),
               .country = text(object, "country"),
               .website = text(object, "website"),
               .lei = text(object, "lei"),
               .ror = text(object, "ror"),
               .wikidata = text(object, "wikidata"),
               .register_number = text(object, "register_number")};
  if (const auto names = json_object(object, "names"))
    for (const auto& [tag, value] : *names) out.names.emplace(tag, as_string(value).value_or(""));
  if (const auto category = json_string(object, "category")) {
    out.category = category_from(*category);
    if (!out.category) return fail("no such category of supporters", {.pointer = "/category"}, "see docs/registry.md");
  }
  if (out.id.empty()) return fail("an organisation needs an id", {.pointer = "/id"});
  return out;
}

Json Identity::json() const {
  Json out = Json::object();
  out["id"] = id;
  put(out, "name", name);
  for (const auto& [tag, value] : names) out["names"][tag] = value;
  if (category) out["category"] = std::string(registry::name(*category));
  put(out, "nature", nature);
  put(out, "country", country);
  put(out, "website", website);
  put(out, "lei", lei);
  put(out, "ror", ror);
  put(out, "wikidata", wikidata);
  put(out, "register_number", register_number);
  return out;
}

}  // namespace entente::registry
