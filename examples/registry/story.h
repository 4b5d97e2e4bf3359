// Eight years of a registry: who does what, and when. Each function puts deeds on the chronicle's timeline.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "catalog/control.h"
#include "chronicle.h"
#include "organisation.h"

namespace entente::example {

inline constexpr std::string_view kOrigin = "registry.example/ledger";
inline constexpr std::string_view kRegistryName = "Example registry (all organisations are invented)";
// What stands for the text of the Call in this example.
inline constexpr std::string_view kTextEnglish = "This stands for the text of the Paris Call in an example registry.\n";
inline constexpr std::string_view kTextFrench = "Ceci tient lieu du texte de l’Appel de Paris dans un registre d’exemple.\n";
inline constexpr std::string_view kTextVersion = "2018-11-12";
inline constexpr std::size_t kWitnesses = 3;

// Names of keys.
[[nodiscard]] std::string officer(int number);   // 1 … 3
[[nodiscard]] std::string assessor(int number);  // 1 … 2
inline constexpr std::string_view kVerifier = "registry.example/verifier", kImporter = "registry.example/importer",
                                  kMonitor = "registry.example/monitor";
[[nodiscard]] std::string witness(std::size_t number);  // 1 … kWitnesses

[[nodiscard]] Instant moment(int year, unsigned month, unsigned day, int hour = 9, int minute = 0);
// When the story ends.
[[nodiscard]] inline Instant the_end() { return moment(2026, 11, 28); }

using Members = std::vector<std::shared_ptr<Organisation>>;

// story_registry.cc: rules, imports, releases of the catalogue, events, communication checks, memberships of the registry itself.
void plan_registry(Chronicle& chronicle, const catalog::Catalog& catalog, const Members& members);
// story_records.cc: pledges, proofs, approvals, renewals, corrections, keys, contacts, ends.
void plan_records(Chronicle& chronicle, const Members& staying, const Members& leaving, const Members& waiting, const Members& refused);
// story_assessments.cc: evidence, assessments, disputes, decisions, peer reviews.
void plan_assessments(Chronicle& chronicle, const catalog::Catalog& catalog, const Members& members);

}  // namespace entente::example
