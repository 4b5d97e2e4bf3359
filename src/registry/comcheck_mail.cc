// The text says first what it is not: an incident. A reader who hurries must not take an exercise for one.
#include "registry/comcheck_mail.h"

#include <fmt/format.h>

#include <algorithm>

namespace entente::registry {
namespace {

constexpr std::string_view kComcheckEnglish =
    "EXERCISE - EXERCISE - EXERCISE\n\n"
    "This is a communication check of the registry {registry}. Nothing has happened.\nWe ask whether a person reads what is sent to the "
    "{role} contact of\n\n  {organisations}\n\n"
    "Please answer this question, as soon as you would in earnest:\n\n  {question}\n\n"
    "Open this page, enter your answer and press the button:\n\n  {page}#{round}.{nonce}\n\n"
    "Opening the page alone changes nothing. If the address is cut off, go to {page} and enter\n\n  round   {round}\n  code    {nonce}\n\n"
    "{reply}Automatic replies do not count. Answers are taken until the round is closed, some days after {ends} (UTC).\n"
    "What is published is how many contacts answered how fast, not who.\n\n"
    "EXERCISE - EXERCISE - EXERCISE\n";
constexpr std::string_view kComcheckFrench =
    "EXERCICE (EXERCISE) - EXERCICE (EXERCISE)\n\n"
    "Ceci est un essai de communication du registre {registry}. Il ne s'est rien passé.\nNous voulons savoir si une personne lit ce qui "
    "est "
    "envoyé à {role} de\n\n  {organisations}\n\n"
    "Veuillez répondre à cette question, aussi vite que vous le feriez en vrai :\n\n  {question}\n\n"
    "Ouvrez cette page, saisissez votre réponse et appuyez sur le bouton :\n\n  {page}#{round}.{nonce}\n\n"
    "Ouvrir la page ne change rien à soi seul. Si l'adresse est coupée, allez sur {page} et saisissez\n\n  tour    {round}\n  code    "
    "{nonce}\n\n"
    "{reply}Les réponses automatiques ne comptent pas. Les réponses sont admises jusqu'à la clôture, quelques jours après le {ends} "
    "(UTC).\n"
    "Nous publions combien de contacts ont répondu et en combien de temps, pas lesquels.\n\n"
    "EXERCICE (EXERCISE) - EXERCICE (EXERCISE)\n";

constexpr std::string_view kReplyEnglish =
    "Or reply to this message from an address of your domain: the answer alone on the first line, this text quoted below. That\ncounts if "
    "your "
    "mail server signs what it sends (DKIM).\n\n";
constexpr std::string_view kReplyFrench =
    "Ou répondez à ce message depuis une adresse de votre domaine : la réponse seule sur la première ligne, ce texte cité en\ndessous. "
    "Cela "
    "compte si votre serveur de courrier signe ce qu'il envoie (DKIM).\n\n";

// Completes "ce qui est envoyé à …".
std::string_view french_role(std::string_view role) {
  if (role == "policy") return "l'interlocuteur politique";
  if (role == "technical") return "l'interlocuteur technique";
  if (role == "duty") return "la permanence";
  if (role == "press") return "l'interlocuteur pour la presse";
  if (role == "victim-support") return "l'interlocuteur pour l'aide aux victimes";
  return "l'interlocuteur";
}

}  // namespace

std::string comcheck_message_id(const std::string& nonce) {
  return "comcheck." + sha256("entente comcheck message v1\n" + nonce).hex().substr(0, 32);
}

MailLanguage mail_language(const Contact& contact) {
  for (const std::string& language : contact.languages) {
    if (language == "en" || language == "eng") return MailLanguage::english;
    if (language == "fr" || language == "fra" || language == "fre") return MailLanguage::french;
  }
  return MailLanguage::english;
}

MailMessage comcheck_message(const ComcheckMail& mail) {
  const bool french = mail.language == MailLanguage::french;
  MailMessage out{.from = mail.from, .from_name = mail.from_name, .to = mail.to};
  out.subject = fmt::format(fmt::runtime(french ? "[EXERCICE / EXERCISE] Essai de communication {}" : "[EXERCISE] Communication check {}"),
                            mail.plan->round);
  out.body = fmt::format(fmt::runtime(french ? kComcheckFrench : kComcheckEnglish), fmt::arg("registry", mail.plan->origin),
                         fmt::arg("role", french ? french_role(mail.role) : std::string_view(mail.role)),
                         fmt::arg("organisations", fmt::join(mail.organisations, "\n  ")),
                         fmt::arg("question", french ? mail.question->french : mail.question->english), fmt::arg("page", mail.plan->page),
                         fmt::arg("round", mail.plan->round), fmt::arg("nonce", mail.nonce), fmt::arg("ends", format_time(mail.plan->ends)),
                         fmt::arg("reply", !mail.replies ? std::string_view()
                                           : french      ? kReplyFrench
                                                         : kReplyEnglish));
  out.language = french ? "fr" : "en";
  out.date = mail.date;
  out.id = comcheck_message_id(mail.nonce);
  return out;
}

}  // namespace entente::registry
