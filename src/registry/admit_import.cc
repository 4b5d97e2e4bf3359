// Records taken over from an earlier list: one statement of an importer holds many. Each creates an imported record, or replaces what an
// earlier import said of one nobody has claimed. A statement with one record that cannot stand is refused as a whole, so that an importer
// never believes in records the registry dropped.
#include <fmt/format.h>
#include <algorithm>

#include "registry/import_statement.h"
#include "registry/state_impl.h"

namespace entente::registry {
namespace {

RecordDates read_dates(JsonView record) {
  RecordDates out;
  const auto dates = json_get(record, "dates");
  if (!dates) return out;
  out.signed_on = json_string(*dates, "signed_on").value_or("");
  out.published_on = json_string(*dates, "published_on").value_or("");
  out.signed_no_later_than = json_string(*dates, "signed_no_later_than").value_or("");
  return out;
}

std::vector<std::string> read_strings(JsonView record, std::string_view member) {
  std::vector<std::string> out;
  if (const auto list = json_array(record, member))
    for (const JsonView item : *list) out.emplace_back(as_string(item).value_or(""));
  return out;
}

// What the list calls the record: its own id, else the file.
std::string read_source(JsonView record) {
  const auto source = json_get(record, "source");
  if (!source) return {};
  return std::string(json_string(*source, "id").value_or(json_string(*source, "file").value_or("")));
}

Verdict judge_imported_record(const State::Impl& state, const Identity& identity, const std::string& pointer) {
  const Supporter* found = state.find(identity.id);
  if (found == nullptr || found->status == Status::imported) return {};
  return reject(Code::id_taken, fmt::format("\"{}\" is {}", identity.id, name(found->status)), pointer + "/organisation/id",
                is_tombstone(found->status) ? "ids are never used again" : "an import does not overwrite what a supporter has signed");
}

void import_memberships(const Reading& reading, JsonView record, SupporterDetail& detail) {
  std::erase_if(detail.memberships, [](const Membership& m) { return m.basis == Membership::Basis::imported; });
  for (std::string& instrument : read_strings(record, "memberships")) {
    const auto it = std::lower_bound(detail.memberships.begin(), detail.memberships.end(), instrument,
                                     [](const Membership& m, const std::string& name) { return m.instrument < name; });
    if (it != detail.memberships.end() && it->instrument == instrument) continue;
    detail.memberships.insert(it, {.instrument = std::move(instrument), .basis = Membership::Basis::imported, .leaf = reading.leaf});
  }
}

void import_record(const State::Impl& state, const Reading& reading, Effects& effects, JsonView record) {
  const auto organisation = json_get(record, "organisation");
  Identity identity = Identity::from(*organisation).value();
  const bool is_new = state.find(identity.id) == nullptr;
  Supporter& supporter = effects.changed(identity.id);
  supporter.identity = std::move(identity);
  supporter.dates = read_dates(record);
  supporter.identity_leaf = reading.leaf;
  if (is_new) {
    supporter.status = Status::imported;
    supporter.record_leaf = supporter.status_leaf = reading.leaf;
    supporter.record = reading.envelope;
  }
  SupporterDetail& detail = supporter.edit();
  detail.source = read_source(record);
  detail.former_names = read_strings(record, "former_names");
  import_memberships(reading, record, detail);
}

}  // namespace

Verdict judge_imported(const State::Impl& state, const Reading& reading) {
  ENTENTE_JUDGE(signed_by_role(state, reading, {Role::importer}));
  if (reading.signers.size() != 1 || reading.text("importer") != reading.signers.front().key.str())
    return reject(Code::not_entitled, "an import is signed by the importer it names, and by nobody else", "/predicate/importer");
  std::set<std::string> seen;
  std::size_t i = 0;
  const auto list = json_array(reading.predicate(), "records");
  if (!list) return reject(Code::schema, "an import has records", "/predicate/records");
  for (const JsonView record : *list) {
    const std::string pointer = fmt::format("/predicate/records/{}", i++);
    const auto organisation = json_get(record, "organisation");
    if (!organisation) return reject(Code::schema, "a record has an organisation", pointer);
    const auto identity = Identity::from(*organisation);
    if (!identity)
      return reject(Code::schema, identity.error().what, pointer + "/organisation" + identity.error().where.pointer, identity.error().hint);
    if (!seen.insert(identity->id).second)
      return reject(Code::id_taken, fmt::format("\"{}\" stands twice", identity->id), pointer + "/organisation/id");
    ENTENTE_JUDGE(judge_imported_record(state, *identity, pointer));
  }
  if (const auto whole = check_import(reading.predicate()); !whole)
    return reject(Code::schema, whole.error().what, whole.error().where.pointer, "make it with `entente registry import`");
  return {};
}

void effect_imported(State::Impl& state, const Reading& reading, Effects& effects) {
  const auto list = json_array(reading.predicate(), "records");
  if (!list) return;
  for (const JsonView record : *list) import_record(state, reading, effects, record);
  effects.touch(Table::memberships);
}

}  // namespace entente::registry
