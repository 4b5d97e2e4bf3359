// Says what would assess a control. The answer follows from three facts: the control's principle (the identity of the pledge, P0, is judged
// from the ledger), its evidence class (A and D are answered by an [[attestation]]), and whether an engine of this build measures it.
#include "assess/guidance.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "measures/all.h"

namespace entente::assess {

using catalog::Control;
using catalog::EvidenceClass;
using catalog::Text;

namespace {

bool is_attestable(const Control& control) {
  return control.evidence_class == EvidenceClass::attested || control.evidence_class == EvidenceClass::declared;
}

bool is_identity(const Control& control) { return control.id.principle() == 0; }

std::string listed(std::span<const std::string_view> words) {
  std::string out;
  for (const auto word : words) out += (out.empty() ? "" : ", ") + std::string(word);
  return out;
}

// "sbom.cyclonedx or sbom.spdx, and kev"
std::string listed(const std::vector<std::span<const std::string_view>>& groups, std::string_view or_word, std::string_view and_word) {
  std::string out;
  for (const auto& group : groups) {
    if (!out.empty()) out += fmt::format(", {} ", and_word);
    for (std::size_t i = 0; i < group.size(); ++i) out += (i == 0 ? "" : fmt::format(" {} ", or_word)) + std::string(group[i]);
  }
  return out;
}

Text attest_command(const Control& control) {
  const bool attested = control.evidence_class == EvidenceClass::attested;
  const std::string tail = fmt::format("entente attest org.toml --control {} --claims satisfied --date DATE --file FILE{}",
                                       control.id.str(), attested ? " --key ATTESTER.key" : "");
  if (attested) {
    return {fmt::format("another party signs: {} (evidence: {})", tail, control.evidence.in(catalog::Language::en)),
            fmt::format("un tiers signe : {} (preuve : {})", tail, control.evidence.in(catalog::Language::fr))};
  }
  return {fmt::format("declare it: {} (evidence: {}); shown, never counted", tail, control.evidence.in(catalog::Language::en)),
          fmt::format("le déclarer : {} (preuve : {}) ; montré, jamais compté", tail, control.evidence.in(catalog::Language::fr))};
}

const measures::Measure* find_engine(catalog::ControlId control) {
  for (const measures::Measure* measure : measures::all()) {
    const auto controls = measure->controls();
    if (std::find(controls.begin(), controls.end(), control) != controls.end()) return measure;
  }
  return nullptr;
}

}  // namespace

bool has_engine(catalog::ControlId control) { return find_engine(control) != nullptr; }

EngineFor engine_for(catalog::ControlId control, const evidence::Bundle& bundle) {
  const measures::Measure* measure = find_engine(control);
  if (measure == nullptr) return {};
  EngineFor out{measure->name(), measure->evidence_kinds(), measure->needs(control)};
  std::erase_if(out.missing, [&](std::span<const std::string_view> any_of) {
    return std::any_of(any_of.begin(), any_of.end(), [&](std::string_view kind) { return !bundle.of_kind(kind).empty(); });
  });
  return out;
}

Text why_not_assessed(const Control& control, const EngineFor& engine) {
  if (is_attestable(control)) {
    return control.evidence_class == EvidenceClass::attested ? Text{"no attestation by another party", "aucune attestation d’un tiers"}
                                                             : Text{"nothing declared", "aucune déclaration"};
  }
  if (is_identity(control)) {
    return {"judged by the registry from the ledger, not from a bundle",
            "jugé par le registre à partir du journal, non d’un dossier de preuves"};
  }
  if (!engine.missing.empty()) {
    return {fmt::format("no evidence of kind {}", listed(engine.missing, "or", "and none of kind")),
            fmt::format("aucune preuve de type {}", listed(engine.missing, "ou", "ni de type"))};
  }
  if (!engine.name.empty()) {
    return {fmt::format("no usable evidence for the engine \"{}\"", engine.name),
            fmt::format("aucune preuve exploitable par le moteur « {} »", engine.name)};
  }
  return {"no engine of this version measures it yet", "aucun moteur de cette version ne le mesure encore"};
}

Text how_to_assess(const Control& control, const EngineFor& engine) {
  if (is_attestable(control)) return attest_command(control);
  const std::string& en = control.evidence.in(catalog::Language::en);
  const std::string& fr = control.evidence.in(catalog::Language::fr);
  if (is_identity(control)) {
    return {fmt::format("publish the pledge in a registry; it needs {}", en),
            fmt::format("publier l’engagement dans un registre ; il faut {}", fr)};
  }
  if (!engine.name.empty()) {
    const std::string any = listed(engine.evidence_kinds);
    return {
        fmt::format("add [[evidence]] of kind {} to org.toml ({})", engine.missing.empty() ? any : listed(engine.missing, "or", "and"), en),
        fmt::format("ajouter à org.toml des [[evidence]] de type {} ({})",
                    engine.missing.empty() ? any : listed(engine.missing, "ou", "et"), fr)};
  }
  return {fmt::format("nothing to do yet; keep the evidence: {}", en),
          fmt::format("rien à faire pour l’instant ; conserver la preuve : {}", fr)};
}

}  // namespace entente::assess
