// Plain transcription.
#include "catalog/control_json.h"

namespace entente::catalog {

Json to_json(const Text& text) { return Json{{"en", text.en}, {"fr", text.fr}}; }

Json to_json(const Control& c, const Catalog& catalog) {
  Json out = Json::object();
  out["id"] = c.id.str();
  out["principle"] = catalog.principle(c.id.principle()).id;
  out["title"] = to_json(c.title);
  out["roles"] = c.roles;
  out["evidence_class"] = std::string(1, letter(c.evidence_class));
  out["max_age_days"] = c.max_age_days;
  out["standard"] = c.standard;
  out["evidence"] = to_json(c.evidence);
  out["test"] = to_json(c.test);
  out["satisfied"] = to_json(c.satisfied);
  out["partial"] = to_json(c.partial);
  out["not_applicable"] = to_json(c.not_applicable);
  out["hooks"] = c.hooks;
  return out;
}

Json to_json(const Principle& p, const Catalog& catalog) {
  Json out{{"number", p.number}, {"id", p.id}, {"title", to_json(p.title)}, {"text", to_json(p.text)}, {"controls", Json::array()}};
  for (const Control& c : catalog.controls())
    if (c.id.principle() == p.number) out["controls"].push_back(c.id.str());
  return out;
}

Json controls_json(const Catalog& catalog, const std::vector<const Control*>& controls) {
  Json out = Json::object();
  out["catalog"] = Json{{"version", catalog.version()}, {"digest", catalog.digest().str()}};
  out["controls"] = Json::array();
  for (const Control* c : controls) out["controls"].push_back(to_json(*c, catalog));
  return out;
}

}  // namespace entente::catalog
