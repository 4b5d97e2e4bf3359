// The catalogue is read when the server starts; its answers change with the program only. Who measures a control is looked up where it is
// decided: in the table of engines, in the table of what the registry judges itself, in the control's class.
#include <fmt/format.h>
#include <algorithm>

#include "catalog/control_json.h"
#include "catalog/crosswalk.h"
#include "catalog/norms.h"
#include "measures/all.h"
#include "registry/identity.h"
#include "server/api_reading.h"
#include "server/api_views.h"

namespace entente::server {
namespace {

// What the routes of the catalogue share.
struct Views {
  const catalog::Catalog& catalog;
  catalog::Norms norms;
};
using SharedViews = std::shared_ptr<const Views>;

Json not_measured(std::string_view why) { return {{"by", nullptr}, {"why", why}}; }

// Who measures it today, and how a person has it measured.
Json measured_json(const catalog::Control& control) {
  if (registry::judged_from_ledger(control.id)) return {{"by", "registry"}};
  for (const measures::Measure* engine : measures::all()) {
    const auto controls = engine->controls();
    if (std::ranges::find(controls, control.id) != controls.end())
      return {{"by", engine->name()}, {"command", engine->command(control.id)}};
  }
  switch (control.evidence_class) {
    case catalog::EvidenceClass::declared: return not_measured("declared");
    case catalog::EvidenceClass::attested: return not_measured("attested");
    default: return not_measured("no-engine-yet");
  }
}

Json engine_json(const measures::Measure& engine) {
  Json controls = Json::array();
  for (const catalog::ControlId id : engine.controls()) {
    Json needs = Json::array();
    for (const auto any_of : engine.needs(id)) needs.push_back(std::vector<std::string_view>(any_of.begin(), any_of.end()));
    controls.push_back(Json{{"control", id.str()}, {"command", engine.command(id)}, {"needs", std::move(needs)}});
  }
  const auto kinds = engine.evidence_kinds();
  return {{"name", engine.name()},
          {"controls", std::move(controls)},
          {"evidence_kinds", std::vector<std::string_view>(kinds.begin(), kinds.end())}};
}

Result<Made> engines(const ApiContext&, const Call&) {
  Json items = Json::array();
  for (const measures::Measure* engine : measures::all()) items.push_back(engine_json(*engine));
  return json_made(Json{{"items", std::move(items)}});
}

Result<Made> principles(const ApiContext& context, const Call&) {
  Json items = Json::array();
  for (const catalog::Principle& p : context.catalog->principles()) items.push_back(catalog::to_json(p, *context.catalog));
  return json_made(Json{{"items", std::move(items)}});
}

Result<unsigned> principle_number(const Call& call) {
  const auto number = number_of(call.values[0]);
  if (!number || *number > 9) return absent("principle " + shown(call.values[0]));
  return static_cast<unsigned>(*number);
}

Maker principle(const SharedViews& views) {
  return [views](const ApiContext&, const Call& call) -> Result<Made> {
    ENTENTE_TRY(const unsigned number, principle_number(call));
    Json out = catalog::to_json(views->catalog.principle(number), views->catalog);
    if (number > 0) out["norms"] = catalog::principle_norms_json(views->norms, views->catalog, number);
    return json_made(out);
  };
}

Result<Made> controls(const ApiContext& context, const Call&) {
  std::vector<const catalog::Control*> all;
  for (const catalog::Control& c : context.catalog->controls()) all.push_back(&c);
  Json out = catalog::controls_json(*context.catalog, all);
  for (std::size_t c = 0; c < all.size(); ++c) out["controls"][c]["measured"] = measured_json(*all[c]);
  return json_made(out);
}

Maker control(const SharedViews& views) {
  return [views](const ApiContext&, const Call& call) -> Result<Made> {
    const catalog::Control* found = control_asked(views->catalog, call);
    if (found == nullptr) return absent("control " + shown(call.values[0]));
    Json out = catalog::to_json(*found, views->catalog);
    out["measured"] = measured_json(*found);
    out["norms"] = catalog::control_norms_json(views->norms, *found);
    return json_made(out);
  };
}

Maker norms(const SharedViews& views) {
  return [views](const ApiContext&, const Call&) -> Result<Made> { return json_made(catalog::instruments_json(views->norms)); };
}

Maker instrument(const SharedViews& views) {
  return [views](const ApiContext&, const Call& call) -> Result<Made> {
    const catalog::Instrument* found = views->norms.instrument(call.values[0]);
    if (found == nullptr) return absent("instrument " + shown(call.values[0]));
    return json_made(catalog::instrument_json(views->norms, *found));
  };
}

Maker crosswalk(const SharedViews& views) {
  return [views](const ApiContext&, const Call&) -> Result<Made> { return json_made(catalog::matrix_json(views->norms)); };
}

}  // namespace

const catalog::Control* control_asked(const catalog::Catalog& catalog, const Call& call) {
  const auto id = catalog::ControlId::parse(call.values[0]);
  return id ? catalog.find(*id) : nullptr;
}

Result<void> add_catalogue(Router& router, const std::shared_ptr<const ApiContext>& context) {
  ENTENTE_TRY(catalog::Norms loaded, catalog::Norms::load(*context->data, *context->catalog));
  const auto views = std::make_shared<const Views>(Views{.catalog = *context->catalog, .norms = std::move(loaded)});
  const auto get = [&](std::string_view pattern, Maker make) { router.add(http::Method::get, pattern, reading(context, std::move(make))); };
  get("/principles", principles);
  get("/principles/{number}", principle(views));
  get("/controls", controls);
  get("/controls/{id}", control(views));
  get("/measures", engines);
  get("/norms", norms(views));
  get("/norms/{id}", instrument(views));
  get("/crosswalk", crosswalk(views));
  return {};
}

}  // namespace entente::server
