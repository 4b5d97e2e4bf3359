// Order and spelling of every hashed part follow electionguard-python 1.4, found by recomputing the published records; the specification
// leaves both open (electionguard issue 249).
#include "measures/p3_elections/e2e/eg1_hash.h"

#include "core/time.h"

namespace entente::measures::p3_elections::e2e {
namespace {

std::string eg1_hexadecimal(Bytes bytes) {
  std::size_t zeros = 0;
  while (zeros + 1 < bytes.size() && bytes[zeros] == 0) ++zeros;
  std::string text = to_hex(ByteView(bytes).subspan(zeros));
  for (char& c : text)
    if (c >= 'a') c = static_cast<char>(c - 'a' + 'A');
  return text;
}

std::optional<JsonView> eg1_get(JsonView object, std::string_view key) { return json_get(object, key); }

bool eg1_absent(std::optional<JsonView> view) { return !view || view->is_null(); }

// Digests of the elements of a list, each by `each`; a null or absent list stays so.
template <class Each>
Eg1Hash& eg1_list(Eg1Hash& hash, const Group& group, std::optional<JsonView> view, Each each) {
  std::vector<Scalar> digests;
  if (!eg1_absent(view))
    if (const auto array = as_array(*view))
      for (const JsonView item : *array) digests.push_back(each(group, item));
  return hash.list(digests);
}

Scalar eg1_language(const Group& group, JsonView item) {
  return Eg1Hash(group).value(eg1_get(item, "value")).value(eg1_get(item, "language")).finish();
}
Scalar eg1_annotated(const Group& group, JsonView item) {
  return Eg1Hash(group).value(eg1_get(item, "annotation")).value(eg1_get(item, "value")).finish();
}

void eg1_text(Eg1Hash& hash, const Group& group, std::optional<JsonView> view) {
  if (eg1_absent(view)) {
    hash.null();
    return;
  }
  Eg1Hash inner(group);
  eg1_list(inner, group, eg1_get(*view, "text"), eg1_language);
  hash.add(inner.finish());
}

void eg1_contact(Eg1Hash& hash, const Group& group, std::optional<JsonView> view) {
  if (eg1_absent(view)) {
    hash.null();
    return;
  }
  Eg1Hash inner(group);
  inner.value(eg1_get(*view, "name")).value(eg1_get(*view, "address_line"));
  eg1_list(inner, group, eg1_get(*view, "email"), eg1_annotated);
  eg1_list(inner, group, eg1_get(*view, "phone"), eg1_annotated);
  hash.add(inner.finish());
}

Scalar eg1_unit(const Group& group, JsonView unit) {
  Eg1Hash hash(group);
  hash.value(eg1_get(unit, "object_id")).value(eg1_get(unit, "name")).value(eg1_get(unit, "type"));
  eg1_contact(hash, group, eg1_get(unit, "contact_information"));
  return hash.finish();
}

Scalar eg1_party(const Group& group, JsonView party) {
  Eg1Hash hash(group);
  hash.value(eg1_get(party, "object_id"));
  eg1_text(hash, group, eg1_get(party, "name"));
  hash.value(eg1_get(party, "abbreviation")).value(eg1_get(party, "color")).value(eg1_get(party, "logo_uri"));
  return hash.finish();
}

Scalar eg1_style(const Group& group, JsonView style) {
  return Eg1Hash(group)
      .value(eg1_get(style, "object_id"))
      .value(eg1_get(style, "geopolitical_unit_ids"))
      .value(eg1_get(style, "party_ids"))
      .value(eg1_get(style, "image_uri"))
      .finish();
}

}  // namespace

Eg1Hash& Eg1Hash::add(const Element& x) { return add(std::string_view(eg1_hexadecimal(group_.bytes(x)))); }
Eg1Hash& Eg1Hash::add(const Scalar& x) { return add(std::string_view(eg1_hexadecimal(group_.bytes(x)))); }
Eg1Hash& Eg1Hash::add(std::uint64_t number) { return add(std::string_view(std::to_string(number))); }

Eg1Hash& Eg1Hash::add(std::string_view text) {
  hash_.update(text);
  hash_.update("|");
  return *this;
}

Eg1Hash& Eg1Hash::value(std::optional<JsonView> view) {
  if (eg1_absent(view)) return null();
  if (const auto text = as_string(*view)) return add(*text);
  std::uint64_t number = 0;
  if (view->get_uint64().get(number) == simdjson::SUCCESS) return add(number);
  const auto array = as_array(*view);
  if (!array || array->size() == 0) return null();
  Eg1Hash inner(group_);
  for (const JsonView item : *array) inner.value(item);
  return add(inner.finish());
}

Scalar Eg1Hash::finish() { return group_.scalar_reduced(hash_.finish().view()); }

Scalar eg1_selection_hash(const Group& group, JsonView selection) {
  return Eg1Hash(group)
      .value(eg1_get(selection, "object_id"))
      .value(eg1_get(selection, "sequence_order"))
      .value(eg1_get(selection, "candidate_id"))
      .finish();
}

Scalar eg1_contest_hash(const Group& group, JsonView contest) {
  Eg1Hash hash(group);
  for (const char* key : {"object_id", "sequence_order", "electoral_district_id", "vote_variation"}) hash.value(eg1_get(contest, key));
  eg1_text(hash, group, eg1_get(contest, "ballot_title"));
  eg1_text(hash, group, eg1_get(contest, "ballot_subtitle"));
  for (const char* key : {"name", "number_elected", "votes_allowed"}) hash.value(eg1_get(contest, key));
  eg1_list(hash, group, eg1_get(contest, "ballot_selections"), eg1_selection_hash);
  return hash.finish();
}

std::optional<Scalar> eg1_manifest_hash(const Group& group, JsonView manifest) {
  const auto start = parse_time(json_string(manifest, "start_date").value_or(""));
  const auto end = parse_time(json_string(manifest, "end_date").value_or(""));
  if (!start || !end) return std::nullopt;
  Eg1Hash hash(group);
  hash.value(eg1_get(manifest, "election_scope_id")).value(eg1_get(manifest, "type"));
  hash.add(std::string_view(format_time(*start))).add(std::string_view(format_time(*end)));  // in UTC
  eg1_text(hash, group, eg1_get(manifest, "name"));
  eg1_contact(hash, group, eg1_get(manifest, "contact_information"));
  eg1_list(hash, group, eg1_get(manifest, "geopolitical_units"), eg1_unit);
  eg1_list(hash, group, eg1_get(manifest, "parties"), eg1_party);
  eg1_list(hash, group, eg1_get(manifest, "contests"), eg1_contest_hash);
  eg1_list(hash, group, eg1_get(manifest, "ballot_styles"), eg1_style);
  return hash.finish();
}

}  // namespace entente::measures::p3_elections::e2e
