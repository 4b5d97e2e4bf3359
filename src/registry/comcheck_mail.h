// The message of a communication check, in English or French. Pure.
#pragma once

#include "registry/comcheck_result.h"
#include "registry/mail_message.h"

namespace entente::registry {

struct ComcheckMail {
  MailAddress from;
  std::string from_name;
  MailAddress to;
  const ComcheckPlan* plan = nullptr;
  std::vector<std::string> organisations;  // ids it serves
  std::string role;
  std::string nonce;
  const ComcheckQuestion* question = nullptr;
  bool replies = false;  // whether a reply by mail is said to count
  Instant date;
  MailLanguage language = MailLanguage::english;
};
// Marked EXERCISE in subject and text. The answer's address is plan->page, '#', round, '.', nonce.
[[nodiscard]] MailMessage comcheck_message(const ComcheckMail& mail);
// Left part of the Message-ID: of a digest of the nonce, so that whoever sees the header alone cannot answer.
[[nodiscard]] std::string comcheck_message_id(const std::string& nonce);
// French where the contact names it before English, else English.
[[nodiscard]] MailLanguage mail_language(const Contact& contact);

}  // namespace entente::registry
