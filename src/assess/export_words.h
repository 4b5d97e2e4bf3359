// What both exports say of a control, so that they say the same.
#pragma once

#include <string>
#include <string_view>

#include "assess/export.h"
#include "core/uuid.h"

namespace entente::assess {

// One sentence of what was found: the summary, or why the control does not apply or was not assessed. One line, never empty, no control
// or hidden characters.
[[nodiscard]] std::string export_sentence(const PublishedJudgement& judgement);
// A text of the input as one line without control or hidden characters and without white space at its ends; `otherwise` if that is empty.
[[nodiscard]] std::string export_line(std::string_view text, std::string_view otherwise = "-");
// The title the catalogue gives, else the document's.
[[nodiscard]] std::string export_title(const PublishedJudgement& judgement, const catalog::Catalog& catalog);
// A UUID of our namespace, named by its parts.
[[nodiscard]] Uuid export_uuid(std::string_view what, std::string_view name);
// The same for something within one export: its source and document are part of the name.
[[nodiscard]] Uuid export_uuid(std::string_view what, const PublishedAssessment& assessment, std::string_view name);
// A relative path where the file is known, else the digest as a URI.
[[nodiscard]] std::string evidence_uri(const Digest& digest, const EvidenceFiles& files);

}  // namespace entente::assess
