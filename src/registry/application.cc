// One look at each member of the pledge, in its order. A country that is no code is resolved the way imports are, so that the answer can
// name the code that was meant; a name is cleaned the same way, and the cleaned one is what the hint offers.
#include "registry/application.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/file.h"
#include "core/utf8.h"
#include "registry/names.h"

namespace entente::registry {
namespace {

constexpr std::size_t kMostCallText = 1 << 20;
constexpr std::size_t kMostShownValue = 120;

std::string quoted_value(std::string_view text) { return "\"" + printable(text, kMostShownValue) + "\""; }
std::string quoted_value_fr(std::string_view text) { return "« " + printable(text, kMostShownValue) + " »"; }

void check_applied_id(const Application& application, const State& state, std::vector<ApplicationProblem>& out) {
  const Supporter* found = state.supporter(application.id);
  if (found == nullptr) return;
  const bool claimed = found->status == Status::imported && found->detail().claim != nullptr;
  if (found->status == Status::imported && !claimed) return;  // this pledge claims it
  const bool ended = is_tombstone(found->status);
  ApplicationProblem problem{.fault = ended ? ApplicationFault::id_ended : ApplicationFault::id_taken, .pointer = "/organisation/id"};
  if (ended) {
    problem.english = {quoted_value(application.id) + " belonged to a record that has ended, and is never used again", "choose another"};
    problem.french = {quoted_value_fr(application.id) + " appartenait à une inscription close et ne sert plus jamais",
                      "choisissez-en un autre"};
  } else {
    problem.english = {quoted_value(application.id) + " belongs to another record",
                       "choose another; or, if the record is yours, correct it with its key"};
    problem.french = {quoted_value_fr(application.id) + " appartient à une autre inscription",
                      "choisissez-en un autre ; ou, si cette inscription est la vôtre, corrigez-la avec sa clé"};
  }
  out.push_back(std::move(problem));
}

void check_applied_country(const Application& application, const Countries& countries, std::vector<ApplicationProblem>& out) {
  if (application.country.empty() || countries.find(application.country) != nullptr) return;
  ApplicationProblem problem{.fault = ApplicationFault::country_unknown, .pointer = "/organisation/country"};
  const CountryFound meant = countries.resolve(application.country);
  std::string codes = meant.code;
  for (const std::string& candidate : meant.candidates) codes += (codes.empty() ? "" : ", ") + candidate;
  problem.english = {quoted_value(application.country) + " is no country's code",
                     codes.empty() ? "write the three letters of ISO 3166-1, such as FRA or ROU; a body of several states leaves it empty"
                                   : "write " + codes};
  problem.french = {quoted_value_fr(application.country) + " n'est le code d'aucun pays",
                    codes.empty() ? "écrivez les trois lettres de l'ISO 3166-1, comme FRA ou ROU ; une organisation de plusieurs États "
                                    "laisse ce champ vide"
                                  : "écrivez " + codes};
  out.push_back(std::move(problem));
}

constexpr std::array kHidingIssues = {NameIssue::control, NameIssue::bidi, NameIssue::invisible, NameIssue::not_utf8};

struct NameFault {
  CleanName::Found found;
  std::string written;  // the name as it could be
};
std::optional<NameFault> fault_of_name(std::string_view name) {
  CleanName clean = clean_name(name);
  for (CleanName::Found& found : clean.found)
    if (found.issue == NameIssue::mixed_script || std::ranges::find(kHidingIssues, found.issue) != kHidingIssues.end())
      return NameFault{.found = std::move(found), .written = std::move(clean.text)};
  return std::nullopt;
}

ApplicationProblem::Words name_words(const NameFault& fault) {
  const std::string place = fault.found.detail.empty() ? "" : " (" + fault.found.detail + ")";
  if (fault.found.issue == NameIssue::mixed_script)
    return {"the name mixes letters of different scripts in one word" + place, "write each word in the letters of one script"};
  return {"the name holds characters that cannot be seen or that turn the text around" + place, "write " + quoted_value(fault.written)};
}

// "U+202E at character 3" in French; what has another form is left out.
std::string french_place(const std::string& detail) {
  constexpr std::string_view kAt = " at character ";
  const std::size_t at = detail.find(kAt);
  if (!detail.starts_with("U+") || at == std::string::npos) return {};
  return fmt::format(" ({}, caractère {})", detail.substr(0, at), detail.substr(at + kAt.size()));
}

ApplicationProblem::Words name_words_fr(const NameFault& fault) {
  const std::string place = french_place(fault.found.detail);
  if (fault.found.issue == NameIssue::mixed_script)
    return {"le nom mêle dans un même mot des lettres d'écritures différentes" + place,
            "écrivez chaque mot dans les lettres d'une seule écriture"};
  return {"le nom contient des caractères invisibles ou qui inversent le texte" + place, "écrivez " + quoted_value_fr(fault.written)};
}

void check_applied_names(const Application& application, std::vector<ApplicationProblem>& out) {
  for (const auto& [pointer, name] : application.names)
    if (const auto fault = fault_of_name(name))
      out.push_back(
          {.fault = ApplicationFault::name_unclear, .pointer = pointer, .english = name_words(*fault), .french = name_words_fr(*fault)});
}

void check_applied_domains(const Application& application, const ApplicationFacts& facts, std::vector<ApplicationProblem>& out) {
  for (const auto& [pointer, domain] : application.domains) {
    if (facts.is_public_suffix && facts.is_public_suffix(domain)) {
      out.push_back({.fault = ApplicationFault::public_suffix,
                     .pointer = pointer,
                     .english = {quoted_value(domain) + " is a public suffix: strangers register names below it",
                                 "give the name below it that is yours"},
                     .french = {quoted_value_fr(domain) + " est un suffixe public : des tiers enregistrent des noms en dessous",
                                "donnez le nom en dessous qui est le vôtre"}});
      continue;
    }
    const auto holder = facts.proven_by_other ? facts.proven_by_other(domain) : std::nullopt;
    if (holder)
      out.push_back({.fault = ApplicationFault::domain_taken,
                     .pointer = pointer,
                     .english = {fmt::format("{} is proven by another supporter, {}", quoted_value(domain), quoted_value(*holder)),
                                 "give a domain of your own; or, if that record is yours, correct or renew it with its key"},
                     .french = {fmt::format("{} est prouvé par un autre soutien, {}", quoted_value_fr(domain), quoted_value_fr(*holder)),
                                "donnez un domaine qui vous est propre ; ou, si cette inscription est la vôtre, corrigez-la ou "
                                "renouvelez-la avec sa clé"}});
  }
}

void check_applied_text(const Application& application, std::span<const CallText> texts, std::vector<ApplicationProblem>& out) {
  if (texts.empty() || std::ranges::any_of(texts, [&](const CallText& text) { return text.sha256.hex() == application.text; })) return;
  std::string known, known_fr;
  for (const CallText& text : texts) {
    const std::string named = fmt::format("{} ({}{}{})", text.sha256.hex(), text.language, text.version.empty() ? "" : ", ", text.version);
    known += (known.empty() ? "" : "; ") + named;
    known_fr += (known_fr.empty() ? "" : " ; ") + named;
  }
  out.push_back(
      {.fault = ApplicationFault::text_unknown,
       .pointer = "/text/sha256",
       .english = {"this registry publishes no text of the Call with that SHA-256", "sign one of these: " + known},
       .french = {"ce registre ne publie aucun texte de l'Appel avec cette empreinte SHA-256", "signez l'un de ceux-ci : " + known_fr}});
}

bool is_language(std::string_view text) {
  return text.size() >= 2 && text.size() <= 3 && std::ranges::all_of(text, [](char c) { return c >= 'a' && c <= 'z'; });
}
bool is_version(std::string_view text) {
  return text.size() <= 64 && std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '-';
         });
}

}  // namespace

Result<CallText> read_call_text(const std::string& option) {
  constexpr std::string_view kForm = "for instance en@2018-11-12=call-en.txt, or the file's SHA-256 in place of its name";
  const std::size_t equals = option.find('=');
  const std::string tag = option.substr(0, equals);
  const std::size_t at = tag.find('@');
  CallText out{.language = tag.substr(0, at), .version = at == std::string::npos ? std::string() : tag.substr(at + 1)};
  if (equals == std::string::npos || !is_language(out.language) || !is_version(out.version) || tag.ends_with('@') ||
      out.version.starts_with('.') || out.version.starts_with('-'))
    return fail("\"" + printable(option, 200) + "\" names no text of the Call", {}, std::string(kForm));
  const std::string from = option.substr(equals + 1);
  if (const auto digest = Digest::from_hex(from)) {
    out.sha256 = *digest;
    return out;
  }
  ENTENTE_TRY(out.content, read_file(from, kMostCallText));
  if (out.content.empty() || !is_valid_utf8(out.content)) return fail("the text of the Call is empty or no UTF-8", {.file = from});
  out.sha256 = sha256(out.content);
  return out;
}

Result<void> check_display_name(std::string_view name) {
  const auto fault = fault_of_name(name);
  if (!fault) return {};
  ApplicationProblem::Words words = name_words(*fault);
  return fail(std::move(words.what), {}, std::move(words.repair));
}

Application Application::of(JsonView predicate) {
  Application out;
  if (const auto organisation = json_get(predicate, "organisation")) {
    out.id = json_string(*organisation, "id").value_or("");
    out.country = json_string(*organisation, "country").value_or("");
    out.names.emplace_back("/organisation/name", json_string(*organisation, "name").value_or(""));
    if (const auto names = json_object(*organisation, "names"))
      for (const auto field : *names)
        out.names.emplace_back("/organisation/names/" + std::string(field.key), as_string(field.value).value_or(""));
    if (const auto website = json_string(*organisation, "website")) out.domains.emplace_back("/organisation/website", *website);
  }
  if (const auto domains = json_array(predicate, "domains")) {
    std::size_t i = 0;
    for (const JsonView domain : *domains) out.domains.emplace_back(fmt::format("/domains/{}", i++), as_string(domain).value_or(""));
  }
  if (const auto text = json_get(predicate, "text")) out.text = json_string(*text, "sha256").value_or("");
  return out;
}

std::vector<ApplicationProblem> check_application(const Application& application, const ApplicationFacts& facts) {
  std::vector<ApplicationProblem> out;
  if (facts.state != nullptr) check_applied_id(application, *facts.state, out);
  check_applied_names(application, out);
  if (facts.countries != nullptr) check_applied_country(application, *facts.countries, out);
  check_applied_domains(application, facts, out);
  check_applied_text(application, facts.texts, out);
  return out;
}

}  // namespace entente::registry
