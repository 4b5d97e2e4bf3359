// The words of the confirmation mail in English and French. The address of the page carries the token behind '#': a browser keeps that to
// itself, so that neither a server's log nor a link scanner's request holds it, and the page sends it by POST when a person asks for it.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/ascii.h"
#include "core/utf8.h"
#include "registry/mail_message.h"

namespace entente::registry {
namespace {

constexpr std::size_t kMaxOrganisationName = 300;
constexpr std::size_t kMaxPageAddress = 500;

struct StageWords {
  std::string_view english, french;  // completes "to confirm …", "pour confirmer …"
};
constexpr std::array<StageWords, 8> kStageWords{{
    {"the application to support the Paris Call", "la demande de soutien à l'Appel de Paris"},
    {"the approval of an application", "l'approbation d'une demande"},
    {"the renewal of the support", "le renouvellement du soutien"},
    {"a correction of the entry", "une correction de l'inscription"},
    {"a new key in place of a lost one", "une nouvelle clé à la place d'une clé perdue"},
    {"the withdrawal of the support", "le retrait du soutien"},
    {"a point of contact", "un point de contact"},
    {"a communication check", "un essai de communication"},
}};

constexpr std::string_view kEnglishText =
    "Someone, we hope you, gave this address to confirm {stage} for\n\n  {organisation}\n\n"
    "To confirm, open this page and press the button there:\n\n  {page}#{token}\n\n"
    "Opening the page alone changes nothing. If the address is cut off, enter this code on the page:\n\n  {token}\n\n"
    "The code is good once, until {expires} (UTC). If this was not you, do nothing: without the code nothing happens.\n";
constexpr std::string_view kFrenchText =
    "Quelqu'un, vous-même nous l'espérons, a donné cette adresse pour confirmer {stage} au nom de\n\n  {organisation}\n\n"
    "Pour confirmer, ouvrez cette page et appuyez sur le bouton :\n\n  {page}#{token}\n\n"
    "Ouvrir la page ne change rien à soi seul. Si l'adresse est coupée, saisissez ce code sur la page :\n\n  {token}\n\n"
    "Le code ne sert qu'une fois, jusqu'au {expires} (UTC). Si ce n'était pas vous, ne faites rien : sans le code, rien ne se passe.\n";

bool is_page_address(std::string_view page) {
  return (page.starts_with("https://") || page.starts_with("http://")) && page.size() <= kMaxPageAddress &&
         std::ranges::all_of(page, [](char c) { return c > 0x20 && c < 0x7f && c != '#' && c != '<' && c != '>' && c != '"'; });
}

// "evil.example": a full stop (in any of the forms IDNA knows) between a letter or digit and at least two letters.
bool looks_like_domain(std::string_view name) {
  std::string plain(name);
  for (const std::string_view stop : {"\u3002", "\uFF0E", "\uFF61"})
    for (std::size_t at = plain.find(stop); at != std::string::npos; at = plain.find(stop, at)) plain.replace(at, stop.size(), ".");
  const auto letter = [&](std::size_t at) {
    return at < plain.size() && (is_alpha(plain[at]) || (static_cast<unsigned char>(plain[at]) & 0x80) != 0);
  };
  for (std::size_t at = plain.find('.'); at != std::string::npos; at = plain.find('.', at + 1))
    if (at > 0 && (letter(at - 1) || is_digit(plain[at - 1])) && letter(at + 1) && letter(at + 2)) return true;
  return false;
}

// A name in the text is one line of letters: no address for the reader to follow, nothing that moves the rest out of sight.
}  // namespace

Result<void> check_name_for_mail(std::string_view name) {
  if (name.empty() || name.size() > kMaxOrganisationName || printable(name, kMaxOrganisationName) != name)
    return fail("the organisation's name is empty, too long, or holds control characters");
  if (name.find("://") != std::string_view::npos || looks_like_domain(name))
    return fail("the organisation's name holds a web address, or what a mail program takes for one", {},
                "such a mail could lead its reader elsewhere; prove a domain instead");
  return {};
}

Result<MailMessage> confirmation(const ConfirmationMail& mail) {
  ENTENTE_CHECK(check_name_for_mail(mail.organisation));
  if (!is_page_address(mail.page))
    return fail("the page to confirm at must be an http:// or https:// address without a fragment", {.file = mail.page});
  const bool french = mail.language == MailLanguage::french;
  const StageWords& words = kStageWords[static_cast<std::size_t>(mail.stage)];
  const std::string_view stage = french ? words.french : words.english;
  MailMessage out{.from = mail.from, .from_name = mail.from_name, .to = mail.to};
  out.subject = fmt::format(fmt::runtime(french ? "Veuillez confirmer {}" : "Please confirm {}"), stage);
  out.body =
      fmt::format(fmt::runtime(french ? kFrenchText : kEnglishText), fmt::arg("stage", stage), fmt::arg("organisation", mail.organisation),
                  fmt::arg("page", mail.page), fmt::arg("token", mail.token.str()), fmt::arg("expires", format_time(mail.token.expires)));
  out.language = french ? "fr" : "en";
  out.date = mail.date;
  out.id = to_hex(mail.token.nonce) + ".confirm";
  return out;
}

}  // namespace entente::registry
