// Texts of an assessment came from evidence somebody else made; here they become single lines that cannot hide or forge anything.
#include "assess/export_words.h"

#include <fmt/format.h>

#include <array>

#include "core/uri.h"
#include "core/utf8.h"

namespace entente::assess {

namespace {

constexpr std::size_t kMostTextBytes = 8'000;

// What ECMAScript's \s matches besides ASCII, of which printable() leaves these.
constexpr std::array<std::string_view, 16> kWideSpaces{"\u00a0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003", "\u2004", "\u2005",
                                                       "\u2006", "\u2007", "\u2008", "\u2009", "\u200a", "\u202f", "\u205f", "\u3000"};

void trim(std::string_view& text) {
  const auto strip = [&](std::string_view space) {
    bool any = false;
    for (; text.starts_with(space); any = true) text.remove_prefix(space.size());
    for (; text.ends_with(space); any = true) text.remove_suffix(space.size());
    return any;
  };
  for (bool again = true; again;) {
    again = strip(" ");
    for (const std::string_view space : kWideSpaces) again = strip(space) || again;
  }
}

std::string_view judged_word(const PublishedJudgement& j) {
  switch (j.status) {
    case catalog::Status::satisfied: return "Satisfied";
    case catalog::Status::partial: return "Partially satisfied";
    case catalog::Status::not_satisfied: return "Not satisfied";
    case catalog::Status::not_applicable: return "Not applicable";
    case catalog::Status::not_assessed: return "Not assessed";
  }
  return "";
}

}  // namespace

std::string export_line(std::string_view text, std::string_view otherwise) {
  // A line break in a text is only layout here.
  std::string flat(text.substr(0, 2 * kMostTextBytes));
  for (char& c : flat)
    if (c == '\n' || c == '\r' || c == '\t') c = ' ';
  const std::string safe = printable(flat, kMostTextBytes);
  std::string_view line = safe;
  trim(line);
  return std::string(line.empty() ? otherwise : line);
}

std::string export_sentence(const PublishedJudgement& judgement) {
  const std::string_view word = judged_word(judgement);
  std::string out;
  if (!judgement.judged())
    out = judgement.reason.empty() ? fmt::format("{}.", word) : fmt::format("{}: {}", word, judgement.reason);
  else
    out = judgement.summary.empty() ? fmt::format("{}.", word) : judgement.summary;
  if (judgement.unreliable()) out = "Not to be relied on, counted as not assessed. " + out;
  return export_line(out);
}

std::string export_title(const PublishedJudgement& judgement, const catalog::Catalog& catalog) {
  const catalog::Control* control = catalog.find(judgement.control);
  return export_line(control == nullptr ? judgement.title : control->title.en, judgement.control.str());
}

Uuid export_uuid(std::string_view what, std::string_view name) {
  static const Uuid space = uuid_v5(kUuidNamespaceUrl, "https://entente.example/ns");
  return uuid_v5(space, fmt::format("{}\n{}", what, name));
}

Uuid export_uuid(std::string_view what, const PublishedAssessment& assessment, std::string_view name) {
  const bool document = assessment.source == PublishedAssessment::Source::document;
  return export_uuid(what, fmt::format("{}\n{}\n{}", document ? "document" : "statement", assessment.document.str(), name));
}

std::string evidence_uri(const Digest& digest, const EvidenceFiles& files) {
  const auto found = files.find(digest);
  return found == files.end() ? uri_of_digest(digest) : uri_of_path(found->second.path);
}

}  // namespace entente::assess
